package iso20022

import (
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// What elements are, whatever they stand in.
var (
	parties = set("Dbtr Cdtr UltmtDbtr UltmtCdtr InitgPty Invcr Invcee Grnshee GrnshmtAdmstr")
	agents  = set("DbtrAgt CdtrAgt IntrmyAgt1 IntrmyAgt2 IntrmyAgt3 PrvsInstgAgt1 PrvsInstgAgt2 PrvsInstgAgt3 PrvsInstgAgt " +
		"InstgAgt InstdAgt FwdgAgt ChrgsAcctAgt InstgRmbrsmntAgt InstdRmbrsmntAgt ThrdRmbrsmntAgt Agt Fr To")
	accounts = set("DbtrAcct CdtrAcct DbtrAgtAcct CdtrAgtAcct IntrmyAgt1Acct IntrmyAgt2Acct IntrmyAgt3Acct PrvsInstgAgt1Acct " +
		"PrvsInstgAgt2Acct PrvsInstgAgt3Acct PrvsInstgAgtAcct ChrgsAcct SttlmAcct InstgRmbrsmntAgtAcct InstdRmbrsmntAgtAcct ThrdRmbrsmntAgtAcct")
	references = set("InstrId EndToEndId TxId UETR ClrSysRef PmtInfId MndtId RmtId MsgId BizMsgIdr CtrctId ChqNb ChqMtrtyRule")
	addresses  = set("Dept SubDept StrtNm BldgNb BldgNm Flr UnitNb PstBx Room PstCd TwnNm TwnLctnNm DstrctNm CtrySubDvsn AdrLine CareOf")
	// plainCodes hold codes, numbers and yes or no; whatever else stands in one is text.
	plainCodes = set("Cd ChrgBr SttlmMtd BtchBookg XchgRate InstrPrty ClrChanl PmtMtd SttlmPrty RateTp DbtCdtRptgInd Tp AdrTp Ccy UnitCcy CcyOfTrf " +
		"CdtDbtInd Issr MsgDefIdr BizSvc CpyDplct PssblDplct Prty CharSet Nb Rate DtTp PrefrdMtd NmPrfx PhneNb MobNb FaxNb EmailAdr URLAdr " +
		"CtryCd ChqTp RltdDt Yr Frqcy SeqNb TaxId RegnId RefNb Mtd AdmstnZn BizPrcgDt MktPrctc Regy Id DlvryMtd")
	dates = set("IntrBkSttlmDt ReqdExctnDt AccptncDtTm PoolgAdjstmntDt Dt DtTm FrDt ToDt BirthDt CreDtTm CreDt DbtDtTm CdtDtTm CLSTm TillTm FrTm RjctTm " +
		"PrvsInstrgDt RltdDt BizPrcgDt FrDtTm ToDtTm ExpryDt")
)

// walker reads a subtree into a payment. Every leaf is either known or told.
type walker struct {
	p     *Payment
	scope *scope
	main  string // the element of the amount
	err   error
}

func (w *walker) fail(at Place, code fault.Code, format string, args ...any) {
	if w.err == nil {
		w.err = at.fault(code, format, args...)
	}
}

// children reads what stands in n.
func (w *walker) children(n *xmlstream.Node, path string) {
	eachChild(n, path, w.element)
}

// eachChild calls f with the children of n and their paths.
func eachChild(n *xmlstream.Node, path string, f func(*xmlstream.Node, string)) {
	for i, c := range n.Children {
		before, more := 0, false
		for j, o := range n.Children {
			if j != i && o.Name == c.Name {
				more = true
				if j < i {
					before++
				}
			}
		}
		at := path + "/" + c.Name
		if more {
			at += "[" + strconv.Itoa(before+1) + "]"
		}
		f(c, at)
	}
}

func placeOf(n *xmlstream.Node, path string) Place { return Place{path, n.Line, n.Column} }

func (w *walker) element(n *xmlstream.Node, path string) {
	inside := len(n.Children) > 0
	switch {
	case inside && parties[n.Name]:
		w.party(n, path, false)
	case inside && agents[n.Name]:
		w.party(n, path, true)
	case inside && accounts[n.Name]:
		w.account(n, path)
	case inside && n.Name == "PstlAdr": // of nobody who is named as a party
		w.party(n, path, false)
	case inside:
		w.stray(n, path)
		w.children(n, path)
	default:
		w.leaf(n, path)
	}
}

// stray tells text that stands beside elements.
func (w *walker) stray(n *xmlstream.Node, path string) {
	if s := n.Text(); s != "" {
		w.unknown(placeOf(n, path), s)
	}
}

// unknown tells what the reader does not know of, and hands it on as text.
func (w *walker) unknown(at Place, s string) {
	w.p.Unread = append(w.p.Unread, at)
	w.p.Texts = append(w.p.Texts, Text{at, s})
}

func (w *walker) text(at Place, s string) { w.p.Texts = append(w.p.Texts, Text{at, s}) }

// leaf reads an element without elements in it.
func (w *walker) leaf(n *xmlstream.Node, path string) {
	at, s, ccy := placeOf(n, path), n.Text(), n.Attr("Ccy")
	switch {
	case s == "":
		if parties[n.Name] || agents[n.Name] { // a party of whom nothing is said
			w.p.Parties = append(w.p.Parties, Party{Place: at, Role: n.Name, Agent: agents[n.Name]})
		}
	case ccy != "" || n.Name == w.main || n.Name == "TtlIntrBkSttlmAmt":
		w.amount(n.Name, Amount{at, s, ccy})
	case n.Name == "NbOfTxs":
		w.number(at, s)
	case n.Name == "CtrlSum":
		w.control(at, s)
	case n.Name == "Nm":
		w.p.Parties = append(w.p.Parties, Party{Place: at, Role: last(path, 2), Name: s})
	case references[n.Name]:
		w.reference(n.Name, at, s)
	case dates[n.Name]:
		w.day(n.Name, at, s)
	case strings.Contains(path, "/Purp/") || strings.Contains(path, "/CtgyPurp/"):
		w.p.Purpose = append(w.p.Purpose, s)
		if n.Name == "Prtry" { // whatever the sender likes
			w.text(at, s)
		} else {
			w.code(at, s)
		}
	case n.Name == "Ctry":
		w.p.Countries = append(w.p.Countries, s)
	case plainCodes[n.Name]:
		w.code(at, s)
	case free[n.Name]:
		w.text(at, s)
	default:
		w.unknown(at, s)
	}
}

// free are elements that hold text of no fixed form.
var free = set("Ustrd AddtlRmtInf InstrInf Inf Prtry Ref AddtlInf Desc Titl RmtLctnElctrncAdr ElctrncAdr Rsn FrmsCd Ctgy CtgyDtls DbtrSts CertId")

// longestCode is the length of a UETR; other codes are shorter. IBANs with spaces are
// text, which harms nobody.
const longestCode = 36

// code takes a code or number; what is no code by its look is text that stands there.
func (w *walker) code(at Place, s string) {
	if strings.ContainsAny(s, " \t\n") || len(s) > longestCode {
		w.text(at, s)
	}
}

func (w *walker) reference(name string, at Place, s string) {
	if name == "MsgId" && w.scope.id == "" {
		w.scope.id = s
	}
	w.p.References = append(w.p.References, Identifier{name, s})
	w.code(at, s)
}

// last gives the last elements of a path, without their numbers.
func last(path string, n int) string {
	parts := strings.Split(path, "/")
	parts = parts[max(1, len(parts)-n):]
	for i, p := range parts {
		parts[i], _, _ = strings.Cut(p, "[")
	}
	return strings.Join(parts, "/")
}

func (w *walker) amount(name string, a Amount) {
	if err := checkAmount(&a); err != nil {
		if w.err == nil {
			w.err = err
		}
		return
	}
	switch {
	case name == "TtlIntrBkSttlmAmt":
		w.scope.total = &a
	case name == w.main, w.main == "InstdAmt" && strings.HasSuffix(a.Path, "/EqvtAmt/Amt"):
		if w.p.Amount.Value != "" {
			w.fail(a.Place, fault.Invalid, "the amount stands twice")
			return
		}
		w.p.Amount = a
	default:
		w.p.Amounts = append(w.p.Amounts, a)
	}
}

// checkAmount holds an amount to what ISO 20022 allows: 18 digits, five of them after
// the point, and a currency of three letters.
func checkAmount(a *Amount) error {
	whole, fraction, _ := strings.Cut(a.Value, ".")
	ok := digits(whole) && (fraction == "" || digits(fraction)) && len(whole)+len(fraction) <= 18 && len(fraction) <= 5 && a.Value != "."
	if !ok || whole == "" {
		return a.fault(fault.Invalid, "%q is no amount", clip(a.Value)).WithFix("write it as 1234.56: at most 18 digits, five of them after the point")
	}
	if len(a.Currency) != 3 || strings.ContainsFunc(a.Currency, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		return a.fault(fault.Invalid, "%q is no currency", clip(a.Currency)).WithFix("give Ccy as three capital letters, as in EUR")
	}
	return nil
}

func digits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

func (w *walker) number(at Place, s string) {
	if !digits(s) || len(s) > 15 {
		w.fail(at, fault.Invalid, "%q is no number of transactions", clip(s))
		return
	}
	w.scope.number = &stated{at, s}
}

func (w *walker) control(at Place, s string) {
	whole, fraction, _ := strings.Cut(s, ".")
	if whole == "" || !digits(whole+fraction) || len(whole)+len(fraction) > 18 {
		w.fail(at, fault.Invalid, "%q is no control sum", clip(s))
		return
	}
	w.scope.control = &stated{at, s}
}

// day reads a date or time; only those that say when the payment is made are kept.
func (w *walker) day(name string, at Place, s string) {
	moment := name == "IntrBkSttlmDt" || strings.Contains(at.Path, "/ReqdExctnDt")
	created := name == "CreDtTm"
	if !moment && !created {
		w.code(at, s)
		return
	}
	d, err := when.ParseDay(s[:min(10, len(s))])
	if err != nil || len(s) > 40 {
		w.fail(at, fault.Invalid, "%q is no date", clip(s))
		return
	}
	switch {
	case moment:
		w.scope.date = day{d, true}
	case w.scope.created == "":
		w.scope.created, w.scope.createdOn = s, day{d, true}
	}
}
