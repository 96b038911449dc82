// Command factsgen writes the facts of one programme of the UN list as a file
// of our own (data/listings): references, names, dates, documents, without the
// remarks. It is run by hand when a newer list is at hand:
//
//	go run ./internal/source/factsgen DPRK un-1718 consolidated.xml > data/listings/un-1718.yaml
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/source/un"
	"github.com/cordon-engine/cordon/internal/subject"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: factsgen PROGRAMME LIST FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "factsgen:", err)
		os.Exit(1)
	}
}

func run(programme, list, path string, out io.Writer) error {
	sub, err := fs.Sub(data.FS, "place")
	if err != nil {
		return err
	}
	places, err := place.Load(sub)
	if err != nil {
		return err
	}
	var recs []*subject.Record
	t := publication.NewTally(func(r *subject.Record) error {
		if slices.Contains(r.Listings[0].Programmes, programme) {
			recs = append(recs, r)
		}
		return nil
	})
	src := un.Source()
	in := &publication.Input{List: "un", Places: places, Files: []publication.File{
		{Name: path, Open: func() (io.ReadCloser, error) { return os.Open(path) }},
	}}
	if err := src.Formats[0].Parse(context.Background(), in, t); err != nil {
		return err
	}
	report, err := t.Close()
	if err != nil {
		return err
	}
	slices.SortFunc(recs, func(a, b *subject.Record) int {
		return strings.Compare(a.Listings[0].Reference, b.Listings[0].Reference)
	})
	w := &writer{Writer: bufio.NewWriter(out)}
	w.line("# Written by factsgen from the list named here; facts only, no remarks. Do not edit by hand.")
	w.key("list", list)
	w.key("covered_by", "un")
	w.key("title", src.Title+", programme "+programme)
	w.key("authority", src.Authority)
	w.key("programme", programme)
	w.key("homepage", src.Homepage)
	w.key("published", report.Published.At.Period.String())
	w.key("note", fmt.Sprintf("%d persons and entities, taken from the XML generated at %s", len(recs), report.Published.Stamp))
	w.line("entries:")
	for _, r := range recs {
		w.entry(r)
	}
	return w.Flush()
}

type writer struct{ *bufio.Writer }

func (w *writer) line(s string) { w.WriteString(s + "\n") }

func (w *writer) key(k, v string) {
	if v != "" {
		w.line(k + ": " + quote(v))
	}
}

func quote(s string) string { return strconv.Quote(s) }

func (w *writer) texts(key string, list []string) {
	if len(list) == 0 {
		return
	}
	var q []string
	for _, s := range list {
		q = append(q, quote(s))
	}
	w.key4(key, strings.Join(q, ", "))
}

func (w *writer) key4(key, raw string) { w.line("    " + key + ": [" + raw + "]") }

// item writes one map on a line, leaving out what is empty.
func (w *writer) item(pairs ...string) {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			parts = append(parts, pairs[i]+": "+quote(pairs[i+1]))
		}
	}
	if len(parts) > 0 {
		w.line("      - {" + strings.Join(parts, ", ") + "}")
	}
}

func (w *writer) entry(r *subject.Record) {
	s, l := r.Subject, r.Listings[0]
	w.line("  - ref: " + quote(l.Reference))
	w.line("    schema: " + string(s.Schema))
	w.texts("name", names(s, subject.Primary, false))
	w.texts("original", names(s, subject.Original, false))
	w.texts("aliases", names(s, subject.Alias, false))
	w.texts("weak", names(s, subject.Alias, true))
	w.texts("former", names(s, subject.Former, false))
	w.texts("born", dates(s.Births))
	if len(s.BirthPlaces) > 0 {
		w.line("    birth_places:")
		for _, p := range s.BirthPlaces {
			w.item("text", p.Text, "city", p.City, "region", p.Region, "country", p.Country)
		}
	}
	if len(s.Addresses) > 0 {
		w.line("    addresses:")
		for _, a := range s.Addresses {
			w.item("street", a.Street, "city", a.City, "region", a.Region, "postal_code", a.PostalCode, "country", a.Country)
		}
	}
	var docs []subject.Document
	for _, d := range s.Documents {
		if d.Number != "" {
			docs = append(docs, d)
		}
	}
	if len(docs) > 0 {
		w.line("    documents:")
		for _, d := range docs {
			w.item("kind", d.Kind, "type", d.Type, "number", d.Number, "country", d.Country,
				"issued", date(d.Issued), "expires", date(d.Expires))
		}
	}
	for _, name := range []string{"nationality", "gender", "title", "position"} {
		w.texts(name, s.Values(name))
	}
	w.line("    listed: " + date(l.Listed))
	w.texts("amended", dates(l.Amended))
}

func names(s *subject.Subject, kind subject.NameKind, weak bool) []string {
	var out []string
	for _, n := range s.Names {
		if n.Kind == kind && n.Weak == weak {
			out = append(out, n.Full)
		}
	}
	return out
}

func date(d subject.Date) string {
	if !d.Known {
		return ""
	}
	if d.Circa {
		return "about " + d.Period.String()
	}
	return d.Period.String()
}

func dates(list []subject.Date) []string {
	var out []string
	for _, d := range list {
		if s := date(d); s != "" {
			out = append(out, s)
		}
	}
	return out
}
