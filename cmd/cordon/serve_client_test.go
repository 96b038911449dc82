package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/client"
)

// count counts the items of a list and gives the error that ended it.
func count[T any](list iter.Seq2[T, error]) (n int, err error) {
	for _, err := range list {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// TestClient asks the whole server with the public client, once with every method, and looks for one thing in each answer. The server
// is its own, since it holds cases to what only the client did.
func TestClient(t *testing.T) {
	sequential(t)
	d := describe(t)
	h, err := serveExamples(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	defer s.Close()
	c, err := client.New(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	example := func(id string) []byte {
		i := slices.IndexFunc(d.ops, func(o op) bool { return o.id == id })
		return []byte(d.ops[i].example.Body)
	}
	party := client.Party{Name: "Yun Ho Chin", BirthDate: []string{"1944-10-13"}}
	for name, f := range map[string]func() (bool, error){
		"Decide": func() (bool, error) {
			r, err := c.Decide(ctx, client.Activity{
				"kind": "payment", "date": "2017-08-20", "finance": map[string]any{"service": "payment"},
				"parties": []any{map[string]any{"name": "Korea Mining Development Trading Corporation"}},
			}, client.Days{})
			return err == nil && r.Verdict == "prohibited" && len(r.Screened) > 0, err
		},
		"Decide without screening": func() (bool, error) {
			r, err := c.Decide(ctx, client.Activity{
				"kind": "payment", "date": "2017-08-20", "finance": map[string]any{"service": "payment"},
				"parties": []any{map[string]any{"name": "Korea Mining Development Trading Corporation"}},
			}, client.Days{NoScreening: true})
			return err == nil && r.Verdict != "prohibited", err
		},
		"Screen": func() (bool, error) {
			a, err := c.Screen(ctx, client.Query{Party: party, Limit: 1})
			return err == nil && a.Outcome == "match" && a.Hits[0].ID == "un:KPi.001" && len(a.Against) > 0, err
		},
		"ScreenBatch": func() (bool, error) {
			n, err := count(c.ScreenBatch(ctx, slices.Values([]client.Party{party, {Name: "Gunnhild Haraldsdottir"}, {BirthDate: []string{"soon"}}})))
			return n == 3, err
		},
		"Payments": func() (bool, error) {
			n := 0
			s, err := c.Payments(ctx, bytes.NewReader(example("payments")), func(p *client.Payment) error {
				n++
				if p.Outcome == "" || len(p.Parties) == 0 {
					return errors.New("a transaction without an outcome or parties")
				}
				return nil
			})
			return err == nil && n > 0 && s.Read == n && len(s.Against) > 0, err
		},
		"Explain": func() (bool, error) {
			x, err := c.Explain(ctx, party, "un:KPi.001", "")
			return err == nil && x.Score > 0.9 && len(x.Evidence) > 1, err
		},
		"WatchBases": func() (bool, error) {
			l, err := c.WatchBases(ctx)
			return slices.ContainsFunc(l, func(b client.WatchBase) bool { return b.Base == "clients" && b.Run != nil }), err
		},
		"WatchVersions": func() (bool, error) { l, err := c.WatchVersions(ctx, "clients"); return len(l) > 0, err },
		"WatchVersion": func() (bool, error) {
			v, err := c.WatchVersion(ctx, "clients", 1)
			return err == nil && v.Kept == 2, err
		},
		"WatchRuns": func() (bool, error) {
			l, err := c.WatchRuns(ctx, "clients")
			return len(l) > 0 && l[0].Customers == 2, err
		},
		"WatchPut": func() (bool, error) {
			v, err := c.WatchPut(ctx, "suppliers", client.CustomerFile{
				ContentType: "application/jsonl", Body: []byte(`{"ref":"s1","name":"Yun Ho Chin"}` + "\n" + `{"name":"Nobody"}` + "\n"), Schema: "Person",
			})
			return err == nil && v.Kept == 1 && v.Refused == 1 && v.Refusals[0].Line == 2, err
		},
		"WatchStart": func() (bool, error) {
			j, err := c.WatchStart(ctx, "clients", false)
			if err == nil {
				j, err = c.WatchWait(ctx, "clients", j.ID, 10*time.Millisecond)
			}
			return err == nil && j.Kind == "delta" && j.Result != nil && j.Result.Run.Customers == j.Result.Run.Carried+j.Result.Run.Screened, err
		},
		"WatchLookBack": func() (bool, error) {
			j, err := c.WatchLookBack(ctx, "clients", 1, "un-1718@1")
			if err == nil {
				j, err = c.WatchWait(ctx, "clients", j.ID, 10*time.Millisecond)
			}
			return err == nil && j.Result != nil && j.Result.Run.Screened == 2, err
		},
		"WatchChanges": func() (bool, error) {
			x, err := c.WatchChanges(ctx, "clients", 0, 1)
			return err == nil && len(x.Changes) == 1 && x.Changes[0].Ref == "10482" && x.Changes[0].New.Subject == "un:KPi.001", err
		},
		"Cases": func() (bool, error) {
			n, err := count(c.Cases(ctx, client.CasesQuery{State: "all"}))
			if err != nil || n < 11 {
				return false, err
			}
			id := exampleCase(9)
			x, err := c.CaseComment(ctx, id, client.CaseSay{Text: "seen"})
			if err == nil {
				x, err = c.CaseAssign(ctx, id, client.CaseAssign{To: "Ana", Event: x.Events})
			}
			if err == nil {
				x, err = c.CaseDispose(ctx, id, client.CaseDispose{Disposition: "false", Code: "other-birth-date", Text: "born later"})
			}
			if err != nil || x.Proposal == nil || x.Assigned == "" || len(x.History) != x.Events {
				return false, err
			}
			var p *client.Problem
			if _, err := c.CaseConfirm(ctx, id, client.CaseSecond{Of: x.Proposal.Event}); !errors.As(err, &p) || p.Status != 403 {
				return false, fmt.Errorf("the same person confirmed: %w", err)
			}
			if _, err = c.Suppressions(ctx); err != nil {
				return false, err
			}
			met, err := c.CasesFrom(ctx, exampleAnswer, 5)
			if err != nil || len(met) == 0 {
				return false, err
			}
			x, err = c.Case(ctx, met[0].Case)
			return err == nil && x.Stake > 0 && x.Held, err
		},
		"CasesMore": func() (bool, error) {
			x, err := c.CaseAttach(ctx, exampleCase(16), client.CaseAttach{Name: "letter.txt", Data: []byte("a letter")})
			if err != nil || len(x.Files) != 1 || x.Files[0].Size != 8 {
				return false, cmp.Or(err, errors.New("step 1"))
			}
			f, err := c.CaseFile(ctx, exampleCase(16), x.Files[0].SHA256)
			if err != nil || string(f.Data) != "a letter" || f.Name != "letter.txt" {
				return false, cmp.Or(err, errors.New("step 2"))
			}
			var p *client.Problem
			if _, err := c.CaseAttach(ctx, exampleCase(16), client.CaseAttach{Name: "page.pdf", Data: []byte("<html>")}); !errors.As(err, &p) || p.Status != 422 {
				return false, fmt.Errorf("a page is attached: %w", err)
			}
			if x, err = c.CaseClock(ctx, exampleCase(12), client.CaseClockStart{Duty: "eu-frozen", From: "2026-01-15", Owner: "Ana"}); err != nil || len(x.Deadlines) != 1 || !x.Deadlines[0].Late {
				return false, cmp.Or(err, errors.New("step 3"))
			}
			list, err := c.CaseClocks(ctx, true)
			if err != nil || len(list) < 3 || list[0].Duty != "" {
				return false, cmp.Or(err, errors.New("step 4"))
			}
			if x, err = c.CaseFiled(ctx, exampleCase(12), client.CaseFiled{Duty: "eu-frozen", On: "2026-01-16", Reference: "E-1", Text: "by mail"}); err != nil || x.Deadlines[0].Filed != "2026-01-16" {
				return false, cmp.Or(err, errors.New("step 5"))
			}
			if _, err := c.CaseNoReport(ctx, exampleCase(9), client.CaseSay{Text: "x"}); !errors.As(err, &p) || p.Status != 409 {
				return false, fmt.Errorf("no report is owed of what is open: %w", err)
			}
			duties, err := c.CaseDuties(ctx)
			if err != nil || len(duties) < 4 {
				return false, cmp.Or(err, errors.New("step 6"))
			}
			if o, err := c.CaseOwes(ctx); err != nil || o.Version != 0 {
				return false, cmp.Or(err, errors.New("owes"))
			}
			if o, err := c.SetCaseOwes(ctx, client.CaseOwes{Reports: []string{"no such"}}); err == nil {
				return false, fmt.Errorf("what is no report is owed: %v", o)
			}
			drawn, err := c.CaseDraw(ctx, client.CaseDraw{Seed: "s", Size: 1, Until: "2099-01-01"})
			if err != nil || len(drawn) != 1 {
				return false, cmp.Or(err, errors.New("step 7"))
			}
			if _, err = c.CaseReview(ctx, drawn[0], client.CaseReview{Upheld: true, Text: "seen"}); err != nil {
				return false, cmp.Or(err, errors.New("step 8"))
			}
			q, err := c.CaseQuality(ctx)
			return err == nil && q.FalseClear.Of+q.FalseTrue.Of == 1 && q.Closed > 0, err
		},
		"Licences": func() (bool, error) {
			l, err := c.LicenceAdd(ctx, client.LicenceTerms{Authority: "A", Reference: "R", Kind: "licence", Holder: "H", From: "2026-01-01", Conditions: []client.LicenceConditions{
				{ID: "end-use", What: "not passed on", Who: "consignee", Evidence: "visits"},
			}})
			if err == nil {
				l, err = c.LicenceLink(ctx, l.ID, client.LicenceLink{Case: exampleCase(9), Text: "the pumps", Event: l.Events})
			}
			if err == nil {
				l, err = c.LicenceComment(ctx, l.ID, client.LicenceSay{Text: "seen"})
			}
			if err == nil {
				l, err = c.LicenceMiss(ctx, l.ID, client.LicenceMiss{Condition: "end-use", Text: "sold on"})
			}
			if err != nil || l.Lost != 1 {
				return false, err
			}
			x, err := c.Case(ctx, exampleCase(9))
			if err != nil || len(x.Licences) != 1 || x.Licences[0].Lost == nil {
				return false, err
			}
			n, err := count(c.Licences(ctx, client.LicencesQuery{State: "lost", Decision: exampleCase(9)}))
			if err != nil || n != 1 {
				return false, err
			}
			tasks, err := c.LicenceTasks(ctx, true)
			if err != nil || len(tasks) == 0 {
				return false, err
			}
			if l, err = c.LicenceFulfil(ctx, l.ID, client.LicenceFulfil{Condition: "end-use", Evidence: "photo", Text: "returned"}); err != nil {
				return false, err
			}
			var p *client.Problem
			if _, err := c.LicenceRestore(ctx, l.ID, client.LicenceLink{Case: exampleCase(9), Text: "x"}); !errors.As(err, &p) || p.Status != 403 {
				return false, fmt.Errorf("the same person restored: %w", err)
			}
			if _, err := c.LicenceCheck(ctx, l.ID, client.LicenceSay{Text: "x"}); !errors.As(err, &p) || p.Status != 403 {
				return false, fmt.Errorf("the same person checked: %w", err)
			}
			if _, err := c.LicenceExtend(ctx, l.ID, client.LicenceExtend{Until: "2099-01-01", Text: "x"}); !errors.As(err, &p) || p.Status != 409 {
				return false, fmt.Errorf("what has no end was extended: %w", err)
			}
			if _, err := c.LicenceDone(ctx, l.ID, client.LicenceDone{Case: exampleCase(9), On: "2026-01-02", Text: "x"}); !errors.As(err, &p) || p.Status != 409 {
				return false, fmt.Errorf("what was lost was carried out: %w", err)
			}
			if l, err = c.LicenceRevoke(ctx, l.ID, client.LicenceSay{Text: "withdrawn"}); err != nil {
				return false, err
			}
			l, err = c.Licence(ctx, l.ID)
			return err == nil && l.State == "revoked" && len(l.History) == l.Events, err
		},
		"Lists": func() (bool, error) { l, err := c.Lists(ctx); return len(l) > 0 && l[0].Subjects > 0, err },
		"Entry": func() (bool, error) {
			e, err := c.Entry(ctx, "KPi.001", "2017-01-01", "")
			return len(e) == 1 && len(e[0].Standings) > 0 && len(e[0].Facts) > 0, err
		},
		"History": func() (bool, error) { h, err := c.History(ctx, "KPi.001"); return len(h) == 1, err },
		"ListDiff": func() (bool, error) {
			x, err := c.ListDiff(ctx, "un-1718@1", "un-1718")
			return err == nil && x.Added == 0, err
		},
		"Law": func() (bool, error) { n, err := count(c.Law(ctx, client.LawQuery{})); return n > 180, err },
		"Provision": func() (bool, error) {
			p, err := c.Provision(ctx, "2397-p7")
			return len(p) > 0 && p[0].ID == "2397-p7", err
		},
		"LawChanges": func() (bool, error) {
			x, err := c.LawChanges(ctx, "2017-07-04", "2017-12-23")
			return err == nil && len(x.Began) > 0, err
		},
		"Goods": func() (bool, error) { g, err := c.Goods(ctx, "8413"); return err == nil && g.Code == "8413", err },
		"States": func() (bool, error) {
			x, err := c.States(ctx, client.StatesQuery{States: []string{"PL", "CN"}, Evidence: "alleged"})
			return err == nil && len(x.Cells) > 1 && len(x.Cells[0].Items) > 0, err
		},
		"State": func() (bool, error) {
			x, err := c.State(ctx, "China", "2017-07-04")
			return err == nil && x.State == "CN" && len(x.Conduct) > 0, err
		},
		"Caps": func() (bool, error) { x, err := c.Caps(ctx, "oil", "2018", "1/3", "1"); return len(x) > 1, err },
		"Claims": func() (bool, error) {
			n, err := count(c.Claims(ctx, client.ClaimsQuery{Kinds: []string{"denial", "finding"}}))
			return n > 10, err
		},
		"Claim": func() (bool, error) {
			x, err := c.Claim(ctx, "trucks-finding")
			return err == nil && x.Seen != (x.Statement == "x"), err
		},
		"Records": func() (bool, error) {
			n, err := count(c.Records(ctx, client.RecordsQuery{Partner: "CN", Measure: "trade_share"}))
			return n > 3, err
		},
		"Mirror": func() (bool, error) {
			x, err := c.Mirror(ctx, "KP", "2017", "", "", "")
			return err == nil && x.Target == "KP", err
		},
		"Read": func() (bool, error) {
			x, err := c.Read(ctx, "text/plain", example("read"), "2019-04-02")
			return err == nil && len(x.Claims) > 0, err
		},
		"DraftLint": func() (bool, error) {
			x, err := c.DraftLint(ctx, example("draftLint"))
			return err == nil && x.Provisions == 1, err
		},
		"DraftTest": func() (bool, error) {
			x, err := c.DraftTest(ctx, example("draftTest"), 2016)
			return err == nil && x.BaseYears[0] == 2016, err
		},
		"Commitments": func() (bool, error) {
			x, err := c.Commitments(ctx, "", "2018-06-30")
			return err == nil && len(x.Accounts) > 5, err
		},
		"Commitment": func() (bool, error) {
			x, err := c.Commitment(ctx, "moratorium-2018")
			return err == nil && len(x.Accounts) > 0, err
		},
		"CommitmentTest": func() (bool, error) {
			x, err := c.CommitmentTest(ctx, "freeze-2017", true, "2018-03-31")
			return err == nil && x.Assumed && len(x.Certain) > 0, err
		},
		"Events": func() (bool, error) {
			n, err := count(c.Events(ctx, client.EventsQuery{Period: "2017"}))
			return n > 5, err
		},
		"Jobs": func() (bool, error) {
			j, err := c.SubmitScreen(ctx, client.JobAsk{About: "two", Chunk: 1, Limit: 3, Threshold: .8}, slices.Values([]client.Party{party, {Name: "Nobody"}}))
			if err != nil {
				return false, err
			}
			list, err := c.Jobs(ctx)
			if err != nil || !slices.ContainsFunc(list, func(x client.Job) bool { return x.ID == j.ID }) {
				return false, err
			}
			one, err := c.Job(ctx, j.ID)
			if err != nil || one.State != "waiting" || one.Items != 2 || one.Chunks != 2 || one.About != "two" {
				return false, err
			}
			if _, err := count(c.JobResults(ctx, j.ID)); err == nil {
				return false, errors.New("a job that is not done gave results")
			}
			one, err = c.CancelJob(ctx, j.ID)
			return err == nil && one.State == "cancelled", err
		},
		"People": func() (bool, error) {
			made, err := c.PersonAdd(ctx, client.PersonAdd{Name: "cleo", Roles: []string{"approver"}})
			if err != nil || len(made.Password) != 20 || made.Person.By != "u-dag" {
				return false, err
			}
			id := made.Person.ID
			if n, err := count(c.People(ctx)); err != nil || n < 3 {
				return false, err
			}
			for what, f := range map[string]func() (bool, error){
				"roles": func() (bool, error) {
					p, err := c.PersonRoles(ctx, id, client.PersonRoles{Roles: []string{"viewer"}})
					return err == nil && p.Roles[0] == "viewer", err
				},
				"disable": func() (bool, error) { p, err := c.PersonDisable(ctx, id); return err == nil && p.Disabled != "", err },
				"enable":  func() (bool, error) { p, err := c.PersonEnable(ctx, id); return err == nil && p.Disabled == "", err },
				"reset": func() (bool, error) {
					p, err := c.PersonReset(ctx, id)
					return err == nil && len(p.Password) == 20 && p.Password != made.Password, err
				},
				"end": func() (bool, error) { n, err := c.PersonSessionsEnd(ctx, id); return err == nil && n.Ended == 0, err },
				"in":  func() (bool, error) { l, err := c.PersonSessions(ctx, id); return err == nil && len(l) == 0, err },
				"one": func() (bool, error) { p, err := c.Person(ctx, id); return err == nil && p.Name == "cleo", err },
			} {
				if ok, err := f(); err != nil || !ok {
					return false, fmt.Errorf("%s: %w", what, err)
				}
			}
			k, err := c.PersonKeyAdd(ctx, id, client.PersonKey{Scopes: []string{"cases"}, Days: 7})
			if err != nil || !strings.HasPrefix(k.Secret, k.ID+"_") || k.Name != "cleo" {
				return false, err
			}
			if k, err = c.PersonKeyRevoke(ctx, id, k.ID); err != nil || k.State != "revoked" || k.Secret != "" {
				return false, err
			}
			keys, err := c.PersonKeys(ctx, id)
			return err == nil && len(keys) == 1 && keys[0].State == "revoked", err
		},
		"SelfTest": func() (bool, error) { x, err := c.SelfTest(ctx, 2); return err == nil && x.Names.Tested == 2, err },
		"Schema":   func() (bool, error) { b, err := c.Schema(ctx, "activity"); return json.Valid(b), err },
		"Version": func() (bool, error) {
			v, err := c.Version(ctx)
			return err == nil && v.Cordon == version && v.Law != "", err
		},
		"Raw": func() (bool, error) {
			b, err := c.Raw(ctx, "GET", "/v1/version", nil, "", nil)
			return bytes.HasPrefix(b, []byte("{\n  \"cordon\"")), err
		},
	} {
		if ok, err := f(); err != nil || !ok {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	var p *client.Problem
	if _, err := c.Provision(ctx, "9999-p1"); !errors.As(err, &p) || p.Status != 404 || p.Code != "not_found" || len(p.Trace) != 32 {
		t.Errorf("a provision that is not there: %v", err)
	}
	key := client.WithKey(ctx, "one-question")
	if _, err := c.Screen(key, client.Query{Party: party}); err != nil {
		t.Error(err)
	}
	if _, err := c.Screen(key, client.Query{Party: client.Party{Name: "Another"}}); !errors.As(err, &p) || p.Place == nil || p.Place.Field != "Idempotency-Key" {
		t.Errorf("another question under a key: %v", err)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := c.Version(stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that was given up: %v", err)
	}
}

// TestClientTypesAreWhole holds that the client's types have every key of the answers: an answer that is read and written
// again says the same.
func TestClientTypesAreWhole(t *testing.T) {
	sequential(t)
	d := describe(t)
	for id, v := range map[string]any{
		"decide": client.Ruling{}, "screen": client.Answer{}, "explain": client.Explain{}, "lists": []client.List{}, "listStatus": []client.ListState{},
		"listSources": []client.ListSource{}, "listEntry": []client.Entry{}, "listHistory": []client.EntryStep{}, "listDiff": client.ListDiff{},
		"law": []client.Provision{}, "lawChanges": client.LawDiff{}, "lawTimeline": []client.LawChange{}, "lawReview": client.Review{},
		"lawScenarios": client.Scenarios{}, "goods": client.Goods{}, "states": client.States{}, "compareStates": []client.Compared{}, "state": client.Dossier{},
		"caps": []client.Account{}, "claims": []client.Claim{}, "readings": []client.Snapshot{}, "recordTrace": []client.RecordTrace{},
		"recordCheck": []client.FindingRecord{}, "mirror": client.Mirror{}, "read": client.Reading{}, "draftLint": client.DraftLint{}, "draftTest": client.Draft{},
		"commitments": client.Commitments{}, "commitmentTimeline": client.Commitments{}, "events": []client.Event{}, "selftest": client.SelfTest{},
		"version": client.Versions{},
	} {
		i := slices.IndexFunc(d.ops, func(o op) bool { return o.id == id })
		answer := d.do(d.ops[i].asks()).Body.Bytes()
		into := reflect.New(reflect.TypeOf(v))
		dec := json.NewDecoder(bytes.NewReader(answer))
		dec.DisallowUnknownFields()
		if err := dec.Decode(into.Interface()); err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		again, err := json.Marshal(into.Interface())
		if err != nil || !sameJSON(t, answer, again) {
			t.Errorf("%s: %v\n%.300s\n%.300s", id, err, answer, again)
		}
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	for _, p := range []struct {
		b    []byte
		into *any
	}{{a, &x}, {b, &y}} {
		if err := json.NewDecoder(strings.NewReader(string(p.b))).Decode(p.into); err != nil {
			t.Fatal(err)
		}
	}
	return reflect.DeepEqual(said(x), said(y))
}

// said leaves out what says nothing: a key of a ruling may stand there empty or be left out.
func said(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			if x = said(x); x != nil && !reflect.ValueOf(x).IsZero() {
				out[k] = x
			}
		}
		return out
	case []any:
		if len(v) == 0 {
			return nil
		}
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = said(x)
		}
		return out
	}
	return v
}
