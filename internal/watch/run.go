// Package watch keeps the customers of an organisation on file and tells what
// changes for them: when a list does, when they do, or when somebody looks back with
// other lists.
//
// It screens a base in full, or asks the other way round who on file the changed
// entries of a list may be; what it finds is kept as a run (see package watched), of
// which only differences from the run before are raised. A run that fails leaves the
// base as it was and behind. The package decides no hit, and writes no name of a
// customer into a log, an error or a result.
package watch

import (
	"bytes"
	"cmp"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/when"
)

// Watcher screens bases against the lists of one desk.
type Watcher struct {
	Store  watched.Store
	Desk   *screen.Desk
	Places *place.Gazetteer
	// AsOf is the day on which listings count.
	AsOf when.Day
	// Now gives the time, Actor the pseudonym of who runs it, Program the version.
	Now            func() time.Time
	Actor, Program string
	// Dir keeps the indexes over bases; "" for memory only.
	Dir string
	// Workers is how many customers are screened at once; the processors unless given.
	Workers int
	// Suppressed counts the findings after a run that people found to be somebody else; nil for none.
	// What it gives is called with each state after the run.
	Suppressed func(ctx context.Context, run *watched.Run) func(after *watched.State) int
	// Progress is called now and then with the number of customers done; nil for nobody.
	Progress func(what string, n int)
}

// Result is a run with what it raised.
type Result struct {
	Run     watched.Run
	Changes []watched.Change
}

// job is a run under way.
type job struct {
	*Watcher
	ctx    context.Context
	run    watched.Run
	last   *watched.Run             // the run before, nil for none
	before []watched.State          // in the order of references
	after  map[string]watched.State // of those who were screened and are, or were, not clear
	gone   map[string]bool          // of those before, who are not on file any more
	listed []screening.Mark         // of all listed subjects
	now    map[string]mark          // the same by list and subject
	marks  []byte                   // the same as they are kept; nil until they are packed
	all    bool                     // those who are clear are noted too
}

// mark is what is kept of the mark of a listed subject.
type mark struct{ sum, asks [8]byte }

// Run screens every customer of the newest version of a base and keeps what it finds.
func (w *Watcher) Run(ctx context.Context, base string) (*Result, error) {
	j, err := w.begin(ctx, base, watched.Full)
	if err != nil {
		return nil, err
	}
	if err := j.remember(); err != nil {
		return nil, err
	}
	return j.full()
}

// remember reads what the customers were after the run before.
func (j *job) remember() (err error) {
	if j.last != nil {
		j.before, err = j.Store.States(j.ctx, j.run.Base, j.last.Number)
	}
	return err
}

// full screens everybody.
func (j *job) full() (*Result, error) {
	j.run.Kind = watched.Full
	if err := j.screen(j.customers(watched.Part{})); err != nil {
		return nil, err
	}
	return j.finish()
}

// begin reads what a run goes on from.
func (w *Watcher) begin(ctx context.Context, base string, kind watched.Kind) (*job, error) {
	if w.Desk.Stale != "" {
		return nil, fault.New(fault.Unavailable, "nobody can be screened: %s", w.Desk.Stale).WithFix("`cordon lists pull`")
	}
	versions, err := w.Store.Versions(ctx, base)
	if err != nil {
		return nil, err
	}
	runs, err := w.Store.Runs(ctx, base)
	if err != nil {
		return nil, err
	}
	v := versions[len(versions)-1]
	customers, err := w.Store.Count(ctx, base, v.Number)
	if err != nil {
		return nil, err
	}
	j := &job{Watcher: w, ctx: ctx, after: map[string]watched.State{}, now: map[string]mark{}}
	j.run = watched.Run{
		Base: base, Number: len(runs) + 1, Kind: kind, Version: v.Number, Lists: listsOf(w.Desk), Params: w.Desk.Params().ID(),
		Program: w.Program, AsOf: w.AsOf.String(), Actor: w.Actor, Started: w.time(), Rows: v.Rows, Refused: v.Refused, Erased: v.Kept - customers,
		Customers: customers,
	}
	if len(runs) > 0 {
		j.last = &runs[len(runs)-1]
	}
	for m, err := range w.Desk.Marks(w.AsOf) {
		if err != nil {
			return nil, err
		}
		j.now[m.List+" "+m.ID] = mark{m.Sum, m.Asks}
		j.listed = append(j.listed, m)
	}
	return j, nil
}

func (w *Watcher) time() time.Time { return w.Now().UTC().Truncate(time.Millisecond) }

// listsOf gives the lists of a desk.
func listsOf(d *screen.Desk) []watched.Against {
	count := map[string]int{}
	for _, s := range d.Basis().Lists {
		count[s.Name()] = s.Count
	}
	var out []watched.Against
	for _, a := range d.Against() {
		out = append(out, watched.Against{List: a.List, Snapshot: a.Snapshot.Number, Count: count[a.List], Content: a.Content, Subjects: a.Subjects})
	}
	return out
}

