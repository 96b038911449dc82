package claim

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// MaxID is the longest id in bytes.
const MaxID = 120

// checkID lets in what can stand in a command, an address and a file name.
func checkID(id string) error {
	ok := id != "" && len(id) <= MaxID
	for i := 0; ok && i < len(id); i++ {
		c := id[i]
		ok = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || i > 0 && (c == '-' || c == '.')
	}
	if !ok {
		return fault.New(fault.Invalid, "%q is no id", id).At(fault.Place{Field: "id"}).
			WithFix("use at most %d small letters, digits, hyphens and dots", MaxID)
	}
	return nil
}

func (l *Ledger) checkSource(s *Source) error {
	if err := checkID(s.ID); err != nil {
		return err
	}
	if err := plain(s.Title, s.Publisher, s.URL, s.Tool, s.Note); err != nil {
		return err
	}
	if s.CopyOf != "" && l.sourceAt[s.CopyOf] == nil {
		return l.missing("source", s.CopyOf).At(fault.Place{Field: "copy_of"})
	}
	if s.SHA256 == "" {
		if s.Size != 0 || s.Captured != when.NoDay || s.Tool != "" || s.TextSHA256 != "" || s.TextSize != 0 {
			return fault.New(fault.Invalid, "the source %q has a size, a day or a tool of capture but no hash", s.ID).
				At(fault.Place{Field: "sha256"})
		}
		return nil
	}
	if err := checkHash("sha256", s.SHA256); err != nil {
		return err
	}
	if s.Size <= 0 || s.Captured == when.NoDay {
		return fault.New(fault.Invalid, "the kept original of %q needs its size in bytes and the day of capture", s.ID).
			At(fault.Place{Field: "size"})
	}
	if s.TextSHA256 == "" && s.TextSize == 0 {
		return nil
	}
	if s.TextSize <= 0 {
		return fault.New(fault.Invalid, "the text of %q needs its size in bytes", s.ID).At(fault.Place{Field: "text_size"})
	}
	return checkHash("text_sha256", s.TextSHA256)
}

func checkHash(field, s string) error {
	if len(s) != 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return fault.New(fault.Invalid, "%q is no SHA-256 in small hexadecimal", s).At(fault.Place{Field: field})
	}
	return nil
}

func (l *Ledger) checkClaim(c *Claim, obligation func(string) bool, near func(string) []string) error {
	if err := checkID(c.ID); err != nil {
		return err
	}
	if err := plain(c.textsOf()...); err != nil {
		return err
	}
	src := l.sourceAt[c.Source]
	if src == nil {
		return l.missing("source", c.Source).At(fault.Place{Field: "source"})
	}
	if err := span(c, src); err != nil {
		return err
	}
	for _, id := range c.Obligations {
		if obligation(id) {
			continue
		}
		e := fault.New(fault.NotFound, "there is no provision %q", id).At(fault.Place{Field: "obligations"})
		if ids := near(id); len(ids) > 0 {
			return e.WithFix("did you mean %s?", strings.Join(ids, " or "))
		}
		return e.WithFix("`cordon law list` shows the ids")
	}
	for _, check := range []func(*Claim) error{speakers, acts, l.links, origin, l.answers, grades, disputes} {
		if err := check(c); err != nil {
			return err
		}
	}
	return nil
}

// span holds From and To inside the kept original, or the text that was extracted from it.
func span(c *Claim, src *Source) error {
	size := src.Size
	if src.TextSHA256 != "" {
		size = src.TextSize
	}
	switch {
	case c.From == 0 && c.To == 0:
		return nil
	case src.SHA256 == "":
		return fault.New(fault.Invalid, "the span %d to %d points into nothing: no original of %q is kept", c.From, c.To, src.ID).
			At(fault.Place{Field: "from"})
	case c.From >= c.To || c.To > size:
		return fault.New(fault.Invalid, "the span %d to %d does not lie in the %d bytes of %q", c.From, c.To, size, src.ID).
			At(fault.Place{Field: "from"})
	}
	return nil
}

// conduct are the kinds that say that something was done or left undone.
func (k Kind) conduct() bool {
	switch k {
	case Fact, Allegation, Finding, Decision, Admission, Remedy, Compliance:
		return true
	}
	return false
}

