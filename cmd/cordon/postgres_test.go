package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/postgres"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

// cordonAt runs a command at one moment, and gives what it prints.
func cordonAt(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs buffer
	m := &Main{In: strings.NewReader(""), Out: &out, Err: &errs, Now: func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }}
	code := m.Run(t.Context(), args)
	return fmt.Sprintf("%s%sexit %d\n", out.String(), errs.String(), code)
}

// The same commands say the same over a folder and over a database.
func TestCommandsOverPostgres(t *testing.T) {
	address, dir := postgrestest.Database(t), t.TempDir()
	one, two := issue(t, 1), issue(t, 2)
	for _, c := range []string{
		"lists status", "lists verify", "lists show KPe.001", "screen Quisenberry",
		"lists load " + one + " --source un", "lists load " + one + " --source un", "lists load " + two + " --source un --accept-shrink",
		"lists load " + filepath.Join("testdata", "script.txtar") + " --source un",
		"lists status --format json", "lists show KPe.001 --format json", "lists history KPe.001", "lists diff un@1 un@2 --whole",
		"lists show un:none", "lists diff un@1 un@9", "screen Quisenberry --format json", "explain Quisenberry un:KPe.002", "lists verify",
	} {
		args := strings.Fields(c)
		want, got := cordonAt(t, append(args, "--data", dir)...), cordonAt(t, append(args, "--data", address, "--folder", dir)...)
		if got != want {
			t.Errorf("cordon %s: over a folder\n%sand over a database\n%s", c, want, got)
		}
	}
	if got := cordonAt(t, "lists", "status", "--data", address); !strings.Contains(got, "un@2") {
		t.Errorf("nothing was loaded: %s", got)
	}
}

// Two servers over one database take up what is loaded, by themselves.
func TestReplicas(t *testing.T) {
	address := postgrestest.Database(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var servers []http.Handler
	for range 2 {
		h, sc := liveServer(t, address, discard())
		servers = append(servers, h)
		go sc.live.Follow(ctx, 20*time.Millisecond)
	}
	const query = `{"name":"Quisenberry Bartholomew Holding"}`
	for n := 1; n <= 3; n++ {
		loadList(t, address, n)
		for i, h := range servers {
			want := fmt.Sprintf("un@%d", n)
			for limit := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
				snapshot, standing, err := screened([]byte(request(h, http.MethodPost, "/v1/screen", query)))
				if err != nil {
					t.Fatalf("server %d: %v", i, err)
				}
				if snapshot == want && standing[fmt.Sprintf("un:KPe.%03d", n)] {
					break
				}
				if time.Now().After(limit) {
					t.Fatalf("server %d answers from %s, and %s is loaded", i, snapshot, want)
				}
			}
		}
	}
}

// No command that fails says a password, and those that want a folder say so.
func TestPasswordsAreNotSaid(t *testing.T) {
	const address = "postgres://u:s3cr3t@127.0.0.1:1/x"
	for _, c := range []string{
		"lists status", "lists verify", "lists pull un", "lists load x --source un", "screen x", "explain x y", "serve", "claims list",
		"records list", "mirror --target PRK", "states", "draft backtest", "lists status --nothing", "lists status " + address,
	} {
		for how, out := range map[string]string{
			"flag": cordonAt(t, append(strings.Fields(c), "--data", address)...),
			"env":  func() string { t.Setenv("CORDON_DATA", address); return cordonAt(t, strings.Fields(c)...) }(),
		} {
			if strings.Contains(out, "s3cr3t") || strings.HasSuffix(out, "exit 0\n") {
				t.Errorf("cordon %s, by %s: %s", c, how, out)
			}
		}
	}
	if dir := (&Main{folder: "beside"}).folderOf(address); dir != "beside" || !postgres.Is(address) {
		t.Errorf("the folder beside a database is %q", dir)
	}
}
