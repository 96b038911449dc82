package publication

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Mapping says what the columns of an own list mean, who answers for the list
// and until when it may be used.
type Mapping struct {
	// Owner is who answers for the list; it stands as the authority of every
	// listing in it. Required.
	Owner string
	// Expires is the last day on which the list may be used. Required: a list
	// that nobody renews must not be screened against for ever.
	Expires when.Day
	// Programme stands as the programme of every listing; may be empty.
	Programme string
	// Tier of the listings; Designated unless given.
	Tier subject.Tier
	// Schema of rows that do not say their own; LegalEntity unless given.
	Schema subject.Schema
	// Sheet is the sheet of a workbook; the first unless given.
	Sheet string
	// Separator stands between several values in one cell; "" for one value.
	Separator string
	// Columns gives for each property ("name", "alias", "birthDate", "id" ...)
	// the columns that hold it.
	Columns map[string][]string
	// Ignore are columns left out on purpose; any other unnamed column is an
	// error.
	Ignore []string
}

// Fingerprint tells two mappings apart that read the same file differently.
func (m *Mapping) Fingerprint() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q %s %q %q %q %q %q %q", m.Owner, m.Expires, m.Programme, m.Tier, m.Schema, m.Sheet, m.Separator, m.Ignore)
	for _, k := range slices.Sorted(maps.Keys(m.Columns)) {
		fmt.Fprintf(&b, " %q=%q", k, m.Columns[k])
	}
	return b.String()
}

// ReadMapping reads a mapping from YAML. Owner, expires and columns must be
// there; a key that nobody knows is an error with its place.
func ReadMapping(file string, b []byte) (*Mapping, error) {
	docs, err := yamltree.Parse(file, b)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fault.New(fault.Invalid, "a mapping is one document").At(fault.Place{File: file})
	}
	f, err := docs[0].Fields("a mapping")
	if err != nil {
		return nil, err
	}
	m := &Mapping{Tier: subject.Designated, Schema: subject.LegalEntity, Columns: map[string][]string{}}
	if m.Owner, err = f.NeedText("owner"); err != nil {
		return nil, err
	}
	expires, err := f.Need("expires")
	if err != nil {
		return nil, err
	}
	if m.Expires, err = when.ParseDay(expires.Text); err != nil {
		return nil, fault.In(expires.Place(), err)
	}
	for key, to := range map[string]*string{"programme": &m.Programme, "sheet": &m.Sheet, "separator": &m.Separator} {
		if *to, err = f.Text(key); err != nil {
			return nil, err
		}
	}
	if n := f.Opt("tier"); n != nil {
		m.Tier = subject.Tier(n.Text)
		if m.Tier != subject.Designated && m.Tier != subject.Controlled && m.Tier != subject.Named {
			return nil, n.Errorf("%q is not a tier; it is designated, controlled or named", n.Text)
		}
	}
	if n := f.Opt("schema"); n != nil {
		m.Schema = subject.Schema(n.Text)
		if !slices.Contains(subject.Schemas(), m.Schema) {
			return nil, n.Errorf("%q is not a schema; they are %v", n.Text, subject.Schemas())
		}
	}
	if m.Ignore, err = f.Texts("ignore"); err != nil {
		return nil, err
	}
	columns, err := f.Need("columns")
	if err != nil {
		return nil, err
	}
	for i, k := range columns.Keys {
		if m.Columns[k.Text], err = columns.Items[i].Strings(k.Text); err != nil {
			return nil, err
		}
	}
	if len(m.Columns["name"]) == 0 {
		return nil, columns.Errorf("no column holds the name").WithFix("write `name: COLUMN` under columns")
	}
	return m, f.End()
}
