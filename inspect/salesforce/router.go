package salesforce

import (
	"context"
	"net/http"
	"time"
)

// Config says how much a Router remembers. Zero values mean the defaults.
type Config struct {
	// Jobs is the number of bulk jobs remembered. Default 100,000.
	Jobs int
	// Schemas is the number of objects whose description is remembered. Default 2,000.
	Schemas int
	// Now tells the time; what is remembered expires by it. Default time.Now.
	Now func() time.Time
}

// Router tells what requests mean. It is safe for concurrent use.
type Router struct {
	cfg Config
}

// New returns a Router that remembers nothing yet.
func New(cfg Config) *Router { return &Router{cfg: cfg} }

// Fetch asks the org for something with the job's own credentials; path is in origin-form. It returns the body of a
// 200 response, bounded by the caller, and an error for every other answer.
type Fetch func(ctx context.Context, path string) ([]byte, error)

// Route tells what req means. fetch may be nil. The error is a *PathError: the request's target can be read in more
// than one way, and must be refused.
func (r *Router) Route(ctx context.Context, req *http.Request, fetch Fetch) (*Route, error) {
	return nil, &PathError{Reason: PathSyntax}
}

// Learns reports whether the exchange teaches something: then the proxy hands both bodies to Learn.
func (r *Router) Learns(rt *Route) bool { return false }

// Learn remembers what an exchange with host taught. The bodies are bounded copies with their content coding undone.
func (r *Router) Learn(rt *Route, host string, status int, requestBody, responseBody []byte) {}
