package once

import (
	"container/list"
	"context"
	"crypto/sha256"
	"sync"
)

// Memory is a [Store] in memory, of no more than so many answers, so large together: the oldest go first. They are gone when
// the program ends. The zero value is not usable; make one with [NewMemory].
type Memory struct {
	answers int
	bytes   int

	mu   sync.Mutex
	held int
	by   map[[sha256.Size]byte]*list.Element
	age  *list.List // of *remembered, the oldest in front
}

// remembered is one key; answer is nil while it is worked out.
type remembered struct {
	Claim
	answer *Answer
}

// NewMemory makes a memory for at most so many answers of so many bytes together.
func NewMemory(answers, bytes int) *Memory {
	return &Memory{answers: answers, bytes: bytes, by: map[[sha256.Size]byte]*list.Element{}, age: list.New()}
}

// BeginOnce is part of [Store].
func (m *Memory) BeginOnce(_ context.Context, c Claim) (*Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(c)
	if e, ok := m.by[c.Key]; ok {
		r := e.Value.(*remembered)
		take, err := c.Meet(Held{r.Question, r.At, r.answer != nil})
		if err != nil {
			return nil, err
		}
		if !take {
			return r.answer, nil
		}
		m.drop(e)
	}
	m.by[c.Key] = m.age.PushBack(&remembered{Claim: c})
	m.forget(c)
	return nil, nil
}

// EndOnce is part of [Store].
func (m *Memory) EndOnce(_ context.Context, c Claim, a *Answer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.by[c.Key]
	if !ok || e.Value.(*remembered).Token != c.Token {
		if a == nil {
			return nil
		}
		return Lost()
	}
	if a == nil || len(a.Body) > m.bytes {
		m.drop(e)
		return nil
	}
	e.Value.(*remembered).answer = a
	m.held += len(a.Body)
	m.forget(c)
	return nil
}

// forget drops what is too old or over the limits. What is being worked out stays for its lease.
func (m *Memory) forget(now Claim) {
	for e := m.age.Front(); e != nil; {
		r, next := e.Value.(*remembered), e.Next()
		age := now.At.Sub(r.At)
		if age < For && m.age.Len() <= m.answers && m.held <= m.bytes {
			return
		}
		if r.answer != nil || age >= Lease {
			m.drop(e)
		}
		e = next
	}
}

func (m *Memory) drop(e *list.Element) {
	r := m.age.Remove(e).(*remembered)
	if r.answer != nil {
		m.held -= len(r.answer.Body)
	}
	delete(m.by, r.Key)
}
