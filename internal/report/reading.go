package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/check"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

// ReadingJSON is a document with its claims, for programs.
type ReadingJSON struct {
	Document DocumentJSON     `json:"document"`
	Claims   []ReadClaimJSON  `json:"claims"`
	Quotes   []ReadQuoteJSON  `json:"quotations"`
	Links    []ReadLinkJSON   `json:"links,omitempty"`
	Loaded   []LoadedWordJSON `json:"loaded_words,omitempty"`
	// Skipped counts sentences and quotations beyond the limits of reading, Rejected the claims left out because a person
	// rejected them in this document before.
	Skipped  int `json:"skipped,omitempty"`
	Rejected int `json:"rejected_before,omitempty"`
	// Languages are the languages that parts of the text look to be in and that are not read, Unread says so in words; Coverage says what became
	// of the sentences.
	Languages []LanguageJSON `json:"languages_not_read,omitempty"`
	Unread    string         `json:"unread,omitempty"`
	Coverage  CoverageJSON   `json:"coverage"`
	// Asked are the questions to a language model and its answers, Dropped what of them is no claim of the document.
	Asked   []ExchangeJSON `json:"asked,omitempty"`
	Dropped []DropJSON     `json:"dropped,omitempty"`
	// Tool is the program with its version.
	Tool string `json:"tool"`
	// Seal is the SHA-256 of all of this without it.
	Seal string `json:"seal,omitempty"`
}

// LanguageJSON counts the sentences of a document in a language that is not read.
type LanguageJSON struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	Sentences int    `json:"sentences"`
}

// CoverageJSON says what became of the sentences of a document: sentences is the sum of the others.
type CoverageJSON struct {
	Sentences int `json:"sentences"`
	Claiming  int `json:"with_claims"`
	Silent    int `json:"without_claim"`
	TooLong   int `json:"too_long"`
	Foreign   int `json:"other_language"`
}

// DocumentJSON says which document was read.
type DocumentJSON struct {
	Name     string `json:"name"`
	SHA256   string `json:"sha256"`
	Size     int    `json:"size"`
	Media    string `json:"media_type"`
	Encoding string `json:"encoding"`
	Title    string `json:"title,omitempty"`
	Date     string `json:"date,omitempty"`
	Author   string `json:"author"`
	// TextSHA256 is the hash of the text that was extracted from a PDF or Word file: spans are bytes of it, not of the file.
	TextSHA256 string `json:"text_sha256,omitempty"`
	Pages      int    `json:"pages,omitempty"`
	// Problems say what of the file could not be read.
	Problems []string `json:"problems,omitempty"`
}

// ReadClaimJSON is one claim. From and To are bytes of the original, or of the text that was extracted from it; Place is the page
// of a PDF or the paragraph of a Word file; Quotation is the text between them, as it was read.
type ReadClaimJSON struct {
	ID           string   `json:"id"`
	From         int      `json:"from"`
	To           int      `json:"to"`
	Place        string   `json:"place,omitempty"`
	Quotation    string   `json:"quotation,omitempty"`
	Speaker      string   `json:"speaker"`
	SpeakerState []string `json:"speaker_states,omitempty"`
	// Speakers are those who say it together, two or more; Via are those who passed it on, from who had it from the speaker outwards.
	Speakers []VoiceJSON     `json:"speakers,omitempty"`
	Via      []VoiceJSON     `json:"via,omitempty"`
	Voice    string          `json:"voice"`
	Kind     string          `json:"kind"`
	Sort     string          `json:"sort,omitempty"`
	About    []string        `json:"about,omitempty"`
	AnyState bool            `json:"any_state,omitempty"`
	Negative bool            `json:"negative,omitempty"`
	Hedge    string          `json:"hedge,omitempty"`
	Quantity string          `json:"quantity,omitempty"`
	Unit     string          `json:"unit,omitempty"`
	Activity json.RawMessage `json:"activity,omitempty"`
	// ActivityBy is the line of the table of frames, with the form, that told the activity. Where there is none all the same, ActivityKind is
	// the kind that was told, and ActivityLacks what was not: "a day".
	ActivityBy    string     `json:"activity_by,omitempty"`
	ActivityKind  string     `json:"activity_kind,omitempty"`
	ActivityLacks string     `json:"activity_lacks,omitempty"`
	Answers       string     `json:"answers,omitempty"`
	Rule          string     `json:"rule"`
	AttributedBy  string     `json:"attributed_by"`
	Result        string     `json:"result"`
	Evidence      []string   `json:"evidence"`
	RestsOn       []RestJSON `json:"rests_on,omitempty"`
	Extractor     string     `json:"extractor"`
	Request       string     `json:"request,omitempty"`
	Answer        string     `json:"answer,omitempty"`
	// Ledger is the claim in the form of the ledger, where its source is the document.
	Ledger json.RawMessage `json:"ledger"`
	Review *ReviewedJSON   `json:"review,omitempty"`
}

