package main

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/when"
)

// quieting marks hits that two persons found false on just these facts. Its zero value suppresses nothing.
type quieting struct {
	*casework.Quiet
	now time.Time
	// unread says why nobody knows what is suppressed: then nothing is, and each answer with a hit says so.
	unread string
	// again are the suppressions of an answer that is given again, in place of all others. They held then, and are not compared.
	again []keptQuiet
}

// quietList are the suppressions of one party.
type quietList struct {
	party  string // by what cases know it
	list   []casework.Quieted
	unread string
}

// of gives the suppressions of a party, known by a reference or, without one, by what it says.
func (z quieting) of(p screen.Party, ref string) quietList {
	out := quietList{unread: z.unread}
	if z.most() == 0 {
		return out
	}
	ours := sideOf(&answeredParty{party: p, ref: ref}, nil)
	out.party, out.list = ours.Ref, z.Of(&ours, z.now)
	for _, x := range z.again {
		if x.Party == ours.Ref {
			out.list = append(out.list, casework.Quieted{Listing: x.Listing, Case: x.Case, Until: x.Until})
		}
	}
	return out
}

// most is how many suppressions a party has at most.
func (z quieting) most() int { return max(z.Most(), len(z.again)) }

// asking gives the limit to ask with: what is suppressed must not use it up, and which hits are is known afterwards.
func (z quieting) asking(limit int) int {
	if z.most() == 0 {
		return limit
	}
	return screening.NoLimit
}

// mark marks what is suppressed, cuts the rest to the limit, and gives the answer the outcome of what is not suppressed. What cannot
// be compared is not suppressed, and the answer says so.
func (l quietList) mark(d *screen.Desk, asOf when.Day, limit int, a *screening.Answer) {
	if len(a.Hits) == 0 {
		return
	}
	a.Uncompared = l.unread
	d.Suppress(a, limit, func(h *screening.Hit) *screening.Suppression {
		s, err := l.suppresses(d, asOf, h)
		if err != nil {
			a.Uncompared = uncompared(err)
			return nil
		}
		return s
	})
}

// uncompared says that suppressions were left out of account.
func uncompared(err error) string {
	return "suppressions cannot be read, so that every hit counts: " + err.Error()
}

func (l quietList) suppresses(d *screen.Desk, asOf when.Day, h *screening.Hit) (*screening.Suppression, error) {
	i := slices.IndexFunc(l.list, func(x casework.Quieted) bool { return x.Listing == h.ID })
	if i < 0 {
		return nil, nil
	}
	x := &l.list[i]
	if x.ListingPrint != "" {
		ids := []string{}
		for _, m := range h.Same {
			ids = append(ids, m.A, m.B)
		}
		theirs, err := listedSide(d, asOf, h.ID, h.Caption, ids)
		if err != nil || theirs.Print() != x.ListingPrint {
			return nil, err
		}
	}
	return &screening.Suppression{Case: x.Case, Until: x.Until, Party: l.party}, nil
}

// partyOf writes a query as a party says it, so that one known by what it says is found however it came.
func partyOf(in *match.Input) screen.Party {
	p := screen.Party{}
	add := func(field, value string) {
		if value != "" {
			p[field] = append(p[field], value)
		}
	}
	for _, n := range in.Names {
		if n.Kind == match.Alias {
			add("alias", n.Text)
		} else {
			add("name", n.Text)
		}
	}
	for _, b := range in.Births {
		add("birthDate", b.String())
	}
	for _, c := range in.Countries {
		add("country", strings.ToUpper(c))
	}
	for _, x := range in.Addresses {
		add("address", x)
	}
	for _, id := range in.Identifiers {
		add("id", id.Kind+":"+id.Value)
	}
	add("schema", in.Schema)
	add("flag", strings.ToUpper(in.Flag))
	add("gender", in.Gender)
	return p
}

// screenQuietly screens a party that is known by what it says.
func (z quieting) screenQuietly(d *screen.Desk, q screening.Query) screening.Answer {
	if z.most() == 0 && z.unread == "" {
		return d.Screen(q)
	}
	quiet, limit := z.of(partyOf(&q.Input), ""), q.Limit
	q.Limit = z.asking(limit)
	a := d.Screen(q)
	quiet.mark(d, q.AsOf, limit, &a)
	return a
}

