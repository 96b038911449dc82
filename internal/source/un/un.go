// Package un reads the Consolidated List of the United Nations Security
// Council, in the XML form that the Secretariat publishes.
//
// Every element of an entry has its place in the record; one that we do not
// know is counted. The package judges nothing: what a committee calls a name of
// low quality is kept as a weak name.
package un

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

// Source is the publication.
func Source() publication.Source {
	return publication.Source{
		ID: "un", Authority: "UN", Title: "United Nations Security Council Consolidated List",
		Homepage:  "https://main.un.org/securitycouncil/en/content/un-sc-consolidated-list",
		Addresses: []publication.Address{{Part: "list", URL: "https://scsanctions.un.org/resources/xml/en/consolidated.xml"}},
		Shrink:    0.2,
		Formats: []publication.Format{{
			Name: "xml", Sniff: func(head []byte) bool { return bytes.Contains(head, []byte("<CONSOLIDATED_LIST")) },
			Parse: parse, Seen: "seven dates from 29 October 2018 to 1 August 2026, and 53 daily files",
		}},
	}
}

// sections maps the lists of the document to the element of their entries.
var sections = map[string]string{"INDIVIDUALS": "INDIVIDUAL", "ENTITIES": "ENTITY"}

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
	seen map[string]bool // references, to find one that stands twice
	// the entry being read
	at  fault.Place
	rec *subject.Record
}

func (p *parser) run(ctx context.Context, x *xmlstream.Reader) error {
	entry := ""
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
		switch depth := x.Depth(); {
		case depth == 1 && tok.Name == "CONSOLIDATED_LIST":
			p.header(tok)
		case depth == 2 && sections[tok.Name] != "":
			entry = sections[tok.Name]
		case depth == 3 && tok.Name == entry:
			if err := ctx.Err(); err != nil {
				return err
			}
			n, err := x.Subtree(tok)
			if err != nil {
				return err
			}
			if err := p.entry(n); err != nil {
				return err
			}
		case depth == 1:
			return fault.New(fault.Invalid, "the root element is <%s>, not <CONSOLIDATED_LIST>", tok.Name).
				At(fault.Place{Line: tok.Line})
		default:
			p.t.Odd(publication.UnknownElement, tok.Name, fault.Place{File: p.file, Line: tok.Line})
			if _, err := x.Subtree(tok); err != nil {
				return err
			}
		}
	}
}

func (p *parser) header(tok xmlstream.Token) {
	at := fault.Place{File: p.file, Line: tok.Line}
	for _, a := range tok.Attrs {
		switch a.Name {
		case "dateGenerated":
			p.t.Published(publication.Published{At: publication.Date(p.t, a.Value, at), Stamp: a.Value, Count: -1})
		case "noNamespaceSchemaLocation":
		default:
			p.t.Odd(publication.UnknownElement, "CONSOLIDATED_LIST@"+a.Name, at)
		}
	}
}

// entry reads one individual or entity.
func (p *parser) entry(n *xmlstream.Node) error {
	part := strings.ToLower(n.Name)
	p.at = fault.Place{File: p.file, Line: n.Line}
	p.t.Seen(part)
	ref := n.Get("REFERENCE_NUMBER")
	switch {
	case ref == "":
		p.t.Refuse(part, p.at, n.Get("DATAID"), "it has no reference number")
		return nil
	case p.seen[ref]:
		p.t.Refuse(part, p.at, ref, "the reference number stands twice")
		return nil
	}
	s := &subject.Subject{ID: p.in.List + ":" + ref, Schema: subject.LegalEntity}
	if n.Name == "INDIVIDUAL" {
		s.Schema = subject.Person
	}
	p.rec = &subject.Record{Subject: s}
	p.names(n, s)
	if len(s.Names) == 0 {
		p.t.Refuse(part, p.at, ref, "it has no name")
		return nil
	}
	p.seen[ref] = true
	p.dates(n, s)
	p.places(n, s)
	p.documents(n, s)
	p.properties(n, s)
	p.rec.Listings = []subject.Listing{p.listing(n, s.ID, ref)}
	n.Unused(func(path string, line int) {
		p.t.Odd(publication.UnknownElement, n.Name+"/"+path, fault.Place{File: p.file, Line: line})
	})
	p.t.Handled(part)
	return p.t.Emit(p.rec)
}

var partNames = []string{"FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"}

