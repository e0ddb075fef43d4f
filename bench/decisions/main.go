// Command decisions measures the decision log and its index: how fast the index is built from a log of five million
// decisions and how large it gets, how long the first page of a search takes for every combination of the usual
// filters, how long the charts take, how the index follows a gate at work, and how many decisions the log makes durable each
// second. It fails if the first page or a chart is over its limit.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	decisions := flag.Int("decisions", 5_000_000, "decisions to search through")
	live := flag.Int("live", 100_000, "how many of them come while the index follows")
	days := flag.Int("days", 30, "days over which they are spread")
	rounds := flag.Int("rounds", 3, "times that each combination of filters is measured")
	each := flag.Duration("each", 5*time.Second, "time for each number of writers of the log")
	limit := flag.Duration("limit", 50*time.Millisecond, "time of a first page, warm, over which the command fails; 0 is none")
	charts := flag.Duration("charts", 200*time.Millisecond, "time of a chart, warm, over which the command fails; 0 is none")
	cold := flag.Bool("cold", true, "also measure with a cold disk, for which root empties the page cache of the whole machine")
	scratch := flag.String("scratch", os.TempDir(), "folder for the log and the index, about 1.5 GB for each million decisions while they are made")
	results := flag.String("results", "", "folder to write audit.md to")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Minute)
	defer cancel()
	b := bench{decisions: *decisions, live: min(*live, *decisions/2), days: *days, rounds: *rounds, each: *each, limit: *limit, charts: *charts, cold: *cold}
	if err := b.run(ctx, *scratch, *results); err != nil {
		fmt.Fprintln(os.Stderr, "decisions:", err)
		os.Exit(1)
	}
}

// bench is what is to be measured.
type bench struct {
	decisions, live, days, rounds int
	each, limit, charts           time.Duration
	cold                          bool
	now                           time.Time // the newest decision
}

// batchBytes is about what 64 writers bring into one batch: half of them wait while the other half's is synced.
const batchBytes = 24 << 10

// run measures all and writes the report.
func (b *bench) run(ctx context.Context, scratch, results string) (err error) {
	dir, err := os.MkdirTemp(scratch, "phigate-bench-audit-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b.now = time.Now().UTC().Truncate(time.Hour)

	var r report
	if r.disk, err = measureDisk(dir, 4<<10); err != nil {
		return err
	}
	if r.diskBatch, err = measureDisk(dir, batchBytes); err != nil {
		return err
	}
	for _, writers := range []int{1, 16, 64, 256} {
		c, err := b.measureCommit(ctx, filepath.Join(dir, "commit"), writers)
		if err != nil {
			return err
		}
		r.commits = append(r.commits, c)
	}
	if err := b.build(ctx, dir, &r); err != nil {
		return err
	}
	if err := b.search(ctx, dir, &r); err != nil {
		return err
	}
	text := r.text(b)
	fmt.Print(text) //nolint:forbidigo // the command's output
	if results != "" {
		if err := os.MkdirAll(results, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(results, "audit.md"), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return r.check(b)
}
