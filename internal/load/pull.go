package load

import (
	"context"
	"io"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Validators are what a server said of a file, to ask whether there is a newer.
type Validators struct{ ETag, Modified string }

// Fetched is a file that was fetched.
type Fetched struct {
	Validators
	// Unchanged is true when the server says that what we have is what it has.
	Unchanged bool
	// Open gives the bytes; nil when Unchanged.
	Open func() (io.ReadCloser, error)
	// Drop removes the file; it is never nil.
	Drop func()
}

// Fetcher fetches files. Fetch must bound size and time, try again what may
// pass, and give fault.Unavailable when the address cannot be had; nothing half
// fetched may come back as a file.
type Fetcher interface {
	Fetch(ctx context.Context, url string, have Validators, progress func(done, total int64)) (Fetched, error)
}

// Pull fetches the files of a source and loads them. When no file changed since
// the snapshot in force, that snapshot is confirmed and nothing is loaded.
func (l *Loader) Pull(ctx context.Context, f Fetcher, req Request, progress func(part string, done, total int64)) (*Result, error) {
	if req.List == "" {
		req.List = req.Source.ListName()
	}
	if len(req.Source.Addresses) == 0 {
		return nil, fault.New(fault.Usage, "%s has no address to pull from", req.Source.ID).
			WithFix("load its file with `cordon lists load FILE --source %s`", req.Source.ID)
	}
	now, err := l.Store.Snapshot(ctx, snapshot.ID{List: req.List})
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return nil, err
	}
	have := map[string]Validators{}
	if now.Address == addresses(req.Source.Addresses) {
		for _, file := range now.Files {
			have[file.Part] = Validators{file.ETag, file.Modified}
		}
	}
	fetched, err := fetchAll(ctx, f, req.Source.Addresses, have, progress)
	defer func() {
		for _, x := range fetched {
			x.Drop()
		}
	}()
	if err == nil && unchanged(fetched) {
		return l.confirm(ctx, req, now)
	}
	if err != nil { // what could not be fetched is an attempt like any other
		at := snapshot.Attempt{List: req.List, Source: req.Source.ID, At: req.Now, Code: fault.CodeOf(err), Message: err.Error()}
		if kept := l.Store.Attempted(context.WithoutCancel(ctx), at); kept != nil {
			return nil, kept
		}
		return nil, err
	}
	req.Address = addresses(req.Source.Addresses)
	req.Validators = map[string]Validators{}
	req.Files = nil
	for i, a := range req.Source.Addresses {
		req.Validators[a.Part] = fetched[i].Validators
		req.Files = append(req.Files, publication.File{Name: a.URL, Part: a.Part, Open: fetched[i].Open})
	}
	return l.Load(ctx, req)
}

// fetchAll fetches every part. Where only some changed, all are fetched again
// without asking: a set is loaded whole.
func fetchAll(ctx context.Context, f Fetcher, list []publication.Address, have map[string]Validators,
	progress func(part string, done, total int64),
) ([]Fetched, error) {
	var out []Fetched
	for _, a := range list {
		x, err := f.Fetch(ctx, a.URL, have[a.Part], func(done, total int64) {
			if progress != nil {
				progress(a.Part, done, total)
			}
		})
		if err != nil {
			return out, err
		}
		out = append(out, x)
	}
	some := false
	for _, x := range out {
		some = some || !x.Unchanged
	}
	if some && len(have) > 0 {
		for i, x := range out {
			if x.Unchanged {
				again, err := f.Fetch(ctx, list[i].URL, Validators{}, func(int64, int64) {})
				if err != nil {
					return out, err
				}
				out[i] = again
			}
		}
	}
	return out, nil
}

func unchanged(list []Fetched) bool {
	for _, x := range list {
		if !x.Unchanged {
			return false
		}
	}
	return len(list) > 0
}

func (l *Loader) confirm(ctx context.Context, req Request, now snapshot.Meta) (*Result, error) {
	at := snapshot.Attempt{
		List: req.List, Source: req.Source.ID, At: req.Now, Snapshot: now.Number, Same: true,
		Published: now.Published, Stamp: now.Stamp, Raw: now.Raw,
	}
	if err := l.Store.Attempted(ctx, at); err != nil {
		return nil, err
	}
	return &Result{Meta: now, Same: true, InForce: true}, nil
}

func addresses(list []publication.Address) string {
	var urls []string
	for _, a := range list {
		urls = append(urls, a.URL)
	}
	return strings.Join(urls, " ")
}
