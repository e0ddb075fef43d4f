package salesforce

// PathReason is why a request's target is refused; its text may be logged and used as a metric label.
type PathReason string

// The reasons for which a target is refused.
const (
	PathSyntax PathReason = "syntax" // not an origin-form target
)

// PathError says why a request's target is refused. It holds no part of the target.
type PathError struct{ Reason PathReason }

// Error describes the problem without any part of the target.
func (e *PathError) Error() string { return "route: " + string(e.Reason) }
