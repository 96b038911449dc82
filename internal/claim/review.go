package claim

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Review is what a person decided on a claim that a program found in a document.
type Review struct {
	Found
	Verdict Verdict
	// Claim is the claim of the ledger that was made of it, "" for a rejection. Changed says in what it differs from what was
	// found.
	Claim   string
	Changed []Change
	By      string
	On      when.Day
	// Reason is why; a rejection needs one.
	Reason string
}

// Found is a claim as a program found it. Where, kind, speaker and subjects together tell it from others of the document.
type Found struct {
	// Document is the SHA-256 of the original in hexadecimal, From and To the span in its bytes.
	Document string
	From, To int
	Kind     Kind
	Speaker  string
	About    []place.State
	// Rule is what found it, Tool the program with its version.
	Rule, Tool string
	// Request and Answer are the SHA-256 of what was sent to a language model and of what came back, where one found it.
	Request, Answer string
}

// Verdict is the word of a person on a claim that was found.
type Verdict uint8

// The verdicts.
const (
	Accepted Verdict = iota
	Rejected
)

// Change is one field that a person entered otherwise than it was found; "" for nothing.
type Change struct{ Field, Was, Is string }

// Same reports whether two are the same find: a later version of the rules that finds it again finds the same.
func (f Found) Same(o Found) bool {
	a, b := slices.Clone(f.About), slices.Clone(o.About)
	slices.Sort(a)
	slices.Sort(b)
	return f.Document == o.Document && f.From == o.From && f.To == o.To && f.Kind == o.Kind && f.Speaker == o.Speaker && slices.Equal(a, b)
}

// Reviews gives all reviews in one order.
func (l *Ledger) Reviews() []*Review { return l.reviews }

// ReviewOf gives the review that stands for a find: that by which it was accepted, or else a rejection; nil for none.
func (l *Ledger) ReviewOf(f Found) *Review {
	var out *Review
	for _, r := range l.reviews {
		if r.Same(f) && (out == nil || r.Verdict == Accepted) {
			out = r
		}
	}
	return out
}

// ReviewFor gives the review by which a claim came into the ledger, nil for a claim that was entered otherwise.
func (l *Ledger) ReviewFor(id string) *Review {
	for _, r := range l.reviews {
		if r.Claim == id {
			return r
		}
	}
	return nil
}

// AppendReview appends the canonical form of a review.
func AppendReview(b []byte, r *Review) []byte {
	o := begin(b)
	o.text("document", r.Document)
	o.number("from", r.From)
	o.number("to", r.To)
	o.text("kind", r.Kind.String())
	o.text("speaker", r.Speaker)
	each(o, "about", r.About, func(b []byte, s place.State) []byte { return appendText(b, s.String()) })
	o.text("rule", r.Rule)
	o.text("tool", r.Tool)
	o.text("request", r.Request)
	o.text("answer", r.Answer)
	o.text("verdict", r.Verdict.String())
	o.text("claim", r.Claim)
	each(o, "changed", r.Changed, func(b []byte, c Change) []byte {
		o := begin(b)
		o.text("field", c.Field)
		o.text("was", c.Was)
		o.text("is", c.Is)
		return o.end()
	})
	o.text("by", r.By)
	o.day("on", r.On)
	o.text("reason", r.Reason)
	return o.end()
}

func (r *reader) review(n *yamltree.Node) *Review {
	f := r.fields(n, "a review")
	v := &Review{
		Found: Found{
			Document: f.need("document"), From: f.count("from"), To: f.count("to"), Speaker: f.need("speaker"), About: f.states("about"),
			Rule: f.need("rule"), Tool: f.need("tool"), Request: f.text("request"), Answer: f.text("answer"),
		},
		Claim: f.text("claim"), By: f.need("by"), On: f.day("on"), Reason: f.text("reason"),
	}
	f.need("kind")
	v.Kind = word(f, "kind", ParseKind)
	f.need("verdict")
	v.Verdict = word(f, "verdict", ParseVerdict)
	for _, it := range f.list("changed") {
		cf := r.fields(it, "a change")
		v.Changed = append(v.Changed, Change{cf.need("field"), cf.text("was"), cf.text("is")})
		cf.end()
	}
	f.end()
	return v
}

