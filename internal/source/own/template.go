package own

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/jsonlines"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/tabular"
	"github.com/cordon-engine/cordon/internal/when"
)

// propertyWords are what columns of each property are often called, as [tabular.Key] gives them. A column that bears the
// name of a property holds it.
var propertyWords = map[string]string{
	"id":    "id no number reference ref entryid entryno entrynumber listid customerid customernumber customerno clientid clientnumber",
	"name":  "name fullname entityname customername clientname companyname legalname partyname vesselname shipname",
	"alias": "alias aliases aka alsoknownas othername othernames tradingname", "previousName": "previousname formername formerly fka",
	"firstName": "firstname givenname givennames forename", "lastName": "lastname surname familyname",
	"birthDate": "birthdate dateofbirth dob born bornon birthday", "birthPlace": "birthplace placeofbirth pob",
	"nationality": "nationality citizenship", "country": "country countrycode countryofresidence residence",
	"jurisdiction": "jurisdiction countryofincorporation countryofregistration", "address": "address fulladdress",
	"gender": "gender sex", "passportNumber": "passport passportnumber passportno", "idNumber": "idnumber nationalid nationalidnumber",
	"imoNumber": "imo imonumber imono", "flag": "flag flagstate", "leiCode": "lei leicode", "swiftBic": "bic swift swiftcode",
	"taxNumber": "taxid taxnumber tin", "registrationNumber": "registrationnumber companynumber", "listingDate": "listedon listed datelisted listingdate",
	"endDate": "enddate until validuntil expires expiry", "program": "program programme", "reason": "reason why grounds",
	"notes": "notes note remarks remark comment comments", "schema": "schema type entitytype kind", "email": "email emailaddress", "phone": "phone telephone",
}

// looked is how many rows are looked at to see whether a column holds what it is called.
const looked = 200

// Template writes a mapping for a table, a sheet or JSON Lines of an own list: each column under the property that it is
// called, if all of the first rows hold such values, and the others under what is left out. Owner and expires are left
// to be filled in where they are not given, and a mapping without them is refused. It holds nothing of the rows.
func Template(name string, src io.Reader, places *place.Gazetteer, owner string, expires when.Day) (string, error) {
	columns, values, err := head(name, src)
	if err != nil {
		return "", fault.In(fault.Place{File: name}, err)
	}
	found, notes := map[string][]string{}, map[string]string{}
	var ignored []string
	for _, c := range columns {
		property := called(c)
		if property != "" && len(found[property]) > 0 && (property == "id" || property == "schema") {
			notes[c], property = "another column is the "+property, ""
		}
		if property != "" {
			if err := fits(property, values[c], places); err != nil {
				notes[c], property = fmt.Sprintf("%s by its name, but %v", property, err), ""
			}
		}
		if property == "" {
			ignored = append(ignored, c)
			continue
		}
		found[property] = append(found[property], c)
	}
	return written(name, owner, expires, len(columns)-len(ignored), found, ignored, notes), nil
}

// called gives the property that a column is called; "" for none.
func called(column string) string {
	key := tabular.Key(column)
	for _, p := range slices.Sorted(maps.Keys(propertyWords)) {
		if slices.Contains(strings.Fields(propertyWords[p]), key) {
			return p
		}
	}
	for _, p := range slices.Concat(slices.Sorted(maps.Keys(properties)), stakeColumns) {
		if tabular.Key(p) == key {
			return p
		}
	}
	return ""
}

// fits says what is wrong where a property does not take one of the values; the value itself is somebody's and is not said.
func fits(property string, values []string, places *place.Gazetteer) error {
	set := properties[property]
	if set == nil { // of ownership: it is read with the others
		return nil
	}
	e := &entry{in: &publication.Input{Places: places}, subject: &subject.Subject{}}
	for _, v := range values {
		if set(e, property, v) == nil {
			continue
		}
		if strings.HasSuffix(property, "Date") {
			return errors.New("some value is no day as they are written here, 1965-03-14")
		}
		return fmt.Errorf("some value is not read as %s", property)
	}
	return nil
}

