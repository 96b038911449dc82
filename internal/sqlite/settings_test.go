package sqlite

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/setting/settingtest"
)

func TestSettings(t *testing.T) {
	settingtest.Run(t, func(t testing.TB) settingtest.Store { return opened(t, t.TempDir()) })
}
