// Command detect measures how fast the detectors scan, beside engines of regular expressions, and writes a table.
//
// All scan the same answers to queries, of which seven of ten rows are about a person, in one run and each in a process
// of its own. What is measured is the processor time of one thread, of the fastest of many passes, so that what else the
// machine does counts little. The engines get patterns.go, which is what regular expressions can say of the grammars;
// phigate does its whole work: names of fields, check digits, words near a match, names of persons that recur.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

// perObject is how many rows of each object the corpus has.
const perObject = 250

func main() {
	each := flag.Duration("time", 3*time.Second, "how long each engine is measured")
	results := flag.String("results", "", "folder to write detect.md to")
	engine := flag.String("engine", "", "measure one engine and print its line; for the command itself")
	profile := flag.String("cpuprofile", "", "file to write a profile to, of the engine or, without one, of decoding and scanning for the compiler")
	flag.Parse()
	run := func() error { return all(*each, *results) }
	switch {
	case *engine != "" && *profile != "":
		run = func() error { return profiled(*profile, func() error { return one(*engine, *each) }) }
	case *engine != "":
		run = func() error { return one(*engine, *each) }
	case *profile != "":
		run = func() error { return profiled(*profile, func() error { return hot(*each) }) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "detect:", err)
		os.Exit(1)
	}
}
