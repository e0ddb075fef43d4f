package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/cpu"
)

// engine is one line of the table.
type engine struct {
	name string
	// run measures it in this process; nil for one that is compiled from native/.
	run func([]body, time.Duration) (measurement, error)
	// debug is the GODEBUG of its process.
	debug string
}

const noAVX512 = "cpu.avx512f=off,cpu.avx512bw=off"

// engines returns what this machine can measure.
func engines() []engine {
	var list []engine
	if cpu.X86.HasAVX512BW {
		list = append(list, engine{name: "phigate, AVX-512", run: ours})
	}
	if cpu.X86.HasAVX2 {
		list = append(list, engine{name: "phigate, AVX2", run: ours, debug: noAVX512})
	}
	return append(list,
		engine{name: "phigate, table (no assembly)", run: ours, debug: noAVX512 + ",cpu.avx2=off"},
		engine{name: "phigate, JSON decoded, not scanned", run: decodeOnly},
		engine{name: "phigate, JSON decoded and scanned", run: decodeAndScan},
		engine{name: "Go regexp, one by one", run: oneByOne},
		engine{name: "Go regexp, one expression", run: combined})
}

// native is a program of native/ that measures an engine which is not a package of this module.
type native struct {
	name string
	// build makes the program in a folder of this run and returns its path.
	build func(dir string) (string, error)
}

// natives are the programs of native/. Vectorscan has the interface and the file names of Hyperscan, from which it comes, so
// that Debian does not install both.
var natives = []native{
	{"RE2", func(dir string) (string, error) { return compile(dir, "re2", "libre2-dev", "-lre2") }},
	{"Hyperscan", func(dir string) (string, error) { return compile(dir, "hyperscan", "libhyperscan-dev", "-lhs") }},
	{"Vectorscan", vectorscan},
	{"go-re2", gore2},
}

// line is a measured engine.
type line struct {
	name string
	measurement
}

// sets returns what phigate's engines are measured with: the corpus, the one of longer rows, and each body of both by itself.
func sets() [][]body {
	all := append(corpus(1, perObject), longCorpus(2, perObject)...)
	sets := [][]body{all[:3], all[3:]}
	for i := range all {
		sets = append(sets, all[i:i+1])
	}
	return sets
}

// one measures the named engine in this process and prints a line of fields with tabs between.
func one(name string, each time.Duration) error {
	for _, e := range engines() {
		if e.name != name {
			continue
		}
		for i, set := range sets() {
			if i > 0 && !strings.HasPrefix(name, "phigate") {
				break
			}
			m, err := e.run(set, each)
			if err != nil {
				return err
			}
			fmt.Printf("%s\t%d\t%d\t%.0f\t%d\n", name, m.pass.Nanoseconds(), m.found, m.allocs, m.records) //nolint:forbidigo // the command's output
		}
		return nil
	}
	return fmt.Errorf("no engine %q", name)
}

// profiled writes a profile of the processor's time in run to the file at path.
func profiled(path string, run func() error) error {
	f, err := os.Create(path) //nolint:gosec // the file that was asked for
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = run()
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}

// hot does what the gate does most: it decodes records and scans them. More time goes to the scan of records that are
// decoded, whose many small functions the compiler learns most about.
func hot(each time.Duration) error {
	for _, b := range sets() {
		if _, err := decodeAndScan(b, each); err != nil {
			return err
		}
		if _, err := ours(b, 4*each); err != nil {
			return err
		}
	}
	return nil
}

// all measures all engines, each in a process of its own, and writes the table.
func all(each time.Duration, results string) error {
	dir, err := os.MkdirTemp("", "detect")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder of this run
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var lines []line
	for _, e := range engines() {
		got, err := measureIn(exec.CommandContext(context.Background(), self, "-engine", e.name, "-time", each.String()), e.debug) //nolint:gosec // itself
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		lines = append(lines, got...)
	}
	bodies := corpus(1, perObject)
	args, err := inputs(dir, bodies)
	if err != nil {
		return err
	}
	args = append(args, fmt.Sprint(each.Seconds()))
	var missing []string
	for _, n := range natives {
		program, err := n.build(dir)
		if err != nil {
			missing = append(missing, n.name)
			fmt.Fprintln(os.Stderr, "detect: not measured:", err)
			continue
		}
		got, err := measureIn(exec.CommandContext(context.Background(), program, args...), "") //nolint:gosec // just compiled
		if err != nil {
			return fmt.Errorf("%s: %w", n.name, err)
		}
		lines = append(lines, got...)
	}
	report := table(bodies, lines, missing)
	fmt.Print(report) //nolint:forbidigo // the command's output
	if results == "" {
		return nil
	}
	if err := os.MkdirAll(results, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(results, "detect.md"), []byte(report), 0o644)
}

