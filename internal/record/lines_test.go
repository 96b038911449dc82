package record_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

var equal = cmpopts.EquateComparable(goods.Code{})

// drawn makes a record that passes Check, of any shape.
func drawn(t *rapid.T, d record.Decoder) record.Record {
	r := record.Empty()
	text := rapid.StringMatching(`[a-zA-Zé"\\ ,;]{0,12}`)
	states := d.Places.States()
	r.ID, r.Series = text.Draw(t, "id"), rapid.SampledFrom([]string{"", "kotra"}).Draw(t, "series")
	if rapid.Bool().Draw(t, "state reports") {
		r.Reporter = rapid.SampledFrom(states).Draw(t, "reporter")
	} else {
		r.By = "x" + text.Draw(t, "by")
	}
	switch rapid.IntRange(0, 3).Draw(t, "partner kind") {
	case 1:
		r.World = true
	case 2:
		r.Partner = rapid.SampledFrom(states).Draw(t, "partner")
	case 3:
		r.Area = "Areas, nes"
	}
	r.Measure, r.Kind = record.Trade, record.Kind(rapid.IntRange(0, 3).Draw(t, "kind"))
	r.Flow = record.Flow(rapid.IntRange(0, 5).Draw(t, "flow"))
	r.Note, r.Scope, r.Assumption = "n"+text.Draw(t, "note"), text.Draw(t, "scope"), text.Draw(t, "assumption")
	from := when.Day(rapid.Int32Range(0, 20000).Draw(t, "from"))
	r.Period = when.Period{From: from, To: from + when.Day(rapid.Int32Range(0, 900).Draw(t, "days"))}
	span := func(name string) record.Range {
		if !rapid.Bool().Draw(t, name+" known") {
			return record.Range{}
		}
		low := rapid.Float64Range(0, 1e15).Draw(t, name)
		return record.Range{Low: low, High: low + rapid.SampledFrom([]float64{0, 0, 1.5}).Draw(t, name+" width"), Known: true}
	}
	if r.Quantity = span("quantity"); r.Quantity.Known {
		r.Unit = rapid.SampledFrom([]string{"t", "bbl", "items"}).Draw(t, "unit")
	}
	if r.Value = span("value"); r.Value.Known {
		r.Basis = record.Basis(rapid.IntRange(0, 2).Draw(t, "basis"))
	}
	r.NetWeight = span("weight")
	r.Blank = !r.Quantity.Known && !r.Value.Known && !r.NetWeight.Known
	r.EstimatedQuantity = rapid.Bool().Draw(t, "estimated")
	if rapid.Bool().Draw(t, "has code") {
		r.Code, _ = goods.ParseCode(rapid.StringMatching(`0[1-9]([0-9]{2}){0,4}`).Draw(t, "code"))
		r.Edition = rapid.SampledFrom([]goods.Edition{0, 2007, 2017}).Draw(t, "edition")
	}
	r.Row, r.Snapshot = rapid.IntRange(0, 1e6).Draw(t, "row"), rapid.IntRange(0, 3).Draw(t, "snapshot")
	return r
}

