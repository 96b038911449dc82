// Package role says which role may do what: one table of roles and permissions, which cases, pages and API read alike. It
// knows no persons and no addresses, and never lets anybody in: whoever asks it acts on the answer.
package role

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Role is what somebody is to Cordon. Roles stand in stores: they are added, never renamed.
type Role string

// The roles.
const (
	// Viewer asks and looks, and decides nothing about a case.
	Viewer Role = "viewer"
	// Analyst works on cases.
	Analyst Role = "analyst"
	// Approver works on cases, and is the second person.
	Approver Role = "approver"
	// Admin keeps the program: people, keys, settings. It works on no case.
	Admin Role = "admin"
	// Auditor checks what others did.
	Auditor Role = "auditor"
	// Machine is screening itself: it raises alerts and tells what time has passed. No person has it.
	Machine Role = "machine"
)

// Roles lists the roles.
func Roles() []Role { return []Role{Viewer, Analyst, Approver, Admin, Auditor, Machine} }

// OfPeople lists the roles that a person can have.
func OfPeople() []Role { return []Role{Viewer, Analyst, Approver, Admin, Auditor} }

// Parse reads a role that a person can have.
func Parse(name string) (Role, error) {
	if r := Role(name); slices.Contains(OfPeople(), r) {
		return r, nil
	}
	var names []string
	for _, r := range OfPeople() {
		names = append(names, string(r))
	}
	return "", fault.New(fault.Invalid, "there is no role %q", name).WithFix("the roles are %s", strings.Join(names, ", "))
}

// Permission is one thing that somebody may do. A key of a program has some of them itself, as its scopes, which stand in
// stores: permissions are added, never renamed.
type Permission string

// The permissions that keys can have, too.
const (
	// Open needs none: whether the server lives, the description of the API, style and type of the pages, and the page to
	// sign in at.
	Open Permission = ""
	// Decide asks for rulings.
	Decide Permission = "decide"
	// Screen asks who somebody is, one or many at a time.
	Screen Permission = "screen"
	// Lists reads the lists that are loaded, with their past.
	Lists Permission = "lists"
	// Read reads law, goods, states, claims, records, undertakings, and has documents and drafts read: nothing about clients.
	Read Permission = "read"
	// Answers reads the answers that were kept.
	Answers Permission = "answers"
	// Jobs hands in jobs, and reads, cancels and lists them with their results.
	Jobs Permission = "jobs"
	// Watch puts customers on file, has them screened, and reads what that found.
	Watch Permission = "watch"
	// Cases works on cases as a first person: assigns, says true or false, sets deadlines, places holds.
	Cases Permission = "cases"
	// Approve is the second person: confirms, sends back, releases a hold, decides what was escalated.
	Approve Permission = "approve"
	// Tools uses all tools over MCP: what decide, screen, lists and read may.
	Tools Permission = "mcp"
	// Metrics reads the figures of operation.
	Metrics Permission = "metrics"
	// All is for keys: all of it. No role has it, so that no person is everything at once.
	All Permission = "admin"
)

// The permissions that persons have by their roles.
const (
	// SeeCases reads cases over the API; Look has the pages of the daily work: cases, customers on file, jobs.
	SeeCases Permission = "see-cases"
	Look     Permission = "look"
	// Raise opens a case with a hit, brings it new facts and opens it again.
	Raise Permission = "raise"
	// Comment writes beside a case.
	Comment Permission = "comment"
	// Suppress says that the same hit on the same facts is not raised for a time, and ends that.
	Suppress Permission = "suppress"
	// Sample draws closed cases for review, and Review reviews them.
	Sample Permission = "sample"
	Review Permission = "review"
	// Licences keeps records of licences and of what was done for their conditions, and Restore gives a decision back the
	// authorisation that it lost with one.
	Licences Permission = "licences"
	Restore  Permission = "restore"
	// Clock closes by hard facts and marks what time has passed.
	Clock Permission = "clock"
	// SwitchLists has the server load lists anew.
	SwitchLists Permission = "switch-lists"
	// Settings sees what the server runs with.
	Settings Permission = "settings"
	// Owes says which reports the desk owes, whose clocks then start by themselves.
	Owes Permission = "owes"
	// SeeKeys and SeePeople see keys of programs, and who works here; Keys and People change them.
	SeeKeys   Permission = "see-keys"
	Keys      Permission = "keys"
	SeePeople Permission = "see-people"
	People    Permission = "people"
	// Audit reads the log and checks it; Export makes packages of answers for others to check.
	Audit  Permission = "audit"
	Export Permission = "export"
	// Self is the own account: password and sessions. Everybody who is signed in has it.
	Self Permission = "self"
)

