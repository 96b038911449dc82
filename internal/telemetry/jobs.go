package telemetry

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cordon-engine/cordon/internal/job"
)

// JobFigures are the jobs that have not ended, and chunks by how they stand.
type JobFigures struct{ Jobs, Waiting, Running, Dead int }

// jobMetrics are the figures of jobs.
type jobMetrics struct {
	read   func(context.Context) (JobFigures, error)
	chunks *prometheus.CounterVec
	items  *prometheus.CounterVec
}

var (
	jobsOpen  = prometheus.NewDesc("cordon_jobs_open", "Jobs that have not ended.", nil, nil)
	jobChunks = prometheus.NewDesc("cordon_job_chunks", "Chunks of jobs by how they stand: waiting and running of jobs that have not ended, and dead.", []string{"state"}, nil)
)

// Jobs adds the figures of jobs; read tells how they stand when they are asked for.
func (m *Metrics) Jobs(read func(context.Context) (JobFigures, error)) {
	m.jobs = &jobMetrics{
		read: read,
		chunks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cordon_job_chunks_total", Help: "Chunks that this process worked on, by kind of job and what became of them.",
		}, []string{"kind", "became"}),
		items: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cordon_job_items_total", Help: "Items of chunks that this process was done with, by kind of job.",
		}, []string{"kind", "became"}),
	}
	m.registry.MustRegister(m.jobs, m.jobs.chunks, m.jobs.items)
}

// Chunk counts a chunk that was worked on. On nil it counts nothing.
func (m *Metrics) Chunk(t *job.Task, out job.Output, err error) {
	if m == nil || m.jobs == nil || t == nil {
		return
	}
	kind := string(t.Job.Kind)
	switch {
	case err == nil:
		m.jobs.chunks.WithLabelValues(kind, "done").Inc()
		m.jobs.items.WithLabelValues(kind, "handled").Add(float64(out.Handled))
		m.jobs.items.WithLabelValues(kind, "refused").Add(float64(out.Refused))
	case errors.Is(err, job.ErrDropped):
		m.jobs.chunks.WithLabelValues(kind, "dropped").Inc()
	default:
		m.jobs.chunks.WithLabelValues(kind, "failed").Inc()
	}
}

// Describe is part of prometheus.Collector.
func (j *jobMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- jobsOpen
	to <- jobChunks
}

// Collect is part of prometheus.Collector.
func (j *jobMetrics) Collect(to chan<- prometheus.Metric) {
	f, err := j.read(context.Background())
	if err != nil {
		to <- prometheus.NewInvalidMetric(jobsOpen, err)
		return
	}
	to <- prometheus.MustNewConstMetric(jobsOpen, prometheus.GaugeValue, float64(f.Jobs))
	for state, n := range map[string]int{"waiting": f.Waiting, "running": f.Running, "dead": f.Dead} {
		to <- prometheus.MustNewConstMetric(jobChunks, prometheus.GaugeValue, float64(n), state)
	}
}
