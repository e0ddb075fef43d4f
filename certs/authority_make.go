package certs

import (
	"crypto"
	"crypto/fips140"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/cloudflare/cfssl/csr"
	"github.com/cloudflare/cfssl/initca"
	cflog "github.com/cloudflare/cfssl/log"
)

const (
	// authorityLifetime is five years. Replacing an authority means touching the trust of every job, so it must not
	// fall due in the life of a deployment that nobody watches; and a key that is never replaced must not stay good
	// for the ten or twenty years that public roots get, whose keys are kept in hardware. Name constraints bound what
	// it is worth in the meantime.
	authorityLifetime = 5 * 365 * 24 * time.Hour
	// authorityBackdate is for jobs whose clock is late on the day of the making.
	authorityBackdate = time.Hour
)

var quietOnce sync.Once

// quietSigner keeps cfssl from writing a line to standard error for each certificate. Its level is global.
func quietSigner() {
	quietOnce.Do(func() { cflog.Level = cflog.LevelError })
}

// makeAuthority makes what is missing of an authority in dir: the key, then a certificate for it. Each file appears
// whole and is never replaced, so that a start that was cut short is finished by the next, and of several processes
// at once all use what the first one made. It reports whether this call made the certificate.
func makeAuthority(dir string, names *nameSet, now time.Time) (bool, error) {
	keyPath := filepath.Join(dir, keyFile)
	_, keyErr := os.Stat(keyPath)
	if _, err := os.Stat(filepath.Join(dir, certificateFile)); err == nil {
		if errors.Is(keyErr, fs.ErrNotExist) {
			return false, fmt.Errorf("%s is there without %s: restore the key, or remove the certificate to have a new authority made", certificateFile, keyFile)
		}
		return false, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, err
	}
	if errors.Is(keyErr, fs.ErrNotExist) {
		encoded, err := newKey()
		if err != nil {
			return false, err
		}
		if _, err := publish(keyPath, encoded, 0o600); err != nil {
			return false, err
		}
	}
	key, err := loadKey(keyPath, 0o600)
	if err != nil {
		return false, err
	}
	der, err := selfSign(key, names, now)
	if err != nil {
		return false, err
	}
	return publish(filepath.Join(dir, certificateFile), encodeCertificate(der), 0o644)
}

// newKey returns a new ECDSA P-256 key in PEM.
func newKey() ([]byte, error) {
	key, err := csr.NewKeyRequest().Generate()
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// selfSign returns a certificate of an authority that may sign names and nothing else. cfssl makes the template; as it
// drops name constraints (and later versions refuse to copy them), the template is signed again with them. The
// subject depends on the key alone: a certificate made anew for a kept key is the same authority to those who trust it.
func selfSign(key crypto.Signer, names *nameSet, now time.Time) (der []byte, err error) {
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(spki)
	request := &csr.CertificateRequest{
		CN:         "phigate authority " + hex.EncodeToString(sum[:4]),
		Names:      []csr.Name{{O: "phigate"}},
		CA:         &csr.CAConfig{PathLength: 0, PathLenZero: true},
		KeyRequest: csr.NewKeyRequest(),
	}
	var encoded []byte
	fips140.WithoutEnforcement(func() { encoded, _, err = initca.NewFromSigner(request, key) }) // see Issuer.sign
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	block, _ := pem.Decode(encoded)
	if block == nil {
		return nil, errors.New("make certificate: no PEM")
	}
	template, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	template.NotBefore = now.Add(-authorityBackdate)
	template.NotAfter = now.Add(authorityLifetime)
	template.AuthorityKeyId = template.SubjectKeyId
	template.PermittedDNSDomains = names.constraints()
	template.PermittedDNSDomainsCritical = true
	// dNSName constraints say nothing about addresses: all of them are excluded.
	template.ExcludedIPRanges = []*net.IPNet{{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)}, {IP: net.IPv6zero, Mask: net.CIDRMask(0, 128)}}
	return x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
}

// publish gives path the content data, durably and only if there is no such file yet. It reports whether it did. A
// link, unlike a rename, does not replace what another process put there.
func publish(path string, data []byte, perm fs.FileMode) (made bool, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp*") // 0600
	if err != nil {
		return false, err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // a left-over name of the same file, or of one never used
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(perm), f.Sync(), f.Close())
	if err != nil {
		return false, err
	}
	if err := os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return true, syncDir(filepath.Dir(path))
}

// syncDir makes the names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
