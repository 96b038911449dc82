package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/client"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// committeeApproval is a licence to fill in with a year.
const committeeApproval = `{"authority":"1718 Committee","reference":"OC.14","kind":"committee approval","holder":"Example Aid","source":"the letter",
	"covers":{"provisions":["2397-p25"],"activities":["transfer"],"goods":["8413"],"parties":["Clinic of Hamhung"],"limit":"5 t"},
	"from":"YEAR-01-01","until":"YEAR-12-31","conditions":[{"id":"report","what":"report each shipment","who":"desk","due":"YEAR-12-31","evidence":"a copy"}]}`

// TestDecideNamesHeldLicences has a verdict rest on a licence while it is held, and replays both answers when it is not any more.
func TestDecideNamesHeldLicences(t *testing.T) {
	sequential(t)
	d := &licenceDesk{T: t, now: time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC), dir: t.TempDir()}
	file := filepath.Join(t.TempDir(), "approval.json")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(committeeApproval, "YEAR", "2026")), 0o600); err != nil {
		t.Fatal(err)
	}
	d.ID = d.run(0, "licences", "add", file, "--as", "ann")[:26]
	ask := []string{
		"decide", "--keep", "--no-screen", "--set", "kind=transfer", "--set", "date=2026-08-30", "--set", "origin=CN", "--set", "destination=KP", "--set", "goods.hs=8413",
		"--set", "goods.description=pumps", "--set", "goods.quantity=2", "--set", "goods.unit=t", "--set", "parties[1].name=Clinic of Hamhung",
	}
	d.says(d.run(0, ask...), "Prohibited", d.ID+" held (committee approval OC.14 of 1718", "covers 2397-p7, valid until 31 December 2026",
		"conditions open: report by 31 December 2026", "nobody", "held its record to the document")
	d.run(0, "licences", "check", d.ID, "--reason", "as the letter says", "--as", "bob")
	d.says(d.run(0, append(ask, "--brief")...), "Exempt", "The verdict rests on it")
	d.run(0, "licences", "revoke", d.ID, "--reason", "letter of the committee", "--as", "ann")
	d.says(d.run(0, append(ask, "--format", "json")...), `"verdict": "prohibited"`, `"standing": "it was revoked"`, `"allows": false`)
	d.says(d.run(0, "replay", "--all"), "3 replayed, 3 with the same bytes, 0 not")
}

// TestServeNamesHeldLicences asks a server, as somebody who may see licences and as one who may not, and finds both answers again.
func TestServeNamesHeldLicences(t *testing.T) {
	sequential(t)
	s := newCaseServer(t)
	year := s.now.Format("2006")
	l := must[client.Licence](s, "ana", "POST", "/v1/licences", strings.ReplaceAll(committeeApproval, "YEAR", year))
	must[client.Licence](s, "bo", "POST", "/v1/licences/"+l.ID+"/check", `{"text":"as the letter says"}`)
	body := `{"kind":"transfer","date":"` + year + `-06-01","origin":"CN","destination":"KP","goods":[{"description":"pumps","hs":"8413","quantity":2,"unit":"t"}],` +
		`"parties":[{"name":"Clinic of Hamhung"}]}`
	ruled := func(who string) (r client.Ruling) {
		t.Helper()
		status, id := s.as(who, "POST", "/v1/decide?screen=false", body)
		store, err := sqlite.OpenReader(t.Context(), s.dir)
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		kept, err := store.Get(t.Context(), string(id))
		if err == nil {
			err = json.Unmarshal(kept.Answer, &r)
		}
		if status != 200 || err != nil {
			t.Fatalf("%d %s: %v", status, id, err)
		}
		return r
	}
	if r := ruled("ana"); r.Verdict != "exempt" || r.Licences == nil || r.Licences.Held[0].Licence != l.ID || !r.Licences.Held[0].Allows {
		t.Errorf("%s: %+v", r.Verdict, r.Licences)
	}
	if r := ruled("till"); r.Verdict != "prohibited" || r.Licences != nil {
		t.Errorf("who may not see licences is told %s: %+v", r.Verdict, r.Licences)
	}
	page := "/decide/transfer?date=" + year + "-06-01&origin=CN&destination=KP&goods[1].hs=8413&goods[1].description=pumps&parties[1].name=Clinic+of+Hamhung&screen=no"
	amount := "&goods[1].quantity=2&goods[1].unit=t"
	// Along time the verdict flips where the days of the approval begin and end.
	_, csv := s.as("admin", "GET", strings.Replace(page+amount, "transfer?", "transfer.csv?", 1), "")
	want := year + "-01-01," + year + `-12-31,exempt,`
	if rows := string(csv); strings.Count(rows, "OC.14") != 1 || !strings.Contains(rows, want) || !strings.Contains(rows, "\n"+s.now.AddDate(1, 0, 0).Format("2006")+"-01-01,") {
		t.Errorf("the strip: %s", rows)
	}
	if status, b := s.as("admin", "GET", page+amount, ""); status != 200 || !strings.Contains(string(b), `allowed under the <a href="/work/licences/`+l.ID) {
		t.Errorf("%d %s", status, b)
	}
	must[client.Licence](s, "ana", "POST", "/v1/licences/"+l.ID+"/miss", `{"condition":"report","text":"none came"}`)
	if r := ruled("ana"); r.Verdict != "prohibited" || !strings.Contains(strings.Join(r.Licences.Held[0].Why, ";"), "was missed") {
		t.Errorf("%s: %+v", r.Verdict, r.Licences)
	}
	if status, b := s.as("admin", "GET", page, ""); status != 200 || !strings.Contains(string(b), "/work/licences/"+l.ID) || !strings.Contains(string(b), "was missed") {
		t.Errorf("%d %s", status, b)
	}
	if code, out := program(t, "replay", "--data", s.dir, "--all"); code != 0 || !strings.Contains(out, "3 replayed, 3 with the same bytes") {
		t.Errorf("%d %s", code, out)
	}
}

