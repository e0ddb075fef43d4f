package audit

import (
	"slices"
	"sync"
	"time"
)

// Bell tells those who follow a log in the process that writes it of new records, so that they need not wait until they
// look by themselves. The zero value is ready; a nil one never rings. It is safe for concurrent use.
type Bell struct {
	mu    sync.Mutex // guards heard
	heard []chan struct{}
}

// Ring wakes all who listen. It does not wait for them.
func (b *Bell) Ring() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.heard {
		select {
		case c <- struct{}{}:
		default: // it rings already
		}
	}
}

// listen has c take something at each ring, until stop is called.
func (b *Bell) listen(c chan struct{}) (stop func()) {
	if b == nil {
		return func() {}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = append(b.heard, c)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.heard = slices.DeleteFunc(b.heard, func(x chan struct{}) bool { return x == c })
	}
}

const (
	// poll is how often those who follow a log look for new records if no bell rings. A folder is polled and not watched,
	// because the log may lie on a network file system, which tells a watcher nothing of what other nodes write.
	poll = 200 * time.Millisecond
	// rest is how long they leave a bell alone after they looked. A record that comes alone is seen at once, and a log that
	// takes two thousand batches a second is not read two thousand times: to project a batch takes a millisecond and a half
	// of a core, however small it is.
	rest = 50 * time.Millisecond
)

// vigil waits for new records.
type vigil struct {
	rung chan struct{}
	stop []func()
	tick *time.Timer
	at   time.Time // when somebody last looked
}

func newVigil(bells []*Bell) *vigil {
	v := &vigil{rung: make(chan struct{}, 1), tick: time.NewTimer(poll), at: time.Now()}
	for _, b := range bells {
		v.stop = append(v.stop, b.listen(v.rung))
	}
	return v
}

// wait returns when it is time to look again, or when done is closed.
func (v *vigil) wait(done <-chan struct{}) {
	defer func() { v.at = time.Now() }()
	v.tick.Reset(poll)
	select {
	case <-done:
		return
	case <-v.tick.C:
		return
	case <-v.rung:
	}
	early := rest - time.Since(v.at)
	if early <= 0 {
		return
	}
	v.tick.Reset(early)
	select {
	case <-done:
	case <-v.tick.C:
	}
}

func (v *vigil) end() {
	v.tick.Stop()
	for _, stop := range v.stop {
		stop()
	}
}
