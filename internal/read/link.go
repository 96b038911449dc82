package read

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/sentence"
	"github.com/cordon-engine/cordon/internal/when"
)

// LinkSort says what a link leads to.
type LinkSort uint8

// The sorts.
const (
	ToListing    LinkSort = iota // a subject of the lists
	ToInstrument                 // an instrument of the law
	ToProvision                  // a paragraph of one
	ToCommodity                  // named goods
	ToHS                         // a code of the Harmonized System
	ToShip                       // a ship by its IMO number, on no list
)

// String gives the word used in output.
func (s LinkSort) String() string {
	return [...]string{"listing", "instrument", "provision", "commodity", "hs", "ship"}[s]
}

// Link leads a stretch of the text to something outside it.
type Link struct {
	sentence.Span
	Sort LinkSort
	// Name is what was looked up, ID that of what was found, and Title what that is called.
	Name, ID, Title string
	// Standing is the tier of a listing: "listed", "named" and so on. Sure says that the matching engine calls it a match; what is not
	// sure may be somebody else, whatever the tier. Of goods, Sure says that the words name the thing, and not only raise the question.
	Standing string
	Sure     bool
	// Score is the probability that the engine gives a listing, 0 for other sorts.
	Score float64
}

// Named is somebody or a ship that a text names, to be looked up.
type Named struct {
	Name  string
	Kind  mention.Kind // Person, Organisation or Vessel
	State place.State  // of the person or body, 0 where the text does not say
	IMO   string       // of a ship, "" where the text does not say
	Day   when.Day     // when the standing counts, [when.NoDay] where it is not known
}

// Listing is a subject that a named party may be.
type Listing struct {
	ID, Caption, Standing string
	Match                 bool
	Score                 float64
}

// Lists is the matching engine: whoever it is wired to looks up one party.
type Lists interface {
	Look(Named) ([]Listing, error)
}

// Law is the law that is loaded: what a number, and a paragraph of it, is.
type Law interface {
	Instrument(number string) (name, title string, ok bool)
	Provision(number, paragraph string) (id, title string, ok bool)
}

