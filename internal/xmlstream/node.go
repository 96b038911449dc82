package xmlstream

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Node is an element read whole. It remembers which of its parts were asked
// for, so that a parser can say what it did not know of.
type Node struct {
	Name string
	// Line and Column are where the element begins.
	Line, Column int
	// Children are the elements in it, in order.
	Children []*Node
	attrs    []Attr
	text     string
	used     bool
	usedAttr uint64 // one bit an attribute, for the first 64
}

// Subtree reads the element that start has begun to its end, with all that is
// in it. The node is valid until the next call of Subtree.
func (r *Reader) Subtree(start Token) (*Node, error) {
	r.arena.reset()
	root := r.node(start)
	root.used = true
	path := []*Node{root}
	size := 0
	for len(path) > 0 {
		tok, err := r.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = r.finish()
			}
			return nil, err
		}
		top := path[len(path)-1]
		switch tok.Kind {
		case Start:
			n := r.node(tok)
			top.Children = append(top.Children, n)
			path = append(path, n)
			size += len(n.Name) + 64
			for _, a := range n.attrs {
				size += len(a.Value) + 32
			}
		case End:
			path = path[:len(path)-1]
		case Text:
			t := bytes.TrimSpace(tok.Text)
			if len(t) == 0 {
				continue
			}
			size += len(t)
			if top.text == "" {
				top.text = string(t)
			} else {
				top.text += "\n" + string(t)
			}
		}
		if size > MaxSubtree {
			return nil, fault.New(fault.TooLarge, "one <%s> holds more than %d bytes", root.Name, MaxSubtree).
				At(fault.Place{Line: start.Line})
		}
	}
	return root, nil
}

func (r *Reader) node(t Token) *Node {
	n := r.arena.next()
	n.Name, n.Line, n.Column = t.Name, t.Line, t.Column
	n.attrs = append(n.attrs, t.Attrs...)
	return n
}

// nodes lends out nodes and takes them all back at once.
type nodes struct {
	all  []*Node
	used int
}

func (a *nodes) reset() { a.used = 0 }

func (a *nodes) next() *Node {
	if a.used == len(a.all) {
		a.all = append(a.all, &Node{})
	}
	n := a.all[a.used]
	a.used++
	n.Children, n.attrs, n.text, n.used, n.usedAttr = n.Children[:0], n.attrs[:0], "", false, 0
	return n
}

// Text gives the characters that stand directly in the element, white space at
// the ends taken off, and marks it as used. A nil node has none.
func (n *Node) Text() string {
	if n == nil {
		return ""
	}
	n.used = true
	return n.text
}

// Attr gives an attribute, "" when it is not there, and marks it as used.
func (n *Node) Attr(name string) string {
	if n == nil {
		return ""
	}
	for i, a := range n.attrs {
		if a.Name == name {
			n.usedAttr |= 1 << min(i, 63)
			return a.Value
		}
	}
	return ""
}

// Child gives the first child of a name, nil when there is none, and marks it
// as used.
func (n *Node) Child(name string) *Node {
	if n == nil {
		return nil
	}
	for _, c := range n.Children {
		if c.Name == name {
			c.used = true
			return c
		}
	}
	return nil
}

// All gives the children of a name and marks them as used.
func (n *Node) All(name string) []*Node {
	if n == nil {
		return nil
	}
	var out []*Node
	for _, c := range n.Children {
		if c.Name == name {
			c.used = true
			out = append(out, c)
		}
	}
	return out
}

// Get gives the text of the first child of a name.
func (n *Node) Get(name string) string { return n.Child(name).Text() }

// Unused calls f with the path below n ("NATIONALITY/VALUE", "NAME@lang") and
// the line of every element with content and every attribute that nobody asked
// for. An element under one that nobody asked for is not told apart.
func (n *Node) Unused(f func(path string, line int)) { n.unused("", f) }

func (n *Node) unused(path string, f func(path string, line int)) {
	for i, a := range n.attrs {
		if n.usedAttr&(1<<min(i, 63)) == 0 && a.Value != "" {
			f(path+"@"+a.Name, n.Line)
		}
	}
	for _, c := range n.Children {
		at := strings.TrimPrefix(path+"/"+c.Name, "/")
		if c.used {
			c.unused(at, f)
		} else if c.text != "" || len(c.Children) > 0 || len(c.attrs) > 0 {
			f(at, c.Line)
		}
	}
}
