package ofac

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/tabular"
)

// The four files of the legacy set, which have no header. Which is which shows
// from the number of their columns.
const (
	partMain     = "entries"
	partAlt      = "aliases"
	partAdd      = "addresses"
	partComments = "comments"
)

var columns = map[string][]string{
	partMain: {
		"number", "name", "type", "program", "title", "call sign", "vessel type", "tonnage", "grt", "flag", "owner", "remarks",
	},
	partAlt:      {"number", "alias number", "alias type", "alias", "alias remarks"},
	partAdd:      {"number", "address number", "address", "city", "country", "address remarks"},
	partComments: {"number", "remarks"},
}

// Columns of the main file.
const (
	colNumber = iota
	colName
	colType
	colProgram
	colTitle
	colCallSign
	colVesselType
	colTonnage
	colGRT
	colFlag
	colOwner
	colRemarks
)

// official are the names that OFAC gives the files.
var official = map[string]string{
	partMain: "sdn.csv or cons_prim.csv", partAlt: "alt.csv or cons_alt.csv",
	partAdd: "add.csv or cons_add.csv", partComments: "sdn_comments.csv or cons_comments.csv",
}

// maxRuns is how often the numbers of the entries may begin anew, as they do
// where files were put one after the other.
const maxRuns = 8

// cutAt is the number of characters at which OFAC cuts remarks off, to go on in
// the comments.
const cutAt = 1000

func parseCSV(ctx context.Context, in *publication.Input, t *publication.Tally) error {
	files, err := sortFiles(in.Files)
	if err != nil {
		return err
	}
	p := &csvSet{in: in, t: t, taken: numbers{}}
	for _, part := range []string{partAlt, partAdd, partComments} {
		s := &side{t: t, part: part, file: files[part], first: true}
		defer s.close()
		if err := s.rewind(); err != nil {
			return err
		}
		p.sides = append(p.sides, s)
	}
	return p.run(ctx, files[partMain])
}

// sortFiles says which file is which. All four must be there: a list without
// its aliases is not the list.
func sortFiles(files []publication.File) (map[string]publication.File, error) {
	out := map[string]publication.File{}
	for _, f := range files {
		part, err := partOf(f)
		if err != nil {
			return nil, err
		}
		if other, twice := out[part]; twice {
			return nil, fault.New(fault.Invalid, "%s and %s both hold %s", other.Name, f.Name, part).
				WithFix("give the four files of one date")
		}
		out[part] = f
	}
	for _, part := range []string{partMain, partAlt, partAdd, partComments} {
		if _, ok := out[part]; !ok {
			return nil, fault.New(fault.Invalid, "the file of %s is missing (%s)", part, official[part]).
				WithFix("give all four files of one date; without this one the others cannot be read whole")
		}
	}
	return out, nil
}

// partOf tells a file by the number of its columns.
func partOf(f publication.File) (string, error) {
	src, err := f.Open()
	if err != nil {
		return "", err
	}
	defer src.Close()
	r, err := tabular.NewCSV(src, tabular.Options{File: f.Name, Comma: ',', Columns: make([]string, tabular.MaxColumns)})
	if err != nil {
		return "", err
	}
	row, err := r.Next()
	if errors.Is(err, io.EOF) {
		return emptyPart(f)
	}
	if err != nil {
		return "", err
	}
	for part, names := range columns {
		if len(names) == len(row.Fields) {
			return part, nil
		}
	}
	return "", fault.New(fault.Invalid, "a row of %d columns belongs to no file of the set, whose rows have 12, 5, 6 or 2",
		len(row.Fields)).At(fault.Place{File: f.Name, Line: row.Line})
}

// emptyPart tells a file that holds the mark of the end and nothing else, which
// only the comments may.
func emptyPart(f publication.File) (string, error) {
	if strings.Contains(strings.ToLower(f.Name+" "+f.Part), "comment") {
		return partComments, nil
	}
	return "", fault.New(fault.Invalid, "the file has no row").At(fault.Place{File: f.Name})
}

// csvSet joins the four files. All of them are in the order of the numbers of
// the entries, so that the side files are read along with the main one. Where
// the numbers begin anew, so do the side files.
type csvSet struct {
	in    *publication.Input
	t     *publication.Tally
	sides []*side
	taken numbers
	runs  int
	last  uint32
}

func (p *csvSet) run(ctx context.Context, file publication.File) error {
	src, err := file.Open()
	if err != nil {
		return err
	}
	defer src.Close()
	r, err := tabular.NewCSV(src, tabular.Options{File: file.Name, Comma: ',', Columns: columns[partMain]})
	if err != nil {
		return err
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err := p.row(ctx, file.Name, row, err); err != nil {
			return err
		}
	}
	if len(p.taken) == 0 {
		return fault.New(fault.Invalid, "the list is empty").At(fault.Place{File: file.Name})
	}
	for _, s := range p.sides {
		if err := s.finish(p.taken); err != nil {
			return err
		}
	}
	return nil
}

