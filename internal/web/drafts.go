package web

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
)

// draftsPage is a draft beside what it would touch.
type draftsPage struct {
	Query  map[string]string
	Errors []fieldError
	// Likes are the instruments whose shape a draft can take over; Goods and Ways are what a ban can be begun with.
	Likes       []likeChoice
	Goods, Ways []option
	Text        string
	// Asked is true when a draft was tested; then Doc says what was found, Bars draw it, and Counts sums it up.
	Asked  bool
	Doc    *report.Document
	Bars   []barChart
	Counts []draftCount
	// Kept is true where the address holds the draft; Pictures are then its bars as files. Moved says what is not as it was
	// when the address was made.
	Kept     bool
	Pictures []drawingFile
	Moved    []string
}

// studied is what was found of a draft, which pages share.
type studied struct {
	study  *draft.Study
	doc    *report.Document
	bars   []barChart
	counts []draftCount
}

// Number is the number of a figure, which people count from one.
func (*draftsPage) Number(i int) int { return i + 1 }

type likeChoice struct{ ID, Title string }

// draftCount is how many provisions stand so to the law.
type draftCount struct {
	Word  string
	Count int
}

// barChart is what a draft touches in one data set, by partner and goods.
type barChart struct {
	Title string
	Rows  []barRow
}

// barRow is a bar from what certainly is touched to what may be; places are per cent of the widest.
type barRow struct {
	Label, Value, By string
	Sure, May        string
}

var draftParameters = []string{"like", "on", "base_year", "enforcement", "substitution", "goods", "way"}

// maxDraft is the largest draft that is taken, in bytes.
const maxDraft = 256 << 10

func (s *Site) drafts(r *http.Request) (*answer, error) {
	c, err := s.conduct(r.Context())
	if err != nil {
		return nil, err
	}
	page := &draftsPage{Query: map[string]string{}}
	values, err := page.sent(r)
	if err != nil {
		return nil, err
	}
	if err := knownIn(values, append(draftParameters, "text", "draft", "law", "data", "format", "figure")...); err != nil {
		return nil, err
	}
	for _, n := range draftParameters {
		page.Query[n] = strings.TrimSpace(values.Get(n))
	}
	format := values.Get("format")
	if to, ok := s.draftAddress(page.Text, page.Query, c.Version); ok && r.Method == http.MethodPost && format == "" {
		return &answer{location: to}, nil
	}
	for _, g := range s.Desk.Law.Regimes {
		for _, in := range g.Instruments {
			if in.Applies() && len(in.Provisions) > 0 {
				page.Likes = append(page.Likes, likeChoice{in.Name, in.Title})
			}
		}
	}
	a := &answer{template: "drafts", title: "What would a stronger measure touch?", body: page}
	if !page.Asked && page.Query["goods"] != "" {
		if to := s.banDraft(page, c.Version); to != "" {
			return &answer{location: to}, nil
		}
	}
	s.banChoices(page)
	switch {
	case len(page.Errors) > 0 && !page.Asked:
		typed := page.Query["on"] // said to be wrong already
		page.Query["on"] = ""
		err = s.beginDraft(page)
		page.Query["on"] = typed
	case len(page.Errors) > 0:
	case !page.Asked:
		err = s.beginDraft(page)
	default:
		page.Moved = moved(values, s.Desk.Law.Version, c.Version)
		err = s.testDraft(r, a, page, c.Version)
	}
	if err != nil {
		return nil, err
	}
	if format != "" && !page.Kept && page.Asked && len(page.Errors) == 0 {
		return s.draftForm(r, a, page, format)
	}
	return a.refuse(page.Errors), nil
}

// ways are the directions in which goods may be banned, as drafts name them.
var ways = []option{{Value: "from", Label: "out of the target"}, {Value: "to", Label: "into the target"}, {Value: "", Label: "both ways"}}

// banChoices fills in what a ban can be begun with.
func (s *Site) banChoices(page *draftsPage) {
	for i := range s.Desk.Lists.Len() {
		l := s.Desk.Lists.At(i)
		page.Goods = append(page.Goods, option{l.ID, l.Title, l.ID == page.Query["goods"]})
	}
	slices.SortStableFunc(page.Goods, func(a, b option) int { return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)) })
	for _, w := range ways {
		w.Chosen = w.Value == page.Query["way"]
		page.Ways = append(page.Ways, w)
	}
}

