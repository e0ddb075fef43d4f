package proxy

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// connectCase is a CONNECT that must be refused.
type connectCase struct {
	target string
	status int
	reason Reason
}

// refuseConnects sends each case to one gate whose resolver counts its queries, and checks the answers, the decisions
// and that nothing was resolved or dialled.
func refuseConnects(t *testing.T, tests map[string]connectCase) {
	t.Helper()
	o := newOrigin(t, nil, nil)
	dns := newNameserver(t)
	g := newGate(t, o, func(c *Config) { c.Upstream.Resolve, c.Upstream.Resolver = nil, dns.resolver() })
	want := map[Reason]int{}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := g.send("CONNECT " + tt.target + " HTTP/1.1\r\nHost: x\r\n\r\n")
			if len(got) != 1 || got[0] != tt.status {
				t.Errorf("CONNECT %q: %v, want %d", tt.target, got, tt.status)
			}
		})
		want[tt.reason]++
	}
	for reason, n := range want {
		g.wantDecisions(reason, n)
	}
	if n := o.requests.Load(); n != 0 {
		t.Errorf("the upstream saw %d requests", n)
	}
	if n := dns.asked(); n != 0 {
		t.Errorf("%d names were resolved", n)
	}
}

func TestA01NoMatchingRule(t *testing.T) {
	refuseConnects(t, map[string]connectCase{
		"unknown":         {"unknown.example:443", 403, ReasonHostNotAllowed},
		"suffix":          {"my.salesforce.com:443", 403, ReasonHostNotAllowed},
		"localhost":       {"localhost:443", 403, ReasonHostNotAllowed},
		"metadata server": {"metadata.google.internal:443", 403, ReasonHostNotAllowed},
	})
}

func TestA02RawAddress(t *testing.T) {
	refuseConnects(t, map[string]connectCase{
		"IPv4":     {"1.2.3.4:443", 403, ReasonAddress},
		"IPv6":     {"[::1]:443", 403, ReasonAddress},
		"loopback": {"127.0.0.1:443", 403, ReasonAddress},
	})
}

func TestA03OddAddressSpellings(t *testing.T) {
	refuseConnects(t, map[string]connectCase{
		"hexadecimal": {"0x7f.1:443", 403, ReasonAddress},
		"decimal":     {"2130706433:443", 403, ReasonAddress},
		"short":       {"127.1:443", 403, ReasonAddress},
		"octal":       {"0177.0.0.1:443", 403, ReasonAddress},
		"mapped":      {"[::ffff:127.0.0.1]:443", 403, ReasonAddress},
		"dot":         {"127.0.0.1.:443", 403, ReasonAddress},
		"nip.io":      {"1.2.3.4.nip.io:443", 403, ReasonHostNotAllowed},
	})
}

func TestA04BadPorts(t *testing.T) {
	refuseConnects(t, map[string]connectCase{
		"22":     {orgHost + ":22", 403, ReasonPort},
		"25":     {orgHost + ":25", 403, ReasonPort},
		"80":     {orgHost + ":80", 403, ReasonPort},
		"0":      {orgHost + ":0", 403, ReasonPort},
		"65536":  {orgHost + ":65536", 403, ReasonPort},
		"443443": {orgHost + ":443443", 403, ReasonPort},
		"none":   {orgHost, 403, ReasonPort},
		"empty":  {orgHost + ":", 403, ReasonPort},
	})
}

func TestA05HostTricks(t *testing.T) {
	refuseConnects(t, map[string]connectCase{
		"user info":      {"a@" + orgHost + ":443", 400, ReasonAuthority},
		"as a prefix":    {orgHost + ".evil.tld:443", 403, ReasonHostNotAllowed},
		"as a suffix":    {"evilmy.salesforce.com:443", 403, ReasonHostNotAllowed},
		"brackets":       {"[" + orgHost + "]:443", 400, ReasonAuthority},
		"two dots":       {orgHost + "..:443", 400, ReasonAuthority},
		"leading dot":    {"." + orgHost + ":443", 400, ReasonAuthority},
		"non-ASCII":      {"acme.my.sаlesforce.com:443", 400, ReasonTarget},
		"punycode":       {"xn--lesforce-63a.com:443", 403, ReasonHostNotAllowed},
		"control":        {"acme\x01.my.salesforce.com:443", 400, ReasonTarget},
		"NUL":            {"evil.tld\x00.my.salesforce.com:443", 400, ReasonTarget},
		"space":          {"evil.tld .my.salesforce.com:443", 400, ReasonFraming},
		"backslash":      {`evil.tld\.my.salesforce.com:443`, 400, ReasonAuthority},
		"path and query": {"evil.tld/?.my.salesforce.com:443", 400, ReasonAuthority},
	})
}

