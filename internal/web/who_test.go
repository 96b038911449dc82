package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/tabular"
)

func post(h http.Handler, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/who/batch", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// upload posts a file as a browser does.
func upload(t testing.TB, h http.Handler, name string, body []byte, fields url.Values) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for field := range fields {
		_ = m.WriteField(field, fields.Get(field)) // a buffer takes everything
	}
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(body)
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, "/who/batch", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var heldField = regexp.MustCompile(`<input type="hidden" name="([a-z_]+)" value="([^"]*)">`)

// heldIn gives the hidden fields of the form that orders a result, as a browser sends them back.
func heldIn(t testing.TB, page string) url.Values {
	t.Helper()
	_, form, ok := strings.Cut(page, `data-progress>`)
	if i := strings.Index(page, `<div class="filters">`); ok && i > 0 {
		form = page[strings.LastIndex(page[:i], "<form"):i]
	}
	out := url.Values{}
	for _, m := range heldField.FindAllStringSubmatch(form, -1) {
		out.Add(m[1], unescape(m[2]))
	}
	if out.Get("held") == "" {
		t.Fatalf("the page does not hold its batch:\n%s", page)
	}
	return out
}

// with gives a form with one more field.
func with(form url.Values, fields ...string) url.Values {
	out := url.Values{}
	for k, v := range form {
		out[k] = slices.Clone(v)
	}
	for i := 0; i+1 < len(fields); i += 2 {
		out.Add(fields[i], fields[i+1])
	}
	return out
}

func TestBatchOfNames(t *testing.T) {
	s := site(t)
	w := post(s, url.Values{"names": {"Marvolo Quendrith\n\nGunnhild Haraldsdottir\r\nbroken, \"quoted\"\n=formula\n"}})
	body := w.Body.String()
	for _, want := range []string{"4 rows: 1 match, 3 clear", `href="/who/x:P.001"`, "broken, &#34;quoted&#34;"} {
		if !strings.Contains(body, want) {
			t.Errorf("the result lacks %q", want)
		}
	}
	if w.Code != http.StatusOK {
		t.Errorf("status %d: %s", w.Code, body)
	}
	for text, want := range map[string]int{
		strings.Repeat("x\n", maxBatch): 200, strings.Repeat("x\n", maxBatch+1): 422, " \n": 422, strings.Repeat("x", maxBody): 413,
	} {
		if w := post(s, url.Values{"names": {text}}); w.Code != want {
			t.Errorf("%d bytes: status %d, want %d", len(text), w.Code, want)
		}
	}
	if w := post(s, url.Values{"names": {"x"}, "date": {"soon"}}); w.Code != 422 || !strings.Contains(w.Body.String(), ">x</textarea>") || !strings.Contains(w.Body.String(), `value="soon"`) {
		t.Errorf("a wrong day: status %d, and what was typed is gone", w.Code)
	}
	if w := post(bare(t), url.Values{"names": {"x"}}); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "clear") {
		t.Errorf("without lists: status %d", w.Code)
	}
	if w := post(s, url.Values{"names": {"x"}, "format": {"pdf"}}); w.Code != http.StatusBadRequest {
		t.Errorf("as pdf: status %d", w.Code)
	}
}

