package casework

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/when"
)

// TierRuling is the tier of an alert about a ruling: our side is an activity, and the
// other the law that bites.
const TierRuling = "ruling"

// RulingScore says with which probability a verdict stands against an activity, and
// whether it is for a person to look at. A ban, a cap that is passed and an approval
// that is missing are certain; where the law leaves a judgement to people, nothing is
// known, and it is one half: a choice of this project, so that the queue has an order.
// What is incomplete asks for a fact, and what is permitted needs nobody.
func RulingScore(verdict string) (score float64, wanted bool) {
	switch verdict {
	case "prohibited", "over_cap", "needs_approval":
		return 1, true
	case "judgement":
		return 0.5, true
	}
	return 0, false
}

// Alert is one hit of a screening: a subject of ours that may be an entry of a list; or
// a ruling on an activity of ours ([TierRuling]).
type Alert struct {
	// Subject is our side: a customer, a ship, a party of a payment. Listing is the
	// entry of the list, with all that was taken for one with it.
	Subject, Listing Side
	// Tier is how the law stands to the listed side, and Score the probability that
	// both are one, from 0 to 1.
	Tier  string
	Score float64
	// Stake weighs what hangs on it, in a unit of the user's own; 1 unless given.
	Stake float64
	// Answer names the screening: the id of a kept answer, or the file and row.
	Answer string
	// Against are the lists that were screened against, as in un@3.
	Against []string
}

// Side is one of the two, and all that it says.
type Side struct {
	// Ref names it for good: the user's own number, the id of an entry of a list.
	Ref, Name string
	// Says are all its facts, as they stand there. Hard are those by which persons and
	// ships are told apart, in the normal form of matching: birthDate, country, gender,
	// schema, and identifiers under their kinds.
	Says, Hard []Fact
}

// Fact is one thing that a side says.
type Fact struct{ Field, Value string }

// Print gives the fingerprint of a side: the SHA-256, in hex, of all that it says,
// whatever the order.
func (s *Side) Print() string {
	facts := slices.Clone(s.Says)
	facts = append(facts, Fact{"name", s.Name})
	slices.SortFunc(facts, func(a, b Fact) int {
		if c := strings.Compare(a.Field, b.Field); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
	h := sha256.New()
	h.Write([]byte("cordon side 1\n"))
	var b []byte
	for _, f := range slices.Compact(facts) {
		b = append(strconv.AppendInt(b[:0], int64(len(f.Field)), 10), ' ')
		b = append(strconv.AppendInt(b, int64(len(f.Value)), 10), '\n')
		b = append(append(b, f.Field...), f.Value...)
		h.Write(append(b, '\n'))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// HardOf gives the hard facts of a party in the form of matching.
func HardOf(in match.Input) []Fact {
	var out []Fact
	for _, b := range in.Births {
		out = append(out, Fact{"birthDate", b.String()})
	}
	for _, c := range in.Countries {
		out = append(out, Fact{"country", strings.ToUpper(c)})
	}
	if in.Gender != "" {
		out = append(out, Fact{"gender", in.Gender})
	}
	if in.Schema != "" {
		out = append(out, Fact{"schema", in.Schema})
	}
	for _, id := range in.Identifiers {
		out = append(out, Fact{id.Kind, strings.ToUpper(strings.ReplaceAll(id.Value, " ", ""))})
	}
	return out
}

// Check says what is wrong with an alert.
func (a *Alert) Check() error {
	switch {
	case blank(a.Subject.Ref) || blank(a.Listing.Ref):
		return fault.New(fault.Invalid, "an alert names a subject and an entry of a list")
	case !(a.Score >= 0 && a.Score <= 1):
		return fault.New(fault.Invalid, "the score %v is no probability", a.Score)
	case !(a.Stake >= 0) || math.IsInf(a.Stake, 0):
		return fault.New(fault.Invalid, "the stake %v is not a number from 0", a.Stake)
	case len(a.Subject.Says) == 0 || len(a.Listing.Says) == 0:
		return fault.New(fault.Invalid, "an alert has what each side says")
	case blank(a.Answer):
		return fault.New(fault.Invalid, "an alert names the screening that it is from")
	case !a.Subject.text() || !a.Listing.text():
		return fault.New(fault.Invalid, "what a side says is text in UTF-8") // what is kept must have the same fingerprint
	}
	return nil
}

// text says whether all of a side is UTF-8.
func (s *Side) text() bool {
	return utf8.ValidString(s.Ref) && utf8.ValidString(s.Name) &&
		!slices.ContainsFunc(slices.Concat(s.Says, s.Hard), func(f Fact) bool { return !utf8.ValidString(f.Field) || !utf8.ValidString(f.Value) })
}

// same says whether both sides say what they said in another alert.
func (a *Alert) same(b *Alert) bool {
	return a.Subject.Print() == b.Subject.Print() && a.Listing.Print() == b.Listing.Print()
}

// Priority is the expected loss of leaving it: the probability times the stake.
func (a *Alert) Priority() float64 { return a.Score * a.Stake }

// Contradiction is a fact on which the sides have nothing in common.
type Contradiction struct {
	Field            string
	Subject, Listing []string
}

// apart are the facts that tell two apart if both sides state them and no value agrees.
// A country is none of them by itself: people move.
var apart = []string{"birthDate", "gender", "imo"}

// Contradictions gives the facts that contradict each other. Without one, nothing may
// be suppressed.
func (a *Alert) Contradictions() []Contradiction {
	var out []Contradiction
	for _, field := range apart {
		if c, ok := a.contradiction(field); ok {
			out = append(out, c)
		}
	}
	return out
}

func (a *Alert) contradiction(field string) (Contradiction, bool) {
	c := Contradiction{field, values(a.Subject.Hard, field), values(a.Listing.Hard, field)}
	if len(c.Subject) == 0 || len(c.Listing) == 0 {
		return c, false
	}
	for _, x := range c.Subject {
		for _, y := range c.Listing {
			if x == y || field == "birthDate" && !disjoint(x, y) {
				return c, false
			}
		}
	}
	return c, true
}

// disjoint says whether two dates cannot be the same day. What is no date may be any.
func disjoint(x, y string) bool {
	a, errA := when.Parse(x)
	b, errB := when.Parse(y)
	return errA == nil && errB == nil && (a.To < b.From || b.To < a.From)
}

func values(facts []Fact, field string) []string {
	var out []string
	for _, f := range facts {
		if f.Field == field && !slices.Contains(out, f.Value) {
			out = append(out, f.Value)
		}
	}
	slices.Sort(out)
	return out
}
