package sqlite

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/account/accounttest"
)

func TestPeople(t *testing.T) {
	accounttest.Run(t, func(t testing.TB) accounttest.Store { return People{opened(t, t.TempDir())} })
}
