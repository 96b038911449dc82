package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/check"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
)

// readingAddress is the address of a document with its claims. It holds the document where that fits; else it names it by its
// SHA-256, with a key under which this server shows it as long as it has it in memory.
func (s *Site) readingAddress(d *sentDocument, data string) string {
	q := url.Values{"law": {s.Desk.Law.Version[:12]}, "data": {clipped(data, 12)}}
	if in, ok := packed(string(d.original)); ok {
		q.Set("document", in)
	} else {
		hash := d.hash()
		_, _ = s.originals.get(hash, func() ([]byte, error) { return d.original, nil })
		q.Set("sha256", hash)
		q.Set("key", s.documentKey(hash))
	}
	if d.name != pasted {
		q.Set("name", d.name)
	}
	if d.day != when.NoDay {
		q.Set("date", d.day.String())
	}
	return "/reading?" + q.Encode()
}

// documentKey lets whoever has the address of a document see it: its hash alone may stand in a ledger that others read.
func (s *Site) documentKey(hash string) string {
	h := hmac.New(sha256.New, s.secret[:])
	h.Write([]byte("cordon document\n" + hash))
	return hex.EncodeToString(h.Sum(nil))[:24]
}

// addressed gives the document that an address holds or names; nil without an error where it names none, or one that is not
// here, which the page then says.
func (s *Site) addressed(q url.Values, page *readingPage) (*sentDocument, error) {
	wrong := func(err error) { page.Errors = append(page.Errors, fieldError{"f-text", "The document", plain(err)}) }
	d := &sentDocument{name: pasted, day: when.NoDay}
	if n := q.Get("name"); n != "" {
		d.name = n
	}
	if page.Query["date"] != "" {
		d.day = dayField(page.Query, &page.Errors, "date", "Day of the document")
	}
	hash := q.Get("sha256")
	switch {
	case q.Has("document") && hash != "":
		return nil, fault.New(fault.Usage, "the address holds one document and names another").WithFix("keep one of document and sha256")
	case q.Has("document"):
		text, err := unpacked(q.Get("document"), maxDocument)
		if err != nil || text == "" {
			if err == nil {
				err = fault.New(fault.Invalid, "the address holds no document")
			}
			wrong(err)
			return nil, nil //nolint:nilnil // what is wrong stands at its field
		}
		d.original, page.Held = []byte(text), true
		if d.name == pasted {
			page.Text = text
		}
	case hash != "":
		missing := fault.New(fault.NotFound, "gone")
		original, err := s.originals.get(hash, func() ([]byte, error) { return nil, missing })
		if err != nil || !hmac.Equal([]byte(s.documentKey(hash)), []byte(q.Get("key"))) {
			page.Sought = hash
			return nil, nil //nolint:nilnil // the page asks for the file
		}
		d.original = original
	default:
		return nil, nil //nolint:nilnil // the empty form
	}
	if len(page.Errors) > 0 {
		return nil, nil //nolint:nilnil // what is wrong stands at its field
	}
	return d, nil
}

// readClaim is a claim of a document with what bears on it here.
type readClaim struct {
	report.ReadingClaim
	// About are its states in words, with their pages.
	States []stateLink
	// Law are the provisions that it was held against, Known claims of the ledger, Figures and Events what is on record.
	Law     []way
	Known   []way
	Figures []way
	Events  []string
	// Undertakings are what the states that it is about had undertaken or been asked to by then.
	Undertakings []way
	// MayWe is "May we?" filled in, "" where no activity was stated; Ledger lists the claims about its states.
	MayWe  string
	Ledger string
}

// bearsAtMost is how many links of one sort stand beside a claim.
const bearsAtMost = 5

// bearing leads a claim of a document to what bears on it.
func (s *Site) bearing(c *conduct, x report.ReadingClaim, day when.Day) readClaim {
	out := readClaim{ReadingClaim: x}
	for _, code := range x.About {
		out.States = append(out.States, stateLink{code, s.state(code)})
	}
	if x.Activity != nil {
		out.MayWe = link(x.Activity)
	}
	figures := false
	for _, ref := range x.Rests {
		switch ref.Sort {
		case check.Provision:
			out.Law = s.readLaw(out.Law, ref.ID, lawDay(x.Activity, day))
		case check.Claim:
			out.Known = c.readKnown(out.Known, ref.ID)
		case check.Figure:
			figures = true
		case check.Happened:
			out.Events = append(out.Events, c.events[ref.ID])
		}
	}
	for _, st := range out.States {
		if figures {
			out.Figures = append(out.Figures, way{st.Name + ": figures of its trade", "/states/" + st.Code + "#trade"})
		}
		if out.Ledger == "" {
			out.Ledger = "/claims?" + url.Values{"state": {st.Code}}.Encode()
		}
	}
	if x.Promised {
		out.Undertakings = c.undertaken(x.About, day)
	}
	return out
}

// lawDay is the day whose law bears on a claim: that of the activity, or of the document.
func lawDay(a *activity.Activity, day when.Day) when.Day {
	if a != nil && a.Date.From != when.NoDay {
		return a.Date.From
	}
	return day
}

func (s *Site) readLaw(list []way, id string, day when.Day) []way {
	p, ok := s.Desk.Law.Provision(id)
	if !ok || len(list) == bearsAtMost {
		return list
	}
	address := "/law/" + id
	if day != when.NoDay && p.From <= day { // what came into force later is shown as it stands
		address += "?as_of=" + day.String()
	}
	return append(list, way{p.Cite() + ": " + p.Title, address})
}

func (c *conduct) readKnown(list []way, id string) []way {
	x, err := c.desk.Ledger.Claim(id)
	if err != nil || len(list) == bearsAtMost {
		return list
	}
	return append(list, way{x.Speaker + ": " + x.Text, "/claims/" + id})
}

// soonAfter is how many days after a document what it speaks of may have been put forward.
const soonAfter = 31

// undertaken gives what states had undertaken, or been asked to, by a day and some weeks after, the newest first.
func (c *conduct) undertaken(codes []string, day when.Day) []way {
	if c.Commitments == nil || day == when.NoDay {
		return nil
	}
	var list []*law.Provision
	for _, p := range c.Commitments.Law.Provisions() {
		bound := slices.ContainsFunc(p.Stipulation.By, func(code string) bool { return slices.Contains(codes, code) })
		if bound && p.From <= day+soonAfter && (p.Until == when.NoDay || p.Until >= day) {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b *law.Provision) int { return int(b.From) - int(a.From) })
	var out []way
	for _, p := range list[:min(len(list), bearsAtMost)] {
		out = append(out, way{strings.TrimSuffix(p.Title, ".") + ", " + p.Instrument.Title, "/commitments/" + p.ID})
	}
	return out
}
