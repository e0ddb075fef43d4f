package console

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// exceptionsPage is what exceptions.html shows.
type exceptionsPage struct {
	Now    time.Time
	States []choice
	List   []exceptionView
	More   int // that are older and not on the page
	State  string
	Form   *exceptionForm // nil for who may not request one
	Error  string         // why the last change of an exception was refused
	Failed string         // the ID of that exception
	Typed  string         // the reason that was typed
	Most   int            // bytes of a reason
}

// exceptionView is an exception with what the person can do about it.
type exceptionView struct {
	audit.Exception
	Scope    string // in words
	Blocked  string // address of the decisions that the rule blocked in that scope
	Left     string // "12 d left"
	Soon     bool   // it ends within a week
	Resolve  bool   // the person can approve or reject
	Late     bool   // its end passed before somebody approved it
	Revoke   bool
	Own      bool // the person requested it
	Tag      string
	Headline string // its state in words
	Decided  string // "approved by lee: Agreed in OPS-23"
}

// exceptionForm asks for an exception.
type exceptionForm struct {
	Rule, Client, Object, Field, Days, Reason string
	Lengths                                   []choice // days that are offered
	Error                                     string
	Open                                      bool // the form was filled in by a link or refused
	Most                                      int
	// Preview is shown before the request is sent.
	Preview    bool
	WouldAllow int
	Until      time.Time
	Blocked    string // address of what it would have let pass
}

// mostExceptions is how many the page has, the newest.
const mostExceptions = 200

// exceptions lists exceptions and has the form to request one.
func (c *Console) exceptions(r *request) (reply, error) {
	page, err := c.exceptionsPage(r)
	if err != nil {
		return reply{}, err
	}
	return c.showExceptions(page, 0), nil
}

func (c *Console) showExceptions(page *exceptionsPage, status int) reply {
	answer := show("exceptions", "Exceptions", look{audit.AccessSearch, "exceptions", "", len(page.List)}, page)
	answer.status, answer.section = status, "/exceptions"
	return answer
}

// exceptionsPage collects the exceptions of a state.
func (c *Console) exceptionsPage(r *request) (*exceptionsPage, error) {
	all, err := c.cfg.Index.Exceptions(r.Context(), "")
	if err != nil {
		return nil, fmt.Errorf("exceptions: %w", err)
	}
	page := &exceptionsPage{Now: r.now, Most: audit.MaxNote}
	counts := make(map[string]int)
	for _, e := range all {
		counts[e.State]++
	}
	wanted := r.URL.Query().Get("state")
	page.States = []choice{{Label: "All", URL: "/exceptions", Count: len(all), On: true}}
	for _, state := range []string{review.Requested, review.Approved, review.Rejected, review.Revoked, review.Expired} {
		page.States = append(page.States, choice{Label: exceptionState(state), URL: link("/exceptions", "state", state), Count: counts[state], On: state == wanted})
		if state == wanted {
			page.State, page.States[0].On = state, false
		}
	}
	shown := inState(all, page.State)
	page.More = max(0, len(shown)-mostExceptions)
	for _, e := range shown[:len(shown)-page.More] {
		page.List = append(page.List, exceptionRow(r, e))
	}
	if len(page.List) > 0 {
		turns, err := c.turns(r, audit.AccessException)
		if err != nil {
			return nil, fmt.Errorf("exceptions: %w", err)
		}
		for i := range page.List {
			page.List[i].Decided = decidedWords(page.List[i].Exception, turns[page.List[i].ID])
		}
	}
	if r.may(review.ExceptionsRequest) {
		page.Form = newExceptionForm(r)
	}
	return page, nil
}

// inState are the exceptions in a state; all of them if it has no name.
func inState(all []audit.Exception, state string) []audit.Exception {
	return slices.DeleteFunc(slices.Clone(all), func(e audit.Exception) bool { return state != "" && e.State != state })
}

// exceptionState is a state in words.
func exceptionState(state string) string {
	switch state {
	case review.Requested:
		return "Requested"
	case review.Approved:
		return "In effect"
	case review.Rejected:
		return "Rejected"
	case review.Revoked:
		return "Revoked"
	case review.Expired:
		return "Expired"
	}
	return state
}

// exceptionRow makes a row of the list.
func exceptionRow(r *request, e audit.Exception) exceptionView {
	v := exceptionView{Exception: e, Scope: scopeWords(e), Own: e.RequestedBy == r.actor.User, Headline: exceptionState(e.State)}
	v.Blocked = decisions(r, "rule", e.Rule, "client", e.Client, "object", e.Object, "field", e.Field, "decision", "block", "after", "-30d")
	switch e.State {
	case review.Requested:
		v.Tag = "tag tag-alert"
		v.Resolve = r.may(review.ExceptionsApprove) && !v.Own
		v.Late = !e.Until.After(r.now)
		v.Revoke = v.Own && r.may(review.ExceptionsRequest)
	case review.Approved:
		v.Tag = "tag tag-allow"
		v.Left, v.Soon = left(r.now, e.Until), e.Until.Sub(r.now) < 7*24*time.Hour
		v.Revoke = r.may(review.ExceptionsApprove) || v.Own && r.may(review.ExceptionsRequest)
	default:
		v.Tag = "tag"
	}
	return v
}

