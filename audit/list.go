package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"time"
)

// Filter selects records. A zero field selects all.
type Filter struct {
	Kind         Kind
	Action       string
	Client       string
	Object       string    // of the exchange or of a finding
	Rule         string    // of the exchange or of a finding
	Detector     string    // of a finding
	Since, Until time.Time // Since is included, Until is not
	Limit        int       // the newest so many
}

// slack is how far the times of two segments may contradict their order, because a clock was set.
const slack = 24 * time.Hour

// List returns the records of the log in dir that f selects, newest first. It reads the segments themselves, one
// after the other, and stops at the one that is more than a day older than f.Since. After an error the sequence ends.
func List(dir string, f Filter) iter.Seq2[*Decision, error] {
	return func(yield func(*Decision, error) bool) {
		listed := 0
		for line, err := range linesBackwards(dir, f.Since) {
			d := new(Decision)
			if err == nil {
				err = line.decode(d)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !f.selects(d) {
				continue
			}
			if listed++; !yield(d, nil) || listed == f.Limit {
				return
			}
		}
	}
}

// Find returns the record with the given ID. The error wraps ErrNotFound if there is none.
func Find(dir, id string) (*Decision, error) {
	var found *Decision
	err := find(dir, id, func(line *placedLine) (bool, error) {
		d := new(Decision)
		if err := line.decode(d); err != nil {
			return false, err
		}
		if d.ID == id {
			found = d
		}
		return found != nil, nil
	})
	return found, err
}

// find calls match with the lines that may have the ID, the newest first, until one does. It looks first where the ID
// says, and then everywhere.
func find(dir, id string, match func(*placedLine) (bool, error)) error {
	if !isToken(id) {
		return fmt.Errorf("%w: an ID has 1 to 64 letters, digits, dots, dashes or underscores", ErrNotFound)
	}
	firsts, err := segments(dir)
	if err != nil {
		return err
	}
	from, to, err := near(dir, firsts, id)
	if err != nil {
		return err
	}
	member := []byte(`"id":"` + id + `"`)
	for _, part := range [][2]int{{from, to}, {0, len(firsts)}} {
		for line, err := range segmentsBackwards(dir, firsts, part[0], part[1], time.Time{}) {
			if err != nil {
				return err
			}
			if !bytes.Contains(line.text, member) {
				continue
			}
			if done, err := match(line); done || err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("%w: %s", ErrNotFound, id)
}

// selects reports whether f selects d.
func (f *Filter) selects(d *Decision) bool {
	finding := func(match func(*Finding) bool) bool {
		return slices.ContainsFunc(d.Finding, func(found Finding) bool { return match(&found) })
	}
	switch {
	case f.Kind != "" && f.Kind != d.Kind,
		f.Action != "" && f.Action != d.Action,
		f.Client != "" && f.Client != d.Client,
		!f.Since.IsZero() && d.Time.Before(f.Since),
		!f.Until.IsZero() && !d.Time.Before(f.Until):
		return false
	case f.Object != "" && f.Object != d.Object && !finding(func(x *Finding) bool { return x.Object == f.Object }),
		f.Detector != "" && !finding(func(x *Finding) bool { return x.Detector == f.Detector }),
		f.Rule != "" && !slices.Contains(d.Rules, f.Rule) &&
			!finding(func(x *Finding) bool { return slices.Contains(x.Rules, f.Rule) }):
		return false
	}
	return true
}

// placedLine is a line of a segment and where it stands.
type placedLine struct {
	file   string
	offset int64
	text   []byte // valid until the next line
}

func (p *placedLine) decode(d *Decision) error {
	if json.Unmarshal(p.text, d) != nil {
		return p.corrupt()
	}
	return nil
}

func (p *placedLine) corrupt() error {
	return &CorruptError{File: p.file, Offset: p.offset, What: "not a record"}
}

// linesBackwards returns the lines of all records, the last one first, and stops at a segment after which all is older
// than since, give or take slack.
func linesBackwards(dir string, since time.Time) iter.Seq2[*placedLine, error] {
	return func(yield func(*placedLine, error) bool) {
		firsts, err := segments(dir)
		if err != nil {
			yield(nil, err)
			return
		}
		segmentsBackwards(dir, firsts, 0, len(firsts), since)(yield)
	}
}

// segmentsBackwards is linesBackwards for the segments with the places from, included, to to, excluded.
func segmentsBackwards(dir string, firsts []uint64, from, to int, since time.Time) iter.Seq2[*placedLine, error] {
	return func(yield func(*placedLine, error) bool) {
		cut := int64(-1)
		if from < to && to < len(firsts) {
			cut = limits(dir, firsts[to-1:to+1])[0]
		}
		for _, first := range slices.Backward(firsts[from:to]) {
			h, more, err := segmentBackwards(dir, first, cut, yield)
			if errors.Is(err, fs.ErrNotExist) {
				// It was pruned since it was listed, and so were those before it.
				if left, again := segments(dir); again == nil && len(left) > 0 && left[0] > first {
					return
				}
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !more || h.Created.Before(since.Add(-slack)) {
				return
			}
			if cut = -1; h.Cut > 0 {
				cut = h.Cut
			}
		}
	}
}

// segmentBackwards yields the lines of one segment, of which the first limit bytes count, or all if limit is negative.
// It returns the header, and whether yield wants more.
func segmentBackwards(dir string, first uint64, limit int64, yield func(*placedLine, error) bool) (h header, more bool, err error) {
	f, err := openSegment(dir, first)
	if err != nil {
		return h, false, err
	}
	defer f.Close()
	if limit < 0 {
		if limit, err = f.Size(); err != nil {
			return h, false, fmt.Errorf("read audit log: %w", err)
		}
	}
	b, err := newBackwards(f, limit)
	for err == nil {
		var text []byte
		var offset int64
		text, offset, err = b.next()
		switch {
		case err != nil:
		case offset > 0:
			if !yield(&placedLine{file: f.Name(), offset: offset, text: text}, nil) {
				return h, false, nil
			}
		case json.Unmarshal(text, &h) != nil:
			return h, false, &CorruptError{File: f.Name(), Line: 1, What: "not a header"}
		}
	}
	if !errors.Is(err, io.EOF) {
		return h, false, fmt.Errorf("read audit log: %w", err)
	}
	return h, true, nil
}
