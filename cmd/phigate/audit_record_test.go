package main

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

var errBusy = errors.New("busy")

// Whoever finds a log in use waits for it, and for nothing else.
func TestPatiently(t *testing.T) {
	tries := 0
	got, err := patiently(func() (int, error) {
		if tries++; tries < 3 {
			return 0, errBusy
		}
		return 7, nil
	}, errBusy)
	if got != 7 || err != nil || tries != 3 {
		t.Errorf("got %d, %v after %d tries", got, err, tries)
	}
	tries = 0
	other := errors.New("other")
	if _, err := patiently(func() (int, error) { tries++; return 0, other }, errBusy); !errors.Is(err, other) || tries != 1 {
		t.Errorf("got %v after %d tries", err, tries)
	}
}

// Nothing is written beside the files of somebody else, whose gate could not go on with it. The data folder may be a
// volume that belongs to nobody in particular.
func TestOwn(t *testing.T) {
	if os.Geteuid() != 0 {
		if err := own(&config{Data: "/"}); err == nil {
			t.Error("a folder that is not there")
		}
		return // who is not root gives nothing away
	}
	for name, tt := range map[string]struct{ data, log, want string }{
		"one's own":         {"root", "root", ""},
		"of a platform":     {"nobody", "root", ""},
		"of somebody else":  {"nobody", "nobody", "sudo -u nobody"},
		"of a stray number": {"root", "4711", "sudo -u #4711"},
	} {
		t.Run(name, func(t *testing.T) {
			uid := map[string]int{"root": 0, "nobody": 65534, "4711": 4711}
			cfg := &config{Data: t.TempDir()}
			for dir, who := range map[string]string{cfg.auditDir(): tt.log, cfg.Data: tt.data} {
				if err := errors.Join(os.MkdirAll(dir, 0o700), os.Chown(dir, uid[who], -1)); err != nil {
					t.Fatal(err)
				}
			}
			err := own(cfg)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestParseTime(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"":                     {},
		"2026-11-01":           time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		"2026-11-01T08:30:00Z": time.Date(2026, 11, 1, 8, 30, 0, 0, time.UTC),
		"24h":                  now.Add(-24 * time.Hour),
		"-24h":                 now.Add(-24 * time.Hour),
		"7d":                   now.AddDate(0, 0, -7),
		"-7d":                  now.AddDate(0, 0, -7),
	} {
		if got, err := parseTime(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"3", "tomorrow", "--7d", "--24h", "7x"} {
		if got, err := parseTime(text, now); err == nil {
			t.Errorf("%q: got %v", text, got)
		}
	}
}
