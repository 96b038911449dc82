package web

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"io"
	"net/url"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
)

// maxInAddress is how long a packed draft or document may be to stand in an address, in letters: servers between here and the reader take
// lines of 8 kB. The shape of the largest resolution takes half of it.
const maxInAddress = 6000

// packers are compressors that wait for a text: each has tables of a megabyte.
var packers = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.BestCompression) // the level exists
	return w
}}

// packed writes a text so that it can stand in an address; false where it is too long for one.
func packed(text string) (string, bool) {
	out, err := pack(text)
	return out, err == nil && len(out) <= maxInAddress
}

// pack writes a text, or the bytes of a file, small and in letters that stand everywhere.
func pack(text string) (string, error) {
	var b bytes.Buffer
	w := packers.Get().(*flate.Writer) //nolint:forcetypeassert // only those are in it
	defer packers.Put(w)
	w.Reset(&b)
	_, err := io.WriteString(w, text)
	if err == nil {
		err = w.Close()
	}
	return base64.RawURLEncoding.EncodeToString(b.Bytes()), err
}

// unpacked reads what packed wrote, and no more than most bytes of it. An address that was cut short is a fault.
func unpacked(s string, most int) (string, error) {
	if len(s) > maxInAddress {
		return "", fault.New(fault.TooLarge, "what the address holds has %d letters; at most %d are read", len(s), maxInAddress)
	}
	out, whole := unpack(s, most)
	switch {
	case !whole:
		return "", fault.New(fault.Invalid, "the address does not hold the whole of it").WithFix("it was cut short or changed on its way: copy it anew, or paste the text below")
	case len(out) > most:
		return "", fault.New(fault.TooLarge, "what the address holds has more than %d bytes", most)
	}
	return out, nil
}

// unpack reads what pack wrote, and at most one byte more than most of it; false where it is not whole.
func unpack(s string, most int) (string, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return "", false
	}
	in := bytes.NewReader(raw)
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(in), int64(most)+1))
	return string(out), err == nil && (in.Len() == 0 || len(out) > most)
}

// draftAddress is the address that holds a draft, what it is judged with, and the law and data of the moment, so that a page
// that is opened under other law can say so; false where the draft is too long.
func (s *Site) draftAddress(text string, query map[string]string, data string) (string, bool) {
	in, ok := packed(text)
	if !ok {
		return "", false
	}
	q := url.Values{"draft": {in}, "law": {s.Desk.Law.Version[:12]}, "data": {clipped(data, 12)}}
	for _, n := range []string{"base_year", "enforcement", "substitution"} {
		if v := strings.TrimSpace(query[n]); v != "" {
			q.Set(n, v)
		}
	}
	return "/drafts?" + q.Encode(), true
}
