package index

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/phigate/phigate/audit"
)

// projector brings the records of both logs into the files. Each file knows up to which record it has them, in the same
// transaction as the rows, so that each record counts exactly once however often a batch is cut short: the file of what
// people did commits last, and what it does not have is projected again, and passed over by the files that have it.
// One goroutine at a time uses it.
type projector struct {
	x      *Index
	desk   *deskWriter
	months map[string]*monthWriter

	// The records from which on to read, which are those after the last that every file has.
	seq, access uint64
	// renewed says that the file of what people did was put aside.
	renewed bool
	// more projects the decisions that the log has by now: an access may speak of one that is not here yet.
	more func(ctx context.Context) error
}

// writersOpen is how many months are written at the same time. Two are around midnight of a month's last day.
const writersOpen = 2

func newProjector(ctx context.Context, x *Index) (*projector, error) {
	path := filepath.Join(x.cfg.Dir, deskName)
	desk, err := openDeskWriter(ctx, path, x.cache, x.bulk)
	renewed := err != nil && damaged(err)
	if renewed {
		x.cfg.Damaged(path, err)
		if err := setAside(path, x.cfg.Now()); err != nil {
			return nil, err
		}
		desk, err = openDeskWriter(ctx, path, x.cache, x.bulk)
	}
	if err != nil {
		return nil, err
	}
	p := &projector{x: x, desk: desk, renewed: renewed, months: make(map[string]*monthWriter)}
	if err := p.survey(ctx); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// survey looks which files are there and how far they got.
func (p *projector) survey(ctx context.Context) error {
	p.seq, p.access = p.desk.seq, p.desk.access
	if err := p.sweep(ctx); err != nil {
		return err
	}
	there, err := months(p.x.cfg.Dir)
	if err != nil {
		return err
	}
	for _, month := range there {
		path := monthFile(p.x.cfg.Dir, month)
		meta, err := p.inspect(ctx, path)
		mark := p.desk.months[month]
		switch {
		case err == nil && mark == nil:
			// The file of what people did is new, or lost what it knew. Then all is built again, so that the cases are right.
			if err := p.discard(month, path); err != nil {
				return err
			}
		case err == nil:
			if seq := uint64(meta["seq"]); seq < mark.seq {
				p.seq = min(p.seq, max(seq, mark.first-1))
			}
			if access := uint64(meta["access"]); access < mark.access {
				p.access = min(p.access, access)
			}
		case isGone(err):
			if err := p.discard(month, path); err != nil {
				return err
			}
		case damaged(err):
			p.x.cfg.Damaged(path, err)
			p.x.forget(month)
			if err := setAside(path, p.x.cfg.Now()); err != nil {
				return err
			}
		default:
			return err
		}
	}
	for month, mark := range p.desk.months {
		if _, err := os.Stat(monthFile(p.x.cfg.Dir, month)); errors.Is(err, os.ErrNotExist) {
			p.seq = min(p.seq, mark.first-1)
			if mark.access > 0 {
				p.access = 0
			}
		}
	}
	return nil
}

var errMarked = fmt.Errorf("a search found it damaged: %w", errForeign)

func (p *projector) inspect(ctx context.Context, path string) (map[string]int64, error) {
	if _, err := os.Stat(path + markSuffix); err == nil {
		return nil, errMarked
	}
	db, err := openFile(ctx, path, monthSchema, reading, 64)
	if err != nil {
		return nil, err
	}
	meta, err := readMeta(ctx, db)
	return meta, errors.Join(err, db.Close())
}

// discard removes a file that is as it should be, but not wanted.
func (p *projector) discard(month, path string) error {
	p.x.forget(month)
	for _, suffix := range []string{"", "-wal", "-shm", markSuffix} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// errOther says that the index was made from another log.
var errOther = errors.New("the index was made from another log")

// startOver removes all files, because they were made from another log.
func (p *projector) startOver(ctx context.Context) error {
	path := filepath.Join(p.x.cfg.Dir, deskName)
	p.x.cfg.Damaged(path, errOther)
	for _, w := range p.months {
		if err := w.close(); err != nil {
			return err
		}
	}
	clear(p.months)
	there, err := months(p.x.cfg.Dir)
	if err != nil {
		return err
	}
	for _, month := range there {
		if err := p.discard(month, monthFile(p.x.cfg.Dir, month)); err != nil {
			return err
		}
	}
	// The file of what people did is emptied and not replaced, because searches have it open.
	if err := p.desk.clear(ctx); err != nil {
		return err
	}
	p.seq, p.access = 0, 0
	p.x.advance(0, 0, time.Time{})
	return nil
}

// writer returns the writer of a month.
func (p *projector) writer(ctx context.Context, month string) (*monthWriter, error) {
	if w := p.months[month]; w != nil {
		return w, nil
	}
	w, err := openMonthWriter(ctx, monthFile(p.x.cfg.Dir, month), month, p.x.cache)
	if err != nil {
		return nil, p.fail(month, err)
	}
	p.months[month] = w
	return w, nil
}

// decisions projects a batch of decisions, in the order of their numbers.
func (p *projector) decisions(ctx context.Context, batch []*audit.Decision) error {
	if err := p.desk.begin(ctx); err != nil {
		return err
	}
	var used []*monthWriter
	for _, d := range batch {
		if d.Seq == p.desk.seq && d.ID != p.desk.ids[0] {
			return errOther
		}
		month := monthOf(micros(d.Time))
		w, err := p.writer(ctx, month)
		if err != nil {
			return err
		}
		packed, err := w.add(ctx, d)
		if err != nil {
			return p.fail(month, err)
		}
		p.desk.add(month, d, packed, w.dict.names)
		if d.Mark != nil {
			p.desk.minimum = max(p.desk.minimum, d.Mark.Minimum)
		}
		used = append(used, w)
	}
	if err := p.commit(ctx); err != nil {
		return err
	}
	p.seq = max(p.seq, batch[len(batch)-1].Seq)
	if err := p.sweep(ctx); err != nil {
		return err
	}
	return p.retire(ctx, used)
}

// commit makes what the files have visible, the months first.
func (p *projector) commit(ctx context.Context) error {
	for _, w := range p.months {
		if err := w.commit(ctx); err != nil {
			return p.fail(w.month, err)
		}
	}
	return p.desk.commit(ctx)
}

// retire lets go of months that are over.
func (p *projector) retire(ctx context.Context, used []*monthWriter) error {
	names := slices.Sorted(maps.Keys(p.months))
	for i, name := range names {
		w := p.months[name]
		if w.idle++; slices.Contains(used, w) || i == len(names)-1 || w.idle < 16 && len(names) <= writersOpen {
			continue
		}
		if err := errors.Join(w.seal(ctx), w.close()); err != nil {
			return p.fail(name, err)
		}
		delete(p.months, name)
	}
	return nil
}

// caseState is what a batch of accesses made of a case.
type caseState struct {
	state State
	notes int
}

// accesses projects a batch of accesses, in the order of their numbers.
func (p *projector) accesses(ctx context.Context, batch []*audit.Access) error {
	where, err := p.locate(ctx, batch)
	if err != nil {
		return err
	}
	cases := make(map[string]*caseState)
	var used []*monthWriter
	for _, a := range batch {
		if a.Seq == p.desk.access && a.ID != p.desk.ids[1] {
			return errOther
		}
		if !moving(a) || a.Seq <= p.access {
			continue
		}
		for _, id := range a.Review.Decisions {
			month, ok := where[id]
			if !ok {
				continue // it was pruned from the log, or never was
			}
			w, err := p.writer(ctx, month)
			if err != nil {
				return err
			}
			used = append(used, w)
			if err := p.move(ctx, w, a, id, cases); err != nil {
				return p.fail(month, err)
			}
		}
	}
	last := batch[len(batch)-1].Seq
	for _, w := range p.months {
		if w.tx != nil {
			w.access = max(w.access, last)
			m := p.desk.mark(w.month, w.seq)
			m.access = max(m.access, w.access)
		}
		if err := w.commit(ctx); err != nil {
			return p.fail(w.month, err)
		}
	}
	if err := p.noteAll(ctx, batch, cases); err != nil {
		return err
	}
	p.access = max(p.access, last)
	return p.retire(ctx, used)
}

// locate finds the months of the decisions that accesses act on. One that is not here yet, but in the log, is projected
// first.
func (p *projector) locate(ctx context.Context, batch []*audit.Access) (map[string]string, error) {
	where := make(map[string]string)
	asked := false
	for _, a := range batch {
		if !moving(a) || a.Seq <= p.access {
			continue
		}
		for _, id := range a.Review.Decisions {
			at, err := p.x.locate(ctx, id)
			if errors.Is(err, ErrNotFound) && !asked {
				if err := p.more(ctx); err != nil {
					return nil, err
				}
				asked = true
				at, err = p.x.locate(ctx, id)
			}
			switch {
			case err == nil:
				where[id] = at.month
			case !errors.Is(err, ErrNotFound):
				return nil, err
			}
		}
	}
	return where, nil
}

// move lets an access act on a decision, and notes what that makes of its cases.
func (p *projector) move(ctx context.Context, w *monthWriter, a *audit.Access, id string, cases map[string]*caseState) error {
	change, err := w.move(ctx, a, id)
	if err != nil || change == nil || a.Seq <= p.desk.access {
		return err
	}
	for _, key := range change.cases {
		c := cases[key]
		if c == nil {
			c = new(caseState)
			cases[key] = c
		}
		if a.Kind == audit.AccessNote {
			c.notes++
		} else {
			c.state = change.after
		}
	}
	return nil
}

// noteAll puts accesses, and what they made of cases, into the file of what people did.
func (p *projector) noteAll(ctx context.Context, batch []*audit.Access, cases map[string]*caseState) error {
	if err := p.desk.begin(ctx); err != nil {
		return err
	}
	for _, a := range batch {
		if err := p.desk.note(ctx, a); err != nil {
			return err
		}
	}
	for key, c := range cases {
		if err := p.restate(ctx, key, c); err != nil {
			return err
		}
	}
	return p.desk.commit(ctx)
}

// restate stores where a case stands: the state of the decision that changed last, and how many of its decisions have
// no verdict yet, which is counted anew.
func (p *projector) restate(ctx context.Context, key string, c *caseState) error {
	was, in, err := readCaseState(ctx, p.desk.tx, key)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	next := c.state
	if next.Status == "" {
		next = was
	}
	next.Notes = was.Notes + c.notes
	open, err := p.x.openOf(ctx, key, in)
	if err != nil {
		return err
	}
	return p.desk.setCase(ctx, key, open, next)
}

// fail says which month an error is about, and marks its file if it is damaged.
func (p *projector) fail(month string, err error) error {
	if damaged(err) {
		p.x.condemn(monthFile(p.x.cfg.Dir, month), err)
	}
	return fmt.Errorf("%s: %w", month, err)
}

// close gives up what was not committed, and lets go of the files.
func (p *projector) close() error {
	errs := []error{p.desk.close()}
	for _, w := range p.months {
		errs = append(errs, w.close())
	}
	return errors.Join(errs...)
}
