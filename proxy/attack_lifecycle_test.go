package proxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/phigate/phigate/policy"
)

func TestG01Drain(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run(name(h2), func(t *testing.T) {
			release := make(chan struct{})
			o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
				<-release
				_, _ = io.WriteString(w, "{}")
			}, nil)
			g := newGate(t, o, nil)
			client := g.client(h2)
			const n = 100
			results := make(chan error, n)
			for range n {
				go func() { results <- get(client) }()
			}
			waitFor(t, func() bool { return o.requests.Load() == n })
			g.stop()
			waitFor(t, func() bool { return g.proxy.Draining() })
			waitFor(t, func() bool { // no new connections
				c, err := net.Dial("tcp", g.addr)
				if err == nil {
					_ = c.Close()
				}
				return err != nil
			})
			select {
			case <-g.served:
				t.Fatal("Serve returned with requests in flight")
			case <-time.After(50 * time.Millisecond):
			}
			close(release)
			for range n {
				if err := <-results; err != nil {
					t.Error(err)
				}
			}
			if err := <-g.served; err != nil {
				t.Errorf("Serve = %v", err)
			}
		})
	}
}

// get asks the org for something and returns an error unless it is answered with 200 to the end.
func get(client *http.Client) error {
	resp, err := client.Get("https://" + orgHost + restPath)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

// What does not end within the grace is cut.
func TestG01DrainIsBounded(t *testing.T) {
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, nil)
	g := newGate(t, o, func(c *Config) { c.Limits.Grace = 200 * time.Millisecond })
	idle := g.tunnel("http/1.1")
	failed := make(chan error, 1)
	client := g.client(true)
	go func() { failed <- get(client) }()
	waitFor(t, func() bool { return o.requests.Load() == 1 })
	start := time.Now()
	g.stop()
	if err := <-g.served; err != nil {
		t.Errorf("Serve = %v", err)
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("the drain took %v", d)
	}
	if err := <-failed; err == nil {
		t.Error("the request was answered")
	}
	if _, err := idle.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("idle tunnel: %v, want the end", err)
	}
}

func TestServeTwoListeners(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- g.proxy.Serve(ctx, l) }()
	first := g.client(false)
	second := &http.Client{Transport: first.Transport.(*http.Transport).Clone()}
	second.Transport.(*http.Transport).Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: l.Addr().String()})
	defer second.CloseIdleConnections()
	for _, c := range []*http.Client{first, second} {
		if err := get(c); err != nil {
			t.Error(err)
		}
	}
	stop()
	if err := <-served; err != nil {
		t.Errorf("Serve = %v", err)
	}
	if err := get(first); err != nil {
		t.Errorf("the other listener: %v", err)
	}
}

func TestG03Panic(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run(name(h2), func(t *testing.T) {
			const secret = "123-45-6789"
			var armed atomic.Bool
			o := newOrigin(t, nil, nil)
			g := newGate(t, o, func(c *Config) {
				next := c.Policy
				c.Policy = func() *policy.Policy {
					if armed.Swap(false) {
						panic(secret)
					}
					return next()
				}
			})
			client := g.client(h2)
			if err := get(client); err != nil {
				t.Fatal(err)
			}
			armed.Store(true)
			if err := get(client); err == nil || err.Error() != "status 500" {
				t.Errorf("%v, want status 500", err)
			}
			if err := get(client); err != nil {
				t.Errorf("afterwards: %v", err)
			}
			g.wantDecisions(ReasonPanic, 1)
			if strings.Contains(g.log.String(), secret) || !strings.Contains(g.log.String(), "exchange failed") {
				t.Errorf("log: %s", g.log)
			}
		})
	}
}

// flakyListener fails its first accepts the way a process does that is out of file descriptors.
type flakyListener struct {
	net.Listener
	failures atomic.Int64
	calls    atomic.Int64
}

type temporaryError struct{}

func (temporaryError) Error() string   { return "accept: too many open files" }
func (temporaryError) Timeout() bool   { return false }
func (temporaryError) Temporary() bool { return true }

func (l *flakyListener) Accept() (net.Conn, error) {
	l.calls.Add(1)
	if l.failures.Add(-1) >= 0 {
		return nil, temporaryError{}
	}
	return l.Listener.Accept()
}

func TestG05AcceptErrors(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &flakyListener{Listener: inner}
	l.failures.Store(6)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	start := time.Now()
	go func() { served <- g.proxy.Serve(ctx, l) }()
	c, err := net.Dial("tcp", inner.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if got := statuses(c); len(got) != 1 || got[0] != 400 {
		t.Errorf("%v, want 400", got)
	}
	if d := time.Since(start); d < 200*time.Millisecond {
		t.Errorf("six failures took %v: the gate spins", d)
	}
	stop()
	if err := <-served; err != nil {
		t.Errorf("Serve = %v", err)
	}
}

func TestG05ConnectionLimits(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, func(c *Config) { c.Limits.ConnectionsPerSource = 3 })
	var held []net.Conn
	for range 3 {
		held = append(held, g.tunnel("http/1.1"))
	}
	if got := g.send(""); len(got) != 1 || got[0] != 503 {
		t.Errorf("over the limit: %v, want 503", got)
	}
	_ = held[0].Close()
	waitFor(t, func() bool {
		got := g.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		return len(got) == 1 && got[0] == 400
	})
}

