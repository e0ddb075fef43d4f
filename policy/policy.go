package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// Vocabulary is what a policy may speak of; Parse checks names against it and proposes the nearest one. An empty list
// means that only the shape of such names is checked.
type Vocabulary struct {
	// Detectors are the names of the detectors that run.
	Detectors []string
	// Indexes has the number of columns of each index of exact data. Nil means that they are not known and that any name
	// will do; without indexes it is empty.
	Indexes map[string]int
	// Objects are API names of objects. A name that is one slip away from one of them is an error, any other that is none
	// of them a warning. Names with "__", such as custom ones, are always allowed.
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

var modeNames = [...]string{Enforce: "enforce", Monitor: "monitor"}

// String returns the mode's name as the policy file and the decision record spell it.
func (m Mode) String() string { return modeNames[m] }

// maxPlans is the number of plans that a policy keeps. A subject's object comes from the client, so there can be any
// number of subjects.
const maxPlans = 256

// Policy is a compiled policy file. It never changes and is safe for concurrent use.
type Policy struct {
	version    int
	digest     string
	mode       Mode
	unreadable Action
	clock      Clock
	warnings   Problems
	canonical  func(string) string
	hosts      []Host
	clients    []Client
	rules      []*rule
	conditions []condition // of all combinations; a combination refers to them by index
	exceptions []exception
	approved   []Approved // as given to Parse
	detectors  *Detectors // nil if the file defines none
	plans      *lru.Cache[Subject, *Plan]
}

// Parse reads a policy. name is the file's name in error messages. The error is of type [Problems] and lists all
// that is wrong.
func Parse(name string, src []byte, v Vocabulary, opts ...Option) (*Policy, error) {
	sum := sha256.Sum256(src)
	p := &Policy{digest: "sha256:" + hex.EncodeToString(sum[:]), clock: time.Now, canonical: v.Canonical}
	for _, o := range opts {
		o(p)
	}
	if p.canonical == nil {
		p.canonical = func(object string) string { return object }
	}
	f := &file{reader: reader{file: name}, policy: p, vocabulary: v}
	f.parse(src)
	f.approve(p.approved)
	if err := f.problems.sorted(); err != nil {
		return nil, err
	}
	plans, err := lru.New[Subject, *Plan](maxPlans)
	if err != nil {
		return nil, err
	}
	p.plans = plans
	return p, nil
}

// Digest returns the SHA-256 of the policy file as "sha256:" and hexadecimal digits.
func (p *Policy) Digest() string { return p.digest }

// Version returns the version of the file's grammar.
func (p *Policy) Version() int { return p.version }

// Warnings returns what is right in the file and should be looked at, such as an exception that has ended.
func (p *Policy) Warnings() Problems { return p.warnings }

// Mode returns the mode of the file; single rules may be in monitor mode although the file is not.
func (p *Policy) Mode() Mode { return p.mode }

// Rules returns the names of the rules, in the order of the file.
func (p *Policy) Rules() []string {
	names := make([]string, len(p.rules))
	for i, r := range p.rules {
		names[i] = r.name
	}
	return names
}

// SecondReview reports whether one of the named rules asks for a second reviewer of each verdict on what it did.
func (p *Policy) SecondReview(rules []string) bool {
	return slices.ContainsFunc(p.rules, func(r *rule) bool { return r.second && slices.Contains(rules, r.name) })
}

// Plan returns the policy compiled for one subject. Plans are kept in a bounded cache.
func (p *Policy) Plan(s Subject) *Plan {
	if pl, ok := p.plans.Get(s); ok {
		return pl
	}
	pl := compile(p, s)
	p.plans.Add(s, pl)
	return pl
}
