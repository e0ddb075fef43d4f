package proxy

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// refuseInside sends each message through a tunnel of one gate and checks the answers, the decisions, and that the
// upstream saw nothing of them.
func refuseInside(t *testing.T, status int, reason Reason, tests map[string]string) {
	t.Helper()
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			if got := g.inside(raw); len(got) != 1 || got[0] != status {
				t.Errorf("%v, want %d", got, status)
			}
		})
	}
	g.wantRefusedTimes(reason, len(tests))
}

const chunked = "Transfer-Encoding: chunked\r\n"

func TestC01LengthAndCoding(t *testing.T) {
	refuseInside(t, 400, ReasonFraming, map[string]string{
		"CL.TE": request("POST", restPath, "Content-Length: 5\r\n"+chunked) + "0\r\n\r\n",
		"TE.CL": request("POST", restPath, chunked+"Content-Length: 5\r\n") + "0\r\n\r\n",
		"GET":   request("GET", restPath, chunked+"Content-Length: 0\r\n") + "0\r\n\r\n",
	})
}

func TestC02Codings(t *testing.T) {
	refuseInside(t, 400, ReasonFraming, map[string]string{
		"list":         request("POST", restPath, "Transfer-Encoding: chunked, identity\r\n") + "0\r\n\r\n",
		"unknown":      request("POST", restPath, "Transfer-Encoding: xchunked\r\n") + "0\r\n\r\n",
		"vertical tab": request("POST", restPath, "Transfer-Encoding: chunked\x0b\r\n") + "0\r\n\r\n",
		"two":          request("POST", restPath, chunked+chunked) + "0\r\n\r\n",
		"identity":     request("POST", restPath, "Transfer-Encoding: identity\r\n"),
		"gzip":         request("POST", restPath, "Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n",
		"HTTP/1.0":     strings.Replace(request("POST", restPath, chunked), "HTTP/1.1", "HTTP/1.0", 1) + "0\r\n\r\n",
	})
}

func TestC03Lengths(t *testing.T) {
	tests := map[string]string{"same twice": request("POST", restPath, "Content-Length: 2\r\nContent-Length: 2\r\n") + "{}"}
	for _, v := range []string{"+5", "5,5", "5, 5", "-5", "18446744073709551616", "9223372036854775808", "0x5", "5 5", "", "1e1"} {
		tests[v] = request("POST", restPath, "Content-Length: "+v+"\r\n") + "hello"
	}
	tests["different"] = request("POST", restPath, "Content-Length: 5\r\nContent-Length: 6\r\n") + "hello"
	refuseInside(t, 400, ReasonFraming, tests)
}

func TestC04HeaderLines(t *testing.T) {
	refuseInside(t, 400, ReasonFraming, map[string]string{
		"folded":             request("GET", restPath, "A: b\r\n c\r\n"),
		"NUL":                request("GET", restPath, "A: b\x00c\r\n"),
		"CR":                 request("GET", restPath, "A: b\rc\r\n"),
		"LF":                 request("GET", restPath, "A: b\nc: d\r\n"),
		"space before colon": request("GET", restPath, "A : b\r\n"),
		"empty name":         request("GET", restPath, ": b\r\n"),
		"no token":           request("GET", restPath, "A[]: b\r\n"),
		"no colon":           request("GET", restPath, "A\r\n"),
	})
}

// Broken chunks are found while the body is read, so that it is the exchange that refuses.
func TestC05C06C07Chunks(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	tests := map[string]string{
		"LF ends a size":  "2\n{}\r\n0\r\n\r\n",
		"LF ends a chunk": "2\r\n{}\n0\r\n\r\n",
		"CR in a size":    "2\r2\r\n{}\r\n0\r\n\r\n",
		"1 MB extension":  "2;" + strings.Repeat("a", 1<<20) + "\r\n{}\r\n0\r\n\r\n",
		"overflow":        "FFFFFFFFFFFFFFFFF\r\n{}",
		"negative":        "-2\r\n{}\r\n0\r\n\r\n",
		"long":            "2\r\n{}}\r\n0\r\n\r\n",
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			got := g.inside(request("POST", restPath, "Content-Type: application/json\r\n"+chunked) + body)
			if len(got) != 1 || got[0] != 400 {
				t.Errorf("%v, want 400", got)
			}
			if d := time.Since(start); d > 3*time.Second {
				t.Errorf("it took %v", d)
			}
		})
	}
	if n := o.requests.Load(); n != 0 {
		t.Errorf("the upstream saw %d requests", n)
	}
	if n := len(g.decisions()); n != len(tests) {
		t.Errorf("%d decisions, want %d", n, len(tests))
	}
}

