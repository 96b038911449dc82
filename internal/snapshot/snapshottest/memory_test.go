package snapshottest

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/snapshot"
)

func TestMemory(t *testing.T) {
	Run(t, func(testing.TB) snapshot.Store { return &Memory{} })
}
