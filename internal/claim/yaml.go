package claim

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Entry is one thing entered in a ledger: a source, a claim, or a grade, request or review that belongs to a claim which
// may have been entered elsewhere. Exactly one of the five is set.
type Entry struct {
	Source  *Source
	Claim   *Claim
	Grade   *Graded
	Request *Requested
	Review  *Review
	// At is where it was read.
	At fault.Place
}

// Graded is a grade with the claim it is about.
type Graded struct {
	Claim string
	Grade Grade
}

// Requested is a request for an answer with the claim it is about.
type Requested struct {
	Claim   string
	Request Request
}

// ReadYAML reads a claim file: the lists sources, claims, grades, requests and reviews, each optional. Names of states and the
// activities of claims are checked against ref. What an entry says of others is checked by [New].
func ReadYAML(ref *activity.Reference, file string, data []byte) ([]Entry, error) {
	docs, err := yamltree.Parse(file, data)
	if err != nil {
		return nil, err
	}
	r := &reader{ref: ref}
	for _, d := range docs {
		r.file(d)
	}
	return r.out, r.err
}

// reader reads entries from trees; the first error ends it.
type reader struct {
	ref *activity.Reference
	out []Entry
	err error
}

func (r *reader) file(n *yamltree.Node) {
	f := r.fields(n, "a claim file")
	for _, key := range entryKeys {
		list := f.opt(key.list)
		if list == nil {
			continue
		}
		if list.Kind != yamltree.List {
			r.fail(list.Errorf("%s must be a list", key.list))
			return
		}
		for _, it := range list.Items {
			r.entry(key.one, it)
		}
	}
	f.end()
}

// entryKeys are the keys of the kinds of entries: the list in a file, and the one in a line.
var entryKeys = [...]struct{ list, one string }{
	{"sources", "source"},
	{"claims", "claim"},
	{"grades", "grade"},
	{"requests", "request"},
	{"reviews", "review"},
}

func (r *reader) entry(key string, n *yamltree.Node) {
	e := Entry{At: n.Place()}
	switch key {
	case "source":
		e.Source = r.source(n)
	case "claim":
		e.Claim = r.claim(n)
	case "grade":
		f := r.fields(n, "a grade")
		e.Grade = &Graded{Claim: f.need("claim"), Grade: f.grade()}
		f.end()
	case "request":
		f := r.fields(n, "a request")
		e.Request = &Requested{Claim: f.need("claim"), Request: f.request()}
		f.end()
	case "review":
		e.Review = r.review(n)
	}
	r.out = append(r.out, e)
}

func (r *reader) source(n *yamltree.Node) *Source {
	f := r.fields(n, "a source")
	s := &Source{
		ID: f.need("id"), Title: f.need("title"), Publisher: f.need("publisher"), Kind: word(f, "kind", ParseSourceKind),
		State: f.state("state"), Published: f.period("published"), URL: f.text("url"), CopyOf: f.text("copy_of"),
		SHA256: f.text("sha256"), Size: f.count("size"), TextSHA256: f.text("text_sha256"), TextSize: f.count("text_size"), Captured: f.day("captured"), Tool: f.text("tool"),
		Verified: f.flag("verified"), Note: f.text("note"),
	}
	f.end()
	return s
}

func (r *reader) claim(n *yamltree.Node) *Claim {
	f := r.fields(n, "a claim")
	c := &Claim{
		ID: f.need("id"), Source: f.need("source"), Where: f.text("where"), From: f.count("from"), To: f.count("to"),
		Speaker: f.need("speaker"), SpeakerState: f.state("speaker_state"), SpeakerKind: word(f, "speaker_kind", ParseSourceKind),
		Text: f.need("text"), Hedge: f.text("hedge"), About: f.states("about"), Act: f.text("act"),
		Obligations: f.texts("obligations"), Period: f.period("period"), Place: f.text("place"), Quantity: f.quantity("quantity"),
		Unit: f.text("unit"), Attribution: word(f, "attribution", ParseAttribution), Origin: f.text("origin"),
		Dispute: word(f, "dispute", ParseDispute), Dissent: f.text("dissent"), Alternatives: f.texts("alternatives"),
		Settles: f.texts("settles"), Verified: f.flag("verified"), Note: f.text("note"),
	}
	c.Speakers, c.Via = f.voices("speakers"), f.voices("via")
	f.need("kind")
	c.Kind = word(f, "kind", ParseKind)
	for k := range linkWords {
		for _, to := range f.texts(linkWords[k]) {
			c.Links = append(c.Links, Link{LinkKind(k), to})
		}
	}
	for _, it := range f.list("parties") {
		pf := r.fields(it, "a party")
		c.Parties = append(c.Parties, Party{Name: pf.need("name"), Act: pf.need("act"), State: pf.state("state")})
		pf.end()
	}
	for _, it := range f.list("grades") {
		gf := r.fields(it, "a grade")
		c.Grades = append(c.Grades, gf.grade())
		gf.end()
	}
	for _, it := range f.list("requests") {
		qf := r.fields(it, "a request")
		c.Asked = append(c.Asked, qf.request())
		qf.end()
	}
	if a := f.opt("activity"); a != nil && r.err == nil {
		var err error
		c.Activity, err = r.ref.FromNode(a)
		r.fail(fault.In(a.Place(), err))
	}
	f.end()
	c.normal()
	return c
}

