package web

import (
	"net/url"
	"slices"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// asTrue looks a name up as if one of the hits were known to be the one.
type asTrue struct {
	decide.Screener
	ref string
}

// Screen is part of decide.Screener.
func (t asTrue) Screen(q decide.Look, day when.Day) decide.Found {
	out := t.Screener.Screen(q, day)
	out.Hits = slices.DeleteFunc(slices.Clone(out.Hits), func(h decide.Hit) bool { return h.Subject != t.ref })
	out.More = 0
	for i := range out.Hits {
		out.Hits[i].Identified, out.Hits[i].Suppressed = true, nil // what would be, were it true
	}
	if out.NotScreened == "" && len(out.Hits) == 0 {
		out.NotScreened = "the lists as they are now do not have it"
	}
	return out
}

// effects rules on what would be done with the listed one today, were the hit true.
func (s *Site) effects(a *casework.Alert) ([]effect, string, error) {
	imo := valuesOf(a.Listing.Hard, "imo")
	ship := len(imo) > 0 || slices.Contains(valuesOf(a.Listing.Says, "schema"), "Vessel")
	return s.effectsOf(plannedWith(a.Listing.Name, imo, ship), a.Listing.Ref, s.Today())
}

// effectsOf rules on what is planned with an entry of a list on a day.
func (s *Site) effectsOf(plans []planned, ref string, day when.Day) ([]effect, string, error) {
	if s.LookUps == nil {
		return nil, "No lists are loaded, so what follows in law cannot be told here.", nil
	}
	lists, done := s.LookUps()
	defer done()
	var out []effect
	for _, x := range plans {
		x.q.Set("date", day.String())
		kind, _ := vocab.KindNamed(x.kind)
		p, err := s.form.read(vocab.KindOf(kind), x.q)
		if err != nil {
			return nil, "", err
		}
		look := &decide.Resolver{Regimes: s.Desk.Law.Regimes, Screener: asTrue{lists, ref}}
		full, said := look.Resolve(p.a)
		if len(said) == 0 || said[0].Outcome == "not_screened" {
			return nil, "What follows in law cannot be told: " + notSaid(said) + ".", nil
		}
		rl, err := s.Desk.Engine.Decide(ruling.Request{Activity: full, KnownAt: when.NoDay, Screened: said, Brief: true})
		if err != nil {
			return nil, "", err
		}
		e := effect{What: x.what, Verdict: rl.Verdict, Sentence: report.Sentence(rl), Address: link(full)}
		for _, f := range rl.Deciding() {
			if c := (cite{f.Provision.Cite() + ": " + f.Provision.Title, "/law/" + f.Provision.ID}); !slices.Contains(e.Cites, c) {
				e.Cites = append(e.Cites, c)
			}
		}
		out = append(out, e)
	}
	return out, "", nil
}

func notSaid(said []ruling.Screened) string {
	if len(said) == 0 {
		return "nobody was looked up"
	}
	return said[0].Reason
}

// planned is something that may be done with the listed one.
type planned struct {
	kind, what string
	q          url.Values
}

// plannedWith is what people most often plan: with a ship, a call at a port; with anybody else, a payment.
func plannedWith(name string, imo []string, ship bool) []planned {
	if ship {
		q := url.Values{"vessel.name": {name}}
		if len(imo) > 0 {
			q.Set("vessel.imo", imo[0])
		}
		return []planned{{"port_call", "Letting it into a port", q}}
	}
	return []planned{{"payment", "Paying it, or holding money for it", url.Values{"finance.service": {"payment"}, "parties[1].name": {name}}}}
}
