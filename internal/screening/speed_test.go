package screening

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/source/ofac"
	"github.com/cordon-engine/cordon/internal/source/un"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// people makes lists of any size: the subjects of the real lists beside the
// project first, then new ones of the same shape (sort of subject, number and
// length of names, dates) whose words are taken from real names. Without the
// lists, all are made from the words that come with the program. The same number
// gives the same list.
type people struct {
	real  []Document
	words map[bool][]string // of persons, of others: each as often as it occurs
	more  []string          // words of people of the world at large
	r     *rand.Rand
}

// beside gives the path of a file of the shared folder; "" when it is not there.
func beside(name string) string {
	path := filepath.Join("..", "..", "..", "shared", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// realDocuments reads the UN list and that of OFAC, as far as they are there.
func realDocuments(t testing.TB) (docs []Document) {
	load := func(list string, src publication.Source, files ...publication.File) {
		snap := snapshot.Meta{ID: snapshot.ID{List: list, Number: 1}, Published: day("2025-04-19")}
		_, _, err := publicationtest.Load(t, src, nil, func(r *subject.Record) {
			if d, ok := Join(list, []snapshot.Meta{snap}, []snapshot.Version{{Key: r.Subject.ID, From: 1, Record: r}}); ok {
				docs = append(docs, d)
			}
		}, files...)
		if err != nil {
			t.Fatal(err)
		}
	}
	if path := beside("data/lists/un/consolidated_2025-04-19.xml"); path != "" {
		load("un", un.Source(), publicationtest.OnDisk(path, ""))
	}
	if path := beside("data/lists/ofac/sdn_csv/sdn_photoangell.csv"); path != "" {
		all, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := bytes.Cut(all, []byte{0x1A})
		dir := filepath.Dir(path)
		load("ofac", ofac.SDN(), publicationtest.Bytes("sdn.csv", "", first),
			publicationtest.OnDisk(filepath.Join(dir, "add.csv"), ""), publicationtest.OnDisk(filepath.Join(dir, "alt.csv"), ""),
			publicationtest.OnDisk(filepath.Join(dir, "sdn_comments.csv"), ""))
	}
	return docs
}

func newPeople(t testing.TB) *people {
	p := &people{words: map[bool][]string{}, r: rand.New(rand.NewPCG(4, 2026))}
	p.real = realDocuments(t)
	for _, d := range p.real {
		person := d.Record.Subject.Schema == subject.Person
		for _, n := range d.Record.Subject.Names {
			p.words[person] = append(p.words[person], strings.Fields(n.Full)...)
		}
	}
	for person, column := range map[bool]string{true: "p", false: "o"} {
		if len(p.words[person]) == 0 {
			p.words[person] = tableWords(t, "matching/frequency.tsv", column)
		}
	}
	p.more = tableWords(t, "matching/population.tsv", "")
	if path := beside("data/names/names.gz"); path != "" {
		p.more = append(p.more, worldWords(t, path)...)
	}
	return p
}

// tableWords gives the words of a table of the parameters, each as often as its
// share says.
func tableWords(t testing.TB, name, column string) []string {
	b, err := data.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || column != "" && f[0] != column {
			continue
		}
		n, err := strconv.Atoi(f[len(f)-1])
		if err != nil {
			t.Fatal(err)
		}
		for range 1 + n/100 {
			out = append(out, f[len(f)-2])
		}
	}
	return out
}

// worldWords gives the first spelling in Latin letters of each name in a file.
func worldWords(t testing.TB, path string) (out []string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(z); s.Scan(); {
		if w, _, ok := strings.Cut(s.Text(), ","); ok && strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") == "" && len(w) > 2 {
			out = append(out, w)
		}
	}
	return out
}

// word gives a word for a name of a person or of something else.
func (p *people) word(person bool) string {
	list := p.words[person]
	if person && p.r.IntN(2) == 0 || p.r.IntN(8) == 0 {
		list = p.more
	}
	return list[p.r.IntN(len(list))]
}

// list gives n documents.
func (p *people) list(n int, yield func(Document, error) bool) {
	p.r = rand.New(rand.NewPCG(4, 2026))
	for i := range n {
		d := Document{}
		if i < len(p.real) {
			d = p.real[i]
		} else {
			d = p.made(i)
		}
		if !yield(d, nil) {
			return
		}
	}
}

