// Package answer is the use case "what did we say, and why": it keeps answers with
// their question and the versions of everything that they were made with, in the same
// transaction as their entry in the log, and holds, releases and erases them.
//
// It declares the [Store] that keeps them; adapters implement it and pass the suite in
// answertest. It makes no answer itself: whoever made one gives it, and gives it to
// nobody else before [Keeper.Keep] has returned.
package answer

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Kind says which question was answered.
type Kind string

// The kinds.
const (
	Decide Kind = "decide"
	Screen Kind = "screen"
	// Payment is a message of payments; its answer has a line for each transaction and one for the message.
	Payment Kind = "payment"
)

// Kept is an answer as it is kept.
type Kept struct {
	// ID is a ULID: 26 characters that sort by time.
	ID string
	// Time is in UTC, to the millisecond.
	Time time.Time
	Kind Kind
	// Actor is the pseudonym of who asked.
	Actor string
	// Batch is the id that the answers of one stream share, and Line the number of the
	// line in it, from 1; "" and 0 for a question by itself.
	Batch string
	Line  int
	// Under are the regimes that were asked, and the lists as list:NAME, in order: by
	// them it is known how long the answer is kept.
	Under []string
	// Versions is the id of the [Versions] that it was made with.
	Versions ledger.Hash
	// Question is what was asked, with every default in it. Answer is what was given,
	// byte by byte. Explanation is what is known beyond it; empty where the answer
	// says all.
	Question, Answer, Explanation []byte
	// Salt keeps the commitment from telling anything of an answer that was erased.
	Salt [SaltSize]byte
}

// SaltSize is the size of a salt in bytes.
const SaltSize = 16

// ids makes those of one millisecond sort in the order in which they were asked for.
var ids = &ulid.LockedMonotonicReader{MonotonicReader: ulid.Monotonic(rand.Reader, 0)}

// NewID gives an id for this moment. Those of one program sort in the order in which
// they were made, while the clock does not go back.
func NewID(now time.Time) (string, error) {
	id, err := ulid.New(ulid.Timestamp(now), ids)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "an id cannot be made")
	}
	return id.String(), nil
}

// CheckID says whether a text is the id of an answer.
func CheckID(id string) error {
	if u, err := ulid.ParseStrict(id); err != nil || u.String() != id {
		return fault.New(fault.Invalid, "%q is not the id of an answer", id).
			WithFix("it has 26 characters, as `cordon answers list` prints them")
	}
	return nil
}

// Seal gives an answer its id, time and salt. The time is cut to milliseconds.
func (k *Kept) Seal(now time.Time) (err error) {
	k.Time = now.UTC().Truncate(time.Millisecond)
	if k.ID, err = NewID(k.Time); err != nil {
		return err
	}
	_, _ = rand.Read(k.Salt[:]) // it never fails
	return nil
}

// Commitment is what the log has of the answer: the SHA-256 of all its fields, the
// salt among them. The form is told in docs/audit.md.
func (k *Kept) Commitment() ledger.Hash {
	h := sha256.New()
	h.Write([]byte("cordon kept answer 1\n"))
	var head [48]byte
	for _, f := range k.fields() {
		b := append(append(head[:0], f.name...), ' ')
		b = append(strconv.AppendInt(b, int64(len(f.value)), 10), '\n')
		h.Write(b)
		h.Write(f.value)
		h.Write([]byte{'\n'})
	}
	return ledger.Hash(h.Sum(nil))
}

type field struct {
	name  string
	value []byte
}

func (k *Kept) fields() []field {
	return []field{
		{"salt", k.Salt[:]},
		{"id", []byte(k.ID)},
		{"time", strconv.AppendInt(nil, k.Time.UnixMilli(), 10)},
		{"kind", []byte(k.Kind)},
		{"actor", []byte(k.Actor)},
		{"batch", []byte(k.Batch)},
		{"line", strconv.AppendInt(nil, int64(k.Line), 10)},
		{"under", []byte(strings.Join(k.Under, " "))},
		{"versions", k.Versions[:]},
		{"question", k.Question},
		{"answer", k.Answer},
		{"explanation", k.Explanation},
	}
}

