package detect

import (
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/phigate/phigate/inspect"
)

// MaxFindings is how many findings a record may have. With more of them Inspect panics, which makes the record
// unreadable: a part of it that is not reported must not pass.
const MaxFindings = 1 << 18

// Config says how a Scanner works.
type Config struct {
	// Disabled are the names of detectors that report nothing.
	Disabled []string
	// Now tells the time; a date of birth is not in the future. Nil means time.Now.
	Now func() time.Time
}

// Scanner finds identifiers in records. It is safe for concurrent use.
type Scanner struct {
	now      func() time.Time
	lex      *lexicon
	classify classifier
	enabled  set
	told     set             // the detectors that are asked only where something tells of them
	roles    [len(table)]set // the detectors that have each one as their Base
	bases    [len(table)]int8
	supports [len(table)]set  // the detectors whose findings support those of each one
	narrowTo [len(table)]int8 // the Narrower of each one that is enabled, -1 without
	// unchecked are the detectors whose grammar has no rule that a match could satisfy.
	unchecked, dates set
	// wordy are the lengths of words for which Check of these holds, if a digit is enough for that.
	wordy [len(table)]uint64
	// wantsDay are the detectors whose grammars depend on what day it is. The others get a clock that may stand still.
	wantsDay set
	// namesAlone says that nothing is asked at a capitalised word but the detectors that twoNames knows of.
	namesAlone bool
	// covers are the detectors whose grammars leave no room for another identifier in what they are sure of, or roomy
	// little, see plain.
	covers, roomy set
	lone          []loneShape
	narrow        *narrowed
	// at are the detectors to ask at places that narrow does not know.
	at struct{ capital, pair, sign, colon set }
	// These have the first two letters of such words, states the abbreviations that are no first names.
	titles, particles, months, states, stateNames, thoroughfares pairSet
	// These are the places of detectors in the table.
	name, city, namedCity, street, date, serviceDate, photo, email, url, ip, mac, iban, icd10, plate, npi, zip, phone int8
	pool                                                                                                              sync.Pool // *scratch
}

// New returns a Scanner with all detectors that cfg does not disable. A name that no detector has is an error.
func New(cfg Config) (*Scanner, error) {
	lex, err := newLexicon()
	if err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	s := &Scanner{now: cfg.Now, lex: lex, classify: fastest(), enabled: 1<<len(table) - 1}
	if s.now == nil {
		s.now = time.Now
	}
	for _, name := range cfg.Disabled {
		i := indexOf(name)
		if i < 0 {
			return nil, fmt.Errorf("disable detector %q: no such detector", name)
		}
		s.enabled &^= 1 << i
	}
	for i, d := range table {
		s.bases[i] = int8(indexOf(d.Base))
		if b := s.bases[i]; b >= 0 && s.enabled.has(i) {
			s.roles[b] |= 1 << i
		}
		if d.Told {
			s.told |= 1 << i
		}
		if s.narrowTo[i] = int8(indexOf(d.Narrower)); s.narrowTo[i] >= 0 && !s.enabled.has(int(s.narrowTo[i])) {
			s.narrowTo[i] = -1
		}
	}
	for i := range table {
		for j := range table {
			if i == j || s.related(i, j) && table[i].Category == table[j].Category {
				s.supports[i] |= 1 << j
			}
		}
	}
	s.narrow = narrow(anchored(atDigits), anchored(atMixed))
	s.at.capital, s.at.pair, s.at.sign, s.at.colon = anchored(atCapital), anchored(atPair), anchored(atSign), anchored(atColon)
	for place, d := range map[*int8]*Detector{&s.name: &personName, &s.city: &city, &s.namedCity: &namedCity, &s.street: &street, &s.date: &date,
		&s.serviceDate: &serviceDate, &s.photo: &photo, &s.email: &email, &s.url: &webURL, &s.ip: &ipAddress, &s.mac: &macAddress, &s.iban: &iban,
		&s.icd10: &icd10, &s.plate: &plate, &s.npi: &npi, &s.zip: &zip, &s.phone: &phone} {
		*place = int8(indexOf(d.Name))
	}
	s.unchecked, s.dates = detectors(&mrn, &plan, &account, &licence, &plate, &device, &uniqueID), detectors(&birthDate, &deathDate, &serviceDate)
	for d := range table {
		if (s.unchecked &^ detectors(&licence)).has(d) { // a licence may have few letters
			s.wordy[d] = wordLengths(table[d])
		}
	}
	s.wantsDay = s.dates | detectors(&date)
	s.namesAlone = s.roles[s.name] == 0 && s.at.capital&^detectors(&personName, &date, &city, &namedCity, &photo) == 0
	s.roomy = detectors(&email, &street, &phone, &fax, &personName)
	s.covers = s.dates | s.roomy | detectors(&ssn, &date, &city, &icd10)
	s.lone = loneShapes(s.dates)
	s.titles, s.particles, s.months = pairs(lex, title, 0), pairs(lex, particle, 0), pairs(lex, month, 0)
	s.thoroughfares, s.stateNames = pairs(lex, thoroughfare, 0), pairs(lex, stateName, 0)
	s.states = pairs(lex, stateCode, givenName|particle)
	s.pool.New = func() any { return new(scratch) }
	return s, nil
}