// made makes a subject.
func (p *people) made(i int) Document {
	if len(p.real) == 0 {
		var words []string
		for range 2 + p.r.IntN(3) {
			words = append(words, p.word(true))
		}
		return listed("made", "UN", strconv.Itoa(i), strings.Join(words, " "))
	}
	like := p.real[p.r.IntN(len(p.real))].Record.Subject
	person := like.Schema == subject.Person
	swap := map[string]string{} // a word stays the same in all names of a subject
	first := ""
	var rest []subject.Name
	for k, n := range like.Names {
		words := strings.Fields(n.Full)
		for w := range words {
			if swap[words[w]] == "" {
				swap[words[w]] = p.word(person)
			}
			words[w] = swap[words[w]]
		}
		n.Full = strings.Join(words, " ")
		if k == 0 {
			first = n.Full
		} else {
			rest = append(rest, n)
		}
	}
	return listed("made", "UN", strconv.Itoa(i), first, func(r *subject.Record) {
		r.Subject.Schema = like.Schema
		r.Subject.Names = append(r.Subject.Names, rest...)
		r.Subject.Births = like.Births
	})
}

// strangers gives names of people on no list, as they may be screened.
func (p *people) strangers(t testing.TB) []string {
	return neutral(t, func() *people { return p })
}

// neutral gives them from the lists of such names beside the project, and made of the words
// of people where there are too few.
func neutral(t testing.TB, p func() *people) (out []string) {
	for _, name := range []string{"global", "us"} {
		path := beside("bench/screening/negatives_" + name + ".csv")
		if path == "" {
			continue
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows[1:] {
			out = append(out, r[0])
		}
	}
	r := rand.New(rand.NewPCG(7, 7))
	for len(out) < 5000 {
		more := p().more
		out = append(out, more[r.IntN(len(more))]+" "+more[r.IntN(len(more))])
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

var everyone = sync.OnceValue(func() *people { return newPeople(&testing.B{}) })

// BenchmarkScreen is one screening of a name that is on no list, by one worker,
// with the time that 99 of 100 stay under. The same warmUp names are asked again and
// again, so that what they need is at hand. CORDON_BENCH_MILLION=1 adds a list of a
// million subjects, which takes minutes to build; CORDON_BENCH_DIR is a folder in which
// indexes are kept from one run to the next.
func BenchmarkScreen(b *testing.B) { benchmarkScreen(b, 0, warmUp, true) }

// BenchmarkScreenWords is BenchmarkScreen where the names are not remembered, only what
// their words tell.
func BenchmarkScreenWords(b *testing.B) { benchmarkScreen(b, 0, warmUp, false) }

// BenchmarkScreenOnce is BenchmarkScreen with names that were not asked before, after
// as many others: up to 8,000 of them.
func BenchmarkScreenOnce(b *testing.B) { benchmarkScreen(b, warmUp, 4*warmUp, true) }

// warmUp is the number of names that are screened before time is taken.
const warmUp = 2000

// benchmarkScreen screens n of the strangers from a number on; remember says that what
// parties may be is remembered.
func benchmarkScreen(b *testing.B, from, n int, remember bool) {
	queries := neutral(b, everyone)
	for _, size := range benchmarkSizes() {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			e := engineOf(b, everyone, size)
			if !remember {
				e.asked = nil
			}
			ask := func(i int) Answer {
				q := query(queries[i])
				q.Threshold = e.params.Possible()
				return e.Screen(q)
			}
			for i := range warmUp {
				ask(i)
			}
			times := make([]time.Duration, 0, 1<<16)
			b.ReportAllocs()
			b.ResetTimer()
			used, i, lost := processorTime(b), 0, 0
			for b.Loop() {
				start := time.Now()
				if ask(from+i%n).Outcome == NotScreened {
					lost++
				}
				if i++; len(times) < cap(times) {
					times = append(times, time.Since(start))
				}
			}
			b.ReportMetric(float64((processorTime(b)-used).Nanoseconds())/1000/float64(i), "processor-µs/name")
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "µs-p99")
			b.ReportMetric(float64(lost)/float64(i), "bounded/name")
			b.ReportMetric(memory(b, "VmRSS:"), "MiB-resident")
			b.ReportMetric(memory(b, "RssAnon:"), "MiB-own")
		})
	}
}

// benchmarkSizes are the sizes of the lists, in subjects.
func benchmarkSizes() []int {
	sizes := []int{10_000, 30_000, 100_000}
	if os.Getenv("CORDON_BENCH_MILLION") != "" {
		sizes = append(sizes, 1_000_000)
	}
	return sizes
}

