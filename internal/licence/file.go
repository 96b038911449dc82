package licence

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Read reads the terms of a licence from a file of YAML or JSON. A key that is not known
// is an error with its line.
func Read(file string, data []byte) (*Terms, error) {
	docs, err := yamltree.Parse(file, data)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fault.New(fault.Invalid, "a file has the terms of one licence, and this has %d documents", len(docs)).At(fault.Place{File: file})
	}
	t, err := termsOf(docs[0])
	if err == nil {
		err = t.filledIn()
	}
	if err == nil {
		err = t.Check()
	}
	if err != nil {
		return nil, fault.In(fault.Place{File: file}, err)
	}
	return t, nil
}

// filledIn refuses terms of which a part stands as in the [Template].
func (t *Terms) filledIn() error {
	for _, f := range [][3]string{
		{"authority", t.Authority, "Ministry that issued it"},
		{"reference", t.Reference, "Its number"},
		{"holder", t.Holder, "To whom it was given"},
		{"source", t.Source, "Where you read it"},
	} {
		if f[1] == f[2] {
			return fault.New(fault.Invalid, "%q is what the file to fill in says", f[1]).At(fault.Place{Field: f[0]}).WithFix("write what the document says")
		}
	}
	return nil
}

// reader reads fields until the first that is wrong.
type reader struct {
	*yamltree.Fields
	err error
}

func (r *reader) text(key string, needed bool) (s string) {
	if r.err != nil {
		return ""
	}
	if needed {
		s, r.err = r.NeedText(key)
	} else {
		s, r.err = r.Text(key)
	}
	return s
}

func (r *reader) texts(key string) (list []string) {
	if r.err == nil {
		list, r.err = r.Texts(key)
	}
	return list
}

func (r *reader) day(key string, needed bool) when.Day {
	s := r.text(key, needed)
	if r.err != nil || s == "" {
		return when.NoDay
	}
	var d when.Day
	if d, r.err = when.ParseDay(s); r.err != nil {
		r.err = r.Opt(key).Errorf("%s: %v", key, r.err)
	}
	return d
}

func termsOf(n *yamltree.Node) (*Terms, error) {
	f, err := n.Fields("a licence")
	if err != nil {
		return nil, err
	}
	r := &reader{Fields: f}
	t := &Terms{
		Authority: r.text("authority", true), Reference: r.text("reference", true), Form: Form(r.text("kind", true)),
		Holder: r.text("holder", true), From: r.day("from", true), Until: r.day("until", false), Source: r.text("source", false),
		Note: r.text("note", false),
	}
	if r.err != nil {
		return nil, r.err
	}
	if t.Verified, err = f.Bool("verified", false); err != nil {
		return nil, err
	}
	if c := f.Opt("covers"); c != nil {
		if err := coversOf(c, &t.Covers); err != nil {
			return nil, err
		}
	}
	if c := f.Opt("conditions"); c != nil {
		if c.Kind != yamltree.List {
			return nil, c.Errorf("conditions are a list")
		}
		for _, item := range c.Items {
			if err := conditionOf(item, t); err != nil {
				return nil, err
			}
		}
	}
	return t, f.End()
}

func coversOf(n *yamltree.Node, to *Covers) error {
	f, err := n.Fields("what a licence covers")
	if err != nil {
		return err
	}
	r := &reader{Fields: f}
	to.Provisions, to.Activities, to.Parties, to.Goods = r.texts("provisions"), r.texts("activities"), r.texts("parties"), r.texts("goods")
	limit, uses := r.text("limit", false), r.text("uses", false)
	if r.err != nil {
		return r.err
	}
	if limit != "" {
		if to.Limit, to.Unit, err = ParseQuantity(limit); err != nil {
			return f.Opt("limit").Errorf("%v", err)
		}
	}
	if uses != "" {
		if to.Uses, err = strconv.Atoi(uses); err != nil || to.Uses < 1 {
			return f.Opt("uses").Errorf("uses is a number from 1")
		}
	}
	return f.End()
}

func conditionOf(n *yamltree.Node, t *Terms) error {
	f, err := n.Fields("a condition")
	if err != nil {
		return err
	}
	r := &reader{Fields: f}
	c := Condition{
		ID: r.text("id", true), What: r.text("what", true), Who: r.text("who", true), Due: r.day("due", false), Evidence: r.text("evidence", true),
	}
	if r.err != nil {
		return r.err
	}
	t.Conditions = append(t.Conditions, c)
	return f.End()
}

var (
	conditionID = pattern.New(`^[a-z0-9][a-z0-9-]{0,63}$`)
	hsBeginning = pattern.New(`^[0-9]{2}([0-9]{2}){0,4}$`)
)

