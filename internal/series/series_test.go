package series_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/series"
	"github.com/cordon-engine/cordon/internal/series/seriestest"
	"github.com/cordon-engine/cordon/internal/when"
)

func TestMemory(t *testing.T) {
	seriestest.Run(t, func(testing.TB) series.Store { return &seriestest.Memory{} })
}

// drawn makes a record of any shape: the form in which records are kept takes all.
func drawn(t *rapid.T) record.Record {
	r := seriestest.Record("2017", rapid.Float64().Draw(t, "value"))
	r.Row = rapid.IntRange(0, 1<<40).Draw(t, "row")
	r.Commodity, r.ID = rapid.String().Draw(t, "commodity"), rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "id")
	r.World, r.Verified, r.Blank = rapid.Bool().Draw(t, "world"), rapid.Bool().Draw(t, "verified"), rapid.Bool().Draw(t, "blank")
	r.Flow, r.Measure = record.Flow(rapid.IntRange(0, 5).Draw(t, "flow")), record.Measure(rapid.IntRange(0, 10).Draw(t, "measure"))
	r.Period.From = when.Day(rapid.Int32().Draw(t, "from"))
	r.Quantity = record.Range{Low: rapid.Float64().Draw(t, "low"), High: rapid.Float64().Draw(t, "high"), Known: rapid.Bool().Draw(t, "known")}
	r.Note = rapid.SampledFrom([]string{"", "n", strings.Repeat("long ", 100)}).Draw(t, "note")
	if rapid.Bool().Draw(t, "code") {
		r.Code, _ = goods.ParseCode(rapid.StringMatching(`(0[1-9]|[1-8][0-9]|9[0-7])[0-9]{0,8}`).Draw(t, "digits"))
	} else {
		r.Code = goods.Code{}
	}
	return r
}

// TestPack reads back what was packed, and gives the same hash.
func TestPack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		recs := rapid.SliceOfN(rapid.Custom(drawn), 0, 8).Draw(t, "records")
		var buf bytes.Buffer
		p := series.NewPack(&buf)
		for i := range recs {
			if err := p.Put(&recs[i]); err != nil {
				t.Fatal(err)
			}
		}
		content, err := p.End()
		if err != nil {
			t.Fatal(err)
		}
		var back []record.Record
		again, err := series.Unpack(bytes.NewReader(buf.Bytes()), func(r *record.Record) error { back = append(back, *r); return nil })
		if err != nil || again != content {
			t.Fatalf("%v, %s is not %s", err, again, content)
		}
		if d := cmp.Diff(recs, back, cmpopts.EquateComparable(goods.Code{}), cmpopts.EquateEmpty(), cmpopts.EquateNaNs()); d != "" {
			t.Fatal(d)
		}
	})
}

// FuzzUnpack holds that bytes which are no such file are damaged, and nothing worse.
func FuzzUnpack(f *testing.F) {
	var buf bytes.Buffer
	p := series.NewPack(&buf)
	r := seriestest.Record("2017", 5)
	_ = p.Put(&r)
	_, _ = p.End()
	f.Add(buf.Bytes())
	f.Add([]byte("cordon records 1\n\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := series.Unpack(bytes.NewReader(b), func(*record.Record) error { return nil }); err != nil && fault.CodeOf(err) != fault.Unavailable {
			t.Fatal(err)
		}
	})
}

// list is a record.Reader of records at hand.
type list struct {
	recs  []record.Record
	tally record.Tally
}

func (l *list) Each(_ context.Context, yield func(*record.Record) error) error {
	for _, r := range l.recs {
		l.tally.Handle(&r)
		if err := yield(&r); err != nil {
			return err
		}
	}
	return nil
}

func (l *list) Tally() record.Tally { return l.tally }

func put(s series.Store, l *list) (series.Result, error) {
	return series.Put(context.Background(), s, l, series.Meta{ID: series.ID{Series: "one"}, File: "f.csv"}, series.Loading{})
}

