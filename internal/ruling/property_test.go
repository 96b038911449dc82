package ruling_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/scenario"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// bench is a desk with all scenarios, opened once for the package.
type bench struct {
	*decide.Desk
	list []*scenario.Scenario
}

var open = sync.OnceValues(func() (bench, error) {
	d, err := decide.Open(data.FS, decide.Config{Options: ruling.Options{Eager: true}})
	if err != nil {
		return bench{}, err
	}
	list, err := scenario.Load(data.FS, "scenarios", d.Reference, d.Law)
	return bench{d, list}, err
})

func setup(t testing.TB) bench {
	t.Helper()
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	if len(b.list) < 100 {
		t.Fatalf("only %d scenarios", len(b.list))
	}
	return b
}

func rule(t testing.TB, g *ruling.Engine, a *activity.Activity) *ruling.Ruling {
	t.Helper()
	r, err := g.Decide(ruling.Request{Activity: a, KnownAt: when.NoDay})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func jsonOf(r *ruling.Ruling) string { return string((&report.Encoder{}).Append(nil, r)) }

// Pre-selection by kind must not lose or add anything.
func TestPreselectionChangesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	b := setup(t)
	all, err := ruling.NewEngine(b.Law, b.Places, b.Lists, b.Factors, ruling.Options{Exhaustive: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range b.list {
		if got, want := jsonOf(rule(t, b.Engine, s.Activity)), jsonOf(rule(t, all, s.Activity)); got != want {
			t.Errorf("%s: with pre-selection\n%s\nwithout\n%s", s.ID, got, want)
		}
	}
}

// Conditions evaluated by CEL give the same rulings as our own evaluation of them.
func TestInterpretedIsEqual(t *testing.T) {
	b := setup(t)
	slow, err := ruling.NewEngine(b.Law, b.Places, b.Lists, b.Factors, ruling.Options{Interpret: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range b.list {
		if i%3 > 0 && testing.Short() {
			continue
		}
		if got, want := jsonOf(rule(t, b.Engine, s.Activity)), jsonOf(rule(t, slow, s.Activity)); got != want {
			t.Errorf("%s: in our own form\n%s\nby CEL\n%s", s.ID, got, want)
		}
	}
}

// The name of a ruling stands for its bytes: with and without assumptions, under
// other totals, as known on another day, no two answers share one.
func TestOneNameOneAnswer(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	b := setup(t)
	year := when.Period{From: when.Date(2018, 1, 1), To: when.Date(2018, 1, 1)}
	named := map[string]string{}
	for _, s := range b.list {
		for _, brief := range []bool{true, false} {
			for _, known := range []when.Day{when.NoDay, when.Date(2017, 8, 4)} {
				for _, totals := range [][]ruling.Total{
					nil,
					{{Provision: "2397-p5", Period: year, Quantity: 490_000, Unit: "bbl", HasQuantity: true}},
					{{Provision: "2397-p5", Period: year, Quantity: 490_000, Unit: "bbl", HasQuantity: true, Source: "committee page"}},
				} {
					r, err := b.Engine.Decide(ruling.Request{Activity: s.Activity, KnownAt: known, Totals: totals, Brief: brief})
					if err != nil {
						t.Fatal(err)
					}
					id, text := (&report.Encoder{}).ID(r), jsonOf(r)
					if was, ok := named[id]; ok && was != text {
						t.Errorf("%s: one name for two answers\n%s\n%s", s.ID, was, text)
					}
					named[id] = text
				}
			}
		}
	}
	if len(named) < 12*len(b.list)*9/10 {
		t.Errorf("%d scenarios asked in twelve ways have %d names", len(b.list), len(named))
	}
}

// backwards lists folders in the opposite order.
type backwards struct{ fstest.MapFS }

// ReadDir is part of fs.ReadDirFS.
func (b backwards) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := b.MapFS.ReadDir(name)
	slices.Reverse(list)
	return list, err
}

// The same question gives the same bytes: again, from a fresh engine, and from
// law whose files come in another order and folder.
func TestEqualBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	b := setup(t)
	moved := fstest.MapFS{}
	err := fs.WalkDir(data.FS, "instruments", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		d, err := fs.ReadFile(data.FS, p)
		moved["elsewhere/"+strings.TrimPrefix(p, "instruments/")] = &fstest.MapFile{Data: d}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := law.Load(law.Source{FS: backwards{moved}, Root: "elsewhere"})
	if err != nil {
		t.Fatal(err)
	}
	if l.Version != b.Law.Version {
		t.Errorf("the same law has versions %s and %s", l.Version, b.Law.Version)
	}
	fresh, err := ruling.NewEngine(l, b.Places, b.Lists, b.Factors, ruling.Options{})
	if err != nil {
		t.Fatal(err)
	}
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(b.list))
	want := make([]string, len(b.list))
	for i, s := range b.list {
		want[i] = jsonOf(rule(t, b.Engine, s.Activity))
	}
	for _, i := range order {
		s := b.list[i]
		if got := jsonOf(rule(t, fresh, s.Activity)); got != want[i] {
			t.Errorf("%s: %s\nthen %s", s.ID, want[i], got)
		}
	}
}

// Swapping two states that no law names swaps their results and nothing else.
func TestSwapOfStates(t *testing.T) {
	b := setup(t)
	named := map[string]bool{}
	word := regexp.MustCompile(`"([A-Z]{2})"`)
	for _, p := range b.Law.Provisions() {
		named[p.Instrument.Regime.Target] = true
		for _, q := range append(slices.Clone(p.Positions), p.Instrument.Positions...) {
			for _, s := range q.By {
				named[s] = true
			}
		}
		texts := []string{p.When.Text, p.Breach.Text}
		for _, x := range p.Exceptions {
			texts = append(texts, x.When.Text)
		}
		for _, text := range texts {
			for _, m := range word.FindAllStringSubmatch(text, -1) {
				named[m[1]] = true
			}
		}
	}
	free := []string{}
	for _, s := range b.Places.States() {
		if !named[s.String()] && s.String() != "ZZ" && s.String() != "XZ" {
			free = append(free, s.String())
		}
	}
	swap := func(a *activity.Activity, x, y string) *activity.Activity {
		c := a.Clone()
		turn := func(fs activity.Facts) {
			for i := range fs {
				if vocab.FactOf(fs[i].Fact).Type == vocab.State {
					switch fs[i].Value.Text {
					case x:
						fs[i].Value.Text = y
					case y:
						fs[i].Value.Text = x
					}
				}
			}
		}
		turn(c.Facts)
		for _, l := range c.Goods {
			turn(l)
		}
		for _, l := range c.Parties {
			turn(l)
		}
		return c
	}
	same := func(r *ruling.Ruling) string {
		var sb strings.Builder
		fmt.Fprint(&sb, r.Verdict)
		for i := range r.Findings {
			f := &r.Findings[i]
			fmt.Fprint(&sb, " ", f.Provision.ID, f.Line, f.Outcome, f.Verdict, f.Missing)
		}
		for _, q := range r.Questions {
			fmt.Fprint(&sb, " ", q.Name())
		}
		return sb.String()
	}
	// used gives the states of an activity that no law names.
	used := func(a *activity.Activity) (out []string) {
		for _, facts := range append(append([]activity.Facts{a.Facts}, a.Goods...), a.Parties...) {
			for _, g := range facts {
				if vocab.FactOf(g.Fact).Type == vocab.State && slices.Contains(free, g.Value.Text) {
					out = append(out, g.Value.Text)
				}
			}
		}
		return out
	}
	var list []*scenario.Scenario // those in which a swap does something
	for _, s := range b.list {
		if len(used(s.Activity)) > 0 {
			list = append(list, s)
		}
	}
	if len(list) < 50 {
		t.Fatalf("only %d scenarios name a state that no law names", len(list))
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(list).Draw(t, "scenario")
		x := rapid.SampledFrom(free).Draw(t, "x")
		used := rapid.SampledFrom(used(s.Activity)).Draw(t, "used")
		r1, err := b.Engine.Decide(ruling.Request{Activity: s.Activity, KnownAt: when.NoDay})
		if err != nil {
			t.Fatal(err)
		}
		r2, err := b.Engine.Decide(ruling.Request{Activity: swap(s.Activity, used, x), KnownAt: when.NoDay})
		if err != nil {
			t.Fatal(err)
		}
		if same(r1) != same(r2) {
			t.Fatalf("%s with %s and %s swapped:\n%s\n%s", s.ID, used, x, same(r1), same(r2))
		}
	})
}

// extended loads the embedded law with one more instrument.
func extended(b bench, provision string) (*ruling.Engine, error) {
	extra := fstest.MapFS{}
	err := fs.WalkDir(data.FS, "instruments", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		d, err := fs.ReadFile(data.FS, p)
		extra[p] = &fstest.MapFile{Data: d}
		return err
	})
	if err != nil {
		return nil, err
	}
	regime := b.Law.Regimes[0].ID
	extra["instruments/"+regime+"/extra.yaml"] = &fstest.MapFile{Data: []byte(
		"instrument: extra\ntitle: extra\nauthority: nobody\nadopted: 2006-01-01\nprovisions:\n" + provision)}
	l, err := law.Load(law.Source{FS: extra, Root: "instruments"})
	if err != nil {
		return nil, err
	}
	return ruling.NewEngine(l, b.Places, b.Lists, b.Factors, ruling.Options{})
}

