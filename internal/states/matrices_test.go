package states_test

import (
	"sync"
	"testing"

	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestMatricesAreBuiltOnce holds that who asks for a day that is kept gets the same matrix, however many ask at once, and that
// the oldest days make room.
func TestMatricesAreBuiltOnce(t *testing.T) {
	m := states.NewMatrices(open(t))
	var mu sync.Mutex
	got := map[*matrix.Matrix]bool{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			x, err := m.At(when.NoDay)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			got[x] = true
		})
	}
	wg.Wait()
	if len(got) != 1 {
		t.Errorf("%d were built for one day", len(got))
	}
	first, _ := m.At(when.NoDay)
	for day := range when.Day(9) {
		if _, err := m.At(when.Date(2018, 1, 1) + day); err != nil {
			t.Fatal(err)
		}
	}
	if again, _ := m.At(when.NoDay); again == first {
		t.Error("nothing makes room")
	}
}
