package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cordon-engine/cordon/internal/dataset"
	"github.com/cordon-engine/cordon/internal/entity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/fetch"
	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/source/ftm"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yente"
)

// yenteFlags are those of `cordon serve` for clients of yente.
type yenteFlags struct {
	Manifest    string `help:"Load the datasets that this file declares, in the form of yente's manifests." type:"path" placeholder:"FILE"`
	UpdateToken string `name:"update-token" help:"Who knows this may have the datasets loaded anew with POST /updatez; @FILE reads it from a file." placeholder:"TOKEN" env:"CORDON_UPDATE_TOKEN"`
	AllowFetch  bool   `name:"allow-fetch" help:"Fetch what the manifest names by an address of the web."`
	Strict      bool   `name:"strict-datasets" help:"Refuse names of datasets that nobody has in filters, where yente finds nothing."`
	// datasets is made once, before the lists are opened; kept with the handler.
	datasets *dataset.Service
	kept     *keptEntities
}

// loadDatasets loads what the manifest declares, before the lists are opened. What
// cannot be loaded is told and answered with 503; a manifest that cannot be read
// ends the start.
func (f *yenteFlags) loadDatasets(m *Main, dir string, log *slog.Logger) error {
	f.datasets = &dataset.Service{
		File: f.Manifest, Fill: filler{m, dir},
		Told: func(name string, err error) {
			if err != nil {
				log.LogAttrs(m.ctx, slog.LevelWarn, "a dataset cannot be loaded", slog.String("dataset", name), slog.String("error", err.Error()))
				return
			}
			log.LogAttrs(m.ctx, slog.LevelInfo, "a dataset is loaded", slog.String("dataset", name))
		},
	}
	if f.AllowFetch {
		f.datasets.Fetch = fetcher{&fetch.Client{Agent: "cordon/" + version}}
	}
	err := f.datasets.Load(m.ctx)
	if err != nil && len(f.datasets.Status().Catalog.Datasets()) > 0 {
		return nil // it was told; what is there can be asked
	}
	return err
}

// token gives the update token; "" for none.
func (f *yenteFlags) token() (string, error) {
	name, ok := strings.CutPrefix(f.UpdateToken, "@")
	if !ok {
		return f.UpdateToken, nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return "", fault.Wrap(fault.Usage, err, "the update token cannot be read")
	}
	token := strings.TrimSpace(string(b))
	if token == "" {
		return "", fault.New(fault.Usage, "the file of the update token is empty").At(fault.Place{File: name})
	}
	return token, nil
}

// filler loads files of entities into the store.
type filler struct {
	m   *Main
	dir string
}

// Fill is part of dataset.Filler.
func (f filler) Fill(ctx context.Context, list string, file publication.File) (inForce bool, err error) {
	err = f.m.loading(f.dir, func(_ context.Context, l *load.Loader) error {
		res, err := l.Load(ctx, load.Request{Source: ftm.Source(), List: list, Files: []publication.File{file}, Published: when.NoDay, Now: f.m.now()})
		if err == nil {
			inForce = res.InForce
		}
		return err
	})
	return inForce, err
}

// fetcher fetches files for datasets.
type fetcher struct{ client *fetch.Client }

// Fetch is part of dataset.Fetcher.
func (f fetcher) Fetch(ctx context.Context, address string) (open func() (io.ReadCloser, error), drop func(), err error) {
	got, err := f.client.Fetch(ctx, address, load.Validators{}, func(int64, int64) {})
	if err != nil {
		return nil, nil, err
	}
	return got.Open, got.Drop, nil
}

// keptEntities keeps the entities of the lists in use.
type keptEntities struct {
	live   *screen.Live
	status func() *dataset.Status

	last atomic.Pointer[keptMoment]
	mu   sync.Mutex // held by who reads lists
	sets map[string]keptSet
}

type keptSet struct {
	key string
	set *entity.Set
}

// keptMoment is the entities of the lists of a moment.
type keptMoment struct {
	states *snapshot.State // the first of them; they are replaced, never changed
	status *dataset.Status
	sets   map[string]*entity.Set
	order  []string
}

// Take gives the lists in use with their entities. Who comes first after a change
// waits until they are read.
func (k *keptEntities) Take(ctx context.Context) (*yente.Moment, error) {
	held := k.live.Take()
	kept, err := k.of(ctx, held.States)
	if err != nil {
		held.Release()
		return nil, err
	}
	return &yente.Moment{Held: held, Sets: kept.sets, Order: kept.order}, nil
}

