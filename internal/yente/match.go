package yente

import (
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/entity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ftmodel"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/screening"
)

// Limits of yente, kept.
const (
	// MaxBatch is how many queries one request may have.
	MaxBatch = 100
	// MaxLimit is how many results one answer may have, MaxOffset how many may be
	// passed over.
	MaxLimit, MaxOffset = 500, 9499
	// MaxExcluded is how many ids may be left out.
	MaxExcluded = 50
	// usualMatches and usualLimit are how many are shown unless somebody asks.
	usualMatches, usualLimit = 5, 10
	// usualThreshold is the score from which a result is called a match.
	usualThreshold = 0.7
)

// matching is how a match request is answered.
type matching struct {
	limit     int
	threshold float64
	// show is the score from which results are shown.
	show      float64
	algorithm *algorithm
	filter    *filter
}

func (a *API) match(w http.ResponseWriter, r *http.Request) error {
	s, err := a.begin(r)
	if err != nil {
		return err
	}
	defer s.Release()
	p := readParameters(r)
	m, err := a.matching(s, p)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	body, err := a.readBody(b)
	if err != nil {
		return err
	}
	for _, key := range body.config {
		if !slices.Contains(m.algorithm.settings, key) {
			return &refusal{http.StatusBadRequest, "Invalid configuration parameter: " + key + " for algorithm " + m.algorithm.name}
		}
	}
	if len(body.examples) == 0 {
		return &refusal{http.StatusBadRequest, "No queries provided."}
	}
	out := make([]byte, 0, 4096)
	out = append(out, `{"responses":{`...)
	for i, e := range body.examples {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(quoted(out, body.names[i]), ':')
		if out, err = a.matchOne(out, s, m, e, body.names[i]); err != nil {
			return err
		}
	}
	out = append(out, `},"limit":`...)
	out = append(strconv.AppendInt(out, int64(m.limit), 10), '}', '\n')
	w.Header().Set("x-batch-size", strconv.Itoa(len(body.examples)))
	m.filter.tell(w.Header())
	if ignored := append(body.weights, body.config...); len(ignored) > 0 {
		w.Header().Set("X-Ignored-Settings", headText(strings.Join(ignored, ", ")))
	}
	return send(w, out)
}

// matching reads the parameters of a match request.
func (a *API) matching(s *scope, p *parameters) (*matching, error) {
	m := &matching{
		limit:     p.number("limit", usualMatches, 1, MaxLimit),
		threshold: p.share("threshold", usualThreshold),
		filter:    a.filter(s, p),
	}
	// Whoever names no threshold is shown all that may be the one looked for, also
	// below what is called a match.
	m.show = min(m.threshold, s.Params().Possible())
	if p.values.Has("threshold") {
		m.show = m.threshold
	}
	if p.values.Has("cutoff") {
		m.show = min(p.share("cutoff", m.show), m.threshold)
	}
	p.truth("fuzzy", true)
	ids := p.texts("exclude_entity_ids")
	if len(ids) > MaxExcluded {
		p.fail("too_long", "List should have at most 50 items", "exclude_entity_ids")
	}
	m.algorithm = algorithmOf(p.text("algorithm"))
	switch {
	case p.err != nil:
		return nil, p.err
	case m.algorithm == nil:
		return nil, &refusal{http.StatusBadRequest, "Invalid algorithm: " + p.text("algorithm")}
	}
	m.filter.ids = map[string]bool{}
	for _, id := range ids {
		m.filter.ids[id] = true
		for _, list := range s.lists { // an id that was merged leaves out what it was merged into
			if d, ok := s.Sets[list].Merged(id); ok {
				m.filter.ids[d.ID()] = true
			}
		}
	}
	return m, a.refused(m.filter)
}

// matchOne appends the answer to one query.
func (a *API) matchOne(b []byte, s *scope, m *matching, e *example, name string) ([]byte, error) {
	answer, err := a.screen(s, m, e.schema, e.input(m.algorithm.namesOnly), name)
	if err != nil {
		return nil, err
	}
	b = append(b, `{"status":200,"results":[`...)
	n := 0
	for i := range answer.Hits {
		h := &answer.Hits[i]
		d, ok := s.Sets[h.List].Get(h.ID)
		if !ok {
			return nil, fault.New(fault.Internal, "a subject of %s has no entity", h.List)
		}
		if n++; n > 1 {
			b = append(b, ',')
		}
		if b, err = a.result(b, s, m, answer, h, d); err != nil {
			return nil, err
		}
	}
	b = append(b, `],"total":{"value":`...)
	b = strconv.AppendInt(b, int64(n+answer.More), 10)
	b = append(b, `,"relation":"eq"},"query":`...)
	return append(e.append(b), '}'), nil
}