// VoiceJSON is one of several who say a thing together, or one who passes on what another says.
type VoiceJSON struct {
	Name   string   `json:"name"`
	States []string `json:"states,omitempty"`
}

func voicesJSON(list []read.Party) []VoiceJSON {
	var out []VoiceJSON
	for _, p := range list {
		out = append(out, VoiceJSON{p.Name, stateCodes(p.States)})
	}
	return out
}

// spokenBy names who speaks, and who passed it on.
func spokenBy(c *read.Claim) string {
	s := c.By.Name
	for _, p := range c.Via {
		s += ", by way of " + p.Name
	}
	return s
}

// RestJSON is what a claim was held against, or is like it on record: a provision, claim, figure (Of is its series) or event.
type RestJSON struct {
	Sort string `json:"sort"`
	ID   string `json:"id"`
	Of   string `json:"series,omitempty"`
}

// ReadQuoteJSON is one quotation; Speaker is "" where nobody is named.
type ReadQuoteJSON struct {
	From    int      `json:"from"`
	To      int      `json:"to"`
	Speaker string   `json:"speaker"`
	States  []string `json:"states,omitempty"`
	Rule    string   `json:"rule,omitempty"`
	// Speakers and Via are those of a claim.
	Speakers []VoiceJSON `json:"speakers,omitempty"`
	Via      []VoiceJSON `json:"via,omitempty"`
}

// ExchangeJSON is one question to a language model: hashes of what was sent and what came back, and the latter.
type ExchangeJSON struct {
	Address string `json:"address"`
	Model   string `json:"model"`
	Request string `json:"request"`
	Answer  string `json:"answer"`
	Body    []byte `json:"body"`
}

// DropJSON counts what was offered as a claim and is none.
type DropJSON struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// ReviewedJSON is what a person decided on a claim of the same document before.
type ReviewedJSON struct {
	Verdict string `json:"verdict"`
	By      string `json:"by"`
	On      string `json:"on"`
	Claim   string `json:"claim,omitempty"`
	Reason  string `json:"reason,omitempty"`
}

// LoadedWordJSON is a word that judges while it names.
type LoadedWordJSON struct {
	From int    `json:"from"`
	To   int    `json:"to"`
	Text string `json:"text"`
}

// Reading is a document with its claims and what came of checking them, which belong together by their number.
type Reading struct {
	*read.Result
	Checks []check.Result
	// Tool is the program with its version, Today the day on which the document was read.
	Tool  string
	Today when.Day
	// Reviews are what persons decided on claims of this document before, by the numbers of the claims. All shows those
	// that were rejected too.
	Reviews map[int]*claim.Review
	All     bool
	// Links lead what is named to lists, law, goods and ships.
	Links []read.Link
}

