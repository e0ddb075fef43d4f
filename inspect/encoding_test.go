package inspect_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/phigate/phigate/inspect"
)

func TestXMLSource(t *testing.T) {
	tests := map[string]struct {
		enc        inspect.Encoding
		raw, value string
		part, want string
	}{
		"names":              {inspect.XMLText, "&lt;&amp;123&quot;", `<&123"`, "123", "123"},
		"decimal":            {inspect.XMLText, "&lt;&#49;2&#0051;<", "<123<", "123", "&#49;2&#0051;"},
		"hexadecimal":        {inspect.XMLText, "é &#x1F600;&#x31;23", "é 😀123", "123", "&#x31;23"},
		"inside a reference": {inspect.XMLText, "a&#x1F600;b", "a😀b", "😀"[1:2], "&#x1F600;"},
		"the whole":          {inspect.XMLText, "&gt;12&gt;", ">12>", ">12>", "&gt;12&gt;"},
		"nothing to decode":  {inspect.XMLText, "a 123", "a 123", "123", "123"},
		"section":            {inspect.XMLCData, "&lt; 123", "&lt; 123", "123", "123"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rec := &inspect.Record{Raw: []byte("<" + tt.raw + ">")}
			f := inspect.Field{Encoding: tt.enc, Start: 1, End: 1 + len(tt.raw), Value: []byte(tt.value)}
			at := bytes.Index(f.Value, []byte(tt.part))
			start, end := f.Source(rec, at, at+len(tt.part))
			if got := string(rec.Raw[start:end]); got != tt.want {
				t.Errorf("Source(%q) = %q, want %q", tt.part, got, tt.want)
			}
		})
	}
}

// What no reader decoded must not make Source fail, whatever it holds.
func TestXMLSourceOfBrokenReferences(t *testing.T) {
	for _, raw := range []string{"&", "&;", "&#;", "&#x;", "&#99999999999;", "&#xFFFFFFFFF;", "&#xD800;", "&a"} {
		rec := &inspect.Record{Raw: []byte(raw)}
		f := inspect.Field{Encoding: inspect.XMLText, End: len(raw), Value: []byte("123456789012345")[:max(len(raw)-1, 0)]}
		if start, end := f.Source(rec, 0, len(f.Value)); start < 0 || end > len(raw) || start > end {
			t.Errorf("Source of %q is %d:%d", raw, start, end)
		}
	}
}

// text draws what XML can hold. Carriage returns are left out of sections, where readers turn them into line feeds.
func text(t *rapid.T, name string) string {
	s := rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune("]]]>><&\"' a1\t\n")), rapid.Rune())).Draw(t, name)
	return string(bytes.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, []byte(s)))
}

// A value that is put into text, an attribute or a section is read back, whatever stands around it, and it does not end
// what it stands in.
func TestXMLAppend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, value, after := text(t, "before"), text(t, "value"), text(t, "after")
		spell := func(s string) string { return string(inspect.XMLText.Append(nil, []byte(s))) }
		if strings.Contains(before, "]]>") || strings.Contains(after, "]]>") {
			before, after = "]", "]>"
		}
		doc := `<a b="` + spell(before+value+after) + `">` + spell(before) + spell(value) + spell(after) + `<c><![CDATA[` + before +
			string(inspect.XMLCData.Append(nil, []byte(value))) + after + `]]></c></a>`
		var got struct {
			Attribute string `xml:"b,attr"`
			Text      string `xml:",chardata"`
			Section   string `xml:"c"`
		}
		if err := xml.Unmarshal([]byte(doc), &got); err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		want := before + value + after
		if got.Attribute != want || got.Text != want || got.Section != want {
			t.Fatalf("%q holds %q", doc, got)
		}
	})
}
