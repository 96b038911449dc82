package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/setting"
)

// Cases opens the desk at which cases are worked on. Implementations are safe for concurrent use.
type Cases interface {
	// Desk gives the desk in the name of whoever asks: the person in the context of the request or behind its key; where
	// nobody signs in and no key is asked for, who they say they are. write says that something is to be done.
	Desk(ctx context.Context, as CaseAs, write bool) (*CaseDesk, error)
}

// CaseAs says who acts, where a server takes it on trust. The framework reads embedded fields only from exported types.
type CaseAs struct {
	As   string `header:"Cordon-As" maxLength:"100" doc:"who acts, where no key is asked for; refused where one is"`
	Role string `header:"Cordon-Role" enum:"viewer,analyst,approver,auditor,admin" doc:"in which role, where no key is asked for; approver unless given"`
}

// CaseDesk is a desk for one request.
type CaseDesk struct {
	*casework.Desk
	By  casework.Person
	Now time.Time
	// Files keeps what is attached; what is given out of it enters the log.
	Files casework.Shelf
	// Known gives the pseudonym that the log has for a name.
	Known func(name string) (string, error)
	// From makes cases of an answer that was kept: of the hits of a screening, or of a ruling that a person must look at.
	From func(ctx context.Context, answer string, stake float64) ([]casework.Met, error)
	// FromBatch makes cases of the hits of a batch that was kept, or of a job of screening that is done.
	FromBatch func(ctx context.Context, batch string) (report.BatchCasesJSON, error)
	// Owing is which reports the desk owes, and MaySet says why whoever asks may not set that; nil for may.
	Owing  *setting.Owing
	MaySet error
}

const casesPath = "/v1/cases"

var errNoCases = fault.New(fault.Unavailable, "this server keeps no cases").WithFix("start it with a data folder or a database")

type (
	casesInput struct {
		Page
		CaseAs
		State    string `query:"state" enum:"open,mine,unassigned,to confirm,escalated,asked,held,suppressed,closed,all" default:"open" doc:"which"`
		Assigned string `query:"assigned" doc:"only those that this person works on"`
	}
	// CaseInput names a case.
	CaseInput struct {
		CaseAs
		ID string `path:"id" doc:"the id of the case"`
	}
	caseBody struct {
		CaseInput
		RawBody []byte
	}
	openBody struct {
		CaseAs
		RawBody []byte
	}
)

// What is sent to do something to a case. Event is how many events of the case were seen: where it has more, it is refused.
type (
	// CaseOpen names an answer that was kept, and what is at stake in any unit; 1 unless given.
	CaseOpen struct {
		Answer string   `json:"answer" minLength:"1" doc:"the id of a kept screening or ruling"`
		Stake  *float64 `json:"stake,omitempty" minimum:"0" doc:"what is at stake, in any unit; 1 unless given"`
	}
	// CaseAssign says who works on a case; nobody where To is empty.
	CaseAssign struct {
		To    string `json:"to" maxLength:"100" doc:"who works on it; nobody where it is empty"`
		Event int    `json:"event,omitempty" minimum:"1" doc:"how many events were seen; refused when there are more"`
	}
	// CaseSay is a comment, or the reason for what is done.
	CaseSay struct {
		Text  string `json:"text" minLength:"1" doc:"in words"`
		Event int    `json:"event,omitempty" minimum:"1" doc:"how many events were seen; refused when there are more"`
	}
	// CaseDispose says what somebody makes of a case.
	CaseDispose struct {
		Disposition string `json:"disposition" enum:"true,false,not enough,escalate"`
		Code        string `json:"code" minLength:"1" doc:"the reason as a code; a wrong one lists those that there are"`
		Text        string `json:"text" minLength:"1" doc:"the reason in words"`
		Action      string `json:"action,omitempty" enum:"blocked,rejected" doc:"what was done because it is true; clocks of reports that the desk owes run from it"`
		On          string `json:"on,omitempty" format:"date" doc:"the day on which it was done; needed with action"`
		Event       int    `json:"event,omitempty" minimum:"1" doc:"how many events were seen; refused when there are more"`
	}
	// CaseSuppress says false, and that the same hit on the same facts is not raised up to a day.
	CaseSuppress struct {
		Code  string `json:"code" minLength:"1" doc:"the reason as a code"`
		Text  string `json:"text" minLength:"1" doc:"the reason in words"`
		Until string `json:"until" format:"date" doc:"the last day on which the same hit is not raised"`
		Owner string `json:"owner" minLength:"1" maxLength:"100" doc:"who answers for it"`
		Event int    `json:"event,omitempty" minimum:"1" doc:"how many events were seen; refused when there are more"`
	}
	// CaseSecond is the word of a second person on event Of.
	CaseSecond struct {
		Of   int    `json:"of" minimum:"1" doc:"the number of the event that is agreed with, or sent back"`
		Text string `json:"text,omitempty" doc:"in words; needed to send it back"`
	}
)

