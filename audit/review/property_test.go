package review

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/phigate/phigate/audit"
)

// Whatever people do in whatever order: each success is one ok record or more and each failure none; a decision that
// needs two people is decided only after two; no exception is approved by who requested it; the state is always what the
// records say.
func TestAnyOrder(t *testing.T) {
	b := newBoard(t)
	d := b.desk(t)
	people := []Actor{ann, ben, lea, lars, paul, aud, vic}
	round := 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		plain, strict := fmt.Sprintf("p%d", round), fmt.Sprintf("s%d", round)
		b.put("block", []string{"r"}, plain)
		b.put("block", []string{"two-people"}, strict)
		start := b.count()
		var exceptions []string
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			a := rapid.SampledFrom(people).Draw(t, "person")
			id := rapid.SampledFrom([]string{plain, strict}).Draw(t, "decision")
			before := b.count()
			err := act(t, d, a, id, &exceptions)
			ok := 0
			for _, r := range b.records[before:] {
				if r.Outcome == OutcomeOK {
					ok++
				}
			}
			if (err == nil) != (ok > 0) {
				t.Fatalf("%d ok records after %v", ok, err)
			}
			if refused := errors.Is(err, ErrDenied) || errors.Is(err, ErrSamePerson); refused != (b.count() > before+ok) {
				t.Fatalf("a refusal and its record do not belong together: %v", err)
			}
		}
		check(t, b, strict, start)
	})
}

// act does one thing, whatever it may be.
func act(t *rapid.T, d *Desk, a Actor, id string, exceptions *[]string) error {
	ctx := t.Context()
	exception := "none"
	if len(*exceptions) > 0 {
		exception = rapid.SampledFrom(*exceptions).Draw(t, "exception")
	}
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0, 1:
		return d.Decide(ctx, a, []string{id}, "benign", "why")
	case 2, 3:
		return d.Confirm(ctx, a, id, rapid.Bool().Draw(t, "agree"), "why")
	case 4:
		return d.Reopen(ctx, a, id, "why")
	case 5:
		return d.Assign(ctx, a, []string{id}, rapid.SampledFrom([]string{a.User, "ann", ""}).Draw(t, "to"))
	case 6:
		return d.Note(ctx, a, id, "hm")
	case 7:
		e, err := d.Request(ctx, a, request())
		if err == nil {
			*exceptions = append(*exceptions, e.ID)
		}
		return err
	case 8:
		_, err := d.Resolve(ctx, a, exception, rapid.Bool().Draw(t, "approve"), "why")
		return err
	}
	_, err := d.Revoke(ctx, a, exception, "why")
	return err
}

// check looks at the records alone, as an auditor would.
func check(t *rapid.T, b *board, strict string, start int) {
	var judge string // who gave the verdict that awaits another person
	asked := map[string]string{}
	for _, r := range b.records[start:] {
		if r.Outcome != OutcomeOK {
			continue
		}
		if e := r.Review.Exception; e != nil {
			switch e.State {
			case Requested:
				asked[e.ID] = r.Actor
			case Approved, Rejected:
				if asked[e.ID] == r.Actor || asked[e.ID] == "" {
					t.Fatalf("%s resolved what %q requested", r.Actor, asked[e.ID])
				}
			}
		}
		if !slices.Contains(r.Review.Decisions, strict) {
			continue
		}
		switch {
		case r.Kind == audit.AccessVerdict && r.Review.Status == AwaitingSecond:
			judge = r.Actor
		case r.Kind == audit.AccessVerdict && r.Review.Status == Decided:
			t.Fatalf("%s alone decided what needs two people", r.Actor)
		case r.Kind == audit.AccessConfirm && (judge == "" || judge == r.Actor):
			t.Fatalf("%s confirmed the verdict of %q", r.Actor, judge)
		case r.Kind == audit.AccessConfirm, r.Kind == audit.AccessVerdict:
			judge = ""
		}
	}
}