// normal puts what has no order of its own into one, so that equal claims are written the same.
func (c *Claim) normal() {
	slices.Sort(c.About)
	c.About = slices.Compact(c.About)
	slices.Sort(c.Obligations)
	c.Obligations = slices.Compact(c.Obligations)
	slices.SortFunc(c.Links, func(a, b Link) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.To, b.To)) })
	c.Links = slices.Compact(c.Links)
	slices.SortFunc(c.Grades, compareGrades)
	c.Grades = slices.Compact(c.Grades)
	slices.SortFunc(c.Asked, compareRequests)
	c.Asked = slices.Compact(c.Asked)
}

func compareGrades(a, b Grade) int {
	return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.By, b.By), cmp.Compare(a.Reliability, b.Reliability),
		cmp.Compare(a.Credibility, b.Credibility), cmp.Compare(a.Reason, b.Reason))
}

func compareRequests(a, b Request) int {
	return cmp.Or(cmp.Compare(a.On.From, b.On.From), cmp.Compare(a.On.To, b.On.To), cmp.Compare(a.By, b.By),
		cmp.Compare(a.Of, b.Of), cmp.Compare(a.OfParty, b.OfParty), cmp.Compare(a.Answer, b.Answer),
		cmp.Compare(a.Until, b.Until), cmp.Compare(strconv.FormatBool(a.Silent), strconv.FormatBool(b.Silent)))
}

// fields are the keys of one map; errors go to the reader, and after one everything is zero.
type fields struct {
	r *reader
	f *yamltree.Fields
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) fields(n *yamltree.Node, what string) fields {
	f, err := n.Fields(what)
	r.fail(err)
	if err != nil {
		f, _ = (&yamltree.Node{Kind: yamltree.Map}).Fields(what)
	}
	return fields{r, f}
}

func (f fields) end() { f.r.fail(f.f.End()) }

func (f fields) opt(key string) *yamltree.Node { return f.f.Opt(key) }

func (f fields) need(key string) string {
	s, err := f.f.NeedText(key)
	if err == nil && s == "" {
		err = f.f.Node().Errorf("%q is empty", key)
	}
	f.r.fail(err)
	return s
}

func (f fields) text(key string) string {
	s, err := f.f.Text(key)
	f.r.fail(err)
	return s
}

func (f fields) texts(key string) []string {
	s, err := f.f.Texts(key)
	f.r.fail(err)
	return s
}

func (f fields) list(key string) []*yamltree.Node {
	n := f.opt(key)
	if n == nil {
		return nil
	}
	if n.Kind != yamltree.List {
		f.r.fail(n.Errorf("%s must be a list", key))
	}
	return n.Items
}

func (f fields) voices(key string) []Voice {
	var out []Voice
	for _, it := range f.list(key) {
		vf := f.r.fields(it, "one who speaks")
		out = append(out, Voice{Name: vf.need("name"), State: vf.state("state"), Kind: word(vf, "kind", ParseSourceKind)})
		vf.end()
	}
	return out
}

func (f fields) flag(key string) bool {
	b, err := f.f.Bool(key, false)
	f.r.fail(err)
	return b
}

// in reads the text of an optional key with parse, and places its error.
func in[T any](f fields, key string, none T, parse func(string) (T, error)) T {
	n := f.opt(key)
	if n == nil {
		return none
	}
	s, err := n.String(key)
	if err == nil {
		var v T
		if v, err = parse(s); err == nil {
			return v
		}
	}
	p := n.Place()
	p.Field = key
	f.r.fail(fault.In(p, err))
	return none
}

