package report

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// AnswerColumns are the columns of a table of answers: a row a hit, and one for a
// party without any.
var AnswerColumns = []string{"row", "outcome", "reason", "name", "score", "tier", "id", "caption", "names", "listings", "why", "against", "suppressed", "flags"}

// AnswerCells gives the rows of a table for one answer. No cell of them is taken
// for a formula by a spreadsheet.
func AnswerCells(a AnswerJSON) [][]string {
	var against []string
	for _, x := range a.Against {
		against = append(against, x.Snapshot)
	}
	var flags []string
	for _, f := range a.Flags {
		flags = append(flags, f.Field+" "+f.Value+": "+f.Text)
	}
	base := []string{strconv.Itoa(a.Row), a.Outcome, a.Reason, a.Name}
	var out [][]string
	for _, h := range a.Hits {
		var listings []string
		for _, l := range h.Listings {
			listings = append(listings, strings.TrimSpace(l.Authority+" "+l.Reference+": "+l.Standing))
		}
		out = append(out, append(append([]string{}, base...), strconv.FormatFloat(h.Score, 'f', 4, 64), h.Tier, h.ID, h.Caption,
			strings.Join(h.Names, "; "), strings.Join(listings, "; "), h.Why, strings.Join(against, " "), suppressedCell(h.Suppressed), strings.Join(flags, "; ")))
	}
	if len(out) == 0 {
		out = append(out, append(base, "", "", "", "", "", "", "", strings.Join(against, " "), "", strings.Join(flags, "; ")))
	}
	for _, row := range out {
		for i := range row {
			row[i] = disarm(row[i])
		}
	}
	return out
}

// suppressedCell names the case by which a hit is suppressed.
func suppressedCell(s *HitSuppressedJSON) string {
	if s == nil {
		return ""
	}
	return s.Case
}

// disarm keeps a spreadsheet from taking a cell for a formula.
func disarm(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r|", rune(s[0])) {
		return "'" + s
	}
	return s
}

// AnswerBook is a workbook of answers that is written row by row.
type AnswerBook struct {
	book  *excelize.File
	sheet *excelize.StreamWriter
	rows  int
}

// NewAnswerBook begins a workbook with its header.
func NewAnswerBook() (*AnswerBook, error) {
	b := &AnswerBook{book: excelize.NewFile()}
	var err error
	if b.sheet, err = b.book.NewStreamWriter("Sheet1"); err != nil {
		return nil, err
	}
	return b, b.put(AnswerColumns)
}

func (b *AnswerBook) put(row []string) error {
	b.rows++
	values := make([]any, len(row))
	for i, v := range row {
		values[i] = v // always text, so no cell is a formula
	}
	return b.sheet.SetRow("A"+strconv.Itoa(b.rows), values)
}

// Add adds the rows of an answer.
func (b *AnswerBook) Add(a AnswerJSON) error {
	for _, row := range AnswerCells(a) {
		if err := b.put(row); err != nil {
			return err
		}
	}
	return nil
}

// Write writes the workbook and ends its use.
func (b *AnswerBook) Write(w io.Writer) error {
	if err := b.sheet.Flush(); err != nil {
		return err
	}
	if err := b.book.Write(w); err != nil {
		return err
	}
	return b.book.Close()
}

// WriteAnswers writes answers as "csv", "xlsx" or "jsonl".
func WriteAnswers(w io.Writer, format string, list []AnswerJSON) error {
	switch format {
	case "csv":
		table := csv.NewWriter(w)
		if err := table.Write(AnswerColumns); err != nil {
			return err
		}
		for _, a := range list {
			if err := table.WriteAll(AnswerCells(a)); err != nil {
				return err
			}
		}
		return nil
	case "xlsx":
		book, err := NewAnswerBook()
		if err != nil {
			return err
		}
		for _, a := range list {
			if err := book.Add(a); err != nil {
				return err
			}
		}
		return book.Write(w)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, a := range list {
		if err := enc.Encode(a); err != nil {
			return err
		}
	}
	return nil
}
