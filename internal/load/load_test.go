package load_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/source/ftm"
	"github.com/cordon-engine/cordon/internal/source/un"
	"github.com/cordon-engine/cordon/internal/sqlite"
	"github.com/cordon-engine/cordon/internal/when"
)

// list writes a made-up UN list with n entities, generated at a time.
func list(generated string, n int, more string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0"?><CONSOLIDATED_LIST dateGenerated="%s"><ENTITIES>`, generated)
	for i := range n {
		fmt.Fprintf(&b, "<ENTITY><FIRST_NAME>FIRM %d%s</FIRST_NAME><REFERENCE_NUMBER>ZZe.%03d</REFERENCE_NUMBER>"+
			"<LISTED_ON>2016-03-02</LISTED_ON></ENTITY>\n", i, more, i)
	}
	return b.String() + "</ENTITIES></CONSOLIDATED_LIST>"
}

func loader(t *testing.T) (*load.Loader, snapshot.Store) {
	t.Helper()
	s, err := sqlite.Open(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &load.Loader{Store: s, Places: publicationtest.Places(t), Program: "test"}, s
}

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func request(body string) load.Request {
	return load.Request{
		Source: un.Source(), Files: []publication.File{publicationtest.Bytes("list.xml", "list", []byte(body))}, Now: now, Published: when.NoDay,
	}
}

// The life of a list, step by step: what is taken, what is refused, and what
// stands in force after each step.
func TestWhatIsTakenAndWhatIsNot(t *testing.T) {
	l, store := loader(t)
	ctx := context.Background()
	whole := list("2026-01-01T00:00:00Z", 20, "")
	for _, step := range []struct {
		name    string
		body    string
		shrunk  bool
		refused string // words of the refusal
		want    string // "number same inForce added removed changed"
		inForce int
	}{
		{"first", whole, false, "", "1 false true 20 0 0", 1},
		{"the same bytes", whole, false, "", "1 true true 0 0 0", 1},
		{"generated anew", list("2026-01-02T00:00:00Z", 20, ""), false, "", "1 true true 0 0 0", 1},
		{"one more", list("2026-01-03T00:00:00Z", 21, ""), false, "", "2 false true 1 0 0", 2},
		{"an error as JSON", `{"status":500,"error":"Internal Server Error"}`, false, "JSON", "", 2},
		{"an error page", "<!DOCTYPE html><html><body>Sorry</body></html>", false, "web page", "", 2},
		{"an empty file", "", false, "empty", "", 2},
		{"broken off", whole[:len(whole)-200], false, "broken off", "", 2},
		{"an empty list", list("2026-01-04T00:00:00Z", 0, ""), false, "list is empty", "", 2},
		{"half of it", list("2026-01-04T00:00:00Z", 10, ""), false, "52 % fewer", "", 2},
		{"half of it, accepted", list("2026-01-04T00:00:00Z", 10, ""), true, "", "3 false true 0 11 0", 3},
		{"an older publication", list("2018-10-29T00:00:00Z", 12, ""), false, "", "4 false false 12 0 0", 3},
		{"all changed", list("2026-01-05T00:00:00Z", 10, " LTD"), false, "", "5 false true 0 0 10", 5},
	} {
		req := request(step.body)
		req.Shrunk = step.shrunk
		res, err := l.Load(ctx, req)
		switch {
		case step.refused != "":
			if err == nil || !strings.Contains(err.Error(), step.refused) || fault.CodeOf(err) == fault.Internal {
				t.Errorf("%s: %v, want %q", step.name, err, step.refused)
			}
		case err != nil:
			t.Errorf("%s: %v", step.name, err)
		default:
			got := fmt.Sprint(res.Meta.Number, res.Same, res.InForce, res.Added, res.Removed, res.Changed)
			if got != step.want {
				t.Errorf("%s: %s, want %s", step.name, got, step.want)
			}
		}
		states, err := store.Lists(ctx)
		if err != nil || len(states) != 1 || states[0].Current.Number != step.inForce {
			t.Fatalf("%s: in force is %v, want %d (%v)", step.name, states, step.inForce, err)
		}
		if last := states[0].Last; (last.Message != "") != (step.refused != "") {
			t.Errorf("%s: the last try on record is %+v", step.name, last)
		}
	}
	if err := store.Verify(ctx, func(p string) {
		if !strings.HasPrefix(p, snapshot.Leftover) {
			t.Error(p)
		}
	}); err != nil {
		t.Error(err)
	}
}

// fetcher serves files from memory.
type fetcher struct {
	body, etag string
	fail       error
	calls      int
}

func (f *fetcher) Fetch(_ context.Context, _ string, have load.Validators, _ func(done, total int64)) (load.Fetched, error) {
	f.calls++
	if f.fail != nil {
		return load.Fetched{Drop: func() {}}, f.fail
	}
	if have.ETag == f.etag && f.etag != "" {
		return load.Fetched{Validators: have, Unchanged: true, Drop: func() {}}, nil
	}
	return load.Fetched{
		Validators: load.Validators{ETag: f.etag}, Drop: func() {},
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(f.body)), nil },
	}, nil
}

