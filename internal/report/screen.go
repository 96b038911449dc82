package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/redflag"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/when"
)

// AnswerJSON is the answer to one screening, for programs.
type AnswerJSON struct {
	// Row is the number of the row in a file, from 1.
	Row     int    `json:"row,omitempty"`
	Outcome string `json:"outcome"`
	// Reason says why it is not_screened.
	Reason string `json:"reason,omitempty"`
	// Name is what the party of the row is called there.
	Name string    `json:"name,omitempty"`
	Hits []HitJSON `json:"hits"`
	More int       `json:"more,omitempty"`
	// Suppressed is how many of the hits two persons found false on just these facts; the outcome is that of the others, and
	// suppressed where there is none.
	Suppressed int      `json:"suppressed,omitempty"`
	Notes      []string `json:"notes,omitempty"`
	// Flags are what the party says of itself that a person should look at, whatever the lists say; they change no outcome.
	Flags   []FlagJSON    `json:"flags,omitempty"`
	AsOf    string        `json:"as_of,omitempty"`
	Params  string        `json:"parameters,omitempty"`
	Against []AgainstJSON `json:"against"`
}

// FlagJSON is one thing that a person should look at: what of the party it is about, what stands there, and what is to be seen.
type FlagJSON struct {
	// Kind is number, placeholder, radio_flag, mission, state_body, territory or state.
	Kind  string `json:"kind"`
	Field string `json:"field"`
	Value string `json:"value"`
	Text  string `json:"text"`
}

// HitJSON is a subject that the party may be.
type HitJSON struct {
	ID       string          `json:"id"`
	List     string          `json:"list"`
	Caption  string          `json:"caption"`
	Schema   string          `json:"schema"`
	Names    []string        `json:"names"`
	Score    float64         `json:"score"`
	Tier     string          `json:"tier"`
	Listings []StandingJSON  `json:"listings"`
	Same     []MergerJSON    `json:"same,omitempty"`
	Owners   []OwnershipJSON `json:"owners,omitempty"`
	Why      string          `json:"why"`
	// Suppressed names the case in which the hit was found false, where that holds.
	Suppressed *HitSuppressedJSON `json:"suppressed,omitempty"`
}

// HitSuppressedJSON names the case in which two persons found a hit false, and until when that holds.
type HitSuppressedJSON struct {
	Case  string    `json:"case"`
	Until time.Time `json:"until"`
}

// MergerJSON says that the subject is one with another, and why.
type MergerJSON struct {
	A      string  `json:"a"`
	B      string  `json:"b"`
	Kind   string  `json:"kind"`
	Reason string  `json:"reason"`
	Bits   float64 `json:"bits,omitempty"`
}

// OwnershipJSON is what the rule of a regime makes of a subject.
type OwnershipJSON struct {
	Regime   string      `json:"regime"`
	Outcome  string      `json:"outcome"`
	Low      float64     `json:"share_low"`
	High     float64     `json:"share_high"`
	Cite     string      `json:"cite"`
	Verified bool        `json:"verified"`
	Via      []StakeJSON `json:"via"`
}

// StakeJSON is one statement of ownership or control.
type StakeJSON struct {
	Owner   string  `json:"owner"`
	Owned   string  `json:"owned"`
	Low     float64 `json:"share_low"`
	High    float64 `json:"share_high"`
	Control bool    `json:"control,omitempty"`
	Source  string  `json:"source,omitempty"`
}

// AgainstJSON is one list that an answer was made against.
type AgainstJSON struct {
	List     string `json:"list"`
	Snapshot string `json:"snapshot"`
	Subjects int    `json:"subjects"`
	Content  string `json:"content_sha256"`
}

// Against puts the lists of an answer into the form for programs.
func Against(list []screening.Against) []AgainstJSON {
	out := []AgainstJSON{}
	for _, a := range list {
		out = append(out, AgainstJSON{a.List, a.Snapshot.String(), a.Subjects, a.Content})
	}
	return out
}

// Answer puts an answer into the form for programs; why gives the evidence of a
// hit in words.
func Answer(a screening.Answer, asOf when.Day, params string, why func(*screening.Hit) string) AnswerJSON {
	out := AnswerJSON{
		Outcome: string(a.Outcome), Reason: a.Reason, Hits: []HitJSON{}, More: a.More, Notes: a.Said(), Suppressed: a.Suppressed,
		AsOf: asOf.String(), Params: params, Against: Against(a.Against),
	}
	for i := range a.Hits {
		out.Hits = append(out.Hits, hit(&a.Hits[i], why))
	}
	out.Flags = flagsJSON(a.Flags)
	return out
}

func flagsJSON(list []redflag.Flag) (out []FlagJSON) {
	for _, f := range list {
		out = append(out, FlagJSON{string(f.Kind), f.Field, f.Value, f.Text})
	}
	return out
}

