package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/phigate/phigate/certs"
	"github.com/phigate/phigate/inspect"
)

// clientError is a failure to read a request's body from the client, as opposed to any failure of the upstream.
type clientError struct{ err error }

func (e *clientError) Error() string { return "read request body: " + e.err.Error() }
func (e *clientError) Unwrap() error { return e.err }

// upstreamError is an exchange that ended without an answer. Its text quotes nothing of what the upstream sent, which
// net/http's own errors do.
type upstreamError struct {
	reason Reason
	err    error
}

func (e *upstreamError) Error() string {
	switch e.reason {
	case ReasonUpstream, ReasonReset, ReasonClientAbort, ReasonFraming:
		return "upstream: " + string(e.reason)
	}
	return "upstream: " + e.err.Error()
}

func (e *upstreamError) Unwrap() error { return e.err }

// classify tells why an exchange ended without an answer. The more telling cause wins: a dial that the guard refused
// is not just a failed dial.
func classify(err error) Reason {
	var (
		client   *clientError
		guard    *GuardError
		pin      *certs.PinError
		revoked  *certs.RevokedError
		via      *parentError
		dns      *net.DNSError
		dial     *net.OpError
		shake    *handshakeError
		netError net.Error
	)
	if known := (*upstreamError)(nil); errors.As(err, &known) {
		return known.reason
	}
	switch {
	case errors.Is(err, inspect.ErrBlocked):
		return ReasonPolicy
	case errors.As(err, &client):
		return classifyClient(client.err)
	case errors.Is(err, inspect.ErrUnreadable):
		return ReasonUnreadable
	case errors.Is(err, context.Canceled):
		return ReasonClientAbort
	case errors.As(err, &guard):
		return ReasonGuard
	case errors.As(err, &pin):
		return ReasonPin
	case errors.As(err, &revoked), errors.Is(err, certs.ErrStatusUnknown):
		return ReasonRevoked
	case errors.As(err, &via):
		return ReasonParent
	case errors.As(err, &dns):
		return ReasonDNS
	case isCertificate(err):
		return ReasonCertificate
	case errors.As(err, &dial) && dial.Op == "dial":
		return ReasonDial
	case errors.As(err, &netError) && netError.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return ReasonUpstreamTimeout
	case errors.As(err, &shake):
		return ReasonUpstreamTLS
	case isReset(err):
		return ReasonReset
	}
	return ReasonUpstream
}

func classifyClient(err error) Reason {
	switch {
	case errors.Is(err, errFraming), strings.Contains(err.Error(), "chunked"):
		return ReasonFraming // net/http's own complaints have no type
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ReasonTimeout
	}
	return ReasonClientAbort
}

func isCertificate(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		unknown      x509.UnknownAuthorityError
		invalid      x509.CertificateInvalidError
		name         x509.HostnameError
	)
	return errors.As(err, &verification) || errors.As(err, &unknown) || errors.As(err, &invalid) || errors.As(err, &name)
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "server closed idle connection")
}
