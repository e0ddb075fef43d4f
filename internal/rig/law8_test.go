package rig_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/rig"
)

// wildRules lists every org, so that a name other than the one of CONNECT is not refused for being unlisted.
var wildRules = strings.Replace(rules, rig.Host, `"*.my.salesforce.com"`, 1)

const otherHost = "other.my.salesforce.com"

// TestLaw8HostIsNotConnect sends requests inside a tunnel that name another host than CONNECT did.
func TestLaw8HostIsNotConnect(t *testing.T) {
	g := start(t, rig.Config{Policy: wildRules})
	tests := map[string]string{
		"other host":           "GET " + api + "/limits HTTP/1.1\r\nHost: " + otherHost + "\r\n\r\n",
		"host with a suffix":   "GET " + api + "/limits HTTP/1.1\r\nHost: " + rig.Host + ".evil.example\r\n\r\n",
		"other port":           "GET " + api + "/limits HTTP/1.1\r\nHost: " + rig.Host + ":8443\r\n\r\n",
		"absolute form":        "GET https://" + otherHost + api + "/limits HTTP/1.1\r\nHost: " + rig.Host + "\r\n\r\n",
		"absolute, other host": "GET https://" + rig.Host + api + "/limits HTTP/1.1\r\nHost: " + otherHost + "\r\n\r\n",
	}
	for name, head := range tests {
		t.Run(name, func(t *testing.T) {
			g := g.in(t)
			since := g.mark()
			c, err := g.tunnel(rig.Host, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(c, head); err != nil {
				t.Fatal(err)
			}
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("the answer is %d, want 421", resp.StatusCode)
			}
			g.misdirected(since)
		})
	}
}

// misdirected asserts one decision for a host that is not the one of CONNECT, and that the org saw nothing.
func (g *gate) misdirected(since uint64) {
	g.t.Helper()
	if d := g.blocked(since, "misdirected"); d.Kind != audit.Connect || d.Dest.Host != rig.Host {
		g.t.Errorf("the decision is %s about %s", d.Kind, d.Dest.Host)
	}
	if n := len(g.Org.Received()); n != 0 {
		g.t.Errorf("the org received %d requests", n)
	}
}

// TestLaw8AuthorityIsNotConnect does the same over HTTP/2.
func TestLaw8AuthorityIsNotConnect(t *testing.T) {
	g := start(t, rig.Config{Policy: wildRules})
	tests := map[string][][2]string{
		"other authority":        {{":authority", otherHost}},
		"authority with a port":  {{":authority", rig.Host + ":8443"}},
		"host beside authority":  {{":authority", rig.Host}, {"host", otherHost}},
		"host instead":           {{"host", otherHost}},
		"authority with a label": {{":authority", "x." + rig.Host}},
	}
	for name, fields := range tests {
		t.Run(name, func(t *testing.T) {
			g := g.in(t)
			since := g.mark()
			if status := g.ask(fields); status != "421" {
				t.Errorf("the answer is %s, want 421", status)
			}
			g.misdirected(since)
		})
	}
	// The same hand-made frames with the right name are answered by the org: the test can tell.
	if status := g.ask([][2]string{{":authority", rig.Host}}); status != "200" || len(g.Org.Received()) != 1 {
		t.Errorf("with the right name the answer is %s", status)
	}
}

// ask sends one GET over HTTP/2 with the given fields and returns the status of the answer.
func (g *gate) ask(fields [][2]string) string {
	g.t.Helper()
	c, err := g.tunnel(rig.Host, usual("h2"))
	if err != nil {
		g.t.Fatal(err)
	}
	defer c.Close()
	framer := http2.NewFramer(c, c)
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	list := [][2]string{{":method", "GET"}, {":scheme", "https"}, {":path", api + "/limits"}}
	for _, f := range append(list, append(fields, [2]string{"authorization", "Bearer " + rig.Token})...) {
		_ = enc.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	if _, err := io.WriteString(c, http2.ClientPreface); err != nil {
		g.t.Fatal(err)
	}
	if err := framer.WriteSettings(); err != nil {
		g.t.Fatal(err)
	}
	if err := framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true}); err != nil {
		g.t.Fatal(err)
	}
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	for {
		f, err := framer.ReadFrame()
		if err != nil {
			g.t.Fatal(err)
		}
		switch f := f.(type) {
		case *http2.MetaHeadersFrame:
			return f.PseudoValue("status")
		case *http2.RSTStreamFrame:
			return f.ErrCode.String()
		case *http2.GoAwayFrame:
			return f.ErrCode.String()
		}
	}
}

// TestLaw8NameIsNotConnect offers a server name that is not the host of CONNECT.
func TestLaw8NameIsNotConnect(t *testing.T) {
	g := start(t, rig.Config{Policy: wildRules})
	for _, name := range []string{otherHost, "evil.example", "x." + rig.Host} {
		since := g.mark()
		c, status, err := g.connect(rig.Host + ":443")
		if err != nil || status != 200 {
			t.Fatalf("CONNECT is answered %d: %v", status, err)
		}
		err = tls.Client(c, &tls.Config{ServerName: name, RootCAs: g.roots, MinVersion: tls.VersionTLS12}).Handshake()
		if err == nil || !strings.Contains(err.Error(), "remote error: tls:") {
			t.Errorf("%s: the handshake ends with %v, want an alert", name, err)
		}
		g.await("the decision", func() bool { return len(g.decisions(since)) > 0 })
		d := g.blocked(since, "sni")
		if d.Kind != audit.Connect || d.Dest.Host != rig.Host {
			t.Errorf("%s: the decision is %s about %s", name, d.Kind, d.Dest.Host)
		}
	}
	if n := len(g.Org.Received()); n != 0 {
		t.Errorf("the org received %d requests", n)
	}
}

// TestLaw8SecondRequest names another host in the second request of a connection, behind one that was right (A17).
func TestLaw8SecondRequest(t *testing.T) {
	g := start(t, rig.Config{Policy: wildRules})
	c, err := g.tunnel(rig.Host, nil)
	if err != nil {
		t.Fatal(err)
	}
	br := bufio.NewReader(c)
	for i, host := range []string{rig.Host, otherHost} {
		since := g.mark()
		fmt.Fprintf(c, "GET %s/limits HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", api, host, rig.Token)
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		if want := []int{200, 421}[i]; resp.StatusCode != want {
			t.Errorf("%s is answered %d, want %d", host, resp.StatusCode, want)
		}
		if i == 1 {
			g.blocked(since, "misdirected")
		}
	}
	if n := len(g.Org.Received()); n != 1 {
		t.Errorf("the org received %d requests, want the first", n)
	}
}

// TestLaw8ConnectElsewhere asks for a host that the policy does not list.
func TestLaw8ConnectElsewhere(t *testing.T) {
	g := start(t, rig.Config{})
	for _, host := range []string{otherHost, "evil.example", "acme.my.salesforce.com.evil.example"} {
		since := g.mark()
		if _, status, err := g.connect(host + ":443"); err != nil || status != http.StatusForbidden {
			t.Errorf("%s is answered %d: %v", host, status, err)
		}
		g.blocked(since, "host_not_allowed")
	}
}
