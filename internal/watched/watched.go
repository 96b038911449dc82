// Package watched holds what is kept of customers on file and of their screening: the
// versions of a base, its runs, and the state of each customer after a run. It says
// what differs between two states, and declares the [Store] that keeps them; adapters
// implement it and pass the suite in watchedtest.
//
// A run tells in one line what was screened against what, and all customers are
// accounted for in it: screened, not screened with the reason, or carried over. No name
// of a customer stands in a run, a change or an entry of the log. The package screens
// nobody and has no clock.
package watched

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Customer is one party on file, by the reference of its owner.
type Customer struct {
	Ref string
	// Party gives the values of each field, as package screen reads them.
	Party map[string][]string
	// Since is the version that brought it in this form.
	Since int
}

// Part is some of the customers of a version; its zero value is all of them.
type Part struct {
	// Since leaves only those that came or changed in a version after it.
	Since int
	// After and To bound the references, in the order of bytes: After < ref <= To. "" bounds
	// nothing.
	After, To string
}

// Refusal is a row that was not taken on file.
type Refusal struct {
	// Row counts from 1 without the header; Line is where it begins in the file.
	Row, Line int
	// Ref is its reference, where it has one; Field the field the fault lies in.
	Ref, Field string
	// Reason may hold what the row says: it is shown to who may see customers.
	Reason string
}

// Row is one row of a file on its way into a base: a customer or a refusal.
type Row struct {
	Customer Customer
	Refusal  *Refusal
}

// Version is one state of a base: what one file said.
type Version struct {
	Base   string
	Number int
	// SHA256 is that of the file, in hex; Format the ending of its name.
	SHA256, Format string
	Recorded       time.Time
	Actor          string
	// Rows = Kept + Refused. Kept = Added + Changed + Same; Gone were in the version
	// before.
	Rows, Kept, Refused        int
	Added, Changed, Same, Gone int
}

// Kind is how a run came to its results.
type Kind string

// The kinds of runs.
const (
	// Full runs screen every customer.
	Full Kind = "full"
	// Delta runs screen those for whom a change of lists or of the base may change
	// something, and carry the others over.
	Delta Kind = "delta"
)

// Against is one list of a run.
type Against struct {
	List string
	// Snapshot is the number in force, Count the number of snapshots there were.
	Snapshot, Count int
	Content         string
	Subjects        int
}

// String gives "un@3".
func (a Against) String() string { return snapshot.ID{List: a.List, Number: a.Snapshot}.String() }

// Run is one screening of a base.
type Run struct {
	Base    string
	Number  int
	Kind    Kind
	Version int
	Lists   []Against
	// Params is the id of the parameters of matching, Program the version of Cordon.
	Params, Program string
	// AsOf is the day on which listings counted, as 2026-11-26.
	AsOf           string
	Actor          string
	Started, Ended time.Time
	// Rows of the file = Refused + Erased + Customers; Customers = Screened + NotScreened +
	// Carried.
	Rows, Refused, Erased          int
	Customers                      int
	Screened, NotScreened, Carried int
	// Match, Possible and Clear tell all customers but those not screened, with what
	// was carried over.
	Match, Possible, Clear int
	// Suppressed is how many findings after the run two persons found to be somebody else, on just
	// these facts and for a time. Match and Possible have their customers all the same.
	Suppressed int
	// Entries is the number of listed subjects that had changed, for a delta.
	Entries int
	// New, Changed and Gone are what was raised; Stopped and Resumed are customers
	// that cannot be screened any more, and can again.
	New, Changed, Gone, Stopped, Resumed int
	// Result is the hash of all states after the run.
	Result string
	// Job is the job that it was screened in, "" where one process did all of it.
	Job string
}

// Finding is a listed subject that a customer may be.
type Finding struct {
	List, Subject string
	// Listings are the listings of the subject that stand, as ids, with blanks between.
	Listings string
	Tier     screening.Tier
	Outcome  screening.Outcome
	// Score is not part of what makes a finding another.
	Score float64
}

// Same says whether two findings are one but for the score.
func (f Finding) Same(g Finding) bool {
	f.Score, g.Score = 0, 0
	return f == g
}

// Key gives the list and the subject, which tell a finding from others of a customer.
func (f Finding) Key() string { return f.List + " " + f.Subject }