// review takes in the reviews, in one order, and holds them against the claims.
func (l *Ledger) review(entries []Entry) error {
	at := map[*Review]fault.Place{}
	for _, e := range entries {
		if e.Review == nil {
			continue
		}
		v := *e.Review
		v.About = slices.Clone(v.About)
		slices.Sort(v.About)
		at[&v] = e.At
		l.reviews = append(l.reviews, &v)
	}
	slices.SortFunc(l.reviews, compareReviews)
	l.reviews = slices.CompactFunc(l.reviews, func(a, b *Review) bool { return compareReviews(a, b) == 0 })
	accepted := map[string]*Review{}
	for _, v := range l.reviews {
		if err := l.checkReview(v); err != nil {
			return fault.In(at[v], err)
		}
		if v.Verdict == Rejected {
			continue
		}
		if old := accepted[v.Claim]; old != nil {
			return fault.New(fault.Conflict, "the claim %q was accepted twice, by %s and by %s", v.Claim, old.By, v.By).At(at[v])
		}
		accepted[v.Claim] = v
		if first := l.ReviewOf(v.Found); first != v {
			return fault.New(fault.Conflict, "bytes %d to %d of the document were accepted already, as %q by %s", v.From, v.To, first.Claim, first.By).
				At(at[v])
		}
	}
	return nil
}

func compareReviews(a, b *Review) int {
	return cmp.Or(cmp.Compare(a.Document, b.Document), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.On, b.On),
		bytes.Compare(AppendReview(nil, a), AppendReview(nil, b)))
}

func (l *Ledger) checkReview(v *Review) error {
	for _, h := range []struct{ field, hash string }{{"document", v.Document}, {"request", v.Request}, {"answer", v.Answer}} {
		if h.field != "document" && h.hash == "" {
			continue
		}
		if err := checkHash(h.field, h.hash); err != nil {
			return err
		}
	}
	texts := []string{v.Speaker, v.Rule, v.Tool, v.By, v.Reason}
	for _, c := range v.Changed {
		texts = append(texts, c.Field, c.Was, c.Is)
	}
	if err := plain(texts...); err != nil {
		return err
	}
	switch {
	case v.From < 0 || v.From >= v.To:
		return fault.New(fault.Invalid, "the review is of no span: %d to %d", v.From, v.To).At(fault.Place{Field: "from"})
	case strings.TrimSpace(v.By) == "" || v.On == when.NoDay:
		return fault.New(fault.Invalid, "a review has a name and a day").At(fault.Place{Field: "by"})
	case v.Verdict == Rejected && (v.Claim != "" || len(v.Changed) > 0):
		return fault.New(fault.Invalid, "a rejection makes no claim").At(fault.Place{Field: "claim"})
	case v.Verdict == Rejected && strings.TrimSpace(v.Reason) == "":
		return fault.New(fault.Invalid, "a rejection needs a reason").At(fault.Place{Field: "reason"})
	case v.Verdict == Rejected:
		return nil
	}
	c := l.claimAt[v.Claim]
	if c == nil {
		return l.missing("claim", v.Claim).At(fault.Place{Field: "claim"})
	}
	if l.sourceAt[c.Source].SHA256 != v.Document || c.From != v.From || c.To != v.To {
		return fault.New(fault.Conflict, "the claim %q does not stand where the review has it", v.Claim).At(fault.Place{Field: "claim"})
	}
	return nil
}

// reviewNode states a review as an activity of PROV-O: a person, by way of a program, made a claim from a source.
func (l *Ledger) reviewNode(b []byte, v *Review) []byte {
	fields := AppendReview(nil, v)
	sum := sha256.Sum256(fields)
	o := begin(b)
	o.text("@id", "review/"+hex.EncodeToString(sum[:8]))
	o.texts("@type", []string{"prov:Activity", "Review"})
	o.agent("prov:wasAssociatedWith", "", v.By)
	for _, s := range l.sources {
		if s.SHA256 == v.Document {
			o.refs("prov:used", []string{"source/" + s.ID})
			break
		}
	}
	if v.Claim != "" {
		o.refs("prov:generated", []string{"claim/" + v.Claim})
	}
	return o.with(fields)
}
