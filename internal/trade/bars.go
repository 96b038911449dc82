package trade

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/mirror"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// bars answers which provisions name the goods under a code. A statistic has none of the facts that a ruling needs, so only
// code, direction and days are looked at; conditions and exceptions are told and not evaluated.
type bars struct {
	law   *law.Law
	lists *goods.Lists
}

func newBars(l *law.Law, lists *goods.Lists) *bars { return &bars{l, lists} }

// of gives the bars of the regimes about one state.
func (b *bars) of(target place.State) *barsOf {
	o := &barsOf{lists: b.lists, known: map[question][]mirror.Bar{}}
	for _, p := range b.law.Provisions() {
		if p.Instrument.Regime.Target == target.String() && bites(p) {
			o.provisions = append(o.provisions, provision{p, exceptions(b.law, p)})
		}
	}
	return o
}

// bites says whether a provision bans or limits the transfer of goods that it names.
func bites(p *law.Provision) bool {
	return (p.Effect == law.Prohibit || p.Effect == law.Cap) && len(p.Goods) > 0 && p.Kinds.Has(vocab.KindTransfer)
}

func exceptions(l *law.Law, p *law.Provision) (out []mirror.Exception) {
	for _, e := range p.Exceptions {
		if from, until, ok := e.Period(l, when.NoDay); ok {
			out = append(out, mirror.Exception{Name: e.Name(), Title: e.Title, From: from, Until: until})
		}
	}
	return out
}

type provision struct {
	*law.Provision
	exceptions []mirror.Exception
}

type question struct {
	code goods.Code
	dir  mirror.Direction
}

// barsOf is a mirror.Barring. It is used by one goroutine.
type barsOf struct {
	provisions []provision
	lists      *goods.Lists
	known      map[question][]mirror.Bar
}

// Barred is part of mirror.Barring. Codes are taken as digits whatever their edition: the lists of law hold those of all
// editions.
func (b *barsOf) Barred(code goods.Code, _ goods.Edition, dir mirror.Direction, period when.Period) []mirror.Bar {
	q := question{code.Subheading(), dir}
	all, ok := b.known[q]
	if !ok {
		all = b.find(q)
		b.known[q] = all
	}
	var out []mirror.Bar
	for _, bar := range all {
		if bar.From <= period.To && (bar.Until == when.NoDay || period.From <= bar.Until) {
			out = append(out, bar)
		}
	}
	return out
}

func (b *barsOf) find(q question) (out []mirror.Bar) {
	if q.code.IsZero() {
		return nil
	}
	for _, p := range b.provisions {
		if !onSide(p.Direction, q.dir) {
			continue
		}
		for i := range p.Goods {
			by, sure := b.names(&p.Goods[i], q.code)
			if by == "" {
				continue
			}
			if p.When.Text != "" {
				by, sure = by+", when "+p.When.Text, false
			}
			out = append(out, mirror.Bar{
				Provision: p.ID, Cite: p.Cite(), Title: p.Title, From: p.From, Until: p.Until, Capped: p.Effect == law.Cap, Sure: sure, By: by,
				Exceptions: p.exceptions,
			})
			break
		}
	}
	slices.SortStableFunc(out, func(x, y mirror.Bar) int { return cmp.Compare(x.From, y.From) })
	return out
}

func onSide(d law.Direction, dir mirror.Direction) bool {
	switch d {
	case law.To:
		return dir == mirror.To
	case law.From:
		return dir == mirror.From
	}
	return true
}

// names says by what a selector names a code; "" when it does not. Codes that only raise the question are no match.
func (b *barsOf) names(s *law.Selector, code goods.Code) (by string, sure bool) {
	set, basis, what := s.Set, s.Basis, s.Label
	if s.List != "" {
		i, ok := b.lists.Index(s.List)
		if !ok {
			return "", false
		}
		l := b.lists.At(i)
		set, basis, what = l.Codes, string(l.Basis), l.Title
		if l.TextCodes {
			basis = "text"
		}
	}
	switch set.Match(code) {
	case goods.Full:
		by, sure = "code of the text: ", true
		if basis != "text" {
			by, sure = "working code ("+basis+"): ", false
		}
	case goods.Partial:
		by = "part of what stands under the code: "
	default:
		return "", false
	}
	by += what
	if s.When.Text != "" {
		by, sure = by+", when "+s.When.Text, false
	}
	return by, sure
}
