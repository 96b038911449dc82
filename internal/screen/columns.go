package screen

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/tabular"
	"github.com/cordon-engine/cordon/internal/text"
)

// Mapping gives the columns of each field. "FIRST + LAST" is the text of both columns, with a space between
// them, unless a column bears that very name.
type Mapping map[string][]string

// Ref and Ignore are fields that a mapping may have beside those of a party: by what the owner of the file calls
// the party, and what is left out on purpose. Neither is screened.
const (
	Ref    = "ref"
	Ignore = "ignore"
)

// joined stands between the columns whose texts make one value.
const joined = " + "

// ParseMapping reads "field=column" pairs. A field may be written as flags are, "birth-date" for birthDate.
func ParseMapping(pairs []string) (Mapping, error) {
	m := Mapping{}
	for _, p := range pairs {
		field, column, ok := strings.Cut(p, "=")
		if !ok || column == "" {
			return nil, fault.New(fault.Usage, "%q is not FIELD=COLUMN", p).
				WithFix("write it as in birthDate=BORN; the fields are: %s", strings.Join(fields, ", "))
		}
		if field = asField(field); field != Ignore {
			if err := CheckField(field); err != nil {
				return nil, err
			}
		}
		m[field] = append(m[field], column)
	}
	return m, nil
}

