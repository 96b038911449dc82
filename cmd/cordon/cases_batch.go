package main

import (
	"context"
	"io"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
)

// mostOfBatch is how many answers of a batch a request makes cases of; more take longer than somebody waits.
const mostOfBatch = 20_000

// fromBatch makes cases of the hits of a batch that was kept, or of a job of screening, with the lists as they are, in somebody's name. A hit that has its case
// is met there, so that whoever asks twice raises nothing twice, and who was broken off goes on.
func (p *casesForPrograms) fromBatch(ctx context.Context, s *workStore, d *casework.Desk, by casework.Person, batch string) (out report.BatchCasesJSON, err error) {
	if err := answer.CheckID(batch); err != nil {
		return out, fault.New(fault.Invalid, "%q is not the id of a batch", batch).WithFix("it is in the head Cordon-Batch-Id of the answer, or printed as “kept as the batch”")
	}
	n := 0
	for _, err := range s.List(ctx, answer.Filter{Batch: batch}) {
		if err != nil {
			return out, err
		}
		if n++; n > mostOfBatch {
			return out, fault.New(fault.TooLarge, "the batch has more than %d answers", mostOfBatch).WithFix("`cordon cases from --answers --batch %s`", batch)
		}
	}
	var ofJob *job.Status
	var q job.Queue
	if n == 0 {
		if q, ofJob, err = jobOf(ctx, s, batch); err != nil {
			return out, err
		}
	}
	held := p.sc.live.Take()
	defer held.Release()
	quiet := *p.m
	quiet.Out, quiet.ctx = io.Discard, ctx
	c := &casesFromCmd{Answers: true, Batch: batch, Format: "text"}
	r := &raising{
		caseMaker: p.maker(held.Desk), c: c, m: &quiet, ctx: ctx, desk: d, by: by, count: map[casework.Outcome]int{},
	}
	answers := c.keptAnswers(&quiet, s)
	if ofJob != nil {
		answers = jobAnswers(ctx, q, ofJob)
	}
	if err := r.all(answers); err != nil {
		return out, err
	}
	out = report.BatchCasesJSON{
		Batch: batch, Answers: r.in, WithHits: r.hit, Clear: r.clear, Rulings: r.rulings, Lawful: r.lawful, NotScreened: append([]string{}, r.unscreened...),
		LeftOff: append([]string{}, r.leftOff...), Met: map[string]int{},
	}
	for _, o := range casework.Outcomes() {
		if r.count[o] > 0 {
			out.Met[string(o)] = r.count[o]
		}
	}
	return out, nil
}

// jobOf gives the job of screening that an id names which is that of no batch.
func jobOf(ctx context.Context, s *workStore, id string) (job.Queue, *job.Status, error) {
	q, err := s.queue(ctx)
	if err != nil {
		return nil, nil, err
	}
	of, err := q.Job(ctx, id)
	switch {
	case fault.CodeOf(err) == fault.NotFound:
		return nil, nil, fault.New(fault.NotFound, "no answer of the batch %s is kept, and there is no such job", id).
			WithFix("start the server with --keep answers, or hand the file in as a job, and screen again")
	case err != nil:
		return nil, nil, err
	case of.Items > mostOfBatch:
		return nil, nil, fault.New(fault.TooLarge, "the job has more than %d answers", mostOfBatch).WithFix("`cordon cases from --job %s`", id)
	}
	return q, &of, nil
}

// maker makes alerts with the lists of a moment.
func (p *casesForPrograms) maker(d *screen.Desk) caseMaker {
	return caseMaker{lists: d, places: p.sc.places, asOf: p.m.today()}
}