// State is what a run says of a customer. A customer that is clear has none.
type State struct {
	Ref     string
	Outcome screening.Outcome
	// Reason says why it was not screened.
	Reason   string
	Findings []Finding // in the order of list and subject
}

// Quiet says that there is nothing to keep of a customer.
func (s *State) Quiet() bool { return s.Outcome == screening.Clear && len(s.Findings) == 0 }

// Store keeps bases. Readers never see half of a version or of a run. Errors are
// faults: NotFound for a base, version or run that is not there, Conflict for a run
// when another was kept in between.
type Store interface {
	// Bases gives the names, sorted.
	Bases(ctx context.Context) ([]string, error)
	// Versions and Runs give those of a base in the order of their numbers; both are
	// fault.NotFound when there is no such base.
	Versions(ctx context.Context, base string) ([]Version, error)
	Runs(ctx context.Context, base string) ([]Run, error)
	// Add makes the next version of a base, of all rows; the customers that the
	// version before has and this one lacks are gone. It counts them, gives the
	// version its number and enters it in the log, all in one step.
	Add(ctx context.Context, v Version, rows iter.Seq2[Row, error]) (Version, error)
	// Refusals gives the rows that a version refused.
	Refusals(ctx context.Context, base string, version int) ([]Refusal, error)
	// Customers gives those of a version, or a part of them, by reference, in the order of bytes.
	Customers(ctx context.Context, base string, version int, p Part) iter.Seq2[Customer, error]
	// Cuts gives the reference at the end of each size customers of a version, and the last of all.
	Cuts(ctx context.Context, base string, version, size int) ([]string, error)
	// Left gives the references of those whom version from has and version to does not, in the
	// order of bytes.
	Left(ctx context.Context, base string, from, to int) ([]string, error)
	// Count gives the number of customers of a version, without those that were erased.
	Count(ctx context.Context, base string, version int) (int, error)
	// Customer gives one of a version; fault.NotFound when it does not have it.
	Customer(ctx context.Context, base string, version int, ref string) (Customer, error)
	// States gives what the customers were after a run, by reference; those that were
	// clear are left out.
	States(ctx context.Context, base string, run int) ([]State, error)
	// StatesAfter gives the first so many of them after a reference, "" for the beginning. [Each] reads all of them so.
	StatesAfter(ctx context.Context, base string, run int, after string, most int) ([]State, error)
	// Marks gives what was kept with the newest run, nil for none.
	Marks(ctx context.Context, base string) ([]byte, error)
	// Finish keeps a run with the states of customers that differ from the run
	// before (one that is clear has no findings, and nobody comes twice), and enters it
	// in the log. It may read the store while it gives them. The run is fault.Conflict unless it has the
	// number after the newest, and counts as many customers as its version has: nothing is
	// kept of one who was erased meanwhile.
	Finish(ctx context.Context, r Run, changed iter.Seq2[State, error], marks []byte) error
	// Erase takes what is kept of a customer out of every version and run, and enters
	// that in the log. It is fault.NotFound when nothing is.
	Erase(ctx context.Context, base, ref string, at time.Time, actor string) error
}

// CheckBase checks the name of a base, which is formed as that of a list.
func CheckBase(name string) error {
	if err := snapshot.CheckList(name); err != nil {
		return fault.New(fault.Invalid, "%q is not the name of a base", name).
			WithFix("use lower case letters, digits and dashes, as in my-clients")
	}
	return nil
}

// NoBase is the fault of a base that is not there.
func NoBase(name string) error {
	return fault.New(fault.NotFound, "there is no base %q", name).WithFix("`cordon watch list` shows them; `cordon watch add` makes one")
}

// Erased is the fault of a run that counts other customers than its version has now.
func Erased(r *Run, now int) error {
	return fault.New(fault.Conflict, "the run of %s is over %d customers, and %d are on file: somebody was erased meanwhile", r.Base, r.Customers, now).
		WithFix("run it again")
}

// Entry is the entry of a version in the log.
func (v *Version) Entry() ledger.Entry {
	return entry(v.Recorded, v.Actor, v.about(), ledger.Watch, v.text())
}

// Entry is the entry of a run in the log. It binds all states after the run by their hash.
func (r *Run) Entry() ledger.Entry {
	return entry(r.Ended, r.Actor, r.about(), ledger.Watch, r.text())
}

