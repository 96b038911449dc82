package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
)

func encode(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	return append(b, '\n'), err
}

// health is what /healthz and /readyz say of the lists in use.
type health struct {
	Lists []string `json:"lists"`
	Index string   `json:"index"`
	Notes []string `json:"notes"`
}

// health gives the snapshots that answers are made with now, the name of their index,
// by which replicas are told apart, and what keeps newer
// ones from use.
func (a *API) health(ctx context.Context) health {
	h := health{Lists: []string{}, Notes: []string{}}
	if a.Lists == nil {
		return h
	}
	list, err := a.Lists.Lists(ctx)
	if err != nil {
		h.Notes = append(h.Notes, "the lists could not be read")
	}
	for _, l := range list {
		if l.Snapshot != "" {
			h.Lists = append(h.Lists, l.Snapshot)
		}
	}
	if x, ok := a.Lists.(interface{ Index() string }); ok {
		h.Index = x.Index()
	}
	if why := a.Lists.Behind(); why != "" {
		h.Notes = append(h.Notes, why)
	}
	return h
}

func (a *API) healthy(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		Status  string `json:"status"`
		Healthy bool   `json:"healthy"`
		health
	}{"ok", true, a.health(r.Context())})
}

// ready says whether every question can be answered: without lists, or with one
// that is missing or too old, nobody can be screened, and what stands in Unready is in the way. Lists that are not the newest are no
// reason, since every answer names those it was made with; they are in the notes.
func (a *API) ready(w http.ResponseWriter, r *http.Request) {
	why := a.unready(r.Context())
	status, word := http.StatusOK, "ok"
	if len(why) > 0 {
		status, word = http.StatusServiceUnavailable, "unavailable"
	}
	writeJSON(w, status, struct {
		Status string   `json:"status"`
		Ready  bool     `json:"ready"`
		Why    []string `json:"why"`
		health
	}{word, len(why) == 0, why, a.health(r.Context())})
}

// writeJSON answers outside the framework, with a value that encodes.
func writeJSON(w http.ResponseWriter, status int, v any) {
	b, _ := encode(v)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the reader is gone
}

func (a *API) unready(ctx context.Context) []string {
	why := []string{}
	if a.Unready != nil {
		why = append(why, a.Unready(ctx)...)
	}
	if a.Screener == nil {
		why = append(why, "screening is not available in this build")
	}
	if a.Lists == nil {
		return append(why, "no lists are loaded")
	}
	list, err := a.Lists.Lists(ctx)
	switch {
	case err != nil:
		return append(why, "the lists could not be read")
	case len(list) == 0:
		return append(why, "no lists are loaded")
	}
	for _, l := range list {
		switch {
		case l.Stale != "":
			why = append(why, "the list "+l.ID+": "+l.Stale)
		case l.Snapshot == "":
			why = append(why, "the list "+l.ID+": nothing is loaded")
		}
	}
	return why
}
