package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// lawGoodsPage is the law by goods: a level of the nomenclature with what is barred in which direction.
type lawGoodsPage struct {
	Query  map[string]string
	Errors []fieldError
	Dates  dates
	Bar    *dateBar
	// Day is the day of the law, Since the one that it is compared with, NoDay for none.
	Day, Known, Since when.Day
	// Regime is the one whose target "to" and "from" speak of; Regimes are all.
	Regime  *law.Regime
	Regimes []*law.Regime
	Target  string
	// Code and Label are the line that is open, zero for the whole tree; Trail leads to it.
	Code  goods.Code
	Label string
	Trail []way
	Rows  []goodsRow
	// Barred is the number of rows with something on them; All is the address with the others, or without them.
	Barred, Lines int
	All           string
	Level         string
	Earlier       string
}

// Column is what a row says of one direction.
func (*lawGoodsPage) Column(bans []goodsBan) goodsColumn {
	const open = 2
	at := slices.IndexFunc(bans, func(b goodsBan) bool { return b.Reach == decide.MayReach })
	if at < 0 || len(bans)-at <= open {
		return goodsColumn{Named: bans}
	}
	return goodsColumn{bans[:at], bans[at:]}
}

// goodsColumn is what a row says of one direction: what names the goods, and folded away what a person must weigh.
type goodsColumn struct{ Named, Weighed []goodsBan }

// goodsRow is one line of the nomenclature.
type goodsRow struct {
	Code           goods.Code
	Label, Address string
	To, From       []goodsBan
}

// goodsBan is a provision that names goods of a line.
type goodsBan struct {
	P     *law.Provision
	Reach decide.Reach
	By    string
	// Of is how many lines below are named, where that is not all of them; Lines how many there are.
	Of, Lines int
	Sign      ruling.Verdict
	// Change is "new" or "gone" in a comparison, else "".
	Change string
}

// Extent says in words how much of the line is named.
func (b goodsBan) Extent() string {
	switch {
	case b.Reach == decide.ReachesAll:
		return ""
	case b.Lines > 0 && b.Reach == decide.MayReach:
		return "may touch " + strconv.Itoa(b.Of) + " of " + report.Plural(b.Lines, "heading") + ", to be weighed"
	case b.Reach == decide.MayReach:
		return "may be, to be weighed"
	case b.Lines > 0:
		return strconv.Itoa(b.Of) + " of " + report.Plural(b.Lines, "heading")
	default:
		return "part of it"
	}
}

// goodsTree is what the law names of the nomenclature, worked out once: neither changes while a site does.
type goodsTree struct {
	once sync.Once
	by   map[goods.Code][]decide.Reaching
}

// named gives what names a chapter or heading.
func (s *Site) named(c goods.Code) []decide.Reaching {
	t := &s.tree
	t.once.Do(func() {
		t.by = map[goods.Code][]decide.Reaching{}
		for _, ch := range s.Desk.HS.Chapters() {
			for _, c := range append([]goods.Code{ch}, s.Desk.HS.Headings(ch)...) {
				t.by[c] = s.Desk.ReachOf(c)
			}
		}
	})
	if list, ok := t.by[c]; ok {
		return list
	}
	return s.Desk.ReachOf(c)
}

var lawGoodsParameters = []string{"as_of", "known_at", "since", "code", "q", "direction", "regime", "lines"}

// lawGoods is the law by goods.
func (s *Site) lawGoods(r *http.Request) (*answer, error) {
	if err := known(r, append(lawGoodsParameters, "format")...); err != nil {
		return nil, err
	}
	page := &lawGoodsPage{Query: map[string]string{}, Regimes: s.Desk.Law.Regimes}
	for _, n := range lawGoodsParameters {
		page.Query[n] = strings.TrimSpace(r.URL.Query().Get(n))
	}
	if err := oneOf(page.Query, "direction", "", "to", "from"); err != nil {
		return nil, err
	}
	if err := oneOf(page.Query, "lines", "", "all"); err != nil {
		return nil, err
	}
	if err := s.regimeOf(page); err != nil {
		return nil, err
	}
	page.Day = dayField(page.Query, &page.Errors, "as_of", "As of")
	page.Known = dayField(page.Query, &page.Errors, "known_at", "As known on")
	page.Since = dayField(page.Query, &page.Errors, "since", "Compared with")
	if page.Day == when.NoDay {
		page.Day = s.Today()
	}
	if page.Since != when.NoDay && page.Since > page.Day {
		page.Errors = append(page.Errors, fieldError{"f-since", "Compared with", "the day to compare with must not come after the day of the law"})
	}
	codes, err := s.level(page)
	if err != nil {
		return nil, err
	}
	for _, c := range codes {
		row := s.goodsRow(page, c)
		page.Lines++
		if len(row.To)+len(row.From) > 0 {
			page.Barred++
		} else if page.Query["lines"] == "" && page.Query["q"] == "" {
			continue
		}
		page.Rows = append(page.Rows, row)
	}
	other := "all"
	if page.Query["lines"] == "all" {
		other = ""
	}
	page.All = s.goodsAddress(page, "lines", other)
	page.Dates, page.Bar = datesOf(page.Query, page.Errors, "as_of", "known_at"), s.goodsBar(page)
	a := &answer{template: "lawgoods", title: page.Heading(), body: page, dated: &dated{asOf: page.Day, known: page.Known, pinned: true}, forms: map[string]form{
		"json": func() (*answer, error) { return asJSON(page.forPrograms()) },
		"csv":  asCSV(func() ([][]string, error) { return page.rows(), nil }),
	}}
	return a.refuse(page.Errors), nil
}

