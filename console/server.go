// Package console is the web pages with which people look at decisions and say what they think of them. Pages are made
// on the server and work without scripts; the scripts that are there only make them quicker to use.
//
// Three rules hold for every page. Who may open it stands in one table (routes.go). What it shows is recorded on the
// access log before a byte of it is sent (render.go): what cannot be recorded is not shown. And nothing comes from elsewhere:
// scripts, styles and pictures are part of the binary, and the content security policy lets the browser load no others.
package console

import (
	"crypto/rand"
	"errors"
	"net/http"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/auth"
)

// Config is what the console works with. Index, Desk, Auth and Find are required.
type Config struct {
	Index *index.Index // what is searched; the console does not close it
	Desk  *review.Desk // where people's work and looks are recorded
	Auth  *auth.Auth   // who is there
	// Find returns the whole record of a decision with its number, after it was compared with what was signed, as
	// [audit.FindAt] does.
	Find func(id string, seq uint64) (*audit.Decision, error)
	// Prove makes the proof that a decision is in the log. Nil means that none can be had.
	Prove func(id string) ([]byte, error)
	// Policy returns the text of the policy with the given digest. Nil means that no text is kept.
	Policy func(digest string) (text string, ok bool)
	// Explain says what a reason code of a decision means. Nil shows the code.
	Explain func(reason string) string
	// Report takes what went wrong behind an error page, which shows only the id: of the route, not of the address.
	// Nil drops it.
	Report func(id, route string, err error)
	// Facts are what the gate tells about itself.
	Facts
	// Version is shown at the foot of each page.
	Version string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Console serves the pages. It is safe for concurrent use.
type Console struct {
	cfg     Config
	pages   pages
	assets  map[string]asset
	key     [32]byte // signs the addresses that a page polls; see poll.go
	handler http.Handler
}

// New makes a console. It does no I/O.
func New(cfg Config) (*Console, error) {
	if cfg.Index == nil || cfg.Desk == nil || cfg.Auth == nil || cfg.Find == nil {
		return nil, errors.New("console: the index, the desk, the accounts and the finder of records are required")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Explain == nil {
		cfg.Explain = func(reason string) string { return reason }
	}
	c := &Console{cfg: cfg}
	rand.Read(c.key[:]) // never fails (crypto/rand)
	var err error
	if c.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if c.pages, err = parsePages(c.assets); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	cfg.Auth.Routes(mux)
	for _, rt := range routes() {
		mux.Handle(rt.method+" "+rt.pattern, c.guard(rt))
	}
	c.handler = cfg.Auth.Protect(mux)
	return c, nil
}

// Handler returns the pages behind the checks of every request: host, origin, session, permission.
func (c *Console) Handler() http.Handler { return c.handler }

// guard lets those through who may open the route.
func (c *Console) guard(rt route) http.Handler {
	page := c.serve(rt)
	switch rt.permission {
	case public:
		return rt.file(c)
	case signedIn:
		return c.cfg.Auth.SignedIn(page)
	}
	strict := c.cfg.Auth.Require(rt.permission, page)
	if !rt.front {
		return strict
	}
	return c.cfg.Auth.SignedIn(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		actor, _ := auth.Actor(req.Context())
		if to, ok := firstPage(actor.Role); ok && !actor.Role.May(rt.permission) {
			http.Redirect(w, req, to, http.StatusSeeOther)
			return
		}
		strict.ServeHTTP(w, req)
	}))
}
