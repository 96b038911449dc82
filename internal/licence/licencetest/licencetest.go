// Package licencetest holds what every store of licences must pass, a store in memory,
// and terms to try them with.
package licencetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/when"
)

// Store is a store of licences and of cases, with its log.
type Store interface {
	licence.Store
	caseworktest.Store
	casework.Shelf
}

// Run holds a store to the contract of [licence.Store]. Each call of open gives an empty
// store, which the test is to clean up.
func Run(t *testing.T, open func(testing.TB) Store) {
	for _, c := range []struct {
		name string
		f    func(*testing.T, Store)
	}{
		{"kept", kept},
		{"refused", refused},
		{"told in one step", told},
		{"many at once", many},
		{"files", files},
		{"given out", given},
	} {
		t.Run(c.name, func(t *testing.T) { c.f(t, open(t)) })
	}
}

// Start is the time at which tests begin: 15 January 2027.
var Start = caseworktest.Start

// Day gives the day so many days after [Start].
func Day(n int) when.Day {
	y, m, d := Start.AddDate(0, 0, n).Date()
	return when.Date(y, int(m), d)
}

// At gives the time so many days after [Start].
func At(n int) time.Time { return Start.AddDate(0, 0, n) }

// Terms gives a licence from today for 90 days, with a report that is due in 30 days and a
// condition that is to be kept.
func Terms() *licence.Terms {
	return &licence.Terms{
		Authority: "Test authority", Reference: "T-1/2027", Form: licence.License, Holder: "Andean Relief",
		Covers: licence.Covers{Activities: []string{"transfer"}, Goods: []string{"8413"}, Limit: 1_000_000, Unit: "EUR", Uses: 3},
		From:   Day(0), Until: Day(90), Source: "letter of 14 January 2027",
		Conditions: []licence.Condition{
			{ID: "report", What: "report what was shipped", Who: "export desk", Due: Day(30), Evidence: "the report with a stamp"},
			{ID: "end-use", What: "not to be passed on", Who: "the consignee", Due: when.NoDay, Evidence: "visits"},
		},
	}
}

// Ann, Bob and Cho are people who work on them, and Clock notes what time has done.
var (
	Ann   = casework.Person{Name: "u-ann", Via: "u-host", Role: casework.Analyst}
	Bob   = casework.Person{Name: "u-bob", Role: casework.Approver}
	Cho   = casework.Person{Name: "u-cho", Role: casework.Approver}
	Clock = casework.Person{Name: "u-clock", Role: casework.Machine}
)

// Book opens the book of a store.
func Book(s Store) *licence.Book {
	return &licence.Book{Store: s, Cases: s, Policy: casework.Default(), Clock: Clock}
}

// Authorised makes a case that two persons closed as authorised, and gives its id.
func Authorised(t testing.TB, s Store, ref string) string {
	t.Helper()
	d := casework.Desk{Store: s, Policy: casework.Default()}
	a := caseworktest.Alert("activity "+ref, "law:"+ref, 1, 1)
	a.Tier = casework.TierRuling
	m, err := d.Raise(t.Context(), Clock, Start, a)
	if err == nil {
		_, err = d.Do(t.Context(), m.Case, Ann, Start, casework.Event{
			Kind: casework.Disposed, Disposition: casework.False, Code: "authorised", Text: "by the licence",
		})
	}
	if err == nil {
		_, err = d.Do(t.Context(), m.Case, Bob, Start, casework.Event{Kind: casework.Confirmed, Of: 2})
	}
	if err != nil {
		t.Fatal(err)
	}
	return m.Case
}

// Fails is what a test, or a property of one, is told its failures by.
type Fails interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// Audit holds the events of a store to its log.
func Audit(t Fails, s Store) {
	t.Helper()
	caseworktest.Audit(t, s)
	if _, err := licence.Verify(context.Background(), s, s, func(what string) { t.Errorf("%s", what) }); err != nil {
		t.Fatal(err)
	}
}

func grant(t testing.TB, b *licence.Book) string {
	t.Helper()
	l, err := b.Grant(t.Context(), Ann, Start, Terms())
	if err != nil {
		t.Fatal(err)
	}
	return l.ID
}

