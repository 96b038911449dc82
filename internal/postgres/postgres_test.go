package postgres

import (
	"context"
	"flag"
	"testing"

	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
)

func TestConformance(t *testing.T) {
	// Each step of the model is some trips to a server; the other stores take more of them.
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := f.Value.Set("15"); err != nil {
			t.Fatal(err)
		}
		defer f.Value.Set(f.DefValue)
	}
	snapshottest.Run(t, func(t testing.TB) snapshot.Store { return opened(t, postgrestest.Database(t)) })
}

// opened opens a store that the test closes.
func opened(t testing.TB, address string) *Store {
	t.Helper()
	s := must(Open(context.Background(), address))(t)
	t.Cleanup(func() { s.Close() })
	return s
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
