package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"io"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
)

// loading is a [snapshot.Load]: a connection with temporary tables.
type loading struct {
	s     *Store
	ctx   context.Context
	conn  *sql.Conn
	list  string
	last  int // number of the newest snapshot at Begin
	size  int
	put   *sql.Stmt
	about *sql.Stmt
	ref   *sql.Stmt
	open  bool // a transaction over the temporary tables
	ended bool
}

// staging are the temporary tables, and memory for this one connection in KiB:
// with the 2 MiB that it has otherwise a large load writes each page many times.
const staging = `
PRAGMA main.cache_size = -16384;
PRAGMA temp.cache_size = -8192;
CREATE TEMP TABLE staged (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, hash BLOB NOT NULL, data BLOB NOT NULL);
CREATE TEMP TABLE staged_about (subject TEXT NOT NULL, key TEXT NOT NULL);
CREATE TEMP TABLE staged_reference (folded TEXT NOT NULL, reference TEXT NOT NULL, subject TEXT NOT NULL);
`

// changes finds what a load changes, in temporary tables and before anything is
// locked. That is still so when the load is published if no other load of the
// list was published meanwhile. The lists are in the order in which they will be
// written. ?1 is the list.
const changes = `
CREATE TEMP TABLE gone (key TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE come (place INTEGER PRIMARY KEY, staged INTEGER NOT NULL);
CREATE TEMP TABLE new_about (subject TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (subject, key)) WITHOUT ROWID;
CREATE TEMP TABLE new_reference (folded TEXT NOT NULL, reference TEXT NOT NULL, subject TEXT NOT NULL,
	PRIMARY KEY (folded, reference, subject)) WITHOUT ROWID;
INSERT INTO temp.gone SELECT r.key FROM run r INDEXED BY run_open CROSS JOIN content c ON c.id = r.content
	WHERE r.list = ?1 AND r.until IS NULL
	AND NOT EXISTS (SELECT 1 FROM temp.staged s WHERE s.key = r.key AND s.hash = c.hash);
INSERT INTO temp.come (staged) SELECT s.id FROM temp.staged s
	WHERE NOT EXISTS (SELECT 1 FROM run r INDEXED BY run_open WHERE r.list = ?1 AND r.key = s.key AND r.until IS NULL)
	OR EXISTS (SELECT 1 FROM temp.gone g WHERE g.key = s.key)
	ORDER BY s.key;
INSERT INTO temp.new_about SELECT DISTINCT s.subject, s.key FROM temp.staged_about s
	WHERE NOT EXISTS (SELECT 1 FROM about a WHERE a.list = ?1 AND a.subject = s.subject AND a.key = s.key) ORDER BY 1, 2;
INSERT INTO temp.new_reference SELECT DISTINCT s.folded, s.reference, s.subject FROM temp.staged_reference s
	WHERE NOT EXISTS (SELECT 1 FROM reference r
		WHERE r.folded = s.folded AND r.reference = s.reference AND r.subject = s.subject) ORDER BY 1, 2, 3;
`

// publish writes the changes. ?1 is the list, ?2 the number.
const publish = `
INSERT INTO content (hash, data) SELECT s.hash, s.data FROM temp.come c CROSS JOIN temp.staged s ON s.id = c.staged
	WHERE true ORDER BY c.place ON CONFLICT (hash) DO NOTHING;
UPDATE run INDEXED BY run_open SET until = ?2 WHERE list = ?1 AND until IS NULL AND key IN (SELECT key FROM temp.gone);
INSERT INTO run (list, key, since, content) SELECT ?1, s.key, ?2, c.id
	FROM temp.come n CROSS JOIN temp.staged s ON s.id = n.staged CROSS JOIN content c ON c.hash = s.hash ORDER BY n.place;
INSERT INTO about (list, subject, key) SELECT ?1, subject, key FROM temp.new_about;
INSERT OR IGNORE INTO reference (folded, reference, subject) SELECT folded, reference, subject FROM temp.new_reference;
`

// Begin starts a load.
func (s *Store) Begin(ctx context.Context, list string) (snapshot.Load, error) {
	if err := snapshot.CheckList(list); err != nil {
		return nil, err
	}
	if s.reading {
		return nil, onlyReading()
	}
	l := &loading{s: s, ctx: ctx, list: list}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, unavailable(err, "the store cannot be read")
	}
	l.conn = conn
	l.last, err = l.newest()
	if err == nil {
		err = l.prepare()
	}
	if err != nil {
		l.Abort()
		return nil, unavailable(err, "the load cannot begin")
	}
	return l, nil
}

func onlyReading() error {
	return fault.New(fault.Internal, "the store was opened for reading and is to be written")
}

// newest gives the number of the newest snapshot, 0 for none.
func (l *loading) newest() (n int, err error) {
	err = l.conn.QueryRowContext(l.ctx, "SELECT coalesce(max(number), 0) FROM snapshot WHERE list = ?", l.list).Scan(&n)
	return n, err
}

func (l *loading) prepare() (err error) {
	if _, err = l.conn.ExecContext(l.ctx, staging); err != nil {
		return err
	}
	for _, p := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&l.put, "INSERT INTO temp.staged (key, hash, data) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING"},
		{&l.about, "INSERT INTO temp.staged_about (subject, key) VALUES (?, ?)"},
		{&l.ref, "INSERT INTO temp.staged_reference (folded, reference, subject) VALUES (?, ?, ?)"},
	} {
		if *p.to, err = l.conn.PrepareContext(l.ctx, p.sql); err != nil {
			return err
		}
	}
	return nil
}

