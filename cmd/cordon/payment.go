package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/iso20022"
	"github.com/cordon-engine/cordon/internal/payment"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

type paymentCmd struct {
	lawFlags
	deskFlags
	keepFlag
	File   string   `arg:"" help:"A message of ISO 20022, pacs.008 or pain.001; - is standard input."`
	Set    []string `help:"State a fact of every payment, as jurisdiction=DE (repeatable)." placeholder:"FACT=VALUE" sep:"none"`
	Format string   `help:"How to print: ${enum}. A line a transaction, and one for the message." enum:"text,json,jsonl" default:"text"`
	FailOn []string `name:"fail-on" help:"End with status 3 when a transaction has one of these outcomes or verdicts." placeholder:"WORD"`
	Max    int64    `name:"max-bytes" help:"The largest message that is read." default:"1073741824" placeholder:"N"`
}

// Run is the command.
func (c *paymentCmd) Run(m *Main) error {
	fail, err := paymentFails(c.FailOn)
	if err != nil {
		return err
	}
	in, name := m.In, "-"
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return fault.New(fault.NotFound, "the file %q cannot be read: %v", c.File, errors.Unwrap(err))
		}
		defer f.Close()
		in, name = f, c.File
	}
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	if err := c.trySet(d); err != nil {
		return err
	}
	return c.desk(m, func(ctx context.Context, lists *screen.Desk, places *place.Gazetteer, asOf when.Day) error {
		desk := paymentDesk(d, lists, m.quiet(c.Data), m.heldIn(c.Data), places, asOf)
		desk.Lists, desk.Rule = c.lists(), c.setting(d, desk.Rule)
		err := c.answer(ctx, m, d, lists, desk, in, fail)
		return fault.In(fault.Place{File: name}, err)
	})
}

// paymentFails checks the words of --fail-on.
func paymentFails(words []string) (map[string]bool, error) {
	var outcomes []string
	for _, o := range screening.Outcomes() {
		outcomes = append(outcomes, string(o))
	}
	fail := map[string]bool{}
	for _, w := range words {
		if _, ok := ruling.ParseVerdict(w); !ok && !slices.Contains(outcomes, w) {
			return nil, fault.New(fault.Usage, "--fail-on: there is no outcome or verdict %q", w).
				WithFix("one of %s, %s", strings.Join(outcomes, ", "), strings.Join(ruling.Verdicts(), ", "))
		}
		fail[w] = true
	}
	return fail, nil
}

func (c *deskFlags) lists() []string {
	var out []string
	for _, l := range c.List {
		out = append(out, strings.Split(l, ",")...)
	}
	return out
}

// paymentDesk puts together who screens and who rules.
func paymentDesk(d *decide.Desk, lists *screen.Desk, quiet quieting, held *decide.Holdings, places *place.Gazetteer, asOf when.Day) *payDesk {
	resolver := &decide.Resolver{Screener: lookUps{lists, quiet}, Regimes: d.Law.Regimes}
	return &payDesk{held: held, Desk: &payment.Desk{
		Screen: func(q screening.Query) screening.Answer {
			q.Threshold = lists.Params().Possible()
			return quiet.screenQuietly(lists, q)
		},
		Look: lists.Look,
		Rule: func(a *activity.Activity) (*ruling.Ruling, error) {
			full, said := resolver.Resolve(a)
			return held.Rule(ruling.Request{Activity: full, KnownAt: when.NoDay, Brief: true, Screened: said}, d.Engine.Decide)
		},
		Places: places, AsOf: asOf,
	}}
}

// payDesk answers messages of payments, and knows which licences it named.
type payDesk struct {
	*payment.Desk
	held *decide.Holdings
}

// trySet finds what is wrong with --set before anything is read.
func (c *paymentCmd) trySet(d *decide.Desk) error {
	set := decideRun{decideCmd: &decideCmd{Set: c.Set}, d: d}
	return set.prepare(&activity.Activity{Kind: vocab.KindPayment, Date: when.On(when.Date(2020, 1, 1))})
}