func registerCases(r *registrar) {
	a := r.a
	whole := r.of(report.CaseJSON{})
	listing(r, operation{
		method: http.MethodGet, path: casesPath, id: "cases", tag: "cases", summary: "The queue: escalated cases first, then by probability and stake",
		out: r.listOf(report.CaseJSON{}), faults: []int{409},
		about: "Cases come without what the sides say and without their history. Of a suppression the list shows whether it holds.",
	}, a.cases)
	add(r, operation{
		method: http.MethodGet, path: casesPath + "/suppressions", id: "suppressions", tag: "cases", summary: "What is not raised again, up to which day, and who answers for it",
		out: r.listOf(report.SuppressionJSON{}),
	}, a.suppressions)
	add(r, operation{
		method: http.MethodGet, path: casesPath + "/{id}", id: "case", tag: "cases", summary: "A case: both sides, what tells them apart, and all that happened",
		out: whole, faults: []int{404},
	}, a.oneCase)
	add(r, operation{
		method: http.MethodPost, path: casesPath, id: "caseOpen", tag: "cases", summary: "Make cases of an answer that was kept",
		in: r.of(CaseOpen{}), out: r.listOf(report.CaseMetJSON{}), faults: []int{404},
		about: "Each hit of a screening has a case about its pair for good: it is opened, opened again, told new facts, or counted. A ruling has one where a person must look at it.",
	}, a.openCases)
	add(r, operation{
		method: http.MethodPost, path: casesPath + "/batch", id: "caseBatch", tag: "cases", summary: "Make cases of the hits of a batch that was kept, or of a job",
		in: r.of(CaseBatch{}), out: r.of(report.BatchCasesJSON{}), faults: []int{404, 409, 413},
		about: "As of one answer, of each of the batch. A hit that has its case is met there: whoever asks twice raises nothing twice.",
	}, a.openBatch)

	to := func(what, id, summary string, in any) operation {
		return operation{method: http.MethodPost, path: casesPath + "/{id}/" + what, id: id, tag: "cases", summary: summary, in: r.of(in), out: whole, faults: []int{404}}
	}
	act(r, to("assign", "caseAssign", "Say who works on a case", CaseAssign{}), assigning)
	act(r, to("comment", "caseComment", "Say something about a case", CaseSay{}), saying(casework.Commented))
	act(r, to("dispose", "caseDispose", "Say true, false, not enough or escalate, with a reason", CaseDispose{}), disposing)
	act(r, to("suppress", "caseSuppress", "Say false, and that the same hit on the same facts is not raised up to a day", CaseSuppress{}), suppressing)
	act(r, to("confirm", "caseConfirm", "Agree, as a second person, and close the case", CaseSecond{}), seconding(casework.Confirmed))
	act(r, to("return", "caseReturn", "Disagree, as a second person, and say why", CaseSecond{}), seconding(casework.Returned))
	act(r, to("reopen", "caseReopen", "Open a closed case again", CaseSay{}), saying(casework.Reopened))
	act(r, to("hold", "caseHold", "Hold what it is about, whatever becomes of the case", CaseSay{}), saying(casework.HoldPlaced))
	act(r, to("release", "caseRelease", "Take such a hold away, as a second person", CaseSay{}), saying(casework.HoldReleased))
	act(r, to("revoke", "caseRevoke", "End a suppression before its day", CaseSay{}), saying(casework.Revoked))
}

// act adds an operation that does one thing to a case; f makes the event of what was sent.
func act[B any](r *registrar, o operation, f func(d *CaseDesk, b *B) (casework.Event, error)) {
	a := r.a
	o.about = strings.TrimSpace(o.about + " The same person is refused with 403 where a second one is needed, in whatever role and with whatever key.")
	add(r, o, func(ctx context.Context, in *caseBody) ([]byte, error) {
		d, err := a.desk(ctx, in.CaseAs, true)
		if err != nil {
			return nil, err
		}
		b := new(B)
		if err := strictly(in.RawBody, b); err != nil {
			return nil, err
		}
		e, err := f(d, b)
		if err != nil {
			return nil, err
		}
		if _, err := d.Do(ctx, in.ID, d.By, d.Now, e); err != nil {
			return nil, err
		}
		return wholeCase(ctx, d, in.ID)
	})
}

