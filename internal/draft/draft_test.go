package draft_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/scenario"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// bench is everything embedded, opened once for the package.
type bench struct {
	*decide.Desk
	facts   draft.Facts
	records []record.Record
	ledger  *claim.Ledger
	list    []*scenario.Scenario
}

var open = sync.OnceValues(func() (*bench, error) {
	d, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		return nil, err
	}
	b := &bench{Desk: d}
	raw, err := fs.ReadFile(data.FS, "goods/humanitarian.yaml")
	if err != nil {
		return nil, err
	}
	relief, err := draft.ReadHumanitarian("humanitarian.yaml", raw)
	if err != nil {
		return nil, err
	}
	b.facts = draft.Facts{Reference: d.Reference, Places: d.Places, Lists: d.Lists, Factors: d.Factors, Humanitarian: relief, Engine: d.Engine}
	entries, err := claim.LoadFiles(d.Reference, data.FS, "claims")
	if err != nil {
		return nil, err
	}
	known := func(id string) bool { _, ok := d.Law.Provision(id); return ok }
	if b.ledger, err = claim.New(entries, known, func(string) []string { return nil }); err != nil {
		return nil, err
	}
	files, err := fs.Glob(data.FS, "records/*/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		raw, err := fs.ReadFile(data.FS, name)
		if err != nil {
			return nil, err
		}
		f, err := record.ReadFile(name, raw, record.Decoder{Places: d.Places})
		if err != nil {
			return nil, err
		}
		b.records = append(b.records, f.Records...)
	}
	b.list, err = scenario.Load(data.FS, "scenarios", d.Reference, d.Law)
	return b, err
})