func TestC08HeaderFlood(t *testing.T) {
	refuseInside(t, 431, ReasonHeaderSize, map[string]string{
		"one of 1 MB":    request("GET", restPath, "A: "+strings.Repeat("a", 1<<20)+"\r\n"),
		"10 000":         request("GET", restPath, strings.Repeat("A: b\r\n", 10_000)),
		"300 small ones": request("GET", restPath, strings.Repeat("A: b\r\n", 300)),
	})
	t.Run("200 MB", func(t *testing.T) {
		o := newOrigin(t, nil, nil)
		g := newGate(t, o, nil)
		c := g.tunnel("http/1.1")
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: "+orgHost+"\r\n")
		line := []byte("A: " + strings.Repeat("a", 16<<10) + "\r\n")
		sent := 0
		for sent < 200<<20 {
			n, err := c.Write(line)
			if sent += n; err != nil {
				break
			}
		}
		// What the sockets of both sides hold comes on top of what the gate discards.
		if sent > 24<<20 {
			t.Errorf("the gate took %d MiB of header", sent>>20)
		}
		g.wantRefused(ReasonHeaderSize)
	})
}

func TestC09Slowloris(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, func(c *Config) {
		c.Limits.Header, c.Limits.Handshake, c.Limits.Idle = 300*time.Millisecond, 300*time.Millisecond, 400*time.Millisecond
	})
	drip := func(c net.Conn, first, part string) time.Duration {
		start := time.Now()
		io.WriteString(c, first)
		done := make(chan struct{})
		go func() { defer close(done); _, _ = io.Copy(io.Discard, c) }()
		for time.Since(start) < 8*time.Second {
			select {
			case <-done:
				return time.Since(start)
			case <-time.After(50 * time.Millisecond):
				io.WriteString(c, part)
			}
		}
		_ = c.Close()
		<-done
		return time.Since(start)
	}
	tests := map[string]struct {
		conn        func() net.Conn
		first, part string
	}{
		"CONNECT drip":     {g.dial, "CONNECT " + orgHost + ":443 HTTP/1.1\r\n", "A: b\r\n"},
		"header drip":      {func() net.Conn { return g.tunnel("http/1.1") }, "GET / HTTP/1.1\r\n", "A: b\r\n"},
		"second header":    {func() net.Conn { return g.tunnel("http/1.1") }, request("GET", restPath, "") + "GET / HTTP/1.1\r\n", "A: b\r\n"},
		"body drip":        {func() net.Conn { return g.tunnel("http/1.1") }, request("POST", restPath, "Content-Length: 100000\r\n"), "a"},
		"silence":          {g.dial, "", ""},
		"silent tunnel":    {g.connect, "", ""},
		"half handshake":   {g.connect, "\x16\x03\x01\x02\x00\x01\x00", ""},
		"silent intercept": {func() net.Conn { return g.tunnel("http/1.1") }, "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := drip(tt.conn(), tt.first, tt.part); d > 4*time.Second {
				t.Errorf("closed after %v", d)
			}
		})
	}
}

