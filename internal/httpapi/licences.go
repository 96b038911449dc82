package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
)

// Licences opens the licences that are kept. Implementations are safe for concurrent use.
type Licences interface {
	// Book gives them in the name of whoever asks, as [Cases] does. write says that something is to be done.
	Book(ctx context.Context, as CaseAs, write bool) (*LicenceBook, error)
}

// LicenceBook is the licences for one request.
type LicenceBook struct {
	*licence.Book
	By  casework.Person
	Now time.Time
	// Files keeps what is attached; what is given out of it enters the log.
	Files casework.Shelf
}

const licencesPath = "/v1/licences"

var errNoLicences = fault.New(fault.Unavailable, "this server keeps no licences").WithFix("start it with a data folder or a database")

type (
	licencesInput struct {
		Page
		CaseAs
		State    string `query:"state" enum:"all,held,lost,ended" default:"all" doc:"which: all, those in force, those on which something lost its authorisation, those that ended"`
		Decision string `query:"decision" doc:"only those on which this case or answer rests, by its id"`
	}
	tasksInput struct {
		CaseAs
		All bool `query:"all" doc:"also what is fulfilled, and what is only to be kept"`
	}
	// LicenceInput names a licence.
	LicenceInput struct {
		CaseAs
		ID string `path:"id" doc:"the id of the licence"`
	}
	// LicenceFileInput names a file of a licence.
	LicenceFileInput struct {
		LicenceInput
		SHA256 string `path:"sha256" doc:"the hash of the file"`
	}
	licenceBody struct {
		LicenceInput
		RawBody []byte
	}
)

// What is sent about licences. Event is how many events of the licence were seen: where it has more, it is refused.
type (
	// LicenceTerms are what a licence says; days as 2026-06-30.
	LicenceTerms struct {
		Authority  string              `json:"authority" minLength:"1"`
		Reference  string              `json:"reference" minLength:"1"`
		Kind       string              `json:"kind" enum:"licence,exemption,committee approval"`
		Holder     string              `json:"holder" minLength:"1"`
		Covers     *LicenceCoverage    `json:"covers,omitempty"`
		From       string              `json:"from" format:"date"`
		Until      string              `json:"until,omitempty" format:"date" doc:"the last day; none where it has no end"`
		Conditions []LicenceConditions `json:"conditions,omitempty"`
		Source     string              `json:"source,omitempty"`
		Verified   bool                `json:"verified,omitempty" doc:"somebody held this to the document"`
		Note       string              `json:"note,omitempty"`
	}
	// LicenceCoverage is what a licence is about; what is left out is not bounded.
	LicenceCoverage struct {
		Provisions []string `json:"provisions,omitempty"`
		Activities []string `json:"activities,omitempty"`
		Parties    []string `json:"parties,omitempty"`
		Goods      []string `json:"goods,omitempty" doc:"beginnings of HS codes"`
		Limit      string   `json:"limit,omitempty" doc:"over all decisions, as in 1200.50 EUR"`
		Uses       int      `json:"uses,omitempty" minimum:"1"`
	}
	// LicenceConditions is one condition; without a day it is to be kept throughout.
	LicenceConditions struct {
		ID       string `json:"id" pattern:"^[a-z0-9][a-z0-9-]{0,63}$"`
		What     string `json:"what" minLength:"1"`
		Who      string `json:"who" minLength:"1"`
		Due      string `json:"due,omitempty" format:"date"`
		Evidence string `json:"evidence" minLength:"1"`
	}
	// LicenceLink says that a decision rests on a licence.
	LicenceLink struct {
		Case   string `json:"case,omitempty" doc:"the id of a case, or"`
		Answer string `json:"answer,omitempty" doc:"the id of an answer that was kept"`
		Amount string `json:"amount,omitempty" doc:"how much of the limit it takes, as in 1200.50 EUR"`
		Text   string `json:"text" minLength:"1" doc:"in words"`
		Event  int    `json:"event,omitempty" minimum:"1" doc:"how many events were seen; refused when there are more"`
	}
	// LicenceDone says that what a linked decision is about was carried out.
	LicenceDone struct {
		Case   string `json:"case,omitempty"`
		Answer string `json:"answer,omitempty"`
		On     string `json:"on" format:"date"`
		Text   string `json:"text" minLength:"1"`
		Event  int    `json:"event,omitempty" minimum:"1"`
	}
	// LicenceFulfil says that a condition was met.
	LicenceFulfil struct {
		Condition string `json:"condition" minLength:"1"`
		Evidence  string `json:"evidence" minLength:"1" doc:"what shows it"`
		Text      string `json:"text" minLength:"1"`
		Event     int    `json:"event,omitempty" minimum:"1"`
	}
	// LicenceMiss says that a condition was missed or breached.
	LicenceMiss struct {
		Condition string `json:"condition" minLength:"1"`
		Text      string `json:"text" minLength:"1"`
		Event     int    `json:"event,omitempty" minimum:"1"`
	}
	// LicenceExtend records another last day.
	LicenceExtend struct {
		Until string `json:"until" format:"date"`
		Text  string `json:"text" minLength:"1"`
		Event int    `json:"event,omitempty" minimum:"1"`
	}
	// LicenceSay is a reason or a comment.
	LicenceSay struct {
		Text  string `json:"text" minLength:"1"`
		Event int    `json:"event,omitempty" minimum:"1"`
	}
)

