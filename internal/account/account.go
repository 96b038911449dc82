// Package account is the people who work with Cordon: who they are, what roles they have, and how they sign in.
//
// A person has one pseudonym for good, made of the name they sign in with. It stands in the log, in cases and behind keys of
// programs that they own, so that two sessions, two keys, or a key and a session are one person. Every change of a person, and
// every sign-in that was tried, is one transaction with its entry in the log.
//
// The package declares the [Store]; adapters implement it and pass the suite in accounttest. It knows no HTTP, writes no
// password and no token anywhere, and lets nobody in when a store fails.
package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/role"
)

// Person is somebody who works here. Nobody is ever taken away: who left is disabled, so that the log keeps its meaning.
type Person struct {
	// ID is the pseudonym, made of the name.
	ID string
	// Name is what they sign in with, as [Fold] writes it; Display is what others read.
	Name, Display string
	// Roles are those they have, in order.
	Roles []role.Role
	// Hash is that of the password, as [Hash] makes it; "" for who has none and signs in elsewhere.
	Hash string
	// Outside is who they are to a provider of identities: its address and its name for them; "" for nobody.
	Outside string
	// Salt keeps the entries of the log from telling anything to who guesses.
	Salt [16]byte
	// Created and By say when they were added, and by whom, as a pseudonym.
	Created time.Time
	By      string
	// Disabled is when they were shut out; zero while they may sign in.
	Disabled time.Time
	// SignedIn is when they last signed in; zero for never. It is no part of Version and Digest.
	SignedIn time.Time
	// Version counts the changes, from 1 on.
	Version int
}

// May says whether a person who is not disabled has a permission.
func (p *Person) May(x role.Permission) bool { return p.Disabled.IsZero() && role.Any(p.Roles, x) }

// Digest is a hash of all that is known of a person but when they signed in.
func (p *Person) Digest() ledger.Hash {
	h := sha256.New()
	fmt.Fprintf(h, "cordon person 1\n%x\n%s\n%q\n%q\n%q\n%q\n%q\n%q\n", p.Salt, p.ID, p.Name, p.Display, p.Roles, p.Hash, p.Outside, p.By)
	for _, t := range []time.Time{p.Created, p.Disabled} {
		if !t.IsZero() {
			fmt.Fprint(h, t.Unix())
		}
		fmt.Fprintln(h)
	}
	fmt.Fprintln(h, p.Version)
	return ledger.Hash(h.Sum(nil))
}

// Entry is the entry of the log for a change of a person.
func (p *Person) Entry(what, by string, at time.Time) ledger.Entry {
	return ledger.Entry{
		Time: at.UTC().Truncate(time.Millisecond), Kind: ledger.Setting, Actor: by, About: "person:" + what + ":" + p.ID, Data: p.Digest(),
	}
}

// Session is somebody who is signed in. The token that shows it is kept by who has it; here is its hash.
type Session struct {
	Hash   [sha256.Size]byte
	Person string
	// Began is when they signed in, Seen when they were here last, to the minute, and Ends when it ends at the latest.
	Began, Seen, Ends time.Time
}

// Store keeps people and sessions. It is safe for concurrent use, and other programs may use the same store. Times are kept to
// the second. What a call writes is one transaction with the entries of the log that it is given.
type Store interface {
	// AddPerson adds a person of version 1; fault.Conflict when the ID, the name or who they are outside is taken.
	AddPerson(ctx context.Context, p Person, e ledger.Entry) error
	// ChangePerson puts p in the place of the same person of the version before; fault.Conflict when that is not the one
	// that is kept, when who they are outside is taken, or when nobody would be left who may change people ([Leaves]), of two
	// such changes at the same moment too. All their sessions end with it when end is set.
	ChangePerson(ctx context.Context, p Person, end bool, e ledger.Entry) error
	// People gives all people, by Created and then ID.
	People(ctx context.Context) ([]Person, error)
	// Anybody says whether there is anybody.
	Anybody(ctx context.Context) (bool, error)
	// PersonBy gives a person by ID, by name or by who they are outside; fault.NotFound when there is none. Only one of
	// the three is given.
	PersonBy(ctx context.Context, id, name, outside string) (Person, error)

	// BeginSession keeps a session of a person who is not disabled and has the version; fault.Conflict otherwise. It notes
	// when they signed in.
	BeginSession(ctx context.Context, s Session, version int, e ledger.Entry) error
	// Session gives a session with its person; fault.NotFound when there is none. It may have ended.
	Session(ctx context.Context, hash [sha256.Size]byte) (Session, Person, error)
	// SeenSession notes when a session was used; nothing where it is gone.
	SeenSession(ctx context.Context, hash [sha256.Size]byte, at time.Time) error
	// Sessions gives the sessions of a person, or of all for "", by Began.
	Sessions(ctx context.Context, person string) ([]Session, error)
	// EndSession ends one, and EndSessions all of a person. Where there is none they enter nothing.
	EndSession(ctx context.Context, hash [sha256.Size]byte, e ledger.Entry) error
	EndSessions(ctx context.Context, person string, e ledger.Entry) (n int, err error)
	// ForgetSessions takes sessions away that ended before a time, or were not seen since another.
	ForgetSessions(ctx context.Context, ended, unseen time.Time) error

	// TryName counts an attempt to sign in as [Attempt.Meet] says, before anything is compared, or says how long to wait.
	TryName(ctx context.Context, a Attempt) (wait time.Duration, err error)
	// Forgive takes the count of an attempt back that was good: that of the name whole, that of the address by one.
	Forgive(ctx context.Context, a Attempt) error
	// Enter adds entries to the log.
	Enter(ctx context.Context, list ...ledger.Entry) error
}

