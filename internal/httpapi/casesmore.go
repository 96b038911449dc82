package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
)

type (
	clocksInput struct {
		CaseAs
		All bool `query:"all" doc:"also what was filed"`
	}
	// FileInput names a file of a case.
	FileInput struct {
		CaseInput
		SHA256 string `path:"sha256" doc:"the hash of the file"`
	}
)

// What is sent about reports that are owed, and about reviews.
type (
	// CaseClockStart says that a report is owed of a case.
	CaseClockStart struct {
		Duty  string `json:"duty" minLength:"1" doc:"the report, by its id; a wrong one lists those that there are"`
		From  string `json:"from" format:"date" doc:"the day from which its time runs: when it was blocked, or rejected"`
		Owner string `json:"owner" minLength:"1" maxLength:"100" doc:"who answers for it"`
		Event int    `json:"event,omitempty" minimum:"1" doc:"how many events were seen; refused when there are more"`
	}
	// CaseFiled says that a report was filed.
	CaseFiled struct {
		Duty      string `json:"duty" minLength:"1"`
		On        string `json:"on" format:"date" doc:"the day on which it was filed"`
		Reference string `json:"reference" minLength:"1" doc:"how the authority calls it, or the number of the letter"`
		Text      string `json:"text" minLength:"1" doc:"in words"`
		Event     int    `json:"event,omitempty" minimum:"1" doc:"how many events were seen; refused when there are more"`
	}
	// CaseDraw draws closed cases to be looked at again.
	CaseDraw struct {
		Seed  string `json:"seed" minLength:"1" doc:"what the sample can be drawn again by"`
		Size  int    `json:"size" minimum:"1"`
		From  string `json:"from,omitempty" format:"date" doc:"only cases closed from this day on"`
		Until string `json:"until,omitempty" format:"date" doc:"only cases closed up to and with this day"`
	}
	// CaseAttach is a file to be put beside a case.
	CaseAttach struct {
		Name  string `json:"name" minLength:"1" maxLength:"200" doc:"what the file is called"`
		Data  []byte `json:"data" doc:"its bytes, in base64"`
		Event int    `json:"event,omitempty" minimum:"1" doc:"how many events were seen; refused when there are more"`
	}
	// CaseReview says whether another person comes to the same.
	CaseReview struct {
		Upheld bool   `json:"upheld"`
		Text   string `json:"text" minLength:"1" doc:"in words"`
		Event  int    `json:"event,omitempty" minimum:"1" doc:"how many events were seen; refused when there are more"`
	}
)

// CaseOwes says which reports a desk owes.
type CaseOwes struct {
	Reports []string `json:"reports" nullable:"false" doc:"their ids, as /v1/cases/duties has them; none are none"`
	Version int      `json:"version" minimum:"0" doc:"the version that was seen; refused when there is another"`
}

func (a *API) owes(ctx context.Context, in *CaseAs) ([]byte, error) {
	d, err := a.desk(ctx, *in, false)
	if err != nil {
		return nil, err
	}
	ids, s, err := d.Owing.Now(ctx)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.Owed(ids, &s))
}

func (a *API) setOwes(ctx context.Context, in *openBody) ([]byte, error) {
	d, err := a.desk(ctx, in.CaseAs, true)
	if err == nil {
		err = d.MaySet
	}
	if err != nil {
		return nil, err
	}
	var b CaseOwes
	if err := strictly(in.RawBody, &b); err != nil {
		return nil, err
	}
	s, err := d.Owing.Set(ctx, d.By.Name, d.Now, b.Reports, b.Version)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.Owed(s.List(), &s))
}

func registerCasesMore(r *registrar) {
	a, whole := r.a, r.of(report.CaseJSON{})
	get := func(path, id, summary string, out any) operation {
		o := operation{method: http.MethodGet, path: casesPath + path, id: id, tag: "cases", summary: summary}
		if o.out = r.listOf(out); id == "caseQuality" {
			o.out = r.of(out)
		}
		return o
	}
	add(r, get("/clocks", "caseClocks", "What is owed of cases, by day, with who answers for it", report.CaseClockJSON{}), a.clocks)
	add(r, get("/duties", "caseDuties", "The reports that may be owed: what starts each, how long there is, and the source", report.ReportDutyJSON{}), a.duties)
	owes := get("/owes", "caseOwes", "Which reports the desk owes", report.OwedJSON{})
	owes.out, owes.about = r.of(report.OwedJSON{}), "Their clocks start by themselves: with a hold, or once a case is closed as true with what was done."
	add(r, owes, a.owes)
	add(r, operation{
		method: http.MethodPost, path: casesPath + "/owes", id: "setCaseOwes", tag: "cases", summary: "Say which reports the desk owes, as an admin",
		in: r.of(CaseOwes{}), out: r.of(report.OwedJSON{}), about: "It takes the place of what the server was started with. The log has who said it.",
	}, a.setOwes)
	add(r, get("/quality", "caseQuality", "How many that were cleared should not have been, and how old the queue is", report.QualityJSON{}), a.quality)
	post := func(path, id, summary string, in any) operation {
		return operation{method: http.MethodPost, path: casesPath + path, id: id, tag: "cases", summary: summary, in: r.of(in), out: whole, faults: []int{404}}
	}
	draw := post("/draw", "caseDraw", "Draw closed cases at random, to be looked at again by another person", CaseDraw{})
	draw.out, draw.about = r.listOf(""), "The ids of those that were drawn; the same seed draws the same of the same cases."
	add(r, draw, a.draw)
	act(r, post("/{id}/review", "caseReview", "Say, as a person who did not decide it, whether you come to the same", CaseReview{}), func(_ *CaseDesk, b *CaseReview) (casework.Event, error) {
		return casework.Event{Kind: casework.Reviewed, Upheld: b.Upheld, Text: b.Text, N: after(b.Event)}, nil
	})
	act(r, post("/{id}/no-report", "caseNoReport", "Say that no report is owed of a case that was found true", CaseSay{}), saying(casework.NothingOwed))
	add(r, post("/{id}/clock", "caseClock", "Say that a report is owed of a case: its clock runs from a day on", CaseClockStart{}), a.startClock)
	add(r, post("/{id}/filed", "caseFiled", "Say that a report was filed", CaseFiled{}), a.fileReport)
	attach := post("/{id}/files", "caseAttach", "Put a file beside a case", CaseAttach{})
	attach.size, attach.about = a.Limits.Upload, "It may have 10 MiB. Its type is told by its first bytes: PDF, text, images, archives and office files are taken, and nothing that a browser may run."
	add(r, attach, a.attach)
	add(r, operation{
		method: http.MethodGet, path: casesPath + "/{id}/files/{sha256}", id: "caseFile", tag: "cases", summary: "A file that was attached, with its bytes in base64",
		out: r.of(report.CaseFileDataJSON{}), faults: []int{404}, about: "That it was given out, and to whom, enters the log first.",
	}, a.caseFile)
}

