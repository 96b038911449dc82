// Package record holds figures about what states and firms did: trade, deliveries of oil, workers, reports filed,
// each with who reports it, about whom, for which period, in which unit, on which basis of value, how it was come by, and
// the snapshot of the source in which it stood.
//
// It keeps figures apart that look alike: a reported, an estimated, an alleged and a derived figure are four kinds, two
// snapshots of one table are two values, and a blank is not a zero. It adds nothing up and judges nothing.
package record

import (
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// Record is one figure. The zero value of an optional field means that the source does not say.
type Record struct {
	// ID is the record's name within its series and snapshot: of our own making for embedded figures ("kotra-2016-cn"),
	// and derived from the key of the row for tables.
	ID string
	// Series names the table or publication that the figure is part of: "kotra", "comtrade", "un-1718-refined".
	// Figures of different series are never added up.
	Series string
	// Snapshot is the number of the reading of the series in which the figure stood.
	Snapshot int
	// Measure says what was counted.
	Measure Measure
	// Kind says how the figure was come by.
	Kind Kind
	// Reporter is the state that reports; the zero State when it is not a state, and By then says who.
	Reporter place.State
	// By names who reports or estimates, when it is not a state.
	By string
	// Partner is the state on the other side; the zero State with World set is all partners together.
	Partner place.State
	World   bool
	// Flow is the direction as the reporter sees it.
	Flow Flow
	// Code is the heading or subheading of the goods with its edition; the zero Code for all goods.
	Code goods.Code
	// Commodity is the goods in words, where the source gives no code.
	Commodity string
	// Period is what the figure covers.
	Period when.Period
	// Quantity in Unit and Value in US dollars, as ranges; a Range that is not Known is a blank of the source.
	Quantity Range
	Unit     string
	Value    Range
	// Basis is the valuation of Value.
	Basis Basis
	// Scope says what the series leaves out, for instance "without inter-Korean trade".
	Scope string
	// Assumption is what an estimate rests on: "each tanker fully laden".
	Assumption string
	// Source says where the figure was found; Verified is false where we have not seen the text ourselves.
	Source   Source
	Verified bool
	Note     string
	// Row is the row or line of the file, counted from 1; 0 for figures that are not rows of a table.
	Row int
}

// Range is a figure with its bounds, both included. An exact figure has Low == High.
type Range struct {
	Low, High float64
	Known     bool
}

// Exactly gives the range of one value.
func Exactly(v float64) Range { return Range{Low: v, High: v, Known: true} }

// Source says where a figure or text was found.
type Source struct {
	// Title and Publisher as people cite it; URL where it was read; Seen the day on which it was read.
	Title, Publisher, URL string
	Seen                  when.Day
	// SHA256 is the hash of the file the figure came from, in hexadecimal; "" for figures carried over by hand.
	SHA256 string
}

// Kind says how a figure was come by.
type Kind uint8

// The kinds of figures. Derived figures are worked out from others that the note names.
const (
	Reported Kind = iota
	Estimated
	Alleged
	Derived
)

// Flow is the direction of trade as the reporter sees it.
type Flow uint8

// The flows. Total is imports and exports together.
const (
	NoFlow Flow = iota
	Import
	Export
	ReImport
	ReExport
	Total
)

// Basis is the valuation of trade: with freight and insurance or without.
type Basis uint8

// The bases of value.
const (
	UnknownBasis Basis = iota
	CIF
	FOB
)

// Measure says what was counted.
type Measure uint8

// The measures. A fall of visas or permits is not a return of workers, and each has a measure of its own.
const (
	Trade             Measure = iota // goods, by value, quantity or both
	TradeShare                       // share of the reporter's whole trade with the partner, per cent
	Delivery                         // petroleum or another capped good delivered
	WorkersPresent                   // workers in the host state
	WorkersReturned                  // workers sent back
	PermitsValid                     // work permits in force
	VisaDecline                      // fewer visas than before
	Earnings                         // earnings of workers, US dollars
	ReportFiled                      // a report that was owed was filed; Period is the day of filing
	ReportsFiledCount                // number of states that filed
)
