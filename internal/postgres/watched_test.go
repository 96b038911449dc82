package postgres

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/watched/watchedtest"
)

func TestWatched(t *testing.T) {
	watchedtest.Run(t, func(t testing.TB) watched.Store { return Watched{opened(t, postgrestest.Database(t))} })
}
