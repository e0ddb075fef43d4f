package policy

import (
	"strings"

	"github.com/phigate/phigate/inspect"
)

// kind is what a value is, as far as masks and generalisations must know to leave one of the same type.
type kind uint8

const (
	anyKind   kind = iota // not known
	dateKind              // a date or a date and time
	birthKind             // the same, of a birth: it tells an age
	yearKind              // a date of which nothing but the year stays
	zipKind               // a ZIP code
	ageKind               // an age in years
	geoKind               // a latitude, a longitude or both
	emailKind             // an e-mail address
	opaque                // nothing may be kept of it
)

// kindOfFinding returns what a finding says about its value.
func kindOfFinding(f *inspect.Finding) kind {
	switch f.Detector {
	case "date_birth":
		return birthKind
	case "zip_code":
		return zipKind
	case "age_over_89":
		return ageKind
	case "geo":
		return geoKind
	}
	switch f.Category {
	case inspect.Date:
		return dateKind
	case inspect.Email:
		return emailKind
	}
	return anyKind
}

// kindOfName returns what a field's name says about its value. The name may be any client's invention, so a kind is
// only a proposal: each transform checks the value and masks what does not look like it.
func kindOfName(name string) kind {
	name = strings.ToLower(name)
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(name, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("birthdate", "birth_date", "dateofbirth", "date_of_birth", "dob"):
		return birthKind
	case has("date", "datetime"):
		return dateKind
	case has("postalcode", "postal_code", "zip"):
		return zipKind
	case has("latitude", "longitude"):
		return geoKind
	case name == "age", strings.HasPrefix(name, "age_"), has("__age__", "_age_"):
		return ageKind
	case has("email"):
		return emailKind
	}
	return anyKind
}

// cursorName reports whether name is that of a field by which replication finds its place: a changed value makes a
// job lose or repeat rows.
func cursorName(name []byte) bool {
	return equalFold(name, "Id") || equalFold(name, "SystemModstamp") || equalFold(name, "CreatedDate") ||
		equalFold(name, "LastModifiedDate")
}

// cursorValue reports whether b can be the value of such a field: an Id or a date and time. Anything else under that
// name gets no exemption.
func cursorValue(b []byte) bool {
	if dateShape(b) != noDate {
		return true
	}
	if len(b) != 15 && len(b) != 18 {
		return false
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (lower(c) < 'a' || lower(c) > 'z') {
			return false
		}
	}
	return true
}

// shape is how a date is spelt.
type shape uint8

const (
	noDate  shape = iota
	isoDate       // YYYY-MM-DD, alone or before T and a time
	compact       // YYYYMMDD, alone or before hhmm or hhmmss
)

// dateShape returns the shape of b. Days that no calendar has count too: a wrong date is still somebody's.
func dateShape(b []byte) shape {
	if len(b) >= 10 && fits(b[:10], "dddd-dd-dd") {
		if len(b) == 10 || (b[10] == 'T' || b[10] == 't' || b[10] == ' ') && isTime(b[11:]) {
			return isoDate
		}
		return noDate
	}
	if fits(b, "dddddddd") || fits(b, "dddddddddddd") || fits(b, "dddddddddddddd") {
		return compact
	}
	return noDate
}

// isTime reports whether b is hh:mm, hh:mm:ss or hh:mm:ss.fraction, with or without a zone.
func isTime(b []byte) bool {
	if len(b) < 5 || !fits(b[:5], "dd:dd") {
		return false
	}
	b = b[5:]
	if len(b) >= 3 && fits(b[:3], ":dd") {
		b = b[3:]
		if len(b) > 1 && b[0] == '.' && isDigit(b[1]) {
			b = b[1:]
			for len(b) > 0 && isDigit(b[0]) {
				b = b[1:]
			}
		}
	}
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		return fits(b[1:], "dddd") || fits(b[1:], "dd:dd") || fits(b[1:], "dd")
	}
	return len(b) == 0 || string(b) == "Z" || string(b) == "z"
}

// fits reports whether b is spelt like the pattern, in which d is a digit.
func fits(b []byte, pattern string) bool {
	if len(b) != len(pattern) {
		return false
	}
	for i, c := range b {
		if p := pattern[i]; p == 'd' && !isDigit(c) || p != 'd' && p != c {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
