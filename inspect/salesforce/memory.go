package salesforce

import (
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// How long things are remembered: Salesforce keeps a job for seven days and a query cursor for two.
const (
	jobLife    = 8 * 24 * time.Hour
	cursorLife = 2 * 24 * time.Hour
	schemaLife = time.Hour
)

// memory is what the router remembers. It is safe for concurrent use. What is forgotten is asked for again or is
// unknown; what is in it came from the org itself.
type memory struct {
	now     func() time.Time
	jobs    *lru.Cache[string, dated[*job]]
	cursors *lru.Cache[string, dated[*plan]]
	schemas *lru.Cache[string, dated[*schema]]
}

// dated is a value with the time at which it is forgotten.
type dated[T any] struct {
	value   T
	expires time.Time
}

// job is what is known of a bulk job. It does not change.
type job struct {
	Object    string
	Operation string // as the API spells it: insert, update, upsert, delete, hardDelete, query, queryAll
	Format    string // Bulk 1.0: csv, json, xml, or empty for one that is not read
	Delimiter byte   // 0 for a comma
	Plan      *plan  // of a query job; nil if its query is not known
	Reads     []Ref  // of a query job
}

// does returns what an upload to the job does. An unknown job may do anything.
func (j *job) does() Operation {
	switch strings.ToLower(j.Operation) {
	case "insert":
		return Create
	case "update":
		return Update
	case "upsert":
		return Upsert
	case "delete", "harddelete":
		return Delete
	case "query", "queryall":
		return Read
	}
	return Mixed
}

func (j *job) isQuery() bool { return j.does() == Read }

// schema is what is known of an object's relationships, by lower-case name. It does not change.
type schema struct{ relationships map[string][]string }

func newMemory(cfg Config) *memory {
	if cfg.Jobs <= 0 {
		cfg.Jobs = 100_000
	}
	if cfg.Schemas <= 0 {
		cfg.Schemas = 2_000
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	m := &memory{now: cfg.Now}
	// lru.New fails for sizes below one only.
	m.jobs, _ = lru.New[string, dated[*job]](cfg.Jobs)
	m.cursors, _ = lru.New[string, dated[*plan]](cfg.Jobs)
	m.schemas, _ = lru.New[string, dated[*schema]](cfg.Schemas)
	return m
}

// recall returns the value under key if it is there and has not expired.
func recall[T any](m *memory, c *lru.Cache[string, dated[T]], key string) (value T, ok bool) {
	d, found := c.Get(key)
	if !found {
		return value, false
	}
	if !m.now().Before(d.expires) {
		c.Remove(key)
		return value, false
	}
	return d.value, true
}

// jobKey identifies a job by the first 15 characters of its Id, which both forms of an Id share.
func jobKey(host, id string) string { return host + " " + id[:min(15, len(id))] }

func (m *memory) job(host, id string) *job {
	j, _ := recall(m, m.jobs, jobKey(host, id))
	return j
}

func (m *memory) keepJob(host, id string, j *job) {
	m.jobs.Add(jobKey(host, id), dated[*job]{j, m.now().Add(jobLife)})
}

// cursor returns the plan of the query that a locator continues; nil if it is not known.
func (m *memory) cursor(host, locator string) *plan {
	p, _ := recall(m, m.cursors, jobKey(host, locator))
	return p
}

func (m *memory) keepCursor(host, locator string, p *plan) {
	m.cursors.Add(jobKey(host, locator), dated[*plan]{p, m.now().Add(cursorLife)})
}

// relation returns the objects that a relationship leads to, and whether the object's description is known.
func (m *memory) relation(host, object, relationship string) ([]string, bool) {
	s, ok := recall(m, m.schemas, host+" "+strings.ToLower(object))
	if !ok {
		return nil, false
	}
	targets, ok := s.relationships[strings.ToLower(relationship)]
	return targets, ok
}

func (m *memory) keepSchema(host, object string, s *schema) {
	m.schemas.Add(host+" "+strings.ToLower(object), dated[*schema]{s, m.now().Add(schemaLife)})
}
