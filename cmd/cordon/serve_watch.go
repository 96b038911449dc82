package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/watch"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/when"
)

// serveWatch are the flags by which a server screens customers on file.
type serveWatch struct {
	Watch bool `help:"Screen bases of customers again when lists, bases or the day change; one server of several should."`

	WatchCases bool `name:"watch-cases" help:"Make cases of what screening bases of customers finds."`

	watching *bases // while it serves
}

// startWatching follows the lists with the bases until the returned function is called, which waits for what works on one.
func (c *serveCmd) startWatching(ctx context.Context, log *slog.Logger) (stop func()) {
	if c.watching == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	b := c.watching
	b.jobs.ctx, b.jobs.log = ctx, log
	if c.Watch {
		b.jobs.running.Go(func() { b.follow(ctx, c.Poll) })
	}
	return func() {
		cancel()
		b.jobs.running.Wait()
	}
}

// jobRunner runs work on bases in the background, one at a time for each, and tells how far it is.
type jobRunner interface {
	// start begins work, or has it wait for other work on the base; fault.Conflict where too much waits.
	start(base, kind string, work func(ctx context.Context, progress func(string, int)) (*report.WatchResultJSON, error)) (report.WatchJobJSON, error)
	// get tells how far work is.
	get(base, id string) (report.WatchJobJSON, error)
}

// jobsInProcess is the jobRunner of one process.
type jobsInProcess struct {
	ctx     context.Context
	log     *slog.Logger
	now     func() time.Time
	running sync.WaitGroup

	begun string // when the server was; the first part of every id
	turns map[string]*sync.Mutex

	mu    sync.Mutex // of what follows, and of turns
	count int
	list  []*report.WatchJobJSON // the newest last
}

var _ jobRunner = (*jobsInProcess)(nil)

// mostJobs is how many are known, of which the oldest that are over make room; mostWaiting how many are under way or wait
// for one base.
const (
	mostJobs    = 200
	mostWaiting = 8
)

func (j *jobsInProcess) start(
	base, kind string, work func(context.Context, func(string, int)) (*report.WatchResultJSON, error),
) (report.WatchJobJSON, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	open := 0
	for _, o := range j.list {
		if o.Base == base && o.Ended == nil {
			open++
		}
	}
	if open >= mostWaiting {
		return report.WatchJobJSON{}, fault.New(fault.Conflict, "%d jobs wait for the base %s", open, base).WithFix("wait until they are done")
	}
	if len(j.list) >= mostJobs {
		if i := slices.IndexFunc(j.list, func(o *report.WatchJobJSON) bool { return o.Ended != nil }); i >= 0 {
			j.list = slices.Delete(j.list, i, i+1)
		}
	}
	j.count++
	one := &report.WatchJobJSON{
		ID: fmt.Sprintf("%s-%d", j.begun, j.count), Base: base, Kind: kind, State: "waiting", Started: j.now().Truncate(time.Millisecond),
	}
	j.list = append(j.list, one)
	if j.turns[base] == nil {
		j.turns[base] = &sync.Mutex{}
	}
	turn := j.turns[base]
	j.running.Go(func() {
		turn.Lock()
		defer turn.Unlock()
		j.run(one, work)
	})
	return *one, nil
}

