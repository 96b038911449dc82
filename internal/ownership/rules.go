package ownership

import (
	"slices"
	"strconv"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Rule is how one regime decides, from a day on.
type Rule struct {
	Regime, Title string
	// Authorities are those whose listings the regime looks at.
	Authorities []string
	// From is the first day of the rule.
	From when.Day
	// Numeric is false where the text has no number; then Share says nothing.
	Numeric bool
	// Share is in per cent; AtLeast is true when that very share is caught.
	Share   float64
	AtLeast bool
	// Aggregate adds up the shares of several listed owners.
	Aggregate bool
	// Control is what control alone leads to: Caught or Caution.
	Control Outcome
	// Cite is the text; Verified is false where we have not seen it.
	Cite     string
	Verified bool
	Note     string
	Sources  []string
}

// shares gives the outcome of shares between low and high.
func (r Rule) shares(low, high float64) Outcome {
	if !r.Numeric {
		switch {
		case low >= 100:
			return Caught
		case high > 0:
			return Weigh
		}
		return Free
	}
	over := func(x float64) bool { return x > r.Share || r.AtLeast && x == r.Share }
	switch {
	case over(low):
		return Caught
	case over(high):
		return Weigh
	}
	return Free
}

// controlled gives the outcome of control by somebody who counts as given.
func (r Rule) controlled(by Outcome) Outcome {
	if by == Free {
		return Free
	}
	return min(by, r.Control)
}

// Rules are all rules, by regime and in the order of their days.
type Rules []Rule

// On gives the rule of a regime on a day; false before its first day or for a
// regime that has none.
func (rs Rules) On(regime string, day when.Day) (Rule, bool) {
	var out Rule
	found := false
	for _, r := range rs {
		if r.Regime == regime && r.From <= day {
			out, found = r, true
		}
	}
	return out, found
}

// Regimes gives the regimes in the order of the file.
func (rs Rules) Regimes() []string {
	var out []string
	for _, r := range rs {
		if !slices.Contains(out, r.Regime) {
			out = append(out, r.Regime)
		}
	}
	return out
}

// ReadRules reads a file of rules (data/ownership/rules.yaml). Unknown keys, days
// out of order and shares outside 0 to 100 are errors with their place.
func ReadRules(name string, b []byte) (Rules, error) {
	docs, err := yamltree.Parse(name, b)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fault.New(fault.Invalid, "a file of ownership rules is one document").At(fault.Place{File: name})
	}
	f, err := docs[0].Fields("a file of ownership rules")
	if err != nil {
		return nil, err
	}
	list, err := f.Need("rules")
	if err != nil {
		return nil, err
	}
	var out Rules
	for _, n := range list.Items {
		rules, err := readRegime(n)
		if err != nil {
			return nil, err
		}
		out = append(out, rules...)
	}
	return out, f.End()
}

func readRegime(n *yamltree.Node) (Rules, error) {
	f, err := n.Fields("a regime")
	if err != nil {
		return nil, err
	}
	base := Rule{}
	if base.Regime, err = f.NeedText("regime"); err != nil {
		return nil, err
	}
	if base.Title, err = f.NeedText("title"); err != nil {
		return nil, err
	}
	if base.Authorities, err = f.Texts("authorities"); err != nil {
		return nil, err
	}
	periods, err := f.Need("periods")
	if err != nil {
		return nil, err
	}
	var out Rules
	for _, p := range periods.Items {
		r, err := readRule(p, base)
		if err != nil {
			return nil, err
		}
		if k := len(out); k > 0 && out[k-1].From >= r.From {
			return nil, p.Errorf("the periods of %s are not in the order of their days", base.Regime)
		}
		out = append(out, r)
	}
	return out, f.End()
}

func readRule(n *yamltree.Node, r Rule) (Rule, error) {
	f, err := n.Fields("a rule")
	if err != nil {
		return r, err
	}
	from, err := f.NeedText("from")
	if err != nil {
		return r, err
	}
	if r.From, err = when.ParseDay(from); err != nil {
		return r, fault.In(n.Place(), err)
	}
	if share := f.Opt("share"); share != nil {
		x, err := strconv.ParseFloat(share.Text, 64)
		if err != nil || x < 0 || x > 100 {
			return r, share.Errorf("%q is not a share between 0 and 100 per cent", share.Text)
		}
		r.Numeric, r.Share = true, x
	}
	for key, to := range map[string]*bool{"at_least": &r.AtLeast, "aggregate": &r.Aggregate, "verified": &r.Verified} {
		if *to, err = f.Bool(key, false); err != nil {
			return r, err
		}
	}
	switch control, err := f.NeedText("control"); {
	case err != nil:
		return r, err
	case control == "caught":
		r.Control = Caught
	case control == "caution":
		r.Control = Caution
	default:
		return r, n.Errorf("control is %q; it leads to caught or to caution", control)
	}
	if through, err := f.NeedText("through"); err != nil || through != "blocked" {
		return r, n.Errorf("through is %q; the one way that is known is blocked", through)
	}
	if r.Cite, err = f.NeedText("cite"); err != nil {
		return r, err
	}
	if r.Note, err = f.Text("note"); err != nil {
		return r, err
	}
	if r.Sources, err = f.Texts("sources"); err != nil {
		return r, err
	}
	return r, f.End()
}
