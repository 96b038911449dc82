package law

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Source is a folder of regimes: each folder in it that has a regime.yaml is one. Instruments
// for a regime of another source stand in a folder of its name, or name it themselves.
type Source struct {
	FS fs.FS
	// Root is the folder in FS; Name stands before file names in errors.
	Root, Name string
	// Files, when given, are instruments one by one, in place of a folder. Each names its
	// regime.
	Files []File
}

// File is one instrument file that stands by itself.
type File struct {
	Name string
	Data []byte
}

type file struct {
	name string // for people
	key  string // for the version: regime/file
	data []byte
	docs []*yamltree.Node // once parsed; nil of an empty file, which parses at no cost
	err  error
	// in is the instrument of the file as it was decoded, before anything was linked; nil until then. It never changes: law holds copies.
	in *Instrument
}

// Load reads all regimes of the sources and links them. The result does not
// depend on the order of files or sources. Every error has its place.
func Load(sources ...Source) (*Law, error) {
	var files []*file
	for _, s := range sources {
		fs, err := list(s)
		if err != nil {
			return nil, err
		}
		files = append(files, fs...)
	}
	return read(files)
}

// With gives the law with further files, as if they had been loaded with it. Only they are parsed; l is not changed, and
// neither shares what the other links. Law with something supposed takes no files.
func (l *Law) With(more ...File) (*Law, error) {
	if l.files == nil {
		return nil, fault.New(fault.Internal, "files were to be read beside law that supposes something")
	}
	files := slices.Clone(l.files)
	for _, f := range more {
		files = append(files, alone(f))
	}
	return read(files)
}

// read makes the law of files. Those that were parsed before are not parsed again: what was parsed never changes.
func read(files []*file) (*Law, error) {
	slices.SortFunc(files, func(a, b *file) int { return cmp.Compare(a.key, b.key) })
	for i := 1; i < len(files); i++ {
		if files[i].key == files[i-1].key {
			return nil, fault.New(fault.Conflict, "%s and %s are the same file of the same regime", files[i-1].name, files[i].name).
				WithFix("give your regime a name of its own")
		}
	}
	var wg sync.WaitGroup
	for _, f := range files {
		if f.docs == nil && f.err == nil {
			wg.Go(func() { f.docs, f.err = yamltree.Parse(f.name, f.data) })
		}
	}
	wg.Wait()

	l := &Law{byID: map[string]*Provision{}, files: files}
	regimes := map[string]*Regime{}
	hash := sha256.New()
	for _, f := range files {
		if f.err != nil {
			return nil, f.err
		}
		hash.Write([]byte(f.key + "\x00" + strconv.Itoa(len(f.data)) + "\x00"))
		hash.Write(f.data)
		if path.Base(f.key) != "regime.yaml" {
			continue
		}
		r, err := readRegime(f)
		if err != nil {
			return nil, err
		}
		if r.ID != path.Dir(f.key) {
			return nil, fault.New(fault.Invalid, "the regime is called %q but its folder %q", r.ID, path.Dir(f.key)).At(fault.Place{File: f.name})
		}
		regimes[r.ID] = r
		l.Regimes = append(l.Regimes, r)
	}
	l.Version = hex.EncodeToString(hash.Sum(nil))
	for _, f := range files {
		if path.Base(f.key) == "regime.yaml" {
			continue
		}
		in, err := f.instrument(regimes)
		if err != nil {
			return nil, err
		}
		in.Regime.Instruments = append(in.Regime.Instruments, in)
	}
	for _, r := range l.Regimes {
		slices.SortFunc(r.Instruments, func(a, b *Instrument) int {
			return cmp.Or(cmp.Compare(a.Adopted, b.Adopted), cmp.Compare(a.Name, b.Name))
		})
	}
	return l, l.link()
}

// alone is a file that stands by itself.
func alone(f File) *file { return &file{name: f.Name, key: path.Base(f.Name), data: f.Data} }

