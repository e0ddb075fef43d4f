package audit

import (
	"bytes"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// aged is a log of one day a year: in each of the years from 2010 on so many records, and a segment of its own.
func aged(t *testing.T, each ...int) *proven {
	t.Helper()
	p := newProven(t)
	p.cfg.SegmentBytes = 1 << 30
	for year, n := range each {
		now := time.Date(2010+year, 6, 1, 0, 0, 0, 0, time.UTC)
		p.cfg.Now = func() time.Time { return now }
		p.cfg.Node = []string{"gate-1", "gate-2"}[year%2] // another node begins another segment
		p.write(t, n)
	}
	return p
}

// in returns a time of that year.
func in(year int) func() time.Time {
	return func() time.Time { return time.Date(year, 12, 1, 0, 0, 0, 0, time.UTC) }
}

func TestPrune(t *testing.T) {
	p := aged(t, 100, 200, 300, 5, 400, 10)
	all := readAll(t, p.cfg.Dir)
	p.cfg.Now = in(2018)
	report, err := Prune(p.cfg.Dir, Retention{Key: p.cfg.Key, Now: in(2018)})
	if err != nil {
		t.Fatal(err)
	}
	want := PruneReport{Segments: 3, Records: 600, Bytes: report.Bytes, Minimum: 601, Kept: "age"}
	if diff := cmp.Diff(want, report); diff != "" || report.Bytes < 300<<10 {
		t.Error(diff, report.Bytes)
	}
	left := readAll(t, p.cfg.Dir)
	if diff := cmp.Diff(ids(all[600:]), ids(left[:len(left)-1])); diff != "" {
		t.Error(diff)
	}
	note := left[len(left)-1]
	if note.Reason != "audit.pruned" || note.Mark == nil || note.Mark.Minimum != 601 || note.Mark.Size != 1015 {
		t.Errorf("the record of it is %+v", note)
	}
	r, err := VerifyLog(p.cfg.Dir, p.options())
	if err != nil || r.Pruned != 600 || r.Records != 416 || r.Tree != 1016 || r.Signed != 1016 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
	for _, d := range []*Decision{left[0], left[7], left[300], left[414]} {
		proof, err := Prove(p.cfg.Dir, d.ID)
		if err != nil {
			t.Fatalf("record %d: %v", d.Seq, err)
		}
		if got, err := VerifyProof(proof, p.cfg.Key.Verifier()); err != nil || got.ID != d.ID {
			t.Errorf("VerifyProof = %+v, %v", got, err)
		}
	}
	if again, err := Prune(p.cfg.Dir, Retention{Key: p.cfg.Key, Now: in(2018)}); err != nil || again.Segments != 0 || again.Minimum != 601 {
		t.Errorf("pruned again: %+v, %v", again, err)
	}
	p.write(t, 50) // with a checkpoint that agrees
	if r, err := VerifyLog(p.cfg.Dir, p.options()); err != nil || r.Signed != 1066 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
	if edges, err := filepath.Glob(filepath.Join(p.cfg.Dir, "edge-*")); err != nil || len(edges) != 1 {
		t.Errorf("kept hashes: %q, %v", edges, err)
	}
}

func TestPruneKeeps(t *testing.T) {
	digest := sample().Policy.Digest
	at := func(year int) time.Time { return time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC) }
	inEffect := func(year int) func(string) time.Time {
		return func(d string) time.Time {
			if d != digest {
				return time.Time{}
			}
			return at(year)
		}
	}
	tests := map[string]struct {
		retention Retention
		segments  int
		kept      string
	}{
		"six years":               {Retention{Now: in(2018)}, 3, "age"},
		"longer":                  {Retention{Now: in(2018), Keep: 7 * 366 * 24 * time.Hour}, 2, "age"},
		"all but the last":        {Retention{Now: in(2060)}, 4, "open"},
		"policy is out of effect": {Retention{Now: in(2018), LastInEffect: inEffect(2011)}, 3, "age"},
		"policy was in effect":    {Retention{Now: in(2018), LastInEffect: inEffect(2013)}, 0, "policy"},
		"policy is not known":     {Retention{Now: in(2018), LastInEffect: func(string) time.Time { return time.Time{} }}, 0, "policy"},
		"hold on all":             {Retention{Now: in(2018), Holds: []Hold{{ID: "h"}}}, 0, "hold"},
		"released hold":           {Retention{Now: in(2018), Holds: []Hold{{ID: "h", Released: true}}}, 3, "age"},
		"hold on a year":          {Retention{Now: in(2018), Holds: []Hold{{From: at(2011), To: at(2012).Add(-1)}}}, 1, "hold"},
		"hold on before":          {Retention{Now: in(2018), Holds: []Hold{{To: at(2010).Add(-1)}}}, 3, "age"},
		"hold on the client":      {Retention{Now: in(2018), Holds: []Hold{{Client: "ehr-sync", From: at(2012)}}}, 2, "hold"},
		"hold on another client":  {Retention{Now: in(2018), Holds: []Hold{{Client: "billing"}}}, 3, "age"},
		"hold on some clients":    {Retention{Now: in(2018), Holds: []Hold{{Client: "bill*"}}}, 0, "hold"},
	}
	made := aged(t, 3, 3, 3, 3, 3)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "audit")
			copyFolder(t, made.cfg.Dir, dir)
			test.retention.Key = made.cfg.Key
			report, err := Prune(dir, test.retention)
			if err != nil || report.Segments != test.segments || report.Kept != test.kept {
				t.Errorf("Prune = %+v, %v", report, err)
			}
			if r, err := VerifyLog(dir, VerifyOptions{Verifier: made.cfg.Key.Verifier()}); err != nil || r.Pruned != uint64(3*test.segments) {
				t.Errorf("VerifyLog = %+v, %v", r, err)
			}
		})
	}
}

