package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

// interchange is transaction sets of X12 with what stands around them, spelt with separators of its own: those of
// elements, components, repetitions and segments.
func interchange(marks, lineEnd string, sets ...string) string {
	element, component, repetition, segment := marks[:1], marks[1:2], marks[2:3], marks[3:4]
	isa := []string{"ISA", "00", strings.Repeat(" ", 10), "00", strings.Repeat(" ", 10), "ZZ", "SUBMITTER      ", "ZZ",
		"PAYER          ", "260105", "1030", repetition, "00501", "000000905", "0", "T", component}
	end := segment + lineEnd
	var b strings.Builder
	b.WriteString(strings.Join(isa, element) + end)
	b.WriteString(strings.ReplaceAll("GS*HC*A*B*20260105*1030*17*X*005010X222A1", "*", element) + end)
	replace := strings.NewReplacer("*", element, ":", component, "^", repetition, "~", end)
	for i, set := range sets {
		n := strings.Count(set, "~") + 2
		b.WriteString(replace.Replace(fmt.Sprintf("ST*837*%04d~%sSE*%d*%04d~", i+1, set, n, i+1)))
	}
	b.WriteString(replace.Replace(fmt.Sprintf("GE*%d*17~IEA*1*000000905~", len(sets))))
	return b.String()
}

// claim is a part of a professional claim (005010X222A1, example 1 in spirit, with names and numbers of nobody).
const claim = "BHT*0019*00*244579*20260105*1030*CH~NM1*41*2*PREMIER BILLING*****46*TGJ23~PER*IC*JERRY LEE*TE*3055552222*EM*j@example.org~" +
	"NM1*85*2*KILDARE ASSOCIATES*****XX*1234567893~REF*EI*587654321~SBR*P*18*2222-SJ******CI~NM1*IL*1*SMITH*JANE*Q***MI*JS0011122~" +
	"N3*236 N MAIN ST*APT 4~N4*MIAMI*FL*33413~DMG*D8*19430501*F**A^B~REF*SY*536904399~CLM*26463774*100***11:B:1*Y~" +
	"HI*ABK:J0300*ABF:Z1159~SV1*HC:99213:25*40*UN*1***1:2~DTP*472*RD8*20260101-20260102~LIN**N4*00071015523~NM1~NM1*lower*1*X~"

func openX12() inspect.Decoder { return newX12(inspect.Shape{}, Limits{}) }

func TestX12Fields(t *testing.T) {
	rows, err := whole(openX12(), interchange("*:^~", "\n", claim+"REF*123*X~"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ISA_01=00", "ISA_03=00", "ISA_05=ZZ", "ISA_06=SUBMITTER      ", "ISA_07=ZZ", "ISA_08=PAYER          ", "ISA_09=260105", "ISA_10=1030",
		"ISA_12=00501", "ISA_13={n}", "ISA_14=0", "ISA_15=T",
		"GS_01=HC", "GS_02=A", "GS_03=B", "GS_04=20260105", "GS_05=1030", "GS_06=17", "GS_07=X", "GS_08=005010X222A1",
		"ST_01=837", "ST_02=0001", "BHT_01=0019", "BHT_02=00", "BHT_03=244579", "BHT_04=20260105", "BHT_05=1030", "BHT_06=CH",
		"NM1_01=41", "NM1_02=2", "NM1_SUBMITTER_ORG_03=PREMIER BILLING", "NM1_08=46", "NM1_SUBMITTER_ORG_ETIN_09=TGJ23",
		"PER_01=IC", "PER_02=JERRY LEE", "PER_03=TE", "PER_TE_04=3055552222", "PER_05=EM", "PER_EM_06=j@example.org",
		"NM1_01=85", "NM1_02=2", "NM1_BILLING_ORG_03=KILDARE ASSOCIATES", "NM1_08=XX", "NM1_BILLING_ORG_XX_09=1234567893",
		"REF_01=EI", "REF_EI_02=587654321", "SBR_01=P", "SBR_02=18", "SBR_03=2222-SJ", "SBR_09=CI",
		"NM1_01=IL", "NM1_02=1", "NM1_IL_03=SMITH", "NM1_IL_04=JANE", "NM1_IL_05=Q", "NM1_08=MI", "NM1_IL_MI_09=JS0011122",
		"N3_01=236 N MAIN ST", "N3_02=APT 4", "N4_01=MIAMI", "N4_02=FL", "N4_03=33413",
		"DMG_01=D8", "DMG_02=19430501", "DMG_03=F", "DMG_05=A", "DMG_05=B", "REF_01=SY", "REF_SY_02=536904399",
		"CLM_01=26463774", "CLM_02=100", "CLM_05=11", "CLM_05_2=B", "CLM_05_3=1", "CLM_06=Y",
		"HI_ABK_01=ABK", "HI_ABK_01_2=J0300", "HI_ABF_02=ABF", "HI_ABF_02_2=Z1159",
		"SV1_HC_01=HC", "SV1_HC_01_2=99213", "SV1_HC_01_3=25", "SV1_02=40", "SV1_03=UN", "SV1_04=1", "SV1_07=1", "SV1_07_2=2",
		"DTP_01=472", "DTP_02=RD8", "DTP_SERVICE_03=20260101-20260102", "LIN_02=N4", "LIN_N4_03=00071015523",
		"NM1_01=lower", "NM1_02=1", "NM1_03=X", "REF_01=123", "REF_02=X", "SE_01=21", "SE_02=0001", "GE_01=1", "GE_02=17", "IEA_01=1", "IEA_02={n}",
	}
	got := pairs(rows)
	for i := range got {
		got[i] = strings.ReplaceAll(got[i], "000000905", "{n}")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got)\n%s", diff)
	}
	for _, r := range rows {
		if f := r.Fields[len(r.Fields)-1]; f.Node != len(r.Nodes)-1 || f.Encoding != inspect.X12 || f.Kind != inspect.String {
			t.Errorf("%s in node %d of %d, encoding %d", f.Name, f.Node, len(r.Nodes), f.Encoding)
		}
	}
}