func kept(t *testing.T, s Store) {
	b := Book(s)
	if _, _, err := b.Get(t.Context(), licence.NewID(Start, [10]byte{}), Start); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a licence that is not there: %v", err)
	}
	id, id2 := grant(t, b), grant(t, b)
	file, err := casework.NewFile("letter.txt", []byte("what the authority wrote"))
	if err != nil {
		t.Fatal(err)
	}
	var l licence.Licence
	for i, e := range []licence.Event{
		{Kind: licence.Checked, Text: "held to the letter"},
		{Kind: licence.Linked, Decision: licence.Decision{Kind: licence.Answer, ID: "a-1"}, Amount: 250_500, Text: "the pumps"},
		{Kind: licence.CarriedOut, Decision: licence.Decision{Kind: licence.Answer, ID: "a-1"}, Day: Day(1), Text: "shipped"},
		{Kind: licence.Fulfilled, Condition: "report", Text: "sent", Evidence: "stamp of 3 February"},
		{Kind: licence.Extended, Day: Day(120), Text: "letter of 1 March"},
		{Kind: licence.Attached, File: file},
	} {
		if l, err = b.Do(t.Context(), id, Bob, At(2+i), e); err != nil {
			t.Fatalf("%s: %v", e.Kind, err)
		}
	}
	got, events, err := b.Get(t.Context(), id, At(7))
	if err != nil || len(events) != 7 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	if diff := cmp.Diff(l, got); diff != "" {
		t.Errorf("the licence as it is kept (-done +kept):\n%s", diff)
	}
	if diff := cmp.Diff(Terms(), events[0].Terms); diff != "" {
		t.Errorf("the terms as they are kept:\n%s", diff)
	}
	all, err := b.All(t.Context(), At(7))
	ids := []string{id, id2}
	slices.Sort(ids)
	if err != nil || len(all) != 2 || all[0].ID != ids[0] || all[1].ID != ids[1] {
		t.Errorf("all are %v, %v", all, err)
	}
	Audit(t, s)
}

func refused(t *testing.T, s Store) {
	b := Book(s)
	id := grant(t, b)
	base := licence.Event{Licence: id, N: 2, Time: Start, Kind: licence.Commented, Person: "u-ann", Role: casework.Analyst, Text: "x"}
	with := func(f func(*licence.Event)) licence.Event {
		e := base
		f(&e)
		return e
	}
	for _, c := range []struct {
		name  string
		event licence.Event
		want  fault.Code
	}{
		{"a number that was", with(func(e *licence.Event) { e.N = 1 }), fault.Conflict},
		{"a number too far", with(func(e *licence.Event) { e.N = 3 }), fault.Conflict},
		{"no licence", with(func(e *licence.Event) { e.Licence = licence.NewID(Start, [10]byte{1}) }), fault.NotFound},
		{"no words", with(func(e *licence.Event) { e.Text = " " }), fault.Usage},
		{"a role that may not", with(func(e *licence.Event) { e.Role = casework.Viewer }), fault.Denied},
		{"nobody", with(func(e *licence.Event) { e.Person = "" }), fault.Denied},
		{"before the last", with(func(e *licence.Event) { e.Time = At(-1) }), fault.Conflict},
	} {
		if err := s.AddLicences(t.Context(), []licence.Kept{licence.Seal(c.event)}, b.Policy, nil); err == nil || fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v; want %s", c.name, err, c.want)
		}
	}
	good, bad := licence.Seal(base), licence.Seal(with(func(e *licence.Event) { e.N, e.Text = 3, "" }))
	if err := s.AddLicences(t.Context(), []licence.Kept{good, bad}, b.Policy, nil); err == nil {
		t.Error("an event without words is kept")
	}
	if list, err := s.LicenceEvents(t.Context(), id); err != nil || len(list) != 1 {
		t.Errorf("%d events are kept, %v", len(list), err)
	}
	Audit(t, s)
}

