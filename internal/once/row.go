package once

import (
	"crypto/sha256"
	"time"
)

// RowColumns are the columns that stores of rows read of what is kept under a key.
const RowColumns = "question, time, answer, id"

// Row is what is kept under a key as it is read from them: times in milliseconds since 1970, and NULL for an answer that is worked on.
type Row struct {
	question, answer []byte
	time             int64
	id               string
}

// Into gives where each of [RowColumns] is read to.
func (r *Row) Into() []any { return []any{&r.question, &r.time, &r.answer, &r.id} }

// Kept gives what was read; the answer is nil while it is worked on.
func (r *Row) Kept() (Held, *Answer) {
	h := Held{Question: [sha256.Size]byte(r.question), At: time.UnixMilli(r.time).UTC(), Answered: r.answer != nil}
	if !h.Answered {
		return h, nil
	}
	return h, &Answer{Body: r.answer, ID: r.id}
}