func (k *keptEntities) of(ctx context.Context, states []snapshot.State) (*keptMoment, error) {
	if len(states) == 0 {
		return nil, fault.New(fault.Unavailable, "no list is loaded")
	}
	status := k.status()
	if last := k.last.Load(); last != nil && last.states == &states[0] && last.status == status {
		return last, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	out := &keptMoment{states: &states[0], status: status, sets: map[string]*entity.Set{}}
	fresh := map[string]keptSet{}
	var store entity.Store
	for _, s := range states {
		if s.Current.Number == 0 {
			continue
		}
		name := dataset.NameOf(s.Name())
		known := status.Catalog.Known(name)
		kept := k.sets[s.Name()]
		if key := entity.Key(s, known); kept.set == nil || kept.key != key {
			if store == nil {
				opened, done, err := k.open(ctx)
				if err != nil {
					return nil, err
				}
				defer done()
				store = opened
			}
			set, err := entity.Read(ctx, store, s, name, known)
			if err != nil {
				return nil, err
			}
			kept = keptSet{key, set}
		}
		fresh[s.Name()], out.sets[s.Name()] = kept, kept.set
		out.order = append(out.order, s.Name())
	}
	slices.Sort(out.order)
	k.sets = fresh
	k.last.Store(out)
	return out, nil
}

func (k *keptEntities) open(ctx context.Context) (entity.Store, func(), error) {
	c, done, err := k.live.Open(ctx)
	if err != nil {
		return nil, nil, err
	}
	store, ok := c.Store.(entity.Store)
	if !ok {
		done()
		return nil, nil, fault.New(fault.Internal, "the store gives no files")
	}
	return store, done, nil
}

// follow reads the entities of new lists as they come into use, once somebody has
// asked for entities at all.
func (k *keptEntities) follow(ctx context.Context, every time.Duration, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if k.last.Load() == nil {
				continue
			}
			m, err := k.Take(ctx)
			if err != nil {
				log.LogAttrs(ctx, slog.LevelWarn, "the entities of the lists cannot be read", slog.String("error", err.Error()))
				continue
			}
			m.Release()
		}
	}
}

// yenteAPI makes the API for clients of yente.
func (c *serveCmd) yenteAPI(m *Main, log *slog.Logger, sc *screener) (http.Handler, *keptEntities, error) {
	service := c.datasets
	if service == nil {
		service = &dataset.Service{}
	}
	token, err := c.token()
	if err != nil {
		return nil, nil, err
	}
	kept := &keptEntities{live: sc.live, status: service.Status}
	config := yente.Config{
		Take: kept.Take, Status: service.Status, Places: sc.places, Today: m.today, Strict: c.Strict, Log: log,
		Update: func(ctx context.Context) error {
			err := service.Load(ctx)
			if fresh := sc.live.Refresh(ctx); err == nil {
				err = fresh
			}
			m, taken := kept.Take(ctx)
			if taken == nil {
				m.Release()
			} else if err == nil {
				err = taken
			}
			return err
		},
	}
	if token != "" {
		want := sha256.Sum256([]byte(token))
		config.MayUpdate = func(given string) bool {
			got := sha256.Sum256([]byte(given))
			return subtle.ConstantTimeCompare(got[:], want[:]) == 1
		}
	}
	return yente.New(config), kept, nil
}

// mountYente puts the API for clients of yente beside the others.
func (c *serveCmd) mountYente(mux *http.ServeMux, m *Main, log *slog.Logger, sc *screener) error {
	if sc == nil {
		return nil
	}
	api, kept, err := c.yenteAPI(m, log, sc)
	if err != nil {
		return err
	}
	for _, path := range yente.Paths() {
		mux.Handle(path, api)
	}
	if c.kept = kept; c.Manifest != "" {
		first, err := kept.Take(m.ctx)
		if err != nil {
			return err
		}
		first.Release()
	}
	return nil
}

// followEntities keeps the entities in step with the lists until the function that
// it gives is called.
func (c *serveCmd) followEntities(ctx context.Context, log *slog.Logger) func() {
	ctx, stop := context.WithCancel(ctx)
	var following sync.WaitGroup
	if c.kept != nil {
		following.Go(func() { c.kept.follow(ctx, max(c.Poll, time.Millisecond), log) })
	}
	return func() {
		stop()
		following.Wait()
	}
}
