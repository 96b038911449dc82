package claim

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// object writes the members of one JSON object that are not empty.
type object struct {
	b   []byte
	any bool
}

func begin(b []byte) *object { return &object{b: append(b, '{')} }

func (o *object) end() []byte { return append(o.b, '}') }

func (o *object) key(key string) {
	if o.any {
		o.b = append(o.b, ',')
	}
	o.any = true
	o.b = append(strconv.AppendQuote(o.b, key), ':')
}

func (o *object) text(key, s string) {
	if s != "" {
		o.key(key)
		o.b = appendText(o.b, s)
	}
}

func (o *object) texts(key string, list []string) {
	each(o, key, list, appendText)
}

func (o *object) number(key string, n int) {
	if n != 0 {
		o.key(key)
		o.b = strconv.AppendInt(o.b, int64(n), 10)
	}
}

func (o *object) flag(key string, v bool) {
	if v {
		o.key(key)
		o.b = append(o.b, "true"...)
	}
}

func (o *object) state(key string, s place.State) { o.text(key, s.String()) }

func (o *object) day(key string, d when.Day) { o.text(key, d.String()) }

func (o *object) period(key string, p when.Period) { o.text(key, p.String()) }

func each[T any](o *object, key string, list []T, item func([]byte, T) []byte) {
	if len(list) == 0 {
		return
	}
	o.key(key)
	for i, v := range list {
		o.b = append(o.b, "[,"[min(i, 1)])
		o.b = item(o.b, v)
	}
	o.b = append(o.b, ']')
}

// appendText quotes s; bytes that are not UTF-8, which New refuses, are replaced.
func appendText(b []byte, s string) []byte {
	out, err := jsontext.AppendQuote(b, s)
	if err != nil {
		out, _ = jsontext.AppendQuote(b, strconv.QuoteToASCII(s))
	}
	return out
}

// AppendSource appends the canonical form of a source: a JSON object with the keys of the files in one order, without
// those that are empty.
func AppendSource(b []byte, s *Source) []byte {
	o := begin(b)
	o.text("id", s.ID)
	o.text("title", s.Title)
	o.text("publisher", s.Publisher)
	o.text("kind", s.Kind.String())
	o.state("state", s.State)
	o.period("published", s.Published)
	o.text("url", s.URL)
	o.text("copy_of", s.CopyOf)
	o.text("sha256", s.SHA256)
	o.number("size", s.Size)
	o.text("text_sha256", s.TextSHA256)
	o.number("text_size", s.TextSize)
	o.day("captured", s.Captured)
	o.text("tool", s.Tool)
	o.flag("verified", s.Verified)
	o.text("note", s.Note)
	return o.end()
}

// AppendClaim appends the canonical form of a claim, with its grades and requests.
func AppendClaim(b []byte, c *Claim) []byte {
	o := begin(b)
	o.text("id", c.ID)
	o.text("source", c.Source)
	o.text("where", c.Where)
	o.number("from", c.From)
	o.number("to", c.To)
	o.text("speaker", c.Speaker)
	o.state("speaker_state", c.SpeakerState)
	if c.SpeakerKind != OtherSource {
		o.text("speaker_kind", c.SpeakerKind.String())
	}
	each(o, "speakers", c.Speakers, appendVoice)
	each(o, "via", c.Via, appendVoice)
	o.text("kind", c.Kind.String())
	o.text("text", c.Text)
	o.text("hedge", c.Hedge)
	each(o, "about", c.About, func(b []byte, s place.State) []byte { return appendText(b, s.String()) })
	o.text("act", c.Act)
	o.texts("obligations", c.Obligations)
	each(o, "parties", c.Parties, appendParty)
	o.period("period", c.Period)
	o.text("place", c.Place)
	if c.Quantity.Known {
		o.key("quantity")
		o.b = appendRange(o.b, c.Quantity)
	}
	o.text("unit", c.Unit)
	if c.Attribution != UnknownAttribution {
		o.text("attribution", c.Attribution.String())
	}
	if c.Activity != nil {
		o.key("activity")
		o.b = c.Activity.AppendJSON(o.b)
	}
	for k, word := range linkWords {
		var to []string
		for _, link := range c.Links {
			if link.Kind == LinkKind(k) {
				to = append(to, link.To)
			}
		}
		o.texts(word, to)
	}
	o.text("origin", c.Origin)
	each(o, "grades", c.Grades, func(b []byte, g Grade) []byte { return AppendGrade(b, "", g) })
	each(o, "requests", c.Asked, func(b []byte, q Request) []byte { return AppendRequest(b, "", q) })
	if c.Dispute != NoDispute {
		o.text("dispute", c.Dispute.String())
	}
	o.text("dissent", c.Dissent)
	o.texts("alternatives", c.Alternatives)
	o.texts("settles", c.Settles)
	o.flag("verified", c.Verified)
	o.text("note", c.Note)
	return o.end()
}

func appendVoice(b []byte, v Voice) []byte {
	o := begin(b)
	o.text("name", v.Name)
	o.state("state", v.State)
	if v.Kind != OtherSource {
		o.text("kind", v.Kind.String())
	}
	return o.end()
}

func appendParty(b []byte, p Party) []byte {
	o := begin(b)
	o.text("name", p.Name)
	o.text("act", p.Act)
	o.state("state", p.State)
	return o.end()
}

func appendRange(b []byte, r record.Range) []byte {
	if r.Low == r.High {
		return strconv.AppendFloat(b, r.Low, 'f', -1, 64)
	}
	b = strconv.AppendFloat(append(b, `{"low":`...), r.Low, 'f', -1, 64)
	return append(strconv.AppendFloat(append(b, `,"high":`...), r.High, 'f', -1, 64), '}')
}

// AppendGrade appends a grade; claim, when not empty, says of which claim.
func AppendGrade(b []byte, claim string, g Grade) []byte {
	o := begin(b)
	o.text("claim", claim)
	if g.Reliability != 0 {
		o.text("reliability", string(rune(g.Reliability)))
	}
	o.number("credibility", g.Credibility)
	o.text("by", g.By)
	o.day("on", g.On)
	o.text("reason", g.Reason)
	return o.end()
}

// AppendRequest appends a request; claim, when not empty, says of which claim.
func AppendRequest(b []byte, claim string, q Request) []byte {
	o := begin(b)
	o.text("claim", claim)
	o.state("of", q.Of)
	o.text("of_party", q.OfParty)
	o.text("by", q.By)
	o.period("on", q.On)
	o.text("answer", q.Answer)
	o.flag("silent", q.Silent)
	o.day("until", q.Until)
	return o.end()
}
