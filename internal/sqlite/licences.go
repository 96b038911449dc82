package sqlite

import (
	"context"
	"database/sql"
	"iter"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/kept"
	"github.com/cordon-engine/cordon/internal/licence"
)

// licenceTables hold licences as their events, and the bytes of files that are attached
// to them and to cases, once each.
const licenceTables = `
CREATE TABLE licence_event (
	seq  INTEGER NOT NULL PRIMARY KEY REFERENCES log_entry (seq),
	id   TEXT    NOT NULL,
	n    INTEGER NOT NULL,
	data BLOB    NOT NULL,
	salt BLOB    NOT NULL,
	UNIQUE (id, n)
);
CREATE TABLE attached_file (
	hash BLOB NOT NULL PRIMARY KEY, -- SHA-256 of what is packed in data
	data BLOB NOT NULL -- zstd
);
`

var (
	_ licence.Store  = (*Store)(nil)
	_ casework.Files = (*Store)(nil)
)

// AddLicences is part of licence.Store.
func (s *Store) AddLicences(ctx context.Context, events []licence.Kept, p casework.Policy, cases []casework.Kept) error {
	return s.kept(ctx, func(c *ready) error {
		err := licence.Follow(events, func(id string) ([]licence.Kept, error) { return licenceEvents(ctx, c, id) })
		if err != nil {
			return err
		}
		if len(events) > 0 {
			entered, err := s.enter(ctx, c, licence.Entries(events)...)
			if err != nil {
				return err
			}
			for i := range events {
				e := &events[i]
				if _, err := c.ExecContext(ctx, "INSERT INTO licence_event (seq, id, n, data, salt) VALUES (?, ?, ?, ?, ?)",
					entered[i].Seq, e.Licence, e.N, licence.Encode(&e.Event), e.Salt[:]); err != nil {
					return unavailable(err, "the licence cannot be kept")
				}
			}
		}
		return s.addCases(ctx, c, p, cases)
	})
}

const licenceColumns = "SELECT id, n, data, salt FROM licence_event "

func scanLicenceEvent(rows *sql.Rows) (k licence.Kept, err error) {
	var id string
	var n int
	var data, salt []byte
	if err = rows.Scan(&id, &n, &data, &salt); err != nil {
		return k, err
	}
	return licence.DecodeKept(id, n, data, salt)
}

func licenceEvents(ctx context.Context, from source, id string) ([]licence.Kept, error) {
	return query(ctx, from, scanLicenceEvent, licenceColumns+"WHERE id = ? ORDER BY n", id)
}

// LicenceEvents is part of licence.Store.
func (s *Store) LicenceEvents(ctx context.Context, id string) ([]licence.Kept, error) {
	list, err := licenceEvents(ctx, s.db, id)
	if err == nil && len(list) == 0 {
		err = licence.NotFound(id)
	}
	return list, err
}

// Licences is part of licence.Store. The rows of one statement are of one moment.
func (s *Store) Licences(ctx context.Context) iter.Seq2[[]licence.Kept, error] {
	return licence.Grouped(func(yield func(licence.Kept, error) bool) {
		each(ctx, s.db, scanLicenceEvent, yield, licenceColumns+"ORDER BY id, n")
	})
}

// NewestLicence is part of licence.Store.
func (s *Store) NewestLicence(ctx context.Context) (int64, error) {
	list, err := query(ctx, s.db, scanNumber, "SELECT coalesce(max(seq), -1) FROM licence_event")
	if err != nil {
		return 0, err
	}
	return int64(list[0]), nil
}

// PutFile is part of casework.Files.
func (s *Store) PutFile(ctx context.Context, data []byte) error {
	packed, err := kept.PackContents([][]byte{data})
	if err != nil {
		return err
	}
	return s.kept(ctx, func(c *ready) error {
		if _, err := c.ExecContext(ctx, "INSERT INTO attached_file (hash, data) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING", packed[0].Hash[:], packed[0].Packed); err != nil {
			return unavailable(err, "the file cannot be kept")
		}
		return nil
	})
}

// FileBytes is part of casework.Files.
func (s *Store) FileBytes(ctx context.Context, sum string) ([]byte, error) {
	return kept.FileBytes(sum, func(hash []byte) ([]string, error) {
		return query(ctx, s.db, scanText, "SELECT data FROM attached_file WHERE hash = ?", hash)
	})
}
