package format

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

func openNCPDP() inspect.Decoder { return newNCPDP(inspect.Shape{}, Limits{}) }

// The headers of a claim (B1) and of the answer to it.
const (
	claimHeader  = "610014D0B1PCN0000001" + "1" + "01" + "1234567893     " + "20260105" + "VENDOR    "
	answerHeader = "D0B1" + "1" + "A" + "01" + "1234567893     " + "20260105"
)

// transmission joins a header and segments: each "<" is a segment's separator, "|" a field's, ">" a transaction's.
func transmission(header, segments string) string {
	return header + strings.NewReplacer("<", "\x1E", "|", "\x1C", ">", "\x1D").Replace(segments)
}

// fill is a claim as pharmacies send it (D.0, B1): a patient, a cardholder, a claim, a prescriber, a diagnosis.
var fill = transmission(claimHeader, "<|AM01|CX01|CY536904399|C419800506|C52|CAMARY|CBTRAN|CM12 ELM ST|CNSPRINGFIELD|COIL|CP62704|CQ2175550134|CX99|CYP1"+
	"<|AM04|C2ABC123456789|CCBOB|CDTRAN|C1GRP1><|AM07|EM1|D2000001234567|E103|D700093104801|E70000030000|D6"+
	"<|AM03|EZ01|DB1234567893|DRLEE|2JANN|PM2175550199<|AM13|VE2|WE02|DOE119|WE01|DO25000")

func TestNCPDPFields(t *testing.T) {
	rows, err := whole(openNCPDP(), fill)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"D " + fill}, raws(rows)); diff != "" {
		t.Errorf("records (-want +got)\n%s", diff)
	}
	want := []string{
		"HDR_A1=610014", "HDR_A2=D0", "HDR_A3=B1", "HDR_A4=PCN0000001", "HDR_A9=1", "HDR_B2=01", "HDR_B1_NPI=1234567893", "HDR_D1=20260105", "HDR_AK=VENDOR",
		"AM01_AM=01", "AM01_CX=01", "AM01_CY_SSN=536904399", "AM01_C4=19800506", "AM01_C5=2", "AM01_CA=MARY", "AM01_CB=TRAN", "AM01_CM=12 ELM ST",
		"AM01_CN=SPRINGFIELD", "AM01_CO=IL", "AM01_CP=62704", "AM01_CQ=2175550134", "AM01_CX=99", "AM01_CY=P1",
		"AM04_AM=04", "AM04_C2=ABC123456789", "AM04_CC=BOB", "AM04_CD=TRAN", "AM04_C1=GRP1",
		"AM07_AM=07", "AM07_EM=1", "AM07_D2=000001234567", "AM07_E1=03", "AM07_D7_NDC=00093104801", "AM07_E7=0000030000",
		"AM03_AM=03", "AM03_EZ=01", "AM03_DB_NPI=1234567893", "AM03_DR=LEE", "AM03_2J=ANN", "AM03_PM=2175550199",
		"AM13_AM=13", "AM13_VE=2", "AM13_WE=02", "AM13_DO_ICD=E119", "AM13_WE=01", "AM13_DO_ICD=25000",
	}
	if diff := cmp.Diff(want, pairs(rows)); diff != "" {
		t.Errorf("fields (-want +got)\n%s", diff)
	}
	if n := len(rows[0].Nodes); n != 6 {
		t.Errorf("%d nodes", n)
	}
	for _, f := range rows[0].Fields {
		control := strings.HasPrefix(f.Name, "HDR_") || strings.HasSuffix(f.Name, "_AM")
		if (f.Carrier == inspect.InHeader) != control || f.Encoding != inspect.X12 {
			t.Errorf("%s: carrier %s", f.Name, f.Carrier)
		}
	}
}

