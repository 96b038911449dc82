package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/iso20022"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/payment"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/vocab"
)

// PaymentJSON is the answer to one transaction of a message, for programs.
type PaymentJSON struct {
	Transaction int `json:"transaction"`
	PlaceJSON
	References []ReferenceJSON `json:"references"`
	Amount     *AmountJSON     `json:"amount,omitempty"`
	Date       string          `json:"date,omitempty"`
	// Outcome is the worst of the parties and the text, Verdict the strictest of the
	// rulings; "" where nothing could be ruled on, and Error or Unruled says why.
	Outcome     string             `json:"outcome"`
	Reason      string             `json:"reason,omitempty"`
	NotScreened int                `json:"not_screened"`
	Verdict     string             `json:"verdict,omitempty"`
	Unruled     string             `json:"unruled,omitempty"`
	Error       *FaultJSON         `json:"error,omitempty"`
	Parties     []PaymentPartyJSON `json:"parties"`
	Text        PaymentTextJSON    `json:"text"`
	// RuledFor are the verdicts for each state of a bank; Ruling is the strictest.
	RuledFor []RuledForJSON  `json:"ruled_for"`
	Ruling   json.RawMessage `json:"ruling,omitempty"`
	Unread   []PlaceJSON     `json:"unread,omitempty"`
}

// RuledForJSON is the verdict on a payment through a bank of a state, "" where none is
// known.
type RuledForJSON struct {
	BankState string `json:"bank_state,omitempty"`
	Verdict   string `json:"verdict"`
	// Licence is the licence held here that the verdict rests on.
	Licence string `json:"licence,omitempty"`
}

// PlaceJSON says where in a message something stands.
type PlaceJSON struct {
	Path   string `json:"path"`
	Line   int    `json:"line"`
	Column int    `json:"column,omitempty"`
}

// ReferenceJSON is an identification of a transaction.
type ReferenceJSON struct {
	Element string `json:"element"`
	Value   string `json:"value"`
}

// AmountJSON is a sum of money, as written.
type AmountJSON struct {
	Value    string `json:"value"`
	Currency string `json:"currency"`
}

// FaultJSON is a fault, for programs.
type FaultJSON struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Fix     string `json:"fix,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Field   string `json:"field,omitempty"`
}

// Fault puts an error into the form for programs.
func Fault(err error) *FaultJSON {
	var f *fault.Error
	if !errors.As(err, &f) {
		return &FaultJSON{Code: string(fault.CodeOf(err)), Message: err.Error()}
	}
	message := f.Message
	if f.Cause != nil {
		message += ": " + f.Cause.Error()
	}
	return &FaultJSON{string(f.Code), message, f.Fix, f.Place.Line, f.Place.Column, f.Place.Field}
}

// PaymentPartyJSON is the answer for one party of a transaction.
type PaymentPartyJSON struct {
	Role string `json:"role"`
	Name string `json:"name,omitempty"`
	PlaceJSON
	BIC     []string  `json:"bic,omitempty"`
	Account string    `json:"account,omitempty"`
	Outcome string    `json:"outcome"`
	Reason  string    `json:"reason,omitempty"`
	Hits    []HitJSON `json:"hits,omitempty"`
	More    int       `json:"more,omitempty"`
	Notes   []string  `json:"notes,omitempty"`
	// Flags are what the party says of itself that a person should look at; they change no outcome.
	Flags []FlagJSON `json:"flags,omitempty"`
}

// PaymentTextJSON is what came of the free text of a transaction.
type PaymentTextJSON struct {
	// Outcome is "" where there is no text.
	Outcome    string      `json:"outcome,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	Texts      int         `json:"texts"`
	Candidates int         `json:"candidates"`
	Found      []WordsJSON `json:"found,omitempty"`
	Flags      []FlagJSON  `json:"flags,omitempty"`
}

// WordsJSON are words of a text that may be somebody's name.
type WordsJSON struct {
	Words string `json:"words"`
	PlaceJSON
	Outcome string    `json:"outcome"`
	Hits    []HitJSON `json:"hits"`
	More    int       `json:"more,omitempty"`
}

