package report

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/check"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/read"
)

// ReadingClaim is a claim of a reading in words, for pages.
type ReadingClaim struct {
	// Number counts the claims of the document from 1; Quotation is the text that it is, Where where that stands. Quoted is Quotation in
	// quotation marks, where it does not have its own.
	Number                   int
	Quotation, Quoted, Where string
	// Speaker is who says it and Voice how, Kind what it does, Hedge the likelihood word.
	Speaker, Voice, Kind, Hedge string
	// By are the codes of the states for which the speaker speaks, About those whose conduct it is about; AnyState says that
	// no state in particular is meant.
	By, About []string
	AnyState  bool
	// Result is the word of the check, Class the same for styles; Found says what came of it, Rests what it rests on.
	Result, Class string
	Found         []string
	Rests         []check.Ref
	Activity      *activity.Activity
	// Answers is the number of the claim that it answers, 0 for none; AnsweredBy are those that answer it.
	Answers    int
	AnsweredBy []int
	// Promised is true for what is asked, proposed or promised.
	Promised bool
	// Rule and AttributedBy found claim and speaker; Review is what a person decided on it before, "" for nothing.
	Rule, AttributedBy, Extractor, Review string
}

// voiceText says how a claim comes into a text.
var voiceText = map[read.Voice]string{
	read.Own: "in the author’s own voice", read.Direct: "quoted", read.Indirect: "as reported", read.Written: "in a document that is reported",
	read.Unnamed: "as reported, nobody named",
}

// ReadingClaims gives the claims of a reading in words, without those that a person rejected before.
func ReadingClaims(r Reading) []ReadingClaim {
	var out []ReadingClaim
	for i := range r.Claims {
		if !r.hidden(i) {
			out = append(out, readingClaim(r, i))
		}
	}
	return out
}

func readingClaim(r Reading, i int) ReadingClaim {
	c, k := &r.Claims[i], &r.Checks[i]
	out := ReadingClaim{
		Number: i + 1, Quotation: plainWord(strings.Join(strings.Fields(claimWords(r, i)), " ")), Where: spanOf(r, i),
		Speaker: plainWord(speakerText(c)), Voice: voiceText[c.Voice], Kind: sortText(c), Hedge: plainWord(c.Hedge),
		By: stateCodes(c.By.States), About: stateCodes(c.Subject.States), AnyState: c.Subject.Any,
		Result: k.Word.String(), Class: resultClass[k.Word], Found: k.Found(), Rests: k.Rests, Activity: c.Activity, Answers: c.Answers + 1,
		Promised: c.Kind == claim.Demand || c.Kind == claim.Proposal || c.Kind == claim.Undertaking, Rule: c.Rule, AttributedBy: c.AttributedBy, Extractor: plainWord(c.Extractor),
	}
	out.Quoted = inMarks(out.Quotation)
	for n := range r.Claims {
		if r.Claims[n].Answers == i && !r.hidden(n) {
			out.AnsweredBy = append(out.AnsweredBy, n+1)
		}
	}
	if v := r.Reviews[i+1]; v != nil {
		out.Review = plainWord(reviewText(v))
	}
	return out
}

// inMarks puts words in quotation marks; words that are a quotation already keep their own, and one that was cut off is closed or opened.
func inMarks(words string) string {
	if words == "" {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(words)
	last, _ := utf8.DecodeLastRuneInString(words)
	opens, closes := strings.ContainsRune("\"“„«「", first), strings.ContainsRune("\"”“»」", last)
	switch {
	case opens && closes:
		return words
	case opens && strings.Count(words, string(first)) == 1 && !strings.ContainsAny(words[utf8.RuneLen(first):], "”»」"):
		return words + closing[first]
	case closes && !strings.ContainsAny(words[:len(words)-utf8.RuneLen(last)], "\"“„«「"):
		return opening[last] + words
	}
	return "“" + words + "”"
}

// closing and opening give the other mark of a pair.
var (
	closing = map[rune]string{'"': `"`, '“': "”", '„': "“", '«': "»", '「': "」"}
	opening = map[rune]string{'"': `"`, '”': "“", '“': "„", '»': "«", '」': "「"}
)

// claimWords gives the text of a claim, as it was read.
func claimWords(r Reading, i int) string {
	return r.Document.Text[r.Claims[i].Span.From:r.Claims[i].Span.To]
}

// ReadingForPrograms gives a reading as `cordon read --format json` writes it, with its seal.
func ReadingForPrograms(r Reading) (json.RawMessage, error) { return readingFile(r) }

// ReadingRows gives the claims of a reading as a table, a head first.
func ReadingRows(r Reading) [][]string {
	rows := [][]string{{
		"claim", "quotation", "from", "to", "place", "speaker", "speaker_states", "voice", "kind", "sort", "about", "hedge", "result", "evidence", "provisions",
		"claims", "figures", "events", "activity", "answers", "rule", "attributed_by", "extractor", "document_sha256",
	}}
	for i := range r.Claims {
		if r.hidden(i) {
			continue
		}
		j := claimJSON(r, i)
		about := j.About
		if j.AnyState {
			about = []string{"any state"}
		}
		row := []string{
			j.ID, j.Quotation, strconv.Itoa(j.From), strconv.Itoa(j.To), j.Place, j.Speaker, strings.Join(j.SpeakerState, " "), j.Voice, j.Kind, j.Sort,
			strings.Join(about, " "), j.Hedge, j.Result, strings.Join(j.Evidence, "; "),
		}
		for _, sort := range []check.Sort{check.Provision, check.Claim, check.Figure, check.Happened} {
			row = append(row, strings.Join(restsOf(r.Checks[i].Rests, sort), " "))
		}
		rows = append(rows, append(row, string(j.Activity), j.Answers, j.Rule, j.AttributedBy, j.Extractor, r.Document.SHA256))
	}
	return rows
}

// restsOf gives the ids of one sort.
func restsOf(list []check.Ref, sort check.Sort) []string {
	var out []string
	for _, x := range list {
		if x.Sort == sort {
			out = append(out, x.ID)
		}
	}
	return slices.Compact(out)
}

// LoadedWords gives the words of a document that judge while they name, with how often they stand in it, the most frequent first.
func LoadedWords(r Reading) []string {
	var out []string
	for _, w := range r.loaded() {
		out = append(out, plainWord(w.word)+" ("+strconv.Itoa(w.count)+")")
	}
	return out
}

// OwnClaims counts the claims that a document makes in its author's own voice.
func OwnClaims(r Reading) int { return r.own() }
