package detect

import "github.com/phigate/phigate/inspect"

// ndc recognises national drug codes.
var ndc = Detector{
	Name:     "ndc",
	Category: inspect.Clinical,
	Doc:      "national drug code: labeler, product and package, 4-4-2, 5-3-2, 5-4-1 or 5-4-2 digits (21 CFR 207.33)",
	Keys:     []string{"ndc", "ndc code", "ndc number", "national drug code", "drug code"},
	Hints:    []string{"drug", "medication", "rx"},
	Anchors:  atDigits,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if m, ok := ndcAt(&t, token{}); ok && m.end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   ndcAt,
	Normal: normalDigits,
}

func ndcAt(t *text, k token) (match, bool) {
	i := k.start
	a := t.digits(i, 12)
	if a == 11 || a == 10 {
		return match{start: i, end: i + a}, t.bounded(i, i+a)
	}
	if (a != 4 && a != 5) || t.at(i+a) != '-' {
		return match{}, false
	}
	b := t.digits(i+a+1, 5)
	end := i + a + 1 + b
	if t.at(end) != '-' {
		return match{}, false
	}
	c := t.digits(end+1, 3)
	end += 1 + c
	shape := a*100 + b*10 + c
	if (shape != 442 && shape != 532 && shape != 541 && shape != 542) || !t.bounded(i, end) {
		return match{}, false
	}
	return match{start: i, end: end, valid: true, alone: inspect.Possible}, true
}
