package ofac

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
)

// feature is one thing said of an entry, whichever form says it: "Passport
// A123 (Iran) issued 01 Jan 2000" in remarks, an <id> or a <feature> in XML.
type feature struct {
	label, value    string
	country         string // the name of the state that issued it
	issued, expires string
	note            string
	// date is the value where the form gives it as a date.
	date subject.Date
}

// role is what a feature becomes.
type role uint8

const (
	document  role = iota + 1 // to is the property of FollowTheMoney
	property                  // to is the property
	dated                     // a property whose value is a date
	stated                    // a property whose value is a state
	amount                    // a property whose value is a number with commas
	measure                   // a measure of the listing, in the words of the publication
	birth                     // a date of birth
	death                     // a date of death
	birthAt                   // a place of birth
	owner                     // somebody owns the subject
	operator                  // somebody operates it
	linked                    // the subject has to do with somebody
	wallet                    // a key of a digital currency, which stands in the label
	addressed                 // an address
)

type meaning struct {
	role role
	to   string
	note string
	// open labels go on in words of their own: "Listing Date (CMIC)".
	open bool
}

// meanings says what each label of OFAC's means. Keys are folded by fold.
var meanings = func() map[string]meaning {
	m := map[string]meaning{
		"dob": {role: birth}, "birthdate": {role: birth}, "date of birth": {role: birth},
		"deceased": {role: death}, "date of death": {role: death},
		"pob": {role: birthAt}, "place of birth": {role: birthAt},
		"nationality": {role: stated, to: "nationality"}, "nationality country": {role: stated, to: "nationality"},
		"citizen": {role: stated, to: "citizenship"}, "citizenship country": {role: stated, to: "citizenship"},
		"nationality of registration":      {role: stated, to: "jurisdiction"},
		"gender":                           {role: property, to: "gender"},
		"title":                            {role: property, to: "position"},
		"website":                          {role: property, to: "website"},
		"email address":                    {role: property, to: "email"},
		"phone number":                     {role: property, to: "phone"},
		"telephone":                        {role: property, to: "phone"},
		"fax":                              {role: property, to: "phone", note: "fax"},
		"organization type":                {role: property, to: "sector"},
		"target type":                      {role: property, to: "classification"},
		"organization established date":    {role: dated, to: "incorporationDate"},
		"issuer name":                      {role: property, to: "notes", note: "issuer name"},
		"equity ticker":                    {role: property, to: "ticker"},
		"isin":                             {role: document, to: "isinCode"},
		"location":                         {role: addressed},
		"linked to":                        {role: linked},
		"digital currency address":         {role: wallet, open: true},
		"secondary sanctions risk":         {role: measure},
		"additional sanctions information": {role: measure},
		"transactions prohibited for persons owned or controlled by u.s. financial institutions": {role: measure},
		"caatsa section 235 information":     {role: measure},
		"ifca determination":                 {role: measure},
		"peesa information":                  {role: measure},
		"executive order":                    {role: measure, open: true},
		"listing date":                       {role: measure, open: true},
		"effective date":                     {role: measure, open: true},
		"purchase/sales for divestment date": {role: measure, open: true},
		// vessels and aircraft
		"vessel registration identification":          {role: document, to: "imoNumber"},
		"vessel registration number":                  {role: document, to: "imoNumber"},
		"imo number":                                  {role: document, to: "imoNumber"},
		"mmsi":                                        {role: document, to: "mmsi"},
		"vessel call sign":                            {role: property, to: "callSign"},
		"other vessel call sign":                      {role: property, to: "callSign", note: "other"},
		"vessel type":                                 {role: property, to: "type"},
		"other vessel type":                           {role: property, to: "type", note: "other"},
		"vessel flag":                                 {role: stated, to: "flag"},
		"other vessel flag":                           {role: stated, to: "flag", note: "other"},
		"former vessel flag":                          {role: stated, to: "pastFlags"},
		"former vessel type":                          {role: property, to: "pastTypes"},
		"vessel owner":                                {role: owner},
		"vessel tonnage":                              {role: amount, to: "tonnage"},
		"vessel gross registered tonnage":             {role: amount, to: "grossRegisteredTonnage"},
		"vessel gross tonnage":                        {role: amount, to: "grossRegisteredTonnage"},
		"vessel year of build":                        {role: dated, to: "buildDate"},
		"aircraft manufacture date":                   {role: dated, to: "buildDate"},
		"aircraft model":                              {role: property, to: "model"},
		"aircraft type":                               {role: property, to: "type"},
		"aircraft operator":                           {role: operator},
		"aircraft tail number":                        {role: document, to: "registrationNumber"},
		"previous aircraft tail number":               {role: document, to: "registrationNumber", note: "previous"},
		"aircraft mode s transponder code":            {role: document, to: "icaoCode"},
		"aircraft serial identification":              {role: document, to: "serialNumber"},
		"serial no":                                   {role: document, to: "serialNumber"},
		"aircraft manufacturer's serial number (msn)": {role: document, to: "serialNumber"},
		"aircraft construction number (also called l/n or s/n or f/n)": {role: document, to: "serialNumber"},
	}
	for label, kind := range words["document"] {
		m[fold(label)] = meaning{role: document, to: kind}
	}
	return m
}()

// fold makes equal what differs only in case and in the mark at the end.
func fold(label string) string {
	return strings.TrimRight(strings.ToLower(strings.ReplaceAll(label, "’", "'")), " .:-#")
}

// meaningOf finds a label, whole.
func meaningOf(label string) (meaning, bool) {
	key := fold(label)
	if m, ok := meanings[key]; ok {
		return m, true
	}
	for i := strings.LastIndexByte(key, ' '); i > 0; i = strings.LastIndexByte(key[:i], ' ') {
		if m, ok := meanings[strings.TrimRight(key[:i], " -")]; ok && m.open {
			return m, true
		}
	}
	return meaning{}, false
}

