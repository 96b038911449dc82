package goods

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Naming says whether a goods line is the thing that a list names.
type Naming uint8

// The three values. The zero value is No.
const (
	// No means that neither words nor code make it the named thing.
	No Naming = iota
	// Yes means that the line is the named thing.
	Yes
	// Weigh means that a person must say whether it is.
	Weigh
)

// String gives "no", "yes" or "weigh".
func (n Naming) String() string {
	switch n {
	case No:
		return "no"
	case Yes:
		return "yes"
	case Weigh:
		return "weigh"
	}
	return fmt.Sprintf("Naming(%d)", uint8(n))
}

// Basis is the authority behind the codes of a list, strongest first.
type Basis string

// The bases.
const (
	// BasisText means that the instrument itself gives them.
	BasisText Basis = "text"
	// BasisPanel means the practice of a panel of experts.
	BasisPanel Basis = "panel"
	// BasisState means a published list of a state or union of states.
	BasisState Basis = "state"
	// BasisReview means no authority but our reading.
	BasisReview Basis = "review"
)

// NoCommodity is the commodity of a line that a person has found to be none of
// the named things.
const NoCommodity = "none"

// List is a thing that law names in words, with what finds it: words,
// and working codes. Format: docs/law/format.md, section "Named goods".
type List struct {
	// ID is what selectors and goods.commodity name; Title is for people.
	ID, Title string
	// Words name the thing. CodeWords name it only beside a fitting code: alone
	// they raise the question, and beside another code they mean nothing.
	// ReviewWords only raise the question. NotWords say that the part of the
	// description in which they stand is something else.
	Words, NotWords, ReviewWords, CodeWords []string
	// Codes is the working list, Review the codes that only raise the question;
	// CodeTexts and ReviewTexts are both as written, for people.
	Codes, Review          Set
	CodeTexts, ReviewTexts []string
	// Within names wider lists that contain this one.
	Within []string
	// TextCodes is true when the instrument itself gives the codes, which then
	// decide alone.
	TextCodes bool
	// WordsDecide is true when words count whatever the code says, because
	// the thing may be classified anywhere (arms, listed items).
	WordsDecide bool
	// NoCode is true when what it names has no HS code at all, as a right has none.
	NoCode bool
	// AskByCode is true when a review code raises the question even beside a
	// description that says nothing of the thing.
	AskByCode bool
	// Contested is true when a review code is weighed even beside words that
	// name the thing, because it is disputed that the thing reaches so far.
	Contested bool
	// Basis, Source and Note say where the codes come from and what is disputed.
	Basis        Basis
	Source, Note string

	up   []uint16 // lists that contain this one, directly or not
	down []uint16 // lists contained in this one
}

// Lists are all the named goods, ready to be matched. They do not change after
// loading and may be used by many goroutines, each with its own Scratch.
type Lists struct {
	lists []*List
	ids   []string
	index map[string]int
	words trie
	// chapters gives for each HS chapter the lists with a code in it, so that a
	// code is tried against the few that it can touch.
	chapters [100][]uint16
}

// Len is the number of lists.
func (ls *Lists) Len() int { return len(ls.lists) }

// IDs gives the ids of all lists in the order of Match. The caller must not change it.
func (ls *Lists) IDs() []string { return ls.ids }

// At gives list i in the order of Match.
func (ls *Lists) At(i int) *List { return ls.lists[i] }

// Index gives the place of a list in the order of Match.
func (ls *Lists) Index(id string) (int, bool) {
	i, ok := ls.index[id]
	return i, ok
}

// LoadLists reads every file of a folder of named goods. Anything in the folder
// that is not a .yaml file is an error, as is an unknown key, a repeated id, a
// code that does not parse, a phrase that can never match, and a list
// without a source. Faults carry file and line.
func LoadLists(fsys fs.FS, dir string) (*Lists, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the folder of named goods cannot be read").At(fault.Place{File: dir})
	}
	b := builder{seen: map[string]fault.Place{}}
	for _, e := range entries {
		file := path.Join(dir, e.Name())
		if e.IsDir() || path.Ext(file) != ".yaml" {
			return nil, fault.New(fault.Invalid, "only .yaml files belong in a folder of named goods").At(fault.Place{File: file})
		}
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "the file cannot be read").At(fault.Place{File: file})
		}
		if err := b.file(file, data); err != nil {
			return nil, err
		}
	}
	if len(b.lists) == 0 {
		return nil, fault.New(fault.Unavailable, "no named goods were found").At(fault.Place{File: dir})
	}
	return b.build()
}

