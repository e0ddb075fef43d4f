package detect

import (
	"slices"

	"github.com/phigate/phigate/inspect"
)

// lookBack is how many findings that were kept are compared with the next one. What it misses stays a finding.
const lookBack = 8

// settle puts the findings of the current field in order and drops those that a better one of the same bytes makes
// void. whole says that the first of them is the whole value, found by the field's name.
func (sc *scratch) settle(whole bool) {
	found := sc.out[sc.first:]
	kept := found[:0]
	if whole {
		kept, found = found[:1], sc.absorb(&found[0], found[1:])
	}
	if len(found) > 1 {
		slices.SortFunc(found, func(a, b inspect.Finding) int {
			if a.Start != b.Start {
				return a.Start - b.Start
			}
			return b.End - a.End
		})
	}
	fixed := len(kept)
	for _, f := range found {
		kept = keep(kept, fixed, f)
	}
	sc.out = sc.out[:sc.first+len(kept)]
}

// absorb drops the findings that say no more than that the whole value is an identifier: those of the same category
// or grammar, which support it, and those that are no more than possible.
func (sc *scratch) absorb(whole *inspect.Finding, found []inspect.Finding) []inspect.Finding {
	d := indexOf(whole.Detector)
	return slices.DeleteFunc(found, func(f inspect.Finding) bool {
		if f.Detector == whole.Detector || (f.Category == whole.Category && sc.related(d, indexOf(f.Detector))) {
			whole.Likelihood = max(whole.Likelihood, f.Likelihood)
			whole.Evidence |= f.Evidence
			return true
		}
		return f.Category == whole.Category || f.Likelihood <= inspect.Possible || sc.related(d, indexOf(f.Detector))
	})
}

// related reports whether two detectors share a grammar.
func (sc *scratch) related(a, b int) bool {
	return int(sc.bases[a]) == b || int(sc.bases[b]) == a || (sc.bases[a] >= 0 && sc.bases[a] == sc.bases[b])
}

// keep appends f to kept, in place of those that it makes void, unless one of them makes f void. The first fixed
// findings stay.
func keep(kept []inspect.Finding, fixed int, f inspect.Finding) []inspect.Finding {
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
func voids(a, b *inspect.Finding) bool {
	if a.End <= b.Start || b.End <= a.Start || !better(a, b) {
		return false
	}
	inside := a.Start <= b.Start && b.End <= a.End
	if a.Detector == b.Detector || b.Likelihood <= inspect.Possible || (inside && a.Category == b.Category) {
		return true
	}
	around := b.Start <= a.Start && a.End <= b.End
	return inside == around
}

// better reports whether a is a better reading than b: it is more likely, or as likely and longer, or as long and
// earlier in the table.
func better(a, b *inspect.Finding) bool {
	if a.Likelihood != b.Likelihood {
		return a.Likelihood > b.Likelihood
	}
	if n, m := a.End-a.Start, b.End-b.Start; n != m {
		return n > m
	}
	return indexOf(a.Detector) <= indexOf(b.Detector)
}
