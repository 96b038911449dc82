// Package ftm reads data in the shape of FollowTheMoney, as OpenSanctions and
// others publish it: entities as JSON Lines, the changes between two versions of
// them, and the table of targets.
//
// Every subject, link and sanction of the file is a record of its own, under its
// own id; a passport joins its holder. Which schemas and properties there are is
// data (package ftmodel); what is not in it is kept and reported. The tier of a listing
// follows the topics of its subject: what is under export control is Controlled,
// what is neither that nor sanctioned (a politician, a debarred firm) is Named.
//
// The file is read twice, so that memory holds keys of eight bytes and documents
// alone, whatever its size. A delta is read together with the list it changes and
// the deltas before it; one that does not fit (it changes what is not there, adds
// what is) is refused, as a version in between is missing.
package ftm

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"io"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/jsonlines"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
)

// MaxDocuments is the most that the documents of one list may take in memory, in
// bytes.
const MaxDocuments = 96 << 20

// Source is the reader of FollowTheMoney data. No real file is at hand, and the
// files of OpenSanctions are under a licence of their own, so none is fetched.
func Source() publication.Source {
	return publication.Source{
		ID: "ftm", Title: "FollowTheMoney entities (OpenSanctions and others)",
		Homepage: "https://www.opensanctions.org/docs/bulk/json", Shrink: 0.2,
		Formats: []publication.Format{
			{Name: "delta", Sniff: isDelta, Parse: parse, Delta: true},
			{Name: "entities", Sniff: isEntities, Parse: parse},
			{Name: "targets", Sniff: isTargets, Parse: parseTargets},
		},
	}
}

func isDelta(head []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimSpace(publication.Head(head)), []byte("\n"))
	return bytes.HasPrefix(line, []byte("{")) && bytes.Contains(line, []byte(`"op"`)) && bytes.Contains(line, []byte(`"entity"`))
}

func isEntities(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(publication.Head(head)), []byte("{")) && bytes.Contains(publication.Head(head), []byte(`"schema"`))
}

type parser struct {
	in    *publication.Input
	t     *publication.Tally
	ctx   context.Context
	model model
	dec   *decoder

	marks    map[uint64]mark    // of entities
	changes  map[uint64]*change // of deltas
	docs     []*document
	docByID  map[uint64]*document
	byHolder map[uint64][]*document
	docSize  int
	lastSeen string
	at       fault.Place
}

// mark is what is remembered of an entity, by the hash of its id.
type mark uint8

const (
	seen       mark = 1 << iota // its line has been read
	sanctioned                  // a sanction is about it
	blocked                     // a topic says that it is sanctioned
	controlled                  // a topic says that it is under export control
	topical                     // it has topics
)

// change is what the deltas do to an entity.
type change struct {
	first, last string // operations
	file        int    // the delta that has the last word
	at          fault.Place
	there       bool // in the list itself
}

// document is an entity that joins its holder.
type document struct {
	doc      subject.Document
	at       fault.Place
	id       string
	accepted bool // its line was read and counted
	joined   bool
}

func key(id string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, id)
	return h.Sum64()
}

func parse(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	p := &parser{
		in: in, t: t, ctx: ctx, model: loadModel(), dec: newDecoder(),
		marks: map[uint64]mark{}, changes: map[uint64]*change{}, docByID: map[uint64]*document{},
		byHolder: map[uint64][]*document{},
	}
	for i := 1; i < len(in.Files); i++ {
		if err := p.each(i, func(line []byte, cut bool) error { return p.plan(i, line) }); err != nil {
			return err
		}
	}
	for i := range in.Files {
		if err := p.each(i, func(line []byte, cut bool) error { return p.survey(i, line) }); err != nil {
			return err
		}
	}
	if err := p.fits(); err != nil {
		return err
	}
	for i := range in.Files {
		if err := p.each(i, func(line []byte, cut bool) error { return p.line(i, line, cut) }); err != nil {
			return err
		}
	}
	p.finish()
	return nil
}

// each calls f for every line of a file; p.at is its place.
func (p *parser) each(i int, f func(line []byte, cut bool) error) error {
	file := p.in.Files[i]
	src, err := file.OpenText()
	if err != nil {
		return err
	}
	defer src.Close()
	r, err := jsonlines.NewReader(src, file.Name)
	if err != nil {
		return err
	}
	for {
		line, n, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && n%1024 == 0 {
			err = p.ctx.Err()
		}
		if err != nil {
			return fault.In(fault.Place{File: file.Name}, err)
		}
		p.at = fault.Place{File: file.Name, Line: n}
		if err := f(line, r.Cut()); err != nil {
			return fault.In(p.at, err)
		}
	}
}

// plan reads an operation of a delta. A bad line spoils the delta: it cannot be
// left out without leaving the list between two versions.
func (p *parser) plan(i int, line []byte) error {
	e, err := p.dec.decode(line, nothing)
	if err != nil {
		return err
	}
	if e.op == "" {
		return fault.New(fault.Invalid, "an entity stands where an operation is expected: only the first file is a list")
	}
	h := key(e.id)
	c := p.changes[h]
	switch {
	case c == nil:
		p.changes[h] = &change{first: e.op, last: e.op, file: i, at: p.at}
		return nil
	case c.file == i:
		return fault.New(fault.Invalid, "the delta changes %q twice", e.id)
	case (e.op == "ADD") != (c.last == "DEL"):
		return misfit(e.op, e.id)
	}
	c.last, c.file = e.op, i
	return nil
}

func nothing(string, string) bool { return false }

