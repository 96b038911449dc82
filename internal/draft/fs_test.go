package draft_test

import (
	"io/fs"
	"testing/fstest"
)

// mapFS is a file system with one file.
func mapFS(name, text string) fs.FS { return fstest.MapFS{name: {Data: []byte(text)}} }
