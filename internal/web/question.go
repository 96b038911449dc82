package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// stateIn gives the state that a word names: itself, or by its people.
func (s *Site) stateIn(word string) (place.State, bool) {
	if st, ok := s.Desk.Places.People(word); ok {
		return st, true
	}
	return s.Desk.Places.FindState(word)
}

// statesIn gives the states that a query names, as a whole, by a word, or by two words beside each other, and the words that are
// left.
func (s *Site) statesIn(query string, words []string) (states []stateLink, topic []string) {
	names := func(text string) bool {
		st, ok := s.stateIn(text)
		if x := (stateLink{st.String(), s.state(st.String())}); ok && !slices.Contains(states, x) {
			states = append(states, x)
		}
		return ok
	}
	if names(query) {
		return states, nil
	}
	for i := 0; i < len(words); i++ {
		switch {
		case i+1 < len(words) && names(words[i]+" "+words[i+1]):
			i++
		case !names(words[i]):
			topic = append(topic, words[i])
		}
	}
	return states, topic
}

// gist is a fact that a question says, for the form of a kind of activity: it is shown with the link that carries it, and stands
// among what was said on the page that the link leads to.
type gist struct{ Name, Value, Text string }

// renewing are words for a permit that is issued anew, permits what they are said of.
var (
	renewing = []string{"renew", "renews", "renewed", "renewal", "extend", "extended", "extension", "issue", "issued", "new", "prolong"}
	permits  = []string{"permit", "permits", "authorisation", "authorisations", "authorization", "authorizations", "visa", "visas"}
)

// gistOf takes from a question about workers what its words say without doubt: the day, the state under measures as that of the
// workers, another state as their host where there is one, and a permit that is issued anew.
func (s *Site) gistOf(day when.Day, states []stateLink, words []string) []gist {
	var out []gist
	if day != when.NoDay {
		out = append(out, gist{"date", day.String(), day.Long()})
	}
	var targets, others []stateLink
	for _, st := range states {
		if s.isTarget(st.Code) {
			targets = append(targets, st)
		} else {
			others = append(others, st)
		}
	}
	renews := anyOf(words, renewing) && anyOf(words, permits)
	if len(targets) == 1 {
		out = append(out, gist{"work.nationality", targets[0].Code, "workers of " + targets[0].Name})
	}
	// Whose workers they are decides where a state stands: without it, only one that gives permits is surely the host.
	if len(others) == 1 && (len(targets) == 1 || len(targets) == 0 && renews) {
		out = append(out, gist{"work.host", others[0].Code, "in " + others[0].Name})
	}
	if renews && len(targets) < 2 && len(states) > 0 {
		out = append(out, gist{"work.new_authorisation", "true", "a permit issued anew"})
	}
	return out
}

func (s *Site) isTarget(code string) bool {
	for _, r := range s.Desk.Law.Regimes {
		if st, err := s.Desk.Places.ParseState(r.Target); err == nil && st.String() == code {
			return true
		}
	}
	return false
}

// formWith gives the form of a kind with facts.
func formWith(kind string, facts []gist) string {
	q := url.Values{}
	for _, g := range facts {
		q.Set(g.Name, g.Value)
	}
	if len(q) == 0 {
		return "/decide/" + kind
	}
	return "/decide/" + kind + "?" + q.Encode()
}

// interrogatives begin questions, which are no names to look for on lists.
var interrogatives = strings.Fields("what who whom whose which where when why how may might can could did do does is are was were will would should shall has have")

// isQuestion reports whether a query is a question by how it begins or ends.
func isQuestion(query string) bool {
	first, rest, _ := strings.Cut(strings.ToLower(query), " ")
	return rest != "" && slices.Contains(interrogatives, first) || strings.HasSuffix(query, "?")
}
