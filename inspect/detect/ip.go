package detect

import "github.com/phigate/phigate/inspect"

// ipAddress recognises addresses of the Internet Protocol, versions 4 and 6.
var ipAddress = Detector{
	Name:     "ip_address",
	Category: inspect.IP,
	Doc:      "IP address: dotted quad, or hexadecimal groups (RFC 5952); no part of an OID or version",
	Keys:     []string{"ip", "ip address", "ipaddress", "ip addr", "ipv 4", "ipv 6", "login ip", "source ip", "client ip", "remote addr", "remote address", "forwarded for"},
	Hints:    []string{"host", "from ip", "logged in"},
	Anchors:  atDigits | atColon,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		if end, _ := quad(&t, 0); end == len(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		if groups6(v) {
			return inspect.ByShape | inspect.ByValidity
		}
		return 0
	},
	Find:   ipAt,
	Normal: normalLower,
}

func ipAt(t *text, k token) (match, bool) {
	if t.at(k.start) == ':' {
		return colons(t, k.start)
	}
	end, public := quad(t, k.start)
	if end == 0 || !t.bounded(k.start, end) {
		return match{}, false
	}
	w := t.wordBefore(t.skipSpaceBefore(k.start))
	m := match{start: k.start, end: end, valid: true, alone: inspect.Possible}
	if b := t.b[w.start:w.end]; equalFold(b, "version") || equalFold(b, "v") || equalFold(b, "release") {
		m.alone = inspect.Unlikely
	} else if public {
		m.alone = inspect.Likely
	}
	return m, true
}

// quad reads four decimal numbers up to 255 without leading zeros. It returns the place behind them, 0 if they are
// not there, and whether the address is of the public Internet.
func quad(t *text, i int) (end int, public bool) {
	var part [4]int
	for n := range part {
		d := t.digits(i, 4)
		if d == 0 || d > 3 || (d > 1 && t.at(i) == '0') {
			return 0, false
		}
		if part[n] = t.value(i, i+d); part[n] > 255 {
			return 0, false
		}
		i += d
		if n < 3 {
			if t.at(i) != '.' {
				return 0, false
			}
			i++
		}
	}
	a, b := part[0], part[1]
	reserved := a == 0 || a == 10 || a == 127 || a >= 224 || (a == 169 && b == 254) || (a == 172 && b&0xF0 == 16) ||
		(a == 192 && b == 168) || (a == 192 && b == 0 && part[2] == 2) || (a == 198 && b == 51 && part[2] == 100) ||
		(a == 203 && b == 0 && part[2] == 113) || a < 3
	return i, !reserved
}

// colons looks for an address of version 6 around its first colon at i.
func colons(t *text, i int) (match, bool) {
	start := i
	for i-start < 4 && t.class(start-1)&isHex != 0 {
		start--
	}
	if c := t.at(start - 1); c == ':' || c == '.' || t.class(start-1)&isWord != 0 {
		return match{}, false
	}
	end := i
	for end-start < 46 && (t.class(end)&isHex != 0 || t.at(end) == ':' || (t.at(end) == '.' && t.digit(end+1))) {
		end++
	}
	if t.class(end)&isWord != 0 || !groups6(t.b[start:end]) {
		return match{}, false
	}
	m := match{start: start, end: end, valid: true, alone: inspect.Likely}
	if end-start < 6 { // "::1", "a::b": scoping operators look like them
		m.alone = inspect.Unlikely
	}
	return m, true
}

// groups6 reports whether b is an address of version 6: eight groups of one to four hexadecimal digits, of which one
// sequence may be left out and the last two may be a dotted quad.
func groups6(b []byte) bool {
	t := text{b: b}
	groups, gap := 0, false
	for i := 0; i < len(b); {
		if t.at(i) == ':' {
			if t.at(i+1) != ':' || gap {
				return false
			}
			gap = true
			i += 2
			continue
		}
		if end, _ := quad(&t, i); end == len(b) {
			groups += 2
			break
		}
		n := 0
		for n < 5 && t.class(i+n)&isHex != 0 {
			n++
		}
		i += n
		if n == 0 || n > 4 {
			return false
		}
		groups++
		if i < len(b) && t.at(i+1) != ':' {
			if t.at(i) != ':' || i+1 == len(b) {
				return false
			}
			i++
		}
	}
	return groups == 8 && !gap || groups < 8 && groups > 0 && gap
}
