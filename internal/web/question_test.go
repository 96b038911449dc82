package web

import (
	"html"
	"net/url"
	"regexp"
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
		"may we hire North Korean welders?":         {leads: "/decide/employment?date=2026-11-26&work.nationality=KP"}, // what may be done is asked of today
		"welders from Poland in Qatar and the DPRK": {leads: "/decide/employment?work.nationality=KP"},                 // which of two hosts is open
		"workers":                         {leads: `/decide/employment"`, not: []string{"/commitments/"}},
		"Panmunjom":                       {leads: "/commitments/panmunjom-2018"},
		"a new contract for DPRK workers": {leads: "/decide/employment?work.nationality=KP", not: []string{"new_authorisation"}},
		"what does China answer about the trucks?": {leads: "/claims/trucks-cn-answer", not: []string{"kaolin", "on the lists</a>"}},
		"Chinese trucks": {leads: "/claims/trucks-cn-answer"},
		"may we ship squid to the DPRK on 4 July 2017?": {leads: "/decide/transfer?date=2017-07-04&destination=KP&goods%5B1%5D.description=squid", not: []string{"work.nationality"}},
		"May we ship 100 phones to Pyongyang?": {
			leads: "/decide/transfer?date=2026-11-26&destination=KP&goods%5B1%5D.description=phones&goods%5B1%5D.hs=8517", not: []string{"antiques over 100"},
		},
		"could China buy coal from North Korea on 1 May 2018?":    {leads: "/decide/transfer?date=2018-05-01&goods%5B1%5D.description=coal&origin=KP"},
		"may we ship trucks from Poland to Kuwait?":               {leads: "/decide/transfer?date=2026-11-26&destination=KW&goods%5B1%5D.description=trucks&origin=PL"},
		"Which states host DPRK workers after the deadline?":      {leads: "/states?measure=labour", not: []string{"worked slate"}},
		"Was the freeze-for-freeze kept?":                         {leads: "/commitments/freeze-2017-tests", not: []string{"framework-1994", "kept in brine"}},
		"What would a ban of textiles have caught?":               {leads: "/drafts?base_year=2016&draft="},
		"What would a ban of shoes have caught?":                  {leads: "/drafts", not: []string{"draft="}},
		"Who is Marvolo Quendrit and what may I not do with him?": {leads: "/who/x:P.001", not: []string{"nothing found"}},
		"is marvolo quendrit listed":                              {leads: "/who/x:P.001"},
		"does Marvolo Quendrit own a firm?":                       {leads: "/who/x:P.001"},
		"Is Gunnhild Haraldsdottir sanctioned?":                   {leads: "/who?name=Gunnhild+Haraldsdottir#result", not: []string{"/decide/transfer"}},
		"who is China?":                                           {leads: "/states/CN", not: []string{"/who?name=", "/commitments/"}},
		"Is the ship with IMO 9074730 listed?":                    {leads: "/who?identifier=9074730", not: []string{"nothing found"}},
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
	for question, want := range map[string]string{ // what is not found, or cannot be looked for, never reads as clear
		"Is Gunnhild Haraldsdottir sanctioned?": "nothing found in the loaded lists. That clears nobody of what they do not say.",
		"Is the ship with IMO 9074730 listed?":  "fails its check digit",
		"Who is Marvolo Quendrit?":              "Marvolo Quendrit</a>: match.",
	} {
		if body := html.UnescapeString(get(t, s, "/search?q="+url.QueryEscape(question)).Body.String()); !strings.Contains(body, want) {
			t.Errorf("%s: the page does not say %q", question, want)
		}
		if body := get(t, bare(t), "/search?q="+url.QueryEscape(question)).Body.String(); strings.Contains(body, "nothing found") {
			t.Errorf("%s: without lists the page says that nothing was found", question)
		}
	}
	address := regexp.MustCompile(`/drafts\?base_year=[^"]*`).FindString(html.UnescapeString(get(t, s, "/search?q=What+would+a+ban+of+textiles+have+caught").Body.String()))
	if body := get(t, s, address).Body.String(); !strings.Contains(body, "A ban of textiles: what it would touch") || !strings.Contains(body, "adopted: 2017-09-10") {
		t.Errorf("%s: the draft is not tested", address)
	}
	if body := get(t, s, welders).Body.String(); !strings.Contains(body, "Needs approval") {
		t.Error("the first question is not answered where it leads to")
	}
}
