package screening

import (
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/when"
)

// input writes what a party is looked for by, as [cursor.input] reads it.
func (w *writer) input(in *match.Input) {
	w.text(in.Schema)
	w.uint(uint64(len(in.Names)))
	for _, n := range in.Names {
		w.uint(uint64(n.Kind))
		w.text(n.Text)
	}
	w.uint(uint64(len(in.Births)))
	for _, b := range in.Births {
		w.day(b.From)
		w.day(b.To)
	}
	w.texts(in.Countries)
	w.text(in.Gender)
	w.uint(uint64(len(in.Identifiers)))
	for _, id := range in.Identifiers {
		w.text(id.Kind)
		w.text(id.Value)
	}
	w.texts(in.Addresses)
	w.text(in.Flag)
	w.day(when.Day(in.Built)) // numbers may be below zero where somebody wrote them so
	w.day(when.Day(in.Tonnage))
}

func (w *writer) texts(list []string) {
	w.uint(uint64(len(list)))
	for _, s := range list {
		w.text(s)
	}
}

func (c *cursor) input() (in match.Input) {
	in.Schema = string(c.text())
	for n := c.uint(); n > 0 && !c.bad; n-- {
		kind := match.NameKind(c.uint())
		in.Names = append(in.Names, match.Name{Kind: kind, Text: string(c.text())})
	}
	for n := c.uint(); n > 0 && !c.bad; n-- {
		from := c.day()
		in.Births = append(in.Births, when.Period{From: from, To: c.day()})
	}
	in.Countries = c.texts()
	in.Gender = string(c.text())
	for n := c.uint(); n > 0 && !c.bad; n-- {
		kind := string(c.text())
		in.Identifiers = append(in.Identifiers, match.Identifier{Kind: kind, Value: string(c.text())})
	}
	in.Addresses = c.texts()
	in.Flag = string(c.text())
	in.Built, in.Tonnage = int(c.day()), int(c.day())
	return in
}

func (c *cursor) texts() (out []string) {
	for n := c.uint(); n > 0 && !c.bad; n-- {
		out = append(out, string(c.text()))
	}
	return out
}

// encode gives a party as the index over a base has it.
func (k *Known) encode() []byte {
	w := writer{}
	w.input(&k.Input)
	return append(w.b, k.Data...)
}

// knownOf reads it.
func knownOf(b []byte) (k Known, err error) {
	c := cursor{b: b}
	k.Input = c.input()
	if k.Data = c.b; c.bad {
		err = fault.New(fault.Unavailable, "the index over the base is damaged").WithFix("remove it; it is built anew")
	}
	return k, err
}
