package policy

import (
	"fmt"
	"slices"
	"time"
)

// Approved is an exception that two people agreed on outside of the policy file, such as in the console.
type Approved struct {
	// ID names the exception where it was approved.
	ID string
	// Rule is the name of the rule that it loosens.
	Rule string
	// Client, Object and Field narrow it; empty means all.
	Client, Object, Field string
	// Until is the first moment at which it holds no longer.
	Until time.Time
}

// WithApproved adds exceptions to those of the file. One that names a rule or a client which the file does not have
// loosens nothing and is a warning: the file may have changed since it was approved. The digest does not cover them:
// whoever passes them puts them into src as comments, so that a digest names what was in effect.
func WithApproved(list []Approved) Option { return func(p *Policy) { p.approved = list } }

// approve adds the approved exceptions, after the file has been read.
func (f *file) approve(list []Approved) {
	for _, a := range list {
		e := exception{client: a.Client, end: a.Until, id: a.ID}
		if i := slices.IndexFunc(f.policy.rules, func(r *rule) bool { return r.name == a.Rule && a.Rule != "" }); i >= 0 {
			e.rule = f.policy.rules[i]
		}
		if e.rule == nil {
			f.drop(a, "rule", a.Rule)
			continue
		}
		if a.Client != "" && !slices.Contains(f.policy.clientNames(), a.Client) {
			f.drop(a, "client", a.Client)
			continue
		}
		if a.Object != "" {
			e.scope.objects = []pattern{newPattern(a.Object)}
		}
		if a.Field != "" {
			e.scope.fields = []pattern{newPattern(a.Field)}
		}
		f.policy.exceptions = append(f.policy.exceptions, e)
	}
}

// drop warns of an approved exception that meets nothing in the file.
func (f *file) drop(a Approved, what, name string) {
	f.policy.warnings = append(f.policy.warnings, Problem{File: f.file, Line: 1, Column: 1,
		What: fmt.Sprintf("exception %s was approved for %s %q, which is not in this policy", a.ID, what, name),
		Hint: "revoke it, or request it again for what the rule is called now"})
}
