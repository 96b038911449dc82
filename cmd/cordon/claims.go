package main

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/evidence"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/journal"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

type claimsCmd struct {
	List   claimsListCmd   `cmd:"" help:"Which claims there are about a state, an obligation, a time."`
	Show   claimsShowCmd   `cmd:"" help:"One claim: who says so, what stands behind it, what is answered, where it is from."`
	Add    claimsAddCmd    `cmd:"" help:"Add sources and claims of your own, from a file or from flags."`
	Accept claimsAcceptCmd `cmd:"" help:"Take into your journal what \"cordon read\" found and you confirm."`
	Edit   claimsEditCmd   `cmd:"" help:"Accept one claim of a reading with changes, which are recorded."`
	Reject claimsRejectCmd `cmd:"" help:"Record that a claim of a reading is none, so that it is not offered again."`
	Grade  claimsGradeCmd  `cmd:"" help:"Grade the source of a claim, its information, or both."`
	Reply  claimsReplyCmd  `cmd:"" help:"Enter that an answer was asked for, given, or never came."`
	Export claimsExportCmd `cmd:"" help:"Print all sources and claims as JSON Lines or as PROV-O JSON-LD."`
	Import claimsImportCmd `cmd:"" help:"Add what an exported file has and you do not."`
	Verify claimsVerifyCmd `cmd:"" help:"Check the journal and the kept originals against their hashes."`
}

// claimFlags say where own claims are kept and by which law they are checked.
type claimFlags struct {
	lawFlags
	Data string `help:"Folder that your own claims are kept in, under claims/." placeholder:"DIR" default:"var" type:"store" env:"CORDON_DATA"`
}

// book opens the claims of the program and the user's own together.
func (m *Main) book(f claimFlags) (*evidence.Book, *decide.Desk, error) {
	if err := checkFolder(f.Data); err != nil {
		return nil, nil, err
	}
	d, err := m.open(f.lawFlags, ruling.Options{})
	if err != nil {
		return nil, nil, err
	}
	given, err := claim.LoadFiles(d.Reference, data.FS, "claims")
	if err != nil {
		return nil, nil, err
	}
	b, err := evidence.Open(m.ctx, journal.New(filepath.Join(f.Data, "claims")), d.Reference, d.Law, given)
	return b, d, err
}

func (m *Main) written() evidence.Written {
	return evidence.Written{At: m.now(), Tool: "cordon " + version}
}

type claimsListCmd struct {
	claimFlags
	formatFlag
	State      string   `help:"About or by this state." placeholder:"STATE"`
	Obligation string   `help:"On this provision and its parts (2397-p8), or this instrument (2397)." placeholder:"ID"`
	Kind       []string `help:"Of this kind, as allegation, finding, denial (repeatable)." placeholder:"KIND"`
	Period     string   `help:"Touching this day, month, year or span." placeholder:"DATE"`
	Source     string   `help:"In this source." placeholder:"ID"`
}

// Run is the command.
func (c *claimsListCmd) Run(m *Main) error {
	b, d, err := m.book(c.claimFlags)
	if err != nil {
		return err
	}
	f, err := b.Filter(evidence.Ask{State: c.State, Obligation: c.Obligation, Source: c.Source, Kinds: c.Kind, Period: c.Period}, d.Places)
	if err != nil {
		return flagged(err)
	}
	list := b.Ledger.Pick(f)
	if c.Format == "json" {
		out := []report.ClaimJSON{}
		for _, x := range list {
			out = append(out, report.ClaimForPrograms(b.Ledger, x, b.IsOwn(x.ID), true))
		}
		return m.printJSON(out)
	}
	pr := m.printer(d, false)
	for _, x := range list {
		pr.ClaimLine(b.Ledger, x)
		pr.Gap()
	}
	pr.ClaimCount(b.Ledger, list)
	return pr.Err()
}

type claimsShowCmd struct {
	claimFlags
	formatFlag
	ID    string `arg:"" help:"The id of a claim."`
	Blind bool   `help:"Leave out all grades and weights, so that you grade before you see those of others."`
}

// Run is the command.
func (c *claimsShowCmd) Run(m *Main) error {
	b, d, err := m.book(c.claimFlags)
	if err != nil {
		return err
	}
	x, err := b.Ledger.Claim(c.ID)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		if c.Blind {
			return fault.New(fault.Usage, "--blind is for people").WithFix("leave out --format json")
		}
		return m.printJSON(report.ClaimForPrograms(b.Ledger, x, b.IsOwn(x.ID), false))
	}
	law, err := onTheLaw(d, x)
	if err != nil {
		return err
	}
	return m.printer(d, false).Claim(report.ClaimPage{
		Ledger: b.Ledger, Claim: x, Own: b.IsOwn(x.ID), Blind: c.Blind, Law: law,
		Obligation: func(id string) string {
			if p, ok := d.Law.Provision(id); ok {
				return p.Title
			}
			return ""
		},
	})
}

