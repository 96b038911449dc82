// Package data holds the facts that ship inside the binary: law, named goods,
// the HS nomenclature, places, listings, scenarios and schemas. It reads and checks
// nothing; the packages that own each kind of fact do.
package data

import "embed"

// FS holds the folders forecasts, instruments, listings, ownership, scenarios, goods, place, records, claims, watchers, schema,
// review, matching, mirror, reading, selftest, commitments, events, story, api and clocks.
//
//go:embed forecasts instruments listings ownership scenarios goods place records claims watchers schema review matching
//go:embed mirror reading
//go:embed selftest commitments events story api clocks
var FS embed.FS
