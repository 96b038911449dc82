package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
)

// serveKeep are the flags by which a server keeps what it answers.
type serveKeep struct {
	Keep []string `help:"What to keep in the data folder or database: answers, which are those of the API. Nothing unless given." placeholder:"answers"`

	keeping *keeping // while it serves
}

// startKeeping opens what answers are kept in, and puts it between the API and what answers;
// nothing where nothing is to be kept.
func (c *serveCmd) startKeeping(m *Main, d *decide.Desk, sc *screener, to *httpapi.Config) error {
	for _, what := range c.Keep {
		if what != "answers" {
			return fault.New(fault.Usage, "--keep %q: there is no such thing to keep", what).WithFix("say --keep answers")
		}
	}
	if len(c.Keep) == 0 || sc == nil {
		return nil
	}
	s, err := c.shared(m).open(m.ctx)
	if err == nil {
		err = m.checkLogKey(s, c.Data)
	}
	if err != nil {
		return err
	}
	k := m.keepIn(s.database, s.account, c.lawFlags, d)
	k.metrics = c.metrics
	c.keeping = k
	to.Once = k.store
	to.Keeper = rulingsKept{k}
	to.Screener = screeningsKept{screenerForPrograms{sc}, k}
	return nil
}

// stopKeeping ends it: what was handed over is kept, and the head of the log with it.
func (c *serveCmd) stopKeeping() error {
	if c.keeping == nil {
		return nil
	}
	c.keeping.Keeper.Close()
	_, _, err := c.keeping.store.Checkpoint(context.WithoutCancel(c.keeping.m.ctx))
	if fault.CodeOf(err) == fault.NotFound {
		err = nil // nothing was asked
	}
	return err
}

// keeps says what becomes of what is asked.
func (c *serveCmd) keeps() string {
	if c.keeping == nil {
		return "Nothing that is asked is stored."
	}
	return fmt.Sprintf("Questions to the API and their answers are kept in %s, and entered in its log; those to pages are not.", nameOf(c.Data))
}

// rulingsKept is the httpapi.Keeper.
type rulingsKept struct{ k *keeping }

// Basis is part of httpapi.Keeper.
func (r rulingsKept) Basis(ctx context.Context, lists decide.Screener) (httpapi.Basis, error) {
	switch l := lists.(type) {
	case nil:
		return r.k.basis(ctx, nil)
	case lookUps:
		return r.k.basis(ctx, l.desk)
	case decide.Unavailable:
		b, err := r.k.basis(ctx, nil)
		b.unscreened = string(l)
		return b, err
	}
	return nil, fault.New(fault.Internal, "lists of an unknown kind cannot be kept")
}

func (r rulingsKept) asked(q httpapi.Asked, activity []byte) (decideAsked, error) {
	var b bytes.Buffer
	err := compact(&b, activity)
	return decideAsked{
		AsOf: q.AsOf, KnownAt: q.KnownAt, Look: q.Screen, Full: !q.Stream, Explain: !q.Stream, Activity: b.Bytes(),
	}, err
}

// Keep is part of httpapi.Keeper.
func (r rulingsKept) Keep(ctx context.Context, b httpapi.Basis, q httpapi.Asked, text []byte) (string, error) {
	asked, err := r.asked(q, q.Activity)
	if err != nil {
		return "", err
	}
	a, err := r.k.newDecided(b.(basis), access.By(ctx).ID, asked, text)
	if err == nil {
		err = r.k.Keep(ctx, a)
	}
	return a.ID, err
}

// KeepLines is part of httpapi.Keeper.
func (r rulingsKept) KeepLines(
	ctx context.Context, b httpapi.Basis, q httpapi.Asked, in io.Reader, out io.Writer, run func(io.Reader, io.Writer) error,
) error {
	p := &pairing{ctx: ctx, out: out, keep: func(line int, question, text []byte) (answer.Kept, error) {
		asked, err := r.asked(q, question)
		if err != nil {
			return answer.Kept{}, err
		}
		a, err := r.k.newDecided(b.(basis), access.By(ctx).ID, asked, text)
		a.Batch, a.Line = q.Batch, line
		return a, err
	}, keeper: r.k}
	err := run(io.TeeReader(in, (*questions)(p)), p)
	return cmp.Or(err, p.flush())
}

// pairing brings together the lines of a stream and their answers, which come in the
// same order, and passes answers on when they are kept. Lines that were refused are
// passed on and not kept: nothing was asked.
type pairing struct {
	ctx    context.Context
	out    io.Writer
	keep   func(line int, question, answer []byte) (answer.Kept, error)
	keeper *keeping

	mu    sync.Mutex // the reader and the writer are two
	part  []byte     // a line that is not whole yet
	asked [][]byte   // questions without an answer yet
	line  int        // number of the first of asked, less one
	rest  []byte     // an answer that is not whole yet
}

// questions is the side of the reader.
type questions pairing

// Write takes what was read.
func (q *questions) Write(b []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := len(b)
	for {
		line, rest, whole := bytes.Cut(b, []byte{'\n'})
		if !whole {
			q.part = append(q.part, line...)
			return n, nil
		}
		(*pairing)(q).add(line)
		b = rest
	}
}

func (p *pairing) add(line []byte) {
	if line = append(p.part, line...); len(bytes.TrimSpace(line)) > 0 {
		p.asked = append(p.asked, line)
	}
	p.part = nil
}

// next gives the question of the next answer, with its number.
func (p *pairing) next() (line int, question []byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.asked) == 0 {
		p.add(nil) // the last line need not end
	}
	if len(p.asked) == 0 {
		return 0, nil, fault.New(fault.Internal, "an answer has no question")
	}
	p.line++
	question = p.asked[0]
	p.asked = p.asked[1:]
	return p.line, question, nil
}

