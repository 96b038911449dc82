// Package confirm is the use case "a person says so": it turns what was found in a document into entries of a ledger, with
// the name of the person who confirmed, changed or rejected it.
//
// It reads no document and writes nothing; it accepts nothing by itself, and never the same find twice.
package confirm

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// Reading is what was found in a document, as it is offered to a person.
type Reading struct {
	// Name is the name under which the document was read, Document the SHA-256 of the original, Size its bytes.
	Name, Document string
	Size           int
	// Text is the SHA-256 of the text that was extracted from it, "" where spans point into the document itself.
	Text     string
	TextSize int
	Title    string
	// Day is the day of the document, [when.NoDay] where none was given.
	Day when.Day
	// Tool is the program with its version.
	Tool   string
	Offers []Offer
	// Kept are the answers of a language model that claims rest on.
	Kept []Kept
}

// Kept is something to be kept under its SHA-256.
type Kept struct {
	Hash string
	Body []byte
}

// Offer is one claim that was found.
type Offer struct {
	// Number is the number that the reader sees.
	Number int
	// Claim is what was found; its Source and Links are not set.
	Claim claim.Claim
	Voice read.Voice
	Rule  string
	// Request and Answer are hashes of what was sent to a language model and came back; "" for a find of the rules.
	Request, Answer string
	// Answers is the number of the claim that it answers, 0 for none.
	Answers int
}

// Of gives what was found in a document as it is offered.
func Of(r *read.Result, tool string) Reading {
	d := r.Document
	out := Reading{Name: d.Name, Document: d.SHA256, Size: d.Size, Title: d.Title, Day: r.Day, Tool: tool}
	if d.TextSHA256 != "" {
		out.Text, out.TextSize = d.TextSHA256, len(d.Text)
	}
	for i := range r.Claims {
		c := &r.Claims[i]
		o := Offer{
			Number: i + 1, Claim: c.Claim, Voice: c.Voice, Rule: c.Rule + ", speaker by " + c.AttributedBy, Request: c.Request, Answer: c.Answer,
			Answers: c.Answers + 1,
		}
		o.Claim.Links = nil
		out.Offers = append(out.Offers, o)
	}
	for _, x := range r.Exchanges {
		out.Kept = append(out.Kept, Kept{x.Answer, []byte(x.Body)})
	}
	return out
}

// Found gives the find that an offer is.
func (r *Reading) Found(o *Offer) claim.Found {
	return claim.Found{
		Document: r.Document, From: o.Claim.From, To: o.Claim.To, Kind: o.Claim.Kind, Speaker: o.Claim.Speaker,
		About: slices.Clone(o.Claim.About), Rule: o.Rule, Tool: r.Tool, Request: o.Request, Answer: o.Answer,
	}
}

// Person is who decides, on which day and why.
type Person struct {
	By     string
	On     when.Day
	Reason string
}

