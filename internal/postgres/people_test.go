package postgres

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/account/accounttest"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

func TestPeople(t *testing.T) {
	accounttest.Run(t, func(t testing.TB) accounttest.Store { return People{opened(t, postgrestest.Database(t))} })
}
