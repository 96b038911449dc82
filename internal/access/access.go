// Package access says who may ask a server what: keys with scopes that end and can be revoked, and how much each may ask.
//
// A key is a secret of 256 random bits behind a name that may be shown. Only the SHA-256 of it is stored, so that who reads
// the store cannot use a key of it. The package knows nothing of HTTP and never logs; it holds no secret longer than it
// takes to hash it.
package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/role"
)

// Scope is what a key may be used for: a permission, as roles have them. Scopes are added, never renamed: they stand in
// stores.
type Scope = role.Permission

// The scopes that a key can have, and Open, which needs none.
const (
	Open    = role.Open
	Decide  = role.Decide
	Screen  = role.Screen
	Lists   = role.Lists
	Read    = role.Read
	Answers = role.Answers
	Jobs    = role.Jobs
	Watch   = role.Watch
	// Cases reads cases and works on them as an analyst; Approve, beside it, as an approver: it is the second person.
	Cases   = role.Cases
	Approve = role.Approve
	Tools   = role.Tools
	Metrics = role.Metrics
	// Admin may do all of it, and change what is loaded.
	Admin = role.All
)

// Scopes are those that a key can have, with what they are for.
func Scopes() []struct {
	Scope Scope
	About string
} {
	return []struct {
		Scope Scope
		About string
	}{
		{Decide, "ask for rulings"},
		{Screen, "ask who somebody is"},
		{Lists, "read the lists that are loaded"},
		{Read, "read law, goods, states, claims, records and undertakings"},
		{Answers, "read the answers that were kept"},
		{Jobs, "hand in jobs, and read all jobs with their results"},
		{Watch, "put customers on file, have them screened, and read what that found"},
		{Cases, "read cases, and work on them"},
		{Approve, "be the second person, beside cases"},
		{Tools, "use the tools over MCP"},
		{Metrics, "read the figures of operation"},
		{Admin, "all of it, and change what is loaded"},
	}
}

// ParseScope reads the name of a scope that a key can have.
func ParseScope(name string) (Scope, error) {
	var names []string
	for _, s := range Scopes() {
		if string(s.Scope) == name {
			return s.Scope, nil
		}
		names = append(names, string(s.Scope))
	}
	return "", fault.New(fault.Invalid, "there is no scope %q", name).WithFix("the scopes are %s", strings.Join(names, ", "))
}

// Key is what is stored of a key.
type Key struct {
	// ID names the key and may be shown: it begins the secret, and logs and kept answers name who asked by it.
	ID string
	// Owner says whose it is, in words of who made it.
	Owner  string
	Scopes []Scope
	// Created, Expires and Revoked are times; the last two are zero for never.
	Created, Expires, Revoked time.Time
	// Hash is the SHA-256 of the secret.
	Hash [sha256.Size]byte
}

// May reports whether a key has a scope.
func (k Key) May(s Scope) bool {
	return s == Open || slices.Contains(k.Scopes, s) || slices.Contains(k.Scopes, Admin)
}

// brings are the permissions whose addresses a key with a scope may ask, though no key is given them by name. What it then
// does there is for cases to say, by the roles that its scopes stand for.
var brings = map[Scope][]role.Permission{
	Cases:   {role.SeeCases, role.Raise, role.Comment, role.Suppress, role.Licences, role.Approve},
	Approve: {role.Sample, role.Review},
}

// Enters reports whether a key may ask an address that needs a permission.
func (k Key) Enters(p role.Permission) bool {
	return k.May(p) || slices.ContainsFunc(k.Scopes, func(has Scope) bool { return slices.Contains(brings[has], p) })
}

// Opener gives the scope that a key needs for an address with a permission: of several the one that gives least.
func Opener(p role.Permission) Scope {
	for _, s := range Scopes() {
		if (Key{Scopes: []Scope{s.Scope}}).Enters(p) {
			return s.Scope
		}
	}
	return Admin
}

// Ended says why a key is good no longer; "" while it is.
func (k Key) Ended(now time.Time) string {
	switch {
	case !k.Revoked.IsZero():
		return "revoked"
	case !k.Expires.IsZero() && !now.Before(k.Expires):
		return "expired"
	}
	return ""
}

// Digest is a hash of all that is stored of a key. The hash of the secret is in it, so that nothing about the key can be guessed from
// the digest.
func (k Key) Digest() [sha256.Size]byte {
	h := sha256.New()
	fmt.Fprintf(h, "cordon key 1\n%s\n%q\n%q\n", k.ID, k.Owner, k.Scopes)
	for _, t := range []time.Time{k.Created, k.Expires, k.Revoked} {
		if !t.IsZero() {
			fmt.Fprint(h, t.Unix())
		}
		fmt.Fprintln(h)
	}
	h.Write(k.Hash[:])
	return [sha256.Size]byte(h.Sum(nil))
}