func hit(h *screening.Hit, why func(*screening.Hit) string) HitJSON {
	out := HitJSON{
		ID: h.ID, List: h.List, Caption: h.Caption, Schema: string(h.Schema), Names: append([]string{}, h.Names...),
		Score: Score(h.Score), Tier: string(h.Tier), Listings: []StandingJSON{}, Why: why(h),
	}
	for _, s := range h.Statuses {
		out.Listings = append(out.Listings, Standing(s))
	}
	for _, m := range h.Same {
		out.Same = append(out.Same, MergerJSON{m.A, m.B, m.Kind, m.Reason, m.Bits})
	}
	for _, o := range h.Owners {
		out.Owners = append(out.Owners, owned(o))
	}
	if s := h.Suppressed; s != nil {
		out.Suppressed = &HitSuppressedJSON{s.Case, s.Until}
	}
	return out
}

func owned(o screening.Ownership) OwnershipJSON {
	r := o.Result
	out := OwnershipJSON{
		Regime: o.Regime, Outcome: r.Outcome.String(), Low: r.Low, High: r.High, Cite: r.Rule.Cite, Verified: r.Rule.Verified,
		Via: []StakeJSON{},
	}
	for _, s := range r.Via {
		out.Via = append(out.Via, StakeJSON{s.Owner, s.Owned, s.Low, s.High, s.Control, s.Source})
	}
	return out
}

// Score rounds a probability to four places without ever making it 0 or 1.
func Score(p float64) float64 { return min(max(math.Round(p*1e4)/1e4, 0.0001), 0.9999) }

var outcomeWords = map[screening.Outcome]string{
	screening.Match: "■ A match", screening.Possible: "◆ A possible match", screening.Clear: "✓ No match", screening.NotScreened: "? Not screened",
	screening.Suppressed: "▽ Suppressed: no new alert",
}

var outcomeColours = map[screening.Outcome]string{
	screening.Match: "38;5;166", screening.Possible: "38;5;214", screening.Clear: "38;5;36", screening.NotScreened: "38;5;110",
	screening.Suppressed: "38;5;175",
}

// TierWords say a tier in words.
var TierWords = map[screening.Tier]string{
	screening.TierListed: "listed", screening.TierOwned: "owned or controlled by a listed party",
	screening.TierMaybeOwned: "may be owned or controlled by a listed party", screening.TierControlled: "on an export control list",
	screening.TierNamed: "named, not listed", screening.TierFormer: "no longer listed", screening.TierUncertain: "not certain for that day",
}

// tierOf says the tier of a hit in words: one whose listings had not begun on the day is no former one.
func tierOf(h *screening.Hit) string {
	if h.Tier == screening.TierFormer && !slices.ContainsFunc(h.Statuses, func(s snapshot.Status) bool { return s.Standing != snapshot.NotYet }) {
		return "not yet listed"
	}
	return TierWords[h.Tier]
}

// Screening writes an answer for people: the outcome, then who, then against
// what.
func (p *Printer) Screening(name string, a screening.Answer, asOf when.Day, why func(*screening.Hit) string) error {
	words := outcomeWords[a.Outcome]
	if n := len(a.Flags); n > 0 {
		words += ", and " + Counted(n, "red flag")
	}
	p.printf("%s\n", p.paint(outcomeColours[a.Outcome]+";1", words))
	switch a.Outcome {
	case screening.NotScreened:
		p.para("  ", "  ", a.Reason)
	case screening.Suppressed:
		p.para("  ", "  ", "Listed under the same name; two people found it is someone else. It clears nobody: it stands until the day below, or until either side says anything else.")
	case screening.Clear:
		p.para("  ", "  ", fmt.Sprintf("Nobody on the lists below is likely to be %q. That clears nobody of what the lists do not say.", name))
	}
	p.flags("  ⚑ ", a.Flags)
	for i := range a.Hits {
		h := &a.Hits[i]
		p.printf("\n")
		p.para("", "    ", p.paint("1", h.Caption)+fmt.Sprintf("  %s, %s  %.1f %%", h.ID, tierOf(h), 100*Score(h.Score)))
		if s := h.Suppressed; s != nil {
			p.para("  ", "    ", "Suppressed: "+s.Words()+".")
		}
		for _, s := range h.Statuses {
			p.para("  ", "    ", StandingSentence(s, asOf))
		}
		for _, o := range h.Owners {
			p.para("  ", "    ", OwnershipSentence(o))
		}
		for _, m := range h.Same {
			p.para("  ", "    ", fmt.Sprintf("%s and %s are taken for one: %s.", m.A, m.B, m.Reason))
		}
		if w := why(h); w != "" {
			p.para("  because ", "    ", w)
		}
		if len(h.Names) > 1 {
			p.para("  also called ", "    ", strings.Join(h.Names[1:min(len(h.Names), 9)], "; ")+rest(len(h.Names)-9))
		}
	}
	if a.More > 0 {
		p.printf("\n")
		p.para("  ", "  ", fmt.Sprintf("%d more are left off; --limit shows more.", a.More))
	}
	for _, n := range a.Said() {
		p.para("  ! ", "    ", n)
	}
	if a.Outcome != screening.NotScreened {
		p.printf("\n")
		p.against(a.Against, asOf)
	}
	return p.err
}

