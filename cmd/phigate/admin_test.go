package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/phigate/phigate/audit"
)

// An answer that is under way when the gate ends is sent before anything is closed; one that takes too long is cut off.
func TestServeUntil(t *testing.T) {
	for name, tt := range map[string]struct {
		grace time.Duration
		want  string
	}{
		"an answer in time": {10 * time.Second, "done"},
		"one too late":      {time.Millisecond, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			asked, finish := make(chan struct{}), make(chan struct{})
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				close(asked)
				select {
				case <-finish:
					_, _ = io.WriteString(w, "done")
				case <-r.Context().Done():
				}
			})
			ctx, end := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- serveUntil(ctx, newServer(handler), l, tt.grace) }()
			got := make(chan string, 1)
			go func() {
				got <- fetch(l.Addr().String())
			}()
			<-asked
			end()
			if tt.want != "" {
				select {
				case <-ended:
					t.Error("it ended before the answer was sent")
				case <-time.After(50 * time.Millisecond):
				}
				close(finish)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if text := <-got; text != tt.want {
				t.Errorf("got %q, want %q", text, tt.want)
			}
		})
	}
}

// fetch returns what an address answers, or nothing.
func fetch(address string) string {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + address)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return ""
	}
	return string(text)
}

// A listener that fails is an error, whether or not somebody wanted the end.
func TestServeUntilTheListenerFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := serveUntil(t.Context(), newServer(http.NotFoundHandler()), l, time.Second); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// Whether a gate is ready is said without the names of its files.
func TestUnrecorded(t *testing.T) {
	gone := &os.PathError{Op: "write", Path: "/var/lib/phigate/audit/seg-1.log", Err: syscall.ENOSPC}
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"a full disk":   {fmt.Errorf("%w: %w", audit.ErrFailed, gone), "decisions cannot be recorded: no space left on device"},
		"a failed sync": {fmt.Errorf("%w: /var/lib/phigate/x", audit.ErrFailed), "decisions cannot be recorded: audit log has failed"},
		"a rollback":    {fmt.Errorf("%w: /var/lib/phigate/x", audit.ErrRollback), "decisions cannot be recorded: audit log was rolled back"},
		"anything else": {&os.PathError{Op: "open", Path: "/var/lib/phigate/x", Err: syscall.EIO}, "decisions cannot be recorded"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := unrecorded(tt.err); got == nil || got.Error() != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if err := unrecorded(nil); err != nil {
		t.Error(err)
	}
}