func TestX12Records(t *testing.T) {
	plain := interchange("*:^~", "", "BHT*1~", "BHT*2~")
	head, rest := plain[:isaLen+len("GS*HC*A*B*20260105*1030*17*X*005010X222A1~")], plain[len(plain)-len("GE*2*17~IEA*1*000000905~"):]
	old := strings.Replace(interchange("*:^~", "", "REF*1*A^B~"), "*^*00501*", "*U*00401*", 1)
	tests := map[string]struct {
		body string
		raws []string
	}{
		"empty body":       {},
		"line ends alone":  {"\r\n", []string{"E \r\n"}},
		"two sets":         {plain, []string{"E " + head, "D ST*837*0001~BHT*1~SE*3*0001~", "D ST*837*0002~BHT*2~SE*3*0002~", "E " + rest}},
		"no sets":          {interchange("*:^~", ""), []string{"E " + interchange("*:^~", "")}},
		"two interchanges": {plain + "\n" + plain, []string{"E " + head, "D ST*837*0001~BHT*1~SE*3*0001~", "D ST*837*0002~BHT*2~SE*3*0002~", "E " + rest + "\n" + head, "D ST*837*0001~BHT*1~SE*3*0001~", "D ST*837*0002~BHT*2~SE*3*0002~", "E " + rest}},
		"acknowledgement":  {strings.Replace(interchange("*:^~", ""), "GS*HC", "TA1*000000905*260105*1030*A*000~GS*HC", 1), []string{"E " + strings.Replace(interchange("*:^~", ""), "GS*HC", "TA1*000000905*260105*1030*A*000~GS*HC", 1)}},
		"before 00402":     {old, []string{"E " + old[:len(head)], "D ST*837*0001~REF*1*A^B~SE*3*0001~", "E GE*1*17~IEA*1*000000905~"}},
		"zeros in front":   {strings.Replace(interchange("*:^~", ""), "GE*0*17", "GE*00*017", 1), []string{"E " + strings.Replace(interchange("*:^~", ""), "GE*0*17", "GE*00*017", 1)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rows, err := whole(openX12(), tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.raws, raws(rows)); diff != "" {
				t.Errorf("records (-want +got)\n%s", diff)
			}
			checkSplits(t, openX12, tt.body)
		})
	}
	rows, err := whole(openX12(), old)
	if err != nil || rows[1].Fields[3].Value != "A^B" {
		t.Errorf("a sign that separated nothing before 00402: %v, %v", rows, err)
	}
}

