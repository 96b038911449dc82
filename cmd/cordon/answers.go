package main

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/when"
)

type answersCmd struct {
	List    answersListCmd    `cmd:"" help:"Which answers are kept."`
	Show    answersShowCmd    `cmd:"" help:"An answer with its question, its versions and what was done to it."`
	Export  answersExportCmd  `cmd:"" help:"Answers whole, as JSON Lines."`
	Hold    answersHoldCmd    `cmd:"" help:"Keep answers from being erased."`
	Release answersReleaseCmd `cmd:"" help:"End the hold on answers."`
	Erase   answersEraseCmd   `cmd:"" help:"Erase answers; the log still verifies."`
}

// answerFilter chooses answers on the command line.
type answerFilter struct {
	Kind  string `help:"Only these: ${enum}." enum:"decide,screen,payment,any" default:"any"`
	Actor string `help:"Only what this pseudonym asked." placeholder:"U"`
	Batch string `help:"Only the answers of this stream or file." placeholder:"ID"`
	From  string `help:"Only from this day on, in UTC." placeholder:"DAY"`
	To    string `help:"Only up to the end of this day, in UTC." placeholder:"DAY"`
}

func (f *answerFilter) filter() (answer.Filter, error) {
	out := answer.Filter{Actor: f.Actor, Batch: f.Batch}
	if f.Kind != "any" {
		out.Kind = answer.Kind(f.Kind)
	}
	for _, d := range []struct {
		flag, text string
		add        int
		to         *time.Time
	}{{"--from", f.From, 0, &out.From}, {"--to", f.To, 1, &out.Before}} {
		day, err := parseDay(d.flag, d.text)
		if err != nil {
			return out, err
		}
		if day != when.NoDay {
			y, mo, n := day.Civil()
			*d.to = time.Date(y, time.Month(mo), n+d.add, 0, 0, 0, 0, time.UTC)
		}
	}
	return out, nil
}

// answerJSON is a kept answer for programs. Its names are published.
type answerJSON struct {
	ID       string     `json:"id"`
	Time     time.Time  `json:"time"`
	Kind     string     `json:"kind"`
	Actor    string     `json:"actor"`
	Batch    string     `json:"batch,omitempty"`
	Line     int        `json:"line,omitempty"`
	Under    []string   `json:"under"`
	Versions string     `json:"versions"`
	Entry    int64      `json:"entry"`
	Held     bool       `json:"held"`
	Erased   bool       `json:"erased"`
	Notes    []noteJSON `json:"notes"`
	// The rest is in whole answers only. Answer is the text that was given, byte by
	// byte; the others are JSON.
	Question    json.RawMessage `json:"question,omitempty"`
	Answer      string          `json:"answer,omitempty"`
	Explanation json.RawMessage `json:"explanation,omitempty"`
	Salt        string          `json:"salt,omitempty"`
}

type noteJSON struct {
	Kind   string    `json:"kind"`
	Time   time.Time `json:"time"`
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
	Entry  int64     `json:"entry"`
}

func answerFor(r *answer.Record, whole bool) answerJSON {
	out := answerJSON{
		ID: r.ID, Time: r.Time, Kind: string(r.Kind), Actor: r.Actor, Batch: r.Batch, Line: r.Line, Under: append([]string{}, r.Under...),
		Versions: hex.EncodeToString(r.Versions[:]), Entry: r.Seq, Held: r.Held(), Erased: r.Erased, Notes: []noteJSON{},
	}
	for _, n := range r.Notes {
		out.Notes = append(out.Notes, noteJSON{string(n.Kind), n.Time, n.Actor, n.Reason, n.Seq})
	}
	if whole && !r.Erased {
		out.Question, out.Answer, out.Explanation, out.Salt = r.Question, string(r.Answer), r.Explanation, hex.EncodeToString(r.Salt[:])
	}
	return out
}

type answersListCmd struct {
	dataFlag
	answerFilter
	Format string `help:"How to print: ${enum}." enum:"text,jsonl" default:"text"`
	Limit  int    `help:"How many to show; 0 shows all." default:"0"`
	After  string `help:"Go on after this id." placeholder:"ID"`
}

