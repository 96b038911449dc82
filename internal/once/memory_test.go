package once_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/once"
	"github.com/cordon-engine/cordon/internal/once/oncetest"
)

func TestMemory(t *testing.T) {
	oncetest.Run(t, func(testing.TB) once.Store { return once.NewMemory(10_000, 64<<20) }, nil)
}

// TestMemoryIsBounded holds what is kept to its limits in number and size.
func TestMemoryIsBounded(t *testing.T) {
	m := once.NewMemory(2, 10)
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	begin := func(key string) (once.Claim, string) {
		c := once.NewClaim("", key, sha256.Sum256([]byte(key)), now)
		a, err := m.BeginOnce(t.Context(), c)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		if a == nil {
			return c, ""
		}
		return c, string(a.Body)
	}
	keep := func(key, answer string) {
		t.Helper()
		c, had := begin(key)
		if had != "" {
			t.Errorf("%s is there already: %s", key, had)
		}
		if err := m.EndOnce(t.Context(), c, &once.Answer{Body: []byte(answer)}); err != nil {
			t.Error(err)
		}
	}
	keep("a", "one")
	keep("b", "two")
	keep("c", "three") // the third: the first goes
	keep("a", "one")   // and now the second
	if _, had := begin("c"); had != "three" {
		t.Errorf("the newer one is %q", had)
	}
	keep("d", "0123456789") // as large as all may be: the others go
	if _, had := begin("d"); had != "0123456789" {
		t.Errorf("the largest is %q", had)
	}
	keep("c", "far too large")
	keep("c", "far too large") // it was not kept
}
