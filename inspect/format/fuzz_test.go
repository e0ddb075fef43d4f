package format

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

// unlimited accepts what the oracle accepts: jsontext nests 10,000 deep.
var unlimited = Limits{Depth: 10_000, Names: 1 << 30, Fields: 1 << 30}

// FuzzJSON holds the scanner to jsontext: the same documents are accepted, with the same names and values; and the
// decoder to the scanner, whatever the paths and the cuts.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		``, ` `, `{}`, `[]`, `""`, `null`, `{"a":1,"b":[true,false,null,{"c":"d"}]}`, `{"records":[{"a":1},{"a":2}],"done":true}`,
		`{"a":1,"a":2}`, `{"\u0061":1,"a":2}`, `"\ud83d\ude00"`, `"\ud83d"`, `"\udead\ud83d"`, "\xEF\xBB\xBF{}", "{\x00}\x00", `[1,]`, `[01]`,
		`-`, `-0`, `0e`, `0e+`, `1.`, `1.5e-10`, `NaN`, `nul`, `{"a" "b":1}`, `{} {}`, "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xE2\x82", "\"\x7F\"", "\"\t\"",
		`[[[[[[[[[[]]]]]]]]]]`, `{"":""}`, `{"a":{"a":{"a":[{"a":1}]}}}`, `"abcdefgh\"ijklmnopqrstu\\vw\/xyz\b\f\n\r\t"`, "[1,\n2 ,\t3]\r\n",
	} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, body []byte, step uint8) {
		want, wantErr := jsontextTokens(body)
		got, err := scannerTokens(t, body)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("error %v, jsontext %v, of %q", err, wantErr, body)
		}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Fatalf("(-jsontext +got)\n%s", diff)
		}
		for _, paths := range [][]string{nil, {"[]"}, {"a", "records"}, {"a.a", "[].a", "[][]"}} {
			checkJSON(t, body, paths, int(step), got, err)
		}
	})
}

// checkJSON decodes body in steps and compares its values with the scanner's tokens.
func checkJSON(t *testing.T, body []byte, paths []string, step int, tokens []string, tokensErr error) {
	t.Helper()
	rows, err := drain(newJSON(inspect.Shape{Records: paths}, unlimited), body, func() int { return step })
	if reason(t, err) != reason(t, tokensErr) {
		t.Fatalf("%v: error %v, the scanner %v", paths, err, tokensErr)
	}
	if err != nil {
		return
	}
	var raw strings.Builder
	var got, want []string
	for _, r := range rows {
		raw.WriteString(r.Raw)
		for _, f := range r.Fields {
			got = append(got, f.Value)
		}
	}
	for _, s := range tokens {
		if s[0] == 's' || s[0] == 'v' {
			want = append(want, s[2:])
		}
	}
	if raw.String() != string(body) {
		t.Fatalf("%v: records hold %q of %q", paths, raw.String(), body)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%v: values (-scanner +decoder)\n%s", paths, diff)
	}
}

// scannerTokens returns the tokens of a document as a letter and the decoded text: n name, s string, v other value.
func scannerTokens(t *testing.T, body []byte) ([]string, error) {
	s := newScanner(unlimited)
	var out []string
	for {
		tok, err := s.next(body, true)
		if err != nil {
			return nil, err
		}
		switch tok {
		case tokenEnd:
			return out, nil
		case tokenMore:
			t.Fatal("more is wanted behind the end")
		case tokenObject, tokenArray, tokenClose:
			out = append(out, string(body[s.pos-1]))
		case tokenName:
			out = append(out, "n "+string(appendUnescaped(nil, body[s.start:s.end])))
		case tokenString:
			out = append(out, "s "+string(appendUnescaped(nil, body[s.start:s.end])))
		default:
			out = append(out, "v "+string(body[s.start:s.end]))
		}
	}
}

