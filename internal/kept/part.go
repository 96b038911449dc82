package kept

import "github.com/cordon-engine/cordon/internal/backup"

// Part describes the tables that lists are kept in, to backups.
var Part = backup.Part{Name: "lists", Version: 1, Tables: []backup.Table{
	{
		Name: "snapshot", Order: []string{"list", "number"},
		Columns: []backup.Column{{Name: "list", Kind: backup.Text}, {Name: "number", Kind: backup.Int}, {Name: "published", Kind: backup.Int}, {Name: "meta", Kind: backup.Text}},
	},
	{
		Name: "content", Order: []string{"id"}, Serial: "id",
		Columns: []backup.Column{{Name: "id", Kind: backup.Int}, {Name: "hash", Kind: backup.Bytes}, {Name: "data", Kind: backup.Bytes}},
	},
	{
		Name: "run", Order: []string{"list", "key", "since"},
		Columns: []backup.Column{
			{Name: "list", Kind: backup.Text},
			{Name: "key", Kind: backup.Key},
			{Name: "since", Kind: backup.Int},
			{Name: "until", Kind: backup.Int},
			{Name: "content", Kind: backup.Int},
		},
	},
	{
		Name: "about", Order: []string{"list", "subject", "key"},
		Columns: []backup.Column{{Name: "list", Kind: backup.Text}, {Name: "subject", Kind: backup.Key}, {Name: "key", Kind: backup.Key}},
	},
	{
		Name: "reference", Order: []string{"folded", "reference", "subject"},
		Columns: []backup.Column{{Name: "folded", Kind: backup.Key}, {Name: "reference", Kind: backup.Key}, {Name: "subject", Kind: backup.Key}},
	},
	{
		Name: "attempt", Order: []string{"id"}, Serial: "id",
		Columns: []backup.Column{{Name: "id", Kind: backup.Int}, {Name: "list", Kind: backup.Text}, {Name: "attempt", Kind: backup.Text}},
	},
}}

// Answers describes the tables of the log and of what is kept with it, to backups.
// What was erased has nothing where its words were.
var Answers = backup.Part{Name: "answers", Version: 1, Tables: []backup.Table{
	{
		Name: "log_entry", Order: []string{"seq"},
		Columns: []backup.Column{
			{Name: "seq", Kind: backup.Int},
			{Name: "time", Kind: backup.Int},
			{Name: "kind", Kind: backup.Text},
			{Name: "actor", Kind: backup.Text},
			{Name: "about", Kind: backup.Text},
			{Name: "data", Kind: backup.Bytes},
		},
	},
	{Name: "log_hash", Order: []string{"place"}, Columns: []backup.Column{{Name: "place", Kind: backup.Int}, {Name: "hash", Kind: backup.Bytes}}},
	{Name: "log_head", Order: []string{"one"}, Columns: []backup.Column{{Name: "one", Kind: backup.Int}, {Name: "signed", Kind: backup.Text}}},
	{Name: "log_checkpoint", Order: []string{"size"}, Columns: []backup.Column{{Name: "size", Kind: backup.Int}, {Name: "signed", Kind: backup.Text}}},
	{Name: "kept_content", Order: []string{"hash"}, Columns: []backup.Column{{Name: "hash", Kind: backup.Bytes}, {Name: "data", Kind: backup.Bytes}}},
	{
		Name: "kept_answer", Order: []string{"seq"},
		Columns: []backup.Column{
			{Name: "seq", Kind: backup.Int},
			{Name: "id", Kind: backup.Text},
			{Name: "time", Kind: backup.Int},
			{Name: "kind", Kind: backup.Text},
			{Name: "actor", Kind: backup.Text},
			{Name: "batch", Kind: backup.Text},
			{Name: "line", Kind: backup.Int},
			{Name: "under", Kind: backup.Key},
			{Name: "versions", Kind: backup.Bytes},
			{Name: "question", Kind: backup.Bytes},
			{Name: "answer", Kind: backup.Bytes},
			{Name: "explanation", Kind: backup.Bytes},
			{Name: "salt", Kind: backup.Bytes},
		},
	},
	{
		Name: "kept_note", Order: []string{"seq"},
		Columns: []backup.Column{
			{Name: "seq", Kind: backup.Int},
			{Name: "answer", Kind: backup.Text},
			{Name: "reason", Kind: backup.Key},
			{Name: "salt", Kind: backup.Bytes},
		},
	},
}}

