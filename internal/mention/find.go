package mention

import (
	"slices"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/sentence"
	"github.com/cordon-engine/cordon/internal/when"
)

// longest is the most words a name in the tables has.
const longest = 7

// states finds states. A capital counts only where it does what governments do: words of place before it make it a town.
func (f *finder) states() {
	for i := 0; i < len(f.words); i++ {
		s, n := f.stateAt(i)
		if n == 0 {
			continue
		}
		if s.form == ByCapital && !f.metonym(i, i+n) || f.partOfName(i, i+n) {
			i += n - 1
			continue
		}
		f.add(i, i+n, Mention{Kind: State, State: s.state, Form: s.form, Actor: f.acts(s.form, i, i+n), Rule: "state." + []string{"name", "adjective", "people", "capital"}[s.form]})
		i += n - 1
	}
}

func (f *finder) stateAt(i int) (stateName, int) {
	if i >= len(f.words) {
		return stateName{}, 0
	}
	w := f.words[i]
	if !w.upper && w.key != "the" && !strings.HasPrefix(w.key, "ni-") {
		return stateName{}, 0
	}
	for n := min(longest, len(f.words)-i); n > 0; n-- {
		k, ok := phrase(f.words, i, i+n)
		if !ok {
			continue
		}
		if s, ok := f.g.states[k]; ok && !(k == "the North" && f.capitalAfter(i+n)) {
			return s, n
		}
		if len(k) <= 3 || w.key == "the" || strings.HasPrefix(k, "The ") {
			continue
		}
		if s, ok := f.g.places.FindState(k); ok && s != place.Unspecified && s != place.HighSeas {
			return stateName{s, ByName}, n
		}
	}
	if before, after, ok := strings.Cut(w.key, "-"); ok { // "US-led", "Russian-made"
		if s, ok := f.g.states[before]; ok && after != "" && s.form != ByCapital && unicode.IsLower([]rune(after)[0]) {
			return s, 1
		}
	}
	return stateName{}, 0
}

func (f *finder) capitalAfter(i int) bool {
	return i < len(f.words) && (f.words[i].upper || f.words[i].key == "of")
}

// partOfName reports whether words that name a state are part of the name of something else: a person with a given name
// before, or a city such as New Mexico.
func (f *finder) partOfName(i, j int) bool {
	if i > 0 && strings.TrimSpace(f.words[i].gap) == "" {
		switch f.words[i-1].key {
		case "New", "Mr", "Mrs", "Ms", "Dr":
			return true
		}
	}
	return false
}

// places are words after which a name is a place.
var placeWords = set("in at from near to of outside around into through via towards toward between district city town visit visited " +
	"leave left reach reached for")

// acting are words after the name of a capital that make it a government, and verbs of saying in all forms.
var actingWords = set("has have had is was will would should must may might could says said say wants wanted denies denied claims claimed " +
	"insists insisted argues argued rejects rejected accuses accused urged urges warned warns agreed agrees pledged pledges promised " +
	"vowed called calls continues continued maintains maintained proposed proposes responded responds confirmed supports supported " +
	"opposes opposed seeks sought and to refused refuses did does announced announces stressed condemned remains hosts provides " +
	"provided failed fails accounts conducted launched tested wishes wished hopes hoped expects expected intends intended plans planned needs " +
	"needed considers considered keeps kept makes made takes took gives gave uses used shows showed knows knew believes believed thinks " +
	"thought imports imported exports exported buys bought sells sold sends sent ships shipped supplies supplied violates violated bans " +
	"banned expelled recalled closed ended ends suspended suspends signed signs joined joins voted votes ordered orders detained seized " +
	"cut cuts can cannot never also itself recently repeatedly")

// acts reports whether a state named by words i to j is the one that acts: a word for acting follows.
func (f *finder) acts(form Form, i, j int) bool {
	switch {
	case form == ByCapital || form == ByPeople:
		return true
	case form == ByAdjective || j >= len(f.words):
		return false
	}
	next := f.words[j]
	if strings.TrimSpace(next.gap) != "" {
		return false
	}
	return actingWords[next.key] && next.key != "and"
}

