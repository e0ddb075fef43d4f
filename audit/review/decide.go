package review

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/index"
	"github.com/phigate/phigate/audit/query"
)

// Decide gives a verdict on decisions, with a reason. Unless each of them can take the verdict, none does. A decision that a rule took which needs a second person awaits it then, until [Desk.Confirm].
//
// It takes decisions.decide, and decisions.bulk for more than one. The errors are ErrDenied, ErrReason, ErrInvalid,
// ErrNotFound, ErrState and ErrBehind.
func (d *Desk) Decide(ctx context.Context, a Actor, decisions []string, verdict, reason string) error {
	r := audit.Access{Kind: audit.AccessVerdict, Target: first(decisions), Count: len(decisions)}
	if err := d.permitDecide(ctx, a, r); err != nil {
		return err
	}
	v, err := d.verdict(ctx, a, r, verdict, reason)
	if err != nil {
		return err
	}
	if err := d.take(ctx); err != nil {
		return err
	}
	defer d.give()
	rows, err := d.rows(ctx, decisions)
	if err != nil {
		return err
	}
	return d.judge(ctx, a, rows, v)
}

// DecideCase gives a verdict on all open decisions of a case and returns how many they were. They are done in chunks of
// MaxReviewed, newest first; after an error, n says how many have the verdict.
//
// It takes cases.decide. The errors are those of Decide.
func (d *Desk) DecideCase(ctx context.Context, a Actor, key, verdict, reason string) (n int, err error) {
	r := audit.Access{Kind: audit.AccessVerdict, Target: key}
	if err := d.permit(ctx, a, r, CasesDecide); err != nil {
		return 0, err
	}
	v, err := d.verdict(ctx, a, r, verdict, reason)
	if err != nil {
		return 0, err
	}
	v.Case = key
	q, err := d.openOf(ctx, key)
	if err != nil {
		return 0, err
	}
	at := index.Cursor("")
	for {
		done, next, err := d.judgePage(ctx, a, q, at, v)
		if n += done; err != nil || next == "" {
			return n, err
		}
		at = next
	}
}

// openOf is the query for the open decisions of a case.
func (d *Desk) openOf(ctx context.Context, key string) (query.Query, error) {
	c, err := d.index.Case(ctx, key)
	if err != nil {
		return query.Query{}, absent("case", err)
	}
	text := fmt.Sprintf("case:%s status:open,assigned after:%s", key, c.First.UTC().Add(-time.Second).Format(time.RFC3339))
	q, err := query.Parse(text, d.cfg.Now())
	if err != nil {
		return q, fmt.Errorf("%w: not the key of a case", ErrInvalid)
	}
	return q, nil
}

// judgePage judges one page of a case.
func (d *Desk) judgePage(ctx context.Context, a Actor, q query.Query, at index.Cursor, v audit.Review) (int, index.Cursor, error) {
	if err := d.take(ctx); err != nil {
		return 0, "", err
	}
	defer d.give()
	page, err := d.index.Page(ctx, q, at, audit.MaxReviewed)
	if err != nil {
		return 0, "", fmt.Errorf("decide case: %w", err)
	}
	rows := slices.DeleteFunc(page.Rows, func(row index.Row) bool { _, err := decide.of(row); return err != nil })
	if len(rows) > 0 {
		if err := d.judge(ctx, a, rows, v); err != nil {
			return 0, "", err
		}
	}
	return len(rows), page.Next, nil
}

// Confirm is the second person's answer to a verdict. If they agree, the verdict stands; if not, the decision is open
// again, and a reason is required.
//
// It takes decisions.decide and another person than the one who gave the verdict. The errors are ErrDenied,
// ErrSamePerson, ErrReason, ErrInvalid, ErrNotFound, ErrState and ErrBehind.
func (d *Desk) Confirm(ctx context.Context, a Actor, decision string, agrees bool, reason string) error {
	r := audit.Access{Kind: audit.AccessConfirm, Target: decision, Count: 1}
	return d.withReason(ctx, a, r, DecisionsDecide, reason, !agrees, func(text string) error {
		row, err := d.row(ctx, decision)
		if err != nil {
			return err
		}
		m := agree
		if !agrees {
			m = disagree
		}
		to, err := m.of(row)
		if err != nil {
			return err
		}
		state := row.Review
		switch {
		case state.By == "":
			return fmt.Errorf("%w: nobody is known to have given the verdict", ErrState)
		case samePerson(state.By, a.User):
			return d.refuse(ctx, a, r, ReasonSamePerson, fmt.Errorf("%w: the verdict is yours", ErrSamePerson))
		}
		r.Target, r.Review = row.ID, &audit.Review{Decisions: []string{row.ID}, Status: to, Verdict: state.Verdict, Text: text}
		if err := d.change(ctx, a, &r); err != nil {
			return err
		}
		return d.stands(ctx, r.Review)
	})
}

