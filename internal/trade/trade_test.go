package trade

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/mirror"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

func in[T any](t testing.TB, dir string, load func(fs.FS) (T, error)) T {
	t.Helper()
	sub, err := fs.Sub(data.FS, dir)
	if err != nil {
		t.Fatal(err)
	}
	x, err := load(sub)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func config(t testing.TB) Config {
	t.Helper()
	l, err := law.Load(law.Source{FS: data.FS, Root: "instruments", Name: "data/instruments"})
	if err != nil {
		t.Fatal(err)
	}
	lists, err := goods.LoadLists(data.FS, "goods/lists")
	if err != nil {
		t.Fatal(err)
	}
	return Config{Facts: data.FS, Places: in(t, "place", place.Load), HS: in(t, "goods/hs", goods.Load), Lists: lists, Law: l}
}

func target(t testing.TB, c Config, s string) place.State {
	t.Helper()
	st, err := c.Places.ParseState(s)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// Which provisions name a code, in which direction, from which day, and how surely.
func TestBarred(t *testing.T) {
	c := config(t)
	b := newBars(c.Law, c.Lists).of(target(t, c, "PRK"))
	cases := []struct {
		code string
		dir  mirror.Direction
		on   string
		want string // one provision with its first day; "" for none at all
		sure bool
	}{
		{"270112", mirror.From, "2018", "2371-p8 2017-08-05", false},
		{"2701", mirror.From, "2016-12", "2321-p26 2016-11-30", false},
		{"270112", mirror.To, "2018", "", false},
		{"847130", mirror.To, "2018", "2397-p7 2017-12-22", true},
		{"847130", mirror.To, "2016", "", false},
		{"270900", mirror.To, "2018", "2397-p4 2017-12-23", false},
		{"10", mirror.To, "2018", "", false},
	}
	for _, x := range cases {
		code, err := goods.ParseCode(x.code)
		if err != nil {
			t.Fatal(err)
		}
		p, err := when.Parse(x.on)
		if err != nil {
			t.Fatal(err)
		}
		bars := b.Barred(code, goods.HS2017, x.dir, p)
		var got []string
		found := x.want == "" && len(bars) == 0
		for _, bar := range bars {
			s := fmt.Sprintf("%s %s", bar.Provision, bar.From)
			got = append(got, fmt.Sprintf("%s %t (%s)", s, bar.Sure, bar.By))
			found = found || s == x.want && bar.Sure == x.sure
		}
		if !found {
			t.Errorf("HS %s %s in %s: want %q %t, got\n  %s", x.code, x.dir, x.on, x.want, x.sure, strings.Join(got, "\n  "))
		}
	}
	if got := newBars(c.Law, c.Lists).of(target(t, c, "FR")); len(got.provisions) > 0 {
		t.Error("a state that no regime is about has bars")
	}
}

func TestTablesAreReadWhole(t *testing.T) {
	c := config(t)
	const head = "refYear,reporterDesc,flowCode,partnerDesc,cmdCode,primaryValue\n"
	const ok = "2018,China,M,Dem. People's Rep. of Korea,270111,5\n"
	cases := []struct {
		name   string
		tables []Table
		code   fault.Code
		want   string
	}{
		{"good", []Table{Bytes("a.csv", []byte(head+ok))}, "", ""},
		{"twice", []Table{Bytes("a.csv", []byte(head+ok)), Bytes("b.csv", []byte(head+ok))}, fault.Conflict, "b.csv has the same bytes as a.csv"},
		{"nothing", []Table{Bytes("a.csv", []byte(head))}, fault.Invalid, "no row of a.csv could be read"},
		{"a page", []Table{Bytes("a.csv", []byte("<html>502</html>"))}, fault.Invalid, "a.csv"},
		{"cut", []Table{Bytes("a.json", []byte(`{"data":[{"refYear":2018`))}, fault.Invalid, "a.json"},
		{"unknown", []Table{Bytes("a.parquet", nil)}, fault.Usage, "what kind of table"},
	}
	for _, x := range cases {
		conf := c
		conf.Tables = x.tables
		d, err := Open(conf)
		if err != nil {
			t.Fatal(err)
		}
		a, err := d.Look(context.Background(), mirror.Ask{Target: target(t, c, "PRK")})
		switch {
		case x.code == "" && err != nil, x.code != "" && (fault.CodeOf(err) != x.code || !strings.Contains(fmt.Sprint(err), x.want)):
			t.Errorf("%s: %v", x.name, err)
		case x.code == "" && (len(a.Read) != 1 || a.Read[0].Tally.Handled != 1 || len(a.Barred) == 0):
			t.Errorf("%s: %+v", x.name, a.Read)
		}
	}
}
