package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/zstd"

	"github.com/cordon-engine/cordon/internal/backup"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/postgres"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

var parts = kept.Parts()

// store is what every engine gives.
type store interface {
	snapshot.Store
	backup.Store
}

// folders has the folder of each store, where its key is.
var folders = map[store]string{}

// engines open an empty store each, which the test closes.
var engines = map[string]func(t testing.TB) store{
	"sqlite": func(t testing.TB) store {
		dir := t.TempDir()
		s := must(sqlite.Open(context.Background(), dir))(t)
		folders[s] = dir
		t.Cleanup(func() { s.Close(); delete(folders, s) })
		return s
	},
	"postgres": func(t testing.TB) store {
		dir := t.TempDir()
		s := must(postgres.Open(context.Background(), postgrestest.Database(t), dir))(t)
		folders[s] = dir
		t.Cleanup(func() { s.Close(); delete(folders, s) })
		return s
	},
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// fill loads some lists, one of them in several versions, with odd keys.
func fill(t testing.TB, s snapshot.Store) {
	records := map[string]string{"x:a": "1", "x:": "2", "x:\x00\xff": "3", strings.Repeat("x:long", 3000): "4"}
	for i := range 5 {
		records["x:changes"] = fmt.Sprint(i)
		if i == 3 {
			delete(records, "x:a")
		}
		must(snapshottest.Load(t, s, "x", fmt.Sprintf("2020-01-0%d", i+1), records))(t)
	}
	must(snapshottest.Load(t, s, "other", "2021-01-01", map[string]string{"x:a": "1", "y:ü": "2"}))(t)
	for i := range 3 {
		a := snapshot.Attempt{List: "x", At: time.Unix(int64(i), 0).UTC(), Same: i == 1, Message: "a \x00 and \xff", Published: 1}
		if err := s.Attempted(context.Background(), a); err != nil {
			t.Fatal(err)
		}
	}
}

var made = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// taken gives a backup of a store.
func taken(t testing.TB, s backup.Store, files ...backup.File) []byte {
	t.Helper()
	var out bytes.Buffer
	must(backup.Write(context.Background(), &out, s, backup.Plan{Parts: parts, Program: "v", Engine: "any", Made: made, Files: files}))(t)
	return out.Bytes()
}

// given puts a backup into a store.
func given(s backup.Store, b []byte) (*backup.Summary, error) {
	if _, err := backup.Check(context.Background(), bytes.NewReader(b), parts); err != nil {
		return nil, err
	}
	return backup.Restore(context.Background(), bytes.NewReader(b), parts, s, nil)
}

// all gives everything that a store says.
func all(t testing.TB, s snapshot.Store) map[string]any {
	t.Helper()
	ctx := context.Background()
	out := map[string]any{}
	states := must(s.Lists(ctx))(t)
	out["lists"] = states
	for _, st := range states {
		list := st.Name()
		snaps := must(s.Snapshots(ctx, list))(t)
		out[list+" snapshots"], out[list+" attempts"] = snaps, must(s.Attempts(ctx, list, 100))(t)
		var versions []snapshot.Version
		for v, err := range s.Everything(ctx, list) {
			versions = append(versions, must(v, err)(t))
			out[list+" of "+v.Key] = must(s.Versions(ctx, list, v.Key))(t)
			out["find "+v.Key] = must(s.Find(ctx, v.Key))(t)
		}
		out[list+" versions"] = versions
		for _, m := range snaps {
			out[m.String()], _, _ = snapshottest.Contents(s, m.ID)
			for _, f := range m.Files {
				r := must(s.Raw(ctx, f.SHA256))(t)
				out["raw "+f.SHA256] = string(must(io.ReadAll(r))(t))
				r.Close()
			}
		}
	}
	return out
}

func problems(t testing.TB, s snapshot.Store) (found []string) {
	t.Helper()
	if err := s.Verify(context.Background(), func(p string) { found = append(found, p) }); err != nil {
		t.Fatal(err)
	}
	return found
}

// What one engine gave another takes: it says the same, gives the same backup byte
// by byte, and is loaded into as before.
func TestAnyEngineIntoAnyOther(t *testing.T) {
	for _, from := range slices.Sorted(maps.Keys(engines)) {
		for _, to := range slices.Sorted(maps.Keys(engines)) {
			if from == "postgres" && to == from {
				continue // what comes out is the same file as of the other, and that goes in
			}
			t.Run(from+" into "+to, func(t *testing.T) {
				a, b := engines[from](t), engines[to](t)
				fill(t, a)
				file := taken(t, a)
				sum := must(given(b, file))(t)
				if sum.Raw != 6 || sum.Rows[0] != (backup.Count{Table: "snapshot", Rows: 6}) || !sum.Made.Equal(made) || sum.Program != "v" {
					t.Errorf("%+v", sum)
				}
				if d := cmp.Diff(all(t, a), all(t, b)); d != "" {
					t.Errorf("it says other things: %s", d)
				}
				if !bytes.Equal(file, taken(t, b)) {
					t.Error("its backup is another")
				}
				if got := problems(t, b); len(got) > 0 {
					t.Errorf("%q", got)
				}
				handOver(t, a, b)
				for _, s := range []store{a, b} {
					must(snapshottest.Load(t, s, "x", "2022-01-01", map[string]string{"x:new": "1", "x:a": "1"}))(t)
					if err := s.Attempted(context.Background(), snapshot.Attempt{List: "x", Published: 1, Message: "after"}); err != nil {
						t.Error(err)
					}
				}
				if d := cmp.Diff(all(t, a), all(t, b)); d != "" {
					t.Errorf("after the next load it says other things: %s", d)
				}
			})
		}
	}
}

// handOver copies the key of the log of a to b, as cordon restore does.
func handOver(t testing.TB, a, b store) {
	t.Helper()
	key := must(os.ReadFile(filepath.Join(folders[a], logkey.File)))(t)
	if err := os.WriteFile(filepath.Join(folders[b], logkey.File), key, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A backup of a store that is loaded into all the while is of one moment.
func TestWhileItIsUsed(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			fill(t, s)
			stop := make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					records := map[string]string{}
					for k := range 50 + rand.IntN(100) {
						records[fmt.Sprint("x:", k)] = fmt.Sprint(rand.IntN(3))
					}
					if _, err := snapshottest.Load(t, s, "x", "2022-01-01", records); err != nil {
						t.Error(err)
						return
					}
				}
			})
			var files [][]byte
			for range 4 {
				files = append(files, taken(t, s))
				time.Sleep(20 * time.Millisecond)
			}
			close(stop)
			wg.Wait()
			for _, file := range files {
				to := engines["sqlite"](t)
				must(given(to, file))(t)
				if got := problems(t, to); len(got) > 0 {
					t.Errorf("%q", got)
				}
			}
		})
	}
}

