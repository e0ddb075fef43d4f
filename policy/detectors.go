package policy

import (
	"math/bits"
	"regexp"

	"github.com/phigate/phigate/inspect"
)

// Detectors are the detectors that a policy defines itself. A value is read once for all of them: only where a literal of
// one stands is its pattern looked for, so that what the policy does not speak of costs next to nothing. It is safe for
// concurrent use; a nil Detectors finds nothing.
//
// Patterns see a value as it is decoded from its format: they do not look through escapes inside of it, or other scripts'
// digits, as the built-in detectors do.
type Detectors struct {
	list []*detector
	// first and second have for each byte the detectors of which a literal has it, in either case, as its first or
	// second one.
	first, second [256]uint64
	spelt         string // the section of the file, spelt in one way
}

// detector is one detector that the policy defines.
type detector struct {
	name        string
	category    inspect.Category
	pattern     *regexp.Regexp
	literals    []string // in small letters; a value must hold one of them
	check       func(b []byte) bool
	context     []string // in small letters
	alone, told inspect.Likelihood
}

// Bounds of what patterns are asked.
const (
	// window is how much of a value a pattern sees at once, and overlap how much of it the next one sees again, in
	// bytes. A match of at most half the overlap is found wherever it lies in a larger value.
	window  = 64 << 10
	overlap = 4 << 10
	// contextBefore and contextBehind are where words are looked for around a match, in bytes.
	contextBefore = 64
	contextBehind = 24
	// maxFindings is how many findings a record may have. With more of them Inspect panics, which makes the record
	// unreadable: a part of it that is not reported must not pass.
	maxFindings = 1 << 18
)

// Detectors returns the detectors that the policy defines, nil if it defines none.
func (p *Policy) Detectors() *Detectors { return p.detectors }

// Equal reports whether d and o find the same.
func (d *Detectors) Equal(o *Detectors) bool {
	return d == o || d != nil && o != nil && d.spelt == o.spelt
}

// Inspect appends what is found in rec to found, and returns the extended slice. It retains nothing of rec.
func (d *Detectors) Inspect(rec *inspect.Record, found []inspect.Finding) []inspect.Finding {
	if d == nil {
		return found
	}
	for i := range rec.Fields {
		f := &rec.Fields[i]
		if f.Kind == inspect.Null || f.Kind == inspect.Bool || f.Object == inspect.Control {
			continue
		}
		for set := d.asked(f.Value); set != 0; set &= set - 1 {
			found = d.list[bits.TrailingZeros64(set)].find(f, i, found)
		}
	}
	return found
}

// asked returns the detectors of which a literal stands in v.
func (d *Detectors) asked(v []byte) (set uint64) {
	for i := 1; i < len(v); i++ {
		near := d.first[v[i-1]] & d.second[v[i]] &^ set
		for ; near != 0; near &= near - 1 {
			n := bits.TrailingZeros64(near)
			for _, literal := range d.list[n].literals {
				if begins(v[i-1:], literal) {
					set |= 1 << n
					break
				}
			}
		}
	}
	return set
}

// begins reports whether v begins with a word in small letters, in any case.
func begins(v []byte, word string) bool {
	return len(v) >= len(word) && equalFold(v[:len(word)], word)
}

// find appends the matches in field i.
func (d *detector) find(f *inspect.Field, i int, found []inspect.Finding) []inspect.Finding {
	last := 0 // the end of the match before
	for at := 0; ; at += window - overlap {
		to := min(at+window, len(f.Value))
		for _, m := range d.pattern.FindAllIndex(f.Value[at:to], -1) {
			start, end := at+m[0], at+m[1]
			cut := start == at && at > 0 || end == to && to < len(f.Value)
			if end <= last || cut && end-start <= overlap/2 {
				continue // another window has it, with what stands around it
			}
			last = end
			if finding, ok := d.grade(f, i, start, end); ok {
				if len(found) >= maxFindings {
					panic("policy: more findings in a record than are reported")
				}
				found = append(found, finding)
			}
		}
		if to == len(f.Value) {
			return found
		}
	}
}

// grade returns the finding that a match is, if it is one.
func (d *detector) grade(f *inspect.Field, i, start, end int) (inspect.Finding, bool) {
	finding := inspect.Finding{
		Detector: d.name, Category: d.category, Likelihood: d.alone, Evidence: inspect.ByShape, Field: i, Start: start, End: end,
	}
	if d.check != nil {
		if !d.check(f.Value[start:end]) {
			return finding, false
		}
		finding.Evidence |= inspect.ByValidity
	}
	for _, word := range d.context {
		if holds(f.Name, word, false) {
			finding.Evidence |= inspect.ByKey
		}
		if holds(f.Value[max(start-contextBefore, 0):start], word, true) ||
			holds(f.Value[end:min(end+contextBehind, len(f.Value))], word, true) {
			finding.Evidence |= inspect.ByContext
		}
	}
	if finding.Evidence&(inspect.ByKey|inspect.ByContext) != 0 {
		finding.Likelihood = d.told
	}
	return finding, finding.Likelihood > inspect.VeryUnlikely
}

// holds reports whether a word stands in b, in any case; alone says that no letter may stand beside it.
func holds(b []byte, word string, alone bool) bool {
	for i := 0; i+len(word) <= len(b); i++ {
		if begins(b[i:], word) && !(alone && (i > 0 && isLetter(b[i-1]) || i+len(word) < len(b) && isLetter(b[i+len(word)]))) {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool { return 'a' <= lower(c) && lower(c) <= 'z' }

// checks are the check digit schemes, by the names that the file has for them. They look at the digits of a match, and
// pass over what stands between them.
var checks = map[string]func(b []byte) bool{"none": nil, "luhn": luhn, "mod11": mod11}

// luhn reports whether the digits in b satisfy ISO/IEC 7812-1 annex B.
func luhn(b []byte) bool {
	sum, n := 0, 0
	for i := len(b) - 1; i >= 0; i-- {
		if !isDigit(b[i]) {
			continue
		}
		d := int(b[i] - '0')
		if n%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum, n = sum+d, n+1
	}
	return n > 1 && sum%10 == 0
}

// mod11 reports whether the digits in b, weighted by their places from the right, sum up to a multiple of 11, as in the
// NHS number and ISBN-10. An X at the end is 10.
func mod11(b []byte) bool {
	sum, n := 0, 0
	for i := len(b) - 1; i >= 0; i-- {
		d := int(b[i] - '0')
		if !isDigit(b[i]) {
			if n > 0 || lower(b[i]) != 'x' {
				continue
			}
			d = 10
		}
		n++
		sum += n * d
	}
	return n > 1 && sum%11 == 0
}
