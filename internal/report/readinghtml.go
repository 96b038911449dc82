package report

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/check"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/sentence"
)

// readingStyle is all the style of a page. Nothing hangs on colour alone: kind and result stand as words beside each claim.
const readingStyle = `:root{color-scheme:light dark}
body{font:1rem/1.6 Georgia,serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
header p,footer p,li p,table,small{font:.85rem/1.5 system-ui,sans-serif}
code{overflow-wrap:anywhere}
article p{white-space:pre-line}
mark{background:#fff3c4;color:#111;border-bottom:2px solid #8a6d00}
mark.borne-out{background:#dcf2e3;border-bottom-color:#17693a}
mark.contradicted{background:#fde0dc;border-bottom:3px double #9c1c10}
mark.in-part,mark.not-yet-law{background:#e4e8fb;border-bottom:2px dashed #33439c}
mark.no-fact{background:#eee;border-bottom:2px dotted #555}
mark.own{font-style:italic}
u.loaded{text-decoration:underline wavy #b3541e}
small.tag{white-space:nowrap;padding:0 .3em;margin:0 .2em;border:1px solid currentColor;border-radius:.3em}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.3em .5em;text-align:left;vertical-align:top}
:target{outline:2px solid}
@media print{body{max-width:none;margin:0}mark{print-color-adjust:exact;-webkit-print-color-adjust:exact}
li,tr{break-inside:avoid}a{color:inherit;text-decoration:none}}
`

// resultClass gives the class of a result word.
var resultClass = map[check.Word]string{
	check.Outside: "outside", check.BorneOut: "borne-out", check.Contradicted: "contradicted", check.InPart: "in-part",
	check.NotYetLaw: "not-yet-law", check.NoFact: "no-fact",
}

// readingHTML gives a page of its own: the text with the claims marked, both sides, and the claims. It holds no script and
// fetches nothing, and what the document holds is text in it.
func readingHTML(r Reading) []byte {
	var b bytes.Buffer
	d := r.Document
	title := cmp.Or(d.Title, path.Base(d.Name))
	fmt.Fprintf(&b, `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%[1]s</title>
<style>
%[2]s</style>
</head>
<body>
<header>
<h1>%[1]s</h1>
<p>%[3]s, %[4]d bytes, SHA-256 <code>%[5]s</code>. Read by %[6]s, found by %[7]s: a person must confirm.</p>
</header>
<main>
`, esc(title), readingStyle, esc(dated(r)), d.Size, d.SHA256, esc(r.Tool), esc(finders(r)))
	markedBody(&b, r)
	htmlSides(&b, r)
	htmlClaims(&b, r)
	htmlWords(&b, r)
	b.WriteString("</main>\n</body>\n</html>\n")
	return b.Bytes()
}

// ReadingText gives the text of a document with its claims marked, as HTML for a page that has a head and a style of its own.
// What the document holds is text in it. Claim n stands at #tn and leads to #cn, which is for the page to make.
func ReadingText(r Reading) []byte {
	var b bytes.Buffer
	markedBody(&b, r)
	return b.Bytes()
}

func markedBody(b *bytes.Buffer, r Reading) {
	b.WriteString("<article class=\"document\">\n")
	markedText(b, r)
	b.WriteString("</article>\n")
	b.WriteString(problemsHTML(r.Document))
}

func esc(s string) string { return html.EscapeString(plainWord(s)) }

func dated(r Reading) string {
	if s := r.Day.Long(); s != "" {
		return s
	}
	return "No day given"
}

// lineBreaks makes the breaks within paragraphs spaces, as they are read; offsets stay what they are.
var lineBreaks = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ")

