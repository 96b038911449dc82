// Package decide is the use case "may we do this": it loads the law and the
// reference data, reads activities from files and streams, and rules on them.
//
// It keeps nothing between calls and writes nothing but what it is asked for.
// A line that cannot be read is answered with its error and counted, never left
// out.
package decide

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Desk is everything needed to decide, loaded once. It is safe for concurrent
// use.
type Desk struct {
	Law       *law.Law
	Engine    *ruling.Engine
	Reference *activity.Reference
	HS        *goods.Nomenclature
	Lists     *goods.Lists
	Factors   *goods.Factors
	Places    *place.Gazetteer
	// DataVersion is the SHA-256 of the reference data, in hexadecimal.
	DataVersion string
}

// Config says what to load beside the facts that ship with Cordon.
type Config struct {
	// LawDirs are folders with further regimes.
	LawDirs []string
	// Drafts are instruments one by one, each of which names its regime.
	Drafts []law.File
	// Only loads no embedded regime, so that the folders are all the law.
	Only bool
	// Options of the engine.
	Options ruling.Options
}

// Open loads a desk from the embedded facts and the configuration.
func Open(facts fs.FS, c Config) (*Desk, error) {
	d := &Desk{}
	var errs [5]error
	var wg sync.WaitGroup
	wg.Go(func() { d.Law, errs[0] = loadLaw(facts, c) })
	wg.Go(func() { d.HS, errs[1] = loadIn(facts, "goods/hs", goods.Load) })
	wg.Go(func() { d.Places, errs[2] = place.Open(facts) })
	wg.Go(func() {
		if d.Lists, errs[3] = goods.LoadLists(facts, "goods/lists"); errs[3] == nil {
			d.Factors, errs[3] = goods.LoadFactors(facts, "goods/petroleum.yaml")
		}
	})
	wg.Go(func() { d.DataVersion, errs[4] = version(facts, "goods", "place") })
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	d.Reference = &activity.Reference{Places: d.Places, HS: d.HS, Commodities: d.Lists}
	o := c.Options
	o.Eager = o.Eager || len(c.LawDirs)+len(c.Drafts) > 0
	var err error
	d.Engine, err = ruling.NewEngine(d.Law, d.Places, d.Lists, d.Factors, o)
	return d, err
}

func loadIn[T any](facts fs.FS, dir string, load func(fs.FS) (T, error)) (T, error) {
	sub, err := fs.Sub(facts, dir)
	if err != nil {
		var zero T
		return zero, err
	}
	return load(sub)
}

func loadLaw(facts fs.FS, c Config) (*law.Law, error) {
	var sources []law.Source
	if !c.Only {
		sources = append(sources, law.Source{FS: facts, Root: "instruments", Name: "data/instruments"})
	}
	for _, dir := range c.LawDirs {
		info, err := os.Stat(dir)
		if err != nil || !info.IsDir() {
			return nil, fault.New(fault.NotFound, "there is no folder %q with law", dir).WithFix("--law takes a folder that holds one folder for each regime")
		}
		// A folder that is itself a regime is taken with its parent's view of it.
		if _, err := os.Stat(filepath.Join(dir, "regime.yaml")); err == nil {
			abs, err := filepath.Abs(dir)
			if err != nil {
				return nil, fault.Wrap(fault.Unavailable, err, "the folder %q", dir)
			}
			sources = append(sources, law.Source{FS: only{os.DirFS(filepath.Dir(abs)), filepath.Base(abs)}, Root: ".", Name: filepath.Dir(dir)})
			continue
		}
		sources = append(sources, law.Source{FS: os.DirFS(dir), Root: ".", Name: dir})
	}
	if len(c.Drafts) > 0 {
		sources = append(sources, law.Source{Files: c.Drafts})
	}
	return law.Load(sources...)
}

// only shows of a file system nothing but one folder.
type only struct {
	fs.FS
	dir string
}

// ReadDir is the part of fs.ReadDirFS that hides the other folders.
func (o only) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(o.FS, name)
	if name != "." {
		return list, err
	}
	return slices.DeleteFunc(list, func(e fs.DirEntry) bool { return e.Name() != o.dir }), err
}

