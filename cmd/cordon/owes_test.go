package main

import (
	"net/url"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/role"
)

// TestWhatADeskOwes is set on a page and over the API by an admin and by nobody else, counts at once, and is in the log.
func TestWhatADeskOwes(t *testing.T) {
	sequential(t)
	x := newTeam(t, map[string][]role.Role{"ada": {role.Admin}, "ann": {role.Analyst}})
	ada, ann := x.in("ada"), x.in("ann")
	const at = "/v1/cases/owes"
	if code, b := x.api(ann, "", "GET", at, ""); code != 200 || !strings.Contains(b, `"reports": [],`) || !strings.Contains(b, `"version": 0`) {
		t.Errorf("%d %s", code, b)
	}
	for _, c := range []struct {
		who    *visitor
		body   string
		status int
	}{
		{ann, `{"reports":["us-blocked"],"version":0}`, 403},
		{ada, `{"reports":["us-block"],"version":0}`, 400},
		{ada, `{"reports":["us-blocked"],"version":3}`, 409},
		{ada, `{"reports":["us-blocked"],"version":0}`, 200},
		{ada, `{"reports":[],"version":0}`, 409},
	} {
		if code, b := x.api(c.who, "", "POST", at, c.body); code != c.status {
			t.Errorf("%s: %d %s; want %d", c.body, code, b, c.status)
		}
	}
	if code, b := x.api(ann, "", "POST", "/v1/cases/"+x.caseN+"/hold", `{"text":"blocked"}`); code != 200 || !strings.Contains(b, `"us-blocked"`) {
		t.Errorf("a hold starts no clock: %d %s", code, b)
	}
	_, page := ada.get("/work/settings")
	if !strings.Contains(page, `value="us-blocked" checked`) || strings.Contains(page, `value="us-rejected" checked`) {
		t.Errorf("%s", page)
	}
	if code, page := ada.send("/work/settings", url.Values{"do": {"owe"}, "version": {"1"}, "report": {"us-rejected"}}); code != 200 || !strings.Contains(page, `value="us-rejected" checked`) {
		t.Errorf("%d %s", code, page)
	}
	if n := x.logged("setting", x.ids["ada"], "setting:owes"); n != 2 {
		t.Errorf("%d entries of the log", n)
	}
	data := []string{"--data", x.at.Data}
	if code, out := program(t, append([]string{"cases", "owes"}, data...)...); code != 0 || !strings.HasPrefix(out, "us-rejected (set by "+x.ids["ada"]) {
		t.Errorf("%d %s", code, out)
	}
	if code, out := program(t, append([]string{"cases", "owes", "--none", "--as", "ann"}, data...)...); code == 0 || !strings.Contains(out, "ask an admin") {
		t.Errorf("%d %s", code, out)
	}
	if code, out := program(t, append([]string{"cases", "owes", "--none", "--as", "ada", "--owes", "us-blocked"}, data...)...); code != 0 || !strings.HasPrefix(out, "none (set by") {
		t.Errorf("%d %s", code, out)
	}
}
