package main

import (
	"context"
	"errors"
	"os"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// workStore is an open store of either engine, with what the work stands on beside it.
type workStore struct {
	database
	// dir is the folder of the keys of the log and of pseudonyms.
	dir string
	// account is the pseudonym of the account that runs the program.
	account string

	mu   sync.Mutex
	jobs job.Queue // opened when it is first asked for
}

// queue gives the jobs of the store.
func (s *workStore) queue(ctx context.Context) (job.Queue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.jobs != nil {
		return s.jobs, nil
	}
	q, err := queueOf(context.WithoutCancel(ctx), s.database) // it outlives the request
	if err == nil {
		s.jobs = q
	}
	return q, err
}

// openWork opens a store, and makes it where it is not there.
func (m *Main) openWork(ctx context.Context, data string) (*workStore, error) {
	dir := m.folderOf(data)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the data folder cannot be made").WithFix("choose another folder")
	}
	s, account, err := m.openAs(ctx, data)
	if err != nil {
		return nil, err
	}
	return &workStore{database: s, dir: dir, account: account}, nil
}

// serveStore is the store of a server, over a folder or a database: opened once, by whichever part of the server needs it first, and
// the same for all, so that they share its connections and see each other's work at once.
type serveStore struct {
	m    *Main
	data string

	mu    sync.Mutex // of what follows
	kept  *workStore // nil until it is opened
	empty *workStore // what stands for it while there is none
}

// shared gives the store of the server, which nothing is opened by.
func (c *serveCmd) shared(m *Main) *serveStore {
	if c.store == nil {
		c.store = &serveStore{m: m, data: c.Data}
	}
	return c.store
}

// open gives the store, and makes it where it is not there.
func (s *serveStore) open(ctx context.Context) (*workStore, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened(ctx)
}

// opened is open while the lock is held.
func (s *serveStore) opened(ctx context.Context) (*workStore, error) {
	if s.kept != nil {
		return s.kept, nil
	}
	kept, err := s.m.openWork(context.WithoutCancel(ctx), s.data) // it outlives the request
	if err != nil {
		return nil, err
	}
	s.kept = kept
	return kept, nil
}

// there gives the store; nil where nothing was kept yet, and nothing is made.
func (s *serveStore) there(ctx context.Context) (*workStore, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil && nothingKept(s.data) {
		return nil, nil
	}
	return s.opened(ctx)
}

// look gives the store to who only looks: an empty one where nothing was kept yet.
func (s *serveStore) look(ctx context.Context) (*workStore, error) {
	kept, err := s.there(ctx)
	if kept != nil || err != nil {
		return kept, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.empty == nil {
		none, err := sqlite.OpenEmpty(context.WithoutCancel(ctx))
		if err != nil {
			return nil, err
		}
		s.empty = &workStore{database: none, dir: s.m.folderOf(s.data)}
	}
	return s.empty, nil
}

// close ends its use, once nothing of the server asks any more.
func (s *serveStore) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, x := range []*workStore{s.kept, s.empty} {
		if x != nil {
			errs = append(errs, x.Close())
		}
	}
	s.kept, s.empty = nil, nil
	return errors.Join(errs...)
}
