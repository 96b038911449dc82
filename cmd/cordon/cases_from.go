package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/jsonlines"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

type casesFromCmd struct {
	deskFlags
	File      string   `arg:"" optional:"" help:"Answers of screening a file, as JSON Lines." type:"existingfile"`
	Answers   bool     `help:"Take the answers that were kept." group:"kept answers"`
	Batch     string   `help:"Of those, only the answers of this stream or file." placeholder:"ID" group:"kept answers"`
	Job       string   `help:"Take the results of this job of screening." placeholder:"ID"`
	Watch     string   `help:"Take what stands for the customers of this base after its newest run." placeholder:"BASE"`
	Input     string   `help:"The file that was screened." type:"existingfile" placeholder:"FILE" group:"answers in a file"`
	Map       []string `help:"Which column of it holds a field, as when it was screened." placeholder:"FIELD=COLUMN" sep:"none" group:"answers in a file"`
	Ref       string   `help:"The column of it that holds your own number of the party. Without it, a party that says something else is another." placeholder:"COLUMN" group:"answers in a file"`
	Stake     string   `help:"The column of it that holds what is at stake, a number." placeholder:"COLUMN" group:"answers in a file"`
	AutoClose bool     `name:"auto-close" help:"Close what hard facts contradict, by the rules that cases rules lists."`
	Format    string   `help:"How to print: ${enum}." enum:"text,jsonl" default:"text"`
}

// answeredParty is an answer of screening with the party that it is about.
type answeredParty struct {
	answer report.AnswerJSON
	party  screen.Party
	ref    string
	stake  float64
	// from names the answer: the id of a kept one, or file and row.
	from string
	// ruling is in place of all but from where the answer is one.
	ruling *answer.Record
}

// Run is the command.
func (c *casesFromCmd) Run(m *Main) error {
	switch {
	case c.Watch != "" && (c.Answers || c.File != "" || c.Batch != "" || c.Input != "" || c.Ref != "" || c.Stake != "" || len(c.Map) > 0 || len(c.List) > 0 || c.AsOf != ""):
		return fault.New(fault.Usage, "--watch takes a base as it was screened, and goes with none of the other choices")
	case c.Job != "" && (c.Answers || c.File != "" || c.Watch != "" || c.Batch != "" || c.Input != "" || c.Ref != "" || c.Stake != "" || len(c.Map) > 0):
		return fault.New(fault.Usage, "--job takes the results of a job as they are, and goes with none of the other choices")
	case c.Watch == "" && c.Job == "" && (c.File != "") == c.Answers:
		return fault.New(fault.Usage, "name a file of answers, or say --answers, --job ID or --watch BASE").WithFix("`cordon cases from --help` has examples")
	case c.Answers && (c.Input != "" || c.Ref != "" || c.Stake != "" || len(c.Map) > 0):
		return fault.New(fault.Usage, "--input, --map, --ref and --stake go with a file of answers")
	case c.File != "" && (c.Batch != "" || c.Input == ""):
		return fault.New(fault.Usage, "a file of answers needs the file that was screened").WithFix("give it with --input")
	}
	return m.casework(c.Data, "", casework.Machine, func(s database, d *casework.Desk, by casework.Person) error {
		d.AutoClose = c.AutoClose
		return c.desk(m, func(ctx context.Context, lists *screen.Desk, places *place.Gazetteer, asOf when.Day) error {
			r := &raising{caseMaker: caseMaker{lists, places, asOf}, c: c, m: m, ctx: ctx, desk: d, by: by, count: map[casework.Outcome]int{}}
			err := error(nil)
			switch {
			case c.Watch != "":
				err = r.raiseRun(customersOf(s), c.Watch)
			case c.Job != "":
				var q job.Queue
				var of job.Status
				if q, err = queueOf(ctx, s); err == nil {
					of, err = q.Job(ctx, c.Job)
				}
				if err == nil {
					err = r.all(jobAnswers(ctx, q, &of))
				}
			default:
				err = r.all(c.answers(m, s))
			}
			if err != nil {
				return err
			}
			return r.end()
		})
	})
}

func (c *casesFromCmd) answers(m *Main, s database) iter.Seq2[answeredParty, error] {
	if c.Answers {
		return c.keptAnswers(m, s)
	}
	return c.fileAnswers()
}

