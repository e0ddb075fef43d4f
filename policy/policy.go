package policy

import (
	"github.com/phigate/phigate/inspect"
)

// Vocabulary is what a policy may speak of; Parse checks names against it and proposes the nearest one. An empty list
// means that only the shape of such names is checked.
type Vocabulary struct {
	// Detectors are the names of the detectors that run.
	Detectors []string
	// Objects are the API names of the org's objects. Custom names (…__c and the like) are always allowed.
	Objects []string
	// Fields are the API names of the fields of each object in Objects.
	Fields map[string][]string
	// Canonical maps an alias of an object to the object itself, such as ContactHistory to Contact. Rules for an
	// object match its aliases too. Nil maps every name to itself. It is called concurrently.
	Canonical func(object string) string
}

// Option changes how Parse reads a policy.
type Option func(*Policy)

// WithClock makes the policy tell the time by c instead of by time.Now.
func WithClock(c Clock) Option { return func(p *Policy) { p.clock = c } }

// Mode says whether decisions are carried out.
type Mode uint8

// The modes. The zero mode enforces.
const (
	Enforce Mode = iota
	Monitor      // decide and record, change nothing
)

// String returns the mode's name as the policy file and the decision record spell it.
func (m Mode) String() string {
	if m == Monitor {
		return "monitor"
	}
	return "enforce"
}

// Policy is a compiled policy file. It never changes and is safe for concurrent use.
type Policy struct {
	version int
	digest  string
	mode    Mode
	clock   Clock
	hosts   []Host
	clients []Client
}

// Parse reads a policy. name is the file's name in error messages. The error is of type [Problems] and lists all
// that is wrong.
func Parse(name string, src []byte, v Vocabulary, opts ...Option) (*Policy, error) {
	return nil, Problems{{File: name, Line: 1, Column: 1, What: "policies are not read yet"}}
}

// Digest returns the SHA-256 of the policy file as "sha256:" and hexadecimal digits.
func (p *Policy) Digest() string { return p.digest }

// Version returns the version of the file's grammar.
func (p *Policy) Version() int { return p.version }

// Mode returns the mode of the file; single rules may be in monitor mode although the file is not.
func (p *Policy) Mode() Mode { return p.mode }

// Plan returns the policy compiled for one subject. Plans are kept in a bounded cache.
func (p *Policy) Plan(s Subject) *Plan { return &Plan{} }

// Plan is a policy compiled for one subject. It is safe for concurrent use. The zero Plan blocks.
type Plan struct {
	policy *Policy
}

// Admit judges a request before its body: where the client may go, what it may do, to which object, and which fields
// it may read. reads are the fields that the request asks for. It also decides what a response rule would block for
// its object and field alone. pl is the plan of the request's subject.
func (pl *Plan) Admit(reads []Ref, v *Verdict) { *v = Verdict{Edits: v.Edits[:0], Hits: v.Hits[:0]} }

// Judge judges one record and what was found in it. It replaces what v holds and reuses its memory. It allocates
// nothing when no rule matches.
func (pl *Plan) Judge(rec *inspect.Record, findings []inspect.Finding, v *Verdict) {
	*v = Verdict{Edits: v.Edits[:0], Hits: v.Hits[:0]}
}

// Unreadable returns what happens to a body that cannot be read: Block, Alert or Allow.
func (pl *Plan) Unreadable() Action { return Block }

// PreservesLength reports whether no edit under this plan can change the length of a body.
func (pl *Plan) PreservesLength() bool { return false }
