package law

import "github.com/cordon-engine/cordon/internal/when"

// Stipulation makes a provision with the effect commit something that can be kept or broken. Conduct that meets the
// provision breaks an abstention and carries out an act.
type Stipulation struct {
	// Abstain is true for a promise not to do what meets the provision, false for a promise to do it.
	Abstain bool
	// By are those who are bound, To those to whom, as alpha-2 codes.
	By, To []string
	// Scope says in our own words what is meant and what is not.
	Scope string
	// If are stipulations that must hold for this one to bind, After those that must be done first.
	If, After []string
	// Verifier is who checks; "" where nobody was named.
	Verifier string
	// Due is the last day for an act, NoDay for none.
	Due when.Day
}

// stipulation reads the stipulation of a provision, nil for none.
func (d *decoder) stipulation(p *Provision) *Stipulation {
	n := d.m.Opt("stipulation")
	if n == nil {
		return nil
	}
	m, err := n.Fields("a stipulation")
	if err != nil {
		d.fail(err)
		return nil
	}
	in := decoder{m: m}
	s := &Stipulation{
		Abstain: in.choice("does", true, []string{"act", "abstain"}) == 1, By: in.texts("by"), To: in.texts("to"), Scope: in.text("scope"),
		If: in.texts("if"), After: in.texts("after"), Verifier: in.text("verifier"), Due: in.day("due"),
	}
	switch {
	case p.Effect != Commit:
		in.fail(n.Errorf("provision %s: a stipulation goes with the effect commit", p.ID))
	case len(s.By) == 0:
		in.fail(n.Errorf("the stipulation of %s has no `by`: who is bound?", p.ID))
	case s.Abstain && p.Kinds == 0:
		in.fail(n.Errorf("the stipulation of %s is an abstention, but no `kind` of activity could break it", p.ID))
	case s.Abstain && s.Due != when.NoDay:
		in.fail(n.Errorf("the stipulation of %s is an abstention and has a day on which it is due", p.ID).WithFix("its end is `until`"))
	}
	if err := in.end(); err != nil {
		d.fail(err)
	}
	return s
}

// Conditions gives the ids of the stipulations that this one hangs on.
func (p *Provision) Conditions() []string {
	if p.Stipulation == nil {
		return nil
	}
	return append(append([]string{}, p.Stipulation.If...), p.Stipulation.After...)
}
