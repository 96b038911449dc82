package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

func encode(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	return append(b, '\n'), err
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
		var err error
		if a.Keeper != nil {
			if basis, err = a.Keeper.Basis(ctx, look.Screener); err != nil {
				return nil, err
			}
		}
		full, said := look.Resolve(act)
		rl, err := a.Desk.Engine.Decide(ruling.Request{Activity: full, AsOf: asOf, KnownAt: known, Screened: said})
		if err != nil {
			return nil, err
		}
		return rl, a.Desk.Engine.Explain(rl, a.Desk.HS.Neighbours)
	})
	if err != nil {
		return nil, err
	}
	e := report.Encoder{Versions: a.Versions, Full: true}
	b := append(e.Append(nil, rl), '\n')
	if a.Keeper == nil {
		return b, nil
	}
	id, err := a.Keeper.Keep(ctx, basis, Asked{Activity: in.RawBody, AsOf: in.AsOf, KnownAt: in.KnownAt, Screen: in.Screen}, b)
	leave(ctx, id)
	return b, err
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
			Name: "body", AsOf: asOf, KnownAt: known, Prepare: a.small, Resolver: look,
			Encoder: func() func([]byte, *ruling.Ruling) []byte { return (&report.Encoder{Versions: a.Versions}).Append },
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

const noScreening = "screening is not available in this build"

var errNoScreening = fault.New(fault.Unavailable, noScreening).
	WithFix("state party.listed as a fact of the activity, and check it yourself")

func (a *API) screenOne(ctx context.Context, body []byte) ([]byte, error) {
	if a.Screener == nil {
		return nil, errNoScreening
	}
	if k, ok := a.Screener.(KeptScreener); ok {
		b, id, err := k.ScreenKept(ctx, body)
		leave(ctx, id)
		return b, err
	}
	return a.Screener.Screen(ctx, body)
}

func (a *API) screenLines(ctx context.Context, r io.Reader, w io.Writer) (Count, error) {
	if a.Screener == nil {
		return Count{}, errNoScreening
	}
	if k, ok := a.Screener.(KeptScreener); ok {
		return k.ScreenLinesKept(ctx, batchOf(w), r, w)
	}
	return a.Screener.ScreenLines(ctx, r, w)
}

func (a *API) lists(ctx context.Context) ([]byte, error) {
	list := []List{}
	if a.Lists != nil {
		var err error
		if list, err = a.Lists.Lists(ctx); err != nil {
			return nil, err
		}
	}
	return encode(list)
}

func (f *Filter) plain() law.Filter {
	return law.Filter{Kind: f.Kind, Direction: f.Direction, Regime: f.Regime}
}

func (a *API) lawAt(in *lawInput) ([]byte, error) {
	day, err := dayOf("date", in.Date)
	if err != nil {
		return nil, err
	}
	known, err := dayOf("known_at", in.KnownAt)
	if err != nil {
		return nil, err
	}
	if known != when.NoDay && day == when.NoDay {
		return nil, fault.New(fault.Usage, "known_at says as published by when, and needs a date").At(fault.Place{Field: "date"})
	}
	list, err := a.Desk.Law.Pick(in.plain())
	if err != nil {
		return nil, err
	}
	if day != when.NoDay {
		list = a.Desk.Law.InForce(list, day, known)
	}
	return encode(report.ListForPrograms(list))
}

func (a *API) lawShow(id string) ([]byte, error) {
	list, err := a.Desk.Law.Find(id)
	if err != nil {
		return nil, err
	}
	return encode(report.ListForPrograms(list))
}

func (a *API) lawChanges(in *changesInput) ([]byte, error) {
	from, err := dayOf("from", in.From)
	if err != nil {
		return nil, err
	}
	to, err := dayOf("to", in.To)
	if err != nil {
		return nil, err
	}
	if from > to {
		return nil, fault.New(fault.Usage, "the second day comes before the first").At(fault.Place{Field: "to"}).WithFix("swap them")
	}
	list, err := a.Desk.Law.Pick(in.plain())
	if err != nil {
		return nil, err
	}
	began, ended := a.Desk.Law.Between(list, from, to)
	return encode(Changes{from.String(), to.String(), report.ListForPrograms(began), report.ListForPrograms(ended)})
}

func (a *API) lawTimeline(in *Filter) ([]byte, error) {
	list, err := a.Desk.Law.Pick(in.plain())
	if err != nil {
		return nil, err
	}
	return encode(report.LawChangesForPrograms(law.Changes(list)))
}

func (a *API) goods(q string) ([]byte, error) {
	g, err := a.Desk.LookUp(q)
	if err != nil {
		return nil, err
	}
	return encode(report.GoodsForPrograms(g))
}

