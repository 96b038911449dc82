package sqlite

import (
	"context"
	"database/sql"
	"iter"

	"github.com/cordon-engine/cordon/internal/casework"
)

// caseTables hold cases and their events. The pair of a case and its events never
// change.
const caseTables = `
CREATE TABLE case_pair (
	id      TEXT NOT NULL PRIMARY KEY,
	subject TEXT NOT NULL,
	listing TEXT NOT NULL,
	UNIQUE (subject, listing)
);
CREATE TABLE case_event (
	seq  INTEGER NOT NULL PRIMARY KEY REFERENCES log_entry (seq),
	id   TEXT    NOT NULL REFERENCES case_pair (id),
	n    INTEGER NOT NULL,
	data BLOB    NOT NULL,
	salt BLOB    NOT NULL,
	UNIQUE (id, n)
);
`

var _ casework.Store = (*Store)(nil)

// Add is part of casework.Store.
func (s *Store) Add(ctx context.Context, p casework.Policy, events []casework.Kept) error {
	return s.kept(ctx, func(c *ready) error { return s.addCases(ctx, c, p, events) })
}

// addCases adds events of cases in a transaction.
func (s *Store) addCases(ctx context.Context, c *ready, p casework.Policy, events []casework.Kept) error {
	if len(events) == 0 {
		return nil
	}
	if err := caseFollows(ctx, c, p, events); err != nil {
		return err
	}
	entered, err := s.enter(ctx, c, casework.Entries(events)...)
	if err != nil {
		return err
	}
	for i := range events {
		if err := addEvent(ctx, c, &events[i], entered[i].Seq); err != nil {
			return err
		}
	}
	return nil
}

// caseFollows says whether events may follow those that are kept.
func caseFollows(ctx context.Context, from source, p casework.Policy, events []casework.Kept) error {
	return casework.Follow(p, events, func(id string) ([]casework.Kept, error) { return caseEvents(ctx, from, id) })
}

func addEvent(ctx context.Context, c *ready, e *casework.Kept, seq int64) error {
	if e.Kind == casework.Opened {
		_, err := c.ExecContext(ctx, "INSERT INTO case_pair (id, subject, listing) VALUES (?, ?, ?)",
			e.Case, e.Alert.Subject.Ref, e.Alert.Listing.Ref)
		if broken(err) == brokenUnique {
			return casework.Twice(e.Alert)
		}
		if err != nil {
			return unavailable(err, "the case cannot be kept")
		}
	}
	if _, err := c.ExecContext(ctx, "INSERT INTO case_event (seq, id, n, data, salt) VALUES (?, ?, ?, ?, ?)",
		seq, e.Case, e.N, casework.Encode(&e.Event), e.Salt[:]); err != nil {
		return unavailable(err, "the case cannot be kept")
	}
	return nil
}

const caseColumns = "SELECT id, n, data, salt FROM case_event "

func scanCaseEvent(rows *sql.Rows) (k casework.Kept, err error) {
	var id string
	var n int
	var data, salt []byte
	if err = rows.Scan(&id, &n, &data, &salt); err != nil {
		return k, err
	}
	return casework.DecodeKept(id, n, data, salt)
}

func caseEvents(ctx context.Context, from source, id string) ([]casework.Kept, error) {
	return query(ctx, from, scanCaseEvent, caseColumns+"WHERE id = ? ORDER BY n", id)
}

// Events is part of casework.Store.
func (s *Store) Events(ctx context.Context, id string) ([]casework.Kept, error) {
	list, err := caseEvents(ctx, s.db, id)
	if err == nil && len(list) == 0 {
		err = casework.NotFound(id)
	}
	return list, err
}

// NewestEvent is part of casework.Store.
func (s *Store) NewestEvent(ctx context.Context) (int64, error) {
	list, err := query(ctx, s.db, scanNumber, "SELECT coalesce(max(seq), -1) FROM case_event")
	if err != nil {
		return 0, err
	}
	return int64(list[0]), nil
}

// Pair is part of casework.Store.
func (s *Store) Pair(ctx context.Context, subject, listing string) (string, error) {
	list, err := query(ctx, s.db, scanText, "SELECT id FROM case_pair WHERE subject = ? AND listing = ?", subject, listing)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}

// All is part of casework.Store. The rows of one statement are of one moment.
func (s *Store) All(ctx context.Context) iter.Seq2[[]casework.Kept, error] {
	return casework.Grouped(func(yield func(casework.Kept, error) bool) {
		each(ctx, s.db, scanCaseEvent, yield, caseColumns+"ORDER BY id, n")
	})
}