var pool = []string{
	"true", "use.programme", "purpose.livelihood", `origin == target || destination == target`,
	`actor.humanitarian != "none"`, `ask.use.military`, `contract.date < date("2017-08-05")`, `purpose.humanitarian`,
	`law.in_force_view`, `jurisdiction == target`, `notice.status == "in_time"`, `!(purpose.livelihood)`,
}

// Adding an exemption never makes a verdict stricter; adding a prohibition never
// makes it milder.
func TestAddedLawIsMonotone(t *testing.T) {
	if testing.Short() {
		t.Skip("loads the whole law a hundred times; run without -short")
	}
	b := setup(t)
	rapid.Check(t, func(t *rapid.T) {
		kinds := []string{}
		for _, k := range vocab.Kinds() {
			kinds = append(kinds, k.Name)
		}
		cond := rapid.SampledFrom(pool).Draw(t, "when")
		exempt := rapid.Bool().Draw(t, "exempt")
		p := fmt.Sprintf("  - {id: extra-1, paragraph: '1', title: x, text: x, binding: decides, effect: prohibit, measure: sectoral, kind: [%s], when: '%s'}\n",
			strings.Join(kinds, ", "), cond)
		if exempt {
			grant := rapid.SampledFrom([]string{"none", "state", "committee"}).Draw(t, "grant")
			clause := rapid.SampledFrom([]string{"own", "general"}).Draw(t, "clause")
			p = fmt.Sprintf("  - {id: extra-1, paragraph: '1', title: x, text: x, binding: decides, effect: exempt, measure: exemption, carves: {all: true}, grant: %s, clause: %s, path: x, when: '%s'}\n",
				grant, clause, cond)
		}
		g, err := extended(b, p)
		if err != nil {
			t.Fatal(err)
		}
		for range 40 {
			s := rapid.SampledFrom(b.list).Draw(t, "scenario")
			if s.Activity.Date.From != s.Activity.Date.To {
				continue // a period has the verdict "the day is the question"
			}
			r1, err := b.Engine.Decide(ruling.Request{Activity: s.Activity, KnownAt: when.NoDay})
			if err != nil {
				t.Fatal(err)
			}
			r2, err := g.Decide(ruling.Request{Activity: s.Activity, KnownAt: when.NoDay})
			if err != nil {
				t.Fatal(err)
			}
			if exempt && r2.Verdict > r1.Verdict || !exempt && r2.Verdict < r1.Verdict {
				t.Fatalf("%s: %s before, %s after adding\n%s", s.ID, r1.Verdict, r2.Verdict, p)
			}
		}
	})
}

