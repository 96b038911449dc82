package ofac

import (
	_ "embed" // the table
	"strings"
)

//go:embed words.tsv
var wordsTable string

// words gives for each kind of word ("document", "state", "script") the meaning
// of each, from words.tsv.
var words = func() map[string]map[string]string {
	m := map[string]map[string]string{}
	for line := range strings.Lines(wordsTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if m[f[0]] == nil {
			m[f[0]] = map[string]string{}
		}
		m[f[0]][f[1]] = f[2]
	}
	return m
}()
