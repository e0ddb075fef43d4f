package index

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/phigate/phigate/audit"
)

// monthWriter projects into the file of one month. What it is given becomes visible at commit, together with how far
// it got.
type monthWriter struct {
	month string
	db    *sql.DB
	dict  *dictionary
	tail  *tail

	// The numbers of the last records that the file knows, of the decision log and the access log.
	seq, access uint64
	changes     int64
	idle        int // batches since it was last used

	tx      *sql.Tx // nil between batches
	insert  *sql.Stmt
	sums    sums
	changed map[int64]*stateChange // by ord
	buf     []byte
}

func openMonthWriter(ctx context.Context, path, month string, cache int) (*monthWriter, error) {
	db, err := openFile(ctx, path, monthSchema, making, cache)
	if err != nil {
		return nil, err
	}
	w := &monthWriter{month: month, db: db, tail: new(tail), sums: newSums(), changed: make(map[int64]*stateChange)}
	if err := w.restore(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return w, nil
}

// restore reads what the file holds, or makes it begin.
func (w *monthWriter) restore(ctx context.Context) error {
	meta, err := readMeta(ctx, w.db)
	if err != nil {
		return err
	}
	w.seq, w.access, w.changes = uint64(meta["seq"]), uint64(meta["access"]), meta["changes"]
	if len(meta) == 0 {
		w.dict = newDictionary(newNames())
		for id := range w.dict.names.list[1:] {
			w.dict.fresh = append(w.dict.fresh, nameID(id+1))
		}
		if err := w.begin(ctx); err != nil {
			return err
		}
		return w.commit(ctx)
	}
	stored, err := readNames(ctx, w.db, new(names), false)
	if err != nil {
		return err
	}
	w.dict = newDictionary(stored)
	w.tail, err = readTail(ctx, w.db, &tail{chunk: meta["closed"]}, stored, w.changes)
	return err
}

func readMeta(ctx context.Context, db queryer) (map[string]int64, error) {
	meta := make(map[string]int64)
	err := scanRows(ctx, db, func(scan func(...any) error) error {
		var key string
		var value int64
		err := scan(&key, &value)
		meta[key] = value
		return err
	}, `SELECT key, value FROM meta`)
	return meta, err
}

func writeMeta(ctx context.Context, tx *sql.Tx, meta map[string]int64) error {
	for key, value := range meta {
		if _, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO meta VALUES (?, ?)`, key, value); err != nil {
			return err
		}
	}
	return nil
}

// begin starts a batch, if none is under way.
func (w *monthWriter) begin(ctx context.Context) (err error) {
	if w.idle = 0; w.tx != nil {
		return nil
	}
	if w.tx, err = w.db.BeginTx(ctx, nil); err != nil {
		return err
	}
	w.insert, err = w.tx.PrepareContext(ctx, `INSERT INTO rows (ord, seq, time, id, data) VALUES (?, ?, ?, ?, ?)`)
	return err
}

// add projects a decision, unless the file has it. It returns its stored form.
func (w *monthWriter) add(ctx context.Context, d *audit.Decision) (*packed, error) {
	if err := w.begin(ctx); err != nil {
		return nil, err
	}
	p := pack(d, w.dict.id)
	if d.Seq <= w.seq {
		return p, nil
	}
	w.seq = d.Seq
	at := micros(d.Time)
	w.buf = p.appendTo(w.buf[:0])
	ord := w.tail.chunk<<chunkBits + int64(w.tail.len())
	if _, err := w.insert.ExecContext(ctx, ord, int64(d.Seq), at, d.ID, w.buf); err != nil {
		return nil, err
	}
	w.tail.add(at, p, w.dict.names, firstReview(p, w.dict.names))
	w.sums.add(d, at, p)
	if w.tail.len() == chunkSize {
		return p, w.closeChunk(ctx)
	}
	return p, nil
}

// closeChunk stores the sets of the tail, and begins the next one.
func (w *monthWriter) closeChunk(ctx context.Context) error {
	if err := w.flushStates(ctx); err != nil {
		return err
	}
	if err := w.storeNames(ctx); err != nil {
		return err
	}
	t := w.tail
	n := t.len()
	names := make(map[nameID][]uint16)
	t.each(n, func(at uint16, id nameID) { names[id] = append(names[id], at) })
	err := w.each(ctx, `INSERT INTO sets (name, chunk, data) VALUES (?, ?, ?)`, func(exec func(...any) error) error {
		for _, id := range slices.Sorted(maps.Keys(names)) {
			w.buf = appendPlaces(w.buf[:0], names[id], n)
			if err := exec(int64(id), t.chunk, w.buf); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = w.each(ctx, `UPDATE names SET n = n + ? WHERE id = ?`, func(exec func(...any) error) error {
		for id, places := range names {
			if err := exec(len(places), int64(id)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := w.storeMarks(ctx); err != nil {
		return err
	}
	if err := w.storeClock(ctx); err != nil {
		return err
	}
	w.tail = &tail{chunk: t.chunk + 1, changes: w.changes}
	return nil
}

func (w *monthWriter) storeMarks(ctx context.Context) error {
	marks := slices.Clone(w.tail.marks)
	slices.SortStableFunc(marks, func(a, b mark) int { return strings.Compare(a.text, b.text) })
	return w.each(ctx, `INSERT INTO marks (mark, chunk, data) VALUES (?, ?, ?)`, func(exec func(...any) error) error {
		var places []uint16
		for i, m := range marks {
			places = append(places, m.at)
			if i+1 < len(marks) && marks[i+1].text == m.text {
				continue
			}
			w.buf = appendPlaces(w.buf[:0], places, w.tail.len())
			if err := exec(m.text, w.tail.chunk, w.buf); err != nil {
				return err
			}
			places = places[:0]
		}
		return nil
	})
}

func (w *monthWriter) storeClock(ctx context.Context) error {
	t := w.tail
	err := w.each(ctx, `INSERT INTO times (block, data) VALUES (?, ?)`, func(exec func(...any) error) error {
		block := t.chunk * chunkBlocks
		for times := range slices.Chunk(t.times, blockSize) {
			w.buf = appendTimes(w.buf[:0], times)
			if err := exec(block, w.buf); err != nil {
				return err
			}
			block++
		}
		return nil
	})
	if err != nil {
		return err
	}
	c := newClock(t.times)
	_, err = w.tx.ExecContext(ctx, `INSERT INTO chunks (chunk, n, lo, hi, clock) VALUES (?, ?, ?, ?, ?)`, t.chunk, c.n, c.all.lo, c.all.hi, c.appendTo(nil))
	return err
}

// each prepares a statement and lets f execute it.
func (w *monthWriter) each(ctx context.Context, text string, f func(exec func(...any) error) error) error {
	return eachIn(ctx, w.tx, text, f)
}

func eachIn(ctx context.Context, tx *sql.Tx, text string, f func(exec func(...any) error) error) error {
	stmt, err := tx.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	return errors.Join(f(func(args ...any) error {
		_, err := stmt.ExecContext(ctx, args...)
		return err
	}), stmt.Close())
}

// storeNames stores the names that are new.
func (w *monthWriter) storeNames(ctx context.Context) error {
	if len(w.dict.fresh) == 0 {
		return nil
	}
	err := w.each(ctx, `INSERT INTO names (id, dim, text, n) VALUES (?, ?, ?, 0)`, func(exec func(...any) error) error {
		for _, id := range w.dict.fresh {
			if err := exec(int64(id), int64(w.dict.names.list[id].dim), w.dict.names.list[id].text); err != nil {
				return err
			}
		}
		return nil
	})
	w.dict.fresh = w.dict.fresh[:0]
	return err
}

// commit makes the batch visible, with how far the file got.
func (w *monthWriter) commit(ctx context.Context) error {
	if w.tx == nil {
		return nil
	}
	if err := w.flushStates(ctx); err != nil {
		return err
	}
	if err := w.sums.store(ctx, w.tx); err != nil {
		return err
	}
	if err := w.storeNames(ctx); err != nil {
		return err
	}
	if err := writeMeta(ctx, w.tx, map[string]int64{
		"seq": int64(w.seq), "access": int64(w.access), "changes": w.changes, "names": int64(len(w.dict.names.list)),
		"closed": w.tail.chunk, "next": w.tail.chunk<<chunkBits + int64(w.tail.len()),
	}); err != nil {
		return err
	}
	if err := w.insert.Close(); err != nil {
		return err
	}
	err := w.tx.Commit()
	w.tx, w.insert = nil, nil
	return err
}

// seal closes the tail of a month that is over, although it is not full, so that searches need not keep it in memory.
func (w *monthWriter) seal(ctx context.Context) error {
	if w.tail.len() == 0 {
		return nil
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	if err := w.closeChunk(ctx); err != nil {
		return err
	}
	return w.commit(ctx)
}

// close gives up what was not committed.
func (w *monthWriter) close() error {
	var err error
	if w.tx != nil {
		err = w.tx.Rollback()
	}
	return errors.Join(err, w.db.Close())
}
