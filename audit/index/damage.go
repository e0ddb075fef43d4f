package index

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// errHarmed says that a file is damaged and is to be built again.
var errHarmed = errors.New("a file of the index is damaged")

// markPoll is how often Run looks for the marks of processes that only read.
const markPoll = 30 * time.Second

// condemn marks a file as damaged, so that it is put aside and built again: by Run, which is told, or when the index is
// opened next.
func (x *Index) condemn(path string, err error) {
	x.cfg.Damaged(path, err)
	if f, err := os.OpenFile(path+markSuffix, os.O_WRONLY|os.O_CREATE, 0o600); err == nil {
		_ = f.Close() // nothing was written
	}
	select {
	case x.harm <- struct{}{}:
	default:
	}
}

// marked reports whether there is a mark beside a file.
func (x *Index) marked() bool {
	marks, err := filepath.Glob(filepath.Join(x.cfg.Dir, "*"+fileSuffix+markSuffix))
	return err == nil && len(marks) > 0
}

// explain says what went wrong with a search of a month. A file that is damaged is put on record.
func (x *Index) explain(err error, month string) error {
	return x.explainFile(err, monthFile(x.cfg.Dir, month))
}

func (x *Index) explainFile(err error, path string) error {
	switch {
	case err == nil || errors.Is(err, ErrNotFound):
		return err
	case damaged(err):
		x.condemn(path, err)
		return fmt.Errorf("search %s: the file is damaged, and is to be built again from the log: %w", path, err)
	}
	return fmt.Errorf("search %s: %w", path, err)
}

// isGone reports whether err says that a month has no file, or an empty one: it was pruned, is put aside and not built
// again yet, or is being made.
func isGone(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// sweep removes the months whose decisions were all pruned from the log, and the cases that were met in no other. A month
// of which the log still has a part stays whole.
func (p *projector) sweep(ctx context.Context) error {
	var old []string
	for month, mark := range p.desk.months {
		if mark.seq < p.desk.minimum {
			old = append(old, month)
		}
	}
	if len(old) == 0 {
		return nil
	}
	// The files go first: what is written down about one that is gone says that it is to go.
	for _, month := range old {
		if w := p.months[month]; w != nil {
			if err := w.close(); err != nil {
				return err
			}
			delete(p.months, month)
		}
		if err := p.discard(month, monthFile(p.x.cfg.Dir, month)); err != nil {
			return err
		}
	}
	return p.desk.forget(ctx, old)
}

// forget takes months out of the file, and the cases that were last met before any other month.
func (w *deskWriter) forget(ctx context.Context, old []string) error {
	if err := w.begin(ctx); err != nil {
		return err
	}
	for _, month := range old {
		if _, err := w.tx.ExecContext(ctx, `DELETE FROM months WHERE month = ?`, month); err != nil {
			return err
		}
		delete(w.months, month)
	}
	oldest := forever().hi
	for month := range w.months {
		in, err := monthSpan(month)
		if err != nil {
			return err
		}
		oldest = min(oldest, in.lo)
	}
	if _, err := w.tx.ExecContext(ctx, `DELETE FROM cases WHERE last < ?`, oldest); err != nil {
		return err
	}
	return w.commit(ctx)
}

// prune takes out the accesses before number minimum, which were pruned from the log. What they made of decisions, views
// and exceptions stays.
func (w *deskWriter) prune(ctx context.Context, minimum uint64) error {
	for _, table := range []string{"accesses", "events"} {
		if _, err := w.tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE seq < ?`, int64(minimum)); err != nil {
			return err
		}
	}
	return nil
}
