package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// kinds is the page on which one picks what is to be done.
func (s *Site) kinds(r *http.Request) (*answer, error) {
	if err := known(r); err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, p := range s.Desk.Law.Provisions() {
		for _, k := range vocab.Kinds() {
			if p.Kinds.Has(k.ID) {
				counts[k.Name]++
			}
		}
	}
	return &answer{template: "kinds", title: "May we?", body: struct {
		Kinds  []vocab.Kind
		Counts map[string]int
	}{vocab.Kinds(), counts}}, nil
}

// decidePage is what the page of a question shows.
type decidePage struct {
	Kind   *vocab.Kind
	Errors []fieldError
	// Fields are the opening questions, with what was answered.
	Fields []field
	// Next are the questions that matter next; More how many others are open.
	Next []field
	More int
	// Clocks are the fields of the two clocks; Add the facts that could be said
	// too, for which the address needs Keep.
	Clocks    []field
	ClocksSet bool
	Add       []group
	Keep      []option
	Hidden    []option
	// Turns are facts taken for granted that would change the verdict, MoreTurns how many are not shown.
	Turns     []turn
	MoreTurns int
	// Ruling is nil as long as too little is said.
	Ruling *rulingCard
	Said   []said
	Strip  *strip
	// StripAt is where the strip can be had when it is not shown.
	StripAt                           string
	Address, JSON, CSV, Text, Restart string
	File                              drawingFile
	// Record is what is on record of the states that were named.
	Record []onRecord
}

// rulingCard is a ruling in words.
type rulingCard struct {
	Verdict  ruling.Verdict
	Sentence string
	ID       string
	Cites    []cite
	Reasons  []reason
	// Further are the reasons that are folded away at first.
	Further []reason
	Spans   []ruling.Span
	Views   []viewLine
	Duties  []string
	Paths   []ruling.Path
	Near    []nearLine
	Assumed []assumedLine
	Scope   []string
	// Screened says who was looked up where, and what came of it.
	Screened []string
	// Held are the licences for what stands in the way, Unheld says why nobody knows them, and HeldMore counts others.
	Held       []heldLine
	Unheld     string
	HeldMore   int
	Unproven   bool
	AnyWeighed bool
}

// heldLine is a licence in words, with the address of its record; "" where there is none.
type heldLine struct {
	Name, Text, Address string
	Allows              bool
}

type cite struct{ Text, Address string }

// reason is a finding with its facts in words.
type reason struct {
	report.Reason
	Facts []said
	With  []string
}

type viewLine struct {
	Verdict ruling.Verdict
	Text    string
}

type nearLine struct {
	Verdict   ruling.Verdict
	Text      string
	Address   string
	Provision *law.Provision
}

type assumedLine struct{ Title, Value, Otherwise, Address string }

// turn is a fact taken for granted with which the verdict would be another: the question in plain words, what was taken, and what
// follows from the other answer.
type turn struct {
	Verdict                    ruling.Verdict
	Question, Taken, Otherwise string
	Address                    string
}

// maxTurns is how many of them are offered at once; all stand under "Taken for granted".
const maxTurns = 4

// turnsOf gives the facts taken for granted with which the verdict would be another, those of what is done before those of parties.
func (s *Site) turnsOf(p *posed, rl *ruling.Ruling) (out []turn, more int) {
	for i := range rl.Assumed {
		a := &rl.Assumed[i]
		if a.Otherwise == rl.Verdict || slices.Contains(p.ask, a.Name()) {
			continue
		}
		f := s.form.field(p, a.Name(), a.Fact, nil)
		q := p.extra()
		q.Add("ask", a.Name())
		t := turn{a.Otherwise, f.Question, report.ValueWord(report.AssumedValue(a)), "otherwise perhaps", address(p.a, q) + "#" + fieldID(a.Name())}
		if vocab.FactOf(a.Fact).Type == vocab.Bool {
			t.Otherwise = "if " + map[string]string{"true": "no", "false": "yes"}[a.Value]
		}
		out = append(out, t)
	}
	ofParties := func(t turn) int {
		if strings.Contains(t.Address, "ask=parties") {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b turn) int { return ofParties(a) - ofParties(b) })
	n := min(len(out), maxTurns)
	return out[:n], len(out) - n
}

type said struct{ Title, Value, Question, Name string }

