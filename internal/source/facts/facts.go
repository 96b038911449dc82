// Package facts reads listings that are kept as facts in files of our own, so
// that a fresh program without any network knows who is listed: references,
// names, dates, documents and their source, without the sentences of the
// publication they were taken from.
//
// The files are YAML that a person can read beside the publication. The package
// never says that the facts are up to date; the file says of when they are.
package facts

import (
	"context"
	"io"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// File is what a file of listings says of itself.
type File struct {
	// List is the name of the list; Covers the list that, once loaded, stands in
	// its place.
	List, Covers string
	Title        string
	Authority    string
	Programme    string
	Homepage     string
	// Tier is how the file stands to all its subjects: designated unless it says
	// named.
	Tier subject.Tier
	// Published is the day of the publication that the facts were taken from.
	Published when.Day
	Note      string
}

// Source gives the source that reads files of this kind, for the list that the
// file names.
func Source(f File) publication.Source {
	return publication.Source{
		ID: f.List, Authority: f.Authority, Title: f.Title, Homepage: f.Homepage, Shrink: 1,
		Formats: []publication.Format{{Name: "facts", Sniff: func([]byte) bool { return true }, Parse: parse, Seen: "data/listings"}},
	}
}

// Header reads what a file says of itself and leaves the entries alone.
func Header(name string, b []byte) (File, error) {
	_, _, f, err := read(name, b)
	return f, err
}

func read(name string, b []byte) (*yamltree.Fields, *yamltree.Node, File, error) {
	docs, err := yamltree.Parse(name, b)
	if err != nil {
		return nil, nil, File{}, err
	}
	if len(docs) != 1 {
		return nil, nil, File{}, fault.New(fault.Invalid, "a file of listings is one document").At(fault.Place{File: name})
	}
	fs, err := docs[0].Fields("a file of listings")
	if err != nil {
		return nil, nil, File{}, err
	}
	r := reader{f: fs}
	f := File{
		List: r.need("list"), Covers: r.text("covered_by"), Title: r.need("title"), Authority: r.need("authority"),
		Programme: r.text("programme"), Homepage: r.text("homepage"), Note: r.text("note"),
	}
	f.Tier, f.Published = r.tier("tier"), r.day("published")
	entries := r.node("entries")
	if r.err == nil {
		r.err = fs.End()
	}
	return fs, entries, f, r.err
}

func parse(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	file := in.Files[0]
	src, err := file.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	b, err := io.ReadAll(io.LimitReader(src, yamltree.MaxSize+1))
	if err != nil {
		return err
	}
	_, entries, f, err := read(file.Name, b)
	if err != nil {
		return err
	}
	if entries == nil || entries.Kind != yamltree.List {
		return fault.New(fault.Invalid, "there is no list of entries").At(fault.Place{File: file.Name})
	}
	t.Published(publication.Published{At: subject.On(when.On(f.Published)), Stamp: f.Published.String(), Count: -1})
	for _, n := range entries.Items {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.Seen("entry")
		rec, err := entry(in, f, n)
		if err != nil {
			return err // our own file is right or it is not read
		}
		t.Handled("entry")
		if err := t.Emit(rec); err != nil {
			return err
		}
	}
	return nil
}

// reader keeps the first error, so that a map can be read in one go.
type reader struct {
	f   *yamltree.Fields
	err error
}

func keep[T any](r *reader, v T, err error) T {
	if r.err == nil {
		r.err = err
	}
	return v
}

func (r *reader) need(key string) string {
	v, err := r.f.NeedText(key)
	return keep(r, v, err)
}

func (r *reader) text(key string) string {
	v, err := r.f.Text(key)
	return keep(r, v, err)
}

func (r *reader) texts(key string) []string {
	v, err := r.f.Texts(key)
	return keep(r, v, err)
}

func (r *reader) node(key string) *yamltree.Node { return r.f.Opt(key) }

func (r *reader) day(key string) when.Day {
	n, err := r.f.Need(key)
	if err != nil {
		keep(r, 0, err)
		return when.NoDay
	}
	d, err := when.ParseDay(n.Text)
	return keep(r, d, fault.In(n.Place(), err))
}

func (r *reader) tier(key string) subject.Tier {
	n := r.f.Opt(key)
	switch {
	case n == nil || n.Text == string(subject.Designated):
		return subject.Designated
	case n.Text == string(subject.Named):
		return subject.Named
	}
	keep(r, 0, n.Errorf("the tier %q is neither %s nor %s", n.Text, subject.Designated, subject.Named))
	return ""
}

// dates reads a list of dates; "about 1965" is one that is not exact.
func (r *reader) dates(key string) []subject.Date {
	n := r.f.Opt(key)
	if n == nil {
		return nil
	}
	items := []*yamltree.Node{n}
	if n.Kind == yamltree.List {
		items = n.Items
	}
	var out []subject.Date
	for _, item := range items {
		s, about := strings.CutPrefix(item.Text, "about ")
		p, err := when.Parse(s)
		keep(r, 0, fault.In(item.Place(), err))
		out = append(out, subject.Date{Period: p, Known: true, Circa: about})
	}
	return out
}

func (r *reader) date(key string) subject.Date {
	if d := r.dates(key); len(d) > 0 {
		return d[0]
	}
	return subject.Date{}
}

// each reads a list of maps; a single map counts as a list of one.
func (r *reader) each(key, what string, read func(*reader)) {
	n := r.f.Opt(key)
	if n == nil {
		return
	}
	items := []*yamltree.Node{n}
	if n.Kind == yamltree.List {
		items = n.Items
	}
	for _, item := range items {
		fs, err := item.Fields(what)
		if err != nil {
			keep(r, 0, err)
			return
		}
		inner := &reader{f: fs}
		read(inner)
		if inner.err == nil {
			inner.err = fs.End()
		}
		keep(r, 0, inner.err)
	}
}

func entry(in *publication.Input, f File, n *yamltree.Node) (*subject.Record, error) {
	fs, err := n.Fields("an entry")
	if err != nil {
		return nil, err
	}
	r := &reader{f: fs}
	ref := r.need("ref")
	s := &subject.Subject{ID: in.List + ":" + ref, Schema: subject.Schema(r.need("schema"))}
	names := func(key string, kind subject.NameKind, weak bool) {
		for _, v := range r.texts(key) {
			s.Names = append(s.Names, subject.Name{Full: v, Kind: kind, Weak: weak})
		}
	}
	names("name", subject.Primary, false)
	names("original", subject.Original, false)
	names("aliases", subject.Alias, false)
	names("weak", subject.Alias, true)
	names("former", subject.Former, false)
	if len(s.Names) == 0 {
		return nil, n.Errorf("the entry %s has no name", ref)
	}
	s.Births = r.dates("born")
	state := func(r *reader, key string) string {
		code := r.text(key)
		if code == "" {
			return ""
		}
		st, err := in.Places.ParseState(code)
		keep(r, 0, fault.In(n.Place(), err))
		return st.String()
	}
	r.each("birth_places", "a place", func(p *reader) {
		s.BirthPlaces = append(s.BirthPlaces, subject.Place{
			Text: p.text("text"), City: p.text("city"), Region: p.text("region"), Country: state(p, "country"),
		})
	})
	r.each("addresses", "an address", func(p *reader) {
		s.Addresses = append(s.Addresses, subject.Address{
			Full: p.text("full"), Street: p.text("street"), City: p.text("city"), Region: p.text("region"),
			PostalCode: p.text("postal_code"), Country: state(p, "country"),
		})
	})
	r.each("documents", "a document", func(p *reader) {
		s.Documents = append(s.Documents, subject.Document{
			Kind: p.need("kind"), Type: p.text("type"), Number: p.need("number"), Country: state(p, "country"),
			Issued: p.date("issued"), Expires: p.date("expires"), Note: p.text("note"),
		})
	})
	for _, name := range []string{"nationality", "gender", "title", "position", "flag", "country"} {
		for _, v := range r.texts(name) {
			s.Properties = append(s.Properties, subject.Property{Name: name, Value: v})
		}
	}
	if imo := r.text("imo"); imo != "" {
		number, err := ident.ParseIMO(imo)
		keep(r, 0, fault.In(n.Place(), err))
		s.Properties = append(s.Properties, subject.Property{Name: "imoNumber", Value: number.String()})
	}
	l := subject.Listing{
		ID: s.ID, Subject: s.ID, Authority: f.Authority, Reference: ref, Tier: f.Tier,
		Measures: r.texts("measures"), LegalBases: r.texts("legal_bases"),
		Listed: r.date("listed"), Amended: r.dates("amended"), Ended: r.date("ended"), Remarks: r.texts("sources"),
	}
	if f.Programme != "" {
		l.Programmes = []string{f.Programme}
	}
	if r.err == nil {
		r.err = fs.End()
	}
	return &subject.Record{Subject: s, Listings: []subject.Listing{l}}, r.err
}
