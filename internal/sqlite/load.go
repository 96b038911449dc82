package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/cordon-engine/cordon/internal/fault"
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

const staging = `
CREATE TEMP TABLE IF NOT EXISTS staged (
	key  TEXT NOT NULL PRIMARY KEY,
	hash BLOB NOT NULL,
	data BLOB NOT NULL
) WITHOUT ROWID;
CREATE TEMP TABLE IF NOT EXISTS staged_about (subject TEXT NOT NULL, key TEXT NOT NULL);
CREATE TEMP TABLE IF NOT EXISTS staged_reference (folded TEXT NOT NULL, reference TEXT NOT NULL, subject TEXT NOT NULL);
DELETE FROM staged; DELETE FROM staged_about; DELETE FROM staged_reference;
`

// Begin starts a load.
func (s *Store) Begin(ctx context.Context, list string) (snapshot.Load, error) {
	if err := snapshot.CheckList(list); err != nil {
		return nil, err
	}
	l := &loading{s: s, ctx: ctx, list: list}
	err := s.db.QueryRowContext(ctx, "SELECT coalesce(max(number), 0) FROM snapshot WHERE list = ?", list).Scan(&l.last)
	if err == nil {
		l.conn, err = s.db.Conn(ctx)
	}
	if err != nil {
		return nil, unavailable(err, "the store cannot be read")
	}
	if err := l.prepare(); err != nil {
		l.Abort()
		return nil, unavailable(err, "the load cannot begin")
	}
	return l, nil
}

func (l *loading) prepare() (err error) {
	if _, err = l.conn.ExecContext(l.ctx, staging); err != nil {
		return err
	}
	for _, p := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&l.put, "INSERT OR IGNORE INTO temp.staged (key, hash, data) VALUES (?, ?, ?)"},
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
	dir, err := l.s.rawDir()
	if err != nil {
		return snapshot.RawFile{}, unavailable(err, "the raw file cannot be kept")
	}
	tmp, err := os.CreateTemp(dir, "part-")
	if err != nil {
		return snapshot.RawFile{}, unavailable(err, "the raw file cannot be kept")
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	h := sha256.New()
	w, err := zstd.NewWriter(tmp, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return snapshot.RawFile{}, unavailable(err, "the raw file cannot be kept")
	}
	n, err := io.Copy(io.MultiWriter(w, h), &stoppable{l.ctx, r})
	for _, end := range []func() error{w.Close, tmp.Sync, tmp.Close} {
		if e := end(); err == nil {
			err = e
		}
	}
	f := snapshot.RawFile{Name: name, Part: part, SHA256: hex.EncodeToString(h.Sum(nil)), Size: n}
	path := l.s.rawPath(dir, f.SHA256)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return snapshot.RawFile{}, unavailable(err, "the raw file cannot be kept")
	}
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

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func (s *Store) rawDir() (string, error) {
	if s.dir == "" {
		return "", fault.New(fault.NotFound, "there is no data folder")
	}
	dir := filepath.Join(s.dir, "raw")
	return dir, os.MkdirAll(dir, 0o700)
}

func (s *Store) rawPath(dir, sum string) string { return filepath.Join(dir, sum[:2], sum+".zst") }

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
		return fault.New(fault.Conflict, "the entry %q stands twice", key).WithFix("two entries of a publication may not have one reference")
	}
	l.size++
	for _, id := range snapshot.SubjectsOf(r) {
		if _, err := l.about.ExecContext(l.ctx, id, key); err != nil {
			return unavailable(err, "an entry cannot be kept")
		}
		if err := l.refer(id, id); err != nil {
			return err
		}
	}
	for i := range r.Listings {
		if err := l.refer(r.Listings[i].Reference, r.Listings[i].Subject); err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) refer(reference, id string) error {
	if reference == "" || id == "" {
		return nil
	}
	if _, err := l.ref.ExecContext(l.ctx, fold(reference), reference, id); err != nil {
		return unavailable(err, "a reference cannot be kept")
	}
	return nil
}

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

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

