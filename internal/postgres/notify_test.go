package postgres

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/notify/notifytest"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

func TestNotify(t *testing.T) {
	notifytest.Run(t, func(t testing.TB) notifytest.Store { return Notify{opened(t, postgrestest.Database(t))} })
}
