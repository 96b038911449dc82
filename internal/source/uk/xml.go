package uk

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

func parseXML(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	file := in.Files[0]
	src, err := file.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	p := &xmlParser{builder: builder{in, t}, file: file.Name, seen: map[string]bool{}}
	return fault.In(fault.Place{File: file.Name}, p.run(ctx, xmlstream.NewReader(src)))
}

type xmlParser struct {
	builder
	file string
	seen map[string]bool
}

func (p *xmlParser) run(ctx context.Context, x *xmlstream.Reader) error {
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
			if tok.Name != "Designations" {
				return fault.New(fault.Invalid, "the root element is <%s>, not <Designations>", tok.Name).
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
		at := fault.Place{File: p.file, Line: n.Line}
		switch n.Name {
		case "DateGenerated":
			p.t.Published(publication.Published{At: publication.DayFirst(p.t, n.Text(), at), Stamp: n.Text(), Count: -1})
		case "Designation":
			if err := p.entry(n, at); err != nil {
				return err
			}
		default:
			p.t.Odd(publication.UnknownElement, n.Name, at)
		}
	}
}

func (p *xmlParser) entry(n *xmlstream.Node, at fault.Place) error {
	const part = "designation"
	p.t.Seen(part)
	d := read(n)
	d.at = at
	switch {
	case d.id == "":
		p.t.Refuse(part, at, d.group, "it has no unique ID")
		return nil
	case p.seen[d.id]:
		p.t.Refuse(part, at, d.id, "the unique ID stands twice")
		return nil
	}
	rec, reason := p.build(d)
	if rec == nil {
		p.t.Refuse(part, at, d.id, "%s", reason)
		return nil
	}
	p.seen[d.id] = true
	n.Unused(func(path string, line int) {
		p.t.Odd(publication.UnknownElement, n.Name+"/"+path, fault.Place{File: p.file, Line: line})
	})
	p.t.Handled(part)
	return p.t.Emit(rec)
}

// read gathers a designation.
func read(n *xmlstream.Node) *designation {
	get := func(name string) string { return publication.Line(n.Get(name)) }
	d := &designation{
		id: get("UniqueID"), group: get("OFSIGroupID"), un: get("UNReferenceNumber"), regime: get("RegimeName"),
		kind: get("IndividualEntityShip"), source: get("DesignationSource"),
		updated: at(n, "LastUpdated"), listed: at(n, "DateDesignated"), values: map[string][]string{},
	}
	for _, f := range fields {
		if v := at(n, f.path); len(v) > 0 {
			d.values[f.property] = v
		}
	}
	for _, x := range below(n, "Names/Name") {
		out := name{kind: publication.Line(x.Get("NameType")), strength: publication.Line(x.Get("AliasStrength"))}
		for i := range out.parts {
			out.parts[i] = publication.Line(x.Get("Name" + strconv.Itoa(i+1)))
		}
		d.names = append(d.names, out)
	}
	for _, x := range below(n, "NonLatinNames/NonLatinName") {
		d.scripts = append(d.scripts, script{
			publication.Line(x.Get("NameNonLatinScript")),
			publication.Line(x.Get("NonLatinScriptType")), publication.Line(x.Get("NonLatinScriptLanguage")),
		})
	}
	for _, x := range below(n, "Addresses/Address") {
		a := address{postcode: publication.Line(x.Get("AddressPostalCode")), country: publication.Line(x.Get("AddressCountry"))}
		for i := range a.lines {
			a.lines[i] = publication.Line(x.Get("AddressLine" + strconv.Itoa(i+1)))
		}
		d.addresses = append(d.addresses, a)
	}
	for _, x := range below(n, "IndividualDetails/Individual/BirthDetails/Location") {
		d.birthplaces = append(d.birthplaces, [2]string{
			publication.Line(x.Get("TownOfBirth")), publication.Line(x.Get("CountryOfBirth")),
		})
	}
	papers(n, d)
	imposed(n, d)
	return d
}

// papers reads passports and national identifiers, whatever the element around
// each is called.
func papers(n *xmlstream.Node, d *designation) {
	for _, k := range []struct{ list, kind, typ, number, info string }{
		{"PassportDetails", "passportNumber", "Passport", "PassportNumber", "PassportAdditionalInformation"},
		{
			"NationalIdentifierDetails", "idNumber", "National identifier",
			"NationalIdentifierNumber", "NationalIdentifierAdditionalInformation",
		},
	} {
		for _, list := range below(n, "IndividualDetails/Individual/"+k.list) {
			for _, c := range list.Children {
				for _, x := range list.All(c.Name) {
					if x != c {
						continue
					}
					number, info := publication.Line(x.Get(k.number)), publication.Line(x.Get(k.info))
					if number != "" || info != "" {
						d.documents = append(d.documents, document{k.kind, k.typ, number, info})
					}
				}
			}
		}
	}
}

// imposed reads what is imposed. It stands twice, as words and as one indicator
// for each measure; an indicator without its words is a measure too.
func imposed(n *xmlstream.Node, d *designation) {
	var plain []string
	for _, v := range strings.Split(n.Get("SanctionsImposed"), "|") {
		if v = publication.Line(v); v != "" {
			d.measures = append(d.measures, v)
			plain = append(plain, letters(v))
		}
	}
	list := n.Child("SanctionsImposedIndicators")
	if list == nil {
		return
	}
	for _, c := range list.Children {
		if list.Get(c.Name) == "true" && !slices.Contains(plain, letters(c.Name)) {
			d.measures = append(d.measures, c.Name)
		}
	}
}

// letters gives the letters of s in lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// below gives the elements at a path below n.
func below(n *xmlstream.Node, path string) []*xmlstream.Node {
	level := []*xmlstream.Node{n}
	for step := range strings.SplitSeq(path, "/") {
		var next []*xmlstream.Node
		for _, x := range level {
			next = append(next, x.All(step)...)
		}
		level = next
	}
	return level
}

// at gives the texts at a path below n.
func at(n *xmlstream.Node, path string) []string {
	var out []string
	for _, x := range below(n, path) {
		if v := publication.Line(x.Text()); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
