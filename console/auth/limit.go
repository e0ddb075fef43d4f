package auth

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The limits on attempts. One guess at a sign-in is two attempts: one when the password is sent, one when the code is. Both
// count whatever their result is, because a count that depends on the result tells it; a sign-in that succeeds gives
// its own back.
const (
	attemptsPerGuess = 2
	// sourceShare is how many times more attempts a source has than a name: people share addresses.
	sourceShare = 4
	firstLock   = 30 * time.Second
	longestLock = 15 * time.Minute
	// forgetAfter is how long attempts are remembered after the last of them.
	forgetAfter = time.Hour
	// checksPerSecond is how many attempts the whole gate looks at. It bounds the work, and the tracked names: within
	// longestLock no more than checksPerSecond × 900 s + checksBurst of them come by, which is less than maxTracked, so
	// that nobody gets out of a lock by trying other names.
	checksPerSecond = 10
	checksBurst     = 20
	maxTracked      = 16384
)

// limiter counts attempts by key and locks the key for longer and longer. It is safe for concurrent use.
type limiter struct {
	threshold int // attempts before the first lock

	mu   sync.Mutex // guards seen
	seen map[string]*attempts
}

type attempts struct {
	n     int
	last  time.Time
	until time.Time // locked until then
}

func newLimiter(threshold int) *limiter {
	return &limiter{threshold: threshold, seen: make(map[string]*attempts)}
}

// attempt counts one attempt and returns zero, or returns until when the key is locked and counts nothing.
func (l *limiter) attempt(key string, now time.Time) (until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.seen[key]
	switch {
	case a == nil || now.Sub(a.last) > forgetAfter:
		if a == nil && len(l.seen) >= maxTracked {
			l.forget(now)
		}
		a = &attempts{}
		l.seen[key] = a
	case now.Before(a.until):
		return a.until
	}
	a.n, a.last = a.n+1, now
	// A lock begins after a whole guess, so that the next one, when the lock is over, can come to its end.
	if over := a.n - l.threshold; over >= 0 && over%attemptsPerGuess == 0 {
		a.until = now.Add(min(firstLock<<min(over/attemptsPerGuess, 10), longestLock))
	}
	return time.Time{}
}

// refund takes back n attempts of a key, and with them a lock that only they caused.
func (l *limiter) refund(key string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.seen[key]
	if a == nil {
		return
	}
	if a.n -= n; a.n <= 0 {
		delete(l.seen, key)
	} else if a.n < l.threshold {
		a.until = time.Time{}
	}
}

// reset forgets a key.
func (l *limiter) reset(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.seen, key)
}

// forget makes room: first what is out of date, then the key whose last attempt is the oldest. l.mu is held.
func (l *limiter) forget(now time.Time) {
	var oldest string
	for key, a := range l.seen {
		if now.Sub(a.last) > forgetAfter {
			delete(l.seen, key)
			continue
		}
		if oldest == "" || a.last.Before(l.seen[oldest].last) {
			oldest = key
		}
	}
	if len(l.seen) >= maxTracked {
		delete(l.seen, oldest)
	}
}

// network returns what a source is counted as: an IPv4 address, the /64 of an IPv6 one, which is the least that
// anybody is given.
func network(source string) string {
	addr, err := netip.ParseAddr(source)
	if err != nil {
		return source
	}
	if addr = addr.Unmap().WithZone(""); addr.Is6() {
		p, _ := addr.Prefix(64) // cannot fail: 64 <= 128
		return p.String()
	}
	return addr.String()
}

// guards are the limits of all doors.
type guards struct {
	names, sources *limiter
	all            *rate.Limiter
}

func newGuards(guesses int) *guards {
	return &guards{
		names:   newLimiter(guesses * attemptsPerGuess),
		sources: newLimiter(guesses * attemptsPerGuess * sourceShare),
		all:     rate.NewLimiter(checksPerSecond, checksBurst),
	}
}

// attempt counts one attempt by a source at a name. A time that is not zero says until when there is no use in trying.
func (g *guards) attempt(name, source string, now time.Time) (until time.Time) {
	if !g.all.AllowN(now, 1) {
		return now.Add(time.Second)
	}
	if until = g.sources.attempt(network(source), now); !until.IsZero() {
		return until
	}
	return g.names.attempt(name, now)
}

// succeeded forgets what led to a sign-in: all attempts at the name, and of the source only those of this sign-in, or
// else somebody with an account of his own could go on guessing others'.
func (g *guards) succeeded(name, source string) {
	g.names.reset(name)
	g.sources.refund(network(source), attemptsPerGuess)
}
