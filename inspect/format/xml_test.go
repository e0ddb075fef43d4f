package format

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

var soapRows = inspect.Shape{Records: []string{"Envelope.Body.create.sObjects", "Envelope.Body.query"}}

func openXML(shape inspect.Shape) func() inspect.Decoder {
	return func() inspect.Decoder { return newXML(shape, Limits{}) }
}

func TestXMLFields(t *testing.T) {
	tests := map[string]struct {
		body string
		want []string
	}{
		"empty body":              {"", nil},
		"declaration":             {`<?xml version="1.0" encoding="UTF-8" standalone='yes'?>` + "\n<a>1</a>\n", []string{"a=1"}},
		"byte order mark":         {mark + `<?xml version='1.0'?><a>1</a>`, []string{"a=1"}},
		"elements":                {`<a><b>1</b><c><d>2</d></c></a>`, []string{"a.b=1", "a.c.d=2"}},
		"prefixes":                {`<s:a xmlns:s="urn:x"><p:b>1</p:b></s:a>`, []string{"a.b=1"}},
		"attributes":              {`<a b="1" s:c='2'><d e="3">4</d></a>`, []string{"a.b=1", "a.c=2", "a.d.e=3", "a.d=4"}},
		"attribute of a node":     {`<a><b c="1"><d>2</d></b></a>`, []string{"a.b.c=1", "a.b.d=2"}},
		"references":              {`<a b="&lt;&quot;&#9;">&#49;&#x32;&amp;&#x00033;</a>`, []string{"a.b=<\"\t", "a=12&3"}},
		"empty elements":          {`<a><b/><c></c><d e="1"/></a>`, []string{"a.b=", "a.c=", "a.d.e=1", "a.d="}},
		"white space":             {"<a> <b> </b>\n<c> x </c><d><![CDATA[ ]]></d></a>", []string{"a.b= ", "a.c= x ", "a.d= "}},
		"section":                 {`<a><b><![CDATA[1 < 2 && ]] ]>]]></b></a>`, []string{"a.b=1 < 2 && ]] ]>"}},
		"section in space":        {"<a>\n <![CDATA[1]]>\n</a>", []string{"a=1"}},
		"comment":                 {`<!-- 0 --><a><!-- 1 --><b><!-- 2 -->3<!-- 4 --></b><!-- --></a>`, []string{"= 0 ", "= 1 ", "a= 2 ", "a.b=3", "a= 4 "}},
		"mixed, text first":       {`<a><b>1<c>2</c></b></a>`, []string{"a.b.b=1", "a.b.c=2"}},
		"mixed, text last":        {`<a><b><c>2</c>1</b></a>`, []string{"a.b.c=2", "a.b.b=1"}},
		"name with a number":      {`<a><b-536904399/><c d-1="2"/><e-x:f>3</e-x:f></a>`, []string{"a=b-536904399", "a.{*}=", "a.c=d-1", "a.c.{*}=2", "a.c=", "a=e-x:f", "a.f=3"}},
		"namespace":               {`<a xmlns="http://www.w3.org/2001/XMLSchema-instance" xmlns:b="536-90-4399" xmlns:c="urn:a b"/>`, []string{"=536-90-4399", "=urn:a b", "a="}},
		"namespace and attribute": {`<a xmlns:b="urn:x" b="1" xmlns="urn:y"/>`, []string{"a.b=1", "a="}},
		"prefix with a digit":     {`<a xmlns:n1-2="urn:a"/>`, []string{"=xmlns:n1-2", "a="}},
		"outside of ASCII":        {`<é é="ü">😀</é>`, []string{"=é", "{*}=é", "{*}.{*}=ü", "{*}=😀"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rows, err := whole(newXML(inspect.Shape{}, Limits{}), tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, pairs(rows)); diff != "" {
				t.Error(diff)
			}
			if len(rows) > 0 && (len(rows) != 1 || rows[0].Raw != tt.body || rows[0].Role != inspect.Data) {
				t.Errorf("%d records of %q", len(rows), tt.body)
			}
			checkSplits(t, openXML(inspect.Shape{}), tt.body)
		})
	}
}