func TestA05HostSpellingsNormalised(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	for i, target := range []string{"ACME.My.Salesforce.COM:443", orgHost + ".:443"} {
		c := g.dial()
		fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, target)
		r := bufio.NewReader(c)
		if resp, err := http.ReadResponse(r, &http.Request{Method: "CONNECT"}); err != nil || resp.StatusCode != 200 {
			t.Fatalf("CONNECT %s: %v %v", target, resp, err)
		}
		inner := tls.Client(c, &tls.Config{RootCAs: g.roots, ServerName: orgHost})
		fmt.Fprintf(inner, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", restPath, target)
		if got := statuses(inner); len(got) != 1 || got[0] != 200 {
			t.Errorf("%s: %v, want 200", target, got)
		}
		if n := o.requests.Load(); n != int64(i+1) {
			t.Errorf("%s: the upstream saw %d requests, want %d", target, n, i+1)
		}
	}
}

// percent-encoding in an authority is refused by net/http itself, before a handler: nothing may be dialled either.
func TestA05PercentEncodedAuthority(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	if got := g.send("CONNECT evil.tld%00." + orgHost + ":443 HTTP/1.1\r\n\r\n"); len(got) != 1 || got[0] != 400 {
		t.Errorf("%v, want 400", got)
	}
	g.wantRefused(ReasonAuthority)
}

// unreachable starts a gate whose org resolves to the given addresses, in turn, and expects the guard to refuse.
func unreachable(t *testing.T, answers ...[]string) {
	t.Helper()
	o := newOrigin(t, nil, nil)
	dns := newNameserver(t, answers...)
	g := newGate(t, o, func(c *Config) {
		c.Upstream.Resolve, c.Upstream.Resolver, c.Upstream.Allow = nil, dns.resolver(), nil
		c.Limits.Dial = 2 * time.Second
	})
	c := g.tunnel("http/1.1")
	for range max(1, len(answers)) {
		io.WriteString(c, request("GET", restPath, ""))
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		if resp.StatusCode != 400 && resp.StatusCode != 503 {
			t.Errorf("status %d, want a refusal", resp.StatusCode)
		}
	}
	if dns.asked() == 0 {
		t.Error("the name was not resolved: the test shows nothing")
	}
	g.wantRefused(ReasonGuard)
}

func TestA06MetadataAddresses(t *testing.T) {
	for _, a := range []string{"169.254.169.254", "fd00:ec2::254", "100.100.100.200"} {
		t.Run(a, func(t *testing.T) { unreachable(t, []string{a}) })
	}
}

func TestA09SpecialRanges(t *testing.T) {
	for _, a := range []string{"100.64.0.1", "fc00::1", "64:ff9b::7f00:1", "2002:7f00:1::", "::ffff:127.0.0.1", "0.0.0.0"} {
		t.Run(a, func(t *testing.T) { unreachable(t, []string{a}) })
	}
}

// The first answer names an address that may be dialled, where nobody listens; the second one loopback.
func TestA07Rebinding(t *testing.T) {
	o := newOrigin(t, nil, nil)
	dns := newNameserver(t, []string{"127.0.0.2"}, []string{"127.0.0.1"})
	g := newGate(t, o, func(c *Config) {
		c.Upstream.Resolve, c.Upstream.Resolver = nil, dns.resolver()
		c.Upstream.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}
	})
	for i, want := range []Reason{ReasonDial, ReasonGuard} {
		if got := g.inside(request("GET", restPath, "Connection: close\r\n")); len(got) != 1 || got[0] < 400 {
			t.Errorf("request %d: %v, want a refusal", i, got)
		}
		g.wantDecisions(want, 1)
	}
	if n := o.requests.Load(); n != 0 {
		t.Errorf("the upstream saw %d requests", n)
	}
}

// Of several addresses only those that may be dialled are tried.
func TestA08MixedAddresses(t *testing.T) {
	o := newOrigin(t, nil, nil)
	dns := newNameserver(t, []string{"10.0.0.1", "169.254.169.254", "127.0.0.1"})
	_, port, _ := net.SplitHostPort(o.Listener.Addr().String())
	g := newGate(t, o, func(c *Config) {
		c.Upstream.Resolver = dns.resolver()
		c.Upstream.Resolve = map[string]string{orgHost + ":443": "origin.example.com:" + port}
		c.Upstream.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	})
	if got := g.inside(request("GET", restPath, "Connection: close\r\n")); len(got) != 1 || got[0] != 200 {
		t.Errorf("%v, want 200", got)
	}
	if n := o.requests.Load(); n != 1 {
		t.Errorf("the upstream saw %d requests, want 1", n)
	}
}

