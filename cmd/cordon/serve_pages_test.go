package main

import (
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// TestPagesOfTheServer holds that the whole server, with every interface that it has, leads from its first page to pages, and takes
// no form that the page of another site sends.
func TestPagesOfTheServer(t *testing.T) {
	sequential(t)
	h, _ := liveServer(t, t.TempDir(), discard())
	get := func(address string) string {
		t.Helper()
		status, body := send(h, "GET", address, "", nil)
		if status != http.StatusOK || !strings.Contains(body, "</html>") {
			t.Fatalf("%s: status %d\n%.200s", address, status, body)
		}
		return body
	}
	first := get("/")
	to := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?:href|action)="(/[^"#]*)"`).FindAllStringSubmatch(first, -1) {
		if a := html.UnescapeString(m[1]); !strings.HasPrefix(a, "/static/") && a != "/theme" && a != "/openapi.json" {
			to[a] = true
		}
	}
	for _, a := range []string{"/search", "/decide", "/who", "/states", "/commitments", "/law", "/reading", "/drafts", "/work", "/api"} {
		if !to[a] {
			t.Errorf("the first page does not lead to %s", a)
		}
	}
	for a := range to {
		get(a)
	}
	for question, want := range map[string]string{
		"/search?q=what+does+China+answer+about+the+trucks":                                      "What China says",
		"/search?q=could+a+Polish+shipyard+renew+permits+for+its+DPRK+welders+on+1+October+2017": `href="/decide/employment?date=2017-10-01`,
	} {
		if body := get(question); !strings.Contains(body, want) {
			t.Errorf("%s does not say %q", question, want)
		}
	}
	pageAndCommandReadAlike(t, h)
	for _, form := range []string{"/who/batch", "/drafts", "/reading", "/theme", "/work/as", "/work/audit", "/work/keys"} {
		for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"} {
			r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1"+form, strings.NewReader("to=dark"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(name, value)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusForbidden {
				t.Errorf("%s from another site (%s): status %d", form, name, w.Code)
			}
		}
	}
}
