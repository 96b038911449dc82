// Package screening answers who a party is: which subjects of the loaded lists
// it may be, how sure that is, how each authority stands to them on a day, and
// whether a listed one owns or controls them.
//
// An answer always says what it was made against. What failed, is missing or was
// bounded is said and never reads as clear; a subject taken off a list is never
// shown as listed; and a party that is only named, or owned by a listed one, is
// never shown as listed itself. The package opens no files and has no clock.
package screening

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/redflag"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// Outcome is the answer in one word.
type Outcome string

// The outcomes.
const (
	Match    Outcome = "match"
	Possible Outcome = "possible"
	// Suppressed: all hits are such that two persons found false on just these facts. It
	// is no new alert, and it is not clear. See [Engine.Suppress].
	Suppressed  Outcome = "suppressed"
	Clear       Outcome = "clear"
	NotScreened Outcome = "not_screened"
)

// Outcomes lists them in the order in which people are to look at them: an alert, what
// nobody can say anything of, what was decided for a time, and what has no hit.
func Outcomes() []Outcome { return []Outcome{Match, Possible, NotScreened, Suppressed, Clear} }

// Tier is how the law stands to a subject (design rule 8), strictest first.
type Tier string

// The tiers, never mixed.
const (
	TierListed     Tier = "listed" // designated by an authority, on that day
	TierOwned      Tier = "owned"  // owned or controlled by a listed one under the rule of a regime
	TierMaybeOwned Tier = "may_be_owned"
	TierControlled Tier = "controlled" // on an export control list
	TierNamed      Tier = "named"      // only named by a publication
	TierFormer     Tier = "former"     // was listed, is not
	TierUncertain  Tier = "uncertain"  // the versions we have do not tell for that day
)

// rank orders tiers, strictest first.
var rank = map[Tier]int{
	TierListed: 0, TierOwned: 1, TierUncertain: 2, TierMaybeOwned: 3, TierControlled: 4, TierNamed: 5, TierFormer: 6,
}

// Against is one list that an answer was made against.
type Against struct {
	List     string
	Snapshot snapshot.ID
	Content  string
	Subjects int
}

// Query is one party to screen.
type Query struct {
	Input match.Input
	// Lists are the names of the lists to look in; nil for all.
	Lists []string
	// AsOf is the day on which the standing counts.
	AsOf when.Day
	// Threshold is the probability from which a subject is shown; below that of
	// the parameters it shows more, and changes no outcome.
	Threshold float64
	// Limit bounds the number of hits shown; 0 is DefaultLimit.
	Limit int
	// Keep says which subjects are looked at, by list and ID; the others count as
	// if no list had them. nil for all.
	Keep func(list, id string) bool
}

// identifiedBits is the evidence of facts from which a strong identifier must
// have agreed: no other fact tells as much.
const identifiedBits = 20

// DefaultLimit is how many hits are shown unless more are asked for.
const DefaultLimit = 10

// Hit is a subject that the party may be.
type Hit struct {
	// ID and List name the subject; Names are all its names, the caption first.
	ID, List string
	Caption  string
	Names    []string
	Schema   subject.Schema
	Score    float64
	Bits     float64
	// Exact is true when a name of the party is spelt as one of the subject's,
	// but for case, accents and punctuation. Such a hit comes first, also where a
	// weak alias keeps its score low.
	Exact bool
	// Identified is true when a strong identifier agrees. A ship with the right
	// IMO number is the ship, whatever it is called.
	Identified bool
	Tier       Tier
	Statuses   []snapshot.Status
	// Same are the IDs of the same subject in other lists, with their statuses
	// among Statuses and the reason for the merger.
	Same []Merger
	// Owners are the rules of ownership that it meets or may meet.
	Owners []Ownership
	// Suppressed names what people decided about the hit on just these facts. Screening
	// never sets it: whoever knows of cases does.
	Suppressed *Suppression
	doc        uint32
}

// Ownership is what the rule of a regime makes of a subject.
type Ownership struct {
	Regime string
	Result ownership.Result
}