func registerLicences(r *registrar) {
	a, whole := r.a, r.of(report.LicenceJSON{})
	listing(r, operation{
		method: http.MethodGet, path: licencesPath, id: "licences", tag: "licences", summary: "Licences, exemptions and approvals: where each stands, and what hangs on it",
		out: r.listOf(report.LicenceJSON{}), faults: []int{409}, about: "They come without their history.",
	}, a.licences)
	add(r, operation{
		method: http.MethodGet, path: licencesPath + "/tasks", id: "licenceTasks", tag: "licences", summary: "What is owed to authorities: what was missed first, then by day",
		out: r.listOf(report.LicenceTaskJSON{}),
	}, a.licenceTasks)
	add(r, operation{
		method: http.MethodGet, path: licencesPath + "/{id}", id: "licence", tag: "licences", summary: "A licence: its conditions as tasks, the decisions that hang on it, and all that happened",
		out: whole, faults: []int{404},
	}, a.oneLicence)
	add(r, operation{
		method: http.MethodPost, path: licencesPath, id: "licenceAdd", tag: "licences", summary: "Record a licence", in: r.of(LicenceTerms{}), out: whole,
	}, a.addLicence)
	to := func(what, id, summary, about string, in any) operation {
		return operation{
			method: http.MethodPost, path: licencesPath + "/{id}/" + what, id: id, tag: "licences", summary: summary, about: about, in: r.of(in), out: whole, faults: []int{404},
		}
	}
	const loses = "Every linked decision loses its authorisation, and its case is open again."
	onLicence(r, to("link", "licenceLink", "Say that a case or a kept answer rests on a licence", "", LicenceLink{}), linking)
	onLicence(r, to("done", "licenceDone", "Say that what a linked decision is about was carried out within the period", "", LicenceDone{}), carrying)
	onLicence(r, to("fulfil", "licenceFulfil", "Say that a condition was met, and what shows it", "What is fulfilled late gives no authorisation back.", LicenceFulfil{}), fulfilling)
	onLicence(r, to("miss", "licenceMiss", "Say that a condition was missed or breached", loses, LicenceMiss{}), missing)
	onLicence(r, to("extend", "licenceExtend", "Record another last day", "What was lost before stays lost.", LicenceExtend{}), extending)
	onLicence(r, to("revoke", "licenceRevoke", "Record that a licence was taken back", loses, LicenceSay{}), telling(licence.Revoked))
	onLicence(r, to("restore", "licenceRestore", "Give a linked decision its authorisation back",
		"An approver does, who is not the one that linked it; the same person is refused with 403.", LicenceLink{}), restoring)
	onLicence(r, to("check", "licenceCheck", "Hold a record to its source, as another person than who made it", "", LicenceSay{}), telling(licence.Checked))
	attach := to("files", "licenceAttach", "Put a file beside a licence", "It may have 10 MiB. Its type is told by its first bytes, as of files beside cases.", CaseAttach{})
	attach.size = a.Limits.Upload
	add(r, attach, a.attachToLicence)
	add(r, operation{
		method: http.MethodGet, path: licencesPath + "/{id}/files/{sha256}", id: "licenceFile", tag: "licences", summary: "A file that was attached, with its bytes in base64",
		out: r.of(report.CaseFileDataJSON{}), faults: []int{404}, about: "That it was given out, and to whom, enters the log first.",
	}, a.licenceFile)
	onLicence(r, to("comment", "licenceComment", "Say something about a licence", "", LicenceSay{}), telling(licence.Commented))
}