// ParseLists reads named goods from one text; file names it in faults.
func ParseLists(file string, data []byte) (*Lists, error) {
	b := builder{seen: map[string]fault.Place{}}
	if err := b.file(file, data); err != nil {
		return nil, err
	}
	return b.build()
}

// builder gathers entries before they are indexed.
type builder struct {
	lists []*List
	vague []string
	seen  map[string]fault.Place
}

func (b *builder) file(file string, data []byte) error {
	docs, err := yamltree.Parse(file, data)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		if doc.Kind != yamltree.List {
			return doc.Errorf("a file of named goods is a list of entries").WithFix("begin each entry with \"- id:\"")
		}
		for _, n := range doc.Items {
			if err := b.entry(n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *builder) entry(n *yamltree.Node) error {
	f, err := n.Fields("an entry of named goods")
	if err != nil {
		return err
	}
	if f.Opt("vague") != nil {
		words, err := phrases(f, "vague")
		if err != nil {
			return err
		}
		for _, w := range words {
			if strings.Contains(w, " ") {
				return n.Errorf("vague words stand alone, %q does not", w)
			}
		}
		b.vague = append(b.vague, words...)
		if _, err := f.Text("note"); err != nil {
			return err
		}
		return f.End()
	}
	l := &List{}
	if l.ID, err = f.NeedText("id"); err != nil {
		return err
	}
	switch at, twice := b.seen[l.ID]; {
	case !idOK(l.ID):
		return n.Errorf("the id %q is not made of small letters, digits and hyphens", l.ID)
	case l.ID == NoCommodity:
		return n.Errorf("the id %q is kept for goods that are none of the lists", l.ID)
	case twice:
		return n.Errorf("the list %q stands here twice", l.ID).WithFix("it stands first at %s", at)
	}
	b.seen[l.ID] = n.Place()
	if l.Title, err = f.NeedText("title"); err != nil {
		return err
	}
	for _, k := range []struct {
		key string
		to  *[]string
	}{{"words", &l.Words}, {"not_words", &l.NotWords}, {"review_words", &l.ReviewWords}, {"code_words", &l.CodeWords}} {
		if *k.to, err = phrases(f, k.key); err != nil {
			return err
		}
	}
	if err := l.distinct(n); err != nil {
		return err
	}
	if l.Codes, l.CodeTexts, err = codeSet(f, "codes"); err != nil {
		return err
	}
	if l.Review, l.ReviewTexts, err = codeSet(f, "review"); err != nil {
		return err
	}
	if l.Within, err = f.Texts("within"); err != nil {
		return err
	}
	for _, k := range []struct {
		key string
		to  *bool
	}{
		{"text_codes", &l.TextCodes},
		{"words_decide", &l.WordsDecide},
		{"ask_by_code", &l.AskByCode},
		{"no_code", &l.NoCode},
		{"contested", &l.Contested},
	} {
		if *k.to, err = f.Bool(k.key, false); err != nil {
			return err
		}
	}
	basis, err := f.NeedText("basis")
	if err != nil {
		return err
	}
	l.Basis = Basis(basis)
	if l.Source, err = f.NeedText("source"); err != nil {
		return err
	}
	if l.Note, err = f.Text("note"); err != nil {
		return err
	}
	if err := f.End(); err != nil {
		return err
	}
	switch l.Basis {
	case BasisText, BasisPanel, BasisState, BasisReview:
	default:
		return n.Errorf("the basis %q is none of text, panel, state and review", basis)
	}
	switch {
	case l.TextCodes && (l.Basis != BasisText || len(l.CodeTexts) == 0):
		return n.Errorf("text_codes needs codes, and the basis text")
	case len(l.Words) == 0 && len(l.CodeTexts) == 0:
		return n.Errorf("the list %q has neither words nor codes", l.ID)
	case l.NoCode && len(l.CodeTexts)+len(l.ReviewTexts) > 0:
		return n.Errorf("no_code says that %q has no codes, but it has some", l.ID)
	case (l.AskByCode || l.Contested) && len(l.ReviewTexts) == 0 && !coversPartly(l):
		return n.Errorf("ask_by_code and contested are about review codes, of which %q has none", l.ID)
	}
	b.lists = append(b.lists, l)
	return nil
}

// coversPartly says whether codes of the list are finer than a heading, so that
// a short code may fit in part.
func coversPartly(l *List) bool {
	return slices.ContainsFunc(l.CodeTexts, func(s string) bool { return len(s) > 2 })
}

// idOK holds ids to small letters, digits and single inner hyphens.
func idOK(id string) bool {
	for part := range strings.SplitSeq(id, "-") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return false
		}
	}
	return true
}

