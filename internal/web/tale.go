package web

import (
	"io/fs"

	"github.com/cordon-engine/cordon/examples"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Story is the July 2017 story: sentences of our own, each with what it rests on.
type Story struct {
	Title, Lead string
	Sections    []StorySection
	// Parts are the activities with rulings that sections bring in.
	Parts []StoryPart
}

// StorySection is one part of the telling. Part names a [StoryPart], or is "".
type StorySection struct {
	ID, Title string
	Says      []Sentence
	Part      string
}

// Sentence is one or a few sentences with the ids of what they rest on: claims, figures (series/name), events, provisions and undertakings.
type Sentence struct {
	Text                                       string
	Claims, Figures, Events, Law, Undertakings []string
}

// ReadStory reads the July 2017 story in the folder "story" of fsys, with the activities of the examples.
func ReadStory(d *decide.Desk, fsys fs.FS) (*Story, error) {
	const file = "story/july-2017.yaml"
	b, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the story")
	}
	docs, err := yamltree.Parse(file, b)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fault.New(fault.Invalid, "a story is one document").At(fault.Place{File: file})
	}
	out, err := storyOf(docs[0])
	if err != nil {
		return nil, err
	}
	out.Parts, err = storyParts(d)
	return out, err
}

func storyOf(n *yamltree.Node) (*Story, error) {
	top, err := n.Fields("a story")
	if err != nil {
		return nil, err
	}
	out := &Story{}
	if out.Title, err = top.NeedText("title"); err != nil {
		return nil, err
	}
	if out.Lead, err = top.NeedText("lead"); err != nil {
		return nil, err
	}
	list, err := top.Need("sections")
	if err != nil {
		return nil, err
	}
	for _, n := range list.Items {
		sec, err := storySection(n)
		if err != nil {
			return nil, err
		}
		out.Sections = append(out.Sections, sec)
	}
	return out, top.End()
}

func storySection(n *yamltree.Node) (sec StorySection, err error) {
	f, err := n.Fields("a part of a story")
	if err != nil {
		return sec, err
	}
	if sec.ID, err = f.NeedText("id"); err != nil {
		return sec, err
	}
	if sec.Title, err = f.NeedText("title"); err != nil {
		return sec, err
	}
	if sec.Part, err = f.Text("part"); err != nil {
		return sec, err
	}
	says, err := f.Need("says")
	if err != nil {
		return sec, err
	}
	for _, n := range says.Items {
		s, err := sentenceOf(n)
		if err != nil {
			return sec, err
		}
		sec.Says = append(sec.Says, s)
	}
	return sec, f.End()
}

func sentenceOf(n *yamltree.Node) (s Sentence, err error) {
	f, err := n.Fields("a sentence of a story")
	if err != nil {
		return s, err
	}
	if s.Text, err = f.NeedText("text"); err != nil {
		return s, err
	}
	for _, x := range []struct {
		key string
		to  *[]string
	}{{"claims", &s.Claims}, {"figures", &s.Figures}, {"events", &s.Events}, {"law", &s.Law}, {"undertakings", &s.Undertakings}} {
		if *x.to, err = f.Texts(x.key); err != nil {
			return s, err
		}
	}
	if len(s.Claims)+len(s.Figures)+len(s.Events)+len(s.Law)+len(s.Undertakings) == 0 {
		return s, n.Errorf("the sentence rests on nothing").WithFix("name claims, figures, events, provisions or undertakings")
	}
	return s, f.End()
}

// storyParts reads the activities of the examples.
func storyParts(d *decide.Desk) ([]StoryPart, error) {
	parts, err := examples.July2017()
	if err != nil {
		return nil, err
	}
	var out []StoryPart
	for _, p := range parts {
		list, err := d.Reference.ReadYAML(p.ID+".yaml", p.Data)
		if err != nil {
			return nil, err
		}
		out = append(out, StoryPart{ID: p.ID, Text: p.Text, Activities: list, Notes: p.Notes})
	}
	return out, nil
}
