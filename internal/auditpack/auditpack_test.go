package auditpack_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/answer/answertest"
	"github.com/cordon-engine/cordon/internal/auditpack"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/ledger/ledgertest"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// made gives a package of two of five answers, one of them held, and the key.
func made(t testing.TB) (pack []byte, signer *ledger.Signer, ids []string) {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	s, err := sqlite.Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	v := answertest.Put(t, s)
	var list []answer.Kept
	for i := range 5 {
		list = append(list, answertest.New(t, v, i))
	}
	if err := s.Keep(ctx, list); err != nil {
		t.Fatal(err)
	}
	a, err := answer.NewAct(list[0].Time, "u-1", "case 7")
	if err == nil {
		err = s.Note(ctx, list[1].ID, ledger.Hold, a)
	}
	if err == nil {
		signer, err = logkey.Read(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	ids = []string{list[1].ID, list[4].ID}
	var b bytes.Buffer
	extra := func(*answer.Record) (map[string][]byte, error) {
		return map[string][]byte{"replay.json": []byte("{}\n")}, nil
	}
	if err := auditpack.Write(ctx, &b, s, signer, ids, time.Unix(1_800_000_000, 0), extra); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), signer, ids
}

func check(pack []byte, key ledger.Public) (auditpack.Checked, error) {
	return auditpack.Check(bytes.NewReader(pack), int64(len(pack)), key)
}

func TestWhole(t *testing.T) {
	pack, signer, ids := made(t)
	for _, key := range []ledger.Public{{}, signer.Public()} {
		r, err := check(pack, key)
		if err != nil || !slices.Equal(r.Answers, ids) || r.Notes != 1 || r.Checkpoint.Size != 6 || r.Given != (key.Origin() != "") {
			t.Errorf("%+v %v", r, err)
		}
	}
	if _, err := check(pack, ledgertest.Key(t).Public()); err == nil || !strings.Contains(err.Error(), "the key given is") {
		t.Errorf("under another key: %v", err)
	}
}

func files(t testing.TB, pack []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func zipped(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write(files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestEveryByte changes a byte of every file, drops every file, and adds one.
func TestEveryByte(t *testing.T) {
	pack, signer, _ := made(t)
	all := files(t, pack)
	refused := func(what string, changed map[string][]byte) {
		t.Helper()
		if _, err := check(zipped(t, changed), signer.Public()); err == nil {
			t.Errorf("%s: the package holds", what)
		}
	}
	if _, err := check(zipped(t, all), signer.Public()); err != nil {
		t.Fatal(err)
	}
	for name, b := range all {
		c := maps.Clone(all)
		delete(c, name)
		refused("without "+name, c)
		for _, i := range []int{0, len(b) / 2, len(b) - 1} {
			if len(b) == 0 || name == "key.txt" && i == len(b)-1 { // the end of its line
				continue
			}
			c[name] = bytes.Clone(b)
			c[name][i] ^= 1
			refused(name+" changed", c)
		}
	}
	c := maps.Clone(all)
	c["answers/note.txt"] = []byte("trust me")
	refused("with a file more", c)
}

// TestForged has the list signed anew by who has another key, after a change: the
// reader's own key tells, and, with the true key, the log tells.
func TestForged(t *testing.T) {
	pack, signer, ids := made(t)
	all := files(t, pack)
	name := "answers/" + ids[1] + "/answer.json"
	all[name] = []byte("{\"outcome\":\"match\"}\n")
	sign := func(s *ledger.Signer) []byte {
		text, err := signer.Public().OpenText(all["package.txt"])
		if err != nil {
			t.Fatal(err)
		}
		out := strings.Join(strings.SplitAfter(text, "\n")[:2], "")
		for _, n := range slices.Sorted(maps.Keys(all)) {
			if n != "package.txt" {
				out += auditpack.Line(n, all[n])
			}
		}
		b, err := s.SignText(out)
		if err != nil {
			t.Fatal(err)
		}
		c := maps.Clone(all)
		c["package.txt"] = b
		return zipped(t, c)
	}
	if _, err := check(sign(ledgertest.Key(t)), signer.Public()); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("signed by another: %v", err)
	}
	if _, err := check(sign(signer), signer.Public()); err == nil || !strings.Contains(err.Error(), "is not the one that was kept") {
		t.Errorf("signed by the true key: %v", err)
	}
}

func FuzzCheck(f *testing.F) {
	pack, _, _ := made(f)
	f.Add(pack)
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := check(b, ledger.Public{}); err == nil && len(r.Answers) == 0 {
			t.Error("a package without answers holds")
		}
	})
}
