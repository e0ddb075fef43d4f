package auth

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/internal/trial"
)

func TestNameIsLocked(t *testing.T) {
	for _, name := range []string{"root", "nobody"} {
		for _, password := range []string{goodPass, otherPass} {
			t.Run(fmt.Sprintf("%s %v", name, password == goodPass), func(t *testing.T) {
				r := newRig(t)
				r.first()
				// The number of attempts until the lock is the same for a right password and a wrong one, for somebody and nobody.
				for i := range 10 {
					b := r.browser()
					b.Source = fmt.Sprintf("198.51.100.%d:1", i) // a new source each time
					if a := b.post("/login", map[string]string{"username": name, "password": password}); a.Status != http.StatusSeeOther {
						t.Fatalf("attempt %d: %d", i, a.Status)
					}
					r.clock.Advance(time.Second)
				}
				b := r.browser()
				b.Source = "203.0.113.9:1"
				a := b.post("/login", map[string]string{"username": name, "password": goodPass})
				wait, _ := strconv.Atoi(a.Header.Get("Retry-After"))
				if a.Status != http.StatusTooManyRequests || wait < 1 || wait > 30 {
					t.Fatalf("%d, Retry-After %d", a.Status, wait)
				}
				if got := r.said(1)[0]; got != "login denied locked -" {
					t.Errorf("the log says %q", got)
				}
				r.clock.Advance(time.Duration(wait) * time.Second)
				a = b.post("/login", map[string]string{"username": name, "password": goodPass})
				if a.Status != http.StatusSeeOther {
					t.Errorf("after the lock: %d", a.Status)
				}
				if name != "root" {
					return
				}
				if a := b.post("/login/code", map[string]string{"code": r.code(name)}); a.Status != http.StatusSeeOther {
					t.Errorf("the code after the lock: %d", a.Status)
				}
			})
		}
	}
}

// A right password must not buy guesses at the code.
func TestCodesAreLimitedToo(t *testing.T) {
	r := newRig(t)
	r.first()
	b := r.browser()
	b.post("/login", map[string]string{"username": "root", "password": goodPass})
	for i := 1; ; i++ {
		if i > 12 {
			t.Fatal("never locked")
		}
		r.clock.Advance(time.Second)
		if a := b.post("/login/code", map[string]string{"code": "000000"}); a.Status == http.StatusTooManyRequests {
			return
		}
	}
}

func TestLocksGrow(t *testing.T) {
	l := newLimiter(4)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var waits []time.Duration
	for range 30 {
		if until := l.attempt("k", now); !until.IsZero() {
			waits = append(waits, until.Sub(now))
			now = until
		}
	}
	for i, w := range waits {
		if w > longestLock || i > 0 && w < waits[i-1] {
			t.Fatalf("locks %v", waits)
		}
	}
	if waits[0] != firstLock || waits[len(waits)-1] != longestLock {
		t.Errorf("locks %v", waits)
	}
	if until := l.attempt("k", now.Add(forgetAfter+longestLock+time.Second)); !until.IsZero() {
		t.Error("attempts are never forgotten")
	}
	if got := l.seen["k"].n; got != 1 {
		t.Errorf("%d attempts after they were forgotten", got)
	}
}

// Somebody with an account of his own must not get guesses at others' by signing in between.
func TestOwnSignInDoesNotUnlockTheSource(t *testing.T) {
	g := newGuards(5)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	guesses := 0
	for i := range 200 {
		now = now.Add(time.Second / 2)
		if !g.attempt(fmt.Sprintf("victim%d", i), "192.0.2.1", now).IsZero() {
			break
		}
		guesses++
		own := 0
		for range attemptsPerGuess {
			if g.attempt("anna", "192.0.2.1", now).IsZero() {
				own++
			}
		}
		if own == attemptsPerGuess {
			g.succeeded("anna", "192.0.2.1")
		}
	}
	if most := 5 * attemptsPerGuess * sourceShare; guesses > most {
		t.Errorf("%d guesses, and no more than %d are allowed", guesses, most)
	}
}