// anchored returns the detectors to ask at places of kind a.
func anchored(a anchor) (all set) {
	for i, d := range table {
		if d.Anchors&a != 0 {
			all |= 1 << i
		}
	}
	return all
}

// pairs returns the first two letters of each word that has all of the traits with and none of those without.
func pairs(lex *lexicon, with, without traits) (all pairSet) {
	for i := range lex.known {
		if w := &lex.known[i]; w.entry.traits&(with|without) == with {
			all.add(byte(w.key.head), byte(w.key.head>>8))
		}
	}
	return all
}

// Inspect appends the findings in rec to dst, in the order of fields and places, and returns the extended slice. It
// retains nothing of rec. It panics if a record holds more than MaxFindings.
func (s *Scanner) Inspect(rec *inspect.Record, dst []inspect.Finding) []inspect.Finding {
	if len(rec.Fields) == 0 {
		return dst
	}
	sc := s.pool.Get().(*scratch)
	sc.reset(s, rec, dst)
	sc.record()
	dst = sc.out
	sc.forget()
	if cap(sc.fold.b) <= maxKept && cap(sc.work) <= maxKept/maxPlanName {
		s.pool.Put(sc)
	}
	return dst
}

// maxKept is how large a buffer of a scratch may be for the scratch to be used again, in bytes.
const maxKept = 1 << 20

// scratch is the memory that one call of Inspect needs.
type scratch struct {
	*Scanner
	rec     *inspect.Record
	out     []inspect.Finding
	base    int // where the findings of the record begin in out
	now     clock
	day     int64 // the days since 1970 that now is of
	timed   bool  // now is of this record, not of one before it
	plans   plans
	shapes  shapeCache
	fields  []*keyPlan // the plan of each field
	changed []*keyPlan // is fields where some are not those of the shape
	work    []int32    // the fields to look at
	names   knownNames
	fold    folded
	text    text
	masks   masks  // of a window of the text
	near    masks  // of the bytes before a place in it
	sure    set    // the detectors that can say no more of the field than is known
	field   int    // the field being inspected
	value   []byte // its value
	hits    []hit  // what was found in it
	mapped  bool   // the text is fold
	covered int    // the place in the text behind what a finding covers
	reached int    // the place in the text behind all findings
}

func (sc *scratch) reset(s *Scanner, rec *inspect.Record, dst []inspect.Finding) {
	sc.Scanner, sc.rec, sc.out, sc.base, sc.timed = s, rec, dst, len(dst), false
	sc.text.lex, sc.text.classify, sc.text.near = s.lex, s.classify, &sc.near
}

// tellTime reads the clock if it was not read for this record. To read it takes as long as to look at several fields, so
// that it is only read before a detector is asked that wants to know the day, see timed.
func (sc *scratch) tellTime() {
	if sc.timed {
		return
	}
	now := sc.Scanner.now().UTC()
	if day := now.Unix() / (24 * 60 * 60); day != sc.day || sc.now.today == 0 {
		y, m, d := now.Date()
		sc.now, sc.day = clock{today: y*10000 + int(m)*100 + d}, day
	}
	sc.text.now, sc.timed = sc.now, true
}

// forget drops all references into the record, and the names in it.
func (sc *scratch) forget() {
	sc.rec, sc.out, sc.value, sc.text.b, sc.fields = nil, nil, nil, nil, nil
	sc.names.forget()
}

// record inspects the record: first what its names say, then the values.
func (sc *scratch) record() {
	sc.plan()
	fields, plans, classify, m := sc.rec.Fields, sc.fields, sc.classify, &sc.masks
	for _, i := range sc.work {
		f, p := &fields[i], plans[i]
		v := f.Value
		sc.field = int(i)
		if sc.direct(v, p) {
			continue
		}
		classify(m, v)
		if len(v) > window || m[inHigh]|m[inEscape] != 0 || !sc.short(v, p) {
			sc.value, sc.sure = v, 0
			sc.inspect(f, p)
			sc.hits = sc.hits[:0]
		}
	}
}