// scopeWords says where an exception holds: "ehr-sync, Case.Description".
func scopeWords(e audit.Exception) string {
	client := e.Client
	if client == "" {
		client = "every client"
	}
	place := strings.Trim(e.Object+"."+e.Field, ".")
	switch {
	case place == "":
		place = "every object"
	case e.Object == "":
		place = "field " + e.Field + " of every object"
	}
	return client + ", " + place
}

// newExceptionForm is the form with what a link or the person put into it.
func newExceptionForm(r *request) *exceptionForm {
	f := &exceptionForm{Most: audit.MaxNote, Days: "30"}
	values := r.URL.Query()
	if r.Method == http.MethodPost {
		values = r.PostForm
	}
	for name, into := range map[string]*string{"rule": &f.Rule, "client": &f.Client, "object": &f.Object, "field": &f.Field, "reason": &f.Reason} {
		*into = strings.TrimSpace(values.Get(name))
	}
	if values.Get("days") != "" {
		f.Days = values.Get("days")
	}
	f.Open = f.Rule != ""
	for _, days := range []string{"1", "7", "14", "30", "60", "90"} {
		label := days + " days"
		if days == "1" {
			label = "1 day"
		}
		f.Lengths = append(f.Lengths, choice{Label: label, URL: days, On: days == f.Days})
	}
	return f
}

// exception is what the form asks for.
func (f *exceptionForm) exception(now time.Time) (audit.Exception, bool) {
	days, err := strconv.Atoi(f.Days)
	if err != nil || days < 1 || days > 90 {
		f.Error = "Choose how many days it should hold."
		return audit.Exception{}, false
	}
	f.Until = now.UTC().Truncate(time.Minute).Add(time.Duration(days) * 24 * time.Hour)
	switch {
	case f.Rule == "":
		f.Error = "Name the rule."
	case f.Client == "" && f.Object == "" && f.Field == "":
		f.Error = "Narrow it: name a client, an object or a field."
	case f.Reason == "":
		f.Error = "Give a reason: the person who approves it will ask."
	}
	return audit.Exception{Rule: f.Rule, Client: f.Client, Object: f.Object, Field: f.Field, Until: f.Until, Reason: f.Reason}, f.Error == ""
}

// exceptionRequest shows what an exception would have let pass, and requests it once that was seen.
func (c *Console) exceptionRequest(r *request) (reply, error) {
	page, err := c.exceptionsPage(r)
	if err != nil {
		return reply{}, err
	}
	f := page.Form
	if f == nil {
		return reply{}, review.ErrDenied
	}
	f.Open = true
	e, ok := f.exception(r.now)
	if !ok {
		return c.showExceptions(page, http.StatusUnprocessableEntity), nil
	}
	if r.PostForm.Get("confirmed") == "yes" {
		_, err = c.cfg.Desk.Request(r.Context(), r.actor, e)
		if taken(err) {
			return seeOther(link("/exceptions", "state", review.Requested), "requested", 0), nil
		}
	} else if f.WouldAllow, err = c.cfg.Desk.Preview(r.Context(), r.actor, e); err == nil {
		f.Preview = true
		f.Blocked = exceptionRow(r, e).Blocked
		return c.showPreview(r, page, e), nil
	}
	text, ok := refused(err)
	if !ok {
		return reply{}, err
	}
	f.Error = text
	return c.showExceptions(page, http.StatusUnprocessableEntity), nil
}

// showPreview is the page between filling in and sending. It says on record what was counted.
func (c *Console) showPreview(r *request, page *exceptionsPage, e audit.Exception) reply {
	q := filterOf(r, "rule", e.Rule, "client", e.Client, "object", e.Object, "field", e.Field, "decision", "block", "after", "-30d")
	answer := show("exception", "Request an exception", look{audit.AccessSearch, "exceptions", q.String(), page.Form.WouldAllow}, page)
	answer.section = "/exceptions"
	return answer
}

// exceptionResolve approves a request or rejects it.
func (c *Console) exceptionResolve(r *request) (reply, error) {
	code := "rejected"
	approve := r.PostForm.Get("approve") == "yes"
	if approve {
		code = "approved"
	}
	_, err := c.cfg.Desk.Resolve(r.Context(), r.actor, r.PathValue("id"), approve, r.PostForm.Get("reason"))
	return c.exceptionDone(r, err, code)
}

// exceptionRevoke ends an exception, or takes a request back.
func (c *Console) exceptionRevoke(r *request) (reply, error) {
	_, err := c.cfg.Desk.Revoke(r.Context(), r.actor, r.PathValue("id"), r.PostForm.Get("reason"))
	return c.exceptionDone(r, err, "revoked")
}

// exceptionDone answers a form about one exception.
func (c *Console) exceptionDone(r *request, err error, code string) (reply, error) {
	if taken(err) {
		return seeOther("/exceptions", code, 0), nil
	}
	text, ok := refused(err)
	if errors.Is(err, review.ErrSamePerson) {
		text = "This takes another person: you requested it yourself."
	}
	if errors.Is(err, review.ErrPast) {
		text, ok = "Its end has passed, so it cannot be approved any more. Reject it; it can be requested anew.", true
	}
	if !ok {
		return reply{}, err
	}
	page, err := c.exceptionsPage(r)
	if err != nil {
		return reply{}, err
	}
	page.Error, page.Failed, page.Typed = text, r.PathValue("id"), r.PostForm.Get("reason")
	if page.Form != nil {
		page.Form.Reason, page.Form.Open = "", false // what was typed belongs to the other form
	}
	return c.showExceptions(page, http.StatusUnprocessableEntity), nil
}
