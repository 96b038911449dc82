package web

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestOwnershipDrawing holds that owners stand above what they own, that bounds and days are said, and that the table says
// the same.
func TestOwnershipDrawing(t *testing.T) {
	s := site(t)
	body := get(t, s, "/who/x:IMO%209074729").Body.String()
	for _, want := range []string{"25 to 50 %", "60 %", "40 %, until", "not on this day", "Exampleville Holding", `class="node centre on"`, ">listed</text>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of the ship lacks %q", want)
		}
	}
	body = get(t, s, "/who/x:P.001").Body.String()
	for _, want := range []string{"controls <span", "share not stated", "Example Canning", "on no loaded list", "names the board"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of the owner lacks %q", want)
		}
	}
	if strings.Contains(get(t, s, "/who/x:T.Bravo").Body.String(), `id="ownership"`) {
		t.Error("a subject of which nothing is stated has a drawing")
	}
	rows, err := csv.NewReader(strings.NewReader(get(t, s, "/who/x:P.001?figure=ownership&format=csv").Body.String())).ReadAll()
	if err != nil || len(rows) != 6 {
		t.Errorf("%d rows of stakes, not 5 and their heads (%v)", len(rows)-1, err)
	}
}

// TestOwnershipLevels holds that owners stand above, also in what is no tree, and that a circle ends.
func TestOwnershipLevels(t *testing.T) {
	own := func(from, to string) subject.Relation { return subject.Relation{Kind: "Ownership", From: from, To: to} }
	for name, c := range map[string]struct {
		stakes []subject.Relation
		circle bool
	}{
		"a chain beside its shortcut": {[]subject.Relation{own("a", "b"), own("b", "c"), own("a", "c"), own("o", "a")}, false},
		"a circle":                    {[]subject.Relation{own("a", "b"), own("b", "a")}, true},
		"itself":                      {[]subject.Relation{own("a", "a")}, true},
	} {
		l := &screen.Life{}
		l.ID, l.Caption, l.Mentions = "a", "A", c.stakes
		w := &walk{s: site(t), day: when.Date(2017, 7, 4), of: map[string]*holder{}, lives: map[string]*screen.Life{"a": l}}
		w.place(party{ID: "a"}, 0).centre = true
		for _, r := range c.stakes {
			for _, id := range []string{r.From, r.To} {
				level := 1
				if id == "o" {
					level = -1
				}
				w.place(party{ID: id}, level)
			}
			w.stakes = append(w.stakes, r)
		}
		w.settle()
		for _, r := range c.stakes {
			if from, to := w.of[r.From].level, w.of[r.To].level; from >= to && !c.circle {
				t.Errorf("%s: %s on level %d owns %s on level %d", name, r.From, from, r.To, to)
			}
		}
		if svg, height := w.draw(nil); height <= 0 || !strings.HasSuffix(string(svg), "</svg>") {
			t.Errorf("%s: no drawing", name)
		}
	}
}

var svgFiles = regexp.MustCompile(`href="([^"]+)" download=`)

// TestFilesOfEveryPage takes each form that a page offers: tables are CSV with one number of columns, pictures are XML that
// stands alone and whose policy lets only its own style through, and a form that is not there is refused.
func TestFilesOfEveryPage(t *testing.T) {
	s := site(t)
	tables, pictures := 0, 0
	for _, a := range addresses {
		body := get(t, s, a).Body.String()
		for _, m := range hrefs.FindAllStringSubmatch(body, -1) {
			if !strings.Contains(m[1], "format=csv") && !strings.Contains(m[1], ".csv?") {
				continue
			}
			w := get(t, s, unescape(m[1]))
			rows, err := csv.NewReader(w.Body).ReadAll() // which holds the number of columns
			if w.Code != 200 || err != nil || len(rows) == 0 {
				t.Errorf("%s: %s: status %d, %d rows, %v", a, m[1], w.Code, len(rows), err)
			}
			tables++
		}
		for _, m := range svgFiles.FindAllStringSubmatch(body, -1) {
			w := get(t, s, unescape(m[1]))
			policy := w.Header().Get("Content-Security-Policy")
			if w.Code != 200 || w.Header().Get("Content-Type") != "image/svg+xml" || !strings.Contains(policy, "'sha256-") || strings.Contains(policy, "unsafe") {
				t.Errorf("%s: %s: status %d, policy %q", a, m[1], w.Code, policy)
			}
			text := w.Body.String()
			d := xml.NewDecoder(strings.NewReader(text))
			var err error
			for err == nil {
				_, err = d.Token()
			}
			if !errors.Is(err, io.EOF) || strings.Contains(text, "<a ") || !strings.Contains(text, "Cordon") {
				t.Errorf("%s: %s is no picture that stands alone: %v", a, m[1], err)
			}
			pictures++
		}
	}
	if tables < 30 || pictures < 10 {
		t.Errorf("only %d tables and %d pictures", tables, pictures)
	}
	for a, want := range map[string]int{
		"/law?format=xlsx": 400, "/states?format=svg&figure=none": 404, "/law?as_of=soon&format=csv": 422, "/about?format=csv": 400,
		"/decide/employment.svg?date=2017-10-01&work.nationality=KP": 200, "/decide/employment.png?date=2017-10-01": 404, "/decide/employment.csv": 400,
	} {
		if w := get(t, s, a); w.Code != want {
			t.Errorf("%s: status %d, want %d", a, w.Code, want)
		}
	}
}

// TestNoFormulas holds that no cell of a table is run by a spreadsheet.
func TestNoFormulas(t *testing.T) {
	a, err := asCSV(func() ([][]string, error) { return [][]string{{"=1+1", "@x", "-2", "plain", ""}}, nil })()
	if err != nil || string(a.data) != "'=1+1,'@x,'-2,plain,\n" {
		t.Errorf("%q (%v)", a.data, err)
	}
}

// TestOldNamesOfDays holds that addresses under the names of before lead on.
func TestOldNamesOfDays(t *testing.T) {
	for from, to := range map[string]string{
		"/law?date=2017-07-04&kind=transfer": "/law?as_of=2017-07-04&kind=transfer", "/who/x:P.001?date=2016-03-01": "/who/x:P.001?as_of=2016-03-01",
		"/who?name=x&date=2017-01-01": "/who?as_of=2017-01-01&name=x", "/commitments?to=2017-12-31": "/commitments?as_of=2017-12-31",
		"/commitments/freeze-2017?assume=accepted&to=2018-03-31": "/commitments/freeze-2017?as_of=2018-03-31&assume=accepted",
	} {
		if w := get(t, site(t), from); w.Code != 303 || w.Header().Get("Location") != to {
			t.Errorf("%s: status %d, to %q", from, w.Code, w.Header().Get("Location"))
		}
	}
}
