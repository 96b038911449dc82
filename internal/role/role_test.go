package role_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/role"
)

// cells is who may do what, as people read it: a line for each permission, V for a viewer, N for an analyst, P for an
// approver, A for an admin, U for an auditor, M for screening itself.
const cells = `
read          V N P A U .
lists         V N P A U .
decide        V N P A U .
screen        V N P A U .
mcp           V N P A U .
see-cases     V N P A U .
look          V N P A U .
answers       . N P . U .
jobs          . N P . . .
watch         . N P . . .
raise         . N P . . M
cases         . N P . . .
comment       . N P . U .
suppress      . N P . . .
approve       . . P . . .
sample        . . P . U M
review        . . P . U .
licences      . N P . . .
restore       . . P . . M
clock         . . . . . M
audit         . . P A U .
export        . . P . U .
switch-lists  . . . A . .
metrics       . . . A . .
settings      . . . A U .
owes          . . . A . .
see-keys      . . . A U .
keys          . . . A . .
see-people    V N P A U .
people        . . . A . .
self          V N P A U .
admin         . . . . . .
`

// TestTable holds every cell of the table, one test for each.
func TestTable(t *testing.T) {
	letters := map[role.Role]string{role.Viewer: "V", role.Analyst: "N", role.Approver: "P", role.Admin: "A", role.Auditor: "U", role.Machine: "M"}
	want := map[role.Permission][]string{}
	var order []role.Permission
	for line := range strings.Lines(strings.TrimSpace(cells)) {
		f := strings.Fields(line)
		order = append(order, role.Permission(f[0]))
		want[role.Permission(f[0])] = f[1:]
	}
	if diff := cmp.Diff(order, role.Permissions()); diff != "" {
		t.Fatalf("the permissions (-want +got)\n%s", diff)
	}
	for _, p := range role.Permissions() {
		for i, r := range role.Roles() {
			t.Run(string(p)+"/"+string(r), func(t *testing.T) {
				if got := role.May(r, p); got != (want[p][i] == letters[r]) || want[p][i] != "." && want[p][i] != letters[r] {
					t.Errorf("it may: %t, and the table above says %q", got, want[p][i])
				}
			})
		}
		if role.About(p) == "" {
			t.Errorf("%s says nothing about itself", p)
		}
	}
}

func TestWhatIsNotInTheTable(t *testing.T) {
	for _, r := range append(role.Roles(), "", "root") {
		if role.May(r, "no such thing") || !role.May(r, role.Open) {
			t.Errorf("%q may the wrong thing", r)
		}
	}
	for _, p := range role.Permissions() {
		if role.May("", p) || role.May("root", p) || role.Any(nil, p) {
			t.Errorf("nobody has %q", p)
		}
	}
	if role.About("no such thing") != "" {
		t.Error("what is not there says something")
	}
}

// TestSeveralRoles: who has several may what one of them may, and acts in the one that has it.
func TestSeveralRoles(t *testing.T) {
	people := role.OfPeople()
	for set := range 1 << len(people) {
		var has []role.Role
		for i, r := range people {
			if set>>i&1 == 1 {
				has = append(has, r)
			}
		}
		for _, p := range role.Permissions() {
			want := slices.ContainsFunc(has, func(r role.Role) bool { return role.May(r, p) })
			r := role.For(has, p)
			if role.Any(has, p) != want || role.May(r, p) != want || (r == "") != (len(has) == 0) || r != "" && !slices.Contains(has, r) {
				t.Fatalf("%v, %s: any %t, acts as %q", has, p, role.Any(has, p), r)
			}
		}
	}
}

func TestParse(t *testing.T) {
	for _, r := range role.Roles() {
		if got, err := role.Parse(string(r)); (err == nil) != (r != role.Machine) || err == nil && got != r {
			t.Errorf("%s: %s %v", r, got, err)
		}
	}
	for _, bad := range []string{"", "Viewer", "root", "viewer "} {
		if _, err := role.Parse(bad); err == nil || !strings.Contains(err.Error(), "viewer, analyst, approver, admin, auditor") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestDocs holds the table in docs/access.md to the one here.
func TestDocs(t *testing.T) {
	const file = "../../docs/access.md"
	var b strings.Builder
	b.WriteString("\n| to |")
	for _, r := range role.OfPeople() {
		b.WriteString(" " + string(r) + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat(":-:|", len(role.OfPeople())) + "\n")
	for _, p := range role.Permissions() {
		line := "| " + role.About(p) + " |"
		any := false
		for _, r := range role.OfPeople() {
			cell := " |"
			if role.May(r, p) {
				cell, any = " ✓ |", true
			}
			line += cell
		}
		if any {
			b.WriteString(line + "\n")
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), "-run TestDocs` -->\n")
	have, after, ok2 := strings.Cut(rest, "\n<!-- end of roles -->")
	if !ok || !ok2 {
		t.Fatal("docs/access.md has no place for the table of roles")
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(before+"-run TestDocs` -->\n"+b.String()+"\n<!-- end of roles -->"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(b.String(), have); diff != "" {
		t.Errorf("docs/access.md is not what the program does; run with UPDATE=1 (-want +got)\n%s", diff)
	}
}

// TestRefusalsSayWhoMay holds that who is refused learns which role it takes, for every permission and role.
func TestRefusalsSayWhoMay(t *testing.T) {
	got := role.Refusal(role.Analyst, role.Approve, "confirmed").Error()
	want := `the role "analyst" may not do this: confirmed (it takes the role approver, who may be the second person, and decide what was ` +
		`escalated: ask somebody who has it, or act in it if you have it)`
	if got != want {
		t.Errorf("%s", got)
	}
	for _, p := range role.Permissions() {
		said, _, _ := strings.Cut(role.Refusal("nobody", p, "x").Fix, ", who may")
		for _, r := range role.OfPeople() {
			if slices.Contains(strings.Fields(said), string(r)) != role.May(r, p) {
				t.Errorf("%s, %s: %s", p, r, said)
			}
		}
	}
}