func TestA10ProxyLoop(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	if got := g.send("CONNECT " + g.addr + " HTTP/1.1\r\n\r\n"); len(got) != 1 || got[0] != 403 {
		t.Errorf("own address: %v, want 403", got)
	}
	g.wantRefused(ReasonAddress)
	if got := g.send("CONNECT " + orgHost + ":443 HTTP/1.1\r\nVia: 1.1 other, 1.1 " + g.proxy.via + "\r\n\r\n"); len(got) != 1 || got[0] != 403 {
		t.Errorf("own Via: %v, want 403", got)
	}
	g.wantRefused(ReasonLoop)
}

func TestA10OwnListenerIsNotDialled(t *testing.T) {
	o := newOrigin(t, nil, nil)
	resolve := map[string]string{}
	g := newGate(t, o, func(c *Config) { c.Upstream.Resolve = resolve })
	resolve[orgHost+":443"] = g.addr // nothing has read the map yet
	if got := g.inside(request("GET", restPath, "Connection: close\r\n")); len(got) != 1 || got[0] != 400 {
		t.Errorf("%v, want 400", got)
	}
	g.wantRefused(ReasonGuard)
}

func TestA11ConnectInsideTunnel(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	if got := g.inside("CONNECT evil.tld:443 HTTP/1.1\r\nHost: evil.tld\r\n\r\n"); len(got) != 1 || got[0] != 405 {
		t.Errorf("HTTP/1.1: %v, want 405", got)
	}
	g.wantRefused(ReasonMethod)

	c := newH2(t, g)
	if got := c.status(":method", "CONNECT", ":authority", "evil.tld:443"); got != "405" {
		t.Errorf("HTTP/2: %s, want 405", got)
	}
	g.wantDecisions(ReasonMethod, 2)
	extended := c.status(":method", "CONNECT", ":protocol", "websocket", ":scheme", "https", ":path", "/", ":authority", orgHost)
	if extended != "reset" && extended != "400" {
		t.Errorf("extended CONNECT: %s, want it to be refused", extended)
	}
	if n := o.requests.Load(); n != 0 {
		t.Errorf("the upstream saw %d requests", n)
	}
}

func TestA12WrongSNI(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	for _, sni := range []string{"evil.tld", "other.my.salesforce.com"} {
		c := tls.Client(g.connect(), &tls.Config{InsecureSkipVerify: true, ServerName: sni}) //nolint:gosec // the alert is the test
		if err := c.Handshake(); err == nil {
			t.Errorf("SNI %s: the handshake went on", sni)
		}
	}
	g.wantDecisions(ReasonSNI, 2)
}

func TestA13NoSNI(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	c := tls.Client(g.connect(), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // verified below
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := c.ConnectionState().PeerCertificates[0].VerifyHostname(orgHost); err != nil {
		t.Error(err)
	}
	io.WriteString(c, request("GET", restPath, "Connection: close\r\n"))
	if got := statuses(c); len(got) != 1 || got[0] != 200 {
		t.Errorf("%v, want 200", got)
	}
}

func TestA14HostIsNotConnect(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	if got := g.inside("GET / HTTP/1.1\r\nHost: evil.tld\r\nConnection: close\r\n\r\n"); len(got) != 1 || got[0] != 421 {
		t.Errorf("HTTP/1.1: %v, want 421", got)
	}
	c := newH2(t, g)
	if got := c.status(":method", "GET", ":scheme", "https", ":path", "/", ":authority", "evil.tld"); got != "421" {
		t.Errorf("HTTP/2: %s, want 421", got)
	}
	if got := c.status(":method", "GET", ":scheme", "https", ":path", "/", ":authority", orgHost, "host", "evil.tld"); got != "421" {
		t.Errorf("HTTP/2 with Host: %s, want 421", got)
	}
	if got := c.status(":method", "GET", ":scheme", "https", ":path", restPath, ":authority", orgHost+":443"); got != "200" {
		t.Errorf("HTTP/2, right: %s, want 200", got)
	}
	g.wantDecisions(ReasonMisdirected, 3)
	if n := o.requests.Load(); n != 1 {
		t.Errorf("the upstream saw %d requests, want 1", n)
	}
}

func TestA15AbsoluteFormInTunnel(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	for _, target := range []string{"https://evil.tld/", "http://127.0.0.1/", "http://" + orgHost + "/", "https://" + orgHost + ":444/"} {
		host := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(target, "https://"), "http://"), "/")
		if got := g.inside("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"); len(got) != 1 || got[0] != 421 {
			t.Errorf("%s: %v, want 421", target, got)
		}
	}
	if got := g.inside(request("GET", "https://evil.tld/", "")); len(got) != 1 || got[0] != 421 {
		t.Errorf("absolute evil, right Host: %v, want 421", got)
	}
	g.wantRefusedTimes(ReasonMisdirected, 5)
	if got := g.inside(request("GET", "https://"+orgHost+restPath, "Connection: close\r\n")); len(got) != 1 || got[0] != 200 {
		t.Errorf("the same host: %v, want 200", got)
	}
}