// table says which roles have which permission. It is the only one: a change here changes what events cases take, what
// addresses answer and what pages offer.
var table = []struct {
	permission Permission
	about      string
	roles      []Role
}{
	{Read, "read law, goods, states, claims, records and undertakings", []Role{Viewer, Analyst, Approver, Admin, Auditor}},
	{Lists, "read the lists that are loaded", []Role{Viewer, Analyst, Approver, Admin, Auditor}},
	{Decide, "ask for rulings", []Role{Viewer, Analyst, Approver, Admin, Auditor}},
	{Screen, "ask who somebody is", []Role{Viewer, Analyst, Approver, Admin, Auditor}},
	{Tools, "use the tools over MCP", []Role{Viewer, Analyst, Approver, Admin, Auditor}},
	{SeeCases, "read cases over the API", []Role{Viewer, Analyst, Approver, Admin, Auditor}},
	{Look, "see the daily work: cases, customers on file, jobs", []Role{Viewer, Analyst, Approver, Admin, Auditor}},
	{Answers, "read the answers that were kept", []Role{Analyst, Approver, Auditor}},
	{Jobs, "hand in jobs, and read all jobs with their results", []Role{Analyst, Approver}},
	{Watch, "put customers on file, have them screened, and read what that found", []Role{Analyst, Approver}},
	{Raise, "open a case, bring it new facts, open it again", []Role{Analyst, Approver, Machine}},
	{Cases, "work on cases as the first person", []Role{Analyst, Approver}},
	{Comment, "write beside a case", []Role{Analyst, Approver, Auditor}},
	{Suppress, "suppress the same hit for a time, and end that", []Role{Analyst, Approver}},
	{Approve, "be the second person, and decide what was escalated", []Role{Approver}},
	{Sample, "draw closed cases for review", []Role{Approver, Auditor, Machine}},
	{Review, "review closed cases", []Role{Approver, Auditor}},
	{Licences, "keep records of licences, and of what was done for their conditions", []Role{Analyst, Approver}},
	{Restore, "give a decision back the authorisation that it lost", []Role{Approver, Machine}},
	{Clock, "close by hard facts, and mark what time has passed", []Role{Machine}},
	{Audit, "read the log and check it", []Role{Approver, Admin, Auditor}},
	{Export, "make packages of answers for others to check", []Role{Approver, Auditor}},
	{SwitchLists, "have the server load lists anew", []Role{Admin}},
	{Metrics, "read the figures of operation", []Role{Admin}},
	{Settings, "see what the server runs with", []Role{Admin, Auditor}},
	{Owes, "say which reports the desk owes", []Role{Admin}},
	{SeeKeys, "see the keys of programs", []Role{Admin, Auditor}},
	{Keys, "make and end keys of programs", []Role{Admin}},
	{SeePeople, "see who works here", []Role{Viewer, Analyst, Approver, Admin, Auditor}},
	{People, "add people, and change their roles", []Role{Admin}},
	{Self, "see to the own account", []Role{Viewer, Analyst, Approver, Admin, Auditor}},
	{All, "all of it: keys alone", nil},
}

// Permissions lists all permissions, in the order of the table.
func Permissions() []Permission {
	out := make([]Permission, len(table))
	for i, row := range table {
		out[i] = row.permission
	}
	return out
}

// About says in words what a permission lets somebody do; "" for one that is not in the table.
func About(p Permission) string {
	for _, row := range table {
		if row.permission == p {
			return row.about
		}
	}
	return ""
}

// May says whether a role has a permission. What is in no row nobody has, and Open everybody.
func May(r Role, p Permission) bool {
	if p == Open {
		return true
	}
	for _, row := range table {
		if row.permission == p {
			return slices.Contains(row.roles, r)
		}
	}
	return false
}

// Refusal is what a role is told that lacks a permission for what it would do, as "confirmed": who may, and what it is that
// they may. A role that no person has is not offered.
func Refusal(r Role, p Permission, what string) *fault.Error {
	var may []string
	for _, o := range OfPeople() {
		if May(o, p) {
			may = append(may, string(o))
		}
	}
	f := fault.New(fault.Denied, "the role %q may not do this: %s", r, what)
	if len(may) == 0 {
		return f.WithFix("no person may; the program does it by itself")
	}
	return f.WithFix("it takes the role %s, who may %s: ask somebody who has it, or act in it if you have it", strings.Join(may, " or "), About(p))
}

// Any says whether one of several roles has a permission.
func Any(roles []Role, p Permission) bool {
	return p == Open || slices.ContainsFunc(roles, func(r Role) bool { return May(r, p) })
}

// rank is the order in which one of several roles stands for somebody: who may more about cases comes first.
var rank = []Role{Approver, Analyst, Auditor, Admin, Viewer}

// For gives the role in which somebody with several uses a permission: the first that has it; where none has, the first
// they have. It is "" for nobody.
func For(roles []Role, p Permission) Role {
	for _, r := range rank {
		if slices.Contains(roles, r) && May(r, p) {
			return r
		}
	}
	for _, r := range rank {
		if slices.Contains(roles, r) {
			return r
		}
	}
	return ""
}
