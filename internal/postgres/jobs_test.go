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

// Chunks whose worker is gone are taken over, or given up when too many died over them; and a queue of which
// only the jobs are there, as after a restored backup, hands them out all the same.
func TestJobsOfTheDead(t *testing.T) {
	s, err := Open(t.Context(), postgrestest.Database(t), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	q, err := s.Jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	jobtest.Dead(t, q, func(id string) {
		for _, x := range []string{
			"DELETE FROM cordon.river_job",
			"UPDATE cordon.job_chunk SET worker = '999 ghost', tries = 1 WHERE number = 1 AND job = '" + id + "'",
			"UPDATE cordon.job_chunk SET worker = '999 ghost', tries = 3 WHERE number = 2 AND job = '" + id + "'",
		} {
			if _, err := s.pool.Exec(t.Context(), x); err != nil {
				t.Fatal(err)
			}
		}
	})
}
