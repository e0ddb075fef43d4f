// Package proxy is the enforcement point: it accepts CONNECT, ends the job's TLS, takes each request through its
// exchange, and speaks to the upstream. DESIGN: docs/life-of-an-exchange.md.
package proxy

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/netip"
	"net/url"
	"time"

	"github.com/rs/zerolog"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/certs"
	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/inspect/salesforce"
	"github.com/phigate/phigate/policy"
)

// Config is what a Proxy is made of. The fields without a stated default are required.
type Config struct {
	// Policy returns the policy in effect. An exchange asks once and keeps what it got.
	Policy func() *policy.Policy
	// Router tells what a request means.
	Router *salesforce.Router
	// Issuer makes the certificates that jobs see.
	Issuer *certs.Issuer
	// Pins returns the pins in effect; it is asked at each upstream handshake.
	Pins func() *certs.Pins
	// Revocation checks upstream certificates; nil checks nothing.
	Revocation *certs.Revocation
	// Log keeps the decisions.
	Log *audit.Log
	// Fingerprint makes keyed fingerprints of what was found.
	Fingerprint *audit.Fingerprinter
	// Inspection is how bodies are read.
	Inspection Inspection
	// Upstream says how the upstream is reached.
	Upstream Upstream
	// Limits bounds what a client can take.
	Limits Limits
	// ClientTLS, if set, makes the listener speak TLS and ask for client certificates of these authorities.
	ClientTLS *tls.Config
	// Logger takes operational messages. Decisions do not go there.
	Logger zerolog.Logger
	// Metrics counts; nil counts nothing.
	Metrics *Metrics
}

// Inspection joins the rooms that the proxy does not import.
type Inspection struct {
	// Decoder returns the decoder for a body: format is the API's own knowledge and wins over mediaType; prefix is
	// the body's beginning. Its error wraps inspect.ErrUnreadable.
	Decoder func(format, mediaType string, prefix []byte, shape inspect.Shape) (inspect.Decoder, error)
	// Decompress undoes a Content-Encoding. Its error wraps inspect.ErrUnreadable, and so do those of its reader.
	Decompress func(coding string, r io.Reader) (io.ReadCloser, error)
	// Inspect appends the findings in rec to dst. It is called concurrently.
	Inspect func(rec *inspect.Record, dst []inspect.Finding) []inspect.Finding
	// Normalise appends the canonical spelling of a detected value to dst, for its fingerprint.
	Normalise func(detector string, dst, value []byte) []byte
	// Window and MaxRecord are inspect.BodyConfig's.
	Window, MaxRecord int
}

// Upstream says how the upstream is reached.
type Upstream struct {
	// Resolve maps "host pattern:port" to an address that is dialled instead; the name stays the one verified.
	Resolve map[string]string
	// Resolver resolves upstream names; nil is the process's.
	Resolver *net.Resolver
	// Roots are the authorities trusted to sign upstreams; nil means the system's.
	Roots *x509.CertPool
	// Allow lists ranges that may be dialled although the guard refuses them otherwise.
	Allow []netip.Prefix
	// Proxy is a parent proxy (http or https, with credentials in its user part); nil dials directly. The process's
	// own environment is never asked.
	Proxy *url.URL
	// Own are the addresses the gate itself listens on; they are never dialled.
	Own []netip.AddrPort
}

// Limits bounds what a client can take. Zero values mean the defaults that applyDefaults names.
type Limits struct {
	// Connections is the number of client connections at a time. Default 4096.
	Connections int
	// ConnectionsPerSource is the same for one source address. Default 1024.
	ConnectionsPerSource int
	// HeaderBytes is the size of a request's header. Default 32 KiB.
	HeaderBytes int
	// Header is how long a client may take to send a header. Default 10 s.
	Header time.Duration
	// Handshake is how long a TLS handshake may take, on either side. Default 10 s.
	Handshake time.Duration
	// Dial is how long connecting to the upstream may take. Default 10 s.
	Dial time.Duration
	// Response is how long the upstream may take to answer. Default 120 s (CometD holds for 110 s).
	Response time.Duration
	// Idle is how long a connection, or a body in either direction, may stand still. Default 120 s.
	Idle time.Duration
	// Grace is how long a drain waits for exchanges to end. Default 30 s.
	Grace time.Duration
}
