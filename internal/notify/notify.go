// Package notify tells others what happened: each entry of the log that somebody wants to
// hear of becomes a message to an endpoint, is tried until it is taken, and is kept as
// dead for a person when it is not.
//
// The log is the source, so that nothing is told that did not happen and nothing that
// happened is forgotten: an endpoint has a place in the log, and messages and the next
// place are kept in one step. A message has one id however often it is tried; whoever is
// told twice because a program died between the two steps knows it by that. The package
// opens no connection (senders do), and puts no name or reference of a customer into a
// message: what an erasure removes must not lie on in other people's systems.
package notify

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// Type says what a message is about, as in watch.run.
type Type string

// The types of messages.
const (
	WatchRun     Type = "watch.run"     // a base was screened
	WatchVersion Type = "watch.version" // a base has another version
	ListLoaded   Type = "list.loaded"   // a list has another snapshot
	CaseEvent    Type = "case.event"    // something happened to a case
	LicenceEvent Type = "licence.event" // something happened to a licence
	// Test is asked for by a person, to see whether an endpoint answers.
	Test Type = "cordon.test"
)

// Types are those that an endpoint may ask for.
func Types() []Type { return []Type{WatchRun, WatchVersion, ListLoaded, CaseEvent, LicenceEvent} }

// TypeOf gives the type of message that an entry of the log becomes; "" for none.
func TypeOf(e *ledger.Entry) Type {
	switch {
	case e.Kind == ledger.Watch && strings.HasPrefix(e.About, "watch:"):
		return WatchRun
	case e.Kind == ledger.Watch:
		return WatchVersion
	case e.Kind == ledger.List:
		return ListLoaded
	case e.Kind == ledger.Case:
		return CaseEvent
	case e.Kind == ledger.Licence:
		return LicenceEvent
	}
	return ""
}

// Message is what an endpoint is told.
type Message struct {
	// ID is the same for every try and every endpoint: letters, digits and underscores.
	ID   string
	Type Type
	// Seq is the entry of the log that it tells of; -1 for a test.
	Seq int64
	// Body is a JSON object with type, timestamp and data.
	Body []byte
}

// State is how far a message is.
type State string

// The states. A message is pending until it is taken or given up.
const (
	Pending   State = "pending"
	Delivered State = "delivered"
	Dead      State = "dead"
)

// Delivery is a message on its way to one endpoint.
type Delivery struct {
	Message
	Endpoint string
	State    State
	// Tries is how often it was tried since it was made, or replayed.
	Tries int
	// Due is when it is tried next, where it is pending.
	Due time.Time
	// Claim tells one who tries it from another: each claim has a number of its own.
	Claim int64
	// Last says why the last try failed.
	Last string
	// Made and Changed are when it was made, and when its state or its tries last changed.
	Made, Changed time.Time
}

// Filter chooses deliveries; the zero value chooses all.
type Filter struct {
	Endpoint, ID string
	State        State
	// Limit bounds their number, newest first; 0 for no limit.
	Limit int
}

// Store keeps messages. Errors are faults. Many programs may use one at once.
type Store interface {
	// Place gives where in the log an endpoint goes on; known is false for one that was
	// never there.
	Place(ctx context.Context, endpoint string) (next int64, known bool, err error)
	// Begin has an endpoint that was never there go on at the end of the log; it does
	// nothing for another.
	Begin(ctx context.Context, endpoint string) error
	// Enqueue keeps messages of an endpoint as pending and due at once, and with them that
	// it goes on at next. It is fault.Conflict when the endpoint does not go on at from:
	// another program was quicker.
	Enqueue(ctx context.Context, endpoint string, from, next int64, at time.Time, list []Message) error
	// Put keeps one message beside the log, as pending and due at once.
	Put(ctx context.Context, endpoint string, at time.Time, m Message) error
	// Claim gives deliveries that are due, at most so many and the longest due first, and
	// has them due again after lease: whoever dies with one leaves it to others.
	Claim(ctx context.Context, endpoint string, now time.Time, lease time.Duration, most int) ([]Delivery, error)
	// Settle keeps state, tries, due, last and changed of a delivery. It is
	// fault.Conflict when it was claimed again since.
	Settle(ctx context.Context, d Delivery) error
	// Deliveries gives those that a filter chooses, the newest first.
	Deliveries(ctx context.Context, f Filter) ([]Delivery, error)
	// Replay makes a delivery pending again, with no tries, whatever its state; it is
	// fault.NotFound when there is none.
	Replay(ctx context.Context, endpoint, id string, at time.Time) error
	// Forget drops deliveries that were taken before a time, and says how many.
	Forget(ctx context.Context, before time.Time) (int, error)
}

