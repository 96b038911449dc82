package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/confirm"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/evidence"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
)

// readingFlags name a reading and the person who decides.
type readingFlags struct {
	claimFlags
	Reading  string `arg:"" help:"What \"cordon read --format json\" wrote, by its ending .json; or the document itself, which is then read by the rules."`
	Date     string `help:"The day of the document, where the document itself is given." placeholder:"DAY"`
	Document string `help:"Where the document is now, if it is not where it was read." placeholder:"FILE"`
	By       string `required:"" help:"Who decides." placeholder:"NAME"`
	On       string `help:"On which day; today unless given." placeholder:"DAY"`
	Reason   string `help:"Why." placeholder:"TEXT"`
}

// sourceFlags say of a document what it does not say itself.
type sourceFlags struct {
	Source     string `help:"The id that the document gets as a source; made from its name unless given." placeholder:"ID" group:"the document, when it is new"`
	Publisher  string `help:"Who published it." placeholder:"NAME" group:"the document, when it is new"`
	SourceKind string `help:"What the publisher is: press, state_organ, state_group, expert_panel, committee, court, research, company, registry, other." placeholder:"KIND" default:"other" group:"the document, when it is new"`
	State      string `help:"The state that speaks through it." placeholder:"STATE" group:"the document, when it is new"`
	Title      string `help:"Its title; that of the page or the name of the file unless given." group:"the document, when it is new"`
	Published  string `help:"When it was published; the day of the document unless given." placeholder:"DATE" group:"the document, when it is new"`
	URL        string `help:"Where it was found." placeholder:"URL" group:"the document, when it is new"`
}

// offered is a reading with the document it is of and the ledger it goes into.
type offered struct {
	reading  confirm.Reading
	original []byte
	// text was extracted from it, "" where spans point into the document itself.
	text   string
	book   *evidence.Book
	desk   *decide.Desk
	person confirm.Person
}

// offered opens all that a decision on a reading needs, and refuses a document that is not the one that was read.
func (m *Main) offered(f readingFlags) (*offered, error) {
	o := &offered{person: confirm.Person{By: f.By, Reason: f.Reason}}
	var err error
	if o.person.On, err = m.dayOr("--on", f.On); err != nil {
		return nil, err
	}
	if o.book, o.desk, err = m.book(f.claimFlags); err != nil {
		return nil, err
	}
	if filepath.Ext(f.Reading) != ".json" {
		return o, m.readNow(o, f)
	}
	if f.Date != "" {
		return nil, fault.New(fault.Usage, "the reading has the day of its document").WithFix("leave --date out, or read the document again")
	}
	b, err := readFile(f.Reading)
	if err != nil {
		return nil, err
	}
	if o.reading, err = report.ParseReading(o.desk.Reference, f.Reading, b); err != nil {
		return nil, err
	}
	name := f.Document
	if name == "" {
		name = o.reading.Name
	}
	if name == "-" {
		return nil, fault.New(fault.Usage, "the reading is of standard input").WithFix("name the file that it was with --document")
	}
	if o.original, err = readFile(name); err != nil {
		return nil, fault.In(fault.Place{File: f.Reading}, err)
	}
	sum := sha256.Sum256(o.original)
	if hash := hex.EncodeToString(sum[:]); hash != o.reading.Document {
		return nil, fault.New(fault.Conflict, "%s is not the document that was read: it has the hash %s, and the reading is of %s", name, hash, o.reading.Document).
			WithFix("it was changed since, or is another one: read it again, or name the right one with --document")
	}
	return o, o.extract(name)
}

// extract takes the text out of the document anew, where the reading is of such a text: it must be the same.
func (o *offered) extract(name string) error {
	if o.reading.Text == "" {
		return nil
	}
	doc, err := document.Read(name, o.original)
	if err != nil {
		return err
	}
	if doc.TextSHA256 != o.reading.Text {
		return fault.New(fault.Conflict, "this program takes another text out of %s than the one that was read", name).
			WithFix("read it again: spans point into the text")
	}
	o.text, o.reading.TextSize = doc.Text, len(doc.Text)
	return nil
}

// readNow reads the document that was given in place of a reading.
func (m *Main) readNow(o *offered, f readingFlags) error {
	if f.Document != "" {
		return fault.New(fault.Usage, "--document goes with a reading").WithFix("leave it out: %s is the document", f.Reading)
	}
	day, err := parseDay("--date", f.Date)
	if err != nil {
		return err
	}
	if o.original, err = m.original(f.Reading); err != nil {
		return err
	}
	doc, err := document.Read(f.Reading, o.original)
	if err != nil {
		return err
	}
	reader, err := newReader(o.desk)
	if err != nil {
		return err
	}
	res, err := reader.Read(doc, read.Options{Day: day})
	if err != nil {
		return err
	}
	o.reading = confirm.Of(res, tool())
	if o.reading.Text != "" {
		o.text = doc.Text
	}
	return nil
}

