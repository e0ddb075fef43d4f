package detect

import "github.com/phigate/phigate/inspect"

// geo recognises coordinates.
var geo = Detector{
	Name:     "geo",
	Category: inspect.Geographic,
	Doc:      "latitude and longitude in degrees: a pair of decimals with at least three places, or a field whose name is of one",
	Keys: []string{"latitude", "longitude", "lat", "lng", "lon", "lat long", "lat lng", "geolocation", "coordinates", "geo location",
		"gps", "geopoint"},
	Anchors: atDigits,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		i := 0
		if t.at(0) == '-' || t.at(0) == '+' {
			i = 1
		}
		if end, ok := degrees(&t, i, 180, 0); ok && end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		if m, ok := geoAt(&t, token{start: i}); ok && m.end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find: geoAt,
}

func geoAt(t *text, k token) (match, bool) {
	start := k.start
	if c := t.at(start - 1); (c == '-' || c == '+') && !t.digit(start-2) {
		start--
	}
	i, ok := degrees(t, k.start, 90, 3)
	if !ok || !t.open(start) {
		return match{}, false
	}
	j := i
	if t.at(j) == ',' {
		j++
	}
	j = t.skipSpace(j)
	if j == i {
		return match{}, false
	}
	if c := t.at(j); c == '-' || c == '+' {
		j++
	}
	end, ok := degrees(t, j, 180, 3)
	if !ok || !t.closed(end) {
		return match{}, false
	}
	return match{start: start, end: end, valid: true, alone: inspect.Likely}, true
}

// degrees reads a number at i of at most limit, with at least places decimals. It returns the place behind it.
func degrees(t *text, i, limit, places int) (end int, ok bool) {
	n := t.digits(i, 4)
	if n == 0 || n > 3 || t.value(i, i+n) > limit {
		return 0, false
	}
	i += n
	if t.at(i) != '.' {
		return i, places == 0
	}
	d := t.digits(i+1, 20)
	return i + 1 + d, d >= places && d > 0
}
