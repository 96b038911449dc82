package ofac

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

// The advanced form keeps words, places, documents, parties, relationships and
// listings in sections of their own that refer to one another by number. Words,
// places and documents stand before the parties and are remembered; the rest is
// passed on as it comes.

// maxHeld bounds what is remembered of a document in the advanced form.
const maxHeld = 96 << 20

// advanced is the state of reading one document.
type advanced struct {
	*xmlDoc
	list     string
	words    map[string]map[string]string // by the name of the element and its number
	types    map[string]string            // of a subtype of parties, the number of the type
	places   map[string]location
	docs     map[string][]heldDocument // by the number of the identity
	held     int
	profiles map[string]uint32
	listed   map[uint32]bool // entries that have a listing
	said     map[uint32]said
	onList   bool // a listing is of the list asked for
	stated   bool
}

// said is what a party says of its listing, which comes later.
type said struct {
	measures, remarks []string
	at                fault.Place
}

type location struct {
	parts   []subject.Part // the kind is OFAC's word
	country string
}

type heldDocument struct {
	f  feature
	at fault.Place
	// issued and expires are dates as the form keeps them
	issued, expires subject.Date
}

var advancedSections = map[string]bool{
	"ReferenceValueSets": true, "Locations": true, "IDRegDocuments": true, "DistinctParties": true,
	"ProfileRelationships": true, "SanctionsEntries": true, "SanctionsEntryLinks": true,
}

func parseAdvanced(ctx context.Context, in *publication.Input, t *publication.Tally, list string) error {
	return readXML(in, t, func(d *xmlDoc, x *xmlstream.Reader) error {
		a := &advanced{
			xmlDoc: d, list: list, words: map[string]map[string]string{}, types: map[string]string{},
			places: map[string]location{}, docs: map[string][]heldDocument{}, profiles: map[string]uint32{},
			listed: map[uint32]bool{}, said: map[uint32]said{},
		}
		err := d.walk(ctx, x, "Sanctions", advancedSections, func(tok xmlstream.Token, parent string) (bool, error) {
			read := a.reader(parent, tok.Name)
			if read == nil {
				return false, nil
			}
			n, err := x.Subtree(tok)
			if err != nil {
				return true, err
			}
			return true, read(n)
		})
		if err != nil {
			return err
		}
		return a.end()
	})
}

// reader says what reads an element of a section.
func (a *advanced) reader(parent, name string) func(*xmlstream.Node) error {
	switch parent + "/" + name {
	case "/DateOfIssue":
		return a.dateOfIssue
	case "Locations/Location":
		return a.location
	case "IDRegDocuments/IDRegDocument":
		return a.document
	case "DistinctParties/DistinctParty":
		return a.party
	case "ProfileRelationships/ProfileRelationship":
		return a.profileRelationship
	case "SanctionsEntries/SanctionsEntry":
		return a.sanctionsEntry
	}
	if parent == "ReferenceValueSets" {
		return a.values
	}
	return nil
}

// end says what leads nowhere.
func (a *advanced) end() error {
	switch {
	case !a.stated:
		return fault.New(fault.Invalid, "the list does not say of which day it is")
	case len(a.taken) > 0 && !a.onList:
		return fault.New(fault.Invalid, "no entry stands on the %s", a.list).
			WithFix("load it as the other of the sources ofac-sdn and ofac-cons")
	}
	for identity, docs := range a.docs {
		for _, d := range docs {
			a.t.Loose("document", d.at, "identity "+identity)
		}
	}
	return a.unlisted()
}

// unlisted gives a bare listing to each party that has none. It stands in the
// list, and one without a listing would never be found to be listed.
func (a *advanced) unlisted() error {
	for _, n := range slices.Sorted(maps.Keys(a.said)) {
		s := a.said[n]
		a.t.Odd(publication.Unresolved, "entry without a listing", s.at)
		e := newEntry(a.in, a.t, s.at, n)
		e.l.Measures, e.l.Remarks = s.measures, s.remarks
		if err := a.t.Emit(&subject.Record{Listings: e.rec.Listings}); err != nil {
			return err
		}
	}
	return nil
}

func (a *advanced) hold(n int) error {
	if a.held += n + 64; a.held > maxHeld {
		return fault.New(fault.TooLarge, "words, places and documents take more than %d bytes", maxHeld)
	}
	return nil
}

