// Package jsonlines reads JSON Lines: one JSON object a line, in bounded memory,
// with the number of every line. It parts lines and tells apart what is saved in
// place of such a file; it does not read the JSON, so that a line which is none
// can be refused and the next one read.
package jsonlines

import (
	"bytes"
	"errors"
	"io"

	"github.com/cordon-engine/cordon/internal/fault"
)

// MaxLine is the most bytes of one line.
const MaxLine = 16 << 20

// Reader reads one file.
type Reader struct {
	src      io.Reader
	file     string
	buf      []byte
	pos, end int
	err      error
	line     int
	cut      bool
}

// NewReader makes a reader. The error says what the file is where it is empty or
// begins with no object.
func NewReader(src io.Reader, file string) (*Reader, error) {
	r := &Reader{src: src, file: file, buf: make([]byte, 64<<10)}
	for r.end < 512 && r.err == nil {
		r.fill()
	}
	if r.err != nil && !errors.Is(r.err, io.EOF) {
		return nil, r.err
	}
	if bytes.HasPrefix(r.buf[:r.end], []byte("\xEF\xBB\xBF")) {
		r.pos = 3
	}
	if err := notLines(bytes.TrimLeft(r.buf[r.pos:r.end], " \t\r\n")); err != nil {
		return nil, err.At(fault.Place{File: file, Line: 1})
	}
	return r, nil
}

// notLines recognises what is no JSON Lines by how it begins.
func notLines(head []byte) *fault.Error {
	lower := bytes.ToLower(head[:min(len(head), 32)])
	switch {
	case len(head) == 0:
		return fault.New(fault.Invalid, "the file is empty")
	case head[0] == '{':
		return nil
	case head[0] == '[':
		return fault.New(fault.Invalid, "this is one JSON array, not an object on each line").
			WithFix("write each object of it on a line of its own (jq -c '.[]')")
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")):
		return fault.New(fault.Invalid, "this is a web page, not JSON").WithFix("look at the page: it may say why the file was not served")
	case head[0] == '<':
		return fault.New(fault.Invalid, "this is XML, not JSON")
	}
	return fault.New(fault.Invalid, "the file does not begin with a JSON object")
}

// Next gives the next line that is not blank, and its number from 1; io.EOF at the
// end. The bytes are valid until the next call.
func (r *Reader) Next() ([]byte, int, error) {
	for {
		b, err := r.next()
		if err != nil {
			return nil, r.line, err
		}
		if b = bytes.TrimSpace(b); len(b) > 0 {
			return b, r.line, nil
		}
	}
}

// Cut reports whether the last line was ended by the end of the file and not by a
// line end: if it cannot be read, the file is broken off.
func (r *Reader) Cut() bool { return r.cut }

// Broken is the fault of a file that ends inside a line.
func (r *Reader) Broken(cause error) error {
	return fault.Wrap(fault.Invalid, cause, "the file is broken off in the middle of a line").WithFix("fetch it again").
		At(fault.Place{File: r.file, Line: r.line})
}

func (r *Reader) next() ([]byte, error) {
	for seen := 0; ; {
		if i := bytes.IndexByte(r.buf[r.pos+seen:r.end], '\n'); i >= 0 {
			b := r.buf[r.pos : r.pos+seen+i]
			r.pos += seen + i + 1
			r.line++
			return b, nil
		}
		if seen = r.end - r.pos; seen > MaxLine {
			return nil, fault.New(fault.TooLarge, "one line is larger than %d bytes", MaxLine).
				At(fault.Place{File: r.file, Line: r.line + 1})
		}
		if r.err != nil {
			if !errors.Is(r.err, io.EOF) || seen == 0 {
				return nil, r.err
			}
			b := r.buf[r.pos:r.end]
			r.pos = r.end
			r.line++
			r.cut = true
			return b, nil
		}
		r.fill()
	}
}

func (r *Reader) fill() {
	if r.pos > 0 {
		copy(r.buf, r.buf[r.pos:r.end])
		r.end, r.pos = r.end-r.pos, 0
	}
	if r.end == len(r.buf) {
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	n, err := r.src.Read(r.buf[r.end:])
	r.end, r.err = r.end+n, err
}
