package own

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// setter puts one value into the entry; the error says what is wrong with it.
type setter func(e *entry, property, value string) error

// properties are what a column may hold, under the words of FollowTheMoney, with
// "id" and "schema" beside them.
var properties = table()

func table() map[string]setter {
	t := map[string]setter{
		"id": setID, "schema": setSchema,
		"name": name(subject.Primary, false), "alias": name(subject.Alias, false), "weakAlias": name(subject.Alias, true),
		"previousName": name(subject.Former, false), "originalName": name(subject.Original, false),
		"birthDate": date(func(e *entry, d subject.Date) { e.subject.Births = append(e.subject.Births, d) }),
		"deathDate": date(func(e *entry, d subject.Date) { e.subject.Deaths = append(e.subject.Deaths, d) }),
		"birthPlace": func(e *entry, _, v string) error {
			e.subject.BirthPlaces = append(e.subject.BirthPlaces, subject.Place{Text: v})
			return nil
		},
		"address": func(e *entry, _, v string) error {
			e.subject.Addresses = append(e.subject.Addresses, subject.Address{Full: v})
			return nil
		},
		"listingDate": date(func(e *entry, d subject.Date) { e.listing.Listed = d }),
		"modifiedAt":  date(func(e *entry, d subject.Date) { e.listing.Amended = append(e.listing.Amended, d) }),
		"endDate":     date(func(e *entry, d subject.Date) { e.listing.Until = d }),
		"program":     func(e *entry, _, v string) error { e.listing.Programmes = append(e.listing.Programmes, v); return nil },
		"provisions":  func(e *entry, _, v string) error { e.listing.Measures = append(e.listing.Measures, v); return nil },
		"legalBasis":  func(e *entry, _, v string) error { e.listing.LegalBases = append(e.listing.LegalBases, v); return nil },
		"reason":      func(e *entry, _, v string) error { e.listing.Remarks = append(e.listing.Remarks, v); return nil },
		"owner":       relation("Ownership"), "parent": relation("Ownership"), "director": relation("Directorship"),
		"imoNumber": imo,
	}
	fill(t, plain, "firstName secondName middleName fatherName lastName title gender position notes summary topics email phone website "+
		"sourceUrl callSign type tonnage legalForm sector status classification ticker model keywords")
	fill(t, country, "nationality citizenship country jurisdiction mainCountry birthCountry flag pastFlags")
	fill(t, dated, "incorporationDate dissolutionDate buildDate registrationDate")
	fill(t, document, "passportNumber idNumber taxNumber registrationNumber vatCode leiCode swiftBic innCode ogrnCode uscCode okpoCode "+
		"kppCode dunsCode isinCode socialSecurityNumber licenseNumber mmsi serialNumber cryptoAddress iban accountNumber permId wikidataId")
	return t
}

// fill adds the properties that share a setter.
func fill(to map[string]setter, set setter, names string) {
	for _, n := range strings.Fields(names) {
		to[n] = set
	}
}

func setID(e *entry, _, v string) error {
	e.ref = v
	return nil
}

func setSchema(e *entry, _, v string) error {
	for _, s := range subject.Schemas() {
		if strings.EqualFold(string(s), v) {
			e.subject.Schema = s
			return nil
		}
	}
	return fault.New(fault.Invalid, "%q is not a schema; they are %v", v, subject.Schemas())
}

func name(kind subject.NameKind, weak bool) setter {
	return func(e *entry, _, v string) error {
		e.subject.Names = append(e.subject.Names, subject.Name{Full: v, Kind: kind, Weak: weak})
		return nil
	}
}

// readDate takes the ISO forms alone: what is written otherwise may be two days.
func readDate(v string) (subject.Date, error) {
	if len(v) > 10 && (v[10] == 'T' || v[10] == ' ') {
		v = v[:10]
	}
	p, err := when.Parse(v)
	if err != nil {
		return subject.Date{}, err
	}
	return subject.On(p), nil
}

func date(set func(*entry, subject.Date)) setter {
	return func(e *entry, _, v string) error {
		d, err := readDate(v)
		if err == nil {
			set(e, d)
		}
		return err
	}
}

func plain(e *entry, property, v string) error {
	e.subject.Properties = append(e.subject.Properties, subject.Property{Name: property, Value: v})
	return nil
}

func dated(e *entry, property, v string) error {
	d, err := readDate(v)
	if err != nil {
		return err
	}
	return plain(e, property, d.Period.String())
}

func country(e *entry, property, v string) error {
	st, err := e.in.Places.ParseState(v)
	if err != nil {
		return err
	}
	p := subject.Property{Name: property, Value: st.String()}
	if p.Value != v {
		p.Text = v
	}
	e.subject.Properties = append(e.subject.Properties, p)
	return nil
}

func document(e *entry, property, v string) error {
	e.subject.Documents = append(e.subject.Documents, subject.Document{Kind: property, Number: v})
	return nil
}

func imo(e *entry, property, v string) error {
	n, err := ident.ParseIMO(v)
	if err != nil {
		return err
	}
	return document(e, property, n.String())
}

func relation(kind string) setter {
	return func(e *entry, property, v string) error {
		e.relations = append(e.relations, subject.Relation{Kind: kind, FromText: v, Role: property})
		return nil
	}
}

// column is one column and what it holds.
type column struct{ name, property string }

// columns checks the mapping and gives its columns in an order that does not
// depend on the map: id and schema first, then by property.
func columns(m *publication.Mapping) ([]column, error) {
	known := slices.Clone(stakeColumns)
	for p := range properties {
		known = append(known, p)
	}
	slices.Sort(known)
	var out []column
	for property, names := range m.Columns {
		if !slices.Contains(known, property) {
			err := fault.New(fault.Invalid, "the mapping gives columns for %q, which is no property", property)
			if near := text.NearestOf(property, known, 1); len(near) > 0 {
				return nil, err.WithFix("did you mean %s?", near[0])
			}
			return nil, err.WithFix("the properties are: %s", strings.Join(known, ", "))
		}
		for _, n := range names {
			if slices.Contains(m.Ignore, n) {
				return nil, fault.New(fault.Invalid, "the mapping both uses and ignores the column %q", n)
			}
			out = append(out, column{n, property})
		}
	}
	rank := func(c column) int {
		return slices.Index([]string{"id", "schema", "name", "alias", c.property}, c.property)
	}
	slices.SortStableFunc(out, func(a, b column) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a.property, b.property)
	})
	return out, nil
}
