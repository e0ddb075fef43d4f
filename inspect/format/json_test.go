package format

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

func TestJSONRecords(t *testing.T) {
	tests := map[string]struct {
		records []string
		body    string
		raws    []string
		pairs   []string
	}{
		"empty body": {},
		"document": {
			body:  " {\"a\":1,\"b\":{\"c\":[true,null,{\"d\":\"x\"}]}}\n",
			raws:  []string{"D  {\"a\":1,\"b\":{\"c\":[true,null,{\"d\":\"x\"}]}}\n"},
			pairs: []string{"a=1", "b.c[]=true", "b.c[]=null", "b.c[].d=x"},
		},
		"scalar document": {body: ` "x" `, raws: []string{`D  "x" `}, pairs: []string{"=x"}},
		"number document": {body: "-1.5e+3", raws: []string{"D -1.5e+3"}, pairs: []string{"=-1.5e+3"}},
		"query result": {
			records: []string{"records"},
			body:    `{"totalSize":2,"records":[ {"attributes":{"type":"Contact"},"Name":"Lee"} , {"Name":"Kim"} ],"done":true} `,
			raws: []string{
				`E {"totalSize":2,"records":[`, `D  {"attributes":{"type":"Contact"},"Name":"Lee"}`, `D  , {"Name":"Kim"}`,
				`E  ],"done":true} `,
			},
			pairs: []string{"totalSize=2", "records[].attributes.type=Contact", "records[].Name=Lee", "records[].Name=Kim", "done=true"},
		},
		"child subquery belongs to its record": {
			records: []string{"records"},
			body:    `{"records":[{"Cases":{"records":[{"Subject":"s"},{"Subject":"t"}]}}]}`,
			raws:    []string{`E {"records":[`, `D {"Cases":{"records":[{"Subject":"s"},{"Subject":"t"}]}}`, `E ]}`},
			pairs:   []string{"records[].Cases.records[].Subject=s", "records[].Cases.records[].Subject=t"},
		},
		"array at the top": {
			records: []string{"[]"},
			body:    "[{\"a\":1},\n{\"a\":2}]\n",
			raws:    []string{"E [", `D {"a":1}`, "D ,\n{\"a\":2}", "E ]\n"},
			pairs:   []string{"[].a=1", "[].a=2"},
		},
		"graph": {
			records: []string{"graphs[].compositeRequest"},
			body:    `{"graphs":[{"graphId":"1","compositeRequest":[{"url":"u"}]},{"compositeRequest":[],"graphId":"2"}],"x":[[3]]}`,
			raws: []string{
				`E {"graphs":[{"graphId":"1","compositeRequest":[`, `D {"url":"u"}`, `E ]},{"compositeRequest":[`,
				`E ],"graphId":"2"}],"x":[[3]]}`,
			},
			pairs: []string{"graphs[].graphId=1", "graphs[].compositeRequest[].url=u", "graphs[].graphId=2", "x[][]=3"},
		},
		"elements that are no objects": {
			records: []string{"records[]"},
			body:    `{"records":[1,"a\u0062",[2,[3]],null]}`,
			raws:    []string{`E {"records":[`, `D 1`, `D ,"a\u0062"`, `D ,[2,[3]]`, `D ,null`, `E ]}`},
			pairs:   []string{"records[]=1", "records[]=ab", "records[][]=2", "records[][][]=3", "records[]=null"},
		},
		"path to something else": {
			records: []string{"records"},
			body:    `{"records":{"a":1},"b":{"records":[2]}}`,
			raws:    []string{`E {"records":{"a":1},"b":{"records":[2]}}`},
			pairs:   []string{"records.a=1", "b.records[]=2"},
		},
		"path through records": {
			records: []string{"records", "records[].a"},
			body:    `{"records":[{"a":[1]}]}`,
			raws:    []string{`E {"records":[`, `D {"a":[1]}`, `E ]}`},
			pairs:   []string{"records[].a[]=1"},
		},
		"two paths": {
			records: []string{"records", "other.records"},
			body:    `{"other":{"records":[1]},"records":[2]}`,
			raws:    []string{`E {"other":{"records":[`, `D 1`, `E ]},"records":[`, `D 2`, `E ]}`},
			pairs:   []string{"other.records[]=1", "records[]=2"},
		},
		"array in an array": {
			records: []string{"[][]"},
			body:    `[[1],[2]]`,
			raws:    []string{`E [[`, `D 1`, `E ],[`, `D 2`, `E ]]`},
			pairs:   []string{"[][]=1", "[][]=2"},
		},
		"escaped name of the array": {
			records: []string{"records"},
			body:    `{"\u0072ecords":[{"SS\u004e":"\u0031\ud83d\ude00\n"}]}`,
			raws:    []string{`E {"\u0072ecords":[`, `D {"SS\u004e":"\u0031\ud83d\ude00\n"}`, `E ]}`},
			pairs:   []string{"records[].SSN=1😀\n"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			open := func() inspect.Decoder { return newJSON(inspect.Shape{Records: tt.records}, Limits{}) }
			rows, err := whole(open(), tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.raws, raws(rows)); diff != "" {
				t.Errorf("records (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.pairs, pairs(rows)); diff != "" {
				t.Errorf("fields (-want +got)\n%s", diff)
			}
			checkSplits(t, open, tt.body)
		})
	}
}

func TestJSONNodes(t *testing.T) {
	rows, err := whole(newJSON(inspect.Shape{Records: []string{"a.records"}}, Limits{}), `{"a":{"records":[{"p":{"q":[1]},"r":2},3],"s":{"t":4}}}`)
	if err != nil {
		t.Fatal(err)
	}
	num := func(path, name string, node int, v string) value {
		return value{Path: path, Name: name, Node: node, Kind: inspect.Number, Raw: v, Value: v}
	}
	want := []row{
		{
			Role: inspect.Envelope, Raw: `{"a":{"records":[`,
			Nodes: []node{{Parent: -1}, {Parent: 0, Key: "a"}, {Parent: 1, Key: "records", Array: true}},
		},
		{
			Base: "a.records[]", Raw: `{"p":{"q":[1]},"r":2}`,
			Nodes:  []node{{Parent: -1}, {Parent: 0, Key: "p"}, {Parent: 1, Key: "q", Array: true}},
			Fields: []value{num("a.records[].p.q[]", "", 2, "1"), num("a.records[].r", "r", 0, "2")},
		},
		{Base: "a.records[]", Raw: `,3`, Nodes: []node{{Parent: -1}}, Fields: []value{num("a.records[]", "", 0, "3")}},
		{
			Role: inspect.Envelope, Raw: `],"s":{"t":4}}}`,
			Nodes: []node{
				{Parent: -1}, {Parent: 0, Key: "a"}, {Parent: 1, Key: "records", Array: true}, {Parent: 1, Key: "s"},
			},
			Fields: []value{num("a.s.t", "t", 3, "4")},
		},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestJSONKinds(t *testing.T) {
	rows, err := whole(newJSON(inspect.Shape{}, Limits{}), `["a\"",-0.5,true,false,null]`)
	if err != nil {
		t.Fatal(err)
	}
	type kind struct {
		inspect.Kind
		inspect.Encoding
		Raw, Value string
	}
	var got []kind
	for _, f := range rows[0].Fields {
		got = append(got, kind{f.Kind, f.Encoding, f.Raw, f.Value})
	}
	want := []kind{
		{inspect.String, inspect.JSONString, `a\"`, `a"`}, {inspect.Number, inspect.Plain, "-0.5", "-0.5"},
		{inspect.Bool, inspect.Plain, "true", "true"}, {inspect.Bool, inspect.Plain, "false", "false"},
		{inspect.Null, inspect.Plain, "null", "null"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestJSONUnreadable(t *testing.T) {
	many := strings.Repeat(`"x":{},`, 3)
	tests := map[string]struct {
		body string
		want inspect.Reason
		at   int64
	}{
		"white space alone":        {" \n", inspect.ReasonTruncated, 2},
		"cut string":               {`{"a":"b`, inspect.ReasonTruncated, 7},
		"cut escape":               {`"\u12`, inspect.ReasonTruncated, 1},
		"cut literal":              {`[tru`, inspect.ReasonTruncated, 1},
		"cut number":               {`-`, inspect.ReasonTruncated, 1},
		"open array":               {`[1`, inspect.ReasonTruncated, 2},
		"comment":                  {`{/**/}`, inspect.ReasonSyntax, 1},
		"trailing comma in object": {`{"a":1,}`, inspect.ReasonSyntax, 7},
		"trailing comma in array":  {`[1,]`, inspect.ReasonSyntax, 3},
		"missing colon":            {`{"a" "b":"x"}`, inspect.ReasonSyntax, 5},
		"single quotes":            {`{'a':1}`, inspect.ReasonSyntax, 1},
		"bare name":                {`{a:1}`, inspect.ReasonSyntax, 1},
		"NaN":                      {`[NaN]`, inspect.ReasonSyntax, 1},
		"Infinity":                 {`[-Infinity]`, inspect.ReasonSyntax, 2},
		"leading zero":             {`[01]`, inspect.ReasonSyntax, 2},
		"plus":                     {`[+1]`, inspect.ReasonSyntax, 1},
		"no digit behind point":    {`[1.]`, inspect.ReasonSyntax, 3},
		"hex":                      {`[0x1]`, inspect.ReasonSyntax, 2},
		"wrong literal":            {`[nul]`, inspect.ReasonSyntax, 1},
		"wrong bracket":            {`[1}`, inspect.ReasonSyntax, 2},
		"closing nothing":          {`]`, inspect.ReasonSyntax, 0},
		"line end in a string":     {"\"a\nb\"", inspect.ReasonSyntax, 2},
		"wrong escape":             {`"\x41"`, inspect.ReasonSyntax, 1},
		"wrong hex digit":          {`"\u00g0"`, inspect.ReasonSyntax, 1},
		"high surrogate alone":     {`"\ud800"`, inspect.ReasonSyntax, 1},
		"high surrogate twice":     {`"\ud800\ud800"`, inspect.ReasonSyntax, 1},
		"high surrogate and n":     {`"\ud800\n"`, inspect.ReasonSyntax, 1},
		"low surrogate alone":      {`"\udc00"`, inspect.ReasonSyntax, 1},
		"low surrogate twice":      {`"\udc00\udc00"`, inspect.ReasonSyntax, 1},
		"trailing document":        {`{} {}`, inspect.ReasonTrailing, 3},
		"trailing NUL":             {"{}\x00", inspect.ReasonTrailing, 2},
		"duplicate":                {`{"SSN":"ok","SSN":"1"}`, inspect.ReasonDuplicateName, 13},
		"duplicate by escape":      {`{"SSN":1,"\u0053SN":2}`, inspect.ReasonDuplicateName, 10},
		"duplicate across depth":   {`{"a":{"a":1},"a":2}`, inspect.ReasonDuplicateName, 14},
		"duplicate surrogate":      {`{"😀":1,"\ud83d\ude00":2}`, inspect.ReasonDuplicateName, 11},
		"byte order mark":          {"\xEF\xBB\xBF{}", inspect.ReasonEncoding, 0},
		"UTF-16LE":                 {"{\x00}\x00", inspect.ReasonEncoding, 1},
		"UTF-16BE":                 {"\x00{\x00}", inspect.ReasonEncoding, 0},
		"UTF-16LE marked":          {"\xFF\xFE{\x00}\x00", inspect.ReasonEncoding, 0},
		"UTF-32BE":                 {"\x00\x00\x00{\x00\x00\x00}", inspect.ReasonEncoding, 0},
		"no UTF-8":                 {"\"a\xFFb\"", inspect.ReasonEncoding, 2},
		"overlong":                 {"\"\xC0\x80\"", inspect.ReasonEncoding, 1},
		"surrogate in UTF-8":       {"\"\xED\xA0\x80\"", inspect.ReasonEncoding, 1},
		"cut UTF-8":                {"\"\xE2\x82", inspect.ReasonEncoding, 1},
		"too deep":                 {`[[[[[1]]]]]`, inspect.ReasonDepth, 4},
		"too many names":           {`{"a":1,"b":1,"c":1,"d":1,"e":1}`, inspect.ReasonRecordSize, 26},
		"too many values":          {`[` + strings.Repeat("1,", 11) + `1]`, inspect.ReasonRecordSize, 24},
		"too many containers":      {`[` + strings.Repeat("{"+strings.TrimSuffix(many, `,"x":{},"x":{},`)+"},", 6) + `1]`, inspect.ReasonRecordSize, 52},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			open := func() inspect.Decoder { return newJSON(inspect.Shape{}, Limits{Depth: 4, Names: 4, Fields: 12}) }
			_, err := whole(open(), tt.body)
			if got := reason(t, err); got != tt.want {
				t.Fatalf("reason %q, want %q", got, tt.want)
			}
			if got := err.(*inspect.UnreadableError); got.Offset != tt.at || got.Format != "json" {
				t.Errorf("%s at %d, want %d", got.Format, got.Offset, tt.at)
			}
			checkSplits(t, open, tt.body)
		})
	}
}

// TestJSONOffsets looks for the position of an error behind records that were given away.
func TestJSONOffsets(t *testing.T) {
	body := `{"records":[{"a":1},{"b":"` + "\xFF" + `"}]}`
	rows, err := whole(newJSON(inspect.Shape{Records: []string{"records"}}, Limits{}), body)
	if len(rows) != 2 || reason(t, err) != inspect.ReasonEncoding || err.(*inspect.UnreadableError).Offset != 26 {
		t.Errorf("%d records, error %v", len(rows), err)
	}
}

// TestJSONTruncated cuts a document at every offset: behind a record that was given away, too, the rest is missed.
func TestJSONTruncated(t *testing.T) {
	body := `{"records":[{"a":1},2],"b":"c"}`
	for i := 1; i < len(body); i++ {
		_, err := whole(newJSON(inspect.Shape{Records: []string{"records"}}, Limits{}), body[:i])
		if got := reason(t, err); got != inspect.ReasonTruncated {
			t.Errorf("%s: reason %q", body[:i], got)
		}
	}
}

func TestJSONDeepNesting(t *testing.T) {
	_, err := whole(newJSON(inspect.Shape{}, Limits{}), strings.Repeat("[", 10_000_000))
	if got := reason(t, err); got != inspect.ReasonDepth {
		t.Errorf("reason %q", got)
	}
}

// TestJSONManyNames makes objects larger than the list and the first tables of a nameSet, and small ones after them.
func TestJSONManyNames(t *testing.T) {
	var b strings.Builder
	b.WriteString(`[{"a":1},{`)
	for i := range 9_000 {
		b.WriteString(`"n`)
		b.WriteString(strings.Repeat("x", i%7))
		b.WriteString(string(rune('0' + i%10)))
		b.WriteString(strings.Repeat("y", i/1000))
		b.WriteString("_" + strconv.Itoa(i) + `":1,`)
	}
	good := b.String() + `"last":1},{"a":1,"last":2}]`
	if _, err := whole(newJSON(inspect.Shape{}, Limits{}), good); err != nil {
		t.Fatal(err)
	}
	again := strings.TrimSuffix(good, "]") + "," + strings.TrimPrefix(b.String(), `[{"a":1},`) + `"last":1}]`
	if _, err := whole(newJSON(inspect.Shape{}, Limits{}), again); err != nil {
		t.Errorf("the same names in two objects: %v", err)
	}
	bad := b.String() + `"n0_0":1}]`
	if _, err := whole(newJSON(inspect.Shape{}, Limits{}), bad); reason(t, err) != inspect.ReasonDuplicateName {
		t.Errorf("error %v", err)
	}
}

// A value can hide in the place of a name, so that a name which does not look like one is a value too.
func TestJSONUnusualNames(t *testing.T) {
	tests := map[string]struct {
		body string
		want []string // values that stand in names
	}{
		"API names":             {`{"LastName": 1, "SSN__c": 2, "Parent__r.MRN__c": 3, "Line4": 4}`, nil},
		"an escaped API name":   {`{"\u004castName": 1}`, nil},
		"a number":              {`{"536-90-4399": true}`, []string{"536-90-4399"}},
		"an escaped number":     {`{"\u0035\u00336904399": {}}`, []string{"536904399"}},
		"a number with letters": {`{"S536904399": []}`, []string{"S536904399"}},
		"words":                 {`{"a": {"John Smith": null}}`, []string{"John Smith"}},
		"an empty name":         {`{"": 1}`, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rows, err := whole(newJSON(inspect.Shape{}, Limits{}), tt.body)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range rows[0].Fields {
				if f.Carrier == inspect.InName {
					got = append(got, f.Value)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("values in names (-want +got):\n%s", diff)
			}
		})
	}
}
