package snapshottest

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
)

// Memory is a [snapshot.Store] that keeps every snapshot whole in memory. It is
// for tests of what uses a store, and what other stores are compared with; it is
// made to be plainly right, not fast. Its zero value is empty and ready.
type Memory struct {
	mu       sync.Mutex
	lists    map[string][]memorySnapshot
	attempts map[string][]snapshot.Attempt
	raw      map[string][]byte
}

// memorySnapshot never changes once it is in a list.
type memorySnapshot struct {
	meta    snapshot.Meta
	entries map[string][]byte // encoded, so that nobody changes what is kept
}

var _ snapshot.Store = (*Memory)(nil)

// keys gives those of a snapshot in order.
func (s memorySnapshot) keys() []string { return slices.Sorted(maps.Keys(s.entries)) }

func (s memorySnapshot) content() string {
	h := snapshot.NewContentHash()
	for _, k := range s.keys() {
		h.Add(k, snapshot.Hash(s.entries[k]))
	}
	return h.Sum()
}

// of gives the snapshots of a list as they are now.
func (m *Memory) of(list string) []memorySnapshot {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.lists[list])
}

// Begin starts a load.
func (m *Memory) Begin(ctx context.Context, list string) (snapshot.Load, error) {
	if err := snapshot.CheckList(list); err != nil {
		return nil, err
	}
	return &memoryLoad{ctx: ctx, m: m, list: list, last: len(m.of(list)), entries: map[string][]byte{}}, nil
}

// Attempted keeps a record of a try.
func (m *Memory) Attempted(_ context.Context, a snapshot.Attempt) error {
	if err := snapshot.CheckList(a.List); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.attempts == nil {
		m.attempts = map[string][]snapshot.Attempt{}
	}
	m.attempts[a.List] = append(m.attempts[a.List], a)
	return nil
}

// Attempts gives the tries of a list, the last one first.
func (m *Memory) Attempts(_ context.Context, list string, limit int) ([]snapshot.Attempt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.Clone(m.attempts[list])
	slices.Reverse(out)
	return out[:min(len(out), max(limit, 0))], nil
}

// Lists gives the state of every list.
func (m *Memory) Lists(context.Context) ([]snapshot.State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := map[string]bool{}
	for n := range m.lists {
		names[n] = true
	}
	for n := range m.attempts {
		names[n] = true
	}
	var out []snapshot.State
	for _, n := range slices.Sorted(maps.Keys(names)) {
		st := snapshot.State{Count: len(m.lists[n])}
		if st.Count > 0 {
			st.Current = current(m.lists[n]).meta
		}
		for _, a := range m.attempts[n] {
			st.Last = a
			if a.Same {
				st.Confirmed = a
			}
		}
		out = append(out, st)
	}
	return out, nil
}

func current(snaps []memorySnapshot) memorySnapshot {
	best := snaps[0]
	for _, s := range snaps {
		if snapshot.Later(s.meta, best.meta) {
			best = s
		}
	}
	return best
}

// Snapshots gives those of a list.
func (m *Memory) Snapshots(_ context.Context, list string) ([]snapshot.Meta, error) {
	var out []snapshot.Meta
	for _, s := range m.of(list) {
		out = append(out, s.meta)
	}
	return out, nil
}

func (m *Memory) pick(id snapshot.ID) (memorySnapshot, error) {
	snaps := m.of(id.List)
	switch {
	case len(snaps) == 0 || id.Number < 0 || id.Number > len(snaps):
		return memorySnapshot{}, fault.New(fault.NotFound, "there is no snapshot %s", id)
	case id.Number == 0:
		return current(snaps), nil
	}
	return snaps[id.Number-1], nil
}

// Snapshot gives one.
func (m *Memory) Snapshot(_ context.Context, id snapshot.ID) (snapshot.Meta, error) {
	s, err := m.pick(id)
	return s.meta, err
}

// Entries gives the entries of a snapshot.
func (m *Memory) Entries(ctx context.Context, id snapshot.ID) iter.Seq2[snapshot.Entry, error] {
	return func(yield func(snapshot.Entry, error) bool) {
		s, err := m.pick(id)
		if err != nil {
			yield(snapshot.Entry{}, err)
			return
		}
		for _, k := range s.keys() {
			r, err := snapshot.Decode(s.entries[k])
			if e := ended(ctx); e != nil {
				err = e
			}
			if !yield(snapshot.Entry{Key: k, Record: r}, err) || err != nil {
				return
			}
		}
	}
}

// ended tells that nobody waits any more.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fault.Wrap(fault.Unavailable, err, "broken off")
	}
	return nil
}

// About gives the entries of a snapshot that are about a subject.
func (m *Memory) About(ctx context.Context, id snapshot.ID, subjectID string) ([]snapshot.Entry, error) {
	var out []snapshot.Entry
	for e, err := range m.Entries(ctx, id) {
		if err != nil {
			return nil, err
		}
		if slices.Contains(snapshot.SubjectsOf(e.Record), subjectID) {
			out = append(out, e)
		}
	}
	return out, nil
}

// Find gives the subjects that a reference names.
func (m *Memory) Find(_ context.Context, reference string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	exact, folded := map[string]bool{}, map[string]bool{}
	for _, snaps := range m.lists {
		for _, s := range snaps {
			for _, data := range s.entries {
				r, err := snapshot.Decode(data)
				if err != nil {
					return nil, err
				}
				for _, n := range snapshot.NamingsOf(r) {
					if n.Reference == reference {
						exact[n.Subject] = true
					}
					if snapshot.FoldReference(n.Reference) == snapshot.FoldReference(reference) {
						folded[n.Subject] = true
					}
				}
			}
		}
	}
	if len(exact) == 0 {
		exact = folded
	}
	return slices.Sorted(maps.Keys(exact)), nil
}