// names reads the primary name, that in the original script, and the aliases.
// The parts of a name are numbered and not named: which is the family name
// differs from entry to entry.
func (p *parser) names(n *xmlstream.Node, s *subject.Subject) {
	main := subject.Name{Kind: subject.Primary}
	for _, tag := range partNames {
		if v := publication.Line(n.Get(tag)); v != "" {
			main.Full = strings.TrimSpace(main.Full + " " + v)
			main.Parts = append(main.Parts, subject.Part{Kind: "namePart", Value: v})
		}
	}
	if len(main.Parts) == 1 {
		main.Parts = nil
	}
	if main.Full != "" {
		s.Names = append(s.Names, main)
	}
	if v := publication.Line(n.Get("NAME_ORIGINAL_SCRIPT")); v != "" {
		s.Names = append(s.Names, subject.Name{Full: v, Kind: subject.Original})
	}
	for _, a := range n.All(n.Name + "_ALIAS") {
		p.alias(a, s)
	}
}

// alias reads one alias. The quality "Low" marks a weak one; an f.k.a. is a
// former name. What an alias says of birth belongs to the person under it.
func (p *parser) alias(a *xmlstream.Node, s *subject.Subject) {
	full, quality := unquote(publication.Line(a.Get("ALIAS_NAME"))), a.Get("QUALITY")
	var note []string
	for _, tag := range []string{"NOTE", "DATE_OF_BIRTH", "CITY_OF_BIRTH", "COUNTRY_OF_BIRTH"} {
		if v := publication.Line(a.Get(tag)); v != "" {
			note = append(note, strings.ToLower(strings.ReplaceAll(tag, "_", " "))+": "+v)
		}
	}
	if full == "" {
		if len(note) > 0 {
			s.Properties = append(s.Properties, subject.Property{Name: "notes", Value: strings.Join(note, "; ")})
		}
		return
	}
	name := subject.Name{Full: full, Kind: subject.Alias, Note: strings.Join(note, "; ")}
	switch quality {
	case "Low":
		name.Weak = true
	case "f.k.a.":
		name.Kind = subject.Former
	case "Good", "a.k.a.", "":
	default:
		p.t.Odd(publication.UnknownElement, "QUALITY="+quality, fault.Place{File: p.file, Line: a.Line})
	}
	s.Names = append(s.Names, name)
}

// unquote takes off quotation marks that enclose a whole name.
func unquote(s string) string {
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' && strings.Count(s, `"`) == 2 {
		return strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}

func (p *parser) dates(n *xmlstream.Node, s *subject.Subject) {
	for _, b := range n.All("INDIVIDUAL_DATE_OF_BIRTH") {
		kind, note := b.Get("TYPE_OF_DATE"), publication.Line(b.Get("NOTE"))
		at := fault.Place{File: p.file, Line: b.Line}
		var d subject.Date
		switch from, to := b.Get("FROM_YEAR"), b.Get("TO_YEAR"); {
		case b.Child("DATE") != nil && b.Get("DATE") != "":
			d = publication.Date(p.t, b.Get("DATE"), at)
			b.Child("YEAR")
		case b.Get("YEAR") != "":
			d = publication.Date(p.t, b.Get("YEAR"), at)
		case from != "" && to != "":
			if per, err := when.Parse(from + "/" + to); err == nil {
				d = subject.On(per)
			} else {
				p.t.Odd(publication.BadDate, from+"/"+to, at)
				d = subject.Date{Text: from + "/" + to}
			}
		case from != "" || to != "":
			d = subject.Date{Text: strings.TrimSpace("from " + from + " to " + to)}
			p.t.Odd(publication.BadDate, d.Text, at)
		}
		d.Circa = kind == "APPROXIMATELY" && !d.Zero()
		d.Note = note
		if !d.Zero() {
			s.Births = append(s.Births, d)
		}
	}
}

func (p *parser) places(n *xmlstream.Node, s *subject.Subject) {
	for _, b := range n.All("INDIVIDUAL_PLACE_OF_BIRTH") {
		country := publication.Line(b.Get("COUNTRY"))
		pl := subject.Place{
			Text: publication.Line(b.Get("STREET")), City: publication.Line(b.Get("CITY")),
			Region: publication.Line(b.Get("STATE_PROVINCE")), Note: publication.Line(b.Get("NOTE")),
			CountryText: country, Country: p.in.State(p.t, country, fault.Place{File: p.file, Line: b.Line}),
		}
		if pl != (subject.Place{}) {
			s.BirthPlaces = append(s.BirthPlaces, pl)
		}
	}
	for _, a := range n.All(n.Name + "_ADDRESS") {
		country := publication.Line(a.Get("COUNTRY"))
		ad := subject.Address{
			Street: publication.Line(a.Get("STREET")), City: publication.Line(a.Get("CITY")),
			Region: publication.Line(a.Get("STATE_PROVINCE")), PostalCode: publication.Line(a.Get("ZIP_CODE")),
			Note:        publication.Line(a.Get("NOTE")),
			CountryText: country, Country: p.in.State(p.t, country, fault.Place{File: p.file, Line: a.Line}),
		}
		if ad != (subject.Address{}) {
			s.Addresses = append(s.Addresses, ad)
		}
	}
}

