package sqlite

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/notify/notifytest"
)

func TestNotify(t *testing.T) {
	notifytest.Run(t, func(t testing.TB) notifytest.Store { return Notify{opened(t, t.TempDir())} })
}
