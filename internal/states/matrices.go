package states

import (
	"sync"

	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/when"
)

// Matrices gives matrices of a desk and keeps those of the days that were asked for last, since each costs a ruling on every
// claim. It is safe for concurrent use; a matrix that it gives is shared and not to be changed.
type Matrices struct {
	desk *Desk

	mu     sync.Mutex // held while one is built, so that none is built twice
	kept   map[when.Day]*matrix.Matrix
	recent []when.Day // the oldest first
}

// keptMatrices is how many days are kept at once.
const keptMatrices = 8

// NewMatrices keeps matrices of a desk.
func NewMatrices(d *Desk) *Matrices { return &Matrices{desk: d, kept: map[when.Day]*matrix.Matrix{}} }

// At gives the matrix from what was published by a day; NoDay for all.
func (m *Matrices) At(known when.Day) (*matrix.Matrix, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if x, ok := m.kept[known]; ok {
		return x, nil
	}
	x, err := m.desk.Matrix(known)
	if err != nil {
		return nil, err
	}
	if len(m.recent) == keptMatrices {
		delete(m.kept, m.recent[0])
		m.recent = m.recent[1:]
	}
	m.kept[known], m.recent = x, append(m.recent, known)
	return x, nil
}
