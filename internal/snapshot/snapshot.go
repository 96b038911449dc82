// Package snapshot keeps every version of every list: what was published, when,
// by what bytes, and what it said of each subject. From that it tells what
// changed between two versions and who was listed on a day, as known on
// another.
//
// It declares the [Store] that keeps them; adapters implement it and pass the
// suite in snapshottest. The package itself reads no files, parses no
// publication and has no clock.
package snapshot

import (
	"context"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// ID names one snapshot: the list and its number, counted from 1 in the order
// in which they were loaded. As text it is "un@3".
type ID struct {
	List   string
	Number int
}

// String gives "un@3".
func (id ID) String() string { return id.List + "@" + strconv.Itoa(id.Number) }

// ParseID reads "un@3". A list alone ("un") has the number 0, which stands for
// the current one.
func ParseID(s string) (ID, error) {
	list, number, ok := strings.Cut(s, "@")
	id := ID{List: list}
	if err := CheckList(list); err != nil {
		return ID{}, err
	}
	if !ok {
		return id, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return ID{}, fault.New(fault.Invalid, "%q is not a snapshot", s).WithFix("write list@number, as in un@3")
	}
	id.Number = n
	return id, nil
}

// CheckList checks the name of a list: lower case letters, digits and single
// dashes, at most 40 of them, a letter first.
func CheckList(s string) error {
	ok := len(s) > 0 && len(s) <= 40 && s[0] >= 'a' && s[0] <= 'z' && s[len(s)-1] != '-' && !strings.Contains(s, "--")
	for i := range len(s) {
		c := s[i]
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	}
	if !ok {
		return fault.New(fault.Invalid, "%q is not the name of a list", s).
			WithFix("use lower case letters, digits and dashes, as in my-clients")
	}
	return nil
}

// RawFile is one file of a publication as it was received.
type RawFile struct {
	// Name as given; Part of the publication; SHA256 in hex; Size in bytes.
	Name, Part, SHA256 string
	Size               int64
	// ETag and Modified are what the server said, to ask next time whether
	// there is anything new; empty for a file that was not fetched.
	ETag, Modified string
}

// Meta is what is known of a snapshot besides its records. It never changes.
type Meta struct {
	ID
	// Source and Format read it; Address is where the bytes came from.
	Source, Format, Address string
	Files                   []RawFile
	// Published is the day and Stamp the words of the publication itself; where
	// it states none, Published is the day of Recorded and Undated is true.
	Published when.Day
	Stamp     string
	Undated   bool
	// Recorded is when we stored it, in UTC.
	Recorded time.Time
	// Raw is the SHA-256 of the files' hashes; Content that of the records in
	// order of key, so without the time of generation. In hex.
	Raw, Content string
	Report       publication.Report
	// Program is the version of Cordon that read it.
	Program string
	// Owner answers for an own list, which may be used up to Expires.
	Owner   string
	Expires when.Day
	// Embedded is true for what comes with the program.
	Embedded bool
}

// Attempt is one try to load a list, whatever came of it.
type Attempt struct {
	List, Source string
	At           time.Time
	// Snapshot is the number of the snapshot that the try made or, when Same,
	// confirmed; 0 when it failed.
	Snapshot int
	Same     bool
	// Published and Stamp are what the files said, Raw their hash.
	Published when.Day
	Stamp     string
	Raw       string
	// Code and Message tell a failure.
	Code    fault.Code
	Message string
}

// State is one list as it stands.
type State struct {
	// Current is the snapshot in force: the one published last, and of those
	// the one loaded last.
	Current Meta
	// Count is the number of snapshots.
	Count int
	// Confirmed is the last successful try that found nothing new, or zero.
	Confirmed Attempt
	// Last is the last try of all.
	Last Attempt
}

// Name gives the name of the list.
func (s State) Name() string {
	if s.Current.List != "" {
		return s.Current.List
	}
	return s.Last.List
}

// Checked gives when the list was last known to be what its authority
// publishes: when its current snapshot was stored or last confirmed.
func (s State) Checked() time.Time {
	if s.Confirmed.Snapshot == s.Current.Number && s.Confirmed.At.After(s.Current.Recorded) {
		return s.Confirmed.At
	}
	return s.Current.Recorded
}

// Entry is one record of a snapshot under its key.
type Entry struct {
	Key    string
	Record *subject.Record
}

// Version is a run of snapshots, by number, in which an entry stayed the same.
type Version struct {
	Key string
	// From is the first snapshot with it; Until the first after it that lacks
	// it or has another, 0 when there is none yet.
	From, Until int
	// Hash is that of the encoded record, in hex.
	Hash   string
	Record *subject.Record
}

// Store keeps snapshots. Reading never waits for a load and sees either all of
// a snapshot or none of it. All methods may be called by many at once. Errors
// are faults: NotFound for what is not there, Conflict where a load lost a
// race, Unavailable when the storage fails.
type Store interface {
	// Begin starts a load. Nothing of it is seen by readers before Commit. A
	// process that dies leaves the store as it was.
	Begin(ctx context.Context, list string) (Load, error)
	// Attempted keeps a record of a try to load a list.
	Attempted(ctx context.Context, a Attempt) error
	// Lists gives the state of every list that has a snapshot or an attempt, in
	// the order of their names. A list without snapshot has a zero Current.
	Lists(ctx context.Context) ([]State, error)
	// Snapshots gives those of a list in the order of their numbers.
	Snapshots(ctx context.Context, list string) ([]Meta, error)
	// Snapshot gives one; number 0 is the current one.
	Snapshot(ctx context.Context, id ID) (Meta, error)
	// Entries gives the entries of a snapshot in the order of their keys (bytes).
	// For a snapshot that is not there it yields fault.NotFound: a wrong number
	// must not read as an empty list, nor as the newest.
	Entries(ctx context.Context, id ID) iter.Seq2[Entry, error]
	// About gives the entries of a snapshot that are about a subject, by its ID:
	// the subject itself, and listings and relations kept apart from it (see
	// [SubjectsOf]), in the order of their keys. None is no error.
	About(ctx context.Context, id ID, subjectID string) ([]Entry, error)
	// Find gives the IDs of the subjects, of any list, that ever had this ID or
	// this reference number (see [NamingsOf]), sorted: as it is written, or where
	// nobody has it so, without regard to case (see [FoldReference]).
	Find(ctx context.Context, reference string) ([]string, error)
	// Versions gives the history of what is about a subject, in the order of
	// From and Key. A version of an entry that is not about it is left out.
	Versions(ctx context.Context, list, subjectID string) ([]Version, error)
	// Everything gives every version of every entry of a list, in the order of
	// Key and From.
	Everything(ctx context.Context, list string) iter.Seq2[Version, error]
	// Raw gives the bytes of a file of a snapshot as they were received. Reading
	// to the end is fault.Unavailable when they no longer are.
	Raw(ctx context.Context, sha256 string) (io.ReadCloser, error)
	// Attempts gives the tries of a list, the last one kept first, at most limit.
	Attempts(ctx context.Context, list string, limit int) ([]Attempt, error)
	// Verify reads everything again and compares it with its hashes. It calls
	// found for each thing that does not agree and for each leftover.
	Verify(ctx context.Context, found func(problem string)) error
	// Close ends the use of the store.
	Close() error
}

// Leftover begins the words of a problem that does no harm: something that a load
// which was refused or broken off left behind.
const Leftover = "left over and harmless: "

// Load is a load under way. It is used by one goroutine, and ends with Commit
// or Abort; Abort after Commit does nothing.
type Load interface {
	// Keep stores a file as received and gives its hash.
	Keep(name, part string, r io.Reader) (RawFile, error)
	// Kept gives the bytes of a file that Keep stored, so that what is parsed is
	// what is kept.
	Kept(sha256 string) (io.ReadCloser, error)
	// Put adds an entry. A key given twice is fault.Conflict; the first stays.
	Put(key string, r *subject.Record) error
	// Content gives the hash of what was put so far (see [ContentHash]).
	Content() (string, error)
	// Size gives the number of entries put.
	Size() int
	// Commit makes the snapshot seen, all at once, and gives its number. It is
	// fault.Conflict when another load of the list was committed since Begin. The
	// load has ended, whatever Commit gives; after an error nothing of it is seen.
	Commit(m Meta) (Meta, error)
	// Abort drops the load.
	Abort() error
}

// Key gives the key of a record: the ID of its subject, or for a listing or
// relation kept apart what tells it from others.
func Key(r *subject.Record) string {
	switch {
	case r.Subject != nil:
		return r.Subject.ID
	case len(r.Listings) > 0:
		return r.Listings[0].ID
	}
	return "relation/" + Hash(Encode(r))
}

// SubjectsOf gives the IDs that a record is about, each once.
func SubjectsOf(r *subject.Record) []string {
	var out []string
	add := func(id string) {
		for _, x := range out {
			if x == id {
				return
			}
		}
		if id != "" {
			out = append(out, id)
		}
	}
	if r.Subject != nil {
		add(r.Subject.ID)
	}
	for i := range r.Listings {
		add(r.Listings[i].Subject)
	}
	for i := range r.Relations {
		add(r.Relations[i].From)
		add(r.Relations[i].To)
	}
	return out
}

// Naming is something that names a subject: its ID or a reference number.
type Naming struct{ Reference, Subject string }

// NamingsOf gives what names the subjects that a record is about: the ID of each,
// and the reference numbers of listings.
func NamingsOf(r *subject.Record) []Naming {
	var out []Naming
	for _, id := range SubjectsOf(r) {
		out = append(out, Naming{id, id})
	}
	for i := range r.Listings {
		if l := &r.Listings[i]; l.Reference != "" && l.Subject != "" && l.Reference != l.Subject {
			out = append(out, Naming{l.Reference, l.Subject})
		}
	}
	return out
}

// FoldReference gives the form in which references are compared without regard
// to case.
func FoldReference(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Later reports whether snapshot a comes after b in the order of publication,
// and of loading where the day is the same.
func Later(a, b Meta) bool {
	if a.Published != b.Published {
		return a.Published > b.Published
	}
	return a.Number > b.Number
}