// setting states the facts of --set before an activity is ruled on.
func (c *paymentCmd) setting(d *decide.Desk, rule func(*activity.Activity) (*ruling.Ruling, error)) func(*activity.Activity) (*ruling.Ruling, error) {
	if len(c.Set) == 0 {
		return rule
	}
	set := decideRun{decideCmd: &decideCmd{Set: c.Set}, d: d}
	return func(a *activity.Activity) (*ruling.Ruling, error) {
		if err := set.prepare(a); err != nil {
			return nil, err
		}
		return rule(a)
	}
}

func (c *paymentCmd) answer(ctx context.Context, m *Main, d *decide.Desk, lists *screen.Desk, desk *payDesk, in io.Reader, fail map[string]bool) error {
	out := &paymentOut{
		w: bufio.NewWriterSize(m.Out, 64<<10), format: c.Format, fail: fail, asOf: desk.AsOf,
		enc: paymentEncoder(d, lists),
	}
	out.text = m.plainPrinter()
	out.text.W = out.w
	s, err := c.run(ctx, m, d, lists, desk, in, out.add)
	if e := out.end(report.Payments(s, desk.AsOf.String(), err)); err == nil {
		err = e
	}
	err = cmp.Or(err, s.ErrMessage())
	switch {
	case err != nil:
		return err
	case s.Refused > 0:
		return exitStatus(2)
	case out.failed:
		return exitStatus(3)
	case s.NotScreened > 0, s.Unruled > 0:
		return exitStatus(1) // nobody may take it for an answer
	}
	return nil
}

// run answers a message while it is read, or whole where the answer is kept.
func (c *paymentCmd) run(
	ctx context.Context, m *Main, d *decide.Desk, lists *screen.Desk, desk *payDesk, in io.Reader, each func(*payment.Result) error,
) (s payment.Summary, err error) {
	if !c.Keep {
		return desk.Run(ctx, iso20022.NewReader(in, c.Max), each)
	}
	k, err := m.keep(c.Data, c.lawFlags, d)
	if err != nil {
		return s, err
	}
	defer func() { err = cmp.Or(err, k.Close()) }()
	return c.keepWhole(ctx, k, lists, desk, in, each)
}

func paymentEncoder(d *decide.Desk, lists *screen.Desk) *report.PaymentEncoder {
	return &report.PaymentEncoder{
		Rulings: report.Encoder{Versions: report.Versions{Program: version, Data: d.DataVersion}},
		Why:     report.WhyFrom(lists.Why),
	}
}

// paymentOut writes answers as they come.
type paymentOut struct {
	w      *bufio.Writer
	text   *report.Printer
	enc    *report.PaymentEncoder
	format string
	asOf   when.Day
	fail   map[string]bool
	failed bool
	n      int
}

func (o *paymentOut) add(r *payment.Result) error {
	o.failed = o.failed || o.fail[string(r.Outcome)] || o.fail["not_screened"] && r.NotScreened > 0
	if len(r.Rulings) > 0 {
		o.failed = o.failed || o.fail[r.Rulings[0].Verdict.String()]
	}
	o.n++
	switch o.format {
	case "text":
		return o.text.Payment(r, o.enc.Why)
	case "json":
		lead := ",\n"
		if o.n == 1 {
			lead = "{\"transactions\": [\n"
		}
		b, err := report.JSON(o.enc.Payment(r))
		if err != nil {
			return err
		}
		_, err = o.w.WriteString(lead + strings.TrimSpace(string(b)))
		return err
	}
	return jsonLine(o.w, o.enc.Payment(r))
}

func (o *paymentOut) end(s report.PaymentsJSON) error {
	var err error
	switch o.format {
	case "text":
		err = o.text.Payments(s)
	case "json":
		b, e := report.JSON(s)
		lead := "\n], \"summary\": "
		if o.n == 0 {
			lead = "{\"transactions\": [], \"summary\": "
		}
		_, err = o.w.WriteString(lead + strings.TrimSpace(string(b)) + "}\n")
		err = cmp.Or(e, err)
	default:
		err = jsonLine(o.w, map[string]any{"summary": s})
	}
	return cmp.Or(err, o.w.Flush())
}