func (j *job) customers(p watched.Part) iter.Seq2[watched.Customer, error] {
	return j.Store.Customers(j.ctx, j.run.Base, j.run.Version, p)
}

// screen answers customers, and keeps those that are not clear, or were not before. Of those who say the same
// one is screened.
func (j *job) screen(list iter.Seq2[watched.Customer, error]) error {
	b := screen.Batch{
		AsOf: j.AsOf, Threshold: j.Desk.Params().Possible(), Limit: math.MaxInt32, Places: j.Places, Workers: j.Workers,
	}
	var twins []twin
	n := 0
	take := func(s watched.State) {
		if n++; n%1024 == 0 && j.Progress != nil {
			j.Progress("customers screened", n)
		}
		if s.Outcome == screening.NotScreened {
			j.run.NotScreened++
		} else {
			j.run.Screened++
		}
		if !s.Quiet() || j.all || j.was(s.Ref) {
			j.after[s.Ref] = s
		}
	}
	err := j.Desk.Run(j.ctx, b, numbered(apart(list, &twins)), func(a screen.Answered) error {
		take(stateOf(a.Row.Party[screen.Ref][0], j.Desk, &a.Answer))
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range twins {
		s, ok := j.after[t.of]
		if !ok {
			s.Outcome = screening.Clear
		}
		s.Ref = t.ref
		take(s)
	}
	return nil
}

// was reports whether a customer had a state before.
func (j *job) was(ref string) bool {
	_, ok := slices.BinarySearchFunc(j.before, ref, func(s watched.State, ref string) int { return strings.Compare(s.Ref, ref) })
	return ok
}

// twin is a customer who says the same as another.
type twin struct{ ref, of string }

// apart leaves out the customers who say what one before them says, and notes them.
func apart(list iter.Seq2[watched.Customer, error], twins *[]twin) iter.Seq2[watched.Customer, error] {
	return func(yield func(watched.Customer, error) bool) {
		first := map[[16]byte]string{}
		for c, err := range list {
			if err == nil {
				says := saysOf(c.Party)
				if of, ok := first[says]; ok {
					*twins = append(*twins, twin{c.Ref, of})
					continue
				}
				first[says] = c.Ref
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// saysOf tells parties apart by all that they say.
func saysOf(p map[string][]string) [16]byte {
	var b []byte
	for _, field := range slices.Sorted(maps.Keys(p)) {
		b = append(binary.AppendUvarint(b, uint64(len(field))), field...)
		b = binary.AppendUvarint(b, uint64(len(p[field])))
		for _, v := range p[field] {
			b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
		}
	}
	sum := sha256.Sum256(b)
	return [16]byte(sum[:])
}

// numbered gives customers as rows; the reference travels among the fields, where
// nobody screens it.
func numbered(list iter.Seq2[watched.Customer, error]) iter.Seq2[screen.Row, error] {
	return func(yield func(screen.Row, error) bool) {
		n := 0
		for c, err := range list {
			if err != nil {
				yield(screen.Row{}, err)
				return
			}
			n++
			p := screen.Party(maps.Clone(c.Party))
			p[screen.Ref] = []string{c.Ref}
			if !yield(screen.Row{Number: n, Party: p}, nil) {
				return
			}
		}
	}
}

// finish compares with the run before, counts, and keeps the run.
func (j *job) finish() (*Result, error) {
	res := &Result{}
	err := j.keep(watched.List(j.before), j.screened(), func(c watched.Change) { res.Changes = append(res.Changes, c) })
	res.Run = j.run
	return res, err
}

// screened gives the states of those who were screened.
func (j *job) screened() iter.Seq2[watched.State, error] {
	return func(yield func(watched.State, error) bool) {
		for _, ref := range slices.Sorted(maps.Keys(j.after)) {
			if !yield(j.after[ref], nil) {
				return
			}
		}
	}
}

// keep goes through the states before and those of who was screened twice: to count, and to write what differs. raise takes
// the changes; it may be nil.
func (j *job) keep(before, screened iter.Seq2[watched.State, error], raise func(watched.Change)) error {
	if err := j.count(before, screened, raise); err != nil {
		return err
	}
	if err := j.run.Check(); err != nil {
		return err
	}
	if j.marks == nil {
		var err error
		if j.marks, err = packMarks(j.now); err != nil {
			return err
		}
	}
	return j.Store.Finish(j.ctx, j.run, func(yield func(watched.State, error) bool) {
		stopped := errors.New("no more is wanted")
		err := j.compare(before, screened, func(b, a *watched.State) error {
			if !equal(a, b) && !yield(*a, nil) {
				return stopped
			}
			return nil
		})
		if err != nil && err != stopped {
			yield(watched.State{}, err)
		}
	}, j.marks)
}

// compare goes through the states before and those of who was screened, by reference, and gives of each customer the state
// before and after the run.
func (j *job) compare(before, screened iter.Seq2[watched.State, error], f func(before, after *watched.State) error) error {
	return watched.Pairs(before, screened, func(ref string, b, a *watched.State) error {
		switch clear := (&watched.State{Ref: ref, Outcome: screening.Clear}); {
		case b == nil:
			b = clear
		case a == nil && j.run.Kind == watched.Delta && !j.gone[ref]:
			a = b // carried over
		case a == nil:
			a = clear // it is not on file any more
		}
		return f(b, a)
	})
}

// equal says whether two states are the same but for scores.
func equal(a, b *watched.State) bool {
	return a.Outcome == b.Outcome && a.Reason == b.Reason && slices.EqualFunc(a.Findings, b.Findings, watched.Finding.Same)
}

// count fills in what the run counts, and the hash of all states after it.
func (j *job) count(before, screened iter.Seq2[watched.State, error], raise func(watched.Change)) error {
	t := tally{run: &j.run, sum: watched.NewSummer()}
	suppressed := func(*watched.State) int { return 0 }
	if j.Suppressed != nil {
		suppressed = j.Suppressed(j.ctx, &j.run)
	}
	err := j.compare(before, screened, func(b, a *watched.State) error {
		if !a.Quiet() {
			t.state(a)
			j.run.Suppressed += suppressed(a)
		}
		if equal(a, b) {
			return nil
		}
		for _, c := range watched.Changes(a.Ref, b, a) {
			t.change(c)
			if raise != nil {
				raise(c)
			}
		}
		return nil
	})
	t.end()
	j.run.Ended = j.time()
	return err
}

// tally counts states and changes into a run.
type tally struct {
	run     *watched.Run
	sum     *watched.Summer
	stopped int
}

// state counts what a customer is after the run.
func (t *tally) state(s *watched.State) {
	switch s.Outcome {
	case screening.Match:
		t.run.Match++
	case screening.Possible:
		t.run.Possible++
	case screening.NotScreened:
		t.stopped++
	}
	t.sum.Add(s)
}

func (t *tally) change(c watched.Change) {
	switch c.What {
	case "new":
		t.run.New++
	case "changed":
		t.run.Changed++
	case "gone":
		t.run.Gone++
	case "stopped":
		t.run.Stopped++
	case "resumed":
		t.run.Resumed++
	}
}

// end says how many are clear, and what the states are in all.
func (t *tally) end() {
	t.run.Clear = t.run.Customers - t.run.Match - t.run.Possible - t.stopped
	t.run.Result = t.sum.Sum()
}

// marksVersion stands before marks, where those of the first form have the length of a key, which is never 0.
var marksVersion = []byte{0, 2}

// packMarks writes the marks of listed subjects, in the order of their keys.
func packMarks(marks map[string]mark) ([]byte, error) {
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	if err == nil {
		_, err = z.Write(marksVersion)
	}
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(marks)) {
		m := marks[key]
		line := append(binary.AppendUvarint(nil, uint64(len(key))), key...)
		if _, err := z.Write(append(append(line, m.sum[:]...), m.asks[:]...)); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// readMarks reads what packMarks wrote; those of the first form say nothing of what is asked.
func readMarks(packed []byte) (map[string]mark, error) {
	damaged := fault.New(fault.Unavailable, "what the last run kept of the lists is damaged").WithFix("`cordon watch run` starts anew")
	b, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil, damaged
	}
	b, second := bytes.CutPrefix(b, marksVersion)
	each := 8
	if second {
		each = 16
	}
	out := map[string]mark{}
	for len(b) > 0 {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) || len(b)-size-int(n) < each {
			return nil, damaged
		}
		key, at := string(b[size:size+int(n)]), size+int(n)
		m := mark{sum: [8]byte(b[at:])}
		if second {
			m.asks = [8]byte(b[at+8:])
		}
		out[key] = m
		b = b[at+each:]
	}
	return out, nil
}

// stateOf makes the state of a customer of an answer.
func stateOf(ref string, d *screen.Desk, a *screening.Answer) watched.State {
	s := watched.State{Ref: ref, Outcome: a.Outcome, Reason: a.Reason}
	for i := range a.Hits {
		h := &a.Hits[i]
		f := watched.Finding{List: h.List, Subject: h.ID, Tier: h.Tier, Outcome: d.Outcome(h), Score: h.Score}
		var ids []string
		for _, st := range h.Statuses {
			if st.Standing == snapshot.Listed {
				ids = append(ids, st.Listing.ID)
			}
		}
		slices.Sort(ids)
		f.Listings = strings.Join(slices.Compact(ids), " ")
		s.Findings = append(s.Findings, f)
	}
	slices.SortFunc(s.Findings, func(a, b watched.Finding) int { return cmp.Compare(a.Key(), b.Key()) })
	return s
}
