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
