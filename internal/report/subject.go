package report

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// schemaWords say what a subject is.
var schemaWords = map[subject.Schema]string{
	subject.Person: "Person", subject.LegalEntity: "Legal entity", subject.Organization: "Organisation", subject.Company: "Company",
	subject.PublicBody: "Public body", subject.Vessel: "Ship", subject.Airplane: "Aircraft", subject.AddressOnly: "Address",
	subject.Thing: "Something the list does not describe",
}

// SchemaWord says what a subject is: "Ship".
func SchemaWord(s subject.Schema) string { return cmp.Or(schemaWords[s], string(s)) }

// propertyWords are those whose names do not read as words.
var propertyWords = map[string]string{
	"birthDate": "Born", "deathDate": "Died", "birthPlace": "Place of birth", "imoNumber": "IMO number", "mmsi": "MMSI", "leiCode": "LEI",
	"swiftBic": "BIC", "idNumber": "Identity number", "taxNumber": "Tax number", "registrationNumber": "Registration number",
	"passportNumber": "Passport", "callSign": "Call sign", "flag": "Flag", "innCode": "INN", "ogrnCode": "OGRN", "vatCode": "VAT number",
	"imo": "IMO number", "iban": "IBAN", "isin": "ISIN", "lei": "LEI", "bic": "BIC", "passport": "Passport", "tax": "Tax number", "callsign": "Call sign",
}

