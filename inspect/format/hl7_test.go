package format

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

// admission is a message as hospitals send it (HL7 v2.5.1, ADT^A01), with carriage returns.
const admission = "MSH|^~\\&|ADT1|GOOD HEALTH|GATE|CRM|20260105103000||ADT^A01^ADT_A01|MSG00001|P|2.5.1\r" +
	"EVN|A01|20260105103000\r" +
	"PID|1||00123456^^^GENHOSP^MR~536-90-4399^^^USSSA^SS||TRAN&VAN^MARY^ANN||19800506|F|||12 ELM ST^APT 4^SPRINGFIELD^IL^62704||" +
	"(217)555-0134^PRN^PH~^NET^Internet^mary.tran@example.org|||S||ACC778812^^^GENHOSP^AN|536-90-4399|\"\"\r" +
	"NK1|1|O\\T\\HARA^BOB|SPO\r" +
	"DG1|1||E11.9^Type 2 diabetes^I10C\r" +
	"NTE|1||line one\\.br\\line \\H\\two\\N\\ \\X41\\\\E\\\r"

func TestHL7Fields(t *testing.T) {
	rows, err := whole(newHL7(inspect.Shape{}, Limits{}), admission)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"D " + admission}, raws(rows)); diff != "" {
		t.Errorf("records (-want +got)\n%s", diff)
	}
	want := []string{
		"MSH_3=ADT1", "MSH_4=GOOD HEALTH", "MSH_5=GATE", "MSH_6=CRM", "MSH_7=20260105103000", "MSH_9=ADT", "MSH_9_2=A01", "MSH_9_3=ADT_A01",
		"MSH_10=MSG00001", "MSH_11=P", "MSH_12=2.5.1", "EVN_1=A01", "EVN_2=20260105103000",
		"PID_1=1", "PID_3_MR=00123456", "PID_3_4=GENHOSP", "PID_3_5=MR", "PID_3_SS=536-90-4399", "PID_3_4=USSSA", "PID_3_5=SS",
		"PID_5=TRAN", "PID_5_1_2=VAN", "PID_5_2=MARY", "PID_5_3=ANN", "PID_7=19800506", "PID_8=F",
		"PID_11=12 ELM ST", "PID_11_2=APT 4", "PID_11_3=SPRINGFIELD", "PID_11_4=IL", "PID_11_5=62704",
		"PID_13_PH=(217)555-0134", "PID_13_2=PRN", "PID_13_3=PH", "PID_13_2=NET", "PID_13_3=Internet", "PID_13_4=mary.tran@example.org",
		"PID_16=S", "PID_18_AN=ACC778812", "PID_18_4=GENHOSP", "PID_18_5=AN", "PID_19=536-90-4399", `PID_20=""`,
		"NK1_1=1", "NK1_2=O&HARA", "NK1_2_2=BOB", "NK1_3=SPO",
		"DG1_1=1", "DG1_3_I10=E11.9", "DG1_3_2=Type 2 diabetes", "DG1_3_3=I10C",
		"NTE_1=1", "NTE_3=line one\nline two A\\",
	}
	if diff := cmp.Diff(want, pairs(rows)); diff != "" {
		t.Errorf("fields (-want +got)\n%s", diff)
	}
	var last value
	for _, f := range rows[0].Fields {
		last = f
		if f.Encoding != inspect.HL7 || f.Kind == inspect.Null != (f.Value == `""`) {
			t.Errorf("%s: kind %d, encoding %d", f.Name, f.Kind, f.Encoding)
		}
	}
	if n := len(rows[0].Nodes); n != 7 || last.Node != 6 || rows[0].Nodes[6] != (node{}) {
		t.Errorf("%d nodes, the last value in %d", n, last.Node)
	}
}