// Accept makes of the offers with these numbers claims of the ledger, and of the document a source if the ledger has none of
// its hash; src says of it what the document does not. Edit may be nil; it changes a claim before it is entered, and what it
// changes is recorded. Nothing is entered here: the entries are for the caller to add, all or none. Notes are for the person.
// The errors are fault.NotFound for a number that is not offered, fault.Conflict for one that was accepted before, and fault.Usage
// where publisher or person are missing.
func Accept(l *claim.Ledger, r Reading, numbers []int, src claim.Source, p Person, edit func(*claim.Claim) error) (entries []claim.Entry, notes []string, err error) {
	offers, err := r.pick(numbers, p)
	if err != nil {
		return nil, nil, err
	}
	source, known, err := r.source(l, src)
	if err != nil {
		return nil, nil, err
	}
	if !known {
		entries = append(entries, claim.Entry{Source: source})
	}
	ids := r.ids(l, source.ID, offers)
	for _, o := range offers {
		f := r.Found(o)
		if old := l.ReviewOf(f); old != nil && old.Verdict == claim.Accepted {
			return nil, nil, fault.New(fault.Conflict, "claim %d was accepted on %s by %s and stands in the ledger as %s", o.Number, old.On.Long(), old.By, old.Claim).
				WithFix("leave it out; nothing was written")
		} else if old != nil {
			notes = append(notes, "claim "+strconv.Itoa(o.Number)+" was rejected on "+old.On.Long()+" by "+old.By+" ("+old.Reason+"); the rejection stays on record")
		}
		c := o.Claim
		c.ID, c.Source, c.Verified = ids[o.Number], source.ID, true
		if c.Act != "" {
			c.Act = "as the bytes " + strconv.Itoa(c.From) + " to " + strconv.Itoa(c.To) + " of the original say"
		}
		if o.Answers > 0 {
			if to := r.entered(l, ids, o.Answers); to != "" {
				c.Links = []claim.Link{{Kind: claim.Answers, To: to}}
			} else {
				notes = append(notes, "claim "+strconv.Itoa(o.Number)+" answers claim "+strconv.Itoa(o.Answers)+
					", which is not in the ledger: the answer is entered without that link. Accept both at once to keep it")
			}
		}
		was := c
		if c.Speaker, c.SpeakerState = voice(o, source); c.Speaker != was.Speaker {
			if rest, ok := strings.CutPrefix(c.Text, was.Speaker+" "); ok {
				c.Text = c.Speaker + " " + rest
			}
		}
		if edit != nil {
			if err := edit(&c); err != nil {
				return nil, nil, err
			}
		}
		changed, err := differences(&was, &c)
		if err != nil {
			return nil, nil, err
		}
		entries = append(entries, claim.Entry{Claim: &c}, claim.Entry{Review: &claim.Review{
			Found: f, Verdict: claim.Accepted, Claim: c.ID, Changed: changed, By: p.By, On: p.On, Reason: p.Reason,
		}})
	}
	return entries, notes, nil
}

// Reject makes rejections of the offers with these numbers. The errors are those of [Accept].
func Reject(l *claim.Ledger, r Reading, numbers []int, p Person) ([]claim.Entry, error) {
	if strings.TrimSpace(p.Reason) == "" {
		return nil, fault.New(fault.Usage, "a rejection needs a reason").WithFix("say why with --reason")
	}
	offers, err := r.pick(numbers, p)
	if err != nil {
		return nil, err
	}
	var out []claim.Entry
	for _, o := range offers {
		f := r.Found(o)
		if old := l.ReviewOf(f); old != nil {
			e := fault.New(fault.Conflict, "claim %d was %s on %s by %s", o.Number, old.Verdict, old.On.Long(), old.By)
			if old.Verdict == claim.Accepted {
				return nil, e.WithFix("it stands in the ledger as %s, and nothing there is overwritten: grade it, or add a claim that challenges it", old.Claim)
			}
			return nil, e.WithFix("leave it out; nothing was written")
		}
		out = append(out, claim.Entry{Review: &claim.Review{Found: f, Verdict: claim.Rejected, By: p.By, On: p.On, Reason: p.Reason}})
	}
	return out, nil
}

// Answered reports which of the offers of a reading a person decided on already, by their numbers.
func Answered(l *claim.Ledger, r Reading) map[int]*claim.Review {
	out := map[int]*claim.Review{}
	for i := range r.Offers {
		if v := l.ReviewOf(r.Found(&r.Offers[i])); v != nil {
			out[r.Offers[i].Number] = v
		}
	}
	return out
}