// Log is what the dispatcher reads of the log.
type Log interface {
	View(ctx context.Context, f func(ledger.Reader) error) error
}

// Sender hands a message to an endpoint; at is the time of the try. It returns once the
// endpoint has taken it. A [*Refusal] says more of a failure.
type Sender interface {
	Send(ctx context.Context, m Message, at time.Time) error
}

// Refusal is a failure of which the endpoint said more.
type Refusal struct {
	Err error
	// Gone says that no later try will be better.
	Gone bool
	// After is how long the endpoint asked to be left alone; 0 for nothing.
	After time.Duration
}

func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap gives the error.
func (r *Refusal) Unwrap() error { return r.Err }

// Endpoint is somebody who is told.
type Endpoint struct {
	// Name tells it from others, and is formed as [CheckName] says.
	Name string
	// Types are what it is told of; nil for all.
	Types []Type
	Sender
}

var goodName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)

// CheckName checks the name of an endpoint.
func CheckName(name string) error {
	if !goodName.MatchString(name) {
		return fault.New(fault.Invalid, "%q is not the name of an endpoint", name).WithFix("use at most 64 lower case letters, digits and dashes")
	}
	return nil
}

// Wants reports whether the endpoint is told of a type.
func (e *Endpoint) Wants(t Type) bool {
	return t != "" && (e.Types == nil || slices.Contains(e.Types, t))
}

// Schedule is how long after each failed try the next is made; after the last of them a
// message is dead. It is that which the Standard Webhooks specification shows: ten tries in
// about three days.
var Schedule = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// Next gives when a message is tried again after a number of failed tries; false when it
// is given up. Waits are up to a tenth longer, by a hash of the message, so that what
// failed together does not come back together.
func Next(now time.Time, id string, tries int) (time.Time, bool) {
	if tries < 1 || tries > len(Schedule) {
		return time.Time{}, false
	}
	h := fnv.New32a()
	fmt.Fprint(h, id, tries)
	wait := Schedule[tries-1]
	return now.Add(wait + wait/10*time.Duration(h.Sum32()%1000)/1000), true
}

// Body is a message as programs read it.
type body struct {
	Type      Type           `json:"type"`
	Timestamp string         `json:"timestamp"`
	Data      map[string]any `json:"data"`
}

// stamp is the form of times in messages.
const stamp = "2006-01-02T15:04:05.000Z"

func bodyOf(t Type, at time.Time, data map[string]any) ([]byte, error) {
	return json.Marshal(body{t, at.UTC().Format(stamp), data})
}

// idOf gives the id of the message that tells of an entry: the beginning of its hash in
// the log.
func idOf(e *ledger.Entry) string {
	leaf := e.Leaf()
	return "msg_" + hex.EncodeToString(leaf[:16])
}

// messageOf makes the message of an entry. about gives what is told beside what the entry
// says itself; nil for nothing.
func messageOf(ctx context.Context, e *ledger.Entry, about func(context.Context, ledger.Entry) (map[string]any, error)) (Message, error) {
	data := map[string]any{"about": e.About, "entry": e.Seq}
	if about != nil {
		more, err := about(ctx, *e)
		if err != nil {
			return Message{}, err
		}
		for key, v := range more {
			data[key] = v
		}
	}
	b, err := bodyOf(TypeOf(e), e.Time, data)
	return Message{ID: idOf(e), Type: TypeOf(e), Seq: e.Seq, Body: b}, err
}

// TestMessage makes a message that tells nothing. unique tells it from others: letters
// and digits.
func TestMessage(at time.Time, unique string) (Message, error) {
	b, err := bodyOf(Test, at, map[string]any{"about": "a test of this endpoint"})
	return Message{ID: "msg_test_" + unique, Type: Test, Seq: -1, Body: b}, err
}

// Dispatcher makes messages of the log and sends them. Several may share one store. Now
// and Told are called by several at once.
type Dispatcher struct {
	Store     Store
	Log       Log
	Endpoints []Endpoint
	// About gives what is told of an entry beside itself; nil for nothing. It names no
	// customer.
	About func(context.Context, ledger.Entry) (map[string]any, error)
	Now   func() time.Time
	// Told is called with each try; nil for nobody.
	Told func(Delivery, error)
}

// A try ends after tryTime, and a claim is good for longer. Many messages are sent one
// after the other, so few are claimed at a time.
const (
	tryTime     = 20 * time.Second
	leaseTime   = 2 * time.Minute
	mostAtATime = 4
	// page is how many entries of the log become messages in one step.
	page = 500
)

