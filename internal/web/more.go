package web

import (
	"strconv"

	"github.com/cordon-engine/cordon/internal/vocab"
)

// group is a named list of choices.
type group struct {
	Label   string
	Options []option
}

// more lists the facts that could be said beside those shown: of the activity, of
// each goods line and party, and of one line and party more.
func (f *forms) more(p *posed, shown map[string]bool) []group {
	kinds := vocab.KindSet(0).With(p.kind.ID)
	for _, k := range p.kind.Includes {
		kinds = kinds.With(k)
	}
	var scopes [vocab.OfParties + 1][]*vocab.Fact
	for i := range vocab.Facts() {
		if fact := &vocab.Facts()[i]; fact.Kinds == 0 || fact.Kinds&kinds != 0 {
			scopes[fact.Scope] = append(scopes[fact.Scope], fact)
		}
	}
	var out []group
	add := func(label, prefix string, facts []*vocab.Fact) {
		g := group{Label: label}
		for _, fact := range facts {
			name := fact.Name
			if prefix != "" {
				name = prefix + fact.Key
			}
			if !shown[name] {
				g.Options = append(g.Options, option{Value: name, Label: fact.Title})
			}
		}
		if len(g.Options) > 0 {
			out = append(out, g)
		}
	}
	add("The activity", "", scopes[vocab.OfActivity])
	for _, x := range []struct {
		what  string
		scope vocab.Scope
		lines int
	}{{"Goods line", vocab.OfGoods, len(p.a.Goods)}, {"Party", vocab.OfParties, len(p.a.Parties)}} {
		for n := 1; n <= min(x.lines+1, maxFormLines); n++ {
			label := x.what + " " + strconv.Itoa(n)
			if n > x.lines && n > 1 {
				label = "Another " + lowerFirst(x.what)
			}
			add(label, x.scope.String()+"["+strconv.Itoa(n)+"].", scopes[x.scope])
		}
	}
	return out
}

func lowerFirst(s string) string { return string(s[0]|0x20) + s[1:] }

// clocks are the fields of the two clocks.
func (f *forms) clocks(p *posed) []field {
	return []field{
		{
			Name: "as_of", ID: fieldID("as_of"), Title: "Law of", Question: "Judge by the law of which day?", Input: "date",
			Hint: "Leave empty for the day of the activity itself.", Value: p.typed["as_of"], Error: p.errs["as_of"],
		},
		{
			Name: "known_at", ID: fieldID("known_at"), Title: "As known on", Question: "As published by which day?", Input: "date",
			Hint: "Leave empty for all that is loaded. Law made later is then left out.", Value: p.typed["known_at"], Error: p.errs["known_at"],
		},
	}
}
