package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMeter(t *testing.T) {
	source := filepath.Join(t.TempDir(), "lines")
	if err := os.WriteFile(source, make([]byte, 2_000_000), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	tests := map[string]struct {
		in   io.Reader
		step time.Duration // what a read takes
		want string
	}{
		"fast":          {strings.NewReader(strings.Repeat("x", 10)), 100 * time.Millisecond, ""},
		"slow":          {strings.NewReader(strings.Repeat("x", 10)), time.Second, strings.Repeat("\r\x1b[K0.0 MB read", 5) + "\r\x1b[K"},
		"file":          {io.LimitReader(file, 0), 3 * time.Second, "\r\x1b[K0 % of 2.0 MB read\r\x1b[K"},
		"not too often": {strings.NewReader(strings.Repeat("x", 100)), 50 * time.Millisecond, strings.Repeat("\r\x1b[K0.0 MB read", 3) + "\r\x1b[K"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			now := time.Unix(0, 0)
			p := newMeter(tt.in, &out)
			if p.out != nil {
				t.Fatal("a builder is no terminal")
			}
			if name == "file" {
				p.size = newMeter(file, io.Discard).size
			}
			p.out, p.start, p.now = &out, now, func() time.Time { now = now.Add(tt.step); return now }
			b := make([]byte, 2)
			for range 55 {
				if _, err := p.Read(b); err != nil {
					break
				}
			}
			p.end()
			if diff := cmp.Diff(tt.want, out.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
