// Package evidence is the use case "who says so": it reads the claims that come with the program together with a user's
// own, adds to the own ones, and checks that what is kept is what was kept.
//
// Own claims are a journal of parts. A part is written whole or not at all, is sealed by a hash over itself and the one
// before, and is never changed: a correction is a claim that retracts another, a second grade stands beside the first.
// The seals show accidents and careless hands; they do not stop somebody who writes the whole journal anew. The package
// judges no claim and publishes none.
package evidence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/text"
)

// Journal keeps the parts of a user's own claims and the originals of their sources. Its methods may be called by many at
// once, also from several processes.
type Journal interface {
	// Parts gives all parts in order, the first one first; none when nothing was ever written. A part that is missing
	// between others is fault.Unavailable.
	Parts(ctx context.Context) ([][]byte, error)
	// Append adds the part of that number, counted from 1: whole or not at all. It is fault.Conflict when there is such a
	// part already or the one before is not there.
	Append(ctx context.Context, number int, part []byte) error
	// Keep stores an original under its SHA-256 in hexadecimal. Keeping the same bytes again changes nothing.
	Keep(ctx context.Context, hash string, original []byte) error
	// Original gives what is stored under a hash, as it is stored now; fault.NotFound when nothing is.
	Original(ctx context.Context, hash string) ([]byte, error)
}

// MaxOriginal is the largest original that is kept, in bytes.
const MaxOriginal = 64 << 20

// Book is the claims that come with the program and the user's own, read together at one moment.
type Book struct {
	// Ledger holds both.
	Ledger *claim.Ledger

	journal Journal
	ref     *activity.Reference
	law     *law.Law
	given   []claim.Entry // with the program
	own     []claim.Entry
	parts   int
	seal    string // of the last part
}

// Open reads a journal beside the given entries. Journal may be nil: then there is nothing of the user's own, and
// nothing can be added.
func Open(ctx context.Context, journal Journal, ref *activity.Reference, l *law.Law, given []claim.Entry) (*Book, error) {
	b := &Book{journal: journal, ref: ref, law: l, given: given}
	if journal != nil {
		parts, err := journal.Parts(ctx)
		if err != nil {
			return nil, err
		}
		for i, part := range parts {
			entries, seal, err := b.unseal(i+1, part)
			if err != nil {
				return nil, err
			}
			b.own, b.parts, b.seal = append(b.own, entries...), i+1, seal
		}
	}
	var err error
	b.Ledger, err = b.ledger(b.own)
	return b, err
}

// ledger makes a ledger of the given entries and own ones.
func (b *Book) ledger(own []claim.Entry) (*claim.Ledger, error) {
	var ids []string
	for _, p := range b.law.Provisions() {
		ids = append(ids, p.ID)
	}
	exists := func(id string) bool { _, ok := b.law.Provision(id); return ok }
	return claim.New(slices.Concat(b.given, own), exists, func(id string) []string { return text.NearestOf(id, ids, 3) })
}

// IsOwn reports whether a claim stands in the user's journal and did not come with the program.
func (b *Book) IsOwn(id string) bool {
	return slices.ContainsFunc(b.own, func(e claim.Entry) bool { return e.Claim != nil && e.Claim.ID == id })
}

// Written is when a part was written and by which program.
type Written struct {
	At   time.Time
	Tool string
}

// Add checks entries against everything that is there and writes them as one part. Nothing is written when one of them
// does not fit. The book is then as if it had been opened anew.
func (b *Book) Add(ctx context.Context, w Written, entries []claim.Entry) error {
	if b.journal == nil {
		return fault.New(fault.Usage, "there is no folder to keep own claims in")
	}
	if len(entries) == 0 {
		return fault.New(fault.Usage, "there is nothing to add")
	}
	own := slices.Concat(b.own, entries)
	l, err := b.ledger(own)
	if err != nil {
		return err
	}
	part, seal := sealed(b.parts+1, b.seal, w, entries)
	if err := b.journal.Append(ctx, b.parts+1, part); err != nil {
		return err
	}
	b.Ledger, b.own, b.parts, b.seal = l, own, b.parts+1, seal
	return nil
}

// Check reports what in entries does not fit to everything that is there, as [Book.Add] would, and writes nothing.
func (b *Book) Check(entries []claim.Entry) error {
	_, err := b.ledger(slices.Concat(b.own, entries))
	return err
}

// Keep stores the original of a source and fills in its hash and size. The source is not added.
func (b *Book) Keep(ctx context.Context, s *claim.Source, original []byte) error {
	if b.journal == nil {
		return fault.New(fault.Usage, "there is no folder to keep originals in")
	}
	if len(original) == 0 || len(original) > MaxOriginal {
		return fault.New(fault.TooLarge, "the original has %d bytes; from 1 to %d are kept", len(original), MaxOriginal)
	}
	s.SHA256, s.Size = hashOf(original), len(original)
	return b.journal.Keep(ctx, s.SHA256, original)
}

// KeepText stores the text that was extracted from the original of a source, into which spans point, and fills in its hash
// and size.
func (b *Book) KeepText(ctx context.Context, s *claim.Source, extracted string) error {
	if b.journal == nil {
		return fault.New(fault.Usage, "there is no folder to keep texts in")
	}
	if extracted == "" || len(extracted) > MaxOriginal {
		return fault.New(fault.TooLarge, "the text has %d bytes; from 1 to %d are kept", len(extracted), MaxOriginal)
	}
	s.TextSHA256, s.TextSize = hashOf([]byte(extracted)), len(extracted)
	return b.journal.Keep(ctx, s.TextSHA256, []byte(extracted))
}