// heldPayment is a payment to a listed party, and extraordinaryExpenses the approval for it; YEAR is to be filled in.
const (
	heldPayment = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>M-1</MsgId>` +
		`<NbOfTxs>1</NbOfTxs><IntrBkSttlmDt>YEAR-09-01</IntrBkSttlmDt></GrpHdr><CdtTrfTxInf><PmtId><EndToEndId>AID-1</EndToEndId></PmtId>` +
		`<IntrBkSttlmAmt Ccy="EUR">100.00</IntrBkSttlmAmt><Dbtr><Nm>Example Aid</Nm></Dbtr>` +
		`<CdtrAgt><FinInstnId><Nm>Hansa Test Bank</Nm><PstlAdr><Ctry>DE</Ctry></PstlAdr></FinInstnId></CdtrAgt>` +
		`<Cdtr><Nm>KOREAN COMMITTEE FOR SPACE TECHNOLOGY</Nm></Cdtr></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>`
	extraordinaryExpenses = `{"authority":"1718 Committee","reference":"OC.20","kind":"committee approval","holder":"Example Aid","source":"the letter",` +
		`"covers":{"provisions":["1718-p8d"],"activities":["payment"],"parties":["Hansa Test Bank","Korean Committee for Space Technology"]},"from":"YEAR-01-01","until":"YEAR-12-31"}`
)

// TestPaymentNamesHeldLicences has the verdict on a payment rest on a licence, and replays that, what followed when it was revoked, and
// a licence that is only said.
func TestPaymentNamesHeldLicences(t *testing.T) {
	sequential(t)
	d := &licenceDesk{T: t, now: time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC), dir: t.TempDir()}
	file := func(name, text string) string {
		path := filepath.Join(d.dir, name)
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "YEAR", "2026")), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	message := file("pay.xml", heldPayment)
	d.ID = d.run(0, "licences", "add", file("approval.json", extraordinaryExpenses), "--as", "ann")[:26]
	ask := func(more ...string) []string {
		return append([]string{"payment", message, "--keep", "--as-of", "2026-09-01", "--set", "purpose.basic_expenses=extraordinary"}, more...)
	}
	d.says(d.run(0, ask()...), "A match, needs approval", "licence: Licence "+d.ID, "covers 1718-p8d", "held its record to the document")
	d.run(0, "licences", "check", d.ID, "--reason", "as the letter says", "--as", "bob")
	d.says(d.run(0, ask()...), "A match, exempt", "licence: Licence "+d.ID, "The verdict rests on it")
	d.says(d.run(0, ask("--format", "jsonl")...), `"ruled_for":[{"bank_state":"DE","verdict":"exempt","licence":"`+d.ID+`"}]`, `"allows":true`)
	d.run(0, "licences", "revoke", d.ID, "--reason", "letter of the committee", "--as", "ann")
	d.says(d.run(0, ask()...), "A match, needs approval", "it was revoked")
	d.says(d.run(0, ask("--set", "approval.licence=L-9")...), "A match, needs approval", "no such licence is on record here")
	d.says(d.run(0, "replay", "--all"), "5 replayed, 5 with the same bytes, 0 not")
}

// TestServePaymentsNameHeldLicences asks a server, as somebody who may see licences and as one who may not.
func TestServePaymentsNameHeldLicences(t *testing.T) {
	sequential(t)
	s := newCaseServer(t)
	year := s.now.Format("2006")
	l := must[client.Licence](s, "ana", "POST", "/v1/licences", strings.ReplaceAll(extraordinaryExpenses, "YEAR", year))
	for who, want := range map[string]bool{"ana": true, "till": false} {
		status, id := s.as(who, "POST", "/v1/payments", strings.ReplaceAll(heldPayment, "YEAR", year), "Content-Type", "application/xml")
		store, err := sqlite.OpenReader(t.Context(), s.dir)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := store.Get(t.Context(), string(id))
		store.Close()
		if status != 200 || err != nil || !strings.Contains(string(kept.Answer), `"verdict":"prohibited"`) || strings.Contains(string(kept.Answer), l.ID) != want {
			t.Errorf("%s: %d %v %s", who, status, err, kept.Answer)
		}
	}
	if code, out := program(t, "replay", "--data", s.dir, "--all"); code != 0 || !strings.Contains(out, "2 replayed, 2 with the same bytes") {
		t.Errorf("%d %s", code, out)
	}
}