func list(s Source) ([]*file, error) {
	var files []*file
	for _, f := range s.Files {
		files = append(files, alone(f))
	}
	if len(files) > 0 {
		return files, nil
	}
	err := fs.WalkDir(s.FS, s.Root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return nil
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(p, s.Root), "/")
		if s.Root == "." {
			rel = p
		}
		if strings.Count(rel, "/") > 1 || path.Ext(p) != ".yaml" {
			return nil
		}
		data, err := fs.ReadFile(s.FS, p)
		if err != nil {
			return err
		}
		files = append(files, &file{name: path.Join(s.Name, rel), key: rel, data: data})
		return nil
	})
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the law in %q could not be read", path.Join(s.Name, s.Root))
	}
	if len(files) == 0 {
		return nil, fault.New(fault.NotFound, "no regime stands in %q", path.Join(s.Name, s.Root)).
			WithFix("a regime is a folder in it with a regime.yaml and one YAML file for each instrument")
	}
	return files, nil
}

// one gives the only document of a file.
func (f *file) one(what string) (*yamltree.Fields, error) {
	if len(f.docs) != 1 {
		return nil, fault.New(fault.Invalid, "the file holds %d documents; %s is one", len(f.docs), what).At(fault.Place{File: f.name}).
			WithFix("the form of the file is described in docs/law/format.md; `cordon draft new FILE` writes one to fill in")
	}
	return f.docs[0].Fields(what)
}

func readRegime(f *file) (*Regime, error) {
	m, err := f.one("a regime")
	if err != nil {
		return nil, err
	}
	r := &Regime{File: f.name}
	d := decoder{m: m}
	r.ID, r.Title, r.Authority = d.need("regime"), d.need("title"), d.need("authority")
	r.Committee, r.Target, r.Scope, r.Note = d.text("committee"), d.need("target"), d.need("scope"), d.text("note")
	r.Listings = d.listings()
	return r, d.end()
}

// listings reads whose designations are the regime's.
func (d *decoder) listings() Listings {
	n := d.m.Opt("listings")
	if n == nil {
		return Listings{}
	}
	m, err := n.Fields("listings")
	if err != nil {
		d.fail(err)
		return Listings{}
	}
	in := decoder{m: m}
	l := Listings{Authority: in.need("authority"), Programmes: in.texts("programmes")}
	if err := in.end(); err != nil {
		d.fail(err)
	} else if len(l.Programmes) == 0 {
		d.fail(n.Errorf("listings have no \"programmes\"").WithFix("name them as the list does, as `programmes: [NAME]`"))
	}
	return l
}

// regimeOf gives the regime of an instrument file: the one that it names, or that its folder is.
func regimeOf(f *file, d *decoder, regimes map[string]*Regime) (*Regime, error) {
	n := d.m.Opt("regime")
	if n == nil {
		if r := regimes[path.Dir(f.key)]; r != nil {
			return r, nil
		}
		e := fault.New(fault.Invalid, "the folder %q has no regime.yaml", path.Dir(f.key)).At(fault.Place{File: f.name})
		return nil, e.WithFix("say in the file which regime it belongs to, as `regime: %s`", exampleOf(regimes))
	}
	r := regimes[n.Text]
	if r == nil {
		return nil, n.Errorf("there is no regime %q", n.Text).WithFix("one of %s", strings.Join(slices.Sorted(maps.Keys(regimes)), ", "))
	}
	if own := regimes[path.Dir(f.key)]; own != nil && own != r {
		return nil, n.Errorf("it says %q but stands in the folder of %q", n.Text, own.ID).WithFix("leave `regime` out, or move the file")
	}
	return r, nil
}

func exampleOf(regimes map[string]*Regime) string {
	for _, id := range slices.Sorted(maps.Keys(regimes)) {
		return id
	}
	return "my-regime"
}

// instrument gives a copy of the instrument of a file, which law may link. A file is decoded once; which regime it belongs to hangs
// on what else is read.
func (f *file) instrument(regimes map[string]*Regime) (*Instrument, error) {
	m, err := f.one("an instrument")
	if err != nil {
		return nil, err
	}
	d := decoder{m: m}
	r, err := regimeOf(f, &d, regimes)
	if err != nil {
		return nil, err
	}
	if f.in == nil {
		if f.in, err = readInstrument(f, d, r); err != nil {
			return nil, err
		}
	}
	return f.in.copied(r), nil
}