// answers are values to try for a fact, chosen without looking at how the engine
// chooses: every value of an enum, every date that stands in the law with its
// neighbours, every list.
type answers struct {
	b     bench
	dates []string
}

func newAnswers(b bench) answers {
	a := answers{b: b, dates: []string{"1990-01-01", "2150-01-01"}}
	seen := map[string]bool{}
	add := func(d when.Day) {
		for _, x := range []when.Day{d - 1, d, d + 1} {
			if !seen[x.String()] {
				seen[x.String()] = true
				a.dates = append(a.dates, x.String())
			}
		}
	}
	re := regexp.MustCompile(`date\("([0-9-]+)"\)`)
	fs.WalkDir(data.FS, "instruments", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(data.FS, p)
		for _, m := range re.FindAllSubmatch(raw, -1) {
			d, err := when.ParseDay(string(m[1]))
			if err == nil {
				add(d)
			}
		}
		return err
	})
	slices.Sort(a.dates)
	return a
}

func (a answers) of(id vocab.FactID) []string {
	f := vocab.FactOf(id)
	switch id {
	case vocab.PartyListedUnder, vocab.VesselListedUnder, vocab.TravellerListedUnder:
		ids := []string{"any"}
		for _, r := range a.b.Law.Regimes {
			ids = append(ids, r.ID)
		}
		return ids
	}
	switch f.Type {
	case vocab.Bool:
		return []string{"true", "false"}
	case vocab.Enum:
		return f.Values
	case vocab.Date:
		return a.dates
	case vocab.Number:
		return []string{"0", "1", "2", "5", "6", "7", "99", "101", "499", "501", "1999", "2001", "999999", "10000000000"}
	case vocab.State:
		return []string{"KP", "IR", "CN", "RU", "GB", "PT"}
	case vocab.HS:
		return []string{"0307", "0802", "1006", "2519", "270119", "271019", "3004", "4403", "6201", "7201", "7601", "8413", "8517", "8704", "8803", "8901", "9022", "9301"}
	case vocab.Commodity:
		return append([]string{"none"}, a.b.Lists.IDs()...)
	case vocab.Port:
		return []string{"Rajin", "Chongjin", "Vladivostok"}
	case vocab.IMO:
		return []string{"9074729"}
	}
	return []string{"none", "something else"}
}

