package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/selftest"
	"github.com/cordon-engine/cordon/internal/variant"
)

// SelfTestScope says what a self-test was run on.
type SelfTestScope struct {
	Inventory  selftest.Inventory
	Against    []screening.Against
	Parameters string
}

// SelfTestJSON is the result of a self-test, for programs.
type SelfTestJSON struct {
	// Type is "result" where it stands among lines of other types.
	Type string `json:"type,omitempty"`
	// Verdict is "passes" or "below_floors".
	Verdict    string        `json:"verdict"`
	Seed       uint64        `json:"seed"`
	AsOf       string        `json:"as_of"`
	Threshold  float64       `json:"threshold"`
	Alert      float64       `json:"match_threshold"`
	Parameters string        `json:"parameters"`
	Against    []AgainstJSON `json:"against"`
	Names      NamesJSON     `json:"names"`
	// Variants is the account of all variants; the names as listed are not among
	// them.
	Variants   RecallRowJSON   `json:"variants"`
	Kinds      []RecallRowJSON `json:"kinds"`
	Lists      []RecallRowJSON `json:"lists"`
	Scripts    []RecallRowJSON `json:"scripts"`
	Schemas    []RecallRowJSON `json:"schemas"`
	Population PopulationJSON  `json:"population"`
	// Misses and Alerts are left out of a summary.
	Misses []SelfTestLine `json:"misses,omitzero"`
	Alerts []SelfTestLine `json:"alerts,omitzero"`
}

// NamesJSON counts the listed names. Tested of Listed were drawn.
type NamesJSON struct {
	Subjects int `json:"subjects"`
	Listed   int `json:"listed"`
	Tested   int `json:"tested"`
	Weak     int `json:"weak_left_out"`
	Off      int `json:"subjects_not_listed"`
}

// RecallRowJSON is one account: made = found + missed + refused.
type RecallRowJSON struct {
	Key     string `json:"key"`
	Made    int    `json:"made"`
	Found   int    `json:"found"`
	Matched int    `json:"found_as_match"`
	Missed  int    `json:"missed"`
	Refused int    `json:"refused"`
	NotMade int    `json:"not_made,omitempty"`
	// Recall is null when nothing was made.
	Recall *float64 `json:"recall"`
	Floor  *float64 `json:"floor,omitempty"`
	// Judged is false where there is a floor and too little was made to judge.
	Judged *bool `json:"judged,omitempty"`
	Below  bool  `json:"below,omitempty"`
}

// PopulationJSON is the account of the neutral population.
type PopulationJSON struct {
	NeutralRowJSON
	Ceilings map[string]float64 `json:"ceilings,omitempty"`
	Above    []string           `json:"above,omitempty"`
	Groups   []NeutralRowJSON   `json:"groups"`
	Schemas  []NeutralRowJSON   `json:"schemas"`
}

// NeutralRowJSON is one account: rows = clear + alerts + refused + aside.
type NeutralRowJSON struct {
	Key       string  `json:"key,omitempty"`
	Rows      int     `json:"rows"`
	Clear     int     `json:"clear"`
	Alerts    int     `json:"alerts"`
	Matches   int     `json:"alerts_as_match"`
	Refused   int     `json:"refused"`
	Aside     int     `json:"spelt_like_a_listed_name"`
	Rate      float64 `json:"alert_rate"`
	MatchRate float64 `json:"match_rate"`
}

// SelfTestLine is one question and its outcome, for programs.
type SelfTestLine struct {
	// Type is "variant" or "neutral".
	Type    string `json:"type"`
	List    string `json:"list,omitempty"`
	ID      string `json:"id,omitempty"`
	Schema  string `json:"schema,omitempty"`
	Group   string `json:"group,omitempty"`
	Name    string `json:"name,omitempty"`
	Kind    string `json:"kind,omitempty"`
	Asked   string `json:"asked"`
	Outcome string `json:"outcome"`
	Match   bool   `json:"match,omitempty"`
	// Score is the probability of the right hit, or of a false one.
	Score  float64 `json:"score,omitempty"`
	Reason string  `json:"reason,omitempty"`
	// Other is the best hit that is not the right one.
	Other      string  `json:"other,omitempty"`
	OtherName  string  `json:"other_name,omitempty"`
	OtherScore float64 `json:"other_score,omitempty"`
}

