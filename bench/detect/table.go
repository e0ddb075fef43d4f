package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// table returns the report. Of phigate's engines each has a line for each of sets. missing are the
// engines that could not be had on this machine.
func table(bodies []body, lines []line, missing []string) string {
	var b strings.Builder
	sets := sets()
	total := size(bodies)
	fmt.Fprintf(&b, "# Speed of the detectors\n\nMade by `make bench-detect` with %s on %s: one thread, its processor time, the fastest of the passes of some seconds, "+
		"compiled with the profile that the gate is compiled with.\n\n",
		runtime.Version(), processor())
	fmt.Fprintf(&b, "The corpus is %d KB of answers to queries as the REST API writes them, of %d rows each of %d objects, %.1f KB a row; %d of 10 rows are about a person. "+
		"In rows of 1.5 KB the texts have more sentences. ",
		total/1000, perObject, len(bodies), float64(total)/float64(perObject*len(bodies))/1000, share)
	fmt.Fprintf(&b, "phigate has its complete set of detectors and the records decoded, where it does not say otherwise; the others have %d patterns over the bytes, "+
		"without names of fields, check digits and context, so that the numbers of matches are not comparable. "+
		"MB/s are 10^6 bytes of JSON.\n\n", len(patterns))
	base := speed(total, first(lines, "phigate, AVX2"))
	b.WriteString("| engine | MB/s | phigate, AVX2, is this many times as fast | allocations a pass | findings or matches |\n|---|--:|--:|--:|--:|\n")
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		allocs := "–"
		if l.allocs >= 0 {
			allocs = fmt.Sprintf("%.0f", l.allocs)
		}
		s := speed(total, l)
		fmt.Fprintf(&b, "| %s | %.1f | %.1f | %s | %d |\n", l.name, s, base/s, allocs, l.found)
		if !strings.HasPrefix(l.name, "phigate") {
			continue
		}
		if long := lines[i+1]; !strings.Contains(l.name, "not scanned") {
			fmt.Fprintf(&b, "| %s, rows of 1.5 KB | %.1f | – | %.0f | %d |\n", long.name, speed(size(sets[1]), long), long.allocs, long.found)
		}
		i += len(sets) - 1
	}
	if len(missing) > 0 {
		fmt.Fprintf(&b, "\nNot measured, because this machine could not have it: %s.\n", strings.Join(missing, ", "))
	}
	b.WriteString("\nA record, scanned:\n\n| engine | object | bytes a record | findings a record | µs a record | MB/s |\n|---|---|--:|--:|--:|--:|\n")
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i].name, "phigate") || strings.Contains(lines[i].name, "not scanned") {
			continue
		}
		if lines[i].name != first(lines, lines[i].name).name || i+len(sets) > len(lines) {
			continue
		}
		for j := 2; j < len(sets); j++ {
			l, body := lines[i+j], sets[j][0]
			n := float64(l.records)
			fmt.Fprintf(&b, "| %s | %s | %.0f | %.1f | %.2f | %.0f |\n", l.name, body.name, float64(len(body.json))/n, float64(l.found)/n,
				float64(l.pass.Nanoseconds())/n/1000, speed(int64(len(body.json)), l))
		}
		i += len(sets) - 1
	}
	return b.String()
}

// size returns the bytes of bodies.
func size(bodies []body) (n int64) {
	for _, body := range bodies {
		n += int64(len(body.json))
	}
	return n
}

// first returns the first line of the name: the one of the whole corpus.
func first(lines []line, name string) line {
	for _, l := range lines {
		if l.name == name {
			return l
		}
	}
	return line{}
}

// speed returns MB/s.
func speed(bytes int64, l line) float64 { return float64(bytes) / max(l.pass.Seconds(), 1e-9) / 1e6 }

// processor returns the name of the machine's processor.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for text := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(text, ":"); ok && strings.TrimSpace(name) == "model name" {
			return fmt.Sprintf("%s (%d processors, shared)", strings.TrimSpace(value), runtime.NumCPU())
		}
	}
	return runtime.GOARCH
}
