package dataset

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
)

// Filler brings a file of entities into a list of the store, whole or not at all.
// It reports whether what the file says is now in force: a file older than what is
// there is not. Nothing is done, without error, where the file is the one in force.
type Filler interface {
	Fill(ctx context.Context, list string, file publication.File) (inForce bool, err error)
}

// Fetcher fetches a file whole, or fails. What it gives is good until drop.
type Fetcher interface {
	Fetch(ctx context.Context, address string) (open func() (io.ReadCloser, error), drop func(), err error)
}

// Service keeps the datasets of a manifest. It may be used by many at once.
type Service struct {
	// File is the manifest; "" for none.
	File string
	Fill Filler
	// Fetch fetches what stands at addresses; nil refuses them.
	Fetch Fetcher
	// Told hears of each dataset that was loaded or could not be.
	Told func(dataset string, err error)

	mu  sync.Mutex
	now atomic.Pointer[Status]
}

// Status is what became of the datasets at the last loading.
type Status struct {
	Catalog *Catalog
	// Loaded are the versions, as declared, of the datasets whose files are in
	// force.
	Loaded map[string]string
	// Failed says of datasets that were to be loaded and could not be, why.
	Failed map[string]string
}

// MaxManifest is the size of the largest catalog in bytes.
const MaxManifest = 64 << 20

// Status gives the outcome of the last loading; an empty one before the first.
func (s *Service) Status() *Status {
	if st := s.now.Load(); st != nil {
		return st
	}
	c, _ := NewCatalog(nil) // nothing stands twice in nothing
	return &Status{Catalog: c}
}

// Load reads the manifest anew and loads every dataset of it. What cannot be loaded
// is in the status, with the others loaded all the same; a manifest that cannot be
// read changes nothing. The error joins all that went wrong.
func (s *Service) Load(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.File == "" {
		return nil
	}
	list, err := s.declared(ctx)
	if err != nil {
		return err
	}
	catalog, err := NewCatalog(list)
	if err != nil {
		return fault.In(fault.Place{File: s.File}, err)
	}
	st := &Status{Catalog: catalog, Loaded: map[string]string{}, Failed: map[string]string{}}
	var failed []error
	for i := range list {
		d := &list[i]
		if !d.Load {
			continue
		}
		err := s.load(ctx, d)
		s.Told(d.Name, err)
		if err != nil {
			st.Failed[d.Name] = err.Error()
			failed = append(failed, fault.Wrap(fault.CodeOf(err), err, "the dataset %s cannot be loaded", d.Name))
			continue
		}
		st.Loaded[d.Name] = d.Version
	}
	s.now.Store(st)
	return errors.Join(failed...)
}

// declared gives the datasets of the manifest and of the catalogs that it names.
func (s *Service) declared(ctx context.Context) ([]Dataset, error) {
	b, err := s.read(ctx, s.File)
	if err != nil {
		return nil, err
	}
	m, err := ReadManifest(s.File, b, filepath.Dir(s.File))
	if err != nil {
		return nil, err
	}
	list := m.Datasets
	for _, c := range m.Catalogs {
		b, err := s.read(ctx, c.From)
		if err != nil {
			return nil, err
		}
		more, err := ReadCatalog(c, b)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// read reads a small file, or fetches it.
func (s *Service) read(ctx context.Context, from string) ([]byte, error) {
	open, drop, err := s.open(ctx, from)
	if err != nil {
		return nil, err
	}
	defer drop()
	src, err := open()
	if err != nil {
		return nil, err
	}
	defer src.Close()
	b, err := io.ReadAll(io.LimitReader(src, MaxManifest+1))
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "%s cannot be read", from)
	}
	if len(b) > MaxManifest {
		return nil, fault.New(fault.TooLarge, "%s is larger than %d bytes", from, MaxManifest)
	}
	return b, nil
}

func (s *Service) open(ctx context.Context, from string) (open func() (io.ReadCloser, error), drop func(), err error) {
	if !IsRemote(from) {
		return func() (io.ReadCloser, error) { return openFile(from) }, func() {}, nil
	}
	if s.Fetch == nil {
		return nil, nil, fault.New(fault.Usage, "%s would have to be fetched, and that is not allowed", from).
			WithFix("say --allow-fetch, or name a file")
	}
	return s.Fetch.Fetch(ctx, from)
}

func openFile(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "the file cannot be opened")
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fault.New(fault.Invalid, "%s is no file", name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// load loads one dataset. One that is declared to be empty has no list: an empty
// list is never taken for one.
func (s *Service) load(ctx context.Context, d *Dataset) error {
	if d.Empty {
		return nil
	}
	open, drop, err := s.open(ctx, d.From)
	if err != nil {
		return err
	}
	defer drop()
	first, err := open() // a file that is not there is no failed load of a list
	if err != nil {
		return err
	}
	first.Close()
	if d.Namespace {
		open = signed(ctx, d.Name, open)
	}
	inForce, err := s.Fill.Fill(ctx, ListOf(d.Name), publication.File{Name: filepath.Base(d.From), Open: open})
	if err == nil && !inForce {
		err = fault.New(fault.Conflict, "the file is older than what is loaded already, which stays in force").
			WithFix("`cordon lists status` shows what is loaded")
	}
	return err
}
