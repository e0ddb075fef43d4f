package review

import (
	"errors"
	"fmt"
)

// What the methods of a Desk wrap. None of their errors quotes what a person wrote.
var (
	// ErrDenied says that the person's role does not include this. It is on record.
	ErrDenied = errors.New("not permitted")
	// ErrReason says that a reason is missing, too long or not printable, or that a text holds an identifier; then the
	// error is a *GuardError too.
	ErrReason = errors.New("the text cannot be taken")
	// ErrSamePerson says that this takes a second person. It is on record.
	ErrSamePerson = errors.New("this takes another person")
	// ErrState says that the state does not allow it, or that somebody else was first.
	ErrState = errors.New("the state does not allow it")
	// ErrPast says that the end of a requested exception has passed, so that there is nothing left to approve. It can be
	// rejected.
	ErrPast = errors.New("the end has passed")
	// ErrNotFound says that there is no such decision, case, exception, view or hold.
	ErrNotFound = errors.New("not found")
	// ErrInvalid says that what is asked for has no meaning: an unknown verdict, a time that has passed, too many
	// decisions.
	ErrInvalid = errors.New("not valid")
	// ErrBehind says that the index is behind the access log. Nothing was changed; or, if the error is an
	// *UnseenError, the change is on record and only not visible yet.
	ErrBehind = errors.New("the index is behind the access log")
)

// GuardError says that a text looks as if it held an identifier of a patient. It names the detector and never quotes the
// text.
type GuardError struct {
	Detector string
}

// Error names the detector.
func (e *GuardError) Error() string {
	return fmt.Sprintf("the text looks as if it held an identifier (%s); describe it without", e.Detector)
}

// Unwrap returns ErrReason.
func (e *GuardError) Unwrap() error { return ErrReason }

// UnseenError says that a change is durable, and that the index did not show it in time. It must not be sent again.
type UnseenError struct {
	Seq uint64 // number of the record in the access log
}

// Error says that the change is on record.
func (e *UnseenError) Error() string {
	return fmt.Sprintf("the change is on record (access %d) and not visible yet", e.Seq)
}

// Unwrap returns ErrBehind.
func (e *UnseenError) Unwrap() error { return ErrBehind }