// PropertyWord gives the name of a property as people read it: "Place of birth"
// for "birthPlace".
func PropertyWord(name string) string {
	if w, ok := propertyWords[name]; ok {
		return w
	}
	var b strings.Builder
	for i, r := range name {
		switch {
		case i == 0:
			r = unicode.ToUpper(r)
		case unicode.IsUpper(r):
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Described is what a list says of a subject under one heading.
type Described struct {
	Name   string
	Values []string
}

// describing gathers values under headings, in the order they come in.
type describing []Described

func (d *describing) add(name, value string) {
	if value == "" {
		return
	}
	for i := range *d {
		if x := &(*d)[i]; x.Name == name {
			if !slices.Contains(x.Values, value) {
				x.Values = append(x.Values, value)
			}
			return
		}
	}
	*d = append(*d, Described{name, []string{value}})
}

// Describe says what lists have on a subject besides names, numbers and
// listings; state gives the name of a state from its code.
func Describe(records []*subject.Record, state func(string) string) []Described {
	var d describing
	for _, r := range records {
		s := r.Subject
		if s == nil {
			continue
		}
		for _, x := range s.Births {
			d.add("Born", x.String())
		}
		for _, x := range s.BirthPlaces {
			x.Country, x.CountryText = "", stateNamed(x.Country, x.CountryText, state)
			d.add("Place of birth", x.String())
		}
		for _, x := range s.Deaths {
			d.add("Died", x.String())
		}
		for _, x := range s.Addresses {
			x.Country, x.CountryText = "", stateNamed(x.Country, x.CountryText, state)
			d.add("Address", x.String())
		}
		for _, x := range s.Properties {
			value := x.Value
			if len(value) == 2 && value == strings.ToUpper(value) {
				value = state(value)
			}
			if x.Note != "" {
				value += " (" + x.Note + ")"
			}
			d.add(PropertyWord(x.Name), value)
		}
	}
	return d
}

func stateNamed(code, words string, state func(string) string) string {
	if code == "" {
		return words
	}
	return state(code)
}

// Number is an identifier of a subject in words.
type Number struct{ Kind, Value, Issuer, Note string }

// Numbers gives the identifiers that lists have of a subject, each once.
func Numbers(records []*subject.Record, state func(string) string) []Number {
	var out []Number
	for _, r := range records {
		if r.Subject == nil {
			continue
		}
		for _, d := range r.Subject.Documents {
			var note []string
			for _, x := range []struct{ tag, value string }{
				{"", d.Type}, {"issued ", d.Issued.String()}, {"in ", d.City}, {"expires ", d.Expires.String()}, {"", d.Note},
			} {
				if x.value != "" {
					note = append(note, x.tag+x.value)
				}
			}
			n := Number{PropertyWord(d.Kind), d.Number, stateNamed(d.Country, d.CountryText, state), strings.Join(note, "; ")}
			if !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// Event is something that became of an entry on a list.
type Event struct {
	// Day is when, as exact as it is known; On sorts it.
	Day string
	On  when.Day
	// What happened; From is what says so: the list itself, or the version in which
	// it was first seen.
	What, From string
	// Gone and Come are what a version says no more, and what it says anew.
	Gone, Come []FactJSON
}

// Events tells the history of a subject from what the lists state and from what
// changed between their versions, oldest first.
func Events(l *screen.Life) []Event {
	var out []Event
	stated := func(st *snapshot.Status, d subject.Date, what string) {
		if d.Zero() {
			return
		}
		on := when.NoDay
		if d.Known {
			on = d.Period.From
		}
		out = append(out, Event{Day: d.String(), On: on, What: what + " " + by(st), From: "as " + st.Seen.String() + " states"})
	}
	for i := range l.Statuses {
		st := &l.Statuses[i]
		stated(st, st.Listing.Listed, "Listed by")
		for _, d := range st.Listing.Amended {
			stated(st, d, "Entry amended by")
		}
		stated(st, st.Listing.Until, "Listing runs out:")
		stated(st, st.Listing.Ended, "Taken off by")
	}
	for _, s := range l.Steps {
		e := Event{Day: s.Meta.Published.Long(), On: s.Meta.Published, From: "seen in " + s.Meta.ID.String()}
		switch {
		case s.Change.Old == nil:
			e.What = "First version loaded that has it"
		case s.Change.New == nil:
			e.What = "First version loaded without it"
		default:
			e.What = "Entry changed"
			e.Gone, e.Come = facts(s.Change.Gone), facts(s.Change.Come)
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b Event) int { return cmp.Compare(a.On, b.On) })
	return out
}

func by(st *snapshot.Status) string {
	if st.Listing.Reference == "" {
		return st.Listing.Authority
	}
	return st.Listing.Authority + " (" + st.Listing.Reference + ")"
}

// RelationSentence says what a relation is, with the names of both sides.
func RelationSentence(r subject.Relation, caption func(id, text string) string) string {
	from, to := caption(r.From, r.FromText), caption(r.To, r.ToText)
	s := PropertyWord(r.Kind) + ": " + from + " → " + to
	if r.Role != "" {
		s += ", " + r.Role
	}
	if r.ShareLow != 0 || r.ShareHigh != 0 {
		s += ", " + percent2(r.ShareLow)
		if r.ShareHigh != r.ShareLow {
			s += " to " + percent2(r.ShareHigh)
		}
		s += " per cent"
	}
	for _, x := range []struct {
		tag string
		d   subject.Date
	}{{", since ", r.Since}, {", until ", r.Until}} {
		if !x.d.Zero() {
			s += x.tag + x.d.String()
		}
	}
	return s
}

// SubjectJSON is a subject on a day, for programs.
type SubjectJSON struct {
	ID       string          `json:"id"`
	List     string          `json:"list"`
	Caption  string          `json:"caption"`
	Schema   string          `json:"schema"`
	AsOf     string          `json:"as_of"`
	Tier     string          `json:"tier"`
	Listings []StandingJSON  `json:"listings"`
	Facts    []FactJSON      `json:"facts"`
	Same     []MergerJSON    `json:"same"`
	Owners   []OwnershipJSON `json:"owners"`
	History  []StepJSON      `json:"history"`
	Sources  []SourceJSON    `json:"sources"`
}

// StepJSON is one change in the life of a subject.
type StepJSON struct {
	Snapshot  string     `json:"snapshot"`
	Published string     `json:"published"`
	Change    ChangeJSON `json:"change"`
}

// SourceJSON is a version of a list that a statement rests on.
type SourceJSON struct {
	Snapshot  string `json:"snapshot"`
	Published string `json:"published"`
	Content   string `json:"content_sha256"`
}

// Subject puts a subject into the form for programs.
func Subject(l *screen.Life, asOf when.Day) SubjectJSON {
	out := SubjectJSON{
		ID: l.ID, List: l.List, Caption: l.Caption, Schema: string(l.Schema), AsOf: asOf.String(), Tier: string(l.Tier), Listings: []StandingJSON{},
		Facts: []FactJSON{}, Same: []MergerJSON{}, Owners: []OwnershipJSON{}, History: []StepJSON{}, Sources: []SourceJSON{},
	}
	for _, s := range l.Statuses {
		out.Listings = append(out.Listings, Standing(s))
	}
	for _, r := range l.Records {
		out.Facts = append(out.Facts, facts(r.Facts())...)
	}
	for _, m := range l.Same {
		out.Same = append(out.Same, MergerJSON{m.A, m.B, m.Kind, m.Reason, m.Bits})
	}
	for _, o := range l.Owners {
		out.Owners = append(out.Owners, owned(o))
	}
	for _, s := range l.Steps {
		out.History = append(out.History, StepJSON{s.Meta.ID.String(), s.Meta.Published.String(), Change(s.Change, false)})
	}
	for _, m := range l.Sources {
		out.Sources = append(out.Sources, SourceJSON{m.ID.String(), m.Published.String(), m.Content})
	}
	return out
}

// TierSentence says how the law stands to a subject on a day, as a heading.
func TierSentence(t screening.Tier, asOf when.Day) string {
	day := " on " + asOf.Long()
	switch t {
	case screening.TierListed:
		return "Listed" + day
	case screening.TierOwned:
		return "Not listed itself; owned or controlled by a listed party" + day
	case screening.TierMaybeOwned:
		return "Not listed itself; may be owned or controlled by a listed party" + day
	case screening.TierControlled:
		return "On an export control list" + day + "; its assets are not frozen"
	case screening.TierNamed:
		return "Named in a publication that imposes nothing; not listed" + day
	case screening.TierFormer:
		return "Not listed" + day
	}
	return "Not certain" + day
}
