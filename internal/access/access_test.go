package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func TestNew(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		k, secret, err := New(nil, "payments", []Scope{Screen, Decide, Screen}, noon, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		id, ok := idOf(secret)
		if !ok || id != k.ID || !strings.HasPrefix(secret, k.ID+"_") || !matches(k, secret) || len(k.Scopes) != 2 {
			t.Fatalf("%s: %+v", secret, k)
		}
		if seen[secret] || seen[k.ID] {
			t.Fatal("a key was made twice")
		}
		seen[secret], seen[k.ID] = true, true
	}
	for _, owner := range []string{"", " x", "x\n", strings.Repeat("x", 101), "\xff", "a\x1b[2J"} {
		if _, _, err := New(nil, owner, []Scope{Screen}, noon, time.Time{}); err == nil {
			t.Errorf("the owner %q is taken", owner)
		}
	}
	for _, scopes := range [][]Scope{nil, {"all"}, {Open}, {Screen, ""}} {
		if _, _, err := New(nil, "x", scopes, noon, time.Time{}); err == nil {
			t.Errorf("the scopes %q are taken", scopes)
		}
	}
	if _, _, err := New(nil, "x", []Scope{Screen}, noon, noon); err == nil {
		t.Error("a key that has ended is made")
	}
	if _, _, err := New(strings.NewReader("too little"), "x", []Scope{Screen}, noon, time.Time{}); err == nil {
		t.Error("a key is made of too little randomness")
	}
}

func TestMay(t *testing.T) {
	for _, s := range Scopes() {
		for _, other := range Scopes() {
			k := Key{Scopes: []Scope{s.Scope}}
			if got, want := k.May(other.Scope), s.Scope == other.Scope || s.Scope == Admin; got != want {
				t.Errorf("a key for %s may %s: %t", s.Scope, other.Scope, got)
			}
		}
	}
	if !(Key{}).May(Open) || (Key{}).May(Read) {
		t.Error("a key without a scope may the wrong thing")
	}
}

func TestRing(t *testing.T) {
	good, secret, _ := New(nil, "a", []Scope{Screen}, noon, noon.Add(time.Hour))
	now, reads, broken := noon, 0, error(nil)
	keys := []Key{good}
	r := NewRing(func(context.Context) ([]Key, error) { reads++; return keys, broken }, func() time.Time { return now }, 2*time.Second)
	find := func(want error) {
		t.Helper()
		k, err := r.Find(t.Context(), secret)
		if !errors.Is(err, want) || want == nil && k.ID != good.ID || want != nil && k.ID != "" {
			t.Errorf("it gives %v, %v; want %v", k.ID, err, want)
		}
	}
	find(nil)
	find(nil)
	if reads != 1 {
		t.Errorf("read %d times", reads)
	}
	keys[0].Revoked = noon
	find(nil) // for as long as the span
	now = now.Add(2 * time.Second)
	find(ErrUnknown)
	keys[0].Revoked = time.Time{}
	now = now.Add(2 * time.Second)
	find(nil)
	broken = errors.New("the disk is gone")
	now = now.Add(2 * time.Second)
	find(ErrUnavailable)
	if any, err := r.Any(t.Context()); any || err == nil {
		t.Error("keys that cannot be read look like none")
	}
	broken = nil
	now = now.Add(2 * time.Second)
	find(nil)
	now = noon.Add(time.Hour)
	find(ErrUnknown)
	now = noon.Add(-time.Hour) // a clock that was set back does not keep what was read
	n := reads
	find(nil)
	if reads != n+1 {
		t.Error("what was read is kept by a clock that went back")
	}
}

// TestRingTakesOneSecret holds that no other text than the secret finds a key.
func TestRingTakesOneSecret(t *testing.T) {
	k, secret, _ := New(nil, "a", []Scope{Screen}, noon, time.Time{})
	other, _, _ := New(nil, "b", []Scope{Admin}, noon, time.Time{})
	r := NewRing(func(context.Context) ([]Key, error) { return []Key{k, other}, nil }, func() time.Time { return noon }, time.Hour)
	rapid.Check(t, func(t *rapid.T) {
		b := []byte(secret)
		switch rapid.IntRange(0, 3).Draw(t, "how") {
		case 0:
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		case 1:
			b = b[:rapid.IntRange(0, len(b)-1).Draw(t, "size")]
		case 2:
			b = append(b, rapid.SliceOfN(rapid.Byte(), 1, 4).Draw(t, "more")...)
		case 3:
			copy(b, other.ID)
		}
		if got, err := r.Find(context.Background(), string(b)); !errors.Is(err, ErrUnknown) || got.ID != "" {
			t.Fatalf("%q finds %v", b, got.ID)
		}
	})
	if k.Hash == (Key{}).Hash || nobody.Hash == sha256.Sum256(nil) {
		t.Error("a key without a hash would be found")
	}
}

func TestRatesForgetWhoWasAwayLongest(t *testing.T) {
	now := noon
	r := NewRates(Rate{PerSecond: 1, Burst: 2}, 3, func() time.Time { return now })
	take := func(name string, want time.Duration) {
		t.Helper()
		if got := r.Take(name); got != want {
			t.Errorf("%s waits %s, want %s", name, got, want)
		}
	}
	take("a", 0)
	take("a", 0)
	take("a", time.Second)
	take("a", time.Second) // what was refused took nothing
	now = now.Add(time.Second)
	take("a", 0)
	take("b", 0)
	take("c", 0)
	take("a", time.Second) // it is the latest again
	take("d", 0)           // b goes
	take("b", 0)
	take("a", time.Second)
	for i := range 1000 {
		r.Take(strings.Repeat("x", i))
	}
	if r.Known() != 3 {
		t.Errorf("%d are remembered", r.Known())
	}
	if NewRates(Rate{}, 1, time.Now).Take("x") != 0 {
		t.Error("no limit limits")
	}
}

func TestCaller(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.1:80": "192.0.2.1", "[2001:db8:1:2:3::4]:80": "2001:db8:1:2::/64", "[::ffff:192.0.2.1]:1": "192.0.2.1",
		"[fe80::1%eth0]:1": "fe80::/64", "": "unknown", "@": "unknown", "192.0.2.1": "unknown",
	} {
		if got := Caller(remote); got != want {
			t.Errorf("%s: %s, want %s", remote, got, want)
		}
	}
}
