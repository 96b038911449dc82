// Package report is the wording that the command line, the pages and the API
// share: rulings, law and goods as JSON for programs and as prose for people.
//
// It decides nothing and hides nothing: unverified provisions, assumed facts and
// working codes are marked wherever they appear.
package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Versions names what a ruling was made with.
type Versions struct {
	// Program is the version of Cordon; Data the SHA-256 of the reference data
	// (goods, places), in hexadecimal.
	Program, Data string
}

// Encoder writes rulings as JSON. It is not safe for concurrent use.
type Encoder struct {
	// Versions go into every ruling and its id.
	Versions Versions
	// Full adds the activity as it was understood and the near misses.
	Full bool

	scratch []byte
}

// array writes the members of a JSON array.
func array[T any](b []byte, key string, list []T, each func([]byte, *T) []byte) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	b = append(b, `":[`...)
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = each(b, &list[i])
	}
	return append(b, ']')
}

func quote(b []byte, s string) []byte {
	out, err := jsontext.AppendQuote(b, s)
	if err != nil {
		out, _ = jsontext.AppendQuote(b, strconv.QuoteToASCII(s))
	}
	return out
}

func field(b []byte, key, value string) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	b = append(b, '"', ':')
	return quote(b, value)
}

func number(b []byte, key string, v float64) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	b = append(b, '"', ':')
	return strconv.AppendFloat(b, v, 'f', -1, 64)
}

func flag(b []byte, key string) []byte {
	b = append(b, ',', '"')
	b = append(b, key...)
	return append(b, `":true`...)
}

// ID gives the name of a ruling: a hash of the activity as understood, the days,
// the running totals, what was screened and the versions, so that the same name means the same
// bytes. Totals are taken in the order given, since the first that fits a cap
// names its source.
func (e *Encoder) ID(r *ruling.Ruling) string {
	e.scratch = r.Activity.AppendJSON(e.scratch[:0])
	e.scratch = append(e.scratch, '\n')
	e.scratch = append(e.scratch, r.AsOf.String()...)
	e.scratch = append(e.scratch, '\n')
	e.scratch = r.KnownAt.Append(e.scratch)
	e.scratch = append(e.scratch, '\n')
	for _, t := range r.Totals {
		e.scratch = fmt.Appendf(e.scratch, "%q %s %t %v %q %t %v %q\n",
			t.Provision, t.Period, t.HasQuantity, t.Quantity, t.Unit, t.HasValue, t.Value, t.Source)
	}
	for i := range r.Screened {
		s := &r.Screened[i]
		e.scratch = fmt.Appendf(e.scratch, "screened %d %q %q %q %q %q %q %q %v %q %q %v %q\n",
			s.Party, s.Name, s.List, s.Snapshot, s.Outcome, s.Reason, s.Subject, s.Tier, s.Score, s.By, s.Leads, s.Threshold, s.Compare)
		if x := s.Suppressed; x != nil || s.Uncompared != "" {
			e.scratch = fmt.Appendf(e.scratch, "suppressed %v %q\n", x, s.Uncompared)
		}
	}
	if r.Licences != nil {
		e.scratch = append(appendLicences(e.scratch, r.Licences), '\n')
	}
	if r.Brief {
		e.scratch = append(e.scratch, "brief\n"...)
	}
	e.scratch = append(e.scratch, r.LawVersion...)
	e.scratch = append(e.scratch, e.Versions.Data...)
	e.scratch = append(e.scratch, e.Versions.Program...)
	sum := sha256.Sum256(e.scratch)
	return hex.EncodeToString(sum[:12])
}

