// Package recordfs keeps snapshots of series in a folder: for each a small file that
// says what it is, under its number, and one that holds its records, under their hash.
//
// A load writes to a file that nothing refers to and becomes seen by one link that
// fails where the number is taken, so it is there whole or not at all, and of two loads
// one wins. The package decides nothing about figures and has no clock.
package recordfs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/series"
)

// Store is a [series.Store] in a folder.
type Store struct {
	dir string // of series and packs
}

var _ series.Store = (*Store)(nil)

// folder is where records stand in the data folder; packs holds their records, and the
// other folders in it are series.
const (
	folder = "records"
	packs  = "packs"
)

// Open gives the store in a data folder. Nothing is made until something is loaded.
func Open(dir string) *Store { return &Store{filepath.Join(dir, folder)} }

func unavailable(err error, format string, args ...any) error {
	var f *fault.Error
	if err == nil || errors.As(err, &f) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fault.Wrap(fault.Unavailable, err, format, args...).WithFix("look at the data folder, or choose another with --data")
}

// Snapshots is part of [series.Store].
func (s *Store) Snapshots(ctx context.Context) ([]series.Meta, error) {
	names, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unavailable(err, "the records cannot be read")
	}
	var out []series.Meta
	for _, d := range names {
		if !d.IsDir() || d.Name() == packs {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		metas, err := s.of(d.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, metas...)
	}
	return out, nil
}

// of gives the snapshots of a series in the order of their numbers.
func (s *Store) of(name string) ([]series.Meta, error) {
	files, err := os.ReadDir(filepath.Join(s.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unavailable(err, "the records cannot be read")
	}
	var out []series.Meta
	for _, f := range files {
		base, ok := strings.CutSuffix(f.Name(), ".json")
		n, err := strconv.Atoi(base)
		if !ok || err != nil || n < 1 {
			continue // a file of a load under way
		}
		m, err := s.meta(series.ID{Series: name, Number: n})
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b series.Meta) int { return cmp.Compare(a.Number, b.Number) })
	return out, nil
}

func (s *Store) metaPath(id series.ID) string {
	return filepath.Join(s.dir, id.Series, strconv.Itoa(id.Number)+".json")
}

func (s *Store) packPath(content string) string { return filepath.Join(s.dir, packs, content+".rec") }

func (s *Store) meta(id series.ID) (series.Meta, error) {
	b, err := os.ReadFile(s.metaPath(id))
	if errors.Is(err, fs.ErrNotExist) {
		return series.Meta{}, fault.New(fault.NotFound, "there is no snapshot %s", id)
	}
	if err != nil {
		return series.Meta{}, unavailable(err, "%s cannot be read", id)
	}
	m, err := decodeMeta(b)
	if err == nil && m.ID != id {
		err = fmt.Errorf("it says that it is %s", m.ID)
	}
	return m, unavailable(err, "what is kept of %s is damaged", id)
}

// Each is part of [series.Store].
func (s *Store) Each(ctx context.Context, id series.ID, yield func(*record.Record) error) error {
	if err := record.CheckSeries(id.Series); err != nil {
		return err
	}
	m, err := s.meta(id)
	if err != nil {
		return err
	}
	f, err := os.Open(s.packPath(m.Content))
	if err != nil {
		return unavailable(err, "the records of %s cannot be read", id)
	}
	defer f.Close()
	n := 0
	content, err := series.Unpack(f, func(r *record.Record) error {
		if n++; n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r.Series, r.Snapshot, r.Source.SHA256 = id.Series, id.Number, m.SHA256
		return yield(r)
	})
	if err == nil && content != m.Content {
		err = fault.New(fault.Unavailable, "the records of %s are not those that were kept", id).WithFix("load the file again")
	}
	return err
}

// Verify is part of [series.Store].
func (s *Store) Verify(ctx context.Context, found func(string)) error {
	metas, err := s.Snapshots(ctx)
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, m := range metas {
		used[m.Content+".rec"] = true
		n := 0
		err := s.Each(ctx, m.ID, func(*record.Record) error { n++; return nil })
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			found(m.ID.String() + ": " + err.Error())
		case n != m.Tally.Handled:
			found(fmt.Sprintf("%s: it has %d records and says %d", m.ID, n, m.Tally.Handled))
		}
	}
	return s.leftovers(used, found)
}

