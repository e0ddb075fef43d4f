package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/phigate/phigate/audit"
)

// What the functions of an Index wrap.
var (
	// ErrNotFound says that there is no such decision, case, exception or row.
	ErrNotFound = errors.New("not in the index")
	// ErrCursor says that a cursor was not made by this index for this query.
	ErrCursor = errors.New("the place in the list belongs to another search")
	// ErrTimeout says that a search took longer than Config.Timeout. Its text says how to narrow the search.
	ErrTimeout = errors.New("the search takes too long")
	// ErrUnsupported says that a query asks for something that the list cannot be searched by.
	ErrUnsupported = errors.New("this list cannot be searched by that")
	// ErrClosed says that the index was closed.
	ErrClosed = errors.New("index is closed")
	// ErrReadOnly says that the index was opened to be read only.
	ErrReadOnly = errors.New("index is read only")
	// ErrLocked says that another process projects into the index. It can be opened to be read only.
	ErrLocked = errors.New("index is in use by another process")
)

// DefaultSpan is how far back a search goes whose query has no after:, counted from its before: or else from now.
// Queries with id: or case: have no such bound.
const DefaultSpan = 7 * 24 * time.Hour

// maxOpen is how many months searches keep open. Each costs up to 10 MiB: pages, names, and the chunk that is not full.
const maxOpen = 4

// Config says where an index lies and what it shows.
type Config struct {
	// Dir is the folder of the index; it is made with mode 0700. Required.
	Dir string
	// Decisions is the folder of the decision log. Required, unless ReadOnly.
	Decisions string
	// Access is the folder of the access log. Required, unless ReadOnly.
	Access string
	// DecisionBell and AccessBell are those of the logs, where this process writes them: then Run need not wait until it
	// looks by itself. Default nil.
	DecisionBell, AccessBell *audit.Bell
	// ReadOnly opens an index that another process may be writing, and changes nothing. Where a search finds a file damaged,
	// it leaves a mark beside it, by which that process knows.
	ReadOnly bool
	// Now tells the time. Default time.Now.
	Now func() time.Time
	// Timeout is how long one search may take. Default 5 s.
	Timeout time.Duration
	// Damaged is told when a file of the index cannot be used and is to be built again from the log; err says why. The old
	// file stays beside the new one. It may be called by several goroutines. Default: nobody is told.
	Damaged func(file string, err error)
}

func (c *Config) complete() error {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	if c.Damaged == nil {
		c.Damaged = func(string, error) {}
	}
	switch {
	case c.Dir == "":
		return errors.New("the folder has no name")
	case !c.ReadOnly && (c.Decisions == "" || c.Access == ""):
		return errors.New("the logs have no names")
	case c.Timeout < 0:
		return errors.New("a timeout cannot be negative")
	}
	return nil
}

// Index is a projection of the decision log and the access log that can be searched. It is safe for concurrent use.
type Index struct {
	cfg   Config
	bulk  bool     // it is being made anew
	cache int      // pages that each file has in memory which is written, in KiB
	batch int      // records that are projected in one transaction, if so many are waiting
	lock  *os.File // nil if read only
	desk  atomic.Pointer[sql.DB]
	harm  chan struct{} // takes word of a file that a search found damaged
	turn  chan struct{} // holds one token while nobody projects
	asked audit.Bell    // rings when somebody waits for a record

	mu    sync.Mutex // guards what follows
	open  map[string]*month
	gone  []*month  // to be closed when nobody uses them
	desks []*sql.DB // all that were opened for searches
	uses  uint64
	ended bool

	progress sync.Mutex // guards what follows
	position Position
	newest   time.Time // of the last projected decision, while more are waiting
	moved    chan struct{}
}

// Open opens the index in cfg.Dir, or makes one there. It holds the folder's lock until Close; while another process
// has it, the error wraps ErrLocked. Files that cannot be used are put aside, and built again by Run or CatchUp.
func Open(cfg Config) (*Index, error) {
	x, err := open(cfg, false)
	if err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	return x, nil
}

func open(cfg Config, bulk bool) (*Index, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	x := &Index{cfg: cfg, bulk: bulk, cache: 4 << 10, batch: 4096, open: make(map[string]*month), turn: make(chan struct{}, 1), harm: make(chan struct{}, 1), moved: make(chan struct{})}
	if bulk { // it is not the gate's memory
		x.cache, x.batch = 32<<10, 16384
	}
	x.turn <- struct{}{}
	ctx := context.Background()
	if !cfg.ReadOnly {
		if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
			return nil, err
		}
		var err error
		if x.lock, err = lockFile(filepath.Join(cfg.Dir, lockName)); err != nil {
			return nil, err
		}
		if err := x.prepare(ctx); err != nil {
			return nil, errors.Join(err, x.lock.Close())
		}
	}
	if err := x.openDesk(ctx); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return x, nil
}

