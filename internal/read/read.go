// Package read finds in a document who claims what: the quotations with their speakers, and claims with their span, speaker,
// kind, subject and the rule that found them.
//
// It works by rules over tables and says which rule spoke. It never invents: a claim is a span of the text, and what no
// rule places is left out. It judges nothing: whether a claim is so is for others to check.
package read

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/sentence"
	"github.com/cordon-engine/cordon/internal/when"
)

// Author is the speaker of what nobody but the author of a document says, and RulesName the [Claim.Extractor] of the rules.
const (
	Author    = "the author"
	RulesName = "rules"
)

// Position is the [Claim.Sort] of what speakers say that they support or oppose themselves.
const Position = "position"

// Voice says how a claim comes into the text.
type Voice uint8

// The voices.
const (
	Own      Voice = iota // the author of the document
	Direct                // in quotation marks
	Indirect              // reported in the author's words
	Written               // a document that is reported
	Unnamed               // somebody without a name: officials, sources
)

// String gives the word used in output.
func (v Voice) String() string { return voiceWords[v] }

var voiceWords = [...]string{Own: "own", Direct: "direct", Indirect: "indirect", Written: "document", Unnamed: "unnamed"}

// ParseVoice reads the word of a voice.
func ParseVoice(s string) (Voice, error) {
	for i, w := range voiceWords {
		if w == s {
			return Voice(i), nil
		}
	}
	return 0, fault.New(fault.Invalid, "there is no voice %q", s).WithFix("one of %s", strings.Join(voiceWords[:], ", "))
}

// Party is a speaker or a subject: a name and the states it stands for, sorted by code.
type Party struct {
	Name   string
	States []place.State
	// Any says that no state in particular is meant: any country, all nations.
	Any bool
	// kind and span are those of the mention it was read from.
	span    sentence.Span
	unnamed bool
	written bool
	person  bool
	// office is that of a person.
	office string
	body   claim.SourceKind
	// members are those that speak or act together, where they were named one by one.
	members []Party
}

// Members gives those who speak together, two or more, in the order of the text; nil for one.
func (p Party) Members() []Party { return p.members }

// Claim is one claim of the document.
type Claim struct {
	// Claim is the claim as a ledger takes it; From and To are bytes of the original.
	claim.Claim
	// Span is where it stands in the text.
	Span sentence.Span
	// By is the speaker, Subject whose conduct or state it is about.
	By, Subject Party
	// Via are those who passed on what By says, from who had it from By outwards; nil where the document has it from By.
	Via   []Party
	Voice Voice
	// Sort is finer than the kind: "prediction", "intention", "inference", [Position]; "" for none.
	Sort string
	// ShareOf is the state of whose trade the claim gives the subject a share in per cent; 0 where it gives none.
	ShareOf place.State
	// Negative says that it is denied rather than asserted that something is so.
	Negative bool
	// Extractor is what found it: "rules", or a language model by its name; both where both did.
	Extractor string
	// Request and Answer are the SHA-256 of what was sent to a language model and of what came back; "" for the rules.
	Request, Answer string
	// Rule names the line of the tables, and Attribution the rule that found the speaker.
	Rule, AttributedBy string
	// Answers is the number of the claim in Result.Claims that it answers, -1 for none.
	Answers int
	// Doing is the kind of activity that it tells, and ActivityBy the line of the table and the form that told it. Where Activity is nil all
	// the same, Lacks says what is not told: "a day".
	Doing, ActivityBy, Lacks string
	// Names are the ships, firms, ports and days that it names.
	Names Names

	// content is what is said, without who says it.
	content sentence.Span
}

// Quote is a quotation with its speaker; By.Name is "" where nobody is named.
type Quote struct {
	sentence.Quote
	By   Party
	Rule string
	// Via are those who passed it on, as in a claim.
	Via []Party
}

