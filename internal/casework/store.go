package casework

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/role"
)

// Store keeps cases as their events. What one call writes is one transaction; what it
// wrote when it returns survives the loss of power. It is safe for concurrent use, and
// other programs may use the same store.
type Store interface {
	// Add keeps events, in their order, and enters each in the log ([Kept.Entry]). An
	// event follows the others of its case or is refused as [Case.Apply] says under the
	// policy, and then nothing of the call is kept. A second case about a pair is
	// fault.Conflict.
	Add(ctx context.Context, p Policy, events []Kept) error
	// Events gives the events of a case in order. A case that is not there is
	// fault.NotFound.
	Events(ctx context.Context, id string) ([]Kept, error)
	// Pair gives the id of the case about a subject and an entry of a list, "" for none.
	Pair(ctx context.Context, subject, listing string) (string, error)
	// All gives the id of every case with its events, in order of id, as of one moment.
	All(ctx context.Context) iter.Seq2[[]Kept, error]
	// NewestEvent gives the number in the log of the newest event, -1 for none: where it is
	// the same as before, so are all cases.
	NewestEvent(ctx context.Context) (int64, error)
}

// SaltSize is the size of a salt in bytes.
const SaltSize = 16

// Kept is an event as it is kept. The salt keeps the commitment in the log from
// telling anything to who guesses.
type Kept struct {
	Event
	Salt [SaltSize]byte
}

// DecodeKept reads an event as a store keeps it, by the case and the number under which it lies there; fault.Unavailable when it is not
// theirs.
func DecodeKept(id string, n int, data, salt []byte) (k Kept, err error) {
	if k.Event, err = Decode(data); err != nil {
		return k, err
	}
	if k.Case != id || k.N != n || copy(k.Salt[:], salt) != SaltSize {
		return k, fault.New(fault.Unavailable, "event %d of the case %s is damaged", n, id).
			WithFix("restore a backup into an empty folder or database")
	}
	return k, nil
}

// Commitment is what the log has of an event.
func (k *Kept) Commitment() ledger.Hash {
	return sha256.Sum256(slices.Concat([]byte("cordon case event 1\n"), k.Salt[:], Encode(&k.Event)))
}

// Entry gives the entry of the log.
func (k *Kept) Entry() ledger.Entry {
	return ledger.Entry{Time: k.Time, Kind: ledger.Case, Actor: k.Person, About: k.Case, Data: k.Commitment()}
}

// Entries gives those of the log for events.
func Entries(list []Kept) []ledger.Entry {
	out := make([]ledger.Entry, len(list))
	for i := range list {
		out[i] = list[i].Entry()
	}
	return out
}

// Follow says for a store whether events may be added to those that had gives of a case,
// none for a case that is not there.
func Follow(p Policy, events []Kept, had func(id string) ([]Kept, error)) error {
	folded := map[string]*Case{}
	for i := range events {
		e := &events[i]
		c := folded[e.Case]
		if c == nil {
			before, err := had(e.Case)
			if err == nil && len(before) == 0 && e.Kind != Opened {
				err = NotFound(e.Case)
			}
			if err != nil {
				return err
			}
			now, err := Fold(p, Events(before))
			if err != nil {
				return err
			}
			c = &now
			folded[e.Case] = c
		}
		if err := c.Apply(p, e.Event); err != nil {
			return err
		}
	}
	return nil
}

// Grouped gives events that come in order of case and number as the cases that they are
// of.
func Grouped(events iter.Seq2[Kept, error]) iter.Seq2[[]Kept, error] {
	return GroupedBy(events, func(k *Kept) string { return k.Case })
}

// GroupedBy gives what comes in order of an id as lists that have one each.
func GroupedBy[K any](events iter.Seq2[K, error], id func(*K) string) iter.Seq2[[]K, error] {
	return func(yield func([]K, error) bool) {
		var list []K
		for k, err := range events {
			if err != nil {
				yield(nil, err)
				return
			}
			if len(list) > 0 && id(&list[0]) != id(&k) {
				if !yield(list, nil) {
					return
				}
				list = nil
			}
			list = append(list, k)
		}
		if len(list) > 0 {
			yield(list, nil)
		}
	}
}

// Seal gives an event its salt.
func Seal(e Event) Kept {
	k := Kept{Event: e}
	_, _ = rand.Read(k.Salt[:]) // it never fails
	return k
}

// Events gives the events without their salts.
func Events(list []Kept) []Event {
	out := make([]Event, len(list))
	for i := range list {
		out[i] = list[i].Event
	}
	return out
}

