package pdf

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Limits on what packed streams may become, in bytes: one, and all that are unpacked of a file.
const (
	maxStream  = 32 << 20
	maxStreams = 128 << 20
)

// unpack gives the content of a stream. An error with content means that only its beginning could be read.
func (f *file) unpack(s *stream) ([]byte, error) {
	filters, params := f.list(s.dict["Filter"]), f.list(s.dict["DecodeParms"])
	if len(filters) > 8 {
		return nil, fault.New(fault.Invalid, "a stream is packed %d times over", len(filters))
	}
	b := s.raw
	f.unpacked += len(b)
	var first error
	for i, o := range filters {
		n, _ := f.resolve(o).(name)
		var p dict
		if i < len(params) {
			p, _ = f.resolve(params[i]).(dict)
		}
		out, err := f.filter(n, b, p)
		f.unpacked += len(out)
		if f.unpacked > maxStreams || len(out) > maxStream {
			f.over = true
			return nil, errOver
		}
		if err != nil && len(out) == 0 {
			return nil, err
		}
		first = errors.Join(first, err)
		b = out
	}
	return b, first
}

// list gives an object as a list: itself if it is an array, of one if it is another, of none if it is null.
func (f *file) list(o object) array {
	switch o := f.resolve(o).(type) {
	case nil:
		return nil
	case array:
		return o
	default:
		return array{o}
	}
}

func (f *file) filter(n name, b []byte, p dict) ([]byte, error) {
	switch n {
	case "FlateDecode", "Fl":
		out, err := inflate(b)
		return f.predicted(out, p), err
	case "LZWDecode", "LZW":
		early := 1
		if v, ok := f.resolve(p["EarlyChange"]).(float64); ok && v == 0 {
			early = 0
		}
		out, err := unLZW(b, early)
		return f.predicted(out, p), err
	case "ASCII85Decode", "A85":
		return un85(b), nil
	case "ASCIIHexDecode", "AHx":
		l := lexer{b: b}
		return []byte(l.hex()), nil
	case "RunLengthDecode", "RL":
		return unRun(b), nil
	}
	return nil, fault.New(fault.Invalid, "the packing %q is not read", string(n))
}

var errDamaged = fault.New(fault.Invalid, "a packed stream is damaged")

// inflate unpacks as much as can be. A wrong sum at the end is let pass: the content is there.
func inflate(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err == nil {
		_, err = io.Copy(&out, io.LimitReader(z, maxStream+1))
	} else if len(b) > 2 { // a damaged head
		_, err = io.Copy(&out, io.LimitReader(flate.NewReader(bytes.NewReader(b[2:])), maxStream+1))
	}
	if err != nil && !errors.Is(err, zlib.ErrChecksum) {
		return out.Bytes(), errDamaged
	}
	return out.Bytes(), nil
}

// predicted takes back what was done to rows before they were packed.
func (f *file) predicted(b []byte, p dict) []byte {
	number := func(k name, other int) int {
		if v, ok := f.resolve(p[k]).(float64); ok && v >= 1 && v <= 1<<16 {
			return int(v)
		}
		return other
	}
	kind := number("Predictor", 1)
	if kind == 1 || len(b) == 0 {
		return b
	}
	bits := number("Colors", 1) * number("BitsPerComponent", 8)
	pixel, row := max(1, bits/8), (bits*number("Columns", 1)+7)/8
	if row > len(b) {
		row = len(b)
	}
	if kind == 2 {
		for from := 0; from < len(b); from += row {
			for i := from + pixel; i < min(from+row, len(b)); i++ {
				b[i] += b[i-pixel]
			}
		}
		return b
	}
	out := make([]byte, 0, len(b))
	above := make([]byte, row)
	for len(b) > 1 {
		how, line := b[0], b[1:min(1+row, len(b))]
		b = b[1+len(line):]
		unPNG(how, line, above, pixel)
		out = append(out, line...)
		copy(above, line)
	}
	return out
}

func unPNG(how byte, line, above []byte, pixel int) {
	for i := range line {
		var left, corner byte
		if i >= pixel {
			left, corner = line[i-pixel], above[i-pixel]
		}
		switch how {
		case 1:
			line[i] += left
		case 2:
			line[i] += above[i]
		case 3:
			line[i] += byte((int(left) + int(above[i])) / 2)
		case 4:
			line[i] += paeth(left, above[i], corner)
		}
	}
}

func paeth(a, b, c byte) byte {
	abs := func(v int) int { return max(v, -v) }
	p := int(a) + int(b) - int(c)
	da, db, dc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	switch {
	case da <= db && da <= dc:
		return a
	case db <= dc:
		return b
	}
	return c
}

// unLZW unpacks codes of 9 to 12 bits, the highest bit first. A code above 257 is a stretch of what was unpacked before.
func unLZW(b []byte, early int) ([]byte, error) {
	const reset, eod = 256, 257
	var from, length [4096]int
	var out []byte
	next, bits, before := 258, 9, -1
	acc, have := uint32(0), 0
	for _, c := range b {
		acc, have = acc<<8|uint32(c), have+8
		if have < bits {
			continue
		}
		code := int(acc>>(have-bits)) & (1<<bits - 1)
		have -= bits
		if code == eod {
			return out, nil
		}
		if code == reset {
			next, bits, before = 258, 9, -1
			continue
		}
		start := len(out)
		switch {
		case code < 256:
			out = append(out, byte(code))
		case code < next:
			out = append(out, out[from[code]:from[code]+length[code]]...)
		case code == next && before >= 0 && next < 4096:
			out = append(out, out[before:]...)
			out = append(out, out[before])
		default:
			return out, errDamaged
		}
		if before >= 0 && next < 4096 {
			from[next], length[next] = before, start-before+1
			next++
		}
		if len(out) > maxStream {
			return out, nil // the caller refuses it
		}
		before = start
		if next+early >= 1<<bits && bits < 12 {
			bits++
		}
	}
	return out, nil
}

func un85(b []byte) []byte {
	var out []byte
	var group uint32
	n := 0
	for _, c := range b {
		if c == '~' {
			break
		}
		switch {
		case c == 'z' && n == 0:
			out = append(out, 0, 0, 0, 0)
		case c >= '!' && c <= 'u':
			group = group*85 + uint32(c-'!')
			if n++; n == 5 {
				out = append(out, byte(group>>24), byte(group>>16), byte(group>>8), byte(group))
				group, n = 0, 0
			}
		}
	}
	if n > 1 {
		for range 5 - n {
			group = group*85 + 84
		}
		tail := []byte{byte(group >> 24), byte(group >> 16), byte(group >> 8)}
		out = append(out, tail[:n-1]...)
	}
	return out
}

func unRun(b []byte) []byte {
	var out []byte
	for i := 0; i < len(b) && len(out) <= maxStream; {
		n := int(b[i])
		i++
		switch {
		case n < 128:
			out = append(out, b[i:min(i+n+1, len(b))]...)
			i += n + 1
		case n > 128 && i < len(b):
			out = append(out, bytes.Repeat(b[i:i+1], 257-n)...)
			i++
		case n == 128:
			return out
		}
	}
	return out
}
