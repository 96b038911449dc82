package web

import (
	"context"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// holdings are who owns or controls a subject, and what it owns or controls, as the loaded lists state it: a drawing with
// owners above and what is owned below, and the same as a table.
type holdings struct {
	SVG    template.HTML
	Height int
	Stakes []stakeRow
	File   drawingFile
	// Told are the same stakes in sentences, for where the drawing does not fit.
	Told []toldStakes
	// Cut is true where the drawing ends before the statements do.
	Cut bool
}

// stakeRow is one statement of ownership or control.
type stakeRow struct {
	Owner, Owned party
	Share, When  string
	// By is the publication's word for it; Past is true where it does not hold on the day.
	By   string
	Past bool
}

// toldStakes are stakes that say one thing of the subject.
type toldStakes struct {
	Title  string
	Stakes []stakeRow
}

// Verb says what the owner does, between the two.
func (r *stakeRow) Verb() string {
	switch {
	case r.Share == "controls":
		return "controls"
	case strings.HasSuffix(r.Share, "%"):
		return "owns " + r.Share + " of"
	}
	return "owns a share of"
}

// inSentences puts stakes into sentences by where the subject stands in them.
func inSentences(id, caption string, stakes []stakeRow) []toldStakes {
	out := []toldStakes{{Title: "Who owns or controls " + caption}, {Title: "What " + caption + " owns or controls"}, {Title: "Further along"}}
	for _, r := range stakes {
		at := &out[2]
		switch id {
		case r.Owned.ID:
			at = &out[0]
		case r.Owner.ID:
			at = &out[1]
		}
		at.Stakes = append(at.Stakes, r)
	}
	return slices.DeleteFunc(out, func(t toldStakes) bool { return len(t.Stakes) == 0 })
}

// party is one side of a stake; Address is "" where no loaded list has it.
type party struct{ ID, Caption, Address, Tier string }

// holder is a party with its place in the drawing: level 0 is the subject, levels below 0 are above it.
type holder struct {
	party
	level, at int
	x, y      int
	centre    bool
}

// How far the drawing goes: levels above and below the subject, parties in all, and parties on a level.
const (
	levelsUp, levelsDown = 3, 2
	maxHolders           = 18
	maxOnLevel           = 6
)

// Sizes of the drawing in pixels.
const (
	boxWidth, boxHeight = 196, 62
	boxGap, levelGap    = 26, 74
)

// walk finds the parties around a subject, level by level.
type walk struct {
	s      *Site
	day    when.Day
	of     map[string]*holder
	order  []*holder
	lives  map[string]*screen.Life
	stakes []subject.Relation
	cut    bool
}

// holdingsOf draws who stands behind a subject and before it; nil where no list says anything of it.
func (s *Site) holdingsOf(ctx context.Context, l *screen.Life, day when.Day) (*holdings, error) {
	w := &walk{s: s, day: day, of: map[string]*holder{}, lives: map[string]*screen.Life{l.ID: l}}
	w.place(party{ID: l.ID, Caption: l.Caption, Tier: TierOf(l.Tier, l.Statuses)}, 0).centre = true
	for i := 0; i < len(w.order); i++ { // grows while it is walked
		if err := w.around(ctx, w.order[i]); err != nil {
			return nil, err
		}
	}
	if len(w.stakes) == 0 {
		return nil, nil //nolint:nilnil // nothing is stated, which is no fault
	}
	w.settle()
	out := &holdings{Cut: w.cut}
	for _, r := range w.stakes {
		out.Stakes = append(out.Stakes, w.row(r))
	}
	out.Told = inSentences(l.ID, l.Caption, out.Stakes)
	out.SVG, out.Height = w.draw(out.Stakes)
	return out, nil
}

// place gives the party its place, on the level where it was met first.
func (w *walk) place(p party, level int) *holder {
	if h, ok := w.of[p.ID]; ok {
		return h
	}
	on := 0
	for _, h := range w.order {
		if h.level == level {
			on++
		}
	}
	if len(w.order) == maxHolders || on == maxOnLevel {
		w.cut = true
		return nil
	}
	h := &holder{party: p, level: level, at: on}
	w.of[p.ID] = h
	w.order = append(w.order, h)
	return h
}

// around adds the stakes that a party has a side in: of its owners above the subject, of what is owned below.
func (w *walk) around(ctx context.Context, h *holder) error {
	l, err := w.life(ctx, h)
	if err != nil || l == nil {
		return err
	}
	h.Tier = TierOf(l.Tier, l.Statuses)
	for _, r := range stakesOf(l) {
		above := endOf(r.To, r.ToText) == h.ID
		if above && h.level > 0 || !above && h.level < 0 {
			continue
		}
		other, level := party{ID: endOf(r.From, r.FromText), Caption: caption(l, r.From, r.FromText)}, h.level-1
		if !above {
			other, level = party{ID: endOf(r.To, r.ToText), Caption: caption(l, r.To, r.ToText)}, h.level+1
		}
		if level < -levelsUp || level > levelsDown {
			w.cut = true
			continue
		}
		if (r.From != "" && l.Related[r.From] != "" && above) || (r.To != "" && l.Related[r.To] != "" && !above) {
			other.Address = whoAddress(other.ID) + "?as_of=" + w.day.String()
		}
		if w.place(other, level) != nil && !slices.Contains(w.stakes, r) {
			w.stakes = append(w.stakes, r)
		}
	}
	return nil
}

// life gives the entry of a party; nil where no loaded list has it.
func (w *walk) life(ctx context.Context, h *holder) (*screen.Life, error) {
	if l, ok := w.lives[h.ID]; ok {
		return l, nil
	}
	if h.Address == "" {
		return nil, nil //nolint:nilnil // a name in words has no entry
	}
	l, err := w.s.Screener.Subject(ctx, h.ID, w.day)
	if fault.CodeOf(err) == fault.NotFound {
		return nil, nil //nolint:nilnil // named and not on a list
	}
	w.lives[h.ID] = l
	return l, err
}

// stakesOf gives what the lists state of ownership and control with a subject on one side.
func stakesOf(l *screen.Life) []subject.Relation {
	var out []subject.Relation
	add := func(list []subject.Relation) {
		for _, r := range list {
			if (r.Kind == "Ownership" || r.Kind == "Control") && (r.From == l.ID || r.To == l.ID) && !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	for _, r := range l.Records {
		add(r.Relations)
	}
	add(l.Mentions)
	return out
}

// endOf names a side of a relation: its id, or the words where it has none.
func endOf(id, text string) string {
	if id == "" {
		return "\x00" + text
	}
	return id
}

func caption(l *screen.Life, id, text string) string {
	switch {
	case id == l.ID:
		return l.Caption
	case l.Related[id] != "":
		return l.Related[id]
	case text != "":
		return text
	}
	return id
}

// settle moves parties so that owners stand above what they own: below the subject down, above it up. A circle has no such
// order; the number of rounds ends it.
func (w *walk) settle() {
	for range levelsUp + levelsDown {
		for _, r := range w.stakes {
			from, to := w.of[endOf(r.From, r.FromText)], w.of[endOf(r.To, r.ToText)]
			switch {
			case from == nil || to == nil || from.level < to.level:
			case to.level > 0 && from.level <= levelsDown:
				to.level = from.level + 1
			case from.level < 0 && to.level >= -levelsUp:
				from.level = to.level - 1
			}
		}
	}
	on := map[int]int{}
	for _, h := range w.order {
		h.at = on[h.level]
		on[h.level]++
	}
}

// row says a stake in words.
func (w *walk) row(r subject.Relation) stakeRow {
	out := stakeRow{Owner: w.side(r.From, r.FromText), Owned: w.side(r.To, r.ToText), Share: shareOf(r), By: r.Role}
	since, until := r.Since.Known, r.Until.Known
	switch {
	case since && until:
		out.When = r.Since.String() + " to " + r.Until.String()
	case since:
		out.When = "since " + r.Since.String()
	case until:
		out.When = "until " + r.Until.String()
	}
	out.Past = until && r.Until.Period.To < w.day || since && r.Since.Period.From > w.day
	return out
}

func (w *walk) side(id, text string) party {
	h := w.of[endOf(id, text)]
	if h == nil {
		return party{ID: id, Caption: text}
	}
	return h.party
}

// shareOf writes a share, or its bounds.
func shareOf(r subject.Relation) string {
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	switch {
	case r.Kind == "Control":
		return "controls"
	case r.ShareLow == 0 && r.ShareHigh == 0:
		return "share not stated"
	case r.ShareLow == r.ShareHigh:
		return number(r.ShareLow) + " %"
	}
	return number(r.ShareLow) + " to " + number(r.ShareHigh) + " %"
}

// draw lays the parties out, one level a row, and joins them.
func (w *walk) draw(stakes []stakeRow) (template.HTML, int) {
	most, first, last := 1, 0, 0
	count := map[int]int{}
	for _, h := range w.order {
		count[h.level]++
		most, first, last = max(most, count[h.level]), min(first, h.level), max(last, h.level)
	}
	width := max(drawingWidth-2*drawingMargin, most*(boxWidth+boxGap))
	height := (last-first)*(boxHeight+levelGap) + boxHeight + 8
	for _, h := range w.order {
		h.x = width*(2*h.at+1)/(2*count[h.level]) - boxWidth/2
		h.y = (h.level-first)*(boxHeight+levelGap) + 4
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="stakes" width="%d" height="%d" viewBox="0 0 %d %d" role="group" aria-label="Who owns or controls whom; the table says the same in words">`, width, height, width, height)
	var labels strings.Builder
	for _, r := range stakes {
		w.edge(&b, &labels, r)
	}
	for _, h := range w.order {
		h.box(&b)
	}
	b.WriteString(labels.String())
	b.WriteString("</svg>")
	return template.HTML(b.String()), height
}

// edge draws a stake from the owner down to what is owned, and its share over it.
func (w *walk) edge(b, labels *strings.Builder, r stakeRow) {
	from, to := w.of[r.Owner.ID], w.of[r.Owned.ID]
	if from == nil || to == nil {
		return
	}
	class := "edge"
	if r.Past {
		class += " by"
	}
	x1, y1, x2, y2 := from.x+boxWidth/2, from.y+boxHeight, to.x+boxWidth/2, to.y
	mx, my := (x1+x2)/2, (y1+y2)/2
	if from.y < to.y {
		fmt.Fprintf(b, `<path class="%s" d="M%d %dC%d %d %d %d %d %d"/><path class="arrow" d="M%d %dl-5 -8h10z"/>`, class, x1, y1, x1, my, x2, my, x2, y2-7, x2, y2)
	} else { // a circle: past the right side
		x1, y1, x2, y2 = from.x+boxWidth, from.y+boxHeight/2, to.x+boxWidth, to.y+boxHeight/2
		out := max(x1, x2) + 2*boxGap
		mx, my = out-boxGap/2, (y1+y2)/2
		fmt.Fprintf(b, `<path class="%s" d="M%d %dC%d %d %d %d %d %d"/><path class="arrow" d="M%d %dl8 -5v10z"/>`, class, x1, y1, out, y1, out, y2, x2+7, y2, x2, y2)
	}
	text := r.Share
	if r.Past {
		text += ", " + r.When
	}
	half := len(text)*7/2 + 8
	fmt.Fprintf(labels, `<rect class="plate" x="%d" y="%d" width="%d" height="18"/><text class="share" x="%d" y="%d" text-anchor="middle">%s</text>`,
		mx-half, my-10, 2*half, mx, my+4, template.HTMLEscapeString(text))
}

// box draws a party; one that is listed has a filled square, the word, and a heavier edge.
func (h *holder) box(b *strings.Builder) {
	class, word := "node", "on no loaded list"
	if h.Address != "" || h.centre {
		word = tierInBox(h.Tier)
	}
	if h.centre {
		class += " centre"
	}
	if h.Tier == "listed" {
		class += " on"
	}
	if h.Address != "" {
		fmt.Fprintf(b, `<a href="%s">`, template.HTMLEscapeString(h.Address))
		defer b.WriteString("</a>")
	}
	fmt.Fprintf(b, `<g><title>%s: %s</title><rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="3"/>`,
		template.HTMLEscapeString(h.Caption), word, class, h.x, h.y, boxWidth, boxHeight)
	lines := wrapped(h.Caption, 26)
	if len(lines) > 2 {
		lines = append(lines[:1], lines[1]+" …")
	}
	for i, line := range lines {
		fmt.Fprintf(b, `<text class="name" x="%d" y="%d">%s</text>`, h.x+10, h.y+19+16*i, template.HTMLEscapeString(clippedName(line)))
	}
	x := h.x + 10
	if h.Tier == "listed" {
		fmt.Fprintf(b, `<rect class="mark" x="%d" y="%d" width="9" height="9"/>`, x, h.y+boxHeight-16)
		x += 15
	}
	fmt.Fprintf(b, `<text x="%d" y="%d">%s</text></g>`, x, h.y+boxHeight-8, word)
}

// clippedName cuts a word that is longer than a box is wide.
func clippedName(line string) string {
	if r := []rune(line); len(r) > 28 {
		return string(r[:27]) + "…"
	}
	return line
}

// tierInBox is the word for a tier in a small box.
func tierInBox(tier string) string {
	switch tier {
	case "listed":
		return "listed"
	case "owned_or_controlled":
		return "owned or controlled by a listed one"
	case "former":
		return "no longer listed"
	case "not_yet":
		return "not yet listed"
	case "":
		return "not listed"
	}
	return strings.ReplaceAll(tier, "_", " ")
}

// stakeRows gives the stakes as a table.
func (h *holdings) stakeRows() [][]string {
	rows := [][]string{{"owner", "owner_id", "owned", "owned_id", "share", "when", "by"}}
	for _, r := range h.Stakes {
		rows = append(rows, []string{r.Owner.Caption, strings.TrimPrefix(r.Owner.ID, "\x00"), r.Owned.Caption, strings.TrimPrefix(r.Owned.ID, "\x00"), r.Share, r.When, r.By})
	}
	return rows
}

// holdingsNote says how the drawing is to be read.
const holdingsNote = "Owners stand above, what is owned below. A filled square and a heavy edge: listed. A broken line: does not hold on the day. " +
	"Shares are those that the loaded lists state; others may exist that no list tells of."
