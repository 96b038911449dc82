package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
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

// TestCasesOfAJob: a job of screening becomes cases though nothing of it was kept, at the command line as on the page and over the API,
// and nothing is raised twice; its results are the answers alone. What no case can come of is refused with the way out.
func TestCasesOfAJob(t *testing.T) {
	sequential(t)
	for _, engine := range []string{"folder", "database"} {
		t.Run(engine, func(t *testing.T) {
			x := newTeamAt(t, engines[engine](t), map[string][]role.Role{"ana": {role.Analyst}})
			ana := x.in("ana")
			at := []string{"--data", x.at.Data, "--folder", x.at.Folder}
			run := func(want int, args ...string) string {
				t.Helper()
				code, out := program(t, append(args, at...)...)
				if code != want {
					t.Fatalf("%v: %d %s", args, code, out)
				}
				return out
			}
			dir := t.TempDir()
			file := func(name, text string) string {
				path := filepath.Join(dir, name)
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			rows := file("rows.csv", "no,name,birthDate\nk-1,Yun Ho Chin,1984-10-13\nk-2,Zzyzx Qwfpgj,\n")
			last := func(out string) string { lines := strings.Fields(out); return lines[len(lines)-1] }
			id := last(run(0, "jobs", "submit", "screen", rows, "--ref", "no"))
			made := func() (int, report.BatchCasesJSON, string) {
				code, b := x.api(ana, "", "POST", "/v1/cases/batch", `{"batch":"`+id+`"}`)
				var out report.BatchCasesJSON
				_ = json.Unmarshal([]byte(b), &out)
				return code, out, b
			}
			if code, _, b := made(); code != 409 && code != 200 { // a server over a folder may have done it by now
				t.Errorf("before it is done: %d %s", code, b)
			}
			if engine == "database" {
				ctx, stop := context.WithCancel(t.Context())
				var working sync.WaitGroup
				working.Go(func() {
					(&Main{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}).Run(ctx, append([]string{"worker", "--slots", "1"}, at...))
				})
				defer working.Wait()
				defer stop()
			}
			run(0, "jobs", "wait", id)
			if code, first, b := made(); code != 200 || first.Answers != 2 || first.WithHits != 1 || first.Clear != 1 || len(first.NotScreened) != 0 {
				t.Fatalf("%d %s", code, b)
			}
			all := casesOf(x)
			if out := run(0, "cases", "from", "--job", id); !strings.Contains(out, "2 answers = 1 with hits + 1 clear + 0 not screened") || !slices.Equal(casesOf(x), all) || len(all) < 2 {
				t.Errorf("%v: %s", all, out)
			}
			if _, page := ana.get("/work/jobs"); !strings.Contains(page, `href="/work/jobs?batch=`+id+`#f-batch"`) {
				t.Error("the page does not offer it")
			}
			if _, page := ana.get("/work/jobs?batch=" + id); !strings.Contains(page, `name="batch" value="`+id+`"`) {
				t.Error("the form is not filled in")
			}
			if code, page := ana.send("/work/jobs", url.Values{"do": {"cases"}, "batch": {id}}); code != 200 || !strings.Contains(page, "1 with hits, 1 clear") || !slices.Equal(casesOf(x), all) {
				t.Errorf("%d %s", code, page)
			}
			if out := run(0, "cases", "show", all[0]) + run(0, "cases", "show", all[len(all)-1]); !strings.Contains(out, "k-1") || !strings.Contains(out, "1984-10-13") {
				t.Error(out)
			}
			if out := run(0, "jobs", "results", id); strings.Count(out, `"outcome"`) != 2 || strings.Contains(out, "party_of_row") {
				t.Error(out)
			}
			if out := run(0, "jobs", "results", id, "--format", "csv"); strings.Contains(out, "party_of_row") {
				t.Error(out)
			}
			if code, b := x.api(ana, "", "GET", "/v1/jobs/"+id+"/results", ""); code != 200 || strings.Count(b, "\n") != 2 || strings.Contains(b, "party_of_row") {
				t.Errorf("%d %s", code, b)
			}
			run(0, "watch", "add", "clients", file("base.csv", "ref,name\n1,Nobody\n"))
			id = last(run(0, "jobs", "submit", "watch", "clients"))
			if code, _, b := made(); code != 409 || !strings.Contains(b, "cases from --watch clients") {
				t.Errorf("a job over customers: %d %s", code, b)
			}
		})
	}
	for _, data := range []string{ // of before, cut off, and mixed up
		`{"row":1,"outcome":"match","hits":[{"id":"x"}]}` + "\n",
		`{"row":1,"outcome":"match","hits":[{"id":"x"}]}` + "\n" + `{"row":2,"outcome":"clear","hits":[]}` + "\n",
		`{"row":1,"outcome":"match","hits":[{"id":"x"}]}` + "\n" + `{"party_of_row":{"row":2,"party":{"name":["A"]}}}` + "\n",
		`{"row":1,"outcome":"clear","hits":[]}` + "\n" + `{"party_of_row":{"row":1,"party":{"name":["A"]}}}` + "\n",
	} {
		var err error
		for _, err = range answeredRows("J", []byte(data)) {
			if err != nil {
				break
			}
		}
		if fault.CodeOf(err) != fault.Conflict {
			t.Errorf("%s: %v", data, err)
		}
	}
}
