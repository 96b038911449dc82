package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
)

// heldBatch is a batch as it goes to the reader and back: what was sent, and which of its columns is which, where somebody said
// so. Nothing of it is kept here.
type heldBatch struct {
	// Sent is the file or the names, packed; "" when it is too long to go back and forth. Name is that of the file.
	Sent, Name, Date string
	Columns          []chosenColumn
}

// chosenColumn is a column and the choice that was made for it.
type chosenColumn struct{ Column, Choice string }

// held gives a batch back to whoever sent it.
func (f *batchForm) held() heldBatch {
	h := heldBatch{Name: f.file, Date: f.date, Columns: f.chosen}
	if in, err := pack(f.sent); err == nil && len(in) < maxBody-64<<10 {
		h.Sent = in
	}
	return h
}

// The choices for a column besides the fields of a party: it is left out, or it is a part of a name that is written with its
// other parts, in the order of nameParts.
const notUsed = ""

var nameParts = []string{"first", "middle", "last"}

// commonFields come first among the choices, in this order.
var commonFields = []string{"name", "first", "middle", "last", "alias", "birthDate", "nationality", "country", "schema", "imo", "passport"}

// columnWords are the choices whose words are not those of properties.
var columnWords = map[string]string{
	notUsed: "not used", "first": "First name", "middle": "Middle name", "last": "Last name", "alias": "Another name", "birthDate": "Date of birth", "schema": "What it is (person, firm, ship)",
	"id": "Number of another kind",
}

func columnWord(field string) string { return cmp.Or(columnWords[field], report.PropertyWord(field)) }

// mappingOf reads the choices of a form: columns, and for each the field that it holds.
func mappingOf(columns, fields []string) (screen.Mapping, []chosenColumn, error) {
	if len(columns) == 0 {
		return nil, nil, nil
	}
	if len(columns) != len(fields) {
		return nil, nil, fault.New(fault.Invalid, "%d columns came with %d choices", len(columns), len(fields)).WithFix("go back and send the form again")
	}
	m := screen.Mapping{}
	var chosen []chosenColumn
	parts := map[string]string{}
	for i, c := range columns {
		field := fields[i]
		chosen = append(chosen, chosenColumn{c, field})
		switch {
		case field == notUsed:
			m[screen.Ignore] = append(m[screen.Ignore], c)
		case slices.Contains(nameParts, field):
			if parts[field] != "" {
				return nil, nil, fault.New(fault.Usage, "two columns are the %s: “%s” and “%s”", strings.ToLower(columnWord(field)), parts[field], c).WithFix("go back and choose one of them")
			}
			parts[field] = c
		default:
			if err := screen.CheckField(field); err != nil {
				return nil, nil, err
			}
			m[field] = append(m[field], c)
		}
	}
	if len(parts) > 0 {
		var list []string
		for _, p := range nameParts {
			if parts[p] != "" {
				list = append(list, parts[p])
			}
		}
		m["name"] = append(m["name"], screen.Join(list))
	}
	return m, chosen, nil
}

// columnsForm says how the columns of a file were read, and asks which is which.
type columnsForm struct {
	// Read says what was read from where; Strange are the columns that nobody said anything of, Left those that were left out as
	// somebody said.
	Read          []string
	Strange, Left []string
	Columns       []columnField
	// Ask is true where a column seems to hold something that is not used, or nothing was found.
	Ask bool
}

// columnField is one column with the choices for it.
type columnField struct {
	ID, Column string
	// Like says what it seems to hold; "" for nothing, or where it is used.
	Like    string
	Options []option
}

// columns gives how the columns of the file were read; none of names.
func (f *batchForm) columns() (c columnsForm) {
	if f.how == nil {
		return c
	}
	if f.how.Lines {
		c.Read = f.how.Names()
		return c
	}
	is := map[string]string{}
	for _, field := range screen.Fields() {
		for _, of := range f.how.Mapping[field] {
			parts := f.how.Parts(of)
			c.Read = append(c.Read, strings.ToLower(columnWord(field)[:1])+columnWord(field)[1:]+" from "+strings.Join(parts, " and "))
			for i, p := range parts {
				is[p] = field
				if len(parts) > 1 {
					is[p] = nameParts[min(i, 1)]
					if i == len(parts)-1 {
						is[p] = nameParts[2]
					}
				}
			}
		}
	}
	for _, x := range f.chosen { // what was chosen, where a name has but one part
		is[x.Column] = x.Choice
	}
	like := map[string]string{}
	c.Ask = !f.how.Named()
	for _, u := range f.how.Unused() {
		c.Strange = append(c.Strange, cmp.Or(u.Column, "a column without a name"))
		if u.Like != "" && u.Like != screen.Ref {
			like[u.Column], c.Ask = columnWord(u.Like), true
		}
	}
	c.Left = f.given[screen.Ignore]
	for _, name := range f.how.Columns() {
		if name != "" {
			c.Columns = append(c.Columns, columnField{"f-column-" + strconv.Itoa(len(c.Columns)), name, like[name], fieldOptions(is[name], f.how.Table())})
		}
	}
	return c
}

// fieldOptions gives the choices for a column, with the one that it has.
func fieldOptions(chosen string, table bool) []option {
	list := []option{{Value: notUsed, Label: columnWord(notUsed), Chosen: chosen == notUsed}}
	add := func(field string) {
		list = append(list, option{Value: field, Label: columnWord(field), Chosen: chosen == field})
	}
	for _, field := range commonFields {
		if table || !slices.Contains(nameParts, field) { // keys of JSON Lines are not joined
			add(field)
		}
	}
	for _, field := range screen.Fields() {
		if !slices.Contains(commonFields, field) {
			add(field)
		}
	}
	return list
}
