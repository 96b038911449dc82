package screen

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/screening"
)

// Shared hands the indexes of one store from the replica that built one to the others,
// and has them come into use together.
type Shared interface {
	// Index sees to it that the files of an index are there, and have the bytes that
	// everybody has them with. Where nobody published it, one of those who ask at once
	// builds it, and the others wait. Files that differ from what was published are
	// replaced by it.
	Index(ctx context.Context, id string, files []string, build func() error) error
	// Until says how long to wait before an index comes into use in place of another:
	// not longer than it takes the others to have it. It is not negative.
	Until(ctx context.Context, id string) (time.Duration, error)
}

// opened opens an index that is there, with what belongs to it.
func opened(path string) (*index.Index, []screening.Merger, error) {
	ix, err := index.Open(path)
	if err != nil {
		return nil, nil, err
	}
	mergers, err := readMergers(path)
	if err != nil {
		ix.Close()
		return nil, nil, err
	}
	return ix, mergers, nil
}

// share is open where replicas share indexes.
func (b *builder) share(dir, path string) (*index.Index, []screening.Merger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fault.Wrap(fault.Unavailable, err, "the folder of indexes cannot be made")
	}
	err := b.Shared.Index(b.ctx, b.name(), []string{path, path + "-same"}, func() error {
		if ix, _, err := opened(path); err == nil { // it was built before it was shared
			return ix.Close()
		}
		ix, _, err := b.build(dir, path)
		if err == nil {
			err = ix.Close()
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	ix, mergers, err := opened(path)
	if err != nil {
		return nil, nil, fault.Wrap(fault.Unavailable, err, "the index %s cannot be opened", filepath.Base(path))
	}
	return ix, mergers, nil
}

// mostWait bounds how long a replica waits for the others.
const mostWait = time.Minute

// together waits until an index comes into use everywhere.
func (b *builder) together() error {
	if b.Shared == nil {
		return nil
	}
	wait, err := b.Shared.Until(b.ctx, b.name())
	if err != nil {
		return err
	}
	select {
	case <-b.ctx.Done():
		return b.ctx.Err()
	case <-time.After(min(wait, mostWait)):
		return nil
	}
}
