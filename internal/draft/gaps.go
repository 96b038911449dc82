package draft

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Gaps are what a careful reader of a draft would ask about, each with its place and reason. None of them is an error: a measure
// may mean to have no wind-down.
func (c *Case) Gaps() []Problem {
	var out []Problem
	differences := c.differences()
	for i, p := range c.Provisions() {
		say := func(kind, format string, args ...any) {
			out = append(out, Problem{p, kind, fmt.Sprintf(format, args...)})
		}
		if strings.Contains(p.Title, "TODO") || strings.Contains(p.Text, "TODO") {
			say("unfinished", "its title or text still says TODO")
		}
		if words := Behaviour(p.Title + " " + p.Text); len(words) > 0 {
			say("behaviour", "it foretells what somebody will do (%s); a provision says what is owed", strings.Join(words, ", "))
		}
		if d := differences[i]; d.Relation == Repeats {
			say("repeats", "%s", d.Why)
		}
		if p.Effect != law.Prohibit && p.Effect != law.Cap || p.Kinds == 0 {
			continue
		}
		c.oneDirection(p, say)
		windDown(p, say)
		c.relief(p, say)
		edition(p, say)
		c.defeated(p, say)
	}
	return out
}

// oneDirection asks about goods that are banned one way only.
func (c *Case) oneDirection(p *law.Provision, say func(kind, format string, args ...any)) {
	if p.Direction != law.To && p.Direction != law.From || len(p.Goods) == 0 {
		return
	}
	r := c.reachOf(p)
	for _, q := range c.With.Provisions() {
		from, until, ok := q.Period(c.With, when.NoDay)
		other := q.Direction == law.Either || q.Direction == law.To && p.Direction == law.From || q.Direction == law.From && p.Direction == law.To
		if !ok || c.On < from || c.On > until || !other || q.Effect != law.Prohibit && q.Effect != law.Cap || len(q.Goods) == 0 {
			continue
		}
		if qr := c.reachOf(q); qr.covers(c, r) {
			return
		}
	}
	way := map[law.Direction]string{law.To: "from", law.From: "to"}[p.Direction]
	say("one_direction", "its goods are reached %s the target and not %s it", p.Direction, way)
}

// windDown asks about contracts that run.
func windDown(p *law.Provision, say func(kind, format string, args ...any)) {
	running := p.Kinds.Has(vocab.KindTransfer) || p.Kinds.Has(vocab.KindEmployment)
	if !running || p.From > p.Instrument.Adopted {
		return
	}
	ends := func(x *law.Exception) bool { return x.Provision == p && x.Until != when.NoDay }
	if !slices.ContainsFunc(p.Exceptions, ends) {
		say("no_wind_down", "it applies from the day of its adoption and has no exception, with a last day, for contracts that run")
	}
}

// relief asks about humanitarian exceptions.
func (c *Case) relief(p *law.Provision, say func(kind, format string, args ...any)) {
	if p.Measure == "programme" {
		return // what binds the target's own programmes leaves no room for it
	}
	general := ""
	for _, x := range p.Exceptions {
		from, until, ok := x.Period(c.With, when.NoDay)
		if !ok || c.On < from || c.On > until {
			continue
		}
		words := x.When.Text + " " + x.Title
		if !strings.Contains(words, "humanitarian") && !strings.Contains(words, "livelihood") && !strings.Contains(words, "Humanitarian") {
			continue
		}
		if !x.General {
			return
		}
		general = x.Name()
	}
	if general != "" {
		say("no_humanitarian_exception", "it has no humanitarian exception of its own; only %s lets relief through, case by case with the committee", general)
		return
	}
	say("no_humanitarian_exception", "no exception lets humanitarian work through")
}

var editionNamed = pattern.New(`\bHS ?(19|20)\d\d\b`)

// edition asks in which edition codes are meant.
func edition(p *law.Provision, say func(kind, format string, args ...any)) {
	for i := range p.Goods {
		s := &p.Goods[i]
		if len(s.HS) > 0 && !editionNamed.MatchString(s.Label) && !editionNamed.MatchString(p.Text) && !editionNamed.MatchString(p.Note) {
			say("no_edition", "it chooses goods by HS codes (%s) and names no edition, as in `label: ..., HS 2017`", s.HS[0].String())
			return
		}
	}
}

// defeated asks about exceptions in force that take all or the named part of a ban away.
func (c *Case) defeated(p *law.Provision, say func(kind, format string, args ...any)) {
	parts := conjuncts(p.When.Text)
	for _, x := range p.Exceptions {
		from, until, ok := x.Period(c.With, when.NoDay)
		if !ok || x.Provision == p || x.Grant == law.ByCommittee || c.On < from || c.On > until {
			continue
		}
		if x.When.Text == "" || slices.ContainsFunc(parts, func(s string) bool { return sameText(s, x.When.Text) }) {
			say("defeated", "the exception %s (%s) holds whenever it applies, so that it never bites", x.Name(), x.Cite())
		}
	}
}

// conjuncts cuts a condition at the && that stand outside of parentheses; one with an || outside of them is a single part.
func conjuncts(s string) []string {
	depth, start := 0, 0
	var out []string
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '(' || s[i] == '[':
			depth++
		case s[i] == ')' || s[i] == ']':
			depth--
		case depth == 0 && strings.HasPrefix(s[i:], "||"):
			return []string{s}
		case depth == 0 && strings.HasPrefix(s[i:], "&&"):
			out = append(out, s[start:i])
			start = i + 2
		}
	}
	return append(out, s[start:])
}

// foretold are phrases that say what somebody will do, which neither a draft nor a report on one knows.
var foretold = pattern.New(`(?i)\b(?:will|would|shall surely|is going to) (?:stop|halt|end|give up|abandon|collapse|comply|change (?:its|their) (?:course|behaviou?r))\b|` +
	`\b(?:forces|compels|coerces) (?:the |its )?\w+ to \w+|\b(?:deters|brings .{1,20} to its knees)\b`)

// Behaviour gives the words of a text that foretell or ascribe behaviour.
func Behaviour(s string) []string { return foretold.FindAllString(s, -1) }
