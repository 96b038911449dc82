package match

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/romanise"
	"github.com/cordon-engine/cordon/internal/text"
)

// role is the part that a word plays in a name.
type role uint8

const (
	roleWord role = iota
	roleGeneric
	rolePlace
	roleNumber
	// Roles from here on are no core of a name: they are never counted as
	// missing.
	roleInitial
	roleParticle
	roleTitle
	roleLegal
)

// token is one word of a name, ready for comparison.
type token struct {
	text   string // as written, small letters
	hash   uint64 // of the folded word
	class  uint16
	family uint16 // of a legal form
	role   role
	first  byte // letter of the first reading
	number int32
	bits   float32 // rarity
	length float32 // letters of the first reading
	forms  []form
}

func (t *token) core() bool { return t.role < roleInitial }

// syllable is one syllable of a name read as Korean or Chinese.
type syllable struct {
	korean  romanise.Syllable
	chinese romanise.MandarinSet
	bits    float32
}

// view is a name read as syllables of one language.
type view struct{ list []syllable }

// name is a name made ready. What most comparisons read comes first.
type name struct {
	key      uint64 // orders the two sides of a comparison
	pairs    uint64 // the pairs of consonants in its words; see mayAgree
	tokens   []token
	list     []head // of the words, then of the joins; see heads
	core     int    // how many tokens are core
	kind     NameKind
	han      bool // all words are Han characters
	hangul   bool
	numbered bool   // a word is a number
	person   bool   // read as the name of a person
	town     bool   // its only word is a place
	korean   []view // at most two ways to cut
	chinese  []view
	acronym  []uint64
	joins    []form // of tokens i and i+1
	text     string
	whole    form
}

// Prepared is a subject made ready for scoring. It does not change, and may be
// shared by many at once.
type Prepared struct {
	kind      kind
	schema    schema
	names     []name
	facts     facts
	truncated []string
}

// Truncated says what was left out because of the limits, for people; nil when
// nothing was.
func (p *Prepared) Truncated() []string { return p.truncated }

// Unread gives the names of which no word can be read in Latin letters, since there is no table for their script: only names in
// the same letters are like them. all says that there is no other name.
func (p *Prepared) Unread() (names []string, all bool) {
	for i := range p.names {
		n := &p.names[i]
		if n.ready() && !slices.ContainsFunc(n.tokens, func(t token) bool { return t.first != 0 }) {
			names = append(names, n.text)
		}
	}
	return names, len(names) > 0 && len(names) == len(p.names)
}

// Names gives the number of names that could be read.
func (p *Prepared) Names() int { return len(p.names) }

// Words gives the number of words of the longest name.
func (p *Prepared) Words() (most int) {
	for i := range p.names {
		most = max(most, len(p.names[i].tokens))
	}
	return most
}

// schema is how a subject's type takes part.
type schema uint8

const (
	anyThing schema = iota
	anyParty        // a person or an organisation
	aPerson
	anOrganisation
	aVessel
	anAircraft
	anAddress
)

var schemas = map[string]schema{
	"": anyThing, "Thing": anyThing, "LegalEntity": anyParty, "Person": aPerson, "Company": anOrganisation, "Organization": anOrganisation,
	"PublicBody": anOrganisation, "Vessel": aVessel, "Airplane": anAircraft, "Vehicle": anyThing, "Address": anAddress, "Asset": anyThing,
}

// Schemas gives the words that Input.Schema may be, sorted.
func Schemas() []string {
	var list []string
	for s := range schemas {
		if s != "" {
			list = append(list, s)
		}
	}
	slices.Sort(list)
	return list
}

// Prepare reads a subject. The error is fault.Invalid for an unknown schema,
// kind of identifier, country, gender or kind of name. A name without a letter
// or digit is left out and said so in Truncated; so is what is beyond the
// limits. The work is bounded whatever the input.
func Prepare(p *Params, in Input) (*Prepared, error) { return NewReader(p).Prepare(in) }

// Prepare is [Prepare].
func (p *Reader) Prepare(in Input) (*Prepared, error) { return p.prepare(in, nil, nil) }