// row reads one row of the main file. A row that is wrong is refused alone.
func (p *csvSet) row(ctx context.Context, name string, row *tabular.Row, err error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var wrong *tabular.RowError
	if err != nil && !errors.As(err, &wrong) {
		return err
	}
	at := fault.Place{File: name, Line: row.Line}
	p.t.Seen(partMain)
	n, ok := rowNumber(row, p.t, at)
	switch {
	case wrong != nil:
		p.t.Refuse(partMain, at, row.Fields[colNumber], "%s", wrong.Reason)
		return nil
	case len(row.Fields) != len(columns[partMain]):
		p.t.Refuse(partMain, at, row.Fields[colNumber], "it has %d columns, not %d", len(row.Fields), len(columns[partMain]))
		return nil
	case !ok:
		p.t.Refuse(partMain, at, row.Fields[colNumber], "%q is no number of an entry", row.Fields[colNumber])
		return nil
	case p.taken.has(n):
		p.t.Refuse(partMain, at, row.Fields[colNumber], "the number stands twice")
		return nil
	case cell(row, colName) == "":
		p.t.Refuse(partMain, at, row.Fields[colNumber], "it has no name")
		return nil
	}
	if n < p.last {
		if err := p.newRun(at, n); err != nil {
			return err
		}
	}
	p.last = n
	if err := p.taken.add(n); err != nil {
		return err
	}
	return p.entry(row, n, at)
}

// newRun begins the side files anew.
func (p *csvSet) newRun(at fault.Place, n uint32) error {
	if p.runs++; p.runs >= maxRuns {
		return fault.New(fault.Invalid, "the entries are not in the order of their numbers: %d after %d", n, p.last).
			WithFix("sort the file by its first column").At(at)
	}
	for _, s := range p.sides {
		if err := s.drain(); err != nil {
			return err
		}
		if err := s.rewind(); err != nil {
			return err
		}
	}
	return nil
}

func (p *csvSet) entry(row *tabular.Row, n uint32, at fault.Place) error {
	e := newEntry(p.in, p.t, at, n)
	e.schema(cell(row, colType))
	e.name(e.splitName(cell(row, colName)), "")
	e.programmes(cell(row, colProgram))
	e.property("position", cell(row, colTitle), "", "")
	for _, c := range [...]struct {
		column int
		label  string
	}{
		{colCallSign, "Vessel Call Sign"},
		{colVesselType, "Vessel Type"},
		{colTonnage, "Vessel Tonnage"},
		{colGRT, "Vessel Gross Registered Tonnage"},
		{colFlag, "Vessel Flag"},
		{colOwner, "Vessel Owner"},
	} {
		if v := cell(row, c.column); v != "" {
			e.take(&feature{label: c.label, value: v})
		}
	}
	remarks := uncut(row)
	if err := p.sides[0].each(n, e.aliasRow); err != nil {
		return err
	}
	if err := p.sides[1].each(n, e.addressRow); err != nil {
		return err
	}
	var comments string
	if err := p.sides[2].each(n, func(row *tabular.Row) { comments += uncut(row) }); err != nil {
		return err
	}
	e.joinRemarks(remarks, comments, p.mixed())
	p.t.Handled(partMain)
	return p.t.Emit(&e.rec)
}

// mixed says that the set is of several dates: a side file has rows of entries
// that are not there.
func (p *csvSet) mixed() bool {
	return slices.ContainsFunc(p.sides, func(s *side) bool { return len(s.passed) > 0 })
}

// joinRemarks puts remarks and what goes on in the comments together. In a set
// of several dates they may not fit, so what stands at the seam is not read.
func (e *entry) joinRemarks(remarks, comments string, mixed bool) {
	cut := len([]rune(remarks)) >= cutAt && !strings.HasSuffix(remarks, ".")
	if comments != "" && !mixed && (cut || remarks == "") {
		remarks, comments, cut = remarks+comments, "", false
	}
	if remarks != "" {
		e.remarks(remarks, cut)
		e.remarksText(remarks)
	}
	switch {
	case comments != "" && !cut:
		e.t.Odd(publication.Unresolved, "comment on remarks that are whole", e.at)
	case cut && comments == "":
		e.t.Odd(publication.Unresolved, "remarks that are cut and go on nowhere", e.at)
	}
	e.afterSeam(comments)
}

// afterSeam reads comments that do not join the remarks, but for the phrase they
// begin in the middle of.
func (e *entry) afterSeam(comments string) {
	if _, rest, ok := strings.Cut(comments, "; "); ok {
		e.remarks(rest, false)
	}
	e.remarksText(comments)
}

func (e *entry) aliasRow(row *tabular.Row) {
	n := e.splitName(cell(row, 3))
	n.Note = cell(row, 4)
	e.name(n, cell(row, 2))
}

func (e *entry) addressRow(row *tabular.Row) {
	country := cell(row, 4)
	a := subject.Address{
		Street: cell(row, 2), City: cell(row, 3), Note: cell(row, 5),
		CountryText: country, Country: e.country(country),
	}
	if a != (subject.Address{}) {
		e.s.Addresses = append(e.s.Addresses, a)
	}
}

// cell gives a cell on one line; "-0-" stands for nothing. Rows have been held
// to the number of their columns.
func cell(row *tabular.Row, column int) string {
	if v := row.Fields[column]; v != "-0- " && v != "-0-" {
		return publication.Line(v)
	}
	return ""
}

// uncut gives the last cell with the white space at its ends, which matters
// where a text goes on in another file.
func uncut(row *tabular.Row) string {
	v := row.Fields[len(row.Fields)-1]
	if s := strings.TrimSpace(v); s == "-0-" || s == "" {
		return ""
	}
	return v
}

// rowNumber reads the number of a row. The mark of the end of a file may stand
// before it where two files were put one after the other.
func rowNumber(row *tabular.Row, t *publication.Tally, at fault.Place) (uint32, bool) {
	s := row.Fields[0]
	if rest, ok := strings.CutPrefix(s, "\x1a"); ok {
		t.Odd(publication.UnknownElement, "mark of the end inside the file", at)
		s = rest
	}
	return number(s)
}
