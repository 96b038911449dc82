package postgres

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/job/jobtest"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

func TestJobs(t *testing.T) {
	jobtest.Run(t, func(t testing.TB) (job.Queue, job.Queue) {
		address := postgrestest.Database(t)
		var out [2]job.Queue
		for i := range out {
			s, err := Open(t.Context(), address, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			if out[i], err = s.Jobs(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		return out[0], out[1]
	})
}
