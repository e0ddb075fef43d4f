package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/phigate/phigate/audit"
)

// take returns a projector. The caller must call give when it is done.
func (x *Index) take(ctx context.Context) (*projector, error) {
	if x.cfg.ReadOnly {
		return nil, ErrReadOnly
	}
	select {
	case <-x.turn:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	x.mu.Lock()
	ended := x.ended
	x.mu.Unlock()
	if ended {
		x.turn <- struct{}{}
		return nil, ErrClosed
	}
	p, err := newProjector(ctx, x)
	if err == nil && p.renewed {
		if err = x.openDesk(ctx); err != nil {
			err = errors.Join(err, p.close())
		}
	}
	if err != nil {
		x.turn <- struct{}{}
		return nil, err
	}
	return p, nil
}

func (x *Index) give(p *projector) error {
	err := p.close()
	x.turn <- struct{}{}
	return err
}

// CatchUp projects the records that both logs hold now, and returns.
func (x *Index) CatchUp(ctx context.Context) error {
	if err := x.catchUp(ctx, func(uint64) {}); err != nil {
		return fmt.Errorf("index the log: %w", err)
	}
	return nil
}

func (x *Index) catchUp(ctx context.Context, done func(records uint64)) error {
	p, err := x.take(ctx)
	if err != nil {
		return err
	}
	p.more = func(ctx context.Context) error { return p.catchDecisions(ctx, done) }
	err = p.catchUp(ctx, done)
	if errors.Is(err, errOther) {
		if err = p.startOver(ctx); err == nil {
			err = p.catchUp(ctx, done)
		}
	}
	return errors.Join(err, x.give(p))
}

func (p *projector) catchUp(ctx context.Context, done func(records uint64)) error {
	if err := p.catchDecisions(ctx, done); err != nil {
		return err
	}
	return p.catchAccesses(ctx, done)
}

// newestDecision returns the number of the log's last record, 0 if it has none.
func (x *Index) newestDecision() (uint64, error) {
	return audit.Last(x.cfg.Decisions)
}

// from returns the number of the record from which on to read the decision log: the last one that is known is read
// again, to see that it is the same.
func (p *projector) from() uint64 {
	if p.desk.seq > 0 {
		return min(p.seq+1, p.desk.seq)
	}
	return p.seq + 1
}

// fromAccess is from for the access log.
func (p *projector) fromAccess() uint64 { return max(min(p.access+1, p.desk.access), 1) }

func (p *projector) catchDecisions(ctx context.Context, done func(records uint64)) error {
	newest, err := p.x.newestDecision()
	if err != nil {
		return err
	}
	if newest < p.desk.seq {
		return errOther
	}
	if newest < p.from() {
		return nil
	}
	// The records are decoded beside their projection, which takes about as long.
	reading, stop := context.WithCancel(ctx)
	batches, failed := make(chan []*audit.Decision, 1), make(chan error, 1)
	var reader sync.WaitGroup
	reader.Go(func() { failed <- readBatches(reading, p.x.cfg.Decisions, p.from(), newest, p.x.batch, batches) })
	defer reader.Wait()
	defer stop()
	for batch := range batches {
		if err := p.decisions(ctx, batch); err != nil {
			return err
		}
		last := batch[len(batch)-1]
		p.advanced(last.Seq >= newest, last.Time)
		done(last.Seq)
	}
	return <-failed
}

// readBatches sends the records of the decision log with the numbers from up to newest, so many at a time, and closes
// batches.
func readBatches(ctx context.Context, dir string, from, newest uint64, size int, batches chan<- []*audit.Decision) error {
	defer close(batches)
	batch := make([]*audit.Decision, 0, size)
	for d, err := range audit.FollowFrom(ctx, dir, from) {
		if err != nil {
			return err
		}
		if batch = append(batch, d); len(batch) < size && d.Seq < newest {
			continue
		}
		select {
		case batches <- batch:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if d.Seq >= newest {
			return nil
		}
		batch = make([]*audit.Decision, 0, size)
	}
	return context.Cause(ctx)
}

// advanced tells the index how far it got.
func (p *projector) advanced(all bool, newest time.Time) {
	if all {
		newest = time.Time{}
	}
	p.x.advance(p.desk.seq, p.desk.access, newest)
}

func (p *projector) catchAccesses(ctx context.Context, done func(records uint64)) error {
	if _, err := os.Stat(p.x.cfg.Access); errors.Is(err, os.ErrNotExist) && p.desk.access == 0 {
		return nil // there was no access yet
	}
	batch := make([]*audit.Access, 0, p.x.batch)
	last := uint64(0)
	flush := func() error {
		if len(batch) == 0 {
			return ctx.Err()
		}
		if err := p.accesses(ctx, batch); err != nil {
			return err
		}
		p.advanced(true, time.Time{})
		done(p.desk.seq + p.desk.access)
		batch = batch[:0]
		return ctx.Err()
	}
	for a, err := range audit.ReadAccessFrom(p.x.cfg.Access, p.fromAccess()) {
		if err != nil {
			return err
		}
		last = a.Seq
		if batch = append(batch, a); len(batch) == p.x.batch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if last < p.desk.access {
		return errOther
	}
	return flush()
}

// Run projects the records of both logs as they come, until ctx ends, which is not an error. Only one Run or CatchUp
// works at a time. If it returns an error, what was projected stays searchable, and Run may be called again.
func (x *Index) Run(ctx context.Context) error {
	var mended time.Time // when a file was found damaged in the projection itself
	for {
		err := x.run(ctx)
		if errors.Is(err, errOther) || errors.Is(err, errHarmed) {
			continue // the index begins anew, or a file of it
		}
		if damaged(err) && time.Since(mended) > time.Minute { // and not again and again, on a disk that keeps nothing
			mended = time.Now()
			continue
		}
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("index the log: %w", err)
		}
		return nil
	}
}

// feed is where the records come from.
type feed struct {
	decisions chan *audit.Decision
	accesses  chan *audit.Access
	failed    chan error // takes one error of each reader
}

func (x *Index) run(ctx context.Context) (err error) {
	select {
	case <-x.harm: // which is looked at now
	default:
	}
	p, err := x.take(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if errors.Is(err, errOther) {
			err = errors.Join(err, p.startOver(context.WithoutCancel(ctx)))
		}
		if damaged(err) && !x.marked() { // a month would be
			x.condemn(x.deskPath(), err)
		}
		err = errors.Join(err, x.give(p))
	}()
	if newest, err := x.newestDecision(); err == nil && newest < p.desk.seq {
		return errOther
	}
	reading, stop := context.WithCancel(ctx)
	f := feed{decisions: make(chan *audit.Decision, 1024), accesses: make(chan *audit.Access, 64), failed: make(chan error, 2)}
	var readers sync.WaitGroup
	from, fromAccess := p.from(), p.fromAccess()
	readers.Go(func() { f.readDecisions(reading, x, from) })
	readers.Go(func() { f.readAccesses(reading, x, fromAccess) })
	defer readers.Wait()
	defer stop()
	p.more = func(ctx context.Context) error { return p.drain(ctx, &f) }
	marks := time.NewTicker(markPoll)
	defer marks.Stop()
	for {
		select {
		case d := <-f.decisions:
			err = p.some(ctx, d, &f)
		case a := <-f.accesses:
			if err = p.accesses(ctx, collect(a, f.accesses, x.batch)); err == nil {
				p.x.advance(p.desk.seq, p.desk.access, p.x.newestTime())
			}
		case err = <-f.failed:
		case <-x.harm:
			err = errHarmed
		case <-marks.C:
			if x.marked() {
				err = errHarmed
			}
		case <-ctx.Done():
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (x *Index) newestTime() time.Time {
	x.progress.Lock()
	defer x.progress.Unlock()
	return x.newest
}

// some projects a decision and those behind it.
func (p *projector) some(ctx context.Context, d *audit.Decision, f *feed) error {
	batch := collect(d, f.decisions, p.x.batch)
	if err := p.decisions(ctx, batch); err != nil {
		return err
	}
	p.advanced(len(f.decisions) == 0, batch[len(batch)-1].Time)
	return nil
}

// drain projects the decisions that the log has by now.
func (p *projector) drain(ctx context.Context, f *feed) error {
	newest, err := p.x.newestDecision()
	if err != nil {
		return err
	}
	p.x.asked.Ring()
	for p.desk.seq < newest {
		select {
		case d := <-f.decisions:
			if err := p.some(ctx, d, f); err != nil {
				return err
			}
		case err := <-f.failed:
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// collect returns first and what waits behind it, up to a batch.
func collect[T any](first *T, waiting <-chan *T, most int) []*T {
	batch := []*T{first}
	for len(batch) < most {
		select {
		case next := <-waiting:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

func (f *feed) readDecisions(ctx context.Context, x *Index, from uint64) {
	for d, err := range audit.FollowFrom(ctx, x.cfg.Decisions, from, x.cfg.DecisionBell, &x.asked) {
		if err != nil {
			f.failed <- err
			return
		}
		select {
		case f.decisions <- d:
		case <-ctx.Done():
			return
		}
	}
}

// readAccesses waits until there is an access log, which begins with the first access.
func (f *feed) readAccesses(ctx context.Context, x *Index, from uint64) {
	for ctx.Err() == nil {
		if _, err := os.Stat(x.cfg.Access); err == nil {
			break
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	for a, err := range audit.FollowAccess(ctx, x.cfg.Access, from, x.cfg.AccessBell, &x.asked) {
		if err != nil {
			f.failed <- err
			return
		}
		select {
		case f.accesses <- a:
		case <-ctx.Done():
			return
		}
	}
}

// Rebuild makes the index in cfg.Dir anew from the logs, beside the old one, and then puts it in its place. progress is
// told how many of the records of both logs are done. It needs the index's lock: while a gate runs, the error wraps
// ErrLocked.
func Rebuild(ctx context.Context, cfg Config, progress func(done, total uint64)) error {
	if err := rebuild(ctx, cfg, progress); err != nil {
		return fmt.Errorf("rebuild index: %w", err)
	}
	return nil
}

func rebuild(ctx context.Context, cfg Config, progress func(done, total uint64)) error {
	if cfg.ReadOnly {
		return ErrReadOnly
	}
	if err := cfg.complete(); err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return err
	}
	lock, err := lockFile(filepath.Join(cfg.Dir, lockName))
	if err != nil {
		return err
	}
	defer lock.Close()
	fresh := cfg
	fresh.Dir = filepath.Join(cfg.Dir, "rebuild")
	if err := os.RemoveAll(fresh.Dir); err != nil {
		return err
	}
	x, err := open(fresh, true)
	if err != nil {
		return err
	}
	total, err := x.newestDecision()
	if err == nil {
		err = x.catchUp(ctx, func(records uint64) {
			total = max(total, records)
			progress(records, total)
		})
	}
	if err == nil {
		err = x.indexCases(ctx)
	}
	if err := errors.Join(err, x.Close()); err != nil {
		return err
	}
	return replaceFiles(cfg.Dir, fresh.Dir)
}

// indexCases makes what was left out while there was very much to project.
func (x *Index) indexCases(ctx context.Context) error {
	p, err := x.take(ctx)
	if err != nil {
		return err
	}
	return errors.Join(p.desk.finish(ctx), x.give(p))
}

// replaceFiles puts the files of an index in the place of another's. If it is cut short, what is missing is found so
// when the index is opened.
func replaceFiles(dir, from string) error {
	old, err := filepath.Glob(filepath.Join(dir, "*"+fileSuffix+"*"))
	if err != nil {
		return err
	}
	for _, file := range old {
		switch _, rest, _ := strings.Cut(filepath.Base(file), fileSuffix); rest {
		case "", "-wal", "-shm", markSuffix:
			if err := os.Remove(file); err != nil {
				return err
			}
		} // what was put aside stays
	}
	files, err := filepath.Glob(filepath.Join(from, "*"+fileSuffix+"*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.Rename(file, filepath.Join(dir, filepath.Base(file))); err != nil {
			return err
		}
	}
	return os.RemoveAll(from)
}