// banDraft gives the address of a ban of goods from a day, or from the eve of the first paragraph that names them; "" where
// something is wrong, which stands beside its field.
func (s *Site) banDraft(page *draftsPage, data string) string {
	i, ok := s.Desk.Lists.Index(page.Query["goods"])
	if !ok {
		page.Errors = append(page.Errors, fieldError{"f-goods", "Goods", "there are no goods called " + page.Query["goods"]})
	}
	if !slices.ContainsFunc(ways, func(w option) bool { return w.Value == page.Query["way"] }) {
		page.Errors = append(page.Errors, fieldError{"f-way", "Which way", "goods are banned from, to, or both ways, not " + page.Query["way"]})
	}
	before := len(page.Errors)
	day := dayField(page.Query, &page.Errors, "on", "From")
	for i := range page.Errors[before:] {
		page.Errors[before+i].ID = "f-day"
	}
	if len(page.Errors) > 0 {
		return ""
	}
	text, _, year := s.banOf(s.Desk.Lists.At(i), page.Query["way"], day)
	to, _ := s.draftAddress(text, map[string]string{"base_year": year}, data)
	return to
}

// sent reads the draft that was sent or stands in the address, and gives what was said of it.
func (page *draftsPage) sent(r *http.Request) (url.Values, error) {
	values := r.URL.Query()
	if r.Method == http.MethodPost {
		if err := readForm(r, maxDraft); err != nil {
			return nil, err
		}
		page.Text, page.Asked = strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n"), true
		return r.PostForm, nil
	}
	if values.Has("draft") {
		page.Asked, page.Kept = true, true
		var err error
		if page.Text, err = unpacked(values.Get("draft"), maxDraft); err != nil {
			page.Errors = append(page.Errors, fieldError{"f-text", "The draft", plain(err)})
		}
	}
	return values, nil
}

// moved says which of law and data are others than those of the moment when an address was made.
func moved(values url.Values, law, data string) []string {
	var out []string
	for _, x := range []struct{ name, now string }{{"law", law}, {"data", data}} {
		if was := values.Get(x.name); was != "" && was != clipped(x.now, 12) {
			out = append(out, x.name+" "+was+", now "+clipped(x.now, 12))
		}
	}
	return out
}

// beginDraft fills the text in: the shape of an instrument, or a draft of one provision.
func (s *Site) beginDraft(page *draftsPage) error {
	on := dayField(page.Query, &page.Errors, "on", "Applies from")
	if on == when.NoDay {
		on = s.Today()
	}
	text := draft.Template(s.Desk.Law.Regimes[0].ID, "draft", on)
	if like := page.Query["like"]; like != "" {
		of, err := s.Desk.Law.Named(like)
		if err == nil {
			page.Query["like"] = of[0].Name
			text, err = draft.Like(of[0], "draft", on)
		}
		if err != nil {
			page.Errors = append(page.Errors, fieldError{"f-like", "In the shape of", plain(err)})
		}
	}
	page.Text = string(bytes.TrimSpace(text))
	return nil
}

// testDraft finds what the draft would touch. What is wrong with the draft or a choice stands beside its field.
func (s *Site) testDraft(r *http.Request, a *answer, page *draftsPage, of string) error {
	ask := draft.Ask{Enforcement: page.Query["enforcement"], Substitution: page.Query["substitution"]}
	for _, y := range strings.FieldsFunc(page.Query["base_year"], func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(y)
		if err != nil {
			return page.wrong("f-base-year", "Base years", fault.New(fault.Invalid, "%q is no year", y).WithFix("write 2016, or 2015, 2016"))
		}
		ask.BaseYears = append(ask.BaseYears, n)
	}
	q, err := ask.Question()
	if err != nil {
		return page.wrong("f-enforcement", "Enforcement and substitution", err)
	}
	found, err := s.studies.get(strings.Join([]string{of, page.Query["base_year"], ask.Enforcement, ask.Substitution, page.Text}, "\x00"),
		func() (*studied, error) { return s.study(r.Context(), page.Text, q) })
	if err != nil {
		return page.wrong("f-text", "The draft", err)
	}
	page.Doc, page.Bars, page.Counts = found.doc, found.bars, found.counts
	a.title = page.Doc.Title
	if page.Kept {
		s.takeDraft(r, a, page, found)
	}
	return nil
}

// wrong puts what is wrong beside its field; what no asker can mend goes on.
func (page *draftsPage) wrong(id, label string, err error) error {
	if fault.CodeOf(err) == fault.Internal {
		return err
	}
	page.Errors = append(page.Errors, fieldError{id, label, plain(err)})
	return nil
}

