// Package comtrade reads rows of UN Comtrade, annual and monthly, as CSV and as JSON,
// with the names of its current interface or fewer of them.
//
// It keeps what the publication says: partners that are no states stay what they are,
// a blank is not a zero, parts of a total are marked, and quantities that the
// publication itself put in are flagged. It adds nothing up, and takes no row that it
// does not understand.
package comtrade

import (
	"context"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/record"
)

// Options say where rows come from.
type Options struct {
	// File stands in the place of every refusal.
	File string
	// Series is the name of the series; "comtrade" unless given.
	Series string
	// Source is given to every record.
	Source record.Source
	// Areas knows reporters and partners.
	Areas *Areas
}

// column is one column that is read.
type column uint8

const (
	colType column = iota
	colFreq
	colYear
	colMonth
	colPeriod
	colReporterCode
	colReporterISO
	colReporterDesc
	colFlow
	colFlowDesc
	colPartnerCode
	colPartnerISO
	colPartnerDesc
	colPartner2Code
	colClass
	colCmd
	colCmdDesc
	colAggrLevel
	colCustoms
	colMos
	colMot
	colUnitCode
	colUnit
	colQty
	colQtyEstimated
	colWeight
	colWeightEstimated
	colCIF
	colFOB
	colValue
	colLegacyFlag
	colReported
	colAggregate
	columns
)

// names are the columns that are read, in lower case: files differ in that.
var names = map[string]column{
	"typecode": colType, "freqcode": colFreq, "refyear": colYear, "refmonth": colMonth, "period": colPeriod,
	"reportercode": colReporterCode, "reporteriso": colReporterISO, "reporterdesc": colReporterDesc,
	"flowcode": colFlow, "flowdesc": colFlowDesc,
	"partnercode": colPartnerCode, "partneriso": colPartnerISO, "partnerdesc": colPartnerDesc, "partner2code": colPartner2Code,
	"classificationcode": colClass, "cmdcode": colCmd, "cmddesc": colCmdDesc, "aggrlevel": colAggrLevel,
	"customscode": colCustoms, "moscode": colMos, "motcode": colMot,
	"qtyunitcode": colUnitCode, "qtyunitabbr": colUnit, "qty": colQty, "isqtyestimated": colQtyEstimated,
	"netwgt": colWeight, "isnetwgtestimated": colWeightEstimated,
	"cifvalue": colCIF, "fobvalue": colFOB, "primaryvalue": colValue, "primaryvalue_usd": colValue,
	"legacyestimationflag": colLegacyFlag, "isreported": colReported, "isaggregate": colAggregate,
}

// ignored are columns that say nothing which a record holds, or say again what another
// column does.
var ignored = map[string]bool{
	"datasetcode": true, "refperiodid": true, "partner2iso": true, "partner2desc": true, "classificationsearchcode": true,
	"isoriginalclassification": true, "isleaf": true, "customsdesc": true, "motdesc": true, "altqtyunitcode": true,
	"altqtyunitabbr": true, "altqty": true, "isaltqtyestimated": true, "grosswgt": true, "isgrosswgtestimated": true,
}

// cells are the columns of one row that are read; "" for those that are not there.
type cells [columns]string

// Reader reads one file. It is a [record.Reader].
type Reader struct {
	opt   Options
	each  func(ctx context.Context, row func(line int, c *cells) error) error
	tally record.Tally
	rows  rower
	items bool // rows are counted, not lines
}

var _ record.Reader = (*Reader)(nil)

// Tally is part of [record.Reader].
func (r *Reader) Tally() record.Tally { return r.tally }

// Each is part of [record.Reader].
func (r *Reader) Each(ctx context.Context, yield func(*record.Record) error) error {
	rec := record.Empty()
	return r.each(ctx, func(line int, c *cells) error {
		if err := r.rows.record(c, &rec); err != nil {
			p := fault.Place{File: r.opt.File, Line: line}
			if r.items {
				p.Line, p.Item = 0, line
			}
			r.tally.Refuse(p, err)
			return nil
		}
		rec.Row = line
		r.tally.Handle(&rec)
		return yield(&rec)
	})
}

func newReader(o Options) *Reader {
	if o.Series == "" {
		o.Series = "comtrade"
	}
	return &Reader{opt: o, rows: newRower(o)}
}

// columnNamed finds a column, in whatever case it is written.
func columnNamed(name string) (column, bool) {
	c, ok := names[strings.ToLower(name)]
	return c, ok
}

// required makes sure that a row can be understood from the columns that are there.
func required(has func(column) bool) *fault.Error {
	for _, need := range [...]struct {
		any  []column
		what string
	}{
		{[]column{colPeriod, colYear}, "period or refYear"},
		{[]column{colReporterCode, colReporterISO, colReporterDesc}, "reporterCode, reporterISO or reporterDesc"},
		{[]column{colPartnerCode, colPartnerISO, colPartnerDesc}, "partnerCode, partnerISO or partnerDesc"},
		{[]column{colFlow, colFlowDesc}, "flowCode"},
		{[]column{colCmd}, "cmdCode"},
		{[]column{colValue}, "primaryValue"},
	} {
		found := false
		for _, c := range need.any {
			found = found || has(c)
		}
		if !found {
			return fault.New(fault.Invalid, "there is no column %s", need.what).
				WithFix("this is not a file of UN Comtrade, or an old one; load it with --format csv and --map")
		}
	}
	return nil
}
