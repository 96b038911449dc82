package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/evidence"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/selftest"
	"github.com/cordon-engine/cordon/internal/series"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/trade"
	"github.com/cordon-engine/cordon/internal/when"
)

// forPrograms puts what the API asks besides rulings into its configuration.
func (c *serveCmd) forPrograms(config *httpapi.Config, lib *library, sc *screener) error {
	const examples = "api/examples.json"
	b, err := fs.ReadFile(data.FS, examples)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the examples are missing from this build")
	}
	if config.Examples, err = httpapi.ReadExamples(examples, b); err != nil {
		return err
	}
	config.Library = lib
	if sc != nil {
		config.Subjects, config.Payments = subjects{sc}, sc.payments(config.Desk, c.keeping, func(ctx context.Context) *decide.Holdings {
			return c.cases.holdings(ctx) // which is there before anybody asks
		})
		c.watching = newBases(sc, c.shared(sc.m))
		c.watching.handIn = func() *jobDesk { return c.jobs }
		if c.WatchCases {
			c.watching.cases = c.cases
		}
		config.Watching = c.watching
	}
	return nil
}

// subjects is the port of the API to the lists in use.
type subjects struct{ *screener }

// Store is part of the port.
func (s subjects) Store(ctx context.Context) (snapshot.Store, func(), error) {
	c, done, err := s.live.Open(ctx)
	if err != nil {
		return nil, nil, err
	}
	store, ok := c.Store.(snapshot.Store)
	if !ok {
		done()
		return nil, nil, fault.New(fault.Internal, "the store of the lists does not hold their past")
	}
	return store, done, nil
}

// Today is part of the port.
func (s subjects) Today() when.Day { return s.m.today() }

// Status is part of the port.
func (s subjects) Status(context.Context) ([]report.ListStatus, error) {
	out := []report.ListStatus{}
	for _, st := range s.live.States() {
		out = append(out, report.Status(st, s.m.now(), s.lists.maxAge))
	}
	return out, nil
}

// Explain is part of the port.
func (s subjects) Explain(_ context.Context, party []byte, subject string, asOf when.Day) (report.ExplainJSON, error) {
	p, err := screen.ParseParty(party)
	if err != nil {
		return report.ExplainJSON{}, err
	}
	in, _, err := p.Input(s.places)
	if err != nil {
		return report.ExplainJSON{}, err
	}
	held := s.live.Take()
	defer held.Release()
	list, score, err := held.Explain(screening.Query{Input: in, AsOf: asOf}, subject)
	return report.Explain(strings.Join(p["name"], " "), subject, list, score), err
}

// SelfTest is part of the port.
func (s subjects) SelfTest(ctx context.Context, ask httpapi.SelfTest, each func(report.SelfTestLine) error) (report.SelfTestJSON, error) {
	held := s.live.Take()
	defer held.Release()
	cfg, err := selftest.Shipped(data.FS)
	if err != nil {
		return report.SelfTestJSON{}, err
	}
	cfg.Seed, cfg.Lists, cfg.AsOf, cfg.Threshold, cfg.Alert = ask.Seed, ask.Lists, ask.AsOf, ask.Threshold, held.Params().Alert()
	if cfg.Threshold == 0 {
		cfg.Threshold = held.Params().Possible()
	}
	cfg, scope, err := drawn(ctx, held.Desk, cfg, ask.Sample, ask.Weak)
	if err != nil {
		return report.SelfTestJSON{}, err
	}
	if len(cfg.Names) == 0 {
		return report.SelfTestJSON{}, fault.New(fault.NotFound, "no name was listed on %s", ask.AsOf.Long()).At(fault.Place{Field: "as_of"}).
			WithFix("ask about a later day")
	}
	var told func(selftest.Case) error
	if each != nil {
		told = func(x selftest.Case) error { return each(report.SelfTestCase(x)) }
	}
	r, err := selftest.Run(ctx, held.Desk, cfg, told)
	if err != nil {
		return report.SelfTestJSON{}, err
	}
	return report.SelfTestSummary(r, scope), nil
}

// library is the port of the API to what is known besides lists. It is read when it is first asked for, and anew when
// the files of the data folder changed.
type library struct {
	m     *Main
	flags statesFlags
	every time.Duration // how often to look whether they did
	lists *screener     // nil where nobody is screened

	mu     sync.Mutex
	looked time.Time
	of     string
	facts  *httpapi.Facts
	desk   *documentDesk
}

// Facts is part of the port.
func (l *library) Facts(context.Context) (*httpapi.Facts, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current()
}

