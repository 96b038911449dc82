package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/web"
	"github.com/cordon-engine/cordon/internal/when"
)

// openLive opens the lists at data for a server, and the table of places.
func (m *Main) openLive(ctx context.Context, data string, maxAge time.Duration, log *slog.Logger) (*screen.Live, *place.Gazetteer, error) {
	places, fixed, err := m.embedded()
	if err != nil {
		return nil, nil, err
	}
	live, err := screen.OpenLive(ctx, screen.LiveConfig{
		Open: func(ctx context.Context) (screen.Config, func(), error) {
			c, err := m.screenConfig(m.folderOf(data), maxAge)
			if err != nil {
				return c, nil, err
			}
			store, err := m.openReader(ctx, data)
			if err != nil {
				return c, nil, err
			}
			c.Store = snapshot.WithFixed(store, fixed...)
			share(&c, data)
			return c, func() { store.Close() }, nil
		},
		Fingerprint: m.fingerprintOf(ctx, data),
		Now:         m.now,
		Told: func(what string, err error) {
			if err != nil {
				log.LogAttrs(ctx, slog.LevelWarn, what, slog.String("error", err.Error()))
				return
			}
			log.LogAttrs(ctx, slog.LevelInfo, what)
		},
	})
	m.progressDone()
	return live, places, err
}

// fingerprint changes when one of the files does that lists are opened from.
func fingerprint(dir string) string {
	out := ""
	for _, name := range []string{"cordon.db", "cordon.db-wal", "same.yaml"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			out += "-\n"
			continue
		}
		out += fmt.Sprintln(info.Size(), info.ModTime().UnixNano())
	}
	return out
}

// lookUps gives lists of one moment to rulings.
func (s *screener) lookUps() (decide.Screener, func()) {
	h := s.live.Take()
	return lookUps{h.Desk, s.quiet.take(s.m.ctx)}, h.Release
}

// lists tells pages and API which lists are loaded.
type lists struct {
	live   *screen.Live
	m      *Main
	maxAge time.Duration
}

// Lists is the port of the pages.
func (l lists) Lists(context.Context) ([]web.ListState, error) { return l.of(l.live.States()) }

// of puts states into the form of the pages.
func (l lists) of(states []snapshot.State) ([]web.ListState, error) {
	var out []web.ListState
	for _, s := range states {
		st := report.Status(s, l.m.now(), l.maxAge)
		x := web.ListState{
			ID: st.List, Title: st.List, Authority: st.Owner, Snapshot: st.Snapshot, Subjects: st.Subjects, Published: s.Current.Published,
			Checked: when.NoDay, Hash: st.Content, Stale: st.Stale, Error: st.Error,
		}
		if src, err := source(st.Source); err == nil {
			x.Title, x.Authority = src.Title+" ("+st.List+")", src.Authority
		}
		if day, _, ok := strings.Cut(st.Checked, "T"); ok {
			var err error
			if x.Checked, err = when.ParseDay(day); err != nil {
				return nil, err
			}
		}
		out = append(out, x)
	}
	return out, nil
}

// listsForPrograms is the same port for the API.
type listsForPrograms struct{ lists }

// Lists is the port of the API.
func (l listsForPrograms) Lists(ctx context.Context) ([]httpapi.List, error) {
	states, err := l.lists.Lists(ctx)
	if err != nil {
		return nil, err
	}
	out := []httpapi.List{}
	for _, s := range states {
		out = append(out, httpapi.List{
			ID: s.ID, Title: s.Title, Authority: s.Authority, Snapshot: s.Snapshot, Subjects: s.Subjects, Published: s.Published.String(),
			Checked: s.Checked.String(), SHA256: s.Hash, Stale: s.Stale, Error: s.Error,
		})
	}
	return out, nil
}

// Index names the index in use, for /healthz and /readyz.
func (l listsForPrograms) Index() string { return l.live.Index() }

// Behind is part of the port of the API.
func (l listsForPrograms) Behind() string { return l.live.Behind() }
