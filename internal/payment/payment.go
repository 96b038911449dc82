// Package payment is the use case "may this payment go through": every party of a
// credit transfer and its free text are screened one by one, and the transfer is
// ruled on as an activity.
//
// The outcome of a transaction is the worst of its parts. What failed, was refused or
// was bounded is not_screened and never reads as clear. The package reads no files,
// opens no lists and keeps nothing: who screens and rules is given to it.
package payment

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/iso20022"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/redflag"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/when"
)

// Desk is who answers: it is used by many at once.
type Desk struct {
	// Screen looks a party up. It never fails: what goes wrong is not_screened.
	Screen func(screening.Query) screening.Answer
	// Look gives what of a free text a person should look at whatever the lists say; nil looks at nothing.
	Look func(text string) []redflag.Flag
	// Rule rules on an activity, whose parties it looks up itself.
	Rule   func(*activity.Activity) (*ruling.Ruling, error)
	Places *place.Gazetteer
	// AsOf is the day on which standing in lists counts. Payments without a date of
	// their own are ruled on by it.
	AsOf when.Day
	// Lists are the lists to look in; nil for all.
	Lists []string
	// Workers is the number of transactions answered at once; the processors unless
	// given.
	Workers int
}

// Result is what came of one transaction.
type Result struct {
	Payment *iso20022.Payment
	// Outcome is the worst of the parties and the text: match, possible, not_screened,
	// suppressed, clear. Reason says why it is not_screened.
	Outcome screening.Outcome
	Reason  string
	// NotScreened is how many parts were not screened, whatever the outcome.
	NotScreened int
	// Parties are the answers for the parties of the payment, in their order.
	Parties []Party
	Text    Text
	// Rulings are one for each state of a bank that takes part, the strictest first.
	// Where nothing could be ruled on, Unruled says why.
	Rulings []*ruling.Ruling
	Unruled error
}

// Party is the answer for one party.
type Party struct {
	Party *iso20022.Party
	// Answer is what the lists say of it.
	Answer screening.Answer
}

// Summary is what became of a message: Read = Handled + Refused.
type Summary struct {
	Message                iso20022.Message
	Read, Handled, Refused int
	Outcomes               map[screening.Outcome]int
	// NotScreened counts transactions with a part that was not screened.
	NotScreened int
	Verdicts    [ruling.Prohibited + 1]int
	Unruled     int
	Checks      []iso20022.Check
	Unread      []iso20022.Place
	// Against are the lists that were looked in; none where nobody was looked up.
	Against []screening.Against
}

// worse orders outcomes, the worst first.
var worse = func() map[screening.Outcome]int {
	out := map[screening.Outcome]int{}
	for i, o := range screening.Outcomes() {
		out[o] = i
	}
	return out
}()

// Worst gives the worst of two outcomes. One that is not known is taken for not
// screened.
func Worst(a, b screening.Outcome) screening.Outcome {
	a, b = known(a), known(b)
	if worse[a] <= worse[b] {
		return a
	}
	return b
}

func known(o screening.Outcome) screening.Outcome {
	if _, ok := worse[o]; !ok {
		return screening.NotScreened
	}
	return o
}

// Run answers every transaction of a message, in order, and calls out for each. The
// error is that of out, of ctx, or a fault of the message: then what came before it
// is answered and counted, and nothing after it is.
func (d *Desk) Run(ctx context.Context, r *iso20022.Reader, out func(*Result) error) (Summary, error) {
	workers := cmp.Or(d.Workers, runtime.GOMAXPROCS(0))
	ctx, cancel := context.WithCancel(ctx)
	m := &memo{desk: d, answers: map[string]screening.Answer{}}
	jobs, order := make(chan job), make(chan job, 4*workers)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	for range workers {
		wg.Go(func() {
			for j := range jobs {
				j.done <- d.answer(m, j.p)
			}
		})
	}
	var readErr error
	wg.Go(func() {
		defer close(order)
		defer close(jobs)
		readErr = feed(ctx, r, jobs, order)
	})
	s := Summary{Outcomes: map[screening.Outcome]int{}}
	for j := range order {
		res := <-j.done
		s.count(res)
		if err := out(res); err != nil {
			return s, err
		}
	}
	s.Message, s.Checks, s.Unread, s.Against = r.Message(), r.Checks(), r.Unread(), m.against
	return s, cmp.Or(readErr, ctx.Err())
}

// job is a transaction that is being answered.
type job struct {
	p    *iso20022.Payment
	done chan *Result
}

// feed reads transactions until the message or ctx ends.
func feed(ctx context.Context, r *iso20022.Reader, jobs, order chan<- job) error {
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		j := job{p, make(chan *Result, 1)}
		select {
		case order <- j:
		case <-ctx.Done():
			return ctx.Err()
		}
		jobs <- j // the workers take until it is closed
	}
}

func (s *Summary) count(r *Result) {
	s.Read++
	if r.Payment.Err != nil {
		s.Refused++
	} else {
		s.Handled++
	}
	s.Outcomes[r.Outcome]++
	if r.NotScreened > 0 {
		s.NotScreened++
	}
	if len(r.Rulings) > 0 {
		s.Verdicts[r.Rulings[0].Verdict]++
	} else {
		s.Unruled++
	}
}

