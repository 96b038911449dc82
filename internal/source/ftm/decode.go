package ftm

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/fault"
)

// prop is one property with its values.
type prop struct {
	name   string
	values []string
	used   bool
}

// entity is one line, decoded.
type entity struct {
	op                  string // of a delta; "" in a list
	id, schema, caption string
	props               []prop
	datasets, referents []string
	firstSeen, lastSeen string
	lastChange          string
	unknown             []string // keys that nobody knows
	wrapped             bool     // it stood inside an operation
}

// take gives the values of a property and marks it as used.
func (e *entity) take(name string) []string {
	for i := range e.props {
		if e.props[i].name == name {
			e.props[i].used = true
			return e.props[i].values
		}
	}
	return nil
}

// first gives the first value of a property.
func (e *entity) first(name string) string {
	if v := e.take(name); len(v) > 0 {
		return v[0]
	}
	return ""
}

// decoder decodes lines. What it gives is valid until the next.
type decoder struct {
	d     *jsontext.Decoder
	buf   bytes.Buffer
	names map[string]string // property names and the like, each once
	e     entity
}

func newDecoder() *decoder {
	return &decoder{d: jsontext.NewDecoder(bytes.NewReader(nil)), names: map[string]string{}}
}

// decode reads a line: an entity, or an operation of a delta around one. If want
// is given, only the properties for which it holds are kept; it is asked with
// the schema as far as that is known then.
func (d *decoder) decode(line []byte, want func(schema, property string) bool) (*entity, error) {
	d.buf.Reset()
	d.buf.Write(line)
	d.d.Reset(&d.buf)
	for i := range d.e.props {
		d.e.props[i].values = nil
	}
	d.e = entity{props: d.e.props[:0]}
	if err := d.object(want, true); err != nil {
		return nil, err
	}
	if _, err := d.d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "something stands behind the object")
	}
	switch {
	case !slices.Contains([]string{"", "ADD", "MOD", "DEL"}, d.e.op):
		return nil, fault.New(fault.Invalid, "there is no operation %q", d.e.op)
	case d.e.wrapped != (d.e.op != ""):
		return nil, fault.New(fault.Invalid, "an operation has an entity, and an entity no operation")
	case d.e.id == "":
		return nil, fault.New(fault.Invalid, "it has no id")
	case d.e.schema == "" && d.e.op != "DEL":
		return nil, fault.New(fault.Invalid, "it has no schema")
	}
	return &d.e, nil
}

// object reads an entity, or at the top an operation.
func (d *decoder) object(want func(schema, property string) bool, top bool) error {
	if err := d.open('{', "object"); err != nil {
		return err
	}
	e := &d.e
	for d.d.PeekKind() != '}' {
		key, err := d.name()
		if err != nil {
			return err
		}
		switch key {
		case "id":
			err = d.text(&e.id)
		case "schema":
			err = d.text(&e.schema)
		case "caption":
			err = d.text(&e.caption)
		case "properties":
			err = d.properties(want)
		case "datasets":
			err = d.texts(&e.datasets, want == nil)
		case "referents":
			err = d.texts(&e.referents, want == nil)
		case "first_seen":
			err = d.text(&e.firstSeen)
		case "last_seen":
			err = d.text(&e.lastSeen)
		case "last_change":
			err = d.text(&e.lastChange)
		case "target": // it follows from the topics
			err = d.d.SkipValue()
		case "op":
			if !top {
				return fault.New(fault.Invalid, "an operation inside another")
			}
			err = d.text(&e.op)
			if e.op == "" && err == nil {
				err = fault.New(fault.Invalid, "the operation is empty")
			}
		case "entity":
			if !top || e.wrapped || e.id != "" {
				return fault.New(fault.Invalid, "an entity inside another")
			}
			e.wrapped = true
			err = d.object(want, false)
		default:
			e.unknown = append(e.unknown, key)
			err = d.d.SkipValue()
		}
		if err != nil {
			return notJSON(err)
		}
	}
	_, err := d.d.ReadToken()
	return notJSON(err)
}

// notJSON words the error of the decoder; a fault stays as it is.
func notJSON(err error) error {
	var f *fault.Error
	if err == nil || errors.As(err, &f) {
		return err
	}
	return fault.New(fault.Invalid, "not JSON: %v", err)
}

func (d *decoder) open(k jsontext.Kind, what string) error {
	if d.d.PeekKind() != k {
		if _, err := d.d.ReadToken(); err != nil {
			return notJSON(err)
		}
		return fault.New(fault.Invalid, "a JSON %s is expected", what)
	}
	_, err := d.d.ReadToken()
	return err
}

// name reads a key. Keys are few and kept.
func (d *decoder) name() (string, error) {
	v, err := d.d.ReadValue()
	if err != nil {
		return "", notJSON(err)
	}
	if s, ok := d.names[string(v)]; ok {
		return s, nil
	}
	s, err := unquote(v)
	if err == nil && len(d.names) < 4096 {
		d.names[string(v)] = s
	}
	return s, err
}

func unquote(v jsontext.Value) (string, error) {
	if len(v) < 2 || v[0] != '"' {
		return "", fault.New(fault.Invalid, "a text is expected, not %.40q", []byte(v))
	}
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1]), nil
	}
	b, err := jsontext.AppendUnquote(nil, v)
	return string(b), err
}

// text reads a text or null.
func (d *decoder) text(to *string) error {
	v, err := d.d.ReadValue()
	if err != nil || v.Kind() == 'n' {
		return err
	}
	*to, err = unquote(v)
	return err
}

// texts reads a list of texts.
func (d *decoder) texts(to *[]string, keep bool) error {
	if d.d.PeekKind() == 'n' {
		return d.d.SkipValue()
	}
	if err := d.open('[', "list"); err != nil {
		return err
	}
	for d.d.PeekKind() != ']' {
		v, err := d.d.ReadValue()
		if err != nil {
			return err
		}
		if v.Kind() == '{' {
			return fault.New(fault.Invalid, "an entity stands inside another: this is the nested form").
				WithFix("load entities.ftm.json")
		}
		if !keep {
			continue
		}
		s, err := unquote(v)
		if err != nil {
			return err
		}
		*to = append(*to, s)
	}
	_, err := d.d.ReadToken()
	return err
}

func (d *decoder) properties(want func(schema, property string) bool) error {
	if err := d.open('{', "object"); err != nil {
		return err
	}
	for d.d.PeekKind() != '}' {
		key, err := d.name()
		if err != nil {
			return err
		}
		keep := want == nil || want(d.e.schema, key)
		var values []string
		if err := d.texts(&values, keep); err != nil {
			return err
		}
		if keep && len(values) > 0 {
			d.e.props = append(d.e.props, prop{name: key, values: values})
		}
	}
	_, err := d.d.ReadToken()
	return err
}