// WriteReading writes a reading as "text", "json", "jsonl" (one claim a line), "jsonld" (in the terms of
// PROV-O) or "html".
func WriteReading(w io.Writer, format string, r Reading) error {
	var b []byte
	var err error
	switch format {
	case "json":
		b, err = readingFile(r)
	case "jsonl":
		b, err = readingLines(r)
	case "html":
		b = readingHTML(r)
	case "jsonld":
		b, err = readingDocument(r)
	case "text":
		b = readingText(r)
	default:
		err = fault.New(fault.Usage, "there is no format %q", format)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

func readingJSON(r Reading) ReadingJSON {
	d := r.Document
	out := ReadingJSON{Document: DocumentJSON{
		Name: d.Name, SHA256: d.SHA256, Size: d.Size, Media: string(d.Media), Encoding: d.Encoding, Title: d.Title, Date: r.Day.String(),
		Author: r.Author.Name, TextSHA256: d.TextSHA256, Pages: d.Pages, Problems: d.Problems,
	}, Tool: r.Tool, Claims: []ReadClaimJSON{}, Quotes: []ReadQuoteJSON{}, Links: linksJSON(r), Skipped: r.Skipped, Unread: r.Unread(), Coverage: CoverageJSON(r.Coverage)}
	for _, o := range r.Other {
		out.Languages = append(out.Languages, LanguageJSON{o.Code, o.Name, o.Sentences})
	}
	for i := range r.Claims {
		if r.hidden(i) {
			out.Rejected++
			continue
		}
		out.Claims = append(out.Claims, claimJSON(r, i))
	}
	for _, x := range r.Exchanges {
		out.Asked = append(out.Asked, ExchangeJSON{x.Address, x.Model, x.Request, x.Answer, []byte(x.Body)})
	}
	for _, x := range r.Dropped {
		out.Dropped = append(out.Dropped, DropJSON(x))
	}
	for _, q := range r.Quotes {
		from, to := d.Original(q.From, q.To)
		out.Quotes = append(out.Quotes, ReadQuoteJSON{from, to, q.By.Name, stateCodes(q.By.States), q.Rule, voicesJSON(q.By.Members()), voicesJSON(q.Via)})
	}
	for _, s := range r.Loaded {
		from, to := d.Original(s.From, s.To)
		out.Loaded = append(out.Loaded, LoadedWordJSON{from, to, d.Text[s.From:s.To]})
	}
	return out
}

func claimJSON(r Reading, i int) ReadClaimJSON {
	c := &r.Claims[i]
	out := ReadClaimJSON{
		ID: c.ID, From: c.From, To: c.To, Place: r.Document.Place(c.Span.From), Quotation: claimWords(r, i), Speaker: c.By.Name, SpeakerState: stateCodes(c.By.States), Speakers: voicesJSON(c.By.Members()), Via: voicesJSON(c.Via), Voice: c.Voice.String(),
		Kind: c.Kind.String(), Sort: c.Sort, About: stateCodes(c.Subject.States), AnyState: c.Subject.Any, Negative: c.Negative,
		Hedge: c.Hedge, Unit: c.Unit, Rule: c.Rule, AttributedBy: c.AttributedBy, Result: r.Checks[i].Word.String(), Evidence: r.Checks[i].Evidence,
		Extractor: c.Extractor, Request: c.Request, Answer: c.Answer, Ledger: forLedger(&c.Claim),
	}
	for _, x := range r.Checks[i].Rests {
		out.RestsOn = append(out.RestsOn, RestJSON{x.Sort.String(), x.ID, x.Of})
	}
	if v := r.Reviews[i+1]; v != nil {
		out.Review = &ReviewedJSON{v.Verdict.String(), v.By, v.On.String(), v.Claim, v.Reason}
	}
	if c.Quantity.Known {
		out.Quantity = c.Quantity.String()
	}
	if c.Activity != nil {
		out.Activity, out.ActivityBy = c.Activity.AppendJSON(nil), c.ActivityBy
	} else if c.Lacks != "" {
		out.ActivityKind, out.ActivityLacks = c.Doing, c.Lacks
	}
	if c.Answers >= 0 {
		out.Answers = r.Claims[c.Answers].ID
	}
	return out
}

func readingLines(r Reading) ([]byte, error) {
	var b bytes.Buffer
	for i := range r.Claims {
		if r.hidden(i) {
			continue
		}
		line, err := json.Marshal(claimJSON(r, i))
		if err != nil {
			return nil, err
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.Bytes(), nil
}

// readingWidth is the width of the text beside the margin, in characters.
const readingWidth = 88

// readingText prints the text with the numbers of the claims in the margin, and the claims below.
func readingText(r Reading) []byte {
	var b bytes.Buffer
	text := r.Document.Text
	numbers, begins := "", 0
	line, width := "", 0
	flush := func() {
		if line != "" {
			fmt.Fprintf(&b, "%9s │ %s\n", strings.TrimPrefix(numbers, " "), line)
		}
		line, width, numbers = "", 0, ""
	}
	for i := 0; i < len(text); {
		n := strings.IndexAny(text[i:], " \n")
		if n < 0 {
			n = len(text) - i
		}
		word := plainWord(text[i : i+n])
		size := utf8.RuneCountInString(word)
		if width > 0 && width+1+size > readingWidth {
			flush()
		}
		for begins < len(r.Claims) && r.Claims[begins].Span.From < i+max(n, 1) {
			if begins++; r.hidden(begins - 1) {
				continue
			}
			numbers += fmt.Sprintf(" %d", begins)
		}
		if width > 0 && size > 0 {
			line += " "
			width++
		}
		line += word
		width += size
		i += n
		if strings.HasPrefix(text[i:], "\n\n") {
			flush()
			b.WriteString("          │\n")
		}
		i++
	}
	flush()
	b.WriteString("\n")
	shown := 0
	for i := range r.Claims {
		if !r.hidden(i) {
			claimText(&b, r, i)
			shown++
		}
	}
	linksText(&b, r)
	readingSides(&b, r)
	fmt.Fprintf(&b, "%d claims, %d quotations, %d words that judge while they name. Found by %s; a person must confirm.\n",
		shown, len(r.Quotes), len(r.Loaded), finders(r))
	for _, x := range r.Dropped {
		fmt.Fprintf(&b, "Dropped of what the model said: %d, %s.\n", x.Count, x.Reason)
	}
	if n := len(r.Claims) - shown; n > 0 {
		fmt.Fprintf(&b, "Left out: %d that a person rejected in this document before; --all shows them.\n", n)
	}
	b.WriteString(Problems(r.Document))
	if text := r.Unread(); text != "" {
		b.WriteString(text + "\n")
	}
	v := r.Coverage
	fmt.Fprintf(&b, "Sentences: %d, with claims %d, without %d, too long %d, in another language %d.\n", v.Sentences, v.Claiming, v.Silent, v.TooLong, v.Foreign)
	if r.Skipped > 0 {
		fmt.Fprintf(&b, "Not read: %d sentences or quotations beyond the limits.\n", r.Skipped)
	}
	return b.Bytes()
}

// plainWord leaves out what does not print, so that a document cannot steer the terminal.
func plainWord(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}

func claimText(b *bytes.Buffer, r Reading, i int) {
	c := &r.Claims[i]
	fmt.Fprintf(b, "%3d  %s (%s) · %s · about %s", i+1, plainWord(spokenBy(c)), c.Voice, sortText(c), aboutText(c))
	if c.Hedge != "" {
		fmt.Fprintf(b, " · %s", c.Hedge)
	}
	fmt.Fprintf(b, "\n     %s: %s\n", r.Checks[i].Word, strings.Join(r.Checks[i].Evidence, "; "))
	if c.Activity != nil {
		fmt.Fprintf(b, "     activity %s\n", c.Activity.AppendJSON(nil))
	} else if c.Lacks != "" {
		fmt.Fprintf(b, "     tells of %s, but not %s: no activity\n", c.Doing, c.Lacks)
	}
	fmt.Fprintf(b, "     rule %s, speaker by %s, %s", c.Rule, c.AttributedBy, spanOf(r, i))
	if c.Extractor != read.RulesName {
		fmt.Fprintf(b, ", found by %s", plainWord(c.Extractor))
	}
	b.WriteByte('\n')
	if v := r.Reviews[i+1]; v != nil {
		fmt.Fprintf(b, "     %s\n", plainWord(reviewText(v)))
	}
}
