package screen

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/tabular"
	"github.com/cordon-engine/cordon/internal/when"
)

// Row is one party of a file. Err is set when it could not be read; then it is
// answered with not_screened and that reason.
type Row struct {
	// Number counts the rows from 1, without the header.
	Number int
	// Line is where it begins in the file.
	Line  int
	Party Party
	// Ref is by what its owner calls the party, where that is known.
	Ref string
	Err error
}

// Answered is a row with its answer.
type Answered struct {
	Row    Row
	Answer screening.Answer
}

// Batch is what applies to every row of a file.
type Batch struct {
	Lists     []string
	AsOf      when.Day
	Threshold float64
	Limit     int
	Places    *place.Gazetteer
	// Schema is taken for rows that name none.
	Schema string
	// Skip is the number of rows that were answered before (a file that is
	// gone on with); they are read and not answered.
	Skip int
	// Workers is the number of rows answered at once; the processors unless
	// given.
	Workers int
}

// chunk is how many rows a worker takes at a time.
const chunk = 64

// Run answers every row, in order: rows in are rows out, whatever is in them.
// It calls out for each; memory does not grow with the file. An error of out or
// of the rows ends it.
func (d *Desk) Run(ctx context.Context, b Batch, rows iter.Seq2[Row, error], out func(Answered) error) (err error) {
	workers := b.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type job struct {
		rows []Row
		done chan []Answered
	}
	jobs := make(chan job, workers)
	order := make(chan job, 2*workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range jobs {
				answers := make([]Answered, len(j.rows))
				for i, r := range j.rows {
					answers[i] = Answered{r, d.answer(b, r)}
				}
				j.done <- answers
			}
		})
	}
	var readErr error
	wg.Go(func() {
		defer close(order)
		defer close(jobs)
		var rs []Row
		send := func() bool {
			j := job{rs, make(chan []Answered, 1)}
			rs = nil
			select {
			case order <- j:
			case <-ctx.Done():
				return false
			}
			jobs <- j
			return true
		}
		for r, err := range rows {
			if err != nil {
				readErr = err
				break
			}
			if r.Number <= b.Skip {
				continue
			}
			if rs = append(rs, r); len(rs) == chunk && !send() {
				return
			}
		}
		if len(rs) > 0 {
			send()
		}
	})
	for j := range order {
		answers := <-j.done
		if err != nil {
			continue
		}
		for _, a := range answers {
			if err = out(a); err != nil {
				cancel()
				break
			}
		}
	}
	wg.Wait()
	if err == nil {
		err = readErr
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}

func (d *Desk) answer(b Batch, r Row) screening.Answer {
	err := r.Err
	if err == nil {
		if b.Schema != "" && len(r.Party["schema"]) == 0 {
			r.Party["schema"] = []string{b.Schema}
		}
		in, notes, e := r.Party.Input(b.Places)
		if e == nil {
			a := d.Screen(screening.Query{Input: in, Lists: b.Lists, AsOf: b.AsOf, Threshold: b.Threshold, Limit: b.Limit})
			a.Notes = append(a.Notes, notes...)
			return a
		}
		err = e
	}
	return screening.Answer{Outcome: screening.NotScreened, Reason: err.Error(), Against: d.Against()}
}

