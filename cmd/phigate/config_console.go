package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/auth"
)

// consoleConfig is the analysts' pages.
type consoleConfig struct {
	// Listen is the address of the pages. Beyond loopback it needs a certificate. Who reaches it can try to sign in.
	// Default 127.0.0.1:3130; "" turns the pages off.
	Listen *string `yaml:"listen"`
	// Certificate and Key make the pages speak TLS, both in PEM. Not from the gate's own authority: who trusts that one
	// can be read.
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	// URL is the address under which people open the pages, such as https://phigate.example.org. Its host is one of those
	// that a request may name, and sign-in through a provider returns to it. Default: the address of Listen, which does not
	// do where that is every address of the machine. Without TLS in front of it only localhost works: browsers keep the
	// session's cookie for nobody else.
	URL string `yaml:"url"`
	// Idle and Absolute end a session: without a click, and in any case. Default 15m and 12h (45 CFR 164.312(a)(2)(iii)).
	Idle     time.Duration `yaml:"idle"`
	Absolute time.Duration `yaml:"absolute"`
	// OIDC signs people in through the organisation's provider. Default: local accounts only.
	OIDC *oidcConfig `yaml:"oidc"`
}

// oidcConfig is the organisation's OpenID provider.
type oidcConfig struct {
	// Issuer is the provider's URL; its configuration is found there.
	Issuer string `yaml:"issuer"`
	// ClientID names the gate at the provider, SecretFile holds its secret; without one PKCE alone is used.
	ClientID   string `yaml:"client_id"`
	SecretFile string `yaml:"secret_file"`
	// NameClaim is the claim that names a person in the logs. Default preferred_username, then email, then sub.
	NameClaim string `yaml:"name_claim"`
	// GroupsClaim is the claim that lists a person's groups. Default groups.
	GroupsClaim string `yaml:"groups_claim"`
	// Roles gives each group a role, or several with commas between them. Who is in none of the groups may nothing.
	Roles map[string]string `yaml:"roles"`
	// ACR are authentication contexts of which the provider must state one, such as that of two factors. Default: any.
	ACR []string `yaml:"acr"`
	// AMR are authentication methods of which the provider must state one, such as mfa (RFC 8176). Default: any.
	AMR []string `yaml:"amr"`
	// Label is what the button says. Default: the issuer's host.
	Label string `yaml:"label"`
}

// applyConsoleDefaults is part of applyDefaults.
func (c *config) applyConsoleDefaults() {
	if c.Console.Listen == nil {
		listen := "127.0.0.1:3130"
		c.Console.Listen = &listen
	}
}

// validateConsole checks the console section without touching anything.
func (c *config) validateConsole() error {
	p := &c.Console
	if *p.Listen == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(*p.Listen)
	if err != nil {
		return fmt.Errorf("console.listen: %q is not host:port, such as 127.0.0.1:3130", *p.Listen)
	}
	if (p.Certificate == "") != (p.Key == "") {
		return errors.New("console: certificate and key go together")
	}
	if p.Certificate == "" && !isLoopback(host) {
		return fmt.Errorf("console.listen: %q is reachable from elsewhere, and passwords would travel in the clear\n"+
			"\thint: set console.certificate and console.key, or listen on 127.0.0.1", *p.Listen)
	}
	if p.Idle < 0 || p.Absolute < 0 {
		return errors.New("console: idle and absolute cannot be negative")
	}
	if err := p.validateURL(host); err != nil {
		return err
	}
	return p.OIDC.validate()
}

// validateURL checks the address under which people open the pages; host is that of Listen.
func (p *consoleConfig) validateURL(host string) error {
	ip, err := netip.ParseAddr(host)
	if everywhere := host == "" || err == nil && ip.IsUnspecified(); p.URL == "" && everywhere {
		return fmt.Errorf("console.url: needed, because console.listen %q is every address of this machine, and the pages answer only to the name "+
			"that they are opened by\n\thint: such as https://phigate.example.org", *p.Listen)
	}
	if p.URL == "" {
		return nil
	}
	u, err := url.Parse(p.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return errors.New("console.url: not a URL without a path, such as https://phigate.example.org")
	}
	if u.Scheme == "http" && (p.Certificate != "" || !isLoopback(u.Hostname())) {
		return errors.New("console.url: people open the pages by https, or on localhost; browsers keep no session otherwise")
	}
	return nil
}

// validate checks the provider; nil is valid.
func (o *oidcConfig) validate() error {
	if o == nil {
		return nil
	}
	if o.Issuer == "" || o.ClientID == "" || len(o.Roles) == 0 {
		return errors.New("console.oidc: issuer, client_id and roles are required")
	}
	if u, err := url.Parse(o.Issuer); err != nil || u.Scheme != "https" || u.Host == "" {
		return errors.New("console.oidc.issuer: not an https URL, such as https://login.example.org/realms/clinic")
	}
	for group, role := range o.Roles {
		if _, err := review.ParseRole(role); err != nil {
			return fmt.Errorf("console.oidc.roles: group %q: %w", group, err)
		}
	}
	return nil
}

// base is the URL of the pages that listen on address.
func (p *consoleConfig) base(address net.Addr) string {
	if p.URL != "" {
		return strings.TrimSuffix(p.URL, "/")
	}
	scheme := "http"
	if p.Certificate != "" {
		scheme = "https"
	}
	host, port, _ := net.SplitHostPort(address.String())
	if isLoopback(host) {
		host = "localhost" // browsers keep Secure cookies of localhost also without TLS
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// hosts are the values of the header Host that the pages answer to.
func (p *consoleConfig) hosts(address net.Addr) []string {
	hosts := []string{address.String()}
	if _, port, err := net.SplitHostPort(address.String()); err == nil {
		hosts = append(hosts, net.JoinHostPort("localhost", port))
	}
	if u, err := url.Parse(p.URL); err == nil && u.Host != "" {
		hosts = append(hosts, u.Host)
	}
	return hosts
}

// provider is the OIDC section as the accounts take it; nil without one.
func (p *consoleConfig) provider(base string) (*auth.OIDC, error) {
	if p.OIDC == nil {
		return nil, nil
	}
	o := p.OIDC
	provider := &auth.OIDC{
		Issuer: o.Issuer, ClientID: o.ClientID, Redirect: base + "/oidc/callback", Name: o.NameClaim,
		Groups: o.GroupsClaim, ACR: o.ACR, AMR: o.AMR, Label: o.Label, Roles: map[string]review.Role{},
	}
	for group, name := range o.Roles {
		role, err := review.ParseRole(name)
		if err != nil {
			return nil, err
		}
		provider.Roles[group] = role
	}
	if o.SecretFile != "" {
		secret, err := os.ReadFile(o.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("console.oidc.secret_file: %w", err)
		}
		provider.ClientSecret = strings.TrimSpace(string(secret))
	}
	return provider, nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
