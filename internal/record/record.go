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
	// ID is the record's name within its series and snapshot: of our own making for embedded figures ("kotra-2016-cn").
	// For rows of tables it is "" and [Record.Name] derives it from the key of the row.
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
	// By names who reports or estimates, when it is not a state: "KOTRA", "Other Asia, nes".
	By string
	// Subject is the state whose trade, workers or deliveries are counted, when it is not the reporter: the state whose trade
	// an agency puts together from its partners' figures, the host of workers that an institute estimates. See [Record.About].
	Subject place.State
	// Partner is the state on the other side: the partner in trade, the state whose nationals the workers are. The zero State
	// with World set is all partners together; with Area set it is what the source names in place of a state.
	Partner place.State
	World   bool
	// Area is a partner that is no state, in the source's words: "Areas, nes", "Bunkers". It is never taken for one.
	Area string
	// Flow is the direction as the reporter, or the subject where there is one, sees it.
	Flow Flow
	// Code is the heading or subheading of the goods, in Edition; the zero Code where the figure is for all goods or the
	// source gives no code. [Record.AllGoods] tells these apart.
	Code goods.Code
	// Edition is the edition of the HS that Code is in, by its year. Editions that [goods] does not hold (1992 to 2007) are
	// kept as they are. The zero Edition means that the source does not say.
	Edition goods.Edition
	// Commodity is the goods in the words of the source; "" for all goods.
	Commodity string
	// Part says which part of the trade the row tells, where a table gives the whole in another row and cuts it also by
	// customs procedure, mode of transport or second partner: "mot=1000;partner2=156". "" is the whole. Parts and the whole
	// are never added up.
	Part string
	// Provision is what obliges to the report or figure, as an id of the law ("2397-p8"), where the source says so.
	Provision string
	// Period is what the figure covers.
	Period when.Period
	// Quantity in Unit and Value in US dollars, as ranges; a Range that is not Known is a blank of the source.
	Quantity Range
	Unit     string
	Value    Range
	// NetWeight is the net weight in kilograms where the source gives it beside a quantity in another unit.
	NetWeight Range
	// EstimatedQuantity is true where the publisher of the table, not the reporter, put in Quantity or NetWeight.
	EstimatedQuantity bool
	// Blank is true where the source itself leaves the figure out: a report that was filed without one.
	Blank bool
	// Basis is the valuation of Value.
	Basis Basis
	// Scope says what the series leaves out, for instance "without inter-Korean trade".
	Scope string
	// Assumption is what an estimate rests on: "each tanker fully laden".
	Assumption string
	// Laden is the share of a full load that an estimate by number of ships assumes, 1 for fully laden; 0 for other figures.
	// Figures under other shares follow from it.
	Laden float64
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
	TradeShare                       // share of the subject's whole trade, or of its Flow, that is with the partner or in the goods; per cent
	Delivery                         // petroleum or another capped good delivered
	DeliveriesCount                  // number of deliveries, or of calls of tankers
	WorkersPresent                   // workers in the host state
	WorkersReturned                  // workers sent back
	PermitsValid                     // work permits in force
	VisaDecline                      // fewer visas than before
	Earnings                         // earnings of workers, US dollars a year
	ReportFiled                      // a report that was owed was filed; Period is the day of filing
	ReportsFiledCount                // number of states that filed
)

// About gives the state whose trade, workers or deliveries are counted: the subject, or else the reporter.
func (r *Record) About() place.State {
	if r.Subject != 0 {
		return r.Subject
	}
	return r.Reporter
}

// AllGoods reports whether the figure is for all goods together. A row for goods that the source does not specify has no
// code either, but words.
func (r *Record) AllGoods() bool { return r.Code.IsZero() && r.Commodity == "" }

// Whole reports whether the figure is the whole of what it counts, and not a part that another row of the table holds too.
func (r *Record) Whole() bool { return r.Part == "" }