// Versions gives the history of what is about a subject.
func (m *Memory) Versions(ctx context.Context, list, subjectID string) ([]snapshot.Version, error) {
	var out []snapshot.Version
	for v, err := range m.Everything(ctx, list) {
		if err != nil {
			return nil, err
		}
		if slices.Contains(snapshot.SubjectsOf(v.Record), subjectID) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b snapshot.Version) int { return cmp.Compare(a.From, b.From) })
	return out, nil
}

// Everything gives every version of every entry of a list.
func (m *Memory) Everything(ctx context.Context, list string) iter.Seq2[snapshot.Version, error] {
	return func(yield func(snapshot.Version, error) bool) {
		snaps := m.of(list)
		all := map[string]bool{}
		for _, s := range snaps {
			for k := range s.entries {
				all[k] = true
			}
		}
		for _, k := range slices.Sorted(maps.Keys(all)) {
			for _, v := range runs(snaps, k) {
				var err error
				v.Record, err = snapshot.Decode(snaps[v.From-1].entries[k])
				if e := ended(ctx); e != nil {
					err = e
				}
				if !yield(v, err) || err != nil {
					return
				}
			}
		}
	}
}

// runs gives the versions of one key, without their records.
func runs(snaps []memorySnapshot, key string) []snapshot.Version {
	var out []snapshot.Version
	last := ""
	for _, s := range snaps {
		now := ""
		if data, ok := s.entries[key]; ok {
			now = snapshot.Hash(data)
		}
		if now == last {
			continue
		}
		if last != "" {
			out[len(out)-1].Until = s.meta.Number
		}
		if now != "" {
			out = append(out, snapshot.Version{Key: key, From: s.meta.Number, Hash: now})
		}
		last = now
	}
	return out
}

// Raw gives the bytes of a raw file.
func (m *Memory) Raw(_ context.Context, sum string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.raw[sum]
	if !ok {
		if len(sum) != 64 || bytes.ContainsFunc([]byte(sum), func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') }) {
			return nil, fault.New(fault.Invalid, "%q is not the hash of a file", sum)
		}
		return nil, fault.New(fault.NotFound, "the raw file %s is not there", sum)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// Verify compares every snapshot with its hash.
func (m *Memory) Verify(_ context.Context, found func(problem string)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	used := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(m.lists)) {
		for _, s := range m.lists[name] {
			if s.content() != s.meta.Content {
				found(s.meta.ID.String() + " does not have the content that its hash says")
			}
			for _, f := range s.meta.Files {
				used[f.SHA256] = true
				if _, ok := m.raw[f.SHA256]; !ok {
					found(s.meta.ID.String() + ": the raw file " + f.SHA256 + " is not there")
				}
			}
		}
	}
	for _, sum := range slices.Sorted(maps.Keys(m.raw)) {
		if !used[sum] {
			found(snapshot.Leftover + sum)
		}
	}
	return nil
}

// Close does nothing.
func (m *Memory) Close() error { return nil }

// memoryLoad is a load into a Memory.
type memoryLoad struct {
	ctx     context.Context
	m       *Memory
	list    string
	last    int
	entries map[string][]byte
	ended   bool
}

func (l *memoryLoad) Keep(name, part string, r io.Reader) (snapshot.RawFile, error) {
	b, err := io.ReadAll(r)
	if err == nil {
		err = l.ctx.Err()
	}
	if err != nil {
		return snapshot.RawFile{}, fault.Wrap(fault.CodeOf(err), err, "the raw file cannot be kept")
	}
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	if l.m.raw == nil {
		l.m.raw = map[string][]byte{}
	}
	f := snapshot.RawFile{Name: name, Part: part, SHA256: snapshot.Hash(b), Size: int64(len(b))}
	l.m.raw[f.SHA256] = b
	return f, nil
}

func (l *memoryLoad) Kept(sum string) (io.ReadCloser, error) { return l.m.Raw(l.ctx, sum) }

func (l *memoryLoad) Put(key string, r *subject.Record) error {
	if err := ended(l.ctx); err != nil {
		return err
	}
	if _, ok := l.entries[key]; ok {
		return fault.New(fault.Conflict, "the entry %q stands twice", key)
	}
	l.entries[key] = snapshot.Encode(r)
	return nil
}

func (l *memoryLoad) Content() (string, error) {
	return memorySnapshot{entries: l.entries}.content(), ended(l.ctx)
}

func (l *memoryLoad) Size() int { return len(l.entries) }

func (l *memoryLoad) Commit(meta snapshot.Meta) (snapshot.Meta, error) {
	if l.ended {
		return meta, fault.New(fault.Internal, "a load is to be published after its end")
	}
	l.ended = true
	if err := ended(l.ctx); err != nil {
		return meta, err
	}
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	if len(l.m.lists[l.list]) != l.last {
		return meta, fault.New(fault.Conflict, "another load of %s was finished meanwhile", l.list)
	}
	if l.m.lists == nil {
		l.m.lists = map[string][]memorySnapshot{}
	}
	meta.List, meta.Number = l.list, l.last+1
	l.m.lists[l.list] = append(l.m.lists[l.list], memorySnapshot{meta, l.entries})
	return meta, nil
}

func (l *memoryLoad) Abort() error {
	l.ended = true
	return nil
}
