package proxy

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestConnectIdentity(t *testing.T) {
	o := newOrigin(t, nil, nil)
	cfg, g := newConfig(t, o, fmt.Sprintf(clientsPolicy, hashOf(t, "right")))
	g.start(cfg)
	connect := func(host, auth string) int {
		if auth != "" {
			auth = "Proxy-Authorization: " + auth + "\r\n"
		}
		c := g.dial()
		fmt.Fprintf(c, "CONNECT %s:443 HTTP/1.1\r\nHost: x\r\n%s\r\n", host, auth)
		resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: "CONNECT"})
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode == 407 && resp.Header.Get("Proxy-Authenticate") == "" {
			t.Error("407 without Proxy-Authenticate")
		}
		_ = c.Close()
		return resp.StatusCode
	}
	for name, tt := range map[string]struct {
		host, auth string
		want       int
	}{
		"nobody":       {orgHost, "", 407},
		"wrong":        {orgHost, basic("ehr", "wrong"), 407},
		"right":        {orgHost, basic("ehr", "right"), 200},
		"another host": {"other.my.salesforce.com", basic("ehr", "right"), 403},
	} {
		if got := connect(tt.host, tt.auth); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	g.wantDecisions(ReasonIdentity, 2)
	g.wantRefused(ReasonClientHost)
	if strings.Contains(g.log.String(), "right") {
		t.Error("the password is in the log")
	}
}

// The listener speaks TLS and identifies jobs by their certificates (B15: only good ones get that far).
func TestB15ClientCertificates(t *testing.T) {
	o := newOrigin(t, nil, nil)
	cfg, g := newConfig(t, o, testPolicy+"clients: [{name: loader, identify: {certificate: loader.example.org}}]\n")
	gateCA, jobCA, otherCA := newUpstreamCA(t), newUpstreamCA(t), newUpstreamCA(t)
	cfg.ClientTLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: jobCA.pool,
		Certificates: []tls.Certificate{gateCA.leaf(t, func(c *x509.Certificate) { c.DNSNames = []string{"gate.example.org"} })}}
	g.start(cfg)
	job := func(ca *upstreamCA, name string, end time.Time) *tls.Certificate {
		leaf := ca.leaf(t, func(c *x509.Certificate) {
			c.DNSNames, c.NotAfter, c.ExtKeyUsage = []string{name}, end, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		})
		return &leaf
	}
	later := time.Now().Add(time.Hour)
	for name, tt := range map[string]struct {
		cert *tls.Certificate
		want int // 0: the handshake fails
	}{
		"good":         {job(jobCA, "loader.example.org", later), 200},
		"another name": {job(jobCA, "other.example.org", later), 407},
		"expired":      {job(jobCA, "loader.example.org", time.Now().Add(-time.Minute)), 0},
		"unknown CA":   {job(otherCA, "loader.example.org", later), 0},
		"none":         {&tls.Certificate{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			outer := tls.Client(g.dial(), &tls.Config{RootCAs: gateCA.pool, ServerName: "gate.example.org", NextProtos: []string{"h2", "http/1.1"},
				GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return tt.cert, nil }})
			fmt.Fprintf(outer, "CONNECT %s:443 HTTP/1.1\r\nHost: x\r\n\r\n", orgHost)
			resp, err := http.ReadResponse(bufio.NewReader(outer), &http.Request{Method: "CONNECT"})
			if tt.want == 0 {
				if err == nil {
					t.Fatalf("status %d, want a failed handshake", resp.StatusCode)
				}
				return
			}
			if err != nil || resp.StatusCode != tt.want {
				t.Fatalf("%v %v, want %d", resp, err, tt.want)
			}
			if tt.want != 200 {
				return
			}
			if p := outer.ConnectionState().NegotiatedProtocol; p != "http/1.1" {
				t.Errorf("the listener speaks %q", p)
			}
			inner := tls.Client(outer, &tls.Config{RootCAs: g.roots, ServerName: orgHost})
			io.WriteString(inner, request("GET", restPath, "Connection: close\r\n"))
			if got := statuses(inner); len(got) != 1 || got[0] != 200 {
				t.Errorf("%v, want 200", got)
			}
		})
	}
	if n := o.requests.Load(); n != 1 {
		t.Errorf("the upstream saw %d requests, want 1", n)
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	_, err := New(Config{})
	for _, field := range []string{"Policy", "Router", "Issuer", "Pins", "Log", "Fingerprint", "Inspection.Decoder"} {
		if err == nil || !strings.Contains(err.Error(), field+" is missing") {
			t.Errorf("New: %v; want it to name %s", err, field)
		}
	}
}

// goproxy opens a raw tunnel for a CONNECT that nobody decided; the last handler rejects it instead.
func TestUndecidedConnectIsRejected(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, nil)
	client, server := net.Pipe()
	defer client.Close()
	_ = client.SetDeadline(time.Now().Add(5 * time.Second))
	_ = server.SetDeadline(time.Now().Add(5 * time.Second))
	req, err := http.NewRequestWithContext(t.Context(), "CONNECT", "http://"+o.Listener.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); g.proxy.goproxy.ServeHTTP(&pipeWriter{conn: server}, req) }()
	if answer, err := io.ReadAll(client); len(answer) != 0 || err != nil {
		t.Errorf("read %q, %v; want the end", answer, err)
	}
	<-done
}

// pipeWriter is an http.ResponseWriter whose connection can be taken over.
type pipeWriter struct {
	http.ResponseWriter
	conn net.Conn
}

func (w *pipeWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) { return w.conn, nil, nil }
