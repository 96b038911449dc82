// Command gen rewrites data/place/states.tsv from published tables: names in
// twelve languages from CLDR, and codes and official names from the
// country-codes collection. It reads ../shared/data/countries beside the
// repository and changes nothing when that is not there. What no table gives
// stands in data/place/states-more.tsv, which it never writes; names that are
// settled there are left out here, and so is any name that two states would
// share or that reads as the code of another.
package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/text"
)

// locales in the order in which names are listed.
var locales = []string{"en", "zh", "zh-Hant", "ja", "ko", "ru", "ar", "fa", "vi", "fr", "es", "de"}

const header = `# States and territories: ISO 3166-1 codes, the plain English name, and other names.
# Written by internal/place/gen; additions and corrections go into states-more.tsv.
# Sources: Unicode CLDR, territory names in en, zh, zh-Hant, ja, ko, ru, ar, fa, vi, fr, es, de;
# github.com/datasets/country-codes (caa72d1e), from ISO, the UN Statistics Division (M49) and UNTERM.
# "of" is the state that country-codes names a territory part or dependency of. It says nothing about any claim.
`

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

type state struct {
	alpha2, alpha3, numeric, of, name string
	names                             []string
}

func run() error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	sources := filepath.Join(root, "..", "shared", "data", "countries")
	if _, err := os.Stat(sources); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(os.Stderr, "gen: the published tables are not here; states.tsv stays as it is")
		return nil
	}
	territories := map[string]map[string]string{}
	for _, l := range locales {
		if territories[l], err = readCLDR(filepath.Join(sources, "cldr", l+".json"), l); err != nil {
			return err
		}
	}
	states, err := readCodes(filepath.Join(sources, "country-codes.csv"))
	if err != nil {
		return err
	}
	// Kosovo has a user-assigned code, which is in CLDR and not in ISO's table.
	states = append(states, &state{alpha2: "XK", alpha3: "XKX"})
	slices.SortFunc(states, func(a, b *state) int { return strings.Compare(a.alpha2, b.alpha2) })
	for _, s := range states {
		var names []string
		for _, l := range locales {
			for _, form := range []string{"", "-alt-short", "-alt-variant"} {
				if n := territories[l][s.alpha2+form]; n != "" {
					names = append(names, n)
				}
			}
			if l == "en" {
				s.name = plain(names[0])
			}
		}
		s.names = append(names, s.names...)
	}
	settled, err := readMore(filepath.Join(root, "data", "place", "states-more.tsv"))
	if err != nil {
		return err
	}
	choose(states, settled)

	var b bytes.Buffer
	b.WriteString(header)
	b.WriteString("alpha2\talpha3\tnumeric\tof\tname\tvariants\n")
	for _, s := range states {
		cells := []string{s.alpha2, s.alpha3, s.numeric, s.of, s.name, strings.Join(s.names, " | ")}
		for i := range cells {
			if cells[i] == "" {
				cells[i] = "-"
			}
		}
		b.WriteString(strings.Join(cells, "\t") + "\n")
	}
	return os.WriteFile(filepath.Join(root, "data", "place", "states.tsv"), b.Bytes(), 0o644)
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			err = errors.New("no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

func readCLDR(file, locale string) (map[string]string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Main map[string]struct {
			LocaleDisplayNames struct {
				Territories map[string]string `json:"territories"`
			} `json:"localeDisplayNames"`
		} `json:"main"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	t := doc.Main[locale].LocaleDisplayNames.Territories
	if len(t) < 250 {
		return nil, fmt.Errorf("%s: only %d territories", file, len(t))
	}
	return t, nil
}

// Columns of country-codes with names, in the order in which they are listed.
var nameColumns = []string{
	"UNTERM English Short", "UNTERM English Formal", "official_name_en",
	"UNTERM Chinese Short", "UNTERM Chinese Formal", "official_name_cn",
	"UNTERM Russian Short", "UNTERM Russian Formal", "official_name_ru",
	"UNTERM Arabic Short", "UNTERM Arabic Formal", "official_name_ar",
	"UNTERM French Short", "UNTERM French Formal", "official_name_fr",
	"UNTERM Spanish Short", "UNTERM Spanish Formal", "official_name_es",
}

var (
	dependent  = regexp.MustCompile(`^(?:Territory|Territories|Part|Commonwealth|Crown dependency) of ([A-Z]{2})$`)
	footnote   = regexp.MustCompile(`[ *]+$`)
	articleEnd = regexp.MustCompile(` \((?:the|le|la|les|l['’]|el|los|las)\)$`)
	article    = regexp.MustCompile(`^(?:the |le |la |les |l['’]|el |los |las )`)
)

func readCodes(file string) ([]*state, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, c := range rows[0] {
		column[c] = i
	}
	for _, c := range append([]string{"ISO3166-1-Alpha-2", "ISO3166-1-Alpha-3", "ISO3166-1-numeric", "is_independent"}, nameColumns...) {
		if _, ok := column[c]; !ok {
			return nil, fmt.Errorf("%s has no column %q", file, c)
		}
	}
	var states []*state
	for _, r := range rows[1:] {
		get := func(c string) string { return strings.TrimSpace(r[column[c]]) }
		s := &state{alpha2: get("ISO3166-1-Alpha-2"), alpha3: get("ISO3166-1-Alpha-3"), numeric: get("ISO3166-1-numeric")}
		s.numeric = strings.Repeat("0", 3-len(s.numeric)) + s.numeric
		if m := dependent.FindStringSubmatch(get("is_independent")); m != nil {
			s.of = m[1]
		}
		for _, c := range nameColumns {
			n := articleEnd.ReplaceAllString(footnote.ReplaceAllString(get(c), ""), "")
			if strings.HasSuffix(c, "Formal") {
				n = article.ReplaceAllString(n, "")
			}
			if n != "" {
				s.names = append(s.names, n)
			}
		}
		states = append(states, s)
	}
	return states, nil
}

// plain writes an English name of CLDR without its abbreviations.
func plain(s string) string {
	s = strings.ReplaceAll(s, " & ", " and ")
	s = strings.ReplaceAll(s, "’", "'")
	if rest, ok := strings.CutPrefix(s, "St. "); ok {
		s = "Saint " + rest
	}
	return s
}

// readMore gives the keys of the names that states-more.tsv settles, by giving
// them to one state or refusing them.
func readMore(file string) (map[string]bool, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	settled := map[string]bool{}
	for _, l := range strings.Split(string(b), "\n") {
		cells := strings.Split(l, "\t")
		if len(cells) != 6 || strings.HasPrefix(l, "#") || cells[0] == "alpha2" {
			continue
		}
		for _, n := range append(strings.Split(cells[5], " | "), cells[4]) {
			settled[key(n)] = true
		}
	}
	return settled, nil
}

func key(s string) string { return strings.ReplaceAll(text.Fold(s), " ", "") }

// choose leaves each state the names that can mean nothing else, each once.
func choose(states []*state, settled map[string]bool) {
	codes, bearers := map[string]string{}, map[string][]string{}
	for _, s := range states {
		codes[strings.ToLower(s.alpha2)], codes[strings.ToLower(s.alpha3)] = s.alpha2, s.alpha2
		for _, n := range s.names {
			if k := key(n); !slices.Contains(bearers[k], s.alpha2) {
				bearers[k] = append(bearers[k], s.alpha2)
			}
		}
	}
	plainName := map[string]string{}
	for _, s := range states {
		plainName[key(s.name)] = s.alpha2
	}
	for _, s := range states {
		seen := map[string]bool{key(s.name): true}
		s.names = slices.DeleteFunc(s.names, func(n string) bool {
			k := key(n)
			if seen[k] {
				return true
			}
			seen[k] = true
			if settled[k] {
				return true // for this state or against it
			}
			why := ""
			switch {
			case utf8.RuneCountInString(k) < 2 || len(k) < 3 && codes[k] != s.alpha2:
				why = "is too short"
			case codes[k] != "" && codes[k] != s.alpha2:
				why = "reads as a code of " + codes[k]
			case plainName[k] != "" && plainName[k] != s.alpha2:
				why = "is the name of " + plainName[k]
			case plainName[k] == "" && len(bearers[k]) > 1:
				why = "is shared by " + strings.Join(bearers[k], ", ")
			}
			if why != "" {
				fmt.Fprintf(os.Stderr, "gen: %s: %q %s; left out\n", s.alpha2, n, why)
			}
			return why != ""
		})
	}
}
