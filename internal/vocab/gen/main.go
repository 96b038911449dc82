// Command gen makes what follows from the vocabulary: ../table_gen.go, the
// JSON Schema of activities (data/schema/activity.schema.json) and
// docs/vocabulary.md. It is run by `go generate ./internal/vocab`.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

type kind struct {
	ID       string   `yaml:"id"`
	Title    string   `yaml:"title"`
	About    string   `yaml:"about"`
	Includes []string `yaml:"includes"`
}

type fact struct {
	Name     string   `yaml:"name"`
	Scope    string   `yaml:"scope"`
	Type     string   `yaml:"type"`
	Unit     string   `yaml:"unit"`
	Values   []string `yaml:"values"`
	Title    string   `yaml:"title"`
	Question string   `yaml:"question"`
	Absent   string   `yaml:"absent"`
	Weigh    bool     `yaml:"weigh"`
	Kinds    []string `yaml:"kinds"`
}

type table struct {
	Kinds []kind `yaml:"kinds"`
	Facts []fact `yaml:"facts"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "vocab/gen:", err)
		os.Exit(1)
	}
}

func run() error {
	raw, err := os.ReadFile("vocabulary.yaml")
	if err != nil {
		return err
	}
	var t table
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&t); err != nil {
		return err
	}
	if err := t.check(); err != nil {
		return err
	}
	src, err := format.Source(t.source())
	if err != nil {
		return err
	}
	schema, err := t.schema()
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		"table_gen.go":                           src,
		"../../data/schema/activity.schema.json": schema,
		"../../docs/vocabulary.md":               t.page(),
	} {
		if i := strings.LastIndexByte(name, '/'); i > 0 {
			if err := os.MkdirAll(name[:i], 0o755); err != nil {
				return err
			}
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// closure gives the indexes of the kinds named and of all that include them.
func (t table) closure(names []string) map[int]bool {
	set := map[int]bool{}
	for i, k := range t.Kinds {
		for _, n := range names {
			if k.ID == n {
				set[i] = true
			}
			for _, inc := range k.Includes {
				if inc == n {
					set[i] = true
				}
			}
		}
	}
	return set
}

var types = map[string]string{
	"bool": "Bool", "number": "Number", "date": "Date", "text": "Text", "state": "State",
	"port": "Port", "hs": "HS", "commodity": "Commodity", "imo": "IMO", "enum": "Enum",
}

// unknown is how a file states that a fact is not known; no enum has it as a value.
const unknown = "unknown"

var scopes = map[string]string{"": "OfActivity", "goods": "OfGoods", "parties": "OfParties"}

func (t table) check() error {
	kinds, facts := map[string]bool{}, map[string]bool{}
	for _, k := range t.Kinds {
		if kinds[k.ID] || k.Title == "" || k.About == "" {
			return fmt.Errorf("kind %q is repeated or lacks a title or an explanation", k.ID)
		}
		kinds[k.ID] = true
	}
	if len(t.Kinds) > 64 {
		return fmt.Errorf("%d kinds do not fit a 64-bit set", len(t.Kinds))
	}
	for _, f := range t.Facts {
		switch {
		case facts[f.Name]:
			return fmt.Errorf("fact %q is repeated", f.Name)
		case types[f.Type] == "" || scopes[f.Scope] == "":
			return fmt.Errorf("fact %q: no type %q or scope %q", f.Name, f.Type, f.Scope)
		case f.Title == "" || !strings.HasSuffix(f.Question, "?"):
			return fmt.Errorf("fact %q lacks a title or a question", f.Name)
		case (f.Type == "enum") != (len(f.Values) > 0):
			return fmt.Errorf("fact %q: values go with enum", f.Name)
		case f.Absent != "ask" && !strings.HasPrefix(f.Absent, "assume "):
			return fmt.Errorf("fact %q: the absence rule %q is neither ask nor assume VALUE", f.Name, f.Absent)
		case has(f.Values, unknown):
			return fmt.Errorf("fact %q: %q says that a fact is not known and cannot be one of its values", f.Name, unknown)
		case f.Type == "enum" && f.Absent != "ask" && !has(f.Values, strings.TrimPrefix(f.Absent, "assume ")):
			return fmt.Errorf("fact %q: the assumed value is not among its values", f.Name)
		}
		for _, k := range f.Kinds {
			if !kinds[k] {
				return fmt.Errorf("fact %q: no kind %q", f.Name, k)
			}
		}
		facts[f.Name] = true
	}
	return nil
}

func has(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

func goName(name string) string {
	var b strings.Builder
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '_' }) {
		switch w {
		case "hs", "imo":
			b.WriteString(strings.ToUpper(w))
		default:
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	return b.String()
}

func (t table) source() []byte {
	var b bytes.Buffer
	p := func(f string, a ...any) { fmt.Fprintf(&b, f+"\n", a...) }
	p("// Code generated from vocabulary.yaml; DO NOT EDIT.\n\npackage vocab\n")
	p("// The kinds of activity.\nconst (")
	for i, k := range t.Kinds {
		p("// Kind%s: %s.\nKind%s KindID = %d", goName(k.ID), k.About, goName(k.ID), i)
	}
	p(")\n\nvar kinds = [...]Kind{")
	for i, k := range t.Kinds {
		inc := "nil"
		if len(k.Includes) > 0 {
			var ids []string
			for _, n := range k.Includes {
				ids = append(ids, "Kind"+goName(n))
			}
			inc = "[]KindID{" + strings.Join(ids, ", ") + "}"
		}
		p("{%d, %q, %q, %q, %s},", i, k.ID, k.Title, k.About, inc)
	}
	p("}\n\n// The facts.\nconst (")
	for i, f := range t.Facts {
		p("// %s is the fact %s: %s.\n%s FactID = %d", goName(f.Name), f.Name, f.Title, goName(f.Name), i)
	}
	p(")\n\nvar facts = [...]Fact{")
	for i, f := range t.Facts {
		group, key, ok := strings.Cut(f.Name, ".")
		if !ok {
			group, key = "", f.Name
		}
		var set uint64
		if len(f.Kinds) == 0 {
			set = 1<<len(t.Kinds) - 1
		}
		for k := range t.closure(f.Kinds) {
			set |= 1 << k
		}
		values := "nil"
		if len(f.Values) > 0 {
			values = fmt.Sprintf("%#v", f.Values)
		}
		assumed := ""
		if f.Absent != "ask" {
			assumed = strings.TrimPrefix(f.Absent, "assume ")
		}
		p("{ID: %d, Name: %q, Key: %q, Group: %q, Scope: %s, Type: %s, Unit: %q, Title: %q, Question: %q, Values: %s, Ask: %t, Assumed: %q, Weigh: %t, Kinds: %#x},",
			i, f.Name, key, group, scopes[f.Scope], types[f.Type], f.Unit, f.Title, f.Question, values, f.Absent == "ask", assumed, f.Weigh, set)
	}
	p("}")
	return b.Bytes()
}

func (t table) page() []byte {
	var b bytes.Buffer
	p := func(f string, a ...any) { fmt.Fprintf(&b, f+"\n", a...) }
	p("# The vocabulary\n\n<!-- Generated from internal/vocab/vocabulary.yaml by `make generate`. -->\n")
	p("What an activity file may say. `cordon schema activity` prints the same as a JSON Schema.\n")
	p("An activity has a `kind`, a `date` (a day, a month, a year or a span such as `2017-08-05/2017-09-04`),")
	p("an optional `id` of your own, and facts. A fact `group.field` is written `group: {field: value}`; facts of")
	p("`goods` and `party` stand in the lists `goods:` and `parties:`, one entry a line or party.\n")
	p("When a fact is missing, either it is unknown and may be asked for (*ask*), or it is taken to have the value shown, and")
	p("the ruling says so. A fact marked ⚖ is a question that a person must weigh.\n")
	p("Write `unknown` for a fact of any type but text to say that you do not know it: `party: {listed: unknown}`. Nothing is")
	p("then taken in its place: where the fact can change the verdict, the ruling is open and asks for it; where it cannot, nothing")
	p("changes. For a fact with the rule *ask* it is the same as leaving it out, except where silence says something: the")
	p("origin of a line is then not that of the activity, the destination not taken to be elsewhere, an approval of the committee")
	p("not taken to be missing, and no limit of a cap goes unchecked for want of the figure.\n\n## Kinds\n")
	p("| kind | what it is |\n|---|---|")
	for _, k := range t.Kinds {
		p("| `%s` | %s: %s |", k.ID, k.Title, k.About)
	}
	p("\n## Facts\n")
	last := "?"
	for _, f := range t.Facts {
		group, _, ok := strings.Cut(f.Name, ".")
		if !ok {
			group = "general"
		}
		if group != last {
			p("\n### %s\n\n| fact | type | missing | question | kinds |\n|---|---|---|---|---|", group)
			last = group
		}
		typ := f.Type
		if f.Unit != "" {
			typ += ", " + f.Unit
		}
		if len(f.Values) > 0 {
			typ = strings.Join(f.Values, ", ")
		}
		absent := strings.TrimPrefix(f.Absent, "assume ")
		if f.Absent == "ask" {
			absent = "*ask*"
		}
		mark := ""
		if f.Weigh {
			mark = " ⚖"
		}
		ks := strings.Join(f.Kinds, ", ")
		if ks == "" {
			ks = "all"
		}
		p("| `%s`%s | %s | %s | %s | %s |", f.Name, mark, typ, absent, f.Question, ks)
	}
	return b.Bytes()
}

type obj = map[string]any

func (t table) schema() ([]byte, error) {
	prop := func(f fact) obj {
		o := obj{"title": f.Title, "description": f.Question}
		known := func(said obj) { o["anyOf"] = []obj{said, {"const": unknown}} }
		switch f.Type {
		case "bool":
			known(obj{"type": "boolean"})
		case "number":
			known(obj{"type": "number"})
		case "enum":
			o["enum"] = append(append([]string{}, f.Values...), unknown)
		case "date":
			known(obj{"type": "string", "pattern": `^\d{4}(-\d\d(-\d\d)?)?(/\d\d(\d\d)?(-\d\d(-\d\d)?)?)?$`})
		case "hs":
			known(obj{"type": "string", "pattern": `^[0-9. ]{2,14}$`})
		default: // "unknown" is a text among others
			o["type"] = "string"
		}
		if f.Unit != "" {
			o["description"] = f.Question + " Unit: " + f.Unit + "."
		}
		if f.Absent == "ask" {
			o["$comment"] = "missing: unknown, may be asked"
		} else {
			o["$comment"] = "missing: taken as " + strings.TrimPrefix(f.Absent, "assume ")
		}
		return o
	}
	date := obj{"type": "string", "description": "A day, month, year or span: 2017-07-04, 2017-07, 2017, 2017-08-05/2017-09-04.", "pattern": `^\d{4}(-\d\d(-\d\d)?)?(/\d\d(\d\d)?(-\d\d(-\d\d)?)?)?$`}
	var names []string
	for _, k := range t.Kinds {
		names = append(names, k.ID)
	}
	props := obj{
		"id":   obj{"type": "string", "description": "Your own label; it comes back with the ruling."},
		"kind": obj{"enum": names},
		"date": date,
	}
	lines := map[string]obj{}
	for _, f := range t.Facts {
		group, key, ok := strings.Cut(f.Name, ".")
		switch {
		case f.Scope != "":
			if lines[f.Scope] == nil {
				lines[f.Scope] = obj{}
			}
			lines[f.Scope][key] = prop(f)
		case !ok:
			props[f.Name] = prop(f)
		default:
			if props[group] == nil {
				props[group] = obj{"type": "object", "additionalProperties": false, "properties": obj{}}
			}
			props[group].(obj)["properties"].(obj)[key] = prop(f)
		}
	}
	for scope, ps := range lines {
		props[scope] = obj{"type": "array", "items": obj{"type": "object", "additionalProperties": false, "properties": ps}}
	}
	out, err := json.MarshalIndent(obj{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Cordon activity",
		"type": "object", "required": []string{"kind", "date"}, "additionalProperties": false, "properties": props,
	}, "", "  ")
	return append(out, '\n'), err
}
