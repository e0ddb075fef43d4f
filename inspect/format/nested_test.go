package format

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

// findSecrets is an Inspector that finds "secret" in every value, and "whole" in fields named whole.
func findSecrets(rec *inspect.Record, dst []inspect.Finding) []inspect.Finding {
	for i, f := range rec.Fields {
		if strings.HasPrefix(string(f.Name), "whole") || string(f.Name) == "PID_19" || string(f.Name) == "REF_SY_02" {
			dst = append(dst, inspect.Finding{Detector: "whole", Likelihood: inspect.VeryLikely, Field: i, End: len(f.Value)})
		}
		for at := 0; ; {
			n := strings.Index(string(f.Value[at:]), "secret")
			if n < 0 {
				break
			}
			dst = append(dst, inspect.Finding{Detector: "secret", Field: i, Start: at + n, End: at + n + 6})
			at += n + 6
		}
	}
	return dst
}

func TestNested(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	const hl7 = "MSH|^~\\&|A\rPID|||||||||||||||||||536\\S\\90\rNTE|1||a \\T\\ secret\r"
	x12 := interchange("*:^~", "\n", "REF*SY*536904399~")
	tests := map[string]struct {
		value string
		want  []string // detector and the text that it is in
	}{
		"text":                        {"a secret of some length", []string{"secret secret"}},
		"json":                        {`{"a":"secret", "whole":"536\u0039"}`, []string{"secret secret", `whole 536\u0039`}},
		"json in a list":              {` [{"whole":"536 90 4399"}]`, []string{"whole 536 90 4399"}},
		"json that is cut":            {`{"whole":"536 90 4399"`, nil},
		"json in json":                {`{"a":"{\"whole\":\"536904399\"}"}`, nil},
		"hl7":                         {hl7, []string{`whole 536\S\90`, "secret secret"}},
		"hl7 in MLLP":                 {"\x0B" + hl7 + "\x1C\r", []string{`whole 536\S\90`, "secret secret"}},
		"two messages of hl7":         {hl7 + hl7, []string{`whole 536\S\90`, "secret secret", `whole 536\S\90`, "secret secret"}},
		"hl7 that breaks":             {hl7 + "oops\r", []string{"secret secret"}},
		"x12":                         {x12, []string{"whole " + x12}},
		"xml":                         {`<?xml version="1.0"?><a><whole>536 &amp; 90</whole></a>`, []string{"whole 536 &amp; 90"}},
		"ncpdp":                       {strings.Replace(fill, "CAMARY", "CAsecret", 1), []string{"secret " + strings.Replace(fill, "CAMARY", "CAsecret", 1), "secret secret"}},
		"base64 that starts like one": {"610014D0B1" + b64("this is a secret")[:22], nil},
		"document":                    {strings.Replace(discharge, "Mary", "secret", 1), []string{"secret secret"}},
		"html":                        {`<div><whole>536 90 4399</whole></div>`, nil},
		"base64 of json":              {b64(`{"whole":"536904399"}`), []string{"whole " + b64(`{"whole":"536904399"}`)}},
		"base64 of hl7":               {b64(hl7), []string{"secret " + b64(hl7), "whole " + b64(hl7)}},
		"base64 of x12":               {b64(x12), []string{"whole " + b64(x12)}},
		"base64 of text":              {b64("this is a secret, and another secret"), []string{"secret " + b64("this is a secret, and another secret")}},
		"base64 without padding":      {strings.TrimRight(b64("there is a secret!!!!"), "="), []string{"secret " + strings.TrimRight(b64("there is a secret!!!!"), "=")}},
		"base64 of the other kind":    {base64.URLEncoding.EncodeToString([]byte("~~~???>>> secret >>>")), []string{"secret " + base64.URLEncoding.EncodeToString([]byte("~~~???>>> secret >>>"))}},
		"base64 in lines":             {b64("this is a secret, and")[:12] + "\r\n" + b64("this is a secret, and")[12:], []string{"secret " + b64("this is a secret, and")[:12] + "\r\n" + b64("this is a secret, and")[12:]}},
		"base64 in a URL":             {"data:text/plain;base64," + b64("this is a secret"), []string{"secret data:text/plain;base64," + b64("this is a secret")}},
		"base64 of bytes":             {b64("\x00\x01secret\xFF\xFE secret secret"), nil},
		"base64 of base64":            {b64(b64(`{"whole":"536904399"}`)), nil},
		"no base64":                   {b64("this is a secret")[:20] + "!!!!" + b64("this is a secret")[20:], nil},
		"base64 that is short":        {b64("a secret"), nil},
		"base64, more than is read":   {b64(strings.Repeat("all is well. ", 90_000) + "secret"), nil},
		"base64, the most that is":    {b64(strings.Repeat(" ", MaxNested-6) + "secret"), []string{"secret " + b64(strings.Repeat(" ", MaxNested-6)+"secret")}},
		"hl7, more than is read":      {hl7 + strings.Repeat("MSH|^~\\&|A\r", MaxNested/11) + hl7, []string{`whole 536\S\90`, "secret secret", "secret secret"}},
		"a list of ordinary brackets": {"[see attached notes]", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rec := &inspect.Record{Raw: []byte("xx" + tt.value), Nodes: []inspect.Node{{Parent: -1}}, Fields: []inspect.Field{
				{End: 2, Value: []byte("xx")}, {Start: 2, End: 2 + len(tt.value), Value: []byte(tt.value)}}}
			n := NewNested(findSecrets, Limits{})
			first := inspect.Finding{Detector: "first"}
			var got []string
			for i, f := range n.Inspect(rec, []inspect.Finding{first})[1:] {
				if f.Field != 1 {
					t.Errorf("finding %d in field %d", i, f.Field)
				}
				got = append(got, f.Detector+" "+string(rec.Fields[1].Value[f.Start:f.End]))
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%.2000s", diff)
			}
		})
	}
}

