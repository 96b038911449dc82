// Package selftest is the use case "does screening work here": it writes every
// listed name of the loaded lists in the ways in which it may come in, asks the
// real engine with each, and counts what was found, by kind of change, list,
// script and schema; and it asks with a neutral population and counts the alerts.
//
// Every question is accounted for: made = found + missed + refused. What cannot
// be made of a name is counted apart and never as found, and a refusal counts
// against the engine. The package judges against floors that it is given; it
// changes no list, keeps nothing and prints nothing.
package selftest

import (
	"cmp"
	"context"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/variant"
	"github.com/cordon-engine/cordon/internal/when"
)

// Dir is the folder of the embedded data that a self-test uses: the table of
// variants, the floors and the neutral population.
const Dir = "selftest"

// AsListed is the kind of a name that is asked as the list spells it.
const AsListed variant.Kind = "as_listed"

// Kinds gives all kinds of questions in the order of reports.
func Kinds() []variant.Kind { return append([]variant.Kind{AsListed}, variant.Kinds()...) }

// Screener answers one query. It may be called by many at once. What it cannot
// answer it says as not_screened, with the reason.
type Screener interface {
	Screen(q screening.Query) screening.Answer
}

// Shown is the number of hits among which the right one must be. It is far above
// what any name has, so that a namesake before the right listing hides nothing.
const Shown = 200

// Config says what to ask.
type Config struct {
	Names      []Name
	Population []Neutral
	// Listed is how all names of the lists are spelt: neutral names among them
	// are put aside.
	Listed   Spellings
	Variants *variant.Tables
	// Seed chooses the places of changes.
	Seed uint64
	// Lists are the lists to look in; nil for all.
	Lists []string
	AsOf  when.Day
	// Threshold is the probability from which a hit counts, Alert that from
	// which it counts as a match.
	Threshold, Alert float64
	Floors           Floors
	// Workers is the number of names asked about at once; the processors unless
	// given.
	Workers int
	// Progress is told now and then how many names of all are done; may be nil.
	Progress func(done, all int)
}

// Shipped gives a configuration with the floors, the neutral population and the
// table of variants that come with the program.
func Shipped(fsys fs.FS) (Config, error) {
	var c Config
	floors := path.Join(Dir, "floors.yaml")
	b, err := fs.ReadFile(fsys, floors)
	if err != nil {
		return c, fault.Wrap(fault.Internal, err, "the floors are missing from this build")
	}
	if c.Floors, err = ReadFloors(floors, b); err != nil {
		return c, err
	}
	population := path.Join(Dir, "population.tsv")
	f, err := fsys.Open(population)
	if err != nil {
		return c, fault.Wrap(fault.Internal, err, "the neutral population is missing from this build")
	}
	defer f.Close()
	if c.Population, err = ReadPopulation(population, f); err != nil {
		return c, err
	}
	c.Variants, err = variant.Load(fsys, Dir)
	return c, err
}

// Outcome is what became of one question.
type Outcome string

// The outcomes. Of a listed name: found, missed or refused; of a neutral one:
// clear, alert, refused, or aside when it is spelt like a listed name, so that an
// alert on it would be right.
const (
	Found   Outcome = "found"
	Missed  Outcome = "missed"
	Refused Outcome = "refused"
	Clear   Outcome = "clear"
	Alert   Outcome = "alert"
	Aside   Outcome = "aside"
)

// Case is one question and its outcome.
type Case struct {
	// Name is the listed name; nil for a neutral one, which Neutral holds.
	Name    *Name
	Neutral *Neutral
	Kind    variant.Kind
	Text    string
	Outcome Outcome
	// Match is true when the hit was strong enough for a match.
	Match bool
	// Score is the probability of the right hit; of a neutral name, of the best.
	Score float64
	// Reason says why it was refused.
	Reason string
	// Other is the best hit that is not the right one; nil for none.
	Other *screening.Hit
}

