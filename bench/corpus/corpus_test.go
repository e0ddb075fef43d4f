package corpus

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

const perCarrier = 400

func TestSameSeedSameTexts(t *testing.T) {
	if diff := cmp.Diff(Generate(7, All, 40), Generate(7, All, 40)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(Generate(7, All, 40), Generate(8, All, 40)) {
		t.Error("another seed gave the same texts")
	}
}

// TestSpans checks what holds for every label: it stands in the text, apart from the others, around a value.
func TestSpans(t *testing.T) {
	known := map[string]bool{}
	for _, typ := range Types() {
		known[typ.Name] = true
	}
	for _, text := range Generate(1, All, perCarrier) {
		end := 0
		for _, s := range text.Spans {
			if s.Start < end || s.End <= s.Start || s.End > len(text.Text) {
				t.Fatalf("%s: span %+v after %d of %d bytes", text.ID, s, end, len(text.Text))
			}
			if !known[s.Type] {
				t.Errorf("%s: unknown type %q", text.ID, s.Type)
			}
			end = s.End
			if value := text.Text[s.Start:s.End]; strings.TrimSpace(value) != value || strings.ContainsAny(value, "{}") {
				t.Errorf("%s: %s is %q", text.ID, s.Type, value)
			}
		}
		if strings.Contains(text.Text, "${") || strings.Contains(text.Text, "<<") {
			t.Errorf("%s: a slot or a choice is left: %s", text.ID, text.Text)
		}
		end = 0
		for _, n := range text.Notes {
			if n.Start < end || n.End > len(text.Text) || n.End <= n.Start {
				t.Errorf("%s: note %+v", text.ID, n)
			}
			end = n.End
		}
	}
}

// shapes are readings of labelled values that do not know how they were made.
var shapes = map[string]func(string) bool{
	"us_ssn":   func(s string) bool { n := len(digits(s)); return n == 9 || n == 4 },
	"email":    func(s string) bool { return strings.Count(s, "@") == 1 && strings.Contains(s, ".") },
	"phone":    func(s string) bool { return len(digits(s)) >= 10 && len(digits(s)) <= 15 },
	"us_npi":   func(s string) bool { return len(digits(s)) == 10 && luhn("80840"+s[:9]) == s[9] },
	"vin":      func(s string) bool { return len(s) == 17 && !strings.ContainsAny(s, "IOQ") },
	"us_mbi":   func(s string) bool { return len(strings.ReplaceAll(s, "-", "")) == 11 },
	"zip_code": func(s string) bool { n := len(digits(s)); return n == 5 || n == 9 },
	"person_name": func(s string) bool {
		return strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' }) < 0
	},
	"age_over_89": func(s string) bool { return digits(s) >= "90" || len(digits(s)) == 3 },
	"device_udi": func(s string) bool { // the sum of GS1 with the check digit is a multiple of ten
		sum := 0
		for i, c := range s[4:18] {
			sum += int(c-'0') * (3 - 2*(i%2))
		}
		return sum%10 == 0
	},
	"credit_card": func(s string) bool { d := digits(s); return luhn(d[:len(d)-1]) == d[len(d)-1] },
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func TestValuesAreWhatTheyAreLabelledAs(t *testing.T) {
	seen := map[string]int{}
	for _, text := range Generate(2, All, perCarrier) {
		for _, s := range text.Spans {
			seen[s.Type]++
			if ok := shapes[s.Type]; ok != nil && !ok(text.Text[s.Start:s.End]) {
				t.Errorf("%s: %q is no %s", text.ID, text.Text[s.Start:s.End], s.Type)
			}
		}
	}
	for _, typ := range Types() {
		if seen[typ.Name] == 0 {
			t.Errorf("no %s in the corpus", typ.Name)
		}
	}
}

// TestCategories says which categories each carrier has. HL7 v2 and X12 have no place for addresses of machines, for
// vehicles and for pictures of faces except in an observation.
func TestCategories(t *testing.T) {
	missing := map[string][]inspect.Category{
		"hl7":  {inspect.Fax, inspect.Vehicle, inspect.URL, inspect.IP, inspect.Biometric},
		"x12":  {inspect.Vehicle, inspect.Device, inspect.URL, inspect.IP, inspect.Biometric, inspect.Photo},
		"fhir": {inspect.Vehicle, inspect.Biometric},

		"fhirxml": {inspect.Vehicle, inspect.Biometric},
		"cda":     {inspect.Vehicle, inspect.URL, inspect.IP, inspect.Biometric, inspect.Photo},
		"ncpdp":   {inspect.Fax, inspect.Vehicle, inspect.Device, inspect.URL, inspect.IP, inspect.Biometric, inspect.Photo},
	}
	category := map[string]inspect.Category{}
	for _, typ := range Types() {
		if !typ.Optional {
			category[typ.Name] = typ.Category
		}
	}
	has := map[string]map[inspect.Category]bool{}
	for _, text := range Generate(3, All, perCarrier) {
		if has[text.Carrier] == nil {
			has[text.Carrier] = map[inspect.Category]bool{}
		}
		for _, s := range text.Spans {
			inNote := slices.ContainsFunc(text.Notes, func(n Range) bool { return n.Start <= s.Start && s.End <= n.End })
			if c, ok := category[s.Type]; ok && !inNote {
				has[text.Carrier][c] = true
			}
		}
	}
	for _, carrier := range Carriers() {
		for c := inspect.Name; c <= inspect.Clinical; c++ {
			if want := !slices.Contains(missing[carrier], c); has[carrier][c] != want {
				t.Errorf("%s: %s is there: %v, want %v", carrier, c, has[carrier][c], want)
			}
		}
	}
}

// TestTextsAreWellFormed reads every body with a reader that is not ours.
func TestTextsAreWellFormed(t *testing.T) {
	for _, text := range Generate(4, All, perCarrier) {
		var err error
		switch text.Carrier {
		case "json", "fhir":
			if !json.Valid([]byte(text.Text)) {
				t.Errorf("%s is no JSON: %s", text.ID, text.Text)
			}
		case "csv":
			_, err = csv.NewReader(strings.NewReader(text.Text)).ReadAll()
		case "ncpdp":
			checkTransmission(t, text)
		case "soap", "cda", "fhirxml":
			for d := xml.NewDecoder(strings.NewReader(text.Text)); err == nil; _, err = d.Token() {
			}
			if err == io.EOF {
				err = nil
			}
		case "hl7":
			if !strings.HasPrefix(text.Text, `MSH|^~\&|`) {
				t.Errorf("%s: %.20s", text.ID, text.Text)
			}
		case "x12":
			checkInterchange(t, text)
		}
		if err != nil {
			t.Errorf("%s: %v in %s", text.ID, err, text.Text)
		}
		if method, url, ok := strings.Cut(text.Request, " "); text.Request != "" {
			if _, err := http.NewRequest(method, url, nil); err != nil || !ok {
				t.Errorf("%s: request %q: %v", text.ID, text.Request, err)
			}
		}
	}
}

// checkTransmission checks that the header of NCPDP has its width, and that each segment begins with its identification.
func checkTransmission(t *testing.T, text Text) {
	_, body, batch := strings.Cut(text.Text, "\x02G1")
	if !batch {
		body = text.Text
	} else {
		body = body[10:]
	}
	body, _, _ = strings.Cut(body, "\x03")
	header, segments, _ := strings.Cut(body, "\x1E")
	header = strings.TrimSuffix(header, "\x1D")
	if header[:2] == "D0" && len(header) != 31 || header[:2] != "D0" && (len(header) != 56 || header[6:8] != "D0") {
		t.Errorf("%s: header %q of %d bytes", text.ID, header, len(header))
	}
	for segment := range strings.SplitSeq(segments, "\x1E") {
		if !strings.HasPrefix(segment, "\x1CAM") {
			t.Errorf("%s: segment %q", text.ID, segment)
		}
	}
}

// checkInterchange checks the envelope of X12: the ISA is 106 bytes long, and the count of segments is right.
func checkInterchange(t *testing.T, text Text) {
	if text.Text[105] != '~' {
		t.Errorf("%s: byte 106 is %q", text.ID, text.Text[105])
	}
	n := 0
	for segment := range strings.SplitSeq(text.Text, "~") {
		segment = strings.TrimSpace(segment)
		if strings.HasPrefix(segment, "ST*") {
			n = 0
		}
		n++
		if count, ok := strings.CutPrefix(segment, "SE*"); ok {
			if got, _, _ := strings.Cut(count, "*"); got != strconv.Itoa(n) {
				t.Errorf("%s: SE says %s of %d segments", text.ID, got, n)
			}
		}
	}
}

// TestTrapsAreNotLabelled fills a template of traps alone.
func TestTrapsAreNotLabelled(t *testing.T) {
	g := &generator{Rand: rand.New(rand.NewPCG(5, 5))}
	g.meet()
	for _, kind := range []string{"id", "id15", "oid", "uuid", "epoch", "epochms", "order", "version", "term", "stamp", "tracking",
		"sku", "amount", "hash", "number", "bp", "year", "control"} {
		for range 50 {
			for _, p := range g.slot("x:" + kind) {
				if p.kind != "" || p.text == "" {
					t.Errorf("%s: %+v", kind, p)
				}
			}
		}
	}
}

// TestHalves checks that what is held out is not what detectors are tuned with.
func TestHalves(t *testing.T) {
	names := func(half Half) map[string]bool {
		all := map[string]bool{}
		for _, text := range Generate(6, half, perCarrier) {
			for _, s := range text.Spans {
				if s.Type == "city" {
					all[strings.ToLower(text.Text[s.Start:s.End])] = true
				}
			}
		}
		return all
	}
	heldOut := names(HeldOut)
	for name := range names(Tuning) {
		if heldOut[name] {
			t.Errorf("%s is in both halves", name)
		}
	}
	if len(heldOut) < 10 {
		t.Errorf("only %d cities are held out", len(heldOut))
	}
}
