package audit

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// Report says what a log holds.
type Report struct {
	// Records and Segments count what was found whole.
	Records, Segments int
	// Seq is the number of the last record.
	Seq uint64
	// First and Last are the times of the first and the last record.
	First, Last time.Time
	// Head is the chain value of the last line, in hex. Kept elsewhere, it proves later that nothing was cut off.
	Head string
	// Unclosed counts opening records without a closing one: bodies that were in transit when the gate was killed, or
	// that still are.
	Unclosed int
	// Tree is the number of records in the log's tree, those that were pruned among them, and Root its root in base64.
	Tree int64
	Root string
	// Checkpoints counts the signed checkpoints that the log agrees with, Signed is the size of the largest of them.
	Checkpoints int
	Signed      int64
	// Pruned counts the records that were removed at the end of their retention.
	Pruned uint64
	// Witnessed is the size of the largest checkpoint that was kept elsewhere. Zero means that there was none: then an
	// older copy of the whole folder cannot be told from the log.
	Witnessed int64
	// Rollbacks counts the times that the log was taken back to an earlier state and an operator acknowledged it.
	Rollbacks int
}

// Verify reads the log in dir and checks every line: that it is as it was written, in its place, and that none is
// missing between the first and the last. The error is a *CorruptError for the first place where that is not so; the
// report then covers what stands before. What the chain cannot show is said at the package. A log may be verified
// while it is written; records that come meanwhile may be left out.
func Verify(dir string) (Report, error) {
	v := verification{open: make(map[string]struct{})}
	err := v.run(dir)
	v.report.Unclosed = len(v.open)
	return v.report, err
}

type verification struct {
	report Report
	open   map[string]struct{} // IDs of opening records
}

func (v *verification) run(dir string) error {
	firsts, err := segments(dir)
	if err != nil {
		return err
	}
	if len(firsts) == 0 {
		return fmt.Errorf("no audit log in %s", dir)
	}
	limits := limits(dir, firsts)
	var before *scan
	for i, first := range firsts {
		s, err := openScan(dir, first, limits[i])
		if err != nil {
			return err
		}
		err = v.segment(s, before, i == len(firsts)-1)
		s.close()
		if err != nil {
			return err
		}
		v.report.Segments++
		before = s
	}
	return nil
}

// limits returns how many bytes of each segment count: all of them, or those that the next header says. A header that
// cannot be read says nothing; it is met again in its turn.
func limits(dir string, firsts []uint64) []int64 {
	list := make([]int64, len(firsts))
	for i := range list {
		list[i] = -1
		if i+1 == len(list) {
			continue
		}
		if s, err := openScan(dir, firsts[i+1], -1); err == nil {
			if s.header.Cut > 0 {
				list[i] = s.header.Cut
			}
			s.close()
		}
	}
	return list
}

func (v *verification) segment(s, before *scan, last bool) error {
	if e := s.follows(before); e != nil {
		return e
	}
	v.report.Head = s.tip.chain.String()
	var rec brief
	for patience := 10; ; {
		err := s.next(&rec)
		switch {
		case err == nil:
			v.record(&rec)
			v.report.Seq, v.report.Head = s.tip.seq, s.tip.chain.String()
		case errors.Is(err, io.EOF):
			return nil
		case last && s.torn && patience > 0:
			// The log may be in use, and this a write that is under way. Then the rest comes in a moment.
			patience--
			time.Sleep(10 * time.Millisecond)
			s.line--
		default:
			return err
		}
	}
}

func (v *verification) record(rec *brief) {
	if v.report.Records == 0 {
		v.report.First = rec.Time
	}
	v.report.Last = rec.Time
	v.report.Records++
	switch rec.Kind {
	case Opening:
		v.open[rec.ID] = struct{}{}
	case Closing:
		delete(v.open, rec.Of)
	}
}