// PrepareNames is Prepare for scoring with these names alone, by number (see
// [Scorer.ScoreNames]), and with those that were made ready before; of others it works
// out little more than that they are there. It says nothing of what was cut. known is
// what it made of the same input before, or nil.
func (p *Reader) PrepareNames(in Input, names []uint32, known *Prepared) (*Prepared, error) {
	if known == nil {
		known = &Prepared{}
	}
	out, err := p.prepare(in, names, known)
	if err != nil {
		return nil, err
	}
	out.truncated = nil
	return out, nil
}

// Has says whether these names are ready for scoring; one that is not there is.
func (p *Prepared) Has(names []uint32) bool {
	for _, n := range names {
		if int(n) < len(p.names) && !p.names[n].ready() {
			return false
		}
	}
	return true
}

// ready says whether a name was worked out: one that was has a word.
func (n *name) ready() bool { return len(n.tokens) > 0 }

// readable says whether a name is sure to have a word and to be one name.
func readable(s string) bool {
	letter := false
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
		letter = letter || 'a' <= s[i]|0x20 && s[i]|0x20 <= 'z'
	}
	return letter && len(s) <= MaxNameBytes && alternatives(strings.TrimSpace(s)) == nil && !strings.Contains(s, "(")
}

// prepare reads a subject: whole where known is nil, else with the names that are wanted
// and those that are known.
func (p *Reader) prepare(in Input, wanted []uint32, known *Prepared) (*Prepared, error) {
	s, ok := schemas[in.Schema]
	if !ok {
		return nil, fault.New(fault.Invalid, "%q is not a schema that can be matched", in.Schema).
			WithFix("use one of %s", strings.Join(Schemas(), ", "))
	}
	out := &Prepared{schema: s, kind: orgKind}
	switch s {
	case aPerson:
		out.kind = personKind
	case aVessel, anAircraft:
		out.kind = vesselKind
	}
	names := in.Names
	if len(names) > MaxNames {
		out.truncated = append(out.truncated, "only the first 256 names were used")
		names = names[:MaxNames]
	}
	for _, n := range names {
		if n.Kind > Original {
			return nil, fault.New(fault.Invalid, "there is no kind of name %d", n.Kind)
		}
		if at := len(out.names); known != nil && readable(n.Text) {
			if at < len(known.names) && known.names[at].ready() {
				out.names = append(out.names, known.names[at])
				continue
			}
			if !slices.Contains(wanted, uint32(at)) {
				out.names = append(out.names, name{})
				continue
			}
		}
		got, cut := p.prepareName(n, out.kind)
		if s != anOrganisation && !got.corporate() {
			got.acronym = nil
		}
		if cut {
			out.truncated = append(out.truncated, "a name was cut: "+shorten(n.Text))
		}
		if len(got.tokens) == 0 {
			out.truncated = append(out.truncated, "a name without a letter was left out: "+shorten(n.Text))
			continue
		}
		out.names = append(out.names, got)
		for _, part := range p.parts(Name{got.text, n.Kind}, out.kind) {
			x, _ := p.prepareName(part, out.kind)
			if s != anOrganisation && !x.corporate() {
				x.acronym = nil
			}
			if len(x.tokens) > 0 && len(out.names) < MaxNames {
				out.names = append(out.names, x)
			}
		}
	}
	if err := out.prepareFacts(in); err != nil {
		return nil, err
	}
	return out, nil
}

// separators stand between two names that are written as one.
var separators = []string{"/", " a.k.a. ", " aka ", " f.k.a. ", " also known as ", " formerly known as ", " A.K.A. ", " AKA "}

// alternatives gives the names that are written as one with a stroke or an
// "also known as" between them; nil when there is just one.
func alternatives(s string) []string {
	if !slices.ContainsFunc(separators, func(sep string) bool { return strings.Contains(s, sep) }) {
		return nil
	}
	parts := []string{s}
	for _, sep := range separators {
		var next []string
		for _, x := range parts {
			next = append(next, strings.Split(x, sep)...)
		}
		parts = next
	}
	if len(parts) == 1 || len(parts) > 4 {
		return nil
	}
	for _, x := range parts {
		if len(strings.TrimSpace(x)) < 6 {
			return nil
		}
	}
	return parts
}

