package policy

import (
	"bytes"
	"strconv"
	"time"

	"github.com/phigate/phigate/inspect"
)

// safeAge is the age above which nothing may tell the age (45 CFR 164.514(b)(2)(i)(C)): 90 stands for all that are
// higher, and no year may be kept that gives one away.
const safeAge = 89

// appendGeneralised appends raw with its value made as coarse as Safe Harbor asks: the year of a date, the first three
// digits of a ZIP code, 90 for higher ages, whole degrees of a place. What does not look like its kind is masked.
func appendGeneralised(dst, raw []byte, f *inspect.Field, k kind, now time.Time) []byte {
	start := len(dst)
	ok := false
	switch k {
	case anyKind, dateKind, birthKind:
		dst, ok = appendYear(dst, raw, f.Encoding, k, now)
	case yearKind:
		dst, ok = appendYearOnly(dst, raw)
	case zipKind:
		dst, ok = appendZIP3(dst, raw)
	case ageKind:
		dst, ok = appendAge(dst, raw)
	case geoKind:
		dst, ok = appendDegrees(dst, raw)
	}
	if !ok {
		return appendMasked(dst[:start], raw, f, opaque, change{char: '*'})
	}
	if f.Kind == inspect.Number {
		return asNumber(dst, start, len(raw))
	}
	return dst
}

// asNumber makes dst[start:] a number of JSON that is n bytes long, spaces included.
func asNumber(dst []byte, start, n int) []byte {
	b := dst[start:]
	if len(b) > 1 && b[0] == '0' && isDigit(b[1]) || len(b) > n || len(b) == 0 {
		return appendPadded(dst[:start], []byte{'0'}, n)
	}
	return appendTimes(dst, ' ', n-len(b))
}

// appendYear keeps the year of a date. Of spellings other than ISO 8601's it covers the letters and digits around it.
func appendYear(dst, raw []byte, e inspect.Encoding, k kind, now time.Time) ([]byte, bool) {
	s := dateShape(raw)
	if s == isoDate || s == compact && k != anyKind {
		return appendYearStart(dst, raw, s, safeYear(raw[:4], k, now)), true
	}
	at := yearIn(raw)
	if at < 0 || k == anyKind || escaped(raw) {
		return dst, false
	}
	covered := change{char: '*'}
	dst = appendCovered(dst, raw[:at], e, covered)
	dst = append(dst, safeYear(raw[at:at+4], k, now)...)
	return appendCovered(dst, raw[at+4:], e, covered), true
}

// safeYear returns the year, or for a birth the latest one that tells of no age but 90 and more.
func safeYear(year []byte, k kind, now time.Time) []byte {
	latest := now.Year() - safeAge - 1
	if y, err := strconv.Atoi(string(year)); k == birthKind && err == nil && y < latest {
		return strconv.AppendInt(nil, int64(latest), 10)
	}
	return year
}

// yearIn returns where four digits stand alone that are a year of our time, or -1.
func yearIn(raw []byte) int {
	run := 0
	for i := 0; i <= len(raw); i++ {
		if i < len(raw) && isDigit(raw[i]) {
			run++
			continue
		}
		if run == 4 {
			switch century := string(raw[i-4 : i-2]); century {
			case "18", "19", "20", "21":
				return i - 4
			}
		}
		run = 0
	}
	return -1
}

func appendYearOnly(dst, raw []byte) ([]byte, bool) {
	if dateShape(raw) != noDate {
		return append(dst, raw[:4]...), true
	}
	at := yearIn(raw)
	if at < 0 || escaped(raw) {
		return dst, false
	}
	return append(dst, raw[at:at+4]...), true
}

// escaped reports whether raw may hold escapes, whose digits are none of the value's: \u2019 is no year.
func escaped(raw []byte) bool { return bytes.ContainsAny(raw, `\%"&`) }

// appendZIP3 keeps the first three digits of a ZIP code where more than 20,000 people live, and puts zeros in the place
// of all others, so that the result is still spelt like a ZIP code.
func appendZIP3(dst, raw []byte) ([]byte, bool) {
	if !fits(raw, "ddddd") && !fits(raw, "ddddd-dddd") && !fits(raw, "ddddddddd") {
		return dst, false
	}
	prefix := string(raw[:3])
	if sparse(prefix) {
		prefix = "000"
	}
	dst = append(dst, prefix...)
	for _, c := range raw[3:] {
		if isDigit(c) {
			c = '0'
		}
		dst = append(dst, c)
	}
	return dst, true
}

// sparse reports whether the areas of all ZIP codes with a prefix hold 20,000 people or fewer (Census 2000, the list in
// the guidance of the Office for Civil Rights on 45 CFR 164.514(b)(2)(i)(B)).
func sparse(prefix string) bool {
	switch prefix {
	case "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890",
		"893":
		return true
	}
	return false
}

// appendAge puts 90 in the place of each higher number.
func appendAge(dst, raw []byte) ([]byte, bool) {
	if escaped(raw) {
		return dst, false
	}
	numbers := 0
	for i := 0; i < len(raw); {
		end := i
		for end < len(raw) && isDigit(raw[end]) {
			end++
		}
		if end == i {
			dst = append(dst, raw[i])
			i++
			continue
		}
		numbers++
		if n, err := strconv.Atoi(string(raw[i:end])); err != nil || n > safeAge {
			dst = append(dst, "90"...)
		} else {
			dst = append(dst, raw[i:end]...)
		}
		i = end
	}
	return dst, numbers > 0
}

// appendDegrees puts zeros behind the point of each number.
func appendDegrees(dst, raw []byte) ([]byte, bool) {
	fraction := false
	for _, c := range raw {
		switch {
		case c == '.':
			fraction = true
		case isDigit(c):
			if fraction {
				c = '0'
			}
		case c == '-', c == '+', c == ',', c == ' ':
			fraction = false
		default:
			return dst, false
		}
		dst = append(dst, c)
	}
	return dst, len(raw) > 0
}
