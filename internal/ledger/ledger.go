// Package ledger is an append-only log of what was done: a Merkle tree (RFC 6962)
// over short entries, whose head is signed with every append. Whoever holds an
// earlier head can tell that nothing before it was altered, dropped, moved or
// added.
//
// Entries hold hashes and pseudonyms and never personal data, so that what they
// speak of can be erased and the log still verifies. The package keeps nothing
// itself: stores implement [Tx] and pass the suite in ledgertest. It has no clock,
// makes no key and chooses no store.
package ledger

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Hash is a SHA-256.
type Hash = tlog.Hash

// Kind says what an entry is about. Kinds are part of what is hashed: they are
// added, never renamed.
type Kind string

// The kinds.
const (
	// Answer: an answer was kept; Data is its commitment.
	Answer Kind = "answer"
	// List: a snapshot of a list was loaded; Data is the hash of what is known of it.
	List Kind = "list"
	// Setting: something that answers depend on was changed.
	Setting Kind = "setting"
	// SignIn: somebody signed in, or was refused.
	SignIn Kind = "sign-in"
	// Hold and Release: an answer may not be erased, and may be again.
	Hold    Kind = "hold"
	Release Kind = "release"
	// Erasure: the rows of an answer were erased.
	Erasure Kind = "erasure"
	// Export: an answer was given out in a package.
	Export Kind = "export"
	// Backup and Restore: of the whole store.
	Backup  Kind = "backup"
	Restore Kind = "restore"
	// Case: something happened to a case; Data is the commitment to the event.
	Case Kind = "case"
	// Watch: a version of a base of customers was kept, or a run over one; Data is the
	// hash of what is known of it.
	Watch Kind = "watch"
	// Licence: something happened to a licence; Data is the commitment to the event.
	Licence Kind = "licence"
	// Refusal: somebody who was known was refused what they asked; About names the permission they lack, or the case.
	Refusal Kind = "refusal"
	// FileGiven: a file that was attached was given out; Data is the commitment to the event that attached it.
	FileGiven Kind = "file given out"
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Answer, List, Setting, SignIn, Hold, Release, Erasure, Export, Backup, Restore, Watch, Case, Licence, Refusal, FileGiven}
}

// Entry is one line of the log.
type Entry struct {
	// Seq is its place, counted from 0. [Log.Append] sets it.
	Seq int64
	// Time is when it was done, in UTC to the millisecond.
	Time time.Time
	Kind Kind
	// Actor is the pseudonym of who did it, never a name.
	Actor string
	// About names the thing: the id of an answer, a snapshot as in un@3.
	About string
	// Data is the hash of, or a commitment to, what was done.
	Data Hash
}

// form is the first line of the text of an entry; it changes with the form.
const form = "cordon log entry 1"

// stamp is the form of times.
const stamp = "2006-01-02T15:04:05.000Z"

// Text gives what is hashed: seven lines, each a word and its value.
func (e Entry) Text() []byte {
	b := make([]byte, 0, 256)
	b = append(b, form+"\nseq "...)
	b = strconv.AppendInt(b, e.Seq, 10)
	b = append(b, "\ntime "...)
	b = e.Time.UTC().AppendFormat(b, stamp)
	b = append(b, "\nkind "...)
	b = append(b, e.Kind...)
	b = append(b, "\nactor "...)
	b = append(b, e.Actor...)
	b = append(b, "\nabout "...)
	b = append(b, e.About...)
	b = append(b, "\ndata "...)
	b = hex.AppendEncode(b, e.Data[:])
	return append(b, '\n')
}

// Leaf gives the hash of the entry as the tree has it.
func (e Entry) Leaf() Hash { return tlog.RecordHash(e.Text()) }

// ParseEntry reads the text of an entry, and only that which Text writes.
func ParseEntry(text []byte) (Entry, error) {
	var e Entry
	bad := func(what string) (Entry, error) {
		return Entry{}, fault.New(fault.Invalid, "this is not an entry of the log: %s", what)
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) != 8 || lines[0] != form || lines[7] != "" {
		return bad("it does not have the seven lines of one")
	}
	var value [6]string
	for i, word := range []string{"seq", "time", "kind", "actor", "about", "data"} {
		v, ok := strings.CutPrefix(lines[i+1], word+" ")
		if !ok {
			return bad("line " + strconv.Itoa(i+2) + " is not " + word)
		}
		value[i] = v
	}
	var err error
	if e.Seq, err = strconv.ParseInt(value[0], 10, 64); err != nil {
		return bad("seq is no number")
	}
	if e.Time, err = time.Parse(stamp, value[1]); err != nil {
		return bad("time is none")
	}
	e.Kind, e.Actor, e.About = Kind(value[2]), value[3], value[4]
	data, err := hex.DecodeString(value[5])
	if err != nil || len(data) != len(e.Data) {
		return bad("data is no SHA-256")
	}
	copy(e.Data[:], data)
	if err := e.Check(); err != nil {
		return Entry{}, err
	}
	if string(e.Text()) != string(text) {
		return bad("it is written otherwise than entries are")
	}
	return e, nil
}

// Check says what is wrong with an entry, nil for nothing.
func (e Entry) Check() error {
	switch {
	case e.Seq < 0:
		return fault.New(fault.Invalid, "entry %d has no place in a log", e.Seq)
	case e.Time.Year() < 1 || e.Time.Year() > 9999 || !e.Time.Equal(e.Time.Truncate(time.Millisecond)):
		return fault.New(fault.Invalid, "the time of an entry is given to the millisecond")
	case !known(e.Kind):
		return fault.New(fault.Invalid, "%q is no kind of entry", e.Kind)
	case !plain(e.Actor):
		return fault.New(fault.Invalid, "the actor of an entry is a pseudonym of letters, digits and -_.:@")
	case !plain(e.About):
		return fault.New(fault.Invalid, "what an entry is about is a name of letters, digits and -_.:@")
	}
	return nil
}

func known(k Kind) bool {
	for _, x := range Kinds() {
		if x == k {
			return true
		}
	}
	return false
}

// mostName is how long the names in an entry may be, in bytes.
const mostName = 128

// plain says whether s is a name that needs no quoting: a name of a person has a
// blank or a letter beyond ASCII more often than not, and is refused.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.:@", c) >= 0) {
			return false
		}
	}
	return len(s) > 0 && len(s) <= mostName
}

// String names the entry for people: "entry 17 (answer 01J..., 2026-11-26T20:20:00.000Z)".
func (e Entry) String() string {
	return fmt.Sprintf("entry %d (%s %s, %s)", e.Seq, e.Kind, e.About, e.Time.UTC().Format(stamp))
}
