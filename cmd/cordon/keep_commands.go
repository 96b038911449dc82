package main

import (
	"cmp"
	"io"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
)

// basis gives what rulings of the command line are made with.
func (r *decideRun) basis() (basis, error) {
	if r.lists == nil {
		return r.keeping.basis(r.m.ctx, nil)
	}
	r.lists.once.Do(r.lists.open)
	b, err := r.keeping.basis(r.m.ctx, r.lists.desk)
	if r.lists.err != nil {
		b.unscreened = notOpened(r.lists.err)
	}
	return b, err
}

// asked gives a question of the command line as it is kept. Full rulings have the
// activity and near misses.
func (r *decideRun) asked(full bool, a []byte) decideAsked {
	return decideAsked{
		AsOf: r.AsOf, KnownAt: r.KnownAt, Look: r.lists != nil, Full: full, Brief: r.Brief, Explain: full && !r.Brief,
		Totals: r.totalsText, Activity: a,
	}
}

// keep keeps the ruling on an activity before it is printed, where rulings are kept: as
// JSON, in whichever form it is printed.
func (r *decideRun) keep(a *activity.Activity, rl *ruling.Ruling) error {
	if r.keeping == nil {
		return nil
	}
	b, err := r.basis()
	if err != nil {
		return err
	}
	full := r.Format != "jsonl"
	k, err := r.keeping.newDecided(b, r.keeping.actor, r.asked(full, a.AppendJSON(nil)), append(r.encoder(full).Append(nil, rl), '\n'))
	if err == nil {
		err = r.keeping.Keep(r.m.ctx, k)
	}
	if err == nil {
		r.m.said(k)
	}
	return err
}

// run answers a stream, and keeps what it answers where rulings are kept.
func (r *decideRun) run(in io.Reader, s decide.Stream) (decide.Count, error) {
	if r.keeping == nil {
		return r.d.Run(in, r.m.Out, s)
	}
	b, err := r.basis()
	if err != nil {
		return decide.Count{}, err
	}
	batch, err := answer.NewID(r.m.now())
	if err != nil {
		return decide.Count{}, err
	}
	p := &pairing{ctx: r.m.ctx, out: r.m.Out, keeper: r.keeping, keep: func(line int, question, text []byte) (answer.Kept, error) {
		a, err := r.question(question)
		if err != nil {
			return answer.Kept{}, err
		}
		k, err := r.keeping.newDecided(b, r.keeping.actor, r.asked(false, a), text)
		k.Batch, k.Line = batch, line
		return k, err
	}}
	n, err := r.d.Run(io.TeeReader(in, (*questions)(p)), p, s)
	r.m.saidBatch(batch)
	return n, cmp.Or(err, p.flush())
}

// question gives a line of a stream as it was asked: with what --set stated.
func (r *decideRun) question(line []byte) ([]byte, error) {
	a := &activity.Activity{}
	if err := activity.NewDecoder(r.d.Reference).Decode(line, a); err != nil {
		return nil, err
	}
	if err := r.prepare(a); err != nil {
		return nil, err
	}
	return a.AppendJSON(nil), nil
}

// keepOne keeps the answer about one party before it is printed.
func (c *screenCmd) keepOne(m *Main, d *screen.Desk, p screen.Party, ref string, q screening.Query, a *screening.Answer) (err error) {
	k, err := m.keep(c.Data, lawFlags{}, nil)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, k.Close()) }()
	b, err := k.basis(m.ctx, d)
	if err != nil {
		return err
	}
	text, err := lineOf((&screenCmd{}).answer(d, screen.Batch{AsOf: q.AsOf}, screen.Answered{Answer: *a}))
	if err != nil {
		return err
	}
	why, err := explainHits(d, a)
	if err != nil {
		return err
	}
	query, err := rowQuery(screen.Batch{Threshold: q.Threshold, Lists: q.Lists, Limit: q.Limit}, p, ref)
	if err != nil {
		return err
	}
	kept, err := k.newScreened(b, k.actor, screenAsked{AsOf: q.AsOf.String(), quietAsked: quietOf(a), Query: query}, text, why)
	if err == nil {
		err = k.Keep(m.ctx, kept)
	}
	if err == nil {
		m.said(kept)
	}
	return err
}

// keepingRows gives what takes the answers to the rows of a file, and what ends it.
// Where they are kept, they reach the output when they are.
func (c *screenCmd) keepingRows(m *Main, d *screen.Desk, b screen.Batch, out *output) (add func(screen.Answered) error, end func() error, err error) {
	if !c.Keep {
		return func(a screen.Answered) error { return out.add(rowAnswer(d, b, a, true)) }, func() error { return nil }, nil
	}
	k, err := m.keep(c.Data, lawFlags{}, nil)
	if err != nil {
		return nil, nil, err
	}
	batch, err := answer.NewID(m.now())
	if err != nil {
		return nil, nil, cmp.Or(err, k.Close())
	}
	lot := &keptLot{k: k, ctx: m.ctx, batch: batch, actor: k.actor, named: true, out: func(a screen.Answered, _ []byte) error {
		return out.add(rowAnswer(d, b, a, true))
	}, after: func() error { return nil }}
	return func(a screen.Answered) error { return lot.add(d, b, a) }, func() error {
		err := cmp.Or(lot.flush(), k.Close())
		m.saidBatch(batch)
		return err
	}, nil
}
