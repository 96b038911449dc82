package postgres

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/screen"
)

// indexTables keep the indexes that replicas share: the newest few, each with the
// SHA-256 of its files and the moment from which on it is in use. They can be made anew
// from the lists and are in no backup.
const indexTables = `
CREATE TABLE cordon.index_snapshot (
	id        text        NOT NULL COLLATE "C" PRIMARY KEY,
	published timestamptz NOT NULL,
	active    timestamptz NOT NULL
);
CREATE TABLE cordon.index_file (
	id   text    NOT NULL COLLATE "C" REFERENCES cordon.index_snapshot (id) ON DELETE CASCADE,
	file integer NOT NULL,
	size bigint  NOT NULL,
	sum  bytea   NOT NULL,
	PRIMARY KEY (id, file)
);
CREATE TABLE cordon.index_piece (
	id    text    NOT NULL COLLATE "C",
	file  integer NOT NULL,
	piece integer NOT NULL,
	data  bytea   NOT NULL,
	PRIMARY KEY (id, file, piece),
	FOREIGN KEY (id, file) REFERENCES cordon.index_file (id, file) ON DELETE CASCADE
);
ALTER TABLE cordon.index_piece ALTER COLUMN data SET STORAGE EXTERNAL;
`

// Indexes shares indexes over a database. It connects when it is asked.
type Indexes struct {
	Address string
}

var _ screen.Shared = Indexes{}

// buildKey is the first half of the locks that are held by who builds an index.
const buildKey = 0x636f7265

// indexesKept is how many indexes are kept: jobs go on with those of before a change.
const indexesKept = 4

// indexPiece is how much of a file one row has, before it is packed.
const indexPiece = 4 << 20

// Replicas have an index within the first span after it was published, and for each so
// many bytes of it one second more: until then, who has it waits.
const (
	haveWithin  = 3 * time.Second
	bytesWithin = 50 << 20
)

// connected runs f with a connection that may write.
func (x Indexes) connected(ctx context.Context, f func(*pgx.Conn) error) error {
	c, err := configOf(x.Address, false)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, c.ConnConfig)
	if err == nil {
		defer conn.Close(context.WithoutCancel(ctx)) // locks go with it
		err = f(conn)
	}
	if err != nil && ctx.Err() == nil {
		return unavailable(err, "the index cannot be had from the database")
	}
	return err
}

// Index is part of screen.Shared.
func (x Indexes) Index(ctx context.Context, id string, files []string, build func() error) error {
	return x.connected(ctx, func(conn *pgx.Conn) error {
		sums, err := published(ctx, conn, id)
		if codeOf(err) == undefinedTable { // nothing was ever loaded there
			return build()
		}
		if err != nil {
			return err
		}
		if sums == nil {
			h := fnv.New32a()
			h.Write([]byte(id))
			if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1, $2)", int32(buildKey), int32(h.Sum32())); err != nil {
				return err
			}
			if sums, err = published(ctx, conn, id); err != nil { // by who held the lock
				return err
			}
		}
		if sums == nil {
			if err := build(); err != nil {
				return err
			}
			return publishIndex(ctx, conn, id, files)
		}
		if len(sums) != len(files) {
			return fault.New(fault.Unavailable, "the index %s has %d files, and %d are wanted", id, len(sums), len(files)).
				WithFix("use the same version of Cordon everywhere")
		}
		for i, f := range files {
			if err := fetch(ctx, conn, id, i, sums[i], f); err != nil {
				return err
			}
		}
		return nil
	})
}

// published gives the hashes of the files of an index; nil where nobody published it. A
// store of before there were any has none.
func published(ctx context.Context, conn *pgx.Conn, id string) ([][]byte, error) {
	return query(ctx, conn, func(rows pgx.Rows) (sum []byte, err error) {
		err = rows.Scan(&sum)
		return sum, err
	}, "SELECT sum FROM cordon.index_file WHERE id = $1 ORDER BY file", id)
}