// onLicence adds an operation that does one thing to a licence; f makes the event of what was sent.
func onLicence[B any](r *registrar, o operation, f func(l *licence.Licence, b *B) (licence.Event, error)) {
	a := r.a
	add(r, o, func(ctx context.Context, in *licenceBody) ([]byte, error) {
		d, err := a.licenceBook(ctx, in.CaseAs, true)
		if err != nil {
			return nil, err
		}
		b := new(B)
		if err := strictly(in.RawBody, b); err != nil {
			return nil, err
		}
		l, _, err := d.Get(ctx, in.ID, d.Now)
		if err != nil {
			return nil, err
		}
		e, err := f(&l, b)
		if err != nil {
			return nil, err
		}
		if _, err := d.Do(ctx, in.ID, d.By, d.Now, e); err != nil {
			return nil, err
		}
		return wholeLicence(ctx, d, in.ID)
	})
}

// licenceDay reads a day of a body.
func licenceDay(field, s string) (when.Day, error) {
	d, err := when.ParseDay(s)
	if err != nil {
		return d, fault.New(fault.Invalid, "%q is no day", s).At(fault.Place{Field: field}).WithFix("write it as 2027-06-30")
	}
	return d, nil
}

// licenceDecision names what was sent.
func licenceDecision(c, answer string) (licence.Decision, error) {
	switch {
	case (c == "") == (answer == ""):
		return licence.Decision{}, fault.New(fault.Invalid, "a decision is either a case or an answer").At(fault.Place{Field: "case"})
	case c != "":
		return licence.Decision{Kind: licence.Case, ID: c}, nil
	}
	return licence.Decision{Kind: licence.Answer, ID: answer}, nil
}

func linking(l *licence.Licence, b *LicenceLink) (e licence.Event, err error) {
	e = licence.Event{Kind: licence.Linked, Text: b.Text, N: after(b.Event)}
	if e.Decision, err = licenceDecision(b.Case, b.Answer); err != nil || b.Amount == "" {
		return e, err
	}
	var unit string
	if e.Amount, unit, err = licence.ParseQuantity(b.Amount); err == nil {
		err = l.SameUnit(unit)
	}
	return e, err
}

func restoring(_ *licence.Licence, b *LicenceLink) (e licence.Event, err error) {
	e = licence.Event{Kind: licence.Restored, Text: b.Text, N: after(b.Event)}
	if b.Amount != "" {
		return e, fault.New(fault.Invalid, "what is restored takes what it took").At(fault.Place{Field: "amount"})
	}
	e.Decision, err = licenceDecision(b.Case, b.Answer)
	return e, err
}

func carrying(_ *licence.Licence, b *LicenceDone) (e licence.Event, err error) {
	e = licence.Event{Kind: licence.CarriedOut, Text: b.Text, N: after(b.Event)}
	if e.Decision, err = licenceDecision(b.Case, b.Answer); err == nil {
		e.Day, err = licenceDay("on", b.On)
	}
	return e, err
}

func fulfilling(_ *licence.Licence, b *LicenceFulfil) (licence.Event, error) {
	return licence.Event{Kind: licence.Fulfilled, Condition: b.Condition, Evidence: b.Evidence, Text: b.Text, N: after(b.Event)}, nil
}

func missing(_ *licence.Licence, b *LicenceMiss) (licence.Event, error) {
	return licence.Event{Kind: licence.Missed, Condition: b.Condition, Text: b.Text, N: after(b.Event)}, nil
}

