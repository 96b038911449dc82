package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/redflag"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/telemetry"
	"github.com/cordon-engine/cordon/internal/web"
	"github.com/cordon-engine/cordon/internal/when"
)

// screener answers "who is it?" for pages and programs. Each answer is made with
// the lists of one moment.
type screener struct {
	live   *screen.Live
	places *place.Gazetteer
	m      *Main
	lists  lists
	names  namesKept

	metrics *telemetry.Metrics // nil counts nothing
	quiet   *quietLive         // nil suppresses nothing
}

// schemaOf gives the schema for a kind that the page offers.
var schemaOf = map[string]string{"": "", "person": "Person", "organisation": "Organization", "vessel": "Vessel", "aircraft": "Airplane"}

// Screen is the port of the pages.
func (s *screener) Screen(ctx context.Context, q web.Query) (web.Screening, error) {
	schema, ok := schemaOf[q.Kind]
	if !ok {
		return web.Screening{}, fault.New(fault.Invalid, "%q is no kind of subject", q.Kind)
	}
	in := match.Input{Schema: schema}
	if q.Name != "" {
		in.Names = []match.Name{{Text: q.Name}}
	}
	if q.Country != "" {
		in.Countries = []string{q.Country}
	}
	if q.Identifier != "" {
		in.Identifiers = identifiersOf(q.Identifier, q.Kind)
	}
	held := s.live.Take()
	defer held.Release()
	query := screening.Query{Input: in, AsOf: s.day(q.AsOf), Threshold: held.Params().Possible()}
	a := s.quiet.take(ctx).screenQuietly(held.Desk, query)
	s.metrics.Screened(string(a.Outcome))
	s.metrics.Suppressed(a.Suppressed)
	out := web.Screening{Outcome: string(a.Outcome), Reason: a.Reason, More: a.More, Notes: a.Said()}
	for _, f := range a.Flags {
		if f.Kind != redflag.Number || len(in.Identifiers) == 1 { // of a number whose kind was guessed nothing is wrong
			out.Flags = append(out.Flags, report.FlagSentence(f))
		}
	}
	states, err := s.lists.of(held.States)
	if err != nil {
		return out, err
	}
	for _, x := range a.Against {
		for _, st := range states {
			if st.ID == x.List {
				out.Against = append(out.Against, st)
			}
		}
	}
	for i := range a.Hits {
		h, err := hitOnPage(held.Desk, &a, &a.Hits[i])
		if err != nil {
			return out, err
		}
		out.Hits = append(out.Hits, h)
	}
	return out, nil
}

// identifiersOf gives an identifier typed without its kind under those that it
// may be of.
func identifiersOf(value, kind string) []match.Identifier {
	if k, v, ok := strings.Cut(value, ":"); ok {
		return []match.Identifier{{Kind: strings.TrimSpace(k), Value: strings.TrimSpace(v)}}
	}
	if kind == "vessel" || strings.HasPrefix(strings.ToUpper(value), "IMO") {
		return []match.Identifier{{Kind: "imo", Value: value}}
	}
	var out []match.Identifier
	for _, k := range []string{"imo", "passport", "national", "tax", "registration", "lei", "bic"} {
		out = append(out, match.Identifier{Kind: k, Value: value})
	}
	return out
}

// day gives the day asked for, and today for none.
func (s *screener) day(d when.Day) when.Day {
	if d == when.NoDay {
		return s.m.today()
	}
	return d
}

func hitOnPage(desk *screen.Desk, a *screening.Answer, h *screening.Hit) (web.Hit, error) {
	out := web.Hit{ID: h.ID, Tier: web.TierOf(h.Tier, h.Statuses), Score: report.Score(h.Score)}
	if h.Suppressed != nil {
		out.Suppressed = h.Suppressed.Words()
	}
	for _, n := range h.Names {
		out.Names = append(out.Names, web.NameOf(n))
	}
	list, err := desk.Why(a, h)
	if err != nil {
		return out, err
	}
	for _, e := range list {
		out.Evidence = append(out.Evidence, web.Evidence{Label: e.Words, Query: e.Left, Candidate: e.Right, Weight: e.Bits})
	}
	for _, st := range h.Statuses {
		l := web.Listing{
			Authority: st.Listing.Authority, Programme: strings.Join(st.Listing.Programmes, ", "), Reference: st.Listing.Reference,
			ListedOn: when.NoDay, DelistedOn: when.NoDay, Source: st.Seen.String(),
		}
		if st.From.Known {
			l.ListedOn = st.From.Period.From
		}
		if st.Standing == snapshot.Delisted || st.Standing == snapshot.Uncertain {
			l.DelistedOn = st.Off.To
		}
		out.Listings = append(out.Listings, l)
	}
	return out, nil
}

// screenerForPrograms is the port of the API.
type screenerForPrograms struct{ *screener }

// queryJSON is what a query says besides the party.
type queryJSON struct {
	Party     screen.Party
	Ref       string // by what the asker calls the party
	Lists     []string
	AsOf      when.Day
	Threshold float64
	Limit     int
}

