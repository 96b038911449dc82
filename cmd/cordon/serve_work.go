package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/kong"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/web"
)

// serveWork is the daily work of a server.
type serveWork struct {
	set  []web.WorkSetting
	desk *workForPages // while it serves
}

// AfterApply is called when the command line has been read: it notes what the server runs with, for the page that shows it.
func (c *serveCmd) AfterApply(m *Main, k *kong.Context) error {
	if err := c.dataFlag.AfterApply(m); err != nil {
		return err
	}
	c.note(k)
	return c.apply(m)
}

// note takes the settings, without secrets.
func (s *serveWork) note(k *kong.Context) {
	for _, f := range k.Flags() {
		if f.Name == "help" || f.Name == "version" {
			continue
		}
		x := &setting{flag: f}
		value := fmt.Sprint(f.Target.Interface())
		out := web.WorkSetting{Name: x.key(), About: f.Help, Default: f.Target.IsZero() || value == f.Default}
		if out.Value = value; x.secret() && value != "" {
			out.Value = "(hidden)"
		} else if shown := x.shown([]string{value}); shown != `""` && shown != `"[]"` {
			out.Value = shown[1 : len(shown)-1]
		} else {
			out.Value = "(none)"
		}
		s.set = append(s.set, out)
	}
	slices.SortFunc(s.set, func(a, b web.WorkSetting) int { return strings.Compare(a.Name, b.Name) })
}

// startWork gives the daily work to the pages; a server without lists has none.
func (c *serveCmd) startWork(m *Main, log *slog.Logger, sc *screener, pages *web.Config) {
	if sc == nil {
		return
	}
	c.desk = &workForPages{m: m, c: c, sc: sc, log: log}
	pages.Work = c.desk
}

// stopWork ends it, and takes the example away.
func (c *serveCmd) stopWork() error {
	if c.desk == nil {
		return nil
	}
	return c.desk.close()
}

// workForPages is the port of the pages to the daily work: that of the store of the server, or, on this machine alone and while it
// has none, an example.
type workForPages struct {
	m   *Main
	c   *serveCmd
	sc  *screener
	log *slog.Logger

	mu      sync.Mutex // held while the example is made
	busy    bool       // the store has cases or customers
	example *exampleDesk
}

func (w *workForPages) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.example == nil {
		return nil
	}
	err := errors.Join(w.example.Close(), os.RemoveAll(w.example.dir))
	w.example = nil
	return err
}

// worked says whether there are cases or customers.
func (w *workForPages) worked(ctx context.Context, own *workStore) (bool, error) {
	if w.busy || own == nil {
		return w.busy, nil
	}
	for _, err := range own.All(ctx) {
		w.busy = err == nil
		if err != nil {
			return false, err
		}
		return true, nil
	}
	bases, err := customersOf(own.database).Bases(ctx)
	w.busy = len(bases) > 0
	return w.busy, err
}

