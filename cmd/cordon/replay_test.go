package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// program runs the program and gives its exit status and output.
func program(t testing.TB, args ...string) (code int, out string) {
	t.Helper()
	var b buffer
	m := &Main{In: strings.NewReader(""), Out: &b, Err: &b}
	code = m.Run(context.Background(), args)
	return code, b.String()
}

// older are the facts of another version of the program: other law, and other
// parameters of matching.
func older(t testing.TB) answer.Parts {
	t.Helper()
	parts := answer.Parts{}
	if err := parts.Add(data.FS, "instruments", "goods", "place", "matching", "ownership", "listings"); err != nil {
		t.Fatal(err)
	}
	change := func(path, from, to string) {
		t.Helper()
		if !bytes.Contains(parts[path], []byte(from)) {
			t.Fatalf("%s has no %q", path, from)
		}
		parts[path] = bytes.Replace(parts[path], []byte(from), []byte(to), 1)
	}
	change("instruments/un-dprk/regime.yaml", "regime:", "# an older reading\nregime:")
	change("matching/params.json", `"possible": 0.65`, `"possible": 0.6`)
	return parts
}

// TestReplayUnderOtherLaw keeps answers that another version of the program gave, with
// its law, and has this one replay them.
func TestReplayUnderOtherLaw(t *testing.T) {
	sequential(t)
	ctx := t.Context()
	dir := t.TempDir()
	s, err := sqlite.Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	parts := older(t)
	tree, err := parts.FS()
	if err != nil {
		t.Fatal(err)
	}
	d, err := decide.Open(tree, decide.Config{})
	if err != nil {
		t.Fatal(err)
	}
	now, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Law.Version == now.Law.Version {
		t.Fatal("the two laws are one")
	}
	w := &world{files: tree, places: d.Places, desk: d, versions: otherVersions(t, tree, d)}
	defer w.close()
	if err := w.openLists(&Main{ctx: ctx}, s); err != nil {
		t.Fatal(err)
	}
	v := w.versions
	id, err := answer.Put(ctx, s, v, parts)
	if err != nil {
		t.Fatal(err)
	}
	const question = `{"look":false,"full":true,"explain":true,"activity":{"kind":"transfer","date":"2018-03-01","origin":"KP","destination":"CN",` +
		`"goods":[{"description":"coal","hs":"2701"}]}}`
	text, err := w.decide([]byte(question))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(d.Law.Version)) || !bytes.Contains(text, []byte(`"0.0.9"`)) {
		t.Fatalf("%s", text)
	}
	k := answer.Kept{Kind: answer.Decide, Actor: "u", Versions: id, Question: []byte(question), Answer: text}
	const query = `{"as_of":"2020-01-01","query":{"name":"Yun Ho Chin"}}`
	hits, err := w.screen([]byte(query))
	if err != nil || !bytes.Contains(hits, []byte(`"parameters":"`+v.Params)) {
		t.Fatalf("%s %v", hits, err)
	}
	sc := answer.Kept{Kind: answer.Screen, Actor: "u", Versions: id, Question: []byte(query), Answer: hits}
	bad := k
	bad.Answer = bytes.Replace(text, []byte(`"verdict":"prohibited"`), []byte(`"verdict":"permitted"`), 1)
	for _, x := range []*answer.Kept{&k, &sc, &bad} {
		if err := x.Seal((&Main{}).now()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Keep(ctx, []answer.Kept{k, sc, bad}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	code, out := program(t, "replay", "--data", dir, k.ID, sc.ID)
	if code != 0 || strings.Count(out, "same bytes (kept by 0.0.9, replayed by "+version+")") != 2 {
		t.Errorf("%d %s", code, out)
	}
	// An answer that this program would not give is said to differ, and where.
	code, out = program(t, "replay", "--data", dir, "--all")
	if code != 1 || !strings.Contains(out, bad.ID+"  DIFFERS") || !strings.Contains(out, "verdict\n") ||
		!strings.Contains(out, `kept: "permitted"`) || !strings.Contains(out, `now:  "prohibited"`) || !strings.Contains(out, "2 with the same bytes, 1 not") {
		t.Errorf("%d %s", code, out)
	}
}

// otherVersions names the versions of a tree of files and the lists in it.
func otherVersions(t testing.TB, tree fs.FS, d *decide.Desk) answer.Versions {
	t.Helper()
	v := answer.Versions{Program: "0.0.9", Law: d.Law.Version, Data: d.DataVersion}
	p, err := match.Load(tree, "matching")
	if err != nil {
		t.Fatal(err)
	}
	if now, err := match.Load(data.FS, "matching"); err != nil || now.ID() == p.ID() {
		t.Fatal("the parameters are the same")
	}
	v.Params = p.ID()
	sub, err := fs.Sub(tree, "listings")
	if err != nil {
		t.Fatal(err)
	}
	fixed, err := load.Embedded(t.Context(), sub, d.Places)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fixed {
		v.Lists = append(v.Lists, answer.ListVersion{List: f.Meta.List, Count: 1, Current: 1, Content: f.Meta.Content})
	}
	slices.SortFunc(v.Lists, func(a, b answer.ListVersion) int { return strings.Compare(a.List, b.List) })
	return v
}

// TestReplayAfterChanges keeps answers with law of a folder, decisions of people and a
// list, changes all three, and wants the same bytes.
func TestReplayAfterChanges(t *testing.T) {
	sequential(t)
	dir, law := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ok := func(args ...string) string {
		t.Helper()
		code, out := program(t, append(args, "--data", dir)...)
		if code != 0 {
			t.Fatalf("%v: %d %s", args, code, out)
		}
		return out
	}
	write(filepath.Join(law, "rules", "regime.yaml"), "regime: rules\ntitle: House rules\nauthority: The house\ntarget: FR\nscope: House rules only.\n")
	write(filepath.Join(law, "rules", "one.yaml"), `instrument: House rule
title: One rule
authority: The house
adopted: 2017-01-01
provisions:
  - id: house-p1
    paragraph: "1"
    title: No pumps
    text: Pumps are not sold there.
    binding: decides
    effect: prohibit
    measure: sectoral
    kind: transfer
    direction: to
    goods: [{hs: ["8413"], basis: text}]
`)
	list := filepath.Join(t.TempDir(), "list.csv")
	mapping := filepath.Join(t.TempDir(), "map.yaml")
	write(mapping, "owner: Test\nexpires: 2099-01-01\nschema: Person\ncolumns: {id: id, name: name}\n")
	write(list, "id,name\n1,Zdenko Vrabec\n2,Ana Horvat\n")
	load := []string{"lists", "load", list, "--source", "own", "--list", "mine", "--mapping", mapping}
	ok(append(load, "--published", "2026-01-02")...)
	write(filepath.Join(dir, "same.yaml"), "same:\n  - [mine:1, \"un:KPi.001\"]\n")
	activity := filepath.Join(t.TempDir(), "a.yaml")
	write(activity, "kind: transfer\ndate: 2018-03-01\norigin: DE\ndestination: FR\ngoods:\n  - {description: pumps, hs: \"8413\"}\n"+
		"parties:\n  - {role: supplier, name: Zdenko Vrabec}\n")
	before := ok("screen", "Zdenko Vrabec", "--format", "jsonl", "--keep")
	ok("screen", "Petra Kos", "--keep")
	ok("decide", "--keep", "--law", law, activity)
	ok("decide", "--keep", "--law", law, "--no-screen", "--brief", "--format", "jsonl", activity)

	write(list, "id,name\n2,Ana Horvat\n3,Petra Kos\n")
	ok(append(load, "--published", "2026-01-03", "--accept-shrink")...)
	if err := os.Remove(filepath.Join(dir, "same.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(law); err != nil {
		t.Fatal(err)
	}
	if after := ok("screen", "Zdenko Vrabec", "--format", "jsonl"); strings.Contains(before, after) {
		t.Fatalf("nothing changed: %s", after)
	}
	if out := ok("replay", "--all"); !strings.Contains(out, "4 replayed, 4 with the same bytes, 0 not") {
		t.Error(out)
	}
	if out := ok("audit", "verify"); !strings.Contains(out, "2 loads of lists: all as they were signed") {
		t.Error(out)
	}
}