// feeds are facts that are not asked for because another fact, which has an
// assumed value, says the same; stating them is correcting the assumption.
var feeds = map[vocab.FactID]string{
	vocab.PartyListedOn: "says when party.listed began", vocab.PartyDelistedOn: "says when it ended",
	vocab.VesselListedOn: "says when vessel.listed began", vocab.VesselDelistedOn: "says when it ended",
	vocab.GoodsOrigin: "overrides origin", vocab.GoodsHS: "can contradict the description", vocab.GoodsDescription: "can contradict the code",
	vocab.GoodsCommodity: "overrides description and code", vocab.GoodsUnitValue: "overrides value and quantity",
	vocab.GoodsValue: "adds a limit that was said not to be checked", vocab.GoodsCounted: "overrides running totals",
	vocab.GoodsCountedValue: "overrides running totals", vocab.Destination: "is taken to be elsewhere when goods come from the target",
	vocab.Origin: "is read for each line", vocab.GoodsQuantity: "adds a limit that was said not to be checked",
	vocab.ContractDate: "says that there is a contract", vocab.LoadingPort: "says which loading.state",
	vocab.GoodsUnit: "changes the meaning of the quantity", vocab.GoodsProduct: "overrides the description",
}

// Every listed question can change the verdict, and once all are answered no
// other open fact does: brute force over the open facts of every scenario.
func TestQuestionsAreExact(t *testing.T) {
	b := setup(t)
	questionsAreExact(t, b, b.list, false)
}

