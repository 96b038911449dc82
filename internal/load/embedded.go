package load

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/source/facts"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Embedded reads the lists that come with the program: every YAML file of the
// folder. They are as old as they say, and are never taken for newer.
func Embedded(ctx context.Context, fsys fs.FS, places *place.Gazetteer) ([]*snapshot.Fixed, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, err
	}
	var out []*snapshot.Fixed
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		f, err := embedded(ctx, name, b, places)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func embedded(ctx context.Context, name string, b []byte, places *place.Gazetteer) (*snapshot.Fixed, error) {
	head, err := facts.Header(name, b)
	if err != nil {
		return nil, err
	}
	src := facts.Source(head)
	var entries []snapshot.Entry
	t := publication.NewTally(func(r *subject.Record) error {
		entries = append(entries, snapshot.Entry{Key: snapshot.Key(r), Record: r})
		return nil
	})
	in := &publication.Input{List: idPrefix(head), Places: places, Files: []publication.File{{
		Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil },
	}}}
	if err := src.Formats[0].Parse(ctx, in, t); err != nil {
		return nil, err
	}
	report, err := t.Close()
	if err != nil {
		return nil, err
	}
	return snapshot.NewFixed(snapshot.Meta{
		ID: snapshot.ID{List: head.List, Number: 1}, Source: src.ID, Format: "facts",
		Files: []snapshot.RawFile{{Name: path.Base(name), SHA256: snapshot.Hash(b), Size: int64(len(b))}},
		Raw:   snapshot.Hash(b), Published: head.Published, Stamp: head.Published.String(),
		Report: *report, Expires: when.NoDay, Embedded: true,
	}, head.Covers, entries), nil
}

// idPrefix gives the first half of the IDs of an embedded list: that of the list
// it was taken from, so that a subject keeps its ID once that list is loaded.
func idPrefix(f facts.File) string {
	if f.Covers != "" {
		return f.Covers
	}
	return strings.TrimSpace(f.List)
}
