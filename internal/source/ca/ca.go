// Package ca reads the Consolidated Canadian Autonomous Sanctions List in its
// XML form: parties listed under the Special Economic Measures Act and the
// Justice for Victims of Corrupt Foreign Officials Act.
//
// The publication gives its records no reference. A record is known by where
// it stands in the regulations: the country or regulation, the schedule and the
// item, of which the ID is made. That place is the record's own for as long as
// the regulation is not renumbered; after a renumbering the same party has
// another ID. Two records that claim the same place are told apart by nothing
// the publication says, so the second is refused and shown.
package ca

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

// Source is the publication.
func Source() publication.Source {
	return publication.Source{
		ID: "ca", Authority: "CA", Title: "Consolidated Canadian Autonomous Sanctions List",
		Homepage: "https://www.international.gc.ca/world-monde/international_relations-relations_internationales/" +
			"sanctions/consolidated-consolide.aspx",
		Addresses: []publication.Address{{
			Part: "list",
			URL:  "https://www.international.gc.ca/world-monde/assets/office_docs/international_relations-relations_internationales/sanctions/sema-lmes.xml",
		}},
		Shrink: 0.2,
		Formats: []publication.Format{{
			Name: "xml", Sniff: func(head []byte) bool {
				return bytes.Contains(head, []byte("<data-set")) && bytes.Contains(head, []byte("<record"))
			},
			Parse: parse, Seen: "the list of 2025 with 4,759 records",
		}},
	}
}

func parse(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	file := in.Files[0]
	src, err := file.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	p := &parser{in: in, t: t, file: file.Name, seen: map[string]bool{}}
	return fault.In(fault.Place{File: file.Name}, p.run(ctx, xmlstream.NewReader(src)))
}

type parser struct {
	in   *publication.Input
	t    *publication.Tally
	file string
	seen map[string]bool
	at   fault.Place
}

