package eu

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/tabular"
)

// maxRows bounds the rows of one entity, which are held together.
const maxRows = 20000

func parseCSV(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	file := in.Files[0]
	src, err := file.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	r, err := tabular.NewCSV(src, tabular.Options{File: file.Name, Comma: ';'})
	if err != nil {
		return err
	}
	if err := r.Require("fileGenerationDate", "Entity_LogicalId", "Entity_SubjectType", "NameAlias_WholeName",
		"BirthDate_BirthDate", "Identification_Number", "Address_City", "Citizenship_CountryIso2Code"); err != nil {
		return err
	}
	p := &table{builder: builder{in, t}, file: file.Name, seen: map[string]bool{}}
	if err := p.rows(ctx, r); err != nil {
		return err
	}
	for _, name := range r.Unused() {
		if !isLeft(name) {
			t.Odd(publication.UnknownElement, name, fault.Place{File: file.Name, Line: 1})
		}
	}
	return nil
}

// isLeft says which columns are known and left, as the XML's are.
func isLeft(column string) bool {
	group, rest, _ := strings.Cut(column, "_")
	return rest == "LogicalId" || rest == "RegulationLanguage" || rest == "" ||
		strings.HasPrefix(rest, "Regulation_") && (group != "Entity" || rest != "Regulation_Programme")
}

type table struct {
	builder
	file  string
	seen  map[string]bool
	e     *entity
	n     int
	stamp string
}

// rows gathers the rows of each entity, which stand together.
func (p *table) rows(ctx context.Context, r *tabular.Reader) error {
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return p.flush()
		}
		var bad *tabular.RowError
		if errors.As(err, &bad) {
			p.t.Seen("row")
			p.t.Refuse("row", fault.Place{File: p.file, Line: bad.Line}, "", "%s", bad.Reason)
			continue
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		at := fault.Place{File: p.file, Line: row.Line}
		if err := p.generated(row.Get("fileGenerationDate"), at); err != nil {
			return err
		}
		p.t.Seen("row")
		id := row.Get("Entity_LogicalId")
		if id == "" {
			p.t.Refuse("row", at, row.Get("Entity_EU_ReferenceNumber"), "it has no logical ID")
			continue
		}
		if p.e == nil || p.e.id != id {
			if err := p.flush(); err != nil {
				return err
			}
			if p.seen[id] {
				return fault.New(fault.Invalid, "the rows of entity %s do not stand together", id).At(at).
					WithFix("the file has been sorted anew; take it as it is published")
			}
			p.seen[id] = true
			p.e = &entity{at: at, id: id}
		}
		if p.n++; p.n > maxRows {
			return fault.New(fault.TooLarge, "entity %s has more than %d rows", id, maxRows).At(at)
		}
		p.gather(row)
	}
}

// generated checks the day of the file, which stands in every row: two days in
// one file are two files put together.
func (p *table) generated(s string, at fault.Place) error {
	switch {
	case p.stamp == "" && s != "":
		p.stamp = s
		p.t.Published(publication.Published{At: publication.DayFirst(p.t, s, at), Stamp: s, Count: -1})
	case s != p.stamp:
		return fault.New(fault.Invalid, "the row is of the file of %q, those before of the file of %q", s, p.stamp).At(at)
	}
	return nil
}

func (p *table) flush() error {
	e, n := p.e, p.n
	p.e, p.n = nil, 0
	if e == nil {
		return nil
	}
	rec, reason := p.build(e)
	for range n {
		if rec == nil {
			p.t.Refuse("row", e.at, e.id, "%s", reason)
		} else {
			p.t.Handled("row")
		}
	}
	if rec == nil {
		return nil
	}
	return p.t.Emit(rec)
}

// groups are the elements of the XML and the first words of their columns.
var groups = []struct{ element, column string }{
	{"regulation", "Entity_Regulation"},
	{"nameAlias", "NameAlias"},
	{"birthdate", "BirthDate"},
	{"address", "Address"},
	{"identification", "Identification"},
	{"citizenship", "Citizenship"},
}

// columns that are not the attribute's name with a capital letter.
var columns = map[string]string{
	"dayOfMonth": "Day", "monthOfYear": "Month", "birthdate": "BirthDate",
	"identificationTypeCode": "TypeCode", "identificationTypeDescription": "TypeDescription",
}

// gather adds a row to its entity.
func (p *table) gather(row *tabular.Row) {
	e := p.e
	for column, to := range map[string]*string{
		"Entity_EU_ReferenceNumber": &e.reference, "Entity_UnitedNationId": &e.un, "Entity_DesignationDate": &e.designated,
		"Entity_DesignationDetails": &e.details, "Entity_SubjectType": &e.kind,
	} {
		if v := publication.Line(row.Get(column)); *to == "" {
			*to = v
		}
	}
	if v := row.Get("Entity_SubjectType_ClassificationCode"); e.kind == "" {
		e.kind = v
	}
	if v := publication.Line(row.Get("Entity_Remark")); v != "" && !slices.Contains(e.remarks, v) {
		e.remarks = append(e.remarks, v)
	}
	for i, to := range []*[]bag{&e.regulations, &e.names, &e.births, &e.addresses, &e.documents, &e.citizenships} {
		b := bag{}
		for _, a := range slices.Concat(attributes[groups[i].element], []string{"remark", "contactInfo"}) {
			name, ok := columns[a]
			if !ok {
				name = strings.ToUpper(a[:1]) + a[1:]
			}
			if v := publication.Line(row.Get(groups[i].column + "_" + name)); v != "" {
				b[a] = v
			}
		}
		if says(b) && !slices.ContainsFunc(*to, func(have bag) bool { return maps.Equal(have, b) }) {
			*to = append(*to, b)
		}
	}
}

// says reports whether a bag holds more than flags, which stand in every row.
func says(b bag) bool {
	for _, v := range b {
		if v != "true" && v != "false" {
			return true
		}
	}
	return false
}

// refuseOld refuses the table of before version 1.1 and says what is known of
// how the file came to be.
func refuseOld(_ context.Context, in *publication.Input, _ *publication.Tally) error {
	f := in.Files[0]
	src, err := f.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	head := make([]byte, 1)
	if _, err := io.ReadFull(src, head); err != nil {
		return err
	}
	e := fault.New(fault.Invalid, "this is the older table of the EU's list, which the EU no longer publishes")
	if bytes.Equal(head, []byte(`"`)) {
		e = fault.New(fault.Invalid, "this is the older table of the EU's list, saved anew by another program: each of its rows is "+
			"one quoted cell, and nothing shows that all rows are there")
	}
	return e.At(fault.Place{File: f.Name, Line: 1}).WithFix("fetch csvFullSanctionsList_1_1 or xmlFullSanctionsList_1_1")
}

// refuseError refuses the answer that the server gives in place of the list.
func refuseError(_ context.Context, in *publication.Input, _ *publication.Tally) error {
	return fault.New(fault.Invalid, "this is JSON, not the list: the server's error message was saved in its place").
		At(fault.Place{File: in.Files[0].Name, Line: 1}).WithFix("fetch the list again")
}