// Answer is the answer to a query.
type Answer struct {
	Outcome Outcome
	// Reason says why it is not_screened.
	Reason string
	Hits   []Hit
	// More is the number of subjects above the threshold that the limit left
	// off; they were weighed for the outcome all the same.
	More int
	// Suppressed is the number of hits that are; the outcome is that of the others.
	Suppressed int
	// Notes say what was cut or bounded. Bounded is true where something was not looked
	// at, so that the answer clears nobody.
	Notes   []string
	Bounded bool
	// Uncompared says why suppressions that there may be were left out of account, so that
	// each hit counts; "" where they were not.
	Uncompared string
	// Flags are what the party says of itself that a person should look at; they change no outcome. Screening itself looks at lists
	// alone and sets none.
	Flags   []redflag.Flag
	Against []Against
	left    Outcome  // that of the hits that were weighed and are not in Hits
	show    float64  // the probability from which hits count for More
	query   readings // made ready, for Why
}

// Engine answers queries against one index. It may be used by many at once.
type Engine struct {
	ix      *index.Index
	params  *match.Params
	against []Against
	rules   ownership.Rules
	graph   *ownership.Graph
	merged  *mergers
	cache   *cache
	asked   *remembered
	workers sync.Pool
	limits  index.Limits
	// mostWords is mostWords; tests change it.
	mostWords int
	// sketches tell the most that names can score; possible is the evidence of
	// the threshold from which a hit is possible.
	sketches sketches
	words    *words
	possible match.Need
}

// Limits are those of the search for candidates. Bits was chosen by measurement:
// docs/method/screening.md says what it loses and what it saves. The others are
// far beyond what names need, so that a hit on them means a strange query.
var Limits = index.Limits{Bits: -4, Share: 0.1, Postings: 1 << 20, Candidates: 4096, Weigh: match.KeyWeight}

// mostWords is how many words of a query are compared with names, counted once for
// each name, where the query has more than longName words: no name that people have
// is as long, and each comparison takes longer.
const (
	mostWords = 8192
	longName  = 12
)

// worker is the memory of one query.
type worker struct {
	search        index.Search
	sums          sums
	reader        *match.Reader
	scorer        *match.Scorer
	plain, person *match.Sieve
	touched       byte // of no meaning
	docs          []candidate
	names         []uint32
	asked         writer // what a query is known by
}

// candidate is a document with those of its names that share keys with a query.
type candidate struct {
	doc   uint32
	names []uint32
	first uint32 // the unit of the index of its name 0
	must  bool   // it shares an identifier
}

// readings are the ways in which a party is read: as it was given and, when
// nobody said what it is, as a person too, since the names of persons and of
// firms are not read alike.
type readings struct {
	plain, person *match.Prepared
}

// read makes a query ready.
func read(r *match.Reader, in match.Input) (readings, error) {
	p, err := r.Prepare(in)
	if err != nil || in.Schema != "" && in.Schema != "LegalEntity" && in.Schema != "Thing" {
		return readings{p, p}, err
	}
	in.Schema = "Person"
	person, err := r.Prepare(in)
	return readings{p, person}, err
}

// of gives the reading to compare with a person, or with anything else.
func (r readings) of(person bool) *match.Prepared {
	if person {
		return r.person
	}
	return r.plain
}

// keys gives the keys of all readings, sorted, each once.
func (r readings) keys() []uint64 {
	keys := match.AskedKeys(r.plain)
	if r.person != r.plain {
		keys = append(keys, match.AskedKeys(r.person)...)
		slices.Sort(keys)
		keys = slices.Compact(keys)
	}
	return keys
}

// candidates finds the documents that share enough with a query, in the order of
// their numbers.
func (e *Engine) candidates(w *worker, r readings, need match.Need) ([]candidate, index.Bounded, error) {
	w.plain.Reset(r.plain, need)
	w.person.Reset(r.person, need)
	bounded, err := e.byWords(w)
	if err != nil {
		return nil, bounded, err
	}
	w.search.More = w.sums.found
	limits := e.limits
	if words := max(r.plain.Words(), r.person.Words()); words > longName {
		limits.Candidates = min(limits.Candidates, e.mostWords/words)
	}
	found, keys, err := w.documents(w.search.Find(e.ix, r.keys(), match.IdentifierKeys(r.plain), limits))
	w.search.More = nil
	bounded.Lists += keys.Lists
	bounded.Postings += keys.Postings
	bounded.Candidates += keys.Candidates
	return found, bounded, err
}

// identified finds the documents that share an identifier with a query.
func (e *Engine) identified(w *worker, r readings) ([]candidate, index.Bounded, error) {
	return w.documents(w.search.Find(e.ix, nil, match.IdentifierKeys(r.plain), e.limits))
}

