package watch

import (
	"context"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/watched"
)

// File is a file of customers on its way into a base.
type File struct {
	// Name tells by its ending what it is; Reader gives its bytes, whose SHA-256 in
	// hex is SHA256.
	Name   string
	SHA256 string
	Reader io.Reader
	// Mapping gives the columns of fields, with that of [screen.Ref].
	Mapping screen.Mapping
	// Schema is taken for rows that name none.
	Schema string
}

// MaxRef is how long the reference of a customer may be, in bytes.
const MaxRef = 200

// Add takes a file as the next version of a base: all customers that there are. Rows
// that cannot be screened as they stand are refused with their place. A file that
// cannot be read to its end, or has no customer, is a fault, and the base stays as it
// was. The reading says how the columns were read.
func Add(ctx context.Context, s watched.Store, base string, f File, places *place.Gazetteer, at time.Time, actor string) (watched.Version, *screen.Reading, error) {
	if err := watched.CheckBase(base); err != nil {
		return watched.Version{}, nil, err
	}
	rows, how, err := screen.Rows(f.Name, f.Reader, f.Mapping)
	if err != nil {
		return watched.Version{}, nil, err
	}
	if len(how.Mapping[screen.Ref]) != 1 {
		return watched.Version{}, nil, fault.New(fault.Usage, "nothing says which column holds the references of customers").
			WithFix("name it with --ref COLUMN: without one nobody can tell a customer from one version to the next")
	}
	v, err := s.Add(ctx, watched.Version{
		Base: base, SHA256: f.SHA256, Format: strings.ToLower(strings.TrimPrefix(filepath.Ext(f.Name), ".")),
		Recorded: at.UTC().Truncate(time.Millisecond), Actor: actor,
	}, taken(ctx, rows, f, places))
	return v, how, err
}

// taken gives the rows as customers and refusals.
func taken(ctx context.Context, rows iter.Seq2[screen.Row, error], f File, places *place.Gazetteer) iter.Seq2[watched.Row, error] {
	return func(yield func(watched.Row, error) bool) {
		seen, kept := map[string]int{}, false // the line of each reference
		for r, err := range rows {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(watched.Row{}, fault.In(fault.Place{File: f.Name}, err))
				return
			}
			ref, err := customer(r, f.Schema, places)
			if line, again := seen[ref]; err == nil && again {
				err = fault.New(fault.Conflict, "line %d has the same reference", line).At(fault.Place{Field: screen.Ref})
			}
			out := watched.Row{Customer: watched.Customer{Ref: ref, Party: r.Party}}
			if err != nil {
				out = watched.Row{Refusal: &watched.Refusal{Row: r.Number, Line: r.Line, Ref: ref, Field: screen.FieldOf(err), Reason: err.Error()}}
			} else {
				seen[ref], kept = r.Line, true
			}
			if !yield(out, nil) {
				return
			}
		}
		if !kept {
			yield(watched.Row{}, fault.New(fault.Invalid, "the file has no customer that can be kept").At(fault.Place{File: f.Name}).
				WithFix("`cordon screen --input` shows what is wrong with each row"))
		}
	}
}

// customer takes the reference out of a row, and makes sure that the rest can be
// screened.
func customer(r screen.Row, schema string, places *place.Gazetteer) (ref string, err error) {
	if r.Err != nil {
		return "", r.Err
	}
	refs := r.Party[screen.Ref]
	delete(r.Party, screen.Ref)
	switch {
	case len(refs) != 1:
		return "", fault.New(fault.Invalid, "the row has %d references in place of one", len(refs)).At(fault.Place{Field: screen.Ref})
	case len(refs[0]) > MaxRef:
		return "", fault.New(fault.TooLarge, "a reference has at most %d bytes", MaxRef).At(fault.Place{Field: screen.Ref})
	}
	if schema != "" && len(r.Party["schema"]) == 0 {
		r.Party["schema"] = []string{schema}
	}
	in, _, err := r.Party.Input(places)
	if err == nil && len(in.Names) == 0 && len(in.Identifiers) == 0 {
		err = fault.New(fault.Invalid, "there is neither a name nor an identifier to look for")
	}
	return refs[0], err
}
