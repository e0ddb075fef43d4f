package detect

import (
	"strconv"
	"strings"
)

// segmentKey is the name of a field of a segment of HL7 v2 or X12 in one spelling: the segment, the codes that qualify
// the field, its number, and that of the component unless it is 1, joined by "_" and without leading zeros. It reads the
// names that the decoders give (PID_3_SS, PID_11_5, NM1_IL_MI_09) and those that interface engines write as keys, columns
// and elements (PID-5, PID.5.2, PID_5__c).
type segmentKey struct {
	segment string
	before  [3]string // codes in front of the number: those of X12
	number  string
	kind    string // a code behind the number: that of HL7
	rest    string // the numbers behind, with a "_" before each
}

// parseSegment returns the parts of name, false if it is not of that form.
func parseSegment(name []byte) (k segmentKey, ok bool) {
	parts := strings.FieldsFunc(strings.ToUpper(string(cutSuffix(name))), func(r rune) bool { return r == '_' || r == '.' || r == '-' })
	if len(parts) < 2 || len(parts[0]) < 2 || len(parts[0]) > 3 || isNumber(parts[0]) {
		return k, false
	}
	k.segment = parts[0]
	codes := 0
	for _, p := range parts[1:] {
		switch {
		case isNumber(p) && k.number == "":
			k.number = strings.TrimLeft(p, "0")
		case isNumber(p):
			k.rest += "_" + strings.TrimLeft(p, "0")
		case k.number == "" && codes < len(k.before):
			k.before[codes] = "_" + p
			codes++
		case k.number != "" && k.kind == "" && k.rest == "":
			k.kind = "_" + p
		default:
			return k, false
		}
	}
	for strings.HasSuffix(k.rest, "_1") {
		k.rest = strings.TrimSuffix(k.rest, "_1")
	}
	return k, k.number != ""
}

// spell returns k in its one spelling.
func (k *segmentKey) spell() string {
	return k.segment + strings.Join(k.before[:], "") + "_" + k.number + k.kind + k.rest
}

// isNumber reports whether s is one to three digits. Codes of X12 that are digits stand as words in names.
func isNumber(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= 3
}

// segmentField is what a field of a segment holds.
type segmentField struct {
	typed int8 // -1 says that its name decides for no detector
	hints set
	part  namePart
}

// find returns what is known of the field k. Where nothing is known of it with all of its codes, the first ones are left
// out one by one: what NM108 says counts for every entity in NM101.
func (k *segmentKey) find() (segmentField, bool) {
	for i := 0; i <= len(k.before); i++ {
		before := strings.Join(k.before[i:], "")
		if f, ok := segmentFields[k.segment+before+"_"+k.number+k.kind+k.rest]; ok {
			return f, true
		}
	}
	f, ok := segmentFields[k.segment+"_"+k.number+k.rest]
	return f, ok && k.kind != ""
}

// ofSegment returns the plan for a place whose name is that of a field of HL7 v2, X12 or NCPDP, or
// that is one in C-CDA, of which something is known.
func ofSegment(p place) (keyPlan, bool) {
	if plan, ok := ofDocument(p); ok {
		return plan, true
	}
	if len(p.name) > maxSegmentName {
		return keyPlan{}, false
	}
	f, ok := findTelecom(p.name)
	if !ok {
		k, parsed := parseSegment(p.name)
		if !parsed {
			return keyPlan{}, false
		}
		f, ok = k.find()
	}
	return keyPlan{typed: f.typed, hints: f.hints, part: f.part, clinical: true}, ok
}

// maxSegmentName is the length of the longest name that can be one of a segment's field, in bytes.
const maxSegmentName = 40

// newSegmentField returns a field that the named detector is for; none if the name is empty.
func newSegmentField(detector string) segmentField {
	name, hint := strings.CutPrefix(detector, "?")
	i := indexOf(name)
	f := segmentField{typed: int8(i)}
	if i >= 0 {
		f.hints = 1 << i
	}
	if hint {
		f.typed = -1
	}
	return f
}

// segmentFields are the fields of which something is known, by segmentKey's spelling.
var segmentFields = func() map[string]segmentField {
	fields := make(map[string]segmentField, 1024)
	for detector, names := range segmentVocabulary {
		for name := range strings.FieldsSeq(names) {
			for n := range 12 {
				fields[strings.Replace(name, "#", strconv.Itoa(n+1), 1)] = newSegmentField(detector)
			}
		}
	}
	for kind, names := range hl7Vocabulary {
		kind, detector, _ := strings.Cut(kind, " ")
		for name := range strings.FieldsSeq(names) {
			for component, own := range hl7Components[kind] {
				f := newSegmentField(strings.Replace(own, "=", detector, 1))
				f.part = hl7NameParts[kind+component]
				if component == "" && !strings.Contains(name, "_") {
					component = "_1" // XPN.1 is a component by itself
				}
				if k, ok := parseSegment([]byte(name + component)); ok { // a type has components and no kinds
					fields[k.spell()] = f
				}
			}
		}
	}
	for name, part := range x12NameParts {
		f := fields[name]
		f.part = part
		fields[name] = f
	}
	return fields
}()
