package main

import (
	"fmt"
	"io"
	"time"
)

// byteProgress says now and then how far a long reading is.
type byteProgress struct {
	out   io.Writer
	verb  string
	last  time.Time
	shown bool
}

func newByteProgress(out io.Writer, verb string) *byteProgress {
	return &byteProgress{out: out, verb: verb, last: time.Now()}
}

// report is called with the bytes done and the bytes in all.
func (p *byteProgress) report(done, total int64) {
	if time.Since(p.last) < progressEvery || total <= 0 {
		return
	}
	p.last, p.shown = time.Now(), true
	fmt.Fprintf(p.out, "\r%s %d of %d MiB (%d %%)  ", p.verb, done>>20, total>>20, done*100/total)
}

// done ends the line, if there is one.
func (p *byteProgress) done() {
	if p.shown {
		fmt.Fprintln(p.out)
		p.shown = false
	}
}

// count is report for records instead of bytes.
func (p *byteProgress) count(done, total uint64) {
	if time.Since(p.last) < progressEvery || total == 0 {
		return
	}
	p.last, p.shown = time.Now(), true
	fmt.Fprintf(p.out, "\r%s %d of %d records (%d %%)  ", p.verb, done, total, done*100/total)
}