// learn keeps the words of f if it is a person's name.
func (sc *scratch) learn(f *inspect.Field, part namePart) {
	switch {
	case part == notName || part == rowName || f.Kind != inspect.String:
	case onlyLetters(f.Value):
		sc.names.addWord(sc.lex, f.Value, false, part)
	default:
		sc.names.add(sc.lex, sc.ascii(trim(f.Value)), part)
	}
}

// inspect inspects the value of f, which is not empty. The masks of its first window are in sc.masks.
func (sc *scratch) inspect(f *inspect.Field, p *keyPlan) {
	v := f.Value
	if space(v[0]) || space(v[len(v)-1]) {
		if v = trim(v); len(v) == 0 {
			return
		}
	}
	id := len(f.Value) == 18 && sc.masks.recordID(f.Value) || len(f.Value) != 18 && recordID(v)
	if (id && p.reference) || (p.system && (sc.masks.timestamp(v) || timestamp(v))) {
		return
	}
	if p.typed >= 0 && !(table[p.typed] == &webURL && apiPath(v)) {
		sc.typed(f, v, sc.narrower(int(p.typed), v))
		if sc.sure != 0 && p.hints&^sc.sure == 0 && sc.masks.timestamp(v) {
			sc.report(sc.hits) // a date and time, in which there are no words and nothing else is told of
			return
		}
	}
	if id {
		sc.report(sc.hits)
		return
	}
	whole := len(sc.hits) > 0
	sc.scan(f.Value, p)
	sc.settle(whole)
}

// narrower returns the detector that a value of detector d is reported by: the code's where the field says diagnosis and
// the value is a code.
func (sc *scratch) narrower(d int, v []byte) int {
	if to := sc.narrowTo[d]; to >= 0 && sc.checked(sc.ascii(v), int(to)) != 0 {
		return int(to)
	}
	return d
}

// typed reports the whole value of a field whose name decides what it is.
func (sc *scratch) typed(f *inspect.Field, v []byte, d int) {
	evidence := sc.checked(sc.ascii(v), d)
	if !sc.enabled.has(d) || (evidence == 0 && (table[d].Strict || sc.fields[sc.field].checked)) {
		return
	}
	likelihood := inspect.Likely
	if evidence != 0 {
		likelihood = inspect.VeryLikely
	}
	sc.add(hit{end: len(f.Value), detector: int8(d), likelihood: likelihood, evidence: evidence | inspect.ByKey})
	if evidence == sureEvidence && len(f.Value) <= window && len(v) == len(f.Value) {
		sc.sure = sc.asSure(v, d)
	}
}

// asSure returns the detectors that need not be asked about the value v that is known by its name and its check to be an
// identifier of detector d. What they find in it only supports that, see absorb: it is of the same grammar and category.
// The evidence that they could add is of words, which there must be none of.
func (sc *scratch) asSure(v []byte, d int) set {
	m := &sc.masks
	if m[inUpper]|m[inLower]|m[inHigh]|m[inEscape] == 0 || m.timestamp(v) {
		return sc.supports[d]
	}
	return 0
}

// ascii returns v as fold spells it; it is valid until the next use of fold.
func (sc *scratch) ascii(v []byte) []byte {
	if isASCII(v) {
		return v
	}
	sc.fold.foldUnicode(v)
	return trim(sc.fold.b)
}

// maybePerson reports whether a row of the object is of a person or of something else, see personRow.
func maybePerson(object string) bool { return object == "Account" || object == "" }

// personRow reports whether the row of an object that f stands in is a person's, because other fields of the same row
// hold what only persons have.
func (sc *scratch) personRow(f *inspect.Field) bool {
	for i := range sc.rec.Fields {
		o := &sc.rec.Fields[i]
		if o.Node != f.Node || o.Kind == inspect.Null || len(o.Value) == 0 {
			continue
		}
		if hasPrefix(o.Name, "Person") || hasSuffix(o.Name, "__pc") {
			return true
		}
		if p := sc.fields[i]; p.part == firstName || p.part == lastName || (p.typed >= 0 && table[p.typed] == &birthDate) {
			return true
		}
	}
	return false
}

func hasPrefix(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

func hasSuffix(b []byte, s string) bool { return len(b) >= len(s) && string(b[len(b)-len(s):]) == s }

func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
