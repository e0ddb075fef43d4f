package index

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/phigate/phigate/audit"
)

// deskWriter projects into the file of what people did, and of the cases. It commits last of a batch: how far the index
// got is what this file says.
type deskWriter struct {
	db *sql.DB
	tx *sql.Tx

	seq, access uint64                // the last records that the file knows
	minimum     uint64                // of the decision log: the records before it were pruned
	ids         [2]string             // of those records: by them a log is known again
	months      map[string]*monthMark // by name
	cases       map[string]*caseSum   // that the batch adds to
	order       []string              // of their keys as they came, so that the same log gives cases the same numbers
}

// monthMark is what the file knows of a month's file, so that one that is missing, or that lost its newest batches in a
// power failure, is found and brought up.
type monthMark struct {
	first, seq, access uint64 // the first and last decision, and the last access
	changed            bool
}

// caseSum is what a batch adds to a case.
type caseSum struct {
	place       casePlace
	p           *packed
	names       *names
	n           int
	first, last int64
	latest      string
	actions     int64 // one bit for each of actionBits
}

// actionBits gives each action a bit, so that a case can tell which its decisions had.
var actionBits = []string{"block", "redact", "mask", "generalise", "alert", "allow"}

func actionBit(action string) int64 {
	return 1 << max(slices.Index(actionBits, action), 0)
}

