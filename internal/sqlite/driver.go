package sqlite

import (
	"database/sql"
	"net/url"

	_ "modernc.org/sqlite" // the driver, in pure Go; named nowhere else
)

// connect opens the database file, or one in memory for "".
func connect(path string) (*sql.DB, error) {
	q := url.Values{"_pragma": {
		"journal_mode(WAL)",   // readers never wait for a writer
		"synchronous(FULL)",   // what is committed survives the loss of power
		"busy_timeout(30000)", // two writers take turns
		"foreign_keys(ON)",
		"temp_store(FILE)", // what a load gathers may be larger than memory
	}}
	name := "file:" + path + "?" + q.Encode()
	if path == "" {
		name = "file::memory:?" + q.Encode()
	}
	db, err := sql.Open("sqlite", name)
	if err == nil && path == "" {
		db.SetMaxOpenConns(1) // each connection would have a memory of its own
	}
	return db, err
}
