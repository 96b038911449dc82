package main

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/when"
)

// now gives the time, in UTC.
func (m *Main) now() time.Time {
	if m.Now != nil {
		return m.Now().UTC()
	}
	return time.Now().UTC()
}

// today gives the day.
func (m *Main) today() when.Day {
	y, mo, d := m.now().Date()
	return when.Date(y, int(mo), d)
}

func (m *Main) plainPrinter() *report.Printer {
	return &report.Printer{W: m.Out, Colour: m.Terminal}
}

// gazetteer gives the embedded table of places, read once.
var gazetteer = sync.OnceValues(func() (*place.Gazetteer, error) { return place.Open(data.FS) })

// reading opens the store at data for reading and runs f with it; the lists that
// come with the program are in it. A folder that is not there is an empty
// store, and is not made.
func (m *Main) reading(data string, f func(context.Context, snapshot.Store) error) error {
	return m.readingWith(data, func(ctx context.Context, s snapshot.Store, _ *place.Gazetteer) error { return f(ctx, s) })
}

// readingWith is reading with the table of places.
func (m *Main) readingWith(data string, f func(context.Context, snapshot.Store, *place.Gazetteer) error) error {
	store, err := m.openReader(m.ctx, data)
	if err != nil {
		return err
	}
	defer store.Close()
	return m.with(store, func(s snapshot.Store, g *place.Gazetteer) error { return f(m.ctx, s, g) })
}

// loading opens the store at data for loading, and makes it when it is not there.
func (m *Main) loading(data string, f func(context.Context, *load.Loader) error) error {
	store, _, err := m.openAs(m.ctx, data)
	if err != nil {
		return err
	}
	defer store.Close()
	return m.with(store, func(s snapshot.Store, g *place.Gazetteer) error {
		return f(m.ctx, &load.Loader{Store: s, Places: g, Program: version})
	})
}

// with puts the embedded lists beside those of a store.
func (m *Main) with(store snapshot.Store, f func(snapshot.Store, *place.Gazetteer) error) error {
	places, fixed, err := m.embedded()
	if err != nil {
		return err
	}
	return f(snapshot.WithFixed(store, fixed...), places)
}

// embedded gives the table of places and the lists that come with the program.
func (m *Main) embedded() (*place.Gazetteer, []*snapshot.Fixed, error) {
	places, err := gazetteer()
	if err != nil {
		return nil, nil, err
	}
	sub, err := fs.Sub(data.FS, "listings")
	if err != nil {
		return nil, nil, err
	}
	fixed, err := load.Embedded(m.ctx, sub, places)
	return places, fixed, err
}

// counting gives a function that shows how many of something are done, where
// there is a terminal to show it on.
func (m *Main) counting(what string) func(n int) {
	start := m.now()
	return func(n int) {
		if m.Progress {
			rate := float64(n) / max(m.now().Sub(start).Seconds(), 0.001)
			fmt.Fprintf(m.Err, "\r%s %s, %s a second ", report.Count(n), what, report.Count(int(rate)))
		}
	}
}

// fetching gives a function that shows how far a download is.
func (m *Main) fetching(name string) func(part string, done, total int64) {
	shown := int64(-1)
	return func(part string, done, total int64) {
		if step := done >> 18; !m.Progress || step == shown && done != total {
			return
		} else {
			shown = step
		}
		of := ""
		if total > 0 {
			n := int(20 * done / total)
			of = fmt.Sprintf(" of %.1f MB [%s%s]", float64(total)/1e6, strings.Repeat("█", n), strings.Repeat("·", 20-n))
		}
		fmt.Fprintf(m.Err, "\r%s %s: %.1f MB%s ", name, part, float64(done)/1e6, of)
	}
}

// progressDone clears the line that shows progress.
func (m *Main) progressDone() {
	if m.Progress {
		fmt.Fprint(m.Err, "\r\x1b[K")
	}
}