func TestX12Unreadable(t *testing.T) {
	good := interchange("*:^~", "", "BHT*1~")
	st := strings.Index(good, "ST*")
	swap := func(old, replacement string) string { return strings.Replace(good, old, replacement, 1) }
	tests := map[string]struct {
		body string
		want inspect.Reason
		at   int64
	}{
		"text":                       {"hello", inspect.ReasonSyntax, 0},
		"cut ISA":                    {good[:100], inspect.ReasonTruncated, 0},
		"ISA of other widths":        {swap("ZZ*PAYER ", "ZZ*PAYER"), inspect.ReasonSyntax, 0},
		"separator in the ISA":       {swap("SUBMITTER", "SUB*ITTER"), inspect.ReasonSyntax, 0},
		"letter as separator":        {strings.ReplaceAll(good, "*", "x"), inspect.ReasonSyntax, 0},
		"separator twice":            {swap("*T*:~", "*T*~~"), inspect.ReasonSyntax, 0},
		"cut set":                    {good[:st+9], inspect.ReasonTruncated, int64(st)},
		"no IEA":                     {good[:strings.Index(good, "IEA")], inspect.ReasonTruncated, int64(strings.Index(good, "IEA"))},
		"two bytes at the end":       {good + "IS", inspect.ReasonSyntax, int64(len(good))},
		"text behind":                {good + "hello", inspect.ReasonSyntax, int64(len(good))},
		"wrong number of segments":   {swap("SE*3", "SE*4"), inspect.ReasonSyntax, int64(strings.Index(good, "SE*"))},
		"no number of segments":      {swap("SE*3", "SE*+3"), inspect.ReasonSyntax, int64(strings.Index(good, "SE*"))},
		"wrong number of the set":    {swap("SE*3*0001", "SE*3*0002"), inspect.ReasonSyntax, int64(strings.Index(good, "SE*"))},
		"wrong number of sets":       {swap("GE*1", "GE*2"), inspect.ReasonSyntax, int64(strings.Index(good, "GE*"))},
		"wrong number of the group":  {swap("GE*1*17", "GE*1*18"), inspect.ReasonSyntax, int64(strings.Index(good, "GE*"))},
		"wrong number of groups":     {swap("IEA*1", "IEA*0"), inspect.ReasonSyntax, int64(strings.Index(good, "IEA*"))},
		"wrong number of the whole":  {swap("IEA*1*000000905", "IEA*1*5"), inspect.ReasonSyntax, int64(strings.Index(good, "IEA*"))},
		"set outside of a group":     {good[:isaLen] + good[st:], inspect.ReasonSyntax, isaLen},
		"segment outside of a set":   {swap("ST*", "N3*"), inspect.ReasonSyntax, int64(st)},
		"set in a set":               {swap("BHT*1", "ST*837*1"), inspect.ReasonSyntax, int64(strings.Index(good, "BHT"))},
		"group in a set":             {swap("BHT*1", "GE*1*17"), inspect.ReasonSyntax, int64(strings.Index(good, "BHT"))},
		"bytes by their number":      {swap("BHT*1", "BIN*3*abc"), inspect.ReasonSyntax, int64(strings.Index(good, "BHT"))},
		"small segment name":         {swap("BHT*1", "bht*1"), inspect.ReasonSyntax, int64(strings.Index(good, "BHT"))},
		"long segment name":          {swap("BHT*1", "BHTX*1"), inspect.ReasonSyntax, int64(strings.Index(good, "BHT"))},
		"empty segment":              {swap("BHT*1", ""), inspect.ReasonSyntax, int64(strings.Index(good, "BHT"))},
		"line end in an element":     {swap("BHT*1", "BHT*1\nN3*x"), inspect.ReasonSyntax, int64(strings.Index(good, "BHT") + 5)},
		"NUL":                        {swap("BHT*1", "BHT*\x00"), inspect.ReasonEncoding, int64(strings.Index(good, "BHT") + 4)},
		"latin-1":                    {swap("BHT*1", "BHT*\xE9"), inspect.ReasonEncoding, int64(strings.Index(good, "BHT") + 4)},
		"too many values":            {swap("BHT*1", "BHT"+strings.Repeat("*1", 60)), inspect.ReasonRecordSize, int64(len("ST*837*0001~BHT*"))},
		"too many empty elements":    {swap("BHT*1", "BHT"+strings.Repeat("*", 60)), inspect.ReasonRecordSize, int64(len("ST*837*0001~BHT*"))},
		"too many empty repetitions": {swap("BHT*1", "BHT*"+strings.Repeat("1^", 60)), inspect.ReasonRecordSize, int64(len("ST*837*0001~BHT*"))},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			open := func() inspect.Decoder { return newX12(inspect.Shape{}, Limits{Fields: 40}) }
			d := open()
			_, err := whole(d, tt.body)
			if got := reason(t, err); got != tt.want {
				t.Fatalf("reason %q, want %q", got, tt.want)
			}
			got := err.(*inspect.UnreadableError)
			if got.Format != "x12" || got.Offset != tt.at && tt.want != inspect.ReasonRecordSize || got.Offset < tt.at {
				t.Errorf("%s at %d, want %d", got.Format, got.Offset, tt.at)
			}
			if _, again := d.Decode([]byte(good), true, new(inspect.Record)); again == nil {
				t.Error("readable again")
			}
			checkSplits(t, open, tt.body)
		})
	}
}

// naiveX12 divides interchanges of one set of separators with strings.Split, and knows no names but numbers.
func naiveX12(body string) []string {
	element, repetition, component, segment := body[3:4], body[82:83], body[104:105], body[105:106]
	var out []string
	for _, s := range strings.Split(body, segment) {
		parts := strings.Split(strings.Trim(s, "\r\n"), element)
		for n, e := range parts[1:] {
			for _, r := range strings.Split(e, repetition) {
				for c, v := range strings.Split(r, component) {
					if strings.Trim(v, " ") != "" {
						out = append(out, fmt.Sprintf("%s %d %d %s", parts[0], n+1, c+1, v))
					}
				}
			}
		}
	}
	return out
}