// PaymentEncoder puts answers to transactions into the form for programs. It is not
// safe for concurrent use.
type PaymentEncoder struct {
	Rulings Encoder
	// Why says in words why a subject is a hit; nil for nothing.
	Why func(*screening.Answer, *screening.Hit) string
}

func placeJSON(p iso20022.Place) PlaceJSON { return PlaceJSON{p.Path, p.Line, p.Column} }

// Payment gives the answer to one transaction.
func (e *PaymentEncoder) Payment(r *payment.Result) PaymentJSON {
	p := r.Payment
	out := PaymentJSON{
		Transaction: p.Number, PlaceJSON: placeJSON(p.Place), References: []ReferenceJSON{}, Outcome: string(r.Outcome), Reason: r.Reason,
		NotScreened: r.NotScreened, Parties: []PaymentPartyJSON{}, RuledFor: []RuledForJSON{}, Date: p.Date.String(),
	}
	for _, x := range p.References {
		out.References = append(out.References, ReferenceJSON{x.Scheme, x.Value})
	}
	if p.Amount.Value != "" {
		out.Amount = &AmountJSON{p.Amount.Value, p.Amount.Currency}
	}
	if p.Err != nil {
		out.Error = Fault(p.Err)
	} else if r.Unruled != nil {
		out.Unruled = r.Unruled.Error()
	}
	for i := range r.Parties {
		out.Parties = append(out.Parties, e.party(&r.Parties[i]))
	}
	t := r.Text
	out.Text = PaymentTextJSON{Outcome: string(t.Outcome), Reason: t.Reason, Texts: t.Texts, Candidates: t.Candidates, Flags: flagsJSON(t.Flags)}
	for i := range t.Found {
		w := &t.Found[i]
		out.Text.Found = append(out.Text.Found, WordsJSON{w.Words, placeJSON(w.Place), string(w.Answer.Outcome), e.hits(&w.Answer), w.Answer.More})
	}
	for _, x := range r.Rulings {
		bank, _ := x.Activity.Facts.Get(vocab.FinanceBankState)
		licence := ""
		if l := x.Licences.Allowing(); l != nil {
			licence = l.ID
		}
		out.RuledFor = append(out.RuledFor, RuledForJSON{bank.Text, x.Verdict.String(), licence})
	}
	if len(r.Rulings) > 0 {
		out.Verdict, out.Ruling = r.Rulings[0].Verdict.String(), e.Rulings.Append(nil, r.Rulings[0])
	}
	for _, x := range p.Unread {
		out.Unread = append(out.Unread, placeJSON(x))
	}
	return out
}

func (e *PaymentEncoder) party(p *payment.Party) PaymentPartyJSON {
	out := PaymentPartyJSON{
		Role: p.Party.Role, Name: p.Party.Name, PlaceJSON: placeJSON(p.Party.Place), BIC: p.Party.BIC, Outcome: string(p.Answer.Outcome),
		Reason: p.Answer.Reason, Hits: e.hits(&p.Answer), More: p.Answer.More, Notes: p.Answer.Said(),
		Flags: flagsJSON(p.Answer.Flags),
	}
	if a := p.Party.Account; a != nil {
		out.Account = cmp.Or(a.IBAN, a.Other)
	}
	return out
}

func (e *PaymentEncoder) hits(a *screening.Answer) []HitJSON {
	var out []HitJSON
	for i := range a.Hits {
		out = append(out, hit(&a.Hits[i], e.why(a)))
	}
	return out
}

func (e *PaymentEncoder) why(a *screening.Answer) func(*screening.Hit) string {
	return func(h *screening.Hit) string {
		if e.Why == nil {
			return ""
		}
		return e.Why(a, h)
	}
}

// WhyFrom gives the function of an encoder from what explains hits.
func WhyFrom(why func(*screening.Answer, *screening.Hit) ([]match.Evidence, error)) func(*screening.Answer, *screening.Hit) string {
	return func(a *screening.Answer, h *screening.Hit) string {
		list, err := why(a, h)
		if err != nil {
			return ""
		}
		return match.Summary(list)
	}
}

