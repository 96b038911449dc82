package read

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/sentence"
)

// English is the code of the one language whose sentences are read for claims.
const English = "en"

// Language is a language as a text looks to be in it: by its letters, and by the small words that it has.
type Language struct {
	// Code is that of ISO 639-1, Name the English name.
	Code, Name string
}

// OtherLanguage counts the sentences of a document that look to be in a language that is not read.
type OtherLanguage struct {
	Language
	Sentences int
	// First is the first paragraph of it.
	First sentence.Span
}

// Coverage says what became of the sentences of a document: each is in one of the counts.
type Coverage struct {
	Sentences int
	// Claiming are those with a claim, Silent those read and found to hold none, TooLong those beyond [MaxSentence], Foreign those in a
	// language that is not read.
	Claiming, Silent, TooLong, Foreign int
}

// tongue is a line of languages.tsv.
type tongue struct {
	Language
	script string
}

// scripts are the writings by their names in the table.
var scripts = map[string]*unicode.RangeTable{
	"Latin": unicode.Latin, "Cyrillic": unicode.Cyrillic, "Greek": unicode.Greek, "Han": unicode.Han, "Hangul": unicode.Hangul, "Arabic": unicode.Arabic,
	"Hebrew": unicode.Hebrew, "Thai": unicode.Thai, "Devanagari": unicode.Devanagari, "Georgian": unicode.Georgian, "Armenian": unicode.Armenian,
	"Kana": nil, // hiragana or katakana
}

func (t *tables) tongue(f []string) error {
	if _, ok := scripts[f[2]]; !ok {
		return fault.New(fault.Invalid, "there is no writing %q", f[2])
	}
	if t.small == nil {
		t.small = map[string][]int{}
	}
	for w := range strings.SplitSeq(f[3], "|") {
		t.small[w] = append(t.small[w], len(t.tongues))
	}
	t.tongues = append(t.tongues, tongue{Language{f[0], f[1]}, f[2]})
	return nil
}

// fewWords is the least number of small words, and fewLetters of letters of a writing without them, that tell a language.
const (
	fewWords   = 3
	fewLetters = 4
)

// languageOf tells in which language a stretch looks to be; the zero Language where too little is there to tell.
func (t *tables) languageOf(s string) Language {
	script, letters := scriptOf(s)
	if letters < fewLetters {
		return Language{}
	}
	counts := make([]int, len(t.tongues))
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.M, r) })
	for _, w := range words {
		for _, i := range t.small[w] {
			counts[i]++
		}
	}
	best, english := -1, 0
	for i := range t.tongues {
		if t.tongues[i].Code == English {
			english = counts[i]
		}
		if t.tongues[i].script == script && (best < 0 || counts[i] > counts[best]) {
			best = i
		}
	}
	switch {
	case best < 0:
		return Language{}
	case script != "Latin":
		return t.tongues[best].Language
	case t.tongues[best].Code == English && counts[best] > 0:
		return t.tongues[best].Language
	case counts[best] < fewWords || counts[best] < 2*english || counts[best]*8 < len(words):
		return Language{} // a name or a heading may be in any language
	}
	return t.tongues[best].Language
}

// scriptOf gives the writing that most letters of a text are in, and how many they are. Japanese is told by its syllables among the Chinese
// characters.
func scriptOf(s string) (string, int) {
	counts, latin := map[string]int{}, 0
	for _, r := range s {
		if r < 0x80 {
			if r|0x20 >= 'a' && r|0x20 <= 'z' {
				latin++
			}
			continue
		}
		if !unicode.IsLetter(r) {
			continue
		}
		if unicode.In(r, unicode.Hiragana, unicode.Katakana) {
			counts["Kana"]++
			continue
		}
		for name, table := range scripts {
			if table != nil && unicode.Is(table, r) {
				counts[name]++
				break
			}
		}
	}
	if latin > 0 {
		counts["Latin"] += latin
	}
	if counts["Kana"] > 0 && counts["Kana"]*8 >= counts["Han"] {
		counts["Kana"] += counts["Han"]
		delete(counts, "Han")
	}
	best := ""
	for name, n := range counts {
		if best == "" || n > counts[best] || n == counts[best] && name < best {
			best = name
		}
	}
	return best, counts[best]
}

// languages leaves out of the reading the paragraphs that look to be in another language than English, and counts their sentences. A
// paragraph too short to tell is read, unless nothing of the text looks English; then it is in the language of most of it.
func (w *work) languages() {
	told := make([]Language, len(w.paragraphs))
	size := map[Language]int{}
	for i, p := range w.paragraphs {
		told[i] = w.t.languageOf(w.text[p.From:p.To])
		size[told[i]] += p.To - p.From
	}
	delete(size, Language{})
	most := Language{Code: English}
	if english := slices.ContainsFunc(told, func(l Language) bool { return l.Code == English }); !english {
		for l, n := range size {
			if old := size[most]; n > old || n == old && l.Code < most.Code {
				most = l
			}
		}
	}
	var kept []sentence.Span
	for i, p := range w.paragraphs {
		l := cmp.Or(told[i], most)
		if l.Code == English {
			kept = append(kept, p)
			continue
		}
		w.foreign(l, p)
	}
	w.paragraphs = kept
	slices.SortFunc(w.res.Other, func(a, b OtherLanguage) int {
		return cmp.Or(b.Sentences-a.Sentences, cmp.Compare(a.Code, b.Code))
	})
}

// foreign counts a paragraph in a language that is not read.
func (w *work) foreign(l Language, p sentence.Span) {
	text := w.text[p.From:p.To]
	n := max(len(sentence.Split(w.text, p)), strings.Count(text, "。")+strings.Count(text, "！")+strings.Count(text, "？"))
	w.res.Coverage.Foreign += n
	for i := range w.res.Other {
		if w.res.Other[i].Language == l {
			w.res.Other[i].Sentences += n
			return
		}
	}
	w.res.Other = append(w.res.Other, OtherLanguage{Language: l, Sentences: n, First: p})
}

// covered counts what became of the sentences.
func (w *work) covered() {
	claiming := map[sentence.Span]bool{}
	for i := range w.res.Claims {
		claiming[w.sentenceAt(w.res.Claims[i].Span.From)] = true
	}
	v := &w.res.Coverage
	for _, s := range w.sentences {
		if claiming[s] {
			v.Claiming++
		} else {
			v.Silent++
		}
	}
	v.Sentences = v.Claiming + v.Silent + v.TooLong + v.Foreign
}

// Unread says in words which sentences are in a language that is not read; "" where all are read.
func (r *Result) Unread() string {
	if len(r.Other) == 0 {
		return ""
	}
	var names []string
	for _, o := range r.Other {
		names = append(names, o.Name)
	}
	list := strings.Join(names, ", ")
	if r.Coverage.Foreign == r.Coverage.Sentences {
		return "This text looks " + list + ". The rules of Cordon read English alone: they claim nothing from it."
	}
	return "A part of this text looks " + list + ". The rules of Cordon read English alone: they claim nothing from that part."
}
