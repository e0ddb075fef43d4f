package policy

import "slices"

// Admit judges a request before its body: where the client may go, what it may do, to which object, and which fields
// it may read. reads are the fields that the request asks for. It also decides what a response rule would block for
// its object and field alone. pl is the plan of the request's subject. It replaces what v holds.
func (pl *Plan) Admit(reads []Ref, v *Verdict) {
	v.reset()
	if !pl.ready(v) {
		return
	}
	if pl.client != nil {
		pl.admitClient(reads, v)
	}
	for _, r := range pl.admission() {
		pl.addHit(v, Hit{Rule: r.name, Action: r.action, Finding: -1, Field: -1}, r, pl.subject.Object, nil)
	}
	for _, ref := range reads {
		canonical := pl.policy.canonical(ref.Object)
		for _, r := range pl.answers {
			if r.scope.reads(ref, canonical) {
				pl.addHit(v, Hit{Rule: r.name, Action: r.action, Finding: -1, Field: -1}, r, ref.Object, []byte(ref.Field))
			}
		}
	}
	v.settle()
}

// admitClient checks what the client may do at all.
func (pl *Plan) admitClient(reads []Ref, v *Verdict) {
	s, may := &pl.subject, &pl.client.May
	deny := func(name string) {
		pl.addHit(v, Hit{Rule: name, Action: Block, Finding: -1, Field: -1}, nil, "", nil)
	}
	if !pl.client.MayReach(s.Host) {
		deny(ruleHosts)
	}
	// What the parts of a composite request do is seen in its body.
	if !may.operationAllowed(s.Operation) && s.Operation != "mixed" {
		deny(ruleOperations)
	}
	if s.Object != "" && !may.objectAllowed(s.Object) {
		deny(ruleObjects)
	}
	if s.Object != "" && may.Write != nil && writes(s.Operation) && !grantsObject(may.Write, s.Object) {
		deny(ruleWrite)
	}
	for _, ref := range reads {
		if !may.objectAllowed(ref.Object) {
			deny(ruleObjects)
		}
		if may.Read != nil && !mayRead(may.Read, ref) {
			deny(ruleRead)
		}
	}
}

func mayRead(grants map[string][]string, ref Ref) bool {
	if granted(grants, ref.Object, ref.Field) {
		return true
	}
	return ref.Field != "*" && (cursorName([]byte(ref.Field)) && grantsObject(grants, ref.Object))
}

// admission returns the rules that the subject alone decides.
func (pl *Plan) admission() []*rule {
	var decided []*rule
	for _, r := range slices.Concat(pl.records, pl.fields) {
		if r.action.changes() || r.combination != nil || r.consent != nil || r.carriers != 0 || len(r.scope.fields) > 0 {
			continue
		}
		if len(r.operations) > 0 && severalOperations(pl.subject.Operation) {
			continue // Judge looks at the parts
		}
		object := pl.subject.Object
		if len(r.scope.objects) == 0 || object != "" &&
			r.scope.concerns(object, pl.policy.canonical(object), nil, false) {
			decided = append(decided, r)
		}
	}
	return decided
}

// reads reports whether a field that a request asks for is in the scope. "*" asks for every field.
func (s *scope) reads(ref Ref, canonical string) bool {
	if ref.Field == "*" {
		all := scope{objects: s.objects}
		return all.concerns(ref.Object, canonical, nil, true)
	}
	return s.concerns(ref.Object, canonical, []byte(ref.Field), true)
}
