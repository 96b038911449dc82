package web

import (
	"html"
	"net/url"
	"strings"
	"testing"
)

// TestQuestions is the way of a new user who asks in words of their own: what the words say without doubt is in the address that the
// search leads to, and what they leave open is not.
func TestQuestions(t *testing.T) {
	s := site(t)
	for question, c := range map[string]struct {
		leads string
		not   []string
	}{
		"could a Polish shipyard renew permits for its DPRK welders on 1 October 2017?": {
			leads: "/decide/employment?date=2017-10-01&work.host=PL&work.nationality=KP&work.new_authorisation=true",
			not:   []string{"on the lists</a>", "No provision has"},
		},
		"may we hire North Korean welders?":         {leads: "/decide/employment?work.nationality=KP"},
		"welders from Poland in Qatar and the DPRK": {leads: "/decide/employment?work.nationality=KP"}, // which of two hosts is open
		"workers":                                       {leads: `/decide/employment"`},
		"a new contract for DPRK workers":               {leads: "/decide/employment?work.nationality=KP", not: []string{"new_authorisation"}},
		"what does China answer about the trucks?":      {leads: "/claims/trucks-cn-answer", not: []string{"kaolin", "on the lists</a>"}},
		"Chinese trucks":                                {leads: "/claims/trucks-cn-answer"},
		"may we ship squid to the DPRK on 4 July 2017?": {leads: "/decide/transfer?date=2017-07-04", not: []string{"work.nationality"}},
	} {
		body := html.UnescapeString(get(t, s, "/search?q="+url.QueryEscape(question)).Body.String())
		if !strings.Contains(body, `href="`+c.leads) {
			t.Errorf("%s: nothing leads to %s", question, c.leads)
		}
		for _, x := range c.not {
			if strings.Contains(body, x) {
				t.Errorf("%s: the page says %q", question, x)
			}
		}
	}
	if body := get(t, s, welders).Body.String(); !strings.Contains(body, "Needs approval") {
		t.Error("the first question is not answered where it leads to")
	}
}