func TestNestedOrder(t *testing.T) {
	value := `{"b":"secret","whole":"secret"}`
	rec := &inspect.Record{Nodes: []inspect.Node{{Parent: -1}}}
	for range 3 {
		start := len(rec.Raw)
		rec.Raw = append(rec.Raw, value...)
		rec.Fields = append(rec.Fields, inspect.Field{Start: start, End: len(rec.Raw), Value: []byte(value)})
	}
	var got []string
	for _, f := range NewNested(findSecrets, Limits{}).Inspect(rec, nil) {
		got = append(got, fmt.Sprintf("%d %d %s", f.Field, f.Start, f.Detector))
	}
	want := []string{"0 6 secret", "0 23 secret", "0 23 whole", "1 6 secret", "1 23 secret", "1 23 whole", "2 6 secret", "2 23 secret", "2 23 whole"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNestedAllocatesNothingWithoutMessages(t *testing.T) {
	rec := &inspect.Record{Nodes: []inspect.Node{{Parent: -1}}}
	for _, v := range []string{"Mary Tran lives in Springfield", "003000000000001AAA", "MSHA is an agency of Labor", "mary.tran@example.org and more", "2026-01-05T10:30:00.000+0000", "Internal medicine, 2nd floor"} {
		rec.Fields = append(rec.Fields, inspect.Field{Value: []byte(v)})
	}
	n := NewNested(func(_ *inspect.Record, dst []inspect.Finding) []inspect.Finding { return dst }, Limits{})
	if a := testing.AllocsPerRun(100, func() { n.Inspect(rec, nil) }); a > 0 {
		t.Errorf("%v allocations", a)
	}
}

// FuzzNested looks for panics, and for findings out of the value.
func FuzzNested(f *testing.F) {
	f.Add([]byte(admission))
	f.Add([]byte(interchange("*:^~", "", claim)))
	f.Add([]byte(`{"a":["secret"]}`))
	f.Add([]byte(base64.StdEncoding.EncodeToString([]byte(admission))))
	f.Add([]byte("data:x;base64,eyJhIjoic2VjcmV0In0="))
	f.Fuzz(func(t *testing.T, value []byte) {
		rec := &inspect.Record{Raw: value, Nodes: []inspect.Node{{Parent: -1}}, Fields: []inspect.Field{{End: len(value), Value: value}}}
		for _, found := range NewNested(findSecrets, Limits{}).Inspect(rec, nil) {
			if found.Field != 0 || found.Start < 0 || found.Start > found.End || found.End > len(value) {
				t.Fatalf("%+v in %d bytes", found, len(value))
			}
			if json.Valid(value) && found.Detector == "secret" && value[0] == '{' && string(value[found.Start:found.End]) != "secret" && !strings.Contains(string(value), `\`) {
				t.Fatalf("%q is no secret", value[found.Start:found.End])
			}
		}
	})
}
