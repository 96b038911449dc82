// Package au reads the Consolidated List of Australia, the workbook of the
// Department of Foreign Affairs and Trade under regulation 8 of the Charter of
// the United Nations (Dealing with Assets) Regulations 2008.
//
// A subject is a run of rows whose references share a number: 34 is its primary
// name, 34a an alias, 34c1 another spelling of the alias 34c. Rows of one subject
// need not stand together, so the list is held in memory, within a limit. What
// people wrote by hand (dates of birth) is read as far as it can be and kept as
// words beyond that.
package au

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/tabular"
)

// maxHeld is the most that the cells of the list may take, in bytes; that of 2026
// takes 11 MB.
const maxHeld = 96 << 20

// Source is the publication.
func Source() publication.Source {
	return publication.Source{
		ID: "au-dfat", Authority: "AU", Title: "Consolidated List of Australia",
		Homepage: "https://www.dfat.gov.au/international-relations/security/sanctions/consolidated-list",
		Addresses: []publication.Address{{
			Part: "list", URL: "https://www.dfat.gov.au/sites/default/files/Australian_Sanctions_Consolidated_List.xlsx",
		}},
		Shrink: 0.2,
		Formats: []publication.Format{{
			Name: "xlsx", Sniff: func(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) },
			Parse: parse, Seen: "the workbooks of 2024 (9,553 rows) and of July 2026 (11,068 rows)",
		}},
	}
}

const (
	reference   = "Reference"
	name        = "Name of Individual or Entity"
	kind        = "Type"
	nameKind    = "Name Type"
	strength    = "Alias Strength"
	birth       = "Date of Birth"
	birthPlace  = "Place of Birth"
	citizenship = "Citizenship"
	address     = "Address"
	information = "Additional Information"
	listing     = "Listing Information"
	imo         = "IMO Number"
	committees  = "Committees"
	control     = "Control Date"
	instrument  = "Instrument of Designation"
)

// measures are the columns of what is imposed; they came in 2025.
var measures = []string{"Targeted Financial Sanction", "Travel Ban", "Arms Embargo", "Maritime Restriction"}

// common are the columns that the rows of one subject have alike, most of the time.
var common = []string{birth, birthPlace, citizenship, address, information, listing, imo, committees, control, instrument}

type row struct {
	line  int
	cells map[string]string
}

type parser struct {
	in       *publication.Input
	t        *publication.Tally
	file     string
	measured bool // there are columns of measures
	groups   map[string][]row
	order    []string
	seen     map[string]bool
	held     int
}

func parse(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	file := in.Files[0]
	src, err := file.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	p := &parser{in: in, t: t, file: file.Name, groups: map[string][]row{}, seen: map[string]bool{}}
	if err := p.read(ctx, src); err != nil {
		return fault.In(fault.Place{File: file.Name}, err)
	}
	for _, number := range p.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := p.subject(number, p.groups[number]); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) at(line int) fault.Place { return fault.Place{File: p.file, Line: line} }

func (p *parser) read(ctx context.Context, src io.Reader) error {
	r, err := tabular.NewXLSX(src, tabular.Options{File: p.file})
	if err != nil {
		return err
	}
	if err := r.Require(append([]string{reference, name, kind, nameKind, listing, committees, control}, common[:5]...)...); err != nil {
		return err
	}
	columns := append([]string{reference, name, kind, nameKind, strength}, common...)
	p.measured = r.Require(measures...) == nil
	if p.measured {
		columns = append(columns, measures...)
	}
	last := ""
	err = r.Each(ctx, false, func(row *tabular.Row) (err error) {
		p.t.Seen("row")
		last, err = p.take(row, columns, last)
		return err
	}, func(bad *tabular.RowError) {
		p.t.Seen("row")
		p.t.Refuse("row", p.at(bad.Line), "", "%s", bad.Reason)
	})
	for _, column := range r.Unused() {
		p.t.Odd(publication.UnknownElement, "column "+column, p.at(1))
	}
	return err
}

var refParts = pattern.New(`^(\d+)([a-z]*\d*)$`)

