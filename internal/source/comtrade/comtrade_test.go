package comtrade

import (
	"context"
	"io/fs"
	"os"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
)

func testAreas(t testing.TB) *Areas {
	t.Helper()
	b, err := os.ReadFile("../../../data/records/comtrade-areas.tsv")
	if err != nil {
		t.Fatal(err)
	}
	sub, err := fs.Sub(data.FS, "place")
	if err != nil {
		t.Fatal(err)
	}
	g, err := place.Load(sub)
	if err != nil {
		t.Fatal(err)
	}
	a, err := ReadAreas("comtrade-areas.tsv", b, g)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestReducedFile reads rows as the publication gave them, of few columns.
func TestReducedFile(t *testing.T) {
	const name = "../../../../shared/data/trade/comtrade_rows_partner_DPRK_2001-2025.csv"
	f, err := os.Open(name)
	if err != nil {
		t.Skip("the rows of Comtrade are not at hand")
	}
	defer f.Close()
	r, err := NewCSV(f, Options{File: name, Areas: testAreas(t)})
	if err != nil {
		t.Fatal(err)
	}
	areas := 0
	if err := r.Each(context.Background(), func(rec *record.Record) error {
		if rec.By != "" {
			areas++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	tally := r.Tally()
	if tally.Rows != 672 || tally.Handled != 672 || len(tally.Unused) != 0 || areas != 18 {
		t.Errorf("%d rows, %d handled, %d reported by areas, unused %v, refused %v", tally.Rows, tally.Handled, areas, tally.Unused, tally.Refusals)
	}
}
