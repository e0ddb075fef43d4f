package index

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// places are the members of a set.
func places(s *set) (list []uint16) {
	s.ascending(func(at uint16) bool { list = append(list, at); return true })
	return list
}

// Sets against maps.
func TestSetAgreesWithMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 63, 64, 65, 1000, chunkSize - 1, chunkSize}).Draw(t, "n")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		draw := func() (*set, map[uint16]bool) {
			s, m := new(set), make(map[uint16]bool)
			for range r.IntN(n+1) >> r.IntN(8) {
				at := uint16(r.IntN(n))
				s.add(at)
				m[at] = true
			}
			if r.IntN(3) == 0 {
				s.fill(n)
				for i := range n {
					m[uint16(i)] = true
				}
				for range r.IntN(5) {
					at := uint16(r.IntN(n))
					s.remove(at)
					delete(m, at)
				}
			}
			return s, m
		}
		same := func(what string, s *set, in func(uint16) bool) {
			var want []uint16
			for i := range chunkSize {
				if in(uint16(i)) {
					want = append(want, uint16(i))
				}
			}
			if diff := cmp.Diff(want, places(s)); diff != "" {
				t.Fatalf("%s: %s", what, diff)
			}
			if s.count() != len(want) || s.empty() != (len(want) == 0) {
				t.Fatalf("%s: counts %d", what, s.count())
			}
			var back []uint16
			s.descending(func(at uint16) bool { back = append(back, at); return true })
			if slices.Reverse(back); !slices.Equal(back, want) {
				t.Fatalf("%s: backwards it is another", what)
			}
		}
		a, inA := draw()
		b, inB := draw()
		at := r.IntN(chunkSize + 1)
		for what, op := range map[string]struct {
			do   func(*set)
			want func(uint16) bool
		}{
			"and":    {func(s *set) { s.and(b) }, func(i uint16) bool { return inA[i] && inB[i] }},
			"or":     {func(s *set) { s.or(b) }, func(i uint16) bool { return inA[i] || inB[i] }},
			"andNot": {func(s *set) { s.andNot(b) }, func(i uint16) bool { return inA[i] && !inB[i] }},
			"below":  {func(s *set) { s.below(at) }, func(i uint16) bool { return inA[i] && int(i) < at }},
			"above":  {func(s *set) { s.above(at) }, func(i uint16) bool { return inA[i] && int(i) >= at }},
		} {
			s := *a
			op.do(&s)
			same(what, &s, op.want)
		}
		stored := a.appendTo(nil, n)
		var back set
		if err := back.orStored(stored); err != nil || back != *a {
			t.Fatalf("stored in form %d it is another: %v", stored[0], err)
		}
		if again := appendPlaces(nil, places(a), n); !bytes.Equal(again, stored) {
			t.Fatal("the places are stored in another way")
		}
		if len(stored) > 1+setBytes {
			t.Fatalf("it takes %d bytes", len(stored))
		}
	})
}

// What is read as a set is one, and nothing else is taken for one.
func FuzzSet(f *testing.F) {
	var s set
	s.fill(100)
	f.Add(s.appendTo(nil, 100))
	f.Add(s.appendTo(nil, chunkSize))
	s.fill(4000)
	f.Add(s.appendTo(nil, chunkSize))
	f.Add([]byte{setInverse, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		var s set
		if s.orStored(data) != nil {
			return
		}
		var again set
		if err := again.orStored(s.appendTo(nil, chunkSize)); err != nil || again != s {
			t.Fatalf("it is not read again: %v", err)
		}
	})
}

// A stored decision is read as it was, and nothing else is taken for one.
func FuzzUnpack(f *testing.F) {
	dict := newDictionary(newNames())
	for _, d := range someDecisions(rand.New(rand.NewPCG(1, 1)), 20, now, time.Second) {
		f.Add(pack(d, dict.id).appendTo(nil))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := unpack(data)
		if err != nil {
			return
		}
		p.row(dict.names)
		p.marks(dict.names)
		if len(p.ids(nil)) == 0 {
			t.Fatal("it is found by nothing")
		}
		again, err := unpack(p.appendTo(nil))
		if err != nil || !cmp.Equal(p, again, cmp.AllowUnexported(packed{}, packedFinding{})) {
			t.Fatalf("it is not read again: %v", err)
		}
	})
}

