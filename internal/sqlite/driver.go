package sqlite

import (
	"database/sql"
	"errors"
	"net/url"

	"modernc.org/sqlite" // the driver, in pure Go; named nowhere else
	codes "modernc.org/sqlite/lib"
)

// connect opens the database file, or one in memory for "". A connection for
// reading cannot write and makes no file.
func connect(path string, reading bool) (*sql.DB, error) {
	pragmas := []string{
		"busy_timeout(120000)",         // in ms; two writers take turns, and a first load of a million entries is long
		"synchronous(FULL)",            // what is committed survives the loss of power
		"foreign_keys(ON)",             //
		"temp_store(FILE)",             // what a load gathers may be larger than memory
		"journal_size_limit(67108864)", // the log of a large load is cut down again
	}
	mode := "rw"
	if path == "" {
		mode = "memory"
	} else if reading {
		pragmas = append(pragmas, "query_only(ON)")
	}
	// A name such as "a?b" or "100%" is a path, not a part of the address.
	at := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	at.RawQuery = url.Values{"_pragma": pragmas, "mode": {mode}}.Encode()
	db, err := sql.Open("sqlite", at.String())
	if err == nil && path == "" {
		db.SetMaxOpenConns(1) // each connection would have a memory of its own
	}
	return db, err
}

// reason says what an error of the driver means, and the way out; "" for one
// that tells by itself.
func reason(err error) (means, fix string) {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return "", ""
	}
	switch e.Code() & 0xff { // the rest of the code is detail
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		return "it is damaged, or no store of Cordon", "restore it from a copy, or move the file away and load the lists anew"
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		return "another program is writing to it", "try again when that is done"
	case codes.SQLITE_FULL:
		return "the disk is full", "make room, and try again; nothing was half-written"
	case codes.SQLITE_READONLY, codes.SQLITE_CANTOPEN, codes.SQLITE_PERM:
		return "this user may not use it", "give this user the right to the folder and its files, or choose another with --data"
	case codes.SQLITE_IOERR:
		return "the disk failed", "look at the disk; then run `cordon lists verify`"
	}
	return "", ""
}

// breach says which rule of the tables an error is about.
type breach int

const (
	brokenNothing breach = iota
	brokenUnique
	brokenReference
)

func broken(err error) breach {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return brokenNothing
	}
	switch e.Code() {
	case codes.SQLITE_CONSTRAINT_UNIQUE, codes.SQLITE_CONSTRAINT_PRIMARYKEY:
		return brokenUnique
	case codes.SQLITE_CONSTRAINT_FOREIGNKEY:
		return brokenReference
	}
	return brokenNothing
}
