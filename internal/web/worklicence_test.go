package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestNewLicence: what a form says is recorded as a file would be, and what is wrong is said beside its field.
func TestNewLicence(t *testing.T) {
	s, w := ownDesk(t)
	const at = "/work/licences/new"
	form := func(more ...string) url.Values {
		v := url.Values{
			"do": {"record"}, "rows": {"3"}, "authority": {"Ministry"}, "reference": {"A-1"}, "form": {"licence"}, "holder": {"Pump & Co"},
			"from": {"1 November 2026"}, "until": {"2027-05-31"}, "provisions": {"2375-p18, 2397-p25"}, "activities": {"transfer", "payment"}, "goods": {"8413"},
			"parties": {"Hospital, Pyongyang\r\nA\r\n"}, "limit": {"1000 EUR"}, "uses": {"2"}, "source": {"Letter"},
			"what-1": {"Report"}, "who-1": {"Export desk"}, "due-1": {"30 November 2026"}, "evidence-1": {"A stamp"}, "id-1": {"report"},
			"what-3": {"Not to be passed on"}, "who-3": {"The consignee"}, "evidence-3": {"Visits"},
		}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	for name, c := range map[string]struct {
		form  url.Values
		field string
	}{
		"no authority": {form("authority", " "), "f-authority"}, "a code": {form("goods", "841"), "f-goods"}, "backwards": {form("until", "2026-10-01"), "f-until"},
		"no day": {form("from", "soon"), "f-from"}, "no unit": {form("limit", "1000"), "f-limit"}, "uses": {form("uses", "many"), "f-uses"},
		"half a condition": {form("what-2", "Something"), "f-what-1"}, "no activity": {form("activities", "dance"), "f-activities"}, "verified by nobody's word": {form("verified", "yes", "source", ""), "f-verified"},
	} {
		rec, page := send(t, s, ana, at, c.form)
		if rec.Code/100 != 4 || !strings.Contains(page, `href="#`+c.field+`"`) {
			t.Errorf("%s: %d, and no link to %s", name, rec.Code, c.field)
		}
		if !strings.Contains(page, "Hospital, Pyongyang") || !strings.Contains(page, `value="A stamp"`) {
			t.Errorf("%s: what was typed is gone", name)
		}
	}
	if rec, page := send(t, s, ana, at, form("do", "more")); rec.Code != 200 || !strings.Contains(page, `name="what-6"`) || !strings.Contains(page, `value="The consignee"`) {
		t.Errorf("room for more: %d", rec.Code)
	}
	if rec, _ := send(t, s, ana, at, form("colour", "red")); rec.Code != http.StatusBadRequest {
		t.Errorf("a field that there is not: %d", rec.Code)
	}
	if _, page := as(t, s, vera, at); strings.Contains(page, `value="record"`) {
		t.Error("a viewer is offered the form")
	}
	token := form("token", s.token(casework.Person{Name: vera.ID, Role: vera.Role}))
	if rec, _ := send(t, s, vera, at, token); rec.Code != http.StatusForbidden {
		t.Errorf("a viewer recorded: %d", rec.Code)
	}
	rec, page := send(t, s, ana, at, form())
	to, _, _ := strings.Cut(rec.Header().Get("Location"), "?")
	if rec.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/work/licences/0") {
		t.Fatalf("%d\n%s", rec.Code, page)
	}
	l, _, err := w.book().Get(t.Context(), strings.TrimPrefix(to, "/work/licences/"), w.now())
	if err != nil {
		t.Fatal(err)
	}
	c := l.Terms.Covers
	if len(c.Provisions) != 2 || len(c.Activities) != 2 || len(c.Parties) != 2 || c.Parties[0] != "Hospital, Pyongyang" || c.Limit != 1_000_000 || c.Uses != 2 || l.Terms.Verified {
		t.Errorf("%+v", l.Terms)
	}
	if len(l.Tasks) != 2 || l.Tasks[1].ID != "condition-3" || l.Tasks[1].Due != when.NoDay || l.Tasks[0].Due != when.Date(2026, 11, 30) {
		t.Errorf("%+v", l.Tasks)
	}

	// A case rests on it, by the page of the case, and loses its authorisation with the condition.
	at1 := "/work/cases/" + w.ids["C-1"]
	link := url.Values{"do": {"link"}, "n": {"1"}, "licence": {l.ID}, "amount": {"400 EUR"}, "text": {"The pumps are within it."}}
	if rec, page := send(t, s, ana, at1, url.Values{"do": {"link"}, "n": {"1"}, "licence": {l.ID}, "amount": {"4000 EUR"}, "text": {"x"}}); rec.Code != http.StatusConflict || !strings.Contains(page, "more than is left of the licence") {
		t.Errorf("more than the limit: %d", rec.Code)
	}
	if rec, page := send(t, s, ana, at1, link); rec.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", rec.Code, page)
	}
	link.Del("token")
	if rec, _ := send(t, s, ana, at1, link); rec.Code != http.StatusConflict {
		t.Errorf("linked twice, and the case went on: %d", rec.Code)
	}
	for _, x := range []url.Values{
		{"do": {"carried-out"}, "n": {"2"}, "decision": {w.ids["C-1"]}, "day": {"25 November 2026"}, "text": {"shipped"}},
		{"do": {"extend"}, "n": {"3"}, "day": {"30 June 2027"}, "text": {"letter of today"}},
		{"do": {"check"}, "n": {"4"}, "text": {"as the letter says"}},
	} {
		if rec, page := send(t, s, bo, to, x); rec.Code != http.StatusSeeOther {
			t.Errorf("%v: %d %s", x["do"], rec.Code, page)
		}
	}
	_, page = as(t, s, bo, to)
	says(t, "the licence", page, "held to it", "30 June 2027", "takes 400 EUR", "600 EUR left of 1000 EUR", "carried out on 25 November 2026", "held")
	if rec, _ := send(t, s, ana, to, url.Values{"do": {"extend"}, "n": {"5"}, "day": {"30 July 2027"}, "text": {"x"}}); rec.Code != http.StatusForbidden {
		t.Errorf("an analyst extended: %d", rec.Code)
	}
	if rec, _ := send(t, s, ana, to, url.Values{"do": {"miss"}, "n": {"5"}, "condition": {"condition-3"}, "text": {"sold on"}}); rec.Code != http.StatusSeeOther {
		t.Errorf("a breach: %d", rec.Code)
	}
	_, page = as(t, s, ana, to)
	says(t, "the licence", page, "1 without authorisation", "Authorisation lost", "sold on")
	_, page = as(t, s, ana, at1)
	says(t, "the case", page, "authorisation lost", "sold on")
}