// Links looks up what a document names: parties and ships in the lists, resolutions and paragraphs in the law, goods in the named goods
// and the nomenclature. lists and law may be nil. Each name is looked up once, and its first place is given. The error is that of
// the lists.
func (r *Reader) Links(res *Result, lists Lists, law Law) ([]Link, error) {
	w := &work{Reader: r, text: res.Document.Text, res: res, day: res.Day}
	var out []Link
	if law != nil {
		out = w.instruments(law)
	}
	out = append(out, w.goods()...)
	out = append(out, w.ships()...)
	if lists != nil {
		found, err := w.listings(lists)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortStableFunc(out, func(a, b Link) int {
		return cmp.Or(a.From-b.From, cmp.Compare(a.Sort, b.Sort), cmp.Compare(b.Score, a.Score), strings.Compare(a.ID, b.ID))
	})
	return out, nil
}

// instruments leads resolutions and their paragraphs to the law.
func (w *work) instruments(law Law) []Link {
	var out []Link
	seen := map[string]bool{}
	for _, m := range w.res.Mentions {
		if m.Kind != mention.Instrument || m.Rule != "instrument.resolution" && m.Rule != "instrument.paragraph" {
			continue
		}
		l := Link{Span: m.Span, Sort: ToInstrument, Name: m.Name, Sure: true}
		ok := false
		if m.Paragraph != "" {
			l.Sort, l.Name = ToProvision, m.Name+" paragraph "+m.Paragraph
			l.ID, l.Title, ok = law.Provision(m.Name, m.Paragraph)
		}
		if !ok {
			l.Sort = ToInstrument
			l.ID, l.Title, ok = law.Instrument(m.Name)
		}
		if ok && !seen[l.ID] {
			seen[l.ID] = true
			out = append(out, l)
		}
	}
	return out
}

// goods leads what was supplied, and what is measured by weight or volume, to named goods and codes.
func (w *work) goods() []Link {
	var out []Link
	seen := map[string]bool{}
	for _, p := range w.goodsNamed() {
		name := w.text[p.From:p.To]
		if k := strings.ToLower(name); seen[k] {
			continue
		} else {
			seen[k] = true
		}
		sure, weigh := w.commodities(name)
		for i, id := range slices.Concat(sure, weigh) {
			at, _ := w.ref.Commodities.Index(id)
			out = append(out, Link{Span: p, Sort: ToCommodity, Name: name, ID: id, Title: w.ref.Commodities.At(at).Title, Sure: i < len(sure)})
		}
		if c := w.heading4(name); c != (goods.Code{}) {
			out = append(out, Link{Span: p, Sort: ToHS, Name: name, ID: c.String(), Title: w.ref.HS.Label(c)})
		}
	}
	return out
}

// goodsNamed gives the stretches that speak of goods: behind a weight or volume, and behind a verb of supply.
func (w *work) goodsNamed() []sentence.Span {
	var out []sentence.Span
	take := func(from, to int) {
		text := w.text[from:min(to, len(w.text), from+120)]
		phrase := goodsPhrase(strings.ReplaceAll(text, "\n", " "))
		if phrase == "" {
			return
		}
		phrase, _ = w.withoutOrigin(phrase, sentence.Span{From: from, To: from + len(text)})
		if at := strings.Index(text, phrase); phrase != "" && at >= 0 && w.knownGoods(phrase) {
			out = append(out, sentence.Span{From: from + at, To: from + at + len(phrase)})
		}
	}
	for _, m := range w.res.Mentions {
		if _, ok := unitCodes[m.Unit]; ok && m.Kind == mention.Quantity && strings.HasPrefix(w.text[m.To:], " of ") {
			take(m.To+len(" of "), len(w.text))
		}
	}
	for i := range w.res.Claims {
		c := &w.res.Claims[i]
		w.eachTrigger(c.Span, func(d deed, f wordForm) {
			if d.goods && f != nounForm {
				take(min(d.word.To+1, c.Span.To), c.Span.To)
				if o := w.goodsBefore(sentence.Span{From: w.behindDates(d.before), To: d.before.To}, false); o.phrase != "" && (f == pastForm || f == participleForm) {
					take(o.span.From, d.before.To)
				}
			}
		})
	}
	slices.SortFunc(out, func(a, b sentence.Span) int { return cmp.Or(a.From-b.From, a.To-b.To) })
	return slices.Compact(out)
}

// ships gives the IMO numbers of the text that are right by their check digit, with the name beside them.
func (w *work) ships() []Link {
	var out []Link
	for _, m := range w.res.Mentions {
		if m.Rule != "vessel.imo" {
			continue
		}
		n, err := ident.ParseIMO(m.Name)
		if err != nil {
			continue
		}
		out = append(out, Link{Span: m.Span, Sort: ToShip, Name: w.shipBeside(m), ID: n.String(), Title: "IMO " + n.String(), Sure: true})
	}
	return out
}

// beside is how many bytes may stand between the name of a ship and its IMO number.
const beside = 4

// shipBeside gives the name of the ship whose IMO number a mention is, "" where none stands right before it.
func (w *work) shipBeside(imo mention.Mention) string {
	for _, m := range w.res.Mentions {
		if m.Kind == mention.Vessel && m.Rule != "vessel.imo" && m.To <= imo.From && imo.From-m.To <= beside {
			return m.Name
		}
	}
	return ""
}

// MaxLooked bounds how many names of one document are looked up in the lists.
const MaxLooked = 500

// listings looks up persons, organisations and ships in the lists.
func (w *work) listings(lists Lists) ([]Link, error) {
	var out []Link
	seen := map[string]bool{}
	for _, m := range w.res.Mentions {
		n, ok := w.lookable(m)
		k := n.Kind.String() + "\x00" + strings.ToLower(n.Name) + "\x00" + n.IMO
		if !ok || seen[k] || len(seen) >= MaxLooked {
			continue
		}
		seen[k] = true
		found, err := lists.Look(n)
		if err != nil {
			return nil, err
		}
		for _, l := range found {
			out = append(out, Link{
				Span: m.Span, Sort: ToListing, Name: cmp.Or(n.Name, "IMO "+n.IMO), ID: l.ID, Title: l.Caption, Standing: l.Standing, Sure: l.Match, Score: l.Score,
			})
		}
	}
	return out, nil
}

// lookable makes of a mention what can be looked up; false for what has no name of its own. A single word is no name of a person, and
// organs of states and of the United Nations are not looked up.
func (w *work) lookable(m mention.Mention) (Named, bool) {
	n := Named{Name: m.Name, Kind: m.Kind, State: m.State, Day: w.day}
	switch m.Kind {
	case mention.Person:
		return n, strings.Contains(m.Name, " ")
	case mention.Organisation:
		return n, m.Name != "" && (m.Body == "" || m.Body == "armed" || m.Body == "firm" || m.Body == "agency")
	case mention.Vessel:
		if m.Rule != "vessel.imo" {
			return n, m.Name != "" && w.imoBeside(m) == ""
		}
		n.Name, n.IMO = w.shipBeside(m), m.Name
		return n, true
	}
	return n, false
}

// imoBeside gives the IMO number right behind the name of a ship.
func (w *work) imoBeside(ship mention.Mention) string {
	for _, m := range w.res.Mentions {
		if m.Rule == "vessel.imo" && m.From >= ship.To && m.From-ship.To <= beside {
			return m.Name
		}
	}
	return ""
}