// speakers holds that those who speak together are two or more, each once, and that the one state of them is the state of all.
func speakers(c *Claim) error {
	at := fault.Place{Field: "speakers"}
	if len(c.Speakers) == 1 {
		return fault.New(fault.Invalid, "one alone does not speak together").At(at).WithFix("leave `speakers` out: `speaker` names one")
	}
	for i, v := range c.Speakers {
		switch {
		case slices.ContainsFunc(c.Speakers[:i], func(o Voice) bool { return text.Fold(o.Name) == text.Fold(v.Name) && o.State == v.State }):
			return fault.New(fault.Invalid, "%q stands among the speakers twice", v.Name).At(at)
		case c.SpeakerState != 0 && v.State != c.SpeakerState:
			return fault.New(fault.Invalid, "%q does not speak for %s", v.Name, c.SpeakerState).At(at).
				WithFix("leave `speaker_state` out where speakers of several states speak together")
		}
	}
	return nil
}

// acts holds that nobody is named without the specific act.
func acts(c *Claim) error {
	for _, p := range c.Parties {
		if strings.TrimSpace(p.Act) == "" {
			return fault.New(fault.Invalid, "%q is named without the act", p.Name).At(fault.Place{Field: "parties"}).
				WithFix("say as `act` what the party is said to have done")
		}
	}
	if c.Kind.conduct() && len(c.About) > 0 && c.Activity == nil && len(c.Obligations) == 0 && c.Act == "" {
		return fault.New(fault.Invalid, "the claim is about the conduct of a state and names no act").At(fault.Place{Field: "act"}).
			WithFix("give the activity, the obligations, or `act` in a few words")
	}
	return nil
}

func (l *Ledger) links(c *Claim) error {
	for _, k := range c.Links {
		other := l.claimAt[k.To]
		at := fault.Place{Field: k.Kind.String()}
		switch {
		case other == nil:
			return l.missing("claim", k.To).At(at)
		case other == c:
			return fault.New(fault.Invalid, "the claim %s itself", k.Kind).At(at)
		case k.Kind == Retracts && !sameVoice(c, other):
			return fault.New(fault.Invalid, "%s cannot take back what %s said", c.Speaker, other.Speaker).At(at).
				WithFix("who holds it to be wrong challenges it")
		}
		l.inbound[k.To] = append(l.inbound[k.To], Inbound{k.Kind, c})
	}
	return nil
}

// origin holds that what rests on another claim names no origin of its own.
func origin(c *Claim) error {
	rests := slices.ContainsFunc(c.Links, func(k Link) bool { return k.Kind == Repeats || k.Kind == Quotes })
	if rests && c.Origin != "" {
		return fault.New(fault.Invalid, "the claim repeats or quotes another and names an origin of its own").
			At(fault.Place{Field: "origin"}).WithFix("leave the origin out, or say that it supports the other")
	}
	return nil
}

// sameVoice reports whether two claims are in one name.
func sameVoice(a, b *Claim) bool {
	return text.Fold(a.Speaker) == text.Fold(b.Speaker) || slices.ContainsFunc(a.SpeakerStates(), b.SpokenFor)
}

func (l *Ledger) answers(c *Claim) error {
	for _, q := range c.Asked {
		if q.Answer == "" {
			continue
		}
		if l.claimAt[q.Answer] == nil {
			return l.missing("claim", q.Answer).At(fault.Place{Field: "requests"})
		}
		if q.Answer == c.ID {
			return fault.New(fault.Invalid, "the claim is given as the answer to itself").At(fault.Place{Field: "requests"})
		}
	}
	return nil
}

func grades(c *Claim) error {
	for _, g := range c.Grades {
		if g.Reliability != 0 && (g.Reliability < 'A' || g.Reliability > 'F') || g.Credibility < 0 || g.Credibility > 6 ||
			g.Reliability == 0 && g.Credibility == 0 || g.By == "" || g.Reason == "" {
			return fault.New(fault.Invalid, "a grade is a letter from A to F, a number from 1 to 6 or both, with a name and a reason").
				At(fault.Place{Field: "grades"})
		}
	}
	return nil
}

