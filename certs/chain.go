package certs

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ChainReport is what an upstream presents.
type ChainReport struct {
	// Host and Port are where it was asked for.
	Host string
	Port int
	// Version and Cipher are the connection's, as crypto/tls names them.
	Version, Cipher string
	// Verified says that the chain leads to a trusted root and the leaf is for Host; Problem says why not.
	Verified bool
	Problem  string
	// Certificates are those presented and, if Verified, the roots they lead to; leaf first.
	Certificates []ChainCertificate
}

// ChainCertificate is one certificate of a chain.
type ChainCertificate struct {
	Subject, Issuer     string
	NotBefore, NotAfter time.Time
	// SPKI is the pin of its key.
	SPKI string
	// Authority says that it may sign others, Root that a verified chain ends in it, Presented that the upstream sent
	// it, Verified that it is part of a verified chain: only then its pin has an effect.
	Authority, Root, Presented, Verified bool
}

// Fetch asks host for its certificates over dial and reports them, verified against roots; nil means the system's.
// A chain that does not verify is a report, not an error. ctx bounds the connection and the handshake.
func Fetch(ctx context.Context, dial func(ctx context.Context, network, address string) (net.Conn, error), host string, port int, roots *x509.CertPool) (*ChainReport, error) {
	name, err := hostName(host)
	if err != nil {
		return nil, fmt.Errorf("fetch chain: the host %w", err)
	}
	conn, err := dial(ctx, "tcp", net.JoinHostPort(name, strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("fetch chain: %w", err)
	}
	defer conn.Close()
	session := tls.Client(conn, &tls.Config{
		ServerName: name,
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		// Verified below: a chain that nobody trusts is to be seen too. Nothing is sent over this connection.
		InsecureSkipVerify: true, //nolint:gosec // see above
	})
	if err := session.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("fetch chain: %w", err)
	}
	cs := session.ConnectionState()
	if len(cs.PeerCertificates) == 0 {
		return nil, errors.New("fetch chain: the upstream sent no certificate")
	}
	report := &ChainReport{Host: name, Port: port, Version: tls.VersionName(cs.Version), Cipher: tls.CipherSuiteName(cs.CipherSuite)}
	report.verify(cs.PeerCertificates, roots)
	return report, nil
}

// verify fills in the certificates and whether they lead to a root.
func (r *ChainReport) verify(presented []*x509.Certificate, roots *x509.CertPool) {
	intermediates := x509.NewCertPool()
	for _, c := range presented[1:] {
		intermediates.AddCert(c)
	}
	chains, err := presented[0].Verify(x509.VerifyOptions{DNSName: r.Host, Roots: roots, Intermediates: intermediates})
	if err != nil {
		r.Problem = err.Error()
	}
	r.Verified = err == nil
	for _, c := range presented {
		r.add(c).Presented = true
	}
	for _, chain := range chains {
		for i, c := range chain {
			entry := r.add(c)
			entry.Verified = true
			entry.Root = entry.Root || i > 0 && i == len(chain)-1
		}
	}
}

// add returns the entry of c, new if there is none. It is valid until the next call.
func (r *ChainReport) add(c *x509.Certificate) *ChainCertificate {
	pin, subject, issuer := SPKI(c), c.Subject.String(), c.Issuer.String()
	i := slices.IndexFunc(r.Certificates, func(e ChainCertificate) bool {
		return e.SPKI == pin && e.Subject == subject && e.Issuer == issuer && e.NotAfter.Equal(c.NotAfter)
	})
	if i < 0 {
		i = len(r.Certificates)
		r.Certificates = append(r.Certificates, ChainCertificate{
			Subject: subject, Issuer: issuer, NotBefore: c.NotBefore, NotAfter: c.NotAfter, SPKI: pin, Authority: c.IsCA,
		})
	}
	return &r.Certificates[i]
}

// Describe returns c as text for people, one "key: value" on each line.
func Describe(c *x509.Certificate) string {
	var b bytes.Buffer
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-12s %s\n", key+":", value)
		}
	}
	line("subject", c.Subject.String())
	line("issuer", c.Issuer.String())
	line("serial", hexBytes(c.SerialNumber.Bytes()))
	line("valid", c.NotBefore.UTC().Format(time.RFC3339)+" to "+c.NotAfter.UTC().Format(time.RFC3339))
	line("key", describeKey(c))
	line("signature", c.SignatureAlgorithm.String())
	if c.IsCA {
		limit := "any number of authorities below"
		if c.MaxPathLen > 0 || c.MaxPathLenZero {
			limit = fmt.Sprintf("pathlen:%d", c.MaxPathLen)
		}
		line("authority", limit)
	}
	critical := ""
	if c.PermittedDNSDomainsCritical {
		critical = " (critical)"
	}
	if len(c.PermittedDNSDomains) > 0 {
		line("may sign", strings.Join(c.PermittedDNSDomains, ", ")+critical)
	}
	line("names", strings.Join(c.DNSNames, ", "))
	line("key id", hexBytes(c.SubjectKeyId))
	line("issuer id", hexBytes(c.AuthorityKeyId))
	line("sha256", fingerprint(c))
	line("pin", SPKI(c))
	return b.String()
}

// describeKey returns the kind of c's key, with its size in bits.
func describeKey(c *x509.Certificate) string {
	switch pub := c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		return "ECDSA " + pub.Curve.Params().Name
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", pub.N.BitLen())
	}
	return c.PublicKeyAlgorithm.String()
}

func hexBytes(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
