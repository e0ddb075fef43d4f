package detect

import (
	"slices"

	"github.com/phigate/phigate/inspect"
)

// lookBack is how many findings that were kept are compared with the next one. What it misses stays a finding.
const lookBack = 8

const tooMany = "detect: more findings in a record than are reported"

// hit is a finding in the field being inspected.
type hit struct {
	start, end int // in the value
	detector   int8
	likelihood inspect.Likelihood
	evidence   inspect.Evidence
}

// add appends a finding in the current field.
func (sc *scratch) add(h hit) {
	if len(sc.out)-sc.base+len(sc.hits) == MaxFindings {
		panic(tooMany)
	}
	sc.hits = append(sc.hits, h)
}

// report appends the findings of the current field to those of the record.
func (sc *scratch) report(hits []hit) {
	for i := range hits {
		sc.put(&hits[i])
	}
}

// tell reports h, which is all that there is to say of the current field.
func (sc *scratch) tell(h *hit) {
	if len(sc.out)-sc.base == MaxFindings {
		panic(tooMany)
	}
	sc.put(h)
}

// put appends h to the findings of the record. It is written where it stays, not copied there.
func (sc *scratch) put(h *hit) {
	n := len(sc.out)
	if n == cap(sc.out) {
		sc.out = slices.Grow(sc.out, 1)
	}
	sc.out = sc.out[:n+1]
	d := table[h.detector]
	sc.out[n] = inspect.Finding{Detector: d.Name, Category: d.Category, Likelihood: h.likelihood,
		Evidence: h.evidence, Field: sc.field, Start: h.start, End: h.end}
}

// settle reports the findings of the current field in order, without those that a better one of the same bytes makes
// void. whole says that the first of them is the whole value, found by the field's name.
func (sc *scratch) settle(whole bool) {
	found := sc.hits
	if len(found) <= 1 {
		sc.report(found)
		return
	}
	kept := found[:0]
	if whole {
		kept, found = found[:1], sc.absorb(&found[0], found[1:])
	}
	for i := 1; i < len(found); i++ {
		if byPlace(found[i-1], found[i]) > 0 { // most are found in order
			slices.SortFunc(found, byPlace)
			break
		}
	}
	fixed, end := len(kept), 0
	for i := range found {
		if f := &found[i]; f.start >= end { // behind all that were kept: most share no bytes with any
			kept = append(kept, *f)
		} else {
			kept = keep(kept, fixed, *f)
		}
		end = max(end, found[i].end)
	}
	sc.report(kept)
}

// byPlace orders findings by where they begin, the longest first.
func byPlace(a, b hit) int {
	if a.start != b.start {
		return a.start - b.start
	}
	return b.end - a.end
}

// absorb drops the findings that say no more than that the whole value is an identifier: those of the same category
// or grammar, which support it, and those that are no more than possible.
func (sc *scratch) absorb(whole *hit, found []hit) []hit {
	d := int(whole.detector)
	category := table[d].Category
	kept := found[:0]
	for i := range found {
		f := &found[i]
		same := table[f.detector].Category == category
		related := sc.related(d, int(f.detector))
		switch {
		case f.detector == whole.detector || same && related:
			whole.likelihood = max(whole.likelihood, f.likelihood)
			whole.evidence |= f.evidence
		case !same && !related && f.likelihood > inspect.Possible:
			kept = append(kept, *f)
		}
	}
	return kept
}

// related reports whether two detectors share a grammar.
func (s *Scanner) related(a, b int) bool {
	return int(s.bases[a]) == b || int(s.bases[b]) == a || (s.bases[a] >= 0 && s.bases[a] == s.bases[b])
}

// keep appends f to kept, in place of those that it makes void, unless one of them makes f void. The first fixed
// findings stay.
func keep(kept []hit, fixed int, f hit) []hit {
	from := max(fixed, len(kept)-lookBack)
	for i := from; i < len(kept); i++ {
		if voids(&kept[i], &f) {
			return kept
		}
	}
	n := from
	for i := from; i < len(kept); i++ {
		if !voids(&f, &kept[i]) {
			kept[n] = kept[i]
			n++
		}
	}
	return append(kept[:n], f)
}

// voids reports whether b says nothing that a does not say better: they share bytes, a is the better reading, and b
// is either no more than possible, or of the same category and inside of a, or another reading of the same or of
// crossing bytes. Likely findings of two categories stay if one lies inside of the other.
func voids(a, b *hit) bool {
	if a.end <= b.start || b.end <= a.start || !better(a, b) {
		return false
	}
	inside := a.start <= b.start && b.end <= a.end
	if a.detector == b.detector || b.likelihood <= inspect.Possible || (inside && table[a.detector].Category == table[b.detector].Category) {
		return true
	}
	around := b.start <= a.start && a.end <= b.end
	return inside == around
}

// better reports whether a is a better reading than b: it is more likely, or as likely and longer, or as long and
// earlier in the table.
func better(a, b *hit) bool {
	if a.likelihood != b.likelihood {
		return a.likelihood > b.likelihood
	}
	if n, m := a.end-a.start, b.end-b.start; n != m {
		return n > m
	}
	return a.detector <= b.detector
}