// maxCites is how many paragraphs the sentence of a verdict names itself, and
// maxReasons how many reasons are open at first.
const (
	maxCites   = 3
	maxReasons = 6
)

// maxNext is how many questions are put at once.
const maxNext = 3

// decide is the page of one question: the form, and the ruling as soon as the day
// is known.
func (s *Site) decide(r *http.Request) (*answer, error) {
	name, form, _ := strings.Cut(r.PathValue("kind"), ".")
	id, ok := vocab.KindNamed(name)
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no kind of activity %q", name).WithFix("pick one of the kinds on the page “May we?”")
	}
	if form != "" && !slices.Contains(decideForms, form) {
		return nil, fault.New(fault.NotFound, "a ruling has no form %q", form).WithFix("say json, csv or svg")
	}
	kind := vocab.KindOf(id)
	p, err := s.form.read(kind, r.URL.Query())
	if err != nil {
		return nil, err
	}
	if len(p.errs) == 0 && p.untidy && form == "" {
		return &answer{location: address(p.a, p.extra())}, nil
	}
	var rl *ruling.Ruling
	if p.dated && len(p.errs) == 0 {
		if rl, err = s.rule(r.Context(), p); err != nil {
			return nil, err
		}
	}
	if form != "" {
		if err := mustRule(p, rl); err != nil {
			return nil, err
		}
	}
	if form == "json" {
		return s.decideJSON(rl)
	}
	page, err := s.decidePage(p, rl)
	if err != nil {
		return nil, err
	}
	a := &answer{template: "decide", title: kind.Title, body: page}
	a.bare = rl == nil
	if rl != nil {
		a.title = report.VerdictWord(rl.Verdict) + ": " + kind.Title
		a.dated = &dated{asOf: rl.AsOf.From, known: p.known}
	}
	if form != "" {
		return s.stripForm(r, form, a, page)
	}
	if len(page.Errors) > 0 {
		a.status = http.StatusUnprocessableEntity
		a.title = "Error: " + a.title
	}
	return a, nil
}

// rule gives the ruling, that of before for the same facts, days and look-ups, with the licences that are held now.
func (s *Site) rule(ctx context.Context, p *posed) (*ruling.Ruling, error) {
	full, said := s.lookUp(p)
	p.full = full
	asOf := ""
	if p.asOf != nil {
		asOf = p.asOf.String()
	}
	if s.Holdings != nil {
		p.held = s.Holdings(ctx)
	}
	return p.held.Rule(ruling.Request{Activity: full, AsOf: p.asOf, KnownAt: p.known, Screened: said}, func(q ruling.Request) (*ruling.Ruling, error) {
		if q.Each {
			return s.Desk.Engine.Decide(q)
		}
		key := fmt.Sprintf("%s %s %d %+v", q.Activity.AppendJSON(nil), asOf, p.known, said)
		rl, err := s.rulings.get(key, func() (*ruling.Ruling, error) {
			rl, err := s.Desk.Engine.Decide(q)
			if err != nil {
				return nil, err
			}
			return rl, s.Desk.Engine.Explain(rl, s.Desk.HS.Neighbours)
		})
		if err != nil {
			return nil, err
		}
		one := *rl // what is kept is everybody's, and knows no licence
		one.Licences = q.Licences
		return &one, nil
	})
}

// lookUp gives the activity with what the lists of one moment say of its parties
// and its ship.
func (s *Site) lookUp(p *posed) (*activity.Activity, []ruling.Screened) {
	look := &decide.Resolver{Regimes: s.Desk.Law.Regimes, AsOf: p.asOf}
	switch {
	case p.noScreen:
		look.Off = decide.SwitchedOff
	case s.LookUps == nil:
		look.Screener = decide.Unavailable("this server was started without lists")
	default:
		lists, done := s.LookUps()
		defer done()
		look.Screener = lists
	}
	return look.Resolve(p.a)
}

func (s *Site) encoder() *report.Encoder { return &report.Encoder{Versions: s.Versions, Full: true} }

// decideJSON is the same answer for programs.
func (s *Site) decideJSON(rl *ruling.Ruling) (*answer, error) {
	v := jsontext.Value(s.encoder().Append(nil, rl))
	if err := v.Indent(jsontext.WithIndent("  ")); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the ruling as JSON")
	}
	return &answer{data: append(bytes.Clone(v), '\n'), kind: "application/json"}, nil
}