func readInstrument(f *file, d decoder, r *Regime) (*Instrument, error) {
	m := d.m
	in := &Instrument{Regime: r, File: f.name}
	in.Status = Status(d.choice("status", false, statuses[:]))
	in.Name, in.Title, in.Authority = d.need("instrument"), d.need("title"), d.need("authority")
	in.Adopted = d.day("adopted")
	in.Published = d.day("published")
	in.Sources = d.texts("sources")
	in.Positions = d.positions()
	list := m.Opt("provisions")
	if err := d.end(); err != nil {
		return nil, err
	}
	if in.Adopted == when.NoDay {
		return nil, m.Node().Errorf("an instrument has no \"adopted\"")
	}
	if in.Published == when.NoDay {
		in.Published = in.Adopted
	}
	if list == nil || list.Kind != yamltree.List {
		return nil, m.Node().Errorf("an instrument has no list of \"provisions\"")
	}
	for _, n := range list.Items {
		p, err := readProvision(n, in)
		if err != nil {
			return nil, err
		}
		in.Provisions = append(in.Provisions, p)
	}
	return in, nil
}

func readProvision(n *yamltree.Node, in *Instrument) (*Provision, error) {
	m, err := n.Fields("a provision")
	if err != nil {
		return nil, err
	}
	d := decoder{m: m}
	p := &Provision{Instrument: in, Place: n.Place()}
	p.ID, p.PartOf, p.Paragraph = d.need("id"), d.text("part_of"), d.text("paragraph")
	p.Place.Field = p.ID
	p.Title, p.Text, p.Bound, p.Links = d.need("title"), d.need("text"), d.text("bound"), d.texts("links")
	p.Binding = d.need("binding")
	p.Effect = Effect(d.choice("effect", true, effects[:]))
	p.Measure = d.text("measure")
	for _, k := range d.texts("kind") {
		id, ok := vocab.KindNamed(k)
		if !ok {
			d.fail(m.Node().Errorf("provision %s: there is no kind of activity %q", p.ID, k))
			break
		}
		for _, other := range vocab.Kinds() {
			if other.ID == id || slices.Contains(other.Includes, id) {
				p.Kinds = p.Kinds.With(other.ID)
			}
		}
	}
	p.Direction = Direction(d.choice("direction", false, directions[:]))
	p.Each = d.each(p)
	p.Goods = d.selectors()
	p.From, p.Until, p.EndedBy = d.day("from"), d.day("until"), d.text("ended_by")
	if p.From == when.NoDay {
		p.From = in.Adopted
	}
	p.When = d.condition("when")
	p.Exceptions = d.exceptions(p)
	p.Inherits = d.text("inherits")
	p.Duties = d.duties("duties")
	p.Cap = d.capRule()
	p.Breach, p.Deadline = d.condition("breach"), d.day("deadline")
	p.Reportable, p.Due, p.DueDays = d.flag("reportable"), d.day("due"), d.whole("due_days")
	d.carves(p)
	p.Amends, p.Replaces, p.Clarifies = d.texts("amends"), d.texts("replaces"), d.texts("clarifies")
	p.Tightens, p.Extends, p.See = d.texts("tightens"), d.texts("extends"), d.texts("see")
	p.Stipulation = d.stipulation(p)
	p.Positions = d.positions()
	p.Verified, p.ParagraphVerified = d.flag("verified"), d.flag("paragraph_verified")
	p.Sources, p.Note = d.texts("sources"), d.text("note")
	if err := d.end(); err != nil {
		return nil, err
	}
	if p.Each == EachActivity && (len(p.Goods) > 0 || p.Direction != AnyDirection) && p.Kinds.Has(vocab.KindTransfer) && m.Opt("each") == nil {
		p.Each = EachGoods
	}
	return p, nil
}

// decoder reads the keys of a map and keeps the first error.
type decoder struct {
	m   *yamltree.Fields
	err error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
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
	if err != nil {
		d.fail(err)
	}
	return strings.TrimSpace(s)
}

func (d *decoder) need(key string) string {
	s, err := d.m.NeedText(key)
	if err != nil {
		d.fail(err)
	}
	return strings.TrimSpace(s)
}

func (d *decoder) texts(key string) []string {
	s, err := d.m.Texts(key)
	if err != nil {
		d.fail(err)
	}
	return s
}

func (d *decoder) flag(key string) bool {
	b, err := d.m.Bool(key, false)
	if err != nil {
		d.fail(err)
	}
	return b
}

func (d *decoder) day(key string) when.Day {
	n := d.m.Opt(key)
	if n == nil {
		return when.NoDay
	}
	day, err := when.ParseDay(n.Text)
	if err != nil {
		d.fail(fault.In(n.Place(), err))
	}
	return day
}