// tagPlaces gives the offset at which the tag of each claim stands: at the end of its sentence, or, where another claim begins before
// that, at the end of its clause. A tag within what somebody says would tear it apart.
func tagPlaces(r Reading) []int {
	text := r.Document.Text
	var ends []int
	plain := lineBreaks.Replace(text)
	for _, p := range sentence.Paragraphs(text) {
		for _, s := range sentence.Split(plain, p) {
			ends = append(ends, s.To)
		}
	}
	out := make([]int, len(r.Claims))
	for i := range r.Claims {
		from := r.Claims[i].Span.To
		n, _ := slices.BinarySearch(ends, from)
		end := from
		if n < len(ends) && !strings.Contains(text[from:ends[n]], "\n\n") {
			end = ends[n]
		}
		for k := range r.Claims {
			if at := r.Claims[k].Span.From; k != i && !r.hidden(k) && at >= from && at < end {
				end = clauseEnd(text, from, at)
			}
		}
		out[i] = end
	}
	return out
}

// clauseEnd gives the last place between two offsets behind a mark that ends a clause, and what closes a quotation after it; the first
// offset where there is none.
func clauseEnd(text string, from, to int) int {
	at := strings.LastIndexAny(text[from:to], ",;:.!?–—")
	if at < 0 {
		return from + closers(text[from:to])
	}
	_, size := utf8.DecodeRuneInString(text[from+at:])
	at += from + size
	return at + closers(text[at:to])
}

// closers counts the bytes at the beginning of a text that close a quotation or a bracket.
func closers(s string) int { return len(s) - len(strings.TrimLeft(s, "\"”’'»)")) }