// decideForms are the endings of the address of a ruling: what it is for programs, and its strip as a table and a picture.
var decideForms = []string{"json", "csv", "svg"}

// mustRule says why there is no ruling to give as a file.
func mustRule(p *posed, rl *ruling.Ruling) error {
	for _, name := range p.order {
		if msg := p.errs[name]; msg != "" {
			return fault.New(fault.Invalid, "%s", msg).At(fault.Place{Field: name})
		}
	}
	if rl == nil {
		return fault.New(fault.Usage, "an activity needs a date").WithFix("add date=2017-07-04 to the address")
	}
	return nil
}

func (s *Site) decidePage(p *posed, rl *ruling.Ruling) (*decidePage, error) {
	d := &decidePage{Kind: p.kind, Restart: "/decide/" + p.kind.Name}
	d.Fields = s.form.opening(p)
	shown := map[string]bool{}
	for _, f := range d.Fields {
		shown[f.Name] = true
	}
	for _, name := range p.order { // everything said can be changed
		if id, ok := factOf(name); ok && !shown[name] {
			d.Fields = append(d.Fields, s.form.field(p, name, id, nil))
			shown[name] = true
		}
	}
	for _, name := range p.ask {
		if id, ok := factOf(name); ok && !shown[name] {
			d.Fields = append(d.Fields, s.form.field(p, name, id, nil))
			shown[name] = true
		}
	}
	d.Clocks = s.form.clocks(p)
	d.ClocksSet = p.typed["as_of"]+p.typed["known_at"] != ""
	d.Errors = s.errors(p, append(slices.Clone(d.Fields), d.Clocks...))
	if len(d.Errors) > 0 && d.Fields[0].Error == "" && !p.dated {
		d.Fields[0].Error = d.Errors[0].Message
	}
	d.Add = s.form.more(p, shown)
	for _, name := range p.order {
		d.Keep = append(d.Keep, option{Value: p.typed[name], Label: name})
	}
	for _, name := range p.ask {
		d.Keep = append(d.Keep, option{Value: name, Label: "ask"})
	}
	if rl == nil {
		return d, nil
	}
	d.Address = address(p.a, p.extra())
	file := func(ending string) string {
		return strings.Replace(d.Address, "/decide/"+p.kind.Name, "/decide/"+p.kind.Name+"."+ending, 1)
	}
	d.JSON, d.CSV, d.File = file("json"), file("csv"), drawingFile{file("svg"), "cordon-strip"}
	d.Text = commandLine(p)
	d.Ruling = s.card(p, rl)
	d.Said = append([]said{{Title: "Day", Value: p.a.Date.Long(), Name: "date"}}, s.said(p.a)...)
	if p.asOf != nil {
		d.Said = append(d.Said, said{Title: "Law of", Value: p.asOf.Long()})
	}
	if p.known != when.NoDay {
		d.Said = append(d.Said, said{Title: "As known on", Value: p.known.Long()})
	}
	d.Record = s.recordOf(p.a, rl, p.known)
	s.next(d, p, rl)
	d.Turns, d.MoreTurns = s.turnsOf(p, rl)
	return d, s.strip(d, p, rl)
}

// errors makes the error summary in the order of the fields.
func (s *Site) errors(p *posed, fields []field) []fieldError {
	var out []fieldError
	for i := range fields {
		if f := &fields[i]; f.Error != "" {
			out = append(out, fieldError{f.ID, f.Title, f.Error})
		}
	}
	for _, name := range p.order {
		if _, ok := factOf(name); !ok && name != "date" && name != "as_of" && name != "known_at" && p.errs[name] != "" {
			out = append(out, fieldError{fieldID(name), name, p.errs[name]})
		}
	}
	if !p.dated && p.errs["date"] == "" && (len(p.typed) > 0 || p.untidy) {
		msg := "Say on which day it is done: the law differs from day to day"
		fields[0].Error = msg
		out = append([]fieldError{{fields[0].ID, fields[0].Title, msg}}, out...)
	}
	return out
}

