package detect

// idSuffix has the characters of the suffix of an 18-character record Id: bit i of a suffix character's place in it
// says that the i-th character of its five is a capital.
const idSuffix = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

// keyPrefixes are the first three characters of the record Ids of standard objects.
var keyPrefixes = map[string]bool{
	"001": true, "002": true, "003": true, "005": true, "006": true, "00D": true, "00E": true, "00G": true,
	"00O": true, "00P": true, "00Q": true, "00T": true, "00U": true, "00e": true, "00k": true, "00v": true,
	"012": true, "015": true, "01I": true, "01p": true, "01q": true, "01s": true, "01t": true, "01u": true,
	"058": true, "05X": true, "068": true, "069": true, "06A": true, "07L": true, "0D5": true, "0D7": true,
	"0F9": true, "0Q0": true, "0bW": true, "0cA": true, "0hX": true, "0iT": true, "0lP": true, "0qG": true,
	"500": true, "550": true, "570": true, "701": true, "707": true, "750": true, "751": true, "800": true,
	"801": true, "802": true, "810": true,
}

// recordID reports whether b is the Id of a Salesforce record: 18 characters with the right suffix, or 15 characters
// of mixed case with the prefix of a standard or custom object.
func recordID(b []byte) bool {
	switch len(b) {
	case 18:
		return idChecksum(b) && allOf(b, isDigit|isUpper|isLower, "")
	case 15:
		return allOf(b, isDigit|isUpper|isLower, "") && knownPrefix(b) &&
			count(b, isUpper) > 0 && count(b, isLower) > 0 && count(b, isDigit) >= 3
	}
	return false
}

func idChecksum(b []byte) bool {
	for chunk := range 3 {
		bits := 0
		for i := range 5 {
			if classes[b[5*chunk+i]]&isUpper != 0 {
				bits |= 1 << i
			}
		}
		if b[15+chunk] != idSuffix[bits] {
			return false
		}
	}
	return true
}

func knownPrefix(b []byte) bool {
	if b[0] == 'a' && classes[b[1]]&(isDigit|isUpper|isLower) != 0 && classes[b[2]]&(isDigit|isUpper|isLower) != 0 {
		return true
	}
	return keyPrefixes[string(b[:3])]
}

// apiPath reports whether v is the path of a resource of the API, as attributes.url and nextRecordsUrl hold it.
func apiPath(v []byte) bool {
	return hasPrefix(v, "/services/") && allOf(v, isDigit|isUpper|isLower, "/._-")
}

// uuid reports whether a UUID (RFC 9562) begins at i: 8-4-4-4-12 hexadecimal digits and no more.
func (t *text) uuid(i int) bool {
	if i+36 > len(t.b) || t.class(i-1)&isWord != 0 || t.class(i+36)&isWord != 0 {
		return false
	}
	for j, c := range t.b[i : i+36] {
		if j == 8 || j == 13 || j == 18 || j == 23 {
			if c != '-' {
				return false
			}
		} else if classes[c]&isHex == 0 {
			return false
		}
	}
	return true
}

// timestamp reports whether b is a date or a time stamp as the APIs of Salesforce write them: YYYY-MM-DD, or that
// with Thh:mm:ss, an optional fraction and Z or an offset.
func timestamp(b []byte) bool {
	t := text{b: b}
	if len(b) < 10 || !t.exactly(0, 4) || b[4] != '-' || !t.exactly(5, 2) || b[7] != '-' || t.digits(8, 2) != 2 {
		return false
	}
	if len(b) == 10 {
		return true
	}
	return len(b) <= 32 && clockTime(b[10:])
}

// clockTime reports whether b is T or a space, hh:mm, and optional seconds, fraction and zone.
func clockTime(b []byte) bool {
	t := text{b: b}
	if (b[0] != 'T' && b[0] != ' ') || !t.exactly(1, 2) || t.at(3) != ':' || !t.exactly(4, 2) {
		return false
	}
	i := 6
	if t.at(i) == ':' && t.exactly(i+1, 2) {
		i += 3
		if t.at(i) == '.' {
			i += 1 + t.digits(i+1, 9)
		}
	}
	switch t.at(i) {
	case 'Z':
		i++
	case '+', '-':
		i++
		i += t.digits(i, 4)
		if t.at(i) == ':' {
			i += 1 + t.digits(i+1, 2)
		}
	}
	return i == len(b)
}
