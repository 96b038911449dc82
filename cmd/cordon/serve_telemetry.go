package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/telemetry"
)

// serveTelemetry are the flags that say how a server tells how it fares.
type serveTelemetry struct {
	MetricsAddr string        `name:"metrics-addr" help:"Serve /metrics here and without a key, instead of beside the API with a key for metrics." placeholder:"HOST:PORT"`
	Traces      string        `help:"Send a span for each request to this OpenTelemetry collector (OTLP over HTTP); nothing is sent unless given." placeholder:"URL"`
	Drain       time.Duration `help:"When told to stop, how long to go on while /readyz says no, so that nobody is sent here any more." default:"0s" placeholder:"5s"`

	metrics  *telemetry.Metrics
	exporter *telemetry.Exporter
	stopping atomic.Bool
}

// startTelemetry makes the figures, and what sends spans where that was asked for.
func (c *serveCmd) startTelemetry(law string, sc *screener, log *slog.Logger) error {
	conf := telemetry.Config{Version: version, Law: law}
	if sc != nil {
		conf.Lists = sc.lists.figures
		conf.Ready = func(ctx context.Context) bool { return len(c.unready(ctx)) == 0 && sc.lists.usable(ctx) }
	}
	c.metrics = telemetry.NewMetrics(conf)
	if sc != nil {
		sc.metrics = c.metrics
	}
	if c.Traces == "" {
		return nil
	}
	var err error
	c.metrics.Dropped(func() int64 {
		if c.exporter == nil {
			return 0
		}
		return c.exporter.Dropped()
	})
	c.exporter, err = telemetry.NewExporter(c.Traces, version, func(err error) {
		log.LogAttrs(context.Background(), slog.LevelWarn, "spans could not be delivered", slog.String("error", err.Error()))
	})
	return err
}

// figures tells of each list how it stands.
func (l lists) figures(ctx context.Context) ([]telemetry.List, error) {
	states, err := l.Lists(ctx)
	if err != nil {
		return nil, err
	}
	checked := map[string]time.Time{}
	for _, s := range l.live.States() {
		checked[s.Name()] = s.Checked()
	}
	var out []telemetry.List
	for _, s := range states {
		out = append(out, telemetry.List{Name: s.ID, Subjects: s.Subjects, Checked: checked[s.ID], Stale: s.Stale != ""})
	}
	return out, nil
}

// usable reports whether there are lists, and all may be screened against.
func (l lists) usable(ctx context.Context) bool {
	states, err := l.Lists(ctx)
	for _, s := range states {
		if s.Stale != "" {
			return false
		}
	}
	return err == nil && len(states) > 0
}

// watcher tells the figures and the exporter of requests.
type watcher struct {
	*telemetry.Metrics
	spans *telemetry.Exporter
}

// Answered is part of httpapi.Watcher.
func (w watcher) Answered(a httpapi.Answered) {
	w.Ended(a.Method, a.Route, a.Status, a.Bytes, a.Took)
	if w.spans != nil && a.Wanted {
		w.spans.Add(telemetry.Span{
			Trace: a.Trace, ID: a.Span, Parent: a.Parent, Method: a.Method, Route: a.Route, Status: a.Status,
			Began: a.Started, Ended: a.Started.Add(a.Took), By: a.By,
		})
	}
}

// mountOperations puts /readyz and, unless it has an address of its own, /metrics in their place.
func (c *serveCmd) mountOperations(mux *http.ServeMux, api http.Handler) {
	mux.Handle("GET /readyz", api)
	if c.MetricsAddr == "" {
		mux.Handle("GET /metrics", c.metrics)
	}
}

// serveMetrics serves the figures at an address of their own until the function that it gives is called.
func (c *serveCmd) serveMetrics(ctx context.Context, m *Main) (func(), error) {
	if c.MetricsAddr == "" {
		return func() {}, nil
	}
	on, err := new(net.ListenConfig).Listen(ctx, "tcp", c.MetricsAddr)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "cannot listen on %s", c.MetricsAddr).WithFix("choose another address with --metrics-addr")
	}
	fmt.Fprintf(m.Out, "Figures for Prometheus are at http://%s/metrics, without a key\n", on.Addr())
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", c.metrics)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: headTime, WriteTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(on) }) // it ends when it is closed
	return func() { _ = srv.Close(); wg.Wait() }, nil
}

// draining gives a context that ends some time after ctx does; meanwhile the server is not ready.
func (c *serveCmd) draining(ctx context.Context) (context.Context, func()) {
	out, stop := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		select {
		case <-ctx.Done():
		case <-out.Done():
			return
		}
		c.stopping.Store(true)
		select {
		case <-time.After(c.Drain):
		case <-out.Done():
		}
		stop()
	}()
	return out, stop
}

// stopTelemetry sends what is left.
func (c *serveCmd) stopTelemetry() {
	if c.exporter != nil {
		c.exporter.Close()
	}
}

// checkTelemetry refuses flags that cannot be meant.
func (c *serveCmd) checkTelemetry() error {
	if c.Drain < 0 {
		return fault.New(fault.Usage, "--drain is a span of time, as in 5s")
	}
	if c.MetricsAddr == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(c.MetricsAddr)
	switch {
	case err != nil:
		return fault.New(fault.Usage, "--metrics-addr %q is not HOST:PORT", c.MetricsAddr).WithFix("write it as 127.0.0.1:9090")
	case c.MetricsAddr == c.Addr && port != "0":
		return fault.New(fault.Usage, "--metrics-addr is the address of the API").WithFix("leave it out, and use a key for metrics")
	case !loopback(host) && !c.AllowRemote:
		return fault.New(fault.Usage, "%q can be reached from other machines, and no key is asked for there", c.MetricsAddr).
			WithFix("use 127.0.0.1, or say --allow-remote")
	}
	return nil
}

// loopback reports whether a host to listen on can be reached from this machine alone.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
