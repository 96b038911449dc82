package record_test

import (
	"io/fs"
	"path"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
)

func decoder(t testing.TB) record.Decoder {
	t.Helper()
	sub, err := fs.Sub(data.FS, "place")
	if err != nil {
		t.Fatal(err)
	}
	g, err := place.Load(sub)
	if err != nil {
		t.Fatal(err)
	}
	return record.Decoder{Places: g}
}

// embedded reads all figures that come with the program.
func embedded(t testing.TB) []*record.File {
	t.Helper()
	d := decoder(t)
	names, err := fs.Glob(data.FS, "records/*/*.yaml")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	var out []*record.File
	for _, name := range names {
		b, err := data.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := record.ReadFile(path.Base(name), b, d)
		if err != nil {
			t.Error(err)
			continue
		}
		out = append(out, f)
	}
	return out
}

// TestEmbedded reads the figures that come with the program and holds what every
// one of them owes the reader.
func TestEmbedded(t *testing.T) {
	for _, f := range embedded(t) {
		for _, r := range f.Records {
			if r.Verified && r.Source.URL == "" {
				t.Errorf("%s %s is verified without an address", f.Series, r.ID)
			}
			if !r.Verified && r.Kind != record.Derived && r.Source.URL != "" {
				t.Errorf("%s %s has an address and is not verified", f.Series, r.ID)
			}
		}
	}
}
