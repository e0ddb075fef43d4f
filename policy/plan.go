package policy

import (
	"hash/maphash"
	"slices"
	"sync/atomic"

	"github.com/phigate/phigate/inspect"
)

// Plan is a policy compiled for one subject. It is safe for concurrent use. The zero Plan blocks.
type Plan struct {
	policy  *Policy
	subject Subject
	client  *Client // nil if the subject is none
	unknown bool    // the subject names a client that the policy does not have

	fields  []*rule // rules on fields
	found   []*rule // rules on findings
	records []*rule // rules on records as a whole
	masks   []*rule // request only: the rules that mask responses, whose products must not come back
	answers []*rule // request only: response rules that the query's field list decides

	asksFields bool // a field without a finding can matter
	seed       maphash.Seed
	cache      [cacheSize]atomic.Pointer[fieldPlan]
}

// compile keeps of the policy what can concern s.
func compile(p *Policy, s Subject) *Plan {
	pl := &Plan{policy: p, subject: s, seed: maphash.MakeSeed()}
	if s.Client != "" {
		var known bool
		pl.client, known = p.client(s.Client)
		pl.unknown = !known
	}
	for _, r := range p.rules {
		if r.concerns(&s, s.Direction) {
			switch {
			case r.onFinding:
				pl.found = append(pl.found, r)
			case r.onField():
				pl.fields = append(pl.fields, r)
			default:
				pl.records = append(pl.records, r)
			}
		}
		pl.foresee(r)
	}
	pl.asksFields = len(pl.fields) > 0 || pl.restricted() || slices.ContainsFunc(pl.masks, (*rule).onField)
	return pl
}

// foresee keeps what a request must know of the rules for responses: its own, and those that it may have read before.
func (pl *Plan) foresee(r *rule) {
	if pl.subject.Direction != inspect.Request {
		return
	}
	if r.action == Mask && !r.monitor && r.faces(inspect.Response) && r.between(&pl.subject) {
		pl.masks = append(pl.masks, r) // whichever API the value was read by
	}
	if r.action == Block && r.bare() && r.concerns(&pl.subject, inspect.Response) {
		pl.answers = append(pl.answers, r)
	}
}

// restricted reports whether the client may not do everything.
func (pl *Plan) restricted() bool {
	return pl.client != nil && (pl.client.May.Objects != nil || pl.client.May.Write != nil || pl.client.May.Read != nil)
}

// Unreadable returns what happens to a body that cannot be read: Block, Alert or Allow.
func (pl *Plan) Unreadable() Action {
	switch {
	case pl == nil || pl.policy == nil:
		return Block
	case pl.policy.mode == Monitor:
		return max(pl.policy.unreadable, Alert)
	}
	return pl.policy.unreadable
}

// PreservesLength reports whether no edit under this plan can change the length of a body. Masks keep it; what is
// redacted or generalised may become shorter or longer.
func (pl *Plan) PreservesLength() bool {
	if pl == nil || pl.policy == nil || pl.policy.mode == Monitor {
		return true
	}
	if pl.subject.Direction == inspect.Response && pl.restricted() {
		return false
	}
	longer := func(r *rule) bool { return !r.monitor && (r.action == Redact || r.action == Generalise) }
	return !slices.ContainsFunc(pl.fields, longer) && !slices.ContainsFunc(pl.found, longer)
}

// fieldPlan is what a plan holds for one field of one object.
type fieldPlan struct {
	object, name string
	rules        []*rule  // rules on fields that match it
	found        []*rule  // rules on findings whose scope contains it
	masks        []*rule  // of Plan.masks, those whose scope contains it
	conditions   []uint64 // a set of indices in Policy.conditions whose scope contains it
	denied       string   // the built-in rule that the client's may breaks here; empty if it may
	kind         kind     // what the name says about the value
	cursor       bool     // replication reads it
}

// The cache is a table of cacheSize places in sets of cacheWays. A field name comes from the client: what has no place
// pushes another out, and costs one compilation when it comes back.
const (
	cacheWays = 4
	cacheSize = 512
)

// field returns the plan for a field. It allocates only if the cache does not have it.
func (pl *Plan) field(object string, name []byte) *fieldPlan {
	h := maphash.String(pl.seed, object)*31 + maphash.Bytes(pl.seed, name)
	set := pl.cache[h%(cacheSize/cacheWays)*cacheWays:][:cacheWays]
	for i := range set {
		if fp := set[i].Load(); fp != nil && fp.object == object && fp.name == string(name) {
			return fp
		}
	}
	fp := pl.compileField(object, string(name))
	way := h >> 32 % cacheWays
	for i := range set {
		if set[i].Load() == nil {
			way = uint64(i)
			break
		}
	}
	set[way].Store(fp)
	return fp
}

func (pl *Plan) compileField(object, name string) *fieldPlan {
	fp := &fieldPlan{object: object, name: name, kind: kindOfName(name), cursor: cursorName([]byte(name))}
	canonical := pl.policy.canonical(object)
	in := func(rules []*rule) []*rule {
		var matched []*rule
		for _, r := range rules {
			if r.scope.concerns(object, canonical, []byte(name), r.onFinding) {
				matched = append(matched, r)
			}
		}
		return matched
	}
	fp.rules, fp.found, fp.masks = in(pl.fields), in(pl.found), in(pl.masks)
	fp.conditions = make([]uint64, (len(pl.policy.conditions)+63)/64)
	for i := range pl.policy.conditions {
		c := &pl.policy.conditions[i]
		if c.scope.concerns(object, canonical, []byte(name), c.onFinding) {
			fp.conditions[i/64] |= 1 << (i % 64)
		}
	}
	fp.denied = pl.denies(object, name)
	return fp
}

// meets reports whether the field is in the scope of condition i.
func (fp *fieldPlan) meets(i int) bool { return fp.conditions[i/64]&(1<<(i%64)) != 0 }