// metonym reports whether a capital stands for the government.
func (f *finder) metonym(i, j int) bool {
	if i > 0 && placeWords[strings.ToLower(f.words[i-1].key)] && strings.TrimSpace(f.words[i].gap) == "" {
		return false
	}
	if f.words[j-1].owner {
		return true
	}
	if j >= len(f.words) || strings.TrimSpace(f.words[j].gap) != "" {
		return false
	}
	switch next := f.words[j].key; next {
	case "and", "or": // the first of two governments
		_, n := f.stateAt(j + 1)
		return n > 0 && j+1+n < len(f.words) && f.doing(j+1+n)
	case "to": // "urges Hanoi to"
		return i > 0 && !f.words[i-1].upper && strings.TrimSpace(f.words[i].gap) == ""
	}
	return f.doing(j)
}

// doing reports whether word j is one by which governments act or speak.
func (f *finder) doing(j int) bool {
	return strings.TrimSpace(f.words[j].gap) == "" && (actingWords[f.words[j].key] || sayingWords[f.words[j].key])
}

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// persons finds persons: an office with or without a name, a name of the table, and from then on the last part of a name.
func (f *finder) persons() {
	known := map[string]Mention{}
	for i := 0; i < len(f.words); i++ {
		if m, j, ok := f.officeAt(i, known); ok {
			f.add(i, j, m)
			i = j - 1
			continue
		}
		if m, j, ok := f.personAt(i, known); ok {
			f.add(i, j, m)
			i = j - 1
			continue
		}
		if j := f.speakerAt(i); j > 0 {
			name := f.text[f.words[i].From:f.words[j-1].To]
			m := Mention{Kind: Person, Name: name, Rule: "person.speaks"}
			remember(known, name, m)
			f.add(i, j, m)
			i = j - 1
		}
	}
}

// speakerAt finds a name of two or three words in capitals that a word of saying stands right after or before; 0 for none.
func (f *finder) speakerAt(i int) int {
	name, j := f.capitals(i)
	if n := j - i; name == "" || n < 2 || n > 3 || f.named(i, j) {
		return 0
	}
	if _, n := f.organisationAt(i); n > 0 {
		return 0
	}
	if j < len(f.words) && strings.TrimSpace(f.words[j].gap) == "" && sayingWords[f.words[j].key] {
		return j
	}
	if i > 0 && strings.TrimSpace(f.words[i].gap) == "" && sayingWords[f.words[i-1].key] {
		return j
	}
	// "Ann Lee and Bo Kim said"
	if j+1 < len(f.words) && f.words[j].key == "and" && strings.TrimSpace(f.words[j].gap) == "" {
		if other, k := f.capitals(j + 1); other != "" && k-j-1 > 1 && k < len(f.words) && strings.TrimSpace(f.words[k].gap) == "" && sayingWords[f.words[k].key] {
			return j
		}
	}
	// "Ann Lee, the chairman of X,"
	if j+1 < len(f.words) && f.words[j].gap == ", " {
		if _, n := f.officeName(j); n > 0 {
			return j
		}
		if _, n := f.officeName(j + 1); n > 0 && articles[f.words[j].key] {
			return j
		}
	}
	return 0
}

var sayingWords = set("said says told tells added adds wrote writes claimed claims stated states insisted insists explained noted notes " +
	"warned warns argued argues denied denies replied responded continued announced accused alleged confirmed declared remarked " +
	"recalled stressed acknowledged admitted conceded testified called urged demanded proposed suggested vowed pledged promised " +
	"predicted concluded rejected dismissed described criticised criticized welcomed condemned complained observed reported")

