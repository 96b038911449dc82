// Package screen is the use case "who is this": it opens the lists of a store
// for screening, with the index that belongs to them, and screens parties one by
// one or by the file.
//
// It builds an index when there is none for just these lists and parameters, and
// never uses one that was built for others. Whatever fails is not_screened.
package screen

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/redflag"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Store is what screening needs of a store of lists.
type Store interface {
	Lists(ctx context.Context) ([]snapshot.State, error)
	Snapshots(ctx context.Context, list string) ([]snapshot.Meta, error)
	Versions(ctx context.Context, list, subjectID string) ([]snapshot.Version, error)
	Everything(ctx context.Context, list string) iter.Seq2[snapshot.Version, error]
}

// Config says what to open.
type Config struct {
	Store  Store
	Params *match.Params
	Rules  ownership.Rules
	// Flags finds what of a party should be looked at whatever the lists say; nil finds nothing.
	Flags *redflag.Reader
	// Dir keeps indexes; "" keeps them in memory only, for small lists.
	Dir string
	// MaxAge refuses to screen against a list that was last checked longer ago
	// (0: no limit), as of Now.
	MaxAge time.Duration
	Now    time.Time
	// Same and Apart are what people decided: pairs of IDs that are one
	// subject, and pairs that are not, whatever the lists bear out.
	Same, Apart [][2]string
	// ID, if given, is what the desk must have as its [Desk.ID]; one of another is not
	// opened, and nothing is built for it.
	ID string
	// Shared, if given, is where replicas have their indexes from; it needs Dir.
	Shared Shared
	// Progress is called now and then while an index is built.
	Progress func(what string, n int)
}

// Desk screens against the lists of one moment. It may be used by many at once.
type Desk struct {
	*screening.Engine
	ix    *index.Index
	lists *builder
	flags *redflag.Reader
	// Stale says why nothing may be screened; "" when it may.
	Stale string
}

// As gives the desk as it was when stale said why nothing may be screened.
func (d *Desk) As(stale string) *Desk {
	c := *d
	c.Stale = stale
	return &c
}

// Close ends the use of the desk.
func (d *Desk) Close() error { return d.ix.Close() }

// Documents gives every subject of the lists, read from the store itself: what
// the index should hold, for whoever checks it. The store must still be open.
func (d *Desk) Documents(ctx context.Context) iter.Seq2[screening.Document, error] {
	b := *d.lists
	b.ctx = ctx
	return b.documents()
}

// Screen answers a query, with red flags; see [screening.Engine.Screen].
func (d *Desk) Screen(q screening.Query) screening.Answer {
	a := screening.Answer{Outcome: screening.NotScreened, Reason: d.Stale, Against: d.Against()}
	if d.Stale == "" {
		a = d.Engine.Screen(q)
	}
	if d.flags != nil {
		a.Flags = d.flags.Of(&q.Input)
	}
	return a
}

// Look gives the red flags of free text.
func (d *Desk) Look(text string) []redflag.Flag {
	if d.flags == nil {
		return nil
	}
	return d.flags.Text(text)
}

// ID names the lists and the parameters that the desk screens with: desks of one name
// give the same answers, whichever machine has them, but for what people decided about
// subjects (Same, Apart) and whether a list is too old.
func (d *Desk) ID() string { return d.lists.name() }

// list is one list to screen against.
type list struct {
	state snapshot.State
	snaps []snapshot.Meta
}

// Open opens the lists of the store, and builds their index when there is none.
func Open(ctx context.Context, c Config) (*Desk, error) {
	states, err := c.Store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	lists, err := listsOf(ctx, c.Store, states)
	if err != nil {
		return nil, err
	}
	return (&builder{Config: c, ctx: ctx, lists: lists}).desk()
}

// desk opens or builds the index, and makes a desk of it.
func (b *builder) desk() (*Desk, error) {
	if id := b.name(); b.ID != "" && id != b.ID {
		return nil, fault.New(fault.Conflict, "the lists here, as they are read here, are %s and not %s", id, b.ID).
			WithFix("use the same store, the same program and the same parameters everywhere")
	}
	ix, mergers, err := b.open()
	if err != nil {
		return nil, err
	}
	engine, err := screening.New(ix, b.Params, b.Rules, decided(mergers, b.Same, b.Apart))
	if err != nil {
		ix.Close()
		return nil, err
	}
	return &Desk{Engine: engine, ix: ix, lists: b, flags: b.Flags, Stale: stale(b.lists, b.Now, b.MaxAge)}, nil
}