func (a *API) clocks(ctx context.Context, in *clocksInput) ([]byte, error) {
	d, t, err := a.clockDesk(ctx, in.CaseAs, false)
	if err != nil {
		return nil, err
	}
	cases, err := d.Cases(ctx)
	if err != nil {
		return nil, err
	}
	list, out := casework.Calendar(cases, in.All), []report.CaseClockJSON{}
	for i := range list {
		out = append(out, report.CaseClock(&list[i], t, d.Now))
	}
	return report.JSON(out)
}

func (a *API) duties(context.Context, *CaseAs) ([]byte, error) {
	if a.Clocks == nil {
		return nil, errNoCases
	}
	out := []report.ReportDutyJSON{}
	for _, d := range a.Clocks.Duties() {
		out = append(out, report.Duty(&d))
	}
	return report.JSON(out)
}

func (a *API) quality(ctx context.Context, in *CaseAs) ([]byte, error) {
	d, err := a.desk(ctx, *in, false)
	if err != nil {
		return nil, err
	}
	q, err := d.Quality(ctx, d.Now)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.Quality(&q))
}

// clockDesk opens the desk with the table of duties.
func (a *API) clockDesk(ctx context.Context, as CaseAs, write bool) (*CaseDesk, *clock.Table, error) {
	if a.Clocks == nil {
		return nil, nil, errNoCases
	}
	d, err := a.desk(ctx, as, write)
	return d, a.Clocks, err
}

func (a *API) draw(ctx context.Context, in *openBody) ([]byte, error) {
	d, err := a.desk(ctx, in.CaseAs, true)
	if err != nil {
		return nil, err
	}
	var b CaseDraw
	if err := strictly(in.RawBody, &b); err != nil {
		return nil, err
	}
	s := casework.Sampling{Seed: b.Seed, Size: b.Size}
	for _, x := range []struct {
		field, value string
		to           *time.Time
		more         int
	}{{"from", b.From, &s.From, 0}, {"until", b.Until, &s.Until, 1}} {
		if x.value == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, x.value)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%q is no day", x.value).At(fault.Place{Field: x.field}).WithFix("write it as 2027-06-30")
		}
		*x.to = day.AddDate(0, 0, x.more)
	}
	drawn, _, err := d.Sample(ctx, d.By, d.Now, s)
	if err != nil {
		return nil, err
	}
	return report.JSON(append([]string{}, drawn...))
}

func (a *API) startClock(ctx context.Context, in *caseBody) ([]byte, error) {
	d, t, err := a.clockDesk(ctx, in.CaseAs, true)
	if err != nil {
		return nil, err
	}
	var b CaseClockStart
	if err := strictly(in.RawBody, &b); err != nil {
		return nil, err
	}
	r := casework.Report{N: after(b.Event), Duty: b.Duty}
	if r.Began, err = licenceDay("from", b.From); err != nil {
		return nil, err
	}
	if strings.TrimSpace(b.Owner) != "" {
		if r.Owner, err = d.Known(b.Owner); err != nil {
			return nil, err
		}
	}
	if _, err := d.StartClock(ctx, in.ID, d.By, d.Now, t, r); err != nil {
		return nil, err
	}
	return wholeCase(ctx, d, in.ID)
}

func (a *API) fileReport(ctx context.Context, in *caseBody) ([]byte, error) {
	d, t, err := a.clockDesk(ctx, in.CaseAs, true)
	if err != nil {
		return nil, err
	}
	var b CaseFiled
	if err := strictly(in.RawBody, &b); err != nil {
		return nil, err
	}
	r := casework.Report{N: after(b.Event), Duty: b.Duty, Reference: b.Reference, Text: b.Text}
	if r.Filed, err = licenceDay("on", b.On); err != nil {
		return nil, err
	}
	if _, err := d.FileReport(ctx, in.ID, d.By, d.Now, t, r); err != nil {
		return nil, err
	}
	return wholeCase(ctx, d, in.ID)
}

func (a *API) attach(ctx context.Context, in *caseBody) ([]byte, error) {
	d, err := a.desk(ctx, in.CaseAs, true)
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
	return wholeCase(ctx, d, in.ID)
}

func (a *API) caseFile(ctx context.Context, in *FileInput) ([]byte, error) {
	d, err := a.desk(ctx, in.CaseAs, false)
	if err != nil {
		return nil, err
	}
	f, b, err := d.Give(ctx, d.Files, in.ID, in.SHA256, d.By, d.Now)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.CaseFileDataJSON{CaseFileJSON: report.CaseFileJSON(f), Data: b})
}