// officeAt reads [state] office [of something] [name] at word i.
func (f *finder) officeAt(i int, known map[string]Mention) (Mention, int, bool) {
	j := i
	var st place.State
	if s, n := f.stateAt(i); n > 0 && s.form != ByCapital {
		st, j = s.state, i+n
	}
	office, n := f.officeName(j)
	if n == 0 || j > i && strings.TrimSpace(f.words[j].gap) != "" {
		return Mention{}, 0, false
	}
	j += n
	end0 := j
	if k := f.ofWhat(j); k > j {
		for i := j; i < k; i++ {
			if s, n := f.stateAt(i); n > 0 && i+n <= k {
				st = s.state
			}
		}
		j = k
	}
	name, end := "", j
	if j < len(f.words) && (strings.TrimSpace(f.words[j].gap) == "" || f.words[j].gap == ". " && len(office) < 4) && !strings.Contains(f.words[j].gap, "\n\n") {
		name, end = f.capitals(j)
	}
	if k := f.apposed(j); name == "" && k > 0 {
		name, end = f.capitals(j)
	}
	lower := !unicode.IsUpper([]rune(office)[0])
	if name == "" && (lower && st == 0 && j == end0 || office == "General" || office == "Mr" || office == "King" || office == "Prince" || office == "Director") {
		return Mention{}, 0, false
	}
	m := Mention{Kind: Person, State: st, Office: office, Name: name, Rule: "person.office"}
	if name != "" {
		j = end
		if h, ok := f.holder(phraseKey(name)); ok {
			m.Name = h.name
			if m.State == 0 {
				m.State = h.state
			}
			if len(office) < 4 {
				m.Office = h.office
			}
		}
		remember(known, name, m)
	}
	return m, j, true
}

// apposed gives the end of a name of two words or more in capitals that stands between commas after an office; 0 for none.
func (f *finder) apposed(j int) int {
	if j >= len(f.words) || f.words[j].gap != ", " {
		return 0
	}
	_, end := f.capitals(j)
	if end-j < 2 || end >= len(f.words) || !strings.HasPrefix(f.words[end].gap, ",") {
		return 0
	}
	return end
}

// officeName gives the longest office that begins at word i, and its words.
func (f *finder) officeName(i int) (string, int) {
	for n := 5; n > 0; n-- {
		if i+n > len(f.words) {
			continue
		}
		if k, ok := phrase(f.words, i, i+n); ok && f.g.offices[k] {
			return k, n
		}
	}
	return "", 0
}

// ofWhat steps over "of" or "for" and a name in capitals after an office; j where there is none.
func (f *finder) ofWhat(j int) int {
	k := j
	if k+1 >= len(f.words) || f.words[k].key != "of" && f.words[k].key != "for" || strings.TrimSpace(f.words[k].gap) != "" {
		return j
	}
	k++
	if f.words[k].key == "the" && k+1 < len(f.words) {
		k++
	}
	if _, n := f.organisationAt(k); n > 0 {
		return k + n
	}
	if e := f.run(min(k, len(f.words)-1)); k < len(f.words) && e > k+1 && f.named(k, e) {
		return e // "for X Insurance Ltd"
	}
	if _, n := f.stateAt(k); n > 0 {
		k += n
		if e := f.run(min(k, len(f.words)-1)); k < len(f.words) && e > k && f.named(k, e) && strings.TrimSpace(f.words[k].gap) == "" {
			return e // "of the Peruvian Navy"
		}
		return k
	}
	// "Minister for Foreign Affairs of Peru"
	for n := 0; n < 5 && k < len(f.words) && strings.TrimSpace(f.words[k].gap) == "" && (f.words[k].upper || joining[f.words[k].key]); n++ {
		if _, n := f.stateAt(k); n > 0 && f.words[k-1].key != "and" {
			return k + n
		}
		k++
	}
	return j
}

// capitals gives the run of up to four words in capitals at word i that is no name of a state or organisation.
func (f *finder) capitals(i int) (string, int) {
	j := i
	for j < len(f.words) && j-i < 4 {
		w := f.words[j]
		inner := j > i && (w.key == "al" || w.key == "bin" || w.key == "van" || w.key == "de" || strings.HasPrefix(w.key, "al-"))
		if !w.upper && !inner || j > i && (strings.TrimSpace(w.gap) != "" && (w.gap != ". " || len(f.words[j-1].key) > 2) || strings.Contains(w.gap, "\n")) {
			break
		}
		if j == i && stopWords[strings.ToLower(w.key)] || j > i && f.words[j-1].owner {
			break
		}
		j++
	}
	if j == i {
		return "", i
	}
	if _, n := f.stateAt(i); n > 0 {
		return "", i
	}
	k, ok := phrase(f.words, i, j)
	if _, org := f.g.orgs[k]; !ok || org || f.g.heads[f.words[j-1].key] {
		return "", i
	}
	return f.text[f.words[i].From:f.words[j-1].To], j
}

