package entity

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/ftmodel"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/source/ftm"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// FromRecord gives the entities that say what a record of a list says: the subject,
// a sanction for each of its listings, and a link for each relation. What has no
// property in the model stands in the notes. Topics follow the tier: designated is
// "sanction", controlled is "export.control"; a listing that ended gives none.
func FromRecord(r *subject.Record, first, last, change when.Day) []*ftm.Entity {
	c := converter{model: ftmodel.Load(), first: dayText(first), last: dayText(last), change: dayText(change)}
	if r.Subject != nil {
		c.subject(r.Subject, r.Listings)
	}
	for i := range r.Listings {
		c.listing(&r.Listings[i])
	}
	for i := range r.Relations {
		c.relation(&r.Relations[i])
	}
	return c.out
}

type converter struct {
	model               *ftmodel.Model
	first, last, change string
	out                 []*ftm.Entity
}

func dayText(d when.Day) string {
	if d == when.NoDay {
		return ""
	}
	return d.String()
}

func (c *converter) entity(id, schema string) *making {
	e := &ftm.Entity{ID: id, Schema: schema, FirstSeen: c.first, LastSeen: c.last, LastChange: c.change}
	c.out = append(c.out, e)
	return &making{e, c.model.Schema(schema)}
}

// making is an entity that is being made.
type making struct {
	e *ftm.Entity
	s *ftmodel.Schema
}

// add adds values to a property, each once. A property that the schema has not
// becomes a note.
func (m *making) add(name string, values ...string) {
	for _, v := range values {
		v = strings.TrimSpace(v)
		switch p := m.s.Property(name); {
		case v == "":
			continue
		case p == nil && m.s.Property("notes") != nil:
			name, v = "notes", name+": "+v
		case p == nil:
			name, v = "description", name+": "+v
		case p.Type == "country":
			v = strings.ToLower(v)
		}
		i := slices.IndexFunc(m.e.Properties, func(x ftm.Values) bool { return x.Name == name })
		if i < 0 {
			m.e.Properties = append(m.e.Properties, ftm.Values{Name: name})
			i = len(m.e.Properties) - 1
		}
		if p := &m.e.Properties[i]; !slices.Contains(p.Values, v) {
			p.Values = append(p.Values, v)
		}
	}
}

func (c *converter) subject(s *subject.Subject, listings []subject.Listing) {
	schema := string(s.Schema)
	if said := s.Values("schema"); len(said) == 1 && c.model.Schema(said[0]) != nil {
		schema = said[0] // of data that know the model better than we do
	}
	m := c.entity(s.ID, schema)
	m.e.Caption = s.Caption()
	for i := range s.Names {
		m.add(nameProperty(&s.Names[i]), s.Names[i].Full)
	}
	for _, d := range s.Births {
		m.add("birthDate", dates(d)...)
	}
	for _, d := range s.Deaths {
		m.add("deathDate", dates(d)...)
	}
	for _, p := range s.BirthPlaces {
		m.add("birthPlace", p.String())
		m.add("birthCountry", p.Country)
	}
	for _, a := range s.Addresses {
		property := "address"
		if m.s.Property("full") != nil && m.s.Property(property) == nil {
			property = "full"
		}
		m.add(property, a.String())
		m.add("country", a.Country)
	}
	for _, d := range s.Documents {
		m.add(d.Kind, d.Number)
	}
	for _, p := range s.Properties {
		c.property(m, p)
	}
	for i := range listings {
		m.add("topics", topic(&listings[i]))
	}
}

// topic gives what a listing makes of its subject.
func topic(l *subject.Listing) string {
	switch {
	case !l.Ended.Zero():
		return ""
	case l.Tier == subject.Designated:
		return "sanction"
	case l.Tier == subject.Controlled:
		return "export.control"
	}
	return ""
}

// property takes a property over. What a list says of itself is no property.
func (c *converter) property(m *making, p subject.Property) {
	switch p.Name {
	case "schema":
	case "datasets":
		m.e.Datasets = append(m.e.Datasets, p.Value)
	case "referents":
		m.e.Referents = append(m.e.Referents, p.Value)
	case "first_seen":
		m.e.FirstSeen = p.Value
	case "last_change":
		m.e.LastChange = p.Value
	default:
		m.add(p.Name, p.Value)
	}
}

func nameProperty(n *subject.Name) string {
	switch {
	case n.Weak:
		return "weakAlias"
	case n.Kind == subject.Former:
		return "previousName"
	case n.Kind == subject.Alias:
		return "alias"
	}
	return "name"
}

// mostYears is how many years a span of a date is written out in.
const mostYears = 10

// dates gives a date in the forms of the model: a day, a month, a year, and a span
// as the years that it may be.
func dates(d subject.Date) []string {
	if !d.Known {
		return nil
	}
	s := d.Period.String()
	if !strings.Contains(s, "/") {
		return []string{s}
	}
	from, _, _ := d.Period.From.Civil()
	to, _, _ := d.Period.To.Civil()
	var out []string
	for y := from; y <= to && y < from+mostYears; y++ {
		out = append(out, strconv.Itoa(y))
	}
	return out
}

func (c *converter) listing(l *subject.Listing) {
	m := c.entity("listing-"+segment(l.ID), "Sanction")
	m.e.Caption = l.Authority
	m.add("entity", l.Subject)
	m.add("authority", l.Authority)
	m.add("authorityId", l.Reference)
	m.add("program", l.Programmes...)
	m.add("provisions", l.Measures...)
	m.add("listingDate", dates(l.Listed)...)
	m.add("endDate", append(dates(l.Until), dates(l.Ended)...)...)
	for _, d := range l.Amended {
		m.add("modifiedAt", dates(d)...)
	}
	if !l.Ended.Zero() {
		m.add("status", "ended")
	}
	m.add("reason", l.Remarks...)
	for _, b := range l.LegalBases {
		m.add("legal basis", b)
	}
	m.add("summary", string(l.Tier))
}

// segment makes an id that is one step of an address.
func segment(id string) string { return strings.ReplaceAll(id, "/", "-") }

// relation gives a link; the side that is only known by words is a description.
func (c *converter) relation(r *subject.Relation) {
	schema := r.Kind
	if s := c.model.Schema(schema); s == nil || s.Source == "" {
		schema = "UnknownLink"
	}
	m := c.entity("link-"+snapshot.Hash(snapshot.Encode(&subject.Record{Relations: []subject.Relation{*r}}))[:32], schema)
	m.add(m.s.Source, r.From)
	m.add(m.s.Target, r.To)
	if r.From == "" {
		m.add("summary", r.FromText)
	}
	if r.To == "" {
		m.add("summary", r.ToText)
	}
	if schema != r.Kind {
		m.add("description", r.Kind)
	}
	m.add("role", r.Role)
	if r.ShareHigh > 0 {
		share := strconv.FormatFloat(r.ShareLow, 'f', -1, 64)
		if r.ShareHigh != r.ShareLow {
			share += "-" + strconv.FormatFloat(r.ShareHigh, 'f', -1, 64)
		}
		m.add("percentage", share)
	}
	m.add("startDate", dates(r.Since)...)
	m.add("endDate", dates(r.Until)...)
	m.add("description", r.Note)
}