// cuts gives the offsets at which the marking of the text changes, in order.
func cuts(r Reading, tags []int) []int {
	text := r.Document.Text
	out := []int{0, len(text)}
	for i := range r.Claims {
		if !r.hidden(i) {
			out = append(out, r.Claims[i].Span.From, r.Claims[i].Span.To, tags[i])
		}
	}
	for _, s := range r.Loaded {
		out = append(out, s.From, s.To)
	}
	for at := 0; ; {
		n := strings.Index(text[at:], "\n\n")
		if n < 0 {
			break
		}
		out = append(out, at+n, at+n+2)
		at += n + 2
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// markedText writes the text. Claims may lie in one another and across paragraphs: each stretch between two cuts is
// marked for the claim that begins last in it, so that no two elements cross.
func markedText(b *bytes.Buffer, r Reading) {
	tags := tagPlaces(r)
	text, at := r.Document.Text, cuts(r, tags)
	next, loaded, marked := 0, 0, -1
	var open, due []int // claims that cover the stretch, by where they begin, and those whose tag is still to come
	turn := func(to int) {
		if marked >= 0 && marked != to {
			b.WriteString("</mark>")
		}
		if to >= 0 && marked != to {
			b.WriteString(marking(r, to))
		}
		marked = to
	}
	b.WriteString("<p>")
	for n := 0; n+1 < len(at); n++ {
		from, to := at[n], at[n+1]
		for ; next < len(r.Claims) && r.Claims[next].Span.From <= from; next++ {
			if !r.hidden(next) {
				turn(-1)
				fmt.Fprintf(b, `<a id="t%[1]d" href="#c%[1]d"><sup>%[1]d</sup></a>`, next+1)
				open = append(open, next)
			}
		}
		for loaded < len(r.Loaded) && r.Loaded[loaded].To <= from {
			loaded++
		}
		if text[from:to] == "\n\n" {
			turn(-1)
			b.WriteString("</p>\n<p>")
		} else {
			top := -1
			if len(open) > 0 {
				top = open[len(open)-1]
			}
			turn(top)
			words := html.EscapeString(plainText(text[from:to]))
			if loaded < len(r.Loaded) && r.Loaded[loaded].From <= from {
				words = `<u class="loaded" title="a word that judges while it names">` + words + "</u>"
			}
			b.WriteString(words)
		}
		open = slices.DeleteFunc(open, func(i int) bool {
			if r.Claims[i].Span.To > to {
				return false
			}
			turn(-1)
			due = append(due, i)
			return true
		})
		due = slices.DeleteFunc(due, func(i int) bool {
			if tags[i] > to {
				return false
			}
			turn(-1)
			fmt.Fprintf(b, ` <small class="tag">%s</small>`, esc(tag(r, i)))
			return true
		})
	}
	turn(-1)
	b.WriteString("</p>\n")
}

func marking(r Reading, i int) string {
	class := resultClass[r.Checks[i].Word] + " k-" + r.Claims[i].Kind.String()
	if r.Claims[i].Voice == read.Own {
		class += " own"
	}
	return fmt.Sprintf(`<mark class="%s" title="%s">`, class, esc(tag(r, i)))
}

// tag says in a few words who claims what, and what came of the check.
func tag(r Reading, i int) string {
	c := &r.Claims[i]
	return fmt.Sprintf("%d %s · %s · %s", i+1, speakerText(c), sortText(c), r.Checks[i].Word)
}

// speakerText names the speaker, and marks the author's own voice.
func speakerText(c *read.Claim) string {
	if c.Voice == read.Own && c.By.Name != read.Author {
		return c.By.Name + " (the author)"
	}
	return spokenBy(c)
}

// plainText is [plainWord] for a stretch with line breaks.
func plainText(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = plainWord(strings.ReplaceAll(lines[i], "\t", " "))
	}
	return strings.Join(lines, "\n")
}

func htmlSides(b *bytes.Buffer, r Reading) {
	list := r.pairs()
	if len(list) == 0 {
		return
	}
	b.WriteString("<section>\n<h2>Both sides</h2>\n<table>\n<tr><th scope=\"col\">Claim</th><th scope=\"col\">Answer in this document</th></tr>\n")
	link := func(i int) string { return fmt.Sprintf(`<a href="#c%d">%s</a>`, i+1, esc(tag(r, i))) }
	for _, p := range list {
		var answers []string
		for _, k := range p.answers {
			answers = append(answers, link(k))
		}
		fmt.Fprintf(b, "<tr><td>%s</td><td>%s</td></tr>\n", link(p.claim), cmp.Or(strings.Join(answers, "<br>"), "none"))
	}
	b.WriteString("</table>\n</section>\n")
}

func htmlClaims(b *bytes.Buffer, r Reading) {
	b.WriteString("<section>\n<h2>Claims</h2>\n<ol>\n")
	for i := range r.Claims {
		if r.hidden(i) {
			continue
		}
		c := &r.Claims[i]
		fmt.Fprintf(b, "<li id=\"c%[1]d\" value=\"%[1]d\"><a href=\"#t%[1]d\">%[2]s</a> (%[3]s): %[4]s, about %[5]s. <b>%[6]s</b>: %[7]s\n<p>rule %[8]s, speaker by %[9]s, %[10]s, found by %[11]s",
			i+1, esc(speakerText(c)), c.Voice, esc(sortText(c)), aboutText(c), r.Checks[i].Word, esc(strings.Join(r.Checks[i].Evidence, "; ")),
			esc(c.Rule), esc(c.AttributedBy), esc(spanOf(r, i)), esc(c.Extractor))
		if c.Hedge != "" {
			fmt.Fprintf(b, "; hedged: %s", esc(c.Hedge))
		}
		if v := r.Reviews[i+1]; v != nil {
			fmt.Fprintf(b, "; %s", esc(reviewText(v)))
		}
		b.WriteString("</p></li>\n")
	}
	b.WriteString("</ol>\n</section>\n")
}

func htmlWords(b *bytes.Buffer, r Reading) {
	if list := r.loaded(); len(list) > 0 {
		b.WriteString("<section>\n<h2>Words that judge while they name</h2>\n<ul>\n")
		for _, w := range list {
			fmt.Fprintf(b, "<li>%s: %d</li>\n", esc(w.word), w.count)
		}
		b.WriteString("</ul>\n</section>\n")
	}
	fmt.Fprintf(b, "<footer><p>%d claims in the author's own voice, in italics. Sentences and quotations not read: %d.", r.own(), r.Skipped)
	for _, x := range r.Dropped {
		fmt.Fprintf(b, " Dropped of what the model said: %d, %s.", x.Count, esc(x.Reason))
	}
	if text := r.Unread(); text != "" {
		fmt.Fprintf(b, " <strong>%s</strong>", text)
	}
	b.WriteString("</p></footer>\n")
}
