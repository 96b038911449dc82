package claim

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/jsonlines"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// AppendEntry appends an entry as one JSON object with one key, which says what it is: source, claim, grade, request or
// review.
func AppendEntry(b []byte, e Entry) []byte {
	o := begin(b)
	switch {
	case e.Source != nil:
		o.key("source")
		o.b = AppendSource(o.b, e.Source)
	case e.Claim != nil:
		o.key("claim")
		o.b = AppendClaim(o.b, e.Claim)
	case e.Grade != nil:
		o.key("grade")
		o.b = AppendGrade(o.b, e.Grade.Claim, e.Grade.Grade)
	case e.Request != nil:
		o.key("request")
		o.b = AppendRequest(o.b, e.Request.Claim, e.Request.Request)
	case e.Review != nil:
		o.key("review")
		o.b = AppendReview(o.b, e.Review)
	}
	return o.end()
}

// Lines gives the ledger as JSON Lines: the sources, the claims, each in order of ids, and the reviews, one a line. Equal ledgers
// give equal bytes.
func (l *Ledger) Lines() []byte {
	var b []byte
	for _, e := range l.Entries() {
		b = append(AppendEntry(b, e), '\n')
	}
	return b
}

// Entries gives all sources, claims, with their grades and requests, and reviews, in the order of [Ledger.Lines].
func (l *Ledger) Entries() []Entry {
	out := make([]Entry, 0, len(l.sources)+len(l.claims)+len(l.reviews))
	for _, s := range l.sources {
		out = append(out, Entry{Source: s, At: l.at["source "+s.ID]})
	}
	for _, c := range l.claims {
		out = append(out, Entry{Claim: c, At: l.at["claim "+c.ID]})
	}
	for _, v := range l.reviews {
		out = append(out, Entry{Review: v})
	}
	return out
}

// ReadLines reads entries from JSON Lines, as [AppendEntry] writes them. The first line that cannot be read ends it:
// half a ledger is none.
func ReadLines(ref *activity.Reference, file string, src io.Reader) ([]Entry, error) {
	lines, err := jsonlines.NewReader(src, file)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for {
		b, number, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		e, err := ReadLine(ref, b)
		if err != nil && lines.Cut() {
			err = lines.Broken(err)
		}
		if err != nil {
			return nil, fault.In(fault.Place{File: file, Line: number}, err)
		}
		e.At = fault.Place{File: file, Line: number}
		out = append(out, e)
	}
}

// ReadLine reads one entry.
func ReadLine(ref *activity.Reference, b []byte) (Entry, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(b))
	n, err := tree(dec, 0)
	if err != nil {
		return Entry{}, err
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return Entry{}, fault.New(fault.Invalid, "something follows the object").WithFix("write one object a line")
	}
	return FromNode(ref, n)
}

// FromNode reads one entry from a tree: a map with the one key source, claim, grade, request or review.
func FromNode(ref *activity.Reference, n *yamltree.Node) (Entry, error) {
	if n.Kind != yamltree.Map || len(n.Keys) != 1 {
		return Entry{}, n.Errorf("an entry is an object with one key").WithFix("one of source, claim, grade, request, review")
	}
	for _, key := range entryKeys {
		if key.one == n.Keys[0].Text {
			r := &reader{ref: ref}
			r.entry(key.one, n.Items[0])
			return r.out[0], r.err
		}
	}
	return Entry{}, n.Keys[0].Errorf("an entry has no key %q", n.Keys[0].Text).WithFix("one of source, claim, grade, request, review")
}

// tree reads one JSON value in the form of files that people write, so that one reader serves both. Places are columns of
// the line.
func tree(dec *jsontext.Decoder, depth int) (*yamltree.Node, error) {
	if depth > yamltree.MaxDepth {
		return nil, fault.New(fault.TooLarge, "values nest deeper than %d levels", yamltree.MaxDepth)
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return nil, notJSON(err)
	}
	n := &yamltree.Node{Kind: yamltree.Scalar}
	switch tok.Kind() {
	case 'n':
		n.Kind = yamltree.Null
	case '"':
		n.Text, n.Quoted = tok.String(), true
	case '{':
		n.Kind = yamltree.Map
		for dec.PeekKind() != '}' {
			key, err := dec.ReadToken()
			if err != nil {
				return nil, notJSON(err)
			}
			n.Keys = append(n.Keys, &yamltree.Node{Kind: yamltree.Scalar, Text: key.String(), Quoted: true})
			if err := child(dec, n, depth); err != nil {
				return nil, err
			}
		}
		_, err = dec.ReadToken()
	case '[':
		n.Kind = yamltree.List
		for dec.PeekKind() != ']' {
			if err := child(dec, n, depth); err != nil {
				return nil, err
			}
		}
		_, err = dec.ReadToken()
	default:
		n.Text = tok.String()
	}
	if err != nil {
		return nil, notJSON(err)
	}
	return n, nil
}

func child(dec *jsontext.Decoder, n *yamltree.Node, depth int) error {
	item, err := tree(dec, depth+1)
	n.Items = append(n.Items, item)
	return err
}

func notJSON(err error) error {
	return fault.New(fault.Invalid, "this is not valid JSON: %s", strings.TrimPrefix(err.Error(), "jsontext: "))
}
