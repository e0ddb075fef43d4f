package detect

import "github.com/phigate/phigate/inspect"

// email recognises addresses of electronic mail.
var email = Detector{
	Name:     "email",
	Category: inspect.Email,
	Doc:      "e-mail address: local part, @, and a domain name whose last label is alphabetic (RFC 5321)",
	Keys: []string{"email", "e mail", "mail", "email address", "e mail address", "mail address", "from address", "to address",
		"cc address", "bcc address", "reply to", "supplied email", "emailaddress"},
	Anchors: atSign,
	Check: func(v []byte, _ clock) inspect.Evidence {
		t := text{b: v}
		for i, c := range v {
			if c != '@' {
				continue
			}
			if m, ok := emailAt(&t, token{start: i, end: i + 1}); ok && m.start == 0 && m.end == len(v) {
				return inspect.ByShape | inspect.ByValidity
			}
		}
		return 0
	},
	Find:   emailAt,
	Normal: normalLower,
}

// Bounds of the parts of an address, in bytes (RFC 5321, section 4.5.3.1).
const (
	maxLocal  = 64
	maxDomain = 253
)

func emailAt(t *text, k token) (match, bool) {
	start := k.start
	for k.start-start < maxLocal && localChar(t.at(start-1)) {
		start--
	}
	for start < k.start && (t.at(start) == '.' || t.at(start) == '\'' || t.at(start) == '-') {
		start++
	}
	end := domainEnd(t, k.end)
	if start == k.start || end == 0 || t.at(k.start-1) == '.' {
		return match{}, false
	}
	return match{start: start, end: end, alone: inspect.VeryLikely, valid: true}, true
}

// localChar reports whether c is common in the part of an address before the @.
func localChar(c byte) bool { return classes[c]&(isWord|isLocal) != 0 }

// domainEnd returns the place behind the domain name at i, 0 if there is none: labels of letters, digits and inner
// hyphens, the last of at least two letters or punycode.
func domainEnd(t *text, i int) int {
	start, label, end := i, i, 0
	for ; i-start <= maxDomain; i++ {
		c := t.at(i)
		if classes[c]&isWord != 0 || (c == '-' && i > label) {
			continue
		}
		if i == label {
			break
		}
		if label > start && topLabel(t.b[label:i]) {
			end = i
		}
		if c != '.' || t.class(i+1)&isWord == 0 {
			break
		}
		label = i + 1
	}
	if end > 0 && t.at(end) == '.' && t.class(end+1)&isWord != 0 {
		return 0 // a label behind it that is no top-level domain
	}
	return end
}

// topLabel reports whether b can be a top-level domain.
func topLabel(b []byte) bool {
	if len(b) > 4 && equalFold(b[:4], "xn--") {
		return true
	}
	return len(b) >= 2 && allOf(b, isUpper|isLower|isOther, "")
}
