package selftest

import (
	"cmp"
	"maps"
	"slices"

	"github.com/cordon-engine/cordon/internal/variant"
	"github.com/cordon-engine/cordon/internal/when"
)

// Count is the account of some questions: Made = Found + Missed + Refused.
type Count struct {
	Made, Found, Missed, Refused int
	// Matched is how many of Found were strong enough for a match.
	Matched int
}

// Recall gives the share that was found; 0 when nothing was made.
func (c Count) Recall() float64 {
	if c.Made == 0 {
		return 0
	}
	return float64(c.Found) / float64(c.Made)
}

func (c *Count) add(x *Case) {
	c.Made++
	switch x.Outcome {
	case Found:
		c.Found++
	case Refused:
		c.Refused++
	default:
		c.Missed++
	}
	if x.Match {
		c.Matched++
	}
}

// Row is the account of one kind, list, script or schema.
type Row struct {
	Key string
	Count
	// NotMade is the number of names of which no variant of the kind could be
	// made; only of kinds.
	NotMade int
	// Floor is the least recall, Judged whether there is one and enough was made
	// to judge by, and Below whether recall is less.
	Floor                   float64
	HasFloor, Judged, Below bool
}

// Neutrals is the account of a neutral population: Rows = Clear + Alerts +
// Refused + Aside.
type Neutrals struct {
	Key                                 string
	Rows, Clear, Alerts, Refused, Aside int
	// Matched is how many of Alerts were strong enough for a match.
	Matched int
}

// Rate gives the share of those asked about that raised an alert or were refused.
func (n Neutrals) Rate() float64 { return n.share(n.Alerts + n.Refused) }

// MatchRate gives the share of those asked about that raised a match.
func (n Neutrals) MatchRate() float64 { return n.share(n.Matched) }

func (n Neutrals) share(x int) float64 {
	if n.Rows == n.Aside {
		return 0
	}
	return float64(x) / float64(n.Rows-n.Aside)
}

func (n *Neutrals) add(x *Case) {
	n.Rows++
	switch x.Outcome {
	case Alert:
		n.Alerts++
	case Refused:
		n.Refused++
	case Aside:
		n.Aside++
	default:
		n.Clear++
	}
	if x.Match {
		n.Matched++
	}
}

// Ceiling is the judgement of one rate of false alerts.
type Ceiling struct {
	Key            string
	Rate, Most     float64
	HasMost, Above bool
}

// Result is what a self-test found.
type Result struct {
	Seed             uint64
	AsOf             when.Day
	Threshold, Alert float64
	Floors           Floors
	// Names is the number of listed names that were asked about.
	Names int
	// Listed is the account of the names as listed, Total that of all variants
	// of them.
	Listed, Total Row
	// Kinds begins with the names as listed and has every kind, also those of
	// which nothing was made. The others have the variants only, sorted by key.
	Kinds, Lists, Scripts, Schemas []Row
	// Neutral is the account of the population; Groups and NeutralSchemas that of
	// its parts.
	Neutral                Neutrals
	Groups, NeutralSchemas []Neutrals
	Ceilings               []Ceiling
	// Misses are the questions that were missed or refused, Alerts the neutral
	// names on which an alert was raised, in the order in which they were asked.
	Misses, Alerts []Case
	// Passed is true when everything that is judged keeps its floor or ceiling.
	Passed bool
}

// Unjudged gives the kinds whose floor could not be judged, since too little was
// made.
func (r *Result) Unjudged() []Row {
	var out []Row
	for _, k := range r.Kinds {
		if k.HasFloor && !k.Judged {
			out = append(out, k)
		}
	}
	return out
}

// tally adds cases up.
type tally struct {
	c                              *Config
	r                              Result
	kinds, lists, scripts, schemas map[string]*Row
	groups, neutralSchemas         map[string]*Neutrals
}

