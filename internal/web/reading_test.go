package web

import (
	"encoding/json"
	"html"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/report"
)

const textOfJuly = `On 4 July 2017 North Korea launched a ballistic missile. China accounts for 90 percent of North Korea's trade, the Treasury secretary said. ` +
	`Russia and China proposed that North Korea suspend its nuclear tests. The US ambassador said that China violated the resolutions. The Chinese foreign ministry denied it.
`

// TestReadingLeadsOn holds that each claim leads to the law, the records and the undertakings that bear on it and to the question
// filled in, that its address holds the document, and that the files say what the page says.
func TestReadingLeadsOn(t *testing.T) {
	s := site(t)
	w, address := readDocument(s, map[string]string{"text": strings.ReplaceAll(textOfJuly, "\n", "\r\n"), "date": "5 July 2017"}, "", "")
	body := html.UnescapeString(w.Body.String())
	for _, want := range []string{
		`href="/law/1695-p2?as_of=2017-07-04"`, `href="/decide/test?date=2017-07-04&test.state=KP&test.type=ballistic_launch"`, "Launch of Hwasong-14",
		`href="/states/CN#trade"`, `href="/commitments/freeze-2017-tests"`, `href="/states/CN"`, `href="/claims?state=CN"`, "Both sides",
		address + "&format=csv", "Cite as: Cordon", "holds the whole document", "5 July 2017",
	} {
		if w.Code != http.StatusOK || !strings.Contains(body, want) && !strings.Contains(body, linkTo(t, address, want)) {
			t.Errorf("status %d: the page does not say %q", w.Code, want)
		}
	}
	for _, a := range leadsTo(body, "/law/", "/decide/", "/states/", "/commitments/", "/claims") {
		a, _, _ = strings.Cut(a, "#")
		if got := get(t, s, a); got.Code != http.StatusOK {
			t.Errorf("%s: status %d", a, got.Code)
		}
	}
	rows := tableOf(t, get(t, s, address+"&format=csv").Body.String())
	var j report.ReadingJSON
	if err := json.Unmarshal(get(t, s, address+"&format=json").Body.Bytes(), &j); err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(j.Claims)+1 || len(j.Claims) < 5 || j.Seal == "" {
		t.Fatalf("%d rows, %d claims, seal %q", len(rows), len(j.Claims), j.Seal)
	}
	for i, c := range j.Claims {
		if textOfJuly[c.From:c.To] != c.Quotation || rows[i+1][1] != c.Quotation {
			t.Errorf("claim %d: %q, %q in the table, stands at %q", i+1, c.Quotation, rows[i+1][1], textOfJuly[c.From:c.To])
		}
	}
	if old := get(t, s, strings.Replace(address, "data=", "data=0", 1)).Body.String(); !strings.Contains(old, "The address was made under data 0") {
		t.Error("a page opened with other data does not say so")
	}
	for name, a := range map[string]string{
		"cut short": strings.Replace(address, "&law", "x&law", 1), "nothing": "/reading?document=", "no day": strings.Replace(address, "date=2017-07-05", "date=soon", 1),
	} {
		if w := get(t, s, a); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
}

// leadsTo gives the links of a page that begin so, each once.
func leadsTo(body string, begins ...string) []string {
	var out []string
	for _, part := range strings.Split(body, `href="`)[1:] {
		a, _, _ := strings.Cut(part, `"`)
		if slices.ContainsFunc(begins, func(b string) bool { return strings.HasPrefix(a, b) }) && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// TestLongDocument holds that a document that no address holds has one that names it, that only who has the whole address sees it,
// and that the page asks for the file once it is gone.
func TestLongDocument(t *testing.T) {
	s := site(t)
	noise := make([]byte, 3*maxInAddress)
	for i := range noise {
		noise[i] = byte('a' + rand.IntN(26)) //nolint:gosec // which letters they are is of no matter
	}
	text := textOfJuly + "\n" + string(noise) + "\n"
	w, address := readDocument(s, map[string]string{"date": "2017-07-05"}, "long.txt", text)
	if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "too long for an address") || !strings.Contains(address, "name=long.txt") || !strings.Contains(body, "long.txt: ") {
		t.Fatalf("status %d, address %q", w.Code, address)
	}
	if rows := tableOf(t, get(t, s, address+"&format=csv").Body.String()); len(rows) < 6 {
		t.Errorf("the file has %d rows", len(rows))
	}
	other := strings.Replace(address, "key=", "key=0", 1)
	for range 16 {
		if body := get(t, s, other).Body.String(); strings.Contains(body, "Treasury") || !strings.Contains(body, "not here any more") {
			t.Fatal("a key that is wrong shows the document, or does not ask for it")
		}
	}
	if w := get(t, s, other+"&format=csv"); w.Code < 400 {
		t.Error("a document that is not here has a file")
	}
	s.originals = newMemory[[]byte](16)
	if body := get(t, s, address).Body.String(); !strings.Contains(body, "Choose that file again") {
		t.Error("a page whose document is gone does not ask for it")
	}
}

// TestReadingSaysWhatItCannotRead holds that a text in another language is not passed over as one without claims.
func TestReadingSaysWhatItCannotRead(t *testing.T) {
	w, _ := readDocument(site(t), map[string]string{
		"text": "Polskie stocznie zatrudniają pracowników z Korei Północnej. Ministerstwo nie odpowiedziało na pytania, które zadaliśmy w tej sprawie.", "date": "5 July 2017",
	}, "", "")
	if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "This text looks Polish. The rules of Cordon read English alone") {
		t.Errorf("status %d: the page does not say that the text is Polish", w.Code)
	}
}