// Check says what is wrong with terms.
func (t *Terms) Check() error {
	bad := func(field, format string, args ...any) error {
		return fault.New(fault.Invalid, format, args...).At(fault.Place{Field: field})
	}
	switch {
	case blank(t.Authority) || blank(t.Reference) || blank(t.Holder):
		return bad("authority", "a licence has an authority, a reference and a holder")
	case !slices.Contains(Forms(), t.Form):
		return bad("kind", "%q is no kind of licence; say licence, exemption or committee approval", string(t.Form))
	case t.From == when.NoDay:
		return bad("from", "a licence has a first day")
	case t.Until != when.NoDay && t.Until < t.From:
		return bad("until", "the licence ends before it begins")
	case t.Verified && blank(t.Source):
		return bad("verified", "what is verified names the source that it was held to")
	}
	if err := t.Covers.check(bad); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, c := range t.Conditions {
		switch {
		case !conditionID.MatchString(c.ID):
			return bad("conditions", "%q does not name a condition: use lower case letters, digits and dashes", c.ID)
		case seen[c.ID]:
			return bad("conditions", "two conditions are named %q", c.ID)
		case blank(c.What) || blank(c.Who) || blank(c.Evidence):
			return bad("conditions", "the condition %q says what has to be done, by whom, and what shows it", c.ID)
		case c.Due != when.NoDay && c.Due < t.From:
			return bad("conditions", "the condition %q is due before the licence begins", c.ID)
		}
		seen[c.ID] = true
	}
	return nil
}

func (c *Covers) check(bad func(field, format string, args ...any) error) error {
	for _, a := range c.Activities {
		if _, ok := vocab.KindNamed(a); !ok {
			return bad("activities", "%q is no kind of activity", a)
		}
	}
	for _, g := range c.Goods {
		if !hsBeginning.MatchString(g) {
			return bad("goods", "%q is not the beginning of an HS code: 2 to 10 digits, an even number of them", g)
		}
	}
	for _, s := range slices.Concat(c.Provisions, c.Parties) {
		if blank(s) {
			return bad("covers", "something that is covered has no name")
		}
	}
	if c.Limit < 0 || c.Uses < 0 || (c.Limit > 0) == blank(c.Unit) {
		return bad("limit", "a limit is a number with a unit")
	}
	return nil
}

// ParseQuantity reads a number with at most three decimals and a unit, as in 1200.50 EUR.
// It gives thousandths.
func ParseQuantity(s string) (thousandths int64, unit string, err error) {
	number, unit, _ := strings.Cut(strings.TrimSpace(s), " ")
	whole, part, _ := strings.Cut(number, ".")
	wrong := func() (int64, string, error) {
		return 0, "", fault.New(fault.Invalid, "%q is no quantity", s).WithFix("write a number with at most three decimals and a unit, as in 1200.50 EUR")
	}
	if len(whole) == 0 || len(whole) > 15 || len(part) > 3 || strings.HasSuffix(number, ".") || strings.ContainsAny(number, "+-") {
		return wrong()
	}
	n, err := strconv.ParseInt(whole+part+"000"[len(part):], 10, 64)
	if err != nil || n == 0 {
		return wrong()
	}
	return n, strings.TrimSpace(unit), nil
}

// Quantity writes thousandths of a unit, as in 1200.5 EUR.
func Quantity(thousandths int64, unit string) string {
	s := strconv.FormatInt(thousandths/1000, 10)
	if part := thousandths % 1000; part > 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(1000+part, 10)[1:], "0")
	}
	return strings.TrimSpace(s + " " + unit)
}

// Template is a file to fill in, which reads once that is done.
const Template = `# A licence, an exemption or an approval of the 1718 Committee, as the document has it.
authority: Ministry that issued it
reference: Its number
kind: licence # or exemption, or committee approval
holder: To whom it was given
covers: # what is left out is not bounded
  provisions: [] # ids of the law, as cordon law list prints them
  activities: [transfer] # kinds, as cordon schema activity has them
  goods: ["8413"] # beginnings of HS codes, in quotes
  parties: []
  limit: 100000 EUR # over all decisions; at most three decimals
  uses: 3 # how many decisions may rest on it
from: 2026-01-01
until: 2026-09-30
conditions: # each becomes a task; without a day it is to be kept throughout
  - id: report
    what: Report each shipment
    who: Export desk
    due: 2026-10-31
    evidence: The report with the stamp of the authority
source: Where you read it
verified: false # true only when somebody held this file to the document
`

// SameUnit says whether a quantity in a unit, "" for none said, may be taken of the limit.
func (l *Licence) SameUnit(unit string) error {
	if unit != "" && unit != l.Terms.Covers.Unit {
		return fault.New(fault.Usage, "the limit of the licence is in %q, and the amount in %q", l.Terms.Covers.Unit, unit)
	}
	return nil
}
