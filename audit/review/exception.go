package review

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
)

// The states of an exception. The index reports an approved one whose time is over as expired.
const (
	Requested = "requested"
	Approved  = "approved"
	Rejected  = "rejected"
	Revoked   = "revoked"
	Expired   = "expired"
)

// ExceptionSample is how far back the decisions are counted that an exception would have let through.
const ExceptionSample = 30 * 24 * time.Hour

// Request asks for an exception and returns it with its ID, its state, who asked, and how many blocked decisions of the
// last 30 days it would have let through. It names a rule and at least one of client, object and field, holds until a
// time in the future that is at most MaxException away, and has a reason.
//
// It takes exceptions.request. The errors are ErrDenied, ErrReason, ErrInvalid and ErrBehind.
func (d *Desk) Request(ctx context.Context, a Actor, e audit.Exception) (audit.Exception, error) {
	r := audit.Access{Kind: audit.AccessException, Count: 1}
	if err := d.permit(ctx, a, r, ExceptionsRequest); err != nil {
		return e, err
	}
	e, err := d.scope(ctx, a, r, e)
	if err != nil {
		return e, err
	}
	if e.Reason, err = d.text(ctx, a, r, e.Reason, true); err != nil {
		return e, err
	}
	if err := d.take(ctx); err != nil {
		return e, err
	}
	defer d.give()
	now := d.cfg.Now()
	if e.WouldAllow, err = d.index.WouldAllow(ctx, e, now.Add(-ExceptionSample)); err != nil {
		return e, fmt.Errorf("request exception: %w", err)
	}
	e.ID, e.State, e.RequestedBy, e.DecidedBy = audit.NewID(now), Requested, a.User, ""
	return e, d.put(ctx, a, e, e.Reason)
}

// Preview returns how many blocked decisions of the last 30 days e would have let through, before it is requested.
//
// It takes exceptions.request. The errors are ErrDenied, ErrReason and ErrInvalid.
func (d *Desk) Preview(ctx context.Context, a Actor, e audit.Exception) (int, error) {
	r := audit.Access{Kind: audit.AccessException, Count: 1}
	if err := d.permit(ctx, a, r, ExceptionsRequest); err != nil {
		return 0, err
	}
	e, err := d.scope(ctx, a, r, e)
	if err != nil {
		return 0, err
	}
	n, err := d.index.WouldAllow(ctx, e, d.cfg.Now().Add(-ExceptionSample))
	if err != nil {
		return 0, fmt.Errorf("preview exception: %w", err)
	}
	return n, nil
}

// scope checks what e is about and until when.
func (d *Desk) scope(ctx context.Context, a Actor, r audit.Access, e audit.Exception) (audit.Exception, error) {
	var err error
	for _, part := range []struct {
		what string
		text *string
	}{{"the rule", &e.Rule}, {"the client", &e.Client}, {"the object", &e.Object}, {"the field", &e.Field}} {
		if *part.text, err = d.name(ctx, a, r, part.what, *part.text); err != nil {
			return e, err
		}
	}
	now := d.cfg.Now()
	e.Until = e.Until.UTC().Truncate(time.Second)
	switch {
	case e.Rule == "":
		return e, fmt.Errorf("%w: an exception names a rule", ErrInvalid)
	case strings.Trim(e.Client+e.Object+e.Field, "*") == "":
		return e, fmt.Errorf("%w: an exception names a client, an object or a field; without any it would lift the rule",
			ErrInvalid)
	case !e.Until.After(now):
		return e, fmt.Errorf("%w: the end of an exception is in the future", ErrInvalid)
	case e.Until.Sub(now) > d.cfg.MaxException:
		return e, fmt.Errorf("%w: an exception lasts at most %d days", ErrInvalid, d.cfg.MaxException/(24*time.Hour))
	}
	return e, nil
}

// Resolve approves a requested exception or rejects it, with a reason. What it would let through is counted again.
//
// It takes exceptions.approve and another person than the one who requested it; people are told apart by their names,
// so that nobody may have two. The errors are ErrDenied, ErrSamePerson, ErrReason, ErrNotFound, ErrState, ErrPast and ErrBehind.
func (d *Desk) Resolve(ctx context.Context, a Actor, id string, approve bool, reason string) (e audit.Exception, err error) {
	r := audit.Access{Kind: audit.AccessException, Target: id, Count: 1}
	err = d.withReason(ctx, a, r, ExceptionsApprove, reason, true, func(text string) error {
		if e, err = d.index.Exception(ctx, id); err != nil {
			return absent("exception", err)
		}
		now := d.cfg.Now()
		switch {
		case e.State != Requested:
			return fmt.Errorf("%w: the exception is %s", ErrState, e.State)
		case e.RequestedBy == "":
			return fmt.Errorf("%w: nobody is known to have requested the exception", ErrState)
		case samePerson(e.RequestedBy, a.User):
			return d.refuse(ctx, a, r, ReasonSamePerson, fmt.Errorf("%w: the request is yours", ErrSamePerson))
		case approve && !e.Until.After(now):
			return fmt.Errorf("%w: the exception was asked for until %s", ErrPast, e.Until.UTC().Format(time.RFC3339))
		case approve && e.Until.Sub(now) > d.cfg.MaxException:
			return fmt.Errorf("%w: the exception would end too late", ErrState)
		}
		if e.WouldAllow, err = d.index.WouldAllow(ctx, e, now.Add(-ExceptionSample)); err != nil {
			return fmt.Errorf("resolve exception: %w", err)
		}
		e.State, e.DecidedBy = Rejected, a.User
		if approve {
			e.State = Approved
		}
		return d.put(ctx, a, e, text)
	})
	return e, err
}

// Revoke ends an exception, or takes a request back, with a reason. One person is enough: it loosens nothing.
//
// It takes exceptions.approve, or exceptions.request if the request was one's own. The errors are ErrDenied, ErrReason,
// ErrNotFound, ErrState and ErrBehind.
func (d *Desk) Revoke(ctx context.Context, a Actor, id, reason string) (e audit.Exception, err error) {
	r := audit.Access{Kind: audit.AccessException, Target: id, Count: 1}
	err = d.withReason(ctx, a, r, ExceptionsRequest, reason, true, func(text string) error {
		if e, err = d.index.Exception(ctx, id); err != nil {
			return absent("exception", err)
		}
		if !samePerson(e.RequestedBy, a.User) {
			if err := d.permit(ctx, a, r, ExceptionsApprove); err != nil {
				return err
			}
		}
		if e.State != Requested && e.State != Approved {
			return fmt.Errorf("%w: the exception is %s", ErrState, e.State)
		}
		e.State, e.DecidedBy = Revoked, a.User
		return d.put(ctx, a, e, text)
	})
	return e, err
}

// put makes the new state of an exception durable, with what the person said who brought it about. The caller has the
// turn.
func (d *Desk) put(ctx context.Context, a Actor, e audit.Exception, said string) error {
	r := audit.Access{
		Kind: audit.AccessException, Target: e.ID, Count: e.WouldAllow, Review: &audit.Review{Text: said, Exception: &e},
	}
	if err := d.change(ctx, a, &r); err != nil {
		return err
	}
	now, err := d.index.Exception(ctx, e.ID)
	if err != nil {
		return absent("exception", err)
	}
	if now.State != e.State || now.DecidedBy != e.DecidedBy {
		return fmt.Errorf("%w: somebody else was first with exception %s", ErrState, e.ID)
	}
	return nil
}
