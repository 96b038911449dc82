package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/client"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/report"
)

// licenceDesk is a folder with a case, and a clock.
type licenceDesk struct {
	*testing.T
	now time.Time
	dir string
	// ID is the licence, Case the case.
	ID, Case string
}

// filledLicence is the file to fill in, filled in.
var filledLicence = strings.NewReplacer("Ministry that issued it", "Ministry of Trade", "Its number", "EX-17", "To whom it was given", "Example Trading",
	"Where you read it", "The letter itself").Replace(licence.Template)

// run runs a command as somebody does, and gives what it printed.
func (d *licenceDesk) run(status int, args ...string) string {
	d.Helper()
	var out bytes.Buffer
	m := &Main{In: strings.NewReader(filledLicence), Out: &out, Err: &out, Now: func() time.Time { return d.now }}
	if code := m.Run(d.Context(), append(args, "--data", d.dir)); code != status {
		d.Fatalf("%q: status %d: %s", args, code, out.String())
	}
	return out.String()
}

func (d *licenceDesk) says(got string, want ...string) {
	d.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			d.Errorf("%q is not in:\n%s", w, got)
		}
	}
}

// TestLicences takes a licence from its record to the decision that lost its authorisation, on the command line.
func TestLicences(t *testing.T) {
	sequential(t)
	d := &licenceDesk{T: t, now: time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC), dir: t.TempDir()}
	d.says(d.run(0, "licences", "list"), "0 licences of 0")
	d.run(0, "decide", "--set", "kind=transfer", "--set", "date=2026-08-30", "--set", "origin=CN", "--set", "destination=KP",
		"--set", "goods.hs=8413", "--set", "goods.description=pumps", "--keep")
	d.says(d.run(0, "cases", "from", "--answers"), " new")
	d.Case = d.run(0, "cases", "list")[:26]
	shown := d.run(0, "cases", "show", d.Case)
	d.says(shown, "ruling ")
	d.says(shown, "the law ")
	if strings.Contains(shown, "told apart") || strings.Contains(shown, ", ,") {
		t.Errorf("a ruling is shown as a hit:\n%s", shown)
	}

	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte(strings.Replace(filledLicence, "holder", "holders", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	d.says(d.run(2, "licences", "add", bad), "bad.yaml", "holder")
	if err := os.WriteFile(bad, []byte(licence.Template), 0o600); err != nil {
		t.Fatal(err)
	}
	d.says(d.run(2, "licences", "add", bad), "field authority", "is what the file to fill in says")
	d.says(d.run(0, "licences", "add", "-", "--as", "ann"), "in force, 1 condition")
	d.ID = d.run(0, "licences", "list")[:26]
	d.says(d.run(0, "licences", "tasks"), "open: Report each shipment", "in 60 days", "1 task, of which 0 missed")
	d.says(d.run(2, "licences", "link", d.ID, "--case", d.Case, "--reason", "pumps", "--amount", "5 t"), `the limit of the licence is in "EUR"`)
	d.says(d.run(0, "licences", "link", d.ID, "--case", d.Case, "--reason", "pumps", "--amount", "25000 EUR", "--as", "ann"), "in force; 1 decision")
	d.run(0, "cases", "dispose", d.Case, "--is", "false", "--code", "authorised", "--reason", "by the licence", "--as", "ann")
	d.says(d.run(0, "cases", "confirm", d.Case, "--as", "bob"), "closed false")
	d.says(d.run(0, "cases", "show", d.Case), "closed false, not held", "licence      "+d.ID)

	// The period ends on 30 September. Nobody writes anything down, and it is seen all the same.
	d.now = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	d.says(d.run(0, "cases", "list"), "authorisation lost", "1 open")
	d.says(d.run(0, "cases", "show", d.Case), "authorisation lost, held", "AUTHORISATION LOST since 2026-10-01", "the period ended on 30 September 2026")
	d.says(d.run(2, "cases", "dispose", d.Case, "--is", "false", "--code", "authorised", "--reason", "again", "--as", "ann"), "the authorisation is lost")
	d.says(d.run(0, "licences", "show", d.ID), "expired; 1 decision, of which 1 lost their authorisation", "75000 EUR left of 100000 EUR")
	d.says(d.run(0, "licences", "overdue"), "0 things") // the command that was refused wrote it down before
	d.says(d.run(0, "licences", "list", "--state", "lost", "--format", "jsonl"), `"state":"authorisation lost"`)

	// Extended too late, it is a ground again, and what was lost stays lost until another person gives it back.
	d.run(0, "licences", "extend", d.ID, "--until", "2026-12-31", "--reason", "letter of 1 October", "--as", "bob")
	d.says(d.run(0, "cases", "show", d.Case), "authorisation lost, held")
	d.says(d.run(1, "licences", "restore", d.ID, "--case", d.Case, "--reason", "in time", "--as", "ann"), "another person")
	d.says(d.run(0, "licences", "restore", d.ID, "--case", d.Case, "--reason", "the ministry confirmed it", "--as", "bob"), "in force; 1 decision\n")
	d.says(d.run(0, "cases", "show", d.Case), "state        open, held")

	// The report is missed; what is fulfilled after that is late.
	d.now = time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	d.says(d.run(0, "licences", "overdue"), "condition missed: report", "1 thing written down")
	d.says(d.run(0, "licences", "tasks"), "overdue for 1 day", "of which 1 missed")
	d.says(d.run(0, "licences", "fulfil", d.ID, "--condition", "report", "--reason", "sent", "--evidence", "stamp", "--as", "ann"), "1 lost")
	d.says(d.run(0, "licences", "show", d.ID), "report: late", "authorisation lost since 2026-11-01")
	d.says(d.run(0, "audit", "verify"), "of licences; ", "all as they were signed")

	// All of it is in a backup.
	file := filepath.Join(t.TempDir(), "all.tar.zst")
	before := d.run(0, "licences", "show", d.ID)
	d.run(0, "backup", file)
	d.dir = t.TempDir()
	d.run(0, "restore", file)
	if after := d.run(0, "licences", "show", d.ID); after != before {
		t.Errorf("the licence is another after a restore:\n%s", after)
	}
}

// TestLicencesOverHTTP does so through the API and its client.
func TestLicencesOverHTTP(t *testing.T) {
	sequential(t)
	s := newCaseServer(t)
	met := s.opened()
	year := s.now.Format("2006")
	terms := `{"authority":"A","reference":"R-1","kind":"exemption","holder":"H","from":"` + year + `-01-01","covers":{"uses":1},
		"conditions":[{"id":"end-use","what":"not passed on","who":"consignee","evidence":"visits"}]}`
	l := must[client.Licence](s, "ana", "POST", "/v1/licences", terms)
	if l.State != "in force" || len(l.Tasks) != 1 || len(l.History) != 1 {
		t.Fatalf("%+v", l)
	}
	at := "/v1/licences/" + l.ID
	for _, c := range []struct {
		who, path, body string
		status          int
	}{
		{"ana", "/v1/licences", `{"authority":"A"}`, 422},
		{"screen", "/v1/licences", terms, 403},
		{"admin", at + "/comment", `{"text":"x"}`, 403},
		{"ana", at + "/link", `{"text":"x"}`, 422},
		{"ana", at + "/link", `{"case":"` + met.Case + `","answer":"a","text":"x"}`, 422},
		{"ana", at + "/link", `{"case":"01K00000000000000000000000","text":"x"}`, 404},
		{"ana", at + "/link", `{"answer":"01K00000000000000000000000","text":"x"}`, 404},
		{"ana", at + "/link", `{"case":"` + met.Case + `","text":"x","event":7}`, 409},
		{"ana", at + "/link", `{"case":"` + met.Case + `","text":"the pumps","event":1}`, 200},
		{"ana", at + "/extend", `{"until":"` + year + `-12-31","text":"x"}`, 403},
		{"ana", at + "/miss", `{"condition":"end-use","text":"sold on"}`, 200},
		{"ana", at + "/fulfil", `{"condition":"end-use","text":"returned","evidence":"photo"}`, 200},
		{"ana's other", at + "/restore", `{"case":"` + met.Case + `","text":"x"}`, 403}, // the same person with another key
		{"ana", at + "/check", `{"text":"x"}`, 403},
		{"ana", "/v1/licences/01K00000000000000000000000/comment", `{"text":"x"}`, 404},
	} {
		if status, b := s.as(c.who, "POST", c.path, c.body); status != c.status {
			t.Errorf("%s %s %s: %d %s; want %d", c.who, c.path, c.body, status, b, c.status)
		}
	}
	c := must[report.CaseJSON](s, "bo", "GET", "/v1/cases/"+met.Case, "")
	if c.State != "authorisation lost" || !c.Held || len(c.Licences) != 1 || !strings.Contains(c.Licences[0].Why, "sold on") {
		t.Errorf("the case is %s, held %v, %+v", c.State, c.Held, c.Licences)
	}
	if list := must[[]client.Licence](s, "bo", "GET", "/v1/licences?state=lost&decision="+met.Case, ""); len(list) != 1 || list[0].Lost != 1 {
		t.Errorf("%+v", list)
	}
	if got := must[client.Licence](s, "bo", "POST", at+"/restore", `{"case":"`+met.Case+`","text":"accepted"}`); got.Lost != 0 {
		t.Errorf("%+v", got.Decisions)
	}
	if list := must[[]client.LicenceTask](s, "bo", "GET", "/v1/licences/tasks?all=true", ""); len(list) != 1 || list[0].State != "late" {
		t.Errorf("%+v", list)
	}
}
