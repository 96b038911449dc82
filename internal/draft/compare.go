package draft

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/when"
)

// Relation says how a provision of a draft stands to the law in force.
type Relation uint8

// The relations.
const (
	Adds Relation = iota
	Tightens
	Loosens
	Repeats
	NotBinding // it asks, allows or undertakes, and bans nothing
)

// String gives the word of the relation for programs.
func (r Relation) String() string {
	return [...]string{"adds", "tightens", "loosens", "repeats", "not_binding"}[r]
}

// Difference is one provision of a draft beside those of the law that it bears on.
type Difference struct {
	Provision *law.Provision
	Relation  Relation
	// Others are the provisions of the law that it repeats, tightens or loosens.
	Others []*law.Provision
	Why    string
}

// Problem is a contradiction or a gap in a draft, with its place and the reason why it matters.
type Problem struct {
	Provision *law.Provision
	// Kind is a word for programs: "one_direction", "no_wind_down", ...
	Kind, Reason string
}

// Compare says provision by provision what a draft adds, tightens, loosens and repeats. It compares what is written: kinds of
// activity, direction, goods by heading, conditions word by word, limits and exceptions. [Case.Goods] asks the engine instead.
func (c *Case) Compare() []Difference { return slices.Clone(c.differences()) }

func (c *Case) compared() []Difference {
	var out []Difference
	for _, p := range c.Provisions() {
		out = append(out, c.compare(p))
	}
	return out
}

func binds(p *law.Provision) bool {
	return p.Effect == law.Prohibit || p.Effect == law.Cap || p.Effect == law.Require
}

func (c *Case) compare(p *law.Provision) Difference {
	d := Difference{Provision: p}
	switch {
	case p.Effect == law.Exempt && p.Carves != nil:
		return c.exemption(p)
	case !binds(p):
		d.Relation, d.Why = NotBinding, "it is of the effect "+p.Effect.String()
		return d
	case p.Kinds == 0:
		d.Why = "no activity can meet it; it is shown"
		return d
	}
	r := c.reachOf(p)
	for _, q := range c.Base.Provisions() {
		if !c.beside(p, q) {
			continue
		}
		qr := c.reachOf(q)
		if !qr.meets(c, r) {
			continue
		}
		rel, why, ok := c.relate(p, q, r, qr)
		if !ok {
			continue
		}
		switch {
		case len(d.Others) == 0, weight(rel) > weight(d.Relation):
			d.Relation, d.Why, d.Others = rel, why, []*law.Provision{q}
		case rel == d.Relation:
			d.Others = append(d.Others, q)
		}
	}
	if len(d.Others) == 0 {
		d.Why = "no provision in force was found that it repeats, widens or replaces"
	}
	return d
}

// weight orders relations by what a reader must hear of first.
func weight(r Relation) int {
	return [...]int{Adds: 0, Tightens: 1, Repeats: 2, Loosens: 3, NotBinding: 0}[r]
}

// beside reports whether q is law in force on the day p begins that could do the same as p.
func (c *Case) beside(p, q *law.Provision) bool {
	from, until, ok := q.Period(c.Base, when.NoDay)
	if !ok || p.From < from && !slices.Contains(p.Replaces, q.ID) || p.From > until || !binds(q) || q.Kinds&p.Kinds == 0 {
		return false
	}
	if q.Instrument.Regime.ID != p.Instrument.Regime.ID || !directions(q, p) && !directions(p, q) {
		return false
	}
	if len(p.Goods) == 0 && len(q.Goods) == 0 { // without goods to compare, the subject must be the same
		return p.Measure == q.Measure || sameText(p.When.Text, q.When.Text)
	}
	return true
}

// directions reports whether q looks at every direction that p looks at.
func directions(q, p *law.Provision) bool {
	return q.Direction == p.Direction || q.Direction == law.AnyDirection || q.Direction == law.Either && p.Direction != law.AnyDirection
}