// PaymentsJSON is what became of a message: the last line of its answers.
type PaymentsJSON struct {
	Definition  string         `json:"definition"`
	Message     string         `json:"message,omitempty"`
	Created     string         `json:"created,omitempty"`
	Header      string         `json:"header,omitempty"`
	Read        int            `json:"read"`
	Handled     int            `json:"handled"`
	Refused     int            `json:"refused"`
	Outcomes    map[string]int `json:"outcomes"`
	NotScreened int            `json:"with_parts_not_screened"`
	Verdicts    map[string]int `json:"verdicts"`
	Unruled     int            `json:"unruled"`
	Checks      []CheckJSON    `json:"checks"`
	Unread      []PlaceJSON    `json:"unread,omitempty"`
	AsOf        string         `json:"as_of"`
	Text        string         `json:"text"`
	Against     []AgainstJSON  `json:"against"`
	Caution     string         `json:"caution"`
	// Error is the fault of the message that ended the reading, or that its counts
	// disagree.
	Error *FaultJSON `json:"error,omitempty"`
}

// CheckJSON compares what a message states with what is so.
type CheckJSON struct {
	What string `json:"what"`
	PlaceJSON
	Stated string `json:"stated"`
	Found  string `json:"found"`
	Agrees bool   `json:"agrees"`
}

// Caution goes with every answer of screening that programs or models are given.
const Caution = "An answer without hits clears nobody: it says only that the lists named here, as they were then, have nobody likely to be meant."

// Payments gives the summary; err is the fault that ended the reading, nil for none.
func Payments(s payment.Summary, asOf string, err error) PaymentsJSON {
	out := PaymentsJSON{
		Definition: s.Message.Definition, Message: s.Message.ID, Created: s.Message.Created, Header: s.Message.Header,
		Read: s.Read, Handled: s.Handled, Refused: s.Refused, Outcomes: map[string]int{}, NotScreened: s.NotScreened,
		Verdicts: map[string]int{}, Unruled: s.Unruled, Checks: []CheckJSON{}, AsOf: asOf, Text: payment.How(), Against: Against(s.Against), Caution: Caution,
	}
	for _, o := range screening.Outcomes() {
		out.Outcomes[string(o)] = s.Outcomes[o]
	}
	for v, n := range s.Verdicts {
		if n > 0 {
			out.Verdicts[ruling.Verdict(v).String()] = n
		}
	}
	for _, c := range s.Checks {
		out.Checks = append(out.Checks, CheckJSON{c.What, placeJSON(c.Place), c.Stated, c.Found, c.Agrees()})
	}
	for _, x := range s.Unread {
		out.Unread = append(out.Unread, placeJSON(x))
	}
	if err = cmp.Or(err, s.ErrMessage()); err != nil {
		out.Error = Fault(err)
	}
	return out
}

