package policy

import "net/netip"

// Client is an integration job that the policy knows.
type Client struct {
	// Name is the client's name in rules and decisions.
	Name string
	// Basic, if its User is not empty, identifies the client by Proxy-Authorization.
	Basic Basic
	// Certificate are the DNS names, e-mail addresses or URIs (SPIFFE ids) in client certificates that identify it.
	Certificate []string
	// Source are the source addresses that identify it.
	Source []netip.Prefix
	// May is the minimum that the client needs; the zero May restricts nothing.
	May May
}

// Basic is a user name and the hash of its password.
type Basic struct {
	User string
	// Hash is a PHC string of argon2id, as [HashPassword] makes it.
	Hash string
}

// May limits what a client does. A nil list or map restricts nothing; one that is not nil but empty allows nothing.
type May struct {
	// Hosts are patterns like [Host.Match].
	Hosts []string
	// Operations and Objects are names or globs of what the client may do, and to which objects.
	Operations, Objects []string
	// Write and Read map objects to the fields that may be written and read; "*" is all of them. An object that is
	// absent may not be written or read at all.
	Write, Read map[string][]string
}

// Clients returns the clients of the policy in the order of the file. The caller must not change it.
func (p *Policy) Clients() []Client { return p.clients }

// MayReach reports whether the client's may.hosts allow the host, in lower case.
func (c *Client) MayReach(host string) bool { return false }
