package audit

import "time"

// validate refuses what an access has no business to carry, as [Decision.validate] does.
func (a *Access) validate() error {
	var c checker
	c.token("id", a.ID)
	c.oneOf("kind", a.Kind.known())
	c.oneOf("via", a.Via == "console" || a.Via == "cli" || a.Via == "gate")
	c.oneOf("outcome", a.Outcome == "ok" || a.Outcome == "denied" || a.Outcome == "failed")
	if a.Actor == "" {
		c.fail("actor", "is empty")
	}
	c.era("time", a.Time)
	c.text("actor", a.Actor)
	c.text("role", a.Role)
	c.text("session", a.Session)
	c.text("source", a.Source)
	c.text("target", a.Target)
	c.printable("query", a.Query, MaxNote)
	c.text("reason", a.Reason)
	c.mark(a.Kind == AccessServe || a.Kind == AccessCheckpoint, a.Proof, a.Mark)
	if a.Review != nil {
		a.Review.validate(&c)
	}
	return c.err
}

func (k AccessKind) known() bool {
	switch k {
	case AccessLogin, AccessLogout, AccessLook, AccessSearch, AccessExport, AccessLookup, AccessVerdict, AccessConfirm, AccessNote,
		AccessAssign, AccessView, AccessException, AccessHold, AccessUser, AccessSetup, AccessCheckpoint, AccessServe:
		return true
	default:
		return false
	}
}

func (r *Review) validate(c *checker) {
	c.length("review.decisions", len(r.Decisions), MaxReviewed)
	for _, id := range r.Decisions {
		c.token("review.decisions", id)
	}
	c.text("review.case", r.Case)
	c.text("review.status", r.Status)
	c.text("review.verdict", r.Verdict)
	c.text("review.assignee", r.Assignee)
	c.prose("review.text", r.Text, MaxNote)
	if v := r.View; v != nil {
		c.text("review.view.name", v.Name)
		c.printable("review.view.query", v.Query, MaxNote)
		c.text("review.view.owner", v.Owner)
	}
	if e := r.Exception; e != nil {
		e.validate(c)
	}
	if h := r.Hold; h != nil {
		h.validate(c)
	}
}

func (e *Exception) validate(c *checker) {
	c.text("review.exception.id", e.ID)
	c.text("review.exception.rule", e.Rule)
	c.text("review.exception.client", e.Client)
	c.text("review.exception.object", e.Object)
	c.text("review.exception.field", e.Field)
	c.era("review.exception.until", e.Until)
	c.prose("review.exception.reason", e.Reason, MaxNote)
	c.text("review.exception.state", e.State)
	c.text("review.exception.requested_by", e.RequestedBy)
	c.text("review.exception.decided_by", e.DecidedBy)
}

func (h *Hold) validate(c *checker) {
	c.text("review.hold.id", h.ID)
	c.era("review.hold.from", h.From)
	c.era("review.hold.to", h.To)
	c.text("review.hold.client", h.Client)
	c.text("review.hold.incident", h.Incident)
	c.prose("review.hold.reason", h.Reason, MaxNote)
	c.text("review.hold.placed_by", h.PlacedBy)
	c.text("review.hold.released_by", h.ReleasedBy)
}

// era accepts the zero time and those that JSON can carry and people mean.
func (c *checker) era(member string, t time.Time) {
	if y := t.Year(); !t.IsZero() && (y < 1970 || y > 9999) {
		c.fail(member, "is not in this era")
	}
}
