package record

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
)

// names are the words of the values of one enumeration, in their order. They are
// part of the published form: words are added at the end, never renamed.
type names struct {
	what  string
	words []string
}

var (
	measures = names{"measure", []string{
		"trade", "trade_share", "delivery", "deliveries_count", "workers_present", "workers_returned", "permits_valid",
		"visa_decline", "earnings", "report_filed", "reports_filed_count",
	}}
	kinds = names{"kind of figure", []string{"reported", "estimated", "alleged", "derived"}}
	flows = names{"flow", []string{"", "import", "export", "re_import", "re_export", "total"}}
	bases = names{"basis of value", []string{"", "cif", "fob"}}
)

// word gives the word of a value; "unknown" for one that is not in the table.
func (n names) word(i uint8) string {
	if int(i) < len(n.words) {
		return n.words[i]
	}
	return "unknown"
}

// parse finds the value of a word.
func (n names) parse(s string) (uint8, error) {
	for i, w := range n.words {
		if w == s {
			return uint8(i), nil
		}
	}
	err := fault.New(fault.Invalid, "there is no %s %q", n.what, clip(s))
	if near := text.NearestOf(s, n.words, 2); len(near) > 0 && near[0] != "" {
		return 0, err.WithFix("did you mean %s?", near[0])
	}
	return 0, err.WithFix("write one of: %s", strings.TrimPrefix(strings.Join(n.words, ", "), ", "))
}

// clip keeps what is repeated in a message short.
func clip(s string) string {
	const most = 60
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// String gives the word of the measure, as files write it: "workers_returned".
func (m Measure) String() string { return measures.word(uint8(m)) }

// ParseMeasure reads the word of a measure. Any other word is fault.Invalid.
func ParseMeasure(s string) (Measure, error) {
	i, err := measures.parse(s)
	return Measure(i), err
}

// String gives the word of the kind: "reported", "estimated", "alleged" or "derived".
func (k Kind) String() string { return kinds.word(uint8(k)) }

// ParseKind reads the word of a kind. Any other word is fault.Invalid.
func ParseKind(s string) (Kind, error) {
	i, err := kinds.parse(s)
	return Kind(i), err
}

// String gives the word of the flow, "" for none.
func (f Flow) String() string { return flows.word(uint8(f)) }

// ParseFlow reads the word of a flow; "" is none. Any other word is fault.Invalid.
func ParseFlow(s string) (Flow, error) {
	i, err := flows.parse(s)
	return Flow(i), err
}

// String gives "cif", "fob", or "" where the basis is not known.
func (b Basis) String() string { return bases.word(uint8(b)) }

// ParseBasis reads "cif" or "fob"; "" is not known. Any other word is
// fault.Invalid.
func ParseBasis(s string) (Basis, error) {
	i, err := bases.parse(s)
	return Basis(i), err
}
