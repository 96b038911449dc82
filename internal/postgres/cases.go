package postgres

// caseTables hold cases and their events, as the SQLite store has them, so that a
// backup of one is taken by the other. This store does not work on cases yet.
const caseTables = `
CREATE TABLE cordon.case_pair (
	id      text  NOT NULL COLLATE "C" PRIMARY KEY,
	subject bytea NOT NULL,
	listing bytea NOT NULL,
	UNIQUE (subject, listing)
);
CREATE TABLE cordon.case_event (
	seq  bigint NOT NULL PRIMARY KEY REFERENCES cordon.log_entry (seq),
	id   text   NOT NULL COLLATE "C" REFERENCES cordon.case_pair (id),
	n    bigint NOT NULL,
	data bytea  NOT NULL,
	salt bytea  NOT NULL,
	UNIQUE (id, n)
);
`
