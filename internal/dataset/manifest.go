// Package dataset is about the datasets that a server answers from: which ones a
// manifest declares (in the form that yente reads), how they are parts of one
// another, and bringing their files into the store of lists.
//
// A dataset is a list under a name of that world: what is us_ofac_sdn there is the
// list us-ofac-sdn here. A manifest is read strictly; a catalog that it names is
// somebody else's and may say more than is understood. Nothing is fetched unless
// that was allowed.
package dataset

import (
	"cmp"
	"encoding/json"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Default is the collection of everything that is loaded, unless a manifest
// declares one of that name.
const Default = "default"

// Dataset is one dataset as it was declared.
type Dataset struct {
	Name, Title, Summary string
	// Version and UpdatedAt are what the declaration says; "" for nothing.
	Version, UpdatedAt string
	// From is the file or the address of its entities; "" for a collection, and
	// for a dataset of which only the name is known.
	From string
	// Load is true when the entities are to be loaded.
	Load bool
	// Empty is true for a dataset that is declared to hold nothing.
	Empty bool
	// Namespace is true when ids are to be signed with the name, so that those of
	// two datasets are never the same.
	Namespace bool
	// Children are the datasets that it is made of.
	Children []string
	// List is true for a list of the store that no manifest declares.
	List bool
}

// Manifest is a file that declares datasets.
type Manifest struct {
	Datasets []Dataset
	Catalogs []CatalogRef
}

// CatalogRef names a catalog, and which of its datasets are to be loaded.
type CatalogRef struct {
	// From is the file or address.
	From string
	// Scopes are the datasets to load; none for all that can be.
	Scopes []string
	// Resource is the name of the file of entities among several.
	Resource  string
	Namespace bool
}

// described are keys of a dataset that only describe it.
var described = []string{
	"summary", "description", "url", "category", "publisher", "coverage", "tags", "last_export", "entity_count", "thing_count", "license",
	"metadata_url", "hidden", "prefix",
}

// ReadManifest reads a manifest, in YAML or JSON. Paths in it are taken from the
// folder dir. The error says where.
func ReadManifest(name string, b []byte, dir string) (*Manifest, error) {
	docs, err := yamltree.Parse(name, b)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fault.New(fault.Invalid, "a manifest is one document; this has %d", len(docs)).At(fault.Place{File: name})
	}
	f, err := docs[0].Fields("a manifest")
	if err != nil {
		return nil, err
	}
	m := &Manifest{}
	if n := f.Opt("schedule"); n != nil && n.Kind != yamltree.Null {
		return nil, n.Errorf("a manifest has no schedule here").WithFix("leave it out, and ask POST /updatez when there is something new")
	}
	for _, item := range items(f.Opt("datasets")) {
		d, err := readDataset(item, dir)
		if err != nil {
			return nil, err
		}
		m.Datasets = append(m.Datasets, d)
	}
	for _, item := range items(f.Opt("catalogs")) {
		c, err := readCatalogRef(item, dir)
		if err != nil {
			return nil, err
		}
		m.Catalogs = append(m.Catalogs, c)
	}
	return m, f.End()
}

func items(n *yamltree.Node) []*yamltree.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

func readDataset(n *yamltree.Node, dir string) (d Dataset, err error) {
	f, err := n.Fields("a dataset")
	if err != nil {
		return d, err
	}
	if d.Name, err = f.NeedText("name"); err != nil {
		return d, err
	}
	if err := CheckName(d.Name); err != nil {
		return d, fault.In(n.Place(), err)
	}
	for key, to := range map[string]*string{"title": &d.Title, "version": &d.Version, "updated_at": &d.UpdatedAt} {
		if *to, err = f.Text(key); err != nil {
			return d, err
		}
	}
	for _, key := range described {
		f.Opt(key)
	}
	for _, key := range []string{"children", "datasets"} {
		list, err := f.Texts(key)
		if err != nil {
			return d, err
		}
		d.Children = append(d.Children, list...)
	}
	if d.From, err = source(f); err != nil {
		return d, err
	}
	if d.Load, err = f.Bool("load", d.From != ""); err != nil {
		return d, err
	}
	if d.Namespace, err = f.Bool("namespace", false); err != nil {
		return d, err
	}
	for _, key := range []string{"auth_token", "delta_url"} {
		if x := f.Opt(key); x != nil && x.Kind != yamltree.Null {
			return d, x.Errorf("%s is not understood here", key).WithFix("give the whole list as entities_url or path")
		}
	}
	if err := f.End(); err != nil {
		return d, err
	}
	return d, fault.In(n.Place(), d.settle(dir))
}

