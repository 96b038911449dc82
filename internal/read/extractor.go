package read

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/sentence"
)

// Extractor finds the claims of a document. Every claim of its result has a span of the text; what it cannot tie to one is
// left out and counted. It may be called by many at once.
type Extractor interface {
	Extract(ctx context.Context, d *document.Document, o Options) (*Result, error)
}

// Extract is [Reader.Read]: the rules are the first extractor.
func (r *Reader) Extract(_ context.Context, d *document.Document, o Options) (*Result, error) {
	return r.Read(d, o)
}

// Drop counts what was offered as a claim and is none, by the reason.
type Drop struct {
	Reason string
	Count  int
}

// Exchange is one question that an extractor put to somebody else, and the answer.
type Exchange struct {
	// Address and Model say who was asked; Request is the SHA-256 of what was sent.
	Address, Model, Request string
	// Answer is the SHA-256 of Body, which is what came back.
	Answer string
	Body   string
}

// Candidate is a claim that somebody offers who may be wrong. Nothing of it is believed: its words must stand in the text,
// its kind and voice must be among ours, and its speaker and states must be named in the document.
type Candidate struct {
	// Quote is copied from the text between the offsets From and To. Occurrence says which, counted from 1, where it stands
	// there more than once; 0 for the only one.
	Quote      string
	Occurrence int
	From, To   int
	Kind       string
	Voice      string
	// Speaker is in whose name it is said; "" for the author's own voice.
	Speaker      string
	SpeakerState string
	// About are states, or the one word "any".
	About    []string
	Negative bool
	// Extractor, Request and Answer are those of [Claim].
	Extractor, Request, Answer string
}

// The reasons why a candidate is dropped.
const (
	NoWords      = "it quotes nothing, or too much"
	NotThere     = "its words are not in the text"
	Ambiguous    = "its words stand in the text more than once, and it does not say which"
	NoOccurrence = "its words do not stand in the text so often"
	NoKind       = "no such kind of claim"
	NoVoice      = "no such voice"
	NoSpeaker    = "a speaker whom the text does not name"
	NoState      = "a state that the text does not name"
	Twice        = "the same as another"
)

// Verify makes claims of the candidates that hold, in the order of the text, and counts the others. The wording, hedges,
// figures and activities of the claims are found by the rules in the words of the span.
func (r *Reader) Verify(d *document.Document, o Options, list []Candidate) *Result {
	w := r.begin(d, o)
	text := flat(d.Text)
	for i := range list {
		c, reason := w.verify(text, &list[i])
		if reason == "" && slices.ContainsFunc(w.res.Claims, func(o Claim) bool { return same(&o, &c) }) {
			reason = Twice
		}
		if reason != "" {
			w.res.Drop(reason, 1)
			continue
		}
		w.res.Claims = append(w.res.Claims, c)
	}
	slices.SortStableFunc(w.res.Claims, inText)
	for i := range w.res.Claims {
		w.finish(&w.res.Claims[i], i)
	}
	w.covered()
	return w.res
}

// Drop counts n more that were dropped for a reason; reasons stand in one order.
func (r *Result) Drop(reason string, n int) {
	at, ok := slices.BinarySearchFunc(r.Dropped, reason, func(d Drop, s string) int { return cmp.Compare(d.Reason, s) })
	if !ok {
		r.Dropped = slices.Insert(r.Dropped, at, Drop{Reason: reason})
	}
	r.Dropped[at].Count += n
}

func inText(a, b Claim) int {
	return cmp.Or(cmp.Compare(a.Span.From, b.Span.From), cmp.Compare(a.Span.To, b.Span.To))
}

func (w *work) verify(text string, k *Candidate) (Claim, string) {
	c := Claim{Extractor: k.Extractor, Request: k.Request, Answer: k.Answer, Rule: "model", AttributedBy: "model", Answers: -1, Negative: k.Negative}
	var reason string
	if c.Span, reason = w.locate(text, k); reason != "" {
		return c, reason
	}
	var err error
	if c.Kind, err = claim.ParseKind(k.Kind); err != nil {
		return c, NoKind
	}
	if c.Voice, err = ParseVoice(k.Voice); err != nil {
		return c, NoVoice
	}
	if c.By, reason = w.speakerNamed(k, c.Voice); reason != "" {
		return c, reason
	}
	c.Subject, reason = w.subjectNamed(k.About)
	c.Hedge = w.hedgeOf(w.text[c.Span.From:c.Span.To])
	return c, reason
}

// flat makes line breaks and tabs spaces; offsets stay what they are.
func flat(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		return r
	}, s)
}

// locate finds the words of a candidate in its part of the text, in which a line break counts as a space.
func (w *work) locate(text string, k *Candidate) (sentence.Span, string) {
	quote := flat(strings.TrimSpace(k.Quote))
	if quote == "" || len(quote) > MaxSentence || !strings.ContainsFunc(quote, unicode.IsLetter) {
		return sentence.Span{}, NoWords
	}
	at := find(text, quote, max(k.From, 0), min(k.To, len(text)))
	switch {
	case len(at) == 0:
		return sentence.Span{}, NotThere
	case k.Occurrence == 0 && len(at) > 1:
		return sentence.Span{}, Ambiguous
	case k.Occurrence < 0 || k.Occurrence > len(at):
		return sentence.Span{}, NoOccurrence
	}
	return at[max(k.Occurrence, 1)-1], ""
}

