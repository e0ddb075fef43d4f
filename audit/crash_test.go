package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// child starts a copy of the test binary in the given part.
func child(t *testing.T, mode, dir string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), childMode+"="+mode, childMode+"_DIR="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// crashChild appends from eight goroutines until it is killed, and prints each ID once Append has returned.
func crashChild(dir string) error {
	l, err := Open(Config{Dir: dir, Node: "gate-1", SegmentBytes: 32 << 10, Wait: time.Minute})
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				d := sample()
				if err := l.Append(context.Background(), d); err != nil {
					return
				}
				mu.Lock()
				_, err := os.Stdout.WriteString(d.ID + "\n")
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return l.Close()
}

func TestKilled(t *testing.T) {
	dir := t.TempDir()
	acked := make(map[string]bool)
	for round := range 25 {
		cmd := child(t, "crash", dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for before := len(acked); lines.Scan(); acked[lines.Text()] = true {
			if len(acked) == before {
				time.AfterFunc(time.Duration(rand.IntN(30_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
			}
		}
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("round %d: the child ended by itself: %v", round, err)
		}
	}
	l := openLog(t, Config{Dir: dir})
	report := verify(t, dir)
	missing := len(acked)
	for _, d := range readAll(t, dir) {
		if acked[d.ID] {
			missing--
		}
	}
	if missing != 0 {
		t.Errorf("%d of %d acknowledged records are not in the log", missing, len(acked))
	}
	write(t, l, 1)
	t.Logf("%d acknowledged, %d in the log, %d segments", len(acked), report.Records, report.Segments)
}

// fullChild appends under a limit of file size, which stands for a full disk: the write that reaches it is cut in the
// middle of a record. It prints what it saw.
func fullChild(dir string) error {
	l, err := Open(Config{Dir: dir, Node: "gate-1", Wait: time.Minute})
	if err != nil {
		return err
	}
	limit := syscall.Rlimit{Cur: 10_000, Max: 1 << 40}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	acked := 0
	for {
		if err = l.Append(context.Background(), sample()); err != nil {
			break
		}
		acked++
	}
	if !errors.Is(err, ErrFailed) || !errors.Is(err, syscall.EFBIG) || !errors.Is(l.Err(), ErrFailed) {
		return fmt.Errorf("append to a full disk: %w (Err() = %v)", err, l.Err())
	}
	report, err := Verify(dir)
	if err != nil {
		return err
	}
	// The limit goes, and the log heals by itself.
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	for range 500 {
		if err = l.Append(context.Background(), sample()); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("after there was space again: %w", err)
	}
	fmt.Println(acked, report.Records)
	return l.Close()
}

func lockChild(dir string) error {
	if _, err := Open(Config{Dir: dir, Node: "gate-1"}); !errors.Is(err, ErrLocked) {
		return fmt.Errorf("second Open = %w", err)
	}
	return nil
}

func TestLocked(t *testing.T) {
	l := openLog(t, Config{})
	if err := child(t, "lock", l.cfg.Dir).Run(); err != nil {
		t.Errorf("another process: %v", err)
	}
	if err := lockChild(l.cfg.Dir); err != nil {
		t.Errorf("the same process: %v", err)
	}
}

func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	out, err := child(t, "full", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	var acked, found int
	if _, err := fmt.Sscan(string(out), &acked, &found); err != nil {
		t.Fatal(err)
	}
	if found < acked || acked == 0 {
		t.Errorf("%d acknowledged, %d whole records on the full disk", acked, found)
	}
	records := readAll(t, dir)
	if last := records[len(records)-2]; last.Kind != Admin || last.Reason != "audit.resume" {
		t.Errorf("the record before the last one is %s %s", last.Kind, last.Reason)
	}
	verify(t, dir)
}
