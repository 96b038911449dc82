package setting

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Owing is which reports a desk owes.
type Owing struct {
	Store Store
	// Start are those that the program was started with: they count until somebody sets others, or none.
	Start []string
	// Check says why an id is no report that may be owed.
	Check func(id string) error
}

// Now gives the ids of those that are owed, and the setting; of Version 0 while they are those of the start.
func (o *Owing) Now(ctx context.Context) ([]string, Setting, error) {
	s, err := o.Store.Setting(ctx, Owes)
	if err != nil || s.Version == 0 {
		return o.Start, s, err
	}
	return s.List(), s, nil
}

// Set sets them in somebody's name; none are none, whatever the program was started with. version is the one that was seen, -1
// for whichever it is.
func (o *Owing) Set(ctx context.Context, by string, at time.Time, ids []string, version int) (Setting, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	for _, id := range ids {
		if err := o.Check(id); err != nil {
			return Setting{}, err
		}
		if strings.ContainsAny(id, " \t\n") {
			return Setting{}, fault.New(fault.Invalid, "%q is no name of a report", id)
		}
	}
	s, err := o.Store.Setting(ctx, Owes)
	if err == nil && version >= 0 && version != s.Version {
		err = WentOn(Owes)
	}
	if err != nil {
		return s, err
	}
	s = s.Next(strings.Join(ids, " "), by, at)
	return s, o.Store.Set(ctx, s)
}
