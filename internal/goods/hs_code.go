package goods

import (
	"cmp"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Edition is an edition of the Harmonized System by the year from which it
// applies. The zero Edition means that none was stated.
type Edition uint16

// The editions that are held.
const (
	HS2012 Edition = 2012
	HS2017 Edition = 2017
	HS2022 Edition = 2022
)

// editions are those held, in order of time.
var editions = [...]Edition{HS2012, HS2017, HS2022}

// allEditions has the bit of each.
const allEditions = 1<<len(editions) - 1

// ParseEdition reads "2022", "HS2022", "HS 2022" or "HS-2022", in either case,
// and the names H4, H5 and H6 that trade statistics give to 2012, 2017 and 2022.
// Empty text is the zero Edition. Any other edition is fault.Invalid.
func ParseEdition(s string) (Edition, error) {
	t := strings.ToUpper(strings.TrimSpace(s))
	if year, ok := strings.CutPrefix(t, "HS"); ok {
		t = strings.TrimLeft(year, " -")
		if t == "" {
			t = "HS"
		}
	}
	switch t {
	case "":
		return 0, nil
	case "2012", "H4":
		return HS2012, nil
	case "2017", "H5":
		return HS2017, nil
	case "2022", "H6":
		return HS2022, nil
	}
	return 0, fault.New(fault.Invalid, "%q is not an edition of the HS that is held", clip(s)).
		WithFix("give 2012, 2017 or 2022")
}

// String gives "HS 2022", and "HS" when no edition is stated.
func (e Edition) String() string {
	switch e {
	case 0:
		return "HS"
	case HS2012:
		return "HS 2012"
	case HS2017:
		return "HS 2017"
	case HS2022:
		return "HS 2022"
	}
	return "an unknown HS edition"
}

// bit is the place of the edition in a set of editions, 0 if it is not held.
func (e Edition) bit() uint8 {
	for i, h := range editions {
		if e == h {
			return 1 << i
		}
	}
	return 0
}

// maxDigits is the longest national code that is read.
const maxDigits = 10

// Code is a code of the Harmonized System or of a national tariff built on it:
// 2 to 10 digits, of which the first two name a chapter from 01 to 97. It says
// nothing about whether the code exists; that is [Nomenclature.Check].
//
// Codes can be compared with == and used as map keys. The zero Code stands for
// goods whose code is not known at all: it contains every code.
type Code struct {
	// The digits, filled up with zeros on the right to ten, times 16, plus the
	// number of digits. So codes order as their text does, a heading directly
	// before its subheadings, and the codes inside one are an interval.
	v uint64
}

var pow10 = [maxDigits + 1]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10}

func makeCode(digits uint64, n int) Code { return Code{digits*pow10[maxDigits-n]<<4 | uint64(n)} }

// ParseCode reads 2 to 10 digits, with single points or spaces between them if
// the writer likes: "2701", "27.01", "2701.11", "27 01 11 00". Everything else,
// and a chapter that the HS has not, is fault.Invalid. Chapters 98 and 99 of
// national tariffs, and 999999 of trade statistics, say nothing of what goods
// are and are refused too.
func ParseCode(s string) (Code, error) {
	t := strings.TrimSpace(s)
	var digits uint64
	n := 0
	for i := range len(t) {
		switch c := t[i]; {
		case c >= '0' && c <= '9':
			if n == maxDigits {
				return Code{}, badCode(s, "is too long for an HS code")
			}
			digits = digits*10 + uint64(c-'0')
			n++
		case (c == '.' || c == ' ') && i > 0 && i < len(t)-1 && t[i-1] != '.' && t[i-1] != ' ':
		default:
			return Code{}, badCode(s, "is not an HS code")
		}
	}
	if n < 2 {
		return Code{}, badCode(s, "is too short for an HS code")
	}
	c := makeCode(digits, n)
	switch ch := chapter(c); {
	case ch == 0:
		return Code{}, badCode(s, "is not an HS code: there is no chapter 00")
	case ch > lastChapter:
		return Code{}, fault.New(fault.Invalid, "%q is not an HS code: chapters end at %d", clip(s), lastChapter).
			WithFix("chapters 98 and 99 belong to national tariffs and statistics; give the code of the goods themselves, or none")
	}
	return c, nil
}

func badCode(s, what string) error {
	return fault.New(fault.Invalid, "%q %s", clip(s), what).
		WithFix("write 2 to %d digits, for example 27, 2701 or 2701.12", maxDigits)
}

// clip keeps a text from elsewhere short enough for a message.
func clip(s string) string {
	const most = 40
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "..."
		}
		n++
	}
	return s
}

// IsZero reports whether c is the zero Code.
func (c Code) IsZero() bool { return c.v == 0 }

// Len is the number of digits.
func (c Code) Len() int { return int(c.v & 15) }

