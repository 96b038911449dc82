package web

import (
	"bytes"
	"encoding/json"
	"iter"
	"net/http"
	"strings"

	"github.com/cordon-engine/cordon/internal/screen"
)

// progressType is the media type that script asks for to hear how far a batch is: a line of JSON now and then, and the page as the
// last. Nothing is kept between the two, so that a batch needs neither an address nor an end of its keeping.
const progressType = "application/x-ndjson"

// progressSteps is how often at most it is told how far a batch is.
const progressSteps = 50

// progress says how far a batch is; nil where nobody listens.
type progress struct {
	w  http.ResponseWriter
	of int
}

// tellsOf begins to tell, where the request asks for it; of is how many rows there are.
func tellsOf(w http.ResponseWriter, r *http.Request, of int) *progress {
	if r.Header.Get("Accept") != progressType {
		return nil
	}
	w.Header().Set("Content-Type", progressType)
	w.Header().Set("Cache-Control", "no-store")
	p := &progress{w: w, of: of}
	p.tell(0)
	return p
}

// tell says that so many rows are answered, at the end and at each step on the way.
func (p *progress) tell(done int) {
	if p != nil && (done == p.of || done%max(1, p.of/progressSteps) == 0) {
		p.line(map[string]int{"done": done, "of": p.of})
	}
}

// page sends the page that a handler makes, as the last line.
func (p *progress) page(h http.Handler, r *http.Request) {
	kept := &keptResponse{header: http.Header{}}
	plain := r.Clone(r.Context())
	plain.Header.Del("Accept-Encoding")
	h.ServeHTTP(kept, plain)
	p.line(map[string]string{"page": kept.body.String()})
}

func (p *progress) line(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		return
	}
	_, _ = p.w.Write(append(b, '\n'))           // the reader is gone
	_ = http.NewResponseController(p.w).Flush() //nolint:errcheck // told later, with the next
}

// keptResponse takes what a handler answers.
type keptResponse struct {
	header http.Header
	body   bytes.Buffer
}

func (k *keptResponse) Header() http.Header         { return k.header }
func (k *keptResponse) WriteHeader(int)             {}
func (k *keptResponse) Write(b []byte) (int, error) { return k.body.Write(b) }

// counted reads rows, so that it is known how many there are before the first is answered.
func counted(rows iter.Seq2[screen.Row, error]) ([]screen.Row, error) {
	var list []screen.Row
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, nil
}

// inTurn gives rows that were read.
func inTurn(list []screen.Row) iter.Seq2[screen.Row, error] {
	return func(yield func(screen.Row, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// says reports whether a row has words in what it asks for or what was found, small or large.
func (l *batchLine) says(words string) bool {
	var b strings.Builder
	for _, n := range l.Names {
		b.WriteString(n.Text + "\n")
	}
	b.WriteString(l.Other + "\n" + l.Reason + "\n")
	if l.Best != nil {
		b.WriteString(l.Best.Name.Text)
	}
	return strings.Contains(strings.ToLower(b.String()), strings.ToLower(strings.TrimSpace(words)))
}
