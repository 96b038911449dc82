package httpapi

import (
	"container/list"
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Kept keeps the answers that were given under idempotency keys. Implementations are safe for concurrent use.
type Kept interface {
	// Begin takes a key for a question. Where the same question was answered under it, done is true and answer holds the
	// same bytes. Another question under it is fault.Invalid, the same one still being worked on fault.Conflict.
	// Otherwise the key is taken until End.
	Begin(ctx context.Context, key string, question [sha256.Size]byte) (answer []byte, done bool, err error)
	// End gives the answer of a question that was begun; nil when there is none, which frees the key.
	End(ctx context.Context, key string, answer []byte)
}

// Memory keeps answers in memory for a day, no more than so many and so large together: the oldest go first. They are
// gone when the program ends. The zero value is not usable; make one with [NewMemory].
type Memory struct {
	answers int
	bytes   int
	now     func() time.Time

	mu   sync.Mutex
	held int
	by   map[string]*list.Element
	age  *list.List // of *remembered, the oldest in front
}

// remembered is one key; answer is nil while it is worked out.
type remembered struct {
	key      string
	question [sha256.Size]byte
	answer   []byte
	at       time.Time
}

// keptFor is how long an answer is kept under its key.
const keptFor = 24 * time.Hour

// NewMemory makes a memory for at most so many answers of so many bytes together. Now tells the time.
func NewMemory(answers, bytes int, now func() time.Time) *Memory {
	return &Memory{answers: answers, bytes: bytes, now: now, by: map[string]*list.Element{}, age: list.New()}
}

// Begin is part of [Kept].
func (m *Memory) Begin(_ context.Context, key string, question [sha256.Size]byte) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(keptFor)
	if e, ok := m.by[key]; ok {
		r := e.Value.(*remembered)
		switch {
		case r.question != question:
			return nil, false, fault.New(fault.Invalid, "this idempotency key was used for another question").
				At(fault.Place{Field: "Idempotency-Key"}).WithFix("take a new key for each question")
		case r.answer == nil:
			return nil, false, fault.New(fault.Conflict, "the question under this idempotency key is being answered").
				At(fault.Place{Field: "Idempotency-Key"}).WithFix("ask again in a moment")
		}
		return r.answer, true, nil
	}
	m.by[key] = m.age.PushBack(&remembered{key: key, question: question, at: m.now()})
	m.forget(keptFor)
	return nil, false, nil
}

// End is part of [Kept].
func (m *Memory) End(_ context.Context, key string, answer []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.by[key]
	if !ok {
		return // it was over the limit and is gone
	}
	if answer == nil || len(answer) > m.bytes {
		m.drop(e)
		return
	}
	e.Value.(*remembered).answer = answer
	m.held += len(answer)
	m.forget(keptFor)
}

// forget drops what is older than that or over the limits. What is being worked out stays.
func (m *Memory) forget(age time.Duration) {
	limit := m.now().Add(-age)
	for e := m.age.Front(); e != nil; {
		r, next := e.Value.(*remembered), e.Next()
		if r.at.After(limit) && m.age.Len() <= m.answers && m.held <= m.bytes {
			return
		}
		if r.answer != nil {
			m.drop(e)
		}
		e = next
	}
}

func (m *Memory) drop(e *list.Element) {
	r := m.age.Remove(e).(*remembered)
	m.held -= len(r.answer)
	delete(m.by, r.key)
}
