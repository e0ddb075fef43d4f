package certs

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"
)

// responder is an OCSP responder and CRL server on loopback. Its functions are set before it is asked.
type responder struct {
	*httptest.Server
	ocsp, crl        http.HandlerFunc
	ocspHits, crlHit atomic.Int32
}

func newResponder(t testing.TB) *responder {
	t.Helper()
	r := &responder{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ocsp", func(w http.ResponseWriter, req *http.Request) { r.ocspHits.Add(1); r.ocsp(w, req) })
	mux.HandleFunc("GET /list.crl", func(w http.ResponseWriter, req *http.Request) { r.crlHit.Add(1); r.crl(w, req) })
	r.ocsp, r.crl = http.NotFound, http.NotFound
	r.Server = httptest.NewServer(mux)
	t.Cleanup(r.Close)
	return r
}

// site is an upstream whose leaf a responder answers for. The chain is leaf and root.
type site struct {
	*responder
	root *signerCA
	leaf tls.Certificate
}

func newSite(t testing.TB, edit func(leaf *x509.Certificate, address string)) *site {
	t.Helper()
	s := &site{responder: newResponder(t), root: newRoot(t)}
	s.leaf = s.root.leaf(t, acme, func(c *x509.Certificate) {
		if edit != nil {
			edit(c, s.URL)
		}
	})
	return s
}

func withOCSP(c *x509.Certificate, address string) { c.OCSPServer = []string{address + "/ocsp"} }
func withCRL(c *x509.Certificate, address string) {
	c.CRLDistributionPoints = []string{address + "/list.crl"}
}

func withMustStaple(c *x509.Certificate) {
	c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: tlsFeature(), Value: []byte{0x30, 3, 2, 1, 5}})
}

// check connects to the site with the given staple and returns what the whole configuration says.
func (s *site) check(t testing.TB, r *Revocation, staple []byte) error {
	t.Helper()
	leaf := s.leaf
	leaf.OCSPStaple = staple
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{leaf}})
	_, err := connect(t, addr, acme, ClientConfig(pool(s.root.cert), nil, r))
	return err
}

// response is an OCSP response about the site's leaf; edit changes it.
func (s *site) response(t testing.TB, code int, edit func(*ocsp.Response)) []byte {
	t.Helper()
	return s.signed(t, code, s.root.cert, s.root.key, edit)
}