func TestNCPDPRecords(t *testing.T) {
	answer := transmission(answerHeader, "><|AM21|ANP")
	file := "\x0200T" + fmt.Sprintf("%-24s", "SENDER") + "0000001" + "20260105" + "1030" + "P" + "12" + fmt.Sprintf("%-24s", "RECEIVER") + "\x03"
	detail := "\x02G10000000001" + answer + "\x03"
	trailer := "\x0299" + "0000001" + "0000000003" + fmt.Sprintf("%-35s", "DONE") + "\x03"
	head := []string{"HDR_A2=D0", "HDR_A3=B1", "HDR_A9=1", "HDR_AN=A", "HDR_B2=01", "HDR_B1_NPI=1234567893", "HDR_D1=20260105"}
	said := append(head[:len(head):len(head)], "AM21_AM=21", "AM21_AN=P")
	tests := map[string]struct {
		body  string
		raws  []string
		pairs []string
	}{
		"empty body":           {},
		"line ends alone":      {"\r\n", []string{"E \r\n"}, nil},
		"answer":               {answer, []string{"D " + answer}, said},
		"line ends around":     {"\n" + answer + "\r\n", []string{"D \n" + answer + "\r\n"}, said},
		"header alone":         {answerHeader, []string{"D " + answerHeader}, head},
		"between indicators":   {"\x02" + answer + "\x03", []string{"D \x02" + answer + "\x03"}, said},
		"two":                  {"\x02" + answer + "\x03\n\x02" + answer + "\x03\n", []string{"D \x02" + answer + "\x03", "D \n\x02" + answer + "\x03", "E \n"}, append(said[:len(said):len(said)], said...)},
		"nothing in a field":   {answerHeader + "\x1E\x1CAM20\x1CF4", []string{"D " + answerHeader + "\x1E\x1CAM20\x1CF4"}, append(head[:len(head):len(head)], "AM20_AM=20")},
		"pharmacy of the past": {strings.Replace(answerHeader, "A01", "A07", 1), []string{"D " + strings.Replace(answerHeader, "A01", "A07", 1)}, []string{"HDR_A2=D0", "HDR_A3=B1", "HDR_A9=1", "HDR_AN=A", "HDR_B2=07", "HDR_B1_NCPDP=1234567893", "HDR_D1=20260105"}},
		"batch": {file + "\r\n" + detail + "\r\n" + trailer, []string{"E " + file, "D \r\n" + detail, "E \r\n" + trailer},
			append(append([]string{"BATCH_TYPE=00", "BATCH_K6=T", "BATCH_K1=SENDER", "BATCH_5C=0000001", "BATCH_K2=20260105", "BATCH_K3=1030", "BATCH_FT=P", "BATCH_A2=12", "BATCH_K7=RECEIVER",
				"BATCH_TYPE=G1", "BATCH_K5=0000000001"}, said...), "BATCH_TYPE=99", "BATCH_5C=0000001", "BATCH_RC=0000000003", "BATCH_F4=DONE")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rows, err := whole(openNCPDP(), tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.raws, raws(rows)); diff != "" {
				t.Errorf("records (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.pairs, pairs(rows)); diff != "" {
				t.Errorf("fields (-want +got)\n%s", diff)
			}
			checkSplits(t, openNCPDP, tt.body)
		})
	}
}

