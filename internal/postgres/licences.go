package postgres

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/kept"
	"github.com/cordon-engine/cordon/internal/licence"
)

// licenceTables hold licences as their events, and the bytes of files that are attached
// to them and to cases, once each.
const licenceTables = `
CREATE TABLE cordon.licence_event (
	seq  bigint NOT NULL PRIMARY KEY REFERENCES cordon.log_entry (seq),
	id   text   NOT NULL COLLATE "C",
	n    bigint NOT NULL,
	data bytea  NOT NULL,
	salt bytea  NOT NULL,
	UNIQUE (id, n)
);
CREATE TABLE cordon.attached_file (
	hash bytea NOT NULL PRIMARY KEY, -- SHA-256 of what is packed in data
	data bytea NOT NULL -- zstd
);
ALTER TABLE cordon.attached_file ALTER COLUMN data SET STORAGE EXTERNAL;
`

var (
	_ licence.Store  = (*Store)(nil)
	_ casework.Files = (*Store)(nil)
)

// AddLicences is part of licence.Store.
func (s *Store) AddLicences(ctx context.Context, events []licence.Kept, p casework.Policy, cases []casework.Kept) error {
	return s.adding(ctx, func(tx pgx.Tx) error {
		err := licence.Follow(events, func(id string) ([]licence.Kept, error) { return licenceEvents(ctx, tx, id) })
		if err != nil {
			return err
		}
		if len(events) > 0 {
			entered, err := s.enter(ctx, tx, licence.Entries(events)...)
			if err != nil {
				return err
			}
			for i := range events {
				e := &events[i]
				if _, err := tx.Exec(ctx, "INSERT INTO cordon.licence_event (seq, id, n, data, salt) VALUES ($1, $2, $3, $4, $5)",
					entered[i].Seq, e.Licence, e.N, licence.Encode(&e.Event), e.Salt[:]); err != nil {
					return unavailable(err, "the licence cannot be kept")
				}
			}
		}
		return s.addCases(ctx, tx, p, cases)
	})
}

const licenceColumns = "SELECT id, n, data, salt FROM cordon.licence_event "

func scanLicenceEvent(rows pgx.Rows) (k licence.Kept, err error) {
	var id string
	var n int
	var data, salt []byte
	if err = rows.Scan(&id, &n, &data, &salt); err != nil {
		return k, err
	}
	return licence.DecodeKept(id, n, data, salt)
}

func licenceEvents(ctx context.Context, from source, id string) ([]licence.Kept, error) {
	return query(ctx, from, scanLicenceEvent, licenceColumns+"WHERE id = $1 ORDER BY n", id)
}

// LicenceEvents is part of licence.Store.
func (s *Store) LicenceEvents(ctx context.Context, id string) ([]licence.Kept, error) {
	list, err := licenceEvents(ctx, s.pool, id)
	if err == nil && len(list) == 0 {
		err = licence.NotFound(id)
	}
	return list, err
}

// Licences is part of licence.Store. The rows of one statement are of one moment.
func (s *Store) Licences(ctx context.Context) iter.Seq2[[]licence.Kept, error] {
	return licence.Grouped(func(yield func(licence.Kept, error) bool) {
		each(ctx, s.pool, scanLicenceEvent, yield, licenceColumns+"ORDER BY id, n")
	})
}

// NewestLicence is part of licence.Store. Numbers of the log are given out one transaction after the other.
func (s *Store) NewestLicence(ctx context.Context) (n int64, err error) {
	if err := s.pool.QueryRow(ctx, "SELECT coalesce(max(seq), -1) FROM cordon.licence_event").Scan(&n); err != nil {
		return 0, unavailable(err, "the store cannot be read")
	}
	return n, nil
}

// PutFile is part of casework.Files.
func (s *Store) PutFile(ctx context.Context, data []byte) error {
	packed, err := kept.PackContents([][]byte{data})
	if err != nil {
		return err
	}
	return s.adding(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO cordon.attached_file (hash, data) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING", packed[0].Hash[:], packed[0].Packed); err != nil {
			return unavailable(err, "the file cannot be kept")
		}
		return nil
	})
}

// FileBytes is part of casework.Files.
func (s *Store) FileBytes(ctx context.Context, sum string) ([]byte, error) {
	return kept.FileBytes(sum, func(hash []byte) ([]string, error) {
		return query(ctx, s.pool, scanBytes, "SELECT data FROM cordon.attached_file WHERE hash = $1", hash)
	})
}
