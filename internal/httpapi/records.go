package httpapi

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/series"
	"github.com/cordon-engine/cordon/internal/trade"
)

// Figures chooses figures.
type Figures struct {
	Series   []string `query:"series,explode" doc:"only this series, or a reading of it: comtrade, comtrade@2"`
	Reporter string   `query:"reporter" doc:"only what this state reports, or what is about it; or what this agency gives"`
	Partner  string   `query:"partner" doc:"only figures with this state, or with the world"`
	Measure  string   `query:"measure" doc:"only this measure, as trade_share"`
	Kind     string   `query:"kind" doc:"only figures come by in this way: reported, estimated, alleged, derived"`
	Period   string   `query:"period" doc:"only figures for some of this time: 2017, 2017-04, 2016/2018"`
	Goods    string   `query:"goods" doc:"only these goods: an HS code and what is below it, or a word of the description"`
}

type (
	recordsInput struct {
		Page
		Figures
	}
	readingsInput struct {
		Figures
	}
	traceInput struct {
		ID string `query:"id" required:"true" minLength:"1" doc:"the record: kotra@1/2013-cn-share; series and reading may be left out where they are not needed"`
	}
	checkInput struct {
		Series []string `query:"series,explode" doc:"only this series, or a reading of it"`
		Notes  bool     `query:"notes" default:"true" doc:"also what is only worth knowing"`
	}
	mirrorInput struct {
		Target  string `query:"target" required:"true" minLength:"1" doc:"the state, by code or name"`
		Period  string `query:"period" doc:"only this year, month or span, as 2017, 2017-08 or 2013/2018"`
		HS      string `query:"hs" doc:"only goods under this code"`
		Partner string `query:"partner" doc:"only trade with this state"`
		Series  string `query:"series" doc:"only this series, as kotra"`
	}
)

func registerRecords(r *registrar) {
	a := r.a
	get := func(path, id, summary string) operation {
		return operation{
			method: http.MethodGet, path: path, id: id, tag: "records", summary: summary, version: a.factsVersion,
			faults: []int{404, 409},
		}
	}
	figure := &huma.Schema{
		Type: huma.TypeObject, Required: []string{"id"}, Properties: map[string]*huma.Schema{},
		Description: "a figure; a field that says nothing is left out",
	}
	for _, name := range record.Fields() {
		figure.Properties[name] = &huma.Schema{Description: "as in docs/method/records.md"}
	}
	o := get("/v1/records", "records", "Figures, each with who gives it, its source and its reading")
	o.out = &huma.Schema{Type: huma.TypeArray, Items: figure}
	listing(r, o, a.records)

	o = get("/v1/records/readings", "readings", "The readings of each series")
	o.out, o.slow = r.listOf(report.SnapshotJSON{}), true
	add(r, o, a.readings)

	o = get("/v1/records/trace", "recordTrace", "A figure with its source, file, row, hash, rule and other readings")
	o.out, o.slow = r.listOf(report.RecordTraceJSON{}), true
	add(r, o, a.recordTrace)

	o = get("/v1/records/check", "recordCheck", "Wrong codes, shares over 100, readings that differ, vanished months, blanks")
	o.out, o.slow = r.listOf(report.FindingRecordJSON{}), true
	add(r, o, a.recordCheck)

	o = get("/v1/mirror", "mirror", "What trade shows about a state: both sides, shares, barred goods, diversion")
	o.out, o.slow = r.of(report.MirrorJSON{}), true
	o.about = "Patterns are reasons to ask, never findings; what may explain them is told first."
	add(r, o, a.mirror)
}

// picked gives the readings that are asked for, with what picks their figures.
func (a *API) picked(ctx context.Context, in *Figures) (*Facts, series.Picker, []series.Meta, error) {
	f, err := a.facts(ctx)
	if err != nil {
		return nil, series.Picker{}, nil, err
	}
	pick, err := series.Ask{
		Series: in.Series, Reporter: in.Reporter, Partner: in.Partner, Measure: in.Measure, Kind: in.Kind, Period: in.Period, Goods: in.Goods,
	}.Read(f.States.Places)
	if err != nil {
		return nil, pick, nil, err
	}
	metas, err := pick.Readings(ctx, f.Records)
	return f, pick, metas, err
}

// errEnough ends reading when nobody wants more.
var errEnough = errors.New("enough")

func (a *API) records(ctx context.Context, in *recordsInput) (items, error) {
	f, pick, metas, err := a.picked(ctx, &in.Figures)
	if err != nil {
		return items{}, err
	}
	each := func(yield func([]byte, error) bool) {
		var line []byte
		for _, meta := range metas {
			err := f.Records.Each(ctx, meta.ID, func(r *record.Record) error {
				if !pick.Record(r) {
					return nil
				}
				named := *r
				named.ID = r.Name()
				if line = record.AppendJSON(line[:0], &named); !yield(line, nil) {
					return errEnough
				}
				return nil
			})
			if errors.Is(err, errEnough) || err != nil && !yield(nil, err) {
				return
			}
		}
	}
	array := func(lines [][]byte) []byte {
		if len(lines) == 0 {
			return []byte("[\n]\n")
		}
		return append(append([]byte("[\n"), bytes.Join(lines, []byte(",\n"))...), "\n]\n"...)
	}
	return items{f.Version, each, array}, nil
}

func (a *API) readings(ctx context.Context, in *readingsInput) ([]byte, error) {
	_, _, metas, err := a.picked(ctx, &in.Figures)
	if err != nil {
		return nil, err
	}
	out := make([]report.SnapshotJSON, 0, len(metas))
	for _, m := range metas {
		out = append(out, report.SeriesSnapshot(m))
	}
	return report.JSON(out)
}

func (a *API) recordTrace(ctx context.Context, in *traceInput) ([]byte, error) {
	f, err := a.facts(ctx)
	if err != nil {
		return nil, err
	}
	found, metas, err := series.Trace(ctx, f.Records, in.ID)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.RecordTraces(found, metas))
}

func (a *API) recordCheck(ctx context.Context, in *checkInput) ([]byte, error) {
	f, pick, _, err := a.picked(ctx, &Figures{Series: in.Series})
	if err != nil {
		return nil, err
	}
	findings, err := series.Check(ctx, f.Records, a.Desk.HS, pick.Reading)
	if err != nil {
		return nil, err
	}
	out := []report.FindingRecordJSON{}
	for _, x := range findings {
		if x.Gravity != series.Note || in.Notes {
			out = append(out, report.RecordFindingJSON(x))
		}
	}
	return report.JSON(out)
}

func (a *API) mirror(ctx context.Context, in *mirrorInput) ([]byte, error) {
	f, err := a.facts(ctx)
	if err != nil {
		return nil, err
	}
	ask, err := trade.ParseAsk(trade.Words{
		Target: in.Target, Partner: in.Partner, Period: in.Period, Code: in.HS, Series: in.Series,
	}, f.States.Places, a.Desk.HS)
	if err != nil {
		return nil, err
	}
	answer, err := f.Trade.Look(ctx, ask)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.MirrorForPrograms(answer, f.Trade.Facts()))
}
