package review

// The states of a decision that can carry a verdict. A decision that nobody touched is open.
const (
	Open           = "open"
	Assigned       = "assigned"
	AwaitingSecond = "awaiting_second" // one person gave a verdict, and another one has to agree
	Decided        = "decided"
)

// move is a change of a decision's state.
type move uint8

const (
	decide     move = iota // a verdict that stands at once
	decideOnce             // a verdict that another person has to confirm
	agree                  // that person agrees
	disagree               // that person does not, and the decision goes back into the queue
	assign
	unassign
	reopen
)

// transitions is the state machine: from which states a move leads where. The projection of the access log must hold
// to the same table: a record whose move the state at its place in the log does not allow changes nothing, so that of
// two people who were at it at once the first one stands, whoever reads the log.
func transitions() map[move]struct {
	from []string
	to   string
} {
	type line = struct {
		from []string
		to   string
	}
	return map[move]line{
		decide:     {[]string{Open, Assigned}, Decided},
		decideOnce: {[]string{Open, Assigned}, AwaitingSecond},
		agree:      {[]string{AwaitingSecond}, Decided},
		disagree:   {[]string{AwaitingSecond}, Open},
		assign:     {[]string{Open, Assigned}, Assigned},
		unassign:   {[]string{Assigned}, Open},
		reopen:     {[]string{AwaitingSecond, Decided}, Open},
	}
}

// after returns the state that m leads to from the given one, or false if it does not lead anywhere. The empty state is
// that of a decision that nobody touched.
func (m move) after(status string) (string, bool) {
	if status == "" {
		status = Open
	}
	t := transitions()[m]
	for _, from := range t.from {
		if from == status {
			return t.to, true
		}
	}
	return "", false
}
