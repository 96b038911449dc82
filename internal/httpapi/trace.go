package httpapi

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strings"
)

// trace is the place of a request in a trace, as W3C Trace Context has it. The ids are no secrets and nothing rests on
// their being hard to guess.
type trace struct {
	// ID is that of the whole trace, span that of this request, parent that of the caller's, or "", flags those of the
	// caller; all in hexadecimal.
	ID, span, parent, flags string
}

// traced takes the trace of a caller up; without one, or with one that cannot be read, a new trace begins.
func traced(parent string) trace {
	t := trace{span: randomHex(1), flags: "00"}
	// version-trace-parent-flags; later versions may say more after that.
	if len(parent) >= 55 && (len(parent) == 55 || parent[:2] != "00" && parent[55] == '-') &&
		parent[2] == '-' && parent[35] == '-' && parent[52] == '-' && parent[:2] != "ff" &&
		lowerHex(parent[:2]) && lowerHex(parent[3:35]) && lowerHex(parent[36:52]) && lowerHex(parent[53:55]) &&
		strings.Trim(parent[3:35], "0") != "" && strings.Trim(parent[36:52], "0") != "" {
		t.ID, t.parent, t.flags = parent[3:35], parent[36:52], parent[53:55]
		return t
	}
	t.ID = randomHex(2)
	return t
}

// response gives the header that tells the caller where the request stood.
func (t trace) response() string { return "00-" + t.ID + "-" + t.span + "-" + t.flags }

// sampled reports whether the caller keeps the trace.
func (t trace) sampled() bool {
	b, err := hex.DecodeString(t.flags)
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
