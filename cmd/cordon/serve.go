package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/scenario"
	"github.com/cordon-engine/cordon/internal/web"
)

type serveCmd struct {
	lawFlags
	dataFlag
	yenteFlags
	serveKeep
	serveAccess
	serveTelemetry
	probe    storeProbe
	preparer sitePreparer
	serveJobs
	notifyFlag
	serveWork
	serveWatch
	store *serveStore
	serveCases
	dutyFlag
	Config      string        `help:"Take settings from this file, in TOML; see cordon config example." placeholder:"FILE" env:"CORDON_CONFIG"`
	Addr        string        `help:"Where to listen." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	MaxAge      time.Duration `name:"max-age" help:"Screen against no list that was last checked longer ago than this." placeholder:"48h"`
	Poll        time.Duration `help:"How often to look for newly loaded lists." default:"2s" placeholder:"2s"`
	MCP         bool          `help:"Answer the Model Context Protocol at /mcp too."`
	AllowRemote bool          `help:"Listen on an address that other machines can reach. Whoever asks needs a key."`
	Log         string        `help:"What to log to standard error: ${enum}." enum:"requests,faults" default:"requests"`
}

// How long the server waits for heads, idle connections and, when it stops, for
// what is being answered.
const (
	headTime = 5 * time.Second
	idleTime = 2 * time.Minute
	stopTime = 10 * time.Second
)

// Run is the command.
func (c *serveCmd) Run(m *Main) error {
	host, err := c.host()
	if err != nil {
		return err
	}
	if c.Poll <= 0 {
		return fault.New(fault.Usage, "--poll is a span of time, as in 2s")
	}
	log := c.logger(m)
	if err := c.loadDatasets(m, c.Data, log); err != nil {
		return err
	}
	live, places, err := m.openLive(m.ctx, c.Data, c.MaxAge, log)
	if err != nil {
		return err
	}
	defer live.Close()
	var following sync.WaitGroup
	defer following.Wait()
	ctx, stop := context.WithCancel(m.ctx)
	defer stop()
	following.Go(func() { live.Follow(ctx, c.Poll) })
	return c.serve(m.ctx, m, log, host, &screener{live: live, places: places, m: m, lists: lists{live, m, c.MaxAge}})
}

// serve listens and answers.
func (c *serveCmd) serve(ctx context.Context, m *Main, log *slog.Logger, host string, sc *screener) (err error) {
	defer func() { err = cmp.Or(err, c.shared(m).close()) }()
	h, err := c.handler(m, log, host, sc)
	if err != nil {
		return err
	}
	defer c.stopTelemetry()
	stopMetrics, err := c.serveMetrics(ctx, m)
	if err != nil {
		return err
	}
	defer stopMetrics()
	defer c.stopJobs()
	defer c.followEntities(ctx, log)()
	defer c.startWatching(ctx, log)()
	stopTelling, err := c.startTelling(ctx, m, log)
	if err != nil {
		return err
	}
	defer stopTelling()
	defer func() { err = cmp.Or(err, c.stopKeeping(), c.stopWork()) }()
	defer c.startNoting(ctx, m, log)()
	on, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "cannot listen on %s", c.Addr).WithFix("choose another address with --addr")
	}
	c.greet(m, on.Addr())
	defer c.preparer.start(ctx)()
	ctx, stop := c.draining(ctx)
	defer stop()
	return serve(ctx, on, h, log)
}

// host gives the host to listen on, and refuses one that others can reach unless
// that was asked for.
func (c *serveCmd) host() (string, error) {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return "", fault.New(fault.Usage, "--addr %q is not HOST:PORT", c.Addr).WithFix("write it as 127.0.0.1:8080")
	}
	c.loopback = loopback(host)
	if !c.loopback && !c.AllowRemote {
		return "", fault.New(fault.Usage, "%q can be reached from other machines", c.Addr).
			WithFix("use 127.0.0.1, or say --allow-remote, with something in front of it that speaks TLS; keys are asked for then")
	}
	return host, c.checkAccess()
}

func (c *serveCmd) greet(m *Main, at net.Addr) {
	fmt.Fprintf(m.Out, "Cordon serves on http://%s/ (the API is described at http://%s/api)\n", at, at)
	fmt.Fprintln(m.Out, c.keysSaid(m), c.keeps())
	fmt.Fprintln(m.Out, "Stop it with Ctrl-C.")
}

// serve answers until ctx ends, and then lets what was begun come to its end.
func serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: headTime, IdleTimeout: idleTime, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		err := srv.Shutdown(end)
		if err != nil {
			err = errors.Join(err, srv.Close())
		}
		stopped <- err
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fault.Wrap(fault.Unavailable, err, "the server stopped")
	}
	if err := <-stopped; err != nil {
		return fault.Wrap(fault.Unavailable, err, "some requests were cut off")
	}
	return nil
}

// library is what is known besides the lists in use. Claims and figures of one's own stand in the folder, with a database too.
func (c *serveCmd) library(m *Main, sc *screener) *library {
	return &library{m: m, flags: statesFlags{lawFlags: c.lawFlags, Data: m.folderOf(c.Data)}, every: c.Poll, lists: sc}
}

// programs makes the API, with the configuration that it was made from.
func (c *serveCmd) programs(m *Main, log *slog.Logger, sc *screener, lib *library) (*httpapi.API, httpapi.Config, error) {
	d, err := m.open(c.lawFlags, ruling.Options{Eager: true})
	if err != nil {
		return nil, httpapi.Config{}, err
	}
	if err := c.startTelemetry(d.Law.Version, sc, log); err != nil {
		return nil, httpapi.Config{}, err
	}
	schemas, err := fs.Sub(data.FS, "schema")
	if err != nil {
		return nil, httpapi.Config{}, err
	}
	versions := report.Versions{Program: version, Data: d.DataVersion}
	config := httpapi.Config{Unready: c.unready, Desk: d, Versions: versions, Schemas: schemas, Limits: httpapi.DefaultLimits(), Log: log, Ruled: c.metrics.Ruled}
	if sc != nil {
		config.Screener, config.Lists, config.LookUps = screenerForPrograms{sc}, listsForPrograms{sc.lists}, sc.lookUps
	}
	if err := c.startKeeping(m, d, sc, &config); err != nil {
		return nil, config, err
	}
	c.probeStore(m)
	c.startJobs(m, sc, log, &config)
	c.startCases(m, sc, log, &config)
	if config.Clocks, err = clock.Load(data.FS); err != nil {
		return nil, config, err
	}
	c.table = config.Clocks
	if config.Scenarios, err = scenario.Load(data.FS, "scenarios", d.Reference, d.Law); err != nil {
		return nil, config, err
	}
	if err := c.forPrograms(&config, lib, sc); err != nil {
		return nil, config, err
	}
	api, err := httpapi.New(config)
	return api, config, err
}

// handler puts pages and API together.
func (c *serveCmd) handler(m *Main, log *slog.Logger, host string, sc *screener) (http.Handler, error) {
	c.loopback = loopback(host)
	c.people = newServePeople(m, c)
	if err := cmp.Or(c.checkPeople(m.ctx), c.checkPseudonyms(m)); err != nil {
		return nil, err
	}
	lib := c.library(m, sc)
	api, config, err := c.programs(m, log, sc, lib)
	if err != nil {
		return nil, err
	}
	pages := web.Config{Desk: config.Desk, Versions: config.Versions, Today: m.today, Log: log}
	if sc != nil {
		pages.Screener, pages.Lists, pages.LookUps = sc, sc.lists, sc.lookUps
	}
	if err := forPages(&pages, lib); err != nil {
		return nil, err
	}
	c.startWork(m, log, sc, &pages)
	pages.Holdings = web.Holdings(config.Holdings)
	pages.SignIn = c.people
	pages.Scenarios, pages.Operations = config.Scenarios, operations(api)
	site, err := web.New(pages)
	if err != nil {
		return nil, err
	}
	var hosts []string
	if !c.AllowRemote {
		hosts = []string{"localhost", "127.0.0.1", "::1", host}
	}
	mux := http.NewServeMux()
	for _, path := range []string{"/v1/", "/openapi.json", "/healthz"} {
		mux.Handle(path, api)
	}
	if err := c.mountYente(mux, m, log, sc); err != nil {
		return nil, err
	}
	if err := c.withMCP(mux, api, log); err != nil {
		return nil, err
	}
	mux.Handle("/", site)
	mux.Handle("/search", site) // whose address the API for clients of yente would send on to its own
	c.preparer.site = site
	c.mountOperations(mux, api)
	around := c.around(m, hosts, log)
	around.Show = func(w http.ResponseWriter, r *http.Request, p *httpapi.Problem) {
		site.Refuse(w, r, p.Status, p.Detail, p.Fix)
	}
	return around.Guard(mux), nil
}

// anchor makes an address into a name within a page.
var anchor = strings.NewReplacer("/", "-", "{", "", "}", "")

// operations gives the description of the API to the page that shows it.
func operations(api *httpapi.API) []web.Operation {
	var out []web.Operation
	for _, o := range api.Operations() {
		x := web.Operation{Method: o.Method, Path: o.Path, Tag: o.Tag, Summary: o.Summary, Description: o.Description, Body: o.Body, Answer: o.Answer, Asks: o.Asks, ID: anchor.Replace(strings.Trim(o.Path, "/"))}
		for _, p := range o.Parameters {
			x.Parameters = append(x.Parameters, web.Parameter(p))
		}
		out = append(out, x)
	}
	return out
}
