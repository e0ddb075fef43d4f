package detect

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/phigate/phigate/inspect"
)

// genPlaces returns a record of n fields whose names, nodes and objects are alike in many ways.
func genPlaces(rng *rand.Rand, n int) *inspect.Record {
	names := []string{"a", "aa", "aaa", "aba", "aaaa", "aaaaa", "City", "MailingPostalCode", "MailingPxstalCode", "aaaaaaaaa", "Aaaaaaaaa", "caaaaaaaa", strings.Repeat("a", 16), strings.Repeat("a", 17),
		strings.Repeat("a", 20), "a/b", "b/b", "aaa/b", "/b", "a/", "b/", "", "a//b", "b//b"}
	objects := []string{"Contact", "Account", "", inspect.Control}
	var cells []cell
	for range n {
		cells = append(cells, cell{name: names[rng.IntN(len(names))], value: "x", kind: inspect.Kind(rng.IntN(2) * rng.IntN(4))})
	}
	object := objects[rng.IntN(len(objects))]
	r := record(object, cells...)
	for i := range r.Fields {
		f := &r.Fields[i]
		switch rng.IntN(8) {
		case 0: // the same in another place of memory
			f.Object = string([]byte(object))
		case 1:
			f.Object = objects[rng.IntN(len(objects))]
		case 2:
			f.Node = rng.IntN(len(r.Nodes)+2) - 1
		}
	}
	return r
}

// TestFits compares what a shape says of records with their places.
func TestFits(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12)) //nolint:gosec // the same records in each run
	s := newScanner(t)
	sc := new(scratch)
	same := 0
	for range 100000 {
		a := genPlaces(rng, 1+rng.IntN(2))
		b := genPlaces(rng, len(a.Fields))
		if rng.IntN(2) == 0 { // differs in one thing at most
			b = new(inspect.Record)
			*b = *a
			b.Fields, b.Nodes = slices.Clone(a.Fields), slices.Clone(a.Nodes)
			other := genPlaces(rng, len(a.Fields))
			f, o := &b.Fields[rng.IntN(len(b.Fields))], &other.Fields[0]
			switch rng.IntN(5) {
			case 0:
				f.Name = o.Name
			case 1:
				f.Node = o.Node
			case 2:
				f.Object = o.Object
			case 3:
				b.Nodes[rng.IntN(len(b.Nodes))].Key = []byte("b")
			}
		}
		var shape shape
		sc.reset(s, a, nil)
		sc.learnShape(&shape)
		if sc.work = slices.Grow(sc.work[:0], 2); !sc.fits(&shape) {
			t.Fatalf("a record is not of its own shape: %v", a)
		}
		sc.reset(s, b, nil)
		want := slices.EqualFunc(a.Fields, b.Fields, func(f, g inspect.Field) bool {
			p, q := placeOf(a, &f), placeOf(b, &g)
			return p.object == q.object && string(p.parent) == string(q.parent) && string(p.name) == string(q.name)
		})
		if got := sc.fits(&shape); got && !want {
			t.Fatalf("fits = %v, want %v:\n%+v\n%+v", got, want, a, b)
		} else if !got {
			continue
		}
		same++
		for i := range b.Fields {
			f := &b.Fields[i]
			look := f.Kind < inspect.Bool && f.Object != inspect.Control
			if slices.Contains(sc.work, int32(i)) != look {
				t.Fatalf("work = %v, want field %d: %v", sc.work, i, look)
			}
		}
	}
	if same < 20000 {
		t.Errorf("%d records are of the shape of another, too few to tell", same)
	}
}
