package web

import (
	"html"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestDraftAddress holds that the page of a draft has an address that holds all of it, that files are had there, and that a page
// opened under other law says so.
func TestDraftAddress(t *testing.T) {
	s := site(t)
	w := posted(t, s, "/drafts", url.Values{"text": {strings.ReplaceAll(draftOfSeafood, "\n", "\r\n")}, "base_year": {"2016"}})
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.Contains(to, "base_year=2016") || !strings.Contains(to, "law="+s.Desk.Law.Version[:12]) {
		t.Fatalf("status %d, address %q", w.Code, to)
	}
	page := get(t, s, to)
	body := html.UnescapeString(page.Body.String())
	for _, want := range []string{draftOfSeafood[:40], "China: seafood", to + "&format=json", "Cite as: Cordon", "holds the whole draft"} {
		if page.Code != http.StatusOK || !strings.Contains(body, want) && !strings.Contains(body, linkTo(t, to, want)) {
			t.Errorf("status %d: the page does not say %q", page.Code, want)
		}
	}
	if strings.Contains(body, "The address was made under") {
		t.Error("the page says that the law is another")
	}
	if rows := tableOf(t, get(t, s, to+"&format=csv").Body.String()); len(rows) < 2 || rows[1][2] != "196.0" {
		t.Errorf("what the draft touches is %q", rows)
	}
	picture := get(t, s, to+"&format=svg&figure=draft-1").Body.String()
	wellFormed(t, picture)
	if !strings.Contains(picture, "196.0") || !strings.Contains(picture, ">Address:</text>") || !strings.Contains(picture, ">/drafts?base_year=2016") {
		t.Error("the picture lacks the figure, or its address")
	}
	if got := get(t, s, to+"&format=json").Body.String(); !strings.Contains(got, `"judged_on"`) {
		t.Errorf("the JSON is %.200s", got)
	}
	old := strings.Replace(to, "law="+s.Desk.Law.Version[:12], "law=0123456789ab", 1)
	if body := get(t, s, old).Body.String(); !strings.Contains(body, "law 0123456789ab, now "+s.Desk.Law.Version[:12]) {
		t.Error("a page opened under other law does not say so")
	}
	for name, address := range map[string]string{"cut short": strings.Replace(to, "&law", "x&law", 1), "no draft": "/drafts?draft=", "not packed": "/drafts?draft=%25"} {
		if w := get(t, s, address); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "There is a problem") {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
}

// A ban of goods is begun without writing it as text: from a day, or from the eve of the first paragraph that names the goods.
func TestBanOfGoods(t *testing.T) {
	s := site(t)
	to := get(t, s, "/drafts?goods=seafood&way=from&on=").Header().Get("Location")
	if !strings.Contains(to, "base_year=2016") {
		t.Fatalf("the ban of seafood is at %q", to)
	}
	body := html.UnescapeString(get(t, s, to).Body.String())
	for _, want := range []string{"A ban of seafood from the target: what it would touch", "China: seafood", "direction: from", "adopted: 2017-08-04"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	body = html.UnescapeString(get(t, s, get(t, s, "/drafts?goods=seafood&way=&on=2016-03-01").Header().Get("Location")).Body.String())
	if !strings.Contains(body, "adopted: 2016-03-01") || strings.Contains(body, "direction:") {
		t.Error("a ban both ways has a direction, or not its day")
	}
	for query, want := range map[string]string{
		"goods=porridge&way=from":          `href="#f-goods"`,
		"goods=seafood&way=up":             `href="#f-way"`,
		"goods=seafood&way=from&on=summer": `href="#f-day"`,
	} {
		w := get(t, s, "/drafts?"+query)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), `href="#f-on"`) {
			t.Errorf("%s: status %d, no %s", query, w.Code, want)
		}
	}
}

// linkTo gives an address as links of the page write it.
func linkTo(t *testing.T, base, want string) string {
	t.Helper()
	u, err := url.Parse(want)
	if err != nil || !strings.HasPrefix(want, base) {
		return want
	}
	return u.Path + "?" + u.Query().Encode()
}

// TestLongDraft holds that a draft that no address holds is tested all the same, and says that it is gone.
func TestLongDraft(t *testing.T) {
	s := site(t)
	noise := make([]byte, 3*maxInAddress)
	for i := range noise {
		noise[i] = byte('a' + rand.IntN(26)) //nolint:gosec // which letters they are is of no matter
	}
	w := posted(t, s, "/drafts", url.Values{"text": {draftOfSeafood + "# " + string(noise) + "\n"}, "base_year": {"2016"}})
	if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "too long for an address") || !strings.Contains(body, "China: seafood") {
		t.Errorf("status %d", w.Code)
	}
}

// TestPacked holds that every text comes out of its address as it went in, and that what was changed on the way is no other text
// without notice.
func TestPacked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		in, ok := packed(text)
		if !ok {
			t.Skip("too long")
		}
		if got, err := unpacked(in, maxDraft); err != nil || got != text {
			t.Fatalf("%q came out as %q: %v", text, got, err)
		}
		if n := rapid.IntRange(0, len(in)-1).Draw(t, "length"); text != "" {
			if got, err := unpacked(in[:n], maxDraft); err == nil {
				t.Fatalf("an address cut to %d letters gave %q", n, got)
			}
		}
	})
	if bomb, ok := packed(strings.Repeat("x", maxDraft+1)); !ok {
		t.Fatal("the bomb is too long")
	} else if _, err := unpacked(bomb, maxDraft); err == nil {
		t.Error("more than the most was read")
	}
}

// after sends a form and gives the page that it leads to.
func after(t *testing.T, s *Site, address string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	w := posted(t, s, address, form)
	if to := w.Header().Get("Location"); w.Code == http.StatusSeeOther {
		return get(t, s, to)
	}
	return w
}