func sameText(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// relate says how p stands to one provision of the law whose goods it meets; false where it is beside it and no more.
func (c *Case) relate(p, q *law.Provision, r, qr *reach) (Relation, string, bool) {
	named := slices.Contains(p.Replaces, q.ID) || slices.Contains(p.Tightens, q.ID)
	whole := qr.covers(c, r) && !qr.conditional && directions(q, p) && q.Kinds&p.Kinds == p.Kinds &&
		(q.When.Text == "" || sameText(q.When.Text, p.When.Text))
	switch {
	case p.Effect == law.Cap && q.Effect == law.Cap && limits(p) && limits(q):
		return caps(p, q)
	case p.Effect == law.Prohibit && q.Effect == law.Cap:
		return Tightens, "a ban in place of the cap of " + q.ID, true
	case p.Effect == law.Cap && q.Effect == law.Prohibit && slices.Contains(p.Replaces, q.ID):
		return Loosens, "a cap in place of the ban of " + q.ID, true
	case p.Effect != q.Effect:
		return 0, "", false
	case whole && slices.Contains(p.Replaces, q.ID) && (!sameText(p.When.Text, q.When.Text) || !r.covers(c, qr)):
		return Loosens, "it replaces " + q.ID + " and reaches less", true
	case whole && len(missing(q, p)) == 0:
		return Repeats, q.ID + " does the same", true
	case whole:
		return Tightens, q.ID + " has exceptions that it has not: " + strings.Join(missing(q, p), "; "), true
	case named:
		return Tightens, "it names " + q.ID + " and reaches further", true
	case r.covers(c, qr) && !r.conditional && directions(p, q) && p.Kinds&q.Kinds == q.Kinds &&
		(p.When.Text == "" || sameText(p.When.Text, q.When.Text)):
		return Tightens, "it reaches all that " + q.ID + " reaches, and more", true
	}
	return 0, "", false
}

func limits(p *law.Provision) bool { return p.Cap != nil && len(p.Cap.Limits) > 0 }

// caps compares two caps by their rates.
func caps(p, q *law.Provision) (Relation, string, bool) {
	a, b := &p.Cap.Limits[0], &q.Cap.Limits[0]
	if a.Unit != b.Unit {
		return 0, "", false
	}
	x, y := scaled(p)*12, scaled(q)*12
	unit := a.Unit
	if unit == "" {
		unit = "USD"
	}
	say := fmt.Sprintf("a limit of %.0f %s a year beside the %.0f of %s", x, unit, y, q.ID)
	switch {
	case x < y:
		return Tightens, say, true
	case x > y && slices.Contains(p.Replaces, q.ID):
		return Loosens, say, true
	case x > y:
		return Repeats, say + ", which still binds", true
	}
	return Repeats, say, true
}

// missing are the exceptions of q that p has not, by title: those of its own, since what others carve they carve of both.
func missing(q, p *law.Provision) []string {
	var out []string
	for _, x := range q.Exceptions {
		if x.Provision != q || x.Until != when.NoDay {
			continue
		}
		if !slices.ContainsFunc(p.Exceptions, func(y *law.Exception) bool { return sameText(x.When.Text, y.When.Text) && y.Grant <= x.Grant }) {
			out = append(out, x.Title)
		}
	}
	return out
}

// exemption is a provision of the draft that takes something away.
func (c *Case) exemption(p *law.Provision) Difference {
	d := Difference{Provision: p, Relation: Loosens}
	for _, q := range c.With.Provisions() {
		carved := slices.Contains(q.Exceptions, p.Exemption)
		if carved && !q.Instrument.Supposed && q.Applies() {
			d.Others = append(d.Others, q)
		}
	}
	d.Why = fmt.Sprintf("it is an exception of %d provisions in force", len(d.Others))
	if len(d.Others) == 0 {
		d.Relation, d.Why = Adds, "it is an exception of this draft only"
	}
	return d
}

// Contradictions are places where a draft is at odds with itself or with the law it leans on.
func (c *Case) Contradictions() []Problem {
	var out []Problem
	for _, p := range c.Provisions() {
		say := func(kind, format string, args ...any) {
			out = append(out, Problem{p, kind, fmt.Sprintf(format, args...)})
		}
		for _, id := range slices.Concat(p.Amends, p.Replaces, p.Tightens, p.Extends, p.Clarifies) {
			if q, ok := c.Base.Provision(id); ok {
				c.leansOn(p, q, say)
			}
		}
		if x := p.Exemption; x != nil && x.When.Text == "" && x.Grant == law.Standing {
			for _, q := range c.Provisions() {
				if slices.Contains(q.Exceptions, x) {
					say("undone", "it exempts from %s without a condition, so that %s never bites", q.ID, q.ID)
				}
			}
		}
		if limits(p) {
			for _, q := range c.Base.Provisions() {
				rel, why, ok := Adds, "", false
				if limits(q) && c.beside(p, q) {
					if rel, why, ok = caps(p, q); ok && rel == Repeats && scaled(p) > scaled(q) {
						say("higher_cap", "%s", why)
					}
				}
			}
		}
	}
	return out
}

func (c *Case) leansOn(p, q *law.Provision, say func(kind, format string, args ...any)) {
	if q.Instrument.Supposed {
		return
	}
	from, until, ok := q.Period(c.Base, when.NoDay)
	switch {
	case !ok:
		say("not_in_force", "it refers to %s, which is not in force (%s)", q.ID, q.Instrument.Status)
	case until != law.Forever && p.From > until+1:
		say("ended", "it refers to %s, which ended on %s, before it begins", q.ID, until.Long())
	case p.From < from:
		say("not_begun", "it begins on %s and refers to %s, which begins only on %s", p.From.Long(), q.ID, from.Long())
	}
	if slices.Contains(p.Tightens, q.ID) && limits(p) && limits(q) && scaled(p) > scaled(q) {
		say("higher_cap", "it says that it tightens %s, and its limit is higher", q.ID)
	}
}
