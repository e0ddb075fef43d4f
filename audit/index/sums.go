package index

import (
	"context"
	"database/sql"
	"slices"

	"github.com/phigate/phigate/audit"
)

// What sums are kept by. The numbers are stored.
const (
	byAction = iota
	byClient
	byRule
	byDetector
	byCategory
)

// sumKeys are the names that Series and Top have for them.
var sumKeys = [...]string{"action", "client", "rule", "detector", "category"}

// What a client meets. The numbers are stored.
const (
	meetsObject = iota
	meetsSource
)

// The widths of what is summed up, in microseconds.
const (
	hour = 3_600_000_000
	day  = 24 * hour
)

// sums are what charts are drawn of, by hours and days: they are collected for a batch and then added to what the file
// has.
//
// An exchange counts once: a body that had an opening record counts when its closing record comes, which has its
// totals. What administrators did does not count.
type sums struct {
	hours, days map[sumKey]amount
	clients     map[clientKey]clientSum
	meets       map[meetKey]struct{}
	flows       map[flowKey]flowSum
	kinds       map[flowKind]int64 // the numbers that kinds of flow have in the file, as far as they are remembered
}

type sumKey struct {
	by     int
	action nameID // or anyAction
	start  int64
	name   nameID
}

// anyAction stands for all actions together.
const anyAction nameID = 0

type amount struct{ n, bytes int64 }

type clientKey struct {
	start  int64
	client nameID
}

type clientSum struct {
	n, blocked, findings, bytes int64
	span                        span
}

type meetKey struct {
	what         int
	start        int64
	client, name nameID
}

type flowKey struct {
	start int64
	kind  flowKind
}

// flowKind is what a flow is, whenever it was: client, direction, object, field, category, detector and action.
type flowKind [7]nameID

type flowSum struct {
	n, last int64
	example string
}

func newSums() sums {
	return sums{
		hours: make(map[sumKey]amount), days: make(map[sumKey]amount), clients: make(map[clientKey]clientSum),
		meets: make(map[meetKey]struct{}), flows: make(map[flowKey]flowSum), kinds: make(map[flowKind]int64),
	}
}

// start returns when the hour or day of a time begins.
func start(t, width int64) int64 { return t - ((t%width)+width)%width }

// add adds a decision.
func (s *sums) add(d *audit.Decision, at int64, p *packed) {
	if d.Kind == audit.Opening || d.Kind == audit.Admin {
		return
	}
	seen := make([][2]uint32, 0, 16)
	count := func(by int, name nameID) {
		if key := [2]uint32{uint32(by), uint32(name)}; !slices.Contains(seen, key) {
			seen = append(seen, key)
			for _, action := range [...]nameID{p.action, anyAction} {
				h, d2 := sumKey{by, action, start(at, hour), name}, sumKey{by, action, start(at, day), name}
				s.hours[h], s.days[d2] = s.hours[h].plus(d.Bytes), s.days[d2].plus(d.Bytes)
			}
		}
	}
	count(byAction, p.action)
	count(byClient, p.client)
	for _, id := range p.rules {
		count(byRule, id)
	}
	findings := int64(0)
	for i := range p.findings {
		f := &p.findings[i]
		findings += int64(f.count)
		count(byDetector, f.detector)
		count(byCategory, f.category)
		for _, id := range f.rules {
			count(byRule, id)
		}
		if !p.doubled(f) {
			s.flow(d, at, p, f)
		}
		s.meet(meetsObject, at, p.client, f.object)
	}
	s.meet(meetsObject, at, p.client, p.object)
	s.meet(meetsSource, at, p.client, p.source)

	key := clientKey{start(at, hour), p.client}
	c, known := s.clients[key]
	if !known {
		c.span = span{at, at}
	}
	c.n, c.findings, c.bytes, c.span = c.n+1, c.findings+findings, c.bytes+d.Bytes, c.span.with(at)
	if d.Action == "block" {
		c.blocked++
	}
	s.clients[key] = c
}

func (a amount) plus(bytes int64) amount { return amount{a.n + 1, a.bytes + bytes} }

func (s *sums) meet(what int, at int64, client, name nameID) {
	if name != dimObject.none() && name != dimText.none() {
		s.meets[meetKey{what, start(at, day), client, name}] = struct{}{}
	}
}

// doubled reports whether f is what a rule did to a field, whatever it held, while another finding tells what that was.
func (p *packed) doubled(f *packedFinding) bool {
	return f.category == dimCategory.none() && slices.ContainsFunc(p.findings, func(o packedFinding) bool {
		return o.category != dimCategory.none() && o.object == f.object && o.field == f.field
	})
}

