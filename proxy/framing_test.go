package proxy

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// script is a connection whose reads return the given parts, then io.EOF.
type script struct {
	net.Conn
	parts [][]byte
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.parts) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.parts[0])
	if s.parts[0] = s.parts[0][n:]; len(s.parts[0]) == 0 {
		s.parts = s.parts[1:]
	}
	return n, nil
}

func (s *script) SetReadDeadline(time.Time) error { return nil }

// cut divides b into parts of n bytes.
func cut(b []byte, n int) [][]byte {
	var parts [][]byte
	for len(b) > n {
		parts, b = append(parts, b[:n]), b[n:]
	}
	return append(parts, b)
}

// framed returns what a framedConn lets through of in, cut into reads of n bytes, and why it refused a message.
func framed(in string, n int, outer bool) (out string, refused Reason, err error) {
	out, c, err := passThrough(in, n, outer)
	return out, c.refused, err
}

func passThrough(in string, n int, outer bool) (string, *framedConn, error) {
	l := Limits{HeaderBytes: 4 << 10, Header: time.Minute}
	c := newFramedConn(&script{parts: cut([]byte(in), n)}, &l, outer)
	var b bytes.Buffer
	buf := make([]byte, n)
	for {
		k, err := c.Read(buf)
		b.Write(buf[:k])
		if err != nil {
			return b.String(), c, err
		}
	}
}