// A log that begins late is accepted for the one reason that a signed record gives.
func TestVerifyFindsUnauthorisedPruning(t *testing.T) {
	p := aged(t, 100, 200, 300, 5, 400)
	dir := filepath.Join(t.TempDir(), "audit")
	copyFolder(t, p.cfg.Dir, dir)
	if _, err := Prune(p.cfg.Dir, Retention{Key: p.cfg.Key, Now: in(2017)}); err != nil {
		t.Fatal(err)
	}
	first := segmentPaths(t, p.cfg.Dir)[0] // 301
	var corrupt *CorruptError
	if err := os.Remove(first); err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyLog(p.cfg.Dir, p.options()); !errors.As(err, &corrupt) {
		t.Errorf("a segment more is gone: %v", err)
	}
	// Without the record, with all else that pruning leaves.
	firsts, err := segments(dir)
	if err != nil {
		t.Fatal(err)
	}
	report := PruneReport{Minimum: firsts[2]}
	if err := report.remove(dir, firsts[:2]); err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyLog(dir, VerifyOptions{Verifier: p.cfg.Key.Verifier()}); !errors.As(err, &corrupt) {
		t.Errorf("two segments are gone: %v", err)
	}
}

// Nor for a record that is under no checkpoint: whoever can write the folder can make one.
func TestVerifyFindsForgedPruning(t *testing.T) {
	p := aged(t, 30, 20, 10)
	firsts, err := segments(p.cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&PruneReport{Minimum: firsts[1]}).remove(p.cfg.Dir, firsts[:1]); err != nil {
		t.Fatal(err)
	}
	segment := segmentPaths(t, p.cfg.Dir)[1]
	lines := fileLines(readFile(t, segment))
	var c chain
	_, digits, _ := splitChain(bytes.TrimSuffix(lines[len(lines)-1], []byte("\n")))
	if err := c.UnmarshalText(digits); err != nil {
		t.Fatal(err)
	}
	e, err := sayDecision(&Config{Node: "gate-1", Now: in(2018)}, event{reason: prunedReason, mark: &Mark{Minimum: firsts[1]}})
	if err != nil {
		t.Fatal(err)
	}
	forged, _ := newLinker().seal(e.appendBody(nil, 61), 0, c)
	writeFile(t, segment, append(bytes.Join(lines, nil), forged...))
	var corrupt *CorruptError
	r, err := VerifyLog(p.cfg.Dir, VerifyOptions{Verifier: p.cfg.Key.Verifier()})
	if !errors.As(err, &corrupt) || r.Records != 31 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
}

// A segment is as old as its last record.
func TestPruneYoungRecord(t *testing.T) {
	p := newProven(t)
	p.cfg.SegmentBytes = 1 << 30
	for _, year := range []int{2010, 2013} {
		p.cfg.Now = in(year)
		p.write(t, 2)
	}
	p.cfg.Node = "gate-2"
	p.write(t, 1)
	for want, year := range []int{2018, 2020} {
		if report, err := Prune(p.cfg.Dir, Retention{Key: p.cfg.Key, Now: in(year)}); err != nil || report.Segments != want {
			t.Errorf("in %d: %+v, %v", year, report, err)
		}
	}
}

