package match

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"math/bits"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/romanise"
	"github.com/cordon-engine/cordon/internal/text"
)

// knots are the dissimilarities of two words (cost of the cheapest rewriting
// over their mean length) between which weights are interpolated. From the
// last on, two words conflict.
var knots = [...]float64{0, 0.06, 0.13, 0.2, 0.28, 0.36}

const knotCount = len(knots)

// NameWeights are the weights of evidence from names, in bits. They are learnt
// (cordon tune); each is the weight of one quantity of a pair of names.
type NameWeights struct {
	// Rarity[k] multiplies the rarity of a word (bits) that both names have at
	// dissimilarity knots[k]; Word[k] is added for each such word.
	Rarity [knotCount]float64 `json:"rarity"`
	Word   [knotCount]float64 `json:"word"`
	// Full is for names that leave nothing over on either side; Exact if they
	// are also spelt alike.
	Full  float64 `json:"full"`
	Exact float64 `json:"exact"`
	// Covered is for names of which one has all the words of the other and beside them only generic ones.
	Covered float64 `json:"covered"`
	// Extra is for each word that one name has more than the other, ExtraRarity
	// for each bit of its rarity, Alone if just one word is shared.
	Extra       float64 `json:"extra"`
	ExtraRarity float64 `json:"extra_rarity"`
	Alone       float64 `json:"alone"`
	// Order is for names whose shared words stand in another order.
	Order float64 `json:"order"`
	// Initial is for an initial that fits, BadInitial for one that does not.
	Initial    float64 `json:"initial"`
	BadInitial float64 `json:"bad_initial"`
	// Joined is for words written as one on one side.
	Joined float64 `json:"joined"`
	// Number is for a number both have, BadNumber for different ones, LostNumber
	// for a number that one lacks.
	Number     float64 `json:"number"`
	BadNumber  float64 `json:"bad_number"`
	LostNumber float64 `json:"lost_number"`
	// Form is for the same legal form, BadForm for forms of different families.
	Form    float64 `json:"form"`
	BadForm float64 `json:"bad_form"`
	// Place is for the same place word, BadPlace for different ones.
	Place    float64 `json:"place"`
	BadPlace float64 `json:"bad_place"`
	// LostPlace is for a place word that one lacks.
	LostPlace float64 `json:"lost_place"`
	// Generic is for names that share only generic words and places, where
	// something is left over.
	Generic float64 `json:"generic"`
	// Differ is for names that have different words at all.
	Differ float64 `json:"differ"`
	// Bias is where the sum starts.
	Bias float64 `json:"bias"`
}

// Calibration maps bits to log-odds by straight lines between points.
type Calibration struct {
	Bits []float64 `json:"bits"`
	Odds []float64 `json:"odds"`
}

// FactWeights are the weights, in bits, of what is known beside the name.
type FactWeights struct {
	BirthDay, BirthMonth, BirthYear, BirthNear, BirthSwap float64
	BadBirthNear, BadBirth                                float64
	Country, BadCountry                                   float64
	Gender, BadGender                                     float64
	Identifier, BadIdentifier                             float64
	Address, BadAddress                                   float64
	Flag, BadFlag, Built, BadBuilt, Tonnage, BadTonnage   float64
	BadSchema                                             float64
	WeakName                                              float64
}

// file is the parameter file as it is stored.
type file struct {
	Version  string  `json:"version"`
	Possible float64 `json:"possible"`
	Alert    float64 `json:"alert"`
	// ListOdds turns the odds of a pair worth comparing into those of a pair met
	// when a party is screened against a whole list.
	ListOdds    float64   `json:"list_odds"`
	Drop        dropCosts `json:"drop"`
	RarityByLen []float64 `json:"rarity_by_length"`
	RarityMax   float64   `json:"rarity_max"`
	Syllable    float64   `json:"syllable"`
	// Start holds the weights set by hand that learning begins from.
	Start       map[string]NameWeights `json:"start"`
	Names       map[string]NameWeights `json:"names"`
	Calibration map[string]Calibration `json:"calibration"`
	Facts       FactWeights            `json:"facts"`
}