func (v *Version) about() string { return fmt.Sprintf("base:%s@%d", v.Base, v.Number) }
func (r *Run) about() string     { return fmt.Sprintf("watch:%s@%d", r.Base, r.Number) }

// ErasureEntry is the entry that a customer of a base was erased. It does not say who.
func ErasureEntry(base string, at time.Time, actor string) ledger.Entry {
	return entry(at, actor, "base:"+base, ledger.Erasure, "cordon watch erasure 1\nbase "+base+"\n")
}

func entry(at time.Time, actor, about string, kind ledger.Kind, text string) ledger.Entry {
	return ledger.Entry{Time: at.UTC().Truncate(time.Millisecond), Kind: kind, Actor: actor, About: about, Data: sha256.Sum256([]byte(text))}
}

// text gives what is hashed of a version: its first line says of what sort and form it is, so that it is no other thing's text;
// then a word and its value a line.
func (v *Version) text() string {
	return "cordon watch version 1\n" + lines("base", v.Base, "number", v.Number, "sha256", v.SHA256, "format", v.Format,
		"recorded", stamp(v.Recorded), "actor", v.Actor, "rows", v.Rows, "kept", v.Kept, "refused", v.Refused,
		"added", v.Added, "changed", v.Changed, "same", v.Same, "gone", v.Gone)
}

// text is the same of a run.
func (r *Run) text() string {
	out := "cordon watch run 1\n" + lines("base", r.Base, "number", r.Number, "kind", r.Kind, "version", r.Version, "params", r.Params,
		"program", r.Program, "as_of", r.AsOf, "actor", r.Actor, "started", stamp(r.Started), "ended", stamp(r.Ended),
		"rows", r.Rows, "refused", r.Refused, "erased", r.Erased, "customers", r.Customers, "screened", r.Screened,
		"not_screened", r.NotScreened, "carried", r.Carried, "match", r.Match, "possible", r.Possible, "clear", r.Clear,
		"entries", r.Entries, "new", r.New, "changed", r.Changed, "gone", r.Gone, "stopped", r.Stopped, "resumed", r.Resumed, "result", r.Result)
	if r.Suppressed > 0 { // runs of before they were counted have the text that they had
		out += lines("suppressed", r.Suppressed)
	}
	if r.Job != "" {
		out += lines("job", r.Job)
	}
	for _, a := range r.Lists {
		out += lines("list", a.List, "snapshot", a.Snapshot, "count", a.Count, "content", a.Content, "subjects", a.Subjects)
	}
	return out
}

// lines writes words and values. A value is quoted, so that none can look like two lines.
func lines(pairs ...any) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, "%s %q\n", pairs[i], fmt.Sprint(pairs[i+1]))
	}
	return b.String()
}

// Verify holds what is kept of bases against the log: each version and run has its one entry with its hash, each entry has
// what it speaks of, and the states after the newest run of a base are those that its hash says, where nobody was erased
// since. It says how many versions and runs there are, and calls found with each thing that is wrong.
func Verify(ctx context.Context, s Store, log ledger.Reader, found func(about, problem string)) (n int, err error) {
	bases, err := s.Bases(ctx)
	if err != nil {
		return 0, err
	}
	want := map[string]ledger.Entry{}
	newest := map[string]*Run{}
	for _, base := range bases {
		versions, err := s.Versions(ctx, base)
		if err != nil {
			return 0, err
		}
		runs, err := s.Runs(ctx, base)
		if err != nil {
			return 0, err
		}
		for i := range versions {
			want[versions[i].about()] = versions[i].Entry()
		}
		for i := range runs {
			want[runs[i].about()] = runs[i].Entry()
			newest[base] = &runs[i]
		}
	}
	n = len(want)
	if err := verifyEntries(ctx, log, want, newest, found); err != nil {
		return n, err
	}
	for base, r := range newest {
		states, err := s.States(ctx, base, r.Number)
		if err != nil {
			return n, err
		}
		if Sum(states) != r.Result {
			found(r.about(), "the states after the run are not those that it kept")
		}
	}
	return n, nil
}

