package payment_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/iso20022"
	"github.com/cordon-engine/cordon/internal/payment"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/when"
)

var opened = sync.OnceValues(func() (*decide.Desk, error) { return decide.Open(data.FS, decide.Config{}) })

// desk rules by the law that ships, and screens as the test says.
func desk(t testing.TB, answer func(name string) screening.Answer) *payment.Desk {
	t.Helper()
	d, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	return &payment.Desk{
		Screen: func(q screening.Query) screening.Answer {
			name := ""
			if len(q.Input.Names) > 0 {
				name = q.Input.Names[0].Text
			}
			for _, i := range q.Input.Identifiers {
				name += " " + i.Kind + ":" + i.Value
			}
			return answer(name)
		},
		Rule: func(a *activity.Activity) (*ruling.Ruling, error) {
			return d.Engine.Decide(ruling.Request{Activity: a, KnownAt: when.NoDay, Brief: true})
		},
		Places: d.Places, AsOf: when.Date(2026, 11, 26),
	}
}

func message(transfers ...string) string {
	return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><IntrBkSttlmDt>2026-11-26</IntrBkSttlmDt></GrpHdr>` +
		strings.Join(transfers, "") + `</FIToFICstmrCdtTrf></Document>`
}

func transfer(payee, text string) string {
	return `<CdtTrfTxInf><IntrBkSttlmAmt Ccy="EUR">5</IntrBkSttlmAmt><Dbtr><Nm>Payer</Nm></Dbtr><Cdtr><Nm>` + payee +
		`</Nm></Cdtr><RmtInf><Ustrd>` + text + `</Ustrd></RmtInf></CdtTrfTxInf>`
}

func run(t testing.TB, d *payment.Desk, message string) ([]*payment.Result, payment.Summary, error) {
	t.Helper()
	var out []*payment.Result
	s, err := d.Run(context.Background(), iso20022.NewReader(strings.NewReader(message), 1<<24), func(r *payment.Result) error {
		out = append(out, r)
		return nil
	})
	return out, s, err
}

func answering(outcomes map[string]screening.Outcome) func(string) screening.Answer {
	return func(name string) screening.Answer {
		o, ok := outcomes[name]
		if !ok {
			o = screening.Clear
		}
		a := screening.Answer{Outcome: o, Against: []screening.Against{{List: "test"}}}
		if o == screening.Match || o == screening.Possible {
			a.Hits = []screening.Hit{{ID: "x:" + name, Score: .9, Exact: name == "Spelt"}}
		}
		return a
	}
}

func TestOutcomes(t *testing.T) {
	outcomes := map[string]screening.Outcome{
		"Match": screening.Match, "Possible": screening.Possible, "Possible Name": screening.Possible, "Spelt": screening.Possible, "Failing": screening.NotScreened, "Broken": "?", "Empty": "",
		"CHON MA SAN": screening.Match,
	}
	for _, x := range []struct {
		payee, text string
		want        screening.Outcome
		not         int
	}{
		{"Anna", "rent", screening.Clear, 0},
		{"Match", "rent", screening.Match, 0},
		{"Possible", "rent", screening.Possible, 0},
		{"Failing", "rent", screening.NotScreened, 1},
		{"Broken", "rent", screening.NotScreened, 1},
		{"Empty", "rent", screening.NotScreened, 1},
		{"Failing", "for Match", screening.Match, 1},
		{"Failing", "for Possible", screening.NotScreened, 1}, // one word alone, and not a name spelt alike
		{"Failing", "for Possible Name", screening.Possible, 1},
		{"Anna", "for Spelt", screening.Possible, 0},
		{"Anna", "MV Possible", screening.Possible, 0},
		{"Anna", "demurrage MV CHON MA SAN Nampo", screening.Match, 0},
		{"Anna", "INV/2231/CHON MA SAN/771", screening.Match, 0},
		{"Anna", "CHON. MA SAN", screening.Match, 0},
		{"", "rent", screening.NotScreened, 1},
	} {
		list, s, err := run(t, desk(t, answering(outcomes)), message(transfer(x.payee, x.text)))
		if err != nil || len(list) != 1 {
			t.Fatal(err)
		}
		r := list[0]
		if r.Outcome != x.want || r.NotScreened != x.not || s.Outcomes[x.want] != 1 {
			t.Errorf("%q %q: %s with %d not screened (%s), want %s with %d", x.payee, x.text, r.Outcome, r.NotScreened, r.Reason, x.want, x.not)
		}
		if r.Outcome == screening.NotScreened && r.Reason == "" {
			t.Errorf("%q: no reason", x.payee)
		}
	}
}

// TestText holds what is sought in text: names at its beginning, in its middle and
// at its end, after the words of ships, and IMO numbers.
func TestText(t *testing.T) {
	var asked []string
	d := desk(t, func(name string) screening.Answer {
		asked = append(asked, name)
		return screening.Answer{Outcome: screening.Clear}
	})
	d.Workers = 1
	_, _, err := run(t, d, message(transfer("Anna", "Freight of Kim Il Sung Bank of Korea, IMO no. 8628597; M/V LANA 12345 Bo")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{" imo:8628597", "Kim Il", "Kim Il Sung", "Kim Il Sung Bank", "Sung Bank of Korea", "Bank of Korea", "Korea", "LANA"} {
		if !slices.Contains(asked, want) {
			t.Errorf("%q was not tried: %q", want, asked)
		}
	}
	for _, not := range []string{"Freight", "of Kim", "Kim", "Bank of", "Bo", "LANA Bo", "Korea IMO"} {
		if slices.Contains(asked, not) {
			t.Errorf("%q was tried", not)
		}
	}
	var b strings.Builder
	for i := range payment.MaxCandidates {
		fmt.Fprintf(&b, "word%c%c%c, ", 'a'+i%26, 'a'+i/26%26, 'a'+i/676)
	}
	list, _, err := run(t, desk(t, answering(map[string]screening.Outcome{})), message(transfer("Anna", b.String()+" more")))
	if err != nil || list[0].Outcome != screening.NotScreened || !strings.Contains(list[0].Reason, "person must read it") {
		t.Errorf("too many candidates: %v %+v", err, list[0].Text)
	}
}

// TestNobodyIsLeftOut holds that every transaction is answered once, in order,
// whatever it is, and that a fault of the message ends it loudly.
func TestNobodyIsLeftOut(t *testing.T) {
	d := desk(t, answering(map[string]screening.Outcome{"Match": screening.Match}))
	rapid.Check(t, func(t *rapid.T) {
		kinds := rapid.SliceOfN(rapid.SampledFrom([]string{"Anna", "Match", "", "bad"}), 0, 40).Draw(t, "transfers")
		d.Workers = rapid.IntRange(1, 4).Draw(t, "workers")
		var parts []string
		for _, k := range kinds {
			x := transfer(k, "rent")
			if k == "bad" {
				x = strings.Replace(x, ">5<", ">x<", 1)
			}
			parts = append(parts, x)
		}
		broken := rapid.Bool().Draw(t, "broken")
		text := message(parts...)
		if broken {
			text = strings.TrimSuffix(text, "</FIToFICstmrCdtTrf></Document>") + "<oops>"
		}
		var list []*payment.Result
		s, err := d.Run(context.Background(), iso20022.NewReader(strings.NewReader(text), 1<<24), func(r *payment.Result) error {
			list = append(list, r)
			return nil
		})
		if broken != (err != nil) || s.Read != len(kinds) || s.Read != s.Handled+s.Refused || len(list) != len(kinds) {
			t.Fatalf("%d of %d answered (%+v): %v", len(list), len(kinds), s, err)
		}
		for i, k := range kinds {
			want := map[string]screening.Outcome{"Anna": screening.Clear, "Match": screening.Match}[k]
			if want == "" {
				want = screening.NotScreened
			}
			if list[i].Payment.Number != i+1 || list[i].Outcome != want || (list[i].Payment.Err != nil) != (k == "bad") {
				t.Fatalf("transaction %d (%s): %s", i+1, k, list[i].Outcome)
			}
		}
	})
}

func TestEnds(t *testing.T) {
	d := desk(t, answering(nil))
	many := message(slices.Repeat([]string{transfer("Anna", "rent")}, 500)...)
	stop := errors.New("the reader is gone")
	_, err := d.Run(context.Background(), iso20022.NewReader(strings.NewReader(many), 1<<24), func(*payment.Result) error { return stop })
	if !errors.Is(err, stop) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := d.Run(ctx, iso20022.NewReader(strings.NewReader(many), 1<<24), func(*payment.Result) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestActivities(t *testing.T) {
	d := desk(t, answering(nil))
	list, s, err := run(t, d, message(`<CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId></PmtId><IntrBkSttlmAmt Ccy="EUR">5</IntrBkSttlmAmt>`+
		`<Dbtr><Nm>Payer</Nm></Dbtr><DbtrAgt><FinInstnId><BICFI>HANSDEHH</BICFI></FinInstnId></DbtrAgt>`+
		`<CdtrAgt><FinInstnId><BICFI>KOROKPPY</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>Payee</Nm><CtryOfRes>KP</CtryOfRes></Cdtr></CdtTrfTxInf>`))
	if err != nil || len(list[0].Rulings) != 2 || s.Verdicts[list[0].Rulings[0].Verdict] != 1 {
		t.Fatal(err, list[0].Unruled)
	}
	got := string(list[0].Rulings[0].Activity.AppendJSON(nil))
	want := `{"id":"E1","kind":"payment","date":"2026-11-26","origin":"DE","destination":"KP","finance":{"service":"payment","bank_state":"DE"},` +
		`"parties":[{"role":"payer","name":"Payer"},{"role":"bank","state":"DE"},{"role":"bank","state":"KP"},{"role":"payee","name":"Payee","state":"KP"}]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if a, b := list[0].Rulings[0].Verdict, list[0].Rulings[1].Verdict; a < b {
		t.Errorf("%s stands before %s", a, b)
	}
	list, _, err = run(t, d, message(strings.Replace(transfer("Anna", "x"), ">5<", ">x<", 1)))
	if err != nil || fault.CodeOf(list[0].Unruled) != fault.Invalid || len(list[0].Rulings) != 0 {
		t.Error("a refused transaction was ruled on")
	}
}
