package ownership

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/when"
)

func rules(t testing.TB) Rules {
	t.Helper()
	b, err := fs.ReadFile(data.FS, "ownership/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rs, err := ReadRules("rules.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func share(owner string, low, high float64, owned string) Stake {
	return Stake{Owner: owner, Owned: owned, Low: low, High: high, Since: when.NoDay, Until: when.NoDay}
}

func exact(owner string, per float64, owned string) Stake { return share(owner, per, per, owned) }

func control(owner, owned string) Stake {
	return Stake{Owner: owner, Owned: owned, Control: true, Since: when.NoDay, Until: when.NoDay}
}

// The cases a lawyer would ask about. X, Y and Z are listed.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		name   string
		stakes []Stake
		of     string
		regime string
		day    string
		want   Outcome
	}{
		{"FAQ 401, 1: a chain of halves is not a quarter", []Stake{exact("X", 50, "A"), exact("A", 50, "B")}, "B", "us", "2020-01-01", Caught},
		{"FAQ 401, 2: two quarters through two caught firms", []Stake{exact("X", 50, "A"), exact("X", 50, "B"), exact("A", 25, "C"), exact("B", 25, "C")}, "C", "us", "2020-01-01", Caught},
		{"FAQ 401, 3: 10 direct and 40 through a caught firm", []Stake{exact("X", 50, "A"), exact("X", 10, "B"), exact("A", 40, "B")}, "B", "us", "2020-01-01", Caught},
		{"25 through a firm that is not caught adds nothing", []Stake{exact("X", 25, "A"), exact("A", 100, "B"), exact("X", 49, "B")}, "B", "us", "2020-01-01", Free},
		{"two listed owners add up", []Stake{exact("X", 25, "A"), exact("Y", 25, "A")}, "A", "us", "2020-01-01", Caught},
		{"exactly 50: US", []Stake{exact("X", 50, "A")}, "A", "us", "2020-01-01", Caught},
		{"exactly 50: EU before July 2024", []Stake{exact("X", 50, "A")}, "A", "eu", "2024-06-30", Free},
		{"exactly 50: EU after", []Stake{exact("X", 50, "A")}, "A", "eu", "2024-07-31", Caught},
		{"exactly 50: UK", []Stake{exact("X", 50, "A")}, "A", "uk", "2024-07-31", Free},
		{"50.01: UK", []Stake{exact("X", 50.01, "A")}, "A", "uk", "2024-07-31", Caught},
		{"UK does not add up two listed owners", []Stake{exact("X", 30, "A"), exact("Y", 30, "A")}, "A", "uk", "2024-07-31", Free},
		{"49 and control: US", []Stake{exact("X", 49, "A"), control("X", "A")}, "A", "us", "2020-01-01", Caution},
		{"49 and control: UK", []Stake{exact("X", 49, "A"), control("X", "A")}, "A", "uk", "2020-01-01", Caught},
		{"49 and control: EU before July 2024", []Stake{exact("X", 49, "A"), control("X", "A")}, "A", "eu", "2024-06-30", Caught},
		{"49 and control: EU after", []Stake{exact("X", 49, "A"), control("X", "A")}, "A", "eu", "2024-07-31", Caught},
		{"45 to 55: nobody knows", []Stake{share("X", 45, 55, "A")}, "A", "us", "2020-01-01", Weigh},
		{"unknown share", []Stake{share("X", 0, 100, "A")}, "A", "us", "2020-01-01", Weigh},
		{"unknown share, but others hold 60", []Stake{share("X", 0, 100, "A"), exact("free", 60, "A")}, "A", "us", "2020-01-01", Free},
		{"UN: no number", []Stake{exact("X", 30, "A")}, "A", "un", "2020-01-01", Weigh},
		{"UN: the whole of it", []Stake{exact("X", 100, "A")}, "A", "un", "2020-01-01", Caught},
		{"UN: control", []Stake{control("X", "A")}, "A", "un", "2020-01-01", Caught},
		{"nobody listed", []Stake{exact("free", 100, "A")}, "A", "us", "2020-01-01", Free},
		{"a circle of owners", []Stake{exact("A", 100, "B"), exact("B", 100, "A")}, "A", "us", "2020-01-01", Free},
		{"a circle fed by a listed one", []Stake{exact("X", 60, "A"), exact("A", 40, "B"), exact("B", 40, "A"), exact("A", 20, "B")}, "B", "us", "2020-01-01", Caught},
	} {
		rule, ok := rules(t).On(c.regime, parse(c.day))
		if !ok {
			t.Fatalf("%s: no rule", c.name)
		}
		got := NewGraph(c.stakes).Assess(rule, parse(c.day), listed, c.of)
		if got.Outcome != c.want {
			t.Errorf("%s: %s with %v to %v, want %s", c.name, got.Outcome, got.Low, got.High, c.want)
		}
		if got.Outcome > Free && len(got.Via) == 0 {
			t.Errorf("%s: %s by way of %d stakes", c.name, got.Outcome, len(got.Via))
		}
	}
}

