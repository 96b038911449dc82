package web

import (
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/states"
)

// statesOf opens what the program itself knows of states.
func statesOf(d *decide.Desk) (*states.Desk, error) {
	entries, err := claim.LoadFiles(d.Reference, data.FS, "claims")
	if err != nil {
		return nil, err
	}
	l, err := claim.New(entries, func(id string) bool { _, ok := d.Law.Provision(id); return ok }, func(string) []string { return nil })
	if err != nil {
		return nil, err
	}
	out := &states.Desk{Ledger: l, Facts: states.Facts{
		Law: d.Law, Engine: d.Engine, Reference: d.Reference, Lists: d.Lists, Factors: d.Factors, Places: d.Places, DataVersion: d.DataVersion,
	}}
	if out.Watchers, err = states.LoadWatchers(data.FS, "watchers"); err != nil {
		return nil, err
	}
	names, err := fs.Glob(data.FS, "records/*/*.yaml")
	for _, name := range names {
		b, err := data.FS.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f, err := record.ReadFile(path.Base(name), b, record.Decoder{Places: d.Places})
		if err != nil {
			return nil, err
		}
		for i := range f.Records {
			if out.Concerns(&f.Records[i]) {
				out.Records = append(out.Records, f.Records[i])
			}
		}
	}
	return out, err
}

// TestTrucks is the way of a new user to what China answers about the trucks: by words, and by the state's page.
func TestTrucks(t *testing.T) {
	s := site(t)
	for _, c := range []struct{ address, want string }{
		{"/search?q=china+trucks", `href="/claims/trucks-cn-answer"`},
		{"/search?q=China", `href="/states/CN"`},
		{"/states/CN", "The vehicles differ in substance from launchers"},
		{"/claims/trucks-finding", "The vehicles differ in substance from launchers"},
		{"/claims/trucks-cn-answer", "<dt>Answers</dt>"},
		{"/states", `href="/states/CN#2397-p8"`},
	} {
		if body := get(t, s, c.address).Body.String(); !strings.Contains(body, c.want) {
			t.Errorf("%s does not have %q", c.address, c.want)
		}
	}
}

// TestStatesPages holds what pages on states must keep: no ranking, both sides, the words on how to read it, the day as known at.
func TestStatesPages(t *testing.T) {
	s := site(t)
	body := get(t, s, "/states").Body.String()
	for _, want := range []string{"There is no score and no ranking", "They are no verdict on the", "not because they weigh the same", "Who looked"} {
		if !strings.Contains(body, want) {
			t.Errorf("/states does not say %q", want)
		}
	}
	if a, b := strings.Index(body, `<a href="/states/CN">`), strings.Index(body, `<a href="/states/PL">`); a < 0 || b < a {
		t.Error("states do not stand by name")
	}
	early := get(t, s, "/states?known_at=2016-12-31").Body.String()
	if !strings.Contains(early, "items published later are left out") || strings.Contains(early, "#2397-p8") {
		t.Error("a page as known at the end of 2016 shows what came later")
	}
	for address, want := range map[string]int{
		"/states?year=1950": http.StatusUnprocessableEntity, "/states?measure=nothing": http.StatusNotFound, "/states?known_at=never": http.StatusUnprocessableEntity,
		"/states?format=xml": http.StatusBadRequest, "/states/XX": http.StatusNotFound, "/states/china": http.StatusSeeOther, "/claims/none": http.StatusNotFound,
		"/claims?from=none": http.StatusNotFound, "/claims?state=Nowhere": http.StatusUnprocessableEntity, "/claims?x=1": http.StatusBadRequest,
	} {
		if w := get(t, s, address); w.Code != want {
			t.Errorf("%s: status %d, want %d", address, w.Code, want)
		}
	}
}

// TestMapSaysWhatTheTableSays holds that every state of the table is a link on the map, with the same word, and no other state is.
func TestMapSaysWhatTheTableSays(t *testing.T) {
	s := site(t)
	for _, measure := range []string{"labour", "fuel", "sectoral", "reporting"} {
		body := get(t, s, "/states?measure="+measure).Body.String()
		drawing, table, ok := strings.Cut(body, "</svg><figcaption>")
		if !ok {
			t.Fatalf("%s: no map", measure)
		}
		rows := strings.Count(table, `<th scope="row"><a href="/states/`)
		if links := strings.Count(drawing, `<a href="/states/`); links != rows || rows == 0 {
			t.Errorf("%s: %d states on the map, %d in the table", measure, links, rows)
		}
	}
}

var (
	cardIDs = regexp.MustCompile(`· <a href="/claims/([^"]+)">`)
	further = regexp.MustCompile(`<a href="([^"]+)">Further in the list`)
)

// TestListOfClaims walks the list to its end: every claim once.
func TestListOfClaims(t *testing.T) {
	s := site(t)
	c, err := s.conduct()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	address, pages := "/claims", 0
	for address != "" && pages < 100 {
		body := get(t, s, address).Body.String()
		for _, m := range cardIDs.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Fatalf("%s stands twice", m[1])
			}
			seen[m[1]] = true
		}
		address, pages = "", pages+1
		if m := further.FindStringSubmatch(body); m != nil {
			address = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if want := len(c.desk.Ledger.Claims()); len(seen) != want {
		t.Errorf("%d claims on %d pages, %d in the ledger", len(seen), pages, want)
	}
}
