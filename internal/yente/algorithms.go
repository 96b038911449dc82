package yente

import "net/http"

// algorithm is a name under which a client may ask to be matched.
type algorithm struct {
	name, about string
	// namesOnly is true when names alone are compared.
	namesOnly bool
	// settings are those of the algorithm of that name elsewhere; they are taken
	// and change nothing, and the head of the answer says so.
	settings []string
}

const (
	whole = "Asked for by this name, Cordon compares names, dates, countries, identifiers and addresses with its own " +
		"scorer; settings and weights change nothing. Its scores are not those of the algorithm of this name."
	names = "Asked for by this name, Cordon compares the names alone with its own scorer. Its scores are not those of the algorithm of this name."
)

// bestName is the algorithm that there is.
const bestName = "cordon"

// algorithms are those that there are: one, and the names under which clients of
// yente ask for others.
var algorithms = []*algorithm{
	{name: bestName, about: "Evidence for and against, in bits, from names in any script, dates of birth, countries, identifiers, addresses and " +
		"ships' particulars, and the probability that follows, calibrated on pairs that people judged."},
	{name: "logic-v2", about: whole, settings: []string{
		"nm_number_mismatch", "nm_extra_query_name", "nm_extra_result_name", "nm_family_name_weight", "nm_fuzzy_cutoff_factor",
	}},
	{name: "logic-v1", about: whole},
	{name: "regression-v1", about: whole},
	{name: "name-qualified", about: whole},
	{name: "name-based", about: names, namesOnly: true},
	{name: "ofac", about: names, namesOnly: true},
}

// algorithmOf gives an algorithm by its name; the one there is for none, "best" and
// "default"; nil for one that nobody has.
func algorithmOf(name string) *algorithm {
	switch name {
	case "", "best", "default":
		name = bestName
	case "ofac-249":
		name = "ofac"
	}
	for _, a := range algorithms {
		if a.name == name {
			return a
		}
	}
	return nil
}

type (
	algorithmJSON struct {
		Name        string                 `json:"name"`
		Description string                 `json:"description"`
		Features    map[string]featureJSON `json:"features"`
		Docs        docsJSON               `json:"docs"`
	}
	featureJSON struct {
		Description string  `json:"description"`
		Coefficient float64 `json:"coefficient"`
		URL         string  `json:"url"`
	}
	settingJSON struct {
		Type        string  `json:"type"`
		Description string  `json:"description"`
		Default     float64 `json:"default"`
	}
	docsJSON struct {
		Name        string                 `json:"name"`
		Description string                 `json:"description"`
		Config      map[string]settingJSON `json:"config"`
		Features    map[string]featureJSON `json:"features"`
	}
)

// featureWords say what the features of an explanation are. Each is in bits: one
// more doubles the odds.
var featureWords = map[string]string{
	nameMatch:    "Names: how many bits of evidence the two that agree best give; detail says which words.",
	"birth":      "Dates of birth.",
	"country":    "Countries and nationalities.",
	"gender":     "Gender.",
	"identifier": "Numbers and codes; each kind stands under its own word, as imo, passport, tax, lei.",
	"address":    "Addresses.",
	"flag":       "The flag of a ship or aircraft.",
}

func (a *API) algorithms(w http.ResponseWriter, _ *http.Request) error {
	var out struct {
		Algorithms []algorithmJSON `json:"algorithms"`
		Default    string          `json:"default"`
		Best       string          `json:"best"`
	}
	out.Default, out.Best = bestName, bestName
	for _, x := range algorithms {
		features := map[string]featureJSON{}
		for name, about := range featureWords {
			if !x.namesOnly || name == nameMatch {
				features[name] = featureJSON{about, 1, ""}
			}
		}
		j := algorithmJSON{Name: x.name, Description: x.about, Features: features}
		j.Docs = docsJSON{Name: x.name, Description: x.about, Config: map[string]settingJSON{}, Features: features}
		for _, s := range x.settings {
			j.Docs.Config[s] = settingJSON{Type: "float", Description: "Taken for the sake of clients; it changes nothing here."}
		}
		out.Algorithms = append(out.Algorithms, j)
	}
	return answer(w, out)
}
