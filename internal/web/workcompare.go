package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// hardLabels are the fields by which persons, firms and ships are told apart, in the order of the page.
var hardLabels = []struct{ field, label string }{
	{"birthDate", "Date of birth"},
	{"gender", "Gender"},
	{"country", "Countries"},
	{"imo", "IMO number"},
}

// compare puts both sides beside each other, field by field.
func (p *casePage) compare(a *casework.Alert) {
	p.Fields = []fieldRow{compareNames(a)}
	seen := map[string]bool{"name": true, "alias": true, "schema": true, "id": true, "nationality": true}
	hard := slices.Clone(hardLabels)
	for _, side := range []*casework.Side{&a.Subject, &a.Listing} {
		for _, f := range side.Hard {
			if f.Field != "schema" && !slices.ContainsFunc(hard, func(h struct{ field, label string }) bool { return h.field == f.Field }) {
				hard = append(hard, struct{ field, label string }{f.Field, capital(report.PropertyWord(f.Field)) + " number"})
			}
		}
	}
	for _, h := range hard {
		seen[h.field] = true
		if row := p.site.shown(compareHard(a, h.field, h.label), h.field); len(row.Ours)+len(row.Theirs) > 0 || h.field == "birthDate" && mayBeBorn(a) || h.field == "country" {
			p.Fields = append(p.Fields, row)
		}
	}
	for _, r := range p.Fields {
		switch r.Says {
		case "agree":
			p.Agree++
		case "differ":
			p.Differ++
		default:
			p.Unknown++
		}
	}
	p.Rest = restOf(a, seen)
}

// mayBeBorn reports whether the two sides may be persons: neither says that it is something else.
func mayBeBorn(a *casework.Alert) bool {
	for _, side := range []*casework.Side{&a.Subject, &a.Listing} {
		for _, v := range valuesOf(side.Hard, "schema") {
			if v != "Person" && v != "LegalEntity" && v != "Thing" {
				return false
			}
		}
	}
	return true
}

func valuesOf(facts []casework.Fact, fields ...string) []string {
	var out []string
	for _, f := range facts {
		if slices.Contains(fields, f.Field) && !slices.Contains(out, f.Value) {
			out = append(out, f.Value)
		}
	}
	return out
}

// compareNames says whether a name of ours is a name of theirs, letter by letter; how alike others are the evidence says.
func compareNames(a *casework.Alert) fieldRow {
	row := fieldRow{Label: "Names", Ours: valuesOf(a.Subject.Says, "name", "alias"), Theirs: []string{a.Listing.Name}, Says: "unknown", Why: "alike, as the evidence below has it"}
	if len(row.Ours) == 0 {
		row.Ours = []string{a.Subject.Name}
	}
	for _, n := range valuesOf(a.Listing.Says, "name") {
		n, _, _ = strings.Cut(n, " (") // the list says after it what kind of name it is
		if !slices.Contains(row.Theirs, n) {
			row.Theirs = append(row.Theirs, n)
		}
	}
	for _, x := range row.Ours {
		for _, y := range row.Theirs {
			if text.Fold(x) == text.Fold(y) {
				row.Says, row.Why = "agree", "the same letters"
			}
		}
	}
	return row
}

func compareHard(a *casework.Alert, field, label string) fieldRow {
	row := fieldRow{Label: label, Ours: valuesOf(a.Subject.Hard, field), Theirs: valuesOf(a.Listing.Hard, field), Says: "unknown"}
	switch {
	case len(row.Ours) == 0 && len(row.Theirs) == 0:
		row.Why = "neither side says"
	case len(row.Ours) == 0:
		row.Why = "your side does not say"
	case len(row.Theirs) == 0:
		row.Why = "the list does not say"
	case slices.ContainsFunc(row.Ours, func(x string) bool { return slices.Contains(row.Theirs, x) }):
		row.Says, row.Why = "agree", "the same"
	case slices.ContainsFunc(a.Contradictions(), func(c casework.Contradiction) bool { return c.Field == field }):
		row.Says, row.Why, row.Apart = "differ", "nothing in common; tells them apart", true
	case field == "birthDate":
		row.Says, row.Why = "agree", "may be the same: not every date is exact"
	case field == "country":
		row.Says, row.Why = "differ", "none in common; by itself it tells nobody apart"
	default:
		row.Says, row.Why = "differ", "none in common"
	}
	return row
}

