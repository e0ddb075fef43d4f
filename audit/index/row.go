package index

import (
	"context"
	"fmt"
	"time"
)

// Row is a decision as lists show it.
type Row struct {
	ID                                                     string
	Seq                                                    uint64
	Time                                                   time.Time
	Node, Kind, Action, Reason, Mode, Client, Source, Host string
	API, Op, Object, Direction, Method, Route              string
	// Rules are those of the decision and of its findings.
	Rules, Detectors, Categories, Fields, Fingerprints []string
	// Likelihood is the highest of the findings, "" if there is none.
	Likelihood string
	// Findings is the sum of the findings' counts.
	Findings       int
	Bytes, Records int64
	Coverage       string
	Policy         string // digest
	// Cases are the keys of the cases that the decision belongs to, at most 64.
	Cases  []string
	Review State
}

// State is where the review of a decision or case stands.
type State struct {
	// Status is open, assigned, awaiting_second or decided; empty for what needs no review.
	Status, Verdict string
	// By is who gave the verdict, or who asked for it to be looked at again.
	By, Assignee string
	// Reason is what that person wrote.
	Reason string
	// At is when the state was reached; zero if nobody has touched it.
	At    time.Time
	Notes int
}

// Get returns one decision.
func (x *Index) Get(ctx context.Context, id string) (Row, error) {
	ctx, cancel := x.begin(ctx)
	defer cancel()
	at, err := x.locate(ctx, id)
	if err != nil {
		return Row{}, fmt.Errorf("get decision: %w", x.finish(ctx, err))
	}
	row, err := x.rowAt(ctx, at)
	if err != nil {
		return Row{}, fmt.Errorf("get decision: %w", x.finish(ctx, err))
	}
	return row, nil
}

// rowAt returns the decision at a place.
func (x *Index) rowAt(ctx context.Context, at place) (Row, error) {
	m, err := x.month(ctx, at.month)
	if isGone(err) {
		return Row{}, ErrNotFound
	}
	if err != nil {
		return Row{}, err
	}
	defer x.release(m)
	v, err := m.at(ctx)
	if err != nil {
		return Row{}, x.explain(err, at.month)
	}
	defer v.close()
	rows, err := v.rows(ctx, []int64{at.ord})
	if err != nil {
		return Row{}, x.explain(err, at.month)
	}
	return rows[0], nil
}

// stored is a decision as it comes out of a file.
type stored struct {
	ord, seq, time int64
	id             string
	packed         *packed
	state          State
}

func (s *stored) row(names *names) Row {
	r := s.packed.row(names)
	r.ID, r.Seq, r.Time, r.Review = s.id, uint64(s.seq), fromMicros(s.time), s.state
	return r
}

// each calls f for the decisions with the given numbers, in whichever order.
func (v *view) each(ctx context.Context, ords []int64, f func(*stored) error) error {
	return scanRows(ctx, v.tx, func(scan func(...any) error) (err error) {
		var s stored
		var data []byte
		var state scannedState
		if err := scan(append([]any{&s.ord, &s.seq, &s.time, &s.id, &data}, state.targets()...)...); err != nil {
			return err
		}
		if s.packed, err = unpack(data); err != nil {
			return err
		}
		s.state = state.state(v.names.text(firstReview(s.packed, v.names).status))
		return f(&s)
	}, `SELECT r.ord, r.seq, r.time, r.id, r.data, `+stateColumns+` FROM rows r LEFT JOIN states s ON s.ord = r.ord
		WHERE r.ord IN `+idList(ords))
}

// rows returns the decisions with the given numbers, in that order.
func (v *view) rows(ctx context.Context, ords []int64) ([]Row, error) {
	byOrd := make(map[int64]Row, len(ords))
	if err := v.each(ctx, ords, func(s *stored) error {
		byOrd[s.ord] = s.row(v.names)
		return nil
	}); err != nil {
		return nil, err
	}
	list := make([]Row, len(ords))
	for i, ord := range ords {
		row, ok := byOrd[ord]
		if !ok {
			return nil, errRecord // the sets say that it is there
		}
		list[i] = row
	}
	return list, nil
}
