package web

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestBarsAsFiles holds that the evidence of a hit, and what a draft touches, can be had as pictures and tables with the same figures.
func TestBarsAsFiles(t *testing.T) {
	s := site(t)
	const who = "/who?name=Marvolo+Quendrit"
	rows := tableOf(t, get(t, s, who+"&format=csv").Body.String())
	if len(rows) < 4 || rows[1][1] != "Marvolo Quendrith" {
		t.Fatalf("the evidence is %q", rows)
	}
	picture := get(t, s, who+"&format=svg&figure=evidence-1").Body.String()
	wellFormed(t, picture)
	for _, x := range []string{rows[2][4], "Marvolo Quendrith", "Address: " + who, "% likely"} {
		if !strings.Contains(picture, x) {
			t.Errorf("the picture does not say %q", x)
		}
	}
	for address, want := range map[string]int{who + "&format=svg&figure=evidence-9": 404, who + "&format=json": 400, "/who?format=csv": 400, "/drafts?format=csv": 400} {
		if w := get(t, s, address); w.Code != want {
			t.Errorf("%s: status %d, want %d", address, w.Code, want)
		}
	}

	post := func(format string) *httptest.ResponseRecorder {
		return posted(t, s, "/drafts", url.Values{"text": {draftOfSeafood}, "base_year": {"2016"}, "format": {format}})
	}
	w := post("csv")
	rows = tableOf(t, w.Body.String())
	if len(rows) < 2 || rows[1][2] != "196.0" || w.Header().Get("Content-Disposition") != `attachment; filename="cordon-draft.csv"` {
		t.Fatalf("what the draft touches is %q (%v)", rows, w.Header())
	}
	picture = post("svg-1").Body.String()
	wellFormed(t, picture)
	for _, x := range []string{rows[1][2], "Cordon, “", "A draft"} {
		if !strings.Contains(html.UnescapeString(picture), x) {
			t.Errorf("the picture does not say %q:\n%s", x, picture)
		}
	}
	if strings.Contains(picture, "Address:") {
		t.Error("what was sent has an address")
	}
}

func tableOf(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("the picture is no XML: %v\n%s", err, svg)
		}
	}
}