// TestForms writes records as lines and as cells, and reads the same back.
func TestForms(t *testing.T) {
	d := decoder(t)
	rapid.Check(t, func(t *rapid.T) {
		r := drawn(t, d)
		if err := r.Check(); err != nil {
			t.Fatal(err)
		}
		line := record.AppendJSON(nil, &r)
		var back record.Record
		if err := d.JSON(line, &back); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if diff := cmp.Diff(r, back, equal); diff != "" {
			t.Fatalf("%s\n%s", line, diff)
		}
		back = record.Empty()
		for i, s := range r.Cells() {
			if err := d.Set(&back, record.Fields()[i], s); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(r, back, equal); diff != "" {
			t.Fatalf("cells: %s", diff)
		}
	})
}

// FuzzJSON holds that what is read as a record is written and read again the same.
func FuzzJSON(f *testing.F) {
	d := decoder(f)
	f.Add([]byte(`{"id":"a","measure":"trade","kind":"reported","reporter":"CN","partner":"KP","flow":"import","hs":"2701","period":"2017-04","quantity":[1,2.5],"unit":"t","value_usd":3,"basis":"cif","verified":true,"source_url":"u","row":3}`))
	f.Add([]byte(`{"by":"KOTRA","measure":"trade_share","quantity":89.1,"unit":"pct","period":"2013"}`))
	f.Add([]byte(`{"reporter":"CN","reporter":"RU"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r, again record.Record
		if d.JSON(b, &r) != nil {
			return
		}
		line := record.AppendJSON(nil, &r)
		if err := d.JSON(line, &again); err != nil {
			t.Fatalf("%q gives %s, which does not read: %v", b, line, err)
		}
		if second := record.AppendJSON(nil, &again); !bytes.Equal(line, second) {
			t.Fatalf("%s reads as %s", line, second)
		}
	})
}

// FuzzFile holds that no file makes the reader of YAML fail in another way than by a
// fault.
func FuzzFile(f *testing.F) {
	d := decoder(f)
	f.Add([]byte("series: a\nsources: {s: {url: u}}\nrecords:\n- {id: x, by: A, period: 2017, value_usd: [1, 2], source: s, verified: true}\n"))
	f.Add([]byte("series: a\nsnapshots: [{published: 2017}]\nsources: {}\ndefaults: {kind: alleged}\nrecords: []\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := record.ReadFile("f.yaml", b, d)
		if err != nil {
			return
		}
		for i := range file.Records {
			if err := file.Records[i].Check(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestRefusedJSON(t *testing.T) {
	d := decoder(t)
	const ok = `"by":"A","period":"2017"`
	for _, c := range []struct{ line, want string }{
		{`{` + ok + `}`, "field quantity: the record has neither quantity nor value (say blank: true where the source itself leaves it out)"},
		{`{` + ok + `,"value_usd":1,"blank":true}`, "field blank: the figure is called blank and is not"},
		{`{` + ok + `,"valu_usd":1}`, `a record has no field "valu_usd" (did you mean value_usd?)`},
		{`{` + ok + `,"value_usd":"1"}`, "field value_usd: the value must be a number or [low, high]"},
		{`{` + ok + `,"value_usd":[2,1]}`, "field value_usd: the range runs backwards, from 2 to 1"},
		{`{` + ok + `,"value_usd":-1}`, `field value_usd: "-1" is not a figure (write digits with a point for decimals, as in 1440000 or 0.5, or LOW..HIGH)`},
		{`{` + ok + `,"quantity":1}`, "field unit: the quantity has no unit (give one of: " + strings.Join(record.Units(), ", ") + ")"},
		{`{` + ok + `,"quantity":1,"unit":"tonne"}`, `field unit: there is no unit "tonne" (give one of: t, kg, bbl`},
		{`{` + ok + `,"measure":"trade_share","quantity":100.1,"unit":"pct"}`, "field quantity: a share of 100.1 per cent (a share lies between 0 and 100)"},
		{`{` + ok + `,"measure":"visa_decline","quantity":5,"unit":"persons"}`, "field unit: visa_decline is not counted in persons"},
		{`{` + ok + `,"measure":"workers_returned","quantity":5,"unit":"t"}`, "field unit: workers_returned is counted in persons, not in tonnes"},
		{`{"by":"A","value_usd":1}`, "field period: the figure has no period, or one that runs backwards (give a year, month, day or span, as in 2017-08 or 2018-01/05)"},
		{`{"period":"2017","value_usd":1}`, "field reporter: nobody reports the figure (give the reporter, or by: who else says so)"},
		{`{` + ok + `,"value_usd":1,"partner":"CN","world":true}`, "field partner: the figure has more than one partner (give one of partner, world and area)"},
		{`{` + ok + `,"value_usd":1,"kind":"derived"}`, "field note: the figure is derived, and no note says from what"},
		{`{` + ok + `,"value_usd":1,"verified":true}`, "field verified: the figure is called verified and has no source"},
		{`{` + ok + `,"value_usd":1} {}`, "something follows the object (write one object a line)"},
		{`{` + ok, "this is not valid JSON: "},
	} {
		var r record.Record
		if err := d.JSON([]byte(c.line), &r); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s\ngot  %v\nwant %s", c.line, err, c.want)
		}
	}
}

// TestLines accounts for every line, tells the place of those refused, and does not
// take a file that is broken off.
func TestLines(t *testing.T) {
	d := decoder(t)
	base := record.Empty()
	base.Series, base.Source.URL = "mine", "https://example.org"
	r, err := record.NewLines(strings.NewReader("{\"by\":\"A\",\"period\":\"2017\",\"value_usd\":1}\n{\"by\":\"A\"}\n{\"by\":\"A\",\"period\":\"2018\",\"blank\":true}\n"), "f.jsonl", d, base)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rec, err := range record.All(context.Background(), r) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, rec.Series+" "+rec.Name()+" "+rec.Source.URL)
	}
	tally := r.Tally()
	if strings.Join(got, "\n") != "mine a-2017 https://example.org\nmine a-2018 https://example.org" ||
		tally.Rows != 3 || tally.Handled != 2 || tally.Refused != 1 || tally.Blank != 1 || tally.Refusals[0].Place.String() != "f.jsonl:2, field period" {
		t.Errorf("%q %+v", got, tally)
	}
	r, err = record.NewLines(strings.NewReader("{\"by\":\"A\",\"period\":\"2017\",\"value_usd\":1}\n{\"by\":\"A\",\"per"), "f.jsonl", d, base)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Each(context.Background(), func(*record.Record) error { return nil }); err == nil || !strings.Contains(err.Error(), "f.jsonl:2: the file is broken off") {
		t.Errorf("%v", err)
	}
}

// TestNumbers holds the quick way of reading numbers against the standard one.
func TestNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{1,18}(\.[0-9]{0,9})?`).Draw(t, "number")
		got, ok := record.ParseNumber(s)
		if want := parseFloat(s); !ok || got != want {
			t.Fatalf("%s is read as %v, not %v", s, got, want)
		}
	})
	for _, s := range []string{"", ".", "-1", "+1", "1e5", "1,000", "0x10", "NaN", "Inf", " 1", "1.2.3", strings.Repeat("1", 401)} {
		if v, ok := record.ParseNumber(s); ok {
			t.Errorf("%q is read as %v", s, v)
		}
	}
}
