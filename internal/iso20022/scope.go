package iso20022

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/when"
)

// scope is what holds for all transactions of a message or of one batch.
type scope struct {
	batch  bool
	begun  bool // its transactions have begun
	shared Payment
	// id and created are those of the message.
	id, created     string
	date, createdOn day
	// stated are NbOfTxs, CtrlSum and the total, as far as they are given.
	number, control *stated
	total           *Amount
	count           int
	sum             sum
}

// day is a day that may not be known.
type day struct {
	day   when.Day
	known bool
}

// stated is a value with its place.
type stated struct {
	Place
	value string
}

func (s *scope) add(p *Payment) { s.shared.inherit(p) }

// checks compares what is stated with what was read.
func (s *scope) checks() []Check {
	var out []Check
	if s.number != nil {
		out = append(out, Check{s.number.Place, "NbOfTxs", plain(s.number.value), strconv.Itoa(s.count)})
	}
	if s.control != nil {
		out = append(out, Check{s.control.Place, "CtrlSum", decimal(s.control.value), s.sum.text()})
	}
	if s.total != nil {
		found := s.sum.text()
		if c := s.sum.currency; c != "" {
			found += " " + c
		}
		out = append(out, Check{s.total.Place, "TtlIntrBkSttlmAmt", decimal(s.total.Value) + " " + s.total.Currency, found})
	}
	return out
}

// plain is a whole number without leading noughts.
func plain(s string) string {
	if t := strings.TrimLeft(s, "0"); t != "" || s == "" {
		return t
	}
	return "0"
}

// sum adds amounts exactly, whatever their currencies.
type sum struct {
	of big.Rat
	// currency is that of all amounts; "mixed" where they differ.
	currency string
}

func (s *sum) add(a Amount) {
	var x big.Rat
	if _, ok := x.SetString(a.Value); !ok {
		return // amounts are checked when they are read
	}
	s.of.Add(&s.of, &x)
	switch s.currency {
	case "", a.Currency:
		s.currency = a.Currency
	default:
		s.currency = "mixed"
	}
}

func (s *sum) text() string { return decimal(s.of.FloatString(maxFraction)) }

// maxFraction is how many digits may follow the point of a control sum.
const maxFraction = 17

// decimal writes a number without noughts that say nothing.
func decimal(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return plain0(s)
}

func plain0(s string) string {
	whole, rest, ok := strings.Cut(s, ".")
	if whole = plain(whole); whole == "" {
		whole = "0"
	}
	if ok {
		return whole + "." + rest
	}
	return whole
}
