package draft

import (
	"cmp"
	"io/fs"
	"math"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Forecast is what somebody said in public, before or when a measure began, that it would do, with the inputs that they named.
type Forecast struct {
	ID, By string
	// About is the name of the instrument; SaidOn the day it was published.
	About  string
	SaidOn when.Day
	// Text says it in our own words; Source is where it was read.
	Text   string
	Source record.Source
	Inputs []Input
	Claims []Claimed
}

// Input is a figure that a forecast rests on. Implied is true where nobody stated it and it follows from what was said.
type Input struct {
	ID, Title, Unit string
	Value           float64
	Implied         bool
	Note            string
}

// Claimed is one figure of a forecast in per cent, with what it is worked out from: a share (Part of Whole) or a change (From to To),
// each a sum of inputs.
type Claimed struct {
	ID, Title            string
	Part, Whole          []string
	From, To             []string
	Said                 float64
	Later                string // the id of the later figure it is set beside; "" for none
	Note                 string
	Computed, Difference float64
	// Checked is false where the inputs were not stated, so that there is nothing to work it out from.
	Checked bool
}

// Later is what figures of later years show, in per cent of change.
type Later struct {
	ID, Title string
	// About are the instruments under which the change fell.
	About []string
	// Before and After are records by series and id; Said the change where somebody gives only that, in Source.
	Before, After string
	Said          float64
	Source        record.Source
	// Exports is true where it is the change of all that the target sells, which our own figure is set beside.
	Exports bool
	Note    string
	// Change is what it comes to, and Known false where a record is not there.
	Change float64
	Known  bool
}

// Forecasts are the forecasts and later figures of a file, checked and worked out.
type Forecasts struct {
	Forecasts []Forecast
	Later     []Later
}

// LoadForecasts reads all forecasts in a folder and works them out with the records at hand.
func LoadForecasts(fsys fs.FS, dir string, records []record.Record) (*Forecasts, error) {
	files, err := fs.Glob(fsys, dir+"/*.yaml")
	if err != nil {
		return nil, err
	}
	out := &Forecasts{}
	for _, name := range files {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "the forecasts %q", name)
		}
		if err := out.read(name, b); err != nil {
			return nil, err
		}
	}
	return out, out.workOut(records)
}

// read adds a file.
func (fs *Forecasts) read(name string, b []byte) error {
	docs, err := yamltree.Parse(name, b)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		m, err := doc.Fields("forecasts")
		if err != nil {
			return err
		}
		sources, err := readSources(m.Opt("sources"))
		if err != nil {
			return err
		}
		for _, n := range items(m.Opt("forecasts")) {
			f, err := readForecast(n, sources)
			if err != nil {
				return err
			}
			fs.Forecasts = append(fs.Forecasts, f)
		}
		for _, n := range items(m.Opt("later")) {
			l, err := readLater(n, sources)
			if err != nil {
				return err
			}
			fs.Later = append(fs.Later, l)
		}
		if err := m.End(); err != nil {
			return err
		}
	}
	return nil
}

func items(n *yamltree.Node) []*yamltree.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// fields reads the keys of a map and keeps the first error.
type fields struct {
	m   *yamltree.Fields
	err error
}

func fieldsOf(n *yamltree.Node, what string) *fields {
	m, err := n.Fields(what)
	return &fields{m, err}
}

func (f *fields) keep(err error) {
	if f.err == nil {
		f.err = err
	}
}

func (f *fields) text(key string, need bool) string {
	if f.err != nil {
		return ""
	}
	read := f.m.Text
	if need {
		read = f.m.NeedText
	}
	s, err := read(key)
	f.keep(err)
	return s
}

func (f *fields) texts(key string) []string {
	if f.err != nil {
		return nil
	}
	s, err := f.m.Texts(key)
	f.keep(err)
	return s
}

func (f *fields) flag(key string) bool {
	if f.err != nil {
		return false
	}
	b, err := f.m.Bool(key, false)
	f.keep(err)
	return b
}

func (f *fields) number(key string) (float64, bool) {
	if f.err != nil {
		return 0, false
	}
	n := f.m.Opt(key)
	if n == nil {
		return 0, false
	}
	v, err := n.Number(key)
	f.keep(err)
	return v, true
}

func (f *fields) day(key string) when.Day {
	s := f.text(key, true)
	if f.err != nil {
		return when.NoDay
	}
	d, err := when.ParseDay(s)
	f.keep(err)
	return d
}

func (f *fields) end() error {
	if f.err != nil {
		return f.err
	}
	return f.m.End()
}

