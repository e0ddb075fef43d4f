package console

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
	"github.com/phigate/phigate/audit/review"
)

// confirmPage asks once more before several decisions are judged.
type confirmPage struct {
	Action string // address of the form
	Q      string // filter to come back to
	Back   string
	Rows   []index.Row
	What   string // such as "12 decisions"
	Form   *verdictForm
}

// queueDecide judges several decisions of the queue: first it shows them and asks for the reason, then it records.
func (c *Console) queueDecide(r *request) (reply, error) {
	ids := chosen(r)
	if len(ids) == 0 || len(ids) > audit.MaxReviewed {
		return c.bulkRefused(r, chooseFewer)
	}
	form := newVerdictForm(r)
	status := 0
	if r.PostForm.Get("confirmed") == "yes" && form.check() {
		err := c.cfg.Desk.Decide(r.Context(), r.actor, ids, form.Chosen, form.Reason)
		if taken(err) {
			return seeOther(queueLink(r.PostForm.Get("q")), "decided", len(ids)), nil
		}
		text, ok := refused(err)
		if !ok {
			return reply{}, err
		}
		form.Error = text
	}
	if form.Error != "" {
		status = http.StatusUnprocessableEntity
	}
	rows, err := c.rows(r, ids)
	if err != nil {
		return reply{}, err
	}
	q := r.PostForm.Get("q")
	answer := show("confirm", "Confirm the verdict", look{audit.AccessSearch, "queue", "", len(rows)}, confirmPage{
		Action: "/queue/decide", Q: q, Back: queueLink(q), Rows: rows, What: countOf(len(rows), "decision"), Form: form,
	})
	answer.status, answer.section = status, "/queue"
	return answer, nil
}

// queueAssign gives several decisions to a person.
func (c *Console) queueAssign(r *request) (reply, error) {
	ids := chosen(r)
	if len(ids) == 0 || len(ids) > audit.MaxReviewed {
		return c.bulkRefused(r, chooseFewer)
	}
	err := c.cfg.Desk.Assign(r.Context(), r.actor, ids, r.PostForm.Get("to"))
	if taken(err) {
		return seeOther(queueLink(r.PostForm.Get("q")), "assigned", len(ids)), nil
	}
	text, ok := refused(err)
	if errors.Is(err, review.ErrState) {
		text, ok = "One of them is decided, or awaits a second person, and cannot be assigned.", true
	}
	if !ok {
		return reply{}, err
	}
	return c.bulkRefused(r, text)
}

// chosen are the decisions that were ticked, each once.
func chosen(r *request) []string {
	return slices.Compact(slices.Sorted(slices.Values(r.PostForm["id"])))
}

// chooseFewer is said when none is ticked, or more than one record of the access log can concern.
const chooseFewer = "Choose at least one decision, and not more than 256."

// bulkRefused shows the queue again with what is wrong beside the form.
func (c *Console) bulkRefused(r *request, what string) (reply, error) {
	page, l, err := c.queuePage(r, "")
	if err != nil {
		return reply{}, err
	}
	if page.Bulk != nil {
		page.Bulk.Error = what
	}
	page.Picked = make(map[string]bool)
	for _, id := range chosen(r) {
		page.Picked[id] = true
	}
	answer := show("queue", "Queue", l, page)
	answer.status, answer.section = http.StatusUnprocessableEntity, "/queue"
	return answer, nil
}

// rows are the decisions with the given IDs.
func (c *Console) rows(r *request, ids []string) ([]index.Row, error) {
	rows := make([]index.Row, 0, len(ids))
	for _, id := range ids {
		row, err := c.cfg.Index.Get(r.Context(), id)
		if err != nil {
			return nil, fmt.Errorf("decision: %w", err)
		}
		rows = append(rows, row)
	}
	return veil(r, rows), nil
}

// saveView saves the filter under a name.
func (c *Console) saveView(r *request) (reply, error) {
	q, name := r.PostForm.Get("q"), r.PostForm.Get("name")
	err := c.cfg.Desk.SaveView(r.Context(), r.actor, audit.View{Name: name, Query: q, Shared: r.PostForm.Get("shared") == "yes"})
	if taken(err) {
		return seeOther(queueLink(q), "view-saved", 0), nil
	}
	text, ok := refused(err)
	var bad *query.Error
	if errors.As(err, &bad) {
		text, ok = "The filter cannot be read.", true
	}
	if !ok {
		return reply{}, err
	}
	page, l, err := c.queuePage(r, "")
	if err != nil {
		return reply{}, err
	}
	page.ViewError, page.ViewName = text, name
	answer := show("queue", "Queue", l, page)
	answer.status, answer.section = http.StatusUnprocessableEntity, "/queue"
	return answer, nil
}

// deleteView deletes one of the person's own saved filters.
func (c *Console) deleteView(r *request) (reply, error) {
	if err := c.cfg.Desk.DeleteView(r.Context(), r.actor, r.PostForm.Get("name")); !taken(err) {
		return reply{}, err
	}
	return seeOther(queueLink(r.PostForm.Get("q")), "view-deleted", 0), nil
}