// source gives where the entities are: entities_url, path, or the resource that is
// named.
func source(f *yamltree.Fields) (string, error) {
	var from, wanted string
	for _, key := range []string{"entities_url", "path", "resource_name"} {
		v, err := f.Text(key)
		if err != nil {
			return "", err
		}
		if key == "resource_name" {
			wanted = v
		} else {
			from = cmp.Or(from, v)
		}
	}
	f.Opt("resource_type")
	for _, r := range items(f.Opt("resources")) {
		rf, err := r.Fields("a resource")
		if err != nil {
			return "", err
		}
		name, err := rf.Text("name")
		if err != nil {
			return "", err
		}
		address, err := rf.Text("url")
		if err != nil {
			return "", err
		}
		for _, key := range []string{"title", "size", "checksum", "mime_type", "mime_type_label", "timestamp"} {
			rf.Opt(key)
		}
		if err := rf.End(); err != nil {
			return "", err
		}
		if from == "" && name == cmp.Or(wanted, entitiesFile) {
			from = address
		}
	}
	return from, nil
}

// entitiesFile is how the file of entities is called among several.
const entitiesFile = "entities.ftm.json"

// settle checks what was declared and makes the path whole.
func (d *Dataset) settle(dir string) error {
	d.Title = cmp.Or(d.Title, d.Name)
	slices.Sort(d.Children)
	d.Children = slices.Compact(d.Children)
	for _, c := range d.Children {
		if err := CheckName(c); err != nil {
			return err
		}
	}
	if d.From == "" {
		if d.Load && len(d.Children) == 0 {
			return fault.New(fault.Invalid, "%s is to be loaded, and nothing says from where", d.Name).WithFix("give its entities_url or path")
		}
		d.Load = false
		return nil
	}
	from, err := place(d.From, dir)
	d.From = from
	d.Empty = from == "/dev/null"
	return err
}

// place gives a path or an address: file:// is a path, and a path is taken from a
// folder.
func place(s, dir string) (string, error) {
	u, err := url.Parse(s)
	switch {
	case err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
		return s, nil
	case err == nil && u.Scheme == "file" && (u.Host == "" || u.Host == "localhost"):
		s = u.Path
	case err == nil && u.Scheme != "" && strings.Contains(s, "://"):
		return "", fault.New(fault.Invalid, "%q is no file and no address of the web", s)
	}
	if !filepath.IsAbs(s) {
		s = filepath.Join(dir, s)
	}
	return filepath.Clean(s), nil
}

// IsRemote reports whether something would have to be fetched.
func IsRemote(from string) bool {
	return strings.HasPrefix(from, "http://") || strings.HasPrefix(from, "https://")
}

func readCatalogRef(n *yamltree.Node, dir string) (c CatalogRef, err error) {
	f, err := n.Fields("a catalog")
	if err != nil {
		return c, err
	}
	if c.From, err = f.NeedText("url"); err != nil {
		return c, err
	}
	if c.From, err = place(c.From, dir); err != nil {
		return c, fault.In(n.Place(), err)
	}
	if c.Scopes, err = f.Texts("scopes"); err != nil {
		return c, err
	}
	scope, err := f.Text("scope")
	if err != nil {
		return c, err
	}
	if scope != "" {
		c.Scopes = append(c.Scopes, scope)
	}
	if c.Resource, err = f.Text("resource_name"); err != nil {
		return c, err
	}
	f.Opt("resource_type")
	if c.Namespace, err = f.Bool("namespace", false); err != nil {
		return c, err
	}
	if x := f.Opt("auth_token"); x != nil && x.Kind != yamltree.Null {
		return c, x.Errorf("auth_token is not understood here").WithFix("fetch the catalog and its files yourself, and name the files")
	}
	return c, f.End()
}

