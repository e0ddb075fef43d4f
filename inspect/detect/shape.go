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
	long   []int32    // the fields whose names are longer than their ends say
	nodes  []int32    // a field in each of the nodes but the record itself
	owned  [2]int     // the first field of rowOwner and of controlOwner, -1 for none
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
	node       int32 // the node that the field stands in
	owner      owner
	control    bool // the value is not looked at
}

// owner says which object a field is of.
type owner uint8

const (
	rowOwner     owner = iota // that of the shape
	controlOwner              // none, see [inspect.Control]
	otherOwner                // its place is to be compared in another way
	owners       = 4
)

// elsewhere is a string in no place where the object of a field is.
const elsewhere = "other owner"

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
	objects := [owners]string{otherOwner: elsewhere}
	for owner, i := range s.owned {
		if i >= 0 {
			objects[owner] = fields[i].Object
		}
	}
	n, moved := s.compare(fields, sc.work[:len(fields)], &objects)
	if n < 0 {
		return false
	}
	for _, i := range s.long {
		if string(fields[i].Name) != s.places[i].place.name {
			return false
		}
	}
	sc.work = sc.work[:n]
	if !moved && objects[rowOwner] == s.object && (s.owned[controlOwner] < 0 || objects[controlOwner] == inspect.Control) && sc.sameNodes(s) {
		return true
	}
	for i := range fields {
		if !s.places[i].place.is(sc.rec, &fields[i]) {
			return false
		}
	}
	return true
}

// compare compares the lengths and the ends of the names of fields with those of s and puts the fields to look at into work,
// which is as long. It returns how many these are, -1 if the names differ. moved says that some field stands in another
// node, or that its object is not, in the same memory, that of objects for its owner.
//
// It calls nothing, so that all it needs stays in registers: it looks at every field of every record.
func (s *shape) compare(fields []inspect.Field, work []int32, objects *[owners]string) (n int, moved bool) {
	places := s.places
	if len(places) != len(fields) || len(work) != len(fields) {
		return -1, false
	}
	away := 0
	for i := range fields {
		f, x := &fields[i], &places[i]
		head, tail := ends(f.Name)
		if (head^x.head)|(tail^x.tail)|uint64(len(f.Name)^int(x.length)) != 0 {
			return -1, false
		}
		away |= f.Node ^ int(x.node)
		if object := objects[x.owner%owners]; !sameString(object, f.Object) {
			away = -1
		}
		work[n] = int32(i)
		if f.Kind < inspect.Bool && len(f.Value) > 0 && !x.control {
			n++
		}
	}
	return n, away != 0
}

// sameNodes reports whether the names of the nodes above the fields of s are those of the record.
func (sc *scratch) sameNodes(s *shape) bool {
	nodes := sc.rec.Nodes
	for _, i := range s.nodes {
		x := &s.places[i]
		if uint(x.node) >= uint(len(nodes)) || string(nodes[x.node].Key) != x.place.parent {
			return false
		}
	}
	return true
}

// learnShape makes s the shape of the record.
func (sc *scratch) learnShape(s *shape) {
	fields := sc.rec.Fields
	*s = shape{places: s.places[:0], long: s.long[:0], nodes: s.nodes[:0], plans: s.plans[:0], names: s.names[:0], rows: s.rows[:0]}
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
		s.places = append(s.places, placed{head: head, tail: tail, length: int32(len(fields[i].Name)), node: int32(fields[i].Node),
			place: e, control: e.object == inspect.Control})
	}
	s.names = append(s.names, persons...)
	sc.learnOwners(s)
}

// learnOwners sets how the places of s are compared with those of other records.
func (sc *scratch) learnOwners(s *shape) {
	s.owned = [...]int{rowOwner: -1, controlOwner: -1}
	for i := range s.places {
		x, f := &s.places[i], &sc.rec.Fields[i]
		if x.length > maxEnds {
			s.long = append(s.long, int32(i))
		}
		switch x.owner = otherOwner; {
		case x.node != 0 && (x.node < 0 || x.length == 0 || int(x.node) >= len(sc.rec.Nodes) || len(sc.rec.Nodes[x.node].Key) == 0):
			continue // the names that decide stand further up
		case f.Object == inspect.Control:
			x.owner = controlOwner
		case f.Object == s.object:
			x.owner = rowOwner
		default:
			continue
		}
		if s.owned[x.owner] < 0 {
			s.owned[x.owner] = i
		}
		if x.node != 0 && !slices.ContainsFunc(s.nodes, func(k int32) bool { return s.places[k].node == x.node }) {
			s.nodes = append(s.nodes, int32(i))
		}
	}
}