func questionsAreExact(t *testing.T, b bench, list []*scenario.Scenario, unknowns bool) {
	tries := newAnswers(b)
	rng := rand.New(rand.NewPCG(7, 7))
	asked, combos := 0, 0
	for i, s := range list {
		if testing.Short() && i%10 > 0 { // the race detector makes it ten times slower
			continue
		}
		if s.Activity.Date.From != s.Activity.Date.To {
			continue
		}
		r := rule(t, b.Engine, s.Activity)
		if r.Unproven {
			if !unknowns {
				t.Errorf("%s: the questions are unproven", s.ID)
			}
			continue
		}
		// answer in every way, or in 600 ways drawn at random
		var sets [][]string
		total := 1
		for _, q := range r.Questions {
			vs := tries.of(q.Fact)
			if len(q.Values) > 0 {
				vs = q.Values // the answers that are offered
			}
			sets = append(sets, vs)
			total = min(total*len(vs), 1<<30)
		}
		changes := map[string]map[string]ruling.Verdict{}
		moved := make([]bool, len(sets))
		each(sets, total, 60, rng, func(pick []int) {
			combos++
			a := s.Activity.Clone()
			for i, q := range r.Questions {
				if err := b.Reference.SetFact(a, q.Name(), sets[i][pick[i]]); err != nil {
					t.Fatalf("%s: %v", s.ID, err)
				}
			}
			if !offered(t, b, s, r.Questions, sets, pick) {
				return
			}
			full := rule(t, b.Engine, a)
			for _, q := range full.Questions {
				t.Errorf("%s: with all questions answered (%v) %s is still open", s.ID, describe(r.Questions, sets, pick), q.Name())
			}
			for i := range sets {
				key := fmt.Sprint(i)
				for j := range pick {
					if j != i {
						key += fmt.Sprintf(",%d", pick[j])
					}
				}
				if changes[key] == nil {
					changes[key] = map[string]ruling.Verdict{}
				}
				for _, v := range changes[key] {
					moved[i] = moved[i] || v != full.Verdict
				}
				changes[key][sets[i][pick[i]]] = full.Verdict
			}
			// whatever else is open must not matter any more
			for range 2 {
				c := a.Clone()
				var said []string
				for i := range vocab.Facts() {
					f := &vocab.Facts()[i]
					if !f.Ask || !f.Kinds.Has(a.Kind) || feeds[f.ID] != "" || f.Scope != vocab.OfActivity || f.ID == vocab.Jurisdiction || f.ID == vocab.ApprovalCommittee {
						continue
					}
					if _, given := c.Facts.Get(f.ID); given || rng.IntN(3) > 0 {
						continue
					}
					vs := tries.of(f.ID)
					v := vs[rng.IntN(len(vs))]
					if err := b.Reference.SetFact(c, f.Name, v); err != nil {
						t.Fatal(err)
					}
					said = append(said, f.Name+"="+v)
				}
				if v := rule(t, b.Engine, c).Verdict; v != full.Verdict {
					t.Errorf("%s: %s, but %s once %v is said as well: a deciding question is missing", s.ID, full.Verdict, v, said)
				}
			}
		})
		for i, q := range r.Questions {
			asked++
			if !moved[i] && !(unknowns && movesAlone(t, b, s, q, sets[i])) && !searchMove(t, b, s, r.Questions, sets, i, rng) {
				t.Errorf("%s (%s): no answer to %s changes the verdict", s.ID, r.Verdict, q.Name())
			}
		}
	}
	t.Logf("%d questions, %d sets of answers", asked, combos)
}

