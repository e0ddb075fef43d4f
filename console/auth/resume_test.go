package auth

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/phigate/phigate/audit/review"
)

// A session at a terminal ends when one in a browser would, and that is on record.
func TestResume(t *testing.T) {
	for name, tt := range map[string]struct {
		meanwhile func(r *rig)
		over      string // reason on record; empty if the session goes on
		role      review.Role
	}{
		"at once":                 {func(*rig) {}, "", review.Analyst},
		"within the idle time":    {func(r *rig) { r.clock.Advance(14 * time.Minute) }, "", review.Analyst},
		"after the idle time":     {func(r *rig) { r.clock.Advance(15 * time.Minute) }, "idle", ""},
		"the account is disabled": {func(r *rig) { must(r, r.auth.Disable(r.t.Context(), admin(), "anna")) }, "disabled", ""},
		"another role": {
			func(r *rig) { must(r, r.auth.SetRole(r.t.Context(), admin(), "anna", review.Viewer)) }, "", review.Viewer,
		},
		"the password is forgotten": {func(r *rig) {
			_, err := r.auth.ResetSecond(r.t.Context(), admin(), "anna")
			must(r, err)
		}, "account_changed", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.first()
			r.add("anna", review.Analyst)
			r.clock.Advance(time.Minute)
			who, err := r.auth.Check(t.Context(), "anna", goodPass, r.code("anna"))
			must(r, err)
			tt.meanwhile(r)
			now, err := r.auth.Resume(t.Context(), who)
			if tt.over == "" {
				if err != nil || now.Role != tt.role || now.User != "anna" || now.Session != who.Session || now.Via != viaCLI {
					t.Errorf("got %+v, %v", now, err)
				}
				return
			}
			if !errors.Is(err, ErrOver) {
				t.Errorf("got %v, want %v", err, ErrOver)
			}
			all := r.records()
			if last := all[len(all)-1]; last.Reason != tt.over || last.Via != viaCLI || last.Session != who.Session {
				t.Errorf("on record: %+v", last)
			}
			if _, err := r.auth.Resume(t.Context(), who); !errors.Is(err, ErrOver) {
				t.Errorf("once more: %v", err)
			}
		})
	}
}

func must(r *rig, err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// Whatever is asked for, a session does not outlast its longest time.
func TestResumeUntilTheLongestTime(t *testing.T) {
	r := newRig(t)
	r.first()
	r.add("anna", review.Analyst)
	r.clock.Advance(time.Minute)
	who, err := r.auth.Check(t.Context(), "anna", goodPass, r.code("anna"))
	must(r, err)
	for range 71 {
		r.clock.Advance(10 * time.Minute)
		if _, err := r.auth.Resume(t.Context(), who); err != nil {
			t.Fatal(err)
		}
	}
	r.clock.Advance(10 * time.Minute)
	if _, err := r.auth.Resume(t.Context(), who); !errors.Is(err, ErrOver) {
		t.Errorf("after twelve hours: %v", err)
	}
}

func TestLeave(t *testing.T) {
	r := newRig(t)
	r.first()
	r.add("anna", review.Analyst)
	r.clock.Advance(time.Minute)
	who, err := r.auth.Check(t.Context(), "anna", goodPass, r.code("anna"))
	must(r, err)
	r.auth.Leave(t.Context(), who)
	r.auth.Leave(t.Context(), who)
	if got, want := r.said(2), []string{"login ok - anna", "logout ok logout anna"}; !slices.Equal(got, want) {
		t.Errorf("on record: %q, want %q", got, want)
	}
	if _, err := r.auth.Resume(t.Context(), who); !errors.Is(err, ErrOver) {
		t.Errorf("after leaving: %v", err)
	}
}