// leftovers tells of files that no snapshot refers to.
func (s *Store) leftovers(used map[string]bool, found func(string)) error {
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		if strings.HasPrefix(d.Name(), temporary) || filepath.Base(filepath.Dir(path)) == packs && !used[d.Name()] {
			found(series.Leftover + path)
		}
		return nil
	})
	return unavailable(err, "the records cannot be read")
}

// temporary begins the names of files of loads under way.
const temporary = "load-"

// Begin is part of [series.Store].
func (s *Store) Begin(_ context.Context, name string) (series.Load, error) {
	if err := record.CheckSeries(name); err != nil {
		return nil, err
	}
	if name == packs {
		return nil, fault.New(fault.Invalid, "%q cannot be the name of a series", name)
	}
	for _, dir := range []string{packs, name} {
		if err := os.MkdirAll(filepath.Join(s.dir, dir), 0o700); err != nil {
			return nil, unavailable(err, "the data folder cannot be made")
		}
	}
	metas, err := s.of(name)
	if err != nil {
		return nil, err
	}
	l := &load{s: s, name: name}
	if len(metas) > 0 {
		l.last = metas[len(metas)-1].Number
	}
	if l.file, err = os.CreateTemp(filepath.Join(s.dir, packs), temporary+"*"); err != nil {
		return nil, unavailable(err, "the records cannot be written")
	}
	l.pack = series.NewPack(l.file)
	return l, nil
}

// load is a [series.Load]: a file that nothing refers to yet.
type load struct {
	s       *Store
	name    string
	last    int // number of the newest snapshot at Begin
	file    *os.File
	pack    *series.Pack
	content string
	ended   bool
}

func (l *load) Put(r *record.Record) error {
	if l.ended || l.content != "" {
		return fault.New(fault.Internal, "a record was put into a load that has ended")
	}
	return unavailable(l.pack.Put(r), "the records cannot be written")
}

func (l *load) Content() (string, error) {
	if l.content == "" && !l.ended {
		var err error
		if l.content, err = l.pack.End(); err != nil {
			return "", unavailable(err, "the records cannot be written")
		}
	}
	return l.content, nil
}

func (l *load) Abort() error {
	if l.ended {
		return nil
	}
	l.ended = true
	l.file.Close()
	return unavailable(os.Remove(l.file.Name()), "a file of a load that was dropped cannot be removed")
}

func (l *load) Commit(m series.Meta) (series.Meta, error) {
	if l.ended {
		return series.Meta{}, fault.New(fault.Internal, "a load that has ended was committed")
	}
	defer func() { _ = l.Abort() }()
	content, err := l.Content()
	if err != nil {
		return series.Meta{}, err
	}
	m.ID, m.Content = series.ID{Series: l.name, Number: l.last + 1}, content
	if err := l.keep(); err != nil {
		return series.Meta{}, unavailable(err, "the records cannot be written")
	}
	if err := l.publish(m); err != nil {
		return series.Meta{}, err
	}
	return m, nil
}

// keep moves the records to their hash.
func (l *load) keep() error {
	if err := l.file.Sync(); err != nil {
		return err
	}
	path := l.s.packPath(l.content)
	if err := os.Link(l.file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// publish writes what the snapshot is and links it to its number, which fails where
// another load has it.
func (l *load) publish(m series.Meta) error {
	b, err := json.MarshalIndent(rowOf(m), "", " ")
	if err != nil {
		return fault.Wrap(fault.Internal, err, "what is known of a snapshot cannot be written")
	}
	tmp, err := os.CreateTemp(filepath.Join(l.s.dir, l.name), temporary+"*")
	if err != nil {
		return unavailable(err, "the records cannot be written")
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(b, '\n'))
	for _, end := range []func() error{tmp.Sync, tmp.Close} {
		err = errors.Join(err, end())
	}
	if err == nil {
		err = os.Link(tmp.Name(), l.s.metaPath(m.ID))
	}
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "another load of %s was finished meanwhile", l.name).WithFix("load it again")
	}
	if err == nil {
		err = syncDir(filepath.Join(l.s.dir, l.name))
	}
	return unavailable(err, "the records cannot be written")
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
