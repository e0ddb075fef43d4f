package audit

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// childMode names the part that a copy of the test binary plays.
const childMode = "PHIGATE_AUDIT_TEST_CHILD"

func TestMain(m *testing.M) {
	children := map[string]func(dir string) error{"crash": crashChild, "full-disk": fullDiskChild, "full": fullChild, "lock": lockChild}
	if play, ok := children[os.Getenv(childMode)]; ok {
		if err := play(os.Getenv(childMode + "_DIR")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// sample is a decision as the gate makes them: about 600 bytes as a line.
func sample() *Decision {
	return &Decision{
		Kind: Whole, Action: "mask", Reason: "rule", Mode: "enforce", Client: "ehr-sync", Source: "192.0.2.7",
		Dest: Dest{Host: "example.my.salesforce.com", Port: 443}, API: "rest", Op: "create", Object: "Contact", Dir: "request",
		HTTP:   HTTP{Method: "POST", Route: "/services/data/{version}/sobjects/Contact"},
		TLS:    TLS{Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256"},
		Policy: Policy{Version: 1, Digest: "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"},
		Rules:  []string{"mask-phones"},
		Finding: []Finding{{Detector: "phone", Category: "phone", Likelihood: "likely", Object: "Contact", Field: "Phone",
			Path: "Phone", Count: 1, Fingerprints: []string{"MFRGGZDFMZTWQ2LKNNWG23TPOA"}, Action: "mask"}},
		Bytes: 1024, Records: 1, Cover: Full, Micros: 350,
	}
}

// open opens a log that the test closes at its end.
func openLog(t testing.TB, cfg Config) *Log {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	if cfg.Node == "" {
		cfg.Node = "gate-1"
	}
	if cfg.Wait == 0 {
		cfg.Wait = 20 * time.Second // the machine is shared
	}
	l, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// write appends n samples and returns them.
func write(t testing.TB, l *Log, n int) []*Decision {
	t.Helper()
	list := make([]*Decision, n)
	for i := range list {
		list[i] = sample()
		if err := l.Append(t.Context(), list[i]); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// keepWriting appends samples from four goroutines until the returned func is called.
func keepWriting(t testing.TB, l *Log) (stop func()) {
	t.Helper()
	end := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-end:
					return
				default:
				}
				if err := l.Append(context.Background(), sample()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	return func() { close(end); wg.Wait() }
}

func verify(t testing.TB, dir string) Report {
	t.Helper()
	report, err := Verify(dir)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// readAll returns what Read returns.
func readAll(t testing.TB, dir string) []*Decision {
	t.Helper()
	var list []*Decision
	for d, err := range Read(dir) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, d)
	}
	return list
}

func ids(list []*Decision) []string {
	names := make([]string, len(list))
	for i, d := range list {
		names[i] = d.ID
	}
	return names
}

// segmentPaths returns the segments of a log in order.
func segmentPaths(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "seg-*.log"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func writeFile(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// fileLines splits a segment into lines with their newlines.
func fileLines(b []byte) [][]byte {
	lines := bytes.SplitAfter(b, []byte("\n"))
	if n := len(lines) - 1; len(lines[n]) == 0 {
		return lines[:n]
	}
	return lines
}