// listsOf gives the lists with their snapshots, as the states have them: a snapshot
// that was loaded since is left out, and its records are not read.
func listsOf(ctx context.Context, store Store, states []snapshot.State) ([]list, error) {
	var out []list
	for _, s := range states {
		if s.Current.Number == 0 {
			continue // nothing of it was ever loaded; its last failure is in the status
		}
		snaps, err := store.Snapshots(ctx, s.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, list{s, snaps[:min(s.Count, len(snaps))]})
	}
	return out, nil
}

// stale says which list is too old to be relied on. An own list whose last day
// has passed is always too old.
func stale(lists []list, now time.Time, most time.Duration) string {
	for _, l := range lists {
		c := l.state.Current
		if y, m, d := c.Expires.Civil(); c.Expires != when.NoDay && !now.Before(time.Date(y, time.Month(m), d+1, 0, 0, 0, 0, time.UTC)) {
			return fmt.Sprintf("the list %s may be used only up to %s", c.List, c.Expires.Long())
		}
		checked := l.state.Checked()
		if c.Embedded {
			y, m, d := c.Published.Civil()
			checked = time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		}
		if age := now.Sub(checked); most > 0 && age > most {
			return fmt.Sprintf("the list %s was last checked %d hours ago; %d are allowed", c.List, int(age.Hours()), int(most.Hours()))
		}
	}
	return ""
}

// builder opens or builds the index of lists.
type builder struct {
	Config
	ctx   context.Context
	lists []list
}

// buildVersion changes when documents or keys are made differently.
const buildVersion = "4"