func TestA16HostHeaders(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	for _, raw := range []string{
		request("GET", "/", "Host: "+orgHost+"\r\n"), "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
	} {
		if got := g.inside(raw); len(got) != 1 || got[0] != 400 {
			t.Errorf("%q: %v, want 400", raw, got)
		}
	}
	g.wantRefusedTimes(ReasonFraming, 3)
}

func TestA17FrontingOnKeepAlive(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	got := g.inside(request("GET", restPath, "") + "GET / HTTP/1.1\r\nHost: evil.tld\r\nConnection: close\r\n\r\n")
	if len(got) != 2 || got[0] != 200 || got[1] != 421 {
		t.Errorf("%v, want 200 421", got)
	}
	g.wantDecisions(ReasonMisdirected, 1)
	if n := o.requests.Load(); n != 1 {
		t.Errorf("the upstream saw %d requests, want 1", n)
	}
}

func TestA18NoLookupOfRefusedNames(t *testing.T) {
	phi := strings.ToLower(strings.TrimRight(base64.RawURLEncoding.EncodeToString([]byte("John Doe 123-45-6789")), "="))
	refuseConnects(t, map[string]connectCase{
		"below another name": {phi + ".evil.tld:443", 403, ReasonHostNotAllowed},
		"below a wildcard":   {"quackenbush536904399.my.salesforce.com:443", 403, ReasonHostLabel},
		"in its parts":       {"536-90.4399.my.salesforce.com:443", 403, ReasonHostLabel},
		"many labels":        {strings.Repeat("abcdefgh.", 8) + "my.salesforce.com:443", 403, ReasonHostLabel},
		"long label":         {strings.Repeat("a", 250) + ".my.salesforce.com:443", 400, ReasonAuthority},
	})
}

func TestA19PlainHTTP(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	if got := g.send("GET http://" + orgHost + "/ HTTP/1.1\r\nHost: " + orgHost + "\r\n\r\n"); len(got) != 1 || got[0] != 403 {
		t.Errorf("%v, want 403", got)
	}
	g.wantRefused(ReasonNotConnect)
	if got := g.send("GET / HTTP/1.1\r\nHost: " + g.addr + "\r\n\r\n"); len(got) != 1 || got[0] != 400 {
		t.Errorf("origin-form: %v, want 400", got)
	}
	g.wantRefused(ReasonTarget)
}

func TestA20NotTLS(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, func(c *Config) { c.Limits.Handshake = 300 * time.Millisecond })
	tests := map[string]string{"SSH": "SSH-2.0-OpenSSH_9.9\r\n", "HTTP": request("GET", "/", ""), "h2c": http2.ClientPreface}
	for name, banner := range tests {
		c := g.connect()
		io.WriteString(c, banner)
		if n, err := io.Copy(io.Discard, c); err != nil && !isReset(err) {
			t.Errorf("%s: %d bytes, %v; want the end", name, n, err)
		}
	}
	g.wantRefusedTimes(ReasonNotTLS, len(tests))
	c := g.connect()
	if _, err := io.Copy(io.Discard, c); err != nil && !isReset(err) {
		t.Errorf("silence: %v, want the end", err)
	}
	g.wantRefused(ReasonTimeout)
}

func TestA21EarlyClientHello(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	c := g.dial()
	early := &earlyConn{Conn: c, first: "CONNECT " + orgHost + ":443 HTTP/1.1\r\nHost: " + orgHost + ":443\r\n\r\n"}
	inner := tls.Client(early, &tls.Config{RootCAs: g.roots, ServerName: orgHost})
	io.WriteString(inner, request("GET", restPath, "Connection: close\r\n"))
	if got := statuses(inner); len(got) != 1 || got[0] != 200 {
		t.Errorf("%v, want 200", got)
	}
}

