package console

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
)

// holdsPage is what holds.html shows.
type holdsPage struct {
	Now           time.Time
	Active, Ended []holdView
	Form          *holdForm // nil for who may not place one
	Error         string    // why the last release was refused
	Failed        string    // the ID of that hold
	Typed         string
	Most          int
}

// holdView is a hold with what it covers.
type holdView struct {
	audit.Hold
	Scope   string
	Covers  string // how many decisions of the index
	URL     string // of them in the queue
	Release bool
	Mine    bool // the person placed it, and so may not release it
	Placed  turn // by whom and when; the time is zero if that is too long ago to be known here
	Ended   turn // likewise
}

// holdForm places a hold.
type holdForm struct {
	From, To, Client, Incident, Reason string // From and To are days; To is included
	Error                              string
	Most                               int
}

// holds lists legal holds: what must not be pruned.
func (c *Console) holds(r *request) (reply, error) {
	page, err := c.holdsPage(r)
	if err != nil {
		return reply{}, err
	}
	return c.showHolds(page, 0), nil
}

func (c *Console) showHolds(page *holdsPage, status int) reply {
	answer := show("holds", "Legal holds", look{audit.AccessSearch, "holds", "", len(page.Active) + len(page.Ended)}, page)
	answer.status, answer.section = status, "/holds"
	return answer
}

// holdsPage collects the holds and counts what they cover.
func (c *Console) holdsPage(r *request) (*holdsPage, error) {
	all, err := c.cfg.Index.Holds(r.Context())
	if err != nil {
		return nil, fmt.Errorf("holds: %w", err)
	}
	turns, err := c.turns(r, audit.AccessHold)
	if err != nil {
		return nil, fmt.Errorf("holds: %w", err)
	}
	page := &holdsPage{Now: r.now, Most: audit.MaxNote}
	manage := r.may(review.HoldsManage)
	for _, h := range all {
		v := holdView{Hold: h, Scope: holdScope(h)}
		v.Placed, _ = last(turns[h.ID], placed)
		v.Ended, _ = last(turns[h.ID], released)
		v.Placed.By, v.Ended.By = cmp.Or(h.PlacedBy, v.Placed.By), cmp.Or(h.ReleasedBy, v.Ended.By)
		v.Mine = manage && strings.EqualFold(v.Placed.By, r.actor.User)
		v.Release = manage && !h.Released && !v.Mine
		if h.Released {
			page.Ended = append(page.Ended, v)
			continue
		}
		v.URL = holdDecisions(r, h)
		used, err := c.cfg.Index.Clients(r.Context(), holdFrom(h, r.now), holdTo(h, r.now))
		if err != nil {
			return nil, fmt.Errorf("holds: %w", err)
		}
		v.Covers = countOf(covered(used, h.Client), "decision")
		page.Active = append(page.Active, v)
	}
	if manage {
		page.Form = &holdForm{Most: audit.MaxNote}
	}
	return page, nil
}

// kept is how far back records are kept at least (45 CFR 164.316(b)(2)(i)); a hold without a beginning is counted from there.
const kept = 6 * 366 * 24 * time.Hour

func holdFrom(h audit.Hold, now time.Time) time.Time {
	if h.From.IsZero() {
		return now.Add(-kept)
	}
	return h.From
}

func holdTo(h audit.Hold, now time.Time) time.Time {
	if h.To.IsZero() || h.To.After(now) {
		return now.Add(time.Hour)
	}
	return h.To
}

// covered is how many decisions of a client, or of all, there are.
func covered(used []index.ClientUse, client string) (n int) {
	for _, u := range used {
		if client == "" || u.Client == client {
			n += int(u.Decisions)
		}
	}
	return n
}

// holdDecisions is the address of what a hold covers.
func holdDecisions(r *request, h audit.Hold) string {
	pairs := []string{"client", h.Client, "after", holdFrom(h, r.now).UTC().Format(time.RFC3339)}
	if !h.To.IsZero() {
		pairs = append(pairs, "before", h.To.UTC().Format(time.RFC3339))
	}
	return decisions(r, pairs...)
}

// holdScope says what a hold covers: "ehr-sync, 2026-10-01 to 2026-10-31".
func holdScope(h audit.Hold) string {
	client := h.Client
	if client == "" {
		client = "every client"
	}
	day := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }
	switch {
	case h.From.IsZero() && h.To.IsZero():
		return client + ", all records, also those to come"
	case h.From.IsZero():
		return client + ", up to " + day(h.To)
	case h.To.IsZero():
		return client + ", from " + day(h.From) + " on"
	}
	return client + ", " + day(h.From) + " to " + day(h.To)
}

// holdWords is a hold in the access log.
func holdWords(h audit.Hold) string {
	did := "placed on "
	if h.Released {
		did = "released from "
	}
	return did + holdScope(h)
}

// holdPlace places a hold.
func (c *Console) holdPlace(r *request) (reply, error) {
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	form := &holdForm{From: get("from"), To: get("to"), Client: get("client"), Incident: get("incident"), Reason: get("reason"), Most: audit.MaxNote}
	h, ok := form.hold()
	if ok {
		_, err := c.cfg.Desk.PlaceHold(r.Context(), r.actor, h)
		if taken(err) {
			return seeOther("/holds", "placed", 0), nil
		}
		if form.Error, ok = refused(err); !ok {
			return reply{}, err
		}
	}
	page, err := c.holdsPage(r)
	if err != nil {
		return reply{}, err
	}
	page.Form = form
	return c.showHolds(page, http.StatusUnprocessableEntity), nil
}

// hold is what the form asks for. The last day is included.
func (f *holdForm) hold() (audit.Hold, bool) {
	h := audit.Hold{Client: f.Client, Incident: f.Incident, Reason: f.Reason}
	var ok bool
	if h.From, ok = readDay(f.From); !ok {
		f.Error = "The first day is not a date such as 2026-11-23."
	}
	if h.To, ok = readDay(f.To); !ok {
		f.Error = "The last day is not a date such as 2026-11-23."
	}
	if !h.To.IsZero() {
		h.To = h.To.AddDate(0, 0, 1)
	}
	switch {
	case f.Error != "":
	case !h.From.IsZero() && !h.To.IsZero() && !h.From.Before(h.To):
		f.Error = "The last day is before the first one."
	case f.Reason == "":
		f.Error = "Give a reason: who asked for the hold."
	}
	return h, f.Error == ""
}

// holdRelease lets go of what a hold kept.
func (c *Console) holdRelease(r *request) (reply, error) {
	reason := r.PostForm.Get("reason")
	err := c.cfg.Desk.ReleaseHold(r.Context(), r.actor, r.PathValue("id"), reason)
	if taken(err) {
		return seeOther("/holds", "released", 0), nil
	}
	text, ok := refused(err)
	if !ok {
		return reply{}, err
	}
	if errors.Is(err, review.ErrSamePerson) {
		text = "This takes another person: you placed the hold yourself."
	}
	page, err := c.holdsPage(r)
	if err != nil {
		return reply{}, err
	}
	page.Error, page.Failed, page.Typed = text, r.PathValue("id"), reason
	return c.showHolds(page, http.StatusUnprocessableEntity), nil
}