// personAt finds a name of the table, or part of a name that the text gave before.
func (f *finder) personAt(i int, known map[string]Mention) (Mention, int, bool) {
	if !f.words[i].upper {
		return Mention{}, 0, false
	}
	for n := min(4, len(f.words)-i); n > 0; n-- {
		k, ok := phrase(f.words, i, i+n)
		if !ok {
			continue
		}
		if m, ok := known[k]; ok {
			m.Rule = "person.again"
			return m, i + n, true
		}
		if h, ok := f.holder(k); ok && !(h.part && f.inLongerName(i, i+n)) {
			m := Mention{Kind: Person, State: h.state, Name: h.name, Office: h.office, Rule: "person.table"}
			remember(known, h.name, m)
			return m, i + n, true
		}
	}
	return Mention{}, 0, false
}

// inLongerName reports whether a word that may be a surname has other capitals beside it.
func (f *finder) inLongerName(i, j int) bool {
	beside := func(k int, gap string) bool {
		return strings.TrimSpace(gap) == "" && !strings.Contains(gap, "\n") && f.words[k].upper && !stopWords[strings.ToLower(f.words[k].key)]
	}
	if i > 0 && beside(i-1, f.words[i].gap) && !f.words[i-1].owner {
		return true
	}
	return j < len(f.words) && !f.words[j-1].owner && beside(j, f.words[j].gap)
}

// holder gives the one person of the table with the name, on the day of the document.
func (f *finder) holder(k string) (holder, bool) {
	var found []holder
	for _, h := range f.g.persons[k] {
		if f.day == when.NoDay || h.in.Contains(f.day) || !h.part {
			found = append(found, h)
		}
	}
	if len(found) != 1 {
		return holder{}, false
	}
	h := found[0]
	if f.day != when.NoDay && !h.in.Contains(f.day) {
		h.office = ""
	}
	return h, true
}

// remember keeps a name, and its last part, for what follows.
func remember(known map[string]Mention, name string, m Mention) {
	k := phraseKey(name)
	known[k] = m
	if at := strings.LastIndexByte(k, ' '); at > 0 && len(k)-at > 3 {
		known[k[at+1:]] = m
	}
}

var stopWords = set("the a an this that these those it he she they we i you in on at by for from with and but or as of to after before our " +
	"their his her its if when while although however both all any some no not there here what which who whom per under over into against " +
	"since until more most other such our one two three on today yesterday also")

// organisations finds names of the table, and runs of capitals with a word that ends or begins names.
func (f *finder) organisations() {
	short := map[string]string{} // the whole name by its first word
	for i := 0; i < len(f.words); i++ {
		if o, n := f.organisationAt(i); n > 0 {
			f.add(i, i+n, Mention{Kind: Organisation, Name: o.name, State: o.state, Body: o.kind, Rule: "organisation.table"})
			i += n - 1
			continue
		}
		if j := f.legal(i, f.run(i)); j > i+1 && f.named(i, j) {
			name := f.text[f.words[i].From:f.words[j-1].To]
			f.add(i, j, Mention{Kind: Organisation, Name: name, Rule: "organisation.name"})
			if k := f.words[i].key; len(k) > 3 && !f.g.heads[k] {
				short[k] = name
			}
			i = j - 1
			continue
		}
		if name, ok := short[f.words[i].key]; ok && (f.words[i].owner || i+1 < len(f.words) && f.doing(i+1)) {
			f.add(i, i+1, Mention{Kind: Organisation, Name: name, Rule: "organisation.short"})
		}
	}
}

func (f *finder) organisationAt(i int) (organisation, int) {
	for n := min(longest, len(f.words)-i); n > 0; n-- {
		if k, ok := phrase(f.words, i, i+n); ok {
			if rest, ok := strings.CutPrefix(k, "The "); ok {
				k = "the " + rest
			}
			if o, ok := f.g.orgs[k]; ok {
				return o, n
			}
		}
	}
	return organisation{}, 0
}