// A store that holds anything stays as it is.
func TestOnlyIntoAnEmptyStore(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			from, to := open(t), open(t)
			fill(t, from)
			if err := to.Attempted(context.Background(), snapshot.Attempt{List: "y", Published: 1}); err != nil {
				t.Fatal(err)
			}
			before := all(t, to)
			var f *fault.Error
			if _, err := given(to, taken(t, from)); !errors.As(err, &f) || f.Code != fault.Conflict || f.Fix == "" {
				t.Errorf("%v", err)
			}
			if d := cmp.Diff(before, all(t, to)); d != "" {
				t.Errorf("it was changed: %s", d)
			}
		})
	}
}

// Tables that no part describes would be missing from every backup.
func TestNoTableIsForgotten(t *testing.T) {
	ctx := context.Background()
	address := postgrestest.Database(t)
	s := must(postgres.Open(ctx, address, t.TempDir()))(t)
	defer s.Close()
	c := must(pgx.Connect(ctx, address))(t)
	defer c.Close(ctx)
	must(c.Exec(ctx, "CREATE TABLE cordon.later (x int)"))(t)
	if _, err := backup.Write(ctx, io.Discard, s, backup.Plan{Parts: parts}); fault.CodeOf(err) != fault.Internal || !strings.Contains(err.Error(), "later") {
		t.Errorf("a table more: %v", err)
	}
	for name, open := range engines {
		part := kept.Part
		part.Tables = part.Tables[:len(part.Tables)-1]
		_, err := backup.Write(ctx, io.Discard, open(t), backup.Plan{Parts: []backup.Part{part, kept.Answers, kept.Cases}})
		if fault.CodeOf(err) != fault.Internal || !strings.Contains(err.Error(), "attempt") {
			t.Errorf("%s, a table that is not described: %v", name, err)
		}
	}
}

