package own

import (
	"os"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestTemplates holds what is guessed, and that a mapping that is filled in reads the file.
func TestTemplates(t *testing.T) {
	places := publicationtest.Places(t)
	for name, c := range map[string]struct {
		file, body string
		has        []string
		refused    string // what reading the mapping says; "" for nothing
	}{
		"a table": {
			"a.csv", "\xef\xbb\xbfRef;FULL_NAME;a.k.a.;Date of birth;Nationality;IMO;Branch\n1;A;B;1965;DPRK;;Rome\n",
			[]string{`id: "Ref"`, `name: "FULL_NAME"`, `alias: "a.k.a."`, `birthDate: "Date of birth"`, `nationality: "Nationality"`, `imoNumber: "IMO"`, `- "Branch"`},
			"",
		},
		"what does not hold what it is called": {
			"a.csv", "name,dob,country,imo,type\nA,14.3.1965,Rome,9074720,retail\n",
			[]string{
				`- "dob"  # birthDate by its name, but some value is no day as they are written here, 1965-03-14`,
				`- "country"  # country by its name, but some value is not read as country`, `- "imo"  # imoNumber`, `- "type"  # schema`,
			},
			"",
		},
		"two names and two ids":  {"a.csv", "id,no,name,legal name\n1,2,A,B\n", []string{`id: "id"`, `name: ["name", "legal name"]`, `- "no"  # another column is the id`}, ""},
		"no name":                {"a.csv", "first name,surname\nA,B\n", []string{`firstName: "first name"`, `lastName: "surname"`, "no column is called a name"}, "name"},
		"lines":                  {"a.jsonl", `{"name":["A","B"],"born":1965}` + "\n" + `{"name":"C","x":null}`, []string{`name: "name"`, `birthDate: "born"`, `- "x"`}, ""},
		"columns that are words": {"a.csv", "name,\"a: b\",no,# x\nA,,,\n", []string{`- "a: b"`, `- "# x"`}, ""},
		"owners":                 {"a.csv", "name,ownerId,ownerShare\nA,,\n", []string{`ownerId: "ownerId"`, `ownerShare: "ownerShare"`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			expires, _ := when.ParseDay("2099-01-01")
			text, err := Template(c.file, strings.NewReader(c.body), places, `The "Bank": #1`, expires)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.has {
				if !strings.Contains(text, want) {
					t.Errorf("it lacks %s:\n%s", want, text)
				}
			}
			m, err := publication.ReadMapping("m.yaml", []byte(text))
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil || m.Owner != `The "Bank": #1` || m.Expires != expires {
				t.Fatalf("%v\n%s", err, text)
			}
			if _, err := columns(m); err != nil {
				t.Errorf("%v\n%s", err, text)
			}
			bare, err := Template(c.file, strings.NewReader(c.body), places, "", when.NoDay)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := publication.ReadMapping("m.yaml", []byte(bare)); err == nil || !strings.Contains(err.Error(), `"owner"`) {
				t.Errorf("a mapping that is not filled in is taken: %v", err)
			}
		})
	}
	for body, want := range map[string]string{"": "empty", "name,x,x\nA,,\n": "stands twice", "<html>": "web page"} {
		if _, err := Template("a.csv", strings.NewReader(body), places, "", when.NoDay); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", body, err)
		}
	}
}

// TestTheDocumentedMapping holds docs/own-lists.md to what the program writes.
func TestTheDocumentedMapping(t *testing.T) {
	doc, err := os.ReadFile("../../../docs/own-lists.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(doc), "$ cat blocked.csv\n")
	list, want, _ := strings.Cut(list, "$ cordon lists mapping blocked.csv --owner \"Example Bank\" --expires 2027-06-30\n")
	want, _, found := strings.Cut(want, "```\n")
	expires, _ := when.ParseDay("2027-06-30")
	got, err := Template("blocked.csv", strings.NewReader(list), publicationtest.Places(t), "Example Bank", expires)
	if err != nil || !found || got != want {
		t.Errorf("%v: it writes\n%s\nand the page has\n%s", err, got, want)
	}
}
