package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
)

// Study is what a study of a draft is asked.
type Study struct {
	BaseYear     []int  `query:"base_year,explode" doc:"judge figures of this year; the last three with figures unless given"`
	Period       string `query:"period" doc:"only claims of this period"`
	AsIf         bool   `query:"as_if" doc:"judge claims as if done when the draft applies, not on their own day"`
	On           string `query:"on" doc:"judge figures as if traded on this day; when all applies and wind-downs are over unless given"`
	Enforcement  string `query:"enforcement" doc:"share of what is touched that is kept from moving: a share or a range, as 0.8 or 0.5..0.9, which is taken unless given"`
	Substitution string `query:"substitution" doc:"share of that which finds another way: a share or a range; 0..0.3 unless given"`
}

type studyInput struct {
	Study
	RawBody []byte
}

func registerDrafts(r *registrar) {
	a := r.a
	post := func(path, id, summary string, out any) operation {
		return operation{
			method: http.MethodPost, path: path, id: id, tag: "drafts", summary: summary, slow: true,
			in:      &huma.Schema{Ref: "/v1/schemas/instrument"}, // as `cordon draft new` writes it
			inTypes: []string{yamlType, "text/yaml"}, out: r.of(out), faults: []int{404},
		}
	}
	add(r, post("/v1/drafts/lint", "draftLint", "Check a draft as law, and ask what a careful reader would", report.DraftLintJSON{}), a.draftLint)
	add(r, post("/v1/drafts/diff", "draftDiff", "What a draft adds, tightens, loosens and repeats of the law in force", report.DraftJSON{}),
		func(ctx context.Context, in *posted) ([]byte, error) {
			return a.study(ctx, &studyInput{RawBody: in.RawBody})
		})
	o := post("/v1/drafts/test", "draftTest", "Whose trade a draft touches, how much, what is banned already", report.DraftJSON{})
	add(r, o, a.study)
}

func (a *API) draft(ctx context.Context, text []byte) (*Draft, error) {
	if a.Library == nil {
		return nil, errNoLibrary
	}
	return a.Library.Draft(ctx, text)
}

func (a *API) draftLint(ctx context.Context, in *posted) ([]byte, error) {
	d, err := a.draft(ctx, in.RawBody)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.DraftLintForPrograms(d.Desk.Law, d.Case))
}

func (a *API) study(ctx context.Context, in *studyInput) ([]byte, error) {
	q, err := draft.Ask{
		BaseYears: in.BaseYear, Period: in.Period, AsIf: in.AsIf, Enforcement: in.Enforcement, Substitution: in.Substitution,
	}.Question()
	if err != nil {
		return nil, err
	}
	on, err := dayOf("on", in.On)
	if err != nil {
		return nil, err
	}
	d, err := a.draft(ctx, in.RawBody)
	if err != nil {
		return nil, err
	}
	if on != when.NoDay {
		d.Case.On = on
	}
	s, err := draft.NewStudy(d.Case, d.Desk.Records, d.Desk.Ledger, q)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.DraftForPrograms(s))
}