// keptAnswers gives the screenings and then the rulings that are kept and not erased.
func (c *casesFromCmd) keptAnswers(m *Main, s database) iter.Seq2[answeredParty, error] {
	return func(yield func(answeredParty, error) bool) {
		for _, kind := range []answer.Kind{answer.Screen, answer.Decide} {
			for r, err := range s.List(m.ctx, answer.Filter{Kind: kind, Batch: c.Batch}) {
				var a answeredParty
				switch {
				case err != nil:
				case r.Erased:
					continue
				case kind == answer.Decide:
					a = answeredParty{ruling: &r, from: r.ID}
				default:
					a, err = askedOf(&r)
				}
				if !yield(a, err) || err != nil {
					return
				}
			}
		}
	}
}

func askedOf(r *answer.Record) (a answeredParty, err error) {
	var q screenAsked
	var query map[string]json.RawMessage
	if err = json.Unmarshal(r.Question, &q); err == nil {
		err = json.Unmarshal(q.Query, &query)
	}
	if err == nil {
		err = json.Unmarshal(r.Answer, &a.answer)
	}
	if err != nil {
		return a, unreadable(err)
	}
	if ref, ok := query[screen.Ref]; ok {
		if err := json.Unmarshal(ref, &a.ref); err != nil {
			return a, unreadable(err)
		}
	}
	for _, k := range []string{"threshold", "limit", "lists", "as_of", screen.Ref} { // all else says who was answeredParty about
		delete(query, k)
	}
	b, err := json.Marshal(query)
	if err != nil {
		return a, err
	}
	a.from, a.stake = r.ID, 1
	a.party, err = screen.ParseParty(b)
	return a, err
}

// The columns that are read beside the fields of a party.
const (
	refColumn   = "our reference"
	stakeColumn = "our stake"
)

// fileAnswers gives the answers of a file with the rows that they are about.
func (c *casesFromCmd) fileAnswers() iter.Seq2[answeredParty, error] {
	return func(yield func(answeredParty, error) bool) {
		err := c.paired(func(a answeredParty) bool { return yield(a, nil) })
		if err != nil {
			yield(answeredParty{}, err)
		}
	}
}

func (c *casesFromCmd) paired(yield func(answeredParty) bool) error {
	rows, done, err := c.rows()
	if err != nil {
		return err
	}
	defer done()
	next, stop := iter.Pull2(rows)
	defer stop()
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.NotFound, "the file %q cannot be read: %v", c.File, err)
	}
	defer f.Close()
	lines, err := jsonlines.NewReader(f, c.File)
	if err != nil {
		return err
	}
	for {
		b, line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			if row, _, more := next(); more {
				return fault.New(fault.Conflict, "row %d of %s has no answer: the answers are not all there", row.Number, c.Input)
			}
			return nil
		}
		if err != nil {
			return err
		}
		at := fault.Place{File: c.File, Line: line}
		a, err := c.pair(b, next)
		if err != nil {
			return fault.In(at, err)
		}
		if !yield(a) {
			return nil
		}
	}
}

// pair puts an answer beside the next row, which must be its own.
func (c *casesFromCmd) pair(b []byte, next func() (screen.Row, error, bool)) (a answeredParty, err error) {
	if err := json.Unmarshal(b, &a.answer); err != nil || a.answer.Outcome == "" {
		return a, fault.New(fault.Invalid, "not an answer of `cordon screen --input ... --format jsonl`")
	}
	row, err, more := next()
	if err != nil {
		return a, err
	}
	if !more || row.Number != a.answer.Row || a.answer.Name != "" && a.answer.Name != strings.Join(row.Party["name"], "; ") {
		return a, fault.New(fault.Conflict, "the answer to row %d is not about the next row of %s", a.answer.Row, c.Input).
			WithFix("give the file that was screened, with the same --map, and all of its answers")
	}
	a.party, a.stake, a.from = row.Party, 1, fmt.Sprintf("%s row %d", filepath.Base(c.File), row.Number)
	if a.ref = strings.Join(a.party[refColumn], " "); c.Ref != "" && a.ref == "" && row.Err == nil {
		return a, fault.New(fault.Invalid, "row %d has no number in the column %q", row.Number, c.Ref)
	}
	if c.Stake != "" && row.Err == nil {
		if a.stake, err = strconv.ParseFloat(strings.Join(a.party[stakeColumn], ""), 64); err != nil {
			return a, fault.New(fault.Invalid, "row %d has no number in the column %q", row.Number, c.Stake)
		}
	}
	delete(a.party, refColumn)
	delete(a.party, stakeColumn)
	return a, nil
}

