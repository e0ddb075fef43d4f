package policy

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

func TestMask(t *testing.T) {
	stars := change{char: '*'}
	last4 := change{char: '*', keepLast: 4}
	for name, tt := range map[string]struct {
		raw, want string
		encoding  inspect.Encoding
		kind      kind
		number    bool
		change    change
	}{
		"ssn":                          {raw: "219-09-9999", want: "***-**-****", change: stars},
		"ssn, last four":               {raw: "219-09-9999", want: "***-**-9999", change: last4},
		"phone":                        {raw: "+1 (212) 555-0123", want: "+* (***) ***-0123", change: last4},
		"no more than would be kept":   {raw: "12-34", want: "**-**", change: last4},
		"name":                         {raw: "Mary Ann", want: "********", change: stars},
		"name, first":                  {raw: "Mary Ann", want: "M*******", change: change{char: '*', keepFirst: 1}},
		"record number":                {raw: "MRN-00123", want: "*****0123", change: last4},
		"umlaut":                       {raw: "Bjørn", want: "******", change: stars},
		"umlaut is kept whole":         {raw: "xx Bjø", want: "****jø", change: change{char: '*', keepLast: 2}},
		"e-mail":                       {raw: "mary.lee+x@example.org", want: "xxxx.xxxxx@xxxxxxx.xxx", change: last4},
		"e-mail in a form":             {raw: "mary%40example.org", want: "xxxx%40xxxxxxx.xxx", encoding: inspect.FormValue, change: stars},
		"no e-mail":                    {raw: "mary@example", want: "************", change: stars},
		"text with an e-mail":          {raw: "to m@example.org", want: "****************", change: stars},
		"e-mail and a space":           {raw: "a@b.cd ", want: "*******", change: change{char: '*', keepFirst: 3}},
		"date":                         {raw: "1980-05-06", want: "1980-01-01", change: last4},
		"date and time":                {raw: "2026-05-06T10:11:12.345+0530", want: "2026-01-01T00:00:00.000+0530", change: stars},
		"date and time, UTC":           {raw: "2026-05-06T10:11:12Z", want: "2026-01-01T00:00:00Z", change: stars},
		"almost a date and time":       {raw: "2026-05-06T10:11 Bob", want: "********************", change: stars},
		"date, compact":                {raw: "19800506", want: "19800101", kind: birthKind, change: stars},
		"date and time, compact":       {raw: "198005061530", want: "198001010000", kind: dateKind, change: stars},
		"eight digits":                 {raw: "19800506", want: "********", change: stars},
		"American date":                {raw: "05/06/1980", want: "**/**/****", kind: dateKind, change: stars},
		"number":                       {raw: "-12.5e3", want: "0      ", number: true, change: last4},
		"JSON escape":                  {raw: `Andr\u00e9 \"B\"`, want: `****************`, encoding: inspect.JSONString, change: stars},
		"JSON escape is kept whole":    {raw: `Andr\u00e9`, want: `***r\u00e9`, encoding: inspect.JSONString, change: change{char: '*', keepLast: 2}},
		"JSON surrogates stay a pair":  {raw: `a\ud83d\ude00`, want: `*\ud83d\ude00`, encoding: inspect.JSONString, change: change{char: '*', keepLast: 1}},
		"XML reference":                {raw: `&#50;12&amp;0142`, want: `************0142`, encoding: inspect.XMLText, change: change{char: '*', keepLast: 4}},
		"XML reference is kept whole":  {raw: `&#50;12-555`, want: `&#50;1*-***`, encoding: inspect.XMLText, change: change{char: '*', keepFirst: 2}},
		"XML reference in hex":         {raw: `a&#x4a;b`, want: `*&#x4a;b`, encoding: inspect.XMLText, change: change{char: '*', keepLast: 2}},
		"HL7 escape is kept whole":     {raw: `abc\T\d`, want: `**c\T\d`, encoding: inspect.HL7, change: change{char: '*', keepLast: 3}},
		"CSV quote":                    {raw: `Bob ""B"" Lee`, want: `*************`, encoding: inspect.CSVQuoted, change: stars},
		"CSV quote is kept whole":      {raw: `abc""d`, want: `**c""d`, encoding: inspect.CSVQuoted, change: change{char: '*', keepLast: 2}},
		"percent-encoded letter":       {raw: "ab%C3%A9", want: "*b%C3%A9", encoding: inspect.FormValue, change: change{char: '*', keepLast: 2}},
		"percent-encoded is as long":   {raw: "a%C3%A9", want: "*******", encoding: inspect.FormValue, change: stars},
		"space in a form":              {raw: "212+555+0123", want: "***+***+0123", encoding: inspect.FormValue, change: last4},
		"character that is no star":    {raw: "219-09-9999", want: "XXX-XX-XXXX", change: change{char: 'X'}},
		"nothing":                      {raw: "", want: "", change: stars},
		"cut escape":                   {raw: `ab\`, want: `***`, encoding: inspect.JSONString, change: stars},
		"cut percent":                  {raw: `ab%4`, want: `****`, encoding: inspect.FormValue, change: stars},
		"bytes that are no characters": {raw: "a\xff\xfe", want: "***", change: stars},
	} {
		t.Run(name, func(t *testing.T) {
			f := &inspect.Field{Encoding: tt.encoding}
			if tt.number {
				f.Kind = inspect.Number
			}
			got := string(appendMasked(nil, []byte(tt.raw), f, tt.kind, tt.change))
			if got != tt.want {
				t.Errorf("mask of %q is %q, want %q", tt.raw, got, tt.want)
			}
			if len(got) != len(tt.raw) {
				t.Errorf("mask of %d bytes has %d", len(tt.raw), len(got))
			}
		})
	}
}

func TestGeneralise(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		raw, want string
		kind      kind
		number    bool
		encoding  inspect.Encoding
	}{
		"date":                     {raw: "1980-05-06", want: "1980-01-01", kind: dateKind},
		"date by its look":         {raw: "1980-05-06", want: "1980-01-01"},
		"date and time":            {raw: "1980-05-06T10:11:12Z", want: "1980-01-01T00:00:00Z", kind: dateKind},
		"compact date":             {raw: "19800506", want: "19800101", kind: dateKind},
		"birth of the very old":    {raw: "1921-05-06", want: "1936-01-01", kind: birthKind},
		"birth of the old":         {raw: "1940-05-06", want: "1940-01-01", kind: birthKind},
		"service long ago":         {raw: "1921-05-06", want: "1921-01-01", kind: dateKind},
		"American date":            {raw: "05/06/1980", want: "**/**/1980", kind: dateKind},
		"American birth":           {raw: "5/6/1921", want: "*/*/1936", kind: birthKind},
		"spelt date":               {raw: "May 6, 1980", want: "*******1980", kind: dateKind},
		"date without a year":      {raw: "May 6", want: "*****", kind: dateKind},
		"year in an escape":        {raw: `\u2019s`, want: `*******`, kind: dateKind, encoding: inspect.JSONString},
		"year only":                {raw: "1980-05-06", want: "1980", kind: yearKind},
		"ZIP":                      {raw: "02139", want: "02100", kind: zipKind},
		"ZIP+4":                    {raw: "02139-4307", want: "02100-0000", kind: zipKind},
		"ZIP of few people":        {raw: "03601", want: "00000", kind: zipKind},
		"ZIP number":               {raw: "90210", want: "90200", kind: zipKind, number: true},
		"ZIP number of few people": {raw: "10201", want: "0    ", kind: zipKind, number: true},
		"foreign postal code":      {raw: "K1A 0B1", want: "*******", kind: zipKind},
		"age":                      {raw: "89", want: "89", kind: ageKind},
		"higher age":               {raw: "93", want: "90", kind: ageKind},
		"age of three digits":      {raw: "104", want: "90", kind: ageKind},
		"age as a number":          {raw: "104", want: "90 ", kind: ageKind, number: true},
		"age in text":              {raw: "93 y/o", want: "90 y/o", kind: ageKind},
		"age in words":             {raw: "ninety-three", want: "************", kind: ageKind},
		"huge age":                 {raw: "99999999999999999999", want: "90", kind: ageKind},
		"age with an escape":       {raw: `93\u1234`, want: `********`, kind: ageKind, encoding: inspect.JSONString},
		"latitude":                 {raw: "-42.3601", want: "-42.0000", kind: geoKind, number: true},
		"place":                    {raw: "42.3601, -71.0589", want: "42.0000, -71.0000", kind: geoKind},
		"place in minutes":         {raw: "42°21'N", want: "********", kind: geoKind},
		"e-mail":                   {raw: "a@example.org", want: "x@xxxxxxx.xxx", kind: emailKind},
		"not to be kept":           {raw: "1980-05-06x", want: "***********", kind: opaque},
	} {
		t.Run(name, func(t *testing.T) {
			f := &inspect.Field{Encoding: tt.encoding}
			if tt.number {
				f.Kind = inspect.Number
			}
			if got := string(appendGeneralised(nil, []byte(tt.raw), f, tt.kind, now)); got != tt.want {
				t.Errorf("%q becomes %q, want %q", tt.raw, got, tt.want)
			}
		})
	}
	if n := len(strings.Fields("036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893")); n != 17 {
		t.Fatalf("%d prefixes", n)
	}
	for _, p := range strings.Fields("036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893") {
		if !sparse(p) {
			t.Errorf("prefix %s is kept", p)
		}
	}
}

// drawRaw draws the raw spelling of a value, and its encoding.
func drawRaw(t *rapid.T) ([]byte, inspect.Encoding) {
	e := rapid.SampledFrom([]inspect.Encoding{inspect.Plain, inspect.JSONString, inspect.CSVQuoted,
		inspect.FormValue, inspect.XMLText}).Draw(t, "encoding")
	pieces := rapid.SliceOfN(rapid.OneOf(
		rapid.StringMatching(`[0-9]{1,5}`), rapid.StringMatching(`[A-Za-z]{1,4}`),
		rapid.SampledFrom([]string{"-", " ", ".", "@", "*", "x", "é", "😀", "\"", "&", "<", "\n", "2026-05-06", "T10:11:12Z", "/",
			"1980", "'", "+", "%", "a@b.cd"})), 0, 8).Draw(t, "pieces")
	value := []byte(strings.Join(pieces, ""))
	raw := e.Append(nil, value)
	if e == inspect.JSONString && rapid.Bool().Draw(t, "escaped") {
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("é"), []byte(`\u00e9`)), []byte("😀"), []byte(`\ud83d\ude00`))
	}
	if e == inspect.XMLText && rapid.Bool().Draw(t, "referenced") {
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("é"), []byte("&#xe9;")), []byte("1"), []byte("&#49;"))
	}
	return raw, e
}

// TestMaskLaws: a mask is as long as the value, masking it again changes nothing, and it is still spelt correctly.
func TestMaskLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw, e := drawRaw(t)
		f := &inspect.Field{Encoding: e}
		k := rapid.SampledFrom([]kind{anyKind, dateKind, birthKind, emailKind, opaque}).Draw(t, "kind")
		c := change{keepFirst: rapid.IntRange(0, 4).Draw(t, "first"), keepLast: rapid.IntRange(0, 4).Draw(t, "last"),
			char: rapid.SampledFrom([]byte{'*', 'x', 'X', '_'}).Draw(t, "char")}
		once := appendMasked(nil, raw, f, k, c)
		if len(once) != len(raw) {
			t.Fatalf("mask of %q is %q", raw, once)
		}
		if twice := appendMasked(nil, once, f, k, c); !bytes.Equal(once, twice) {
			t.Fatalf("mask of %q is %q, and the mask of that %q", raw, once, twice)
		}
		checkSpelling(t, e, raw, once)
	})
}

// TestGeneraliseLaws: what is generalised is still spelt correctly.
func TestGeneraliseLaws(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		raw, e := drawRaw(t)
		f := &inspect.Field{Encoding: e}
		k := kind(rapid.IntRange(0, int(opaque)).Draw(t, "kind"))
		once := appendGeneralised(nil, raw, f, k, now)
		checkSpelling(t, e, raw, once)
	})
}

func checkSpelling(t *rapid.T, e inspect.Encoding, raw, changed []byte) {
	ok := utf8.Valid(changed)
	switch e {
	case inspect.JSONString:
		ok = ok && json.Valid(append(append([]byte{'"'}, changed...), '"'))
	case inspect.CSVQuoted:
		ok = ok && !bytes.Contains(bytes.ReplaceAll(changed, []byte(`""`), nil), []byte{'"'})
	case inspect.XMLText:
		ok = ok && xml.Unmarshal(append(append([]byte("<a>"), changed...), "</a>"...), new(string)) == nil
	case inspect.FormValue:
		value, err := url.QueryUnescape(string(changed))
		ok = ok && err == nil && utf8.ValidString(value)
	}
	if !ok {
		t.Fatalf("%q becomes %q, which is no %d", raw, changed, e)
	}
}

func TestCursorValue(t *testing.T) {
	for value, want := range map[string]bool{
		"003000000000001": true, "003000000000001AAA": true, "2026-01-02T03:04:05.000+0000": true, "2026-01-02": true,
		"219-09-9999": false, "": false, "003000000000001AA": false, "0030000000 0001": false,
	} {
		if got := cursorValue([]byte(value)); got != want {
			t.Errorf("cursorValue(%q) = %v", value, got)
		}
	}
}

func TestKindOfName(t *testing.T) {
	for name, want := range map[string]kind{
		"Birthdate": birthKind, "PersonBirthdate": birthKind, "DOB__c": birthKind, "Admission_Date__c": dateKind,
		"MailingPostalCode": zipKind, "Zip__c": zipKind, "MailingLatitude": geoKind, "Age__c": ageKind,
		"HealthCloudGA__Age__pc": ageKind, "Language__c": anyKind, "PersonEmail": emailKind, "LastName": anyKind,
	} {
		if got := kindOfName(name); got != want {
			t.Errorf("kindOfName(%q) = %d, want %d", name, got, want)
		}
	}
}

func TestGlob(t *testing.T) {
	for name, tt := range map[string]struct {
		pattern, name string
		want          bool
	}{
		"same": {"ssn__c", "SSN__c", true}, "prefix": {"ssn*", "SSN__c", true}, "suffix": {"*__c", "SSN__c", true},
		"middle": {"a*b*c", "a1b2b3c", true}, "not": {"a*b*c", "a1b2b3", false}, "all": {"*", "", true},
		"empty": {"", "", true}, "shorter": {"abc", "ab", false}, "stars": {"**a**", "bab", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := matches(newPattern(tt.pattern), tt.name); got != tt.want {
				t.Errorf("matches(%q, %q) = %v", tt.pattern, tt.name, got)
			}
		})
	}
}

func TestEditDistance(t *testing.T) {
	for pair, want := range map[[2]string]int{{"", ""}: 0, {"mask", "mask"}: 0, {"maks", "mask"}: 1, {"mask", "ask"}: 1,
		{"kitten", "sitting"}: 3, {"", "abc"}: 3, {strings.Repeat("a", 65), "a"}: 64} {
		if got := editDistance(pair[0], pair[1]); got != want {
			t.Errorf("editDistance(%q) = %d, want %d", pair, got, want)
		}
	}
}