func (d *decoder) number(key string) float64 {
	n := d.m.Opt(key)
	if n == nil {
		return 0
	}
	v, err := n.Number(key)
	if err != nil {
		d.fail(err)
	}
	return v
}

func (d *decoder) whole(key string) int {
	v := d.number(key)
	if v != float64(int(v)) || v < 0 {
		d.fail(d.m.Node().Errorf("%s must be a whole number", key))
	}
	return int(v)
}

func (d *decoder) choice(key string, need bool, words []string) int {
	n := d.m.Opt(key)
	if n == nil {
		if need {
			d.fail(d.m.Node().Errorf("a %q is missing", key))
		}
		return 0
	}
	i := slices.Index(words, n.Text)
	if i < 0 {
		e := n.Errorf("there is no %s %q", key, n.Text)
		if near := text.NearestOf(n.Text, words, 1); len(near) > 0 {
			e = e.WithFix("did you mean %s?", near[0])
		}
		d.fail(e)
		return 0
	}
	return i
}

func (d *decoder) condition(key string) Condition {
	n := d.m.Opt(key)
	if n == nil {
		return Condition{}
	}
	s, err := n.String(key)
	if err != nil {
		d.fail(err)
	}
	return Condition{Text: strings.TrimSpace(s), Place: n.Place()}
}

func (d *decoder) items(key string) []*yamltree.Node {
	n := d.m.Opt(key)
	if n == nil {
		return nil
	}
	if n.Kind != yamltree.List {
		d.fail(n.Errorf("%s must be a list", key))
		return nil
	}
	return n.Items
}

func (d *decoder) each(p *Provision) Each {
	switch n := d.m.Opt("each"); {
	case n == nil:
		return EachActivity
	case n.Text == "goods":
		return EachGoods
	case n.Text == "party":
		return EachParty
	case n.Text == "activity":
		return EachActivity
	default:
		d.fail(n.Errorf("provision %s: `each` is goods, party or activity", p.ID))
		return EachActivity
	}
}

func (d *decoder) selectors() []Selector {
	var out []Selector
	for _, n := range d.items("goods") {
		m, err := n.Fields("a goods selector")
		if err != nil {
			d.fail(err)
			return nil
		}
		in := decoder{m: m}
		s := Selector{List: in.text("list"), Label: in.text("label"), Basis: in.text("basis"), When: in.condition("when")}
		for _, t := range in.texts("hs") {
			r, err := goods.ParseRange(t)
			if err != nil {
				in.fail(fault.In(n.Place(), err))
			}
			s.HS = append(s.HS, r)
		}
		if err := in.end(); err != nil {
			d.fail(err)
			return nil
		}
		if (s.List == "") == (len(s.HS) == 0) {
			d.fail(n.Errorf("a goods selector has either `list` or `hs`"))
		}
		if (len(s.HS) > 0) != slices.Contains([]string{"text", "panel", "state", "review"}, s.Basis) {
			d.fail(n.Errorf("HS codes need a `basis`: text, panel, state or review; a list has its own"))
		}
		s.Set = goods.NewSet(s.HS)
		out = append(out, s)
	}
	return out
}

func (d *decoder) exceptions(p *Provision) []*Exception {
	var out []*Exception
	for _, n := range d.items("exceptions") {
		m, err := n.Fields("an exception")
		if err != nil {
			d.fail(err)
			return nil
		}
		in := decoder{m: m}
		e := in.exception(p)
		e.ID = in.need("id")
		e.Title = in.need("title")
		if err := in.end(); err != nil {
			d.fail(err)
			return nil
		}
		for _, o := range out {
			if o.ID == e.ID {
				d.fail(n.Errorf("provision %s has two exceptions %q", p.ID, e.ID))
			}
		}
		out = append(out, e)
	}
	return out
}

// exception reads what inline exceptions and exempt provisions share.
func (d *decoder) exception(p *Provision) *Exception {
	e := &Exception{Provision: p, Paragraph: d.text("paragraph"), When: d.condition("when")}
	e.From, e.Until, e.EndedBy = d.day("from"), d.day("until"), d.text("ended_by")
	e.Grant = Grant(d.choice("grant", false, grants[:]))
	switch c := d.text("clause"); c {
	case "general":
		e.General = true
	case "", "own":
	default:
		d.fail(d.m.Node().Errorf("`clause` is own or general, not %q", c))
	}
	if n := d.m.Opt("duty"); n != nil {
		duties := readDuties([]*yamltree.Node{n}, d)
		if len(duties) == 1 {
			e.Duty = &duties[0]
		}
	}
	e.Path = d.text("path")
	for _, n := range d.items("unless") {
		m, err := n.Fields("an `unless`")
		if err != nil {
			d.fail(err)
			return e
		}
		in := decoder{m: m}
		u := Unless{Title: in.need("title"), When: in.condition("when")}
		if u.When.Text == "" {
			in.fail(n.Errorf("an `unless` has no `when`"))
		}
		if err := in.end(); err != nil {
			d.fail(err)
		}
		e.Unless = append(e.Unless, u)
	}
	return e
}