// documents gathers units, which come in order, by their documents.
func (w *worker) documents(found []index.Candidate, bounded index.Bounded, err error) ([]candidate, index.Bounded, error) {
	if err != nil {
		return nil, bounded, err
	}
	w.docs, w.names = w.docs[:0], slices.Grow(w.names[:0], len(found))
	for i := 0; i < len(found); {
		from := len(w.names)
		c := candidate{doc: found[i].Doc, first: found[i].At - found[i].Unit}
		for ; i < len(found) && found[i].Doc == c.doc; i++ {
			w.names = append(w.names, found[i].Unit)
			c.must = c.must || found[i].Must
		}
		c.names = w.names[from:len(w.names):len(w.names)]
		w.docs = append(w.docs, c)
	}
	return w.docs, bounded, nil
}

// sift makes the search of a worker drop the names that cannot have the evidence
// for which candidates are looked for.
func (e *Engine) sift(w *worker) {
	w.search.Sift = func(found []index.Candidate) []index.Candidate {
		w.touched += e.sketches.touch(found)
		kept := found[:0]
		for _, c := range found {
			sketch := e.sketches.of(c.At)
			if most, ok := w.sieve(sketch).Most(sketch); ok {
				c.Bits = most // so that what may score most goes first where not all can be given
				kept = append(kept, c)
			}
		}
		return kept
	}
}

// sieve gives the sieve for the reading of the query that fits a name.
func (w *worker) sieve(sketch []byte) *match.Sieve {
	if len(sketch) > 0 && match.IsPerson(sketch) {
		return w.person
	}
	return w.plain
}

// sifted drops the candidates, and of others the names, that Sift would have
// dropped but for an identifier that some candidate shares. That one stays.
func (e *Engine) sifted(w *worker, found []candidate) []candidate {
	if !slices.ContainsFunc(found, func(c candidate) bool { return c.must }) {
		return found
	}
	kept := found[:0]
	for _, c := range found {
		if !c.must {
			c.names = slices.DeleteFunc(c.names, func(n uint32) bool {
				sketch := e.sketches.of(c.first + n)
				return !w.sieve(sketch).May(sketch)
			})
		}
		if len(c.names) > 0 {
			kept = append(kept, c)
		}
	}
	return kept
}

// New makes an engine. The index must have been built by [Build] with the same
// parameters; mergers say which subjects are one (see [Engine.FindSame]).
func New(ix *index.Index, params *match.Params, rules ownership.Rules, mergers []Merger) (*Engine, error) {
	m, err := readMeta(ix.Meta())
	if err != nil {
		return nil, err
	}
	if m.params != params.ID() {
		return nil, fault.New(fault.Unavailable, "the index was built with other parameters of matching").WithFix("build it anew")
	}
	e := &Engine{
		ix: ix, params: params, against: m.against, rules: rules, graph: ownership.NewGraph(m.stakes),
		merged: newMergers(mergers), cache: newCache(ix.Len()), asked: newRemembered(), limits: Limits, mostWords: mostWords,
		sketches: m.sketches, words: m.words, possible: params.NeedFor(params.Possible()),
	}
	if err := e.sketches.check(ix.Units()); err != nil {
		return nil, err
	}
	if err := e.words.check(ix.Units()); err != nil {
		return nil, err
	}
	e.workers.New = func() any {
		w := &worker{reader: match.NewReader(params), scorer: match.NewScorer(params), plain: match.NewSieve(params), person: match.NewSieve(params)}
		w.plain.Over(&e.words.list)
		w.person.Over(&e.words.list)
		return w
	}
	return e, nil
}

// Against gives what the engine answers against.
func (e *Engine) Against() []Against { return e.against }

// Params gives the parameters of matching.
func (e *Engine) Params() *match.Params { return e.params }

// Screen answers one query. It never fails: what goes wrong is in the answer, as
// not_screened with its reason.
func (e *Engine) Screen(q Query) Answer {
	a, err := e.screen(q)
	if err != nil {
		return Answer{Outcome: NotScreened, Reason: err.Error(), Against: e.against}
	}
	return a
}

