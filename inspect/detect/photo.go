package detect

import (
	"bytes"

	"github.com/phigate/phigate/inspect"
)

// photo recognises images and documents that stand in a text in base64.
var photo = Detector{
	Name:     "photo",
	Category: inspect.Photo,
	Doc:      "image, scan or document in base64: a field whose name says so, or the first bytes of a format",
	Keys: []string{"photo", "picture", "image", "version data", "versiondata", "full face photo", "headshot", "x ray", "xray", "scan image",
		"photo data", "image data", "dicom", "attachment body", "signature image", "document body"},
	Anchors: atDigits | atMixed | atCapital,
	Strict:  true,
	Check: func(v []byte, _ clock) inspect.Evidence {
		if len(v) < 40 || !allOf(v[:40], isDigit|isUpper|isLower, "+/=-_\r\n") {
			return 0
		}
		return inspect.ByShape
	},
	Find: photoAt,
}

// magic are the first bytes of formats, in base64.
var magic = [...]string{
	"/9j/", "iVBORw0KGgo", "R0lGOD", "SUkqA", "TU0AK", "UklGR", "JVBERi0", "UEsDB", "e1xydG", "TVNIf", "SVNBK", "Qk0",
}

// dicomMagic is "DICM" behind the 128 bytes of a DICOM preamble, in base64.
const (
	dicomMagic = "AABESUNN"
	dicomAt    = 168
)

// photoAt looks for base64 of a known format at the beginning of the text, or behind "base64," in it.
func photoAt(t *text, k token) (match, bool) {
	start := k.start
	if start > 1 && t.at(start-1) != ',' && t.at(start-2) != ',' {
		return match{}, false
	}
	if start > 0 && t.at(start-1) == '/' {
		start--
	}
	if start != 0 && !behindComma(t, start) {
		return match{}, false
	}
	head := t.b[start:min(len(t.b), start+dicomAt+len(dicomMagic))]
	if !known(head) || len(t.b)-start < 64 {
		return match{}, false
	}
	end := start
	for end < len(t.b) && (t.class(end)&(isDigit|isUpper|isLower) != 0 || contains("+/=-_\r\n", t.at(end))) {
		end++
	}
	return match{start: start, end: end, valid: true, alone: inspect.Likely}, end-start >= 64
}

// behindComma reports whether the data of a data: URL (RFC 2397) begins at i.
func behindComma(t *text, i int) bool {
	const mark = "base64,"
	return i >= len(mark) && equalFold(t.b[i-len(mark):i], mark)
}

func known(head []byte) bool {
	for _, m := range magic {
		if len(head) >= len(m) && string(head[:len(m)]) == m {
			return true
		}
	}
	return len(head) > dicomAt && bytes.HasSuffix(head, []byte(dicomMagic))
}

// biometric recognises prints of fingers and voices and the like.
var biometric = Detector{
	Name:     "biometric",
	Category: inspect.Biometric,
	Doc:      "biometric identifier: the value of a field whose name is of a finger, voice, retina, iris or face print",
	Anchors:  atDigits | atMixed,
	Told:     true,
	Find:     biometricAt,
	Keys: []string{"fingerprint", "finger print", "voiceprint", "voice print", "retina", "retina scan", "iris scan", "face print",
		"faceprint", "biometric", "biometric data", "palm print", "dna", "dna sequence", "face id template"},
}

// biometricAt looks for a template in base64, or the number that one is kept under.
func biometricAt(t *text, k token) (match, bool) {
	end := k.start
	for end < len(t.b) && (t.class(end)&(isDigit|isUpper|isLower) != 0 || contains("+/=", t.at(end))) {
		end++
	}
	if end-k.start >= minData && t.open(k.start) {
		return match{start: k.start, end: end}, true
	}
	return identifierAt(t, k, 6, 24, 4)
}
