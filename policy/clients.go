package policy

import (
	"net/netip"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

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
func (c *Client) MayReach(host string) bool {
	return c.May.Hosts == nil || matchesAnyHost(c.May.Hosts, host)
}

func (p *Policy) client(name string) (*Client, bool) {
	i := slices.IndexFunc(p.clients, func(c Client) bool { return c.Name == name })
	if i < 0 {
		return nil, false
	}
	return &p.clients[i], true
}

func (p *Policy) clientNames() []string {
	names := make([]string, len(p.clients))
	for i, c := range p.clients {
		names[i] = c.Name
	}
	return names
}

// client reads an entry of clients.
func (f *file) client(n *yaml.Node) {
	c := Client{}
	seen := f.mapping(n, "client",
		key{"name", func(n *yaml.Node) { c.Name = f.name(n, "client") }},
		key{"identify", func(n *yaml.Node) { f.identify(n, &c) }},
		key{"may", func(n *yaml.Node) { f.may(n, &c.May) }})
	if seen == nil {
		return
	}
	if seen["name"] == nil {
		f.report(n, "name: ehr-sync", "a client without name")
		return
	}
	if _, again := f.policy.client(c.Name); again && c.Name != "" {
		f.report(seen["name"], "", "client %q is there twice", c.Name)
		return
	}
	if seen["identify"] == nil {
		f.report(n, "identify: {basic: {user: …, hash: …}}, certificate: or source:", "client %q cannot be identified",
			c.Name)
	}
	f.policy.clients = append(f.policy.clients, c)
}

func (f *file) identify(n *yaml.Node, c *Client) {
	seen := f.mapping(n, "identify",
		key{"basic", func(n *yaml.Node) { f.basic(n, c) }},
		key{"certificate", func(n *yaml.Node) {
			f.each(n, "certificate", func(n *yaml.Node) { f.certificate(n, c) })
		}},
		key{"source", func(n *yaml.Node) { f.each(n, "source", func(n *yaml.Node) { f.source(n, c) }) }})
	if seen != nil && len(seen) == 0 {
		f.report(n, "basic, certificate or source", "identify is empty")
	}
}

func (f *file) basic(n *yaml.Node, c *Client) {
	seen := f.mapping(n, "basic",
		key{"user", func(n *yaml.Node) {
			user, ok := f.text(n, "user")
			if ok && strings.Contains(user, ":") {
				f.report(n, "", "a user name cannot hold a colon (RFC 7617)")
			}
			if ok && slices.ContainsFunc(f.policy.clients, func(o Client) bool { return o.Basic.User == user }) {
				f.report(n, "", "another client has the user %q", user)
			}
			c.Basic.User = user
		}},
		key{"hash", func(n *yaml.Node) {
			hash, ok := f.text(n, "hash")
			if !ok {
				return
			}
			if _, err := parsePHC(hash); err != nil {
				f.report(n, "$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH", "hash: %v", err)
			}
			c.Basic.Hash = hash
		}})
	if seen != nil && (seen["user"] == nil || seen["hash"] == nil) {
		f.report(n, "basic: {user: …, hash: $argon2id$…}", "basic needs user and hash")
	}
}

func (f *file) certificate(n *yaml.Node, c *Client) {
	name, ok := f.text(n, "certificate name")
	if !ok {
		return
	}
	if slices.ContainsFunc(append(f.policy.clients, *c), func(o Client) bool {
		return slices.Contains(o.Certificate, name)
	}) {
		f.report(n, "", "certificate name %q is there twice", name)
	}
	c.Certificate = append(c.Certificate, name)
}

func (f *file) source(n *yaml.Node, c *Client) {
	s, ok := f.text(n, "source")
	if !ok {
		return
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		addr, addrErr := netip.ParseAddr(s)
		if addrErr != nil || addr.Zone() != "" {
			f.report(n, "an address or a range such as 10.20.0.0/16", "%q is no source", s)
			return
		}
		prefix = netip.PrefixFrom(addr, addr.BitLen())
	}
	if prefix != prefix.Masked() {
		f.report(n, "write "+prefix.Masked().String(), "%q has bits behind its length", s)
		return
	}
	if slices.ContainsFunc(append(f.policy.clients, *c), func(o Client) bool {
		return slices.Contains(o.Source, prefix)
	}) {
		f.report(n, "", "source %q is there twice", s)
	}
	c.Source = append(c.Source, prefix)
}

func (f *file) may(n *yaml.Node, m *May) {
	f.mapping(n, "may",
		key{"hosts", func(n *yaml.Node) {
			m.Hosts = []string{}
			f.allowed(n, "hosts", func(n *yaml.Node) {
				if s, ok := f.reachable(n); ok {
					m.Hosts = append(m.Hosts, s)
				}
			})
		}},
		key{"operations", func(n *yaml.Node) {
			m.Operations = []string{}
			f.allowed(n, "operations", func(n *yaml.Node) {
				if s, ok := f.word(n, "operation", operationNames()); ok {
					m.Operations = append(m.Operations, s)
				}
			})
		}},
		key{"objects", func(n *yaml.Node) {
			m.Objects = []string{}
			f.allowed(n, "objects", func(n *yaml.Node) {
				if s, ok := f.objectPattern(n); ok {
					m.Objects = append(m.Objects, string(s))
				}
			})
		}},
		key{"write", func(n *yaml.Node) { m.Write = f.grants(n, "write") }},
		key{"read", func(n *yaml.Node) { m.Read = f.grants(n, "read") }})
}

// allowed is each for lists that may be empty: an empty list allows nothing.
func (f *file) allowed(n *yaml.Node, what string, read func(*yaml.Node)) {
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		return
	}
	f.each(n, what, read)
}

// grants reads a mapping of objects to lists of fields.
func (f *file) grants(n *yaml.Node, what string) map[string][]string {
	granted := map[string][]string{}
	f.pairs(n, what, func(k, v *yaml.Node) {
		object, ok := f.objectPattern(k)
		if !ok {
			return
		}
		if _, again := granted[string(object)]; again {
			f.report(k, "", "object %q is there twice in %s", k.Value, what)
		}
		granted[string(object)] = []string{}
		f.allowed(v, "fields", func(n *yaml.Node) {
			if field, ok := f.fieldPattern(n, []pattern{object}); ok {
				granted[string(object)] = append(granted[string(object)], string(field))
			}
		})
	})
	return granted
}

// reachable reads a host pattern that some host of the policy can match.
func (f *file) reachable(n *yaml.Node) (string, bool) {
	s, ok := f.hostPattern(n)
	if !ok {
		return "", false
	}
	for _, h := range f.policy.hosts {
		if overlaps(pattern(s), pattern(h.Match)) || matchesHost(h.Match, s) {
			return s, true
		}
	}
	var known []string
	for _, h := range f.policy.hosts {
		known = append(known, h.Match)
	}
	f.report(n, DidYouMean(s, known), "host %q is none of the policy's hosts", s)
	return "", false
}
