package index

import (
	"context"
	"errors"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/query"
)

// What the functions of an Index wrap.
var (
	// ErrNotFound says that there is no such decision, case, exception or row.
	ErrNotFound = errors.New("not in the index")
	// ErrCursor says that a cursor was not made by this index for this query.
	ErrCursor = errors.New("the place in the list belongs to another search")
	// ErrTimeout says that a search took longer than Config.Timeout. Its text says how to narrow the search.
	ErrTimeout = errors.New("the search takes too long")
	// ErrUnsupported says that a query asks for something that the list cannot be searched by.
	ErrUnsupported = errors.New("this list cannot be searched by that")
	// ErrClosed says that the index was closed.
	ErrClosed = errors.New("index is closed")
	// ErrReadOnly says that the index was opened to be read only.
	ErrReadOnly = errors.New("index is read only")

	errSkeleton = errors.New("not built yet")
)

// DefaultSpan is how far back a search goes whose query has no after:, counted from its before: or else from now.
const DefaultSpan = 7 * 24 * time.Hour

// Config says where an index lies and what it shows.
type Config struct {
	// Dir is the folder of the index; it is made with mode 0700. Required.
	Dir string
	// Decisions is the folder of the decision log. Required.
	Decisions string
	// Access is the folder of the access log. Required.
	Access string
	// ReadOnly opens an index that another process may be writing, and changes nothing.
	ReadOnly bool
	// Now tells the time. Default time.Now.
	Now func() time.Time
	// Timeout is how long one search may take. Default 5 s.
	Timeout time.Duration
	// Damaged is told when a file of the index cannot be used and is built again from the log; err says why. The old
	// file stays beside the new one. Default: nobody is told.
	Damaged func(file string, err error)
}

// Index is a projection of the decision log and the access log that can be searched.
type Index struct{}

// Open opens the index in cfg.Dir, or makes one there.
func Open(cfg Config) (*Index, error) { return nil, errSkeleton }

// Run projects the records of both logs as they come, until ctx ends, which is not an error.
func (x *Index) Run(ctx context.Context) error { return errSkeleton }

// CatchUp projects the records that both logs hold now, and returns.
func (x *Index) CatchUp(ctx context.Context) error { return errSkeleton }

// Position is how far an index got.
type Position struct {
	// Decisions and Access are the numbers of the last records that were projected.
	Decisions, Access uint64
	// Lag is how long ago the newest projected decision was taken, if more are waiting; 0 if none are.
	Lag time.Duration
}

// Position returns how far the index got.
func (x *Index) Position() Position { return Position{} }

// WaitAccess returns when record seq of the access log is projected.
func (x *Index) WaitAccess(ctx context.Context, seq uint64) error { return errSkeleton }

// Rebuild makes the index in cfg.Dir anew from the logs. progress is told how many records of all are done.
func Rebuild(ctx context.Context, cfg Config, progress func(done, total uint64)) error {
	return errSkeleton
}

// Close lets go of the files. Run must have returned.
func (x *Index) Close() error { return nil }

// Row is a decision as lists show it.
type Row struct {
	ID                                                     string
	Seq                                                    uint64
	Time                                                   time.Time
	Node, Kind, Action, Reason, Mode, Client, Source, Host string
	API, Op, Object, Direction, Method, Route              string
	// Rules are those of the decision and of its findings.
	Rules, Detectors, Categories, Fields, Fingerprints []string
	// Findings is the sum of the findings' counts.
	Findings       int
	Bytes, Records int64
	Coverage       string
	Policy         string // digest
	// Cases are the keys of the cases that the decision belongs to.
	Cases  []string
	Review State
}

// State is where the review of a decision or case stands.
type State struct {
	// Status is open, assigned, awaiting_second or decided; empty for what needs no review.
	Status, Verdict string
	// By is who gave the verdict, or who asked for it to be looked at again.
	By, Assignee string
	// Reason is what the person wrote who gave the verdict.
	Reason string
	// At is when the state was reached; zero if nobody has touched it.
	At    time.Time
	Notes int
}

// Cursor is a place in a list. It is opaque, and belongs to the query that it was made for.
type Cursor string

// Page is a part of a list of decisions.
type Page struct {
	Rows []Row
	// Next leads to older rows, Previous to newer ones. Empty: there are none.
	Next, Previous Cursor
}

// Page returns at most n decisions of q, newest first, from the cursor on, or the newest ones if it is empty.
func (x *Index) Page(ctx context.Context, q query.Query, at Cursor, n int) (Page, error) {
	return Page{}, errSkeleton
}

// Newer returns how many decisions of q were taken after than; at most 1000.
func (x *Index) Newer(ctx context.Context, q query.Query, than time.Time) (int, error) {
	return 0, errSkeleton
}

// Get returns one decision.
func (x *Index) Get(ctx context.Context, id string) (Row, error) { return Row{}, errSkeleton }

// Next returns the next older decision of q after the one with the given ID; where there is none, or after is empty,
// the newest one of q. The error wraps ErrNotFound if q has none but that one.
func (x *Index) Next(ctx context.Context, q query.Query, after string) (Row, error) {
	return Row{}, errSkeleton
}

// Count returns how many decisions q has, counted up to most; more says that there are more.
func (x *Index) Count(ctx context.Context, q query.Query, most int) (n int, more bool, err error) {
	return 0, false, errSkeleton
}

// Facet tells how the decisions of a query are divided by one key.
type Facet struct {
	Key    string
	Values []FacetValue
	// Of is how many decisions were counted, the newest ones; Partial says that the query has more.
	Of      int
	Partial bool
}

// FacetValue is a value of a key and how many decisions have it.
type FacetValue struct {
	Value string
	Count int
}

