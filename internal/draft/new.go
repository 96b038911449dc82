package draft

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Template gives an instrument file to fill in for a regime, with a comment at each key. id begins the ids of its provisions, and on
// is the day from which it is planned to apply.
func Template(regime, id string, on when.Day) []byte {
	return []byte(head(regime, id, on) + fmt.Sprintf(`  - id: %s-p1
    paragraph: "1"
    title: TODO what is banned, in a few words
    text: TODO one to three sentences in your own words
    bound: all Member States
    binding: decides
    effect: prohibit               # or cap, require, exempt, call_upon
    measure: sectoral
    kind: transfer
    direction: from                # from or to the target; goods in one direction only are a gap that lint shows
    goods:
      - {list: coal}               # a named list, or codes: {hs: ["2701"], basis: text, label: "coal, HS 2017"}
    # from: %s               # when it does not apply from the day of adoption
    exceptions:
      - id: winddown               # contracts that run; without a last day lint asks
        paragraph: "1"
        title: Written contract finalised before the adoption
        when: contract.date < date("%s") && contract.written
        until: %s
        grant: none
      - id: humanitarian           # or state who decides: grant state or committee, with the path to follow
        paragraph: "1"
        title: Humanitarian work
        when: purpose.humanitarian
        grant: none
`, id, on+30, on, on+30))
}

func head(regime, id string, on when.Day) string {
	return fmt.Sprintf(`# A draft. docs/law/format.md describes every key; cordon draft lint, diff and test read it.
regime: %s
instrument: %s
status: draft                      # proposed, once it was put to somebody; nothing applies it unless asked
title: TODO what it is about
authority: TODO who would adopt it
adopted: %s                # the day from which it is planned to apply
provisions:
`, regime, strconv.Quote("Draft "+id), on)
}

// Like gives an instrument file that has the shape of one that is there: its provisions that ban, cap or exempt, with their goods,
// conditions and exceptions, under ids that begin with id. Titles and texts are to be written anew. An instrument that has no such
// provision is a fault.
func Like(of *law.Instrument, id string, on when.Day) ([]byte, error) {
	var b strings.Builder
	b.WriteString(head(of.Regime.ID, id, on))
	shift, some := on-of.Adopted, false
	for n, p := range of.Provisions {
		if p.Kinds == 0 && p.Carves == nil || p.Effect == law.Authorise || p.Effect == law.CallUpon {
			continue
		}
		likeProvision(&b, p, fmt.Sprintf("%s-p%d", id, n+1), shift)
		some = true
	}
	if !some {
		return nil, fault.New(fault.Invalid, "%s bans, caps and exempts nothing that an activity could meet", of.Name).
			WithFix("`cordon law list` shows the others")
	}
	return []byte(b.String()), nil
}

func likeProvision(b *strings.Builder, p *law.Provision, id string, shift when.Day) {
	line := func(indent int, key, value string) {
		if value != "" {
			fmt.Fprintf(b, "%s%s: %s\n", strings.Repeat(" ", indent), key, value)
		}
	}
	fmt.Fprintf(b, "  - id: %s                 # after %s\n", id, p.ID)
	line(4, "paragraph", strconv.Quote(p.Paragraph))
	line(4, "title", strconv.Quote("TODO: "+p.Title))
	line(4, "text", "TODO one to three sentences in your own words")
	line(4, "bound", quoted(p.Bound))
	line(4, "binding", quoted(p.Binding))
	line(4, "effect", p.Effect.String())
	line(4, "measure", p.Measure)
	line(4, "kind", kindsOf(p))
	line(4, "direction", p.Direction.String())
	if p.Effect == law.Exempt || p.Each != law.EachActivity {
		line(4, "each", map[law.Each]string{law.EachGoods: "goods", law.EachParty: "party"}[p.Each])
	}
	if len(p.Goods) > 0 {
		b.WriteString("    goods:\n")
	}
	for i := range p.Goods {
		fmt.Fprintf(b, "      - %s\n", selectorText(&p.Goods[i]))
	}
	if p.From != p.Instrument.Adopted {
		line(4, "from", (p.From + shift).String())
	}
	line(4, "when", quoted(p.When.Text))
	line(4, "breach", quoted(p.Breach.Text))
	if p.Deadline != when.NoDay {
		line(4, "deadline", (p.Deadline + shift).String())
	}
	if c := p.Carves; c != nil {
		line(4, "carves", fmt.Sprintf("{all: %t, provisions: [%s], measures: [%s]}", c.All, strings.Join(c.Provisions, ", "), strings.Join(c.Measures, ", ")))
		likeGrant(line, 4, p.Exemption)
	}
	if c := p.Cap; c != nil {
		likeCap(b, c, shift)
	}
	line(4, "inherits", p.Inherits)
	likeExceptions(b, line, p, shift)
	b.WriteString("\n")
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return strconv.Quote(strings.Join(strings.Fields(s), " "))
}

