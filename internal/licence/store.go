package licence

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"iter"
	"slices"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/role"
)

// Store keeps licences as their events. What one call writes is one transaction; what it
// wrote when it returns survives the loss of power. It is safe for concurrent use, and
// other programs may use the same store.
type Store interface {
	// AddLicences keeps events of licences, in their order, and events of the cases that
	// they are told to, and enters each in the log. An event follows the others of its
	// licence or its case, or is refused as [Licence.Apply] and [casework.Case.Apply] say,
	// and then nothing of the call is kept.
	AddLicences(ctx context.Context, events []Kept, p casework.Policy, cases []casework.Kept) error
	// LicenceEvents gives the events of a licence in order. One that is not there is
	// fault.NotFound.
	LicenceEvents(ctx context.Context, id string) ([]Kept, error)
	// Licences gives every licence with its events, in order of id, as of one moment.
	Licences(ctx context.Context) iter.Seq2[[]Kept, error]
	// NewestLicence gives the number in the log of the newest event of a licence, -1 for none: where it is the same,
	// nothing was done to any.
	NewestLicence(ctx context.Context) (int64, error)
}

// SaltSize is the size of a salt in bytes.
const SaltSize = casework.SaltSize

// Kept is an event as it is kept. The salt keeps the commitment in the log from telling
// anything to who guesses.
type Kept struct {
	Event
	Salt [SaltSize]byte
}

// Seal gives an event its salt.
func Seal(e Event) Kept {
	k := Kept{Event: e}
	_, _ = rand.Read(k.Salt[:]) // it never fails
	return k
}

// DecodeKept reads an event as a store keeps it, by the licence and the number under which
// it lies there; fault.Unavailable when it is not theirs.
func DecodeKept(id string, n int, data, salt []byte) (k Kept, err error) {
	if k.Event, err = Decode(data); err != nil {
		return k, err
	}
	if k.Licence != id || k.N != n || copy(k.Salt[:], salt) != SaltSize {
		return k, fault.New(fault.Unavailable, "event %d of the licence %s is damaged", n, id).
			WithFix("restore a backup into an empty folder or database")
	}
	return k, nil
}

// Commitment is what the log has of an event.
func (k *Kept) Commitment() ledger.Hash {
	return sha256.Sum256(slices.Concat([]byte("cordon licence event 1\n"), k.Salt[:], Encode(&k.Event)))
}

// Entry gives the entry of the log.
func (k *Kept) Entry() ledger.Entry {
	return ledger.Entry{Time: k.Time, Kind: ledger.Licence, Actor: k.Person, About: k.Licence, Data: k.Commitment()}
}

// Entries gives those of the log for events.
func Entries(list []Kept) []ledger.Entry {
	out := make([]ledger.Entry, len(list))
	for i := range list {
		out[i] = list[i].Entry()
	}
	return out
}

// Events gives the events without their salts.
func Events(list []Kept) []Event {
	out := make([]Event, len(list))
	for i := range list {
		out[i] = list[i].Event
	}
	return out
}

// Follow says for a store whether events may be added to those that had gives of a
// licence, none for one that is not there.
func Follow(events []Kept, had func(id string) ([]Kept, error)) error {
	folded := map[string]*Licence{}
	for i := range events {
		e := &events[i]
		l := folded[e.Licence]
		if l == nil {
			before, err := had(e.Licence)
			if err == nil && len(before) == 0 && e.Kind != Granted {
				err = NotFound(e.Licence)
			}
			if err != nil {
				return err
			}
			now, err := Fold(Events(before))
			if err != nil {
				return err
			}
			l = &now
			folded[e.Licence] = l
		}
		if err := l.Apply(e.Event); err != nil {
			return err
		}
	}
	return nil
}

// Grouped gives events that come in order of licence and number as the licences that they
// are of.
func Grouped(events iter.Seq2[Kept, error]) iter.Seq2[[]Kept, error] {
	return casework.GroupedBy(events, func(k *Kept) string { return k.Licence })
}