// regimeOf chooses the regime, the first where the address names none.
func (s *Site) regimeOf(page *lawGoodsPage) error {
	id := page.Query["regime"]
	i := slices.IndexFunc(page.Regimes, func(g *law.Regime) bool { return id == "" || g.ID == id })
	if i < 0 {
		return fault.New(fault.NotFound, "there is no regime %q", id).WithFix("choose one of those that the page offers")
	}
	page.Regime = page.Regimes[i]
	page.Target = s.state(page.Regime.Target)
	return nil
}

// oneOf refuses a parameter that is none of some words.
func oneOf(query map[string]string, name string, words ...string) error {
	if slices.Contains(words, query[name]) {
		return nil
	}
	return fault.New(fault.Usage, "%s cannot be %q", name, query[name]).WithFix("say %s, or leave it out", strings.Join(words[1:], " or "))
}

// level gives the lines of a page: those that a search finds, those below a code, or the chapters.
func (s *Site) level(page *lawGoodsPage) ([]goods.Code, error) {
	hs := s.Desk.HS
	page.Level = "Chapter"
	switch q, code := page.Query["q"], page.Query["code"]; {
	case q != "":
		page.Level = "Line"
		var out []goods.Code
		for _, h := range hs.Search(q, 30) {
			out = append(out, h.Code)
		}
		return out, nil
	case code != "":
		c, err := goods.ParseCode(code)
		if err == nil {
			err = hs.Check(c, 0)
		}
		if err != nil || c.Len() > 4 {
			return nil, fault.New(fault.NotFound, "the tree has no branch %q", code).WithFix("a branch is a chapter of two digits or a heading of four; a longer code can be searched for")
		}
		page.Code, page.Label = c, hs.Label(c)
		page.Trail = []way{{"All chapters", s.goodsAddress(page, "code", "")}}
		if c.Len() == 2 {
			page.Level = "Heading"
			return hs.Headings(c), nil
		}
		page.Level = "Subheading"
		page.Trail = append(page.Trail, way{"Chapter " + c.Chapter().String(), s.goodsAddress(page, "code", c.Chapter().String())})
		return append([]goods.Code{c}, hs.Subheadings(c)...), nil
	default:
		return hs.Chapters(), nil
	}
}

// goodsRow puts a line together with the provisions that were in force.
func (s *Site) goodsRow(page *lawGoodsPage, c goods.Code) goodsRow {
	row := goodsRow{Code: c, Label: s.Desk.HS.Label(c)}
	switch {
	case c.Len() <= 4 && c != page.Code:
		row.Address = s.goodsAddress(page, "code", c.String())
	default:
		row.Address = "/goods?q=" + c.String()
	}
	for _, b := range s.bansOf(c) {
		if b.P.Instrument.Regime != page.Regime {
			continue
		}
		if b.Change = page.change(s, b.P); b.Change == "none" {
			continue
		}
		toward, d := page.Query["direction"], b.P.Direction
		if toward != "from" && d != law.From {
			row.To = append(row.To, b)
		}
		if toward != "to" && d != law.To {
			row.From = append(row.From, b)
		}
	}
	return row
}

// change says what became of a provision: "" for in force on the day, and where two days are compared "new" or "gone";
// "none" where there is nothing to show.
func (page *lawGoodsPage) change(s *Site, p *law.Provision) string {
	from, until, ok := p.Period(s.Desk.Law, page.Known)
	if !ok {
		return "none"
	}
	now := from <= page.Day && page.Day <= until
	if page.Since == when.NoDay {
		if now {
			return ""
		}
		return "none"
	}
	switch before := from <= page.Since && page.Since <= until; {
	case now && !before:
		return "new"
	case before && !now:
		return "gone"
	default:
		return "none"
	}
}

// bansOf gives what names a line; for a chapter that is not named whole, by the headings that are.
func (s *Site) bansOf(c goods.Code) []goodsBan {
	own := s.named(c)
	var out []goodsBan
	at := map[*law.Provision]int{}
	for _, x := range own {
		if c.Len() > 2 || x.Reach == decide.ReachesAll {
			at[x.Provision] = len(out)
			out = append(out, goodsBan{P: x.Provision, Reach: x.Reach, By: x.By, Sign: signOf(x)})
		}
	}
	if c.Len() == 2 {
		out = s.byHeadings(c, out, at)
	}
	slices.SortStableFunc(out, func(a, b goodsBan) int {
		return cmp.Or(cmp.Compare(b.Reach, a.Reach), cmp.Compare(a.P.From, b.P.From))
	})
	return out
}

