package ftm

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
)

// entity makes the record of an entity.
func (p *parser) entity(part string, e *entity, m mark) error {
	s := p.model[e.schema]
	if s == nil {
		s = p.model["Thing"]
	}
	var rec *subject.Record
	switch part {
	case documentPart:
		if d := p.docByID[key(e.id)]; d != nil {
			d.accepted = true // whether it found its holder is known at the end
		} else {
			p.t.Loose(documentPart, p.at, e.id)
		}
		return nil
	case listingPart:
		rec = p.sanction(e, s)
	case linkPart:
		rec = p.link(e, s)
	default:
		rec = p.subject(e, s, m)
	}
	if rec == nil {
		return nil // refused
	}
	p.t.Handled(part)
	return p.t.Emit(rec)
}

// kindOf gives what a property of a schema holds; one that is not in the model is
// reported.
func (p *parser) kindOf(s *schema, property string) kind {
	k, known := s.props[property]
	if !known {
		p.t.Odd(publication.UnknownElement, s.name+"."+property, p.at)
	}
	return k
}

// rest gives what was not taken yet as "property: value".
func (p *parser) rest(e *entity, s *schema) []string {
	var out []string
	for i := range e.props {
		if pr := &e.props[i]; !pr.used {
			p.kindOf(s, pr.name)
			out = append(out, pr.name+": "+publication.Line(strings.Join(pr.values, "; ")))
		}
	}
	if len(e.datasets) > 0 {
		out = append(out, "datasets: "+strings.Join(e.datasets, "; "))
	}
	if len(e.referents) > 0 {
		out = append(out, "referents: "+strings.Join(e.referents, "; "))
	}
	return out
}

func (p *parser) date(v string) subject.Date { return publication.Date(p.t, v, p.at) }

func (p *parser) dates(values []string) []subject.Date {
	var out []subject.Date
	for _, v := range values {
		out = append(out, p.date(v))
	}
	return out
}

// firstDate gives the first value as a date; more than one is more than a date
// says, so all stay in its words.
func (p *parser) firstDate(values []string) subject.Date {
	if len(values) == 0 {
		return subject.Date{}
	}
	sorted := slices.Sorted(slices.Values(values))
	d := p.date(sorted[0])
	if len(sorted) > 1 {
		d.Note = "also " + strings.Join(sorted[1:], ", ")
	}
	return d
}

// state gives the code of a state; the codes of FollowTheMoney are small letters,
// and some are of states that are no more or of none.
func (p *parser) state(v string) string { return p.in.State(p.t, strings.ToUpper(v), p.at) }

