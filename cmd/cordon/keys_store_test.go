package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// TestOldKeysAreTakenOver: the file in which older programs kept keys is read once, into the store, and put aside.
func TestOldKeysAreTakenOver(t *testing.T) {
	sequential(t)
	dir := t.TempDir()
	b, err := os.ReadFile("testdata/oldkeys.sqlite") // the tables of before: one key that is good, one that was revoked
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, sqlite.OldKeyFile)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	c := &serveCmd{Addr: "0.0.0.0:80", AllowRemote: true, Poll: time.Second, Log: "requests"}
	c.Data = dir
	g := newGuarded(t, c)
	const secret = "ck_abcdefgh23_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	g.want(200, "POST", "/v1/screen", bearer(secret)...)
	if keys, err := c.people.keys(t.Context()); err != nil || len(keys) != 2 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	if s := g.log.String(); !strings.Contains(s, "2 keys stand in the store from keys.db now") {
		t.Errorf("it says %s", s)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the old file is there still")
	}
	if _, err := os.Stat(path + ".old"); err != nil {
		t.Error(err)
	}
	code, out := program(t, "keys", "list", "--data", dir)
	if code != 0 || strings.Contains(out, "keys.db") || strings.Count(out, "revoked") != 1 || !strings.Contains(out, "payments-eu") {
		t.Errorf("%d %s", code, out)
	}
	keys, err := c.people.keys(t.Context())
	if err != nil || len(keys) != 2 || !keys[0].May(access.Screen) {
		t.Errorf("%v, %v", keys, err)
	}
}
