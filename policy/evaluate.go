package policy

import (
	"slices"

	"github.com/phigate/phigate/inspect"
)

// Judge judges one record and what was found in it. It replaces what v holds and reuses its memory. It allocates
// nothing when no rule matches. Every rule that matches is a hit, and the strictest wins; nothing is skipped because
// something stricter was found before.
func (pl *Plan) Judge(rec *inspect.Record, findings []inspect.Finding, v *Verdict) {
	v.reset()
	if !pl.ready(v) {
		return
	}
	j := judgement{pl: pl, rec: rec, findings: findings, v: v}
	v.spans = slices.Grow(v.spans, len(rec.Fields))[:len(rec.Fields)]
	clear(v.spans)
	if pl.asksFields && rec.Role != inspect.Header { // a column's name is no value
		for i := range rec.Fields {
			j.field(i)
		}
	}
	for i := range findings {
		j.finding(i)
	}
	if rec.Role != inspect.Header { // rows that stand where none is expected are part of an envelope
		j.whole()
	}
	v.settle()
	if v.Action.changes() {
		j.edit()
	}
}

// ready reports whether there is anything to decide, and blocks where there is no policy or no such client.
func (pl *Plan) ready(v *Verdict) bool {
	if pl == nil || pl.policy == nil {
		v.Action = Block
		return false
	}
	if pl.unknown {
		pl.addHit(v, Hit{Rule: ruleClient, Action: Block, Finding: -1, Field: -1}, nil, "", nil)
		v.settle()
		return false
	}
	return true
}

// judgement is one call of Judge.
type judgement struct {
	pl       *Plan
	rec      *inspect.Record
	findings []inspect.Finding
	v        *Verdict
	metKnown bool // v.met is filled
}

// field judges one field for itself: the client's may, the rules on fields, and masked values that come back.
func (j *judgement) field(i int) {
	f := &j.rec.Fields[i]
	if f.Object == Control {
		return
	}
	plans := j.plans(i)
	j.permit(i, plans[0])
	if f.Kind == inspect.Null || len(f.Value) == 0 {
		return
	}
	for _, fp := range plans {
		for _, r := range fp.rules {
			if r.carries(f.Carrier) && j.holds(r, i) {
				j.hit(r, fp, i, -1)
			}
		}
		for _, r := range fp.masks {
			if r.onField() && f.Carrier == inspect.InBody && j.product(r, fp, i, nil) {
				j.builtin(ruleMasked, Block, i, -1)
			}
		}
	}
}

// finding judges one finding.
func (j *judgement) finding(n int) {
	fd := &j.findings[n]
	if fd.Field < 0 || fd.Field >= len(j.rec.Fields) || fd.Start < 0 || fd.Start > fd.End ||
		fd.End > len(j.rec.Fields[fd.Field].Value) {
		j.v.block(ruleFinding, -1)
		return
	}
	f := &j.rec.Fields[fd.Field]
	for _, fp := range j.plans(fd.Field) {
		for _, r := range fp.found {
			if r.sight.sees(fd) && r.carries(f.Carrier) && j.holds(r, fd.Field) {
				j.hit(r, fp, fd.Field, n)
			}
		}
		for _, r := range fp.masks {
			if r.onFinding && f.Carrier == inspect.InBody && r.sight.sees(fd) && j.product(r, fp, fd.Field, fd) {
				j.builtin(ruleMasked, Block, fd.Field, n)
			}
		}
	}
}

// whole judges the record as a whole.
func (j *judgement) whole() {
	for _, r := range j.pl.records {
		if j.about(r) && j.does(r) && j.holds(r, -1) {
			j.pl.addHit(j.v, Hit{Rule: r.name, Action: r.action, Finding: -1, Field: -1}, r, j.pl.subject.Object, nil)
		}
	}
	if c := j.pl.client; c != nil && c.May.Operations != nil && j.isPart() && !j.partAllowed(&c.May) {
		j.builtin(ruleOperations, Block, -1, -1)
	}
}

// permit checks what the client may write or read.
func (j *judgement) permit(i int, fp *fieldPlan) {
	if fp.denied == "" {
		return
	}
	f := &j.rec.Fields[i]
	if j.pl.subject.Direction == inspect.Request {
		// The external id in the path of an upsert is written too.
		if f.Carrier == inspect.InBody || f.Carrier == inspect.InPath && j.pl.subject.Operation == "upsert" {
			j.builtin(fp.denied, Block, i, -1)
		}
		return
	}
	if f.Kind != inspect.Null && len(f.Value) > 0 && !(fp.cursor && cursorValue(f.Value)) {
		j.builtin(fp.denied, Redact, i, -1)
	}
}

// hit adds a match of r, and the change that it asks for.
func (j *judgement) hit(r *rule, fp *fieldPlan, field, finding int) {
	f := &j.rec.Fields[field]
	h := Hit{Rule: r.name, Action: r.action, Finding: finding, Field: field}
	if j.known(&h) {
		return // the field has another name that the rule matches too
	}
	h = j.pl.apply(h, r, f.Object, f.Name)
	if h.Applied.changes() {
		h.Applied = j.change(h, fp, r.change)
	}
	j.v.Hits = append(j.v.Hits, h)
}

// builtin adds a match of what is built in.
func (j *judgement) builtin(name string, a Action, field, finding int) {
	h := Hit{Rule: name, Action: a, Finding: finding, Field: field}
	if j.known(&h) {
		return
	}
	h = j.pl.apply(h, nil, "", nil)
	if h.Applied.changes() {
		h.Applied = j.change(h, nil, change{})
	}
	j.v.Hits = append(j.v.Hits, h)
}

// known reports whether the hits of the same field and finding, which stand last, have this one.
func (j *judgement) known(h *Hit) bool {
	for i := len(j.v.Hits) - 1; i >= 0; i-- {
		o := &j.v.Hits[i]
		if o.Field != h.Field || o.Finding != h.Finding {
			return false
		}
		if o.Rule == h.Rule {
			return true
		}
	}
	return false
}

// apply says what is done about a hit. r is nil for what is built in, which has no exceptions.
func (pl *Plan) apply(h Hit, r *rule, object string, name []byte) Hit {
	h.Applied = h.Action
	if r != nil && len(pl.policy.exceptions) > 0 {
		if n := pl.excepted(r, object, name); n > 0 {
			h.Applied, h.Exception = Allow, n
			return h
		}
	}
	if pl.policy.mode == Monitor || r != nil && r.monitor {
		h.Applied = max(h.Action, Alert)
	}
	return h
}

func (pl *Plan) addHit(v *Verdict, h Hit, r *rule, object string, name []byte) {
	v.Hits = append(v.Hits, pl.apply(h, r, object, name))
}