// Cases are the tables of cases. Their events have entries in the log.
var Cases = backup.Part{Name: "cases", Version: 1, Tables: []backup.Table{
	{
		Name: "case_pair", Order: []string{"id"},
		Columns: []backup.Column{{Name: "id", Kind: backup.Text}, {Name: "subject", Kind: backup.Key}, {Name: "listing", Kind: backup.Key}},
	},
	{
		Name: "case_event", Order: []string{"seq"},
		Columns: []backup.Column{
			{Name: "seq", Kind: backup.Int},
			{Name: "id", Kind: backup.Text},
			{Name: "n", Kind: backup.Int},
			{Name: "data", Kind: backup.Bytes},
			{Name: "salt", Kind: backup.Bytes},
		},
	},
}}

// Licences are the tables of licences, whose events have entries in the log, and of files that are attached to them and to cases.
var Licences = backup.Part{Name: "licences", Version: 1, Tables: []backup.Table{
	{
		Name: "licence_event", Order: []string{"seq"},
		Columns: []backup.Column{
			{Name: "seq", Kind: backup.Int},
			{Name: "id", Kind: backup.Text},
			{Name: "n", Kind: backup.Int},
			{Name: "data", Kind: backup.Bytes},
			{Name: "salt", Kind: backup.Bytes},
		},
	},
	{Name: "attached_file", Order: []string{"hash"}, Columns: []backup.Column{{Name: "hash", Kind: backup.Bytes}, {Name: "data", Kind: backup.Bytes}}},
}}

// Watched describes the tables of bases of customers, to backups.
var Watched = backup.Part{Name: "watched", Version: 1, Tables: []backup.Table{
	{
		Name: "watch_version", Order: []string{"base", "number"},
		Columns: []backup.Column{{Name: "base", Kind: backup.Text}, {Name: "number", Kind: backup.Int}, {Name: "version", Kind: backup.Text}},
	},
	{
		Name: "watch_customer", Order: []string{"base", "ref", "since"},
		Columns: []backup.Column{
			{Name: "base", Kind: backup.Text},
			{Name: "ref", Kind: backup.Key},
			{Name: "since", Kind: backup.Int},
			{Name: "until", Kind: backup.Int},
			{Name: "party", Kind: backup.Bytes},
		},
	},
	{
		Name: "watch_refusal", Order: []string{"base", "version", "row"},
		Columns: []backup.Column{
			{Name: "base", Kind: backup.Text},
			{Name: "version", Kind: backup.Int},
			{Name: "row", Kind: backup.Int},
			{Name: "ref", Kind: backup.Key},
			{Name: "refusal", Kind: backup.Text},
		},
	},
	{
		Name: "watch_run", Order: []string{"base", "number"},
		Columns: []backup.Column{{Name: "base", Kind: backup.Text}, {Name: "number", Kind: backup.Int}, {Name: "run", Kind: backup.Text}},
	},
	{
		Name: "watch_marks", Order: []string{"base"},
		Columns: []backup.Column{{Name: "base", Kind: backup.Text}, {Name: "marks", Kind: backup.Bytes}},
	},
	{
		Name: "watch_state", Order: []string{"base", "ref", "since"},
		Columns: []backup.Column{
			{Name: "base", Kind: backup.Text},
			{Name: "ref", Kind: backup.Key},
			{Name: "since", Kind: backup.Int},
			{Name: "until", Kind: backup.Int},
			{Name: "state", Kind: backup.Text},
		},
	},
}}

// Once describes what is kept under idempotency keys, to backups: who asks again after a restore is not answered anew.
var Once = backup.Part{Name: "once", Version: 1, Tables: []backup.Table{{
	Name: "once_answer", Order: []string{"key"},
	Columns: []backup.Column{
		{Name: "key", Kind: backup.Bytes},
		{Name: "question", Kind: backup.Bytes},
		{Name: "time", Kind: backup.Int},
		{Name: "token", Kind: backup.Bytes},
		{Name: "answer", Kind: backup.Bytes},
		{Name: "id", Kind: backup.Text},
	},
}}}

// Notify describes the tables of messages to endpoints, to backups: what was not taken yet is sent by who restores it.
var Notify = backup.Part{Name: "notify", Version: 1, Tables: []backup.Table{
	{
		Name: "notify_place", Order: []string{"endpoint"},
		Columns: []backup.Column{{Name: "endpoint", Kind: backup.Text}, {Name: "next", Kind: backup.Int}},
	},
	{
		Name: "notify_delivery", Order: []string{"endpoint", "id"},
		Columns: []backup.Column{
			{Name: "endpoint", Kind: backup.Text},
			{Name: "id", Kind: backup.Text},
			{Name: "seq", Kind: backup.Int},
			{Name: "type", Kind: backup.Text},
			{Name: "body", Kind: backup.Bytes},
			{Name: "state", Kind: backup.Text},
			{Name: "tries", Kind: backup.Int},
			{Name: "due", Kind: backup.Int},
			{Name: "claim", Kind: backup.Int},
			{Name: "last", Kind: backup.Text},
			{Name: "made", Kind: backup.Int},
			{Name: "changed", Kind: backup.Int},
		},
	},
}}

