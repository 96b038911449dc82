// Package yamltree reads YAML and JSON documents that people write (activities,
// law, named goods, scenarios) into a plain tree that keeps the line and column
// of every value, within limits that are checked before the parser sees the text.
//
// It never guesses a type: a scalar stays the text that was written, so that an
// HS code written 0802 is not an octal number and "no" is not false unless the
// field says that it is a bool. Anchors, aliases, tags, merge keys and duplicate
// keys are refused: law and facts are read by people, top to bottom.
package yamltree

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
)

// Limits on a file, checked before parsing.
const (
	// MaxSize is the largest file in bytes: 512 KiB.
	MaxSize = 512 << 10
	// MaxDepth is how deep collections may nest.
	MaxDepth = 64
)

// Kind is the kind of a node.
type Kind uint8

// The kinds.
const (
	Null Kind = iota
	Scalar
	List
	Map
)

// Node is one value with its place.
type Node struct {
	Kind Kind
	// Text is the scalar as written, without its quotes.
	Text string
	// Quoted is true when the scalar stood in quotes or in a block.
	Quoted bool
	// Keys are the keys of a map, in the order of the file; Items the values of
	// a map or a list.
	Keys, Items []*Node
	// File, Line and Column say where the value starts.
	File         string
	Line, Column int
}

// Place gives the place of the node.
func (n *Node) Place() fault.Place {
	return fault.Place{File: n.File, Line: n.Line, Column: n.Column}
}

// Errorf makes an Invalid fault at the node.
func (n *Node) Errorf(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).At(n.Place())
}

// Parse reads all documents of a file. Empty documents are left out.
func Parse(file string, data []byte) ([]*Node, error) {
	if err := check(file, data); err != nil {
		return nil, err
	}
	if docs, ok := common(file, data); ok {
		return docs, nil
	}
	return parseAll(file, data)
}

// parseAll reads all of YAML.
func parseAll(file string, data []byte) ([]*Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var docs []*Node
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, syntax(file, err)
		}
		if len(doc.Content) == 0 {
			continue
		}
		n, err := convert(file, doc.Content[0], 0)
		if err != nil {
			return nil, err
		}
		if n.Kind != Null {
			docs = append(docs, n)
		}
	}
}

// syntax turns an error of the parser, "yaml: line 3: ...", into a fault.
func syntax(file string, err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	p := fault.Place{File: file}
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		if num, text, ok := strings.Cut(rest, ": "); ok {
			if l, err := strconv.Atoi(num); err == nil {
				p.Line, msg = l, text
			}
		}
	}
	return fault.New(fault.Invalid, "this is not valid YAML: %s", msg).At(p)
}

func convert(file string, y *yaml.Node, depth int) (*Node, error) {
	n := &Node{File: file, Line: y.Line, Column: y.Column}
	if depth > MaxDepth {
		return nil, n.Errorf("collections nest deeper than %d levels", MaxDepth)
	}
	if y.Anchor != "" || y.Kind == yaml.AliasNode {
		return nil, n.Errorf("anchors and aliases are not read").WithFix("write the value out")
	}
	if y.Style&yaml.TaggedStyle != 0 {
		return nil, n.Errorf("the tag %q is not read", y.Tag).WithFix("leave the tag out")
	}
	switch y.Kind {
	case yaml.ScalarNode:
		n.Text = y.Value
		n.Quoted = y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
		n.Kind = Scalar
		if !n.Quoted && (y.Value == "" || y.Value == "~" || y.Value == "null") {
			n.Kind, n.Text = Null, ""
		}
	case yaml.SequenceNode:
		n.Kind = List
		n.Items = make([]*Node, 0, len(y.Content))
		for _, c := range y.Content {
			it, err := convert(file, c, depth+1)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, it)
		}
	case yaml.MappingNode:
		n.Kind = Map
		seen := make(map[string]int, len(y.Content)/2)
		for i := 0; i+1 < len(y.Content); i += 2 {
			k, err := convert(file, y.Content[i], depth+1)
			if err != nil {
				return nil, err
			}
			if k.Kind != Scalar {
				return nil, k.Errorf("a key must be a word")
			}
			if k.Text == "<<" && !k.Quoted {
				return nil, k.Errorf("merge keys are not read").WithFix("write the keys out")
			}
			if at, dup := seen[k.Text]; dup {
				return nil, k.Errorf("the key %q stands here twice", k.Text).WithFix("it stands first on line %d", at)
			}
			seen[k.Text] = k.Line
			v, err := convert(file, y.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			n.Keys = append(n.Keys, k)
			n.Items = append(n.Items, v)
		}
	default:
		return nil, n.Errorf("a value of an unknown kind")
	}
	return n, nil
}

