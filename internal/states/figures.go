package states

import (
	"cmp"
	"strconv"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// target reports whether a state is the target of a regime.
func (f *Facts) target(s place.State) bool {
	for _, r := range f.Law.Regimes {
		if s != 0 && r.Target == s.String() {
			return true
		}
	}
	return false
}

// figures are the records that say what a state did, in the vocabulary of the law. Totals, shares, estimates of the world,
// deliveries (which count against caps together) and blanks say nothing of that kind.
func (d *Desk) figures() ([]matrix.Figure, error) {
	var out []matrix.Figure
	for i := range d.Records {
		f, ok, err := d.figure(&d.Records[i])
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, f)
		}
	}
	return out, nil
}

func (d *Desk) figure(r *record.Record) (matrix.Figure, bool, error) {
	switch r.Measure {
	case record.Trade:
		return d.trade(r)
	case record.WorkersPresent:
		host := r.About()
		if !d.target(r.Partner) || host == 0 || d.target(host) || r.World || (r.Quantity.Known && r.Quantity.High == 0) {
			return matrix.Figure{}, false, nil
		}
		return d.activity(r, host, vocab.KindEmployment, "jurisdiction", host.String(), "work.host", host.String(),
			"work.nationality", r.Partner.String(), "work.new_authorisation", "false")
	case record.WorkersReturned:
		if r.Reporter == 0 || d.target(r.Reporter) || !d.target(r.Partner) {
			return matrix.Figure{}, false, nil
		}
		f := matrix.Figure{Record: r, About: r.Reporter, Complied: d.returns(r.Partner)}
		return f, len(f.Complied) > 0, nil
	case record.ReportFiled:
		return d.filed(r)
	default:
		return matrix.Figure{}, false, nil
	}
}

// trade is a transfer to or from the target, where the figure says of which goods, in which direction and with whom.
func (d *Desk) trade(r *record.Record) (matrix.Figure, bool, error) {
	own, other := r.About(), r.Partner
	if r.AllGoods() || !r.Whole() || own == 0 || other == 0 || (r.Flow != record.Import && r.Flow != record.Export) ||
		d.target(own) == d.target(other) || nothing(r) {
		return matrix.Figure{}, false, nil
	}
	from, to := own, other
	if r.Flow == record.Import {
		from, to = other, own
	}
	about := own
	if d.target(own) {
		about = other
	}
	facts := []string{"jurisdiction", about.String(), "origin", from.String(), "destination", to.String()}
	if !r.Code.IsZero() {
		facts = append(facts, "goods[1].hs", r.Code.Digits())
	}
	if _, named := d.Lists.Index(r.Commodity); named {
		facts = append(facts, "goods[1].commodity", r.Commodity)
	} else if words := cmp.Or(r.Commodity, d.Reference.HS.Label(r.Code)); words != "" {
		// What customs put under a code is what the code is called.
		facts = append(facts, "goods[1].description", words)
	}
	if unitOfLaw(r.Unit) && r.Quantity.Known && r.Quantity.Low == r.Quantity.High {
		facts = append(facts, "goods[1].quantity", number(r.Quantity.Low), "goods[1].unit", r.Unit)
	}
	if r.Value.Known && r.Value.Low == r.Value.High {
		facts = append(facts, "goods[1].value", number(r.Value.Low))
	}
	return d.activity(r, about, vocab.KindTransfer, facts...)
}

// nothing reports whether the figure is a zero.
func nothing(r *record.Record) bool {
	return (!r.Quantity.Known || r.Quantity.High == 0) && (!r.Value.Known || r.Value.High == 0)
}

func unitOfLaw(u string) bool {
	id, ok := vocab.FactNamed("goods.unit")
	if !ok {
		return false
	}
	for _, v := range vocab.FactOf(id).Values {
		if v == u {
			return true
		}
	}
	return false
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// returns are the provisions that oblige to send nationals of a state home.
func (d *Desk) returns(nationality place.State) []string {
	var ids []string
	for _, p := range d.Law.Provisions() {
		if p.Effect == law.Require && p.Kinds.Has(vocab.KindEmployment) && p.Deadline != when.NoDay &&
			p.Instrument.Regime.Target == nationality.String() {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// filed is a report that was filed: with a day, the law says whether it was late.
func (d *Desk) filed(r *record.Record) (matrix.Figure, bool, error) {
	if r.Reporter == 0 || r.Provision == "" {
		return matrix.Figure{}, false, nil
	}
	if !r.Period.Exact() {
		return matrix.Figure{Record: r, About: r.Reporter, Complied: []string{r.Provision}}, true, nil
	}
	f, ok, err := d.activity(r, r.Reporter, vocab.KindReport, "jurisdiction", r.Reporter.String(),
		"report.obligation", r.Provision, "report.filed_on", r.Period.From.String())
	f.Complied = []string{r.Provision}
	return f, ok, err
}

// activity makes the figure of an activity with facts, name and value in turn.
func (d *Desk) activity(r *record.Record, about place.State, kind vocab.KindID, facts ...string) (matrix.Figure, bool, error) {
	a := &activity.Activity{ID: r.Name(), Kind: kind, Date: r.Period}
	for i := 0; i < len(facts); i += 2 {
		if err := d.Reference.SetFact(a, facts[i], facts[i+1]); err != nil {
			return matrix.Figure{}, false, err
		}
	}
	return matrix.Figure{Record: r, Activity: a, About: about}, true, nil
}
