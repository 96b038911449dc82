package match

import (
	"github.com/cordon-engine/cordon/internal/when"
)

// NameKind says what sort of name a name is.
type NameKind uint8

// The kinds of names. A weak alias (low quality, or so common that the list
// says so) supports a match but does not make one.
const (
	Primary NameKind = iota
	Alias
	Weak
	Original // in the original script
)

// Name is one name of a subject.
type Name struct {
	Text string
	Kind NameKind
}

// Identifier is a number or code of a subject: Kind is a word of this package's
// list (see IdentifierKinds), Value is as written.
type Identifier struct {
	Kind, Value string
}

// Input is what is known of one subject. The zero value of a field means that
// nothing is known; nothing is then concluded from it.
type Input struct {
	// Schema is the word of FollowTheMoney: Person, Company, Organization,
	// PublicBody, LegalEntity, Vessel, Airplane, Thing ... ; see Schemas.
	Schema string
	Names  []Name
	// Births are the days or periods in which the person may have been born.
	Births []when.Period
	// Countries are those of birth, residence or registration and nationalities,
	// as alpha-2 codes in either case.
	Countries []string
	// Gender is "male", "female" or "".
	Gender      string
	Identifiers []Identifier
	Addresses   []string
	// Flag is the alpha-2 code of a ship's or aircraft's flag; Built the year
	// (0: unknown); Tonnage the gross tonnage (0: unknown).
	Flag    string
	Built   int
	Tonnage int
}

// Limits on one subject; what is beyond them is left out, and Prepared says so.
const (
	MaxNames     = 256
	MaxAddresses = 32
	MaxOther     = 64
)
