package ch

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

// describe reads an individual, entity or object.
func (p *parser) describe(n *xmlstream.Node, rec *subject.Record, l *subject.Listing) {
	s := rec.Subject
	if sex := n.Attr("sex"); sex != "" {
		add(s, "gender", sex, "")
	}
	if n.Name == "object" {
		kind := n.Attr("object-type")
		switch kind {
		case "vessel":
			s.Schema = subject.Vessel
		case "aircraft":
			s.Schema = subject.Airplane
		}
		add(s, "type", kind, "")
	}
	for _, id := range n.All("identity") {
		p.identity(id, s)
	}
	for _, tag := range []string{"justification", "other-information"} {
		for _, x := range n.All(tag) {
			x.Attr("ssid")
			if v := publication.Line(x.Text()); v != "" {
				l.Remarks = append(l.Remarks, v)
			}
		}
	}
	for _, x := range n.All("relation") {
		p.relation(x, rec)
	}
}

func add(s *subject.Subject, name, value, text string) {
	if value != "" {
		s.Properties = append(s.Properties, subject.Property{Name: name, Value: value, Text: text})
	}
}

// relation says that the target has to do with another; which, is its ssid.
func (p *parser) relation(n *xmlstream.Node, rec *subject.Record) {
	n.Attr("ssid")
	r := subject.Relation{
		Kind: "UnknownLink", From: rec.Subject.ID, To: p.in.List + ":" + n.Attr("target-id"), Role: n.Attr("relation-type"),
		Note: publication.Line(n.Get("remark")),
	}
	rec.Relations = append(rec.Relations, r)
}

func (p *parser) identity(n *xmlstream.Node, s *subject.Subject) {
	n.Attr("ssid")
	main := n.Attr("main") != "false"
	for _, x := range n.All("name") {
		names(x, s, main)
	}
	for _, x := range n.All("day-month-year") {
		d := p.day(x)
		if s.Schema == subject.Person {
			s.Births = append(s.Births, d)
		} else if d.Known {
			add(s, "incorporationDate", d.Period.String(), "")
		} else {
			add(s, "incorporationDate", d.Text, "")
		}
	}
	for _, x := range n.All("place-of-birth") {
		pl := p.place(x)
		s.BirthPlaces = append(s.BirthPlaces, subject.Place{
			City: pl.location, Region: pl.area, CountryText: pl.country, Country: p.country(pl.iso, pl.country), Note: quality(x),
		})
	}
	for _, x := range n.All("nationality") {
		x.Attr("ssid")
		if c := x.Child("country"); c != nil {
			text := publication.Line(c.Text())
			if code := p.country(c.Attr("iso-code"), text); code != "" {
				add(s, "nationality", code, text)
			} else {
				add(s, "nationality", text, "")
			}
		}
		quality(x)
	}
	for _, x := range n.All("address") {
		p.address(x, s)
	}
	for _, x := range n.All("identification-document") {
		p.document(x, s)
	}
}

// quality reads what several elements say of themselves.
func quality(n *xmlstream.Node) string {
	n.Attr("ssid")
	if q := n.Attr("quality"); q != "" && q != "good" {
		return "quality: " + q
	}
	return ""
}

var partKinds = map[string]string{
	"given-name": "firstName", "further-given-name": "middleName", "family-name": "lastName", "maiden-name": "lastName",
	"father-name": "fatherName", "grand-father-name": "middleName", "tribal-name": "lastName", "title": "title",
	"suffix": "nameSuffix",
}

// names reads one name: the parts in their order, and one name more for each
// script in which all its parts are spelled, or the one part that varies.
func names(n *xmlstream.Node, s *subject.Subject, main bool) {
	weak := n.Attr("quality") == "low"
	n.Attr("ssid")
	out := subject.Name{Kind: subject.Alias, Weak: weak, Note: language(n.Attr("lang"))}
	switch n.Attr("name-type") {
	case "primary-name":
		if main {
			out.Kind = subject.Primary
		}
	case "formerly-known-as":
		out.Kind = subject.Former
	}
	parts := n.All("name-part")
	slices.SortStableFunc(parts, func(a, b *xmlstream.Node) int { return number(a.Attr("order")) - number(b.Attr("order")) })
	var values []string
	most := 0
	spelled := make([][][2]string, len(parts)) // script and text
	for i, x := range parts {
		x.Attr("order")
		kind, v := partKinds[x.Attr("name-part-type")], publication.Line(x.Get("value"))
		values = append(values, v)
		if kind == "" {
			kind = "namePart"
		}
		if v != "" {
			out.Parts = append(out.Parts, subject.Part{Kind: kind, Value: v})
		}
		for _, sv := range x.All("spelling-variant") {
			sv.Attr("ssid")
			sv.Attr("lang")
			spelled[i] = append(spelled[i], [2]string{sv.Attr("script"), publication.Line(sv.Text())})
		}
		most = max(most, len(spelled[i]))
	}
	if out.Full = publication.Line(strings.Join(values, " ")); out.Full == "" {
		return
	}
	if len(out.Parts) == 1 {
		out.Parts = nil
	}
	s.Names = append(s.Names, out)
	for k := range most {
		other, script := slices.Clone(values), ""
		for i := range parts {
			if k < len(spelled[i]) {
				script, other[i] = spelled[i][k][0], spelled[i][k][1]
			}
		}
		kind := subject.Alias
		if script != "" && script != "LATN" && out.Kind == subject.Primary {
			kind = subject.Original
		}
		s.Names = append(s.Names, subject.Name{
			Full: publication.Line(strings.Join(other, " ")), Kind: kind, Weak: weak, Script: scriptCode(script), Note: "spelling variant",
		})
	}
}

