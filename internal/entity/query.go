package entity

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
)

// Query is a text query, parsed.
type Query struct{ root node }

// Limits on a query.
const (
	// MaxQuery is its length in bytes, MaxTerms the number of its words and
	// phrases, MaxNesting how deep brackets may stand in one another.
	MaxQuery   = 8192
	MaxTerms   = 256
	MaxNesting = 32
	// MaxScans is the number of its parts that cost more than looking a word up:
	// phrases, patterns, misspellings, ranges, and words in a field.
	MaxScans = 24
)

// ParseQuery reads the query language of Lucene as far as searching lists needs it:
// words, "phrases", AND, OR, NOT, + and -, brackets, FIELD:word, FIELD:(words),
// FIELD:[from TO to], endings and patterns with * and ?, misspellings with ~, a
// boost with ^ (which changes nothing). All words must be there unless OR stands
// between them. If fuzzy is true, every word may be misspelt. The error is
// fault.Invalid.
func ParseQuery(s string, fuzzy bool) (*Query, error) {
	if len(s) > MaxQuery {
		return nil, fault.New(fault.Invalid, "the query is longer than %d bytes", MaxQuery)
	}
	p := &queryParser{in: []rune(s), fuzzy: fuzzy}
	if p.space(); p.at == len(p.in) {
		return &Query{}, nil
	}
	root, err := p.either(0)
	if err != nil {
		return nil, err
	}
	if p.at < len(p.in) {
		return nil, p.fail("%q is not expected here", string(p.in[p.at]))
	}
	return &Query{root}, nil
}

// PlainQuery reads words as people type them: all must be there but for those with
// - before them; words between quotation marks stand together. It never fails.
func PlainQuery(s string, fuzzy bool) *Query {
	if len(s) > MaxQuery {
		s = strings.ToValidUTF8(s[:MaxQuery], "")
	}
	q, scans := &group{}, 0
	for i, part := range strings.Split(s, `"`) {
		if i%2 == 1 {
			if t := text.Tokens(part); len(t) > 0 && scans < MaxScans {
				q.must = append(q.must, &phrase{words: t})
				scans++
			}
			continue
		}
		for _, w := range strings.Fields(part) {
			not := strings.HasPrefix(w, "-") && len(w) > 1
			for _, t := range text.Tokens(w) {
				if len(q.must)+len(q.not) == MaxTerms {
					break
				}
				n := word(t, fuzzy && scans < MaxScans)
				scans++
				if not {
					q.not = append(q.not, n)
				} else {
					q.must = append(q.must, n)
				}
			}
		}
	}
	if len(q.must)+len(q.not) == 0 {
		if strings.TrimSpace(s) == "" {
			return &Query{}
		}
		return &Query{&nothing{}} // signs only: nobody has them
	}
	return &Query{q}
}

func word(t string, fuzzy bool) node {
	if fuzzy {
		return &pattern{text: t, edits: -1, fuzzy: true}
	}
	return &term{text: t}
}

type queryParser struct {
	in           []rune
	at           int
	terms, scans int
	fuzzy        bool
}

func (p *queryParser) fail(format string, args ...any) error {
	return fault.New(fault.Invalid, "the query cannot be read at sign %d: "+format, append([]any{p.at + 1}, args...)...).
		WithFix(`put "quotation marks" around signs that are meant as such, or say simple=true`)
}

func (p *queryParser) space() {
	for p.at < len(p.in) && unicode.IsSpace(p.in[p.at]) {
		p.at++
	}
}

func (p *queryParser) peek() rune {
	if p.at == len(p.in) {
		return 0
	}
	return p.in[p.at]
}

// takes takes a word in capitals, or signs, when they stand next.
func (p *queryParser) takes(s string) bool {
	r := []rune(s)
	if p.at+len(r) > len(p.in) || !slices.Equal(p.in[p.at:p.at+len(r)], r) {
		return false
	}
	if unicode.IsLetter(r[0]) && p.at+len(r) < len(p.in) && !ends(p.in[p.at+len(r)]) {
		return false
	}
	p.at += len(r)
	p.space()
	return true
}

func ends(r rune) bool { return unicode.IsSpace(r) || r == '(' || r == ')' }

