package review

import (
	"context"
	"fmt"
	"slices"

	"github.com/phigate/phigate/audit"
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
	h.ID, h.Released = audit.NewID(d.cfg.Now()), false
	r.Target, r.Review = h.ID, &audit.Review{Text: h.Reason, Hold: &h}
	return h, d.change(ctx, a, &r)
}

// ReleaseHold lets go of what a hold kept. A reason is required.
//
// It takes holds.manage. The errors are ErrDenied, ErrReason, ErrNotFound, ErrState and ErrBehind.
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
		h.Released = true
		r.Review = &audit.Review{Text: text, Hold: &h}
		return d.change(ctx, a, &r)
	})
}
