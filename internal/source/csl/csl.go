// Package csl reads the Consolidated Screening List of the United States: the
// lists of the Departments of Commerce, State and the Treasury in one table of
// delimited text, in the layouts it has had since 2019, packed or not.
//
// Each row is one party on one list; a party on two lists is two subjects, as the
// publication says different things of it under each. Which list means what is
// in the table in lists.go. The package does not tell apart persons and bodies
// where the publication does not.
package csl

import (
	"bytes"
	"context"
	"hash/fnv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/tabular"
	"github.com/cordon-engine/cordon/internal/when"
)

// Source is the publication.
func Source() publication.Source {
	return publication.Source{
		ID: "us-csl", Authority: "US", Title: "Consolidated Screening List of the United States",
		Homepage:  "https://www.trade.gov/consolidated-screening-list",
		Addresses: []publication.Address{{Part: "list", URL: "https://data.trade.gov/downloadable_consolidated_screening_list/v1/consolidated.csv"}},
		Shrink:    0.2,
		Formats: []publication.Format{
			{
				Name: "csv", Sniff: begins("_id", "source", "entity_number"), Parse: parse(full),
				Seen: "a file of 2022 with 14,160 entries; one of 2021 that is broken off after 4,227 and refused",
			},
			{
				Name: "csv-names", Sniff: begins("source", "name", "alt_names"), Parse: parse(namesOnly),
				Seen: "names of July 2026, 25,844 entries",
			},
		},
	}
}

// begins recognises a table by its first columns.
func begins(columns ...string) func([]byte) bool {
	return func(head []byte) bool {
		line, _, _ := bytes.Cut(publication.Head(head), []byte("\n"))
		cells := strings.Split(strings.ReplaceAll(strings.TrimSpace(string(line)), `"`, ""), ",")
		if len(cells) < len(columns) {
			return false
		}
		for i, c := range columns {
			if cells[i] != c {
				return false
			}
		}
		return true
	}
}

type parser struct {
	in   *publication.Input
	t    *publication.Tally
	file string
	seen map[uint64]int // keys, to find one that stands twice; with how often
	// the entry being read
	at      fault.Place
	rec     *subject.Record
	listing *subject.Listing
}

func parse(entry func(*parser, *tabular.Row) error) func(context.Context, *publication.Input, *publication.Tally) error {
	return func(ctx context.Context, in *publication.Input, t *publication.Tally) error {
		file := in.Files[0]
		src, err := file.OpenText()
		if err != nil {
			return err
		}
		defer src.Close()
		p := &parser{in: in, t: t, file: file.Name, seen: map[uint64]int{}}
		return fault.In(fault.Place{File: file.Name}, p.run(ctx, src, entry))
	}
}

func (p *parser) run(ctx context.Context, src io.Reader, entry func(*parser, *tabular.Row) error) error {
	r, err := tabular.NewCSV(src, tabular.Options{File: p.file, Comma: ','})
	if err != nil {
		return err
	}
	if err := r.Require("source", "name", "alt_names"); err != nil {
		return err
	}
	err = r.Each(ctx, true, func(row *tabular.Row) error {
		p.at = p.here(row.Line)
		p.t.Seen("list")
		if row.Get("source") == "source" {
			p.t.Refuse("list", p.at, "", "it is the header once more")
			return nil
		}
		return entry(p, row)
	}, func(bad *tabular.RowError) {
		p.t.Seen("list")
		p.t.Refuse("list", p.here(bad.Line), "", "%s", bad.Reason)
	})
	for _, column := range r.Unused() {
		p.t.Odd(publication.UnknownElement, "column "+column, p.here(1))
	}
	return err
}

// again counts how often a key was there before.
func (p *parser) again(key string) int {
	h := fnv.New64a()
	io.WriteString(h, key)
	n := p.seen[h.Sum64()]
	p.seen[h.Sum64()] = n + 1
	return n
}

// begin makes the record of an entry.
func (p *parser) begin(row *tabular.Row, l list, id string) {
	name := publication.Line(row.Get("name"))
	s := &subject.Subject{ID: id, Schema: subject.LegalEntity, Names: []subject.Name{{Full: name, Kind: subject.Primary}}}
	for _, alias := range split(row.Get("alt_names")) {
		s.Names = append(s.Names, subject.Name{Full: alias, Kind: subject.Alias})
	}
	p.rec = &subject.Record{Subject: s, Listings: []subject.Listing{{
		ID: id, Subject: id, Authority: "US", Tier: l.tier, Programmes: []string{publication.Line(row.Get("source"))},
	}}}
	p.listing = &p.rec.Listings[0]
}