// TestBatchInOrder holds that rows of a result can be chosen and ordered, in the page and in its files, and that the heading
// goes on counting all.
func TestBatchInOrder(t *testing.T) {
	s := site(t)
	held := heldIn(t, post(s, url.Values{"names": {"zz\nMarvolo Quendrith\nAa"}}).Body.String())
	for _, c := range []struct{ only, order, want string }{
		{"", "", "zz,Marvolo Quendrith,Aa"},
		{"", "name", "Aa,Marvolo Quendrith,zz"},
		{"", "outcome", "Marvolo Quendrith,zz,Aa"},
		{"clear", "", "zz,Aa"},
		{"clear", "name", "Aa,zz"},
		{"match", "rows", "Marvolo Quendrith"},
	} {
		form := with(held, "only", c.only, "order", c.order)
		if body := post(s, form).Body.String(); !strings.Contains(body, "3 rows: 1 match, 2 clear") {
			t.Errorf("%s %s: the heading does not count all", c.only, c.order)
		}
		form.Set("format", "csv")
		w := post(s, form)
		table, err := csv.NewReader(strings.NewReader(w.Body.String())).ReadAll()
		if err != nil || len(table) == 0 {
			t.Fatalf("%s %s: status %d, %q (%v)", c.only, c.order, w.Code, w.Body.String(), err)
		}
		at := slices.Index(table[0], "name")
		var got []string
		for _, row := range table[1:] {
			got = append(got, row[at])
		}
		if strings.Join(got, ",") != c.want {
			t.Errorf("%s %s: %v, want %s", c.only, c.order, got, c.want)
		}
	}
	for _, form := range []url.Values{with(held, "only", "guilty"), with(held, "order", "guess")} {
		if w := post(s, form); w.Code != http.StatusBadRequest {
			t.Errorf("%v: status %d", form, w.Code)
		}
	}
}

// TestBatchTellsHowFar holds that who asks for it hears how far a batch is, that every row is answered, and gets the same page as
// who does not; and that words choose rows, in the page and in its files.
func TestBatchTellsHowFar(t *testing.T) {
	s := site(t)
	form := url.Values{"names": {strings.Repeat("Nobody At All\n", 120) + "Marvolo Quendrith\n"}}
	ask := func(accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/who/batch", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	want, w := ask("text/html").Body.String(), ask(progressType)
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	var last struct{ Page string }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Page != want || !w.Flushed {
		t.Errorf("the page that comes last is another: %v", err)
	}
	if n := len(lines); n < 20 || n > 70 || lines[0] != `{"done":0,"of":121}` || lines[n-2] != `{"done":121,"of":121}` {
		t.Errorf("%d lines: %.100s", n, lines)
	}
	if !strings.Contains(want, "121 rows came in, 121 are answered.") {
		t.Error("the page does not say that every row is answered")
	}
	form.Set("words", " quendrith")
	if body := ask("").Body.String(); !strings.Contains(body, "1 of 121 rows are shown") || strings.Contains(body, "Nobody") {
		t.Error("words do not choose rows")
	}
	form = url.Values{"names": {"x"}, "date": {"soon"}}
	if body := ask(progressType).Body.String(); !strings.Contains(body, "There is a problem") {
		t.Errorf("what is wrong is not said: %.200s", body)
	}
}

// TestBatchFromAFile sends one batch in every form: rows in are rows out, what is
// refused is said with line and column, and formulas are disarmed in every export.
func TestBatchFromAFile(t *testing.T) {
	s := site(t)
	table := [][]string{{"Full name", "DOB", "Country"}, {"Marvolo Quendrith", "1960", "North Korea"}, {"=2+3", "soon", ""}, {"Quendrith Shipping", "", "Nowhereland"}, {"Gunnhild Haraldsdottir", "", ""}}
	files := map[string][]byte{"batch.xlsx": workbook(t, table)}
	var csv, lines strings.Builder
	for i, row := range table {
		csv.WriteString(strings.Join(row, ";") + "\n")
		if i > 0 {
			fmt.Fprintf(&lines, "{\"name\":%q,\"birthDate\":%q,\"country\":%q}\n", row[0], row[1], row[2])
		}
	}
	files["batch.csv"], files["batch.jsonl"] = []byte(csv.String()), []byte(lines.String())
	for name, body := range files {
		t.Run(name, func(t *testing.T) {
			w := upload(t, s, name, body, url.Values{"date": {"1 October 2018"}})
			page := w.Body.String()
			column, line := "DOB", 3
			if name == "batch.jsonl" {
				column, line = "birthDate", 2
			}
			for _, want := range []string{
				"4 rows: 1 match, 2 not screened, 1 clear", "2 rows could not be read", name, "1 October 2018",
				fmt.Sprintf("Line %d, column “%s”: “soon” is not a date of birth", line, column), `“Nowhereland”`,
			} {
				if !strings.Contains(strings.NewReplacer("&#34;soon&#34;", "“soon”", "&#34;Nowhereland&#34;", "“Nowhereland”").Replace(page), want) {
					t.Errorf("the page lacks %q\n%s", want, page)
				}
			}
			held := heldIn(t, page)
			for format := range fileKinds {
				w := post(s, with(held, "format", format))
				if w.Code != http.StatusOK || w.Header().Get("Content-Type") != fileKinds[format] {
					t.Fatalf("%s: status %d", format, w.Code)
				}
				wholeFile(t, format, w.Body.Bytes())
			}
		})
	}
	for name, body := range map[string]string{
		"a.xlsx": "no workbook", "a.pdf": "x", "b.csv": "name,x\n\"open,\n", "c.csv": "name\n", "big.csv": "name\n" + strings.Repeat("x", maxUpload), "many.csv": "name\n" + strings.Repeat("x\n", maxBatch+1),
	} {
		w := upload(t, s, name, []byte(body), url.Values{"names": {"typed before"}})
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `href="#f-file"`) || !strings.Contains(w.Body.String(), "typed before") {
			t.Errorf("%s: status %d\n%s", name, w.Code, w.Body)
		}
	}
	for _, held := range []string{"x", "####", heldIn(t, upload(t, s, "a.csv", []byte("name\nAnn\nBob\n"), nil).Body.String()).Get("held")[:9]} {
		if w := post(s, url.Values{"held": {held}, "held_name": {"a.csv"}}); w.Code != 422 || strings.Contains(w.Body.String(), "clear") {
			t.Errorf("a damaged batch %q: status %d", held, w.Code)
		}
	}
}