// Check says what is wrong with an answer that is to be kept.
func (k *Kept) Check() error {
	if err := CheckID(k.ID); err != nil {
		return err
	}
	switch {
	case k.Kind != Decide && k.Kind != Screen && k.Kind != Payment:
		return fault.New(fault.Internal, "%q is no kind of answer", k.Kind)
	case len(k.Question) == 0 || len(k.Answer) == 0:
		return fault.New(fault.Internal, "an answer is kept with its question")
	case (k.Batch == "") != (k.Line == 0) || k.Line < 0:
		return fault.New(fault.Internal, "a line belongs to a batch")
	case slices.ContainsFunc(k.Under, func(s string) bool { return s == "" || strings.ContainsAny(s, " \n") }):
		return fault.New(fault.Internal, "the name of a regime or list has no blank")
	case k.Versions == ledger.Hash{}:
		return fault.New(fault.Internal, "an answer is kept with its versions")
	}
	return k.entry().Check()
}

// entry is the entry of the log about the answer.
func (k *Kept) entry() ledger.Entry {
	return ledger.Entry{Time: k.Time, Kind: ledger.Answer, Actor: k.Actor, About: k.ID, Data: k.Commitment()}
}

// Entries gives the entries of the log about answers, in their order.
func Entries(list []Kept) []ledger.Entry {
	out := make([]ledger.Entry, len(list))
	for i := range list {
		out[i] = list[i].entry()
	}
	return out
}

// LoadEntry gives the entry of the log about a snapshot that was loaded.
func LoadEntry(m snapshot.Meta, actor string) ledger.Entry {
	return ledger.Entry{Time: m.Recorded.UTC().Truncate(time.Millisecond), Kind: ledger.List, Actor: actor, About: m.ID.String(), Data: LoadHash(m)}
}

// LoadHash is what the log has of a snapshot: the SHA-256 of its id, the hashes of its
// files and of its content, its day of publication, and the program that read it.
func LoadHash(m snapshot.Meta) ledger.Hash {
	return sha256.Sum256([]byte("cordon list load 1\nlist " + m.ID.String() + "\nraw " + m.Raw + "\ncontent " + m.Content +
		"\npublished " + m.Published.String() + "\nprogram " + m.Program + "\n"))
}

// Act is something that is done to an answer, or to the store: by whom, when, why.
type Act struct {
	Time  time.Time
	Actor string
	// Reason is in words. It may say who asked for it, so the log has a salted hash of
	// it and no more.
	Reason string
	Salt   [SaltSize]byte
}

// NewAct makes an act of this moment.
func NewAct(now time.Time, actor, reason string) (Act, error) {
	a := Act{Time: now.UTC().Truncate(time.Millisecond), Actor: actor, Reason: reason}
	if strings.TrimSpace(reason) == "" {
		return a, fault.New(fault.Usage, "a reason is missing").WithFix("say why with --reason")
	}
	_, _ = rand.Read(a.Salt[:])
	return a, nil
}

// Commitment is what the log has of the reason.
func (a Act) Commitment() ledger.Hash {
	return sha256.Sum256(slices.Concat([]byte("cordon act 1\n"), a.Salt[:], []byte(a.Reason)))
}

// Entry gives the entry of the log.
func (a Act) Entry(kind ledger.Kind, about string) ledger.Entry {
	return ledger.Entry{Time: a.Time, Kind: kind, Actor: a.Actor, About: about, Data: a.Commitment()}
}

// Note is an act as it is kept, with the entry that it has in the log.
type Note struct {
	Act
	Kind ledger.Kind
	Seq  int64
}

// Record is an answer with what became of it.
type Record struct {
	Kept
	// Seq is its entry in the log.
	Seq int64
	// Notes are what was done to it since, in order.
	Notes []Note
	// Erased says that question, answer, explanation and salt are gone.
	Erased bool
}

