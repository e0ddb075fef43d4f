package detect

import (
	"slices"

	"github.com/phigate/phigate/inspect"
)

// shape is the sequence of places that the fields of a record stand in. Records of one kind have one shape or few, so
// that the plans of all fields are found by comparing the names with those of the last record of as many fields, which
// lie beside each other in memory.
type shape struct {
	object string     // of most fields
	places []placed   // one for each field
	plans  []*keyPlan // one for each field; not to be changed
	names  []int32    // the fields that hold a part of a person's name
	rows   []int32    // the fields that are the Name of a row whose other fields say whether it is a person's
	steers bool       // some value says something of others
}

// placed is the place of one field.
type placed struct {
	head, tail uint64 // the ends of the name
	place      *planned
	length     int32 // of the name
	plain      bool  // the place is known by the ends and the object of the shape
	control    bool
}

// shapeCache keeps the last two shapes of records for each number of fields, modulo its size. It belongs to one scratch.
type shapeCache [16][2]shape

// maxShape is how many fields a record may have whose shape is kept.
const maxShape = 256

// plan finds the plan of each field and the fields to look at, and keeps the names of persons.
func (sc *scratch) plan() {
	fields := sc.rec.Fields
	sc.work = slices.Grow(sc.work[:0], len(fields))
	kept := &sc.shapes[len(fields)%len(sc.shapes)]
	s := &kept[0]
	switch {
	case sc.fits(s):
	case sc.fits(&kept[1]):
		kept[0], kept[1] = kept[1], kept[0]
	default:
		if kept[0], kept[1] = kept[1], kept[0]; len(fields) > maxShape {
			s = new(shape)
		}
		if sc.learnShape(s); !sc.fits(s) {
			panic("detect: a record is not of its own shape") // else its fields would not be looked at
		}
	}
	sc.fields = s.plans
	for _, i := range s.names {
		sc.learn(&fields[i], s.plans[i].part)
	}
	if !s.steers && len(s.rows) == 0 {
		return
	}
	sc.changed = append(sc.changed[:0], s.plans...)
	sc.fields = sc.changed
	for _, i := range s.rows {
		if sc.personRow(&fields[i]) {
			sc.fields[i] = sc.fields[i].person
			sc.learn(&fields[i], fullName)
		}
	}
	if s.steers {
		sc.steer()
	}
}

// fits reports whether the record has the shape s. If so the fields to look at are in sc.work: those with a value that
// may be an identifier.
func (sc *scratch) fits(s *shape) bool {
	fields := sc.rec.Fields
	if len(s.places) != len(fields) {
		return false
	}
	places, work := s.places, sc.work[:len(fields)]
	n := 0
	object := s.object // was compared with the shape's
	for i := range fields {
		f, x := &fields[i], &places[i]
		head, tail := ends(f.Name)
		if head != x.head || tail != x.tail || len(f.Name) != int(x.length) {
			return false
		}
		switch {
		case f.Node != 0 || !x.plain:
			if !x.place.is(sc.rec, f) {
				return false
			}
		case !sameString(object, f.Object):
			if object = f.Object; object != s.object {
				return false
			}
		}
		work[n] = int32(i)
		if f.Kind != inspect.Null && f.Kind != inspect.Bool && len(f.Value) > 0 && !x.control {
			n++
		}
	}
	sc.work = work[:n]
	return true
}

// learnShape makes s the shape of the record.
func (sc *scratch) learnShape(s *shape) {
	fields := sc.rec.Fields
	*s = shape{places: s.places[:0], plans: s.plans[:0], names: s.names[:0], rows: s.rows[:0]}
	var persons []int32 // the fields that are the Name of a person's row
	for i := range fields {
		e := sc.plans.find(sc.lex, sc.rec, &fields[i])
		if i == 0 || s.object == inspect.Control {
			s.object = e.object
		}
		plan := &e.plan
		switch {
		case plan.part == notName:
		case plan.part != rowName:
			s.names = append(s.names, int32(i))
		case isPerson(e.object):
			plan = plan.person
			persons = append(persons, int32(i))
		case maybePerson(e.object):
			s.rows = append(s.rows, int32(i))
		}
		s.plans = append(s.plans, plan)
		s.steers = s.steers || plan.steers != steersNothing
		head, tail := ends(fields[i].Name)
		s.places = append(s.places, placed{head: head, tail: tail, length: int32(len(fields[i].Name)), place: e, control: e.object == inspect.Control})
	}
	s.names = append(s.names, persons...)
	for i := range s.places {
		e := s.places[i].place
		s.places[i].plain = fields[i].Node == 0 && len(e.name) <= 16 && e.object == s.object
	}
}