// parts gives the names that stand in one: those that [alternatives] finds, and of an organisation with its abbreviation in
// brackets behind it the name and, as a weak one, the abbreviation.
func (p *Params) parts(n Name, k kind) (list []Name) {
	for _, s := range alternatives(n.Text) {
		list = append(list, Name{s, n.Kind})
	}
	if k == orgKind && list == nil {
		if full, short, ok := p.abbreviated(n.Text); ok {
			list = append(list, Name{full, n.Kind}, Name{short, Weak})
		}
	}
	return list
}

// abbreviated cuts an abbreviation off the end of a name: one word in brackets, in capitals, whose letters stand in the name in
// this order, the first of them at the beginning of a word. A place or a legal form in brackets is none.
func (p *Params) abbreviated(s string) (full, short string, ok bool) {
	s, closed := strings.CutSuffix(s, ")")
	at := strings.LastIndexByte(s, '(')
	if !closed || at < 0 {
		return "", "", false
	}
	full, short = strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+1:])
	letters := text.Fold(short)
	if len(letters) < 2 || len(letters) > 12 || short != strings.ToUpper(short) || strings.ContainsAny(short, " .,/()") {
		return "", "", false
	}
	letters = strings.ReplaceAll(letters, " ", "") // of a hyphen
	if p.lex.place[letters] != 0 || p.lex.generic[letters] != 0 || p.lex.legal[letters] != (legalForm{}) || p.lex.town[letters] {
		return "", "", false
	}
	folded := " " + text.Fold(full)
	for i := range folded {
		if folded[i] == ' ' && inOrder(folded[i+1:], letters) {
			return full, short, true
		}
	}
	return "", "", false
}

// inOrder says whether s begins with the first of the letters and has the others in this order.
func inOrder(s, letters string) bool {
	if s == "" || s[0] != letters[0] {
		return false
	}
	for i := 0; i < len(s) && letters != ""; i++ {
		if s[i] == letters[0] {
			letters = letters[1:]
		}
	}
	return letters == ""
}

func shorten(s string) string {
	s, cut := cutText(s, 40)
	s = strings.ToValidUTF8(s, "\uFFFD")
	if cut {
		s += "…"
	}
	return s
}

func (p *Reader) prepareName(n Name, k kind) (name, bool) {
	words, cut := p.split(n.Text)
	short, _ := cutText(n.Text, MaxNameBytes)
	out := name{kind: n.Kind, text: strings.TrimSpace(strings.ToValidUTF8(short, "\uFFFD"))}
	if out.person = k == personKind; out.person {
		out.tokens = p.personTokens(words)
	} else {
		out.tokens = p.orgTokens(words, k)
	}
	if len(out.tokens) > maxWords {
		out.tokens, cut = out.tokens[:maxWords], true
	}
	p.promote(out.tokens, k)
	out.town = p.onlyTown(out.tokens)
	p.finishName(&out, words, k)
	return out, cut
}

// onlyTown says whether the only word of a name is a place.
func (p *Params) onlyTown(list []token) bool {
	at := -1
	for i := range list {
		if !list[i].core() {
			continue
		}
		if at >= 0 {
			return false
		}
		at = i
	}
	if at < 0 {
		return false
	}
	f := text.Fold(list[at].text)
	return p.lex.town[f] || p.lex.place[f] != 0
}

// promote makes the words of a name that has no core its core.
func (p *Reader) promote(list []token, k kind) {
	for i := range list {
		if list[i].core() {
			return
		}
	}
	for i := range list {
		if t := &list[i]; t.role != roleInitial {
			t.role = roleWord
			if len(t.forms) == 0 { // a legal form of several words is not read while there is something else
				first, _ := utf8.DecodeRuneInString(t.text)
				t.forms = p.newToken(word{text: strings.ReplaceAll(t.text, " ", ""), script: romanise.ScriptOf(first)}, k).forms
			}
			t.length = float32(len(t.forms[0].letters))
		}
	}
}

func (p *Reader) newToken(w word, k kind) token {
	r := p.of(w)
	t := token{text: w.text, hash: r.hash, forms: r.forms, class: r.class, length: float32(len(r.forms[0].letters)), bits: r.bits[bearersOf(k)]}
	if len(r.latin) > 0 && len(r.forms[0].letters) > 0 {
		t.first = r.forms[0].letters[0]
	}
	return t
}