// Params is everything that a score depends on besides the two subjects. It
// does not change and may be shared.
type Params struct {
	file
	id      string
	sounds  soundTable
	lex     lexicon
	weights [kinds]NameWeights
	calib   [kinds]Calibration
	// What the names of organisations must tell to be a possible match, and a match.
	possibleBits, alertBits float64
}

// kind is what the weights of names depend on.
type kind uint8

const (
	personKind kind = iota
	orgKind
	vesselKind
	kinds
)

var kindNames = [kinds]string{"person", "organisation", "vessel"}

// ID gives the first 16 hex digits of the SHA-256 of all parameter files.
func (p *Params) ID() string { return p.id }

// Version gives the version that the parameter file names.
func (p *Params) Version() string { return p.file.Version }

// Possible and Alert are the probabilities from which a pair is worth a look,
// and from which it is a match to be stopped.
func (p *Params) Possible() float64 { return p.file.Possible }

// AgainstList gives the probability of a match for a pair that was found among
// all subjects of a list. Probabilities are calibrated on pairs worth comparing,
// near to even; in a list many more strangers are met for each match, so the odds
// are less by a factor of the parameters. The order of pairs stays.
func (p *Params) AgainstList(probability float64) float64 {
	odds := p.file.ListOdds * probability / (1 - probability)
	return odds / (1 + odds)
}

// Alert is described at Possible; both are probabilities against a list.
func (p *Params) Alert() float64 { return p.file.Alert }

var paramFiles = []string{"params.json", "sounds.tsv", "lexicon.tsv", "population.tsv", "frequency.tsv", "surnames.tsv", townFile}

// townFile is the table of places. Parameters that were kept before it was read here have none.
const townFile = "places.tsv"

// Load reads the parameter files from the folder dir of fsys. A key, kind or
// number that is not understood is an error with file and line.
func Load(fsys fs.FS, dir string) (*Params, error) {
	p := &Params{}
	all := map[string][]byte{}
	sum := sha256.New()
	for _, name := range paramFiles {
		b, err := fs.ReadFile(fsys, path.Join(dir, name))
		if name == townFile && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fault.New(fault.Unavailable, "the parameter file %s cannot be read: %v", name, err)
		}
		all[name] = b
		sum.Write([]byte(name + "\x00" + strconv.Itoa(len(b)) + "\x00"))
		sum.Write(b)
	}
	p.id = hex.EncodeToString(sum.Sum(nil))[:16]
	d := json.NewDecoder(bytes.NewReader(all["params.json"]))
	d.DisallowUnknownFields()
	if err := d.Decode(&p.file); err != nil {
		return nil, fault.In(fault.Place{File: "params.json"}, fault.New(fault.Invalid, "%v", err))
	}
	if err := p.check(); err != nil {
		return nil, fault.In(fault.Place{File: "params.json"}, err)
	}
	for _, step := range []struct {
		file string
		read func([]string) error
	}{
		{"sounds.tsv", p.readSound},
		{"lexicon.tsv", p.lex.readWord},
		{"population.tsv", p.lex.readShare},
		{"frequency.tsv", p.lex.readFrequency},
		{"surnames.tsv", p.lex.readSurname},
		{townFile, p.lex.readTown},
	} {
		if step.file == "sounds.tsv" {
			p.startSounds()
		}
		if err := EachLine(all[step.file], step.file, step.read); err != nil {
			return nil, err
		}
	}
	p.lex.finish(&p.file)
	_, p.possibleBits = p.bitsFor(p.file.Possible, orgKind)
	_, p.alertBits = p.bitsFor(p.file.Alert, orgKind)
	return p, nil
}