// take adds a feature to the entry; false when nothing is known of its label.
func (e *entry) take(f *feature) bool {
	m, ok := meaningOf(f.label)
	if ok {
		e.as(m, f)
	}
	return ok
}

// as adds a feature of a known meaning.
func (e *entry) as(m meaning, f *feature) {
	if f.value == "" && f.date.Zero() && m.role != death {
		return
	}
	note := joinNotes(m.note, f.note)
	switch m.role {
	case document:
		e.document(m.to, f, note)
	case property:
		e.plain(m.to, f, note)
	case dated:
		d := e.dateOf(f)
		if d.Known {
			text := ""
			if d.Circa {
				text = f.value
			}
			e.property(m.to, d.Period.String(), text, note)
		} else {
			e.property(m.to, d.Text, "", note)
		}
	case stated:
		e.state(m.to, f.value, note)
	case amount:
		e.amount(m.to, f.value, note)
	case measure:
		e.l.Measures = append(e.l.Measures, joinNotes(publication.Line(f.label+" "+f.value), note))
	case birth:
		d := e.dateOf(f)
		d.Note = note
		e.s.Births = append(e.s.Births, d)
	case death:
		d := e.dateOf(f)
		d.Note = note
		if d.Zero() {
			d.Text = "deceased"
		}
		e.s.Deaths = append(e.s.Deaths, d)
	case birthAt:
		e.birthPlace(f.value, note)
	case owner:
		e.relate(subject.Relation{Kind: "Ownership", FromText: f.value, To: e.s.ID, Role: f.label, Note: note})
	case operator:
		e.relate(subject.Relation{Kind: "UnknownLink", FromText: f.value, To: e.s.ID, Role: f.label, Note: note})
	case linked:
		e.relate(subject.Relation{Kind: "UnknownLink", From: e.s.ID, ToText: f.value, Role: "Linked To", Note: note})
	case wallet:
		currency := strings.Trim(f.label[len("Digital Currency Address"):], " -")
		e.property("publicKey", f.value, "", joinNotes(currency, note))
	case addressed:
		e.s.Addresses = append(e.s.Addresses, subject.Address{Full: f.value, Note: note})
	}
}

func (e *entry) relate(r subject.Relation) { e.rec.Relations = append(e.rec.Relations, r) }

func (e *entry) plain(to string, f *feature, note string) {
	value, text := f.value, ""
	if to == "gender" {
		if low := strings.ToLower(value); low != value {
			value, text = low, ""
		}
	}
	e.property(to, value, text, note)
}

func (e *entry) state(to, value, note string) {
	if code := e.country(value); code != "" {
		e.property(to, code, value, note)
	} else {
		e.property(to, value, "", note)
	}
}

// amount keeps "318,000" as 318000.
func (e *entry) amount(to, value, note string) {
	if plain := strings.ReplaceAll(value, ",", ""); plain != value {
		e.property(to, plain, value, note)
	} else {
		e.property(to, value, "", note)
	}
}

var imo = pattern.New(`^IMO ?([0-9]{7})$`)

func (e *entry) document(kind string, f *feature, note string) {
	d := subject.Document{
		Kind: kind, Type: strings.TrimRight(f.label, " :-"), Number: f.value, Note: note,
		CountryText: f.country, Country: e.country(f.country),
	}
	if f.issued != "" {
		d.Issued = e.date(f.issued)
	}
	if f.expires != "" {
		d.Expires = e.date(f.expires)
	}
	e.imo(&d)
	e.s.Documents = append(e.s.Documents, d)
}

// imo sorts out numbers of the International Maritime Organization: companies
// have them too, under types of documents of all sorts, and some of the ships
// have another number in that place. The check digit is that of ships.
func (e *entry) imo(d *subject.Document) {
	if m := imo.FindStringSubmatch(d.Number); m != nil {
		d.Kind, d.Number = "imoNumber", m[1]
	} else if d.Kind == "imoNumber" {
		d.Kind = "registrationNumber"
		e.t.Odd(publication.BadNumber, d.Type+" "+d.Number, e.at)
		return
	}
	if d.Kind == "imoNumber" && e.s.Schema == subject.Vessel {
		if _, err := ident.ParseIMO(d.Number); err != nil {
			e.t.Odd(publication.BadNumber, "IMO "+d.Number, e.at)
		}
	}
}

// country gives the code of a state by OFAC's name for it.
func (e *entry) country(name string) string {
	switch name {
	case "", "undetermined", "None Identified": // OFAC's words for no state
		return ""
	}
	if code, ok := words["state"][name]; ok {
		return code
	}
	return e.in.State(e.t, name, e.at)
}

// birthPlace keeps the place whole; the state is what follows the last comma,
// if that is a state.
func (e *entry) birthPlace(value, note string) {
	p := subject.Place{Text: value, Note: note}
	last := value
	if i := strings.LastIndex(value, ", "); i >= 0 {
		last = value[i+2:]
		if j := strings.LastIndex(value[:i], ", "); last == "North" || last == "South" || strings.Contains(last, "Republic of") {
			last = value[j+1:]
			last = strings.TrimSpace(last)
		}
	}
	p.Country = e.quietly(last)
	e.s.BirthPlaces = append(e.s.BirthPlaces, p)
}

// quietly looks a state up where the words may well be no state. Short ones are
// the names of provinces and not the codes of states.
func (e *entry) quietly(name string) string {
	if len(name) <= 3 {
		return ""
	}
	if code, ok := words["state"][name]; ok {
		return code
	}
	return e.in.MaybeState(e.t, name)
}
