package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
)

// loading is a [snapshot.Load]: a connection with temporary tables.
type loading struct {
	s    *Store
	ctx  context.Context
	list string
	last int // number of the newest snapshot at Begin
	size int
	keys map[[16]byte]struct{} // the hashes of the keys put, cut short

	staged, about, refs [][]any // not yet sent
	bytes               int     // of staged, roughly

	mu    sync.Mutex // a parser may read a kept file from another goroutine than it puts from
	conn  *pgxpool.Conn
	files int // raw files begun
	ended bool
}

// staging are the temporary tables, and memory for this one connection.
const staging = `
SET temp_buffers = '32MB';
SET work_mem = '64MB';
CREATE TEMP TABLE staged (key bytea NOT NULL, hash bytea NOT NULL, data bytea NOT NULL);
CREATE TEMP TABLE staged_about (subject bytea NOT NULL, key bytea NOT NULL);
CREATE TEMP TABLE staged_reference (folded bytea NOT NULL, reference bytea NOT NULL, subject bytea NOT NULL);
CREATE TEMP TABLE staged_raw (sum bytea NOT NULL PRIMARY KEY, size bigint NOT NULL, pieces integer NOT NULL, file integer NOT NULL);
CREATE TEMP TABLE staged_piece (file integer NOT NULL, piece integer NOT NULL, data bytea NOT NULL, PRIMARY KEY (file, piece));
ALTER TABLE pg_temp.staged_piece ALTER COLUMN data SET STORAGE EXTERNAL;
`

// publish writes what changed, in this order. $1 is the list, $2 the number; args
// is how many of them a statement takes.
var publish = []struct {
	args int
	sql  string
}{
	{2, `UPDATE cordon.run r SET until = $2 FROM cordon.content c
		WHERE r.list = $1 AND r.until IS NULL AND c.id = r.content
		AND NOT EXISTS (SELECT 1 FROM pg_temp.staged s WHERE s.key = r.key AND s.hash = c.hash)`},
	{1, `INSERT INTO cordon.content (hash, data) SELECT s.hash, s.data FROM pg_temp.staged s
		WHERE NOT EXISTS (SELECT 1 FROM cordon.run r WHERE r.list = $1 AND r.until IS NULL AND r.key = s.key)
		AND NOT EXISTS (SELECT 1 FROM cordon.content c WHERE c.hash = s.hash)
		ORDER BY s.key ON CONFLICT (hash) DO NOTHING`},
	{2, `INSERT INTO cordon.run (list, key, since, content) SELECT $1, s.key, $2, c.id
		FROM pg_temp.staged s JOIN cordon.content c ON c.hash = s.hash
		WHERE NOT EXISTS (SELECT 1 FROM cordon.run r WHERE r.list = $1 AND r.until IS NULL AND r.key = s.key)
		ORDER BY s.key`},
	{1, `INSERT INTO cordon.about (list, subject, key) SELECT DISTINCT $1, s.subject, s.key FROM pg_temp.staged_about s
		WHERE NOT EXISTS (SELECT 1 FROM cordon.about a WHERE a.list = $1
			AND sha256(a.subject) = sha256(s.subject) AND sha256(a.key) = sha256(s.key))`},
	{0, `INSERT INTO cordon.reference (folded, reference, subject) SELECT DISTINCT s.folded, s.reference, s.subject
		FROM pg_temp.staged_reference s WHERE NOT EXISTS (SELECT 1 FROM cordon.reference r WHERE sha256(r.folded) = sha256(s.folded)
			AND sha256(r.reference) = sha256(s.reference) AND sha256(r.subject) = sha256(s.subject))`},
	{0, `CREATE TEMP TABLE new_raw ON COMMIT DROP AS SELECT * FROM pg_temp.staged_raw s
		WHERE NOT EXISTS (SELECT 1 FROM cordon.raw r WHERE r.sum = s.sum)`},
	{0, `INSERT INTO cordon.raw (sum, size, pieces) SELECT sum, size, pieces FROM pg_temp.new_raw`},
	{0, `INSERT INTO cordon.raw_piece (sum, piece, data) SELECT n.sum, p.piece, p.data
		FROM pg_temp.new_raw n JOIN pg_temp.staged_piece p ON p.file = n.file`},
}

