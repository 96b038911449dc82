package report

import (
	"bytes"
	"fmt"

	"github.com/cordon-engine/cordon/internal/read"
)

// ReadLinkJSON leads bytes of the original to a listing, a text of the law, goods or a ship. A listing has its standing and whether the
// matching engine calls it a match: what is no match may be somebody else.
type ReadLinkJSON struct {
	From     int     `json:"from"`
	To       int     `json:"to"`
	Sort     string  `json:"sort"`
	Name     string  `json:"name"`
	ID       string  `json:"id"`
	Title    string  `json:"title,omitempty"`
	Standing string  `json:"standing,omitempty"`
	Sure     bool    `json:"sure"`
	Score    float64 `json:"score,omitempty"`
}

func linksJSON(r Reading) []ReadLinkJSON {
	var out []ReadLinkJSON
	for _, l := range r.Links {
		from, to := r.Document.Original(l.From, l.To)
		out = append(out, ReadLinkJSON{from, to, l.Sort.String(), l.Name, l.ID, l.Title, l.Standing, l.Sure, l.Score})
	}
	return out
}

// linksText prints what the document names that is known elsewhere.
func linksText(b *bytes.Buffer, r Reading) {
	if len(r.Links) == 0 {
		return
	}
	b.WriteString("Named in it\n")
	for _, l := range r.Links {
		fmt.Fprintf(b, "  %s: %s %s", plainWord(l.Name), linkWords(l), l.ID)
		if l.Title != "" {
			fmt.Fprintf(b, " (%s)", plainWord(l.Title))
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
}

// linkWords says how sure a link is. Nobody is called listed whom the engine does not call a match.
func linkWords(l read.Link) string {
	switch {
	case l.Sort == read.ToListing && l.Sure:
		return l.Standing + " as"
	case l.Sort == read.ToListing:
		return fmt.Sprintf("no match, but may be (%.2f) the %s", l.Score, l.Standing)
	case l.Sort == read.ToCommodity && !l.Sure:
		return "may be"
	case l.Sort == read.ToHS:
		return "HS code near it:"
	}
	return "is"
}