func (a *advanced) unused(n *xmlstream.Node) {
	n.Unused(func(path string, line int) { a.t.Odd(publication.UnknownElement, n.Name+"/"+path, a.at(line)) })
}

// values reads one set of words. The element of a word is named like the set.
func (a *advanced) values(n *xmlstream.Node) error {
	for _, v := range n.Children {
		id, s := v.Attr("ID"), publication.Line(v.Text())
		switch v.Name {
		case "AreaCode":
			s = v.Attr("Description")
		case "LegalBasis":
			if s == "" {
				s = v.Attr("LegalBasisShortRef")
			}
		case "PartySubType":
			a.types[id] = v.Attr("PartyTypeID")
		}
		if a.words[v.Name] == nil {
			a.words[v.Name] = map[string]string{}
		}
		a.words[v.Name][id] = s
		if err := a.hold(len(id) + len(s)); err != nil {
			return err
		}
	}
	return nil
}

// word gives the word that an attribute of n refers to.
func (a *advanced) word(n *xmlstream.Node, attr, set string) string {
	id := n.Attr(attr)
	if id == "" {
		return ""
	}
	w, ok := a.words[set][id]
	if !ok {
		a.t.Odd(publication.Unresolved, set+" "+id, a.at(n.Line))
	}
	return w
}

func (a *advanced) dateOfIssue(n *xmlstream.Node) error {
	n.Attr("CalendarTypeID")
	iso := isoParts(n)
	day := publication.Date(a.t, iso, a.at(n.Line))
	if !day.Known {
		return fault.New(fault.Invalid, "the list says it is of %q", iso).At(a.at(n.Line))
	}
	a.stated = true
	a.t.Published(publication.Published{At: day, Stamp: iso, Count: -1})
	return nil
}

// isoParts gives the <Year>, <Month> and <Day> of an element the ISO way.
func isoParts(n *xmlstream.Node) string {
	var out []string
	for _, tag := range []string{"Year", "Month", "Day"} {
		if s := n.Get(tag); s != "" {
			out = append(out, pad(s))
		}
	}
	return strings.Join(out, "-")
}

// period reads a <DatePeriod>: it begins between two days and ends between two.
func (a *advanced) period(n *xmlstream.Node) subject.Date {
	if n == nil {
		return subject.Date{}
	}
	for _, attr := range []string{"CalendarTypeID", "YearFixed", "MonthFixed", "DayFixed"} {
		n.Attr(attr)
	}
	var d subject.Date
	var from, to when.Day
	for _, end := range []*xmlstream.Node{n.Child("Start"), n.Child("End")} {
		if end == nil {
			continue
		}
		d.Circa = end.Attr("Approximate") == "true" || d.Circa
		for _, tag := range []string{"YearFixed", "MonthFixed", "DayFixed"} {
			end.Attr(tag)
		}
		for _, c := range []*xmlstream.Node{end.Child("From"), end.Child("To")} {
			if c == nil {
				continue
			}
			p, err := when.Parse(isoParts(c))
			if err != nil {
				a.t.Odd(publication.BadDate, isoParts(c), a.at(c.Line))
				return subject.Date{Text: isoParts(c)}
			}
			if !d.Known {
				from, to = p.From, p.To
			}
			d.Known = true
			from, to = min(from, p.From), max(to, p.To)
		}
	}
	if !d.Known {
		return subject.Date{}
	}
	d.Period = when.Period{From: from, To: to}
	return d
}

func (a *advanced) location(n *xmlstream.Node) error {
	l := location{country: a.word(n.Child("LocationCountry"), "CountryID", "Country")}
	n.Child("LocationCountry").Attr("CountryRelevanceID")
	if area := n.Child("LocationAreaCode"); area != nil {
		if s := a.word(area, "AreaCodeID", "AreaCode"); l.country == "" {
			l.country = s
		}
	}
	for _, part := range n.All("LocationPart") {
		kind := a.word(part, "LocPartTypeID", "LocPartType")
		for _, v := range part.All("LocationPartValue") {
			v.Attr("Primary")
			v.Attr("LocPartValueTypeID")
			v.Attr("LocPartValueStatusID")
			v.Get("Comment")
			if s := text(v, "Value"); s != "" {
				l.parts = append(l.parts, subject.Part{Kind: kind, Value: s})
			}
		}
	}
	for _, r := range n.All("FeatureVersionReference") {
		r.Attr("FeatureVersionID")
	}
	for _, r := range n.All("IDRegDocumentReference") {
		r.Attr("DocumentID")
	}
	id := n.Attr("ID")
	a.unused(n)
	a.places[id] = l
	size := len(id) + len(l.country)
	for _, p := range l.parts {
		size += len(p.Value) + 32
	}
	return a.hold(size)
}

