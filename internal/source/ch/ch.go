// Package ch reads the Swiss sanctions list of the State Secretariat for
// Economic Affairs in its XML form.
//
// Only the whole list is a list. The publication also hands out amendments,
// which hold what changed on a day and nothing else; one of those taken for the
// list would release everybody who is not in it, so it is refused.
//
// A whole list keeps those who were taken off it, with their history. They are
// kept here too, each with the day on which the listing ended. Blocks of a
// modification that repeat what an entry was before are history of the entry
// and are left out. Places stand in the document apart from the targets that
// refer to them; the package reads the document twice to join them.
package ch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

// Source is the publication.
func Source() publication.Source {
	return publication.Source{
		ID: "ch", Authority: "CH", Title: "Swiss sanctions list (SECO)",
		Homepage: "https://www.seco.admin.ch/seco/en/home/Aussenwirtschaftspolitik_Wirtschaftliche_Zusammenarbeit/" +
			"Wirtschaftsbeziehungen/exportkontrollen-und-sanktionen/sanktionen-embargos.html",
		Addresses: []publication.Address{{
			Part: "list",
			URL: "https://www.sesam.search.admin.ch/sesam-search-web/pages/downloadXmlGesamtliste.xhtml" +
				"?lang=en&action=downloadXmlGesamtlisteAction",
		}},
		Shrink: 0.2,
		Formats: []publication.Format{{
			Name: "xml", Sniff: func(head []byte) bool { return bytes.Contains(head, []byte("<swiss-sanctions-list")) },
			Parse: parse,
		}},
	}
}

// maxShared bounds the places and sets that are held to be joined.
const maxShared = 1 << 18

// programme is the sanctions programme that a set belongs to.
type programme struct{ key, name, set, origin string }

func parse(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	p := &parser{
		in: in, t: t, file: in.Files[0],
		sets: map[string]programme{}, places: map[string]place{}, seen: map[string]bool{},
	}
	if err := p.read(ctx, p.shared); err != nil {
		return err
	}
	return p.read(ctx, p.target)
}

type parser struct {
	in     *publication.Input
	t      *publication.Tally
	file   publication.File
	sets   map[string]programme
	places map[string]place
	seen   map[string]bool
	twice  bool // the second reading
	at     fault.Place
}

// place is one place as the publication describes it.
type place struct{ location, area, iso, country string }

// read goes through the document and hands each element below the root to f.
func (p *parser) read(ctx context.Context, f func(*xmlstream.Node) error) error {
	src, err := p.file.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	return fault.In(fault.Place{File: p.file.Name}, p.elements(ctx, xmlstream.NewReader(src), f))
}

