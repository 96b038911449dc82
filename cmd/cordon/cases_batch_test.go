package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/role"
)

// TestCasesOfABatch: a batch that was kept becomes cases on the page and over the API, by who may and nobody else, and nothing is
// raised twice; what was not screened, and what a limit left off, is told.
func TestCasesOfABatch(t *testing.T) {
	sequential(t)
	x := newTeam(t, map[string][]role.Role{"ana": {role.Analyst}, "vic": {role.Viewer}, "bo": {role.Approver}})
	ana, bo, vic := x.in("ana"), x.in("bo"), x.in("vic")
	rows := `{"name":"Yun Ho Chin","birthDate":"1984-10-13"}` + "\n" + `{"name":"Zzyzx Qwfpgj"}` + "\n"
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, x.base+"/v1/screen/batch", strings.NewReader(rows))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/jsonl")
	res, err := ana.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	id := res.Header.Get("Cordon-Batch-Id")
	if code, body := ana.read(res, nil); code != 200 || len(id) != 26 {
		t.Fatalf("%d %q %s", code, id, body)
	}
	of := func(v *visitor, batch string) (int, report.BatchCasesJSON, string) {
		t.Helper()
		code, b := x.api(v, "", "POST", "/v1/cases/batch", `{"batch":"`+batch+`"}`)
		var out report.BatchCasesJSON
		_ = json.Unmarshal([]byte(b), &out)
		return code, out, b
	}
	if code, _, b := of(vic, id); code != 403 {
		t.Errorf("a viewer makes cases: %d %s", code, b)
	}
	if code, _, b := of(ana, "01ARZ3NDEKTSV4RRFFQ69G5FB0"); code != 404 {
		t.Errorf("a batch that is not there: %d %s", code, b)
	}
	code, first, b := of(ana, id)
	if code != 200 || first.Answers != 2 || first.WithHits != 1 || first.Clear != 1 || first.Met["new"] == 0 || len(first.NotScreened) != 0 {
		t.Fatalf("%d %s", code, b)
	}
	before := len(casesOf(x))
	if code, again, b := of(bo, id); code != 200 || again.Met["new"] != 0 || len(casesOf(x)) != before {
		t.Errorf("asked again: %d %s", code, b)
	}
	if code, page := ana.send("/work/jobs", url.Values{"do": {"cases"}, "batch": {id}}); code != 200 || !strings.Contains(page, "2 answers of the batch: 1 with hits, 1 clear") || len(casesOf(x)) != before {
		t.Errorf("%d %s", code, page)
	}
	if code, page := ana.send("/work/jobs", url.Values{"do": {"cases"}, "batch": {"01ARZ3NDEKTSV4RRFFQ69G5FB0"}}); code != 404 || !strings.Contains(page, "no answer of the batch") {
		t.Errorf("%d %s", code, page)
	}
	if _, page := vic.get("/work/jobs"); strings.Contains(page, "Make cases of its hits") {
		t.Error("a viewer is offered it")
	}
}

// casesOf gives the ids of all cases.
func casesOf(x *team) (ids []string) {
	x.Helper()
	for kept, err := range x.store.All(x.Context()) {
		if err != nil {
			x.Fatal(err)
		}
		ids = append(ids, kept[0].Case)
	}
	return ids
}
