package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/when"
)

// maxBatch is how many rows a page screens at once, maxUpload how many bytes a file
// may have, maxBody how many a form; the API and the command line take more. A form
// has room for the rows of a file as they go back and forth.
const (
	maxBatch  = 500
	maxUpload = 512 << 10
	maxBody   = 1 << 20
)

// batchPage is the result of a small batch.
type batchPage struct {
	Lines []batchLine
	// Counts are the outcomes, worst first, with how many had each.
	Counts []batchCount
	// File is the name of the file; "" for pasted names. Day is that of the standing.
	File string
	Day  when.Day
	// Refused is how many rows could not be read.
	Refused int
	// Rows are the rows as they were read, for the same batch as a file; "" when they
	// are too many bytes to go back and forth.
	Rows    string
	Against []report.AgainstJSON
	answers []report.AnswerJSON
	// Total is the number of all rows; Only and Order say which are shown, and how they are put.
	Total       int
	Only, Order string
	Words       string
	// Read is how many rows came in: each of them is answered.
	Read int
	// Columns say how a file was read, and NotUsed which of its columns were not.
	Columns []string
	NotUsed []report.UnusedColumnJSON
}

// batchOrders are the ways to put the rows of a result, as they are asked for and called.
var batchOrders = []option{{Value: "rows", Label: "as they came"}, {Value: "outcome", Label: "worst first"}, {Value: "name", Label: "by name"}}

// Orders gives the ways to put the rows, with the one chosen.
func (p *batchPage) Orders() []option {
	list := slices.Clone(batchOrders)
	for i := range list {
		list[i].Chosen = list[i].Value == p.Order
	}
	return list
}

// arrange chooses and orders the rows of a result, in the page and in its files.
func (p *batchPage) arrange(only, order, words string) error {
	if only != "" && !slices.Contains(outcomes, only) {
		return fault.New(fault.Usage, "there is no outcome %q", only).WithFix("choose one of %s", strings.Join(outcomes, ", "))
	}
	order = cmp.Or(order, batchOrders[0].Value)
	if !slices.ContainsFunc(batchOrders, func(o option) bool { return o.Value == order }) {
		return fault.New(fault.Usage, "rows cannot be ordered by %q", order).WithFix("choose rows, outcome or name")
	}
	p.Total, p.Only, p.Order, p.Words = len(p.Lines), only, order, strings.TrimSpace(words)
	var at []int
	for i := range p.Lines {
		if (only == "" || p.Lines[i].Outcome == only) && p.Lines[i].says(p.Words) {
			at = append(at, i)
		}
	}
	slices.SortStableFunc(at, func(a, b int) int {
		x, y := &p.Lines[a], &p.Lines[b]
		switch order {
		case "outcome":
			return cmp.Compare(slices.Index(outcomes, x.Outcome), slices.Index(outcomes, y.Outcome))
		case "name":
			return cmp.Compare(strings.ToLower(x.name()), strings.ToLower(y.name()))
		}
		return 0
	})
	lines, answers := make([]batchLine, len(at)), make([]report.AnswerJSON, len(at))
	for i, n := range at {
		lines[i], answers[i] = p.Lines[n], p.answers[n]
	}
	p.Lines, p.answers = lines, answers
	return nil
}

// Rank orders outcomes, worst first.
func (l *batchLine) Rank() int { return slices.Index(outcomes, l.Outcome) }

func (l *batchLine) name() string {
	if len(l.Names) == 0 {
		return ""
	}
	return l.Names[0].Text
}

type batchLine struct {
	Number, Line int
	// Names and Other are what the row says of the party.
	Names   []Name
	Other   string
	Outcome string
	// Reason says why it was not screened; Refused is true when the row itself is
	// at fault.
	Reason  string
	Refused bool
	Best    *batchHit
	More    int
	// Flags say what of the row a person should look at.
	Flags []string
}

type batchHit struct {
	Name          Name
	Tier, Address string
	Percent       string
}