// take puts a row to the others of its subject and gives the number of that.
func (p *parser) take(tr *tabular.Row, columns []string, last string) (string, error) {
	r := row{tr.Line, map[string]string{}}
	for _, column := range columns {
		if v := tr.Get(column); !blank(v) {
			r.cells[column] = strings.Clone(v)
			p.held += len(v) + 64
		}
	}
	if p.held > maxHeld {
		return "", fault.New(fault.TooLarge, "the cells of the list are larger than %d bytes", maxHeld).At(p.at(tr.Line))
	}
	ref := r.cells[reference]
	m := refParts.FindStringSubmatch(ref)
	switch {
	case m == nil:
		p.t.Refuse("row", p.at(r.line), ref, "the reference is not a number with letters behind it")
		return last, nil
	case p.seen[ref]:
		p.t.Refuse("row", p.at(r.line), ref, "the reference stands twice")
		return last, nil
	case publication.Line(r.cells[name]) == "":
		p.t.Refuse("row", p.at(r.line), ref, "it has no name")
		return last, nil
	}
	p.seen[ref] = true
	number := m[1]
	if _, there := p.groups[number]; !there {
		p.order = append(p.order, number)
	} else if number != last {
		p.t.Odd("row apart from its subject", ref, p.at(r.line))
	}
	p.groups[number] = append(p.groups[number], r)
	return number, nil
}

// blank reports whether a cell says that there is nothing.
func blank(s string) bool {
	if s = strings.TrimSpace(s); len(s) > 24 {
		return false
	}
	switch strings.ToLower(strings.Trim(tidy(s), " .-")) {
	case "", "na", "n/a", "unknown", "not available":
		return true
	}
	return false
}

// subject makes the record of the rows with one number.
func (p *parser) subject(number string, rows []row) error {
	head := rows[0]
	for _, r := range rows {
		if r.cells[reference] == number {
			head = r
		}
	}
	if head.cells[reference] != number {
		for _, r := range rows {
			p.t.Loose("row", p.at(r.line), number)
		}
		return nil
	}
	id := p.in.List + ":" + number
	s := &subject.Subject{ID: id, Schema: p.schema(head), Names: []subject.Name{{Full: publication.Line(head.cells[name]), Kind: subject.Primary}}}
	l := p.listing(head, id, number)
	p.details(head, s)
	for _, r := range rows {
		p.t.Handled("row")
		if r.line == head.line {
			if k := strings.ToLower(head.cells[nameKind]); k != "primary name" {
				p.t.Odd(publication.UnknownElement, "name type of a subject: "+k, p.at(r.line))
			}
			continue
		}
		s.Names = append(s.Names, p.alias(r))
		p.differences(head, r, s, &l)
	}
	return p.t.Emit(&subject.Record{Subject: s, Listings: []subject.Listing{l}})
}

func (p *parser) schema(r row) subject.Schema {
	switch k := strings.ToLower(r.cells[kind]); k {
	case "individual":
		return subject.Person
	case "vessel":
		return subject.Vessel
	case "entity":
	default:
		p.t.Odd(publication.UnknownElement, "type "+k, p.at(r.line))
	}
	return subject.LegalEntity
}

// alias reads a row that is another name. What is a spelling of another alias
// (34c1 of 34c) says so.
func (p *parser) alias(r row) subject.Name {
	n := subject.Name{Full: publication.Line(r.cells[name]), Kind: subject.Alias}
	switch k := strings.ToLower(publication.Line(r.cells[nameKind])); k {
	case "aka", "a.k.a.", "alias":
	case "original script":
		n.Kind = subject.Original
	case "formerly known as", "fka", "former name", "previously listed as":
		n.Kind = subject.Former
	case "primary name":
		n.Kind = subject.Primary
	default:
		p.t.Odd(publication.UnknownElement, "name type "+k, p.at(r.line))
	}
	switch v := strings.ToLower(r.cells[strength]); v {
	case "weak":
		n.Weak = true
	case "", "strong":
	default:
		p.t.Odd(publication.UnknownElement, "alias strength "+v, p.at(r.line))
	}
	ref := r.cells[reference]
	if base := strings.TrimRight(ref, "0123456789"); base != ref && base != "" {
		n.Note = "a spelling of " + base
	}
	return n
}