// answer screens and rules on one transaction.
func (d *Desk) answer(m *memo, p *iso20022.Payment) *Result {
	res := &Result{Payment: p, Outcome: screening.Clear}
	for i := range p.Parties {
		a := d.party(m, &p.Parties[i])
		res.Parties = append(res.Parties, Party{&p.Parties[i], a})
		res.take(a.Outcome)
	}
	res.Text = d.text(m, p.Texts)
	if res.Text.Outcome != "" {
		res.take(res.Text.Outcome)
	}
	if p.Err != nil { // what could be read of it was screened, and clears nothing
		res.take(screening.NotScreened)
		res.Unruled = p.Err
	} else {
		res.Rulings, res.Unruled = d.rule(p)
	}
	if res.Outcome == screening.NotScreened {
		res.Reason = res.reason()
	}
	return res
}

func (r *Result) take(o screening.Outcome) {
	r.Outcome = Worst(r.Outcome, o)
	if known(o) == screening.NotScreened {
		r.NotScreened++
	}
}

// reason says what was not screened, and why.
func (r *Result) reason() string {
	if r.Payment.Err != nil {
		return "the transaction was refused: " + r.Payment.Err.Error()
	}
	var out []string
	for _, p := range r.Parties {
		if known(p.Answer.Outcome) == screening.NotScreened {
			out = append(out, p.Party.Role+": "+cmp.Or(p.Answer.Reason, "no reason was given"))
		}
	}
	if r.Text.Outcome == screening.NotScreened {
		out = append(out, "text: "+r.Text.Reason)
	}
	return strings.Join(out, "; ")
}

// schemes are kinds of identification of ISO 20022 and what they are in matching.
var schemes = map[string]string{
	"CCPT": "passport", "NIDN": "national", "TXID": "tax", "COID": "registration", "CINC": "registration", "SOSE": "national", "ARNU": "national",
}

// party screens one party with all that is said of it.
func (d *Desk) party(m *memo, p *iso20022.Party) screening.Answer {
	in, notes := d.input(p)
	if len(in.Names) == 0 && len(in.Identifiers) == 0 {
		return screening.Answer{Outcome: screening.NotScreened, Reason: "it has no name and no identifier that lists have", Notes: notes, Against: m.lists()}
	}
	if len(in.Names) == 0 {
		notes = append(notes, "there is no name: only identifiers were looked up, which few entries of lists have")
	}
	a := m.screen(in)
	a.Notes = append(slices.Clone(a.Notes), notes...)
	return a
}

// input is a party as screening reads it; notes say what could not be used.
func (d *Desk) input(p *iso20022.Party) (in match.Input, notes []string) {
	if p.Name != "" {
		in.Names = []match.Name{{Text: p.Name}}
	}
	for _, c := range p.Countries {
		s, err := d.Places.ParseState(c)
		if err != nil {
			notes = append(notes, "the country "+c+" is not known and was not used")
			continue
		}
		if code := s.String(); !slices.Contains(in.Countries, code) {
			in.Countries = append(in.Countries, code)
		}
	}
	if p.Birth != "" {
		in.Schema = "Person"
		b, err := when.Parse(p.Birth[:min(10, len(p.Birth))])
		if err != nil {
			notes = append(notes, "the date of birth "+p.Birth+" is no date and was not used")
		} else {
			in.Births = []when.Period{b}
		}
	}
	if p.Address != "" {
		in.Addresses = []string{p.Address}
	}
	add := func(kind, value string) {
		in.Identifiers = append(in.Identifiers, match.Identifier{Kind: kind, Value: value})
	}
	for _, v := range p.BIC {
		add("bic", v)
	}
	for _, v := range p.LEI {
		add("lei", v)
	}
	for _, o := range p.Others {
		if kind, ok := schemes[o.Scheme]; ok {
			add(kind, o.Value)
		}
	}
	if p.Account != nil && p.Account.IBAN != "" {
		add("iban", p.Account.IBAN)
	}
	return in, notes
}

// mostRemembered is how many answers of one message are kept: banks and debtors stand
// in transaction after transaction.
const mostRemembered = 1 << 14

// memo answers what was asked before in the same message with the same answer.
type memo struct {
	desk    *Desk
	mu      sync.Mutex
	answers map[string]screening.Answer
	against []screening.Against
}

func (m *memo) screen(in match.Input) screening.Answer {
	b, err := json.Marshal(in)
	if err != nil {
		return screening.Answer{Outcome: screening.NotScreened, Reason: err.Error()}
	}
	key := string(b)
	m.mu.Lock()
	a, ok := m.answers[key]
	m.mu.Unlock()
	if ok {
		return a
	}
	a = m.desk.Screen(screening.Query{Input: in, Lists: m.desk.Lists, AsOf: m.desk.AsOf})
	if a.Outcome = known(a.Outcome); a.Outcome == screening.NotScreened && a.Reason == "" {
		a.Reason = "no reason was given"
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.against == nil {
		m.against = a.Against
	}
	if len(m.answers) < mostRemembered {
		m.answers[key] = a
	}
	return a
}

func (m *memo) lists() []screening.Against {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.against
}

// ErrMessage is the fault of a message whose counts or sums are not what it states;
// nil when all agree.
func (s *Summary) ErrMessage() error {
	for _, c := range s.Checks {
		if !c.Agrees() {
			return fault.New(fault.Conflict, "%s is stated as %s and is %s", c.What, c.Stated, c.Found).
				At(fault.Place{Line: c.Line, Column: c.Column, Field: c.Path}).
				WithFix("ask the sender for the whole message: transactions may be missing")
		}
	}
	return nil
}
