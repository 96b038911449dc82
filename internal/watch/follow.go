package watch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/watched"
)

// Follow brings a base up to the lists. It asks the other way round: each listed
// subject that is new, or of which anything changed since the last run, is looked for
// among the customers, and those found are screened, with all that had met a subject
// that changed or is gone, all that are new or changed in the base, and all that could
// not be screened. The others are carried over. Without a run to go on from, or with
// other parameters or another program since, it is a full run.
func (w *Watcher) Follow(ctx context.Context, base string) (*Result, error) {
	j, err := w.begin(ctx, base, watched.Delta)
	if err != nil {
		return nil, err
	}
	if err := j.remember(); err != nil {
		return nil, err
	}
	if !j.follows() {
		return j.full()
	}
	touched, err := j.touched()
	if err != nil {
		return nil, err
	}
	if err := j.screen(inOrder(touched)); err != nil {
		return nil, err
	}
	j.run.Carried = j.run.Customers - len(touched)
	return j.finish()
}

// follows reports whether there is a run that a delta can go on from.
func (j *job) follows() bool {
	return j.run.Kind == watched.Delta && j.last != nil && j.last.Params == j.run.Params && j.last.Program == j.run.Program
}

// touched gives those for whom something may have changed, and notes who left the base.
func (j *job) touched() (map[string]watched.Customer, error) {
	changed, asked, err := j.changed()
	if err != nil {
		return nil, err
	}
	j.run.Entries = len(changed)
	touched := map[string]watched.Customer{}
	if err := j.own(touched); err != nil {
		return nil, err
	}
	if err := j.met(changed, touched); err != nil {
		return nil, err
	}
	return touched, j.reached(asked, touched)
}

// subjectKey tells a listed subject from others.
type subjectKey struct{ list, subject string }

// keyOf takes the key of a mark apart; names of lists have no blank.
func keyOf(mark string) subjectKey {
	list, subject, _ := strings.Cut(mark, " ")
	return subjectKey{list, subject}
}

// changed gives the subjects whose mark is another than at the last run, with those that are gone, and of them
// those whom customers may be who were not before: the new ones, and those that are looked for by something else.
func (j *job) changed() (changed map[subjectKey]bool, asked []screening.Mark, err error) {
	packed, err := j.Store.Marks(j.ctx, j.run.Base)
	if err != nil {
		return nil, nil, err
	}
	old, err := readMarks(packed)
	if err != nil {
		return nil, nil, err
	}
	changed = map[subjectKey]bool{}
	for _, m := range j.listed {
		key := m.List + " " + m.ID
		was, ok := old[key]
		if ok && was.sum == m.Sum {
			continue
		}
		changed[keyOf(key)] = true
		if !ok || was.asks != m.Asks {
			asked = append(asked, m)
		}
	}
	for key := range old {
		if _, ok := j.now[key]; !ok {
			changed[keyOf(key)] = true
		}
	}
	return changed, asked, nil
}

// own adds the customers that are new or changed in the base since the last run, and notes who is gone.
func (j *job) own(touched map[string]watched.Customer) error {
	if j.last.Version == j.run.Version {
		return nil
	}
	for c, err := range j.customers(watched.Part{Since: j.last.Version}) {
		if err != nil {
			return err
		}
		touched[c.Ref] = c
	}
	return j.left()
}

// left notes who is not on file any more since the last run.
func (j *job) left() error {
	if j.last == nil || j.last.Version == j.run.Version {
		return nil
	}
	refs, err := j.Store.Left(j.ctx, j.run.Base, j.last.Version, j.run.Version)
	j.gone = map[string]bool{}
	for _, ref := range refs {
		j.gone[ref] = true
	}
	return err
}

// met adds the customers that had met a subject that changed, and those that could
// not be screened.
func (j *job) met(changed map[subjectKey]bool, touched map[string]watched.Customer) error {
	before := watched.List(j.before)
	if j.before == nil { // a plan does not hold them
		before = watched.Each(j.ctx, j.Store, j.run.Base, j.last.Number)
	}
	for s, err := range before {
		if err != nil {
			return err
		}
		ref, again := s.Ref, s.Outcome == screening.NotScreened ||
			slices.ContainsFunc(s.Findings, func(f watched.Finding) bool { return changed[subjectKey{f.List, f.Subject}] })
		if _, have := touched[ref]; have || !again {
			continue
		}
		c, err := j.Store.Customer(j.ctx, j.run.Base, j.run.Version, ref)
		switch {
		case fault.CodeOf(err) == fault.NotFound: // it left the base
		case err != nil:
			return err
		default:
			touched[ref] = c
		}
	}
	return nil
}