// Commit makes the snapshot seen.
func (l *loading) Commit(m snapshot.Meta) (snapshot.Meta, error) {
	if err := l.flush(); err != nil {
		return m, err
	}
	m.List, m.Number = l.list, l.last+1
	err := txOn(l.ctx, l.conn, func(c *sql.Conn) error { return l.publish(c, m) })
	if err == nil {
		err = l.Abort() // of the temporary tables only
	}
	return m, err
}

func (l *loading) publish(c *sql.Conn, m snapshot.Meta) error {
	var last int
	if err := c.QueryRowContext(l.ctx, "SELECT coalesce(max(number), 0) FROM snapshot WHERE list = ?", l.list).Scan(&last); err != nil {
		return err
	}
	if last != l.last {
		return fault.New(fault.Conflict, "another load of %s was finished meanwhile: %s", l.list, snapshot.ID{List: l.list, Number: last}).
			WithFix("look at it with `cordon lists status`, and load again if yours is newer")
	}
	meta, err := json.Marshal(rowOf(m))
	if err != nil {
		return err
	}
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{"INSERT INTO snapshot (list, number, published, meta) VALUES (?, ?, ?, ?)", []any{l.list, m.Number, int64(m.Published), string(meta)}},
		{"INSERT OR IGNORE INTO body (hash, data) SELECT hash, data FROM temp.staged", nil},
		{`UPDATE entry SET until = ? WHERE list = ? AND until IS NULL
			AND NOT EXISTS (SELECT 1 FROM temp.staged s WHERE s.key = entry.key AND s.hash = entry.hash)`, []any{m.Number, l.list}},
		{`INSERT INTO entry (list, key, since, hash) SELECT ?, s.key, ?, s.hash FROM temp.staged s
			WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.list = ? AND e.key = s.key AND e.until IS NULL)`, []any{l.list, m.Number, l.list}},
		{"INSERT OR IGNORE INTO about (list, subject, key) SELECT ?, subject, key FROM temp.staged_about", []any{l.list}},
		{"INSERT OR IGNORE INTO reference (folded, reference, subject) SELECT folded, reference, subject FROM temp.staged_reference", nil},
	} {
		if _, err := c.ExecContext(l.ctx, q.sql, q.args...); err != nil {
			return err
		}
	}
	return nil
}

// Abort drops what was gathered and gives the connection back.
func (l *loading) Abort() error {
	if l.ended {
		return nil
	}
	l.ended = true
	ctx := context.WithoutCancel(l.ctx)
	if l.open {
		_, _ = l.conn.ExecContext(ctx, "ROLLBACK")
	}
	for _, s := range []*sql.Stmt{l.put, l.about, l.ref} {
		if s != nil {
			s.Close()
		}
	}
	_, _ = l.conn.ExecContext(ctx, "DROP TABLE IF EXISTS temp.staged; DROP TABLE IF EXISTS temp.staged_about; DROP TABLE IF EXISTS temp.staged_reference")
	return l.conn.Close()
}

// Raw gives the bytes of a raw file, checked against its hash at the end.
func (s *Store) Raw(_ context.Context, sum string) (io.ReadCloser, error) {
	if len(sum) != 64 {
		return nil, fault.New(fault.Invalid, "%q is not the hash of a file", sum)
	}
	dir, err := s.rawDir()
	if err != nil {
		return nil, unavailable(err, "the raw files cannot be read")
	}
	f, err := os.Open(s.rawPath(dir, sum))
	if err != nil {
		return nil, fault.New(fault.NotFound, "the raw file %s is not there", sum)
	}
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		f.Close()
		return nil, unavailable(err, "the raw file cannot be read")
	}
	return &rawFile{z: z, f: f}, nil
}

type rawFile struct {
	z *zstd.Decoder
	f *os.File
}

func (r *rawFile) Read(p []byte) (int, error) { return r.z.Read(p) }

func (r *rawFile) Close() error {
	r.z.Close()
	return r.f.Close()
}
