// Package evidencetest is the suite that every evidence.Journal passes, and one that keeps everything in memory.
package evidencetest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cordon-engine/cordon/internal/evidence"
	"github.com/cordon-engine/cordon/internal/fault"
)

// Memory is a journal in memory. Its zero value is empty and ready.
type Memory struct {
	mu        sync.Mutex
	parts     [][]byte
	originals map[string][]byte
}

// Parts gives all parts in order.
func (m *Memory) Parts(context.Context) ([][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out [][]byte
	for _, p := range m.parts {
		out = append(out, bytes.Clone(p))
	}
	return out, nil
}

// Append adds a part.
func (m *Memory) Append(_ context.Context, number int, part []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if number != len(m.parts)+1 {
		return fault.New(fault.Conflict, "part %d cannot follow part %d", number, len(m.parts))
	}
	m.parts = append(m.parts, bytes.Clone(part))
	return nil
}

// Keep stores an original.
func (m *Memory) Keep(_ context.Context, hash string, original []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.originals == nil {
		m.originals = map[string][]byte{}
	}
	if m.originals[hash] == nil {
		m.originals[hash] = bytes.Clone(original)
	}
	return nil
}

// Original gives what is stored under a hash.
func (m *Memory) Original(_ context.Context, hash string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.originals[hash]
	if !ok {
		return nil, fault.New(fault.NotFound, "no original is kept under %s", hash)
	}
	return bytes.Clone(data), nil
}

// Run puts a journal through the suite; fresh makes an empty one.
func Run(t *testing.T, fresh func(t *testing.T) evidence.Journal) {
	ctx := t.Context()
	parts := func(t *testing.T, j evidence.Journal) string {
		t.Helper()
		list, err := j.Parts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return string(bytes.Join(list, []byte("|")))
	}

	t.Run("parts come back in order", func(t *testing.T) {
		j := fresh(t)
		if got := parts(t, j); got != "" {
			t.Fatalf("a new journal has %q", got)
		}
		var want []string
		for i, p := range []string{"one", "", "three\nlines\n\x00"} {
			if err := j.Append(ctx, i+1, []byte(p)); err != nil {
				t.Fatal(err)
			}
			want = append(want, p)
			if got := parts(t, j); got != strings.Join(want, "|") {
				t.Fatalf("got %q", got)
			}
		}
	})

	t.Run("no part is overwritten or left out", func(t *testing.T) {
		j := fresh(t)
		if err := j.Append(ctx, 1, []byte("one")); err != nil {
			t.Fatal(err)
		}
		for _, number := range []int{1, 3} {
			if err := j.Append(ctx, number, []byte("other")); fault.CodeOf(err) != fault.Conflict {
				t.Errorf("part %d: %v", number, err)
			}
		}
		if got := parts(t, j); got != "one" {
			t.Errorf("got %q", got)
		}
	})

	t.Run("of many writers one is the first", func(t *testing.T) {
		j := fresh(t)
		var wg sync.WaitGroup
		won := make([]bool, 8)
		for i := range won {
			wg.Go(func() { won[i] = j.Append(ctx, 1, []byte{byte('a' + i)}) == nil })
		}
		wg.Wait()
		i := slices.Index(won, true)
		if i < 0 || slices.Contains(won[i+1:], true) {
			t.Fatalf("won: %v", won)
		}
		if got := parts(t, j); got != string(rune('a'+i)) {
			t.Errorf("writer %c won and %q is there", 'a'+i, got)
		}
	})

	t.Run("originals", func(t *testing.T) {
		j := fresh(t)
		hash := strings.Repeat("a", 64)
		if _, err := j.Original(ctx, hash); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("nothing kept: %v", err)
		}
		for range 2 {
			if err := j.Keep(ctx, hash, []byte("text")); err != nil {
				t.Fatal(err)
			}
		}
		got, err := j.Original(ctx, hash)
		if err != nil || string(got) != "text" {
			t.Errorf("%q, %v", got, err)
		}
	})
}