// onTheLaw says what the engine rules on the activity that a claim asserts.
func onTheLaw(d *decide.Desk, c *claim.Claim) (string, error) {
	if c.Activity == nil {
		return "", nil
	}
	r, err := d.Engine.Decide(ruling.Request{Activity: c.Activity, KnownAt: when.NoDay, Brief: true})
	if err != nil {
		return "", err
	}
	return "on what it asserts: " + report.Sentence(r), nil
}

type claimsAddCmd struct {
	claimFlags
	File     string            `arg:"" optional:"" help:"A file of sources, claims, grades and requests: YAML, or JSON Lines by its ending."`
	Original map[string]string `help:"Keep FILE as the original of the source ID of the file." placeholder:"ID=FILE"`

	ID          string   `help:"The id of the one claim that the flags describe." group:"one claim"`
	Source      string   `help:"The id of its source." group:"one claim"`
	Where       string   `help:"The place in the source." group:"one claim"`
	Speaker     string   `help:"In whose name it is said." group:"one claim"`
	SpeakerOf   string   `name:"speaker-state" help:"Whose organ or official speaks." placeholder:"STATE" group:"one claim"`
	Kind        string   `help:"Its kind, as allegation or denial." group:"one claim"`
	Text        string   `help:"What it says, in your own words." group:"one claim"`
	About       []string `help:"The states it is about." placeholder:"STATE" group:"one claim"`
	Act         string   `help:"What was done, in a few words." group:"one claim"`
	Obligation  []string `help:"The provisions it is about." placeholder:"ID" group:"one claim"`
	Period      string   `help:"When." placeholder:"DATE" group:"one claim"`
	Dispute     string   `help:"What a denial disputes: fact, law or legitimacy." group:"one claim"`
	Attribution string   `help:"organ, state_owned, national, territory." group:"one claim"`
	Supports    []string `help:"Claims that it supports." placeholder:"ID" group:"one claim"`
	Challenges  []string `help:"Claims that it challenges." placeholder:"ID" group:"one claim"`
	Repeats     []string `help:"Claims that it repeats." placeholder:"ID" group:"one claim"`
	Quotes      []string `help:"Claims that it quotes." placeholder:"ID" group:"one claim"`
	Answers     []string `help:"Claims that it answers." placeholder:"ID" group:"one claim"`
	Retracts    []string `help:"Claims of the same speaker that it takes back." placeholder:"ID" group:"one claim"`
	Seen        bool     `help:"You have seen the text yourself." group:"one claim"`
}

// Run is the command.
func (c *claimsAddCmd) Run(m *Main) error {
	b, d, err := m.book(c.claimFlags)
	if err != nil {
		return err
	}
	var entries []claim.Entry
	switch {
	case c.File != "" && c.ID != "":
		return fault.New(fault.Usage, "give a file or the flags of one claim, not both")
	case c.File != "":
		entries, err = readClaims(d, c.File)
	case c.ID == "" || c.Source == "":
		return fault.New(fault.Usage, "a claim by flags needs --id and --source, the id of a source on record").
			WithFix("a new source goes into a file with its claims: cordon claims add --help shows one")
	default:
		var e claim.Entry
		e, err = claim.FromNode(d.Reference, c.node())
		entries = append(entries, e)
	}
	if err != nil {
		return err
	}
	if err := c.keep(m, b, entries); err != nil {
		return err
	}
	return m.enter(b, entries...)
}

// enter writes entries to the user's journal and says so.
func (m *Main) enter(b *evidence.Book, entries ...claim.Entry) error {
	if err := b.Add(m.ctx, m.written(), entries); err != nil {
		return err
	}
	return m.added(b, len(entries))
}