// Jobs describes the tables of jobs, to backups. What a queue keeps besides to hand chunks out is made anew.
var Jobs = backup.Part{Name: "jobs", Version: 1, Tables: []backup.Table{
	{
		Name: "job", Order: []string{"id"},
		Columns: []backup.Column{
			{Name: "id", Kind: backup.Text},
			{Name: "kind", Kind: backup.Text},
			{Name: "most", Kind: backup.Int},
			{Name: "job", Kind: backup.Text},
			{Name: "cancelled", Kind: backup.Int},
		},
	},
	{
		Name: "job_chunk", Order: []string{"job", "number"},
		Columns: []backup.Column{
			{Name: "job", Kind: backup.Text},
			{Name: "number", Kind: backup.Int},
			{Name: "items", Kind: backup.Int},
			{Name: "state", Kind: backup.Text},
			{Name: "tries", Kind: backup.Int},
			{Name: "worker", Kind: backup.Text},
			{Name: "began", Kind: backup.Int},
			{Name: "rest", Kind: backup.Int},
			{Name: "reason", Kind: backup.Text},
			{Name: "input", Kind: backup.Bytes},
		},
	},
	{
		Name: "job_result", Order: []string{"job", "chunk"},
		Columns: []backup.Column{
			{Name: "job", Kind: backup.Text},
			{Name: "chunk", Kind: backup.Int},
			{Name: "handled", Kind: backup.Int},
			{Name: "refused", Kind: backup.Int},
			{Name: "worker", Kind: backup.Text},
			{Name: "ended", Kind: backup.Int},
			{Name: "output", Kind: backup.Bytes},
		},
	},
}}

// People describes the table of people, to backups: with the hashes of their passwords, so that they sign in to what is restored.
// Sessions are in no backup, nor is what was tried in vain: whoever was signed in signs in again.
var People = backup.Part{Name: "people", Version: 1, Tables: []backup.Table{{
	Name: "person", Order: []string{"id"},
	Columns: []backup.Column{
		{Name: "id", Kind: backup.Text},
		{Name: "name", Kind: backup.Text},
		{Name: "display", Kind: backup.Text},
		{Name: "roles", Kind: backup.Text},
		{Name: "hash", Kind: backup.Text},
		{Name: "outside", Kind: backup.Text},
		{Name: "salt", Kind: backup.Bytes},
		{Name: "created", Kind: backup.Int},
		{Name: "made_by", Kind: backup.Text},
		{Name: "disabled", Kind: backup.Int},
		{Name: "seen", Kind: backup.Int},
		{Name: "version", Kind: backup.Int},
	},
}}}

// Access describes the table of keys of programs, to backups: of each only the hash of its secret.
var Access = backup.Part{Name: "access", Version: 1, Tables: []backup.Table{{
	Name: "access_key", Order: []string{"id"},
	Columns: []backup.Column{
		{Name: "id", Kind: backup.Text},
		{Name: "owner", Kind: backup.Text},
		{Name: "scopes", Kind: backup.Text},
		{Name: "created", Kind: backup.Int},
		{Name: "expires", Kind: backup.Int},
		{Name: "revoked", Kind: backup.Int},
		{Name: "hash", Kind: backup.Bytes},
	},
}}}

// Settings describes the table of what a desk decided about its store, to backups.
var Settings = backup.Part{Name: "settings", Version: 1, Tables: []backup.Table{{
	Name: "desk_setting", Order: []string{"name"},
	Columns: []backup.Column{
		{Name: "name", Kind: backup.Text},
		{Name: "value", Kind: backup.Text},
		{Name: "version", Kind: backup.Int},
		{Name: "made_by", Kind: backup.Text},
		{Name: "time", Kind: backup.Int},
	},
}}}

// Parts are all of them. A store has the tables of these and no others.
func Parts() []backup.Part {
	return []backup.Part{
		Part,
		Answers,
		Watched,
		Cases,
		Once,
		Notify,
		Jobs,
		Licences,
		People,
		Access,
		Settings,
	}
}