// Begin starts a load.
func (s *Store) Begin(ctx context.Context, list string) (snapshot.Load, error) {
	if err := snapshot.CheckList(list); err != nil {
		return nil, err
	}
	if s.reading {
		return nil, onlyReading()
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, unavailable(err, "the load cannot begin")
	}
	l := &loading{s: s, ctx: ctx, list: list, conn: conn, keys: map[[16]byte]struct{}{}}
	if l.last, err = newest(ctx, conn, list); err == nil {
		_, err = conn.Exec(ctx, staging)
	}
	if err != nil {
		_ = l.Abort()
		return nil, unavailable(err, "the load cannot begin")
	}
	return l, nil
}

func onlyReading() error {
	return fault.New(fault.Internal, "the store was opened for reading and is to be written")
}

// newest gives the number of the newest snapshot, 0 for none.
func newest(ctx context.Context, from source, list string) (n int, err error) {
	err = from.QueryRow(ctx, "SELECT coalesce(max(number), 0) FROM cordon.snapshot WHERE list = $1", list).Scan(&n)
	return n, err
}

// A batch of entries is sent when it has so many bytes.
const batch = 4 << 20

// Put adds an entry.
func (l *loading) Put(key string, r *subject.Record) error {
	if err := l.ctx.Err(); err != nil {
		return unavailable(err, "an entry cannot be kept")
	}
	whole := sha256.Sum256([]byte(key))
	short := [16]byte(whole[:16])
	if _, twice := l.keys[short]; twice {
		return fault.New(fault.Conflict, "the entry %q stands twice", key).
			WithFix("two entries of a publication may not have one reference")
	}
	l.keys[short] = struct{}{}
	data := snapshot.Encode(r)
	sum := sha256.Sum256(data)
	l.staged = append(l.staged, []any{[]byte(key), sum[:], data})
	l.bytes += len(data) + len(key) + 200
	l.size++
	for _, id := range snapshot.SubjectsOf(r) {
		l.about = append(l.about, []any{[]byte(id), []byte(key)})
	}
	for _, n := range snapshot.NamingsOf(r) {
		l.refs = append(l.refs, []any{[]byte(snapshot.FoldReference(n.Reference)), []byte(n.Reference), []byte(n.Subject)})
	}
	if l.bytes < batch {
		return nil
	}
	return l.flush()
}

// flush sends what was put.
func (l *loading) flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range []struct {
		name    string
		columns []string
		rows    *[][]any
	}{
		{"staged", []string{"key", "hash", "data"}, &l.staged},
		{"staged_about", []string{"subject", "key"}, &l.about},
		{"staged_reference", []string{"folded", "reference", "subject"}, &l.refs},
	} {
		if len(*t.rows) == 0 {
			continue
		}
		_, err := l.conn.CopyFrom(l.ctx, pgx.Identifier{"pg_temp", t.name}, t.columns, pgx.CopyFromRows(*t.rows))
		if err != nil {
			return unavailable(err, "the entries cannot be kept")
		}
		*t.rows = (*t.rows)[:0]
	}
	l.bytes = 0
	return nil
}

// Size gives the number of entries.
func (l *loading) Size() int { return l.size }

// Content gives the hash of what was put.
func (l *loading) Content() (string, error) {
	if err := l.flush(); err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	h := snapshot.NewContentHash()
	err := all(l.ctx, l.conn, func(rows pgx.Rows) error {
		var key, sum pgtype.DriverBytes
		if err := rows.Scan(&key, &sum); err != nil {
			return err
		}
		h.Add(string(key), hex.EncodeToString(sum))
		return nil
	}, "SELECT key, hash FROM pg_temp.staged ORDER BY key")
	if err != nil {
		return "", unavailable(err, "the load cannot be read back")
	}
	return h.Sum(), nil
}

// Commit makes the snapshot seen. Who publishes another list meanwhile waits;
// nobody who reads does.
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
	l.mu.Lock()
	defer l.mu.Unlock()
	// Nobody but this connection sees its temporary tables, so nobody else counts what is in them.
	const count = "ANALYZE pg_temp.staged, pg_temp.staged_about, pg_temp.staged_reference"
	if _, err := l.conn.Exec(l.ctx, count); err != nil {
		return m, unavailable(err, "the load cannot be published")
	}
	if err := l.s.txOn(l.ctx, l.conn.Conn(), func(tx pgx.Tx) error { return l.write(tx, m, meta) }); err != nil {
		return m, unavailable(err, "the load could not be published")
	}
	return m, nil
}

