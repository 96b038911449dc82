package httpapi

import (
	"context"
	"net/http"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/evidence"
	"github.com/cordon-engine/cordon/internal/report"
)

type (
	claimsInput struct {
		Page
		State      string   `query:"state" doc:"about or by this state"`
		Obligation string   `query:"obligation" doc:"on this provision and its parts (2397-p8), or this instrument (2397)"`
		Kind       []string `query:"kind,explode" doc:"of this kind, as allegation, finding, denial"`
		Period     string   `query:"period" doc:"touching this day, month, year or span"`
		Source     string   `query:"source" doc:"in this source"`
	}
	claimInput struct {
		ID string `path:"id" doc:"the id of a claim"`
	}
)

func registerClaims(r *registrar) {
	a := r.a
	listing(r, operation{
		method: http.MethodGet, path: "/v1/claims", id: "claims", tag: "claims", summary: "Claims about a state, an obligation, a time",
		out: r.listOf(report.ClaimJSON{}), version: a.factsVersion, faults: []int{404, 409},
	}, a.claims)
	add(r, operation{
		method: http.MethodGet, path: "/v1/claims/{id}", id: "claim", tag: "claims", summary: "One claim: who says so, what stands behind it, what is answered",
		out: r.of(report.ClaimJSON{}), version: a.factsVersion, faults: []int{404},
	}, a.claim)
}

func (a *API) claims(ctx context.Context, in *claimsInput) (items, error) {
	f, err := a.facts(ctx)
	if err != nil {
		return items{}, err
	}
	filter, err := f.Claims.Filter(evidence.Ask{
		State: in.State, Obligation: in.Obligation, Source: in.Source, Kinds: in.Kind, Period: in.Period,
	}, f.States.Places)
	if err != nil {
		return items{}, err
	}
	line := func(c *claim.Claim) ([]byte, error) {
		return report.JSONLine(report.ClaimForPrograms(f.Claims.Ledger, c, f.Claims.IsOwn(c.ID), true))
	}
	return items{f.Version, linesOf(f.Claims.Ledger.Pick(filter), line), indented}, nil
}

func (a *API) claim(ctx context.Context, in *claimInput) ([]byte, error) {
	f, err := a.facts(ctx)
	if err != nil {
		return nil, err
	}
	c, err := f.Claims.Ledger.Claim(in.ID)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.ClaimForPrograms(f.Claims.Ledger, c, f.Claims.IsOwn(c.ID), false))
}
