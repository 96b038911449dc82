package web

import (
	"html"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// maxFormLines is how many goods lines or parties a page takes; files and the
// API take more.
const maxFormLines = 12

// forms makes form fields from the vocabulary.
type forms struct {
	desk   *decide.Desk
	states []option
	// datalist offers the states to the fields that take one. It is the same on
	// every page, and escaping 250 names anew took much of the time of a page.
	datalist template.HTML
}

// option is one answer to choose from.
type option struct {
	Value, Label string
	Chosen       bool
}

// field is one question of a form.
type field struct {
	// Name is the parameter, ID the anchor of its input.
	Name, ID        string
	Question, Title string
	Hint, Error     string
	// Input is "radios", "select", "state", "hs", "number", "date" or "text".
	Input   string
	Options []option
	Value   string
	Unit    string
	Weigh   bool
	// Decides are the paragraphs that hang on the answer.
	Decides []string
}

// fieldError is one line of the error summary.
type fieldError struct{ ID, Label, Message string }

// posed is an activity as an address describes it.
type posed struct {
	kind *vocab.Kind
	a    *activity.Activity
	// asOf and known are the two clocks; asOf is nil for the activity's date.
	asOf  *when.Period
	known when.Day
	// ask are facts the reader wants to be asked for; strip asks for the strip.
	ask   []string
	strip bool
	// noScreen looks nobody up; full is the activity with what lists say, once it
	// was looked up.
	noScreen bool
	// held are the licences of who asks, once it was ruled; nil for none.
	held *decide.Holdings
	full *activity.Activity
	// typed is what stands in the address, by name; errs what is wrong with it.
	typed map[string]string
	errs  map[string]string
	order []string
	// untidy is true when the address says the same as another, shorter one.
	untidy bool
	dated  bool
}

// datalist writes a list of choices that fields refer to by its id.
func datalist(id string, list []option) template.HTML {
	var b strings.Builder
	b.WriteString(`<datalist id="` + id + `">`)
	for _, o := range list {
		b.WriteString(`<option value="` + html.EscapeString(o.Label) + `">`)
	}
	b.WriteString("</datalist>")
	return template.HTML(b.String()) //nolint:gosec // every label is escaped above
}

func newForms(d *decide.Desk) *forms {
	f := &forms{desk: d}
	for _, s := range d.Places.States() {
		f.states = append(f.states, option{Value: s.String(), Label: d.Places.Name(s)})
	}
	slices.SortFunc(f.states, func(a, b option) int { return strings.Compare(a.Label, b.Label) })
	f.datalist = datalist("states", f.states)
	return f
}

var linePattern = pattern.New(`^(goods|parties)\[([0-9]{1,4})\]\.`)

// read reads the facts of an address. What is wrong with a value is kept beside
// it, so that the page can show both; an unknown parameter is a fault.
func (f *forms) read(kind *vocab.Kind, q url.Values) (*posed, error) {
	p := &posed{
		kind: kind, a: &activity.Activity{Kind: kind.ID, Date: when.Period{From: when.NoDay}},
		known: when.NoDay, typed: map[string]string{}, errs: map[string]string{},
	}
	names := make([]string, 0, len(q))
	for name := range q {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if name == "ask" {
			if err := p.wants(q[name]); err != nil {
				return nil, err
			}
			continue
		}
		if len(q[name]) > 1 {
			return nil, fault.New(fault.Usage, "%q stands twice in the address", name).WithFix("keep one of them")
		}
		value := strings.TrimSpace(q[name][0])
		if value == "" {
			p.untidy = true
			continue
		}
		p.typed[name] = value
		p.order = append(p.order, name)
		if err := f.state(p, name, value); err != nil {
			if fault.CodeOf(err) == fault.Usage {
				return nil, err
			}
			p.errs[name] = plain(err)
		}
	}
	p.dated = p.a.Date.From != when.NoDay
	return p, nil
}

// wants takes the facts that the reader asks to be asked for.
func (p *posed) wants(names []string) error {
	for _, n := range names {
		n = strings.TrimSpace(n)
		if n == "" {
			p.untidy = true
			continue
		}
		if _, ok := factOf(n); !ok {
			return fault.New(fault.Usage, "there is no fact %q to ask for", n).WithFix("the facts are listed in the vocabulary")
		}
		if !slices.Contains(p.ask, n) {
			p.ask = append(p.ask, n)
		}
	}
	slices.Sort(p.ask)
	return nil
}

// state takes one parameter.
func (f *forms) state(p *posed, name, value string) error {
	switch name {
	case "as_of":
		period, err := readDate(value)
		if err == nil {
			p.asOf = &period
		}
		return err
	case "known_at":
		period, err := readDate(value)
		if err == nil && !period.Exact() {
			err = fault.New(fault.Invalid, "%q is not one day", value).WithFix("write it as 2017-10-01")
		}
		if err == nil {
			p.known = period.From
		}
		return err
	case "strip":
		if value != "yes" {
			return fault.New(fault.Usage, "strip is yes, or left out")
		}
		p.strip = true
		return nil
	case "screen":
		if value != "no" {
			return fault.New(fault.Usage, "screen is no, or left out")
		}
		p.noScreen = true
		return nil
	case "date":
		period, err := readDate(value)
		if err == nil {
			p.a.Date = period
			p.untidy = p.untidy || period.String() != value
		}
		return err
	case "kind":
		return fault.New(fault.Usage, "the kind stands in the path of the address")
	}
	if m := linePattern.FindStringSubmatch(name); m != nil {
		if n, err := strconv.Atoi(m[2]); err != nil || n < 1 || n > maxFormLines {
			return fault.New(fault.Usage, "a page takes at most %d goods lines or parties", maxFormLines).WithFix("use a file, or the API")
		}
	}
	id, ok := factOf(name)
	if !ok {
		return fault.New(fault.Usage, "there is no fact %q", name).WithFix("leave it out of the address")
	}
	if fact := vocab.FactOf(id); fact.Type == vocab.Date {
		if period, err := readDate(value); err == nil {
			value = period.String()
		}
	}
	if err := f.desk.Reference.SetFact(p.a, name, value); err != nil {
		return err
	}
	if v, err := f.desk.Reference.Parse(id, value); err == nil && v.Format(vocab.FactOf(id).Type) != p.typed[name] {
		p.untidy = true // "Poland" and "PL" are one address
	}
	return nil
}

// factOf finds the fact that a parameter states.
func factOf(name string) (vocab.FactID, bool) {
	if m := linePattern.FindString(name); m != "" {
		group := strings.Replace(m[:strings.IndexByte(m, '[')], "parties", "party", 1)
		name = group + "." + name[len(m):]
	} else if strings.HasPrefix(name, "goods.") || strings.HasPrefix(name, "party.") {
		return 0, false // a line is always numbered in an address
	}
	return vocab.FactNamed(name)
}

// inWords writes a day that is kept as text as people read it.
func inWords(iso string) string {
	if p, err := readDate(iso); err == nil && p.Exact() {
		return p.From.Long()
	}
	return iso
}

// wrongAt gives what is wrong with a field; "" for nothing.
func wrongAt(list []fieldError, id string) string {
	for _, e := range list {
		if e.ID == id {
			return e.Message
		}
	}
	return ""
}

// onPages puts the pages in place of the commands that a fault leads to.
func onPages(fix string) string { return pageFor.Replace(fix) }

var pageFor = strings.NewReplacer("`cordon law list`", "the page “The law”", "screening a name gives", "the page “Who is it?” gives")

// plain gives the message of a fault without its place, which the page shows by
// putting the message beside the field.
func plain(err error) string {
	f, ok := err.(*fault.Error) //nolint:errorlint // faults of SetFact are not wrapped
	if !ok {
		return err.Error()
	}
	msg := f.Message
	if f.Cause != nil {
		msg += ": " + f.Cause.Error()
	}
	if f.Fix != "" {
		msg += ". " + capital(onPages(f.Fix))
	}
	return msg
}

// capital makes the first letter a capital.
func capital(s string) string {
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// address gives the one address of an activity: its facts in the order of the
// alphabet, and nothing that is empty.
func address(a *activity.Activity, extra url.Values) string {
	q := url.Values{}
	if a.Date.From != when.NoDay {
		q.Set("date", a.Date.String())
	}
	facts(a, func(name string, f *vocab.Fact, v activity.Value) { q.Set(name, v.Format(f.Type)) })
	for name, values := range extra {
		q[name] = values
	}
	path := "/decide/" + vocab.KindOf(a.Kind).Name
	if len(q) == 0 {
		return path
	}
	// Brackets and slashes may stand in a query as they are, and read better so.
	return path + "?" + strings.NewReplacer("%5B", "[", "%5D", "]", "%2F", "/").Replace(q.Encode())
}

// facts calls f for each stated fact with the name that `--set` takes.
func facts(a *activity.Activity, f func(name string, fact *vocab.Fact, v activity.Value)) {
	for _, g := range a.Facts {
		f(vocab.FactOf(g.Fact).Name, vocab.FactOf(g.Fact), g.Value)
	}
	lines := func(group string, list []activity.Facts) {
		for i, line := range list {
			for _, g := range line {
				fact := vocab.FactOf(g.Fact)
				f(group+"["+strconv.Itoa(i+1)+"]."+fact.Key, fact, g.Value)
			}
		}
	}
	lines("goods", a.Goods)
	lines("parties", a.Parties)
}

// extra gives the parameters of p that are not facts.
func (p *posed) extra() url.Values {
	q := url.Values{}
	if p.asOf != nil {
		q.Set("as_of", p.asOf.String())
	}
	if p.known != when.NoDay {
		q.Set("known_at", p.known.String())
	}
	for _, n := range p.ask {
		if _, said := p.typed[n]; !said {
			q.Add("ask", n)
		}
	}
	if p.strip {
		q.Set("strip", "yes")
	}
	if p.noScreen {
		q.Set("screen", "no")
	}
	return q
}

// field makes the question for a fact under the name of a parameter.
func (f *forms) field(p *posed, name string, id vocab.FactID, q *ruling.Question) field {
	fact := vocab.FactOf(id)
	out := field{
		Name: name, ID: fieldID(name), Question: fact.Question, Title: fact.Title, Hint: hints[id], Unit: fact.Unit, Weigh: fact.Weigh,
		Value: p.typed[name], Error: p.errs[name],
	}
	choose := func(values []string, label func(string) string) {
		for _, v := range values {
			out.Options = append(out.Options, option{v, capital(label(v)), v == out.Value})
		}
	}
	switch fact.Type {
	case vocab.Bool:
		out.Input = "radios"
		if out.Value == "true" || out.Value == "false" {
			out.Value = map[string]string{"true": "yes", "false": "no"}[out.Value]
		}
		choose([]string{"yes", "no"}, func(v string) string { return v })
	case vocab.Enum, vocab.Commodity:
		values := fact.Values
		label := report.ValueWord
		if fact.Type == vocab.Commodity {
			values = append([]string{"none"}, f.desk.Lists.IDs()...)
			label = f.commodity
		}
		if q != nil && len(q.Values) > 0 {
			values = q.Values
		}
		out.Input = "select"
		if len(values) <= 4 {
			out.Input = "radios"
		}
		choose(values, label)
	case vocab.State:
		out.Input = "state"
		if st, err := f.desk.Places.ParseState(out.Value); err == nil && out.Error == "" && out.Value != "" {
			out.Value = f.desk.Places.Name(st)
		}
	case vocab.HS:
		out.Input = "hs"
	case vocab.Number:
		out.Input = "number"
	case vocab.Date:
		out.Input = "date"
		if out.Hint == "" {
			out.Hint = "For example 2017-10-01, or 1 October 2017."
		}
	default:
		out.Input = "text"
	}
	if q != nil {
		for _, d := range q.Decides {
			out.Decides = append(out.Decides, d.Cite())
		}
		slices.Sort(out.Decides)
		out.Decides = slices.Compact(out.Decides)
	}
	return out
}

func (f *forms) commodity(id string) string {
	if id == "none" {
		return "none of the named goods"
	}
	if i, ok := f.desk.Lists.Index(id); ok {
		return f.desk.Lists.At(i).Title
	}
	return id
}

// dateField asks for the day.
func (f *forms) dateField(p *posed) field {
	return field{
		Name: "date", ID: fieldID("date"), Title: "Day", Question: "On which day?", Input: "date", Value: p.typed["date"], Error: p.errs["date"],
		Hint: "For example 1 October 2017, or 2017-10-01. A month (2017-10) or a year will do if you do not know the day.",
	}
}

// opening gives the first questions of a kind.
func (f *forms) opening(p *posed) []field {
	out := []field{f.dateField(p)}
	for _, id := range opening[p.kind.Name] {
		out = append(out, f.field(p, firstName(id), id, nil))
	}
	return out
}

// firstName gives the name under which a fact is asked for on its first line.
func firstName(id vocab.FactID) string {
	fact := vocab.FactOf(id)
	if fact.Scope == vocab.OfActivity {
		return fact.Name
	}
	return fact.Scope.String() + "[1]." + fact.Key
}

func fieldID(name string) string {
	return "f-" + strings.NewReplacer(".", "-", "[", "-", "]", "", "_", "-").Replace(name)
}

var (
	longDay   = pattern.New(`^([0-9]{1,2})\s+([A-Za-z]{3,9})\.?\s+([0-9]{4})$`)
	longMonth = pattern.New(`^([A-Za-z]{3,9})\.?\s+([0-9]{4})$`)
)

// readDate reads a date as files have it, or as people write it in English: "1
// October 2017", "Oct 2017". Figures with slashes are refused, as 1/10/2017 is
// two days.
func readDate(s string) (when.Period, error) {
	if m := longDay.FindStringSubmatch(s); m != nil {
		if month := monthOf(m[2]); month != "" {
			day := m[1]
			if len(day) == 1 {
				day = "0" + day
			}
			return when.Parse(m[3] + "-" + month + "-" + day)
		}
	}
	if m := longMonth.FindStringSubmatch(s); m != nil {
		if month := monthOf(m[1]); month != "" {
			return when.Parse(m[2] + "-" + month)
		}
	}
	return when.Parse(s)
}

// monthOf gives the number of a month from its English name or its first three
// letters or more.
func monthOf(word string) string {
	w := strings.ToLower(word)
	for i, m := range []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"} {
		if strings.HasPrefix(m, w) || w == "sept" && i == 8 {
			n := strconv.Itoa(i + 1)
			if len(n) == 1 {
				n = "0" + n
			}
			return n
		}
	}
	return ""
}