func (a *advanced) document(n *xmlstream.Node) error {
	a.t.Seen("document")
	at := a.at(n.Line)
	d := heldDocument{at: at, f: feature{
		label: a.word(n, "IDRegDocTypeID", "IDRegDocType"), value: text(n, "IDRegistrationNo"),
		country: a.word(n, "IssuedBy-CountryID", "Country"), note: publication.Line(n.Get("Comment")),
	}}
	n.Attr("ID")
	if v := a.word(n, "ValidityID", "Validity"); v != "" && v != "Valid" {
		d.f.note = joinNotes(d.f.note, v)
	}
	if s := text(n, "IssuingAuthority"); s != "" && s != d.f.country {
		d.f.note = joinNotes(d.f.note, "issued by "+s)
	}
	if loc, ok := a.places[n.Attr("IssuedIn-LocationID")]; ok {
		d.f.note = joinNotes(d.f.note, "issued in "+loc.text())
	}
	for _, date := range n.All("DocumentDate") {
		switch kind := a.word(date, "IDRegDocDateTypeID", "IDRegDocDateType"); kind {
		case "Issue Date":
			d.issued = a.period(date.Child("DatePeriod"))
		case "Expiration Date":
			d.expires = a.period(date.Child("DatePeriod"))
		default:
			a.t.Odd(publication.UnknownElement, "date of document "+kind, at)
		}
	}
	for _, r := range n.All("DocumentedNameReference") {
		r.Attr("DocumentedNameID")
	}
	identity := n.Attr("IdentityID")
	a.unused(n)
	a.docs[identity] = append(a.docs[identity], d)
	return a.hold(256 + len(identity) + len(d.f.value) + len(d.f.note))
}

// text gives the place on one line.
func (l location) text() string {
	var out []string
	for _, p := range l.parts {
		out = append(out, p.Value)
	}
	if l.country != "" {
		out = append(out, l.country)
	}
	return strings.Join(out, ", ")
}

func (e *entry) addLocation(l location) {
	ad := subject.Address{CountryText: l.country, Country: e.country(l.country)}
	for _, p := range l.parts {
		e.addressPart(&ad, p.Kind, p.Value)
	}
	if ad != (subject.Address{}) {
		e.s.Addresses = append(e.s.Addresses, ad)
	}
}

// party reads one <DistinctParty>.
func (a *advanced) party(n *xmlstream.Node) error {
	ref := n.Attr("FixedRef")
	e, err := a.begin(n, ref)
	if e == nil {
		return err
	}
	if r := n.Get("Comment"); r != "" {
		e.remarks(publication.Line(r), false)
		e.remarksText(r)
	}
	number, _ := number(ref)
	var profiles []string
	for _, p := range n.All("Profile") {
		profiles = append(profiles, p.Attr("ID"))
		sub := p.Attr("PartySubTypeID")
		kind := a.words["PartySubType"][sub]
		if kind == "" || kind == "Unknown" {
			kind = a.words["PartyType"][a.types[sub]]
		}
		e.schema(kind)
		for _, i := range p.All("Identity") {
			a.identity(e, i)
		}
		for _, f := range p.All("Feature") {
			a.feature(e, f)
		}
		for _, r := range p.All("SanctionsEntryReference") {
			r.Attr("SanctionsEntryID")
		}
	}
	s := said{e.l.Measures, e.l.Remarks, e.at}
	e.rec.Listings = nil // they stand in a section of their own
	if err := a.finish(e, n); err != nil || !a.taken.has(number) {
		return err
	}
	a.said[number] = s
	size := 64
	for _, text := range append(s.measures, s.remarks...) {
		size += len(text)
	}
	if err := a.hold(size); err != nil {
		return err
	}
	for _, id := range profiles {
		a.profiles[id] = number
	}
	return nil
}