func TestFraming(t *testing.T) {
	const host = "Host: a.example.com\r\n"
	tests := map[string]struct {
		in     string
		passed string // what passes before the refusal; "=" is all
		reason Reason
	}{
		"GET":                     {"GET / HTTP/1.1\r\n" + host + "\r\n", "=", ""},
		"HTTP/1.0":                {"GET / HTTP/1.0\r\n" + host + "\r\n", "=", ""},
		"length":                  {"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello", "=", ""},
		"length, zeros":           {"POST / HTTP/1.1\r\n" + host + "Content-Length: 005\r\n\r\nhello", "=", ""},
		"chunked":                 {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "=", ""},
		"chunked, case and space": {"POST / HTTP/1.1\r\n" + host + "transfer-encoding:  Chunked \r\n\r\n0\r\n\r\n", "=", ""},
		"chunked, extension":      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\n\r\n", "=", ""},
		"chunked, trailers":       {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\nC: d\r\n\r\n", "=", ""},
		"pipelined": {"POST / HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\nhiGET /2 HTTP/1.1\r\n" + host + "\r\nPOST /3 HTTP/1.1\r\n" + host +
			"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nGET /4 HTTP/1.1\r\n" + host + "\r\n", "=", ""},
		"absolute-form": {"GET https://A.example.com/x HTTP/1.1\r\n" + host + "\r\n", "=", ""},
		"expectation":   {"PUT / HTTP/1.1\r\n" + host + "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx", "=", ""},
		"second is refused": {"GET /1 HTTP/1.1\r\n" + host + "\r\nGET /2 HTTP/1.1\r\n" + host + host + "\r\n",
			"GET /1 HTTP/1.1\r\n" + host + "\r\n", ReasonFraming},

		"length and coding":         {"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", ReasonFraming},
		"coding and length":         {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", "", ReasonFraming},
		"two lengths":               {"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "", ReasonFraming},
		"two different lengths":     {"POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "", ReasonFraming},
		"list of lengths":           {"POST / HTTP/1.1\r\n" + host + "Content-Length: 5, 5\r\n\r\nhello", "", ReasonFraming},
		"signed length":             {"POST / HTTP/1.1\r\n" + host + "Content-Length: +5\r\n\r\nhello", "", ReasonFraming},
		"negative length":           {"POST / HTTP/1.1\r\n" + host + "Content-Length: -5\r\n\r\nhello", "", ReasonFraming},
		"huge length":               {"POST / HTTP/1.1\r\n" + host + "Content-Length: 18446744073709551616\r\n\r\n", "", ReasonFraming},
		"empty length":              {"POST / HTTP/1.1\r\n" + host + "Content-Length: \r\n\r\n", "", ReasonFraming},
		"hexadecimal length":        {"POST / HTTP/1.1\r\n" + host + "Content-Length: 0x5\r\n\r\nhello", "", ReasonFraming},
		"length with an underscore": {"POST / HTTP/1.1\r\n" + host + "Content_Length: 5\r\n\r\n", "", ReasonFraming},
		"list of codings":           {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked, identity\r\n\r\n", "", ReasonFraming},
		"two codings":               {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "", ReasonFraming},
		"unknown coding":            {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n", "", ReasonFraming},
		"coding and vertical tab":   {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\x0b\r\n\r\n", "", ReasonFraming},
		"coding in HTTP/1.0":        {"POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", ReasonFraming},
		"folded line":               {"GET / HTTP/1.1\r\n" + host + "A: b\r\n c\r\n\r\n", "", ReasonFraming},
		"folded first line":         {"GET / HTTP/1.1\r\n A: b\r\n" + host + "\r\n", "", ReasonFraming},
		"space before colon":        {"GET / HTTP/1.1\r\n" + host + "Content-Length : 5\r\n\r\n", "", ReasonFraming},
		"empty name":                {"GET / HTTP/1.1\r\n" + host + ": b\r\n\r\n", "", ReasonFraming},
		"no colon":                  {"GET / HTTP/1.1\r\n" + host + "A\r\n\r\n", "", ReasonFraming},
		"name is no token":          {"GET / HTTP/1.1\r\n" + host + "A(b): c\r\n\r\n", "", ReasonFraming},
		"NUL in value":              {"GET / HTTP/1.1\r\n" + host + "A: b\x00c\r\n\r\n", "", ReasonFraming},
		"CR in value":               {"GET / HTTP/1.1\r\n" + host + "A: b\rc\r\n\r\n", "", ReasonFraming},
		"LF ends a line":            {"GET / HTTP/1.1\r\n" + host + "A: b\nC: d\r\n\r\n", "", ReasonFraming},
		"LF ends the head":          {"GET / HTTP/1.1\n\n", "", ReasonFraming},
		"no host":                   {"GET / HTTP/1.1\r\n\r\n", "", ReasonFraming},
		"two hosts":                 {"GET / HTTP/1.1\r\n" + host + host + "\r\n", "", ReasonFraming},
		"two spaces":                {"GET  / HTTP/1.1\r\n" + host + "\r\n", "", ReasonFraming},
		"HTTP/0.9":                  {"GET /\r\n\r\n", "", ReasonFraming},
		"HTTP/2.0":                  {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", ReasonFraming},
		"HTTP/1.2":                  {"GET / HTTP/1.2\r\n" + host + "\r\n", "", ReasonFraming},
		"non-ASCII target":          {"GET /é HTTP/1.1\r\n" + host + "\r\n", "", ReasonTarget},
		"other host, absolute":      {"GET https://evil.example/ HTTP/1.1\r\n" + host + "\r\n", "", ReasonMisdirected},
		"CONNECT":                   {"CONNECT a.example.com:443 HTTP/1.1\r\n" + host + "\r\n", "", ReasonMethod},
		"the gate's own method":     {refusedMethod + " / HTTP/1.1\r\n" + host + "\r\n", "", ReasonMethod},
		"other expectation":         {"PUT / HTTP/1.1\r\n" + host + "Expect: tea\r\n\r\n", "", ReasonExpect},
		"large header":              {"GET / HTTP/1.1\r\n" + host + "A: " + strings.Repeat("a", 8<<10) + "\r\n\r\n", "", ReasonHeaderSize},
		"endless header":            {"GET / HTTP/1.1\r\n" + host + strings.Repeat("A: a\r\n", 2<<10), "", ReasonHeaderSize},
		"many headers":              {"GET / HTTP/1.1\r\n" + host + strings.Repeat("A: a\r\n", 250) + "\r\n", "", ReasonHeaderSize},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			want := tt.passed
			if tt.reason != "" {
				want += refusedHead
			} else if want == "=" {
				want = tt.in
			}
			for _, n := range []int{1, 2, 3, 7, 64, 4096, 1 << 20} {
				got, reason, err := framed(tt.in, n, false)
				if diff := cmp.Diff(want, got); diff != "" || reason != tt.reason || !errors.Is(err, io.EOF) {
					t.Fatalf("reads of %d bytes: reason %q, want %q; %v; (-want +got)\n%s", n, reason, tt.reason, err, diff)
				}
			}
		})
	}
}

// A chunked body that breaks off ends in an error, so that nobody takes it for complete.
func TestFramingChunks(t *testing.T) {
	const head = "POST / HTTP/1.1\r\nHost: a.example.com\r\nTransfer-Encoding: chunked\r\n\r\n"
	tests := map[string]string{
		"LF ends a size":        "5\nhello\r\n0\r\n\r\n",
		"CR alone":              "5\rhello\r\n0\r\n\r\n",
		"LF ends a chunk":       "5\r\nhello\n0\r\n\r\n",
		"long chunk":            "5\r\nhello!\r\n0\r\n\r\n",
		"negative size":         "-5\r\nhello\r\n0\r\n\r\n",
		"signed size":           "+5\r\nhello\r\n0\r\n\r\n",
		"prefixed size":         "0x5\r\nhello\r\n0\r\n\r\n",
		"overflowing size":      "FFFFFFFFFFFFFFFFF\r\nhello",
		"space before size":     " 5\r\nhello\r\n0\r\n\r\n",
		"space behind size":     "5 \r\nhello\r\n0\r\n\r\n",
		"empty size":            "\r\nhello\r\n0\r\n\r\n",
		"extension alone":       ";a\r\n0\r\n\r\n",
		"LF in extension":       "5;a\nb\r\nhello\r\n0\r\n\r\n",
		"NUL in extension":      "5;a\x00\r\nhello\r\n0\r\n\r\n",
		"1 MB of extension":     "5;" + strings.Repeat("a", 1<<20) + "\r\nhello\r\n0\r\n\r\n",
		"folded trailer":        "0\r\nA: b\r\n c\r\n\r\n",
		"LF ends a trailer":     "0\r\nA: b\n\r\n",
		"trailer without colon": "0\r\nA\r\n\r\n",
		"large trailers":        "0\r\nA: " + strings.Repeat("a", 4<<10) + "\r\n\r\n",
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{1, 3, 4096} {
				got, _, err := framed(head+body, n, false)
				if !errors.Is(err, errFraming) {
					t.Fatalf("reads of %d bytes: error %v, want %v", n, err, errFraming)
				}
				if !strings.HasPrefix(head+body, got) || len(got) > len(head)+len(body) {
					t.Fatalf("reads of %d bytes: %q passed", n, got)
				}
			}
		})
	}
}

func TestFramingOuter(t *testing.T) {
	const in = "CONNECT a.example.com:443 HTTP/1.0\r\n\r\n\x16\x03\x01\x00\x00\n\n\x00 anything"
	for _, n := range []int{1, 5, 4096} {
		if got, reason, _ := framed(in, n, true); got != in || reason != "" {
			t.Errorf("reads of %d bytes: %q (%s), want %q", n, got, reason, in)
		}
	}
	if _, reason, _ := framed("CONNECT a:443 HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd", 64, true); reason != ReasonFraming {
		t.Errorf("CONNECT with a length: %q, want %q", reason, ReasonFraming)
	}
}

// What passes is read by net/http as exactly the messages that it was divided into, whatever the reads were.
func FuzzFraming(f *testing.F) {
	f.Add("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiGET / HTTP/1.1\r\nHost: a\r\n\r\n", uint8(3))
	f.Add("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\na\r\n0\r\nT: v\r\n\r\n", uint8(1))
	f.Add("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", uint8(9))
	f.Add("\r\nGET / HTTP/1.0\r\nHost: a\r\nX: \x80\r\n\r\n", uint8(200))
	f.Fuzz(func(t *testing.T, in string, n uint8) {
		whole, c, err := passThrough(in, 1<<20, false)
		reason := c.refused
		got, reason2, err2 := framed(in, int(n)+1, false)
		if whole != got || reason != reason2 || errors.Is(err, errFraming) != errors.Is(err2, errFraming) {
			t.Fatalf("depends on the reads: %q (%s, %v) and %q (%s, %v)", whole, reason, err, got, reason2, err2)
		}
		if errors.Is(err, errFraming) || c.scan.state != atHead {
			return // the last body breaks off, which net/http tells by several errors
		}
		if err := readAll(whole); err != nil {
			t.Fatalf("%q: %v", whole, err)
		}
	})
}

// readAll reads in as net/http does and returns an error if it finds anything malformed.
func readAll(in string) error {
	r := bufio.NewReader(strings.NewReader(in))
	for {
		if _, err := r.Peek(1); err != nil {
			return nil
		}
		req, err := http.ReadRequest(r)
		if err != nil {
			return fmt.Errorf("net/http refuses it: %w", err)
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return fmt.Errorf("net/http refuses the body: %w", err)
		}
	}
}
