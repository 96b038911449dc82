// Package trace is the place of a request in a trace, as W3C Trace Context has it: what stands around everything that is
// served begins one for each request, and whoever answers finds it in the context. It sends and stores nothing.
package trace

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"strings"
)

// Trace is the place of a request in a trace. Its ids are no secrets, and nothing rests on their being hard to guess.
type Trace struct {
	// ID is that of the whole trace, Span that of this request, Parent that of the caller's or "", Flags those of the
	// caller; all in hexadecimal.
	ID, Span, Parent, Flags string
}

// Start takes the trace of a caller up; without one, or with one that cannot be read, a new trace begins.
func Start(parent string) Trace {
	t := Trace{Span: randomHex(1), Flags: "00"}
	// version-trace-parent-flags; later versions may say more after that.
	if len(parent) >= 55 && (len(parent) == 55 || parent[:2] != "00" && parent[55] == '-') &&
		parent[2] == '-' && parent[35] == '-' && parent[52] == '-' && parent[:2] != "ff" &&
		lowerHex(parent[:2]) && lowerHex(parent[3:35]) && lowerHex(parent[36:52]) && lowerHex(parent[53:55]) &&
		strings.Trim(parent[3:35], "0") != "" && strings.Trim(parent[36:52], "0") != "" {
		t.ID, t.Parent, t.Flags = parent[3:35], parent[36:52], parent[53:55]
		return t
	}
	t.ID = randomHex(2)
	return t
}

type key struct{}

// Begin gives a request that has its trace in its context.
func Begin(r *http.Request) (*http.Request, Trace) {
	t := Start(r.Header.Get("Traceparent"))
	return r.WithContext(context.WithValue(r.Context(), key{}, t)), t
}

// Of gives the trace of a request that was begun, and begins one of another.
func Of(r *http.Request) Trace {
	if t, ok := r.Context().Value(key{}).(Trace); ok {
		return t
	}
	return Start(r.Header.Get("Traceparent"))
}

// Response gives the header that tells where the request stood.
func (t Trace) Response() string { return "00-" + t.ID + "-" + t.Span + "-" + t.Flags }

// Sampled reports whether the caller keeps the trace.
func (t Trace) Sampled() bool {
	b, err := hex.DecodeString(t.Flags)
	return err == nil && b[0]&1 == 1
}

func lowerHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

// randomHex gives words of 64 bits, not zero.
func randomHex(words int) string {
	var b [16]byte
	for i := range words {
		binary.BigEndian.PutUint64(b[8*i:], rand.Uint64()|1)
	}
	return hex.EncodeToString(b[:8*words])
}
