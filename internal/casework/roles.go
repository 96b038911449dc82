package casework

import (
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/role"
)

// Role is what somebody is to the desk; package role has the table of what each may do.
type Role = role.Role

// The roles.
const (
	Viewer   = role.Viewer
	Analyst  = role.Analyst
	Approver = role.Approver
	Admin    = role.Admin
	Auditor  = role.Auditor
	Machine  = role.Machine
)

// Roles lists the roles.
func Roles() []Role { return role.Roles() }

// needs says which permission each kind of event takes. Admins keep the program and decide no case; whoever is one thing
// and the other has both roles, and is one person all the same.
var needs = map[Kind]role.Permission{
	Opened:         role.Raise,
	Changed:        role.Raise,
	Reopened:       role.Raise,
	Contradicted:   role.Clock,
	DeadlineMissed: role.Clock,
	Assigned:       role.Cases,
	Disposed:       role.Cases,
	DeadlineSet:    role.Cases,
	DeadlineMet:    role.Cases,
	HoldPlaced:     role.Cases,
	Revoked:        role.Suppress,
	Commented:      role.Comment,
	Confirmed:      role.Approve,
	Returned:       role.Approve,
	HoldReleased:   role.Approve,
	Sampled:        role.Sample,
	Reviewed:       role.Review,
	Licensed:       role.Raise,

	AuthorisationLost:     role.Raise,
	AuthorisationRestored: role.Restore,

	NothingOwed: role.Cases,
	Attached:    role.Comment,
}

// Needs gives the permission that an event of a kind takes; false for no kind.
func Needs(k Kind) (role.Permission, bool) {
	p, ok := needs[k]
	return p, ok
}

// May says whether a role may make an event of a kind.
func May(r Role, k Kind) bool {
	p, ok := needs[k]
	return ok && role.May(r, p)
}

// Kinds lists the kinds of events.
func Kinds() []Kind {
	return []Kind{
		Opened, Changed, Assigned, Commented, Disposed, Confirmed, Returned, Contradicted, Reopened, DeadlineSet, DeadlineMet,
		DeadlineMissed, Sampled, Reviewed, HoldPlaced, HoldReleased, Revoked, Licensed, AuthorisationLost, AuthorisationRestored,
		NothingOwed, Attached,
	}
}

func denied(format string, args ...any) *fault.Error { return fault.New(fault.Denied, format, args...) }
