package postgres

// logTables is the second form of the database: the log, and what is kept with it.
// Ids are in order by their bytes, whatever the language of the database is; what
// people wrote is bytes, as text takes neither a zero byte nor what is no UTF-8.
const logTables = `
CREATE TABLE cordon.log_entry (
	seq   bigint NOT NULL PRIMARY KEY,
	time  bigint NOT NULL, -- in ms since 1970
	kind  text   NOT NULL,
	actor text   NOT NULL,
	about text   NOT NULL COLLATE "C",
	data  bytea  NOT NULL
);
CREATE INDEX log_entry_about ON cordon.log_entry (about);
CREATE TABLE cordon.log_hash (
	place bigint NOT NULL PRIMARY KEY,
	hash  bytea  NOT NULL
);
CREATE TABLE cordon.log_head (
	one    integer NOT NULL PRIMARY KEY CHECK (one = 1),
	signed text    NOT NULL
);
CREATE TABLE cordon.log_checkpoint (
	size   bigint NOT NULL PRIMARY KEY,
	signed text   NOT NULL
);
CREATE TABLE cordon.kept_content (
	hash bytea NOT NULL PRIMARY KEY,
	data bytea NOT NULL -- zstd
);
ALTER TABLE cordon.kept_content ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE cordon.kept_answer (
	seq         bigint  NOT NULL PRIMARY KEY REFERENCES cordon.log_entry (seq),
	id          text    NOT NULL COLLATE "C" UNIQUE,
	time        bigint  NOT NULL,
	kind        text    NOT NULL,
	actor       text    NOT NULL,
	batch       text    NOT NULL COLLATE "C",
	line        integer NOT NULL,
	under       bytea   NOT NULL, -- with blanks between
	versions    bytea   NOT NULL REFERENCES cordon.kept_content (hash),
	question    bytea, -- this and what follows is NULL once it is erased
	answer      bytea,
	explanation bytea,
	salt        bytea
);
CREATE INDEX kept_answer_batch ON cordon.kept_answer (batch) WHERE batch != '';
CREATE TABLE cordon.kept_note (
	seq    bigint NOT NULL PRIMARY KEY REFERENCES cordon.log_entry (seq),
	answer text   NOT NULL COLLATE "C" REFERENCES cordon.kept_answer (id),
	reason bytea, -- this and the salt are NULL once it is erased
	salt   bytea
);
CREATE INDEX kept_note_answer ON cordon.kept_note (answer);
`
