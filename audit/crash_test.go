package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// child starts a copy of the test binary in the given part.
func child(ctx context.Context, mode, dir string) (*exec.Cmd, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = append(os.Environ(), childMode+"="+mode, childMode+"_DIR="+dir)
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// runChild starts a child and returns what it prints.
func runChild(t *testing.T, mode, dir string) ([]byte, error) {
	t.Helper()
	cmd, err := child(t.Context(), mode, dir)
	if err != nil {
		t.Fatal(err)
	}
	return cmd.Output()
}

// crashRounds is how often a test pulls the plug. PHIGATE_CRASH_ROUNDS=200 is for the long run.
func crashRounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("PHIGATE_CRASH_ROUNDS")
	if text == "" {
		return 60
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// crashConfig is the log that is killed, with everything on: checkpoints, a witness, sealing.
func crashConfig(dir string) (Config, error) {
	k, err := OpenCheckpointKey(filepath.Join(dir, "key"), "test")
	return Config{
		Dir: filepath.Join(dir, "audit"), Node: "gate-1", SegmentBytes: 1<<20 + 10<<10, Wait: time.Minute, Reserve: 1 << 20,
		Key: k, Witness: filepath.Join(dir, "witness"),
	}, err
}

// crashChild appends from eight goroutines until it is killed, and prints each ID once Append has returned: what a gate
// would have released. If the log refuses for want of space, it tries again, as exchanges do. An environment variable
// may limit the size of a file, which cuts writes in their middle.
func crashChild(dir string) error {
	cfg, err := crashConfig(dir)
	if err != nil {
		return err
	}
	l, err := Open(cfg)
	if err != nil {
		return err
	}
	if text := os.Getenv(childMode + "_LIMIT"); text != "" {
		var limit syscall.Rlimit
		if limit.Cur, err = strconv.ParseUint(text, 10, 64); err != nil {
			return err
		}
		limit.Max = 1 << 40
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				d := sample()
				var word string
				err := l.Append(context.Background(), d)
				switch {
				case err == nil:
					word = d.ID
				case errors.Is(err, ErrFailed) && isFull(err):
					word = "full"
					time.Sleep(5 * time.Millisecond)
				default:
					word = "!" + err.Error()
				}
				mu.Lock()
				_, err = os.Stdout.WriteString(word + "\n")
				mu.Unlock()
				if err != nil || word[0] == '!' {
					return
				}
			}
		})
	}
	wg.Wait()
	return l.Close()
}