// signed is a response signed by by, which is sent along if it is not the root.
func (s *site) signed(t testing.TB, code int, by *x509.Certificate, key crypto.Signer, edit func(*ocsp.Response)) []byte {
	t.Helper()
	template := ocsp.Response{
		Status: code, SerialNumber: s.leaf.Leaf.SerialNumber, RevokedAt: time.Now().Add(-time.Hour), RevocationReason: ocsp.KeyCompromise,
		ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(24 * time.Hour),
	}
	if by != s.root.cert {
		template.Certificate = by
	}
	if edit != nil {
		edit(&template)
	}
	der, err := ocsp.CreateResponse(s.root.cert, by, template, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// list is a revocation list of the site's root; edit changes it.
func (s *site) list(t testing.TB, edit func(*x509.RevocationList), serials ...*big.Int) []byte {
	t.Helper()
	return s.listBy(t, s.root, edit, serials...)
}

func (s *site) listBy(t testing.TB, ca *signerCA, edit func(*x509.RevocationList), serials ...*big.Int) []byte {
	t.Helper()
	template := &x509.RevocationList{Number: big.NewInt(7), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: time.Now().Add(24 * time.Hour)}
	for _, serial := range serials {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: serial, RevocationTime: time.Now().Add(-time.Hour), ReasonCode: 4})
	}
	if edit != nil {
		edit(template)
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, ca.cert, ca.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func answer(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(body) }
}

func newRevocation(mode RevocationMode) *Revocation {
	return NewRevocation(RevocationConfig{Mode: mode, Dial: new(net.Dialer).DialContext, Timeout: 2 * time.Second})
}

// verdicts are what soft and hard mode may say.
type verdict int

const (
	passes  verdict = iota // in both modes
	revoked                // in both modes
	unknown                // passes in soft mode, is refused in hard mode
)

func checkBoth(t *testing.T, want verdict, source string, check func(*Revocation) error) {
	t.Helper()
	for name, mode := range map[string]RevocationMode{"soft": RevocationSoft, "hard": RevocationHard} {
		err := check(newRevocation(mode))
		var got *RevokedError
		switch {
		case want == passes || want == unknown && mode == RevocationSoft:
			if err != nil {
				t.Errorf("%s: %v, want it to pass", name, err)
			}
		case want == unknown:
			if !errors.Is(err, ErrStatusUnknown) {
				t.Errorf("%s: %v, want an unknown status", name, err)
			}
		case !errors.As(err, &got) || got.Source != source || got.Reason == 0:
			t.Errorf("%s: %v, want revoked according to %s", name, err, source)
		}
	}
}

func TestB08OCSP(t *testing.T) {
	type edit = func(*ocsp.Response)
	stranger := newRoot(t)
	tests := map[string]struct {
		handler func(t *testing.T, s *site) http.HandlerFunc
		want    verdict
	}{
		"good":    {func(t *testing.T, s *site) http.HandlerFunc { return answer(s.response(t, ocsp.Good, nil)) }, passes},
		"revoked": {func(t *testing.T, s *site) http.HandlerFunc { return answer(s.response(t, ocsp.Revoked, nil)) }, revoked},
		"unknown": {func(t *testing.T, s *site) http.HandlerFunc { return answer(s.response(t, ocsp.Unknown, nil)) }, unknown},
		"expired": {func(t *testing.T, s *site) http.HandlerFunc {
			return answer(s.response(t, ocsp.Good, edit(func(r *ocsp.Response) { r.NextUpdate = time.Now().Add(-time.Minute) })))
		}, unknown},
		"of the future": {func(t *testing.T, s *site) http.HandlerFunc {
			return answer(s.response(t, ocsp.Good, edit(func(r *ocsp.Response) { r.ThisUpdate = time.Now().Add(time.Hour) })))
		}, unknown},
		"without an end, new": {func(t *testing.T, s *site) http.HandlerFunc {
			return answer(s.response(t, ocsp.Good, edit(func(r *ocsp.Response) { r.NextUpdate = time.Time{} })))
		}, passes},
		"without an end, old": {func(t *testing.T, s *site) http.HandlerFunc {
			return answer(s.response(t, ocsp.Good, edit(func(r *ocsp.Response) { r.NextUpdate, r.ThisUpdate = time.Time{}, time.Now().Add(-25*time.Hour) })))
		}, unknown},
		"about another": {func(t *testing.T, s *site) http.HandlerFunc {
			return answer(s.response(t, ocsp.Good, edit(func(r *ocsp.Response) { r.SerialNumber = big.NewInt(1) })))
		}, unknown},
		"signed by a stranger": {func(t *testing.T, s *site) http.HandlerFunc {
			return answer(s.signed(t, ocsp.Good, stranger.cert, stranger.key, nil))
		}, unknown},
		"signed by a stranger unseen": {func(t *testing.T, s *site) http.HandlerFunc {
			return answer(s.signed(t, ocsp.Good, s.root.cert, stranger.key, nil))
		}, unknown},
		"signed by a responder": {func(t *testing.T, s *site) http.HandlerFunc { return answer(s.byResponder(t, s.root, nil)) }, passes},
		"signed by a responder expired": {func(t *testing.T, s *site) http.HandlerFunc {
			return answer(s.byResponder(t, s.root, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }))
		}, unknown},
		"signed by a stranger's responder": {func(t *testing.T, s *site) http.HandlerFunc { return answer(s.byResponder(t, stranger, nil)) }, unknown},
		"signed by the upstream itself": {func(t *testing.T, s *site) http.HandlerFunc {
			return answer(s.signed(t, ocsp.Good, s.leaf.Leaf, s.leaf.PrivateKey.(crypto.Signer), nil))
		}, unknown},
		"an error":    {func(*testing.T, *site) http.HandlerFunc { return answer(ocsp.UnauthorizedErrorResponse) }, unknown},
		"garbage":     {func(*testing.T, *site) http.HandlerFunc { return answer([]byte("<html>")) }, unknown},
		"nothing":     {func(*testing.T, *site) http.HandlerFunc { return answer(nil) }, unknown},
		"too long":    {func(*testing.T, *site) http.HandlerFunc { return answer(make([]byte, maxOCSP+1)) }, unknown},
		"not found":   {func(*testing.T, *site) http.HandlerFunc { return http.NotFound }, unknown},
		"a redirect":  {func(_ *testing.T, s *site) http.HandlerFunc { return redirect(s.URL + "/list.crl") }, unknown},
		"a good tail": {func(t *testing.T, s *site) http.HandlerFunc { return answer(append(s.response(t, ocsp.Good, nil), 0)) }, unknown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, withOCSP)
			s.ocsp, s.crl = tt.handler(t, s), answer(s.response(t, ocsp.Good, nil))
			checkBoth(t, tt.want, "ocsp", func(r *Revocation) error { return s.check(t, r, nil) })
			if s.ocspHits.Load() != 2 || s.crlHit.Load() != 0 {
				t.Errorf("asked %d times, redirected %d times; want 2 and 0", s.ocspHits.Load(), s.crlHit.Load())
			}
		})
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusSeeOther) }
}

