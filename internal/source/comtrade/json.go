package comtrade

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/fault"
)

// NewJSON makes a reader of an answer of the interface: one object whose data is a
// list of rows. An answer that carries an error, says another count than it has rows,
// or ends before its end is an error of the file.
func NewJSON(src io.Reader, o Options) (*Reader, error) {
	r := newReader(o)
	r.items = true
	j := &answer{dec: jsontext.NewDecoder(src), reader: r, unused: map[string]bool{}, count: -1}
	r.each = func(ctx context.Context, row func(int, *cells) error) error {
		defer j.tellUnused()
		return fault.In(fault.Place{File: o.File}, j.read(ctx, row))
	}
	return r, nil
}

// answer reads one answer of the interface.
type answer struct {
	dec    *jsontext.Decoder
	reader *Reader
	unused map[string]bool
	count  int // of rows, as the answer says; -1 when it does not
	rows   int
}

func (j *answer) tellUnused() {
	for name := range j.unused {
		j.reader.tally.Unused = append(j.reader.tally.Unused, name)
	}
	slices.Sort(j.reader.tally.Unused)
}

func (j *answer) read(ctx context.Context, row func(int, *cells) error) error {
	err := j.envelope(ctx, row)
	var f *fault.Error
	var syntax *jsontext.SyntacticError
	switch {
	case err == nil || errors.As(err, &f):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Invalid, "the answer is broken off").WithFix("fetch it again")
	case errors.As(err, &syntax):
		return fault.New(fault.Invalid, "this is not valid JSON: %v", err)
	}
	return err
}

func (j *answer) envelope(ctx context.Context, row func(int, *cells) error) error {
	tok, err := j.dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() != '{' {
		return fault.New(fault.Invalid, "an answer of UN Comtrade is one object with data")
	}
	seen := false
	for {
		tok, err := j.dec.ReadToken()
		if err != nil {
			return err
		}
		if tok.Kind() == '}' {
			break
		}
		switch key := tok.String(); key {
		case "data":
			seen = true
			err = j.data(ctx, row)
		case "count":
			err = j.readCount()
		case "error":
			err = j.failed()
		case "elapsedTime":
			err = j.dec.SkipValue()
		default:
			return fault.New(fault.Invalid, "an answer of UN Comtrade has no key %q", clip(key)).
				WithFix("it has elapsedTime, count, data and error")
		}
		if err != nil {
			return err
		}
	}
	switch {
	case !seen:
		return fault.New(fault.Invalid, "the answer has no data")
	case j.count >= 0 && j.count != j.rows:
		return fault.New(fault.Invalid, "the answer says that it has %d rows and has %d", j.count, j.rows).WithFix("fetch it again")
	}
	if _, err := j.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "something follows the answer").WithFix("load each answer from a file of its own")
	}
	return nil
}

func (j *answer) readCount() error {
	tok, err := j.dec.ReadToken()
	if err != nil {
		return err
	}
	if n := atoi(tok.String()); tok.Kind() == '0' && n >= 0 {
		j.count = n
	}
	return nil
}

// failed passes on the error that an answer carries; "" is none.
func (j *answer) failed() error {
	tok, err := j.dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() == 'n' || tok.Kind() == '"' && tok.String() == "" {
		return nil
	}
	return fault.New(fault.Invalid, "the publication answered with an error: %s", clip(tok.String())).WithFix("ask again")
}

func (j *answer) data(ctx context.Context, row func(int, *cells) error) error {
	tok, err := j.dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() != '[' {
		return fault.New(fault.Invalid, "data must be a list of rows")
	}
	for j.dec.PeekKind() != ']' {
		if err := ctx.Err(); err != nil {
			return err
		}
		var c cells
		if err := j.row(&c); err != nil {
			return err
		}
		j.rows++
		if err := row(j.rows, &c); err != nil {
			return err
		}
	}
	_, err = j.dec.ReadToken()
	return err
}

func (j *answer) row(c *cells) error {
	tok, err := j.dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() != '{' {
		return fault.New(fault.Invalid, "row %d is not an object", j.rows+1)
	}
	for {
		tok, err := j.dec.ReadToken()
		if err != nil {
			return err
		}
		if tok.Kind() == '}' {
			return nil
		}
		name := tok.String()
		col, known := columnNamed(name)
		v, err := j.dec.ReadToken()
		if err != nil {
			return err
		}
		switch v.Kind() {
		case '{', '[':
			return fault.New(fault.Invalid, "%s of row %d is not a single value", clip(name), j.rows+1)
		case 'n':
			continue
		}
		switch {
		case known:
			c[col] = trim(v.String())
		case !ignored[strings.ToLower(name)]:
			j.unused[name] = true
		}
	}
}
