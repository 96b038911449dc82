// Package scenario reads scenarios (activities with the verdict that a lawyer
// expects) and runs them against an engine.
//
// A scenario never teaches the engine anything: it only says whether law and
// expectation agree, and where they do not.
package scenario

import (
	"cmp"
	"io/fs"
	"path"
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Scenario is one activity with what is expected of it.
type Scenario struct {
	ID, Title, Source, Note string
	// Given is true for a case whose label somebody else gave, false for one of
	// our own.
	Given bool
	// Label is the given label, unchanged.
	Label    string
	Activity *activity.Activity
	KnownAt  when.Day
	// Expect is the verdict; Accept are others that count as agreement.
	Expect ruling.Verdict
	Accept []ruling.Verdict
	// Governing are provisions of which one at least must be among those that
	// decide.
	Governing []string
	File      string
	Line      int
}

// Load reads all scenario files below dir, in order of their names. Unknown keys,
// an id used twice and governing provisions that do not exist are errors.
func Load(fsys fs.FS, dir string, ref *activity.Reference, l *law.Law) ([]*Scenario, error) {
	var out []*Scenario
	seen := map[string]*Scenario{}
	err := fs.WalkDir(fsys, dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(p) != ".yaml" {
			return err
		}
		data, err := fs.ReadFile(fsys, p)
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "the scenarios %q", p)
		}
		list, err := read(p, data, ref, l)
		if err != nil {
			return err
		}
		for _, s := range list {
			if o := seen[s.ID]; o != nil {
				return fault.New(fault.Conflict, "the scenario %q stands twice", s.ID).At(fault.Place{File: p, Line: s.Line}).
					WithFix("it stands first in %s, line %d", o.File, o.Line)
			}
			seen[s.ID] = s
		}
		out = append(out, list...)
		return nil
	})
	return out, err
}

func read(file string, data []byte, ref *activity.Reference, l *law.Law) ([]*Scenario, error) {
	docs, err := yamltree.Parse(file, data)
	if err != nil {
		return nil, err
	}
	var out []*Scenario
	for _, d := range docs {
		if d.Kind != yamltree.List {
			return nil, d.Errorf("a file of scenarios is a list")
		}
		for _, n := range d.Items {
			s, err := one(n, ref, l)
			if err != nil {
				return nil, err
			}
			out = append(out, s)
		}
	}
	return out, nil
}

func one(n *yamltree.Node, ref *activity.Reference, l *law.Law) (*Scenario, error) {
	m, err := n.Fields("a scenario")
	if err != nil {
		return nil, err
	}
	s := &Scenario{File: n.File, Line: n.Line, KnownAt: when.NoDay}
	for _, f := range []struct {
		to   *string
		key  string
		need bool
	}{{&s.ID, "id", true}, {&s.Title, "title", true}, {&s.Source, "source", false}, {&s.Label, "label", false}, {&s.Note, "note", false}} {
		get := m.Text
		if f.need {
			get = m.NeedText
		}
		if *f.to, err = get(f.key); err != nil {
			return nil, err
		}
	}
	if s.Given, err = m.Bool("given", false); err != nil {
		return nil, err
	}
	if k := m.Opt("known_at"); k != nil {
		if s.KnownAt, err = when.ParseDay(k.Text); err != nil {
			return nil, fault.In(k.Place(), err)
		}
	}
	verdict := func(word string) (ruling.Verdict, error) {
		v, ok := ruling.ParseVerdict(word)
		if !ok {
			return 0, n.Errorf("scenario %s: there is no verdict %q", s.ID, word)
		}
		return v, nil
	}
	word, err := m.NeedText("expect")
	if err != nil {
		return nil, err
	}
	if s.Expect, err = verdict(word); err != nil {
		return nil, err
	}
	accept, err := m.Texts("accept")
	if err != nil {
		return nil, err
	}
	for _, w := range accept {
		v, err := verdict(w)
		if err != nil {
			return nil, err
		}
		s.Accept = append(s.Accept, v)
	}
	if s.Governing, err = m.Texts("governing"); err != nil {
		return nil, err
	}
	for _, id := range s.Governing {
		if _, ok := l.Provision(id); !ok {
			return nil, n.Errorf("scenario %s names the provision %q, which does not exist", s.ID, id)
		}
	}
	a, err := m.Need("activity")
	if err != nil {
		return nil, err
	}
	if s.Activity, err = ref.FromNode(a); err != nil {
		return nil, err
	}
	return s, m.End()
}

// Result is what became of a scenario.
type Result struct {
	Scenario *Scenario
	Ruling   *ruling.Ruling
	// Verdict is true when the verdict is the expected or an accepted one.
	Verdict bool
	// Governing is true when a governing provision is among those that decide,
	// or none is asked for: permitted activities have none.
	Governing bool
	// All is true when every governing provision is among the findings.
	All bool
}

// Run rules on a scenario.
func Run(g *ruling.Engine, s *Scenario) (Result, error) {
	r, err := g.Decide(ruling.Request{Activity: s.Activity, KnownAt: s.KnownAt})
	if err != nil {
		return Result{}, fault.In(fault.Place{File: s.File, Line: s.Line, Field: s.ID}, err)
	}
	res := Result{Scenario: s, Ruling: r}
	res.Verdict = r.Verdict == s.Expect || slices.Contains(s.Accept, r.Verdict)
	if s.Expect == ruling.Permitted || len(s.Governing) == 0 {
		res.Governing, res.All = true, true
		return res, nil
	}
	decides := map[string]bool{}
	mentioned := map[string]bool{}
	note := func(f *ruling.Finding, to map[string]bool) {
		to[f.Provision.ID] = true
		to[f.Provision.PartOf] = true
		for _, id := range f.Provision.ReadWith() { // cited along with it
			to[id] = true
		}
		for _, x := range f.Exceptions {
			to[x.Exception.Provision.ID] = true
			to[x.Exception.Provision.PartOf] = true
		}
	}
	for i := range r.Findings {
		note(&r.Findings[i], mentioned)
		if f := &r.Findings[i]; f.Verdict == r.Verdict || (r.Verdict == ruling.Incomplete && f.Outcome == ruling.Open) {
			note(f, decides)
		}
	}
	for _, p := range r.Paths {
		mentioned[p.Provision.ID] = true
	}
	res.All = true
	for _, id := range s.Governing {
		res.Governing = res.Governing || decides[id]
		res.All = res.All && mentioned[id]
	}
	return res, nil
}

// Tally counts agreement.
type Tally struct {
	Total, Verdict, Both, Scored, All int
}

// Add counts a result.
func (t *Tally) Add(r Result) {
	t.Total++
	if r.Verdict {
		t.Verdict++
		if r.Governing {
			t.Both++
		}
	}
	if r.Scenario.Expect != ruling.Permitted && len(r.Scenario.Governing) > 0 {
		t.Scored++
		if r.All {
			t.All++
		}
	}
}

// RunAll runs scenarios in their order and counts the given ones and our own
// apart.
func RunAll(g *ruling.Engine, list []*Scenario) (results []Result, given, own Tally, err error) {
	for _, s := range list {
		r, err := Run(g, s)
		if err != nil {
			return nil, given, own, err
		}
		results = append(results, r)
		if s.Given {
			given.Add(r)
		} else {
			own.Add(r)
		}
	}
	slices.SortStableFunc(results, func(a, b Result) int {
		return cmp.Or(cmp.Compare(b2i(b.Scenario.Given), b2i(a.Scenario.Given)), cmp.Compare(a.Scenario.ID, b.Scenario.ID))
	})
	return results, given, own, nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