// TestColumnsOfABatch holds that a result says how its file was read however it is put, that a reader can say which column is
// which, and that a file without a name leads to that form and to no answer.
func TestColumnsOfABatch(t *testing.T) {
	s := site(t)
	body := func(w *httptest.ResponseRecorder) string { return w.Body.String() }
	lacks := func(what, page string, want ...string) {
		t.Helper()
		for _, x := range want {
			if !strings.Contains(page, x) {
				t.Errorf("%s: the page lacks %q\n%s", what, x, page)
			}
		}
	}
	read := `<p class="meta" id="columns">Read: `
	page := body(upload(t, s, "a.csv", []byte("name,date of birht,Note\nMarvolo Quendrith,1961,x\nAa,,y\n"), nil))
	seen := read + "name from name. <strong>Not used: date of birht, Note.</strong>"
	lacks("as it came", page, seen, `<details class="more" open>`, "It seems to hold: Date of birth", "2 rows: 1 match, 1 clear")
	lacks("in another order", body(post(s, with(heldIn(t, page), "order", "name"))), seen, "2 rows: 1 match, 1 clear")

	// What is said of a column counts, in every order and file after.
	held := heldIn(t, page)
	chosen := with(held, "column", "name", "field", "name", "column", "date of birht", "field", "birthDate", "column", "Note", "field", "")
	said := read + "date of birth from date of birht; name from name. Left out: Note.</p>"
	page = body(post(s, chosen))
	lacks("as chosen", page, said, "Born: 1961", `<option value="birthDate" selected>`)
	if strings.Contains(page, `<details class="more" open>`) {
		t.Error("the form stays open where nothing is left to ask")
	}
	again := heldIn(t, page)
	if fmt.Sprint(again["column"], again["field"]) != fmt.Sprint(chosen["column"], chosen["field"]) {
		t.Errorf("the choices do not go on: %v", again)
	}
	lacks("as chosen, in another order", body(post(s, with(again, "order", "outcome"))), said, "Born: 1961")

	// No column is called a name: no answer, and the columns are offered. First and last names become one.
	w := upload(t, s, "b.csv", []byte("VON,NACH,ORT\nMarvolo,Quendrith,x\n"), url.Values{"names": {"typed before"}})
	page = body(w)
	if w.Code != 422 || strings.Contains(page, "1 row:") {
		t.Errorf("a file without a name: status %d", w.Code)
	}
	lacks("without a name", page, `href="#f-column-0"`, `id="f-column-0"`, "Which column of b.csv is which?", `<label for="f-column-2">ORT</label>`, "typed before")
	held = url.Values{}
	for _, m := range heldField.FindAllStringSubmatch(page, -1) {
		held[m[1]] = []string{unescape(m[2])}
	}
	delete(held, "column")
	lacks("in parts", body(post(s, with(held, "column", "VON", "field", "first", "column", "NACH", "field", "last", "column", "ORT", "field", ""))),
		"1 row: 1 match", read+"name from VON and NACH. Left out: ORT.", `<option value="first" selected>`, `<option value="last" selected>`)

	// Keys of JSON Lines that are a fault of their row can be left out or read.
	page = body(upload(t, s, "c.jsonl", []byte(`{"name":"Aa","shoe":44}`+"\n"), nil))
	lacks("a key that is no field", page, "1 row: 1 not screened", `>shoe</label>`)
	lacks("a key left out", body(post(s, with(heldIn(t, page), "column", "name", "field", "name", "column", "shoe", "field", ""))), "1 row: 1 clear", "Left out: shoe.")

	for what, form := range map[string]url.Values{
		"a field that is none": with(held, "column", "VON", "field", "shoe"), "a column that is not there": with(held, "column", "WER", "field", "name"),
		"two first names": with(held, "column", "VON", "field", "first", "column", "NACH", "field", "first"), "a column without a choice": with(held, "column", "VON"),
		"no name": with(held, "column", "VON", "field", "", "column", "NACH", "field", "birthDate"),
	} {
		if w := post(s, form); w.Code < 400 || w.Code >= 500 || strings.Contains(body(w), "1 row:") {
			t.Errorf("%s: status %d", what, w.Code)
		}
	}
}