// next fills in the questions that matter next.
func (s *Site) next(d *decidePage, p *posed, rl *ruling.Ruling) {
	unsaid := s.goodsUnsaid(d, p, rl)
	for _, q := range rl.Ordered() {
		if unsaid && vocab.FactOf(q.Fact).Scope == vocab.OfGoods && !q.Date {
			d.More++ // what the goods are says which of these matters
			continue
		}
		if q.Date {
			f := s.form.dateField(p)
			f.Question, f.Hint = report.QuestionText(q), "The verdict changes within "+rl.AsOf.Long()+"."
			d.Next = append(d.Next, f)
			continue
		}
		if len(d.Next) == maxNext {
			d.More++
			continue
		}
		d.Next = append(d.Next, s.form.field(p, q.Name(), q.Fact, q))
	}
	asked := map[string]bool{}
	for i := range d.Next {
		d.Next[i].ID = "q-" + d.Next[i].ID
		asked[d.Next[i].Name] = true
	}
	for _, name := range p.order {
		if !asked[name] {
			d.Hidden = append(d.Hidden, option{Value: p.typed[name], Label: name})
		}
	}
}

// goodsUnsaid asks what the goods are where questions hang on goods of which
// nothing is known, and reports whether it did.
func (s *Site) goodsUnsaid(d *decidePage, p *posed, rl *ruling.Ruling) bool {
	open := slices.ContainsFunc(rl.Questions, func(q ruling.Question) bool {
		return !q.Date && vocab.FactOf(q.Fact).Scope == vocab.OfGoods && q.Line == 0
	})
	if len(p.a.Goods) > 0 {
		for _, id := range []vocab.FactID{vocab.GoodsDescription, vocab.GoodsHS, vocab.GoodsCommodity} {
			_, said := p.a.Goods[0].Get(id)
			open = open && !said
		}
	}
	if open {
		for _, id := range []vocab.FactID{vocab.GoodsDescription, vocab.GoodsHS} {
			d.Next = append(d.Next, s.form.field(p, firstName(id), id, nil))
		}
	}
	return open
}

func (s *Site) card(p *posed, rl *ruling.Ruling) *rulingCard {
	c := &rulingCard{
		Verdict: rl.Verdict, Sentence: report.Sentence(rl), ID: s.encoder().ID(rl), Reasons: s.reasons(p, rl), Spans: rl.Spans,
		Duties: report.Duties(rl), Paths: rl.Paths, Scope: report.Scope(rl), Unproven: rl.Unproven,
	}
	if len(c.Reasons) > maxReasons {
		c.Reasons, c.Further = c.Reasons[:maxReasons], c.Reasons[maxReasons:]
	}
	for i := range rl.Screened {
		c.Screened = append(c.Screened, report.ScreenedText(&rl.Screened[i]))
	}
	if l := rl.Licences; l != nil {
		c.Unheld, c.HeldMore = l.Unread, l.More
		for i := range l.Held {
			x := &l.Held[i]
			line := heldLine{Name: "The " + x.Name, Text: report.HeldRest(x), Address: "/work/licences/" + x.ID, Allows: x.Allows}
			if x.Name == "" {
				line.Name, line.Address = "Licence "+x.ID, ""
			}
			c.Held = append(c.Held, line)
		}
	}
	for _, f := range rl.Deciding() {
		x := cite{f.Provision.Cite(), "/law/" + f.Provision.ID}
		if !slices.ContainsFunc(c.Cites, func(y cite) bool { return y.Text == x.Text }) {
			c.Cites = append(c.Cites, x)
		}
	}
	if len(c.Cites) > maxCites {
		c.Sentence = report.Saying(rl) + ", under " + strconv.Itoa(len(c.Cites)) + " paragraphs."
	}
	for i := range rl.Views {
		c.Views = append(c.Views, viewLine{rl.Views[i].Verdict, report.ViewText(&rl.Views[i], s.state)})
	}
	for i := range rl.NearMisses {
		m := &rl.NearMisses[i]
		c.Near = append(c.Near, nearLine{m.Verdict, capital(report.NearText(m, rl, s.were)), s.nearAddress(p, m), m.Provision})
	}
	for i := range rl.Assumed {
		a := &rl.Assumed[i]
		q := p.extra()
		q.Add("ask", a.Name())
		c.Assumed = append(c.Assumed, assumedLine{assumedTitle(a, p.a), report.ValueWord(report.AssumedValue(a)), report.OtherwiseText(a), address(p.a, q) + "#" + fieldID(a.Name())})
	}
	return c
}

// were says that a fact were another, in words.
func (s *Site) were(f *vocab.Fact, value string) string {
	v, err := s.Desk.Reference.Parse(f.ID, value)
	if err != nil {
		return "“" + f.Title + "” were another"
	}
	return "“" + f.Title + "” were " + report.FactValue(f, v, s.state)
}

