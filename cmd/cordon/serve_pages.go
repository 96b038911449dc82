package main

import (
	"sync"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/web"
)

// statesFor opens what is known of states for the pages.
func (c *serveCmd) statesFor(m *Main) func() (*states.Desk, error) {
	return func() (*states.Desk, error) {
		d, _, err := m.openStates(statesFlags{lawFlags: c.lawFlags, Data: c.Data})
		return d, err
	}
}

// commitmentsFor opens the undertakings for the pages, once.
func commitmentsFor(d *decide.Desk) func() (*commitment.Book, error) {
	return sync.OnceValues(func() (*commitment.Book, error) {
		return commitment.Open(d.Places, d.Lists, d.Factors, data.FS, "commitments")
	})
}

// readStory reads the story and the events that it names.
func (c *serveCmd) readStory(pages *web.Config) (err error) {
	if pages.Story, err = web.ReadStory(pages.Desk, data.FS); err != nil {
		return err
	}
	pages.Events, err = event.ReadAll(pages.Desk.Reference, data.FS, "events")
	return err
}