// offered reports whether the commodity that is answered is one that is offered
// once the code is: nobody is asked whether an HS 6201 is a lorry.
func offered(t *testing.T, b bench, s *scenario.Scenario, qs []ruling.Question, sets [][]string, pick []int) bool {
	a := s.Activity.Clone()
	var code bool
	var at []int
	for i, q := range qs {
		switch q.Fact {
		case vocab.GoodsHS:
			code = true
			if err := b.Reference.SetFact(a, q.Name(), sets[i][pick[i]]); err != nil {
				t.Fatal(err)
			}
		case vocab.GoodsCommodity:
			at = append(at, i)
		}
	}
	if !code {
		return true
	}
	for _, i := range at {
		for _, q := range rule(t, b.Engine, a).Questions {
			if q.Fact == vocab.GoodsCommodity && !slices.Contains(q.Values, sets[i][pick[i]]) {
				return false
			}
		}
		if !slices.ContainsFunc(rule(t, b.Engine, a).Questions, func(q ruling.Question) bool { return q.Fact == vocab.GoodsCommodity }) {
			return sets[i][pick[i]] == "none"
		}
	}
	return true
}

// movesAlone reports whether answers to one question give different verdicts, or put
// different questions, while the others are left open. That is less than to change the
// verdict when all else is answered: an approval that is not said is taken not to be
// held where its clause does not fit, and is asked for where it does.
func movesAlone(t *testing.T, b bench, s *scenario.Scenario, q ruling.Question, values []string) bool {
	seen := map[string]bool{}
	for _, v := range values {
		a := s.Activity.Clone()
		if err := b.Reference.SetFact(a, q.Name(), v); err != nil {
			t.Fatal(err)
		}
		r := rule(t, b.Engine, a)
		key := r.Verdict.String()
		for _, q := range r.Questions {
			key += " " + q.Name()
		}
		seen[key] = true
	}
	return len(seen) > 1
}

// searchMove looks at random for a set of answers in which the i-th matters.
func searchMove(t *testing.T, b bench, s *scenario.Scenario, qs []ruling.Question, sets [][]string, i int, rng *rand.Rand) bool {
	for range 3000 {
		a := s.Activity.Clone()
		for j, q := range qs {
			if j != i {
				b.Reference.SetFact(a, q.Name(), sets[j][rng.IntN(len(sets[j]))])
			}
		}
		var first ruling.Verdict
		for k, v := range sets[i] {
			b.Reference.SetFact(a, qs[i].Name(), v)
			got := rule(t, b.Engine, a).Verdict
			if k > 0 && got != first {
				return true
			}
			first = got
		}
	}
	return false
}

// each calls f with every choice from the sets, or with n random ones.
func each(sets [][]string, total, n int, rng *rand.Rand, f func([]int)) {
	pick := make([]int, len(sets))
	if total > n {
		for range n {
			for i := range sets {
				pick[i] = rng.IntN(len(sets[i]))
			}
			f(pick)
		}
		return
	}
	for {
		f(pick)
		i := 0
		for ; i < len(sets); i++ {
			if pick[i]++; pick[i] < len(sets[i]) {
				break
			}
			pick[i] = 0
		}
		if i == len(sets) {
			return
		}
	}
}

func describe(qs []ruling.Question, sets [][]string, pick []int) []string {
	var out []string
	for i, q := range qs {
		out = append(out, q.Name()+"="+sets[i][pick[i]])
	}
	return out
}

// What is taken for granted is listed when it carries the verdict: brute force over
// every fact of the activity that has an assumed value. It is seldom listed when it
// does not: where another value leaves something open that cancels out, the list
// is on the safe side.
func TestAssumptionsAreListed(t *testing.T) {
	b := setup(t)
	tries := newAnswers(b)
	listed, silent, idle := 0, 0, 0
	for i, s := range b.list {
		if !s.Activity.Date.Exact() || testing.Short() && i%10 > 0 {
			continue
		}
		r := rule(t, b.Engine, s.Activity)
		for j := range vocab.Facts() {
			f := &vocab.Facts()[j]
			if _, given := s.Activity.Facts.Get(f.ID); given || f.Ask || f.Scope != vocab.OfActivity || feeds[f.ID] != "" || !f.Kinds.Has(s.Activity.Kind) ||
				follows(s.Activity, f.ID, r) {
				continue
			}
			if slices.ContainsFunc(r.Questions, func(q ruling.Question) bool { return q.Fact == f.ID }) {
				continue // it is asked for
			}
			carries := false
			for _, v := range tries.of(f.ID) {
				a := s.Activity.Clone()
				if err := b.Reference.SetFact(a, f.Name, v); err != nil {
					t.Fatal(err)
				}
				got, err := b.Engine.Decide(ruling.Request{Activity: a, KnownAt: when.NoDay, Brief: true})
				if err != nil {
					t.Fatal(err)
				}
				carries = carries || got.Verdict != r.Verdict && max(got.Verdict, r.Verdict) > ruling.Exempt
			}
			says := slices.ContainsFunc(r.Assumed, func(a ruling.Assumption) bool { return a.Fact == f.ID })
			switch {
			case carries && !says:
				t.Errorf("%s (%s): %s carries the verdict and is not listed", s.ID, r.Verdict, f.Name)
			case says && !carries:
				idle++
			case says:
				listed++
			default:
				silent++
			}
		}
	}
	t.Logf("%d listed, %d idle, %d not", listed, idle, silent)
	if idle*20 > listed {
		t.Errorf("%d assumptions are listed that carry nothing, of %d", idle, listed+idle)
	}
}

