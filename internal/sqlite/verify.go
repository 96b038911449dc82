package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Verify reads everything again and compares it with its hashes: each record
// with its own, each snapshot with that of its content, each raw file with its
// name. It also sees that every record is found by what it is about. It reads one
// state of the database; a load that is under way may show as left over.
func (s *Store) Verify(ctx context.Context, found func(problem string)) error {
	used := map[string]bool{}
	if err := s.still(ctx, func(from source) error {
		v := verifier{ctx: ctx, s: s, from: from, found: found, used: used}
		for _, check := range []func() error{v.database, v.records, v.index, v.snapshots} {
			if err := check(); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return s.leftovers(used, found)
}

type verifier struct {
	ctx   context.Context
	s     *Store
	from  source
	found func(problem string)
	used  map[string]bool // raw files that a snapshot has
}

func (v *verifier) report(format string, args ...any) { v.found(fmt.Sprintf(format, args...)) }

// database has the engine check the file and what refers to what.
func (v *verifier) database() error {
	rows, err := query(v.ctx, v.from, scanText, "PRAGMA integrity_check")
	if err != nil {
		return err
	}
	if len(rows) != 1 || rows[0] != "ok" {
		v.report("the database: %s", strings.Join(rows, "; "))
	}
	lost, err := query(v.ctx, v.from, scanText, `SELECT 'the entry ' || list || ' ' || key || ' has no record' FROM run
		WHERE content NOT IN (SELECT id FROM content)
		UNION ALL SELECT list || ' has the snapshots 1 to ' || max(number) || ', and ' || count(*) || ' are there' FROM snapshot
		GROUP BY list HAVING max(number) != count(*)
		UNION ALL SELECT 'the record ' || lower(hex(hash)) || ' belongs to no entry' FROM content
		WHERE id NOT IN (SELECT content FROM run)`)
	for _, problem := range lost {
		v.found(problem)
	}
	return err
}

// records compares each with its hash.
func (v *verifier) records() error {
	return v.each(func(rows *sql.Rows) error {
		var sum, data sql.RawBytes
		if err := rows.Scan(&sum, &data); err != nil {
			return err
		}
		if now := sha256.Sum256(data); string(now[:]) != string(sum) {
			v.report("the record %x does not have its hash", sum)
		} else if _, err := snapshot.Decode(data); err != nil {
			v.report("the record %x: %v", sum, err)
		}
		return nil
	}, "SELECT hash, data FROM content ORDER BY id")
}

// index asks for every subject and reference of every record.
func (v *verifier) index() error {
	about, err := v.from.PrepareContext(v.ctx, "SELECT 1 FROM about WHERE list = ? AND subject = ? AND key = ?")
	if err != nil {
		return unavailable(err, "the index cannot be read")
	}
	defer about.Close()
	named, err := v.from.PrepareContext(v.ctx, "SELECT 1 FROM reference WHERE folded = ? AND reference = ? AND subject = ?")
	if err != nil {
		return unavailable(err, "the index cannot be read")
	}
	defer named.Close()
	have := map[string]bool{} // what was found for the key before: versions of an entry are mostly about the same
	last := ""
	return v.each(func(rows *sql.Rows) error {
		var list, key string
		var data sql.RawBytes
		if err := rows.Scan(&list, &key, &data); err != nil {
			return err
		}
		r, err := snapshot.Decode(data)
		if err != nil {
			return nil // said by records
		}
		if at := list + " " + key; at != last {
			last = at
			clear(have)
		}
		for _, id := range snapshot.SubjectsOf(r) {
			if err := v.has(have, "the entry "+key+" of "+list+" is not found by "+id, about, list, id, key); err != nil {
				return err
			}
		}
		for _, n := range snapshot.NamingsOf(r) {
			if err := v.has(have, "the subject "+n.Subject+" is not found by "+n.Reference, named,
				snapshot.FoldReference(n.Reference), n.Reference, n.Subject); err != nil {
				return err
			}
		}
		return nil
	}, "SELECT r.list, r.key, c.data FROM run r CROSS JOIN content c ON c.id = r.content ORDER BY r.list, r.key")
}

// has reports the problem when a statement gives no row.
func (v *verifier) has(have map[string]bool, problem string, q *sql.Stmt, args ...any) error {
	if have[problem] {
		return nil
	}
	have[problem] = true
	var one int
	err := q.QueryRowContext(v.ctx, args...).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		v.found(problem)
		return nil
	}
	return err
}

func (v *verifier) each(f func(*sql.Rows) error, q string, args ...any) (err error) {
	each(v.ctx, v.from, func(rows *sql.Rows) (struct{}, error) { return struct{}{}, f(rows) },
		func(_ struct{}, e error) bool { err = e; return e == nil }, q, args...)
	return err
}

func (v *verifier) snapshots() error {
	metas, err := query(v.ctx, v.from, scanMeta, "SELECT meta FROM snapshot ORDER BY list, number")
	if err != nil {
		return err
	}
	for _, m := range metas {
		if err := v.content(m); err != nil {
			return err
		}
		for _, f := range m.Files {
			if err := v.raw(m, f); err != nil {
				return err
			}
		}
	}
	return nil
}

// content compares the keys and hashes of a snapshot with the hash of the whole.
func (v *verifier) content(m snapshot.Meta) error {
	h := snapshot.NewContentHash()
	if err := v.each(func(rows *sql.Rows) error {
		var key string
		var sum sql.RawBytes
		if err := rows.Scan(&key, &sum); err != nil {
			return err
		}
		h.Add(key, hex.EncodeToString(sum))
		return nil
	}, `SELECT r.key, c.hash FROM run r CROSS JOIN content c ON c.id = r.content
		WHERE r.list = ?1 AND r.since <= ?2 AND (r.until IS NULL OR r.until > ?2) ORDER BY r.key`, m.List, m.Number); err != nil {
		return err
	}
	if h.Sum() != m.Content {
		v.report("%s does not have the content that its hash says", m.ID)
	}
	return nil
}

// raw reads a raw file, once however many snapshots have it.
func (v *verifier) raw(m snapshot.Meta, f snapshot.RawFile) error {
	if v.used[f.SHA256] {
		return nil
	}
	v.used[f.SHA256] = true
	r, err := v.s.Raw(v.ctx, f.SHA256)
	if err == nil {
		_, err = io.Copy(io.Discard, &stoppable{v.ctx, r})
		r.Close()
	}
	if v.ctx.Err() != nil {
		return unavailable(v.ctx.Err(), "the check was broken off")
	}
	if err != nil {
		v.report("%s, %s: %v", m.ID, f.Name, err)
	}
	return nil
}

// leftovers tells of raw files that no snapshot has: those of loads that were
// refused or broken off.
func (s *Store) leftovers(used map[string]bool, found func(string)) error {
	if s.dir == "" {
		return nil
	}
	err := filepath.WalkDir(filepath.Join(s.dir, "raw"), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // no raw file yet, or one that a load has just moved
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		if !used[strings.TrimSuffix(d.Name(), ".zst")] {
			found(snapshot.Leftover + path)
		}
		return nil
	})
	if err != nil {
		return unavailable(err, "the raw files cannot be read")
	}
	return nil
}