// earlyConn sends CONNECT together with the first write, and takes its answer off the first read.
type earlyConn struct {
	net.Conn
	first string
	r     *bufio.Reader
}

func (c *earlyConn) Write(p []byte) (int, error) {
	if c.first != "" {
		first := c.first
		c.first = ""
		_, err := c.Conn.Write(append([]byte(first), p...))
		return len(p), err
	}
	return c.Conn.Write(p)
}

func (c *earlyConn) Read(p []byte) (int, error) {
	if c.r == nil {
		c.r = bufio.NewReader(c.Conn)
		if _, err := http.ReadResponse(c.r, &http.Request{Method: "CONNECT"}); err != nil {
			return 0, err
		}
	}
	return c.r.Read(p)
}

func TestA22Schemes(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	targets := []string{"gopher://" + orgHost + "/", "ftp://" + orgHost + "/", "file://" + orgHost + "/etc/passwd", "urn:isbn:1"}
	for _, target := range targets {
		if got := g.send(request("GET", target, "")); len(got) != 1 || got[0] != 400 {
			t.Errorf("%s: %v, want 400", target, got)
		}
		if got := g.inside(request("GET", target, "Connection: close\r\n")); len(got) != 1 || got[0] != 400 {
			t.Errorf("%s in a tunnel: %v, want 400", target, got)
		}
	}
	g.wantRefusedTimes(ReasonScheme, 2*len(targets))
}

// h2Conn speaks HTTP/2 frames to the gate.
type h2Conn struct {
	t      *testing.T
	framer *http2.Framer
	next   uint32
}

func newH2(t *testing.T, g *gate) *h2Conn {
	t.Helper()
	c := g.tunnel("h2")
	io.WriteString(c, http2.ClientPreface)
	h := &h2Conn{t: t, framer: http2.NewFramer(c, c), next: 1}
	h.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if err := h.framer.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return h
}

// status sends a request without a body and returns its status, or "reset".
func (h *h2Conn) status(fields ...string) string {
	h.t.Helper()
	var block strings.Builder
	enc := hpack.NewEncoder(&block)
	for i := 0; i < len(fields); i += 2 {
		_ = enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	id := h.next
	h.next += 2
	if err := h.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: []byte(block.String()), EndStream: true, EndHeaders: true}); err != nil {
		h.t.Fatal(err)
	}
	for {
		frame, err := h.framer.ReadFrame()
		if err != nil {
			return err.Error()
		}
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			if f.StreamID == id {
				return f.PseudoValue("status")
			}
		case *http2.RSTStreamFrame:
			if f.StreamID == id {
				return "reset"
			}
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = h.framer.WriteSettingsAck()
			}
		case *http2.GoAwayFrame:
			return "goaway"
		}
	}
}

// nameserver answers A and AAAA queries on loopback and counts them.
type nameserver struct {
	conn    net.PacketConn
	answers [][]string // for one lookup after the other; the last stays
	queries chan struct{}
}

func newNameserver(t *testing.T, answers ...[]string) *nameserver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &nameserver{conn: conn, answers: answers, queries: make(chan struct{}, 1000)}
	done := make(chan struct{})
	go func() { defer close(done); n.serve() }()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return n
}

func (n *nameserver) asked() int { return len(n.queries) }

func (n *nameserver) resolver() *net.Resolver {
	var d net.Dialer
	return &net.Resolver{PreferGo: true, Dial: dialTo(&d, n.conn.LocalAddr().String())}
}

func (n *nameserver) serve() {
	buf := make([]byte, 1500)
	seen := map[dnsmessage.Type]int{}
	for {
		k, from, err := n.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:k]) != nil || len(m.Questions) != 1 {
			continue
		}
		n.queries <- struct{}{}
		q := m.Questions[0]
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		if len(n.answers) > 0 {
			m.Answers = resources(q, n.answers[min(seen[q.Type], len(n.answers)-1)])
		}
		seen[q.Type]++
		if out, err := m.Pack(); err == nil {
			_, _ = n.conn.WriteTo(out, from)
		}
	}
}

func resources(q dnsmessage.Question, addrs []string) (rs []dnsmessage.Resource) {
	for _, a := range addrs {
		addr := netip.MustParseAddr(a)
		h := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
		switch {
		case q.Type == dnsmessage.TypeA && addr.Is4():
			rs = append(rs, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: addr.As4()}})
		case q.Type == dnsmessage.TypeAAAA && addr.Is6():
			rs = append(rs, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
		}
	}
	return rs
}
