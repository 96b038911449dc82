// Package draft says what a measure that is not in force would touch: it sets the law with the draft supposed beside the law
// as it is, over goods, figures, claims and activities, compares the two provision by provision, and looks for gaps.
//
// Drafts are judged by the engine that applies law; nothing here has a rule of its own for what is banned. The package
// speaks of value affected and never of what anybody would then do: how far a measure is enforced and how much trade finds
// another way are inputs of the asker, printed beside every figure. It reads no files but forecasts and asks no clock.
package draft

import (
	"slices"
	"sync"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Facts are what a draft is judged with.
type Facts struct {
	Reference *activity.Reference
	Places    *place.Gazetteer
	Lists     *goods.Lists
	Factors   *goods.Factors
	// Humanitarian are goods whose share in what is touched is shown; see [ReadHumanitarian].
	Humanitarian Humanitarian
	// Engine, where given, is one over the law or some of it: what it compiled is taken over; see [ruling.Options].
	Engine *ruling.Engine
}

// Case is the law as it is beside the law with drafts supposed. It does not change and is safe for concurrent use.
type Case struct {
	Facts
	// Base is the law without the drafts, With the law that supposes them.
	Base, With *law.Law
	// Drafts are the supposed instruments, in the order of the law.
	Drafts []*law.Instrument
	// On is the day on which figures are judged: from it on every provision of the drafts on goods is in force and every
	// wind-down of theirs is over, unless the asker names another.
	On when.Day
	// base applies the law, own the drafts only, with both.
	base, own, with *ruling.Engine
	// relaxes is true where the drafts could also take something away, so that the law has to be asked by itself.
	relaxes bool
	// kept and differences are worked out once, when first needed.
	kept        *reaches
	differences func() []Difference
}

// New makes a case of the named instruments, none of which is in force in l.
func New(f Facts, l *law.Law, names ...string) (*Case, error) {
	if len(names) == 0 {
		return nil, fault.New(fault.Usage, "no draft was named")
	}
	for _, n := range names {
		list, err := l.Named(n)
		if err != nil {
			return nil, err
		}
		if list[0].Applies() {
			return nil, fault.New(fault.Invalid, "%s is in force; there is nothing to suppose", list[0].Name).
				At(fault.Place{File: list[0].File, Field: "status"}).WithFix("a draft says `status: draft` or `status: proposed`")
		}
	}
	with, err := l.Suppose(names...)
	if err != nil {
		return nil, err
	}
	c := &Case{Facts: f, Base: l, With: with, On: when.NoDay, kept: newReaches(f.Reference.HS)}
	c.differences = sync.OnceValue(c.compared)
	for _, r := range with.Regimes {
		for _, in := range r.Instruments {
			if in.Supposed {
				c.Drafts = append(c.Drafts, in)
			}
		}
	}
	for _, p := range c.Provisions() {
		c.relaxes = c.relaxes || p.Effect == law.Exempt || len(p.Replaces) > 0
	}
	c.On = c.settled()
	if c.base = f.Engine; c.base == nil || !c.base.Applies(l) {
		if c.base, err = ruling.NewEngine(l, f.Places, f.Lists, f.Factors, ruling.Options{From: f.Engine}); err != nil {
			return nil, err
		}
	}
	drafted := func(p *law.Provision) bool { return p.Instrument.Supposed }
	if c.own, err = ruling.NewEngine(with, f.Places, f.Lists, f.Factors, ruling.Options{From: c.base, Only: drafted}); err != nil {
		return nil, err
	}
	if c.relaxes {
		c.with, err = ruling.NewEngine(with, f.Places, f.Lists, f.Factors, ruling.Options{From: c.own})
	}
	return c, err
}

// Provisions gives the provisions of the drafts.
func (c *Case) Provisions() []*law.Provision {
	var out []*law.Provision
	for _, in := range c.Drafts {
		out = append(out, in.Provisions...)
	}
	return out
}

// settled is the first day on which all that bans or caps goods has begun and its wind-downs are over.
func (c *Case) settled() when.Day {
	day := when.NoDay
	later := func(d when.Day) {
		if d != when.NoDay && (day == when.NoDay || d > day) {
			day = d
		}
	}
	for _, p := range c.Provisions() {
		if p.Effect != law.Prohibit && p.Effect != law.Cap || !p.Kinds.Has(vocab.KindTransfer) {
			continue
		}
		later(p.From)
		for _, x := range p.Exceptions {
			if _, until, ok := x.Period(c.With, when.NoDay); ok && x.Provision == p && until != law.Forever {
				later(until + 1)
			}
		}
	}
	if day == when.NoDay {
		for _, in := range c.Drafts {
			later(in.Adopted)
		}
	}
	return day
}

// Target is the state that the drafts are about.
func (c *Case) Target() string { return c.Drafts[0].Regime.Target }

// Class says how a draft bears on something, from nothing to most.
type Class uint8

// The classes. Relieved is what the draft makes milder.
const (
	Untouched Class = iota
	Relieved
	Repeated // the law does as much already
	Possible // a missing fact, or a person's judgement, decides whether it is touched
	Touched  // banned, over a cap or made to need approval, and not before
)

// String gives the word of the class for programs.
func (c Class) String() string {
	return [...]string{"untouched", "relieved", "repeated", "possible", "touched"}[c]
}

// Touch is what a draft does to one goods line, or to an activity without goods.
type Touch struct {
	// Line is the index of the goods line, -1 for the activity.
	Line  int
	Class Class
	// By is the provision of the draft that decides, Law the one of the law that does as much already; nil for none.
	By, Law *law.Provision
	// Cap is the provision where what decides is a cap with limits: the figure counts against it, and only what is above
	// the limit is touched. LawCap is the same of the law.
	Cap, LawCap *law.Provision
	// Approval is true where the draft leaves it to the committee.
	Approval bool
}

// Judge applies a case for one worker.
type Judge struct {
	c *Case
	// with is nil where the drafts take nothing away.
	base, own, with *ruling.Evaluator
	out             []Touch
}

// NewJudge gives a judge with memory of its own.
func (c *Case) NewJudge() *Judge {
	j := &Judge{c: c, base: c.base.NewEvaluator(), own: c.own.NewEvaluator()}
	if c.relaxes {
		j.with = c.with.NewEvaluator()
	}
	return j
}

// Touches says what the drafts do to each goods line of an activity, or to the activity where it has no goods, every provision
// by itself: what is certain only because two provisions leave no answer over is shown as possible. The law is taken on asOf,
// or on the day of the activity where it is nil. The result is valid until the next call.
func (j *Judge) Touches(a *activity.Activity, asOf *when.Period) ([]Touch, error) {
	req := ruling.Request{Activity: a, AsOf: asOf, KnownAt: when.NoDay, Each: true}
	own, err := j.own.Decide(req)
	if err != nil {
		return nil, err
	}
	var base, with []ruling.Finding
	if len(own.Findings) > 0 || j.with != nil { // else the drafts have nothing to do with it
		r, err := j.base.Decide(req)
		if err != nil {
			return nil, err
		}
		base = r.Findings
	}
	if j.with != nil {
		r, err := j.with.Decide(req)
		if err != nil {
			return nil, err
		}
		with = r.Findings
	}
	j.out = j.out[:0]
	for line := min(0, len(a.Goods)-1); line < max(0, len(a.Goods)); line++ {
		t := j.c.touch(own.Findings, base, line)
		if t.Class == Untouched && j.with != nil && strictest(with, line) < strictest(base, line) {
			t.Class = Relieved
		}
		j.out = append(j.out, t)
	}
	return j.out, nil
}

// bears reports whether a finding is about a line: its own, or the activity or a party of it.
func bears(f *ruling.Finding, line int) bool {
	return line < 0 || f.Line == line || f.Provision.Each != law.EachGoods
}

func strictest(list []ruling.Finding, line int) ruling.Verdict {
	v := ruling.Permitted
	for i := range list {
		if f := &list[i]; bears(f, line) {
			v = max(v, f.Verdict)
		}
	}
	return v
}

// touch sets the findings of the drafts beside those of the law.
func (c *Case) touch(own, base []ruling.Finding, line int) Touch {
	t := Touch{Line: line}
	for i := range own {
		f := &own[i]
		if !bears(f, line) {
			continue
		}
		if isCap(f) && (t.Cap == nil || scaled(f.Provision) < scaled(t.Cap)) {
			t.Cap = f.Provision
		}
		if class, by := c.classify(f, base, line); t.By == nil || class > t.Class {
			t.Class, t.By, t.Law, t.Approval = class, f.Provision, by, f.Verdict == ruling.NeedsApproval
		}
	}
	for i := range base {
		if f := &base[i]; bears(f, line) && isCap(f) && (t.LawCap == nil || scaled(f.Provision) < scaled(t.LawCap)) {
			t.LawCap = f.Provision
		}
	}
	if t.By != nil && t.By.Effect != law.Cap {
		t.Cap = nil // a ban decides, not the cap beside it
	}
	return t
}

// isCap reports whether a finding is of a cap with limits, on which more than one consignment bears.
func isCap(f *ruling.Finding) bool {
	return f.Provision.Effect == law.Cap && len(f.Provision.Cap.Limits) > 0
}

// scaled is the first limit of a cap as a rate: per month.
func scaled(p *law.Provision) float64 {
	l := &p.Cap.Limits[0]
	return max(l.Quantity, l.Value) / float64(l.Months)
}

func strict(v ruling.Verdict) bool { return v >= ruling.NeedsApproval }

func open(v ruling.Verdict) bool { return v == ruling.Incomplete || v == ruling.Judgement }

// classify says what one finding of a draft adds to those of the law, and which of these does as much already.
func (c *Case) classify(f *ruling.Finding, base []ruling.Finding, line int) (Class, *law.Provision) {
	if !strict(f.Verdict) && !open(f.Verdict) {
		return Untouched, nil
	}
	class := Touched
	if open(f.Verdict) {
		class = Possible
	}
	for i := range base {
		q := &base[i]
		if !bears(q, line) {
			continue
		}
		switch {
		case strict(q.Verdict) && (q.Verdict >= f.Verdict || open(f.Verdict)):
			return Repeated, q.Provision
		case isCap(f) && isCap(q) && scaled(f.Provision) < scaled(q.Provision): // a lower limit is no repetition
		case open(f.Verdict) && q.Verdict == f.Verdict && c.sameQuestion(q, f):
			return Repeated, q.Provision
		case isCap(q) && !isCap(f): // what the law lets through up to its limit is touched anew; [Case.share] takes off the rest
		case open(q.Verdict):
			class = min(class, Possible) // the law may ban it already
		}
	}
	return class, nil
}

// sameQuestion reports whether what is open of a finding q of the law leaves nothing open of f: the same facts are asked for, and
// where it is the code of the goods, whatever code makes f bite makes q bite.
func (c *Case) sameQuestion(q, f *ruling.Finding) bool {
	return sameFacts(q.Missing, f.Missing) &&
		(!slices.Contains(f.Missing, vocab.GoodsHS) || c.reachOf(q.Provision).covers(c, c.reachOf(f.Provision)))
}

func sameFacts(a, b []vocab.FactID) bool {
	if len(a) != len(b) {
		return false
	}
	for _, f := range a {
		if !slices.Contains(b, f) {
			return false
		}
	}
	return true
}
