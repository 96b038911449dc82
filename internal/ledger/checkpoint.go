package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Checkpoint is the head of the log at one moment: so many entries have this root.
// Signed, it is a note whose text is the form that transparency logs share (origin,
// size, root in base64) and a line with the time.
type Checkpoint struct {
	// Origin names the log.
	Origin string
	// Size is the number of entries.
	Size int64
	Root Hash
	// Time is that of the newest entry, in UTC to the millisecond.
	Time time.Time
}

func (c Checkpoint) text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root[:]) +
		"\ntime " + c.Time.UTC().Format(stamp) + "\n"
}

func parseCheckpoint(text string) (c Checkpoint, ok bool) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 {
		return c, false
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	at, found := strings.CutPrefix(lines[3], "time ")
	when, err3 := time.Parse(stamp, at)
	if errors.Join(err, err2, err3) != nil || !found || len(root) != len(c.Root) || size < 0 {
		return c, false
	}
	c = Checkpoint{Origin: lines[0], Size: size, Time: when}
	copy(c.Root[:], root)
	return c, c.text() == text
}

// Signer signs heads. It is safe for concurrent use.
type Signer struct {
	note   note.Signer
	public Public
}

// Public is the key by which signatures are checked.
type Public struct {
	verifier note.Verifier
	text     string
}

// String gives the key as text, as in "cordon-4f1c...+1a2b3c4d+A...".
func (p Public) String() string { return p.text }

// Origin gives the name of the log that the key is of.
func (p Public) Origin() string {
	if p.verifier == nil {
		return ""
	}
	return p.verifier.Name()
}

// GenerateKey makes a key for a log with this name, from randomness that the caller
// gives. Whoever has the text can sign; it is to be kept from others.
func GenerateKey(random io.Reader, origin string) (secret string, err error) {
	if !plain(origin) {
		return "", fault.New(fault.Invalid, "%q cannot name a log", origin)
	}
	secret, _, err = note.GenerateKey(random, origin)
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "a signing key cannot be made")
	}
	return secret, nil
}

// NewSigner reads the text that [GenerateKey] gave.
func NewSigner(secret string) (*Signer, error) {
	s, err := note.NewSigner(secret)
	if err != nil {
		return nil, fault.New(fault.Invalid, "this is not a signing key") // never with what stands there
	}
	// The text is PRIVATE+KEY+name+hash+base64(algorithm, seed).
	parts := strings.Split(secret, "+")
	raw, err := base64.StdEncoding.DecodeString(strings.Join(parts[4:], "+")) // base64 has a plus too
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return nil, fault.New(fault.Invalid, "this is not a signing key")
	}
	text, err := note.NewEd25519VerifierKey(s.Name(), ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fault.New(fault.Invalid, "this is not a signing key")
	}
	public, err := ParsePublic(text)
	if err != nil {
		return nil, err
	}
	return &Signer{note: s, public: public}, nil
}

// ParsePublic reads a public key.
func ParsePublic(text string) (Public, error) {
	v, err := note.NewVerifier(strings.TrimSpace(text))
	if err != nil {
		return Public{}, fault.New(fault.Invalid, "this is not the public key of a log: %v", err).
			WithFix("`cordon audit key` prints it, as NAME+HASH+KEY")
	}
	return Public{v, strings.TrimSpace(text)}, nil
}

// Public gives the public key.
func (s *Signer) Public() Public { return s.public }

// Sign signs a head.
func (s *Signer) Sign(c Checkpoint) ([]byte, error) {
	c.Origin = s.public.Origin()
	return s.SignText(c.text())
}

// SignText signs a text, whose lines all end.
func (s *Signer) SignText(text string) ([]byte, error) {
	b, err := note.Sign(&note.Note{Text: text}, s.note)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "cannot be signed")
	}
	return b, nil
}

// OpenText checks the signature of a text that SignText signed, and gives the text.
func (p Public) OpenText(signed []byte) (string, error) {
	if p.verifier == nil {
		return "", fault.New(fault.Invalid, "there is no public key to check a signature with")
	}
	n, err := note.Open(signed, note.VerifierList(p.verifier))
	var other *note.UnverifiedNoteError
	switch {
	case errors.As(err, &other):
		return "", fault.New(fault.Conflict, "it is signed by another key than %s", p.text).
			WithFix("check with the key of the log that it came from")
	case err != nil:
		return "", fault.Wrap(fault.Conflict, err, "the signature does not hold")
	}
	return n.Text, nil
}

// Open checks the signature of a checkpoint and reads it.
func (p Public) Open(signed []byte) (Checkpoint, error) {
	text, err := p.OpenText(signed)
	if err != nil {
		return Checkpoint{}, err
	}
	c, ok := parseCheckpoint(text)
	if !ok || c.Origin != p.Origin() {
		return Checkpoint{}, fault.New(fault.Conflict, "what is signed is not a checkpoint of %s", p.Origin())
	}
	return c, nil
}