// CheckName checks the name of a dataset: small letters, digits and single
// underscores, at most 40 of them, a letter first.
func CheckName(s string) error {
	if strings.Contains(s, "-") || snapshot.CheckList(ListOf(s)) != nil {
		return fault.New(fault.Invalid, "%q is not the name of a dataset", s).
			WithFix("use small letters, digits and single underscores, at most 40, as in my_clients")
	}
	return nil
}

// ListOf gives the name of the list that a dataset is in the store.
func ListOf(name string) string { return strings.ReplaceAll(name, "_", "-") }

// NameOf gives the name of the dataset that a list of the store is.
func NameOf(list string) string { return strings.ReplaceAll(list, "-", "_") }

// catalogFile is the form of a catalog: what is understood of it.
type catalogFile struct {
	Datasets []struct {
		Name        string   `json:"name"`
		Title       string   `json:"title"`
		Summary     string   `json:"summary"`
		Version     string   `json:"version"`
		UpdatedAt   string   `json:"updated_at"`
		EntitiesURL string   `json:"entities_url"`
		Children    []string `json:"children"`
		Datasets    []string `json:"datasets"`
		Resources   []struct {
			Name string `json:"name"`
			URL  string `json:"url"`
		} `json:"resources"`
	} `json:"datasets"`
}

// ReadCatalog reads the datasets of a catalog, in JSON. A scope that is not among
// them is an error.
func ReadCatalog(c CatalogRef, b []byte) ([]Dataset, error) {
	at := fault.Place{File: c.From}
	var file catalogFile
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, fault.New(fault.Invalid, "the catalog cannot be read: %v", err).At(at)
	}
	var out []Dataset
	for _, x := range file.Datasets {
		if err := CheckName(x.Name); err != nil {
			continue // it cannot be asked for; a scope of that name is missed below
		}
		d := Dataset{
			Name: x.Name, Title: x.Title, Summary: x.Summary, Version: x.Version, UpdatedAt: x.UpdatedAt, From: x.EntitiesURL,
			Namespace: c.Namespace,
		}
		for _, child := range append(x.Children, x.Datasets...) {
			if CheckName(child) == nil {
				d.Children = append(d.Children, child)
			}
		}
		for _, r := range x.Resources {
			if r.Name == cmp.Or(c.Resource, entitiesFile) && (d.From == "" || c.Resource != "") {
				d.From = r.URL
			}
		}
		d.Load = d.From != "" && (len(c.Scopes) == 0 || slices.Contains(c.Scopes, d.Name))
		if slices.Contains(c.Scopes, d.Name) && d.From == "" {
			return nil, fault.New(fault.Invalid, "the dataset %s of the catalog has no file %s", d.Name, cmp.Or(c.Resource, entitiesFile)).At(at)
		}
		if IsRemote(c.From) && d.From != "" && !IsRemote(d.From) {
			return nil, fault.New(fault.Invalid, "the dataset %s of a catalog that was fetched is to be read from this machine: %q", d.Name, d.From).At(at)
		}
		if err := d.settle(filepath.Dir(c.From)); err != nil {
			return nil, fault.In(at, err)
		}
		out = append(out, d)
	}
	for _, s := range c.Scopes {
		if !slices.ContainsFunc(out, func(d Dataset) bool { return d.Name == s }) {
			return nil, fault.New(fault.NotFound, "the catalog has no dataset %q", s).At(at)
		}
	}
	return out, nil
}