// The second head on a connection has its own time, however long the connection may stand idle.
func TestC09SecondHeader(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, func(c *Config) { c.Limits.Header = 300 * time.Millisecond })
	c := g.tunnel("http/1.1")
	io.WriteString(c, request("GET", restPath, "")+"GET / HTTP/1.1\r\nA:")
	start := time.Now()
	got := statuses(c)
	if d := time.Since(start); len(got) == 0 || got[0] != 200 || d > 3*time.Second {
		t.Errorf("%v, closed after %v; want 200 and the end", got, d)
	}
	g.wantDecisions(ReasonTimeout, 1)
}

func TestC10Pipelining(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.URL.RawQuery)
	}, nil)
	g := newGate(t, o, nil)
	var raw strings.Builder
	want := []int{}
	for i := range 20 {
		raw.WriteString(request([]string{"GET", "TRACE"}[i%5/4], restPath+fmt.Sprintf("?n=%02d", i), ""))
		want = append(want, []int{200, 405}[i%5/4])
	}
	got := g.inside(raw.String() + request("GET", restPath, "Connection: close\r\n"))
	if diff := cmp.Diff(append(want, 200), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	g.wantDecisions(ReasonMethod, 4)
	if len(seen) != 17 || !slices.IsSorted(seen[:16]) {
		t.Errorf("the upstream saw %q", seen)
	}
}

func TestC11RequestTrailers(t *testing.T) {
	got := make(chan http.Header, 1)
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		got <- r.Trailer
	}, nil)
	g := newGate(t, o, nil)
	raw := request("POST", restPath, "Connection: close\r\nTrailer: X-Phi\r\n"+chunked) + "2\r\n{}\r\n0\r\nX-Phi: 123-45-6789\r\nX-Other: 1\r\n\r\n"
	if codes := g.inside(raw); len(codes) != 1 || codes[0] != 200 {
		t.Fatalf("%v, want 200", codes)
	}
	if trailer := <-got; len(trailer) != 0 {
		t.Errorf("trailers %v went upstream", trailer)
	}
}

func TestC12InterimResponses(t *testing.T) {
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</secret>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusProcessing)
		w.Header().Del("Link")
		_, _ = io.WriteString(w, "{}")
	}, nil)
	g := newGate(t, o, nil)
	for _, h2 := range []bool{false, true} {
		var interim []int
		trace := &httptrace.ClientTrace{Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
			interim = append(interim, code)
			return nil
		}}
		req, _ := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), "GET", "https://"+orgHost+restPath, nil)
		resp, err := g.client(h2).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if len(interim) != 0 || resp.StatusCode != 200 {
			t.Errorf("%s: interim %v, then %d; want 200 alone", name(h2), interim, resp.StatusCode)
		}
	}
}

func TestC13Expect(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	c := g.tunnel("http/1.1")
	io.WriteString(c, request("POST", restPath, "Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n"))
	start := time.Now()
	r := bufio.NewReader(c)
	line, err := r.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "HTTP/1.1 100 ") {
		t.Fatalf("%q %v, want 100", line, err)
	}
	if d := time.Since(start); d > time.Second {
		t.Errorf("100 came after %v", d)
	}
	_, _ = r.ReadString('\n')
	io.WriteString(c, "{}")
	if got := statuses(r); len(got) != 1 || got[0] != 200 {
		t.Errorf("%v, want 200", got)
	}
	if got := g.inside(request("POST", restPath, "Expect: tea\r\nContent-Length: 2\r\n")); len(got) != 1 || got[0] != 417 {
		t.Errorf("other expectation: %v, want 417", got)
	}
	if got := g.inside(request("TRACE", restPath, "Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n")); len(got) != 1 || got[0] != 405 {
		t.Errorf("refused: %v, want 405 without 100", got)
	}
	g.wantDecisions(ReasonExpect, 1)
	if n := o.requests.Load(); n != 1 {
		t.Errorf("the upstream saw %d requests, want 1", n)
	}
}