// SelfTestCase puts a case into the form for programs.
func SelfTestCase(c selftest.Case) SelfTestLine {
	out := SelfTestLine{
		Type: "variant", Kind: string(c.Kind), Asked: c.Text, Outcome: string(c.Outcome), Match: c.Match, Reason: c.Reason,
	}
	if n := c.Name; n != nil {
		out.List, out.ID, out.Schema, out.Name = n.List, n.ID, string(n.Schema), n.Text
	}
	if n := c.Neutral; n != nil {
		out.Type, out.Schema, out.Group = "neutral", n.Schema, n.Group
	}
	if c.Score > 0 {
		out.Score = Score(c.Score)
	}
	if c.Other != nil {
		out.Other, out.OtherName, out.OtherScore = c.Other.ID, c.Other.Caption, Score(c.Other.Score)
	}
	return out
}

// SelfTest puts a result into the form for programs.
func SelfTest(r *selftest.Result, s SelfTestScope) SelfTestJSON {
	out := SelfTestJSON{
		Verdict: "passes", Seed: r.Seed, AsOf: r.AsOf.String(), Threshold: r.Threshold, Alert: r.Alert, Parameters: s.Parameters,
		Against: Against(s.Against), Variants: recallRow(r.Total), Kinds: recallRows(r.Kinds), Lists: recallRows(r.Lists),
		Scripts: recallRows(r.Scripts), Schemas: recallRows(r.Schemas), Misses: lines(r.Misses), Alerts: lines(r.Alerts),
		Names: NamesJSON{s.Inventory.Subjects, len(s.Inventory.Names), r.Names, s.Inventory.Weak, s.Inventory.Off},
		Population: PopulationJSON{
			NeutralRowJSON: neutralRow(r.Neutral), Ceilings: map[string]float64{}, Groups: neutralRows(r.Groups),
			Schemas: neutralRows(r.NeutralSchemas),
		},
	}
	if !r.Passed {
		out.Verdict = "below_floors"
	}
	for _, c := range r.Ceilings {
		if c.HasMost {
			out.Population.Ceilings[c.Key] = c.Most
		}
		if c.Above {
			out.Population.Above = append(out.Population.Above, c.Key)
		}
	}
	return out
}

// SelfTestSummary is SelfTest without the single questions, as the last line of
// many.
func SelfTestSummary(r *selftest.Result, s SelfTestScope) SelfTestJSON {
	out := SelfTest(r, s)
	out.Type, out.Misses, out.Alerts = "result", nil, nil
	return out
}

func lines(cases []selftest.Case) []SelfTestLine {
	out := []SelfTestLine{}
	for _, c := range cases {
		out = append(out, SelfTestCase(c))
	}
	return out
}

func recallRow(r selftest.Row) RecallRowJSON {
	out := RecallRowJSON{
		Key: r.Key, Made: r.Made, Found: r.Found, Matched: r.Matched, Missed: r.Missed, Refused: r.Refused, NotMade: r.NotMade, Below: r.Below,
	}
	if r.Made > 0 {
		x := rounded(r.Recall())
		out.Recall = &x
	}
	if r.HasFloor {
		out.Floor, out.Judged = &r.Floor, &r.Judged
	}
	return out
}

func recallRows(list []selftest.Row) []RecallRowJSON {
	out := []RecallRowJSON{}
	for _, r := range list {
		out = append(out, recallRow(r))
	}
	return out
}

func neutralRow(n selftest.Neutrals) NeutralRowJSON {
	return NeutralRowJSON{n.Key, n.Rows, n.Clear, n.Alerts, n.Matched, n.Refused, n.Aside, rounded(n.Rate()), rounded(n.MatchRate())}
}

func neutralRows(list []selftest.Neutrals) []NeutralRowJSON {
	out := []NeutralRowJSON{}
	for _, n := range list {
		out = append(out, neutralRow(n))
	}
	return out
}

// rounded drops a share's digits after the fifth, so that what is below a floor
// is never shown at it.
func rounded(x float64) float64 { return float64(int(x*1e5)) / 1e5 }

// kindWords say in words how a name was changed.
var kindWords = map[variant.Kind]string{
	selftest.AsListed: "as listed", variant.Substitute: "a letter wrong", variant.Insert: "a letter more", variant.Delete: "a letter less",
	variant.Transpose: "two letters changed over", variant.Drop: "a word left out", variant.Add: "a word more",
	variant.Swap: "words in another order", variant.Nickname: "nickname", variant.Romanisation: "another romanisation",
	variant.Script: "in another script", variant.Mixed: "one word in another script", variant.Homoglyph: "look-alike letters",
	variant.Case: "capitals", variant.Punctuation: "punctuation", variant.Joined: "two words joined", variant.Split: "a word split",
	variant.Initials: "initials", variant.Middle: "middle name left out", variant.Form: "legal form", variant.Prefix: "ship's prefix",
	variant.Two: "two changes",
}

// KindWord gives a kind of variant as people read it.
func KindWord(kind string) string {
	if w := kindWords[variant.Kind(kind)]; w != "" {
		return w
	}
	return kind
}

