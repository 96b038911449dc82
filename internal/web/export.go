package web

import (
	"bytes"
	"encoding/csv"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
)

// form makes a page in another form: a table as CSV, a picture as SVG.
type form func() (*answer, error)

// way leads on from a page.
type way struct{ Text, Address string }

// citation is the line to cite a page by, and what can be taken from it.
type citation struct {
	Text, Address string
	Forms         []way
}

// formWords name the forms in the order in which pages offer them.
var formWords = []way{{"JSON", "json"}, {"CSV", "csv"}}

// dated says of which days an answer is; NoDay for one that was not chosen.
type dated struct {
	asOf, known when.Day
	// pinned is true where the page without as_of is that of asOf all the same: the address to cite then says so.
	pinned bool
}

// inForm turns a page into the form that the address asks for. A form that a page does not have is a fault, and so is
// any form of a page with errors: a file must not look as if what was asked had been understood.
func inForm(r *http.Request, a *answer) (*answer, error) {
	format := r.URL.Query().Get("format")
	if format == "" || a.data != nil || a.location != "" {
		return a, nil
	}
	if a.status >= http.StatusBadRequest {
		return nil, fault.New(fault.Invalid, "the address has an error, and a file would not show it").WithFix("open the address without format: the page says what is wrong")
	}
	return chosenForm(a.forms, format)
}

// chosenForm gives one of the forms of a page.
func chosenForm(forms map[string]form, format string) (*answer, error) {
	if f, ok := forms[format]; ok {
		return f()
	}
	e := fault.New(fault.Usage, "this page has no format %q", format)
	if len(forms) > 0 {
		return nil, e.WithFix("say %s", strings.Join(slices.Sorted(maps.Keys(forms)), " or "))
	}
	return nil, e.WithFix("leave format out of the address")
}

// cited makes the citation of a page: what it says, of which days, from which law and data.
func (s *Site) cited(r *http.Request, a *answer) *citation {
	private := r.URL.Path == "/work" || strings.HasPrefix(r.URL.Path, "/work/") // what a team does is not published
	if r.Method != http.MethodGet || a.status >= http.StatusBadRequest || a.bare || private {
		return nil
	}
	c := &citation{Text: s.citedAs(a), Address: r.URL.RequestURI()}
	if a.dated != nil && a.dated.pinned {
		c.Address = addParameter(r.URL, "as_of", a.dated.asOf.String())
	}
	for _, w := range formWords {
		if _, ok := a.forms[w.Address]; ok {
			c.Forms = append(c.Forms, way{w.Text, addParameter(r.URL, "format", w.Address)})
		}
	}
	return c
}

// citedAs is the line to cite a page by, without its address.
func (s *Site) citedAs(a *answer) string {
	if a.cite != "" {
		return a.cite
	}
	return "Cordon, “" + a.title + "”, " + s.days(a.dated) + "; law " + s.Desk.Law.Version[:12] + ", data " + clipped(s.Versions.Data, 12) + ", program " + s.Versions.Program + "."
}

// days says of which day something is, and as known when.
func (s *Site) days(d *dated) string {
	text := "as of " + s.Today().Long()
	if d == nil {
		return text
	}
	if d.asOf != when.NoDay {
		text = "as of " + d.asOf.Long()
	}
	if d.known != when.NoDay {
		text += ", as known on " + d.known.Long()
	}
	return text
}

func clipped(s string, n int) string { return s[:min(n, len(s))] }

// asCSV makes a form of a table. A cell that a spreadsheet would run as a formula is given as text.
func asCSV(rows func() ([][]string, error)) form {
	return func() (*answer, error) {
		table, err := rows()
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		for _, row := range table {
			for i, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					row[i] = "'" + cell
				}
			}
		}
		err = w.WriteAll(table)
		return &answer{data: b.Bytes(), kind: "text/csv; charset=utf-8"}, err
	}
}

// renamed gives the address with a parameter under its name of today, "" when it has that already: addresses that were
// cited go on leading there.
func renamed(r *http.Request, old, name string) string {
	q := r.URL.Query()
	if !q.Has(old) || q.Has(name) {
		return ""
	}
	q[name] = q[old]
	q.Del(old)
	return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
}

// dateField is one of the two days of a page, in its form.
type dateField struct{ ID, Name, Label, Value, Hint string }

// dates are the two days that a page can be had of: the one control for them that all pages share.
type dates struct {
	Fields []dateField
	Errors []fieldError
}

// datesOf makes the control for those of as_of and known_at that a page has.
func datesOf(query map[string]string, errs []fieldError, names ...string) dates {
	out := dates{Errors: errs}
	for _, n := range names {
		f := dateField{ID: "f-" + strings.ReplaceAll(n, "_", "-"), Name: n, Label: "As of", Value: query[n], Hint: "today"}
		if n == "known_at" {
			f.Label, f.Hint = "As known on", "latest"
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}

// stops are the days at which a slider stops: those on which instruments were adopted, and today.
func (s *Site) stops() string {
	var out []string
	for _, m := range s.laws.milestones {
		if d := m.Day.String(); m.Day >= stripFrom && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return strings.Join(append(out, s.Today().String()), " ")
}
