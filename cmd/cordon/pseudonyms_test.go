package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

// TestReplicasShareTheSecretOfPseudonyms: of two servers on one database the second is refused while its folder has another secret,
// and says what to do; both ways out are ways out.
func TestReplicasShareTheSecretOfPseudonyms(t *testing.T) {
	sequential(t)
	data, first, second := postgrestest.Database(t), t.TempDir(), t.TempDir()
	start := func(folder string) error {
		m := &Main{ctx: t.Context(), folder: folder}
		c := &serveCmd{dataFlag: dataFlag{Data: data, Folder: folder}}
		c.Keep = []string{"answers"}
		c.people = newServePeople(m, c)
		err := c.checkPseudonyms(m)
		if closed := c.shared(m).close(); closed != nil {
			t.Error(closed)
		}
		return err
	}
	for range 2 {
		if err := start(first); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(first, logkey.File)); err != nil || os.WriteFile(filepath.Join(second, logkey.File), b, 0o600) != nil {
		t.Fatal(err)
	}
	err := start(second)
	if fault.CodeOf(err) != fault.Conflict || !strings.Contains(err.Error(), "one person would be two") {
		t.Fatalf("a server with another secret: %v", err)
	}
	at := func(folder string, args ...string) (int, string) {
		return program(t, append(append([]string{"audit", "pseudonyms"}, args...), "--data", data, "--folder", folder)...)
	}
	if code, out := at(second); code != 1 || !strings.Contains(out, "made with another secret") {
		t.Errorf("%d %s", code, out)
	}
	secret, err := os.ReadFile(filepath.Join(first, logkey.Pseudonyms))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{first, second} {
		if _, out := at(folder); strings.Contains(out, strings.TrimSpace(string(secret))) {
			t.Error("the secret is printed")
		}
	}
	// It is lost: the store goes on with the other, and the first is refused.
	if code, out := at(second, "--take"); code != 0 || !strings.Contains(out, "is the one") {
		t.Errorf("%d %s", code, out)
	}
	if a, b := start(second), start(first); a != nil || fault.CodeOf(b) != fault.Conflict {
		t.Errorf("%v, %v", a, b)
	}
	// It is copied.
	if b, err := os.ReadFile(filepath.Join(second, logkey.Pseudonyms)); err != nil || os.WriteFile(filepath.Join(first, logkey.Pseudonyms), b, 0o600) != nil {
		t.Fatal(err)
	}
	if err := start(first); err != nil {
		t.Error(err)
	}
}

// TestCommandsShareTheSecretOfPseudonyms: what is written at the command line, and what a worker does, is refused as a server is where the
// folder has another secret, or none; reading is not, nor a worker that has none, which leaves loads to others. Nothing is made meanwhile.
func TestCommandsShareTheSecretOfPseudonyms(t *testing.T) {
	sequential(t)
	data, first, second, none := postgrestest.Database(t), t.TempDir(), t.TempDir(), t.TempDir()
	run := func(folder string, args ...string) (int, string) {
		return program(t, append(args, "--data", data, "--folder", folder)...)
	}
	file := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	list := []string{"lists", "load", issue(t, 1), "--source", "un"}
	if code, out := run(first, list...); code != 0 {
		t.Fatal(out)
	}
	if code, out := run(first, "audit", "pseudonyms", "--take"); code != 0 {
		t.Fatal(out)
	}
	key, err := os.ReadFile(filepath.Join(first, logkey.File))
	for _, folder := range []string{second, none} {
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, logkey.File), key, 0o600)
		}
	}
	if err == nil {
		_, err = logkey.Pseudonym(second, "x")
	}
	if err != nil {
		t.Fatal(err)
	}
	base, licence := file("base.csv", "ref,name\n1,Nobody\n"), file("licence.json", strings.ReplaceAll(committeeApproval, "YEAR", "2026"))
	commands := [][]string{
		list,
		{"people", "add", "ana", "--role", "analyst"},
		{"watch", "add", "clients", base},
		{"licences", "add", licence, "--as", "ann"},
		{"jobs", "submit", "screen", base},
		{"jobs", "submit", "load", "--source", "un", issue(t, 1)},
		{"screen", "Nobody", "--keep"},
		{"cases", "owes", "--none", "--as", "ann"},
	}
	for _, folder := range []string{second, none} {
		for _, args := range commands {
			if code, out := run(folder, args...); code == 0 || !strings.Contains(out, "one person would be two") || !strings.Contains(out, "`cordon audit pseudonyms --take`") {
				t.Errorf("%v in %s: %d %s", args, folder, code, out)
			}
		}
		for _, args := range [][]string{{"lists", "status"}, {"jobs", "list"}, {"people", "list"}} {
			if code, out := run(folder, args...); code != 0 {
				t.Errorf("%v: %d %s", args, code, out)
			}
		}
	}
	if logkey.HasPseudonyms(none) {
		t.Error("a secret was made")
	}
	if code, out := run(second, "worker"); code == 0 || !strings.Contains(out, "one person would be two") {
		t.Errorf("a worker with another secret: %d %s", code, out)
	}

	// One without any works, and leaves the load to who has it.
	_, id := run(first, "jobs", "submit", "load", "--source", "un", issue(t, 1))
	lines := strings.Fields(id)
	id = lines[len(lines)-1]
	ctx, stop := context.WithCancel(t.Context())
	var working sync.WaitGroup
	defer working.Wait()
	defer stop()
	work := func(folder string) {
		working.Go(func() {
			(&Main{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}).Run(ctx, []string{"worker", "--slots", "1", "--data", data, "--folder", folder})
		})
	}
	work(none)
	until := func(text string) {
		t.Helper()
		for limit := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
			if _, out := run(first, "jobs", "show", id); strings.Contains(out, text) {
				return
			} else if time.Now().After(limit) {
				t.Fatal(out)
			}
		}
	}
	until("chunk 1 (1 items) waits: no worker that runs could take it: pseudonym.key: the secret")
	work(first)
	until("1 done")

	if code, out := run(second, "audit", "pseudonyms", "--take"); code != 0 {
		t.Fatal(out)
	}
	if code, out := run(second, commands[1]...); code != 0 {
		t.Errorf("%d %s", code, out)
	}
	if code, out := run(first, commands[2]...); code == 0 {
		t.Error(out)
	}
}
