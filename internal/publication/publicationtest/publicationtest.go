// Package publicationtest tests parsers of publications: it runs one over files
// and writes what came out as text that a person can read and compare.
package publicationtest

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
)

var update = flag.Bool("update", false, "write the golden files anew; read the difference before you keep it")

var places = sync.OnceValues(func() (*place.Gazetteer, error) {
	sub, err := fs.Sub(data.FS, "place")
	if err != nil {
		return nil, err
	}
	return place.Load(sub)
})

// Places gives the embedded table of states.
func Places(t testing.TB) *place.Gazetteer {
	t.Helper()
	g, err := places()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Bytes makes a file of bytes.
func Bytes(name, part string, b []byte) publication.File {
	return publication.File{Name: name, Part: part, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

// OnDisk makes a file of a file on disk.
func OnDisk(path, part string) publication.File {
	return publication.File{Name: filepath.Base(path), Part: part, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// Shared gives the path of a real file under shared/data/lists beside the
// project, and skips the test when it is not there.
func Shared(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	path := filepath.Join(dir, "..", "shared", "data", "lists", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the real file %s is not beside the project; the fixtures of this package cover the format", name)
	}
	return path
}

// Load runs the first format of src that takes the files, under the name
// of its list. The report is nil when parsing failed; the error is that of parsing or
// of the account at the end.
func Load(t testing.TB, src publication.Source, m *publication.Mapping, emit func(*subject.Record), files ...publication.File) (*publication.Report, string, error) {
	t.Helper()
	f, err := files[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 4096)
	n, _ := io.ReadFull(f, head)
	f.Close()
	head = bytes.TrimPrefix(head[:n], []byte("\xEF\xBB\xBF"))
	for _, format := range src.Formats {
		if !format.Sniff(head) {
			continue
		}
		tally := publication.NewTally(func(r *subject.Record) error {
			if emit != nil {
				emit(r)
			}
			return nil
		})
		in := &publication.Input{List: src.ListName(), Files: files, Places: Places(t), Mapping: m}
		if err := format.Parse(context.Background(), in, tally); err != nil {
			return nil, format.Name, err
		}
		report, err := tally.Close()
		return report, format.Name, err
	}
	return nil, "", fmt.Errorf("no format of %s takes %s", src.ID, files[0].Name)
}

// Golden loads the files and compares records and report with the file at
// path; -update writes it.
func Golden(t *testing.T, path string, src publication.Source, m *publication.Mapping, files ...publication.File) {
	t.Helper()
	var b strings.Builder
	report, format, err := Load(t, src, m, func(r *subject.Record) {
		for _, f := range r.Facts() {
			fmt.Fprintf(&b, "%s: %s\n", f.Path, f.Value)
		}
		b.WriteByte('\n')
	}, files...)
	fmt.Fprintf(&b, "format: %s\n", format)
	if err != nil {
		fmt.Fprintf(&b, "error: %v\n", err)
	}
	if report != nil {
		WriteReport(&b, report)
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s differs; run with -update and read the difference\n%s", path, b.String())
	}
}

// WriteReport writes the account of a load as text.
func WriteReport(w io.Writer, r *publication.Report) {
	fmt.Fprintf(w, "published: %s (%s), states %d entries\n", r.Published.At, r.Published.Stamp, r.Published.Count)
	for _, p := range r.Parts {
		fmt.Fprintf(w, "%s: %d seen = %d handled + %d loose + %d refused\n", p.Name, p.Seen, p.Handled, p.Loose, p.Refused)
	}
	fmt.Fprintf(w, "out: %d subjects, %d listings, %d relations\n", r.Subjects, r.Listings, r.Relations)
	for _, f := range r.Refusals {
		fmt.Fprintf(w, "refused: %s: %s: %s\n", f.Place, f.Key, f.Reason)
	}
	for _, o := range r.Oddities {
		fmt.Fprintf(w, "%s: %s, %d, first %s\n", o.Kind, o.What, o.Count, o.First)
	}
}