type batchCount struct {
	Outcome string
	Count   int
}

// outcomes are those of a screening, worst first.
var outcomes = []string{"match", "possible", "not_screened", "suppressed", "clear"}

// batchForm is what a batch is asked with.
type batchForm struct {
	names, date string
	day         when.Day
	rows        iter.Seq2[screen.Row, error]
	how         *screen.Reading
	file        string
	errs        []fieldError
}

// whoBatch screens the rows of a form. They are personal data, so they come in the
// body and stand in no address.
func (s *Site) whoBatch(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	f, err := s.batchForm(r)
	var page *batchPage
	var far *progress
	if err == nil && len(f.errs) == 0 {
		page, far, err = s.batch(w, r, f)
	}
	if err == nil && page != nil {
		err = page.arrange(r.PostFormValue("only"), r.PostFormValue("order"), r.PostFormValue("words"))
	}
	if format := r.PostFormValue("format"); err == nil && page != nil && format != "" {
		err = s.sendBatch(w, r, page, format)
		if err == nil {
			return
		}
	}
	show := s.page(func(*http.Request) (*answer, error) {
		if err != nil {
			return nil, err
		}
		if page == nil {
			return s.batchAgain(r, f)
		}
		return &answer{template: "whobatch", title: "Who are they?", body: page}, nil
	})
	if far != nil {
		far.page(show, r)
		return
	}
	show.ServeHTTP(w, r)
}

// batchAgain is the page of the form with what is wrong with it.
func (s *Site) batchAgain(r *http.Request, f *batchForm) (*answer, error) {
	page := &whoPage{Typed: map[string]string{}, Names: f.names, BatchDate: f.date, Errors: f.errs, Batch: true}
	var err error
	page.Lists, err = s.loaded(r)
	return &answer{template: "who", title: "Error: Who is it?", body: page, status: http.StatusUnprocessableEntity}, err
}

// batchForm reads the form. What the sender can mend stands in errs.
func (s *Site) batchForm(r *http.Request) (*batchForm, error) {
	if s.Screener == nil {
		return nil, errNoLists
	}
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		err = r.ParseMultipartForm(maxBody)
	} else {
		err = r.ParseForm() // without it ParseMultipartForm would hide that the form is too large
	}
	if over := new(http.MaxBytesError); errors.As(err, &over) {
		return nil, tooLarge()
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "the form could not be read").WithFix("go back and send it again")
	}
	f := &batchForm{names: r.PostFormValue("names"), date: strings.TrimSpace(r.PostFormValue("date"))}
	if f.day, err = s.dayTyped(f.date); err != nil {
		f.errs = append(f.errs, fieldError{"f-batch-date", "As listed on", plain(err)})
	}
	if rows := r.PostFormValue("rows"); rows != "" {
		list, err := readRows(rows)
		if err != nil {
			return nil, err
		}
		f.rows = list
		return f, nil
	}
	if err := f.takeFile(r); err != nil {
		f.errs = append(f.errs, fieldError{"f-file", "File", f.where(screen.Row{Line: lineOf(err)}, err)})
	}
	if f.rows == nil {
		f.rows = screen.Lines(f.names)
	}
	return f, nil
}

func tooLarge() error {
	return fault.New(fault.TooLarge, "that is more than %d kB", maxUpload>>10).
		WithFix("send it in parts, or use `cordon screen --input FILE`, which takes files of any size")
}

// takeFile reads the file of the form, when there is one with anything in it.
func (f *batchForm) takeFile(r *http.Request) error {
	file, head, err := r.FormFile("file")
	if err != nil || head.Size == 0 { // a form without a file
		return nil
	}
	f.file = filepath.Base(head.Filename)
	if head.Size > maxUpload {
		return tooLarge()
	}
	rows, how, err := screen.Rows(f.file, file, nil)
	if fe := new(fault.Error); errors.As(err, &fe) && fe.Code == fault.Usage && strings.Contains(fe.Message, "no column") {
		return fe.WithFix("give the file a first row in which the column of the names is called “name”")
	}
	f.rows, f.how = rows, how
	return err
}

