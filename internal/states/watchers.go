package states

import (
	"io/fs"
	"path"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Watcher is somebody who looked at the conduct of states: a count of findings measures the looking too.
type Watcher struct {
	Regime, ID, Name string
	// Whose says for whom it looked.
	Whose string
	From  when.Day
	// Until is the last day; law.Forever while it goes on.
	Until    when.Day
	What     string
	Sources  []string
	Verified bool
	Note     string
}

// LoadWatchers reads the files of a folder, one a regime.
func LoadWatchers(fsys fs.FS, dir string) ([]Watcher, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var out []Watcher
	for _, f := range files {
		b, err := fs.ReadFile(fsys, f)
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "the watchers %q", f)
		}
		list, err := readWatchers(f, b)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func readWatchers(file string, b []byte) ([]Watcher, error) {
	docs, err := yamltree.Parse(file, b)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fault.New(fault.Invalid, "a file of watchers is one document").At(fault.Place{File: file})
	}
	top, err := docs[0].Fields("a file of watchers")
	if err != nil {
		return nil, err
	}
	regime, err := top.NeedText("regime")
	if err != nil {
		return nil, err
	}
	list, err := top.Need("watchers")
	if err != nil {
		return nil, err
	}
	var out []Watcher
	for _, n := range list.Items {
		w, err := readWatcher(n)
		if err != nil {
			return nil, err
		}
		w.Regime = regime
		out = append(out, w)
	}
	return out, top.End()
}

func readWatcher(n *yamltree.Node) (w Watcher, err error) {
	m, err := n.Fields("a watcher")
	if err != nil {
		return w, err
	}
	var from, until string
	for _, t := range [...]struct {
		key string
		to  *string
	}{{"id", &w.ID}, {"name", &w.Name}, {"whose", &w.Whose}, {"from", &from}, {"what", &w.What}} {
		if *t.to, err = m.NeedText(t.key); err != nil {
			return w, err
		}
	}
	if until, err = m.Text("until"); err != nil {
		return w, err
	}
	if w.Note, err = m.Text("note"); err != nil {
		return w, err
	}
	if w.Sources, err = m.Texts("sources"); err != nil {
		return w, err
	}
	if w.Verified, err = m.Bool("verified", false); err != nil {
		return w, err
	}
	began, err := when.Parse(from)
	if err != nil {
		return w, fault.In(n.Place(), err)
	}
	w.From, w.Until = began.From, law.Forever
	if until != "" {
		ended, err := when.Parse(until)
		if err != nil {
			return w, fault.In(n.Place(), err)
		}
		w.Until = ended.To
	}
	return w, m.End()
}

// Ended reports whether the watcher no longer looks.
func (w *Watcher) Ended() bool { return w.Until != law.Forever }
