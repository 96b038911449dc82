package match

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/romanise"
)

// reader reads the names of one subject. It remembers what it worked out of each
// word, since names of a subject share words, and a query may be read twice: as a
// person and as something else.
type reader struct {
	*Params
	words []*reading
	forms []*madeForm
	next  int // the form to forget next
}

// reading is a word with all that does not depend on the name it stands in.
type reading struct {
	text    string
	script  romanise.Script
	fold    string // the form under which it is looked up
	hash    uint64 // of fold
	latin   []romanise.Reading
	forms   []form // one for each of latin, or one of its own letters
	korean  [][]romanise.Syllable
	chinese []romanise.MandarinSet
	// Syllables are read when they are first asked for.
	koreanRead, chineseRead bool
}

type madeForm struct {
	latin string
	loose bool
	form  form
}

// remembered is how many words, and how many forms, a reader remembers.
const remembered = 64

// of reads a word.
func (p *reader) of(w word) *reading {
	for _, r := range p.words {
		if r.text == w.text && r.script == w.script {
			return r
		}
	}
	r := &reading{text: w.text, script: w.script, fold: folded(w), latin: readings(w)}
	r.hash = hashString(r.fold)
	for _, l := range r.latin {
		r.forms = append(r.forms, p.form(l.Latin, l.Unvowelled || l.Syllabic))
	}
	if len(r.forms) == 0 {
		r.forms = []form{p.foreignForm(r.fold)}
	}
	if len(p.words) < remembered {
		p.words = append(p.words, r)
	}
	return r
}

// form prepares a word in a to z and 0 to 9.
func (p *reader) form(latin string, loose bool) form {
	for _, f := range p.forms {
		if f.loose == loose && f.latin == latin {
			return f.form
		}
	}
	f := &madeForm{latin, loose, p.sounds.newForm(latin, loose)}
	if len(p.forms) < remembered {
		p.forms = append(p.forms, f)
	} else {
		p.forms[p.next] = f
		p.next = (p.next + 1) % remembered
	}
	return f.form
}

// koreanOf reads a word as syllables of Korean.
func (p *reader) koreanOf(w word) [][]romanise.Syllable {
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
func (p *reader) chineseOf(w word) []romanise.MandarinSet {
	r := p.of(w)
	if !r.chineseRead {
		r.chineseRead, r.chinese = true, chineseSyllables(w)
	}
	return r.chinese
}
