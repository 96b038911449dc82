package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
)

// partyLine follows the answer to a row that has hits in the result of a chunk: what a case needs of the party, as the chunk itself is
// dropped when it is done. It is for whoever makes cases, and no part of the answers.
type partyLine struct {
	Party partyOfRow `json:"party_of_row"`
}

type partyOfRow struct {
	Row   int          `json:"row"`
	Ref   string       `json:"ref,omitempty"`
	Party screen.Party `json:"party"`
}

var partyMark = []byte(`{"party_of_row":`)

// answersIn gives the lines of a result that are answers.
func answersIn(data []byte) []byte {
	if !bytes.Contains(data, partyMark) {
		return data
	}
	out := make([]byte, 0, len(data))
	for line := range bytes.Lines(data) {
		if !bytes.HasPrefix(line, partyMark) {
			out = append(out, line...)
		}
	}
	return out
}

// mayBeCases says why a job has no answers that can become cases.
func mayBeCases(s *job.Status) error {
	switch {
	case s.Kind == kindRescreen:
		return fault.New(fault.Conflict, "the job %s screened customers on file", s.ID).WithFix("`cordon cases from --watch %s`", s.About)
	case s.Kind != kindScreen:
		return fault.New(fault.Conflict, "the job %s is of the kind %s, and only jobs of screening have hits", s.ID, s.Kind)
	case s.State() != job.Done:
		return notDone(s)
	}
	return nil
}

// jobAnswers gives the answers of a job of screening that is done, with the parties of those that have hits.
func jobAnswers(ctx context.Context, q job.Queue, s *job.Status) iter.Seq2[answeredParty, error] {
	return func(yield func(answeredParty, error) bool) {
		if err := mayBeCases(s); err != nil {
			yield(answeredParty{}, err)
			return
		}
		for r, err := range q.Results(ctx, s.ID) {
			if err != nil {
				yield(answeredParty{}, err)
				return
			}
			for a, err := range answeredRows(s.ID, r.Data) {
				if !yield(a, err) || err != nil {
					return
				}
			}
		}
	}
}

// answeredRows puts the answers of a chunk together with the parties that follow them.
func answeredRows(id string, data []byte) iter.Seq2[answeredParty, error] {
	return func(yield func(answeredParty, error) bool) {
		var open *answeredParty // has hits, and its party comes next
		for line := range bytes.Lines(data) {
			var err error
			a := answeredParty{stake: 1}
			switch isParty := bytes.HasPrefix(line, partyMark); {
			case isParty != (open != nil):
				err = withoutParties(id)
			case isParty:
				var p partyLine
				if err = json.Unmarshal(line, &p); err == nil && p.Party.Row != open.answer.Row {
					err = withoutParties(id)
				}
				a, open = *open, nil
				a.party, a.ref = p.Party.Party, p.Party.Ref
			default:
				a.answer = report.AnswerJSON{}
				err = json.Unmarshal(line, &a.answer)
				a.from = fmt.Sprintf("job %s row %d", id, a.answer.Row)
				if err == nil && needsParty(&a.answer) {
					open = &a
					continue
				}
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
		if open != nil {
			yield(answeredParty{}, withoutParties(id))
		}
	}
}

func needsParty(a *report.AnswerJSON) bool { return len(a.Hits) > 0 || a.More > 0 }

// withoutParties is the fault of results of before they had what a case needs.
func withoutParties(id string) error {
	return fault.New(fault.Conflict, "the results of the job %s do not say who was screened: it was worked on by an earlier version", id).
		WithFix("`cordon jobs results %s > answers.jsonl`, then `cordon cases from answers.jsonl --input FILE` with the file that was handed in; or hand it in again", id)
}