// Book is where licences are kept and worked on.
type Book struct {
	Store Store
	// Cases are the cases that decisions are linked from.
	Cases  casework.Store
	Policy casework.Policy
	// Clock is in whose name it is noted what time has done; its role is that of the
	// machine.
	Clock casework.Person
	// Answer says whether an answer was kept under an id; its fault is given on.
	Answer func(ctx context.Context, id string) error
	// Refused hears of everybody who is refused because of who they are, with the licence that
	// they would have done it to, "licences" for one to be recorded; nil for nobody. An error
	// of it is given in place of the refusal.
	Refused func(ctx context.Context, by casework.Person, id string, k Kind) error
}

// refused tells of a refusal.
func (b *Book) refused(ctx context.Context, by casework.Person, id string, k Kind, err error) error {
	if err == nil || fault.CodeOf(err) != fault.Denied {
		return err
	}
	err = by.WithWay(needs[k], err)
	if b.Refused == nil {
		return err
	}
	if told := b.Refused(ctx, by, id, k); told != nil {
		return told
	}
	return err
}

// Get gives a licence as it stands at a time, with its events.
func (b *Book) Get(ctx context.Context, id string, now time.Time) (Licence, []Event, error) {
	if err := CheckID(id); err != nil {
		return Licence{}, nil, err
	}
	kept, err := b.Store.LicenceEvents(ctx, id)
	if err != nil {
		return Licence{}, nil, err
	}
	events := Events(kept)
	l, err := Fold(events)
	if err != nil {
		return l, nil, err
	}
	return l.At(now), events, nil
}

// All gives all licences as they stand at a time, in order of id.
func (b *Book) All(ctx context.Context, now time.Time) ([]Licence, error) {
	out, err := b.Folded(ctx)
	for i := range out {
		out[i] = out[i].At(now)
	}
	return out, err
}

