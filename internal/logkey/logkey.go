// Package logkey keeps the key that signs the log, and the secret that pseudonyms are
// made with, in files of the data folder which nobody but the owner of the process can
// read. It makes them on first use and never replaces one.
package logkey

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// File is the name of the file in the data folder.
const File = "audit.key"

// Read reads the key in a folder. Where there is none it is fault.NotFound.
func Read(dir string) (*ledger.Signer, error) {
	path := filepath.Join(dir, File)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "the key that signs the log is not there").At(fault.Place{File: path}).
			WithFix("put it back from a copy or from the folder that began the log; the log is not gone on with under another key")
	}
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Unavailable, "others than its owner can read the key that signs the log").
			At(fault.Place{File: path}).WithFix("`chmod 600` it, and ask who has read it")
	}
	var b []byte
	if err == nil {
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the key that signs the log cannot be read")
	}
	s, err := ledger.NewSigner(strings.TrimSpace(string(b)))
	if err != nil {
		return nil, fault.In(fault.Place{File: path}, err)
	}
	return s, nil
}

// Open reads the key in a folder, and makes one where there is none. Of two that make
// one at the same moment both get the same.
func Open(dir string) (*ledger.Signer, error) {
	s, err := Read(dir)
	if fault.CodeOf(err) != fault.NotFound {
		return s, err
	}
	name := make([]byte, 8)
	_, _ = rand.Read(name)
	secret, err := ledger.GenerateKey(rand.Reader, "cordon-"+hex.EncodeToString(name))
	if err != nil {
		return nil, err
	}
	if err := write(dir, File, secret); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the key that signs the log cannot be kept")
	}
	return Read(dir)
}

// write makes the file, whole or not at all, unless it is there.
func write(dir, name, secret string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil { // a folder beside a database may not be there yet
		return err
	}
	tmp, err := os.CreateTemp(dir, ".secret-") // only its owner can read it
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	if _, err := tmp.WriteString(secret + "\n"); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Pseudonyms is the name of the file with the secret that pseudonyms are made with.
// Without it nobody can tell whose they are.
const Pseudonyms = "pseudonym.key"

// Pseudonym gives the name under which somebody stands in the log of a data folder: the
// same each time, and in no other folder.
func Pseudonym(dir, name string) (string, error) {
	path := filepath.Join(dir, Pseudonyms)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = write(dir, Pseudonyms, rand.Text()); err == nil {
			b, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "the secret of pseudonyms cannot be read")
	}
	if len(b) < 16 {
		return "", fault.New(fault.Unavailable, "the secret of pseudonyms is damaged").At(fault.Place{File: path}).
			WithFix("restore it from a copy of the data folder")
	}
	h := hmac.New(sha256.New, b)
	h.Write([]byte(name))
	return "u-" + hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// HasPseudonyms reports whether a folder has a secret of pseudonyms.
func HasPseudonyms(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, Pseudonyms))
	return !errors.Is(err, fs.ErrNotExist)
}

// PseudonymsCheck gives a value by which the secret of a folder is told from another. Neither the secret nor a pseudonym follows
// from it: nobody has a name that begins so.
func PseudonymsCheck(dir string) (string, error) {
	return Pseudonym(dir, "\x00cordon check of the secret of pseudonyms 1")
}
