package screen

import (
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/source/ftm"
	"github.com/cordon-engine/cordon/internal/sqlite"
	"github.com/cordon-engine/cordon/internal/when"
)

// An entry that names another subject does not take its place, and a sanction that
// is about several says of each only its own.
func TestEntriesThatNameOthersStayTheirOwn(t *testing.T) {
	const list = `{"id":"firm","caption":"Oyelaran Holding","schema":"Company","properties":{"name":["Oyelaran Holding"],"topics":["export.control"]}}
{"id":"ship","caption":"QUISENBERRY STAR","schema":"Vessel","properties":{"name":["QUISENBERRY STAR"],"owner":["firm"],"topics":["sanction"]}}
{"id":"own","schema":"Ownership","properties":{"owner":["firm"],"asset":["ship"]}}
{"id":"act","schema":"Sanction","properties":{"entity":["firm","ship"],"authority":["Office of Examples"]}}
`
	store, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	_, err = (&load.Loader{Store: store}).Load(t.Context(), load.Request{
		Source: ftm.Source(), Files: []publication.File{publicationtest.Bytes("l", "", []byte(list))}, Published: when.NoDay, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, config(t, store, ""))
	for name, want := range map[string]struct {
		id   string
		tier screening.Tier
	}{"Oyelaran Holding": {"firm", screening.TierControlled}, "QUISENBERRY STAR": {"ship", screening.TierListed}} {
		a := d.Screen(screening.Query{Input: match.Input{Names: []match.Name{{Text: name}}}, AsOf: when.Date(2026, 11, 27), Threshold: 0.6})
		if len(a.Hits) != 1 || a.Hits[0].ID != want.id || a.Hits[0].Tier != want.tier || len(a.Hits[0].Statuses) != 1 {
			t.Errorf("%s: %+v", name, a.Hits)
		}
	}
}