func (p *Params) check() error {
	for i, n := range kindNames {
		w, ok := p.Names[n]
		if !ok {
			return fault.New(fault.Invalid, "the weights for %q are missing", n)
		}
		p.weights[i] = w
		c := p.file.Calibration[n]
		if len(c.Bits) < 2 || len(c.Bits) != len(c.Odds) {
			return fault.New(fault.Invalid, "the calibration of %q needs at least two points", n)
		}
		for j := 1; j < len(c.Bits); j++ {
			if c.Bits[j] <= c.Bits[j-1] || c.Odds[j] <= c.Odds[j-1] {
				return fault.New(fault.Invalid, "the calibration of %q does not rise at point %d", n, j+1)
			}
		}
		p.calib[i] = c
	}
	if !(0 < p.file.ListOdds && p.file.ListOdds <= 1) {
		return fault.New(fault.Invalid, "list_odds must lie between 0 and 1")
	}
	if !(0 < p.file.Possible && p.file.Possible < p.file.Alert && p.file.Alert < 1) {
		return fault.New(fault.Invalid, "the thresholds must rise: 0 < possible < alert < 1")
	}
	if len(p.RarityByLen) == 0 || len(p.file.Names) != int(kinds) || len(p.file.Start) != int(kinds) || len(p.file.Calibration) != int(kinds) {
		return fault.New(fault.Invalid, "rarity_by_length, start, names or calibration is not complete")
	}
	return nil
}

// EachLine gives the fields, with tabs between, of every line of a table in data/matching that is no remark.
func EachLine(b []byte, name string, read func([]string) error) error {
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if err := read(strings.Split(line, "\t")); err != nil {
			return fault.In(fault.Place{File: name, Line: n}, err)
		}
	}
	return nil
}

func (p *Params) startSounds() {
	t := &p.sounds
	t.drop, t.dropped = p.file.Drop, p.file.Drop.table()
	for i := range sound(sounds) {
		for j := range i {
			c := uint8(unit)
			if isVowelSound(i) != isVowelSound(j) {
				c = unit * 11 / 10
			}
			t.writtenFor(i, j, c)
		}
		t.near[i] = 1 << i
	}
}

// writtenFor sets what it costs to write one of two sounds for the other.
func (t *soundTable) writtenFor(a, b sound, c uint8) {
	loose := uint8(looseSwap(a, b, int16(c)))
	t.swap[a][b], t.swap[b][a] = c, c
	t.loose[a][b], t.loose[b][a] = loose, loose
}

func (p *Params) readSound(f []string) error {
	if len(f) != 3 {
		return fault.New(fault.Invalid, "want two sounds and a cost")
	}
	a, b := appendSounds(nil, []byte(f[0])), appendSounds(nil, []byte(f[1]))
	c, err := strconv.ParseFloat(f[2], 64)
	if len(a) != 1 || len(b) != 1 || err != nil || c < 0 || c > 1 {
		return fault.New(fault.Invalid, "want two sounds and a cost from 0 to 1, not %q", strings.Join(f, " "))
	}
	p.sounds.writtenFor(a[0], b[0], uint8(c*unit+.5))
	p.sounds.near[a[0]] |= 1 << b[0]
	p.sounds.near[b[0]] |= 1 << a[0]
	return nil
}

// lexicon holds the words with a part to play.
type lexicon struct {
	legal     map[string]legalForm // by folded words
	longForms []longForm           // legal forms of one long word
	phrases   map[string][]string  // legal forms of several words, by the first of them
	seconds   map[string][]string  // the same by the second
	legalLong map[string]int       // the most words in a legal form that begins with a word
	particle  map[string]uint16
	title     map[string]bool
	vessel    map[string]bool
	generic   map[string]uint16 // class
	place     map[string]uint16
	placeLong map[string]int
	town      map[string]bool // places of one word, by folded words
	// Legal forms, generic words and places in Han or Hangul; whether they may also begin a name, and how long they are at most.
	native     map[string]bool
	nativeLong int
	nick       map[string]uint16
	classes    []string // name of each class; 0 is none
	share      map[string]float64
	count      [2]map[string]float64
	classBits  []float64
	korean     []surname
	koreanBy   map[string]romanise.Syllable  // surnames by Latin spelling
	commonBy   map[string]bool               // Latin spellings of common Korean surnames, three letters or more
	chinese    map[romanise.Mandarin]float64 // bits
	chineseBy  map[string]bool
	byID       map[string]uint16
}

