package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"sync"
	"time"

	"github.com/phigate/phigate/console"
	"github.com/phigate/phigate/console/auth"
	"github.com/phigate/phigate/policy"
	"github.com/phigate/phigate/proxy"
)

// pages is the console where it listens.
type pages struct {
	listener net.Listener
	base     string // URL under which people open the pages
	accounts *auth.Auth
	console  *console.Console
}

// openPages opens the console's address and accounts; nil if the console is turned off.
func (g *gate) openPages() (*pages, error) {
	cfg := &g.cfg.Console
	if *cfg.Listen == "" {
		return nil, nil
	}
	l, err := listen("console.listen", *cfg.Listen)
	if err != nil {
		return nil, err
	}
	p := &pages{listener: l, base: cfg.base(l.Addr())}
	if err := g.buildPages(p, l.Addr()); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return p, nil
}

// buildPages makes what p serves.
func (g *gate) buildPages(p *pages, address net.Addr) error {
	cfg := &g.cfg.Console
	if cfg.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(cfg.Certificate, cfg.Key)
		if err != nil {
			return fmt.Errorf("console: %w", err)
		}
		p.listener = tls.NewListener(p.listener, &tls.Config{
			MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"},
		})
	}
	provider, err := cfg.provider(p.base)
	if err != nil {
		return err
	}
	p.accounts, err = auth.Open(auth.Config{
		File: g.cfg.usersFile(), Log: g.evidence.access, Hosts: cfg.hosts(address), Secure: cfg.secure(),
		Idle: cfg.Idle, Absolute: cfg.Absolute, OIDC: provider, Report: g.reportSignIn,
	})
	if err != nil {
		return err
	}
	g.evidence.people = p.accounts.Users
	rules := &ruleCounts{archive: g.archive, known: make(map[string]int)}
	p.console, err = console.New(console.Config{
		Index: g.evidence.index, Desk: g.evidence.desk, Auth: p.accounts,
		Find: g.cfg.findRecord, Prove: g.cfg.proveRecord,
		Policy: g.policyText, Explain: proxy.Explain, Report: g.reportPage, Version: version(),
		Facts: console.Facts{Health: g.health, Policies: g.policyVersions, Rules: rules.of},
	})
	return err
}

// policyText is the text of a policy as people may read it: without the hashes of the clients' passwords.
func (g *gate) policyText(digest string) (string, bool) {
	text, ok := g.archive.Text(digest)
	return passwordHash.ReplaceAllString(text, "$$argon2id$$…"), ok
}

// health says how the decision log is.
func (g *gate) health() console.Health {
	stats := g.evidence.decisions.Stats()
	h := console.Health{
		Records: max(uint64(stats.Signed), g.evidence.index.Position().Decisions), Signed: uint64(stats.Signed), Guarded: stats.Guarded,
		Halted: g.evidence.decisions.Err() != nil,
	}
	if info, err := os.Stat(g.cfg.checkpointFile()); err == nil {
		h.Checkpoint = info.ModTime()
	}
	return h
}

// policyVersions lists what was in effect when.
func (g *gate) policyVersions() []console.PolicyVersion {
	var versions []console.PolicyVersion
	enacted := g.archive.Enacted()
	for i, e := range enacted {
		v := console.PolicyVersion{Digest: e.Digest, Since: e.Since}
		if i+1 < len(enacted) {
			v.Until = enacted[i+1].Since
		}
		versions = append(versions, v)
	}
	return versions
}

// ruleCounts knows how many rules the policies of an archive have. A digest stands for one text for ever, so that each is
// read once. It is safe for concurrent use.
type ruleCounts struct {
	archive *policyArchive

	mu    sync.Mutex // guards known
	known map[string]int
}

// of counts the rules of a policy. One that cannot be read any more has none to count.
func (c *ruleCounts) of(digest string) (n int, kept bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, kept = c.known[digest]; kept {
		return n, true
	}
	text, kept := c.archive.Text(digest)
	if !kept {
		return 0, false
	}
	if p, err := policy.Parse("policy", []byte(text), policy.Vocabulary{}); err == nil {
		n = len(p.Rules())
	}
	c.known[digest] = n
	return n, true
}

// passwordHash matches a hash in the PHC format, as policies have them.
var passwordHash = regexp.MustCompile(`\$argon2id\$[A-Za-z0-9$=,+/]*`)

// secure reports whether browsers reach the pages by TLS: the console's own, or that of what stands before it.
func (p *consoleConfig) secure() bool {
	return p.Certificate != "" || len(p.URL) > 8 && p.URL[:8] == "https://"
}

// reportPage logs what went wrong behind an error page.
func (g *gate) reportPage(id, route string, err error) {
	g.logger.Error().Err(err).Str("page", route).Str("error_id", id).Msg("a page of the console failed")
}

// reportSignIn logs why nobody could sign in, or do what concerns accounts.
func (g *gate) reportSignIn(route string, err error) {
	g.logger.Error().Err(err).Str("page", route).Msg("the console's accounts cannot be used")
}

// pageGrace is how long a page may take that somebody asked for before the gate was told to end: as long as a search.
const pageGrace = 5 * time.Second

// serve answers until ctx ends. What somebody sent before is carried out and answered.
func (p *pages) serve(ctx context.Context) error {
	if err := serveUntil(ctx, newServer(p.console.Handler()), p.listener, pageGrace); err != nil {
		return fmt.Errorf("serve the console: %w", err)
	}
	return nil
}