func word[T ~uint8](f fields, key string, parse func(string) (T, error)) T {
	return in(f, key, 0, parse)
}

func (f fields) state(key string) place.State { return in(f, key, 0, f.r.ref.Places.ParseState) }

func (f fields) states(key string) []place.State {
	var out []place.State
	for _, s := range f.texts(key) {
		st, err := f.r.ref.Places.ParseState(s)
		f.r.fail(fault.In(f.placeOf(key), err))
		out = append(out, st)
	}
	return out
}

func (f fields) placeOf(key string) fault.Place {
	p := f.opt(key).Place()
	p.Field = key
	return p
}

var noPeriod = when.Period{From: when.NoDay, To: when.NoDay}

func (f fields) period(key string) when.Period { return in(f, key, noPeriod, when.Parse) }

func (f fields) day(key string) when.Day { return in(f, key, when.NoDay, when.ParseDay) }

func (f fields) number(key string) (float64, bool) {
	n := f.opt(key)
	if n == nil {
		return 0, false
	}
	v, err := n.Number(key)
	if err == nil && n.Quoted {
		err = n.Errorf("%s must be a number, without quotes", key)
	}
	f.r.fail(err)
	return v, true
}

func (f fields) count(key string) int {
	v, given := f.number(key)
	if given && (v < 0 || v > 1<<40 || v != math.Trunc(v)) {
		f.r.fail(f.opt(key).Errorf("%s must be a whole number of zero or more", key))
		return 0
	}
	return int(v)
}

// quantity reads a number, or a map of low and high.
func (f fields) quantity(key string) record.Range {
	n := f.opt(key)
	if n == nil {
		return record.Range{}
	}
	if n.Kind != yamltree.Map {
		v, _ := f.number(key)
		return record.Exactly(v)
	}
	rf := f.r.fields(n, "a quantity")
	low, hasLow := rf.number("low")
	high, hasHigh := rf.number("high")
	rf.end()
	if !hasLow || !hasHigh || low > high {
		f.r.fail(n.Errorf("%s must have a low and a high bound in that order", key))
	}
	return record.Range{Low: low, High: high, Known: true}
}

func (f fields) grade() Grade {
	g := Grade{By: f.need("by"), On: f.day("on"), Reason: f.need("reason")}
	g.Reliability = in(f, "reliability", 0, ParseReliability)
	g.Credibility = in(f, "credibility", 0, ParseCredibility)
	if g.Reliability == 0 && g.Credibility == 0 {
		f.r.fail(f.f.Node().Errorf("the grade has neither a reliability nor a credibility"))
	}
	return g
}

func (f fields) request() Request {
	q := Request{
		Of: f.state("of"), OfParty: f.text("of_party"), By: f.need("by"), On: f.period("on"), Answer: f.text("answer"),
		Silent: f.flag("silent"), Until: f.day("until"),
	}
	if f.r.err == nil {
		f.r.fail(fault.In(f.f.Node().Place(), q.Check()))
	}
	return q
}

// Check reports what a request lacks: who was asked, until when silence lasted.
func (q Request) Check() error {
	switch {
	case (q.Of == 0) == (q.OfParty == ""):
		return fault.New(fault.Invalid, "say who was asked: a state as `of`, or a party as `of_party`")
	case q.By == "":
		return fault.New(fault.Invalid, "say who asked")
	case q.Answer != "" && q.Silent:
		return fault.New(fault.Invalid, "there is an answer, and silence is stated too")
	case q.Silent && q.Until == when.NoDay:
		return fault.New(fault.Invalid, "silence lasts until some day").WithFix("say as `until` on which day no answer had come")
	}
	return nil
}

// ParseReliability reads the letter of a source, A to F.
func ParseReliability(s string) (byte, error) {
	if len(s) == 1 && s[0] >= 'A' && s[0] <= 'F' {
		return s[0], nil
	}
	return 0, fault.New(fault.Invalid, "the reliability of a source is a letter from A to F, not %q", s).
		WithFix("F says that it cannot be judged; leave it out when nobody graded it")
}

// ParseCredibility reads the number of an information, 1 to 6.
func ParseCredibility(s string) (int, error) {
	if len(s) == 1 && s[0] >= '1' && s[0] <= '6' {
		return int(s[0] - '0'), nil
	}
	return 0, fault.New(fault.Invalid, "the credibility of an information is a number from 1 to 6, not %q", s).
		WithFix("6 says that it cannot be judged; leave it out when nobody graded it")
}
