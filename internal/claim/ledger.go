package claim

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// Ledger is a checked set of sources and claims. It does not change and may be used by many at once; equal entries give
// an equal ledger, whatever their order.
type Ledger struct {
	sources  []*Source // by ID
	claims   []*Claim  // by ID
	sourceAt map[string]*Source
	claimAt  map[string]*Claim
	at       map[string]fault.Place // of "source ID" and "claim ID"
	inbound  map[string][]Inbound   // by the ID that links lead to
	origins  map[string][]string    // by the ID of a claim
	counted  map[string][]string    // those of them that count
	reviews  []*Review
	takenBy  map[string]string // retracted claim to the one that retracts it
}

// Inbound is a link seen from the claim it leads to.
type Inbound struct {
	Kind LinkKind
	From *Claim
}

// LoadFiles reads all .yaml files below dir. A dir that is not there has no entries.
func LoadFiles(ref *activity.Reference, fsys fs.FS, dir string) ([]Entry, error) {
	var out []Entry
	err := fs.WalkDir(fsys, dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(p) != ".yaml" {
			return err
		}
		data, err := fs.ReadFile(fsys, p)
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "the claims %q", p)
		}
		entries, err := ReadYAML(ref, p, data)
		out = append(out, entries...)
		return err
	})
	return out, err
}

