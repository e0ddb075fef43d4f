package index

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/phigate/phigate/audit"
)

// The states of a decision's review.
const (
	StatusOpen     = "open"
	StatusAssigned = "assigned"
	StatusAwaiting = "awaiting_second" // one person gave a verdict, and another one has to agree
	StatusDecided  = "decided"
)

// outcomeOK is the outcome of an access that took place.
const outcomeOK = "ok"

// move is what an access does with the review of a decision.
type move struct {
	kind   audit.AccessKind
	status string   // that the record says
	from   []string // where it is possible
}

// moves are all there are. Of two records that cannot both hold, as when two people gave a verdict at once, the first
// one in the log stands, whoever reads it.
var moves = [...]move{
	{audit.AccessVerdict, StatusDecided, []string{StatusOpen, StatusAssigned}},
	{audit.AccessVerdict, StatusAwaiting, []string{StatusOpen, StatusAssigned}},
	{audit.AccessVerdict, StatusOpen, []string{StatusAwaiting, StatusDecided}}, // to be looked at again
	{audit.AccessConfirm, StatusDecided, []string{StatusAwaiting}},
	{audit.AccessConfirm, StatusOpen, []string{StatusAwaiting}}, // the second person does not agree
	{audit.AccessAssign, StatusAssigned, []string{StatusOpen, StatusAssigned}},
	{audit.AccessAssign, StatusOpen, []string{StatusAssigned}},
}

// after returns the state that an access leads to from s, or false if it changes nothing.
func (s State) after(a *audit.Access) (State, bool) {
	if a.Kind == audit.AccessNote {
		s.Notes++
		return s, true
	}
	i := slices.IndexFunc(moves[:], func(m move) bool { return m.kind == a.Kind && m.status == a.Review.Status })
	if i < 0 || !slices.Contains(moves[i].from, s.Status) {
		return s, false
	}
	if a.Kind == audit.AccessConfirm && strings.EqualFold(a.Actor, s.By) {
		return s, false // nobody is the second person to himself
	}
	s.Status, s.At = a.Review.Status, a.Time
	switch {
	case a.Kind == audit.AccessAssign:
		s.Assignee = a.Review.Assignee
	case s.Status == StatusOpen:
		s.Verdict, s.By, s.Reason = "", a.Actor, a.Review.Text
	case a.Kind == audit.AccessVerdict:
		s.Verdict, s.By, s.Reason = a.Review.Verdict, a.Actor, a.Review.Text
	}
	return s, true
}

// moving reports whether a does something with the review of decisions.
func moving(a *audit.Access) bool {
	if a.Outcome != outcomeOK || a.Review == nil || len(a.Review.Decisions) == 0 {
		return false
	}
	switch a.Kind {
	case audit.AccessVerdict, audit.AccessConfirm, audit.AccessAssign, audit.AccessNote:
		return true
	}
	return false
}

// stateColumns are those of the table of states, in the order of scanState.
const stateColumns = `s.status, s.verdict, s.by, s.assignee, s.reason, s.at, s.notes`

// scannedState is a State on its way out of a file; all is null where nobody has touched the decision.
type scannedState struct {
	status, verdict, by, assignee, reason sql.NullString
	at, notes                             sql.NullInt64
}

func (s *scannedState) targets() []any {
	return []any{&s.status, &s.verdict, &s.by, &s.assignee, &s.reason, &s.at, &s.notes}
}

// state returns what was read; first is the status where nobody has touched the decision.
func (s *scannedState) state(first string) State {
	if !s.status.Valid {
		return State{Status: first}
	}
	st := State{Status: s.status.String, Verdict: s.verdict.String, By: s.by.String, Assignee: s.assignee.String, Reason: s.reason.String,
		Notes: int(s.notes.Int64)}
	if s.at.Int64 != 0 {
		st.At = fromMicros(s.at.Int64)
	}
	return st
}

func atMicros(s State) int64 {
	if s.At.IsZero() {
		return 0
	}
	return micros(s.At)
}

// stateChange is what a batch does to the review of a decision.
type stateChange struct {
	before, after State
	cases         []string
}

