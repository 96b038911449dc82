package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/watched"
)

// A server that watches has bases screened as jobs: one that was handed in while no server ran is gone on with, and each change of
// a list is acted on once, an entry that is new and one that is gone. Nothing of the jobs stays that the server handed in.
func TestServerFollowsBases(t *testing.T) {
	sequential(t)
	t.Run("folder", func(t *testing.T) { dir := t.TempDir(); serverFollows(t, dir, dir) })
	t.Run("database", func(t *testing.T) { serverFollows(t, postgrestest.Database(t), t.TempDir()) })
}

func serverFollows(t *testing.T, data, folder string) {
	c := &campaign{T: t, data: data, dir: folder}
	c.load("1", "1,Thaddeus Quisenberry\n2,Somebody Else\n")
	c.open(nil)
	c.run("watch", "add", "clients", c.file("base.csv", "ref,name\nA,Thaddeus Quisenberry\nB,Ludmila Vorontsova\nC,Nobody Atall\n"))
	handed := c.run("jobs", "submit", "watch", "clients", "--chunk", "1")

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	m := &Main{ctx: ctx, folder: folder}
	live, places, err := m.openLive(ctx, data, 0, discard())
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	serve := &serveCmd{
		dataFlag: dataFlag{Data: data, Folder: folder}, serveJobs: serveJobs{Work: -1}, serveWatch: serveWatch{Watch: true}, Poll: 50 * time.Millisecond,
	}
	var said buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	if _, err := serve.handler(m, log, "127.0.0.1", &screener{live: live, places: places, m: m, lists: lists{live: live, m: m}}); err != nil {
		t.Fatal(err)
	}
	defer serve.stopJobs()
	defer serve.startWatching(ctx, log)()
	go live.Follow(ctx, 50*time.Millisecond)
	defer stop()

	if r := c.untilRun("clients", 1); r.Job != handed || r.New != 1 || r.Screened != 3 {
		t.Errorf("%s", r.Line())
	}
	c.load("2", "2,Somebody Else\n3,Ludmila Vorontsova\n")
	r := c.untilRun("clients", 2)
	if r.Job == "" || r.Kind != watched.Delta || r.Entries != 2 || r.Screened != 2 || r.Carried != 1 || r.New != 1 || r.Changed+r.Gone != 1 {
		t.Errorf("%s", r.Line())
	}
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		list, err := c.q.Jobs(ctx)
		if err != nil || time.Now().After(limit) {
			t.Fatal(list, err)
		}
		files, _ := filepath.Glob(filepath.Join(folder, "watch", "clients@*"))
		if len(list) == 1 && list[0].ID == handed && len(files) == 1 {
			break
		}
	}
	if n := strings.Count(said.String(), r.Line()[:40]); n != 1 {
		t.Errorf("the run is proved by %d lines:\n%s", n, said.String())
	}
	if runs := c.runs("clients"); len(runs) != 2 {
		t.Errorf("%d runs", len(runs))
	}
}

// A server that has not taken a list up yet does not take a base back that was screened with it: it leaves it alone by itself,
// refuses when it is asked, and goes on once it has the list.
func TestServerTakesNoBaseBack(t *testing.T) {
	sequential(t)
	dir := t.TempDir()
	c := &campaign{T: t, data: dir, dir: dir}
	c.load("1", "1,Thaddeus Quisenberry\n")
	c.run("watch", "add", "clients", c.file("base.csv", "ref,name\nA,Thaddeus Quisenberry\nB,Ludmila Vorontsova\n"))
	ctx := t.Context()
	m := &Main{ctx: ctx, folder: dir}
	live, places, err := m.openLive(ctx, dir, 0, discard())
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	serve := &serveCmd{dataFlag: dataFlag{Data: dir, Folder: dir}, serveWatch: serveWatch{Watch: true, WatchCases: true}}
	if _, err := serve.handler(m, discard(), "127.0.0.1", &screener{live: live, places: places, m: m, lists: lists{live: live, m: m}}); err != nil {
		t.Fatal(err)
	}
	b := serve.watching
	c.load("2", "1,Thaddeus Quisenberry\n2,Ludmila Vorontsova\n")
	c.run("watch", "run", "clients")

	catchUp := func() {
		t.Helper()
		if err := b.catchUp(ctx); err != nil {
			t.Fatal(err)
		}
		b.jobs.running.Wait()
	}
	catchUp()
	begun, err := b.Start(ctx, "clients", true)
	if err != nil {
		t.Fatal(err)
	}
	b.jobs.running.Wait()
	if got, err := b.jobs.get("clients", begun.ID); err != nil || got.State != "failed" || !strings.Contains(got.Error, "run 1 had mine@2, and this server has not taken that up yet") {
		t.Errorf("%+v %v", got, err)
	}
	if runs := c.runs("clients"); len(runs) != 1 {
		t.Errorf("%d runs, the last %s", len(runs), runs[len(runs)-1].Line())
	}

	c.load("3", "2,Ludmila Vorontsova\n")
	if err := live.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	catchUp()
	if r := c.untilRun("clients", 2); r.Changed != 1 || r.New+r.Gone != 0 {
		t.Errorf("%s", r.Line())
	}

	// A run that another program keeps becomes cases once, as one of its own does; closing one of them does not open it again.
	cases := func(want string) {
		t.Helper()
		if got := c.run("cases", "list"); !strings.Contains(got, want) {
			t.Errorf("%s; want %s", got, want)
		}
	}
	cases("2 cases: 2 open")
	c.load("4", "2,Ludmila Vorontsova\n3,Gunnhild Haraldsdottir\n")
	if err := live.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	c.run("watch", "add", "clients", c.file("more.csv", "ref,name\nA,Thaddeus Quisenberry\nB,Ludmila Vorontsova\nC,Gunnhild Haraldsdottir\n"))
	c.run("watch", "run", "clients")
	cases("2 cases: 2 open")
	catchUp()
	cases("3 cases: 3 open")
	var first report.CaseJSON
	if err := json.Unmarshal([]byte(c.lines("cases", "list", "--format", "jsonl")[0]), &first); err != nil {
		t.Fatal(err)
	}
	c.run("cases", "dispose", first.ID, "--is", "false", "--code", "other-name", "--reason", "x", "--as", "ann")
	c.run("cases", "confirm", first.ID, "--as", "bob")
	catchUp()
	cases("3 cases: 2 open")
	if runs := c.runs("clients"); len(runs) != 3 {
		t.Errorf("%d runs", len(runs))
	}
}

func (c *campaign) runs(base string) []watched.Run {
	c.Helper()
	store, err := (&Main{folder: c.dir}).openStore(c.Context(), c.data)
	if err != nil {
		c.Fatal(err)
	}
	defer store.Close()
	list, err := customersOf(store).Runs(c.Context(), base)
	if err != nil {
		c.Fatal(err)
	}
	return list
}

// untilRun waits for a run.
func (c *campaign) untilRun(base string, number int) watched.Run {
	c.Helper()
	for limit := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if list := c.runs(base); len(list) >= number {
			return list[number-1]
		}
		if time.Now().After(limit) {
			jobs, err := c.q.Jobs(c.Context())
			c.Fatalf("no run %d: %+v %v", number, jobs, err)
		}
	}
}
