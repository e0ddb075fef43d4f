package review

import (
	"fmt"
	"slices"
	"strings"
)

// Role is what a person may do, by name: one of [Roles], or several joined by commas, which may what any of them may.
// The zero Role may nothing, and so may a name that is not in the list.
type Role string

// The roles.
const (
	// Viewer sees totals and what moves where, and no single decision.
	Viewer Role = "viewer"
	// Analyst works through the queue.
	Analyst Role = "analyst"
	// Lead answers for the queue: many decisions at once, cases, other people's assignments, exceptions.
	Lead Role = "lead"
	// PolicyAdmin answers for the policy: exceptions, but no verdicts and no fingerprints.
	PolicyAdmin Role = "policy_admin"
	// Auditor sees everything, the access log too, and changes nothing but legal holds.
	Auditor Role = "auditor"
	// UserAdmin manages people and sees nothing of the traffic.
	UserAdmin Role = "user_admin"
)

// Permission names one thing that a person may do.
type Permission string

// The permissions.
const (
	OverviewView      Permission = "overview.view"
	DecisionsView     Permission = "decisions.view"
	FingerprintsView  Permission = "fingerprints.view"
	DecisionsDecide   Permission = "decisions.decide" // also: assign to oneself, reopen, confirm as the second person
	DecisionsBulk     Permission = "decisions.bulk"   // more than one decision at a time
	DecisionsAssign   Permission = "decisions.assign" // to other people, or away from them
	NotesWrite        Permission = "notes.write"
	CasesDecide       Permission = "cases.decide"
	ViewsSave         Permission = "views.save"
	ExceptionsView    Permission = "exceptions.view"
	ExceptionsRequest Permission = "exceptions.request"
	ExceptionsApprove Permission = "exceptions.approve" // also: reject, revoke
	DatamapView       Permission = "datamap.view"
	ClientsView       Permission = "clients.view"
	PolicyView        Permission = "policy.view"
	ProofsDownload    Permission = "proofs.download"
	ExportRun         Permission = "export.run"
	LookupRun         Permission = "lookup.run" // ask whether a value was seen
	AccessView        Permission = "access.view"
	HoldsView         Permission = "holds.view"
	HoldsManage       Permission = "holds.manage"
	UsersManage       Permission = "users.manage"
)

// grant is one line of the matrix.
type grant struct {
	permission Permission
	roles      []Role
}

// matrix says who may what; what it does not say is denied. A legal hold is the auditor's: it keeps evidence from being
// pruned, changes no verdict, exception or person, and must not be lifted by those whose work it is evidence of
// (45 CFR 164.316(b)(2)). Whether a value was seen is for leads alone: the answer turns a guess into knowledge.
func matrix() []grant {
	return []grant{
		{OverviewView, []Role{Viewer, Analyst, Lead, PolicyAdmin, Auditor}},
		{DecisionsView, []Role{Analyst, Lead, PolicyAdmin, Auditor}},
		{FingerprintsView, []Role{Analyst, Lead, Auditor}},
		{DecisionsDecide, []Role{Analyst, Lead}},
		{DecisionsBulk, []Role{Lead}},
		{DecisionsAssign, []Role{Lead}},
		{NotesWrite, []Role{Analyst, Lead}},
		{CasesDecide, []Role{Lead}},
		{ViewsSave, []Role{Analyst, Lead, PolicyAdmin}},
		{ExceptionsView, []Role{Analyst, Lead, PolicyAdmin, Auditor}},
		{ExceptionsRequest, []Role{Analyst, Lead, PolicyAdmin}},
		{ExceptionsApprove, []Role{Lead, PolicyAdmin}},
		{DatamapView, []Role{Viewer, Analyst, Lead, PolicyAdmin, Auditor}},
		{ClientsView, []Role{Viewer, Analyst, Lead, PolicyAdmin, Auditor}},
		{PolicyView, []Role{Analyst, Lead, PolicyAdmin, Auditor}},
		{ProofsDownload, []Role{Lead, Auditor}},
		{ExportRun, []Role{Lead, Auditor}},
		{LookupRun, []Role{Lead}},
		{AccessView, []Role{Auditor}},
		{HoldsView, []Role{Lead, PolicyAdmin, Auditor}},
		{HoldsManage, []Role{Auditor}},
		{UsersManage, []Role{UserAdmin}},
	}
}

// Roles returns the roles, the least first.
func Roles() []Role { return []Role{Viewer, Analyst, Lead, PolicyAdmin, Auditor, UserAdmin} }

// Permissions returns all permissions, in the order of the matrix.
func Permissions() []Permission {
	var all []Permission
	for _, g := range matrix() {
		all = append(all, g.permission)
	}
	return all
}

// May reports whether the role, or one of the joined ones, is granted p.
func (r Role) May(p Permission) bool {
	for _, g := range matrix() {
		if g.permission == p {
			return slices.ContainsFunc(r.Each(), func(one Role) bool { return slices.Contains(g.roles, one) })
		}
	}
	return false
}

// Each returns the roles that are joined in r, as they are written.
func (r Role) Each() []Role {
	var each []Role
	for name := range strings.SplitSeq(string(r), ",") {
		each = append(each, Role(name))
	}
	return each
}

// Join returns the role that may what any of the given ones may. Names that are no roles are left out.
func Join(roles ...Role) Role {
	var names []string
	for _, known := range Roles() {
		if slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(r.Each(), known) }) {
			names = append(names, string(known))
		}
	}
	return Role(strings.Join(names, ","))
}

// ParseRole reads one role, or several with commas and spaces between them, in any order. The error names what is no
// role.
func ParseRole(text string) (Role, error) {
	var roles []Role
	for name := range strings.SplitSeq(text, ",") {
		r := Role(strings.TrimSpace(name))
		if !slices.Contains(Roles(), r) {
			return "", fmt.Errorf("%q is no role; the roles are %s", string(r), Join(Roles()...))
		}
		roles = append(roles, r)
	}
	return Join(roles...), nil
}