// told: what takes the authorisation of decisions is told to their cases with it, or
// neither is kept.
func told(t *testing.T, s Store) {
	b := Book(s)
	id, c := grant(t, b), Authorised(t, s, "1")
	d := casework.Desk{Store: s, Policy: b.Policy}
	link := licence.Event{Kind: licence.Linked, Decision: licence.Decision{Kind: licence.Case, ID: c}, Amount: 1000, Text: "the pumps"}
	if _, err := b.Do(t.Context(), id, Ann, Start, link); err != nil {
		t.Fatal(err)
	}
	if x, _, err := d.Get(t.Context(), c); err != nil || x.Held() || x.Licence(id) == nil {
		t.Fatalf("the case is %s, held %v, %v", x.State(), x.Held(), err)
	}
	gone := casework.Seal(casework.Event{ // a case that went on meanwhile
		Case: c, N: 4, Time: Start, Kind: casework.AuthorisationLost, Person: "u-ann", Role: casework.Analyst, Licence: id, Text: "x",
	})
	missed := licence.Event{
		Licence: id, N: 3, Time: Start, Kind: licence.Missed, Condition: "end-use", Text: "sold on", Person: "u-ann", Role: casework.Analyst,
	}
	if err := s.AddLicences(t.Context(), []licence.Kept{licence.Seal(missed)}, b.Policy, []casework.Kept{gone}); fault.CodeOf(err) != fault.Conflict {
		t.Fatalf("the case went on, and the licence is told: %v", err)
	}
	if l, _, err := b.Get(t.Context(), id, Start); err != nil || l.Lost() != 0 {
		t.Fatalf("half of it is kept: %d lost, %v", l.Lost(), err)
	}
	lines, err := b.Note(t.Context(), At(31))
	if err != nil || len(lines) != 1 || !strings.Contains(lines[0], "condition missed: report") {
		t.Fatalf("noted %q, %v", lines, err)
	}
	x, events, err := d.Get(t.Context(), c)
	if err != nil || x.State() != "authorisation lost" || !x.Held() || x.Closed != nil {
		t.Errorf("the case is %s, held %v, %v", x.State(), x.Held(), err)
	}
	if last := events[len(events)-1]; last.Kind != casework.AuthorisationLost || last.Role != casework.Machine || !strings.Contains(last.Text, "T-1/2027") {
		t.Errorf("the last event of the case is %+v", last)
	}
	if lines, err := b.Note(t.Context(), At(32)); err != nil || len(lines) != 0 {
		t.Errorf("noted again %q, %v", lines, err)
	}
	Audit(t, s)
}

// many has several link and note at once: each decision is linked once, and every case is
// told once.
func many(t *testing.T, s Store) {
	b := Book(s)
	terms := Terms()
	terms.Covers = licence.Covers{}
	l, err := b.Grant(t.Context(), Ann, Start, terms)
	if err != nil {
		t.Fatal(err)
	}
	cases := []string{Authorised(t, s, "1"), Authorised(t, s, "2"), Authorised(t, s, "3")}
	var wg sync.WaitGroup
	failed := make(chan error, 100)
	for range 3 {
		wg.Go(func() {
			for _, c := range cases {
				_, err := b.Do(context.Background(), l.ID, Ann, Start, licence.Event{Kind: licence.Linked, Decision: licence.Decision{Kind: licence.Case, ID: c}, Text: "x"})
				if err != nil && fault.CodeOf(err) != fault.Conflict {
					failed <- err
				}
			}
		})
	}
	wg.Wait()
	for range 3 {
		wg.Go(func() {
			if _, err := b.Note(context.Background(), At(31)); err != nil {
				failed <- err
			}
		})
	}
	wg.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	got, _, err := b.Get(t.Context(), l.ID, At(31))
	if err != nil || len(got.Links) != 3 || got.Lost() != 3 {
		t.Errorf("%d links, %d lost, %v", len(got.Links), got.Lost(), err)
	}
	Audit(t, s)
}

// files: bytes are kept once, by their hash.
func files(t *testing.T, s Store) {
	for _, data := range [][]byte{[]byte("what the authority wrote"), make([]byte, casework.MaxFile)} {
		f, err := casework.NewFile("letter.txt", data)
		if len(data) == casework.MaxFile { // zeros are no type of file that is attached, and a store does not mind
			sum := sha256.Sum256(data)
			f.SHA256, err = hex.EncodeToString(sum[:]), nil
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.FileBytes(t.Context(), f.SHA256); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("a file that is not there: %v", err)
		}
		for range 2 {
			if err := s.PutFile(t.Context(), data); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.FileBytes(t.Context(), f.SHA256); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes are kept, %v", len(got), err)
		}
	}
	if _, err := s.FileBytes(t.Context(), "../etc/passwd"); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("what is no hash: %v", err)
	}
}

