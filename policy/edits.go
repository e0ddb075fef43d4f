package policy

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/phigate/phigate/inspect"
)

// target is a value, or a part of one, that is to be changed.
type target struct {
	field      int
	start, end int  // in Field.Value
	whole      bool // the value, quotes included
	action     Action
	change     change
	kind       kind
}

// change notes what a hit changes and returns what is done. fp and c are empty for what is built in.
func (j *judgement) change(h Hit, fp *fieldPlan, c change) Action {
	f := &j.rec.Fields[h.Field]
	switch {
	case f.Carrier != inspect.InBody:
		return Block // a changed path, query or header would be another request
	case cursorName(f.Name) && cursorValue(f.Value):
		return Alert
	case f.Kind == inspect.Null, f.Kind == inspect.Bool && h.Action != Redact:
		return Alert // there is no other value that hides it and is still of its type
	}
	t := target{field: h.Field, end: len(f.Value), whole: true, action: h.Applied, change: c}
	if fp != nil {
		t.kind = fp.kind
	}
	if h.Finding >= 0 {
		fd := &j.findings[h.Finding]
		if k := kindOfFinding(fd); k != anyKind {
			t.kind = k
		}
		if f.Kind == inspect.String && fd.End-fd.Start < len(f.Value) {
			t.start, t.end, t.whole = fd.Start, fd.End, false
		}
	}
	if c.as != anyKind && t.action == Generalise {
		t.kind = c.as
	}
	j.v.targets = append(j.v.targets, t)
	return h.Applied
}

// edit turns the targets into edits. Where targets meet, the strictest of them is done to all that they cover. If an
// edit could touch another one, or anything outside of its record, the record is blocked.
func (j *judgement) edit() {
	ts := j.v.targets
	slices.SortFunc(ts, func(a, b target) int {
		return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	for len(ts) > 0 {
		t, n := j.merge(ts)
		ts = ts[n:]
		if e, changed := j.replace(&t); changed {
			j.v.Edits = append(j.v.Edits, e)
		}
	}
	at := 0
	for _, e := range j.v.Edits {
		if e.Start < at || e.End < e.Start || e.End > len(j.rec.Raw) {
			j.v.Edits = j.v.Edits[:0]
			j.v.block(ruleEdits, -1)
			j.v.Action = Block
			return
		}
		at = e.End
	}
}

// merge joins the first of the targets with those that it meets, and returns how many these are. A target that takes
// the whole value takes all of the same field with it.
func (j *judgement) merge(ts []target) (target, int) {
	t := ts[0] // one that takes the whole value begins first and is the longest
	n := 1
	for n < len(ts) && ts[n].field == t.field && (t.whole || ts[n].start < t.end) {
		o := &ts[n]
		t.start, t.end, t.whole = min(t.start, o.start), max(t.end, o.end), t.whole || o.whole
		if t.kind != o.kind {
			t.kind = mixedKind(t.kind, o.kind)
		}
		switch {
		case o.action < t.action:
			t.action, t.change = o.action, o.change
		case o.action == t.action:
			t.change = t.change.stricter(o.change)
		}
		n++
	}
	return t, n
}

// mixedKind returns what a value is of which two kinds are said. A birth is a date; else nothing may be kept, also where
// only one of the two is known: what another finding says must not uncover what the first one hid.
func mixedKind(a, b kind) kind {
	if min(a, b) == dateKind && max(a, b) == birthKind {
		return birthKind
	}
	return opaque
}

// replace returns the edit that carries out t, and whether it changes a byte.
func (j *judgement) replace(t *target) (inspect.Edit, bool) {
	f := &j.rec.Fields[t.field]
	if t.action == Redact {
		return j.redact(f, t), true
	}
	e := inspect.Edit{Start: f.Start, End: f.End}
	if !t.whole {
		e.Start, e.End = f.Source(j.rec, t.start, t.end)
	}
	raw := j.rec.Raw[e.Start:e.End]
	from := len(j.v.arena)
	if t.action == Generalise {
		j.v.arena = appendGeneralised(j.v.arena, raw, f, t.kind, j.pl.policy.clock())
	} else {
		j.v.arena = appendMasked(j.v.arena, raw, f, t.kind, t.change)
	}
	e.New = j.v.arena[from:len(j.v.arena):len(j.v.arena)]
	f.Fit(j.rec, e.New)
	return e, !bytes.Equal(e.New, raw)
}

// redact removes a value and leaves an empty one of its type: null in JSON, an empty cell or parameter elsewhere. A
// part of a text becomes "[redacted]".
func (j *judgement) redact(f *inspect.Field, t *target) inspect.Edit {
	const word = "[redacted]"
	from := len(j.v.arena)
	e := inspect.Edit{Start: f.Start, End: f.End}
	raw := j.rec.Raw
	quoted := e.Start > 0 && e.End < len(raw) && raw[e.Start-1] == '"' && raw[e.End] == '"' &&
		(f.Encoding == inspect.JSONString || f.Encoding == inspect.CSVQuoted)
	switch {
	case !t.whole:
		e.Start, e.End = f.Source(j.rec, t.start, t.end)
		j.v.arena = f.Append(j.rec, j.v.arena, []byte(word))
	case f.Kind != inspect.String, quoted && f.Encoding == inspect.JSONString:
		j.v.arena = append(j.v.arena, "null"...)
	case len(f.Name) == 0 && !quoted: // running text
		j.v.arena = f.Append(j.rec, j.v.arena, []byte(word))
	case len(j.rec.Fields) == 1 && f.Encoding == inspect.Plain, len(j.rec.Fields) == 1 && quoted:
		j.v.arena = append(j.v.arena, `""`...) // the only cell of a row: an empty line would be no row
	}
	if t.whole && quoted {
		e.Start, e.End = e.Start-1, e.End+1
	}
	e.New = j.v.arena[from:len(j.v.arena):len(j.v.arena)]
	return e
}

// product reports whether the field, or the finding in it, is what the mask of r makes: then an update would write the
// mask over the real value.
func (j *judgement) product(r *rule, fp *fieldPlan, i int, fd *inspect.Finding) bool {
	f := &j.rec.Fields[i]
	if f.Kind != inspect.String {
		return false
	}
	raw, k := j.rec.Raw[f.Start:f.End], fp.kind
	if fd != nil {
		start, end := f.Source(j.rec, fd.Start, fd.End)
		raw, k = j.rec.Raw[start:end], kindOfFinding(fd)
	}
	from := len(j.v.arena)
	j.v.arena = appendMasked(j.v.arena, raw, f, k, r.change)
	again := j.v.arena[from:]
	j.v.arena = j.v.arena[:from]
	return masked(raw, again, f, r.change)
}
