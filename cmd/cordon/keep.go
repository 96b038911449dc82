package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/telemetry"
)

// keepFlag has a command keep what it answers.
type keepFlag struct {
	Keep bool `help:"Keep question and answer in the data folder, with everything to replay it, and enter them in the log."`
}

// keeping keeps answers for as long as a program runs.
type keeping struct {
	*answer.Keeper
	m     *Main
	store database
	actor string
	law   lawFlags
	desk  *decide.Desk // nil where no law is applied

	metrics *telemetry.Metrics // nil counts nothing

	mu    sync.Mutex // held while versions are looked up
	known map[*screening.Engine]basis
}

// basis is what answers are made with, kept.
type basis struct {
	versions ledger.Hash
	// under are the lists, as list:NAME.
	under []string
	// stale says why nothing may be screened, unscreened why nothing could be.
	stale, unscreened string
}

// keep opens the store at data for keeping. d may be nil where no law is applied.
func (m *Main) keep(data string, l lawFlags, d *decide.Desk) (*keeping, error) {
	store, actor, err := m.openAs(m.ctx, data)
	if err != nil {
		return nil, err
	}
	return m.keepIn(store, actor, l, d), nil
}

// keepIn keeps in a store that is open.
func (m *Main) keepIn(store database, actor string, l lawFlags, d *decide.Desk) *keeping {
	return &keeping{
		Keeper: answer.NewKeeper(store), m: m, store: store, actor: actor, law: l, desk: d, known: map[*screening.Engine]basis{},
	}
}

// Keep returns when the answers are kept, and counts them.
func (k *keeping) Keep(ctx context.Context, list ...answer.Kept) error {
	err := k.Keeper.Keep(ctx, list...)
	if err == nil {
		k.metrics.Kept(len(list))
	}
	return err
}

// Close keeps what was handed over, and closes the store.
func (k *keeping) Close() error {
	k.Keeper.Close()
	return k.store.Close()
}

// actor gives the pseudonym of who runs the program.
func (m *Main) actor(dir string) (string, error) {
	name := strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return logkey.Pseudonym(dir, name)
}

// basis gives the versions that answers over some lists are made with, and keeps them
// when they are new. lists is nil where nobody was looked up.
func (k *keeping) basis(ctx context.Context, lists *screen.Desk) (basis, error) {
	var engine *screening.Engine
	if lists != nil {
		engine = lists.Engine
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	b, ok := k.known[engine]
	if !ok {
		var err error
		if b, err = k.put(ctx, lists); err != nil {
			return b, err
		}
		if len(k.known) > 4 { // those of lists that are in use no longer
			clear(k.known)
		}
		k.known[engine] = b
	}
	if lists != nil {
		b.stale = lists.Stale
	}
	return b, nil
}

func (k *keeping) put(ctx context.Context, lists *screen.Desk) (b basis, err error) {
	v := answer.Versions{Program: version}
	parts := answer.Parts{}
	if err := parts.Add(data.FS, "place"); err != nil {
		return b, err
	}
	if k.desk != nil {
		v.Law, v.Data = k.desk.Law.Version, k.desk.DataVersion
		if err := addLaw(parts, k.law, k.desk.Law); err != nil {
			return b, err
		}
	}
	if lists != nil {
		v.Params = lists.Params().ID()
		if err := parts.Add(data.FS, "matching", "ownership", "listings"); err != nil {
			return b, err
		}
		l := lists.Basis()
		if len(l.Same)+len(l.Apart) > 0 {
			parts[decidedFile] = writeDecided(l)
		}
		for _, s := range l.Lists {
			v.Lists = append(v.Lists, answer.ListVersion{List: s.Name(), Count: s.Count, Current: s.Current.Number, Content: s.Current.Content})
			b.under = append(b.under, "list:"+s.Name())
		}
		slices.Sort(b.under)
	}
	b.versions, err = answer.Put(ctx, k.store, v, parts)
	return b, err
}

// decidedFile holds what people decided about subjects.
const decidedFile = "same.yaml"

// writeDecided writes what screen.ReadDecided reads.
func writeDecided(l screen.Basis) []byte {
	var b bytes.Buffer
	for _, part := range []struct {
		key   string
		pairs [][2]string
	}{{"same", l.Same}, {"apart", l.Apart}} {
		if len(part.pairs) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s:\n", part.key)
		for _, p := range part.pairs {
			fmt.Fprintf(&b, "  - [%q, %q]\n", p[0], p[1])
		}
	}
	return b.Bytes()
}

// addLaw adds the law in use, embedded and of folders, as one tree of instruments, and
// the goods that it names. What is kept must be that law.
func addLaw(parts answer.Parts, l lawFlags, used *law.Law) error {
	if err := parts.Add(data.FS, "instruments", "goods"); err != nil {
		return err
	}
	for _, dir := range l.Law {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "the folder %q", dir)
		}
		prefix := "instruments/"
		if _, err := os.Stat(filepath.Join(abs, "regime.yaml")); err == nil {
			prefix += filepath.Base(abs) + "/"
		}
		more := answer.Parts{}
		if err := more.Add(os.DirFS(abs), "."); err != nil {
			return err
		}
		for path, b := range more {
			parts[prefix+path] = b
		}
	}
	if len(l.Law) == 0 {
		return nil
	}
	tree, err := parts.FS()
	if err != nil {
		return err
	}
	again, err := law.Load(law.Source{FS: tree, Root: "instruments"})
	if err != nil {
		return err
	}
	if again.Version != used.Version {
		return fault.New(fault.Conflict, "the law in %v was changed while it was read", l.Law).WithFix("ask again")
	}
	return nil
}

