package record

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// File is a series of figures that people write by hand, with the readings of its
// source in which they stood.
type File struct {
	// Series is the name; Title and Publisher are as people cite it.
	Series, Title, Publisher, Homepage string
	// Note says what must be known before a figure is used.
	Note string
	// Readings are the snapshots, counted from 1.
	Readings []Reading
	// Records are in the order of the file, each with the number of its snapshot.
	Records []Record
}

// Reading is one reading of a source.
type Reading struct {
	Number int
	// Published says when the source read so, as exactly as is known.
	Published when.Period
	Note      string
}

// ReadFile reads a series written as YAML: what it is, its readings, its sources by a
// name of ours, defaults for all records, and the records with the names of [Fields],
// in which source names one of the sources. Each record is checked. Unknown keys,
// names that are not there, records without id or source, and ids that stand twice in
// one snapshot are fault.Invalid with their place.
func ReadFile(name string, b []byte, d Decoder) (*File, error) {
	docs, err := yamltree.Parse(name, b)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fault.New(fault.Invalid, "a file of figures is one document").At(fault.Place{File: name})
	}
	m, err := docs[0].Fields("a file of figures")
	if err != nil {
		return nil, err
	}
	f := &fileReader{d: d, file: &File{}, sources: map[string]Source{}, ids: map[fileKey]int{}}
	for _, step := range [...]func(*yamltree.Fields) error{f.head, f.readings, f.readSources, f.readDefaults, f.records, (*yamltree.Fields).End} {
		if err := step(m); err != nil {
			return nil, err
		}
	}
	return f.file, nil
}

type fileKey struct {
	snapshot int
	id       string
}

type fileReader struct {
	d        Decoder
	file     *File
	sources  map[string]Source
	defaults *yamltree.Node
	ids      map[fileKey]int // line
}

func (f *fileReader) head(m *yamltree.Fields) (err error) {
	if f.file.Series, err = m.NeedText("series"); err != nil {
		return err
	}
	if err := CheckSeries(f.file.Series); err != nil {
		return fault.In(m.Node().Place(), err)
	}
	for _, t := range [...]struct {
		key string
		to  *string
	}{{"title", &f.file.Title}, {"publisher", &f.file.Publisher}, {"homepage", &f.file.Homepage}, {"note", &f.file.Note}} {
		if *t.to, err = m.Text(t.key); err != nil {
			return err
		}
	}
	return nil
}

func (f *fileReader) readings(m *yamltree.Fields) error {
	list := m.Opt("snapshots")
	if list == nil {
		f.file.Readings = []Reading{{Number: 1, Published: when.Period{From: when.NoDay, To: when.NoDay}}}
		return nil
	}
	for i, n := range list.Items {
		r, err := n.Fields("a snapshot")
		if err != nil {
			return err
		}
		published, err := r.NeedText("published")
		if err != nil {
			return err
		}
		reading := Reading{Number: i + 1}
		if reading.Published, err = when.Parse(published); err != nil {
			return fault.In(n.Place(), err)
		}
		if reading.Note, err = r.Text("note"); err != nil {
			return err
		}
		if err := r.End(); err != nil {
			return err
		}
		f.file.Readings = append(f.file.Readings, reading)
	}
	return nil
}

func (f *fileReader) readSources(m *yamltree.Fields) error {
	all, err := m.Need("sources")
	if err != nil {
		return err
	}
	for i, k := range all.Keys {
		s, err := readSource(all.Items[i])
		if err != nil {
			return err
		}
		if s.Publisher == "" {
			s.Publisher = f.file.Publisher
		}
		f.sources[k.Text] = s
	}
	return nil
}

func readSource(n *yamltree.Node) (Source, error) {
	s := Source{Seen: when.NoDay}
	m, err := n.Fields("a source")
	if err != nil {
		return s, err
	}
	for _, t := range [...]struct {
		key string
		to  *string
	}{{"title", &s.Title}, {"publisher", &s.Publisher}, {"url", &s.URL}} {
		if *t.to, err = m.Text(t.key); err != nil {
			return s, err
		}
	}
	seen, err := m.Text("seen")
	if err == nil && seen != "" {
		s.Seen, err = when.ParseDay(seen)
	}
	if err != nil {
		return s, fault.In(n.Place(), err)
	}
	return s, m.End()
}

