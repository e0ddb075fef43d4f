package query

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// relative is how long ago something was.
var relative = regexp.MustCompile(`^-([0-9]{1,9})([mhdw])$`)

// unit is what the letter at the end of a relative time means.
var unit = map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}

// longest is how long ago a time may be, in minutes: a hundred years.
const longest = 100 * 366 * 24 * 60

// time reads a date, a time, or how long ago.
func (def *definition) time(p pattern, now time.Time) (pattern, time.Time, *Error) {
	text, _ := p.literal()
	if at, err := time.Parse(time.DateOnly, text); err == nil && era(at) {
		return newPattern(text), at, nil
	}
	if at, err := time.Parse(time.RFC3339Nano, strings.ToUpper(text)); err == nil && era(at.UTC()) {
		return newPattern(at.UTC().Format(time.RFC3339Nano)), at.UTC(), nil
	}
	if fold(text) == "now" && !now.IsZero() {
		return newPattern("now"), now, nil
	}
	if m := relative.FindStringSubmatch(fold(text)); m != nil && !now.IsZero() {
		if n, err := strconv.Atoi(m[1]); err == nil && n <= longest/int(unit[m[2]]/time.Minute) {
			return newPattern("-" + strconv.Itoa(n) + m[2]), now.Add(-time.Duration(n) * unit[m[2]]), nil
		}
	}
	hint := "for example 2026-11-23, 2026-11-23T09:00:00Z, -7d, -12h, -30m or now"
	if relative.MatchString("-" + fold(text)) {
		hint = fmt.Sprintf("did you mean %s:-%s?", def.Name, fold(text))
	} else if _, err := time.Parse("2006-01-02T15:04:05", strings.ToUpper(text)); err == nil {
		hint = "the time needs its zone: " + strings.ToUpper(text) + "Z"
	}
	return p, time.Time{}, &Error{What: fmt.Sprintf("%q is not a time", clip(p.text())), Hint: hint}
}

// era reports whether a decision can have been taken then.
func era(t time.Time) bool { return 1970 <= t.Year() && t.Year() <= 9999 }
