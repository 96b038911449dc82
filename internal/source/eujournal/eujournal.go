// Package eujournal reads the tables of parties that annexes of the Official
// Journal of the European Union set out, one table an act. Several tables are
// loaded together as one list.
//
// An act numbers its entries anew in each annex and leaves some without a
// number. A subject is therefore known by the act, the annex and the number;
// where there is no number, by the first 12 hexadecimal digits of the SHA-256
// of its schema and name, which stay the same for as long as the name does. An
// entry that stands again for another measure adds a listing to the subject.
// The package judges no act: whether it is still in force is not in its table.
package eujournal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/tabular"
)

// Source is the publication. It has no address: each act has its own.
func Source() publication.Source {
	return publication.Source{
		ID: "eu-journal", Authority: "EU", Title: "Parties in annexes of the Official Journal of the European Union",
		Homepage: "https://eur-lex.europa.eu/oj/direct-access.html",
		Shrink:   0.2,
		Formats: []publication.Format{{
			Name: "csv", Sniff: func(head []byte) bool {
				line, _, _ := bytes.Cut(head, []byte("\n"))
				return bytes.Contains(line, []byte("programKey")) && bytes.Contains(line, []byte("recordId"))
			},
			Parse: parse, Seen: "twelve acts from 2017 to August 2026",
		}},
	}
}

// tiers are what the measures do. A licence is needed for trade with a party
// under export control; the other measures are imposed on the party itself.
var tiers = map[string]subject.Tier{
	"asset freeze": subject.Designated, "travel ban": subject.Designated,
	"transportation restrictions": subject.Designated, "financial restrictions": subject.Designated,
	"export control": subject.Controlled,
}

var schemas = map[string]subject.Schema{
	"Person": subject.Person, "LegalEntity": subject.LegalEntity, "Organization": subject.Organization,
	"Company": subject.Company, "PublicBody": subject.PublicBody, "Vessel": subject.Vessel,
	"Airplane": subject.Airplane, "Asset": subject.Thing,
}