func (a *API) schema(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fault.New(fault.NotFound, "there is no schema %q", name)
	}
	b, err := fs.ReadFile(a.Schemas, name+".schema.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "there is no schema %q", name).WithFix("activity or instrument")
	}
	return b, err
}

// lines runs a stream. The first bytes wait until something is written, so that a
// fault before them is a problem with its status; after them, a stream that breaks
// off is cut without its trailers, and so cannot be taken for a whole one.
func (a *API) lines(w http.ResponseWriter, r *http.Request, f func(io.Reader, io.Writer) (Count, error)) {
	_ = http.NewResponseController(w).EnableFullDuplex() // HTTP/2 has it anyway
	out := &late{w: w}
	var n Count
	var err error
	if a.Keeper != nil {
		out.batch, err = answer.NewID(time.Now())
	}
	if err == nil {
		n, err = f(r.Body, out)
	}
	if err != nil && !out.begun {
		writeProblem(w, problem(r.Context(), a.Log, tooLarge(err)))
		return
	}
	if err != nil {
		a.Log.LogAttrs(r.Context(), slog.LevelWarn, "stream broke off", slog.String("code", string(fault.CodeOf(tooLarge(err)))))
		panic(http.ErrAbortHandler)
	}
	out.begin()
	h := w.Header()
	h.Set("Cordon-Read", strconv.Itoa(n.Read))
	h.Set("Cordon-Answered", strconv.Itoa(n.Answered))
	h.Set("Cordon-Refused", strconv.Itoa(n.Refused))
}

// tooLarge gives the fault of a body that is over its limit.
func tooLarge(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return fault.New(fault.TooLarge, "the body has more than %d bytes", big.Limit).WithFix("send it in parts")
	}
	return err
}

// late writes the head of the answer with the first bytes of the body.
type late struct {
	w     http.ResponseWriter
	begun bool
	batch string // the name of a stream whose answers are kept
}

func (l *late) begin() {
	if l.begun {
		return
	}
	l.begun = true
	l.w.Header().Set("Content-Type", jsonLines)
	if l.batch != "" {
		l.w.Header().Set("Cordon-Batch-Id", l.batch)
	}
	l.w.Header().Set("Trailer", "Cordon-Read, Cordon-Answered, Cordon-Refused")
	l.w.WriteHeader(http.StatusOK)
}

// Write writes and passes on at once, since somebody may wait for each line.
func (l *late) Write(b []byte) (int, error) {
	l.begin()
	n, err := l.w.Write(b)
	if err == nil {
		_ = http.NewResponseController(l.w).Flush() // a recorder in a test has none
	}
	return n, err
}

// health is what /healthz and /readyz say of the lists in use.
type health struct {
	Lists []string `json:"lists"`
	Notes []string `json:"notes"`
}

// health gives the snapshots that answers are made with now, and what keeps newer
// ones from use.
func (a *API) health(ctx context.Context) health {
	h := health{[]string{}, []string{}}
	if a.Lists == nil {
		return h
	}
	list, err := a.Lists.Lists(ctx)
	if err != nil {
		h.Notes = append(h.Notes, "the lists could not be read")
	}
	for _, l := range list {
		if l.Snapshot != "" {
			h.Lists = append(h.Lists, l.Snapshot)
		}
	}
	if why := a.Lists.Behind(); why != "" {
		h.Notes = append(h.Notes, why)
	}
	return h
}

func (a *API) healthy(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		Status  string `json:"status"`
		Healthy bool   `json:"healthy"`
		health
	}{"ok", true, a.health(r.Context())})
}

// ready says whether every question can be answered: without lists, or with one
// that is too old, nobody can be screened. Lists that are not the newest are no
// reason, since every answer names those it was made with; they are in the notes.
func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	why := a.unready(r.Context())
	status, word := http.StatusOK, "ok"
	if len(why) > 0 {
		status, word = http.StatusServiceUnavailable, "unavailable"
	}
	writeJSON(w, status, struct {
		Status string   `json:"status"`
		Ready  bool     `json:"ready"`
		Why    []string `json:"why"`
		health
	}{word, len(why) == 0, why, a.health(r.Context())})
}

// writeJSON answers outside the framework, with a value that encodes.
func writeJSON(w http.ResponseWriter, status int, v any) {
	b, _ := encode(v)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the reader is gone
}

func (a *API) unready(ctx context.Context) []string {
	why := []string{}
	if a.Screener == nil {
		why = append(why, "screening is not available in this build")
	}
	if a.Lists == nil {
		return append(why, "no lists are loaded")
	}
	list, err := a.Lists.Lists(ctx)
	switch {
	case err != nil:
		return append(why, "the lists could not be read")
	case len(list) == 0:
		return append(why, "no lists are loaded")
	}
	for _, l := range list {
		if l.Stale != "" {
			why = append(why, "the list "+l.ID+": "+l.Stale)
		}
	}
	return why
}