func (p *Printer) flags(lead string, list []redflag.Flag) {
	for _, f := range list {
		p.para(lead, strings.Repeat(" ", len(lead)-len("⚑")+1), FlagSentence(f))
	}
}

// FlagSentence says what is to be looked at: `mmsi "646123456": its first three digits, 646, are allocated to no state`.
func FlagSentence(f redflag.Flag) string {
	return flagField(f.Field) + " " + strconv.Quote(f.Value) + ": " + f.Text + "."
}

func flagField(field string) string {
	switch field {
	case "imo", "mmsi", "lei", "iban", "bic", "isin":
		return strings.ToUpper(field)
	}
	return strings.ToUpper(field[:1]) + field[1:]
}

// against says against what was screened.
func (p *Printer) against(list []screening.Against, asOf when.Day) {
	var lists []string
	for _, x := range list {
		lists = append(lists, fmt.Sprintf("%s (%s subjects)", x.Snapshot, Count(x.Subjects)))
	}
	p.para("  Screened against ", "  ", strings.Join(lists, ", ")+", as of "+asOf.Long()+".")
}

func rest(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// OwnershipSentence says what a rule of ownership makes of a subject.
func OwnershipSentence(o screening.Ownership) string {
	r := o.Result
	share := fmt.Sprintf("%s per cent", percent2(r.Low))
	if r.High != r.Low {
		share = fmt.Sprintf("%s to %s per cent", percent2(r.Low), percent2(r.High))
	}
	var verdict string
	switch r.Outcome {
	case ownership.Caught:
		verdict = "owned or controlled by listed parties"
	case ownership.Weigh:
		verdict = "a person must weigh whether listed parties own or control it"
	default:
		verdict = "not caught by ownership, but take care: a listed party controls it"
	}
	verified := ""
	if !r.Rule.Verified {
		verified = " [text not seen]"
	}
	return fmt.Sprintf("%s: %s (listed parties hold %s; %s%s).", r.Rule.Title, verdict, share, r.Rule.Cite, verified)
}

func percent2(f float64) string { return strings.TrimSuffix(fmt.Sprintf("%.2f", f), ".00") }

// EvidenceJSON is one piece of evidence for or against two subjects being one.
type EvidenceJSON struct {
	Kind  string  `json:"kind"`
	Left  string  `json:"left,omitempty"`
	Right string  `json:"right,omitempty"`
	Bits  float64 `json:"bits"`
	Words string  `json:"words"`
}

// Evidence puts evidence into the form for programs.
func Evidence(list []match.Evidence) []EvidenceJSON {
	out := []EvidenceJSON{}
	for _, e := range list {
		out = append(out, EvidenceJSON{e.Kind, e.Left, e.Right, math.Round(e.Bits*100) / 100, e.Words})
	}
	return out
}

// ExplainJSON says why a party is, or is not, a subject.
type ExplainJSON struct {
	Query    string         `json:"query"`
	ID       string         `json:"id"`
	Score    float64        `json:"score"`
	Bits     float64        `json:"bits"`
	Evidence []EvidenceJSON `json:"evidence"`
}

// Explain gives the evidence between a party, by its name, and a subject.
func Explain(name, id string, list []match.Evidence, s match.Score) ExplainJSON {
	return ExplainJSON{name, id, Score(s.Probability), s.Bits, Evidence(list)}
}

// Waterfall draws evidence as bars from left to right, each beginning where the
// one before ended, with the sum and the probability at the end.
func (p *Printer) Waterfall(list []match.Evidence, s match.Score) error {
	const width = 40
	low, high, sum := 0.0, 0.0, 0.0
	for _, e := range list {
		sum += e.Bits
		low, high = min(low, sum), max(high, sum)
	}
	unit := (high - low) / width
	if unit == 0 {
		unit = 1
	}
	at := func(x float64) int { return min(max(int((x-low)/unit), 0), width) }
	sum = 0
	for _, e := range list {
		from, to := at(sum), at(sum+e.Bits)
		sum += e.Bits
		bar, colour := "█", "38;5;36"
		if e.Bits < 0 {
			from, to, bar, colour = to, from, "▒", "38;5;166"
		}
		line := strings.Repeat(" ", from) + p.paint(colour, strings.Repeat(bar, max(to-from, 1))) + strings.Repeat(" ", max(width-max(to, from+1), 0))
		p.printf("  %+7.2f  %s  %s\n", e.Bits, line, e.Words)
	}
	p.printf("  %+7.2f  bits in all: %.1f %%\n", s.Bits, 100*Score(s.Probability))
	return p.err
}
