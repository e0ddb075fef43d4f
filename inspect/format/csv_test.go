package format

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

func TestCSVRows(t *testing.T) {
	tests := map[string]struct {
		delim byte
		body  string
		raws  []string
		pairs []string
	}{
		"empty body":       {},
		"LF":               {body: "Id,Name\n1,Lee\n2,Kim\n", raws: []string{"H Id,Name\n", "D 1,Lee\n", "D 2,Kim\n"}, pairs: []string{"=Id", "=Name", "Id=1", "Name=Lee", "Id=2", "Name=Kim"}},
		"CRLF":             {body: "Id,Name\r\n1,Lee\r\n", raws: []string{"H Id,Name\r\n", "D 1,Lee\r\n"}, pairs: []string{"=Id", "=Name", "Id=1", "Name=Lee"}},
		"mixed line ends":  {body: "Id\r\n1\n2\r\n", raws: []string{"H Id\r\n", "D 1\n", "D 2\r\n"}, pairs: []string{"=Id", "Id=1", "Id=2"}},
		"no last line end": {body: "Id,Name\n1,Lee", raws: []string{"H Id,Name\n", "D 1,Lee"}, pairs: []string{"=Id", "=Name", "Id=1", "Name=Lee"}},
		"ends in a comma":  {body: "Id,Name\n1,", raws: []string{"H Id,Name\n", "D 1,"}, pairs: []string{"=Id", "=Name", "Id=1", "Name="}},
		"quotes": {
			body:  "Id,Name\n\"1\",\"a \"\"b\"\",\r\nc\"\n\"\",\"\"",
			raws:  []string{"H Id,Name\n", "D \"1\",\"a \"\"b\"\",\r\nc\"\n", "D \"\",\"\""},
			pairs: []string{"=Id", "=Name", "Id=1", "Name=a \"b\",\r\nc", "Id=", "Name="},
		},
		"quoted header":   {body: "\"a\"\"b\",\"c,d\"\n1,2\n", raws: []string{"H \"a\"\"b\",\"c,d\"\n", "D 1,2\n"}, pairs: []string{"=a\"b", "=c,d", "{*}=1", "{*}=2"}},
		"byte order mark": {body: "\xEF\xBB\xBFId,Name\n1,Lee\n", raws: []string{"H \xEF\xBB\xBFId,Name\n", "D 1,Lee\n"}, pairs: []string{"=Id", "=Name", "Id=1", "Name=Lee"}},
		"mark and quote":  {body: "\xEF\xBB\xBF\"Id\"\n1\n", raws: []string{"H \xEF\xBB\xBF\"Id\"\n", "D 1\n"}, pairs: []string{"=Id", "Id=1"}},
		"mark in a row":   {body: "a\n\xEF\xBB\xBFb\n", raws: []string{"H a\n", "D \xEF\xBB\xBFb\n"}, pairs: []string{"=a", "a=\uFEFFb"}},
		"relationship":    {body: "Owner.Ext__c,User:Owner.Email\n1,2\n", raws: []string{"H Owner.Ext__c,User:Owner.Email\n", "D 1,2\n"}, pairs: []string{"=Owner.Ext__c", "=User:Owner.Email", "Owner.Ext__c=1", "{*}=2"}},
		"pipe":            {delim: '|', body: "Id|Name\n1|a,b\n", raws: []string{"H Id|Name\n", "D 1|a,b\n"}, pairs: []string{"=Id", "=Name", "Id=1", "Name=a,b"}},
		"tab":             {delim: '\t', body: "Id\tName\n1\tLee\n", raws: []string{"H Id\tName\n", "D 1\tLee\n"}, pairs: []string{"=Id", "=Name", "Id=1", "Name=Lee"}},
		"other delimiter": {body: "Id;SSN\n1;2\n", raws: []string{"H Id;SSN\n", "D 1;2\n"}, pairs: []string{"=Id;SSN", "{*}=1;2"}},
		"empty last line": {body: "a,b\n1,2\n\n", raws: []string{"H a,b\n", "D 1,2\n", "E \n"}, pairs: []string{"=a", "=b", "a=1", "b=2"}},
		"empty lines":     {body: "a,b\n\r\n\n", raws: []string{"H a,b\n", "E \r\n", "E \n"}, pairs: []string{"=a", "=b"}},
		"one column":      {body: "a\n\n1\n", raws: []string{"H a\n", "D \n", "D 1\n"}, pairs: []string{"=a", "a=", "a=1"}},
		"header alone":    {body: "a,b", raws: []string{"H a,b"}, pairs: []string{"=a", "=b"}},
		"UTF-8":           {body: "a\né€😀\n", raws: []string{"H a\n", "D é€😀\n"}, pairs: []string{"=a", "a=é€😀"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			open := func() inspect.Decoder { return newCSV(inspect.Shape{Delimiter: tt.delim}, Limits{}) }
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

func TestCSVFields(t *testing.T) {
	rows, err := whole(newCSV(inspect.Shape{Object: "Contact"}, Limits{}), "Id,\"SSN\"\n,\"\"\n#N/A,\"a\"\"b\"\n")
	if err != nil {
		t.Fatal(err)
	}
	cell := func(path, raw, v string, k inspect.Kind, e inspect.Encoding) value {
		return value{Path: path, Name: path, Object: "Contact", Kind: k, Encoding: e, Raw: raw, Value: v}
	}
	want := [][]value{
		{cell("", "Id", "Id", inspect.String, inspect.Plain), cell("", "SSN", "SSN", inspect.String, inspect.CSVQuoted)},
		{cell("Id", "", "", inspect.Null, inspect.Plain), cell("SSN", "", "", inspect.String, inspect.CSVQuoted)},
		{cell("Id", "#N/A", "#N/A", inspect.Null, inspect.Plain), cell("SSN", `a""b`, `a"b`, inspect.String, inspect.CSVQuoted)},
	}
	for i, r := range rows {
		if diff := cmp.Diff(want[i], r.Fields); diff != "" {
			t.Errorf("row %d (-want +got)\n%s", i, diff)
		}
		if diff := cmp.Diff([]node{{Parent: -1}}, r.Nodes); diff != "" {
			t.Errorf("row %d (-want +got)\n%s", i, diff)
		}
	}
}

func TestCSVUnreadable(t *testing.T) {
	tests := map[string]struct {
		delim byte
		body  string
		want  inspect.Reason
		at    int64
	}{
		"bare quote":               {body: "a\nb\"c\n", want: inspect.ReasonSyntax, at: 3},
		"quote behind a space":     {body: "a,b\n1, \"2\"\n", want: inspect.ReasonSyntax, at: 7},
		"text behind a quote":      {body: "a\n\"b\"c\n", want: inspect.ReasonSyntax, at: 5},
		"space behind a quote":     {body: "a\n\"b\" \n", want: inspect.ReasonSyntax, at: 5},
		"quote at the end":         {body: "a\n\"b", want: inspect.ReasonTruncated, at: 4},
		"carriage return alone":    {body: "a\rb\n", want: inspect.ReasonSyntax, at: 2},
		"carriage return last":     {body: "a\r", want: inspect.ReasonSyntax, at: 2},
		"carriage return by quote": {body: "\"a\"\rb", want: inspect.ReasonSyntax, at: 4},
		"too many cells":           {body: "a,b\n1,2\n1,2,3\n", want: inspect.ReasonSyntax, at: 14},
		"too few cells":            {body: "a,b\n1\n", want: inspect.ReasonSyntax, at: 4},
		"row behind an empty line": {body: "a,b\n\n1,2\n", want: inspect.ReasonSyntax, at: 5},
		"empty quoted line":        {body: "a,b\n\"\"\n", want: inspect.ReasonSyntax, at: 4},
		"NUL":                      {body: "a\nb\x00\n", want: inspect.ReasonEncoding, at: 3},
		"NUL between quotes":       {body: "a\n\"b\x00\"\n", want: inspect.ReasonEncoding, at: 4},
		"no UTF-8":                 {body: "a\n\xFF\n", want: inspect.ReasonEncoding, at: 2},
		"no UTF-8 between quotes":  {body: "a\n\"\xE9\"\n", want: inspect.ReasonEncoding, at: 3},
		"cut UTF-8":                {body: "a\n\xE2\x82", want: inspect.ReasonEncoding, at: 2},
		"cut byte order mark":      {body: "\xEF\xBB", want: inspect.ReasonEncoding, at: 0},
		"UTF-16":                   {body: "\xFF\xFEa\x00", want: inspect.ReasonEncoding, at: 0},
		"gzip":                     {body: "\x1F\x8B\x08\x00", want: inspect.ReasonEncoding, at: 1},
		"duplicate column":         {body: "a,b,a\n", want: inspect.ReasonDuplicateName, at: 4},
		"duplicate in other case":  {body: "SSN__c,ssn__C\n", want: inspect.ReasonDuplicateName, at: 7},
		"duplicate by quotes":      {body: "a,\"a\"\n", want: inspect.ReasonDuplicateName, at: 3},
		"too many columns":         {body: "a,b,c,d,e\n", want: inspect.ReasonRecordSize, at: 10},
		"quote as delimiter":       {delim: '"', body: "a\n", want: inspect.ReasonSyntax},
		"line feed as delimiter":   {delim: '\n', body: "a\n", want: inspect.ReasonSyntax},
		"delimiter beyond ASCII":   {delim: 0xA7, body: "a\n", want: inspect.ReasonSyntax},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			open := func() inspect.Decoder { return newCSV(inspect.Shape{Delimiter: tt.delim}, Limits{Names: 4}) }
			d := open()
			_, err := whole(d, tt.body)
			if got := reason(t, err); got != tt.want {
				t.Fatalf("reason %q, want %q", got, tt.want)
			}
			if got := err.(*inspect.UnreadableError); got.Offset != tt.at || got.Format != "csv" {
				t.Errorf("%s at %d, want %d", got.Format, got.Offset, tt.at)
			}
			if _, again := d.Decode([]byte("1\n"), true, new(inspect.Record)); again == nil {
				t.Error("readable again")
			}
			checkSplits(t, open, tt.body)
		})
	}
}

// TestCSVHeaderMemory looks for names that point into the header's bytes, which are gone when the rows come.
func TestCSVHeaderMemory(t *testing.T) {
	body := "Id,Name\n" + strings.Repeat("1,Lee\n", 1000)
	rows, err := drain(newCSV(inspect.Shape{}, Limits{}), []byte(body), func() int { return 100 })
	if err != nil || len(rows) != 1001 {
		t.Fatalf("%d rows, error %v", len(rows), err)
	}
	if got := rows[1000].Fields[1].Name; got != "Name" {
		t.Errorf("name %q", got)
	}
}