// verifyEntries compares all entries of the log with those wanted, and drops the runs after which somebody was erased.
func verifyEntries(ctx context.Context, log ledger.Reader, want map[string]ledger.Entry, newest map[string]*Run, found func(about, problem string)) error {
	seen, erased := map[string]bool{}, map[string]bool{} // erased since the newest run
	for e, err := range log.Entries(ctx, 0, math.MaxInt64) {
		switch {
		case err != nil:
			return err
		case e.Kind == ledger.Erasure && strings.HasPrefix(e.About, "base:"):
			erased[strings.TrimPrefix(e.About, "base:")] = true
			continue
		case e.Kind != ledger.Watch:
			continue
		}
		w, ok := want[e.About]
		w.Seq = e.Seq
		switch {
		case !ok:
			found(e.About, "the log has it, and it is not kept any more")
		case seen[e.About]:
			found(e.About, "the log has it twice")
		case w != e:
			found(e.About, "it is not what was entered in the log")
		}
		seen[e.About] = true
		if run, ok := strings.CutPrefix(e.About, "watch:"); ok {
			base, _, _ := strings.Cut(run, "@")
			delete(erased, base)
		}
	}
	for base := range erased {
		delete(newest, base)
	}
	for about := range want {
		if !seen[about] {
			found(about, "the log does not have it")
		}
	}
	return nil
}

// Line tells a run in one line: what was screened, against what, from when until
// when, and that nobody is missing.
func (r *Run) Line() string {
	var lists []string
	for _, a := range r.Lists {
		lists = append(lists, fmt.Sprintf("%s(%d)", a, a.Subjects))
	}
	return fmt.Sprintf("watch base=%s run=%d kind=%s version=%d lists=%s params=%q as_of=%s started=%s ended=%s "+
		"rows=%d=%d+%d refused+%d erased; customers=%d=%d screened+%d not_screened+%d carried; match=%d possible=%d clear=%d suppressed=%d; "+
		"entries=%d new=%d changed=%d gone=%d stopped=%d resumed=%d result=%s",
		r.Base, r.Number, r.Kind, r.Version, strings.Join(lists, ","), r.Params, r.AsOf, stamp(r.Started), stamp(r.Ended),
		r.Rows, r.Customers, r.Refused, r.Erased, r.Customers, r.Screened, r.NotScreened, r.Carried, r.Match, r.Possible, r.Clear, r.Suppressed,
		r.Entries, r.New, r.Changed, r.Gone, r.Stopped, r.Resumed, r.Result)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Check holds a run to its sums.
func (r *Run) Check() error {
	switch {
	case r.Rows != r.Refused+r.Erased+r.Customers || r.Erased < 0:
		return lost("%d rows are not %d customers, %d refused and %d erased", r.Rows, r.Customers, r.Refused, r.Erased)
	case r.Customers != r.Screened+r.NotScreened+r.Carried:
		return lost("%d customers are not %d screened, %d not screened and %d carried over", r.Customers, r.Screened, r.NotScreened, r.Carried)
	case r.Customers < r.Match+r.Possible+r.Clear:
		return lost("%d customers are not %d with outcomes", r.Customers, r.Match+r.Possible+r.Clear)
	}
	return nil
}

func lost(format string, args ...any) error {
	return fault.New(fault.Internal, "the run does not add up, and nothing of it is kept: "+format, args...)
}

// Change is one thing to raise.
type Change struct {
	Ref string
	// What is "new", "changed" or "gone" of a finding, and "stopped" or "resumed" of a
	// customer that cannot be screened any more, or can again.
	What string
	// Old and New are the finding before and after; nil where there is none.
	Old, New *Finding
	Reason   string
}

// Changes gives what to raise between two states of a customer; nil for one that is
// clear, or not on file.
func Changes(ref string, before, after *State) []Change {
	var out []Change
	was, is := stopped(before), stopped(after)
	if is && !was {
		out = append(out, Change{Ref: ref, What: "stopped", Reason: after.Reason})
	} else if was && !is {
		out = append(out, Change{Ref: ref, What: "resumed"})
	}
	old, now := findings(before), findings(after)
	for len(old)+len(now) > 0 {
		switch c := side(old, now); {
		case c < 0:
			if !is { // what cannot be screened is not known to be gone
				out = append(out, Change{Ref: ref, What: "gone", Old: &old[0]})
			}
			old = old[1:]
		case c > 0:
			out = append(out, Change{Ref: ref, What: "new", New: &now[0]})
			now = now[1:]
		default:
			if !old[0].Same(now[0]) {
				out = append(out, Change{Ref: ref, What: "changed", Old: &old[0], New: &now[0]})
			}
			old, now = old[1:], now[1:]
		}
	}
	return out
}

func stopped(s *State) bool { return s != nil && s.Outcome == screening.NotScreened }

func findings(s *State) []Finding {
	if s == nil {
		return nil
	}
	return s.Findings
}

func side(old, now []Finding) int {
	switch {
	case len(now) == 0:
		return -1
	case len(old) == 0:
		return 1
	}
	return cmp.Compare(old[0].Key(), now[0].Key())
}

// Difference gives what to raise between two runs, by reference. Both come in the
// order of references, as [Store.States] gives them.
func Difference(before, after []State) []Change {
	var out []Change
	_ = Pairs(List(before), List(after), func(ref string, b, a *State) error { // lists have no errors
		out = append(out, Changes(ref, b, a)...)
		return nil
	})
	return out
}

// List gives states that lie in memory one by one.
func List(list []State) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		for i := range list {
			if !yield(list[i], nil) {
				return
			}
		}
	}
}

