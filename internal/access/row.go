package access

import (
	"strings"
	"time"
)

// RowColumns are the columns that stores of rows keep a key in.
const RowColumns = "id, owner, scopes, created, expires, revoked, hash"

// RowValues gives what stands in them, in their order: times in seconds since 1970, and NULL for never.
func RowValues(k *Key) []any {
	var scopes []string
	for _, x := range k.Scopes {
		scopes = append(scopes, string(x))
	}
	return []any{k.ID, k.Owner, strings.Join(scopes, " "), k.Created.Unix(), orNull(k.Expires), orNull(k.Revoked), k.Hash[:]}
}

// Row is a key as it is read from them.
type Row struct {
	k                Key
	scopes           string
	created          int64
	expires, revoked *int64
	hash             []byte
}

// Into gives where each of [RowColumns] is read to.
func (r *Row) Into() []any {
	return []any{&r.k.ID, &r.k.Owner, &r.scopes, &r.created, &r.expires, &r.revoked, &r.hash}
}

// Key gives what was read.
func (r *Row) Key() Key {
	k := r.k
	for name := range strings.FieldsSeq(r.scopes) {
		k.Scopes = append(k.Scopes, Scope(name))
	}
	copy(k.Hash[:], r.hash)
	k.Created, k.Expires, k.Revoked = time.Unix(r.created, 0).UTC(), timeOf(r.expires), timeOf(r.revoked)
	return k
}

func orNull(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	s := t.Unix()
	return &s
}

func timeOf(s *int64) time.Time {
	if s == nil {
		return time.Time{}
	}
	return time.Unix(*s, 0).UTC()
}
