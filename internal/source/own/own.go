// Package own reads lists that a user keeps: a table of delimited text, a sheet of
// a workbook, or JSON Lines, by a mapping that says which column is what, who
// answers for the list and until when it may be used.
//
// It is strict, as the user can mend what is wrong: a column that the mapping
// neither uses nor ignores is an error; a row with a value that is none (a date
// that does not exist, a state nobody knows, an IMO number whose check digit
// fails) is refused with its row and column. Rows may state who owns or controls
// their subject (see ownerId); an owner of the same list must have its row. It
// guesses nothing.
package own

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/jsonlines"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/tabular"
)

// Source is the reader of own lists.
func Source() publication.Source {
	const seen = "own lists have no publication; made-up files only"
	workbook := func(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }
	lines := func(head []byte) bool {
		text := bytes.TrimSpace(publication.Head(head))
		return len(text) > 0 && (text[0] == '{' || text[0] == '[')
	}
	return publication.Source{
		ID: "own", Title: "Own lists, with a mapping", Shrink: 0.5,
		Formats: []publication.Format{
			{Name: "xlsx", Sniff: workbook, Parse: parse((*parser).table), Seen: seen},
			{Name: "jsonl", Sniff: lines, Parse: parse((*parser).lines), Seen: seen},
			{
				Name: "csv", Parse: parse((*parser).table), Seen: seen,
				Sniff: func(head []byte) bool { return !workbook(head) && !lines(head) && len(bytes.TrimSpace(head)) > 0 },
			},
		},
	}
}

type parser struct {
	in   *publication.Input
	t    *publication.Tally
	m    *publication.Mapping
	file string
	cols []column
	seen map[uint64]int // IDs, to find one that stands twice
	refs map[string]int // ids of owners in this list, by the first line that names them
}

// entry is one entry being read.
type entry struct {
	in        *publication.Input
	ref       string
	subject   *subject.Subject
	listing   subject.Listing
	relations []subject.Relation
}

func parse(read func(*parser, context.Context, io.Reader) error) func(context.Context, *publication.Input, *publication.Tally) error {
	return func(ctx context.Context, in *publication.Input, t *publication.Tally) error {
		m, file := in.Mapping, in.Files[0]
		if m == nil {
			return fault.New(fault.Usage, "an own list needs a mapping").WithFix("say with --mapping FILE which column is what; `cordon lists mapping %s` writes one to begin with", file.Name)
		}
		cols, err := columns(m)
		if err != nil {
			return err
		}
		src, err := file.OpenText()
		if err != nil {
			return err
		}
		defer src.Close()
		p := &parser{in: in, t: t, m: m, file: file.Name, cols: cols, seen: map[uint64]int{}, refs: map[string]int{}}
		if err := read(p, ctx, src); err != nil {
			return fault.In(fault.Place{File: file.Name}, err)
		}
		return p.dangling()
	}
}

func (p *parser) at(line int) fault.Place { return fault.Place{File: p.file, Line: line} }

// table reads delimited text or a sheet.
func (p *parser) table(ctx context.Context, src io.Reader) error {
	r, err := tabular.Open(src, tabular.Options{File: p.file, Sheet: p.m.Sheet})
	if err != nil {
		return err
	}
	if err := p.header(r); err != nil {
		return err
	}
	return r.Each(ctx, false, func(row *tabular.Row) error {
		p.t.Seen("row")
		return p.entry(row.Line, func(column string) []string { return p.values(row.Get(column)) })
	}, func(bad *tabular.RowError) {
		p.t.Seen("row")
		p.t.Refuse("row", p.at(bad.Line), "", "%s", bad.Reason)
	})
}

// header makes sure that every column is used or ignored, and stands once.
func (p *parser) header(r *tabular.Reader) error {
	for _, c := range p.cols {
		if err := r.Require(c.name); err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	for _, name := range r.Columns() {
		switch {
		case name == "":
		case seen[name]:
			return fault.New(fault.Invalid, "the column %q stands twice", name).At(p.at(1))
		case !p.wanted(name):
			return p.unknown(name).At(p.at(1))
		}
		seen[name] = true
	}
	return nil
}

func (p *parser) wanted(name string) bool {
	return slices.ContainsFunc(p.cols, func(c column) bool { return c.name == name }) || slices.Contains(p.m.Ignore, name)
}

func (p *parser) unknown(name string) *fault.Error {
	return fault.New(fault.Invalid, "the mapping says nothing of the column %q", name).
		WithFix("give it a property under `columns`, or name it under `ignore`; `cordon lists mapping FILE` writes all of them")
}

// values parts a cell.
func (p *parser) values(cell string) []string {
	if p.m.Separator == "" {
		return []string{cell}
	}
	return strings.Split(cell, p.m.Separator)
}

// lines reads JSON Lines: flat objects whose keys are the columns and whose values
// are texts, numbers, truths, null or lists of these.
func (p *parser) lines(ctx context.Context, src io.Reader) error {
	r, err := jsonlines.NewReader(src, p.file)
	if err != nil {
		return err
	}
	for {
		b, line, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		p.t.Seen("row")
		fields, err := object(b)
		if err != nil && r.Cut() {
			return r.Broken(err)
		}
		if err != nil {
			p.t.Refuse("row", p.at(line), "", "%v", err)
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if !p.wanted(name) {
				return p.unknown(name).At(p.at(line))
			}
		}
		if err := p.entry(line, func(column string) []string { return fields[column] }); err != nil {
			return err
		}
	}
}

// object reads a flat object.
func object(b []byte) (map[string][]string, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(b))
	out := map[string][]string{}
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil, notAnObject(err)
	}
	for d.PeekKind() != '}' {
		t, err := d.ReadToken()
		if err != nil {
			return nil, notAnObject(err)
		}
		key := t.String()
		list := d.PeekKind() == '['
		if list {
			if _, err := d.ReadToken(); err != nil {
				return nil, notAnObject(err)
			}
		}
		for first := true; first || list && d.PeekKind() != ']'; first = false {
			if list && d.PeekKind() == ']' {
				break
			}
			t, err := d.ReadToken()
			switch {
			case err != nil:
				return nil, notAnObject(err)
			case t.Kind() == '{' || t.Kind() == '[':
				return nil, fault.New(fault.Invalid, "the value of %q is not flat", key)
			case t.Kind() != 'n':
				out[key] = append(out[key], t.String())
			default:
				out[key] = append(out[key], "")
			}
		}
		if list {
			if _, err := d.ReadToken(); err != nil {
				return nil, notAnObject(err)
			}
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, notAnObject(err)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "something stands behind the object")
	}
	return out, nil
}