func readSources(n *yamltree.Node) (map[string]record.Source, error) {
	out := map[string]record.Source{}
	if n == nil {
		return out, nil
	}
	for i, k := range n.Keys {
		f := fieldsOf(n.Items[i], "a source")
		s := record.Source{Title: f.text("title", false), Publisher: f.text("publisher", true), URL: f.text("url", true), Seen: f.day("seen")}
		if err := f.end(); err != nil {
			return nil, err
		}
		out[k.Text] = s
	}
	return out, nil
}

func (f *fields) source(sources map[string]record.Source, need bool) record.Source {
	id := f.text("source", need)
	if id == "" || f.err != nil {
		return record.Source{}
	}
	s, ok := sources[id]
	if !ok {
		f.keep(f.m.Node().Errorf("there is no source %q", id))
	}
	return s
}

func readForecast(n *yamltree.Node, sources map[string]record.Source) (Forecast, error) {
	f := fieldsOf(n, "a forecast")
	out := Forecast{
		ID: f.text("id", true), By: f.text("by", true), About: f.text("about", true), Text: f.text("text", true),
		SaidOn: f.day("said_on"), Source: f.source(sources, true),
	}
	if f.err != nil {
		return out, f.err
	}
	inputs, figures := items(f.m.Opt("inputs")), items(f.m.Opt("figures"))
	if err := f.end(); err != nil {
		return out, err
	}
	have := map[string]bool{}
	for _, k := range inputs {
		i := fieldsOf(k, "an input")
		in := Input{ID: i.text("id", true), Title: i.text("title", true), Unit: i.text("unit", true), Implied: i.flag("implied"), Note: i.text("note", false)}
		in.Value, _ = i.number("value")
		if err := i.end(); err != nil {
			return out, err
		}
		out.Inputs, have[in.ID] = append(out.Inputs, in), true
	}
	for _, k := range figures {
		c, err := readClaimed(k, have)
		if err != nil {
			return out, err
		}
		out.Claims = append(out.Claims, c)
	}
	if len(out.Claims) == 0 {
		return out, n.Errorf("the forecast %q has no figures", out.ID)
	}
	return out, nil
}

func readClaimed(n *yamltree.Node, inputs map[string]bool) (Claimed, error) {
	f := fieldsOf(n, "a figure")
	c := Claimed{
		ID: f.text("id", true), Title: f.text("title", true), Part: f.texts("part"), Whole: f.texts("whole"), From: f.texts("from"), To: f.texts("to"),
		Later: f.text("later", false), Note: f.text("note", false),
	}
	said, ok := f.number("said")
	if c.Said = said; !ok && f.err == nil {
		return c, n.Errorf("the figure %q does not say what was said (`said`, per cent)", c.ID)
	}
	if err := f.end(); err != nil {
		return c, err
	}
	if (len(c.Part) > 0) != (len(c.Whole) > 0) || (len(c.From) > 0) != (len(c.To) > 0) || len(c.Part) > 0 && len(c.From) > 0 {
		return c, n.Errorf("the figure %q is a share (`part`, `whole`) or a change (`from`, `to`)", c.ID)
	}
	for _, id := range slices.Concat(c.Part, c.Whole, c.From, c.To) {
		if !inputs[id] {
			return c, n.Errorf("the figure %q rests on %q, which is not an input", c.ID, id)
		}
	}
	return c, nil
}

func readLater(n *yamltree.Node, sources map[string]record.Source) (Later, error) {
	f := fieldsOf(n, "a later figure")
	l := Later{
		ID: f.text("id", true), About: f.texts("about"), Title: f.text("title", true), Before: f.text("before", false), After: f.text("after", false),
		Exports: f.flag("exports"), Note: f.text("note", false),
	}
	said, ok := f.number("said")
	l.Said, l.Source = said, f.source(sources, ok)
	if err := f.end(); err != nil {
		return l, err
	}
	if (l.Before == "" || l.After == "") != ok || (l.Before == "") != (l.After == "") {
		return l, n.Errorf("a later figure has two records (`before`, `after`) or what somebody said (`said`, `source`)")
	}
	return l, nil
}

// workOut computes what the inputs and records come to.
func (fs *Forecasts) workOut(records []record.Record) error {
	value := map[string]record.Range{}
	for i := range records {
		r := &records[i]
		v := r.Value
		if !v.Known {
			v = r.Quantity
		}
		value[r.Series+"/"+r.ID] = v
	}
	later := map[string]bool{}
	for i := range fs.Later {
		l := &fs.Later[i]
		later[l.ID] = true
		if l.Before == "" {
			l.Change, l.Known = l.Said, true
			continue
		}
		b, a := value[l.Before], value[l.After]
		if l.Known = b.Known && a.Known && b.Low > 0 && b.Low == b.High && a.Low == a.High; l.Known {
			l.Change = 100 * (a.Low/b.Low - 1)
		}
	}
	for i := range fs.Forecasts {
		f := &fs.Forecasts[i]
		for k := range f.Claims {
			c := &f.Claims[k]
			if c.Later != "" && !later[c.Later] {
				return fault.New(fault.Invalid, "the forecast %q is set beside %q, which is not there", f.ID, c.Later)
			}
			f.compute(c)
		}
	}
	slices.SortStableFunc(fs.Forecasts, func(a, b Forecast) int { return cmp.Or(cmp.Compare(a.SaidOn, b.SaidOn), cmp.Compare(a.ID, b.ID)) })
	return nil
}

