package web

import (
	"context"
	"net/url"
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// onRecord is what is on record of a state that an activity names, of things like it.
type onRecord struct {
	State stateLink
	// Claims are some of those about it, Count is how many there are, All lists those of the state.
	Claims []claimCard
	Count  int
	All    string
}

// claimsBeside is how many claims stand beside a ruling for each state.
const claimsBeside = 3

// recordOf gives what is on record of the states that an activity names, but for the targets of the law: claims about the same kind of
// activity, or an obligation of the same measure as those that decided. It is no part of the ruling.
func (s *Site) recordOf(a *activity.Activity, rl *ruling.Ruling, known when.Day) []onRecord {
	named := s.statesNamed(a)
	if s.Library == nil || len(named) == 0 {
		return nil
	}
	c, err := s.conduct(context.Background()) // what is in memory already
	if err != nil {
		return nil // the pages of states say why
	}
	var measures []string
	for _, f := range rl.Deciding() {
		measures = append(measures, f.Provision.Measure)
	}
	l := c.desk.Ledger
	var out []onRecord
	for _, st := range named {
		like := slices.DeleteFunc(l.Pick(claim.Filter{State: st, Period: when.On(when.NoDay)}), func(x *claim.Claim) bool {
			return l.PublishedAfter(x, known) || !s.likeIt(x, a.Kind, measures)
		})
		slices.SortStableFunc(like, claim.Compare)
		code := st.String()
		one := onRecord{State: stateLink{code, s.state(code)}, Count: len(like), All: "/claims?" + url.Values{"state": {code}}.Encode()}
		for _, x := range like[:min(len(like), claimsBeside)] {
			one.Claims = append(one.Claims, s.cardOf(l, x))
		}
		out = append(out, one)
	}
	return out
}

// likeIt reports whether a claim is about the same kind of activity, or an obligation of one of the measures.
func (s *Site) likeIt(x *claim.Claim, kind vocab.KindID, measures []string) bool {
	return x.Activity != nil && x.Activity.Kind == kind || slices.ContainsFunc(x.Obligations, func(id string) bool {
		p, ok := s.Desk.Law.Provision(id)
		return ok && slices.Contains(measures, p.Measure)
	})
}

// statesNamed gives the states that an activity names, each once, without the targets of the law.
func (s *Site) statesNamed(a *activity.Activity) []place.State {
	var out []place.State
	facts(a, func(_ string, f *vocab.Fact, v activity.Value) {
		if f.Type != vocab.State || v.Unknown {
			return
		}
		if st, err := s.Desk.Places.ParseState(v.Text); err == nil && !slices.Contains(out, st) && !s.isTarget(st.String()) {
			out = append(out, st)
		}
	})
	slices.Sort(out)
	return out
}