// Run asks everything and gives the result. It calls each, which may be nil, for
// every case: listed names in the order of their lists, IDs and kinds, then the
// population in its order. An error of each, or the end of ctx, ends it.
func Run(ctx context.Context, s Screener, c Config, each func(Case) error) (*Result, error) {
	if len(c.Names) == 0 {
		return nil, fault.New(fault.Unavailable, "there is no listed name to test with")
	}
	if !(0 < c.Threshold && c.Threshold < 1) {
		return nil, fault.New(fault.Usage, "the threshold must lie between 0 and 1")
	}
	a := asker{Config: c, desk: s}
	t := newTally(&c)
	take := func(cases []Case) error {
		t.add(cases)
		for i := 0; each != nil && i < len(cases); i++ {
			if err := each(cases[i]); err != nil {
				return err
			}
		}
		return nil
	}
	names := slices.Clone(c.Names)
	slices.SortStableFunc(names, func(x, y Name) int { return cmp.Or(cmp.Compare(x.List, y.List), cmp.Compare(x.ID, y.ID)) })
	err := a.all(ctx, len(names), func(i int) []Case { return a.name(&names[i]) }, take)
	if err != nil {
		return nil, err
	}
	a.before = len(names)
	err = a.all(ctx, len(c.Population), func(i int) []Case { return []Case{a.neutral(&c.Population[i])} }, take)
	if err != nil {
		return nil, err
	}
	return t.result(), nil
}

// asker asks the questions of one run.
type asker struct {
	Config
	desk   Screener
	before int // names done earlier, for the progress
}

// stretch is how many names are asked about before their cases are handed on;
// memory does not grow beyond.
const stretch = 512

// all calls do for 0 to n-1 on all workers, and take for what it gave in order.
func (a *asker) all(ctx context.Context, n int, do func(int) []Case, take func([]Case) error) error {
	workers := a.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	for from := 0; from < n; from += stretch {
		got := make([][]Case, min(stretch, n-from))
		var next atomic.Int64
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for {
					i := int(next.Add(1)) - 1
					if i >= len(got) || ctx.Err() != nil {
						return
					}
					got[i] = do(from + i)
				}
			})
		}
		wg.Wait()
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, cases := range got {
			if err := take(cases); err != nil {
				return err
			}
		}
		if a.Progress != nil {
			a.Progress(a.before+from+len(got), len(a.Names)+len(a.Population))
		}
	}
	return nil
}

// name asks with a listed name and with each of its variants.
func (a *asker) name(n *Name) []Case {
	out := []Case{a.ask(n, AsListed, n.Text)}
	for _, v := range a.Variants.Of(variant.Name{Text: n.Text, Schema: n.Schema, States: n.States}, a.Seed) {
		out = append(out, a.ask(n, v.Kind, v.Text))
	}
	return out
}

// screen asks with one name.
func (a *asker) screen(schema, text string) screening.Answer {
	return a.desk.Screen(screening.Query{
		Input: match.Input{Schema: schema, Names: []match.Name{{Text: text}}},
		Lists: a.Lists, AsOf: a.AsOf, Threshold: a.Threshold, Limit: Shown,
	})
}

func (a *asker) ask(n *Name, kind variant.Kind, text string) Case {
	c := Case{Name: n, Kind: kind, Text: text, Outcome: Missed}
	answer := a.screen(n.asked, text)
	if answer.Outcome == screening.NotScreened {
		c.Outcome, c.Reason = Refused, answer.Reason
		return c
	}
	for i := range answer.Hits {
		h := &answer.Hits[i]
		switch {
		case h.Score < a.Threshold:
		case !right(n, h):
			if c.Other == nil {
				c.Other = h
			}
		case c.Outcome != Found || h.Score > c.Score:
			c.Outcome, c.Score, c.Match = Found, h.Score, h.Score >= a.Alert
		}
	}
	return c
}

// right reports whether a hit is the bearer of a name: the entry itself, or one
// of another list that was taken for the same subject.
func right(n *Name, h *screening.Hit) bool {
	if h.ID == n.ID && h.List == n.List {
		return true
	}
	return slices.ContainsFunc(h.Same, func(m screening.Merger) bool { return m.A == n.ID || m.B == n.ID })
}

// neutral asks with a name that nobody lists.
func (a *asker) neutral(n *Neutral) Case {
	c := Case{Neutral: n, Text: n.Name, Outcome: Clear}
	if n.Unread != "" {
		c.Outcome, c.Reason = Refused, n.Unread
		return c
	}
	if a.Listed.has(n.Name) {
		c.Outcome = Aside
		return c
	}
	answer := a.screen(n.Schema, n.Name)
	if answer.Outcome == screening.NotScreened {
		c.Outcome, c.Reason = Refused, answer.Reason
		return c
	}
	for i := range answer.Hits {
		if h := &answer.Hits[i]; h.Score >= a.Threshold && h.Score > c.Score {
			c.Outcome, c.Score, c.Match, c.Other = Alert, h.Score, h.Score >= a.Alert, h
		}
	}
	return c
}
