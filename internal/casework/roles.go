package casework

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Role is what somebody is to the desk.
type Role string

// The roles.
const (
	Viewer   Role = "viewer"
	Analyst  Role = "analyst"
	Approver Role = "approver"
	Admin    Role = "admin"
	Auditor  Role = "auditor"
	// Machine is screening itself: it raises alerts and tells what time has passed.
	Machine Role = "machine"
)

// Roles lists the roles.
func Roles() []Role { return []Role{Viewer, Analyst, Approver, Admin, Auditor, Machine} }

// may says which roles may make which events. Admins keep the program and decide no
// case; whoever is one thing and the other has both accounts, and is one person all
// the same.
var may = map[Kind][]Role{
	Opened:         {Machine, Analyst, Approver},
	Changed:        {Machine, Analyst, Approver},
	Contradicted:   {Machine},
	Assigned:       {Analyst, Approver},
	Commented:      {Analyst, Approver, Auditor},
	Disposed:       {Analyst, Approver},
	Confirmed:      {Approver},
	Returned:       {Approver},
	Reopened:       {Machine, Analyst, Approver},
	DeadlineSet:    {Analyst, Approver},
	DeadlineMet:    {Analyst, Approver},
	DeadlineMissed: {Machine},
	Sampled:        {Machine, Approver, Auditor},
	Reviewed:       {Approver, Auditor},
	HoldPlaced:     {Analyst, Approver},
	HoldReleased:   {Approver},
	Revoked:        {Analyst, Approver},
	Licensed:       {Machine, Analyst, Approver},

	AuthorisationLost:     {Machine, Analyst, Approver},
	AuthorisationRestored: {Machine, Approver},
}

// May says whether a role may make an event of a kind.
func May(r Role, k Kind) bool { return slices.Contains(may[k], r) }

// Kinds lists the kinds of events.
func Kinds() []Kind {
	return []Kind{
		Opened, Changed, Assigned, Commented, Disposed, Confirmed, Returned, Contradicted, Reopened, DeadlineSet, DeadlineMet,
		DeadlineMissed, Sampled, Reviewed, HoldPlaced, HoldReleased, Revoked, Licensed, AuthorisationLost, AuthorisationRestored,
	}
}

func denied(format string, args ...any) *fault.Error { return fault.New(fault.Denied, format, args...) }