// byResponder is a good response signed by somebody whom ca made a responder.
func (s *site) byResponder(t testing.TB, ca *signerCA, edit func(*x509.Certificate)) []byte {
	t.Helper()
	delegate := ca.leaf(t, "responder.example", func(c *x509.Certificate) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}
		if edit != nil {
			edit(c)
		}
	})
	return s.signed(t, ocsp.Good, delegate.Leaf, delegate.PrivateKey.(crypto.Signer), nil)
}

func TestB08Stapled(t *testing.T) {
	stranger := newRoot(t)
	tests := map[string]struct {
		staple func(t *testing.T, s *site) []byte
		want   verdict
		asked  int32 // with a responder that says revoked
	}{
		"good":    {func(t *testing.T, s *site) []byte { return s.response(t, ocsp.Good, nil) }, passes, 0},
		"revoked": {func(t *testing.T, s *site) []byte { return s.response(t, ocsp.Revoked, nil) }, revoked, 0},
		"expired": {func(t *testing.T, s *site) []byte {
			return s.response(t, ocsp.Good, func(r *ocsp.Response) { r.NextUpdate = time.Now().Add(-time.Minute) })
		}, revoked, 2},
		"forged": {func(t *testing.T, s *site) []byte { return s.signed(t, ocsp.Good, s.root.cert, stranger.key, nil) }, revoked, 2},
		"none":   {func(*testing.T, *site) []byte { return nil }, revoked, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, withOCSP)
			s.ocsp = answer(s.response(t, ocsp.Revoked, nil))
			source := "stapled"
			if tt.asked > 0 {
				source = "ocsp"
			}
			checkBoth(t, tt.want, source, func(r *Revocation) error { return s.check(t, r, tt.staple(t, s)) })
			if s.ocspHits.Load() != tt.asked {
				t.Errorf("the responder was asked %d times, want %d", s.ocspHits.Load(), tt.asked)
			}
		})
	}
}

func TestB08Timeout(t *testing.T) {
	release := make(chan struct{})
	s := newSite(t, withOCSP)
	defer close(release)
	s.ocsp = func(http.ResponseWriter, *http.Request) { <-release }
	for name, mode := range map[string]RevocationMode{"soft": RevocationSoft, "hard": RevocationHard} {
		r := NewRevocation(RevocationConfig{Mode: mode, Dial: new(net.Dialer).DialContext, Timeout: 100 * time.Millisecond})
		s.ocspHits.Store(0)
		for range 2 { // the second does not wait for the dead responder again
			start := time.Now()
			err := s.check(t, r, nil)
			if mode == RevocationSoft && err != nil || mode == RevocationHard && !errors.Is(err, ErrStatusUnknown) {
				t.Errorf("%s: %v", name, err)
			}
			if d := time.Since(start); d > 3*time.Second {
				t.Errorf("%s: took %s", name, d)
			}
			waitKnown(t, r, 1)
		}
		if n := s.ocspHits.Load(); n != 1 {
			t.Errorf("%s: asked %d times", name, n)
		}
	}
}

