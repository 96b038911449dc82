package draft

import (
	"slices"
	"sync"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// reach is the goods of a provision as headings and named lists: a common measure for selectors that are written in different ways.
// A subheading counts as its heading, so that what two provisions share is shown a little too large and never too small.
type reach struct {
	// all is true where the provision does not choose goods.
	all bool
	// parts are headings by their four digits, and named lists by "list:" and their id.
	parts map[string]bool
	// conditional is true where a selector has a condition of its own.
	conditional bool
}

// reaches keeps what is worked out once for a case: it is asked for again with each pair of provisions.
type reaches struct {
	headings []goods.Code // all of the nomenclature
	mu       sync.Mutex
	of       map[*law.Provision]*reach
	lists    map[*goods.List][]string
}

func newReaches(hs *goods.Nomenclature) *reaches {
	k := &reaches{of: map[*law.Provision]*reach{}, lists: map[*goods.List][]string{}}
	for _, ch := range hs.Chapters() {
		k.headings = append(k.headings, hs.Headings(ch)...)
	}
	return k
}

// headingsOf gives the headings, by their four digits, that working codes of a list lie in.
func (k *reaches) headingsOf(l *goods.List) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	out, ok := k.lists[l]
	if !ok {
		for _, h := range k.headings {
			if l.Codes.Match(h) != goods.None {
				out = append(out, h.Digits())
			}
		}
		k.lists[l] = out
	}
	return out
}

// reachOf gives the reach of a provision, which is not to be changed.
func (c *Case) reachOf(p *law.Provision) *reach {
	c.kept.mu.Lock()
	defer c.kept.mu.Unlock()
	r := c.kept.of[p]
	if r == nil {
		r = c.kept.reachOf(p)
		c.kept.of[p] = r
	}
	return r
}

func (k *reaches) reachOf(p *law.Provision) *reach {
	r := &reach{all: len(p.Goods) == 0, parts: map[string]bool{}}
	for i := range p.Goods {
		s := &p.Goods[i]
		r.conditional = r.conditional || s.When.Text != ""
		if s.List != "" {
			r.parts["list:"+s.List] = true
			continue
		}
		for _, h := range k.headings {
			if s.Set.Match(h) != goods.None {
				r.parts[h.Digits()] = true
			}
		}
	}
	return r
}

// in reports whether a part lies in the reach: itself, a wider list, or, for a list that codes can tell, all its working codes.
func (r *reach) in(c *Case, part string) bool {
	if r.all || r.parts[part] {
		return true
	}
	i, ok := -1, false
	if len(part) > 5 && part[:5] == "list:" {
		i, ok = c.Lists.Index(part[5:])
	}
	if !ok {
		return false
	}
	l := c.Lists.At(i)
	if slices.ContainsFunc(l.Within, func(w string) bool { return r.parts["list:"+w] }) {
		return true
	}
	if l.WordsDecide {
		return false // words name it whatever its code
	}
	codes := c.kept.headingsOf(l)
	return len(codes) > 0 && !slices.ContainsFunc(codes, func(h string) bool { return !r.parts[h] })
}

// covers and meets compare two reaches: all of o lies in r, or some of it does.
func (r *reach) covers(c *Case, o *reach) bool {
	if r.all || o.all {
		return r.all
	}
	for p := range o.parts {
		if !r.in(c, p) {
			return false
		}
	}
	return true
}

func (r *reach) meets(c *Case, o *reach) bool {
	if r.all || o.all {
		return true
	}
	for p := range o.parts {
		if r.in(c, p) {
			return true
		}
	}
	for p := range r.parts {
		if o.in(c, p) {
			return true
		}
	}
	return false
}

// Good is what the draft does to one kind of goods in one direction, found by asking the engine about a plain transfer on the day
// of the case.
type Good struct {
	// Code is the heading, or List the named goods; Label says it in words.
	Code  goods.Code
	List  string
	Label string
	// Out is true for goods that leave the target.
	Out          bool
	Touch        Touch
	Humanitarian bool
}

// Goods asks for every heading and named list that the drafts choose what becomes of it. Directions that no provision of theirs
// looks at are left out, and so is what stays untouched.
func (c *Case) Goods() ([]Good, error) {
	target, err := c.Places.ParseState(c.Target())
	if err != nil {
		return nil, err
	}
	j := c.NewJudge()
	var out []Good
	for _, leaving := range []bool{true, false} {
		for _, g := range c.candidates(leaving) {
			a := &activity.Activity{Kind: vocab.KindTransfer, Date: when.On(c.On)}
			from, to := "ZZ", target.String()
			if leaving {
				from, to = to, from
			}
			facts := []string{"jurisdiction", "ZZ", "origin", from, "destination", to, "goods[1].hs", g.Code.Digits()}
			if g.List != "" {
				facts[6], facts[7] = "goods[1].commodity", g.List
			}
			for i := 0; i < len(facts); i += 2 {
				if err := c.Reference.SetFact(a, facts[i], facts[i+1]); err != nil {
					return nil, err
				}
			}
			ts, err := j.Touches(a, nil)
			if err != nil {
				return nil, err
			}
			if g.Touch = ts[0]; g.Touch.Class != Untouched || g.Touch.Cap != nil {
				g.Out, g.Humanitarian = leaving, c.Facts.Humanitarian.Has(g.Code)
				out = append(out, g)
			}
		}
	}
	return out, nil
}

// candidates are the goods that provisions of the drafts choose in a direction, in the order of lists and codes.
func (c *Case) candidates(leaving bool) []Good {
	want := reach{parts: map[string]bool{}}
	for _, p := range c.Provisions() {
		wrong := p.Direction == law.To && leaving || p.Direction == law.From && !leaving
		if wrong || !p.Kinds.Has(vocab.KindTransfer) {
			continue
		}
		r := c.reachOf(p)
		for part := range r.parts {
			want.parts[part] = true
		}
		if r.all && p.Direction != law.AnyDirection {
			want.all = true
		}
		for _, id := range append(slices.Clone(p.Replaces), p.Tightens...) { // what it loosens is of interest too
			if q, ok := c.Base.Provision(id); ok {
				for part := range c.reachOf(q).parts {
					want.parts[part] = true
				}
			}
		}
	}
	var out []Good
	for i := range c.Lists.Len() {
		if l := c.Lists.At(i); want.parts["list:"+l.ID] {
			out = append(out, Good{List: l.ID, Label: l.Title})
		}
	}
	for _, h := range c.kept.headings {
		if want.all || want.parts[h.Digits()] {
			out = append(out, Good{Code: h, Label: c.Reference.HS.Label(h)})
		}
	}
	return out
}