// weigh works out what a word tells that does not depend on the name it stands in.
func (p *Reader) weigh(r *reading) {
	latin := string(r.forms[0].letters)
	most := float32(math.Inf(1))
	if len(r.latin) > 0 {
		r.class = p.lex.nick[r.fold]
		if r.class == 0 {
			r.class = p.lex.nick[latin]
		}
		if last := r.latin[len(r.latin)-1]; last.Unvowelled || last.Syllabic { // the sounds are blurred, so the same letters tell less
			most = looseBits*float32(len(r.forms[0].skel)) + 1
		}
	} else { // a script without a table is compared by its own letters
		latin = r.fold[:min(len(r.fold), 8)]
	}
	for _, k := range []kind{personKind, orgKind} {
		r.bits[bearersOf(k)] = min(most, p.rarity(latin, k))
	}
	if b := float32(p.lex.classBits[r.class]); r.class != 0 && b > 0 {
		bits := &r.bits[bearersOf(personKind)]
		*bits = min(*bits, b)
	}
	r.title, r.particle = p.lex.title[r.fold], p.lex.particle[r.fold]
}

// bearersOf says whom the rarity of a word is taken among: persons, or all else.
func bearersOf(k kind) int {
	if k == personKind {
		return 0
	}
	return 1
}

// servantBits is what Abd and Abu tell at most. They are halves of names, which
// one in six men bears where they are in use, whatever the other half.
const servantBits = 2.5

// looseBits is what one consonant of a blurred word tells at most.
const looseBits = 1.8

// foreignForm makes the form of a word in a script that has no table: each
// letter stands for one of the sounds of digits, so that only its own script
// is near it, and distances are plain edits.
func (p *Reader) foreignForm(f string) form {
	var x form
	for _, r := range f {
		if len(x.letters) >= maxSounds-2 {
			break
		}
		x.letters = append(x.letters, byte(r), byte(r>>8)|foreignLetter)
	}
	x.hash = hashString(string(x.letters))
	x.sounds, x.drop = appendForeign(nil, nil, x.letters)
	for _, s := range x.sounds {
		x.have |= 1 << s
		x.near |= 1 << s
	}
	return x
}

// foreignLetter is set in every second byte of the letters of a foreign form.
const foreignLetter = 0x80

// appendForeign appends the sounds of the letters of a foreign form, and what it costs to drop them.
func appendForeign(sounds []sound, drop []uint8, letters []byte) ([]sound, []uint8) {
	for _, c := range letters {
		sounds, drop = append(sounds, sDigit+c%10), append(drop, unit/2)
	}
	return sounds, drop
}

// personTokens gives the words of a person's name their roles.
func (p *Reader) personTokens(words []word) []token {
	mixed := slices.ContainsFunc(words, func(w word) bool { return !w.capital })
	var out []token
	put := func(w word, r role) {
		t := p.newToken(w, personKind)
		t.role = r
		if c := p.lex.classes[t.class]; t.class != 0 && (c == "nick abd" || c == "nick abu") {
			t.bits = min(t.bits, servantBits)
		}
		out = append(out, t)
	}
	for _, w := range words {
		r := p.of(w)
		f := r.fold
		if f == "" {
			continue
		}
		n := utf8.RuneCountInString(f)
		switch {
		case !cjk(w.script) && n == 1:
			put(w, roleInitial)
		case mixed && w.capital && n == 2 && w.script == romanise.Latin && len(words) > 1 && !hasVowel(f):
			put(word{text: f[:1], script: w.script}, roleInitial)
			put(word{text: f[1:], script: w.script}, roleInitial)
		case r.title:
			put(w, roleTitle)
		case r.particle != 0:
			put(w, roleParticle)
			out[len(out)-1].class = r.particle
		case w.script == romanise.Arabic && n >= 5 && strings.HasPrefix(f, "عبدال") && f != "عبدالله":
			put(word{text: "عبد", script: w.script}, roleWord)
			put(word{text: "ال", script: w.script}, roleParticle)
			put(word{text: strings.TrimPrefix(f, "عبدال"), script: w.script}, roleWord)
		case w.script == romanise.Arabic && n >= 5 && strings.HasPrefix(f, "ال"):
			put(word{text: "ال", script: w.script}, roleParticle)
			put(word{text: strings.TrimPrefix(f, "ال"), script: w.script}, roleWord)
		default:
			if rest, ok := servantOf(f); ok && w.script == romanise.Latin && p.lex.nick[f] == 0 {
				put(word{text: "abdul", script: w.script}, roleWord)
				put(word{text: rest, script: w.script}, roleWord)
				break
			}
			put(w, roleWord)
		}
	}
	p.notParticles(out)
	// Ben with one word after it is a given name.
	if len(out) == 2 && out[0].role == roleParticle && out[0].text == "ben" {
		out[0].role, out[0].class = roleWord, p.lex.nick["ben"]
	}
	return out
}