// openDeskWriter opens the file for the projection. bulk says that there will be very much of it, after which finish is
// to be called.
func openDeskWriter(ctx context.Context, path string, cache int, bulk bool) (*deskWriter, error) {
	if _, err := os.Stat(path + markSuffix); err == nil {
		return nil, errMarked
	}
	db, err := openFile(ctx, path, deskSchema, making, cache)
	if err != nil {
		return nil, err
	}
	if !bulk {
		if _, err := db.ExecContext(ctx, deskIndexes); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	w := &deskWriter{db: db, months: make(map[string]*monthMark), cases: make(map[string]*caseSum)}
	if err := w.restore(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return w, nil
}

func (w *deskWriter) restore(ctx context.Context) error {
	meta, err := readMeta(ctx, w.db)
	if err != nil {
		return err
	}
	w.seq, w.access, w.minimum = uint64(meta["seq"]), uint64(meta["access"]), uint64(meta["minimum"])
	for i := range w.ids {
		err := w.db.QueryRowContext(ctx, `SELECT text FROM last WHERE id = ?`, i).Scan(&w.ids[i])
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return scanRows(ctx, w.db, func(scan func(...any) error) error {
		var month string
		m := new(monthMark)
		err := scan(&month, &m.first, &m.seq, &m.access)
		w.months[month] = m
		return err
	}, `SELECT month, first, seq, access FROM months`)
}

func (w *deskWriter) begin(ctx context.Context) (err error) {
	if w.tx == nil {
		w.tx, err = w.db.BeginTx(ctx, nil)
	}
	return err
}

func (w *deskWriter) mark(month string, seq uint64) *monthMark {
	m := w.months[month]
	if m == nil {
		m = &monthMark{first: seq}
		w.months[month] = m
	}
	m.changed = true
	return m
}

// add counts a decision for its cases, unless the file has it.
func (w *deskWriter) add(month string, d *audit.Decision, p *packed, names *names) {
	if d.Seq <= w.seq {
		return
	}
	w.seq, w.ids[0] = d.Seq, d.ID
	w.mark(month, d.Seq).seq = d.Seq
	at := micros(d.Time)
	for _, place := range p.cases(names) {
		c := w.cases[place.key]
		if c == nil {
			c = &caseSum{place: place, p: p, names: names, first: at, last: at}
			w.cases[place.key] = c
			w.order = append(w.order, place.key)
		}
		c.n++
		c.first = min(c.first, at)
		if at >= c.last {
			c.last, c.latest = at, d.ID
		}
		c.actions |= actionBit(d.Action)
	}
}

// flushCases adds what the batch counted to the cases.
func (w *deskWriter) flushCases(ctx context.Context) error {
	if len(w.cases) == 0 {
		return nil
	}
	err := eachIn(ctx, w.tx, `INSERT INTO cases (key, client, rule, detector, category, print, object, field, n, open, first, last, latest, actions,
		status, verdict, by, assignee, reason, at, notes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', '', '', 0, 0)
		ON CONFLICT (key) DO UPDATE SET n = n + excluded.n, open = open + excluded.open, first = min(first, excluded.first),
		latest = CASE WHEN excluded.last >= last THEN excluded.latest ELSE latest END, last = max(last, excluded.last),
		actions = actions | excluded.actions`, func(exec func(...any) error) error {
		for _, key := range w.order {
			c := w.cases[key]
			f := c.place.finding
			object := f.object
			if object == dimObject.none() {
				object = c.p.object
			}
			name := c.names.text
			if err := exec(key, name(c.p.client), c.place.rule, name(f.detector), name(f.category), c.place.fp, name(object), name(f.field),
				c.n, c.n, c.first, c.last, c.latest, c.actions); err != nil {
				return err
			}
		}
		return nil
	})
	clear(w.cases)
	w.order = w.order[:0]
	return err
}

// note puts an access into the file, unless the file has it.
func (w *deskWriter) note(ctx context.Context, a *audit.Access) error {
	if a.Seq <= w.access {
		return nil
	}
	w.access, w.ids[1] = a.Seq, a.ID
	line, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if _, err := w.tx.ExecContext(ctx, `INSERT INTO accesses (seq, time, actor, kind, target, outcome, line) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		int64(a.Seq), micros(a.Time), a.Actor, string(a.Kind), a.Target, a.Outcome, line); err != nil {
		return err
	}
	if a.Mark != nil && a.Mark.Minimum > 0 {
		return w.prune(ctx, a.Mark.Minimum)
	}
	if a.Outcome != outcomeOK || a.Review == nil {
		return nil
	}
	if moving(a) {
		for _, id := range a.Review.Decisions {
			if _, err := w.tx.ExecContext(ctx, `INSERT OR IGNORE INTO events (decision, seq) VALUES (?, ?)`, id, int64(a.Seq)); err != nil {
				return err
			}
		}
	}
	switch {
	case a.Kind == audit.AccessView && a.Review.View != nil:
		return w.view(ctx, a)
	case a.Kind == audit.AccessException && a.Review.Exception != nil:
		return w.exception(ctx, a)
	case a.Kind == audit.AccessHold && a.Review.Hold != nil:
		return w.hold(ctx, a)
	}
	return nil
}

func (w *deskWriter) view(ctx context.Context, a *audit.Access) (err error) {
	v := a.Review.View
	owner := v.Owner
	if owner == "" {
		owner = a.Actor
	}
	if v.Deleted {
		_, err = w.tx.ExecContext(ctx, `DELETE FROM views WHERE owner = ? AND name = ?`, owner, v.Name)
	} else {
		_, err = w.tx.ExecContext(ctx, `INSERT OR REPLACE INTO views (owner, name, query, shared) VALUES (?, ?, ?, ?)`, owner, v.Name, v.Query, v.Shared)
	}
	return err
}

// exception projects a step of an exception. The first record of one must request it; what it lets through stays as it
// was requested; and who approves it must be somebody else. A record that says otherwise changes nothing.
func (w *deskWriter) exception(ctx context.Context, a *audit.Access) error {
	next := *a.Review.Exception
	was, err := readException(ctx, w.tx, next.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		if next.State != "requested" {
			return nil
		}
		return w.storeException(ctx, next, a.Seq)
	case err != nil:
		return err
	}
	step := was.State + " " + next.State
	switch {
	case step == "requested approved" && !strings.EqualFold(a.Actor, was.RequestedBy):
	case step == "requested rejected", step == "requested revoked", step == "approved revoked":
	default:
		return nil
	}
	was.State, was.DecidedBy, was.WouldAllow = next.State, next.DecidedBy, next.WouldAllow
	return w.storeException(ctx, was, a.Seq)
}

func (w *deskWriter) storeException(ctx context.Context, e audit.Exception, seq uint64) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = w.tx.ExecContext(ctx, `INSERT INTO exceptions (id, seq, line) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET line = excluded.line`, e.ID, int64(seq), line)
	return err
}

func (w *deskWriter) hold(ctx context.Context, a *audit.Access) error {
	line, err := json.Marshal(a.Review.Hold)
	if err != nil {
		return err
	}
	_, err = w.tx.ExecContext(ctx, `INSERT INTO holds (id, seq, line) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET line = excluded.line`,
		a.Review.Hold.ID, int64(a.Seq), line)
	return err
}

// setCase stores where a case stands after a batch.
func (w *deskWriter) setCase(ctx context.Context, key string, open int, s State) error {
	_, err := w.tx.ExecContext(ctx, `UPDATE cases SET open = ?, status = ?, verdict = ?, by = ?, assignee = ?, reason = ?, at = ?, notes = ? WHERE key = ?`,
		open, s.Status, s.Verdict, s.By, s.Assignee, s.Reason, atMicros(s), s.Notes, key)
	return err
}

// commit makes the batch visible.
func (w *deskWriter) commit(ctx context.Context) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	if err := w.flushCases(ctx); err != nil {
		return err
	}
	for month, m := range w.months {
		if !m.changed {
			continue
		}
		if _, err := w.tx.ExecContext(ctx, `INSERT OR REPLACE INTO months (month, first, seq, access) VALUES (?, ?, ?, ?)`,
			month, int64(m.first), int64(m.seq), int64(m.access)); err != nil {
			return err
		}
		m.changed = false
	}
	for i, id := range w.ids {
		if _, err := w.tx.ExecContext(ctx, `INSERT OR REPLACE INTO last (id, text) VALUES (?, ?)`, i, id); err != nil {
			return err
		}
	}
	if err := writeMeta(ctx, w.tx, map[string]int64{"seq": int64(w.seq), "access": int64(w.access), "minimum": int64(w.minimum)}); err != nil {
		return err
	}
	err := w.tx.Commit()
	w.tx = nil
	return err
}

// close gives up what was not committed.
func (w *deskWriter) close() error {
	var err error
	if w.tx != nil {
		err = w.tx.Rollback()
	}
	return errors.Join(err, w.db.Close())
}

// finish makes the indexes that bulk left out.
func (w *deskWriter) finish(ctx context.Context) error {
	_, err := w.db.ExecContext(ctx, deskIndexes)
	return err
}

// clear takes everything out of the file.
func (w *deskWriter) clear(ctx context.Context) error {
	if w.tx != nil {
		if err := w.tx.Rollback(); err != nil {
			return err
		}
		w.tx = nil
	}
	_, err := w.db.ExecContext(ctx, `BEGIN; DELETE FROM meta; DELETE FROM last; DELETE FROM months; DELETE FROM cases; DELETE FROM accesses;
		DELETE FROM events; DELETE FROM views; DELETE FROM exceptions; DELETE FROM holds; COMMIT`)
	w.seq, w.access, w.minimum, w.ids = 0, 0, 0, [2]string{}
	clear(w.months)
	clear(w.cases)
	w.order = w.order[:0]
	return err
}