func newTally(c *Config) *tally {
	t := &tally{
		c: c, kinds: map[string]*Row{}, lists: map[string]*Row{}, scripts: map[string]*Row{}, schemas: map[string]*Row{},
		groups: map[string]*Neutrals{}, neutralSchemas: map[string]*Neutrals{},
	}
	for _, k := range Kinds() {
		t.kinds[string(k)] = &Row{Key: string(k)}
	}
	t.r = Result{Seed: c.Seed, AsOf: c.AsOf, Threshold: c.Threshold, Alert: c.Alert, Floors: c.Floors, Total: Row{Key: All}}
	return t
}

// of gives the row of a map, made when it is not there.
func of[T any](m map[string]*T, key string, fresh T) *T {
	if m[key] == nil {
		m[key] = &fresh
	}
	return m[key]
}

// add takes the cases of one listed name, or one of the population.
func (t *tally) add(cases []Case) {
	made := map[variant.Kind]bool{}
	for i := range cases {
		x := &cases[i]
		if x.Neutral != nil {
			t.neutral(x)
			continue
		}
		made[x.Kind] = true
		t.kinds[string(x.Kind)].add(x)
		if x.Outcome != Found {
			t.r.Misses = append(t.r.Misses, *x)
		}
		if x.Kind == AsListed {
			continue
		}
		t.r.Total.add(x)
		script := variant.ScriptOf(x.Name.Text).String()
		schema := string(x.Name.Schema)
		of(t.lists, x.Name.List, Row{Key: x.Name.List}).add(x)
		of(t.scripts, script, Row{Key: script}).add(x)
		of(t.schemas, schema, Row{Key: schema}).add(x)
	}
	if len(made) == 0 {
		return
	}
	t.r.Names++
	for _, k := range variant.Kinds() {
		if !made[k] {
			t.kinds[string(k)].NotMade++
		}
	}
}

func (t *tally) neutral(x *Case) {
	t.r.Neutral.add(x)
	of(t.groups, x.Neutral.Group, Neutrals{Key: x.Neutral.Group}).add(x)
	of(t.neutralSchemas, x.Neutral.Schema, Neutrals{Key: x.Neutral.Schema}).add(x)
	if x.Outcome == Alert {
		t.r.Alerts = append(t.r.Alerts, *x)
	}
}

// result judges what was added up.
func (t *tally) result() *Result {
	r := &t.r
	r.Passed = true
	judge := func(row *Row) {
		row.Floor, row.HasFloor = t.c.Floors.Recall[row.Key], false
		if _, ok := t.c.Floors.Recall[row.Key]; ok {
			always := row.Key == All || row.Key == string(AsListed)
			row.HasFloor, row.Judged = true, row.Made > 0 && (always || row.Made >= t.c.Floors.Least)
			row.Below = row.Judged && row.Recall() < row.Floor
		}
		r.Passed = r.Passed && !row.Below
	}
	judge(&r.Total)
	for _, k := range Kinds() {
		row := t.kinds[string(k)]
		judge(row)
		r.Kinds = append(r.Kinds, *row)
	}
	r.Listed = r.Kinds[0]
	r.Lists, r.Scripts, r.Schemas = sorted(t.lists), sorted(t.scripts), sorted(t.schemas)
	r.Groups, r.NeutralSchemas = sorted(t.groups), sorted(t.neutralSchemas)
	rates := map[string]float64{Alerts: r.Neutral.Rate(), Matches: r.Neutral.MatchRate()}
	for _, key := range []string{Alerts, Matches} {
		most, ok := t.c.Floors.Ceilings[key]
		c := Ceiling{Key: key, Rate: rates[key], Most: most, HasMost: ok, Above: ok && rates[key] > most}
		r.Passed = r.Passed && !c.Above
		r.Ceilings = append(r.Ceilings, c)
	}
	return r
}

// sorted gives rows in the order of their keys.
func sorted[T any](m map[string]*T) []T {
	var out []T
	for _, k := range slices.SortedFunc(maps.Keys(m), cmp.Compare[string]) {
		out = append(out, *m[k])
	}
	return out
}