// notParticles makes words of small words that are none where they stand: articles and prepositions come before a word, so
// that the last of a name is none (Kim Jong Il), and An before a word that is not tied to it is a surname.
func (p *Reader) notParticles(tokens []token) {
	if len(tokens) < 2 {
		return
	}
	if t := &tokens[len(tokens)-1]; t.role == roleParticle && t.class != p.lex.particle["bin"] {
		t.role, t.class = roleWord, 0
	}
	if t := &tokens[0]; t.role == roleParticle && t.text == "an" && len(tokens) > 2 {
		t.role, t.class = roleWord, 0
	}
}

func hasVowel(s string) bool { return strings.ContainsAny(s, "aeiouy") }

// servantOf cuts names like Abdurrahman and Abdelkader into Abd and the rest.
func servantOf(f string) (string, bool) {
	if len(f) < 8 || !strings.HasPrefix(f, "abd") {
		return "", false
	}
	rest := f[3:]
	if !strings.ContainsRune("aeou", rune(rest[0])) {
		return "", false
	}
	rest = rest[1:]
	switch {
	case rest[0] == 'l':
		rest = rest[1:]
	case len(rest) > 1 && rest[0] == rest[1]:
		rest = rest[1:]
	case strings.HasPrefix(rest, "sh") || strings.ContainsRune("rsnzdt", rune(rest[0])):
	default:
		return "", false
	}
	return rest, len(rest) >= 4
}

// orgTokens gives the words of any other name their roles.
func (p *Reader) orgTokens(words []word, k kind) []token {
	words = mergeLetters(words)
	if k == orgKind {
		words = p.cutNative(words)
	}
	fold := make([]string, len(words))
	for i, w := range words {
		fold[i] = p.of(w).fold
		if s, ok := strings.CutSuffix(w.text, "'s"); ok { // Korea's
			if f := folded(word{text: s}); p.lex.place[f] != 0 {
				words[i], fold[i] = word{text: s, script: w.script, begins: w.begins}, f
			}
		}
	}
	var out []token
	for i := 0; i < len(words); {
		if fold[i] == "" {
			i++
			continue
		}
		t, n := p.orgToken(words, fold, i, k)
		if t.role == roleNumber && len(out) > 0 && out[len(out)-1].role == roleNumber && n == 1 &&
			t.number > 0 && t.number < 10 && out[len(out)-1].number >= 20 && out[len(out)-1].number%10 == 0 && !isDigits(out[len(out)-1].text) {
			last := &out[len(out)-1] // forty four
			last.number += t.number
			last.text += " " + t.text
			last.hash = mix(uint64(last.number) + 1)
		} else {
			out = append(out, t)
		}
		i += n
	}
	return out
}

// cutNative cuts what is written without spaces into words: legal forms, generic words and places off the end, and legal forms
// and places off the beginning, the longest first. What is left is one word.
func (p *Reader) cutNative(words []word) []word {
	var out []word
	for i, w := range words {
		if w.script != romanise.Han && w.script != romanise.Hangul {
			if out != nil {
				out = append(out, w)
			}
			continue
		}
		before, rest, after := p.native([]rune(w.text))
		if out == nil {
			if before == nil && after == nil {
				continue
			}
			out = append(make([]word, 0, len(words)+4), words[:i]...)
		}
		if len(rest) > 0 {
			before = append(before, string(rest))
		}
		slices.Reverse(after)
		for _, s := range append(before, after...) {
			out = append(out, word{text: s, script: w.script})
		}
	}
	if out == nil {
		return words
	}
	return out
}