// strictly reads a body that has no key it does not know, each at most once, and nothing behind it.
func strictly(b []byte, to any) error {
	if !utf8.Valid(b) {
		return fault.New(fault.Invalid, "the body is not UTF-8")
	}
	if key := twice(b); key != "" {
		return fault.New(fault.Invalid, "the key %q stands there twice", key).At(fault.Place{Field: key})
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fault.New(fault.Invalid, "the body cannot be read: %s", strings.TrimPrefix(err.Error(), "json: ")).WithFix("send an object with the keys that /openapi.json has")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "something stands behind the object")
	}
	return nil
}

// twice gives a key that stands twice in an object that holds no others; "" for none.
func twice(b []byte) string {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return ""
	}
	var seen []string
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return ""
		}
		if slices.ContainsFunc(seen, func(had string) bool { return strings.EqualFold(had, key) }) {
			return key
		}
		seen = append(seen, key)
		var skip json.RawMessage
		if d.Decode(&skip) != nil {
			return ""
		}
	}
	return ""
}

func assigning(d *CaseDesk, b *CaseAssign) (e casework.Event, err error) {
	e = casework.Event{Kind: casework.Assigned, N: after(b.Event)}
	if b.To != "" {
		e.To, err = d.Known(b.To)
	}
	return e, err
}

// after gives the number of an event that follows those that were seen; 0 for whatever comes next.
func after(seen int) int {
	if seen == 0 {
		return 0
	}
	return seen + 1
}

func saying(kind casework.Kind) func(*CaseDesk, *CaseSay) (casework.Event, error) {
	return func(_ *CaseDesk, b *CaseSay) (casework.Event, error) {
		return casework.Event{Kind: kind, Text: b.Text, N: after(b.Event)}, nil
	}
}

func disposing(_ *CaseDesk, b *CaseDispose) (casework.Event, error) {
	d := casework.Disposition(b.Disposition)
	if !slices.Contains(casework.Dispositions(), d) {
		return casework.Event{}, fault.New(fault.Invalid, "%q is no disposition", b.Disposition).At(fault.Place{Field: "disposition"}).
			WithFix("say true, false, not enough or escalate")
	}
	e := casework.Event{Kind: casework.Disposed, Disposition: d, Code: b.Code, Text: b.Text, Action: casework.Action(b.Action), N: after(b.Event)}
	if b.On != "" {
		day, err := time.Parse(time.DateOnly, b.On)
		if err != nil {
			return e, fault.New(fault.Invalid, "%q is no day", b.On).At(fault.Place{Field: "on"}).WithFix("write it as 2027-06-30")
		}
		e.Began = day
	}
	return e, nil
}

func suppressing(d *CaseDesk, b *CaseSuppress) (e casework.Event, err error) {
	day, err := time.Parse(time.DateOnly, b.Until)
	if err != nil {
		return e, fault.New(fault.Invalid, "%q is no day", b.Until).At(fault.Place{Field: "until"}).WithFix("write it as 2027-06-30")
	}
	e = casework.Event{
		Kind: casework.Disposed, Disposition: casework.False, Code: b.Code, Text: b.Text, Suppress: day.AddDate(0, 0, 1), N: after(b.Event),
	}
	if strings.TrimSpace(b.Owner) != "" {
		e.Owner, err = d.Known(b.Owner)
	}
	return e, err
}

func seconding(kind casework.Kind) func(*CaseDesk, *CaseSecond) (casework.Event, error) {
	return func(_ *CaseDesk, b *CaseSecond) (casework.Event, error) {
		return casework.Event{Kind: kind, Of: b.Of, Text: b.Text}, nil
	}
}

// desk opens the desk for whoever asks.
func (a *API) desk(ctx context.Context, as CaseAs, write bool) (*CaseDesk, error) {
	if a.Cases == nil {
		return nil, errNoCases
	}
	return a.Cases.Desk(ctx, as, write)
}

func (a *API) oneCase(ctx context.Context, in *CaseInput) ([]byte, error) {
	d, err := a.desk(ctx, in.CaseAs, false)
	if err != nil {
		return nil, err
	}
	return wholeCase(ctx, d, in.ID)
}