// Facets returns, for each key, its most frequent values among the decisions of q.
func (x *Index) Facets(ctx context.Context, q query.Query, keys []string, top int) ([]Facet, error) {
	return nil, errSkeleton
}

// Bucket counts decisions between two times, by action.
type Bucket struct {
	From, To time.Time
	Counts   map[string]int
}

// Histogram returns the decisions of q over its time, in so many buckets of equal width.
func (x *Index) Histogram(ctx context.Context, q query.Query, buckets int) ([]Bucket, error) {
	return nil, errSkeleton
}

// Related are decisions that came before another one, newest first.
type Related struct {
	// Fingerprint shares a fingerprint with it, Client the client.
	Fingerprint, Client []Row
}

// Related returns at most n decisions of each kind before the one with the given ID.
func (x *Index) Related(ctx context.Context, id string, n int) (Related, error) {
	return Related{}, errSkeleton
}

// Case groups the decisions in which one rule met one value in the transfers of one client.
type Case struct {
	Key, Client, Rule, Detector, Fingerprint, Object, Field string
	Decisions, Open                                         int
	First, Last                                             time.Time
	Latest                                                  string // ID of the newest decision
	State                                                   State
}

// CasePage is a part of a list of cases.
type CasePage struct {
	Cases          []Case
	Next, Previous Cursor
}

// Cases returns at most n cases of q, the most recently met first.
func (x *Index) Cases(ctx context.Context, q query.Query, at Cursor, n int) (CasePage, error) {
	return CasePage{}, errSkeleton
}

// Case returns the case with the given key.
func (x *Index) Case(ctx context.Context, key string) (Case, error) { return Case{}, errSkeleton }

// Series is how much there was of one thing over time.
type Series struct {
	Name   string
	Points []Point
	Total  int64
}

// Point is an amount from a time on, up to the next point.
type Point struct {
	From     time.Time
	N, Bytes int64
}

// Series returns the decisions between two times by action, client, rule, detector or category, the largest first.
func (x *Index) Series(ctx context.Context, from, to time.Time, by string, buckets int) ([]Series, error) {
	return nil, errSkeleton
}

// Amount is how much there was of one thing.
type Amount struct {
	Name     string
	N, Bytes int64
}

// Top returns the n largest by action, client, rule, detector or category, of the decisions with the given action, or
// of all if it is empty.
func (x *Index) Top(ctx context.Context, from, to time.Time, by, action string, n int) ([]Amount, error) {
	return nil, errSkeleton
}

// Flow is what kind of value a client moved, where, and what was done about it.
type Flow struct {
	Client, Direction, Object, Field, Category, Detector, Action string
	N                                                            int64
	Last                                                         time.Time
	Example                                                      string // ID of the newest decision
}

// Flows returns the flows between two times, by whole days, the largest first.
func (x *Index) Flows(ctx context.Context, from, to time.Time) ([]Flow, error) {
	return nil, errSkeleton
}

// ClientUse is what a client did.
type ClientUse struct {
	Client                              string
	First, Last                         time.Time
	Decisions, Blocked, Findings, Bytes int64
	Objects, Sources                    []string
}

// Clients returns the clients that were seen between two times, by whole hours.
func (x *Index) Clients(ctx context.Context, from, to time.Time) ([]ClientUse, error) {
	return nil, errSkeleton
}

// Event is a record of the access log about a decision.
type Event = audit.Access

// History returns what was done about a decision, oldest first: verdicts, confirmations, notes, assignments.
func (x *Index) History(ctx context.Context, decision string) ([]Event, error) {
	return nil, errSkeleton
}

// Views returns the saved searches that a user can see, his own and the shared ones.
func (x *Index) Views(ctx context.Context, user string) ([]audit.View, error) { return nil, errSkeleton }

// Exceptions returns the exceptions in a state, or all if it is empty, newest first. One whose time is over is expired.
func (x *Index) Exceptions(ctx context.Context, state string) ([]audit.Exception, error) {
	return nil, errSkeleton
}

// Exception returns one exception.
func (x *Index) Exception(ctx context.Context, id string) (audit.Exception, error) {
	return audit.Exception{}, errSkeleton
}

// WouldAllow returns how many blocked decisions since a time would have passed if e had been in effect.
func (x *Index) WouldAllow(ctx context.Context, e audit.Exception, since time.Time) (int, error) {
	return 0, errSkeleton
}

// Holds returns the holds that are placed or were released, newest first.
func (x *Index) Holds(ctx context.Context) ([]audit.Hold, error) { return nil, errSkeleton }

// AccessFilter selects records of the access log. A zero field selects all.
type AccessFilter struct {
	Actor           string
	Kind            audit.AccessKind
	Target, Outcome string
	From, To        time.Time // From is included, To is not
}

// AccessPage is a part of the access log.
type AccessPage struct {
	Accesses       []audit.Access
	Next, Previous Cursor
}

// Accesses returns at most n records of the access log, newest first.
func (x *Index) Accesses(ctx context.Context, f AccessFilter, at Cursor, n int) (AccessPage, error) {
	return AccessPage{}, errSkeleton
}

// RuleVerdicts is how the decisions of a rule were judged.
type RuleVerdicts struct {
	Rule                                          string
	Blocked, Decided, FalsePositive, TruePositive int64
}

// Verdicts returns, for each rule, its blocked decisions between two times and what people said about them.
func (x *Index) Verdicts(ctx context.Context, from, to time.Time) ([]RuleVerdicts, error) {
	return nil, errSkeleton
}

// Ages returns how long decisions have been waiting for a verdict: <1h, <1d, <7d, older.
func (x *Index) Ages(ctx context.Context) ([]Amount, error) { return nil, errSkeleton }
