package yamltree

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
)

func TestTreeKeepsTextAndPlace(t *testing.T) {
	docs, err := Parse("f.yaml", []byte("hs: 0802\nno: no\nlist:\n  - a\n  - \"b c\"\nempty:\n---\n[x]\n"))
	if err != nil || len(docs) != 2 {
		t.Fatalf("%d documents, %v", len(docs), err)
	}
	m, err := docs[0].Fields("a thing")
	if err != nil {
		t.Fatal(err)
	}
	hs, _ := m.Text("hs")
	word, _ := m.Text("no")
	list, _ := m.Texts("list")
	if hs != "0802" || word != "no" || strings.Join(list, "|") != "a|b c" || m.Opt("empty") != nil {
		t.Errorf("got %q %q %q", hs, word, list)
	}
	if n := m.Opt("list"); n.Line != 4 || n.Items[1].Line != 5 || n.Items[1].Column != 5 {
		t.Errorf("the list starts at %d, its second item at %d:%d", n.Line, n.Items[1].Line, n.Items[1].Column)
	}
	if err := m.End(); err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"duplicate key", "a: 1\na: 2\n", `f.yaml:2:1: the key "a" stands here twice`},
		{"anchor", "a: &x 1\n", "anchors and aliases"},
		{"alias", "a: *x\n", "unknown anchor"},
		{"merge", "<<: {a: 1}\n", "merge keys"},
		{"tag", "a: !!int 1\n", "the tag"},
		{"syntax", "a: [1\nb: 2\n", "not valid YAML"},
		{"deep flow", strings.Repeat("[", 70), "deeper than 64"},
		{"deep blocks", func() string {
			var b strings.Builder
			for i := range 70 {
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}(), "deeper than 64"},
		{"deep dashes", strings.Repeat("- ", 70) + "a", "deeper than 64"},
		{"size", strings.Repeat("#\n", MaxSize), "at most"},
		{"key that is a list", "[a]: 1\n", "a key must be a word"},
	} {
		_, err := Parse("f.yaml", []byte(tt.in))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		} else if c := fault.CodeOf(err); c != fault.Invalid && c != fault.TooLarge {
			t.Errorf("%s: code %s", tt.name, c)
		}
	}
}

func TestUnknownKeyNamesTheNearest(t *testing.T) {
	docs, err := Parse("f.yaml", []byte("tilte: x\n"))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := docs[0].Fields("a thing")
	m.Opt("title")
	if err := m.End(); err == nil || !strings.Contains(err.Error(), "did you mean title?") {
		t.Errorf("got %v", err)
	}
}

// A text that passes the check before parsing parses without panic, and nothing
// in the tree nests deeper than the limit.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"a: 1", "- a\n- {b: [c, 'd']}", "a: |\n  x\n   y\n", "? a\n: b", "--- \n...\n", "\"a\\u00e9\": 'b'''", "a: >-\n x\n\n y", "%YAML 1.1\n---\na: 1", "{a: b, c}", "\t", "a:\n- b\n-\n  - c"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, err := Parse("f", data)
		if err != nil {
			return
		}
		var depth func(n *Node) int
		depth = func(n *Node) int {
			d := 0
			for _, i := range append(n.Keys[:len(n.Keys):len(n.Keys)], n.Items...) {
				d = max(d, 1+depth(i))
			}
			return d
		}
		for _, n := range docs {
			if d := depth(n); d > MaxDepth+1 {
				t.Fatalf("a tree of depth %d", d)
			}
		}
	})
}
