package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// casePage is one case.
type casePage struct {
	*working
	Case     casework.Case
	Stood    string
	Tier     string
	Fields   []fieldRow
	Rest     []restRow
	Agree    int
	Differ   int
	Unknown  int
	Evidence WorkEvidence
	Effects  []effect
	NoEffect string
	History  []happened
	Due      []casework.Deadline
	Files    fileForm
	// Licences are those that the case may still be linked to.
	Licences []licenceRow
	// Codes are the reasons that may be given, by disposition.
	Codes []codeGroup
	Typed map[string]string
	// Second says who may answer a disposition: "may", or why the one who looks may not.
	Second string
	Decide string
	// Review says whether a case that was drawn may be reviewed by the one who looks: "may", or why not; "" for one that
	// was not drawn.
	Review string
	// Apart are the fields that tell the sides apart, so that a further hit may be suppressed.
	Apart    []string
	Owners   []option
	Next     string
	Position string
	JSON     string
}

// fieldRow is one field of both sides: "agree", "differ" or "unknown".
type fieldRow struct {
	Label        string
	Ours, Theirs []string
	Says, Why    string
	// Apart is true where it tells the two apart.
	Apart bool
}

// restRow is what else a side says, under one heading.
type restRow struct {
	Label        string
	Ours, Theirs []string
}

// effect is what the law makes of something done with the listed one.
type effect struct {
	What, Sentence, Address string
	Verdict                 ruling.Verdict
	Cites                   []cite
}

// happened is one event in words.
type happened struct {
	N          int
	Time       time.Time
	What, Who  string
	Role, Text string
	Comment    bool
}

// codeGroup are the reasons for one disposition.
type codeGroup struct {
	Value, Label, Key string
	// First is the reason that what both sides say bears out best.
	First   string
	Options []codeOption
}

type codeOption struct{ Value, Label, Text string }

// codeWords say reasons in words.
var codeWords = map[string]string{
	"same-identifier": "The same number", "same-facts": "The same facts", "confirmed-by-party": "The party confirms it",
	"confirmed-by-authority": "An authority confirms it", "other-birth-date": "Another date of birth", "other-identifier": "Another number",
	"other-gender": "Another gender", "other-country": "Another country", "other-kind": "Another kind of subject", "other-name": "Another name",
	"not-a-party": "Not a party to it", "asked-party": "The party was asked", "asked-bank": "The bank was asked",
	"asked-authority": "An authority was asked", "facts-missing": "Facts are missing", "needs-law": "A question of law",
	"law-applies": "The law applies", "authorised": "A licence covers it", "exemption-applies": "An exemption covers it",
	"facts-corrected": "The facts were wrong", "needs-approver": "For an approver to decide", "ownership": "A question of ownership", "high-stake": "Much is at stake",
}

// dispositions are what somebody may say of a case, with the key for each.
var dispositions = []struct{ Value, Label, Key string }{
	{string(casework.False), "False: not the same", "f"},
	{string(casework.True), "True: the same", "t"},
	{string(casework.NotEnough), "Not enough to tell", "n"},
	{string(casework.Escalate), "Escalate", "e"},
}

// workCase shows a case, and does what a form asks.
func (s *Site) workCase(w *working) (*answer, error) {
	if err := known(w.r, "format", "done"); err != nil {
		return nil, err
	}
	if w.Cases == nil {
		return nil, missingPart("cases")
	}
	id := w.r.PathValue("id")
	if w.r.Method == http.MethodPost {
		if err := w.given("do", "n", "disposition", "code", "text", "until", "owner", "of", "comment", "reason", "licence", "amount"); err != nil {
			return nil, err
		}
		c, at, err := w.act(id)
		if err == nil {
			return &answer{location: "/work/cases/" + id + "?done=" + strconv.Itoa(c.Events)}, nil
		}
		status, err := w.refused(at, "What you sent", err)
		if err != nil {
			return nil, err
		}
		a, err := s.casePage(w, id)
		if a != nil {
			a.status = status
		}
		return a, err
	}
	return s.casePage(w, id)
}

// act does what the form says, and gives the field that a refusal belongs to.
func (w *working) act(id string) (casework.Case, string, error) {
	e := casework.Event{}
	at := "decide"
	if n := w.value("n"); n != "" {
		seen, err := strconv.Atoi(n)
		if err != nil || seen < 1 {
			return casework.Case{}, at, fault.New(fault.Usage, "the form does not say how much of the case was seen")
		}
		e.N = seen + 1
	}
	switch w.value("do") {
	case "dispose":
		if err := w.disposition(&e); err != nil {
			return casework.Case{}, at, err
		}
	case "confirm", "return":
		at = "second"
		e.Kind, e.Text = casework.Confirmed, w.value("reason")
		if w.value("do") == "return" {
			e.Kind = casework.Returned
		}
		e.Of, _ = strconv.Atoi(w.value("of")) // 0 is no event, and refused
	case "reopen":
		e.Kind, e.Text = casework.Reopened, w.value("reason")
	case "comment":
		at = "f-comment"
		e.Kind, e.Text, e.N = casework.Commented, w.value("comment"), 0
	case "uphold", "overturn":
		at = "review"
		e.Kind, e.Upheld, e.Text = casework.Reviewed, w.value("do") == "uphold", w.value("reason")
	case "link":
		c, err := w.linkCase(id, e.N-1)
		return c, "f-licence", err
	case "take":
		at = "assigned"
		e.Kind, e.To, e.N = casework.Assigned, w.By.Name, 0
	case "give":
		at = "assigned"
		e.Kind, e.N = casework.Assigned, 0
	default:
		return casework.Case{}, at, fault.New(fault.Usage, "the form does not say what to do").WithFix("use the buttons of the page")
	}
	c, err := w.Cases.Do(w.ctx(), id, w.By, w.Now, e)
	return c, at, err
}