// telling says whether a family of legal forms excludes the others.
func (l *lexicon) telling(family uint16) bool { return l.classes[family] != "family any" }

// misspelt gives the legal form that a long word is a slip of.
func (l *lexicon) misspelt(w string) (string, bool) {
	if len(w) < 7 {
		return "", false
	}
	has := letterSet(w)
	for _, f := range l.longForms {
		s, most := f.word, len(f.word)/7
		// Each edit takes away or adds one letter of the set at most.
		if d := len(s) - len(w); d <= 2 && d >= -2 && bits.OnesCount64(has&^f.letters) <= most &&
			bits.OnesCount64(f.letters&^has) <= most && text.Distance(s, w) <= most {
			return s, true
		}
	}
	return "", false
}

// misspeltLong gives the legal form of several words that those from word i on are a slip of: one long word differs in one
// letter, or the last of a name is cut off, as fields of payments cut it.
func (l *lexicon) misspeltLong(fold []string, i int) (form string, words int) {
	try := func(list []string) {
		for _, f := range list {
			w := strings.Split(f, " ")
			if len(w) > words && len(w) <= len(fold)-i && len(w) < len(fold) && nearPhrase(fold[i:i+len(w)], w, i+len(w) == len(fold)) {
				form, words = f, len(w)
			}
		}
	}
	try(l.phrases[fold[i]])
	if i+1 < len(fold) {
		try(l.seconds[fold[i+1]])
	}
	return form, words
}

// nearPhrase says whether words are those of a phrase but for one: a slip, or where they end a name the beginning of its last.
func nearPhrase(words, phrase []string, ends bool) bool {
	slips := 0
	for j, w := range words {
		p := phrase[j]
		if w == p {
			continue
		}
		slips++
		slip := len(p) >= slipWord && text.Distance(w, p) <= 1
		cut := ends && j == len(words)-1 && len(phrase) > 2 && len(w) >= 2 && strings.HasPrefix(p, w)
		if slips > 1 || !slip && !cut {
			return false
		}
	}
	return slips == 1
}

// slipWord is the length, in bytes, from which a word of a legal form is known with a slip in it.
const slipWord = 5

// longForm is a legal form with the set of its letters.
type longForm struct {
	word    string
	letters uint64
}

// letterSet gives the letters of a word as a set; those that fall together do it
// for every word.
func letterSet(w string) (set uint64) {
	for _, r := range w {
		set |= 1 << (r & 63)
	}
	return set
}

type surname struct {
	syllable romanise.Syllable
	bits     float64
}

type legalForm struct {
	class  uint16
	family uint16
}

func (l *lexicon) class(name string) uint16 {
	if l.byID == nil {
		l.byID = map[string]uint16{"": 0}
		l.classes = []string{""}
		l.legalLong, l.placeLong = map[string]int{}, map[string]int{}
		l.legal, l.particle, l.title, l.vessel = map[string]legalForm{}, map[string]uint16{}, map[string]bool{}, map[string]bool{}
		l.generic, l.place, l.nick = map[string]uint16{}, map[string]uint16{}, map[string]uint16{}
		l.share = map[string]float64{}
		l.count = [2]map[string]float64{{}, {}}
		l.chinese, l.chineseBy, l.koreanBy = map[romanise.Mandarin]float64{}, map[string]bool{}, map[string]romanise.Syllable{}
		l.phrases, l.seconds = map[string][]string{}, map[string][]string{}
		l.commonBy, l.town, l.native = map[string]bool{}, map[string]bool{}, map[string]bool{}
	}
	id, ok := l.byID[name]
	if !ok {
		id = uint16(len(l.classes))
		l.byID[name] = id
		l.classes = append(l.classes, name)
	}
	return id
}

