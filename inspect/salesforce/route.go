// Package salesforce says what a request to a Salesforce org means: which API it calls, what it does to which object,
// and which object and field each value of its bodies belongs to.
package salesforce

import (
	"sync"

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
	Mixed    Operation = "mixed"    // composite: each subrequest has its own; SOAP: see Route.Operation
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

// BUG(salesforce): the bodies of GraphQL, UI API, Connect, reports and CometD are not typed: their values have no object
// unless attributes.type names one. Composite requests in XML are refused. The multipart form of a bulk job's creation is not read, and what a composite
// batch tells about objects is not learnt.

// Route is what a request means.
type Route struct {
	API API
	// Operation is what the request does. A SOAP call stands in the body, which is read later: until then it is Mixed.
	// Typing the beginning of the request's body puts the call's operation there (Login for a login), so that it must
	// not be read at the same time. What has been judged by then was judged as Mixed: each record of a SOAP request
	// starts with a field "method" of control data that says which method the call would have in REST. A login has
	// none, so that what a client may do does not keep it from logging in.
	Operation Operation
	// Object is the API name of the object as the request spells it; empty if it has none, "" too for mixed ones.
	Object string
	// Method is the effective method, after _HttpMethod and X-HTTP-Method-Override.
	Method string
	// Template is the path with every value replaced, such as
	// "/services/data/{version}/sobjects/Contact/MRN__c/{value}". It may be logged.
	Template string
	// Reads are the fields that the request asks for, from SELECT lists and fields parameters. Typing the request's
	// body adds those that the body asks for (the query of a bulk job, the subrequests of a composite request), so that
	// they must not be read at the same time.
	Reads []Ref
	// Request and Response say where the records of the bodies lie.
	Request, Response inspect.Shape
	// Format is the name of the format of the request's body where the API knows better than the media type, such
	// as "csv" for a Bulk 2.0 upload and "soql" for a Bulk 1.0 query batch; empty otherwise. ResponseFormat likewise,
	// for a response of status 200: errors come in the API's dialect.
	Format, ResponseFormat string
	// Dialect is how the API spells an error.
	Dialect Dialect

	x *exchange // what the Router keeps for typing; nil in a Route that it did not make
}

// exchange is what typing the values of one exchange needs to know.
type exchange struct {
	router *Router
	host   string
	target *target
	soql   *SOQL // of the q parameter
	sosl   *SOSL
	bodies [2]content // by inspect.Direction
	typers [2]typer
	job    string // the Id of the bulk job that the request is about
	teach  lesson

	mu   sync.Mutex // guards bodies, subs and err while typing: a response can begin before its request ends
	subs []subrequest
	err  error
}

// content says what a body holds.
type content struct {
	kind contentKind
	// object is the object of the rows, as far as the request tells.
	object string
	// list is the name of the array that holds the rows, "[]" for an array at the top; empty for one row.
	list string
	// field is the field whose value the whole body is; nil otherwise.
	field []byte
	// plan says what the names in the rows stand for; nil if they are the fields' own.
	plan *plan
	// fixed says that the org goes by the URL's object whatever attributes.type says.
	fixed bool
	// soap says that it is an envelope.
	soap bool
}

// contentKind tells the kinds of body apart.
type contentKind uint8

const (
	anything   contentKind = iota // nothing is known but what attributes.type says
	rows                          // rows of an object
	outcomes                      // what became of a write: id, success, errors
	jobState                      // the description of a bulk job; a request's may hold a query
	selection                     // which rows and fields to return
	queryText                     // a query, in a form's q or as the whole body
	composites                    // subrequests, or their results
)

// Err returns why a body that was typed so far cannot be understood, as a *PathError: a query that does not parse, a
// subrequest that is refused. The exchange must be refused then, too.
func (rt *Route) Err() error {
	if rt.x == nil {
		return nil
	}
	rt.x.mu.Lock()
	defer rt.x.mu.Unlock()
	return rt.x.err
}

// content returns what the body in one direction holds.
func (x *exchange) content(dir inspect.Direction) content {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.bodies[dir]
}

// fail keeps the first reason for which the exchange must be refused.
func (x *exchange) fail(reason PathReason) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.err == nil {
		x.err = &PathError{Reason: reason}
	}
}

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