// run gives the end of the run of capitals at word i, with small words between them.
func (f *finder) run(i int) int {
	if !f.words[i].upper || f.small(i) || strings.HasSuffix(f.words[i].key, "-based") {
		return i
	}
	j := i + 1
	for k := i + 1; k < len(f.words) && k-i < 9; k++ {
		w := f.words[k]
		if strings.Contains(w.gap, "\n") || strings.TrimSpace(w.gap) != "" && strings.TrimSpace(w.gap) != "&" {
			break
		}
		if w.upper && !f.small(k) {
			j = k + 1
			continue
		}
		if w.key == "and" && f.stateBefore(k) || !joining[w.key] {
			break
		}
	}
	return j
}

// legal cuts a run of capitals behind the legal form of a firm: what follows says where it is.
func (f *finder) legal(i, j int) int {
	for k := i + 1; k < j; k++ {
		if legalForms[f.words[k].key] && k+1 < j && joining[f.words[k+1].key] {
			return k + 1
		}
	}
	return j
}

var legalForms = set("Ltd Limited Inc LLC Corp Corporation GmbH AG AB SA SARL FZE FZCO FZC DMCC PLC plc Plc Pty BV NV Oy AS ASA ApS Bhd KK SpA SRL " +
	"JSC PJSC OJSC OOO Lda SAS KG LLP LP Co")

// small reports whether word i is no part of a name by itself: "The", but not the legal form "AS".
func (f *finder) small(i int) bool {
	k := f.words[i].key
	return stopWords[strings.ToLower(k)] && (len(k) < 2 || k != strings.ToUpper(k) || !f.g.heads[k])
}

var joining = set("of for the and")

// stateBefore reports whether the word before k names a state: the name of an organisation ends there.
func (f *finder) stateBefore(k int) bool {
	_, n := f.stateAt(k - 1)
	return n > 0
}

func (f *finder) named(i, j int) bool {
	for k := i; k < j; k++ {
		if f.g.heads[f.words[k].key] {
			return true
		}
	}
	return false
}

var pronouns = set("we us our they them their")

// groups finds people without a name: words such as "government" with what stands before and after them, and pronouns.
func (f *finder) groups() {
	for i, w := range f.words {
		low := strings.ToLower(w.key)
		if pronouns[low] && w.key != "US" {
			f.add(i, i+1, Mention{Kind: Group, Pronoun: true, Rule: "group.pronoun"})
			continue
		}
		if !f.g.groups[low] && !f.peopleOf(i) || f.covered(w.Span) {
			continue
		}
		from, to := f.before(i), f.after(i+1)
		f.add(from, to, Mention{Kind: Group, Rule: "group.noun"})
		g := &f.out[len(f.out)-1]
		if g.State = f.within(g.Span); g.State == 0 {
			g.State = f.personIn(g.Span)
		}
		if s, n := f.stateAt(max(to-1, 0)); g.State == 0 && n == 1 && to > i+2 && s.form == ByCapital {
			g.State = s.state
		}
	}
}

// peopleOf reports whether word i names people by what they do, right after the adjective of a state: "Cuban welders".
func (f *finder) peopleOf(i int) bool {
	w := f.words[i]
	if w.upper || i == 0 || strings.TrimSpace(w.gap) != "" || len(w.key) < 6 {
		return false
	}
	k := strings.TrimSuffix(w.key, "s")
	if k == w.key || !strings.HasSuffix(k, "er") && !strings.HasSuffix(k, "or") && !strings.HasSuffix(k, "ist") && !strings.HasSuffix(k, "ian") &&
		!strings.HasSuffix(k, "ee") && !strings.HasSuffix(k, "ant") {
		return false
	}
	at := f.near(State, max(0, w.From-longestName), w.From)
	return len(at) > 0 && at[len(at)-1].To+1 == w.From && at[len(at)-1].Form == ByAdjective && !things[w.key]
}

// things are words that end as the names of trades do and are none.
var things = set("waters papers letters numbers tankers containers carriers computers orders powers matters borders quarters freighters trawlers " +
	"steamers launchers fighters bombers cruisers destroyers missiles motors reactors sectors tractors generators factors errors doors " +
	"customers restaurants plants grants servers routers transformers")

var governing = set("government regime authorities ministry officials leadership embassy administration")

