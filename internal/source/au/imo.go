package au

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
)

// imo reads the number of a ship; one whose check digit fails is kept and counted.
func (p *parser) imo(v string, at fault.Place) subject.Document {
	d := subject.Document{Kind: "imoNumber", Type: "IMO Number", Number: strings.TrimSpace(v)}
	n, err := ident.ParseIMO(v)
	if err != nil {
		p.t.Odd(publication.BadNumber, "IMO "+v, at)
		d.Note = "the check digit of the number fails"
		return d
	}
	d.Number = n.String()
	return d
}