// native cuts the words of the lexicon off both ends; those after are given from the last on.
func (p *Params) native(s []rune) (before []string, rest []rune, after []string) {
	for n := min(len(s)-1, p.lex.nativeLong); n >= 2; n-- {
		if w := string(s[:n]); p.lex.native[w] {
			before, s = append(before, w), s[n:]
			n = min(len(s)-1, p.lex.nativeLong) + 1
		}
	}
	for n := min(len(s), p.lex.nativeLong); n >= 2; n-- {
		if _, ok := p.lex.native[string(s[len(s)-n:])]; ok {
			after, s = append(after, string(s[len(s)-n:])), s[:len(s)-n]
			n = min(len(s), p.lex.nativeLong) + 1
		}
	}
	return before, s, after
}

// mergeLetters makes one word of letters that stand alone: S.A., L L C, A/S.
func mergeLetters(words []word) []word {
	var out []word
	for i := 0; i < len(words); i++ {
		w := words[i]
		one := func(j int) bool {
			return j < len(words) && utf8.RuneCountInString(words[j].text) == 1 && !cjk(words[j].script) && words[j].script != romanise.None
		}
		for one(i) && one(i+1) {
			a, b := words[i], words[i+1]
			if !a.tight && !(a.dot && b.dot) && (a.dot || b.dot) {
				break
			}
			w.text += b.text
			w.read = nil
			w.tight, w.dot, w.capital = b.tight, b.dot, w.capital && b.capital
			i++
		}
		out = append(out, w)
	}
	return out
}

// orgToken gives the token that starts at words[i], and how many words it takes.
func (p *Reader) orgToken(words []word, fold []string, i int, k kind) (token, int) {
	l := &p.lex
	if n, f := longest(fold, i, longFrom(l.legalLong, fold[i]), func(s string) bool {
		if k == vesselKind {
			return false
		}
		_, ok := l.legal[s]
		return ok && legalHere(s, words, fold, i)
	}); n > 0 {
		t := token{text: f, hash: hashString(f), role: roleLegal, class: l.legal[f].class, family: l.legal[f].family}
		if n == 1 {
			t.forms = p.newToken(words[i], k).forms
		}
		return t, n
	}
	if k == orgKind {
		if f, n := l.misspeltLong(fold, i); n > 0 {
			return token{text: f, hash: hashString(f), role: roleLegal, class: l.legal[f].class, family: l.legal[f].family}, n
		}
	}
	if k == vesselKind && i == 0 && l.vessel[fold[i]] && len(words) > 1 {
		t := p.newToken(words[i], k)
		t.role = roleTitle
		return t, 1
	}
	if n, f := longest(fold, i, longFrom(l.placeLong, fold[i]), func(s string) bool { return l.place[s] != 0 }); n > 0 && k != vesselKind {
		t := p.newToken(words[i], k)
		if n > 1 {
			t = p.newToken(word{text: strings.ReplaceAll(f, " ", ""), script: words[i].script}, k)
		}
		t.text, t.role, t.class, t.bits = f, rolePlace, l.place[f], min(t.bits, 6)
		return t, n
	}
	f := fold[i]
	if v, ok := numberOf(words[i], f, i); ok {
		t := p.newToken(words[i], k)
		t.role, t.number, t.bits = roleNumber, int32(v), 5
		t.hash = mix(uint64(v) + 1)
		return t, 1
	}
	t := p.newToken(words[i], k)
	if i > 0 && k != vesselKind {
		if s, ok := l.misspelt(f); ok {
			t.role, t.class, t.family = roleLegal, l.legal[s].class, l.legal[s].family
			return t, 1
		}
	}
	if g := l.generic[f]; g != 0 && k != vesselKind {
		t.role, t.class, t.bits = roleGeneric, g, min(t.bits, 5)
		switch l.classes[g] {
		case "generic and", "generic the":
			t.role = roleParticle
		}
	} else {
		t.class = 0
	}
	return t, 1
}

// legalHere says whether a legal form may stand at word i: a short one only as
// the first word or where nothing but legal forms can follow, and tied to the word before
// (Ala-Too) only as the last.
func legalHere(s string, words []word, fold []string, i int) bool {
	n := strings.Count(s, " ") + 1
	if n == len(fold) {
		return false
	}
	short := utf8.RuneCountInString(s) <= 3
	if short && n == 1 && i > 0 && words[i-1].hyphen && i+n < len(fold) {
		return false
	}
	if !short || i == 0 || i+n == len(fold) {
		return true
	}
	return len(fold)-i-n <= 2
}

