package uk

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/tabular"
	"github.com/cordon-engine/cordon/internal/when"
)

// maxRows bounds the rows of one designation, which are held together.
const maxRows = 20000

// columns that must be there for the table to be the list.
var needed = []string{
	"Last Updated", "Unique ID", "OFSI Group ID", "UN Reference Number", "Name 6", "Name 1", "Name type",
	"Regime Name", "Sanctions Imposed", "Date Designated",
}

// kindColumns are the names that the column of the kind has had.
var kindColumns = []string{"Individual, Entity, Ship", "Designation Type"}

func parseCSV(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	file := in.Files[0]
	src, err := file.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	r, err := tabular.NewCSV(src, tabular.Options{File: file.Name, Comma: ',', Title: true})
	if err != nil {
		return err
	}
	if err := r.Require(needed...); err != nil {
		return err
	}
	p := &table{builder: builder{in, t}, file: file.Name, seen: map[string]bool{}}
	p.kind = kindColumns[0]
	if !slices.Contains(r.Columns(), p.kind) {
		p.kind = kindColumns[1]
		if err := r.Require(p.kind); err != nil {
			return err
		}
	}
	if err := p.title(r.Title()); err != nil {
		return err
	}
	if err := p.rows(ctx, r); err != nil {
		return err
	}
	for _, name := range r.Unused() {
		t.Odd(publication.UnknownElement, name, fault.Place{File: file.Name, Line: 2})
	}
	return nil
}

type table struct {
	builder
	file, kind string
	seen       map[string]bool
	d          *designation
	n          int // rows of d
}

// title reads the line before the header, "Report Date: 23-Sep-2026".
func (p *table) title(s string) error {
	at := fault.Place{File: p.file, Line: 1}
	_, day, ok := strings.Cut(s, ":")
	if !ok || !strings.HasPrefix(strings.ToLower(s), "report date") {
		return fault.New(fault.Invalid, "the first line is %q, not the date of the report", s).At(at)
	}
	day = strings.TrimSpace(day)
	pub := publication.Published{Stamp: s, Count: -1}
	if d, err := time.Parse("2-Jan-2006", day); err == nil {
		pub.At = subject.On(when.On(when.Date(d.Year(), int(d.Month()), d.Day())))
	} else {
		pub.At = publication.DayFirst(p.t, day, at)
	}
	p.t.Published(pub)
	return nil
}

// rows gathers the rows of each designation, which stand together.
func (p *table) rows(ctx context.Context, r *tabular.Reader) error {
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return p.flush()
		}
		var bad *tabular.RowError
		if errors.As(err, &bad) {
			p.t.Seen("row")
			p.t.Refuse("row", fault.Place{File: p.file, Line: bad.Line}, "", "%s", bad.Reason)
			continue
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		at := fault.Place{File: p.file, Line: row.Line}
		id := row.Get("Unique ID")
		if id == "" {
			p.t.Seen("row")
			p.t.Refuse("row", at, row.Get("OFSI Group ID"), "it has no unique ID")
			continue
		}
		if p.d == nil || p.d.id != id {
			if err := p.flush(); err != nil {
				return err
			}
			if p.seen[id] {
				return fault.New(fault.Invalid, "the rows of %s do not stand together", id).At(at).
					WithFix("the file has been sorted anew; take it as it is published")
			}
			p.seen[id] = true
			p.d = &designation{at: at, id: id, values: map[string][]string{}}
		}
		p.t.Seen("row")
		if p.n++; p.n > maxRows {
			return fault.New(fault.TooLarge, "%s has more than %d rows", id, maxRows).At(at)
		}
		p.gather(row)
	}
}

// flush passes the designation on. Its rows are refused together: one without
// the others would be a designation with names missing.
func (p *table) flush() error {
	d, n := p.d, p.n
	p.d, p.n = nil, 0
	if d == nil {
		return nil
	}
	rec, reason := p.build(d)
	for range n {
		if rec == nil {
			p.t.Refuse("row", d.at, d.id, "%s", reason)
		} else {
			p.t.Handled("row")
		}
	}
	if rec == nil {
		return nil
	}
	return p.t.Emit(rec)
}

// gather adds a row to its designation. What is said once of a designation
// stands in each of its rows; where two rows differ the difference is counted.
func (p *table) gather(row *tabular.Row) {
	d, at := p.d, fault.Place{File: p.file, Line: row.Line}
	get := func(c string) string { return publication.Line(row.Get(c)) }
	for _, c := range []struct {
		column string
		to     *string
	}{
		{"OFSI Group ID", &d.group},
		{"UN Reference Number", &d.un},
		{"Regime Name", &d.regime},
		{p.kind, &d.kind},
		{"Designation source", &d.source},
	} {
		switch v := get(c.column); {
		case v == "", v == *c.to:
		case *c.to == "":
			*c.to = v
		default:
			p.t.Odd(publication.UnknownElement, c.column+" differs within one designation", at)
			once(&d.values, "remark", c.column+": "+v)
		}
	}
	d.updated = include(d.updated, get("Last Updated"))
	d.listed = include(d.listed, get("Date Designated"))
	for v := range strings.SplitSeq(row.Get("Sanctions Imposed"), "|") {
		d.measures = include(d.measures, publication.Line(v))
	}
	for _, f := range fields {
		v := get(f.column)
		if f.property == "parent" && v == "" {
			v = get("Parent Company")
		}
		once(&d.values, f.property, v)
	}
	n := name{kind: get("Name type"), strength: get("Alias strength")}
	a := address{postcode: get("Address Postal Code"), country: get("Address Country")}
	for i := range 6 {
		n.parts[i] = get("Name " + strconv.Itoa(i+1))
		a.lines[i] = get("Address Line " + strconv.Itoa(i+1))
	}
	d.names = include(d.names, n)
	d.addresses = include(d.addresses, a)
	d.scripts = include(d.scripts, script{get("Name non-latin script"), get("Non-latin script type"), get("Non-latin script language")})
	d.birthplaces = include(d.birthplaces, [2]string{get("Town of birth"), get("Country of birth")})
	if v, info := get("Passport number"), get("Passport additional information"); v+info != "" {
		d.documents = include(d.documents, document{"passportNumber", "Passport", v, info})
	}
	if v, info := get("National Identifier number"), get("National Identifier additional information"); v+info != "" {
		d.documents = include(d.documents, document{"idNumber", "National identifier", v, info})
	}
}

func once(m *map[string][]string, key, v string) {
	if v != "" {
		(*m)[key] = include((*m)[key], v)
	}
}

// include adds v unless it is there already or says nothing.
func include[T comparable](list []T, v T) []T {
	var none T
	if v == none || slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}
