package screen

import (
	"errors"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/tabular"
	"github.com/cordon-engine/cordon/internal/text"
)

// Rows opens the rows of a file by the ending of its name: .csv, .tsv and .txt are
// delimited text, .xlsx a workbook, .jsonl and .ndjson JSON Lines. Without a
// mapping that of a table is guessed from its header and the keys of JSON Lines
// are fields. It gives the mapping that the rows are read with.
func Rows(name string, r io.Reader, m Mapping) (iter.Seq2[Row, error], Mapping, error) {
	var t *tabular.Reader
	var err error
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".jsonl", ".ndjson":
		if len(m) == 0 {
			m = nil
		}
		return JSONRows(r, m), m, nil
	case ".xlsx":
		t, err = tabular.NewXLSX(r, tabular.Options{File: name})
	case ".csv", ".tsv", ".txt":
		t, err = tabular.NewCSV(r, tabular.Options{File: name})
	default:
		return nil, nil, fault.New(fault.Usage, "%q files cannot be screened", ext).WithFix("give a .csv, .xlsx or .jsonl file")
	}
	if err == nil && m.open() {
		ref := m[Ref]
		if m, err = Guess(t.Columns()); err == nil && ref != nil {
			m[Ref] = ref
		}
	}
	if err == nil {
		err = m.Check(t.Columns())
	}
	if err != nil {
		return nil, nil, fault.In(fault.Place{File: name}, err)
	}
	return TableRows(t, m), m, nil
}

// Ref is a field that a mapping may have beside those of a party: by what the owner
// of the file calls the party. It is not screened.
const Ref = "ref"

// Referenced gives rows with their references, where they have one, apart from the party.
func Referenced(rows iter.Seq2[Row, error]) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for r, err := range rows {
			if ref := r.Party[Ref]; len(ref) > 0 {
				r.Ref = ref[0]
				delete(r.Party, Ref)
				if len(ref) > 1 && r.Err == nil {
					r.Err = fault.New(fault.Invalid, "the row has %d references in place of one", len(ref)).At(fault.Place{Field: Ref})
				}
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// refWords are what a column of such references is often called.
var refWords = []string{"ref", "reference", "customer id", "customer number", "customer no", "client id", "client number", "account number"}

// GuessRef finds the column of references by what it is called; "" for none.
func GuessRef(columns []string) string {
	for _, c := range columns {
		if slices.Contains(refWords, text.Fold(strings.ReplaceAll(c, "_", " "))) {
			return c
		}
	}
	return ""
}

// open says whether a mapping leaves it to the names of columns or keys which field
// they hold.
func (m Mapping) open() bool {
	return len(m) == 0 || len(m) == 1 && m[Ref] != nil
}

// Lines gives a row for each line of a text that has anything on it: the name of
// a party and nothing else.
func Lines(s string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		line, n := 0, 0
		for l := range strings.Lines(s) {
			line++
			if l = strings.TrimSpace(l); l == "" {
				continue
			}
			n++
			if !yield(Row{Number: n, Line: line, Party: Party{"name": {l}}}, nil) {
				return
			}
		}
	}
}

// FieldOf gives the field of a row that a fault lies in; "" for none.
func FieldOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Place.Field
	}
	return ""
}