// shown writes the values of a field for people: days in words, states by name.
func (s *Site) shown(row fieldRow, field string) fieldRow {
	for _, list := range [][]string{row.Ours, row.Theirs} {
		for i, v := range list {
			switch field {
			case "birthDate":
				if p, err := when.Parse(v); err == nil {
					list[i] = p.Long()
				}
			case "country":
				list[i] = s.state(v)
			}
		}
	}
	return row
}

// restOf gives what else either side says.
func restOf(a *casework.Alert, seen map[string]bool) []restRow {
	var out []restRow
	at := map[string]int{}
	for i, side := range []*casework.Side{&a.Subject, &a.Listing} {
		for _, f := range side.Says {
			if seen[f.Field] {
				continue
			}
			label := capital(strings.TrimPrefix(report.PropertyWord(f.Field), "Listing."))
			k, ok := at[label]
			if !ok {
				k = len(out)
				at[label], out = k, append(out, restRow{Label: label})
			}
			if i == 0 {
				out[k].Ours = append(out[k].Ours, f.Value)
			} else {
				out[k].Theirs = append(out[k].Theirs, f.Value)
			}
		}
	}
	return out
}

// codesFor gives the reasons with a text for each of which the facts of the case are known.
func codesFor(a *casework.Alert, fields []fieldRow) []codeGroup {
	row := func(says string, labels ...string) *fieldRow {
		for i := range fields {
			if f := &fields[i]; f.Says == says && (slices.Contains(labels, f.Label) || len(labels) == 0 && strings.HasSuffix(f.Label, "number")) {
				return f
			}
		}
		return nil
	}
	facts := map[string]*fieldRow{
		"other-birth-date": row("differ", "Date of birth"), "other-gender": row("differ", "Gender"), "other-country": row("differ", "Countries"),
		"other-identifier": row("differ"), "same-identifier": row("agree"), "same-facts": row("agree", "Date of birth"),
	}
	first := func(codes ...string) string {
		for _, c := range codes[:len(codes)-1] {
			if facts[c] != nil {
				return c
			}
		}
		return codes[len(codes)-1]
	}
	best := map[string]string{
		string(casework.False):     first("other-birth-date", "other-identifier", "other-gender", "other-name"),
		string(casework.True):      first("same-identifier", "same-facts"),
		string(casework.NotEnough): "facts-missing", string(casework.Escalate): "needs-approver",
	}
	var out []codeGroup
	for _, d := range dispositions {
		g := codeGroup{Value: d.Value, Label: d.Label, Key: d.Key, First: best[d.Value]}
		for _, c := range casework.CodesFor(a, casework.Disposition(d.Value)) {
			o := codeOption{Value: c, Label: codeWords[c]}
			if f := facts[c]; f != nil {
				o.Text = f.Label + ": ours " + strings.Join(f.Ours, ", ") + "; the list’s " + strings.Join(f.Theirs, ", ") + "."
			} else if c == g.First {
				o.Text = wanting(a, fields, c)
			}
			g.Options = append(g.Options, o)
		}
		out = append(out, g)
	}
	return out
}

// wanting gives a text for a reason that no single fact bears out.
func wanting(a *casework.Alert, fields []fieldRow, code string) string {
	switch code {
	case "facts-missing":
		var list []string
		for _, f := range fields {
			if f.Says == "unknown" && f.Label != "Names" {
				list = append(list, strings.ToLower(f.Label[:1])+f.Label[1:]+": "+f.Why)
			}
		}
		if len(list) > 0 {
			return capital(strings.Join(list, "; ")) + "."
		}
	case "other-name":
		return "Ours is " + a.Subject.Name + "; the list’s is " + a.Listing.Name + "."
	case "needs-approver":
		return "At " + percent(a.Score) + " % and a stake of " + figureOf(a.Stake) + " an approver decides."
	}
	return ""
}

// figureOf writes a number as short as it can be without loss to people.
func figureOf(f float64) string {
	if f >= 100 {
		return report.Count(int(f + 0.5))
	}
	return strconv.FormatFloat(f, 'g', 3, 64)
}
