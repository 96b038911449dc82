package law

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// Status says how an instrument stands. Only what is in force is applied; the
// others are loaded, linked and shown, so that a draft or a promise is read and
// checked by the rules of law without being taken for it.
type Status uint8

// The statuses. A proposal was put to somebody, a draft was not; accepted is said
// of what parties undertook and no authority enacted.
const (
	InForce Status = iota
	Proposed
	Draft
	Accepted
	Rejected
	Ended
)

// String gives the word used in files.
func (s Status) String() string { return statuses[s] }

var statuses = [...]string{"in_force", "proposed", "draft", "accepted", "rejected", "ended"}

// Applies reports whether the engine applies the instrument: it is in force, or
// supposed to be.
func (in *Instrument) Applies() bool { return in.Status == InForce || in.Supposed }

// Applies reports whether the engine applies the provision on its days.
func (p *Provision) Applies() bool { return p.Instrument.Applies() }

// Named finds what an instrument is called: its name, or the number that the ids of its
// provisions begin with ("2371"). One text that bears on several regimes is one instrument
// in each, and all are given. Nothing found, or two of different names, is a fault.
func (l *Law) Named(name string) ([]*Instrument, error) {
	var exact, numbered []*Instrument
	var names []string
	for _, r := range l.Regimes {
		for _, in := range r.Instruments {
			names = append(names, in.Name)
			if in.Name == name {
				exact = append(exact, in)
			}
			if len(in.Provisions) > 0 && strings.HasPrefix(in.Provisions[0].ID, name+"-") {
				numbered = append(numbered, in)
			}
		}
	}
	found := exact
	if len(found) == 0 {
		found = numbered
	}
	for _, in := range found {
		if in.Name != found[0].Name {
			return nil, fault.New(fault.Conflict, "%q may be %s or %s", name, found[0].Name, in.Name).WithFix("write the whole name")
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	e := fault.New(fault.NotFound, "there is no instrument %q", name)
	if near := text.NearestOf(name, names, 2); len(near) > 0 {
		return nil, e.WithFix("did you mean %s?", strings.Join(near, " or "))
	}
	return nil, e.WithFix("`cordon law list` shows them")
}

// Suppose gives the law as it would be with the named instruments in force. What
// they replace ends on the day before they begin. l is not changed; supposing
// nothing gives l itself. What is in force already stays as it is.
func (l *Law) Suppose(names ...string) (*Law, error) {
	chosen := map[*Instrument]bool{}
	for _, name := range names {
		list, err := l.Named(name)
		if err != nil {
			return nil, err
		}
		for _, in := range list {
			if !in.Applies() {
				chosen[in] = true
			}
		}
	}
	if len(chosen) == 0 {
		return l, nil
	}
	out, copies := l.copied(func(in *Instrument) string {
		if chosen[in] {
			return "supposed"
		}
		return ""
	})
	for in := range chosen {
		copies[in].Supposed = true
	}
	out.attach()
	for _, p := range out.Provisions() {
		if p.Instrument.Supposed {
			out.endReplaced(p)
		}
	}
	return out, nil
}

// endReplaced ends what a supposed provision replaces, where the law itself does
// not end it earlier.
func (l *Law) endReplaced(by *Provision) {
	for _, id := range by.Replaces {
		p := l.byID[id]
		if end := by.From - 1; p.Until == when.NoDay || end < p.Until {
			p.Until, p.EndedBy = end, by.ID
		}
	}
}

// Eve gives the law as it was before an instrument: that instrument is a draft, and
// so is everything that became known on its day or later. l is not changed.
func (l *Law) Eve(name string) (*Law, error) {
	of, err := l.Named(name)
	if err != nil {
		return nil, err
	}
	later := func(in *Instrument) bool { return slices.Contains(of, in) || in.Published >= of[0].Published }
	out, copies := l.copied(func(in *Instrument) string {
		if later(in) {
			return "not yet"
		}
		return ""
	})
	for in, c := range copies {
		if later(in) {
			c.Status, c.Supposed = Draft, false
		}
	}
	out.attach()
	return out, nil
}

// copied gives the law anew, with exceptions not yet attached. The version is that
// of the law with what mark says of its instruments.
func (l *Law) copied(mark func(*Instrument) string) (*Law, map[*Instrument]*Instrument) {
	hash := sha256.New()
	hash.Write([]byte(l.Version))
	out := &Law{byID: make(map[string]*Provision, len(l.byID))}
	copies := map[*Instrument]*Instrument{}
	for _, r := range l.Regimes {
		regime := *r
		regime.Instruments = make([]*Instrument, len(r.Instruments))
		for i, in := range r.Instruments {
			c := in.copied(&regime)
			for _, p := range c.Provisions {
				out.byID[p.ID] = p
			}
			regime.Instruments[i], copies[in] = c, c
			if m := mark(in); m != "" {
				hash.Write([]byte("\x00" + m + "\x00" + r.ID + "\x00" + in.Name))
			}
		}
		out.Regimes = append(out.Regimes, &regime)
	}
	out.Version = hex.EncodeToString(hash.Sum(nil))
	return out, copies
}

// copied gives the instrument in another regime, with provisions of its own that law may link.
func (in *Instrument) copied(r *Regime) *Instrument {
	c := *in
	c.Regime, c.Provisions = r, make([]*Provision, len(in.Provisions))
	for k, p := range in.Provisions {
		c.Provisions[k] = p.copied(&c)
	}
	return &c
}

// copied gives the provision in another instrument, with its own exceptions only.
func (p *Provision) copied(in *Instrument) *Provision {
	c := *p
	c.Instrument, c.Exceptions = in, nil
	for _, e := range p.Exceptions {
		if e.Provision == p {
			x := *e
			x.Provision = &c
			c.Exceptions = append(c.Exceptions, &x)
		}
	}
	if p.Exemption != nil {
		x := *p.Exemption
		x.Provision = &c
		c.Exemption = &x
	}
	return &c
}

// lintStatus looks for law in force that leans on what is not.
func lintStatus(l *Law, p *Provision, report func(format string, args ...any)) {
	if !p.Applies() {
		return
	}
	for _, refs := range [][]string{p.Amends, p.Replaces, p.Clarifies, p.Tightens, p.Extends, {p.EndedBy}, {p.Inherits}} {
		for _, id := range refs {
			if by := l.byID[id]; by != nil && !by.Applies() {
				report("it is in force and refers to %s, which is not (%s)", id, by.Instrument.Status)
			}
		}
	}
	if i := slices.IndexFunc(p.Exceptions, func(e *Exception) bool {
		by := l.byID[e.EndedBy]
		return e.Provision == p && by != nil && !by.Applies()
	}); i >= 0 {
		report("the exception %q is ended by %s, which is not in force", p.Exceptions[i].ID, p.Exceptions[i].EndedBy)
	}
}
