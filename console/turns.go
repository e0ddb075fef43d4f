package console

import (
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/review"
)

// turn is what somebody did with an exception or a hold, as the access log has it.
type turn struct {
	State string // of the exception after it; released or placed for a hold
	By    string
	Text  string // the reason that was given
	At    time.Time
}

// The turns of a hold.
const (
	placed   = "placed"
	released = "released"
)

// mostTurns is how far back the access log is read for what people did with exceptions, or with holds.
const mostTurns = 500

// turns are what people did with exceptions or holds, by their ID and oldest first. The last mostTurns are known.
func (c *Console) turns(r *request, kind audit.AccessKind) (map[string][]turn, error) {
	found := make(map[string][]turn)
	var at index.Cursor
	for read := 0; read < mostTurns; {
		list, err := c.cfg.Index.Accesses(r.Context(), index.AccessFilter{Kind: kind, Outcome: review.OutcomeOK}, at, mostTurns-read)
		if err != nil {
			return nil, err
		}
		for _, a := range list.Accesses {
			if id, one := turnOf(a); id != "" {
				found[id] = append([]turn{one}, found[id]...)
			}
		}
		read += len(list.Accesses)
		if at = list.Next; at == "" {
			break
		}
	}
	return found, nil
}

// turnOf is what an access did, and with what; the ID is empty if that was neither an exception nor a hold.
func turnOf(a audit.Access) (id string, one turn) {
	one = turn{By: a.Actor, At: a.Time}
	switch {
	case a.Review == nil:
	case a.Review.Exception != nil:
		id, one.State, one.Text = a.Review.Exception.ID, a.Review.Exception.State, a.Review.Text
	case a.Review.Hold != nil:
		id, one.State, one.Text = a.Review.Hold.ID, placed, a.Review.Text
		if a.Review.Hold.Released {
			one.State = released
		}
	}
	return id, one
}

// last is the last turn that led to a state.
func last(turns []turn, state string) (one turn, ok bool) {
	for _, t := range turns {
		if t.State == state {
			one, ok = t, true
		}
	}
	return one, ok
}

// decidedWords says who decided about an exception, and why: who approved it also when it was revoked since. It is empty
// while nobody has.
func decidedWords(e audit.Exception, turns []turn) string {
	if e.DecidedBy == "" {
		return ""
	}
	var parts []string
	state := e.State
	switch approved, known := last(turns, review.Approved); {
	case state == review.Expired:
		state = review.Approved
	case state == review.Revoked && known:
		parts = append(parts, decidedBy(e, approved))
	}
	one, known := last(turns, state)
	if !known || one.By != e.DecidedBy { // the log does not reach so far back here, or somebody else was first
		one = turn{State: state, By: e.DecidedBy}
	}
	return strings.Join(append(parts, decidedBy(e, one)), "; ")
}

// decidedBy says one turn in words: "approved by lee: Agreed in OPS-23".
func decidedBy(e audit.Exception, one turn) string {
	did := "decided by "
	switch one.State {
	case review.Approved:
		did = "approved by "
	case review.Rejected:
		did = "rejected by "
	case review.Revoked:
		did = "revoked by "
		if one.By == e.RequestedBy {
			did = "taken back by "
		}
	}
	if one.Text == "" {
		return did + one.By
	}
	return did + one.By + ": " + one.Text
}
