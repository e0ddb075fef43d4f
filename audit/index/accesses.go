package index

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/query"
)

// Event is a record of the access log about a decision.
type Event = audit.Access

// History returns what was done about a decision, oldest first: verdicts, confirmations, notes, assignments. A record
// that came too late, because somebody else was first, is among them.
func (x *Index) History(ctx context.Context, decision string) ([]Event, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	list, err := readLines[Event](ctx, x.desk.Load(), `SELECT a.line FROM events e JOIN accesses a ON a.seq = e.seq WHERE e.decision = ? ORDER BY e.seq`, decision)
	return list, x.deskError(ctx, "history of decision", err)
}

// readLines reads records that are stored as JSON.
func readLines[T any](ctx context.Context, db queryer, text string, args ...any) ([]T, error) {
	var list []T
	var line sql.RawBytes
	err := scanRows(ctx, db, func(scan func(...any) error) error {
		if err := scan(&line); err != nil {
			return err
		}
		var r T
		if json.Unmarshal(line, &r) != nil {
			return errRecord
		}
		list = append(list, r)
		return nil
	}, text, args...)
	return list, err
}

// Views returns the saved searches that a user can see, his own and the shared ones, by name.
func (x *Index) Views(ctx context.Context, user string) ([]audit.View, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	list, err := x.views(ctx, user)
	return list, x.deskError(ctx, "list views", err)
}

func (x *Index) views(ctx context.Context, user string) ([]audit.View, error) {
	var list []audit.View
	err := scanRows(ctx, x.desk.Load(), func(scan func(...any) error) error {
		var v audit.View
		err := scan(&v.Name, &v.Query, &v.Owner, &v.Shared)
		list = append(list, v)
		return err
	}, `SELECT name, query, owner, shared FROM views WHERE owner = ?1 OR shared ORDER BY owner != ?1, name, owner`, user)
	return list, err
}

// Exceptions returns the exceptions in a state, or all if it is empty, newest first. One that was approved and whose
// time is over is expired.
func (x *Index) Exceptions(ctx context.Context, state string) ([]audit.Exception, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	list, err := readLines[audit.Exception](ctx, x.desk.Load(), `SELECT line FROM exceptions ORDER BY seq DESC`)
	if err != nil {
		return nil, x.deskError(ctx, "list exceptions", err)
	}
	for i := range list {
		list[i] = x.aged(list[i])
	}
	return slices.DeleteFunc(list, func(e audit.Exception) bool { return state != "" && e.State != state }), nil
}

// aged returns e as it is now.
func (x *Index) aged(e audit.Exception) audit.Exception {
	if e.State == "approved" && !e.Until.After(x.cfg.Now()) {
		e.State = "expired"
	}
	return e
}

// Exception returns one exception.
func (x *Index) Exception(ctx context.Context, id string) (audit.Exception, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	e, err := readException(ctx, x.desk.Load(), id)
	return x.aged(e), x.deskError(ctx, "get exception", err)
}

func readException(ctx context.Context, db queryer, id string) (e audit.Exception, err error) {
	var line []byte
	err = db.QueryRowContext(ctx, `SELECT line FROM exceptions WHERE id = ?`, id).Scan(&line)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return e, ErrNotFound
	case err != nil:
		return e, err
	case json.Unmarshal(line, &e) != nil:
		return e, errRecord
	}
	return e, nil
}

// Holds returns the holds, also those that were released, newest first.
func (x *Index) Holds(ctx context.Context) ([]audit.Hold, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	list, err := readLines[audit.Hold](ctx, x.desk.Load(), `SELECT line FROM holds ORDER BY seq DESC`)
	return list, x.deskError(ctx, "list holds", err)
}

// AccessFilter selects records of the access log. A zero field selects all.
type AccessFilter struct {
	Actor           string
	Kind            audit.AccessKind
	Target, Outcome string
	From, To        time.Time // From is included, To is not
}

// AccessPage is a part of the access log.
type AccessPage struct {
	Accesses       []audit.Access
	Next, Previous Cursor
}

// condition is the filter in SQL.
func (f *AccessFilter) condition() (text string, args []any) {
	put := func(column, value string) {
		if value != "" {
			text += ` AND ` + column + ` = ?`
			args = append(args, value)
		}
	}
	put("actor", f.Actor)
	put("kind", string(f.Kind))
	put("target", f.Target)
	put("outcome", f.Outcome)
	if !f.From.IsZero() {
		text += ` AND time >= ?`
		args = append(args, micros(f.From))
	}
	if !f.To.IsZero() {
		text += ` AND time < ?`
		args = append(args, micros(f.To))
	}
	return text, args
}