// Run is the command.
func (c *answersListCmd) Run(m *Main) error {
	f, err := c.filter()
	if err != nil {
		return err
	}
	if c.Limit < 0 {
		return fault.New(fault.Usage, "--limit is at least 0")
	}
	f.Limit, f.After = c.Limit, c.After
	return m.answers(c.Data, func(s database) error {
		n := 0
		for r, err := range s.List(m.ctx, f) {
			if err != nil {
				return err
			}
			n++
			if c.Format == "jsonl" {
				err = jsonLine(m.Out, answerFor(&r, false))
			} else {
				_, err = fmt.Fprintln(m.Out, listLine(&r))
			}
			if err != nil {
				return err
			}
		}
		if n == 0 && c.Format == "text" {
			fmt.Fprintln(m.Out, "No such answer is kept. Answers are kept with --keep.")
		}
		return nil
	})
}

func listLine(r *answer.Record) string {
	what := r.Time.Format("2006-01-02 15:04:05") + "  " + string(r.Kind)
	if r.Batch != "" {
		what += fmt.Sprintf("  line %d of %s", r.Line, r.Batch)
	}
	switch {
	case r.Erased:
		what += "  erased"
	case r.Held():
		what += "  held"
	}
	return r.ID + "  " + what + "  by " + r.Actor
}

type answersShowCmd struct {
	dataFlag
	formatFlag
	ID string `arg:"" help:"The answer."`
}

// Run is the command.
func (c *answersShowCmd) Run(m *Main) error {
	if err := answer.CheckID(c.ID); err != nil {
		return err
	}
	return m.answers(c.Data, func(s database) error {
		r, err := s.Get(m.ctx, c.ID)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return jsonLine(m.Out, answerFor(&r, true))
		}
		v, err := answer.Fetch(m.ctx, s, r.Versions)
		if err != nil {
			return err
		}
		showAnswer(m, &r, &v)
		return nil
	})
}

func showAnswer(m *Main, r *answer.Record, v *answer.Versions) {
	line := func(word, format string, args ...any) {
		fmt.Fprintf(m.Out, "%-12s %s\n", word, strings.TrimSuffix(fmt.Sprintf(format, args...), "\n"))
	}
	line("answer", "%s", r.ID)
	line("time", "%s", r.Time.Format(time.RFC3339Nano))
	line("kind", "%s", r.Kind)
	line("by", "%s", r.Actor)
	if r.Batch != "" {
		line("batch", "%s, line %d", r.Batch, r.Line)
	}
	line("entry", "%d of the log", r.Seq)
	line("under", "%s", cmp.Or(strings.Join(r.Under, ", "), "no regime and no list"))
	line("program", "%s", v.Program)
	line("law", "%s", cmp.Or(v.Law, "none was applied"))
	line("parameters", "%s", cmp.Or(v.Params, "nobody was looked up"))
	for _, l := range v.Lists {
		line("list", "%s@%d", l.List, l.Current)
	}
	for _, n := range r.Notes {
		line(string(n.Kind), "%s by %s: %s", n.Time.Format(time.RFC3339Nano), n.Actor, cmp.Or(n.Reason, "(erased)"))
	}
	if r.Erased {
		line("question", "erased")
		line("answer", "erased")
		return
	}
	line("question", "%s", r.Question)
	line("answer", "%s", r.Answer)
	if len(r.Explanation) > 0 {
		line("explanation", "%s", r.Explanation)
	}
}

type answersExportCmd struct {
	dataFlag
	answerFilter
}

// Run is the command.
func (c *answersExportCmd) Run(m *Main) error {
	f, err := c.filter()
	if err != nil {
		return err
	}
	return m.answers(c.Data, func(s database) error {
		for r, err := range s.List(m.ctx, f) {
			if err != nil {
				return err
			}
			if err := jsonLine(m.Out, answerFor(&r, true)); err != nil {
				return err
			}
		}
		return nil
	})
}

