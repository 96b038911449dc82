package report_test

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/check"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/confirm"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/sentence"
	"github.com/cordon-engine/cordon/internal/when"
)

type bench struct {
	ref    *activity.Reference
	reader *read.Reader
}

var opened = sync.OnceValues(func() (bench, error) {
	d, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		return bench{}, err
	}
	names, err := mention.Load(d.Places, data.FS, "reading")
	if err != nil {
		return bench{}, err
	}
	r, err := read.New(d.Reference, names, data.FS, "reading")
	return bench{d.Reference, r}, err
})

const article = `Ministry statement <script>alert(1)</script>

China accused the brutal regime of Peru of violating the sanctions. Peru denied that it had hired workers.

North Korea will test <b>again</b> & again, officials said.
`

func readingOf(t testing.TB, name, text string) (report.Reading, *activity.Reference) {
	t.Helper()
	b, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Read(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	res, err := b.reader.Read(d, read.Options{Day: when.Date(2017, 7, 5)})
	if err != nil {
		t.Fatal(err)
	}
	checks, err := (&check.Checker{Along: func(*activity.Activity, when.Period) ([]check.Stretch, error) { return nil, nil }}).Check(res)
	if err != nil {
		t.Fatal(err)
	}
	return report.Reading{Result: res, Checks: checks, Tool: "cordon test", Today: when.Date(2026, 1, 1)}, b.ref
}

func written(t testing.TB, format string, r report.Reading) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteReading(&b, format, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestReadingIsOfferedAsFound: the JSON of a reading is, for whoever confirms, what was found.
func TestReadingIsOfferedAsFound(t *testing.T) {
	r, ref := readingOf(t, "a.txt", article)
	got, err := report.ParseReading(ref, "r.json", []byte(written(t, "json", r)))
	if err != nil {
		t.Fatal(err)
	}
	want := confirm.Of(r.Result, r.Tool)
	if len(got.Offers) != len(want.Offers) || len(want.Offers) < 2 || got.Document != want.Document || got.Day != want.Day || got.Size != want.Size {
		t.Fatalf("%+v\n%+v", got, want)
	}
	for i := range want.Offers {
		a, b := got.Offers[i], want.Offers[i]
		a.Claim.ID, a.Claim.Source, b.Claim.ID, b.Claim.Source = "", "", "", ""
		x, y := string(claim.AppendClaim(nil, &a.Claim)), string(claim.AppendClaim(nil, &b.Claim))
		if x != y || a.Number != b.Number || a.Voice != b.Voice || a.Rule != b.Rule || a.Answers != b.Answers {
			t.Errorf("%s\n%s", x, y)
		}
	}
}

func TestAChangedReadingIsRefused(t *testing.T) {
	r, ref := readingOf(t, "a.txt", article)
	good := written(t, "json", r)
	for _, c := range []struct{ old, with string }{
		{`"kind": "denial"`, `"kind": "demand"`},
		{`"from": `, `"from": 1`},
		{`"tool": "cordon`, `"tool": "other`},
		{`"seal": "`, `"seal": "0`},
		{`"name": "a.txt"`, `"name": "b.txt"`},
		{`"claims": [`, `"claims": [], "claims": [`},
		{`"quotations"`, `"quotation"`},
	} {
		if !strings.Contains(good, c.old) {
			t.Fatalf("the case changes nothing: %s", c.old)
		}
		if _, err := report.ParseReading(ref, "r.json", []byte(strings.Replace(good, c.old, c.with, 1))); err == nil && !strings.Contains(c.with, "[], ") {
			t.Errorf("%s is read", c.with)
		}
	}
	for _, s := range []string{"", "{}", "null", good + good, strings.TrimSpace(good)[:200]} {
		if _, err := report.ParseReading(ref, "r.json", []byte(s)); err == nil {
			t.Errorf("%.40q is read", s)
		}
	}
}

var (
	element = regexp.MustCompile(`<(/?)([a-z0-9]+)([^<>]*)>`)
	extras  = regexp.MustCompile(`<a id="t\d+" href="#c\d+"><sup>\d+</sup></a>| <small class="tag">[^<]*</small>`)
)

// wellFormed checks that elements close in the order in which they were opened, that only those stand there which are
// ours, and that every reference leads to something.
func wellFormed(t interface{ Errorf(string, ...any) }, page string) {
	ours := strings.Fields("html head meta title style body header h1 h2 p code main article a sup mark u small section table tr th td br ol ul li b footer")
	var open []string
	ids, refs := map[string]bool{}, []string{}
	body := page[strings.Index(page, "<html"):]
	for _, m := range element.FindAllStringSubmatch(body, -1) {
		switch name := m[2]; {
		case !slices.Contains(ours, name):
			t.Errorf("a page holds <%s>", name)
		case name == "meta" || name == "br":
		case m[1] == "":
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			t.Errorf("</%s> closes %v", name, open)
			return
		default:
			open = open[:len(open)-1]
		}
		if strings.Contains(m[3], " on") && strings.Contains(m[3], `="`) && regexp.MustCompile(`\son\w+=`).MatchString(m[3]) {
			t.Errorf("a page holds a handler: %s", m[0])
		}
		for _, a := range regexp.MustCompile(`(id|href)="([^"]*)"`).FindAllStringSubmatch(m[3], -1) {
			if a[1] == "href" {
				refs = append(refs, strings.TrimPrefix(a[2], "#"))
				continue
			}
			if ids[a[2]] {
				t.Errorf("two elements are %s", a[2])
			}
			ids[a[2]] = true
		}
	}
	if len(open) > 0 {
		t.Errorf("not closed: %v", open)
	}
	for _, r := range refs {
		if !ids[r] {
			t.Errorf("#%s leads nowhere", r)
		}
	}
	if left := element.ReplaceAllString(body, ""); strings.ContainsAny(left, "<>") {
		t.Errorf("something stands there that is no element: %q", left)
	}
}

// shown gives the text of the article of a page.
func shown(page string) string {
	const begin = "<article class=\"document\">\n<p>"
	from := strings.Index(page, begin) + len(begin)
	s := page[from:strings.Index(page, "</p>\n</article>")]
	s = strings.ReplaceAll(extras.ReplaceAllString(s, ""), "</p>\n<p>", "\n\n")
	return html.UnescapeString(element.ReplaceAllString(s, ""))
}

func TestPage(t *testing.T) {
	r, _ := readingOf(t, `"><b>.txt`, article)
	page := written(t, "html", r)
	wellFormed(t, page)
	if got := shown(page); got != r.Document.Text {
		t.Errorf("the text is shown as %q", got)
	}
	for _, want := range []string{
		"<h2>Both sides</h2>", `<u class="loaded" title="a word that judges while it names">brutal</u>`, "<li>brutal: 1</li>",
		"&lt;script&gt;", "default-src &#39;none&#39;", "@media print",
	} {
		if !strings.Contains(page, want) && !strings.Contains(page, html.UnescapeString(want)) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if !strings.Contains(page, "Peru · denial") {
		t.Error("no claim names speaker and kind")
	}
}

// TestPageOfAnyClaims: claims that lie in one another, cross, and go over paragraphs leave a page that is well formed and
// shows every character of the text.
func TestPageOfAnyClaims(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "é", "<b>", "&amp;", "\n\n", "\n", " ", "\"", "</mark>", "x"}), 1, 40).Draw(t, "text"), "")
		var at []int
		for i := range text + " " {
			at = append(at, i)
		}
		span := func() sentence.Span {
			a, b := rapid.SampledFrom(at).Draw(t, "from"), rapid.SampledFrom(at).Draw(t, "to")
			return sentence.Span{From: min(a, b), To: max(a, b)}
		}
		r := report.Reading{Result: &read.Result{Document: &document.Document{Name: "n", Text: text}}, Reviews: map[int]*claim.Review{}}
		for i := range rapid.IntRange(0, 6).Draw(t, "claims") {
			if s := span(); s.From < s.To {
				r.Claims = append(r.Claims, read.Claim{Span: s, Answers: rapid.IntRange(-1, max(i-1, -1)).Draw(t, "answers")})
			}
		}
		slices.SortStableFunc(r.Claims, func(a, b read.Claim) int { return a.Span.From - b.Span.From })
		for i := range r.Claims {
			r.Checks = append(r.Checks, check.Result{})
			r.Claims[i].Answers = min(r.Claims[i].Answers, len(r.Claims)-1)
			if rapid.Bool().Draw(t, "rejected") {
				r.Reviews[i+1] = &claim.Review{Verdict: claim.Rejected}
			}
		}
		end := 0
		for range rapid.IntRange(0, 3).Draw(t, "loaded") {
			if s := span(); s.From >= end && s.From < s.To {
				r.Loaded = append(r.Loaded, s)
				end = s.To
			}
		}
		var b bytes.Buffer
		if err := report.WriteReading(&b, "html", r); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, b.String())
		if got := shown(b.String()); got != text {
			t.Errorf("%q is shown as %q", text, got)
		}
	})
}

