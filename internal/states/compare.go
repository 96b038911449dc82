package states

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Standings gives where states stand on the axes, from the cells of a matrix, for a comparison that somebody asks for with
// weights of their own. What is not known is missing. Higher is more of what the axis is called:
//
//	law        no source at hand: always missing
//	reporting  the share of reports due once that are on record; what is not on record may have been filed, so the high end is 1
//	conduct    obligations with corroborated evidence of a breach (low end) and with any (high end), as shares of those that
//	           anybody has any on
//	response   the share of obligations with evidence that the state answers
//	exposure   the state's share of the target's trade in the latest year with a figure, over all series
func (d *Desk) Standings(m *matrix.Matrix, known when.Day) []matrix.Standing {
	byState := map[place.State][]matrix.Cell{}
	contested := map[any]bool{}
	for _, c := range m.Cells(matrix.Query{}) {
		byState[c.State] = append(byState[c.State], c)
		if c.Evidence > matrix.NoInformation {
			contested[c.Obligation] = true
		}
	}
	keys := make([]place.State, 0, len(byState))
	for s := range byState {
		if !d.target(s) {
			keys = append(keys, s)
		}
	}
	slices.Sort(keys)
	out := make([]matrix.Standing, 0, len(keys))
	for _, s := range keys {
		st := matrix.Standing{State: s}
		st.On[matrix.Reporting] = d.reporting(byState[s])
		st.On[matrix.Conduct], st.On[matrix.Responding] = conduct(byState[s], len(contested))
		st.On[matrix.Exposure] = d.exposure(s, known)
		out = append(out, st)
	}
	return out
}

func (d *Desk) reporting(cells []matrix.Cell) matrix.Interval {
	due, filed := 0, 0
	for _, p := range d.Law.Provisions() {
		if p.Due != when.NoDay && p.Applies() && p.Obliges() {
			due++
		}
	}
	for _, c := range cells {
		if c.Obligation.Due != when.NoDay && c.Complied > 0 {
			filed++
		}
	}
	if due == 0 {
		return matrix.Interval{}
	}
	return matrix.Interval{Low: float64(filed) / float64(due), High: 1, Known: filed > 0}
}

func conduct(cells []matrix.Cell, contested int) (conduct, response matrix.Interval) {
	strong, any, answered := 0, 0, 0
	for _, c := range cells {
		if c.Evidence == matrix.NoInformation {
			continue
		}
		any++
		if c.Evidence >= matrix.Corroborated {
			strong++
		}
		if c.Response != matrix.NoResponse {
			answered++
		}
	}
	if any == 0 {
		return matrix.Interval{}, matrix.Interval{}
	}
	n := float64(contested)
	share := float64(answered) / float64(any)
	return matrix.Interval{Low: float64(strong) / n, High: float64(any) / n, Known: true}, matrix.Interval{Low: share, High: share, Known: true}
}

// exposure is the range of the figures of the latest year that any series gives.
func (d *Desk) exposure(s place.State, known when.Day) matrix.Interval {
	var out matrix.Interval
	latest := when.NoDay
	for i := range d.Records {
		r := &d.Records[i]
		if r.Measure != record.TradeShare || r.Partner != s || !d.target(r.Subject) || !r.AllGoods() || !r.Quantity.Known ||
			(known != when.NoDay && r.Period.To > known) || r.Period.To < latest {
			continue
		}
		if r.Period.To > latest {
			latest, out = r.Period.To, matrix.Interval{Low: 1}
		}
		out.Known = true
		out.Low, out.High = min(out.Low, r.Quantity.Low/100), max(out.High, r.Quantity.High/100)
	}
	return out
}