// asField gives the field that is written as a flag, "birthDate" for "birth-date".
func asField(s string) string {
	words := strings.Split(s, "-")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// columnWords are what columns are often called, as [tabular.Key] gives them.
var columnWords = map[string][]string{
	"name": {
		"name", "full name", "customer name", "entity name", "party name", "legal name", "client name", "company name", "business name",
		"person name", "organisation name", "organization name", "counterparty name", "supplier name", "beneficiary name",
		"vessel name", "ship name", "name of vessel", "name of ship",
	},
	"alias":     {"alias", "aliases", "aka", "other name", "other names", "trading name", "trading as"},
	"birthDate": {"birth date", "date of birth", "dob", "born", "born on", "birthday", "birth day"},
	"country":   {"country", "country of residence", "residence", "country code", "country of incorporation", "country of registration"},
	"gender":    {"gender", "sex"}, "nationality": {"nationality", "citizenship"}, "address": {"address", "full address"},
	"imo": {"imo", "imo number", "imo no"}, "mmsi": {"mmsi", "mmsi number"}, "callsign": {"call sign"}, "flag": {"flag", "flag state"},
	"buildYear": {"build year", "year built", "year of build"}, "tonnage": {"tonnage", "gross tonnage"},
	"passport": {"passport", "passport number", "passport no"}, "schema": {"schema", "type"}, "iban": {"iban"}, "isin": {"isin"},
	"lei": {"lei"}, "bic": {"bic", "swift", "swift code"}, "tax": {"tax id", "tax number", "tax no", "tin", "inn", "vat", "vat number"},
	"registration": {"registration number", "registration no", "company number", "ogrn"}, "national": {"national id", "national id number", "national number"},
	Ref: {
		"ref", "reference", "customer id", "customer number", "customer no", "client id", "client number", "account number",
	},
}

// fieldWords gives the field of each word of columnWords, and keys the words as [tabular.Key] gives them, sorted.
var fieldWords, keys = func() (map[string]string, []string) {
	m := map[string]string{}
	for field, words := range columnWords {
		for _, w := range words {
			m[tabular.Key(w)] = field
		}
	}
	return m, slices.Sorted(maps.Keys(m))
}()

// nameParts are what columns of the parts of a name are called, in the order in which they are written.
var nameParts = []struct {
	words []string
	need  bool
}{
	{[]string{"firstname", "givenname", "givennames", "forename", "forenames"}, true},
	{[]string{"middlename", "middlenames"}, false},
	{[]string{"lastname", "surname", "familyname"}, true},
}

// Unused is a column, or a key of JSON Lines, that is read as no field.
type Unused struct {
	Column string
	// Like is the field that it seems to hold; "" for none.
	Like string
}

// Reading is how the columns of a file, or the keys of JSON Lines, are read.
type Reading struct {
	// Mapping gives the columns of each field, those that were given and those that were found by what they are called.
	// Of JSON Lines it grows as keys are met.
	Mapping Mapping
	// Lines is true of a text that has a name on each line.
	Lines bool

	given   Mapping
	columns []string // in their order, or as they were met
	strange []string // keys that were a fault of their row
	table   *tabular.Reader
	exact   bool                // a key is a field, or a fault
	fields  map[string][]string // of keys that were met
}

// newReading begins with what is given.
func newReading(given Mapping) *Reading {
	r := &Reading{Mapping: Mapping{}, given: given}
	for field, columns := range given {
		r.Mapping[field] = slices.Clone(columns)
	}
	return r
}

// ofTable finds the fields of a table: what is given counts, and of the other columns what they are called. A table in
// which nothing is called a name is not read.
func ofTable(t *tabular.Reader, given Mapping) (*Reading, error) {
	r := newReading(given)
	r.table, r.columns = t, t.Columns()
	if err := given.Check(r.columns); err != nil {
		return nil, err
	}
	for _, c := range r.columns {
		r.meet(c)
	}
	if !r.Named() {
		return r, fault.New(fault.Usage, "no column is called a name").
			WithFix("say which column is which with --map name=COLUMN; the columns are: %s", strings.Join(r.columns, ", "))
	}
	return r, r.once()
}

// meet finds the field of a column that nobody gave one, and says whether the column is read.
func (r *Reading) meet(column string) bool {
	for field := range r.given {
		if (field == Ignore || CheckField(field) == nil) && r.tells(field, column) {
			return true
		}
	}
	field, ok := fieldWords[tabular.Key(column)]
	if !ok || field == Ref || len(r.given[field]) > 0 {
		return false
	}
	r.Mapping[field] = append(r.Mapping[field], column)
	return true
}

// ofLines reads JSON Lines, whose keys are seen as they are met.
func ofLines(given Mapping) (*Reading, error) {
	for field, columns := range given {
		for _, c := range columns {
			if field != Ignore && strings.Contains(c, joined) {
				return nil, fault.New(fault.Usage, "the keys of JSON Lines are not joined: %q", c).WithFix("give %s a key of its own", field)
			}
		}
	}
	return newReading(given), nil
}

// key gives the fields that a key of JSON Lines holds; none when it is left out. Where nothing is mapped each key has to
// be a field: a slip of the pen must not leave out a date in silence.
func (r *Reading) key(key string) ([]string, error) {
	if list, met := r.fields[key]; met {
		return list, nil
	}
	var list []string
	for _, field := range slices.Sorted(maps.Keys(r.given)) {
		if slices.Contains(r.given[field], key) && field != Ignore {
			list = append(list, field)
		}
	}
	if len(list) == 0 && !slices.Contains(r.given[Ignore], key) {
		field, err := r.asField(key)
		if err != nil {
			if len(r.strange) < tabular.MaxColumns && !slices.Contains(r.strange, key) {
				r.strange = append(r.strange, key)
			}
			return nil, err
		}
		if field != "" {
			list = []string{field}
			r.Mapping[field] = append(r.Mapping[field], key)
		}
	}
	if r.fields == nil {
		r.fields = map[string][]string{}
	}
	if len(r.fields) < tabular.MaxColumns {
		r.fields[key], r.columns = list, append(r.columns, key)
	}
	return list, nil
}

// asField gives the field of a key that nothing is said of; "" when it is left out.
func (r *Reading) asField(key string) (string, error) {
	err := CheckField(key)
	field := key
	if err != nil && !r.exact {
		field = fieldWords[tabular.Key(key)]
	}
	switch {
	case field != "" && field != Ref && (err == nil || !r.exact) && len(r.given[field]) == 0:
		return field, nil
	case err == nil || !r.given.open():
		return "", nil // a mapping says what counts
	}
	if f := new(fault.Error); !r.exact && errors.As(err, &f) {
		return "", f.WithFix("%s; or leave it out with --map ignore=%s", f.Fix, quoted(key))
	}
	return "", err
}

// Named makes sure that there is something to look for: a name, in one column or in its parts, or a number.
func (r *Reading) Named() bool {
	if len(r.Mapping["name"]) == 0 {
		if parts := r.joinedName(); parts != "" {
			r.Mapping["name"] = []string{parts}
		}
	}
	if len(r.Mapping["name"])+len(r.Mapping["imo"])+len(r.given["id"]) > 0 {
		return true
	}
	return slices.ContainsFunc(kinds, func(k string) bool { return len(r.given[k]) > 0 })
}

// joinedName joins the columns of the parts of a name; "" unless there is one for the first and one for the last.
func (r *Reading) joinedName() string {
	var columns []string
	for _, part := range nameParts {
		i := slices.IndexFunc(r.columns, func(c string) bool { return slices.Contains(part.words, tabular.Key(c)) && !r.uses(c) })
		switch {
		case i >= 0:
			columns = append(columns, r.columns[i])
		case part.need:
			return ""
		}
	}
	return Join(columns)
}

// once makes sure that no column that is read stands twice: only one of both would be.
func (r *Reading) once() error {
	seen := map[string]bool{}
	for _, c := range r.columns {
		if seen[c] && r.uses(c) {
			return fault.New(fault.Invalid, "the column %q stands twice", c).At(fault.Place{Line: 1}).
				WithFix("rename one of them, or leave both out with --map ignore=%s", quoted(c))
		}
		seen[c] = true
	}
	return nil
}

// uses says whether a column is read, or left out on purpose.
func (r *Reading) uses(column string) bool {
	for field := range r.Mapping {
		if r.tells(field, column) {
			return true
		}
	}
	return false
}

// tells says whether a field is read from a column.
func (r *Reading) tells(field, column string) bool {
	return slices.ContainsFunc(r.Mapping[field], func(c string) bool { return c == column || slices.Contains(partsOf(c, r.columns), column) })
}

// partsOf gives the columns whose texts make one value.
func partsOf(column string, columns []string) []string {
	if slices.Contains(columns, column) {
		return []string{column}
	}
	return strings.Split(column, joined)
}

// Columns gives the columns of a table in their order, each once, or the keys of JSON Lines that were met until now, those
// that were a fault of their row last. A text with a name on each line has none.
func (r *Reading) Columns() (out []string) {
	for _, c := range slices.Concat(r.columns, r.strange) {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// Table reports whether columns were read, which can be joined; keys of JSON Lines cannot.
func (r *Reading) Table() bool { return r.table != nil }

// Parts gives the columns that a column of a mapping stands for: those that it joins, or itself.
func (r *Reading) Parts(column string) []string { return partsOf(column, r.columns) }

// Join writes columns whose texts make one value.
func Join(columns []string) string { return strings.Join(columns, joined) }

// Unused gives the columns that are read as no field, in their order. A column without a name counts when it held
// something. Of JSON Lines it gives the keys that were met until now.
func (r *Reading) Unused() (out []Unused) {
	held := map[string]bool{}
	if r.table != nil {
		for _, c := range r.table.Unused() {
			held[c] = true
		}
	}
	for _, c := range r.columns {
		if r.uses(c) || c == "" && !held[c] || slices.ContainsFunc(out, func(u Unused) bool { return u.Column == c }) {
			continue
		}
		out = append(out, Unused{c, r.like(c)})
	}
	return out
}

// like gives the field that an unused column seems to hold, unless another column holds it: its words are among those
// of the column, or nearly spelled so.
func (r *Reading) like(column string) string {
	key := tabular.Key(column)
	words := strings.Fields(strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) {
			return c
		}
		return ' '
	}, text.Fold(column)))
	best := ""
	for _, k := range keys {
		field := fieldWords[k]
		if k != key && !slices.Contains(words, k) || len(r.Mapping[field]) > 0 {
			continue
		}
		if best == "" || len(k) > len(best) {
			best = k
		}
	}
	if best == "" && len(key) > 3 {
		if near := text.NearestOf(key, keys, 1); len(near) > 0 && text.Distance(key, near[0]) == 1 {
			best = near[0]
		}
	}
	field := fieldWords[best]
	if len(r.Mapping[field]) > 0 || best == "name" && key != best {
		return "" // "name of spouse" is another's
	}
	return field
}