func TestPull(t *testing.T) {
	l, store := loader(t)
	ctx := context.Background()
	req := load.Request{Source: un.Source(), Now: now, Published: when.NoDay}
	f := &fetcher{body: list("2026-01-01T00:00:00Z", 5, ""), etag: "1"}
	for i, step := range []struct {
		change func()
		want   string // "number same", or "" for a failure
	}{
		{func() {}, "1 false"},
		{func() {}, "1 true"},
		{func() { f.fail = fault.New(fault.Unavailable, "down") }, ""},
		{func() { f.fail = nil; f.body, f.etag = `{"error":1}`, "2" }, ""},
		{func() { f.body, f.etag = list("2026-01-02T00:00:00Z", 6, ""), "3" }, "2 false"},
	} {
		step.change()
		req.Now = now.Add(time.Duration(i) * time.Hour)
		res, err := l.Pull(ctx, f, req, nil)
		got := ""
		if err == nil {
			got = fmt.Sprint(res.Meta.Number, res.Same)
		}
		if got != step.want {
			t.Errorf("step %d: %q %v, want %q", i, got, err, step.want)
		}
		st, err := store.Lists(ctx)
		if err != nil || st[0].Last.At != req.Now || (st[0].Last.Message == "") != (step.want != "") {
			t.Errorf("step %d: on record is %+v (%v)", i, st[0].Last, err)
		}
	}
	if st, _ := store.Lists(ctx); !st[0].Checked().Equal(now.Add(4 * time.Hour)) {
		t.Errorf("checked %s", st[0].Checked())
	}
}

