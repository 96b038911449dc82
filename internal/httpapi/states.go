package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/when"
)

// Known is the day by which something had to be published.
type Known struct {
	KnownAt string `query:"known_at" doc:"leave out what was published after this day"`
}

type (
	statesInput struct {
		Known
		Obligation []string `query:"obligation,explode" doc:"only this provision, instrument or measure, as 2397-p8, 2375 or labour"`
		State      []string `query:"state,explode" doc:"only this state"`
		Period     string   `query:"period" doc:"only this period"`
		By         string   `query:"by" enum:"whole,year,quarter" default:"whole" doc:"columns of time"`
		Evidence   string   `query:"evidence" doc:"only cells with at least this evidence: possible, alleged, corroborated or adjudicated"`
		All        bool     `query:"all" doc:"also cells of provisions that only restate others"`
	}
	compareInput struct {
		Known
		Weight []string `query:"weight,explode" required:"true" minItems:"1" doc:"weight of an axis, as conduct=2; the axes are law, reporting, conduct, response, exposure"`
	}
	stateInput struct {
		Known
		State string `path:"state" doc:"by name or code"`
	}
	capsInput struct {
		Known
		What    string   `path:"what" doc:"oil, coal, or the id of a cap"`
		Period  string   `query:"period" required:"true" minLength:"1" doc:"the time"`
		Product string   `query:"product" doc:"the petroleum product to take where a figure does not say"`
		Fill    []string `query:"fill,explode" doc:"work estimates by ships out for this share of a full load, as 1/3 or 0.9"`
	}
)

func registerStates(r *registrar) {
	a := r.a
	get := func(path, id, summary string) operation {
		return operation{method: http.MethodGet, path: path, id: id, tag: "states", summary: summary, version: a.factsVersion, slow: true, faults: []int{404}}
	}
	o := get("/v1/states", "states", "Obligations, states, evidence and answers")
	o.out = r.of(report.StatesJSON{})
	o.about = "Each cell has two words: the evidence of a breach and the response of the state. No information is neither compliance nor breach. There is no score."
	add(r, o, a.states)

	o = get("/v1/states/compare", "compareStates", "States in an order by weights that you give")
	o.out = r.listOf(report.ComparedJSON{})
	add(r, o, a.compareStates)

	o = get("/v1/states/{state}", "state", "What is known of one state")
	o.out = r.of(report.DossierJSON{})
	add(r, o, a.dossier)

	o = get("/v1/caps/{what}", "caps", "Figures of every series beside a cap")
	o.out = r.listOf(report.AccountJSON{})
	add(r, o, a.caps)
}

var errNoLibrary = fault.New(fault.Unavailable, "what is known besides lists is not part of this server").WithFix("use the command line")

// facts gives what is known besides lists.
func (a *API) facts(ctx context.Context) (*Facts, error) {
	if a.Library == nil {
		return nil, errNoLibrary
	}
	return a.Library.Facts(ctx)
}

// factsVersion names all that is known besides lists; "" while it cannot be read.
func (a *API) factsVersion(ctx context.Context) string {
	f, err := a.facts(ctx)
	if err != nil {
		return "" // the handler says so
	}
	return f.Version
}

// known gives the facts and the day of a question.
func (a *API) known(ctx context.Context, k Known) (*Facts, when.Day, error) {
	day, err := dayOf("known_at", k.KnownAt)
	if err != nil {
		return nil, day, err
	}
	f, err := a.facts(ctx)
	return f, day, err
}

func (a *API) states(ctx context.Context, in *statesInput) ([]byte, error) {
	f, known, err := a.known(ctx, in.Known)
	if err != nil {
		return nil, err
	}
	mx, err := f.Matrices.At(known)
	if err != nil {
		return nil, err
	}
	cells, err := f.States.Select(mx, states.Ask{Obligations: in.Obligation, States: in.State, Period: in.Period, By: in.By, Evidence: in.Evidence})
	if err != nil {
		return nil, err
	}
	v := &report.StatesView{Watchers: f.States.Watchers, LeftOut: mx.LeftOut, Known: known, Cells: cells}
	if !in.All {
		v.Hide()
	}
	return report.JSON(report.StatesForPrograms(v))
}

func (a *API) compareStates(ctx context.Context, in *compareInput) ([]byte, error) {
	by, at := map[string]float64{}, fault.Place{Field: "weight"}
	for _, w := range in.Weight {
		axis, text, _ := strings.Cut(w, "=")
		v, err := strconv.ParseFloat(text, 64)
		if _, twice := by[axis]; err != nil || twice {
			return nil, fault.New(fault.Invalid, "%q is no weight of an axis", w).At(at).WithFix("write conduct=2, each axis once")
		}
		by[axis] = v
	}
	weights, err := matrix.ParseWeights(by)
	if err != nil {
		return nil, fault.In(at, err)
	}
	f, known, err := a.known(ctx, in.Known)
	if err != nil {
		return nil, err
	}
	mx, err := f.Matrices.At(known)
	if err != nil {
		return nil, err
	}
	list, err := matrix.Compare(f.States.Standings(mx, known), weights)
	if err != nil {
		return nil, fault.In(at, err)
	}
	return report.JSON(report.ComparedForPrograms(list))
}

func (a *API) dossier(ctx context.Context, in *stateInput) ([]byte, error) {
	f, known, err := a.known(ctx, in.Known)
	if err != nil {
		return nil, err
	}
	s, err := f.States.Places.ParseState(in.State)
	if err != nil {
		return nil, fault.In(fault.Place{Field: "state"}, err)
	}
	mx, err := f.Matrices.At(known)
	if err != nil {
		return nil, err
	}
	d, err := f.States.DossierOf(mx, s, known)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.DossierForPrograms(d, a.Versions, f.States.Law.Version))
}

func (a *API) caps(ctx context.Context, in *capsInput) ([]byte, error) {
	f, known, err := a.known(ctx, in.Known)
	if err != nil {
		return nil, err
	}
	list, err := f.States.Caps(states.CapsAsk{What: in.What, Period: in.Period, Product: in.Product, Fill: in.Fill}, known)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.CapsForPrograms(list))
}
