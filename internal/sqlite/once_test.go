package sqlite

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/once"
	"github.com/cordon-engine/cordon/internal/once/oncetest"
)

func TestOnce(t *testing.T) {
	oncetest.Run(t, func(t testing.TB) once.Store { return opened(t, t.TempDir()) },
		func(t testing.TB, s once.Store) once.Store { return opened(t, s.(*Store).dir) })
}