// current reads what changed. The lock is held.
func (l *library) current() (*httpapi.Facts, error) {
	if l.facts != nil && l.m.now().Sub(l.looked) < l.every {
		return l.facts, nil
	}
	of := filesIn(filepath.Join(l.flags.Data, "claims"), filepath.Join(l.flags.Data, "records"))
	if l.facts == nil || of != l.of {
		facts, err := l.read()
		if err != nil {
			return nil, err
		}
		l.facts, l.of, l.desk = facts, of, nil
	}
	l.looked = l.m.now()
	return l.facts, nil
}

// filesIn changes when a file in one of the folders does.
func filesIn(dirs ...string) string {
	var b strings.Builder
	for _, dir := range dirs {
		_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return nil //nolint:nilerr // what is not there is no file; reading says what is wrong
			}
			if info, err := e.Info(); err == nil {
				fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
			}
			return nil
		})
	}
	return b.String()
}

// read opens all of it.
func (l *library) read() (*httpapi.Facts, error) {
	book, d, err := l.m.book(claimFlags{lawFlags: l.flags.lawFlags, Data: l.flags.Data})
	if err != nil {
		return nil, err
	}
	desk, err := l.m.statesOf(book, d, l.flags.Data)
	if err != nil {
		return nil, err
	}
	f := &httpapi.Facts{States: desk, Matrices: states.NewMatrices(desk), Claims: book}
	if f.Records, err = recordsWith(l.flags.Data, desk.Places); err != nil {
		return nil, err
	}
	conf := trade.Config{Facts: data.FS, Store: f.Records, Places: d.Places, HS: d.HS, Lists: d.Lists, Law: d.Law}
	if f.Trade, err = trade.Open(conf); err != nil {
		return nil, err
	}
	if f.Commitments, err = commitment.Open(d.Places, d.Lists, d.Factors, data.FS, "commitments"); err != nil {
		return nil, err
	}
	if f.Events, err = event.ReadAll(d.Reference, data.FS, "events"); err != nil {
		return nil, err
	}
	if f.Checks, err = law.LoadChecks(data.FS, "review", d.Law); err != nil {
		return nil, err
	}
	f.Version, err = l.version(desk, book, f.Records)
	return f, err
}

// version names all that was read.
func (l *library) version(d *states.Desk, b *evidence.Book, records series.Store) (string, error) {
	h := sha256.New()
	parts, seal := b.Parts()
	fmt.Fprintln(h, version, d.Law.Version, d.DataVersion, parts, seal)
	metas, err := records.Snapshots(l.m.ctx)
	for _, m := range metas {
		fmt.Fprintln(h, m.ID, m.Content)
	}
	return hex.EncodeToString(h.Sum(nil)), err
}

// Draft is part of the port. Only the draft is read: the law it joins, the claims and the figures are those that were read already.
func (l *library) Draft(ctx context.Context, text []byte) (*httpapi.Draft, error) {
	const name = "draft.yaml"
	of, err := l.Facts(ctx)
	if err != nil {
		return nil, err
	}
	with, err := of.States.With(law.File{Name: name, Data: text})
	if err != nil {
		return nil, err
	}
	d, err := draftDeskOf(with)
	if err != nil {
		return nil, err
	}
	named, err := nameIn(with.Law, name)
	if err != nil {
		return nil, err
	}
	c, err := draft.New(d.facts, with.Law, named)
	return &httpapi.Draft{Desk: with, Facts: d.facts, Case: c}, err
}

// Read is part of the port.
func (l *library) Read(ctx context.Context, name string, original []byte, day when.Day) (report.Reading, error) {
	doc, err := document.Read(name, original)
	if err != nil {
		return report.Reading{}, err
	}
	desk, err := l.documents()
	if err != nil {
		return report.Reading{}, err
	}
	res, err := desk.reader.Extract(ctx, doc, read.Options{Day: day})
	if err != nil {
		return report.Reading{}, err
	}
	return desk.checked(res, l.look)
}

// look looks the names of a document up in the lists in use; without screening nobody is looked up.
func (l *library) look(r *read.Reader, res *read.Result, numbers lawNumbers) ([]read.Link, error) {
	if l.lists == nil {
		return r.Links(res, nil, numbers)
	}
	held := l.lists.live.Take()
	defer held.Release()
	return r.Links(res, &listDesk{held.Desk, l.lists.places, l.m.today()}, numbers)
}

// documents gives what reads documents, with the facts of this moment.
func (l *library) documents() (*documentDesk, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.current(); err != nil {
		return nil, err
	}
	if l.desk == nil {
		var err error
		if l.desk, err = l.m.documentDesk(l.flags); err != nil {
			return nil, err
		}
	}
	return l.desk, nil
}
