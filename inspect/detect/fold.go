package detect

import (
	"unicode"
	"unicode/utf8"
)

// folded is a value spelt in ASCII: with the digits, letters, dashes and spaces that stand for ASCII ones replaced,
// and what is invisible left out. It knows where each of its bytes stands in the value.
type folded struct {
	b []byte
	// steps are the places where the distance between b and the value changes, in ascending order.
	steps []step
}

// step says that b[at] and what follows up to the next step stands at value in the value.
type step struct{ at, value int32 }

func (f *folded) reset() { f.b, f.steps = f.b[:0], f.steps[:0] }

// put appends c, which stands at place value in the value.
func (f *folded) put(c byte, value int) {
	at := len(f.b)
	if n := len(f.steps); n == 0 || int(f.steps[n-1].value)+at-int(f.steps[n-1].at) != value {
		f.steps = append(f.steps, step{int32(at), int32(value)})
	}
	f.b = append(f.b, c)
}

// source returns the place in the value of b[at]. It is asked for places in any order.
func (f *folded) source(at int) int {
	lo, hi := 0, len(f.steps)
	for lo < hi {
		if mid := (lo + hi) / 2; int(f.steps[mid].at) <= at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return at
	}
	s := f.steps[lo-1]
	return int(s.value) + at - int(s.at)
}

// span returns the range of the value that b[start:end] stands for; start is less than end. It ends behind the whole
// spelling of the last byte.
func (f *folded) span(value []byte, start, end int) (int, int) {
	last := f.source(end - 1)
	_, n := spelling(value[last:])
	return f.source(start), last + n
}

// foldUnicode fills f with value, where characters that stand for ASCII ones are replaced. Each other letter becomes
// otherLetter, each other sign otherSign.
func (f *folded) foldUnicode(value []byte) {
	f.reset()
	for i := 0; i < len(value); {
		if c := value[i]; c < utf8.RuneSelf {
			f.put(c, i)
			i++
			continue
		}
		r, n := utf8.DecodeRune(value[i:])
		if c, visible := foldRune(r); visible {
			f.put(c, i)
		}
		i += n
	}
}

// foldEscapes fills f with value, where what is spelt as %XX (RFC 3986) or as a numeric or the most common named
// character reference of HTML is replaced by the character. It reports whether there was any.
func (f *folded) foldEscapes(value []byte) (changed bool) {
	f.reset()
	for i := 0; i < len(value); {
		r, n := spelling(value[i:])
		if c, visible := foldRune(r); visible {
			f.put(c, i)
		}
		changed = changed || (n > 1 && value[i] < utf8.RuneSelf)
		i += n
	}
	return changed
}

// spelling returns the first character of b and how many bytes spell it.
func spelling(b []byte) (rune, int) {
	switch c := b[0]; {
	case c == '%' && len(b) > 2 && classes[b[1]]&isHex != 0 && classes[b[2]]&isHex != 0:
		return percent(b)
	case c == '&' && len(b) > 3:
		return reference(b)
	case c < utf8.RuneSelf:
		return rune(c), 1
	}
	return utf8.DecodeRune(b)
}

// percent returns the character at the start of b, which is spelt as one %XX or as UTF-8 in several.
func percent(b []byte) (rune, int) {
	first := hexByte(b[1], b[2])
	if first < utf8.RuneSelf {
		return rune(first), 3
	}
	utf := [utf8.UTFMax]byte{first}
	for n := 1; n < utf8.UTFMax && len(b) >= 3*n+3 && b[3*n] == '%'; n++ {
		if classes[b[3*n+1]]&classes[b[3*n+2]]&isHex == 0 {
			break
		}
		utf[n] = hexByte(b[3*n+1], b[3*n+2])
		if utf8.FullRune(utf[:n+1]) {
			if r, size := utf8.DecodeRune(utf[:n+1]); size == n+1 {
				return r, 3 * size
			}
			break
		}
	}
	return utf8.RuneError, 3
}

func hexByte(hi, lo byte) byte { return hexDigit(hi)<<4 | hexDigit(lo) }

func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return lower(c) - 'a' + 10
}

// namedReferences are the references whose characters matter for the grammar of an identifier.
var namedReferences = [...]struct {
	name string
	r    rune
}{
	{"&nbsp;", ' '}, {"&amp;", '&'}, {"&shy;", 0xAD}, {"&ndash;", '-'}, {"&mdash;", '-'}, {"&quot;", '"'}, {"&lt;", '<'},
	{"&gt;", '>'}, {"&hyphen;", '-'}, {"&dash;", '-'}, {"&period;", '.'}, {"&commat;", '@'}, {"&zwj;", 0x200D},
	{"&zwnj;", 0x200C}, {"&sol;", '/'}, {"&colon;", ':'}, {"&lpar;", '('}, {"&rpar;", ')'}, {"&plus;", '+'}, {"&num;", '#'},
}