// New makes a ledger from entries and checks them against each other. Obligation reports whether a provision of that id
// exists; near gives ids like it, for the error.
//
// It refuses: an id given twice for different things; a source, claim or answer that is named and not there; a chain of
// links or copies that comes back to itself; a retraction by somebody else; a claim about a state that names no act; a
// party without the act it is named for; a grade outside A-F and 1-6; a span outside the kept original;
// a find that was accepted twice, or accepted as a claim that stands elsewhere.
func New(entries []Entry, obligation func(id string) bool, near func(id string) []string) (*Ledger, error) {
	l := &Ledger{
		sourceAt: map[string]*Source{}, claimAt: map[string]*Claim{}, at: map[string]fault.Place{},
		inbound: map[string][]Inbound{}, takenBy: map[string]string{},
	}
	if err := l.gather(entries); err != nil {
		return nil, err
	}
	slices.SortFunc(l.sources, func(a, b *Source) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(l.claims, func(a, b *Claim) int { return cmp.Compare(a.ID, b.ID) })
	for _, s := range l.sources {
		if err := l.checkSource(s); err != nil {
			return nil, fault.In(l.at["source "+s.ID], err)
		}
	}
	for _, c := range l.claims {
		c.settle()
		if err := l.checkClaim(c, obligation, near); err != nil {
			return nil, fault.In(l.at["claim "+c.ID], err)
		}
	}
	if err := l.review(entries); err != nil {
		return nil, err
	}
	if err := l.acyclic(); err != nil {
		return nil, err
	}
	l.retract()
	l.trace()
	return l, nil
}

// gather takes sources and claims, copied, and then puts grades and requests to the claims they are about.
func (l *Ledger) gather(entries []Entry) error {
	for _, e := range entries {
		switch {
		case e.Source != nil:
			s := *e.Source
			if old := l.sourceAt[s.ID]; old != nil {
				if *old == s {
					continue
				}
				return l.twice("source", s.ID, e.At)
			}
			l.sourceAt[s.ID], l.at["source "+s.ID] = &s, e.At
			l.sources = append(l.sources, &s)
		case e.Claim != nil:
			c := e.Claim.clone()
			if old := l.claimAt[c.ID]; old != nil {
				if string(AppendClaim(nil, old)) == string(AppendClaim(nil, c)) {
					continue
				}
				return l.twice("claim", c.ID, e.At)
			}
			l.claimAt[c.ID], l.at["claim "+c.ID] = c, e.At
			l.claims = append(l.claims, c)
		}
	}
	for _, e := range entries {
		var id string
		switch {
		case e.Grade != nil:
			id = e.Grade.Claim
		case e.Request != nil:
			id = e.Request.Claim
		default:
			continue
		}
		c := l.claimAt[id]
		if c == nil {
			return fault.In(e.At, l.missing("claim", id))
		}
		if e.Grade != nil {
			c.Grades = append(c.Grades, e.Grade.Grade)
		} else {
			c.Asked = append(c.Asked, e.Request.Request)
		}
	}
	return nil
}

func (c *Claim) clone() *Claim {
	d := *c
	d.About, d.Obligations, d.Links = slices.Clone(c.About), slices.Clone(c.Obligations), slices.Clone(c.Links)
	d.Grades, d.Asked = slices.Clone(c.Grades), slices.Clone(c.Asked)
	d.normal()
	return &d
}

// settle puts grades and requests in order, and drops a bare request where the same one has its outcome.
func (c *Claim) settle() {
	c.normal()
	c.Asked = slices.DeleteFunc(c.Asked, func(q Request) bool {
		return !q.done() && slices.ContainsFunc(c.Asked, func(o Request) bool { return o.done() && q.same(o) })
	})
}

func (q Request) done() bool { return q.Answer != "" || q.Silent }

// same reports whether two entries are about one request.
func (q Request) same(o Request) bool {
	return q.Of == o.Of && q.OfParty == o.OfParty && q.By == o.By && q.On == o.On
}

func (l *Ledger) twice(what, id string, at fault.Place) error {
	e := fault.New(fault.Conflict, "the %s %q is there already and says something else", what, id).At(at)
	if first := l.at[what+" "+id]; first.String() != "" {
		return e.WithFix("it stands first in %s; nothing is overwritten: give this one its own id", first)
	}
	return e.WithFix("nothing is overwritten: give this one its own id")
}

func (l *Ledger) missing(what, id string) *fault.Error {
	e := fault.New(fault.NotFound, "there is no %s %q", what, id)
	var ids []string
	if what == "source" {
		for _, s := range l.sources {
			ids = append(ids, s.ID)
		}
	} else {
		for _, c := range l.claims {
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	if near := text.NearestOf(id, ids, 3); len(near) > 0 {
		return e.WithFix("did you mean %s?", strings.Join(near, " or "))
	}
	return e
}

// Sources gives all sources in order of their ids.
func (l *Ledger) Sources() []*Source { return l.sources }

// Claims gives all claims in order of their ids, those retracted too.
func (l *Ledger) Claims() []*Claim { return l.claims }

// Source finds a source. None is a fault that names the nearest.
func (l *Ledger) Source(id string) (*Source, error) {
	if s := l.sourceAt[id]; s != nil {
		return s, nil
	}
	return nil, l.missing("source", id)
}

// Claim finds a claim. None is a fault that names the nearest.
func (l *Ledger) Claim(id string) (*Claim, error) {
	if c := l.claimAt[id]; c != nil {
		return c, nil
	}
	return nil, l.missing("claim", id)
}

// SourceOf gives the source of a claim of the ledger.
func (l *Ledger) SourceOf(c *Claim) *Source { return l.sourceAt[c.Source] }

// At gives the place where a claim was read.
func (l *Ledger) At(c *Claim) fault.Place { return l.at["claim "+c.ID] }

// Inbound gives the links that lead to a claim, in order of the ids of the claims they come from.
func (l *Ledger) Inbound(id string) []Inbound { return l.inbound[id] }

// RetractedBy gives the claim that takes a claim back; "" when it stands. A retraction that is itself taken back does
// not count.
func (l *Ledger) RetractedBy(id string) string { return l.takenBy[id] }

// Verified reports whether the text of the claim was seen: the claim's and its source's.
func (l *Ledger) Verified(c *Claim) bool { return c.Verified && l.SourceOf(c).Verified }

// Standing says what the speaker of a claim is.
func (l *Ledger) Standing(c *Claim) SourceKind {
	switch {
	case c.SpeakerKind != OtherSource:
		return c.SpeakerKind
	case len(c.SpeakerStates()) > 0:
		return StateOrgan
	}
	return l.SourceOf(c).Kind
}

// Given reports whether a period is given.
func Given(p when.Period) bool { return p.From != when.NoDay }
