package kept

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/when"
)

// Whatever is known of a snapshot or an attempt comes back.
func TestEveryFieldIsKept(t *testing.T) {
	m, n := snapshot.Meta{}, 0
	fill(reflect.ValueOf(&m).Elem(), &n)
	for _, m := range []snapshot.Meta{m, {Published: when.NoDay, Expires: when.NoDay}, {Stamp: "only the list's"}} {
		text, err := Meta(m)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ReadMeta(text); err != nil || cmp.Diff(m, got) != "" {
			t.Errorf("%v %s", err, cmp.Diff(m, got))
		}
	}
	a := snapshot.Attempt{}
	fill(reflect.ValueOf(&a).Elem(), &n)
	text, err := Attempt(a)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ReadAttempt(text); err != nil || cmp.Diff(a, got) != "" {
		t.Errorf("%v %s", err, cmp.Diff(a, got))
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	for _, text := range []string{"", "{", `{"published":"2020-02-30"}`, `{"stated":"x"}`} {
		if _, err := ReadMeta(text); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("the snapshot %q: %v", text, err)
		}
	}
	for _, text := range []string{"", "{", `{"published":"2020-02-30"}`} {
		if _, err := ReadAttempt(text); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("the attempt %q: %v", text, err)
		}
	}
}

// What confirmed a snapshot is told by the text, whatever else stands there.
func TestSame(t *testing.T) {
	for same, message := range map[bool]string{true: "", false: `he said "same":true, and \"same":true`} {
		text, err := Attempt(snapshot.Attempt{Same: same, Message: message, Stamp: Same, Published: when.NoDay})
		if err != nil || strings.Contains(text, Same) != same {
			t.Errorf("%t: %s %v", same, text, err)
		}
	}
}

func TestPack(t *testing.T) {
	want := bytes.Repeat([]byte("the list \x00\xff"), 100_000)
	var packed bytes.Buffer
	sum, size, err := Pack(&packed, bytes.NewReader(want))
	if err != nil || size != int64(len(want)) || sum != snapshot.Hash(want) || CheckSum(sum) != nil {
		t.Fatalf("%s %d %v", sum, size, err)
	}
	whole := packed.Bytes()
	read := func(b []byte, sum string) ([]byte, error) {
		r := Unpack(io.NopCloser(bytes.NewReader(b)), sum)
		defer r.Close()
		return io.ReadAll(r)
	}
	if got, err := read(whole, sum); err != nil || !bytes.Equal(got, want) {
		t.Errorf("other bytes come back: %v", err)
	}
	for name, b := range map[string][]byte{"cut": whole[:len(whole)/2], "empty": nil, "other": []byte("not packed"), "turned": turned(whole)} {
		if _, err := read(b, sum); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read(whole, snapshot.Hash(nil)); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("under another hash: %v", err)
	}
	broken := errors.New("line dropped")
	if _, _, err := Pack(io.Discard, iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("a file that breaks off: %v", err)
	}
}

// turned gives b with a bit in its middle turned.
func turned(b []byte) []byte {
	b = bytes.Clone(b)
	b[len(b)/2] ^= 1
	return b
}

// fill sets every field to something that no other has.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, *n, time.UTC)))
		return
	case when.Period:
		v.Set(reflect.ValueOf(when.Period{From: when.Day(18000 + *n), To: when.Day(18100 + *n)}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprint("s", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic(v.Kind())
	}
}