// source reads the flags on the document.
func (f sourceFlags) source(m *Main, d *decide.Desk) (claim.Source, error) {
	s := claim.Source{
		ID: f.Source, Title: f.Title, Publisher: f.Publisher, URL: f.URL, Captured: m.today(), Tool: tool(),
		Published: when.Period{From: when.NoDay, To: when.NoDay},
	}
	var err error
	if s.Kind, err = claim.ParseSourceKind(f.SourceKind); err != nil {
		return s, fault.In(fault.Place{Field: "--source-kind"}, err)
	}
	if f.State != "" {
		if s.State, err = d.Places.ParseState(f.State); err != nil {
			return s, fault.In(fault.Place{Field: "--state"}, err)
		}
	}
	if f.Published != "" {
		if s.Published, err = when.Parse(f.Published); err != nil {
			return s, fault.In(fault.Place{Field: "--published"}, err)
		}
	}
	return s, nil
}

// numbers reads the numbers of claims, as 3 or c3.
func numbers(args []string) ([]int, error) {
	var out []int
	for _, a := range args {
		n, err := strconv.Atoi(strings.TrimPrefix(a, "c"))
		if err != nil || n < 1 {
			return nil, fault.New(fault.Usage, "%q is no number of a claim", a).WithFix("give the numbers that `cordon read` prints, as 3 or c3")
		}
		out = append(out, n)
	}
	return out, nil
}

// accept enters claims of a reading, with the document as their source. Everything is checked before the document is kept,
// and the entries are one part of the journal.
func (m *Main) accept(o *offered, f sourceFlags, args []string, edit func(*claim.Claim) error) error {
	list, err := numbers(args)
	if err != nil {
		return err
	}
	src, err := f.source(m, o.desk)
	if err != nil {
		return err
	}
	entries, notes, err := confirm.Accept(o.book.Ledger, o.reading, list, src, o.person, edit)
	if err != nil {
		return err
	}
	if err := o.book.Check(entries); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Source != nil {
			if err := o.book.Keep(m.ctx, e.Source, o.original); err != nil {
				return err
			}
			if o.text == "" {
				continue
			}
			if err := o.book.KeepText(m.ctx, e.Source, o.text); err != nil {
				return err
			}
		}
	}
	if err := o.enter(m, entries); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Review != nil {
			fmt.Fprintf(m.Out, "✓ %s: accepted by %s\n", e.Review.Claim, e.Review.By)
			for _, c := range e.Review.Changed {
				fmt.Fprintf(m.Out, "    %s: %q, found as %q\n", c.Field, c.Is, c.Was)
			}
		}
	}
	for _, n := range notes {
		fmt.Fprintf(m.Out, "! %s\n", n)
	}
	return m.added(o.book, len(entries))
}

// enter keeps the answers of a language model that the entries rest on, and then writes the entries.
func (o *offered) enter(m *Main, entries []claim.Entry) error {
	if err := o.book.Check(entries); err != nil {
		return err
	}
	for _, k := range o.reading.Kept {
		if slices.ContainsFunc(entries, func(e claim.Entry) bool { return e.Review != nil && e.Review.Answer == k.Hash }) {
			if err := o.book.KeepAnswer(m.ctx, k.Body); err != nil {
				return err
			}
		}
	}
	return o.book.Add(m.ctx, m.written(), entries)
}

type claimsAcceptCmd struct {
	readingFlags
	Numbers []string `arg:"" help:"The numbers of the claims, as \"cordon read\" prints them."`
	sourceFlags
}

// Run is the command.
func (c *claimsAcceptCmd) Run(m *Main) error {
	o, err := m.offered(c.readingFlags)
	if err != nil {
		return err
	}
	return m.accept(o, c.sourceFlags, c.Numbers, nil)
}

type claimsRejectCmd struct {
	readingFlags
	Numbers []string `arg:"" help:"The numbers of the claims, as \"cordon read\" prints them."`
}

// Run is the command.
func (c *claimsRejectCmd) Run(m *Main) error {
	list, err := numbers(c.Numbers)
	if err != nil {
		return err
	}
	o, err := m.offered(c.readingFlags)
	if err != nil {
		return err
	}
	entries, err := confirm.Reject(o.book.Ledger, o.reading, list, o.person)
	if err != nil {
		return err
	}
	if err := o.enter(m, entries); err != nil {
		return err
	}
	return m.added(o.book, len(entries))
}

