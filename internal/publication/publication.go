// Package publication is the contract between a parser of one official list
// and what loads it: the files that are read, the records that come out, and a
// tally in which every entry of the file is accounted for.
//
// A load is worth what can be proved of it: entries in the file = entries
// handled + entries refused, each refusal with its place and reason; elements
// that the parser does not know and references that lead nowhere are counted
// and shown, never dropped. The package never fetches, stores or matches.
package publication

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/subject"
)

// Source is one publication of one authority: where it is found and the
// formats in which it may come.
type Source struct {
	// ID is what the command line calls it ("un", "ofac-sdn").
	ID string
	// List is the name of the list it fills unless the user gives another; the
	// ID where it is empty.
	List string
	// Authority is whose acts it publishes ("UN", "US"); empty where the file
	// itself says so.
	Authority string
	Title     string
	// Homepage is a page for people about the publication.
	Homepage string
	// Addresses are what a pull fetches, in order; none for files that have no
	// public address.
	Addresses []Address
	// Formats are tried in order; the first whose Sniff holds reads the files.
	Formats []Format
	// Shrink is the share (0 to 1) of its subjects that the list may lose from
	// one snapshot to the next before the load is refused.
	Shrink float64
}

// ListName gives the name of the list that the publication fills.
func (s *Source) ListName() string {
	if s.List != "" {
		return s.List
	}
	return s.ID
}

// Address is one file of a publication.
type Address struct {
	// Part names the file among those of the publication ("sdn", "alt").
	Part string
	URL  string
}

// Format is one form in which a publication comes.
type Format struct {
	// Name is unique in the source: "xml", "csv", "xml-enhanced".
	Name string
	// Sniff says, from the start of the first file (up to 4 KiB, byte order
	// mark removed), whether the files may be of this format.
	Sniff func(head []byte) bool
	// Parse reads the files and reports to the tally. An error means that the
	// files as a whole cannot be trusted: they are broken off, are not what
	// they say, or exceed a limit; then nothing of them is kept.
	Parse func(ctx context.Context, in *Input, t *Tally) error
	// Delta says that a file of this format holds only what changed since the
	// publication before it. It is read together with the files of the snapshot
	// it is applied to: Input.Files are those, then the file itself, and what
	// comes out is the whole list. So a list with deltas has the same proof as
	// one without, and its snapshot can be made anew from the bytes kept with it.
	Delta bool
	// Seen says which real file of the publication has been through this
	// parser, and when; empty when none has, and the user is told so.
	Seen string
}

// File is one file to read.
type File struct {
	// Name is the name as the user gave it, for messages; Part is the part of
	// the publication it is, where there are several.
	Name, Part string
	// Open gives its bytes from the start. It may be called more than once.
	Open func() (io.ReadCloser, error)
}

// Input is what a parser reads.
type Input struct {
	// List is the name of the list, the first half of every subject's ID.
	List  string
	Files []File
	// Places resolves the names of states.
	Places *place.Gazetteer
	// Mapping says which column is what; for own lists only.
	Mapping *Mapping
}

// File gives the file of a part; the error says which parts are there.
func (in *Input) File(part string) (File, error) {
	var have []string
	for _, f := range in.Files {
		if f.Part == part {
			return f, nil
		}
		have = append(have, f.Name)
	}
	return File{}, fault.New(fault.Invalid, "the part %q of the publication is missing", part).
		WithFix("files given: %s", strings.Join(have, ", "))
}

// Published is what the publication says of itself.
type Published struct {
	// At is the day, as stated in the file.
	At subject.Date
	// Stamp is the whole statement as it stands there ("2026-08-01T23:00:03Z").
	Stamp string
	// Count is the number of entries it says it has; -1 when it says none.
	Count int
}

// Refusal is one entry that could not be taken over.
type Refusal struct {
	Place  fault.Place
	Key    string // the entry's own reference, where it has one
	Reason string
}

// Oddity is something counted that a person should know: an unknown element, a
// reference that leads nowhere, a state nobody knows.
type Oddity struct {
	// Kind is one of the constants below.
	Kind string
	// What is the element's path, the reference or the word.
	What string
	// Count is how often, First where the first stands.
	Count int
	First fault.Place
}

// The kinds of oddities.
const (
	UnknownElement = "unknown element"
	Unresolved     = "reference that leads nowhere"
	Elsewhere      = "reference to another list, which is not looked up when this one is loaded"
	UnknownState   = "state not known"
	BadDate        = "date kept as text"
	BadNumber      = "number whose check digit fails"
)

// Part is the account of one file or section: Seen = Handled + Loose + Refused.
type Part struct {
	Name string
	// Seen are the entries in it; Handled those that became or joined a record;
	// Loose those that belong to a record that is not there; Refused the rest.
	Seen, Handled, Loose, Refused int
}

