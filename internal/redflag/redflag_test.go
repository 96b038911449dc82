package redflag

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/place"
)

func gazetteer(t testing.TB) *place.Gazetteer {
	t.Helper()
	sub, err := fs.Sub(data.FS, "place")
	if err != nil {
		t.Fatal(err)
	}
	g, err := place.Load(sub)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func reader(t testing.TB) *Reader {
	t.Helper()
	r, err := Load(data.FS, "matching", gazetteer(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func party(schema, name string, more ...func(*match.Input)) match.Input {
	in := match.Input{Schema: schema, Names: []match.Name{{Text: name}}}
	for _, f := range more {
		f(&in)
	}
	return in
}

func id(kind, value string) func(*match.Input) {
	return func(in *match.Input) {
		in.Identifiers = append(in.Identifiers, match.Identifier{Kind: kind, Value: value})
	}
}

func at(address string) func(*match.Input) {
	return func(in *match.Input) { in.Addresses = append(in.Addresses, address) }
}

func under(flag string) func(*match.Input) { return func(in *match.Input) { in.Flag = flag } }

func from(country string) func(*match.Input) {
	return func(in *match.Input) { in.Countries = append(in.Countries, country) }
}

// TestFlags is what a screening officer would expect to be pointed at, and what not.
func TestFlags(t *testing.T) {
	r := reader(t)
	for _, c := range []struct {
		what string
		in   match.Input
		want string // kinds with fields
	}{
		{"a right number", party("Vessel", "Ocean Star", id("imo", "9074729")), ""},
		{"a wrong check digit", party("Vessel", "Ocean Star", id("imo", "IMO 9074728")), "number imo"},
		{"digits that climb, check digit right", party("Vessel", "Ocean Star", id("imo", "1234567")), "placeholder imo"},
		{"a laundered number passes, and clears nobody", party("Vessel", "Shun Fa", id("imo", "8528864")), ""},
		{"digits allocated to no state", party("Vessel", "Ocean Star", id("mmsi", "646123456")), "radio_flag mmsi"},
		{"digits that climb", party("Vessel", "Ocean Star", id("mmsi", "123456789")), "placeholder mmsi"},
		{"zeros after the flag", party("Vessel", "Ocean Star", id("mmsi", "412000000")), "placeholder mmsi"},
		{"no ship's number", party("Vessel", "Ocean Star", id("mmsi", "974123456")), "number mmsi"},
		{"Panama by flag, the Comoros by radio", party("Vessel", "Ocean Star", id("mmsi", "620123456"), under("PA")), "radio_flag mmsi"},
		{"Panama by both", party("Vessel", "Ocean Star", id("mmsi", "351123456"), under("pa")), ""},
		{"an account that cannot be", party("Company", "Acme", id("iban", "DE00 3704 0044 0532 0130 00")), "number iban"},
		{"a passport is of no form that is known", party("Person", "Anna Kowalska", id("passport", "x")), ""},
		{"an embassy elsewhere", party("", "Embassy of the DPRK, Kuala Lumpur", from("MY")), "mission name"},
		{"an embassy of a state without measures", party("", "Embassy of Norway, Kuala Lumpur"), ""},
		{"an embassy to it", party("", "British Embassy Pyongyang"), "territory name"},
		{"a ministry", party("Company", "Ministry of Railways, North Korea"), "state_body name"},
		{"a ministry of another state", party("Company", "Ministry of Railways, India"), ""},
		{"in Russian", party("", "посольство КНДР"), "mission name"},
		{"a town in a name", party("Company", "Sinuiju Trading"), "territory name"},
		{"a person called as a town", party("Person", "Tehran Jones"), ""},
		{"who speaks about a state is none of its", party("Company", "Friends of North Korea Refugees"), ""},
		{"the other Korea", party("Company", "Ministry of Unification, Republic of Korea", from("KR")), ""},
		{"a town in an address", party("Company", "Acme", at("3 Station Road, Rajin")), "territory address"},
		{"the state in an address", party("Company", "Acme", at("P.O. Box 7, DPRK")), "territory address"},
		{"a territory that regimes elsewhere are about", party("Company", "Acme", at("Yalta, Krimea")), "territory address territory address"},
		{"a town of the same name as a state of the union", party("Company", "Acme", at("MIAMI, FLORIDA")), ""},
		{"its country", party("Company", "Acme", from("kp")), "state country"},
		{"its flag", party("Vessel", "Ocean Star", under("KP")), "state flag"},
		{"a name of that language alone", party("Person", "김영철"), ""},
		{"nothing", match.Input{}, ""},
	} {
		var got []string
		for _, f := range r.Of(&c.in) {
			got = append(got, string(f.Kind)+" "+f.Field)
			if f.Text == "" || f.Value == "" {
				t.Errorf("%s: %+v says nothing", c.what, f)
			}
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: %q, want %q", c.what, g, c.want)
		}
	}
}

// TestTargetsAreThoseOfTheLaw holds the table to the regimes: which states measures are about is for the law to say.
func TestTargetsAreThoseOfTheLaw(t *testing.T) {
	l, err := law.Load(law.Source{FS: data.FS, Root: "instruments"})
	if err != nil {
		t.Fatal(err)
	}
	r := reader(t)
	var have, want []string
	for s := range r.targets {
		have = append(have, s.String())
	}
	for _, x := range l.Regimes {
		want = append(want, x.Target)
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, slices.Compact(want)) {
		t.Errorf("the table has %v, the regimes are about %v", have, want)
	}
}

func TestTablesThatAreWrong(t *testing.T) {
	g := gazetteer(t)
	for _, table := range []string{"KP", "KP\tRason", "Atlantis\tA\tB"} {
		if _, err := LoadPlaces(g, []byte("# a\n"+table+"\n")); err == nil || !strings.Contains(err.Error(), "places.tsv:2") {
			t.Errorf("%q: %v", table, err)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add("Embassy of the DPRK", "imo", "9074729", "Yalta", "KP")
	f.Add("посольство \xff", "mmsi", "646", strings.Repeat("평양 ", 3000), "x")
	r := reader(f)
	f.Fuzz(func(t *testing.T, name, kind, value, address, flag string) {
		in := party("", name, id(kind, value), at(address), under(flag), from(flag))
		got := r.Of(&in)
		if len(got) > most || !slices.Equal(got, r.Of(&in)) {
			t.Errorf("%d flags, or not the same again", len(got))
		}
	})
}

func BenchmarkOf(b *testing.B) {
	r := reader(b)
	for name, in := range map[string]match.Input{
		"person":  party("Person", "Kowalska, Anna Maria", from("PL")),
		"mission": party("", "Embassy of the DPRK, Kuala Lumpur"),
		"address": party("Company", "Acme Trading", at("3 Station Road, Rajin, DPRK")),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.Of(&in)
			}
		})
	}
}
