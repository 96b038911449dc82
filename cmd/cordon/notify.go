package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/mail"
	"github.com/cordon-engine/cordon/internal/notify"
	"github.com/cordon-engine/cordon/internal/postgres"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/sqlite"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/webhook"
)

type notifyCmd struct {
	List   notifyListCmd   `cmd:"" help:"Which endpoints there are, and what they were told, are to be told, and did not take."`
	Replay notifyReplayCmd `cmd:"" help:"Have messages sent again: one by its id, or all that are dead."`
	Test   notifyTestCmd   `cmd:"" help:"Send a message that tells nothing to an endpoint, now."`
	Send   notifySendCmd   `cmd:"" help:"Send what is due, once; cordon serve does it all the time."`
}

// notifyFlag names the file of endpoints.
type notifyFlag struct {
	Notify string `name:"notify" help:"The file of endpoints that are told what happens, in TOML; notify.toml in the data folder unless given. See docs/notifications.md." placeholder:"FILE"`
}

// notifyFile is the file of endpoints.
type notifyFile struct {
	Webhook []webhookEntry `toml:"webhook"`
	Mail    []mailEntry    `toml:"mail"`
	Log     []logEntry     `toml:"log"`
}

type webhookEntry struct {
	Name    string   `toml:"name"`
	Types   []string `toml:"types"`
	URL     string   `toml:"url"`
	Secret  []string `toml:"secret_file"`
	Private bool     `toml:"private"`
}

type mailEntry struct {
	Name     string   `toml:"name"`
	Types    []string `toml:"types"`
	Server   string   `toml:"server"`
	Security string   `toml:"security"`
	User     string   `toml:"user"`
	Password string   `toml:"password_file"`
	From     string   `toml:"from"`
	To       []string `toml:"to"`
}

type logEntry struct {
	Name  string   `toml:"name"`
	Types []string `toml:"types"`
}

// endpoint is an endpoint as people see it.
type endpoint struct {
	notify.Endpoint
	kind, where string
}

// endpoints reads the file of endpoints. One that is not named and not there has none.
func (m *Main) endpoints(file, data string, log *slog.Logger) ([]endpoint, error) {
	named := file != ""
	if !named {
		file = filepath.Join(m.folderOf(data), "notify.toml")
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) && !named {
		return nil, nil
	}
	if err != nil {
		return nil, fault.New(fault.NotFound, "the file %q cannot be read: %v", file, errors.Unwrap(err))
	}
	var f notifyFile
	at := fault.Place{File: file}
	meta, err := toml.Decode(string(text), &f)
	var p toml.ParseError
	switch {
	case errors.As(err, &p):
		at.Line, at.Column = p.Position.Line, p.Position.Col
		return nil, fault.New(fault.Invalid, "this is no TOML: %s", p.Message).At(at)
	case err != nil:
		return nil, fault.New(fault.Invalid, "%s", err).At(at)
	case len(meta.Undecoded()) > 0:
		at.Field = meta.Undecoded()[0].String()
		return nil, fault.New(fault.Invalid, "an endpoint has no %q", at.Field).At(at).WithFix("docs/notifications.md has all of them")
	}
	list, err := f.open(filepath.Dir(file), log)
	return list, fault.In(at, err)
}

