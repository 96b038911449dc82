package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// caseServer is a server that keeps answers, with keys of three people; ana has two keys.
type caseServer struct {
	*testing.T
	h    http.Handler
	keys map[string]string
	now  time.Time
	dir  string

	quiet *quietLive
}

func newCaseServer(t *testing.T) *caseServer {
	t.Helper()
	dir := t.TempDir()
	s := &caseServer{T: t, keys: map[string]string{}, now: time.Now().UTC(), dir: dir}
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	store := sqlite.Keys{Store: db}
	for name, k := range map[string]struct {
		owner  string
		scopes []access.Scope
	}{
		"ana":         {"Ana", []access.Scope{access.Cases, access.Screen, access.Decide}},
		"ana's other": {"Ana", []access.Scope{access.Cases, access.Approve}},
		"bo":          {"Bo", []access.Scope{access.Cases, access.Approve}},
		"admin":       {"Dag", []access.Scope{access.Admin}},
		"till":        {"till-7", []access.Scope{access.Decide}},
		"screen":      {"payments-eu", []access.Scope{access.Screen}},
	} {
		key, secret, err := access.New(nil, k.owner, k.scopes, s.now, time.Time{})
		if err == nil {
			err = store.AddKey(t.Context(), key)
		}
		if err != nil {
			t.Fatal(err)
		}
		s.keys[name] = secret
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	h, c, stop := keepingServer(t, dir)
	s.quiet = c.cases.sc.quiet
	t.Cleanup(stop)
	s.h = h
	return s
}

// as asks in somebody's name, and gives status and body; headers are name, value, name, value.
func (s *caseServer) as(who, method, path, body string, headers ...string) (int, []byte) {
	s.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:4000"
	r.Host = "127.0.0.1"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+s.keys[who])
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	if id := w.Header().Get("Cordon-Answer-Id"); id != "" {
		return w.Code, []byte(id)
	}
	return w.Code, w.Body.Bytes()
}

// must asks and reads what is given.
func must[T any](s *caseServer, who, method, path, body string) (v T) {
	s.Helper()
	status, b := s.as(who, method, path, body)
	if status != 200 {
		s.Fatalf("%s %s %s: %d %s", who, method, path, status, b)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		s.Fatalf("%s: %v", b, err)
	}
	return v
}

// opened makes a case of a screening: the party of our side is born thirty years after the listed one.
func (s *caseServer) opened() report.CaseMetJSON {
	s.Helper()
	status, id := s.as("ana", "POST", "/v1/screen", `{"name":"Yun Ho Chin","birthDate":"1984-10-13","country":"KP"}`)
	if status != 200 {
		s.Fatalf("%d %s", status, id)
	}
	met := must[[]report.CaseMetJSON](s, "ana", "POST", "/v1/cases", fmt.Sprintf(`{"answer":%q,"stake":250}`, id))
	if len(met) == 0 {
		s.Fatal("no case was made of a hit")
	}
	return met[0]
}

