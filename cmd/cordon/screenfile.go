package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/when"
)

// file screens every row of a file: rows in are rows out. With --output the
// answers gather beside it and take its place when all are there; a run that
// was broken off goes on after the last whole answer, if file, lists, parameters
// and flags are still the same.
func (c *screenCmd) file(ctx context.Context, m *Main, d *screen.Desk, places *place.Gazetteer, asOf when.Day) error {
	rows, how, done, err := openRows(c.Input, c.Map, c.Ref)
	if err != nil {
		return err
	}
	defer done()
	out, err := c.openOutput(m, d, asOf, how)
	if err != nil {
		return err
	}
	defer out.close()
	if m.Progress && c.Output != "" {
		m.sayNotUsed(m.Err, how) // before it takes hours
	}
	b := screen.Batch{
		Lists: c.lists(), AsOf: asOf, Threshold: c.Threshold, Limit: c.Limit, Places: places, Schema: c.Schema, Skip: out.done,
	}
	total, show := 0, m.counting("rows screened")
	add, ended, err := c.keepingRows(m, d, b, out)
	if err != nil {
		return err
	}
	err = m.quiet(c.Data).run(ctx, d, b, rows, func(a screen.Answered) error {
		if total++; total%256 == 0 {
			show(out.done + total)
		}
		return add(a)
	})
	err = cmp.Or(err, ended())
	m.progressDone()
	if err != nil {
		return fault.In(fault.Place{File: c.Input}, err)
	}
	return out.finish()
}

func (c *screenCmd) answer(d *screen.Desk, b screen.Batch, a screen.Answered) report.AnswerJSON {
	j := report.Answer(a.Answer, b.AsOf, d.Params().ID(), whyOf(d, &a.Answer))
	j.Row = a.Row.Number
	return j
}

// openRows opens the rows of a file by its ending; ref names the column of references, "" for none.
func openRows(path string, pairs []string, ref string) (iter.Seq2[screen.Row, error], *screen.Reading, func(), error) {
	mapping, err := screen.ParseMapping(pairs)
	if err != nil {
		return nil, nil, nil, err
	}
	if ref != "" {
		mapping[screen.Ref] = []string{ref}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, nil, fault.New(fault.NotFound, "the file %q cannot be read: %v", path, err)
	}
	rows, how, err := screen.Rows(path, f, mapping)
	if err != nil {
		f.Close()
		return nil, nil, nil, err
	}
	return screen.Referenced(rows), how, func() { f.Close() }, nil
}

// sayNotUsed names the columns that were read as no field.
func (m *Main) sayNotUsed(to io.Writer, how *screen.Reading) {
	if words := report.NotUsed(report.UnusedColumns(how)); words != "" {
		fmt.Fprintln(to, words)
	}
}

// output takes the answers of a file.
type output struct {
	m      *Main
	format string
	path   string // "" for standard output
	done   int    // answers that were there before
	part   *os.File
	w      *bufio.Writer
	count  map[string]int
	// flagged is how many rows have red flags.
	flagged int
	table   *csv.Writer
	input   string
	how     *screen.Reading
}

// outputHead is the first line of a part: what its answers depend on.
type outputHead struct {
	Cordon string `json:"cordon"`
	Input  string `json:"input_sha256"`
	With   string `json:"with"`
}

func (c *screenCmd) openOutput(m *Main, d *screen.Desk, asOf when.Day, how *screen.Reading) (*output, error) {
	o := &output{m: m, format: c.Format, path: c.Output, count: map[string]int{}, input: c.Input, how: how}
	if c.Output != "" && c.Format == "text" {
		o.format = strings.TrimPrefix(strings.ToLower(filepath.Ext(c.Output)), ".")
	}
	switch {
	case o.format == "jsonl", o.format == "csv", c.Output == "" && (o.format == "text" || o.format == "json"):
	case o.format != "xlsx":
		return nil, fault.New(fault.Usage, "answers cannot be written to a file as %q", o.format).
			WithFix("end the name of the file in .jsonl, .csv or .xlsx, or say --format jsonl, csv or xlsx")
	case c.Output == "":
		return nil, fault.New(fault.Usage, "--format xlsx needs --output")
	}
	if c.Output == "" {
		o.w = bufio.NewWriterSize(m.Out, 64<<10)
		return o, nil
	}
	sum, err := hashFile(c.Input)
	if err != nil {
		return nil, err
	}
	with := sha256.New()
	for _, a := range d.Against() {
		fmt.Fprintln(with, a.List, a.Snapshot, a.Content)
	}
	fmt.Fprintln(with, version, d.Params().ID(), c.lists(), asOf, c.Threshold, c.Limit, c.Map, how.Mapping, c.Schema)
	return o, o.resume(outputHead{version, sum, hex.EncodeToString(with.Sum(nil))})
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// resume opens the part of an earlier run when it belongs to this one, cut after
// its last whole answer, or a new one.
func (o *output) resume(head outputHead) error {
	path := o.path + ".part"
	first, err := json.Marshal(head)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the answers cannot be written")
	}
	o.part = f
	r := bufio.NewReaderSize(f, 1<<20)
	line, err := r.ReadBytes('\n')
	keep := int64(len(line))
	if err != nil || !bytes.Equal(bytes.TrimSpace(line), first) {
		keep = 0
	}
	for keep > 0 {
		line, err = r.ReadBytes('\n')
		if err != nil {
			break
		}
		keep += int64(len(line))
		o.done++
		var a struct {
			Outcome string
			Flags   []report.FlagJSON
		}
		if json.Unmarshal(line, &a) == nil {
			o.tally(a.Outcome, a.Flags)
		}
	}
	if err := f.Truncate(keep); err != nil {
		return err
	}
	if _, err := f.Seek(keep, io.SeekStart); err != nil {
		return err
	}
	o.w = bufio.NewWriterSize(f, 64<<10)
	if keep == 0 {
		o.w.Write(append(first, '\n'))
	}
	return nil
}