// screenAsked is a question to screening as it is kept.
type screenAsked struct {
	AsOf string `json:"as_of"`
	// Row is the number of a row of a file or stream; Named rows are called by name.
	Row   int  `json:"row,omitempty"`
	Named bool `json:"named,omitempty"`
	// Stale says why nothing might be screened.
	Stale string `json:"stale,omitempty"`
	quietAsked
	Query json.RawMessage `json:"query"`
}

// decideAsked is a question to the law as it is kept.
type decideAsked struct {
	AsOf    string `json:"as_of,omitempty"`
	KnownAt string `json:"known_at,omitempty"`
	// Look says whether parties are looked up; Unscreened and Stale why nobody could be.
	Look       bool   `json:"look"`
	Unscreened string `json:"unscreened,omitempty"`
	Stale      string `json:"stale,omitempty"`
	quietAsked
	// Licences are those that the ruling names, as they stood.
	Licences *httpapi.HeldLicences `json:"licences,omitempty"`
	// Full rulings have the activity and near misses, Brief ones the verdict and why.
	Full  bool `json:"full"`
	Brief bool `json:"brief,omitempty"`
	// Explain adds near misses.
	Explain  bool            `json:"explain,omitempty"`
	Totals   string          `json:"totals,omitempty"`
	Activity json.RawMessage `json:"activity"`
}

// explained is what is known of a hit beyond the answer.
type explained struct {
	ID       string                `json:"id"`
	Score    float64               `json:"score"`
	Evidence []report.EvidenceJSON `json:"evidence"`
}

// explainHits gives the evidence of every hit; nothing for none.
func explainHits(d *screen.Desk, a *screening.Answer) ([]byte, error) {
	var out []explained
	for i := range a.Hits {
		h := &a.Hits[i]
		list, err := d.Why(a, h)
		if err != nil {
			return nil, err
		}
		out = append(out, explained{h.ID, report.Score(h.Score), report.Evidence(list)})
	}
	if out == nil {
		return nil, nil
	}
	return lineOf(out)
}

// compact takes white space out of JSON, and nothing else.
func compact(to *bytes.Buffer, b []byte) error {
	if err := json.Compact(to, b); err != nil {
		return fault.Wrap(fault.Internal, err, "a question that was answered is no JSON")
	}
	return nil
}

// rowAnswer gives the answer to a row for programs.
func rowAnswer(d *screen.Desk, b screen.Batch, a screen.Answered, named bool) report.AnswerJSON {
	j := (&screenCmd{}).answer(d, b, a)
	if named {
		j.Name = strings.Join(a.Row.Party["name"], "; ")
	}
	return j
}

// rowQuery gives a row as a query, with what applied to all rows.
func rowQuery(b screen.Batch, p screen.Party, ref string) ([]byte, error) {
	q := map[string]any{"threshold": b.Threshold}
	if ref != "" {
		q[screen.Ref] = ref
	}
	for field, values := range p {
		q[field] = values
	}
	if len(b.Lists) > 0 {
		q["lists"] = b.Lists
	}
	if b.Limit > 0 {
		q["limit"] = b.Limit
	}
	return lineOf(q)
}

// lineOf gives a value as a line of JSON.
func lineOf(v any) ([]byte, error) {
	var b bytes.Buffer
	err := jsonLine(&b, v)
	return b.Bytes(), err
}

// newScreened makes an answer of screening that can be kept.
func (k *keeping) newScreened(b basis, actor string, q screenAsked, text, why []byte) (answer.Kept, error) {
	q.Stale = b.stale
	question, err := lineOf(q)
	out := answer.Kept{
		Kind: answer.Screen, Actor: actor, Under: b.under, Versions: b.versions, Question: question, Answer: text, Explanation: why,
	}
	if err == nil {
		err = out.Seal(k.m.now())
	}
	return out, err
}

// newDecided makes a ruling that can be kept.
func (k *keeping) newDecided(b basis, actor string, q decideAsked, text []byte) (answer.Kept, error) {
	if q.Look {
		q.Stale, q.Unscreened = b.stale, b.unscreened
	}
	var err error
	if q.quietAsked, err = quietOfRuling(text); err != nil {
		return answer.Kept{}, err
	}
	if q.Licences, err = heldOfRuling(text); err != nil {
		return answer.Kept{}, err
	}
	question, err := lineOf(q)
	under := slices.Clone(b.under)
	for _, r := range k.desk.Law.Regimes {
		under = append(under, r.ID)
	}
	slices.Sort(under)
	out := answer.Kept{Kind: answer.Decide, Actor: actor, Under: under, Versions: b.versions, Question: question, Answer: text}
	if err == nil {
		err = out.Seal(k.m.now())
	}
	return out, err
}

// said tells the id of an answer on standard error, outside the answer.
func (m *Main) said(k answer.Kept) {
	fmt.Fprintf(m.Err, "kept as %s\n", k.ID)
}

// saidBatch tells the name under which the answers of a stream or file are kept.
func (m *Main) saidBatch(id string) {
	fmt.Fprintf(m.Err, "kept as the batch %s\n", id)
}

// notOpened is the reason for looking nobody up where the lists could not be opened.
func notOpened(err error) string { return "the lists cannot be opened: " + err.Error() }
