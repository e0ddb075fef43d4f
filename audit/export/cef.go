package export

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/phigate/phigate/audit"
)

// appendCEF appends d as an event of the Common Event Format, version 0:
//
//	CEF:0|phigate|phigate|1|<kind>:<reason>|<name>|<severity>|<key>=<value> <key>=<value> …
//
// All keys are of the format's dictionary and keep its lengths. What the dictionary has no key for is in the custom
// strings and numbers with their labels.
func appendCEF(line []byte, d *audit.Decision, s State) ([]byte, error) {
	sum := summarise(d)
	line = append(line, "CEF:0|phigate|phigate|"...)
	line = strconv.AppendInt(line, audit.Version, 10)
	for _, text := range []string{string(d.Kind) + ":" + d.Reason, title(d, sum), strconv.Itoa(cefSeverity(severity(d, sum)))} {
		line = appendCEFHeader(append(line, '|'), text)
	}
	e := extension{line: append(line, '|')}
	e.number("rt", d.Time.UnixMilli())
	e.text("externalId", d.ID, 40)
	e.text("deviceExternalId", d.Node, 255)
	e.text("cat", string(d.Kind), 1023)
	e.text("act", d.Action, 63)
	e.text("outcome", outcome(d), 63)
	e.text("reason", d.Reason, 1023)
	e.text("suser", d.Client, 1023)
	e.source(d.Source)
	e.text("dhost", d.Dest.Host, 1023)
	e.positive("dpt", int64(d.Dest.Port))
	e.text("app", d.API, 31)
	e.text("requestMethod", d.HTTP.Method, 1023)
	e.text("request", d.HTTP.Route, 1023)
	switch d.Dir {
	case "request":
		e.number("deviceDirection", 1) // outbound
		e.number("out", d.Bytes)
	case "response":
		e.number("deviceDirection", 0)
		e.number("in", d.Bytes)
	}
	e.labelled("cs1", "Rules", join(sum.rules))
	e.labelled("cs2", "Detectors", join(sum.detectors))
	e.labelled("cs3", "Fields", join(sum.fields))
	e.labelled("cs4", "Fingerprints", join(sum.fingerprints))
	e.labelled("cs5", "PolicyDigest", d.Policy.Digest)
	e.labelled("cs6", "Review", reviewed(s))
	e.labelled("flexString1", "Object", d.Object)
	e.labelled("flexString2", "Operation", d.Op)
	e.count("cn1", "Findings", int64(sum.count))
	e.count("cn2", "Records", d.Records)
	e.count("cn3", "LatencyMicroseconds", d.Micros)
	return append(e.line, '\n'), nil
}

// title is the event in a few words, all of them from fixed lists.
func title(d *audit.Decision, s summary) string {
	what := "transfer"
	switch {
	case d.Kind == audit.Admin:
		return "Gate event"
	case d.Kind == audit.Connect:
		what = "connection"
	case len(s.detectors) > 0:
		what = "PHI transfer"
	}
	switch appliedOf(d.Action) {
	case passed:
		return "Allowed " + what
	case detected:
		return "Detected " + what
	case modified:
		return "Modified " + what
	case blocked:
	}
	return "Blocked " + what
}

func outcome(d *audit.Decision) string {
	if appliedOf(d.Action) == blocked {
		return "failure"
	}
	return "success"
}

// cefSeverity turns OCSF's severity into CEF's: 0 to 3 is low, 4 to 6 medium, 7 and 8 high.
func cefSeverity(id int) int {
	switch id {
	case informational:
		return 1
	case low:
		return 3
	case medium:
		return 5
	}
	return 8
}

func reviewed(s State) string {
	if s.Status == "" {
		return ""
	}
	text := s.Status
	if s.Verdict != "" {
		text += " " + s.Verdict
	}
	if s.By != "" {
		text += " by " + s.By
	}
	return text
}

// customLength is the length of a custom string of the dictionary.
const customLength = 4000

// join writes a list into one custom string. What does not fit is counted, not cut in the middle.
func join(list []string) string {
	const room = customLength - len(" +1000")
	var b strings.Builder
	for i, text := range list {
		if b.Len()+1+len(text) > room {
			b.WriteString(" +" + strconv.Itoa(len(list)-i))
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(text)
	}
	return b.String()
}

// extension appends the pairs of key and value behind the header.
type extension struct {
	line  []byte
	pairs int
}

func (e *extension) key(name string) {
	if e.pairs++; e.pairs > 1 {
		e.line = append(e.line, ' ')
	}
	e.line = append(append(e.line, name...), '=')
}

// text appends a pair unless the value is empty. A value longer than most bytes is cut at a character.
func (e *extension) text(key, value string, most int) {
	if value == "" {
		return
	}
	e.key(key)
	e.line = appendCEFValue(e.line, shorten(value, most))
}

// labelled appends a custom string with its label.
func (e *extension) labelled(key, label, value string) {
	if value != "" {
		e.text(key, value, customLength)
		e.text(key+"Label", label, 1023)
	}
}

// count appends a custom number with its label.
func (e *extension) count(key, label string, n int64) {
	if n > 0 {
		e.number(key, n)
		e.text(key+"Label", label, 1023)
	}
}

func (e *extension) number(key string, n int64) {
	e.key(key)
	e.line = strconv.AppendInt(e.line, n, 10)
}

func (e *extension) positive(key string, n int64) {
	if n > 0 {
		e.number(key, n)
	}
}

// source appends where the client is: src takes addresses of IPv4 only.
func (e *extension) source(text string) {
	address, err := netip.ParseAddr(text)
	switch {
	case err != nil:
		e.text("shost", text, 1023)
	case address.Unmap().Is4():
		e.text("src", address.Unmap().String(), 15)
	default:
		e.text("c6a2", address.WithZone("").String(), 39)
		e.text("c6a2Label", "Source IPv6 Address", 1023)
	}
}

// shorten cuts s to at most n bytes, and never inside a character.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// appendCEFHeader appends a field of the header, in which the bar and the backslash are escaped and no line may break.
func appendCEFHeader(line []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\' || c == '|':
			line = append(line, '\\', c)
		case c < ' ' || c == 0x7f:
			line = append(line, ' ')
		default:
			line = append(line, c)
		}
	}
	return line
}

// appendCEFValue appends a value of the extension, in which the equals sign, the backslash and the ends of lines are
// escaped.
func appendCEFValue(line []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\' || c == '=':
			line = append(line, '\\', c)
		case c == '\n':
			line = append(line, '\\', 'n')
		case c == '\r':
			line = append(line, '\\', 'r')
		case c < ' ' || c == 0x7f:
			line = append(line, ' ')
		default:
			line = append(line, c)
		}
	}
	return line
}