func parse(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	p := &parser{in: in, t: t, seen: map[string]string{}}
	for _, f := range in.Files {
		if err := p.file(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

type parser struct {
	in   *publication.Input
	t    *publication.Tally
	seen map[string]string // what was said under each reference, as a digest
	part string
	at   fault.Place
}

func (p *parser) file(ctx context.Context, f publication.File) error {
	src, err := f.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	r, err := tabular.NewCSV(src, tabular.Options{File: f.Name, Comma: ','})
	if err != nil {
		return err
	}
	act := "celex"
	if slices.Contains(r.Columns(), "amendmentCelex") {
		act = "amendmentCelex"
	}
	if err := r.Require(act, "recordId", "programKey", "annex", "measure", "startDate", "schema", "name"); err != nil {
		return err
	}
	p.part = f.Name
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *tabular.RowError
		if errors.As(err, &bad) {
			p.t.Seen(p.part)
			p.t.Refuse(p.part, fault.Place{File: f.Name, Line: bad.Line}, "", "%s", bad.Reason)
			continue
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		p.at = fault.Place{File: f.Name, Line: row.Line}
		if err := p.entry(row, act); err != nil {
			return err
		}
	}
	for _, name := range r.Unused() {
		p.t.Odd(publication.UnknownElement, name, fault.Place{File: f.Name, Line: 1})
	}
	return nil
}

func (p *parser) entry(row *tabular.Row, act string) error {
	p.t.Seen(p.part)
	schema, known := schemas[row.Get("schema")]
	name, celex, annex := publication.Line(row.Get("name")), row.Get(act), row.Get("annex")
	number := row.Get("recordId")
	if number == "" {
		sum := sha256.Sum256([]byte(string(schema) + "\x00" + name))
		number = "n-" + hex.EncodeToString(sum[:6])
	}
	ref := celex + "/" + annex + "/" + number
	refuse := func(format string, args ...any) error {
		p.t.Refuse(p.part, p.at, ref, format, args...)
		return nil
	}
	switch {
	case celex == "":
		return refuse("it names no act")
	case name == "":
		return refuse("it has no name")
	case !known:
		return refuse("its schema is %q", row.Get("schema"))
	}
	id, said := p.in.List+":"+ref, digest(row)
	if before, again := p.seen[ref]; again {
		return p.again(row, id, ref, celex, said == before)
	}
	p.seen[ref] = said
	p.seen[ref+"/"+strings.ReplaceAll(strings.ToLower(row.Get("measure")), " ", "-")] = ""
	s := &subject.Subject{ID: id, Schema: schema}
	l := p.listing(row, s.ID, ref, celex)
	s.Names = names(row, name)
	p.dates(row, s)
	p.places(row, s)
	p.identifiers(row, s, &l)
	p.properties(row, s)
	p.t.Handled(p.part)
	return p.t.Emit(&subject.Record{Subject: s, Listings: []subject.Listing{l}})
}

// again reads an entry whose reference stands already. It is a further listing
// when it says the same of the subject and imposes another measure.
func (p *parser) again(row *tabular.Row, id, ref, celex string, same bool) error {
	measure := strings.ReplaceAll(strings.ToLower(row.Get("measure")), " ", "-")
	_, twice := p.seen[ref+"/"+measure]
	switch {
	case !same:
		p.t.Refuse(p.part, p.at, ref, "the act, annex and number stand twice for what is not the same")
		return nil
	case twice:
		p.t.Refuse(p.part, p.at, ref, "the act, annex, number and measure stand twice")
		return nil
	}
	p.seen[ref+"/"+measure] = ""
	l := p.listing(row, id, ref, celex)
	l.ID = id + "/" + measure
	p.t.Handled(p.part)
	return p.t.Emit(&subject.Record{Listings: []subject.Listing{l}})
}

// digest tells rows apart that say different things of their subject.
func digest(row *tabular.Row) string {
	h := sha256.New()
	for _, c := range slices.Concat(identifying, documents, plain) {
		io.WriteString(h, row.Get(c)+"\x00")
	}
	return string(h.Sum(nil)[:12])
}

// identifying are the columns that describe the subject, beside those of its
// documents and plain properties.
var identifying = []string{
	"schema", "name", "alias", "weakAlias", "previousName", "country", "nationality", "jurisdiction", "birthDate",
	"birthPlace", "gender", "incorporationDate", "imoNumber", "flag", "address",
}

func (p *parser) listing(row *tabular.Row, id, ref, celex string) subject.Listing {
	l := subject.Listing{
		ID: id, Subject: id, Authority: "EU", Reference: ref, Tier: subject.Designated, LegalBases: []string{celex},
	}
	measure := row.Get("measure")
	if tier, known := tiers[strings.ToLower(measure)]; known {
		l.Tier = tier
	} else {
		p.t.Odd(publication.UnknownElement, "measure="+measure, p.at)
	}
	if measure != "" {
		l.Measures = []string{measure}
	}
	if v := row.Get("programKey"); v != "" {
		l.Programmes = []string{v}
	}
	if v := row.Get("amendedCelex"); v != "" {
		l.LegalBases = append(l.LegalBases, v)
	}
	if d := p.days(row.Get("startDate")); len(d) > 0 {
		l.Listed = d[0]
		for _, other := range d[1:] {
			l.Remarks = append(l.Remarks, "also from "+other.String())
		}
	}
	for _, column := range []string{"reason", "notes"} {
		if v := publication.Line(row.Get(column)); v != "" {
			l.Remarks = append(l.Remarks, v)
		}
	}
	return l
}

// names gives the names. What an alias says of its bearer's birth stands after
// it as a sentence and is kept as its note.
func names(row *tabular.Row, name string) []subject.Name {
	out := []subject.Name{{Full: name, Kind: subject.Primary}}
	for _, c := range []struct {
		column string
		kind   subject.NameKind
	}{{"alias", subject.Alias}, {"weakAlias", subject.Alias}, {"previousName", subject.Former}} {
		for _, v := range split(row.Get(c.column)) {
			full, note := v, ""
			for _, mark := range []string{". Date of birth:", ". Place of birth:", ". Nationality:"} {
				if i := strings.Index(full, mark); i > 0 {
					note = strings.TrimSpace(full[i+2:] + " " + note)
					full = full[:i]
				}
			}
			out = append(out, subject.Name{Full: full, Kind: c.kind, Weak: c.column == "weakAlias", Note: note})
		}
	}
	return out
}

func (p *parser) dates(row *tabular.Row, s *subject.Subject) {
	births := p.days(row.Get("birthDate"))
	if s.Schema == subject.Person {
		s.Births = births
		return
	}
	for _, d := range births {
		s.Properties = append(s.Properties, subject.Property{Name: "birthDate", Value: d.String()})
	}
}

func (p *parser) places(row *tabular.Row, s *subject.Subject) {
	for _, v := range split(row.Get("birthPlace")) {
		s.BirthPlaces = append(s.BirthPlaces, subject.Place{Text: v})
	}
	for _, v := range split(row.Get("address")) {
		s.Addresses = append(s.Addresses, subject.Address{Full: v})
	}
}

// documents are the columns of identifiers, under the words of FollowTheMoney.
var documents = []string{
	"passportNumber", "idNumber", "registrationNumber", "taxNumber", "innCode", "ogrnCode", "kppCode", "okpoCode",
	"leiCode", "swiftBic",
}

// identifiers reads identifiers; brackets after a number hold a note on it.
func (p *parser) identifiers(row *tabular.Row, s *subject.Subject, l *subject.Listing) {
	for _, column := range documents {
		for _, v := range split(row.Get(column)) {
			number, note := bracket(v)
			s.Documents = append(s.Documents, subject.Document{Kind: column, Number: number, Note: note})
		}
	}
	for _, v := range split(row.Get("imoNumber")) {
		if !strings.ContainsAny(v, "0123456789") {
			l.Remarks = append(l.Remarks, "IMO number: "+v)
			continue
		}
		number, note := bracket(v)
		s.Documents = append(s.Documents, subject.Document{Kind: "imoNumber", Number: publication.IMO(p.t, number, p.at), Note: note})
	}
}

// bracket takes a note in brackets off the end.
func bracket(s string) (value, note string) {
	s = strings.TrimSpace(strings.TrimSuffix(s, "."))
	i := strings.IndexByte(s, '(')
	if i < 1 || !strings.HasSuffix(s, ")") {
		return s, ""
	}
	return strings.TrimSpace(s[:i]), s[i+1 : len(s)-1]
}

var plain = []string{
	"position", "appearance", "ethnicity", "fatherName", "motherName", "legalForm", "sector", "ticker", "mmsi",
	"phone", "email", "website",
}

func (p *parser) properties(row *tabular.Row, s *subject.Subject) {
	add := func(name, value, text string) {
		s.Properties = append(s.Properties, subject.Property{Name: name, Value: value, Text: text})
	}
	for _, column := range []string{"country", "nationality", "jurisdiction", "flag"} {
		for _, v := range split(row.Get(column)) {
			for _, one := range p.states(v) {
				if code := p.in.State(p.t, one, p.at); code != "" {
					add(column, code, one)
				} else {
					add(column, one, "")
				}
			}
		}
	}
	if v := row.Get("gender"); v != "" {
		add("gender", strings.Trim(strings.ToLower(v), ". "), "")
	}
	for _, d := range p.days(row.Get("incorporationDate")) {
		if d.Known {
			add("incorporationDate", d.Period.String(), "")
		} else {
			add("incorporationDate", d.Text, "")
		}
	}
	for _, column := range plain {
		for _, v := range split(row.Get(column)) {
			add(column, v, "")
		}
	}
}

// states takes "A, B" apart where each of them is a state and the whole is not.
func (p *parser) states(s string) []string {
	if _, err := p.in.Places.ParseState(s); err == nil || !strings.Contains(s, ", ") {
		return []string{s}
	}
	list := strings.Split(s, ", ")
	for _, one := range list {
		if _, err := p.in.Places.ParseState(one); err != nil {
			return []string{s}
		}
	}
	return list
}
