package postgres

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/casework"
)

// caseTables hold cases and their events, as the SQLite store has them, so that a
// backup of one is taken by the other.
const caseTables = `
CREATE TABLE cordon.case_pair (
	id      text  NOT NULL COLLATE "C" PRIMARY KEY,
	subject bytea NOT NULL,
	listing bytea NOT NULL,
	UNIQUE (subject, listing)
);
CREATE TABLE cordon.case_event (
	seq  bigint NOT NULL PRIMARY KEY REFERENCES cordon.log_entry (seq),
	id   text   NOT NULL COLLATE "C" REFERENCES cordon.case_pair (id),
	n    bigint NOT NULL,
	data bytea  NOT NULL,
	salt bytea  NOT NULL,
	UNIQUE (id, n)
);
`

var _ casework.Store = (*Store)(nil)

// Add is part of casework.Store.
func (s *Store) Add(ctx context.Context, p casework.Policy, events []casework.Kept) error {
	return s.adding(ctx, func(tx pgx.Tx) error { return s.addCases(ctx, tx, p, events) })
}

// addCases adds events of cases in a transaction.
func (s *Store) addCases(ctx context.Context, tx pgx.Tx, p casework.Policy, events []casework.Kept) error {
	if len(events) == 0 {
		return nil
	}
	if err := caseFollows(ctx, tx, p, events); err != nil {
		return err
	}
	entered, err := s.enter(ctx, tx, casework.Entries(events)...)
	if err != nil {
		return err
	}
	for i := range events {
		if err := addEvent(ctx, tx, &events[i], entered[i].Seq); err != nil {
			return err
		}
	}
	return nil
}

// caseFollows says whether events may follow those that are kept. Who asks holds the
// lock of the log, so that nobody adds others meanwhile.
func caseFollows(ctx context.Context, tx pgx.Tx, p casework.Policy, events []casework.Kept) error {
	return casework.Follow(p, events, func(id string) ([]casework.Kept, error) { return caseEvents(ctx, tx, id) })
}

func addEvent(ctx context.Context, tx pgx.Tx, e *casework.Kept, seq int64) error {
	if e.Kind == casework.Opened {
		_, err := tx.Exec(ctx, "INSERT INTO cordon.case_pair (id, subject, listing) VALUES ($1, $2, $3)",
			e.Case, []byte(e.Alert.Subject.Ref), []byte(e.Alert.Listing.Ref))
		if codeOf(err) == uniqueViolation {
			return casework.Twice(e.Alert)
		}
		if err != nil {
			return unavailable(err, "the case cannot be kept")
		}
	}
	if _, err := tx.Exec(ctx, "INSERT INTO cordon.case_event (seq, id, n, data, salt) VALUES ($1, $2, $3, $4, $5)",
		seq, e.Case, e.N, casework.Encode(&e.Event), e.Salt[:]); err != nil {
		return unavailable(err, "the case cannot be kept")
	}
	return nil
}

const caseColumns = "SELECT id, n, data, salt FROM cordon.case_event "

func scanCaseEvent(rows pgx.Rows) (k casework.Kept, err error) {
	var id string
	var n int
	var data, salt []byte
	if err = rows.Scan(&id, &n, &data, &salt); err != nil {
		return k, err
	}
	return casework.DecodeKept(id, n, data, salt)
}

func caseEvents(ctx context.Context, from source, id string) ([]casework.Kept, error) {
	return query(ctx, from, scanCaseEvent, caseColumns+"WHERE id = $1 ORDER BY n", id)
}

// Events is part of casework.Store.
func (s *Store) Events(ctx context.Context, id string) ([]casework.Kept, error) {
	list, err := caseEvents(ctx, s.pool, id)
	if err == nil && len(list) == 0 {
		err = casework.NotFound(id)
	}
	return list, err
}

// NewestEvent is part of casework.Store. Numbers of the log are given out one transaction after the other.
func (s *Store) NewestEvent(ctx context.Context) (int64, error) {
	list, err := query(ctx, s.pool, func(rows pgx.Rows) (n int64, err error) { return n, rows.Scan(&n) },
		"SELECT coalesce(max(seq), -1) FROM cordon.case_event")
	if err != nil {
		return 0, err
	}
	return list[0], nil
}

// Pair is part of casework.Store.
func (s *Store) Pair(ctx context.Context, subject, listing string) (string, error) {
	list, err := query(ctx, s.pool, scanText, "SELECT id FROM cordon.case_pair WHERE subject = $1 AND listing = $2", []byte(subject), []byte(listing))
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}

// All is part of casework.Store. The rows of one statement are of one moment.
func (s *Store) All(ctx context.Context) iter.Seq2[[]casework.Kept, error] {
	return casework.Grouped(func(yield func(casework.Kept, error) bool) {
		each(ctx, s.pool, scanCaseEvent, yield, caseColumns+"ORDER BY id, n")
	})
}