// A daily file that was only generated anew is no new list: 53 real files are
// two.
func TestDailyFilesAreTwoLists(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: 53 loads of the real list")
	}
	archive := publicationtest.Shared(t, "un/daily_2025-11-29_2026-01-28.tar.xz")
	dir := t.TempDir()
	if out, err := exec.Command("tar", "-C", dir, "-xJf", archive).CombinedOutput(); err != nil {
		t.Skipf("tar with xz is needed to unpack the real files: %v %s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil || len(files) != 53 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	l, store := loader(t)
	for _, path := range files {
		req := load.Request{Source: un.Source(), Files: []publication.File{publicationtest.OnDisk(path, "list")}, Now: now, Published: when.NoDay}
		if _, err := l.Load(context.Background(), req); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	snaps, err := store.Snapshots(context.Background(), "un")
	if err != nil || len(snaps) != 2 {
		t.Errorf("%d snapshots, %v", len(snaps), err)
	}
}

// The facts that come with the program are those of the list they were taken
// from: every name, document and date of each of its entries.
func TestEmbeddedFactsAreTheList(t *testing.T) {
	places := publicationtest.Places(t)
	sub, err := fs.Sub(data.FS, "listings")
	if err != nil {
		t.Fatal(err)
	}
	fixed, err := load.Embedded(context.Background(), sub, places)
	if err != nil {
		t.Fatal(err)
	}
	l, base := loader(t)
	store := snapshot.WithFixed(base, fixed...)
	states, err := store.Lists(context.Background())
	if err != nil || len(states) != 3 {
		t.Fatalf("%v %v", states, err)
	}
	path := publicationtest.Shared(t, "un/consolidated_2026-08-01.xml")
	if _, err := l.Load(context.Background(), load.Request{
		Source: un.Source(), Files: []publication.File{publicationtest.OnDisk(path, "list")}, Now: now, Published: when.NoDay,
	}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for e, err := range store.Entries(context.Background(), snapshot.ID{List: "un-1718", Number: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		real, err := base.About(context.Background(), snapshot.ID{List: "un"}, e.Key)
		if err != nil || len(real) != 1 {
			t.Fatalf("%s: %v %v", e.Key, real, err)
		}
		a, b := e.Record.Subject, real[0].Record.Subject
		if len(a.Names) != len(b.Names) || len(a.Births) != len(b.Births) || a.Caption() != b.Caption() ||
			e.Record.Listings[0].Listed.String() != real[0].Record.Listings[0].Listed.String() ||
			strings.Join(a.Values("nationality"), " ") != strings.Join(b.Values("nationality"), " ") {
			t.Errorf("%s differs from the list", e.Key)
		}
	}
	if n != 155 {
		t.Errorf("%d entries", n)
	}
	if states, _ := store.Lists(context.Background()); len(states) != 3 || states[0].Name() != "un" {
		t.Errorf("once the list is loaded it stands in place of the facts: %v", states)
	}
}

func TestSourcesAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range load.Sources() {
		if err := snapshot.CheckList(s.ID); err != nil || seen[s.ID] {
			t.Errorf("%s: %v", s.ID, err)
		}
		seen[s.ID] = true
		if s.Title == "" || len(s.Formats) == 0 || s.Shrink < 0 || s.Shrink > 1 {
			t.Errorf("%s is not complete", s.ID)
		}
		for _, f := range s.Formats {
			if f.Name == "" || f.Parse == nil || f.Sniff == nil {
				t.Errorf("%s: a format is not complete", s.ID)
			}
		}
	}
}

// No source takes what is saved in place of a list.
func TestNoSourceTakesAnErrorPage(t *testing.T) {
	bodies := map[string]string{
		"JSON error": `{"timestamp":"2026-02-08T06:44:07.330+00:00","status":500,"error":"Internal Server Error"}`,
		"page":       "<!DOCTYPE html>\n<html><head><title>403</title></head><body>Forbidden</body></html>",
		"nothing":    "",
		"blank":      "\n\n",
		"zeros":      strings.Repeat("\x00", 4096),
	}
	for _, src := range load.Sources() {
		for name, body := range bodies {
			l, store := loader(t)
			req := request(body)
			req.Source = src
			req.Files = nil
			for _, a := range append(src.Addresses, publication.Address{Part: "list"})[:max(1, len(src.Addresses))] {
				req.Files = append(req.Files, publicationtest.Bytes(name, a.Part, []byte(body)))
			}
			if _, err := l.Load(context.Background(), req); err == nil || fault.CodeOf(err) == fault.Internal {
				t.Errorf("%s takes %s: %v", src.ID, name, err)
			}
			if s, err := store.Snapshots(context.Background(), src.ID); err != nil || len(s) > 0 {
				t.Errorf("%s keeps %s", src.ID, name)
			}
		}
	}
}

// A delta is read on top of the list in force and gives the whole list; alone, out
// of order or twice it does not pass for one.
func TestDeltas(t *testing.T) {
	l, store := loader(t)
	dir := filepath.Join("..", "source", "ftm", "testdata")
	try := func(name string) (string, error) {
		req := load.Request{Source: ftm.Source(), Files: []publication.File{publicationtest.OnDisk(filepath.Join(dir, name), "")}, Now: now, Published: when.NoDay, Shrunk: true}
		res, err := l.Load(context.Background(), req)
		if err != nil {
			return "", err
		}
		return fmt.Sprint(res.Meta.Number, " ", res.Same, " ", len(res.Meta.Files)), nil
	}
	for _, step := range []struct{ file, want string }{
		{"delta-1.json", ""},
		{"entities.ftm.json", "1 false 1"},
		{"delta-2.json", ""},
		{"delta-1.json", "2 false 2"},
		{"delta-1.json", "2 true 2"},
		{"delta-2.json", "3 false 3"},
	} {
		got, err := try(step.file)
		if got != step.want || (err != nil) != (step.want == "") || err != nil && fault.CodeOf(err) == fault.Internal {
			t.Errorf("%s: %q %v, want %q", step.file, got, err, step.want)
		}
	}
	if err := store.Verify(context.Background(), func(p string) {
		if !strings.HasPrefix(p, snapshot.Leftover) {
			t.Error(p)
		}
	}); err != nil {
		t.Error(err)
	}
}
