package policy

import "slices"

// Action is what happens to a value, a record or a transfer. A smaller action is stricter, and the zero action is
// Block: what nobody decided does not leave.
type Action uint8

// The actions, strictest first.
const (
	Block      Action = iota // the transfer is refused
	Redact                   // the value is replaced by an empty one of its type
	Mask                     // characters are replaced, the length stays
	Generalise               // Safe Harbor: the year of a date, three digits of a ZIP code, 90 for higher ages
	Alert                    // it passes and is reported
	Allow                    // it passes
)

var actionNames = [...]string{"block", "redact", "mask", "generalise", "alert", "allow"}

// String returns the action's name as the policy file and the decision record spell it.
func (a Action) String() string { return actionNames[a] }

// ParseAction returns the action with the given name.
func ParseAction(name string) (Action, bool) {
	i := slices.Index(actionNames[:], name)
	return Action(max(i, 0)), i >= 0
}

// Stricter returns the stricter of two actions.
func Stricter(a, b Action) Action { return min(a, b) }

// changes reports whether a changes values.
func (a Action) changes() bool { return Block < a && a < Alert }