func (a *advanced) identity(e *entry, n *xmlstream.Node) {
	n.Attr("FixedRef")
	n.Attr("Primary")
	groups := map[string]string{}
	for _, m := range n.Child("NamePartGroups").All("MasterNamePartGroup") {
		for _, g := range m.All("NamePartGroup") {
			groups[g.Attr("ID")] = a.word(g, "NamePartTypeID", "NamePartType")
		}
	}
	note := ""
	if n.Attr("False") == "true" {
		note = "false identity"
	}
	for _, al := range n.All("Alias") {
		a.alias(e, al, groups, note)
	}
	id := n.Attr("ID")
	for i := range a.docs[id] {
		d := &a.docs[id][i]
		before := len(e.s.Documents)
		e.documented(&d.f)
		if len(e.s.Documents) > before {
			doc := &e.s.Documents[before]
			doc.Issued, doc.Expires = d.issued, d.expires
		}
		a.t.Handled("document")
	}
	delete(a.docs, id)
}

func (a *advanced) alias(e *entry, n *xmlstream.Node, groups map[string]string, note string) {
	n.Attr("FixedRef")
	kind, primary := a.word(n, "AliasTypeID", "AliasType"), n.Attr("Primary") == "true"
	if kind == "Name" {
		kind = ""
	}
	weak := n.Attr("LowQuality") == "true"
	for i, dn := range n.All("DocumentedName") {
		for _, attr := range []string{"ID", "FixedRef", "DocNameStatusID"} {
			dn.Attr(attr)
		}
		name := a.documentedName(e, dn, groups)
		name.Weak, name.Note, name.Kind = weak, note, subject.Alias
		switch {
		case primary && i == 0:
			name.Kind = subject.Primary
		case primary:
			name.Kind = subject.Original
		}
		e.name(name, kind)
	}
}

// documentedName puts a name together from its parts: what comes first is the
// family name, as OFAC writes names.
func (a *advanced) documentedName(e *entry, n *xmlstream.Node, groups map[string]string) subject.Name {
	var name subject.Name
	var last, rest []string
	for _, part := range n.All("DocumentedNamePart") {
		for _, v := range part.All("NamePartValue") {
			kind := groups[v.Attr("NamePartGroupID")]
			name.Script = e.script(a.word(v, "ScriptID", "Script"))
			v.Attr("ScriptStatusID")
			v.Attr("Acronym")
			value := publication.Line(v.Text())
			if p, ok := e.part(kind, value); ok {
				name.Parts = append(name.Parts, p)
			}
			if kind == "Last Name" {
				last = append(last, value)
			} else {
				rest = append(rest, value)
			}
		}
	}
	name.Full = twoPart(strings.Join(last, " "), strings.Join(rest, " ")).Full
	if len(name.Parts) == 1 {
		name.Parts = nil
	}
	return name
}

func (a *advanced) feature(e *entry, n *xmlstream.Node) {
	n.Attr("ID")
	label := a.word(n, "FeatureTypeID", "FeatureType")
	if r := n.Child("IdentityReference"); r != nil {
		r.Attr("IdentityID")
		r.Attr("IdentityFeatureLinkTypeID")
	}
	for _, v := range n.All("FeatureVersion") {
		v.Attr("ID")
		f := &feature{label: label, note: publication.Line(v.Get("Comment")), date: a.period(v.Child("DatePeriod"))}
		if r := a.word(v, "ReliabilityID", "Reliability"); r != "" && r != "Confirmed" && r != "Unknown" {
			f.note = joinNotes(f.note, "reliability: "+r)
		}
		a.version(e, v, f)
	}
}