func TestG06BrokenUpstreams(t *testing.T) {
	tests := map[string]struct {
		answer func(c net.Conn, r *bufio.Reader, n int)
		status int
		reason Reason
	}{
		"reset": {func(c net.Conn, _ *bufio.Reader, _ int) { _ = c.Close() }, 502, ReasonReset},
		"half an answer": {func(c net.Conn, _ *bufio.Reader, _ int) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n")
			_ = c.Close()
		}, 502, ReasonReset},
		"half a line": {func(c net.Conn, _ *bufio.Reader, _ int) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nX-Secret")
			_ = c.Close()
		}, 502, ReasonUpstream},
		"silence": {func(c net.Conn, r *bufio.Reader, _ int) { _, _ = r.ReadByte() }, 504, ReasonUpstreamTimeout},
		"garbage": {func(c net.Conn, _ *bufio.Reader, _ int) { io.WriteString(c, "SSH-2.0-x\r\n\r\n") }, 502, ReasonUpstream},
		"upgrade": {func(c net.Conn, _ *bufio.Reader, _ int) {
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		}, 502, ReasonUpstream},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t, nil, nil)
			raw := newRawOrigin(t, o, tt.answer)
			g := newGate(t, o, func(c *Config) {
				c.Upstream.Resolve[orgHost+":443"] = raw
				c.Limits.Response = 400 * time.Millisecond
			})
			if got := g.inside(request("GET", restPath, "Connection: close\r\n")); len(got) != 1 || got[0] != tt.status {
				t.Errorf("%v, want %d", got, tt.status)
			}
			g.wantDecisions(tt.reason, 1)
			if strings.Contains(g.log.String(), "X-Secret") {
				t.Errorf("the log quotes the answer: %s", g.log)
			}
		})
	}
}

// A response that breaks off after its beginning was released must not look complete.
func TestG06BrokenOffResponse(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run(name(h2), func(t *testing.T) {
			o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/plain")
				_, _ = io.WriteString(w, strings.Repeat("a", 3<<20))
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}, nil)
			g := newGate(t, o, nil)
			resp, err := g.client(h2).Get("https://" + orgHost + restPath)
			if err != nil {
				return // it broke off before anything was released
			}
			defer resp.Body.Close()
			if n, err := io.Copy(io.Discard, resp.Body); err == nil && resp.StatusCode == 200 {
				t.Errorf("%d bytes look complete", n)
			}
		})
	}
}

func TestG07SlowReader(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run(name(h2), func(t *testing.T) {
			ended := make(chan struct{})
			o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
				defer close(ended)
				w.Header().Set("Content-Type", "text/plain")
				part := make([]byte, 64<<10)
				for range 1024 {
					if _, err := w.Write(part); err != nil {
						return
					}
				}
			}, nil)
			g := newGate(t, o, func(c *Config) { c.Limits.Idle = 300 * time.Millisecond })
			resp, err := g.client(h2).Get("https://" + orgHost + restPath)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			select {
			case <-ended:
			case <-time.After(8 * time.Second):
				t.Error("the exchange of a client that does not read goes on")
			}
		})
	}
}

func TestG11EnvironmentIsIgnored(t *testing.T) {
	var asked atomic.Int64
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer trap.Close()
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, trap.URL)
	}
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	if err := get(g.client(true)); err != nil {
		t.Error(err)
	}
	if g.proxy.goproxy.ConnectDial != nil {
		t.Error("goproxy dials through the environment's proxy")
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the environment's proxy was asked %d times", n)
	}
}

// parentProxy is a CONNECT proxy that tunnels to one address whatever it is asked for.
func parentProxy(t *testing.T, to string, status int, seen func(*http.Request)) *httptest.Server {
	t.Helper()
	var wg sync.WaitGroup
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen(r)
		if status != http.StatusOK {
			w.WriteHeader(status)
			return
		}
		up, err := net.Dial("tcp", to)
		if err != nil {
			t.Error(err)
			return
		}
		down, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		io.WriteString(down, "HTTP/1.1 200 OK\r\n\r\n")
		wg.Go(func() { _, _ = io.Copy(up, down); _ = up.Close() })
		wg.Go(func() { _, _ = io.Copy(down, up); _ = down.Close() })
	}))
	t.Cleanup(func() { s.Close(); wg.Wait() })
	return s
}

func TestParentProxy(t *testing.T) {
	o := newOrigin(t, nil, nil)
	var got *http.Request
	parent := parentProxy(t, o.Listener.Addr().String(), http.StatusOK, func(r *http.Request) { got = r })
	u, err := url.Parse(parent.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("gate", "secret")
	g := newGate(t, o, func(c *Config) { c.Upstream.Proxy, c.Upstream.Resolve, c.Upstream.Allow = u, nil, nil })
	if codes := g.inside(request("GET", restPath, "Connection: close\r\n")); len(codes) != 1 || codes[0] != 200 {
		t.Fatalf("%v, want 200", codes)
	}
	if got.Host != orgHost+":443" || got.Header.Get("Proxy-Authorization") != "Basic Z2F0ZTpzZWNyZXQ=" ||
		got.Header.Get("Via") != "1.1 "+g.proxy.via {
		t.Errorf("the parent saw %s %v", got.Host, got.Header)
	}
}

func TestParentProxyRefuses(t *testing.T) {
	o := newOrigin(t, nil, nil)
	parent := parentProxy(t, "", http.StatusForbidden, func(*http.Request) {})
	u, err := url.Parse(parent.URL)
	if err != nil {
		t.Fatal(err)
	}
	g := newGate(t, o, func(c *Config) { c.Upstream.Proxy, c.Upstream.Resolve = u, nil })
	if codes := g.inside(request("GET", restPath, "Connection: close\r\n")); len(codes) != 1 || codes[0] != 503 {
		t.Errorf("%v, want 503", codes)
	}
	g.wantRefused(ReasonParent)
}
