package ofac

import (
	"context"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

// enhancedSections are the parts that are entered; what is in the first two
// says again what the entries say in words.
var enhancedSections = map[string]bool{"referenceValues": true, "featureTypes": true, "entities": true}

func parseEnhanced(ctx context.Context, in *publication.Input, t *publication.Tally, list string) error {
	return readXML(in, t, func(d *xmlDoc, x *xmlstream.Reader) error {
		stated := false
		err := d.walk(ctx, x, "sanctionsData", enhancedSections, func(tok xmlstream.Token, parent string) (bool, error) {
			entity := parent == "entities" && tok.Name == "entity"
			info := parent == "" && tok.Name == "publicationInfo"
			reference := parent == "referenceValues" && tok.Name == "referenceValue" ||
				parent == "featureTypes" && tok.Name == "featureType"
			if !entity && !info && !reference {
				return false, nil
			}
			n, err := x.Subtree(tok)
			switch {
			case err != nil || reference:
			case entity:
				err = d.enhanced(n, list)
			default:
				stated = true
				err = d.publicationInfo(n, list)
			}
			return true, err
		})
		if err == nil && !stated {
			err = fault.New(fault.Invalid, "the list does not say of which day it is")
		}
		return err
	})
}

// publicationInfo reads the day, and makes sure that it is the list asked for.
func (d *xmlDoc) publicationInfo(n *xmlstream.Node, list string) error {
	at := d.at(n.Line)
	stamp := n.Get("dataAsOf")
	day := publication.Date(d.t, stamp, at)
	if !day.Known {
		return fault.New(fault.Invalid, "the list says it is of %q", stamp).At(at)
	}
	var lists []string
	for _, l := range n.Child("filters").Child("sanctionsLists").All("sanctionsList") {
		l.Attr("refId")
		lists = append(lists, publication.Line(l.Text()))
	}
	if len(lists) > 0 && strings.Join(lists, ", ") != list {
		return fault.New(fault.Invalid, "this is the %s, not the %s", strings.Join(lists, ", "), list).At(at).
			WithFix("load it as the other of the sources ofac-sdn and ofac-cons")
	}
	n.Unused(func(path string, line int) { d.t.Odd(publication.UnknownElement, "publicationInfo/"+path, d.at(line)) })
	d.t.Published(publication.Published{At: day, Stamp: stamp, Count: -1})
	return nil
}

// word gives the text of an element that refers to a list of words.
func word(n *xmlstream.Node, name string) string {
	c := n.Child(name)
	c.Attr("refId")
	return publication.Line(c.Text())
}

// texts gives the texts of all elements of a name in another.
func texts(n *xmlstream.Node, list, item string) []string {
	var out []string
	for _, c := range n.Child(list).All(item) {
		c.Attr("refId")
		c.Attr("id")
		if s := publication.Line(c.Text()); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// enhanced reads one <entity>.
func (d *xmlDoc) enhanced(n *xmlstream.Node, list string) error {
	e, err := d.begin(n, n.Attr("id"))
	if e == nil {
		return err
	}
	info := n.Child("generalInfo")
	info.Get("identityId") // what names and documents are tied to, within the file
	e.schema(word(info, "entityType"))
	e.property("position", text(info, "title"), "", "")
	e.enhancedLists(n, list)
	e.l.Programmes = texts(n, "sanctionsPrograms", "sanctionsProgram")
	e.l.Measures = texts(n, "sanctionsTypes", "sanctionsType")
	e.l.LegalBases = texts(n, "legalAuthorities", "legalAuthority")
	for _, name := range n.Child("names").All("name") {
		e.enhancedName(name)
	}
	for _, a := range n.Child("addresses").All("address") {
		e.enhancedAddress(a)
	}
	for _, f := range n.Child("features").All("feature") {
		e.enhancedFeature(f)
	}
	for _, i := range n.Child("identityDocuments").All("identityDocument") {
		e.enhancedDocument(i)
	}
	for _, r := range n.Child("relationships").All("relationship") {
		if err := d.relationship(e, r); err != nil {
			return err
		}
	}
	if r := info.Get("remarks"); r != "" {
		e.remarks(publication.Line(r), false)
		e.remarksText(r)
	}
	return d.finish(e, n)
}

// enhancedLists reads on which lists the entry stands, and since when. The
// listing begins with the earliest day on this list or, as the consolidated
// list is one of lists, on a list in it.
func (e *entry) enhancedLists(n *xmlstream.Node, list string) {
	const sdn = "SDN List"
	for _, l := range n.Child("sanctionsLists").All("sanctionsList") {
		l.Attr("refId")
		l.Attr("id")
		name := publication.Line(l.Text())
		since := publication.Date(e.t, l.Attr("datePublished"), e.at)
		if name != list {
			e.property("program", name, "", joinNotes(sinceNote(since)))
		}
		ours := name == list || list != sdn && name != sdn
		if ours && since.Known && (!e.l.Listed.Known || since.Period.From < e.l.Listed.Period.From) {
			e.l.Listed = since
		}
	}
}

func sinceNote(d subject.Date) string {
	if d.Zero() {
		return ""
	}
	return "since " + d.String()
}

// script gives the code of a script; that of Latin, the ordinary case, is empty.
func (e *entry) script(name string) string {
	code, ok := words["script"][name]
	if !ok && name != "" {
		e.t.Odd(publication.UnknownElement, "script "+name, e.at)
		return name
	}
	return code
}

// parts are OFAC's words for the parts of a name; those that are the whole name
// have none.
var parts = map[string]string{
	"Last Name": "lastName", "First Name": "firstName", "Middle Name": "middleName", "Maiden Name": "maidenName",
	"Patronymic": "fatherName", "Matronymic": "motherName", "Nickname": "nickname",
	"Entity Name": "", "Vessel Name": "", "Aircraft Name": "",
}

// part gives one part of a name; of a name of one part there is nothing apart.
func (e *entry) part(kind, value string) (subject.Part, bool) {
	to, ok := parts[kind]
	if !ok {
		e.t.Odd(publication.UnknownElement, "part of name "+kind, e.at)
		to = "namePart"
	}
	return subject.Part{Kind: to, Value: value}, to != ""
}

// enhancedName reads a name and its renderings in other scripts.
func (e *entry) enhancedName(n *xmlstream.Node) {
	n.Attr("id")
	kind, primary := word(n, "aliasType"), n.Get("isPrimary") == "true"
	weak := n.Get("isLowQuality") == "true"
	for _, tr := range n.Child("translations").All("translation") {
		tr.Attr("id")
		main := tr.Get("isPrimary") == "true"
		name := subject.Name{
			Full: text(tr, "formattedFullName"), Kind: subject.Alias, Weak: weak, Script: e.script(word(tr, "script")),
		}
		if whole := twoPart(text(tr, "formattedLastName"), text(tr, "formattedFirstName")); name.Full == "" {
			name.Full = whole.Full
		}
		for _, p := range tr.Child("nameParts").All("namePart") {
			p.Attr("id")
			if part, ok := e.part(word(p, "type"), text(p, "value")); ok {
				name.Parts = append(name.Parts, part)
			}
		}
		if len(name.Parts) == 1 {
			name.Parts = nil
		}
		switch {
		case primary && main:
			name.Kind = subject.Primary
		case primary:
			name.Kind = subject.Original
		}
		e.name(name, kind)
	}
}

// enhancedAddress reads an address and its renderings in other scripts.
func (e *entry) enhancedAddress(n *xmlstream.Node) {
	n.Attr("id")
	country := word(n, "country")
	code := e.country(country)
	for _, tr := range n.Child("translations").All("translation") {
		tr.Attr("id")
		tr.Get("isPrimary")
		a := subject.Address{CountryText: country, Country: code}
		if s := e.script(word(tr, "script")); s != "" {
			a.Note = "script " + s
		}
		for _, p := range tr.Child("addressParts").All("addressPart") {
			p.Attr("id")
			e.addressPart(&a, word(p, "type"), text(p, "value"))
		}
		if a != (subject.Address{}) {
			e.s.Addresses = append(e.s.Addresses, a)
		}
	}
}

func (e *entry) addressPart(a *subject.Address, kind, value string) {
	to := &a.Street
	switch kind {
	case "ADDRESS1", "ADDRESS2", "ADDRESS3":
	case "CITY":
		to = &a.City
	case "STATE/PROVINCE", "REGION":
		to = &a.Region
	case "POSTAL CODE":
		to = &a.PostalCode
	default:
		e.t.Odd(publication.UnknownElement, "part of address "+kind, e.at)
	}
	if *to != "" {
		value = *to + ", " + value
	}
	*to = value
}

func (e *entry) enhancedFeature(n *xmlstream.Node) {
	for _, a := range []string{"id", "versionId"} {
		n.Attr(a)
	}
	typ := n.Child("type")
	typ.Attr("featureTypeId")
	n.Get("versionId")
	n.Get("valueRefId") // the value again, as a number
	n.Get("isPrimary")  // the main one stands first
	f := &feature{label: publication.Line(typ.Text()), value: text(n, "value"), note: publication.Line(n.Get("comments"))}
	if r := word(n, "reliability"); r != "" && r != "Confirmed" {
		f.note = joinNotes(f.note, "reliability: "+r)
	}
	date := e.valueDate(n.Child("valueDate"))
	if _, ok := readDate(f.value); !ok {
		f.date = date
	}
	if !e.take(f) {
		e.unknown("feature", f)
	}
}

// valueDate reads a date as a span of four days: it begins between the first
// two and ends between the others.
func (e *entry) valueDate(n *xmlstream.Node) subject.Date {
	n.Attr("id")
	first, last := n.Get("fromDateBegin"), n.Get("toDateEnd")
	n.Get("fromDateEnd")
	n.Get("toDateBegin")
	n.Get("isDateRange")
	d := subject.Date{Circa: n.Get("isApproximate") == "true"}
	from, err1 := when.ParseDay(first)
	to, err2 := when.ParseDay(last)
	if err1 != nil || err2 != nil || to < from {
		return subject.Date{}
	}
	d.Period, d.Known = when.Period{From: from, To: to}, true
	return d
}

func (e *entry) enhancedDocument(n *xmlstream.Node) {
	n.Attr("id")
	name := n.Child("name") // the name in the document; it is the primary one or one of the aliases
	name.Attr("nameId")
	name.Attr("nameTranslationId")
	f := &feature{
		label: word(n, "type"), value: text(n, "documentNumber"), country: word(n, "issuingCountry"),
		issued: text(n, "issueDate"), expires: text(n, "expirationDate"), note: publication.Line(n.Get("comments")),
	}
	if at := text(n, "issuingLocation"); at != "" && at != f.country {
		f.note = joinNotes(f.note, "issued in "+at)
	}
	if by := word(n, "issuingAuthority"); by != "" {
		f.note = joinNotes(f.note, "issued by "+by)
	}
	if s := publication.Line(name.Text()); s != "" && s != e.s.Caption() {
		f.note = joinNotes(f.note, "in the name of "+s)
	}
	if n.Get("isValid") == "false" {
		f.note = joinNotes(f.note, "not valid")
	}
	e.documented(f)
}

// documented adds a document, of whatever type.
func (e *entry) documented(f *feature) {
	m, ok := meaningOf(f.label)
	if !ok {
		e.t.Odd(publication.UnknownElement, "type of document "+f.label, e.at)
		m = meaning{role: document, to: "idNumber"}
	}
	e.as(m, f)
}

// relation says what a kind of relationship is in the words of FollowTheMoney,
// and whether it leads from the other to the entry.
type relation struct {
	kind   string
	turned bool
}

var relationKinds = map[string]relation{
	"Owned or Controlled By":        {"Ownership", true},
	"Owns, controls, or operates":   {"Ownership", false},
	"Property in the interest of":   {"Ownership", true},
	"Family member of":              {"Family", false},
	"Associate Of":                  {"Associate", false},
	"Leader or official of":         {"Directorship", false},
	"Principal Executive Officer":   {"Directorship", false},
	"Acting for or on behalf of":    {"Representation", false},
	"Providing support to":          {"UnknownLink", false},
	"playing a significant role in": {"UnknownLink", false},
}

// relate gives the relation of one entry to another.
func relate(t *publication.Tally, at fault.Place, role, from, to string) subject.Relation {
	kind, ok := relationKinds[role]
	if !ok {
		t.Odd(publication.UnknownElement, "type of relationship "+role, at)
		kind.kind = "UnknownLink"
	}
	r := subject.Relation{Kind: kind.kind, From: from, To: to, Role: role}
	if kind.turned {
		r.From, r.To = to, from
	}
	return r
}

func (d *xmlDoc) relationship(e *entry, n *xmlstream.Node) error {
	n.Attr("id")
	role, other := word(n, "type"), n.Child("relatedEntity")
	ref, name := other.Attr("entityId"), publication.Line(other.Text())
	id, ok := number(ref)
	if !ok {
		d.t.Odd(publication.Unresolved, "relation to "+ref+" "+name, d.at(n.Line))
		return nil
	}
	r := relate(d.t, d.at(n.Line), role, e.s.ID, subjectID(d.in, id))
	if r.To == e.s.ID {
		r.FromText = name
	} else {
		r.ToText = name
	}
	r.Note = joinNotes(word(n, "quality"), publication.Line(n.Get("comments")))
	e.relate(r)
	return d.to.add(id, name, d.at(n.Line))
}
