package event

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/jsonlines"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// ReadYAML reads a file with a list of events under the key "events".
func ReadYAML(r *activity.Reference, file string, data []byte) ([]Event, error) {
	docs, err := yamltree.Parse(file, data)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fault.New(fault.Invalid, "the file holds %d documents; a file of events is one", len(docs)).At(fault.Place{File: file})
	}
	m, err := docs[0].Fields("a file of events")
	if err != nil {
		return nil, err
	}
	list, err := m.Need("events")
	if err != nil {
		return nil, err
	}
	if err := m.End(); err != nil {
		return nil, err
	}
	if list.Kind != yamltree.List {
		return nil, list.Errorf("`events` must be a list")
	}
	var out []Event
	for _, n := range list.Items {
		e, err := FromNode(r, n)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, unique(file, out)
}

// ReadLines reads JSON Lines: one event a line, with the keys of the YAML form.
func ReadLines(r *activity.Reference, file string, src io.Reader) ([]Event, error) {
	in, err := jsonlines.NewReader(src, file)
	if err != nil {
		return nil, err
	}
	var out []Event
	for {
		line, number, err := in.Next()
		if errors.Is(err, io.EOF) {
			return out, unique(file, out)
		}
		if err != nil {
			return nil, err
		}
		e, err := fromLine(r, file, line, number)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
}

// fromLine reads one line. JSON is the part of YAML that it is; its places are moved to the line.
func fromLine(r *activity.Reference, file string, line []byte, number int) (Event, error) {
	if t := bytes.TrimSpace(line); len(t) == 0 || t[0] != '{' {
		return Event{}, fault.New(fault.Invalid, "the line is no JSON object").At(fault.Place{File: file, Line: number})
	}
	docs, err := yamltree.Parse(file, line)
	if err != nil {
		var f *fault.Error
		if errors.As(err, &f) {
			f.Place.Line = number
		}
		return Event{}, err
	}
	if len(docs) != 1 {
		return Event{}, fault.New(fault.Invalid, "a line holds one event").At(fault.Place{File: file, Line: number})
	}
	move(docs[0], number-1)
	return FromNode(r, docs[0])
}

func move(n *yamltree.Node, by int) {
	n.Line += by
	for _, list := range [][]*yamltree.Node{n.Keys, n.Items} {
		for _, it := range list {
			move(it, by)
		}
	}
}

// unique refuses an id that stands twice in one file.
func unique(file string, list []Event) error {
	seen := map[string]bool{}
	for i := range list {
		if seen[list[i].ID] {
			return fault.New(fault.Conflict, "the event %q stands twice", list[i].ID).At(fault.Place{File: file, Item: i + 1})
		}
		seen[list[i].ID] = true
	}
	return nil
}

// Merge brings lists together, in the one order of events. The same id with another content is a fault; the same event
// twice counts once.
func Merge(lists ...[]Event) ([]Event, error) {
	all := slices.Concat(lists...)
	Sort(all)
	byID := map[string]int{}
	out := all[:0]
	for i := range all {
		k, again := byID[all[i].ID]
		if !again {
			byID[all[i].ID] = len(out)
			out = append(out, all[i])
			continue
		}
		if !equal(&out[k], &all[i]) {
			return nil, fault.New(fault.Conflict, "two events have the id %q and are not the same", all[i].ID).
				WithFix("give one of them another id, or leave one file out")
		}
	}
	return out, nil
}

// ReadAll reads all files of events under a folder.
func ReadAll(r *activity.Reference, fsys fs.FS, dir string) ([]Event, error) {
	files, err := fs.Glob(fsys, dir+"/*.yaml")
	if err != nil {
		return nil, err
	}
	var lists [][]Event
	for _, name := range files {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "the events %q", name)
		}
		list, err := ReadYAML(r, name, b)
		if err != nil {
			return nil, err
		}
		lists = append(lists, list)
	}
	return Merge(lists...)
}

// FromNode reads one event from a tree.
func FromNode(r *activity.Reference, n *yamltree.Node) (Event, error) {
	m, err := n.Fields("an event")
	if err != nil {
		return Event{}, err
	}
	d := decoder{m: m, places: r.Places}
	var e Event
	e.ID, e.Title = d.need("id"), d.need("title")
	if n := d.one("kind"); n != nil {
		k, err := ParseKind(n.Text)
		d.keep(n, err)
		e.Kind = k
	}
	e.Time, e.Until = d.time("time", true), d.time("until", false)
	e.Actors, e.With = d.states("actors"), d.states("with")
	e.Place, e.Note = d.text("place"), d.text("note")
	e.Range, e.Scale = d.fact("range", vocab.TestRange), d.fact("scale", vocab.ExerciseScale)
	e.Outcome = Outcome(d.choice("outcome", outcomeWords))
	e.Doubt, e.Sources, e.Verified = d.texts("doubt"), d.texts("sources"), d.flag("verified")
	e.Claims, e.Moves = d.texts("claims"), d.moves()
	if err := d.end(); err != nil {
		return Event{}, err
	}
	return e, e.check(n)
}