// details reads what describes the subject.
func (p *parser) details(r row, s *subject.Subject) {
	at := p.at(r.line)
	if dates := p.births(r.cells[birth], at); s.Schema == subject.Person {
		s.Births = dates
	} else {
		for _, d := range dates {
			s.Properties = append(s.Properties, dated("incorporationDate", d))
		}
	}
	for _, v := range lettered(r.cells[birthPlace]) {
		s.BirthPlaces = append(s.BirthPlaces, subject.Place{Text: v, Country: p.in.MaybeState(p.t, tail(v))})
	}
	for _, v := range lettered(r.cells[address]) {
		s.Addresses = append(s.Addresses, subject.Address{Full: v, Country: p.in.MaybeState(p.t, tail(v))})
	}
	for _, v := range p.states(r.cells[citizenship]) {
		value := subject.Property{Name: "citizenship", Value: v}
		if code := p.in.State(p.t, v, at); code != "" {
			value.Value, value.Text = code, v
		}
		s.Properties = append(s.Properties, value)
	}
	if v := r.cells[imo]; v != "" {
		s.Documents = append(s.Documents, p.imo(v, at))
	}
	if v := publication.Line(tidy(r.cells[information])); v != "" {
		s.Properties = append(s.Properties, subject.Property{Name: "notes", Value: v})
		if m := unReference.FindString(v); m != "" {
			s.Properties = append(s.Properties, subject.Property{Name: "unscId", Value: m})
		}
	}
}

// unReference is the reference of the UN list, where what is said begins with it.
var unReference = pattern.New(`^[A-Z]{2,3}[ie]\.\d{3}\b`)

func dated(property string, d subject.Date) subject.Property {
	if d.Known {
		return subject.Property{Name: property, Value: d.Period.String()}
	}
	return subject.Property{Name: property, Value: d.Text}
}

// lettered gives the items of a cell that counts them a), b), c).
func lettered(cell string) []string {
	var out []string
	for _, v := range strings.Split(marker.ReplaceAllString(tidy(cell), "\x00"), "\x00") {
		if v = strings.Trim(publication.Line(v), " ,;"); !blank(v) {
			out = append(out, v)
		}
	}
	return out
}

// tail gives what stands behind the last comma: most often a state.
func tail(s string) string {
	return strings.Trim(s[strings.LastIndex(s, ",")+1:], " .")
}

// states splits a cell of states, whose names may hold commas and "and": it is
// parted there only where a part is a state and the whole is none.
func (p *parser) states(cell string) []string {
	var out []string
	for _, item := range lettered(cell) {
		for _, v := range strings.FieldsFunc(item, func(r rune) bool { return r == ';' || r == '/' }) {
			out = append(out, p.parted(publication.Line(v))...)
		}
	}
	return slices.DeleteFunc(out, blank)
}

func (p *parser) parted(v string) []string {
	if p.in.MaybeState(p.t, v) != "" {
		return []string{v}
	}
	for _, sep := range []string{" and ", ", "} {
		parts := strings.Split(v, sep)
		if slices.ContainsFunc(parts, func(s string) bool { return p.in.MaybeState(p.t, s) != "" }) {
			return parts
		}
	}
	return []string{v}
}

func (p *parser) listing(r row, id, number string) subject.Listing {
	at := p.at(r.line)
	l := subject.Listing{
		ID: id, Subject: id, Authority: "AU", Reference: number, Tier: subject.Designated,
		Listed: listed(r.cells[listing]),
	}
	for _, c := range []struct {
		column string
		to     *[]string
	}{{committees, &l.Programmes}, {instrument, &l.LegalBases}, {listing, &l.Remarks}} {
		if v := publication.Line(tidy(r.cells[c.column])); v != "" {
			*c.to = append(*c.to, v)
		}
	}
	if v := r.cells[control]; v != "" {
		d, ok := readDate(v)
		if !ok {
			d = publication.Date(p.t, v, at)
		}
		l.Amended = []subject.Date{d}
	}
	if !p.measured {
		return l
	}
	for _, m := range measures {
		switch strings.ToLower(r.cells[m]) {
		case "1", "true", "yes":
			l.Measures = append(l.Measures, m)
		case "0", "false", "no", "":
		default:
			p.t.Odd(publication.UnknownElement, m+"="+r.cells[m], at)
			l.Measures = append(l.Measures, m+": "+r.cells[m])
		}
	}
	if len(l.Measures) == 0 {
		l.Tier = subject.Named
	}
	return l
}

// differences keeps what the row of an alias says otherwise than that of the
// primary name.
func (p *parser) differences(head, r row, s *subject.Subject, l *subject.Listing) {
	alias := publication.Line(r.cells[name])
	for _, column := range append([]string{kind}, append(common, measures...)...) {
		v := publication.Line(tidy(r.cells[column]))
		if v == "" || strings.EqualFold(v, publication.Line(tidy(head.cells[column]))) {
			continue
		}
		if column == birth {
			for _, d := range p.births(r.cells[birth], p.at(r.line)) {
				d.Note = "under the name " + alias
				s.Births = append(s.Births, d)
			}
			continue
		}
		l.Remarks = append(l.Remarks, "under the name "+alias+": "+column+": "+v)
	}
}
