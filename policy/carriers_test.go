package policy_test

import (
	"bytes"
	"testing"

	"github.com/phigate/phigate/inspect"
	"github.com/phigate/phigate/policy"
)

// TestJudgeKeepsSeparators: what takes a value's place in HL7 v2 and X12 does not divide it.
func TestJudgeKeepsSeparators(t *testing.T) {
	hl7 := inspect.Delimiters{Field: '|', Component: '^', Repetition: '~', Escape: '\\', Subcomponent: '&'}
	x12 := inspect.Delimiters{Field: '*', Component: ':', Repetition: '^', Segment: '~'}
	other := inspect.Delimiters{Field: '#', Component: '*', Repetition: '~', Escape: '[', Subcomponent: ']'}
	tests := map[string]struct {
		raw, then, want string
		marks           inspect.Delimiters
		encoding        inspect.Encoding
		value           string
		start, end      int
	}{
		"x12, mask":                 {raw: "536904399", then: "{mask: {keep_last: 4}}", want: "XXXXX4399", marks: x12, encoding: inspect.X12},
		"x12, redact":               {raw: "536904399", then: "redact", want: "", marks: x12, encoding: inspect.X12},
		"hl7, mask":                 {raw: "536-90-4399", then: "{mask: {keep_last: 4}}", want: "***-**-4399", marks: hl7, encoding: inspect.HL7},
		"hl7, mask of an escape":    {raw: `O\T\Hara`, value: "O&Hara", then: "mask", want: "********", marks: hl7, encoding: inspect.HL7},
		"hl7, other separators":     {raw: "536-90-4399", then: "mask", want: "XXX-XX-XXXX", marks: other, encoding: inspect.HL7},
		"hl7, redact a part":        {raw: `ssn \T\ 536-90-4399`, value: "ssn & 536-90-4399", start: 6, end: 17, then: "redact", want: `ssn \T\ [redacted]`, marks: hl7, encoding: inspect.HL7},
		"hl7, redact a part, other": {raw: `ssn 536-90-4399`, start: 4, end: 15, then: "redact", want: `ssn [E[redacted[T[`, marks: other, encoding: inspect.HL7},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := parse(t, "version: 1\nrules:\n  - {name: r, when: {detector: us_ssn}, then: "+tt.then+"}\n")
			value := tt.raw
			if tt.value != "" {
				value = tt.value
			}
			if tt.end == 0 {
				tt.end = len(value)
			}
			rec := &inspect.Record{Raw: []byte("A" + tt.raw + "B"), Nodes: []inspect.Node{{Parent: -1}}, Delimiters: tt.marks, Fields: []inspect.Field{
				{Name: []byte("PID_19"), Encoding: tt.encoding, Start: 1, End: 1 + len(tt.raw), Value: []byte(value)},
				{Name: []byte("PID_20"), Encoding: tt.encoding, Start: 1 + len(tt.raw), End: 1 + len(tt.raw)},
			}}
			f := inspect.Finding{Detector: "us_ssn", Category: inspect.SSN, Likelihood: inspect.Likely, Start: tt.start, End: tt.end}
			var v policy.Verdict
			p.Plan(policy.Subject{Direction: inspect.Request}).Judge(rec, []inspect.Finding{f}, &v)
			if got := inspect.Splice(nil, rec.Raw, v.Edits); !bytes.Equal(got, []byte("A"+tt.want+"B")) {
				t.Errorf("%q became %q, want %q", rec.Raw, got, tt.want)
			}
		})
	}
}
