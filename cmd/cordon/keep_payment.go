package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/iso20022"
	"github.com/cordon-engine/cordon/internal/payment"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/when"
)

// mostKeptMessage is the size of the largest message that is kept: it stands in its question whole, since what the message
// says of all transactions is in each.
const mostKeptMessage = 16 << 20

// paymentAsked is a message of payments as it is kept.
type paymentAsked struct {
	AsOf string `json:"as_of"`
	// Stale says why nothing might be screened.
	Stale string `json:"stale,omitempty"`
	quietAsked
	// Licences are those that any of its rulings named, as they stood.
	Licences *httpapi.HeldLicences `json:"licences,omitempty"`
	// Lists are those that were asked, Set the facts that were stated of every payment.
	Lists []string `json:"lists,omitempty"`
	Set   []string `json:"set,omitempty"`
	// Message is the message; Bytes is it where it is no text in UTF-8.
	Message string `json:"message,omitempty"`
	Bytes   []byte `json:"bytes,omitempty"`
}

// put puts a message into the question.
func (q *paymentAsked) put(message []byte) {
	if q.Message = string(message); !utf8.Valid(message) {
		q.Message, q.Bytes = "", message
	}
}

// wholeMessage reads a message that is to be kept, of so many bytes at most.
func wholeMessage(r io.Reader, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(b)) > most {
		err = fault.New(fault.TooLarge, "a message that is kept has at most %d bytes", most).
			WithFix("send its transactions in several messages, or do without keeping")
	}
	return b, err
}

// paid is a message that was answered whole: a line for each transaction, and one for the message.
type paid struct {
	text []byte
	payment.Summary
	// broken is why the message could not be read to its end; the last line says so.
	broken  error
	results []*payment.Result
}

// quiet gives the suppressions that the message was answered under.
func (p *paid) quiet() quietAsked {
	var list []*screening.Answer
	for _, r := range p.results {
		for i := range r.Parties {
			list = append(list, &r.Parties[i].Answer)
		}
		for i := range r.Text.Found {
			list = append(list, &r.Text.Found[i].Answer)
		}
	}
	out := quietOf(list...)
	for _, r := range p.results {
		for _, x := range r.Rulings {
			for i := range x.Screened {
				if s := &x.Screened[i]; s.Suppressed != nil {
					out.add(keptQuiet{s.Subject, s.Suppressed.Case, s.Suppressed.Until, s.Suppressed.Party})
				}
			}
		}
	}
	return out
}

// payWhole answers a message. A message of which nothing can be read is an error, and so is anything else that says nothing of
// the message itself: it would not come out so again.
func payWhole(ctx context.Context, desk *payDesk, enc *report.PaymentEncoder, message []byte) (*paid, error) {
	var out bytes.Buffer
	p := &paid{}
	var err error
	p.Summary, err = desk.Run(ctx, iso20022.NewReader(bytes.NewReader(message), mostKeptMessage), func(r *payment.Result) error {
		p.results = append(p.results, r)
		return jsonLine(&out, enc.Payment(r))
	})
	if e := cmp.Or(ctx.Err(), err); ctx.Err() != nil || err != nil && p.Read == 0 {
		return nil, e
	}
	p.broken = err
	if err := jsonLine(&out, map[string]any{"summary": report.Payments(p.Summary, desk.AsOf.String(), err)}); err != nil {
		return nil, err
	}
	p.text = out.Bytes()
	return p, nil
}

// payment keeps the answer to a message, and gives its id.
func (k *keeping) payment(ctx context.Context, lists *screen.Desk, q paymentAsked, actor string, text []byte) (kept answer.Kept, err error) {
	b, err := k.basis(ctx, lists)
	if err != nil {
		return kept, err
	}
	q.Stale = b.stale
	question, err := lineOf(q)
	if err != nil {
		return kept, err
	}
	under := slices.Clone(b.under)
	for _, r := range k.desk.Law.Regimes {
		under = append(under, r.ID)
	}
	slices.Sort(under)
	kept = answer.Kept{Kind: answer.Payment, Actor: actor, Under: under, Versions: b.versions, Question: question, Answer: text}
	if err = kept.Seal(k.m.now()); err == nil {
		err = k.Keep(ctx, kept)
	}
	return kept, err
}

// keepWhole answers a message, keeps the answer and then gives the transactions, as [payment.Desk.Run] does.
func (c *paymentCmd) keepWhole(
	ctx context.Context, k *keeping, lists *screen.Desk, desk *payDesk, in io.Reader, each func(*payment.Result) error,
) (payment.Summary, error) {
	message, err := wholeMessage(in, min(c.Max, mostKeptMessage))
	if err != nil {
		return payment.Summary{}, err
	}
	p, err := payWhole(ctx, desk, paymentEncoder(k.desk, lists), message)
	if err != nil {
		return payment.Summary{}, err
	}
	q := paymentAsked{AsOf: desk.AsOf.String(), Lists: desk.Lists, Set: c.Set}
	q.put(message)
	q.quietAsked = p.quiet()
	if q.Licences, err = keptLicences(desk.held); err != nil {
		return p.Summary, err
	}
	kept, err := k.payment(ctx, lists, q, k.actor, p.text)
	if err != nil {
		return p.Summary, err
	}
	k.m.said(kept)
	for _, r := range p.results {
		if err := each(r); err != nil {
			return p.Summary, err
		}
	}
	return p.Summary, p.broken
}

// payment answers a message again.
func (w *world) payment(question []byte) ([]byte, error) {
	var q paymentAsked
	if err := json.Unmarshal(question, &q); err != nil {
		return nil, unreadable(err)
	}
	day, err := when.ParseDay(q.AsOf)
	if err != nil {
		return nil, unreadable(err)
	}
	if w.desk == nil || w.lists == nil {
		return nil, fault.New(fault.Unavailable, "law or lists are not kept with it")
	}
	held, err := heldAgain(q.Licences)
	if err != nil {
		return nil, unreadable(err)
	}
	lists := w.lists.As(q.Stale)
	desk := paymentDesk(w.desk, lists, q.quieting(), held, w.places, day)
	desk.Lists, desk.Rule = q.Lists, (&paymentCmd{Set: q.Set}).setting(w.desk, desk.Rule)
	enc := paymentEncoder(w.desk, lists)
	enc.Rulings.Versions.Program = w.versions.Program
	message := q.Bytes
	if message == nil {
		message = []byte(q.Message)
	}
	p, err := payWhole(context.Background(), desk, enc, message)
	if err != nil {
		return nil, err
	}
	return p.text, nil
}
