package table

import (
	"bytes"
	"context"
	"io/fs"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
)

func options(t testing.TB) Options {
	t.Helper()
	sub, err := fs.Sub(data.FS, "place")
	if err != nil {
		t.Fatal(err)
	}
	g, err := place.Load(sub)
	if err != nil {
		t.Fatal(err)
	}
	base := record.Empty()
	base.Series = "mine"
	return Options{File: "f.csv", Base: base, Decoder: record.Decoder{Places: g}}
}

func lines(t testing.TB, r record.Reader) (string, record.Tally) {
	t.Helper()
	var out []string
	for rec, err := range record.All(context.Background(), r) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(record.AppendJSON(nil, &rec)))
	}
	return strings.Join(out, "\n"), r.Tally()
}

func TestMapping(t *testing.T) {
	o := options(t)
	o.Map = map[string]string{"period": "Month", "partner": "Country", "value_usd": "Trade (USD m)"}
	o.Set = map[string]string{"by": "An agency", "subject": "KP", "flow": "total", "scope": "without some"}
	o.Scale = map[string]float64{"value_usd": 1e6}
	r, err := New(strings.NewReader("Month;Country;Trade (USD m);note;Colour\n201704;China;6.5;n;red\n2017-05;World;1;;\n2017;Atlantis;1;;\n2018;China;;;\n"), o)
	if err != nil {
		t.Fatal(err)
	}
	got, tally := lines(t, r)
	want := `{"series":"mine","measure":"trade","kind":"reported","by":"An agency","subject":"KP","partner":"CN","flow":"total","period":"2017-04","value_usd":6500000,"scope":"without some","note":"n","row":2}
{"series":"mine","measure":"trade","kind":"reported","by":"An agency","subject":"KP","world":true,"flow":"total","period":"2017-05","value_usd":1000000,"scope":"without some","row":3}`
	if got != want {
		t.Errorf("%s", got)
	}
	if tally.Rows != 4 || tally.Refused != 2 || strings.Join(tally.Unused, "") != "Colour" ||
		!strings.HasPrefix(tally.Refusals[0].Reason, `unknown country "Atlantis"`) || tally.Refusals[1].Place.String() != "f.csv:5, field quantity" {
		t.Errorf("%+v", tally)
	}
}

// TestWorkbook reads the same from a workbook, where large numbers have an exponent.
func TestWorkbook(t *testing.T) {
	x := excelize.NewFile()
	for cell, v := range map[string]any{"A1": "period", "B1": "value_usd", "A2": "2017", "B2": 6.54e21, "A3": "2018", "B3": 12.5} {
		if err := x.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := x.Write(&buf); err != nil {
		t.Fatal(err)
	}
	o := options(t)
	o.Set = map[string]string{"reporter": "CN"}
	r, err := New(&buf, o)
	if err != nil {
		t.Fatal(err)
	}
	got, tally := lines(t, r)
	if !strings.Contains(got, `"value_usd":6540000000000000000000,`) || !strings.Contains(got, `"value_usd":12.5,"row":3`) || tally.Refused > 0 {
		t.Errorf("%s %+v", got, tally)
	}
}

func TestRefusedOptions(t *testing.T) {
	for _, c := range []struct {
		change func(*Options)
		want   string
	}{
		{func(o *Options) { o.Map = map[string]string{"valu": "V"} }, `a record has no field "valu"`},
		{func(o *Options) { o.Map = map[string]string{"value_usd": "W"} }, `the table has no column "W" `},
		{func(o *Options) {}, "no column of the table is a field of a record"},
		{func(o *Options) {
			o.Map = map[string]string{"value_usd": "V"}
			o.Set = map[string]string{"kind": "guess"}
		}, `there is no kind of figure "guess"`},
		{func(o *Options) {
			o.Map = map[string]string{"value_usd": "V"}
			o.Scale = map[string]float64{"period": 2}
		}, `"period" cannot be scaled by 2`},
	} {
		o := options(t)
		c.change(&o)
		_, err := New(strings.NewReader("P,V\n2017,1\n"), o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

// FuzzTable holds that every row is handled or refused.
func FuzzTable(f *testing.F) {
	o := options(f)
	o.Set = map[string]string{"by": "A"}
	f.Add("period,value_usd,partner\n2017,1,CN\n201704,1e5,World\n")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := New(strings.NewReader(s), o)
		if err != nil {
			return
		}
		n := 0
		_ = r.Each(context.Background(), func(rec *record.Record) error { n++; return rec.Check() })
		if tally := r.Tally(); tally.Rows != tally.Handled+tally.Refused || tally.Handled != n {
			t.Fatalf("%+v, %d", tally, n)
		}
	})
}
