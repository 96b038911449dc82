package main

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/screen"
)

// TestPartyOf: a party is the same to a case, whether it came as a query, with a payment or in an activity.
func TestPartyOf(t *testing.T) {
	places, err := gazetteer()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []screen.Party{
		{"name": {"Aurelio Quispe"}, "birthDate": {"1990-05-06"}, "country": {"PE"}},
		{"name": {"Lucky Star"}, "schema": {"Vessel"}, "id": {"imo:9074729"}, "flag": {"PA"}},
		{"name": {"A", "B"}, "alias": {"C"}, "gender": {"male"}, "address": {"1 Road"}, "id": {"iban:DE02", "passport:X1"}, "schema": {"Person"}},
	} {
		in, _, err := p.Input(places)
		if err != nil {
			t.Fatal(err)
		}
		ours, again := sideOf(&answeredParty{party: p}, nil), sideOf(&answeredParty{party: partyOf(&in)}, nil)
		if ours.Ref != again.Ref || ours.Print() != again.Print() {
			t.Errorf("%v came out as %v", p, partyOf(&in))
		}
	}
}
