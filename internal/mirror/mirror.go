// Package mirror looks at trade as both sides report it: what one state says it exported to another beside what the other
// says it imported. It says what differs, what of that valuation, timing and missing reports may explain, which figures are
// likely another state's, how much of a state's trade one partner has, and where goods that law bars still stand in a table.
//
// It finds patterns and never breaches: every anomaly comes with innocent explanations first. It never adds figures of
// different series, never takes a missing report for zero, and knows no state by name. It reads no files but the facts it is
// given, and asks law through the port Barring.
package mirror

import (
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Direction is the side of the target on which goods move.
type Direction uint8

// The directions: goods that the target receives, and goods that it sends.
const (
	To Direction = iota
	From
)

// String gives "to" or "from".
func (d Direction) String() string { return [...]string{"to", "from"}[d] }

// Bar is a provision that names goods, or part of what stands under a code, as barred for the target.
type Bar struct {
	// Provision is its id, Cite the citation for people, Title what it is about.
	Provision, Cite, Title string
	// From and Until are its first and last day in force; Until is when.NoDay while it stays.
	From, Until when.Day
	// Capped is true where it limits trade and does not ban it.
	Capped bool
	// Sure is true where the whole code is named by the text itself; By says by what the goods are named.
	Sure bool
	By   string
	// Exceptions are the titles of those that may let trade stand, with the days on which they exist.
	Exceptions []Exception
}

// Exception is a clause that may let trade under a Bar stand. A statistic never shows whether it does.
type Exception struct {
	Name, Title string
	From, Until when.Day
}

// Barring is what mirror asks law: which provisions bar goods under a code, in a direction, on some day of a period. The
// answer must not depend on what was asked before, and is in a fixed order. It may be asked for the same code many times.
type Barring interface {
	Barred(code goods.Code, edition goods.Edition, dir Direction, period when.Period) []Bar
}

// Concordance says what became of a code in an older edition of the HS, along the one line of the published conversion
// tables; none when it cannot say.
type Concordance interface {
	Convert(c goods.Code, from, to goods.Edition) []goods.Code
}

// Amount is a sum of money in US dollars, as a range.
type Amount = record.Range

// Figure is a number with what it rests on.
type Figure struct {
	Amount
	// IDs name the records that it is, or is added up from.
	IDs []string
	// Rows is the number of rows that were read for it; Blanks how many of the IDs state no value.
	Rows, Blanks int
}

// Ask is a question about one state.
type Ask struct {
	// Target is the state asked about.
	Target place.State
	// Period bounds what is looked at; the zero Period is all time.
	Period when.Period
	// Code limits it to goods under a code; the zero Code is all goods.
	Code goods.Code
	// Partner and Series limit it to one partner and one series; zero means all.
	Partner place.State
	Series  string
}

func (a *Ask) within(p when.Period) bool {
	return a.Period == (when.Period{}) || a.Period.From <= p.From && p.To <= a.Period.To
}

func (a *Ask) partner(s place.State) bool { return a.Partner == 0 || a.Partner == s }
func (a *Ask) series(s string) bool       { return a.Series == "" || a.Series == s }