// open makes the endpoints of a file that lies in a folder.
func (f *notifyFile) open(dir string, log *slog.Logger) (list []endpoint, err error) {
	add := func(name string, types []string, kind, where string, s notify.Sender, err error) error {
		if err == nil {
			err = notify.CheckName(name)
		}
		if err == nil && slices.ContainsFunc(list, func(e endpoint) bool { return e.Name == name }) {
			err = fault.New(fault.Conflict, "two endpoints have this name")
		}
		e := endpoint{Endpoint: notify.Endpoint{Name: name, Sender: s}, kind: kind, where: where}
		for _, t := range types {
			if !slices.Contains(notify.Types(), notify.Type(t)) {
				err = fault.New(fault.Invalid, "there are no messages of the type %q", t).WithFix("there are: %s", typeNames())
				break
			}
			e.Types = append(e.Types, notify.Type(t))
		}
		list = append(list, e)
		return fault.In(fault.Place{Field: kind + " " + name}, err)
	}
	for _, w := range f.Webhook {
		hook, err := w.open(dir)
		if err := add(w.Name, w.Types, "webhook", hostOf(w.URL), hook, err); err != nil {
			return nil, err
		}
	}
	for _, e := range f.Mail {
		post, err := e.open(dir)
		if err := add(e.Name, e.Types, "mail", e.Server, post, err); err != nil {
			return nil, err
		}
	}
	for _, e := range f.Log {
		if err := add(e.Name, e.Types, "log", "standard error", logged{log}, nil); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func typeNames() string {
	var out []string
	for _, t := range notify.Types() {
		out = append(out, string(t))
	}
	return strings.Join(out, ", ")
}

// hostOf gives the scheme and host of an address: the rest may hold a token.
func hostOf(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// secretIn reads a file that holds a secret, from the folder of the file that names it.
func secretIn(dir, name string) (string, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return "", fault.New(fault.NotFound, "the file %q with a secret cannot be read: %v", name, errors.Unwrap(err))
	}
	return strings.TrimSpace(string(b)), nil
}

func (w *webhookEntry) open(dir string) (notify.Sender, error) {
	c := webhook.Config{URL: w.URL, Private: w.Private, Agent: "cordon/" + version}
	for _, name := range w.Secret {
		text, err := secretIn(dir, name)
		if err != nil {
			return nil, err
		}
		s, err := webhook.ParseSecret(text)
		if err != nil {
			return nil, fault.In(fault.Place{File: name}, err)
		}
		c.Secrets = append(c.Secrets, s)
	}
	return webhook.New(c)
}

func (e *mailEntry) open(dir string) (notify.Sender, error) {
	c := mail.Config{Server: e.Server, Security: mail.Security(e.Security), User: e.User, From: e.From, To: e.To}
	if e.Password != "" {
		var err error
		if c.Password, err = secretIn(dir, e.Password); err != nil {
			return nil, err
		}
	}
	return mail.New(c)
}

// logged is the endpoint that writes a line.
type logged struct{ log *slog.Logger }

// Send is part of notify.Sender.
func (l logged) Send(ctx context.Context, m notify.Message, _ time.Time) error {
	l.log.LogAttrs(ctx, slog.LevelInfo, "told", slog.String("message", m.ID), slog.String("body", string(m.Body)))
	return nil
}

// messageStore is a store of messages with the log that they tell of.
type messageStore interface {
	notify.Store
	notify.Log
}

// messagesOf gives the messages of a database.
func messagesOf(s database) messageStore {
	if p, ok := s.(*postgres.Store); ok {
		return postgres.Notify{Store: p}
	}
	return sqlite.Notify{Store: s.(*sqlite.Store)}
}

// customersOf gives the bases of customers of a database.
func customersOf(s database) watched.Store {
	if p, ok := s.(*postgres.Store); ok {
		return postgres.Watched{Store: p}
	}
	return sqlite.Watch{Store: s.(*sqlite.Store)}
}

// dispatcher makes what sends the messages of a database.
func (m *Main) dispatcher(s database, list []endpoint, log *slog.Logger) *notify.Dispatcher {
	d := &notify.Dispatcher{Store: messagesOf(s), Log: s, Now: m.now, About: aboutOf(s, customersOf(s))}
	for _, e := range list {
		d.Endpoints = append(d.Endpoints, e.Endpoint)
	}
	d.Told = func(one notify.Delivery, err error) {
		attrs := []slog.Attr{
			slog.String("endpoint", one.Endpoint), slog.String("message", one.ID), slog.String("state", string(one.State)), slog.Int("tries", one.Tries),
		}
		level := slog.LevelInfo
		if err != nil {
			level = slog.LevelWarn
			attrs = append(attrs, slog.String("error", one.Last))
		}
		log.LogAttrs(context.Background(), level, "message tried", attrs...)
	}
	return d
}

// aboutOf tells of a run and of a version what their counts are, and of an event what kind it is. Nobody is named.
func aboutOf(of database, s watched.Store) func(context.Context, ledger.Entry) (map[string]any, error) {
	return func(ctx context.Context, e ledger.Entry) (map[string]any, error) {
		what, rest, _ := strings.Cut(e.About, ":")
		base, number, _ := strings.Cut(rest, "@")
		switch e.Kind {
		case ledger.Watch:
		case ledger.Case, ledger.Licence:
			return aboutEvent(ctx, of, &e)
		default:
			return nil, nil
		}
		versions, err := s.Versions(ctx, base)
		if err != nil {
			return nil, err
		}
		for _, v := range versions {
			if what == "base" && fmt.Sprint(v.Number) == number {
				return map[string]any{
					"base": base, "version": v.Number, "rows": v.Rows, "kept": v.Kept, "refused": v.Refused, "added": v.Added, "changed": v.Changed, "gone": v.Gone,
				}, nil
			}
		}
		runs, err := s.Runs(ctx, base)
		if err != nil {
			return nil, err
		}
		for _, r := range runs {
			if what == "watch" && fmt.Sprint(r.Number) == number {
				return aboutRun(&r), nil
			}
		}
		return nil, nil
	}
}

func aboutRun(r *watched.Run) map[string]any {
	lists := []string{}
	for _, a := range r.Lists {
		lists = append(lists, a.String())
	}
	return map[string]any{
		"base": r.Base, "run": r.Number, "version": r.Version, "run_kind": string(r.Kind), "lists": lists, "customers": r.Customers,
		"screened": r.Screened, "not_screened": r.NotScreened, "carried": r.Carried, "match": r.Match, "possible": r.Possible, "clear": r.Clear, "suppressed": r.Suppressed,
		"new": r.New, "changed": r.Changed, "gone": r.Gone, "stopped": r.Stopped, "resumed": r.Resumed,
		"changes": fmt.Sprintf("/v1/watch/%s/changes?since=%d&until=%d", r.Base, r.Number-1, r.Number),
	}
}

// telling opens the store and the endpoints.
func (m *Main) telling(data string, f notifyFlag, do func(database, []endpoint) error) error {
	list, err := m.endpoints(f.Notify, data, m.plainLog())
	if err != nil {
		return err
	}
	if _, err := os.Stat(data); err != nil && !postgres.Is(data) {
		return fault.New(fault.NotFound, "the data folder %q is not there, so there is nothing to tell", data)
	}
	s, err := m.openStore(m.ctx, data)
	if err != nil {
		return err
	}
	defer s.Close()
	return do(s, list)
}

func (m *Main) plainLog() *slog.Logger { return slog.New(slog.NewJSONHandler(m.Err, nil)) }

type notifyListCmd struct {
	dataFlag
	notifyFlag
	formatFlag
	State string `help:"Messages in this state: pending, delivered or dead; all unless given." placeholder:"STATE"`
	Limit int    `help:"How many, newest first." default:"50" placeholder:"N"`
}

// deliveryJSON is a message on its way for programs.
type deliveryJSON struct {
	Endpoint string `json:"endpoint"`
	ID       string `json:"id"`
	Type     string `json:"type"`
	State    string `json:"state"`
	Tries    int    `json:"tries"`
	Made     string `json:"made"`
	Changed  string `json:"changed"`
	Due      string `json:"due,omitempty"`
	Last     string `json:"last,omitempty"`
}

func deliveryOut(d notify.Delivery) deliveryJSON {
	out := deliveryJSON{
		Endpoint: d.Endpoint, ID: d.ID, Type: string(d.Type), State: string(d.State), Tries: d.Tries, Made: report.Moment(d.Made), Changed: report.Moment(d.Changed), Last: d.Last,
	}
	if d.State == notify.Pending {
		out.Due = report.Moment(d.Due)
	}
	return out
}

// Run is the command.
func (c *notifyListCmd) Run(m *Main) error {
	if c.State != "" && !slices.Contains([]notify.State{notify.Pending, notify.Delivered, notify.Dead}, notify.State(c.State)) {
		return fault.New(fault.Usage, "%q is no state of a message", c.State).WithFix("say pending, delivered or dead")
	}
	return m.telling(c.Data, c.notifyFlag, func(s database, list []endpoint) error {
		found, err := messagesOf(s).Deliveries(m.ctx, notify.Filter{State: notify.State(c.State), Limit: c.Limit})
		if err != nil {
			return err
		}
		if c.Format == "json" {
			out := []deliveryJSON{}
			for _, d := range found {
				out = append(out, deliveryOut(d))
			}
			return m.printJSON(out)
		}
		return m.printDeliveries(list, found)
	})
}

func (m *Main) printDeliveries(list []endpoint, found []notify.Delivery) error {
	w := tabwriter.NewWriter(m.Out, 0, 0, 2, ' ', 0)
	for _, e := range list {
		types := "all"
		if e.Types != nil {
			types = strings.Trim(fmt.Sprint(e.Types), "[]")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", e.Name, e.kind, e.where, types)
	}
	if len(list) == 0 {
		fmt.Fprintln(w, "No endpoint is told of anything: see docs/notifications.md.")
	}
	if len(found) > 0 {
		fmt.Fprintln(w)
	}
	for _, d := range found {
		o := deliveryOut(d)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", o.Made, o.Endpoint, o.Type, o.ID, o.State, strings.TrimSpace(fmt.Sprintf("%d tries %s", o.Tries, o.Last)))
	}
	return w.Flush()
}

type notifyReplayCmd struct {
	dataFlag
	notifyFlag
	ID       string `arg:"" optional:"" help:"The id of a message; all that are dead unless given, with --dead."`
	Dead     bool   `help:"All that are dead."`
	Endpoint string `help:"To this endpoint alone." placeholder:"NAME"`
}

// Run is the command.
func (c *notifyReplayCmd) Run(m *Main) error {
	if (c.ID == "") != c.Dead {
		return fault.New(fault.Usage, "name one message by its id, or say --dead for all that are").WithFix("`cordon notify list` shows them")
	}
	return m.telling(c.Data, c.notifyFlag, func(s database, _ []endpoint) error {
		f := notify.Filter{ID: c.ID, Endpoint: c.Endpoint}
		if c.Dead {
			f.State = notify.Dead
		}
		store := messagesOf(s)
		found, err := store.Deliveries(m.ctx, f)
		if err != nil {
			return err
		}
		if len(found) == 0 && c.ID != "" {
			return fault.New(fault.NotFound, "there is no message %q", c.ID).WithFix("`cordon notify list` shows them")
		}
		for _, d := range found {
			if err := store.Replay(m.ctx, d.Endpoint, d.ID, m.now()); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(m.Out, "%d to be sent again: cordon serve does, or `cordon notify send`\n", len(found))
		return err
	})
}

type notifyTestCmd struct {
	dataFlag
	notifyFlag
	Endpoint string `arg:"" help:"The name of the endpoint."`
}

// Run is the command. What it sends is not kept: whoever asked sees what came of it.
func (c *notifyTestCmd) Run(m *Main) error {
	list, err := m.endpoints(c.Notify, c.Data, m.plainLog())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(e endpoint) bool { return e.Name == c.Endpoint })
	if i < 0 {
		return fault.New(fault.NotFound, "there is no endpoint %q", c.Endpoint).WithFix("`cordon notify list` shows them")
	}
	b := make([]byte, 12)
	if _, err := rand.Read(b); err != nil {
		return err
	}
	msg, err := notify.TestMessage(m.now(), hex.EncodeToString(b))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(m.ctx, 20*time.Second)
	defer cancel()
	if err := list[i].Send(ctx, msg, m.now()); err != nil {
		return fault.Wrap(fault.Unavailable, err, "the endpoint %s did not take it", c.Endpoint)
	}
	_, err = fmt.Fprintf(m.Out, "%s took %s\n", c.Endpoint, msg.ID)
	return err
}

type notifySendCmd struct {
	dataFlag
	notifyFlag
}

// Run is the command.
func (c *notifySendCmd) Run(m *Main) error {
	return m.telling(c.Data, c.notifyFlag, func(s database, list []endpoint) error {
		d := m.dispatcher(s, list, m.plainLog())
		if _, err := d.Collect(m.ctx); err != nil {
			return err
		}
		n, err := d.Deliver(m.ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(m.Out, "%d sent\n", n)
		return err
	})
}
