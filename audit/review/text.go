package review

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/phigate/phigate/audit"
)

// What accesses say about how they ended.
const (
	OutcomeOK     = "ok"
	OutcomeDenied = "denied"
	OutcomeFailed = "failed"
)

// Why an access was refused.
const (
	ReasonPermission = "permission"     // the role does not include it
	ReasonSamePerson = "same_person"    // it takes a second person
	ReasonGuard      = "phi_leak_guard" // the text looked as if it held an identifier
)

// nobody stands for a person who is not signed in.
const nobody = "-"

// withheld stands for a target that may not be written down.
const withheld = "{withheld}"

// text takes what a person wrote: lines without blanks around them, at most MaxNote bytes, without identifiers. r says
// what it is for.
func (d *Desk) text(ctx context.Context, a Actor, r audit.Access, written string, required bool) (string, error) {
	words := tidy(written)
	switch {
	case words == "" && required:
		return "", fmt.Errorf("%w: a reason is required", ErrReason)
	case len(words) > audit.MaxNote:
		return "", fmt.Errorf("%w: it is longer than %d bytes", ErrReason, audit.MaxNote)
	case !printable(strings.ReplaceAll(words, "\n", " ")):
		return "", fmt.Errorf("%w: it has characters that cannot be printed", ErrReason)
	}
	return words, d.clean(ctx, a, r, words)
}

// tidy makes each run of blanks one space and keeps the ends of lines, which browsers send as CR LF, but no empty lines
// at the beginning and at the end.
func tidy(written string) string {
	var lines []string
	for line := range strings.Lines(written) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// name takes the name of something, which is one line of at most MaxText bytes; what it is stands in the error.
func (d *Desk) name(ctx context.Context, a Actor, r audit.Access, what, written string) (string, error) {
	name := strings.TrimSpace(written)
	if len(name) > audit.MaxText || !printable(name) {
		return "", fmt.Errorf("%w: %s is longer than %d bytes or cannot be printed", ErrInvalid, what, audit.MaxText)
	}
	return name, d.clean(ctx, a, r, name)
}

// search checks the canonical text of a query.
func (d *Desk) search(ctx context.Context, a Actor, r audit.Access, query string) error {
	if len(query) > audit.MaxNote || !printable(query) {
		return fmt.Errorf("%w: a search is at most %d bytes that can be printed", ErrInvalid, audit.MaxNote)
	}
	return d.clean(ctx, a, r, query)
}

// clean refuses a text in which the guard finds an identifier. That it was tried is on record, the text is not.
func (d *Desk) clean(ctx context.Context, a Actor, r audit.Access, text string) error {
	if detector := d.found(text); detector != "" {
		return d.refuse(ctx, a, r, ReasonGuard, &GuardError{Detector: detector})
	}
	return nil
}

// found names the detector that finds something in text.
func (d *Desk) found(text string) string {
	if text == "" {
		return ""
	}
	return d.cfg.Guard(text)
}

// plain returns a target as it may be written down: what a person typed into an address can be anything.
func (d *Desk) plain(target string) string {
	if len(target) > audit.MaxText || !printable(target) || d.found(target) != "" {
		return withheld
	}
	return target
}

// printable reports whether s is what a log takes: printable Unicode.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