// disputes holds that a denial says what it disputes, and that nothing else does but a reading of the law or a word on
// who may say so.
func disputes(c *Claim) error {
	at := fault.Place{Field: "dispute"}
	if c.Kind == Denial && c.Dispute == NoDispute {
		return fault.New(fault.Invalid, "the denial does not say what it disputes").At(at).
			WithFix("fact (it did not happen), law (it is lawful) or legitimacy (you may not say so)")
	}
	if c.Dispute != NoDispute && c.Kind != Denial && c.Kind != LawReading && c.Kind != Legitimacy {
		return fault.New(fault.Invalid, "a claim of the kind %s disputes nothing", c.Kind).At(at).WithFix("its kind may be denial")
	}
	return nil
}

func (c *Claim) textsOf() []string {
	out := []string{c.Where, c.Speaker, c.Text, c.Hedge, c.Act, c.Place, c.Unit, c.Origin, c.Dissent, c.Note}
	out = append(append(out, c.Alternatives...), c.Settles...)
	for _, p := range c.Parties {
		out = append(out, p.Name, p.Act)
	}
	for _, v := range slices.Concat(c.Speakers, c.Via) {
		out = append(out, v.Name)
	}
	for _, g := range c.Grades {
		out = append(out, g.By, g.Reason)
	}
	for _, q := range c.Asked {
		out = append(out, q.By, q.OfParty)
	}
	return out
}

// plain refuses text that does not print: it could hide what it says from a reader.
func plain(texts ...string) error {
	for _, s := range texts {
		if !utf8.ValidString(s) {
			return fault.New(fault.Invalid, "%q is not valid UTF-8", s)
		}
		for _, r := range s {
			if unicode.Is(unicode.C, r) && r != '\n' || r == '\u2028' || r == '\u2029' {
				return fault.New(fault.Invalid, "%q holds a character that does not print (U+%04X)", s, r)
			}
		}
	}
	return nil
}

// acyclic refuses chains that come back to themselves: of copies, and of links to what was said before.
func (l *Ledger) acyclic() error {
	var ids []string
	for _, s := range l.sources {
		ids = append(ids, s.ID)
	}
	if at := cycle(ids, func(id string) []string {
		if of := l.sourceAt[id].CopyOf; of != "" {
			return []string{of}
		}
		return nil
	}); at != "" {
		return fault.New(fault.Invalid, "the source %q is, by way of others, a copy of itself", at).At(l.at["source "+at])
	}
	ids = ids[:0]
	for _, c := range l.claims {
		ids = append(ids, c.ID)
	}
	if at := cycle(ids, func(id string) []string { return l.claimAt[id].earlier() }); at != "" {
		return fault.New(fault.Invalid, "the links of the claim %q come back to it", at).At(l.at["claim "+at])
	}
	return nil
}

// earlier gives the claims that must have been there before.
func (c *Claim) earlier() []string {
	var out []string
	for _, k := range c.Links {
		if k.Kind != Supports && k.Kind != Challenges {
			out = append(out, k.To)
		}
	}
	return out
}

// cycle gives the first id that leads back to itself, or "".
func cycle(ids []string, next func(string) []string) string {
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(id string) string
	visit = func(id string) string {
		switch state[id] {
		case open:
			return id
		case done:
			return ""
		}
		state[id] = open
		for _, n := range next(id) {
			if at := visit(n); at != "" {
				return at
			}
		}
		state[id] = done
		return ""
	}
	for _, id := range ids {
		if at := visit(id); at != "" {
			return at
		}
	}
	return ""
}

// retract works out which claims are taken back, from the latest retractions to the earliest.
func (l *Ledger) retract() {
	known := map[string]bool{}
	var settle func(id string)
	settle = func(id string) {
		if known[id] {
			return
		}
		known[id] = true
		for _, in := range l.inbound[id] {
			if in.Kind != Retracts {
				continue
			}
			if settle(in.From.ID); l.takenBy[in.From.ID] == "" {
				l.takenBy[id] = in.From.ID
				return
			}
		}
	}
	for _, c := range l.claims {
		settle(c.ID)
	}
}
