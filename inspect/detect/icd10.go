package detect

import "github.com/phigate/phigate/inspect"

// icd10 recognises codes of diagnoses.
var icd10 = Detector{
	Name:     "icd10_cm",
	Category: inspect.Clinical,
	Doc:      "ICD-10-CM code: a letter, a digit, a digit or A or B, and up to four more behind a dot, in a chapter's range (CDC/NCHS)",
	Keys: []string{"icd", "icd 10", "icd 10 cm", "icd 10 code", "icd code", "icd 9", "dx code", "diagnosis code", "diag code",
		"primary diagnosis code", "principal diagnosis code", "condition code"},
	Hints:   []string{"dx", "diagnosis", "diagnoses", "diagnosed", "diag", "condition", "icd10"},
	Anchors: atMixed,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := icdAt(&t, t.word(0)); ok && m.end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   icdAt,
	Normal: normalAlnum,
}

func icdAt(t *text, k token) (match, bool) {
	i := k.start
	if t.class(i)&(isUpper|isLower) == 0 || !t.digit(i+1) || k.len() < 3 || k.len() > 7 || !t.open(i) || k.class&isOther != 0 {
		return match{}, false
	}
	if c := upper(t.at(i + 2)); classes[c]&isDigit == 0 && c != 'A' && c != 'B' {
		return match{}, false
	}
	if !chapter(upper(t.at(i)), t.at(i+1), upper(t.at(i+2))) {
		return match{}, false
	}
	m := match{start: i, end: k.end, valid: true}
	if k.len() == 3 && t.at(k.end) == '.' {
		w := t.word(k.end + 1)
		if n := w.len(); n >= 1 && n <= 4 && w.class&isOther == 0 && (w.class&isDigit != 0 || upper(t.at(w.start)) == 'X') {
			m.end = w.end
			m.alone = inspect.Likely
			if t.class(i)&isLower != 0 {
				m.alone = inspect.Possible
			}
		}
	}
	if m.alone == inspect.VeryUnlikely && t.class(i)&isLower != 0 {
		m.valid = false
	}
	return m, t.closed(m.end)
}

// chapter reports whether a category of the letter and two characters is in the range of a chapter.
func chapter(letter, tens, ones byte) bool {
	last := "99" // the last category of the letter's range
	switch letter {
	case 'D':
		last = "89"
	case 'E':
		last = "89"
	case 'H':
		last = "95"
	case 'K', 'L', 'N', 'M', 'Q', 'R', 'S', 'Y', 'Z':
		last = "99"
	case 'O':
		last = "9A"
	case 'P':
		last = "96"
	case 'T':
		last = "88"
	case 'U':
		return tens == '0' || tens == '8'
	}
	return tens < last[0] || (tens == last[0] && ones <= last[1])
}