func (f *fileReader) readDefaults(m *yamltree.Fields) error {
	f.defaults = m.Opt("defaults")
	if f.defaults == nil {
		return nil
	}
	r := Empty()
	if f.defaults.Kind != yamltree.Map {
		return f.defaults.Errorf("defaults must be fields and their values")
	}
	return f.fields(f.defaults, &r)
}

func (f *fileReader) records(m *yamltree.Fields) error {
	list, err := m.Need("records")
	if err != nil {
		return err
	}
	if list.Kind != yamltree.List {
		return list.Errorf("records must be a list")
	}
	for _, n := range list.Items {
		r, err := f.record(n)
		if err != nil {
			return err
		}
		f.file.Records = append(f.file.Records, r)
	}
	return nil
}

func (f *fileReader) record(n *yamltree.Node) (Record, error) {
	r := Empty()
	if n.Kind != yamltree.Map {
		return r, n.Errorf("a record must be fields and their values")
	}
	if f.defaults != nil {
		if err := f.fields(f.defaults, &r); err != nil {
			return r, err
		}
	}
	replaceSides(n, &r)
	if err := f.fields(n, &r); err != nil {
		return r, err
	}
	if !r.Quantity.Known && !r.Blank {
		r.Unit = "" // that of the defaults; there is nothing to count in it
	}
	r.Series, r.Snapshot = f.file.Series, max(r.Snapshot, 1)
	switch key := (fileKey{r.Snapshot, r.ID}); {
	case r.ID == "":
		return r, n.Errorf("the record has no id")
	case f.ids[key] != 0:
		return r, n.Errorf("the id %q stands in line %d already", r.ID, f.ids[key])
	case !slices.ContainsFunc(f.file.Readings, func(x Reading) bool { return x.Number == r.Snapshot }):
		return r, n.Errorf("there is no snapshot %d of the series", r.Snapshot)
	default:
		f.ids[key] = n.Line
	}
	return r, fault.In(n.Place(), r.Check())
}

// replaceSides takes the reporter and the partner of the defaults away where the
// record gives its own in another form.
func replaceSides(n *yamltree.Node, r *Record) {
	for _, k := range n.Keys {
		switch k.Text {
		case "reporter", "by":
			r.Reporter, r.By = 0, ""
		case "partner", "world", "area":
			r.Partner, r.World, r.Area = 0, false, ""
		}
	}
}

// fields sets the fields of a map. A field that is not a scalar can only be the range
// [low, high]; own fields come after defaults and replace them.
func (f *fileReader) fields(n *yamltree.Node, r *Record) error {
	for i, k := range n.Keys {
		v := n.Items[i]
		switch {
		case v.Kind == yamltree.Null:
			return v.Errorf("%s is empty", k.Text).WithFix("leave the key out")
		case k.Text == "source":
			s, ok := f.sources[v.Text]
			if !ok {
				return v.Errorf("there is no source %q in this file", v.Text)
			}
			r.Source = s
		case k.Text == "series" || k.Text == "source_url" || k.Text == "source_sha256" || k.Text == "source_title" ||
			k.Text == "source_publisher" || k.Text == "source_seen":
			return k.Errorf("a record of this file has no %s", k.Text).WithFix("it stands at the head of the file or under sources")
		default:
			s := v.Text
			if v.Kind == yamltree.List && len(v.Items) == 2 {
				s = v.Items[0].Text + ".." + v.Items[1].Text
			} else if v.Kind != yamltree.Scalar {
				return v.Errorf("%s must be one value, or two bounds in brackets", k.Text)
			}
			if err := f.d.Set(r, k.Text, s); err != nil {
				return fault.In(v.Place(), err)
			}
		}
	}
	return nil
}
