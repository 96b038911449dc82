// Package backup writes a store into one file and reads it back, whatever engine
// either store is: what a SQLite store gave is taken by a PostgreSQL store, and the
// other way.
//
// A file holds the rows of tables, which each part of a store describes once for
// all engines ([Part]), the raw files of lists, and files of the data folder. It is
// a tar archive under zstd that ends in a manifest of the hashes of all its
// entries, so that what is cut off or changed is found, with its place. The package
// opens nothing, knows no SQL and has no clock.
package backup

import (
	"context"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Kind is what a column holds.
type Kind string

// The kinds. Bytes and Key are both any bytes; Key is text to engines whose text
// may be any bytes, and bytes to the others.
const (
	Int   Kind = "int"
	Text  Kind = "text"
	Key   Kind = "key"
	Bytes Kind = "bytes"
)

// Column is a column of a table.
type Column struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
}

// Table describes a table as all engines have it.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
	// Order names the columns that the rows are put in order by. Every row differs
	// from the others in them.
	Order []string `json:"-"`
	// Serial is the column that the engine counts up by itself; "" for none.
	Serial string `json:"-"`
}

// Part is a part of a store: tables that belong together, in an order in which
// rows only refer to rows of tables before. Whoever adds tables to a store
// describes them here; a store that has others is not backed up.
type Part struct {
	Name string `json:"name"`
	// Version of the tables; it grows when they change.
	Version int     `json:"version"`
	Tables  []Table `json:"tables"`
}

// Row has a value for each column: nil, an int64, or []byte.
type Row []any

// Source is one state of a store.
type Source interface {
	// Tables names all tables of the store but those that hold its form and raw files.
	Tables(ctx context.Context) ([]string, error)
	// Rows gives the rows of a table in order. A row is good until the next is asked for.
	Rows(ctx context.Context, t Table) iter.Seq2[Row, error]
	// Raw names the raw files that snapshots have, each once.
	Raw(ctx context.Context) ([]File, error)
}

// Sink takes what a backup holds. Nothing of it is seen before all is taken.
type Sink interface {
	// Insert adds rows to a table.
	Insert(ctx context.Context, t Table, rows []Row) error
	// Keep adds a raw file: its SHA-256 in hex, its size in bytes, and its bytes.
	Keep(ctx context.Context, sum string, size int64, r io.Reader) error
}

// Store is a store that can be backed up.
type Store interface {
	// Dump runs f over one state of the store, whatever is written meanwhile.
	Dump(ctx context.Context, f func(Source) error) error
	// Fill runs f and makes what it gave seen, all at once, or nothing of it when f
	// fails. It is fault.Conflict when the store holds something already.
	Fill(ctx context.Context, parts []Part, f func(Sink) error) error
}

// File is a file to be written into a backup. Of a raw file the name is its hash.
type File struct {
	Name string
	Size int64
	Open func() (io.ReadCloser, error)
}

// Plan says what goes into a backup.
type Plan struct {
	Parts []Part
	// Files of the data folder; names with slashes.
	Files []File
	// Program is the version of Cordon, Engine the kind of store, and Made the time.
	Program, Engine string
	Made            time.Time
}

// Summary says what a backup holds.
type Summary struct {
	Program, Engine string
	Made            time.Time
	// Rows of each table, in the order of the tables.
	Rows []Count
	// Raw and Files count files, Size their bytes and those of the rows.
	Raw, Files int
	Size       int64
}

// Count is a number of rows.
type Count struct {
	Table string
	Rows  int
}

// Empty reports whether a backup holds nothing.
func (s *Summary) Empty() bool {
	return s.Raw == 0 && s.Files == 0 && !slices.ContainsFunc(s.Rows, func(c Count) bool { return c.Rows > 0 })
}

// checkTables compares the tables of a store with those that parts describe.
func checkTables(have []string, parts []Part) error {
	known := map[string]bool{}
	for _, p := range parts {
		for _, t := range p.Tables {
			known[t.Name] = true
		}
	}
	var unknown []string
	for _, name := range have {
		if !known[name] {
			unknown = append(unknown, name)
		}
		delete(known, name)
	}
	if len(unknown) > 0 {
		return fault.New(fault.Internal, "the store has tables that no backup would hold: %s", strings.Join(unknown, ", ")).
			WithFix("tell whoever made this version of Cordon; copy the database with its own tools meanwhile")
	}
	if len(known) > 0 {
		return fault.New(fault.Internal, "the store lacks %d of the tables of a backup", len(known))
	}
	return nil
}
