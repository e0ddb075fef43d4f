package query

import (
	"strings"
	"unicode"
)

// pattern is one alternative of a term: literal pieces with any characters between them. There is always a piece; a
// pattern of one piece has no wildcard.
type pattern struct {
	pieces []string // as they were typed
	folded []string // what is compared
}

func newPattern(pieces ...string) pattern {
	// Two stars in a row mean no more than one: an empty piece counts at the ends only.
	kept := make([]string, 0, len(pieces))
	for i, p := range pieces {
		if p != "" || i == 0 || i == len(pieces)-1 {
			kept = append(kept, p)
		}
	}
	p := pattern{pieces: kept, folded: make([]string, len(kept))}
	for i, piece := range kept {
		p.folded[i] = fold(piece)
	}
	return p
}

// fold makes texts comparable that differ in letter case.
func fold(s string) string { return strings.ToLower(s) }

// literal returns the text of a pattern without wildcards.
func (p pattern) literal() (string, bool) {
	if len(p.pieces) != 1 {
		return "", false
	}
	return p.pieces[0], true
}

// start returns the text of a pattern that has no wildcard but, perhaps, one at its end.
func (p pattern) start() (text string, open, ok bool) {
	switch {
	case len(p.pieces) == 1:
		return p.pieces[0], false, true
	case len(p.pieces) == 2 && p.pieces[1] == "":
		return p.pieces[0], true, true
	}
	return "", false, false
}

// match reports whether the pattern fits a folded value.
func (p pattern) match(value string) bool {
	first, last := p.folded[0], p.folded[len(p.folded)-1]
	if len(p.folded) == 1 {
		return value == first
	}
	rest, ok := strings.CutPrefix(value, first)
	if !ok {
		return false
	}
	if rest, ok = strings.CutSuffix(rest, last); !ok {
		return false
	}
	for _, piece := range p.folded[1 : len(p.folded)-1] {
		at := strings.Index(rest, piece)
		if at < 0 {
			return false
		}
		rest = rest[at+len(piece):]
	}
	return true
}

// text spells the pattern so that it reads as itself.
func (p pattern) text() string {
	if lit, ok := p.literal(); ok && lit == "" {
		return `""`
	}
	spelled := make([]string, len(p.pieces))
	for i, piece := range p.pieces {
		if spelled[i] = piece; strings.ContainsFunc(piece, special) {
			spelled[i] = quote(piece)
		}
	}
	return strings.Join(spelled, "*")
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// special reports whether a character means something outside of quotes.
func special(r rune) bool {
	switch r {
	case '"', ',', '*', '\\':
		return true
	}
	return unicode.IsSpace(r)
}

// nearest returns the known word that takes the fewest changed letters, if they are fewer than half.
func nearest(word string, known []string) string {
	word = fold(word)
	best, least := "", (len(word)+3)/2
	for _, k := range known {
		if n := distance(word, fold(k)); n < least {
			best, least = k, n
		}
	}
	return best
}

// distance is Levenshtein's: how many letters must be put in, taken out or replaced.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
