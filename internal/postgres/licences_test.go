package postgres

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/licence/licencetest"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

func TestLicences(t *testing.T) {
	licencetest.Run(t, func(t testing.TB) licencetest.Store { return opened(t, postgrestest.Database(t)) })
}
