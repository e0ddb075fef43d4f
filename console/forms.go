package console

import (
	"errors"
	"strings"

	"github.com/phigate/phigate/audit"
	"github.com/phigate/phigate/audit/review"
)

// verdictForm asks for a verdict and its reason.
type verdictForm struct {
	Verdicts []review.Verdict
	Reasons  []string // that are offered; any other can be typed
	Chosen   string
	Reason   string // what was typed before the form was refused
	Error    string
	Most     int // bytes of a reason
}

// newVerdictForm is the form with what was sent, if something was.
func newVerdictForm(r *request) *verdictForm {
	f := &verdictForm{Verdicts: review.Verdicts(), Reasons: usualReasons(), Most: audit.MaxNote}
	f.Chosen, f.Reason = r.PostForm.Get("verdict"), r.PostForm.Get("reason")
	return f
}

// usualReasons are offered where a reason is asked for. They hold nothing of a patient.
func usualReasons() []string {
	return []string{
		"Patient data where the job does not need it",
		"Identifier in a free-text field",
		"Right data, wrong field: the mapping has to be corrected",
		"Not an identifier: an internal number of the same form",
		"Test or synthetic data, no patient",
		"Permitted for this job; an exception is requested",
		"Handed to the owner of the job",
		"Not enough is known yet; the owner was asked",
	}
}

// refused says in words why the desk did not take what a person sent, for the place beside the field. It is false for
// errors that are not about what the person wrote or chose. What was typed is not in it.
func refused(err error) (string, bool) {
	var guard *review.GuardError
	switch {
	case errors.As(err, &guard):
		return "This looks as if it held an identifier (" + guard.Detector + "). Say it without: the record is kept for years.", true
	case errors.Is(err, review.ErrSamePerson):
		return "This takes another person: you cannot confirm your own work.", true
	case errors.Is(err, review.ErrReason), errors.Is(err, review.ErrInvalid):
		return sentence(err.Error()), true
	}
	return "", false
}

// taken reports whether a change is on record: it has no error, or only the index is late to show it.
func taken(err error) bool {
	var unseen *review.UnseenError
	return err == nil || errors.As(err, &unseen)
}

// sentence makes an error's text one: with a capital and a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// check reports whether verdict and reason are there, and says what is missing.
func (f *verdictForm) check() bool {
	if _, ok := review.VerdictNamed(f.Chosen); !ok {
		f.Error = "Choose a verdict."
		return false
	}
	if strings.TrimSpace(f.Reason) == "" {
		f.Error = "Give a reason: the next person to look at this will ask."
		return false
	}
	return true
}
