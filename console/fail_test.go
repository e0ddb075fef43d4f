package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
	"github.com/phigate/phigate/console/internal/trial"
)

// What went wrong is said in the words of the person who asked, and only what nobody foresaw is a number.
func TestFailuresInWords(t *testing.T) {
	r := newRig(t)
	d := r.sample()
	lead := r.as(review.Lead)
	tests := map[string]struct {
		err    error
		status int
		text   string
	}{
		"the log is full":      {fmt.Errorf("record access: %w", audit.ErrFailed), http.StatusServiceUnavailable, "does not take records, so nothing was done"},
		"the log is busy":      {fmt.Errorf("record access: %w", audit.ErrBusy), http.StatusServiceUnavailable, "does not take records, so nothing was done"},
		"the index is behind":  {fmt.Errorf("%w: record 4711", review.ErrBehind), http.StatusServiceUnavailable, "behind the access log, so nothing was changed"},
		"what nobody foresaw":  {trial.ErrDisk, http.StatusInternalServerError, "this number"},
		"a look unrecorded":    {fmt.Errorf("%w: %w", errUnrecorded, audit.ErrFailed), http.StatusServiceUnavailable, "so nothing is shown"},
		"a path in the error":  {fmt.Errorf("open /var/lib/phigate/x: %w", trial.ErrDisk), http.StatusInternalServerError, "this number"},
		"a text of the person": {&review.GuardError{Detector: "us_ssn"}, http.StatusUnprocessableEntity, "us_ssn"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r.access.Fail(test.err)
			defer r.access.Fail(nil)
			got := lead.post("/decisions/"+d[0].ID+"/note", url.Values{"text": {"Seen"}})
			if got.status != test.status {
				t.Errorf("status %d, want %d", got.status, test.status)
			}
			got.has(t, test.text)
			got.lacks(t, "/var/lib", "no space left", "4711")
		})
	}
}

// What cannot be written down of a search is the fault of who asked for it, and not of the log.
func TestUnprintableSearch(t *testing.T) {
	r := newRig(t)
	r.sample()
	for name, target := range map[string]string{"a control character": "kim\x01", "an identifier": "123-45-6789"} {
		got := r.as(review.Auditor).get("/access?" + url.Values{"target": {target}}.Encode())
		if got.status != http.StatusUnprocessableEntity || strings.Contains(got.body, "does not take records") {
			t.Errorf("%s: status %d", name, got.status)
		}
	}
	if len(r.reports) > 0 {
		t.Errorf("reported: %q", r.reports)
	}
}
