package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// holds lists legal holds.
func (t *reviewing) holds(ctx context.Context, _ string) error {
	if !t.who.Role.May(review.HoldsView) {
		return errors.Join(review.ErrDenied, t.desk.Denied(ctx, t.who, "holds"))
	}
	list, err := t.index.Holds(ctx)
	if err != nil {
		return err
	}
	if err := t.desk.Looked(ctx, t.who, audit.AccessSearch, "holds", "", len(list)); err != nil {
		return err
	}
	writeHolds(t.out, list)
	return nil
}

// hold places a legal hold.
func (t *reviewing) hold(ctx context.Context, rest string) error {
	words := strings.SplitN(rest, " ", 4)
	if len(words) < 4 {
		return errors.New("say hold FIRST LAST CLIENT REASON, such as hold 2026-10-01 - ehr-sync matter 17; - is no bound, or every client")
	}
	h := audit.Hold{Client: words[2], Reason: words[3]}
	if h.Client == "-" {
		h.Client = ""
	}
	var err error
	if h.From, err = boundOf(words[0]); err != nil {
		return err
	}
	if h.To, err = boundOf(words[1]); err != nil {
		return err
	}
	if !h.To.IsZero() {
		h.To = h.To.AddDate(0, 0, 1) // the last day is included
	}
	if h, err = t.desk.PlaceHold(ctx, t.who, h); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "hold %s is in force\n", h.ID)
	return nil
}

// boundOf reads a day; - is the zero time.
func boundOf(word string) (time.Time, error) {
	if word == "-" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, word)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a day such as 2026-10-01, or -", word)
	}
	return day, nil
}

// release ends a legal hold.
func (t *reviewing) release(ctx context.Context, rest string) error {
	id, reason, _ := strings.Cut(rest, " ")
	if err := t.desk.ReleaseHold(ctx, t.who, strings.ToUpper(id), reason); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "hold %s is released\n", strings.ToUpper(id))
	return nil
}