// pageOfStates is how many states [Each] reads at once.
const pageOfStates = 1000

// Each gives what the customers were after a run as [Store.States] does, and holds some of them at a time. The store is free
// meanwhile.
func Each(ctx context.Context, s Store, base string, run int) iter.Seq2[State, error] {
	return func(yield func(State, error) bool) {
		for after := ""; ; {
			list, err := s.StatesAfter(ctx, base, run, after, pageOfStates)
			if err != nil {
				yield(State{}, err)
				return
			}
			for i := range list {
				if !yield(list[i], nil) {
					return
				}
			}
			if len(list) < pageOfStates {
				return
			}
			after = list[len(list)-1].Ref
		}
	}
}

// Pairs goes through two lists in the order of references, and gives of each customer what either has; nil for one that lacks it.
func Pairs(before, after iter.Seq2[State, error], f func(ref string, before, after *State) error) error {
	nextBefore, stop := iter.Pull2(before)
	defer stop()
	nextAfter, stop := iter.Pull2(after)
	defer stop()
	b, failed := pull(nextBefore)
	a, err := pull(nextAfter)
	for failed == nil && err == nil && (b != nil || a != nil) {
		var one, two *State
		if b != nil && (a == nil || b.Ref <= a.Ref) {
			one = b
		}
		if a != nil && (b == nil || a.Ref <= b.Ref) {
			two = a
		}
		ref := cmp.Or(one, two).Ref
		if err := f(ref, one, two); err != nil {
			return err
		}
		if one != nil {
			b, failed = pull(nextBefore)
		}
		if two != nil {
			a, err = pull(nextAfter)
		}
	}
	return cmp.Or(failed, err)
}

// pull gives the next state; nil after the last.
func pull(next func() (State, error, bool)) (*State, error) {
	s, err, ok := next()
	if err != nil || !ok {
		return nil, err
	}
	return &s, nil
}

// Sum gives the hash of states in the order of references, without scores.
func Sum(list []State) string {
	h := NewSummer()
	for i := range list {
		h.Add(&list[i])
	}
	return h.Sum()
}

// Summer is the hash of states that come one by one, in the order of references.
type Summer struct {
	h hash.Hash
	b []byte
}

// NewSummer begins with none.
func NewSummer() *Summer { return &Summer{h: sha256.New()} }

// Add takes the next.
func (s *Summer) Add(x *State) {
	s.b = x.appendTo(s.b[:0])
	s.h.Write(s.b)
}

// Sum gives the hash of all that came.
func (s *Summer) Sum() string { return fmt.Sprintf("%x", s.h.Sum(nil)) }

// appendTo writes a state as it is hashed.
func (s *State) appendTo(b []byte) []byte {
	b = append(strconv.AppendQuote(b, s.Ref), ' ')
	b = append(append(b, s.Outcome...), ' ')
	b = append(strconv.AppendQuote(b, s.Reason), '\n')
	for i := range s.Findings {
		f := &s.Findings[i]
		b = append(append(append(b, '\t'), f.List...), ' ')
		b = append(strconv.AppendQuote(b, f.Subject), ' ')
		b = append(strconv.AppendQuote(b, f.Listings), ' ')
		b = append(append(b, f.Tier...), ' ')
		b = append(append(b, f.Outcome...), '\n')
	}
	return b
}
