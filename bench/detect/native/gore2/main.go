// Command gore2 measures go-re2, RE2 compiled to WebAssembly for Go, over a corpus: the arguments are the file of
// patterns, one a line, the corpus, and seconds. It is a module of its own, so that what it needs stays out of the gate's.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/wasilibs/go-re2"
	"golang.org/x/sys/unix"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gore2:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("%d arguments, want patterns, corpus and seconds", len(args))
	}
	list, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	corpus, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseFloat(args[2], 64)
	if err != nil {
		return err
	}
	patterns := strings.Split(strings.TrimSpace(string(list)), "\n")
	var all []*re2.Regexp
	for i, p := range patterns {
		re, err := re2.Compile(p)
		if err != nil {
			return fmt.Errorf("pattern %d: %w", i+1, err)
		}
		all = append(all, re)
	}
	joined, err := re2.Compile(strings.Join(patterns, "|"))
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	measure("go-re2 (RE2 in WebAssembly), one by one", seconds, all, corpus)
	measure("go-re2 (RE2 in WebAssembly), one expression", seconds, []*re2.Regexp{joined}, corpus)
	return nil
}

// measure prints the name, the nanoseconds of the processor that the fastest pass took, and how many matches it had.
func measure(name string, seconds float64, all []*re2.Regexp, corpus []byte) {
	best, matches := int64(1<<62), 0
	for end := time.Now().Add(time.Duration(seconds * 1e9)); time.Now().Before(end); {
		matches = 0
		start := threadTime()
		for _, re := range all {
			matches += len(re.FindAllIndex(corpus, -1))
		}
		best = min(best, threadTime()-start)
	}
	fmt.Printf("%s\t%d\t%d\n", name, best, matches)
}

// threadTime returns how many nanoseconds the processor worked for this thread.
func threadTime() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err) // every Linux has it
	}
	return t.Nano()
}
