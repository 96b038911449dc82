package httpapi

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// Days are the two clocks of a question. The framework reads embedded parameters
// only from exported types.
type Days struct {
	AsOf    string `query:"as_of" doc:"take the law of this day, month, year or span in place of the activity's date"`
	KnownAt string `query:"known_at" doc:"use only law that was published by this day"`
}

// Looking says whether parties and ships are looked up in lists.
type Looking struct {
	Screen bool `query:"screen" default:"true" doc:"false looks nobody up: who is listed is what the activity states, and the answer says so"`
}

type decideInput struct {
	Days
	Looking
	RawBody []byte
}

type decideLinesInput struct {
	Days
	Looking
}

func registerDecide(r *registrar) {
	a := r.a
	ruled := &huma.Schema{Ref: "/v1/schemas/activity"}
	add(r, operation{
		method: http.MethodPost, path: "/v1/decide", id: "decide", tag: "decide", summary: "Rule on one activity",
		in: ruled, out: r.of(Ruling{}), faults: []int{413},
		about: "The body is one activity. The answer is the ruling with near misses and the activity as it was understood. " +
			"Named parties and the ship are looked up in the loaded lists; screened says who, where, and what came of it.",
	}, a.decideOne)
	stream(r, operation{
		method: http.MethodPost, path: "/v1/decide/batch", id: "decideBatch", tag: "decide", summary: "Rule on a stream of activities",
		in: lines(ruled), inTypes: []string{jsonLines}, out: lines(r.of(Ruling{})), outTypes: []string{jsonLines},
		about: "One activity a line; one ruling a line, in the same order, while the stream still runs. A line that cannot be read is answered " +
			"with its error. The trailers Cordon-Read, Cordon-Answered and Cordon-Refused count them; a stream that breaks off ends without them.",
	}, a.decideLines)
}

// read reads the two clocks.
func (d Days) read() (asOf *when.Period, known when.Day, err error) {
	if d.AsOf != "" {
		p, err := when.Parse(d.AsOf)
		if err != nil {
			return nil, 0, fault.In(fault.Place{Field: "as_of"}, err)
		}
		asOf = &p
	}
	known, err = dayOf("known_at", d.KnownAt)
	return asOf, known, err
}

// dayOf reads a day; "" is no day.
func dayOf(field, s string) (when.Day, error) {
	if s == "" {
		return when.NoDay, nil
	}
	d, err := when.ParseDay(s)
	return d, fault.In(fault.Place{Field: field}, err)
}

// small refuses an activity with more lines than one request may hold.
func (a *API) small(act *activity.Activity) error {
	if n := max(len(act.Goods), len(act.Parties)); n > a.Limits.Lines {
		return fault.New(fault.TooLarge, "the activity has %d goods lines or parties; at most %d are read here", n, a.Limits.Lines).
			WithFix("split it, or use the command line")
	}
	return nil
}

// resolver gives what looks parties and ships up for one answer, and what ends it.
func (a *API) resolver(l Looking, asOf *when.Period) (*decide.Resolver, func()) {
	r := &decide.Resolver{Regimes: a.Desk.Law.Regimes, AsOf: asOf}
	done := func() {}
	switch {
	case !l.Screen:
		r.Off = decide.SwitchedOff
	case a.LookUps == nil:
		r.Screener = decide.Unavailable(noScreening)
	default:
		r.Screener, done = a.LookUps()
	}
	return r, done
}

// holdings gives the licences of who asks; nil for none.
func (a *API) holdings(ctx context.Context) *decide.Holdings {
	if a.Holdings == nil {
		return nil
	}
	return a.Holdings(ctx)
}

func (a *API) decideOne(ctx context.Context, in *decideInput) ([]byte, error) {
	asOf, known, err := in.read()
	if err != nil {
		return nil, err
	}
	act := &activity.Activity{}
	if err := activity.NewDecoder(a.Desk.Reference).Decode(in.RawBody, act); err != nil {
		return nil, err
	}
	if err := a.small(act); err != nil {
		return nil, err
	}
	var basis Basis
	rl, err := within(ctx, a.places, a.Limits.Time, func() (*ruling.Ruling, error) {
		look, done := a.resolver(in.Looking, asOf)
		defer done()
		if a.Keeper != nil {
			var err error
			if basis, err = a.Keeper.Basis(ctx, look.Screener); err != nil {
				return nil, err
			}
		}
		full, said := look.Resolve(act)
		rl, err := a.holdings(ctx).Rule(ruling.Request{Activity: full, AsOf: asOf, KnownAt: known, Screened: said}, a.Desk.Engine.Decide)
		if err != nil {
			return nil, err
		}
		return rl, a.Desk.Engine.Explain(rl, a.Desk.HS.Neighbours)
	})
	if err != nil {
		return nil, err
	}
	e := report.Encoder{Versions: a.Versions, Full: true}
	a.ruled(rl)
	b := append(e.Append(nil, rl), '\n')
	if a.Keeper == nil {
		return b, nil
	}
	id, err := a.Keeper.Keep(ctx, basis, Asked{Activity: in.RawBody, AsOf: in.AsOf, KnownAt: in.KnownAt, Screen: in.Screen}, b)
	leave(ctx, id)
	return b, err
}

// ruled tells who counts of a ruling.
func (a *API) ruled(rl *ruling.Ruling) {
	if a.Ruled != nil {
		a.Ruled(rl.Verdict.String())
	}
}

// counted tells of every ruling that is encoded.
func (a *API) counted(f func([]byte, *ruling.Ruling) []byte) func([]byte, *ruling.Ruling) []byte {
	return func(b []byte, rl *ruling.Ruling) []byte {
		a.ruled(rl)
		return f(b, rl)
	}
}

func (a *API) decideLines(ctx context.Context, in *decideLinesInput, r io.Reader, w io.Writer) (Count, error) {
	asOf, known, err := in.read()
	if err != nil {
		return Count{}, err
	}
	look, done := a.resolver(in.Looking, asOf)
	defer done()
	var n decide.Count
	run := func(r io.Reader, w io.Writer) error {
		n, err = a.Desk.Run(r, w, decide.Stream{
			Name: "body", AsOf: asOf, KnownAt: known, Prepare: a.small, Resolver: look, Holdings: a.holdings(ctx),
			Encoder: func() func([]byte, *ruling.Ruling) []byte {
				return a.counted((&report.Encoder{Versions: a.Versions}).Append)
			},
		})
		return err
	}
	if a.Keeper == nil {
		err = run(r, w)
		return Count{n.Read, n.Ruled, n.Refused}, err
	}
	basis, err := a.Keeper.Basis(ctx, look.Screener)
	if err == nil {
		q := Asked{AsOf: in.AsOf, KnownAt: in.KnownAt, Screen: in.Screen, Stream: true, Batch: batchOf(w)}
		err = a.Keeper.KeepLines(ctx, basis, q, r, w, run)
	}
	return Count{n.Read, n.Ruled, n.Refused}, err
}
