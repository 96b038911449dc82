package web

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// conditionToken cuts a condition of the law into names, texts, numbers and signs.
var conditionToken = pattern.New(`^\s*([A-Za-z_][A-Za-z0-9_.]*|"[^"\\]*"|[0-9]+(?:\.[0-9]+)?|&&|\|\||[<>=!]=|[()\[\],<>!])`)

// inWords says a condition of the law for who does not read its language; "" where it has something that this does not know, so
// that no words stand beside a condition that says more. The condition itself always stands beside its words.
func (s *Site) inWords(condition string) string {
	p := phrase{s: s}
	for rest := strings.TrimSpace(condition); rest != ""; {
		m := conditionToken.FindStringSubmatch(rest)
		if m == nil {
			return ""
		}
		p.tokens = append(p.tokens, m[1])
		rest = strings.TrimSpace(rest[len(m[0]):])
	}
	out := p.either()
	if p.unknown || p.at != len(p.tokens) {
		return ""
	}
	return out
}

// phrase reads a condition from its tokens. Once it met something that it does not know, what it gives means nothing.
type phrase struct {
	s       *Site
	tokens  []string
	at      int
	unknown bool
}

func (p *phrase) next() string {
	if p.at >= len(p.tokens) {
		p.unknown = true
		return ""
	}
	p.at++
	return p.tokens[p.at-1]
}

func (p *phrase) took(sign string) bool {
	if p.at < len(p.tokens) && p.tokens[p.at] == sign {
		p.at++
		return true
	}
	return false
}

// either joins what of which one must hold. And binds closer than or, which English does not: brackets say it.
func (p *phrase) either() string {
	out, several := p.all()
	for first := true; p.took("||"); first = false {
		if first {
			out = inBrackets(out, several)
		}
		next, several := p.all()
		out += " or " + inBrackets(next, several)
	}
	return out
}

func inBrackets(s string, needed bool) string {
	if needed {
		return "(" + s + ")"
	}
	return s
}

// all joins what must hold together, and says whether it is several.
func (p *phrase) all() (out string, several bool) {
	out = p.one()
	for p.took("&&") {
		out, several = out+" and "+p.one(), true
	}
	return out, several
}

func (p *phrase) one() string {
	switch {
	case p.took("!"):
		if p.took("(") {
			return "not " + p.bracketed()
		}
		return p.fact(p.next(), "no")
	case p.took("("):
		return p.bracketed()
	}
	return p.fact(p.next(), "yes")
}

func (p *phrase) bracketed() string {
	out := "(" + p.either() + ")"
	p.unknown = p.unknown || !p.took(")")
	return out
}

// comparisons say how a fact stands to a value; days are later and not greater.
var comparisons = map[string]string{"==": "is", "!=": "is not", "<": "is under", ">": "is over", "<=": "is at most", ">=": "is at least"}

var onDays = map[string]string{"==": "is", "!=": "is not", "<": "is before", ">": "is after", "<=": "is on or before", ">=": "is on or after"}

// fact says what is asked of a fact: a value, one of a list, or itself.
func (p *phrase) fact(name, itself string) string {
	id, ok := vocab.FactNamed(strings.TrimPrefix(name, "ask."))
	if !ok {
		p.unknown = true
		return ""
	}
	f := vocab.FactOf(id)
	title := lowerFirstWord(f.Title)
	if p.took("in") {
		return title + " is one of " + p.list(f)
	}
	if p.at < len(p.tokens) {
		words := comparisons
		if f.Type == vocab.Date {
			words = onDays
		}
		if w, ok := words[p.tokens[p.at]]; ok {
			p.at++
			p.unknown = p.unknown || itself == "no"
			return title + " " + w + " " + p.value(f)
		}
	}
	p.unknown = p.unknown || f.Type != vocab.Bool
	return title + ": " + itself
}

func (p *phrase) list(f *vocab.Fact) string {
	p.unknown = p.unknown || !p.took("[")
	var out []string
	for !p.unknown && !p.took("]") {
		if len(out) > 0 && !p.took(",") {
			p.unknown = true
		}
		out = append(out, p.value(f))
	}
	return strings.Join(out, ", ")
}

// value says a value that a fact is compared with, or another fact.
func (p *phrase) value(f *vocab.Fact) string {
	t := p.next()
	switch {
	case strings.HasPrefix(t, `"`):
		text := strings.Trim(t, `"`)
		switch f.Type {
		case vocab.State:
			return p.s.state(text)
		case vocab.Enum:
			return report.ValueWord(text)
		}
		return "“" + text + "”"
	case t == "target":
		return "the state under measures"
	case t == "true":
		return "yes"
	case t == "false":
		return "no"
	case t == "date" || t == "port":
		return p.literal(t)
	case t != "" && t[0] >= '0' && t[0] <= '9':
		return strings.TrimSuffix(t, ".0")
	}
	if id, ok := vocab.FactNamed(strings.TrimPrefix(t, "ask.")); ok {
		return "the same as " + lowerFirstWord(vocab.FactOf(id).Title)
	}
	p.unknown = true
	return ""
}

// literal says date("2017-12-22") and port("KPRJN").
func (p *phrase) literal(of string) string {
	p.unknown = p.unknown || !p.took("(")
	text := strings.Trim(p.next(), `"`)
	p.unknown = p.unknown || !p.took(")")
	if of == "port" {
		return "port " + text
	}
	day, err := when.ParseDay(text)
	p.unknown = p.unknown || err != nil
	return day.Long()
}

// lowerFirstWord makes the first letter small, unless the word is an abbreviation.
func lowerFirstWord(s string) string {
	if len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return lowerFirst(s)
}
