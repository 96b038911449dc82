// Package mention finds what a text names: states by name, adjective and capital, persons with their offices,
// organisations and groups, instruments, ships, money, shares, quantities and dates.
//
// It says where each stands, by which rule it was found and which state it leads to. It judges nothing that is said, and
// it never guesses: a name that several states bear leads to none, and what no rule finds is left out.
package mention

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/sentence"
	"github.com/cordon-engine/cordon/internal/when"
)

// Kind is the kind of a mention.
type Kind uint8

// The kinds.
const (
	State Kind = iota
	Person
	Organisation
	Group // people without a name of their own: a government, officials, "they"
	Instrument
	Vessel
	Money
	Share // per cent
	Quantity
	Date
)

var kindWords = []string{
	"state", "person", "organisation", "group", "instrument", "vessel", "money", "share", "quantity", "date",
}

// String gives the word used in output.
func (k Kind) String() string { return kindWords[k] }

// Form says how a state is named.
type Form uint8

// The forms.
const (
	ByName Form = iota
	ByAdjective
	ByPeople  // the name of the people in the plural
	ByCapital // the capital in place of the government
)

// Mention is one stretch of the text that names something.
type Mention struct {
	sentence.Span
	Kind Kind
	// State is the state named or to which the person, organisation or group belongs; 0 for none.
	State place.State
	Form  Form
	// Body is the kind of an organisation that the table knows: "un", "group", "organ", "armed", "agency", "news", "ngo", "court", "firm".
	Body string
	// Name is the usual name of a person or organisation; Office the office given in the text or held on the day.
	Name, Office string
	// Paragraph is the paragraph of an instrument, where the text names one.
	Paragraph string
	// Actor says that the state does something in its sentence, or that something is done to it.
	Actor bool
	// Pronoun says that a group is only a word such as "they".
	Pronoun bool
	// Low and High bound a number, Unit is its unit: "%", a currency code, or the noun counted.
	Low, High float64
	Unit      string
	// Period is what a date resolves to; its From is [when.NoDay] where it needs the day of the document and none is known.
	Period when.Period
	// Rule names the rule that found it.
	Rule string
}

// Find gives the mentions of a text in their order; those that begin together, the longer first. Mentions may lie in each
// other: a person's office holds the state. day is the day of the document, [when.NoDay] where it is not known.
func (g *Gazetteer) Find(text string, day when.Day) []Mention {
	f := finder{g: g, text: text, words: wordsOf(text), day: day}
	f.states()
	f.persons()
	f.organisations()
	f.groups()
	f.patterns()
	f.link()
	slices.SortStableFunc(f.out, func(a, b Mention) int {
		return cmp.Or(a.From-b.From, b.To-a.To, cmp.Compare(a.Kind, b.Kind))
	})
	return f.out
}

// finder is the work on one text.
type finder struct {
	g     *Gazetteer
	text  string
	words []word
	day   when.Day
	out   []Mention
	// byKind are the mentions of states and organisations in the order of the text, to be searched.
	byKind [Date + 1][]Mention
	// marked says for each kind of fixed shape which bytes it has.
	marked [Date + 1][]bool
}

// add notes a mention over the words i to j, j excluded.
func (f *finder) add(i, j int, m Mention) {
	m.Span = sentence.Span{From: f.words[i].From, To: f.words[j-1].To}
	m.Period = when.Period{From: when.NoDay, To: when.NoDay}
	f.out = append(f.out, m)
	f.byKind[m.Kind] = append(f.byKind[m.Kind], m)
}

// longestName bounds in bytes how far back a name that reaches into a span may begin.
const longestName = 400

// near gives the mentions of a kind that begin from an offset up to another.
func (f *finder) near(k Kind, from, to int) []Mention {
	all := f.byKind[k]
	begin := func(m Mention, at int) int { return m.From - at }
	i, _ := slices.BinarySearchFunc(all, from, begin)
	j, _ := slices.BinarySearchFunc(all, to, begin)
	return all[i:max(i, j)]
}

// within gives the first state that is named in a span.
func (f *finder) within(s sentence.Span) place.State {
	for _, m := range f.near(State, s.From, s.To) {
		if m.State != 0 && s.Contains(m.Span) {
			return m.State
		}
	}
	return 0
}