// check bounds size and nesting by looking at the text alone. Nesting is
// counted generously (indentation steps, list dashes and open brackets), so a
// text that passes is shallow enough for any parser.
func check(file string, data []byte) error {
	if len(data) > MaxSize {
		return fault.New(fault.TooLarge, "the file has %d bytes; at most %d are read", len(data), MaxSize).
			At(fault.Place{File: file}).WithFix("split it, or use JSON Lines for volume")
	}
	var indents []int
	flow, line := 0, 0
	for len(data) > 0 {
		line++
		row := data
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			row, data = data[:i], data[i+1:]
		} else {
			data = nil
		}
		at := 0
		if flow == 0 {
			for at < len(row) {
				for at < len(row) && (row[at] == ' ' || row[at] == '\t') {
					at++
				}
				if at >= len(row) || row[at] == '#' {
					break
				}
				for len(indents) > 0 && indents[len(indents)-1] >= at {
					indents = indents[:len(indents)-1]
				}
				indents = append(indents, at)
				if at+1 < len(row) && row[at+1] == ' ' && (row[at] == '-' || row[at] == '?' || row[at] == ':') {
					at += 2
					if len(indents) > MaxDepth {
						break
					}
					continue
				}
				break
			}
		}
		var quote byte
		for ; at < len(row); at++ {
			switch c := row[at]; {
			case quote != 0:
				if c == '\\' && quote == '"' {
					at++
				} else if c == quote {
					quote = 0
				}
			case c == '[' || c == '{':
				flow++
			case c == ']' || c == '}':
				flow = max(0, flow-1)
			case (c == '"' || c == '\'') && (at == 0 || bytes.IndexByte([]byte(" [{,:"), row[at-1]) >= 0):
				quote = c
			}
			if flow > MaxDepth {
				break
			}
		}
		if len(indents)+flow > MaxDepth {
			return fault.New(fault.TooLarge, "collections nest deeper than %d levels", MaxDepth).At(fault.Place{File: file, Line: line})
		}
	}
	return nil
}

// Fields reads the keys of a map one by one, so that a key nobody asked for is
// an error and not silence.
type Fields struct {
	node *Node
	what string
	used []bool
	all  []string
}

// Fields starts reading n as a map; what names it in errors, as "a provision".
func (n *Node) Fields(what string) (*Fields, error) {
	if n.Kind != Map {
		return nil, n.Errorf("%s must be a set of keys and values", what)
	}
	return &Fields{node: n, what: what, used: make([]bool, len(n.Keys))}, nil
}

// Node gives the map itself.
func (f *Fields) Node() *Node { return f.node }

// Opt gives the value of a key, or nil when the key is missing or empty.
func (f *Fields) Opt(key string) *Node {
	f.all = append(f.all, key)
	for i, k := range f.node.Keys {
		if k.Text == key {
			f.used[i] = true
			if f.node.Items[i].Kind == Null {
				return nil
			}
			return f.node.Items[i]
		}
	}
	return nil
}

// Need gives the value of a key that must be there.
func (f *Fields) Need(key string) (*Node, error) {
	if n := f.Opt(key); n != nil {
		return n, nil
	}
	return nil, f.node.Errorf("%s has no %q", f.what, key)
}

// Text gives the text of an optional key, "" when it is missing.
func (f *Fields) Text(key string) (string, error) {
	n := f.Opt(key)
	if n == nil {
		return "", nil
	}
	return n.String(key)
}

// NeedText gives the text of a key that must be there.
func (f *Fields) NeedText(key string) (string, error) {
	n, err := f.Need(key)
	if err != nil {
		return "", err
	}
	return n.String(key)
}

// Bool gives an optional true or false; def when it is missing.
func (f *Fields) Bool(key string, def bool) (bool, error) {
	n := f.Opt(key)
	if n == nil {
		return def, nil
	}
	return n.Bool(key)
}

// Texts gives an optional list of texts; a single text counts as a list of one.
func (f *Fields) Texts(key string) ([]string, error) {
	n := f.Opt(key)
	if n == nil {
		return nil, nil
	}
	return n.Strings(key)
}

// End fails on the first key that was not asked for, naming the nearest that was.
func (f *Fields) End() error {
	for i, used := range f.used {
		if used {
			continue
		}
		k := f.node.Keys[i]
		e := k.Errorf("%s has no key %q", f.what, k.Text)
		if near := text.NearestOf(k.Text, f.all, 1); len(near) > 0 {
			return e.WithFix("did you mean %s?", near[0])
		}
		return e.WithFix("known keys: %s", strings.Join(f.all, ", "))
	}
	return nil
}

// String gives the text of a scalar.
func (n *Node) String(key string) (string, error) {
	if n.Kind != Scalar {
		return "", n.Errorf("%s must be a single value", key)
	}
	return n.Text, nil
}

// Bool reads true or false.
func (n *Node) Bool(key string) (bool, error) {
	if n.Kind == Scalar {
		switch n.Text {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
	}
	return false, n.Errorf("%s must be true or false", key)
}

// Number reads a finite decimal number.
func (n *Node) Number(key string) (float64, error) {
	if n.Kind == Scalar {
		if v, err := strconv.ParseFloat(strings.ReplaceAll(n.Text, "_", ""), 64); err == nil && v-v == 0 {
			return v, nil
		}
	}
	return 0, n.Errorf("%s must be a number", key)
}

// Strings reads a list of texts, or one text as a list of one.
func (n *Node) Strings(key string) ([]string, error) {
	if n.Kind == Scalar {
		return []string{n.Text}, nil
	}
	if n.Kind != List {
		return nil, n.Errorf("%s must be a list", key)
	}
	out := make([]string, 0, len(n.Items))
	for _, it := range n.Items {
		s, err := it.String(key)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
