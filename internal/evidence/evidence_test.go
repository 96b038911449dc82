package evidence_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/evidence"
	"github.com/cordon-engine/cordon/internal/evidence/evidencetest"
	"github.com/cordon-engine/cordon/internal/fault"
)

func TestMemory(t *testing.T) {
	evidencetest.Run(t, func(*testing.T) evidence.Journal { return &evidencetest.Memory{} })
}

var desk = sync.OnceValues(func() (*decide.Desk, error) { return decide.Open(data.FS, decide.Config{}) })

var written = evidence.Written{At: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), Tool: "test"}

func entries(t testing.TB, text string) []claim.Entry {
	t.Helper()
	d, err := desk()
	if err != nil {
		t.Fatal(err)
	}
	e, err := claim.ReadYAML(d.Reference, "f.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const given = `
sources: [{id: letter, title: t, publisher: Ministry, kind: state_organ, state: FR}]
claims: [{id: alleged, source: letter, speaker: Ministry, speaker_state: FR, kind: allegation, text: t, about: BR, obligations: 2397-p8}]
`

func open(t testing.TB, j evidence.Journal) *evidence.Book {
	t.Helper()
	b, err := tryOpen(t, j)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func tryOpen(t testing.TB, j evidence.Journal) (*evidence.Book, error) {
	t.Helper()
	d, err := desk()
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Open(context.Background(), j, d.Reference, d.Law, entries(t, given))
}

const own = `
claims: [{id: own, source: letter, speaker: Ministry, speaker_state: FR, kind: fact, act: a, text: t, supports: alleged}]
grades: [{claim: alleged, reliability: B, by: Ann, on: 2026-01-01, reason: r}]
requests: [{claim: alleged, of: BR, by: Ann, on: 2026-01-02}]
`

func TestOwnAndGivenAreReadTogether(t *testing.T) {
	j := &evidencetest.Memory{}
	b := open(t, j)
	if err := b.Add(t.Context(), written, entries(t, own)); err != nil {
		t.Fatal(err)
	}
	again := open(t, j)
	if !bytes.Equal(again.Ledger.Lines(), b.Ledger.Lines()) {
		t.Errorf("opened anew it differs:\n%s\n%s", again.Ledger.Lines(), b.Ledger.Lines())
	}
	c, err := again.Ledger.Claim("alleged")
	if err != nil || len(c.Grades) != 1 || again.Ledger.Reply(c) != claim.Waiting || again.IsOwn("alleged") || !again.IsOwn("own") {
		t.Errorf("%v %+v", err, c)
	}
}

func TestNothingIsWrittenWhenOneEntryDoesNotFit(t *testing.T) {
	j := &evidencetest.Memory{}
	b := open(t, j)
	before := b.Ledger.Lines()
	for _, bad := range []string{
		own + "sources: [{id: letter, title: other, publisher: p}]",
		strings.Replace(own, "supports: alleged", "supports: nothing", 1),
	} {
		if err := b.Add(t.Context(), written, entries(t, bad)); err == nil {
			t.Error("taken in")
		}
	}
	if parts, _ := j.Parts(t.Context()); len(parts) != 0 || !bytes.Equal(b.Ledger.Lines(), before) {
		t.Error("something was written")
	}
}

func TestTwoBooksOnOneJournal(t *testing.T) {
	j := &evidencetest.Memory{}
	a, b := open(t, j), open(t, j)
	if err := a.Add(t.Context(), written, entries(t, own)); err != nil {
		t.Fatal(err)
	}
	if err := b.Add(t.Context(), written, entries(t, own)); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("the second writer: %v", err)
	}
}

// TestOneByte changes each byte of each part in turn: no change goes unseen.
func TestOneByte(t *testing.T) {
	j := &evidencetest.Memory{}
	b := open(t, j)
	for i := range 2 {
		text := fmt.Sprintf("grades: [{claim: alleged, credibility: %d, by: Ann, on: 2026-01-0%d, reason: r}]", i+1, i+1)
		if err := b.Add(t.Context(), written, entries(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	parts, _ := j.Parts(t.Context())
	for p := range parts {
		for i := range parts[p] {
			changed := &evidencetest.Memory{}
			for k := range parts {
				part := bytes.Clone(parts[k])
				if k == p {
					part[i] ^= 1
				}
				if err := changed.Append(t.Context(), k+1, part); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := tryOpen(t, changed); fault.CodeOf(err) != fault.Unavailable {
				t.Fatalf("byte %d of part %d changed: %v", i, p+1, err)
			}
		}
	}
}

func TestVerifyOriginals(t *testing.T) {
	j := &evidencetest.Memory{}
	b := open(t, j)
	add := entries(t, "sources: [{id: page, title: t, publisher: p, captured: 2026-01-01, sha256: x, size: 1}]")
	if err := b.Keep(t.Context(), add[0].Source, []byte("the original")); err != nil {
		t.Fatal(err)
	}
	if err := b.Add(t.Context(), written, add); err != nil {
		t.Fatal(err)
	}
	problems := func(b *evidence.Book) (out []string) {
		n, err := b.Verify(t.Context(), func(p string) { out = append(out, p) })
		if err != nil || n != 1 {
			t.Fatal(n, err)
		}
		return out
	}
	if got := problems(b); len(got) != 0 {
		t.Errorf("nothing was changed: %v", got)
	}
	broken := open(t, changing{j})
	if got := problems(broken); len(got) != 1 || !strings.Contains(got[0], "the original of page was changed") {
		t.Errorf("one byte was changed: %v", got)
	}
}

// changing gives originals with one byte changed.
type changing struct{ evidence.Journal }

func (c changing) Original(ctx context.Context, hash string) ([]byte, error) {
	data, err := c.Journal.Original(ctx, hash)
	if len(data) > 3 {
		data[3] ^= 1
	}
	return data, err
}

func TestImport(t *testing.T) {
	from := open(t, &evidencetest.Memory{})
	if err := from.Add(t.Context(), written, entries(t, own)); err != nil {
		t.Fatal(err)
	}
	to := open(t, &evidencetest.Memory{})
	n, err := to.Import(t.Context(), written, from.Ledger.Entries())
	if err != nil || n != 3 {
		t.Fatalf("%d entries, %v", n, err)
	}
	if !bytes.Equal(from.Ledger.Lines(), to.Ledger.Lines()) {
		t.Error("the import differs")
	}
	if n, err := to.Import(t.Context(), written, from.Ledger.Entries()); n != 0 || err != nil {
		t.Errorf("a second import adds %d, %v", n, err)
	}
	other := entries(t, strings.Replace(given, "text: t,", "text: another,", 1))
	if _, err := to.Import(t.Context(), written, other); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("another claim of the same id: %v", err)
	}
}
