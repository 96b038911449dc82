package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/role"
)

// serveAccess are the flags that say who may ask a server, and how often.
type serveAccess struct {
	Demo   bool    `help:"Ask for no key, on this machine alone."`
	NoKeys bool    `name:"no-keys" help:"Ask for no key, though others reach the address: something in front asks instead."`
	Rate   float64 `help:"How many requests a second one key may make, or one address where no key is asked for; 0 for no limit." default:"0" placeholder:"N"`
	Burst  int     `help:"How many of them at once; twice the rate unless given." default:"0" placeholder:"N"`

	serveOIDC

	SessionIdle time.Duration `name:"session-idle" help:"How long somebody stays signed in without doing anything." default:"1h" placeholder:"1h"`
	SessionMost time.Duration `name:"session-most" help:"How long at all." default:"12h" placeholder:"12h"`
	Proxy       []string      `help:"An address, or a network as in 10.0.0.0/8, of what stands in front: who asks is taken from its X-Forwarded-For when attempts to sign in are counted (repeatable)." placeholder:"ADDRESS"`

	loopback bool
	ring     *access.Ring
	people   *servePeople
}

// What is remembered of callers: as many as this, each a few hundred bytes. An address may try a key that is not good twenty
// times, and then once a second.
const (
	callersKnown = 10_000
	failedBurst  = 20
)

var failedRate = access.Rate{PerSecond: 1, Burst: failedBurst}

// proxiesOf reads the addresses of what stands in front.
func proxiesOf(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range list {
		p, err := netip.ParsePrefix(text)
		if a, e := netip.ParseAddr(text); err != nil && e == nil {
			p, err = a.Unmap().Prefix(a.Unmap().BitLen())
		}
		if err != nil {
			return nil, fault.New(fault.Usage, "--proxy %q is neither an address nor a network", text).WithFix("write 10.0.0.7 or 10.0.0.0/8")
		}
		out = append(out, p)
	}
	return out, nil
}

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
	case c.SessionIdle < 0 || c.SessionMost < 0:
		return fault.New(fault.Usage, "--session-idle and --session-most are spans of time, as in 1h")
	case c.Rate < 0 || c.Burst < 0 || c.Rate > 1e9:
		return fault.New(fault.Usage, "--rate and --burst are numbers from 0 on").WithFix("leave them out for no limit")
	}
	if _, err := proxiesOf(c.Proxy); err != nil {
		return err
	}
	if _, err := c.checkOIDC(); err != nil {
		return err
	}
	return c.checkTelemetry()
}

// checkPeople refuses to ask nobody for anything once there are people.
func (c *serveCmd) checkPeople(ctx context.Context) error {
	if !c.Demo && !c.NoKeys {
		return nil
	}
	some, err := c.people.anybody(ctx)
	if err == nil && some {
		err = fault.New(fault.Usage, "people sign in to this server, and --demo and --no-keys ask for nothing").WithFix("leave them out, or use another data folder")
	}
	return err
}

// wanted reports whether a request needs a key: always where others reach the address, and on this machine alone once there
// is or was a key.
func (c *serveCmd) wanted(ctx context.Context) (bool, error) {
	people, err := c.people.anybody(ctx)
	switch {
	case err != nil || people: // once there are people nobody else comes in, whatever the flags say
		return true, err
	case c.Demo || c.NoKeys:
		return false, nil
	case !c.loopback:
		return true, nil
	}
	return c.ring.Any(ctx)
}

// around makes what stands around pages and API.
func (c *serveCmd) around(m *Main, hosts []string, log *slog.Logger) httpapi.Around {
	if c.people == nil {
		c.people = newServePeople(m, c)
	}
	// A ring that is never old would be read at each request.
	c.ring = access.NewRing(c.people.keys, m.now, max(c.Poll, time.Second))
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
		People: c.people,
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
	people, err := c.people.anybody(m.ctx)
	if err == nil && people {
		return "People sign in at /sign-in; programs show a key."
	}
	wanted, err := c.wanted(m.ctx)
	switch {
	case c.Demo:
		return "Demo: there is no sign-in and no key is asked for." + open
	case c.NoKeys:
		return "No key is asked for (--no-keys): what stands in front must keep strangers out." + open
	case err != nil:
		return "Keys cannot be read, so that nobody is let in: " + err.Error() + "."
	case !wanted:
		return "There is no sign-in until somebody is added with `cordon people add`, or a key made with `cordon keys add`." + open
	}
	if code := c.people.code(m.ctx); code != "" {
		return "Nobody can sign in yet. Set it up at /set-up with this code, once: " + code + " (or use `cordon people add`)."
	}
	if n, err := c.ring.Usable(m.ctx); err == nil && n == 0 {
		return "A key is asked for, and there is none that is good: make one with `cordon keys add`."
	}
	return "A key is asked for: Authorization: Bearer KEY, or as the password in a browser."
}