// SelfTest writes a result for people: the verdict, then the accounts, then what
// was missed.
func (p *Printer) SelfTest(r *selftest.Result, s SelfTestScope) error {
	p.selfTestVerdict(r)
	p.printf("\n%s\n", p.paint("1", "Recall by kind of change"))
	p.recallTable(r.Kinds, KindWord, true)
	for _, part := range []struct {
		head string
		rows []selftest.Row
	}{{"By list", r.Lists}, {"By script", r.Scripts}, {"By schema", r.Schemas}} {
		p.printf("\n%s\n", p.paint("1", part.head))
		p.recallTable(part.rows, func(k string) string { return k }, false)
	}
	p.neutrals(r)
	p.examples(r)
	p.printf("\n")
	p.selfTestScope(r, s)
	return p.err
}

func (p *Printer) selfTestVerdict(r *selftest.Result) {
	if r.Passed {
		p.printf("%s\n", p.paint("38;5;36;1", "✓ Screening passes its self-test"))
	} else {
		p.printf("%s\n", p.paint("38;5;166;1", "■ Screening is below its floors"))
	}
	t := r.Total
	p.para("  ", "  ", fmt.Sprintf("%s listed names were written in %s other ways. %s of these found their listing (%s), %s as a match; "+
		"%s were missed and %s refused.", Count(r.Names), Count(t.Made), Count(t.Found), share(t.Recall()), Count(t.Matched),
		Count(t.Missed), Count(t.Refused)))
	n := r.Neutral
	if asked := n.Rows - n.Aside; asked > 0 {
		p.para("  ", "  ", fmt.Sprintf("Of %s neutral names %s raised an alert (%s), %s of them a match.", Count(asked), Count(n.Alerts),
			share(float64(n.Alerts)/float64(asked)), Count(n.Matched)))
	}
	for _, row := range append([]selftest.Row{r.Total}, r.Kinds...) {
		if row.Below {
			p.para("  ■ ", "    ", fmt.Sprintf("%s: recall is %s, and the floor %s.",
				upperFirst(floorWord(row.Key)), share2(row.Recall()), demanded(row.Floor)))
		}
	}
	for _, c := range r.Ceilings {
		if c.Above {
			p.para("  ■ ", "    ", fmt.Sprintf("False %s: %s of the neutral names, and at most %s are allowed.",
				c.Key, share2(c.Rate), demanded(c.Most)))
		}
	}
	var none []string
	for _, row := range r.Unjudged() {
		none = append(none, floorWord(row.Key))
	}
	if len(none) > 0 {
		p.para("  ? ", "    ", fmt.Sprintf("Not judged, since fewer than %s could be made: %s.",
			counted(max(r.Floors.Least, 1), "variant", "variants"), strings.Join(none, ", ")))
	}
	if why := refusal(r); why != "" {
		p.para("  ! ", "    ", "The first refusal: "+why)
	}
}

func floorWord(key string) string {
	if key == selftest.All {
		return "all variants"
	}
	return KindWord(key)
}

