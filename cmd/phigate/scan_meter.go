package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// When progress is shown first, and how often then.
const (
	meterAfter = 2 * time.Second
	meterEvery = 250 * time.Millisecond
)

// meter is a reader that says on a terminal how much of its source was read. It is not safe for concurrent use.
type meter struct {
	in    io.Reader
	out   io.Writer // nil if nothing is to be shown
	now   func() time.Time
	start time.Time
	shown time.Time // zero before the first time
	size  int64     // of the source in bytes, 0 if that is not known
	read  int64
}

// newMeter returns a reader of in that shows its progress on out if that is a terminal.
func newMeter(in io.Reader, out io.Writer) *meter {
	p := &meter{in: in, now: time.Now, start: time.Now()}
	if f, ok := out.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.out = out
		}
	}
	if f, ok := in.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			p.size = info.Size()
		}
	}
	return p
}

// Read reads from the source.
func (p *meter) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.read += int64(n)
	if p.out == nil {
		return n, err
	}
	if now := p.now(); now.Sub(p.start) >= meterAfter && now.Sub(p.shown) >= meterEvery {
		p.shown = now
		text := fmt.Sprintf("%.1f MB read", float64(p.read)/1e6)
		if p.size > 0 {
			text = fmt.Sprintf("%d %% of %.1f MB read", 100*min(p.read, p.size)/p.size, float64(p.size)/1e6)
		}
		fmt.Fprintf(p.out, "\r\x1b[K%s", text)
	}
	return n, err
}

// end removes what was shown.
func (p *meter) end() {
	if !p.shown.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
