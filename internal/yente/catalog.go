package yente

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/dataset"
	"github.com/cordon-engine/cordon/internal/fault"
)

// datasetJSON is a dataset of the catalog.
type datasetJSON struct {
	Name         string   `json:"name"`
	Title        string   `json:"title"`
	Summary      *string  `json:"summary"`
	Version      *string  `json:"version"`
	UpdatedAt    *string  `json:"updated_at"`
	Load         bool     `json:"load"`
	EntitiesURL  *string  `json:"entities_url"`
	Children     []string `json:"children"`
	IndexVersion *string  `json:"index_version"`
	IndexCurrent bool     `json:"index_current"`
	EntityCount  *int     `json:"entity_count"`
	// Snapshot is the version of the list in the store, Error why it is not newer.
	Snapshot *string `json:"snapshot"`
	Error    *string `json:"error"`
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// catalog answers which datasets there are, and which of them are in force. It is
// the same for the manifest, which yente has given the same form.
func (a *API) catalog(w http.ResponseWriter, r *http.Request) error {
	m, err := a.Take(r.Context())
	if err != nil {
		return err
	}
	defer m.Release()
	out := struct {
		Datasets   []datasetJSON `json:"datasets"`
		Current    []string      `json:"current"`
		Outdated   []string      `json:"outdated"`
		IndexStale bool          `json:"index_stale"`
	}{[]datasetJSON{}, []string{}, []string{}, false}
	st := a.Status()
	for _, d := range st.Catalog.With(m.States).Datasets() {
		j := describe(m, st, &d)
		out.Datasets = append(out.Datasets, j)
		switch {
		case !d.Load:
		case j.IndexCurrent:
			out.Current = append(out.Current, d.Name)
		default:
			out.Outdated = append(out.Outdated, d.Name)
		}
	}
	slices.Sort(out.Current)
	slices.Sort(out.Outdated)
	out.IndexStale = len(out.Outdated) > 0 || m.Stale != ""
	b, err := json.Marshal(out)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the catalog")
	}
	sum := sha256.Sum256(b)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "public, max-age=300")
	if matches(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return send(w, append(b, '\n'))
}

// describe gives a dataset as the catalog has it. Where a file is on this machine is
// nobody's business, so only addresses of the web are told.
func describe(m *Moment, st *dataset.Status, d *dataset.Dataset) datasetJSON {
	j := datasetJSON{
		Name: d.Name, Title: d.Title, Summary: orNil(d.Summary), Version: orNil(d.Version), UpdatedAt: orNil(d.UpdatedAt), Load: d.Load,
		Children: d.Children, Error: orNil(st.Failed[d.Name]),
	}
	if j.Children == nil {
		j.Children = []string{}
	}
	if dataset.IsRemote(d.From) {
		j.EntitiesURL = &d.From
	}
	set := m.Sets[dataset.ListOf(d.Name)]
	version, loaded := st.Loaded[d.Name]
	switch {
	case d.Empty:
		zero := 0
		j.EntityCount, j.IndexCurrent, j.IndexVersion = &zero, loaded, orNil(version)
	case set != nil:
		n := set.Len()
		j.EntityCount = &n
		for _, s := range m.States {
			if s.Name() == set.List {
				id := s.Current.ID.String()
				j.Snapshot, j.IndexVersion = &id, &id
			}
		}
		j.IndexCurrent = d.List || loaded
		if loaded && version != "" {
			j.IndexVersion = &version
		}
	}
	return j
}

// matches reports whether a tag is among those that a client has.
func matches(have []string, tag string) bool {
	for _, list := range have {
		for _, t := range strings.Split(list, ",") {
			if t = strings.TrimSpace(t); t == "*" || strings.TrimPrefix(t, "W/") == tag {
				return true
			}
		}
	}
	return false
}