// source is the folder of the programs, seen from the top of the repository.
var source = filepath.Join("bench", "detect", "native")

// compile compiles a program of native/ with flags. As root on Debian it installs what is missing.
func compile(dir, program, debian string, flags ...string) (string, error) {
	out := filepath.Join(dir, program)
	build := func() ([]byte, error) {
		args := append([]string{"-O2", "-march=native", "-std=c++17", "-o", out, filepath.Join(source, program+".cc")}, flags...)
		return exec.CommandContext(context.Background(), "g++", args...).CombinedOutput() //nolint:gosec // fixed words
	}
	said, err := build()
	if err == nil {
		return out, nil
	}
	if os.Getuid() == 0 && debian != "" {
		install := exec.CommandContext(context.Background(), "apt-get", "install", "-yq", "--no-install-recommends", "g++", debian) //nolint:gosec // fixed words
		if _, err := install.Output(); err == nil {
			if said, err = build(); err == nil {
				return out, nil
			}
		}
	}
	return "", fmt.Errorf("compile %s (Debian: apt-get install g++ %s; run from the top of the repository): %w\n%s", program, debian, err, said)
}

// vectorscan compiles Hyperscan's program with Vectorscan, whose packages of Debian it unpacks in dir.
func vectorscan(dir string) (string, error) {
	dir = filepath.Join(dir, "vectorscan")
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // apt's own user reads it
		return "", err
	}
	for _, command := range []string{"apt-get download -q libvectorscan-dev", "dpkg-deb -x libvectorscan-dev_*.deb ."} {
		cmd := exec.CommandContext(context.Background(), "sh", "-c", command) //nolint:gosec // fixed words
		cmd.Dir = dir
		if said, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s (a package of Debian): %w\n%s", command, err, said)
		}
	}
	libraries, err := filepath.Glob(filepath.Join(dir, "usr", "lib", "*", "libhs.a"))
	if err != nil || len(libraries) != 1 {
		return "", fmt.Errorf("libvectorscan-dev has %d libraries", len(libraries))
	}
	return compile(dir, "hyperscan", "", "-DENGINE=Vectorscan", "-I", filepath.Join(dir, "usr", "include"), libraries[0])
}

// gore2 builds the program of go-re2, a module of its own whose needs the Go module proxy has.
func gore2(dir string) (string, error) {
	out := filepath.Join(dir, "gore2")
	cmd := exec.CommandContext(context.Background(), "go", "build", "-o", out, ".") //nolint:gosec // fixed words
	cmd.Dir = filepath.Join(source, "gore2")
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build go-re2: %w\n%s", err, said)
	}
	return out, nil
}

// inputs writes the patterns and the corpus to files and returns their names.
func inputs(dir string, bodies []body) ([]string, error) {
	names := []string{filepath.Join(dir, "patterns"), filepath.Join(dir, "corpus")}
	var corpus []byte
	for _, b := range bodies {
		corpus = append(corpus, b.json...)
	}
	for i, content := range [][]byte{[]byte(strings.Join(patterns, "\n") + "\n"), corpus} {
		if err := os.WriteFile(names[i], content, 0o600); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// measureIn runs a command that measures, and reads the lines that it prints: name, nanoseconds and matches of a pass,
// and if it knows them allocations and records.
func measureIn(cmd *exec.Cmd, debug string) ([]line, error) {
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GODEBUG="+debug)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, errs.String())
	}
	var lines []line
	for text := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSpace(text), "\t")
		numbers := make([]int64, 4)
		for i := range numbers {
			numbers[i] = -1
			if i+1 < len(fields) {
				if numbers[i], err = strconv.ParseInt(fields[i+1], 10, 64); err != nil {
					return nil, err
				}
			}
		}
		lines = append(lines, line{fields[0], measurement{pass: time.Duration(numbers[0]), found: int(numbers[1]),
			allocs: float64(numbers[2]), records: int(numbers[3])}})
	}
	return lines, nil
}
