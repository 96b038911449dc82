package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/when"
)

// exampleCase gives the id of the nth case of the examples of the API, and exampleAnswer that of their kept answer.
func exampleCase(n int) string { return fmt.Sprintf("01ARZ3NDEKTSV4RRFFQ69G5F%02d", n) }

const exampleAnswer = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

// exampleBatch is the batch of that answer.
const exampleBatch = "01ARZ3NDEKTSV4RRFFQ69G5FB0"

// exampleCases makes the cases that the examples of the API speak of, each as its example needs it, and keeps the answer that
// another may be made of.
func (p *casesForPrograms) exampleCases(h http.Handler, live *screen.Live) error {
	ctx := p.m.ctx
	s, err := p.open(ctx, true)
	if err != nil {
		return err
	}
	now := p.m.now().Truncate(time.Millisecond)
	ana := casework.Person{Name: "u-ana", Role: casework.Analyst}
	bo := casework.Person{Name: "u-bo", Role: casework.Approver}
	no := casework.Event{Kind: casework.Disposed, Disposition: casework.False, Code: "other-birth-date", Text: "Born thirty years later.", Suppress: now.AddDate(0, 1, 0), Owner: "u-bo"}
	yes := casework.Event{Kind: casework.Confirmed, Of: 2}
	same := casework.Event{Kind: casework.Disposed, Disposition: casework.True, Code: "same-facts", Text: "The same."}
	letter := []byte("What the authority wrote.\n")
	file, err := casework.NewFile("letter.txt", letter)
	if err == nil {
		err = s.PutFile(ctx, letter)
	}
	if err != nil {
		return err
	}
	began := time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)
	steps := map[int][]casework.Event{
		6: {no}, 7: {no}, 8: {no, yes}, 10: {{Kind: casework.HoldPlaced, Text: "Counsel is asked."}}, 11: {no, yes}, 12: {same, yes}, 14: {same, yes},
		13: {same, yes, {Kind: casework.DeadlineSet, Deadline: "us-blocked", Duty: "us-blocked", Began: began, Due: began.AddDate(0, 0, 15), Owner: "u-ana"}},
		15: {no, yes, {Kind: casework.Sampled, Sample: "a", Text: "drawn"}}, 17: {{Kind: casework.Attached, File: file}},
	}
	for n := 1; n <= 17; n++ {
		a := &casework.Alert{
			Subject: casework.Side{Ref: fmt.Sprint("c-", n), Name: "Somebody", Says: []casework.Fact{{Field: "name", Value: "Somebody"}}, Hard: []casework.Fact{{Field: "birthDate", Value: "1990-01-02"}}},
			Listing: casework.Side{Ref: "un:KPi.001", Name: "Yun Ho Chin", Says: []casework.Fact{{Field: "name", Value: "Yun Ho Chin"}}, Hard: []casework.Fact{{Field: "birthDate", Value: "1944"}}},
			Tier:    "listed", Score: 0.9, Stake: float64(n), Answer: "example", Against: []string{"un-1718@1"},
		}
		list := append([]casework.Event{{Kind: casework.Opened, Alert: a}}, steps[n]...)
		var kept []casework.Kept
		for i, e := range list {
			by := ana
			if e.Kind == casework.Confirmed || e.Kind == casework.Sampled {
				by = bo
			}
			e.Case, e.N, e.Time, e.Person, e.Role = exampleCase(n), i+1, now, by.Name, by.Role
			kept = append(kept, casework.Seal(e))
		}
		if err := s.Add(ctx, casework.Default(), kept); err != nil {
			return err
		}
	}
	if err := p.exampleAnswer(h, live); err != nil {
		return err
	}
	return exampleLicences(ctx, s, now, ana, file)
}

// exampleLicence gives the id of the nth licence of the examples.
func exampleLicence(n int) string { return fmt.Sprintf("01ARZ3NDEKTSV4RRFFQ69G5M%02d", n) }

// exampleLicences makes the licences that the examples of the API speak of, each as its example needs it.
func exampleLicences(ctx context.Context, s licence.Store, now time.Time, by casework.Person, letter casework.File) error {
	answer := licence.Decision{Kind: licence.Answer, ID: exampleAnswer}
	link := licence.Event{Kind: licence.Linked, Decision: answer, Text: "The pumps."}
	steps := map[int][]licence.Event{3: {link}, 4: {link}, 5: {
		link, {Kind: licence.Missed, Condition: "end-use", Text: "Not shown."}, {Kind: licence.Fulfilled, Condition: "end-use", Text: "Shown.", Evidence: "A photo."},
	}, 9: {{Kind: licence.Attached, File: letter}}}
	y, m, d := now.AddDate(0, 1, 0).Date()
	for n := 1; n <= 9; n++ {
		terms := &licence.Terms{
			Authority: "Ministry of examples", Reference: fmt.Sprint("X-", n), Form: licence.License, Holder: "Andean Relief",
			From: when.Date(2026, 1, 15), Until: when.Date(y, int(m), d), Source: "Letter of 14 January 2026",
			Conditions: []licence.Condition{
				{ID: "report", What: "Report each shipment.", Who: "Export desk", Due: when.Date(y, int(m), d), Evidence: "A stamped copy."},
				{ID: "end-use", What: "Not to be passed on.", Who: "The consignee", Due: when.NoDay, Evidence: "Visits."},
			},
		}
		var kept []licence.Kept
		for i, e := range append([]licence.Event{{Kind: licence.Granted, Terms: terms}}, steps[n]...) {
			e.Licence, e.N, e.Time, e.Person, e.Role = exampleLicence(n), i+1, now, by.Name, by.Role
			kept = append(kept, licence.Seal(e))
		}
		if err := s.AddLicences(ctx, kept, casework.Default(), nil); err != nil {
			return err
		}
	}
	return nil
}

func (p *casesForPrograms) exampleAnswer(h http.Handler, live *screen.Live) error {
	k, err := p.m.keep(p.c.Data, lawFlags{}, nil)
	if err != nil {
		return err
	}
	defer k.Close()
	held := live.Take()
	defer held.Release()
	b, err := k.basis(context.Background(), held.Desk)
	if err != nil {
		return err
	}
	const query = `{"name":"Yun Ho Chin","birthDate":"1984-10-13"}`
	r := httptest.NewRequest(http.MethodPost, "/v1/screen", strings.NewReader(query))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusOK {
		return fmt.Errorf("%d %s", w.Code, w.Body)
	}
	a, err := k.newScreened(b, "somebody", screenAsked{AsOf: p.m.today().String(), Query: json.RawMessage(query)}, w.Body.Bytes(), nil)
	if err != nil {
		return err
	}
	a.ID, a.Batch, a.Line = exampleAnswer, exampleBatch, 1
	return k.Keep(context.Background(), a)
}