// batch screens the rows, and says how far it is to whom asks. A batch of which something cannot be read at all is a
// field in error, and none of it is answered.
func (s *Site) batch(w http.ResponseWriter, r *http.Request, f *batchForm) (*batchPage, *progress, error) {
	rows, err := counted(bounded(f.rows))
	if err != nil {
		return nil, nil, f.cannotRead(err)
	}
	if len(rows) == 0 {
		f.errs = append(f.errs, fieldError{f.field(), f.label(), "There is no name in it. Write one name a line, or choose a file of names"})
		return nil, nil, nil
	}
	page := &batchPage{File: f.file, Day: f.day, Read: len(rows)}
	far := tellsOf(w, r, len(rows))
	counts := map[string]int{}
	var kept strings.Builder
	err = s.Screener.Rows(r.Context(), inTurn(rows), f.day, func(a screen.Answered, j report.AnswerJSON) error {
		line := s.batchLine(f, a, j)
		j.Name = strings.Join(a.Row.Party["name"], "; ")
		page.Lines, page.answers = append(page.Lines, line), append(page.answers, j)
		page.Against = j.Against
		counts[j.Outcome]++
		if line.Refused {
			page.Refused++
		}
		far.tell(len(page.Lines))
		return keepRow(&kept, a.Row)
	})
	switch {
	case err != nil:
		return nil, far, f.cannotRead(err)
	case len(page.Lines) != page.Read:
		return nil, far, fault.New(fault.Internal, "%d rows came in and %d were answered", page.Read, len(page.Lines))
	}
	if f.how != nil {
		page.Columns, page.NotUsed = f.how.Names(), report.UnusedColumns(f.how)
	}
	if kept.Len() < maxBody-16<<10 {
		page.Rows = kept.String()
	}
	for _, o := range outcomes {
		if counts[o] > 0 {
			page.Counts = append(page.Counts, batchCount{o, counts[o]})
		}
	}
	return page, far, nil
}

// cannotRead puts what the sender can mend beside the field; other faults go on.
func (f *batchForm) cannotRead(err error) error {
	if c := fault.CodeOf(err); c != fault.Invalid && c != fault.TooLarge {
		return err
	}
	f.errs = append(f.errs, fieldError{f.field(), f.label(), f.where(screen.Row{Line: lineOf(err)}, err)})
	return nil
}

func (f *batchForm) field() string {
	if f.file != "" {
		return "f-file"
	}
	return "f-names"
}

func (f *batchForm) label() string {
	if f.file != "" {
		return f.file
	}
	return "Names"
}

// lineOf gives the line of a file that a fault lies in; 0 for none.
func lineOf(err error) int {
	if fe := new(fault.Error); errors.As(err, &fe) {
		return fe.Place.Line
	}
	return 0
}