// version reads the value of a feature, which is text, a word or a place.
func (a *advanced) version(e *entry, v *xmlstream.Node, f *feature) {
	for _, d := range v.All("VersionDetail") {
		d.Attr("DetailTypeID")
		value := a.word(d, "DetailReferenceID", "DetailReference")
		if s := publication.Line(d.Text()); s != "" {
			value = s
		}
		f.value = joinNotes(f.value, value)
	}
	for _, l := range v.All("VersionLocation") {
		id := l.Attr("LocationID")
		place, ok := a.places[id]
		switch {
		case !ok:
			a.t.Odd(publication.Unresolved, "location "+id, a.at(l.Line))
		case f.label == "Location":
			e.addLocation(place)
		case f.value == "":
			f.value = place.text()
		}
	}
	if f.label == "Location" && f.value == "" {
		return
	}
	if !e.take(f) {
		e.unknown("feature", f)
	}
}

// profileRelationship passes a relation on. One that comes from nobody is loose.
func (a *advanced) profileRelationship(n *xmlstream.Node) error {
	const part = "relationship"
	a.t.Seen(part)
	at := a.at(n.Line)
	from, to := n.Attr("From-ProfileID"), n.Attr("To-ProfileID")
	role := a.word(n, "RelationTypeID", "RelationType")
	note := joinNotes(a.word(n, "RelationQualityID", "RelationQuality"), publication.Line(n.Get("Comment")))
	if n.Attr("Former") == "true" {
		note = joinNotes("former", note)
	}
	n.Attr("ID")
	n.Attr("SanctionsEntryID")
	a.unused(n)
	first, ok := a.profiles[from]
	if !ok {
		a.t.Loose(part, at, from)
		return nil
	}
	second, ok := a.profiles[to]
	if !ok {
		if second, ok = number(to); !ok {
			a.t.Loose(part, at, to)
			return nil
		}
	}
	r := relate(a.t, at, role, subjectID(a.in, first), subjectID(a.in, second))
	r.Note = note
	a.t.Handled(part)
	if err := a.to.add(second, "", at); err != nil {
		return err
	}
	return a.t.Emit(&subject.Record{Relations: []subject.Relation{r}})
}

// sanctionsEntry passes a listing on.
func (a *advanced) sanctionsEntry(n *xmlstream.Node) error {
	const part = "listing"
	a.t.Seen(part)
	at := a.at(n.Line)
	list := a.word(n, "ListID", "List")
	ref := n.Attr("ProfileID")
	number, ok := a.profiles[ref]
	if !ok {
		a.t.Loose(part, at, ref)
		return nil
	}
	e := newEntry(a.in, a.t, at, number)
	if !a.listed[number] {
		s := a.said[number]
		e.l.Measures, e.l.Remarks = s.measures, s.remarks
		delete(a.said, number)
	} else {
		e.l.ID += "/" + n.Attr("ID")
	}
	n.Attr("ID")
	a.listed[number] = true
	a.onList = a.onList || list == a.list
	if list != a.list {
		e.remarksText(list)
	}
	a.events(e, n)
	for _, m := range n.All("SanctionsMeasure") {
		m.Attr("ID")
		m.Child("DatePeriod")
		kind, comment := a.word(m, "SanctionsTypeID", "SanctionsType"), publication.Line(m.Get("Comment"))
		if kind == "Program" {
			e.programmes(comment)
		} else {
			e.l.Measures = append(e.l.Measures, joinNotes(kind, comment))
		}
	}
	a.unused(n)
	a.t.Handled(part)
	return a.t.Emit(&subject.Record{Listings: e.rec.Listings})
}

// events reads when the entry was made, and by which act. The first is when it
// was listed.
func (a *advanced) events(e *entry, n *xmlstream.Node) {
	for _, ev := range n.All("EntryEvent") {
		ev.Attr("ID")
		kind := a.word(ev, "EntryEventTypeID", "EntryEventType")
		if basis := a.word(ev, "LegalBasisID", "LegalBasis"); basis != "" && !slices.Contains(e.l.LegalBases, basis) {
			e.l.LegalBases = append(e.l.LegalBases, basis)
		}
		e.remarksText(ev.Get("Comment"))
		date := ev.Child("Date")
		date.Attr("CalendarTypeID")
		d := publication.Date(a.t, isoParts(date), a.at(ev.Line))
		switch {
		case d.Zero():
		case kind == "Created" || kind == "" || kind == "Unknown":
			if !e.l.Listed.Known || d.Known && d.Period.From < e.l.Listed.Period.From {
				e.l.Listed = d
			}
		default:
			d.Note = kind
			e.l.Amended = append(e.l.Amended, d)
		}
	}
}