func (p *parser) documents(n *xmlstream.Node, s *subject.Subject) {
	for _, d := range n.All("INDIVIDUAL_DOCUMENT") {
		at := fault.Place{File: p.file, Line: d.Line}
		kind := publication.Line(strings.Trim(d.Get("TYPE_OF_DOCUMENT")+"; "+d.Get("TYPE_OF_DOCUMENT2"), "; "))
		issuer, of := publication.Line(d.Get("ISSUING_COUNTRY")), publication.Line(d.Get("COUNTRY_OF_ISSUE"))
		country := issuer
		if country == "" {
			country = of
		} else if of != "" && of != issuer {
			kind = strings.TrimPrefix(kind+"; issued in "+of, "; ")
		}
		doc := subject.Document{
			Kind: documentKind(kind), Type: kind, Number: publication.Line(d.Get("NUMBER")),
			CountryText: country, Country: p.in.State(p.t, country, at), City: publication.Line(d.Get("CITY_OF_ISSUE")),
			Issued: publication.Date(p.t, d.Get("DATE_OF_ISSUE"), at), Expires: publication.Date(p.t, d.Get("DATE_OF_EXPIRY"), at),
			Note: publication.Line(d.Get("NOTE")),
		}
		if doc != (subject.Document{Kind: documentKind("")}) {
			s.Documents = append(s.Documents, doc)
		}
	}
}

// documentKind gives the property of FollowTheMoney for a kind of document.
func documentKind(kind string) string {
	k := strings.ToLower(kind)
	switch {
	case strings.Contains(k, "passport"), strings.Contains(k, "passeport"), strings.Contains(k, "pasaporte"):
		return "passportNumber"
	case strings.Contains(k, "fiscal"), strings.Contains(k, "tax"):
		return "taxNumber"
	case strings.Contains(k, "social security"):
		return "socialSecurityNumber"
	}
	return "idNumber"
}

func (p *parser) properties(n *xmlstream.Node, s *subject.Subject) {
	add := func(name, value, text string) {
		if value != "" {
			s.Properties = append(s.Properties, subject.Property{Name: name, Value: value, Text: text})
		}
	}
	for _, v := range values(n, "NATIONALITY") {
		if code := p.in.State(p.t, v, p.at); code != "" {
			add("nationality", code, v)
		} else {
			add("nationality", v, "")
		}
	}
	switch g := n.Get("GENDER"); strings.ToLower(g) {
	case "male", "female":
		add("gender", strings.ToLower(g), "")
	case "", "unknown":
	default:
		add("gender", g, "")
	}
	for _, v := range values(n, "TITLE") {
		add("title", v, "")
	}
	for _, v := range values(n, "DESIGNATION") {
		add("position", v, "")
	}
	if n.Get("HAS_INTERPOL_LINK") == "YES" || n.Get("INTERPOL_LINK") != "" {
		add("sourceUrl", n.Get("INTERPOL_LINK"), "")
	}
	add("recordId", n.Get("DATAID"), "")
	n.Child("SORT_KEY").Text()
	n.Child("SORT_KEY_LAST_MOD").Text()
}

// values gives the non-empty values of an element that holds several.
func values(n *xmlstream.Node, name string) []string {
	var out []string
	for _, c := range n.All(name) {
		for _, v := range c.All("VALUE") {
			if t := publication.Line(v.Text()); t != "" {
				out = append(out, t)
			}
		}
		if t := publication.Line(c.Text()); t != "" {
			out = append(out, t)
		}
	}
	return out
}

func (p *parser) listing(n *xmlstream.Node, id, ref string) subject.Listing {
	l := subject.Listing{
		ID: id, Subject: id, Authority: "UN", Reference: ref, Tier: subject.Designated,
		Programmes: values(n, "UN_LIST_TYPE"),
		Listed:     publication.Date(p.t, n.Get("LISTED_ON"), p.at),
		Ended:      publication.Date(p.t, n.Get("DELISTED_ON"), p.at),
	}
	for _, v := range values(n, "LAST_DAY_UPDATED") {
		l.Amended = append(l.Amended, publication.Date(p.t, v, p.at))
	}
	for _, tag := range []string{"COMMENTS1", "SUBMITTED_BY", "SUBMITTED_ON", "NATIONALITY2"} {
		if v := publication.Line(n.Get(tag)); v != "" {
			l.Remarks = append(l.Remarks, v)
		}
	}
	n.Get("VERSIONNUM") // the version of the entry is what our snapshots are for
	values(n, "LIST_TYPE")
	return l
}
