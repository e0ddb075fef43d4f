package console

import (
	"errors"
	"net/http"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
)

// decisionForms adds the forms that the person and the state of the decision permit.
func (c *Console) decisionForms(r *request, page *decisionPage) {
	state, mine := page.Row.Review, page.Row.Review.Assignee == r.actor.User
	if reviewable(page.Row) && r.may(review.DecisionsDecide) {
		switch state.Status {
		case "", review.Open, review.Assigned:
			page.Verdict = newVerdictForm(r)
			if state.Assignee == "" || mine || r.may(review.DecisionsAssign) {
				page.Assign = &assignForm{People: c.people(r), Mine: mine, Me: r.actor.User}
			}
		case review.AwaitingSecond:
			page.Confirm = newVerdictForm(r)
			page.Reopen = &textForm{Most: audit.MaxNote}
		case review.Decided:
			page.Reopen = &textForm{Most: audit.MaxNote}
		}
	}
	if r.may(review.NotesWrite) {
		page.Note = &textForm{Most: audit.MaxNote}
	}
}

// decide judges one decision, and goes on to the next if the person wants that.
func (c *Console) decide(r *request) (reply, error) {
	form := newVerdictForm(r)
	if !form.check() {
		return c.again(r, func(p *decisionPage) { p.Verdict = form })
	}
	id, next := r.PathValue("id"), ""
	q, _, _ := worklist(r)
	if r.PostForm.Get("then") == "next" {
		// Looked for before the verdict: it may take the decision out of the list, and the place in it is lost then.
		row, err := c.next(r, id)
		switch {
		case err == nil:
			next = row.ID
		case !errors.Is(err, index.ErrNotFound):
			return reply{}, err
		}
	}
	err := c.cfg.Desk.Decide(r.Context(), r.actor, []string{id}, form.Chosen, form.Reason)
	if !taken(err) {
		text, ok := refused(err)
		if !ok {
			return reply{}, err
		}
		form.Error = text
		return c.again(r, func(p *decisionPage) { p.Verdict = form })
	}
	done := "decided"
	if row, err := c.cfg.Index.Get(r.Context(), id); err == nil && row.Review.Status == review.AwaitingSecond {
		done = "second"
	}
	switch {
	case r.PostForm.Get("then") != "next":
		return seeOther(decisionLink(id, q), done, 1), nil
	case next == "":
		return seeOther(backTo(q), "empty", 0), nil
	}
	return seeOther(decisionLink(next, q), done, 1), nil
}

// backTo is the address of the list that a decision was reached from.
func backTo(q string) string {
	if q == "" {
		return "/queue"
	}
	return queueLink(q)
}

// again shows a decision once more, with what was refused beside its field.
func (c *Console) again(r *request, change func(p *decisionPage)) (reply, error) {
	page, err := c.decisionPage(r)
	if err != nil {
		return reply{}, err
	}
	change(page)
	return c.showDecision(page, http.StatusUnprocessableEntity), nil
}

// done answers a form that concerned one decision.
func (c *Console) done(r *request, err error, code string, change func(p *decisionPage, text string)) (reply, error) {
	if taken(err) {
		return seeOther(decisionLink(r.PathValue("id"), r.PostForm.Get("q")), code, 1), nil
	}
	text, ok := refused(err)
	if !ok {
		return reply{}, err
	}
	return c.again(r, func(p *decisionPage) { change(p, text) })
}

// confirm is the second person's answer.
func (c *Console) confirm(r *request) (reply, error) {
	agrees, reason := r.PostForm.Get("agree") == "yes", r.PostForm.Get("reason")
	err := c.cfg.Desk.Confirm(r.Context(), r.actor, r.PathValue("id"), agrees, reason)
	code := "confirmed"
	if !agrees {
		code = "contested"
	}
	return c.done(r, err, code, func(p *decisionPage, text string) {
		if p.Confirm != nil {
			p.Confirm.Error = text
		}
	})
}

// reopen puts a decision that was judged back into the queue.
func (c *Console) reopen(r *request) (reply, error) {
	reason := r.PostForm.Get("reason")
	err := c.cfg.Desk.Reopen(r.Context(), r.actor, r.PathValue("id"), reason)
	return c.done(r, err, "reopened", func(p *decisionPage, text string) {
		if p.Reopen != nil {
			p.Reopen.Text, p.Reopen.Error = reason, text
		}
	})
}

// assign gives a decision to somebody, or back to the queue.
func (c *Console) assign(r *request) (reply, error) {
	err := c.cfg.Desk.Assign(r.Context(), r.actor, []string{r.PathValue("id")}, r.PostForm.Get("to"))
	return c.done(r, err, "assigned", func(p *decisionPage, text string) {
		if p.Assign != nil {
			p.Assign.Error = text
		}
	})
}

// note writes a note beside a decision.
func (c *Console) note(r *request) (reply, error) {
	text := r.PostForm.Get("text")
	err := c.cfg.Desk.Note(r.Context(), r.actor, r.PathValue("id"), text)
	return c.done(r, err, "noted", func(p *decisionPage, why string) {
		if p.Note != nil {
			p.Note.Text, p.Note.Error = text, why
		}
	})
}
