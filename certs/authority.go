// Package certs holds everything the gate knows about certificates: the authority that jobs trust, the issuer of the
// leafs they see, the pins and the revocation checks that upstreams must pass. It imports nothing else of this module.
package certs

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The files of an authority that the gate made itself.
const (
	certificateFile = "authority.pem"
	keyFile         = "authority-key.pem"
)

// expiryWarning is how long before its end an authority is warned about: a month to bring a new one to all jobs.
const expiryWarning = 30 * 24 * time.Hour

// ErrName is wrapped by the error of a name that the authority may not sign.
var ErrName = errors.New("name outside of the authority")

// AuthorityConfig says where the authority is kept and what it may sign.
type AuthorityConfig struct {
	// Dir holds authority.pem and authority-key.pem (0600); they are made there on first start. Not used if
	// Certificate and Key are given.
	Dir string
	// Names are the hosts the authority may sign: exact names and patterns such as "*.my.salesforce.com", which stands
	// for one or more labels below the suffix. They become critical name constraints of an authority that is made, and
	// one that is loaded must permit them.
	Names []string
	// Certificate and Key are PEM files of a platform's own issuing authority. Certificate may hold the chain above
	// it, in order; it is served to jobs.
	Certificate, Key string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Authority signs the certificates that jobs see. It is safe for concurrent use and does not change.
type Authority struct {
	chain   []*x509.Certificate // the signing certificate and those above it
	key     crypto.Signer
	names   *nameSet
	made    bool
	expires time.Time
	now     func() time.Time
}

// OpenAuthority loads and checks the authority, or makes one on first start. It is safe to call from several
// processes at once on one Dir: they end up with the same authority.
func OpenAuthority(cfg AuthorityConfig) (*Authority, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	quietSigner()
	names, err := newNameSet(cfg.Names)
	if err != nil {
		return nil, fmt.Errorf("open authority: %w", err)
	}
	a := &Authority{names: names, now: cfg.Now}
	certPath, keyPath, readers := cfg.Certificate, cfg.Key, fs.FileMode(0o640)
	switch {
	case certPath == "" && keyPath == "" && cfg.Dir != "":
		certPath, keyPath, readers = filepath.Join(cfg.Dir, certificateFile), filepath.Join(cfg.Dir, keyFile), 0o600
		if a.made, err = makeAuthority(cfg.Dir, names, cfg.Now()); err != nil {
			return nil, fmt.Errorf("make authority in %s: %w", cfg.Dir, err)
		}
	case certPath == "" || keyPath == "":
		return nil, errors.New("open authority: give a directory, or both a certificate file and a key file")
	}
	if a.key, err = loadKey(keyPath, readers); err != nil {
		return nil, fmt.Errorf("open authority: %w", err)
	}
	if a.chain, err = loadChain(certPath); err != nil {
		return nil, fmt.Errorf("open authority: %w", err)
	}
	if err := a.check(keyPath); err != nil {
		return nil, fmt.Errorf("open authority: %s: %w", certPath, err)
	}
	a.expires = a.chain[0].NotAfter
	for _, c := range a.chain {
		if c.NotAfter.Before(a.expires) {
			a.expires = c.NotAfter
		}
	}
	return a, nil
}

// Certificate returns the signing certificate. The caller must not change it.
func (a *Authority) Certificate() *x509.Certificate { return a.chain[0] }

// PEM returns the signing certificate and the chain above it: what a job must trust.
func (a *Authority) PEM() []byte {
	var buf bytes.Buffer
	for _, c := range a.chain {
		buf.Write(encodeCertificate(c.Raw))
	}
	return buf.Bytes()
}

// Made reports whether OpenAuthority made the certificate, so that nobody can trust it yet.
func (a *Authority) Made() bool { return a.made }

// Fingerprint returns the SHA-256 of the certificate as `openssl x509 -fingerprint -sha256` spells it.
func (a *Authority) Fingerprint() string { return fingerprint(a.chain[0]) }

// Covers returns nil if the authority may sign host, and an error wrapping ErrName if not. The error does not repeat
// host.
func (a *Authority) Covers(host string) error {
	_, err := a.covered(host)
	return err
}

// covered returns host in lower case if the authority may sign it.
func (a *Authority) covered(host string) (string, error) {
	name, err := hostName(host)
	if err != nil {
		return "", fmt.Errorf("%w: it %w", ErrName, err)
	}
	if !a.names.match(name) {
		return "", fmt.Errorf("%w: no host pattern of the policy stands for it", ErrName)
	}
	return name, nil
}

// Expires returns when the first certificate of the authority's chain ends.
func (a *Authority) Expires() time.Time { return a.expires }

// Warnings returns what an operator should do soon, one sentence each.
func (a *Authority) Warnings() []string {
	left := a.expires.Sub(a.now())
	if left > expiryWarning {
		return nil
	}
	return []string{fmt.Sprintf("the authority expires in %d days, on %s: make a new one and let the jobs trust it before then",
		max(0, int(left/(24*time.Hour))), a.expires.Format(time.DateOnly))}
}

// served returns the certificates behind a leaf in a handshake: the authority and those above it, but no root, which
// a job has or must not believe.
func (a *Authority) served() [][]byte {
	var ders [][]byte
	for _, c := range a.chain {
		if !selfSigned(c) {
			ders = append(ders, c.Raw)
		}
	}
	return ders
}

func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawIssuer, c.RawSubject) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

func encodeCertificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// maxFile is the size of the largest PEM file that is read, in bytes.
const maxFile = 1 << 20

// loadChain reads the certificates of a PEM file.
func loadChain(path string) ([]*x509.Certificate, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var chain []*x509.Certificate
	for len(data) <= maxFile {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("%s: holds a %q; it should hold certificates only, the issuing one first", path, block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: certificate %d: %w", path, len(chain)+1, err)
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, fmt.Errorf("%s: holds no certificate in PEM", path)
	}
	return chain, nil
}