// Append appends a ruling as one JSON object without a line end. Keys and lists
// have a fixed order: equal rulings give equal bytes.
func (e *Encoder) Append(b []byte, r *ruling.Ruling) []byte {
	b = append(b, `{"id":"`...)
	b = append(b, e.ID(r)...)
	b = append(b, '"')
	if r.Activity.ID != "" {
		b = field(b, "ref", r.Activity.ID)
	}
	b = append(b, `,"verdict":"`...)
	b = append(b, r.Verdict.String()...)
	b = append(b, `","as_of":"`...)
	b = append(b, r.AsOf.String()...)
	b = append(b, '"')
	if r.KnownAt != when.NoDay {
		b = append(b, `,"known_at":"`...)
		b = r.KnownAt.Append(b)
		b = append(b, '"')
	} else {
		b = append(b, `,"known_at":null`...)
	}
	b = array(b, "findings", r.Findings, func(b []byte, f *ruling.Finding) []byte { return e.finding(b, r, f) })
	b = array(b, "questions", r.Questions, appendQuestion)
	if r.Unproven {
		b = flag(b, "questions_unproven")
	}
	if r.Brief {
		b = flag(b, "assumed_not_listed")
	}
	if len(r.Assumed) > 0 {
		b = array(b, "assumed", r.Assumed, func(b []byte, a *ruling.Assumption) []byte {
			b = append(b, `{"fact":`...)
			b = quote(b, a.Name())
			b = field(b, "value", a.Value)
			b = array(b, "provisions", a.Provisions, appendProvisionID)
			b = field(b, "otherwise", a.Otherwise.String())
			return append(b, '}')
		})
	}
	b = array(b, "paths", r.Paths, appendPath)
	if len(r.Spans) > 0 {
		b = array(b, "spans", r.Spans, func(b []byte, s *ruling.Span) []byte {
			b = append(b, `{"from":"`...)
			b = s.Period.From.Append(b)
			b = append(b, `","to":"`...)
			b = s.Period.To.Append(b)
			b = field(append(b, '"'), "verdict", s.Verdict.String())
			return append(b, '}')
		})
	}
	if len(r.Views) > 0 {
		b = array(b, "views", r.Views, func(b []byte, v *ruling.View) []byte {
			b = append(b, `{"position":"`...)
			if !v.InForce {
				b = append(b, "not_"...)
			}
			b = append(b, `in_force"`...)
			b = array(b, "according_to", v.By, func(b []byte, s *string) []byte { return quote(b, *s) })
			b = field(b, "verdict", v.Verdict.String())
			b = array(b, "provisions", v.Provisions, appendProvisionID)
			return append(b, '}')
		})
	}
	if e.Full && !r.Brief {
		b = array(b, "near_misses", r.NearMisses, appendNear)
	}
	b = array(b, "screened", r.Screened, appendScreened)
	if r.Licences != nil {
		b = appendLicences(append(b, `,"licences":`...), r.Licences)
	}
	b = array(b, "regimes", r.Regimes, func(b []byte, g **law.Regime) []byte {
		b = append(b, `{"id":`...)
		b = quote(b, (*g).ID)
		b = field(b, "scope", (*g).Scope)
		return append(b, '}')
	})
	b = append(b, `,"versions":{"cordon":`...)
	b = quote(b, e.Versions.Program)
	b = field(b, "law", r.LawVersion)
	b = field(b, "data", e.Versions.Data)
	b = append(b, '}')
	if e.Full {
		b = append(b, `,"activity":`...)
		b = r.Activity.AppendJSON(b)
	}
	return append(b, '}')
}

func appendProvisionID(b []byte, p **law.Provision) []byte { return quote(b, (*p).ID) }

