package console

import (
	"time"

	"github.com/phigate/phigate/audit/index"
)

// Facts is what the gate tells the console about itself. A func that is nil leaves its part of a page out.
type Facts struct {
	// Health says how the decision log is now.
	Health func() Health
	// Policies lists the policies that are or were in effect, in any order.
	Policies func() []PolicyVersion
	// Rules counts the rules of the policy with the given digest; kept is false if its text is not there any more. It is
	// called for each policy of a list.
	Rules func(digest string) (n int, kept bool)
}

// Health is how the decision log is.
type Health struct {
	Records    uint64    // on the log
	Signed     uint64    // of them under the last checkpoint
	Checkpoint time.Time // when the last checkpoint was signed; zero if checkpoints are not made
	Guarded    uint64    // records that the guard replaced since the gate was started
	Halted     bool      // the log takes no records, and so the gate lets nothing pass
}

// What is too late: a checkpoint is due each second in which there was something new, and the index follows at once.
const (
	lateCheckpoint = time.Minute
	lateIndex      = time.Minute
)

// healthLine is one thing that is as it should be, or not.
type healthLine struct {
	Name, Value, Note string
	Bad               bool
}

// Word says whether the line is as it should be, for who cannot tell colours apart.
func (l healthLine) Word() string {
	if l.Bad {
		return "look"
	}
	return "good"
}

// healthLines puts the health of the log and of the index into words.
func healthLines(h Health, at index.Position, now time.Time) []healthLine {
	log := healthLine{Name: "Decision log", Value: number(int(h.Records)) + " records"}
	if h.Halted {
		log.Value, log.Note, log.Bad = "takes no records", "The gate refuses every transfer until it does.", true
	}
	check := healthLine{Name: "Last checkpoint", Value: ago(now, h.Checkpoint)}
	switch {
	case h.Checkpoint.IsZero():
		check.Value, check.Note, check.Bad = "none", "The log is chained, and not signed.", true
	case h.Signed < h.Records && now.Sub(h.Checkpoint) > lateCheckpoint:
		check.Note, check.Bad = countOf(int(h.Records-h.Signed), "record")+" not under a signature yet.", true
	}
	guard := healthLine{Name: "Guard", Value: "no hits", Note: "It looks for identifiers in what the log is about to hold."}
	if h.Guarded > 0 {
		guard.Value, guard.Bad = countOf(int(h.Guarded), "hit"), true
		guard.Note = "So many records would have held an identifier and were replaced by stubs. Tell the gate's administrator."
	}
	return []healthLine{log, check, indexLine(at), guard}
}

// indexLine says how far what is searched is behind the log.
func indexLine(at index.Position) healthLine {
	line := healthLine{Name: "Index", Value: "up to date"}
	if at.Lag > 0 {
		line.Value = span(at.Lag) + " behind"
	}
	if at.Lag > lateIndex {
		line.Note, line.Bad = "What happened since is on the log, and not in these pages yet.", true
	}
	return line
}
