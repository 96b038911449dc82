// Package sqlite keeps snapshots of lists, answers, cases and the log in one SQLite file,
// and the raw files beside it. It is the store of a fresh program: nothing to
// install, one folder.
//
// Records are kept once for each content, and an entry as the runs of snapshots
// in which it stayed the same, so that a daily list costs what changed. A load
// gathers in temporary tables of its own connection, finds there what changed,
// and becomes seen in one transaction that writes only that; a process that dies
// leaves the store as it was. The package decides nothing about lists and has no
// clock.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Store is a [snapshot.Store], an answer.Store and a casework.Store in a folder.
type Store struct {
	db      *sql.DB
	dir     string      // "" for the empty store of a folder that is not there
	opened  os.FileInfo // the file as it was opened; nil for that store
	reading bool
	// By is the pseudonym that loads are entered in the log under.
	By string

	logs    logkey.Log
	keeping sync.Mutex // held by who keeps answers, over
	keeper  *ready
}

var _ snapshot.Store = (*Store)(nil)

// file is the name of the database in the data folder.
const file = "cordon.db"

// Open opens the store in a folder, and makes both when they are not there.
// Only the owner of the process can read what is made.
func Open(ctx context.Context, dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, "raw"), 0o700); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the data folder cannot be made").WithFix("choose another with --data")
	}
	path := filepath.Join(dir, file)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // lists hold personal data
	if err == nil {
		err = f.Close()
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the store cannot be opened").WithFix("choose another folder with --data")
	}
	s, err := open(ctx, path, dir, false)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		s.Close()
		return nil, fault.In(fault.Place{File: path}, err)
	}
	return s, nil
}

// OpenReader opens the store in a folder for reading: what it gives can neither
// load nor keep attempts. Where there is no store yet it gives an empty one, and
// makes nothing. A store of an older form is first brought to that of this
// program.
func OpenReader(ctx context.Context, dir string) (*Store, error) {
	path := filepath.Join(dir, file)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return OpenEmpty(ctx)
	}
	s, err := open(ctx, path, dir, true)
	if err != nil {
		return nil, err
	}
	version, err := s.version(ctx)
	if err == nil && version == len(migrations) {
		return s, nil
	}
	s.Close()
	if err != nil {
		return nil, fault.In(fault.Place{File: path}, err)
	}
	older, err := Open(ctx, dir)
	if err != nil {
		return nil, err
	}
	if err := older.Close(); err != nil {
		return nil, unavailable(err, "the store cannot be opened")
	}
	return open(ctx, path, dir, true)
}

// OpenEmpty gives a store that holds nothing, for reading.
func OpenEmpty(ctx context.Context) (*Store, error) {
	s, err := open(ctx, "", "", true)
	if err == nil {
		err = s.migrate(ctx)
	}
	return s, err
}

func open(ctx context.Context, path, dir string, reading bool) (*Store, error) {
	db, err := connect(path, reading)
	if err == nil {
		err = db.PingContext(ctx)
	}
	if err != nil {
		return nil, unavailable(err, "the store cannot be opened").At(fault.Place{File: path})
	}
	s := &Store{db: db, dir: dir, reading: reading, By: "local"}
	if path != "" {
		if s.opened, err = os.Stat(path); err != nil {
			db.Close()
			return nil, unavailable(err, "the store cannot be opened").At(fault.Place{File: path})
		}
	}
	return s, nil
}

// Close ends the use of the store.
func (s *Store) Close() error {
	s.keeping.Lock()
	defer s.keeping.Unlock()
	if s.keeper != nil {
		s.keeper.close()
		s.keeper = nil
	}
	return s.db.Close()
}

// migrations bring the database to the form of this program, each in a
// transaction. They are added, never changed.
var migrations = []string{
	`
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
`, `
-- Bodies in the order in which they came: reading a snapshot goes through the file once, not to and fro.
CREATE TABLE content (
	id   INTEGER PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE,
	data BLOB NOT NULL
);
INSERT OR IGNORE INTO content (hash, data)
	SELECT b.hash, b.data FROM entry e CROSS JOIN body b ON b.hash = e.hash ORDER BY e.list, e.key, e.since;
CREATE TABLE run (
	list    TEXT    NOT NULL,
	key     TEXT    NOT NULL,
	since   INTEGER NOT NULL,
	until   INTEGER CHECK (until > since),
	content INTEGER NOT NULL REFERENCES content (id),
	PRIMARY KEY (list, key, since)
) WITHOUT ROWID;
INSERT INTO run SELECT e.list, e.key, e.since, e.until, c.id FROM entry e CROSS JOIN content c ON c.hash = e.hash
	ORDER BY e.list, e.key, e.since;
DROP TABLE entry;
DROP TABLE body;
-- An entry stands once in the newest snapshot.
CREATE UNIQUE INDEX run_open ON run (list, key) WHERE until IS NULL;
`,
	logTables,
	watchTables,
	caseTables,
	onceTables,
	notifyTables,
	jobTables,
	licenceTables,
	peopleTables,
	accessTables,
	watchIndexes,
	settingTables,
}

// version gives the form of the database: how many migrations it went through.
func (s *Store) version(ctx context.Context) (int, error) {
	var version, tables int
	err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	if err == nil {
		err = s.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables)
	}
	if err != nil {
		return 0, unavailable(err, "the store cannot be read")
	}
	if version > len(migrations) {
		return 0, fault.New(fault.Unavailable, "the store was written by a newer version of Cordon (form %d, this program knows %d)",
			version, len(migrations)).WithFix("use that version, or a newer one")
	}
	if version == 0 && tables > 0 {
		return 0, fault.New(fault.Unavailable, "the file is the database of another program").WithFix("choose another folder with --data")
	}
	return version, nil
}

// writeAhead has the database write to a log first, so that readers never wait
// for a writer. The file remembers it, hence it is asked for only once the file is
// known to be ours.
func (s *Store) writeAhead(ctx context.Context) error {
	var mode string
	if err := s.db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return unavailable(err, "the store cannot be opened")
	}
	if mode != "wal" && s.dir != "" {
		return fault.New(fault.Unavailable, "the file system of the data folder cannot hold a store").
			WithFix("choose a folder on a local disk with --data")
	}
	return nil
}

func (s *Store) migrate(ctx context.Context) error {
	version, err := s.version(ctx)
	if err == nil {
		err = s.writeAhead(ctx)
	}
	for ; err == nil && version < len(migrations); version++ {
		err = s.tx(ctx, func(tx *sql.Conn) error {
			var now int // another process may have been quicker
			if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&now); err != nil || now > version {
				return err
			}
			if _, err := tx.ExecContext(ctx, migrations[version]); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+1))
			return err
		})
	}
	return err
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
		err = ctx.Err()
	}
	// From here on nothing interrupts: whoever asked must know whether it is done.
	ctx = context.WithoutCancel(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = conn.ExecContext(ctx, "ROLLBACK")
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
	f = fault.Wrap(fault.Unavailable, err, format, args...)
	if means, fix := reason(err); means != "" {
		f.Message, f.Fix = f.Message+": "+means, fix
	}
	return f
}