// screen looks for an example. What was not screened is an error.
func (a *API) screen(s *scope, m *matching, schema *ftmodel.Schema, in match.Input, name string) (*screening.Answer, error) {
	out := &screening.Answer{}
	if len(in.Names) > match.MaxNames {
		return nil, &refusal{http.StatusBadRequest, "Cannot parse example entity: the query " + strconv.Quote(name) + " has " +
			strconv.Itoa(len(in.Names)) + " names; maximum is " + strconv.Itoa(match.MaxNames)}
	}
	if len(s.lists) == 0 {
		return out, nil // the dataset is declared to be empty
	}
	f := *m.filter
	f.schemas = func(of *ftmodel.Schema) bool {
		return schema == nil && of.Matchable || schema != nil && ftmodel.Load().Matches(schema.Name, of.Name)
	}
	*out = s.Desk.Screen(screening.Query{
		Input: in, Lists: s.lists, AsOf: a.Today(), Threshold: m.show, Limit: m.limit,
		Keep: func(list, id string) bool {
			d, ok := s.Sets[list].Get(id)
			return ok && f.keep(d)
		},
	})
	if out.Outcome == screening.NotScreened {
		return nil, &refusal{http.StatusBadRequest, "The query " + strconv.Quote(name) + " was not screened: " + out.Reason}
	}
	return out, nil
}

// result appends an entity with its score and what it is made of.
func (a *API) result(b []byte, s *scope, m *matching, answer *screening.Answer, h *screening.Hit, d entity.Doc) ([]byte, error) {
	why, err := s.Why(answer, h)
	if err != nil {
		return nil, err
	}
	whole := d.JSON()
	b = append(b, whole[:len(whole)-1]...)
	b = number(append(b, `,"score":`...), h.Score)
	b = strconv.AppendBool(append(b, `,"match":`...), h.Identified || h.Score >= m.threshold)
	features := featuresOf(why)
	b = append(b, `,"features":{`...)
	for i, f := range features {
		if i > 0 {
			b = append(b, ',')
		}
		b = number(append(quoted(b, f.name), ':'), f.bits)
	}
	b = append(b, `},"explanations":{`...)
	for i, f := range features {
		if i > 0 {
			b = append(b, ',')
		}
		b = f.append(b)
	}
	return append(b, "}}"...), nil
}

// number appends a number with four digits behind the point at most.
func number(b []byte, f float64) []byte {
	return strconv.AppendFloat(b, math.Round(f*1e4)/1e4, 'f', -1, 64)
}

// feature is what one kind of evidence adds up to.
type feature struct {
	name             string
	bits             float64
	detail           string
	query, candidate string
}

func (f *feature) append(b []byte) []byte {
	b = number(append(quoted(b, f.name), `:{"score":`...), f.bits)
	b = quoted(append(b, `,"detail":`...), f.detail)
	b = orNull(append(b, `,"query":`...), f.query)
	b = orNull(append(b, `,"candidate":`...), f.candidate)
	return append(b, '}')
}

func orNull(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return quoted(b, s)
}

// ofNames are the kinds of evidence that names give.
var ofNames = map[string]bool{
	"name": true, "word": true, "words": true, "initial": true, "acronym": true, "form": true, "syllables": true, "full": true, "exact": true,
	"covered": true, "alone": true, "generic": true, "order": true, "prior": true, "limit": true, "weak": true,
}

// nameMatch is the feature of names, under the name that clients know.
const nameMatch = "name_match"

// featuresOf adds evidence up: all that names give, and each fact by its kind.
func featuresOf(list []match.Evidence) []feature {
	var out []feature
	for i := range list {
		e := &list[i]
		name, detail := e.Kind, e.Words
		if ofNames[name] {
			name, detail = nameMatch, ""
		}
		at := slices.IndexFunc(out, func(f feature) bool { return f.name == name })
		if at < 0 {
			at = len(out)
			out = append(out, feature{name: name, detail: detail})
		}
		f := &out[at]
		f.bits += e.Bits
		if f.query == "" && f.candidate == "" {
			f.query, f.candidate = e.Left, e.Right
		}
	}
	if i := slices.IndexFunc(out, func(f feature) bool { return f.name == nameMatch }); i >= 0 {
		names := slices.DeleteFunc(slices.Clone(list), func(e match.Evidence) bool { return !ofNames[e.Kind] })
		out[i].detail = match.Summary(names)
	}
	return out
}
