package main

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
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console"
)

// next shows the newest decision of the queue that is older than the one shown.
func (t *reviewing) next(ctx context.Context, _ string) error {
	if err := t.mayAsk(ctx, t.query); err != nil {
		return err
	}
	row, err := t.index.Next(ctx, t.query, t.current)
	if errors.Is(err, index.ErrNotFound) {
		if err := t.desk.Looked(ctx, t.who, audit.AccessSearch, "queue", t.query.String(), 0); err != nil {
			return err
		}
		fmt.Fprintln(t.out, "The queue is empty.")
		return nil
	}
	if err != nil {
		return err
	}
	return t.look(ctx, row.ID, t.query.String())
}

// mayAsk refuses a person who may not see decisions, and a query for fingerprints to who may not see those: to be told that
// there is one is to see it.
func (t *reviewing) mayAsk(ctx context.Context, q query.Query) error {
	asks := slices.ContainsFunc(q.Terms(), func(term query.Term) bool { return term.Key == "fp" || term.Key == "case" })
	if t.who.Role.May(review.DecisionsView) && (!asks || t.who.Role.May(review.FingerprintsView)) {
		return nil
	}
	return errors.Join(review.ErrDenied, t.desk.Denied(ctx, t.who, "list"))
}

// show shows a decision.
func (t *reviewing) show(ctx context.Context, id string) error {
	id = strings.ToUpper(id)
	if id == "" {
		id = t.current
	}
	if !looksLikeID(id) {
		return fmt.Errorf("%w\n\thint: next shows a decision, list lists them", audit.ErrNotFound)
	}
	if !t.who.Role.May(review.DecisionsView) {
		return errors.Join(review.ErrDenied, t.desk.Denied(ctx, t.who, id))
	}
	return t.look(ctx, id, "")
}

// look shows a decision, after it is on record together with the query that led to it.
func (t *reviewing) look(ctx context.Context, id, q string) error {
	if err := t.desk.Looked(ctx, t.who, audit.AccessLook, id, q, 1); err != nil {
		return err
	}
	d, err := t.cfg.findRecord(id, 0)
	if err != nil {
		return err
	}
	row, err := t.index.Get(ctx, id)
	if err != nil {
		return err
	}
	t.current = id
	explain(t.out, d)
	s := row.Review
	fmt.Fprintf(t.out, "\n  %-10s %s\n", "state", joinNonEmpty(s.Status, s.Verdict, parenthesised("by", s.By), parenthesised("assigned to", s.Assignee)))
	return nil
}

// list lists what a query selects.
func (t *reviewing) list(ctx context.Context, text string) error {
	q := t.query
	if text != "" {
		var err error
		if q, err = query.Parse(text, time.Now()); err != nil {
			return err
		}
	}
	if err := t.mayAsk(ctx, q); err != nil {
		return err
	}
	page, err := t.index.Page(ctx, q, "", 50)
	if err != nil {
		return err
	}
	if err := t.desk.Looked(ctx, t.who, audit.AccessSearch, "", q.String(), len(page.Rows)); err != nil {
		return err
	}
	for _, r := range page.Rows {
		fmt.Fprintf(t.out, "%s %s %-8s %-12s %-16s %-15s %s\n", r.Time.UTC().Format("2006-01-02T15:04:05Z"), r.ID, r.Action, dash(r.Client), dash(r.Object),
			dash(r.Review.Status), strings.Join(r.Rules, " "))
	}
	if page.Next != "" {
		fmt.Fprintln(t.out, "… and more")
	}
	return nil
}

// requeue changes what next walks through.
func (t *reviewing) requeue(ctx context.Context, text string) error {
	q, err := query.Parse(text, time.Now())
	if err != nil {
		return err
	}
	if err := t.mayAsk(ctx, q); err != nil {
		return err
	}
	t.query, t.current = q, ""
	return nil
}

// decide gives a verdict, and shows the next decision.
func (t *reviewing) decide(ctx context.Context, rest string) error {
	word, reason, _ := strings.Cut(rest, " ")
	verdict := word
	if i := slices.IndexFunc(review.Verdicts(), func(v review.Verdict) bool { return v.Key == word }); i >= 0 {
		verdict = review.Verdicts()[i].Name
	}
	id, err := t.shown()
	if err != nil {
		return err
	}
	if err := t.desk.Decide(ctx, t.who, []string{id}, verdict, strings.TrimSpace(reason)); err != nil {
		return err
	}
	if err := t.state(ctx, id); err != nil {
		return err
	}
	return t.next(ctx, "")
}

// confirm agrees with a verdict or does not.
func (t *reviewing) confirm(ctx context.Context, rest string) error {
	word, reason, _ := strings.Cut(rest, " ")
	if word != "yes" && word != "no" {
		return errors.New("say confirm yes REASON, or confirm no REASON")
	}
	id, err := t.shown()
	if err != nil {
		return err
	}
	if err := t.desk.Confirm(ctx, t.who, id, word == "yes", reason); err != nil {
		return err
	}
	return t.state(ctx, id)
}

