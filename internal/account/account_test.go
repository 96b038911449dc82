package account

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/role"
)

func TestFold(t *testing.T) {
	for name, want := range map[string]string{
		"ana": "ana", " Ana ": "ana", "ANA@Example.ORG": "ana@example.org", "7": "7", "a.b_c-d+e@f": "a.b_c-d+e@f", strings.Repeat("a", 100): strings.Repeat("a", 100),
		"": "", " ": "", ".a": "", "a b": "", "é": "", "a\x00": "", "аna": "", "ａna": "", strings.Repeat("a", 101): "", "a\n": "a", "a:b": "", "a/b": "",
	} {
		if got, ok := Fold(name); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %t, want %q", name, got, ok, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if got, ok := Fold(name); ok {
			if again, ok := Fold(got); !ok || again != got || got != strings.ToLower(strings.TrimSpace(name)) {
				t.Fatalf("%q becomes %q, and that %q", name, got, again)
			}
		}
	})
}

func TestCheckPassword(t *testing.T) {
	p := &Person{Name: "ana.alves", Display: "Ana Alves of Lisbon"}
	for password, good := range map[string]bool{
		"correct horse": true, "eleven char": false, "twelve chars": true, strings.Repeat("a", 20): false, "abababababababab": false,
		"ana.alves2026": false, "my ana.alves2026 and more": true, "ana alves of lisbon": false, "tab\there is not typed": false,
		strings.Repeat("abcdef", 34): false, "\xff\xfe not utf-8 at all": false, "пароль из слов": true,
	} {
		if err := CheckPassword(p, password); (err == nil) != good {
			t.Errorf("%q (%d): %v", password, utf8.RuneCountInString(password), err)
		} else if err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("the fault tells the password: %v", err)
		}
	}
}

func TestHash(t *testing.T) {
	h := Hash("Größe und Länge")
	if again := Hash("Größe und Länge"); again == h || strings.Contains(h, "Länge") || !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s, %s", h, again)
	}
	if !Matches(h, "Größe und Länge") || !Matches(h, "Gro\u0308ße und La\u0308nge") {
		t.Error("the same password does not match")
	}
	for _, bad := range []string{"", "größe und länge", "Größe und Länge "} {
		if Matches(h, bad) {
			t.Errorf("%q matches", bad)
		}
	}
	// The test vector of the reference implementation: password "password", salt "somesalt" has 8 bytes and is no hash of ours.
	for _, text := range []string{
		"", "x", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", strings.Replace(h, "v=19", "v=16", 1),
		strings.Replace(h, "m=19456", "m=99999999", 1), strings.Replace(h, "m=19456", "m=019456", 1), strings.Replace(h, "t=2", "t=0", 1), strings.Replace(h, "p=1", "p=0", 1),
		strings.Replace(h, "p=1", "p=200", 1), strings.Replace(h, "argon2id", "argon2i", 1), h + "$", " " + h, h[:len(h)-1],
	} {
		if _, _, _, ok := parse(text); ok {
			t.Errorf("%q is taken for a hash", text)
		}
	}
	if Matches("", "") || Matches(nobody, "") || stale(h) || stale("") || !stale(cost{8, 1, 1}.write(make([]byte, 16), make([]byte, 32))) {
		t.Error("a hash of nobody, or of another cost")
	}
}

// TestVector holds the parameters to what the reference implementation of Argon2 gives (its test.c: version 19, 2 passes, 64 MiB, one
// lane, "password", "somesalt").
func TestVector(t *testing.T) {
	got := b64.EncodeToString(cost{65536, 2, 1}.of("password", []byte("somesalt")))
	if want := "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestWaits holds that waits grow, never beyond the longest, and are as long whoever has the name.
func TestWaits(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	var waits []time.Duration
	name, from := Failures{}, Failures{}
	for range 20 {
		wait, n, f := Attempt{At: now}.Meet(name, from)
		if wait > 0 {
			waits = append(waits, wait)
			now = now.Add(wait)
			if wait, n, f = (Attempt{At: now}).Meet(name, from); wait != 0 {
				t.Fatalf("who waited waits %s more", wait)
			}
		}
		name, from = n, f
	}
	want := []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900}
	for i := range want {
		if i >= len(waits) || waits[i] != want[i]*time.Second {
			t.Fatalf("waits are %v", waits)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := Failures{rapid.IntRange(0, 1<<40).Draw(t, "count"), now}
		at := now.Add(time.Duration(rapid.Int64Range(-int64(100*24*time.Hour), int64(48*time.Hour)).Draw(t, "later")))
		wait, _, _ := Attempt{At: at}.Meet(f, Failures{})
		if wait < 0 || wait > longestWait || f.Count >= freeByName && !at.After(now) && wait == 0 {
			t.Fatalf("%d failures, %s later: %s", f.Count, at.Sub(now), wait)
		}
	})
}

func TestDigestTellsEverything(t *testing.T) {
	p := Person{ID: "u-1", Name: "a", Display: "A", Roles: []role.Role{role.Admin}, Version: 1}
	seen := map[[32]byte]string{p.Digest(): "itself"}
	for what, f := range map[string]func(*Person){
		"id": func(p *Person) { p.ID = "u-2" }, "name": func(p *Person) { p.Name = "b" }, "display": func(p *Person) { p.Display = "B" },
		"roles": func(p *Person) { p.Roles = append(p.Roles, role.Viewer) }, "hash": func(p *Person) { p.Hash = "x" }, "outside": func(p *Person) { p.Outside = "x" },
		"salt": func(p *Person) { p.Salt[0] = 1 }, "by": func(p *Person) { p.By = "u-3" }, "created": func(p *Person) { p.Created = time.Unix(5, 0) },
		"disabled": func(p *Person) { p.Disabled = time.Unix(5, 0) }, "version": func(p *Person) { p.Version = 2 },
	} {
		q := p
		f(&q)
		if other, ok := seen[q.Digest()]; ok {
			t.Errorf("%s is not in the digest: it is that of %s", what, other)
		}
		seen[q.Digest()] = what
	}
}