// Person is who does something.
type Person struct {
	// Name is a pseudonym, and Via that of the account it was done from.
	Name, Via string
	Role      Role
	// Roles are all that they have, where there are several: an event is made in Role if that may make it, and in another of
	// these if not.
	Roles []Role
	// Way says to who is refused for want of a permission how they come by it; "" where what every refusal says is all. It is
	// set for who acts in less than they have, as with a key of theirs.
	Way func(role.Permission) string
}

// WithWay adds to a refusal for want of a permission the way that somebody has to it.
func (p *Person) WithWay(need role.Permission, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || p.Way == nil || role.May(p.Role, need) || role.Any(p.Roles, need) {
		return err
	}
	if way := p.Way(need); way != "" {
		return f.WithFix("%s", way)
	}
	return err
}

// roleFor gives the role in which a person makes an event.
func (p *Person) roleFor(k Kind) Role {
	if n, ok := Needs(k); ok && !role.May(p.Role, n) && role.Any(p.Roles, n) {
		return role.For(p.Roles, n)
	}
	return p.Role
}

// Desk is where cases are worked on.
type Desk struct {
	Store  Store
	Policy Policy
	// AutoClose has cases closed by the rule of [Alert.Hard] when they are raised.
	AutoClose bool
	// Lapsed gives, by case, what time has done to licences that cases rest on and nobody
	// wrote down yet, to those named or, for nil, to all; nil where there are no licences.
	// Cases are shown and decided as though it were written.
	Lapsed func(ctx context.Context, licences []string) (map[string][]Event, error)
	// WriteDown has what time did to licences written down ([Desk.Written]); nil where
	// somebody else does it.
	WriteDown func(ctx context.Context, licences []string) error
	// Clocks is the table of reports, and Owes gives the ids of those that this desk owes: the
	// clock of each starts by itself with what it begins with ([Desk.starts]). None where it is
	// nil, as nobody but the desk knows by whose law it stands.
	Clocks *clock.Table
	Owes   func(ctx context.Context) ([]string, error)
	// Refused hears of everybody who is refused because of who they are, with the case that they would have done it to; nil
	// for nobody. An error of it is given in place of the refusal.
	Refused func(ctx context.Context, by Person, id string, k Kind) error
}

// refused tells of a refusal.
func (d *Desk) refused(ctx context.Context, by Person, id string, k Kind, err error) error {
	if err == nil || fault.CodeOf(err) != fault.Denied {
		return err
	}
	need := needs[k]
	if k == Disposed {
		need = role.Approve // who lacks no less is refused because the case is escalated
	}
	err = by.WithWay(need, err)
	if d.Refused == nil {
		return err
	}
	if told := d.Refused(ctx, by, id, k); told != nil {
		return told
	}
	return err
}

// Get gives a case with its events.
func (d *Desk) Get(ctx context.Context, id string) (Case, []Event, error) {
	if err := CheckID(id); err != nil {
		return Case{}, nil, err
	}
	kept, err := d.Store.Events(ctx, id)
	if err != nil {
		return Case{}, nil, err
	}
	events := Events(kept)
	c, err := Fold(d.Policy, events)
	if err != nil || d.Lapsed == nil || len(c.Licences) == 0 {
		return c, events, err
	}
	lapsed, err := d.Lapsed(ctx, c.licenceIDs())
	if err != nil {
		return c, events, err
	}
	return c, events, c.lapse(d.Policy, lapsed[id])
}

// licenceIDs names the licences that the case rests on.
func (c *Case) licenceIDs() []string {
	ids := make([]string, len(c.Licences))
	for i := range c.Licences {
		ids[i] = c.Licences[i].Licence
	}
	return ids
}

// Written is [Desk.Get] for who is about to do something to the case: what time did to its
// licences is written down first, where that is to be done.
func (d *Desk) Written(ctx context.Context, id string) (Case, []Event, error) {
	c, events, err := d.Get(ctx, id)
	if err != nil || d.WriteDown == nil || len(c.Licences) == 0 {
		return c, events, err
	}
	if err := d.WriteDown(ctx, c.licenceIDs()); err != nil {
		return c, nil, err
	}
	return d.Get(ctx, id)
}

// lapse has the case be as though events were written that are not: what time did to its
// licences. Its version stays that of what is written.
func (c *Case) lapse(p Policy, events []Event) error {
	n, last := c.Events, c.Last
	for _, e := range events {
		if a := c.Licence(e.Licence); a == nil || !a.Lost.IsZero() {
			continue
		}
		e.Case, e.N, e.Person, e.Role = c.ID, c.Events+1, "time", Machine
		if e.Time.Before(c.Last) {
			e.Time = c.Last
		}
		if err := c.Apply(p, e); err != nil {
			return err
		}
	}
	c.Events, c.Last = n, last
	return nil
}

