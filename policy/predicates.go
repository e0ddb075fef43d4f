package policy

import (
	"bytes"

	"github.com/phigate/phigate/inspect"
)

// maxNames is how many names a field can have: its own, and those of the containers that make up its value.
const maxNames = 4

// plans returns the plans for the names of field i, at least one. They are looked up once for a record.
func (j *judgement) plans(i int) []*fieldPlan {
	v := j.v
	s := &v.spans[i]
	if s.end == s.start {
		var found [maxNames]*fieldPlan
		n := j.lookUp(&j.rec.Fields[i], &found)
		s.start = int32(len(v.plans)) //nolint:gosec // a few for each field, and a record has fewer than a million
		v.plans = append(v.plans, found[:n]...)
		s.end = int32(len(v.plans)) //nolint:gosec // as above
	}
	return v.plans[s.start:s.end]
}

// lookUp fills in the plans for the names of a field and returns how many there are, at least one. The parts of a
// compound value, such as {"value": …} or an array, have the names of their containers too, and the values in a row of
// history that of the field that changed.
func (j *judgement) lookUp(f *inspect.Field, into *[maxNames]*fieldPlan) int {
	name := f.Name
	nodes := j.rec.Nodes
	at := f.Node
	if len(name) == 0 && 0 < at && at < len(nodes) {
		name = nodes[at].Key
	}
	into[0] = j.pl.field(f.Object, name)
	n := 1
	for 0 < at && at < len(nodes) && n < maxNames-1 {
		node := &nodes[at]
		if len(node.Key) == 0 || node.Object != "" && node.Object != f.Object {
			break // a row, or a row of another object
		}
		into[n] = j.pl.field(f.Object, node.Key)
		n, at = n+1, node.Parent
	}
	if equalFold(name, "OldValue") || equalFold(name, "NewValue") {
		if changed := j.changedField(f); changed != nil {
			into[n] = j.pl.field(j.pl.policy.canonical(f.Object), changed)
			n++
		}
	}
	return n
}

// changedField returns the name of the field that a row of history is about.
func (j *judgement) changedField(f *inspect.Field) []byte {
	for i := range j.rec.Fields {
		o := &j.rec.Fields[i]
		if o.Node == f.Node && (equalFold(o.Name, "Field") || equalFold(o.Name, "FieldName")) {
			return o.Value[bytes.LastIndexByte(o.Value, '.')+1:]
		}
	}
	return nil
}

// holds reports whether the rule's combination and consent let it match field i; -1 is the record as a whole.
func (j *judgement) holds(r *rule, i int) bool {
	if r.combination != nil && !j.meets(r.combination) {
		return false
	}
	return r.consent == nil || !j.consents(r.consent, i)
}

// consents reports whether the record turns a rule off: each field of that name that belongs to the same row says so,
// and there is one.
func (j *judgement) consents(c *consent, i int) bool {
	given := false
	for k := range j.rec.Fields {
		o := &j.rec.Fields[k]
		if !matches(c.field, o.Name) || i >= 0 && !j.sameRow(&j.rec.Fields[i], o) {
			continue
		}
		if o.Kind == inspect.Null || !c.given(o.Value) {
			return false
		}
		given = true
	}
	return given
}

// sameRow reports whether o stands directly in the row of f, or in a container around f of the same row.
func (j *judgement) sameRow(f, o *inspect.Field) bool {
	if f.Object != o.Object || f.Carrier != o.Carrier {
		return false
	}
	for at := f.Node; at != o.Node; at = j.rec.Nodes[at].Parent {
		if at <= 0 || at >= len(j.rec.Nodes) {
			return false
		}
	}
	return true
}

// meets reports whether the record has the combination.
func (j *judgement) meets(c *combination) bool {
	if !j.metKnown {
		j.collect()
	}
	for _, i := range c.conditions {
		if met := j.v.met[i/64]&(1<<(i%64)) != 0; met != c.all {
			return met
		}
	}
	return c.all
}

// collect finds out which conditions of all combinations the record meets.
func (j *judgement) collect() {
	j.metKnown = true
	conditions := j.pl.policy.conditions
	for range (len(conditions) + 63) / 64 {
		j.v.met = append(j.v.met, 0)
	}
	for i := range j.rec.Fields {
		f := &j.rec.Fields[i]
		if f.Object == Control || f.Kind == inspect.Null || len(f.Value) == 0 || j.rec.Role == inspect.Header {
			continue
		}
		for _, fp := range j.plans(i) {
			for c := range conditions {
				if !conditions[c].onFinding && fp.meets(c) {
					j.v.met[c/64] |= 1 << (c % 64)
				}
			}
		}
	}
	for n := range j.findings {
		fd := &j.findings[n]
		if fd.Field < 0 || fd.Field >= len(j.rec.Fields) {
			continue
		}
		for _, fp := range j.plans(fd.Field) {
			for c := range conditions {
				if conditions[c].onFinding && fp.meets(c) && conditions[c].sight.sees(fd) {
					j.v.met[c/64] |= 1 << (c % 64)
				}
			}
		}
	}
}

// about reports whether a rule on records is about the object of this one.
func (j *judgement) about(r *rule) bool {
	if len(r.scope.objects) == 0 {
		return true
	}
	for i := range j.rec.Fields {
		object := j.rec.Fields[i].Object
		if object != Control && r.scope.concerns(object, j.pl.policy.canonical(object), nil, true) {
			return true
		}
	}
	return false
}

// isPart reports whether the record is a part of a composite request.
func (j *judgement) isPart() bool {
	s := &j.pl.subject
	if s.Operation != "mixed" || s.Direction != inspect.Request || len(j.rec.Fields) == 0 || j.rec.Fields[0].Carrier != inspect.InBody {
		return false
	}
	return j.rec.Role == inspect.Data || j.method() != nil // what stands around the parts is none, unless it says what it does
}

// does reports whether what the record does is an operation of the rule. In a composite request each part has its own.
func (j *judgement) does(r *rule) bool {
	s := &j.pl.subject
	if len(r.operations) == 0 {
		return true
	}
	for _, op := range r.operations {
		if op == s.Operation {
			return true
		}
	}
	if !j.isPart() {
		return false
	}
	method := j.method()
	if method == nil {
		return true // a part that does not say what it does may do anything
	}
	for _, op := range methodOperations(method) {
		for _, o := range r.operations {
			if o == op {
				return true
			}
		}
	}
	return false
}

// partAllowed reports whether a part of a composite request does what the client may.
func (j *judgement) partAllowed(may *May) bool {
	if may.operationAllowed("mixed") {
		return true
	}
	for _, op := range methodOperations(j.method()) {
		if may.operationAllowed(op) {
			return true
		}
	}
	return false
}

// method returns the value of the part's own method, or nil.
func (j *judgement) method() []byte {
	for i := range j.rec.Fields {
		if f := &j.rec.Fields[i]; f.Node == 0 && equalFold(f.Name, "method") {
			return bytes.ToUpper(f.Value)
		}
	}
	return nil
}