func TestPackKeepsAll(t *testing.T) {
	dict := newDictionary(newNames())
	for _, d := range someDecisions(rand.New(rand.NewPCG(7, 1)), 200, now, time.Second) {
		p := pack(d, dict.id)
		again, err := unpack(p.appendTo(nil))
		if err != nil {
			t.Fatal(err)
		}
		row := again.row(dict.names)
		if row.Client != d.Client || row.Action != d.Action || row.Bytes != d.Bytes || row.Policy != d.Policy.Digest || row.Source != d.Source ||
			row.Host != d.Dest.Host || row.Route != d.HTTP.Route || row.Kind != string(d.Kind) || row.Direction != d.Dir || row.Op != d.Op {
			t.Fatalf("%+v became %+v", d, row)
		}
		for _, f := range d.Finding {
			for _, fp := range f.Fingerprints {
				if !slices.Contains(row.Fingerprints, fp) {
					t.Fatal("a fingerprint is lost")
				}
				for _, rule := range f.Rules {
					if reviewed := needsReview(row.Kind, row.Action); reviewed != slices.Contains(row.Cases, CaseKey(d.Client, rule, fp)) {
						t.Fatalf("a case: %v", reviewed)
					}
				}
			}
		}
	}
}

// The clock of a chunk, and the times of a block, are stored as they are, whatever the clock of the gate did.
func TestTimesAreStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Int64Range(-1<<50, 1<<55), 1, 3000).Draw(t, "times")
		c := newClock(times)
		again := clock{n: c.n, all: c.all}
		if err := again.read(c.appendTo(nil)); err != nil || again != c {
			t.Fatalf("%v: %+v became %+v", err, c, again)
		}
		if c.all != (span{slices.Min(times), slices.Max(times)}) {
			t.Fatalf("%+v", c.all)
		}
		block := times[:min(len(times), blockSize)]
		back, err := readTimes(appendTimes(nil, block))
		if err != nil || !slices.Equal(back, block) {
			t.Fatal(err)
		}
	})
}

func FuzzTimes(f *testing.F) {
	f.Add(appendTimes(nil, []int64{1, 5, 3}))
	c := newClock([]int64{1, 2, 3})
	f.Add(c.appendTo(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		if times, err := readTimes(data); err == nil && len(times) > blockSize {
			t.Fatalf("%d times", len(times))
		}
		var c clock
		_ = c.read(data) // it must not panic
	})
}

func FuzzCursor(f *testing.F) {
	f.Add("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "decision:block")
	f.Add(string(cursor("decision:block", point{true, 7, "x"})), "decision:block")
	f.Fuzz(func(t *testing.T, text, list string) {
		p, err := Cursor(text).read(list)
		if err == nil && cursor(list, p) != Cursor(text) {
			t.Fatal("two cursors for one place")
		}
		made := cursor(list, point{at: int64(len(text)), id: text})
		if p, err := made.read(list); err != nil || p.id != text || p.at != int64(len(text)) || p.newer {
			t.Fatalf("%+v %v", p, err)
		}
		if _, err := made.read(list + "x"); err == nil {
			t.Fatal("it fits another list")
		}
	})
}

// A client that makes up names of fields fills neither the memory nor the search.
func TestNamesAreBounded(t *testing.T) {
	dict := newDictionary(newNames())
	b := make([]byte, 8)
	for i := range maxNames + 100 {
		for j := range b {
			b[j] = 'a' + byte(i>>(4*j)&15)
		}
		dict.id(dimField, string(b))
	}
	if n := len(dict.names.of(dimField)); n != maxNames+1 {
		t.Errorf("%d names", n)
	}
	if id := dict.id(dimField, "one more"); dict.names.text(id) != manyNames {
		t.Errorf("one more goes by the name %q", dict.names.text(id))
	}
	if id := dict.id(dimObject, "an object"); dict.names.text(id) != "an object" {
		t.Error("objects are full too")
	}
}