// Write takes answers, keeps them together, and passes them on.
func (p *pairing) Write(b []byte) (int, error) {
	all := append(p.rest, b...)
	end := bytes.LastIndexByte(all, '\n') + 1
	var list []answer.Kept
	for text := range bytes.Lines(all[:end]) {
		line, question, err := p.next()
		if err != nil {
			return 0, err
		}
		if bytes.HasPrefix(text, []byte(`{"line":`)) {
			continue // it was refused
		}
		k, err := p.keep(line, question, bytes.Clone(text))
		if err != nil {
			return 0, err
		}
		list = append(list, k)
	}
	p.rest = bytes.Clone(all[end:])
	if err := p.keeper.Keep(p.ctx, list...); err != nil {
		return 0, err
	}
	if _, err := p.out.Write(all[:end]); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (p *pairing) flush() error {
	if len(p.rest) > 0 {
		return fault.New(fault.Internal, "an answer has no end")
	}
	return nil
}

// screeningsKept is the httpapi.KeptScreener.
type screeningsKept struct {
	screenerForPrograms
	k *keeping
}

// ScreenKept is part of httpapi.KeptScreener.
func (s screeningsKept) ScreenKept(ctx context.Context, query []byte) ([]byte, string, error) {
	a, err := s.one(ctx, query)
	if err == nil {
		err = s.k.Keep(ctx, a)
	}
	return a.Answer, a.ID, err
}

func (s screeningsKept) one(ctx context.Context, query []byte) (answer.Kept, error) {
	var none answer.Kept
	held := s.live.Take()
	defer held.Release()
	b, err := s.k.basis(ctx, held.Desk)
	if err != nil {
		return none, err
	}
	today := s.m.today()
	q, err := readQuery(query, today, held.Params().Possible())
	if err != nil {
		return none, err
	}
	j, a, err := answerQuery(held.Desk, s.places, q, s.quiet.take(ctx))
	if err != nil {
		return none, err
	}
	s.metrics.Screened(string(a.Outcome))
	s.metrics.Suppressed(a.Suppressed)
	text, err := lineOf(j)
	if err != nil {
		return none, err
	}
	why, err := explainHits(held.Desk, &a)
	if err != nil {
		return none, err
	}
	var asked bytes.Buffer
	if err := compact(&asked, query); err != nil {
		return none, err
	}
	return s.k.newScreened(b, access.By(ctx).ID, screenAsked{AsOf: today.String(), quietAsked: quietOf(&a), Query: asked.Bytes()}, text, why)
}

// ScreenLinesKept is part of httpapi.KeptScreener.
func (s screeningsKept) ScreenLinesKept(ctx context.Context, batch string, r io.Reader, w io.Writer) (httpapi.Count, error) {
	out := bufio.NewWriterSize(w, 1<<16)
	lot := &keptLot{k: s.k, ctx: ctx, batch: batch, actor: access.By(ctx).ID, out: func(_ screen.Answered, text []byte) error {
		_, err := out.Write(text)
		return err
	}, after: out.Flush}
	n, err := s.lines(ctx, r, func(_ int, held *screen.Held, b screen.Batch, a screen.Answered) error {
		return lot.add(held.Desk, b, a)
	})
	return n, cmp.Or(err, lot.flush())
}

// keptLot gathers answers to the rows of a file or a stream, keeps them together, and
// then passes them on.
type keptLot struct {
	k            *keeping
	ctx          context.Context
	batch, actor string
	named        bool // rows are called by name
	out          func(a screen.Answered, text []byte) error
	after        func() error // when a lot has been passed on

	rows []screen.Answered
	text [][]byte
	list []answer.Kept
}

// add adds the answer to a row. One that could not be read was asked nothing, and is
// passed on and not kept.
func (l *keptLot) add(desk *screen.Desk, b screen.Batch, a screen.Answered) error {
	text, kept, err := l.k.row(l.ctx, desk, b, a, l.named, l.actor, l.batch)
	if err != nil {
		return err
	}
	l.rows, l.text = append(l.rows, a), append(l.text, text)
	if kept != nil {
		l.list = append(l.list, *kept)
	}
	if len(l.rows) == together {
		return l.flush()
	}
	return nil
}

func (l *keptLot) flush() error {
	if err := l.k.Keep(l.ctx, l.list...); err != nil {
		return err
	}
	for i, a := range l.rows {
		if err := l.out(a, l.text[i]); err != nil {
			return err
		}
	}
	l.rows, l.text, l.list = l.rows[:0], l.text[:0], nil
	return l.after()
}

// row gives the answer to a row as a line, and as it is kept; nil for a row that could
// not be read.
func (k *keeping) row(
	ctx context.Context, desk *screen.Desk, b screen.Batch, a screen.Answered, named bool, actor, batch string,
) ([]byte, *answer.Kept, error) {
	j := rowAnswer(desk, b, a, named)
	text, err := lineOf(j)
	if err != nil || a.Row.Err != nil {
		return text, nil, err
	}
	base, err := k.basis(ctx, desk)
	if err != nil {
		return nil, nil, err
	}
	query, err := rowQuery(b, a.Row.Party, a.Row.Ref)
	if err != nil {
		return nil, nil, err
	}
	var why []byte
	if a.Answer.Outcome != screening.NotScreened {
		if why, err = explainHits(desk, &a.Answer); err != nil {
			return nil, nil, err
		}
	}
	q := screenAsked{AsOf: b.AsOf.String(), Row: a.Row.Number, Named: named, quietAsked: quietOf(&a.Answer), Query: query}
	kept, err := k.newScreened(base, actor, q, text, why)
	kept.Batch, kept.Line = batch, a.Row.Number
	return text, &kept, err
}
