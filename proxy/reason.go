package proxy

// Reason is why a connection or a request was refused before the policy was asked, or why the upstream could not
// answer. It is a code from a fixed list: it holds nothing of the traffic and may be logged and used as a metric
// label.
type Reason string

// The reasons for which a CONNECT is refused.
const (
	ReasonHostNotAllowed Reason = "host_not_allowed" // the policy does not list the host
	ReasonPort           Reason = "port"             // missing, malformed or not allowed
	ReasonAddress        Reason = "address"          // an IP address, in any spelling, where a name belongs
	ReasonAuthority      Reason = "authority"        // not a host name: brackets, user info, controls, non-ASCII
	ReasonHostLabel      Reason = "host_label"       // a name under a wildcard that could carry data
	ReasonIdentity       Reason = "identity"         // the job did not say who it is, or not truly
	ReasonRateLimited    Reason = "rate_limited"     // too many failed attempts to authenticate from one source
	ReasonClientHost     Reason = "client_host"      // the job may not go to this host
	ReasonLoop           Reason = "loop"             // the request already went through this gate
	ReasonNotConnect     Reason = "not_connect"      // a plain request where only CONNECT is served
	ReasonScheme         Reason = "scheme"           // an absolute target that is not http or https
	ReasonDraining       Reason = "draining"         // the gate is being stopped
)

// The reasons for which an intercepted handshake fails.
const (
	ReasonTLSVersion Reason = "tls_version" // the job offers nothing that is still allowed
	ReasonSNI        Reason = "sni"         // the server name is not the host of CONNECT
	ReasonNotTLS     Reason = "not_tls"     // something else than a ClientHello
	ReasonHandshake  Reason = "handshake"   // any other failure, such as a job that does not trust the authority
	ReasonTimeout    Reason = "timeout"     // the client went silent
)

// The reasons for which a request inside a tunnel is refused.
const (
	ReasonMisdirected Reason = "misdirected" // it names another host than CONNECT did
	ReasonFraming     Reason = "framing"     // its framing can be read in two ways
	ReasonMethod      Reason = "method"      // not on the list of methods
	ReasonTarget      Reason = "target"      // neither origin-form nor https absolute-form
	ReasonUpgrade     Reason = "upgrade"     // it wants another protocol
	ReasonExpect      Reason = "expect"      // an expectation other than 100-continue
	ReasonHeader      Reason = "header"      // Connection nominates a header that is not hop-by-hop
	ReasonHeaderSize  Reason = "header_size" // too many headers, or too large ones
	ReasonPanic       Reason = "panic"       // the gate failed; the request was not released
)

// The reasons for which an exchange ended without the upstream's answer.
const (
	ReasonDNS             Reason = "dns"              // the name does not resolve
	ReasonDial            Reason = "dial"             // no connection
	ReasonGuard           Reason = "guard"            // the name resolves to an address that must not be dialled
	ReasonUpstreamTLS     Reason = "upstream_tls"     // no common version or cipher, or a broken handshake
	ReasonCertificate     Reason = "certificate"      // untrusted, expired or for another name
	ReasonPin             Reason = "pin"              // no certificate of the chain is pinned
	ReasonRevoked         Reason = "revoked"          // a certificate of the chain is revoked, or nobody can tell
	ReasonParent          Reason = "parent"           // the parent proxy refused
	ReasonUpstreamTimeout Reason = "upstream_timeout" // it did not answer in time
	ReasonReset           Reason = "reset"            // it closed the connection
	ReasonUpstream        Reason = "upstream"         // anything else, such as a malformed answer
	ReasonClientAbort     Reason = "client_abort"     // the client went away before its request was complete
	ReasonUnreadable      Reason = "unreadable"       // the body cannot be read with certainty
)