// crash runs a crashChild and kills it a while after its first acknowledgement. It adds what the child acknowledged to
// acked, and returns how often it was refused.
func crash(ctx context.Context, dir string, while func(), acked map[string]bool, env ...string) (refused int, err error) {
	cmd, err := child(ctx, "crash", dir)
	if err != nil {
		return 0, err
	}
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(out)
	started := false
	for lines.Scan() {
		switch word := lines.Text(); {
		case word == "full":
			refused++
		case word[0] == '!':
			err = fmt.Errorf("append: %s", word)
		default:
			acked[word] = true
		}
		if !started {
			started = true
			go func() { while(); _ = cmd.Process.Kill() }()
		}
	}
	var exit *exec.ExitError
	if end := cmd.Wait(); err == nil && (!errors.As(end, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL) {
		err = fmt.Errorf("the child ended by itself: %w", end)
	}
	return refused, err
}

// afterCrash opens the log, verifies it, and looks for what was acknowledged.
func afterCrash(dir string, acked map[string]bool) (Report, error) {
	cfg, err := crashConfig(dir)
	if err != nil {
		return Report{}, err
	}
	l, err := Open(cfg)
	if err != nil {
		return Report{}, err
	}
	if err := errors.Join(l.Err(), l.Close()); err != nil {
		return Report{}, err
	}
	report, err := VerifyLog(cfg.Dir, VerifyOptions{Verifier: cfg.Key.Verifier(), Witness: []string{cfg.Witness}})
	if err != nil {
		return report, err
	}
	if report.Signed != int64(report.Records) || report.Witnessed != report.Signed {
		return report, fmt.Errorf("not all is signed: %+v", report)
	}
	missing := len(acked)
	for d, err := range Read(cfg.Dir) {
		if err != nil {
			return report, err
		}
		if acked[d.ID] {
			missing--
		}
	}
	if missing != 0 {
		return report, fmt.Errorf("%d of %d acknowledged records are not in the log", missing, len(acked))
	}
	return report, nil
}

// A gate that is killed at any moment has released nothing without a decision, and its log goes on.
func TestKilled(t *testing.T) {
	total, cut := 0, 0
	for rounds := crashRounds(t); rounds > 0; rounds -= 20 {
		dir := t.TempDir()
		acked := make(map[string]bool)
		for round := range min(20, rounds) {
			while := func() { time.Sleep(time.Duration(rand.IntN(40_000)) * time.Microsecond) }
			if _, err := crash(t.Context(), dir, while, acked); err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			if round%4 != 3 {
				continue // the next child opens it
			}
			report, err := afterCrash(dir, acked)
			if err != nil {
				t.Fatalf("after round %d: %v", round, err)
			}
			cut += report.Records - len(acked)
		}
		total += len(acked)
	}
	t.Logf("%d acknowledged, %d more in the log", total, cut)
}

// The same on a disk that is full at times: nothing is acknowledged that is not durable, and when there is space, the log
// goes on.
func TestKilledOnFullDisk(t *testing.T) {
	cmd, err := child(t.Context(), "full-disk", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, childMode+"_ROUNDS="+strconv.Itoa(crashRounds(t)))
	// A small file system of its own needs a mount namespace, which not every machine grants.
	cmd.SysProcAttr = privateMounts()
	out, err := cmd.Output()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSPC) {
		again := exec.CommandContext(t.Context(), cmd.Path)
		again.Env, again.Stderr = append(cmd.Env, childMode+"_PLAIN=1"), os.Stderr
		out, err = again.Output()
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// fullDiskChild pulls the plug so many times while something else eats the space of a small file system.
func fullDiskChild(dir string) error {
	rounds, err := strconv.Atoi(os.Getenv(childMode + "_ROUNDS"))
	if err != nil {
		return err
	}
	small := os.Getenv(childMode+"_PLAIN") == "" && mountSmall(dir, 24<<20) == nil
	total, refusals, healed := 0, 0, 0
	filler := filepath.Join(dir, "filler")
	for left := rounds; left > 0; left -= 5 {
		data := filepath.Join(dir, "data")
		if err := os.RemoveAll(data); err != nil {
			return err
		}
		acked := make(map[string]bool)
		for round := range min(5, left) {
			env := []string{}
			if !small || round%3 == 2 {
				env = append(env, fmt.Sprintf("%s_LIMIT=%d", childMode, rand.IntN(1<<20)))
			}
			long := left%10 == 0 && round == 2
			while := func() {
				time.Sleep(time.Duration(rand.IntN(10_000)) * time.Microsecond)
				if small {
					eatSpace(dir, filler, int64(rand.IntN(3<<20)))
				}
				time.Sleep(time.Duration(rand.IntN(60_000)) * time.Microsecond)
				if long {
					_ = os.Remove(filler)
					time.Sleep(1300 * time.Millisecond) // the log looks at the disk each second
				}
			}
			before := len(acked)
			refused, err := crash(context.Background(), data, while, acked, env...)
			_ = os.Remove(filler)
			if err == nil {
				_, err = afterCrash(data, acked)
			}
			if err != nil {
				return fmt.Errorf("round %d (small file system: %t, %v, %d refused): %w", rounds-left+round, small, env, refused, err)
			}
			if refusals += min(refused, 1); refused > 0 && long && len(acked) > before {
				healed++
			}
		}
		total += len(acked)
	}
	fmt.Printf("a file system of its own: %t; %d rounds, %d of them full, %d healed, %d acknowledged\n", small, rounds, refusals, healed, total)
	if refusals == 0 {
		return errors.New("the disk was never full")
	}
	return nil
}

// eatSpace takes all but so many bytes of a file system.
func eatSpace(dir, filler string, leave int64) {
	free, err := freeSpace(dir)
	if err != nil || free <= leave {
		return
	}
	f, err := os.Create(filler)
	if err != nil {
		return
	}
	_ = allocate(f, free-leave)
	_ = f.Close()
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
	if _, err := runChild(t, "lock", l.cfg.Dir); err != nil {
		t.Errorf("another process: %v", err)
	}
	if err := lockChild(l.cfg.Dir); err != nil {
		t.Errorf("the same process: %v", err)
	}
}

func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	out, err := runChild(t, "full", dir)
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
