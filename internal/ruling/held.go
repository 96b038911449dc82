package ruling

import "github.com/cordon-engine/cordon/internal/when"

// Licences is what was made of the licences that whoever asks holds, by others than the engine.
type Licences struct {
	// Held are those that name what stands in the way, in the order of their ids, those that allow it first.
	Held []Held
	// More counts others that are left off; none of them allows it.
	More int
	// Unread says why nobody knows what is held; "" where it is known. Nothing is allowed by a licence then.
	Unread string
}

// Held is a licence as it stood when the question was put, and what it does for it.
type Held struct {
	// ID names the record, and Events says as of which of its events.
	ID     string
	Events int
	// Name is what people call it by, Kind its form and Holder to whom it was given.
	Name, Kind, Holder string
	// Provisions, Activities, Parties and Goods are what its record says that it covers: ids of the law, kinds, names or
	// identifiers, and beginnings of HS codes.
	Provisions, Activities, Parties, Goods []string
	// Limit bounds the sum over all decisions, and Left is what is left of it, in thousandths of Unit; no bound where Unit is "".
	Limit, Left int64
	Unit        string
	// Uses bounds how many decisions may rest on it, and UsesLeft is how many more may; no bound where Uses is 0.
	Uses, UsesLeft int
	// From and Until are its first and last day; Until may be [when.NoDay].
	From, Until when.Day
	// Open are the conditions that are still to be met, or kept throughout.
	Open []HeldCondition
	// Standing is [InForce], or why it is no ground for a decision.
	Standing string
	// Verified says that somebody held the record to Source.
	Verified bool
	Source   string

	// For are the ids of those provisions in the way which it names, by themselves or by their clause.
	For []string
	// Allows says that the verdict rests on it; Why says why it does not.
	Allows bool
	Why    []string
}

// InForce is the standing of a licence that may be a ground for decisions.
const InForce = "in force"

// HeldCondition is a condition of a licence that is not settled.
type HeldCondition struct {
	ID, What string
	// Due is the last day on which it may be met; [when.NoDay] for one that is to be kept throughout.
	Due when.Day
}

// Allowing gives the licence that the verdict rests on; nil for none.
func (l *Licences) Allowing() *Held {
	if l == nil {
		return nil
	}
	for i := range l.Held {
		if l.Held[i].Allows {
			return &l.Held[i]
		}
	}
	return nil
}