func TestXMLUnreadable(t *testing.T) {
	const syntax, encoding, trailing, truncated = inspect.ReasonSyntax, inspect.ReasonEncoding, inspect.ReasonTrailing, inspect.ReasonTruncated
	tests := map[string]struct {
		body   string
		reason inspect.Reason
		offset int64
	}{
		"document type":            {`<!DOCTYPE a><a/>`, syntax, 0},
		"entities":                 {`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, syntax, 0},
		"entity":                   {`<a>&b;</a>`, syntax, 3},
		"entity without an end":    {`<a>& b</a>`, syntax, 3},
		"long reference":           {`<a>&#00000000000000049;</a>`, syntax, 3},
		"reference to NUL":         {`<a>&#0;</a>`, syntax, 3},
		"reference to a surrogate": {`<a>&#xD800;</a>`, syntax, 3},
		"reference too high":       {`<a>&#x110000;</a>`, syntax, 3},
		"reference without digits": {`<a>&#;</a>`, syntax, 3},
		"upper case X":             {`<a>&#X31;</a>`, syntax, 3},
		"instruction":              {`<a><?php 1?></a>`, syntax, 3},
		"style sheet":              {`<?xml-stylesheet a?><a/>`, syntax, 0},
		"late declaration":         {` <?xml version="1.0"?><a/>`, syntax, 1},
		"two declarations":         {`<?xml version="1.0"?><?xml version="1.0"?><a/>`, syntax, 21},
		"version 1.1":              {`<?xml version="1.1"?><a/>`, syntax, 0},
		"no version":               {`<?xml encoding="utf-8"?><a/>`, syntax, 0},
		"latin-1":                  {`<?xml version="1.0" encoding="iso-8859-1"?><a/>`, encoding, 0},
		"UTF-16":                   {`<?xml version="1.0" encoding="UTF-16"?><a/>`, encoding, 0},
		"UTF-7":                    {`<?xml version="1.0" encoding="utf-7"?><a/>`, encoding, 0},
		"endless declaration":      {`<?xml version="1.0"` + strings.Repeat(" ", 300) + `?><a/>`, syntax, 0},
		"not UTF-8":                {"<a>\xE9t\xE9</a>", encoding, 3},
		"cut character":            {"<a>\xE2\x82", encoding, 3},
		"NUL":                      {"<a>\x00</a>", encoding, 3},
		"control character":        {"<a>\x08</a>", syntax, 3},
		"U+FFFF":                   {"<a>\uFFFF</a>", syntax, 3},
		"attribute twice":          {`<a b="1" b="1"/>`, inspect.ReasonDuplicateName, 14},
		"attribute, other prefix":  {`<a x:b="1" y:b="2"/>`, inspect.ReasonDuplicateName, 18},
		"namespace twice":          {`<a xmlns="1" xmlns="2"/>`, inspect.ReasonDuplicateName, 22},
		"attribute without value":  {`<a b/>`, syntax, 4},
		"value without quotes":     {`<a b=1/>`, syntax, 5},
		"values without space":     {`<a b="1"c="2"/>`, syntax, 8},
		"less-than in a value":     {`<a b="<"/>`, syntax, 6},
		"end tag of another":       {`<a><b></a></b>`, syntax, 8},
		"end tag of another case":  {`<a></A>`, syntax, 5},
		"end tag, other prefix":    {`<x:a></y:a>`, syntax, 7},
		"end tag alone":            {`</a>`, syntax, 0},
		"longer end tag":           {`<a></ab>`, syntax, 6},
		"two colons":               {`<a:b:c/>`, syntax, 4},
		"empty prefix":             {`<:a/>`, syntax, 1},
		"empty local name":         {`<a:/>`, syntax, 3},
		"digit first":              {`<1a/>`, syntax, 1},
		"digit behind a colon":     {`<a:1/>`, syntax, 3},
		"space in an empty tag":    {`<a/ >`, syntax, 3},
		"comment with hyphens":     {`<!-- -- --><a/>`, syntax, 5},
		"end of a section in text": {`<a>]]></a>`, syntax, 5},
		"section outside":          {`<![CDATA[1]]><a/>`, syntax, 0},
		"text in front":            {`x<a/>`, syntax, 0},
		"text behind":              {`<a/> x`, trailing, 4},
		"two roots":                {`<a/><b/>`, trailing, 4},
		"value split by a comment": {`<a>536<!-- -->904399</a>`, syntax, 20},
		"split by a section":       {`<a>536<![CDATA[90]]></a>`, syntax, 20},
		"two sections":             {`<a><![CDATA[536]]><![CDATA[904399]]></a>`, syntax, 36},
		"split by an element":      {`<a>536<b/>904399</a>`, syntax, 16},
		"no root":                  {` `, truncated, 1},
		"open element":             {`<a>1`, truncated, 4},
		"open tag":                 {`<a b`, truncated, 4},
		"open comment":             {`<a/><!-- `, truncated, 9},
		"open section":             {`<a><![CDATA[ ]]`, truncated, 13},
		"open reference":           {`<a>&am`, truncated, 3},
		"too deep":                 {strings.Repeat("<a>", DefaultDepth+1), inspect.ReasonDepth, 3 * DefaultDepth},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := whole(newXML(inspect.Shape{}, Limits{}), tt.body)
			want := &inspect.UnreadableError{Reason: tt.reason, Format: "xml", Offset: tt.offset}
			if err == nil || err.Error() != want.Error() {
				t.Errorf("error %v, want %v", err, want)
			}
			if len(tt.body) < 300 {
				checkSplits(t, openXML(inspect.Shape{}), tt.body)
			}
		})
	}
}