func wholeCase(ctx context.Context, d *CaseDesk, id string) ([]byte, error) {
	c, events, err := d.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.Case(&c, d.Now, events))
}

// CaseBatch names a batch that was kept, or a job.
type CaseBatch struct {
	Batch string `json:"batch" minLength:"1" doc:"its id, as in the head Cordon-Batch-Id of its answer; or that of a job of screening, of which nothing has to be kept"`
}

func (a *API) openBatch(ctx context.Context, in *openBody) ([]byte, error) {
	d, err := a.desk(ctx, in.CaseAs, true)
	if err != nil {
		return nil, err
	}
	var b CaseBatch
	if err := strictly(in.RawBody, &b); err != nil {
		return nil, err
	}
	out, err := d.FromBatch(ctx, b.Batch)
	if err != nil {
		return nil, err
	}
	return report.JSON(out)
}

func (a *API) openCases(ctx context.Context, in *openBody) ([]byte, error) {
	d, err := a.desk(ctx, in.CaseAs, true)
	if err != nil {
		return nil, err
	}
	var b CaseOpen
	if err := strictly(in.RawBody, &b); err != nil {
		return nil, err
	}
	if b.Stake == nil {
		one := 1.0
		b.Stake = &one
	}
	list, err := d.From(ctx, b.Answer, *b.Stake)
	if err != nil {
		return nil, err
	}
	out := []report.CaseMetJSON{}
	for _, m := range list {
		out = append(out, report.CaseMet(m))
	}
	return report.JSON(out)
}

// caseViews are the views of the queue; each case is in "all", and in one more at least.
var caseViews = map[string]func(d *CaseDesk, c *casework.Case) bool{
	"open":       func(_ *CaseDesk, c *casework.Case) bool { return c.Closed == nil },
	"mine":       func(d *CaseDesk, c *casework.Case) bool { return c.Closed == nil && c.Assigned == d.By.Name },
	"unassigned": func(_ *CaseDesk, c *casework.Case) bool { return c.Closed == nil && c.Assigned == "" },
	"to confirm": func(_ *CaseDesk, c *casework.Case) bool { return c.Proposal != nil },
	"escalated":  func(_ *CaseDesk, c *casework.Case) bool { return c.Closed == nil && c.Escalated },
	"asked":      func(_ *CaseDesk, c *casework.Case) bool { return c.Closed == nil && c.Asked },
	"held":       func(_ *CaseDesk, c *casework.Case) bool { return c.Held() },
	"suppressed": func(d *CaseDesk, c *casework.Case) bool { return c.Suppression.Holds(&c.Alert, d.Now) },
	"closed":     func(_ *CaseDesk, c *casework.Case) bool { return c.Closed != nil },
	"all":        func(*CaseDesk, *casework.Case) bool { return true },
}

func (a *API) cases(ctx context.Context, in *casesInput) (items, error) {
	d, err := a.desk(ctx, in.CaseAs, false)
	if err != nil {
		return items{}, err
	}
	person := ""
	if in.Assigned != "" {
		if person, err = d.Known(in.Assigned); err != nil {
			return items{}, err
		}
	}
	all, err := d.Cases(ctx)
	if err != nil {
		return items{}, err
	}
	version := queueVersion(all)
	list := slices.DeleteFunc(all, func(c casework.Case) bool {
		return !caseViews[in.State](d, &c) || person != "" && c.Assigned != person
	})
	casework.Sort(list)
	line := func(c casework.Case) ([]byte, error) { return report.JSONLine(report.Case(&c, d.Now, nil)) }
	return items{version, linesOf(list, line), indented}, nil
}

// queueVersion names the cases as they are: any event makes another.
func queueVersion(all []casework.Case) string {
	var b strings.Builder
	for i := range all {
		b.WriteString(all[i].ID)
		b.WriteByte(byte(all[i].Events))
		b.WriteByte(byte(all[i].Events >> 8))
	}
	return b.String()
}

func (a *API) suppressions(ctx context.Context, in *CaseAs) ([]byte, error) {
	d, err := a.desk(ctx, *in, false)
	if err != nil {
		return nil, err
	}
	all, err := d.Cases(ctx)
	if err != nil {
		return nil, err
	}
	out := []report.SuppressionJSON{}
	for i := range all {
		if all[i].Suppression != nil {
			out = append(out, report.Suppression(&all[i], d.Now))
		}
	}
	slices.SortStableFunc(out, func(a, b report.SuppressionJSON) int { return a.Until.Compare(b.Until) })
	return report.JSON(out)
}
