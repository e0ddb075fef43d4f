package audit

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a decision. What is beyond them is refused and not shortened: a record that says less than happened
// would be worse than an exchange that does not happen. Whoever makes a decision must stay below.
const (
	// MaxText is the length of any one text, in bytes.
	MaxText = 256
	// MaxRules is the number of rules in a decision, and in a finding.
	MaxRules = 64
	// MaxExceptions is the number of exceptions in a decision.
	MaxExceptions = 16
	// MaxFindings is the number of findings in a decision.
	MaxFindings = 128
	// MaxFingerprints is the number of fingerprints in a finding.
	MaxFingerprints = 8
	// MaxLine is the length of a line of the log without its newline, in bytes. C2SP tlog-tiles gives the length of an
	// entry in 16 bits.
	MaxLine = 1<<16 - 1
)

// validate refuses what a decision has no business to carry. The types leave no room for free text, but a field of
// type string would take any: a client that smuggles a line break, a terminal escape or half a document into a path
// must not find it in the log (ATTACKS F13, F14). The error names the member and never quotes it.
func (d *Decision) validate() error {
	var c checker
	c.token("id", d.ID)
	if d.Of != "" || d.Kind == Closing {
		c.token("of", d.Of)
	}
	c.oneOf("kind", d.Kind == Whole || d.Kind == Opening || d.Kind == Closing || d.Kind == Connect || d.Kind == Admin)
	c.oneOf("coverage", d.Cover == "" || d.Cover == Full || d.Cover == Partial || d.Cover == Opaque || d.Cover == None)
	if d.Action == "" && d.Kind != Admin {
		c.fail("action", "is empty")
	}
	c.era("time", d.Time)
	c.text("action", d.Action)
	c.text("reason", d.Reason)
	c.text("mode", d.Mode)
	c.text("client", d.Client)
	c.text("source", d.Source)
	c.text("dest.host", d.Dest.Host)
	c.text("api", d.API)
	c.text("operation", d.Op)
	c.text("object", d.Object)
	c.text("direction", d.Dir)
	c.text("http.method", d.HTTP.Method)
	c.text("http.route", d.HTTP.Route)
	c.text("tls.version", d.TLS.Version)
	c.text("tls.cipher", d.TLS.Cipher)
	c.text("tls.upstream_spki", d.TLS.Upstream)
	c.text("policy.digest", d.Policy.Digest)
	c.texts("rules", d.Rules, MaxRules)
	c.texts("exceptions", d.Except, MaxExceptions)
	c.mark(d.Kind == Admin, d.Proof, d.Mark)
	c.length("findings", len(d.Finding), MaxFindings)
	for i := range d.Finding {
		d.Finding[i].validate(&c)
	}
	return c.err
}

func (f *Finding) validate(c *checker) {
	c.text("findings[].detector", f.Detector)
	c.text("findings[].category", f.Category)
	c.text("findings[].likelihood", f.Likelihood)
	c.text("findings[].evidence", f.Evidence)
	c.text("findings[].object", f.Object)
	c.text("findings[].field", f.Field)
	c.text("findings[].path", f.Path)
	c.text("findings[].action", f.Action)
	c.texts("findings[].rules", f.Rules, MaxRules)
	c.texts("findings[].fingerprints", f.Fingerprints, MaxFingerprints)
}

// checker keeps the first thing that is wrong.
type checker struct{ err error }

func (c *checker) fail(member, what string) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %s %s", ErrInvalid, member, what)
	}
}

func (c *checker) oneOf(member string, known bool) {
	if !known {
		c.fail(member, "is none of the known ones")
	}
}

func (c *checker) length(member string, n, most int) {
	if n > most {
		c.fail(member, fmt.Sprintf("has more than %d entries", most))
	}
}

// text accepts printable Unicode, which leaves out line breaks, escapes, U+2028 and the marks that turn the direction
// of writing.
func (c *checker) text(member, s string) { c.printable(member, s, MaxText) }

// prose accepts what a person or a signer wrote: printable Unicode in lines.
func (c *checker) prose(member, s string, most int) {
	c.printable(member, strings.ReplaceAll(s, "\n", " "), most)
}

func (c *checker) printable(member, s string, most int) {
	switch {
	case len(s) > most:
		c.fail(member, fmt.Sprintf("is longer than %d bytes", most))
	case isPlain(s): // nearly all, and much faster to see than the rest
	case !utf8.ValidString(s):
		c.fail(member, "is not UTF-8")
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		c.fail(member, "is not printable")
	}
}

// isPlain reports whether s is printable ASCII.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// mark accepts a checkpoint and what a log says about itself where there may be any.
func (c *checker) mark(allowed bool, proof string, m *Mark) {
	if !allowed && (proof != "" || m != nil) {
		c.fail("checkpoint", "does not belong to this kind of record")
	}
	c.prose("checkpoint", proof, maxCheckpoint)
	if m != nil {
		c.text("mark.root", m.Root)
	}
}

func (c *checker) texts(member string, list []string, most int) {
	c.length(member, len(list), most)
	for _, s := range list {
		c.text(member, s)
	}
}

func (c *checker) token(member, s string) {
	if !isToken(s) {
		c.fail(member, "is not 1 to 64 letters, digits, dots, dashes or underscores")
	}
}

// isToken reports whether s can be an ID or a node's name. A token needs no escape in JSON, on which findSeq relies.
func isToken(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return 0 < len(s) && len(s) <= 64
}
