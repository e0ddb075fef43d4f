package proxy

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/policy"
)

// Bounds of what one decision lists.
const (
	maxPlaces       = 64 // places with findings
	maxFingerprints = 8  // fingerprints for each place
	maxRules        = 64 // names of rules
	maxPlaceRules   = 8  // of them at each place
)

// tally is the account of one transfer: which detector found how much, where, and what was done about it. It keeps
// names, counts and keyed fingerprints, never a value.
type tally struct {
	places  []place
	rules   []string
	excepts []int  // exceptions that loosened a hit, as policy.Hit numbers them
	scratch []byte // normalised value, before it is hashed
}

// place is what one detector found in one field of one object.
type place struct {
	detector   string
	category   string
	object     string
	field      []byte // as the body spells it; compared, never written
	path       string
	likelihood inspect.Likelihood
	evidence   inspect.Evidence
	action     policy.Action
	rules      []string
	count      int
	prints     []string
}

// fieldRule stands for the detector where a rule matched a field whatever it holds.
const fieldRule = "field"

// add enters the findings of a record and the rules that matched it.
func (t *tally) add(cfg *Config, rec *inspect.Record, findings []inspect.Finding, hits []policy.Hit) {
	for i := range findings {
		f := &findings[i]
		p := t.place(f.Detector, rec, f.Field)
		p.category = f.Category.String()
		p.likelihood = max(p.likelihood, f.Likelihood)
		p.evidence |= f.Evidence
		p.count++
		t.fingerprint(cfg, p, rec.Fields[f.Field].Value[f.Start:f.End])
		for _, h := range hits {
			if h.Finding == i {
				p.hit(h)
			}
		}
	}
	for _, h := range hits {
		t.rule(h.Rule)
		if h.Exception > 0 && len(t.excepts) < audit.MaxExceptions && !slices.Contains(t.excepts, h.Exception) {
			t.excepts = append(t.excepts, h.Exception)
		}
		if h.Finding < 0 && h.Field >= 0 {
			p := t.place(fieldRule, rec, h.Field)
			p.count++
			p.hit(h)
		}
	}
}

func (p *place) hit(h policy.Hit) {
	p.action = policy.Stricter(p.action, h.Applied)
	if len(p.rules) < maxPlaceRules && !slices.Contains(p.rules, h.Rule) {
		p.rules = append(p.rules, h.Rule)
	}
}

// place returns the entry for a detector at a field; the last entry takes what is over the bound.
func (t *tally) place(detector string, rec *inspect.Record, field int) *place {
	f := &rec.Fields[field]
	for i := range t.places {
		p := &t.places[i]
		if p.detector == detector && p.object == f.Object && bytes.Equal(p.field, f.Name) {
			return p
		}
	}
	if len(t.places) == maxPlaces {
		return &t.places[maxPlaces-1]
	}
	t.places = append(t.places, place{
		detector: detector, object: f.Object, field: bytes.Clone(f.Name), path: rec.Path(field), action: policy.Allow,
	})
	return &t.places[len(t.places)-1]
}

// fingerprint enters the keyed hash of a value, for the first few of a place.
func (t *tally) fingerprint(cfg *Config, p *place, value []byte) {
	if cfg.Fingerprint == nil || len(p.prints) == maxFingerprints {
		return
	}
	t.scratch = cfg.Inspection.Normalise(p.detector, t.scratch[:0], value)
	sum := cfg.Fingerprint.Sum(p.detector, t.scratch)
	clear(t.scratch)
	if !slices.Contains(p.prints, sum) {
		p.prints = append(p.prints, sum)
	}
}

// rule notes that a rule matched.
func (t *tally) rule(name string) {
	if len(t.rules) < maxRules && !slices.Contains(t.rules, name) {
		t.rules = append(t.rules, name)
	}
}

// reason says in one word what the account amounts to.
func (t *tally) reason() Reason {
	if len(t.rules) > 0 {
		return ReasonPolicy
	}
	return ReasonClean
}

// findings returns the account as the decision record spells it. What a rule did to a field, whatever it held, it did to
// all that was found in the field.
func (t *tally) findings() []audit.Finding {
	for i := range t.places {
		if p := &t.places[i]; p.detector == fieldRule {
			t.share(p)
		}
	}
	// What brought the decision about stands first: lists show the first few.
	places := slices.Clone(t.places)
	slices.SortStableFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.action, b.action), cmp.Compare(min(len(b.rules), 1), min(len(a.rules), 1)))
	})
	var list []audit.Finding
	for i := range places {
		p := &places[i]
		f := audit.Finding{
			Detector: p.detector, Category: p.category, Object: safe(p.object), Field: safe(string(p.field)), Path: p.path,
			Count: p.count, Fingerprints: p.prints, Rules: p.rules, Action: p.action.String(),
		}
		if p.detector != fieldRule {
			f.Likelihood, f.Evidence = p.likelihood.String(), p.evidence.String()
		}
		list = append(list, f)
	}
	return list
}

// share enters what was done to a field at the other places of the same field.
func (t *tally) share(field *place) {
	for i := range t.places {
		p := &t.places[i]
		if p.detector == fieldRule || p.object != field.object || !bytes.Equal(p.field, field.field) {
			continue
		}
		p.action = policy.Stricter(p.action, field.action)
		for _, r := range field.rules {
			if len(p.rules) < maxPlaceRules && !slices.Contains(p.rules, r) {
				p.rules = append(p.rules, r)
			}
		}
	}
}

// exceptions returns the names of the exceptions that loosened something.
func (t *tally) exceptions(p *policy.Policy) []string {
	var names []string
	for _, n := range t.excepts {
		names = append(names, p.ExceptionName(n))
	}
	return names
}

// culprits are the rule and the fields to name in a refusal.
func (t *tally) culprits() (rule string, fields []string) {
	for i := range t.places {
		p := &t.places[i]
		if p.action != policy.Block || len(p.rules) == 0 {
			continue
		}
		if rule == "" {
			rule = p.rules[0]
		}
		if name := qualified(p.object, string(p.field)); name != "" && len(fields) < 5 && !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
	}
	if rule == "" && len(t.rules) > 0 {
		rule = t.rules[len(t.rules)-1]
	}
	return rule, fields
}

// qualified is Object.Field as it may be shown.
func qualified(object, field string) string {
	switch {
	case field == "":
		return ""
	case object == "":
		return safe(field)
	default:
		return safe(object) + "." + safe(field)
	}
}

// safe returns name if it looks like an API name, and empty for an empty one.
func safe(name string) string {
	if name == "" {
		return ""
	}
	return string(inspect.SafeName([]byte(name)))
}
