package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// table returns the report. Of phigate's engines each has a line for the corpus and then one for each of kinds. missing are
// the engines that could not be had on this machine.
func table(bodies []body, lines []line, missing []string) string {
	var b strings.Builder
	kinds := kinds()
	var total int64
	for _, body := range bodies {
		total += int64(len(body.json))
	}
	fmt.Fprintf(&b, "# Speed of the detectors\n\nMade by `make bench-detect` with %s on %s: one thread, its processor time, the fastest of the passes of some seconds, "+
		"compiled with the profile that the gate is compiled with.\n\n",
		runtime.Version(), processor())
	fmt.Fprintf(&b, "The corpus is %d KB of answers to queries as the REST API writes them, of %d rows each of %d objects; %d of 10 rows are about a person. ",
		total/1000, perObject, len(bodies), share)
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
		if strings.HasPrefix(l.name, "phigate") {
			i += len(kinds)
		}
	}
	if len(missing) > 0 {
		fmt.Fprintf(&b, "\nNot measured, because this machine could not have it: %s.\n", strings.Join(missing, ", "))
	}
	b.WriteString("\nA record, scanned:\n\n| engine | object | bytes a record | findings a record | µs a record | MB/s |\n|---|---|--:|--:|--:|--:|\n")
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i].name, "phigate") || strings.Contains(lines[i].name, "not scanned") {
			continue
		}
		if lines[i].name != first(lines, lines[i].name).name || i+len(kinds) >= len(lines) {
			continue
		}
		for j, kind := range kinds {
			body := kind[0]
			l := lines[i+1+j]
			n := float64(l.records)
			fmt.Fprintf(&b, "| %s | %s | %.0f | %.1f | %.2f | %.0f |\n", l.name, body.name, float64(len(body.json))/n, float64(l.found)/n,
				float64(l.pass.Nanoseconds())/n/1000, speed(int64(len(body.json)), l))
		}
		i += len(kinds)
	}
	return b.String()
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
