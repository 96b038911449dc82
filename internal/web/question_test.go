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
		"Was the freeze for a freeze ever kept?":                  {leads: "/commitments/freeze-2017-tests", not: []string{"framework-1994", "/decide/asset", "/law/1718-p8d", "/goods?q=8419"}},
		"was the deal with Iran kept?":                            {leads: `/commitments"`, not: []string{"/law/2321", "Nothing found"}},
		"double freeze":                                           {leads: "/commitments/freeze-2017-tests", not: []string{"/decide/asset", "/law/1718-p8d"}},
		"light-water reactors":                                    {leads: "/commitments/framework-1994-reactors"},
		"were the light-water reactors ever built as promised?":   {leads: "/commitments/framework-1994-reactors", not: []string{"Nothing found"}},
		"Was the moratorium honoured?":                            {leads: "/commitments/moratorium-2018-icbm", not: []string{`href="/law/1`}},
		"May we keep an account in a bank?":                       {leads: "/decide/payment?date=2026-11-26", not: []string{"/commitments/"}},
		"squid contract":                                          {leads: "/law/2371-p9-notice", not: []string{"/decide/employment", "/claims/na-", "/law/2375-p17"}},
		"Could a shipyard in Poland renew permits":                {leads: "/decide/employment?work.host=PL&work.new_authorisation=true"},
		"workers from Poland":                                     {leads: `/decide/employment"`}, // of Poland, or in Poland for somebody
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

// TestFirst holds that what a question is about comes first on the page, and that no kind of things floods it.
func TestFirst(t *testing.T) {
	s := site(t)
	for question, want := range map[string]string{
		"Was the freeze for a freeze ever kept?": "/commitments/freeze-2017",
		"freeze for a freeze":                    "/commitments/freeze-2017",
		"Which day did seafood from North Korea become banned, and by which paragraph? Was there a time for old contracts?": "/law/2371-p9",
		"squid contract":                       "/law/2371-p9",
		"May my company pay Marvolo Quendrit?": "/who?name=Marvolo+Quendrit#result",
		"may we hire North Korean welders?":    "/decide/employment?date=2026-11-26&work.nationality=KP",
	} {
		body := html.UnescapeString(get(t, s, "/search?q="+url.QueryEscape(question)).Body.String())
		_, found, _ := strings.Cut(body, "<section>")
		_, first, _ := strings.Cut(found, `href="`)
		if first, _, _ = strings.Cut(first, `"`); first != want {
			t.Errorf("%s: first comes %s, not %s", question, first, want)
		}
		if n := strings.Count(body, `href="/law/`); n > 2*maxFound {
			t.Errorf("%s: %d provisions are shown", question, n)
		}
	}
}

// TestListedParty holds that who asks about paying somebody listed meets that on the page, and in the form that it leads to.
func TestListedParty(t *testing.T) {
	s := site(t)
	for question, not := range map[string]string{
		"May my company pay Marvolo Quendrit?":                   "/decide/venture",
		"Could our bank pay Marvolo Quendrit on 1 October 2017?": "2026-11-26&parties",
	} {
		body := html.UnescapeString(get(t, s, "/search?q="+url.QueryEscape(question)).Body.String())
		if !strings.Contains(body, "Prohibited") || !strings.Contains(body, "paragraph 8(d)") || strings.Contains(body, not) {
			t.Errorf("%s: what follows in law is not said, or the page says %s", question, not)
		}
		form := regexp.MustCompile(`/decide/payment\?[^"]*parties%5B1%5D[^"]*`).FindString(body)
		if ruled := get(t, s, form).Body.String(); !strings.Contains(ruled, "paragraph 8(d)") || !strings.Contains(ruled, "Prohibited") || strings.Contains(ruled, "listed (any party)") {
			t.Errorf("%s: %s is not ruled as a payment to somebody listed", question, form)
		}
	}
	if body := get(t, s, "/search?q="+url.QueryEscape("May my company pay Gunnhild Haraldsdottir?")).Body.String(); strings.Contains(body, "Prohibited") || strings.Contains(body, "parties%5B") {
		t.Error("somebody who is on no list is taken for listed")
	}
}

// TestPeopleInField holds that the adjective of a state in its field leads to the state.
func TestPeopleInField(t *testing.T) {
	s := site(t)
	for typed, want := range map[string]string{"Polish": "Poland", "Chinese": "China", "Russian": "Russia", "North Korean": "North Korea"} {
		body := html.UnescapeString(get(t, s, "/decide/employment?date=2017-10-01&work.host="+url.QueryEscape(typed)).Body.String())
		if !strings.Contains(body, "Did you mean "+want+"?") {
			t.Errorf("%s: %s is not offered", typed, want)
		}
	}
}