// check refuses what contradicts itself.
func (e *Event) check(n *yamltree.Node) error {
	r := kindTable[e.Kind]
	switch {
	case e.ID == "" || len(e.ID) > 128 || strings.ContainsAny(e.ID, " \t\n"):
		return n.Errorf("the id %q is empty, longer than 128 bytes or has white space", e.ID)
	case len(e.Actors) == 0:
		return n.Errorf("the event %s has no `actors`: who did it?", e.ID)
	case e.Lasting() && e.Until.To <= e.Time.From:
		return n.Errorf("the event %s ends before it begins", e.ID)
	case e.Range != "" && e.Kind != BallisticLaunch:
		return n.Errorf("the event %s has a `range` but is no launch of a ballistic missile", e.ID)
	case e.Scale != "" && r.kind != vocab.KindExercise:
		return n.Errorf("the event %s has a `scale` but is no exercise", e.ID)
	case e.Verified && len(e.Sources) == 0:
		return n.Errorf("the event %s is verified but names no source", e.ID)
	}
	return nil
}

func (d *decoder) moves() []Move {
	n := d.m.Opt("moves")
	if n == nil {
		return nil
	}
	if n.Kind != yamltree.List {
		d.keep(n, n.Errorf("`moves` must be a list"))
		return nil
	}
	var out []Move
	for _, it := range n.Items {
		m, err := it.Fields("a move")
		if err != nil {
			d.keep(it, err)
			return nil
		}
		in := decoder{m: m, places: d.places}
		mv := Move{Act: Act(in.needChoice("act", actWords)), On: in.texts("on"), By: in.states("by"), Coder: in.text("coder"), Text: in.text("text")}
		p := m.Opt("progress")
		if p != nil {
			mv.Progress, err = strconv.Atoi(p.Text)
			if err != nil || mv.Progress < 0 || mv.Progress > 3 {
				in.keep(p, p.Errorf("progress is 0, 1, 2 or 3"))
			}
		}
		switch {
		case (p != nil) != (mv.Act == Progress):
			in.keep(it, it.Errorf("`progress` goes with the act progress, and with no other"))
		case len(mv.On) == 0:
			in.keep(it, it.Errorf("a move has no `on`: what does it bear on?"))
		case len(mv.By) == 0 && mv.Coder == "":
			in.keep(it, it.Errorf("a move has no `by`: in whose name is it done?"))
		}
		if err := in.end(); err != nil {
			d.keep(it, err)
			return nil
		}
		out = append(out, mv)
	}
	return out
}

// decoder reads the keys of a map and keeps the first error.
type decoder struct {
	m      *yamltree.Fields
	places *place.Gazetteer
	err    error
}

func (d *decoder) keep(n *yamltree.Node, err error) {
	if d.err == nil && err != nil {
		d.err = fault.In(n.Place(), err)
	}
}

func (d *decoder) end() error {
	if d.err != nil {
		return d.err
	}
	return d.m.End()
}

func (d *decoder) text(key string) string {
	s, err := d.m.Text(key)
	d.keep(d.m.Node(), err)
	return strings.TrimSpace(s)
}

func (d *decoder) need(key string) string {
	s, err := d.m.NeedText(key)
	d.keep(d.m.Node(), err)
	return strings.TrimSpace(s)
}

// one gives the scalar of a key that must be there, nil where it is not.
func (d *decoder) one(key string) *yamltree.Node {
	n, err := d.m.Need(key)
	if err == nil {
		_, err = n.String(key)
	}
	if err != nil {
		d.keep(d.m.Node(), err)
		return nil
	}
	return n
}

func (d *decoder) texts(key string) []string {
	s, err := d.m.Texts(key)
	d.keep(d.m.Node(), err)
	return s
}

func (d *decoder) flag(key string) bool {
	b, err := d.m.Bool(key, false)
	d.keep(d.m.Node(), err)
	return b
}

func (d *decoder) time(key string, need bool) Time {
	n := d.m.Opt(key)
	if n == nil {
		if need {
			d.one(key)
		}
		return Time{}
	}
	t, err := ParseTime(n.Text)
	d.keep(n, err)
	return t
}

func (d *decoder) states(key string) []place.State {
	n := d.m.Opt(key)
	if n == nil {
		return nil
	}
	words, err := n.Strings(key)
	d.keep(n, err)
	var out []place.State
	for _, w := range words {
		s, err := d.places.ParseState(w)
		d.keep(n, err)
		if slices.Contains(out, s) {
			d.keep(n, n.Errorf("%s names %s twice", key, w))
		}
		out = append(out, s)
	}
	return out
}

// fact reads one of the values that a fact of the vocabulary has.
func (d *decoder) fact(key string, id vocab.FactID) string {
	values := vocab.FactOf(id).Values
	if i := d.choice(key, append([]string{""}, values...)); i > 0 {
		return values[i-1]
	}
	return ""
}

func (d *decoder) needChoice(key string, words []string) int {
	if d.one(key) == nil {
		return 0
	}
	return d.choice(key, words)
}

func (d *decoder) choice(key string, words []string) int {
	n := d.m.Opt(key)
	if n == nil {
		return 0
	}
	i := slices.Index(words, n.Text)
	if i < 0 || n.Text == "" {
		e := n.Errorf("there is no %s %q", key, n.Text)
		if near := text.NearestOf(n.Text, words, 1); len(near) > 0 {
			e = e.WithFix("did you mean %s?", near[0])
		}
		d.keep(n, e)
		return 0
	}
	return i
}