// bounded ends rows with a fault when there are too many.
func bounded(rows iter.Seq2[screen.Row, error]) iter.Seq2[screen.Row, error] {
	return func(yield func(screen.Row, error) bool) {
		for row, err := range rows {
			if err == nil && row.Number > maxBatch {
				err = fault.New(fault.TooLarge, "there are more than %d rows", maxBatch).
					WithFix("send them in parts, or use `cordon screen --input FILE`, which takes any number")
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

func (s *Site) batchLine(f *batchForm, a screen.Answered, j report.AnswerJSON) batchLine {
	line := batchLine{Number: a.Row.Number, Line: a.Row.Line, Outcome: j.Outcome, Reason: j.Reason}
	for _, n := range a.Row.Party["name"] {
		line.Names = append(line.Names, NameOf(n))
	}
	line.Other = otherFields(a.Row.Party)
	if err := s.refusal(a.Row); err != nil {
		line.Refused, line.Reason = true, f.where(a.Row, err)
	}
	for _, f := range a.Answer.Flags {
		line.Flags = append(line.Flags, report.FlagSentence(f))
	}
	if len(a.Answer.Hits) > 0 {
		h := &a.Answer.Hits[0]
		line.Best = &batchHit{NameOf(h.Caption), TierOf(h.Tier, h.Statuses), whoAddress(h.ID), percent(report.Score(h.Score))}
		line.More = len(a.Answer.Hits) - 1 + a.Answer.More
	}
	return line
}

// refusal gives the fault of a row that cannot be read.
func (s *Site) refusal(r screen.Row) error {
	if r.Err != nil {
		return r.Err
	}
	_, _, err := r.Party.Input(s.Desk.Places)
	return err
}

// where says what is wrong with a row, and in which line and column it stands.
func (f *batchForm) where(r screen.Row, err error) string {
	place := ""
	if r.Line > 0 {
		place = "line " + strconv.Itoa(r.Line)
	}
	if field := screen.FieldOf(err); field != "" {
		column := field
		if f.how != nil && len(f.how.Mapping[field]) > 0 {
			column = strings.Join(f.how.Mapping[field], "” or “")
		}
		place = strings.TrimPrefix(place+", column “"+column+"”", ", ")
	}
	if place == "" {
		return plain(err)
	}
	return capital(place) + ": " + plain(err)
}

// otherFields writes what a row says besides names.
func otherFields(p screen.Party) string {
	var names, parts []string
	for name := range p {
		if name != "name" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, n := range names {
		parts = append(parts, report.PropertyWord(n)+": "+strings.Join(p[n], ", "))
	}
	return strings.Join(parts, "; ")
}

// keptRow is a row as it goes to the reader and back, so that the same batch can
// be had as a file without being kept here.
type keptRow struct {
	Row     int          `json:"row"`
	Line    int          `json:"line"`
	Party   screen.Party `json:"party,omitempty"`
	Refused string       `json:"refused,omitempty"`
}

func keepRow(b *strings.Builder, r screen.Row) error {
	k := keptRow{Row: r.Number, Line: r.Line, Party: r.Party}
	if r.Err != nil {
		k.Refused = plain(r.Err)
	}
	line, err := json.Marshal(k)
	b.Write(append(line, '\n'))
	return err
}

// readRows reads the rows that a page of results sends back.
func readRows(s string) (iter.Seq2[screen.Row, error], error) {
	var list []screen.Row
	dec := json.NewDecoder(strings.NewReader(s))
	dec.DisallowUnknownFields()
	for dec.More() {
		var k keptRow
		if err := dec.Decode(&k); err != nil {
			return nil, fault.New(fault.Invalid, "the rows of the batch came back damaged").WithFix("send the batch again")
		}
		row := screen.Row{Number: len(list) + 1, Line: k.Line, Party: k.Party}
		for field := range k.Party {
			if err := screen.CheckField(field); err != nil {
				return nil, err
			}
		}
		if k.Refused != "" {
			row.Err = fault.New(fault.Invalid, "%s", k.Refused)
		}
		list = append(list, row)
	}
	return inTurn(list), nil
}

// fileKinds are the files that a batch can be had as.
var fileKinds = map[string]string{
	"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "jsonl": "application/jsonl",
}

func (s *Site) sendBatch(w http.ResponseWriter, r *http.Request, page *batchPage, format string) error {
	kind, ok := fileKinds[format]
	if !ok {
		return fault.New(fault.Usage, "a batch cannot be had as %q", format).WithFix("choose csv, xlsx or jsonl")
	}
	var b bytes.Buffer
	if err := report.WriteAnswers(&b, format, page.answers); err != nil {
		return fault.Wrap(fault.Internal, err, "the answers as a file")
	}
	w.Header().Set("Content-Disposition", `attachment; filename="screening.`+format+`"`)
	s.send(w, r, kind, http.StatusOK, b.Bytes())
	return nil
}