// BenchmarkPair scores two subjects that are ready, by their first names: those of
// the real lists where they are there.
func BenchmarkPair(b *testing.B) {
	params := parameters(b)
	s := match.NewScorer(params)
	var list []*match.Prepared
	everyone().list(2000, func(d Document, _ error) bool {
		in := InputOf(d.Record.Subject)
		in.Names = in.Names[:min(len(in.Names), 1)]
		p, err := match.Prepare(params, in)
		if err != nil {
			b.Fatal(err)
		}
		list = append(list, p)
		return true
	})
	b.ReportAllocs()
	used, i := processorTime(b), 0
	for b.Loop() {
		s.Score(list[i*7%len(list)], list[i*11%len(list)])
		i++
	}
	b.ReportMetric(float64((processorTime(b)-used).Nanoseconds())/1000/float64(i), "processor-µs/pair")
}

// hostile are names that nobody has.
var hostile = map[string]string{
	"a megabyte of letters": strings.Repeat("abcdefghij", 100_000),
	"10,000 words":          strings.Repeat("kim jong ", 5_000),
	"500,000 marks":         "a" + strings.Repeat("\u0301", 500_000),
	"no UTF-8":              strings.Repeat("abc\xff\xfe ", 100_000),
	"24 common words":       strings.Repeat("mohammed ali ", 12),
}

// BenchmarkHostile screens them.
func BenchmarkHostile(b *testing.B) {
	e := engineOf(b, everyone, 10_000)
	for _, what := range slices.Sorted(maps.Keys(hostile)) {
		b.Run(what, func(b *testing.B) {
			b.ReportAllocs()
			used, i := processorTime(b), 0
			for b.Loop() {
				e.Screen(query(hostile[what]))
				i++
			}
			b.ReportMetric(float64((processorTime(b)-used).Nanoseconds())/1000/float64(i), "processor-µs/name")
		})
	}
}

// What is cut of a hostile name is said, and it never reads as clear.
func TestHostileNames(t *testing.T) {
	e := engine(t, nil, listed("un", "UN", "1", "Mohammed Ali"), listed("un", "UN", "2", "Some Body"))
	for what, name := range hostile {
		a := e.Screen(query(name))
		if a.Outcome == Clear || a.Outcome == NotScreened && a.Reason == "" || len(a.Notes) == 0 && what != "24 common words" {
			t.Errorf("%s: %s %q %q", what, a.Outcome, a.Reason, a.Notes)
		}
	}
}

// A name of many common words is compared with as many names as others of its length
// may be, those that share the most first, and the answer says so.
func TestManyWordsAreBounded(t *testing.T) {
	var docs []Document
	for i := range 400 {
		docs = append(docs, listed("un", "UN", fmt.Sprint(i), "Mohammed Ali"))
	}
	docs = append(docs, listed("un", "UN", "best", strings.TrimSpace(strings.Repeat("Mohammed Ali ", 5))))
	e := engine(t, nil, docs...)
	q := query(hostile["24 common words"])
	q.Threshold, q.Limit = 0.001, 1000
	a := e.Screen(q)
	if len(a.Notes) != 2 || !strings.Contains(a.Notes[1], "60 candidates") || a.Outcome == Clear {
		t.Errorf("%s, notes %q", a.Outcome, a.Notes)
	}
	if !slices.ContainsFunc(a.Hits, func(h Hit) bool { return h.ID == "un:best" }) || len(a.Hits) != 341 {
		t.Errorf("%d hits without the one that shares the most, or not 341", len(a.Hits))
	}
	if a := e.Screen(query("Mohammed Ali")); len(a.Notes) != 0 {
		t.Errorf("a name of two words: %q", a.Notes)
	}
}

// BenchmarkOpen maps an index and starts an engine on it.
func BenchmarkOpen(b *testing.B) {
	sizes := []int{30_000}
	if os.Getenv("CORDON_BENCH_MILLION") != "" {
		sizes = append(sizes, 1_000_000)
	}
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			path := indexFile(b, everyone, n)
			params, rules := parameters(b), ownershipRules(b)
			for b.Loop() {
				ix, err := index.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := New(ix, params, rules, nil); err != nil {
					b.Fatal(err)
				}
				ix.Close()
			}
		})
	}
}

