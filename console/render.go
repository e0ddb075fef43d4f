package console

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/auth"
)

// request is what a handler works with.
type request struct {
	*http.Request
	actor review.Actor
	now   time.Time
}

// may reports whether the person may do p.
func (r *request) may(p review.Permission) bool { return r.actor.Role.May(p) }

// look is what a page shows of the logs, as it is recorded before the page is sent.
type look struct {
	kind   audit.AccessKind
	target string // decision, case, exception, person or page
	query  string // canonical filter text
	count  int    // how many rows are shown
}

// nothing is the look of a page that shows nothing of the logs. A reply without a look is refused, so that it cannot
// be forgotten.
var nothing = look{kind: "nothing"}

// reply is what a handler answers with: a page, a download, or the address to go to next.
type reply struct {
	status  int    // 200 when zero
	look    look   // what is recorded before anything is sent
	title   string // of the page, without the product's name
	page    string // name of the template, without .html
	section string // pattern of the page in the navigation that is marked as the current one; the path when empty
	content any    // what the template shows

	file      []byte // instead of a page
	name      string // under which the file is saved; empty shows it in the browser
	mediaType string // of the file

	location string // instead of both: where the browser goes with a GET
}

// show is a page.
func show(page, title string, l look, content any) reply {
	return reply{page: page, title: title, look: l, content: content}
}

// download is a file that the browser saves under a name of letters, digits, dots and dashes.
func download(name, mediaType string, body []byte, l look) reply {
	return reply{file: body, name: name, mediaType: mediaType, look: l}
}

// seeOther sends the browser to a page after a form was taken. The address is one of ours and begins with a slash;
// done is a code of notices and may be empty, n the number in its text.
func seeOther(location, done string, n int) reply {
	if done != "" {
		sep := "?"
		if strings.Contains(location, "?") {
			sep = "&"
		}
		location += sep + "done=" + done
		if n > 0 {
			location += "&n=" + strconv.Itoa(n)
		}
	}
	return reply{location: location}
}

var (
	// errUnrecorded says that a look could not be recorded. Nothing is shown then.
	errUnrecorded = errors.New("the look could not be recorded")
	errNoLook     = errors.New("the page does not say what it shows")
)

// serve runs a route's handler and answers with what it returns.
func (c *Console) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		actor, ok := auth.Actor(req.Context())
		if !ok {
			http.Redirect(w, req, "/login", http.StatusSeeOther)
			return
		}
		r := &request{Request: req, actor: actor, now: c.cfg.Now()}
		var answer reply
		err := req.ParseForm()
		if err != nil {
			err = fmt.Errorf("%w: %w", errForm, err)
		} else {
			answer, err = rt.handle(c, r)
		}
		if err == nil {
			err = c.answer(w, r, answer)
		}
		if err != nil {
			c.fail(w, r, rt, err)
		}
	})
}

// answer writes a reply: first it is made whole, then its look is recorded, and only then a byte of it is sent. An
// error means that nothing was written.
func (c *Console) answer(w http.ResponseWriter, r *request, p reply) error {
	if p.location != "" {
		http.Redirect(w, r.Request, p.location, http.StatusSeeOther)
		return nil
	}
	body, mediaType := p.file, p.mediaType
	if p.page != "" {
		var err error
		if body, err = c.pages.render(p.page, c.frame(r, p)); err != nil {
			return err
		}
		mediaType = "text/html; charset=utf-8"
	}
	if err := c.record(r, p.look); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if p.name != "" {
		h.Set("Content-Disposition", `attachment; filename="`+p.name+`"`)
	}
	if p.status != 0 {
		w.WriteHeader(p.status)
	}
	_, _ = w.Write(body) // who does not wait for the answer has no use for an error
	return nil
}

// record puts a look on the access log.
func (c *Console) record(r *request, l look) error {
	switch l.kind {
	case nothing.kind:
		return nil
	case "":
		return errNoLook
	}
	err := c.cfg.Desk.Looked(r.Context(), r.actor, l.kind, l.target, l.query, l.count)
	for _, theirs := range []error{review.ErrReason, review.ErrDenied, review.ErrInvalid} {
		if errors.Is(err, theirs) {
			return err // it is about what the person asked for, not about the log
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errUnrecorded, err)
	}
	return nil
}

// frame is what the layout shows around a page.
type frame struct {
	Title          string
	Page           string // name of the template
	Nav            []navGroup
	Actor          review.Actor
	Now            time.Time
	Idle, Absolute time.Time // when the session ends without a click, and at the latest
	Search         bool      // whether the person may search
	Notice         string
	Version        string
	Content        any

	may func(p review.Permission) bool
}

// Roles are the person's roles in words.
func (f *frame) Roles() string {
	return roleWords(f.Actor.Role)
}

// Left is how long the session lasts if nothing more is asked for.
func (f *frame) Left() time.Duration {
	end := f.Idle
	if f.Absolute.Before(end) {
		end = f.Absolute
	}
	return max(0, end.Sub(f.Now))
}

// Seconds is Left for the script, rounded up: that the session is over is not said before it is.
func (f *frame) Seconds() int { return int((f.Left() + time.Second - 1) / time.Second) }

// May reports whether the person may do the permission with the given name.
func (f *frame) May(permission string) bool { return f.may(review.Permission(permission)) }

// frame makes what stands around a page.
func (c *Console) frame(r *request, p reply) *frame {
	section := p.section
	if section == "" {
		section = r.URL.Path
	}
	n, _ := strconv.Atoi(r.URL.Query().Get("n"))
	f := &frame{
		Title: p.title, Page: p.page, Nav: navigation(r, section), Actor: r.actor, Now: r.now,
		Search: r.may(review.DecisionsView), Notice: notice(r.URL.Query().Get("done"), n),
		Content: p.content, may: r.may,
	}
	if c.cfg.Version != "unknown" { // what a build without one calls it
		f.Version = c.cfg.Version
	}
	f.Idle, f.Absolute = auth.Expires(r.Context())
	return f
}

// notice is the sentence with which a page confirms what was just done. The address has only a code, so that a link cannot put
// words on the page.
func notice(code string, n int) string {
	switch code {
	case "decided":
		return countOf(n, "verdict") + " recorded."
	case "second":
		return countOf(n, "verdict") + " recorded. Another person has to confirm."
	case "confirmed":
		return "Verdict confirmed."
	case "contested":
		return "Verdict sent back to the queue."
	case "assigned":
		return countOf(n, "decision") + " assigned."
	case "noted":
		return "Note recorded."
	case "reopened":
		return "Reopened."
	case "empty":
		return "That was the last one."
	case "view-saved":
		return "View saved."
	case "view-deleted":
		return "View deleted."
	case "requested":
		return "Exception requested. Another person has to approve it."
	case "approved":
		return "Exception approved."
	case "rejected":
		return "Exception rejected."
	case "revoked":
		return "Exception revoked."
	case "placed":
		return "Hold placed."
	case "released":
		return "Hold released."
	case "saved":
		return "Saved."
	}
	return ""
}
