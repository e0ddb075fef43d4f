package review

import (
	"context"
	"fmt"

	"github.com/phigate/phigate/audit"
)

// looks are the kinds of access that show something and change nothing, with what they take.
func looks() map[audit.AccessKind]Permission {
	return map[audit.AccessKind]Permission{
		audit.AccessLook: "", audit.AccessSearch: "", audit.AccessExport: ExportRun, audit.AccessLookup: LookupRun,
	}
}

// Looked puts on record that a was shown something: a page (look), a list of count rows (search), a file (export), or
// whether a value was seen (lookup). It must succeed before anything is shown. query is the canonical filter; one in
// which the guard finds an identifier is refused, so that nobody is shown what cannot be recorded.
//
// The errors are ErrDenied, ErrReason, ErrInvalid, and those of the log.
func (d *Desk) Looked(ctx context.Context, a Actor, kind audit.AccessKind, target, query string, count int) error {
	r := audit.Access{Kind: kind, Target: target, Query: query, Count: count}
	need, ok := looks()[kind]
	if !ok || count < 0 {
		return fmt.Errorf("%w: not a look", ErrInvalid)
	}
	if a.User == "" {
		return d.refuse(ctx, a, r, ReasonPermission, fmt.Errorf("%w: nobody is signed in", ErrDenied))
	}
	if need != "" {
		if err := d.permit(ctx, a, r, need); err != nil {
			return err
		}
	}
	if err := d.search(ctx, a, r, query); err != nil {
		return err
	}
	r.Target = d.plain(target)
	return d.record(ctx, a, &r)
}

// Denied puts on record that a wanted to see or do something and was refused. An Actor without a name is nobody who is
// signed in.
func (d *Desk) Denied(ctx context.Context, a Actor, target string) error {
	if a.User == "" {
		a.User = nobody
	}
	r := audit.Access{Kind: audit.AccessLook, Target: d.plain(target), Outcome: OutcomeDenied, Reason: ReasonPermission}
	return d.record(ctx, a, &r)
}
