package detect

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

// naive inspects a record as the scanner does, but reads it byte by byte and asks all detectors of a kind of place at
// each such place. What it shares with the scanner is the detectors and how their matches are graded.
type naive struct{ *scratch }

func (s *Scanner) inspectNaively(rec *inspect.Record) []inspect.Finding {
	n := naive{new(scratch)}
	n.reset(s, rec, nil)
	values := rec.Fields
	n.record() // for the plans and names; what it finds is dropped
	n.out = nil
	n.tellTime()
	for i := range values {
		f := &values[i]
		if v := trim(f.Value); f.Kind != inspect.Null && f.Kind != inspect.Bool && len(v) > 0 && f.Object != inspect.Control {
			n.field, n.hits = i, nil
			n.inspect(f, v, n.fields[i])
		}
	}
	return n.out
}

func (n naive) inspect(f *inspect.Field, v []byte, p *keyPlan) {
	id := recordID(v)
	if (id && p.reference) || (p.system && timestamp(v)) {
		return
	}
	if p.typed >= 0 && !(table[p.typed] == &webURL && apiPath(v)) {
		n.typed(f, v, n.narrower(int(p.typed), v))
	}
	whole := len(n.hits) > 0
	if !id {
		n.scan(f.Value, p)
	}
	n.settle(whole)
}

func (n naive) scan(value []byte, p *keyPlan) {
	n.value, n.mapped = value, false
	n.text = text{b: value, now: n.now, lex: n.lex, near: new(masks), classify: classifyByTable}
	if !isASCII(value) {
		n.fold.foldUnicode(value)
		n.text.b, n.mapped = n.fold.b, true
	}
	n.pass(p)
	if bytes.ContainsAny(value, "%&") && n.fold.foldEscapes(value) {
		n.text = text{b: n.fold.b, now: n.now, lex: n.lex, near: new(masks), classify: classifyByTable}
		n.mapped = true
		n.pass(p)
	}
}

func (n naive) pass(p *keyPlan) {
	b := n.text.b
	n.covered, n.reached = 0, 0
	for i := 0; i < len(b); {
		if c := b[i]; classes[c]&isWord == 0 {
			k := token{start: i, end: i + 1}
			switch {
			case i < n.covered:
			case c == '@':
				n.ask(p, k, atSign)
			case c == ':':
				n.ask(p, k, atColon)
			}
			i++
			continue
		}
		k := token{start: i}
		for ; i < len(b) && classes[b[i]]&isWord != 0; i++ {
			k.class |= classes[b[i]]
		}
		k.end = i
		i = n.token(p, k)
	}
}

func (n naive) token(p *keyPlan, k token) int {
	if k.start < n.covered {
		return k.end
	}
	if n.text.at(k.end) == '@' {
		if n.ask(p, token{start: k.end, end: k.end + 1}, atSign); n.covered > k.end {
			return n.covered
		}
	}
	if c := n.text.at(k.end); k.len() >= 2 && k.len() <= 4 && (c == ':' || c == '-' || c == '.') {
		n.ask(p, k, atPair)
	}
	if k.len() == 8 && n.text.uuid(k.start) {
		return k.start + 36
	}
	if k.class&isOther == 0 && recordID(n.text.b[k.start:k.end]) {
		return k.end
	}
	switch {
	case k.class&isWord == isDigit:
		n.ask(p, k, atDigits)
	case k.class&isDigit != 0:
		n.ask(p, k, atMixed)
	case classes[n.text.b[k.start]]&isUpper != 0:
		n.ask(p, k, atCapital)
	}
	if n.names.n > 0 && k.class&isDigit == 0 {
		n.recur(p, k)
	}
	return k.end
}

func (n naive) ask(p *keyPlan, k token, a anchor) {
	for i, d := range table {
		if d.Anchors&a == 0 || d == &namedCity && k.start < n.covered || d.Told && (k.len() < 2 || !(p.hints|n.text.context(k.start, k.end)).has(i)) {
			continue
		}
		if m, ok := d.Find(&n.text, k); ok {
			n.found(p, i, m)
		}
	}
}

// scannersByClassifier returns a scanner for each classifier of this machine.
func scannersByClassifier(t testing.TB) map[string]*Scanner {
	all := make(map[string]*Scanner)
	for name, classify := range classifiers() {
		all[name] = newScanner(t)
		all[name].classify = classify
	}
	return all
}

// checkNaive fails if a scanner does not find in r what the naive one finds.
func checkNaive(t testing.TB, scanners map[string]*Scanner, r *inspect.Record) {
	t.Helper()
	for name, s := range scanners {
		want := s.inspectNaively(r)
		if diff := cmp.Diff(want, s.Inspect(r, nil)); diff != "" {
			t.Fatalf("%s: findings in %q (-naive +scanner):\n%s", name, r.Raw, diff)
		}
	}
}

// glue stands between the pieces of a value in the tests below. Most of it changes what the pieces are.
var glue = []string{"", " ", ", ", ". ", ",", ".", "-", "_", "/", ":", ": ", "=", "'", "(", ")", "+", "@", "\n", "  ", " - ", "é", "x", "0",
	strings.Repeat("long words fill a window ", 2), strings.Repeat("w", 61)}

