package review

import (
	"context"
	"fmt"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
)

// Assign gives decisions to the person with the name to, or back to the queue if to is empty. It is all or nothing.
//
// To take a decision that nobody has, or to give one's own back, takes decisions.decide; anything else
// decisions.assign. More than one at a time takes decisions.bulk too. The errors are those of Decide.
func (d *Desk) Assign(ctx context.Context, a Actor, decisions []string, to string) error {
	r := audit.Access{Kind: audit.AccessAssign, Target: first(decisions), Count: len(decisions)}
	if err := d.permitDecide(ctx, a, r); err != nil {
		return err
	}
	to, err := d.name(ctx, a, r, "the person", to)
	if err != nil {
		return err
	}
	if to != "" && to != a.User && !d.cfg.Assignable(to) {
		return fmt.Errorf("%w: there is no such person to assign to", ErrInvalid)
	}
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.give()
	rows, err := d.rows(ctx, decisions)
	if err != nil {
		return err
	}
	if concernsOthers(rows, a.User, to) {
		if err := d.permit(ctx, a, r, DecisionsAssign); err != nil {
			return err
		}
	}
	m := assign
	if to == "" {
		m = unassign
	}
	r.Review = &audit.Review{Assignee: to}
	for _, row := range rows {
		if r.Review.Status, err = m.of(row); err != nil {
			return err
		}
		r.Review.Decisions = append(r.Review.Decisions, row.ID)
	}
	r.Target, r.Count = rows[0].ID, len(rows)
	if err := d.change(ctx, a, &r); err != nil {
		return err
	}
	return d.stands(ctx, r.Review)
}

// concernsOthers reports whether giving rows to the person `to` gives anybody else work or takes it away.
func concernsOthers(rows []index.Row, user, to string) bool {
	if to != "" && to != user {
		return true
	}
	for _, row := range rows {
		if has := row.Review.Assignee; has != "" && has != user {
			return true
		}
	}
	return false
}

// Note writes a text beside a decision. It changes no state.
//
// It takes notes.write. The errors are ErrDenied, ErrReason, ErrNotFound and ErrBehind.
func (d *Desk) Note(ctx context.Context, a Actor, decision, text string) error {
	r := audit.Access{Kind: audit.AccessNote, Target: decision, Count: 1}
	return d.withReason(ctx, a, r, NotesWrite, text, true, func(text string) error {
		row, err := d.row(ctx, decision)
		if err != nil {
			return err
		}
		r.Target, r.Review = row.ID, &audit.Review{Decisions: []string{row.ID}, Text: text}
		return d.change(ctx, a, &r)
	})
}