func (p *parser) list(row *tabular.Row) list {
	source := publication.Line(row.Get("source"))
	l, known := listOf(source)
	if !known {
		p.t.Odd(publication.UnknownElement, "list "+source, p.at)
	}
	return l
}

// namesOnly reads a row that has a list, a name and aliases. Without a reference
// the name is what identifies it; an equal row adds nothing.
func namesOnly(p *parser, row *tabular.Row) error {
	name := publication.Line(row.Get("name"))
	if name == "" {
		p.t.Refuse("list", p.at, "", "it has no name")
		return nil
	}
	l := p.list(row)
	id := p.in.List + ":" + l.code + "/" + name
	if p.again(id+"\x00"+row.Get("alt_names")) > 0 {
		p.t.Handled("list")
		return nil
	}
	if n := p.again(id); n > 0 {
		id += "#" + strconv.Itoa(n+1)
	}
	p.begin(row, l, id)
	p.t.Handled("list")
	return p.t.Emit(p.rec)
}

// full reads a row with all columns.
func full(p *parser, row *tabular.Row) error {
	ref, l := row.Get("_id"), p.list(row)
	id := p.in.List + ":" + l.code + "/" + ref
	switch {
	case ref == "":
		p.t.Refuse("list", p.at, row.Get("name"), "it has no reference")
		return nil
	case publication.Line(row.Get("name")) == "":
		p.t.Refuse("list", p.at, ref, "it has no name")
		return nil
	case p.again(id) > 0:
		p.t.Refuse("list", p.at, ref, "the reference stands twice on one list")
		return nil
	}
	p.begin(row, l, id)
	p.kind(row)
	p.listed(row, ref)
	p.person(row)
	p.places(row)
	p.vessel(row)
	p.identifiers(row.Get("ids"))
	for _, column := range []string{"source_information_url", "source_list_url"} {
		p.property("sourceUrl", row.Get(column), "")
	}
	p.t.Handled("list")
	return p.t.Emit(p.rec)
}

// kind reads what the entry is; the lists on exports do not say.
func (p *parser) kind(row *tabular.Row) {
	s := p.rec.Subject
	switch v := row.Get("type"); v {
	case "Individual":
		s.Schema = subject.Person
		if last, first, ok := strings.Cut(s.Names[0].Full, ", "); ok && !strings.Contains(first, ", ") {
			s.Names[0].Parts = []subject.Part{{Kind: "lastName", Value: last}, {Kind: "firstName", Value: first}}
		}
	case "Vessel":
		s.Schema = subject.Vessel
	case "Aircraft":
		s.Schema = subject.Airplane
	case "Entity", "":
	default:
		p.t.Odd(publication.UnknownElement, "type "+v, p.at)
	}
}

// linked finds the parties that a remark links the entry to.
var linked = pattern.New(`\(Linked To: ([^;]+?)\)(?:;|\.|$| \()`)

func (p *parser) listed(row *tabular.Row, ref string) {
	l := p.listing
	l.Reference = ref
	if n := row.Get("entity_number"); n != "" && n != ref {
		l.Reference = n
		p.property("recordId", ref, "")
	}
	l.Programmes = append(l.Programmes, split(row.Get("programs"))...)
	l.Listed, l.Until = p.date(row.Get("start_date")), p.date(row.Get("end_date"))
	l.LegalBases = split(row.Get("federal_register_notice"))
	for _, column := range []string{"license_requirement", "license_policy"} {
		if v := publication.Line(row.Get(column)); v != "" {
			l.Measures = append(l.Measures, v)
		}
	}
	if v := row.Get("standard_order"); v != "" {
		l.Remarks = append(l.Remarks, "standard order: "+v)
	}
	v := publication.Line(row.Get("remarks"))
	if v == "" {
		return
	}
	l.Remarks = append(l.Remarks, v)
	for _, m := range linked.FindAllStringSubmatch(v, -1) {
		p.rec.Relations = append(p.rec.Relations, subject.Relation{Kind: "UnknownLink", From: l.Subject, ToText: m[1], Role: "Linked To"})
	}
}

