// Package examples holds the activities of the July 2017 story and customers of a made-up firm, for the
// command line and the pages. It only holds them and reads what is written beside
// them; it never rules on them.
package examples

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

// FS holds the example files, below "july-2017".
//
//go:embed july-2017/*.yaml
var FS embed.FS

// Part is one file of the story.
type Part struct {
	// ID is the name of the file without its ending.
	ID string
	// Text is the comment that heads the file.
	Text string
	// Data is the file, activities in YAML.
	Data []byte
	// Notes are the comments beside the activities, by their ids.
	Notes map[string]string
}

// July2017 gives the parts of the story in order.
func July2017() ([]Part, error) {
	names, err := fs.Glob(FS, "july-2017/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []Part
	for _, name := range names {
		b, err := fs.ReadFile(FS, name)
		if err != nil {
			return nil, err
		}
		p := Part{ID: strings.TrimSuffix(path.Base(name), ".yaml"), Data: b, Notes: map[string]string{}}
		var head []string
		heading := true
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSpace(line)
			if heading = heading && strings.HasPrefix(line, "#"); heading {
				head = append(head, strings.TrimSpace(line[1:]))
			}
			if id, note, ok := strings.Cut(line, "#"); ok && strings.HasPrefix(id, "id:") {
				p.Notes[strings.TrimSpace(id[3:])] = strings.TrimSpace(note)
			}
		}
		p.Text = strings.Join(head, " ")
		out = append(out, p)
	}
	return out, nil
}

// Work holds customers of a made-up firm, as two files of them follow each other: "work/customers-first.csv" and
// "work/customers.csv".
//
//go:embed work/*.csv
var Work embed.FS