// A crash may come between any two steps of a pruning.
func TestPruneInterrupted(t *testing.T) {
	p := aged(t, 100, 200, 300, 5, 400)
	firsts, err := segments(p.cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	p.cfg.Now = in(2018)
	l, err := Open(p.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.announce(firsts[3]); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if r, err := VerifyLog(p.cfg.Dir, p.options()); err != nil || r.Pruned != firsts[i]-1 {
			t.Errorf("after %d of 3: %+v, %v", i, r, err)
		}
		p.write(t, 1)
		if err := new(PruneReport).drop(p.cfg.Dir, firsts[i], firsts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	report, err := Prune(p.cfg.Dir, Retention{Key: p.cfg.Key, Now: in(2018)})
	if err != nil || report.Minimum < firsts[3] {
		t.Errorf("Prune = %+v, %v", report, err)
	}
}

// A reader whose segment is pruned goes on with what is kept.
func TestPruneUnderReader(t *testing.T) {
	p := aged(t, 10, 10, 10, 10)
	next, stop := iter.Pull2(Read(p.cfg.Dir))
	defer stop()
	if d, err, ok := next(); !ok || err != nil || d.Seq != 1 {
		t.Fatalf("first record %+v, %v", d, err)
	}
	if _, err := Prune(p.cfg.Dir, Retention{Key: p.cfg.Key, Now: in(2018)}); err != nil {
		t.Fatal(err)
	}
	last := uint64(1)
	for {
		d, err, ok := next()
		if !ok {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if d.Seq != last+1 && (last != 10 || d.Seq != 31) {
			t.Errorf("record %d after %d", d.Seq, last)
		}
		last = d.Seq
	}
	if last != 41 {
		t.Errorf("the last record is %d", last)
	}
}

// A log prunes while it is written and followed.
func TestPruneWhileWriting(t *testing.T) {
	p := aged(t, 100, 200, 300)
	p.cfg.Now = nil
	p.cfg.SegmentBytes = 16 << 10
	l, err := Open(p.cfg)
	if err != nil {
		t.Fatal(err)
	}
	stop := keepWriting(t, l)
	for range 10 {
		report, err := l.Prune(Retention{Keep: -time.Hour, Now: time.Now})
		if err != nil {
			t.Error(err)
		}
		for d, err := range FollowFrom(t.Context(), p.cfg.Dir, 1) {
			if err != nil || d.Seq < report.Minimum {
				t.Errorf("followed to %+v, %v", d, err)
			}
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err := VerifyLog(p.cfg.Dir, p.options()); err != nil || r.Pruned < 600 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
}

// Of the access log a hold keeps the record that placed it.
func TestPruneAccess(t *testing.T) {
	key := testKey(t)
	dir := filepath.Join(t.TempDir(), "access")
	for year := range 4 {
		now := time.Date(2010+year, 6, 1, 0, 0, 0, 0, time.UTC)
		l, err := OpenAccess(Config{Dir: dir, Node: []string{"a", "b"}[year%2], Now: func() time.Time { return now }, Key: key, Origin: "test/x"})
		if err != nil {
			t.Fatal(err)
		}
		a := visit()
		if year == 1 {
			a = judgement()
		}
		if err := l.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	hold := Hold{ID: "h-1", From: in(2030)()}
	report, err := Prune(dir, Retention{Key: key, Now: in(2050), Holds: []Hold{hold}})
	if err != nil || report.Segments != 1 || report.Kept != "hold" {
		t.Errorf("Prune = %+v, %v", report, err)
	}
	hold.Released = true
	report, err = Prune(dir, Retention{Key: key, Now: in(2050), Holds: []Hold{hold}})
	if err != nil || report.Segments != 2 || report.Kept != "open" {
		t.Errorf("Prune = %+v, %v", report, err)
	}
	if r, err := VerifyLog(dir, VerifyOptions{Verifier: key.Verifier()}); err != nil || r.Pruned != 3 || r.Records != 3 {
		t.Errorf("VerifyLog = %+v, %v", r, err)
	}
	list := readAccesses(t, dir)
	kinds := []AccessKind{list[0].Kind, list[1].Kind, list[2].Kind}
	if !slices.Equal(kinds, []AccessKind{AccessSearch, AccessServe, AccessServe}) {
		t.Errorf("left are %v", kinds)
	}
}

// A segment that is pruned while it is being sealed does not come back.
func TestPruneWhileSealing(t *testing.T) {
	p := aged(t, 100, 200, 300, 5, 400, 10)
	p.cfg.Now = in(2018)
	firsts, err := segments(p.cfg.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 2} { // the first that goes, and the last
		to := filepath.Join(t.TempDir(), "log")
		copyFolder(t, p.cfg.Dir, to)
		cfg := p.cfg
		cfg.Dir, cfg.Witness, cfg.Node = to, "", "gate-2" // as the last segment's
		l, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		once := false
		var report SealReport
		err = report.seal(to, firsts[at], -1, 0, func() error {
			if once {
				return nil
			}
			once = true
			r, err := l.Prune(Retention{Now: in(2018)})
			if r.Segments != 3 {
				t.Errorf("pruned %+v", r)
			}
			return err
		})
		if err != nil || report.Segments != 0 {
			t.Errorf("sealed %+v, %v", report, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		left, err := segments(to)
		if diff := cmp.Diff(firsts[3:], left[:len(firsts)-3]); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if _, err := VerifyLog(to, VerifyOptions{Verifier: p.cfg.Key.Verifier()}); err != nil {
			t.Error(err)
		}
	}
}
