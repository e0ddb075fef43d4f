package detect

import (
	"encoding/binary"
	"strings"
	"unsafe"

	"github.com/phigate/phigate/inspect"
)

// keyPlan is what the place of a value says of it: the object, the names above it and its own name.
type keyPlan struct {
	// typed is the detector that the name decides for; -1 if for none.
	typed int8
	// checked says that a value which fails the detector's Check is not typed.
	checked bool
	// hints are the detectors that the name tells of.
	hints set
	// part is which part of a person's name the value is.
	part namePart
	// reference says that the name is of a lookup, whose value is a record Id.
	reference bool
	// system says that Salesforce sets the value, a date or time.
	system bool
	// clinical says that the object is a clinical one: its dates are dates of service.
	clinical bool
	// form is the form that the value is looked for in before all else.
	form form
	// steers says what the value tells of others.
	steers steering
	// person is the plan of the same place in the row of a person, where part is rowName.
	person *keyPlan
}

// namePart is a part of a person's name.
type namePart uint8

const (
	notName   namePart = iota
	firstName          // a first or middle name
	lastName
	fullName
	rowName // the field Name of a row, which is a person's if other fields say so
)

// place is where a value stands, as far as its plan depends on it.
type place struct {
	object string
	parent []byte // the nearest name above it; empty if there is none
	name   []byte // its own name; that of the array for an element
}

// placeOf returns the place of f in rec. Its name may still be a path, see split.
func placeOf(rec *inspect.Record, f *inspect.Field) place {
	p := place{object: f.Object, name: f.Name}
	node := f.Node
	for depth := 0; depth < 64 && node > 0 && node < len(rec.Nodes); depth++ {
		n := &rec.Nodes[node]
		if len(n.Key) > 0 {
			if len(p.name) > 0 {
				p.parent = n.Key
				break
			}
			p.name = n.Key
		}
		node = n.Parent
	}
	return p
}

// split divides a name that is a path, such as "Owner.Name".
func (p place) split() place {
	if parent, last := lastPart(p.name); len(parent) > 0 {
		_, p.parent = lastPart(parent)
		p.name = last
	}
	return p
}

// systemNames are the fields that Salesforce sets itself.
var systemNames = map[string]bool{
	"createddate": true, "lastmodifieddate": true, "systemmodstamp": true, "lastvieweddate": true,
	"lastreferenceddate": true, "lastactivitydate": true, "lastlogindate": true, "lastcurequestdate": true,
	"lastcuupdatedate": true, "emailbounceddate": true, "contentmodifieddate": true, "converteddate": true,
	"lastpasswordchangedate": true, "apexprocessed": true, "completeddate": true, "lastupdated": true,
}

// clinicalObjects are the rows whose dates are dates of service (Health Cloud's clinical model).
var clinicalObjects = [...]string{
	"CareObservation", "HealthCondition", "AllergyIntolerance", "PatientHealthReaction", "PatientImmunization",
	"PatientMedicalProcedure", "PatientMedicationDosage", "MedicationRequest", "MedicationStatement",
	"MedicationDispense", "ClinicalEncounter", "ClinicalServiceRequest", "DiagnosticSummary", "CarePlan",
	"CareDiagnosis", "CareRequest", "CoverageBenefit", "CareProgramEnrollee", "Visit", "HealthCloudGA__Ehr",
	"CareRegisteredDevice", "PersonLifeEvent",
	// FHIR R4
	"Appointment", "Claim", "Composition", "Condition", "DiagnosticReport", "DocumentReference", "Encounter", "EpisodeOfCare",
	"ExplanationOfBenefit", "ImagingStudy", "Immunization", "MedicationAdministration", "Observation", "Procedure", "ServiceRequest",
	"Specimen",
}

// personObjects are the objects whose Name is a person's.
var personObjects = [...]string{"Contact", "Lead", "Individual", "PersonName", "HealthCloudGA__EhrPatient__c", "Patient", "Person", "Practitioner", "RelatedPerson"}

