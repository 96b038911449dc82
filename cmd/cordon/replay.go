package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/redflag"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/when"
)

type replayCmd struct {
	dataFlag
	formatFlag
	IDs []string `arg:"" optional:"" name:"id" help:"The answers, by their ids."`
	All bool     `help:"Replay every answer that is kept."`
}

// replayJSON is what came of one replay.
type replayJSON struct {
	ID          string           `json:"id"`
	Same        bool             `json:"same"`
	Kept        string           `json:"kept_by"`
	Program     string           `json:"replayed_by"`
	Error       string           `json:"error,omitempty"`
	Differences []differenceJSON `json:"differences,omitempty"`
}

type differenceJSON struct {
	At   string `json:"at"`
	Kept string `json:"kept"`
	Now  string `json:"now"`
}

// Run is the command.
func (c *replayCmd) Run(m *Main) error {
	if c.All == (len(c.IDs) > 0) {
		return fault.New(fault.Usage, "name the answers to replay, or say --all").WithFix("`cordon answers list` shows them")
	}
	return m.answers(c.Data, func(s database) error {
		r := newReplayer(m, s)
		defer r.close()
		done, erased, failed := 0, 0, 0
		for rec, err := range chosenAnswers(m.ctx, s, c.IDs) {
			if err != nil {
				return err
			}
			if rec.Erased && c.All {
				erased++
				continue
			}
			out := r.compare(&rec)
			if done++; !out.Same {
				failed++
			}
			if err := c.print(m, out); err != nil {
				return err
			}
		}
		if c.Format == "text" {
			fmt.Fprintf(m.Out, "%d replayed, %d with the same bytes, %d not", done, done-failed, failed)
			if erased > 0 {
				fmt.Fprintf(m.Out, "; %d are erased", erased)
			}
			fmt.Fprintln(m.Out)
		}
		if failed > 0 {
			return exitStatus(1)
		}
		return nil
	})
}

func (c *replayCmd) print(m *Main, r replayJSON) error {
	if c.Format == "json" {
		return jsonLine(m.Out, r)
	}
	by := ""
	if r.Kept != r.Program {
		by = fmt.Sprintf(" (kept by %s, replayed by %s)", r.Kept, r.Program)
	}
	switch {
	case r.Error != "":
		fmt.Fprintf(m.Out, "%s  cannot be replayed%s: %s\n", r.ID, by, r.Error)
	case r.Same:
		fmt.Fprintf(m.Out, "%s  same bytes%s\n", r.ID, by)
	default:
		fmt.Fprintf(m.Out, "%s  DIFFERS%s\n", r.ID, by)
		for _, d := range r.Differences {
			fmt.Fprintf(m.Out, "    %s\n      kept: %s\n      now:  %s\n", cmp.Or(d.At, "the whole"), cmp.Or(d.Kept, "nothing"), cmp.Or(d.Now, "nothing"))
		}
	}
	return nil
}

// answers opens the store at data for reading.
func (m *Main) answers(data string, f func(database) error) error {
	s, err := m.openReader(m.ctx, data)
	if err != nil {
		return err
	}
	defer s.Close()
	return f(s)
}