// flow adds what moved, and what was done about it: of a body that was refused before any of it was released, nothing
// moved, whatever the rules did to single values.
func (s *sums) flow(d *audit.Decision, at int64, p *packed, f *packedFinding) {
	action := f.action
	if d.Action == "block" && (d.Kind == audit.Whole || d.Kind == audit.Connect) {
		action = p.action
	}
	object := f.object
	if object == dimObject.none() {
		object = p.object
	}
	key := flowKey{start(at, day), flowKind{p.client, p.dir, object, f.field, f.category, f.detector, action}}
	sum := s.flows[key]
	sum.n += int64(f.count)
	if at >= sum.last {
		sum.last, sum.example = at, d.ID
	}
	s.flows[key] = sum
}

// store adds what was collected to what the file has.
func (s *sums) store(ctx context.Context, tx *sql.Tx) error {
	for table, list := range map[string]map[sumKey]amount{"hours": s.hours, "days": s.days} {
		err := eachIn(ctx, tx, `INSERT INTO `+table+` (by, action, start, name, n, bytes) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET n = n + excluded.n, bytes = bytes + excluded.bytes`, func(exec func(...any) error) error {
			for k, a := range list {
				if err := exec(k.by, int64(k.action), k.start, int64(k.name), a.n, a.bytes); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		clear(list)
	}
	if err := s.storeClients(ctx, tx); err != nil {
		return err
	}
	return s.storeFlows(ctx, tx)
}

func (s *sums) storeClients(ctx context.Context, tx *sql.Tx) error {
	err := eachIn(ctx, tx, `INSERT INTO clients (start, client, n, blocked, findings, bytes, first, last) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET n = n + excluded.n, blocked = blocked + excluded.blocked, findings = findings + excluded.findings,
		bytes = bytes + excluded.bytes, first = min(first, excluded.first), last = max(last, excluded.last)`, func(exec func(...any) error) error {
		for k, c := range s.clients {
			if err := exec(k.start, k.client, c.n, c.blocked, c.findings, c.bytes, c.span.lo, c.span.hi); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	clear(s.clients)
	err = eachIn(ctx, tx, `INSERT OR IGNORE INTO meets (what, start, client, name) VALUES (?, ?, ?, ?)`, func(exec func(...any) error) error {
		for k := range s.meets {
			if err := exec(k.what, k.start, k.client, k.name); err != nil {
				return err
			}
		}
		return nil
	})
	clear(s.meets)
	return err
}

func (s *sums) storeFlows(ctx context.Context, tx *sql.Tx) error {
	if err := s.numberKinds(ctx, tx); err != nil {
		return err
	}
	err := eachIn(ctx, tx, `INSERT INTO flows (start, kind, n, last, example) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n,
		example = CASE WHEN excluded.last >= last THEN excluded.example ELSE example END, last = max(last, excluded.last)`, func(exec func(...any) error) error {
		for k, f := range s.flows {
			if err := exec(k.start, s.kinds[k.kind], f.n, f.last, f.example); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = eachIn(ctx, tx, `UPDATE kinds SET n = n + ?1, example = CASE WHEN ?2 >= last THEN ?3 ELSE example END, last = max(last, ?2) WHERE id = ?4`,
		func(exec func(...any) error) error {
			for k, f := range s.flows {
				if err := exec(f.n, f.last, f.example, s.kinds[k.kind]); err != nil {
					return err
				}
			}
			return nil
		})
	clear(s.flows)
	return err
}

// numberKinds looks up the numbers of the kinds of flow in the batch, and gives one to each that has none.
func (s *sums) numberKinds(ctx context.Context, tx *sql.Tx) error {
	if len(s.kinds) > maxNames {
		clear(s.kinds)
	}
	for key := range s.flows {
		if _, ok := s.kinds[key.kind]; ok {
			continue
		}
		var args []any
		for _, id := range key.kind {
			args = append(args, int64(id))
		}
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO kinds (client, dir, object, field, category, detector, action, n, last, example)
			VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, '')`, args...); err != nil {
			return err
		}
		var id int64
		if err := tx.QueryRowContext(ctx, `SELECT id FROM kinds WHERE client = ? AND dir = ? AND object = ? AND field = ? AND category = ?
			AND detector = ? AND action = ?`, args...).Scan(&id); err != nil {
			return err
		}
		s.kinds[key.kind] = id
	}
	return nil
}
