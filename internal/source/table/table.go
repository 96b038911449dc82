// Package table reads figures from tables that anybody made, delimited text and
// workbooks, by saying which column is which field of a record.
//
// It guesses nothing: a column that is not mapped is no field unless it bears the name of
// one, a cell that a field does not take refuses its row, and an empty cell says nothing.
package table

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/tabular"
)

// Options say what the table is and which column is what.
type Options struct {
	// File stands in the place of every error; Sheet is the sheet of a workbook.
	File, Sheet string
	// Map gives the column of a field by its name, see [record.Fields]. A column that has
	// the name of a field needs no entry.
	Map map[string]string
	// Set gives a field the same text in every row where its own column says nothing.
	Set map[string]string
	// Scale multiplies a figure: 1000000 for values in millions of dollars.
	Scale map[string]float64
	// Base gives the series and source of every record.
	Base record.Record
	// Decoder reads fields.
	Decoder record.Decoder
}

// scaled are the fields that can have a scale.
var scaled = []string{"quantity", "net_weight_kg", "value_usd"}

// reader is a [record.Reader].
type reader struct {
	o     Options
	t     *tabular.Reader
	cols  []column
	base  record.Record
	tally record.Tally
}

type column struct{ field, name string }

// New makes a [record.Reader] of a table. A field that does not exist, a column that is
// not there and a fixed text that its field does not take are errors.
func New(src io.Reader, o Options) (record.Reader, error) {
	t, err := tabular.Open(src, tabular.Options{File: o.File, Sheet: o.Sheet})
	if err != nil {
		return nil, err
	}
	r := &reader{o: o, t: t, base: o.Base}
	if err := r.columns(); err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(o.Set) {
		if err := o.Decoder.Set(&r.base, name, o.Set[name]); err != nil {
			return nil, fault.In(fault.Place{Field: "--set " + name}, err)
		}
	}
	for _, name := range sortedKeys(o.Scale) {
		if f := o.Scale[name]; !slices.Contains(scaled, name) || !(f > 0) {
			return nil, fault.New(fault.Usage, "%q cannot be scaled by %v", name, f).WithFix("give a positive factor for one of: %s", strings.Join(scaled, ", "))
		}
	}
	return r, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (r *reader) columns() error {
	for _, field := range sortedKeys(r.o.Map) {
		name := r.o.Map[field]
		var probe record.Record
		if err := r.o.Decoder.Set(&probe, field, ""); err != nil {
			return err
		}
		if err := r.t.Require(name); err != nil {
			return err
		}
		r.cols = append(r.cols, column{field, name})
	}
	for _, name := range r.t.Columns() {
		_, mapped := r.o.Map[name]
		if !mapped && slices.Contains(record.Fields(), name) {
			r.cols = append(r.cols, column{name, name})
		}
	}
	if len(r.cols) == 0 {
		return fault.New(fault.Usage, "no column of the table is a field of a record").
			WithFix("say which is which with --map FIELD=COLUMN; the fields are: %s", strings.Join(record.Fields(), ", ")).
			At(fault.Place{File: r.o.File, Line: 1})
	}
	slices.SortStableFunc(r.cols, func(a, b column) int {
		return cmp.Compare(slices.Index(record.Fields(), a.field), slices.Index(record.Fields(), b.field))
	})
	return nil
}

// Tally is part of [record.Reader].
func (r *reader) Tally() record.Tally { return r.tally }

// Each is part of [record.Reader].
func (r *reader) Each(ctx context.Context, yield func(*record.Record) error) error {
	defer func() { r.tally.Unused = r.t.Unused() }()
	return r.t.Each(ctx, false, func(row *tabular.Row) error {
		rec, err := r.record(row)
		if err != nil {
			r.tally.Refuse(fault.Place{File: r.o.File, Line: row.Line}, err)
			return nil
		}
		r.tally.Handle(&rec)
		return yield(&rec)
	}, func(bad *tabular.RowError) {
		r.tally.Refuse(fault.Place{File: r.o.File, Line: bad.Line}, fault.New(fault.Invalid, "%s", bad.Reason))
	})
}

func (r *reader) record(row *tabular.Row) (record.Record, error) {
	rec := r.base
	for _, c := range r.cols {
		s := row.Get(c.name)
		if s == "" {
			continue
		}
		replace(&rec, c.field)
		if err := r.set(&rec, c.field, s); err != nil {
			return rec, err
		}
	}
	for field, f := range r.o.Scale {
		switch field {
		case "quantity":
			scale(&rec.Quantity, f)
		case "net_weight_kg":
			scale(&rec.NetWeight, f)
		default:
			scale(&rec.Value, f)
		}
	}
	if rec.Row == 0 {
		rec.Row = row.Line
	}
	return rec, rec.Check()
}

// replace takes away what was fixed for a side where the row gives its own in another
// form.
func replace(rec *record.Record, field string) {
	switch field {
	case "reporter", "by":
		rec.Reporter, rec.By = 0, ""
	case "partner", "world", "area":
		rec.Partner, rec.World, rec.Area = 0, false, ""
	}
}

// set sets a field from a cell. A partner may be the world, a month may be written as
// in 201604, and a workbook writes large numbers with an exponent.
func (r *reader) set(rec *record.Record, field, s string) error {
	switch {
	case field == "partner" && strings.EqualFold(s, "world"):
		rec.World = true
		return nil
	case field == "period" && len(s) == 6 && strings.Trim(s, "0123456789") == "":
		s = s[:4] + "-" + s[4:]
	case slices.Contains(scaled, field) && strings.ContainsAny(s, "eE"):
		if v, err := strconv.ParseFloat(s, 64); err == nil && v >= 0 && !strings.ContainsAny(s, "xX_") {
			s = strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return r.o.Decoder.Set(rec, field, s)
}

func scale(v *record.Range, f float64) {
	if v.Known {
		v.Low *= f
		v.High *= f
	}
}
