package states

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/caps"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Ask chooses cells of the matrix in the words of people; what is empty chooses all.
type Ask struct {
	// Obligations are provisions, instruments or measures.
	Obligations, States []string
	// Period is the time looked at, By its columns: whole, year or quarter.
	Period, By string
	// Evidence is the least evidence of a cell.
	Evidence string
}

// Select gives the cells that are asked for. A word that names nothing is an error at its field.
func (d *Desk) Select(mx *matrix.Matrix, a Ask) ([]matrix.Cell, error) {
	q := matrix.Query{}
	var err error
	if q.Obligations, err = d.Obligations(a.Obligations); err != nil {
		return nil, fault.In(fault.Place{Field: "obligation"}, err)
	}
	for _, s := range a.States {
		st, err := d.Places.ParseState(s)
		if err != nil {
			return nil, fault.In(fault.Place{Field: "state"}, err)
		}
		q.States = append(q.States, st)
	}
	if q.Periods, err = a.periods(mx); err != nil {
		return nil, err
	}
	least := matrix.NoInformation
	if a.Evidence != "" {
		if least, err = matrix.ParseEvidence(a.Evidence); err != nil {
			return nil, fault.In(fault.Place{Field: "evidence"}, err)
		}
	}
	return slices.DeleteFunc(mx.Cells(q), func(cell matrix.Cell) bool { return cell.Evidence < least }), nil
}

// periods gives the columns of time.
func (a Ask) periods(mx *matrix.Matrix) ([]when.Period, error) {
	months, ok := map[string]int{"": 0, "whole": 0, "year": 12, "quarter": 3}[a.By]
	if !ok {
		return nil, fault.New(fault.Invalid, "there are no columns %q", a.By).At(fault.Place{Field: "by"}).WithFix("say whole, year or quarter")
	}
	span := mx.Span()
	if a.Period != "" {
		var err error
		if span, err = when.Parse(a.Period); err != nil {
			return nil, fault.In(fault.Place{Field: "period"}, err)
		}
	} else if months == 0 {
		return nil, nil
	}
	return span.Cut(months), nil
}

// CapsAsk chooses caps and says how figures are converted.
type CapsAsk struct {
	// What is "oil", "coal" or the id of a cap; Period the time; Product the petroleum product to take where a figure does
	// not say.
	What, Period, Product string
	// Fill are shares of a full load, as "1/3" or "0.9", that estimates by ships are worked out for.
	Fill []string
}

// Caps gives the accounts of the caps that are asked for, from figures that could have been known on a day (NoDay: all).
// A word that names nothing is an error at its field; fault.NotFound where no such cap ran in the period.
func (d *Desk) Caps(a CapsAsk, known when.Day) ([]caps.Account, error) {
	if err := checkProduct(a.Product); err != nil {
		return nil, err
	}
	period, err := when.Parse(a.Period)
	if err != nil {
		return nil, fault.In(fault.Place{Field: "period"}, err)
	}
	list, err := d.capsNamed(a.What)
	if err != nil {
		return nil, err
	}
	in := caps.Input{Law: d.Law, Lists: d.Lists, Factors: d.Factors, Records: d.Records, Product: a.Product}
	if known != when.NoDay { // a figure cannot have been known before the end of what it covers
		in.Records = slices.DeleteFunc(slices.Clone(d.Records), func(r record.Record) bool { return r.Period.To > known })
	}
	for _, f := range a.Fill {
		share, err := parseShare(f)
		if err != nil {
			return nil, err
		}
		in.Fill = append(in.Fill, share)
	}
	var accounts []caps.Account
	for _, p := range list {
		if in.Target, err = d.Places.ParseState(p.Instrument.Regime.Target); err != nil {
			return nil, err
		}
		as, err := caps.Of(in, p, period)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, as...)
	}
	if len(accounts) == 0 {
		return nil, fault.New(fault.NotFound, "no cap of %s ran in %s", a.What, period.Long())
	}
	return accounts, nil
}

// checkProduct refuses a product that the vocabulary has not: no figure could be converted by it.
func checkProduct(product string) error {
	id, ok := vocab.FactNamed("goods.product")
	if product == "" || (ok && slices.Contains(vocab.FactOf(id).Values, product)) {
		return nil
	}
	return fault.New(fault.Invalid, "there is no petroleum product %q", product).At(fault.Place{Field: "product"}).
		WithFix("say one of %s", strings.Join(vocab.FactOf(id).Values, ", "))
}

// capsNamed finds the caps that are meant: one by its id, or all on a measure or named goods.
func (d *Desk) capsNamed(what string) ([]*law.Provision, error) {
	if p, ok := d.Law.Provision(what); ok {
		return []*law.Provision{p}, nil
	}
	word := what
	if word == "oil" {
		word = "fuel"
	}
	var out []*law.Provision
	for _, p := range d.Law.Provisions() {
		if p.Effect != law.Cap || len(p.Cap.Limits) == 0 {
			continue
		}
		named := slices.ContainsFunc(p.Goods, func(s law.Selector) bool { return s.List == word })
		if p.Measure == word || named {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.NotFound, "there is no cap %q", what).WithFix("say oil, coal, or an id as 2397-p5")
	}
	return out, nil
}

// parseShare reads "0.9" and "1/3".
func parseShare(s string) (float64, error) {
	up, down, frac := strings.Cut(s, "/")
	v, err := strconv.ParseFloat(strings.TrimSpace(up), 64)
	if err == nil && frac {
		var by float64
		by, err = strconv.ParseFloat(strings.TrimSpace(down), 64)
		v /= by
	}
	if err != nil || !(v > 0 && v <= 1) {
		return 0, fault.New(fault.Usage, "%q is no share of a full load", s).WithFix("write 1/3, 0.9 or 1")
	}
	return v, nil
}