// waitKnown waits until the question that a check gave up waiting for has ended.
func waitKnown(t *testing.T, r *Revocation, n int) {
	t.Helper()
	for range 1000 {
		if r.known.Len() >= n {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the question did not end")
}

func TestB09MustStaple(t *testing.T) {
	s := newSite(t, func(c *x509.Certificate, address string) { withOCSP(c, address); withMustStaple(c) })
	s.ocsp = answer(s.response(t, ocsp.Good, nil))
	good := s.response(t, ocsp.Good, nil)
	old := s.response(t, ocsp.Good, func(r *ocsp.Response) { r.NextUpdate = time.Now().Add(-time.Minute) })
	checkBoth(t, passes, "", func(r *Revocation) error { return s.check(t, r, good) })
	checkBoth(t, unknown, "", func(r *Revocation) error { return s.check(t, r, nil) })
	checkBoth(t, unknown, "", func(r *Revocation) error { return s.check(t, r, old) })
	if mustStaple(newSite(t, nil).leaf.Leaf) {
		t.Error("a leaf without the extension must staple")
	}
	broken := &x509.Certificate{Extensions: []pkix.Extension{{Id: tlsFeature(), Value: []byte{0x30}}}}
	other := &x509.Certificate{Extensions: []pkix.Extension{{Id: tlsFeature(), Value: []byte{0x30, 3, 2, 1, 17}}}}
	if !mustStaple(broken) || mustStaple(other) {
		t.Errorf("broken %v, another feature %v", mustStaple(broken), mustStaple(other))
	}
}

// A resumed session repeats the staple of its first handshake; when that has expired the responder is asked.
func TestB09StapleOfResumedSession(t *testing.T) {
	s := newSite(t, func(c *x509.Certificate, address string) { withOCSP(c, address); withMustStaple(c) })
	s.ocsp = answer(s.response(t, ocsp.Revoked, func(r *ocsp.Response) { r.NextUpdate = time.Now().Add(72 * time.Hour) }))
	var offset atomic.Int64
	r := NewRevocation(RevocationConfig{Dial: new(net.Dialer).DialContext, Now: func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }})
	leaf := s.leaf
	leaf.OCSPStaple = s.response(t, ocsp.Good, nil)
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{leaf}})
	cfg := ClientConfig(pool(s.root.cert), nil, r)
	for _, want := range []bool{false, true} {
		if cs, err := connect(t, addr, acme, cfg); err != nil || cs.DidResume != want {
			t.Fatalf("%v, resumed %v, want %v", err, cs.DidResume, want)
		}
	}
	offset.Store(int64(25 * time.Hour))
	var got *RevokedError
	if _, err := connect(t, addr, acme, cfg); !errors.As(err, &got) || got.Source != "ocsp" {
		t.Errorf("with an expired staple: %v, want revoked according to ocsp", err)
	}
}

func TestRevocationOfIntermediate(t *testing.T) {
	resp := newResponder(t)
	root := newRoot(t)
	middle := root.intermediate(t, func(c *x509.Certificate) { withCRL(c, resp.URL) })
	leaf := middle.leaf(t, acme, func(c *x509.Certificate) { withOCSP(c, resp.URL) }, middle.cert)
	s := &site{responder: resp, root: middle, leaf: leaf}
	resp.ocsp = answer(s.response(t, ocsp.Good, nil))
	s.root = root
	check := func(r *Revocation) error { return s.check(t, r, nil) }
	resp.crl = answer(s.list(t, nil))
	checkBoth(t, passes, "", check)
	resp.crl = answer(s.list(t, nil, middle.cert.SerialNumber))
	checkBoth(t, revoked, "crl", check)
	resp.crl = answer(s.list(t, scope(t, issuingDistributionPoint{UserOnly: true})))
	checkBoth(t, unknown, "", check)
	resp.crl = answer(s.list(t, scope(t, issuingDistributionPoint{AuthorityOnly: true})))
	checkBoth(t, passes, "", check)
	resp.crl = http.NotFound
	checkBoth(t, unknown, "", check)
}

func TestGet(t *testing.T) {
	resp := newResponder(t)
	r := newRevocation(RevocationHard)
	tests := map[string]struct {
		address string
		body    int
		code    int
		want    string
	}{
		"as long as allowed": {resp.URL + "/list.crl", 100, http.StatusOK, ""},
		"a byte too long":    {resp.URL + "/list.crl", 101, http.StatusOK, "more than 100 bytes"},
		"an error page":      {resp.URL + "/list.crl", 100, http.StatusInternalServerError, "status 500"},
		"https":              {"https://127.0.0.1/list.crl", 0, 0, "not an http address"},
		"ldap":               {"ldap://127.0.0.1/cn=x", 0, 0, "not an http address"},
		"no host":            {"http:///list.crl", 0, 0, "not an http address"},
		"credentials":        {"http://user@127.0.0.1/", 0, 0, "not an http address"},
		"no address":         {"http://%zz/", 0, 0, "not an http address"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			resp.crl = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tt.code); w.Write(make([]byte, tt.body)) }
			data, err := r.get(context.Background(), http.MethodGet, tt.address, nil, 100)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) || err == nil && len(data) != tt.body {
				t.Errorf("%d bytes, error %v, want %q", len(data), err, tt.want)
			}
		})
	}
}

