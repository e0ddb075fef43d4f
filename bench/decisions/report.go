package main

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report is what was measured.
type report struct {
	disk, diskBatch times
	commits         []commit

	logged, built        time.Duration
	millions             []time.Duration
	reviews              int
	logBytes, indexBytes int64
	memory               int64
	live                 live

	pages, otherPages, chartTimes, coldPages []timing
}

// check fails if a first page or a chart took longer than it may.
func (r *report) check(b *bench) error {
	for _, t := range append(slices.Clone(r.pages), r.otherPages...) {
		if b.limit > 0 && t.typical() > b.limit {
			return fmt.Errorf("the first page of %q took %s", t.what, t.typical())
		}
	}
	for _, t := range r.chartTimes {
		if b.charts > 0 && t.typical() > b.charts {
			return fmt.Errorf("%s took %s", t.what, t.typical())
		}
	}
	return nil
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000) }

// text is the report as a page.
func (r *report) text(b *bench) string {
	var w strings.Builder
	fmt.Fprintf(&w, "# The decision log and its index\n\nMade by `make bench-audit` (%s, %s/%s, %d cores).\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	r.commitText(&w)
	r.buildText(&w, b)
	r.liveText(&w)
	r.pageText(&w, b)
	r.chartText(&w)
	return w.String()
}

func (r *report) commitText(w *strings.Builder) {
	fmt.Fprintf(w, "## Durable decisions\n\nAppending 4 KiB to an allocated file and fdatasync takes %s ms here (p50; p99 %s ms), %d KiB, as 64 writers bring at a time, %s ms (p99 %s ms). "+
		"The log is opened as the gate opens it: the gate's detectors look over each record before it is queued, all of them are leaves of a tree, a checkpoint of it is "+
		"signed each second and kept in a witness too, and an access log has it on record. Each writer appends its next decision when its last one is durable.\n\n", ms(r.disk.at(0.5)), ms(r.disk.at(0.99)),
		batchBytes>>10, ms(r.diskBatch.at(0.5)), ms(r.diskBatch.at(0.99)))
	fmt.Fprintln(w, "| writers | decisions/s | p50 ms | p99 ms | max ms | decisions a sync | ms a sync | bytes a decision |\n|---|---|---|---|---|---|---|---|")
	for _, c := range r.commits {
		batches := max(float64(c.stats.Batches), 1)
		fmt.Fprintf(w, "| %d | %.0f | %s | %s | %s | %.1f | %s | %.0f |\n", c.writers, float64(len(c.waits))/c.took.Seconds(), ms(c.waits.at(0.5)), ms(c.waits.at(0.99)),
			ms(c.waits.worst()), float64(c.stats.Appended)/batches, ms(time.Duration(float64(c.stats.Syncing)/batches)),
			float64(c.stats.Bytes)/max(float64(c.stats.Appended), 1))
	}
	fmt.Fprintln(w)
}

func (r *report) buildText(w *strings.Builder, b *bench) {
	n := float64(b.decisions)
	fmt.Fprintf(w, "## The index\n\n%d decisions of %d days, %d of them with a verdict. The log was written by 256 writers in %.0f s (%.0f/s) and has %.0f bytes a decision on the disk.\n\n",
		b.decisions, b.days, r.reviews, r.logged.Seconds(), n/r.logged.Seconds(), float64(r.logBytes)/n)
	fmt.Fprintf(w, "Built from the log, which is read and decoded for it, in %.0f s: %.0f decisions/s", r.built.Seconds(), n/r.built.Seconds())
	if len(r.millions) > 1 {
		fmt.Fprintf(w, "; the first million took %.0f s, the last %.0f s", r.millions[0].Seconds(), r.millions[len(r.millions)-1].Seconds())
	}
	fmt.Fprintf(w, ". It has %.0f bytes a decision (%.2f GB). Searching it took %.0f MiB of memory.\n\n", float64(r.indexBytes)/n, float64(r.indexBytes)/1e9, float64(r.memory)/(1<<20))
}

func (r *report) liveText(w *strings.Builder) {
	l := &r.live
	fmt.Fprintf(w, "## Following a gate\n\n%d decisions came from 64 writers as fast as the log takes them, beside the index that projects them: %.0f/s were durable, %.0f/s could be searched.\n\n"+
		"| a lone one, from durable until it can be searched | p50 ms | p99 ms | max ms |\n|---|---|---|---|\n", l.n-len(l.shown), float64(l.n-len(l.shown))/l.logged.Seconds(),
		float64(l.n-len(l.shown))/l.took.Seconds())
	fmt.Fprintf(w, "| decision | %s | %s | %s |\n", ms(l.shown.at(0.5)), ms(l.shown.at(0.99)), ms(l.shown.worst()))
	fmt.Fprintf(w, "| verdict | %s | %s | %s |\n\n", ms(l.verdicts.at(0.5)), ms(l.verdicts.at(0.99)), ms(l.verdicts.worst()))
}

func (r *report) pageText(w *strings.Builder, b *bench) {
	fmt.Fprintf(w, "## First page of 50\n\nEvery subset of decision, detector, client, object, rule, dir and after, each with a common and a rare value "+
		"(decision also as the queue asks for it, with the status of the review), %d combinations, each %d times. The time of a combination is the median of its times.\n\n", len(r.pages), b.rounds)
	fmt.Fprintln(w, "| | combinations | p50 ms | p99 ms | slowest ms | slowest single time ms |\n|---|---|---|---|---|---|")
	pageLine(w, "usual filters, warm", r.pages)
	pageLine(w, "other filters over all days, warm", r.otherPages)
	if len(r.coldPages) > 0 {
		pageLine(w, "usual filters, index opened just now, cold disk", r.coldPages)
	}
	fmt.Fprintf(w, "\nThe slowest, warm:\n\n| filter | ms |\n|---|---|\n")
	all := append(slices.Clone(r.pages), r.otherPages...)
	slices.SortFunc(all, func(a, b timing) int { return cmp.Compare(b.typical(), a.typical()) })
	for _, t := range all[:min(len(all), 8)] {
		fmt.Fprintf(w, "| `%s` | %s |\n", t.what, ms(t.typical()))
	}
	if len(r.coldPages) == 0 {
		fmt.Fprint(w, "\nNot measured with a cold disk, for which root must run the command.\n")
	}
	fmt.Fprintln(w)
}

func pageLine(w *strings.Builder, what string, list []timing) {
	var typical, single times
	for _, t := range list {
		typical, single = append(typical, t.typical()), append(single, t.times.worst())
	}
	slices.Sort(typical)
	slices.Sort(single)
	fmt.Fprintf(w, "| %s | %d | %s | %s | %s | %s |\n", what, len(list), ms(typical.at(0.5)), ms(typical.at(0.99)), ms(typical.worst()), ms(single.worst()))
}

func (r *report) chartText(w *strings.Builder) {
	fmt.Fprint(w, "## Charts and counts over all days, warm\n\n| | p50 ms | max ms |\n|---|---|---|\n")
	for _, t := range r.chartTimes {
		fmt.Fprintf(w, "| %s | %s | %s |\n", t.what, ms(t.typical()), ms(t.times.worst()))
	}
}
