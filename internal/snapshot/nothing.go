package snapshot

import (
	"context"
	"io"
	"iter"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Nothing is the store of what is not there yet: it holds no list, and takes none.
// An adapter gives it to who would only read, so that nothing has to be made.
type Nothing struct{}

var _ Store = Nothing{}

func notLoaded(id ID) error {
	return fault.New(fault.NotFound, "the list %q is not loaded", id.List).WithFix("`cordon lists status` shows what is")
}

func notWritten() error {
	return fault.New(fault.Internal, "the store was opened for reading and is to be written")
}

// Begin is refused.
func (Nothing) Begin(context.Context, string) (Load, error) { return nil, notWritten() }

// Attempted is refused.
func (Nothing) Attempted(context.Context, Attempt) error { return notWritten() }

// Lists gives none.
func (Nothing) Lists(context.Context) ([]State, error) { return nil, nil }

// Snapshots gives none.
func (Nothing) Snapshots(context.Context, string) ([]Meta, error) { return nil, nil }

// Snapshot finds none.
func (Nothing) Snapshot(_ context.Context, id ID) (Meta, error) { return Meta{}, notLoaded(id) }

// Entries finds no snapshot.
func (Nothing) Entries(_ context.Context, id ID) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) { yield(Entry{}, notLoaded(id)) }
}

// About finds no snapshot.
func (Nothing) About(_ context.Context, id ID, _ string) ([]Entry, error) { return nil, notLoaded(id) }

// Find gives none.
func (Nothing) Find(context.Context, string) ([]string, error) { return nil, nil }

// Versions gives none.
func (Nothing) Versions(context.Context, string, string) ([]Version, error) { return nil, nil }

// Everything gives none.
func (Nothing) Everything(context.Context, string) iter.Seq2[Version, error] {
	return func(func(Version, error) bool) {}
}

// Raw finds no file.
func (Nothing) Raw(_ context.Context, sum string) (io.ReadCloser, error) {
	return nil, fault.New(fault.NotFound, "the raw file %s is not there", sum)
}

// Attempts gives none.
func (Nothing) Attempts(context.Context, string, int) ([]Attempt, error) { return nil, nil }

// Verify has nothing to check.
func (Nothing) Verify(context.Context, func(string)) error { return nil }

// Close does nothing.
func (Nothing) Close() error { return nil }
