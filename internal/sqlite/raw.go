package sqlite

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// keepRaw puts a raw file under its hash.
func (s *Store) keepRaw(ctx context.Context, r io.Reader) (f snapshot.RawFile, path string, err error) {
	dir, err := s.rawDir()
	if err != nil {
		return f, "", unavailable(err, "the raw file cannot be kept")
	}
	tmp, err := os.CreateTemp(dir, "part-")
	if err != nil {
		return f, "", unavailable(err, "the raw file cannot be kept")
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	f.SHA256, f.Size, err = kept.Pack(tmp, &stoppable{ctx, r})
	for _, end := range []func() error{tmp.Sync, tmp.Close} {
		if e := end(); err == nil {
			err = e
		}
	}
	path = s.rawPath(dir, f.SHA256)
	if err == nil {
		err = place(tmp.Name(), path)
	}
	if err != nil {
		return snapshot.RawFile{}, "", unavailable(err, "the raw file cannot be kept")
	}
	return f, path, nil
}

// place gives a file its name, so that it has it after a loss of power too.
func place(tmp, path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	return syncDir(filepath.Dir(dir))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func (s *Store) rawDir() (string, error) {
	if s.dir == "" {
		return "", fault.New(fault.NotFound, "there is no data folder")
	}
	dir := filepath.Join(s.dir, "raw")
	return dir, os.MkdirAll(dir, 0o700)
}

func (s *Store) rawPath(dir, sum string) string { return filepath.Join(dir, sum[:2], sum+".zst") }

// Raw gives the bytes of a raw file. Reading it to the end is an error,
// fault.Unavailable, when they are not those that were kept.
func (s *Store) Raw(_ context.Context, sum string) (io.ReadCloser, error) {
	if err := kept.CheckSum(sum); err != nil {
		return nil, err
	}
	missing := fault.New(fault.NotFound, "the raw file %s is not there", sum)
	if s.dir == "" {
		return nil, missing
	}
	f, err := os.Open(s.rawPath(filepath.Join(s.dir, "raw"), sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing
	}
	if err != nil {
		return nil, unavailable(err, "the raw file cannot be read")
	}
	return kept.Unpack(f, sum), nil
}
