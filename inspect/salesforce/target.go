package salesforce

import (
	"strings"
	"unicode/utf8"
)

// PathReason is why a request's target is refused; its text may be logged and used as a metric label.
type PathReason string

// The reasons for which a target is refused: gate and org could read it in different ways.
const (
	PathSyntax     PathReason = "syntax"             // not an origin-form target, or a broken percent escape
	PathSlash      PathReason = "encoded_slash"      // %2F, a backslash
	PathDots       PathReason = "dot_segment"        // . or .., encoded or not
	PathDouble     PathReason = "double_encoding"    // a percent escape that decodes to a percent escape
	PathControl    PathReason = "control_character"  // NUL, CR, LF and the like
	PathEncoding   PathReason = "not_utf8"           // bytes that are not UTF-8
	PathParameter  PathReason = "path_parameter"     // a semicolon, which some servers cut at
	PathRepeated   PathReason = "repeated_parameter" // q, fields and the like twice
	PathOverride   PathReason = "method_override"    // an override that the org may not follow
	PathQuery      PathReason = "query"              // SOQL or SOSL that does not parse
	PathNested     PathReason = "nested_composite"   // a composite request inside of one
	PathSubrequest PathReason = "subrequest"         // one without URL or method, or too many of them
	PathSOAP       PathReason = "soap_call"          // no envelope, a call that is not known, two calls, a row of two types
)

// PathError says why a request's target is refused. It holds no part of the target.
type PathError struct {
	// Reason is a code from a fixed list.
	Reason PathReason
	// Offset is the position of a syntax error in a query, in bytes; 0 otherwise.
	Offset int
}

// Error describes the problem without any part of the target.
func (e *PathError) Error() string { return "route: " + string(e.Reason) }

// target is a request's target taken apart. Ranges are those of raw.
type target struct {
	raw    string
	segs   []segment
	params []param
	suffix string // ".json" or ".xml" that stood behind the last segment
}

// segment is a part of the path.
type segment struct {
	value      string // decoded
	start, end int
	kind       segmentKind
	name       string // what stands in the template; for a value the field's name, empty if it has none
}

// segmentKind says what a segment is.
type segmentKind uint8

const (
	segValue   segmentKind = iota // a value of the client's
	segFixed                      // part of the API, or the name of an object or field
	segVersion                    // v60.0
	segID                         // the Id of a row, a job, a batch
	segLocator                    // a query locator
)

// param is a parameter of the query string.
type param struct {
	name, value string // decoded
	start, end  int    // of the value
}

// parseTarget takes an origin-form target apart: segments are decoded once, empty ones dropped, and a suffix .json or
// .xml taken off the last. inBody says that it is the URL of a subrequest, in which blanks may stand as they are.
func parseTarget(raw string, inBody bool) (*target, *PathError) {
	if raw == "" || raw[0] != '/' {
		return nil, &PathError{Reason: PathSyntax}
	}
	t := &target{raw: raw}
	path, query := len(raw), len(raw)
	if i := strings.IndexByte(raw, '?'); i >= 0 {
		path, query = i, i+1
	}
	for start := 1; start <= path; {
		end := path
		if i := strings.IndexByte(raw[start:path], '/'); i >= 0 {
			end = start + i
		}
		if err := t.addSegment(start, end); err != nil {
			return nil, err
		}
		start = end + 1
	}
	if err := t.stripSuffix(); err != nil {
		return nil, err
	}
	for start := query; start < len(raw); {
		end := len(raw)
		if i := strings.IndexByte(raw[start:], '&'); i >= 0 {
			end = start + i
		}
		if err := t.addParam(start, end, inBody); err != nil {
			return nil, err
		}
		start = end + 1
	}
	return t, nil
}

