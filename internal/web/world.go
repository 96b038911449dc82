package web

import (
	_ "embed"
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

//go:embed world.tsv
var worldFile string

// outline is a state on the map, in the units of a drawing 2,000 wide and worldHeight high.
type outline struct {
	code string
	area int
	x, y int
	// path is "" for a state that is too small to draw.
	path string
}

// Antarctica is left out, and so is the sea below the capes.
const (
	worldWidth, worldHeight = 2000, 860
	// smallest is the area under which a state is marked with a dot too, so that it can be seen and hit.
	smallest = 60
)

// loadWorld reads the outlines; see worldgen.
func loadWorld() ([]outline, error) {
	var out []outline
	for n, line := range strings.Split(strings.TrimSuffix(worldFile, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		o, err := outlineOf(f)
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "the outlines of states").At(fault.Place{File: "world.tsv", Line: n + 1})
		}
		out = append(out, o)
	}
	return out, nil
}

func outlineOf(f []string) (outline, error) {
	if len(f) != 5 {
		return outline{}, fault.New(fault.Invalid, "%d columns, not 5", len(f))
	}
	o := outline{code: f[0], path: f[4]}
	var err error
	for i, to := range []*int{&o.area, &o.x, &o.y} {
		if *to, err = strconv.Atoi(f[i+1]); err != nil {
			return o, err
		}
	}
	return o, nil
}

// mapped is what the map shows of a state.
type mapped struct {
	// Level is a word for evidence, or "" for nothing on record.
	Level string
	// Text says it in words, Address leads to all of it.
	Text, Address string
}

// hatches tell levels apart without colour; each stands in the drawing that uses it, since a style sheet cannot name it.
const hatches = `<defs>` +
	`<pattern id="m-possible" width="9" height="9" patternUnits="userSpaceOnUse"><rect class="e1" width="9" height="9"/><circle class="dots" cx="4" cy="4" r="1.6"/></pattern>` +
	`<pattern id="m-alleged" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="e2" width="10" height="10"/><path class="lines" d="M0 0v10"/></pattern>` +
	`<pattern id="m-corroborated" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="e3" width="6" height="6"/><path class="lines" d="M0 0v6"/></pattern>` +
	`<pattern id="m-adjudicated" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="e4" width="6" height="6"/></pattern>` +
	`<pattern id="m-answered" width="9" height="9" patternUnits="userSpaceOnUse"><rect class="e0" width="9" height="9"/><path class="lines" d="M0 4.5h9"/></pattern></defs>`

// worldMap draws the states; those with something on record are links with words.
func (s *Site) worldMap(of map[string]mapped, label string) template.HTML {
	var land, known, dots strings.Builder
	for _, o := range s.world {
		m, ok := of[o.code]
		if !ok {
			land.WriteString(o.path)
			continue
		}
		shape := ""
		if o.path != "" {
			shape = fmt.Sprintf(`<path fill="url(#m-%s)" d="%s"/>`, m.Level, o.path)
		}
		if o.area < smallest {
			shape += fmt.Sprintf(`<circle fill="url(#m-%s)" cx="%d" cy="%d" r="9"/>`, m.Level, o.x, o.y)
		}
		to := &known
		if o.area < smallest {
			to = &dots // above its neighbours
		}
		text := template.HTMLEscapeString(m.Text)
		fmt.Fprintf(to, `<a href="%s" aria-label="%s"><title>%s</title>%s</a>`, template.HTMLEscapeString(m.Address), text, text, shape)
	}
	return template.HTML(fmt.Sprintf(`<svg class="world" viewBox="0 0 %d %d" role="group" aria-label="%s">%s<path class="land" d="%s"/>%s%s</svg>`,
		worldWidth, worldHeight, template.HTMLEscapeString(label), hatches, land.String(), known.String(), dots.String()))
}
