package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/confirm"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

// hidden reports whether claim i is left out because a person rejected it before.
func (r Reading) hidden(i int) bool {
	v := r.Reviews[i+1]
	return v != nil && v.Verdict == claim.Rejected && !r.All
}

func reviewText(v *claim.Review) string {
	s := v.Verdict.String() + " on " + v.On.Long() + " by " + v.By
	if v.Claim != "" {
		s += ": in the ledger as " + v.Claim
	}
	if v.Reason != "" {
		s += " (" + v.Reason + ")"
	}
	return s
}

// finders says who looked for claims.
func finders(r Reading) string {
	if len(r.Exchanges) == 0 {
		return "rules"
	}
	return "rules and by the language model " + plainWord(r.Exchanges[0].Model)
}

// thisClaim and thisDocument stand for the ids of a claim that is in no ledger yet, and of its source.
const (
	thisClaim    = "this-claim"
	thisDocument = "this-document"
)

// forLedger gives a claim in the form of the ledger, without what ties it to other claims of the reading.
func forLedger(c *claim.Claim) json.RawMessage {
	d := *c
	d.ID, d.Source, d.Links = thisClaim, thisDocument, nil
	return claim.AppendClaim(nil, &d)
}

// readingFile gives a reading as JSON, with its seal, so that what is confirmed later is what was found.
func readingFile(r Reading) ([]byte, error) {
	j := readingJSON(r)
	j.Document.Name = strings.ToValidUTF8(j.Document.Name, "?")
	seal, err := sealOfReading(j)
	if err != nil {
		return nil, err
	}
	j.Seal = seal
	b, err := json.MarshalIndent(j, "", "  ")
	return append(b, '\n'), err
}

func sealOfReading(j ReadingJSON) (string, error) {
	j.Seal = ""
	b, err := json.Marshal(j)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "the reading cannot be written")
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// ParseReading reads a reading that was written as JSON. It is fault.Invalid when it is none, has keys that nobody knows,
// or was changed after it was written.
func ParseReading(ref *activity.Reference, name string, b []byte) (confirm.Reading, error) {
	at := fault.Place{File: name}
	var j ReadingJSON
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&j); err != nil {
		return confirm.Reading{}, fault.New(fault.Invalid, "this is no reading: %v", err).At(at).
			WithFix("`cordon read FILE --format json` writes one")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return confirm.Reading{}, fault.New(fault.Invalid, "something follows the reading").At(at)
	}
	seal, err := sealOfReading(j)
	if err != nil {
		return confirm.Reading{}, err
	}
	if seal != j.Seal {
		return confirm.Reading{}, fault.New(fault.Invalid, "the reading was changed after it was written").At(at).
			WithFix("read the document again; `cordon claims edit` changes what you accept, and records it")
	}
	r := confirm.Reading{
		Name: j.Document.Name, Document: j.Document.SHA256, Size: j.Document.Size, Text: j.Document.TextSHA256, Title: j.Document.Title, Day: when.NoDay, Tool: j.Tool,
	}
	if j.Document.Date != "" {
		if r.Day, err = when.ParseDay(j.Document.Date); err != nil {
			return r, fault.In(at, err)
		}
	}
	for _, x := range j.Asked {
		sum := sha256.Sum256(x.Body)
		if hex.EncodeToString(sum[:]) != x.Answer {
			return r, fault.New(fault.Invalid, "an answer of the language model does not have the hash that is stated").At(at)
		}
		r.Kept = append(r.Kept, confirm.Kept{Hash: x.Answer, Body: x.Body})
	}
	for i := range j.Claims {
		o, err := offerOf(ref, &j.Claims[i])
		if err != nil {
			return r, fault.In(fault.Place{File: name, Item: i + 1}, err)
		}
		r.Offers = append(r.Offers, o)
	}
	return r, nil
}

func offerOf(ref *activity.Reference, j *ReadClaimJSON) (confirm.Offer, error) {
	line := append(append([]byte(`{"claim":`), j.Ledger...), '}')
	e, err := claim.ReadLine(ref, line)
	if err != nil {
		return confirm.Offer{}, err
	}
	o := confirm.Offer{Claim: *e.Claim, Rule: j.Rule + ", speaker by " + j.AttributedBy, Request: j.Request, Answer: j.Answer}
	if o.Number, err = numberOf(j.ID); err != nil {
		return o, err
	}
	if j.Answers != "" {
		if o.Answers, err = numberOf(j.Answers); err != nil {
			return o, err
		}
	}
	o.Voice, err = read.ParseVoice(j.Voice)
	return o, err
}

func numberOf(id string) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "c"))
	if err != nil || n < 1 {
		return 0, fault.New(fault.Invalid, "%q is no number of a claim", id)
	}
	return n, nil
}