// readQuery reads a query: the fields of a party, and lists, as_of, threshold, limit.
// Those are taken out on the way, so that the rest is read once, as a party.
// today stands for no as_of.
func readQuery(b []byte, today when.Day, threshold float64) (queryJSON, error) {
	q := queryJSON{AsOf: today, Threshold: threshold}
	in := jsontext.NewDecoder(bytes.NewReader(b)) // refuses what stands twice and what is no UTF-8
	if in.PeekKind() != '{' {
		return q, notAnObject(nil)
	}
	_, err := in.ReadToken()
	party := append(make([]byte, 0, len(b)), '{')
	for err == nil && in.PeekKind() != '}' {
		var key, value jsontext.Value
		if key, err = in.ReadValue(); err != nil {
			break
		}
		name := string(key) // quoted; good only until the next read
		if value, err = in.ReadValue(); err != nil {
			break
		}
		mine, err := q.take(strings.Trim(name, `"`), value)
		if err != nil {
			return q, err
		}
		if !mine {
			if len(party) > 1 {
				party = append(party, ',')
			}
			party = append(append(append(party, name...), ':'), value...)
		}
	}
	if err == nil {
		_, err = in.ReadToken()
	}
	if err == nil {
		if _, err = in.ReadToken(); errors.Is(err, io.EOF) {
			err = nil
		} else if err == nil {
			return q, notAnObject(nil)
		}
	}
	if err != nil {
		return q, notAnObject(err)
	}
	q.Party, err = screen.ParseParty(append(party, '}'))
	return q, err
}

func notAnObject(err error) error {
	const fix = `write it as {"name": "..."}`
	if err == nil {
		return fault.New(fault.Invalid, "the body is not one JSON object").WithFix(fix)
	}
	return fault.New(fault.Invalid, "the body is not one JSON object: %v", err).WithFix(fix)
}

// take takes a field that is not of the party, and reports whether it is one.
func (q *queryJSON) take(key string, value jsontext.Value) (mine bool, err error) {
	var day string
	var to any
	switch key {
	case "lists":
		to = &q.Lists
	case "as_of":
		to = &day
	case "threshold":
		to = &q.Threshold
	case "limit":
		to = &q.Limit
	case screen.Ref:
		to = &q.Ref
	default:
		return false, nil
	}
	at := fault.Place{Field: key}
	if err := json.Unmarshal(value, to); err != nil {
		return true, fault.New(fault.Invalid, "%s cannot be read: %v", key, err).At(at)
	}
	if day != "" {
		if q.AsOf, err = when.ParseDay(day); err != nil {
			return true, fault.In(at, err)
		}
	}
	if q.Threshold < 0 || q.Threshold >= 1 {
		return true, fault.New(fault.Invalid, "the threshold lies from 0 to below 1").At(at)
	}
	if len(q.Ref) > maxRef {
		return true, fault.New(fault.TooLarge, "a reference has at most %d bytes", maxRef).At(at)
	}
	if q.Limit < 0 || q.Limit > 1000 {
		return true, fault.New(fault.Invalid, "the limit lies between 1 and 1000").At(at)
	}
	return true, nil
}

// maxRef is how long the reference of a party may be, in bytes.
const maxRef = 200

// answerQuery answers a query, for programs and as it is; with what is suppressed.
func answerQuery(desk *screen.Desk, places *place.Gazetteer, q queryJSON, z quieting) (report.AnswerJSON, screening.Answer, error) {
	in, notes, err := q.Party.Input(places)
	if err != nil {
		return report.AnswerJSON{}, screening.Answer{}, err
	}
	query := screening.Query{Input: in, Lists: q.Lists, AsOf: q.AsOf, Threshold: q.Threshold, Limit: z.asking(q.Limit)}
	a := desk.Screen(query)
	a.Notes = append(a.Notes, notes...)
	z.of(q.Party, q.Ref).mark(desk, q.AsOf, q.Limit, &a)
	return report.Answer(a, q.AsOf, desk.Params().ID(), whyOf(desk, &a)), a, nil
}

// Screen answers one query.
func (s screenerForPrograms) Screen(ctx context.Context, query []byte) ([]byte, error) {
	held := s.live.Take()
	defer held.Release()
	q, err := readQuery(query, s.m.today(), held.Params().Possible())
	if err != nil {
		return nil, err
	}
	a, full, err := answerQuery(held.Desk, s.places, q, s.quiet.take(ctx))
	if err != nil {
		return nil, err
	}
	s.metrics.Screened(string(full.Outcome))
	s.metrics.Suppressed(full.Suppressed)
	return lineOf(a)
}

// together is how many answers of a stream are sent at once: they come in such lots.
const together = 64

// ScreenLines answers one query a line.
func (s screenerForPrograms) ScreenLines(ctx context.Context, r io.Reader, w io.Writer) (httpapi.Count, error) {
	out := bufio.NewWriterSize(w, 1<<16)
	n, err := s.lines(ctx, r, func(n int, held *screen.Held, batch screen.Batch, a screen.Answered) error {
		err := jsonLine(out, (&screenCmd{}).answer(held.Desk, batch, a))
		if err == nil && n%together == 0 {
			err = out.Flush()
		}
		return err
	})
	return n, cmp.Or(err, out.Flush())
}

// lines answers one query a line, in order, and calls out with the number of each.
func (s screenerForPrograms) lines(
	ctx context.Context, r io.Reader, out func(int, *screen.Held, screen.Batch, screen.Answered) error,
) (httpapi.Count, error) {
	var n httpapi.Count
	held := s.live.Take()
	defer held.Release()
	batch := screen.Batch{AsOf: s.m.today(), Threshold: held.Params().Possible(), Places: s.places}
	rows := screen.Referenced(screen.JSONRows(r, screen.Mapping{screen.Ref: {screen.Ref}}))
	err := s.quiet.take(ctx).run(ctx, held.Desk, batch, rows, func(a screen.Answered) error {
		n.Read++
		s.metrics.Screened(string(a.Answer.Outcome))
		s.metrics.Suppressed(a.Answer.Suppressed)
		if a.Answer.Outcome == screening.NotScreened {
			n.Refused++
		} else {
			n.Answered++
		}
		return out(n.Read, held, batch, a)
	})
	return n, err
}