// Payment writes the answer to one transaction for people: the outcome, then every
// part that is not clear.
func (p *Printer) Payment(r *payment.Result, why func(*screening.Answer, *screening.Hit) string) error {
	x := r.Payment
	words := outcomeWords[r.Outcome]
	if len(r.Rulings) > 0 {
		words += ", " + strings.ReplaceAll(r.Rulings[0].Verdict.String(), "_", " ")
	}
	p.printf("%s  transaction %d, line %d", p.paint(outcomeColours[r.Outcome]+";1", words), x.Number, x.Line)
	if x.Amount.Value != "" {
		p.printf(", %s %s", x.Amount.Value, x.Amount.Currency)
	}
	for _, ref := range x.References {
		if ref.Scheme == "EndToEndId" {
			p.printf(", %s", ref.Value)
		}
	}
	p.printf("\n")
	if r.Reason != "" {
		p.para("  ? ", "    ", r.Reason)
	}
	for i := range r.Parties {
		q := &r.Parties[i]
		name := cmp.Or(q.Party.Name, strings.Join(q.Party.BIC, ", "), "no name")
		p.para("  ", "    ", fmt.Sprintf("%s %q, line %d: %s", q.Party.Role, name, q.Party.Line, partWords(&q.Answer)))
		p.paymentHits(&q.Answer, why)
	}
	if t := &r.Text; t.Texts > 0 {
		p.para("  ", "    ", fmt.Sprintf("Text (%d, %d runs of words tried): %s", t.Texts, t.Candidates, strings.ReplaceAll(string(t.Outcome), "_", " ")))
		p.flags("    ⚑ ", t.Flags)
		for i := range t.Found {
			w := &t.Found[i]
			p.para("    ", "      ", fmt.Sprintf("%q, line %d: %s", w.Words, w.Line, partWords(&w.Answer)))
			p.paymentHits(&w.Answer, why)
		}
	}
	for _, ruled := range r.Rulings[:min(1, len(r.Rulings))] {
		for _, f := range ruled.Deciding() {
			p.para("  law: ", "    ", fmt.Sprintf("%s: %s", ruled.Verdict, f.Provision.ID))
		}
		for _, line := range heldLines(ruled) {
			p.para("  licence: ", "    ", line)
		}
	}
	if r.Unruled != nil {
		p.para("  ! ", "    ", "Not ruled on: "+r.Unruled.Error())
	}
	for _, u := range x.Unread {
		p.para("  ! ", "    ", fmt.Sprintf("Not known to the reader, its text was screened: %s, line %d", u.Path, u.Line))
	}
	return p.err
}

func partWords(a *screening.Answer) string {
	s := strings.ReplaceAll(string(a.Outcome), "_", " ")
	if a.Outcome == screening.NotScreened && a.Reason != "" {
		s += ": " + a.Reason
	}
	return s
}

func (p *Printer) paymentHits(a *screening.Answer, why func(*screening.Answer, *screening.Hit) string) {
	p.flags("    ⚑ ", a.Flags)
	for i := range a.Hits {
		h := &a.Hits[i]
		p.para("    - ", "      ", fmt.Sprintf("%s  %s, %s  %.1f %%: %s", h.Caption, h.ID, tierOf(h), 100*Score(h.Score), why(a, h)))
		if s := h.Suppressed; s != nil {
			p.para("      ", "      ", s.Words()+".")
		}
	}
	if a.More > 0 {
		p.para("    - ", "      ", fmt.Sprintf("%d more", a.More))
	}
}

// Payments writes the summary of a message for people.
func (p *Printer) Payments(s PaymentsJSON) error {
	p.printf("\n%s %s: %d transactions read = %d handled + %d refused\n", s.Definition, s.Message, s.Read, s.Handled, s.Refused)
	suppressed := ""
	if n := s.Outcomes["suppressed"]; n > 0 {
		suppressed = fmt.Sprintf(", %d suppressed (no new alert)", n)
	}
	p.para("  ", "  ", fmt.Sprintf("%d match, %d possible%s, %d clear, %d not screened; %d have a part that was not screened.", s.Outcomes["match"],
		s.Outcomes["possible"], suppressed, s.Outcomes["clear"], s.Outcomes["not_screened"], s.NotScreened))
	for _, c := range s.Checks {
		if c.Agrees {
			p.para("  ✓ ", "    ", fmt.Sprintf("%s (line %d) is %s, as stated.", c.What, c.Line, c.Stated))
		} else {
			p.para("  ! ", "    ", fmt.Sprintf("%s (line %d) is stated as %s and is %s.", c.What, c.Line, c.Stated, c.Found))
		}
	}
	for _, u := range s.Unread {
		p.para("  ! ", "    ", fmt.Sprintf("Not read: %s, line %d", u.Path, u.Line))
	}
	var lists []string
	for _, a := range s.Against {
		lists = append(lists, fmt.Sprintf("%s (%s subjects)", a.Snapshot, Count(a.Subjects)))
	}
	against := "nothing: nobody was looked up"
	if len(lists) > 0 {
		against = strings.Join(lists, ", ") + ", as of " + s.AsOf
	}
	p.para("  ", "  ", "Screened against "+against+".")
	p.para("  ", "  ", "Text: "+s.Text+".")
	p.para("  ", "  ", s.Caution)
	return p.err
}