// numberedX12 is naiveX12 by the decoder: the two digits of the element end a name, or stand in front of the number of the
// component.
func numberedX12(rows []row) []string {
	var out []string
	for _, r := range rows {
		for _, f := range r.Fields {
			parts := strings.Split(f.Name, "_")
			last, component := len(parts)-1, 1
			if len(parts[last]) == 1 {
				fmt.Sscanf(parts[last], "%d", &component)
				last--
			}
			var n int
			fmt.Sscanf(parts[last], "%d", &n)
			out = append(out, fmt.Sprintf("%s %d %d %s", parts[0], n, component, f.Raw))
		}
	}
	return out
}

func drawX12(t *rapid.T) string {
	value := rapid.SampledFrom([]string{"", "", "SMITH", "1", "2", "IL", "85", "472", "123", "536904399", "MI", "XX", "D8", "ABK", "é", " ", "a b", ":", ":", "^", "HC"})
	var sets []string
	for range rapid.IntRange(0, 3).Draw(t, "sets") {
		var b strings.Builder
		for range rapid.IntRange(0, 5).Draw(t, "segments") {
			b.WriteString(rapid.SampledFrom([]string{"NM1", "N3", "REF", "HI", "SV1", "PER", "DTP", "ZZZ"}).Draw(t, "segment"))
			for range rapid.IntRange(0, 10).Draw(t, "elements") {
				b.WriteString("*" + strings.Join(rapid.SliceOfN(value, 0, 4).Draw(t, "element"), ""))
			}
			b.WriteString("~")
		}
		sets = append(sets, b.String())
	}
	marks := rapid.SampledFrom([]string{"*:^~", "*:^~", "|>!\n", "\x1D\x1F\x1E~", "+<^'", "*:^\r"}).Draw(t, "separators")
	end := rapid.SampledFrom([]string{"", "\n", "\r\n"}).Draw(t, "line end")
	if marks[3] == '\n' || marks[3] == '\r' && end == "\r\n" {
		end = ""
	}
	return interchange(marks, end, sets...)
}

// TestX12Laws holds the decoder to the naive one, to its own reading of cut bodies, and to what it reads after an edit.
func TestX12Laws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := drawX12(t)
		rows, err := whole(openX12(), body)
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if diff := cmp.Diff(naiveX12(body), numberedX12(rows)); diff != "" {
			t.Fatalf("%q (-naive +got)\n%s", body, diff)
		}
		for _, r := range rows {
			for _, f := range r.Fields {
				if parts := strings.Split(f.Name, "_"); len(parts[len(parts)-1]) == 2 && !inspect.IsName([]byte(f.Name)) {
					t.Fatalf("%q may be taken for a value", f.Name)
				}
			}
		}
		got, err := drain(openX12(), []byte(body), func() int { return rapid.IntRange(1, 9).Draw(t, "read") })
		if diff := cmp.Diff(rows, got); diff != "" || err != nil {
			t.Fatalf("%q: %v (-whole +cut)\n%s", body, err, diff)
		}
		checkEdit(t, openX12, body)
	})
}

// FuzzX12 looks for panics, for records that are not the body, and for values that the naive decoder does not see.
func FuzzX12(f *testing.F) {
	for _, s := range []string{interchange("*:^~", "\n", claim), interchange("|>!\n", "", claim, claim), interchange("\x1D\x1F\x1E~", "", claim), "", "ISA"} {
		f.Add([]byte(s), uint8(7))
	}
	f.Fuzz(func(t *testing.T, body []byte, step uint8) {
		rows, err := whole(openX12(), string(body))
		cut, cutErr := drain(openX12(), body, func() int { return int(step) })
		if diff := cmp.Diff(rows, cut); diff != "" || reason(t, err) != reason(t, cutErr) {
			t.Fatalf("%v, %v (-whole +cut)\n%s", err, cutErr, diff)
		}
		var raw strings.Builder
		for _, r := range rows {
			raw.WriteString(r.Raw)
		}
		if err != nil || raw.Len() == 0 {
			return
		}
		if raw.String() != string(body) {
			t.Fatalf("records hold %q of %q", raw.String(), body)
		}
		at := strings.Index(string(body), "ISA")
		if at < 0 || strings.Count(string(body), "ISA") > 1 || string(body[at+84:at+89]) < "00402" || body[at+82] == 'U' || body[at+82] == ' ' {
			return
		}
		want := naiveX12(string(body[at:]))
		if diff := cmp.Diff(want, numberedX12(rows)); diff != "" {
			t.Fatalf("%q (-naive +got)\n%s", body, diff)
		}
	})
}
