package answer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Difference is one place in which two answers differ.
type Difference struct {
	// At is the path in the JSON, as in hits[0].score; "" for the whole.
	At string
	// Kept and Now are what stands there, as JSON, cut where it is long; "" for nothing.
	Kept, Now string
}

// mostShown is how much of a value a difference shows, in bytes.
const mostShown = 120

// Differ says where two answers differ, value by value where both are JSON; none only
// when every byte is the same.
func Differ(kept, now []byte) []Difference {
	if bytes.Equal(kept, now) {
		return nil
	}
	a, ok := parsed(kept)
	b, ok2 := parsed(now)
	var out []Difference
	switch {
	case !ok || !ok2:
	case len(a) == 1 && len(b) == 1:
		out = differ(out, "", a[0], b[0])
	default:
		out = differLists(out, "line", a, b)
	}
	if len(out) > 0 {
		return out
	}
	// The values are the same and are written otherwise, or it is no JSON.
	i := 0
	for i < len(kept) && i < len(now) && kept[i] == now[i] {
		i++
	}
	return []Difference{{"byte " + strconv.Itoa(i), cut(kept[i:]), cut(now[i:])}}
}

// parsed reads values of JSON, one after the other.
func parsed(b []byte) (list []any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	for {
		var v any
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF):
			return list, len(list) > 0
		case err != nil:
			return nil, false
		}
		list = append(list, v)
	}
}

func differ(out []Difference, at string, a, b any) []Difference {
	switch a := a.(type) {
	case map[string]any:
		if b, ok := b.(map[string]any); ok {
			return differMaps(out, at, a, b)
		}
	case []any:
		if b, ok := b.([]any); ok {
			return differLists(out, at, a, b)
		}
	}
	x, y := written(a), written(b)
	if !bytes.Equal(x, y) {
		out = append(out, Difference{at, cut(x), cut(y)})
	}
	return out
}

func differMaps(out []Difference, at string, a, b map[string]any) []Difference {
	keys := map[string]bool{}
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	var order []string
	for k := range keys {
		order = append(order, k)
	}
	slices.Sort(order)
	for _, k := range order {
		x, inA := a[k]
		y, inB := b[k]
		path := strings.TrimPrefix(at+"."+k, ".")
		switch {
		case !inA:
			out = append(out, Difference{path, "", cut(written(y))})
		case !inB:
			out = append(out, Difference{path, cut(written(x)), ""})
		default:
			out = differ(out, path, x, y)
		}
	}
	return out
}

func differLists(out []Difference, at string, a, b []any) []Difference {
	for i := range max(len(a), len(b)) {
		path := fmt.Sprintf("%s[%d]", at, i)
		switch {
		case i >= len(a):
			out = append(out, Difference{path, "", cut(written(b[i]))})
		case i >= len(b):
			out = append(out, Difference{path, cut(written(a[i])), ""})
		default:
			out = differ(out, path, a[i], b[i])
		}
	}
	return out
}

func written(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Appendf(nil, "%v", v) // what was parsed can be written
	}
	return b
}

func cut(b []byte) string {
	if len(b) <= mostShown {
		return string(b)
	}
	return strings.ToValidUTF8(string(b[:mostShown]), "") + "..."
}