// Desk is part of web.Work.
func (w *workForPages) Desk(r *http.Request) (*web.WorkDesk, error) {
	own, err := w.c.store.there(r.Context())
	if err != nil {
		return nil, err
	}
	if a := access.By(r.Context()); a.Person() {
		return w.signedFor(r.Context(), own, a)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	busy, err := w.worked(r.Context(), own)
	if err != nil {
		return nil, err
	}
	// Once there are people nobody plays one, and whoever shows a key looks.
	people, err := w.c.people.anybody(r.Context())
	if err != nil {
		return nil, err
	}
	if !busy && w.c.loopback && !w.c.NoKeys && !people {
		return w.exampleFor(r)
	}
	return w.ownFor(r, own, people)
}

// desk is what both desks have.
func (w *workForPages) desk(s *workStore) *web.WorkDesk {
	d := &web.WorkDesk{Now: w.m.now(), Settings: w.c.set}
	d.Why = func(_ context.Context, a *casework.Alert) (web.WorkEvidence, error) {
		held := w.sc.live.Take()
		defer held.Release()
		return web.EvidenceOf(held.Desk, w.sc.places, a, w.m.today())
	}
	if s == nil {
		return d
	}
	bases := customersOf(s.database)
	d.Clocks, d.Owing = w.c.table, w.m.owing(s)
	if p := w.c.cases; p != nil {
		d.Batch = func(ctx context.Context, by casework.Person, batch string) (report.BatchCasesJSON, error) {
			return p.fromBatch(ctx, s, d.Cases, by, batch)
		}
	}
	d.Cases, d.Licences = w.m.desk(s), w.m.licenceBook(s, s.machine())
	d.Bases, d.Log, d.Files, d.Keys = bases, s, s, keysForPages{s, w.m}
	d.Jobs = func(ctx context.Context) ([]web.Job, error) {
		q, err := s.queue(ctx)
		if err != nil {
			return nil, err
		}
		return jobsForPages(ctx, q, bases)
	}
	return d
}

// ownFor gives the desk of the server's store. Nobody signs in: on this machine alone, whoever asks acts as the account that runs
// the server, in a role of their choice, as on the command line; where others reach it, they look and do nothing.
func (w *workForPages) ownFor(r *http.Request, own *workStore, people bool) (*web.WorkDesk, error) {
	d := w.desk(own)
	d.By, d.Name = casework.Person{Name: access.By(r.Context()).ID, Role: casework.Viewer}, "a visitor"
	d.Note = "Nobody is signed in, so that nothing can be decided here: a key is not a person."
	if own == nil {
		return d, nil
	}
	if w.c.loopback && !w.c.NoKeys && !people {
		d.By = casework.Person{Name: own.account, Via: own.account, Role: casework.Approver}
		d.Name = "the account that runs the server"
		d.Note = "Nobody signs in on this server: whoever reaches it acts as the account that runs it, and is one person in every role."
		for _, role := range []casework.Role{casework.Analyst, casework.Approver, casework.Admin, casework.Auditor} {
			p := web.WorkPerson{ID: string(role), Name: "The account", Role: role}
			if c, err := r.Cookie(web.PlayedAs); err == nil && c.Value == p.ID {
				d.By.Role = role
			}
			d.Choices = append(d.Choices, p)
		}
		d.Playing = string(d.By.Role)
		d.Package = w.packageIn(own, d.By.Name)
	}
	return d, nil
}

// packageIn makes packages of answers in somebody's name.
func (w *workForPages) packageIn(own *workStore, name string) func(ctx context.Context, out io.Writer, ids []string, reason string) error {
	return func(ctx context.Context, out io.Writer, ids []string, reason string) error {
		return w.m.packFor(ctx, own, name, out, ids, reason)
	}
}

// packFor makes a package of answers in somebody's name.
func (m *Main) packFor(ctx context.Context, s *workStore, by string, out io.Writer, ids []string, reason string) error {
	signer, err := logkey.Read(s.dir)
	if err != nil {
		return err
	}
	a, err := answer.NewAct(m.now(), by, reason)
	if err != nil {
		return err
	}
	if err := m.noteExport(ctx, s, ids, a); err != nil {
		return err
	}
	return m.writePackage(ctx, out, s, signer, ids)
}

// keysForPages are the keys of a store, of which every change enters its log.
type keysForPages struct {
	s *workStore
	m *Main
}

// Keys is part of web.WorkKeys.
func (k keysForPages) Keys(ctx context.Context) ([]access.Key, error) {
	return keysIn(k.s.database).Keys(ctx)
}

// logged are the keys in somebody's name.
func (k keysForPages) logged(by casework.Person) *loggedKeys {
	return &loggedKeys{Store: keysIn(k.s.database), log: k.s, actor: by.Name, now: k.m.now}
}

// Add is part of web.WorkKeys.
func (k keysForPages) Add(ctx context.Context, by casework.Person, key access.Key) error {
	return k.logged(by).AddKey(ctx, key)
}

// Revoke is part of web.WorkKeys.
func (k keysForPages) Revoke(ctx context.Context, by casework.Person, id string) (access.Key, error) {
	return k.logged(by).RevokeKey(ctx, id, k.m.now())
}

// jobsForPages gives the jobs of workers, and the runs over customers that were made in one piece, the newest first.
func jobsForPages(ctx context.Context, q job.Queue, bases watched.Store) ([]web.Job, error) {
	out, err := runsAsJobs(ctx, bases)
	if err != nil {
		return nil, err
	}
	list, err := q.Jobs(ctx)
	for i := range list {
		x := jobForPage(&list[i])
		if err == nil && x.Ended.IsZero() && list[i].Running == 0 {
			err = whyItWaits(ctx, q, &x)
		}
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b web.Job) int { return b.Started.Compare(a.Started) })
	return out, err
}

// whyItWaits says why nobody works on a job of which something is left, where that is known.
func whyItWaits(ctx context.Context, q job.Queue, x *web.Job) error {
	failures, err := q.Failures(ctx, x.ID)
	for _, f := range failures {
		if !f.Dead && x.Error == "" {
			x.State, x.Error = "waiting", f.Reason
		}
	}
	return err
}

// jobForPage gives a job of workers in the words of the pages.
func jobForPage(s *job.Status) web.Job {
	out := web.Job{
		ID: s.ID, Kind: "Job: " + string(s.Kind), About: s.About, Done: s.Handled + s.Refused, Total: s.Items, Refused: s.Refused, Started: s.Started,
		State: string(s.State()), Cases: mayBeCases(s) == nil,
	}
	if out.Started.IsZero() {
		out.Started = s.Submitted
	}
	if s.Ended() {
		out.Ended = s.Last
	}
	switch s.State() {
	case job.Stopped:
		out.State, out.Error = "failed", fmt.Sprintf("%s given up in %s; cordon jobs show %s tells why", report.Counted(s.Lost, "item"), report.Counted(s.Dead, "chunk"), s.ID)
	case job.Cancelled:
		out.State, out.Error = "failed", "cancelled"
	}
	return out
}

// runsAsJobs gives the runs over customers as jobs that are done.
func runsAsJobs(ctx context.Context, s watched.Store) ([]web.Job, error) {
	bases, err := s.Bases(ctx)
	if err != nil {
		return nil, err
	}
	var out []web.Job
	for _, b := range bases {
		runs, err := s.Runs(ctx, b)
		if err != nil {
			return nil, err
		}
		for _, r := range runs {
			kind := "Screening of all customers"
			if r.Kind == "delta" {
				kind = "Re-screening after a change"
			}
			out = append(out, web.Job{
				ID: fmt.Sprintf("%s-%d", b, r.Number), Kind: kind, About: fmt.Sprintf("%s, run %d", b, r.Number), Done: r.Customers, Total: r.Customers,
				Refused: r.Refused, Started: r.Started, Ended: r.Ended, State: "done", Address: fmt.Sprintf("/work/watchlists/%s?run=%d", b, r.Number),
			})
		}
	}
	return out, nil
}
