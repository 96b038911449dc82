package series

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

func testHS(t testing.TB) *goods.Nomenclature {
	t.Helper()
	sub, err := fs.Sub(data.FS, "goods/hs")
	if err != nil {
		t.Fatal(err)
	}
	hs, err := goods.Load(sub)
	if err != nil {
		t.Fatal(err)
	}
	return hs
}

// TestDescriptionsOfTheHS asks of each subheading of a published table whether its own
// description is that of another chapter: a query that comes up there is a false one.
func TestDescriptionsOfTheHS(t *testing.T) {
	f, err := os.Open("../../../shared/data/trade/hs/harmonized-system_HS2022.csv")
	if err != nil {
		t.Skip("the table of the HS is not at hand")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{hs: testHS(t)}
	asked, wrong := 0, 0
	for _, row := range rows[1:] {
		code, err := goods.ParseCode(row[1])
		if err != nil || code.Len() != 6 {
			continue
		}
		asked++
		if c.other(code, row[2]) {
			wrong++
			if wrong < 12 {
				t.Logf("%s %q is taken for %s", code.Dotted(), row[2], c.nearest(row[2]))
			}
		}
	}
	t.Logf("%d of %d descriptions are queried", wrong, asked)
	if wrong*100 > asked {
		t.Errorf("more than one in a hundred right descriptions is queried")
	}
}

// TestDescribedAsOther asks about a code whose description is that of other goods.
func TestDescribedAsOther(t *testing.T) {
	c := &checker{hs: testHS(t)}
	for _, x := range []struct {
		code, words string
		want        bool
	}{
		{"843231", "Electronic integrated circuits: processors and controllers", true},
		{"854231", "Electronic integrated circuits: processors and controllers", false},
		{"843231", "No-till direct seeders, planters and transplanters", false},
		{"270119", "Coal; other than anthracite and bituminous", false},
		{"270119", "Iron ores and concentrates", true},
	} {
		code, err := goods.ParseCode(x.code)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.other(code, x.words); got != x.want {
			t.Errorf("%s as %q: %v (label %q, search gives %v)", x.code, x.words, got, c.hs.Label(code), c.hs.Search(x.words, 4))
		}
	}
}

// TestCheck tells of each thing that is to be said.
func TestCheck(t *testing.T) {
	c := &checker{
		hs: testHS(t), meta: Meta{ID: ID{"one", 1}, Tally: record.Tally{Rows: 3, Refused: 1, Unused: []string{"mood"}}},
		codes: map[described]string{}, shares: map[shareOf]float64{}, told: map[string]*Finding{},
	}
	add := func(f func(*record.Record)) {
		r := record.Empty()
		r.By, r.Value = "A", record.Exactly(1)
		r.Period, _ = when.Parse("2017")
		r.Flow = record.Import
		f(&r)
		if err := c.record(&r); err != nil {
			t.Fatal(err)
		}
	}
	code := func(s string) goods.Code {
		x, err := goods.ParseCode(s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	share := func(v float64) func(*record.Record) {
		return func(r *record.Record) {
			r.Measure, r.Quantity, r.Unit, r.Value = record.TradeShare, record.Exactly(v), record.Percent, record.Range{}
		}
	}
	add(func(r *record.Record) { r.Code, r.Edition, r.ID = code("270199"), goods.HS2017, "unknown" })
	add(func(r *record.Record) { r.Code, r.Edition = code("270199"), goods.HS2017 })
	add(func(r *record.Record) {
		r.Code, r.Edition, r.Commodity, r.ID = code("843231"), goods.HS2017, "Electronic integrated circuits", "described"
	})
	add(func(r *record.Record) { r.Code, r.Edition = code("9650"), 2002 })
	add(func(r *record.Record) { r.Flow = record.NoFlow })
	add(func(r *record.Record) { r.Blank, r.Value = true, record.Range{} })
	add(share(60))
	add(share(41))
	var got []string
	for _, f := range c.end() {
		got = append(got, fmt.Sprintf("%d %s %s %d", f.Gravity, f.Kind, f.Record, f.Count))
	}
	want := "2 shares_over_100  1\n2 unknown_code  1\n2 unknown_code unknown 1\n1 described_as_other described 1\n1 no_direction  1\n1 refused  1\n" +
		"0 blank  1\n0 edition_not_held  1\n0 unused_columns  1"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}