func (f *Forecast) compute(c *Claimed) {
	sum := func(ids []string) float64 {
		t := 0.0
		for _, in := range f.Inputs {
			if slices.Contains(ids, in.ID) {
				t += in.Value
			}
		}
		return t
	}
	switch {
	case len(c.Whole) > 0:
		c.Computed, c.Checked = 100*sum(c.Part)/sum(c.Whole), true
	case len(c.From) > 0:
		c.Computed, c.Checked = 100*(sum(c.To)/sum(c.From)-1), true
	}
	c.Difference = math.Round((c.Said-c.Computed)*100) / 100
}

// LaterOf gives a later figure by its id.
func (fs *Forecasts) LaterOf(id string) *Later {
	for i := range fs.Later {
		if fs.Later[i].ID == id {
			return &fs.Later[i]
		}
	}
	return nil
}

// Backtest is one or more instruments of the law taken as drafts on the eve of the first.
type Backtest struct {
	Case *Case
	// Of are the instruments; Years the base years and LeftOut the number of figures that end on the day of the first or later.
	Of       []*law.Instrument
	Years    []int
	Accounts []Account
	LeftOut  int
	Inputs   Inputs
	// Forecasts and Later are those about it; the claims of other instruments' forecasts are not here.
	Forecasts []Forecast
	Later     []Later
	// Exports is what our own figures say of all that the target sells: the change in per cent that value affected would be, over
	// all accounts that have a share; not Known where none has.
	Exports record.Range
}

// Error is how far a later change lies outside of what our own figures gave; 0 inside.
func (b *Backtest) Error(l *Later) (float64, bool) {
	if !l.Exports || !l.Known || !b.Exports.Known {
		return 0, false
	}
	switch {
	case l.Change < b.Exports.Low:
		return l.Change - b.Exports.Low, true
	case l.Change > b.Exports.High:
		return l.Change - b.Exports.High, true
	}
	return 0, true
}

// NewBacktest takes instruments out of the law and supposes them, over the figures whose period had ended before the day of the first.
// When a figure was published is not on record; one whose period had ended may have been published later.
func NewBacktest(f Facts, l *law.Law, names []string, records []record.Record, fc *Forecasts, in Inputs) (*Backtest, error) {
	b := &Backtest{Inputs: in}
	var full []string
	for _, n := range names {
		list, err := l.Named(n)
		if err != nil {
			return nil, err
		}
		b.Of, full = append(b.Of, list[0]), append(full, list[0].Name)
	}
	slices.SortFunc(b.Of, func(x, y *law.Instrument) int { return cmp.Compare(x.Adopted, y.Adopted) })
	eve, err := l.Eve(b.Of[0].Name)
	if err != nil {
		return nil, err
	}
	if b.Case, err = New(f, eve, full...); err != nil {
		return nil, err
	}
	day := b.Of[0].Adopted
	var known []record.Record
	for i := range records {
		if records[i].Period.To < day {
			known = append(known, records[i])
		} else {
			b.LeftOut++
		}
	}
	b.Years = b.Case.Years(known, day, 2)
	if b.Accounts, err = b.Case.Accounts(known, b.Years, in); err != nil {
		return nil, err
	}
	for i := range b.Accounts {
		b.take(&b.Accounts[i])
	}
	b.Forecasts = slices.DeleteFunc(slices.Clone(fc.Forecasts), func(f Forecast) bool { return !sameNames([]string{f.About}, full) })
	b.Later = slices.DeleteFunc(slices.Clone(fc.Later), func(l Later) bool { return !sameNames(l.About, full) })
	return b, nil
}

func sameNames(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// take widens what our own figures say of exports by an account.
func (b *Backtest) take(a *Account) {
	if !a.From || !a.Affected.Known || !a.Total.Known || a.Total.Low <= 0 || a.Affected.High == 0 {
		return
	}
	low, high := -100*a.Affected.High/a.Total.Low, -100*a.Affected.Low/a.Total.High
	if !b.Exports.Known {
		b.Exports = record.Range{Low: low, High: high, Known: true}
	}
	b.Exports.Low, b.Exports.High = math.Min(b.Exports.Low, low), math.Max(b.Exports.High, high)
}