// Result is what was found in a document, in the order of the text.
type Result struct {
	Document *document.Document
	// Day is the day of the document, [when.NoDay] where it was not given.
	Day      when.Day
	Author   Party
	Mentions []mention.Mention
	Quotes   []Quote
	Claims   []Claim
	// Terms are what proposals would bind states to.
	Terms []Term
	// Loaded are the words that judge while they name.
	Loaded []sentence.Span
	// Skipped counts the sentences and quotations beyond the limits, which were not read.
	Skipped int
	// Other are the languages of what was not read for its language, those with the most sentences first; Coverage says what became of all
	// sentences.
	Other    []OtherLanguage
	Coverage Coverage
	// Dropped says what an extractor offered that is no claim of the document, and Exchanges what it asked and was told.
	Dropped   []Drop
	Exchanges []Exchange
}

// Options say what the document does not.
type Options struct {
	// Day is the day of the document; [when.NoDay] leaves dates such as "Tuesday" open, and no activity is stated.
	Day when.Day
}

// Withdraw leaves a claim where it is, so that numbers stay, and takes it out of all that is answered: what a person
// rejected answers nothing.
func (r *Result) Withdraw(i int) {
	unlink := func(c *Claim) {
		c.Answers = -1
		c.Links = slices.DeleteFunc(c.Links, func(k claim.Link) bool { return k.Kind == claim.Answers })
	}
	unlink(&r.Claims[i])
	for k := range r.Claims {
		if r.Claims[k].Answers == i {
			unlink(&r.Claims[k])
		}
	}
}

// Reader reads documents. It does not change and may be shared.
type Reader struct {
	g      *mention.Gazetteer
	places *place.Gazetteer
	ref    *activity.Reference
	t      *tables
	// ports are the states of ports by name.
	ports map[string]place.State
}

// Limits on what is read: bytes of text, bytes of one sentence, quotations. Sentences and quotations beyond them are left
// out and counted in [Result.Skipped].
const (
	MaxText     = 2 << 20
	MaxSentence = 4000
	MaxQuotes   = 2000
)

// Read finds the claims of a document. The error is fault.TooLarge for more text than [MaxText].
func (r *Reader) Read(d *document.Document, o Options) (*Result, error) {
	if len(d.Text) > MaxText {
		return nil, fault.New(fault.TooLarge, "the text has %d bytes; claims are read in at most %d", len(d.Text), MaxText).
			At(fault.Place{File: d.Name}).WithFix("split it by chapters")
	}
	w := r.begin(d, o)
	w.quotes()
	for _, s := range w.sentences {
		w.sentence(s)
	}
	w.replies()
	for i := range w.res.Claims {
		w.finish(&w.res.Claims[i], i)
	}
	w.covered()
	for _, at := range r.t.loaded.FindAllStringIndex(d.Text, -1) {
		w.res.Loaded = append(w.res.Loaded, sentence.Span{From: at[0], To: at[1]})
	}
	return w.res, nil
}

// begin finds the sentences of a document, what is named in it, and in whose name it speaks.
func (r *Reader) begin(d *document.Document, o Options) *work {
	w := &work{
		Reader: r, day: o.Day, paragraphs: sentence.Paragraphs(d.Text), res: &Result{Document: d, Day: o.Day},
	}
	w.text = unwrapped(d.Text, w.paragraphs)
	w.languages()
	w.res.Mentions = r.g.Find(w.text, o.Day)
	for _, p := range w.paragraphs {
		for _, s := range sentence.Split(w.text, p) {
			if s.To-s.From > MaxSentence {
				w.res.Skipped++
				w.res.Coverage.TooLong++
				continue
			}
			w.sentences = append(w.sentences, s)
		}
	}
	w.holders()
	w.author()
	return w
}

// unwrapped makes the line breaks within paragraphs spaces; offsets stay what they are.
func unwrapped(text string, paragraphs []sentence.Span) string {
	b := []byte(text)
	for _, p := range paragraphs {
		for i := p.From; i < p.To; i++ {
			if b[i] == '\n' || b[i] == '\r' || b[i] == '\t' {
				b[i] = ' '
			}
		}
	}
	return string(b)
}

