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

// Nothing is written into the folder of somebody else, whose gate could not go on with it.
func TestOwn(t *testing.T) {
	dir := t.TempDir()
	if err := own(dir); err != nil {
		t.Errorf("one's own folder: %v", err)
	}
	other := "/"
	if os.Geteuid() == 0 {
		other = dir
		if err := os.Chown(dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	if err := own(other); err == nil || !strings.Contains(err.Error(), "sudo -u") {
		t.Errorf("somebody else's folder: %v", err)
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