func (t *target) addSegment(start, end int) *PathError {
	if start == end {
		return nil
	}
	raw := t.raw[start:end]
	if strings.IndexByte(raw, ';') >= 0 {
		return &PathError{Reason: PathParameter}
	}
	value, reason := unescape(raw, false)
	if reason != "" {
		return &PathError{Reason: reason}
	}
	switch {
	case value == "." || value == "..":
		return &PathError{Reason: PathDots}
	case strings.ContainsAny(value, `/\`):
		return &PathError{Reason: PathSlash}
	case hasEscape(value):
		return &PathError{Reason: PathDouble}
	}
	for i := range len(value) {
		if value[i] < 0x20 || value[i] == 0x7F {
			return &PathError{Reason: PathControl}
		}
	}
	t.segs = append(t.segs, segment{value: value, start: start, end: end})
	return nil
}

// stripSuffix takes .json and .xml off the end, until none is left.
func (t *target) stripSuffix() *PathError {
	for len(t.segs) > 0 {
		last := &t.segs[len(t.segs)-1]
		suffix := ""
		for _, s := range [...]string{".json", ".xml"} {
			if hasEnding(last.value, s) {
				suffix = s
			}
		}
		if suffix == "" {
			break
		}
		if t.suffix == "" {
			t.suffix = suffix
		}
		last.value = last.value[:len(last.value)-len(suffix)]
		for range suffix {
			last.end-- // an escape is three bytes long
			if last.end-2 >= last.start && t.raw[last.end-2] == '%' {
				last.end -= 2
			}
		}
		switch last.value {
		case "":
			t.segs = t.segs[:len(t.segs)-1]
		case ".", "..":
			return &PathError{Reason: PathDots}
		}
	}
	return nil
}

func (t *target) addParam(start, end int, inBody bool) *PathError {
	if start == end {
		return nil
	}
	raw := t.raw[start:end]
	name, value := raw, ""
	at := end
	if i := strings.IndexByte(raw, '='); i >= 0 {
		name, value = raw[:i], raw[i+1:]
		at = start + i + 1
	}
	p := param{start: at, end: end}
	for _, part := range [...]struct {
		raw string
		to  *string
	}{{name, &p.name}, {value, &p.value}} {
		if strings.IndexByte(part.raw, '#') >= 0 || !inBody && strings.IndexByte(part.raw, ' ') >= 0 {
			return &PathError{Reason: PathSyntax}
		}
		decoded, reason := unescape(part.raw, true)
		if reason != "" {
			return &PathError{Reason: reason}
		}
		if strings.IndexByte(decoded, 0) >= 0 {
			return &PathError{Reason: PathControl}
		}
		*part.to = decoded
	}
	t.params = append(t.params, p)
	return nil
}

// param returns the parameter with the given name, nil if there is none. One that is there twice, or under another
// spelling of its name, is an error: the org may take the other one.
func (t *target) param(name string) (*param, *PathError) {
	var found *param
	for i := range t.params {
		p := &t.params[i]
		if !strings.EqualFold(p.name, name) {
			continue
		}
		if found != nil || p.name != name {
			return nil, &PathError{Reason: PathRepeated}
		}
		found = p
	}
	return found, nil
}

// unescape undoes percent escapes once; in a form + is a blank too. The reason is empty if there is no problem.
func unescape(raw string, form bool) (value string, reason PathReason) {
	if !form && strings.ContainsAny(raw, "#?") {
		return "", PathSyntax
	}
	if strings.IndexByte(raw, '%') < 0 && (!form || strings.IndexByte(raw, '+') < 0) {
		value = raw
	} else {
		b := make([]byte, 0, len(raw))
		for i := 0; i < len(raw); i++ {
			c := raw[i]
			switch {
			case c == '%':
				if i+2 >= len(raw) || !isHex(raw[i+1]) || !isHex(raw[i+2]) {
					return "", PathSyntax
				}
				c = unhex(raw[i+1])<<4 | unhex(raw[i+2])
				i += 2
			case c == '+' && form:
				c = ' '
			}
			b = append(b, c)
		}
		value = string(b)
	}
	if !utf8.ValidString(value) {
		return "", PathEncoding
	}
	return value, ""
}

// hasEscape reports whether a decoded string holds what a second decoding would decode.
func hasEscape(s string) bool {
	for i := 0; i+2 < len(s); i++ {
		if s[i] == '%' && isHex(s[i+1]) && isHex(s[i+2]) {
			return true
		}
	}
	return false
}

// rawRange returns the range of the target that spells the decoded value[start:end] of a query parameter.
func (t *target) rawRange(p *param, start, end int) (rawStart, rawEnd int) {
	at, n := p.start, 0
	rawStart = p.end
	for ; at < p.end; n++ {
		if n == start {
			rawStart = at
		}
		if n == end {
			break
		}
		if t.raw[at] == '%' {
			at += 3
		} else {
			at++
		}
	}
	return min(rawStart, at), at
}

// template returns the path with every value replaced.
func (t *target) template() string {
	var b strings.Builder
	for _, s := range t.segs {
		b.WriteByte('/')
		switch s.kind {
		case segFixed:
			b.WriteString(s.name)
		case segVersion:
			b.WriteString("{version}")
		case segID:
			b.WriteString("{id}")
		case segLocator:
			b.WriteString("{locator}")
		case segValue:
			b.WriteString("{value}")
		}
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}
