package read

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/vocab"
)

// frame is a line of frames.tsv: what is done, by the verbs and nouns that tell it.
type frame struct {
	rule, kind string
	// what finds what it is done to; nil for goods alone. goods and money say that it is done to these. subject says that it is what acts.
	what                  *pattern.Pattern
	goods, money, subject bool
	// also must stand in the clause; nil for nothing.
	also  *pattern.Pattern
	roles []role
	facts []string
}

// role is who is who in a frame: a word or place in the clause with the facts that the state there is.
type role struct {
	name     string
	required bool
	facts    []string
	// second are the facts of the second of a pair.
	second []string
}

// wordForm is the form in which a verb stands, or that it is a noun.
type wordForm uint8

const (
	baseForm wordForm = iota
	thirdForm
	pastForm       // the past, and the participle of regular verbs
	participleForm // only a participle: "taken", "given"
	simplePast     // only a past: "took", "gave"
	gerundForm
	nounForm
)

// trigger is a form of a word of a frame; rest are the words that follow it.
type trigger struct {
	frame int
	form  wordForm
	rest  []string
}

// roleNames are the roles that a frame may have.
var roleNames = map[string]bool{
	"agent": true, "object": true, "pair": true, "to": true, "into": true, "from": true, "with": true, "in": true, "for": true, "at": true, "under": true, "ship": true, "partner": true, "count": true, "goods": true,
}

// frame reads a line of frames.tsv.
func (t *tables) frame(f []string) error {
	out := frame{rule: f[0], kind: f[1]}
	if !isKind(f[1]) {
		return fault.New(fault.Invalid, "there is no kind of activity %q", f[1])
	}
	what := f[2]
	what, out.subject = strings.CutPrefix(what, "subject: ")
	what, out.goods = cutOption(what, "{goods}")
	what, out.money = cutOption(what, "{money}")
	var err error
	if what != "" {
		if out.what, err = pattern.Compile("(?i)" + what); err != nil {
			return err
		}
	}
	if f[3] != "" {
		if out.also, err = pattern.Compile("(?i)" + f[3]); err != nil {
			return err
		}
	}
	if out.roles, err = rolesOf(f[6]); err != nil {
		return err
	}
	if f[7] != "" {
		out.facts = strings.FieldsFunc(f[7], func(r rune) bool { return r == '=' || r == ',' })
	}
	if t.triggers == nil {
		t.triggers = map[string][]trigger{}
	}
	n := len(t.frames)
	t.frames = append(t.frames, out)
	for _, v := range strings.Fields(f[4]) {
		t.verbForms(n, v)
	}
	for _, v := range strings.Fields(f[5]) {
		t.trigger(n, nounForm, strings.ReplaceAll(v, "_", " "))
	}
	return nil
}

// cutOption takes a word in braces out of what a frame is done to.
func cutOption(what, option string) (string, bool) {
	if what == option {
		return "", true
	}
	if rest, ok := strings.CutSuffix(what, "|"+option); ok {
		return rest, true
	}
	return what, false
}

// rolesOf reads "agent=jurisdiction, to!=destination, pair=a/b, ship".
func rolesOf(s string) ([]role, error) {
	var out []role
	for part := range strings.SplitSeq(s, ", ") {
		name, facts, _ := strings.Cut(part, "=")
		r := role{}
		r.name, r.required = strings.CutSuffix(name, "!")
		if !roleNames[r.name] {
			return nil, fault.New(fault.Invalid, "%q is no role", r.name).WithFix("agent, object, pair, ship, goods or a preposition")
		}
		first, second, _ := strings.Cut(facts, "/")
		r.facts, r.second = splitFacts(first), splitFacts(second)
		out = append(out, r)
	}
	return out, nil
}

func splitFacts(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "+")
}

// verbForms adds the forms of a verb: its base, and its past and participle where they are not regular.
func (t *tables) verbForms(n int, s string) {
	parts := strings.Split(strings.ReplaceAll(s, "_", " "), ":")
	head, tail, _ := strings.Cut(parts[0], " ")
	with := func(word string) string { return strings.TrimSpace(word + " " + tail) }
	t.trigger(n, baseForm, parts[0])
	t.trigger(n, thirdForm, with(third(head)))
	switch len(parts) {
	case 1:
		t.trigger(n, pastForm, with(past(head)))
	case 2:
		t.trigger(n, pastForm, parts[1])
	default:
		t.trigger(n, simplePast, parts[1])
		t.trigger(n, participleForm, parts[2])
	}
	doubled := ""
	if len(parts) > 1 {
		doubled, _, _ = strings.Cut(parts[1], " ")
	}
	t.trigger(n, gerundForm, with(gerund(head, doubled)))
}

func (t *tables) trigger(n int, form wordForm, words string) {
	f := strings.Fields(words)
	t.triggers[f[0]] = append(t.triggers[f[0]], trigger{n, form, f[1:]})
}

func third(v string) string {
	switch {
	case strings.HasSuffix(v, "y") && !vowelBefore(v):
		return strings.TrimSuffix(v, "y") + "ies"
	case strings.HasSuffix(v, "s"), strings.HasSuffix(v, "sh"), strings.HasSuffix(v, "ch"), strings.HasSuffix(v, "x"), v == "do":
		return v + "es"
	}
	return v + "s"
}

func past(v string) string {
	switch {
	case strings.HasSuffix(v, "e"):
		return v + "d"
	case strings.HasSuffix(v, "y") && !vowelBefore(v):
		return strings.TrimSuffix(v, "y") + "ied"
	}
	return v + "ed"
}

// gerund gives the form in -ing; past tells whether the last letter is doubled.
func gerund(v, past string) string {
	switch {
	case strings.HasSuffix(v, "e") && !strings.HasSuffix(v, "ee"):
		return strings.TrimSuffix(v, "e") + "ing"
	case past == v+v[len(v)-1:]+"ed" || doubling[v]:
		return v + v[len(v)-1:] + "ing"
	}
	return v + "ing"
}

// doubling are irregular verbs whose last letter is doubled in the form in -ing.
var doubling = map[string]bool{"set": true, "put": true, "get": true, "let": true, "sublet": true, "run": true, "begin": true, "shut": true, "re-let": true}

// vowelBefore reports whether a vowel stands before the last letter.
func vowelBefore(v string) bool {
	return len(v) > 1 && strings.ContainsRune("aeiou", rune(v[len(v)-2]))
}

func isKind(name string) bool {
	_, ok := vocab.KindNamed(name)
	return ok
}
