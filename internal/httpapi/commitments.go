package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/report"
)

// Stretch is the time that undertakings are looked at in.
type Stretch struct {
	From string `query:"from" doc:"show what happened from this day of New York on"`
	To   string `query:"to" doc:"look at nothing after this day"`
}

type (
	undertakingInput struct {
		Stretch
		ID string `path:"id" doc:"an undertaking, or an instrument: its name, or what its ids begin with"`
	}
	testInput struct {
		Stretch
		ID     string `path:"id" doc:"an undertaking, or an instrument: its name, or what its ids begin with"`
		Assume string `query:"assume" enum:"accepted" doc:"take it as accepted from its first day, unless the record says that it was"`
	}
	timelineInput struct {
		Stretch
		ID string `query:"id" doc:"only this undertaking or instrument"`
	}
	eventsInput struct {
		Page
		Kind   string `query:"kind" doc:"only this kind"`
		State  string `query:"state" doc:"only what this state did"`
		Period string `query:"period" doc:"only what may have happened in this period"`
	}
	eventInput struct {
		ID string `path:"id" doc:"the event"`
	}
)

func registerCommitments(r *registrar) {
	a := r.a
	get := func(path, id, summary string) operation {
		return operation{
			method: http.MethodGet, path: path, id: id, tag: "commitments", summary: summary, version: a.factsVersion,
			out: r.of(report.CommitmentsJSON{}), slow: true, faults: []int{404},
		}
	}
	o := get("/v1/commitments", "commitments", "Every undertaking with its state")
	add(r, o, func(ctx context.Context, in *Stretch) ([]byte, error) {
		return a.commitments(ctx, in, "", commitmentForm{})
	})
	o = get("/v1/commitments/{id}", "commitment", "The terms of undertakings and what became of them")
	add(r, o, func(ctx context.Context, in *undertakingInput) ([]byte, error) {
		return a.commitments(ctx, &in.Stretch, in.ID, commitmentForm{})
	})
	o = get("/v1/commitments/{id}/test", "commitmentTest", "Which events were, or would have been, against it")
	o.about = "Two readings are given where something is in doubt: with it, and without."
	add(r, o, func(ctx context.Context, in *testInput) ([]byte, error) {
		return a.commitments(ctx, &in.Stretch, in.ID, commitmentForm{suppose: in.Assume != "", certain: true})
	})
	o = get("/v1/commitments/timeline", "commitmentTimeline", "What happened and what each side said of it, in order")
	add(r, o, func(ctx context.Context, in *timelineInput) ([]byte, error) {
		return a.commitments(ctx, &in.Stretch, in.ID, commitmentForm{timeline: true})
	})

	o = get("/v1/events", "events", "Events in the order of time")
	o.out = &huma.Schema{Type: huma.TypeArray, Items: r.of(Event{})}
	o.slow, o.faults = false, []int{404, 409}
	listing(r, o, a.events)
	o = get("/v1/events/{id}", "event", "One event")
	o.out = r.of(Event{})
	o.slow = false
	add(r, o, a.event)
}

// Event is an event as the API gives it.
type Event event.Line

// commitmentForm says how undertakings are answered for.
type commitmentForm struct{ suppose, certain, timeline bool }

func (a *API) commitments(ctx context.Context, in *Stretch, id string, form commitmentForm) ([]byte, error) {
	f, err := a.facts(ctx)
	if err != nil {
		return nil, err
	}
	q := commitment.Question{Events: f.Events}
	if q.From, err = dayOf("from", in.From); err != nil {
		return nil, err
	}
	if q.To, err = dayOf("to", in.To); err != nil {
		return nil, err
	}
	chosen, err := f.Commitments.Find(id)
	if err != nil {
		return nil, err
	}
	if form.suppose {
		q.Suppose = report.Suppose(chosen)
	}
	v, err := report.NewCommitmentsView(f.Commitments, q, f.Claims.Ledger, chosen, form.certain)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.CommitmentsForPrograms(v, form.timeline))
}

func (a *API) events(ctx context.Context, in *eventsInput) (items, error) {
	f, err := a.facts(ctx)
	if err != nil {
		return items{}, err
	}
	list, err := event.Ask{Kind: in.Kind, State: in.State, Period: in.Period}.Pick(f.Events, f.States.Places)
	if err != nil {
		return items{}, err
	}
	line := func(e event.Event) ([]byte, error) { return e.AppendLine(nil) }
	return items{f.Version, linesOf(list, line), indented}, nil
}

func (a *API) event(ctx context.Context, in *eventInput) ([]byte, error) {
	f, err := a.facts(ctx)
	if err != nil {
		return nil, err
	}
	e, err := event.Find(f.Events, in.ID)
	if err != nil {
		return nil, err
	}
	b, err := e.AppendLine(nil)
	if err != nil {
		return nil, err
	}
	return report.Indented(b), nil
}