// BenchmarkBuild builds the index of a list, file included.
func BenchmarkBuild(b *testing.B) {
	p := everyone()
	for b.Loop() {
		build(b, p, 10_000, filepath.Join(b.TempDir(), "x"))
	}
}

// memory gives what the system says of the memory of the process now, in MiB; 0 where
// it is not known. RssAnon is what is not of the mapped file.
func memory(b *testing.B, what string) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), what)
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kib) / 1024
}

// build writes the index of a list of n.
func build(b testing.TB, p *people, n int, path string) {
	builder := index.NewBuilder(filepath.Dir(path))
	meta, err := Build(builder, parameters(b), []Against{{List: "made", Subjects: n}}, func(yield func(Document, error) bool) { p.list(n, yield) }, nil)
	if err == nil {
		err = builder.WriteFile(path, meta...)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// indexFile gives the index of a list of n, built unless it is kept: then the lists that it is
// made of are not read, so that their memory is not counted.
func indexFile(b *testing.B, p func() *people, n int) string {
	dir := os.Getenv("CORDON_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	path := filepath.Join(dir, fmt.Sprintf("%d-%s-%d-%d.index", n, parameters(b).ID(), match.KeysVersion, metaVersion))
	if _, err := os.Stat(path); err == nil {
		return path
	}
	start, used := time.Now(), processorTime(b)
	build(b, p(), n, path)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("built in %s, %s of processors: %d MiB for %d subjects", time.Since(start).Round(time.Second), (processorTime(b) - used).Round(time.Second),
		info.Size()>>20, n)
	return path
}

// engineOf gives an engine over a list of n.
func engineOf(b *testing.B, p func() *people, n int) *Engine {
	ix, err := index.Open(indexFile(b, p, n))
	if err != nil {
		b.Fatal(err)
	}
	e, err := New(ix, parameters(b), ownershipRules(b), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ix.Close() })
	return e
}

// processorTime is what this process has used of all processors.
func processorTime(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// However many processors build an index, its bytes are the same; what cannot be
// read ends it.
func TestBuildIsTheSame(t *testing.T) {
	p := newPeople(t)
	var files [][]byte
	for _, n := range []int{1, 4} {
		before := runtime.GOMAXPROCS(n)
		path := filepath.Join(t.TempDir(), "x")
		build(t, p, 700, path)
		runtime.GOMAXPROCS(before)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, b)
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("one processor and four build different files")
	}
	bad := listed("un", "UN", "X", "Some Body", withSchema("Banana"))
	for _, docs := range [][]Document{{bad}, append(slices.Repeat([]Document{listed("un", "UN", "1", "Any Body")}, 500), bad, bad)} {
		b := index.NewBuilder(t.TempDir())
		_, err := Build(b, parameters(t), nil, func(yield func(Document, error) bool) {
			for _, d := range docs {
				if !yield(d, nil) {
					return
				}
			}
		}, nil)
		if fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%v", err)
		}
	}
}

// TestSiftingChangesNothing compares answers with those of an engine that scores
// every candidate.
func TestSiftingChangesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	p := newPeople(t)
	var docs []Document
	p.list(1500, func(d Document, _ error) bool { docs = append(docs, d); return true })
	e := engine(t, nil, docs...)
	all := engine(t, nil, docs...)
	all.mostWords = math.MaxInt
	all.sketches.b = nil // nothing is known of names, so that all are scored
	queries := p.strangers(t)[:500]
	n := 0
	for _, name := range names(docs) {
		if n++; n%7 == 0 {
			queries = append(queries, name)
		}
		if n%11 == 0 && len(name) > 4 {
			queries = append(queries, name[:len(name)/2]+name[len(name)/2+1:])
		}
	}
	hits := 0
	for i, name := range queries {
		q := query(name)
		q.Threshold, q.Limit = e.params.Possible(), 100
		if i%3 == 0 {
			q.Input.Schema = []string{"Person", "Company", "Vessel"}[i%9/3]
		}
		if i%4 == 0 {
			q.Input.Births = []when.Period{when.On(day("1965-03-14"))}
		}
		got, want := e.Screen(q), all.Screen(q)
		hits += len(want.Hits)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q (%s): %s %d hits, without sifting %s %d hits", name, q.Input.Schema, got.Outcome, len(got.Hits), want.Outcome, len(want.Hits))
		}
	}
	if hits < 100 {
		t.Errorf("only %d hits were compared", hits)
	}
}
