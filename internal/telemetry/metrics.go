// Package telemetry tells those who operate a server how it fares: figures for Prometheus and spans for OpenTelemetry.
//
// No figure and no span ever has a label from what was asked: routes are patterns, callers are ids of keys, lists are the names
// the operator gave them. It decides nothing, and what it cannot deliver it drops and counts.
package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// List is how a list stands, for its figures.
type List struct {
	Name     string
	Subjects int
	// Checked is when it was last known to be what the authority publishes; zero for never.
	Checked time.Time
	// Stale is true where nothing may be screened against it.
	Stale bool
}

// Config says where figures come from that are asked for when they are read.
type Config struct {
	Version, Law string
	// Lists gives the lists in use; Ready whether the server is.
	Lists func(context.Context) ([]List, error)
	Ready func(context.Context) bool
}

// Metrics are the figures. It is safe for concurrent use.
type Metrics struct {
	Config
	registry         *prometheus.Registry
	requests         *prometheus.HistogramVec
	sent             *prometheus.CounterVec
	screening        *prometheus.CounterVec
	rulings          *prometheus.CounterVec
	kept, suppressed prometheus.Counter
	running          prometheus.Gauge
	jobs             *jobMetrics // nil where there are none

	busy atomic.Pointer[func() (int, int)]
	most [2]atomic.Int64
}

// times are the upper ends of the histogram, in seconds.
var times = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60, 600}

// NewMetrics makes the figures.
func NewMetrics(c Config) *Metrics {
	m := &Metrics{
		Config: c, registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cordon_request_seconds", Help: "Requests by route and status, and how long they took.", Buckets: times,
		}, []string{"method", "route", "status"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cordon_response_bytes_total", Help: "Bytes of answers.",
		}, []string{"route"}),
		screening: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cordon_screenings_total", Help: "Parties screened, by outcome.",
		}, []string{"outcome"}),
		rulings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cordon_rulings_total", Help: "Activities ruled on, by verdict.",
		}, []string{"verdict"}),
		suppressed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "cordon_suppressed_hits_total", Help: "Hits that two persons had found to be somebody else, shown as such.",
		}),
		kept:    prometheus.NewCounter(prometheus.CounterOpts{Name: "cordon_answers_kept_total", Help: "Answers that were kept."}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "cordon_requests_running", Help: "Requests that came and are not answered."}),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "cordon_info", Help: "Always 1; the versions in use.", ConstLabels: prometheus.Labels{"version": c.Version, "law": c.Law},
	})
	info.Set(1)
	m.registry.MustRegister(m.requests, m.sent, m.screening, m.suppressed, m.rulings, m.kept, m.running, info, (*lists)(m),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	// What may never have happened stands at 0, so that an alert on it has something to watch.
	for _, outcome := range []string{"match", "possible", "suppressed", "clear", "not_screened"} {
		m.screening.WithLabelValues(outcome)
	}
	return m
}

// Begun counts a request that came.
func (m *Metrics) Begun() { m.running.Inc() }

// Ended counts a request that is over. Route is a pattern.
func (m *Metrics) Ended(method, route string, status int, bytes int64, took time.Duration) {
	m.running.Dec()
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
	m.sent.WithLabelValues(route).Add(float64(bytes))
}

// Suppressed counts hits that are suppressed. On nil it counts nothing.
func (m *Metrics) Suppressed(n int) {
	if m != nil {
		m.suppressed.Add(float64(n))
	}
}

// Screened counts a party by the outcome of screening it. On nil it counts nothing, as [Metrics.Ruled] and [Metrics.Kept] do.
func (m *Metrics) Screened(outcome string) {
	if m != nil {
		m.screening.WithLabelValues(outcome).Inc()
	}
}

// Ruled counts a ruling.
func (m *Metrics) Ruled(verdict string) {
	if m != nil {
		m.rulings.WithLabelValues(verdict).Inc()
	}
}

// Kept counts answers that were kept.
func (m *Metrics) Kept(n int) {
	if m != nil {
		m.kept.Add(float64(n))
	}
}

// Dropped has the figures tell how many spans were not delivered.
func (m *Metrics) Dropped(count func() int64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "cordon_spans_dropped_total", Help: "Spans that were not delivered.",
	}, func() float64 { return float64(count()) }))
}

// Places notes how many requests and streams may be worked on at once, and what tells how many are.
func (m *Metrics) Places(requests, streams int, busy func() (requests, streams int)) {
	m.most[0].Store(int64(requests))
	m.most[1].Store(int64(streams))
	m.busy.Store(&busy)
}

// ServeHTTP writes the figures.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// lists reads what is asked for when it is read.
type lists Metrics

var (
	subjectsDesc = prometheus.NewDesc("cordon_list_subjects", "Subjects of a list in use.", []string{"list"}, nil)
	checkedDesc  = prometheus.NewDesc("cordon_list_checked_timestamp_seconds",
		"When a list was last known to be what its authority publishes.", []string{"list"}, nil)
	staleDesc  = prometheus.NewDesc("cordon_list_stale", "1 where nothing may be screened against a list.", []string{"list"}, nil)
	readyDesc  = prometheus.NewDesc("cordon_ready", "1 while /readyz says so.", nil, nil)
	placesDesc = prometheus.NewDesc("cordon_places", "How many may be worked on at once.", []string{"of"}, nil)
	busyDesc   = prometheus.NewDesc("cordon_places_busy", "How many are worked on.", []string{"of"}, nil)
)

// Describe is part of prometheus.Collector.
func (l *lists) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{subjectsDesc, checkedDesc, staleDesc, readyDesc, placesDesc, busyDesc} {
		to <- d
	}
}

// Collect is part of prometheus.Collector.
func (l *lists) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if busy := l.busy.Load(); busy != nil {
		requests, streams := (*busy)()
		for i, of := range []string{"requests", "streams"} {
			gauge(placesDesc, float64(l.most[i].Load()), of)
			gauge(busyDesc, float64([]int{requests, streams}[i]), of)
		}
	}
	if l.Ready != nil {
		gauge(readyDesc, number(l.Ready(ctx)))
	}
	if l.Lists == nil {
		return
	}
	list, err := l.Lists(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(subjectsDesc, err)
		return
	}
	for _, x := range list {
		gauge(subjectsDesc, float64(x.Subjects), x.Name)
		gauge(staleDesc, number(x.Stale), x.Name)
		if !x.Checked.IsZero() {
			gauge(checkedDesc, float64(x.Checked.Unix()), x.Name)
		}
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