func TestC14OldClients(t *testing.T) {
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush() // chunked
		_, _ = io.WriteString(w, `{"a":1}`)
	}, nil)
	g := newGate(t, o, nil)
	c := g.tunnel("http/1.1")
	io.WriteString(c, strings.Replace(request("GET", restPath, ""), "HTTP/1.1", "HTTP/1.0", 1))
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	if head, body, _ := strings.Cut(string(answer), "\r\n\r\n"); body != `{"a":1}` || strings.Contains(head, "chunked") {
		t.Errorf("HTTP/1.0: %q", answer)
	}
	if got := g.inside(request("GET", restPath, "Connection: close\r\n")); len(got) != 1 || got[0] != 200 {
		t.Errorf("Connection: close: %v, want 200 and the end", got)
	}
	if n := o.requests.Load(); n != 2 {
		t.Errorf("the upstream saw %d requests, want 2", n)
	}
}

func TestC15NominatedHeaders(t *testing.T) {
	got := make(chan http.Header, 1)
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) { got <- r.Header }, nil)
	g := newGate(t, o, nil)
	codes := g.inside(request("GET", restPath, "Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\n"+
		"Proxy-Authorization: Basic YTpi\r\nProxy-Connection: keep-alive\r\nX-Forwarded-For: 10.0.0.1\r\nForwarded: for=10.0.0.1\r\n"+
		"Via: 1.1 a\r\nX-Real-IP: 10.0.0.1\r\nX-Phigate-Decision: x\r\nX-PHI-Verdict: clean\r\nRange: bytes=0-1\r\nIf-Range: x\r\nX-Keep: 1\r\n"))
	if len(codes) != 1 || codes[0] != 200 {
		t.Fatalf("%v, want 200", codes)
	}
	header := <-got
	for name := range header {
		if !slices.Contains([]string{"X-Keep", "Accept-Encoding"}, name) {
			t.Errorf("%s went upstream", name)
		}
	}
	if header.Get("X-Keep") != "1" {
		t.Error("X-Keep was lost")
	}
	for _, name := range []string{"Authorization", "Content-Type", "host", "Transfer-Encoding", "Cookie", "Sforce-Call-Options"} {
		if codes := g.inside(request("GET", restPath, "Connection: close, "+name+"\r\n")); len(codes) != 1 || codes[0] != 400 {
			t.Errorf("Connection: %s: %v, want 400", name, codes)
		}
	}
	g.wantDecisions(ReasonHeader, 6)
	if n := o.requests.Load(); n != 1 {
		t.Errorf("the upstream saw %d requests, want 1", n)
	}
}

func TestC16Targets(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	tests := map[string]struct {
		target string
		status int
		reason Reason
	}{
		"CRLF in path":    {restPath + "%0d%0aX:%20y", 400, ReasonPath},
		"two slashes":     {"//evil.tld/services", 200, ""},
		"user info":       {"https://a@" + orgHost + "/", 421, ReasonMisdirected},
		"asterisk":        {"*", 400, ReasonTarget},
		"no slash":        {"services", 400, ReasonTarget},
		"broken escape":   {"/services/%zz", 400, ReasonTarget},
		"backslash":       {`https://` + orgHost + `\@evil.tld/`, 421, ReasonMisdirected},
		"control, escape": {restPath + "/%00", 400, ReasonPath},
	}
	want := map[Reason]int{}
	for name, tt := range tests {
		if got := g.inside(request("GET", tt.target, "Connection: close\r\n")); len(got) != 1 || got[0] != tt.status {
			t.Errorf("%s: %v, want %d", name, got, tt.status)
		}
		want[tt.reason]++
	}
	for reason, n := range want {
		if reason != "" {
			g.wantDecisions(reason, n)
		}
	}
	if n := o.requests.Load(); n != 1 {
		t.Errorf("the upstream saw %d requests, want 1", n)
	}
}

