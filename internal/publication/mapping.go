package publication

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
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