// follows reports whether a fact that is not stated follows from one that is, so that
// nothing is taken for granted, or answers a question that is put.
func follows(a *activity.Activity, id vocab.FactID, r *ruling.Ruling) bool {
	stated := func(id vocab.FactID) bool { _, ok := a.Facts.Get(id); return ok }
	asked := func(id vocab.FactID) bool {
		return slices.ContainsFunc(r.Questions, func(q ruling.Question) bool { return q.Fact == id })
	}
	switch id {
	case vocab.LoadingState: // a port lies in its state
		return stated(vocab.LoadingPort)
	case vocab.ContractWritten: // what does not exist is not in writing
		exists, ok := a.Facts.Get(vocab.ContractExists)
		return ok && !exists.Bool()
	case vocab.ContractExists: // it has a date, or its date is asked for
		return stated(vocab.ContractDate) || asked(vocab.ContractDate)
	case vocab.ApprovalValidUntil: // of an approval that is asked for
		return asked(vocab.ApprovalCommittee)
	}
	return false
}

// A fact added to an incomplete case never contradicts what was decided: every
// finding that was certain stays as it was.
func TestAnswersContradictNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	b := setup(t)
	tries := newAnswers(b)
	rng := rand.New(rand.NewPCG(3, 3))
	for _, s := range b.list {
		r := rule(t, b.Engine, s.Activity)
		if len(r.Questions) == 0 || s.Activity.Date.From != s.Activity.Date.To {
			continue
		}
		for range 20 {
			q := r.Questions[rng.IntN(len(r.Questions))]
			vs := tries.of(q.Fact)
			a := s.Activity.Clone()
			v := vs[rng.IntN(len(vs))]
			if err := b.Reference.SetFact(a, q.Name(), v); err != nil {
				t.Fatal(err)
			}
			after := rule(t, b.Engine, a)
			for i := range r.Findings {
				f := &r.Findings[i]
				if f.Outcome == ruling.Open || q.Fact == vocab.GoodsHS || q.Fact == vocab.GoodsCommodity {
					continue
				}
				if !slices.ContainsFunc(after.Findings, func(g ruling.Finding) bool {
					return g.Provision == f.Provision && g.Line == f.Line && g.Outcome == f.Outcome && g.Verdict == f.Verdict
				}) {
					t.Errorf("%s: with %s=%s the finding of %s (%s) is gone", s.ID, q.Name(), v, f.Provision.ID, f.Outcome)
				}
			}
		}
	}
}

// The findings stand in the order of the law.
func TestOrderOfFindings(t *testing.T) {
	b := setup(t)
	for _, s := range b.list {
		r := rule(t, b.Engine, s.Activity)
		if !slices.IsSortedFunc(r.Findings, func(a, b ruling.Finding) int {
			return cmp.Or(cmp.Compare(a.Provision.Order, b.Provision.Order), cmp.Compare(a.Line, b.Line))
		}) {
			t.Errorf("%s: findings out of order", s.ID)
		}
	}
}