// scopeOf says which permission each address needs, by the patterns of the routers: of a key one of its scopes, of a person one
// that their roles have. What stands in no line is not there for who
// needs a key; a test holds every route of the server to it.
var scopeOf = map[string]access.Scope{
	"/healthz": access.Open, "/readyz": access.Open, "/openapi.json": access.Open,
	"/static/": access.Open, "/favicon.ico": access.Open,
	"/sign-in": access.Open, "/sign-out": access.Open, "GET /sign-in/oidc": access.Open, "GET " + oidcDone: access.Open, "/set-up": access.Open, "/account": role.Self,

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
	"GET /v1/cases": role.SeeCases, "GET /v1/cases/": role.SeeCases, "POST /v1/cases": role.Raise, "/v1/cases/": access.Cases,
	"POST /v1/cases/{id}/comment": role.Comment, "POST /v1/cases/{id}/suppress": role.Suppress, "POST /v1/cases/{id}/revoke": role.Suppress,
	"POST /v1/cases/{id}/reopen": role.Raise, "POST /v1/cases/{id}/confirm": access.Approve, "POST /v1/cases/{id}/return": access.Approve,
	"POST /v1/cases/{id}/release": access.Approve, "POST /v1/cases/draw": role.Sample, "POST /v1/cases/{id}/review": role.Review,
	"POST /v1/cases/{id}/files": role.Comment, "POST /v1/cases/owes": role.Owes,
	"GET /v1/licences": role.SeeCases, "GET /v1/licences/": role.SeeCases, "/v1/licences": role.Licences, "/v1/licences/": role.Licences,
	"POST /v1/licences/{id}/extend": access.Approve, "POST /v1/licences/{id}/restore": access.Approve,
	"POST /v1/licences/{id}/files": role.Comment, "POST /v1/licences/{id}/check": role.Comment, "POST /v1/licences/{id}/comment": role.Comment,
	"GET /v1/people": role.SeePeople, "GET /v1/people/": role.People, "POST /v1/people": role.People, "POST /v1/people/": role.People,
	"GET /v1/people/{id}/keys": role.SeeKeys, "POST /v1/people/{id}/keys": role.Keys, "POST /v1/people/{id}/keys/{key}/revoke": role.Keys,
	"GET /v1/answers": access.Answers, "GET /v1/answers/": access.Answers,

	"/{$}": access.Read, "/about": access.Read, "/api": access.Read, "/gallery": access.Read, "/theme": access.Read,
	"/decide": access.Decide, "/decide/{kind}": access.Decide,
	"/who": access.Screen, "GET /who/": access.Screen, "POST /who/batch": access.Screen, "/search": access.Screen, // it finds listed names
	"/lists": access.Lists,
	"/law":   access.Read, "GET /law/": access.Read, "/goods": access.Read, "/goods/suggest": access.Read,
	"/states": access.Read, "/states/{code}": access.Read, "/claims": access.Read, "/claims/{id}": access.Read,
	"/commitments": access.Read, "/commitments/{id}": access.Read, "GET /story/": access.Read,
	"/drafts": access.Read, "/drafts/backtest": access.Read, "/reading": access.Read,

	// The daily work is done by persons; a key that is to see it has the highest scope.
	"/work": role.Look, "GET /work/": role.Look, "POST /work/cases/{id}": role.Comment,
	"POST /work/cases/{id}/files": role.Comment, "POST /work/licences/{id}/files": role.Comment,
	"GET /work/audit": role.Audit, "GET /work/audit/": role.Audit, "POST /work/audit": role.Export,
	"GET /work/keys": role.SeeKeys, "POST /work/keys": role.Keys, "GET /work/people": role.SeePeople, "POST /work/people": role.People,
	"GET /work/people/": role.People, "POST /work/people/": role.People, "GET /work/settings": role.Settings, "POST /work/settings": role.Owes,
	"POST /work/quality": role.Sample, "POST /work/licences/new": role.Licences, "POST /work/licences/{id}": role.Comment,
	"POST /work/as": access.Admin,

	// The API for clients of yente. A browser asks whether it may ask without a key. Who wants datasets loaded anew has a
	// token of its own as well.
	"/match/{dataset}": access.Screen, "/search/{dataset}": access.Screen, "GET /entities/": access.Screen,
	"GET /reconcile/": access.Screen, "POST /reconcile/{dataset}": access.Screen, "OPTIONS /reconcile/": access.Open,
	"/catalog": access.Lists, "/manifest": access.Lists, "/algorithms": access.Lists, "/updatez": role.SwitchLists,

	"/mcp": access.Tools, "/metrics": access.Metrics,
}