// node puts the flags into the form that a file has, so that one reader checks both.
func (c *claimsAddCmd) node() *yamltree.Node {
	n := &yamltree.Node{Kind: yamltree.Map}
	put := func(key string, v *yamltree.Node) {
		n.Keys = append(n.Keys, &yamltree.Node{Kind: yamltree.Scalar, Text: key})
		n.Items = append(n.Items, v)
	}
	scalar := func(s string) *yamltree.Node { return &yamltree.Node{Kind: yamltree.Scalar, Text: s} }
	for _, f := range []struct{ key, value string }{
		{"id", c.ID},
		{"source", c.Source},
		{"where", c.Where},
		{"speaker", c.Speaker},
		{"speaker_state", c.SpeakerOf},
		{"kind", c.Kind},
		{"text", c.Text},
		{"act", c.Act},
		{"period", c.Period},
		{"dispute", c.Dispute},
		{"attribution", c.Attribution},
	} {
		if f.value != "" {
			put(f.key, scalar(f.value))
		}
	}
	for _, f := range []struct {
		key    string
		values []string
	}{
		{"about", c.About},
		{"obligations", c.Obligation},
		{"supports", c.Supports},
		{"challenges", c.Challenges},
		{"repeats", c.Repeats},
		{"quotes", c.Quotes},
		{"answers", c.Answers},
		{"retracts", c.Retracts},
	} {
		list := &yamltree.Node{Kind: yamltree.List}
		for _, v := range f.values {
			list.Items = append(list.Items, scalar(v))
		}
		if len(list.Items) > 0 {
			put(f.key, list)
		}
	}
	if c.Seen {
		put("verified", scalar("true"))
	}
	return &yamltree.Node{Kind: yamltree.Map, Keys: []*yamltree.Node{scalar("claim")}, Items: []*yamltree.Node{n}}
}

// keep stores the originals and fills in what belongs to them.
func (c *claimsAddCmd) keep(m *Main, b *evidence.Book, entries []claim.Entry) error {
	left := len(c.Original)
	for _, e := range entries {
		if e.Source == nil || c.Original[e.Source.ID] == "" {
			continue
		}
		left--
		original, err := readFile(c.Original[e.Source.ID])
		if err != nil {
			return err
		}
		e.Source.Captured, e.Source.Tool = m.today(), "cordon "+version
		if err := b.Keep(m.ctx, e.Source, original); err != nil {
			return err
		}
	}
	if left > 0 {
		return fault.New(fault.Usage, "--original names a source that the file does not have")
	}
	return nil
}

func readClaims(d *decide.Desk, name string) ([]claim.Entry, error) {
	b, err := readFile(name)
	if err != nil {
		return nil, err
	}
	switch filepath.Ext(name) {
	case ".jsonl":
		return claim.ReadLines(d.Reference, name, bytes.NewReader(b))
	case ".jsonld":
		return claim.ReadDocument(d.Reference, name, bytes.NewReader(b))
	case ".yaml", ".yml":
		return claim.ReadYAML(d.Reference, name, b)
	}
	return nil, fault.New(fault.Usage, "%q has none of the endings .yaml, .jsonl, .jsonld", name)
}

func (m *Main) added(b *evidence.Book, n int) error {
	parts, seal := b.Parts()
	_, err := fmt.Fprintf(m.Out, "✓ Added %d, as part %d of your journal, with the seal %s\n", n, parts, seal)
	return err
}

type claimsGradeCmd struct {
	claimFlags
	ID          string `arg:"" help:"The id of a claim."`
	Reliability string `help:"How far the source is relied on, A to F; F: cannot be judged." placeholder:"A-F"`
	Credibility string `help:"How credible the information is, 1 to 6; 6: cannot be judged." placeholder:"1-6"`
	By          string `required:"" help:"Who grades." placeholder:"NAME"`
	Reason      string `required:"" help:"Why." placeholder:"TEXT"`
	On          string `help:"On which day; today unless given." placeholder:"DAY"`
}

// Run is the command.
func (c *claimsGradeCmd) Run(m *Main) error {
	g := claim.Grade{By: c.By, Reason: c.Reason}
	var err error
	if c.Reliability == "" && c.Credibility == "" {
		return fault.New(fault.Usage, "there is no grade").WithFix("give --reliability, --credibility or both")
	}
	if c.Reliability != "" {
		if g.Reliability, err = claim.ParseReliability(c.Reliability); err != nil {
			return err
		}
	}
	if c.Credibility != "" {
		if g.Credibility, err = claim.ParseCredibility(c.Credibility); err != nil {
			return err
		}
	}
	if g.On, err = m.dayOr("--on", c.On); err != nil {
		return err
	}
	b, _, err := m.book(c.claimFlags)
	if err != nil {
		return err
	}
	if _, err := b.Ledger.Claim(c.ID); err != nil {
		return err
	}
	return m.enter(b, claim.Entry{Grade: &claim.Graded{Claim: c.ID, Grade: g}})
}

// dayOr reads a day, and gives today for none.
func (m *Main) dayOr(flag, s string) (when.Day, error) {
	if s == "" {
		return m.today(), nil
	}
	return parseDay(flag, s)
}