// jsontextTokens is scannerTokens by jsontext. An empty body is a document without tokens.
func jsontextTokens(body []byte) ([]string, error) {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	var out []string
	for len(body) > 0 {
		tok, err := d.ReadToken()
		if errors.Is(err, io.EOF) && len(out) > 0 {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if _, documents := d.StackIndex(0); documents > 1 {
			return nil, errors.New("trailing data")
		}
		container, length := d.StackIndex(d.StackDepth())
		switch k := tok.Kind(); {
		case strings.ContainsRune("{}[]", rune(k)):
			out = append(out, k.String())
		case k == '"' && container == '{' && length%2 == 1:
			out = append(out, "n "+tok.String())
		case k == '"':
			out = append(out, "s "+tok.String())
		default:
			out = append(out, "v "+tok.String())
		}
	}
	return out, nil
}

// FuzzCSV holds the decoder to encoding/csv: what is accepted has the same cells there, and what is refused is refused
// there too or for one of the reasons that strict names.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"", "a", "a,b\n1,2\n", "a,b\r\n\"1\",\"x \"\"y\"\"\r\n,z\"", "a\n\n1\n", "a,b\n1,2\n\n", "\xEF\xBB\xBFa\n1", "a\n\"", "a\n\"b\"c\n", "a\nb\"c\n",
		"a\rb", "a,a\n", "a,A\n", "a\n\x00\n", "a\n\xFF\n", "a,b\n1\n", "\"\",\"\"\"\"\n,\n", "a\n\"\r\n\"\n", "\n", "a,\n,", "a\n\"1\"",
	} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, body []byte, step uint8) {
		got, gotErr := drain(newCSV(inspect.Shape{}, Limits{Names: 1 << 30}), body, func() int { return int(step) })
		reason(t, gotErr)
		want, wantErr := readCSV(body)
		if gotErr != nil {
			if wantErr == nil && !strict(body, want) {
				t.Fatalf("error %v of %q", gotErr, body)
			}
			return
		}
		if wantErr != nil {
			t.Fatalf("accepted %q: %v", body, wantErr)
		}
		var cells [][]string
		var raw strings.Builder
		for _, r := range got {
			raw.WriteString(r.Raw)
			var row []string
			for _, f := range r.Fields {
				row = append(row, strings.ReplaceAll(f.Value, "\r\n", "\n")) // as encoding/csv does
			}
			if strings.Trim(strings.TrimPrefix(r.Raw, mark), "\r\n") != "" { // encoding/csv leaves empty lines out
				cells = append(cells, row)
			}
		}
		if raw.String() != string(body) {
			t.Fatalf("records hold %q of %q", raw.String(), body)
		}
		if diff := cmp.Diff(want, cells); diff != "" {
			t.Fatalf("(-encoding/csv +got)\n%s", diff)
		}
	})
}

// mark is what encoding/csv takes for a part of the first cell.
const mark = "\xEF\xBB\xBF"

func readCSV(body []byte) ([][]string, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte(mark))))
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

// strict reports whether the decoder has a reason of its own to refuse what encoding/csv reads as rows.
func strict(body []byte, rows [][]string) bool {
	body = bytes.TrimPrefix(body, []byte(mark))
	if !utf8.Valid(body) || bytes.ContainsAny(body, "\x00") || bytes.Contains(bytes.ReplaceAll(body, []byte("\r\n"), nil), []byte("\r")) {
		return true
	}
	seen := map[string]bool{}
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			return true
		}
		for _, cell := range row {
			if folded := strings.ToLower(cell); i == 0 && seen[folded] {
				return true
			} else if i == 0 {
				seen[folded] = true
			}
		}
	}
	// An empty line in front of the header or between rows.
	return strings.HasPrefix(string(body), "\n") || strings.HasPrefix(string(body), "\r\n") || bytes.Contains(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
}

// FuzzForm holds the decoder to net/url, which refuses semicolons where the decoder takes them for what they are.
func FuzzForm(f *testing.F) {
	for _, s := range []string{"", "a=1&b=2", "a=%41+b", "a", "=&=", "&&a=1&", "a=b=c", "%", "a=%zz", "a=%C3%A9", "a=%FF", "a;b=c;d", "a=\x00", "%53SN=1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		rows, err := whole(newForm(inspect.Shape{}, Limits{}), string(body))
		want := url.Values{}
		good := !bytes.Contains(body, []byte{0})
		for pair := range strings.SplitSeq(string(body), "&") {
			values, err := url.ParseQuery(strings.ReplaceAll(pair, ";", "%3B"))
			good = good && err == nil
			for name, v := range values {
				if !strings.Contains(pair, "=") {
					name, v = "", []string{name}
				}
				good = good && utf8.ValidString(name) && utf8.ValidString(v[0])
				want.Add(name, v[0])
			}
		}
		if good != (err == nil) {
			t.Fatalf("error %v of %q", err, body)
		}
		got := url.Values{}
		for _, r := range rows {
			for _, f := range r.Fields {
				if f.Carrier != inspect.InName {
					got.Add(f.Name, f.Value)
				}
			}
		}
		if diff := cmp.Diff(want, got); err == nil && diff != "" {
			t.Fatalf("(-net/url +got)\n%s", diff)
		}
	})
}

// FuzzChoose looks for panics and for errors that are no UnreadableError; and for a body that is chosen as text although
// it starts like JSON.
func FuzzChoose(f *testing.F) {
	f.Add("", "application/json; charset=utf-8", []byte("{}"))
	f.Add("csv", "text/csv, text/csv", []byte("Id"))
	f.Add("", "a/b;c=\"d,e\"", []byte("\xFF\xFE"))
	f.Fuzz(func(t *testing.T, name, mediaType string, prefix []byte) {
		got, err := Choose(name, mediaType, prefix)
		reason(t, err)
		if trimmed := bytes.TrimLeft(prefix, " \r\n\t"); err == nil && name == "" && len(trimmed) > 0 {
			if c := trimmed[0]; (c == '{' || c == '[') && got.Name != "json" {
				t.Errorf("%q of type %q is %s", prefix, mediaType, got.Name)
			}
		}
	})
}
