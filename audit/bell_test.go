package audit

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Who listens sees a record as soon as it is durable; who does not, at the next look.
func TestFollowBell(t *testing.T) {
	l := openLog(t, Config{})
	tests := map[string]struct {
		bells []*Bell
		soon  bool
	}{
		"the log's":       {[]*Bell{l.Bell()}, true},
		"another and it":  {[]*Bell{nil, new(Bell), l.Bell()}, true},
		"another":         {[]*Bell{new(Bell)}, false},
		"none":            {nil, false},
		"the log's again": {[]*Bell{l.Bell()}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			last := write(t, l, 1)[0].Seq
			durable := make(chan time.Time, 8)
			var wg sync.WaitGroup
			defer wg.Wait()
			append1 := func() {
				time.Sleep(rest + 10*time.Millisecond) // it waits by now
				d := sample()
				if err := l.Append(t.Context(), d); err != nil {
					t.Error(err)
				}
				durable <- time.Now()
			}
			wg.Go(append1)
			n, soon := 0, 0
			for _, err := range FollowFrom(ctx, l.cfg.Dir, last+1, test.bells...) {
				if err != nil {
					t.Fatal(err)
				}
				if time.Since(<-durable) < poll/4 {
					soon++
				}
				if n++; n == 5 {
					break
				}
				wg.Go(append1)
			}
			// Who is not told looks a hundred and forty milliseconds later.
			if test.soon && soon < 3 || !test.soon && soon == 5 {
				t.Errorf("%d of 5 were seen soon", soon)
			}
			if len(l.bell.heard) > 0 {
				t.Error("it listens on after its end")
			}
		})
	}
}

func TestFollowAccessBell(t *testing.T) {
	l := openAccess(t, Config{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		time.Sleep(2 * rest)
		l.Bell().Ring() // of nothing does no harm
		if err := l.Append(t.Context(), judgement()); err != nil {
			t.Error(err)
		}
	})
	for a, err := range FollowAccess(ctx, l.cfg.Dir, 1, l.Bell()) {
		if err != nil || a.Seq != 1 {
			t.Fatal(a, err)
		}
		break
	}
}

// A bell that rings all the time makes a follower look no more often than its rest allows; without one it is poll.
func TestVigil(t *testing.T) {
	tests := map[string]struct {
		every time.Duration // rings; 0 is never
		want  int           // looks in a second
	}{
		"silent":    {0, int(time.Second / poll)},
		"seldom":    {100 * time.Millisecond, 10},
		"very busy": {time.Millisecond, int(time.Second / rest)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := new(Bell)
				v := newVigil([]*Bell{b})
				ctx, cancel := context.WithTimeout(t.Context(), time.Second+time.Millisecond/2)
				defer cancel()
				var wg sync.WaitGroup
				wg.Go(func() {
					for test.every > 0 && ctx.Err() == nil {
						time.Sleep(test.every)
						b.Ring()
					}
				})
				looks := 0
				for ; ctx.Err() == nil; looks++ {
					v.wait(ctx.Done())
				}
				v.end()
				if looks--; looks < test.want-1 || looks > test.want+1 {
					t.Errorf("looked %d times, want %d", looks, test.want)
				}
				wg.Wait()
			})
		})
	}
}
