package account

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/cordon-engine/cordon/internal/fault"
)

// cost is what one hash of a password takes: memory in KiB, passes over it, and lanes. It is one of those that OWASP's Password
// Storage Cheat Sheet gives for Argon2id as equally strong; the memory is small enough that a few at once do no harm.
type cost struct {
	memory, passes uint32
	lanes          uint8
}

var current = cost{memory: 19 * 1024, passes: 2, lanes: 1}

// What a stored hash may ask for at most, so that who can write into the store cannot stop the program with it.
const (
	mostMemory = 256 * 1024
	mostPasses = 16
	mostLanes  = 8
)

const (
	saltSize = 16
	hashSize = 32
)

// The length of a password, in characters.
const (
	minPassword = 12
	maxPassword = 200
)

// CheckPassword refuses a password for a person that is too easy to guess. It is told nothing about what others chose.
func CheckPassword(p *Person, password string) error {
	n := utf8.RuneCountInString(password)
	different := map[rune]bool{}
	for _, r := range password {
		different[r] = true
	}
	low := strings.ToLower(password)
	why := ""
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		why = "has characters that cannot be typed"
	case n < minPassword || n > maxPassword:
		why = fmt.Sprintf("has %d characters, not %d to %d", n, minPassword, maxPassword)
	case len(different) < 5:
		why = "has fewer than five different characters"
	case strings.Contains(low, p.Name) && n < len(p.Name)+minPassword/2 || low == strings.ToLower(p.Display):
		why = "is little more than the name"
	}
	if why == "" {
		return nil
	}
	return fault.New(fault.Invalid, "the password %s", why).WithFix("choose some words that do not belong together")
}

var b64 = base64.RawStdEncoding

// Hash gives the hash of a password with Argon2id, in the form that PHC strings have: how it was made, a new salt, and what came
// of it. It takes some 20 ms and 19 MiB.
func Hash(password string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // it never fails
	return current.write(salt, current.of(password, salt))
}

// made stands before the hash of a password that was made or chosen for somebody, who chooses another before they do anything else.
const made = "made "

// HashMade is [Hash] for a password that was made or chosen for somebody and that others have seen.
func HashMade(password string) string { return made + Hash(password) }

// MustChange says whether a person has to choose a password before they do anything else, as the one they have was given to them.
func (p *Person) MustChange() bool { return strings.HasPrefix(p.Hash, made) }

// of computes. The same characters typed on another keyboard are the same password.
func (c cost) of(password string, salt []byte) []byte {
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, c.passes, c.memory, c.lanes, hashSize)
}

func (c cost) write(salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.lanes, b64.EncodeToString(salt), b64.EncodeToString(hash))
}

// parse reads what write wrote, and nothing that asks for too much.
func parse(text string) (c cost, salt, hash []byte, ok bool) {
	text = strings.TrimPrefix(text, made)
	part := strings.Split(text, "$")
	var v int
	if len(part) != 6 {
		return c, nil, nil, false
	}
	if _, err := fmt.Sscanf(part[2]+" "+part[3], "v=%d m=%d,t=%d,p=%d", &v, &c.memory, &c.passes, &c.lanes); err != nil || v != argon2.Version {
		return c, nil, nil, false
	}
	var err, err2 error
	salt, err = b64.DecodeString(part[4])
	hash, err2 = b64.DecodeString(part[5])
	ok = err == nil && err2 == nil && len(salt) == saltSize && len(hash) == hashSize && c.write(salt, hash) == text &&
		c.memory >= 8*uint32(c.lanes) && c.memory <= mostMemory && c.passes >= 1 && c.passes <= mostPasses && c.lanes >= 1 && c.lanes <= mostLanes
	return c, salt, hash, ok
}

// nobody is compared with for who has no password or is not there, so that it takes as long.
var nobody = current.write(make([]byte, saltSize), make([]byte, hashSize))

// Matches says whether a password is the one that a hash was made of. It takes as long for a hash that is "" or none at all, and is
// false then.
func Matches(text, password string) bool {
	c, salt, want, ok := parse(text)
	if !ok {
		c, salt, want, _ = parse(nobody)
	}
	same := subtle.ConstantTimeCompare(c.of(password, salt), want) == 1
	return same && ok
}

// stale says that a hash was made at another cost than is used now.
func stale(text string) bool {
	c, _, _, ok := parse(text)
	return ok && c != current
}