func (e *Engine) screen(q Query) (Answer, error) {
	against, err := e.chosen(q.Lists)
	if err != nil {
		return Answer{}, err
	}
	w := e.workers.Get().(*worker)
	defer e.workers.Put(w)
	in := q.Input
	if in.Names, err = e.spelled(w, in.Names); err != nil {
		return Answer{}, err
	}
	p, err := read(w.reader, in)
	if err != nil {
		return Answer{}, err
	}
	if p.plain.Names() == 0 && len(match.IdentifierKeys(p.plain)) == 0 {
		return Answer{}, fault.New(fault.Invalid, "there is neither a name nor an identifier to look for")
	}
	show := min(q.Threshold, e.params.Possible())
	need := e.possible
	if show < e.params.Possible() {
		need = e.params.NeedFor(show)
	}
	if q.Threshold > e.params.Possible() {
		show = q.Threshold
	}
	id := w.idOf(&in, need, min(show, e.params.Possible()))
	found, bounded, err := e.find(w, id, p, need)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Outcome: Clear, left: Clear, show: show, Against: against, query: p, Notes: slices.Clone(p.plain.Truncated())}
	if bounded.Any() {
		a.Notes = append(a.Notes, boundedNote(bounded))
	}
	var hits []Hit
	spelt, addresses := spellings(q.Input.Names), hasAddresses(p)
	kept, before := found[:0], len(found)
	for _, c := range found {
		x, err := e.scorable(w, c.doc, c.names, addresses)
		if err != nil {
			return Answer{}, err
		}
		if q.Lists != nil && !slices.Contains(q.Lists, x.list) {
			kept = append(kept, c)
			continue
		}
		s := w.scorer.ScoreNames(p.of(x.person), x.p, c.names)
		s.Probability = e.params.AgainstList(s.Probability)
		if s.Probability < show && s.Probability < e.params.Possible() && s.Bits-s.NameBits < identifiedBits {
			continue
		}
		kept = append(kept, c)
		d, err := e.document(c.doc)
		if err != nil {
			return Answer{}, err
		}
		if q.Keep != nil && !q.Keep(d.doc.List, d.doc.Record.Subject.ID) {
			continue
		}
		hits = append(hits, Hit{
			ID: d.doc.Record.Subject.ID, List: d.doc.List, Score: s.Probability, Bits: s.Bits, doc: c.doc,
			Identified: s.Bits-s.NameBits >= identifiedBits,
			Exact:      slices.ContainsFunc(d.spelt, func(x string) bool { return slices.Contains(spelt, x) }),
		})
	}
	if len(kept) < before || e.asked.of(id) == nil {
		e.asked.keep(id, kept, bounded)
	}
	if err := e.finish(&a, hits, q, show); err != nil {
		return Answer{}, err
	}
	a.Bounded = len(a.Notes) > 0
	unread, all := p.plain.Unread()
	for _, n := range unread {
		a.Notes = append(a.Notes, fmt.Sprintf("%q is in a script that no table reads: only names in the same letters were looked for; give it in Latin letters too", n))
	}
	if a.Outcome == Clear && (a.Bounded || all) { // what was not looked at cannot be cleared
		a.Outcome, a.Reason = NotScreened, strings.Join(a.Notes, "; ")
	}
	return a, nil
}

// finish orders the hits, finds the outcome over all of them, and fills in those
// that are shown.
func (e *Engine) finish(a *Answer, hits []Hit, q Query, show float64) error {
	slices.SortFunc(hits, func(x, y Hit) int {
		if x.Identified != y.Identified {
			if x.Identified {
				return -1
			}
			return 1
		}
		if x.Exact != y.Exact {
			if x.Exact {
				return -1
			}
			return 1
		}
		return cmp.Or(-cmp.Compare(x.Score, y.Score), cmp.Compare(x.ID, y.ID))
	})
	limit := q.Limit
	if limit <= 0 {
		limit = DefaultLimit
	}
	for i := range hits {
		h := &hits[i]
		shown := len(a.Hits) < limit && (h.Score >= show || h.Identified)
		if !shown && h.Score < e.params.Possible() && !h.Identified {
			continue
		}
		if err := e.fill(h, q.AsOf, shown); err != nil {
			return err
		}
		outcome := e.outcome(h)
		a.Outcome = worse(a.Outcome, outcome)
		if shown {
			a.Hits = append(a.Hits, *h)
			continue
		}
		if a.left = worse(a.left, outcome); h.Score >= show {
			a.More++
		}
	}
	return nil
}

// spellings gives the folded names of a query.
func spellings(names []match.Name) []string {
	var out []string
	for _, n := range names {
		if len(n.Text) > match.MaxNameBytes { // it was cut, so it is not spelt as another
			continue
		}
		if f := text.Fold(n.Text); f != "" {
			out = append(out, f)
		}
	}
	return out
}