// move lets an access act on one of the decisions of the month, unless the file knows the access. It returns what the
// decision's state became and which cases that concerns, nil if it did not change.
func (w *monthWriter) move(ctx context.Context, a *audit.Access, id string) (*stateChange, error) {
	if err := w.begin(ctx); err != nil {
		return nil, err
	}
	var ord int64
	var data []byte
	var s scannedState
	err := w.tx.QueryRowContext(ctx, `SELECT r.ord, r.data, `+stateColumns+` FROM rows r LEFT JOIN states s ON s.ord = r.ord
		WHERE r.id = ? ORDER BY r.ord DESC LIMIT 1`, id).Scan(append([]any{&ord, &data}, s.targets()...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c := w.changed[ord]
	if c == nil {
		p, err := unpack(data)
		if err != nil {
			return nil, err
		}
		if !p.needsReview(w.dict.names) && a.Kind != audit.AccessNote {
			return nil, nil
		}
		c = new(stateChange)
		for _, place := range p.cases(w.dict.names) {
			c.cases = append(c.cases, place.key)
		}
		c.before = s.state(w.dict.names.text(firstReview(p, w.dict.names).status))
		c.after = c.before
	}
	if a.Seq <= w.access {
		return c, nil
	}
	after, ok := c.after.after(a)
	if !ok {
		return nil, nil
	}
	c.after = after
	w.changed[ord] = c
	return c, nil
}

// flushStates stores what became of the reviews in this batch.
func (w *monthWriter) flushStates(ctx context.Context) error {
	if len(w.changed) == 0 {
		return nil
	}
	inTail := make(map[uint16]review)
	bySet := make(map[setKey]*setChange)
	err := w.each(ctx, `INSERT OR REPLACE INTO states (ord, status, verdict, by, assignee, reason, at, notes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		func(exec func(...any) error) error {
			for ord, c := range w.changed {
				s := c.after
				if err := exec(ord, s.Status, s.Verdict, s.By, s.Assignee, s.Reason, atMicros(s), s.Notes); err != nil {
					return err
				}
				was, is := w.review(c.before), w.review(c.after)
				if ord>>chunkBits == w.tail.chunk {
					inTail[uint16(ord&chunkMask)] = is
					continue
				}
				noteChange(bySet, ord, was.status, is.status)
				noteChange(bySet, ord, was.verdict, is.verdict)
				noteChange(bySet, ord, was.assignee, is.assignee)
			}
			return nil
		})
	if err != nil {
		return err
	}
	clear(w.changed)
	if len(inTail) > 0 {
		w.changes++
		w.tail = w.tail.setReview(w.changes, inTail)
	}
	for key, c := range bySet {
		if err := w.changeSet(ctx, key, c); err != nil {
			return err
		}
	}
	return nil
}

func (w *monthWriter) review(s State) review {
	return review{status: w.dict.id(dimStatus, s.Status), verdict: w.dict.id(dimVerdict, s.Verdict), assignee: w.dict.id(dimAssignee, s.Assignee)}
}

type setKey struct {
	name  nameID
	chunk int64
}

// setChange is what goes into a stored set and what out of it.
type setChange struct{ in, out set }

func noteChange(all map[setKey]*setChange, ord int64, was, is nameID) {
	if was == is {
		return
	}
	of := func(name nameID) *setChange {
		key := setKey{name, ord >> chunkBits}
		if all[key] == nil {
			all[key] = new(setChange)
		}
		return all[key]
	}
	of(was).out.add(uint16(ord & chunkMask))
	of(is).in.add(uint16(ord & chunkMask))
}

func (w *monthWriter) changeSet(ctx context.Context, key setKey, c *setChange) error {
	var data []byte
	var s set
	err := w.tx.QueryRowContext(ctx, `SELECT data FROM sets WHERE name = ? AND chunk = ?`, int64(key.name), key.chunk).Scan(&data)
	switch {
	case err == nil:
		if err := s.orStored(data); err != nil {
			return err
		}
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	before := s.count()
	s.andNot(&c.out)
	s.or(&c.in)
	if _, err := w.tx.ExecContext(ctx, `UPDATE names SET n = n + ? WHERE id = ?`, s.count()-before, int64(key.name)); err != nil {
		return err
	}
	if s.empty() {
		_, err = w.tx.ExecContext(ctx, `DELETE FROM sets WHERE name = ? AND chunk = ?`, int64(key.name), key.chunk)
		return err
	}
	var n int
	if err := w.tx.QueryRowContext(ctx, `SELECT n FROM chunks WHERE chunk = ?`, key.chunk).Scan(&n); err != nil {
		return err
	}
	_, err = w.tx.ExecContext(ctx, `INSERT OR REPLACE INTO sets (name, chunk, data) VALUES (?, ?, ?)`, int64(key.name), key.chunk, s.appendTo(nil, n))
	return err
}
