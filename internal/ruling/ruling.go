// Package ruling applies law to an activity whose party facts are resolved: it
// says for each provision whether it applies, is excepted, or hangs on a fact
// that is missing, gives the verdict and lists exactly the questions whose
// answers could change it.
//
// It never screens parties, loads files or stores anything, and asks no clock.
// Equal activities under equal law give equal rulings.
package ruling

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Verdict is the answer to "may we do this", mildest first, so that the
// stricter of two is the greater.
type Verdict uint8

// The verdicts.
const (
	// Permitted: no provision of the loaded regimes bites.
	Permitted Verdict = iota
	// Exempt: inside a written exception.
	Exempt
	// Reportable: lawful, with a notice or report owed.
	Reportable
	// Incomplete: a fact is missing that would change the answer.
	Incomplete
	// Judgement: a person must weigh something.
	Judgement
	// NeedsApproval: lawful only with the committee's approval in advance.
	NeedsApproval
	// OverCap: above a cap.
	OverCap
	// Prohibited: banned.
	Prohibited
)

var verdicts = [...]string{"permitted", "exempt", "reportable", "incomplete", "judgement", "needs_approval", "over_cap", "prohibited"}

// String gives the word used in files.
func (v Verdict) String() string { return verdicts[v] }

// ParseVerdict reads the word used in files.
func ParseVerdict(s string) (Verdict, bool) {
	for i, w := range verdicts {
		if w == s {
			return Verdict(i), true
		}
	}
	return 0, false
}

// Verdicts gives the words, strictest first.
func Verdicts() []string {
	out := make([]string, len(verdicts))
	for i, w := range verdicts {
		out[len(verdicts)-1-i] = w
	}
	return out
}

// Outcome is what became of a provision.
type Outcome uint8

// The outcomes. Provisions that do not apply are not findings.
const (
	// Applies: its conditions hold and no exception does.
	Applies Outcome = iota
	// Excepted: an exception defeats it.
	Excepted
	// Open: a missing fact decides.
	Open
)

// String gives the word used in files.
func (o Outcome) String() string { return [...]string{"applies", "excepted", "unknown"}[o] }

// Finding is one provision applied to one activity, goods line or party.
type Finding struct {
	Provision *law.Provision
	// Line is the index of the goods line or party, -1 for the activity.
	Line    int
	Outcome Outcome
	// Verdict is what this finding alone would give.
	Verdict Verdict
	// Missing are the facts that would decide an open finding.
	Missing []vocab.FactID
	// Exceptions are those that hold, or hang on a missing fact or approval.
	Exceptions []ExceptionFinding
	// Cap is set for caps.
	Cap *CapFinding
	// Goods says by what a goods line was found to be meant.
	Goods GoodsBasis
	// Late is the number of days by which a report came after it was due.
	Late int

	unit *unit
}

// Because is a stated fact that a finding was reached by.
type Because struct {
	// Name is the fact as `--set` takes it; Value as a file would have it.
	Name, Value string
}

// Because gives the stated facts that the finding was reached by, in the order
// of the vocabulary.
func (r *Ruling) Because(f *Finding) []Because {
	var reads vocab.FactSet
	for _, c := range f.unit.conditions() {
		if c != nil && c.compile() == nil {
			reads.Union(&c.reads)
		}
	}
	p := f.Provision
	if p.Direction != law.AnyDirection {
		for _, id := range []vocab.FactID{vocab.Origin, vocab.Destination, vocab.LoadingState, vocab.EndUserState, vocab.GoodsOrigin} {
			reads.Add(id)
		}
	}
	if len(p.Goods) > 0 {
		for _, id := range []vocab.FactID{vocab.GoodsDescription, vocab.GoodsHS, vocab.GoodsCommodity} {
			reads.Add(id)
		}
	}
	if p.Effect == law.Cap {
		for _, id := range []vocab.FactID{vocab.GoodsQuantity, vocab.GoodsUnit, vocab.GoodsValue, vocab.GoodsProduct, vocab.GoodsCounted, vocab.GoodsCountedValue} {
			reads.Add(id)
		}
	}
	if len(p.PositionsOn(r.AsOf.From)) > 0 {
		reads.Add(vocab.Jurisdiction)
	}
	var out []Because
	add := func(facts activity.Facts, line int) {
		for _, g := range facts {
			if reads.Has(g.Fact) && !g.Value.Unknown {
				out = append(out, Because{variable{g.Fact, int16(line)}.name(), g.Value.Format(vocab.FactOf(g.Fact).Type)})
			}
		}
	}
	add(r.Activity.Facts, -1)
	switch {
	case p.Each == law.EachGoods && f.Line >= 0 && f.Line < len(r.Activity.Goods):
		add(r.Activity.Goods[f.Line], f.Line)
	case p.Each == law.EachParty && f.Line >= 0 && f.Line < len(r.Activity.Parties):
		reads.Add(vocab.PartyName)
		add(r.Activity.Parties[f.Line], f.Line)
	}
	return out
}

// ExceptionFinding is one exception of a provision that matters here.
type ExceptionFinding struct {
	Exception *law.Exception
	// Holds is true when it defeats the provision; false when it is still open.
	Holds bool
	// Approval is true when only the committee's approval is missing.
	Approval bool
	Missing  []vocab.FactID
}

