// Package org is a small Salesforce org that runs inside the process: schema, rows, SOQL, composite requests and Bulk
// API 2.0 over real TLS, with the org's own error codes and messages. The demo, the end-to-end tests and unmodified
// clients speak to it. It shares no code with the gate, so that a misreading there cannot hide behind the same
// misreading here. Every person it knows is invented.
package org

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Credentials of the integration user that New creates. Both are synthetic.
const (
	Username = "integration@acme.example"
	Password = "synthetic-password"
)

// The sizes that a zero Config means.
const (
	defaultPage       = 2000
	defaultBulkPage   = 250_000
	defaultRecordSize = 1 << 20
)

// Config says what an Org is. The zero value is an org that answers for localhost.
type Config struct {
	// Names are the TLS names of the leaf certificate, such as acme.my.salesforce.com and login.salesforce.com.
	// localhost, 127.0.0.1 and ::1 are always added.
	Names []string
	// Now tells the time for timestamps and date literals. Nil means time.Now.
	Now func() time.Time
	// InstanceURL is what logins name as the instance. Empty means https:// and the first of Names that is a My Domain
	// name if the login came to another *.salesforce.com name, and the host that the login came to otherwise.
	InstanceURL string
	// Token, if set, is an access token that is valid from the start, for callers that do not want to log in.
	Token string
	// Page is how many records a page of a query holds. Zero means 2,000.
	Page int
	// BulkPage is how many records a Bulk API 2.0 query result holds if the client does not say maxRecords. Zero
	// means 250,000.
	BulkPage int
	// BenchRows is how many rows of BenchRow__c exist. They are generated while they are read and take no memory.
	BenchRows int
	// Record keeps the bodies of requests, up to RecordSize bytes each (zero means 1 MiB).
	Record     bool
	RecordSize int
	// Plain turns the compression of responses off, for measurements.
	Plain bool
}

// Row is a stored record: API names of fields and their values as text (true, 12.5, 1980-01-31,
// 2026-01-31T12:00:00.000+0000). A field that is null is absent.
type Row map[string]string

// Org is a Salesforce org in memory. It is safe for concurrent use.
type Org struct {
	cfg      Config
	identity *identity
	log      journal

	mu       sync.Mutex // guards what follows
	tables   map[string]*table
	sessions map[string]string // access token to user Id
	refresh  map[string]string // refresh token to user Id
	cursors  map[string]*cursor
	jobs     map[string]*job
	bench    Intake
	serial   map[string]int64 // last number given, by key prefix
	undo     *[]undo          // what is stored is noted here while it may be taken back
}

// New returns an org with its schema, its users and a fresh certificate authority. It opens nothing.
func New(cfg Config) (*Org, error) {
	for _, name := range cfg.Names {
		if name == "" || strings.ContainsAny(name, " /:") {
			return nil, fmt.Errorf("org: %q is no TLS name", name)
		}
	}
	if cfg.Page < 0 || cfg.BulkPage < 0 || cfg.BenchRows < 0 || cfg.RecordSize < 0 {
		return nil, errors.New("org: a negative size")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Page = orDefault(cfg.Page, defaultPage)
	cfg.BulkPage = orDefault(cfg.BulkPage, defaultBulkPage)
	cfg.RecordSize = orDefault(cfg.RecordSize, defaultRecordSize)
	id, err := newIdentity(cfg.Names)
	if err != nil {
		return nil, err
	}
	o := &Org{cfg: cfg, identity: id, sessions: map[string]string{}, refresh: map[string]string{}}
	o.log = journal{keep: cfg.Record, limit: cfg.RecordSize}
	o.reset()
	if cfg.Token != "" {
		o.sessions[cfg.Token] = o.user(Username)
	}
	return o, nil
}

func orDefault(n, d int) int {
	if n == 0 {
		return d
	}
	return n
}

// Handler returns the org without TLS. It answers for every host.
func (o *Org) Handler() http.Handler { return http.HandlerFunc(o.serve) }

// Rows returns copies of the rows of an object that are not deleted, oldest first. The object's name may be in any
// case; an unknown object has none, and so has BenchRow__c.
func (o *Org) Rows(object string) []Row {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.table(object)
	if t == nil {
		return nil
	}
	var rows []Row
	for _, r := range t.rows {
		if !r.deleted() {
			rows = append(rows, r.clone())
		}
	}
	return rows
}

// Reset forgets the rows, the jobs and the journal. The users and the sessions stay.
func (o *Org) Reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.reset()
	o.log.reset()
}

// reset makes the org as new; o.mu is held or o is not shared yet.
func (o *Org) reset() {
	o.tables = map[string]*table{}
	for _, obj := range objects() {
		o.tables[strings.ToLower(obj.Name)] = newTable(obj)
	}
	o.cursors = map[string]*cursor{}
	o.jobs = map[string]*job{}
	o.bench = Intake{}
	o.serial = map[string]int64{}
	o.seedUsers()
}

// token returns an unguessable token of the given prefix.
func token(prefix string) string { return prefix + rand.Text() + rand.Text() }

// names returns the API names of all objects, sorted.
func (o *Org) names() []string {
	var names []string
	for _, t := range o.tables {
		names = append(names, t.object.Name)
	}
	slices.Sort(names)
	return names
}
