package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// The form for a licence has so many rows for conditions, and may have more, up to a bound.
const (
	conditionRows = 3
	mostRows      = 60
)

// newLicencePage is the form by which a licence is recorded.
type newLicencePage struct {
	*working
	Forms, Kinds []option
	Rows         []conditionRow
	May          bool
	Typed        map[string]string
}

// conditionRow is a condition as it was typed. N tells it from others.
type conditionRow struct {
	N                            int
	ID, What, Who, Due, Evidence string
}

// licenceFields are the fields of the form beside those of conditions.
var licenceFields = []string{"authority", "reference", "form", "holder", "provisions", "parties", "goods", "limit", "uses", "from", "until", "source", "verified", "note"}

// newLicence shows the form, and records what it says, as the command does what a file says.
func (s *Site) newLicence(w *working) (*answer, error) {
	if err := known(w.r); err != nil {
		return nil, err
	}
	if w.Licences == nil {
		return nil, missingPart("licences")
	}
	page := &newLicencePage{working: w, May: w.mayLicence(licence.Granted), Typed: map[string]string{}}
	status, rows := 0, conditionRows
	if w.r.Method == http.MethodPost {
		var err error
		if rows, err = page.read(); err != nil {
			return nil, err
		}
		switch w.value("do") {
		case "more":
			rows = min(rows+conditionRows, mostRows)
		case "record":
			id, err := page.record()
			if err == nil {
				return &answer{location: "/work/licences/" + id + "?done=1"}, nil
			}
			if status, err = w.refused("f-"+licenceFieldOf(err), "What you sent", err); err != nil {
				return nil, err
			}
		default:
			return nil, fault.New(fault.Usage, "the form does not say what to do").WithFix("use the buttons of the page")
		}
	}
	page.choices(rows)
	a := w.page("worklicencenew", "Record a licence", page)
	if status != 0 {
		a.status = status
	}
	return a, nil
}

// licenceFieldOf names the field of the form that a fault is about.
func licenceFieldOf(err error) string {
	var f *fault.Error
	field := ""
	if errors.As(err, &f) {
		field = f.Place.Field
	}
	switch {
	case field == "kind":
		return "form"
	case slices.Contains(licenceFields, field) || field == "activities":
		return field
	case field == "conditions":
		return "what-1"
	}
	return "authority"
}

func rowName(field string, n int) string { return field + "-" + strconv.Itoa(n) }

// conditionFields are the fields of one row.
var conditionFields = []string{"id", "what", "who", "due", "evidence"}

// read takes what was typed, and says how many rows the form had. Only kinds of activities may stand in it several times.
func (p *newLicencePage) read() (rows int, err error) {
	rows, err = strconv.Atoi(p.value("rows"))
	if err != nil || rows < 1 || rows > mostRows {
		return 0, fault.New(fault.Usage, "the form does not say how many conditions it has room for")
	}
	names := append([]string{"token", "do", "rows", "activities"}, licenceFields...)
	for n := 1; n <= rows; n++ {
		for _, f := range conditionFields {
			names = append(names, rowName(f, n))
		}
	}
	for name, values := range p.r.PostForm {
		if name != "activities" && len(values) > 1 || !slices.Contains(names, name) {
			return 0, fault.New(fault.Usage, "this form has no field %q, or has it twice", name)
		}
	}
	for _, name := range licenceFields {
		p.Typed[name] = p.value(name)
	}
	return rows, nil
}

// choices fills in what may be chosen, and the rows as they were typed.
func (p *newLicencePage) choices(rows int) {
	for _, f := range licence.Forms() {
		p.Forms = append(p.Forms, option{Value: string(f), Label: capital(string(f)), Chosen: p.Typed["form"] == string(f)})
	}
	for _, k := range vocab.Kinds() {
		p.Kinds = append(p.Kinds, option{Value: k.Name, Label: k.Title, Chosen: slices.Contains(p.r.PostForm["activities"], k.Name)})
	}
	for n := 1; n <= rows; n++ {
		p.Rows = append(p.Rows, p.row(n))
	}
}

func (p *newLicencePage) row(n int) conditionRow {
	get := func(f string) string { return p.value(rowName(f, n)) }
	return conditionRow{N: n, ID: get("id"), What: get("what"), Who: get("who"), Due: get("due"), Evidence: get("evidence")}
}

// record records the licence, and gives its id.
func (p *newLicencePage) record() (string, error) {
	t := &licence.Terms{
		Authority: p.Typed["authority"], Reference: p.Typed["reference"], Form: licence.Form(p.Typed["form"]), Holder: p.Typed["holder"],
		Source: p.Typed["source"], Verified: p.Typed["verified"] == "yes", Note: p.Typed["note"],
		Covers: licence.Covers{Provisions: listOf(p.Typed["provisions"], ", \n"), Activities: p.r.PostForm["activities"], Goods: listOf(p.Typed["goods"], ", \n"), Parties: listOf(p.Typed["parties"], "\n")},
		From:   when.NoDay, Until: when.NoDay,
	}
	if err := p.quantities(t); err != nil {
		return "", err
	}
	if err := p.days(t); err != nil {
		return "", err
	}
	rows, _ := strconv.Atoi(p.value("rows")) // it was read already
	for n := 1; n <= rows; n++ {
		if err := p.condition(t, p.row(n)); err != nil {
			return "", err
		}
	}
	if err := t.Check(); err != nil {
		return "", err
	}
	l, err := p.Licences.Grant(p.ctx(), p.By, p.Now, t)
	return l.ID, err
}

// listOf splits what was typed; what is empty between is no part.
func listOf(text, at string) []string {
	var out []string
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || strings.ContainsRune(at, r) }) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// quantities reads the limit and the uses.
func (p *newLicencePage) quantities(t *licence.Terms) (err error) {
	if s := p.Typed["limit"]; s != "" {
		if t.Covers.Limit, t.Covers.Unit, err = licence.ParseQuantity(s); err != nil {
			return err
		}
	}
	if s := p.Typed["uses"]; s != "" {
		if t.Covers.Uses, err = strconv.Atoi(s); err != nil || t.Covers.Uses < 1 {
			return fault.New(fault.Invalid, "how many decisions may rest on it is a number from 1").At(fault.Place{Field: "uses"})
		}
	}
	return nil
}

// days reads the period.
func (p *newLicencePage) days(t *licence.Terms) (err error) {
	for _, x := range []struct {
		name string
		to   *when.Day
	}{{"from", &t.From}, {"until", &t.Until}} {
		if s := p.Typed[x.name]; s != "" {
			if *x.to, err = exactDay(s); err != nil {
				return fault.In(fault.Place{Field: x.name}, err)
			}
		}
	}
	return nil
}

// condition adds a condition, and nothing for a row in which nothing stands. Who gives it no name has it named by its number.
func (p *newLicencePage) condition(t *licence.Terms, row conditionRow) (err error) {
	if row == (conditionRow{N: row.N}) {
		return nil
	}
	c := licence.Condition{ID: row.ID, What: row.What, Who: row.Who, Evidence: row.Evidence, Due: when.NoDay}
	if c.ID == "" {
		c.ID = rowName("condition", row.N)
	}
	if row.Due != "" {
		if c.Due, err = exactDay(row.Due); err != nil {
			return fault.In(fault.Place{Field: "conditions"}, err)
		}
	}
	t.Conditions = append(t.Conditions, c)
	return nil
}
