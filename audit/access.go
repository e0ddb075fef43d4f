package audit

import (
	"context"
	"time"
)

// The limits of an access, beside those of a decision.
const (
	// MaxReviewed is the number of decisions that one access may concern.
	MaxReviewed = 256
	// MaxNote is the length of a text that a person wrote, in bytes.
	MaxNote = 1000
)

// Access is a record of the access log, version 1: who did what with the decisions, through which door.
// [AccessLog.Append] sets V, ID, Time, Node and Seq; it refuses what is beyond the limits MaxText, MaxReviewed, MaxNote
// and MaxLine.
type Access struct {
	V       int        `json:"v"`
	ID      string     `json:"id"`
	Time    time.Time  `json:"time"`
	Node    string     `json:"node"`
	Seq     uint64     `json:"seq"`
	Kind    AccessKind `json:"kind"`
	Actor   string     `json:"actor"`             // the person's name; "-" before sign-in, and for what the log notes itself
	Role    string     `json:"role,omitempty"`    // the person's role at that time
	Session string     `json:"session,omitempty"` // a short hash, never the token
	Source  string     `json:"source,omitempty"`  // address without port, or "local"
	Via     string     `json:"via"`               // console or cli; gate for what the log notes itself
	Target  string     `json:"target,omitempty"`  // decision ID, case key, exception ID, user name or route
	Query   string     `json:"query,omitempty"`   // canonical filter text
	Count   int        `json:"count,omitempty"`   // rows shown or touched
	Outcome string     `json:"outcome"`           // ok, denied or failed
	Reason  string     `json:"reason,omitempty"`  // code from a fixed list
	Review  *Review    `json:"review,omitempty"`
	Proof   string     `json:"checkpoint,omitempty"` // AccessCheckpoint: the other log's signed checkpoint
	Mark    *Mark      `json:"mark,omitempty"`       // what the log says about itself
}

// AccessKind tells what somebody did.
type AccessKind string

// The kinds of access.
const (
	AccessLogin      AccessKind = "login"
	AccessLogout     AccessKind = "logout"
	AccessLook       AccessKind = "look"       // one page or one decision was shown
	AccessSearch     AccessKind = "search"     // a list was shown
	AccessExport     AccessKind = "export"     // decisions left the gate as a file
	AccessLookup     AccessKind = "lookup"     // a value was compared with the fingerprints
	AccessVerdict    AccessKind = "verdict"    // a decision was judged
	AccessConfirm    AccessKind = "confirm"    // a second person agreed with a verdict, or did not
	AccessNote       AccessKind = "note"       // a text was written beside a decision
	AccessAssign     AccessKind = "assign"     // a decision was given to somebody
	AccessView       AccessKind = "view"       // a search was saved or deleted
	AccessException  AccessKind = "exception"  // an exception was requested, approved, rejected or revoked
	AccessHold       AccessKind = "hold"       // a legal hold was placed or released
	AccessUser       AccessKind = "user"       // a user was added or changed
	AccessSetup      AccessKind = "setup"      // the first user was made
	AccessCheckpoint AccessKind = "checkpoint" // the decision log's checkpoint is put on record here
	AccessServe      AccessKind = "serve"      // the gate or the log itself has something to say
)

// Review is what a person decided about decisions.
type Review struct {
	Decisions []string   `json:"decisions,omitempty"` // IDs, at most MaxReviewed
	Case      string     `json:"case,omitempty"`
	Status    string     `json:"status,omitempty"` // open, assigned, awaiting_second or decided
	Verdict   string     `json:"verdict,omitempty"`
	Assignee  string     `json:"assignee,omitempty"`
	Text      string     `json:"text,omitempty"` // reason or note written by a person, at most MaxNote bytes
	View      *View      `json:"view,omitempty"`
	Exception *Exception `json:"exception,omitempty"`
	Hold      *Hold      `json:"hold,omitempty"`
}

// View is a saved search.
type View struct {
	Name    string `json:"name"`
	Query   string `json:"query"`
	Owner   string `json:"owner,omitempty"`
	Shared  bool   `json:"shared,omitempty"`  // others see it too
	Deleted bool   `json:"deleted,omitempty"` // it is no more
}

// Exception lets pass, for a while, what a rule would block.
type Exception struct {
	ID          string    `json:"id"`
	Rule        string    `json:"rule"`
	Client      string    `json:"client,omitempty"`
	Object      string    `json:"object,omitempty"`
	Field       string    `json:"field,omitempty"`
	Until       time.Time `json:"until,omitzero"`
	Reason      string    `json:"reason,omitempty"` // written by a person, at most MaxNote bytes
	State       string    `json:"state"`            // requested, approved, rejected, revoked or expired
	RequestedBy string    `json:"requested_by,omitempty"`
	DecidedBy   string    `json:"decided_by,omitempty"`
	WouldAllow  int       `json:"would_allow,omitempty"` // decisions of the past that it would have changed
}

// Hold keeps records from being pruned: those between From and To (a zero time is no bound) of the given client, or of
// all clients if Client is empty.
type Hold struct {
	ID       string    `json:"id"`
	From     time.Time `json:"from,omitzero"`
	To       time.Time `json:"to,omitzero"`
	Client   string    `json:"client,omitempty"`
	Incident string    `json:"incident,omitempty"` // a reference outside of this log; it selects nothing
	Reason   string    `json:"reason,omitempty"`   // written by a person, at most MaxNote bytes
	Released bool      `json:"released,omitempty"`
	// PlacedBy and ReleasedBy are two people. Records from before these members existed have neither: then the actor of the
	// record is who did it.
	PlacedBy   string `json:"placed_by,omitempty"`
	ReleasedBy string `json:"released_by,omitempty"`
}

// AccessSink is where an access is recorded: an [*AccessLog] in the gate, a [*Remote] beside it.
type AccessSink interface {
	// Append returns when a is durable. It sets ID, Time, Node and Seq.
	Append(ctx context.Context, a *Access) error
}