// TestCasesOverHTTP takes a case from the screening that made it to its end.
func TestCasesOverHTTP(t *testing.T) {
	sequential(t)
	s := newCaseServer(t)
	if got := must[[]report.CaseJSON](s, "bo", "GET", "/v1/cases", ""); len(got) != 0 {
		t.Fatalf("%d cases before there are any", len(got))
	}
	met := s.opened()
	if met.Outcome != "new" || met.Listing != "un:KPi.001" {
		t.Fatalf("%+v", met)
	}
	if again := s.opened(); again.Outcome != "already open" || again.Case != met.Case {
		t.Errorf("raised twice: %+v", again)
	}
	at := "/v1/cases/" + met.Case
	c := must[report.CaseJSON](s, "ana", "POST", at+"/assign", `{"to":"Ana"}`)
	if mine := must[[]report.CaseJSON](s, "ana's other", "GET", "/v1/cases?state=mine", ""); len(mine) != 1 || mine[0].Priority != c.Score*250 || mine[0].History != nil {
		t.Errorf("the queue of Ana's other key: %+v", mine)
	}
	must[report.CaseJSON](s, "ana", "POST", at+"/comment", `{"text":"asked the bank"}`)
	c = must[report.CaseJSON](s, "ana", "POST", at+"/suppress", fmt.Sprintf(
		`{"code":"other-birth-date","text":"born in 1984","until":%q,"owner":"Bo","event":3}`, s.now.AddDate(0, 0, 90).Format(time.DateOnly)))
	if c.State != "to confirm" || !c.Held || len(c.History) != 4 || c.Proposal.Event != 4 {
		t.Fatalf("%+v", c)
	}
	for _, x := range []struct {
		who, path, body string
		status          int
		says            string
	}{
		{"ana", at + "/confirm", `{"of":4}`, 403, "may not do this"},
		{"ana's other", at + "/confirm", `{"of":4}`, 403, "a second person confirms, and this is the same one"},
		{"ana's other", at + "/return", `{"of":4,"text":"no"}`, 403, "same one"},
		{"bo", at + "/confirm", `{"of":3}`, 409, "not the one that awaits"},
		{"bo", at + "/dispose", `{"disposition":"true","code":"same-facts","text":"x","event":2}`, 409, "went on"},
		{"bo", at + "/dispose", `{"disposition":"maybe","code":"same-facts","text":"x"}`, 422, "maybe"},
		{"bo", at + "/dispose", `{"disposition":"true","code":"other-name","text":"x"}`, 400, "the reasons are"},
		{"bo", at + "/confirm", `{"of":4,"Of":3}`, 422, "twice"},
		{"bo", at + "/confirm", `{"of":4,"so":3}`, 422, "so"},
		{"bo", at + "/confirm", `{"of":4}{}`, 422, "behind"},
		{"bo", at + "/release", `{"text":"go"}`, 409, "nobody placed a hold"},
		{"bo", at + "/revoke", `{"text":"go"}`, 409, "no further hits"},
		{"bo", "/v1/cases/01ARZ3NDEKTSV4RRFFQ69G5FAV/comment", `{"text":"x"}`, 404, "no case"},
		{"bo", "/v1/cases/x/comment", `{"text":"x"}`, 422, "not the id"},
		{"admin", at + "/confirm", `{"of":4}`, 403, `the role \"admin\" may not do this`},
		{"screen", at + "/confirm", `{"of":4}`, 403, "scope"},
		{"", at + "/confirm", `{"of":4}`, 401, "key"},
		{"nobody", at + "/confirm", `{"of":4}`, 401, "key"},
	} {
		if status, b := s.as(x.who, "POST", x.path, x.body); status != x.status || !strings.Contains(string(b), x.says) {
			t.Errorf("%s %s %s: %d %s; want %d with %q", x.who, x.path, x.body, status, b, x.status, x.says)
		}
	}
	if status, b := s.as("ana's other", "POST", at+"/confirm", `{"of":4}`, "Cordon-As", "Bo", "Cordon-Role", "approver"); status != 400 {
		t.Errorf("somebody with a key said to be another: %d %s", status, b)
	}
	if a := s.screened(`{"name":"Yun Ho Chin","birthDate":"1984-10-13","country":"KP"}`); a.Suppressed != 0 || a.Outcome != "match" && a.Outcome != "possible" {
		t.Errorf("one person suppressed: %+v", a)
	}
	c = must[report.CaseJSON](s, "bo", "POST", at+"/confirm", `{"of":4}`)
	if c.State != "suppressed" || c.Held || c.Closed.Second == c.Closed.Person {
		t.Errorf("%+v", c)
	}
	if again := s.opened(); again.Outcome != "suppressed" {
		t.Errorf("%+v", again)
	}
	if l := must[[]report.SuppressionJSON](s, "bo", "GET", "/v1/cases/suppressions", ""); len(l) != 1 || !l[0].Holds || l[0].Case != met.Case {
		t.Errorf("suppressions: %+v", l)
	}

	// Screening shows the hit as suppressed, outside any limit, and another party of the same name is not.
	const party = `{"name":"Yun Ho Chin","birthDate":"1984-10-13","country":"KP"`
	if a := s.screened(party + `,"limit":1}`); a.Suppressed != 1 || a.Hits[0].Suppressed == nil || a.Hits[0].Suppressed.Case != met.Case || a.Outcome != "suppressed" {
		t.Errorf("%+v", a)
	}
	newest := s.quiet.newest
	s.quiet.newest = func(context.Context) (int64, error) { return 0, errors.New("the disk is gone") }
	s.quiet.forget()
	if a := s.screened(party + `}`); a.Suppressed != 0 || a.Outcome == "suppressed" || a.Outcome == "clear" || !slices.Contains(a.Notes, uncompared(errors.New("the disk is gone"))) {
		t.Errorf("what cannot be read suppresses, or nothing says so: %+v", a)
	}
	s.quiet.newest = newest
	s.quiet.forget()
	if a := s.screened(party + `,"ref":"c-9"}`); a.Suppressed != 0 || a.Outcome == "clear" {
		t.Errorf("a party with a number of its own inherits: %+v", a)
	}
	if a := s.screened(strings.Replace(party, "1984", "1985", 1) + `}`); a.Suppressed != 0 {
		t.Errorf("what was suppressed outlives a change: %+v", a)
	}

	// A hold of a person is released by another; the case is not held by anything else.
	c = must[report.CaseJSON](s, "bo", "POST", at+"/hold", `{"text":"counsel is asked"}`)
	if !c.Held || c.Hold == nil {
		t.Errorf("%+v", c)
	}
	if status, _ := s.as("bo", "POST", at+"/release", `{"text":"go"}`); status != 403 {
		t.Errorf("the one who held released: %d", status)
	}
	if c = must[report.CaseJSON](s, "ana's other", "POST", at+"/release", `{"text":"answered"}`); c.Held {
		t.Errorf("%+v", c)
	}
	if c = must[report.CaseJSON](s, "ana", "POST", at+"/revoke", `{"text":"the owner left"}`); c.State != "closed false" {
		t.Errorf("%+v", c)
	}
	if a := s.screened(party + `}`); a.Suppressed != 0 {
		t.Errorf("suppressed after it was revoked: %+v", a)
	}
	if again := s.opened(); again.Outcome != "reopened" {
		t.Errorf("after it was revoked: %+v", again)
	}
}