// Flag is how a command is told to read the column as what it seems to hold; "" where it seems to hold nothing.
func (u Unused) Flag() string {
	switch u.Like {
	case "":
		return ""
	case Ref:
		return "--ref " + quoted(u.Column)
	}
	return "--map " + u.Like + "=" + quoted(u.Column)
}

func quoted(column string) string {
	if strings.ContainsFunc(column, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.", r)
	}) {
		return "'" + strings.ReplaceAll(column, "'", `'\''`) + "'"
	}
	return column
}

// Names gives how each field is read, by field: "name from KUNDE".
func (r *Reading) Names() []string {
	if r.Lines {
		return []string{"one name a line"}
	}
	var out []string
	for _, field := range slices.Sorted(maps.Keys(r.Mapping)) {
		if field != Ignore {
			out = append(out, field+" from "+strings.Join(r.Mapping[field], ", "))
		}
	}
	return out
}

// Check makes sure that every column of the mapping is there.
func (m Mapping) Check(columns []string) error {
	for _, field := range slices.Sorted(maps.Keys(m)) {
		for _, list := range m[field] {
			for _, c := range partsOf(list, columns) {
				if !slices.Contains(columns, c) {
					return noColumn(c, field, columns)
				}
			}
		}
	}
	return nil
}

func noColumn(column, field string, columns []string) error {
	err := fault.New(fault.Usage, "the file has no column %q for %s", column, field)
	if near := text.NearestOf(column, columns, 1); len(near) > 0 {
		return err.WithFix("the nearest is %q", near[0])
	}
	return err.WithFix("the columns are: %s", strings.Join(columns, ", "))
}

// open says whether a mapping leaves it to the names of columns or keys which field of a party they hold.
func (m Mapping) open() bool {
	for field := range m {
		if CheckField(field) == nil {
			return false
		}
	}
	return true
}

// GuessRef finds the column of references by what it is called; "" for none.
func GuessRef(columns []string) string {
	for _, c := range columns {
		if fieldWords[tabular.Key(c)] == Ref {
			return c
		}
	}
	return ""
}