// byHeadings adds what names some headings of a chapter.
func (s *Site) byHeadings(c goods.Code, out []goodsBan, at map[*law.Provision]int) []goodsBan {
	headings := s.Desk.HS.Headings(c)
	for _, h := range headings {
		for _, x := range s.named(h) {
			i, ok := at[x.Provision]
			if !ok {
				i = len(out)
				at[x.Provision] = i
				out = append(out, goodsBan{P: x.Provision, Reach: decide.MayReach, By: x.By, Lines: len(headings)})
			}
			b := &out[i]
			if b.Lines == 0 { // the whole chapter
				continue
			}
			if part := min(x.Reach, decide.ReachesPart); part > b.Reach {
				b.Reach, b.Of = part, 0 // what may be touched is not counted with what is
			} else if part < b.Reach {
				continue
			}
			b.Of++
			b.Sign = signOf(decide.Reaching{Provision: x.Provision, Reach: b.Reach})
		}
	}
	return out
}

// signOf gives the sign of a provision, that of a question where a person must weigh whether it reaches so far.
func signOf(x decide.Reaching) ruling.Verdict {
	if x.Reach == decide.MayReach {
		return ruling.Judgement
	}
	if v := effectVerdict(x.Provision.Effect); v != nil {
		return *v
	}
	return ruling.Permitted
}

// goodsAddress gives the page with one parameter changed. Another branch ends a search.
func (s *Site) goodsAddress(page *lawGoodsPage, name, value string) string {
	q := url.Values{}
	for n, v := range page.Query {
		if v != "" && n != name && (name != "code" || n != "q") {
			q.Set(n, v)
		}
	}
	if value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return "/law/goods"
	}
	return "/law/goods?" + q.Encode()
}

// goodsBar is the bar of days with its ticks leading to this page.
func (s *Site) goodsBar(page *lawGoodsPage) *dateBar {
	return s.dateBarTo(page.Day, func(d when.Day) string { return s.goodsAddress(page, "as_of", d.String()) })
}

// Last is the index of the last part of the trail.
func (page *lawGoodsPage) Last() int { return len(page.Trail) - 1 }

// Heading says what the page shows in a sentence.
func (page *lawGoodsPage) Heading() string {
	what := "Goods"
	switch {
	case page.Query["q"] != "":
		what = "“" + page.Query["q"] + "”"
	case page.Label != "":
		what = page.Code.String() + " " + page.Label
	}
	if page.Since != when.NoDay {
		return what + ": what changed from " + page.Since.Long() + " to " + page.Day.Long()
	}
	return what + ": what the law bars or limits on " + page.Day.Long()
}

// lawGoodsJSON is a line for programs.
type lawGoodsJSON struct {
	Code  string         `json:"code"`
	Label string         `json:"label"`
	To    []goodsBanJSON `json:"to"`
	From  []goodsBanJSON `json:"from"`
}

type goodsBanJSON struct {
	Provision string `json:"provision"`
	Cite      string `json:"cite"`
	Effect    string `json:"effect"`
	Reach     string `json:"reach"`
	By        string `json:"by"`
	From      string `json:"from"`
	Until     string `json:"until,omitempty"`
	Change    string `json:"change,omitempty"`
}

func (page *lawGoodsPage) forPrograms() map[string]any {
	bans := func(list []goodsBan) []goodsBanJSON {
		out := []goodsBanJSON{}
		for _, b := range list {
			out = append(out, goodsBanJSON{
				b.P.ID, b.P.Cite(), b.P.Effect.String(), b.Reach.String(), b.By, b.P.From.String(), b.P.Until.String(), b.Change,
			})
		}
		return out
	}
	lines := []lawGoodsJSON{}
	for _, r := range page.Rows {
		lines = append(lines, lawGoodsJSON{r.Code.String(), r.Label, bans(r.To), bans(r.From)})
	}
	return map[string]any{"as_of": page.Day.String(), "known_at": page.Known.String(), "since": page.Since.String(), "lines": lines}
}

// rows gives the page as a table: one provision and direction a row.
func (page *lawGoodsPage) rows() [][]string {
	out := [][]string{{"code", "label", "direction", "provision", "citation", "title", "effect", "reach", "by", "from", "until", "change"}}
	for _, r := range page.Rows {
		for _, side := range []struct {
			word string
			list []goodsBan
		}{{"to", r.To}, {"from", r.From}} {
			for _, b := range side.list {
				out = append(out, []string{
					r.Code.String(), r.Label, side.word, b.P.ID, b.P.Cite(), b.P.Title, b.P.Effect.String(), b.Reach.String(), b.By, b.P.From.String(), b.P.Until.String(), b.Change,
				})
			}
		}
	}
	return out
}
