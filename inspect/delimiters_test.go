package inspect_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

var delimiters = map[string]inspect.Delimiters{
	"recommended": {Field: '|', Component: '^', Repetition: '~', Subcomponent: '&', Escape: '\\', Truncation: '#'},
	"others":      {Field: '#', Component: '*', Repetition: '!', Subcomponent: ']', Escape: '$'},
}

func TestUnescape(t *testing.T) {
	d := delimiters["recommended"]
	for raw, want := range map[string]string{
		"": "", "plain": "plain", `a\F\b\S\c\T\d\R\e\E\f\P\`: `a|b^c&d~e\f#`, `\H\bold\N\`: "bold", `a\.br\b`: "a\nb", `a\.sp2\b`: "a\nb",
		`\X41\\X0D0a\`: "A\r\n", `\X4\`: `\X4\`, `\X4G\`: `\X4G\`, `\Zlocal\x`: "x", `\Q\`: `\Q\`, `C:\dir\file`: `C:\dir\file`, `\\`: `\\`, `\`: `\`, `\F`: `\F`,
	} {
		if got := string(d.Unescape(nil, []byte(raw))); got != want {
			t.Errorf("%q stands for %q, want %q", raw, got, want)
		}
	}
	bare := inspect.Delimiters{Field: '|'}
	if got := string(bare.Unescape(nil, []byte("a\x00F\x00"))); got != "a\x00F\x00" {
		t.Errorf("without escapes: %q", got)
	}
}

// TestDelimitersLaws: what is appended reads back, holds no separator, and its parts have exact sources.
func TestDelimitersLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := delimiters[rapid.SampledFrom([]string{"recommended", "others"}).Draw(t, "separators")]
		value := []byte(rapid.StringMatching(`[a-zF|^~&\\#*!\]$ \r\n\x0Bé-]{0,12}`).Draw(t, "value"))
		rec := &inspect.Record{Delimiters: d}
		f := inspect.Field{Encoding: inspect.HL7}
		rec.Raw = f.Append(rec, nil, value)
		f.End, f.Value = len(rec.Raw), d.Unescape(nil, rec.Raw)
		if string(f.Value) != string(value) {
			t.Fatalf("%q is spelt %q, which is %q", value, rec.Raw, f.Value)
		}
		for _, c := range rec.Raw {
			if c == d.Field || c == d.Component || c == d.Repetition || c == d.Subcomponent || c < 0x20 {
				t.Fatalf("%q is spelt %q", value, rec.Raw)
			}
		}
		start := rapid.IntRange(0, len(value)).Draw(t, "start")
		end := rapid.IntRange(start, len(value)).Draw(t, "end")
		if from, to := f.Source(rec, start, end); start < end && string(d.Unescape(nil, rec.Raw[from:to])) != string(value[start:end]) {
			t.Fatalf("%q has %q at %q", rec.Raw, value[start:end], rec.Raw[from:to])
		}
		x := inspect.Field{Encoding: inspect.X12}
		for _, c := range x.Append(rec, nil, value) {
			if c == d.Field || c == d.Component || c == d.Repetition || c == d.Subcomponent || c < 0x20 {
				t.Fatalf("%q is no value of X12", value)
			}
		}
	})
}

func TestFit(t *testing.T) {
	tests := map[string]struct {
		encoding  inspect.Encoding
		raw, b    string
		want      string
		separator string
	}{
		"plain":                 {inspect.Plain, "12", "*#", "*#", "others"},
		"x12":                   {inspect.X12, "12", "*9", "X9", "others"},
		"hl7":                   {inspect.HL7, "12", "*9", "*9", "recommended"},
		"hl7, others":           {inspect.HL7, "12", "*9", "X9", "others"},
		"hl7, an escape":        {inspect.HL7, `\T\2`, `\T\*`, `\T\*`, "recommended"},
		"hl7, mask is escape":   {inspect.HL7, "1234", "$$$$", "XXXX", "others"},
		"hl7, field that holds": {inspect.HL7, "$T$4", "$T$*", "$T$X", "others"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rec := &inspect.Record{Raw: []byte(tt.raw), Delimiters: delimiters[tt.separator]}
			f := inspect.Field{Encoding: tt.encoding, End: len(tt.raw), Value: rec.Raw}
			b := []byte(tt.b)
			if f.Fit(rec, b); string(b) != tt.want {
				t.Errorf("%q became %q, want %q", tt.b, b, tt.want)
			}
		})
	}
}