// entry is an entry of a backup, as tests change it.
type entry struct {
	tar.Header
	body []byte
}

func unpacked(t testing.TB, b []byte) (out []*entry) {
	t.Helper()
	z := must(zstd.NewReader(bytes.NewReader(b)))(t)
	defer z.Close()
	r := tar.NewReader(z)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		out = append(out, &entry{*must(h, err)(t), must(io.ReadAll(r))(t)})
	}
}

func packed(t testing.TB, list []*entry) []byte {
	t.Helper()
	var plain bytes.Buffer
	w := tar.NewWriter(&plain)
	for _, e := range list {
		e.Size = int64(len(e.body))
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		must(w.Write(e.body))(t)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return compressed(t, plain.Bytes())
}

func compressed(t testing.TB, b []byte) []byte {
	z := must(zstd.NewWriter(nil))(t)
	defer z.Close()
	return z.EncodeAll(b, nil)
}

// file gives a file for a backup.
func file(name, body string) backup.File {
	return backup.File{Name: name, Size: int64(len(body)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }}
}

// Whatever is done to a backup is found, with its place, and nothing is restored.
func TestDamageIsFound(t *testing.T) {
	s := engines["sqlite"](t)
	fill(t, s)
	whole := taken(t, s, file("same.yaml", "same: []"))
	at := func(list []*entry, prefix string) int {
		return slices.IndexFunc(list, func(e *entry) bool { return strings.HasPrefix(e.Name, prefix) })
	}
	change := func(prefix string, f func(*entry)) func([]*entry) []*entry {
		return func(l []*entry) []*entry { f(l[at(l, prefix)]); return l }
	}
	replace := func(prefix, old, new string) func([]*entry) []*entry {
		return change(prefix, func(e *entry) {
			if !bytes.Contains(e.body, []byte(old)) {
				t.Errorf("%s has no %s", prefix, old)
			}
			e.body = bytes.Replace(e.body, []byte(old), []byte(new), 1)
		})
	}
	to := engines["sqlite"](t) // nothing ever gets into it
	for name, x := range map[string]struct {
		do    func([]*entry) []*entry
		place string // where the fault is said to be
		code  fault.Code
	}{
		"a byte of a row":   {change("tables/content", func(e *entry) { e.body[len(e.body)-1] ^= 1 }), "tables/content/000001", fault.Invalid},
		"a number of a row": {change("tables/run", func(e *entry) { e.body[0] = 0xff }), "tables/run/000001", fault.Invalid},
		"the end of a row":  {change("tables/run", func(e *entry) { e.body = e.body[:len(e.body)-1] }), "tables/run/000001", fault.Invalid},
		"a byte of a file":  {change("files/", func(e *entry) { e.body[0] ^= 1 }), "files/same.yaml", fault.Invalid},
		"a raw file":        {change("raw/", func(e *entry) { e.body[0] ^= 1 }), "raw/", fault.Invalid},
		"a file is gone":    {func(l []*entry) []*entry { i := at(l, "raw/"); return slices.Delete(l, i, i+1) }, "raw/", fault.Invalid},
		"a table is gone":   {func(l []*entry) []*entry { i := at(l, "tables/about"); return slices.Delete(l, i, i+1) }, "tables/about/000001", fault.Invalid},
		"a table twice":     {func(l []*entry) []*entry { i := at(l, "tables/about"); return slices.Insert(l, i, l[i]) }, "tables/about/000001", fault.Invalid},
		"another order":     {func(l []*entry) []*entry { i := at(l, "tables/about"); l[i], l[i+1] = l[i+1], l[i]; return l }, "tables/about/000001", fault.Invalid},
		"no head":           {func(l []*entry) []*entry { return l[1:] }, "tables/snapshot/000001", fault.Invalid},
		"two heads":         {func(l []*entry) []*entry { return slices.Insert(l, 0, l[0]) }, "cordon-backup.json", fault.Invalid},
		"no manifest":       {func(l []*entry) []*entry { return l[:len(l)-1] }, "files/same.yaml", fault.Invalid},
		"more behind it":    {func(l []*entry) []*entry { return append(l, l[len(l)-2]) }, "manifest.json", fault.Invalid},
		"a file more":       {func(l []*entry) []*entry { i := at(l, "files/"); return slices.Insert(l, i, l[i]) }, "files/same.yaml", fault.Invalid},
		"an unknown entry":  {change("files/", func(e *entry) { e.Name = "elsewhere" }), "elsewhere", fault.Invalid},
		"a name upwards":    {change("files/", func(e *entry) { e.Name = "files/../../x" }), "files/../../x", fault.Invalid},
		"an absolute name":  {change("files/", func(e *entry) { e.Name = "files//etc/x" }), "files//etc/x", fault.Invalid},
		"a link":            {change("files/", func(e *entry) { e.Typeflag, e.Linkname, e.body = tar.TypeSymlink, "/etc/passwd", nil }), "files/same.yaml", fault.Invalid},
		"fewer rows":        {replace("manifest", `"table": "run",`+"\n"+`   "rows": `, `"table": "run",`+"\n"+`   "rows": 1`), "manifest.json", fault.Invalid},
		"an unknown key":    {replace("manifest", `"entries"`, `"Entries2"`), "manifest.json", fault.Invalid},
		"no manifest in it": {change("manifest", func(e *entry) { e.body = []byte("none") }), "manifest.json", fault.Invalid},
		"a newer format":    {replace("cordon-backup", `"format": 1`, `"format": 2`), "cordon-backup.json", fault.Unavailable},
		"a newer part":      {replace("cordon-backup", `"version": 1`, `"version": 2`), "cordon-backup.json", fault.Unavailable},
		"an unknown part":   {replace("cordon-backup", `"name": "lists"`, `"name": "later"`), "cordon-backup.json", fault.Unavailable},
		"another column":    {replace("cordon-backup", `"kind": "key"`, `"kind": "int"`), "cordon-backup.json", fault.Invalid},
	} {
		file := packed(t, x.do(unpacked(t, whole)))
		_, err := given(to, file)
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != x.code || f.Fix == "" || !strings.HasPrefix(f.Place.Field, x.place) {
			t.Errorf("%s: %v", name, err)
		}
		// The same where nobody looked before.
		if _, err := backup.Restore(context.Background(), bytes.NewReader(file), parts, to, nil); err == nil {
			t.Errorf("%s: it was restored", name)
		}
		if l := must(to.Lists(context.Background()))(t); len(l) > 0 {
			t.Errorf("%s: it was restored", name)
		}
		if got := problems(t, to); len(got) > 0 {
			t.Errorf("%s: left behind: %q", name, got)
		}
	}
	if _, err := backup.Check(context.Background(), bytes.NewReader(packed(t, unpacked(t, whole))), parts); err != nil {
		t.Errorf("unchanged: %v", err)
	}
	for n := 0; n < len(whole); n += 1 + len(whole)/60 {
		if _, err := backup.Check(context.Background(), bytes.NewReader(whole[:n]), parts); err == nil {
			t.Errorf("cut to %d bytes of %d: it is taken", n, len(whole))
		}
	}
	plain := must(zstd.NewReader(nil))(t)
	defer plain.Close()
	want := must(plain.DecodeAll(whole, nil))(t)
	for range 100 {
		b := bytes.Clone(whole)
		i := rand.IntN(len(b))
		b[i] ^= 1 << rand.IntN(8)
		_, err := backup.Check(context.Background(), bytes.NewReader(b), parts)
		if got, bad := plain.DecodeAll(b, nil); err == nil && (bad != nil || !bytes.Equal(got, want)) {
			t.Errorf("a bit of byte %d is turned: it is taken", i)
		}
	}
	for _, b := range [][]byte{append(bytes.Clone(whole), 'x'), append(bytes.Clone(whole), whole...), append(bytes.Clone(whole), compressed(t, []byte("more"))...)} {
		if _, err := backup.Check(context.Background(), bytes.NewReader(b), parts); err == nil {
			t.Error("something follows its end: it is taken")
		}
	}
}

// A store that is damaged, or a file that changes, is not backed up as if it were whole.
func TestWhatCannotBeReadIsSaid(t *testing.T) {
	dir := t.TempDir()
	s := must(sqlite.Open(context.Background(), dir))(t)
	defer s.Close()
	fill(t, s)
	write := func(files ...backup.File) error {
		_, err := backup.Write(context.Background(), io.Discard, s, backup.Plan{Parts: parts, Files: files})
		return err
	}
	short := file("same.yaml", "same")
	short.Size++
	broken := file("same.yaml", "same")
	broken.Open = func() (io.ReadCloser, error) { return nil, fault.New(fault.Unavailable, "gone") }
	for name, err := range map[string]error{"shorter": write(short), "gone": write(broken)} {
		if fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := backup.Write(ctx, io.Discard, s, backup.Plan{Parts: parts}); err == nil {
		t.Error("a backup that was broken off is done")
	}
	m := must(s.Snapshot(context.Background(), snapshot.ID{List: "x"}))(t)
	if err := removeRaw(dir, m.Raw); err != nil {
		t.Fatal(err)
	}
	if err := write(); err == nil {
		t.Error("a store that lacks a raw file is backed up")
	}
}

func removeRaw(dir, sum string) error {
	return os.Remove(filepath.Join(dir, "raw", sum[:2], sum+".zst"))
}

// Files of the folder come back as they were.
func TestFiles(t *testing.T) {
	s := engines["sqlite"](t)
	want := map[string]string{"same.yaml": "same: []", "claims/journal/000001.jsonl": "{}\n", "empty": ""}
	var files []backup.File
	for _, name := range slices.Sorted(maps.Keys(want)) {
		files = append(files, file(name, want[name]))
	}
	got := map[string]string{}
	must(backup.Restore(context.Background(), bytes.NewReader(taken(t, s, files...)), parts, engines["sqlite"](t),
		func(name string, size int64, r io.Reader) error {
			b, err := io.ReadAll(r)
			got[name] = string(b)
			return err
		}))(t)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// FuzzCheck holds that no archive, well packed or not, does more than fail.
func FuzzCheck(f *testing.F) {
	s := must(sqlite.Open(context.Background(), f.TempDir()))(f)
	defer s.Close()
	must(snapshottest.Load(f, s, "x", "2020-01-01", map[string]string{"x:a": "1"}))(f)
	z := must(zstd.NewReader(nil))(f)
	defer z.Close()
	plain := must(z.DecodeAll(taken(f, s), nil))(f)
	f.Add(plain, true)
	f.Add(plain[:600], true)
	f.Add([]byte("no archive"), false)
	f.Fuzz(func(t *testing.T, b []byte, pack bool) {
		if pack {
			b = compressed(t, b)
		}
		if _, err := backup.Check(t.Context(), bytes.NewReader(b), parts); err != nil && fault.CodeOf(err) == fault.Internal {
			t.Error(err)
		}
	})
}