func TestNCPDPUnreadable(t *testing.T) {
	const header, n = answerHeader, int64(len(answerHeader))
	tests := map[string]struct {
		body string
		want inspect.Reason
		at   int64
	}{
		"text":                       {"hello", inspect.ReasonSyntax, 0},
		"cut header":                 {header[:30], inspect.ReasonSyntax, 0},
		"another version":            {strings.Replace(header, "D0", "F6", 1), inspect.ReasonSyntax, 0},
		"text behind the header":     {header + "x", inspect.ReasonSyntax, 0},
		"separator in the header":    {strings.Replace(header, "B1", "\x1C1", 1), inspect.ReasonSyntax, 0},
		"group without a segment":    {header + "\x1D\x1CAM21", inspect.ReasonSyntax, n + 1},
		"group at the end":           {header + "\x1D", inspect.ReasonSyntax, n + 1},
		"two groups":                 {header + "\x1D\x1D\x1E\x1CAM21", inspect.ReasonSyntax, n + 1},
		"empty segment":              {header + "\x1E\x1E\x1CAM21", inspect.ReasonSyntax, n + 1},
		"segment at the end":         {header + "\x1E", inspect.ReasonSyntax, n + 1},
		"no identification":          {header + "\x1E\x1CANP", inspect.ReasonSyntax, n + 1},
		"identification of one sign": {header + "\x1E\x1CAM2", inspect.ReasonSyntax, n + 1},
		"small identification":       {header + "\x1E\x1CAM2a", inspect.ReasonSyntax, n + 1},
		"text in front of a field":   {header + "\x1Ex\x1CAM21", inspect.ReasonSyntax, n + 1},
		"letter for a separator":     {header + "\x1EXAM21", inspect.ReasonSyntax, n + 1},
		"field of one sign":          {header + "\x1E\x1CAM21\x1CA", inspect.ReasonSyntax, n + 6},
		"field without a name":       {header + "\x1E\x1CAM21\x1C\x1CANP", inspect.ReasonSyntax, n + 6},
		"small name":                 {header + "\x1E\x1CAM21\x1CanP", inspect.ReasonSyntax, n + 6},
		"control character":          {header + "\x1E\x1CAM21\x1CF4a\nb", inspect.ReasonSyntax, n + 10},
		"NUL":                        {header + "\x1E\x1CAM21\x1CF4\x00", inspect.ReasonEncoding, n + 9},
		"latin-1":                    {header + "\x1E\x1CAM21\x1CF4\xE9", inspect.ReasonEncoding, n + 9},
		"no end":                     {"\x02" + header, inspect.ReasonTruncated, 0},
		"start twice":                {"\x02\x02" + header + "\x03", inspect.ReasonSyntax, 1},
		"end without start":          {header + "\x03", inspect.ReasonSyntax, n},
		"text behind":                {"\x02" + header + "\x03" + header, inspect.ReasonSyntax, n + 2},
		"two that are bare":          {header + "\r\n" + header, inspect.ReasonSyntax, n},
		"nothing in a batch's":       {"\x02G10000000001\x03", inspect.ReasonSyntax, 1},
		"text in a batch's":          {"\x02G10000000001hello\x03", inspect.ReasonSyntax, 13},
		"short trailer":              {"\x029900000010000000003\x03", inspect.ReasonSyntax, 1},
		"batch without indicators":   {"G10000000001" + header, inspect.ReasonSyntax, 0},
		"too many values":            {header + "\x1E\x1CAM21" + strings.Repeat("\x1CF4x", 9), inspect.ReasonRecordSize, n + 30},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			open := func() inspect.Decoder { return newNCPDP(inspect.Shape{}, Limits{Fields: 15}) }
			d := open()
			_, err := whole(d, tt.body)
			if got := reason(t, err); got != tt.want {
				t.Fatalf("reason %q, want %q", got, tt.want)
			}
			if got := err.(*inspect.UnreadableError); got.Offset != tt.at && tt.want != inspect.ReasonRecordSize || got.Format != "ncpdp" {
				t.Errorf("%s at %d, want %d", got.Format, got.Offset, tt.at)
			}
			if _, again := d.Decode([]byte(fill), true, new(inspect.Record)); again == nil {
				t.Error("readable again")
			}
			checkSplits(t, open, tt.body)
		})
	}
}

// naiveNCPDP divides what is behind the headers of transmissions with strings.Split.
func naiveNCPDP(body string) []string {
	var out []string
	for _, part := range strings.Split(strings.Trim(body, "\r\n"), "\x03") {
		segments := strings.Split(strings.ReplaceAll(part, "\x1D", ""), "\x1E")
		for _, s := range segments[1:] {
			fields := strings.Split(s, "\x1C")
			for _, f := range fields[1:] {
				if len(f) > 2 {
					out = append(out, fields[1]+" "+f[:2]+" "+f[2:])
				}
			}
		}
	}
	return out
}