// longest finds the most words from i, joined by spaces, that ok accepts.
func longest(fold []string, i, most int, ok func(string) bool) (int, string) {
	for n := min(most, len(fold)-i); n > 0; n-- {
		if s := strings.Join(fold[i:i+n], " "); ok(s) {
			return n, s
		}
	}
	return 0, ""
}

// finishName adds what is derived from the tokens.
func (p *Reader) finishName(n *name, words []word, k kind) {
	var all strings.Builder
	han := len(words) > 0
	loose := false
	for i := range n.tokens {
		t := &n.tokens[i]
		if t.core() {
			n.core++
		}
		n.key = mix(n.key ^ t.hash)
		if len(t.forms) > 0 && (k != vesselKind || t.role != roleTitle) {
			all.Write(t.forms[0].letters)
			loose = loose || t.forms[0].loose
		}
		if i+1 < len(n.tokens) {
			var f form
			if u := &n.tokens[i+1]; len(t.forms) > 0 && len(u.forms) > 0 {
				f = p.form(string(t.forms[0].letters)+string(u.forms[0].letters), t.forms[0].loose || u.forms[0].loose)
			}
			n.joins = append(n.joins, f)
		}
	}
	n.whole = p.form(all.String(), loose)
	n.pairs = consonantPairs(n)
	for _, w := range words {
		han = han && w.script == romanise.Han
	}
	n.han = han
	n.hangul = len(words) > 0 && !slices.ContainsFunc(words, func(w word) bool { return w.script != romanise.Hangul })
	n.numbered = slices.ContainsFunc(n.tokens, func(t token) bool { return t.role == roleNumber })
	n.list = headsOf(n)
	if k != vesselKind && !n.town {
		p.readSyllables(n, words, k)
	}
	if k == orgKind {
		n.acronym = acronyms(n.tokens)
	}
}

// readSyllables reads a name as Korean and as Chinese where it can be.
func (p *Reader) readSyllables(n *name, words []word, k kind) {
	if k == orgKind && (len(words) == 0 || !cjk(words[0].script)) && len(words) > 4 {
		return
	}
	native, koName, zhName := p.looksKorean(words)
	var ko [2][]syllable
	var zh []syllable
	koOK, zhOK, two := koName || native, zhName || native, false
	for i, w := range words {
		if !koOK && !zhOK {
			return
		}
		f := p.foldOf(w)
		if p.lex.title[f] {
			continue
		}
		if w.dot && w.script == romanise.Latin && len(w.text) == 1 { // an initial
			return
		}
		if koOK {
			cuts := p.koreanOf(w)
			if spelt, isSurname := p.lex.koreanBy[f]; isSurname && (i == 0 || i == len(words)-1) && w.script == romanise.Latin {
				cuts = surnameCuts(cuts, spelt)
			}
			koOK = len(cuts) > 0
			if koOK {
				second := cuts[0]
				if len(cuts) > 1 {
					second, two = cuts[1], true
				}
				ko[0] = p.addKorean(ko[0], cuts[0])
				ko[1] = p.addKorean(ko[1], second)
			}
		}
		if zhOK {
			list := p.chineseOf(w)
			zhOK = len(list) > 0
			for _, s := range list {
				zh = append(zh, syllable{chinese: s, bits: float32(p.Syllable)})
			}
		}
	}
	if koOK && len(ko[0]) >= 2 && len(ko[0]) <= 5 {
		n.korean = append(n.korean, p.koreanBits(ko[0]))
		if two && len(ko[1]) >= 2 {
			n.korean = append(n.korean, p.koreanBits(ko[1]))
		}
	}
	if zhOK && len(zh) >= 2 && len(zh) <= 5 {
		n.chinese = append(n.chinese, p.chineseBits(zh))
	}
}

// foldOf gives a word as the lists of surnames and titles have it.
func (p *Reader) foldOf(w word) string {
	if w.script == romanise.Latin {
		return p.of(w).fold
	}
	return strings.ReplaceAll(w.text, "'", "")
}

