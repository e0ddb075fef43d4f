package rig_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/rig"
)

// segment is how large a segment of the decision log grows before the next one begins, and room what a segment takes
// on the disk, in bytes.
const (
	segment = 64 << 20
	room    = segment + 3<<20
	// beside is what lies beside the decision log: its reserve, the access log with its own, and the index.
	beside = 96 << 20
)

// freeAddress returns an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// ask asks the gate's admin address.
func (g *gate) admin(address, path string) (int, string) {
	g.t.Helper()
	resp, err := http.Get("http://" + address + path)
	if err != nil {
		g.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// prefill writes decisions to a log until its segment is nearly full: what the gate would need hours for.
func prefill(t *testing.T, dir string) {
	t.Helper()
	l, err := audit.Open(audit.Config{Dir: dir, Node: "rig", Wait: patience})
	if err != nil {
		t.Fatal(err)
	}
	long := make([]string, 60)
	for i := range long {
		long[i] = strings.Repeat("r", 200)
	}
	var writers errgroup.Group
	for range 8 {
		writers.Go(func() error {
			for l.Stats().Bytes < segment-(600<<10) {
				d := &audit.Decision{Kind: audit.Whole, Action: "allow", Reason: "clean", Mode: "enforce", Cover: audit.Full,
					Rules: long}
				if err := l.Append(context.Background(), d); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := writers.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// smallDisk mounts a disk of the given size at dir until the test ends. Without the right to, it returns false: the
// size of the gate's files is limited instead.
func smallDisk(t *testing.T, dir string, size int64) bool {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", size)); err != nil {
		return false
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return true
}

// TestE32DiskFull lets the gate run into a full disk: it refuses exchanges, is not ready, and sends nothing on; and it
// serves again when there is space.
func TestE32DiskFull(t *testing.T) {
	admin := freeAddress(t)
	g := prepare(t, rig.Config{Admin: admin, Extra: "node: rig\n"})
	mounted := smallDisk(t, g.Data, 2*room+beside)
	prefill(t, filepath.Join(g.Data, "audit"))
	g.serve()
	t.Cleanup(func() {
		if err := g.StopGate(); err != nil {
			t.Error(err)
		}
		g.verify()
	})
	free := g.fill(mounted)
	if status, _ := g.admin(admin, "/readyz"); status != http.StatusOK {
		t.Fatalf("before the disk is full the gate is %d", status)
	}
	client := g.client(true)
	served := 0
	var got reply
	for ; served < 3000; served++ {
		if got = g.send(client, "POST", api+"/sobjects/Contact", "application/json", small(1)); got.status != 201 {
			break
		}
	}
	if served < 3 || got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "SERVER_UNAVAILABLE") || got.header.Get("Retry-After") == "" {
		t.Fatalf("after %d exchanges the job is answered %d %v %s", served, got.status, got.header, got.body)
	}
	received := len(g.Org.Received())
	for range 20 {
		for _, h2 := range protocols {
			if got := g.send(g.client(h2), "POST", api+"/sobjects/Contact", "application/json", small(1)); got.status != http.StatusServiceUnavailable {
				t.Errorf("with a full disk the job is answered %d %s", got.status, got.body)
			}
		}
	}
	if n := len(g.Org.Received()); n != received || n < served || n > served+1 { // the response of the last one may be what was refused
		t.Errorf("the org received %d requests, %d before; %d exchanges were recorded", n, received, served)
	}
	if status, why := g.admin(admin, "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(why, "cannot be recorded") {
		t.Errorf("with a full disk the gate is %d %s", status, why)
	}
	if status, _ := g.admin(admin, "/healthz"); status != http.StatusOK {
		t.Errorf("with a full disk the gate is not alive: %d", status)
	}
	free()
	g.await("the gate to serve again", func() bool { status, _ := g.admin(admin, "/readyz"); return status == http.StatusOK })
	if got := g.send(client, "POST", api+"/sobjects/Contact", "application/json", small(1)); got.status != 201 {
		t.Errorf("with space again the job is answered %d %s", got.status, got.body)
	}
}

// fill takes the space that the next segment needs, and returns what gives it back.
func (g *gate) fill(mounted bool) (free func()) {
	g.t.Helper()
	if !mounted {
		limit := unix.Rlimit{Cur: segment - 300<<10, Max: unix.RLIM_INFINITY}
		var old unix.Rlimit
		if err := unix.Prlimit(g.Process.Pid, unix.RLIMIT_FSIZE, &limit, &old); err != nil {
			g.t.Fatal(err)
		}
		return func() { _ = unix.Prlimit(g.Process.Pid, unix.RLIMIT_FSIZE, &old, nil) }
	}
	ballast := filepath.Join(g.Data, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		g.t.Fatal(err)
	}
	defer f.Close()
	for size := int64(room); size >= 4096; size /= 2 { // as much as there is
		for at := g.size(f); unix.Fallocate(int(f.Fd()), 0, at, size) == nil; at = g.size(f) {
		}
	}
	return func() { _ = os.Remove(ballast) }
}

func (g *gate) size(f *os.File) int64 {
	g.t.Helper()
	info, err := f.Stat()
	if err != nil {
		g.t.Fatal(err)
	}
	return info.Size()
}
