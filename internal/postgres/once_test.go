package postgres

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/once"
	"github.com/cordon-engine/cordon/internal/once/oncetest"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

func TestOnce(t *testing.T) {
	addresses := map[once.Store]string{}
	open := func(t testing.TB, address, keys string) *Store {
		s, err := Open(t.Context(), address, keys)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		addresses[s] = address
		return s
	}
	oncetest.Run(t, func(t testing.TB) once.Store { return open(t, postgrestest.Database(t), t.TempDir()) },
		func(t testing.TB, s once.Store) once.Store { return open(t, addresses[s], t.TempDir()) })
}