func TestRevocationOtherChainIsEnough(t *testing.T) {
	s := newSite(t, withCRL)
	s.crl = answer(s.list(t, nil, s.leaf.Leaf.SerialNumber))
	other := newRoot(t)
	twin := other.leaf(t, acme, func(c *x509.Certificate) { withOCSP(c, "http://127.0.0.1:1") }).Leaf // nobody is there
	bad, dark := []*x509.Certificate{s.leaf.Leaf, s.root.cert}, []*x509.Certificate{twin, other.cert}
	for _, chains := range [][][]*x509.Certificate{{bad, dark}, {dark, bad}} {
		cs := &tls.ConnectionState{VerifiedChains: chains}
		if err := newRevocation(RevocationSoft).Check(context.Background(), cs); err != nil {
			t.Errorf("soft: %v", err)
		}
		var got *RevokedError
		if err := newRevocation(RevocationHard).Check(context.Background(), cs); !errors.As(err, &got) {
			t.Errorf("hard: %v, want the revocation rather than the unknown status", err)
		}
	}
}

func TestRevocationFallsBack(t *testing.T) {
	s := newSite(t, func(c *x509.Certificate, address string) {
		c.OCSPServer = []string{"https://127.0.0.1/", "ldap://x/", "http://user@127.0.0.1/", address + "/ocsp"}
		withCRL(c, address)
	})
	s.ocsp = answer(s.response(t, ocsp.Revoked, nil)) // the fourth, which is not asked
	s.crl = answer(s.list(t, nil))
	checkBoth(t, passes, "", func(r *Revocation) error { return s.check(t, r, nil) })
	if s.ocspHits.Load() != 0 || s.crlHit.Load() != 2 {
		t.Errorf("%d questions, %d lists", s.ocspHits.Load(), s.crlHit.Load())
	}
}

func TestRevocationWithoutSources(t *testing.T) {
	s := newSite(t, nil)
	checkBoth(t, unknown, "", func(r *Revocation) error { return s.check(t, r, nil) })
	short := newSite(t, func(c *x509.Certificate, _ string) {
		c.ExtraExtensions = []pkix.Extension{{Id: noRevAvail(), Value: asn1.NullBytes}}
	})
	checkBoth(t, passes, "", func(r *Revocation) error { return short.check(t, r, nil) })
	if err := s.check(t, newRevocation(RevocationOff), nil); err != nil {
		t.Errorf("off: %v", err)
	}
	if err := s.check(t, nil, nil); err != nil {
		t.Errorf("nil: %v", err)
	}
	if err := newRevocation(RevocationSoft).Check(context.Background(), &tls.ConnectionState{}); err == nil {
		t.Error("no verified chain: no error")
	}
	withDialer := newSite(t, withOCSP)
	withDialer.ocsp = answer(withDialer.response(t, ocsp.Good, nil))
	if err := withDialer.check(t, NewRevocation(RevocationConfig{}), nil); !errors.Is(err, ErrStatusUnknown) || withDialer.ocspHits.Load() != 0 {
		t.Errorf("the zero configuration: %v, %d questions", err, withDialer.ocspHits.Load())
	}
}