func setup(t testing.TB) *bench {
	t.Helper()
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const head = "regime: un-dprk\ninstrument: D\ntitle: T\nauthority: A\nadopted: 2018-06-01\nstatus: draft\nprovisions:\n"

// caseOf makes a case of a draft beside the embedded law.
func caseOf(t fataler, b *bench, text string) *draft.Case {
	t.Helper()
	l, err := b.Law.With(law.File{Name: "d.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := draft.New(b.facts, l, "D")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What is found of a draft is the same when all law is read and compiled anew with it.
func TestBesideLawThatWasRead(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	b := setup(t)
	of, err := b.Law.Named("2371")
	if err != nil {
		t.Fatal(err)
	}
	text, err := draft.Like(of[0], "d", when.Date(2018, 6, 1))
	if err != nil {
		t.Fatal(err)
	}
	fast := caseOf(t, b, strings.Replace(string(text), `"Draft d"`, "D", 1))
	l, err := law.Load(law.Source{FS: data.FS, Root: "instruments", Name: "data/instruments"},
		law.Source{Files: []law.File{{Name: "d.yaml", Data: []byte(strings.Replace(string(text), `"Draft d"`, "D", 1))}}})
	if err != nil {
		t.Fatal(err)
	}
	facts := b.facts
	facts.Engine = nil
	slow, err := draft.New(facts, l, "D")
	if err != nil {
		t.Fatal(err)
	}
	found := func(c *draft.Case) string {
		var out strings.Builder
		for _, d := range c.Compare() {
			fmt.Fprintln(&out, d.Provision.ID, d.Relation, d.Why)
		}
		for _, g := range c.Gaps() {
			fmt.Fprintln(&out, g.Provision.ID, g.Kind, g.Reason)
		}
		list, err := c.Goods()
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range list {
			fmt.Fprintln(&out, g.Code, g.List, g.Out, g.Touch.Class, g.Touch.By.ID)
		}
		study, err := draft.NewStudy(c, b.records, b.ledger, draft.Question{Inputs: draft.DefaultInputs})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%d accounts of %d rows\n", len(study.Accounts), len(study.Accounts[0].Rows))
		return out.String()
	}
	if one, two := found(fast), found(slow); one != two || len(one) < 500 {
		t.Errorf("they differ, or too little was found:\n%s\n%s", one, two)
	}
}

type fataler interface {
	Helper()
	Fatal(args ...any)
}

func ban(id, keys string) string {
	return fmt.Sprintf("  - {id: d-%s, paragraph: '1', title: T, text: T, bound: all Member States, binding: decides, effect: prohibit, measure: sectoral, kind: transfer, %s}\n", id, keys)
}

// A draft that says what an instrument in force says touches nothing new, in any scenario.
func TestEqualToTheLawTouchesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	b := setup(t)
	ids := regexp.MustCompile(`(?m)^(  - id: |    part_of: )`)
	for _, name := range []string{"2371", "2375", "2397"} {
		raw, err := fs.ReadFile(data.FS, "instruments/un-dprk/"+name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		text := ids.ReplaceAllString(string(raw), "${1}d-")
		text = regexp.MustCompile(`(?m)^instrument: .*$`).ReplaceAllString(text, "regime: un-dprk\nstatus: draft\ninstrument: D")
		text = regexp.MustCompile(`(?m)^    replaces: .*$`).ReplaceAllString(text, "") // it stands beside what it copies, not in its place
		c := caseOf(t, b, text)
		j, repeated := c.NewJudge(), 0
		for _, s := range b.list {
			ts, err := j.Touches(s.Activity, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range ts {
				if x.Class == draft.Touched || x.Class == draft.Possible {
					t.Errorf("%s: a copy of %s touches line %d by %s (%s)", s.ID, name, x.Line, x.By.ID, x.Class)
				}
				if x.Class == draft.Repeated {
					repeated++
				}
			}
		}
		if repeated < 10 {
			t.Errorf("a copy of %s repeats the law in %d lines only: the test shows little", name, repeated)
		}
	}
}

// Goods whose code nobody gave may be touched by a draft on other codes than the law has; one on codes that the law has too repeats it.
func TestGoodsWithoutACode(t *testing.T) {
	b := setup(t)
	for hs, want := range map[string]draft.Class{"6704": draft.Possible, "8413": draft.Repeated} {
		c := caseOf(t, b, head+ban("1", "direction: from, goods: [{hs: ['"+hs+"'], basis: text}]"))
		a := &activity.Activity{Kind: vocab.KindTransfer, Date: when.On(when.Date(2018, 7, 2)), Goods: []activity.Facts{{}}}
		a.Facts.Set(vocab.Origin, activity.Value{Text: "KP"})
		a.Facts.Set(vocab.Destination, activity.Value{Text: "CN"})
		a.Goods[0].Set(vocab.GoodsDescription, activity.Value{Text: "goods of some kind"})
		got, err := c.NewJudge().Touches(a, nil)
		if err != nil || len(got) != 1 || got[0].Class != want {
			t.Errorf("%s: %v %v, want %s", hs, got, err, want)
		}
	}
}

var conditions = []string{"", `when: use.programme`, `when: purpose.livelihood`, `when: 'jurisdiction == "CN"'`, `when: '!purpose.humanitarian'`}

// provisions draws a ban on headings.
func provisions(t *rapid.T, label string) string {
	chapter := rapid.SampledFrom([]string{"44", "61", "87", "27", "03", "84", "26"}).Draw(t, label+" chapter")
	way := rapid.SampledFrom([]string{"from", "to", "either"}).Draw(t, label+" direction")
	keys := "direction: " + way + ", goods: [{hs: ['" + chapter + "'], basis: text}]"
	if when := rapid.SampledFrom(conditions).Draw(t, label+" when"); when != "" {
		keys += ", " + when
	}
	return ban(label, keys)
}

// What is added to a draft never makes it touch less: of a line, of a figure, of a total. And judging with the law asked by itself gives
// what the short way gives.
func TestStricterNeverTouchesLess(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the law many times; run without -short")
	}
	b := setup(t)
	years := []int{2015, 2016, 2018}
	drawn := rapid.Custom(func(t *rapid.T) [2]string { return [2]string{provisions(t, "a"), provisions(t, "b")} })
	for seed := range 8 { // each loads the law three times
		two := drawn.Example(seed)
		one := head + two[0]
		milder, stricter := caseOf(t, b, one), caseOf(t, b, one+two[1])
		// the same as the milder one, in a form that could take something away
		whole := caseOf(t, b, one+"  - {id: d-x, paragraph: '2', title: T, text: T, binding: decides, effect: exempt, measure: exemption, carves: {provisions: [d-x]}}\n")
		on := when.On(when.Date(2018, 7, 1))
		jm, js, jw := milder.NewJudge(), stricter.NewJudge(), whole.NewJudge()
		for i, s := range b.list {
			if i%3 != seed%3 {
				continue
			}
			m, err := jm.Touches(s.Activity, &on)
			if err != nil {
				t.Fatal(err)
			}
			was := slices.Clone(m)
			st, err := js.Touches(s.Activity, &on)
			if err != nil {
				t.Fatal(err)
			}
			w, err := jw.Touches(s.Activity, &on)
			if err != nil {
				t.Fatal(err)
			}
			for k := range was {
				if st[k].Class < was[k].Class {
					t.Fatalf("%s line %d: %s, with more banned %s", s.ID, k, was[k].Class, st[k].Class)
				}
				if w[k].Class != was[k].Class {
					t.Fatalf("%s line %d: %s the short way, %s the long", s.ID, k, was[k].Class, w[k].Class)
				}
			}
		}
		am, err := milder.Accounts(b.records, years, draft.DefaultInputs)
		if err != nil {
			t.Fatal(err)
		}
		as, err := stricter.Accounts(b.records, years, draft.DefaultInputs)
		if err != nil {
			t.Fatal(err)
		}
		if len(am) != len(as) {
			t.Fatalf("%d and %d accounts", len(am), len(as))
		}
		for i := range am {
			if as[i].Value.Low < am[i].Value.Low || as[i].Value.High < am[i].Value.High {
				t.Fatalf("%d %s: %v, with more banned %v", am[i].Year, am[i].Series, am[i].Value, as[i].Value)
			}
		}
	}
}

func exactly(v float64) record.Range { return record.Exactly(v) }

// figures of a year: coal in the whole and by month, a subheading, an estimate of oil, all trade.
func figures(t testing.TB, b *bench) []record.Record {
	t.Helper()
	f, err := record.ReadFile("f.yaml", []byte(`
series: s
title: T
publisher: P
sources: {x: {publisher: P, url: "http://example.org", seen: 2020-01-01}}
defaults: {measure: trade, kind: reported, by: B, subject: KP, flow: export, world: true, source: x, verified: true}
records:
  - {id: wood, hs: 4403, commodity: wood, period: 2016, value_usd: 100}
  - {id: wood-may, hs: 4403, commodity: wood, period: 2016-05, value_usd: 30}
  - {id: furniture, hs: 9403, period: 2016, value_usd: 7}
  - {id: chairs, hs: 9401, period: 2016-01, value_usd: 1}
  - {id: chairs-2, hs: 9401, period: 2016-02, value_usd: 2}
  - {id: seats, hs: 940161, period: 2016-02, value_usd: 2}
  - {id: all, period: 2016, value_usd: 1000}
  - {id: oil, measure: delivery, flow: import, commodity: refined petroleum, period: 2016, quantity: 4500000, unit: bbl}
`), record.Decoder{Places: b.Places})
	if err != nil {
		t.Fatal(err)
	}
	return f.Records
}

// Figures that overlap are counted once, a limit touches what is above it, and the asker's shares are applied as ranges.
func TestAccounts(t *testing.T) {
	b := setup(t)
	oil := "  - {id: d-oil, paragraph: '2', title: T, text: T, binding: decides, effect: cap, measure: fuel, kind: transfer, direction: to, goods: [{list: refined-petroleum}],\n" +
		"     cap: {limits: [{quantity: 125000, unit: bbl, period: 2018-07-01, months: 3, repeats: true}], convert: petroleum}}\n"
	c := caseOf(t, b, head+ban("furniture", "direction: from, goods: [{hs: ['94'], basis: text}]")+oil)
	in := draft.Inputs{Enforcement: [2]float64{0.5, 0.8}, Substitution: [2]float64{0.25, 0.5}}
	got, err := c.Accounts(figures(t, b), []int{2016}, in)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || !got[0].From || got[1].From {
		t.Fatalf("%d accounts", len(got))
	}
	exports, oilOnly := got[0], got[1]
	// 7 furniture, 1 chairs in January, 2 seats (a subheading stands for its heading in February)
	for _, tt := range []struct {
		name string
		got  record.Range
		want record.Range
	}{
		{"touched", exports.Value, exactly(10)},
		{"affected", exports.Affected, record.Range{Low: 10 * 0.5 * 0.5, High: 10 * 0.8 * 0.75, Known: true}},
		{"share", exports.Share, exactly(1)},
		{"residual", exports.Residual, record.Range{Low: 994, High: 997.5, Known: true}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
	if exports.WithoutValue != 0 || oilOnly.WithoutValue != 0 {
		t.Errorf("%d and %d rows without a value", exports.WithoutValue, oilOnly.WithoutValue)
	}
	row := oilOnly.Rows[0]
	// the law has a limit of as much a year: nothing is new
	if row.Touch.Class == draft.Touched || row.Quantity.Low != 0 {
		t.Errorf("oil under an equal limit: %s, %v", row.Touch.Class, row.Quantity)
	}
	half := caseOf(t, b, head+strings.Replace(oil, "125000", "62500", 1))
	if got, err = half.Accounts(figures(t, b), []int{2016}, in); err != nil {
		t.Fatal(err)
	}
	row = got[len(got)-1].Rows[0]
	if q := row.Quantity; row.Touch.Class != draft.Touched || q.Low < 249_000 || q.High > 252_000 {
		t.Errorf("oil under half the limit: %s, %v; want about 250,000 bbl above it", row.Touch.Class, row.Quantity)
	}
}

// A relief draft makes milder what it exempts or replaces.
func TestRelief(t *testing.T) {
	b := setup(t)
	c := caseOf(t, b, head+"  - {id: d-1, paragraph: '1', title: T, text: T, binding: decides, effect: exempt, measure: exemption, carves: {provisions: [2371-p9]}}\n"+
		ban("2", "direction: from, replaces: [2371-p8], goods: [{list: coal}], when: use.programme"))
	goods, err := c.Goods()
	if err != nil {
		t.Fatal(err)
	}
	if len(goods) != 1 || goods[0].List != "coal" || goods[0].Touch.Class != draft.Relieved {
		t.Errorf("coal: %+v", goods)
	}
	for _, d := range c.Compare() {
		if d.Relation != draft.Loosens {
			t.Errorf("%s %s (%s)", d.Provision.ID, d.Relation, d.Why)
		}
	}
}

// Compare, Contradictions and Gaps, one draft each.
func TestWhatLintAsks(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	b := setup(t)
	const winddown = `, exceptions: [{id: w, title: running contracts, when: contract.written, until: 2018-07-01}, {id: h, title: humanitarian work, when: purpose.humanitarian}]`
	const shoes = "direction: either, goods: [{hs: ['6403'], basis: text, label: 'shoes, HS 2017'}]"
	const exemption = "  - {id: d-2, paragraph: '2', title: T, text: T, binding: decides, effect: exempt, measure: exemption,\n" +
		"     carves: {provisions: [d-1]}, when: purpose.humanitarian}\n"
	capped := func(limit int, more string) string {
		return fmt.Sprintf("  - {id: d-1, paragraph: '1', title: T, text: T, binding: decides, effect: cap, measure: fuel, kind: transfer, direction: to, goods: [{list: refined-petroleum}], "+
			"cap: {limits: [{quantity: %d, unit: bbl, period: 2018-07-01, months: 12, repeats: true}], convert: petroleum}%s}\n", limit, more)
	}
	for _, tt := range []struct {
		name, text string
		relation   draft.Relation
		asks       []string // kinds of problems, all of them
	}{
		{"clean", ban("1", shoes+winddown), draft.Adds, nil},
		{"one way", ban("1", "direction: from, goods: [{hs: ['6403'], basis: text, label: 'shoes, HS 2017'}]"+winddown), draft.Adds, []string{"one_direction"}},
		{"bare", ban("1", "direction: either, goods: [{hs: ['6403'], basis: text}]"), draft.Adds, []string{"no_wind_down", "no_humanitarian_exception", "no_edition"}},
		{"repeats", ban("1", "direction: from, goods: [{list: seafood}]"+winddown), draft.Repeats, []string{"repeats", "one_direction"}},
		{"foretells", strings.Replace(ban("1", shoes+winddown), "text: T", "text: 'It will stop the tests'", 1), draft.Adds, []string{"behaviour"}},
		{"ban for a cap", ban("1", "direction: to, goods: [{list: refined-petroleum}]"+winddown), draft.Tightens, []string{"one_direction"}},
		{"lower cap", capped(100000, winddown), draft.Tightens, []string{"one_direction"}},
		{"higher cap", capped(900000, winddown), draft.Repeats, []string{"higher_cap", "repeats", "one_direction"}},
		{"higher cap in its place", capped(900000, winddown+", replaces: [2397-p5]"), draft.Loosens, []string{"one_direction"}},
		{"leans on what ended", ban("1", shoes+", amends: [2375-p14]"+winddown), draft.Adds, []string{"ended"}},
		{"defeated", ban("1", shoes+", when: purpose.humanitarian"+winddown) + exemption, draft.Adds, []string{"defeated"}},
	} {
		c := caseOf(t, b, head+tt.text)
		if d := c.Compare()[0]; d.Relation != tt.relation {
			t.Errorf("%s: %s (%s), want %s", tt.name, d.Relation, d.Why, tt.relation)
		}
		var asks []string
		for _, p := range append(c.Contradictions(), c.Gaps()...) {
			asks = append(asks, p.Kind)
		}
		if diff := cmp.Diff(tt.asks, asks); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestInputs(t *testing.T) {
	for _, in := range []draft.Inputs{
		{Enforcement: [2]float64{0.9, 0.5}}, {Enforcement: [2]float64{0, 1.2}}, {Substitution: [2]float64{-0.1, 0.5}},
	} {
		if in.Check() == nil {
			t.Errorf("%v is taken", in)
		}
	}
	if draft.DefaultInputs.Check() != nil || draft.DefaultInputs.Enforcement[0] == 1 {
		t.Error("the default is 100 per cent, or refused")
	}
}

// jsonl is a stream of activities.
func jsonl(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		switch i % 5 {
		case 0:
			fmt.Fprintf(&b, `{"kind":"transfer","date":"2018-07-0%d","jurisdiction":"CN","origin":"KP","destination":"CN","goods":[{"hs":"640399","value":%d,"quantity":2,"unit":"t"}]}`, 1+i%9, 100+i)
		case 1:
			fmt.Fprintf(&b, `{"kind":"transfer","date":"2018-07-02","jurisdiction":"RU","origin":"RU","destination":"KP","goods":[{"hs":"100199","value":0.1}]}`)
		case 2:
			fmt.Fprintf(&b, `{"kind":"transfer","date":"2016-07-02","jurisdiction":"CN","origin":"KP","destination":"CN","goods":[{"hs":"640399"}]}`)
		case 3:
			b.WriteString(`{"kind":"transfer","colour":"red"}`)
		default:
			fmt.Fprintf(&b, `{"kind":"transfer","date":"2018-07-02","jurisdiction":"CN","origin":"KP","destination":"CN","goods":[{"hs":"270119","value":0.3},{"hs":"64","value":5}]}`)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// Sums do not depend on the number of workers, and every line is accounted for.
func TestStream(t *testing.T) {
	b := setup(t)
	c := caseOf(t, b, head+ban("1", "direction: from, goods: [{hs: ['6403'], basis: text}]"))
	in := jsonl(3000)
	period := when.Period{From: when.Date(2018, 1, 1), To: when.Date(2018, 12, 31)}
	run := func(workers int) *draft.Tally {
		tally, err := c.Run(bytes.NewReader(in), draft.Stream{Name: "x", Period: &period, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		return tally
	}
	one, many := run(1), run(7)
	opts := cmp.Transformer("text", func(e error) string { return e.Error() })
	if diff := cmp.Diff(one, many, opts); diff != "" {
		t.Errorf("one worker and seven: %s", diff)
	}
	if one.Read != 3000 || one.Refused != 600 || one.Outside != 600 || one.Judged != 1800 || len(one.Errors) != 20 {
		t.Errorf("%+v", one)
	}
	if got := one.Classes[draft.Touched]; got.Lines != 600 || got.WithoutValue != 0 {
		t.Errorf("touched: %+v", got)
	}
	if got := one.Classes[draft.Possible]; got.Lines != 600 || got.Value != 3000 { // chapter 64 may hold it
		t.Errorf("possible: %+v", got)
	}
	if diff := cmp.Diff([]draft.Quantity{{Unit: "t", Range: exactly(1200)}}, one.Quantities); diff != "" {
		t.Errorf("quantities: %s", diff)
	}
	if one.ByPartner["CN"] == nil || one.ByGoods["64"] == nil || one.ByProvision["d-1"] == nil || len(one.ByPartner) != 1 {
		t.Errorf("cells: %v %v %v", one.ByPartner, one.ByGoods, one.ByProvision)
	}
	if !strings.Contains(one.Errors[0].Error(), "x:4") {
		t.Errorf("the first error is %v", one.Errors[0])
	}
	// a long line is refused and the next one is read
	long := append(bytes.Repeat([]byte("x"), 1<<21), '\n')
	tally, err := c.Run(bytes.NewReader(append(long, jsonl(1)...)), draft.Stream{Workers: 2})
	if err != nil || tally.Refused != 1 || tally.Judged != 1 {
		t.Errorf("%+v, %v", tally, err)
	}
}

// What is written as a template can be read, and the shape of an instrument is that instrument.
func TestNew(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	b := setup(t)
	check := func(name string, text []byte) *draft.Case {
		l, err := b.Law.With(law.File{Name: "x.yaml", Data: text})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c, err := draft.New(b.facts, l, "Draft x")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return c
	}
	none := 0
	check("template", draft.Template("un-dprk", "x", when.Date(2027, 1, 1)))
	for _, r := range b.Law.Regimes {
		for _, in := range r.Instruments {
			text, err := draft.Like(in, "x", in.Adopted)
			if err != nil {
				none++
				continue
			}
			c := check(in.Name, text)
			for _, p := range c.Provisions() {
				if !strings.Contains(p.Title, "TODO") && p.Title != "" {
					t.Errorf("%s: the title %q is taken over", in.Name, p.Title)
				}
			}
		}
	}
	if none > 4 {
		t.Errorf("%d instruments have no shape", none)
	}
}

// The embedded forecasts come to what was said, within a point and a third of a share that was said in words.
func TestForecasts(t *testing.T) {
	b := setup(t)
	f, err := draft.LoadForecasts(data.FS, "forecasts", b.records)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, x := range f.Forecasts {
		for _, c := range x.Claims {
			if !c.Checked {
				continue
			}
			checked++
			if c.Difference > 1 || c.Difference < -2 {
				t.Errorf("%s/%s: said %g, comes to %g", x.ID, c.ID, c.Said, c.Computed)
			}
		}
	}
	if checked < 7 {
		t.Errorf("only %d figures have inputs", checked)
	}
	for _, l := range f.Later {
		if !l.Known {
			t.Errorf("%s has no figure", l.ID)
		}
	}
}

func TestForecastsRefused(t *testing.T) {
	const ok = "sources: {x: {publisher: P, url: u, seen: 2020-01-01}}\nforecasts:\n  - {id: a, by: B, about: I, said_on: 2020-01-01, text: T, source: x, inputs: [{id: p, title: T, unit: t, value: 1}], figures: [{id: f, title: T, part: [p], whole: [p], said: 90}]}\n"
	load := func(text string) error {
		_, err := draft.LoadForecasts(mapFS("f/a.yaml", text), "f", nil)
		return err
	}
	if err := load(ok); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string][2]string{
		`no source "y"`:      {"source: x", "source: y"},
		"not an input":       {"part: [p]", "part: [q]"},
		"is a share":         {"part: [p], ", ""},
		"does not say":       {", said: 90", ""},
		"no key \"colour\"":  {"by: B", "by: B, colour: red"},
		"which is not there": {"said: 90", "said: 90, later: z"},
		"has no \"text\"":    {"text: T, ", ""},
		"has no figures":     {"figures: [{id: f, title: T, part: [p], whole: [p], said: 90}]", "figures: []"},
	} {
		if err := load(strings.Replace(ok, change[0], change[1], 1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

// On the eve of an instrument its goods are touched and not yet banned.
func TestBacktest(t *testing.T) {
	b := setup(t)
	f, err := draft.LoadForecasts(data.FS, "forecasts", b.records)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, record string }{
		{"2371", "2016-seafood"}, {"2375", "2015-clothing-exports"}, {"2375", "2016-us"},
	} {
		bt, err := draft.NewBacktest(b.facts, b.Law, []string{tt.name}, b.records, f, draft.DefaultInputs)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, a := range bt.Accounts {
			for _, r := range a.Rows {
				if r.Record.Period.To >= bt.Of[0].Adopted {
					t.Errorf("%s: %s ends on %s", tt.name, r.Record.ID, r.Record.Period.To)
				}
				found = found || r.Record.ID == tt.record && r.Touch.Class == draft.Touched
			}
		}
		if !found {
			t.Errorf("%s does not touch %s", tt.name, tt.record)
		}
		if bt.LeftOut == 0 || len(bt.Forecasts) == 0 {
			t.Errorf("%s: %d left out, %d forecasts", tt.name, bt.LeftOut, len(bt.Forecasts))
		}
	}
}

func TestClaims(t *testing.T) {
	b := setup(t)
	c := caseOf(t, b, head+ban("1", "direction: from, goods: [{hs: ['2601'], basis: text}]"))
	all, err := c.Claims(b.ledger, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	period := when.Period{From: when.Date(2017, 4, 1), To: when.Date(2017, 4, 30)}
	some, err := c.Claims(b.ledger, &period, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(some) == 0 || len(some) >= len(all) {
		t.Errorf("%d claims, %d in a month", len(all), len(some))
	}
	for _, r := range some {
		if r.Touch.Class != draft.Untouched {
			t.Errorf("%s is touched before the draft begins", r.Claim.ID)
		}
	}
}

func TestNotADraft(t *testing.T) {
	b := setup(t)
	if _, err := draft.New(b.facts, b.Law, "2371"); err == nil || !strings.Contains(err.Error(), "is in force") {
		t.Error(err)
	}
	if _, err := draft.New(b.facts, b.Law); err == nil {
		t.Error("a case of nothing")
	}
}

func TestBehaviour(t *testing.T) {
	for s, want := range map[string]bool{
		"The measure would stop the programme": true, "This forces the target to talk": true, "It will comply": true,
		"Value affected is 10 million": false, "A stop at a port": false, "armed forces": false, "the task force": false,
	} {
		if got := len(draft.Behaviour(s)) > 0; got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func FuzzForecasts(f *testing.F) {
	raw, err := fs.ReadFile(data.FS, "forecasts/un-dprk.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(raw))
	f.Fuzz(func(t *testing.T, s string) {
		_, _ = draft.LoadForecasts(mapFS("f/a.yaml", s), "f", nil)
		_, _ = draft.ReadHumanitarian("f/a.yaml", []byte(s))
	})
}

func BenchmarkStream(b *testing.B) {
	x := setup(b)
	c := caseOf(b, x, head+ban("1", "direction: from, goods: [{hs: ['6403'], basis: text}]"))
	in := bytes.ReplaceAll(jsonl(5000), []byte(`"colour":"red"`), []byte(`"date":"2018-07-02"`))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Run(bytes.NewReader(in), draft.Stream{Workers: 1}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/5000, "µs/activity")
}

// BenchmarkStudy is what a page or command does for a small draft over the embedded figures, once the law is loaded.
func BenchmarkStudy(b *testing.B) {
	x := setup(b)
	l, err := law.Load(law.Source{FS: data.FS, Root: "instruments"}, law.Source{Files: []law.File{{
		Name: "d.yaml",
		Data: []byte(head + ban("1", "direction: from, goods: [{list: coal}, {hs: ['84', '85'], basis: text}]")),
	}}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c, err := draft.New(x.facts, l, "D")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := draft.NewStudy(c, x.records, x.ledger, draft.Question{Inputs: draft.DefaultInputs}); err != nil {
			b.Fatal(err)
		}
	}
}
