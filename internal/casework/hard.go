package casework

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/when"
)

// YearsApart is how far apart exact dates of birth are, at least, to count together with
// another fact: closer ones may be slips of a digit or of a calendar. YearsAlone is how far
// they are to count alone. Both are choices of this project and have no source.
const (
	YearsApart = 5
	YearsAlone = 15
)

// Rule is a row of the table by which a case may be closed without a person: facts that
// both sides state and that contradict each other. Absence is never one of them.
type Rule struct {
	// ID names it; When says what must hold, and Why that is enough.
	ID, When, Why string
	holds         func(*Alert) []Contradiction
}

// rules are asked in this order; the first that holds closes the case.
var rules = []Rule{
	{
		"dates-and-countries",
		"All dates of birth are exact to the day and any two are more than 5 years apart, and the sides state countries (of birth, residence, nationality) and share none.",
		"A slip of a digit or of a calendar moves a date by less, or leaves the country.",
		func(a *Alert) []Contradiction { return a.all(a.bornApart(YearsApart, false), a.apartIn("country")) },
	},
	{
		"dates-alone",
		"All dates of birth are exact to the day, none is a 1 January, and any two are more than 15 years apart and differ in the day and in the month, also where these are exchanged.",
		"No slip of one digit explains three parts of a date, and 1 January stands for a day that is not known.",
		func(a *Alert) []Contradiction { return a.all(a.bornApart(YearsAlone, true)) },
	},
	{
		"gender-and-dates",
		"Both sides state a gender, and not the same; all dates of birth are exact to the day and any two are more than 5 years apart.",
		"Either may be recorded wrongly; both at once, independently of each other, are not taken for slips.",
		func(a *Alert) []Contradiction { return a.all(a.apartIn("gender"), a.bornApart(YearsApart, false)) },
	},
	{
		"person-or-craft",
		"One side is a person, and the other a vessel or an aircraft, by all that it says.",
		"Nobody is both, and who named a ship after a person has not made them one.",
		func(a *Alert) []Contradiction { return a.all(a.personOrCraft()) },
	},
	{
		"lei-and-countries",
		"Both sides state Legal Entity Identifiers whose check digits are right, and share none; and they state countries and share none.",
		"A legal entity has one LEI, by one issuer for the world; a double is in the same country.",
		func(a *Alert) []Contradiction { return a.all(a.otherLEI(), a.apartIn("country")) },
	},
}

// Rules gives the table by which cases are closed without a person, where that is asked
// for.
func Rules() []Rule { return slices.Clone(rules) }

// notIdentifiers are hard facts that many share.
var notIdentifiers = []string{"birthDate", "country", "gender", "schema"}

// HardBy gives the rule by which a case may be closed without a person, and the facts that
// contradict each other; nil when there is none. Neither side may have an identifier of
// the other. The score plays no part, and what a side does not state contradicts nothing.
func (a *Alert) HardBy() (*Rule, []Contradiction) {
	if a.Tier == TierRuling {
		return nil, nil
	}
	for _, f := range a.Subject.Hard {
		if !slices.Contains(notIdentifiers, f.Field) && slices.Contains(a.Listing.Hard, f) {
			return nil, nil
		}
	}
	for i := range rules {
		if facts := rules[i].holds(a); facts != nil {
			return &rules[i], facts
		}
	}
	return nil, nil
}

// Hard gives the facts of [Alert.HardBy].
func (a *Alert) Hard() []Contradiction {
	_, facts := a.HardBy()
	return facts
}

// all gives contradictions where each is there; nil where one is not.
func (a *Alert) all(list ...*Contradiction) []Contradiction {
	var out []Contradiction
	for _, c := range list {
		if c == nil {
			return nil
		}
		out = append(out, *c)
	}
	return out
}

func (a *Alert) apartIn(field string) *Contradiction {
	if c, ok := a.contradiction(field); ok {
		return &c
	}
	return nil
}

// bornApart gives dates of birth that are all exact, of which any two are more than so
// many years apart; strict asks that no slip explains it, see the table.
func (a *Alert) bornApart(years int, strict bool) *Contradiction {
	c := a.apartIn("birthDate")
	if c == nil {
		return nil
	}
	for _, x := range c.Subject {
		for _, y := range c.Listing {
			if !farApart(x, y, years, strict) {
				return nil
			}
		}
	}
	return c
}

func farApart(x, y string, years int, strict bool) bool {
	a, errA := when.ParseDay(x)
	b, errB := when.ParseDay(y)
	if errA != nil || errB != nil {
		return false
	}
	yearA, monthA, dayA := a.Civil()
	yearB, monthB, dayB := b.Civil()
	if strict && (monthA == monthB || dayA == dayB || monthA == dayB || dayA == monthB || monthA == 1 && dayA == 1 || monthB == 1 && dayB == 1) {
		return false
	}
	return yearA-yearB > years || yearB-yearA > years
}

// personOrCraft gives the kinds of both sides where one is a person and the other a craft.
func (a *Alert) personOrCraft() *Contradiction {
	c := a.apartIn("schema")
	person := func(list []string) bool { return slices.Equal(list, []string{"Person"}) }
	craft := func(list []string) bool {
		return !slices.ContainsFunc(list, func(s string) bool { return s != "Vessel" && s != "Airplane" })
	}
	if c == nil || !(person(c.Subject) && craft(c.Listing) || craft(c.Subject) && person(c.Listing)) {
		return nil
	}
	return c
}

// otherLEI gives Legal Entity Identifiers of both sides, all of them right and none shared.
func (a *Alert) otherLEI() *Contradiction {
	c := a.apartIn("lei")
	if c == nil {
		return nil
	}
	for _, s := range slices.Concat(c.Subject, c.Listing) {
		if _, err := ident.ParseLEI(s); err != nil {
			return nil
		}
	}
	return c
}