// Report is the proof of a load.
type Report struct {
	Published Published
	Parts     []Part
	// Subjects, Listings and Relations are what came out.
	Subjects, Listings, Relations int
	// Refusals holds the first MaxRefusals of them; RefusalsLeftOff the number
	// of the rest.
	Refusals        []Refusal
	RefusalsLeftOff int
	// Oddities are sorted by kind and what; at most MaxOddities different ones
	// are kept of each kind, the rest counted under "(others)".
	Oddities []Oddity
}

// Limits of what a report lists one by one.
const (
	MaxRefusals = 1000
	MaxOddities = 200
)

// Totals adds the parts up.
func (r *Report) Totals() Part {
	sum := Part{Name: "all"}
	for _, p := range r.Parts {
		sum.Seen += p.Seen
		sum.Handled += p.Handled
		sum.Loose += p.Loose
		sum.Refused += p.Refused
	}
	return sum
}

// Tally takes what a parser finds and keeps the account. For every entry of the
// file the parser calls Seen once, and then exactly one of Handled, Loose and
// Refuse. Close says whether that adds up.
type Tally struct {
	report Report
	emit   func(*subject.Record) error
	parts  map[string]*Part
	order  []string
	odd    map[[2]string]*Oddity
	kinds  map[string]int
	states map[string]string // names of states that were looked up
}

// NewTally makes a tally that passes each record on to emit. The record and
// what it points to belong to emit from then on.
func NewTally(emit func(*subject.Record) error) *Tally {
	return &Tally{
		report: Report{Published: Published{Count: -1}},
		emit:   emit, parts: map[string]*Part{}, odd: map[[2]string]*Oddity{}, kinds: map[string]int{},
	}
}

func (t *Tally) part(name string) *Part {
	p := t.parts[name]
	if p == nil {
		p = &Part{Name: name}
		t.parts[name] = p
		t.order = append(t.order, name)
	}
	return p
}

// Published notes what the publication says of itself.
func (t *Tally) Published(p Published) { t.report.Published = p }

// Seen counts one entry of a part.
func (t *Tally) Seen(part string) { t.part(part).Seen++ }

// Handled says that the entry became a record or joined one.
func (t *Tally) Handled(part string) { t.part(part).Handled++ }

// Loose says that the entry belongs to a record that is not there.
func (t *Tally) Loose(part string, at fault.Place, what string) {
	t.part(part).Loose++
	t.Odd(Unresolved, part+" of "+what, at)
}

// Refuse says that the entry could not be taken over, and why.
func (t *Tally) Refuse(part string, at fault.Place, key, format string, args ...any) {
	t.part(part).Refused++
	if len(t.report.Refusals) >= MaxRefusals {
		t.report.RefusalsLeftOff++
		return
	}
	t.report.Refusals = append(t.report.Refusals, Refusal{at, key, fmt.Sprintf(format, args...)})
}

// Odd counts something a person should know.
func (t *Tally) Odd(kind, what string, at fault.Place) {
	key := [2]string{kind, what}
	o := t.odd[key]
	if o == nil {
		if t.kinds[kind] >= MaxOddities {
			key[1] = "(others)"
			if o = t.odd[key]; o != nil {
				o.Count++
				return
			}
		}
		t.kinds[kind]++
		o = &Oddity{Kind: kind, What: key[1], First: at}
		t.odd[key] = o
	}
	o.Count++
}

// Emit passes a record on. It may be called any number of times for an entry.
func (t *Tally) Emit(r *subject.Record) error {
	if r.Subject != nil {
		t.report.Subjects++
	}
	t.report.Listings += len(r.Listings)
	t.report.Relations += len(r.Relations)
	return t.emit(r)
}

// Close gives the report. The error is fault.Internal when the entries do not
// add up, which is a defect of the parser, and fault.Invalid when the
// publication states a number of entries and another was found.
func (t *Tally) Close() (*Report, error) {
	r := &t.report
	for _, name := range t.order {
		r.Parts = append(r.Parts, *t.parts[name])
	}
	for _, o := range t.odd {
		r.Oddities = append(r.Oddities, *o)
	}
	slices.SortFunc(r.Oddities, func(a, b Oddity) int {
		return strings.Compare(a.Kind+"\x00"+a.What, b.Kind+"\x00"+b.What)
	})
	for _, p := range r.Parts {
		if p.Seen != p.Handled+p.Loose+p.Refused {
			return r, fault.New(fault.Internal, "%s: %d entries seen, but %d handled, %d loose and %d refused",
				p.Name, p.Seen, p.Handled, p.Loose, p.Refused)
		}
	}
	if n := r.Published.Count; n >= 0 && n != r.Totals().Seen {
		return r, fault.New(fault.Invalid, "the publication says it has %d entries, but %d were found", n, r.Totals().Seen).
			WithFix("the file is probably broken off; fetch it again")
	}
	return r, nil
}