// disposition reads what somebody says of a case.
func (w *working) disposition(e *casework.Event) error {
	e.Kind = casework.Disposed
	e.Disposition, e.Code, e.Text = casework.Disposition(w.value("disposition")), w.value("code"), w.value("text")
	if !slices.Contains(casework.Dispositions(), e.Disposition) {
		return fault.New(fault.Usage, "say first whether it is true, false, not enough to tell, or escalated")
	}
	until := w.value("until")
	if until == "" {
		return nil
	}
	last, err := exactDay(until)
	if err != nil {
		return err
	}
	y, m, d := last.Civil()
	e.Suppress, e.Owner = time.Date(y, time.Month(m), d+1, 0, 0, 0, 0, time.UTC), cmp.Or(w.value("owner"), w.By.Name)
	return nil
}

// exactDay reads one day as people type it.
func exactDay(text string) (when.Day, error) {
	p, err := readDate(text)
	if err == nil && !p.Exact() {
		err = fault.New(fault.Invalid, "%q is not one day", text)
	}
	return p.From, err
}

// casePage makes the page of a case.
func (s *Site) casePage(w *working, id string) (*answer, error) {
	c, events, err := w.Cases.Get(w.ctx(), id)
	if err != nil {
		return nil, err
	}
	page := &casePage{
		working: w, Case: c, Stood: w.stands(&c), Tier: tierWord(c.Alert.Tier), Due: c.Deadlines, Typed: map[string]string{},
		JSON: "/work/cases/" + id + "?format=json",
	}
	for i := range events {
		page.History = append(page.History, w.happened(&events[i]))
	}
	slices.Reverse(page.History)
	page.Files = w.filesOfCase(id, c.Events, events)
	page.compare(&c.Alert)
	for _, f := range page.Fields {
		if f.Apart {
			page.Apart = append(page.Apart, strings.ToLower(f.Label[:1])+f.Label[1:])
		}
	}
	if w.r.URL.Query().Get("format") == "json" {
		return asJSON(page.forPrograms())
	}
	if w.Why != nil && c.Alert.Tier != casework.TierRuling {
		if page.Evidence, err = w.Why(w.ctx(), &c.Alert); err != nil {
			return nil, err
		}
	}
	if c.Alert.Tier == casework.TierRuling {
		page.NoEffect = "The case is about a ruling: the law that bites stands on its other side."
	} else if page.Effects, page.NoEffect, err = s.effects(&c.Alert); err != nil {
		return nil, err
	}
	page.decidable()
	if err := page.linkable(); err != nil {
		return nil, err
	}
	if err := page.queued(); err != nil {
		return nil, err
	}
	for _, name := range []string{"disposition", "code", "text", "until", "owner", "comment", "reason", "licence", "amount"} {
		page.Typed[name] = w.value(name)
	}
	if w.r.Method == http.MethodGet {
		w.Said = page.done(w.r.URL.Query().Get("done"))
	}
	return w.page("workcase", c.Alert.Subject.Name+" against "+c.Alert.Listing.Name, page), nil
}

// done tells what came of a form that was sent just now.
func (p *casePage) done(n string) string {
	if n == "" || n != strconv.Itoa(p.Case.Events) {
		return ""
	}
	last := p.History[0]
	if p.Case.Proposal != nil && last.N == p.Case.Proposal.N {
		return "You said: " + standWord("closed "+string(p.Case.Proposal.Disposition)) + ". A second person confirms it; the case stays open and held until then."
	}
	return capital(last.What) + " was entered as event " + n + "."
}

// decidable says what whoever looks may do, and why not.
func (p *casePage) decidable() {
	p.Codes = codesFor(&p.Case.Alert, p.Fields)
	switch {
	case p.Case.Closed != nil:
		p.Decide = "closed"
	case !p.MayDo(casework.Disposed):
		p.Decide = "the role " + p.RoleNames() + " decides no case"
	case p.Case.Escalated && !p.MayDo(casework.Confirmed):
		p.Decide = "the case is escalated: an approver decides it"
	}
	if p.Case.Review != nil {
		p.Review = cmp.Or(p.reviewBar(&p.Case), "may")
	}
	if d := p.Case.Proposal; d != nil {
		switch {
		case d.Person == p.By.Name:
			p.Second = "You said this yourself. A second person confirms it or sends it back; the same person is refused, in whatever role and from whatever account."
		case !p.MayDo(casework.Confirmed):
			p.Second = "An approver confirms it or sends it back; the role " + p.RoleNames() + " may not."
		default:
			p.Second = "may"
		}
	}
	p.Owners = []option{{Value: p.By.Name, Label: p.Name + " (you)", Chosen: true}}
	for _, x := range p.colleagues() {
		if x.ID != p.By.Name && x.Ended == "" {
			p.Owners = append(p.Owners, option{Value: x.ID, Label: x.Name})
		}
	}
}

