package main

import (
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/client"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

// A server over a folder does the jobs that it takes, and two over a database share them: a job that was handed in at one
// is done by either, and its results are what the other answers when it is asked at once.
func TestServersDoJobs(t *testing.T) {
	sequential(t)
	t.Run("folder", func(t *testing.T) { dir := t.TempDir(); serversDoJobs(t, dir, []string{dir}) })
	t.Run("database", func(t *testing.T) {
		serversDoJobs(t, postgrestest.Database(t), []string{t.TempDir(), t.TempDir()})
	})
}

func serversDoJobs(t *testing.T, data string, folders []string) {
	var clients []*client.Client
	for i, folder := range folders {
		m := &Main{ctx: t.Context(), folder: folder, Now: func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }}
		if i == 0 {
			if code, out := program(t, "lists", "load", issue(t, 1), "--source", "un", "--data", data, "--folder", folder); code != 0 {
				t.Fatal(out)
			}
		}
		live, places, err := m.openLive(t.Context(), data, 0, discard())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(live.Close)
		c := &serveCmd{dataFlag: dataFlag{Data: data, Folder: folder}, serveJobs: serveJobs{Work: 1}}
		h, err := c.handler(m, discard(), "127.0.0.1", &screener{live: live, places: places, m: m, lists: lists{live: live, m: m}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.stopJobs)
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		x, err := client.New(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		clients = append(clients, x)
	}
	first, last := clients[0], clients[len(clients)-1]
	var parties []client.Party
	for i := range 60 {
		parties = append(parties, client.Party{Name: fmt.Sprint("Nobody ", i)})
	}
	parties[17].Name, parties[33].BirthDate = listedName, []string{"soon"}
	var want []client.Answer
	for a, err := range last.ScreenBatch(t.Context(), slices.Values(parties)) {
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, *a)
	}
	j, err := first.SubmitScreen(t.Context(), client.JobAsk{Chunk: 7}, slices.Values(parties))
	if err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(30 * time.Second); j.State != "done"; time.Sleep(20 * time.Millisecond) {
		if j, err = last.Job(t.Context(), j.ID); err != nil || time.Now().After(limit) {
			t.Fatalf("%+v, %v", j, err)
		}
	}
	if j.Handled != 59 || j.Refused != 1 {
		t.Errorf("%+v", j)
	}
	var got []client.Answer
	for a, err := range last.JobResults(t.Context(), j.ID) {
		if err != nil {
			t.Fatal(err)
		}
		a.Name = "" // a stream says nothing of it
		got = append(got, *a)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, folder := range folders[1:] { // what another built was fetched
		if files, err := filepath.Glob(filepath.Join(folder, "index", "*.index")); err != nil || len(files) != 1 {
			t.Errorf("%s has the indexes %v, %v", folder, files, err)
		}
	}
}