func misfit(op, id string) *fault.Error {
	what := "changes %q, which is not there"
	if op == "ADD" {
		what = "adds %q, which is there already"
	}
	return fault.New(fault.Conflict, "the delta "+what, id).
		WithFix("a version in between is missing: load the whole list, or the deltas in their order")
}

// holds reports whether the line of a file has the last word on an entity.
func (p *parser) holds(i int, h uint64) bool {
	c := p.changes[h]
	return c == nil && i == 0 || c != nil && c.file == i
}

var needles = [][]byte{[]byte(`"topics"`), []byte(`"Sanction"`), []byte(`"Risk"`), []byte(`"Identification"`), []byte(`"Passport"`)}

// survey notes what must be known before the entities are read: topics, which of
// them are sanctioned, documents, and what a delta will find. Lines that cannot be
// read are for the next pass.
func (p *parser) survey(i int, line []byte) error {
	relevant := slices.ContainsFunc(needles, func(n []byte) bool { return bytes.Contains(line, n) })
	if !relevant && (i > 0 || len(p.changes) == 0) {
		return nil
	}
	e, err := p.dec.decode(line, func(schema, property string) bool {
		return property == "topics" || schema != "" && p.isDocument(schema) || (schema == "" || p.is(schema, "Sanction")) && property == "entity"
	})
	if err != nil {
		return nil
	}
	h := key(e.id)
	if c := p.changes[h]; c != nil && i == 0 {
		c.there = true
	}
	if !p.holds(i, h) || e.op == "DEL" {
		return nil
	}
	p.note(h, e.take("topics"))
	if p.is(e.schema, "Sanction") {
		for _, id := range e.take("entity") {
			p.marks[key(id)] |= sanctioned
		}
	}
	if p.isDocument(e.schema) {
		return p.hold(e)
	}
	return nil
}

func (p *parser) is(name, what string) bool {
	s := p.model[name]
	return s != nil && s.is[what]
}

func (p *parser) isDocument(name string) bool { return p.is(name, "Identification") }

// note remembers what topics say of the tier of an entity.
func (p *parser) note(h uint64, topics []string) {
	if len(topics) == 0 {
		return
	}
	m := topical
	for _, t := range topics {
		switch t {
		case "sanction", "sanction.counter", "asset.frozen":
			m |= blocked
		case "export.control":
			m |= controlled
		}
	}
	p.marks[h] |= m
}

// tier gives the tier of what a list does to a subject with these topics. Without
// topics a sanction is what it is called.
func (m mark) tier() subject.Tier {
	switch {
	case m&blocked != 0 || m&topical == 0:
		return subject.Designated
	case m&controlled != 0:
		return subject.Controlled
	}
	return subject.Named
}

// fits makes sure that the deltas change what is there and add what is not.
func (p *parser) fits() error {
	var worst *change
	for _, c := range p.changes {
		if (c.first == "ADD") == c.there && (worst == nil || before(c.at, worst.at)) {
			worst = c
		}
	}
	if worst == nil {
		return nil
	}
	return misfit(worst.first, "an entity").At(worst.at)
}

func before(a, b fault.Place) bool { return a.File < b.File || a.File == b.File && a.Line < b.Line }

// line reads one line of a list, or of a delta.
func (p *parser) line(i int, line []byte, cut bool) error {
	e, err := p.dec.decode(line, nil)
	switch {
	case err != nil && cut:
		return fault.Wrap(fault.Invalid, err, "the file is broken off in the middle of a line").WithFix("fetch it again")
	case err != nil:
		p.t.Seen("line")
		p.t.Refuse("line", p.at, "", "%v", err)
		return nil
	case i == 0 && e.op != "":
		return fault.New(fault.Usage, "a delta cannot stand alone").WithFix("load the list first that it changes")
	}
	h := key(e.id)
	switch {
	case !p.holds(i, h):
		p.t.Seen("replaced")
		p.t.Handled("replaced")
		return nil
	case e.op == "DEL":
		p.t.Seen("deleted")
		p.t.Handled("deleted")
		return nil
	}
	for _, k := range e.unknown {
		p.t.Odd(publication.UnknownElement, "key "+k, p.at)
	}
	part := p.partOf(e.schema)
	p.t.Seen(part)
	if p.marks[h]&seen != 0 {
		p.t.Refuse(part, p.at, e.id, "the id stands twice")
		return nil
	}
	p.marks[h] |= seen
	p.lastSeen = max(p.lastSeen, e.lastSeen)
	return p.entity(part, e, p.marks[h])
}

// The parts of the account.
const (
	subjectPart  = "subject"
	listingPart  = "sanction"
	linkPart     = "link"
	documentPart = "document"
)

func (p *parser) partOf(name string) string {
	s := p.model[name]
	switch {
	case s == nil:
		p.t.Odd(publication.UnknownElement, "schema "+name, p.at)
	case s.is["Sanction"], s.is["Risk"]:
		return listingPart
	case s.is["Identification"]:
		return documentPart
	case s.source != "":
		return linkPart
	}
	return subjectPart
}

// finish counts the documents and says of what day the list is.
func (p *parser) finish() {
	for _, d := range p.docs {
		switch {
		case !d.accepted:
		case d.joined:
			p.t.Handled(documentPart)
		default:
			p.t.Loose(documentPart, d.at, d.id)
		}
	}
	if p.lastSeen != "" {
		p.t.Published(publication.Published{At: publication.Date(p.t, p.lastSeen, p.at), Stamp: p.lastSeen, Count: -1})
	}
}
