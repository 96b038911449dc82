package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

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