// Accesses returns at most n records of the access log, newest first.
func (x *Index) Accesses(ctx context.Context, f AccessFilter, at Cursor, n int) (AccessPage, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	page, err := x.accesses(ctx, f, at, min(max(n, 1), maxPage))
	return page, x.deskError(ctx, "list accesses", err)
}

func (x *Index) accesses(ctx context.Context, f AccessFilter, at Cursor, n int) (page AccessPage, err error) {
	list := fmt.Sprintf("accesses %q %q %q %q %d %d", f.Actor, f.Kind, f.Target, f.Outcome, f.From.UnixMicro(), f.To.UnixMicro())
	p := point{at: 1<<63 - 1}
	if at != "" {
		if p, err = at.read(list); err != nil {
			return page, err
		}
	}
	condition, args := f.condition()
	text := `SELECT line FROM accesses WHERE seq < ?` + condition + ` ORDER BY seq DESC LIMIT ?`
	if p.newer {
		text = `SELECT line FROM accesses WHERE seq > ?` + condition + ` ORDER BY seq LIMIT ?`
	}
	found, err := readLines[audit.Access](ctx, x.desk.Load(), text, append(append([]any{p.at}, args...), n+1)...)
	if err != nil {
		return page, err
	}
	more := len(found) > n
	page.Accesses = found[:min(len(found), n)]
	if p.newer {
		slices.Reverse(page.Accesses)
	}
	if len(page.Accesses) == 0 {
		return page, nil
	}
	if more || p.newer {
		page.Next = cursor(list, point{at: int64(page.Accesses[len(page.Accesses)-1].Seq)})
	}
	if more && p.newer || !p.newer && at != "" {
		page.Previous = cursor(list, point{newer: true, at: int64(page.Accesses[0].Seq)})
	}
	return page, nil
}

// WouldAllow returns how many decisions since a time were blocked and would not have been if e had been in effect:
// those in which every finding that was blocked is one that e is about, and e.Rule alone blocked it. Where that cannot
// be told from the record, because another rule matched the record as a whole or the same finding, the decision is not
// counted, so that the number is never too high.
func (x *Index) WouldAllow(ctx context.Context, e audit.Exception, since time.Time) (int, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	n, err := x.wouldAllow(ctx, e, since)
	if err != nil {
		return 0, fmt.Errorf("count what an exception would allow: %w", x.finish(ctx, err))
	}
	return n, nil
}

func (x *Index) wouldAllow(ctx context.Context, e audit.Exception, since time.Time) (n int, err error) {
	q := blockedBy(e)
	s := x.search(q)
	s.span.lo = micros(since)
	err = s.walk(ctx, true, nil, func(v *view, chunk int64, found *set) (bool, error) {
		var ords []int64
		found.ascending(func(at uint16) bool { ords = append(ords, chunk<<chunkBits+int64(at)); return true })
		for part := range slices.Chunk(ords, 500) {
			if err := v.each(ctx, part, func(s *stored) error {
				if s.packed.wouldPass(e, v.names) {
					n++
				}
				return nil
			}); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	return n, err
}

// wouldPass reports whether e would have let the decision through.
func (p *packed) wouldPass(e audit.Exception, names *names) bool {
	if names.text(p.kind) == string(audit.Connect) || names.text(p.reason) != "policy" {
		return false
	}
	lenient := make(map[nameID]bool) // rules that matched a finding which was not blocked
	blocked := 0
	for i := range p.findings {
		f := &p.findings[i]
		if names.text(f.action) != "block" {
			for _, id := range f.rules {
				lenient[id] = true
			}
			continue
		}
		blocked++
		object := names.text(f.object)
		if object == "" {
			object = names.text(p.object)
		}
		if !within(e.Object, object) || !within(e.Field, names.text(f.field)) {
			return false
		}
		for _, id := range f.rules {
			if names.text(id) != e.Rule {
				return false
			}
		}
		if len(f.rules) == 0 {
			return false
		}
	}
	for _, id := range p.rules {
		if names.text(id) != e.Rule && !lenient[id] {
			return false
		}
	}
	return blocked > 0 || within(e.Object, names.text(p.object)) && e.Field == ""
}

// within reports whether a scope, of which none is all, holds a name.
func within(scope, name string) bool { return scope == "" || strings.EqualFold(scope, name) }

// blockedBy is the query for what a rule blocked, and an exception to it could concern.
func blockedBy(e audit.Exception) query.Query {
	q := query.Query{}.With("decision", "block").With("rule", e.Rule)
	if e.Client != "" {
		q = q.With("client", e.Client)
	}
	return q
}
