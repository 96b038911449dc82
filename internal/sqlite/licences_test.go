package sqlite

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/licence/licencetest"
)

func TestLicences(t *testing.T) {
	licencetest.Run(t, func(t testing.TB) licencetest.Store { return opened(t, t.TempDir()) })
}
