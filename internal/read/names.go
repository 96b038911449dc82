package read

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/when"
)

// Names are what a claim names by which a claim elsewhere can be told to be on the same matter, in the words of the text.
type Names struct {
	// Ships and Firms have a name of their own; IMO are numbers of ships.
	Ships, Firms, IMO []string
	Ports             []string
	// Days are the dates that it gives, those that hang on an unknown day left out.
	Days []when.Period
}

// capitalised is a run of words of which each may be part of the name of a port.
var capitalised = pattern.New(`\b[A-Z][\p{L}’'-]+(?:\s[A-Z][\p{L}’'-]+){0,2}`)

// namesOf gathers what is named in what a claim says. Who says it, and who passed it on, is no matter of the claim.
func (w *work) namesOf(c *Claim) Names {
	var n Names
	add := func(list *[]string, name string) {
		if name != "" && !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	for _, m := range w.allIn(c.content) {
		switch {
		case m.Kind == mention.Vessel && m.Rule == "vessel.imo":
			add(&n.IMO, m.Name)
		case m.Kind == mention.Vessel:
			add(&n.Ships, m.Name)
		case m.Kind == mention.Organisation && (m.Body == "" || m.Body == "firm") && m.Name != c.By.Name &&
			!slices.ContainsFunc(c.Via, func(p Party) bool { return p.Name == m.Name }):
			add(&n.Firms, m.Name)
		case m.Kind == mention.Date && m.Period.From != when.NoDay:
			n.Days = append(n.Days, m.Period)
		}
	}
	text := w.text[c.content.From:c.content.To]
	for _, at := range capitalised.FindAllStringIndex(text, -1) {
		words := strings.Fields(text[at[0]:at[1]])
		for i := 0; i < len(words); i++ {
			for k := len(words); k > i; k-- {
				if name := strings.Join(words[i:k], " "); w.ports[name] != 0 {
					add(&n.Ports, name)
					i = k - 1
					break
				}
			}
		}
	}
	return n
}
