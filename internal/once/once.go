// Package once is the use case "asked again, answered with the same bytes": who sends a question under a key of its own gets
// its answer once, and from then on that answer again, for a day.
//
// It declares the [Store] that remembers; adapters implement it, [Memory] is one, and all pass the suite in oncetest. What may
// become of a key is said once, by [Claim.Meet]. The package answers nothing, and holds no key as it was sent: callers put
// what they like into one, and nobody may get at the answers of others by guessing it.
package once

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"strconv"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
)

const (
	// For is how long an answer is kept under its key.
	For = 24 * time.Hour
	// Lease is how long a question is taken to be worked on: longer than any may take. Who died over one leaves its key
	// taken no longer than that.
	Lease = 30 * time.Second
)

// Claim is a question under a key, by one who would answer it.
type Claim struct {
	// Key is a hash of who asks and the key that was sent, Question one of all that was asked.
	Key, Question [sha256.Size]byte
	// Token is of this claim alone, so that who was late does not speak for who took over.
	Token [16]byte
	// At is now, to the millisecond.
	At time.Time
}

// NewClaim makes a claim of this moment.
func NewClaim(caller, key string, question [sha256.Size]byte, now time.Time) Claim {
	c := Claim{Question: question, At: now.UTC().Truncate(time.Millisecond)}
	c.Key = sha256.Sum256([]byte("cordon once 1\n" + strconv.Itoa(len(caller)) + "\n" + caller + "\n" + key))
	_, _ = rand.Read(c.Token[:]) // it never fails
	return c
}

// Answer is what was given.
type Answer struct {
	// Body is the answer, byte by byte.
	Body []byte
	// ID is the id under which it is kept for good; "" for none.
	ID string
}

// Store remembers. It is safe for concurrent use, and other programs may use the same store.
type Store interface {
	// BeginOnce takes the key of a claim, so that nobody else does until [Store.EndOnce] or the end of its [Lease]. Where the
	// question was answered it takes nothing and gives the answer. Another question under the key is fault.Invalid, the
	// same one still being worked on fault.Conflict.
	BeginOnce(ctx context.Context, c Claim) (*Answer, error)
	// EndOnce gives the answer to a claim that was begun; nil when there is none, which frees the key. Where somebody else has
	// taken it over meanwhile nothing is kept, and that is fault.Conflict unless the answer is nil. An answer is given to
	// nobody before EndOnce has returned.
	EndOnce(ctx context.Context, c Claim, a *Answer) error
}

// Held is what a store has under a key.
type Held struct {
	Question [sha256.Size]byte
	At       time.Time
	// Answered is false while it is worked on.
	Answered bool
}

// Meet says what a claim comes to where a store has h: it may take the key, or gets the answer, or is refused.
func (c Claim) Meet(h Held) (take bool, err error) {
	age := c.At.Sub(h.At)
	switch {
	case age >= For, !h.Answered && age >= Lease:
		return true, nil
	case h.Question != c.Question:
		return false, fault.New(fault.Invalid, "this idempotency key was used for another question").
			At(fault.Place{Field: "Idempotency-Key"}).WithFix("take a new key for each question")
	case !h.Answered:
		return false, Busy()
	}
	return false, nil
}

// Busy is the fault of asking what is being answered.
func Busy() error {
	return fault.New(fault.Conflict, "the question under this idempotency key is being answered").
		At(fault.Place{Field: "Idempotency-Key"}).WithFix("ask again in a moment")
}

// Lost is the fault of an answer that comes after somebody else has taken the key over.
func Lost() error {
	return fault.New(fault.Conflict, "answering took so long that another request under this idempotency key took over").
		At(fault.Place{Field: "Idempotency-Key"}).WithFix("ask again in a moment")
}
