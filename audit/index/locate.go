package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// locate finds a decision by its ID.
func (x *Index) locate(ctx context.Context, id string) (place, error) {
	candidates, err := x.monthsOf(id)
	if err != nil {
		return place{}, err
	}
	for _, month := range candidates {
		at, err := x.locateIn(ctx, month, id)
		if err == nil || !errors.Is(err, ErrNotFound) {
			return at, x.explain(err, month)
		}
	}
	return place{}, fmt.Errorf("decision: %w", ErrNotFound)
}

func (x *Index) locateIn(ctx context.Context, month, id string) (place, error) {
	m, err := x.month(ctx, month)
	if isGone(err) {
		return place{}, ErrNotFound
	}
	if err != nil {
		return place{}, err
	}
	defer x.release(m)
	at := place{month: month}
	err = m.db.QueryRowContext(ctx, `SELECT ord FROM rows WHERE id = ? ORDER BY ord DESC LIMIT 1`, id).Scan(&at.ord)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return at, err
}

// monthsOf returns the months in which the decision with an ID can be, newest first. The ID of a decision of the gate
// begins with its time, give or take the while that passed before it was recorded; another ID can be in any month.
func (x *Index) monthsOf(id string) ([]string, error) {
	there, err := months(x.cfg.Dir)
	if err != nil {
		return nil, err
	}
	slices.Reverse(there)
	t, ok := idTime(id)
	if !ok {
		return there, nil
	}
	return slices.DeleteFunc(there, func(month string) bool {
		in, err := monthSpan(month)
		return err != nil || t < in.lo-day || in.hi+day < t
	}), nil
}

// idTime returns the time in an ID that has the form of a ULID, in microseconds.
func idTime(id string) (int64, bool) {
	const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	if len(id) != 26 {
		return 0, false
	}
	ms := int64(0)
	for _, r := range strings.ToUpper(id[:10]) {
		digit := strings.IndexRune(digits, r)
		if digit < 0 {
			return 0, false
		}
		ms = ms<<5 | int64(digit)
	}
	return ms * 1000, true
}