// compile returns the plan for a place.
func (l *lexicon) compile(p place) keyPlan {
	if plan, ok := ofSegment(p); ok {
		return plan
	}
	if plan, ok := ofResource(p); ok {
		return plan
	}
	p = p.split()
	plan := keyPlan{typed: -1, steers: steeringOf(p)}
	var own words
	own.split(cutSuffix(p.name))
	ids := l.ids(&own)
	d, start, end := l.typed(ids.id[:ids.n])
	plan.hints = l.told(ids.id[:ids.n])
	if d < 0 && (len(p.parent) > 0 || ids.n == 0) {
		d, start, end = l.inherit(p, &ids, &plan)
	}
	if d >= 0 && !ids.about(start, end) {
		plan.typed = int8(d)
	} else if whole := wholeName(&own); d < 0 && whole >= 0 {
		plan.typed, plan.checked = int8(whole), true
	}
	plan.reference = endsInID(p.name)
	plan.system = isSystem(p.name)
	plan.clinical = isClinical(p.object)
	plan.part = partOf(p, &ids, plan.typed)
	plan.form = formOf(&plan)
	return plan
}

// inherit looks at the name above a value whose own name decides nothing: the two together may, and a name such as
// "value" says nothing but what the one above it says. It changes ids to the words of both.
func (l *lexicon) inherit(p place, ids *numbered, plan *keyPlan) (d, start, end int) {
	var both words
	both.split(cutSuffix(p.parent))
	both.split(cutSuffix(p.name))
	own := ids.n
	silent := ids.silent()
	all := l.ids(&both)
	d, start, end = l.typed(all.id[:all.n])
	if d >= 0 && !silent && end <= all.n-own {
		d = -1 // the parent alone: its other children are not what it is
	}
	if silent || d >= 0 {
		plan.hints |= l.told(all.id[:all.n])
	}
	*ids = all
	return d, start, end
}

// numbered are the numbers and traits of the words of a name.
type numbered struct {
	id     [maxWords]uint16
	traits [maxWords]traits
	n      int
}

// ids looks up the words of w, and divides those that are not known.
func (l *lexicon) ids(w *words) (out numbered) {
	add := func(part []byte) {
		if out.n < maxWords {
			e := l.stem(part)
			out.id[out.n], out.traits[out.n] = e.id, e.traits
			out.n++
		}
	}
	for i := range w.n {
		word := w.word(i)
		if l.stem(word).id != 0 || !l.segment(word, add) {
			add(word)
		}
	}
	return out
}

// silent reports whether no word says anything of the value.
func (n *numbered) silent() bool {
	for i := range n.n {
		if n.traits[i]&generic == 0 {
			return false
		}
	}
	return true
}

// about reports whether a name tells something about the value that the words from start to end name, such as its
// type, instead of naming the field that holds it.
func (n *numbered) about(start, end int) bool {
	for i := end; i < n.n; i++ {
		if n.traits[i]&meta != 0 {
			return true
		}
	}
	return start > 0 && n.traits[0]&question != 0
}

// endsInID reports whether name is that of a lookup field.
func endsInID(name []byte) bool {
	name = cutSuffix(name)
	n := len(name)
	return n >= 2 && (string(name[n-2:]) == "Id" || string(name[n-2:]) == "ID" || equalFold(name, "id"))
}

func isSystem(name []byte) bool {
	var buf [24]byte
	if len(name) > len(buf) {
		return false
	}
	for i, c := range name {
		buf[i] = lower(c)
	}
	return systemNames[string(buf[:len(name)])]
}

func isClinical(object string) bool {
	for _, o := range clinicalObjects {
		if len(object) >= len(o) && object[:len(o)] == o {
			return true
		}
	}
	return false
}

func isPerson(object string) bool {
	for _, o := range personObjects {
		if object == o {
			return true
		}
	}
	return false
}

// partOf returns which part of a person's name stands at p.
func partOf(p place, ids *numbered, typed int8) namePart {
	if equalFold(p.name, "name") {
		return rowName
	}
	if typed < 0 || table[typed] != &personName {
		return notName
	}
	var own words
	own.split(p.name)
	for i := range own.n {
		switch string(own.word(i)) {
		case "last", "family", "surname", "lastname", "maiden":
			return lastName
		case "first", "given", "middle", "firstname", "forename":
			return firstName
		}
	}
	return fullName
}

