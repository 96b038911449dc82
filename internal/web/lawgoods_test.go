package web

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/when"
)

// treeOf asks the page for its lines as programs get them.
func treeOf(t *testing.T, query string) map[string]lawGoodsJSON {
	t.Helper()
	w := get(t, site(t), "/law/goods?format=json&"+query)
	var page struct{ Lines []lawGoodsJSON }
	if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != 200 {
		t.Fatalf("%s: status %d: %v", query, w.Code, err)
	}
	out := map[string]lawGoodsJSON{}
	for _, l := range page.Lines {
		out[l.Code] = l
	}
	return out
}

func reached(list []goodsBanJSON) []string {
	var out []string
	for _, b := range list {
		out = append(out, b.Provision+" "+b.Reach)
	}
	return out
}

// TestLawByGoods holds what the tree says on days on which the law of goods changed.
func TestLawByGoods(t *testing.T) {
	for _, c := range []struct {
		query, code, direction, provision string
		want                              bool
	}{
		{"as_of=2017-08-05&code=27", "2701", "from", "2371-p8 all", true},
		{"as_of=2017-08-04&code=27", "2701", "from", "2371-p8 all", false},
		{"as_of=2017-08-05&code=27", "2701", "to", "2371-p8 all", false},
		{"as_of=2017-12-22&code=87", "8704", "to", "2397-p7 all", true},
		{"as_of=2017-12-21&code=87", "8704", "to", "2397-p7 all", false},
		{"as_of=2017-12-22", "84", "from", "2397-p6 all", true},
		{"as_of=2017-12-22&code=84", "8413", "from", "2397-p6 all", true},
		{"as_of=2017-12-22&direction=to", "84", "from", "2397-p6 all", false},
	} {
		row := treeOf(t, c.query)[c.code]
		side := row.To
		if c.direction == "from" {
			side = row.From
		}
		if got := slices.Contains(reached(side), c.provision); got != c.want {
			t.Errorf("%s: %s %s: %v, want %s: %v", c.query, c.code, c.direction, reached(side), c.provision, c.want)
		}
	}
}

// TestGoodsBetweenDays compares the page of a difference with the pages of its two days.
func TestGoodsBetweenDays(t *testing.T) {
	for _, code := range []string{"", "27", "72", "84", "2710"} {
		q := "lines=all&code=" + code
		before, after, between := treeOf(t, q+"&as_of=2017-07-04"), treeOf(t, q+"&as_of=2017-12-23"), treeOf(t, q+"&as_of=2017-12-23&since=2017-07-04")
		for c, row := range between {
			for i, x := range [][3][]goodsBanJSON{{before[c].To, after[c].To, row.To}, {before[c].From, after[c].From, row.From}} {
				var want []string
				for _, b := range x[1] {
					if !slices.Contains(reached(x[0]), reached([]goodsBanJSON{b})[0]) {
						want = append(want, b.Provision+" new")
					}
				}
				for _, b := range x[0] {
					if !slices.Contains(reached(x[1]), reached([]goodsBanJSON{b})[0]) {
						want = append(want, b.Provision+" gone")
					}
				}
				var got []string
				for _, b := range x[2] {
					got = append(got, b.Provision+" "+b.Change)
				}
				slices.Sort(want)
				slices.Sort(got)
				if !slices.Equal(want, got) {
					t.Errorf("%s, side %d: %v, want %v", c, i, got, want)
				}
			}
		}
	}
}

