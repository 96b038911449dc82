package sqlite

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/job/jobtest"
)

func TestJobs(t *testing.T) {
	jobtest.Run(t, func(t testing.TB) (job.Queue, job.Queue) {
		dir := t.TempDir()
		var out [2]job.Queue
		for i := range out {
			s, err := Open(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			out[i] = Queue{s}
		}
		return out[0], out[1]
	})
}

// Chunks of a process that is gone are taken over, or given up when too many died over
// them.
func TestJobsOfTheDead(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	jobtest.Dead(t, Queue{s}, func(id string) {
		for try, number := range map[int]int{1: 1, 3: 2} {
			if _, err := s.db.ExecContext(t.Context(), "UPDATE job_chunk SET worker = 'ghost', tries = ? WHERE number = ? AND job = ?", try, number, id); err != nil {
				t.Fatal(err)
			}
		}
	})
}