// kindsOf are the kinds as a list; a kind that another brings in is written too, which changes nothing.
func kindsOf(p *law.Provision) string {
	var out []string
	for _, k := range vocab.Kinds() {
		if p.Kinds.Has(k.ID) {
			out = append(out, k.Name)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func selectorText(s *law.Selector) string {
	var keys []string
	if s.List != "" {
		keys = append(keys, "list: "+s.List)
	} else {
		var hs []string
		for _, r := range s.HS {
			hs = append(hs, strconv.Quote(rangeText(r)))
		}
		keys = append(keys, "hs: ["+strings.Join(hs, ", ")+"]", "basis: "+s.Basis)
		if s.Label != "" {
			keys = append(keys, "label: "+strconv.Quote(s.Label))
		}
	}
	if s.When.Text != "" {
		keys = append(keys, "when: "+quoted(s.When.Text))
	}
	return "{" + strings.Join(keys, ", ") + "}"
}

func rangeText(r goods.Range) string { return r.String() }

func likeGrant(line func(int, string, string), indent int, x *law.Exception) {
	line(indent, "grant", x.Grant.String())
	if x.Grant == law.ByCommittee {
		line(indent, "clause", map[bool]string{true: "general", false: "own"}[x.General])
	}
	line(indent, "path", quoted(x.Path))
}

func likeCap(b *strings.Builder, c *law.CapRule, shift when.Day) {
	b.WriteString("    cap:\n")
	if len(c.Limits) > 0 {
		b.WriteString("      limits:\n")
	}
	for i := range c.Limits {
		l := &c.Limits[i]
		amount := fmt.Sprintf("value: %g", l.Value)
		if l.Quantity > 0 {
			amount = fmt.Sprintf("quantity: %g, unit: %s", l.Quantity, l.Unit)
		}
		fmt.Fprintf(b, "        - {%s, period: %s, months: %d, repeats: %t, whose: %q}\n", amount, l.Start+shift, l.Months, l.Repeats, l.Whose)
	}
	for _, k := range []struct{ key, value string }{
		{"convert", c.Convert},
		{"exceeded", quoted(c.Exceeded.Text)},
		{"within", map[bool]string{true: "permitted"}[c.PermittedWithin]},
	} {
		if k.value != "" {
			fmt.Fprintf(b, "      %s: %s\n", k.key, k.value)
		}
	}
	if c.HasBaseline {
		fmt.Fprintf(b, "      baseline: %s\n", vocab.FactOf(c.Baseline).Name)
	}
	if c.StopShare > 0 {
		fmt.Fprintf(b, "      stop_share: %g\n", c.StopShare)
	}
	if c.Alternatives {
		b.WriteString("      alternatives: true\n")
	}
}

func likeExceptions(b *strings.Builder, line func(int, string, string), p *law.Provision, shift when.Day) {
	own := slices.DeleteFunc(slices.Clone(p.Exceptions), func(x *law.Exception) bool { return x.Provision != p })
	if len(own) > 0 {
		b.WriteString("    exceptions:\n")
	}
	for _, x := range own {
		fmt.Fprintf(b, "      - id: %s\n", x.ID)
		line(8, "title", strconv.Quote("TODO: "+x.Title))
		line(8, "when", quoted(x.When.Text))
		if x.From != when.NoDay {
			line(8, "from", (x.From + shift).String())
		}
		if x.Until != when.NoDay {
			line(8, "until", (x.Until + shift).String())
		}
		likeGrant(line, 8, x)
		if len(x.Unless) > 0 {
			b.WriteString("        unless:\n")
		}
		for _, u := range x.Unless {
			fmt.Fprintf(b, "          - {title: %q, when: %s}\n", u.Title, quoted(u.When.Text))
		}
	}
}
