package httpapi

import (
	"context"
	"io"

	"github.com/cordon-engine/cordon/internal/decide"
)

// Keeper keeps rulings before they are given. Implementations are safe for concurrent
// use; a ruling that cannot be kept is not given.
type Keeper interface {
	// Basis names all that rulings are made with while lists are held: what LookUps
	// gave, or another Screener where it gave none. It is passed on as it is.
	Basis(ctx context.Context, lists decide.Screener) (Basis, error)
	// Keep keeps a ruling and gives its id, when it is there for good.
	Keep(ctx context.Context, b Basis, q Asked, answer []byte) (id string, err error)
	// KeepLines stands between a stream and who answers it: run reads lines from the
	// first, and writes one answer for each that is not empty to the second. Answers are
	// passed on when they are kept.
	KeepLines(ctx context.Context, b Basis, q Asked, r io.Reader, w io.Writer, run func(io.Reader, io.Writer) error) error
}

// Basis is what [Keeper.Basis] gave.
type Basis any

// Asked is a question as it was put.
type Asked struct {
	// Activity is the body; nil for the lines of a stream.
	Activity       []byte
	AsOf, KnownAt  string
	Screen, Stream bool
	// Batch names the stream.
	Batch string
}

// KeptScreener is a Screener that keeps what it answers. The API prefers it.
type KeptScreener interface {
	Screener
	// ScreenKept is Screen, and gives the id under which the answer is kept.
	ScreenKept(ctx context.Context, query []byte) (answer []byte, id string, err error)
	// ScreenLinesKept is ScreenLines; batch names the stream.
	ScreenLinesKept(ctx context.Context, batch string, r io.Reader, w io.Writer) (Count, error)
}

// receipt is where a handler leaves the id of a kept answer, for the head of the
// response.
type receipt struct{ id string }

type receiptKey struct{}

func withReceipt(ctx context.Context) (context.Context, *receipt) {
	r := &receipt{}
	return context.WithValue(ctx, receiptKey{}, r), r
}

func leave(ctx context.Context, id string) {
	if r, ok := ctx.Value(receiptKey{}).(*receipt); ok {
		r.id = id
	}
}

// left gives what was left; "" for nothing.
func left(ctx context.Context) string {
	if r, ok := ctx.Value(receiptKey{}).(*receipt); ok {
		return r.id
	}
	return ""
}

// batchOf gives the name of the stream that is written to.
func batchOf(w io.Writer) string {
	if l, ok := w.(*late); ok {
		return l.batch
	}
	return ""
}
