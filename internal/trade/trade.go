// Package trade is the use case "what does trade show about a state": it brings together the figures that ship with Cordon or
// were loaded, tables that a user gives, the law and the nomenclature, and asks package mirror.
//
// It keeps nothing between questions and decides nothing. A row that cannot be read is counted and told, never left out in
// silence; a file that is not whole is an error.
package trade

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/mirror"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/series"
	"github.com/cordon-engine/cordon/internal/source/comtrade"
)

// Config is what a Desk is made of. The law and the reference data are loaded by the caller.
type Config struct {
	// Facts hold the folders mirror and records.
	Facts fs.FS
	// Store holds the figures that ship with Cordon and those that were loaded; nil for none.
	Store  series.Store
	Places *place.Gazetteer
	HS     *goods.Nomenclature
	Lists  *goods.Lists
	// Law may be nil; barred goods and diversions are then not looked for.
	Law *law.Law
	// Tables are files of rows, read in their order.
	Tables []Table
}

// Table is one file of rows.
type Table struct {
	// Name is the name of the file as the user gave it; its end says what it is: .csv and .json are answers of UN Comtrade,
	// .jsonl are records as Cordon writes them.
	Name string
	// Open gives the bytes of the file from their beginning.
	Open func() (io.ReadCloser, error)
}

// Desk answers questions about one state.
type Desk struct {
	c     Config
	facts *mirror.Facts
	areas *comtrade.Areas
	bars  *bars
}

// Open loads parameters and facts and checks them.
func Open(c Config) (*Desk, error) {
	sub, err := fs.Sub(c.Facts, "mirror")
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the facts of mirror")
	}
	d := &Desk{c: c}
	if d.facts, err = mirror.LoadFacts(sub, c.Places); err != nil {
		return nil, err
	}
	const areas = "records/comtrade-areas.tsv"
	b, err := fs.ReadFile(c.Facts, areas)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the file %s is missing", areas)
	}
	if d.areas, err = comtrade.ReadAreas(areas, b, c.Places); err != nil {
		return nil, err
	}
	if c.Law != nil {
		d.bars = newBars(c.Law, c.Lists)
	}
	return d, nil
}

// Facts gives the parameters and facts.
func (d *Desk) Facts() *mirror.Facts { return d.facts }

// Read says what became of one file.
type Read struct {
	Name, SHA256 string
	Tally        record.Tally
}

// Answer is what mirror says, with what was read for it.
type Answer struct {
	*mirror.Answer
	Read []Read
	// Series say what the series in the store are of which figures are shown, in the order of their names.
	Series []Series
}

// Series is what is known of a series.
type Series struct {
	Name, Title, Publisher, Note string
}

// Look answers about one state.
func (d *Desk) Look(ctx context.Context, ask mirror.Ask) (*Answer, error) {
	b := mirror.NewBuilder(d.facts.Watched(ask.Target)...)
	known, err := d.stored(ctx, b)
	if err != nil {
		return nil, err
	}
	out := &Answer{}
	seen := map[string]string{}
	for i := range d.c.Tables {
		r, err := d.read(ctx, &d.c.Tables[i], b)
		if err != nil {
			return nil, err
		}
		if first, ok := seen[r.SHA256]; ok {
			return nil, fault.New(fault.Conflict, "%s has the same bytes as %s", r.Name, first).WithFix("give each file once")
		}
		seen[r.SHA256] = r.Name
		out.Read = append(out.Read, r)
	}
	s := mirror.Sources{Facts: d.facts, Table: b.Table(), Concordance: d.c.HS}
	if d.bars != nil {
		s.Bars = d.bars.of(ask.Target)
	}
	out.Answer = mirror.Look(s, ask)
	out.Series = shown(out.Answer, known)
	return out, nil
}

// shown gives the series that an answer shows.
func shown(a *mirror.Answer, known []Series) (out []Series) {
	names := map[string]bool{}
	for _, list := range [][]mirror.Total{a.Totals, a.Partners} {
		for i := range list {
			names[list[i].Series] = true
		}
	}
	for i := range a.Shares {
		names[a.Shares[i].Series] = true
	}
	for i := range a.Goods {
		names[a.Goods[i].Record.Series] = true
	}
	for _, s := range known {
		if names[s.Name] {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(x, y Series) int { return strings.Compare(x.Name, y.Name) })
	return out
}

// stored adds the figures of the store, and says what their series are. Every reading goes in: which is in force, mirror
// decides reporter by reporter.
func (d *Desk) stored(ctx context.Context, b *mirror.Builder) ([]Series, error) {
	if d.c.Store == nil {
		return nil, nil
	}
	metas, err := d.c.Store.Snapshots(ctx)
	if err != nil {
		return nil, err
	}
	var out []Series
	for _, m := range metas {
		if err := d.c.Store.Each(ctx, m.ID, b.Add); err != nil {
			return nil, fault.In(fault.Place{File: m.ID.String()}, err)
		}
		if s := (Series{m.Series, m.Title, m.Publisher, m.Note}); len(out) == 0 || out[len(out)-1] != s {
			out = append(out, s)
		}
	}
	return out, nil
}

// read adds the rows of a file. The hash is that of its bytes, all of which are read.
func (d *Desk) read(ctx context.Context, t *Table, b *mirror.Builder) (Read, error) {
	out := Read{Name: t.Name}
	src, err := t.Open()
	if err != nil {
		return out, err
	}
	defer src.Close()
	sum := sha256.New()
	tee := io.TeeReader(src, sum)
	r, err := d.reader(t.Name, bufio.NewReaderSize(tee, 1<<18))
	if err != nil {
		return out, err
	}
	err = r.Each(ctx, func(rec *record.Record) error {
		if rec.Snapshot == 0 {
			rec.Snapshot = 1
		}
		return b.Add(rec)
	})
	out.Tally = r.Tally()
	if err != nil {
		return out, fault.In(fault.Place{File: t.Name}, err)
	}
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return out, fault.Wrap(fault.Unavailable, err, "the file %s cannot be read to its end", t.Name)
	}
	if out.Tally.Handled == 0 {
		return out, fault.New(fault.Invalid, "no row of %s could be read", t.Name).WithFix("%s", firstRefusal(out.Tally))
	}
	out.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return out, nil
}

func firstRefusal(t record.Tally) string {
	if len(t.Refusals) == 0 {
		return "the file has no rows"
	}
	return t.Refusals[0].Place.String() + ": " + t.Refusals[0].Reason
}

func (d *Desk) reader(name string, src io.Reader) (record.Reader, error) {
	o := comtrade.Options{File: name, Series: "comtrade", Areas: d.areas}
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".txt":
		return comtrade.NewCSV(src, o)
	case ".json":
		return comtrade.NewJSON(src, o)
	case ".jsonl":
		base := record.Empty()
		base.Series = "own"
		return record.NewLines(src, name, record.Decoder{Places: d.c.Places}, base)
	}
	return nil, fault.New(fault.Usage, "what kind of table %q is does not show", name).
		WithFix("a name ends in .csv or .json (UN Comtrade) or .jsonl (records)")
}

// Bytes makes a table of a text that is at hand.
func Bytes(name string, b []byte) Table {
	return Table{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}