func (r *Reading) pick(numbers []int, p Person) ([]*Offer, error) {
	if strings.TrimSpace(p.By) == "" || p.On == when.NoDay {
		return nil, fault.New(fault.Usage, "say who decides, and on which day")
	}
	if len(numbers) == 0 {
		return nil, fault.New(fault.Usage, "no claim is named").WithFix("give the numbers that `cordon read` prints")
	}
	var out []*Offer
	for _, n := range numbers {
		at := slices.IndexFunc(r.Offers, func(o Offer) bool { return o.Number == n })
		if at < 0 {
			return nil, fault.New(fault.NotFound, "no claim of the reading has the number %d", n).WithFix("`cordon read` prints the numbers")
		}
		if slices.Contains(out, &r.Offers[at]) {
			return nil, fault.New(fault.Usage, "claim %d is named twice", n)
		}
		out = append(out, &r.Offers[at])
	}
	return out, nil
}

// source gives the source that the document is, and whether the ledger has it.
func (r *Reading) source(l *claim.Ledger, src claim.Source) (*claim.Source, bool, error) {
	for _, s := range l.Sources() {
		if s.SHA256 != r.Document {
			continue
		}
		if src.ID != "" && src.ID != s.ID {
			return nil, false, fault.New(fault.Conflict, "the document stands in the ledger as the source %q, not %q", s.ID, src.ID).
				WithFix("leave --source out")
		}
		return s, true, nil
	}
	src.SHA256, src.Size, src.TextSHA256, src.TextSize, src.Verified = r.Document, r.Size, r.Text, r.TextSize, true
	src.Title = cmp.Or(src.Title, r.Title, path.Base(r.Name))
	src.ID = cmp.Or(src.ID, slug(strings.TrimSuffix(path.Base(r.Name), path.Ext(r.Name)))+"-"+r.Document[:8])
	if !claim.Given(src.Published) {
		src.Published = when.Period{From: r.Day, To: r.Day}
	}
	if _, err := l.Source(src.ID); err == nil {
		return nil, false, fault.New(fault.Conflict, "the source %q is in the ledger with another text, or without one", src.ID).
			WithFix("nothing is overwritten: give this document an id of its own with --source")
	}
	if strings.TrimSpace(src.Publisher) == "" {
		return nil, false, fault.New(fault.Usage, "the ledger does not know this document yet").
			WithFix("say who published it, as in --publisher \"The Paper\" --source-kind press")
	}
	return &src, false, nil
}

// ids gives each offer its id: that of the source and the byte at which the claim begins, with a number where it is taken.
func (r *Reading) ids(l *claim.Ledger, source string, offers []*Offer) map[int]string {
	out, taken := map[int]string{}, map[string]bool{}
	for _, o := range offers {
		base := source + "-" + strconv.Itoa(o.Claim.From)
		id := base
		for n := 2; ; n++ {
			if _, err := l.Claim(id); err != nil && !taken[id] {
				break
			}
			id = base + "." + strconv.Itoa(n)
		}
		out[o.Number], taken[id] = id, true
	}
	return out
}

// entered gives the id under which the claim of a number is, or is about to be, in the ledger.
func (r *Reading) entered(l *claim.Ledger, ids map[int]string, number int) string {
	if id := ids[number]; id != "" {
		return id
	}
	for i := range r.Offers {
		if r.Offers[i].Number != number {
			continue
		}
		if v := l.ReviewOf(r.Found(&r.Offers[i])); v != nil {
			return v.Claim
		}
	}
	return ""
}

// voice gives the speaker under whom a claim counts: the author speaks as the publisher, and somebody unnamed is nobody
// whom another document could name too.
func voice(o *Offer, s *claim.Source) (string, place.State) {
	c := &o.Claim
	switch {
	case o.Voice == read.Own && c.SpeakerState == 0 && c.Speaker == read.Author:
		return s.Publisher, s.State
	case o.Voice == read.Unnamed && len(c.SpeakerStates()) == 0:
		return c.Speaker + ", not named, in " + s.Publisher, 0
	}
	return c.Speaker, c.SpeakerState
}

func slug(s string) string {
	var b strings.Builder
	for _, r := range text.Fold(s) {
		if b.Len() >= 60 {
			break
		}
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return cmp.Or(strings.Trim(b.String(), "-"), "document")
}
