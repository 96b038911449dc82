package postgres

// watchTables hold bases of customers. So far they are filled by restoring a backup
// only: the port over them is kept by the store in a folder.
const watchTables = `
CREATE TABLE cordon.watch_version (
	base    text   NOT NULL COLLATE "C",
	number  bigint NOT NULL,
	version text   NOT NULL,
	PRIMARY KEY (base, number)
);
CREATE TABLE cordon.watch_customer (
	base  text   NOT NULL COLLATE "C",
	ref   bytea  NOT NULL,
	since bigint NOT NULL,
	until bigint CHECK (until > since),
	party bytea  NOT NULL,
	PRIMARY KEY (base, ref, since)
);
CREATE UNIQUE INDEX watch_customer_open ON cordon.watch_customer (base, ref) WHERE until IS NULL;
CREATE TABLE cordon.watch_refusal (
	base    text   NOT NULL COLLATE "C",
	version bigint NOT NULL,
	"row"   bigint NOT NULL,
	ref     bytea  NOT NULL,
	refusal text   NOT NULL,
	PRIMARY KEY (base, version, "row")
);
CREATE TABLE cordon.watch_run (
	base   text   NOT NULL COLLATE "C",
	number bigint NOT NULL,
	run    text   NOT NULL,
	PRIMARY KEY (base, number)
);
CREATE TABLE cordon.watch_marks (
	base  text  NOT NULL COLLATE "C" PRIMARY KEY,
	marks bytea NOT NULL
);
CREATE TABLE cordon.watch_state (
	base  text   NOT NULL COLLATE "C",
	ref   bytea  NOT NULL,
	since bigint NOT NULL,
	until bigint CHECK (until > since),
	state text   NOT NULL,
	PRIMARY KEY (base, ref, since)
);
CREATE UNIQUE INDEX watch_state_open ON cordon.watch_state (base, ref) WHERE until IS NULL;
`