func unescape(s string) string {
	return strings.NewReplacer("&#34;", `"`, "&#43;", "+", "&#39;", "'", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

func workbook(t testing.TB, table [][]string) []byte {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range table {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	b, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// wholeFile holds that an export has the four rows in order and no formula.
func wholeFile(t *testing.T, format string, body []byte) {
	t.Helper()
	var outcomes []string
	if format == "jsonl" {
		dec := json.NewDecoder(bytes.NewReader(body))
		for dec.More() {
			var a report.AnswerJSON
			if err := dec.Decode(&a); err != nil {
				t.Fatal(err)
			}
			outcomes = append(outcomes, fmt.Sprintf("%d %s %v", a.Row, a.Outcome, a.Name == "=2+3"))
		}
	} else {
		r, err := tabular.Open(bytes.NewReader(body), tabular.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for {
			row, err := r.Next()
			if err != nil {
				break
			}
			if name := row.Get("name"); strings.HasPrefix(name, "=") {
				t.Errorf("%s: the cell %q is a formula", format, name)
			}
			outcomes = append(outcomes, row.Get("row")+" "+row.Get("outcome")+" "+fmt.Sprint(row.Get("name") == "'=2+3"))
		}
	}
	if got, want := strings.Join(outcomes, ", "), "1 match false, 2 not_screened true, 3 not_screened false, 4 clear false"; got != want {
		t.Errorf("%s: %s, want %s", format, got, want)
	}
}

// TestSubject holds what the page of a subject says on days before, between and
// after.
func TestSubject(t *testing.T) {
	s := site(t)
	for address, want := range map[string][]string{
		"/who/x:P.001": {
			"Listed on 26 November 2026", `lang="ko"`, `lang="ar" dir="rtl"`, "EX0123456", "about 1960", "North Korea", "weak", "x@3",
			"On 26 November 2026: listed by UN (P.001, Example programme) since 2 March 2016.", "Entry changed", "Document", "x@2", "60 per cent", `href="/who/x:IMO%209074729"`,
		},
		"/who/x:P.001?as_of=1+March+2016": {"Not listed on 1 March 2016", "not yet listed", "Not yet listed"},
		"/who/x:E.002":                    {"Not listed on 26 November 2026", "no longer listed by UN", "First version loaded without it", `href="/who/x:P.001"`, "chairman"},
		"/who/x:E.002?as_of=2019-06-01":   {"Not certain on 1 June 2019", "taken off some day between 1 January 2019 and 1 January 2020"},
		"/who/x:E.002?as_of=2018-06-01":   {"Listed on 1 June 2018"},
		"/who/x:IMO%209074729":            {"Ship", "IMO number", "9074729", "60 per cent"},
	} {
		w := get(t, s, address)
		for _, x := range want {
			if !strings.Contains(w.Body.String(), x) {
				t.Errorf("%s lacks %q", address, x)
			}
		}
		if strings.Contains(address, "E.002") && !strings.Contains(address, "2018") && strings.Contains(w.Body.String(), ">Listed on") {
			t.Errorf("%s: what was taken off is shown as listed", address)
		}
	}
	if n := strings.Count(get(t, s, "/who/x:P.001").Body.String(), "First version loaded"); n != 1 {
		t.Errorf("the history begins %d times: entries of others are taken for it", n)
	}
	var j report.SubjectJSON
	if err := json.Unmarshal(get(t, s, "/who/x:E.002?as_of=2019-06-01&format=json").Body.Bytes(), &j); err != nil {
		t.Fatal(err)
	}
	if j.ID != "x:E.002" || j.Tier != "uncertain" || j.AsOf != "2019-06-01" || len(j.History) != 2 || len(j.Listings) != 1 || len(j.Sources) != 1 || len(j.Facts) == 0 {
		t.Errorf("as JSON: %+v", j)
	}
}

// TestPartOfANameIsNoClearance holds that who types part of a name is shown whose
// it may be, though a screening of that part finds nobody.
func TestPartOfANameIsNoClearance(t *testing.T) {
	body := get(t, site(t), "/who?name=zorbat").Body.String()
	if !strings.Contains(body, "Names that hold these words") || !strings.Contains(body, `href="/who/x:T.Echo"`) || !strings.Contains(body, "and 1 more") {
		t.Errorf("part of a name leads nowhere:\n%s", body)
	}
	if body := get(t, site(t), "/who?name=Gunnhild").Body.String(); strings.Contains(body, "Names that hold these words") {
		t.Error("names are shown that hold nothing of it")
	}
}

func TestSuggestions(t *testing.T) {
	s := site(t)
	for typed, want := range map[string][]string{
		"quend":     {`role="listbox"`, "2 subjects", `data-href="/who/x:P.001"`, `data-href="/who/x:E.002"`, "Was listed; is not listed on this day"},
		"zorb":      {"9 subjects", "and 1 more: type on"},
		"zorb al":   {"1 subject<"},
		"윤견":        {`data-href="/who/x:P.001"`, `lang="ko"`},
		"nobodyis":  {"No name begins so", "also finds other spellings"},
		"":          {"No name begins so"},
		"<script>x": {"No name begins so"},
	} {
		w := get(t, s, "/who/suggest?name="+url.QueryEscape(typed))
		for _, x := range want {
			if !strings.Contains(w.Body.String(), x) {
				t.Errorf("%q lacks %q:\n%s", typed, x, w.Body)
			}
		}
		if strings.Contains(w.Body.String(), "<html") || w.Code != http.StatusOK {
			t.Errorf("%q: status %d, or more than a piece of a page", typed, w.Code)
		}
	}
	if w := get(t, bare(t), "/who/suggest?name=x"); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "option") {
		t.Errorf("without lists: %d %s", w.Code, w.Body)
	}
}