func TestRevocationCache(t *testing.T) {
	s := newSite(t, withOCSP)
	good := s.response(t, ocsp.Good, nil)
	s.ocsp = answer(good)
	var offset atomic.Int64
	r := NewRevocation(RevocationConfig{Dial: new(net.Dialer).DialContext, Now: func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }})
	cs := &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{s.leaf.Leaf, s.root.cert}}}
	at := func(d time.Duration) error {
		offset.Store(int64(d))
		return r.Check(context.Background(), cs)
	}
	steps := []struct {
		name  string
		at    time.Duration
		serve http.HandlerFunc
		asked int32
		fails bool
	}{
		{"first", 0, answer(good), 1, false},
		{"from the cache", 59 * time.Minute, http.NotFound, 1, false},
		{"asked again in vain, still good", 61 * time.Minute, http.NotFound, 2, false},
		{"not asked again so soon", 61*time.Minute + 30*time.Second, http.NotFound, 2, false},
		{"asked again", 63 * time.Minute, answer(good), 3, false},
		{"the response has ended", 25 * time.Hour, http.NotFound, 4, true},
		{"revoked meanwhile", 26 * time.Hour, answer(s.response(t, ocsp.Revoked, func(r *ocsp.Response) { r.NextUpdate = time.Now().Add(72 * time.Hour) })), 5, true},
		{"revoked from the cache", 26*time.Hour + time.Minute, answer(good), 5, true},
	}
	for _, step := range steps {
		s.ocsp = step.serve
		if err := at(step.at); (err != nil) != step.fails {
			t.Errorf("%s: %v", step.name, err)
		}
		if n := s.ocspHits.Load(); n != step.asked {
			t.Errorf("%s: asked %d times, want %d", step.name, n, step.asked)
		}
	}
}

// A status is not used past the end of the response that told it, however soon that is.
func TestRevocationCacheEndsWithResponse(t *testing.T) {
	s := newSite(t, withOCSP)
	s.ocsp = answer(s.response(t, ocsp.Good, func(r *ocsp.Response) { r.NextUpdate = time.Now().Add(10 * time.Minute) }))
	var offset atomic.Int64
	r := NewRevocation(RevocationConfig{Dial: new(net.Dialer).DialContext, Now: func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }})
	cs := &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{s.leaf.Leaf, s.root.cert}}}
	for _, want := range []error{nil, ErrStatusUnknown} {
		if err := r.Check(context.Background(), cs); !errors.Is(err, want) {
			t.Errorf("after %s: %v, want %v", time.Duration(offset.Load()), err, want)
		}
		offset.Store(int64(11 * time.Minute))
	}
}

func TestRevocationIsAskedOnce(t *testing.T) {
	s := newSite(t, withOCSP)
	good := s.response(t, ocsp.Good, nil)
	arrived, release := make(chan struct{}), make(chan struct{})
	s.ocsp = func(w http.ResponseWriter, _ *http.Request) { close(arrived); <-release; w.Write(good) }
	r := newRevocation(RevocationHard)
	cs := &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{s.leaf.Leaf, s.root.cert}}}
	var wg sync.WaitGroup
	cancelled, cancel := context.WithCancel(context.Background())
	wg.Go(func() {
		if err := r.Check(cancelled, cs); !errors.Is(err, ErrStatusUnknown) {
			t.Errorf("who gave up: %v", err)
		}
	})
	<-arrived
	for range 16 {
		wg.Go(func() {
			if err := r.Check(context.Background(), cs); err != nil {
				t.Errorf("who waited: %v", err)
			}
		})
	}
	cancel() // the first to ask gives up; the others still get their answer
	time.AfterFunc(50*time.Millisecond, func() { close(release) })
	wg.Wait()
	if n := s.ocspHits.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestRevocationCacheIsBounded(t *testing.T) {
	root := newRoot(t)
	r := NewRevocation(RevocationConfig{Mode: RevocationSoft, CacheSize: 8})
	for range 50 {
		cs := &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{root.leaf(t, acme, nil).Leaf, root.cert}}}
		if err := r.Check(context.Background(), cs); err != nil {
			t.Fatal(err)
		}
	}
	if r.known.Len() != 8 {
		t.Errorf("%d certificates are kept", r.known.Len())
	}
}

// What the responder gets is a request that an OCSP library reads, about the right certificate and nothing else.
func TestOCSPRequest(t *testing.T) {
	s := newSite(t, withOCSP)
	good := s.response(t, ocsp.Good, nil)
	s.ocsp = func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		got, parseErr := ocsp.ParseRequest(body)
		if err != nil || parseErr != nil || got.SerialNumber.Cmp(s.leaf.Leaf.SerialNumber) != 0 {
			t.Errorf("request %+v, %v, %v", got, err, parseErr)
		}
		if ct := req.Header.Get("Content-Type"); ct != "application/ocsp-request" || !bytes.Equal([]byte(req.URL.RawQuery), nil) {
			t.Errorf("content type %q, query %q", ct, req.URL.RawQuery)
		}
		w.Write(good)
	}
	if err := s.check(t, newRevocation(RevocationHard), nil); err != nil {
		t.Error(err)
	}
}