func refusal(r *selftest.Result) string {
	for _, c := range r.Misses {
		if c.Outcome == selftest.Refused {
			return c.Reason
		}
	}
	return ""
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// share writes a share in per cent. Digits are cut, never rounded up: 99.96 per
// cent is not all.
func share(x float64) string { return fmt.Sprintf("%.1f %%", float64(int(x*1000+1e-9))/10) }

// share2 is share with one more digit.
func share2(x float64) string { return fmt.Sprintf("%.2f %%", float64(int(x*10000+1e-9))/100) }

// demanded writes a floor or ceiling with the digits that it was given.
func demanded(x float64) string {
	return strconv.FormatFloat(math.Round(x*1e8)/1e6, 'f', -1, 64) + " %"
}

// recallTable writes rows under the heads of their columns; kinds have a floor
// and names of which nothing was made.
func (p *Printer) recallTable(rows []selftest.Row, word func(string) string, kinds bool) {
	head := fmt.Sprintf("  %-25s %7s %7s %8s %7s %7s %8s", "", "made", "found", "as match", "missed", "refused", "recall")
	if kinds {
		head += fmt.Sprintf(" %7s %8s", "floor", "not made")
	}
	p.printf("%s\n", head)
	for _, r := range rows {
		recall := "-"
		if r.Made > 0 {
			recall = share(r.Recall())
		}
		line := fmt.Sprintf("  %-25s %7s %7s %8s %7s %7s %8s", word(r.Key), Count(r.Made), Count(r.Found), Count(r.Matched), Count(r.Missed),
			Count(r.Refused), recall)
		if kinds {
			floor := ""
			if r.HasFloor {
				floor = demanded(r.Floor)
			}
			line += fmt.Sprintf(" %7s %8s", floor, Count(r.NotMade))
		}
		if r.Below {
			line = p.paint("38;5;166", line+" ■")
		}
		p.printf("%s\n", strings.TrimRight(line, " "))
	}
}

// neutrals writes the account of the population: all of it, by schema, and the
// groups with the most false alerts.
func (p *Printer) neutrals(r *selftest.Result) {
	if r.Neutral.Rows == 0 {
		return
	}
	const worst = 5
	groups := slices.Clone(r.Groups)
	slices.SortStableFunc(groups, func(a, b selftest.Neutrals) int { return cmp.Compare(b.Rate(), a.Rate()) })
	groups = slices.DeleteFunc(groups[:min(worst, len(groups))], func(n selftest.Neutrals) bool { return n.Rate() == 0 || n.Key == "" })
	p.printf("\n%s\n", p.paint("1", "False alerts on the neutral population"))
	p.printf("  %-25s %7s %7s %8s %7s %8s %8s\n", "", "rows", "alerts", "as match", "refused", "aside", "rate")
	all := r.Neutral
	all.Key = "all"
	rows := []selftest.Neutrals{all}
	if len(r.NeutralSchemas) > 1 {
		rows = append(rows, r.NeutralSchemas...)
	}
	for _, n := range append(rows, groups...) {
		key := n.Key
		if key == "" {
			key = "not said what"
		}
		p.printf("  %-25s %7s %7s %8s %7s %8s %8s\n", key, Count(n.Rows), Count(n.Alerts), Count(n.Matched), Count(n.Refused), Count(n.Aside),
			share(n.Rate()))
	}
	if len(groups) > 0 {
		p.para("  ", "  ", fmt.Sprintf("Last come those of the %d groups that have the most.", len(r.Groups)))
	}
	if r.Neutral.Aside > 0 {
		p.para("  ", "  ", "Aside are those spelt like a listed name, in whatever order of words: an alert on them would be right.")
	}
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n) + " " + many
}

// examples writes the first miss of each kind that has any, three of a kind that
// is below its floor, and some false alerts.
func (p *Printer) examples(r *selftest.Result) {
	if len(r.Misses) > 0 {
		p.printf("\n%s\n", p.paint("1", "What was missed, for example"))
	}
	for _, k := range r.Kinds {
		left := 1
		if k.Below {
			left = 3
		}
		for _, c := range r.Misses {
			if string(c.Kind) == k.Key && left > 0 {
				left--
				p.para("  ", "    ", fmt.Sprintf("%s: %s, asked as %q%s", KindWord(k.Key), named(c.Name), c.Text, instead(c)))
			}
		}
	}
	for i, c := range r.Alerts {
		if i == 5 {
			break
		}
		if i == 0 {
			p.printf("\n%s\n", p.paint("1", "False alerts, for example"))
		}
		p.para("  ", "    ", fmt.Sprintf("%q%s", c.Text, instead(c)))
	}
}

func named(n *selftest.Name) string { return fmt.Sprintf("%q (%s)", n.Text, n.ID) }

func instead(c selftest.Case) string {
	switch {
	case c.Outcome == selftest.Refused:
		return " was refused: " + c.Reason
	case c.Other == nil:
		return ""
	}
	return fmt.Sprintf(" gave %s (%s, %.1f %%)", c.Other.Caption, c.Other.ID, 100*Score(c.Other.Score))
}

// selfTestScope says what was asked and against what, so that anyone can do it
// again.
func (p *Printer) selfTestScope(r *selftest.Result, s SelfTestScope) {
	inv := s.Inventory
	text := fmt.Sprintf("%s of the %s names of %s listed subjects were asked, chosen by seed %d.", Count(r.Names), Count(len(inv.Names)),
		Count(inv.Subjects), r.Seed)
	if r.Names == len(inv.Names) {
		text = fmt.Sprintf("All %s names of %s listed subjects were asked, changed by seed %d.", Count(r.Names), Count(inv.Subjects), r.Seed)
	}
	if inv.Weak > 0 {
		text += fmt.Sprintf(" Left out: %s that the lists call weak.", counted(inv.Weak, "name", "names"))
	}
	if inv.Off > 0 {
		text += fmt.Sprintf(" Not listed on that day: %s.", counted(inv.Off, "subject", "subjects"))
	}
	text += fmt.Sprintf(" A hit counts from %.4g, and as a match from %.4g; parameters %s.", r.Threshold, r.Alert, s.Parameters)
	p.para("  ", "  ", text)
	p.against(s.Against, r.AsOf)
}