func TestC17Methods(t *testing.T) {
	tests := map[string]string{}
	for _, m := range []string{"TRACE", "get", "Get", "PROPFIND", "FOO", refusedMethod, "CONNECT"} {
		tests[m] = request(m, restPath, "Connection: close\r\n")
	}
	refuseInside(t, 405, ReasonMethod, tests)
}

func TestC18TruncatedBody(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	for name, raw := range map[string]string{
		"length": request("POST", restPath, "Content-Length: 100\r\n") + strings.Repeat("a", 50),
		"chunks": request("POST", restPath, chunked) + "32\r\n" + strings.Repeat("a", 50) + "\r\n",
	} {
		c := g.tunnel("http/1.1")
		io.WriteString(c, raw)
		_ = c.CloseWrite()
		_, _ = io.Copy(io.Discard, c)
		if n := o.complete.Load(); n != 0 {
			t.Errorf("%s: the upstream saw a complete request", name)
		}
	}
	g.wantRefusedTimes(ReasonClientAbort, 2)
}

// An upstream that sends a body where none belongs must not answer the next request with it.
func TestC19ForbiddenBodies(t *testing.T) {
	const evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
	for name, answer := range map[string]string{
		"HEAD": "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + evil,
		"204":  "HTTP/1.1 204 No Content\r\n\r\n" + evil,
		"304":  "HTTP/1.1 304 Not Modified\r\nContent-Length: 200\r\n\r\n" + evil,
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t, nil, nil)
			raw := newRawOrigin(t, o, func(c net.Conn, r *bufio.Reader, n int) {
				if n == 0 {
					io.WriteString(c, answer)
					return
				}
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\ngood")
			})
			g := newGate(t, o, func(c *Config) { c.Upstream.Resolve[orgHost+":443"] = raw })
			client := g.client(false)
			method := "GET"
			if name == "HEAD" {
				method = name
			}
			for i, m := range []string{method, "GET", "GET"} {
				req, _ := http.NewRequestWithContext(t.Context(), m, "https://"+orgHost+restPath, nil)
				resp, err := client.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if want := []string{"", "good", "good"}[i]; string(body) != want {
					t.Errorf("answer %d is %q, want %q", i, body, want)
				}
			}
		})
	}
}

// newRawOrigin answers requests on TLS connections with whatever answer writes; n counts all requests.
func newRawOrigin(t *testing.T, o *origin, answer func(c net.Conn, r *bufio.Reader, n int)) string {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{o.ca.leaf(t, nil)}})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	n := 0
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(10 * time.Second))
				r := bufio.NewReader(c)
				for {
					if _, err := http.ReadRequest(r); err != nil {
						return
					}
					mu.Lock()
					k := n
					n++
					mu.Unlock()
					answer(c, r, k)
				}
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return l.Addr().String()
}

func TestC20CaseGames(t *testing.T) {
	got := make(chan http.Header, 1)
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) { got <- r.Header }, nil)
	g := newGate(t, o, nil)
	if codes := g.inside("GET / HTTP/1.1\r\nhOsT: evil.tld\r\nConnection: close\r\n\r\n"); len(codes) != 1 || codes[0] != 421 {
		t.Errorf("hOsT: %v, want 421", codes)
	}
	if codes := g.inside(request("GET", restPath, "cOnNeCtIoN: close\r\nx-pHiGaTe-decision: 1\r\npRoXy-authorization: x\r\nX_Header: 1\r\nx-MIXED: 1\r\n")); len(codes) != 1 || codes[0] != 200 {
		t.Fatalf("%v, want 200", codes)
	}
	want := http.Header{"X_header": {"1"}, "X-Mixed": {"1"}, "Accept-Encoding": {"identity"}}
	if diff := cmp.Diff(want, <-got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	g.wantDecisions(ReasonMisdirected, 1)
	if n := o.requests.Load(); n != 1 {
		t.Errorf("the upstream saw %d requests, want 1", n)
	}
}