func lines(values []string) []string {
	var out []string
	for _, v := range values {
		if v = publication.Line(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// hold keeps a document for its holder.
func (p *parser) hold(e *entity) error {
	if p.docByID[key(e.id)] != nil {
		return nil // its second line will be refused
	}
	d := &document{id: e.id, at: p.at}
	holders := slices.Clone(e.take("holder"))
	d.doc = p.document(e)
	p.docSize += len(d.doc.Number) + len(d.doc.Type) + len(d.doc.Note) + len(d.id) + 320
	if p.docSize > MaxDocuments {
		return fault.New(fault.TooLarge, "the documents of the list take more than %d bytes", MaxDocuments).
			WithFix("load a smaller collection")
	}
	p.docs = append(p.docs, d)
	p.docByID[key(e.id)] = d
	for _, h := range holders {
		p.byHolder[key(h)] = append(p.byHolder[key(h)], d)
	}
	return nil
}

func (p *parser) document(e *entity) subject.Document {
	s := p.model[e.schema]
	d := subject.Document{Kind: "idNumber", Type: strings.Join(lines(e.take("type")), "; ")}
	if s.is["Passport"] || strings.Contains(strings.ToLower(d.Type), "passport") {
		d.Kind = "passportNumber"
	}
	numbers := slices.Compact(append(lines(e.take("number")), lines(e.take("passportNumber"))...))
	d.Number = strings.Join(numbers, "; ")
	if v := e.first("country"); v != "" {
		d.CountryText, d.Country = v, p.state(v)
	}
	d.Issued, d.Expires = p.firstDate(e.take("startDate")), p.firstDate(e.take("endDate"))
	d.Note = strings.Join(p.rest(e, s), "; ")
	return d
}

// sanction reads a designation, or a risk that is stated in the same form.
func (p *parser) sanction(e *entity, s *schema) *subject.Record {
	ids := slices.Clone(e.take("entity"))
	if len(ids) == 0 {
		p.t.Refuse(listingPart, p.at, e.id, "it does not say whom it is about")
		return nil
	}
	l := subject.Listing{
		Programmes: append(lines(e.take("program")), lines(e.take("programId"))...), Measures: lines(e.take("provisions")),
		Amended: p.dates(e.take("modifiedAt")), Remarks: lines(e.take("reason")),
	}
	l.Authority = p.authority(e, &l)
	refs := append(lines(e.take("authorityId")), lines(e.take("unscId"))...)
	if l.Reference = strings.Join(refs, "; "); l.Reference == "" {
		l.Reference = e.id
	}
	start, listed := p.firstDate(e.take("startDate")), p.firstDate(e.take("listingDate"))
	if l.Listed = listed; listed.Zero() {
		l.Listed = start
	} else if !start.Zero() && start != listed {
		l.Remarks = append(l.Remarks, "in effect from "+start.String())
	}
	status := lines(e.take("status"))
	if end := p.firstDate(e.take("endDate")); slices.ContainsFunc(status, isOver) {
		l.Ended = end
		if end.Zero() {
			l.Ended = subject.Date{Text: strings.Join(status, "; ")}
		}
	} else {
		l.Until = end
	}
	for _, v := range status {
		l.Remarks = append(l.Remarks, "status: "+v)
	}
	topics := e.take("topics") // of a risk
	if len(topics) > 0 {
		l.Remarks = append(l.Remarks, "topics: "+strings.Join(topics, "; "))
	}
	l.Remarks = append(l.Remarks, p.rest(e, s)...)
	rec := &subject.Record{}
	for _, id := range ids {
		one := l
		one.ID, one.Subject, one.Tier = id+"/"+e.id, id, p.marks[key(id)].tier()
		if s.is["Risk"] {
			one.Tier = riskTier(topics)
		}
		rec.Listings = append(rec.Listings, one)
	}
	return rec
}

// riskTier gives the tier of a stated risk: what its topics say, and Named without.
func riskTier(topics []string) subject.Tier {
	q := &parser{marks: map[uint64]mark{}}
	q.note(0, topics)
	if len(topics) == 0 {
		return subject.Named
	}
	return q.marks[0].tier()
}

// isOver reports whether a status says that a designation has ended.
func isOver(status string) bool {
	s := strings.ToLower(status)
	for _, word := range []string{"inactive", "not active", "expired", "ended", "delisted", "revoked", "lifted", "annulled", "terminated"} {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}

// authority gives whose act it is: the state or union that is given, else the name
// of the authority; the name stays a remark beside a state.
func (p *parser) authority(e *entity, l *subject.Listing) string {
	names, states := lines(e.take("authority")), e.take("country")
	if len(states) != 1 {
		for _, v := range states {
			l.Remarks = append(l.Remarks, "country: "+v)
		}
		return strings.Join(names, "; ")
	}
	for _, n := range names {
		l.Remarks = append(l.Remarks, "authority: "+n)
	}
	return strings.ToUpper(states[0])
}

// link reads what two entities have to do with one another.
func (p *parser) link(e *entity, s *schema) *subject.Record {
	from, to := slices.Clone(e.take(s.source)), slices.Clone(e.take(s.target))
	if len(from) == 0 || len(to) == 0 {
		p.t.Refuse(linkPart, p.at, e.id, "it has no %s or no %s", s.source, s.target)
		return nil
	}
	r := subject.Relation{Kind: s.name, Role: strings.Join(append(lines(e.take("role")), lines(e.take("relationship"))...), "; ")}
	r.Since, r.Until = p.firstDate(e.take("startDate")), p.firstDate(e.take("endDate"))
	notes := []string{"entity " + e.id}
	if share := e.first("percentage"); share != "" {
		var ok bool
		if r.ShareLow, r.ShareHigh, ok = percentage(share); !ok {
			notes = append(notes, "percentage: "+share)
		}
	}
	r.Note = strings.Join(append(notes, p.rest(e, s)...), "; ")
	rec := &subject.Record{}
	for _, a := range from {
		for _, b := range to {
			one := r
			one.From, one.To = a, b
			rec.Relations = append(rec.Relations, one)
		}
	}
	return rec
}

// percentage reads "50", "50.5 %" and "25-50".
func percentage(s string) (low, high float64, ok bool) {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%"))
	a, b, span := strings.Cut(s, "-")
	low, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(a), "%")), 64)
	if high = low; span && err == nil {
		high, err = strconv.ParseFloat(strings.TrimSpace(b), 64)
	}
	if err != nil || !(low >= 0 && low <= high && high <= 100) || high == 0 {
		return 0, 0, false
	}
	return low, high, true
}
