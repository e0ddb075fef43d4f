package console

import (
	"context"
	"errors"
	"net/http"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/audit/review"
)

// failure is what a page says that could not be shown.
type failure struct {
	status int
	What   string // a sentence
	Next   string // what the person can do
	ID     string // under which the cause was reported; empty where the person knows all there is to know
}

// errorPage is what error.html shows.
type errorPage struct {
	failure
	Back string
}

// halted is what is said while the access log takes nothing.
var halted = failure{status: http.StatusServiceUnavailable, What: "The access log does not take records, so nothing was done.",
	Next: "What cannot be recorded does not happen. The gate's administrator has to free space or restart it."}

// outcomes says how the errors of the rooms below are told. The first that err wraps counts.
var outcomes = []struct {
	err     error
	failure failure
}{
	{errUnrecorded, failure{status: http.StatusServiceUnavailable, What: "The access log does not take records, so nothing is shown.",
		Next: "Looking without a record is not possible. The gate's administrator has to free space or restart it."}},
	{audit.ErrBusy, halted}, {audit.ErrFailed, halted}, {audit.ErrRollback, halted}, {audit.ErrClosed, halted},
	{review.ErrBehind, failure{status: http.StatusServiceUnavailable, What: "The pages are behind the access log, so nothing was changed.",
		Next: "Try again in a few seconds."}},
	{errForbidden, failure{status: http.StatusForbidden, What: "Your role does not permit this.",
		Next: "Who manages people can change your role."}},
	{review.ErrDenied, failure{status: http.StatusForbidden, What: "Your role does not permit this.",
		Next: "Who manages people can change your role."}},
	{review.ErrNotFound, failure{status: http.StatusNotFound, What: "There is no such record.", Next: "It may have been pruned, or the address is wrong."}},
	{index.ErrNotFound, failure{status: http.StatusNotFound, What: "There is no such record.", Next: "It may have been pruned, or the address is wrong."}},
	{audit.ErrNotFound, failure{status: http.StatusNotFound, What: "There is no such record.", Next: "It may have been pruned, or the address is wrong."}},
	{audit.ErrUnsigned, failure{status: http.StatusConflict, What: "No signed checkpoint covers it yet.", Next: "One is made every second; try again."}},
	{review.ErrState, failure{status: http.StatusConflict, What: "Somebody else was quicker: this is no longer in the state that the page showed.",
		Next: "Go back, reload, and look again."}},
	{index.ErrCursor, failure{status: http.StatusBadRequest, What: "This link leads into the middle of another search.", Next: "Start at the first page."}},
	{index.ErrUnsupported, failure{status: http.StatusBadRequest, What: "This list cannot be searched by that.", Next: "Remove the term from the filter."}},
	{index.ErrTimeout, failure{status: http.StatusServiceUnavailable, What: "The search takes too long.",
		Next: "Narrow it: a shorter time with after:, or another term such as client: or detector:."}},
	{errForm, failure{status: http.StatusBadRequest, What: "The form is not complete.", Next: "Go back and try again."}},
}

// altered is what is said of a decision whose record is not the one that was written. It is reported.
var altered = failure{status: http.StatusInternalServerError, What: "The log was changed: the record of this decision is not as it was written, so nothing of it is shown.",
	Next: "What lists say about it may be wrong too. Tell the gate's administrator, who runs phigate audit verify, this number:"}

// errForbidden is what the console itself refuses; it is recorded. What the desk refuses (review.ErrDenied) is on record
// already.
var errForbidden = errors.New("not permitted")

// errForm says that a form lacks what the page always sends.
var errForm = errors.New("the form is not complete")

// fail answers with a page that says what went wrong. Of an error that nobody foresaw it shows an ID only, and reports
// the cause under it.
func (c *Console) fail(w http.ResponseWriter, r *request, rt route, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody waits for the answer
	}
	f := failure{status: http.StatusInternalServerError, What: "The page could not be made.", Next: "Tell the gate's administrator this number:"}
	known := false
	for _, o := range outcomes {
		if errors.Is(err, o.err) {
			f, known = o.failure, true
			break
		}
	}
	if text, ok := refused(err); ok && !known {
		f, known = failure{status: http.StatusUnprocessableEntity, What: text, Next: "Go back and change it."}, true
	}
	var corrupt *audit.CorruptError
	if !known && errors.As(err, &corrupt) {
		f = altered
	}
	var bad *query.Error
	if !known && errors.As(err, &bad) {
		f, known = failure{status: http.StatusBadRequest, What: "The filter cannot be read: " + bad.What + ".", Next: bad.Hint}, true
	}
	if !known || f.status == http.StatusServiceUnavailable {
		f.ID = audit.NewID(c.cfg.Now())
		if c.cfg.Report != nil {
			c.cfg.Report(f.ID, rt.method+" "+rt.pattern, err)
		}
	}
	if errors.Is(err, errForbidden) && c.cfg.Desk.Denied(r.Context(), r.actor, rt.method+" "+rt.pattern) != nil {
		f = outcomes[0].failure
	}
	if r.Header.Get(pollHeader) != "" {
		w.WriteHeader(f.status)
		return
	}
	page := show("error", http.StatusText(f.status), nothing, errorPage{failure: f, Back: back(r)})
	page.status = f.status
	if c.answer(w, r, page) != nil {
		http.Error(w, f.What, f.status)
	}
}

// back is where the link of an error page leads: to the queue for who may see it.
func back(r *request) string {
	if r.may(review.DecisionsView) {
		return "/queue"
	}
	return "/"
}

// notFound answers for every address that is none of ours.
func (c *Console) notFound(r *request) (reply, error) {
	page := show("error", "Not found", nothing, errorPage{failure: failure{What: "There is no such page.", Next: "The address may be mistyped."}, Back: back(r)})
	page.status = http.StatusNotFound
	return page, nil
}