// run screens rows as [screen.Desk.Run] does, each party known by its reference or by what it says.
func (z quieting) run(ctx context.Context, d *screen.Desk, b screen.Batch, rows iter.Seq2[screen.Row, error], out func(screen.Answered) error) error {
	ask := b
	ask.Limit = z.asking(b.Limit)
	return d.Run(ctx, ask, rows, func(a screen.Answered) error {
		z.of(a.Row.Party, a.Row.Ref).mark(d, b.AsOf, b.Limit, &a.Answer)
		return out(a)
	})
}

// keptQuiet is a suppression that an answer was given under, as it is kept with the question.
type keptQuiet struct {
	Listing string    `json:"listing"`
	Case    string    `json:"case"`
	Until   time.Time `json:"until"`
	Party   string    `json:"party"`
}

// quietAsked is what a question keeps of suppressions.
type quietAsked struct {
	// Quiet are those that held for it, Unread says why none could be read.
	Quiet  []keptQuiet `json:"quiet,omitempty"`
	Unread string      `json:"quiet_unread,omitempty"`
}

func (q quietAsked) quieting() quieting { return quieting{again: q.Quiet, unread: q.Unread} }

// quietOf gives what an answer was given under.
func quietOf(list ...*screening.Answer) (out quietAsked) {
	for _, a := range list {
		for i := range a.Hits {
			if s := a.Hits[i].Suppressed; s != nil {
				out.add(keptQuiet{a.Hits[i].ID, s.Case, s.Until, s.Party})
			}
		}
		if out.Unread == "" {
			out.Unread = a.Uncompared
		}
	}
	return out
}

func (q *quietAsked) add(x keptQuiet) {
	if !slices.Contains(q.Quiet, x) {
		q.Quiet = append(q.Quiet, x)
	}
}

// quietOfRuling gives what a ruling was given under, of its text for programs.
func quietOfRuling(text []byte) (out quietAsked, err error) {
	if !bytes.Contains(text, []byte(`"suppressed":{`)) && !bytes.Contains(text, []byte(`"uncompared":`)) {
		return out, nil // as nearly always
	}
	var r struct {
		Screened []struct {
			Subject    string                      `json:"subject"`
			Suppressed *httpapi.ScreenedSuppressed `json:"suppressed"`
			Uncompared string                      `json:"uncompared"`
		} `json:"screened"`
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return out, err
	}
	for _, x := range r.Screened {
		if s := x.Suppressed; s != nil {
			out.add(keptQuiet{x.Subject, s.Case, s.Until, s.Party})
		}
		if out.Unread == "" {
			out.Unread = x.Uncompared
		}
	}
	return out, nil
}

// quiet gives the suppressions of a data folder or database. Where they cannot be read nothing is suppressed.
func (m *Main) quiet(data string) (z quieting) {
	z.now = m.now()
	err := m.caseReader(data, func(d *casework.Desk) error {
		cases, err := d.Cases(m.ctx)
		z.Quiet = casework.QuietOf(cases)
		return err
	})
	if err != nil {
		z.Quiet, z.unread = nil, uncompared(err)
	}
	return z
}

// quietLive are the suppressions of a server, looked for every so often and when something was done to a case here, and read anew
// where something was done to a case anywhere. While they cannot be read nothing is suppressed.
type quietLive struct {
	read   func(ctx context.Context) ([]casework.Case, error)
	newest func(ctx context.Context) (int64, error)
	now    func() time.Time
	every  time.Duration

	mu    sync.Mutex
	at    time.Time
	event int64 // the newest that was read
	quiet quieting
}

// forget has them read anew.
func (l *quietLive) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = time.Time{}
}

// take gives those of now; nil has none.
func (l *quietLive) take(ctx context.Context) quieting {
	if l == nil {
		return quieting{}
	}
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at.IsZero() || now.Sub(l.at) >= l.every || now.Before(l.at) {
		l.at = now
		l.fill(context.WithoutCancel(ctx))
	}
	out := l.quiet
	out.now = now
	return out
}

func (l *quietLive) fill(ctx context.Context) {
	event, err := l.newest(ctx) // asked first: what comes in between is read again
	if err == nil && l.quiet.Quiet != nil && event == l.event {
		return
	}
	l.quiet, l.event = quieting{}, event
	var cases []casework.Case
	if err == nil {
		cases, err = l.read(ctx)
	}
	if err != nil {
		l.quiet.unread = uncompared(err)
		return
	}
	l.quiet.Quiet = casework.QuietOf(cases)
}
