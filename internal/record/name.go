package record

import (
	"strconv"

	"github.com/cordon-engine/cordon/internal/place"
)

// Name gives the record's ID or, where it has none, the one that follows from its
// key: who reports, about whom, with whom, in which direction, of which goods and
// part, for which period. Two rows of one snapshot with the same name are two
// readings of one figure.
func (r *Record) Name() string {
	if r.ID != "" {
		return r.ID
	}
	var b [96]byte
	return string(r.AppendName(b[:0]))
}

// AppendName appends what [Record.Name] gives.
func (r *Record) AppendName(b []byte) []byte {
	if r.ID != "" {
		return append(b, r.ID...)
	}
	b = appendStateOr(b, r.Reporter, r.By)
	if r.Subject != 0 {
		b = append(b, "-of-"...)
		b = appendStateOr(b, r.Subject, "")
	}
	switch {
	case r.World:
		b = append(b, "-world"...)
	case r.Partner != 0 || r.Area != "":
		b = append(b, '-')
		b = appendStateOr(b, r.Partner, r.Area)
	}
	if r.Flow != NoFlow {
		b = append(append(b, '-'), r.Flow.String()...)
	}
	switch {
	case !r.Code.IsZero():
		b = append(b, '-')
		b = append(b, r.Code.Digits()...)
		if r.Edition != 0 {
			b = strconv.AppendInt(append(b, "-hs"...), int64(r.Edition), 10)
		}
	case r.Commodity != "":
		b = appendSlug(append(b, '-'), r.Commodity)
	}
	if r.Measure != Trade {
		b = append(append(b, '-'), r.Measure.String()...)
	}
	if r.Kind != Reported {
		b = append(append(b, '-'), r.Kind.String()...)
	}
	if r.Part != "" {
		b = appendSlug(append(b, '-'), r.Part)
	}
	b = append(b, '-')
	return appendSlug(b, r.Period.String())
}

func appendStateOr(b []byte, s place.State, words string) []byte {
	if s == 0 {
		return appendSlug(b, words)
	}
	return append(b, byte(s>>8)|0x20, byte(s)|0x20)
}

// appendSlug appends words in lower case, with one dash for whatever is no letter or
// digit of ASCII, "_" for the slash of a span and two hex digits for each byte of
// other letters, so that different words stay different.
func appendSlug(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b = append(b, c)
		case c >= 'A' && c <= 'Z':
			b = append(b, c|0x20)
		case c == '/':
			b = append(b, '_')
		case c >= 0x80:
			b = append(b, hex[c>>4], hex[c&15])
		case len(b) > 0 && b[len(b)-1] != '-':
			b = append(b, '-')
		}
	}
	return b
}