// write writes a snapshot, once no other load is being published.
func (l *loading) write(tx pgx.Tx, m snapshot.Meta, meta string) error {
	if _, err := tx.Exec(l.ctx, "SELECT pg_advisory_xact_lock($1)", int64(publishing)); err != nil {
		return err
	}
	last, err := newest(l.ctx, tx, l.list)
	if err != nil {
		return err
	}
	if last != l.last {
		return fault.New(fault.Conflict, "another load of %s was finished meanwhile: %s", l.list, snapshot.ID{List: l.list, Number: last}).
			WithFix("look at it with `cordon lists status`, and load again if yours is newer")
	}
	if _, err := tx.Exec(l.ctx, "INSERT INTO cordon.snapshot (list, number, published, meta) VALUES ($1, $2, $3, $4)",
		l.list, m.Number, int32(m.Published), meta); err != nil {
		return err
	}
	changed := int64(0)
	for _, q := range publish {
		tag, err := tx.Exec(l.ctx, q.sql, []any{l.list, m.Number}[:q.args]...)
		if err != nil {
			return err
		}
		changed += tag.RowsAffected()
	}
	if changed >= recount {
		// So that who reads next is served by a plan for as many rows as there are.
		if _, err := tx.Exec(l.ctx, "ANALYZE cordon.content, cordon.run, cordon.about, cordon.reference"); err != nil {
			return err
		}
	}
	// Last, as who keeps an answer waits from here on.
	_, err = l.s.enter(l.ctx, tx, answer.LoadEntry(m, l.s.By))
	return err
}

// recount is the number of rows from which on a load has the server count anew.
const recount = 1000

// Abort drops what was gathered. The connection is closed, not reused: its
// temporary tables and its memory end with it.
func (l *loading) Abort() error {
	if l.ended {
		return nil
	}
	l.ended = true
	l.mu.Lock()
	defer l.mu.Unlock()
	// That it ended badly harms nothing: the server drops what was gathered all the same.
	_ = l.conn.Hijack().Close(context.WithoutCancel(l.ctx))
	return nil
}

// Keep stores a file, to be seen with the snapshot.
func (l *loading) Keep(name, part string, r io.Reader) (snapshot.RawFile, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.files++
	file := l.files
	w := &pieceWriter{put: func(piece int, b []byte) error {
		_, err := l.conn.Exec(l.ctx, "INSERT INTO pg_temp.staged_piece (file, piece, data) VALUES ($1, $2, $3)", file, piece, b)
		return err
	}}
	f := snapshot.RawFile{Name: name, Part: part}
	var err error
	if f.SHA256, f.Size, err = kept.Pack(w, &stoppable{l.ctx, r}); err == nil {
		err = w.end()
	}
	if err == nil {
		_, err = l.conn.Exec(l.ctx, `INSERT INTO pg_temp.staged_raw (sum, size, pieces, file) VALUES (decode($1, 'hex'), $2, $3, $4)
			ON CONFLICT (sum) DO NOTHING`, f.SHA256, f.Size, w.pieces, file)
	}
	if err != nil {
		return snapshot.RawFile{}, unavailable(err, "the raw file cannot be kept")
	}
	return f, nil
}

// Kept gives the bytes of a file that Keep stored.
func (l *loading) Kept(sum string) (io.ReadCloser, error) {
	if err := kept.CheckSum(sum); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var file, pieces int
	err := l.conn.QueryRow(l.ctx, "SELECT file, pieces FROM pg_temp.staged_raw WHERE sum = decode($1, 'hex')", sum).Scan(&file, &pieces)
	if err != nil {
		return nil, missing(err, sum)
	}
	return kept.Unpack(&pieceReader{pieces: pieces, next: func(piece int) (b []byte, err error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		err = l.conn.QueryRow(l.ctx, "SELECT data FROM pg_temp.staged_piece WHERE file = $1 AND piece = $2", file, piece).Scan(&b)
		return b, err
	}}, sum), nil
}

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
