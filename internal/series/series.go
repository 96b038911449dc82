// Package series keeps readings of tables of figures: each reading of a series is a
// numbered snapshot that never changes, so that two readings of one official table
// are two values with their dates. It tells what became of a figure from one reading
// to the next, and which months are gone.
//
// It declares the [Store] that keeps them; adapters implement it and pass the suite in
// seriestest. The package itself opens no files and has no clock.
package series

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// ID names one snapshot: the series and its number, counted from 1 in the order in
// which they were kept. As text it is "comtrade@2".
type ID struct {
	Series string
	Number int
}

// String gives "comtrade@2".
func (id ID) String() string { return id.Series + "@" + strconv.Itoa(id.Number) }

// ParseID reads "comtrade@2". A series alone has the number 0, which stands for its
// newest snapshot.
func ParseID(s string) (ID, error) {
	name, number, two := strings.Cut(s, "@")
	if err := record.CheckSeries(name); err != nil {
		return ID{}, err
	}
	if !two {
		return ID{Series: name}, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return ID{}, fault.New(fault.Invalid, "%q is not a snapshot", s).WithFix("write series@number, as in comtrade@2")
	}
	return ID{name, n}, nil
}

// Meta is what is known of a snapshot besides its records. It never changes.
type Meta struct {
	ID
	// Title and Publisher are as people cite it; Note says what must be known first.
	Title, Publisher, Note string
	// File is the name of the file that was read, Format how, SHA256 the hash of its
	// bytes in hex; "" for figures that come with the program.
	File, Format, SHA256 string
	// URL is where the file came from, as far as whoever loaded it said.
	URL string
	// Published is when the source read so, as exactly as is known: the period
	// from NoDay to NoDay where it is not.
	Published when.Period
	// Recorded is when it was kept, in UTC; zero for what comes with the program.
	Recorded time.Time
	// Content is the SHA-256 of the records as they are kept.
	Content string
	// Tally accounts for the rows of the file.
	Tally record.Tally
	// Rule says in words how the rows of the file became figures.
	Rule string
	// Program is the version of Cordon that read it.
	Program string
	// Embedded is true for what comes with the program.
	Embedded bool
}

// Store keeps snapshots of series. Reading never waits for a load and sees either all
// of a snapshot or none of it. All methods may be called by many at once. Errors are
// faults: NotFound for what is not there, Conflict where a load lost a race,
// Unavailable when the storage fails or what it holds is damaged.
type Store interface {
	// Begin starts a load. Nothing of it is seen by readers before Commit. A process
	// that dies leaves the store as it was, but for files that nothing refers to.
	Begin(ctx context.Context, series string) (Load, error)
	// Snapshots gives all snapshots in the order of series and number.
	Snapshots(ctx context.Context) ([]Meta, error)
	// Each calls yield for every record of a snapshot in the order in which they were
	// put, with Series, Snapshot and the hash of the file filled in. The Record is
	// reused, as by [record.Reader]. A snapshot that is not there is NotFound; one
	// whose records are not what their hash says ends with Unavailable, after records
	// that must then not be used.
	Each(ctx context.Context, id ID, yield func(*record.Record) error) error
	// Verify reads everything again and calls found for each thing that does not
	// agree with its hash, and for each leftover (see [Leftover]).
	Verify(ctx context.Context, found func(problem string)) error
}

// Leftover begins the words of a problem that does no harm: a file that a load which
// was dropped or broken off left behind.
const Leftover = "left over and harmless: "

// Load is a load under way. It is used by one goroutine, and ends with Commit or
// Abort; Abort after Commit does nothing.
type Load interface {
	// Put adds a record. What the record points to is not kept.
	Put(r *record.Record) error
	// Content gives the hash of what was put and ends the putting.
	Content() (string, error)
	// Commit makes the snapshot seen, all at once, and gives it its number. It is
	// Conflict when another load of the series was committed since Begin. The load has
	// ended, whatever Commit gives; after an error nothing of it is seen.
	Commit(m Meta) (Meta, error)
	// Abort drops the load.
	Abort() error
}

// Find gives one snapshot of a store; number 0 is the newest of its series, the one
// published last and, of those, kept last.
func Find(ctx context.Context, s Store, id ID) (Meta, error) {
	all, err := s.Snapshots(ctx)
	if err != nil {
		return Meta{}, err
	}
	var found *Meta
	for i := range all {
		m := &all[i]
		if m.Series == id.Series && (id.Number == m.Number || id.Number == 0 && (found == nil || !later(found, m))) {
			found = m
		}
	}
	if found == nil {
		return Meta{}, fault.New(fault.NotFound, "there is no snapshot %s", strings.TrimSuffix(id.String(), "@0")).
			WithFix("`cordon records list --format text` shows what there is")
	}
	return *found, nil
}

// later reports whether a was published after b, where both days are known.
func later(a, b *Meta) bool {
	return a.Published.From != when.NoDay && b.Published.From != when.NoDay && a.Published.To > b.Published.To
}

// Reader gives a snapshot as a [record.Reader].
func Reader(s Store, m Meta) record.Reader { return &reader{s, m} }

type reader struct {
	store Store
	meta  Meta
}

func (r *reader) Each(ctx context.Context, yield func(*record.Record) error) error {
	return r.store.Each(ctx, r.meta.ID, yield)
}

func (r *reader) Tally() record.Tally { return r.meta.Tally }