type claimsReplyCmd struct {
	claimFlags
	ID      string `arg:"" help:"The id of the claim that somebody is asked about."`
	Asked   string `help:"When an answer was asked for." placeholder:"DATE"`
	Of      string `help:"Which state was asked." placeholder:"STATE"`
	OfParty string `name:"of-party" help:"Which party was asked, when it was not a state." placeholder:"NAME"`
	By      string `help:"Who asked." placeholder:"NAME"`
	Answer  string `help:"The claim that is the answer." placeholder:"ID"`
	Silent  bool   `help:"No answer came."`
	Until   string `help:"On which day none had come; today unless given." placeholder:"DAY"`
}

// Run is the command.
func (c *claimsReplyCmd) Run(m *Main) error {
	b, d, err := m.book(c.claimFlags)
	if err != nil {
		return err
	}
	x, err := b.Ledger.Claim(c.ID)
	if err != nil {
		return err
	}
	q, err := c.request(m, d, x)
	if err != nil {
		return err
	}
	return m.enter(b, claim.Entry{Request: &claim.Requested{Claim: c.ID, Request: q}})
}

// request is the one that the flags describe, or the last open one with what came of it.
func (c *claimsReplyCmd) request(m *Main, d *decide.Desk, x *claim.Claim) (claim.Request, error) {
	q := claim.Request{OfParty: c.OfParty, By: c.By, Answer: c.Answer, Silent: c.Silent, Until: when.NoDay}
	var err error
	if c.Asked == "" {
		open, ok := lastOpen(x)
		if !ok || c.Of != "" || c.OfParty != "" || c.By != "" {
			return q, fault.New(fault.Usage, "say when the answer was asked for").
				WithFix("give --asked, --of or --of-party, and --by; without them --answer and --silent belong to the last open request")
		}
		q.Of, q.OfParty, q.By, q.On = open.Of, open.OfParty, open.By, open.On
	} else if q.On, err = when.Parse(c.Asked); err != nil {
		return q, fault.In(fault.Place{Field: "--asked"}, err)
	}
	if c.Of != "" {
		if q.Of, err = d.Places.ParseState(c.Of); err != nil {
			return q, fault.In(fault.Place{Field: "--of"}, err)
		}
	}
	if c.Silent {
		if q.Until, err = m.dayOr("--until", c.Until); err != nil {
			return q, err
		}
	}
	return q, q.Check()
}

func lastOpen(x *claim.Claim) (claim.Request, bool) {
	for i := len(x.Asked) - 1; i >= 0; i-- {
		if q := x.Asked[i]; q.Answer == "" && !q.Silent {
			return q, true
		}
	}
	return claim.Request{}, false
}

type claimsExportCmd struct {
	claimFlags
	Format string `help:"How to print: ${enum}." enum:"jsonl,jsonld" default:"jsonl"`
}

// Run is the command.
func (c *claimsExportCmd) Run(m *Main) error {
	b, _, err := m.book(c.claimFlags)
	if err != nil {
		return err
	}
	out := b.Ledger.Lines
	if c.Format == "jsonld" {
		out = b.Ledger.Document
	}
	_, err = m.Out.Write(out())
	return err
}

type claimsImportCmd struct {
	claimFlags
	File string `arg:"" help:"An exported file: .jsonl, .jsonld, or a .yaml file of claims."`
}

// Run is the command.
func (c *claimsImportCmd) Run(m *Main) error {
	b, d, err := m.book(c.claimFlags)
	if err != nil {
		return err
	}
	entries, err := readClaims(d, c.File)
	if err != nil {
		return err
	}
	n, err := b.Import(m.ctx, m.written(), entries)
	if err != nil {
		return err
	}
	if n == 0 {
		_, err := fmt.Fprintln(m.Out, "✓ Nothing new")
		return err
	}
	return m.added(b, n)
}

type claimsVerifyCmd struct {
	claimFlags
}

// Run is the command.
func (c *claimsVerifyCmd) Run(m *Main) error {
	b, _, err := m.book(c.claimFlags)
	if err != nil {
		return err
	}
	var problems []string
	originals, err := b.Verify(m.ctx, func(p string) { problems = append(problems, p) })
	if err != nil {
		return err
	}
	for _, p := range problems {
		fmt.Fprintf(m.Out, "■ %s\n", p)
	}
	if len(problems) > 0 {
		return fault.New(fault.Unavailable, "%d things do not agree with their hashes", len(problems))
	}
	parts, seal := b.Parts()
	fmt.Fprintf(m.Out, "✓ %d of %d parts of the journal and all originals (%d) agree with their hashes\n", parts, parts, originals)
	if seal != "" {
		fmt.Fprintf(m.Out, "  the last seal is %s; keep it elsewhere to know this journal again\n", seal)
	}
	return nil
}
