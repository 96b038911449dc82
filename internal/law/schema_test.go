package law

import (
	"encoding/json"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

const schemaFile = "../../data/schema/instrument.schema.json"

// readSchema gives the published schema, compiled and as plain JSON.
func readSchema(t *testing.T) (*jsonschema.Schema, map[string]any) {
	t.Helper()
	raw, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatalf("the schema is not JSON: %v", err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("instrument.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("instrument.schema.json")
	if err != nil {
		t.Fatalf("the schema does not compile: %v", err)
	}
	var plain map[string]any
	if err := json.Unmarshal(raw, &plain); err != nil {
		t.Fatal(err)
	}
	return s, plain
}

// schemaValue gives a node as an editor's YAML 1.2 reader sees it, where an unquoted
// 7 is a number and an unquoted day a text.
func schemaValue(n *yamltree.Node) any {
	switch n.Kind {
	case yamltree.Map:
		m := make(map[string]any, len(n.Keys))
		for i, k := range n.Keys {
			m[k.Text] = schemaValue(n.Items[i])
		}
		return m
	case yamltree.List:
		l := make([]any, 0, len(n.Items))
		for _, it := range n.Items {
			l = append(l, schemaValue(it))
		}
		return l
	case yamltree.Null:
		return nil
	}
	if n.Quoted {
		return n.Text
	}
	switch n.Text {
	case "true":
		return true
	case "false":
		return false
	}
	if strings.Trim(n.Text, "0123456789.eE+-") == "" {
		if v, err := strconv.ParseFloat(n.Text, 64); err == nil {
			return v
		}
	}
	return n.Text
}

// schemaDocs gives the documents of a file for the schema.
func schemaDocs(t *testing.T, name string, data []byte) []any {
	t.Helper()
	docs, err := yamltree.Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	var out []any
	for _, d := range docs {
		out = append(out, schemaValue(d))
	}
	return out
}

// A regime.yaml has its schema beside that of instruments, with the keys of the
// loader.
func TestSchemaTakesTheEmbeddedRegimes(t *testing.T) {
	raw, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("instrument.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("instrument.schema.json#/$defs/regime")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../data/instruments/*/regime.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no regime was found", err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, doc := range schemaDocs(t, f, data) {
			if err := s.Validate(doc); err != nil {
				t.Errorf("%s: %v", f, err)
			}
		}
	}
	for _, keys := range []string{
		"colour: red", "listings: {authority: UN}", "listings: {authority: UN, programmes: []}",
		"listings: {authority: UN, programmes: [A], list: x}", "listings: [A]", "listings: {programmes: [A]}",
	} {
		text := schemaRegime + keys + "\n"
		_, lerr := Load(Source{FS: fstest.MapFS{"r/regime.yaml": {Data: []byte(text)}}, Root: "."})
		serr := s.Validate(schemaDocs(t, "regime.yaml", []byte(text))[0])
		if lerr == nil || serr == nil {
			t.Errorf("%s: the loader says %v, the schema %v", keys, lerr, serr)
		}
	}
}

func TestSchemaTakesTheEmbeddedInstruments(t *testing.T) {
	s, _ := readSchema(t)
	files, err := filepath.Glob("../../data/instruments/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range files {
		if filepath.Base(f) == "regime.yaml" {
			continue
		}
		n++
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, doc := range schemaDocs(t, f, data) {
			if err := s.Validate(doc); err != nil {
				t.Errorf("%s: %v", f, err)
			}
		}
	}
	if n == 0 {
		t.Fatal("no instrument was found")
	}
}

const schemaRegime = `
regime: r
title: T
authority: A
target: AA
scope: S
`

// schemaLoad reads one instrument as the program would.
func schemaLoad(instrument string) error {
	_, err := Load(Source{FS: fstest.MapFS{
		"r/regime.yaml": {Data: []byte(schemaRegime)},
		"r/1.yaml":      {Data: []byte(instrument)},
	}, Root: ".", Name: "law"})
	return err
}

const schemaHead = `instrument: I 1
title: T
authority: A
adopted: 2020-01-02
provisions:
  - {id: 1-p9, title: T, text: T, binding: decides, effect: prohibit}
`

// schemaProvision puts keys into a provision of an instrument that has what it needs.
func schemaProvision(keys string) string {
	return schemaHead + "  - {id: 1-p1, title: T, text: T, binding: decides, " + keys + "}\n"
}

// TestSchemaHasTheKeysOfTheLoader asks the loader for the keys that it knows, by
// way of the error for one that it does not.
func TestSchemaHasTheKeysOfTheLoader(t *testing.T) {
	_, schema := readSchema(t)
	const bad = "qqqqqqqqqqqqqqqqqqqq: 1"
	for _, c := range []struct{ at, instrument string }{
		{"", schemaHead + bad + "\n"},
		{"$defs/provision", schemaProvision("effect: prohibit, " + bad)},
		{"$defs/selector", schemaProvision("effect: prohibit, goods: [{list: x, " + bad + "}]")},
		{"$defs/exception", schemaProvision("effect: prohibit, exceptions: [{id: x, title: T, " + bad + "}]")},
		{"$defs/unless/items", schemaProvision("effect: prohibit, exceptions: [{id: x, title: T, unless: [{title: T, when: x, " + bad + "}]}]")},
		{"$defs/duty/anyOf/1", schemaProvision("effect: prohibit, duties: [{what: x, " + bad + "}]")},
		{"$defs/stipulation", schemaProvision("effect: commit, stipulation: {does: act, by: [KP], " + bad + "}")},
		{"$defs/carves", schemaProvision("effect: exempt, carves: {all: true, " + bad + "}")},
		{"$defs/cap", schemaProvision("effect: cap, cap: {exceeded: x, " + bad + "}")},
		{"$defs/limit", schemaProvision("effect: cap, cap: {limits: [{value: 1, period: 2020-01-02, months: 1, " + bad + "}]}")},
		{"$defs/positions/items", schemaProvision("effect: prohibit, positions: [{says: in_force, " + bad + "}]")},
	} {
		var f *fault.Error
		if err := schemaLoad(c.instrument); !errors.As(err, &f) {
			t.Errorf("%s: the loader gives %v", c.at, err)
			continue
		}
		list, ok := strings.CutPrefix(f.Fix, "known keys: ")
		if !ok {
			t.Errorf("%s: the loader does not list its keys: %v", c.at, f)
			continue
		}
		known := strings.Split(list, ", ")
		slices.Sort(known)
		var node any = schema
		for part := range strings.SplitSeq(path.Join(c.at, "properties"), "/") {
			if l, ok := node.([]any); ok {
				i, err := strconv.Atoi(part)
				if err != nil {
					t.Fatal(err)
				}
				node = l[i]
				continue
			}
			node = node.(map[string]any)[part]
		}
		if diff := cmp.Diff(slices.Compact(known), schemaKeys(node)); diff != "" {
			t.Errorf("%s: keys of the loader (-) and of the schema (+):\n%s", c.at, diff)
		}
	}
}

func schemaKeys(m any) []string {
	var out []string
	for k := range m.(map[string]any) {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func TestSchemaHasTheWordsOfTheLoader(t *testing.T) {
	_, schema := readSchema(t)
	defs := schema["$defs"].(map[string]any)
	property := func(def, key string) any {
		return defs[def].(map[string]any)["properties"].(map[string]any)[key]
	}
	var kinds []string
	for _, k := range vocab.Kinds() {
		kinds = append(kinds, k.Name)
	}
	for _, c := range []struct {
		name string
		at   any
		want []string
	}{
		{"kind", defs["kind"], kinds},
		{"measure", defs["measure"], measures},
		{"grant", defs["grant"], grants[:]},
		{"status", schema["properties"].(map[string]any)["status"], statuses[:]},
		{"effect", property("provision", "effect"), effects[:]},
		{"direction", property("provision", "direction"), directions[1:]},
	} {
		var got []string
		for _, v := range c.at.(map[string]any)["enum"].([]any) {
			got = append(got, v.(string))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: words of the loader (-) and of the schema (+):\n%s", c.name, diff)
		}
	}
}

// TestSchemaAgreesWithTheLoader holds the rules between keys: what the loader
// refuses an editor should mark, and what it reads an editor should not.
func TestSchemaAgreesWithTheLoader(t *testing.T) {
	s, _ := readSchema(t)
	limit := func(keys string) string {
		return schemaProvision("effect: cap, cap: {limits: [{" + keys + "}]}")
	}
	for _, c := range []struct {
		name, instrument string
		ok               bool
	}{
		{"the least", schemaHead, true},
		{"no adopted", strings.Replace(schemaHead, "adopted: 2020-01-02\n", "", 1), false},
		{"no provisions", schemaHead[:strings.Index(schemaHead, "provisions:")], false},
		{"no such day", strings.Replace(schemaHead, "2020-01-02", "2020-13-02", 1), false},
		{"a month", strings.Replace(schemaHead, "2020-01-02", "2020-01", 1), false},
		{"no effect", schemaProvision("measure: arms"), false},
		{"unknown effect", schemaProvision("effect: forbid"), false},
		{"two kinds", schemaProvision("effect: prohibit, kind: [transfer, payment]"), true},
		{"one kind", schemaProvision("effect: prohibit, kind: transfer"), true},
		{"unknown kind", schemaProvision("effect: prohibit, kind: smuggling"), false},
		{"unknown direction", schemaProvision("effect: prohibit, direction: towards"), false},
		{"unknown each", schemaProvision("effect: prohibit, each: line"), false},
		{"bool in words", schemaProvision("effect: prohibit, verified: maybe"), false},
		{"fraction of days", schemaProvision("effect: require, due_days: 1.5"), false},
		{"days below zero", schemaProvision("effect: require, due_days: -1"), false},
		{"duty in words", schemaProvision("effect: prohibit, duties: [Report it]"), true},
		{"duty with a day", schemaProvision("effect: prohibit, duties: [{what: Report it, by: 2020-02-01}]"), true},
		{"duty without words", schemaProvision("effect: prohibit, duties: [{by: 2020-02-01}]"), false},
		{"goods by list", schemaProvision("effect: prohibit, goods: [{list: coal}]"), true},
		{"goods by code", schemaProvision(`effect: prohibit, goods: [{hs: ["2701", "72-76", "6802.91-6802.99"], basis: text}]`), true},
		{"codes without basis", schemaProvision(`effect: prohibit, goods: [{hs: ["2701"]}]`), false},
		{"list and codes", schemaProvision(`effect: prohibit, goods: [{list: coal, hs: ["2701"], basis: text}]`), false},
		{"neither list nor codes", schemaProvision("effect: prohibit, goods: [{label: coal}]"), false},
		{"no code", schemaProvision(`effect: prohibit, goods: [{hs: ["coal"], basis: text}]`), false},
		{"code of one digit", schemaProvision(`effect: prohibit, goods: [{hs: ["2"], basis: text}]`), false},
		{"exception without title", schemaProvision("effect: prohibit, exceptions: [{id: x}]"), false},
		{"unknown grant", schemaProvision("effect: prohibit, exceptions: [{id: x, title: T, grant: anyone}]"), false},
		{"unknown clause", schemaProvision("effect: prohibit, exceptions: [{id: x, title: T, clause: other}]"), false},
		{"unless without when", schemaProvision("effect: prohibit, exceptions: [{id: x, title: T, unless: [{title: T}]}]"), false},
		{"carves", schemaProvision("effect: exempt, carves: {provisions: [1-p9]}, grant: committee, path: Ask"), true},
		{"grant without carves", schemaProvision("effect: prohibit, grant: committee"), false},
		{"limit in quantity", limit("quantity: 5, unit: t, period: 2020-01-02, months: 12"), true},
		{"limit in value", limit("value: 5, period: 2020-01-02, months: 12, repeats: true"), true},
		{"limit in both", limit("value: 5, quantity: 5, unit: t, period: 2020-01-02, months: 12"), false},
		{"limit without unit", limit("quantity: 5, period: 2020-01-02, months: 12"), false},
		{"limit without period", limit("value: 5, months: 12"), false},
		{"limit of no length", limit("value: 5, period: 2020-01-02, months: 0"), false},
		{"cap by condition", schemaProvision("effect: cap, cap: {exceeded: work.above_ceiling}"), true},
		{"cap by baseline", schemaProvision("effect: cap, cap: {baseline: goods.counted, within: permitted}"), true},
		{"cap by nothing", schemaProvision("effect: cap, cap: {convert: petroleum}"), false},
		{"cap by two rules", schemaProvision("effect: cap, cap: {exceeded: x, limits: [{value: 5, period: 2020-01-02, months: 12}]}"), false},
		{"position", schemaProvision("effect: prohibit, positions: [{says: not_in_force, by: [AA], from: 2020-02-01}]"), true},
		{"position that says nothing", schemaProvision("effect: prohibit, positions: [{by: [AA]}]"), false},
		{"position in other words", schemaProvision("effect: prohibit, positions: [{says: perhaps}]"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := schemaLoad(c.instrument); (err == nil) != c.ok {
				t.Errorf("the loader gives %v, want ok %t", err, c.ok)
			}
			docs := schemaDocs(t, "test", []byte(c.instrument))
			if err := s.Validate(docs[0]); (err == nil) != c.ok {
				t.Errorf("the schema gives %v, want ok %t", err, c.ok)
			}
		})
	}
}