func (e *Encoder) finding(b []byte, r *ruling.Ruling, f *ruling.Finding) []byte {
	p := f.Provision
	b = append(b, `{"provision":`...)
	b = quote(b, p.ID)
	b = field(b, "cite", p.Cite())
	b = field(b, "effect", p.Effect.String())
	b = field(b, "outcome", f.Outcome.String())
	b = field(b, "verdict", f.Verdict.String())
	if f.Line >= 0 {
		b = number(b, "line", float64(f.Line+1))
	}
	b = append(b, `,"verified":`...)
	b = strconv.AppendBool(b, p.Verified)
	if with := f.Provision.ReadWith(); len(with) > 0 {
		b = array(b, "read_with", with, func(b []byte, s *string) []byte { return quote(b, *s) })
	}
	b = array(b, "because", r.Because(f), func(b []byte, c *ruling.Because) []byte {
		b = append(b, `{"fact":`...)
		b = quote(b, c.Name)
		b = field(b, "value", c.Value)
		return append(b, '}')
	})
	if f.Goods != (ruling.GoodsBasis{}) {
		b = append(b, `,"goods":{"basis":`...)
		b = quote(b, f.Goods.Basis)
		if f.Goods.List != "" {
			b = field(b, "list", f.Goods.List)
		}
		if f.Goods.Label != "" {
			b = field(b, "label", f.Goods.Label)
		}
		b = append(b, '}')
	}
	b = array(b, "missing", f.Missing, appendFactName)
	b = array(b, "exceptions", f.Exceptions, func(b []byte, x *ruling.ExceptionFinding) []byte {
		b = append(b, `{"exception":`...)
		b = quote(b, x.Exception.Name())
		b = field(b, "cite", x.Exception.Cite())
		b = field(b, "title", x.Exception.Title)
		switch {
		case x.Holds:
			b = field(b, "outcome", "holds")
		case x.Approval && len(x.Missing) <= 1:
			b = field(b, "outcome", "needs_approval")
		default:
			b = field(b, "outcome", "unknown")
		}
		b = array(b, "missing", x.Missing, appendFactName)
		if d := x.Exception.Duty; d != nil && x.Holds {
			b = append(b, `,"duty":`...)
			b = appendDuty(b, d)
		}
		return append(b, '}')
	})
	if len(p.Duties) > 0 && f.Outcome != ruling.Excepted {
		b = array(b, "duties", p.Duties, appendDuty)
	}
	if f.Late > 0 {
		b = number(b, "days_late", float64(f.Late))
	}
	if c := f.Cap; c != nil {
		b = append(b, `,"cap":{"limit":`...)
		b = strconv.AppendFloat(b, c.Limit, 'f', -1, 64)
		b = field(b, "unit", c.Unit)
		if c.Period != (when.Period{}) {
			b = field(b, "from", c.Period.From.String())
			b = field(b, "to", c.Period.To.String())
		}
		if c.CountedKnown {
			b = number(b, "counted", c.Counted)
		}
		if c.ThisKnown {
			b = number(b, "this_low", c.ThisLow)
			b = number(b, "this_high", c.ThisHi)
		}
		for _, kv := range [][2]string{{"rule", c.Rule}, {"factor", c.Factor}, {"source", c.Source}, {"unchecked", c.Unchecked}} {
			if kv[1] != "" {
				b = field(b, kv[0], kv[1])
			}
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

func appendFactName(b []byte, id *vocab.FactID) []byte { return quote(b, vocab.FactOf(*id).Name) }

func appendDuty(b []byte, d *law.Duty) []byte {
	b = append(b, `{"what":`...)
	b = quote(b, d.What)
	if d.By != when.NoDay {
		b = field(b, "by", d.By.String())
	}
	return append(b, '}')
}

func appendQuestion(b []byte, q *ruling.Question) []byte {
	b = append(b, `{"fact":`...)
	b = quote(b, q.Name())
	b = field(b, "question", QuestionText(q))
	if !q.Date {
		f := vocab.FactOf(q.Fact)
		b = field(b, "type", f.Type.String())
		if f.Weigh {
			b = flag(b, "weigh")
		}
		if vs := answers(q); len(vs) > 0 {
			b = array(b, "values", vs, func(b []byte, s *string) []byte { return quote(b, *s) })
		}
	} else {
		b = field(b, "type", "date")
	}
	b = array(b, "decides", q.Decides, appendProvisionID)
	return append(b, '}')
}

// answers gives the values to choose from.
func answers(q *ruling.Question) []string {
	if len(q.Values) > 0 {
		return q.Values
	}
	return vocab.FactOf(q.Fact).Values
}

func appendPath(b []byte, p *ruling.Path) []byte {
	b = append(b, `{"exception":`...)
	b = quote(b, p.Exception.Name())
	b = field(b, "cite", p.Exception.Cite())
	b = field(b, "title", p.Exception.Title)
	if p.General {
		b = flag(b, "general_clause")
	}
	b = field(b, "file", p.Exception.Path)
	b = array(b, "lifts", p.For, appendProvisionID)
	return append(b, '}')
}

func appendScreened(b []byte, s *ruling.Screened) []byte {
	b = append(b, `{"who":`...)
	b = quote(b, s.Of())
	b = field(b, "name", s.Name)
	b = field(b, "list", s.List)
	b = field(b, "snapshot", s.Snapshot)
	b = field(b, "outcome", s.Outcome)
	for _, kv := range [][2]string{{"reason", s.Reason}, {"subject", s.Subject}, {"tier", s.Tier}} {
		if kv[1] != "" {
			b = field(b, kv[0], kv[1])
		}
	}
	if s.Subject != "" {
		b = number(b, "score", s.Score)
		for _, kv := range [][2]string{{"by", s.By}, {"leads", s.Leads}, {"compare", s.Compare}, {"question", Settles(s)}} {
			if kv[1] != "" {
				b = field(b, kv[0], kv[1])
			}
		}
		if s.Threshold > 0 {
			b = number(b, "threshold", s.Threshold)
		}
		if x := s.Suppressed; x != nil {
			b = append(quote(append(b, `,"suppressed":{"case":`...), x.Case), `,"until":`...)
			b = append(field(quote(b, x.Until.UTC().Format(time.RFC3339Nano)), "party", x.Party), '}')
		}
		if s.Uncompared != "" {
			b = field(b, "uncompared", s.Uncompared)
		}
	}
	return append(b, '}')
}

func appendNear(b []byte, m *ruling.NearMiss) []byte {
	b = append(b, `{"provision":`...)
	b = quote(b, m.Provision.ID)
	b = field(b, "cite", m.Provision.Cite())
	b = field(b, "differs", m.Differs.String())
	if m.Line >= 0 {
		b = number(b, "line", float64(m.Line+1))
	}
	switch m.Differs {
	case ruling.ByFact, ruling.ByGoods:
		b = field(b, "fact", vocab.FactOf(m.Fact).Name)
		b = field(b, "value", m.Value)
	case ruling.ByDate:
		b = field(b, "day", m.Day.String())
	}
	b = field(b, "verdict", m.Verdict.String())
	b = append(b, `,"verified":`...)
	b = strconv.AppendBool(b, m.Provision.Verified)
	return append(b, '}')
}