func (j *jobsInProcess) run(one *report.WatchJobJSON, work func(context.Context, func(string, int)) (*report.WatchResultJSON, error)) {
	tell := func(state, doing string, n int) {
		j.mu.Lock()
		defer j.mu.Unlock()
		one.State, one.Doing, one.Done = state, doing, n
	}
	tell("running", "", 0)
	result, err := (*report.WatchResultJSON)(nil), j.ctx.Err()
	if err == nil {
		result, err = work(j.ctx, func(what string, n int) { tell("running", what, n) })
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	ended := j.now().Truncate(time.Millisecond)
	one.State, one.Doing, one.Ended, one.Result = "done", "", &ended, result
	attrs := []slog.Attr{slog.String("base", one.Base), slog.String("kind", one.Kind), slog.String("job", one.ID)}
	if err != nil {
		one.State, one.Error, one.Result = "failed", err.Error(), nil
		j.log.LogAttrs(j.ctx, slog.LevelWarn, "a base was not screened", append(attrs, slog.String("code", string(fault.CodeOf(err))))...)
		return
	}
	j.log.LogAttrs(j.ctx, slog.LevelInfo, "a base was screened", attrs...)
}

// busy reports whether work on a base is under way, or waits.
func (j *jobsInProcess) busy(base string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.ContainsFunc(j.list, func(o *report.WatchJobJSON) bool { return o.Base == base && o.Ended == nil })
}

func (j *jobsInProcess) get(base, id string) (report.WatchJobJSON, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, one := range j.list {
		if one.ID == id && one.Base == base {
			return *one, nil
		}
	}
	return report.WatchJobJSON{}, fault.New(fault.NotFound, "there is no job %q over %s", id, base)
}

// bases is the port of the API to customers on file.
type bases struct {
	m     *Main
	data  string
	store *serveStore
	sc    *screener
	jobs  *jobsInProcess
	// handIn gives the jobs of the server, once it has them; nil for none.
	handIn func() *jobDesk
	// cases are made of what is found; nil for none.
	cases *casesForPrograms
	// raised are the numbers of the newest runs that cases were made of, or that were there when this server first looked; looked
	// says that it did.
	raised sync.Map
	looked bool
}

var _ httpapi.Watching = (*bases)(nil)

func newBases(sc *screener, store *serveStore) *bases {
	return &bases{m: sc.m, data: store.data, store: store, sc: sc, jobs: &jobsInProcess{
		ctx: sc.m.ctx, log: slog.New(slog.DiscardHandler), now: sc.m.now, begun: sc.m.now().Format("20060102150405"), turns: map[string]*sync.Mutex{},
	}}
}

// reading runs f with the bases, and makes no store.
func (b *bases) reading(ctx context.Context, f func(watched.Store) error) error {
	s, err := b.store.look(ctx)
	if err != nil {
		return err
	}
	return f(customersOf(s.database))
}

// writing runs f with the bases and the pseudonym of who asks.
func (b *bases) writing(ctx context.Context, by string, f func(s watched.Store, actor string) error) error {
	s, err := b.store.open(ctx)
	if err != nil {
		return err
	}
	return f(customersOf(s.database), cmp.Or(by, s.account))
}

// Bases is part of httpapi.Watching.
func (b *bases) Bases(ctx context.Context) (out []report.WatchBaseJSON, err error) {
	store, done, err := subjects{b.sc}.Store(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	err = b.reading(ctx, func(s watched.Store) error {
		out, err = basesOf(ctx, s, store)
		return err
	})
	return out, err
}

// Put is part of httpapi.Watching.
func (b *bases) Put(ctx context.Context, base string, f httpapi.WatchFile) (out report.WatchVersionJSON, err error) {
	mapping, err := screen.ParseMapping(f.Map)
	if err != nil {
		return out, err
	}
	name := "customers" + f.Ending
	if f.Ref == "" {
		if f.Ref, err = guessRef(name, bytes.NewReader(f.Body)); err != nil {
			return out, err
		}
	}
	if f.Ref != "" {
		mapping[screen.Ref] = []string{f.Ref}
	}
	sum := sha256.Sum256(f.Body)
	err = b.writing(ctx, access.By(ctx).ID, func(s watched.Store, actor string) error {
		v, how, err := watch.Add(ctx, s, base, watch.File{
			Name: name, SHA256: hex.EncodeToString(sum[:]), Reader: bytes.NewReader(f.Body), Mapping: mapping, Schema: f.Schema,
		}, b.sc.places, b.m.now(), actor)
		if err != nil {
			return err
		}
		refused, err := s.Refusals(ctx, base, v.Number)
		out = report.WatchVersion(v, refused)
		out.NotUsed = report.UnusedColumns(how)
		return err
	})
	return out, err
}

// Versions is part of httpapi.Watching.
func (b *bases) Versions(ctx context.Context, base string) ([]report.WatchVersionJSON, error) {
	out := []report.WatchVersionJSON{}
	return out, b.reading(ctx, func(s watched.Store) error {
		list, err := s.Versions(ctx, base)
		for _, v := range list {
			out = append(out, report.WatchVersion(v, nil))
		}
		return err
	})
}

// Refusals is part of httpapi.Watching.
func (b *bases) Refusals(ctx context.Context, base string, version int) (out report.WatchVersionJSON, err error) {
	err = b.reading(ctx, func(s watched.Store) error {
		refused, err := s.Refusals(ctx, base, version)
		if err != nil {
			return err
		}
		list, err := s.Versions(ctx, base)
		if err == nil {
			out = report.WatchVersion(list[version-1], refused)
		}
		return err
	})
	return out, err
}

// Runs is part of httpapi.Watching.
func (b *bases) Runs(ctx context.Context, base string) ([]report.WatchRunJSON, error) {
	out := []report.WatchRunJSON{}
	return out, b.reading(ctx, func(s watched.Store) error {
		list, err := s.Runs(ctx, base)
		for i := range list {
			out = append(out, report.WatchRun(&list[i]))
		}
		return err
	})
}

// Changes is part of httpapi.Watching.
func (b *bases) Changes(ctx context.Context, base string, since, until int) (out report.WatchResultJSON, err error) {
	err = b.reading(ctx, func(s watched.Store) error {
		run, list, err := changesOf(ctx, s, base, since, until)
		if err == nil {
			out = report.WatchResult(run, report.WatchChanges(list))
		}
		return err
	})
	return out, err
}

// Job is part of httpapi.Watching.
func (b *bases) Job(_ context.Context, base, id string) (report.WatchJobJSON, error) {
	return b.jobs.get(base, id)
}

// Start is part of httpapi.Watching.
func (b *bases) Start(ctx context.Context, base string, full bool) (report.WatchJobJSON, error) {
	if _, err := b.Versions(ctx, base); err != nil {
		return report.WatchJobJSON{}, err
	}
	kind := watched.Delta
	if full {
		kind = watched.Full
	}
	by := access.By(ctx).ID
	return b.jobs.start(base, string(kind), func(ctx context.Context, progress func(string, int)) (*report.WatchResultJSON, error) {
		q, err := b.queue(ctx)
		if err != nil {
			return nil, err
		}
		held := b.sc.live.Take()
		defer held.Release()
		var out *report.WatchResultJSON
		err = b.writing(ctx, by, func(s watched.Store, actor string) error {
			switch ahead, err := b.ahead(ctx, s, base, held.States); {
			case err != nil:
				return err
			case ahead != "":
				return fault.New(fault.Unavailable, "%s, and this server has not taken that up yet", ahead).WithFix("try again in a moment")
			}
			w := b.watcher(s, held.Desk, actor, progress)
			res, err := b.screened(ctx, q, w, base, kind)
			if err != nil {
				return err
			}
			out = resultOf(res)
			if err := b.sc.quiet.take(ctx).suppressed(ctx, held.Desk, s, &res.Run, out.Changes); err != nil {
				return err
			}
			return w.Index(ctx, base)
		})
		if err == nil {
			err = b.raise(ctx, held.Desk, base, out.Run.Run)
		}
		return out, err
	})
}

// raise makes cases of the newest run over a base.
func (b *bases) raise(ctx context.Context, d *screen.Desk, base string, run int) error {
	if b.cases == nil {
		return nil
	}
	if err := b.cases.fromBase(ctx, d, base); err != nil {
		return err
	}
	b.raised.Store(base, run)
	return nil
}

// raiseOthers makes cases of a run over a base that another program kept since this server looks after it. It is for a base that
// is behind nothing that the desk has, so that the desk has what the run had.
func (b *bases) raiseOthers(ctx context.Context, d *screen.Desk, base string) error {
	if b.cases == nil {
		return nil
	}
	runs, err := b.Runs(ctx, base)
	if err != nil || len(runs) == 0 {
		return err
	}
	newest := len(runs)
	if !b.looked {
		b.raised.Store(base, newest)
		return nil
	}
	if of, _ := b.raised.Load(base); of == newest {
		return nil
	}
	return b.raise(ctx, d, base, newest)
}

func (b *bases) watcher(s watched.Store, d *screen.Desk, actor string, progress func(string, int)) *watch.Watcher {
	return &watch.Watcher{
		Store: s, Desk: d, Places: b.sc.places, AsOf: b.m.today(), Now: b.m.now, Actor: actor, Program: version, Dir: b.m.folderOf(b.data),
		Progress: progress,
		Suppressed: func(ctx context.Context, run *watched.Run) func(*watched.State) int {
			z := b.sc.quiet.take(ctx)
			if z.unread != "" {
				b.jobs.log.LogAttrs(ctx, slog.LevelWarn, z.unread)
			}
			return z.standing(ctx, d, s, run)
		},
	}
}

func resultOf(res *watch.Result) *report.WatchResultJSON {
	out := report.WatchResult(&res.Run, report.WatchChanges(res.Changes))
	return &out
}

// LookBack is part of httpapi.Watching.
func (b *bases) LookBack(ctx context.Context, base string, ask httpapi.LookBack) (report.WatchJobJSON, error) {
	runs, err := b.Runs(ctx, base)
	if err == nil && (ask.Run > len(runs) || len(runs) == 0) {
		err = fault.New(fault.NotFound, "the base %s has no run %d", base, ask.Run)
	}
	if err == nil {
		err = b.opening(ctx, ask.Against, nil)
	}
	if err != nil {
		return report.WatchJobJSON{}, err
	}
	return b.jobs.start(base, "lookback", func(ctx context.Context, progress func(string, int)) (*report.WatchResultJSON, error) {
		var out *report.WatchResultJSON
		look := func(desk *screen.Desk) error {
			return b.reading(ctx, func(s watched.Store) error {
				res, err := b.watcher(s, desk, "", progress).Look(ctx, base, ask.Run)
				if err == nil {
					out = resultOf(res)
				}
				return err
			})
		}
		if len(ask.Against) == 0 {
			held := b.sc.live.Take()
			defer held.Release()
			err := look(held.Desk)
			return out, err
		}
		err := b.opening(ctx, ask.Against, func(c screen.Config) error {
			desk, err := screen.Open(ctx, c)
			if err != nil {
				return err
			}
			defer desk.Close()
			return look(desk)
		})
		return out, err
	})
}

// opening runs f with what lists as they were are opened from; without f it only sees whether they are there.
func (b *bases) opening(ctx context.Context, against []string, f func(screen.Config) error) error {
	c, done, err := b.sc.live.Open(ctx)
	if err != nil {
		return err
	}
	defer done()
	c.Now, c.Dir = b.m.now(), "" // the index of today's lists stays
	if c.Store, err = pastOf(ctx, c.Store, against); err != nil || f == nil {
		return err
	}
	return f(c)
}

// follow begins a run over each base that is behind the lists, itself or the day, as often as lists are looked for.
func (b *bases) follow(ctx context.Context, every time.Duration) {
	seen := ""
	repeat(ctx, every, func() {
		if err := b.catchUp(ctx); err != nil && ctx.Err() == nil && err.Error() != seen {
			seen = err.Error()
			b.jobs.log.LogAttrs(ctx, slog.LevelWarn, "bases cannot be followed", slog.String("error", seen))
		}
	})
}

// repeat runs f now, and then as often as every says until ctx ends.
func repeat(ctx context.Context, every time.Duration, f func()) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		f()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// catchUp begins what is to be run now.
func (b *bases) catchUp(ctx context.Context) error {
	held := b.sc.live.Take()
	defer held.Release()
	lists := held.States
	var behind, level []string
	err := b.reading(ctx, func(s watched.Store) error {
		names, err := s.Bases(ctx)
		for _, name := range names {
			var why, ahead bool
			if err == nil {
				why, err = late(ctx, s, name, lists, b.m.today())
			}
			if err == nil && why {
				var with string
				with, err = b.ahead(ctx, s, name, lists)
				ahead, why = with != "", with == "" // else once the lists are taken up
			}
			switch {
			case err != nil || b.jobs.busy(name):
			case why:
				behind = append(behind, name)
			case !ahead:
				level = append(level, name)
			}
		}
		return err
	})
	for _, base := range behind {
		if err == nil {
			_, err = b.Start(ctx, base, false)
		}
	}
	for _, base := range level {
		if err == nil {
			err = b.raiseOthers(ctx, held.Desk, base)
		}
	}
	b.looked = b.looked || err == nil
	return err
}

// ahead says what the newest run over a base had newer than lists are that this server holds: another program took them up
// before, and screened the base with them.
func (b *bases) ahead(ctx context.Context, s watched.Store, base string, held []snapshot.State) (string, error) {
	runs, err := s.Runs(ctx, base)
	if err != nil || len(runs) == 0 {
		return "", err
	}
	store, done, err := subjects{b.sc}.Store(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	there, err := store.Lists(ctx)
	if err != nil {
		return "", err
	}
	return watch.Ahead(runs, againstOf(held), againstOf(there)), nil
}

// late reports whether a base is behind the lists in use, its own newest version, or the day.
func late(ctx context.Context, s watched.Store, base string, lists []snapshot.State, today when.Day) (bool, error) {
	versions, err := s.Versions(ctx, base)
	if err != nil {
		return false, err
	}
	runs, err := s.Runs(ctx, base)
	if err != nil {
		return false, err
	}
	return watch.Behind(versions, runs, againstOf(lists)) != "" || runs[len(runs)-1].AsOf != today.String(), nil
}