// The longest names, in bytes.
const (
	maxName    = 100
	maxDisplay = 100
)

// Fold writes a name to sign in with as it is kept: in small letters, without blanks around. It is letters, digits and any of
// ._@+- and begins with a letter or digit, so that no two look alike; false for what is none.
func Fold(name string) (string, bool) {
	name = strings.TrimSpace(name)
	b := make([]byte, 0, len(name))
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case i > 0 && strings.IndexByte("._@+-", c) >= 0:
		default:
			return "", false
		}
		b = append(b, c)
	}
	return string(b), len(b) > 0 && len(b) <= maxName
}

// New makes a person who has neither password nor roles yet. known gives the pseudonym of a name.
func New(name, display, by string, now time.Time, known func(name string) (string, error)) (Person, error) {
	folded, ok := Fold(name)
	if !ok {
		return Person{}, fault.New(fault.Invalid, "%q is no name to sign in with", name).
			WithFix("use 1 to %d letters, digits and any of . _ @ + -, as in ana or ana@example.org", maxName)
	}
	p := Person{Name: folded, Display: cmp.Or(strings.TrimSpace(display), folded), Created: now.UTC().Truncate(time.Second), By: by, Version: 1}
	bad := func(r rune) bool { return !unicode.IsPrint(r) }
	if len(p.Display) > maxDisplay || !utf8.ValidString(p.Display) || strings.ContainsFunc(p.Display, bad) {
		return Person{}, fault.New(fault.Invalid, "the name that others read is up to %d bytes of printable text", maxDisplay)
	}
	_, _ = rand.Read(p.Salt[:]) // it never fails
	var err error
	p.ID, err = known(folded)
	return p, err
}

// SetRoles gives a person these roles and no others.
func (p *Person) SetRoles(roles []role.Role) error {
	if len(roles) == 0 {
		return fault.New(fault.Usage, "somebody without a role may do nothing").WithFix("give a role, or disable the person")
	}
	for _, r := range roles {
		if _, err := role.Parse(string(r)); err != nil {
			return err
		}
	}
	p.Roles = slices.Compact(slices.Sorted(slices.Values(roles)))
	return nil
}

// RolesText writes roles as stores keep them, and ReadRoles reads them.
func RolesText(roles []role.Role) string {
	var out []string
	for _, r := range roles {
		out = append(out, string(r))
	}
	return strings.Join(out, " ")
}

// ReadRoles reads what RolesText wrote. A role that this program does not know is kept, and gives nothing.
func ReadRoles(text string) []role.Role {
	var out []role.Role
	for name := range strings.FieldsSeq(text) {
		out = append(out, role.Role(name))
	}
	return out
}

// What stores say, in the same words.

// Taken is for a person who cannot be added.
func Taken(p *Person) error {
	return fault.New(fault.Conflict, "there is somebody with the name %q already", p.Name).WithFix("choose another name")
}

// WentOn is for a change of somebody who is not any more what was seen.
func WentOn(p *Person) error {
	return fault.New(fault.Conflict, "somebody else changed %q at the same moment", p.Name).WithFix("look again, and try once more")
}

// Leaves refuses a change of a person after which nobody would be left who may change people. all are the people before it.
func Leaves(all []Person, p *Person) error {
	may := func(x Person) bool { return x.May(role.People) }
	if p.May(role.People) || !slices.ContainsFunc(all, may) || slices.ContainsFunc(all, func(x Person) bool { return x.ID != p.ID && may(x) }) {
		return nil
	}
	return fault.New(fault.Conflict, "nobody would be left who may change people").WithFix("give somebody else the role admin first")
}

// Unknown is for a person who is not there.
func Unknown() error {
	return fault.New(fault.NotFound, "there is no such person").WithFix("`cordon people list` shows them")
}
