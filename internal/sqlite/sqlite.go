// Package sqlite keeps snapshots of lists in one SQLite file and the raw files
// beside it. It is the store of a fresh program: nothing to install, one folder.
//
// Records are kept once for each content, and an entry as the runs of snapshots
// in which it stayed the same, so that a daily list costs what changed. A load
// gathers in a temporary table of its own connection and becomes seen in one
// short transaction; a process that dies leaves the store as it was. The package
// decides nothing about lists and has no clock.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Store is a [snapshot.Store] in a folder.
type Store struct {
	db  *sql.DB
	dir string // "" for the empty store of a folder that is not there
}

var _ snapshot.Store = (*Store)(nil)

// file is the name of the database in the data folder.
const file = "cordon.db"

// Open opens the store in a folder, and makes both when they are not there.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, "raw"), 0o700); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the data folder cannot be made").WithFix("choose another with --data")
	}
	path := filepath.Join(dir, file)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // lists hold personal data
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the store cannot be opened").WithFix("choose another folder with --data")
	}
	f.Close()
	return open(ctx, path, dir)
}

// OpenReader opens the store in a folder for reading. Where there is none yet it
// gives an empty one, and makes nothing.
func OpenReader(ctx context.Context, dir string) (*Store, error) {
	path := filepath.Join(dir, file)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return open(ctx, "", "")
	}
	return open(ctx, path, dir)
}

func open(ctx context.Context, path, dir string) (*Store, error) {
	db, err := connect(path)
	if err != nil {
		return nil, unavailable(err, "the store cannot be opened")
	}
	s := &Store{db: db, dir: dir}
	if err := s.migrate(ctx); err != nil {
		db.Close()
		return nil, fault.In(fault.Place{File: path}, err)
	}
	return s, nil
}

// Close ends the use of the store.
func (s *Store) Close() error { return s.db.Close() }

// migrations bring the database to the form of this program, each in a
// transaction. They are added, never changed.
var migrations = []string{`
CREATE TABLE snapshot (
	list      TEXT    NOT NULL,
	number    INTEGER NOT NULL,
	published INTEGER NOT NULL,
	meta      TEXT    NOT NULL,
	PRIMARY KEY (list, number)
) WITHOUT ROWID;
CREATE TABLE body (
	hash BLOB NOT NULL PRIMARY KEY,
	data BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE entry (
	list    TEXT    NOT NULL,
	key     TEXT    NOT NULL,
	since   INTEGER NOT NULL,
	until   INTEGER,
	hash    BLOB    NOT NULL REFERENCES body (hash),
	PRIMARY KEY (list, key, since)
) WITHOUT ROWID;
CREATE TABLE about (
	list    TEXT NOT NULL,
	subject TEXT NOT NULL,
	key     TEXT NOT NULL,
	PRIMARY KEY (list, subject, key)
) WITHOUT ROWID;
CREATE TABLE reference (
	folded    TEXT NOT NULL,
	reference TEXT NOT NULL,
	subject   TEXT NOT NULL,
	PRIMARY KEY (folded, reference, subject)
) WITHOUT ROWID;
CREATE TABLE attempt (
	id      INTEGER PRIMARY KEY,
	list    TEXT    NOT NULL,
	attempt TEXT    NOT NULL
);
CREATE INDEX attempt_list ON attempt (list, id);
`}

func (s *Store) migrate(ctx context.Context) error {
	var version int
	if err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return unavailable(err, "the store cannot be read: it is damaged, or no store of Cordon").
			WithFix("restore it from a copy, or move the file away and load the lists anew")
	}
	if version > len(migrations) {
		return fault.New(fault.Unavailable, "the store was written by a newer version of Cordon (form %d, this program knows %d)",
			version, len(migrations)).WithFix("use that version, or a newer one")
	}
	for ; version < len(migrations); version++ {
		if err := s.tx(ctx, func(tx *sql.Conn) error {
			var now int // another process may have been quicker
			if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&now); err != nil || now > version {
				return err
			}
			if _, err := tx.ExecContext(ctx, migrations[version]); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+1))
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// tx runs f in a transaction that may write, on one connection.
func (s *Store) tx(ctx context.Context, f func(*sql.Conn) error) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return unavailable(err, "the store cannot be used")
	}
	defer conn.Close()
	return txOn(ctx, conn, f)
}

func txOn(ctx context.Context, conn *sql.Conn, f func(*sql.Conn) error) error {
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return unavailable(err, "the store is busy")
	}
	err := f(conn)
	if err == nil {
		_, err = conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return unavailable(err, "the store could not be written")
	}
	return nil
}

// unavailable keeps a fault as it is and makes one of any other error.
func unavailable(err error, format string, args ...any) *fault.Error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return fault.Wrap(fault.Unavailable, err, format, args...)
}