// reached adds the customers that one of the subjects asked for may be.
func (j *job) reached(asked []screening.Mark, touched map[string]watched.Customer) error {
	if len(asked) == 0 {
		return nil
	}
	segments, done, err := j.openBase()
	if err != nil {
		return err
	}
	defer done()
	var mu sync.Mutex
	return each(asked, func(m screening.Mark) error {
		s, err := j.Desk.Marked(m)
		if err != nil {
			return err
		}
		for _, g := range segments {
			if err := g.base.Reach(s, func(data []byte) error {
				c, ok, err := j.still(g, data)
				if ok {
					mu.Lock()
					defer mu.Unlock()
					touched[c.Ref] = c
				}
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// still gives a customer found in an index, as the base has it now; ok is false for one that left it, or that changed since
// and so lies in a later index.
func (j *job) still(g segment, data []byte) (c watched.Customer, ok bool, err error) {
	if c, err = unpack(data); err != nil || g.to == j.run.Version {
		return c, err == nil, err
	}
	c, err = j.Store.Customer(j.ctx, j.run.Base, j.run.Version, c.Ref)
	if fault.CodeOf(err) == fault.NotFound {
		return c, false, nil
	}
	return c, err == nil && c.Since <= g.to, err
}

// each runs f for all of a list on all processors, and gives the first error.
func each[T any](list []T, f func(T) error) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	next := make(chan T)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for x := range next {
				if err := f(x); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for _, x := range list {
		next <- x
	}
	close(next)
	wg.Wait()
	return failed
}

func inOrder(touched map[string]watched.Customer) iter.Seq2[watched.Customer, error] {
	refs := make([]string, 0, len(touched))
	for ref := range touched {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	return func(yield func(watched.Customer, error) bool) {
		for _, ref := range refs {
			if !yield(touched[ref], nil) {
				return
			}
		}
	}
}

// pack and unpack write and read a customer as the index over a base has it.
func pack(c watched.Customer) ([]byte, error) {
	return json.Marshal(struct {
		Ref   string
		Party map[string][]string
	}{c.Ref, c.Party})
}

func unpack(data []byte) (c watched.Customer, err error) {
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fault.Wrap(fault.Unavailable, err, "the index over the base is damaged")
	}
	return c, nil
}

// indexVersion changes when the index over a base is made differently.
const indexVersion = "3"

// segment is an index over the customers that came or changed in the versions after from, up to to.
type segment struct {
	from, to int
	base     *screening.Base
	ix       *index.Index
}

// mostSegments is how many indexes a base has at most: with more, one over all is built in their place.
const mostSegments = 8

// openBase opens indexes that hold every customer of the version, and builds what lacks: one over those that came or changed
// since the last one was built, so that another version of a base costs what is new in it.
func (j *job) openBase() (list []segment, done func(), err error) {
	done = func() {
		for _, g := range list {
			g.ix.Close()
		}
	}
	list, err = j.segments()
	for i := range list {
		if err == nil {
			list[i].base, err = screening.NewBase(list[i].ix, j.Desk.Params())
		}
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return list, done, nil
}

// segments opens the indexes, in the order of versions.
func (j *job) segments() ([]segment, error) {
	if j.Dir == "" {
		ix, err := j.inMemory()
		return []segment{{to: j.run.Version, ix: ix}}, err
	}
	list, err := j.found()
	if err != nil {
		return nil, err
	}
	at := 0
	if len(list) > 0 {
		at = list[len(list)-1].to
	}
	if at == j.run.Version {
		return list, nil
	}
	whole := len(list) >= mostSegments
	if whole {
		for _, g := range list {
			g.ix.Close()
		}
		list, at = nil, 0
	}
	g, err := j.build(at)
	if err == nil && at == 0 {
		err = DropIndexes(j.Dir, j.run.Base, j.indexName(0, j.run.Version))
	}
	if err != nil {
		for _, g := range list {
			g.ix.Close()
		}
		return nil, err
	}
	return append(list, g), nil
}

// found opens the indexes that are there, as far as they follow each other.
func (j *job) found() (list []segment, err error) {
	for at := 0; at < j.run.Version; {
		to := j.run.Version
		var ix *index.Index
		for ; to > at; to-- { // the longest first
			if ix, err = index.Open(filepath.Join(j.Dir, "watch", j.indexName(at, to))); err == nil {
				break
			}
		}
		if to == at {
			break // there is none, or none that can be read: it is built
		}
		list = append(list, segment{from: at, to: to, ix: ix})
		at = to
	}
	return list, nil
}

func (j *job) inMemory() (*index.Index, error) {
	bl := index.NewBuilder(os.TempDir())
	meta, err := j.fill(bl, 0)
	if err != nil {
		return nil, err
	}
	b, err := bl.Bytes(meta...)
	if err != nil {
		return nil, err
	}
	return index.Read(b)
}

// build makes the index over the customers that came or changed after a version.
func (j *job) build(after int) (segment, error) {
	g := segment{from: after, to: j.run.Version}
	dir := filepath.Join(j.Dir, "watch")
	path := filepath.Join(dir, j.indexName(g.from, g.to))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return g, fault.Wrap(fault.Unavailable, err, "the folder of indexes over bases cannot be made")
	}
	bl := index.NewBuilder(dir)
	meta, err := j.fill(bl, after)
	if err != nil {
		bl.Close()
		return g, err
	}
	if err := bl.WriteFile(path, meta...); err != nil {
		return g, err
	}
	g.ix, err = index.Open(path)
	return g, err
}

func (j *job) indexName(from, to int) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s %d %s %s", indexVersion, match.KeysVersion, j.run.Params, j.run.Program))
	return fmt.Sprintf("%s@%s.%d-%d.index", j.run.Base, hex.EncodeToString(h[:12]), from, to)
}

// DropIndexes removes the indexes over a base, which hold what it holds, but the one
// of a name; "" for all.
func DropIndexes(dir, base, keep string) error {
	list, err := os.ReadDir(filepath.Join(dir, "watch"))
	if os.IsNotExist(err) {
		return nil
	}
	for _, f := range list {
		if f.Name() != keep && strings.HasPrefix(f.Name(), base+"@") {
			err = os.Remove(filepath.Join(dir, "watch", f.Name()))
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "an index over the base %s cannot be removed", base)
	}
	return nil
}

// fill puts the customers that came or changed after a version into an index. Who cannot be read could not be screened
// either, and is screened in every run.
func (j *job) fill(bl *index.Builder, after int) ([][]byte, error) {
	list := func(yield func(screening.Known, error) bool) {
		for c, err := range j.customers(watched.Part{Since: after}) {
			if err != nil {
				yield(screening.Known{}, err)
				return
			}
			in, _, err := screen.Party(c.Party).Input(j.Places)
			if err != nil {
				continue
			}
			data, err := pack(c)
			if !yield(screening.Known{Input: in, Data: data}, err) {
				return
			}
		}
	}
	return screening.BuildBase(bl, j.Desk.Params(), list, func(n int) {
		if j.Progress != nil {
			j.Progress("customers indexed", n)
		}
	})
}

// Index makes the index over the newest version of a base ready for [Watcher.Follow].
func (w *Watcher) Index(ctx context.Context, base string) error {
	versions, err := w.Store.Versions(ctx, base)
	if err != nil {
		return err
	}
	j := &job{Watcher: w, ctx: ctx, run: watched.Run{
		Base: base, Version: versions[len(versions)-1].Number, Params: w.Desk.Params().ID(), Program: w.Program,
	}}
	_, done, err := j.openBase()
	if err != nil {
		return err
	}
	done()
	return nil
}

// Behind says why a base is not up to lists that a desk would have; "" when it is.
func Behind(versions []watched.Version, runs []watched.Run, lists []watched.Against) string {
	if len(runs) == 0 {
		return "it was never screened"
	}
	last := runs[len(runs)-1]
	if v := versions[len(versions)-1].Number; v != last.Version {
		return fmt.Sprintf("version %d came after run %d", v, last.Number)
	}
	var news []string
	for _, a := range lists {
		i := slices.IndexFunc(last.Lists, func(b watched.Against) bool { return b.List == a.List })
		if i < 0 || last.Lists[i].Snapshot != a.Snapshot || last.Lists[i].Content != a.Content || last.Lists[i].Count != a.Count {
			news = append(news, a.String())
		}
	}
	for _, b := range last.Lists {
		if !slices.ContainsFunc(lists, func(a watched.Against) bool { return a.List == b.List }) {
			news = append(news, b.List+" is gone")
		}
	}
	if len(news) == 0 {
		return ""
	}
	return fmt.Sprintf("run %d did not have %s", last.Number, strings.Join(news, ", "))
}

// Ahead says which lists the newest run of a base had newer than a desk has them, of those that there are in the store; "" for
// none. A run with that desk would take the base back to them: what was raised would be gone, and raised once more by the next.
func Ahead(runs []watched.Run, desk, store []watched.Against) string {
	if len(runs) == 0 {
		return ""
	}
	count := func(lists []watched.Against, name string) int {
		i := slices.IndexFunc(lists, func(a watched.Against) bool { return a.List == name })
		if i < 0 {
			return 0
		}
		return lists[i].Count
	}
	last := runs[len(runs)-1]
	var ahead []string
	for _, a := range last.Lists {
		if count(desk, a.List) < a.Count && a.Count <= count(store, a.List) {
			ahead = append(ahead, a.String())
		}
	}
	if len(ahead) == 0 {
		return ""
	}
	return fmt.Sprintf("run %d had %s", last.Number, strings.Join(ahead, ", "))
}

// Erase takes what is kept of a customer out of a base, and removes the indexes over
// it in dir, which hold the same.
func Erase(ctx context.Context, s watched.Store, dir, base, ref string, at time.Time, actor string) error {
	if err := DropIndexes(dir, base, ""); err != nil {
		return err
	}
	return s.Erase(ctx, base, ref, at, actor)
}
