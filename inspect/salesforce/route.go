// Package salesforce says what a request to a Salesforce org means: which API it calls, what it does to which object,
// and which object and field each value of its bodies belongs to.
package salesforce

import (
	"github.com/phigate/phigate/inspect"
)

// API is one of the org's interfaces.
type API string

// The APIs that are told apart. Unknown is a path that none of them has.
const (
	REST      API = "rest"      // sobjects rows, describe, limits
	Query     API = "query"     // query, queryAll, queryMore, search
	Composite API = "composite" // composite, batch, graph, tree, collections
	Bulk2     API = "bulk2"     // jobs/ingest and jobs/query
	Bulk1     API = "bulk1"     // services/async
	SOAP      API = "soap"
	OAuth     API = "oauth"
	ApexREST  API = "apexrest"
	Other     API = "other" // GraphQL, UI API, analytics, connect, cometd …: known, not yet read
	Unknown   API = "unknown"
)

// Operation is what a request does.
type Operation string

// The operations.
const (
	Create   Operation = "create"
	Update   Operation = "update"
	Upsert   Operation = "upsert"
	Delete   Operation = "delete"
	Read     Operation = "read"
	Search   Operation = "search"
	Mixed    Operation = "mixed"    // composite: each subrequest has its own
	Job      Operation = "job"      // a bulk job is created, closed, asked for its state
	Describe Operation = "describe" // metadata
	Login    Operation = "login"
	None     Operation = "none" // an unknown path
)

// Writes reports whether op changes data of the org.
func (op Operation) Writes() bool {
	switch op {
	case Create, Update, Upsert, Delete, Mixed, None:
		return true
	}
	return false
}

// Ref names a field that a request reads, such as an item of a SELECT list; Field "*" stands for all of an object.
type Ref struct{ Object, Field string }

// Route is what a request means.
type Route struct {
	API       API
	Operation Operation
	// Object is the API name of the object as the request spells it; empty if it has none, "" too for mixed ones.
	Object string
	// Method is the effective method, after _HttpMethod and X-HTTP-Method-Override.
	Method string
	// Template is the path with every value replaced, such as
	// "/services/data/{version}/sobjects/Contact/MRN__c/{value}". It may be logged.
	Template string
	// Reads are the fields that the request asks for, from SELECT lists and fields parameters.
	Reads []Ref
	// Request and Response say where the records of the bodies lie.
	Request, Response inspect.Shape
	// Format is the name of the format of the request's body where the API knows better than the media type, such
	// as "csv" for a Bulk 2.0 upload and "soql" for a Bulk 1.0 query batch; empty otherwise. ResponseFormat likewise.
	Format, ResponseFormat string
	// Dialect is how the API spells an error.
	Dialect Dialect
}

// Target fills rec with the values that stand in the request's target: one field for each path segment and query
// parameter that is a value, one for each literal of a SOQL or SOSL query. target is the origin-form as sent.
func (rt *Route) Target(rec *inspect.Record, target string) {
	rec.Raw = []byte(target)
}

// Type sets the objects of a decoded body record: Node.Object, Field.Object, and Field.Name where the format's name is
// not the field's (a CSV column "Account.Name", an alias of a SELECT list).
func (rt *Route) Type(dir inspect.Direction, rec *inspect.Record) {}

// Err returns why a record that was typed so far cannot be understood, as a *PathError: a query that does not parse or
// a subrequest that is refused. The exchange must be refused then.
func (rt *Route) Err() error { return nil }

// Dialect is how an API spells an error (SALESFORCE: the error must be in the dialect of the API called).
type Dialect uint8

// The dialects of a refusal.
const (
	JSONArray Dialect = iota // [{"message","errorCode","fields"}]
	XMLErrors                // <Errors><Error>… for REST with Accept: application/xml
	SOAPFault                // text/xml, HTTP 500
	BulkXML                  // Bulk API 1.0, XML and CSV jobs
	BulkJSON                 // Bulk API 1.0, JSON jobs
	OAuthJSON                // {"error","error_description"}
)
