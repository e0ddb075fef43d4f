package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/internal/org"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"phigate": main,
		"org":     serveOrg,
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"GATE", "ADMIN", "CONSOLE", "ORG"} {
				l, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					return err
				}
				env.Setenv(name, l.Addr().String())
				l.Close()
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"waitfor": waitFor, "http": httpCall, "status": exitStatus, "signal": signalGate, "expand": expand, "waitlog": waitLog, "lastid": lastID,
			"people": makePeople, "reviewer": writeReviewer, "exceptionid": exceptionID, "accesses": printAccesses, "corrupt": corruptFile, "corruptlog": corruptLog,
		},
	})
}

// serveOrg runs the embedded org on $ORG until it is killed; it writes org.pem and pins.
func serveOrg() {
	o, err := org.New(org.Config{Names: []string{demoHost}, Token: "synthetic-token"})
	if err != nil {
		panic(err)
	}
	server, err := o.Listen(os.Args[1])
	if err != nil {
		panic(err)
	}
	_ = os.WriteFile("org.pem", server.RootPEM, 0o600)
	_ = os.WriteFile("pins", []byte(strings.Join(server.Pins, ", ")), 0o600)
	select {}
}

// waitFor waits until a file has a text, or an address answers: waitfor FILE TEXT, waitfor ADDRESS.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if len(args) == 1 {
			if c, err := net.Dial("tcp", args[0]); err == nil {
				c.Close()
				return
			}
			continue
		}
		if b, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && strings.Contains(string(b), args[1]) {
			return
		}
	}
	ts.Fatalf("waited in vain for %s", strings.Join(args, " "))
}

// waitLog waits until the decision log in data has a record with the reason: waitlog REASON.
func waitLog(ts *testscript.TestScript, _ bool, args []string) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		for d, err := range audit.Read(ts.MkAbs("data/audit")) {
			if err == nil && d.Reason == args[0] {
				return
			}
		}
	}
	ts.Fatalf("waited in vain for a record of %s", args[0])
}

// lastID sets $ID to the newest refusal by a rule in data.
func lastID(ts *testscript.TestScript, _ bool, _ []string) {
	for d, err := range audit.List(ts.MkAbs("data/audit"), audit.Filter{Action: "block", Limit: 1}) {
		ts.Check(err)
		ts.Setenv("ID", d.ID)
	}
}

// expand replaces PINS, GATE, ADMIN, CONSOLE and ORG in files: expand FILE...
func expand(ts *testscript.TestScript, _ bool, args []string) {
	pins, err := os.ReadFile(ts.MkAbs("pins"))
	if err != nil {
		pins = nil
	}
	r := strings.NewReplacer("@PINS", string(pins), "@GATE", ts.Getenv("GATE"), "@ADMIN", ts.Getenv("ADMIN"), "@CONSOLE", ts.Getenv("CONSOLE"), "@ORG", ts.Getenv("ORG"))
	for _, name := range args {
		b, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(r.Replace(string(b))), 0o600))
	}
}

// httpCall sends a request through the gate and prints the status and the body: http METHOD PATH [MEDIATYPE BODY].
// A URL instead of a path goes straight to its host.
func httpCall(ts *testscript.TestScript, _ bool, args []string) {
	client := &http.Client{Timeout: 20 * time.Second}
	address := args[1]
	if strings.HasPrefix(address, "/") {
		pem, err := os.ReadFile(ts.MkAbs("data/authority.pem"))
		ts.Check(err)
		job, err := newDemoJob(ts.Getenv("GATE"), pem)
		ts.Check(err)
		client, address = job.client, "https://"+demoHost+address
	}
	body := ""
	if len(args) > 3 {
		body = args[3]
	}
	req, err := http.NewRequestWithContext(context.Background(), args[0], address, strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer synthetic-token")
	if len(args) > 2 {
		req.Header.Set("Content-Type", args[2])
	}
	resp, err := client.Do(req)
	if err != nil {
		fmt.Fprintf(ts.Stdout(), "error: %v\n", err)
		return
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n", resp.StatusCode, said)
}

// exitStatus runs a command and compares its exit status: status 3 phigate scan x.
func exitStatus(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit interface{ ExitCode() int }
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// signalGate sends a signal to the gate in the background: signal TERM, signal HUP.
func signalGate(ts *testscript.TestScript, _ bool, args []string) {
	sig := syscall.SIGTERM
	if args[0] == "HUP" {
		sig = syscall.SIGHUP
	}
	for _, cmd := range ts.BackgroundCmds() {
		if filepath.Base(cmd.Path) == "phigate" {
			ts.Check(cmd.Process.Signal(sig))
		}
	}
}

// Every command explains itself and shows an example that it would take.
func TestEveryCommandShowsAnExample(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Name() == "help" || cmd.Name() == "completion" {
			return
		}
		if cmd.HasParent() && !strings.Contains(cmd.Example, "phigate") {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		if cmd.Short == "" {
			t.Errorf("%s does not say what it does", cmd.CommandPath())
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(rootCommand())
}
