package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/audit/query"
)

// Case groups the decisions in which one rule met one value in the transfers of one client.
type Case struct {
	Key, Client, Rule, Fingerprint string
	// Detector, Object and Field are those of the first finding.
	Detector, Object, Field string
	// Decisions counts them all, Open those without a verdict that stands.
	Decisions, Open int
	First, Last     time.Time
	Latest          string // ID of the newest decision
	// State is what was last said about one of the decisions. Its Status is decided if none is open.
	State State
}

// CasePage is a part of a list of cases.
type CasePage struct {
	Cases          []Case
	Next, Previous Cursor
}

const caseColumns = `num, key, client, rule, detector, category, print, object, field, n, open, first, last, latest, actions,
	status, verdict, by, assignee, reason, at, notes`

// storedCase is a case as it comes out of the file.
type storedCase struct {
	Case

	num, actions int64
	category     string
	in           span
}

func scanCase(scan func(...any) error) (*storedCase, error) {
	var c storedCase
	var at int64
	s := &c.State
	if err := scan(&c.num, &c.Key, &c.Client, &c.Rule, &c.Detector, &c.category, &c.Fingerprint, &c.Object, &c.Field, &c.Decisions, &c.Open,
		&c.in.lo, &c.in.hi, &c.Latest, &c.actions, &s.Status, &s.Verdict, &s.By, &s.Assignee, &s.Reason, &at, &s.Notes); err != nil {
		return nil, err
	}
	c.First, c.Last = fromMicros(c.in.lo), fromMicros(c.in.hi)
	if at != 0 {
		s.At = fromMicros(at)
	}
	switch {
	case c.Open == 0:
		s.Status = StatusDecided
	case s.Status != StatusAssigned && s.Status != StatusAwaiting:
		s.Status = StatusOpen
	}
	return &c, nil
}

// values returns what a case has of a key of the query language, false if cases have no such thing.
func (c *storedCase) values(key string) ([]string, bool) {
	one := map[string]string{"client": c.Client, "rule": c.Rule, "detector": c.Detector, "category": c.category, "object": c.Object,
		"field": c.Field, "fp": c.Fingerprint, "case": c.Key, "status": c.State.Status, "verdict": c.State.Verdict, "assignee": c.State.Assignee}
	if key == "decision" {
		var list []string
		for i, action := range actionBits {
			if c.actions>>i&1 != 0 {
				list = append(list, action)
			}
		}
		return list, true
	}
	v, ok := one[key]
	return []string{v}, ok
}

// match reports whether the terms hold for a case.
func (c *storedCase) match(terms []query.Term) bool {
	for _, t := range terms {
		values, _ := c.values(t.Key)
		if slices.ContainsFunc(values, t.Matches) == t.Not {
			return false
		}
	}
	return true
}

func (x *Index) deskPath() string { return filepath.Join(x.cfg.Dir, deskName) }

// deskError says what went wrong with a search of the file of what people did.
func (x *Index) deskError(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, x.finish(ctx, x.explainFile(err, x.deskPath())))
}

