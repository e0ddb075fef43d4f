package review

import (
	"context"
	"fmt"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/query"
)

// maxViews is how many searches one person may save.
const maxViews = 100

// SaveView saves a search under a name, for its owner or for everybody, in place of the owner's one of that name. The
// query is saved in its canonical form.
//
// It takes views.save. The errors are ErrDenied, ErrReason, ErrInvalid, a *query.Error and ErrBehind.
func (d *Desk) SaveView(ctx context.Context, a Actor, v audit.View) error {
	r := audit.Access{Kind: audit.AccessView, Count: 1}
	if err := d.permit(ctx, a, r, ViewsSave); err != nil {
		return err
	}
	name, err := d.name(ctx, a, r, "the name", v.Name)
	if err != nil {
		return err
	}
	q, err := query.Parse(v.Query, d.cfg.Now())
	if err != nil {
		return err
	}
	text := q.String()
	if err := d.search(ctx, a, r, text); err != nil {
		return err
	}
	if name == "" || text == "" {
		return fmt.Errorf("%w: a saved search has a name and looks for something", ErrInvalid)
	}
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.give()
	own, err := d.own(ctx, a.User)
	if err != nil {
		return err
	}
	if _, replaces := own[name]; !replaces && len(own) >= maxViews {
		return fmt.Errorf("%w: at most %d saved searches for one person", ErrInvalid, maxViews)
	}
	saved := audit.View{Name: name, Query: text, Owner: a.User, Shared: v.Shared}
	r.Target, r.Review = name, &audit.Review{View: &saved}
	return d.change(ctx, a, &r)
}

// DeleteView deletes one's own saved search of that name, also for those it was shared with.
//
// It takes views.save. The errors are ErrDenied, ErrNotFound and ErrBehind.
func (d *Desk) DeleteView(ctx context.Context, a Actor, name string) error {
	r := audit.Access{Kind: audit.AccessView, Target: name, Count: 1}
	if err := d.permit(ctx, a, r, ViewsSave); err != nil {
		return err
	}
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.give()
	own, err := d.own(ctx, a.User)
	if err != nil {
		return err
	}
	v, ok := own[name]
	if !ok {
		return fmt.Errorf("saved search: %w", ErrNotFound)
	}
	v.Deleted = true
	r.Review = &audit.Review{View: &v}
	return d.change(ctx, a, &r)
}

// own returns a person's own views by name.
func (d *Desk) own(ctx context.Context, user string) (map[string]audit.View, error) {
	views, err := d.index.Views(ctx, user)
	if err != nil {
		return nil, fmt.Errorf("saved searches: %w", err)
	}
	own := map[string]audit.View{}
	for _, v := range views {
		if v.Owner == user {
			own[v.Name] = v
		}
	}
	return own, nil
}