func TestHL7Records(t *testing.T) {
	const a, b = "MSH|^~\\&|A\rPID|1", "MSH#@!$%#B\nPID#2#$F$@x"
	tests := map[string]struct {
		body  string
		raws  []string
		pairs []string
	}{
		"empty body":                 {},
		"open end":                   {a, []string{"D " + a}, []string{"MSH_3=A", "PID_1=1"}},
		"any separators":             {b, []string{"D " + b}, []string{"MSH_3=B", "PID_1=2", "PID_2=#", "PID_2_2=x"}},
		"truncation":                 {"MSH|^~\\&#|A\rNTE|\\P\\", []string{"D MSH|^~\\&#|A\rNTE|\\P\\"}, []string{"MSH_3=A", "NTE_1=#"}},
		"control signs":              {"MSH\x1D\x1E\x1F\\&\x1DA", []string{"D MSH\x1D\x1E\x1F\\&\x1DA"}, []string{"MSH_3=A"}},
		"header alone":               {"MSH|^~\\&", []string{"D MSH|^~\\&"}, nil},
		"two messages":               {a + "\r" + b, []string{"D " + a + "\r", "D " + b}, []string{"MSH_3=A", "PID_1=1", "MSH_3=B", "PID_1=2", "PID_2=#", "PID_2_2=x"}},
		"CRLF and empty lines":       {"\r\nMSH|^~\\&|A\r\n\r\nPID|1\r\n\n", []string{"D \r\nMSH|^~\\&|A\r\n\r\nPID|1\r\n\n"}, []string{"MSH_3=A", "PID_1=1"}},
		"byte order mark":            {"\xEF\xBB\xBF" + a, []string{"D \xEF\xBB\xBF" + a}, []string{"MSH_3=A", "PID_1=1"}},
		"empty lines alone":          {"\n\r\n", []string{"E \n\r\n"}, nil},
		"MLLP":                       {"\x0B" + a + "\r\x1C\r", []string{"D \x0B" + a + "\r\x1C\r"}, []string{"MSH_3=A", "PID_1=1"}},
		"MLLP, no last return":       {"\x0B" + a + "\x1C\r", []string{"D \x0B" + a + "\x1C\r"}, []string{"MSH_3=A", "PID_1=1"}},
		"MLLP twice":                 {"\x0B" + a + "\r\x1C\r\n\x0B" + a + "\r\x1C\r\n", []string{"D \x0B" + a + "\r\x1C\r", "D \n\x0B" + a + "\r\x1C\r", "E \n"}, []string{"MSH_3=A", "PID_1=1", "MSH_3=A", "PID_1=1"}},
		"batch":                      {"FHS|^~\\&|F\rBHS|^~\\&|B\r" + a + "\rBTS|1\rFTS|1\r", []string{"E FHS|^~\\&|F\r", "E BHS|^~\\&|B\r", "D " + a + "\r", "E BTS|1\r", "E FTS|1\r"}, []string{"FHS_3=F", "BHS_3=B", "MSH_3=A", "PID_1=1", "BTS_1=1", "FTS_1=1"}},
		"segment without fields":     {a + "\rPV2", []string{"D " + a + "\rPV2"}, []string{"MSH_3=A", "PID_1=1"}},
		"stray escapes":              {a + "|C:\\x|\\\\|\\Q\\|\\Zq\\z|\\X4\\", []string{"D " + a + "|C:\\x|\\\\|\\Q\\|\\Zq\\z|\\X4\\"}, []string{"MSH_3=A", "PID_1=1", "PID_2=C:\\x", "PID_3=\\\\", "PID_4=\\Q\\", "PID_5=z", "PID_6=\\X4\\"}},
		"unknown type of identifier": {a + "||7^^^H^SECRET", []string{"D " + a + "||7^^^H^SECRET"}, []string{"MSH_3=A", "PID_1=1", "PID_3=7", "PID_3_4=H", "PID_3_5=SECRET"}},
		"provider":                   {"MSH|^~\\&\rPV1|||||||1^B^C^^^^^^^^^^NPI", []string{"D MSH|^~\\&\rPV1|||||||1^B^C^^^^^^^^^^NPI"}, []string{"PV1_7_NPI=1", "PV1_7_2=B", "PV1_7_3=C", "PV1_7_13=NPI"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			open := func() inspect.Decoder { return newHL7(inspect.Shape{}, Limits{}) }
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

func TestHL7Unreadable(t *testing.T) {
	const a = "MSH|^~\\&|A\r"
	tests := map[string]struct {
		body string
		want inspect.Reason
		at   int64
	}{
		"no header":               {"PID|1\r", inspect.ReasonSyntax, 0},
		"trailer first":           {"BTS|1\r", inspect.ReasonSyntax, 0},
		"text":                    {"hello", inspect.ReasonSyntax, 0},
		"cut header":              {"MS", inspect.ReasonSyntax, 0},
		"too few separators":      {"MSH|^~\\|A\r", inspect.ReasonSyntax, 0},
		"too many separators":     {"MSH|^~\\&#!|A\r", inspect.ReasonSyntax, 0},
		"separator twice":         {"MSH|^~^&|A\r", inspect.ReasonSyntax, 0},
		"letter as separator":     {"MSHx^~\\&xA\r", inspect.ReasonSyntax, 0},
		"space as separator":      {"MSH| ~\\&|A\r", inspect.ReasonSyntax, 0},
		"line end in a value":     {a + "NTE|1||one\ntwo\r", inspect.ReasonSyntax, 22},
		"small segment name":      {a + "pid|1\r", inspect.ReasonSyntax, 11},
		"long segment name":       {a + "PIDX|1\r", inspect.ReasonSyntax, 11},
		"other separator":         {a + "PID^1\r", inspect.ReasonSyntax, 11},
		"NUL":                     {a + "PID|\x00\r", inspect.ReasonEncoding, 15},
		"latin-1":                 {a + "PID|caf\xE9\r", inspect.ReasonEncoding, 18},
		"other character set":     {a + "PID|\\C2842\\x\r", inspect.ReasonEncoding, 15},
		"other character set, M":  {a + "PID|a\\.br\\\\M2442AA\\x\r", inspect.ReasonEncoding, 15},
		"MLLP, cut":               {"\x0B" + a, inspect.ReasonTruncated, 12},
		"MLLP, half end":          {"\x0B" + a + "\x1C", inspect.ReasonTruncated, 12},
		"MLLP, wrong end":         {"\x0B" + a + "\x1C\n", inspect.ReasonSyntax, 12},
		"MLLP, no message":        {"\x0B\x1C\r", inspect.ReasonSyntax, 1},
		"MLLP, start twice":       {"\x0B\x0B" + a, inspect.ReasonSyntax, 1},
		"MLLP, start in a value":  {"\x0B" + "MSH|^~\\&|A\x0B\x1C\r", inspect.ReasonSyntax, 11},
		"MLLP, end without start": {a + "\x1C\r", inspect.ReasonSyntax, 11},
		"MLLP, start too late":    {a + "\x0B" + a + "\x1C\r", inspect.ReasonSyntax, 11},
		"MLLP, then bare":         {"\x0B" + a + "\x1C\r" + a, inspect.ReasonSyntax, 14},
		"too many values":         {a + "PID|1|2|3|4|5|6|7|8\r", inspect.ReasonRecordSize, 27},
		"too many repetitions":    {a + "PID|1~2~3~4~5~6~7~8\r", inspect.ReasonRecordSize, 27},
		"too many segments":       {a + strings.Repeat("PID\r", 11), inspect.ReasonRecordSize, 50},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			open := func() inspect.Decoder { return newHL7(inspect.Shape{}, Limits{Fields: 10}) }
			d := open()
			_, err := whole(d, tt.body)
			if got := reason(t, err); got != tt.want {
				t.Fatalf("reason %q, want %q", got, tt.want)
			}
			if got := err.(*inspect.UnreadableError); got.Offset != tt.at || got.Format != "hl7" {
				t.Errorf("%s at %d, want %d", got.Format, got.Offset, tt.at)
			}
			if _, again := d.Decode([]byte(admission), true, new(inspect.Record)); again == nil {
				t.Error("readable again")
			}
			checkSplits(t, open, tt.body)
		})
	}
}

// naiveHL7 divides messages that are bare and well-formed with strings.Split, and knows no names but numbers.
func naiveHL7(body string) []string {
	var out []string
	var marks string
	for _, segment := range regexp.MustCompile(`[\r\n]+`).Split(strings.TrimPrefix(body, "\xEF\xBB\xBF"), -1) {
		if len(segment) < 4 {
			continue
		}
		id, rest, first := segment[:3], segment[4:], 1
		if strings.Contains("MSH FHS BHS", id) {
			marks = segment[3:8]
			_, rest, _ = strings.Cut(rest, marks[:1])
			first = 3
		}
		for n, field := range strings.Split(rest, marks[:1]) {
			for _, repetition := range strings.Split(field, marks[2:3]) {
				for c, component := range strings.Split(repetition, marks[1:2]) {
					for s, sub := range strings.Split(component, marks[4:5]) {
						if sub != "" {
							out = append(out, fmt.Sprintf("%s %d %d %d %s", id, n+first, c+1, s+1, sub))
						}
					}
				}
			}
		}
	}
	return out
}

// numbered is naiveHL7 by the decoder: names are spelt out, and kinds left out.
func numbered(rows []row) []string {
	var out []string
	for _, r := range rows {
		for _, f := range r.Fields {
			n := [3]int{1, 1, 1}
			at := 0
			for _, part := range strings.Split(f.Name, "_")[1:] {
				if _, err := fmt.Sscanf(part, "%d", &n[at]); err == nil {
					at++
				}
			}
			out = append(out, fmt.Sprintf("%s %d %d %d %s", f.Name[:3], n[0], n[1], n[2], f.Raw))
		}
	}
	return out
}

// drawHL7 draws messages, with separators of their own.
func drawHL7(t *rapid.T) string {
	var b strings.Builder
	b.WriteString(rapid.SampledFrom([]string{"", "", "\xEF\xBB\xBF", "\r\n"}).Draw(t, "start"))
	for range rapid.IntRange(1, 3).Draw(t, "messages") {
		marks := rapid.SampledFrom([]string{`|^~\&`, `|^~\&`, `#@!$%`, "*:^?>", "\x1D\x1E\x1F\\&"}).Draw(t, "separators")
		end := rapid.SampledFrom([]string{"\r", "\n", "\r\n"}).Draw(t, "line end")
		b.WriteString("MSH" + marks)
		for i := range rapid.IntRange(0, 4).Draw(t, "segments") {
			if i > 0 || rapid.Bool().Draw(t, "header has fields") {
				for range rapid.IntRange(0, 20).Draw(t, "fields") {
					b.WriteString(marks[:1] + drawHL7Field(t, marks))
				}
			}
			b.WriteString(end + rapid.SampledFrom([]string{"PID", "NK1", "PV1", "OBX", "ZZ9"}).Draw(t, "segment"))
		}
		b.WriteString(end)
	}
	return b.String()
}

func drawHL7Field(t *rapid.T, marks string) string {
	piece := rapid.SampledFrom([]string{"", "", "SMITH", "536-90-4399", "MR", "SS", "PH", "I10", "é", `""`, marks[1:2], marks[1:2], marks[1:2], marks[2:3],
		marks[4:5], marks[3:4], marks[3:4] + "F" + marks[3:4], marks[3:4] + "H" + marks[3:4], marks[3:4] + "X4142" + marks[3:4], marks[3:4] + ".br" + marks[3:4]})
	return strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "field"), "")
}