// plans keeps the plans of places seen. It belongs to one scratch and is not safe for concurrent use.
type plans struct {
	known map[string]*planned
	key   []byte
}

// planned is the plan of a place.
type planned struct {
	plan                 keyPlan
	object, parent, name string
	// head and tail are the ends of parent, which with its length say all of a parent of up to 16 bytes.
	head, tail uint64
	// short says that neither name nor parent is longer or empty.
	short bool
}

// maxPlans bounds how many plans are kept; clients choose the names, so all are forgotten when it is reached.
// maxPlanName is the longest place that is kept, in bytes.
const (
	maxPlans    = 2048
	maxPlanName = 256
)

// maxEnds is the length of the longest name that its ends say all of.
const maxEnds = 16

// ends returns the first and the last bytes of a name, eight of each if it has as many. Those of names of one length of
// up to 16 bytes are the same only if the names are.
func ends(name []byte) (head, tail uint64) {
	n := len(name)
	switch {
	case n >= 8:
		return binary.LittleEndian.Uint64(name), binary.LittleEndian.Uint64(name[n-8:])
	case n >= 4:
		return uint64(binary.LittleEndian.Uint32(name)), uint64(binary.LittleEndian.Uint32(name[n-4:]))
	case n > 0:
		return uint64(name[0]) | uint64(name[n/2])<<8 | uint64(name[n-1])<<16, 0
	}
	return 0, 0
}

// is reports whether e is the plan of f in rec, whose name has the length and the ends of e's.
func (e *planned) is(rec *inspect.Record, f *inspect.Field) bool {
	if e.short && len(f.Name) > 0 && f.Node > 0 && f.Node < len(rec.Nodes) {
		if key := rec.Nodes[f.Node].Key; len(key) > 0 {
			head, tail := ends(key)
			return head == e.head && tail == e.tail && len(key) == len(e.parent) && f.Object == e.object
		}
	}
	p := place{name: f.Name}
	if uint(f.Node) < uint(len(rec.Nodes)) && len(f.Name) > 0 && len(rec.Nodes[f.Node].Key) > 0 && f.Node > 0 {
		p.parent = rec.Nodes[f.Node].Key
	} else {
		p = placeOf(rec, f)
	}
	return e.name == string(p.name) && e.parent == string(p.parent) && e.object == f.Object
}

// sameString reports whether a and b are one string in one place, which is true of the objects of most fields beside each
// other and is known without a look at their bytes.
func sameString(a, b string) bool {
	return len(a) == len(b) && unsafe.StringData(a) == unsafe.StringData(b)
}

// find returns the plan of f in rec, which is not to be changed.
func (c *plans) find(l *lexicon, rec *inspect.Record, f *inspect.Field) *planned {
	p := placeOf(rec, f)
	if len(p.object)+len(p.parent)+len(p.name) > maxPlanName {
		return newPlanned(l, p)
	}
	c.key = append(c.key[:0], p.object...)
	c.key = append(c.key, 0)
	c.key = append(c.key, p.parent...)
	c.key = append(c.key, 0)
	c.key = append(c.key, p.name...)
	e, ok := c.known[string(c.key)]
	if !ok {
		if c.known == nil || len(c.known) >= maxPlans {
			c.known = make(map[string]*planned)
		}
		e = newPlanned(l, p)
		c.known[string(c.key)] = e
	}
	return e
}

// newPlanned compiles the plan for p.
func newPlanned(l *lexicon, p place) *planned {
	e := &planned{object: strings.Clone(p.object), parent: string(p.parent), name: string(p.name), plan: l.compile(p)}
	e.head, e.tail = ends(p.parent)
	e.short = len(p.parent) > 0 && len(p.parent) <= 16 && len(p.name) > 0 && len(p.name) <= 16
	if e.plan.part == rowName {
		person := e.plan
		person.part, person.typed, person.form = fullName, int8(indexOf(personName.Name)), wordForm
		e.plan.person = &person
	}
	return e
}