// head gives the columns of a file, and what they hold in its first rows.
func head(name string, src io.Reader) (columns []string, values map[string][]string, err error) {
	values = map[string][]string{}
	if strings.HasSuffix(strings.ToLower(name), ".jsonl") || strings.HasSuffix(strings.ToLower(name), ".ndjson") {
		return headOfLines(name, src)
	}
	r, err := tabular.Open(src, tabular.Options{File: name})
	if err != nil {
		return nil, nil, err
	}
	for _, c := range r.Columns() {
		if slices.Contains(columns, c) && c != "" {
			return nil, nil, fault.New(fault.Invalid, "the column %q stands twice", c).WithFix("rename one of them: an own list is not read so")
		}
		if c != "" {
			columns = append(columns, c)
		}
	}
	rows := 0
	enough := errors.New("enough")
	err = r.Each(context.Background(), false, func(row *tabular.Row) error {
		for _, c := range columns {
			if v := publication.Line(row.Get(c)); v != "" {
				values[c] = append(values[c], v)
			}
		}
		if rows++; rows == looked {
			return enough
		}
		return nil
	}, func(*tabular.RowError) {})
	if errors.Is(err, enough) {
		err = nil
	}
	return columns, values, err
}

func headOfLines(name string, src io.Reader) (columns []string, values map[string][]string, err error) {
	r, err := jsonlines.NewReader(src, name)
	if err != nil {
		return nil, nil, err
	}
	values = map[string][]string{}
	for range looked {
		b, line, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		fields, err := object(b)
		if err != nil {
			return nil, nil, fault.In(fault.Place{Line: line}, err)
		}
		for _, c := range slices.Sorted(maps.Keys(fields)) {
			if !slices.Contains(columns, c) {
				columns = append(columns, c)
			}
			values[c] = append(values[c], lines(fields[c])...)
		}
	}
	return columns, values, nil
}

func written(name, owner string, expires when.Day, read int, found map[string][]string, ignored []string, notes map[string]string) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# A mapping of %s for `cordon lists load FILE --source own --list NAME --mapping THIS --published DAY`.", strconv.Quote(name))
	line("# Look it over: of %d columns %d were known by what they are called. docs/own-lists.md says what may stand here.", read+len(ignored), read)
	line("")
	if owner == "" {
		line("owner:              # who answers for this list: it stands as its authority")
	} else {
		line("owner: %s", strconv.Quote(owner))
	}
	if expires == when.NoDay {
		line("expires:            # the last day on which it may be used, as 2027-06-30")
	} else {
		line("expires: %s", expires)
	}
	line("schema: LegalEntity # what rows are that do not say: Person, Company, Vessel, ...")
	line("# tier: designated  # or controlled, or named")
	line("# programme: ...    # stands with every entry")
	line("# separator: \";\"    # between several values in one cell")
	line("\ncolumns:")
	if len(found["name"]) == 0 {
		line("  name:             # no column is called a name, and one has to be: the whole name")
	}
	order := slices.SortedFunc(maps.Keys(found), func(a, c string) int { return rankOf(a) - rankOf(c) })
	for _, p := range order {
		var columns []string
		for _, c := range found[p] {
			columns = append(columns, strconv.Quote(c))
		}
		if len(columns) == 1 {
			line("  %s: %s", p, columns[0])
		} else {
			line("  %s: [%s]", p, strings.Join(columns, ", "))
		}
	}
	if len(ignored) > 0 {
		line("\nignore:             # read as nothing; give one a property above, as in `country: \"LAND\"`, and take it away here")
		for _, c := range ignored {
			if note := notes[c]; note != "" {
				note = "  # " + note
				line("  - %s%s", strconv.Quote(c), note)
				continue
			}
			line("  - %s", strconv.Quote(c))
		}
	}
	return b.String()
}

// rankOf orders properties as people look for them.
func rankOf(property string) int {
	order := []string{"id", "schema", "name", "alias", "birthDate", "nationality", "country"}
	if i := slices.Index(order, property); i >= 0 {
		return i
	}
	n := len(order)
	for _, p := range slices.Sorted(maps.Keys(properties)) {
		if n++; p == property {
			return n
		}
	}
	return n
}