// TestHL7Laws holds the decoder to the naive one, to its own reading of cut bodies, and to what it reads after an edit.
func TestHL7Laws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := drawHL7(t)
		rows, err := whole(newHL7(inspect.Shape{}, Limits{}), body)
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		var raw strings.Builder
		for _, r := range rows {
			raw.WriteString(r.Raw)
		}
		if raw.String() != body {
			t.Fatalf("records hold %q of %q", raw.String(), body)
		}
		if diff := cmp.Diff(naiveHL7(body), numbered(rows)); diff != "" {
			t.Fatalf("%q (-naive +got)\n%s", body, diff)
		}
		got, err := drain(newHL7(inspect.Shape{}, Limits{}), []byte(body), func() int { return rapid.IntRange(1, 9).Draw(t, "read") })
		if diff := cmp.Diff(rows, got); diff != "" || err != nil {
			t.Fatalf("%q: %v (-whole +cut)\n%s", body, err, diff)
		}
		checkEdit(t, func() inspect.Decoder { return newHL7(inspect.Shape{}, Limits{}) }, body)
	})
}

// checkEdit replaces a value by another one and by a mask of the same length, and wants to read what was put there and
// all else as it was.
func checkEdit(t *rapid.T, open func() inspect.Decoder, body string) {
	want, err := whole(open(), body)
	if err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	var places []int
	n := 0
	for _, r := range want {
		for _, f := range r.Fields {
			if f.Carrier == inspect.InBody {
				places = append(places, n)
			}
			n++
		}
	}
	if len(places) == 0 {
		return
	}
	place := rapid.SampledFrom(places).Draw(t, "place")
	text := rapid.SampledFrom([]string{"x", "Smith|^~\\&*:#@!$%\x1D\x1E", "é\r\n", "********"}).Draw(t, "text")
	mask := rapid.SampledFrom([]byte{0, 0, '*', 'x', '^', '\\', '$'}).Draw(t, "mask")
	var out []byte
	rec, d := new(inspect.Record), open()
	for at, seen := 0, 0; at < len(body); {
		n, err := d.Decode([]byte(body[at:]), true, rec)
		if err != nil {
			t.Fatal(err)
		}
		var edits []inspect.Edit
		if i := place - seen; i >= 0 && i < len(rec.Fields) {
			f := &rec.Fields[i]
			if start, end := f.Source(rec, 0, len(f.Value)); start != f.Start || end != f.End {
				t.Fatalf("%q: a value is at %d:%d, its source at %d:%d", body, f.Start, f.End, start, end)
			}
			replacement := f.Append(rec, nil, []byte(text))
			if mask != 0 {
				replacement = bytes.Repeat([]byte{mask}, f.End-f.Start)
				f.Fit(rec, replacement)
			}
			edits = append(edits, inspect.Edit{Start: f.Start, End: f.End, New: replacement})
		}
		seen += len(rec.Fields)
		out = inspect.Splice(out, rec.Raw, edits)
		at += n
	}
	got, err := whole(open(), string(out))
	if err != nil {
		t.Fatalf("%q became %q: %v", body, out, err)
	}
	if diff := cmp.Diff(except(want, place), except(got, place)); diff != "" {
		t.Fatalf("%q became %q (-want +got)\n%s", body, out, diff)
	}
	v := valueAt(got, place)
	if mask == 0 && v.Encoding == inspect.HL7 && v.Value != text {
		t.Fatalf("%q became %q: %q was read back as %q", body, out, text, v.Value)
	}
	if mask != 0 && len(v.Raw) != len(valueAt(want, place).Raw) {
		t.Fatalf("%q became %q: masked value is %q", body, out, v.Raw)
	}
}