// provTerms are the terms of PROV-O that we use, with what stands on either side: e an entity, a an activity, g an agent.
var provTerms = map[string][2]byte{
	"prov:wasAttributedTo": {'e', 'g'}, "prov:wasGeneratedBy": {'e', 'a'}, "prov:hadPrimarySource": {'e', 'e'}, "prov:wasDerivedFrom": {'e', 'e'},
	"prov:wasQuotedFrom": {'e', 'e'}, "prov:wasInfluencedBy": {'e', 'e'}, "prov:wasInvalidatedBy": {'e', 'a'}, "prov:wasAssociatedWith": {'a', 'g'},
	"prov:used": {'a', 'e'}, "prov:generated": {'a', 'e'},
}

// provShape holds a JSON-LD document against the domains and ranges of PROV-O. It gives the nodes by their ids.
func provShape(t *testing.T, document string) map[string]map[string]any {
	t.Helper()
	var doc struct {
		Context map[string]any   `json:"@context"`
		Graph   []map[string]any `json:"@graph"`
	}
	if err := json.Unmarshal([]byte(document), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Context["prov"] != "http://www.w3.org/ns/prov#" {
		t.Error("the context does not name PROV-O")
	}
	nodes := map[string]map[string]any{}
	class := func(n map[string]any) (out byte) {
		types, ok := n["@type"].([]any)
		if !ok {
			types = []any{n["@type"]}
		}
		for _, c := range types {
			if b, ok := map[any]byte{"prov:Entity": 'e', "prov:Activity": 'a', "prov:Agent": 'g'}[c]; ok {
				out = b
			}
		}
		return out
	}
	for _, n := range doc.Graph {
		id, _ := n["@id"].(string)
		if id == "" || nodes[id] != nil || class(n) == 0 {
			t.Errorf("a node without an id of its own or a class: %v", n)
		}
		nodes[id] = n
	}
	for id, n := range nodes {
		for key, value := range n {
			term, known := provTerms[key]
			if strings.HasPrefix(key, "prov:") != known {
				t.Errorf("%s: %s is no term of PROV-O that is used here", id, key)
			}
			if !known {
				continue
			}
			if class(n) != term[0] {
				t.Errorf("%s: %s does not go with its class", id, key)
			}
			list, ok := value.([]any)
			if !ok {
				list = []any{value}
			}
			for _, v := range list {
				to, _ := v.(map[string]any)
				ref, _ := to["@id"].(string)
				switch {
				case term[1] == 'g' && class(to) != 'g', term[1] == 'e' && (nodes[ref] == nil || class(nodes[ref]) != 'e'),
					term[1] == 'a' && nodes[ref] == nil && !strings.HasPrefix(ref, "act/"):
					t.Errorf("%s: %s leads to %v", id, key, v)
				}
			}
		}
	}
	return nodes
}

func TestReadingAsProvenance(t *testing.T) {
	r, ref := readingOf(t, "a.txt", article)
	r.Exchanges = []read.Exchange{{Model: "m-1"}}
	doc := written(t, "jsonld", r)
	nodes := provShape(t, doc)
	reading := nodes["reading/"+r.Document.SHA256]
	if len(nodes) != len(r.Claims)+2 || reading == nil {
		t.Fatalf("%d nodes of %d claims", len(nodes), len(r.Claims))
	}
	if made, _ := reading["prov:generated"].([]any); len(made) != len(r.Claims) {
		t.Errorf("%v", reading)
	}
	if by, _ := reading["prov:wasAssociatedWith"].([]any); len(by) != 2 {
		t.Errorf("%v", reading)
	}
	influenced := 0
	for _, n := range nodes {
		if n["prov:wasInfluencedBy"] != nil {
			influenced++
		}
		if n["verified"] != nil {
			t.Errorf("nobody verified %v", n["@id"])
		}
	}
	if influenced == 0 {
		t.Error("the denial is not tied to what it answers")
	}
	if _, err := claim.ReadDocument(ref, "f", strings.NewReader(doc)); err == nil || !strings.Contains(err.Error(), "nobody confirmed") {
		t.Errorf("taken for a ledger: %v", err)
	}
}

func TestTextHasBothSides(t *testing.T) {
	r, _ := readingOf(t, "a.txt", article)
	text := written(t, "text", r)
	for _, want := range []string{"Both sides\n", "Words that judge while they name: brutal (1), regime (1)."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestReviewsAsProvenance(t *testing.T) {
	r, _ := readingOf(t, "a.txt", article)
	offered := confirm.Of(r.Result, r.Tool)
	empty, err := claim.New(nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	ann := confirm.Person{By: "Ann", On: when.Date(2026, 1, 2), Reason: "r"}
	none := when.Period{From: when.NoDay, To: when.NoDay}
	entries, _, err := confirm.Accept(empty, offered, []int{1, 2}, claim.Source{Publisher: "P", Captured: when.Date(2026, 1, 1), Published: none}, ann, nil)
	if err != nil {
		t.Fatal(err)
	}
	rejected, err := confirm.Reject(empty, offered, []int{3}, ann)
	if err != nil {
		t.Fatal(err)
	}
	l, err := claim.New(append(entries, rejected...), func(string) bool { return true }, func(string) []string { return nil })
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for id, n := range provShape(t, string(l.Document())) {
		if strings.HasPrefix(id, "review/") && n["prov:generated"] != nil {
			made++
		}
	}
	if made != 2 || len(l.Reviews()) != 3 {
		t.Errorf("%d of %d reviews made a claim", made, len(l.Reviews()))
	}
}

// TestTagsStandBehind puts the tag of a claim behind its sentence, or behind its clause where another claim follows, and never within
// what somebody says; a quotation keeps its own marks and gets no second.
func TestTagsStandBehind(t *testing.T) {
	for _, tt := range []struct{ text, before, quoted string }{
		{`"We support the complete implementation of the resolutions," the Russian ambassador said.`, `ambassador said. `, `"We support the complete implementation of the resolutions"`},
		{"“We support the complete implementation of the resolutions,” the Russian ambassador said.", `ambassador said. `, "“We support the complete implementation of the resolutions”"},
		{"China hired 300 workers from Peru in May 2017.", "May 2017.</mark> ", "“China hired 300 workers from Peru in May 2017.”"},
	} {
		r, _ := readingOf(t, "a.txt", tt.text+"\n")
		page := html.UnescapeString(string(report.ReadingText(r)))
		at := strings.Index(page, `<small class="tag">1 `)
		if at < 0 || !strings.HasSuffix(page[:at], tt.before) {
			t.Errorf("%s\nthe tag stands in\n%s", tt.text, page)
		}
		if got := report.ReadingClaims(r)[0].Quoted; got != tt.quoted {
			t.Errorf("quoted %s, want %s", got, tt.quoted)
		}
	}
	r, _ := readingOf(t, "a.txt", "China denied that it had hired workers, but Russia admitted that it had sold coal.\n")
	if len(r.Claims) == 2 {
		page := string(report.ReadingText(r))
		if first := strings.Index(page, `<small class="tag">1 `); first < 0 || first > strings.Index(page, `id="t2"`) {
			t.Errorf("the tag of the first clause stands behind the second\n%s", page)
		}
	} else {
		t.Errorf("%d claims", len(r.Claims))
	}
}
