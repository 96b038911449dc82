package httpapi

import (
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
)

// lines runs a stream. The first bytes wait until something is written, so that a
// fault before them is a problem with its status; after them, a stream that breaks
// off is cut without its trailers, and so cannot be taken for a whole one.
func (a *API) lines(w http.ResponseWriter, r *http.Request, f func(io.Reader, io.Writer) (Count, error)) {
	_ = http.NewResponseController(w).EnableFullDuplex() // HTTP/2 has it anyway
	out := &late{w: w}
	var n Count
	var err error
	if a.Keeper != nil {
		out.batch, err = answer.NewID(time.Now())
	}
	if err == nil {
		n, err = f(r.Body, out)
	}
	if err != nil && !out.begun {
		writeProblem(w, problem(r.Context(), a.Log, tooLarge(err)))
		return
	}
	if err != nil {
		a.Log.LogAttrs(r.Context(), slog.LevelWarn, "stream broke off", slog.String("code", string(fault.CodeOf(tooLarge(err)))))
		panic(http.ErrAbortHandler)
	}
	out.begin()
	h := w.Header()
	h.Set("Cordon-Read", strconv.Itoa(n.Read))
	h.Set("Cordon-Answered", strconv.Itoa(n.Answered))
	h.Set("Cordon-Refused", strconv.Itoa(n.Refused))
}

// late writes the head of the answer with the first bytes of the body.
type late struct {
	w     http.ResponseWriter
	begun bool
	batch string // the name of a stream whose answers are kept
	id    string // of an answer that is kept whole
}

// NameAnswer names the one answer that a stream is kept as, before its first byte is written.
func NameAnswer(w io.Writer, id string) {
	if l, ok := w.(*late); ok {
		l.id, l.batch = id, ""
	}
}

func (l *late) begin() {
	if l.begun {
		return
	}
	l.begun = true
	l.w.Header().Set("Content-Type", jsonLines)
	if l.batch != "" {
		l.w.Header().Set("Cordon-Batch-Id", l.batch)
	}
	if l.id != "" {
		l.w.Header().Set("Cordon-Answer-Id", l.id)
	}
	l.w.Header().Set("Trailer", "Cordon-Read, Cordon-Answered, Cordon-Refused")
	l.w.WriteHeader(http.StatusOK)
}

// Write writes and passes on at once, since somebody may wait for each line.
func (l *late) Write(b []byte) (int, error) {
	l.begin()
	n, err := l.w.Write(b)
	if err == nil {
		_ = http.NewResponseController(l.w).Flush() // a recorder in a test has none
	}
	return n, err
}
