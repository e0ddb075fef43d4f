package certs

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
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
	// Authority says that it may sign others, Root that it is trusted by itself, Presented that the upstream sent it.
	Authority, Root, Presented bool
}

// Fetch asks host for its certificates over dial and reports them, verified against roots; nil means the system's.
// A chain that does not verify is a report, not an error.
func Fetch(ctx context.Context, dial func(ctx context.Context, network, address string) (net.Conn, error), host string, port int, roots *x509.CertPool) (*ChainReport, error) {
	return nil, errors.New("fetch chain: not built")
}

// Describe returns c as text for people, some "key: value" lines.
func Describe(c *x509.Certificate) string { return "" }
