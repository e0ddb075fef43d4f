// Package trial is what the tests of the console's rooms share: a clock that they move, an access log that they make fail,
// and a browser that keeps and refuses cookies as browsers do.
package trial

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/phigate/phigate/audit"
)

// Where the console under test is, and a password that its people choose.
const (
	Host     = "console.example.org"
	Origin   = "https://" + Host
	Password = "tram copper violin oak"
)

// ErrDisk is how an access log fails that was told to.
var ErrDisk = errors.New("no space left on device")

// Clock is a clock that tests move. It is safe for concurrent use.
type Clock struct {
	mu sync.Mutex // guards at
	at time.Time
}

// NewClock returns a clock that stands at a time.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Log is a real access log that can be told to fail. It is safe for concurrent use.
type Log struct {
	*audit.AccessLog
	Dir string

	mu  sync.Mutex // guards err
	err error
}

// OpenLog opens an access log in dir until the test ends.
func OpenLog(t *testing.T, dir string) *Log {
	t.Helper()
	l, err := audit.OpenAccess(audit.Config{Dir: dir, Node: "gate-1", SegmentBytes: 1 << 20, Reserve: -1, Wait: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Log{AccessLog: l, Dir: dir}
}

// Append records a, or fails.
func (l *Log) Append(ctx context.Context, a *audit.Access) error {
	l.mu.Lock()
	err := l.err
	l.mu.Unlock()
	if err != nil {
		return err
	}
	return l.AccessLog.Append(ctx, a)
}

// Fail makes records fail with err from now on; nil lets them be made again.
func (l *Log) Fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

// Records returns what is on the log, without what the log says about itself.
func (l *Log) Records(t *testing.T) []audit.Access {
	t.Helper()
	var list []audit.Access
	for a, err := range audit.ReadAccess(l.Dir) {
		if err != nil {
			t.Fatal(err)
		}
		if a.Kind != audit.AccessServe && a.Kind != audit.AccessCheckpoint {
			list = append(list, *a)
		}
	}
	return list
}