// given: what is given out of a case or a licence is in the log, and names the event that
// attached it; what is not attached there is not given.
func given(t *testing.T, s Store) {
	b := Book(s)
	id := grant(t, b)
	_, f, err := b.Attach(t.Context(), s, id, Ann, At(1), 0, "letter.txt", []byte("what the authority wrote"))
	if err != nil {
		t.Fatal(err)
	}
	reader := casework.Person{Name: "reader", Role: casework.Viewer}
	if got, data, err := b.Give(t.Context(), s, id, f.SHA256, reader, At(2)); err != nil || got != f || string(data) != "what the authority wrote" {
		t.Errorf("%v, %q, %v", got, data, err)
	}
	kept, err := s.LicenceEvents(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	list := caseworktest.Entries(t, s)
	last := list[len(list)-1]
	if last.Kind != ledger.FileGiven || last.Actor != "reader" || last.About != id || last.Data != kept[len(kept)-1].Commitment() || !last.Time.Equal(At(2)) {
		t.Errorf("the log has %+v", last)
	}
	d := casework.Desk{Store: s, Policy: casework.Default()}
	other := Authorised(t, s, "ref-given")
	if _, _, err := d.Give(t.Context(), s, other, f.SHA256, reader, At(3)); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a file of another: %v", err)
	}
	if got := caseworktest.Entries(t, s); got[len(got)-1].Kind == ledger.FileGiven {
		t.Error("the log says that a file was given that was not")
	}
}

// Memory is a store in memory.
type Memory struct {
	*caseworktest.Memory
	mu       sync.Mutex
	licences map[string][]licence.Kept
	newest   int64
	files    map[string][]byte
}

// NewMemory gives an empty one.
func NewMemory() *Memory {
	return &Memory{Memory: caseworktest.NewMemory(), licences: map[string][]licence.Kept{}, newest: -1, files: map[string][]byte{}}
}

// AddLicences is part of licence.Store.
func (m *Memory) AddLicences(ctx context.Context, events []licence.Kept, p casework.Policy, cases []casework.Kept) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := licence.Follow(events, func(id string) ([]licence.Kept, error) { return m.licences[id], nil })
	if err == nil {
		err = m.Add(ctx, p, cases)
	}
	if err != nil {
		return err
	}
	for _, e := range events {
		m.licences[e.Licence] = append(m.licences[e.Licence], e)
		m.newest++
	}
	return m.Enter(ctx, licence.Entries(events)...)
}

// NewestLicence is part of licence.Store.
func (m *Memory) NewestLicence(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.newest, nil
}

// LicenceEvents is part of licence.Store.
func (m *Memory) LicenceEvents(_ context.Context, id string) ([]licence.Kept, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.licences[id]) == 0 {
		return nil, licence.NotFound(id)
	}
	return slices.Clone(m.licences[id]), nil
}

// Licences is part of licence.Store.
func (m *Memory) Licences(context.Context) iter.Seq2[[]licence.Kept, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all [][]licence.Kept
	for _, id := range slices.Sorted(maps.Keys(m.licences)) {
		all = append(all, slices.Clone(m.licences[id]))
	}
	return func(yield func([]licence.Kept, error) bool) {
		for _, list := range all {
			if !yield(list, nil) {
				return
			}
		}
	}
}

// PutFile is part of casework.Files.
func (m *Memory) PutFile(_ context.Context, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	sum := sha256.Sum256(data)
	m.files[hex.EncodeToString(sum[:])] = bytes.Clone(data)
	return nil
}

// FileBytes is part of casework.Files.
func (m *Memory) FileBytes(_ context.Context, sum string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if b, err := hex.DecodeString(sum); err != nil || len(b) != sha256.Size {
		return nil, fault.New(fault.Invalid, "%q is not the hash of a file", sum)
	}
	if m.files[sum] == nil {
		return nil, fault.New(fault.NotFound, "there is no file %s", sum)
	}
	return m.files[sum], nil
}
