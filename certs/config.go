package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
)

// aeadSuites returns the TLS 1.2 suites with forward secrecy and authenticated encryption. Those of TLS 1.3 all have
// both and cannot be chosen.
func aeadSuites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	}
}

// upstreamSessions is the number of upstream sessions that are kept for resumption: some for each of a few dozen hosts.
const upstreamSessions = 256

// ServerConfig returns the configuration of the interception side: TLS 1.2 and up, AEAD suites, h2 and http/1.1, leafs
// of i by the client's SNI. Use one for all connections, so that session tickets work. GetCertificate does not run on
// resumption: a caller that binds a connection to a name checks it in GetConfigForClient or VerifyConnection. It may
// replace GetCertificate to answer clients that send no SNI, which this one refuses.
func ServerConfig(i *Issuer) *tls.Config {
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		CipherSuites: aeadSuites(),
		NextProtos:   []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			return i.Leaf(hello.ServerName)
		},
	}
}

// ClientConfig returns the configuration of the upstream side: TLS 1.2 and up, AEAD suites, verification against
// roots (nil means the system's), then pins and revocation on each handshake, resumed ones too. pins is asked each
// time, so that they can be reloaded; if it returns nil the handshake fails. A nil pins pins nothing, a nil
// revocation checks nothing. A mismatch of pins that only report passes; Pins.Warnings tells of it. The caller sets
// NextProtos, or has its http.Transport do it.
func ClientConfig(roots *x509.CertPool, pins func() *Pins, revocation *Revocation) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		CipherSuites:       aeadSuites(),
		RootCAs:            roots,
		ClientSessionCache: tls.NewLRUClientSessionCache(upstreamSessions),
		VerifyConnection: func(cs tls.ConnectionState) error {
			if len(cs.VerifiedChains) == 0 { // InsecureSkipVerify was set, or crypto/tls changed
				return errors.New("upstream: no verified chain")
			}
			if pins != nil {
				if err := verifyPins(pins(), &cs); err != nil {
					return fmt.Errorf("upstream: %w", err)
				}
			}
			// crypto/tls hands no context to this function; Revocation's own timeout bounds it.
			if err := revocation.Check(context.Background(), &cs); err != nil {
				return fmt.Errorf("upstream: %w", err)
			}
			return nil
		},
	}
}

// verifyPins refuses what p refuses, and everything if there is no p: then a reload went wrong.
func verifyPins(p *Pins, cs *tls.ConnectionState) error {
	if p == nil {
		return errors.New("no pins are loaded")
	}
	err := p.Verify(cs.ServerName, cs)
	var mismatch *PinError
	if errors.As(err, &mismatch) && mismatch.Report {
		return nil
	}
	return err
}
