package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/casework"
)

// TestQuality: a sample is drawn, another person decides it anew, and the share of what was wrong follows.
func TestQuality(t *testing.T) {
	s, w := ownDesk(t)
	_, page := as(t, s, ana, "/work/quality")
	says(t, "quality", page, "No clearance was looked at again yet", "it may be anything", "5 cases are open, 2 closed", "Half are younger than", "2 days", "An approver or an auditor draws a sample")
	if rec, _ := send(t, s, ana, "/work/quality", url.Values{"seed": {"x"}, "size": {"2"}}); rec.Code != http.StatusForbidden {
		t.Errorf("an analyst drew: %d", rec.Code)
	}
	for name, form := range map[string]url.Values{
		"no size": {"seed": {"x"}, "size": {"0"}}, "no seed": {"seed": {" "}, "size": {"2"}}, "no day": {"seed": {"x"}, "size": {"2"}, "from": {"soon"}},
		"a year": {"seed": {"x"}, "size": {"2"}, "until": {"2026"}},
	} {
		if rec, page := send(t, s, bo, "/work/quality", form); rec.Code/100 != 4 || !strings.Contains(page, `href="#f-seed"`) {
			t.Errorf("%s: %d", name, rec.Code)
		}
	}
	if rec, _ := send(t, s, bo, "/work/quality", url.Values{"seed": {"dice"}, "size": {"9"}, "from": {"27 November 2026"}}); rec.Header().Get("Location") != "/work/quality?drawn=0&of=0" {
		t.Errorf("nothing was closed then: %d %s", rec.Code, rec.Header().Get("Location"))
	}
	rec, _ := send(t, s, bo, "/work/quality", url.Values{"seed": {"dice"}, "size": {"9"}, "from": {"1 November 2026"}, "until": {"26 November 2026"}})
	if at := rec.Header().Get("Location"); rec.Code != http.StatusSeeOther || at != "/work/quality?drawn=2&of=2" {
		t.Fatalf("%d %s", rec.Code, at)
	}
	_, page = as(t, s, bo, "/work/quality?drawn=2&of=2")
	says(t, "quality", page, "2 cases of 2 closed ones were drawn", "2 cases wait to be looked at again", "seed “dice”", "No: you decided it, and somebody else reviews it")
	if _, page := as(t, s, bo, "/work/quality?drawn=<b>&of=2"); strings.Contains(page, "were drawn.") {
		t.Error("the page repeats what the address says")
	}

	at := "/work/cases/" + w.ids["C-4"] // Ana cleared it, and Bo confirmed
	_, page = as(t, s, bo, at)
	says(t, "the case", page, "It was drawn on 26 November 2026 to be looked at again: you decided it")
	n := url.Values{"do": {"uphold"}, "n": {"4"}, "reason": {"the passport is another"}}
	if rec, _ := send(t, s, bo, at, n); rec.Code != http.StatusForbidden {
		t.Errorf("who decided reviewed: %d", rec.Code)
	}
	n.Del("token")
	if rec, page := send(t, s, cleo, at, n); rec.Code != http.StatusSeeOther {
		t.Errorf("%d %s", rec.Code, page)
	}
	_, page = as(t, s, cleo, "/work/quality")
	says(t, "quality", page, "0 of 1 clearance looked at again were wrong", "0.0 %", "0.0 % to 79.3 %", "1 case waits")
	send(t, s, cleo, "/work/quality", url.Values{"seed": {"again"}, "size": {"9"}})
	if rec, _ := send(t, s, cleo, at, url.Values{"do": {"overturn"}, "n": {"6"}, "reason": {"the bank says it is the same"}}); rec.Code != http.StatusSeeOther {
		t.Errorf("a review that comes to something else: %d", rec.Code)
	}
	_, page = as(t, s, cleo, "/work/quality")
	says(t, "quality", page, "1 of 2 clearances looked at again was wrong", "50.0 %", "Another date of birth", "“again”", "“dice”")
	if c, _, err := w.desk().Get(t.Context(), w.ids["C-4"]); err != nil || c.Closed != nil || c.State() != "open" {
		t.Errorf("the case is %s, %v", c.State(), err)
	}
	q, err := w.desk().Quality(t.Context(), w.now())
	if err != nil || q.FalseClear != casework.RateOf(1, 2) {
		t.Errorf("the command says %v", q.FalseClear)
	}
	if code, body := as(t, s, vera, "/work/quality?format=json"); code != 200 || !strings.Contains(body, `"false_clear"`) {
		t.Errorf("%d %s", code, body)
	}
}
