package proxy

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/phigate/phigate/policy"
)

const (
	// loginLifetime is how long a verified password is believed. argon2id takes tens of milliseconds on purpose, and
	// jobs open a connection for each request.
	loginLifetime = 5 * time.Minute
	// loginFailures is how many failures one source may cause in loginWindow before its attempts are not looked at.
	loginFailures = 10
	loginWindow   = time.Minute
	// logins and sources bound what is remembered.
	maxLogins  = 4096
	maxSources = 4096
)

// identifier tells which of the policy's clients a job is. It is safe for concurrent use.
type identifier struct {
	key    [32]byte      // of this process; what is remembered about a password is of no use elsewhere
	hashes chan struct{} // bounds the argon2id computations at a time: each takes 19 MiB

	mu       sync.Mutex
	logins   *simplelru.LRU[[32]byte, time.Time]     // guarded by mu; until when a login is believed
	failures *simplelru.LRU[netip.Prefix, *failures] // guarded by mu
	now      func() time.Time
}

// failures counts what one source did since a moment.
type failures struct {
	since time.Time
	count int
}

func newIdentifier() *identifier {
	id := &identifier{hashes: make(chan struct{}, 2), now: time.Now}
	_, _ = rand.Read(id.key[:]) // it never fails (crypto/rand)
	id.logins, _ = simplelru.NewLRU[[32]byte, time.Time](maxLogins, nil)
	id.failures, _ = simplelru.NewLRU[netip.Prefix, *failures](maxSources, nil)
	return id
}

// identify returns which of the policy's clients a CONNECT comes from. A policy without clients accepts everyone: then client is nil
// and reason empty. A client that the policy lets identify itself in several ways must do so in all of them. A job that
// sends a password is judged by it: a wrong one is never made up for by where it comes from.
func (id *identifier) identify(clients []policy.Client, h http.Header, source netip.Addr, state tls.ConnectionState) (*policy.Client, Reason) {
	if len(clients) == 0 {
		return nil, ""
	}
	byPassword := slices.ContainsFunc(clients, func(c policy.Client) bool { return c.Basic.User != "" })
	user, password, sent := basicAuth(h)
	if sent && byPassword {
		c, reason := id.login(clients, user, password, source)
		if reason != "" {
			return nil, reason
		}
		if matchCertificate(c, state) && matchSource(c, source) {
			return c, ""
		}
		return nil, ReasonIdentity
	}
	for i := range clients {
		c := &clients[i]
		if c.Basic.User == "" && len(c.Certificate)+len(c.Source) > 0 && matchCertificate(c, state) && matchSource(c, source) {
			return c, ""
		}
	}
	return nil, ReasonIdentity
}

// login returns the client with the user name, if the password is its own. It takes as long for a user that does not
// exist.
func (id *identifier) login(clients []policy.Client, user, password string, source netip.Addr) (*policy.Client, Reason) {
	var found *policy.Client
	hash := ""
	for i := range clients {
		c := &clients[i]
		if c.Basic.User == "" {
			continue
		}
		if hash == "" {
			hash = c.Basic.Hash
		}
		if subtle.ConstantTimeCompare([]byte(c.Basic.User), []byte(user)) == 1 {
			found, hash = c, c.Basic.Hash
		}
	}
	key := id.loginKey(hash, user, password)
	if found != nil && id.believed(key) {
		return found, ""
	}
	if !id.attempt(source) {
		return nil, ReasonRateLimited
	}
	id.hashes <- struct{}{}
	ok := policy.VerifyPassword(hash, []byte(password))
	<-id.hashes
	if !ok || found == nil {
		return nil, ReasonIdentity
	}
	id.believe(key, source)
	return found, ""
}

// loginKey stands for a login. It holds the hash, so that a changed password in the policy is a new login.
func (id *identifier) loginKey(hash, user, password string) (key [32]byte) {
	m := hmac.New(sha256.New, id.key[:])
	for _, s := range [...]string{hash, user, password} {
		sum := sha256.Sum256([]byte(s))
		m.Write(sum[:])
	}
	m.Sum(key[:0])
	return key
}

func (id *identifier) believed(key [32]byte) bool {
	id.mu.Lock()
	defer id.mu.Unlock()
	until, ok := id.logins.Get(key)
	return ok && id.now().Before(until)
}

// attempt counts an attempt as failed before it is looked at, so that many at a time are not many more than allowed.
// It reports false if the source failed too often.
func (id *identifier) attempt(source netip.Addr) bool {
	id.mu.Lock()
	defer id.mu.Unlock()
	f, ok := id.failures.Get(network(source))
	if !ok || id.now().Sub(f.since) >= loginWindow {
		f = &failures{since: id.now()}
		id.failures.Add(network(source), f)
	}
	if f.count >= loginFailures {
		return false
	}
	f.count++
	return true
}

// believe remembers a verified login and takes the attempt back that it was.
func (id *identifier) believe(key [32]byte, source netip.Addr) {
	id.mu.Lock()
	defer id.mu.Unlock()
	id.logins.Add(key, id.now().Add(loginLifetime))
	if f, ok := id.failures.Get(network(source)); ok && f.count > 0 {
		f.count--
	}
}

// network is what counts as one source: an IPv6 subscriber has at least a /64.
func network(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // the zero prefix for the zero address
	return p
}

// matchCertificate reports whether a verified client certificate carries one of the client's names; true if the
// client has none.
func matchCertificate(c *policy.Client, state tls.ConnectionState) bool {
	if len(c.Certificate) == 0 {
		return true
	}
	if len(state.VerifiedChains) == 0 {
		return false
	}
	return slices.ContainsFunc(c.Certificate, func(name string) bool { return carries(state.VerifiedChains[0][0], name) })
}

func carries(cert *x509.Certificate, name string) bool {
	for _, u := range cert.URIs {
		if u.String() == name {
			return true
		}
	}
	return slices.Contains(cert.EmailAddresses, name) ||
		slices.ContainsFunc(cert.DNSNames, func(n string) bool { return strings.EqualFold(n, name) })
}

// matchSource reports whether the job connects from one of the client's networks; true if the client has none.
func matchSource(c *policy.Client, source netip.Addr) bool {
	return len(c.Source) == 0 || slices.ContainsFunc(c.Source, func(p netip.Prefix) bool { return p.Contains(source) })
}

// basicAuth reads Proxy-Authorization. Two of them are none that can be believed: then user and password are empty.
func basicAuth(h http.Header) (user, password string, sent bool) {
	values := h["Proxy-Authorization"]
	if len(values) == 0 {
		return "", "", false
	}
	scheme, encoded, ok := strings.Cut(values[0], " ")
	if len(values) > 1 || !ok || !strings.EqualFold(scheme, "Basic") || len(encoded) > 1024 {
		return "", "", true
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", "", true
	}
	user, password, _ = strings.Cut(string(decoded), ":")
	return user, password, true
}
