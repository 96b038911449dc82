package watch

import "github.com/cordon-engine/cordon/internal/screening"

// PackMarks writes marks as a run keeps them, for measures that screen nobody first.
func PackMarks(list []screening.Mark) ([]byte, error) {
	marks := map[string]mark{}
	for _, m := range list {
		marks[m.List+" "+m.ID] = mark{m.Sum, m.Asks}
	}
	return packMarks(marks)
}
