package postgres

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/access/accesstest"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

func TestKeys(t *testing.T) {
	accesstest.Test(t, func(t *testing.T) (access.Store, func() access.Store) {
		address := postgrestest.Database(t)
		again := func() access.Store { return Keys{opened(t, address)} }
		return again(), again
	})
}
