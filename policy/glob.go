package policy

import "strings"

// pattern is a name in lower case in which "*" stands for any characters, none included. The empty pattern matches
// only the empty name.
type pattern string

func newPattern(s string) pattern { return pattern(strings.ToLower(s)) }

// everything reports whether p matches every name.
func (p pattern) everything() bool { return p == "*" }

func (p pattern) globbed() bool { return strings.Contains(string(p), "*") }

// matches reports whether name matches, ASCII letters in any case. It takes at most len(p)·len(name) steps.
func matches[S ~string | ~[]byte](p pattern, name S) bool {
	i, j, star, resume := 0, 0, -1, 0
	for i < len(name) {
		switch {
		case j < len(p) && p[j] == '*':
			star, resume = j, i
			j++
		case j < len(p) && p[j] == lower(name[i]):
			i, j = i+1, j+1
		case star >= 0: // let the last star take one character more
			resume++
			i, j = resume, star+1
		default:
			return false
		}
	}
	for j < len(p) && p[j] == '*' {
		j++
	}
	return j == len(p)
}

func matchesAny[S ~string | ~[]byte](ps []pattern, name S) bool {
	for _, p := range ps {
		if matches(p, name) {
			return true
		}
	}
	return false
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// equalFold reports whether a and b are the same but for the case of ASCII letters.
func equalFold[A, B ~string | ~[]byte](a A, b B) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// overlaps reports whether some name could match both patterns. It may say yes where none does.
func overlaps(a, b pattern) bool {
	if a.globbed() && b.globbed() {
		return true
	}
	return matches(a, string(b)) || matches(b, string(a))
}