// publishIndex puts files where others have them from. Where nothing may be written, the
// index stays with who built it: who else builds it comes to the same.
func publishIndex(ctx context.Context, conn *pgx.Conn, id string, files []string) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	_, err = tx.Exec(ctx, "INSERT INTO cordon.index_snapshot VALUES ($1, clock_timestamp(), clock_timestamp())", id)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && (refused.Code == "25006" || refused.Code == "42501") {
		return nil
	}
	total := int64(0)
	for i, f := range files {
		if err == nil {
			var size int64
			size, err = put(ctx, tx, id, i, f)
			total += size
		}
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM cordon.index_snapshot WHERE id IN (SELECT id FROM cordon.index_snapshot ORDER BY published DESC OFFSET $1)`, indexesKept)
	}
	if err == nil {
		wait := haveWithin + time.Duration(total)*time.Second/bytesWithin
		_, err = tx.Exec(ctx, "UPDATE cordon.index_snapshot SET published = clock_timestamp(), active = clock_timestamp() + $2 * interval '1 microsecond' WHERE id = $1",
			id, wait.Microseconds())
	}
	if err == nil {
		err = tx.Commit(ctx)
	}
	return err
}

// put puts one file into the database, and gives its size.
func put(ctx context.Context, tx pgx.Tx, id string, file int, path string) (size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fault.Wrap(fault.Unavailable, err, "the index cannot be read")
	}
	defer f.Close()
	if _, err := tx.Exec(ctx, "INSERT INTO cordon.index_file VALUES ($1, $2, 0, '')", id, file); err != nil {
		return 0, err
	}
	h := sha256.New()
	in, buf, piece := io.TeeReader(f, h), make([]byte, indexPiece), 0
	_, err = tx.CopyFrom(ctx, pgx.Identifier{schema, "index_piece"}, []string{"id", "file", "piece", "data"}, pgx.CopyFromFunc(func() ([]any, error) {
		n, err := io.ReadFull(in, buf)
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, err
		}
		size += int64(n)
		piece++
		data, err := job.Pack(buf[:n])
		return []any{id, file, piece, data}, err
	}))
	if err == nil {
		_, err = tx.Exec(ctx, "UPDATE cordon.index_file SET size = $3, sum = $4 WHERE id = $1 AND file = $2", id, file, size, h.Sum(nil))
	}
	return size, err
}

// fetch has a file be as it was published.
func fetch(ctx context.Context, conn *pgx.Conn, id string, file int, sum []byte, path string) error {
	if have, err := sumOf(path); err == nil && bytes.Equal(have, sum) {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(fault.Unavailable, err, "the index cannot be read")
	}
	f, err := os.CreateTemp(filepath.Dir(path), "fetched-*.part")
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the index cannot be written")
	}
	defer os.Remove(f.Name())
	defer f.Close()
	h := sha256.New()
	w := bufio.NewWriterSize(io.MultiWriter(f, h), 1<<20)
	each(ctx, conn, func(rows pgx.Rows) (data []byte, err error) {
		err = rows.Scan(&data)
		return data, err
	}, func(data []byte, e error) bool {
		if err = e; err == nil {
			data, err = job.Unpack(data)
		}
		if err == nil {
			_, err = w.Write(data)
		}
		return err == nil
	}, "SELECT data FROM cordon.index_piece WHERE id = $1 AND file = $2 ORDER BY piece", id, file)
	if err == nil {
		err = w.Flush()
	}
	if err == nil && !bytes.Equal(h.Sum(nil), sum) {
		err = fault.New(fault.Unavailable, "the index %s in the database does not have its hash", id).
			WithFix("remove it, as in: DELETE FROM cordon.index_snapshot; the next program builds it anew")
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

func sumOf(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return h.Sum(nil), err
}

// Until is part of screen.Shared. The clock is that of the server.
func (x Indexes) Until(ctx context.Context, id string) (wait time.Duration, err error) {
	err = x.connected(ctx, func(conn *pgx.Conn) error {
		list, err := query(ctx, conn, func(rows pgx.Rows) (us int64, err error) {
			err = rows.Scan(&us)
			return us, err
		}, "SELECT (extract(epoch FROM active - clock_timestamp()) * 1000000)::bigint FROM cordon.index_snapshot WHERE id = $1", id)
		if codeOf(err) == undefinedTable {
			return nil
		}
		if err == nil && len(list) == 1 {
			wait = max(0, time.Duration(list[0])*time.Microsecond)
		}
		return err
	})
	return wait, err
}
