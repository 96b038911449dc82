package read_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/sentence"
	"github.com/cordon-engine/cordon/internal/when"
)

const article = "../../../shared/data/corpora/article-2017-07.txt"

func reader(t testing.TB) *read.Reader {
	t.Helper()
	data := os.DirFS("../../data")
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	places := places(t)
	hs, err := goods.Load(os.DirFS("../../data/goods/hs"))
	must(err)
	lists, err := goods.LoadLists(data, "goods/lists")
	must(err)
	g, err := mention.Load(places, data, "reading")
	must(err)
	r, err := read.New(&activity.Reference{Places: places, HS: hs, Commodities: lists}, g, data, "reading")
	must(err)
	return r
}

func places(t testing.TB) *place.Gazetteer {
	t.Helper()
	g, err := place.Load(os.DirFS("../../data/place"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// want is one line of a gold file.
type want struct {
	span           sentence.Span
	speaker        string
	kinds, subject []string
}

// rows gives the fields of the lines of a gold file.
func rows(t testing.TB, file string) [][]string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for line := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n") {
		if !strings.HasPrefix(line, "#") {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out
}

func wants(t testing.TB, file string) []want {
	t.Helper()
	var out []want
	for _, f := range rows(t, file) {
		out = append(out, want{spanOf(t, f), f[2], strings.Split(f[3], "|"), strings.Split(f[4], "|")})
	}
	return out
}

func spanOf(t testing.TB, f []string) sentence.Span {
	t.Helper()
	from, err := strconv.Atoi(f[0])
	to, err2 := strconv.Atoi(f[1])
	if err != nil || err2 != nil {
		t.Fatal(f)
	}
	return sentence.Span{From: from, To: to}
}

// codes gives the codes of states with plus signs, in order.
func codes(states []place.State) string {
	var out []string
	for _, s := range states {
		out = append(out, s.String())
	}
	slices.Sort(out)
	return strings.Join(out, "+")
}

// speaks reports whether a speaker is one of those wanted: a name, codes of states, "author" for the author who is not
// named, "-" for anybody without a name or state.
func speaks(p read.Party, v read.Voice, want string) bool {
	for w := range strings.SplitSeq(want, "|") {
		switch {
		case w == "author" && v == read.Own && p.Name == "the author", w == "-" && p.Name != "the author" && len(p.States) < 2:
			return true
		case p.Name != "the author" && (p.Name == w || codes(p.States) == w):
			return true
		}
	}
	return false
}

func subjectOf(p read.Party) string {
	switch {
	case p.Any:
		return "any"
	case len(p.States) == 0:
		return "-"
	}
	return codes(p.States)
}

// share gives the part of the shorter of two spans that they share.
func share(a, b sentence.Span) float64 {
	n := min(a.To, b.To) - max(a.From, b.From)
	return float64(n) / float64(min(a.To-a.From, b.To-b.From))
}

// counts are those of a comparison: right in all respects, found with something wrong, missed, and found where nothing is.
type counts struct {
	right, flawed, missed, spurious int
	// Of the flawed: with another speaker, kind or subject; one may have several.
	speaker, kind, subject int
}

// compare holds claims against a gold file, each claim against the line that it shares most with.
func compare(log func(string, ...any), gold []want, res *read.Result) counts {
	var n counts
	used := make([]bool, len(res.Claims))
	for _, g := range gold {
		best, at := 0.5, -1
		for i, c := range res.Claims {
			if s := share(g.span, c.Span); !used[i] && s >= best {
				best, at = s+1e-9, i
			}
		}
		if at < 0 {
			n.missed++
			log("missed %v %s %v", g.span, g.speaker, g.kinds)
			continue
		}
		used[at] = true
		c := res.Claims[at]
		flaws := n.speaker + n.kind + n.subject
		if !speaks(c.By, c.Voice, g.speaker) {
			n.speaker++
		}
		if !slices.Contains(g.kinds, c.Kind.String()) {
			n.kind++
		}
		if !slices.Contains(g.subject, subjectOf(c.Subject)) {
			n.subject++
		}
		if n.speaker+n.kind+n.subject == flaws {
			n.right++
			continue
		}
		n.flawed++
		log("at %v (%s, %s) speaker %q %s, kind %s, subject %s; want %s, %v, %v", c.Span, c.Rule, c.AttributedBy, c.By.Name, c.Voice,
			c.Kind, subjectOf(c.Subject), g.speaker, g.kinds, g.subject)
	}
	for i, c := range res.Claims {
		if !used[i] {
			n.spurious++
			log("spurious %v (%s, %s) %q %s about %s", c.Span, c.Rule, c.AttributedBy, c.By.Name, c.Kind, subjectOf(c.Subject))
		}
	}
	return n
}

func TestArticle(t *testing.T) {
	b, err := os.ReadFile(article)
	if err != nil {
		t.Skip("the article is not there: ", article)
	}
	d, err := document.Read("article.txt", b)
	if err != nil {
		t.Fatal(err)
	}
	res, err := reader(t).Read(d, read.Options{Day: when.Date(2017, 7, 5)})
	if err != nil {
		t.Fatal(err)
	}
	n := compare(t.Logf, wants(t, "testdata/article-2017-07.tsv"), res)
	t.Logf("right %d, flawed %d, missed %d, spurious %d", n.right, n.flawed, n.missed, n.spurious)
	if n.right < 18 || n.spurious > 3 {
		t.Errorf("%d claims right, want at least 18; %d spurious, want at most 3", n.right, n.spurious)
	}
	for _, f := range rows(t, "testdata/article-2017-07-quotes.tsv") {
		g := spanOf(t, f)
		i := slices.IndexFunc(res.Quotes, func(q read.Quote) bool { return share(g, q.Span) > 0.9 })
		if i < 0 {
			t.Errorf("the quotation at %v was not found", g)
		} else if q := res.Quotes[i]; q.By.Name != f[2] && codes(q.By.States) != f[2] {
			t.Errorf("the quotation at %v (%s) is given to %q %s, want %s", g, q.Rule, q.By.Name, codes(q.By.States), f[2])
		}
	}
	if len(res.Quotes) != 6 {
		t.Errorf("%d quotations, want 6", len(res.Quotes))
	}
}