func (d *decoder) duties(key string) []Duty { return readDuties(d.items(key), d) }

func readDuties(nodes []*yamltree.Node, d *decoder) []Duty {
	var out []Duty
	for _, n := range nodes {
		if n.Kind == yamltree.Scalar {
			out = append(out, Duty{What: n.Text, By: when.NoDay})
			continue
		}
		m, err := n.Fields("a duty")
		if err != nil {
			d.fail(err)
			return nil
		}
		in := decoder{m: m}
		out = append(out, Duty{What: in.need("what"), By: in.day("by")})
		if err := in.end(); err != nil {
			d.fail(err)
		}
	}
	return out
}

func (d *decoder) capRule() *CapRule {
	n := d.m.Opt("cap")
	if n == nil {
		return nil
	}
	m, err := n.Fields("a cap")
	if err != nil {
		d.fail(err)
		return nil
	}
	in := decoder{m: m}
	c := &CapRule{StopShare: in.number("stop_share"), Convert: in.text("convert"), Alternatives: in.flag("alternatives"), Exceeded: in.condition("exceeded")}
	if c.Convert != "" && c.Convert != "petroleum" {
		in.fail(n.Errorf("there are no conversion rules %q", c.Convert).WithFix("petroleum, or none"))
	}
	switch w := in.text("within"); w {
	case "permitted":
		c.PermittedWithin = true
	case "", "reportable":
	default:
		in.fail(n.Errorf("`within` is reportable or permitted, not %q", w))
	}
	if b := in.text("baseline"); b != "" {
		id, ok := vocab.FactNamed(b)
		if !ok || vocab.FactOf(id).Type != vocab.Number {
			in.fail(n.Errorf("the baseline %q is not a fact with a number", b))
		}
		c.Baseline, c.HasBaseline = id, ok
	}
	for _, ln := range in.items("limits") {
		lm, err := ln.Fields("a limit")
		if err != nil {
			d.fail(err)
			return nil
		}
		li := decoder{m: lm}
		lim := Limit{Quantity: li.number("quantity"), Unit: li.text("unit"), Value: li.number("value"), Start: li.day("period"), Months: li.whole("months"), Repeats: li.flag("repeats"), Whose: li.text("whose")}
		if err := li.end(); err != nil {
			d.fail(err)
		}
		if (lim.Value > 0) == (lim.Quantity > 0) || (lim.Quantity > 0) != (lim.Unit != "") || lim.Months <= 0 || lim.Start == when.NoDay {
			d.fail(ln.Errorf("a limit has a quantity with its unit or a value in US dollars, a first day as `period` and a number of months"))
		}
		c.Limits = append(c.Limits, lim)
	}
	if err := in.end(); err != nil {
		d.fail(err)
	}
	if (len(c.Limits) == 0) == (c.Exceeded.Text == "" && !c.HasBaseline) {
		d.fail(n.Errorf("a cap has limits, an `exceeded` condition or a `baseline`"))
	}
	return c
}

func (d *decoder) carves(p *Provision) {
	n := d.m.Opt("carves")
	if p.Effect == Exempt && p.Kinds == 0 && n == nil {
		return // shown only
	}
	if n == nil {
		// the keys of an exemption are read so that they are known, then refused
		for _, k := range []string{"grant", "clause", "duty", "path", "unless"} {
			if x := d.m.Opt(k); x != nil {
				d.fail(x.Errorf("%q goes with an exception or with `carves`", k))
			}
		}
		return
	}
	m, err := n.Fields("`carves`")
	if err != nil {
		d.fail(err)
		return
	}
	in := decoder{m: m}
	p.Carves = &Carves{All: in.flag("all"), Provisions: in.texts("provisions"), Measures: in.texts("measures")}
	if err := in.end(); err != nil {
		d.fail(err)
	}
	e := d.exception(p)
	e.Title, e.Paragraph, e.From, e.Until, e.EndedBy = p.Title, "", when.NoDay, when.NoDay, ""
	p.Exemption = e
}