// boundedNote says what the limits of the index left out.
func boundedNote(b index.Bounded) string {
	return fmt.Sprintf("the search was bounded: %d frequent keys with %d entries, and %d candidates, were not looked at",
		b.Lists, b.Postings, b.Candidates)
}

// Outcome says what a hit alone would lead to.
func (e *Engine) Outcome(h *Hit) Outcome { return e.outcome(h) }

// outcome says what a hit alone would lead to.
func (e *Engine) outcome(h *Hit) Outcome {
	switch {
	case h.Score < e.params.Possible() && !h.Identified:
		return Clear
	case h.Tier == TierFormer || h.Tier == TierNamed || h.Tier == TierControlled:
		return Possible
	case h.Identified && (h.Tier == TierListed || h.Tier == TierOwned):
		return Match
	case h.Score < e.params.Alert() || h.Tier == TierUncertain || h.Tier == TierMaybeOwned:
		return Possible
	}
	return Match
}

func worse(a, b Outcome) Outcome {
	order := []Outcome{Clear, Suppressed, Possible, Match}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// chosen gives the lists asked for; an unknown one is an error, never silence.
func (e *Engine) chosen(lists []string) ([]Against, error) {
	if len(e.against) == 0 {
		return nil, fault.New(fault.Unavailable, "no list is loaded").WithFix("`cordon lists pull un`")
	}
	if lists == nil {
		return e.against, nil
	}
	var out []Against
	var names []string
	for _, a := range e.against {
		names = append(names, a.List)
		if slices.Contains(lists, a.List) {
			out = append(out, a)
		}
	}
	for _, l := range lists {
		if !slices.Contains(names, l) {
			return nil, fault.New(fault.NotFound, "the list %q is not loaded", l).WithFix("loaded are: %s", strings.Join(names, ", "))
		}
	}
	return out, nil
}

// fill completes a hit; names and the like only where it is shown.
func (e *Engine) fill(h *Hit, asOf when.Day, shown bool) error {
	d, err := e.document(h.doc)
	if err != nil {
		return err
	}
	if err := e.stand(h, &d.doc, asOf); err != nil || !shown {
		return err
	}
	s := d.doc.Record.Subject
	h.Caption, h.Schema = s.Caption(), s.Schema
	for _, n := range s.Names {
		if !slices.Contains(h.Names, n.Full) {
			h.Names = append(h.Names, n.Full)
		}
	}
	return nil
}

// stand fills in how the authorities stand to the subject of a document.
func (e *Engine) stand(h *Hit, d *Document, asOf when.Day) (err error) {
	h.Statuses = statuses(d, asOf)
	h.Same = e.merged.Of(h.ID)
	for _, id := range e.merged.IDs(h.ID) {
		docs, err := e.documentsOf(id)
		if err != nil {
			return err
		}
		for _, other := range docs {
			h.Statuses = append(h.Statuses, statuses(&other.doc, asOf)...)
		}
	}
	if h.Owners, err = e.owners(h.ID, asOf); err != nil {
		return err
	}
	h.Tier = tier(h.Statuses, h.Owners)
	return nil
}

func statuses(d *Document, asOf when.Day) []snapshot.Status {
	var out []snapshot.Status
	for i := range d.Spans {
		out = append(out, d.Spans[i].status(d.List, asOf))
	}
	return out
}

// tier gives the strictest tier that statuses and owners put a subject in.
func tier(statuses []snapshot.Status, owners []Ownership) Tier {
	best := TierNamed
	if len(statuses) > 0 {
		best = TierFormer
	}
	take := func(t Tier) {
		if rank[t] < rank[best] {
			best = t
		}
	}
	for _, s := range statuses {
		switch {
		case s.Standing == snapshot.Listed && s.Listing.Tier == subject.Controlled:
			take(TierControlled)
		case s.Standing == snapshot.Listed && s.Listing.Tier == subject.Named:
			take(TierNamed)
		case s.Standing == snapshot.Listed:
			take(TierListed)
		case s.Standing == snapshot.Uncertain || s.Standing == snapshot.Unknown:
			take(TierUncertain)
		}
	}
	for _, o := range owners {
		switch o.Result.Outcome {
		case ownership.Caught:
			take(TierOwned)
		case ownership.Weigh, ownership.Caution:
			take(TierMaybeOwned)
		}
	}
	return best
}

// owners asks the rule of each regime about a subject.
func (e *Engine) owners(id string, asOf when.Day) ([]Ownership, error) {
	var out []Ownership
	if !e.graph.HasOwners(id) {
		return nil, nil
	}
	for _, regime := range e.rules.Regimes() {
		rule, ok := e.rules.On(regime, asOf)
		if !ok {
			continue
		}
		var failed error
		r := e.graph.Assess(rule, asOf, func(id string) bool {
			yes, err := e.listedBy(id, rule.Authorities, asOf)
			if failed == nil {
				failed = err
			}
			return yes
		}, id)
		if failed != nil {
			return nil, failed
		}
		if r.Outcome > ownership.Free {
			out = append(out, Ownership{regime, r})
		}
	}
	return out, nil
}

// listedBy reports whether one of the authorities has designated a subject on a
// day, under any of its merged IDs.
func (e *Engine) listedBy(id string, authorities []string, asOf when.Day) (bool, error) {
	for _, id := range append([]string{id}, e.merged.IDs(id)...) {
		docs, err := e.documentsOf(id)
		if err != nil {
			return false, err
		}
		for _, d := range docs {
			for _, s := range statuses(&d.doc, asOf) {
				if s.Standing == snapshot.Listed && s.Listing.Tier == subject.Designated && slices.Contains(authorities, s.Listing.Authority) {
					return true, nil
				}
			}
		}
	}
	return false, nil
}

// documentsOf gives the documents of an ID: one, or one a list for data that
// several lists hold under the same ID.
func (e *Engine) documentsOf(id string) ([]*prepared, error) {
	w := e.workers.Get().(*worker)
	defer e.workers.Put(w)
	found, _, err := w.search.Find(e.ix, nil, []uint64{idKey(id)}, e.limits)
	if err != nil {
		return nil, err
	}
	var out []*prepared
	for _, c := range found {
		d, err := e.document(c.Doc)
		if err != nil {
			return nil, err
		}
		if d.doc.Record.Subject.ID == id {
			out = append(out, d)
		}
	}
	return out, nil
}

// Subject is a subject as the lists have it, with its standing on a day.
type Subject struct {
	Hit
	Records []*subject.Record
}

// Subject gives a subject by its ID; fault.NotFound when no list has it.
func (e *Engine) Subject(id string, asOf when.Day) (Subject, error) {
	docs, err := e.documentsOf(id)
	if err != nil {
		return Subject{}, err
	}
	if len(docs) == 0 {
		return Subject{}, fault.New(fault.NotFound, "no loaded list has a subject %q", id).WithFix("screening a name gives the ids of subjects, as in un:KPi.001")
	}
	out := Subject{Hit: Hit{ID: id, List: docs[0].doc.List, doc: docs[0].number}}
	for _, d := range docs {
		out.Records = append(out.Records, d.doc.Record)
	}
	return out, e.fill(&out.Hit, asOf, true)
}

// Explain gives the evidence for and against a query being a subject, piece by
// piece; the bits add up to those of the score.
func (e *Engine) Explain(q Query, id string) ([]match.Evidence, match.Score, error) {
	docs, err := e.documentsOf(id)
	if err != nil {
		return nil, match.Score{}, err
	}
	if len(docs) == 0 {
		return nil, match.Score{}, fault.New(fault.NotFound, "no loaded list has a subject %q", id).WithFix("screening a name gives the ids of subjects, as in un:KPi.001")
	}
	r, err := read(match.NewReader(e.params), q.Input)
	if err != nil {
		return nil, match.Score{}, err
	}
	return e.explain(r, docs[0])
}

// Why is Explain for a hit of an answer; the query is not made ready again.
func (e *Engine) Why(a *Answer, h *Hit) ([]match.Evidence, error) {
	if a.query.plain == nil {
		return nil, fault.New(fault.Invalid, "the answer has no query to explain")
	}
	d, err := e.document(h.doc)
	if err != nil {
		return nil, err
	}
	list, _, err := e.explain(a.query, d)
	return list, err
}

func (e *Engine) explain(r readings, d *prepared) ([]match.Evidence, match.Score, error) {
	theirs, err := e.ready(d)
	if err != nil {
		return nil, match.Score{}, err
	}
	w := e.workers.Get().(*worker)
	defer e.workers.Put(w)
	p := r.of(d.person)
	score := w.scorer.Score(p, theirs)
	score.Probability = e.params.AgainstList(score.Probability)
	return w.scorer.Explain(p, theirs), score, nil
}