// TableRows gives the rows of a table. A row that cannot be read is a row with
// its error; only what makes the rest unreadable ends the rows.
func TableRows(t *tabular.Reader, m Mapping) iter.Seq2[Row, error] {
	type value struct {
		field   string
		columns []string
	}
	var values []value
	for field, columns := range m {
		for _, c := range columns {
			if field != Ignore {
				values = append(values, value{field, partsOf(c, t.Columns())})
			}
		}
	}
	return func(yield func(Row, error) bool) {
		for n := 1; ; n++ {
			row, err := t.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			r := Row{Number: n}
			var bad *tabular.RowError
			switch {
			case errors.As(err, &bad):
				r.Line, r.Err = bad.Line, fault.New(fault.Invalid, "%s", bad.Reason).At(fault.Place{Line: bad.Line})
			case err != nil:
				yield(Row{}, err)
				return
			default:
				r.Line, r.Party = row.Line, Party{}
				for _, v := range values {
					if cell := cellOf(row, v.columns); cell != "" {
						r.Party[v.field] = append(r.Party[v.field], cell)
					}
				}
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// cellOf gives the text of a column, or of several that make one value.
func cellOf(row *tabular.Row, columns []string) string {
	if len(columns) == 1 {
		return row.Get(columns[0])
	}
	var texts []string
	for _, c := range columns {
		if v := row.Get(c); v != "" {
			texts = append(texts, v)
		}
	}
	return strings.Join(texts, " ")
}

// MaxLine is the longest line of a file of JSON Lines, in bytes.
const MaxLine = 1 << 20

// JSONRows gives the rows of JSON Lines: an object a line whose keys are fields
// (or what a mapping names) and whose values are texts, numbers or lists of them.
// Another key is a fault of its row.
func JSONRows(r io.Reader, m Mapping) iter.Seq2[Row, error] {
	how := newReading(m)
	how.exact = true
	return jsonRows(r, how)
}

func jsonRows(r io.Reader, how *Reading) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		br := bufio.NewReaderSize(r, 64<<10)
		line := 0
		for n := 1; ; {
			b, tooLong, err := readLine(br)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Row{}, err)
				return
			}
			line++
			if end := errors.Is(err, io.EOF); end && len(b) == 0 && !tooLong {
				return
			}
			if len(bytes.TrimSpace(b)) == 0 && !tooLong {
				continue
			}
			row := Row{Number: n, Line: line}
			if tooLong {
				row.Err = fault.New(fault.TooLarge, "the line is longer than %d bytes", MaxLine)
			} else {
				row.Party, row.Err = how.party(b)
			}
			row.Err = fault.In(fault.Place{Line: line}, row.Err)
			if !yield(row, nil) {
				return
			}
			n++
		}
	}
}

// readLine reads a line without its end; one that is too long is read past.
func readLine(br *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := br.ReadSlice('\n')
		if !tooLong {
			line = append(line, part...)
		}
		if len(line) > MaxLine {
			line, tooLong = nil, true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimRight(line, "\r\n"), tooLong, err
		}
	}
}

// party reads an object.
func (r *Reading) party(b []byte) (Party, error) {
	var raw map[string]any
	if err := json.Unmarshal(b, &raw); err != nil {
		return nil, fault.New(fault.Invalid, "not a JSON object: %v", err)
	}
	p := Party{}
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		fields, err := r.key(key)
		if err != nil {
			return nil, err
		}
		values, err := textsOf(raw[key])
		if err != nil && len(fields) > 0 {
			return nil, fault.In(fault.Place{Field: key}, err)
		}
		for _, field := range fields {
			p[field] = append(p[field], values...)
		}
	}
	return p, nil
}

func textsOf(v any) ([]string, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		if v = strings.TrimSpace(v); v == "" {
			return nil, nil
		}
		return []string{v}, nil
	case float64:
		if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
			return nil, fault.New(fault.Invalid, "a number that is not whole, or too large to be read exactly").WithFix("write it as a text")
		}
		return []string{strings.TrimSuffix(fmt.Sprintf("%.0f", v), ".0")}, nil
	case []any:
		var out []string
		for _, x := range v {
			if _, nested := x.([]any); nested {
				return nil, fault.New(fault.Invalid, "a list in a list")
			}
			t, err := textsOf(x)
			if err != nil {
				return nil, err
			}
			out = append(out, t...)
		}
		return out, nil
	}
	return nil, fault.New(fault.Invalid, "neither a text, a number nor a list of them")
}

// ParseParty reads a party from a JSON object whose keys are fields.
func ParseParty(b []byte) (Party, error) {
	r := newReading(nil)
	r.exact = true
	return r.party(b)
}