// linkable finds the licences in force that the case does not rest on yet.
func (p *casePage) linkable() error {
	if p.WorkDesk.Licences == nil || !p.mayLicence(licence.Linked) {
		return nil
	}
	all, err := p.WorkDesk.Licences.All(p.ctx(), p.Now)
	if err != nil {
		return err
	}
	for i := range all {
		if l := &all[i]; l.State() == "in force" && p.Case.Licence(l.ID) == nil {
			p.Licences = append(p.Licences, rowOfLicence(l))
		}
	}
	return nil
}

// queued finds the place of the case among the open ones, and the next of them.
func (p *casePage) queued() error {
	all, err := p.Cases.Cases(p.ctx())
	if err != nil {
		return err
	}
	casework.Sort(all)
	all = slices.DeleteFunc(all, func(c casework.Case) bool { return c.Closed != nil })
	at := slices.IndexFunc(all, func(c casework.Case) bool { return c.ID == p.Case.ID })
	if at >= 0 {
		p.Position = fmt.Sprintf("number %d of %d open", at+1, len(all))
	}
	for i := range all {
		if c := &all[(at+1+i)%len(all)]; c.ID != p.Case.ID {
			p.Next = "/work/cases/" + c.ID
			break
		}
	}
	return nil
}

// happened puts an event in words; the newest comes first on the page.
func (w *working) happened(e *casework.Event) happened {
	h := happened{N: e.N, Time: e.Time, Who: w.Who(e.Person), Role: string(e.Role), Text: e.Text, Comment: e.Kind == casework.Commented}
	switch e.Kind {
	case casework.Opened:
		h.What = "opened by a hit of " + percent(e.Alert.Score) + " %"
		h.Text = "screened against " + strings.Join(e.Alert.Against, ", ") + " (" + e.Alert.Answer + ")"
	case casework.Changed:
		h.What = "new facts: a side says something else"
	case casework.Assigned:
		h.What = "assigned to " + w.Who(e.To)
	case casework.Commented:
		h.What = "comment"
	case casework.Disposed:
		h.What = "disposition: " + string(e.Disposition) + ", " + strings.ToLower(codeWords[e.Code])
		if !e.Suppress.IsZero() {
			h.Text += " (suppressed up to " + dayOf(e.Suppress.Add(-time.Second)) + "; " + w.Who(e.Owner) + " answers for it)"
		}
	case casework.Confirmed:
		h.What = "confirmed event " + strconv.Itoa(e.Of) + ", and closed"
	case casework.Returned:
		h.What = "sent back event " + strconv.Itoa(e.Of)
	case casework.Contradicted:
		h.What = "closed by hard facts that contradict each other"
	case casework.Reopened:
		h.What = "opened again"
	case casework.DeadlineSet:
		h.What = "deadline “" + e.Deadline + "”, " + moment(e.Due)
	case casework.Sampled:
		h.What = "drawn to be looked at again"
	case casework.Reviewed:
		h.What = "reviewed: upheld"
		if !e.Upheld {
			h.What = "reviewed: not upheld, and open again"
		}
	default:
		h.What = string(e.Kind)
		if e.Deadline != "" {
			h.What += " “" + e.Deadline + "”"
		}
		if e.File.Name != "" {
			h.What += " “" + e.File.Name + "”"
		}
	}
	return h
}

// caseForPrograms is a case with its comparison and its history, for programs.
type caseForPrograms struct {
	queueCase
	Held    bool        `json:"held"`
	Fields  []fieldJSON `json:"fields"`
	History []eventJSON `json:"history"`
}

type fieldJSON struct {
	Field  string   `json:"field"`
	Ours   []string `json:"ours"`
	Theirs []string `json:"theirs"`
	Says   string   `json:"says"`
	Why    string   `json:"why"`
}

type eventJSON struct {
	N    int       `json:"n"`
	Time time.Time `json:"time"`
	What string    `json:"what"`
	Who  string    `json:"who"`
	Role string    `json:"role"`
	Text string    `json:"text,omitempty"`
}

func (p *casePage) forPrograms() caseForPrograms {
	q := &queuePage{working: p.working, Query: map[string]string{}}
	out := caseForPrograms{queueCase: q.forPrograms([]*casework.Case{&p.Case}).Cases[0], Held: p.Case.Held(), History: []eventJSON{}}
	for _, f := range p.Fields {
		out.Fields = append(out.Fields, fieldJSON{f.Label, f.Ours, f.Theirs, f.Says, f.Why})
	}
	for _, h := range p.History {
		out.History = append(out.History, eventJSON{h.N, h.Time, h.What, h.Who, h.Role, h.Text})
	}
	return out
}
