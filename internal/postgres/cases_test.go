package postgres

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

func TestCases(t *testing.T) {
	caseworktest.Run(t, func(t testing.TB) caseworktest.Store { return opened(t, postgrestest.Database(t)) })
}