// KeepAnswer stores what a language model answered, on which reviews rest, under its hash.
func (b *Book) KeepAnswer(ctx context.Context, answer []byte) error {
	if b.journal == nil {
		return fault.New(fault.Usage, "there is no folder to keep answers in")
	}
	return b.journal.Keep(ctx, hashOf(answer), answer)
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Import adds what of the entries is not there yet: a source or claim that is there word for word is passed over, and of
// a claim that is there with fewer grades or requests only those are added. It gives how many entries were new.
func (b *Book) Import(ctx context.Context, w Written, entries []claim.Entry) (added int, err error) {
	var fresh []claim.Entry
	for _, e := range entries {
		switch {
		case e.Source != nil:
			if old, err := b.Ledger.Source(e.Source.ID); err != nil || *old != *e.Source {
				fresh = append(fresh, e)
			}
		case e.Claim != nil:
			fresh = append(fresh, b.news(e)...)
		case e.Grade != nil:
			if old, err := b.Ledger.Claim(e.Grade.Claim); err != nil || !slices.Contains(old.Grades, e.Grade.Grade) {
				fresh = append(fresh, e)
			}
		case e.Review != nil:
			if !b.reviewed(e.Review) {
				fresh = append(fresh, e)
			}
		case e.Request != nil:
			if old, err := b.Ledger.Claim(e.Request.Claim); err != nil || !slices.Contains(old.Asked, e.Request.Request) {
				fresh = append(fresh, e)
			}
		}
	}
	if len(fresh) == 0 {
		return 0, nil
	}
	return len(fresh), b.Add(ctx, w, fresh)
}

// reviewed reports whether a review is there, word for word.
func (b *Book) reviewed(v *claim.Review) bool {
	want := claim.AppendReview(nil, v)
	return slices.ContainsFunc(b.Ledger.Reviews(), func(o *claim.Review) bool { return bytes.Equal(claim.AppendReview(nil, o), want) })
}

// news gives what a claim adds to the one of the same id: all of it when there is none or it says something else, which
// Add then refuses.
func (b *Book) news(e claim.Entry) []claim.Entry {
	old, err := b.Ledger.Claim(e.Claim.ID)
	if err != nil || !bytes.Equal(bare(old), bare(e.Claim)) {
		return []claim.Entry{e}
	}
	var out []claim.Entry
	for _, g := range e.Claim.Grades {
		if !slices.Contains(old.Grades, g) {
			out = append(out, claim.Entry{Grade: &claim.Graded{Claim: old.ID, Grade: g}, At: e.At})
		}
	}
	for _, q := range e.Claim.Asked {
		if !slices.Contains(old.Asked, q) {
			out = append(out, claim.Entry{Request: &claim.Requested{Claim: old.ID, Request: q}, At: e.At})
		}
	}
	return out
}

// bare is a claim as it was entered, without grades and requests.
func bare(c *claim.Claim) []byte {
	d := *c
	d.Grades, d.Asked = nil, nil
	return claim.AppendClaim(nil, &d)
}

// Verify reads everything that is kept again and calls problem for whatever is not what it was. The parts were checked
// when the book was opened. It gives the number of originals looked at.
func (b *Book) Verify(ctx context.Context, problem func(string)) (originals int, err error) {
	for _, s := range b.Ledger.Sources() {
		if s.SHA256 == "" || b.journal == nil {
			continue
		}
		kept := []struct {
			what, hash string
			size       int
		}{{"the original of " + s.ID, s.SHA256, s.Size}, {"the text of " + s.ID, s.TextSHA256, s.TextSize}}
		for _, k := range kept {
			if k.hash == "" {
				continue
			}
			originals++
			data, err := b.journal.Original(ctx, k.hash)
			switch {
			case fault.CodeOf(err) == fault.NotFound && err != nil:
				problem(k.what + " is not there (" + k.hash + ")")
			case err != nil:
				return originals, err
			case hashOf(data) != k.hash:
				problem(k.what + " was changed: it does not have the hash " + k.hash)
			case len(data) != k.size:
				problem(k.what + " does not have the size that was stated")
			}
		}
	}
	seen := map[string]bool{}
	for _, v := range b.Ledger.Reviews() {
		if v.Answer == "" || seen[v.Answer] || b.journal == nil {
			continue
		}
		seen[v.Answer] = true
		originals++
		data, err := b.journal.Original(ctx, v.Answer)
		switch {
		case fault.CodeOf(err) == fault.NotFound && err != nil:
			problem("the answer of a language model is not there (" + v.Answer + ")")
		case err != nil:
			return originals, err
		case hashOf(data) != v.Answer:
			problem("the answer of a language model was changed: it does not have the hash " + v.Answer)
		}
	}
	return originals, nil
}

// Parts gives the number of parts of the journal and the seal of the last, by which two copies of a journal are
// compared; "" when there is none.
func (b *Book) Parts() (int, string) { return b.parts, b.seal }

// unseal reads a part and checks it against the one before.
func (b *Book) unseal(number int, part []byte) ([]claim.Entry, string, error) {
	at := fault.Place{File: "journal part", Item: number}
	head, body, _ := bytes.Cut(part, []byte("\n"))
	h, err := readHead(head)
	if err != nil || h.number != number || h.previous != b.seal || h.seal != sealOf(h, body) {
		return nil, "", fault.New(fault.Unavailable, "the journal of own claims was changed after it was written").At(at).
			WithFix("restore this part from a copy; nothing is read from a journal that does not agree with itself")
	}
	entries, err := claim.ReadLines(b.ref, "journal part "+strconv.Itoa(number), bytes.NewReader(body))
	return entries, h.seal, err
}
