package web

import (
	"container/list"
	"context"
	"fmt"
	"sync"

	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
)

// Prepare works out what pages need and what does not change with who asks: what is known of states, the story, what the law
// names of the nomenclature, the drafts of the past. A page asked for meanwhile waits for nothing but its own part. It ends early
// when ctx does. What fails here fails again on the page that needs it, which says why.
func (s *Site) Prepare(ctx context.Context) {
	for _, step := range []func(){
		func() {
			if c, err := s.conduct(ctx); err == nil {
				_, _ = c.matrix(when.NoDay)
			}
		},
		func() { _, _ = s.tale() },
		func() { s.named(s.Desk.HS.Chapters()[0]) },
		func() {
			if q, err := (draft.Ask{}).Question(); err == nil {
				_, _ = s.backtested(ctx, q.Inputs)
			}
		},
	} {
		if ctx.Err() != nil {
			return
		}
		step()
	}
}

// backtested gives the drafts of the past beside what followed, worked out once for the same shares and facts.
func (s *Site) backtested(ctx context.Context, in draft.Inputs) (*report.Document, error) {
	c, err := s.conduct(ctx)
	if err != nil {
		return nil, err
	}
	return s.backtests.get(fmt.Sprint(c.Version, in), func() (*report.Document, error) {
		list, forecasts, err := s.Library.Backtests(ctx, in)
		if err != nil {
			return nil, err
		}
		return report.DraftBacktest(list, forecasts, s.state), nil
	})
}

// memory keeps what was asked for last, as many as size, where the same key gives the same. What it gives is shared and not to be
// changed. It is safe for concurrent use; a key asked for twice at once may be filled twice.
type memory[V any] struct {
	mu    sync.Mutex
	size  int
	order *list.List
	by    map[string]*list.Element
}

type kept[V any] struct {
	key   string
	value V
}

func newMemory[V any](size int) *memory[V] {
	return &memory[V]{size: size, order: list.New(), by: map[string]*list.Element{}}
}

func (m *memory[V]) get(key string, fill func() (V, error)) (V, error) {
	m.mu.Lock()
	if e, ok := m.by[key]; ok {
		m.order.MoveToFront(e)
		defer m.mu.Unlock()
		return e.Value.(kept[V]).value, nil //nolint:forcetypeassert // only kept goes in
	}
	m.mu.Unlock()
	v, err := fill()
	if err != nil {
		return v, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.by[key]; !ok {
		m.by[key] = m.order.PushFront(kept[V]{key, v})
		if m.order.Len() > m.size {
			old := m.order.Back()
			m.order.Remove(old)
			delete(m.by, old.Value.(kept[V]).key) //nolint:forcetypeassert // only kept goes in
		}
	}
	return v, nil
}
