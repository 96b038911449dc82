package answer

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Versions name everything that an answer was made with. The files are kept by their
// content; the lists are those of the store, which never change.
type Versions struct {
	// Program is the version of Cordon; Law and Data are hashes as rulings print them,
	// Params names the parameters of matching. "" where none was used.
	Program, Law, Data, Params string
	// Lists are in order of their names.
	Lists []ListVersion
	// Files are in order of their paths.
	Files []FileVersion
}

// ListVersion is one list as it stood.
type ListVersion struct {
	List string
	// Count is the number of snapshots there were, and Current that of the one in force.
	Count, Current int
	// Content is the hash of that one's content, in hex.
	Content string
}

// FileVersion is one file: law, goods, places, parameters, embedded lists.
type FileVersion struct {
	Path   string
	SHA256 ledger.Hash
}

const versionsForm = "cordon versions 1"

// Text gives the canonical form: the same versions have the same bytes.
func (v *Versions) Text() []byte {
	var b bytes.Buffer
	b.WriteString(versionsForm + "\n")
	for _, f := range [][2]string{{"program", v.Program}, {"law", v.Law}, {"data", v.Data}, {"parameters", v.Params}} {
		b.WriteString(f[0] + " " + cmp.Or(f[1], "-") + "\n")
	}
	for _, l := range v.Lists {
		b.WriteString("list " + l.List + " " + strconv.Itoa(l.Count) + " " + strconv.Itoa(l.Current) + " " + l.Content + "\n")
	}
	for _, f := range v.Files {
		b.WriteString("file " + hex.EncodeToString(f.SHA256[:]) + " " + f.Path + "\n")
	}
	return b.Bytes()
}

// ID is the hash of the text, under which it is kept.
func (v *Versions) ID() ledger.Hash { return sha256.Sum256(v.Text()) }

// ParseVersions reads what Text gave, and only that.
func ParseVersions(text []byte) (Versions, error) {
	var v Versions
	lines := strings.Split(string(text), "\n")
	bad := fault.New(fault.Unavailable, "the versions of an answer are damaged").WithFix("restore the data folder from a copy")
	if len(lines) < 6 || lines[0] != versionsForm {
		return v, bad
	}
	for i, to := range []*string{&v.Program, &v.Law, &v.Data, &v.Params} {
		_, value, _ := strings.Cut(lines[i+1], " ")
		if *to = value; value == "-" {
			*to = ""
		}
	}
	for _, line := range lines[5 : len(lines)-1] {
		part := strings.Split(line, " ")
		switch {
		case part[0] == "list" && len(part) == 5:
			count, err := strconv.Atoi(part[2])
			current, err2 := strconv.Atoi(part[3])
			if err != nil || err2 != nil || count < 1 || current < 1 || current > count || snapshot.CheckList(part[1]) != nil {
				return v, bad
			}
			v.Lists = append(v.Lists, ListVersion{part[1], count, current, part[4]})
		case part[0] == "file" && len(part) >= 3:
			f := FileVersion{Path: strings.Join(part[2:], " ")}
			sum, err := hex.DecodeString(part[1])
			if err != nil || len(sum) != len(f.SHA256) || !fs.ValidPath(f.Path) {
				return v, bad
			}
			copy(f.SHA256[:], sum)
			v.Files = append(v.Files, f)
		default:
			return v, bad
		}
	}
	if !bytes.Equal(v.Text(), text) {
		return v, bad
	}
	return v, nil
}

// Parts are the contents of files by their paths.
type Parts map[string][]byte

// Add adds every file below some folders of a file system, under the same paths.
func (p Parts) Add(from fs.FS, dirs ...string) error {
	for _, dir := range dirs {
		err := fs.WalkDir(from, dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			b, err := fs.ReadFile(from, path)
			p[path] = b
			return err
		})
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "what answers are made with cannot be read")
		}
	}
	return nil
}

// Put keeps versions with the files that they are of, and gives their id. What is kept
// already is not written again.
func Put(ctx context.Context, s Store, v Versions, parts Parts) (ledger.Hash, error) {
	v.Lists, v.Files = slices.Clone(v.Lists), nil
	slices.SortFunc(v.Lists, func(a, b ListVersion) int { return cmp.Compare(a.List, b.List) })
	byHash := map[ledger.Hash][]byte{}
	for path, b := range parts {
		h := ledger.Hash(sha256.Sum256(b))
		byHash[h] = b
		v.Files = append(v.Files, FileVersion{path, h})
	}
	slices.SortFunc(v.Files, func(a, b FileVersion) int { return cmp.Compare(a.Path, b.Path) })
	text := v.Text()
	if _, err := ParseVersions(text); err != nil {
		return ledger.Hash{}, fault.Wrap(fault.Internal, err, "versions that could not be read back")
	}
	id := v.ID()
	byHash[id] = text
	var hashes []ledger.Hash
	for h := range byHash {
		hashes = append(hashes, h)
	}
	slices.SortFunc(hashes, func(a, b ledger.Hash) int { return bytes.Compare(a[:], b[:]) })
	missing, err := s.Missing(ctx, hashes)
	if err != nil || len(missing) == 0 {
		return id, err
	}
	var list [][]byte
	for _, h := range missing {
		list = append(list, byHash[h])
	}
	return id, s.PutContent(ctx, list)
}

// Fetch gives versions that are kept.
func Fetch(ctx context.Context, s Store, id ledger.Hash) (Versions, error) {
	text, err := s.Content(ctx, id)
	if err != nil {
		return Versions{}, err
	}
	return ParseVersions(text)
}

// Open gives the files of versions as a file system in memory.
func (v *Versions) Open(ctx context.Context, s Store) (fs.FS, error) {
	p := Parts{}
	for _, f := range v.Files {
		content, err := s.Content(ctx, f.SHA256)
		if err != nil {
			return nil, fault.In(fault.Place{File: f.Path}, err)
		}
		p[f.Path] = content
	}
	return p.FS()
}

// FS gives the parts as a file system: a zip in memory.
func (p Parts) FS() (fs.FS, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for path, content := range p {
		to, err := w.CreateHeader(&zip.FileHeader{Name: path, Method: zip.Store})
		if err == nil {
			_, err = to.Write(content)
		}
		if err != nil {
			return nil, fault.Wrap(fault.Internal, err, "the files of an answer cannot be laid out")
		}
	}
	if err := w.Close(); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the files of an answer cannot be laid out")
	}
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the files of an answer cannot be laid out")
	}
	return r, nil
}
