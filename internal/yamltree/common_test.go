package yamltree

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// same fails when the fast reader reads a text and gives something else than the reader of all of YAML. It reports
// whether it read it.
func same(t testing.TB, file string, text []byte) bool {
	t.Helper()
	if check(file, text) != nil {
		return false
	}
	got, ok := common(file, text)
	if !ok {
		return false
	}
	want, err := parseAll(file, text)
	if err != nil {
		t.Errorf("%s: the reader of all of YAML refuses it: %v\n%s", file, err, text)
	} else if !reflect.DeepEqual(got, want) {
		a, b := outline(got), outline(want)
		t.Errorf("%s is read as\n%s\nand not as\n%s\n%s", file, a, b, differs(a, b))
	}
	return true
}

func outline(list []*Node) string {
	var b strings.Builder
	var write func(n *Node, in string)
	write = func(n *Node, in string) {
		b.WriteString(in)
		b.WriteString(n.Place().String())
		b.WriteString(" ")
		b.WriteString(string('0' + rune(n.Kind)))
		if n.Quoted {
			b.WriteString(" quoted")
		}
		b.WriteString(" " + strings.ReplaceAll(n.Text, "\n", "\\n") + "|\n")
		for i, x := range n.Items {
			if n.Kind == Map {
				write(n.Keys[i], in+" ")
			}
			write(x, in+"  ")
		}
	}
	for _, n := range list {
		write(n, "")
	}
	return b.String()
}

func differs(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return "first: " + x[i] + " / " + y[i]
		}
	}
	return ""
}

// TestCommonReadsAllThatShips holds that every file of data that ships is read fast, and as it was before.
func TestCommonReadsAllThatShips(t *testing.T) {
	files := 0
	for _, dir := range []string{"data", "examples"} {
		err := filepath.WalkDir(filepath.Join("..", "..", dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			if !same(t, path, text) && len(text) <= MaxSize {
				t.Errorf("%s is not read fast", path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 100 {
		t.Errorf("only %d files", files)
	}
}

// pieces are put together to texts that are nearly YAML.
var pieces = []string{
	"a: ", "b:", "key: ", "- ", "-", "  ", "    ", " ", "\n", "\n", "\n", "x", "y z", "[", "]", "{", "}", ", ", ",", ": ", ":", "#", " # c",
	"\"q\"", "'it''s'", "\"\\n\"", ">-\n", "|\n", ">\n", "|+\n", "? ", "&a ", "*a", "!t ", "null", "~", "é", "---\n", "a: b\n---\nc: d\n", "--- x\n", "...\n", "%", "@", "`", "\t", "\r",
	"http://x", "a:\n- b\n", "a:\n  b: c\n", "\n\n", "<<: ", "\"", "'", "'one \n  two\n\n  three'", "\"one\n two\"", "- a: b\n  c: d\n", ">-\n  one\n  two\n\n   more\n  end\n",
}

// TestCommonReadsAsAllOfYAML puts texts together of pieces, and holds that what is read fast is read right.
func TestCommonReadsAsAllOfYAML(t *testing.T) {
	read, tried := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		for range 40 {
			text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 14).Draw(r, "text"), "")
			tried++
			if same(t, "f", []byte(text)) {
				read++
			}
			if t.Failed() {
				r.FailNow()
			}
		}
	})
	if read*50 < tried {
		t.Errorf("%d of %d texts were read fast", read, tried)
	}
}

func FuzzCommon(f *testing.F) {
	for _, p := range pieces {
		f.Add([]byte(p))
	}
	f.Add([]byte("a: [b, {c: d}]\n\"e\": >-\n  f\n  g\n\n- h\n"))
	f.Add([]byte("- a: b\n  c:\n  - d\n  - e: 'f'\n- |+\n  g\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) { same(t, "f", text) })
}