// personIn gives the state of a person named in a span, as in "the Smith government".
func (f *finder) personIn(s sentence.Span) place.State {
	for _, m := range f.near(Person, s.From, s.To) {
		if s.Contains(m.Span) {
			return m.State
		}
	}
	return 0
}

func (f *finder) covered(s sentence.Span) bool {
	holds := func(m Mention) bool { return m.Contains(s) && (m.Kind != State || m.Form == ByName) }
	return slices.ContainsFunc(f.near(Person, s.From-longestName, s.To), holds) || slices.ContainsFunc(f.near(Organisation, s.From-longestName, s.To), holds) ||
		slices.ContainsFunc(f.near(State, s.From-longestName, s.To), holds)
}

// before steps back over words that may stand before the noun: those in capitals, adjectives by their ending, and one
// article or pronoun.
func (f *finder) before(i int) int {
	for n := 0; n < 4 && i > 0; n++ {
		w := f.words[i-1]
		if strings.TrimSpace(f.words[i].gap) != "" || strings.Contains(f.words[i].gap, "\n") {
			break
		}
		switch low := strings.ToLower(w.key); {
		case articles[low]:
			return i - 1
		case w.upper && !stopWords[low], adjective(low), w.owner, strings.HasPrefix(w.key, "ni-"):
			i--
		default:
			return i
		}
	}
	return i
}

var articles = set("the a an this that these those its his her their our your both all any some no other two three several many")

var adjectives = set("foreign armed joint moderate innocent brave aid civil new local global other own small key senior terrorist rebel " +
	"smuggling intelligence state trading security human coalition camp opposition foreign-owned federal regional interior labour labor " +
	"trade finance defence defense health transport energy justice construction shipping insurance steel textile fishing mining oil news press " +
	"company government ministry industry police army spy nuclear atomic weather shipbuilding coast embassy border customs monitoring rights aid advocacy central national local private")

func adjective(w string) bool {
	if adjectives[w] {
		return true
	}
	for _, e := range []string{"al", "ic", "ive", "ous", "ary", "ese", "ist", "ian"} {
		if strings.HasSuffix(w, e) && len(w) > len(e)+2 {
			return true
		}
	}
	return false
}

// after steps over "of the" and a name in capitals behind a noun.
func (f *finder) after(j int) int {
	if j+1 >= len(f.words) || f.words[j].key != "of" && f.words[j].key != "in" || strings.TrimSpace(f.words[j].gap) != "" {
		return j
	}
	k := j + 1
	if f.words[j].key == "in" {
		if s, n := f.stateAt(k); n > 0 && s.form == ByCapital && governing[strings.ToLower(f.words[j-1].key)] {
			return k + n // "the government in Lima"
		}
		return j
	}
	if f.words[k].key == "the" && k+1 < len(f.words) {
		k++
	}
	if !f.words[k].upper {
		return j
	}
	if _, n := f.stateAt(k); n > 0 {
		return k + n
	}
	return k + 1
}

// link gives organisations without a state of their own the state named in or right before them.
func (f *finder) link() {
	for i := range f.out {
		m := &f.out[i]
		if m.State == 0 && (m.Kind == Organisation && m.Rule == "organisation.name" || m.Kind == Person) {
			m.State = f.within(m.Span)
			if m.State == 0 {
				m.State = f.rightBefore(m.From)
			}
			if m.State == 0 && m.Kind == Organisation {
				m.State = f.rightAfter(m.To)
			}
		}
	}
}

// rightAfter gives the state in which a firm is said to be: "X Ltd of Peru".
func (f *finder) rightAfter(at int) place.State {
	for _, m := range f.near(State, at, at+10) {
		if gap := f.text[at:m.From]; (gap == " of " || gap == " in " || gap == " of the ") && m.Form == ByName {
			return m.State
		}
	}
	return 0
}

// rightBefore gives the state whose adjective or possessive stands right before an offset.
func (f *finder) rightBefore(at int) place.State {
	for _, m := range f.near(State, at-longestName, at) {
		if m.To >= at {
			continue
		}
		gap := f.text[m.To:at]
		if gap == " " && m.Form == ByAdjective || gap == "'s " || gap == "’s " || gap == " " && m.Form == ByName && m.State != 0 && len(f.text[m.From:m.To]) <= 5 {
			return m.State
		}
	}
	return 0
}
