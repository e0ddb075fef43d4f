package proxy

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// usage is what a leak would use up.
type usage struct{ goroutines, files int }

func used(t *testing.T) usage {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return usage{runtime.NumGoroutine(), len(files)}
}

// G04 in small: rounds of connections, some of them ended in the rudest ways, leave nothing behind. Each client opens a
// connection for every request, as jsforce does.
func TestG04ConnectionsLeaveNothingBehind(t *testing.T) {
	o := newOrigin(t, nil, nil)
	g := newGate(t, o, func(c *Config) { c.Limits.Idle = 2 * time.Second })
	round := func(clients int) {
		var all sync.WaitGroup
		for i := range clients {
			all.Go(func() {
				switch i % 5 {
				case 0: // a CONNECT and then nothing
					c := g.connect()
					_ = c.Close()
				case 1: // a handshake and half a request
					c := g.tunnel("http/1.1")
					_, _ = io.WriteString(c, "POST /services/data/v60.0/sobjects/Contact HTTP/1.1\r\nHost: "+orgHost+"\r\nContent-Le")
					_ = c.Close()
				default:
					client := g.client(i%2 == 0)
					resp, err := client.Post("https://"+orgHost+"/services/data/v60.0/sobjects/Contact", "application/json",
						strings.NewReader(fmt.Sprintf(`{"Department":"ward %d"}`, i)))
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
					if resp.StatusCode != http.StatusOK {
						t.Errorf("answered %d", resp.StatusCode)
					}
					client.CloseIdleConnections()
				}
			})
		}
		all.Wait()
	}
	settled := func() usage {
		var u usage
		waitFor(t, func() bool { // what is idle ends within Idle
			before := u
			runtime.GC()
			time.Sleep(300 * time.Millisecond)
			u = used(t)
			return u == before
		})
		return u
	}
	round(50)
	first := settled()
	for range 4 {
		round(100)
	}
	// Pooled upstream connections may differ by a few: each is two goroutines and a file.
	last := settled()
	if last.goroutines > first.goroutines+24 || last.files > first.files+12 {
		t.Errorf("after 50 connections %+v, after 450 %+v", first, last)
	}
}
