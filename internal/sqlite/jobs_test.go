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
