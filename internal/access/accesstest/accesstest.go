// Package accesstest holds a store of keys to what [access.Store] promises. It knows no implementation.
package accesstest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
)

// day is when the keys of the suite are made.
var day = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// Test runs the suite. Open gives a new and empty store, and again what opens the same one a second time.
func Test(t *testing.T, open func(t *testing.T) (store access.Store, again func() access.Store)) {
	t.Run("what is added is there", func(t *testing.T) {
		s, again := open(t)
		a := add(t, s, "payments, EU", day, day.AddDate(0, 0, 90), access.Screen, access.Decide)
		b := add(t, s, "Café \"'%_; DROP TABLE access_key;", day.Add(time.Hour), time.Time{}, access.Admin)
		for _, s := range []access.Store{s, again()} {
			if diff := cmp.Diff([]access.Key{a, b}, keys(t, s)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		}
	})
	t.Run("the order is that of making", func(t *testing.T) {
		s, _ := open(t)
		late := add(t, s, "late", day.Add(time.Hour), time.Time{}, access.Read)
		early := add(t, s, "early", day, time.Time{}, access.Read)
		if diff := cmp.Diff([]access.Key{early, late}, keys(t, s)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
	t.Run("an id is given once", func(t *testing.T) {
		s, _ := open(t)
		k := add(t, s, "one", day, time.Time{}, access.Read)
		other := k
		other.Owner = "two"
		if err := s.AddKey(t.Context(), other); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("the error is %v", err)
		}
		if diff := cmp.Diff([]access.Key{k}, keys(t, s)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
	t.Run("what is revoked stays so", func(t *testing.T) {
		s, again := open(t)
		k, other := add(t, s, "one", day, time.Time{}, access.Read), add(t, s, "two", day.Add(time.Second), time.Time{}, access.Read)
		k.Revoked = day.Add(time.Minute)
		for _, at := range []time.Time{k.Revoked, day.Add(time.Hour)} {
			got, err := again().RevokeKey(t.Context(), k.ID, at)
			if diff := cmp.Diff(k, got); err != nil || diff != "" {
				t.Errorf("%v, -want +got\n%s", err, diff)
			}
		}
		if diff := cmp.Diff([]access.Key{k, other}, keys(t, s)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		for _, id := range []string{"", "ck_nobody", strings.ToUpper(k.ID), k.ID + " ", "%"} {
			if _, err := s.RevokeKey(t.Context(), id, day); fault.CodeOf(err) != fault.NotFound {
				t.Errorf("%q: the error is %v", id, err)
			}
		}
	})
	t.Run("many at once", func(t *testing.T) {
		s, again := open(t)
		second := again()
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				k := made(t, fmt.Sprint("owner ", i), day, time.Time{}, access.Read)
				if err := []access.Store{s, second}[i%2].AddKey(context.WithoutCancel(t.Context()), k); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(keys(t, s)); n != 8 {
			t.Errorf("%d keys of 8", n)
		}
	})
}

func made(t *testing.T, owner string, at, expires time.Time, scopes ...access.Scope) access.Key {
	k, _, err := access.New(nil, owner, scopes, at, expires)
	if err != nil {
		t.Error(err)
	}
	return k
}

func add(t *testing.T, s access.Store, owner string, at, expires time.Time, scopes ...access.Scope) access.Key {
	t.Helper()
	k := made(t, owner, at, expires, scopes...)
	if err := s.AddKey(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	return k
}

func keys(t *testing.T, s access.Store) []access.Key {
	t.Helper()
	list, err := s.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}