// Reopen puts a decision that has a verdict back into the queue. A reason is required.
//
// It takes decisions.decide: to look again loosens nothing. The errors are those of Decide.
func (d *Desk) Reopen(ctx context.Context, a Actor, decision, reason string) error {
	r := audit.Access{Kind: audit.AccessVerdict, Target: decision, Count: 1}
	return d.withReason(ctx, a, r, DecisionsDecide, reason, true, func(text string) error {
		row, err := d.row(ctx, decision)
		if err != nil {
			return err
		}
		to, err := reopen.of(row)
		if err != nil {
			return err
		}
		r.Target, r.Review = row.ID, &audit.Review{Decisions: []string{row.ID}, Status: to, Text: text}
		if err := d.change(ctx, a, &r); err != nil {
			return err
		}
		return d.stands(ctx, r.Review)
	})
}

// verdict checks what a person says, before anybody looks at what it is about.
func (d *Desk) verdict(ctx context.Context, a Actor, r audit.Access, verdict, reason string) (audit.Review, error) {
	if _, ok := VerdictNamed(verdict); !ok {
		return audit.Review{}, fmt.Errorf("%w: there is no such verdict", ErrInvalid)
	}
	text, err := d.text(ctx, a, r, reason, true)
	return audit.Review{Verdict: verdict, Text: text}, err
}

// judge gives one verdict on rows, of which there are at most MaxReviewed: one record for those on which it stands at
// once, and one for those that await a second person. The caller has the turn.
func (d *Desk) judge(ctx context.Context, a Actor, rows []index.Row, v audit.Review) error {
	var records []*audit.Access
	for _, m := range []move{decide, decideOnce} {
		r := audit.Access{Kind: audit.AccessVerdict}
		said := v
		for _, row := range rows {
			if d.cfg.SecondReview(row.Rules) != (m == decideOnce) {
				continue
			}
			to, err := m.of(row)
			if err != nil {
				return err
			}
			said.Status = to
			said.Decisions = append(said.Decisions, row.ID)
		}
		if len(said.Decisions) == 0 {
			continue
		}
		r.Target, r.Count, r.Review = said.Decisions[0], len(said.Decisions), &said
		if v.Case != "" {
			r.Target = v.Case
		}
		records = append(records, &r)
	}
	if err := d.change(ctx, a, records...); err != nil {
		return err
	}
	for _, r := range records {
		if err := d.stands(ctx, r.Review); err != nil {
			return err
		}
	}
	return nil
}

// rows returns the decisions, each once: an ID may be written in any letter case.
func (d *Desk) rows(ctx context.Context, ids []string) ([]index.Row, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 || len(ids) > audit.MaxReviewed {
		return nil, fmt.Errorf("%w: 1 to %d decisions at a time", ErrInvalid, audit.MaxReviewed)
	}
	rows := make([]index.Row, 0, len(ids))
	known := make(map[string]bool, len(ids))
	for _, id := range ids {
		row, err := d.row(ctx, id)
		if err != nil {
			return nil, err
		}
		if !known[row.ID] {
			known[row.ID] = true
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// row returns a decision.
func (d *Desk) row(ctx context.Context, id string) (index.Row, error) {
	row, err := d.index.Get(ctx, id)
	if err != nil {
		return row, absent("decision", err)
	}
	return row, nil
}

// stands checks that the projection took what r says: another process may have been first.
func (d *Desk) stands(ctx context.Context, r *audit.Review) error {
	for _, id := range r.Decisions {
		row, err := d.row(ctx, id)
		if err != nil {
			return err
		}
		s := row.Review
		judged := r.Status == Decided || r.Status == AwaitingSecond
		if s.Status != r.Status || r.Status == Assigned && s.Assignee != r.Assignee || judged && s.Verdict != r.Verdict {
			return fmt.Errorf("%w: somebody else was first with decision %s", ErrState, id)
		}
	}
	return nil
}

// of returns the state that m leads to from that of row.
func (m move) of(row index.Row) (string, error) {
	if !reviewable(row) {
		return "", fmt.Errorf("%w: decision %s is not of those that take a verdict", ErrState, row.ID)
	}
	to, ok := m.after(row.Review.Status)
	if !ok {
		return "", fmt.Errorf("%w: decision %s is %s", ErrState, row.ID, row.Review.Status)
	}
	return to, nil
}

// reviewable reports whether a decision can carry a verdict: every one about traffic that was not simply allowed.
func reviewable(row index.Row) bool {
	return row.Kind != string(audit.Admin) && row.Action != "allow"
}

// samePerson compares the names of two people. Letter case makes no other person.
func samePerson(a, b string) bool { return strings.EqualFold(a, b) }

// absent turns the index's error into the desk's.
func absent(what string, err error) error {
	if errors.Is(err, index.ErrNotFound) {
		return fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	return fmt.Errorf("%s: %w", what, err)
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}
