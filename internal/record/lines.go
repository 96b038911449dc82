package record

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/jsonlines"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// AppendJSON appends the canonical form of a record: one JSON object without line
// end, its fields in a fixed order, those with their zero value left out, figures as
// a number or as [low, high]. Equal records give equal bytes. A text that is not
// valid UTF-8 is written with its bytes escaped.
func AppendJSON(b []byte, r *Record) []byte {
	b = append(b, '{')
	first := true
	key := func(name string) {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, '"')
		b = append(b, name...)
		b = append(b, '"', ':')
	}
	for i := range fields {
		f := &fields[i]
		switch {
		case f.text != nil:
			if s := f.text(r); s != "" {
				key(f.name)
				b = appendText(b, s)
			}
		case f.span != nil:
			if v := f.span(r); v.Known {
				key(f.name)
				b = appendRange(b, *v)
			}
		case f.flag != nil:
			if *f.flag(r) {
				key(f.name)
				b = append(b, "true"...)
			}
		default:
			if n := *f.count(r); n != 0 {
				key(f.name)
				b = strconv.AppendInt(b, int64(n), 10)
			}
		}
	}
	return append(b, '}')
}

func appendRange(b []byte, v Range) []byte {
	if v.Low == v.High {
		return strconv.AppendFloat(b, v.Low, 'f', -1, 64)
	}
	b = strconv.AppendFloat(append(b, '['), v.Low, 'f', -1, 64)
	b = strconv.AppendFloat(append(b, ','), v.High, 'f', -1, 64)
	return append(b, ']')
}

func appendText(b []byte, s string) []byte {
	out, err := jsontext.AppendQuote(b, s)
	if err != nil {
		out, _ = jsontext.AppendQuote(b, strings.ToValidUTF8(s, "\uFFFD"))
	}
	return out
}

func unknownField(name string) *fault.Error {
	err := fault.New(fault.Invalid, "a record has no field %q", clip(name))
	if near := text.NearestOf(name, fieldNames, 1); len(near) > 0 {
		return err.WithFix("did you mean %s?", near[0])
	}
	return err.WithFix("the fields are: %s", strings.Join(fieldNames, ", "))
}

// JSON reads one JSON object into r, which is first made empty, and checks it. Unknown
// and repeated keys, values of the wrong type and a record that does not pass
// [Record.Check] are fault.Invalid with the field.
func (d *Decoder) JSON(data []byte, r *Record) error {
	*r = Empty()
	dec := jsontext.NewDecoder(bytes.NewBuffer(data))
	err := d.object(dec, r)
	if err == nil {
		if _, end := dec.ReadToken(); !errors.Is(end, io.EOF) {
			err = fault.New(fault.Invalid, "something follows the object").WithFix("write one object a line")
		}
	}
	var f *fault.Error
	switch {
	case err == nil:
		return r.Check()
	case errors.As(err, &f):
		return err
	}
	return fault.New(fault.Invalid, "this is not valid JSON: %v", err)
}

func (d *Decoder) object(dec *jsontext.Decoder, r *Record) error {
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() != '{' {
		return fault.New(fault.Invalid, "a record must be a JSON object")
	}
	for {
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if tok.Kind() == '}' {
			return nil
		}
		name := tok.String()
		f, ok := fieldAt[name]
		if !ok {
			return unknownField(name)
		}
		if err := d.value(dec, r, f); err != nil {
			var fl *fault.Error
			if errors.As(err, &fl) {
				return fl.At(fault.Place{Field: name})
			}
			return err
		}
	}
}

func (d *Decoder) value(dec *jsontext.Decoder, r *Record, f *field) error {
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	switch k := tok.Kind(); {
	case f.span != nil && k == '[':
		*f.span(r), err = readBounds(dec)
		return err
	case (f.span != nil || f.count != nil) && k == '0', f.flag != nil && (k == 't' || k == 'f'):
		return d.setText(r, f, tok.String())
	case f.text != nil && k == '"':
		if s := tok.String(); s != "" {
			return d.setText(r, f, s)
		}
		return nil
	}
	want := "a text in quotes"
	switch {
	case f.span != nil:
		want = "a number or [low, high]"
	case f.flag != nil:
		want = "true or false"
	case f.count != nil:
		want = "a count"
	}
	return fault.New(fault.Invalid, "the value must be %s", want)
}

// readBounds reads the rest of [low, high].
func readBounds(dec *jsontext.Decoder) (Range, error) {
	var v [2]float64
	for i := range v {
		tok, err := dec.ReadToken()
		if err != nil {
			return Range{}, err
		}
		ok := false
		if tok.Kind() == '0' {
			v[i], ok = ParseNumber(tok.String())
		}
		if !ok {
			return Range{}, fault.New(fault.Invalid, "the value must be a number or [low, high]")
		}
	}
	tok, err := dec.ReadToken()
	if err == nil && tok.Kind() != ']' {
		err = fault.New(fault.Invalid, "a range has two bounds")
	}
	return Range{Low: v[0], High: v[1], Known: true}, err
}

// Empty gives a record in which nothing is said: no period and no day on which its
// source was seen.
func Empty() Record {
	return Record{Period: when.Period{From: when.NoDay, To: when.NoDay}, Source: Source{Seen: when.NoDay}}
}

// lineReader reads JSON Lines.
type lineReader struct {
	lines *jsonlines.Reader
	file  string
	dec   Decoder
	base  Record
	tally Tally
}

// NewLines makes a [Reader] of canonical JSON Lines. A line that cannot be read is
// refused and the next one read, but a last line that is broken off is an error: the
// file is not whole. base gives the series and source of records that state none.
func NewLines(src io.Reader, file string, d Decoder, base Record) (Reader, error) {
	l, err := jsonlines.NewReader(src, file)
	if err != nil {
		return nil, err
	}
	return &lineReader{lines: l, file: file, dec: d, base: base}, nil
}

// Tally is part of Reader.
func (l *lineReader) Tally() Tally { return l.tally }

// Each is part of Reader.
func (l *lineReader) Each(ctx context.Context, yield func(*Record) error) error {
	var r Record
	for {
		b, line, err := l.lines.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err == nil:
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if err := l.dec.JSON(b, &r); err != nil {
			if l.lines.Cut() {
				return l.lines.Broken(err)
			}
			l.tally.Refuse(fault.Place{File: l.file, Line: line}, err)
			continue
		}
		if r.Row == 0 {
			r.Row = line
		}
		r.fill(&l.base)
		l.tally.Handle(&r)
		if err := yield(&r); err != nil {
			return err
		}
	}
}

// fill gives a record the series and source of base where it has none.
func (r *Record) fill(base *Record) {
	if r.Series == "" {
		r.Series = base.Series
	}
	if r.Source.URL == "" && r.Source.Title == "" && r.Source.Publisher == "" {
		sha := r.Source.SHA256
		r.Source = base.Source
		if sha != "" {
			r.Source.SHA256 = sha
		}
	}
	if r.Scope == "" {
		r.Scope = base.Scope
	}
}