// looksKorean says whether a name may be read as syllables at all: it is written in a script of those languages, or its first or
// last word is a surname of Korea, or of China.
func (p *Reader) looksKorean(words []word) (native, korean, chinese bool) {
	for i, w := range words {
		f := p.foldOf(w)
		if p.lex.title[f] {
			continue
		}
		native = native || cjk(w.script) || w.script == romanise.Cyrillic
		if i == 0 || i == len(words)-1 {
			_, isSurname := p.lex.koreanBy[f]
			korean, chinese = korean || isSurname, chinese || p.lex.chineseBy[f]
		}
	}
	if len(words) == 1 && words[0].script == romanise.Latin {
		return native, p.surnameFirst(p.of(words[0]).fold), false
	}
	return native, korean, chinese
}

// surnameFirst says whether a Korean name written as one word begins with a
// common surname.
func (p *Params) surnameFirst(f string) bool {
	for n := 3; n <= 5 && n+3 < len(f); n++ {
		if p.lex.commonBy[f[:n]] {
			return true
		}
	}
	return false
}

// surnameCuts adds to the ways to cut a word that it is a surname by custom,
// whatever its spelling.
func surnameCuts(cuts [][]romanise.Syllable, spelt romanise.Syllable) [][]romanise.Syllable {
	custom := []romanise.Syllable{spelt}
	switch {
	case len(cuts) == 0:
		return [][]romanise.Syllable{custom}
	case len(cuts[0]) == 1:
		custom[0] = spelt.Or(cuts[0][0])
		return append([][]romanise.Syllable{custom}, cuts[1:]...)
	}
	return [][]romanise.Syllable{cuts[0], custom}
}

// chineseSyllables reads a word as Mandarin. An apostrophe stands between
// syllables, as in Zheng'en, or, by Wade and Giles, inside one.
func chineseSyllables(w word) []romanise.MandarinSet {
	if w.script == romanise.Latin && strings.Contains(w.text, "'") {
		var all []romanise.MandarinSet
		for _, part := range strings.Split(w.text, "'") {
			list := romanise.Chinese(folded(word{text: part}), w.script)
			if list == nil {
				all = nil
				break
			}
			all = append(all, list...)
		}
		if all != nil {
			return all
		}
	}
	if w.script == romanise.Latin {
		return romanise.Chinese(folded(w), w.script)
	}
	return romanise.Chinese(strings.ReplaceAll(w.text, "'", ""), w.script)
}

func (p *Params) addKorean(list []syllable, cut []romanise.Syllable) []syllable {
	for _, s := range cut {
		list = append(list, syllable{korean: s, bits: float32(p.Syllable)})
	}
	return list
}

// koreanBits gives the surname of a Korean name its rarity: the first syllable,
// or the last if only that may be a surname.
func (p *Params) koreanBits(list []syllable) view {
	at, bits := -1, float32(math.MaxFloat32)
	for _, i := range []int{0, len(list) - 1} {
		for _, s := range p.lex.korean {
			if list[i].korean.Meets(s.syllable) == 3 && float32(s.bits) < bits {
				at, bits = i, float32(s.bits)
			}
		}
		if at >= 0 {
			break
		}
	}
	if at >= 0 {
		list[at].bits = min(bits, 8)
	}
	return view{list}
}

func (p *Params) chineseBits(list []syllable) view {
	for _, i := range []int{0, len(list) - 1} {
		for _, m := range list[i].chinese {
			if b, ok := p.lex.chinese[m]; ok && m != 0 {
				list[i].bits = min(list[i].bits, float32(b), 8)
			}
		}
		if list[i].bits != float32(p.Syllable) {
			break
		}
	}
	return view{list}
}

// corporate says whether a name has a word that only an organisation bears.
func (n *name) corporate() bool {
	return slices.ContainsFunc(n.tokens, func(t token) bool { return t.role != roleWord && t.role != roleInitial && t.role != roleTitle })
}

// acronyms gives the hashes of what a name of several words may be cut down to:
// its first letters, with and without small words and legal forms.
func acronyms(list []token) []uint64 {
	var all, core []byte
	for i := range list {
		t := &list[i]
		if t.first == 0 {
			continue
		}
		if t.role != roleLegal {
			all = append(all, t.first)
		}
		if t.core() {
			core = append(core, t.first)
		}
	}
	var out []uint64
	if len(core) >= 3 {
		out = append(out, hashString(string(core)))
	}
	if len(all) >= 3 && len(all) != len(core) {
		out = append(out, hashString(string(all)))
	}
	return out
}

// Addresses gives the number of addresses that are compared.
func (p *Prepared) Addresses() int { return len(p.facts.addresses) }