// acting opens the store for something that is done to answers.
func (m *Main) acting(data, reason string, f func(context.Context, database, answer.Act) error) error {
	s, actor, err := m.openAs(m.ctx, data)
	if err != nil {
		return err
	}
	defer s.Close()
	a, err := answer.NewAct(m.now(), actor, reason)
	if err != nil {
		return err
	}
	return f(m.ctx, s, a)
}

// actFlags are those of what is done to answers.
type actFlags struct {
	dataFlag
	Reason string   `help:"Why. It stands with the answer until that is erased; the log has a salted hash of it." placeholder:"TEXT"`
	IDs    []string `arg:"" optional:"" name:"id" help:"The answers, by their ids."`
}

// note does one thing to each answer.
func (c *actFlags) note(m *Main, kind ledger.Kind, done string) error {
	if len(c.IDs) == 0 {
		return fault.New(fault.Usage, "name the answers").WithFix("`cordon answers list` shows them")
	}
	return m.acting(c.Data, c.Reason, func(ctx context.Context, s database, a answer.Act) error {
		for _, id := range c.IDs {
			if err := answer.CheckID(id); err != nil {
				return err
			}
			if err := s.Note(ctx, id, kind, a); err != nil {
				return err
			}
			fmt.Fprintf(m.Out, "%s  %s\n", id, done)
		}
		return nil
	})
}

type answersHoldCmd struct{ actFlags }

// Run is the command.
func (c *answersHoldCmd) Run(m *Main) error { return c.note(m, ledger.Hold, "held") }

type answersReleaseCmd struct{ actFlags }

// Run is the command.
func (c *answersReleaseCmd) Run(m *Main) error { return c.note(m, ledger.Release, "released") }

type answersEraseCmd struct {
	actFlags
	Due    bool   `help:"Erase all whose time is over by the policy, and that are not held."`
	Policy string `help:"The policy of retention; retention.yaml in the data folder unless given." type:"path" placeholder:"FILE"`
	DryRun bool   `name:"dry-run" help:"Say what --due would erase, and erase nothing."`
}

// Run is the command.
func (c *answersEraseCmd) Run(m *Main) error {
	if !c.Due {
		if c.Policy != "" || c.DryRun {
			return fault.New(fault.Usage, "--policy and --dry-run go with --due")
		}
		return c.note(m, ledger.Erasure, "erased")
	}
	if len(c.IDs) > 0 {
		return fault.New(fault.Usage, "name answers, or say --due")
	}
	name := cmp.Or(c.Policy, filepath.Join(m.folderOf(c.Data), "retention.yaml"))
	b, err := readFile(name)
	if err != nil {
		return fault.New(fault.NotFound, "there is no policy of retention at %s", name).
			WithFix("write one, as in docs/audit.md; without it nothing is ever due")
	}
	p, err := answer.ReadPolicy(name, b)
	if err != nil {
		return err
	}
	reason := cmp.Or(c.Reason, "its time is over by the policy of retention")
	return m.acting(c.Data, reason, func(ctx context.Context, s database, a answer.Act) error { return c.due(ctx, m, s, p, a) })
}

func (c *answersEraseCmd) due(ctx context.Context, m *Main, s database, p answer.Policy, a answer.Act) error {
	var due []string
	held := 0
	for r, err := range s.List(ctx, answer.Filter{}) {
		if err != nil {
			return err
		}
		if p.Due(&r, a.Time) {
			due = append(due, r.ID)
		} else if !r.Erased && r.Held() && !a.Time.Before(p.Until(&r.Kept)) {
			held++
		}
	}
	said := "erased"
	if c.DryRun {
		said = "would be erased"
	}
	for _, id := range due {
		if !c.DryRun {
			if err := s.Erase(ctx, id, a); err != nil {
				return err
			}
		}
		fmt.Fprintf(m.Out, "%s  %s\n", id, said)
	}
	fmt.Fprintf(m.Out, "%d %s, %d are held beyond their time\n", len(due), said, held)
	return nil
}
