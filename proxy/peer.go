package proxy

import (
	"crypto/tls"
	"net/netip"
)

// peer is the job behind an intercepted connection and where it asked to go. It is made at CONNECT and does not
// change.
type peer struct {
	client string     // the policy's name for the job; empty if the policy names no clients
	source netip.Addr // where the job connects from
	host   string     // the name in CONNECT, lower case, without a trailing dot
	port   int
	state  tls.ConnectionState // of the intercepted connection; zero before its handshake
}
