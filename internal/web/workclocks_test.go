package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestClocksOnPages: a clock starts with what was done, is shown on the case and in the queue, is missed, and ends when it is filed.
func TestClocksOnPages(t *testing.T) {
	s, w := ownDesk(t)
	w.owes = []string{"us-blocked"}
	at := "/work/cases/" + w.ids["C-1"]
	post := func(who WorkPerson, want int, form url.Values) string {
		t.Helper()
		rec, page := send(t, s, who, at, form)
		if rec.Code != want {
			t.Fatalf("%v: %d\n%s", form, rec.Code, page)
		}
		return page
	}
	says := func(who WorkPerson, address string, want ...string) {
		t.Helper()
		_, page := as(t, s, who, address)
		says(t, address, page, want...)
	}
	true1 := url.Values{"do": {"dispose"}, "n": {"1"}, "disposition": {"true"}, "code": {"same-facts"}, "text": {"the same"}, "action": {"blocked"}, "on": {"27 November 2026"}}
	post(ana, http.StatusBadRequest, true1) // it is the 26th
	true1.Set("on", "24 November 2026")
	post(ana, http.StatusSeeOther, true1)
	says(bo, at, "It was blocked on 24 November 2026.")
	post(bo, http.StatusSeeOther, url.Values{"do": {"confirm"}, "n": {"2"}, "of": {"2"}, "reason": {""}})
	says(bo, at, "Report owed: Report of blocked property to OFAC (United States), 31 CFR 501.603(b)(1)(i), its time runs from 24 November 2026; by 9 December 2026", "Ana answers for it")
	says(ana, "/work?state=owed", w.ids["C-1"], "us-blocked, in 13 days")
	w.now = func() time.Time { return workDay.AddDate(0, 0, 20) }
	if _, _, err := w.desk().Miss(t.Context(), machine, w.now()); err != nil {
		t.Fatal(err)
	}
	says(ana, at, "missed", "written down 16 December 2026", `class="stale"`)
	says(ana, "/work?state=overdue", w.ids["C-1"])
	filed := url.Values{"do": {"filed"}, "n": {"5"}, "duty": {"us-blocked"}, "on": {"16 December 2026"}, "reason": {"late, by portal"}}
	if page := post(ana, http.StatusBadRequest, filed); !strings.Contains(page, "has a reference") {
		t.Error("filed without a reference")
	}
	filed.Set("reference", "BLK-1")
	post(ana, http.StatusSeeOther, filed)
	says(ana, at, "filed 16 December 2026 as BLK-1")

	// A hold, and who releases it.
	at = "/work/cases/" + w.ids["C-2"]
	post(ana, http.StatusSeeOther, url.Values{"do": {"hold"}, "n": {"2"}, "reason": {"until the bank says"}})
	says(ana, at, "Ana (you) placed a hold on 16 December 2026", "its time runs from 16 December 2026")
	if rec, _ := send(t, s, ana, at, url.Values{"do": {"release"}, "n": {"4"}, "reason": {"x"}}); rec.Code != http.StatusForbidden {
		t.Errorf("who held it released it: %d", rec.Code)
	}
	post(bo, http.StatusSeeOther, url.Values{"do": {"release"}, "n": {"4"}, "reason": {"the bank said"}})

	// What nobody said of a true case is said.
	at = "/work/cases/" + w.ids["C-5"]
	says(ana, at, "Nobody said which report is owed")
	post(ana, http.StatusSeeOther, url.Values{"do": {"clock"}, "n": {"3"}, "duty": {"eu-frozen"}, "on": {"10 December 2026"}})
	says(ana, at, "(not verified), its time runs from 10 December 2026")
	if c, _, err := w.desk().Get(t.Context(), w.ids["C-5"]); err != nil || c.ReportUnsaid() || c.Deadlines[0].Owner != ana.ID {
		t.Errorf("%+v, %v", c.Deadlines, err)
	}
}
