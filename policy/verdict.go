// Package policy is the decision point: it reads the policy file, compiles it once, and judges records by it. It does
// no I/O while it judges, and a compiled [Policy] never changes.
package policy

import (
	"time"

	"github.com/phigate/phigate/inspect"
)

// Subject is whose transfer is judged, what it does and where it goes. It holds names, never values of a body.
type Subject struct {
	// Client is the name of the policy's client that the job was identified as; empty if it is none of them.
	Client string
	// Host is the upstream's name in lower case, without a port.
	Host string
	// Direction says which half of the exchange is judged.
	Direction inspect.Direction
	// API, Operation and Object are inspect/salesforce's names for what the request does.
	API, Operation, Object string
}

// Ref names a field of an sObject; Field "*" stands for all of them.
type Ref struct{ Object, Field string }

// Verdict is what the policy says about one record. It is filled by [Plan.Judge] and reused between records. It is not
// safe for concurrent use.
type Verdict struct {
	// Action is the strictest action that any rule took on the record, after monitor mode and exceptions. Allow if no
	// rule matched.
	Action Action
	// Edits carry out the actions that change values; sorted, relative to the record. Empty when Action is Block. They
	// are valid until the next call that fills the Verdict.
	Edits []inspect.Edit
	// Hits are the reasons, one for each rule and finding or field that matched.
	Hits []Hit

	targets []target // what Edits are made of
	arena   []byte   // the new values of Edits
	met     []uint64 // a set of indices in Policy.conditions that the record meets
	spans   []span   // of each field, where its plans are in plans
	plans   []*fieldPlan
}

// span is a range of Verdict.plans; an empty one is not known yet.
type span struct{ start, end int32 }

// Hit is one match of a rule.
type Hit struct {
	// Rule is the rule's name; for what is built in: "may." and the key of the client's may, "client", "masked-value",
	// "finding", "edits" and "unreadable".
	Rule string
	// Action is what the rule asks for.
	Action Action
	// Applied is what was done: Action, or Alert where the rule or the file is in monitor mode, or Allow under an
	// exception. It is Block where a value cannot be changed because it stands outside of the body, and Alert where it
	// must not be: in a field that replication reads, or in a checkbox that would be masked.
	Applied Action
	// Exception is the number of the exception that loosened the hit in the file, from 1; 0 is none.
	Exception int
	// Finding is the index of the finding, -1 if the rule matched a field or the record.
	Finding int
	// Field is the index in Record.Fields, -1 if the rule matched the record as a whole.
	Field int
}

// Clock tells the time; exceptions expire by it.
type Clock func() time.Time

// reset empties v and keeps its memory. Until a rule says otherwise, what it stands for passes.
func (v *Verdict) reset() {
	*v = Verdict{Action: Allow, Edits: v.Edits[:0], Hits: v.Hits[:0], targets: v.targets[:0], arena: v.arena[:0],
		met: v.met[:0], spans: v.spans[:0], plans: v.plans[:0]}
}

// settle takes the strictest of all hits.
func (v *Verdict) settle() {
	for i := range v.Hits {
		v.Action = Stricter(v.Action, v.Hits[i].Applied)
	}
}

// block adds a hit that nothing loosens.
func (v *Verdict) block(rule string, field int) {
	v.Hits = append(v.Hits, Hit{Rule: rule, Action: Block, Applied: Block, Finding: -1, Field: field})
}
