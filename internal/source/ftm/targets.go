package ftm

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/tabular"
)

func isTargets(head []byte) bool {
	line, _, _ := bytes.Cut(publication.Head(head), []byte("\n"))
	return strings.HasPrefix(strings.ReplaceAll(string(line), `"`, ""), "id,schema,name,aliases,birth_date,")
}

// parseTargets reads the table of targets, which says less than the entities: no
// topics, so who has a sanction is Designated and who has none is Named; numbers
// without a kind; sanctions as one text.
func parseTargets(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	file := in.Files[0]
	src, err := file.OpenText()
	if err != nil {
		return err
	}
	defer src.Close()
	p := &parser{in: in, t: t, model: loadModel(), marks: map[uint64]mark{}}
	r, err := tabular.NewCSV(src, tabular.Options{File: file.Name, Comma: ','})
	if err != nil {
		return err
	}
	place := func(line int) fault.Place { return fault.Place{File: file.Name, Line: line} }
	err = r.Each(ctx, true, func(row *tabular.Row) error {
		p.at = place(row.Line)
		t.Seen("target")
		return p.target(row)
	}, func(bad *tabular.RowError) {
		t.Seen("target")
		t.Refuse("target", place(bad.Line), "", "%s", bad.Reason)
	})
	for _, column := range r.Unused() {
		p.t.Odd(publication.UnknownElement, "column "+column, place(1))
	}
	p.finish()
	return err
}

// list gives the values of a cell: they are parted by semicolons and quoted as in
// a table.
func list(cell string) []string {
	if !strings.Contains(cell, `"`) {
		return lines(strings.Split(cell, ";"))
	}
	r := csv.NewReader(strings.NewReader(cell))
	r.Comma, r.LazyQuotes = ';', true
	f, err := r.Read()
	if err != nil {
		return lines([]string{cell})
	}
	return lines(f)
}

func (p *parser) target(row *tabular.Row) error {
	id, name := row.Get("id"), publication.Line(row.Get("name"))
	switch {
	case id == "":
		p.t.Refuse("target", p.at, name, "it has no id")
		return nil
	case name == "":
		p.t.Refuse("target", p.at, id, "it has no name")
		return nil
	case p.marks[key(id)] != 0:
		p.t.Refuse("target", p.at, id, "the id stands twice")
		return nil
	}
	p.marks[key(id)] = seen
	s := &subject.Subject{ID: id, Schema: subject.Thing, Names: []subject.Name{{Full: name, Kind: subject.Primary}}}
	word := row.Get("schema")
	if sc := p.model[word]; sc != nil {
		s.Schema = sc.as
	} else {
		p.t.Odd(publication.UnknownElement, "schema "+word, p.at)
	}
	add := func(property string, values ...string) {
		for _, v := range values {
			s.Properties = append(s.Properties, subject.Property{Name: property, Value: v})
		}
	}
	if string(s.Schema) != word {
		add("schema", word)
	}
	for _, v := range list(row.Get("aliases")) {
		s.Names = append(s.Names, subject.Name{Full: v, Kind: subject.Alias})
	}
	s.Births = p.dates(list(row.Get("birth_date")))
	for _, v := range list(row.Get("countries")) {
		s.Properties = append(s.Properties, p.country("country", v))
	}
	for _, v := range list(row.Get("addresses")) {
		s.Addresses = append(s.Addresses, subject.Address{Full: v})
	}
	for _, v := range list(row.Get("identifiers")) {
		s.Documents = append(s.Documents, subject.Document{Kind: "idNumber", Number: v, Note: "the kind is not stated"})
	}
	add("phone", list(row.Get("phones"))...)
	add("email", list(row.Get("emails"))...)
	sets, sanctions := list(row.Get("dataset")), list(row.Get("sanctions"))
	add("datasets", sets...)
	add("first_seen", lines([]string{row.Get("first_seen")})...)
	add("last_change", lines([]string{row.Get("last_change")})...)
	p.lastSeen = max(p.lastSeen, row.Get("last_seen"))
	l := subject.Listing{
		ID: id, Subject: id, Authority: strings.Join(sets, "; "), Reference: id, Tier: subject.Named,
		Programmes: list(row.Get("program_ids")), Remarks: sanctions,
	}
	if len(sanctions) > 0 {
		l.Tier = subject.Designated
	}
	p.t.Handled("target")
	return p.t.Emit(&subject.Record{Subject: s, Listings: []subject.Listing{l}})
}