func (l *lexicon) readWord(f []string) error {
	if len(f) != 3 {
		return fault.New(fault.Invalid, "want kind, class and spellings")
	}
	id := l.class(f[0] + " " + f[1])
	for _, s := range strings.Split(f[2], "|") {
		w := text.Fold(s)
		if w == "" {
			return fault.New(fault.Invalid, "%q is no word", s)
		}
		n := strings.Count(w, " ") + 1
		if f[0] == "legal" || f[0] == "generic" || f[0] == "place" {
			l.readNative(s, f[0] != "generic")
		}
		switch f[0] {
		case "legal":
			family, _, _ := strings.Cut(f[1], "/")
			l.legal[w] = legalForm{id, l.class("family " + family)}
			longer(l.legalLong, w, n)
			if first, rest, more := strings.Cut(w, " "); more {
				second, _, _ := strings.Cut(rest, " ")
				l.phrases[first] = append(l.phrases[first], w)
				l.seconds[second] = append(l.seconds[second], w)
			}
			if n == 1 && len(w) >= 7 {
				l.longForms = append(l.longForms, longForm{w, letterSet(w)})
			}
		case "particle":
			l.particle[w] = id
		case "title":
			l.title[w] = true
		case "vessel":
			l.vessel[w] = true
		case "generic":
			l.generic[w] = id
		case "place":
			l.place[w] = id
			longer(l.placeLong, w, n)
		case "nick":
			l.nick[w] = id
		default:
			return fault.New(fault.Invalid, "there is no kind %q", f[0])
		}
	}
	return nil
}

// readNative notes a word in characters without spaces between words; first says that it may begin a name.
func (l *lexicon) readNative(s string, first bool) {
	runes := 0
	for _, r := range s {
		if !cjk(romanise.ScriptOf(r)) {
			return
		}
		runes++
	}
	if runes < 2 { // too little to know it by
		return
	}
	l.native[s] = l.native[s] || first
	l.nativeLong = max(l.nativeLong, runes)
}

// fewBear is the share of bearers in 100,000 below which a surname is not read from one letter.
const fewBear = 100

func (l *lexicon) readTown(f []string) error {
	if len(f) != 3 {
		return fault.New(fault.Invalid, "want code, name and variants")
	}
	for _, s := range append(strings.Split(f[2], "|"), f[1]) {
		if w := text.Fold(s); w != "" && !strings.Contains(w, " ") {
			l.town[w] = true
		}
	}
	return nil
}

// longer notes by its first word that a text has so many words.
func longer(long map[string]int, text string, n int) {
	first, _, _ := strings.Cut(text, " ")
	long[first] = max(long[first], n)
}

// longFrom gives the most words of a text that begins with a word.
func longFrom(long map[string]int, word string) int {
	first, _, _ := strings.Cut(word, " ")
	return long[first]
}

func (l *lexicon) readShare(f []string) error {
	if len(f) != 2 {
		return fault.New(fault.Invalid, "want a word and a share")
	}
	n, err := strconv.ParseFloat(f[1], 64)
	if err != nil || n <= 0 {
		return fault.New(fault.Invalid, "%q is no share", f[1])
	}
	l.share[f[0]] = n / 1e5
	return nil
}

func (l *lexicon) readFrequency(f []string) error {
	if len(f) != 3 || f[0] != "p" && f[0] != "o" {
		return fault.New(fault.Invalid, "want p or o, a word and a share")
	}
	n, err := strconv.ParseFloat(f[2], 64)
	if err != nil || n <= 0 {
		return fault.New(fault.Invalid, "%q is no share", f[2])
	}
	k := 0
	if f[0] == "o" {
		k = 1
	}
	l.count[k][f[1]] = n / 1e5
	return nil
}