// numberedNCPDP is naiveNCPDP by the decoder: headers and what qualifiers say are left out.
func numberedNCPDP(rows []row) []string {
	var out []string
	for _, r := range rows {
		for _, f := range r.Fields {
			if parts := strings.Split(f.Name, "_"); parts[0] != "HDR" && parts[0] != "BATCH" {
				out = append(out, parts[0]+" "+parts[1]+" "+f.Raw)
			}
		}
	}
	return out
}

func drawNCPDP(t *rapid.T) string {
	piece := rapid.SampledFrom([]string{"CX01", "CX06", "CY536904399", "CAMARY", "CB", "EZ12", "DBAB1234563", "WE02", "DOE119", "E103", "D700093104801", "28", "2JÉ", "4E X ", "AM01"})
	var all []string
	for range rapid.IntRange(1, 3).Draw(t, "transmissions") {
		b := rapid.SampledFrom([]string{claimHeader, answerHeader}).Draw(t, "header")
		for range rapid.IntRange(0, 4).Draw(t, "segments") {
			b += rapid.SampledFrom([]string{"\x1E", "\x1E", "\x1D\x1E"}).Draw(t, "separator") + "\x1CAM" + rapid.SampledFrom([]string{"01", "07", "13", "2A"}).Draw(t, "segment")
			for _, p := range rapid.SliceOfN(piece, 0, 6).Draw(t, "fields") {
				b += "\x1C" + p
			}
		}
		all = append(all, b)
	}
	if len(all) == 1 && rapid.Bool().Draw(t, "bare") {
		return all[0]
	}
	return "\x02" + strings.Join(all, "\x03"+rapid.SampledFrom([]string{"", "\n", "\r\n"}).Draw(t, "line end")+"\x02") + "\x03"
}

// TestNCPDPLaws holds the decoder to the naive one, to its own reading of cut bodies, and to what it reads after an edit.
func TestNCPDPLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := drawNCPDP(t)
		rows, err := whole(openNCPDP(), body)
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if diff := cmp.Diff(naiveNCPDP(body), numberedNCPDP(rows)); diff != "" {
			t.Fatalf("%q (-naive +got)\n%s", body, diff)
		}
		var raw strings.Builder
		for _, r := range rows {
			raw.WriteString(r.Raw)
			for _, f := range r.Fields {
				if !inspect.IsName([]byte(f.Name)) {
					t.Fatalf("%q may be taken for a value", f.Name)
				}
			}
		}
		if raw.String() != body {
			t.Fatalf("records hold %q of %q", raw.String(), body)
		}
		got, err := drain(openNCPDP(), []byte(body), func() int { return rapid.IntRange(1, 9).Draw(t, "read") })
		if diff := cmp.Diff(rows, got); diff != "" || err != nil {
			t.Fatalf("%q: %v (-whole +cut)\n%s", body, err, diff)
		}
		checkEdit(t, openNCPDP, body)
	})
}

// FuzzNCPDP looks for panics, for records that are not the body, and for values that the naive decoder does not see.
func FuzzNCPDP(f *testing.F) {
	for _, s := range []string{fill, "\x02" + fill + "\x03\r\n", "\x02G10000000001" + fill + "\x03", answerHeader, "", "\r\n", "\x0299" + strings.Repeat("0", 52) + "\x03", "\x1E\x1CAM01"} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, body []byte, step uint8) {
		rows, err := whole(openNCPDP(), string(body))
		cut, cutErr := drain(openNCPDP(), body, func() int { return int(step) })
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
		if diff := cmp.Diff(naiveNCPDP(string(body)), numberedNCPDP(rows)); diff != "" {
			t.Fatalf("%q (-naive +got)\n%s", body, diff)
		}
	})
}