// whole reports whether a span of a text begins and ends with a word, and not within one.
func whole(text string, s sentence.Span) bool {
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	before, _ := utf8.DecodeLastRuneInString(text[:s.From])
	first, _ := utf8.DecodeRuneInString(text[s.From:])
	last, _ := utf8.DecodeLastRuneInString(text[:s.To])
	after, _ := utf8.DecodeRuneInString(text[s.To:])
	return (!letter(before) || !letter(first)) && (!letter(last) || !letter(after))
}

// find gives the places between two offsets of a text where words stand whole.
func find(text, words string, from, to int) []sentence.Span {
	var out []sentence.Span
	for i := from; i+len(words) <= to; {
		n := strings.Index(text[i:to], words)
		if n < 0 {
			break
		}
		if s := (sentence.Span{From: i + n, To: i + n + len(words)}); whole(text, s) {
			out = append(out, s)
		}
		i += n + 1
	}
	return out
}

// speakerNamed gives the speaker of a candidate, whom the text must name.
func (w *work) speakerNamed(k *Candidate, v Voice) (Party, string) {
	name := strings.Join(strings.Fields(k.Speaker), " ")
	if v == Own || strings.EqualFold(name, Author) {
		return w.res.Author, ""
	}
	low := strings.ToLower(w.text)
	if name == "" || len(name) > 200 || len(find(low, strings.ToLower(name), 0, len(low))) == 0 {
		return Party{}, NoSpeaker
	}
	p := Party{Name: name, unnamed: v == Unnamed, written: v == Written}
	s, ok := w.stateNamed(cmp.Or(k.SpeakerState, name))
	switch {
	case ok:
		p.States, p.body = []place.State{s}, claim.StateOrgan
	case k.SpeakerState != "":
		return p, NoState
	}
	return p, ""
}

func (w *work) subjectNamed(about []string) (Party, string) {
	if len(about) == 1 && about[0] == "any" {
		return Party{Any: true}, ""
	}
	var p Party
	var names []string
	for _, a := range about {
		s, ok := w.stateNamed(a)
		if !ok {
			return p, NoState
		}
		if !slices.Contains(p.States, s) {
			p.States = append(p.States, s)
			names = append(names, w.places.Name(s))
		}
	}
	slices.Sort(p.States)
	p.Name = strings.Join(names, " and ")
	return p, ""
}

// stateNamed reads a state, which the document must speak of.
func (w *work) stateNamed(name string) (place.State, bool) {
	s, err := w.places.ParseState(name)
	if err != nil {
		return 0, false
	}
	return s, slices.ContainsFunc(w.res.Mentions, func(m mention.Mention) bool { return m.State == s })
}

// hedgeOf gives the word by which a stretch of text is hedged, "" for none.
func (w *work) hedgeOf(text string) string {
	for _, h := range w.t.hedges {
		if h.re.MatchString(text) {
			return h.word
		}
	}
	return ""
}

// same reports whether two claims say the same: of one kind, in one name, in words that overlap by half of the shorter.
func same(a, b *Claim) bool {
	common := min(a.Span.To, b.Span.To) - max(a.Span.From, b.Span.From)
	if a.Kind != b.Kind || 2*common < min(a.Span.To-a.Span.From, b.Span.To-b.Span.From) || common <= 0 {
		return false
	}
	return strings.EqualFold(a.By.Name, b.By.Name) || len(a.By.States) > 0 && slices.Equal(a.By.States, b.By.States)
}

// Join gives the result of one extractor with the claims that another found in the same document beside. A claim that both
// found stays as the first has it, and names both. All claims are numbered anew, in the order of the text.
func Join(a, b *Result) *Result {
	out := *a
	out.Claims = nil
	out.Dropped, out.Exchanges = append(slices.Clone(a.Dropped), b.Dropped...), append(slices.Clone(a.Exchanges), b.Exchanges...)
	type numbered struct {
		Claim
		was int
	}
	var all []numbered
	for i, c := range a.Claims {
		all = append(all, numbered{c, i})
	}
	for _, c := range b.Claims {
		if at := slices.IndexFunc(all, func(o numbered) bool { return o.was >= 0 && same(&o.Claim, &c) }); at >= 0 {
			if o := &all[at]; !strings.Contains(o.Extractor, c.Extractor) {
				o.Extractor += ", " + c.Extractor
				o.Request, o.Answer = c.Request, c.Answer
			}
			continue
		}
		c.Answers, c.Links = -1, nil
		all = append(all, numbered{c, -1})
	}
	slices.SortStableFunc(all, func(x, y numbered) int { return inText(x.Claim, y.Claim) })
	now := map[int]int{}
	for i, c := range all {
		if c.was >= 0 {
			now[c.was] = i
		}
	}
	for i := range all {
		c := all[i].Claim
		if c.Answers >= 0 {
			c.Answers = now[c.Answers]
		}
		c.number(i)
		out.Claims = append(out.Claims, c)
	}
	return &out
}
