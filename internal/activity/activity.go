// Package activity holds an activity: something done or planned, as facts of
// the vocabulary, and reads it from YAML, JSON and JSON Lines.
//
// Reading checks every key and value: an unknown key, an impossible date, an HS
// code that no edition knows, a country nobody knows is an error with its place
// and a way out. The package knows no law and fills in nothing: what is missing
// stays missing, and the absence rules are applied where law is.
package activity

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Limits on one activity.
const (
	// MaxText is the longest text value in bytes.
	MaxText = 4 << 10
	// MaxLines is the largest number of goods lines, and of parties.
	MaxLines = 4096
)

// Value is the value of one fact in normal form. Which field is set follows
// from the type of the fact.
type Value struct {
	// Text holds text, states, ports, HS digits, commodities, IMO numbers and
	// enum values.
	Text string
	// Num holds numbers, and 1 or 0 for true and false.
	Num float64
	// Date holds dates; a partial date is the period it may mean.
	Date when.Period
	// Unknown states that the fact is not known: nothing is assumed in its place.
	// The other fields are zero then. Facts of type Text have no such value.
	Unknown bool
}

// unknown is how a file states that a fact is not known.
const unknown = "unknown"

// Bool reports whether a value of type Bool is true.
func (v Value) Bool() bool { return v.Num != 0 }

// Given is one stated fact.
type Given struct {
	Fact  vocab.FactID
	Value Value
}

// Facts are stated facts of one scope, in the order of the vocabulary, each at
// most once.
type Facts []Given

// Get finds a fact.
func (f Facts) Get(id vocab.FactID) (Value, bool) {
	i, ok := slices.BinarySearchFunc(f, id, func(g Given, id vocab.FactID) int { return int(g.Fact) - int(id) })
	if !ok {
		return Value{}, false
	}
	return f[i].Value, true
}

// Set states a fact, replacing what was stated before.
func (f *Facts) Set(id vocab.FactID, v Value) {
	i, ok := slices.BinarySearchFunc(*f, id, func(g Given, id vocab.FactID) int { return int(g.Fact) - int(id) })
	if ok {
		(*f)[i].Value = v
		return
	}
	*f = slices.Insert(*f, i, Given{id, v})
}

// Activity is something done or planned.
type Activity struct {
	// ID is the user's own label; it has no meaning here.
	ID string
	// Kind is what is done.
	Kind vocab.KindID
	// Date is the day, or the period in which an inexactly dated day lies.
	Date when.Period
	// Facts are those of the activity itself.
	Facts Facts
	// Goods and Parties hold the facts of each goods line and party.
	Goods, Parties []Facts
}

// Reference is what reading an activity is checked against.
type Reference struct {
	Places *place.Gazetteer
	HS     *goods.Nomenclature
	// Commodities are the ids of the named goods lists.
	Commodities *goods.Lists
}

// Parse reads the value of a fact from text, in the form a file has it.
func (r *Reference) Parse(id vocab.FactID, s string) (Value, error) {
	f := vocab.FactOf(id)
	if len(s) > MaxText {
		return Value{}, fault.New(fault.TooLarge, "%s has %d bytes; at most %d are read", f.Name, len(s), MaxText)
	}
	if !utf8.ValidString(s) {
		return Value{}, fault.New(fault.Invalid, "%s is not valid UTF-8", f.Name)
	}
	if s == unknown && f.Type != vocab.Text {
		return Value{Unknown: true}, nil
	}
	switch f.Type {
	case vocab.Bool:
		switch s {
		case "true", "yes":
			return Value{Num: 1}, nil
		case "false", "no":
			return Value{}, nil
		}
		return Value{}, fault.New(fault.Invalid, "%s must be true or false, not %q", f.Name, s)
	case vocab.Number:
		n, err := strconv.ParseFloat(strings.NewReplacer("_", "", ",", "").Replace(s), 64)
		if err != nil || n-n != 0 || n < 0 {
			return Value{}, fault.New(fault.Invalid, "%s must be a number of zero or more, not %q", f.Name, s)
		}
		return Value{Num: n}, nil
	case vocab.Date:
		p, err := when.Parse(s)
		return Value{Date: p}, err
	case vocab.Text:
		if strings.TrimSpace(s) == "" {
			return Value{}, fault.New(fault.Invalid, "%s is empty", f.Name).WithFix("leave it out when it is not known")
		}
		return Value{Text: strings.TrimSpace(s)}, nil
	case vocab.State:
		st, err := r.Places.ParseState(s)
		if err != nil {
			return Value{}, err
		}
		return Value{Text: st.String()}, nil
	case vocab.Port:
		p, err := r.Places.ParsePort(s)
		if err != nil {
			return Value{}, err
		}
		return Value{Text: p.ID}, nil
	case vocab.HS:
		c, err := goods.ParseCode(s)
		if err != nil {
			return Value{}, err
		}
		return Value{Text: c.Digits()}, nil
	case vocab.Commodity:
		if s != "none" {
			if _, ok := r.Commodities.Index(s); !ok {
				e := fault.New(fault.Invalid, "there is no named commodity %q", s)
				if near := text.NearestOf(s, r.Commodities.IDs(), 3); len(near) > 0 {
					return Value{}, e.WithFix("did you mean %s?", strings.Join(near, " or "))
				}
				return Value{}, e.WithFix("`cordon goods WORDS` shows the names; \"none\" says that it is none of them")
			}
		}
		return Value{Text: s}, nil
	case vocab.IMO:
		n, err := ident.ParseIMO(s)
		if err != nil {
			return Value{}, err
		}
		return Value{Text: n.String()}, nil
	default: // Enum
		for _, v := range f.Values {
			if v == s {
				return Value{Text: v}, nil
			}
		}
		e := fault.New(fault.Invalid, "%s has no value %q", f.Name, s)
		if near := text.NearestOf(s, f.Values, 2); len(near) > 0 {
			return Value{}, e.WithFix("did you mean %s?", strings.Join(near, " or "))
		}
		return Value{}, e.WithFix("one of %s", strings.Join(f.Values, ", "))
	}
}