func (l *lexicon) readSurname(f []string) error {
	if len(f) != 4 {
		return fault.New(fault.Invalid, "want language, native form, share and spellings")
	}
	n, err := strconv.ParseFloat(f[2], 64)
	if err != nil || n <= 0 {
		return fault.New(fault.Invalid, "%q is no share", f[2])
	}
	bits := -math.Log2(n / 1e5)
	native := strings.Split(f[1], "|")
	switch f[0] {
	case "ko":
		for _, s := range romanise.Korean(native[0], romanise.Hangul) {
			if len(s) == 1 {
				l.korean = append(l.korean, surname{s[0], bits})
			}
		}
		if len(l.korean) == 0 {
			return fault.New(fault.Invalid, "%q is no Hangul syllable", native[0])
		}
		for _, s := range strings.Fields(f[3]) {
			if len(s) == 1 && n < fewBear { // a letter is sooner an initial
				continue
			}
			if n >= 900 && len(s) >= 3 {
				l.commonBy[s] = true
			}
			l.koreanBy[s] = l.koreanBy[s].Or(l.korean[len(l.korean)-1].syllable)
		}
	case "zh":
		for _, n := range native {
			r, size := utf8.DecodeRuneInString(n)
			if size != len(n) || r == utf8.RuneError {
				continue // a surname of two characters
			}
			set := romanise.Chinese(n, romanise.Han)
			if len(set) == 1 {
				id := set[0][0]
				if old, ok := l.chinese[id]; !ok || bits < old {
					l.chinese[id] = bits
				}
			}
		}
		for _, s := range strings.Fields(f[3]) {
			l.chineseBy[s] = true
		}
	default:
		return fault.New(fault.Invalid, "there is no language %q", f[0])
	}
	return nil
}

// finish sums the shares of the spellings of each given name.
func (l *lexicon) finish(f *file) {
	sum := make([]float64, len(l.classes))
	top := make([]float64, len(l.classes))
	for w, id := range l.nick {
		sum[id] += l.count[0][w]
		top[id] = max(top[id], l.share[w])
	}
	l.classBits = make([]float64, len(l.classes))
	for i := range sum {
		if s := max(sum[i], top[i]); s > 0 {
			l.classBits[i] = min(f.RarityMax, -math.Log2(min(s, .5)))
		}
	}
}

// rarity gives the bits that a word of a name tells, from how many bear it.
func (p *Params) rarity(word string, k kind) float32 {
	col := 0
	if k != personKind {
		col = 1
	}
	share := p.lex.count[col][word]
	if k == personKind {
		share = max(share, p.lex.share[word])
	} else {
		share = max(share, p.lex.share[word]/8)
	}
	bits := p.unseen(len(word))
	if share > 0 {
		bits = min(bits, -math.Log2(share))
	}
	return float32(max(.5, min(bits, p.RarityMax)))
}

// unseen gives the bits that a word of so many letters tells of which nothing is known.
func (p *Params) unseen(letters int) float64 {
	return p.RarityByLen[max(min(letters, len(p.RarityByLen))-1, 0)]
}

// Kinds gives the kinds of names that have weights of their own, and which of
// them a schema belongs to is given by KindOf.
func Kinds() []string { return kindNames[:] }

// KindOf gives the kind of names of a schema; "" for an unknown one.
func KindOf(schema string) string {
	s, ok := schemas[schema]
	switch {
	case !ok:
		return ""
	case s == aPerson:
		return kindNames[personKind]
	case s == aVessel || s == anAircraft:
		return kindNames[vesselKind]
	}
	return kindNames[orgKind]
}

// StartFor gives the weights that learning begins from for a kind of names.
func (p *Params) StartFor(kind string) NameWeights { return p.file.Start[kind] }

// Encode gives the file params.json with a version and with other weights and
// calibrations in place of those for the same kinds.
func (p *Params) Encode(version string, weights map[string]NameWeights, calibration map[string]Calibration) ([]byte, error) {
	f := p.file
	f.Version = version
	f.Names, f.Calibration = map[string]NameWeights{}, map[string]Calibration{}
	for _, k := range kindNames {
		f.Names[k], f.Calibration[k] = p.file.Names[k], p.file.Calibration[k]
		if w, ok := weights[k]; ok {
			f.Names[k] = w.rounded()
		}
		if c, ok := calibration[k]; ok {
			f.Calibration[k] = c
		}
	}
	b, err := json.MarshalIndent(&f, "", "  ")
	return append(b, '\n'), err
}

func (w *NameWeights) rounded() NameWeights {
	v := w.vector()
	for i := range v {
		v[i] = math.Round(v[i]*1000) / 1000
	}
	return weightsOf(v)
}
