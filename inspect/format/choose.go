package format

import (
	"bytes"
	"errors"
	"mime"
	"slices"
	"strings"

	"github.com/phigate/phigate/inspect"
)

// SniffLen is how many bytes of a body [Choose] wants to see, unless the body is shorter.
const SniffLen = 512

// Choose returns the format of a body.
//
// name is the format's name where the API knows it, such as "csv" for a Bulk upload, and then decides alone. Else
// mediaType, the Content-Type header (two of them joined by a comma), and prefix, the first SniffLen bytes of the body,
// have to agree: what starts as an object or array of JSON, as HL7 v2, X12 or NCPDP is that whatever it is called, but for a
// type of another format that is read; text/plain, application/octet-stream and no type at all are text if they look so. Markup is XML
// only where its type says so: as anything else it could be HTML, which other rules hold for.
//
// Everything else is an *inspect.UnreadableError: a format that is not read, two types, an unknown name
// (ReasonMediaType), a charset other than UTF-8 and US-ASCII, UTF-16 and UTF-32 (ReasonEncoding). A charset counts even
// where the name is known.
//
// FHIR is JSON or XML, and C-CDA is XML, whose type or beginning says so. What begins as one of these is it whatever it is
// called, as with JSON.
func Choose(name, mediaType string, prefix []byte) (*Format, error) {
	label, err := parseLabel(mediaType)
	if err != nil {
		return nil, err
	}
	if name != "" {
		return byName(name)
	}
	f, err := choose(label, prefix)
	if err == nil && f.Name == "json" && (label == fhirMediaType || isFHIR(prefix)) {
		return byName("fhir")
	}
	return f, err
}

// choose is Choose for a body of which no API tells anything.
func choose(label string, prefix []byte) (*Format, error) {
	if wide(prefix) {
		return nil, unreadable(inspect.ReasonEncoding)
	}
	sniffed := sniff(prefix)
	labelled := byMediaType(label)
	markup := isXML(labelled)
	if opaque(prefix) && !markup && !(isXML(sniffed) && certain(sniffed)) {
		return nil, unreadable(inspect.ReasonMediaType)
	}
	switch {
	case markup && !isXML(sniffed) && len(bytes.TrimSpace(prefix)) > 0: // nothing but XML starts like XML
	case markup && sniffed != nil && certain(sniffed):
		return sniffed, nil
	case markup: // whatever XML is: the decoder looks at the root
		return labelled, nil
	case labelled == nil && label != "" && label != "application/octet-stream":
		// A type that is not read, or does not fit what it holds.
		if sniffed != nil && certain(sniffed) {
			return sniffed, nil
		}
	case labelled == nil:
		if sniffed != nil {
			return sniffed, nil
		}
	case sniffed != nil && sniffed.Name == "text" || sniffed == labelled:
		return labelled, nil
	case sniffed != nil && labelled.Name == "text":
		return sniffed, nil
	}
	return nil, unreadable(inspect.ReasonMediaType)
}

// certain reports whether the beginning of a body of the format tells what it is, without any type.
func certain(f *Format) bool {
	switch f.Name {
	case "json", "hl7", "x12", "ncpdp", "cda", "fhir-xml":
		return true
	}
	return false
}

// isXML reports whether f is XML.
func isXML(f *Format) bool {
	return f != nil && (f.Name == "xml" || f.Name == "cda" || f.Name == "fhir-xml")
}

// parseLabel returns the media type in a Content-Type header, "" if there is none.
func parseLabel(header string) (string, error) {
	if strings.TrimSpace(header) == "" {
		return "", nil
	}
	if strings.Contains(header, ",") {
		parts := strings.Split(header, ",")
		for i := range parts {
			parts[i] = strings.ToLower(strings.TrimSpace(parts[i]))
		}
		if parts = slices.Compact(parts); len(parts) > 1 {
			return "", unreadable(inspect.ReasonMediaType)
		}
		header = parts[0]
	}
	label, params, err := mime.ParseMediaType(header)
	if err != nil && !(errors.Is(err, mime.ErrInvalidMediaParameter) && !strings.Contains(strings.ToLower(header), "charset")) {
		return "", unreadable(inspect.ReasonMediaType)
	}
	switch strings.ToLower(params["charset"]) {
	case "", "utf-8", "utf8", "us-ascii":
		return label, nil
	}
	return "", unreadable(inspect.ReasonEncoding)
}

func byName(name string) (*Format, error) {
	for i := range Formats {
		if Formats[i].Name == name {
			return &Formats[i], nil
		}
	}
	return nil, unreadable(inspect.ReasonMediaType)
}

// byMediaType returns the format that promises the type, nil if none does.
func byMediaType(label string) *Format {
	if label == "" {
		return nil
	}
	for i := range Formats {
		for _, t := range Formats[i].MediaTypes {
			if t == label || t[0] == '+' && strings.HasSuffix(label, t) {
				return &Formats[i]
			}
		}
	}
	return nil
}

// sniff returns the first format that prefix looks like, nil if there is none. A body that starts with so much white
// space that nothing can be seen behind it looks like none.
func sniff(prefix []byte) *Format {
	prefix = bytes.TrimPrefix(prefix, []byte("\xEF\xBB\xBF"))
	if len(prefix) >= SniffLen && len(bytes.TrimSpace(prefix)) == 0 {
		return nil
	}
	for i := range Formats {
		if s := Formats[i].Sniff; s != nil && s(prefix) {
			return &Formats[i]
		}
	}
	return nil
}

// wide reports whether prefix looks like UTF-16 or UTF-32: a byte order mark, or NUL next to ASCII.
func wide(prefix []byte) bool {
	for _, mark := range []string{"\xFE\xFF", "\xFF\xFE", "\x00\x00\xFE\xFF"} {
		if bytes.HasPrefix(prefix, []byte(mark)) {
			return true
		}
	}
	return len(prefix) >= 2 && (prefix[0] == 0 || prefix[1] == 0)
}

// opaque reports whether prefix starts like a format that could pass for text or for something else: documents and
// archives whose signature is ASCII, and markup. (All others hold NUL, control characters or no UTF-8.)
func opaque(prefix []byte) bool {
	for _, magic := range []string{"%PDF-", "%!PS", "GIF87a", "GIF89a", "BZh", "PK\x03\x04", "\x1F\x8B", `{\rtf`} {
		if bytes.HasPrefix(prefix, []byte(magic)) {
			return true
		}
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(prefix, []byte("\xEF\xBB\xBF")), " \t\r\n")
	if len(text) < 2 || text[0] != '<' {
		return false
	}
	c := text[1] | 0x20
	return text[1] == '?' || text[1] == '!' || 'a' <= c && c <= 'z' || text[1] == '_'
}

func unreadable(reason inspect.Reason) error {
	return &inspect.UnreadableError{Reason: reason, Format: "body", Offset: -1}
}
