package series

import (
	"encoding/csv"
	"io/fs"
	"os"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/goods"
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