// Store holds keys. Implementations are safe for concurrent use and for several processes at once; package accesstest holds
// them to this.
type Store interface {
	// AddKey adds a key; fault.Conflict when there is one of that ID. When it returns, the key is there for good.
	AddKey(ctx context.Context, k Key) error
	// Keys gives all keys, those that ended included, by Created and then ID.
	Keys(ctx context.Context) ([]Key, error)
	// RevokeKey ends the use of a key for good and gives it as it is then. One that was revoked before keeps its time;
	// fault.NotFound when there is none of that ID.
	RevokeKey(ctx context.Context, id string, at time.Time) (Key, error)
}

// A secret is ck_, the rest of the id, _, and the random bits, all in letters that survive being copied.
const (
	prefix   = "ck_"
	idSize   = 10 // letters, of 5 bits
	bitsSize = 52 // letters for 256 bits
	maxOwner = 100
)

var letters = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// New makes a key and its secret, which is given once and stored nowhere. Expires is zero for a key that does not end.
func New(random io.Reader, owner string, scopes []Scope, now, expires time.Time) (Key, string, error) {
	k := Key{Owner: owner, Created: now.UTC().Truncate(time.Second), Expires: expires.UTC().Truncate(time.Second)}
	if expires.IsZero() {
		k.Expires = time.Time{}
	}
	if err := checkOwner(owner); err != nil {
		return k, "", err
	}
	if len(scopes) == 0 {
		return k, "", fault.New(fault.Usage, "a key without a scope may do nothing").WithFix("give it one with --scope")
	}
	if !k.Expires.IsZero() && !k.Expires.After(now) {
		return k, "", fault.New(fault.Usage, "the key would have ended before it began").WithFix("let it end later")
	}
	for _, s := range scopes {
		if _, err := ParseScope(string(s)); err != nil {
			return k, "", err
		}
	}
	k.Scopes = slices.Compact(slices.Sorted(slices.Values(scopes)))
	if random == nil {
		random = rand.Reader
	}
	var b [7 + 32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return k, "", fault.Wrap(fault.Unavailable, err, "there is no randomness to make a key of")
	}
	k.ID = prefix + letters.EncodeToString(b[:7])[:idSize]
	secret := k.ID + "_" + letters.EncodeToString(b[7:])
	k.Hash = sha256.Sum256([]byte(secret))
	return k, secret, nil
}

func checkOwner(name string) error {
	bad := func(r rune) bool { return !unicode.IsPrint(r) }
	if name == "" || len(name) > maxOwner || !utf8.ValidString(name) || strings.TrimSpace(name) != name || strings.ContainsFunc(name, bad) {
		return fault.New(fault.Invalid, "the name says whose the key is, in 1 to %d bytes of printable text", maxOwner).
			WithFix("write it as in --name payments-eu")
	}
	return nil
}

// idOf gives the ID that a secret begins with; false for a text that is no secret.
func idOf(secret string) (string, bool) {
	if len(secret) != len(prefix)+idSize+1+bitsSize || secret[:len(prefix)] != prefix || secret[len(prefix)+idSize] != '_' {
		return "", false
	}
	for i := len(prefix); i < len(secret); i++ {
		c := secret[i]
		if !(c >= 'a' && c <= 'z' || c >= '2' && c <= '9' || i == len(prefix)+idSize) {
			return "", false
		}
	}
	return secret[:len(prefix)+idSize], true
}

// matches reports in constant time whether a secret is that of a key.
func matches(k Key, secret string) bool {
	h := sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(h[:], k.Hash[:]) == 1
}

// Actor is who asks: the ID of a key, or a word where none was asked for.
type Actor struct {
	// ID is a pseudonym: that of the key, never the secret and never the owner.
	ID string
	// Key is false where no key was asked for.
	Key bool
	// Owner is whose the key is, in the words of who made it, and Scopes what it may; both are empty without one. Two keys of
	// one owner are one person.
	Owner  string
	Scopes []Scope
	// Roles are those of a person who is signed in, whose pseudonym is ID and whose name for others is Name; nil for all others.
	Roles []role.Role
	Name  string
	// MustChange says that they choose another password before they do anything else.
	MustChange bool
}

// Known says whether somebody is known to ask: by a key, or signed in.
func (a Actor) Known() bool { return a.Key || a.Person() }

// Person says whether it is somebody who signed in.
func (a Actor) Person() bool { return len(a.Roles) > 0 }

// Anonymous is whoever asks a server that wants no key.
const Anonymous = "anonymous"

type actorKey struct{}

// With notes in a context who asks.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, actorKey{}, a) }

// By gives who asks; [Anonymous] where nobody was noted.
func By(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return Actor{ID: Anonymous}
}