func parse(s string) when.Day {
	d, err := when.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func listed(id string) bool { return id == "X" || id == "Y" || id == "Z" }

func TestStakesHaveTheirTime(t *testing.T) {
	s := exact("X", 80, "A")
	s.Since, s.Until = parse("2015-01-01"), parse("2016-12-31")
	rule, _ := rules(t).On("us", parse("2020-01-01"))
	for day, want := range map[string]Outcome{"2014-12-31": Free, "2015-01-01": Caught, "2016-12-31": Caught, "2017-01-01": Free} {
		if got := NewGraph([]Stake{s}).Assess(rule, parse(day), listed, "A").Outcome; got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func TestNoRuleBeforeItsDay(t *testing.T) {
	if _, ok := rules(t).On("us", parse("2010-01-01")); ok {
		t.Error("a rule of 2014 holds in 2010")
	}
}

// graphs draws small graphs with exact shares.
func graphs(t *rapid.T) []Stake {
	ids := []string{"X", "Y", "A", "B", "C", "D"}
	var out []Stake
	for _, owned := range []string{"A", "B", "C", "D"} {
		left := 100
		for _, owner := range rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, 3, rapid.ID).Draw(t, "owners of "+owned) {
			per := rapid.IntRange(0, left).Draw(t, "share")
			left -= per
			if owner != owned && per > 0 {
				out = append(out, exact(owner, float64(per), owned))
			}
		}
	}
	return out
}

// Wider ranges never turn a sure answer into the other sure one; another order
// of statements changes nothing; more listed parties free nobody.
func TestProperties(t *testing.T) {
	rs := rules(t)
	rapid.Check(t, func(t *rapid.T) {
		stakes := graphs(t)
		rule, _ := rs.On(rapid.SampledFrom(rs.Regimes()).Draw(t, "regime"), parse("2025-01-01"))
		wide := slices.Clone(stakes)
		for i := range wide {
			wide[i].Low = max(0, wide[i].Low-float64(rapid.IntRange(0, 20).Draw(t, "less")))
			wide[i].High = min(100, wide[i].High+float64(rapid.IntRange(0, 20).Draw(t, "more")))
		}
		shuffled := slices.Clone(stakes)
		rand.New(rand.NewPCG(1, uint64(len(stakes)))).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for _, id := range []string{"A", "B", "C", "D"} {
			ask := func(s []Stake, l func(string) bool) Result {
				return NewGraph(s).Assess(rule, parse("2025-01-01"), l, id)
			}
			plain, loose := ask(stakes, listed), ask(wide, listed)
			if loose.Outcome == Caught && plain.Outcome < Weigh || loose.Outcome == Free && plain.Outcome == Caught {
				t.Errorf("%s: exact %s, in ranges %s", id, plain.Outcome, loose.Outcome)
			}
			if again := ask(shuffled, listed); fmt.Sprint(again) != fmt.Sprint(plain) {
				t.Errorf("%s: another order gives %v and not %v", id, again, plain)
			}
			more := ask(stakes, func(x string) bool { return listed(x) || x == "D" && id != "D" })
			if more.Outcome < plain.Outcome {
				t.Errorf("%s: %s with more listed, %s with fewer", id, more.Outcome, plain.Outcome)
			}
		}
	})
}

func FuzzReadRules(f *testing.F) {
	b, err := fs.ReadFile(data.FS, "ownership/rules.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = ReadRules("f", b) })
}

// A chain of a thousand owners, and a firm with a thousand: cost grows with the
// part of the graph above the party.
func BenchmarkAssess(b *testing.B) {
	var chain, fan []Stake
	for i := range 1000 {
		chain = append(chain, exact(fmt.Sprint(i), 100, fmt.Sprint(i+1)))
		fan = append(fan, exact(fmt.Sprint(i), 0.1, "A"))
	}
	rule, _ := rules(b).On("us", parse("2025-01-01"))
	for name, g := range map[string]*Graph{"chain": NewGraph(chain), "fan": NewGraph(fan)} {
		id := map[string]string{"chain": "1000", "fan": "A"}[name]
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				g.Assess(rule, parse("2025-01-01"), func(x string) bool { return x == "0" }, id)
			}
		})
	}
}