// work is the reading of one document.
type work struct {
	*Reader
	text                  string
	day                   when.Day
	paragraphs, sentences []sentence.Span
	res                   *Result
	// found are the places that were found before, and must not be sought again.
	found map[search][][]int
	// consumed are stretches that only say who speaks.
	consumed []sentence.Span
	// offices are the persons whom the text names with an office, by the office in small letters.
	offices map[string]Party
	// noted counts the sentences whose names were taken in while quotations are attributed.
	noted int
	// said are the words of each quotation that was attributed, in the form in which they are compared.
	said []string

	// bodies are the last bodies with a state by their last word: "the embassy" is that of which the text spoke.
	bodies map[string]Party
	// byOffice are the last persons by the word for what they are: "the spokesman".
	byOffice map[string]Party

	// scratch and named are the memory of looking up goods.
	scratch goods.Scratch
	named   []goods.Naming

	// What words such as "he" and "the two sides" lead to at this point of the text.
	person  Party // the last person
	speaker Party // the last speaker
	written Party // who speaks in the last document named
	pair    Party // the last two states or more that stood together as a subject
	last    Party // the last subject
	several Party // the last group of people, where it was named after the last subject
	// proposed are those to whom something was proposed in the last sentence that did.
	proposed Party
}

// number gives a claim its number and what hangs on numbers.
func (c *Claim) number(i int) {
	c.ID = "c" + strconv.Itoa(i+1)
	c.Links = nil
	if c.Answers >= 0 {
		c.Links = []claim.Link{{Kind: claim.Answers, To: "c" + strconv.Itoa(c.Answers+1)}}
	}
	c.Act = actOf(c)
}

// holders notes who holds an office by the text's own words: "Foreign Secretary Jane Doe". An office of two persons is nobody's.
func (w *work) holders() {
	w.offices, w.bodies, w.byOffice = map[string]Party{}, map[string]Party{}, map[string]Party{}
	for _, m := range w.res.Mentions {
		if m.Kind != mention.Person || m.Office == "" || m.Name == "" || len(m.Office) < 4 || m.Rule != "person.office" {
			continue
		}
		p, _ := w.partyOf(m)
		k := strings.ToLower(m.Office)
		if old, ok := w.offices[k]; ok && old.Name != p.Name {
			p = Party{}
		}
		w.offices[k] = p
	}
	maps.DeleteFunc(w.offices, func(_ string, p Party) bool { return p.Name == "" })
}

// finish states in the terms of a ledger what is known of a claim.
func (w *work) finish(c *Claim, i int) {
	c.Extractor = cmp.Or(c.Extractor, RulesName)
	c.Claim.From, c.Claim.To = w.res.Document.Original(c.Span.From, c.Span.To)
	c.Speaker, c.SpeakerKind = printed(c.By.Name), c.By.body
	if len(c.By.States) == 1 {
		c.SpeakerState = c.By.States[0]
	}
	c.By.members = w.each(c.By)
	c.Speakers, c.Claim.Via = voicesOf(c.By.members), voicesOf(c.Via)
	if len(c.Speakers) > 0 && slices.ContainsFunc(c.Speakers, func(v claim.Voice) bool { return v.State != c.SpeakerState }) {
		c.SpeakerState = 0
	}
	c.About = c.Subject.States
	if c.Kind == claim.Denial && c.Dispute == claim.NoDispute {
		c.Dispute = claim.OfFact
	}
	w.figures(c)
	w.frame(c)
	c.Names = w.namesOf(c)
	c.Period = when.Period{From: when.NoDay, To: when.NoDay}
	if c.Activity != nil {
		c.Period = c.Activity.Date
	}
	c.number(i)
	c.Text = printed(wording(c, w.places))
}

// printed leaves out what does not print, which a ledger refuses: the span has the name as the document writes it.
func printed(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.C, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}
