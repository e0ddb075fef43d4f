package review

import (
	"context"
	"fmt"
	"slices"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
)

// PlaceHold keeps the records of a time, of one client or of all, from being pruned, and returns the hold with its ID.
// A zero time is no bound. A reason is required.
//
// It takes holds.manage. The errors are ErrDenied, ErrReason, ErrInvalid and ErrBehind.
func (d *Desk) PlaceHold(ctx context.Context, a Actor, h audit.Hold) (audit.Hold, error) {
	r := audit.Access{Kind: audit.AccessHold, Count: 1}
	if err := d.permit(ctx, a, r, HoldsManage); err != nil {
		return h, err
	}
	var err error
	if h.Client, err = d.name(ctx, a, r, "the client", h.Client); err != nil {
		return h, err
	}
	if h.Incident, err = d.name(ctx, a, r, "the incident", h.Incident); err != nil {
		return h, err
	}
	if h.Reason, err = d.text(ctx, a, r, h.Reason, true); err != nil {
		return h, err
	}
	if !h.From.IsZero() && !h.To.IsZero() && !h.From.Before(h.To) {
		return h, fmt.Errorf("%w: a hold ends after it begins", ErrInvalid)
	}
	if err := d.take(ctx); err != nil {
		return h, err
	}
	defer d.give()
	h.ID, h.Released, h.PlacedBy, h.ReleasedBy = audit.NewID(d.cfg.Now()), false, a.User, ""
	r.Target, r.Review = h.ID, &audit.Review{Text: h.Reason, Hold: &h}
	return h, d.change(ctx, a, &r)
}

// ReleaseHold lets go of what a hold kept. A reason is required.
//
// It takes holds.manage and another person than the one who placed it: what is let go may be pruned for good. The errors
// are ErrDenied, ErrSamePerson, ErrReason, ErrNotFound, ErrState and ErrBehind.
func (d *Desk) ReleaseHold(ctx context.Context, a Actor, id, reason string) error {
	r := audit.Access{Kind: audit.AccessHold, Target: id, Count: 1}
	return d.withReason(ctx, a, r, HoldsManage, reason, true, func(text string) error {
		holds, err := d.index.Holds(ctx)
		if err != nil {
			return fmt.Errorf("release hold: %w", err)
		}
		at := slices.IndexFunc(holds, func(h audit.Hold) bool { return h.ID == id })
		switch {
		case at < 0:
			return fmt.Errorf("hold: %w", ErrNotFound)
		case holds[at].Released:
			return fmt.Errorf("%w: the hold is released", ErrState)
		}
		h := holds[at]
		if h.PlacedBy, err = d.placer(ctx, h); err != nil {
			return fmt.Errorf("release hold: %w", err)
		}
		if samePerson(h.PlacedBy, a.User) {
			return d.refuse(ctx, a, r, ReasonSamePerson, fmt.Errorf("%w: the hold is yours", ErrSamePerson))
		}
		h.Released, h.ReleasedBy = true, a.User
		r.Review = &audit.Review{Text: text, Hold: &h}
		return d.change(ctx, a, &r)
	})
}

// mostSteps is how many records of one hold are looked at. It is placed, and released, and seldom more.
const mostSteps = 100

// placer returns who placed a hold. Of one from before holds said so, the access log does.
func (d *Desk) placer(ctx context.Context, h audit.Hold) (string, error) {
	if h.PlacedBy != "" {
		return h.PlacedBy, nil
	}
	f := index.AccessFilter{Kind: audit.AccessHold, Target: h.ID, Outcome: OutcomeOK}
	list, err := d.index.Accesses(ctx, f, "", mostSteps)
	if err != nil {
		return "", err
	}
	for _, a := range slices.Backward(list.Accesses) { // the oldest first
		if a.Review != nil && a.Review.Hold != nil && a.Review.Hold.ID == h.ID && !a.Review.Hold.Released {
			return a.Actor, nil
		}
	}
	return "", fmt.Errorf("%w: nobody is known to have placed the hold", ErrState)
}