func (p *parser) elements(ctx context.Context, x *xmlstream.Reader, f func(*xmlstream.Node) error) error {
	for {
		tok, err := x.Next()
		if errors.Is(err, io.EOF) {
			p.twice = true
			return nil
		}
		if err != nil {
			return err
		}
		if tok.Kind != xmlstream.Start {
			continue
		}
		if x.Depth() == 1 {
			if err := p.header(tok); err != nil {
				return err
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
		p.at = fault.Place{File: p.file.Name, Line: n.Line}
		if err := f(n); err != nil {
			return err
		}
	}
}

// header reads the root and refuses what is no whole list.
func (p *parser) header(tok xmlstream.Token) error {
	at := fault.Place{File: p.file.Name, Line: tok.Line}
	if tok.Name != "swiss-sanctions-list" {
		return fault.New(fault.Invalid, "the root element is <%s>, not <swiss-sanctions-list>", tok.Name).At(at)
	}
	kind := ""
	for _, a := range tok.Attrs {
		switch a.Name {
		case "list-type":
			kind = a.Value
		case "date":
			if !p.twice {
				p.t.Published(publication.Published{At: publication.Date(p.t, a.Value, at), Stamp: a.Value, Count: -1})
			}
		case "schemaLocation", "noNamespaceSchemaLocation":
		default:
			if !p.twice {
				p.t.Odd(publication.UnknownElement, tok.Name+"@"+a.Name, at)
			}
		}
	}
	switch kind {
	case "whole-list", "full":
		return nil
	case "amendment", "modification":
		return fault.New(fault.Invalid, "this is an amendment, which holds only what changed, and no whole list").At(at).
			WithFix("take the whole list (list-type whole-list)")
	}
	return fault.New(fault.Invalid, "the list is of type %q; only a whole list can be loaded", kind).At(at)
}

// shared keeps what targets refer to.
func (p *parser) shared(n *xmlstream.Node) error {
	if len(p.sets)+len(p.places) > maxShared {
		return fault.New(fault.TooLarge, "the list has more than %d places and sets of sanctions", maxShared).At(p.at)
	}
	switch n.Name {
	case "sanctions-program":
		pr := programme{key: english(n.All("program-key")), name: english(n.All("program-name")), origin: n.Get("origin")}
		n.Attr("ssid")
		n.Attr("version-date")
		sets := n.All("sanctions-set")
		for _, s := range sets {
			if id := s.Attr("ssid"); s.Attr("lang") == "eng" || p.sets[id] == (programme{}) {
				pr.set = publication.Line(s.Text())
				p.sets[id] = pr
			}
			s.Text()
		}
		n.All("predecessor-version-date")
		p.unknown(n)
	case "place":
		v := place{location: publication.Line(n.Get("location")), area: publication.Line(n.Get("area"))}
		if c := n.Child("country"); c != nil {
			v.iso, v.country = c.Attr("iso-code"), publication.Line(c.Text())
		}
		p.places[n.Attr("ssid")] = v
		variants(n, "location-variant")
		variants(n, "area-variant")
		p.unknown(n)
	case "target":
	default:
		p.t.Odd(publication.UnknownElement, n.Name, p.at)
	}
	return nil
}

// variants marks other spellings of a place as known. Where a place lies is
// said by its own words.
func variants(n *xmlstream.Node, name string) {
	for _, v := range n.All(name) {
		v.Text()
		v.Attr("ssid")
		v.Attr("lang")
		v.Attr("variant-type")
	}
}

func (p *parser) unknown(n *xmlstream.Node) {
	n.Unused(func(path string, line int) {
		p.t.Odd(publication.UnknownElement, n.Name+"/"+path, fault.Place{File: p.file.Name, Line: line})
	})
}

// english gives the text in English, or the first.
func english(list []*xmlstream.Node) string {
	out := ""
	for _, n := range list {
		v := publication.Line(n.Text())
		if n.Attr("lang") == "eng" || out == "" {
			out = v
		}
	}
	return out
}

// kinds are the elements that say what a target is.
var kinds = []struct {
	name   string
	schema subject.Schema
}{{"individual", subject.Person}, {"entity", subject.LegalEntity}, {"object", subject.Thing}}

func (p *parser) target(n *xmlstream.Node) error {
	if n.Name != "target" {
		return nil
	}
	const part = "target"
	p.t.Seen(part)
	id := n.Attr("ssid")
	s := &subject.Subject{ID: p.in.List + ":" + id}
	var body *xmlstream.Node
	for _, k := range kinds {
		if c := n.Child(k.name); c != nil && body == nil {
			body, s.Schema = c, k.schema
		}
	}
	refuse := func(reason string) error {
		p.t.Refuse(part, p.at, id, "%s", reason)
		return nil
	}
	switch {
	case id == "":
		return refuse("it has no ssid")
	case p.seen[id]:
		return refuse("the ssid stands twice")
	case body == nil:
		return refuse("it is neither individual, entity nor object")
	}
	rec := &subject.Record{Subject: s}
	l := p.listing(n, s.ID, id)
	p.describe(body, rec, &l)
	if len(s.Names) == 0 {
		return refuse("it has no name")
	}
	p.seen[id] = true
	rec.Listings = []subject.Listing{l}
	p.unknown(n)
	p.t.Handled(part)
	return p.t.Emit(rec)
}

func (p *parser) listing(n *xmlstream.Node, id, ref string) subject.Listing {
	l := subject.Listing{ID: id, Subject: id, Authority: "CH", Reference: ref, Tier: subject.Designated}
	for _, x := range n.All("sanctions-set-id") {
		key := x.Text()
		pr, ok := p.sets[key]
		if !ok {
			p.t.Odd(publication.Unresolved, "sanctions set "+key, p.at)
			continue
		}
		l.Programmes = once(l.Programmes, strings.TrimSpace(pr.key))
		l.LegalBases = once(l.LegalBases, pr.name)
		l.Measures = once(l.Measures, pr.set)
		if pr.origin != "" {
			l.Remarks = once(l.Remarks, "origin: "+pr.origin)
		}
	}
	for _, x := range n.All("foreign-identifier") {
		l.Remarks = once(l.Remarks, "foreign identifier: "+publication.Line(x.Text()))
	}
	for _, x := range n.All("generic-attribute") {
		l.Remarks = append(l.Remarks, x.Attr("name")+": "+publication.Line(x.Text()))
	}
	p.history(n, &l)
	return l
}

// history reads the modifications: the first listing, amendments, and the
// delisting, unless a later one lists again.
func (p *parser) history(n *xmlstream.Node, l *subject.Listing) {
	last := ""
	for _, m := range n.All("modification") {
		kind, day := m.Attr("modification-type"), m.Attr("effective-date")
		for _, other := range []string{m.Attr("publication-date"), m.Attr("enactment-date")} {
			if day == "" {
				day = other
			}
		}
		for _, c := range m.Children {
			m.All(c.Name)
			known(c)
		}
		d := publication.Date(p.t, day, p.at)
		switch kind {
		case "listed":
			if l.Listed == (subject.Date{}) || d.Known && l.Listed.Known && d.Period.From < l.Listed.Period.From {
				l.Listed = d
			}
			if day >= last {
				l.Ended, last = subject.Date{}, day
			}
		case "de-listed":
			if day >= last {
				l.Ended, last = d, day
				if day == "" {
					l.Ended = subject.Date{Text: "de-listed"}
				}
			}
		case "amended":
			if d != (subject.Date{}) {
				l.Amended = append(l.Amended, d)
			}
		default:
			p.t.Odd(publication.UnknownElement, "modification-type="+kind, p.at)
		}
	}
}

// known marks all of an element as known.
func known(n *xmlstream.Node) {
	n.Text()
	for _, a := range []string{
		"ssid", "lang", "main", "name-type", "quality", "order", "name-part-type", "day", "month", "year", "calendar",
		"place-id", "iso-code", "target-id", "relation-type", "document-type", "main-address", "spelling-variant-type",
		"sex", "script", "variant-type", "name", "attribute", "publication-date", "enactment-date", "effective-date",
	} {
		n.Attr(a)
	}
	for _, c := range n.Children {
		n.All(c.Name)
		known(c)
	}
}

func once(list []string, v string) []string {
	for _, have := range list {
		if have == v {
			return list
		}
	}
	if v == "" {
		return list
	}
	return append(list, v)
}