// Keep stores a file under its hash, compressed.
func (l *loading) Keep(name, part string, r io.Reader) (snapshot.RawFile, error) {
	f, _, err := l.s.keepRaw(l.ctx, r)
	if err != nil {
		return snapshot.RawFile{}, err
	}
	f.Name, f.Part = name, part
	return f, nil
}

// Kept gives the bytes of a file that Keep stored.
func (l *loading) Kept(sum string) (io.ReadCloser, error) { return l.s.Raw(l.ctx, sum) }

// stoppable ends reading when its context ends.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// batch is how many entries go into one transaction of the temporary tables.
const batch = 20_000

// Put adds an entry.
func (l *loading) Put(key string, r *subject.Record) error {
	if l.size%batch == 0 {
		if err := l.flush(); err != nil {
			return err
		}
		if _, err := l.conn.ExecContext(l.ctx, "BEGIN"); err != nil {
			return unavailable(err, "the load cannot go on")
		}
		l.open = true
	}
	data := snapshot.Encode(r)
	sum := sha256.Sum256(data)
	res, err := l.put.ExecContext(l.ctx, key, sum[:], data)
	if err != nil {
		return unavailable(err, "an entry cannot be kept")
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.Conflict, "the entry %q stands twice", key).
			WithFix("two entries of a publication may not have one reference")
	}
	l.size++
	for _, id := range snapshot.SubjectsOf(r) {
		if _, err := l.about.ExecContext(l.ctx, id, key); err != nil {
			return unavailable(err, "an entry cannot be kept")
		}
	}
	for _, n := range snapshot.NamingsOf(r) {
		if _, err := l.ref.ExecContext(l.ctx, snapshot.FoldReference(n.Reference), n.Reference, n.Subject); err != nil {
			return unavailable(err, "a reference cannot be kept")
		}
	}
	return nil
}

func (l *loading) flush() error {
	if !l.open {
		return nil
	}
	l.open = false
	if _, err := l.conn.ExecContext(l.ctx, "COMMIT"); err != nil {
		return unavailable(err, "the load cannot go on")
	}
	return nil
}

// Size gives the number of entries.
func (l *loading) Size() int { return l.size }

// Content gives the hash of what was put.
func (l *loading) Content() (string, error) {
	if err := l.flush(); err != nil {
		return "", err
	}
	rows, err := l.conn.QueryContext(l.ctx, "SELECT key, hash FROM temp.staged ORDER BY key")
	if err != nil {
		return "", unavailable(err, "the load cannot be read back")
	}
	defer rows.Close()
	h := snapshot.NewContentHash()
	for rows.Next() {
		var key string
		var sum []byte
		if err := rows.Scan(&key, &sum); err != nil {
			return "", unavailable(err, "the load cannot be read back")
		}
		h.Add(key, hex.EncodeToString(sum))
	}
	if err := rows.Err(); err != nil {
		return "", unavailable(err, "the load cannot be read back")
	}
	return h.Sum(), nil
}

// Commit makes the snapshot seen. What it changes is found first; only the
// writing of it keeps other writers waiting, and nobody who reads.
func (l *loading) Commit(m snapshot.Meta) (snapshot.Meta, error) {
	if l.ended {
		return m, fault.New(fault.Internal, "a load is to be published after its end")
	}
	defer l.Abort()
	if err := l.flush(); err != nil {
		return m, err
	}
	m.List, m.Number = l.list, l.last+1
	meta, err := kept.Meta(m)
	if err != nil {
		return m, err
	}
	if err := l.findChanges(); err != nil {
		return m, unavailable(err, "the load cannot be compared with the snapshot before")
	}
	return m, txOn(l.ctx, l.conn, func(c *sql.Conn) error {
		if err := l.checkNewest(); err != nil {
			return err
		}
		if _, err := c.ExecContext(l.ctx, "INSERT INTO snapshot (list, number, published, meta) VALUES (?, ?, ?, ?)",
			l.list, m.Number, int64(m.Published), meta); err != nil {
			return err
		}
		if _, err := c.ExecContext(l.ctx, publish, l.list, m.Number); err != nil {
			return err
		}
		_, err := l.s.enter(l.ctx, c, answer.LoadEntry(m, l.s.By))
		return err
	})
}

// findChanges reads one state of the store, which is that of Begin.
func (l *loading) findChanges() error {
	if _, err := l.conn.ExecContext(l.ctx, "BEGIN"); err != nil {
		return err
	}
	l.open = true
	if err := l.checkNewest(); err != nil {
		return err
	}
	if _, err := l.conn.ExecContext(l.ctx, changes, l.list); err != nil {
		return err
	}
	return l.flush()
}

func (l *loading) checkNewest() error {
	last, err := l.newest()
	if err == nil && last != l.last {
		return fault.New(fault.Conflict, "another load of %s was finished meanwhile: %s", l.list, snapshot.ID{List: l.list, Number: last}).
			WithFix("look at it with `cordon lists status`, and load again if yours is newer")
	}
	return err
}

// Abort drops what was gathered. The connection is closed, not reused: its
// temporary tables and its memory end with it.
func (l *loading) Abort() error {
	if l.ended {
		return nil
	}
	l.ended = true
	for _, s := range []*sql.Stmt{l.put, l.about, l.ref} {
		if s != nil {
			s.Close()
		}
	}
	_ = l.conn.Raw(func(any) error { return driver.ErrBadConn })
	if err := l.conn.Close(); err != nil && !errors.Is(err, sql.ErrConnDone) && !errors.Is(err, driver.ErrBadConn) {
		return unavailable(err, "the load cannot be ended")
	}
	return nil
}
