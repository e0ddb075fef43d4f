package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// month is a month's file as searches read it, and what they keep of it in memory: its names, the clock of each closed
// chunk, and its tail. All three only grow, so that a view has what was there when it was made.
type month struct {
	name string
	db   *sql.DB

	// The index's mutex guards these two.
	users int
	used  uint64

	mu     sync.Mutex // guards what follows, not what it points to
	names  *names
	clocks []clock
	tail   *tail
}

// monthConns is how many searches read one file at a time; others wait.
const monthConns = 4

func openMonth(ctx context.Context, path, name string) (*month, error) {
	db, err := openFile(ctx, path, monthSchema, reading, 1024)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(monthConns)
	db.SetMaxIdleConns(2)
	return &month{name: name, db: db, names: new(names), tail: new(tail)}, nil
}

// view is a month at one moment.
type view struct {
	month  string
	tx     *sql.Tx
	names  *names
	clocks []clock
	tail   *tail
	n      int // decisions of the tail that the moment knows
	stmts  map[string]*sql.Stmt
}

// at returns the month as it is now. The view must be closed.
func (m *month) at(ctx context.Context) (*view, error) {
	for range 10 {
		tx, err := m.db.BeginTx(ctx, nil)
		if err != nil {
			return nil, err
		}
		v, err := m.look(ctx, tx)
		if v != nil && err == nil {
			return v, nil
		}
		if err = errors.Join(err, tx.Rollback()); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the index is written faster than it can be read")
}

// look makes a view of what tx sees. It returns none if that is older than what others have already seen.
func (m *month) look(ctx context.Context, tx *sql.Tx) (*view, error) {
	var closed, known, changes int64
	var last sql.NullInt64
	err := tx.QueryRowContext(ctx, `SELECT ifnull((SELECT value FROM meta WHERE key = 'closed'), 0), ifnull((SELECT value FROM meta WHERE key = 'names'), 0),
		ifnull((SELECT value FROM meta WHERE key = 'changes'), 0), (SELECT value FROM meta WHERE key = 'next')`).Scan(&closed, &known, &changes, &last)
	if err == nil && !last.Valid {
		err = errUnborn // it has its tables, and nothing in them yet
	}
	if err != nil {
		return nil, err
	}
	next := last.Int64
	m.mu.Lock()
	defer m.mu.Unlock()
	if int64(len(m.clocks)) > closed {
		return nil, nil
	}
	fresh := int64(len(m.clocks)) < closed
	if fresh || int64(len(m.names.list)) < known {
		if m.names, err = readNames(ctx, tx, m.names, fresh); err != nil {
			return nil, err
		}
	}
	if fresh {
		if err := m.readClocks(ctx, tx); err != nil {
			return nil, err
		}
	}
	if m.tail.chunk < closed {
		m.tail = &tail{chunk: closed}
	}
	n := next - closed<<chunkBits
	if int64(m.tail.len()) < n || m.tail.changes < changes {
		if m.tail, err = readTail(ctx, tx, m.tail, m.names, changes); err != nil {
			return nil, err
		}
	}
	return &view{month: m.name, tx: tx, names: m.names, clocks: m.clocks, tail: m.tail, n: int(n)}, nil
}

func (m *month) readClocks(ctx context.Context, tx *sql.Tx) error {
	return scanRows(ctx, tx, func(scan func(...any) error) error {
		var chunk int
		var c clock
		var data []byte
		if err := scan(&chunk, &c.n, &c.all.lo, &c.all.hi, &data); err != nil {
			return err
		}
		if err := c.read(data); err != nil || chunk != len(m.clocks) || c.n < 1 || c.n > chunkSize {
			return errRecord
		}
		m.clocks = append(m.clocks, c)
		return nil
	}, `SELECT chunk, n, lo, hi, clock FROM chunks WHERE chunk >= ? ORDER BY chunk`, len(m.clocks))
}

// prepare returns a statement that is used often. It is closed with the view.
func (v *view) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt := v.stmts[text]; stmt != nil {
		return stmt, nil
	}
	stmt, err := v.tx.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if v.stmts == nil {
		v.stmts = make(map[string]*sql.Stmt)
	}
	v.stmts[text] = stmt
	return stmt, nil
}

// close ends the view, and with its transaction the statements.
func (v *view) close() { _ = v.tx.Rollback() } // it only read

// chunks is the number of chunks with the tail.
func (v *view) chunks() int64 { return v.tail.chunk + 1 }

// size is how many decisions a chunk has.
func (v *view) size(chunk int64) int {
	if chunk == v.tail.chunk {
		return v.n
	}
	return v.clocks[chunk].n
}