func TestPut(t *testing.T) {
	s := &seriestest.Memory{}
	two := []record.Record{seriestest.Record("2016", 1), seriestest.Record("2017", 2)}
	res, err := put(s, &list{recs: two})
	if err != nil || res.Same || res.Meta.ID.String() != "one@1" || res.Meta.Tally.Handled != 2 {
		t.Fatalf("%+v %v", res, err)
	}
	if res, err = put(s, &list{recs: two}); err != nil || !res.Same || res.Meta.ID.String() != "one@1" {
		t.Errorf("the same again: %+v %v", res, err)
	}
	// A figure that stands twice is refused the second time, and half of a file refused is too much of it.
	twice := &list{recs: append(two, seriestest.Record("2016", 3), seriestest.Record("2018", 4))}
	if _, err := put(s, twice); err == nil || !strings.Contains(err.Error(), "1 of 4 rows were refused, so the file is not taken; the first is f.csv:2: aa-bb-import-010121-hs2017-2016 stands in row 2 already") {
		t.Errorf("%v", err)
	}
	res, err = series.Put(context.Background(), s, &list{recs: twice.recs}, series.Meta{ID: series.ID{Series: "one"}}, series.Loading{AcceptRefused: true})
	if tally := res.Meta.Tally; err != nil || tally.Rows != 4 || tally.Handled != 3 || tally.Refused != 1 {
		t.Errorf("%+v %v", tally, err)
	}
	if _, err := put(s, &list{}); err == nil || !strings.Contains(err.Error(), "no figure that can be taken") {
		t.Errorf("an empty file: %v", err)
	}
	if all, _ := s.Snapshots(context.Background()); len(all) != 2 {
		t.Errorf("%d snapshots", len(all))
	}
}

// TestCompare puts side by side what two readings say: the same, another value, a month
// that vanished, and what only one of them covers.
func TestCompare(t *testing.T) {
	s := &seriestest.Memory{}
	month := func(p string, v float64) record.Record { return seriestest.Record(p, v) }
	older := seriestest.Load(t, s, "one", month("2023-01", 44655), month("2023-02", 10666), month("2023-03", 5), month("2022-12", 7))
	newer := seriestest.Load(t, s, "one", month("2023-03", 6), month("2023-04/12", 50000), month("2024-01", 9))
	changes, err := series.Compare(context.Background(), s, older, newer)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		line := c.Before.Period.String() + " " + c.Before.Value.String()
		if c.Vanished {
			line += " vanished"
		} else {
			line += " now " + c.After.Value.String()
		}
		got = append(got, line)
	}
	if want := "2023-01 44655 vanished\n2023-02 10666 vanished\n2023-03 5 now 6"; strings.Join(got, "\n") != want {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
	// A whole year that covers the month is no disappearance.
	year := seriestest.Load(t, s, "one", month("2023", 105844))
	if changes, err := series.Compare(context.Background(), s, older, year); err != nil || len(changes) != 0 {
		t.Errorf("%+v %v", changes, err)
	}
}

func TestParseID(t *testing.T) {
	for s, want := range map[string]string{"kotra": "kotra@0", "kotra@2": "kotra@2", "kotra@0": "", "kotra@x": "", "K": "", "a@1@2": ""} {
		id, err := series.ParseID(s)
		if got := id.String(); err == nil && got != want || err != nil && want != "" {
			t.Errorf("%s gives %s, %v", s, got, err)
		}
	}
}

// BenchmarkPack keeps rows in the shape of a table of trade.
func BenchmarkPack(b *testing.B) {
	recs := make([]record.Record, 1000)
	for i := range recs {
		recs[i] = seriestest.Record("2017", float64(i)*1.5)
		recs[i].Row = i
		recs[i].Code, _ = goods.ParseCode(fmt.Sprintf("0%d", 10121+i))
		recs[i].Commodity = "Goods " + recs[i].Code.Digits()
	}
	b.Run("put", func(b *testing.B) {
		p := series.NewPack(io.Discard)
		for i := range b.N {
			if err := p.Put(&recs[i%len(recs)]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("get", func(b *testing.B) {
		var buf bytes.Buffer
		p := series.NewPack(&buf)
		for i := range b.N {
			_ = p.Put(&recs[i%len(recs)])
		}
		if _, err := p.End(); err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		if _, err := series.Unpack(&buf, func(*record.Record) error { return nil }); err != nil {
			b.Fatal(err)
		}
	})
}