// GoodsBasis says how a goods line met a selector.
type GoodsBasis struct {
	// List is the id of the named list, Label the name of the HS group.
	List, Label string
	// Basis is "text", "description" or, for a code of a working list, the
	// basis of that list.
	Basis string
	// HS is the code that met a range.
	HS string
}

// CapFinding is a cap with the figures that were compared.
type CapFinding struct {
	// Period is the cap's own period.
	Period when.Period
	// Limit and Unit are what binds; the unit is "USD" for a value.
	Limit float64
	Unit  string
	// Counted is what was counted before; This is this supply, as a band when
	// the conversion is not certain.
	Counted         float64
	ThisLow, ThisHi float64
	// CountedKnown and ThisKnown are false where the figure is not known.
	CountedKnown, ThisKnown bool
	// Rule and Factor say how the quantity was converted, with the source.
	Rule, Factor string
	// Source says where what was counted is taken from, when not from the
	// activity.
	Source string
	// Unchecked names a limit that could not be measured for want of a figure.
	Unchecked string
}

// Question is a missing fact whose answer could change the verdict.
type Question struct {
	Fact vocab.FactID
	// Line is the goods line or party, -1 for the activity; Date is true when
	// the day itself is the question.
	Line int
	Date bool
	// Decides are the provisions that hang on it.
	Decides []*law.Provision
	// Values are named answers to choose from, where there are some.
	Values []string
}

// Name gives the fact as `--set` takes it: "goods[2].hs".
func (q Question) Name() string {
	if q.Date {
		return "date"
	}
	return variable{q.Fact, int16(q.Line)}.name()
}

// Next gives the question to put first, the first of [Ruling.Ordered], and nil when
// nothing is open.
func (r *Ruling) Next() *Question {
	if q := r.Ordered(); len(q) > 0 {
		return q[0]
	}
	return nil
}

// Ordered gives the open questions in the order in which they are best put: the day
// if that is open, then what most provisions hang on, and an approval last, since
// the rest says whether one is needed.
func (r *Ruling) Ordered() []*Question {
	weight := func(q *Question) int {
		switch {
		case q.Date:
			return math.MaxInt
		case q.Fact == vocab.ApprovalCommittee:
			return -1
		}
		return len(q.Decides)
	}
	out := make([]*Question, len(r.Questions))
	for i := range r.Questions {
		out[i] = &r.Questions[i]
	}
	slices.SortStableFunc(out, func(a, b *Question) int { return cmp.Compare(weight(b), weight(a)) })
	return out
}

func (v variable) name() string {
	f := vocab.FactOf(v.fact)
	if v.line < 0 {
		return f.Name
	}
	return f.Scope.String() + "[" + strconv.Itoa(int(v.line)+1) + "]." + f.Key
}

// Assumption is a missing fact that was taken to have its ordinary value and
// on which a finding, or the absence of one, rests.
type Assumption struct {
	Fact vocab.FactID
	Line int
	// Value is what was assumed, as a file would have it.
	Value string
	// Provisions would be open without it.
	Provisions []*law.Provision
	// Otherwise is the verdict with another value: the other one of yes and no, else one that it may have.
	Otherwise Verdict
}

// Name gives the fact as `--set` takes it.
func (a *Assumption) Name() string { return variable{a.Fact, int16(a.Line)}.name() }

// Span is a part of an inexact date with a verdict of its own.
type Span struct {
	Period  when.Period
	Verdict Verdict
}

// View is the verdict under one position on law whose force is disputed.
type View struct {
	// InForce is the position; By are the states recorded for it.
	InForce bool
	By      []string
	Verdict Verdict
	// Provisions are those in dispute.
	Provisions []*law.Provision
}

// Path is a way to make lawful what is not, or what to file along with it.
type Path struct {
	Provision *law.Provision
	Exception *law.Exception
	// For are the provisions that it would lift.
	For []*law.Provision
	// General is true for the general clause, open to humanitarian work.
	General bool
}

// Ruling is the answer.
type Ruling struct {
	Activity *activity.Activity
	Verdict  Verdict
	// AsOf is the day or period on which the law was taken; KnownAt the day on
	// which it had to be known, NoDay for all that is loaded.
	AsOf    when.Period
	KnownAt when.Day
	// Findings in the order of the law, then of the lines.
	Findings  []Finding
	Questions []Question
	// Unproven is true when there were too many open facts to prove which of
	// them decide; Questions then holds all that might.
	Unproven bool
	Assumed  []Assumption
	// Brief is true when it was not asked which assumptions the verdict rests on.
	Brief bool
	Paths []Path
	Spans []Span
	// Changes are the days of a period from which the law may be another, the first day among them; nil for an exact day.
	Changes []when.Day
	Views   []View
	// NearMisses are filled by Explain.
	NearMisses []NearMiss
	// LawVersion is the version of the law that was applied.
	LawVersion string
	// Regimes are the regimes that were asked.
	Regimes []*law.Regime
	// Totals are the running totals that were at hand.
	Totals []Total
	// Screened is what the request said of look-ups in lists, as it was given.
	Screened []Screened
	// Licences is what the request said of licences that are held, as it was given.
	Licences *Licences
}

// Deciding gives the findings that the verdict rests on.
func (r *Ruling) Deciding() []*Finding {
	var out []*Finding
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Verdict == r.Verdict && (r.Verdict != Permitted) {
			out = append(out, f)
		}
	}
	return out
}