// newest is when the newest decision was taken.
func (v *view) newest() int64 {
	newest := forever().lo
	for i := range v.clocks {
		newest = max(newest, v.clocks[i].all.hi)
	}
	for _, t := range v.tail.times[:v.n] {
		newest = max(newest, t)
	}
	return newest
}

// load puts into sets, which stand for the chunks from lo on, which of their decisions a clause finds, whatever its not
// says. Chunks whose set is nil are left out. The chunks are closed ones.
func (v *view) load(ctx context.Context, c *clause, lo int64, sets []*set) error {
	where := chunkCondition(lo, sets)
	if where == "" {
		return nil
	}
	for ids := c.names; len(ids) > 0; {
		part := ids[:min(len(ids), 200)]
		ids = ids[len(part):]
		if err := v.loadQuery(ctx, lo, sets, `SELECT chunk, data FROM sets WHERE name IN `+idList(part)+where); err != nil {
			return err
		}
	}
	for _, r := range c.marks {
		var err error
		if r.exact {
			err = v.loadQuery(ctx, lo, sets, `SELECT chunk, data FROM marks WHERE mark = ?`+where, r.start)
		} else {
			err = v.loadQuery(ctx, lo, sets, `SELECT chunk, data FROM marks WHERE mark >= ? AND mark < ?`+where, r.start, r.start+"\xff")
		}
		if err != nil {
			return err
		}
	}
	for chunk, s := range c.ords {
		if at := chunk - lo; at >= 0 && at < int64(len(sets)) && sets[at] != nil {
			sets[at].or(s)
		}
	}
	return nil
}

func (v *view) loadQuery(ctx context.Context, lo int64, sets []*set, text string, args ...any) error {
	var data sql.RawBytes
	return scanRows(ctx, v.tx, func(scan func(...any) error) error {
		var chunk int64
		if err := scan(&chunk, &data); err != nil {
			return err
		}
		if s := sets[chunk-lo]; s != nil {
			return s.orStored(data)
		}
		return nil
	}, text, args...)
}

// chunkCondition selects the chunks whose set is not nil, or a range in which they are.
func chunkCondition(lo int64, sets []*set) string {
	var live []int64
	for i, s := range sets {
		if s != nil {
			live = append(live, lo+int64(i))
		}
	}
	switch n := int64(len(live)); {
	case n == 0:
		return ""
	case n <= 8 && live[n-1]-live[0] >= 4*n:
		return " AND chunk IN " + idList(live)
	default:
		return fmt.Sprintf(" AND chunk BETWEEN %d AND %d", live[0], live[n-1])
	}
}

// idList writes numbers as SQL does.
func idList[T ~int64 | ~uint32](ids []T) string {
	var b strings.Builder
	b.WriteByte('(')
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprint(&b, uint64(id))
	}
	b.WriteByte(')')
	return b.String()
}

// times returns when the decisions of a block were taken.
func (v *view) times(ctx context.Context, block int64) ([]int64, error) {
	if chunk := block / chunkBlocks; chunk == v.tail.chunk {
		start := int(block%chunkBlocks) * blockSize
		return v.tail.times[min(start, v.n):min(start+blockSize, v.n)], nil
	}
	stmt, err := v.prepare(ctx, `SELECT data FROM times WHERE block = ?`)
	if err != nil {
		return nil, err
	}
	var data []byte
	if err := stmt.QueryRowContext(ctx, block).Scan(&data); err != nil {
		return nil, err
	}
	return readTimes(data)
}

// clock returns when the decisions of a chunk were taken.
func (v *view) clock(chunk int64) clock {
	if chunk == v.tail.chunk {
		return newClock(v.tail.times[:v.n])
	}
	return v.clocks[chunk]
}

// trim takes the decisions out of s, of a chunk, that are not in a span of time.
func (v *view) trim(ctx context.Context, chunk int64, s *set, in span) error {
	c := v.clock(chunk)
	if in.lo <= c.all.lo && c.all.hi <= in.hi {
		return nil
	}
	for i, b := range c.blocks[:(c.n+blockSize-1)/blockSize] {
		words := s[i*blockSize/64 : (i+1)*blockSize/64]
		switch {
		case in.lo <= b.lo && b.hi <= in.hi:
		case b.hi < in.lo || in.hi < b.lo:
			clear(words)
		default:
			times, err := v.times(ctx, chunk*chunkBlocks+int64(i))
			if err != nil {
				return err
			}
			for at, t := range times {
				if t < in.lo || in.hi < t {
					words[at/64] &^= 1 << (at % 64)
				}
			}
		}
	}
	return nil
}
