package web

import (
	"bytes"
	"cmp"
	"errors"
	"io"
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
// has room for a file as it goes back and forth.
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
	// Held is what was sent, for the same batch in another order or as a file.
	Held    heldBatch
	Against []report.AgainstJSON
	answers []report.AnswerJSON
	// Total is the number of all rows; Only and Order say which are shown, and how they are put.
	Total       int
	Only, Order string
	Words       string
	// Read is how many rows came in: each of them is answered.
	Read int
	// Columns say how a file was read.
	Columns columnsForm
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
	// sent is the file, or the names; given says which of its columns is which, as chosen says it.
	sent   string
	given  screen.Mapping
	chosen []chosenColumn
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
	page := &whoPage{Typed: map[string]string{}, Names: f.names, BatchDate: f.date, Errors: f.errs, Batch: true, Held: f.held(), Columns: f.columns()}
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
	if err := f.take(r); err != nil {
		return nil, err
	}
	f.open()
	return f, nil
}

// take takes what was sent: a file, names, or what a page of results held of either.
func (f *batchForm) take(r *http.Request) (err error) {
	if held := r.PostFormValue("held"); held != "" {
		whole := false
		if f.sent, whole = unpack(held, maxBody); !whole || len(f.sent) > maxBody {
			return fault.New(fault.Invalid, "the batch came back damaged").WithFix("go back and send it again")
		}
		f.file = r.PostFormValue("held_name")
		f.given, f.chosen, err = mappingOf(r.PostForm["column"], r.PostForm["field"])
		return err
	}
	f.sent = f.names
	file, head, err := r.FormFile("file")
	if err != nil || head.Size == 0 { // a form without a file
		return nil
	}
	f.file, f.sent = filepath.Base(head.Filename), ""
	if head.Size > maxUpload {
		f.errs = append(f.errs, fieldError{"f-file", "File", plain(tooLarge())})
		return nil
	}
	b, err := io.ReadAll(file)
	f.sent = string(b)
	return err
}

// open opens the rows of what was sent. What the sender can mend stands in errs.
func (f *batchForm) open() {
	if f.file == "" {
		f.rows = screen.Lines(f.sent)
		return
	}
	if len(f.errs) > 0 && f.sent == "" {
		return
	}
	var err error
	f.rows, f.how, err = screen.Rows(f.file, strings.NewReader(f.sent), f.given)
	if err == nil {
		return
	}
	if f.how != nil && !f.how.Named() {
		f.errs = append(f.errs, fieldError{"f-column-0", f.file, "No column of it is called a name. Say which one holds the name; no row was looked for yet"})
		return
	}
	f.errs = append(f.errs, fieldError{"f-file", "File", f.where(screen.Row{Line: lineOf(err)}, err)})
}

func tooLarge() error {
	return fault.New(fault.TooLarge, "that is more than %d kB", maxUpload>>10).
		WithFix("send it in parts, or use `cordon screen --input FILE`, which takes files of any size")
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
	page := &batchPage{File: f.file, Day: f.day, Read: len(rows), Held: f.held()}
	far := tellsOf(w, r, len(rows))
	counts := map[string]int{}
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
		return nil
	})
	switch {
	case err != nil:
		return nil, far, f.cannotRead(err)
	case len(page.Lines) != page.Read:
		return nil, far, fault.New(fault.Internal, "%d rows came in and %d were answered", page.Read, len(page.Lines))
	}
	page.Columns = f.columns() // of JSON Lines they are known when all rows are read
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
