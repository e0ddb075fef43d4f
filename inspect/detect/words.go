package detect

// maxWords is how many words of a name or of the text around a match are looked at.
const maxWords = 16

// words are the lower-case words of a name: "HealthCloudGA__MedicalRecordNumber__pc" has health, cloud, ga, medical,
// record and number. The zero value is ready for use.
type words struct {
	buf [128]byte
	end [maxWords]uint8 // word i is buf[end[i-1]:end[i]]
	n   int
}

func (w *words) word(i int) []byte {
	start := 0
	if i > 0 {
		start = int(w.end[i-1])
	}
	return w.buf[start:w.end[i]]
}

// used returns the number of bytes in use.
func (w *words) used() int {
	if w.n == 0 {
		return 0
	}
	return int(w.end[w.n-1])
}

// split appends the words of name. Words end where the kind of character changes: at signs, between letters and
// digits, before a capital that follows a small letter, and before the last capital of a run that small letters
// follow. What exceeds the room is dropped.
func (w *words) split(name []byte) {
	at := w.used()
	start := at
	for i, c := range name {
		k := classes[c]
		if start < at && starts(name, i, k) {
			if !w.add(at) {
				return
			}
			start = at
		}
		if k&(isDigit|isUpper|isLower) == 0 {
			continue
		}
		if at == len(w.buf) {
			return
		}
		w.buf[at] = lower(c)
		at++
	}
	if start < at {
		w.add(at)
	}
}

// starts reports whether a new word starts at or behind name[i], which has the class k and is not the first byte.
func starts(name []byte, i int, k class) bool {
	if k&(isDigit|isUpper|isLower) == 0 {
		return true
	}
	p := classes[name[i-1]]
	switch {
	case (p^k)&isDigit != 0:
		return true
	case k&isUpper == 0:
		return false
	case p&isLower != 0:
		return true
	}
	return i+1 < len(name) && classes[name[i+1]]&isLower != 0 && !plural(name, i)
}

// plural reports whether the small letter behind name[i] is the s of a plural such as "SSNs".
func plural(name []byte, i int) bool {
	return name[i+1] == 's' && (i+2 == len(name) || classes[name[i+2]]&isLower == 0)
}

func (w *words) add(end int) bool {
	if w.n == maxWords {
		return false
	}
	w.end[w.n] = uint8(end)
	w.n++
	return true
}

// apiSuffixes are the endings that Salesforce gives to the names of custom fields and relationships.
var apiSuffixes = [...]string{"__c", "__pc", "__r", "__pr", "__s", "__x", "__e", "__mdt", "__b"}

// cutSuffix removes the ending of a custom name, so that it is no word.
func cutSuffix(name []byte) []byte {
	for _, s := range apiSuffixes {
		if n := len(name) - len(s); n > 0 && equalFold(name[n:], s) {
			return name[:n]
		}
	}
	return name
}

// lastPart splits a dotted name such as "Owner.Name" before its last part.
func lastPart(name []byte) (parents, last []byte) {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' {
			return name[:i], name[i+1:]
		}
	}
	return nil, name
}

// equalFold reports whether b equals s, which is in lower case, in any case.
func equalFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range b {
		if lower(b[i]) != s[i] {
			return false
		}
	}
	return true
}