// rows opens the file that was screened, with the columns that are read besides.
func (c *casesFromCmd) rows() (iter.Seq2[screen.Row, error], func(), error) {
	mapping, err := screen.ParseMapping(c.Map)
	if err != nil {
		return nil, nil, err
	}
	for field, column := range map[string]string{refColumn: c.Ref, stakeColumn: c.Stake} {
		if column != "" {
			mapping[field] = []string{column}
		}
	}
	f, err := os.Open(c.Input)
	if err != nil {
		return nil, nil, fault.New(fault.NotFound, "the file %q cannot be read: %v", c.Input, err)
	}
	rows, _, err := screen.Rows(c.Input, f, mapping)
	if err != nil {
		f.Close()
	}
	return rows, func() { f.Close() }, err
}

// raising makes cases of answers, and counts so that nothing is dropped.
type raising struct {
	caseMaker
	c    *casesFromCmd
	m    *Main
	ctx  context.Context
	desk *casework.Desk
	by   casework.Person

	in, clear, hits, hit int
	rulings, lawful      int
	unscreened, leftOff  []string
	older                []string // kept answers with hits that were made against other lists than those of now
	count                map[casework.Outcome]int
}

func (r *raising) all(answers iter.Seq2[answeredParty, error]) error {
	for a, err := range answers {
		if err == nil {
			err = r.one(&a)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *raising) one(a *answeredParty) error {
	if a.ruling != nil {
		return r.ruled(a.ruling)
	}
	r.in++
	switch {
	case a.answer.Outcome == string(screening.NotScreened):
		r.unscreened = append(r.unscreened, a.from)
		return nil
	case r.c.Answers && r.c.Batch == "" && len(a.answer.Hits) > 0 && r.current(a.answer.Against) != nil: // of all that was ever kept some is
		r.older = append(r.older, a.from)
		return nil
	case a.answer.More > 0:
		r.leftOff = append(r.leftOff, a.from)
	case len(a.answer.Hits) == 0:
		r.clear++
		return nil
	}
	r.hit++
	alerts, err := r.alerts(a)
	if err != nil {
		return fault.In(fault.Place{File: a.from}, err)
	}
	for _, x := range alerts {
		if err := r.raise(x); err != nil {
			return fault.In(fault.Place{File: a.from}, err)
		}
	}
	return nil
}

// ruled makes a case of a ruling that a person must look at.
func (r *raising) ruled(rec *answer.Record) error {
	r.rulings++
	a, err := rulingAlert(rec, 1)
	if err != nil {
		return fault.In(fault.Place{File: rec.ID}, err)
	}
	if a == nil {
		r.lawful++
		return nil
	}
	return r.raise(a)
}

// caseMaker makes alerts of answers with the lists that they were made against.
type caseMaker struct {
	lists  *screen.Desk
	places *place.Gazetteer
	asOf   when.Day
}

// alerts gives one for each hit of an answer.
func (r *caseMaker) alerts(a *answeredParty) ([]*casework.Alert, error) {
	if err := r.current(a.answer.Against); err != nil {
		return nil, err
	}
	in, _, err := a.party.Input(r.places)
	if err != nil {
		return nil, err
	}
	ours := sideOf(a, casework.HardOf(in))
	var out []*casework.Alert
	for i := range a.answer.Hits {
		h := &a.answer.Hits[i]
		theirs, err := r.listed(h)
		if err != nil {
			return nil, err
		}
		alert := &casework.Alert{Subject: ours, Listing: theirs, Tier: h.Tier, Score: h.Score, Stake: a.stake, Answer: a.from}
		for _, x := range a.answer.Against {
			alert.Against = append(alert.Against, x.Snapshot)
		}
		out = append(out, alert)
	}
	return out, nil
}

// current says whether an answer was made against the lists as they are. A case shows
// what the lists say, and must not show something else than what was hit.
func (r *caseMaker) current(list []report.AgainstJSON) error {
	now := map[string]string{}
	for _, a := range r.lists.Against() {
		now[a.List] = a.Content
	}
	for _, a := range list {
		if now[a.List] != a.Content {
			return fault.New(fault.Conflict, "it was screened against %s, and that is not the list of this data folder now", a.Snapshot).
				WithFix("screen again, and make cases of that")
		}
	}
	return nil
}

// sideOf gives our side: the party as it was written.
func sideOf(a *answeredParty, hard []casework.Fact) casework.Side {
	s := casework.Side{Ref: a.ref, Name: strings.Join(a.party["name"], "; "), Hard: hard}
	for field, values := range a.party {
		for _, v := range values {
			s.Says = append(s.Says, casework.Fact{Field: field, Value: strings.ToValidUTF8(v, "\uFFFD")})
		}
	}
	slices.SortFunc(s.Says, func(a, b casework.Fact) int { return strings.Compare(a.Field+"\x00"+a.Value, b.Field+"\x00"+b.Value) })
	if s.Ref == "" {
		s.Ref = "party:" + s.Print()[:24]
	}
	return s
}

func (r *raising) raise(alert *casework.Alert) error {
	met, err := r.desk.Raise(r.ctx, r.by, r.m.now(), alert)
	if err != nil {
		return err
	}
	r.hits++
	r.count[met.Outcome]++
	if r.c.Format == "jsonl" {
		return jsonLine(r.m.Out, report.CaseMet(met))
	}
	line := fmt.Sprintf("%s  %-12s %s against %s (%s)", met.Case, met.Outcome, alert.Subject.Name, alert.Listing.Name, alert.Listing.Ref)
	if met.Why != "" {
		line += ": " + met.Why
	}
	_, err = fmt.Fprintln(r.m.Out, line)
	return err
}

// listed gives the side of the lists.
func (r *caseMaker) listed(h *report.HitJSON) (casework.Side, error) {
	var same []string
	for _, m := range h.Same {
		same = append(same, m.A, m.B)
	}
	return listedSide(r.lists, r.asOf, h.ID, h.Caption, same)
}

// listedSide gives the side of the lists: the entry and all that is taken for one with it, as their records have them, and how
// each listing stands.
func listedSide(d *screen.Desk, asOf when.Day, id, caption string, same []string) (s casework.Side, err error) {
	ids := append([]string{id}, same...)
	slices.Sort(ids[1:])
	s = casework.Side{Ref: id, Name: caption}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		x, err := d.Subject(id, asOf)
		if err != nil {
			return s, err
		}
		for _, rec := range x.Records {
			addRecord(&s, rec)
		}
		for _, st := range x.Statuses {
			s.Says = append(s.Says, casework.Fact{Field: "standing", Value: st.Listing.ID + " " + string(st.Standing)})
		}
	}
	return s, nil
}

func addRecord(s *casework.Side, rec *subject.Record) {
	for _, f := range rec.Facts() {
		s.Says = append(s.Says, casework.Fact{Field: f.Path, Value: strings.ToValidUTF8(f.Value, "\uFFFD")})
	}
	s.Hard = append(s.Hard, casework.HardOf(screening.InputOf(rec.Subject))...)
	for _, d := range rec.Subject.Births {
		if !d.Known { // it may be any
			s.Hard = append(s.Hard, casework.Fact{Field: "birthDate", Value: "unknown: " + d.Text})
		}
	}
}

// end tells the sums, and fails where something became no case.
func (r *raising) end() error {
	w := r.m.Out
	if r.c.Format == "jsonl" {
		w = r.m.Err
	}
	fmt.Fprintf(w, "%d answers = %d with hits + %d clear + %d not screened", r.in, r.hit, r.clear, len(r.unscreened))
	if len(r.older) > 0 {
		fmt.Fprintf(w, " + %d with hits in other lists than now", len(r.older))
	}
	fmt.Fprintln(w)
	of := "hits"
	if r.rulings > 0 {
		fmt.Fprintf(w, "%d rulings = %d for a person to look at + %d without a case\n", r.rulings, r.rulings-r.lawful, r.lawful)
		of = "hits and rulings"
	}
	var parts []string
	for _, o := range casework.Outcomes() {
		parts = append(parts, fmt.Sprintf("%d %s", r.count[o], o))
	}
	fmt.Fprintf(w, "%d %s = %s\n", r.hits, of, strings.Join(parts, " + "))
	if len(r.unscreened) > 0 {
		return fault.New(fault.Unavailable, "what was not screened became no case: %s", some(r.unscreened)).
			WithFix("mend these and screen them again")
	}
	if len(r.leftOff) > 0 {
		return fault.New(fault.Unavailable, "screening left hits off by its limit, and they became no cases: %s", some(r.leftOff)).
			WithFix("screen these again with a higher --limit")
	}
	if len(r.older) > 0 {
		return fault.New(fault.Unavailable, "what was screened against other lists than those of now became no case: %s", some(r.older)).
			WithFix("screen these again, or name with --batch what is to become cases")
	}
	return nil
}

func some(list []string) string {
	if len(list) > 5 {
		return strings.Join(list[:5], ", ") + fmt.Sprintf(" and %d more", len(list)-5)
	}
	return strings.Join(list, ", ")
}