// TestTreeHoldsTogether is the brute force beside the tree: a chapter shows what any of its headings shows and no more, a
// heading what any of its subheadings shows, and a provision that reaches all of a chapter reaches all of its headings.
func TestTreeHoldsTogether(t *testing.T) {
	s := site(t)
	hs := s.Desk.HS
	for _, ch := range hs.Chapters() {
		below := map[*law.Provision]bool{}
		whole := map[*law.Provision]bool{}
		for _, x := range s.Desk.ReachOf(ch) {
			whole[x.Provision] = x.Reach == decide.ReachesAll
		}
		for _, h := range hs.Headings(ch) {
			seen := map[*law.Provision]decide.Reach{}
			for _, x := range s.Desk.ReachOf(h) {
				seen[x.Provision], below[x.Provision] = x.Reach, true
			}
			for p, all := range whole {
				if all && seen[p] != decide.ReachesAll {
					t.Errorf("%s reaches all of %s and only %s of %s", p.ID, ch, seen[p], h)
				}
			}
			subheadings(t, s, h, seen)
		}
		shown := map[*law.Provision]bool{}
		for _, b := range s.bansOf(ch) {
			shown[b.P] = true
			if !below[b.P] {
				t.Errorf("chapter %s shows %s, and no heading does", ch, b.P.ID)
			}
		}
		for p := range below {
			if !shown[p] {
				t.Errorf("a heading of %s shows %s, and the chapter does not", ch, p.ID)
			}
		}
	}
}

func subheadings(t *testing.T, s *Site, h goods.Code, seen map[*law.Provision]decide.Reach) {
	t.Helper()
	for _, sub := range s.Desk.HS.Subheadings(h) {
		for _, x := range s.Desk.ReachOf(sub) {
			if seen[x.Provision] == decide.OutOfReach {
				t.Errorf("%s is reached by %s, and %s is not", sub, x.Provision.ID, h)
			}
		}
	}
}

// TestGoodsPageRefuses holds what the page says to what it cannot show.
func TestGoodsPageRefuses(t *testing.T) {
	for query, want := range map[string]int{
		"code=99": 404, "code=870410": 404, "code=x": 404, "regime=none": 404, "direction=up": 400, "lines=few": 400, "x=1": 400, "as_of=soon": 422,
		"as_of=2017-01-01&since=2018-01-01": 422, "as_of=soon&format=csv": 422, "q=zzzzzz": 200,
	} {
		if w := get(t, site(t), "/law/goods?"+query); w.Code != want {
			t.Errorf("%s: status %d, want %d", query, w.Code, want)
		}
	}
	body := get(t, site(t), "/law/goods?regime=un-iran").Body.String()
	if strings.Contains(body, "To North Korea") || !strings.Contains(body, "To Iran") {
		t.Error("the page of another regime speaks of another target")
	}
}

// TestQuestionsAsPeopleAskThem holds that what a new user would type leads to where the answer is.
func TestQuestionsAsPeopleAskThem(t *testing.T) {
	s := site(t)
	for question, want := range map[string]string{
		"Could a Polish shipyard renew permits for its DPRK welders on 1 October 2017?": `href="/decide/employment?date=2017-10-01&amp;work.host=PL&amp;work.nationality=KP&amp;work.new_authorisation=true"`,
		"What does China answer about the trucks?":                                      `href="/claims/trucks-cn-answer"`,
		"who keeps the rules in Russia":                                                 `href="/states/RU"`,
		"the":                                                                           "Search again",
	} {
		if body := get(t, s, "/search?"+url.Values{"q": {question}}.Encode()).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%q does not lead to %s", question, want)
		}
	}
}

// TestStartSaysWhatIsOld holds that a list past its age is said to be so in words, and how old everything is.
func TestStartSaysWhatIsOld(t *testing.T) {
	page := &startPage{Lists: []ListState{
		{Title: "Fresh", Subjects: 12345, Published: when.Date(2026, 11, 20), Checked: when.Date(2026, 11, 26)},
		{Title: "Old", Stale: "it was last checked 9 days ago", Published: when.Date(2017, 9, 20), Checked: when.Date(2026, 11, 17)},
	}}
	s := site(t)
	s.stockOfLists(page)
	var b strings.Builder
	if err := s.pages["start"].ExecuteTemplate(&b, "content", page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 list must be renewed", "12,345 subjects", "9 days ago", "9 years ago", `class="overdue"`, "6 days ago", "today"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the start page lacks %q", want)
		}
	}
	for n, want := range map[int]string{1: "1 list", 999: "999 lists", 1000: "1,000 lists", 1234567: "1,234,567 lists"} {
		if got := plural(n, "list"); got != want {
			t.Errorf("%s: %q", fmt.Sprint(n), got)
		}
	}
}
