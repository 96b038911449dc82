package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
)

//go:embed static templates
var files embed.FS

// asset is a file that never changes under its address, which holds its hash.
type asset struct {
	body, zipped []byte
	kind         string
}

type assets struct {
	byAddress map[string]asset
	byName    map[string]string
}

var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".woff2": "font/woff2",
	".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
}

// loadAssets reads the files; in style sheets the names of other files are
// replaced with their addresses.
func loadAssets() (*assets, error) {
	a := &assets{byAddress: map[string]asset{}, byName: map[string]string{}}
	var sheets []string
	err := fs.WalkDir(files, "static", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if path.Ext(p) == ".css" {
			sheets = append(sheets, p)
			return nil
		}
		return a.add(p, nil)
	})
	if err != nil {
		return nil, err
	}
	for _, p := range sheets {
		if err := a.add(p, func(b []byte) []byte {
			for name, address := range a.byName {
				b = bytes.ReplaceAll(b, []byte(`url("`+name+`")`), []byte(`url("`+address+`")`))
			}
			return b
		}); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *assets) add(p string, change func([]byte) []byte) error {
	kind, ok := contentTypes[path.Ext(p)]
	if !ok {
		return fault.New(fault.Internal, "the file %q has no type", p)
	}
	body, err := fs.ReadFile(files, p)
	if err != nil {
		return err
	}
	if change != nil {
		body = change(body)
	}
	sum := sha256.Sum256(body)
	name := strings.TrimPrefix(p, "static/")
	ext := path.Ext(name)
	address := "/static/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	f := asset{body: body, kind: kind}
	if ext != ".woff2" {
		f.zipped = zipped(body)
	}
	a.byAddress[address], a.byName[name] = f, address
	return nil
}

func zipped(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level exists
	_, _ = w.Write(body)                                  // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// address gives the address of a file of the static folder.
func (a *assets) address(name string) string { return a.byName[name] }

// ServeHTTP serves one file.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := a.byAddress[r.URL.Path]
	if !ok {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := f.body
	if f.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = f.zipped
		}
	}
	_, _ = w.Write(body) // the reader is gone
}

func takesGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

// fast are compressors that wait for a page: each has tables of a megabyte.
var fast = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level exists
	return w
}}

// zippedFast compresses a page: quickly, since it is made for one reader.
func zippedFast(body []byte) []byte {
	var b bytes.Buffer
	w := fast.Get().(*gzip.Writer) //nolint:forcetypeassert // only those are in it
	defer fast.Put(w)
	w.Reset(&b)
	_, _ = w.Write(body) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}