type claimsEditCmd struct {
	readingFlags
	Number string `arg:"" help:"The number of the claim, as \"cordon read\" prints it."`
	sourceFlags
	Kind       string   `help:"Its kind, as allegation or denial." group:"what you change"`
	Speaker    string   `help:"In whose name it is said." group:"what you change"`
	SpeakerOf  string   `name:"speaker-state" help:"Whose organ or official speaks; none for nobody." placeholder:"STATE" group:"what you change"`
	Text       string   `help:"What it says, in your own words." group:"what you change"`
	About      []string `help:"The states it is about; none for no state." placeholder:"STATE" group:"what you change"`
	Act        string   `help:"What was done, in a few words." group:"what you change"`
	Activity   string   `help:"What was done, as a file with one activity; none for no activity." placeholder:"FILE" group:"what you change"`
	Obligation []string `help:"The provisions it is about." placeholder:"ID" group:"what you change"`
	Period     string   `help:"When." placeholder:"DATE" group:"what you change"`
	Dispute    string   `help:"What a denial disputes: fact, law or legitimacy." group:"what you change"`
	Hedge      string   `help:"The likelihood word of the speaker; none for no such word." group:"what you change"`
}

// Run is the command.
func (c *claimsEditCmd) Run(m *Main) error {
	o, err := m.offered(c.readingFlags)
	if err != nil {
		return err
	}
	edit := func(x *claim.Claim) error {
		before := string(claim.AppendClaim(nil, x))
		if err := c.edit(o.desk, x); err != nil {
			return err
		}
		if before == string(claim.AppendClaim(nil, x)) {
			return fault.New(fault.Usage, "nothing is changed").WithFix("`cordon claims accept` takes the claim as it was found")
		}
		return nil
	}
	return m.accept(o, c.sourceFlags, []string{c.Number}, edit)
}

// none is the word by which a flag takes something away.
const none = "none"

// edit puts the flags into a claim.
func (c *claimsEditCmd) edit(d *decide.Desk, x *claim.Claim) error {
	if c.Speaker != "" || c.SpeakerOf != "" {
		x.Speakers = nil // who is named now speaks alone
	}
	for _, f := range []struct {
		value string
		into  *string
	}{{c.Speaker, &x.Speaker}, {c.Text, &x.Text}, {c.Act, &x.Act}, {c.Hedge, &x.Hedge}} {
		switch {
		case f.value == none && f.into == &x.Hedge:
			*f.into = ""
		case f.value != "":
			*f.into = f.value
		}
	}
	for _, f := range []struct {
		flag, value string
		read        func(string) error
	}{
		{"--kind", c.Kind, func(s string) (err error) { x.Kind, err = claim.ParseKind(s); return err }},
		{"--dispute", c.Dispute, func(s string) (err error) { x.Dispute, err = claim.ParseDispute(s); return err }},
		{"--speaker-state", c.SpeakerOf, func(s string) (err error) {
			if x.SpeakerState = 0; s != none {
				x.SpeakerState, err = d.Places.ParseState(s)
			}
			return err
		}},
		{"--activity", c.Activity, func(s string) error { return setActivity(d, x, s) }},
		{"--period", c.Period, func(s string) (err error) { x.Period, err = when.Parse(s); return err }},
	} {
		if f.value == "" {
			continue
		}
		if err := f.read(f.value); err != nil {
			return fault.In(fault.Place{Field: f.flag}, err)
		}
	}
	if c.Kind != "" && c.Dispute == "" && x.Kind != claim.Denial && x.Kind != claim.LawReading && x.Kind != claim.Legitimacy {
		x.Dispute = claim.NoDispute
	}
	if len(c.Obligation) > 0 {
		x.Obligations = c.Obligation
	}
	return c.subjects(d, x)
}

func (c *claimsEditCmd) subjects(d *decide.Desk, x *claim.Claim) error {
	if len(c.About) == 0 {
		return nil
	}
	x.About = nil
	for _, s := range c.About {
		if s == none && len(c.About) == 1 {
			return nil
		}
		st, err := d.Places.ParseState(s)
		if err != nil {
			return fault.In(fault.Place{Field: "--about"}, err)
		}
		x.About = append(x.About, st)
	}
	return nil
}

func setActivity(d *decide.Desk, x *claim.Claim, file string) error {
	if file == none {
		x.Activity = nil
		return nil
	}
	b, err := readFile(file)
	if err != nil {
		return err
	}
	list, err := d.Reference.ReadYAML(file, b)
	if err != nil {
		return err
	}
	if len(list) != 1 {
		return fault.New(fault.Usage, "%s holds %d activities", file, len(list)).WithFix("one claim asserts one")
	}
	x.Activity, x.Period = list[0], list[0].Date
	return nil
}
