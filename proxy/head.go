package proxy

import (
	"bytes"
	"math"
	"net/url"
)

var crlf = []byte("\r\n")

// maxHeaders is the number of header lines in a request. Clients of Salesforce send about twenty.
const maxHeaders = 200

// head is what of a request's head decides its framing.
type head struct {
	method  string // empty if it is not readable
	length  uint64 // of the body, in bytes
	chunked bool
	connect bool // what follows is a tunnel
}

// headEnd returns where the head at the start of b ends, behind its empty line; -1 if it does not end in b. bad says
// that it holds a line feed without a carriage return, or the other way round. The first from bytes were looked at
// before, except that they may be the beginning of the end.
func headEnd(b []byte, from int) (end int, bad bool) {
	for i := from; ; {
		n := bytes.IndexByte(b[i:], '\n')
		if n < 0 {
			return -1, false
		}
		i += n + 1
		if i < 2 || b[i-2] != '\r' {
			return -1, true
		}
		if i >= 4 && b[i-3] == '\n' && b[i-4] == '\r' {
			return i, false
		}
	}
}

// parseHead checks a complete head and returns its framing, or why it is refused. outer says that the request comes
// from outside of a tunnel, where CONNECT is served.
func parseHead(b []byte, outer bool) (h head, r Reason) {
	line, rest, _ := bytes.Cut(b, crlf)
	method, target, minor, r := requestLine(line)
	if r != "" {
		return h, r
	}
	h.method = string(method)
	h.connect = h.method == "CONNECT"
	if h.method == refusedMethod || h.connect && !outer {
		return head{}, ReasonMethod
	}
	var f fields
	for len(rest) > 2 {
		if line, rest, _ = bytes.Cut(rest, crlf); f.count == maxHeaders {
			return h, ReasonHeaderSize
		}
		if r := f.add(line); r != "" {
			return h, r
		}
	}
	switch {
	case f.codings > 0 && (f.lengths > 0 || minor == '0' || f.codings > 1):
		// RFC 9112, section 6.1: a length beside a coding, and a coding in HTTP/1.0, are how requests are smuggled.
		return h, ReasonFraming
	case f.lengths > 1, f.hosts > 1, f.hosts == 0 && !h.connect:
		return h, ReasonFraming
	case h.connect && f.lengths+f.codings > 0:
		return h, ReasonFraming
	case !h.connect && !sameAuthority(target, f.host):
		return h, ReasonMisdirected
	}
	h.length, h.chunked = f.length, f.codings == 1
	return h, checkTarget(target, h.connect)
}

// checkTarget refuses what net/http would refuse by itself, without a record: an authority that is none, and a URL
// whose escapes are broken.
func checkTarget(target []byte, connect bool) Reason {
	if connect {
		_, _, reason := splitAuthority(string(target), "")
		return reason
	}
	if target[0] == '/' && bytes.IndexByte(target, '%') < 0 {
		return ""
	}
	if _, err := url.ParseRequestURI(string(target)); err != nil {
		return ReasonTarget
	}
	return ""
}

// requestLine divides "METHOD SP target SP HTTP/1.x". minor is the last digit of the version.
func requestLine(line []byte) (method, target []byte, minor byte, r Reason) {
	method, rest, ok := bytes.Cut(line, []byte{' '})
	target, version, ok2 := bytes.Cut(rest, []byte{' '})
	if !ok || !ok2 || !isToken(method) || len(method) > 32 || len(target) == 0 {
		return nil, nil, 0, ReasonFraming
	}
	if len(version) != 8 || string(version[:7]) != "HTTP/1." || version[7] != '0' && version[7] != '1' {
		return nil, nil, 0, ReasonFraming
	}
	for _, c := range target {
		if c <= ' ' || c >= 0x7f {
			return nil, nil, 0, ReasonTarget
		}
	}
	return method, target, version[7], ""
}

// sameAuthority reports whether an absolute target names the host that the Host header does. Any other target has no
// authority of its own.
func sameAuthority(target, host []byte) bool {
	if target[0] == '/' {
		return true
	}
	_, rest, ok := bytes.Cut(target, []byte("://"))
	if !ok {
		return true
	}
	if i := bytes.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return bytes.EqualFold(rest, host)
}

// fields gathers the header fields that decide the framing.
type fields struct {
	count                   int
	hosts, lengths, codings int
	host                    []byte
	length                  uint64
}

// add checks one header line, without its end.
func (f *fields) add(line []byte) Reason {
	f.count++
	name, value, ok := bytes.Cut(line, []byte{':'})
	if !ok || !isToken(name) { // also a folded line, and a space before the colon
		return ReasonFraming
	}
	for _, c := range value {
		if c < ' ' && c != '\t' || c == 0x7f {
			return ReasonFraming
		}
	}
	switch value = bytes.Trim(value, " \t"); {
	case bytes.EqualFold(name, []byte("host")):
		f.hosts++
		if f.host = value; !isHostValue(value) {
			return ReasonFraming
		}
	case bytes.EqualFold(name, []byte("content-length")):
		f.lengths++
		if f.length, ok = parseLength(value); !ok {
			return ReasonFraming
		}
	case bytes.EqualFold(name, []byte("transfer-encoding")):
		f.codings++
		if !bytes.EqualFold(value, []byte("chunked")) {
			return ReasonFraming
		}
	case bytes.EqualFold(name, []byte("expect")):
		if !bytes.EqualFold(value, []byte("100-continue")) {
			return ReasonExpect // net/http would answer by itself, and nothing would be recorded
		}
	case bytes.EqualFold(name, []byte("content_length")), bytes.EqualFold(name, []byte("transfer_encoding")):
		return ReasonFraming // servers that turn names into variables read these as the ones above
	}
	return ""
}

// isHostValue reports whether b has only bytes of a host and a port; net/http takes no others.
func isHostValue(b []byte) bool {
	for _, c := range b {
		if (!isTokenByte(c) || bytes.IndexByte([]byte("#^`|"), c) >= 0) && bytes.IndexByte([]byte(":[](),;="), c) < 0 {
			return false
		}
	}
	return true
}

// parseLength reads a Content-Length: digits and nothing else, small enough for an int64.
func parseLength(b []byte) (uint64, bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var n uint64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, n <= math.MaxInt64
}

// isToken reports whether b is a token of RFC 9110, section 5.6.2.
func isToken(b []byte) bool {
	for _, c := range b {
		if !isTokenByte(c) {
			return false
		}
	}
	return len(b) > 0
}

func isTokenByte(c byte) bool {
	switch {
	case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z':
		return true
	}
	return c > ' ' && c < 0x7f && bytes.IndexByte([]byte("!#$%&'*+-.^_`|~"), c) >= 0
}
