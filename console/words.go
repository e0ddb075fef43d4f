package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// ago is how long before now t was, in the largest unit that is not 0: "3 h".
func ago(now, t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	if d := now.Sub(t); d >= 0 {
		return span(d) + " ago"
	}
	return "in " + span(t.Sub(now))
}

// left is how long it is until t: "12 d left", or "over".
func left(now, t time.Time) string {
	if d := t.Sub(now); d > 0 {
		return span(d) + " left"
	}
	return "over"
}

// span is a duration in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d d", d/(24*time.Hour))
}

// byteSize is a size in bytes with three digits: "1.21 MB". The units are powers of 1000.
func byteSize(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	v, unit := float64(n), ""
	for _, unit = range []string{"kB", "MB", "GB", "TB"} {
		if v /= 1000; v < 999.5 {
			break
		}
	}
	switch {
	case v < 9.995:
		return fmt.Sprintf("%.2f %s", v, unit)
	case v < 99.95:
		return fmt.Sprintf("%.1f %s", v, unit)
	}
	return fmt.Sprintf("%.0f %s", v, unit)
}

// number is n with a comma between thousands.
func number(n int) string {
	s := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// countOf is n and what is counted: "1 verdict", "2 verdicts".
func countOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// tagClass is the class of the coloured tag of an action.
func tagClass(action string) string {
	switch action {
	case "block":
		return "tag tag-block"
	case "redact", "mask", "generalise":
		return "tag tag-mask"
	case "alert":
		return "tag tag-alert"
	case "allow":
		return "tag tag-allow"
	}
	return "tag"
}

// actionWord is what was done, as a word of its own.
func actionWord(action string) string {
	switch action {
	case "block":
		return "Blocked"
	case "redact":
		return "Redacted"
	case "mask":
		return "Masked"
	case "generalise":
		return "Generalised"
	case "alert":
		return "Reported"
	case "allow":
		return "Allowed"
	}
	return action
}

// handle is how a fingerprint is shown: a word for what it is of, and its first 30 bits in two groups, as in
// "SSN·7KQ2-M4". Two handles that differ are of different values; equal ones are very likely of the same value. The detector says
// what the value is.
func handle(detector, fingerprint string) string {
	if len(fingerprint) < 6 {
		return strings.ToUpper(shortName(detector))
	}
	return strings.ToUpper(shortName(detector)) + "·" + fingerprint[:4] + "-" + fingerprint[4:6]
}

// shortName is a word for what a detector finds: the last one of its name, ssn for us_ssn, but for those whose last word
// says nothing.
func shortName(detector string) string {
	switch detector {
	case "icd10_cm":
		return "icd10"
	case "snomed_ct":
		return "snomed"
	case "age_over_89":
		return "age"
	case "ip_address":
		return "ip"
	case "mac_address":
		return "mac"
	case "zip_code":
		return "zip"
	case "account_number":
		return "account"
	case "device_id":
		return "device"
	case "health_plan_id":
		return "plan"
	case "clinical_text":
		return "clinical"
	}
	return detector[strings.LastIndexByte(detector, '_')+1:]
}

// categories are the classes of identifiers of 45 CFR 164.514(b)(2)(i), by the names that a decision has for them.
var categories = map[string]struct{ letter, title string }{
	"name":       {"A", "Name"},
	"geographic": {"B", "Geographic subdivision"},
	"date":       {"C", "Date of a person's life"},
	"phone":      {"D", "Telephone number"},
	"fax":        {"E", "Fax number"},
	"email":      {"F", "E-mail address"},
	"ssn":        {"G", "Social security number"},
	"mrn":        {"H", "Medical record number"},
	"plan":       {"I", "Health plan number"},
	"account":    {"J", "Account number"},
	"licence":    {"K", "Certificate or licence number"},
	"vehicle":    {"L", "Vehicle identifier"},
	"device":     {"M", "Device identifier"},
	"url":        {"N", "Web address"},
	"ip":         {"O", "IP address"},
	"biometric":  {"P", "Biometric identifier"},
	"photo":      {"Q", "Photograph"},
	"other":      {"R", "Other unique identifier"},
	"clinical":   {"", "Clinical code"},
}

// categoryTitle is a category in words, with its letter in the Safe Harbor list: "Social security number (G)".
func categoryTitle(name string) string {
	c, ok := categories[name]
	switch {
	case name == "":
		return "Uncategorised"
	case !ok:
		return name
	case c.letter == "":
		return c.title
	}
	return c.title + " (" + c.letter + ")"
}

// verdictTitle is a verdict in words.
func verdictTitle(name string) string {
	if v, ok := review.VerdictNamed(name); ok {
		return v.Title
	}
	return name
}

// statusTitle is a review status in words.
func statusTitle(status string) string {
	switch status {
	case "open":
		return "Open"
	case "assigned":
		return "Assigned"
	case "awaiting_second":
		return "Awaiting second"
	case "decided":
		return "Decided"
	}
	return status
}

// keyTitle is the heading of a facet.
func keyTitle(key string) string {
	switch key {
	case "decision":
		return "Action"
	case "dir":
		return "Direction"
	case "fp":
		return "Fingerprint"
	}
	return strings.ToUpper(key[:1]) + key[1:]
}

// verdictMeaning says when a verdict is the right one.
func verdictMeaning(name string) string {
	switch name {
	case "true_positive":
		return "It was patient data, and it should not have left."
	case "false_positive":
		return "What was found is no identifier: the detector or the rule was wrong."
	case "benign":
		return "It was patient data, and this transfer is permitted."
	case "disregard":
		return "It does not matter, and need not be counted."
	case "test":
		return "Somebody tried the gate, or the data are synthetic."
	case "insufficient_data":
		return "Nobody can tell from what is known."
	case "duplicate":
		return "Another decision about the same thing has the verdict."
	}
	return ""
}

// coverageWords says how much of a body was inspected.
func coverageWords(c audit.Coverage) string {
	switch c {
	case audit.Full:
		return "whole"
	case audit.Partial:
		return "in part, up to a place that could not be read"
	case audit.Opaque:
		return "not at all: it could not be read"
	}
	return string(c)
}
