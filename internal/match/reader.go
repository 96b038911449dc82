package match

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/romanise"
)

// Reader makes subjects ready. It remembers what it worked out of each word, since names share words, and a query may be read twice:
// as a person and as something else. It is used by one goroutine; what it makes ready may be shared.
type Reader struct {
	*Params
	words map[wordKey]*reading
	forms map[formKey]form
	last  split
}

// split is a name cut into words.
type split struct {
	name  string
	words []word
	cut   bool
}

// NewReader makes a reader.
func NewReader(p *Params) *Reader {
	return &Reader{Params: p, words: map[wordKey]*reading{}, forms: map[formKey]form{}}
}

type wordKey struct {
	text   string
	script romanise.Script
}

type formKey struct {
	latin string
	loose bool
}

// reading is a word with all that does not depend on the name it stands in.
type reading struct {
	text     string
	script   romanise.Script
	fold     string // the form under which it is looked up
	hash     uint64 // of fold
	latin    []romanise.Reading
	forms    []form // one for each of latin, or one of its own letters
	class    uint16 // of given names
	particle uint16 // its class
	title    bool
	bits     [2]float32 // rarity, by bearersOf
	korean   [][]romanise.Syllable
	chinese  []romanise.MandarinSet
	// Syllables are read when they are first asked for.
	koreanRead, chineseRead bool
}

// remembered is how many words, and how many forms, a reader remembers; then it begins anew.
const remembered = 4096

// split cuts a name into words that are read, and says whether it was cut short; of the last name it remembers them.
func (p *Reader) split(s string) ([]word, bool) {
	if p.last.words != nil && p.last.name == s {
		return p.last.words, p.last.cut
	}
	words, cut := splitWords(s)
	for i := range words {
		words[i] = sameScript(words[i])
		words[i].read = p.of(words[i])
	}
	if len(s) <= MaxNameBytes {
		p.last = split{s, words, cut}
	}
	return words, cut
}

// of reads a word.
func (p *Reader) of(w word) *reading {
	if w.read != nil {
		return w.read
	}
	key := wordKey{w.text, w.script}
	if r := p.words[key]; r != nil {
		return r
	}
	r := &reading{text: w.text, script: w.script, fold: folded(w), latin: readings(w)}
	r.hash = hashString(r.fold)
	for _, l := range r.latin {
		r.forms = append(r.forms, p.form(l.Latin, l.Unvowelled || l.Syllabic))
	}
	if len(r.forms) == 0 {
		r.forms = []form{p.foreignForm(r.fold)}
	}
	p.weigh(r)
	if len(p.words) == remembered {
		clear(p.words)
	}
	p.words[key] = r
	return r
}

// form prepares a word in a to z and 0 to 9.
func (p *Reader) form(latin string, loose bool) form {
	key := formKey{latin, loose}
	f, ok := p.forms[key]
	if !ok {
		f = p.sounds.newForm(latin, loose)
		if len(p.forms) == remembered {
			clear(p.forms)
		}
		p.forms[key] = f
	}
	return f
}

// koreanOf reads a word as syllables of Korean.
func (p *Reader) koreanOf(w word) [][]romanise.Syllable {
	r := p.of(w)
	if !r.koreanRead {
		f := r.fold
		if w.script != romanise.Latin {
			f = strings.ReplaceAll(w.text, "'", "")
		}
		r.koreanRead, r.korean = true, romanise.Korean(f, w.script)
	}
	return r.korean
}

// chineseOf reads a word as syllables of Mandarin.
func (p *Reader) chineseOf(w word) []romanise.MandarinSet {
	r := p.of(w)
	if !r.chineseRead {
		r.chineseRead, r.chinese = true, chineseSyllables(w)
	}
	return r.chinese
}
