package account

import "time"

// RowColumns are the columns that stores of rows keep a person in.
const RowColumns = "id, name, display, roles, hash, outside, salt, created, made_by, disabled, seen, version"

// RowValues gives what stands in them, in their order: times in seconds since 1970, and NULL for never and for nobody outside.
func RowValues(p *Person) []any {
	var outside *string
	if p.Outside != "" {
		outside = &p.Outside
	}
	return []any{
		p.ID, p.Name, p.Display, RolesText(p.Roles), p.Hash, outside, p.Salt[:], p.Created.Unix(), p.By, orNull(p.Disabled), orNull(p.SignedIn), p.Version,
	}
}

// Row is a person as it is read from them.
type Row struct {
	p              Person
	roles          string
	outside        *string
	salt           []byte
	created        int64
	disabled, seen *int64
}

// Into gives where each of [RowColumns] is read to.
func (r *Row) Into() []any {
	p := &r.p
	return []any{&p.ID, &p.Name, &p.Display, &r.roles, &p.Hash, &r.outside, &r.salt, &r.created, &p.By, &r.disabled, &r.seen, &p.Version}
}

// Person gives who was read.
func (r *Row) Person() Person {
	p := r.p
	p.Roles, p.Created, p.Disabled, p.SignedIn = ReadRoles(r.roles), time.Unix(r.created, 0).UTC(), timeOf(r.disabled), timeOf(r.seen)
	if r.outside != nil {
		p.Outside = *r.outside
	}
	copy(p.Salt[:], r.salt)
	return p
}

// SessionRow is a session as it is read from the columns hash, person, began, seen and ends.
type SessionRow struct {
	hash              []byte
	person            string
	began, seen, ends int64
}

// Into gives where each of them is read to.
func (r *SessionRow) Into() []any { return []any{&r.hash, &r.person, &r.began, &r.seen, &r.ends} }

// Session gives what was read.
func (r *SessionRow) Session() Session {
	s := Session{Person: r.person, Began: time.Unix(r.began, 0).UTC(), Seen: time.Unix(r.seen, 0).UTC(), Ends: time.Unix(r.ends, 0).UTC()}
	copy(s.Hash[:], r.hash)
	return s
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