// assign gives the decision to somebody.
func (t *reviewing) assign(ctx context.Context, to string) error {
	if to == "me" {
		to = t.who.User
	}
	id, err := t.shown()
	if err != nil {
		return err
	}
	if err := t.desk.Assign(ctx, t.who, []string{id}, to); err != nil {
		return err
	}
	return t.state(ctx, id)
}

// note writes beside the decision.
func (t *reviewing) note(ctx context.Context, text string) error {
	id, err := t.shown()
	if err != nil {
		return err
	}
	if err := t.desk.Note(ctx, t.who, id, text); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: noted\n", id)
	return nil
}

// reopen takes a verdict back.
func (t *reviewing) reopen(ctx context.Context, reason string) error {
	id, err := t.shown()
	if err != nil {
		return err
	}
	if err := t.desk.Reopen(ctx, t.who, id, reason); err != nil {
		return err
	}
	return t.state(ctx, id)
}

// shown is the decision that was shown last.
func (t *reviewing) shown() (string, error) {
	if t.current == "" {
		return "", errors.New("no decision is shown; next shows one")
	}
	return t.current, nil
}

// state prints what became of a decision.
func (t *reviewing) state(ctx context.Context, id string) error {
	row, err := t.index.Get(ctx, id)
	if err != nil {
		return err
	}
	s := row.Review
	fmt.Fprintf(t.out, "%s: %s\n", id, joinNonEmpty(s.Status, s.Verdict, parenthesised("assigned to", s.Assignee)))
	return nil
}

// request asks for an exception for what the decision shown was about.
func (t *reviewing) request(ctx context.Context, rest string) error {
	word, reason, _ := strings.Cut(rest, " ")
	last, err := time.Parse(time.DateOnly, word)
	if err != nil {
		return errors.New("say exception DATE REASON, with a last day such as 2027-01-31")
	}
	id, err := t.shown()
	if err != nil {
		return err
	}
	d, err := t.cfg.findRecord(id, 0)
	if err != nil {
		return err
	}
	rule, object, field := console.Hit(d)
	if rule == "" {
		return errors.New("no rule took this decision, so there is nothing to make an exception of")
	}
	e := audit.Exception{Rule: rule, Client: d.Client, Object: object, Field: field, Until: last.AddDate(0, 0, 1), Reason: reason}
	if e, err = t.desk.Request(ctx, t.who, e); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "exception %s is requested: rule %s, client %s, object %s, field %s, until %s; it would have allowed %d decisions\n",
		e.ID, e.Rule, dash(e.Client), dash(e.Object), dash(e.Field), word, e.WouldAllow)
	return nil
}

// exceptions lists all exceptions.
func (t *reviewing) exceptions(ctx context.Context, _ string) error {
	if !t.who.Role.May(review.ExceptionsView) {
		return errors.Join(review.ErrDenied, t.desk.Denied(ctx, t.who, "exceptions"))
	}
	list, err := t.index.Exceptions(ctx, "")
	if err != nil {
		return err
	}
	if err := t.desk.Looked(ctx, t.who, audit.AccessSearch, "exceptions", "", len(list)); err != nil {
		return err
	}
	for _, e := range list {
		fmt.Fprintf(t.out, "%s %-10s rule %-20s client %-12s object %-12s field %-12s until %s, by %s: %s\n", e.ID, e.State, e.Rule, dash(e.Client),
			dash(e.Object), dash(e.Field), e.Until.UTC().Format(time.RFC3339), joinNonEmpty(e.RequestedBy, parenthesised("decided by", e.DecidedBy)),
			strings.ReplaceAll(e.Reason, "\n", " "))
	}
	return nil
}

func (t *reviewing) approve(ctx context.Context, rest string) error {
	return t.resolve(ctx, rest, true)
}
func (t *reviewing) reject(ctx context.Context, rest string) error {
	return t.resolve(ctx, rest, false)
}

// resolve approves or rejects an exception.
func (t *reviewing) resolve(ctx context.Context, rest string, approve bool) error {
	id, reason, _ := strings.Cut(rest, " ")
	e, err := t.desk.Resolve(ctx, t.who, strings.ToUpper(id), approve, reason)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "exception %s is %s\n", e.ID, e.State)
	return nil
}

// revoke ends an exception.
func (t *reviewing) revoke(ctx context.Context, rest string) error {
	id, reason, _ := strings.Cut(rest, " ")
	e, err := t.desk.Revoke(ctx, t.who, strings.ToUpper(id), reason)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "exception %s is %s\n", e.ID, e.State)
	return nil
}

// verdicts lists the verdicts.
func (t *reviewing) verdicts(context.Context, string) error {
	for _, v := range review.Verdicts() {
		fmt.Fprintf(t.out, "  %s  %-18s %s\n", v.Key, v.Name, v.Title)
	}
	return nil
}