// Folded gives all licences as of their newest events, in order of id, without what time has done since.
func (b *Book) Folded(ctx context.Context) ([]Licence, error) {
	var out []Licence
	for kept, err := range b.Store.Licences(ctx) {
		if err != nil {
			return nil, err
		}
		l, err := Fold(Events(kept))
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// Grant records a licence and gives its id.
func (b *Book) Grant(ctx context.Context, by casework.Person, now time.Time, t *Terms) (Licence, error) {
	var random [10]byte
	_, _ = rand.Read(random[:]) // it never fails
	l, err := b.do(ctx, NewID(now, random), by, now, Event{Kind: Granted, N: 1, Terms: t})
	return l, b.refused(ctx, by, "licences", Granted, err)
}

// Do adds one event to a licence, and to the cases that it bears on what it means for
// them, in one transaction. What time has done is noted before. When e.N is given, it is
// the number that the event must have, so that nobody acts on a licence other than the
// one they saw.
func (b *Book) Do(ctx context.Context, id string, by casework.Person, now time.Time, e Event) (Licence, error) {
	if err := CheckID(id); err != nil {
		return Licence{}, err
	}
	if _, err := b.note(ctx, id, now); err != nil {
		return Licence{}, err
	}
	l, err := b.do(ctx, id, by, now, e)
	return l, b.refused(ctx, by, id, e.Kind, err)
}

// tries bounds how often something is tried again because somebody else wrote to the
// licence, or to a case that hangs on it, at the same moment.
const tries = 8

func (b *Book) do(ctx context.Context, id string, by casework.Person, now time.Time, e Event) (Licence, error) {
	if err := b.known(ctx, &e); err != nil {
		return Licence{}, err
	}
	for try := 1; ; try++ {
		l, err := b.kept(ctx, id, e.Kind == Granted)
		if err != nil {
			return l, err
		}
		one := signed(e, id, by, later(now, l.Last))
		if one.N == 0 {
			one.N = l.Events + 1
		}
		if err := l.Apply(one); err != nil {
			return l, err
		}
		cases, err := b.tell(ctx, &l, &one)
		if err == nil {
			err = b.Store.AddLicences(ctx, []Kept{Seal(one)}, b.Policy, cases)
		}
		if err == nil || try == tries || e.N != 0 || fault.CodeOf(err) != fault.Conflict {
			return l, err
		}
	}
}

// kept gives a licence as of its newest event; an empty one where it is new.
func (b *Book) kept(ctx context.Context, id string, fresh bool) (Licence, error) {
	if fresh {
		return Licence{}, nil
	}
	list, err := b.Store.LicenceEvents(ctx, id)
	if err != nil {
		return Licence{}, err
	}
	return Fold(Events(list))
}

func signed(e Event, id string, by casework.Person, now time.Time) Event {
	e.Licence, e.Time = id, now.UTC().Truncate(time.Millisecond)
	e.Person, e.Via, e.Role = by.Name, by.Via, by.Role
	return e
}

// known says whether there is what is to be linked.
func (b *Book) known(ctx context.Context, e *Event) error {
	if e.Kind != Linked {
		return nil
	}
	switch {
	case e.Decision.Kind == Case:
		if err := casework.CheckID(e.Decision.ID); err != nil {
			return err
		}
		_, err := b.Cases.Events(ctx, e.Decision.ID)
		return err
	case e.Decision.Kind == Answer && b.Answer != nil:
		return b.Answer(ctx, e.Decision.ID)
	}
	return nil
}

// tell gives the events of cases by which a licence as it is now, after an event, is told
// to the cases that are linked to it. It compares what each case knows with what the
// licence says, so that what was not told before is told now.
func (b *Book) tell(ctx context.Context, l *Licence, e *Event) ([]casework.Kept, error) {
	var out []casework.Kept
	for i := range l.Links {
		k := &l.Links[i]
		if k.Kind != Case {
			continue
		}
		kept, err := b.Cases.Events(ctx, k.ID)
		if err != nil {
			return nil, err
		}
		c, err := casework.Fold(b.Policy, casework.Events(kept))
		if err != nil {
			return nil, err
		}
		for {
			kind := differs(c.Licence(l.ID), k)
			if kind == "" {
				break
			}
			next := casework.Event{
				Case: k.ID, N: c.Events + 1, Time: later(e.Time, c.Last), Kind: kind, Person: e.Person, Role: e.Role, Via: e.Via, Licence: l.ID,
				Text: l.Terms.Name() + ": " + e.Text,
			}
			if kind == casework.AuthorisationLost {
				next.Text = l.Terms.Name() + ": " + k.Lost.Why
			}
			if err := c.Apply(b.Policy, next); err != nil {
				return nil, err
			}
			out = append(out, casework.Seal(next))
		}
	}
	return out, nil
}

// later gives the later of two times: the clock of who wrote to a case last may be ahead.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Name is how people call a licence.
func (t *Terms) Name() string { return string(t.Form) + " " + t.Reference + " of " + t.Authority }

// differs gives the kind of the event that tells a case how its link stands, "" for none:
// is is what the case knows of it.
func differs(is *casework.Authority, k *Link) casework.Kind {
	switch {
	case is == nil:
		return casework.Licensed
	case k.Lost != nil && is.Lost.IsZero():
		return casework.AuthorisationLost
	case k.Lost == nil && !is.Lost.IsZero():
		return casework.AuthorisationRestored
	}
	return ""
}

// Note writes down what time has done: conditions whose day is over, periods that are,
// and what the cases do not know of it yet. It gives a line for each event.
func (b *Book) Note(ctx context.Context, now time.Time) (lines []string, err error) {
	for kept, err := range b.Store.Licences(ctx) {
		if err != nil {
			return lines, err
		}
		l, err := Fold(Events(kept))
		if err != nil {
			return lines, err
		}
		if e, _ := owed(&l, now); e.Kind == "" {
			continue // most have nothing new, and their cases were told with it
		}
		more, err := b.note(ctx, l.ID, now)
		if lines = append(lines, more...); err != nil {
			return lines, err
		}
	}
	return lines, nil
}

// note does so for one licence.
func (b *Book) note(ctx context.Context, id string, now time.Time) (lines []string, err error) {
	for conflicts := 0; ; {
		l, err := b.kept(ctx, id, false)
		if err != nil {
			return lines, err
		}
		e, line := owed(&l, now)
		if e.Kind == "" {
			return lines, nil
		}
		// After a conflict somebody else wrote it down, and what is owed is asked again.
		if _, err := b.do(ctx, id, b.Clock, now, e); err == nil {
			lines = append(lines, line)
		} else if conflicts++; fault.CodeOf(err) != fault.Conflict || conflicts == tries {
			return lines, err
		}
	}
}

// owed gives the next event that time has made of a licence and that is not written down.
func owed(l *Licence, now time.Time) (Event, string) {
	at := l.At(now)
	for i := range at.Tasks {
		if t := &at.Tasks[i]; !t.Missed.IsZero() && !t.Noted && !t.Late {
			return Event{Kind: Missed, Condition: t.ID, Text: "nobody fulfilled it by " + t.Due.Long()}, l.ID + "  condition missed: " + t.ID
		}
	}
	if !at.Expired.IsZero() && !at.ExpiryNoted {
		return Event{Kind: Expired, Text: "the period ended on " + at.Terms.Until.Long()}, l.ID + "  expired"
	}
	return Event{}, ""
}

// NoteOf is [Book.Note] for the licences named, and reads no other.
func (b *Book) NoteOf(ctx context.Context, ids []string, now time.Time) error {
	for _, id := range ids {
		if _, err := b.note(ctx, id, now); err != nil {
			return err
		}
	}
	return nil
}

// Lapsed gives, by case, what time has done to the authorisation of cases and nobody wrote
// down yet, so that whoever only reads sees it too. It looks at the licences named, and for
// nil at all: a case knows its own, so that reading one case reads no other licence.
func (b *Book) Lapsed(ctx context.Context, ids []string, now time.Time) (map[string][]casework.Event, error) {
	var list []Licence
	var err error
	if ids == nil {
		if list, err = b.All(ctx, now); err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		l, _, err := b.Get(ctx, id, now)
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	out := map[string][]casework.Event{}
	for i := range list {
		for j := range list[i].Links {
			if k := &list[i].Links[j]; k.Kind == Case && k.Lost != nil {
				out[k.ID] = append(out[k.ID], casework.Event{
					Kind: casework.AuthorisationLost, Licence: list[i].ID, Text: list[i].Terms.Name() + ": " + k.Lost.Why, Time: k.Lost.Time,
				})
			}
		}
	}
	return out, nil
}

// Attach keeps a file and puts it beside a licence.
func (b *Book) Attach(ctx context.Context, files casework.Files, id string, by casework.Person, now time.Time, n int, name string, data []byte) (Licence, casework.File, error) {
	f, err := casework.NewFile(name, data)
	if err == nil && !May(by.Role, Attached) {
		err = b.refused(ctx, by, id, Attached, role.Refusal(by.Role, needs[Attached], string(Attached)))
	}
	if err == nil {
		_, _, err = b.Get(ctx, id, now)
	}
	if err == nil {
		err = files.PutFile(ctx, data)
	}
	if err != nil {
		return Licence{}, f, err
	}
	l, err := b.Do(ctx, id, by, now, Event{Kind: Attached, N: n, File: f})
	return l, f, err
}

// File gives a file of a licence by its hash, with its bytes, to who keeps the store.
func (b *Book) File(ctx context.Context, files casework.Files, id, sum string) (casework.File, []byte, error) {
	e, err := b.attached(ctx, id, sum)
	if err != nil {
		return casework.File{}, nil, err
	}
	data, err := files.FileBytes(ctx, sum)
	return e.File, data, err
}

// Give is [Book.File] for somebody who asks a server: that they were given it enters the
// log first, and what cannot be entered is not given.
func (b *Book) Give(ctx context.Context, from casework.Shelf, id, sum string, by casework.Person, now time.Time) (casework.File, []byte, error) {
	e, err := b.attached(ctx, id, sum)
	if err != nil {
		return casework.File{}, nil, err
	}
	data, err := from.FileBytes(ctx, sum)
	if err == nil {
		err = from.Enter(ctx, casework.Given(by, now, id, e.Commitment()))
	}
	if err != nil {
		return casework.File{}, nil, err
	}
	return e.File, data, nil
}

// attached gives the event that put a file beside a licence.
func (b *Book) attached(ctx context.Context, id, sum string) (*Kept, error) {
	if err := CheckID(id); err != nil {
		return nil, err
	}
	kept, err := b.Store.LicenceEvents(ctx, id)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(kept, func(k Kept) bool { return k.Kind == Attached && k.File.SHA256 == sum })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "the licence has no file %s", sum)
	}
	return &kept[i], nil
}