// screened gives the answer to a query, and holds that it is replayed with the same bytes.
func (s *caseServer) screened(query string) (a report.AnswerJSON) {
	s.Helper()
	status, id := s.as("ana", "POST", "/v1/screen", query)
	if status != 200 {
		s.Fatalf("%d %s", status, id)
	}
	if code, out := program(s.T, "replay", string(id), "--data", s.dir); code != 0 {
		s.Errorf("%s is not replayed with the same bytes: %s", id, out)
	}
	code, out := program(s.T, "answers", "show", string(id), "--data", s.dir, "--format", "json")
	var r struct {
		Answer string `json:"answer"`
	}
	err := json.Unmarshal([]byte(out), &r)
	if err == nil {
		err = json.Unmarshal([]byte(r.Answer), &a)
	}
	if err != nil || code != 0 {
		s.Fatalf("%v: %s", err, out)
	}
	return a
}

// TestCasesOfRulings: what a person must look at becomes a case, and comes first in the queue where more is at stake.
func TestCasesOfRulings(t *testing.T) {
	sequential(t)
	s := newCaseServer(t)
	s.opened()
	decide := func(activity string) []byte {
		status, id := s.as("ana", "POST", "/v1/decide", activity)
		if status != 200 {
			t.Fatalf("%d %s", status, id)
		}
		return id
	}
	const ban = `{"id":"wire-7","kind":"payment","date":"2017-08-20","finance":{"service":"payment"},"parties":[{"name":"Korea Mining Development Trading Corporation"}]}`
	met := must[[]report.CaseMetJSON](s, "ana", "POST", "/v1/cases", fmt.Sprintf(`{"answer":%q,"stake":9000}`, decide(ban)))
	if len(met) != 1 || met[0].Outcome != "new" || met[0].Subject != "activity:wire-7" || met[0].Score != 1 {
		t.Fatalf("%+v", met)
	}
	queue := must[[]report.CaseJSON](s, "ana", "GET", "/v1/cases", "")
	if len(queue) != 2 || queue[0].ID != met[0].Case || queue[0].Tier != "ruling" || !queue[0].Held {
		t.Fatalf("%+v", queue)
	}
	again := must[[]report.CaseMetJSON](s, "ana", "POST", "/v1/cases", fmt.Sprintf(`{"answer":%q}`, decide(ban)))
	if again[0].Outcome != "already open" {
		t.Errorf("%+v", again)
	}
	other := strings.Replace(ban, "2017-08-20", "2017-08-21", 1)
	if again = must[[]report.CaseMetJSON](s, "ana", "POST", "/v1/cases", fmt.Sprintf(`{"answer":%q}`, decide(other))); again[0].Outcome != "new facts" || again[0].Case != met[0].Case {
		t.Errorf("%+v", again)
	}
	lawful := `{"kind":"payment","date":"2017-08-20","finance":{"service":"payment"},"parties":[{"name":"Gunnhild Haraldsdottir"}]}`
	if none := must[[]report.CaseMetJSON](s, "ana", "POST", "/v1/cases", fmt.Sprintf(`{"answer":%q}`, decide(lawful))); len(none) != 0 {
		t.Errorf("%+v", none)
	}
	if status, b := s.as("ana", "POST", "/v1/cases/"+met[0].Case+"/dispose", `{"disposition":"false","code":"other-birth-date","text":"x"}`); status != 400 || !bytes.Contains(b, []byte("authorised")) {
		t.Errorf("%d %s", status, b)
	}
}
