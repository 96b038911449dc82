package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// serveAccess are the flags that say who may ask a server, and how often.
type serveAccess struct {
	Demo   bool    `help:"Ask for no key, on this machine alone."`
	NoKeys bool    `name:"no-keys" help:"Ask for no key, though others reach the address: something in front asks instead."`
	Rate   float64 `help:"How many requests a second one key may make, or one address where no key is asked for; 0 for no limit." default:"0" placeholder:"N"`
	Burst  int     `help:"How many of them at once; twice the rate unless given." default:"0" placeholder:"N"`

	loopback bool
	ring     *access.Ring
}

// What is remembered of callers: as many as this, each a few hundred bytes. An address may try a key that is not good twenty
// times, and then once a second.
const (
	callersKnown = 10_000
	failedBurst  = 20
)

var failedRate = access.Rate{PerSecond: 1, Burst: failedBurst}

// logger writes what is worth telling to standard error, one JSON object a line.
func (c *serveCmd) logger(m *Main) *slog.Logger {
	level := slog.LevelInfo
	if c.Log == "faults" {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewJSONHandler(m.Err, &slog.HandlerOptions{Level: level}))
}

// checkAccess refuses flags that contradict each other or cannot be meant.
func (c *serveCmd) checkAccess() error {
	switch {
	case c.Demo && !c.loopback:
		return fault.New(fault.Usage, "--demo asks for no key, and %q can be reached from other machines", c.Addr).
			WithFix("use 127.0.0.1, or make keys with `cordon keys add`")
	case c.Demo && c.NoKeys:
		return fault.New(fault.Usage, "--demo and --no-keys say the same for different addresses").WithFix("leave one out")
	case c.Rate < 0 || c.Burst < 0 || c.Rate > 1e9:
		return fault.New(fault.Usage, "--rate and --burst are numbers from 0 on").WithFix("leave them out for no limit")
	}
	return c.checkTelemetry()
}

// wanted reports whether a request needs a key: always where others reach the address, and on this machine alone once there
// is or was a key.
func (c *serveCmd) wanted(ctx context.Context) (bool, error) {
	switch {
	case c.Demo || c.NoKeys:
		return false, nil
	case !c.loopback:
		return true, nil
	}
	return c.ring.Any(ctx)
}

// around makes what stands around pages and API.
func (c *serveCmd) around(m *Main, hosts []string, log *slog.Logger) httpapi.Around {
	// A ring that is never old would be read at each request.
	c.ring = access.NewRing(func(ctx context.Context) ([]access.Key, error) { return sqlite.ReadKeys(ctx, m.folderOf(c.Data)) }, m.now, max(c.Poll, time.Second))
	of := access.Rate{PerSecond: c.Rate, Burst: c.Burst}
	if of.Burst == 0 {
		of.Burst = int(2*c.Rate + 1)
	}
	door := &httpapi.Door{
		Ring: c.ring, Scopes: httpapi.NewScopes(scopeOf),
		Wanted: func(r *http.Request) (bool, error) { return c.wanted(r.Context()) },
		Rates:  access.NewRates(of, callersKnown, m.now),
		Failed: access.NewRates(failedRate, callersKnown, m.now),
		SignIn: c.signIns(m),
	}
	out := httpapi.Around{Limits: httpapi.DefaultLimits(), Hosts: hosts, Log: log, Admit: door.Admit}
	if c.metrics != nil {
		out.Watch = watcher{c.metrics, c.exporter}
	}
	return out
}

// keysSaid says who may ask.
func (c *serveCmd) keysSaid(m *Main) string {
	const open = " Whoever reaches this address can use it."
	wanted, err := c.wanted(m.ctx)
	switch {
	case c.Demo:
		return "Demo: there is no sign-in and no key is asked for." + open
	case c.NoKeys:
		return "No key is asked for (--no-keys): what stands in front must keep strangers out." + open
	case err != nil:
		return "Keys cannot be read, so that nobody is let in: " + err.Error() + "."
	case !wanted:
		return "There is no sign-in until a key is made with `cordon keys add`." + open
	}
	if n, err := c.ring.Usable(m.ctx); err == nil && n == 0 {
		return "A key is asked for, and there is none that is good: make one with `cordon keys add`."
	}
	return "A key is asked for: Authorization: Bearer KEY, or as the password in a browser."
}

