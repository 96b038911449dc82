package ruling_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/ruling"
)

// asDrafts loads the embedded law with the chosen instruments as drafts.
func asDrafts(t *testing.T, chosen func(file string) bool) (*law.Law, []string) {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(data.FS, "instruments", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(data.FS, p)
		if chosen(p) && !strings.HasSuffix(p, "regime.yaml") {
			b = append([]byte("status: draft\n"), b...)
		}
		files[p] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := law.Load(law.Source{FS: files, Root: "instruments"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range l.Regimes {
		for _, in := range r.Instruments {
			if in.Status == law.Draft {
				names = append(names, in.Name)
			}
		}
	}
	return l, names
}

// withoutVersion gives a ruling without its id and version of the law, which differ by design.
func withoutVersion(r *ruling.Ruling) string {
	c := *r
	c.LawVersion = ""
	return strings.SplitN(jsonOf(&c), `"verdict"`, 2)[1]
}

// Law that is written as a draft and supposed gives the findings of law in force, byte for byte, in
// every scenario: all of it at once, and one instrument at a time.
func TestDraftEqualToTheLaw(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	b := setup(t)
	want := make([]string, len(b.list))
	for i, c := range b.list {
		want[i] = withoutVersion(rule(t, b.Engine, c.Activity))
	}
	check := func(name string, chosen func(string) bool) {
		l, names := asDrafts(t, chosen)
		s, err := l.Suppose(names...)
		if err != nil {
			t.Fatal(err)
		}
		g, err := ruling.NewEngine(s, b.Places, b.Lists, b.Factors, ruling.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range b.list {
			if got := withoutVersion(rule(t, g, c.Activity)); got != want[i] {
				t.Errorf("%s as a draft, %s: \n%s\nin force\n%s", name, c.ID, got, want[i])
			}
		}
	}
	check("all law", func(string) bool { return true })
	for _, name := range []string{"2375", "2397", "2664"} {
		if testing.Short() && name != "2375" {
			continue
		}
		check(name, func(file string) bool { return strings.Contains(file, name) })
	}
}

// A draft that nobody supposes changes no verdict.
func TestDraftNotSupposed(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	b := setup(t)
	extra := law.File{Name: "x.yaml", Data: []byte("regime: " + b.Law.Regimes[0].ID + `
instrument: Draft
title: Everything is banned, and everything is exempt
authority: nobody
adopted: 2006-01-01
status: draft
provisions:
  - {id: x-1, paragraph: "1", title: x, text: x, binding: decides, effect: prohibit, measure: sectoral, kind: [transfer, payment, employment]}
  - {id: x-2, paragraph: "2", title: x, text: x, binding: decides, effect: exempt, measure: exemption, carves: {all: true}}
`)}
	l, err := law.Load(law.Source{FS: data.FS, Root: "instruments"}, law.Source{Files: []law.File{extra}})
	if err != nil {
		t.Fatal(err)
	}
	g, err := ruling.NewEngine(l, b.Places, b.Lists, b.Factors, ruling.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.list {
		if got, want := withoutVersion(rule(t, g, c.Activity)), withoutVersion(rule(t, b.Engine, c.Activity)); got != want {
			t.Errorf("%s beside a draft\n%s\nwithout\n%s", c.ID, got, want)
		}
	}
}
