package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestInterceptionSide(t *testing.T) {
	a := openAuthority(t, AuthorityConfig{})
	addr := serveTLS(t, ServerConfig(newIssuer(t, a, IssuerConfig{})))
	tests := map[string]struct {
		host   string
		cfg    *tls.Config
		refuse string // part of what the client says; empty if it gets through
	}{
		"TLS 1.3":            {acme, &tls.Config{MinVersion: tls.VersionTLS13}, ""},
		"TLS 1.2":            {acme, &tls.Config{MaxVersion: tls.VersionTLS12}, ""},
		"B01 TLS 1.1":        {acme, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, "protocol version"},
		"B01 TLS 1.0":        {acme, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, "protocol version"},
		"B03 CBC":            {acme, &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}, "handshake failure"},
		"B03 RSA key":        {acme, &tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}}, "handshake failure"},
		"a name not covered": {"evil.example", &tls.Config{InsecureSkipVerify: true}, "internal error"},
		"no SNI":             {"127.0.0.1", &tls.Config{InsecureSkipVerify: true}, "internal error"},
		"unknown protocol":   {acme, &tls.Config{NextProtos: []string{"spdy/1"}}, "no application protocol"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.cfg.RootCAs = pool(a.Certificate())
			cs, err := connect(t, addr, tt.host, tt.cfg)
			if (err == nil) != (tt.refuse == "") || err != nil && !strings.Contains(err.Error(), tt.refuse) {
				t.Errorf("error %v, want %q", err, tt.refuse)
			}
			if err == nil && !strings.Contains(tls.CipherSuiteName(cs.CipherSuite), "GCM") && !strings.Contains(tls.CipherSuiteName(cs.CipherSuite), "POLY1305") {
				t.Errorf("suite %s", tls.CipherSuiteName(cs.CipherSuite))
			}
		})
	}
}

func TestInterceptionSideResumes(t *testing.T) {
	a := openAuthority(t, AuthorityConfig{})
	issuer := newIssuer(t, a, IssuerConfig{})
	addr := serveTLS(t, ServerConfig(issuer))
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		cfg := &tls.Config{RootCAs: pool(a.Certificate()), MaxVersion: version, ClientSessionCache: tls.NewLRUClientSessionCache(1), NextProtos: []string{"h2"}}
		for _, want := range []bool{false, true} {
			cs, err := connect(t, addr, acme, cfg)
			if err != nil || cs.DidResume != want || cs.NegotiatedProtocol != "h2" {
				t.Errorf("%s: %v, resumed %v, protocol %q", tls.VersionName(version), err, cs.DidResume, cs.NegotiatedProtocol)
			}
		}
	}
}

func TestUpstreamSideRefuses(t *testing.T) {
	root := newRoot(t)
	good := root.leaf(t, acme, nil)
	edited := func(edit func(*x509.Certificate)) tls.Certificate { return root.leaf(t, acme, edit) }
	tests := map[string]struct {
		cfg  *tls.Config
		want string
	}{
		"B02 TLS 1.1":       {&tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, "protocol version"},
		"B03 CBC":           {&tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}, "handshake failure"},
		"B04 untrusted":     {&tls.Config{Certificates: []tls.Certificate{newRoot(t).leaf(t, acme, nil)}}, "unknown authority"},
		"B04 expired":       {&tls.Config{Certificates: []tls.Certificate{edited(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })}}, "expired"},
		"B04 not yet valid": {&tls.Config{Certificates: []tls.Certificate{edited(func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) })}}, "not yet valid"},
		"B04 another name":  {&tls.Config{Certificates: []tls.Certificate{root.leaf(t, "other.my.salesforce.com", nil)}}, "valid for other.my.salesforce.com"},
		"good":              {&tls.Config{Certificates: []tls.Certificate{good}}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := connect(t, serveTLS(t, tt.cfg), acme, ClientConfig(pool(root.cert), nil, nil))
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	t.Run("verification switched off", func(t *testing.T) {
		cfg := ClientConfig(pool(root.cert), nil, nil)
		cfg.InsecureSkipVerify = true
		if _, err := connect(t, serveTLS(t, &tls.Config{Certificates: []tls.Certificate{good}}), acme, cfg); err == nil {
			t.Error("a connection without a verified chain passes")
		}
	})
}

// The proxy tells refusals apart by the types of these errors: they must come through http.Transport whole.
func TestErrorsComeThroughTransport(t *testing.T) {
	s := newSite(t, withOCSP)
	s.ocsp = answer(s.response(t, 1, nil)) // revoked
	origin := httptest.NewUnstartedServer(http.NotFoundHandler())
	origin.TLS = &tls.Config{Certificates: []tls.Certificate{s.leaf}}
	origin.EnableHTTP2 = true
	origin.StartTLS()
	defer origin.Close()
	pins := newPins(t, HostPins{Match: acme, Pins: []string{otherPin(1), otherPin(2)}})
	get := func(cfg *tls.Config) error {
		transport := &http.Transport{TLSClientConfig: cfg, ForceAttemptHTTP2: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, origin.Listener.Addr().String())
		}}
		defer transport.CloseIdleConnections()
		request, err := http.NewRequest(http.MethodGet, "https://"+acme+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := transport.RoundTrip(request)
		if err == nil {
			response.Body.Close()
			if response.ProtoMajor != 2 {
				t.Errorf("HTTP/%d", response.ProtoMajor)
			}
		}
		return err
	}
	roots := pool(s.root.cert)
	if err := get(ClientConfig(roots, nil, nil)); err != nil {
		t.Error(err)
	}
	if err := get(ClientConfig(roots, func() *Pins { return pins }, nil)); !errors.As(err, new(*PinError)) {
		t.Errorf("pins: %v", err)
	}
	if err := get(ClientConfig(roots, nil, newRevocation(RevocationSoft))); !errors.As(err, new(*RevokedError)) {
		t.Errorf("revocation: %v", err)
	}
}
