package httpapi

import (
	"context"
	"net/http"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/scenario"
	"github.com/cordon-engine/cordon/internal/when"
)

// Filter chooses provisions.
type Filter struct {
	Kind      string `query:"kind" doc:"only what an activity of this kind can meet"`
	Direction string `query:"direction" doc:"to or from the target"`
	Regime    string `query:"regime" doc:"only this regime"`
}

type lawInput struct {
	Page
	Filter
	Date    string `query:"date" doc:"only what was in force on this day"`
	KnownAt string `query:"known_at" doc:"as published by this day; needs date"`
}

type (
	idInput struct {
		ID string `path:"id" doc:"a provision (2397-p7) or an instrument (2397)"`
	}
	changesInput struct {
		Filter
		From string `query:"from" required:"true" minLength:"1" doc:"the earlier day"`
		To   string `query:"to" required:"true" minLength:"1" doc:"the later day"`
	}
)

func registerLaw(r *registrar) {
	a := r.a
	get := func(path, id, summary string) operation {
		return operation{method: http.MethodGet, path: path, id: id, tag: "law", summary: summary, version: a.programVersion}
	}
	o := get("/v1/law", "law", "Provisions, by day, activity and direction")
	o.out, o.faults = r.listOf(report.ProvisionJSON{}), []int{404, 409}
	listing(r, o, func(_ context.Context, in *lawInput) (items, error) { return a.lawAt(in) })

	o = get("/v1/law/{id}", "provision", "A provision with its parts, or all of an instrument")
	o.out, o.faults = r.listOf(report.ProvisionJSON{}), []int{404}
	add(r, o, func(_ context.Context, in *idInput) ([]byte, error) { return a.lawShow(in.ID) })

	o = get("/v1/law/changes", "lawChanges", "What began and ended between two days")
	o.out, o.faults = r.of(report.LawDiffJSON{}), []int{404}
	add(r, o, func(_ context.Context, in *changesInput) ([]byte, error) { return a.lawChanges(in) })

	o = get("/v1/law/timeline", "lawTimeline", "All days on which something begins or ends")
	o.out, o.faults = r.listOf(report.LawChangeJSON{}), []int{404}
	add(r, o, func(_ context.Context, in *Filter) ([]byte, error) { return a.lawTimeline(in) })

	o = get("/v1/law/review", "lawReview", "What is not verified, and who checked what against which text")
	o.out = r.of(report.ReviewJSON{})
	add(r, o, func(ctx context.Context, _ *none) ([]byte, error) {
		f, err := a.facts(ctx)
		if err != nil {
			return nil, err
		}
		return report.JSON(report.ReviewForPrograms(a.Desk.Law, f.Checks))
	})

	o = get("/v1/law/scenarios", "lawScenarios", "The scenarios, and how far the rulings on them agree")
	o.out, o.slow = r.of(report.ScenariosJSON{}), true
	add(r, o, func(context.Context, *none) ([]byte, error) { return a.scenarios() })
}

// programVersion names all that comes with the program.
func (a *API) programVersion(context.Context) string {
	return a.Versions.Program + " " + a.Desk.Law.Version + " " + a.Desk.DataVersion
}

// runScenarios runs the scenarios when they are first asked for: the law that decides them does not change under a
// running server.
func (a *API) runScenarios() func() ([]byte, error) {
	return sync.OnceValues(func() ([]byte, error) {
		results, given, own, err := scenario.RunAll(a.Desk.Engine, a.Scenarios)
		if err != nil {
			return nil, err
		}
		return report.JSON(report.ScenariosForPrograms(results, given, own))
	})
}

func (f *Filter) plain() law.Filter {
	return law.Filter{Kind: f.Kind, Direction: f.Direction, Regime: f.Regime}
}

func (a *API) lawAt(in *lawInput) (items, error) {
	day, err := dayOf("date", in.Date)
	if err != nil {
		return items{}, err
	}
	known, err := dayOf("known_at", in.KnownAt)
	if err != nil {
		return items{}, err
	}
	if known != when.NoDay && day == when.NoDay {
		return items{}, fault.New(fault.Usage, "known_at says as published by when, and needs a date").At(fault.Place{Field: "date"})
	}
	list, err := a.Desk.Law.Pick(in.plain())
	if err != nil {
		return items{}, err
	}
	if day != when.NoDay {
		list = a.Desk.Law.InForce(list, day, known)
	}
	line := func(p report.ProvisionJSON) ([]byte, error) { return report.JSONLine(p) }
	return items{a.programVersion(context.Background()), linesOf(report.ListForPrograms(list), line), indented}, nil
}

func (a *API) lawShow(id string) ([]byte, error) {
	list, err := a.Desk.Law.Find(id)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.ListForPrograms(list))
}

func (a *API) lawChanges(in *changesInput) ([]byte, error) {
	from, err := dayOf("from", in.From)
	if err != nil {
		return nil, err
	}
	to, err := dayOf("to", in.To)
	if err != nil {
		return nil, err
	}
	if from > to {
		return nil, fault.New(fault.Usage, "the second day comes before the first").At(fault.Place{Field: "to"}).WithFix("swap them")
	}
	list, err := a.Desk.Law.Pick(in.plain())
	if err != nil {
		return nil, err
	}
	began, ended := a.Desk.Law.Between(list, from, to)
	return report.JSON(report.LawDiffForPrograms(from, to, began, ended))
}

func (a *API) lawTimeline(in *Filter) ([]byte, error) {
	list, err := a.Desk.Law.Pick(in.plain())
	if err != nil {
		return nil, err
	}
	return report.JSON(report.LawChangesForPrograms(law.Changes(list)))
}
