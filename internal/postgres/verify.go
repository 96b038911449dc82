package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Verify reads everything again and compares it with its hashes: each record
// with its own, each snapshot with that of its content, each raw file with its
// name. It also sees that every record is found by what it is about. It reads one
// state of the database. Pages of the server itself are for the server to check.
func (s *Store) Verify(ctx context.Context, found func(problem string)) error {
	return s.still(ctx, func(from pgx.Tx) error {
		v := verifier{ctx: ctx, from: from, found: found, used: map[string]bool{}}
		for _, check := range []func() error{v.links, v.records, v.index, v.snapshots, v.leftovers} {
			if err := check(); err != nil {
				return unavailable(err, "the check was broken off")
			}
		}
		return nil
	})
}

type verifier struct {
	ctx   context.Context
	from  pgx.Tx
	found func(problem string)
	used  map[string]bool // raw files that a snapshot has
}

func (v *verifier) report(format string, args ...any) { v.found(fmt.Sprintf(format, args...)) }

// links has the server compare what refers to what.
func (v *verifier) links() error {
	lost, err := query(v.ctx, v.from, scanText, `SELECT 'the entry ' || list || ' ' || encode(key, 'escape') || ' has no record'
		FROM cordon.run r WHERE NOT EXISTS (SELECT 1 FROM cordon.content c WHERE c.id = r.content)
		UNION ALL SELECT list || ' has the snapshots 1 to ' || max(number) || ', and ' || count(*) || ' are there'
		FROM cordon.snapshot GROUP BY list HAVING max(number) != count(*)
		UNION ALL SELECT 'the record ' || encode(hash, 'hex') || ' belongs to no entry' FROM cordon.content c
		WHERE NOT EXISTS (SELECT 1 FROM cordon.run r WHERE r.content = c.id)
		UNION ALL SELECT 'the raw file ' || encode(r.sum, 'hex') || ' has ' || r.pieces || ' pieces, and ' || count(p.*) || ' are there'
		FROM cordon.raw r LEFT JOIN cordon.raw_piece p ON p.sum = r.sum GROUP BY r.sum, r.pieces HAVING r.pieces != count(p.*)`)
	for _, problem := range lost {
		v.found(problem)
	}
	return err
}

// records compares each with its hash.
func (v *verifier) records() error {
	return all(v.ctx, v.from, func(rows pgx.Rows) error {
		var sum, data pgtype.DriverBytes
		if err := rows.Scan(&sum, &data); err != nil {
			return err
		}
		if now := sha256.Sum256(data); string(now[:]) != string(sum) {
			v.report("the record %x does not have its hash", []byte(sum))
		} else if _, err := snapshot.Decode(data); err != nil {
			v.report("the record %x: %v", []byte(sum), err)
		}
		return nil
	}, "SELECT hash, data FROM cordon.content ORDER BY id")
}

// wanted is something that the index should have.
type wanted struct {
	problem string
	parts   [3][]byte
}

// at is how many entries are compared with the index at a time.
const at = 2000

// index asks for every subject and reference of every record, some entries at a
// time, so that neither memory nor the way to the server counts.
func (v *verifier) index() error {
	if _, err := v.from.Exec(v.ctx, `DECLARE entries NO SCROLL CURSOR FOR SELECT r.list, r.key, c.data
		FROM cordon.run r JOIN cordon.content c ON c.id = r.content ORDER BY r.list, r.key`); err != nil {
		return err
	}
	for {
		var about, named []wanted
		n := 0
		err := all(v.ctx, v.from, func(rows pgx.Rows) error {
			n++
			var list string
			var key, data pgtype.DriverBytes
			if err := rows.Scan(&list, &key, &data); err != nil {
				return err
			}
			r, err := snapshot.Decode(data)
			if err != nil {
				return nil // said by records
			}
			for _, id := range snapshot.SubjectsOf(r) {
				about = append(about, wanted{
					"the entry " + string(key) + " of " + list + " is not found by " + id, [3][]byte{[]byte(list), []byte(id), []byte(string(key))},
				})
			}
			for _, x := range snapshot.NamingsOf(r) {
				named = append(named, wanted{
					"the subject " + x.Subject + " is not found by " + x.Reference,
					[3][]byte{[]byte(snapshot.FoldReference(x.Reference)), []byte(x.Reference), []byte(x.Subject)},
				})
			}
			return nil
		}, fmt.Sprintf("FETCH %d FROM entries", at))
		if err != nil || n == 0 {
			return err
		}
		if err := v.lacking(about, "text", `SELECT 1 FROM cordon.about a WHERE a.list = w.a
			AND sha256(a.subject) = sha256(w.b) AND sha256(a.key) = sha256(w.c)`); err != nil {
			return err
		}
		if err := v.lacking(named, "bytea", `SELECT 1 FROM cordon.reference r WHERE sha256(r.folded) = sha256(w.a)
			AND sha256(r.reference) = sha256(w.b) AND sha256(r.subject) = sha256(w.c)`); err != nil {
			return err
		}
	}
}

// lacking reports, each once, those of what is wanted that a statement does not
// find; w.a, of the given type, w.b and w.c are its parts. It is asked for each by itself: with NOT
// EXISTS the server would read the whole index for every few of them.
func (v *verifier) lacking(list []wanted, first, exists string) error {
	var texts []string
	var parts [3][][]byte
	for _, w := range list {
		for i, p := range w.parts {
			parts[i] = append(parts[i], p)
		}
		if first == "text" { // other bytes are no text to the driver
			texts = append(texts, string(w.parts[0]))
		}
	}
	var a any = parts[0]
	if first == "text" {
		a = texts
	}
	said := map[string]bool{}
	return all(v.ctx, v.from, func(rows pgx.Rows) error {
		var n int
		if err := rows.Scan(&n); err != nil {
			return err
		}
		if p := list[n-1].problem; !said[p] {
			said[p] = true
			v.found(p)
		}
		return nil
	}, `SELECT w.n FROM unnest($1::`+first+`[], $2::bytea[], $3::bytea[]) WITH ORDINALITY AS w(a, b, c, n)
		WHERE (`+exists+` LIMIT 1) IS NULL ORDER BY w.n`, a, parts[1], parts[2])
}

func (v *verifier) snapshots() error {
	metas, err := query(v.ctx, v.from, scanMeta, `SELECT meta FROM cordon.snapshot ORDER BY list COLLATE "C", number`)
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
	if err := all(v.ctx, v.from, func(rows pgx.Rows) error {
		var key, sum pgtype.DriverBytes
		if err := rows.Scan(&key, &sum); err != nil {
			return err
		}
		h.Add(string(key), hex.EncodeToString(sum))
		return nil
	}, "SELECT r.key, c.hash FROM cordon.run r JOIN cordon.content c ON c.id = r.content WHERE "+inSnapshot+" ORDER BY r.key",
		m.List, m.Number); err != nil {
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
	r, err := rawFrom(v.ctx, v.from, f.SHA256)
	if err == nil {
		_, err = io.Copy(io.Discard, r)
		r.Close()
	}
	if v.ctx.Err() != nil || v.from.Conn().IsClosed() {
		return err
	}
	if err != nil {
		v.report("%s, %s: %v", m.ID, f.Name, err)
	}
	return nil
}

// leftovers tells of raw files that no snapshot has.
func (v *verifier) leftovers() error {
	sums, err := query(v.ctx, v.from, scanText, "SELECT encode(sum, 'hex') FROM cordon.raw ORDER BY sum")
	for _, sum := range sums {
		if !v.used[sum] {
			v.found(snapshot.Leftover + "the raw file " + sum)
		}
	}
	return err
}