// pieces are the parts of values that the tests below add to those of the other laws.
var pieces = []string{"John", "Smith", "J.", "Maria", "GARCIA", "Smith-Jones", "O'Brien", "San Jose", "May", "Sept", "5", "12", "Mar5", "12-Mar-2024", "12 Mar", "3rd", "of",
	"2024", "20240305", "20240305101500", "www", "www.example.org", "http://", "Box", "P.O.", "Apt 4B", "#5", "+1", "1", "1-800",
	"ext 5", "x5", "555-1234", "4155551234", "abcdefab-1234-1234-1234-123456789012", "deadbeef", "base64,", "/9j/4AAQSkZJRgABAQ", "UklGRgAA",
	strings.Repeat("AbCd", 16), "WA123456", "123456789A", "(01)09506000134352", "1a2b.3c4d.5e6f", "00:1a", "12 O", "Ave", "IL", "qwerty", "Qwerty",
	"123 456 789", "Austin, TX", "Lopez", "Dr", "RN", "age", "aged", "mr", "AB-1234", "AB-123-45", "DL", "policy", "account", "serial", "%20", "&amp;", "5%", "Garcia,Maria"}

func TestInspectFindsAll(t *testing.T) {
	scanners := scannersByClassifier(t)
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same values in each run
	all := append(append([]string(nil), parts...), pieces...)
	keys := append(append([]string(nil), names...), personNames...)
	for range 20000 {
		cells := []cell{{name: "LastName", value: "Qwerty Garcia"}}
		for range 1 + rng.IntN(3) {
			value := ""
			for range rng.IntN(12) {
				value += all[rng.IntN(len(all))] + glue[rng.IntN(len(glue))]
			}
			cells = append(cells, cell{name: keys[rng.IntN(len(keys))], value: value})
		}
		checkNaive(t, scanners, record("Account", cells...))
	}
}

// TestSentencesFindAll is TestInspectFindsAll for texts of sentences, most windows of which have nothing but words.
func TestSentencesFindAll(t *testing.T) {
	scanners := scannersByClassifier(t)
	rng := rand.New(rand.NewPCG(7, 8)) //nolint:gosec // the same values in each run
	words := strings.Fields("the was seen by with and they lives in near called from patient mother J. Jo. Ed. Dr. Mr Mrs. St. Maria John Garcia Smith " +
		"Boston Salem, Salem, IL May june Will The Then She O'Brien van de Qwerty qwerty Prof. RN, MD Ohio. end. end. end. out; (as) \"it\" e.g. i.e. a/b")
	for range 6000 {
		var text strings.Builder
		for range 5 + rng.IntN(60) {
			text.WriteString(words[rng.IntN(len(words))])
			text.WriteString([]string{" ", " ", " ", " ", ". ", ", ", "  "}[rng.IntN(7)])
		}
		cells := []cell{{name: "Description", value: text.String()}}
		if rng.IntN(2) == 0 {
			cells = append(cells, cell{name: "LastName", value: "Qwerty Garcia"})
		}
		checkNaive(t, scanners, record("Account", cells...))
	}
}

// TestShortValuesFindAll is TestInspectFindsAll for values of which the masks decide: numbers, signs and few letters, in
// fields of all kinds of names.
func TestShortValuesFindAll(t *testing.T) {
	scanners := scannersByClassifier(t)
	rng := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same values in each run
	keys := append(append([]string(nil), names...), personNames...)
	for _, d := range table {
		keys = append(keys, d.Keys...)
	}
	shapes := []string{"###-##-####", "(###) ###-####", "###-###-####", "####-##-##", "####-##-##T##:##:##.###+0000", "#########", "##########",
		"########", "###.#######", "#.##########", "##.#", "-##.######", "1.###.###.####", "@@######", "@#########", "@##.#", "aaa", "Aaaaaa Aaaaaa",
		"aa.aaaaa@aaaa.aa", "a_aa##@aa.aaa", "aa@aaaa", "www.aaaa@www.aaa.aa", "aaaa.aaaa.aaaa@aa.aa", "A. Aaaaa-Aaaa", "#####", "#####-####", "@###", "#### ##", "# @", "Dr aa Aaaa", "Aaaa, AA"}
	for range 8000 {
		var cells []cell
		if rng.IntN(2) == 0 {
			cells = append(cells, cell{name: "LastName", value: "Aab Aabcd"})
		}
		for range 1 + rng.IntN(3) {
			cells = append(cells, cell{name: keys[rng.IntN(len(keys))], value: spell(rng, shapes[rng.IntN(len(shapes))])})
		}
		checkNaive(t, scanners, record([]string{"Account", "CareObservation"}[rng.IntN(2)], cells...))
	}
}

// spell returns a value of a shape, in which each # is a digit, @ and A are capitals, and a is a small letter. Some bytes
// are others, so that most values nearly satisfy a grammar.
func spell(rng *rand.Rand, shape string) string {
	b := []byte(shape)
	for i, c := range b {
		switch c {
		case '#':
			b[i] = '0' + byte(rng.IntN(10))
		case '@', 'A':
			b[i] = 'A' + byte(rng.IntN(3))
		case 'a':
			b[i] = 'a' + byte(rng.IntN(3))
		}
		if rng.IntN(60) == 0 {
			b[i] = " -./0129@:,'xA_+()"[rng.IntN(18)]
		}
	}
	return string(b)
}

func FuzzInspectFindsAll(f *testing.F) {
	for _, p := range append(append([]string(nil), parts...), pieces...) {
		f.Add("Description", p+" "+p, "Garcia")
		f.Add("Notes", strings.Repeat("a", 58)+p+","+p, "Garcia")
	}
	scanners := scannersByClassifier(f)
	f.Fuzz(func(t *testing.T, name, value, last string) {
		checkNaive(t, scanners, record("Account", cell{name: "LastName", value: last}, cell{name: name, value: value}))
	})
}
