package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Page says which part of a long list is wanted. The framework reads embedded parameters only from exported types.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"5000" default:"500" doc:"how many at most; the header Link has the address of the next ones"`
	Cursor string `query:"cursor" maxLength:"200" doc:"where to go on, as the header Link gives it"`
}

func (p *Page) page() *Page { return p }

// paged is the input of a list that comes in pages.
type paged interface{ page() *Page }

// items are a long list, an item at a time.
type items struct {
	// version names all that the list hangs on.
	version string
	// each gives every item as one line of JSON without its end.
	each iter.Seq2[[]byte, error]
	// array makes the lines into what `--format json` prints.
	array func(lines [][]byte) []byte
}

// linesOf gives the lines of a slice.
func linesOf[T any](list []T, line func(T) ([]byte, error)) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, x := range list {
			if b, err := line(x); !yield(bytes.TrimSuffix(b, []byte("\n")), err) {
				return
			}
		}
	}
}

// indented makes lines into an array indented by two spaces.
func indented(lines [][]byte) []byte {
	var flat, out bytes.Buffer
	flat.WriteByte('[')
	flat.Write(bytes.Join(lines, []byte(",")))
	flat.WriteByte(']')
	if json.Indent(&out, flat.Bytes(), "", "  ") != nil {
		return append(flat.Bytes(), '\n') // a line was no JSON: left as it is, never dropped
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// cursorOf names a place in a list: the list by its version and the query, the place by how many items come before.
func cursorOf(mark string, before int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(mark + "." + strconv.Itoa(before)))
}

// markOf names a list: its version and what is asked, apart from the page.
func markOf(version string, u *url.URL) (of, asked string) {
	q := u.Query()
	q.Del("limit")
	q.Del("cursor")
	short := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return hex.EncodeToString(sum[:8])
	}
	return short(version), short(u.Path + "?" + q.Encode())
}

// readCursor gives how many items come before the page.
func readCursor(cursor, version string, u *url.URL) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	at := fault.Place{Field: "cursor"}
	of, asked := markOf(version, u)
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := bytes.Split(b, []byte("."))
	if err != nil || len(parts) != 3 {
		return 0, fault.New(fault.Invalid, "the cursor cannot be read").At(at).WithFix("take it from the header Link as it is")
	}
	n, err := strconv.Atoi(string(parts[2]))
	switch {
	case err != nil || n < 1:
		return 0, fault.New(fault.Invalid, "the cursor cannot be read").At(at).WithFix("take it from the header Link as it is")
	case string(parts[1]) != asked:
		return 0, fault.New(fault.Invalid, "the cursor belongs to another question").At(at).WithFix("ask what was asked when it was given")
	case string(parts[0]) != of:
		return 0, fault.New(fault.Conflict, "the list changed since the cursor was given").At(at).WithFix("begin again without a cursor")
	}
	return n, nil
}

// take gives a page of items and whether more follow.
func take(ctx context.Context, l items, before, limit int) (lines [][]byte, more bool, err error) {
	n := 0
	for line, err := range l.each {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, false, err
		}
		if n++; n <= before {
			continue
		}
		if len(lines) == limit {
			return lines, true, nil
		}
		lines = append(lines, bytes.Clone(line))
	}
	return lines, false, nil
}

// writePage answers with a page of a list as an array, and says where the next one is.
func (a *API) writePage(w http.ResponseWriter, r *http.Request, l items, p *Page) error {
	before, err := readCursor(p.Cursor, l.version, r.URL)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), a.Limits.Time)
	defer cancel()
	lines, more, err := take(ctx, l, before, p.Limit)
	if err != nil {
		if ctx.Err() != nil {
			return fault.New(fault.Unavailable, "this took longer than %s", a.Limits.Time).WithFix("ask for application/jsonl, which has more time")
		}
		return err
	}
	if more {
		of, asked := markOf(l.version, r.URL)
		q := r.URL.Query()
		q.Set("cursor", cursorOf(of+"."+asked, before+len(lines)))
		w.Header().Set("Link", "<"+r.URL.EscapedPath()+"?"+q.Encode()+`>; rel="next"`)
	}
	w.Header().Set("Content-Type", jsonType)
	_, _ = w.Write(l.array(lines)) // the reader is gone
	return nil
}

// writeLines answers with all of a list, an item a line; with a cursor or a limit that was said, with that part of it.
func (a *API) writeLines(w io.Writer, r *http.Request, l items, p *Page) (Count, error) {
	before, err := readCursor(p.Cursor, l.version, r.URL)
	if err != nil {
		return Count{}, err
	}
	limit := int(^uint(0) >> 1)
	if r.URL.Query().Has("limit") {
		limit = p.Limit
	}
	n, sent := 0, 0
	for line, err := range l.each {
		if err == nil {
			err = r.Context().Err()
		}
		if err != nil {
			return Count{}, err
		}
		if n++; n <= before {
			continue
		}
		if sent == limit {
			break
		}
		sent++
		if _, err := w.Write(append(line, '\n')); err != nil {
			return Count{}, err
		}
	}
	return Count{Read: sent, Answered: sent}, nil
}
