package read

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/sentence"
)

// Term is one undertaking of a proposal, as it would bind if it were accepted. It binds nobody: that somebody said it is all that is
// known.
type Term struct {
	sentence.Span
	// Speaker says whose proposal it is, and Found names the rule of the claim that it is read from.
	Speaker, Found string
	// By are the states that would undertake it, Towards those to which, sorted by code.
	By, Towards []place.State
	// Abstains says that it is to leave something, and not to do it.
	Abstains bool
	// Measure and Kind are words of the vocabulary, Kind "" where nothing in it is meant; When is the condition that an activity against
	// it, or in its performance, meets. Words say it in our own words, without who.
	Measure, Kind, When, Words string
	// If is the number of the term in Result.Terms on which it hangs, -1 for none.
	If int
	// Rule names the line of the table.
	Rule string
}

// act is a line of acts.tsv.
type act struct {
	rule                       string
	re                         *pattern.Pattern
	abstains                   bool
	measure, kind, when, words string
}

func (t *tables) act(f []string) error {
	re, err := pattern.Compile("(?i)" + f[1])
	if err != nil {
		return err
	}
	if f[2] != "abstain" && f[2] != "act" {
		return fault.New(fault.Invalid, "%q is neither left nor done", f[2]).WithFix("abstain or act")
	}
	t.acts = append(t.acts, act{f[0], re, f[2] == "abstain", f[3], f[4], f[5], f[6]})
	return nil
}

var (
	// leaving are words by which something is left.
	leaving = pattern.New(`(?i)\b(?:suspend\w*|halt\w*|stop\w*|freez\w+|froze|ceas\w+|refrain\w*|moratorium|end(?:s|ed|ing)?|paus\w+|give up|gives up|abandon\w*|no (?:more|further)|not|cancel\w*|call off|abstain\w*|forgo|renounc\w+)\b`)
	// exchange tells that each side of a proposal hangs on the other.
	exchange = pattern.New(`(?i)\b(?:in (?:return|exchange)|provided that|on condition that|so long as|as long as|while|and)\b`)
)

// terms reads what a claim proposes: after a condition ("if X stops this, Y will stop that") two terms of which the second hangs on the
// first; else one. The claim is the last that was found.
func (w *work) terms(p *piece, whole sentence.Span) {
	i := len(w.res.Claims) - 1
	c := &w.res.Claims[i]
	text := w.text[c.Span.From:c.Span.To]
	lead := len(text) - len(strings.TrimLeft(text, " “\""))
	conditioned := conditional.MatchString(text[lead:])
	switch c.Kind {
	case claim.Proposal:
	case claim.Undertaking, claim.Demand, claim.Opinion:
		if !conditioned {
			return
		}
	default:
		return
	}
	first := len(w.res.Terms)
	if k := strings.Index(text, ", "); conditioned && k > 0 {
		when := sentence.Span{From: c.Span.From, To: c.Span.From + k}
		w.term(i, when, w.subject(sentence.Span{From: when.From + lead + strings.IndexByte(text[lead:]+" ", ' ') + 1, To: when.To}))
	}
	w.term(i, p.content, c.Subject)
	if n := len(w.res.Terms); n == first+2 && conditioned {
		w.res.Terms[n-1].If = n - 2
	}
	w.mutual(first, whole)
}

// mutual makes the terms of one sentence hang on each other where each side leaves something for the other, and tells to whom.
func (w *work) mutual(first int, whole sentence.Span) {
	n := len(w.res.Terms)
	if n == first || first == 0 && n < 2 {
		return
	}
	a, b := n-2, n-1
	if a < 0 || !whole.Contains(w.res.Terms[a].Span) || overlaps(w.res.Terms[a].By, w.res.Terms[b].By) {
		return
	}
	x, y := &w.res.Terms[a], &w.res.Terms[b]
	x.Towards, y.Towards = y.By, x.By
	if x.Abstains && y.Abstains && y.If < 0 && exchange.MatchString(w.text[x.To:y.From]) {
		x.If, y.If = b, a
	}
}

// term adds what a stretch undertakes for some states; nothing where no line of the table fits or nobody is named.
func (w *work) term(i int, s sentence.Span, by Party) {
	if len(by.States) == 0 {
		return
	}
	text := w.text[s.From:s.To]
	for _, a := range w.t.acts {
		if !a.re.MatchString(text) || a.abstains && !leaving.MatchString(text) {
			continue
		}
		var codes []string
		for _, st := range by.States {
			codes = append(codes, `"`+st.String()+`"`)
		}
		slices.Sort(codes)
		t := Term{
			Span: trimmed(w.text, s), Speaker: w.res.Claims[i].By.Name, Found: w.res.Claims[i].Rule, By: by.States, Abstains: a.abstains, Measure: a.measure, Kind: a.kind, Words: a.words, If: -1, Rule: a.rule,
			When: strings.ReplaceAll(a.when, "{any}", strings.Join(codes, ", ")),
		}
		if a.kind == "exercise" && len(codes) > 1 {
			t.When += " && exercise.with in [" + strings.Join(codes, ", ") + "]"
		}
		w.res.Terms = append(w.res.Terms, t)
		return
	}
}