// Held says whether the answer may not be erased.
func (r *Record) Held() bool {
	n := 0
	for _, x := range r.Notes {
		switch x.Kind {
		case ledger.Hold:
			n++
		case ledger.Release:
			n = 0
		}
	}
	return n > 0
}

// Filter chooses answers. Zero fields choose all.
type Filter struct {
	Kind  Kind
	Actor string
	Batch string
	// From and Before bound the time: From <= time < Before.
	From, Before time.Time
	// After gives those that come after this id, for reading on.
	After string
	// Limit bounds the number; 0 does not.
	Limit int
}

// Store keeps answers and the log. All that one call writes is one transaction; what
// it wrote when it returns survives the loss of power. It is safe for concurrent use,
// and other programs may use the same store.
type Store interface {
	// Missing gives which of these contents the store does not have.
	Missing(ctx context.Context, of []ledger.Hash) ([]ledger.Hash, error)
	// PutContent keeps contents under their SHA-256. Those that are there stay.
	PutContent(ctx context.Context, list [][]byte) error
	// Content gives one. It has the hash that was asked for, or there is a fault.
	Content(ctx context.Context, of ledger.Hash) ([]byte, error)

	// Keep keeps answers that pass Check and enters each in the log. An id that is
	// taken is fault.Conflict, versions that are not kept are fault.NotFound, and then
	// nothing of the call is kept.
	Keep(ctx context.Context, list []Kept) error
	// Get gives one. An id that is not kept is fault.NotFound.
	Get(ctx context.Context, id string) (Record, error)
	// List gives those that a filter chooses, in order of id.
	List(ctx context.Context, f Filter) iter.Seq2[Record, error]
	// Note enters into the log that an answer was held, released or given out. Holding
	// or giving out what is erased, and releasing what is not held, is fault.Conflict.
	Note(ctx context.Context, id string, kind ledger.Kind, a Act) error
	// Erase makes question, answer, explanation and salt of an answer, and the words of
	// all reasons noted before, unreadable, also in what the database has cast off as
	// far as it lets anybody: a server of databases overwrites in its own time. An
	// answer that is held or erased already is fault.Conflict.
	Erase(ctx context.Context, id string, a Act) error

	Log
}

// Log is the log of a store.
type Log interface {
	// View runs f over one state of the log.
	View(ctx context.Context, f func(ledger.Reader) error) error
	// Enter adds entries to the log.
	Enter(ctx context.Context, list ...ledger.Entry) error
	// Checkpoint keeps the head of the log for good and gives it, signed. An empty log
	// is fault.NotFound.
	Checkpoint(ctx context.Context) ([]byte, ledger.Checkpoint, error)
	// Public gives the key by which heads are checked. A log that nothing was entered
	// in is fault.NotFound.
	Public(ctx context.Context) (ledger.Public, error)
}

// NotKept is the fault of asking for an answer that is not there.
func NotKept(id string) error {
	return fault.New(fault.NotFound, "the answer %s is not kept here", id).WithFix("`cordon answers list` lists those that are")
}

// MayNote says whether something may be done to an answer; stores ask it in the
// transaction that does it.
func MayNote(r *Record, kind ledger.Kind) error {
	switch {
	case kind != ledger.Hold && kind != ledger.Release && kind != ledger.Export && kind != ledger.Erasure:
		return fault.New(fault.Internal, "%q is nothing that is done to an answer", kind)
	case r.Erased:
		return fault.New(fault.Conflict, "the answer %s is erased", r.ID)
	case kind == ledger.Release && !r.Held():
		return fault.New(fault.Conflict, "the answer %s is not held", r.ID)
	case kind == ledger.Erasure && r.Held():
		return fault.New(fault.Conflict, "the answer %s is on hold and may not be erased", r.ID).
			WithFix("`cordon answers release` ends the hold, when whoever asked for it agrees")
	}
	return nil
}
