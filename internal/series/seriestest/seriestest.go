// Package seriestest is the suite that every [series.Store] passes, and a store in
// memory that tests use. It keeps nothing.
package seriestest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/series"
	"github.com/cordon-engine/cordon/internal/when"
)

// Run runs the suite against stores that open gives, each empty.
func Run(t *testing.T, open func(testing.TB) series.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, series.Store)
	}{
		{"kept as put", keptAsPut},
		{"numbered", numbered},
		{"nothing before commit", nothingBeforeCommit},
		{"one of two loads wins", oneWins},
		{"not found", notFound},
		{"stops when told", stops},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// Record gives a record of our own making with a value.
func Record(period string, value float64) record.Record {
	r := record.Empty()
	r.Reporter, r.Partner, r.Flow = place.State('A'<<8|'A'), place.State('B'<<8|'B'), record.Import
	r.Period, _ = when.Parse(period)
	r.Value, r.Basis, r.Row = record.Exactly(value), record.CIF, 2
	r.Code, _ = goods.ParseCode("010121")
	r.Edition = goods.HS2017
	return r
}

// Load puts records into a store as one snapshot.
func Load(t testing.TB, s series.Store, name string, recs ...record.Record) series.Meta {
	t.Helper()
	m, err := load(s, name, recs...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func load(s series.Store, name string, recs ...record.Record) (series.Meta, error) {
	l, err := s.Begin(context.Background(), name)
	if err != nil {
		return series.Meta{}, err
	}
	var tally record.Tally
	for i := range recs {
		tally.Handle(&recs[i])
		if err := l.Put(&recs[i]); err != nil {
			return series.Meta{}, err
		}
	}
	return l.Commit(series.Meta{
		Title: "A table", SHA256: "00", Tally: tally, Published: when.Period{From: when.NoDay, To: when.NoDay},
	})
}

func read(t testing.TB, s series.Store, id series.ID) []record.Record {
	t.Helper()
	var out []record.Record
	if err := s.Each(context.Background(), id, func(r *record.Record) error { out = append(out, *r); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func keptAsPut(t *testing.T, s series.Store) {
	full := Record("2017-04", 12.5)
	full.ID, full.By, full.Reporter, full.World, full.Partner = "x", "an agency", 0, true, 0
	full.Subject, full.Quantity, full.Unit = place.State('C'<<8|'C'), record.Range{Low: 1, High: 2, Known: true}, "t"
	full.NetWeight, full.EstimatedQuantity, full.Note, full.Scope = record.Exactly(1000), true, "a note", "without something"
	full.Source.Title, full.Source.URL, full.Verified, full.Part = "T", "https://example.org", true, "mot=1"
	blank := record.Empty()
	blank.Reporter, blank.Blank, blank.Period = full.Subject, true, full.Period
	recs := []record.Record{Record("2016", 0), full, blank, Record("2018", 1e15)}
	m := Load(t, s, "one", recs...)
	for i := range recs {
		recs[i].Series, recs[i].Snapshot, recs[i].Source.SHA256 = "one", 1, "00"
	}
	if d := gocmp.Diff(recs, read(t, s, m.ID), cmpopts.EquateComparable(goods.Code{})); d != "" {
		t.Error(d)
	}
	problems := 0
	if err := s.Verify(context.Background(), func(string) { problems++ }); err != nil || problems > 0 {
		t.Errorf("%d problems, %v", problems, err)
	}
}

func numbered(t *testing.T, s series.Store) {
	Load(t, s, "two", Record("2016", 1))
	Load(t, s, "one", Record("2016", 1))
	Load(t, s, "two", Record("2016", 2))
	all, err := s.Snapshots(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, m := range all {
		got += m.ID.String() + " "
	}
	if got != "one@1 two@1 two@2 " {
		t.Error(got)
	}
	if a, b := read(t, s, all[1].ID), read(t, s, all[2].ID); a[0].Value.Low != 1 || b[0].Value.Low != 2 || b[0].Snapshot != 2 {
		t.Error(a, b)
	}
}

func nothingBeforeCommit(t *testing.T, s series.Store) {
	ctx := context.Background()
	l, err := s.Begin(ctx, "one")
	if err != nil {
		t.Fatal(err)
	}
	r := Record("2016", 1)
	if err := l.Put(&r); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Snapshots(ctx); len(all) > 0 || err != nil {
		t.Error("seen before it was committed", all, err)
	}
	if err := l.Abort(); err != nil {
		t.Error(err)
	}
	if err := l.Abort(); err != nil {
		t.Error("a second abort:", err)
	}
	if all, err := s.Snapshots(ctx); len(all) > 0 || err != nil {
		t.Error("seen after it was dropped", all, err)
	}
	if _, err := l.Commit(series.Meta{}); err == nil {
		t.Error("a dropped load was committed")
	}
	problems := ""
	if err := s.Verify(ctx, func(p string) { problems += p }); err != nil || problems != "" {
		t.Error(problems, err)
	}
}

func oneWins(t *testing.T, s series.Store) {
	ctx := context.Background()
	first, err := s.Begin(ctx, "one")
	if err != nil {
		t.Fatal(err)
	}
	r := Record("2016", 1)
	if err := first.Put(&r); err != nil {
		t.Fatal(err)
	}
	Load(t, s, "one", Record("2016", 2))
	if _, err := first.Commit(series.Meta{}); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("the load that lost gave %v", err)
	}
	if got := read(t, s, series.ID{Series: "one", Number: 1}); got[0].Value.Low != 2 {
		t.Error(got)
	}
}

func notFound(t *testing.T, s series.Store) {
	ctx := context.Background()
	Load(t, s, "one", Record("2016", 1))
	for _, id := range []series.ID{{Series: "one", Number: 2}, {Series: "two", Number: 1}} {
		err := s.Each(ctx, id, func(*record.Record) error { return errors.New("a record") })
		if fault.CodeOf(err) != fault.NotFound {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := s.Begin(ctx, "../x"); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("a name that is none: %v", err)
	}
}

func stops(t *testing.T, s series.Store) {
	m := Load(t, s, "one", Record("2016", 1), Record("2017", 1))
	enough, n := errors.New("enough"), 0
	err := s.Each(context.Background(), m.ID, func(*record.Record) error { n++; return enough })
	if !errors.Is(err, enough) || n != 1 {
		t.Errorf("%d records, %v", n, err)
	}
}

// Memory is a [series.Store] in memory.
type Memory struct {
	mu    sync.Mutex
	metas []series.Meta
	packs map[series.ID][]byte
}

// Begin is part of [series.Store].
func (m *Memory) Begin(_ context.Context, name string) (series.Load, error) {
	if err := record.CheckSeries(name); err != nil {
		return nil, err
	}
	l := &memoryLoad{m: m, name: name, last: m.last(name)}
	l.pack = series.NewPack(&l.buf)
	return l, nil
}

func (m *Memory) last(name string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, x := range m.metas {
		if x.Series == name {
			n = x.Number
		}
	}
	return n
}

// Snapshots is part of [series.Store].
func (m *Memory) Snapshots(context.Context) ([]series.Meta, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.Clone(m.metas)
	slices.SortStableFunc(out, func(a, b series.Meta) int { return cmp.Compare(a.Series, b.Series) })
	return out, nil
}

// Each is part of [series.Store].
func (m *Memory) Each(_ context.Context, id series.ID, yield func(*record.Record) error) error {
	m.mu.Lock()
	b, ok := m.packs[id]
	sha := ""
	for _, x := range m.metas {
		if x.ID == id {
			sha = x.SHA256
		}
	}
	m.mu.Unlock()
	if !ok {
		return fault.New(fault.NotFound, "there is no snapshot %s", id)
	}
	_, err := series.Unpack(bytes.NewReader(b), func(r *record.Record) error {
		r.Series, r.Snapshot, r.Source.SHA256 = id.Series, id.Number, sha
		return yield(r)
	})
	return err
}

// Verify is part of [series.Store].
func (m *Memory) Verify(ctx context.Context, found func(string)) error {
	all, _ := m.Snapshots(ctx)
	for _, x := range all {
		if err := m.Each(ctx, x.ID, func(*record.Record) error { return nil }); err != nil {
			found(fmt.Sprintf("%s: %v", x.ID, err))
		}
	}
	return nil
}

type memoryLoad struct {
	m       *Memory
	name    string
	last    int
	buf     bytes.Buffer
	pack    *series.Pack
	content string
	ended   bool
}

func (l *memoryLoad) Put(r *record.Record) error { return l.pack.Put(r) }

func (l *memoryLoad) Content() (string, error) {
	if l.content == "" {
		var err error
		if l.content, err = l.pack.End(); err != nil {
			return "", err
		}
	}
	return l.content, nil
}

func (l *memoryLoad) Abort() error { l.ended = true; return nil }

func (l *memoryLoad) Commit(m series.Meta) (series.Meta, error) {
	if l.ended {
		return m, fault.New(fault.Internal, "the load has ended")
	}
	l.ended = true
	content, err := l.Content()
	if err != nil {
		return m, err
	}
	if l.m.last(l.name) != l.last {
		return m, fault.New(fault.Conflict, "another load of %s was finished meanwhile", l.name)
	}
	m.ID, m.Content = series.ID{Series: l.name, Number: l.last + 1}, content
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	if l.m.packs == nil {
		l.m.packs = map[series.ID][]byte{}
	}
	l.m.metas, l.m.packs[m.ID] = append(l.m.metas, m), l.buf.Bytes()
	return m, nil
}