// either reads what stands between ORs.
func (p *queryParser) either(depth int) (node, error) {
	if depth > MaxNesting {
		return nil, p.fail("brackets stand too deep in one another")
	}
	g := &group{}
	for {
		n, err := p.all(depth)
		if err != nil {
			return nil, err
		}
		g.should = append(g.should, n)
		if !p.takes("OR") && !p.takes("||") {
			break
		}
	}
	if len(g.should) == 1 {
		return g.should[0], nil
	}
	return g, nil
}

// all reads words that must all be there.
func (p *queryParser) all(depth int) (node, error) {
	g := &group{}
	for {
		p.space()
		not := false
		switch {
		case p.takes("NOT"), p.takes("!"):
			not = true
		case p.peek() == '-' || p.peek() == '+':
			not = p.peek() == '-'
			p.at++
		}
		n, err := p.clause(depth)
		if err != nil {
			return nil, err
		}
		if not {
			g.not = append(g.not, n)
		} else {
			g.must = append(g.must, n)
		}
		p.space()
		if p.takes("AND") || p.takes("&&") {
			continue
		}
		if p.at == len(p.in) || p.peek() == ')' || p.ahead("OR") || p.ahead("||") {
			return g, nil
		}
	}
}

func (p *queryParser) ahead(s string) bool {
	at := p.at
	ok := p.takes(s)
	p.at = at
	return ok
}

// clause reads one word, phrase, bracket or range, with the field it is of.
func (p *queryParser) clause(depth int) (node, error) {
	if p.takes("(") {
		n, err := p.either(depth + 1)
		if err != nil {
			return nil, err
		}
		return n, p.closed()
	}
	field, err := p.field()
	if err != nil {
		return nil, err
	}
	if field != "" && p.takes("(") {
		before := p.terms
		n, err := p.either(depth + 1)
		if err == nil {
			err = p.closed()
		}
		if err == nil {
			err = p.scan(p.terms - before)
		}
		if err == nil && !bind(n, field) {
			err = p.fail("a field stands inside the bracket of another")
		}
		return n, err
	}
	n, err := p.leaf()
	if err != nil {
		return nil, err
	}
	if _, plain := n.(*term); !plain || field != "" {
		err = p.scan(1)
	}
	if field != "" {
		bind(n, field)
	}
	return n, err
}

// scan counts parts that cost more than looking a word up.
func (p *queryParser) scan(n int) error {
	if p.scans += n; p.scans > MaxScans {
		return p.fail("there are more than %d phrases, patterns, ranges and words in fields", MaxScans)
	}
	return nil
}

func (p *queryParser) closed() error {
	if p.peek() != ')' {
		return p.fail("a bracket is not closed")
	}
	p.at++
	p.boost()
	return nil
}

// field reads FIELD: when one stands next.
func (p *queryParser) field() (string, error) {
	end := p.at
	for end < len(p.in) && (unicode.IsLetter(p.in[end]) || unicode.IsDigit(p.in[end]) || p.in[end] == '_' || p.in[end] == '.') {
		end++
	}
	if end == p.at || end == len(p.in) || p.in[end] != ':' {
		return "", nil
	}
	name := string(p.in[p.at:end])
	if !KnownField(name) {
		return "", p.fail("there is no field %q", name)
	}
	p.at = end + 1
	p.space()
	return name, nil
}

// special are the signs that mean something in a word.
const special = `+-!(){}[]^"~*?:/\&|`

// leaf reads a word, phrase, pattern or range.
func (p *queryParser) leaf() (node, error) {
	if p.terms++; p.terms > MaxTerms {
		return nil, p.fail("there are more than %d words", MaxTerms)
	}
	switch p.peek() {
	case 0:
		return nil, p.fail("a word is missing at the end")
	case '"':
		return p.quoted()
	case '[', '{':
		return p.span()
	}
	var b []rune
	wild, escaped := false, false
	for ; p.at < len(p.in); p.at++ {
		r := p.in[p.at]
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
			continue
		case unicode.IsSpace(r):
			return p.word(b, wild)
		case r == '*' || r == '?':
			wild = true
		case r == '-' || r == '+' || r == '&' || r == '|':
			if len(b) == 0 { // inside a word they are part of it
				return nil, p.fail("%q has nothing behind it", string(r))
			}
		case strings.ContainsRune(special, r):
			if len(b) == 0 || r != ')' && r != '^' && r != '~' {
				return nil, p.fail("%q is not expected here", string(r))
			}
			return p.word(b, wild)
		}
		b = append(b, r)
	}
	if escaped {
		return nil, p.fail(`\ stands at the end`)
	}
	return p.word(b, wild)
}

