package answer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/ledger"
)

func sealed(t testing.TB) answer.Kept {
	t.Helper()
	k := answer.Kept{
		Kind: answer.Decide, Actor: "u-1", Under: []string{"a", "b"}, Versions: ledger.Hash{1}, Question: []byte("q"), Answer: []byte("a"),
	}
	if err := k.Seal(time.UnixMilli(1_800_000_000_000)); err != nil {
		t.Fatal(err)
	}
	return k
}

// TestCommitment holds the commitment to the form that docs/audit.md tells, so that
// others can compute it.
func TestCommitment(t *testing.T) {
	k := sealed(t)
	k.Explanation = []byte("why\n")
	var b bytes.Buffer
	b.WriteString("cordon kept answer 1\n")
	for _, f := range [][2]string{
		{"salt", string(k.Salt[:])},
		{"id", k.ID},
		{"time", "1800000000000"},
		{"kind", "decide"},
		{"actor", "u-1"},
		{"batch", ""},
		{"line", "0"},
		{"under", "a b"},
		{"versions", string(k.Versions[:])},
		{"question", "q"},
		{"answer", "a"},
		{"explanation", "why\n"},
	} {
		fmt.Fprintf(&b, "%s %d\n%s\n", f[0], len(f[1]), f[1])
	}
	if k.Commitment() != sha256.Sum256(b.Bytes()) {
		t.Error("the commitment has another form")
	}
}

// TestCommitmentTells holds that no two answers share a commitment by moving bytes
// between fields.
func TestCommitmentTells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]byte("a\n 1")), 0, 12)
		a := answer.Kept{Question: text.Draw(t, "q"), Answer: text.Draw(t, "a"), Explanation: text.Draw(t, "e")}
		b := answer.Kept{Question: text.Draw(t, "q2"), Answer: text.Draw(t, "a2"), Explanation: text.Draw(t, "e2")}
		same := bytes.Equal(a.Question, b.Question) && bytes.Equal(a.Answer, b.Answer) && bytes.Equal(a.Explanation, b.Explanation)
		if (a.Commitment() == b.Commitment()) != same {
			t.Fatalf("%+v %+v", a, b)
		}
	})
}

func TestIDs(t *testing.T) {
	k := sealed(t)
	if err := answer.CheckID(k.ID); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "x", strings.ToLower(k.ID), k.ID + "0", k.ID[:25] + "U", k.ID[:25] + "/"} {
		if answer.CheckID(bad) == nil {
			t.Errorf("%q is an id", bad)
		}
	}
}

func TestVersionsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := answer.Versions{Program: rapid.StringMatching(`[a-z0-9.]{0,5}`).Draw(t, "program"), Law: "x", Params: "p 1"}
		for i := range rapid.IntRange(0, 3).Draw(t, "lists") {
			v.Lists = append(v.Lists, answer.ListVersion{List: fmt.Sprint("l", i), Count: i + 2, Current: i + 1, Content: "c"})
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "files") {
			v.Files = append(v.Files, answer.FileVersion{Path: fmt.Sprintf("a b/%d", i), SHA256: ledger.Hash{byte(i)}})
		}
		text := v.Text()
		back, err := answer.ParseVersions(text)
		if err != nil || back.ID() != v.ID() {
			t.Fatalf("%s: %v", text, err)
		}
		if len(text) > 0 { // a byte less is another thing or nothing
			i := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			cut := append(append([]byte{}, text[:i]...), text[i+1:]...)
			if other, err := answer.ParseVersions(cut); err == nil && !bytes.Equal(other.Text(), cut) {
				t.Fatalf("%q is read as %q", cut, other.Text())
			}
		}
	})
}

func FuzzParseVersions(f *testing.F) {
	v := answer.Versions{Program: "1", Files: []answer.FileVersion{{Path: "a"}}, Lists: []answer.ListVersion{{List: "un", Count: 2, Current: 1, Content: "x"}}}
	f.Add(v.Text())
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := answer.ParseVersions(b); err == nil && !bytes.Equal(v.Text(), b) {
			t.Errorf("%q is read as %q", b, v.Text())
		}
	})
}

// slow is a store that takes its time, so that callers gather.
type slow struct {
	answer.Store
	mu    sync.Mutex
	calls []int
	begin chan struct{}
	fail  error
}

func (s *slow) Keep(_ context.Context, list []answer.Kept) error {
	<-s.begin
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, len(list))
	return s.fail
}

// TestKeeperGathers holds that who comes while one transaction runs shares the next.
func TestKeeperGathers(t *testing.T) {
	s := &slow{begin: make(chan struct{})}
	k := answer.NewKeeper(s)
	var wg sync.WaitGroup
	ask := func() { wg.Go(func() { _ = k.Keep(t.Context(), sealed(t)) }) }
	ask()
	s.begin <- struct{}{} // the first goes by itself
	wg.Wait()
	ask()
	time.Sleep(20 * time.Millisecond) // it is being written
	for range 40 {
		ask()
	}
	time.Sleep(50 * time.Millisecond) // they wait
	close(s.begin)
	wg.Wait()
	k.Close()
	total := 0
	for _, n := range s.calls {
		total += n
	}
	if total != 42 || len(s.calls) > 6 {
		t.Errorf("the transactions had %v", s.calls)
	}
}

func TestKeeperFails(t *testing.T) {
	s := &slow{begin: make(chan struct{}), fail: errors.New("the disk is full")}
	k := answer.NewKeeper(s)
	defer k.Close()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := k.Keep(ctx, sealed(t)); err == nil {
		t.Error("nobody waited, and it is kept")
	}
	close(s.begin)
	if err := k.Keep(t.Context(), sealed(t)); !errors.Is(err, s.fail) {
		t.Errorf("%v", err)
	}
}
