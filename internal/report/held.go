package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

func texts(b []byte, key string, list []string) []byte {
	return array(b, key, list, func(b []byte, s *string) []byte { return quote(b, *s) })
}

// appendLicences appends the licences that are held for an activity, whole: whoever answers the question again needs no store.
func appendLicences(b []byte, l *ruling.Licences) []byte {
	at := len(b)
	b = array(b, "held", l.Held, appendHeld)
	b[at] = '{'
	if l.More > 0 {
		b = number(b, "more", float64(l.More))
	}
	if l.Unread != "" {
		b = field(b, "unread", l.Unread)
	}
	return append(b, '}')
}

// LicencesJSON gives licences as rulings for programs have them.
func LicencesJSON(l *ruling.Licences) []byte { return appendLicences(nil, l) }

func appendHeld(b []byte, x *ruling.Held) []byte {
	b = quote(append(b, `{"licence":`...), x.ID)
	b = number(b, "event", float64(x.Events))
	b = field(b, "name", x.Name)
	b = field(b, "kind", x.Kind)
	b = field(b, "holder", x.Holder)
	b = texts(b, "provisions", x.Provisions)
	b = texts(b, "activities", x.Activities)
	b = texts(b, "parties", x.Parties)
	b = texts(b, "goods", x.Goods)
	if x.Unit != "" {
		b = field(b, "limit", licence.Quantity(x.Limit, x.Unit))
		b = field(b, "left", licence.Quantity(x.Left, x.Unit))
	}
	if x.Uses > 0 {
		b = number(b, "uses", float64(x.Uses))
		b = number(b, "uses_left", float64(x.UsesLeft))
	}
	if x.From != when.NoDay {
		b = field(b, "from", x.From.String())
	}
	if x.Until != when.NoDay {
		b = field(b, "until", x.Until.String())
	}
	b = array(b, "conditions_open", x.Open, func(b []byte, c *ruling.HeldCondition) []byte {
		b = quote(append(b, `{"id":`...), c.ID)
		b = field(b, "what", c.What)
		if c.Due != when.NoDay {
			b = field(b, "due", c.Due.String())
		}
		return append(b, '}')
	})
	b = field(b, "standing", x.Standing)
	b = strconv.AppendBool(append(b, `,"verified":`...), x.Verified)
	if x.Source != "" {
		b = field(b, "source", x.Source)
	}
	b = texts(b, "for", x.For)
	b = strconv.AppendBool(append(b, `,"allows":`...), x.Allows)
	b = texts(b, "why_not", x.Why)
	return append(b, '}')
}

// HeldText says of a licence what it covers, until when, what is open, and what it does for the activity.
func HeldText(x *ruling.Held) string {
	if x.Name == "" {
		return "Licence " + x.ID + HeldRest(x)
	}
	return fmt.Sprintf("Licence %s held (%s)", x.ID, x.Name) + HeldRest(x)
}

// HeldRest is what HeldText says behind the name of the licence.
func HeldRest(x *ruling.Held) string {
	if x.Name == "" {
		return ": " + strings.Join(x.Why, "; ") + "."
	}
	var b strings.Builder
	if len(x.For) > 0 {
		b.WriteString(", covers " + strings.Join(x.For, ", "))
	}
	if x.Until != when.NoDay {
		b.WriteString(", valid until " + x.Until.Long())
	} else {
		b.WriteString(", without a last day")
	}
	if x.Unit != "" {
		fmt.Fprintf(&b, ", %s left of %s", licence.Quantity(x.Left, x.Unit), licence.Quantity(x.Limit, x.Unit))
	}
	if x.Uses > 0 {
		fmt.Fprintf(&b, ", for %d more of %d", x.UsesLeft, x.Uses)
	}
	for i, c := range x.Open {
		b.WriteString([2]string{"; conditions open: ", ", "}[min(i, 1)] + c.ID)
		if c.Due != when.NoDay {
			b.WriteString(" by " + c.Due.Long())
		} else {
			b.WriteString(" throughout")
		}
	}
	if x.Allows {
		return b.String() + ". The verdict rests on it: what it covers is allowed under it, and on its conditions."
	}
	return b.String() + ". The verdict does not rest on it: " + strings.Join(x.Why, "; ") + "."
}

// held says which licences are held for what stands in the way. It is printed in brief too: a verdict that rests on one says so.
func (p *Printer) held(r *ruling.Ruling) {
	if lines := heldLines(r); len(lines) > 0 {
		p.list("Licences held here", lines)
	}
}

func heldLines(r *ruling.Ruling) (lines []string) {
	l := r.Licences
	if l == nil {
		return nil
	}
	for i := range l.Held {
		lines = append(lines, HeldText(&l.Held[i]))
	}
	if l.More > 0 {
		lines = append(lines, Counted(l.More, "more licence")+" held for it, and none allows it.")
	}
	if l.Unread != "" {
		lines = append(lines, "Licences could not be read, so that none counts: "+l.Unread)
	}
	return lines
}