// scopeOf says which scope each address needs, by the patterns of the routers. What stands in no line is not there for who
// needs a key; a test holds every route of the server to it.
var scopeOf = map[string]access.Scope{
	"/healthz": access.Open, "/readyz": access.Open, "/openapi.json": access.Open,
	"/static/": access.Open, "/favicon.ico": access.Open,

	"/v1/decide": access.Decide, "/v1/decide/batch": access.Decide, "/v1/payments": access.Decide,
	"/v1/screen": access.Screen, "/v1/screen/batch": access.Screen, "/v1/explain": access.Screen, "/v1/selftest": access.Screen,
	"/v1/lists": access.Lists, "GET /v1/lists/": access.Lists,
	"/v1/version": access.Read, "/v1/schemas": access.Read, "/v1/schemas/{name}": access.Read,
	"/v1/law": access.Read, "GET /v1/law/": access.Read, "/v1/goods": access.Read,
	"/v1/states": access.Read, "GET /v1/states/": access.Read, "/v1/caps/{what}": access.Read,
	"/v1/claims": access.Read, "/v1/claims/{id}": access.Read,
	"/v1/records": access.Read, "GET /v1/records/": access.Read, "/v1/mirror": access.Read, "/v1/read": access.Read,
	"/v1/drafts/lint": access.Read, "/v1/drafts/diff": access.Read, "/v1/drafts/test": access.Read,
	"/v1/commitments": access.Read, "GET /v1/commitments/": access.Read, "/v1/events": access.Read, "/v1/events/{id}": access.Read,
	"/v1/jobs": access.Jobs, "GET /v1/jobs/{id}": access.Jobs, "GET /v1/jobs/{id}/results": access.Jobs,
	"POST /v1/jobs/{id}/cancel": access.Jobs, "/v1/jobs/screen/batch": access.Jobs,
	"/v1/watch": access.Watch, "/v1/watch/": access.Watch,
	"/v1/cases": access.Cases, "/v1/cases/": access.Cases, "/v1/licences": access.Cases, "/v1/licences/": access.Cases,
	"GET /v1/answers": access.Answers, "GET /v1/answers/": access.Answers,

	"/{$}": access.Read, "/about": access.Read, "/api": access.Read, "/gallery": access.Read, "/theme": access.Read,
	"/decide": access.Decide, "/decide/{kind}": access.Decide,
	"/who": access.Screen, "GET /who/": access.Screen, "POST /who/batch": access.Screen, "/search": access.Screen, // it finds listed names
	"/lists": access.Lists,
	"/law":   access.Read, "GET /law/": access.Read, "/goods": access.Read, "/goods/suggest": access.Read,
	"/states": access.Read, "/states/{code}": access.Read, "/claims": access.Read, "/claims/{id}": access.Read,
	"/commitments": access.Read, "/commitments/{id}": access.Read, "GET /story/": access.Read,
	"/drafts": access.Read, "/drafts/backtest": access.Read, "/reading": access.Read,

	// The daily work is done by persons; where keys stand for them it takes the highest.
	"/work": access.Admin, "GET /work/": access.Admin, "POST /work/cases/{id}": access.Admin, "POST /work/audit": access.Admin,
	"POST /work/licences": access.Admin, "POST /work/licences/{id}": access.Admin,
	"POST /work/keys": access.Admin, "POST /work/as": access.Admin,

	// The API for clients of yente. A browser asks whether it may ask without a key. Who wants datasets loaded anew has a
	// token of its own as well.
	"/match/{dataset}": access.Screen, "/search/{dataset}": access.Screen, "GET /entities/": access.Screen,
	"GET /reconcile/": access.Screen, "POST /reconcile/{dataset}": access.Screen, "OPTIONS /reconcile/": access.Open,
	"/catalog": access.Lists, "/manifest": access.Lists, "/algorithms": access.Lists, "/updatez": access.Admin,

	"/mcp": access.Tools, "/metrics": access.Metrics,
}
