package audit

import (
	"slices"
	"time"
)

// Version is the version of the record and of the log's format.
const Version = 1

// Decision is the record of one decision, version 1. Its fields are the whole of what may be written: names from
// fixed lists, counts, API names, and keyed fingerprints. [Log.Append] sets V, Node and Seq, and ID and Time where they
// are empty; it refuses what is beyond the limits MaxText, MaxRules, MaxFindings, MaxFingerprints and MaxLine.
type Decision struct {
	V       int       `json:"v"`
	ID      string    `json:"id"`
	Time    time.Time `json:"time"`
	Node    string    `json:"node"`
	Seq     uint64    `json:"seq"`
	Kind    Kind      `json:"kind"`
	Of      string    `json:"of,omitempty"` // Closing: the ID of the opening record
	Action  string    `json:"action"`
	Reason  string    `json:"reason"`
	Mode    string    `json:"mode"`
	Client  string    `json:"client,omitempty"`
	Source  string    `json:"source,omitempty"` // the client's address without its port
	Dest    Dest      `json:"dest"`
	API     string    `json:"api,omitempty"`
	Op      string    `json:"operation,omitempty"`
	Object  string    `json:"object,omitempty"`
	Dir     string    `json:"direction,omitempty"`
	HTTP    HTTP      `json:"http"`
	TLS     TLS       `json:"tls"`
	Policy  Policy    `json:"policy"`
	Rules   []string  `json:"rules,omitempty"`
	Except  []string  `json:"exceptions,omitempty"` // that let something pass which a rule would not; at most MaxExceptions
	Finding []Finding `json:"findings,omitempty"`
	Bytes   int64     `json:"bytes"`
	Records int64     `json:"records,omitempty"`
	Cover   Coverage  `json:"coverage"`
	Micros  int64     `json:"latency_us"`
	Proof   string    `json:"checkpoint,omitempty"` // Admin: the access log's signed checkpoint
	Mark    *Mark     `json:"mark,omitempty"`       // Admin: what the log says about itself
}

// Kind tells what a record of the log is about.
type Kind string

// The kinds of record.
const (
	Whole   Kind = "decision" // the body was decided before any of it was released
	Opening Kind = "opening"  // the body is larger than the hold window; what is known before its first byte leaves
	Closing Kind = "closing"  // the end of a body that had an opening record, with its totals
	Connect Kind = "connect"  // a CONNECT, a TLS handshake or a request that never became an exchange
	Admin   Kind = "admin"    // a policy was loaded, the gate was started or stopped
)

// Coverage says how much of a body was inspected.
type Coverage string

// The degrees of coverage.
const (
	Full    Coverage = "full"
	Partial Coverage = "partial" // up to a place where the body could not be read
	Opaque  Coverage = "opaque"  // not at all
	None    Coverage = "none"    // there was no body
)

// Dest is where the transfer went.
type Dest struct {
	Host string `json:"host"`
	Port int    `json:"port,omitempty"`
}

// HTTP is what is kept of the request line.
type HTTP struct {
	Method string `json:"method,omitempty"`
	Route  string `json:"route,omitempty"` // a template, never a query string
	Status int    `json:"status,omitempty"`
}

// TLS describes both connections.
type TLS struct {
	Version  string `json:"version,omitempty"`
	Cipher   string `json:"cipher,omitempty"`
	Upstream string `json:"upstream_spki,omitempty"` // SPKI-SHA256 of the upstream's leaf
}

// Policy names the policy in effect.
type Policy struct {
	Version int    `json:"version"`
	Digest  string `json:"digest"`
}

// MostLikely returns the highest of likelihoods, as findings name them; "" if none of them is one.
func MostLikely(likelihoods ...string) string {
	highest := -1
	for _, name := range likelihoods {
		highest = max(highest, slices.Index(likelihoodNames[:], name))
	}
	if highest < 0 {
		return ""
	}
	return likelihoodNames[highest]
}

// likelihoodNames are the likelihoods, least first.
var likelihoodNames = [...]string{"very_unlikely", "unlikely", "possible", "likely", "very_likely"}

// Likelihood returns the highest likelihood of d's findings, "" if it has none.
func (d *Decision) Likelihood() string {
	highest := ""
	for i := range d.Finding {
		highest = MostLikely(highest, d.Finding[i].Likelihood)
	}
	return highest
}

// Finding counts the findings of one detector at one place.
type Finding struct {
	Detector     string   `json:"detector"`
	Category     string   `json:"category"`
	Likelihood   string   `json:"likelihood"`
	Evidence     string   `json:"evidence,omitempty"`
	Object       string   `json:"object,omitempty"`
	Field        string   `json:"field,omitempty"`
	Path         string   `json:"path,omitempty"`
	Count        int      `json:"count"`
	Fingerprints []string `json:"fingerprints,omitempty"` // at most MaxFingerprints
	Rules        []string `json:"rules,omitempty"`
	Action       string   `json:"action"`
}
