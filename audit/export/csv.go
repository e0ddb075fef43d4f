package export

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/phigate/phigate/audit"
)

// columns are the names in the header. New ones are added at the end, so that a sheet that counts columns keeps
// working.
func columns() []string {
	return []string{"time", "id", "node", "seq", "kind", "of", "action", "reason", "mode", "client", "source", "host", "port",
		"api", "operation", "object", "direction", "method", "route", "status", "tls_version", "tls_cipher", "upstream_spki",
		"policy_version", "policy_digest", "rules", "detectors", "categories", "fields", "fingerprints", "findings", "likelihood",
		"bytes", "records", "coverage", "latency_us", "review_status", "verdict", "reviewed_by", "assignee", "review_time"}
}

// row appends the cells of one row. Every text is quoted: RFC 4180 asks it for some, but spreadsheets in countries with
// a decimal comma split at the semicolon, and only quotes keep them from that.
type row struct {
	line  []byte
	cells int
}

func (r *row) begin() {
	if r.cells++; r.cells > 1 {
		r.line = append(r.line, ',')
	}
}

// text appends a cell that is text.
func (r *row) text(s string) {
	r.begin()
	r.line = append(r.line, '"')
	if formula(s) {
		r.line = append(r.line, '\'')
	}
	for i := range len(s) {
		if s[i] == '"' {
			r.line = append(r.line, '"')
		}
		r.line = append(r.line, s[i])
	}
	r.line = append(r.line, '"')
}

// formula reports whether a spreadsheet would take s for a formula (OWASP, CSV injection): a first character of these,
// also in full width, also behind blanks, which spreadsheets drop.
func formula(s string) bool {
	if strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") || strings.HasPrefix(s, "\n") {
		return true
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(s))
	return strings.ContainsRune("=+-@＝＋－＠", first) && first != utf8.RuneError
}

// list appends a cell with several texts.
func (r *row) list(texts []string) { r.text(strings.Join(texts, "; ")) }

// number appends a cell that is a number; zero is an empty cell where zero says nothing.
func (r *row) number(n int64, zero bool) {
	r.begin()
	if n != 0 || zero {
		r.line = strconv.AppendInt(r.line, n, 10)
	}
}

// time appends a cell that is a time, or an empty one.
func (r *row) time(t time.Time) {
	r.begin()
	if !t.IsZero() {
		r.line = t.UTC().AppendFormat(r.line, time.RFC3339Nano)
	}
}

func appendHeader(line []byte) []byte {
	return append(append(line, strings.Join(columns(), ",")...), '\n')
}

// appendRow appends one row for d, its findings summarised.
func appendRow(line []byte, d *audit.Decision, s State) ([]byte, error) {
	sum := summarise(d)
	r := row{line: line}
	r.time(d.Time)
	r.text(d.ID)
	r.text(d.Node)
	r.line = strconv.AppendUint(append(r.line, ','), d.Seq, 10)
	for _, text := range []string{string(d.Kind), d.Of, d.Action, d.Reason, d.Mode, d.Client, d.Source, d.Dest.Host} {
		r.text(text)
	}
	r.number(int64(d.Dest.Port), false)
	for _, text := range []string{d.API, d.Op, d.Object, d.Dir, d.HTTP.Method, d.HTTP.Route} {
		r.text(text)
	}
	r.number(int64(d.HTTP.Status), false)
	for _, text := range []string{d.TLS.Version, d.TLS.Cipher, d.TLS.Upstream} {
		r.text(text)
	}
	r.number(int64(d.Policy.Version), false)
	r.text(d.Policy.Digest)
	for _, texts := range [][]string{sum.rules, sum.detectors, sum.categories, sum.fields, sum.fingerprints} {
		r.list(texts)
	}
	r.number(int64(sum.count), true)
	r.text(sum.likelihood)
	r.number(d.Bytes, true)
	r.number(d.Records, true)
	r.text(string(d.Cover))
	r.number(d.Micros, true)
	for _, text := range []string{s.Status, s.Verdict, s.By, s.Assignee} {
		r.text(text)
	}
	r.time(s.At)
	return append(r.line, '\n'), nil
}
