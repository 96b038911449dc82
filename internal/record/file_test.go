package record_test

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
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

func parseFloat(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(err)
	}
	return v
}

// TestRefusedFiles tells where in a file what is wrong.
func TestRefusedFiles(t *testing.T) {
	d := decoder(t)
	head := "series: a\nsources:\n  s: {url: u}\ndefaults: {by: A, world: true, unit: t, source: s}\nrecords:\n"
	for _, c := range []struct{ file, want string }{
		{head + "- {id: x, period: 2017, quantity: 1}\n- {id: x, period: 2018, quantity: 1}\n", `f.yaml:7:3: the id "x" stands in line 6 already`},
		{head + "- {period: 2017, quantity: 1}\n", "f.yaml:6:3: the record has no id"},
		{head + "- {id: x, period: 2017, quantity: 1, snapshot: 2}\n", "f.yaml:6:3: there is no snapshot 2 of the series"},
		{head + "- {id: x, period: 2017}\n", "f.yaml:6:3, field quantity: the record has neither quantity nor value"},
		{head + "- {id: x, period: 2017, quantity: 1, source: y}\n", `f.yaml:6:46: there is no source "y" in this file`},
		{head + "- {id: x, period: 2017, quantity: 1, source_url: y}\n", "f.yaml:6:38: a record of this file has no source_url"},
		{head + "- {id: x, period: 2017, quantity: 1, partner: Atlantis}\n", `f.yaml:6:47, field partner: unknown country "Atlantis"`},
		{head + "- {id: x, period: 2017, quantity: [1, 2, 3]}\n", "f.yaml:6:35: quantity must be one value, or two bounds in brackets"},
		{"series: A b\nsources: {}\nrecords: []\n", `"A b" is not the name of a series`},
		{"series: a\nsources: {}\nrecords: []\nother: 1\n", `f.yaml:4:1: a file of figures has no key "other"`},
	} {
		_, err := record.ReadFile("f.yaml", []byte(c.file), d)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngot  %v\nwant %s", c.file, err, c.want)
		}
	}
	f, err := record.ReadFile("f.yaml", []byte(head+"- {id: x, period: 2017, value_usd: 1, partner: CN}\n"), d)
	if err != nil || f.Records[0].World || f.Records[0].Unit != "" {
		t.Errorf("defaults are not replaced: %+v %v", f, err)
	}
}