// reference returns the character at the start of b, which begins with an ampersand.
func reference(b []byte) (rune, int) {
	if b[1] != '#' {
		for _, n := range namedReferences {
			if len(b) >= len(n.name) && string(b[:len(n.name)]) == n.name {
				return n.r, len(n.name)
			}
		}
		return '&', 1
	}
	i, base := 2, rune(10)
	if lower(b[2]) == 'x' {
		i, base = 3, 16
	}
	r, first := rune(0), i
	for ; i < len(b) && i < first+8 && classes[b[i]]&isHex != 0 && (base == 16 || b[i] <= '9'); i++ {
		r = r*base + rune(hexDigit(b[i]))
		if r > unicode.MaxRune {
			return '&', 1
		}
	}
	if i == first {
		return '&', 1
	}
	if i < len(b) && b[i] == ';' {
		i++
	}
	return r, i
}

// foldRune returns the ASCII character that r stands for, otherLetter or otherSign if there is none, and whether r
// can be seen at all.
func foldRune(r rune) (c byte, visible bool) {
	switch {
	case r < utf8.RuneSelf:
		return byte(r), true
	case 0xFF01 <= r && r <= 0xFF5E: // fullwidth forms
		return byte(r - 0xFF01 + '!'), true
	case r == 0xAD, r == 0x34F, r == 0x61C, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, 0x180B <= r && r <= 0x180F,
		0x200B <= r && r <= 0x200F, 0x202A <= r && r <= 0x202E, 0x2060 <= r && r <= 0x206F, r == 0x3164,
		0xFE00 <= r && r <= 0xFE0F, r == 0xFEFF, 0xE0000 <= r && r <= 0xE0FFF:
		return 0, false
	case 0x2010 <= r && r <= 0x2015, r == 0x2043, r == 0x2212, r == 0xFE58, r == 0xFE63, r == 0x30FC, r == 0x1806:
		return '-', true
	case r == 0x2024, r == 0x3002, r == 0xFE52, r == 0xB7, r == 0x2027:
		return '.', true
	case r == 0x2044, r == 0x2215:
		return '/', true
	case r == 0x2018, r == 0x2019:
		return '\'', true
	case r == 0x2028, r == 0x2029, r == 0x85:
		return '\n', true
	case 0xC0 <= r && r <= 0x17F:
		return foldLatin(r), true
	case unicode.Is(unicode.Zs, r):
		return ' ', true
	case unicode.Is(unicode.Nd, r):
		return foldDigit(r), true
	case 0x1D400 <= r && r <= 0x1D6A3: // mathematical letters, in runs of 52
		i := byte((r - 0x1D400) % 52)
		if i < 26 {
			return 'A' + i, true
		}
		return 'a' + i - 26, true
	case unicode.Is(unicode.Mn, r):
		return 0, false
	case unicode.IsLetter(r):
		return foldLookalike(r), true
	}
	return otherSign, true
}

// foldDigit returns the ASCII digit of the decimal digit r. Each script has its ten digits in ascending order.
func foldDigit(r rune) byte {
	for _, x := range unicode.Nd.R16 {
		if rune(x.Lo) <= r && r <= rune(x.Hi) {
			return '0' + byte((r-rune(x.Lo))%10)
		}
	}
	for _, x := range unicode.Nd.R32 {
		if rune(x.Lo) <= r && r <= rune(x.Hi) {
			return '0' + byte((r-rune(x.Lo))%10)
		}
	}
	return otherSign
}

// latin has the base letter for each character from U+00C0 to U+017F, a "?" where there is none.
const latin = "AAAAAAACEEEEIIIIDNOOOOO?OUUUUYTsaaaaaaaceeeeiiiidnooooo?ouuuuyty" +
	"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSs" +
	"TtTtTtUuUuUuUuUuUuWwYyYZzZzZzs"

func foldLatin(r rune) byte {
	if c := latin[r-0xC0]; c != '?' {
		return c
	}
	return otherSign
}

// lookalikes are letters of Cyrillic and Greek that look like Latin ones, and those.
var lookalikes = [...]struct{ from, to string }{
	{"АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS"},
	{"асеорхуіјѕ", "aceopxyijs"},
	{"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"},
}

func foldLookalike(r rune) byte {
	for _, l := range lookalikes {
		i := 0
		for _, x := range l.from {
			if x == r {
				return l.to[i]
			}
			i++
		}
	}
	return otherLetter
}