// name gives the name of the index: the hash of all that it depends on.
func (b *builder) name() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d %s\n", buildVersion, match.KeysVersion, b.Params.ID())
	for _, l := range b.lists {
		for _, m := range l.snaps {
			fmt.Fprintf(h, "%s %s %s\n", m.ID, m.Published, m.Content)
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

func (b *builder) open() (*index.Index, []screening.Merger, error) {
	if b.Dir == "" {
		return b.inMemory()
	}
	dir := filepath.Join(b.Dir, "index")
	path := filepath.Join(dir, b.name()+".index")
	if b.Shared != nil {
		return b.share(dir, path)
	}
	if ix, mergers, err := opened(path); err == nil {
		return ix, mergers, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fault.Wrap(fault.Unavailable, err, "the folder of indexes cannot be made")
	}
	return b.build(dir, path)
}

func (b *builder) inMemory() (*index.Index, []screening.Merger, error) {
	bl := index.NewBuilder(os.TempDir())
	meta, err := b.fill(bl)
	if err != nil {
		return nil, nil, err
	}
	bytes, err := bl.Bytes(meta...)
	if err != nil {
		return nil, nil, err
	}
	ix, err := index.Read(bytes)
	if err != nil {
		return nil, nil, err
	}
	mergers, err := b.findSame(ix)
	return ix, mergers, err
}

func (b *builder) build(dir, path string) (*index.Index, []screening.Merger, error) {
	bl := index.NewBuilder(dir)
	meta, err := b.fill(bl)
	if err != nil {
		bl.Close()
		return nil, nil, err
	}
	if err := bl.WriteFile(path, meta...); err != nil {
		return nil, nil, err
	}
	ix, err := index.Open(path)
	if err != nil {
		return nil, nil, err
	}
	mergers, err := b.findSame(ix)
	if err == nil {
		err = writeMergers(path, mergers)
	}
	if err != nil {
		ix.Close()
		return nil, nil, err
	}
	sweep(dir, path)
	return ix, mergers, nil
}

// sweep removes the indexes of other lists and parameters. Whoever has one open
// keeps it.
func sweep(dir, keep string) {
	names, err := filepath.Glob(filepath.Join(dir, "*.index*"))
	if err != nil {
		return
	}
	for _, n := range names {
		if !strings.HasPrefix(n, strings.TrimSuffix(keep, ".index")) {
			os.Remove(n)
		}
	}
}

func (b *builder) fill(bl *index.Builder) ([][]byte, error) {
	var against []screening.Against
	for _, l := range b.lists {
		c := l.state.Current
		against = append(against, screening.Against{List: c.List, Snapshot: c.ID, Content: c.Content, Subjects: c.Report.Subjects})
	}
	return screening.Build(bl, b.Params, against, b.documents(), func(n int) { b.progress("subjects indexed", n) })
}

func (b *builder) progress(what string, n int) {
	if b.Progress != nil {
		b.Progress(what, n)
	}
}

func (b *builder) findSame(ix *index.Index) ([]screening.Merger, error) {
	if len(b.lists) < 2 {
		return nil, nil
	}
	e, err := screening.New(ix, b.Params, b.Rules, nil)
	if err != nil {
		return nil, err
	}
	return e.FindSame(func(n int) { b.progress("subjects compared across lists", n) })
}

// documents gives every subject that any version of any list has.
func (b *builder) documents() iter.Seq2[screening.Document, error] {
	return func(yield func(screening.Document, error) bool) {
		for _, l := range b.lists {
			for d, err := range b.documentsOf(l) {
				if !yield(d, err) || err != nil {
					return
				}
			}
		}
	}
}

func (b *builder) documentsOf(l list) iter.Seq2[screening.Document, error] {
	return func(yield func(screening.Document, error) bool) {
		name := l.state.Name()
		apart, err := b.apart(name)
		if err != nil {
			yield(screening.Document{}, err)
			return
		}
		give := func(id string, versions []snapshot.Version) bool {
			if apart[id] {
				if versions, err = b.Store.Versions(b.ctx, name, id); err != nil {
					return yield(screening.Document{}, err)
				}
				versions = about(versions, id)
			}
			d, ok := screening.Join(name, l.snaps, versions)
			return !ok || yield(d, nil)
		}
		var id string
		var versions []snapshot.Version
		for v, err := range b.Store.Everything(b.ctx, name) {
			if err == nil {
				err = b.ctx.Err()
			}
			if err != nil {
				yield(screening.Document{}, err)
				return
			}
			if v.Record.Subject == nil {
				continue
			}
			if v.Record.Subject.ID != id {
				if id != "" && !give(id, versions) {
					return
				}
				id, versions = v.Record.Subject.ID, nil
			}
			versions = append(versions, v)
		}
		if id != "" {
			give(id, versions)
		}
	}
}

// about keeps what versions say of one subject: not the entries of others that name
// it, nor the listings of others in an entry that is about several.
func about(versions []snapshot.Version, id string) []snapshot.Version {
	var out []snapshot.Version
	for _, v := range versions {
		switch r := v.Record; {
		case r.Subject == nil:
			v.Record = &subject.Record{Relations: r.Relations}
			for _, l := range r.Listings {
				if l.Subject == id {
					v.Record.Listings = append(v.Record.Listings, l)
				}
			}
		case r.Subject.ID != id:
			continue
		}
		out = append(out, v)
	}
	return out
}

// apart gives the subjects of which something is said in entries of their own.
func (b *builder) apart(name string) (map[string]bool, error) {
	out := map[string]bool{}
	for v, err := range b.Store.Everything(b.ctx, name) {
		if err != nil {
			return nil, err
		}
		if v.Record.Subject == nil {
			for _, id := range snapshot.SubjectsOf(v.Record) {
				out[id] = true
			}
		}
	}
	return out, nil
}

// mergersFile is the form in which mergers are kept beside an index.
type mergersFile struct {
	Version int
	Mergers []screening.Merger
}

func writeMergers(path string, list []screening.Merger) error {
	b, err := json.Marshal(mergersFile{1, list})
	if err != nil {
		return err
	}
	tmp := path + "-same.part"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return fault.Wrap(fault.Unavailable, err, "the mergers cannot be kept")
	}
	return os.Rename(tmp, path+"-same")
}

func readMergers(path string) ([]screening.Merger, error) {
	b, err := os.ReadFile(path + "-same")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	var f mergersFile
	if err := json.Unmarshal(b, &f); err != nil || f.Version != 1 {
		return nil, fault.New(fault.Unavailable, "the mergers beside the index are damaged")
	}
	return f.Mergers, nil
}

// decided applies what people decided to what the lists bear out.
func decided(list []screening.Merger, same, apart [][2]string) []screening.Merger {
	out := slices.DeleteFunc(slices.Clone(list), func(m screening.Merger) bool {
		return slices.Contains(apart, [2]string{m.A, m.B}) || slices.Contains(apart, [2]string{m.B, m.A})
	})
	for _, p := range same {
		out = append(out, screening.Merger{A: min(p[0], p[1]), B: max(p[0], p[1]), Kind: "decided", Reason: "decided by a person"})
	}
	return out
}

// ReadDecided reads what people decided about subjects of different lists: under
// same and apart, lists of pairs of IDs.
func ReadDecided(name string, b []byte) (same, apart [][2]string, err error) {
	docs, err := yamltree.Parse(name, b)
	if err != nil || len(docs) == 0 {
		return nil, nil, err
	}
	f, err := docs[0].Fields("a file of decisions")
	if err != nil {
		return nil, nil, err
	}
	for key, to := range map[string]*[][2]string{"same": &same, "apart": &apart} {
		n := f.Opt(key)
		if n == nil {
			continue
		}
		for _, item := range n.Items {
			pair, err := item.Strings(key)
			if err != nil {
				return nil, nil, err
			}
			if len(pair) != 2 || pair[0] == pair[1] {
				return nil, nil, item.Errorf("write two ids, as in [un:KPe.001, ofac:9882]")
			}
			*to = append(*to, [2]string{pair[0], pair[1]})
		}
	}
	return same, apart, f.End()
}