func (p *parser) run(ctx context.Context, x *xmlstream.Reader) error {
	for {
		tok, err := x.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if tok.Kind != xmlstream.Start {
			continue
		}
		if x.Depth() == 1 {
			if tok.Name != "data-set" {
				return fault.New(fault.Invalid, "the root element is <%s>, not <data-set>", tok.Name).
					At(fault.Place{Line: tok.Line})
			}
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := x.Subtree(tok)
		if err != nil {
			return err
		}
		p.at = fault.Place{File: p.file, Line: n.Line}
		if n.Name != "record" {
			p.t.Odd(publication.UnknownElement, n.Name, p.at)
			continue
		}
		if err := p.entry(n); err != nil {
			return err
		}
	}
}

func (p *parser) entry(n *xmlstream.Node) error {
	const part = "record"
	p.t.Seen(part)
	get := func(name string) string { return publication.Line(n.Get(name)) }
	country, schedule, item := get("Country"), get("Schedule"), get("Item")
	ref := strings.Join([]string{slug(country), slug(schedule), slug(item)}, "/")
	switch {
	case country == "" || item == "":
		p.t.Refuse(part, p.at, ref, "it names no country or no item, so nothing tells it from others")
		return nil
	case p.seen[ref]:
		p.t.Refuse(part, p.at, ref, "country, schedule and item stand twice")
		return nil
	}
	s := &subject.Subject{ID: p.in.List + ":" + ref, Schema: p.schema(n)}
	s.Names = names(n)
	if len(s.Names) == 0 {
		p.t.Refuse(part, p.at, ref, "it has no name")
		return nil
	}
	p.seen[ref] = true
	p.describe(n, s)
	l := subject.Listing{
		ID: s.ID, Subject: s.ID, Authority: "CA", Tier: subject.Designated, Programmes: []string{country},
		Reference: strings.TrimSuffix(strings.Join([]string{country, schedule, item}, "; "), "; "),
		Listed:    publication.Date(p.t, get("DateOfListing"), p.at),
	}
	if schedule != "" {
		l.LegalBases = []string{"Schedule " + schedule + ", item " + item}
	} else {
		l.LegalBases = []string{"Item " + item}
	}
	n.Unused(func(path string, line int) {
		p.t.Odd(publication.UnknownElement, n.Name+"/"+path, fault.Place{File: p.file, Line: line})
	})
	p.t.Handled(part)
	return p.t.Emit(&subject.Record{Subject: s, Listings: []subject.Listing{l}})
}

// schema says what a record is by the fields that it has: a ship has a number,
// an entity a name of its own, a person a family or given name.
func (p *parser) schema(n *xmlstream.Node) subject.Schema {
	person := n.Get("LastName") != "" || n.Get("GivenName") != ""
	thing := n.Get("EntityOrShip") != ""
	switch {
	case n.Get("ShipIMONumber") != "" && !person:
		return subject.Vessel
	case thing && !person:
		return subject.LegalEntity
	case thing:
		p.t.Odd(publication.UnknownElement, "a record with the names of a person and of an entity", p.at)
		return subject.LegalEntity
	}
	return subject.Person
}

// names gives the primary name and the aliases.
func names(n *xmlstream.Node) []subject.Name {
	var out []subject.Name
	last, given := publication.Line(n.Get("LastName")), publication.Line(n.Get("GivenName"))
	if full := strings.TrimSpace(given + " " + last); full != "" {
		name := subject.Name{Full: full, Kind: subject.Primary}
		if last != "" && given != "" {
			name.Parts = []subject.Part{{Kind: "firstName", Value: given}, {Kind: "lastName", Value: last}}
		}
		out = append(out, name)
	}
	if v := publication.Line(n.Get("EntityOrShip")); v != "" {
		kind := subject.Primary
		if len(out) > 0 {
			kind = subject.Alias
		}
		out = append(out, subject.Name{Full: v, Kind: kind})
	}
	return append(out, aliases(n.Get("Aliases"))...)
}

var (
	divider  = pattern.New(`;|\s/|/\s|\n`)
	language = pattern.New(`(?:^|,)\s*(\p{Lu}\p{L}+)\s*:\s*`)
)

// aliases takes a field of aliases apart: at semicolons, at a slash with a
// space beside it, before the name of a language with a colon after it, and at
// commas where each part has two words or more. A comma before a single word
// may stand inside a name and divides nothing.
func aliases(s string) []subject.Name {
	var out []subject.Name
	add := func(s, note string) {
		list := strings.Split(s, ", ")
		for _, v := range list {
			if len(strings.Fields(v)) < 2 {
				list = []string{s}
				break
			}
		}
		for _, v := range list {
			if v = strings.Trim(publication.Line(v), ", "); v != "" {
				out = append(out, subject.Name{Full: v, Kind: subject.Alias, Note: note})
			}
		}
	}
	for _, v := range divider.Split(strings.ReplaceAll(s, "\u00a0", " "), -1) {
		note, from := "", 0
		for _, m := range language.FindAllStringSubmatchIndex(v, -1) {
			add(v[from:m[0]], note)
			note, from = v[m[2]:m[3]], m[1]
		}
		add(v[from:], note)
	}
	return out
}

func (p *parser) describe(n *xmlstream.Node, s *subject.Subject) {
	add := func(name, value string) {
		if value != "" {
			s.Properties = append(s.Properties, subject.Property{Name: name, Value: value})
		}
	}
	title := publication.Line(n.Get("TitleOrShip"))
	if s.Schema == subject.Vessel {
		s.Documents = append(s.Documents, subject.Document{
			Kind: "imoNumber", Type: "ShipIMONumber", Number: publication.IMO(p.t, publication.Line(n.Get("ShipIMONumber")), p.at),
		})
		add("type", title)
	} else {
		add("title", title)
	}
	for _, d := range p.days(n.Get("DateOfBirthOrShipBuildDate")) {
		switch {
		case s.Schema == subject.Person:
			s.Births = append(s.Births, d)
		case d.Known:
			add("buildDate", d.Period.String())
		default:
			add("buildDate", d.Text)
		}
	}
}

var (
	or    = pattern.New(`(?i) or `)
	years = pattern.New(`^(\d{4})-(\d{4})$`)
)

// days reads the dates of a field: alternatives, spans of years, and words.
func (p *parser) days(s string) []subject.Date {
	var out []subject.Date
	for _, v := range or.Split(publication.Line(s), -1) {
		if v == "" {
			continue
		}
		if m := years.FindStringSubmatch(v); m != nil {
			if per, err := when.Parse(m[1] + "/" + m[2]); err == nil {
				out = append(out, subject.On(per))
				continue
			}
		}
		out = append(out, publication.Date(p.t, v, p.at))
	}
	return out
}

// slug gives the letters and digits of s in lower case, runs of anything else
// as one hyphen. Of a name in two languages, the first; the stop in "1.1" stays.
func slug(s string) string {
	s, _, _ = strings.Cut(s, " / ")
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.':
			b.WriteRune(unicode.ToLower(r))
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}