// maxPhrase is the longest phrase in words. Every plural of every word is indexed, so
// that the bound keeps a slip of the pen from filling the memory.
const maxPhrase = 6

// phrases reads a list of words and phrases and brings each to the form that
// descriptions are brought to: folded tokens with one space between.
func phrases(f *yamltree.Fields, key string) ([]string, error) {
	n := f.Opt(key)
	if n == nil {
		return nil, nil
	}
	written, err := n.Strings(key)
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(written))
	for _, w := range written {
		toks, segments := tokens(w)
		if len(toks) == 0 {
			return nil, n.Errorf("%s: %q has no letter or digit", key, w)
		}
		if len(toks) > maxPhrase {
			return nil, n.Errorf("%s: %q has more than %d words", key, w, maxPhrase)
		}
		if segments > 1 {
			return nil, n.Errorf("%s: %q can never match", key, w).
				WithFix("descriptions are cut at commas, semicolons, slashes, \"and\", \"or\" and \"for\": write the parts as separate words")
		}
		out = append(out, strings.Join(toks, " "))
	}
	return out, nil
}

// distinct refuses a phrase that stands twice in a list: twice in one key it is a
// slip, in two keys a contradiction.
func (l *List) distinct(n *yamltree.Node) error {
	seen := map[string]string{}
	for _, k := range l.kinds() {
		for _, p := range k.phrases {
			if was, ok := seen[p]; ok {
				return n.Errorf("%q stands in %s and again in %s of %q", p, was, k.name, l.ID)
			}
			seen[p] = k.name
		}
	}
	return nil
}

// codeSet reads codes and ranges of codes; it gives them as written too.
func codeSet(f *yamltree.Fields, key string) (Set, []string, error) {
	n := f.Opt(key)
	if n == nil {
		return NewSet(nil), nil, nil
	}
	written, err := n.Strings(key)
	if err != nil {
		return Set{}, nil, err
	}
	ranges := make([]Range, 0, len(written))
	for _, w := range written {
		r, err := ParseRange(w)
		if err != nil {
			return Set{}, nil, fault.In(n.Place(), err)
		}
		ranges = append(ranges, r)
	}
	return NewSet(ranges), written, nil
}

// build sorts the lists by id and indexes their words and codes.
func (b *builder) build() (*Lists, error) {
	slices.SortFunc(b.lists, func(x, y *List) int { return strings.Compare(x.ID, y.ID) })
	ls := &Lists{lists: b.lists, index: make(map[string]int, len(b.lists))}
	for i, l := range b.lists {
		ls.ids = append(ls.ids, l.ID)
		ls.index[l.ID] = i
	}
	for i, l := range b.lists {
		if err := ls.climb(i, l, b.seen[l.ID]); err != nil {
			return nil, err
		}
	}
	for i, l := range b.lists {
		for _, u := range l.up {
			ls.lists[u].down = append(ls.lists[u].down, uint16(i))
		}
	}
	ls.words.vague(b.vague)
	for i, l := range b.lists {
		for _, k := range l.kinds() {
			for _, p := range k.phrases {
				ls.words.add(strings.Fields(p), hit{list: uint16(i), kind: k.kind})
			}
		}
	}
	ls.indexChapters()
	return ls, nil
}

// climb gathers the lists that contain l, and refuses unknown ones and circles.
func (ls *Lists) climb(i int, l *List, at fault.Place) error {
	todo := slices.Clone(l.Within)
	for len(todo) > 0 {
		id := todo[0]
		todo = todo[1:]
		u, ok := ls.index[id]
		if !ok {
			return fault.New(fault.Invalid, "%q lies within %q, which is no list", l.ID, id).At(at)
		}
		if u == i {
			return fault.New(fault.Invalid, "%q lies within itself", l.ID).At(at)
		}
		if !slices.Contains(l.up, uint16(u)) {
			l.up = append(l.up, uint16(u))
			todo = append(todo, ls.lists[u].Within...)
		}
	}
	return nil
}

// phraseKind is what a phrase of a list says about a description.
type phraseKind uint8

const (
	kindWord phraseKind = 1 << iota
	kindReview
	kindCode
	kindNot
	// saidSilenced is set beside kindNot when a phrase of another key was silenced by it.
	saidSilenced
)

type kindOf struct {
	name    string
	kind    phraseKind
	phrases []string
}

func (l *List) kinds() [4]kindOf {
	return [4]kindOf{
		{"words", kindWord, l.Words},
		{"not_words", kindNot, l.NotWords},
		{"review_words", kindReview, l.ReviewWords},
		{"code_words", kindCode, l.CodeWords},
	}
}