// study finds what a draft would touch.
func (s *Site) study(ctx context.Context, text string, q draft.Question) (*studied, error) {
	d, err := s.Library.Draft(ctx, []byte(text))
	if err != nil {
		return nil, err
	}
	study, err := draft.NewStudy(d.Case, d.Desk.Records, d.Desk.Ledger, q)
	if err != nil {
		return nil, err
	}
	doc, diff := report.DraftTest(study, s.state), report.DraftDiff(study, s.state)
	doc.Sections = slices.Concat(doc.Sections[:1], diff.Sections, doc.Sections[1:])
	tidied(doc)
	return &studied{study, doc, s.draftBars(study), byRelation(study)}, nil
}

// tidied takes out of the tables of a report what a page has no use for: bars made of letters, and columns that hold nothing.
func tidied(doc *report.Document) {
	for i := range doc.Sections {
		for _, b := range doc.Sections[i].Blocks {
			if b.Table != nil {
				b.Table.Keep(func(head string, cells []string) bool {
					return head != "" && slices.ContainsFunc(cells, func(c string) bool { return c != "" && c != "—" })
				})
			}
		}
	}
}

// byRelation counts the provisions of a draft by how they stand to the law.
func byRelation(study *draft.Study) []draftCount {
	var out []draftCount
	for _, d := range study.Differences {
		word := d.Relation.String()
		i := slices.IndexFunc(out, func(c draftCount) bool { return c.Word == word })
		if i < 0 {
			i = len(out)
			out = append(out, draftCount{Word: word})
		}
		out[i].Count++
	}
	return out
}

// draftBars draws what is touched with a value, one chart for each account.
func (s *Site) draftBars(study *draft.Study) []barChart {
	var out []barChart
	for i := range study.Accounts {
		a := &study.Accounts[i]
		type key struct {
			partner place.State
			goods   string
			by      *law.Provision
		}
		var order []key
		sums := map[key][2]float64{}
		for _, r := range a.Rows {
			if !r.Value.Known || r.Value.High == 0 {
				continue
			}
			k := key{r.Partner, cmp.Or(r.Record.Commodity, hsLabel(r.Record.Code.Digits())), r.Touch.By}
			sum, ok := sums[k]
			if !ok {
				order = append(order, k)
			}
			sums[k] = [2]float64{sum[0] + r.Value.Low, sum[1] + r.Value.High}
		}
		if len(order) == 0 {
			continue
		}
		slices.SortStableFunc(order, func(x, y key) int { return cmp.Compare(sums[y][1], sums[x][1]) })
		from := "to the target"
		if a.From {
			from = "from the target"
		}
		chart := barChart{Title: strconv.Itoa(a.Year) + ", goods " + from + ", by " + a.Series + " (" + a.Kind.String() + ")"}
		widest := sums[order[0]][1]
		for _, k := range order[:min(len(order), 20)] {
			sum := sums[k]
			row := barRow{Label: s.state(k.partner.String()) + ": " + k.goods, Value: millions(sum), Sure: widthOf(sum[0] / widest), May: widthOf(sum[1] / widest)}
			if k.by != nil {
				row.By = k.by.ID
			}
			chart.Rows = append(chart.Rows, row)
		}
		out = append(out, chart)
	}
	return out
}

func hsLabel(digits string) string {
	if digits == "" {
		return "all goods"
	}
	return "HS " + digits
}

func widthOf(f float64) string { return strconv.FormatFloat(100*f, 'f', 2, 64) + "%" }

// millions writes US dollars in millions, with both bounds where they differ.
func millions(v [2]float64) string {
	one := func(f float64) string { return strconv.FormatFloat(f/1e6, 'f', 1, 64) }
	if v[0] == v[1] {
		return one(v[0])
	}
	return one(v[0]) + " to " + one(v[1])
}

// backtestPage is drafts of the past beside what followed.
type backtestPage struct {
	Query  map[string]string
	Errors []fieldError
	Doc    *report.Document
}

func (s *Site) backtest(r *http.Request) (*answer, error) {
	if err := known(r, "enforcement", "substitution"); err != nil {
		return nil, err
	}
	if s.Library == nil {
		return nil, fault.New(fault.Unavailable, "this server was started without what is known of states")
	}
	page := &backtestPage{Query: map[string]string{"enforcement": r.URL.Query().Get("enforcement"), "substitution": r.URL.Query().Get("substitution")}}
	q, err := draft.Ask{Enforcement: page.Query["enforcement"], Substitution: page.Query["substitution"]}.Question()
	if err != nil {
		page.Errors = append(page.Errors, fieldError{"f-enforcement", "Enforcement and substitution", plain(err)})
		q, _ = draft.Ask{}.Question()
	}
	if page.Doc, err = s.backtested(r.Context(), q.Inputs); err != nil {
		return nil, err
	}
	tidied(page.Doc)
	a := &answer{template: "backtest", title: page.Doc.Title, body: page}
	return a.refuse(page.Errors), nil
}