// scriptCode writes a script the way ISO 15924 does: "Cyrl".
func scriptCode(s string) string {
	if len(s) != 4 {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.ToLower(s[1:])
}

// language keeps a language other than English, which all names are marked with.
func language(code string) string {
	if code == "" || code == "eng" {
		return ""
	}
	return "language: " + code
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 1 << 20
	}
	return n
}

func (p *parser) day(n *xmlstream.Node) subject.Date {
	d, m, y := n.Attr("day"), n.Attr("month"), n.Attr("year")
	note := quality(n)
	if c := n.Attr("calendar"); c != "" && c != "Gregorian" {
		return subject.Date{Text: strings.Trim(y+"-"+m+"-"+d, "-"), Note: "calendar: " + c}
	}
	text := y
	if m != "" {
		text += "-" + pad(m)
		if d != "" {
			text += "-" + pad(d)
		}
	}
	from, to := n.Attr("year-from"), n.Attr("year-to")
	if y == "" && from != "" && to != "" {
		text = from + "/" + to
	}
	if per, err := when.Parse(text); err == nil {
		out := subject.On(per)
		out.Note = note
		return out
	}
	out := publication.Date(p.t, text, p.at)
	out.Note = note
	return out
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// place gives the place an element refers to; one that is not there is counted.
func (p *parser) place(n *xmlstream.Node) place {
	id := n.Attr("place-id")
	pl, ok := p.places[id]
	if !ok {
		p.t.Odd(publication.Unresolved, "place "+id, p.at)
	}
	return pl
}

// country takes the code that the publication states, if there is such a state,
// and what its name says otherwise.
func (p *parser) country(iso, text string) string {
	if s, err := p.in.Places.ParseState(iso); err == nil && iso != "" {
		return s.String()
	}
	return p.in.State(p.t, text, p.at)
}

func (p *parser) address(n *xmlstream.Node, s *subject.Subject) {
	pl := p.place(n)
	n.Attr("main")
	a := subject.Address{
		Street: publication.Line(n.Get("address-details")), PostalCode: publication.Line(n.Get("zip-code")),
		City: pl.location, Region: pl.area, CountryText: pl.country, Country: p.country(pl.iso, pl.country), Note: quality(n),
	}
	for _, tag := range []string{"c-o", "p-o-box", "remark"} {
		if v := publication.Line(n.Get(tag)); v != "" {
			a.Note = strings.TrimPrefix(a.Note+"; "+tag+": "+v, "; ")
		}
	}
	if a != (subject.Address{}) {
		s.Addresses = append(s.Addresses, a)
	}
}

func (p *parser) document(n *xmlstream.Node, s *subject.Subject) {
	kind := n.Attr("document-type")
	d := subject.Document{
		Kind: "idNumber", Type: kind, Number: publication.Line(n.Get("number")), Note: publication.Line(n.Get("remark")),
		Issued: publication.Date(p.t, n.Get("date-of-issue"), p.at), Expires: publication.Date(p.t, n.Get("expiry-date"), p.at),
	}
	if strings.Contains(kind, "passport") {
		d.Kind = "passportNumber"
	}
	if c := n.Child("issuer"); c != nil {
		c.Attr("code")
		d.CountryText = publication.Line(c.Text())
		d.Country = p.country(c.Attr("code"), d.CountryText)
	}
	if c := n.Child("place-of-issue"); c != nil {
		d.City = p.place(c).location
	}
	if q := quality(n); q != "" {
		d.Note = strings.TrimPrefix(d.Note+"; "+q, "; ")
	}
	s.Documents = append(s.Documents, d)
}
