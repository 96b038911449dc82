// Package journal keeps a user's own claims in a folder: numbered parts in journal/, the originals of sources in
// originals/ under their hash. It is the adapter of evidence.Journal.
//
// A part is written beside its place, made durable, and then given its name, which fails when the name is taken: so a
// part is there whole or not at all, two writers cannot both be the fifth, and a crash leaves at most a file that
// nobody reads. It reads no claim and checks no seal; that is for the use case.
package journal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Folder is a journal in a folder, which need not be there before something is written.
type Folder struct{ dir string }

// New gives the journal in dir.
func New(dir string) *Folder { return &Folder{dir} }

const suffix = ".jsonl"

func (f *Folder) part(number int) string {
	return filepath.Join(f.dir, "journal", fmt.Sprintf("%06d%s", number, suffix))
}

// Parts gives all parts in order.
func (f *Folder) Parts(ctx context.Context) ([][]byte, error) {
	list, err := os.ReadDir(filepath.Join(f.dir, "journal"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the journal of own claims cannot be read")
	}
	names := map[string]bool{}
	for _, e := range list {
		if strings.HasSuffix(e.Name(), suffix) {
			names[e.Name()] = true
		}
	}
	var out [][]byte
	for number := 1; len(out) < len(names); number++ {
		if err := ctx.Err(); err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "reading the journal was stopped")
		}
		data, err := os.ReadFile(f.part(number))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fault.New(fault.Unavailable, "part %d of the journal of own claims is missing, or a file there is none of its parts", number).
				At(fault.Place{File: filepath.Join(f.dir, "journal")}).WithFix("restore the folder from a copy")
		}
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "part %d of the journal cannot be read", number)
		}
		out = append(out, data)
	}
	return out, nil
}

// Append adds a part.
func (f *Folder) Append(_ context.Context, number int, part []byte) error {
	if number > 1 {
		if _, err := os.Stat(f.part(number - 1)); err != nil {
			return fault.New(fault.Conflict, "part %d of the journal is not there, so part %d cannot follow", number-1, number)
		}
	}
	return write(f.part(number), part, func(temporary, name string) error {
		err := os.Link(temporary, name)
		if errors.Is(err, fs.ErrExist) {
			return fault.New(fault.Conflict, "somebody else added to the journal in between").WithFix("try again")
		}
		return err
	})
}

// Keep stores an original.
func (f *Folder) Keep(_ context.Context, hash string, original []byte) error {
	name, err := f.original(hash)
	if err != nil {
		return err
	}
	return write(name, original, func(temporary, name string) error {
		if err := os.Link(temporary, name); !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	})
}

// Original gives what is stored under a hash.
func (f *Folder) Original(_ context.Context, hash string) ([]byte, error) {
	name, err := f.original(hash)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "no original is kept under %s", hash)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the original %s cannot be read", hash)
	}
	return data, nil
}

// original gives the path of an original. The hash is checked, since it becomes part of the path.
func (f *Folder) original(hash string) (string, error) {
	if len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return "", fault.New(fault.Invalid, "%q is no SHA-256 in small hexadecimal", hash)
	}
	return filepath.Join(f.dir, "originals", hash), nil
}

// write makes a file durable under a temporary name, lets place give it its own, and makes that durable too.
func write(name string, data []byte, place func(temporary, name string) error) error {
	dir := filepath.Dir(name)
	failed := func(err error) error {
		var f *fault.Error
		if errors.As(err, &f) {
			return err
		}
		return fault.Wrap(fault.Unavailable, err, "%s cannot be written", name)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return failed(err)
	}
	t, err := os.CreateTemp(dir, "*.new")
	if err != nil {
		return failed(err)
	}
	defer os.Remove(t.Name())
	_, err = t.Write(data)
	if err == nil {
		err = t.Chmod(0o444)
	}
	if err == nil {
		err = t.Sync()
	}
	if e := t.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = place(t.Name(), name)
	}
	if err != nil {
		return failed(err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return failed(err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return failed(err)
	}
	return nil
}
