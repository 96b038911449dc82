package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/screen"
)

// UnusedColumnJSON is a column of a file, or a key of JSON Lines, that was read as no field.
type UnusedColumnJSON struct {
	Column string `json:"column"`
	// Like is the field that it seems to hold, and Flag how a command is told so.
	Like string `json:"like,omitempty"`
	Flag string `json:"flag,omitempty"`
}

// UnusedColumns gives the columns that were read as no field; none of a nil reading.
func UnusedColumns(r *screen.Reading) (out []UnusedColumnJSON) {
	if r == nil {
		return nil
	}
	for _, u := range r.Unused() {
		out = append(out, UnusedColumnJSON{u.Column, u.Like, u.Flag()})
	}
	return out
}

// NotUsed says in one line which columns were read as no field; "" where all were.
func NotUsed(list []UnusedColumnJSON) string {
	var parts []string
	for i, u := range list {
		if i == maxUnusedShown {
			parts = append(parts, fmt.Sprintf("and %s more", Count(len(list)-i)))
			break
		}
		name := u.Column
		if strings.TrimSpace(name) == "" {
			name = "a column without a name"
		} else if strings.ContainsAny(name, ",()\n") {
			name = strconv.Quote(name)
		}
		if u.Flag != "" {
			name += " (use " + u.Flag + ")"
		}
		parts = append(parts, name)
	}
	if len(parts) == 0 {
		return ""
	}
	return "not used: " + strings.Join(parts, ", ")
}

// maxUnusedShown is how many columns a line names.
const maxUnusedShown = 20

// BatchJSON sums up the screening of a file for programs.
type BatchJSON struct {
	File     string         `json:"file"`
	Rows     int            `json:"rows"`
	Outcomes map[string]int `json:"outcomes"`
	// Columns are the columns of each field; of a text with a name on each line there are none.
	Columns map[string][]string `json:"columns"`
	NotUsed []UnusedColumnJSON  `json:"not_used"`
}

// Batch sums up the screening of a file by how many rows had each outcome.
func Batch(file string, count map[string]int, r *screen.Reading) BatchJSON {
	b := BatchJSON{File: file, Outcomes: map[string]int{}, Columns: r.Mapping, NotUsed: UnusedColumns(r)}
	for _, o := range []string{"match", "possible", "not_screened", "suppressed", "clear"} {
		b.Outcomes[o] = count[o]
		b.Rows += count[o]
	}
	if b.NotUsed == nil {
		b.NotUsed = []UnusedColumnJSON{}
	}
	return b
}