func extending(_ *licence.Licence, b *LicenceExtend) (e licence.Event, err error) {
	e = licence.Event{Kind: licence.Extended, Text: b.Text, N: after(b.Event)}
	e.Day, err = licenceDay("until", b.Until)
	return e, err
}

func telling(kind licence.Kind) func(*licence.Licence, *LicenceSay) (licence.Event, error) {
	return func(_ *licence.Licence, b *LicenceSay) (licence.Event, error) {
		return licence.Event{Kind: kind, Text: b.Text, N: after(b.Event)}, nil
	}
}

// licenceBook opens the licences for whoever asks.
func (a *API) licenceBook(ctx context.Context, as CaseAs, write bool) (*LicenceBook, error) {
	if a.Licences == nil {
		return nil, errNoLicences
	}
	return a.Licences.Book(ctx, as, write)
}

func (a *API) addLicence(ctx context.Context, in *openBody) ([]byte, error) {
	d, err := a.licenceBook(ctx, in.CaseAs, true)
	if err != nil {
		return nil, err
	}
	t, err := licence.Read("body", in.RawBody)
	if err != nil {
		return nil, err
	}
	l, err := d.Grant(ctx, d.By, d.Now, t)
	if err != nil {
		return nil, err
	}
	return wholeLicence(ctx, d, l.ID)
}

func (a *API) oneLicence(ctx context.Context, in *LicenceInput) ([]byte, error) {
	d, err := a.licenceBook(ctx, in.CaseAs, false)
	if err != nil {
		return nil, err
	}
	return wholeLicence(ctx, d, in.ID)
}

func wholeLicence(ctx context.Context, d *LicenceBook, id string) ([]byte, error) {
	l, events, err := d.Get(ctx, id, d.Now)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.Licence(&l, d.Now, events))
}

func (a *API) licences(ctx context.Context, in *licencesInput) (items, error) {
	d, err := a.licenceBook(ctx, in.CaseAs, false)
	if err != nil {
		return items{}, err
	}
	all, err := d.All(ctx, d.Now)
	if err != nil {
		return items{}, err
	}
	var version strings.Builder
	for i := range all {
		fmt.Fprintln(&version, all[i].ID, all[i].Events, all[i].State())
	}
	list := licence.Chosen(all, in.State, in.Decision)
	line := func(l licence.Licence) ([]byte, error) { return report.JSONLine(report.Licence(&l, d.Now, nil)) }
	return items{version.String(), linesOf(list, line), indented}, nil
}

func (a *API) licenceTasks(ctx context.Context, in *tasksInput) ([]byte, error) {
	d, err := a.licenceBook(ctx, in.CaseAs, false)
	if err != nil {
		return nil, err
	}
	all, err := d.All(ctx, d.Now)
	if err != nil {
		return nil, err
	}
	out := []report.LicenceTaskJSON{}
	for _, o := range licence.Owed(all, in.All) {
		out = append(out, report.LicenceTask(o.Licence, o.Task, d.Now))
	}
	return report.JSON(out)
}

func (a *API) attachToLicence(ctx context.Context, in *licenceBody) ([]byte, error) {
	d, err := a.licenceBook(ctx, in.CaseAs, true)
	if err != nil {
		return nil, err
	}
	var b CaseAttach
	if err := strictly(in.RawBody, &b); err != nil {
		return nil, err
	}
	if _, _, err := d.Attach(ctx, d.Files, in.ID, d.By, d.Now, after(b.Event), b.Name, b.Data); err != nil {
		return nil, err
	}
	return wholeLicence(ctx, d, in.ID)
}

func (a *API) licenceFile(ctx context.Context, in *LicenceFileInput) ([]byte, error) {
	d, err := a.licenceBook(ctx, in.CaseAs, false)
	if err != nil {
		return nil, err
	}
	f, b, err := d.Give(ctx, d.Files, in.ID, in.SHA256, d.By, d.Now)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.CaseFileDataJSON{CaseFileJSON: report.CaseFileJSON(f), Data: b})
}