func notAnObject(err error) error {
	if err == nil {
		return fault.New(fault.Invalid, "the line is not a JSON object")
	}
	return fault.New(fault.Invalid, "not JSON: %v", err)
}

// entry makes the record of one row.
func (p *parser) entry(line int, get func(column string) []string) error {
	e := &entry{in: p.in, subject: &subject.Subject{Schema: p.m.Schema}}
	if e.subject.Schema == "" {
		e.subject.Schema = subject.LegalEntity
	}
	held := map[string][]string{} // of statements of ownership
	for _, c := range p.cols {
		if properties[c.property] == nil {
			held[c.property] = append(held[c.property], lines(get(c.name))...)
			continue
		}
		for _, v := range get(c.name) {
			if v = publication.Line(v); v == "" {
				continue
			}
			if err := properties[c.property](e, c.property, v); err != nil {
				at := p.at(line)
				at.Field = c.name
				p.t.Refuse("row", at, e.ref, "%v", err)
				return nil
			}
		}
	}
	if len(e.subject.Names) == 0 {
		p.t.Refuse("row", p.at(line), e.ref, "it has no name")
		return nil
	}
	stakes, err := p.stakes(held)
	if err != nil {
		p.t.Refuse("row", p.at(line), e.ref, "%v", err)
		return nil
	}
	e.relations = append(e.relations, stakes...)
	for _, owner := range held[ownerID] {
		if _, ok := p.refs[owner]; !ok && !strings.Contains(owner, ":") {
			p.refs[owner] = line
		}
	}
	id, ok := p.id(e)
	if !ok {
		p.t.Refuse("row", p.at(line), e.ref, "the id stands twice")
		return nil
	}
	p.finish(e, id)
	p.t.Handled("row")
	return p.t.Emit(&subject.Record{Subject: e.subject, Listings: []subject.Listing{e.listing}, Relations: e.relations})
}

// lines gives values as lines; none where the only one is empty.
func lines(values []string) []string {
	var out []string
	for _, v := range values {
		out = append(out, publication.Line(v))
	}
	if len(out) == 1 && out[0] == "" {
		return nil
	}
	return out
}

// id gives the ID of an entry: by its own id, or by its name where it has none.
func (p *parser) id(e *entry) (string, bool) {
	own := e.ref != ""
	id := p.in.List + ":" + e.ref
	if !own {
		id += e.subject.Caption()
	}
	h := hash(id)
	n := p.seen[h]
	p.seen[h]++
	if n > 0 && !own {
		id += "#" + strconv.Itoa(n+1)
	}
	return id, n == 0 || !own
}

func hash(id string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, id)
	return h.Sum64()
}

// dangling finds an owner who should be in this list and is not: a slip of the
// pen there would free what it owns.
func (p *parser) dangling() error {
	for _, owner := range slices.Sorted(maps.Keys(p.refs)) {
		if p.seen[hash(p.in.List+":"+owner)] == 0 {
			return fault.New(fault.Invalid, "the owner %q is no row of this list", owner).At(p.at(p.refs[owner])).
				WithFix("give it a row with that id, or write the whole id of a subject of another list, as in un:KPe.001")
		}
	}
	return nil
}

func (p *parser) finish(e *entry, id string) {
	e.subject.ID = id
	l := &e.listing
	l.ID, l.Subject, l.Authority, l.Reference, l.Tier = id, id, p.m.Owner, e.ref, p.m.Tier
	if l.Tier == "" {
		l.Tier = subject.Designated
	}
	if p.m.Programme != "" {
		l.Programmes = append([]string{p.m.Programme}, l.Programmes...)
	}
	for i := range e.relations {
		e.relations[i].To = id
	}
}