// Case returns the case with the given key.
func (x *Index) Case(ctx context.Context, key string) (Case, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	c, err := scanCase(x.desk.Load().QueryRowContext(ctx, `SELECT `+caseColumns+` FROM cases WHERE key = ?`, strings.ToLower(key)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return Case{}, x.deskError(ctx, "get case", err)
	}
	return c.Case, nil
}

// readCaseState returns where a case stands, and when it was met.
func readCaseState(ctx context.Context, db queryer, key string) (State, span, error) {
	c, err := scanCase(db.QueryRowContext(ctx, `SELECT `+caseColumns+` FROM cases WHERE key = ?`, key).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return State{}, span{}, ErrNotFound
	}
	if err != nil {
		return State{}, span{}, err
	}
	return c.State, c.in, nil
}

// openOf counts the decisions of a case that have no verdict which stands.
func (x *Index) openOf(ctx context.Context, key string, in span) (int, error) {
	q := query.Query{}.With("case", key).With("-status", StatusDecided)
	s := x.search(q)
	s.span = in
	return s.count(ctx, 1<<62)
}

// caseScan is how many cases are read at a time, while those of a query are looked for.
const caseScan = 500

// Cases returns at most n cases of q, the most recently met first. A term holds if it does for the case as a whole:
// status:, verdict: and assignee: for its state, decision: for what was done with any of its decisions, after: and
// before: for its newest decision, and detector:, category:, object: and field: for the first finding. The other keys
// say nothing about a case; then the error wraps ErrUnsupported.
func (x *Index) Cases(ctx context.Context, q query.Query, at Cursor, n int) (CasePage, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	page, err := x.cases(ctx, q, at, min(max(n, 1), maxPage))
	if err != nil {
		return CasePage{}, x.deskError(ctx, "list cases", err)
	}
	return page, nil
}

func (x *Index) cases(ctx context.Context, q query.Query, at Cursor, n int) (CasePage, error) {
	list := "cases " + q.String()
	s := x.search(q)
	for _, t := range s.terms {
		if _, ok := new(storedCase).values(t.Key); !ok {
			return CasePage{}, fmt.Errorf("%w: %s", ErrUnsupported, t.Key)
		}
	}
	p, num := point{at: s.span.hi}, int64(1<<63-1)
	if at != "" {
		var err error
		if p, err = at.read(list); err != nil {
			return CasePage{}, err
		}
		err = x.desk.Load().QueryRowContext(ctx, `SELECT num FROM cases WHERE key = ?`, p.id).Scan(&num)
		if errors.Is(err, sql.ErrNoRows) {
			err = ErrCursor
		}
		if err != nil {
			return CasePage{}, err
		}
	}
	found, err := x.findCases(ctx, s, p, num, n+1)
	if err != nil {
		return CasePage{}, err
	}
	more := len(found) > n
	found = found[:min(len(found), n)]
	if p.newer {
		slices.Reverse(found)
	}
	var page CasePage
	for _, c := range found {
		page.Cases = append(page.Cases, c.Case)
	}
	if len(found) == 0 {
		return page, nil
	}
	end := func(c *storedCase, newer bool) Cursor { return cursor(list, point{newer, c.in.hi, c.Key}) }
	if more || p.newer {
		page.Next = end(found[len(found)-1], false)
	}
	if more && p.newer || !p.newer && at != "" {
		page.Previous = end(found[0], true)
	}
	return page, nil
}

// findCases reads the cases behind a point, and behind the number of the case there, and returns the first n of the
// search.
func (x *Index) findCases(ctx context.Context, s *search, p point, num int64, n int) ([]*storedCase, error) {
	condition, args, by := caseCondition(s.terms)
	text := `SELECT ` + caseColumns + ` FROM cases` + by + ` WHERE (last, num) < (?, ?) AND last >= ? AND last <= ?`
	order := ` ORDER BY last DESC, num DESC LIMIT ?`
	if p.newer {
		text = strings.Replace(text, "<", ">", 1)
		order = ` ORDER BY last, num LIMIT ?`
	}
	var found []*storedCase
	for at := p.at; ; {
		all := append([]any{at, num, s.span.lo, s.span.hi}, args...)
		batch, err := x.readCases(ctx, text+condition+order, append(all, caseScan)...)
		if err != nil {
			return nil, err
		}
		for _, c := range batch {
			if !c.match(s.terms) {
				continue
			}
			if found = append(found, c); len(found) == n {
				return found, nil
			}
		}
		if len(batch) < caseScan {
			return found, nil
		}
		at, num = batch[len(batch)-1].in.hi, batch[len(batch)-1].num
	}
}

func (x *Index) readCases(ctx context.Context, text string, args ...any) ([]*storedCase, error) {
	var list []*storedCase
	err := scanRows(ctx, x.desk.Load(), func(scan func(...any) error) error {
		c, err := scanCase(scan)
		list = append(list, c)
		return err
	}, text, args...)
	return list, err
}

// caseIndex says which index to read by, where SQLite, which knows nothing of the names, would choose another one: that
// of the names, of which there are fewer cases than open ones.
func caseIndex(terms []query.Term) string {
	one := make(map[string]bool)
	for _, t := range terms {
		_, _, ok := literals(t)
		one[t.Key] = one[t.Key] || ok && !t.Not && len(t.Values) == 1
	}
	switch {
	case one["client"] && one["rule"]:
		return ` INDEXED BY cases_both`
	case one["client"]:
		return ` INDEXED BY cases_client`
	case one["rule"]:
		return ` INDEXED BY cases_rule`
	}
	return ""
}

// caseCondition says in SQL what it can of terms, so that fewer cases are read, and by which index. The terms are looked
// at again for each case that is.
func caseCondition(terms []query.Term) (text string, args []any, by string) {
	for _, t := range terms {
		if t.Not {
			continue
		}
		switch t.Key {
		case "status":
			if !t.Matches(StatusDecided) {
				text += ` AND open > 0`
			}
		case "case", "fp":
			var either []string
			for _, r := range t.Ranges() {
				if t.Key == "case" {
					either = append(either, `key = ?`)
					args = append(args, r.Start)
				} else {
					either = append(either, `(print >= ? AND print < ?)`)
					args = append(args, r.Start, r.Start+"\x7f")
				}
			}
			text += ` AND (` + strings.Join(either, " OR ") + `)`
		case "decision":
			mask := int64(0)
			for i, action := range actionBits {
				if t.Matches(action) {
					mask |= 1 << i
				}
			}
			text += fmt.Sprintf(` AND actions & %d != 0`, mask)
		case "client", "rule", "detector", "object":
			if text2, args2, ok := literals(t); ok {
				text += text2
				args = append(args, args2...)
			}
		}
	}
	return text, args, caseIndex(terms)
}

// literals says in SQL that a column has one of a term's values, if none of them is a pattern.
func literals(t query.Term) (text string, args []any, ok bool) {
	for _, v := range t.Literals() {
		if strings.ContainsFunc(v, func(r rune) bool { return r > 0x7f }) {
			return "", nil, false // NOCASE is about ASCII
		}
		args = append(args, v)
	}
	if len(args) < len(t.Values) {
		return "", nil, false
	}
	if len(args) == 1 && (t.Key == "client" || t.Key == "rule") {
		return ` AND ` + t.Key + ` = ?`, args, true
	}
	// The plus keeps SQLite from reading all cases of several names to sort them, instead of the newest of all.
	return ` AND +` + t.Key + ` COLLATE NOCASE IN (?` + strings.Repeat(", ?", len(args)-1) + `)`, args, true
}