// Format gives a value as a file would have it.
func (v Value) Format(t vocab.Type) string {
	if v.Unknown {
		return unknown
	}
	switch t {
	case vocab.Bool:
		return strconv.FormatBool(v.Bool())
	case vocab.Number:
		return strconv.FormatFloat(v.Num, 'f', -1, 64)
	case vocab.Date:
		return v.Date.String()
	default:
		return v.Text
	}
}

// check looks at what only the whole activity shows: HS codes against their
// edition. The place of each goods line is named by at.
func (r *Reference) check(a *Activity, at func(line int) fault.Place) error {
	for i, line := range a.Goods {
		hs, ok := line.Get(vocab.GoodsHS)
		if !ok || hs.Unknown {
			continue
		}
		c, err := goods.ParseCode(hs.Text)
		if err != nil {
			return fault.In(at(i), err)
		}
		var ed goods.Edition
		if v, ok := line.Get(vocab.GoodsEdition); ok && !v.Unknown {
			if ed, err = goods.ParseEdition(v.Text); err != nil {
				return fault.In(at(i), err)
			}
		}
		if err := r.HS.Check(c, ed); err != nil {
			return fault.In(at(i), err)
		}
	}
	return nil
}

// SetFact states a fact by its full name, as `--set goods[2].hs=2701` and the
// answers to questions do: a fact of goods or parties without an index goes to
// every line, and to a first line where there is none.
func (r *Reference) SetFact(a *Activity, name, value string) error {
	switch name {
	case "date":
		p, err := when.Parse(value)
		if err != nil {
			return err
		}
		a.Date = p
		return nil
	case "kind":
		k, err := kindNamed(value)
		if err != nil {
			return err
		}
		a.Kind = k
		return nil
	}
	plain, index := name, -1
	if i := strings.IndexByte(name, '['); i >= 0 {
		j := strings.IndexByte(name, ']')
		n, err := strconv.Atoi(name[i+1 : max(j, i+1)])
		if err != nil || n < 1 || n > MaxLines {
			return fault.New(fault.Usage, "%q has no line number from 1 to %d in its brackets", name, MaxLines)
		}
		plain, index = name[:i]+name[j+1:], n-1
		plain = strings.Replace(plain, "parties.", "party.", 1)
	}
	id, ok := vocab.FactNamed(plain)
	if !ok {
		return unknownFact(plain)
	}
	v, err := r.Parse(id, value)
	if err != nil {
		return err
	}
	var lines *[]Facts
	switch vocab.FactOf(id).Scope {
	case vocab.OfActivity:
		a.Facts.Set(id, v)
		return nil
	case vocab.OfGoods:
		lines = &a.Goods
	case vocab.OfParties:
		lines = &a.Parties
	}
	for len(*lines) <= max(index, 0) {
		*lines = append(*lines, nil)
	}
	for i := range *lines {
		if index < 0 || index == i {
			(*lines)[i].Set(id, v)
		}
	}
	return r.check(a, func(i int) fault.Place {
		return fault.Place{Field: "goods[" + strconv.Itoa(i+1) + "].hs"}
	})
}

func unknownFact(name string) error {
	e := fault.New(fault.Invalid, "there is no fact %q", name)
	var names []string
	for i := range vocab.Facts() {
		names = append(names, vocab.Facts()[i].Name)
	}
	if near := text.NearestOf(name, names, 3); len(near) > 0 {
		return e.WithFix("did you mean %s?", strings.Join(near, " or "))
	}
	return e.WithFix("`cordon schema activity` lists the facts")
}

func kindNamed(s string) (vocab.KindID, error) {
	k, ok := vocab.KindNamed(s)
	if ok {
		return k, nil
	}
	var names []string
	for _, k := range vocab.Kinds() {
		names = append(names, k.Name)
	}
	e := fault.New(fault.Invalid, "there is no kind of activity %q", s)
	if near := text.NearestOf(s, names, 2); len(near) > 0 {
		return k, e.WithFix("did you mean %s?", strings.Join(near, " or "))
	}
	return k, e.WithFix("one of %s", strings.Join(names, ", "))
}

// Clone gives a copy that shares nothing that can change.
func (a *Activity) Clone() *Activity {
	c := *a
	c.Facts = slices.Clone(a.Facts)
	c.Goods = cloneLines(a.Goods)
	c.Parties = cloneLines(a.Parties)
	return &c
}

func cloneLines(lines []Facts) []Facts {
	out := slices.Clone(lines)
	for i := range out {
		out[i] = slices.Clone(out[i])
	}
	return out
}
