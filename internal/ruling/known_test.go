package ruling_test

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// A request that does not say as known on which day the law is taken is refused, and not ruled on as if nothing had been
// published since 1970.
func TestKnownAtIsStated(t *testing.T) {
	b := setup(t)
	a := b.list[0].Activity
	if _, err := b.Engine.Decide(ruling.Request{Activity: a}); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("a request that does not say: %v", err)
	}
	for _, day := range []when.Day{when.NoDay, -1, 1} {
		if _, err := b.Engine.Decide(ruling.Request{Activity: a, KnownAt: day}); err != nil {
			t.Errorf("known at %d: %v", day, err)
		}
	}
}
