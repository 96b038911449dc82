package claim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/text"
)

// OrderRule says in which order claims are shown, for people.
const OrderRule = "Claims stand by the number of the information first (1 before 5), then by the letter of the source (A before E); " +
	"what nobody could judge, 6 and F among it, comes last. Letter and number are never multiplied or averaged."

// Judged gives letter and number of a claim as they count: of each person's grades the last, and of several persons'
// the most cautious. A letter F and a number 6 say that somebody could not judge, and do not count; 0 stands for a part
// that nobody judged.
func (c *Claim) Judged() (reliability byte, credibility int) {
	for _, g := range c.latest() {
		if g.Reliability != 0 && g.Reliability != 'F' {
			reliability = max(reliability, g.Reliability)
		}
		if g.Credibility != 6 {
			credibility = max(credibility, g.Credibility)
		}
	}
	return reliability, credibility
}

// latest gives for each person the last letter and the last number, which may have been entered apart.
func (c *Claim) latest() map[string]Grade {
	out := map[string]Grade{}
	for _, g := range c.Grades { // in order of days; on one day the cautious one comes later
		who := text.Fold(g.By)
		last := out[who]
		if g.Reliability != 0 {
			last.Reliability = g.Reliability
		}
		if g.Credibility != 0 {
			last.Credibility = g.Credibility
		}
		out[who] = last
	}
	return out
}

// Compare orders claims by [OrderRule]: negative when a comes first. Ties go by id.
func Compare(a, b *Claim) int {
	ar, ac := a.Judged()
	br, bc := b.Judged()
	return cmp.Or(cmp.Compare(rank(ac), rank(bc)), cmp.Compare(rank(int(ar)), rank(int(br))), cmp.Compare(a.ID, b.ID))
}

// rank puts what was not judged last.
func rank(n int) int {
	if n == 0 {
		return 1 << 10
	}
	return n
}

// Stronger reports whether a is at least as good as b in letter and number and better in one. Where the one is better in
// the letter and the other in the number, and where a part was not judged, neither is the stronger.
func Stronger(a, b *Claim) bool {
	ar, ac := a.Judged()
	br, bc := b.Judged()
	if ar == 0 || ac == 0 || br == 0 || bc == 0 {
		return false
	}
	return ar <= br && ac <= bc && (ar < br || ac < bc)
}

// Level says how much stands behind one side of a question.
type Level uint8

// The levels, least first.
const (
	// NoEvidence: nobody asserts it.
	NoEvidence Level = iota
	// Statement: one origin says so; nothing more is known of it.
	Statement
	// Thin: the press alone, in however many voices. Courts have found that too little.
	Thin
	// Single: one origin that was judged A to C and 1 to 3, or a body charged to inquire.
	Single
	// Several: two or more independent origins, not all of them press.
	Several
	// Decided: a court, or the authority itself.
	Decided
)

var levelWords = []string{
	NoEvidence: "none", Statement: "statement alone", Thin: "thin", Single: "one origin", Several: "several origins",
	Decided: "decided",
}

// String gives the level in words.
func (v Level) String() string { return levelWords[v] }

// Weight is what stands behind one side.
type Weight struct {
	Level Level
	// Origins are the independent origins that count: of claims that were not taken back nor judged doubtful.
	Origins []string
	// Claims is the number of claims that assert it, Seen that of those whose text was seen.
	Claims, Seen int
	// Reliability and Credibility are those of the claim that comes first by [OrderRule]; 0 when not judged.
	Reliability byte
	Credibility int
}

// Weigh weighs the claims of a set that assert conduct. Denials, readings of the law, opinions and whatever else asserts
// none are passed over, so that they never change the evidence.
func (l *Ledger) Weigh(set []*Claim) Weight {
	return l.weigh(slices.DeleteFunc(slices.Clone(set), func(c *Claim) bool { return !c.Kind.conduct() }))
}

func (l *Ledger) weigh(set []*Claim) Weight {
	set = slices.DeleteFunc(slices.Clone(set), func(c *Claim) bool { return l.RetractedBy(c.ID) != "" })
	slices.SortFunc(set, Compare)
	w := Weight{Claims: len(set)}
	if len(set) == 0 {
		return w
	}
	w.Reliability, w.Credibility = set[0].Judged()
	counted := slices.DeleteFunc(slices.Clone(set), func(c *Claim) bool { return len(l.counted[c.ID]) == 0 })
	w.Origins = l.OriginsOf(counted)
	w.Level = l.level(counted, len(w.Origins))
	for _, c := range set {
		if l.Verified(c) {
			w.Seen++
		}
	}
	return w
}

// doubtful reports whether the information was judged doubtful or improbable, or the source unreliable.
func (c *Claim) doubtful() bool {
	r, n := c.Judged()
	return n >= 4 || r >= 'D'
}

func (l *Ledger) level(counted []*Claim, origins int) Level {
	press, good := true, false
	for _, c := range counted {
		standing := l.Standing(c)
		if c.Kind == Decision && (standing == Court || standing == Committee) {
			return Decided
		}
		r, n := c.Judged()
		good = good || r != 0 && n != 0 || c.Kind == Finding && (standing == ExpertPanel || standing == Committee || standing == Court)
		press = press && (standing == Press || standing == OtherSource)
	}
	switch {
	case press && origins > 0:
		return Thin
	case origins > 1:
		return Several
	case good:
		return Single
	}
	return Statement
}

// GradeText gives a letter and a number as people write them, "B2", and what was not judged in words.
func GradeText(reliability byte, credibility int) string {
	switch {
	case reliability == 0 && credibility == 0:
		return "not graded"
	case reliability == 0:
		return fmt.Sprintf("%d, source not graded", credibility)
	case credibility == 0:
		return fmt.Sprintf("%c, information not graded", reliability)
	}
	return fmt.Sprintf("%c%d", reliability, credibility)
}

// String says the weight in one line without a full stop.
func (w Weight) String() string {
	if w.Level == NoEvidence {
		return "nothing"
	}
	parts := []string{number(len(w.Origins), "independent origin"), number(w.Claims, "claim")}
	switch w.Level {
	case Statement:
		parts = append(parts, "a statement alone")
	case Thin:
		parts = append(parts, "press alone (thin)")
	case Decided:
		parts = append(parts, "decided by a court or the authority")
	}
	return strings.Join(append(parts, GradeText(w.Reliability, w.Credibility)), ", ")
}

func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