func (d *decoder) positions() []Position {
	var out []Position
	for _, n := range d.items("positions") {
		m, err := n.Fields("a position")
		if err != nil {
			d.fail(err)
			return nil
		}
		in := decoder{m: m}
		q := Position{By: in.texts("by"), From: in.day("from"), Until: in.day("until"), Source: in.text("source"), Note: in.text("note"), Verified: in.flag("verified")}
		q.InForce = in.choice("says", true, []string{"in_force", "not_in_force"}) == 0
		if err := in.end(); err != nil {
			d.fail(err)
		}
		out = append(out, q)
	}
	return out
}

// link gives numbers, attaches what exempt provisions carve and what is
// inherited, and fails on an id used twice or a reference that leads nowhere.
func (l *Law) link() error {
	all := l.Provisions()
	for i, p := range all {
		if other, dup := l.byID[p.ID]; dup {
			return fault.New(fault.Conflict, "the id %q is used twice", p.ID).At(p.Place).WithFix("it is used first at %s", other.Place.String())
		}
		p.Order = i
		if p.PartOf == "" {
			p.PartOf = p.ID
		}
		l.byID[p.ID] = p
	}
	for _, p := range all {
		for _, refs := range [][]string{p.Amends, p.Replaces, p.Clarifies, p.Tightens, p.Extends, p.See, {p.PartOf}, {p.EndedBy}, {p.Inherits}, p.Conditions()} {
			for _, id := range refs {
				if id == "" {
					continue
				}
				if _, ok := l.byID[id]; !ok {
					return l.dangling(p, id)
				}
			}
		}
		for _, e := range p.Exceptions {
			if e.EndedBy != "" {
				if _, ok := l.byID[e.EndedBy]; !ok {
					return l.dangling(p, e.EndedBy)
				}
			}
		}
		if p.Carves != nil {
			for _, id := range p.Carves.Provisions {
				if _, ok := l.byID[id]; !ok {
					return l.dangling(p, id)
				}
			}
		}
	}
	l.attach()
	return nil
}

// meets reports whether two provisions are in force on a day together: an exemption that ended before excepts nothing.
func (p *Provision) meets(other *Provision) bool {
	ends := func(a, b *Provision) bool { return a.Until != when.NoDay && a.Until < b.From }
	return !ends(p, other) && !ends(other, p)
}

// attach gives provisions the exceptions that they inherit, and those of exempt provisions that carve
// them. What is not applied carves its own instrument only.
func (l *Law) attach() {
	all := l.Provisions()
	for _, p := range all {
		if p.Inherits != "" {
			for _, e := range l.byID[p.Inherits].Exceptions {
				if e.Provision.ID == p.Inherits {
					p.Exceptions = append(p.Exceptions, e)
				}
			}
		}
	}
	for _, x := range all {
		if x.Exemption == nil {
			continue
		}
		for _, p := range all {
			near := x.Applies() || p.Instrument == x.Instrument
			if p != x && near && x.meets(p) && p.Instrument.Regime == x.Instrument.Regime && p.Kinds != 0 && x.carves(p) {
				p.Exceptions = append(p.Exceptions, x.Exemption)
			}
		}
	}
}

func (l *Law) dangling(p *Provision, id string) error {
	e := fault.New(fault.Invalid, "provision %s refers to %q, which does not exist", p.ID, id).At(p.Place)
	var ids []string
	for k := range l.byID {
		ids = append(ids, k)
	}
	slices.Sort(ids)
	if near := text.NearestOf(id, ids, 2); len(near) > 0 {
		return e.WithFix("did you mean %s?", strings.Join(near, " or "))
	}
	return e
}

// carves reports whether the exempt provision x takes away from p.
func (x *Provision) carves(p *Provision) bool {
	switch p.Effect {
	case Prohibit, Cap, Require:
	default:
		return false
	}
	c := x.Carves
	if c.All && p.Measure != "programme" { // no clause lifts what binds the target itself
		return true
	}
	return slices.Contains(c.Provisions, p.ID) || slices.Contains(c.Provisions, p.PartOf) || slices.Contains(c.Measures, p.Measure)
}