// Collect makes messages of what the log has since the last time, for each endpoint, and
// says how many. An endpoint that was never there begins at the end of the log: it is told
// of what happens from now on.
func (d *Dispatcher) Collect(ctx context.Context) (n int, err error) {
	for i := range d.Endpoints {
		for {
			made, more, err := d.collect(ctx, &d.Endpoints[i])
			n += made
			if err != nil {
				return n, err
			}
			if !more {
				break
			}
		}
	}
	return n, nil
}

// collect takes one page of the log for an endpoint.
func (d *Dispatcher) collect(ctx context.Context, e *Endpoint) (made int, more bool, err error) {
	from, known, err := d.Store.Place(ctx, e.Name)
	if err != nil {
		return 0, false, err
	}
	if !known {
		return 0, false, d.Store.Begin(ctx, e.Name)
	}
	entries, err := d.entries(ctx, from)
	if err != nil || len(entries) == 0 {
		return 0, false, err
	}
	var list []Message
	for i := range entries {
		if !e.Wants(TypeOf(&entries[i])) {
			continue
		}
		m, err := messageOf(ctx, &entries[i], d.About)
		if err != nil {
			return 0, false, err
		}
		list = append(list, m)
	}
	next := entries[len(entries)-1].Seq + 1
	if err := d.Store.Enqueue(ctx, e.Name, from, next, d.Now(), list); err != nil {
		return 0, false, quicker(err)
	}
	return len(list), len(entries) == page, nil
}

// quicker takes it that another program did the same.
func quicker(err error) error {
	if fault.CodeOf(err) == fault.Conflict {
		return nil
	}
	return err
}

// entries gives those of the log from a place on, at most a page.
func (d *Dispatcher) entries(ctx context.Context, from int64) (list []ledger.Entry, err error) {
	err = d.Log.View(ctx, func(r ledger.Reader) error {
		list, err = first(r.Entries(ctx, from, from+page))
		return err
	})
	return list, err
}

func first(entries iter.Seq2[ledger.Entry, error]) (list []ledger.Entry, err error) {
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// Deliver tries what is due, of all endpoints at once, so that a slow one keeps nobody
// waiting, and says how much was taken. What an endpoint does not take is kept with the
// reason; only a store that fails is an error.
func (d *Dispatcher) Deliver(ctx context.Context) (int, error) {
	taken, failed := make([]int, len(d.Endpoints)), make([]error, len(d.Endpoints))
	var wg sync.WaitGroup
	for i := range d.Endpoints {
		wg.Go(func() { taken[i], failed[i] = d.deliver(ctx, &d.Endpoints[i]) })
	}
	wg.Wait()
	sum := 0
	for _, n := range taken {
		sum += n
	}
	return sum, errors.Join(failed...)
}

// deliver tries what is due of one endpoint, one after the other.
func (d *Dispatcher) deliver(ctx context.Context, e *Endpoint) (taken int, err error) {
	for {
		list, err := d.Store.Claim(ctx, e.Name, d.Now(), leaseTime, mostAtATime)
		if err != nil {
			return taken, err
		}
		for _, one := range list {
			ok, err := d.try(ctx, e, one)
			if err != nil {
				return taken, err
			}
			if ok {
				taken++
			}
		}
		if len(list) < mostAtATime {
			return taken, nil
		}
	}
}

// try sends a delivery once and keeps what came of it.
func (d *Dispatcher) try(ctx context.Context, e *Endpoint, one Delivery) (ok bool, err error) {
	limited, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	failed := e.Send(limited, one.Message, d.Now())
	if ctx.Err() != nil {
		return false, ctx.Err() // we stop: it is nobody's fault, and is tried again when the claim ends
	}
	settle(&one, failed, d.Now())
	if d.Told != nil {
		d.Told(one, failed)
	}
	return failed == nil, quicker(d.Store.Settle(ctx, one))
}

// settle says what becomes of a delivery after a try.
func settle(one *Delivery, failed error, now time.Time) {
	one.Tries++
	one.Changed = now
	if failed == nil {
		one.State, one.Last = Delivered, ""
		return
	}
	one.Last = shortened(failed.Error())
	var said *Refusal
	known := errors.As(failed, &said)
	due, again := Next(now, one.ID, one.Tries)
	if !again || known && said.Gone {
		one.State = Dead
		return
	}
	one.Due = due
	if known && said.After > 0 {
		one.Due = latest(due, now.Add(min(said.After, Schedule[len(Schedule)-1])))
	}
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// shortened keeps the beginning of a reason, which may hold what an endpoint said.
func shortened(s string) string {
	const most = 300
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\n", " "), "?")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// Follow collects and delivers every so often until ctx ends; failed is called with what
// went wrong, and it goes on.
func (d *Dispatcher) Follow(ctx context.Context, every time.Duration, failed func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		_, err := d.Collect(ctx)
		_, err2 := d.Deliver(ctx)
		if err = cmp.Or(err, err2); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
