package subject

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/when"
)

// Fact is one thing a record says, flattened to a path and a value, so that two
// versions of a record can be compared field by field and shown to people.
type Fact struct{ Path, Value string }

// Facts flattens the record. Every field that holds something is in it, so two
// records say the same if and only if their facts are equal. The order is that
// of the fields and then of the publication. Entries of one kind share a path;
// they are told apart by value.
func (r *Record) Facts() []Fact {
	f := &flat{}
	if s := r.Subject; s != nil {
		f.add("id", s.ID)
		f.add("schema", string(s.Schema))
		for i := range s.Names {
			f.add("name", s.Names[i].text())
		}
		f.dates("birthDate", s.Births)
		f.dates("deathDate", s.Deaths)
		for i := range s.BirthPlaces {
			f.add("birthPlace", s.BirthPlaces[i].String())
		}
		for i := range s.Addresses {
			f.add("address", s.Addresses[i].String())
		}
		for i := range s.Documents {
			f.add("document", s.Documents[i].text())
		}
		for _, p := range s.Properties {
			f.add(p.Name, join("; ", p.Value, tagged("as published", p.Text), tagged("note", p.Note)))
		}
	}
	for i := range r.Listings {
		f.listing(&r.Listings[i])
	}
	for i := range r.Relations {
		f.add("relation", r.Relations[i].text())
	}
	return f.facts
}

type flat struct{ facts []Fact }

func (f *flat) add(path, value string) {
	if value != "" {
		f.facts = append(f.facts, Fact{path, value})
	}
}

func (f *flat) dates(path string, dates []Date) {
	for i := range dates {
		f.add(path, dates[i].String())
	}
}

func (f *flat) listing(l *Listing) {
	at := "listing"
	if l.ID != l.Subject {
		at = "listing[" + l.ID + "]"
	}
	f.add(at+".reference", join(" ", l.Authority, l.Reference))
	f.add(at+".subject", l.Subject)
	f.add(at+".tier", string(l.Tier))
	for _, v := range l.Programmes {
		f.add(at+".programme", v)
	}
	for _, v := range l.Measures {
		f.add(at+".measure", v)
	}
	for _, v := range l.LegalBases {
		f.add(at+".legalBasis", v)
	}
	f.add(at+".listed", l.Listed.String())
	f.dates(at+".amended", l.Amended)
	f.add(at+".until", l.Until.String())
	f.add(at+".ended", l.Ended.String())
	for _, v := range l.Remarks {
		f.add(at+".remark", v)
	}
}

func (n *Name) text() string {
	s := n.Full
	kind := string(n.Kind)
	if n.Weak {
		kind = "weak " + kind
	}
	var parts []string
	for _, p := range n.Parts {
		parts = append(parts, p.Kind+" "+p.Value)
	}
	return s + " (" + join("; ", kind, n.Lang, n.Script, strings.Join(parts, ", "), tagged("note", n.Note)) + ")"
}

// String gives the date as people write it: "about 1965", "5 March 1965"; the
// words of the publication where no day could be read from them; "" for none.
func (d Date) String() string {
	s := d.Text
	if d.Known {
		s = d.Period.Long()
		if d.Circa {
			s = "about " + s
		}
		s = join("; ", s, tagged("as published", d.Text))
	}
	return join("; ", s, tagged("note", d.Note))
}

// Zero reports whether nothing is known of the date.
func (d Date) Zero() bool { return d == Date{} }

// On gives a date known exactly.
func On(p when.Period) Date { return Date{Period: p, Known: true} }

// String gives the place on one line, from the small to the large.
func (p Place) String() string {
	return join(", ", p.Text, p.City, p.Region, country(p.Country, p.CountryText), tagged("note", p.Note))
}

// String gives the address on one line, from the small to the large.
func (a Address) String() string {
	return join(", ", a.Full, a.Street, a.City, a.Region, a.PostalCode, country(a.Country, a.CountryText),
		tagged("note", a.Note))
}

func (d *Document) text() string {
	return join("; ", d.Kind+" "+d.Number, tagged("type", d.Type), country(d.Country, d.CountryText), d.City,
		tagged("issued", d.Issued.String()), tagged("expires", d.Expires.String()), tagged("note", d.Note))
}

func (r *Relation) text() string {
	share := ""
	if r.ShareLow != 0 || r.ShareHigh != 0 {
		share = percent(r.ShareLow) + " to " + percent(r.ShareHigh) + " per cent"
		if r.ShareLow == r.ShareHigh {
			share = percent(r.ShareLow) + " per cent"
		}
	}
	return join("; ", r.Kind, tagged("from", join(" ", r.From, r.FromText)), tagged("to", join(" ", r.To, r.ToText)),
		r.Role, share, tagged("since", r.Since.String()), tagged("until", r.Until.String()), tagged("note", r.Note))
}

func percent(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func country(code, text string) string {
	if code == "" || text == "" {
		return code + text
	}
	return text + " [" + code + "]"
}

func tagged(tag, value string) string {
	if value == "" {
		return ""
	}
	return tag + " " + value
}

func join(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}