func (p *parser) person(row *tabular.Row) {
	for _, v := range split(row.Get("dates_of_birth")) {
		p.rec.Subject.Births = append(p.rec.Subject.Births, p.date(v))
	}
	if v := publication.Line(row.Get("title")); v != "" {
		p.property("position", v, "")
	}
	for _, v := range split(row.Get("citizenships")) {
		p.state("citizenship", v)
	}
	for _, v := range split(row.Get("nationalities")) {
		p.state("nationality", v)
	}
}

// places reads places of birth, whose last part may be a state, and addresses,
// whose last part is the code of one.
func (p *parser) places(row *tabular.Row) {
	s := p.rec.Subject
	for _, v := range split(row.Get("places_of_birth")) {
		last := v[strings.LastIndex(v, ", ")+1:]
		s.BirthPlaces = append(s.BirthPlaces, subject.Place{Text: v, Country: p.in.MaybeState(p.t, last)})
	}
	for _, v := range split(row.Get("addresses")) {
		a := subject.Address{Full: v}
		if code := strings.TrimSpace(v[strings.LastIndex(v, ",")+1:]); isState(code) {
			a.CountryText, a.Country = code, p.in.State(p.t, code, p.at)
			a.Full = strings.TrimRight(strings.TrimSuffix(v, code), ", ")
		}
		s.Addresses = append(s.Addresses, a)
	}
}

func (p *parser) vessel(row *tabular.Row) {
	for _, c := range []struct{ column, name string }{
		{"call_sign", "callSign"}, {"vessel_type", "type"}, {"gross_tonnage", "tonnage"}, {"gross_registered_tonnage", "grossRegisteredTonnage"},
	} {
		p.property(c.name, publication.Line(row.Get(c.column)), "")
	}
	if v := publication.Line(row.Get("vessel_flag")); v != "" && v != "None Identified" {
		p.state("flag", v)
	}
	if v := publication.Line(row.Get("vessel_owner")); v != "" {
		p.rec.Relations = append(p.rec.Relations, subject.Relation{Kind: "Ownership", FromText: v, To: p.rec.Subject.ID})
	}
}

func (p *parser) property(name, value, text string) {
	if value != "" {
		p.rec.Subject.Properties = append(p.rec.Subject.Properties, subject.Property{Name: name, Value: value, Text: text})
	}
}

// state adds a property that is a state: its code where we know it, else the
// words.
func (p *parser) state(name, text string) {
	if code := p.in.State(p.t, text, p.at); code != "" && code != text {
		p.property(name, code, text)
	} else {
		p.property(name, text, "")
	}
}

func (p *parser) dated(name, text string) {
	d := p.date(text)
	if d.Known && d.Period.String() != text {
		p.property(name, d.Period.String(), text)
	} else {
		p.property(name, text, "")
	}
}

// split gives the values of a cell that holds several.
func split(cell string) []string {
	var out []string
	for _, v := range strings.Split(cell, ";") {
		if v = publication.Line(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// date reads "1973-03-25", "1962", "16 Jan 2017", "Jan 2017", "circa 1961" and
// "1965 to 1970".
func (p *parser) date(text string) subject.Date {
	if text == "" {
		return subject.Date{}
	}
	if d, ok := readDate(text); ok {
		return d
	}
	return publication.Date(p.t, text, p.at)
}

func isDate(text string) bool {
	_, ok := readDate(text)
	return ok
}

func readDate(text string) (subject.Date, bool) {
	rest, circa := strings.CutPrefix(text, "circa ")
	from, to, span := strings.Cut(rest, " to ")
	period, ok := day(from)
	if span && ok {
		var last when.Period
		if last, ok = day(to); last.To < period.From {
			return subject.Date{}, false
		}
		period.To = last.To
	}
	return subject.Date{Period: period, Known: ok, Circa: circa}, ok
}

func day(s string) (when.Period, bool) {
	if p, err := when.Parse(s); err == nil && !strings.Contains(s, "/") {
		return p, true
	}
	for _, layout := range []string{"2 Jan 2006", "02 Jan 2006"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= when.MinYear && t.Year() <= when.MaxYear {
			return when.On(when.Date(t.Year(), int(t.Month()), t.Day())), true
		}
	}
	if t, err := time.Parse("Jan 2006", s); err == nil {
		p, err := when.Parse(t.Format("2006-01"))
		return p, err == nil
	}
	return when.Period{}, false
}