func TestXMLRecords(t *testing.T) {
	const body = `<e:Envelope><e:Body><create> <sObjects xsi:type="Contact"><a>1</a></sObjects>` + "\n" +
		`<sObjects><b><sObjects>2</sObjects></b></sObjects><other>3</other><sObjects>4</sObjects></create></e:Body></e:Envelope>` + "\n"
	rows, err := whole(newXML(soapRows, Limits{}), body)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`E <e:Envelope><e:Body><create> `, `D <sObjects xsi:type="Contact"><a>1</a></sObjects>`,
		"D \n<sObjects><b><sObjects>2</sObjects></b></sObjects>", `E <other>3</other>`, `D <sObjects>4</sObjects>`,
		"E </create></e:Body></e:Envelope>\n",
	}
	if diff := cmp.Diff(want, raws(rows)); diff != "" {
		t.Error(diff)
	}
	const row = "Envelope.Body.create.sObjects[]"
	if diff := cmp.Diff([]string{row + ".type=Contact", row + ".a=1", row + ".b.sObjects=2", "Envelope.Body.create.other=3",
		row + ".sObjects=4"}, pairs(rows)); diff != "" {
		t.Error(diff)
	}
	open := []node{{-1, "", false}, {0, "Envelope", false}, {1, "Body", false}, {2, "create", false}}
	for _, i := range []int{0, 3, 5} {
		if diff := cmp.Diff(open, rows[i].Nodes); diff != "" {
			t.Errorf("record %d: %s", i, diff)
		}
	}
	checkSplits(t, openXML(soapRows), body)
}

func TestXMLRecordsAtTheEdges(t *testing.T) {
	tests := map[string]struct {
		paths []string
		body  string
		want  []string
	}{
		"no such element":           {[]string{"a.b"}, "<a><c/></a>", []string{"E <a><c/></a>"}},
		"the root":                  {[]string{"a"}, "\n<a><b>1</b></a>\n", []string{"D \n<a><b>1</b></a>", "E \n"}},
		"behind a declaration":      {[]string{"a"}, "<?xml version='1.0'?><a/>", []string{"D <?xml version='1.0'?><a/>"}},
		"the root behind a comment": {[]string{"a"}, "<!--x--><a/>", []string{"E <!--x-->", "D <a/>"}},
		"behind a comment":          {[]string{"a.b"}, "<a><b/><!--x--><b/></a>", []string{"E <a>", "D <b/>", "E <!--x-->", "D <b/>", "E </a>"}},
		"behind text":               {[]string{"a.b"}, "<a>x<b/></a>", []string{"E <a>x", "D <b/>", "E </a>"}},
		"in front of text":          {[]string{"a.b"}, "<a><b/>x</a>", []string{"E <a>", "D <b/>", "E x</a>"}},
		"with another prefix":       {[]string{"a.b"}, "<a><x:b></x:b></a>", []string{"E <a>", "D <x:b></x:b>", "E </a>"}},
		"in two parents":            {[]string{"a.b.c"}, "<a><b><c/></b><b><c/></b></a>", []string{"E <a><b>", "D <c/>", "E </b><b>", "D <c/>", "E </b></a>"}},
		"one path inside of one":    {[]string{"a.b", "a.b.c"}, "<a><b><c/></b></a>", []string{"E <a>", "D <b><c/></b>", "E </a>"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			shape := inspect.Shape{Records: tt.paths}
			rows, err := whole(newXML(shape, Limits{}), tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, raws(rows)); diff != "" {
				t.Error(diff)
			}
			checkSplits(t, openXML(shape), tt.body)
		})
	}
	rows, err := whole(newXML(inspect.Shape{Records: []string{"a.b.c"}}, Limits{}), "<a><b><c/>1</b></a>")
	if diff := cmp.Diff([]string{"a.b.c[].c=", "a.b.b=1"}, pairs(rows)); diff != "" || err != nil {
		t.Errorf("text behind a row: %v %s", err, diff)
	}
	// Text around rows is split, too, if it comes in two pieces.
	if _, err := whole(newXML(inspect.Shape{Records: []string{"a.b"}}, Limits{}), "<a>536<b/>904399</a>"); reason(t, err) != inspect.ReasonSyntax {
		t.Errorf("error %v", err)
	}
}

func TestXMLNull(t *testing.T) {
	body := `<a><b x:nil="true"/><c nil="1"></c><d nil="true">1</d><e nil="false"/><f/><g nil="true"> </g></a>`
	rows, err := whole(newXML(inspect.Shape{}, Limits{}), body)
	if err != nil {
		t.Fatal(err)
	}
	var null []string
	for _, f := range rows[0].Fields {
		if f.Kind == inspect.Null {
			null = append(null, f.Name)
		}
	}
	if diff := cmp.Diff([]string{"b", "c"}, null); diff != "" {
		t.Error(diff)
	}
}

func TestXMLLimits(t *testing.T) {
	tests := map[string]struct {
		lim  Limits
		body string
	}{
		"attributes": {Limits{Names: 2}, `<a b="" c="" d=""/>`},
		"fields":     {Limits{Fields: 4}, `<a><b/><b/><b/></a>`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := whole(newXML(inspect.Shape{}, tt.lim), tt.body); reason(t, err) != inspect.ReasonRecordSize {
				t.Errorf("error %v", err)
			}
		})
	}
}