// except returns the raw values of all fields but one, with the names' numbers.
func except(rows []row, place int) []string {
	var out []string
	for _, r := range rows {
		for _, f := range r.Fields {
			out = append(out, f.Name[:3]+" "+f.Raw)
		}
	}
	out[place] = ""
	return out
}

func valueAt(rows []row, place int) value {
	for _, r := range rows {
		if place < len(r.Fields) {
			return r.Fields[place]
		}
		place -= len(r.Fields)
	}
	return value{}
}

// FuzzHL7 looks for panics, for records that are not the body, and for values that the naive decoder does not see.
func FuzzHL7(f *testing.F) {
	for _, s := range []string{admission, "\x0B" + admission + "\x1C\r", strings.ReplaceAll(admission, "\r", "\n"), "FHS|^~\\&\rBHS|^~\\&\r" + admission + "BTS|1\r",
		"MSH|^~\\&\r", "MSH#@!$%#B\nPID#2#$F$@x", "", "MSH", "\r\n", "MSH|^~\\&|\\C2842\\"} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, body []byte, step uint8) {
		rows, err := whole(newHL7(inspect.Shape{}, Limits{}), string(body))
		cut, cutErr := drain(newHL7(inspect.Shape{}, Limits{}), body, func() int { return int(step) })
		if diff := cmp.Diff(rows, cut); diff != "" || reason(t, err) != reason(t, cutErr) {
			t.Fatalf("%v, %v (-whole +cut)\n%s", err, cutErr, diff)
		}
		if err != nil {
			return
		}
		var raw strings.Builder
		for _, r := range rows {
			raw.WriteString(r.Raw)
		}
		if raw.String() != string(body) || !utf8.Valid(body) {
			t.Fatalf("records hold %q of %q", raw.String(), body)
		}
		if bytes.ContainsAny(body, "\x0B\x1C") || bytes.Contains(body, []byte("BTS")) || bytes.Contains(body, []byte("FTS")) {
			return
		}
		if diff := cmp.Diff(naiveHL7(string(body)), numbered(rows)); diff != "" {
			t.Fatalf("%q (-naive +got)\n%s", body, diff)
		}
	})
}
