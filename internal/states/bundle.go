package states

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Render gives the forms of a dossier, by file name: the bytes that a bundle holds, and that its verification makes anew.
type Render func(*Desk, *Dossier) (map[string][]byte, error)

// manifest is the file of a bundle that says what is in it.
type manifest struct {
	Format   string            `json:"format"`
	State    string            `json:"state"`
	KnownAt  string            `json:"known_at,omitempty"`
	Program  string            `json:"program"`
	Law      string            `json:"law"`
	Data     string            `json:"data"`
	Rebuild  string            `json:"rebuild"`
	SHA256   map[string]string `json:"sha256"`
	Watchers []Watcher         `json:"watchers"`
}

const (
	bundleFormat = "cordon-bundle-1"
	manifestName = "manifest.json"
	// maxBundle bounds what is unpacked.
	maxBundle = 256 << 20
)

// Bundle gives a zip file with everything that the dossier of a state rests on: all claims and figures, as JSON Lines, the
// dossier as it was rendered, and a manifest with the hash of each and the versions of law, data and program. Equal inputs give
// equal bytes.
func (d *Desk) Bundle(s place.State, known when.Day, program string, render Render) ([]byte, error) {
	dossier, err := d.Dossier(s, known)
	if err != nil {
		return nil, err
	}
	files, err := render(d, dossier)
	if err != nil {
		return nil, err
	}
	files["claims.jsonl"] = d.Ledger.Lines()
	var records []byte
	for i := range d.Records {
		records = append(record.AppendJSON(records, &d.Records[i]), '\n')
	}
	files["records.jsonl"] = records
	m := manifest{
		Format: bundleFormat, State: s.String(), KnownAt: known.String(), Program: program, Law: d.Law.Version, Data: d.DataVersion,
		Rebuild: "cordon bundle verify FILE", SHA256: map[string]string{}, Watchers: d.Watchers,
	}
	for name, b := range files {
		sum := sha256.Sum256(b)
		m.SHA256[name] = hex.EncodeToString(sum[:])
	}
	top, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the manifest")
	}
	files[manifestName] = top
	return pack(files)
}

// pack writes the files of a bundle, the manifest first. The day of each is fixed, so that equal files are equal bytes.
func pack(files map[string][]byte) ([]byte, error) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(files)), func(n string) bool { return n == manifestName })
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range append([]string{manifestName}, names...) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "the bundle")
		}
	}
	if err := z.Close(); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the bundle")
	}
	return out.Bytes(), nil
}

// Verified is what a verification found.
type Verified struct {
	State place.State
	Files int
}

// VerifyBundle checks every hash of a bundle, rebuilds the dossier from the claims and figures in it and the law at hand, and
// compares the zip file around them byte for byte. A file that is missing, added or changed, another law, a dossier that comes
// out otherwise and a byte outside the files are faults that say which.
func VerifyBundle(d Facts, b []byte, render Render) (Verified, error) {
	files, m, err := unpack(b)
	if err != nil {
		return Verified{}, err
	}
	if m.Law != d.Law.Version || m.Data != d.DataVersion {
		return Verified{}, fault.New(fault.Conflict, "the bundle was made with law %.12s and data %.12s, and here are %.12s and %.12s", m.Law, m.Data, d.Law.Version, d.DataVersion).
			WithFix("run version %s of the program on it; its hashes are right", m.Program)
	}
	state, err := d.Places.ParseState(m.State)
	if err != nil {
		return Verified{}, err
	}
	known := when.NoDay
	if m.KnownAt != "" {
		if known, err = when.ParseDay(m.KnownAt); err != nil {
			return Verified{}, err
		}
	}
	desk, err := rebuilt(d, files, m)
	if err != nil {
		return Verified{}, err
	}
	dossier, err := desk.Dossier(state, known)
	if err != nil {
		return Verified{}, err
	}
	made, err := render(desk, dossier)
	if err != nil {
		return Verified{}, err
	}
	for name, want := range made {
		if !bytes.Equal(files[name], want) {
			return Verified{}, fault.New(fault.Conflict, "%s comes out otherwise when it is rebuilt from the claims and figures of the bundle", name)
		}
	}
	// No hash covers the zip file around the files: it is compared with what it is written as.
	whole, err := pack(files)
	if err != nil {
		return Verified{}, err
	}
	if !bytes.Equal(whole, b) {
		return Verified{}, fault.New(fault.Conflict, "the files in the bundle are what its manifest says, but the zip file around them is not as it was written").
			WithFix("make the bundle again, or ask whoever sent it for the file as it was made")
	}
	return Verified{State: state, Files: len(m.SHA256)}, nil
}

// unpack reads the files of a bundle and checks their hashes.
func unpack(b []byte) (map[string][]byte, *manifest, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "this is no bundle: %v", err)
	}
	files := map[string][]byte{}
	left := int64(maxBundle)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "%s cannot be unpacked: %v", f.Name, err)
		}
		content, err := io.ReadAll(io.LimitReader(r, left+1))
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "%s cannot be unpacked: %v", f.Name, err)
		}
		if left -= int64(len(content)); left < 0 {
			return nil, nil, fault.New(fault.Invalid, "the bundle unpacks to more than %d bytes", maxBundle)
		}
		if files[f.Name] != nil {
			return nil, nil, fault.New(fault.Invalid, "%s stands twice in the bundle", f.Name)
		}
		files[f.Name] = content
	}
	m := &manifest{}
	dec := json.NewDecoder(bytes.NewReader(files[manifestName]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(m); err != nil || m.Format != bundleFormat {
		return nil, nil, fault.New(fault.Invalid, "this is no bundle: %s is missing or not of the format %s", manifestName, bundleFormat)
	}
	var wrong []string
	for name := range files {
		if m.SHA256[name] == "" && name != manifestName {
			wrong = append(wrong, name+" was added")
		}
	}
	for name, want := range m.SHA256 {
		sum := sha256.Sum256(files[name])
		switch {
		case files[name] == nil:
			wrong = append(wrong, name+" is missing")
		case hex.EncodeToString(sum[:]) != want:
			wrong = append(wrong, name+" was changed")
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return nil, nil, fault.New(fault.Conflict, "the bundle is not what its manifest says: %s", strings.Join(wrong, "; "))
	}
	return files, m, nil
}

// rebuilt is a desk of nothing but the bundle's claims and figures.
func rebuilt(d Facts, files map[string][]byte, m *manifest) (*Desk, error) {
	entries, err := claim.ReadLines(d.Reference, "claims.jsonl", bytes.NewReader(files["claims.jsonl"]))
	if err != nil {
		return nil, err
	}
	out := &Desk{Facts: d, Watchers: m.Watchers}
	// The obligations were checked when the ledger was made; the law is the same.
	out.Ledger, err = claim.New(entries, func(id string) bool { _, ok := d.Law.Provision(id); return ok }, func(string) []string { return nil })
	if err != nil {
		return nil, err
	}
	dec := record.Decoder{Places: d.Places}
	for line := range bytes.Lines(files["records.jsonl"]) {
		r := record.Empty()
		if err := dec.JSON(bytes.TrimSuffix(line, []byte("\n")), &r); err != nil {
			return nil, fault.In(fault.Place{File: "records.jsonl", Line: len(out.Records) + 1}, err)
		}
		out.Records = append(out.Records, r)
	}
	return out, nil
}
