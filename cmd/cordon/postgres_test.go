package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
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
	sequential(t)
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
	sequential(t)
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

// Two servers over one database keep answers in one log; what is done with answers in
// a folder is done with them there, and a backup of the database goes into a folder.
func TestAnswersOverPostgres(t *testing.T) {
	sequential(t)
	at := dataFlag{Data: postgrestest.Database(t), Folder: filepath.Join(t.TempDir(), "beside")}
	run := func(want int, args ...string) string {
		t.Helper()
		code, out := program(t, append(args, "--data", at.Data, "--folder", at.Folder)...)
		if code != want || strings.Contains(out, "password") {
			t.Fatalf("cordon %v: %d %s", args, code, out)
		}
		return out
	}
	if out := run(0, "answers", "list"); !strings.Contains(out, "No such answer is kept") {
		t.Error(out)
	}
	run(2, "audit", "checkpoint")
	run(0, "lists", "load", issue(t, 1), "--source", "un")
	var ids []string
	for range 2 {
		h, _, stop := keepingServerOf(t, at)
		defer stop()
		for _, name := range []string{listedName, "Anna Kowalska"} {
			w := asked(t, h, "/v1/screen", fmt.Sprintf(`{"name":%q}`, name))
			if w.Code != http.StatusOK || strings.Contains(w.Body.String(), `"clear"`) == (name == listedName) {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			ids = append(ids, w.Header().Get("Cordon-Answer-Id"))
		}
	}
	run(0, "screen", listedName, "--keep")
	if out := run(0, "replay", "--all"); !strings.Contains(out, "5 replayed, 5 with the same bytes") {
		t.Error(out)
	}
	run(0, "answers", "hold", ids[0], "--reason", "case 1")
	run(2, "answers", "erase", ids[0], "--reason", "none")
	run(0, "answers", "erase", ids[1], "--reason", "asked for")
	if out := run(0, "answers", "show", ids[1]); !strings.Contains(out, "erased") {
		t.Error(out)
	}
	head := filepath.Join(t.TempDir(), "head")
	if err := os.WriteFile(head, []byte(run(0, "audit", "checkpoint")), 0o600); err != nil {
		t.Fatal(err)
	}
	pack := filepath.Join(t.TempDir(), "package.zip")
	run(0, "audit", "export", "--package", ids[0], "-o", pack, "--reason", "request")
	if code, out := program(t, "audit", "verify", pack, "--key", strings.TrimSpace(run(0, "audit", "key"))); code != 0 {
		t.Error(out)
	}
	run(0, "audit", "prove", "un@1")
	all := run(0, "audit", "verify", "--checkpoint", head)
	if !strings.Contains(all, "10 entries of the log") || !strings.Contains(all, "5 answers of which 1 erased, 1 load") {
		t.Error(all)
	}
	file, dir := filepath.Join(t.TempDir(), "b.tar.zst"), filepath.Join(t.TempDir(), "restored")
	run(0, "backup", file)
	if code, out := program(t, "restore", file, "--data", dir); code != 0 {
		t.Fatal(out)
	}
	if code, out := program(t, "audit", "verify", "--checkpoint", head, "--data", dir); code != 0 || out != all {
		t.Errorf("%d %s", code, out)
	}
	if code, out := program(t, "replay", "--all", "--data", dir); code != 0 {
		t.Error(out)
	}
}