// word makes a node of a word, with what stands behind it.
func (p *queryParser) word(b []rune, wild bool) (node, error) {
	s := string(b)
	edits, fuzzy := 0, false
	if p.peek() == '~' {
		p.at++
		edits, fuzzy = -1, true
		if n := p.digits(); n != "" {
			edits = min(2, int(n[0]-'0'))
		}
	}
	if err := p.boost(); err != nil {
		return nil, err
	}
	switch {
	case s == "AND" || s == "OR" || s == "NOT":
		return nil, p.fail("%s has nothing before or behind it", s)
	case s == "*":
		return &everything{}, nil
	case wild:
		return &pattern{text: foldPattern(s), wild: true, raw: s}, nil
	}
	tokens := text.Tokens(s)
	switch {
	case len(tokens) == 0:
		return &nothing{raw: s}, nil
	case fuzzy || p.fuzzy:
		if !fuzzy {
			edits = -1
		}
		g := &group{}
		for _, t := range tokens {
			g.must = append(g.must, &pattern{text: t, edits: edits, fuzzy: true, raw: s})
		}
		return g, nil
	case len(tokens) == 1:
		return &term{text: tokens[0], raw: s}, nil
	}
	return &phrase{words: tokens, raw: s}, nil
}

// foldPattern folds a pattern around its signs.
func foldPattern(s string) string {
	var b strings.Builder
	part := func(x string) {
		b.WriteString(strings.ReplaceAll(text.Fold(x), " ", ""))
	}
	from := 0
	for i, r := range s {
		if r == '*' || r == '?' {
			part(s[from:i])
			b.WriteRune(r)
			from = i + 1
		}
	}
	part(s[from:])
	return b.String()
}

func (p *queryParser) digits() string {
	from := p.at
	for p.at < len(p.in) && p.in[p.at] >= '0' && p.in[p.at] <= '9' || p.at > from && p.peek() == '.' {
		p.at++
	}
	return string(p.in[from:p.at])
}

// boost reads ^2, which changes nothing here.
func (p *queryParser) boost() error {
	if p.peek() != '^' {
		return nil
	}
	p.at++
	if _, err := strconv.ParseFloat(p.digits(), 64); err != nil {
		return p.fail("^ has no number behind it")
	}
	return nil
}

func (p *queryParser) quoted() (node, error) {
	var b []rune
	for p.at++; p.peek() != '"'; p.at++ {
		if p.at >= len(p.in) {
			return nil, p.fail("a quotation mark is not closed")
		}
		if p.peek() == '\\' && p.at+1 < len(p.in) {
			p.at++
		}
		b = append(b, p.peek())
	}
	p.at++
	if p.peek() == '~' { // how far apart the words may stand; together is near enough
		p.at++
		p.digits()
	}
	if err := p.boost(); err != nil {
		return nil, err
	}
	s := string(b)
	if t := text.Tokens(s); len(t) > 0 {
		return &phrase{words: t, raw: s}, nil
	}
	return &nothing{raw: s}, nil
}

// span reads [from TO to]; { and } leave the ends out.
func (p *queryParser) span() (node, error) {
	s := &span{openFrom: p.peek() == '{'}
	p.at++
	end := p.at
	for end < len(p.in) && p.in[end] != ']' && p.in[end] != '}' {
		end++
	}
	if end == len(p.in) {
		return nil, p.fail("a range is not closed")
	}
	f := strings.Fields(string(p.in[p.at:end]))
	if len(f) != 3 || f[1] != "TO" {
		return nil, p.fail("a range is written as [from TO to]")
	}
	s.from, s.to, s.openTo = strings.Trim(f[0], `"`), strings.Trim(f[2], `"`), p.in[end] == '}'
	p.at = end + 1
	return s, p.boost()
}
