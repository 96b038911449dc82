package report

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

// sortText gives the kind of a claim with the finer word.
func sortText(c *read.Claim) string {
	kind := kindText(c.Kind)
	if c.Sort != "" {
		kind += ", " + c.Sort
	}
	return kind
}

// aboutText says which states a claim is about.
func aboutText(c *read.Claim) string {
	if c.Subject.Any {
		return "any state"
	}
	return cmp.Or(strings.Join(stateCodes(c.Subject.States), ", "), "no state named")
}

// pair is a claim with those that answer it, by their places in the reading.
type pair struct {
	claim   int
	answers []int
}

// pairs gives the claims of a reading that call for an answer or got one: what was answered, and every allegation.
func (r Reading) pairs() []pair {
	var out []pair
	for i := range r.Claims {
		p := pair{claim: i}
		for k := range r.Claims {
			if r.Claims[k].Answers == i && !r.hidden(k) {
				p.answers = append(p.answers, k)
			}
		}
		if !r.hidden(i) && (len(p.answers) > 0 || r.Claims[i].Kind == claim.Allegation) {
			out = append(out, p)
		}
	}
	return out
}

// judging is a loaded word with how often it stands in the text.
type judging struct {
	word  string
	count int
}

// loaded gives the loaded words of the text in small letters, the most frequent first.
func (r Reading) loaded() []judging {
	counts := map[string]int{}
	for _, s := range r.Loaded {
		counts[strings.ToLower(strings.Join(strings.Fields(r.Document.Text[s.From:s.To]), " "))]++
	}
	var out []judging
	for w, n := range counts {
		out = append(out, judging{w, n})
	}
	slices.SortFunc(out, func(a, b judging) int { return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.word, b.word)) })
	return out
}

// own counts the claims that the document makes in its author's own voice.
func (r Reading) own() int {
	n := 0
	for i := range r.Claims {
		if r.Claims[i].Voice == read.Own && !r.hidden(i) {
			n++
		}
	}
	return n
}

// readingSides prints claims beside their answers, and the loaded words.
func readingSides(b *bytes.Buffer, r Reading) {
	name := func(i int) string {
		c := &r.Claims[i]
		return fmt.Sprintf("%d %s, %s", i+1, plainWord(c.By.Name), sortText(c))
	}
	if list := r.pairs(); len(list) > 0 {
		b.WriteString("Both sides\n")
		for _, p := range list {
			answers := "no answer in this document"
			for n, k := range p.answers {
				answers = strings.Repeat(answers+"; ", min(n, 1)) + name(k)
			}
			fmt.Fprintf(b, "  %s │ %s\n", name(p.claim), answers)
		}
	}
	if n := r.own(); n > 0 {
		fmt.Fprintf(b, "In the author's own voice: %d, marked (own).\n", n)
	}
	if list := r.loaded(); len(list) > 0 {
		var words []string
		for _, w := range list {
			words = append(words, fmt.Sprintf("%s (%d)", plainWord(w.word), w.count))
		}
		fmt.Fprintf(b, "Words that judge while they name: %s.\n", strings.Join(words, ", "))
	}
}

// readingDocument gives a reading as JSON-LD, in the vocabulary of the ledger. The claims are not confirmed, and a node that
// says so keeps the document from being taken for a ledger.
func readingDocument(r Reading) ([]byte, error) {
	d := r.Document
	short := "d-" + d.SHA256[:8]
	source := &claim.Source{
		ID: short, Title: cmp.Or(d.Title, printable(d.Name)), Publisher: printable(r.Author.Name), SHA256: d.SHA256, Size: d.Size, Captured: r.Today,
		Tool: r.Tool, Published: when.Period{From: r.Day, To: r.Day}, Note: "as read by a program; nobody confirmed it",
	}
	entries := []claim.Entry{{Source: source}}
	for i := range r.Claims {
		if r.hidden(i) {
			continue
		}
		c := r.Claims[i].Claim
		c.ID, c.Source = short+"-"+c.ID, short
		c.Links = slices.Clone(c.Links)
		for k := range c.Links {
			c.Links[k].To = short + "-" + c.Links[k].To
		}
		c.Note = fmt.Sprintf("found by %s, rule %s, speaker by %s; checked: %s: %s", r.Claims[i].Extractor, r.Claims[i].Rule,
			r.Claims[i].AttributedBy, r.Checks[i].Word, strings.Join(r.Checks[i].Evidence, "; "))
		entries = append(entries, claim.Entry{Claim: &c})
	}
	if d.Size == 0 {
		return nil, fault.New(fault.Invalid, "the document is empty").At(fault.Place{File: d.Name})
	}
	l, err := claim.New(entries, func(string) bool { return true }, func(string) []string { return nil })
	if err != nil {
		return nil, err
	}
	agents := []string{r.Tool}
	for _, x := range r.Exchanges {
		if !slices.Contains(agents, x.Model) {
			agents = append(agents, x.Model)
		}
	}
	return l.ReadingDocument(d.SHA256, agents), nil
}

// printable leaves out what the ledger refuses as hidden.
func printable(s string) string { return plainWord(strings.ToValidUTF8(s, "")) }