// prepare puts aside what cannot be used and makes what is missing.
func (x *Index) prepare(ctx context.Context) error {
	p, err := newProjector(ctx, x)
	if err != nil {
		return err
	}
	return p.close()
}

// openDesk opens the file of what people did for searches, and reads how far the index got.
func (x *Index) openDesk(ctx context.Context) error {
	desk, err := openFile(ctx, filepath.Join(x.cfg.Dir, deskName), deskSchema, reading, 1024)
	if err != nil {
		return err
	}
	desk.SetMaxOpenConns(monthConns)
	desk.SetMaxIdleConns(2)
	x.mu.Lock()
	x.desks = append(x.desks, desk)
	x.mu.Unlock()
	x.desk.Store(desk)
	meta, err := readMeta(ctx, desk)
	if err != nil {
		return err
	}
	x.advance(uint64(meta["seq"]), uint64(meta["access"]), time.Time{})
	return nil
}

func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = ErrLocked
		}
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Position is how far an index got.
type Position struct {
	// Decisions and Access are the numbers of the last records that were projected.
	Decisions, Access uint64
	// Lag is how long ago the newest projected decision was taken, while more are waiting; 0 if none are.
	Lag time.Duration
}

// Position returns how far the index got. If it is read only, that is how far it had got when it was opened.
func (x *Index) Position() Position {
	x.progress.Lock()
	defer x.progress.Unlock()
	p := x.position
	if !x.newest.IsZero() {
		p.Lag = max(x.cfg.Now().Sub(x.newest), 1)
	}
	return p
}

// advance notes how far the index got. newest is zero if nothing is waiting.
func (x *Index) advance(decisions, access uint64, newest time.Time) {
	x.progress.Lock()
	defer x.progress.Unlock()
	x.position.Decisions, x.position.Access, x.newest = decisions, access, newest
	close(x.moved)
	x.moved = make(chan struct{})
}

// WaitAccess returns when record seq of the access log is projected, or ctx ends.
func (x *Index) WaitAccess(ctx context.Context, seq uint64) error {
	for {
		x.progress.Lock()
		got, moved := x.position.Access, x.moved
		x.progress.Unlock()
		if got >= seq {
			return nil
		}
		if x.cfg.ReadOnly {
			if err := x.reread(ctx); err != nil {
				return err
			}
		} else {
			x.asked.Ring() // the record is there, or somebody would not wait for it
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("wait for record %d of the access log: %w", seq, context.Cause(ctx))
		}
	}
}

// reread looks how far the process that projects got, after a moment.
func (x *Index) reread(ctx context.Context) error {
	select {
	case <-time.After(50 * time.Millisecond):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	meta, err := readMeta(ctx, x.desk.Load())
	if err != nil {
		return fmt.Errorf("read the index: %w", err)
	}
	x.advance(uint64(meta["seq"]), uint64(meta["access"]), time.Time{})
	return nil
}

// month returns a month for a search; release gives it back.
func (x *Index) month(ctx context.Context, name string) (*month, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended {
		return nil, ErrClosed
	}
	x.uses++
	m := x.open[name]
	if m == nil {
		var err error
		if m, err = openMonth(ctx, monthFile(x.cfg.Dir, name), name); err != nil {
			return nil, err
		}
		x.open[name] = m
		x.shrink()
	}
	m.users, m.used = m.users+1, x.uses
	return m, nil
}

func (x *Index) release(m *month) {
	x.mu.Lock()
	defer x.mu.Unlock()
	m.users--
	x.shrink()
}

// shrink closes the months that were not used for longest, until there are no more than maxOpen. x.mu is held.
func (x *Index) shrink() {
	for len(x.open) > maxOpen {
		var oldest *month
		for _, m := range x.open {
			if m.users == 0 && (oldest == nil || m.used < oldest.used) && m.used < x.uses {
				oldest = m
			}
		}
		if oldest == nil {
			break
		}
		delete(x.open, oldest.name)
		x.gone = append(x.gone, oldest)
	}
	kept := x.gone[:0]
	for _, m := range x.gone {
		if m.users > 0 {
			kept = append(kept, m)
			continue
		}
		_ = m.db.Close() // it was only read
	}
	x.gone = kept
}

// forget lets go of a month whose file is put aside.
func (x *Index) forget(name string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if m := x.open[name]; m != nil {
		delete(x.open, name)
		x.gone = append(x.gone, m)
		x.shrink()
	}
}

// Close lets go of the files and of the lock. Run must have returned.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended {
		return nil
	}
	x.ended = true
	var errs []error
	for _, m := range x.open {
		errs = append(errs, m.db.Close())
	}
	for _, m := range x.gone {
		errs = append(errs, m.db.Close())
	}
	for _, desk := range x.desks {
		errs = append(errs, desk.Close())
	}
	if x.lock != nil {
		errs = append(errs, x.lock.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close index: %w", err)
	}
	return nil
}