// Cases gives all cases, in order of id.
func (d *Desk) Cases(ctx context.Context) ([]Case, error) {
	var out []Case
	var lapsed map[string][]Event
	if d.Lapsed != nil {
		var err error
		if lapsed, err = d.Lapsed(ctx, nil); err != nil {
			return nil, err
		}
	}
	for kept, err := range d.Store.All(ctx) {
		if err != nil {
			return nil, err
		}
		c, err := Fold(d.Policy, Events(kept))
		if err == nil {
			err = c.lapse(d.Policy, lapsed[c.ID])
		}
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// Do adds one event to a case: e has its kind and what belongs to it. When e.N is
// given, it is the number that the event must have, so that nobody acts on a case
// other than the one they saw.
func (d *Desk) Do(ctx context.Context, id string, by Person, now time.Time, e Event) (Case, error) {
	c, _, err := d.Get(ctx, id)
	if err != nil {
		return c, err
	}
	if e.N == 0 {
		e.N = c.Events + 1
	}
	e = signed(e, id, by, now)
	kept := []Kept{Seal(e)}
	if err = c.Apply(d.Policy, e); err == nil {
		kept, err = d.starts(ctx, &c, kept, by)
	}
	if err == nil {
		err = d.Store.Add(ctx, d.Policy, kept)
	}
	return c, d.refused(ctx, by, id, e.Kind, err)
}

func signed(e Event, id string, by Person, now time.Time) Event {
	e.Case, e.Time = id, now.UTC().Truncate(time.Millisecond)
	e.Person, e.Via, e.Role = by.Name, by.Via, by.roleFor(e.Kind)
	return e
}

// Met is an alert with what became of it.
type Met struct {
	Alert   *Alert
	Outcome Outcome
	// Case is the id of the case about it.
	Case string
	// Why says in words why the case is open again, or by what facts it was closed.
	Why string
}

// Raise meets one alert. Whoever else raises the same pair at once makes no second
// case: it is tried again, and meets the first.
func (d *Desk) Raise(ctx context.Context, by Person, now time.Time, a *Alert) (Met, error) {
	if err := a.Check(); err != nil {
		return Met{}, err
	}
	for try := 0; ; try++ {
		m, err := d.raise(ctx, by, now, a)
		if try < 8 && fault.CodeOf(err) == fault.Conflict {
			continue
		}
		return m, err
	}
}

func (d *Desk) raise(ctx context.Context, by Person, now time.Time, a *Alert) (Met, error) {
	m := Met{Alert: a}
	var c Case
	var is *Case
	id, err := d.Store.Pair(ctx, a.Subject.Ref, a.Listing.Ref)
	if err != nil {
		return m, err
	}
	if id != "" {
		if c, _, err = d.Get(ctx, id); err != nil {
			return m, err
		}
		is = &c
	} else {
		var random [10]byte
		_, _ = rand.Read(random[:]) // it never fails
		id = NewID(now, random)
	}
	var kind Kind
	m.Case = id
	m.Outcome, kind, m.Why = Meet(is, a, now)
	if kind == "" {
		return m, nil
	}
	events := []Event{signed(Event{N: c.Events + 1, Kind: kind, Alert: a, Text: m.Why}, id, by, now)}
	if err := c.Apply(d.Policy, events[0]); err != nil {
		return m, err
	}
	if rule, hard := a.HardBy(); d.AutoClose && rule != nil {
		e := signed(Event{N: c.Events + 1, Kind: Contradicted, Facts: hard, Text: rule.ID + ": " + InWords(hard)}, id, by, now)
		if err := c.Apply(d.Policy, e); err == nil {
			events = append(events, e)
			m.Outcome, m.Why = StillContradicted, e.Text
		} else if fault.CodeOf(err) != fault.Conflict {
			return m, err
		}
	}
	kept := make([]Kept, len(events))
	for i := range events {
		kept[i] = Seal(events[i])
	}
	return m, d.Store.Add(ctx, d.Policy, kept)
}

// InWords says contradictions in words.
func InWords(list []Contradiction) string {
	out := ""
	for i, c := range list {
		if i > 0 {
			out += "; "
		}
		out += c.Field + ": " + join(c.Subject) + " against " + join(c.Listing)
	}
	return out
}

// Twice is the fault of opening a second case about a pair.
func Twice(a *Alert) error {
	return fault.New(fault.Conflict, "there is a case about %s and %s already", a.Subject.Ref, a.Listing.Ref)
}