// chosenAnswers gives answers by their ids, or all for none.
func chosenAnswers(ctx context.Context, s database, ids []string) func(func(answer.Record, error) bool) {
	if len(ids) == 0 {
		return s.List(ctx, answer.Filter{})
	}
	return func(yield func(answer.Record, error) bool) {
		for _, id := range ids {
			err := answer.CheckID(id)
			var r answer.Record
			if err == nil {
				r, err = s.Get(ctx, id)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// replayer answers kept questions again, from what is kept with them: never from the
// law, parameters or lists that the program has.
type replayer struct {
	m     *Main
	store database
	of    ledger.Hash // the versions that are open
	world *world
	err   error
}

func newReplayer(m *Main, s database) *replayer { return &replayer{m: m, store: s} }

// world is everything of one set of versions.
type world struct {
	versions answer.Versions
	files    fs.FS
	places   *place.Gazetteer
	desk     *decide.Desk // nil where no law was applied
	lists    *screen.Desk // nil where nobody was looked up
	dir      string
}

func (w *world) close() {
	if w.lists != nil {
		w.lists.Close()
	}
	if w.dir != "" {
		os.RemoveAll(w.dir)
	}
}

func (r *replayer) close() {
	if r.world != nil {
		r.world.close()
	}
}

// compare answers again and compares every byte.
func (r *replayer) compare(rec *answer.Record) replayJSON {
	out := replayJSON{ID: rec.ID, Program: version}
	now, v, err := r.replay(rec)
	if out.Kept = v.Program; err != nil {
		out.Error = err.Error()
		return out
	}
	for _, d := range answer.Differ(rec.Answer, now) {
		out.Differences = append(out.Differences, differenceJSON(d))
	}
	out.Same = len(out.Differences) == 0
	return out
}

// replay answers again.
func (r *replayer) replay(rec *answer.Record) ([]byte, answer.Versions, error) {
	if rec.Erased {
		return nil, answer.Versions{}, fault.New(fault.Conflict, "the answer %s is erased", rec.ID)
	}
	w, err := r.at(rec.Versions)
	if err != nil {
		return nil, answer.Versions{}, err
	}
	var now []byte
	switch rec.Kind {
	case answer.Screen:
		now, err = w.screen(rec.Question)
	case answer.Decide:
		now, err = w.decide(rec.Question)
	case answer.Payment:
		now, err = w.payment(rec.Question)
	}
	return now, w.versions, err
}

// at opens versions; those of the answer before are often the same.
func (r *replayer) at(id ledger.Hash) (*world, error) {
	if r.of == id && (r.world != nil || r.err != nil) {
		return r.world, r.err
	}
	r.close()
	r.of = id
	r.world, r.err = r.open(id)
	return r.world, r.err
}

func (r *replayer) open(id ledger.Hash) (*world, error) {
	w := &world{}
	err := w.open(r.m, r.store, id)
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *world) open(m *Main, s database, id ledger.Hash) (err error) {
	if w.versions, err = answer.Fetch(m.ctx, s, id); err != nil {
		return err
	}
	if w.files, err = w.versions.Open(m.ctx, s); err != nil {
		return err
	}
	sub, err := fs.Sub(w.files, "place")
	if err == nil {
		w.places, err = place.Load(sub)
	}
	if err != nil {
		return err
	}
	if w.versions.Law != "" {
		if w.desk, err = decide.Open(w.files, decide.Config{}); err != nil {
			return err
		}
		if w.desk.Law.Version != w.versions.Law || w.desk.DataVersion != w.versions.Data {
			return fault.New(fault.Unavailable, "this program reads the law that was kept as the version %s, and it was %s: law or data are hashed otherwise",
				w.desk.Law.Version, w.versions.Law).WithFix("replay with the version of Cordon that kept it: %s", w.versions.Program)
		}
	}
	if len(w.versions.Lists) == 0 && w.versions.Params == "" {
		return nil
	}
	return w.openLists(m, s)
}

// openLists opens the lists as they were.
func (w *world) openLists(m *Main, s database) error {
	sub, err := fs.Sub(w.files, "listings")
	if err != nil {
		return err
	}
	fixed, err := load.Embedded(m.ctx, sub, w.places)
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, l := range w.versions.Lists {
		counts[l.List] = l.Count
	}
	c := screen.Config{Store: screen.Past(snapshot.WithFixed(s, fixed...), counts), Now: m.now()}
	if c.Params, err = match.Load(w.files, "matching"); err != nil {
		return err
	}
	if c.Params.ID() != w.versions.Params {
		return fault.New(fault.Unavailable, "this program reads the parameters that were kept as %s, and they were %s", c.Params.ID(), w.versions.Params).
			WithFix("replay with the version of Cordon that kept it: %s", w.versions.Program)
	}
	if c.Flags, err = redflag.Load(w.files, "matching", w.places); err != nil && !errors.Is(err, fs.ErrNotExist) { // answers of before have no tables of flags, and none
		return err
	}
	const rules = "ownership/rules.yaml"
	b, err := fs.ReadFile(w.files, rules)
	if err == nil {
		c.Rules, err = ownership.ReadRules(rules, b)
	}
	if err != nil {
		return err
	}
	if b, err := fs.ReadFile(w.files, decidedFile); err == nil {
		if c.Same, c.Apart, err = screen.ReadDecided(decidedFile, b); err != nil {
			return err
		}
	}
	if w.dir, err = os.MkdirTemp("", "cordon-replay-"); err != nil {
		return fault.Wrap(fault.Unavailable, err, "there is no room for an index")
	}
	c.Dir = w.dir
	if w.lists, err = screen.Open(m.ctx, c); err != nil {
		return err
	}
	for i, a := range w.lists.Against() {
		if l := w.versions.Lists[i]; a.List != l.List || a.Snapshot.Number != l.Current || a.Content != l.Content {
			return fault.New(fault.Unavailable, "the list %s was at %s@%d, and the store gives %s", l.List, l.List, l.Current, a.Snapshot).
				WithFix("`cordon lists verify` and `cordon audit verify` say what is wrong with the store")
		}
	}
	return nil
}

// screen answers a question to screening.
func (w *world) screen(question []byte) ([]byte, error) {
	_, a, err := w.screened(question, -1, 0)
	if err != nil {
		return nil, err
	}
	return lineOf(a)
}

// screened answers a question to screening, with another threshold and limit where
// they are given: what it would have shown besides.
func (w *world) screened(question []byte, threshold float64, limit int) (asked screenAsked, out report.AnswerJSON, err error) {
	if err := json.Unmarshal(question, &asked); err != nil {
		return asked, out, unreadable(err)
	}
	day, err := when.ParseDay(asked.AsOf)
	if err != nil {
		return asked, out, unreadable(err)
	}
	if w.lists == nil {
		return asked, out, fault.New(fault.Unavailable, "no lists are kept with it")
	}
	q, err := readQuery(asked.Query, day, w.lists.Params().Possible())
	if err != nil {
		return asked, out, err
	}
	if threshold >= 0 {
		q.Threshold, q.Limit = threshold, limit
	}
	desk := w.lists.As(asked.Stale)
	if asked.Row == 0 {
		out, _, err = answerQuery(desk, w.places, q, asked.quieting())
		return asked, out, err
	}
	b := screen.Batch{Lists: q.Lists, AsOf: q.AsOf, Threshold: q.Threshold, Limit: q.Limit, Places: w.places, Workers: 1}
	row := func(yield func(screen.Row, error) bool) {
		yield(screen.Row{Number: asked.Row, Party: q.Party, Ref: q.Ref}, nil)
	}
	err = asked.quieting().run(context.Background(), desk, b, row, func(a screen.Answered) error {
		out = rowAnswer(desk, b, a, asked.Named)
		return nil
	})
	return asked, out, err
}

func unreadable(err error) error {
	return fault.Wrap(fault.Unavailable, err, "the question cannot be read as this program keeps them").
		WithFix("replay with the version of Cordon that kept it")
}

// decide answers a question to the law.
func (w *world) decide(question []byte) ([]byte, error) {
	var q decideAsked
	if err := json.Unmarshal(question, &q); err != nil {
		return nil, unreadable(err)
	}
	if w.desk == nil {
		return nil, fault.New(fault.Unavailable, "no law is kept with it")
	}
	req := ruling.Request{KnownAt: when.NoDay, Brief: q.Brief}
	if q.AsOf != "" {
		p, err := when.Parse(q.AsOf)
		if err != nil {
			return nil, unreadable(err)
		}
		req.AsOf = &p
	}
	var err error
	if q.KnownAt != "" {
		if req.KnownAt, err = when.ParseDay(q.KnownAt); err != nil {
			return nil, unreadable(err)
		}
	}
	if q.Totals != "" {
		if req.Totals, err = w.desk.ReadTotals("totals", []byte(q.Totals)); err != nil {
			return nil, err
		}
	}
	a := &activity.Activity{}
	if err := activity.NewDecoder(w.desk.Reference).Decode(q.Activity, a); err != nil {
		return nil, err
	}
	req.Activity, req.Screened = w.resolver(q, req.AsOf).Resolve(a)
	held, err := heldAgain(q.Licences)
	if err != nil {
		return nil, unreadable(err)
	}
	rl, err := held.Rule(req, w.desk.Engine.Decide)
	if err == nil && q.Explain {
		err = w.desk.Engine.Explain(rl, w.desk.HS.Neighbours)
	}
	if err != nil {
		return nil, err
	}
	e := report.Encoder{Versions: report.Versions{Program: w.versions.Program, Data: w.desk.DataVersion}, Full: q.Full}
	return append(e.Append(nil, rl), '\n'), nil
}

// resolver looks parties up as it was done then.
func (w *world) resolver(q decideAsked, asOf *when.Period) *decide.Resolver {
	r := &decide.Resolver{Regimes: w.desk.Law.Regimes, AsOf: asOf}
	switch {
	case !q.Look:
		r.Off = decide.SwitchedOff
	case q.Unscreened != "":
		r.Screener = decide.Unavailable(q.Unscreened)
	case w.lists == nil:
		r.Screener = decide.Unavailable("no lists are kept with it")
	default:
		r.Screener = lookUps{w.lists.As(q.Stale), q.quieting()}
	}
	return r
}
