package activity

import (
	"bytes"
	"errors"
	"io"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Decoder reads activities from JSON objects, one after the other, reusing what
// it can. It is not safe for concurrent use; each worker has its own.
type Decoder struct {
	ref *Reference
	dec jsontext.Decoder
	buf bytes.Reader
}

// NewDecoder makes a decoder that checks against r.
func NewDecoder(r *Reference) *Decoder { return &Decoder{ref: r} }

// Decode reads the one activity in data, a JSON object. Errors name the field,
// not the file: the caller knows the line.
func (d *Decoder) Decode(data []byte, a *Activity) error {
	d.buf.Reset(data)
	d.dec.Reset(&d.buf)
	a.ID, a.Kind, a.Date = "", vocab.NoKind, when.Period{From: when.NoDay}
	a.Facts, a.Goods, a.Parties = a.Facts[:0], a.Goods[:0], a.Parties[:0]
	if err := d.object(a); err != nil {
		var syn *jsontext.SyntacticError
		if errors.As(err, &syn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return fault.New(fault.Invalid, "this is not valid JSON: %v", err)
		}
		return err
	}
	if _, err := d.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "something follows the object").WithFix("write one object a line")
	}
	if a.Kind == vocab.NoKind {
		return fault.New(fault.Invalid, "the activity has no kind").WithFix(`say what is done, as "kind": "transfer"`)
	}
	if a.Date.From == when.NoDay {
		return fault.New(fault.Invalid, "the activity has no date").WithFix(`say when, as "date": "2017-07-04"`)
	}
	return d.ref.check(a, func(i int) fault.Place {
		return fault.Place{Field: "goods[" + strconv.Itoa(i+1) + "].hs"}
	})
}

func (d *Decoder) object(a *Activity) error {
	if err := d.open('{', "an activity", "a JSON object"); err != nil {
		return err
	}
	for {
		tok, err := d.dec.ReadToken()
		if err != nil {
			return err
		}
		if tok.Kind() == '}' {
			return nil
		}
		key := tok.String()
		switch {
		case key == "id":
			a.ID, err = d.text("id")
			if err == nil && len(a.ID) > 256 {
				err = fault.New(fault.Invalid, "an id has at most 256 bytes")
			}
		case key == "kind":
			var s string
			if s, err = d.text("kind"); err == nil {
				a.Kind, err = kindNamed(s)
			}
		case key == "date":
			var s string
			if s, err = d.text("date"); err == nil {
				a.Date, err = when.Parse(s)
			}
		case key == "goods":
			a.Goods, err = d.list("goods", a.Goods)
		case key == "parties":
			a.Parties, err = d.list("parties", a.Parties)
		default:
			if id, ok := keys[""][key]; ok {
				err = d.value(&a.Facts, id)
			} else if _, ok := keys[key]; ok {
				err = d.group(key, &a.Facts)
			} else {
				err = unknownKey("", key)
			}
		}
		if err != nil {
			var syn *jsontext.SyntacticError
			if errors.As(err, &syn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return err
			}
			return fault.In(fault.Place{Field: key}, err)
		}
	}
}

func (d *Decoder) open(kind jsontext.Kind, what, form string) error {
	tok, err := d.dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() != kind {
		return fault.New(fault.Invalid, "%s must be %s", what, form)
	}
	return nil
}

func (d *Decoder) text(key string) (string, error) {
	tok, err := d.dec.ReadToken()
	if err != nil {
		return "", err
	}
	if tok.Kind() != '"' {
		return "", fault.New(fault.Invalid, "%s must be a text in quotes", key)
	}
	return tok.String(), nil
}

func (d *Decoder) list(name string, lines []Facts) ([]Facts, error) {
	if err := d.open('[', name, "a list"); err != nil {
		return lines, err
	}
	for d.dec.PeekKind() != ']' {
		if len(lines) == MaxLines {
			return lines, fault.New(fault.TooLarge, "%s has more than %d entries", name, MaxLines)
		}
		if len(lines) < cap(lines) {
			lines = lines[:len(lines)+1]
			lines[len(lines)-1] = lines[len(lines)-1][:0]
		} else {
			lines = append(lines, nil)
		}
		if err := d.group(name, &lines[len(lines)-1]); err != nil {
			return lines, err
		}
	}
	_, err := d.dec.ReadToken()
	return lines, err
}