// assumedTitle names an assumed fact, and of whom it was assumed.
func assumedTitle(a *ruling.Assumption, act *activity.Activity) string {
	f := vocab.FactOf(a.Fact)
	switch {
	case f.Scope == vocab.OfParties && len(act.Parties) == 0:
		return f.Title + " (any party)"
	case f.Scope == vocab.OfParties && len(act.Parties) > 1:
		return f.Title + " (party " + strconv.Itoa(a.Line+1) + ")"
	case f.Scope == vocab.OfGoods && len(act.Goods) > 1:
		return f.Title + " (line " + strconv.Itoa(a.Line+1) + ")"
	}
	return f.Title
}

// reasons gives the findings with the facts in words.
func (s *Site) reasons(p *posed, rl *ruling.Ruling) []reason {
	words := map[string]said{}
	for _, x := range s.said(rl.Activity) { // with what lists say
		words[x.Name] = x
	}
	var out []reason
	for _, r := range report.Reasons(rl) {
		x := reason{Reason: r, With: r.Provision.ReadWith()}
		for _, b := range r.Because {
			x.Facts = append(x.Facts, words[b.Name])
		}
		out = append(out, x)
	}
	return out
}

// nearAddress gives the address of the activity with the one difference.
func (s *Site) nearAddress(p *posed, m *ruling.NearMiss) string {
	b := p.a.Clone()
	name := vocab.FactOf(m.Fact).Name
	if m.Line >= 0 && vocab.FactOf(m.Fact).Scope != vocab.OfActivity {
		name = strings.Replace(firstName(m.Fact), "[1]", "["+strconv.Itoa(m.Line+1)+"]", 1)
	}
	extra := p.extra()
	switch m.Differs {
	case ruling.ByFact, ruling.ByGoods:
		if s.Desk.Reference.SetFact(b, name, m.Value) != nil {
			return "" // a value that stands for all others has no address
		}
	case ruling.ByDate:
		if m.Day == law.Forever {
			return ""
		}
		extra.Set("as_of", m.Day.String())
	case ruling.ByDirection:
		o, hasO := b.Facts.Get(vocab.Origin)
		dest, hasD := b.Facts.Get(vocab.Destination)
		if !hasO || !hasD {
			return ""
		}
		b.Facts.Set(vocab.Origin, dest)
		b.Facts.Set(vocab.Destination, o)
	}
	return address(b, extra)
}

// said lists what was stated.
func (s *Site) said(a *activity.Activity) []said {
	var out []said
	facts(a, func(name string, f *vocab.Fact, v activity.Value) {
		title := f.Title
		if f.Scope != vocab.OfActivity && (len(a.Goods) > 1 && f.Scope == vocab.OfGoods || len(a.Parties) > 1 && f.Scope == vocab.OfParties) {
			title += ", " + map[vocab.Scope]string{vocab.OfGoods: "line ", vocab.OfParties: "party "}[f.Scope] + name[strings.IndexByte(name, '[')+1:strings.IndexByte(name, ']')]
		}
		text := report.FactValue(f, v, s.state)
		if f.Type == vocab.HS {
			if line, err := s.Desk.LookUp(v.Text); err == nil && line.Label != "" {
				text += " (" + line.Label + ")"
			}
		}
		out = append(out, said{title, text, f.Question, name})
	})
	return out
}

// commandLine gives the command that asks the same.
func commandLine(p *posed) string {
	parts := []string{"cordon decide --set kind=" + p.kind.Name, "--set date=" + p.a.Date.String()}
	facts(p.a, func(name string, f *vocab.Fact, v activity.Value) {
		parts = append(parts, "--set "+shellWord(name+"="+v.Format(f.Type)))
	})
	if p.asOf != nil {
		parts = append(parts, "--as-of "+p.asOf.String())
	}
	if p.known != when.NoDay {
		parts = append(parts, "--known-at "+p.known.String())
	}
	if p.noScreen {
		parts = append(parts, "--no-screen")
	}
	return strings.Join(parts, " \\\n  ")
}

// shellWord quotes a word for a shell where it must be.
func shellWord(w string) string {
	if strings.IndexFunc(w, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._=/-", r)
	}) < 0 {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}

// link gives the address of an activity, for other pages.
func link(a *activity.Activity) string { return address(a, url.Values{}) }
