// Package claim holds what somebody asserts about the conduct of states, in whose name, about which obligation, and what
// the party concerned answered: sources, claims, links between them, grades and requests for an answer.
//
// It decides nothing about truth: a denial is a claim with its own grade, an answer that never came is silence and not
// consent, and items with one origin are shown and count once. Nothing here is overwritten: a retraction is a claim that
// retracts another, and the other stays.
package claim

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Source is a text or file in which claims were found.
type Source struct {
	ID        string
	Title     string
	Publisher string
	Kind      SourceKind
	// State is the state that speaks through it, if one does.
	State     place.State
	Published when.Period
	URL       string
	// CopyOf is the source of which this one is a copy, a translation or a summary: what it says in its own voice has
	// that source's origin. "" for none.
	CopyOf string
	// SHA256, in hexadecimal, Size, in bytes, Captured and Tool (what captured it) belong to the kept original; empty
	// where only the reference is kept.
	SHA256 string
	Size   int
	// TextSHA256 and TextSize are those of the text that was extracted from the original, where spans cannot point into the
	// original itself: a PDF or Word file. The text is kept too.
	TextSHA256 string
	TextSize   int
	Captured   when.Day
	Tool       string
	// Verified is false where we have not seen the text itself but an account of it.
	Verified bool
	Note     string
}

// SourceKind says who publishes.
type SourceKind uint8

// The kinds of sources.
const (
	OtherSource SourceKind = iota
	ExpertPanel            // an expert body of the authority, for instance a panel of experts
	Committee              // the authority or its committee
	Court
	StateOrgan
	StateGroup // a group of states outside the authority
	Press
	Research
	Company
	Registry
)

// Claim is one assertion by one speaker in one source. A Period or Request.On whose From is [when.NoDay] is not given.
type Claim struct {
	ID     string
	Source string
	// Where is the place in the source: a paragraph, page or note; From and To are offsets of the span in bytes of the kept
	// original, both zero when none is kept.
	Where    string
	From, To int
	// Speaker is in whose name it is said; SpeakerState the state whose organ or official speaks.
	// SpeakerKind says what the speaker is; the zero value stands for a state organ where SpeakerState is set, and for
	// the kind of the source where it is not.
	Speaker      string
	SpeakerState place.State
	SpeakerKind  SourceKind
	// Speakers are those who say it together, two or more, in the order of the source; nil for one. Where they are given, Speaker names them all,
	// and SpeakerState is only set where all are of that state.
	Speakers []Voice
	// Via are those who passed it on, from who had it from the speaker outwards to who is the last before the source; nil where the
	// source has it from the speaker.
	Via  []Voice
	Kind Kind
	// Text says it in our own words.
	Text string
	// Hedge is the likelihood word the speaker used, in our own words; "" for none.
	Hedge string
	// About are the states whose conduct it is about, Act what was done, in a few words, where neither Activity nor
	// Obligations say so; Obligations are provisions by their ids.
	About       []place.State
	Act         string
	Obligations []string
	// Parties are the persons, firms and ships it names, each with the act that it names them for.
	Parties []Party
	Period  when.Period
	Place   string
	// Quantity in Unit, with bounds.
	Quantity    record.Range
	Unit        string
	Attribution Attribution
	// Activity is what was done, in the vocabulary of the law; nil when it cannot be said so.
	Activity *activity.Activity
	Links    []Link
	// Origin names the independence group: claims that rest on the same observation. "" means that of the claim that it
	// repeats, or its own.
	Origin string
	Grades []Grade
	Asked  []Request
	// Dispute says what a denial disputes.
	Dispute Dispute
	// Dissent is what a minority of the speaking body held.
	Dissent string
	// Alternatives are innocent explanations, Settles what would tell them apart.
	Alternatives []string
	Settles      []string
	Verified     bool
	Note         string
}

// Party is a person, firm or ship with the act it is named for.
type Party struct {
	Name, Act string
	State     place.State
}

// Voice is one of several who say a thing together, or one who passes on what another says.
type Voice struct {
	Name  string
	State place.State
	Kind  SourceKind
}

// SpeakerStates gives the states whose organs or officials speak, sorted by code, each once.
func (c *Claim) SpeakerStates() []place.State {
	var out []place.State
	if c.SpeakerState != 0 {
		out = append(out, c.SpeakerState)
	}
	for _, v := range c.Speakers {
		if v.State != 0 {
			out = append(out, v.State)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// SpokenFor reports whether a state speaks in a claim, alone or with others.
func (c *Claim) SpokenFor(s place.State) bool { return s != 0 && slices.Contains(c.SpeakerStates(), s) }

// Kind says what kind of assertion a claim is.
type Kind uint8

// The kinds of claims.
const (
	Fact       Kind = iota // something happened, by the speaker's own observation or record
	Allegation             // somebody did something that an obligation forbids
	Finding                // the conclusion of a body charged to inquire
	Decision               // of a court or of the authority
	Denial
	Admission
	Remedy     // what was done about it: a ship seized, a permit withdrawn
	Compliance // an obligation was met: a report filed, workers sent home
	LawReading // what is lawful or owed
	Legitimacy // who may say so
	Demand
	Proposal
	Undertaking
	Opinion
)

// Link ties a claim to another.
type Link struct {
	Kind LinkKind
	To   string
}

// LinkKind says how one claim stands to another.
type LinkKind uint8

// The kinds of links. A claim that repeats or quotes another rests on it and adds no origin; one that supports or
// challenges another has an origin of its own.
const (
	Supports LinkKind = iota
	Challenges
	Repeats
	Quotes
	Retracts
	Answers
)

// Attribution is the rung of the ladder on which the conduct is laid to a state.
type Attribution uint8

// The rungs.
const (
	UnknownAttribution Attribution = iota
	ByOrgan                        // an organ of the state
	ByStateOwned                   // an enterprise that the state owns
	ByNational                     // a firm or person of the state
	ThroughTerritory               // its flag or territory used, without its knowledge as far as is known
)

// Grade is one person's grade of a claim. The letter of the source and the number of the information are entered apart:
// either may be missing.
type Grade struct {
	// Reliability is 'A' to 'F' and Credibility 1 to 6; 0 for not graded. F and 6 say that it cannot be judged; they are no
	// middle values.
	Reliability byte
	Credibility int
	By          string
	On          when.Day
	Reason      string
}

// Request is an answer that was asked for.
type Request struct {
	Of place.State
	// OfParty names who was asked, when it was not a state.
	OfParty string
	By      string
	On      when.Period
	// Answer is the id of the claim that answers; "" with Silent true when none came by Until.
	Answer string
	Silent bool
	Until  when.Day
}

// Dispute says what is disputed.
type Dispute uint8

// The disputes.
const (
	NoDispute Dispute = iota
	OfFact
	OfLaw
	OfLegitimacy
)