func (o *output) close() {
	if o.part != nil {
		o.w.Flush() // what is answered is kept for the next run
		o.part.Close()
	}
}

// add writes one answer.
func (o *output) add(a report.AnswerJSON) error {
	o.tally(a.Outcome, a.Flags)
	switch {
	case o.part == nil && o.format == "csv":
		return o.row(a)
	case o.part == nil && (o.format == "text" || o.format == "json"):
		return nil
	}
	return jsonLine(o.w, a)
}

func (o *output) tally(outcome string, flags []report.FlagJSON) {
	o.count[outcome]++
	if len(flags) > 0 {
		o.flagged++
	}
}

// rowsInWords tells how many rows came out how.
func rowsInWords(count map[string]int) string {
	total := 0
	for _, n := range count {
		total += n
	}
	words := fmt.Sprintf("%s rows: %s match, %s possible, %s clear, %s not screened", report.Count(total), report.Count(count["match"]),
		report.Count(count["possible"]), report.Count(count["clear"]), report.Count(count["not_screened"]))
	if n := count["suppressed"]; n > 0 {
		words += fmt.Sprintf(", %s with nothing but hits that two people found to be someone else (suppressed, no new alert)", report.Count(n))
	}
	return words
}

// finish puts the answers in their place and says how many there are.
func (o *output) finish() error {
	if o.table != nil {
		o.table.Flush()
	}
	if err := o.w.Flush(); err != nil {
		return err
	}
	if o.part != nil {
		if err := o.place(); err != nil {
			return err
		}
	}
	words := rowsInWords(o.count)
	if o.done == 0 && len(o.count) == 0 {
		words += "; nobody was screened, as the file has no rows"
	}
	if o.flagged > 0 {
		words += "; " + report.Counted(o.flagged, "row") + " with red flags"
	}
	if o.done > 0 {
		words += fmt.Sprintf(" (%s answered by an earlier run)", report.Count(o.done))
	}
	if o.format == "json" {
		return o.m.printJSON(report.Batch(o.input, o.count, o.flagged, o.how))
	}
	to := o.m.Err
	if o.format == "text" {
		to = o.m.Out
		words += "\nread: " + strings.Join(o.how.Names(), "; ")
	}
	if _, err := fmt.Fprintln(to, words); err != nil {
		return err
	}
	o.m.sayNotUsed(to, o.how)
	return nil
}

// place turns the part into the file that was asked for.
func (o *output) place() error {
	if err := o.part.Sync(); err != nil {
		return err
	}
	tmp := o.path + ".whole"
	err := o.convert(tmp)
	if err == nil {
		err = os.Rename(tmp, o.path)
	}
	if err != nil {
		os.Remove(tmp)
		return fault.Wrap(fault.Unavailable, err, "the answers cannot be put in their place")
	}
	o.part.Close()
	o.part = nil
	if err := os.Remove(o.path + ".part"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (o *output) convert(path string) error {
	if _, err := o.part.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r := bufio.NewReaderSize(o.part, 1<<20)
	if _, err := r.ReadBytes('\n'); err != nil { // the head
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	switch o.format {
	case "csv":
		err = writeCSV(f, r)
	case "xlsx":
		err = writeXLSX(f, r)
	default:
		_, err = io.Copy(f, r)
	}
	if e := f.Sync(); err == nil {
		err = e
	}
	return err
}

func (o *output) row(a report.AnswerJSON) error {
	if o.table == nil {
		o.table = csv.NewWriter(o.w)
		if err := o.table.Write(report.AnswerColumns); err != nil {
			return err
		}
	}
	return o.table.WriteAll(report.AnswerCells(a))
}

// eachAnswer reads answers back from their lines.
func eachAnswer(r *bufio.Reader, f func(report.AnswerJSON) error) error {
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var a report.AnswerJSON
		if err := json.Unmarshal(line, &a); err != nil {
			return err
		}
		if err := f(a); err != nil {
			return err
		}
	}
}

func writeCSV(w io.Writer, r *bufio.Reader) error {
	table := csv.NewWriter(w)
	if err := table.Write(report.AnswerColumns); err != nil {
		return err
	}
	if err := eachAnswer(r, func(a report.AnswerJSON) error { return table.WriteAll(report.AnswerCells(a)) }); err != nil {
		return err
	}
	table.Flush()
	return table.Error()
}

// writeXLSX writes answers as a workbook, row by row.
func writeXLSX(w io.Writer, r *bufio.Reader) error {
	book, err := report.NewAnswerBook()
	if err != nil {
		return err
	}
	if err := eachAnswer(r, book.Add); err != nil {
		return err
	}
	return book.Write(w)
}
