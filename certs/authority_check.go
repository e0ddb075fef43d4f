package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// loadKey reads a private key whose permission is within allowed: 0600 for a key of our own, 0640 for a given one, because
// Kubernetes mounts a secret for the pod's group (fsGroup) and for nobody else.
func loadKey(path string, allowed fs.FileMode) (crypto.Signer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if perm := info.Mode().Perm(); perm&^allowed != 0 {
		return nil, fmt.Errorf("%s: its permission is %#o, and others than its owner could use it: run chmod 0600 on it, and make a new authority if others had access", path, perm)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, err
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "EC PARAMETERS" {
			continue
		}
		key, err := parseKey(block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return key, nil
	}
	return nil, fmt.Errorf("%s: holds no private key in PEM", path)
}

// parseKey reads the three spellings of a private key. Its errors hold nothing of the key.
func parseKey(block *pem.Block) (crypto.Signer, error) {
	switch block.Type {
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("the private key is broken")
		}
		signer, ok := key.(crypto.Signer)
		if !ok {
			return nil, errors.New("the private key cannot sign; it should be ECDSA or RSA")
		}
		return signer, nil
	case "EC PRIVATE KEY":
		key, err := x509.ParseECPrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("the private key is broken")
		}
		return key, nil
	case "RSA PRIVATE KEY":
		key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("the private key is broken")
		}
		return key, nil
	case "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("the private key is encrypted; the gate starts unattended and needs it in the clear, with permission 0600")
	}
	return nil, fmt.Errorf("holds a %q; it should hold a private key (PKCS #8, SEC 1 or PKCS #1)", block.Type)
}

// check refuses an authority that could sign more than it should, or that jobs would not accept.
func (a *Authority) check(keyPath string) error {
	c := a.chain[0]
	if err := checkKey(c, a.key, keyPath); err != nil {
		return err
	}
	switch {
	case !c.BasicConstraintsValid || !c.IsCA:
		return errors.New("is not an authority (basic constraints CA:FALSE); it should be an issuing authority with CA:TRUE, pathlen:0")
	case c.MaxPathLen != 0 || !c.MaxPathLenZero:
		return errors.New("may sign further authorities; its basic constraints should say pathlen:0")
	case c.KeyUsage&x509.KeyUsageCertSign == 0:
		return errors.New("may not sign certificates; its key usage should hold keyCertSign")
	case len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) > 0 && !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth) && !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny):
		return errors.New("may not sign servers; its extended key usage should hold serverAuth, or be absent")
	case len(c.SubjectKeyId) == 0:
		return errors.New("has no subject key identifier, and strict clients refuse what it signs; it should have one (RFC 5280, section 4.2.1.2)")
	}
	if err := a.checkTimes(); err != nil {
		return err
	}
	if err := a.checkConstraints(); err != nil {
		return err
	}
	return a.checkChain()
}

// checkKey refuses weak keys, and a key that is not the certificate's.
func checkKey(c *x509.Certificate, key crypto.Signer, keyPath string) error {
	switch pub := c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		if pub.Curve.Params().BitSize < 256 {
			return fmt.Errorf("its key is on the curve %s; it should be on P-256, P-384 or P-521", pub.Curve.Params().Name)
		}
	case *rsa.PublicKey:
		if pub.N.BitLen() < 2048 {
			return fmt.Errorf("its RSA key has %d bits; it should have 2048 or more", pub.N.BitLen())
		}
	default:
		return fmt.Errorf("its key is %s, which not every client reads; it should be ECDSA, or RSA of 2048 bits or more", c.PublicKeyAlgorithm)
	}
	pub, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !pub.Equal(c.PublicKey) {
		return fmt.Errorf("its key is not the one in %s; both files should come from the same making", keyPath)
	}
	return nil
}

func (a *Authority) checkTimes() error {
	now := a.now()
	for i, c := range a.chain {
		switch {
		case now.After(c.NotAfter):
			return fmt.Errorf("certificate %d expired on %s; make a new authority and let the jobs trust it", i+1, c.NotAfter.Format(time.DateOnly))
		case now.Before(c.NotBefore):
			return fmt.Errorf("certificate %d is valid from %s on; is the clock right?", i+1, c.NotBefore.Format(time.RFC3339))
		}
	}
	return nil
}

// checkConstraints wants critical name constraints that permit what the gate intercepts and are not open to everything.
func (a *Authority) checkConstraints() error {
	c := a.chain[0]
	if len(c.PermittedDNSDomains) == 0 {
		return fmt.Errorf("has no name constraints: whoever got its key could be any server. It should be constrained to %s", strings.Join(a.names.constraints(), ", "))
	}
	if !c.PermittedDNSDomainsCritical {
		return errors.New("its name constraints are not critical, and clients may ignore them; they should be critical")
	}
	for _, permitted := range c.PermittedDNSDomains {
		base := strings.ToLower(strings.TrimPrefix(permitted, "."))
		if base == "" || registry(base) {
			return fmt.Errorf("its name constraint %q permits everybody's names; it should name %s", permitted, strings.Join(a.names.constraints(), ", "))
		}
	}
	for _, p := range a.names.all {
		if err := constrained(c, p); err != nil {
			return err
		}
	}
	return nil
}

// constrained returns nil if c's name constraints permit all that p stands for.
func constrained(c *x509.Certificate, p pattern) error {
	within := func(constraint string) bool {
		constraint = strings.ToLower(constraint)
		if base, dotted := strings.CutPrefix(constraint, "."); dotted { // names below it, but not itself
			return below(p.base, base) && (p.wildcard || p.base != base)
		}
		return below(p.base, constraint)
	}
	if !slices.ContainsFunc(c.PermittedDNSDomains, within) {
		return fmt.Errorf("its name constraints (%s) do not permit %s; make a new authority for the hosts of the policy and let the jobs trust it",
			strings.Join(c.PermittedDNSDomains, ", "), p)
	}
	for _, excluded := range c.ExcludedDNSDomains {
		base := strings.ToLower(strings.TrimPrefix(excluded, "."))
		if within(excluded) || p.wildcard && below(base, p.base) {
			return fmt.Errorf("its name constraints exclude %s, which touches %s", excluded, p)
		}
	}
	return nil
}

// checkChain wants each certificate of the file to be signed by the next.
func (a *Authority) checkChain() error {
	for i, c := range a.chain[1:] {
		if err := a.chain[i].CheckSignatureFrom(c); err != nil {
			return fmt.Errorf("certificate %d is not signed by certificate %d: %w; the file should hold the issuing certificate, then the one that signed it, and so on", i+1, i+2, err)
		}
	}
	return nil
}
