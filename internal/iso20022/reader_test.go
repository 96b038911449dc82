package iso20022_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/iso20022"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

const size = 1 << 24

// all reads a message to its end.
func all(t testing.TB, message string) ([]*iso20022.Payment, *iso20022.Reader, error) {
	t.Helper()
	r := iso20022.NewReader(strings.NewReader(message), size)
	var out []*iso20022.Payment
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out, r, nil
		}
		if err != nil {
			return out, r, err
		}
		out = append(out, p)
	}
}

func file(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// tell writes what was read, a line each.
func tell(list []*iso20022.Payment, r *iso20022.Reader) string {
	var b strings.Builder
	m := r.Message()
	fmt.Fprintln(&b, m.Definition, m.ID, m.Created, m.Envelope, m.Header)
	for _, p := range list {
		fmt.Fprintf(&b, "%d line %d %s: %s %s on %s refused %v\n", p.Number, p.Line, p.Path, p.Amount.Value, p.Amount.Currency, p.Date, p.Err)
		fmt.Fprintln(&b, "  references", p.References, "purpose", p.Purpose, "countries", p.Countries)
		for _, a := range p.Amounts {
			fmt.Fprintln(&b, "  also", a.Path, a.Value, a.Currency)
		}
		for _, q := range p.Parties {
			fmt.Fprintf(&b, "  %s %q line %d agent=%t bic=%v lei=%v others=%v in=%v at=%q born=%s", q.Role, q.Name, q.Line, q.Agent, q.BIC, q.LEI, q.Others,
				q.Countries, q.Address, q.Birth)
			if a := q.Account; a != nil {
				fmt.Fprintf(&b, " account=%s%s", a.IBAN, a.Other)
			}
			fmt.Fprintln(&b)
		}
		for _, x := range p.Texts {
			fmt.Fprintf(&b, "  text %s line %d: %s\n", x.Path, x.Line, x.Text)
		}
		for _, x := range p.Unread {
			fmt.Fprintf(&b, "  unread %s line %d\n", x.Path, x.Line)
		}
	}
	for _, c := range r.Checks() {
		fmt.Fprintf(&b, "check %s stated %s found %s agrees %t\n", c.Path, c.Stated, c.Found, c.Agrees())
	}
	return b.String()
}

func TestMessages(t *testing.T) {
	for _, name := range []string{"pacs008", "pain001"} {
		t.Run(name, func(t *testing.T) {
			list, r, err := all(t, file(t, name+".xml"))
			if err != nil {
				t.Fatal(err)
			}
			got, golden := tell(list, r), "testdata/"+name+".golden"
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want := file(t, name+".golden"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func doc(version, body string) string {
	return `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:` + version + `"><FIToFICstmrCdtTrf>` + body + `</FIToFICstmrCdtTrf></Document>`
}

const transfer = `<CdtTrfTxInf><IntrBkSttlmAmt Ccy="EUR">5</IntrBkSttlmAmt><Dbtr><Nm>A</Nm></Dbtr><Cdtr><Nm>B</Nm></Cdtr></CdtTrfTxInf>`

func TestVersions(t *testing.T) {
	for version, ok := range map[string]bool{
		"pacs.008.001.07": false, "pacs.008.001.08": true, "pacs.008.001.13": true, "pacs.008.001.14": false, "pacs.008.001.8": false,
		"pacs.009.001.08": false, "pacs.008.002.08": false, "pain.001.001.02": false, "": false,
	} {
		list, _, err := all(t, doc(version, transfer))
		if (err == nil) != ok || (len(list) == 1) != ok {
			t.Errorf("%q: %d transactions, %v", version, len(list), err)
		}
	}
	pain := strings.NewReplacer("pain.001.001.09", "pain.001.001.03").Replace(file(t, "pain001.xml"))
	if list, _, err := all(t, pain); err != nil || len(list) != 3 {
		t.Errorf("pain.001.001.03: %d, %v", len(list), err)
	}
}

func TestEnvelope(t *testing.T) {
	const head = `<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><Fr><FIId><FinInstnId><BICFI>HANSDEHH</BICFI></FinInstnId></FIId></Fr>` +
		`<To><FIId><FinInstnId><BICFI>LUMIFRPP</BICFI></FinInstnId></FIId></To><BizMsgIdr>M1</BizMsgIdr><MsgDefIdr>pacs.008.001.10</MsgDefIdr>` +
		`<CreDt>2026-11-25T10:00:00Z</CreDt></AppHdr>`
	list, r, err := all(t, `<BizMsgEnvlp>`+head+doc("pacs.008.001.10", transfer)+`</BizMsgEnvlp>`)
	if err != nil || len(list) != 1 {
		t.Fatal(len(list), err)
	}
	if m := r.Message(); m.Envelope != "BizMsgEnvlp" || m.Header != "head.001.001.02" {
		t.Errorf("%+v", m)
	}
	roles := ""
	for _, p := range list[0].Parties {
		roles += p.Role + " "
	}
	if roles != "Dbtr Cdtr AppHdr/Fr AppHdr/To " {
		t.Error(roles)
	}
	for _, bad := range []string{
		`<BizMsgEnvlp>` + head + doc("pacs.008.001.09", transfer) + `</BizMsgEnvlp>`,                                   // another definition
		`<BizMsgEnvlp>` + head + `</BizMsgEnvlp>`,                                                                      // no document
		`<BizMsgEnvlp>` + doc("pacs.008.001.10", transfer) + doc("pacs.008.001.10", transfer) + `</BizMsgEnvlp>`,       // two
		`<BizMsgEnvlp><AppHdr><BizMsgIdr>x</BizMsgIdr></AppHdr>` + doc("pacs.008.001.10", transfer) + `</BizMsgEnvlp>`, // whose header?
	} {
		if _, _, err := all(t, bad); fault.Exit(err) != 2 {
			t.Errorf("%.60s: %v", bad, err)
		}
	}
}

// TestBroken holds that whatever is wrong with a message is a fault with its line
// and column, and that what came before it was read.
func TestBroken(t *testing.T) {
	whole := doc("pacs.008.001.08", "\n"+transfer+"\n"+transfer+"\n")
	tests := []struct {
		name, message string
		before        int
		code          fault.Code
		line          int
	}{
		{"empty", "", 0, fault.Invalid, 1},
		{"no XML", "{}", 0, fault.Invalid, 1},
		{"another root", "<html></html>", 0, fault.Invalid, 1},
		{"no namespace", "<Document><FIToFICstmrCdtTrf/></Document>", 0, fault.Invalid, 1},
		{"broken off", whole[:len(whole)-30], 2, fault.Invalid, 4},
		{"broken off in the second", whole[:len(whole)-120], 1, fault.Invalid, 3},
		{"tags that do not match", doc("pacs.008.001.08", transfer+"\n<GrpHdr></GrpHdx>"), 1, fault.Invalid, 2},
		{"DTD", `<!DOCTYPE a [<!ENTITY x "y">]>` + whole, 0, fault.Invalid, 1},
		{"entity", doc("pacs.008.001.08", strings.Replace(transfer, ">A<", ">&xxe;<", 1)), 0, fault.Invalid, 1},
		{"billion laughs", "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]>" + whole, 0, fault.Invalid, 2},
		{"deep", doc("pacs.008.001.08", strings.Repeat("<a>", 100)), 0, fault.TooLarge, 1},
		{"large", doc("pacs.008.001.08", "<GrpHdr><MsgId>"+strings.Repeat("x", 2<<20)+"</MsgId></GrpHdr>"), 0, fault.TooLarge, 1},
		{"other root in the document", `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FICdtTrf/></Document>`, 0, fault.Invalid, 1},
		{"nothing in the document", `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"></Document>`, 0, fault.Invalid, 1},
		{"header after transactions", doc("pacs.008.001.08", transfer+"<GrpHdr><MsgId>1</MsgId></GrpHdr>"), 1, fault.Invalid, 1},
		{"text between", doc("pacs.008.001.08", transfer+"Kim"), 1, fault.Invalid, 1},
		{"a bad number", doc("pacs.008.001.08", "<GrpHdr><NbOfTxs>1e3</NbOfTxs></GrpHdr>"), 0, fault.Invalid, 1},
		{"a bad day", doc("pacs.008.001.08", "<GrpHdr><IntrBkSttlmDt>2026-02-30</IntrBkSttlmDt></GrpHdr>"), 0, fault.Invalid, 1},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			list, _, err := all(t, x.message)
			var f *fault.Error
			if !errors.As(err, &f) || f.Code != x.code || f.Place.Line != x.line || f.Place.Column == 0 {
				t.Errorf("%v (%+v)", err, f)
			}
			if len(list) != x.before {
				t.Errorf("%d transactions before it", len(list))
			}
		})
	}
	r := iso20022.NewReader(strings.NewReader(whole), 100)
	if _, err := r.Next(); fault.CodeOf(err) != fault.TooLarge {
		t.Errorf("over the limit: %v", err)
	}
	if _, again := r.Next(); fault.CodeOf(again) != fault.TooLarge {
		t.Errorf("after a fault: %v", again)
	}
}

// TestRefused holds that a transaction that cannot be read is given, and the next one
// is read.
func TestRefused(t *testing.T) {
	for _, x := range []struct{ old, new, want string }{
		{`Ccy="EUR"`, ``, "no currency"},
		{">5<", ">five<", "no amount"},
		{">5<", ">1.123456<", "no amount"},
		{">5<", ">-5<", "no amount"},
		{"<Dbtr><Nm>A</Nm></Dbtr>", "", "no debtor"},
		{"<Cdtr><Nm>B</Nm></Cdtr>", "", "no creditor"},
		{"<Dbtr>", "<IntrBkSttlmDt>soon</IntrBkSttlmDt><Dbtr>", "no date"},
		{"<Dbtr>", "<IntrBkSttlmAmt Ccy=\"EUR\">6</IntrBkSttlmAmt><Dbtr>", "twice"},
		{"<Dbtr>", "<RmtInf>" + strings.Repeat("<Ustrd>"+strings.Repeat("x", 1000)+"</Ustrd>", 66) + "</RmtInf><Dbtr>", "bytes of text"},
		{"<Dbtr>", strings.Repeat("<ChrgsInf><Agt><FinInstnId><Nm>Z</Nm></FinInstnId></Agt></ChrgsInf>", 256) + "<Dbtr>", "parties"},
	} {
		bad := strings.Replace(transfer, x.old, x.new, 1)
		list, _, err := all(t, doc("pacs.008.001.08", bad+transfer))
		if err != nil || len(list) != 2 || list[1].Err != nil {
			t.Fatalf("%s: %v", x.want, err)
		}
		var f *fault.Error
		if !errors.As(list[0].Err, &f) || !strings.Contains(f.Message, x.want) || f.Place.Line == 0 || f.Place.Column == 0 || f.Place.Field == "" {
			t.Errorf("%s: %v", x.want, list[0].Err)
		}
	}
}

// TestNothingHides writes a name into every place of a transaction, known or not, and
// looks for it among parties and texts.
func TestNothingHides(t *testing.T) {
	const secret = "Ryugyong Secret Trading"
	whole := file(t, "pacs008.xml")
	for _, place := range []string{
		">SHAR<", ">I-1<", ">SUPP<", ">GDDS<", ">CINV<", ">88<", ">211<", ">Freight<", ">Bundesbank<", ">30004<", ">FRPSC<", ">CLRG<",
		">Hansa Test Bank<", ">Lumiere main account<", ">00012345<", ">CCPT<", ">Chon Ma Shipping Agents<", ">For Ryugyong Trading<", ">Ms Hanna Petersen<",
		">h.petersen@nordwerft.example<", ">472310168<", ">HANSA-20261125-0001<",
	} {
		if !strings.Contains(whole, place) {
			t.Fatal(place)
		}
		list, r, err := all(t, strings.Replace(whole, place, ">"+secret+"<", 1))
		if err != nil {
			t.Errorf("%s: %v", place, err)
			continue
		}
		found := false
		for _, p := range list {
			for _, q := range p.Parties {
				found = found || q.Name == secret
			}
			for _, x := range p.Texts {
				found = found || x.Text == secret
			}
		}
		if !found {
			t.Errorf("%s: it hides\n%s", place, tell(list, r))
		}
	}
	list, _, err := all(t, strings.Replace(whole, "<Dbtr>", `<Dbtr note="Ryugyong">`, 1))
	if err != nil || !strings.HasSuffix(list[0].Unread[0].Path, "Dbtr@note") {
		t.Errorf("an attribute: %v", err)
	}
}

func TestChecks(t *testing.T) {
	for _, x := range []struct{ old, new, want string }{
		{"<NbOfTxs>3<", "<NbOfTxs>4<", "NbOfTxs 4 3"},
		{"<CtrlSum>118350.75<", "<CtrlSum>118350.7501<", "CtrlSum 118350.7501 118350.75"},
		{`Ccy="EUR">118350.75<`, `Ccy="USD">118350.75<`, "TtlIntrBkSttlmAmt 118350.75 USD 118350.75 EUR"},
		{"75000<", "75001<", "CtrlSum 118350.75 118351.75"},
	} {
		_, r, err := all(t, strings.Replace(file(t, "pacs008.xml"), x.old, x.new, 1))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range r.Checks() {
			if !c.Agrees() {
				got += c.What + " " + c.Stated + " " + c.Found + "\n"
			}
		}
		if !strings.Contains(got, x.want) {
			t.Errorf("got %q, want %q", got, x.want)
		}
	}
}

func FuzzReader(f *testing.F) {
	for _, name := range []string{"pacs008.xml", "pain001.xml"} {
		f.Add([]byte(file(f, name)))
	}
	f.Add([]byte(doc("pacs.008.001.08", transfer)))
	f.Add([]byte(`<BizMsgEnvlp><AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"/>` + doc("pacs.008.001.08", transfer) + `</BizMsgEnvlp>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, r, err := all(t, string(b))
		if len(list) != r.Count() {
			t.Fatal("a transaction was left out")
		}
		if err != nil {
			var x *fault.Error
			if !errors.As(err, &x) || x.Code == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		// Whatever is read as a message has as many transactions as elements of the name.
		if n := elements(t, b); n < len(list) {
			t.Fatalf("%d transactions, %d elements", len(list), n)
		}
	})
}

// elements counts the elements CdtTrfTxInf.
func elements(t *testing.T, b []byte) (n int) {
	x := xmlstream.NewReader(bytes.NewReader(b))
	for {
		tok, err := x.Next()
		if err != nil {
			return n
		}
		if tok.Kind == xmlstream.Start && tok.Name == "CdtTrfTxInf" {
			n++
		}
	}
}

func BenchmarkReader(b *testing.B) {
	one := file(b, "pacs008.xml")
	from, to := strings.Index(one, "    <CdtTrfTxInf>"), strings.LastIndex(one, "  </FIToFICstmrCdtTrf>")
	message := one[:from] + strings.Repeat(one[from:to], 1000) + one[to:]
	b.SetBytes(int64(len(message)))
	n := 0
	for b.Loop() {
		r := iso20022.NewReader(strings.NewReader(message), int64(len(message)))
		for {
			if _, err := r.Next(); err != nil {
				break
			}
		}
		n += r.Count()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "transactions/s")
}
