package format

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/phigate/phigate/inspect"
)

func TestTextBlocks(t *testing.T) {
	line := strings.Repeat("x", 999) + "\n" // 65 of them are less than a block, 66 more
	tests := map[string]struct {
		body string
		want []int
	}{
		"empty body":           {},
		"small":                {"a\nb", []int{3}},
		"line end just inside": {strings.Repeat("x", textBlock-2) + "\n" + "a\nb", []int{textBlock + 1, 1}},
		"line end at the end":  {strings.Repeat("x", textBlock-1) + "\n" + "a\nb", []int{textBlock, 3}},
		"lines":                {strings.Repeat(line, 200), []int{66_000, 66_000, 66_000, 2_000}},
		"long line first":      {strings.Repeat("x", 80_000) + "\n" + strings.Repeat(line, 70), []int{80_001, 66_000, 4_000}},
		"no line end":          {strings.Repeat("x", 3*textBlock), []int{3 * textBlock}},
		"characters":           {strings.Repeat("é€😀\n", 20_000), []int{65_540, 65_540, 65_540, 3_380}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, step := range []int{1 << 30, 1 << 16, 1001, 13} {
				if step == 13 && len(tt.body) > 70_000 {
					continue
				}
				rows, err := drain(newText(inspect.Shape{}, Limits{}), []byte(tt.body), func() int { return step })
				if err != nil {
					t.Fatal(err)
				}
				var got []int
				for _, r := range rows {
					got = append(got, len(r.Raw))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("step %d (-want +got)\n%s", step, diff)
				}
			}
		})
	}
}

func TestTextField(t *testing.T) {
	open := func() inspect.Decoder { return newText(inspect.Shape{Object: "Contact"}, Limits{}) }
	rows, err := whole(open(), "SELECT é FROM\nContact")
	if err != nil {
		t.Fatal(err)
	}
	want := []row{{
		Raw: "SELECT é FROM\nContact", Nodes: []node{{Parent: -1}},
		Fields: []value{{Object: "Contact", Raw: "SELECT é FROM\nContact", Value: "SELECT é FROM\nContact"}},
	}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	checkSplits(t, open, "SELECT é€😀 FROM\nContact")
}

func TestTextUnreadable(t *testing.T) {
	block := strings.Repeat("x", textBlock-1) + "\n"
	tests := map[string]struct {
		body   string
		blocks int
		at     int64
	}{
		"NUL":              {body: "ab\x00c", at: 2},
		"no UTF-8":         {body: "é\xFFc", at: 2},
		"cut UTF-8":        {body: "a\xE2\x82", at: 1},
		"overlong":         {body: "a\xC0\x80", at: 1},
		"surrogate":        {body: "\xED\xA0\x80", at: 0},
		"behind two":       {body: block + block + "a\x00", blocks: 2, at: 2*textBlock + 1},
		"in front of LF":   {body: block[:textBlock-1] + "\xFF\n", at: textBlock - 1},
		"early and late":   {body: "é\x00" + block + "\xFF", at: 2},
		"lone tail byte":   {body: "\x80\x80\x80\x80", at: 0},
		"bad behind small": {body: "a\n\x00", at: 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, step := range []int{1 << 30, 1000, 1} {
				if step == 1 && len(tt.body) > 100 {
					continue
				}
				rows, err := drain(newText(inspect.Shape{}, Limits{}), []byte(tt.body), func() int { return step })
				if reason(t, err) != inspect.ReasonEncoding || len(rows) != tt.blocks {
					t.Fatalf("%d blocks, error %v", len(rows), err)
				}
				if got := err.(*inspect.UnreadableError).Offset; got != tt.at {
					t.Errorf("step %d: at %d, want %d", step, got, tt.at)
				}
			}
		})
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("abc\ndef"), 3)
	f.Add([]byte("é\xE2\x82"), 2)
	f.Add([]byte("\x00"), 1)
	f.Fuzz(func(t *testing.T, body []byte, step int) {
		rows, err := drain(newText(inspect.Shape{}, Limits{}), body, func() int { return step })
		want := bytes.ToValidUTF8(body, nil)
		if good := len(want) == len(body) && bytes.IndexByte(body, 0) < 0; good != (err == nil) {
			t.Fatalf("error %v of %q", err, body)
		}
		var all string
		for _, r := range rows {
			all += r.Raw
		}
		if err == nil && all != string(body) {
			t.Errorf("records hold %q of %q", all, body)
		}
	})
}