func TestSuccessForgetsTheName(t *testing.T) {
	r := newRig(t)
	r.first()
	for range 20 {
		b := r.browser()
		b.post("/login", map[string]string{"username": "root", "password": otherPass})
		if a := b.signIn("root"); a.Status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
	}
}

func TestAllAttemptsAreLimited(t *testing.T) {
	g := newGuards(5)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	let := 0
	for i := range 1000 {
		if g.attempt(fmt.Sprintf("name%d", i), fmt.Sprintf("2001:db8:%x::1", i), now).IsZero() {
			let++
		}
	}
	if let != checksBurst {
		t.Errorf("%d attempts in an instant", let)
	}
}

// The table is bounded, and a lock cannot be pushed out of it within its time at the rate that all attempts have.
func TestTableIsBounded(t *testing.T) {
	if most := checksPerSecond*int(longestLock/time.Second) + checksBurst; most >= maxTracked {
		t.Fatalf("%d names can come by during a lock, and %d are remembered", most, maxTracked)
	}
	l := newLimiter(1)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	l.attempt("victim", now)
	for i := range maxTracked - 1 {
		now = now.Add(time.Second / checksPerSecond)
		l.attempt(strconv.Itoa(i), now)
	}
	if l.seen["victim"] == nil {
		t.Error("the victim was forgotten too early")
	}
	for i := range 100 {
		l.attempt("more"+strconv.Itoa(i), now)
	}
	if len(l.seen) > maxTracked {
		t.Errorf("%d names", len(l.seen))
	}
}

func TestNetwork(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
		"local": "local", "": "",
	} {
		if got := network(in); got != want {
			t.Errorf("network(%q) = %q, want %q", in, got, want)
		}
	}
}

// Strangers cannot fill the log: what is held back is counted.
func TestRefusalsOfStrangersAreFew(t *testing.T) {
	r := newRig(t)
	r.first()
	before := len(r.records())
	for i := range 500 {
		b := r.browser()
		b.Source = fmt.Sprintf("198.51.100.%d:1", i%5)
		if got := b.Get("/queue").Status; got != http.StatusSeeOther {
			t.Fatal(got)
		}
	}
	r.clock.Advance(time.Minute)
	r.browser().Get("/queue")
	got := r.records()[before:]
	sum := 0
	for _, a := range got {
		sum += max(a.Count, 1)
	}
	if len(got) > 5*quietBurst+1 || sum != 501 {
		t.Errorf("%d records that stand for %d refusals of 501", len(got), sum)
	}
}

func TestCheck(t *testing.T) {
	r := newRig(t)
	r.first()
	r.add("anna", review.Analyst)
	who, err := r.auth.Check(t.Context(), "Anna", goodPass, r.code("anna"))
	if err != nil {
		t.Fatal(err)
	}
	if who.User != "anna" || who.Role != review.Analyst || who.Via != "cli" || who.Source != "local" || len(who.Session) != 12 {
		t.Errorf("%+v", who)
	}
	last := r.records()[len(r.records())-1]
	if last.Via != "cli" || last.Outcome != "ok" || last.Session != who.Session || last.Actor != "anna" {
		t.Errorf("recorded as %+v", last)
	}
	if _, err := r.auth.Check(t.Context(), "anna", goodPass, r.code("anna")); !errors.Is(err, ErrCredentials) {
		t.Errorf("the same code again: %v", err)
	}
	var locked *LockedError
	for i := 0; ; i++ {
		if i > 10 {
			t.Fatal("never locked")
		}
		r.clock.Advance(time.Second)
		_, err := r.auth.Check(t.Context(), "anna", otherPass, "000000")
		if errors.As(err, &locked) {
			break
		}
		if !errors.Is(err, ErrCredentials) {
			t.Fatal(err)
		}
	}
	if !errors.Is(locked, ErrLocked) || !locked.Until.After(r.clock.Now()) {
		t.Errorf("%v", locked)
	}
	r.clock.Advance(longestLock)
	r.log.Fail(trial.ErrDisk)
	if _, err := r.auth.Check(t.Context(), "anna", goodPass, r.code("anna")); !errors.Is(err, trial.ErrDisk) {
		t.Errorf("a sign-in that cannot be recorded: %v", err)
	}
}