// low and high bound the ten-digit codes inside c: low <= x < high.
func (c Code) low() uint64  { return c.v >> 4 }
func (c Code) high() uint64 { return c.v>>4 + pow10[maxDigits-c.Len()] }

// number is the value of the digits.
func (c Code) number() uint64 { return c.low() / pow10[maxDigits-c.Len()] }

// Digits gives the digits alone, with leading zeros: "010121". It is the form
// for files and can be read back. The zero Code gives "".
func (c Code) Digits() string {
	var b [maxDigits]byte
	x := c.low()
	for i := maxDigits - 1; i >= 0; i-- {
		b[i] = byte('0' + x%10)
		x /= 10
	}
	return string(b[:c.Len()])
}

// String is Digits.
func (c Code) String() string { return c.Digits() }

// Dotted gives the code as tariffs print it: "27", "2701", "2701.12",
// "2701.12.10".
func (c Code) Dotted() string {
	d := c.Digits()
	if len(d) <= 4 {
		return d
	}
	out := d[:4]
	for i := 4; i < len(d); i += 2 {
		out += "." + d[i:min(i+2, len(d))]
	}
	return out
}

// first gives the first n digits; a shorter code is given as it is.
func (c Code) first(n int) Code {
	if c.Len() <= n {
		return c
	}
	unit := pow10[maxDigits-n]
	return Code{c.low()/unit*unit<<4 | uint64(n)}
}

// Chapter gives the first two digits.
func (c Code) Chapter() Code { return c.first(2) }

// Heading gives the first four digits; a shorter code is given as it is.
func (c Code) Heading() Code { return c.first(4) }

// Subheading gives the first six digits; a shorter code is given as it is.
func (c Code) Subheading() Code { return c.first(6) }

// Compare orders codes as their digits order as text, a shorter code before
// the longer ones that it contains.
func (c Code) Compare(o Code) int { return cmp.Compare(c.v, o.v) }

// Contains reports whether o is c or a code below it: 8704 contains 870423.
func (c Code) Contains(o Code) bool { return c.low() <= o.low() && o.high() <= c.high() }

// Within reports whether c is o or a code below it.
func (c Code) Within(o Code) bool { return o.Contains(c) }

// lastChapter is the last chapter of the HS.
const lastChapter = 97

// chapter gives the number of the chapter, 1 to 97, and 0 for the zero Code.
func chapter(c Code) int { return int(c.low() / pow10[maxDigits-2]) }

// chapterCode gives the code of a chapter by its number; false if the HS has no
// such chapter.
func chapterCode(n int) (Code, bool) {
	if n < 1 || n > lastChapter {
		return Code{}, false
	}
	return makeCode(uint64(n), 2), true
}

// Range is a run of codes from From to To, both with all that is below them.
// A single code is a Range from itself to itself. Ranges come from [ParseRange].
type Range struct {
	From, To Code
}

// ParseRange reads one code, or two of the same length with a hyphen or dash
// between them: "2701", "72-83", "6802.91-6802.99". Ends in the wrong order or of
// different lengths are fault.Invalid.
func ParseRange(s string) (Range, error) {
	from, to, two := strings.Cut(s, "-")
	if !two {
		from, to, two = strings.Cut(s, "–")
	}
	a, err := ParseCode(from)
	if err != nil {
		return Range{}, err
	}
	if !two {
		return Range{a, a}, nil
	}
	b, err := ParseCode(to)
	if err != nil {
		return Range{}, err
	}
	switch {
	case a.Len() != b.Len():
		return Range{}, fault.New(fault.Invalid, "the ends of the range %q have %d and %d digits", clip(s), a.Len(), b.Len()).
			WithFix("write both ends in full, for example 680291-680299")
	case a.v > b.v:
		return Range{}, fault.New(fault.Invalid, "the range %q runs backwards", clip(s)).
			WithFix("write %s-%s", b, a)
	}
	return Range{a, b}, nil
}

// String gives "2701" or "72-83", which can be read back.
func (r Range) String() string {
	if r.From == r.To {
		return r.From.Digits()
	}
	return r.From.Digits() + "-" + r.To.Digits()
}

// bounds gives the ten-digit codes inside r: low <= x < high. A Range made by
// hand with its ends in the wrong order is read as the run between them.
func (r Range) bounds() (low, high uint64) {
	return min(r.From.low(), r.To.low()), max(r.From.high(), r.To.high())
}

// Contains reports whether c lies wholly inside r, with all that is below it:
// the range 8704 contains 870423, the range 86-89 contains 8704.
func (r Range) Contains(c Code) bool {
	low, high := r.bounds()
	return low <= c.low() && c.high() <= high
}

// Overlaps reports whether something below c lies inside r: 2616 overlaps the
// range 261690 without lying in it. Every code that r contains overlaps it.
func (r Range) Overlaps(c Code) bool {
	low, high := r.bounds()
	return low < c.high() && c.low() < high
}