func (d *Decoder) group(name string, fs *Facts) error {
	if err := d.open('{', name, "a JSON object"); err != nil {
		return err
	}
	known := keys[name]
	for {
		tok, err := d.dec.ReadToken()
		if err != nil {
			return err
		}
		if tok.Kind() == '}' {
			return nil
		}
		key := tok.String()
		id, ok := known[key]
		if !ok {
			return unknownKey(name, key)
		}
		if err := d.value(fs, id); err != nil {
			return err
		}
	}
}

// value reads one fact. A number in place of a text would lose leading zeros
// and precision, so each type takes its own JSON type and no other.
func (d *Decoder) value(fs *Facts, id vocab.FactID) error {
	f := vocab.FactOf(id)
	tok, err := d.dec.ReadToken()
	if err != nil {
		return err
	}
	k := tok.Kind()
	if k == 'n' {
		return nil
	}
	var v Value
	switch {
	case f.Type == vocab.Bool && (k == 't' || k == 'f'):
		if k == 't' {
			v.Num = 1
		}
	case f.Type == vocab.Number && k == '0':
		v, err = d.ref.Parse(id, tok.String())
	case k == '"' && (f.Type != vocab.Bool && f.Type != vocab.Number || tok.String() == unknown):
		v, err = d.ref.Parse(id, tok.String())
	default:
		form := "a text in quotes"
		switch f.Type {
		case vocab.Bool:
			form = `true or false, without quotes, or "unknown"`
		case vocab.Number:
			form = `a number, without quotes, or "unknown"`
		}
		err = fault.New(fault.Invalid, "%s must be %s", f.Name, form)
	}
	if err != nil {
		return fault.In(fault.Place{Field: f.Name}, err)
	}
	fs.Set(id, v)
	return nil
}

// AppendJSON appends the canonical form of a: keys in the order of the
// vocabulary, values in normal form. Equal activities give equal bytes,
// however they were written.
func (a *Activity) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	if a.ID != "" {
		b = append(b, `"id":`...)
		b = appendString(b, a.ID)
		b = append(b, ',')
	}
	b = append(b, `"kind":"`...)
	b = append(b, vocab.KindOf(a.Kind).Name...)
	b = append(b, `","date":"`...)
	b = append(b, a.Date.String()...)
	b = append(b, '"')
	group := ""
	for _, g := range a.Facts {
		f := vocab.FactOf(g.Fact)
		if f.Group != group {
			if group != "" {
				b = append(b, '}')
			}
			if group = f.Group; group != "" {
				b = append(b, ',', '"')
				b = append(b, group...)
				b = append(b, `":{`...)
			} else {
				b = append(b, ',')
			}
		} else {
			b = append(b, ',')
		}
		b = appendFact(b, f, g.Value)
	}
	if group != "" {
		b = append(b, '}')
	}
	b = appendLines(b, "goods", a.Goods)
	b = appendLines(b, "parties", a.Parties)
	return append(b, '}')
}

func appendLines(b []byte, name string, lines []Facts) []byte {
	if len(lines) == 0 {
		return b
	}
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, `":[`...)
	for i, line := range lines {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		for j, g := range line {
			if j > 0 {
				b = append(b, ',')
			}
			b = appendFact(b, vocab.FactOf(g.Fact), g.Value)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendFact(b []byte, f *vocab.Fact, v Value) []byte {
	b = append(b, '"')
	b = append(b, f.Key...)
	b = append(b, '"', ':')
	switch {
	case !v.Unknown && (f.Type == vocab.Bool || f.Type == vocab.Number):
		return append(b, v.Format(f.Type)...)
	default:
		return appendString(b, v.Format(f.Type))
	}
}

func appendString(b []byte, s string) []byte {
	out, err := jsontext.AppendQuote(b, s)
	if err != nil { // not valid UTF-8; Parse lets none in
		out, _ = jsontext.AppendQuote(b, strconv.QuoteToASCII(s))
	}
	return out
}