// version hashes all files below the folders, by name and content.
func version(facts fs.FS, dirs ...string) (string, error) {
	h := sha256.New()
	for _, dir := range dirs {
		err := fs.WalkDir(facts, dir, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := fs.ReadFile(facts, p)
			if err != nil {
				return err
			}
			h.Write([]byte(p + "\x00" + strconv.Itoa(len(data)) + "\x00"))
			h.Write(data)
			return nil
		})
		if err != nil {
			return "", fault.Wrap(fault.Unavailable, err, "the reference data")
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Read reads the activities of a file that is small enough to be one piece:
// YAML, or JSON (one object, or a list) when its name ends in .json.
func (d *Desk) Read(name string, data []byte) ([]*activity.Activity, error) {
	if !strings.EqualFold(filepath.Ext(name), ".json") {
		return d.Reference.ReadYAML(name, data)
	}
	if len(data) > yamltree.MaxSize {
		return nil, fault.New(fault.TooLarge, "the file has %d bytes; at most %d are read", len(data), yamltree.MaxSize).
			At(fault.Place{File: name}).WithFix("use JSON Lines for volume")
	}
	dec := activity.NewDecoder(d.Reference)
	one := func(item []byte, n int) (*activity.Activity, error) {
		a := &activity.Activity{}
		if err := dec.Decode(item, a); err != nil {
			return nil, fault.In(fault.Place{File: name, Item: n}, err)
		}
		return a, nil
	}
	if t := bytes.TrimLeft(data, " \t\r\n"); len(t) == 0 || t[0] != '[' {
		a, err := one(data, 0)
		if err != nil {
			return nil, err
		}
		return []*activity.Activity{a}, nil
	}
	in := jsontext.NewDecoder(bytes.NewReader(data))
	if _, err := in.ReadToken(); err != nil {
		return nil, fault.New(fault.Invalid, "this is not valid JSON: %v", err).At(fault.Place{File: name})
	}
	var out []*activity.Activity
	for in.PeekKind() != ']' {
		v, err := in.ReadValue()
		if err != nil {
			return nil, fault.New(fault.Invalid, "this is not valid JSON: %v", err).At(fault.Place{File: name, Item: len(out) + 1})
		}
		a, err := one(v, len(out)+1)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	if _, err := in.ReadToken(); err != nil {
		return nil, fault.New(fault.Invalid, "this is not valid JSON: %v", err).At(fault.Place{File: name})
	}
	if _, err := in.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "something follows the list").At(fault.Place{File: name, Item: len(out) + 1}).
			WithFix("put every activity into the one list, or write JSON Lines")
	}
	return out, nil
}

// ReadTotals reads a file of running totals: a list of
//
//	{provision: 2397-p5, period: 2018, quantity: 300000, unit: bbl, source: ...}
//
// with quantity and unit, or value in US dollars, or both.
func (d *Desk) ReadTotals(name string, data []byte) ([]ruling.Total, error) {
	docs, err := yamltree.Parse(name, data)
	if err != nil {
		return nil, err
	}
	var out []ruling.Total
	for _, doc := range docs {
		if doc.Kind != yamltree.List {
			return nil, doc.Errorf("running totals are a list")
		}
		for _, n := range doc.Items {
			t, err := d.total(n)
			if err != nil {
				return nil, err
			}
			out = append(out, t)
		}
	}
	return out, nil
}

func (d *Desk) total(n *yamltree.Node) (t ruling.Total, err error) {
	m, err := n.Fields("a running total")
	if err != nil {
		return t, err
	}
	if t.Provision, err = m.NeedText("provision"); err != nil {
		return t, err
	}
	p, ok := d.Law.Provision(t.Provision)
	if !ok || p.Cap == nil {
		return t, n.Errorf("%q is not a provision with a cap", t.Provision)
	}
	s, err := m.NeedText("period")
	if err != nil {
		return t, err
	}
	if t.Period, err = when.Parse(s); err != nil {
		return t, fault.In(n.Place(), err)
	}
	if q := m.Opt("quantity"); q != nil {
		if t.Quantity, err = q.Number("quantity"); err != nil {
			return t, err
		}
		if t.Unit, err = m.NeedText("unit"); err != nil {
			return t, err
		}
		if len(p.Cap.Limits) > 0 {
			for _, l := range p.Cap.Limits {
				if l.Unit == "" {
					continue
				}
				if _, err := d.Factors.Convert(t.Quantity, t.Unit, l.Unit, ""); err != nil && !p.Cap.Alternatives {
					return t, fault.In(n.Place(), err)
				}
			}
		}
		t.HasQuantity = true
	}
	if v := m.Opt("value"); v != nil {
		if t.Value, err = v.Number("value"); err != nil {
			return t, err
		}
		t.HasValue = true
	}
	if t.Source, err = m.Text("source"); err != nil {
		return t, err
	}
	if !t.HasQuantity && !t.HasValue {
		return t, n.Errorf("a running total has a quantity with its unit, or a value")
	}
	return t, m.End()
}
