package report

import (
	"bytes"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/read"
)

// ProposedRegime is the id of the regime that the instruments of [WriteProposed] belong to, and the name of its folder.
const ProposedRegime = "read"

// ProposedFolder gives the file that makes a folder a regime of proposals. Its target is the state that the first term binds; no rule
// hangs on it.
func ProposedFolder(target place.State) []byte {
	return fmt.Appendf(nil, "regime: %s\ntitle: Proposals read from documents\nauthority: the states that made them\ntarget: %s\n"+
		"scope: Undertakings that documents propose, as rules read them; none is law, and none is known to be accepted.\n", ProposedRegime, target)
}

// WriteProposed gives the proposals of a document as an instrument that `cordon commitments` can read: the id that its undertakings begin
// with, and the file. The words are ours; the document is named with its digest, so that a person can hold one against the other.
func WriteProposed(r *read.Result, places *place.Gazetteer) (id string, file []byte) {
	id = "read-" + r.Document.SHA256[:8]
	var b bytes.Buffer
	line := func(indent, key, value string) { fmt.Fprintf(&b, "%s%s: %s\n", indent, key, value) }
	speaker := r.Terms[0].Speaker
	name := path.Base(filepath.ToSlash(r.Document.Name))
	source := "[" + strconv.Quote(name+" sha256:"+r.Document.SHA256) + "]"
	line("", "instrument", strconv.Quote("Proposals in "+name+" ("+id+")"))
	line("", "title", strconv.Quote("What "+speaker+" proposed, as read from a document"))
	line("", "authority", strconv.Quote(speaker))
	line("", "status", "proposed")
	line("", "adopted", r.Day.String())
	line("", "sources", source)
	b.WriteString("provisions:\n")
	for i := range r.Terms {
		t := &r.Terms[i]
		who := nameStates(t.By, places)
		from, to := r.Document.Original(t.From, t.To)
		line("  - ", "id", termID(id, i))
		line("    ", "paragraph", strconv.Quote(fmt.Sprintf("bytes %d to %d", from, to)))
		line("    ", "title", strconv.Quote(strings.ToUpper(t.Words[:1])+t.Words[1:]))
		line("    ", "text", strconv.Quote(who+" would "+t.Words+"."))
		line("    ", "bound", strconv.Quote(who))
		line("    ", "binding", "proposes")
		line("    ", "effect", "commit")
		line("    ", "measure", t.Measure)
		if t.Kind != "" {
			line("    ", "kind", t.Kind)
			line("    ", "when", strconv.Quote(t.When))
		}
		line("    ", "stipulation", stipulation(id, t))
		line("    ", "verified", "false")
		line("    ", "paragraph_verified", "false")
		line("    ", "sources", source)
		line("    ", "note", strconv.Quote(fmt.Sprintf("Read by rules (%s, %s); a person must confirm it.", t.Found, t.Rule)))
	}
	return id, b.Bytes()
}

func termID(id string, i int) string { return id + "-" + strconv.Itoa(i+1) }

func stipulation(id string, t *read.Term) string {
	does := "act"
	if t.Abstains {
		does = "abstain"
	}
	s := "{does: " + does + ", by: [" + strings.Join(stateCodes(t.By), ", ") + "]"
	if len(t.Towards) > 0 {
		s += ", to: [" + strings.Join(stateCodes(t.Towards), ", ") + "]"
	}
	if t.If >= 0 {
		s += ", if: " + termID(id, t.If)
	}
	return s + "}"
}

func nameStates(list []place.State, places *place.Gazetteer) string {
	var out []string
	for _, s := range list {
		out = append(out, places.Name(s))
	}
	return strings.Join(out, " and ")
}
