package screen

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/tabular"
)

// Rows opens the rows of a file by the ending of its name: .csv and .tsv are
// delimited text, .xlsx a workbook, .jsonl and .ndjson JSON Lines. A .txt is
// delimited text when its first line says so, and has a name on each line
// otherwise. Columns that given says nothing of are known by what they are called.
// The reading says how, and what is left out; where no column is called a name it is
// there beside the fault, so that the columns can be offered. Pages and commands read
// files by this function alone.
func Rows(name string, r io.Reader, given Mapping) (iter.Seq2[Row, error], *Reading, error) {
	rows, how, err := rowsOf(name, r, given)
	if err != nil {
		return nil, how, fault.In(fault.Place{File: name}, err)
	}
	return rows, how, nil
}

func rowsOf(name string, r io.Reader, given Mapping) (iter.Seq2[Row, error], *Reading, error) {
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".jsonl", ".ndjson":
		how, err := ofLines(given)
		if err != nil {
			return nil, nil, err
		}
		in, err := textOf(r)
		return jsonRows(in, how), how, err
	case ".xlsx":
		t, err := tabular.NewXLSX(r, tabular.Options{File: name})
		return rowsOfTable(t, err, given)
	case ".csv", ".tsv":
		t, err := tabular.NewCSV(r, tabular.Options{File: name})
		return rowsOfTable(t, err, given)
	case ".txt":
		return rowsOfText(name, r, given)
	default:
		return nil, nil, fault.New(fault.Usage, "%q files cannot be screened", ext).
			WithFix("give a .csv, .tsv, .xlsx or .jsonl file, or a .txt file with a name on each line")
	}
}

func rowsOfTable(t *tabular.Reader, err error, given Mapping) (iter.Seq2[Row, error], *Reading, error) {
	if err != nil {
		return nil, nil, err
	}
	how, err := ofTable(t, given)
	if err != nil {
		return nil, how, err
	}
	return TableRows(t, how.Mapping), how, nil
}

// rowsOfText reads a table, when the first line has a column that is called a name, or columns are given; or else a
// name on each line. What is parted by tabs or semicolons is no list of names.
func rowsOfText(name string, r io.Reader, given Mapping) (iter.Seq2[Row, error], *Reading, error) {
	in, err := textOf(r)
	if err != nil {
		return nil, nil, err
	}
	head, err := in.Peek(maxFirst)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	first, _, _ := strings.Cut(string(head), "\n")
	t, err := tabular.NewCSV(strings.NewReader(first), tabular.Options{File: name})
	if err == nil {
		_, err = ofTable(t, given)
	}
	if err == nil || !given.open() || strings.ContainsAny(first, "\t;") {
		t, err = tabular.NewCSV(in, tabular.Options{File: name})
		return rowsOfTable(t, err, given)
	}
	return lineRows(in), &Reading{Lines: true, Mapping: Mapping{}}, nil
}

// textOf opens a text that is not empty.
func textOf(r io.Reader) (*bufio.Reader, error) {
	in, err := tabular.UTF8(r)
	if err != nil {
		return nil, err
	}
	head, err := in.Peek(maxFirst)
	if len(head) == 0 && errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "the file is empty").WithFix("give a file with a party on each line")
	}
	if err := tabular.LineEnds(head); err != nil {
		return nil, err
	}
	return in, nil
}

// maxFirst is how much of a text is looked at to tell what it is.
const maxFirst = 4 << 10

// lineRows gives a row for each line that has anything on it: the name of a party and nothing else.
func lineRows(in *bufio.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for line, n := 1, 0; ; line++ {
			b, tooLong, err := readLine(in)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Row{}, err)
				return
			}
			r := Row{Number: n + 1, Line: line}
			switch l := strings.TrimSpace(string(b)); {
			case tooLong:
				r.Err = fault.New(fault.TooLarge, "the line is longer than %d bytes", MaxLine).At(fault.Place{Line: line})
			case !utf8.ValidString(l):
				r.Err = fault.New(fault.Invalid, "the line is not UTF-8").WithFix("convert the file to UTF-8 first").At(fault.Place{Line: line})
			default:
				r.Party = Party{"name": {l}}
			}
			if r.Err != nil || r.Party["name"][0] != "" {
				n++
				if !yield(r, nil) {
					return
				}
			}
			if err != nil {
				return
			}
		}
	}
}

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

// Lines gives a row for each line of a text that has anything on it: the name of
// a party and nothing else.
func Lines(s string) iter.Seq2[Row, error] {
	return lineRows(bufio.NewReader(strings.NewReader(strings.ToValidUTF8(s, "\uFFFD"))))
}

// FieldOf gives the field of a row that a fault lies in; "" for none.
func FieldOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Place.Field
	}
	return ""
}
